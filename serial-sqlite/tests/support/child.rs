//! Child processes: the test program again, told by its environment what to be.
//!
//! Every test file that has children has a test `child`, which does nothing when it is run as a test.

use std::{
    env,
    ffi::OsStr,
    fmt::Display,
    io::{BufRead, BufReader, Write, stdout},
    path::Path,
    process::{self, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

const ROLE: &str = "SERIALREF_CHILD";

/// What tells the words of a child from those of the test program around it.
const MARK: &str = "= ";

/// Longer than any child needs on the slowest machine; a child that hangs is a failure.
const PATIENCE: Duration = Duration::from_secs(300);

/// In a child: plays its role and ends the process.
pub(crate) fn play(roles: &[(&str, fn())]) {
    let Ok(wanted) = env::var(ROLE) else { return };
    let (_, role) = roles.iter().find(|(name, _)| *name == wanted).expect("the role exists");
    role();
    // The line without which the parent takes the child's end for a failure.
    say("end");
    process::exit(0);
}

/// In a child: what the parent set.
pub(crate) fn setting(name: &str) -> String {
    env::var(format!("SERIALREF_CHILD_{name}")).unwrap_or_else(|_| panic!("the parent did not set {name}"))
}

pub(crate) fn number(name: &str) -> u64 {
    setting(name).parse().expect("it is a number")
}

/// In a child: tells the parent a line, whole or not at all unless the process dies within it.
pub(crate) fn say(line: impl Display) {
    let line = format!("\n{MARK}{line}\n");
    let mut out = stdout().lock();
    // The parent may be gone.
    if out.write_all(line.as_bytes()).and_then(|()| out.flush()).is_err() {
        process::exit(1);
    }
}

/// In a child: waits until the parent says that all may begin.
pub(crate) fn ready() {
    say("ready");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).expect("the parent is there");
}

/// What a child is started with.
pub(crate) struct Plan(Command);

impl Plan {
    pub(crate) fn of(role: &str) -> Self {
        Self::through(role, &[] as &[&str])
    }

    /// The same run by another program, to which its path and arguments are given.
    pub(crate) fn through<S: AsRef<OsStr>>(role: &str, program: &[S]) -> Self {
        let this = env::current_exe().expect("this program has a path");
        let mut command = match program {
            [] => Command::new(this),
            [program, arguments @ ..] => {
                let mut command = Command::new(program);
                command.args(arguments).arg(this);
                command
            }
        };
        command.args(["child", "--exact", "--nocapture", "--test-threads=1"]).env(ROLE, role);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(command)
    }

    pub(crate) fn set(mut self, name: &str, value: impl Display) -> Self {
        self.0.env(format!("SERIALREF_CHILD_{name}"), value.to_string());
        self
    }

    pub(crate) fn path(self, path: &Path) -> Self {
        let path = path.to_str().expect("the folder for temporary files has a plain name").to_owned();
        self.set("PATH", path)
    }

    pub(crate) fn command(mut self, change: impl FnOnce(&mut Command)) -> Self {
        change(&mut self.0);
        self
    }

    pub(crate) fn start(mut self) -> Child {
        let mut process = self.0.spawn().unwrap_or_else(|error| panic!("{}: {error}", self.0.get_program().display()));
        let said = Arc::<Mutex<Vec<String>>>::default();
        let out = BufReader::new(process.stdout.take().expect("it is piped"));
        let errors = BufReader::new(process.stderr.take().expect("it is piped"));
        let listener = {
            let said = Arc::clone(&said);
            thread::spawn(move || {
                each_whole_line(out, |line| {
                    if let Some(line) = line.strip_prefix(MARK) {
                        said.lock().unwrap().push(line.to_owned());
                    }
                });
            })
        };
        let complaints = thread::spawn(move || {
            let mut complaints = String::new();
            each_whole_line(errors, |line| {
                complaints.push_str(line);
                complaints.push('\n');
            });
            complaints
        });
        Child { process, said, listener, complaints, since: Instant::now() }
    }
}

/// A line that was cut off by a death is none.
fn each_whole_line(mut from: impl BufRead, mut take: impl FnMut(&str)) {
    let mut bytes = Vec::new();
    while from.read_until(b'\n', &mut bytes).is_ok_and(|length| length > 0) {
        if bytes.pop() == Some(b'\n') {
            take(&String::from_utf8_lossy(&bytes));
        }
        bytes.clear();
    }
}

/// A running child.
pub(crate) struct Child {
    process: process::Child,
    said: Arc<Mutex<Vec<String>>>,
    listener: JoinHandle<()>,
    complaints: JoinHandle<String>,
    since: Instant,
}

/// A child that is over.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) said: Vec<String>,
    pub(crate) complaints: String,
}

impl Child {
    pub(crate) fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }

    /// Waits until the child has said a line that begins so; `false` where it ended without.
    pub(crate) fn wait_for(&mut self, beginning: &str) -> bool {
        // What it said before it ended may take a moment to arrive.
        let mut over = None;
        loop {
            if self.said.lock().unwrap().iter().any(|line| line.starts_with(beginning)) {
                return true;
            }
            if self.is_over() && over.get_or_insert_with(Instant::now).elapsed() > Duration::from_secs(2) {
                return false;
            }
            assert!(self.since.elapsed() < PATIENCE, "the child hangs");
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Lets a child go on that is [`ready`].
    pub(crate) fn go(&mut self) {
        let mut input = self.process.stdin.take().expect("it is piped");
        input.write_all(b"go\n").expect("the child reads");
    }

    /// Whether the process has ended.
    pub(crate) fn is_over(&mut self) -> bool {
        self.process.try_wait().expect("it is a child").is_some()
    }

    pub(crate) fn kill(mut self) -> Ended {
        // It may have ended by itself.
        let _ = self.process.kill();
        self.wait()
    }

    pub(crate) fn wait(mut self) -> Ended {
        let status = loop {
            if let Some(status) = self.process.try_wait().expect("it is a child") {
                break status;
            }
            if self.since.elapsed() > PATIENCE {
                let _ = self.process.kill();
                panic!("the child hangs; it said\n{}", last(&self.said()));
            }
            thread::sleep(Duration::from_millis(1));
        };
        self.listener.join().unwrap();
        let said = self.said.lock().unwrap().clone();
        Ended { status, said, complaints: self.complaints.join().unwrap() }
    }
}

impl Ended {
    /// Fails unless the child played its role to the end.
    #[track_caller]
    pub(crate) fn well(self) -> Vec<String> {
        let ended = self.status.success() && self.said.last().is_some_and(|line| line == "end");
        assert!(ended, "{}: {}\n{}", self.status, self.complaints, last(&self.said));
        self.said
    }
}

fn last(lines: &[String]) -> String {
    lines[lines.len().saturating_sub(5)..].join("\n")
}

/// Starts children at the same moment, after all have said that they are ready.
pub(crate) fn together(plans: impl IntoIterator<Item = Plan>) -> Vec<Child> {
    let mut children: Vec<Child> = plans.into_iter().map(Plan::start).collect();
    let ready: Vec<bool> = children.iter_mut().map(|child| child.wait_for("ready")).collect();
    // One that is not will be found to have ended badly.
    children.iter_mut().zip(ready).filter(|(_, ready)| *ready).for_each(|(child, _)| child.go());
    children
}
