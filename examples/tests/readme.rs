//! What the README shows is what the examples are.

use std::{fs, path::Path};

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn the_quick_starts_are_the_hello_examples() {
    for (language, path) in [("rust", "hello.rs"), ("c", "c/hello.c"), ("cpp", "cpp/hello.cpp")] {
        let hello = read(path);
        let (_, program) = hello.split_once("\n\n").unwrap();
        let block = format!("```{language}\n{program}```\n");
        assert!(read("../README.md").contains(&block), "copy {path} into the README, without its first comment");
    }
}
