//! The project's task runner. `cargo xtask help` lists what it does.

mod header;
mod install;
mod installed;
mod labels;
mod libtest;
mod long;
mod python;
mod scratch;
mod stage;
mod test;

use std::env;
use std::process::ExitCode;

use crate::install::Destination;
use crate::stage::Cargo;

/// What `cargo xtask help` prints.
const USAGE: &str = "\
Usage: cargo xtask <command>

Commands:
  test [--quick]   check and test everything; the last line is `N passed, N failed`
                   --quick leaves out the stages that need a release build
  long [NAME ...]  run the tests that take minutes at their full length; NAME is one of
                   kill crash-points second-sqlite processes files lost-replies contention
  header           make include/serialref.h from the sources of the C interface
  python           build the Python module and test it with every version of Python that is found;
                   a PostgreSQL has to be installed
  report           measure, and write benches/REPORT.md anew
  install --prefix PATH
                   build the library for C and C++ and lay it down there, below DESTDIR if that is set
  uninstall --prefix PATH
                   remove what was laid down
  installed        use an installed library as its users do, which is a stage of test
  help             print this text
";

/// The exit code for a command line that is not understood.
const MISUSE: u8 = 2;

/// Runs the command the arguments name.
fn main() -> ExitCode {
    let arguments: Vec<String> =
        env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();

    match arguments.as_slice() {
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            ExitCode::SUCCESS
        }
        ["test"] => exit_code(test::run(false)),
        ["test", "--quick"] => exit_code(test::run(true)),
        ["long", names @ ..] => long::run(names).map_or_else(
            || {
                eprintln!("there is no such long test; the names are: {}", long::NAMES);
                ExitCode::from(MISUSE)
            },
            exit_code,
        ),
        ["header"] => outcome(&header::write()),
        ["install", "--prefix", prefix] => {
            let installed = Destination::of_prefix(prefix).and_then(|to| to.install());
            if installed.is_ok() {
                println!("serialref is installed in {prefix}");
            }
            outcome(&installed)
        }
        ["installed"] => outcome(&installed::check()),
        ["uninstall", "--prefix", prefix] => outcome(&Destination::of_prefix(prefix).and_then(|from| from.uninstall())),
        [command @ ("install" | "uninstall"), ..] => {
            eprintln!("say where: cargo xtask {command} --prefix PATH");
            ExitCode::from(MISUSE)
        }
        ["python"] => exit_code(test::run_python_alone()),
        ["report"] => report(),
        unknown => {
            eprint!("unknown command: {}\n\n{USAGE}", unknown.join(" "));
            ExitCode::from(MISUSE)
        }
    }
}

/// Writes the benchmark report anew.
fn report() -> ExitCode {
    let cargo = Cargo::new("run --release -p benches --bin report -- --write");
    match cargo.run() {
        Ok(success) => exit_code(success),
        Err(error) => {
            eprintln!("{cargo}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Says what went wrong, if anything did.
fn outcome(result: &Result<(), String>) -> ExitCode {
    if let Err(error) = result {
        eprintln!("{error}");
    }
    exit_code(result.is_ok())
}

/// The exit code that tells a caller whether all went well.
fn exit_code(success: bool) -> ExitCode {
    if success { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
