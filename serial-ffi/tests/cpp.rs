//! `serialref.hpp`, compiled as its users do, and tested by a program of theirs.

use std::{
    env, fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

/// What users compile with who let nothing pass.
const STRICT: [&str; 7] =
    ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Wold-style-cast", "-Werror"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Where cargo puts the shared library that was built for this test.
fn library() -> PathBuf {
    let test = env::current_exe().unwrap();
    test.with_file_name("libserialref_ffi.so")
}

fn compiler(standard: &str) -> Command {
    let mut compiler = Command::new(env::var_os("CXX").unwrap_or_else(|| "g++".into()));
    compiler.args(STRICT).arg(format!("-std={standard}")).arg("-I").arg(root().join("include"));
    compiler
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert!(output.status.success(), "{command:?}\n{text}");
    text
}

#[test]
fn the_wrapper_compiles_without_a_warning_in_each_standard() {
    for standard in ["c++17", "c++20"] {
        let source = root().join("serial-ffi/tests/cpp/errors.cpp");
        run(compiler(standard).arg("-fsyntax-only").arg(source));
    }
}

#[test]
fn the_wrapper_includes_only_the_c_header_and_the_standard_library() {
    let header = fs::read_to_string(root().join("include/serialref.hpp")).unwrap();
    let included = header.lines().filter_map(|line| line.strip_prefix("#include "));
    for name in included.filter(|name| *name != "\"serialref.h\"") {
        // Headers of the standard library have neither folders nor endings.
        assert!(name.starts_with('<') && !name.contains(['.', '/']), "{name}");
    }
}

#[test]
fn the_wrapper_does_what_it_says_and_frees_what_it_makes() {
    let folder = tempfile::tempdir().unwrap();
    symlink(library(), folder.path().join("libserialref.so.0.1")).unwrap();
    // Several sources, so that a definition that is made in each is found out.
    let mut sources: Vec<_> = fs::read_dir(root().join("serial-ffi/tests/cpp")).unwrap().collect();
    sources.sort_by_key(|entry| entry.as_ref().unwrap().path());
    let sources = sources.into_iter().map(|entry| entry.unwrap().path());
    let sources = sources.filter(|path| path.extension().is_some_and(|end| end == "cpp"));
    let mut compile = compiler("c++17");
    compile.args(["-g", "-pthread", "-Wl,-rpath,$ORIGIN"]).args(sources);
    run(compile.current_dir(&folder).args(["libserialref.so.0.1", "-o", "program"]));

    let program = folder.path().join("program");
    let said = run(Command::new(&program).current_dir(&folder));
    assert!(said.ends_with(" passed\n"), "{said}");

    if Command::new("valgrind").arg("--version").output().is_ok() {
        let mut valgrind = Command::new("valgrind");
        valgrind.args(["-q", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect,possible"]);
        run(valgrind.arg("--error-exitcode=9").arg(&program).current_dir(&folder));
    } else {
        println!("valgrind is not installed, so leaks were not looked for");
    }
}
