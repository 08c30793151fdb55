//! Compiling and running programs in C against the library.

// Each test program uses some of it.
#![allow(dead_code)]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// Warnings that the header, and what is written with it, must not cause.
pub(crate) const STRICT: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

pub(crate) fn package() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn include() -> PathBuf {
    package().join("../include")
}

/// By this variable programs find the vectors.
pub(crate) const VECTORS: &str = "SERIALREF_VECTORS";

/// What codes, check characters and verdicts have to be in every language.
pub(crate) fn vectors() -> PathBuf {
    package().join("../vectors/code-space.json")
}

pub(crate) fn header() -> String {
    fs::read_to_string(include().join("serialref.h")).unwrap()
}

/// The shared library that was built with the tests.
pub(crate) fn library() -> PathBuf {
    let own = env::current_exe().unwrap();
    let name = format!("{}serialref_ffi{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    let folders = own.ancestors().skip(1).take(2);
    let found = folders.map(|folder| folder.join(&name)).find(|path| path.exists());
    found.expect("the shared library is built with the tests")
}

/// A folder where the library has the name by which programs ask for it.
pub(crate) fn library_folder(scratch: &Path) -> PathBuf {
    let folder = scratch.join("lib");
    if !folder.exists() {
        fs::create_dir(&folder).unwrap();
        let library = library();
        std::os::unix::fs::symlink(&library, folder.join("libserialref.so")).unwrap();
        std::os::unix::fs::symlink(&library, folder.join("libserialref.so.0.1")).unwrap();
    }
    folder
}

/// Compiles one file with flags that come before and after it.
pub(crate) fn compile(compiler: &str, flags: &[&str], source: &Path, program: &Path, after: &[&str]) -> Output {
    let mut command = Command::new(compiler);
    command.args(STRICT).args(flags).arg("-I").arg(include()).arg(source).arg("-o").arg(program).args(after);
    command.output().unwrap_or_else(|error| panic!("{compiler} cannot be run: {error}"))
}

/// Compiles a program and links it with the library.
pub(crate) fn build(compiler: &str, flags: &[&str], source: &Path, scratch: &Path) -> PathBuf {
    let name = source.file_stem().unwrap().to_str().unwrap();
    let program = scratch.join(format!("{name}{}", flags.concat().replace(['=', ',', '+'], "_")));
    let folder = library_folder(scratch);
    let (search, rpath) = (format!("-L{}", folder.display()), format!("-Wl,-rpath,{}", folder.display()));
    let output = compile(compiler, flags, source, &program, &[&search, &rpath, "-lserialref", "-lpthread", "-lm"]);
    assert!(output.status.success(), "{name}:\n{}", String::from_utf8_lossy(&output.stderr));
    program
}

/// What a program said, where it ended well.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} cannot be run: {error}"));
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{said}\n{complained}", output.status);
    said.into_owned()
}

/// Runs a program of tests/c that says when it is done.
pub(crate) fn as_it_is(name: &str, standard: &str) {
    let scratch = tempfile::tempdir().unwrap();
    let program = build("cc", &[standard, "-O2"], &package().join(format!("tests/c/{name}.c")), scratch.path());
    let said = run(Command::new(program).env(VECTORS, vectors()).current_dir(scratch.path()));
    assert_eq!(said, format!("{name}: done\n"));
}

/// As [`as_it_is`], with sanitizers on the side of C.
pub(crate) fn with_sanitizers(name: &str) {
    let scratch = tempfile::tempdir().unwrap();
    let flags = ["-std=gnu11", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    let program = build("cc", &flags, &package().join(format!("tests/c/{name}.c")), scratch.path());
    let said = run(Command::new(program).env(VECTORS, vectors()).current_dir(scratch.path()));
    assert_eq!(said, format!("{name}: done\n"));
}

/// As [`as_it_is`], under valgrind.
pub(crate) fn under_valgrind(name: &str) {
    let scratch = tempfile::tempdir().unwrap();
    let program = build("cc", &["-std=gnu11", "-g"], &package().join(format!("tests/c/{name}.c")), scratch.path());
    let said = run(valgrind().arg(program).env(VECTORS, vectors()).current_dir(scratch.path()));
    assert_eq!(said, format!("{name}: done\n"));
}

/// Valgrind, for which a leak is a failure. One thread runs at a time there: in turns, or those that never wait would keep
/// the others from ending them.
pub(crate) fn valgrind() -> Command {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--quiet", "--fair-sched=try", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect"]);
    valgrind.arg("--error-exitcode=9");
    valgrind
}

/// Every piece of code in a guide is part of a program that is tested; `count` of them, in one language.
pub(crate) fn shows_what_is_tested(guide: &str, language: &str, count: usize, programs: &[&str]) {
    let guide = fs::read_to_string(package().join("../docs").join(guide)).unwrap();
    let programs = programs.iter().map(|program| fs::read_to_string(package().join(program)).unwrap());
    let programs: Vec<String> = programs.collect();
    let opening = format!("```{language}\n");
    let pieces: Vec<&str> = guide.split(&opening).skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(pieces.len(), count);
    for piece in pieces {
        assert!(programs.iter().any(|program| program.contains(piece)), "{piece}");
    }
}
