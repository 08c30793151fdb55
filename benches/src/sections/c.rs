//! The same work in Rust and in C through the shared library.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use crate::{
    Scale,
    measure::Slices,
    ours::{BATCH, Ours},
    table::{Bar, Row, factor, time, whole},
};

const SLICES: usize = 20;

/// A program in C that works when it is told to.
struct InC {
    child: Child,
    orders: ChildStdin,
    times: BufReader<ChildStdout>,
    _scratch: tempfile::TempDir,
}

impl InC {
    fn start() -> Self {
        let scratch = tempfile::tempdir().expect("a temporary folder");
        let program = scratch.path().join("through");
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let library = library();
        let folder = library.parent().expect("the library is in a folder");
        let compiled = Command::new("cc")
            .args(["-std=gnu11", "-O2", "-I"])
            .arg(package.join("../include"))
            .arg(package.join("c/through.c"))
            .arg("-o")
            .arg(&program)
            .arg(&library)
            .status();
        assert!(compiled.is_ok_and(|status| status.success()), "the program in C cannot be compiled");
        // The loader asks for the library by the name it is installed under.
        let installed = scratch.path().join("libserialref.so.0.1");
        std::fs::copy(&library, installed).expect("the library can be copied");
        let mut child = Command::new(&program)
            .env("LD_LIBRARY_PATH", scratch.path().as_os_str())
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program in C can be started");
        let orders = child.stdin.take().expect("it has an input");
        let times = BufReader::new(child.stdout.take().expect("it has an output"));
        Self { child, orders, times, _scratch: scratch }
    }

    fn time(&mut self, work: &str, count: usize) -> Duration {
        writeln!(self.orders, "{work} {count}").expect("the program in C is listening");
        let mut line = String::new();
        self.times.read_line(&mut line).expect("the program in C answers");
        Duration::from_nanos(line.trim().parse().expect("it answers with a number"))
    }
}

impl Drop for InC {
    fn drop(&mut self) {
        // Its own end is of no interest.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The shared library that was built with this program.
fn library() -> PathBuf {
    let own = env::current_exe().expect("this program has a path");
    let folder = own.parent().expect("this program is in a folder");
    // Beside this program may lie one that was built by itself, and earlier.
    let found = [folder.join("deps"), folder.to_path_buf()].map(|folder| folder.join("libserialref_ffi.so"));
    found.into_iter().find(|path| path.exists()).expect("the shared library is built with this program")
}

pub(super) fn run(scale: Scale) -> Vec<Row> {
    let present = scale.of(1_000_000);
    let (singles, batches, checks) = (scale.of(10_000), scale.of(100), scale.of(1_000_000));

    let mut c = InC::start();
    let (rust, pumps) = (Ours::continuous(), Ours::batch());
    rust.issue_singly(present);
    c.time("single", present);

    let mut times: [Slices; 6] = Default::default();
    for _ in 0..SLICES {
        times[0].time(singles, || rust.issue_singly(singles));
        let spent = c.time("single", singles);
        times[1].push(singles, spent);
        times[2].time(batches * BATCH, || pumps.issue_in_batches(batches * BATCH, |_| {}));
        let spent = c.time("batch", batches);
        times[3].push(batches * BATCH, spent);
        let spent = c.time("check", checks);
        times[4].push(checks, spent);
        let spent = c.time("call", checks);
        times[5].push(checks, spent);
    }
    let [single, single_in_c, batch, batch_in_c, check, call] = times;
    let checking = (check.median() - call.median()).max(0.0);

    let against = |what: &str, size: String, ours: &Slices, rust: &Slices, most: f64| {
        let times = 1.0 / ours.median_ratio(rust);
        Row::new(what, size)
            .ours(time(ours.median()))
            .peer(format!("{} the same in Rust", time(rust.median())))
            .ratio(factor(times))
            .bar(Bar::at_most(most, "x", times))
    };
    vec![
        against("create_reference from C", format!("{} present", whole(present)), &single_in_c, &single, 1.25),
        against(
            "batches of 500 from C, per reference",
            format!("{} issued", whole(SLICES * batches * BATCH)),
            &batch_in_c,
            &batch,
            1.1,
        ),
        Row::new("checking a handle", "a call that does little else")
            .ours(time(check.median()))
            .peer(format!("{} a call without a handle", time(call.median())))
            .ratio(format!("{} more", time(checking)))
            .bar(Bar::at_most(15.0, " ns", checking)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_in_c_does_all_that_it_is_told() {
        let mut c = InC::start();
        for work in ["single", "batch", "check", "call"] {
            assert!(c.time(work, 3) > Duration::ZERO, "{work}");
        }
    }
}
