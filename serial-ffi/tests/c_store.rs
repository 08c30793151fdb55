//! Stores that are written in C: whole ones, ones that build on a store of the library, and ones that do everything wrong.
#![cfg(unix)]

mod common;

use std::{fs, process::Command};

use common::{build, package, run};

fn passes(name: &str) {
    let scratch = tempfile::tempdir().unwrap();
    let program = build("cc", &["-std=gnu99", "-O2"], &package().join(format!("tests/c/{name}.c")), scratch.path());
    let said = run(Command::new(program).current_dir(scratch.path()));
    assert_eq!(said, format!("{name}: done\n"));
}

#[test]
fn a_store_of_the_library_behind_a_table_keeps_the_contract() {
    passes("inner_store");
}

#[test]
fn a_store_of_plain_arrays_keeps_the_contract_with_its_own_lock_and_with_the_librarys() {
    passes("plain_store");
}

#[test]
fn failures_come_back_unchanged_and_a_store_is_destroyed_once() {
    passes("store_errors");
}

#[test]
fn whatever_a_store_answers_is_found_out() {
    passes("store_answers");
}

#[test]
fn the_example_keeps_a_journal_of_what_it_issues() {
    let scratch = tempfile::tempdir().unwrap();
    let source = package().join("../examples/c/custom_store.c");
    let program = build("cc", &["-std=c99", "-O2"], &source, scratch.path());
    let said = run(Command::new(&program).arg("journal.txt").current_dir(scratch.path()));
    assert_eq!(said, "500 references are issued, and each is in the journal\n");
    let journal = fs::read_to_string(scratch.path().join("journal.txt")).unwrap();
    let lines: Vec<&str> = journal.lines().collect();
    assert_eq!((lines.len(), lines[500]), (501, "# issued"));
    assert!(lines[..500].iter().all(|code| code.len() == 25));

    // On a device that is always full nothing is issued, and the words of the store come through.
    let output = Command::new(program).arg("/dev/full").output().unwrap();
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && output.stdout.is_empty() && complaint.len() > 10, "{complaint}");
    assert!(fs::read_to_string(source).unwrap().lines().count() < 120);
}
