//! `cargo xtask test`: the stages, and the report on each.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use crate::header;
use crate::installed;
use crate::labels;
use crate::libtest::{Parser, Suite};
use crate::python;
use crate::scratch::Scratch;
use crate::stage::Cargo;

/// Width of the column with the names.
const NAME_WIDTH: usize = 48;

/// Width of the column with the numbers of tests.
const TESTS_WIDTH: usize = 22;

/// Something to check.
struct Stage {
    /// What the report calls it.
    name: &'static str,
    /// What it does.
    work: Work,
    /// Whether it needs a release build, which `--quick` leaves out.
    release: bool,
}

/// What a stage does.
enum Work {
    /// Runs commands, all of which have to succeed.
    Commands(&'static [&'static str]),
    /// Builds the documentation, in which warnings are errors.
    Documentation,
    /// Runs tests, and reports on each suite.
    Tests(&'static str),
    /// Checks that the C header is what would be made of the sources.
    Header,
    /// Installs the library for C and C++, and uses what was installed.
    Installed,
    /// Builds the Python module and tests it with every version of Python that is found.
    Python,
    /// Runs the example as its user would, and checks what it wrote.
    MainJob,
}

/// All stages, in the order they run.
const STAGES: &[Stage] = &[
    Stage {
        name: "formatting",
        // Left to itself, rustfmt colours what it writes to a file.
        work: Work::Commands(&["fmt --all --check -- --color never"]),
        release: false,
    },
    Stage {
        name: "clippy",
        work: Work::Commands(&["clippy --workspace --all-targets --all-features -- -D warnings"]),
        release: false,
    },
    Stage {
        name: "tests",
        // The kinds are listed to leave out benchmarks and doc tests.
        work: Work::Tests("test --workspace --all-features --no-fail-fast --lib --bins --tests --examples"),
        release: false,
    },
    Stage {
        name: "doc tests",
        work: Work::Tests("test --workspace --all-features --no-fail-fast --doc"),
        release: false,
    },
    Stage { name: "C header", work: Work::Header, release: false },
    Stage { name: "documentation", work: Work::Documentation, release: false },
    Stage {
        name: "features",
        work: Work::Commands(&[
            "check -p serial-core --no-default-features",
            "check -p serial-core --no-default-features --features transfer",
            "check -p serial-core",
            "check -p serial-core --all-features",
            "check -p serialref --no-default-features",
            "check -p serialref --no-default-features --features sqlite",
            "check -p serialref --no-default-features --features postgres",
        ]),
        release: false,
    },
    Stage { name: "installed library", work: Work::Installed, release: true },
    Stage { name: "Python", work: Work::Python, release: true },
    Stage { name: "main job", work: Work::MainJob, release: true },
    Stage {
        name: "benchmark smoke",
        work: Work::Commands(&[
            "run --release -p benches --bin report -- --quick",
            "build --release -p benches --benches",
        ]),
        release: true,
    },
];

/// How many tests, and stages without tests, passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Tally {
    /// Those that passed.
    passed: usize,
    /// Those that did not.
    failed: usize,
}

/// A command that failed, or whose result is wrong.
struct Failure {
    /// The command, to be repeated.
    command: String,
    /// All that it printed.
    output: String,
    /// What is wrong, where the output does not say.
    reason: Option<String>,
}

/// Runs all stages, or all quick ones; true if nothing failed.
pub(crate) fn run(quick: bool) -> bool {
    let (chosen, left_out): (Vec<&Stage>, Vec<&Stage>) = STAGES.iter().partition(|stage| !(quick && stage.release));

    if io::stdout().is_terminal() {
        println!("About to check: {}.", names(&chosen));
        println!("The first run builds everything and takes some minutes.\n");
    }

    let mut tally = Tally::default();
    for stage in chosen {
        tally.add(stage.run());
    }

    if !left_out.is_empty() {
        println!("left out by --quick: {}", names(&left_out));
    }
    println!("{} passed, {} failed", tally.passed, tally.failed);
    tally.failed == 0
}

/// Runs the stage of the Python module alone; true if nothing failed.
pub(crate) fn run_python_alone() -> bool {
    let tally = run_python();
    println!("{} passed, {} failed", tally.passed, tally.failed);
    tally.failed == 0
}

/// The names of stages, as a list to read.
fn names(stages: &[&Stage]) -> String {
    let names: Vec<_> = stages.iter().map(|stage| stage.name).collect();
    names.join(", ")
}

impl Stage {
    /// Runs the stage and reports on it.
    fn run(&self) -> Tally {
        match self.work {
            Work::Commands(commands) => self.run_whole(|| {
                let failures = commands.iter().map(|line| run_command(&Cargo::new(line)));
                failures.filter_map(Result::err).collect()
            }),
            Work::Documentation => self.run_whole(|| {
                let cargo =
                    Cargo::new("doc --workspace --no-deps --all-features").variable("RUSTDOCFLAGS", "-D warnings");
                run_command(&cargo).err().into_iter().collect()
            }),
            Work::Header => self.run_check("cargo xtask header", header::check),
            Work::Installed => self.run_check("cargo xtask installed", installed::check),
            Work::Python => run_python(),
            Work::MainJob => self.run_whole(|| run_main_job().err().into_iter().collect()),
            Work::Tests(command) => self.run_tests(&Cargo::new(command)),
        }
    }

    /// Runs a stage that passes or fails as a whole.
    fn run_whole(&self, work: impl FnOnce() -> Vec<Failure>) -> Tally {
        let started = Instant::now();
        let failures = work();
        let tally = Tally::of_stage(failures.is_empty());
        print_line(self.name, tally, "", started.elapsed());
        failures.iter().for_each(Failure::print);
        tally
    }

    /// Runs a check that says itself what is wrong; `command` repeats or mends it.
    fn run_check(&self, command: &str, check: impl FnOnce() -> Result<(), String>) -> Tally {
        self.run_whole(|| {
            let failure = |reason| Failure { command: command.into(), output: String::new(), reason: Some(reason) };
            check().map_err(failure).err().into_iter().collect()
        })
    }

    /// Runs tests and reports on each suite as it ends.
    fn run_tests(&self, cargo: &Cargo) -> Tally {
        let started = Instant::now();
        let mut tally = Tally::default();
        let mut parser = Parser::default();
        let result = cargo.capture(|line| {
            if let Some(suite) = parser.line(line) {
                tally.add(print_suite(&suite));
            }
        });
        if let Some(suite) = parser.end() {
            tally.add(print_suite(&suite));
        }

        let (success, output) = match result {
            Ok(captured) => (captured.success, captured.output),
            Err(error) => (false, error.to_string()),
        };
        // A build may fail, or cargo's output change beyond recognition.
        let reason = match (success, parser.saw_run()) {
            (true, false) => Some("no test run was found in the output"),
            (false, _) if tally.failed == 0 => Some("the command failed, though no test did"),
            _ => None,
        };
        if reason.is_some() {
            let whole = Tally::of_stage(false);
            print_line(self.name, whole, "", started.elapsed());
            tally.add(whole);
        } else if tally == Tally::default() {
            print_line(self.name, tally, &tally.tests(), started.elapsed());
        }
        if tally.failed > 0 {
            let failure = Failure { command: cargo.to_string(), output, reason: reason.map(String::from) };
            failure.print();
        }
        tally
    }
}

impl Tally {
    /// The tally of a stage that counts as one.
    fn of_stage(success: bool) -> Self {
        Self { passed: usize::from(success), failed: usize::from(!success) }
    }

    /// Adds another tally to this one.
    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// The numbers of tests, for a line of the report.
    fn tests(self) -> String {
        if self.failed == 0 {
            format!("{} passed", self.passed)
        } else {
            format!("{} passed, {} failed", self.passed, self.failed)
        }
    }
}

impl Failure {
    /// Prints all there is to know.
    fn print(&self) {
        println!("\n$ {}", self.command);
        print!("{}", self.output);
        if !self.output.is_empty() && !self.output.ends_with('\n') {
            println!();
        }
        if let Some(reason) = &self.reason {
            println!("{reason}");
        }
        println!("to repeat: {}\n", self.command);
    }
}

/// Runs a command that has to succeed, and returns what it printed.
fn run_command(cargo: &Cargo) -> Result<String, Failure> {
    let failure = |output, reason| Failure { command: cargo.to_string(), output, reason };
    match cargo.capture(|_| {}) {
        Ok(captured) if captured.success => Ok(captured.output),
        Ok(captured) => Err(failure(captured.output, None)),
        Err(error) => Err(failure(String::new(), Some(error.to_string()))),
    }
}

/// Builds the wheel, and tests it in one environment for each version of Python.
fn run_python() -> Tally {
    let mut tally = Tally::default();
    let mut stage = |name: &str, started: Instant, result: Result<String, python::Failure>| {
        let (output, failure) = match result {
            Ok(output) => (output, None),
            Err(python::Failure { command, output }) => {
                (output.clone(), Some(Failure { command, output, reason: None }))
            }
        };
        let counts = python::counts(&output).map(|(passed, failed)| Tally { passed, failed });
        let this = match (counts, &failure) {
            (Some(counts), None) => counts,
            (Some(counts), Some(_)) if counts.failed > 0 => counts,
            (_, failure) => Tally::of_stage(failure.is_none()),
        };
        print_line(name, this, &counts.map(Tally::tests).unwrap_or_default(), started.elapsed());
        if let Some(failure) = failure {
            failure.print();
        }
        tally.add(this);
    };

    let started = Instant::now();
    let environments = match python::environments() {
        Ok(environments) => environments,
        Err(failure) => {
            stage("Python wheel", started, Err(failure));
            return tally;
        }
    };
    stage("Python wheel", started, Ok(String::new()));
    let started = Instant::now();
    stage("Python types", started, environments[0].types().map(|()| String::new()));
    let started = Instant::now();
    let server = match python::server() {
        Ok(server) => server,
        Err(failure) => {
            stage("PostgreSQL for Python", started, Err(failure));
            return tally;
        }
    };
    for (place, environment) in environments.iter().enumerate() {
        let started = Instant::now();
        stage(environment.name, started, environment.tests(place == 0, &server));
    }
    tally
}

/// Runs the example and checks the labels it wrote; then again, which must write no others.
fn run_main_job() -> Result<(), Failure> {
    let command = "run --release --example production_line -- --yes";
    let (store, file_name) = ("sqlite:production-line.db", "labels.csv");

    let scratch = Scratch::new().map_err(|error| Failure {
        command: format!("cargo {command} --store {store} --labels {file_name}"),
        output: String::new(),
        reason: Some(format!("no temporary directory: {error}")),
    })?;
    let file = scratch.path().join(file_name);
    let mut url = OsString::from("sqlite:");
    url.push(scratch.path().join("production-line.db"));
    let cargo = Cargo::new(&format!("{command} --store")).value(&url, store).value("--labels", "--labels");
    let cargo = cargo.value(&file, file_name);

    let mut before: Option<HashSet<String>> = None;
    for _ in 0..2 {
        let output = run_command(&cargo)?;
        let failure = |reason| Failure { command: cargo.to_string(), output, reason: Some(reason) };
        let csv = match fs::read_to_string(&file) {
            Ok(csv) => csv,
            Err(error) => return Err(failure(format!("no labels to read: {error}"))),
        };
        if let Err(reason) = labels::check(&csv) {
            return Err(failure(reason));
        }
        // The first run voids torn labels and deletes scrapped pieces after printing; nothing comes instead of them.
        let is_known = |before: &HashSet<String>| csv.lines().all(|line| before.contains(line));
        if before.as_ref().is_some_and(|before| !is_known(before)) {
            return Err(failure("a second run wrote labels that the first had not".into()));
        }
        before = Some(csv.lines().map(ToOwned::to_owned).collect());
    }
    Ok(())
}

/// Prints the line of a suite and what went wrong in it.
fn print_suite(suite: &Suite) -> Tally {
    let tally = Tally { passed: suite.passed, failed: suite.failed };
    if tally != Tally::default() {
        print_line(&suite.name, tally, &tally.tests(), suite.time);
        for problem in &suite.problems {
            println!("    {problem}");
        }
    }
    tally
}

/// Prints one line of the report.
fn print_line(name: &str, tally: Tally, tests: &str, time: Duration) {
    let outcome = if tally.failed == 0 { "ok" } else { "FAILED" };
    let seconds = time.as_secs_f64();
    println!("{name:NAME_WIDTH$} {outcome:6}  {tests:TESTS_WIDTH$} {seconds:7.1} s");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tallies_add_up() {
        let mut tally = Tally::of_stage(true);
        tally.add(Tally { passed: 12, failed: 0 });
        assert_eq!(tally.tests(), "13 passed");
        tally.add(Tally::of_stage(false));
        assert_eq!(tally.tests(), "13 passed, 1 failed");
    }

    #[test]
    fn a_failed_command_keeps_its_output() {
        let failure = run_command(&Cargo::new("no-such-command")).unwrap_err();
        assert_eq!(failure.command, "cargo no-such-command");
        assert!(failure.output.contains("no-such-command"));
    }
}
