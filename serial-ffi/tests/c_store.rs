//! Stores that are written in C: whole ones, ones that build on a store of the library, and ones that do everything wrong.
#![cfg(unix)]

mod common;

use std::{fs, process::Command};

use common::{as_it_is, build, package, run, shows_what_is_tested, under_valgrind, with_sanitizers};

#[test]
fn a_store_of_the_library_behind_a_table_keeps_the_contract() {
    as_it_is("inner_store", "-std=gnu99");
}

#[test]
fn a_store_of_plain_arrays_keeps_the_contract_with_its_own_lock_and_with_the_librarys() {
    as_it_is("plain_store", "-std=gnu99");
}

#[test]
fn failures_come_back_unchanged_and_a_store_is_destroyed_once() {
    as_it_is("store_errors", "-std=gnu99");
}

#[test]
fn whatever_a_store_answers_is_found_out() {
    as_it_is("store_answers", "-std=gnu99");
}

#[test]
fn the_conformance_kit_finds_broken_stores_and_keeps_places_for_others() {
    as_it_is("store_selftest", "-std=gnu99");
}

#[test]
fn stores_in_c_are_free_of_faults_of_memory_and_undefined_behaviour() {
    ["plain_store", "inner_store", "store_errors", "store_answers", "store_selftest"]
        .into_iter()
        .for_each(with_sanitizers);
}

#[test]
fn stores_in_c_leak_nothing_under_valgrind() {
    ["store_errors", "store_answers"].into_iter().for_each(under_valgrind);
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

#[test]
fn every_piece_of_c_in_the_guide_is_part_of_a_program_that_is_tested() {
    let programs = ["../examples/c/custom_store.c", "tests/c/plain_store.h", "tests/c/selftest.h"];
    shows_what_is_tested("stores-in-c.md", "c", 4, &programs);
}
