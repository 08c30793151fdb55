//! Programs in C that check the interface, as they are, with sanitizers on their side, and under valgrind.
#![cfg(unix)]

mod common;

use std::process::Command;

use common::{build, package, run};

const PROGRAMS: [&str; 4] = ["issuing", "life", "files", "threads"];

fn as_it_is(name: &str, standard: &str) {
    let scratch = tempfile::tempdir().unwrap();
    let program = build("cc", &[standard, "-O2"], &package().join(format!("tests/c/{name}.c")), scratch.path());
    let said = run(Command::new(program).current_dir(scratch.path()));
    assert_eq!(said, format!("{name}: done\n"));
}

fn with_sanitizers(name: &str) {
    let scratch = tempfile::tempdir().unwrap();
    let flags = ["-std=gnu11", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    let program = build("cc", &flags, &package().join(format!("tests/c/{name}.c")), scratch.path());
    let said = run(Command::new(program).current_dir(scratch.path()));
    assert_eq!(said, format!("{name}: done\n"));
}

fn under_valgrind(name: &str) {
    let scratch = tempfile::tempdir().unwrap();
    let program = build("cc", &["-std=gnu11", "-g"], &package().join(format!("tests/c/{name}.c")), scratch.path());
    let options = ["--quiet", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect", "--error-exitcode=9"];
    let said = run(Command::new("valgrind").args(options).arg(program).current_dir(scratch.path()));
    assert_eq!(said, format!("{name}: done\n"));
}

#[test]
fn issuing_works_from_c() {
    as_it_is("issuing", "-std=gnu99");
}

#[test]
fn the_life_of_references_works_from_c() {
    as_it_is("life", "-std=c99");
}

#[test]
fn files_work_from_c_and_wrong_members_are_found() {
    as_it_is("files", "-std=c99");
}

#[test]
fn threads_share_a_registry_and_never_pass_its_limit() {
    as_it_is("threads", "-std=gnu99");
}

#[test]
fn programs_in_c_are_free_of_faults_of_memory_and_undefined_behaviour() {
    PROGRAMS.into_iter().for_each(with_sanitizers);
}

#[test]
fn programs_in_c_leak_nothing_under_valgrind() {
    PROGRAMS.into_iter().for_each(under_valgrind);
}
