//! Stores that are written in C: whole ones, ones that build on a store of the library, and ones that do everything wrong.
#![cfg(unix)]

mod common;

use std::process::Command;

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
