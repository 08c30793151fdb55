//! No argument, however wrong, crashes a function: a program calls all that the header declares with everything that a
//! parameter of its type can be given wrongly.
#![cfg(unix)]

mod common;

use std::{fmt::Write, fs, process::Command};

use common::{build, header, run};

struct Parameter {
    kind: Kind,
    name: String,
    /// The documentation allows NULL.
    is_optional: bool,
}

/// What a parameter is, as far as it matters for what can be wrong with it.
#[derive(Clone, PartialEq)]
enum Kind {
    Handle(String),
    Text,
    /// A struct that goes in; whether it begins with its size.
    In(String, bool),
    /// Memory for something that comes out; whether it begins with its size.
    Out(bool),
    Buffer,
    Size,
    Number(String),
}

struct Function {
    name: String,
    gives_status: bool,
    parameters: Vec<Parameter>,
}

/// The handles that the program makes before it begins.
const HANDLES: [&str; 8] = ["registry", "format", "list", "codes", "deletion", "review", "error", "code_sequence"];

/// What stands between the braces of a struct of the header.
fn members(name: &str) -> String {
    let header = header();
    let body = header.split(&format!("typedef struct {name} {{")).nth(1).unwrap_or_default();
    body.split('}').next().unwrap_or_default().to_owned()
}

fn functions() -> Vec<Function> {
    let header = header();
    let bodies = |name: &str| header.contains(&format!("typedef struct {name} {{"));
    let grows = |name: &str| members(name).contains("size_t struct_size;");
    let mut functions = Vec::new();
    for part in header.split("\n/**").skip(1) {
        let Some((documentation, code)) = part.split_once("*/\n") else { continue };
        let Some((before, after)) = code.split_once('(') else { continue };
        let is_function = ["serialref_status serialref_", "const char *serialref_", "uint64_t serialref_"];
        if !is_function.iter().any(|start| before.starts_with(start)) || before.contains('\n') {
            continue;
        }
        let name = before.split([' ', '*']).next_back().unwrap().to_owned();
        // Sinks are there only inside a store: store_answers.c is about them.
        if name.starts_with("serialref_sink_") || name == "serialref_store_selftest" {
            continue;
        }
        let list = after.split(");").next().unwrap().replace('\n', " ");
        let parameters = list.split(',').map(str::trim).filter(|one| !one.is_empty() && *one != "void");
        let parameters = parameters.map(|one| {
            let at = one.rfind([' ', '*']).unwrap() + 1;
            let (kind, parameter) = (one[..at].trim(), one[at..].to_owned());
            let base = kind.trim_start_matches("const ").trim_start_matches("struct ").trim_end_matches(['*', ' ']);
            let kind = match (base, kind.matches('*').count()) {
                ("serialref_text", 0) => Kind::Text,
                ("char", 1) => Kind::Buffer,
                ("size_t", 0) => Kind::Size,
                (number, 0) => Kind::Number(number.to_owned()),
                (_, 2) => Kind::Out(false),
                (record, 1) if record.starts_with("serialref_") && !bodies(record) => Kind::Handle(record.to_owned()),
                (record, 1) if kind.starts_with("const") => Kind::In(record.to_owned(), grows(record)),
                (record, _) => Kind::Out(grows(record)),
            };
            let said = documentation.split("@param ").find(|said| said.starts_with(&format!("{parameter} ")));
            let said = said.unwrap_or_else(|| panic!("{name} does not document {parameter}"));
            let is_optional =
                ["or NULL", "NULL, with a capacity of 0", "NULL to ask"].iter().any(|may| said.contains(may));
            Parameter { kind, name: parameter, is_optional }
        });
        let mut parameters: Vec<Parameter> = parameters.collect();
        // A list of no elements may be NULL.
        for at in 1..parameters.len() {
            parameters[at - 1].is_optional |= parameters[at].name.ends_with("_count");
        }
        functions.push(Function { name, gives_status: before.starts_with("serialref_status"), parameters });
    }
    functions
}

/// A value that nothing is wrong with.
fn good(parameter: &Parameter) -> String {
    match &parameter.kind {
        Kind::Handle(name) => HANDLES
            .iter()
            .find(|own| **own == name.trim_start_matches("serialref_"))
            .map_or("NULL".into(), |own| format!("live_{own}")),
        Kind::Text => match parameter.name.as_str() {
            "symbols" | "body" => "serialref_text_of(\"0123456789\")".into(),
            "digits" => format!("serialref_text_of(\"{}\")", "0f".repeat(31) + "1e"),
            _ => "serialref_text_of(\"sensible\")".into(),
        },
        Kind::In(name, _) if name == "serialref_text" => "&a_code".into(),
        Kind::In(name, _) => format!("good_{}()", name.trim_start_matches("serialref_")),
        Kind::Out(true) => "record()".into(),
        Kind::Out(false) => "plain()".into(),
        Kind::Buffer => "(char *)memory".into(),
        Kind::Size => {
            if parameter.name.contains("capacity") {
                "sizeof memory".into()
            } else {
                "0".into()
            }
        }
        Kind::Number(_) => "1".into(),
    }
}

/// Values with which something is wrong; true where the call must fail.
fn bad(parameter: &Parameter) -> Vec<(String, bool)> {
    let must = |values: &[&str]| values.iter().map(|value| (String::from(*value), true)).collect::<Vec<_>>();
    let may = |values: &[&str]| values.iter().map(|value| (String::from(*value), false)).collect::<Vec<_>>();
    match &parameter.kind {
        Kind::Handle(name) => {
            let others = HANDLES.iter().filter(|own| **own != name.trim_start_matches("serialref_"));
            let others = others.map(|own| format!("(void *)live_{own}"));
            let freed = HANDLES.iter().map(|own| format!("(void *)freed_{own}"));
            let made_up = ["1", "16", "UINTPTR_MAX", "(uintptr_t)memory", "0x0300000000000000", "0x0300FFFF00000001"];
            let made_up = made_up.iter().map(|bits| format!("(void *)(uintptr_t)({bits})"));
            others.chain(freed).chain(made_up).map(|value| (value, true)).collect()
        }
        Kind::Text => {
            let mut values = must(&[
                "text(NULL, 3)",
                "text(\"x\", SIZE_MAX)",
                "text(\"x\", SIZE_MAX / 2)",
                "text(\"\\xFF\\xFE\", 2)",
            ]);
            values.extend(may(&[
                "text(NULL, 0)",
                "text(\"\", 0)",
                "text(\"a\\0b\", 3)",
                "text(\"\\xF0\\x9F\\x94\\xA9\", 4)",
                "text(large, sizeof large)",
            ]));
            values
        }
        Kind::In(_, true) => {
            must(&["sized(0)", "sized(1)", "sized(8)", "sized(5000)", "sized(SIZE_MAX)", "too_new()", "misaligned()"])
        }
        // Bytes are aligned wherever they are.
        Kind::In(record, false) if members(record).contains("uint8_t bytes[") => may(&["misaligned()"]),
        Kind::In(_, false) => must(&["misaligned()"]),
        Kind::Out(true) => {
            must(&["sized(0)", "sized(1)", "sized(8)", "sized(5000)", "sized(SIZE_MAX)", "misaligned()"])
        }
        Kind::Out(false) => may(&["misaligned()"]),
        Kind::Buffer => may(&["(char *)memory + 1"]),
        Kind::Size if parameter.name.contains("capacity") => may(&["0", "1", "SIZE_MAX"]),
        Kind::Size => may(&["1", "SIZE_MAX", "SIZE_MAX / 2", "(size_t)1 << 40"]),
        Kind::Number(kind) if kind == "uint64_t" => {
            may(&["0", "2", "UINT64_MAX", "UINT64_MAX - 1", "(uint64_t)1 << 63"])
        }
        Kind::Number(kind) if kind == "int64_t" => may(&["0", "-1", "INT64_MIN", "INT64_MAX"]),
        Kind::Number(kind) if kind == "uint32_t" => may(&["0", "UINT32_MAX"]),
        Kind::Number(_) => may(&["-1", "99", "INT32_MIN", "INT32_MAX"]),
    }
}

/// A call in C: all parameters are good, but one.
fn call(function: &Function, which: usize, value: &str, expected: &str) -> String {
    let arguments = function.parameters.iter().enumerate();
    let arguments = arguments.map(|(at, own)| if at == which { value.to_owned() } else { good(own) });
    let arguments = arguments.collect::<Vec<_>>().join(", ");
    let label = format!("{}({})", function.name, arguments).replace('\\', "\\\\").replace('"', "\\\"");
    format!("  now = \"{label}\"; expect({expected}, (long)(intptr_t){}({arguments}));\n", function.name)
}

#[test]
fn whatever_one_argument_is_the_call_returns_and_says_so_where_it_is_wrong() {
    let functions = functions();
    assert!(functions.len() >= 90, "only {} functions were understood", functions.len());
    let mut calls = String::from("static void call_all(void) {\n");
    for function in functions.iter().filter(|function| function.gives_status) {
        for (which, parameter) in function.parameters.iter().enumerate() {
            let is_pointer = !matches!(parameter.kind, Kind::Text | Kind::Size | Kind::Number(_));
            if is_pointer && !parameter.is_optional {
                calls.push_str(&call(function, which, "NULL", "MUST_BE_NULL_ARGUMENT"));
            } else if is_pointer {
                calls.push_str(&call(function, which, "NULL", "MAY_FAIL"));
            }
            if let Kind::In(record, true) = &parameter.kind
                && members(record).contains("int32_t reserved;")
            {
                let value = format!("with_reserved({}, offsetof({record}, reserved))", good(parameter));
                calls.push_str(&call(function, which, &value, "MUST_BE_OPTION_INVALID"));
            }
            for (value, must_fail) in bad(parameter) {
                calls.push_str(&call(function, which, &value, if must_fail { "MUST_FAIL" } else { "MAY_FAIL" }));
            }
        }
    }
    calls.push_str("}\n");
    let count = calls.lines().count() - 2;
    assert!(count > 2000, "{count}");

    let scratch = tempfile::tempdir().unwrap();
    let source = scratch.path().join("hostile.c");
    let mut program = fs::read_to_string(common::package().join("tests/c/hostile.h")).unwrap();
    write!(program, "\n{calls}\nint main(void) {{ return hostile(call_all); }}\n").unwrap();
    fs::write(&source, program).unwrap();
    assert!(calls.contains("MUST_BE_OPTION_INVALID"));
    // Strings with a NUL and calls with the wrong type are what this is about.
    let flags = ["-std=c11", "-Wno-overlength-strings", "-Wno-stringop-overread", "-Wno-nonnull"];
    let said = run(Command::new(build("cc", &flags, &source, scratch.path())).current_dir(scratch.path()));
    assert!(said.contains("0 wrong"), "{said}");
}
