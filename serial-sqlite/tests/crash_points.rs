//! Every single write, sync and deletion of a file that the store does is a moment to be killed at, and one at which
//! the disk may be full or broken.

#![cfg(target_os = "linux")]

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use serial_core::{Error, ErrorKind, GroupId, Limits, NewGroup, Registry, Selection};
use serial_sqlite::SqliteStore;
use support::{
    check,
    child::{self, Ended, Plan, say},
    issue::{Call, groups, heard, repeat},
    take::{self, Take},
};

#[test]
fn child() {
    child::play(&[("scenario", scenario), ("recover", recover)]);
}

/// The system calls that change files.
const CALLS: [&str; 6] = ["pwrite64", "fdatasync", "fsync", "ftruncate", "unlink", "openat"];

/// What happens at one of them.
const FAULTS: [(&str, &str); 3] = [("killed", "signal=KILL"), ("full", "error=ENOSPC"), ("broken", "error=EIO")];

/// The step that the scenario stands at, carried out until it succeeds.
struct Line {
    path: PathBuf,
    registry: Option<Registry>,
}

impl Line {
    /// The registry, opened where it is not.
    fn registry(&mut self) -> Registry {
        for _ in 0..10 {
            if let Some(registry) = &self.registry {
                return registry.clone();
            }
            match SqliteStore::open(&self.path) {
                Ok(store) => {
                    self.registry = Some(Registry::builder(store).limits(Limits::unlimited()).build());
                }
                Err(error) => {
                    let error = Error::from(error);
                    say(format_args!("error open {:?} {error} {error:?}", error.kind()));
                }
            }
        }
        panic!("the store cannot be opened");
    }

    fn close(&mut self) {
        self.registry = None;
    }

    /// Repeats a step until it succeeds, as its errors say it can be.
    fn step<T>(&mut self, what: &str, step: impl Fn(&Registry) -> Result<T, Error>) -> T {
        for _ in 0..5 {
            let registry = self.registry();
            let error = match step(&registry) {
                Ok(value) => return value,
                Err(error) => error,
            };
            say(format_args!("error {what} {:?} {error} {error:?}", error.kind()));
            if error.kind() == ErrorKind::OutcomeUnknown {
                // Nothing more before the store was opened again.
                let refused = registry.group(GroupId(1)).map(drop).unwrap_err();
                assert_eq!(refused.kind(), ErrorKind::StoreUnavailable, "{refused:?}");
                let refused = registry.create_group(NewGroup::batch("Never")).map(drop).unwrap_err();
                assert_eq!(refused.kind(), ErrorKind::StoreUnavailable, "{refused:?}");
                self.close();
            }
        }
        panic!("{what} fails again and again");
    }
}

/// One of everything: creating the file, issuing, deleting, closing with its checkpoint, opening again.
fn scenario() {
    let mut line = Line { path: child::setting("PATH").into(), registry: None };
    let all = line.step("groups", groups);
    let mut request = 0;
    let mut issue = |line: &mut Line, at: usize, count: usize| {
        request += 1;
        let call = Call { request, group: all[at].0.0, count };
        line.step("issue", |registry| call.run(registry))
    };
    let first = issue(&mut line, 0, 40);
    issue(&mut line, 1, 0);
    issue(&mut line, 2, 10);
    issue(&mut line, 3, 0);
    let selection = Selection::codes(first.codes[..10].iter().cloned());
    line.step("delete", |registry| registry.delete(&selection)?.confirm());
    say(format_args!("deleted {}", first.codes[..10].join(",")));
    let take = |line: &mut Line, request: u128, at: usize, count: u64| {
        let take = Take::of(request, all[at].0.0, count);
        assert!(line.step("claim", |registry| take.clone().claim(registry)));
        line.step("use", |registry| take.clone().use_up(registry));
    };
    take(&mut line, 3000, 0, 20);
    line.close();

    issue(&mut line, 3, 0);
    let spare = line.step("group", |registry| match registry.create_group(NewGroup::batch("Spare")) {
        Err(Error::NameTaken { group }) => registry.group(group),
        other => other,
    });
    let call = Call { request: 1000, group: spare.id.0, count: 25 };
    let burned = line.step("issue", |registry| call.run(registry));
    line.step("delete group", |registry| match registry.delete_group(spare.id) {
        // It went at the first attempt, of which nobody heard.
        Err(Error::GroupNotFound { .. }) => Ok(0),
        pending => pending?.confirm(),
    });
    say(format_args!("deleted {}", burned.codes.join(",")));
    issue(&mut line, 0, 40);
    // As large as a log must be for a checkpoint on the way is not; this one is by hand, as backups do it.
    let other = rusqlite::Connection::open(&line.path);
    let _ = other.and_then(|other| other.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(())));
    issue(&mut line, 0, 40);
    issue(&mut line, 3, 0);
    take(&mut line, 3002, 0, 30);
    take(&mut line, 3004, 1, 1);
    line.close();
}

/// What comes after a crash, and may crash again.
fn recover() {
    let registry = support::registry(Path::new(&child::setting("PATH")));
    let all = groups(&registry).unwrap();
    for request in 2000..2003 {
        Call { request, group: all[1].0.0, count: 0 }.run(&registry).unwrap();
    }
}

/// Plays a role under `strace` with something done to the `nth` of its calls of one kind.
fn run(role: &str, path: &Path, inject: Option<(&str, &str, usize)>) -> Ended {
    let name = |end: &str| format!("{}{end}", path.display());
    let calls = CALLS.join(",");
    let mut words = vec!["strace".to_owned(), "-f".into(), "-y".into(), "-o".into(), name(".strace"), "-e".into()];
    words.push(match inject {
        None => format!("trace={calls}"),
        Some((call, ..)) => format!("trace={call}"),
    });
    // Faster, but signals do not get through with it.
    if !inject.is_some_and(|(_, fault, _)| fault.starts_with("signal")) {
        words.push("--seccomp-bpf".into());
    }
    if let Some((call, fault, nth)) = inject {
        words.extend(["-e".into(), format!("inject={call}:{fault}:when={nth}")]);
    }
    for end in ["", "-wal", "-shm", "-journal"] {
        words.extend(["-P".into(), name(end)]);
    }
    // The folder too, whose syncs make files stay.
    words.extend(["-P".into(), path.parent().unwrap().display().to_string(), "--".into()]);
    Plan::through(role, &words).path(path).start().wait()
}

fn strace_is_there() {
    let version = Command::new("strace").arg("-V").output();
    let there = version.is_ok_and(|output| output.status.success());
    assert!(there, "this test needs strace; install it, on Debian with `apt-get install strace`");
}

/// How often the scenario makes each of the calls.
fn counts() -> Vec<(&'static str, usize)> {
    let folder = support::folder();
    let path = folder.path().join("store.db");
    let said = run("scenario", &path, None).well();
    assert!(!said.iter().any(|line| line.starts_with("error")), "{said:?}");
    let log = fs::read_to_string(folder.path().join("store.db.strace")).unwrap();
    let count = |call: &str| log.lines().filter(|line| line.contains(&format!(" {call}("))).count();
    CALLS.iter().map(|call| (*call, count(call))).collect()
}

/// One point: the fault, the call and its number.
#[derive(Clone, Copy, Debug)]
struct Point {
    name: &'static str,
    fault: &'static str,
    call: &'static str,
    nth: usize,
}

/// Whether an error is the one that fits what was done to a call.
fn check_error(point: Point, injected: &str, error: &str) {
    let mut words = error.split(' ').skip(1);
    let (step, kind) = (words.next().unwrap(), words.find(|word| word.starts_with(char::is_uppercase)).unwrap());
    let is_commit = !["open", "groups"].contains(&step);
    let is_sync = ["fdatasync", "fsync"].contains(&point.call);
    // The index of the log, in memory that processes share, is brought up to date after the commit.
    let fits = match (is_commit, is_sync, injected.contains("-shm")) {
        (true, true, _) => kind == "OutcomeUnknown",
        (_, false, false) => kind == "StoreUnavailable",
        _ => ["StoreUnavailable", "OutcomeUnknown"].contains(&kind),
    };
    assert!(fits, "{point:?} {injected}: {error}");
    if point.name == "full" && point.call == "pwrite64" && !injected.contains("-shm") {
        assert!(error.contains("the disk is full"), "{point:?} {injected}: {error}");
    }
}

/// Goes through one point; `false` where the scenario was over before.
fn pass(point: Point) -> bool {
    let folder = support::folder();
    let path = folder.path().join("store.db");
    let ended = run("scenario", &path, Some((point.call, point.fault, point.nth)));
    let log = fs::read_to_string(folder.path().join("store.db.strace")).unwrap_or_default();
    if !log.contains("INJECTED") && !log.contains("killed by SIGKILL") {
        // Random codes change more pages in one run and fewer in another.
        ended.well();
        return false;
    }
    let (done, open) = heard(&ended.said);
    let errors: Vec<&String> = ended.said.iter().filter(|line| line.starts_with("error")).collect();
    if point.name == "killed" {
        assert!(!ended.status.success() && errors.is_empty(), "{point:?}: {errors:?} {}", ended.complaints);
    } else {
        assert!(ended.status.success(), "{point:?}: {errors:?}\n{}", ended.complaints);
        let injected = log.lines().find(|line| line.contains("(INJECTED)")).unwrap_or_default();
        for error in errors {
            check_error(point, injected, error);
        }
    }
    let mut all = done.clone();
    if point.name == "killed" && ended.said.iter().any(|line| line.starts_with("begin")) {
        // Once more, while what the crash left is put in order.
        let ended = run("recover", &path, Some(("pwrite64", point.fault, 1 + point.nth % 9)));
        all.extend(heard(&ended.said).0);
    }
    // The deletion of a group takes the answers for its requests with it.
    let open: Vec<Call> = open.into_iter().filter(|call| call.request != 1000).collect();
    let repeatable: Vec<_> = done.into_iter().filter(|done| done.request != 1000).collect();
    if ended.said.iter().any(|line| line.starts_with("begin")) {
        all.extend(repeat(&path, &repeatable, &open));
    } else {
        groups(&support::registry(&path)).unwrap();
    }
    take::settle(&path, &take::heard(&ended.said), &format!("{point:?}"));
    check::check(&path, &all, &format!("{point:?}"));
    SqliteStore::open(&path).unwrap().check_integrity().unwrap_or_else(|error| panic!("{point:?}: {error}"));
    let registry = support::registry(&path);
    for line in ended.said.iter().filter_map(|line| line.strip_prefix("deleted ")) {
        for code in line.split(',') {
            assert!(registry.lookup(code).is_err(), "{point:?}: {code} was deleted and is back");
        }
    }
    true
}

#[test]
fn a_kill_a_full_disk_or_a_broken_one_at_any_write_or_sync_loses_nothing() {
    strace_is_there();
    let counts = counts();
    // SQLite syncs with one of the two.
    for (call, count) in counts.iter().filter(|(call, _)| !["fdatasync", "fsync"].contains(call)) {
        assert!(*count > 0, "the scenario never calls {call}: {counts:?}");
    }
    assert!(counts.iter().any(|(call, count)| call.ends_with("sync") && *count > 0), "no syncs: {counts:?}");
    let mut points = Vec::new();
    for (call, count) in counts {
        for (name, fault) in FAULTS {
            points.extend((1..=count).map(|nth| Point { name, fault, call, nth }));
        }
    }
    // The short form takes some of them, spread over all.
    let step = points.len().div_ceil(usize::try_from(support::runs(48, 10_000)).unwrap()).max(1);
    let chosen: Vec<Point> = points.into_iter().step_by(step).collect();
    let (mut failed, mut passed) = (Vec::new(), 0);
    for some in chosen.chunks(2) {
        let start = |point: &Point| {
            (
                *point,
                thread::spawn({
                    let point = *point;
                    move || pass(point)
                }),
            )
        };
        for (point, thread) in some.iter().map(start).collect::<Vec<_>>() {
            match thread.join() {
                Ok(happened) => passed += usize::from(happened),
                Err(_) => failed.push(point),
            }
        }
    }
    assert!(failed.is_empty(), "{} of {} points, see above: {failed:#?}", failed.len(), chosen.len());
    assert!(passed * 10 >= chosen.len() * 9, "only {passed} of {} points were met", chosen.len());
}
