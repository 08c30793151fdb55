//! What the README shows is what the examples are.

use std::{fs, path::Path};

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn the_quick_start_is_the_hello_example() {
    let hello = read("hello.rs");
    let (_, program) = hello.split_once("\n\n").unwrap();
    assert!(read("../README.md").contains(&format!("```rust\n{program}```\n")), "copy hello.rs into the README");
}
