//! `cargo xtask python`: builds the wheel, installs it into environments of its own, and tests it there.
//!
//! Everything lives in `target/python`. Nothing is needed but a `CPython` with pip, and a PostgreSQL for the tests to use;
//! what else the tests need is installed.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::{env, fs};

use throwaway_postgres::{Settings, ThrowawayPostgres};

use crate::stage::root;

/// The interpreters that are tested where they are found; the first that is there builds the wheel.
const INTERPRETERS: [&str; 4] = ["python3.11", "python3.12", "python3.13", "python3.10"];

/// What tells the tests where an empty database is.
const DATABASE: &str = "SERIALREF_TEST_POSTGRES";

/// Without types and tables: what other versions than the first are tested with.
const FEW: [&str; 3] = ["pytest>=8", "pytest-timeout>=2.3", "hypothesis>=6.100"];

/// A command that has failed, and all that it printed.
pub(crate) struct Failure {
    pub(crate) command: String,
    pub(crate) output: String,
}

type Outcome<T> = Result<T, Failure>;

/// The interpreter of an environment in which the wheel is installed.
pub(crate) struct Environment {
    python: PathBuf,
    /// Which interpreter it was made of.
    pub(crate) name: &'static str,
    /// That interpreter.
    outside: PathBuf,
}

/// An environment with the wheel and everything that the tests need; and one with little more than the wheel for every
/// other version of Python that is found.
pub(crate) fn environments() -> Outcome<Vec<Environment>> {
    let mut found = INTERPRETERS.into_iter().filter_map(|name| Some((name, interpreter(name)?)));
    let Some(first) = found.next() else {
        let output = format!("none of {} is there with pip; install one", INTERPRETERS.join(", "));
        return Err(Failure { command: "python3 --version".into(), output });
    };
    let main = environment(first)?;
    let requirements = root().join("serial-py/tests/requirements.txt");
    main.install(["-r".into(), requirements.into_os_string()])?;
    let wheel = main.wheel()?;
    main.install(["--force-reinstall".into(), "--no-deps".into(), wheel.clone().into_os_string()])?;
    let mut all = vec![main];
    for another in found {
        let other = environment(another)?;
        other.install(FEW.map(OsString::from))?;
        other.install(["--force-reinstall".into(), "--no-deps".into(), wheel.clone().into_os_string()])?;
        all.push(other);
    }
    Ok(all)
}

fn folder() -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    target.join("python")
}

/// An interpreter with pip: on the path, or among those of pyenv, of which only some may be on the path.
fn interpreter(name: &str) -> Option<PathBuf> {
    let pyenv = env::var_os("PYENV_ROOT").map(PathBuf::from);
    let pyenv = pyenv.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".pyenv")))?;
    let versions = fs::read_dir(pyenv.join("versions")).into_iter().flatten().flatten();
    let ours = versions.map(|version| version.path().join("bin").join(name)).filter(|program| program.exists());
    let has_pip =
        |program: &PathBuf| run(&program.to_string_lossy(), ["-c", "import pip, venv"].map(OsString::from)).is_ok();
    [PathBuf::from(name)].into_iter().chain(ours).find(has_pip)
}

fn environment((name, outside): (&'static str, PathBuf)) -> Outcome<Environment> {
    let place = folder().join(name);
    let python = place.join("bin").join("python");
    if !python.exists() {
        // Debian's Python cannot put pip into an environment; the one outside does as well.
        let arguments = ["-m".into(), "venv".into(), "--without-pip".into(), place.into_os_string()];
        run(&outside.to_string_lossy(), arguments)?;
    }
    Ok(Environment { python, name, outside })
}

impl Environment {
    /// The tests of the module, without those that need what this environment lacks; their output. They are given a
    /// database of their own.
    pub(crate) fn tests(&self, is_first: bool, server: &ThrowawayPostgres) -> Outcome<String> {
        let database =
            server.create_database().map_err(|output| Failure { command: "CREATE DATABASE".into(), output })?;
        let mut arguments = vec!["-m", "pytest", "-q", "-p", "no:cacheprovider"];
        if !is_first {
            arguments.extend(["--ignore", "tests/test_columns.py"]);
        }
        let arguments = arguments.into_iter().map(OsString::from);
        run_with(&self.python.to_string_lossy(), arguments, &[(DATABASE, &database)])
    }

    /// What type checkers say of the stubs, the tests and the examples.
    pub(crate) fn types(&self) -> Outcome<()> {
        let sources = ["tests", "../examples/python"];
        self.run(["-m", "mypy"].into_iter().chain(sources))?;
        self.run(["-m", "pyright", "--pythonpath", &self.python.to_string_lossy()].into_iter().chain(sources))?;
        self.run(["-m", "mypy.stubtest", "serialref"]).map(drop)
    }

    /// The wheel, as anybody would build it.
    fn wheel(&self) -> Outcome<PathBuf> {
        let wheels = folder().join("wheels");
        // Only the new one is to be found there.
        let _ = fs::remove_dir_all(&wheels);
        let out = wheels.to_string_lossy();
        let python = self.python.to_string_lossy();
        self.run(["-m", "maturin", "build", "--release", "--quiet", "--interpreter", &python, "--out", &out])?;
        let built = fs::read_dir(&wheels).ok().and_then(|mut files| files.next()?.ok());
        built
            .map(|file| file.path())
            .ok_or_else(|| Failure { command: "maturin build".into(), output: format!("there is no wheel in {out}") })
    }

    fn install<const N: usize>(&self, arguments: [OsString; N]) -> Outcome<()> {
        let python = self.python.to_string_lossy();
        let pip = ["-m", "pip", "--python", &python, "install", "--quiet", "--disable-pip-version-check"];
        run(&self.outside.to_string_lossy(), pip.map(OsString::from).into_iter().chain(arguments)).map(drop)
    }

    fn run<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Outcome<String> {
        run(&self.python.to_string_lossy(), arguments.into_iter().map(OsString::from))
    }
}

/// A server for the tests.
pub(crate) fn server() -> Outcome<ThrowawayPostgres> {
    ThrowawayPostgres::start(&Settings::default()).map_err(|output| Failure { command: "postgres".into(), output })
}

fn run(program: &str, arguments: impl IntoIterator<Item = OsString>) -> Outcome<String> {
    run_with(program, arguments, &[])
}

/// Runs a command in the folder of the module, with some variables of the environment, and keeps what it prints.
fn run_with(
    program: &str,
    arguments: impl IntoIterator<Item = OsString>,
    variables: &[(&str, &str)],
) -> Outcome<String> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let shown: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy()).collect();
    let command = format!("cd serial-py && {program} {}", shown.join(" "));
    let ran = Command::new(program)
        .args(&arguments)
        .current_dir(root().join("serial-py"))
        .envs(variables.iter().copied())
        // Warnings of pip and colours would be in the way, and what cargo says to its children is not for ours.
        .env("NO_COLOR", "1")
        .env_remove("PYTHONPATH")
        .env_remove("VIRTUAL_ENV")
        .env_remove("CARGO")
        .env_remove("RUSTC")
        .stdin(Stdio::null())
        .output();
    match ran {
        Ok(ran) => {
            let output = String::from_utf8_lossy(&ran.stdout) + String::from_utf8_lossy(&ran.stderr);
            if ran.status.success() {
                Ok(output.into_owned())
            } else {
                Err(Failure { command, output: output.into_owned() })
            }
        }
        Err(error) => Err(Failure { command, output: error.to_string() }),
    }
}

/// How many tests passed and failed, as the last line of pytest says.
pub(crate) fn counts(output: &str) -> Option<(usize, usize)> {
    let line = output.lines().rev().find(|line| line.contains(" passed") || line.contains(" failed"))?;
    let count = |word: &str| {
        let before = line.split(word).next().filter(|before| *before != line)?;
        before.trim_end().rsplit(' ').next()?.parse::<usize>().ok()
    };
    // Nothing is to be skipped, so a skipped test is a failure.
    let failed = [" failed", " error", " skipped", " xfailed"].into_iter().filter_map(count).sum();
    Some((count(" passed").unwrap_or(0), failed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_of_pytest_is_understood() {
        assert_eq!(counts("..F\n1 failed, 443 passed, 2 skipped in 24.89s\n"), Some((443, 3)));
        assert_eq!(counts("...\n12 passed in 0.50s\n"), Some((12, 0)));
        assert_eq!(counts("3 errors in 0.1s\n"), None);
        assert_eq!(counts("1 passed, 1 error in 0.1s"), Some((1, 1)));
    }
}
