//! `serialref.hpp`, compiled as its users do, and tested by a program of theirs.
#![cfg(unix)]

mod common;

use std::{collections::BTreeSet, fs, iter, process::Command};

use common::{STRICT, VECTORS, include, library_folder, package, run, shows_what_is_tested, valgrind, vectors};

fn compiler(standard: &str) -> Command {
    let mut compiler = Command::new("c++");
    compiler.args(STRICT).args(["-Wshadow", "-Wconversion", "-Wold-style-cast"]);
    compiler.arg(format!("-std={standard}")).arg("-I").arg(include());
    compiler
}

#[test]
fn the_wrapper_compiles_without_a_warning_in_each_standard() {
    for standard in ["c++17", "c++20"] {
        run(compiler(standard).arg("-fsyntax-only").arg(package().join("tests/cpp/errors.cpp")));
    }
}

#[test]
fn the_wrapper_includes_only_the_c_header_and_the_standard_library() {
    let wrapper = fs::read_to_string(include().join("serialref.hpp")).unwrap();
    let included = wrapper.lines().filter_map(|line| line.strip_prefix("#include "));
    for name in included.filter(|name| *name != "\"serialref.h\"") {
        // Headers of the standard library have neither folders nor endings.
        assert!(name.starts_with('<') && !name.contains(['.', '/']), "{name}");
    }
}

/// Functions that programs in C++ do without, and why.
const NOT_WRAPPED: [(&str, &str); 4] = [
    ("serialref_codes_copy", "serialref::codes is a range over the codes where they are"),
    ("serialref_codes_next", "as above"),
    ("serialref_create_batch_into", "create_batch() gives the codes without copying them"),
    ("serialref_last_error_message", "exceptions have it as what()"),
];

/// What a compiler sees of a source.
fn without_comments(source: &str) -> String {
    let mut pieces = source.split("/*");
    let before = pieces.next().unwrap_or_default();
    let behind = pieces.map(|piece| piece.split_once("*/").expect("every comment ends").1);
    let kept = iter::once(before).chain(behind).collect::<Vec<_>>().join(" ");
    kept.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_wrapper_calls_every_function_of_the_library() {
    let wrapper = without_comments(&fs::read_to_string(include().join("serialref.hpp")).unwrap());
    let words: BTreeSet<&str> = wrapper.split(|letter: char| !letter.is_alphanumeric() && letter != '_').collect();
    let functions = fs::read_to_string(package().join("symbols.txt")).unwrap();
    for function in functions.lines() {
        let why_not = NOT_WRAPPED.iter().find(|(name, _)| *name == function);
        assert_eq!(words.contains(function), why_not.is_none(), "{function}, {why_not:?}");
    }
    for (name, _) in NOT_WRAPPED {
        assert!(functions.lines().any(|function| function == name), "{name} is no function of the library");
    }
}

#[test]
fn the_wrapper_does_what_it_says_and_leaks_nothing() {
    let scratch = tempfile::tempdir().unwrap();
    let library = library_folder(scratch.path());
    // Several sources, so that a definition that is made in each is found out.
    let sources = fs::read_dir(package().join("tests/cpp")).unwrap().map(|entry| entry.unwrap().path());
    let sources = sources.filter(|path| path.extension().is_some_and(|end| end == "cpp"));
    let program = scratch.path().join("program");
    let mut compile = compiler("c++17");
    // A compiler that optimizes may leave out what nobody reads, as the wiping of a key.
    compile.args(["-O2", "-g", "-pthread"]).args(sources).arg("-o").arg(&program).arg("-L").arg(&library);
    run(compile.arg("-lserialref").arg(format!("-Wl,-rpath,{}", library.display())));

    let said = run(Command::new(&program).env(VECTORS, vectors()).current_dir(&scratch));
    assert!(said.ends_with(" passed\n"), "{said}");
    run(valgrind().arg(&program).env(VECTORS, vectors()).current_dir(&scratch));
}

#[test]
fn the_guide_to_the_code_space_shows_cpp_that_is_tested() {
    shows_what_is_tested("code-space.md", "cpp", 2, &["tests/cpp/code_space.cpp"]);
}
