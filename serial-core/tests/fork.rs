//! A forked child never issues its parent's codes.

#![cfg(unix)]

mod support;

use std::{
    fs,
    io::{Read, Write},
    process,
};

use fork::{Fork, fork, waitpid};
use serial_core::{Limits, MemoryStore, NewGroup, Registry};

#[test]
fn the_codes_of_a_forked_child_differ_from_its_parents() {
    let registry = Registry::builder(MemoryStore::new()).limits(Limits::unlimited()).build();
    let group = registry.create_group(NewGroup::continuous("g")).unwrap();
    // The generator is in the middle of a block, and codes were drawn ahead, when the process is copied.
    for _ in 0..40 {
        registry.create_reference(group.id).unwrap();
    }
    let issue = || -> String {
        let codes: Vec<String> = (0..50).map(|_| registry.create_reference(group.id).unwrap().code.into()).collect();
        codes.join("\n")
    };
    let path = std::env::temp_dir().join(format!("serialref-fork-{}", process::id()));
    let child = match fork().unwrap() {
        Fork::Child => {
            let written = fs::File::create(&path).and_then(|mut file| file.write_all(issue().as_bytes()));
            process::exit(i32::from(written.is_err()));
        }
        Fork::Parent(child) => child,
    };
    let of_parent = issue();
    waitpid(child).unwrap();
    let mut of_child = String::new();
    fs::File::open(&path).unwrap().read_to_string(&mut of_child).unwrap();
    fs::remove_file(&path).unwrap();
    assert_eq!(of_child.lines().count(), 50);
    for code in of_child.lines() {
        assert!(!of_parent.contains(code), "both issued {code}");
    }
}
