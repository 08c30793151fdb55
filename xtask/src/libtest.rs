//! Reading what `cargo test` prints.
//!
//! A suite is a test binary, or the doc tests of a package. Cargo names it in a
//! header line; one or more runs follow (doc tests may take two), each with a
//! line that announces how many tests it has and a summary line.

use std::mem;
use std::time::{Duration, Instant};

/// Length of the hash that cargo appends to the name of a test binary.
const HASH_LENGTH: usize = 16;

/// A suite that has ended.
#[derive(Debug)]
pub(crate) struct Suite {
    /// The crate and the file, or what kind of tests they are.
    pub(crate) name: String,
    /// How many tests passed.
    pub(crate) passed: usize,
    /// How many did not: they failed, were ignored, or never ended.
    pub(crate) failed: usize,
    /// The tests that did not pass and why, as far as the output names them.
    pub(crate) problems: Vec<String>,
    /// The time from the suite's header to the next one.
    pub(crate) time: Duration,
}

/// Reads the output of `cargo test` line by line.
#[derive(Default)]
pub(crate) struct Parser {
    /// The suite whose output is being read.
    suite: Option<OpenSuite>,
    /// Whether any run was seen, be it one of no tests.
    saw_run: bool,
}

/// A suite whose output is being read.
struct OpenSuite {
    /// The counts so far, of the runs that are over.
    suite: Suite,
    /// When the header was read.
    started: Instant,
    /// The run being read.
    run: Option<Run>,
}

/// One run of tests.
struct Run {
    /// How many tests it announced.
    announced: usize,
    /// What its summary said, once that was read.
    counts: Option<Counts>,
}

/// The numbers of a summary line.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counts {
    /// Tests that passed, benchmarks that were measured among them.
    passed: usize,
    /// Tests that failed.
    failed: usize,
    /// Tests that were not run.
    ignored: usize,
}

impl Parser {
    /// Reads a line; returns the suite that has ended with it, if any.
    pub(crate) fn line(&mut self, line: &str) -> Option<Suite> {
        if let Some(name) = header(line) {
            return self.suite.replace(OpenSuite::new(name)).map(OpenSuite::end);
        }
        let open = self.suite.as_mut()?;
        if let Some(announced) = announcement(line) {
            self.saw_run |= open.announce(announced);
        } else if let Some(counts) = summary(line) {
            open.sum_up(counts);
        } else if let Some(problem) = problem(line) {
            open.suite.problems.push(problem);
        }
        None
    }

    /// Returns the last suite, at the end of the output.
    pub(crate) fn end(&mut self) -> Option<Suite> {
        self.suite.take().map(OpenSuite::end)
    }

    /// Whether the output was that of tests at all.
    pub(crate) fn saw_run(&self) -> bool {
        self.saw_run
    }
}

impl OpenSuite {
    /// A suite whose header was just read.
    fn new(name: String) -> Self {
        Self {
            suite: Suite { name, passed: 0, failed: 0, problems: Vec::new(), time: Duration::ZERO },
            started: Instant::now(),
            run: None,
        }
    }

    /// Begins the next run, unless one is still under way.
    ///
    /// In that case the line is part of what a test printed.
    fn announce(&mut self, announced: usize) -> bool {
        if matches!(self.run, Some(Run { counts: None, .. })) {
            return false;
        }
        self.end_run();
        self.run = Some(Run { announced, counts: None });
        true
    }

    /// Takes the summary, if it accounts for the tests announced.
    ///
    /// Otherwise the line is part of what a test printed.
    fn sum_up(&mut self, counts: Counts) {
        if let Some(run) = &mut self.run {
            if counts.passed + counts.failed + counts.ignored == run.announced {
                run.counts = Some(counts);
            }
        }
    }

    /// Adds the run that is over to the suite.
    fn end_run(&mut self) {
        let Some(run) = self.run.take() else {
            return;
        };
        if let Some(counts) = run.counts {
            self.suite.passed += counts.passed;
            // Nothing is to be skipped here, so an ignored test is a failure.
            self.suite.failed += counts.failed + counts.ignored;
        } else {
            self.suite.failed += 1;
            let problem = "the suite ended before its summary";
            self.suite.problems.push(problem.into());
        }
    }

    /// The suite, at its end.
    fn end(mut self) -> Suite {
        self.end_run();
        self.suite.time = self.started.elapsed();
        if self.suite.failed == 0 {
            // What looked like a problem was something a test printed.
            mem::take(&mut self.suite.problems);
        }
        self.suite
    }
}

/// The name of the suite, if the line is its header.
fn header(line: &str) -> Option<String> {
    if let Some(package) = line.strip_prefix("   Doc-tests ") {
        return Some(format!("{package} (doc tests)"));
    }
    let (source, binary) = line.strip_prefix("     Running ")?.strip_suffix(')')?.split_once(" (")?;
    // Several packages may have a `src/lib.rs`, so the crate goes in the name.
    match source.strip_prefix("unittests ") {
        Some(file) => Some(format!("{} ({file})", crate_name(binary))),
        None => Some(source.to_owned()),
    }
}

/// The name of the crate that a test binary was built from.
fn crate_name(binary: &str) -> &str {
    let file = binary.rsplit(['/', '\\']).next().unwrap_or(binary);
    let stem = file.strip_suffix(".exe").unwrap_or(file);
    match stem.rsplit_once('-') {
        Some((name, hash)) if hash.len() == HASH_LENGTH && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => name,
        _ => stem,
    }
}

/// The number of tests that a run announces.
fn announcement(line: &str) -> Option<usize> {
    let (count, noun) = line.strip_prefix("running ")?.split_once(' ')?;
    if noun == "test" || noun == "tests" { count.parse().ok() } else { None }
}

/// The numbers in a run's summary.
fn summary(line: &str) -> Option<Counts> {
    let (_, numbers) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let mut counts = Counts::default();
    for entry in numbers.split("; ") {
        let Some((count, what)) = entry.split_once(' ') else {
            continue;
        };
        let field = match what {
            "passed" | "measured" => &mut counts.passed,
            "failed" => &mut counts.failed,
            "ignored" => &mut counts.ignored,
            _ => continue,
        };
        *field += count.parse::<usize>().ok()?;
    }
    Some(counts)
}

/// The test that did not pass and why, if the line is about one.
fn problem(line: &str) -> Option<String> {
    let (name, outcome) = line.strip_prefix("test ")?.split_once(" ... ")?;
    if outcome == "FAILED" {
        Some(format!("{name}: failed"))
    } else if outcome == "ignored" || outcome.starts_with("ignored, ") {
        Some(format!("{name}: {outcome}"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything the parser makes of an output.
    fn parse(output: &str) -> Vec<Suite> {
        let mut parser = Parser::default();
        let mut suites: Vec<Suite> = output.lines().filter_map(|line| parser.line(line)).collect();
        suites.extend(parser.end());
        suites
    }

    /// The only suite of an output.
    fn parse_one(output: &str) -> Suite {
        let mut suites = parse(output);
        assert_eq!(suites.len(), 1, "{suites:?}");
        suites.remove(0)
    }

    #[test]
    fn each_binary_is_a_suite() {
        let suites = parse(
            "
   Compiling serial-core v0.1.0
    Finished `test` profile [optimized + debuginfo] target(s) in 0.97s
     Running unittests src/lib.rs (target/debug/deps/serial_core-7882dc7a36c22f3a)

running 2 tests
test tests::a ... ok
test tests::b - should panic ... ok

test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.11s

     Running tests/groups.rs (target/debug/deps/groups-d4d43f132b38ba7a)

running 1 test
test slow ... ok

test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.50s

     Running unittests lib.rs (target/debug/deps/benches-4e858eeddc382172)

running 0 tests

test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
",
        );
        let found: Vec<_> = suites.iter().map(|suite| (suite.name.as_str(), suite.passed, suite.failed)).collect();
        assert_eq!(found, [("serial_core (src/lib.rs)", 2, 0), ("tests/groups.rs", 1, 0), ("benches (lib.rs)", 0, 0),]);
    }

    #[test]
    fn a_suite_ends_with_the_header_of_the_next() {
        let mut parser = Parser::default();
        assert!(parser.line("     Running tests/a.rs (a-0)").is_none());
        assert!(parser.line("running 0 tests").is_none());
        let first = parser.line("     Running tests/b.rs (b-0)").unwrap();
        assert_eq!(first.name, "tests/a.rs");
        assert_eq!(parser.end().unwrap().name, "tests/b.rs");
        assert!(parser.end().is_none());
    }

    #[test]
    fn failed_tests_are_counted_and_named() {
        let suite = parse_one(
            "
     Running tests/groups.rs (target/debug/deps/groups-d4d43f132b38ba7a)

running 3 tests
test good ... ok
test bad ... FAILED
test worse - should panic ... FAILED

failures:

---- bad stdout ----
thread 'bad' panicked at tests/groups.rs:3:5:
explicit panic

failures:
    bad
    worse

test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

error: test failed, to rerun pass `-p serial-core --test groups`
",
        );
        assert_eq!((suite.passed, suite.failed), (1, 2));
        assert_eq!(suite.problems, ["bad: failed", "worse - should panic: failed"]);
    }

    #[test]
    fn ignored_tests_are_failures() {
        let suite = parse_one(
            "
     Running tests/groups.rs (target/debug/deps/groups-d4d43f132b38ba7a)

running 3 tests
test good ... ok
test later ... ignored
test slow ... ignored, takes ... long

test result: ok. 1 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.00s
",
        );
        assert_eq!((suite.passed, suite.failed), (1, 2));
        assert_eq!(suite.problems, ["later: ignored", "slow: ignored, takes ... long"]);
    }

    #[test]
    fn the_runs_of_doc_tests_add_up() {
        let suite = parse_one(
            "
   Doc-tests serial_core

running 3 tests
test serial-core/src/lib.rs - (line 8) - compile ... ok
test serial-core/src/lib.rs - (line 2) ... ok
test serial-core/src/lib.rs - two (line 14) - should panic ... ok

test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s


running 1 test
test serial-core/src/lib.rs - (line 5) - compile fail ... FAILED

test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.04s

all doctests ran in 0.42s; merged doctests compilation took 0.28s
",
        );
        assert_eq!(suite.name, "serial_core (doc tests)");
        assert_eq!((suite.passed, suite.failed), (3, 1));
        assert_eq!(suite.problems, ["serial-core/src/lib.rs - (line 5) - compile fail: failed"]);
    }

    #[test]
    fn a_compile_error_has_no_suites() {
        let mut parser = Parser::default();
        let output = "
   Compiling serial-core v0.1.0
error[E0425]: cannot find value `x` in this scope
 --> serial-core/src/lib.rs:3:5

error: could not compile `serial-core` (lib test) due to 1 previous error
";
        for line in output.lines() {
            assert!(parser.line(line).is_none());
        }
        assert!(parser.end().is_none());
        assert!(!parser.saw_run());
    }

    #[test]
    fn a_suite_without_a_summary_failed() {
        let suites = parse(
            "
     Running tests/a.rs (target/debug/deps/a-d4d43f132b38ba7a)

running 2 tests
test good ... ok
error: test failed, to rerun pass `-p serial-core --test a`

Caused by:
  process didn't exit successfully: `a` (signal: 6, SIGABRT: process abort signal)
     Running tests/b.rs (target/debug/deps/b-d4d43f132b38ba7a)

running 1 test
test good ... ok

test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
",
        );
        assert_eq!((suites[0].passed, suites[0].failed), (0, 1));
        assert_eq!(suites[0].problems, ["the suite ended before its summary"]);
        assert_eq!((suites[1].passed, suites[1].failed), (1, 0));
    }

    #[test]
    fn lines_that_a_test_printed_do_not_count() {
        let suite = parse_one(
            "
     Running tests/a.rs (target/debug/deps/a-d4d43f132b38ba7a)

running 2 tests
test bad ... FAILED
test good ... ok

failures:

---- bad stdout ----
running 7 tests
test result: ok. 7 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

failures:
    bad

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
",
        );
        assert_eq!((suite.passed, suite.failed), (1, 1));
    }

    #[test]
    fn problems_need_a_failure() {
        let suite = parse_one(
            "
     Running tests/a.rs (target/debug/deps/a-d4d43f132b38ba7a)
running 1 test
test printed ... FAILED
test good ... ok
test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
",
        );
        assert_eq!(suite.failed, 0);
        assert!(suite.problems.is_empty());
    }

    #[test]
    fn crate_names_lose_the_hash_only() {
        assert_eq!(crate_name("deps/serial_core-7882dc7a36c22f3a"), "serial_core");
        assert_eq!(crate_name("target\\debug\\deps\\report-a28e2dcd7d86b36c.exe"), "report");
        assert_eq!(crate_name("deps/production-line"), "production-line");
    }

    #[test]
    fn measured_benchmarks_pass() {
        let line = "test result: ok. 2 passed; 1 failed; 3 ignored; 4 measured; 9 filtered out; \
                    finished in 0.00s";
        let counts = Counts { passed: 6, failed: 1, ignored: 3 };
        assert_eq!(summary(line), Some(counts));
        assert_eq!(summary("test result: unclear"), None);
    }
}
