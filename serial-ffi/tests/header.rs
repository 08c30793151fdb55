//! The header is fit for every compiler it is meant for, and promises only what is kept.
#![cfg(unix)]

mod common;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Command,
};

use common::{build, compile, header, include, library, package, run};

#[test]
fn the_header_compiles_without_warnings_in_every_standard_from_c99_and_cpp11_on() {
    let scratch = tempfile::tempdir().unwrap();
    // Twice, because programs include it more than once.
    let source = "#include \"serialref.h\"\n#include \"serialref.h\"\nint main(void) { return 0; }\n";
    let (c, cpp) = (scratch.path().join("only.c"), scratch.path().join("only.cpp"));
    fs::write(&c, source).unwrap();
    fs::write(&cpp, source).unwrap();
    for (compiler, standard, file) in [
        ("cc", "-std=c99", &c),
        ("cc", "-std=c11", &c),
        ("cc", "-std=c17", &c),
        ("c++", "-std=c++11", &cpp),
        ("c++", "-std=c++17", &cpp),
        ("c++", "-std=c++20", &cpp),
    ] {
        let output = compile(compiler, &[standard, "-c"], file, &scratch.path().join("only.o"), &[]);
        assert!(output.status.success(), "{standard}:\n{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn the_reference_of_the_interface_is_made_without_warnings() {
    let root = package().join("..");
    fs::create_dir_all(root.join("target/doxygen")).unwrap();
    // In C every parameter and result is described; in C++ the sentence about the function may be enough.
    for (file, parameters) in [("serialref.h", "YES"), ("serialref.hpp", "NO")] {
        let scratch = tempfile::tempdir().unwrap();
        let settings = scratch.path().join("Doxyfile");
        let own = format!("INPUT = include/{file}\nWARN_NO_PARAMDOC = {parameters}\n");
        fs::write(&settings, format!("@INCLUDE = serial-ffi/header/Doxyfile\n{own}")).unwrap();
        let output = Command::new("doxygen").arg(settings).current_dir(&root).output().expect("doxygen is installed");
        assert!(output.status.success(), "{file}:\n{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// The functions that the header declares.
fn declared() -> BTreeSet<String> {
    let header = header();
    let code = header.split("*/").map(|part| part.split("/*").next().unwrap_or_default()).collect::<String>();
    let functions = code.split(';').filter_map(|statement| statement.split_once('('));
    let names = functions.filter_map(|(before, _)| before.split([' ', '*', '\n']).next_back());
    names.filter(|name| name.starts_with("serialref_") && !name.ends_with("_of")).map(String::from).collect()
}

#[test]
fn the_library_exports_what_the_committed_list_says_and_nothing_else() {
    let output = Command::new("nm").args(["-D", "--defined-only"]).arg(library()).output().unwrap();
    let symbols = String::from_utf8(output.stdout).unwrap();
    let exported: BTreeSet<String> =
        symbols.lines().filter_map(|line| line.split(' ').next_back()).map(String::from).collect();
    let list = fs::read_to_string(package().join("symbols.txt")).unwrap();
    let listed: BTreeSet<String> = list.lines().map(String::from).collect();
    assert_eq!(exported, listed);
    assert_eq!(declared(), listed, "the header and the library differ");
}

/// The numbers that the header gives to the constants of an enum.
fn constants() -> Vec<String> {
    let header = header();
    let lines = header.lines().map(str::trim).filter(|line| line.starts_with("SERIALREF_"));
    lines.filter_map(|line| line.strip_suffix(',')).map(String::from).collect()
}

#[test]
fn the_numbers_of_constants_never_change() {
    let list = fs::read_to_string(package().join("constants.txt")).unwrap();
    assert_eq!(constants(), list.lines().collect::<Vec<_>>(), "numbers may be added, and none may change");
}

/// The structs of the header that can grow.
fn growing_structs() -> Vec<String> {
    let header = header();
    let structs = header.split("typedef struct ").skip(1).filter_map(|rest| rest.split_once(" {"));
    let growing =
        structs.filter(|(_, body)| body.split('}').next().is_some_and(|own| own.contains("size_t struct_size;")));
    growing.map(|(name, _)| name.to_owned()).collect()
}

/// What every struct takes today, as C sees it.
fn sizes() -> BTreeMap<String, usize> {
    let scratch = tempfile::tempdir().unwrap();
    let print = |name: &String| format!("  printf(\"{name} %zu\\n\", sizeof({name}));\n");
    let lines: String = growing_structs().iter().map(print).collect();
    let source = scratch.path().join("sizes.c");
    let include = "#include <serialref.h>\n#include <stdio.h>\n";
    fs::write(&source, format!("{include}int main(void) {{\n{lines}  return 0;\n}}\n")).unwrap();
    let program = build("cc", &["-std=c99"], &source, scratch.path());
    parse_sizes(&run(&mut Command::new(program)))
}

fn parse_sizes(text: &str) -> BTreeMap<String, usize> {
    let pairs = text.lines().filter_map(|line| line.split_once(' '));
    pairs.map(|(name, size)| (name.to_owned(), size.parse().unwrap())).collect()
}

#[test]
#[cfg(target_pointer_width = "64")]
fn structs_only_grow_and_those_of_the_first_version_are_understood_for_ever() {
    let first = parse_sizes(&fs::read_to_string(package().join("sizes.txt")).unwrap());
    let now = sizes();
    assert_eq!(first.keys().collect::<Vec<_>>(), now.keys().collect::<Vec<_>>(), "rows may be added, and none may go");
    let sources: String = walk(&package().join("src")).iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    for (name, first) in first {
        assert!(now[&name] >= first, "{name} has become smaller");
        // The library makes it, and nobody hands it in.
        if name == "serialref_selftest_case" {
            continue;
        }
        let own = sources.split(&format!("unsafe impl Growing for {name} {{\n    const LEAST: usize = ")).nth(1);
        let least = own.unwrap_or_else(|| panic!("{name} has no LEAST")).split(';').next().unwrap();
        let is_first = if now[&name] == first { least == "size_of::<Self>()" } else { least == first.to_string() };
        assert!(is_first, "{name} has grown: LEAST is {least} and has to stay {first}");
    }
}

#[test]
fn no_line_is_longer_than_120_characters() {
    let mut files = walk(&package().join("src"));
    files.push(package().join("header/preamble.h"));
    files.extend(["serialref.h", "serialref.hpp"].map(|name| include().join(name)));
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        // A written form that is kept cannot be broken.
        let long = |line: &str| line.chars().count() > 120 && !line.trim_start().starts_with("const FIRST: &str = r#");
        let found = text.lines().position(long);
        assert_eq!(found.map(|line| line + 1), None, "in {}", file.display());
    }
}

#[test]
fn every_kind_of_error_has_a_status_of_its_name_and_number() {
    let source = include_str!("../../serial-core/src/error.rs");
    let kinds = source.split("pub enum ErrorKind {").nth(1).unwrap().split("\n}").next().unwrap();
    let kinds = kinds.lines().filter_map(|line| line.trim().strip_suffix(',')?.split_once(" = "));
    let constants = constants();
    let mut found = 0;
    for (name, number) in kinds {
        let upper = name.chars().enumerate().fold(String::new(), |mut upper, (at, letter)| {
            if at > 0 && letter.is_ascii_uppercase() {
                upper.push('_');
            }
            upper.push(letter.to_ascii_uppercase());
            upper
        });
        let constant = format!("SERIALREF_STATUS_{upper} = {number}");
        assert!(constants.contains(&constant), "{constant} is missing");
        found += 1;
    }
    assert!(found >= 44, "{found}");
}

#[test]
fn nothing_can_unwind_into_c_through_any_exported_function() {
    let mut functions = 0;
    for file in walk(&package().join("src")) {
        let source = fs::read_to_string(&file).unwrap();
        for function in source.split("#[unsafe(no_mangle)]").skip(1) {
            let body = function.split("\n}\n").next().unwrap();
            // These call nothing that could panic.
            let exempt =
                ["serialref_version(", "serialref_status_name(", "serialref_open_handles(", "serialref_state_name("];
            let guards = ["call(|| ", "get(list, index, record,", "tell(sink, ", "catch_unwind"];
            let is_guarded = guards.iter().any(|guard| body.contains(guard));
            assert!(is_guarded || exempt.iter().any(|name| body.contains(name)), "{body}");
            functions += 1;
        }
    }
    assert_eq!(functions, declared().len());
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}
