//! Another copy of SQLite in the same process does no harm, and many stores and readers in one process do none.

#![cfg(target_os = "linux")]
#![allow(unsafe_code, reason = "the other copy of SQLite is called as C")]

mod support;

use std::{
    ffi::{CString, c_char, c_int, c_void},
    path::Path,
    ptr,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use libloading::{Library, Symbol};
use rusqlite::ffi;
use serial_core::{Filter, Kind, Paging};
use serial_sqlite::SqliteStore;
use support::{
    Dice, check,
    child::{self, Plan, say},
    issue::{Call, Done, groups, heard},
};

#[test]
fn child() {
    child::play(&[("write", write_beside_another_copy), ("crowd", crowd)]);
}

/// The system's SQLite, which knows nothing of the one in this program.
struct OtherCopy(Library);

type Open = unsafe extern "C" fn(*const c_char, *mut *mut c_void) -> c_int;
type Exec = unsafe extern "C" fn(*mut c_void, *const c_char, *mut c_void, *mut c_void, *mut *mut c_char) -> c_int;
type Close = unsafe extern "C" fn(*mut c_void) -> c_int;
type Version = unsafe extern "C" fn() -> *const c_char;

impl OtherCopy {
    fn load() -> Self {
        // SAFETY: loading SQLite runs no code that this program could be harmed by.
        let library = unsafe { Library::new("libsqlite3.so.0") };
        Self(library.expect("the system has an SQLite; on Debian it is in the package libsqlite3-0"))
    }

    /// It must be another one, with its own list of open files.
    fn is_another(&self) -> bool {
        // SAFETY: the function has this type in every version.
        let other: Symbol<'_, Version> = unsafe { self.0.get(b"sqlite3_libversion\0") }.unwrap();
        *other as usize != ffi::sqlite3_libversion as *const () as usize
    }

    /// Opens a file, reads something and closes it.
    fn visit(&self, path: &Path) {
        let path = CString::new(path.to_str().unwrap()).unwrap();
        let mut connection = ptr::null_mut();
        // SAFETY: the functions have these types in every version of SQLite 3; the text ends in NUL, and the
        // connection is closed once, whether it could be opened or not.
        unsafe {
            let open: Symbol<'_, Open> = self.0.get(b"sqlite3_open\0").unwrap();
            let exec: Symbol<'_, Exec> = self.0.get(b"sqlite3_exec\0").unwrap();
            let close: Symbol<'_, Close> = self.0.get(b"sqlite3_close\0").unwrap();
            open(path.as_ptr(), &raw mut connection);
            // It may be busy, or find the damage that a run without the remedy does.
            let sql = c"SELECT count(*) FROM groups".as_ptr();
            exec(connection, sql, ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
            close(connection);
        }
    }
}

/// Gives SQLite its own way of locking back.
fn lock_as_sqlite_does() {
    // The store has the locks replaced once in a process: this one is only for that.
    drop(SqliteStore::in_memory().unwrap());
    // SAFETY: the default file system lives as long as the process, has this function on Linux, and takes no
    // function as the wish for its own; no file is open yet.
    let restored = unsafe {
        let vfs = ffi::sqlite3_vfs_find(ptr::null());
        ((*vfs).xSetSystemCall.unwrap())(vfs, c"fcntl".as_ptr(), None)
    };
    assert_eq!(restored, ffi::SQLITE_OK);
}

fn write_beside_another_copy() {
    if child::setting("LOCKS") == "SQLite's own" {
        lock_as_sqlite_does();
    }
    let path = child::setting("PATH");
    let path = Path::new(&path);
    let other = OtherCopy::load();
    assert!(other.is_another());
    let registry = support::registry(path);
    let groups = groups(&registry).unwrap();
    let run = u128::from(child::number("RUN"));
    let mut dice = Dice(child::number("RUN"));
    child::ready();
    let end = Instant::now() + Duration::from_secs(child::number("SECONDS"));
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                other.visit(path);
                thread::sleep(Duration::from_millis(1));
            }
        });
        for step in 0.. {
            let (group, kind) = groups[dice.index(groups.len())];
            let count = if kind == Kind::Batch { 20 } else { 0 };
            let call = Call { request: run << 64 | step, group: group.0, count };
            if let Err(error) = call.run(&registry) {
                say(format_args!("failed {:?} {error:?}", error.kind()));
                break;
            }
            if Instant::now() > end {
                break;
            }
        }
        over.store(true, Ordering::Relaxed);
    });
}

/// What three writers were told, each beside another copy of SQLite, and what is wrong with the file afterwards.
fn three_writers(path: &Path, locks: &str, seconds: u64) -> (Vec<Done>, Vec<String>) {
    groups(&support::registry(path)).unwrap();
    let writer = |run: u64| Plan::of("write").path(path).set("RUN", run).set("LOCKS", locks).set("SECONDS", seconds);
    let mut done = Vec::new();
    let mut wrong = Vec::new();
    for child in child::together((1..=3).map(writer)) {
        let ended = child.wait();
        if !ended.status.success() {
            wrong.push(format!("a writer ended badly: {}", ended.complaints));
        }
        wrong.extend(ended.said.iter().filter(|line| line.starts_with("failed")).cloned());
        done.extend(heard(&ended.said).0);
    }
    wrong.extend(check::contradictions(path));
    if wrong.is_empty() && check::twice(&done) > 0 {
        wrong.push("codes were acknowledged twice".into());
    }
    match std::panic::catch_unwind(|| check::lost(path, &done)) {
        Ok(0) => {}
        Ok(lost) => wrong.push(format!("{lost} acknowledged references are gone")),
        Err(_) => wrong.push("the file cannot be read".into()),
    }
    (done, wrong)
}

#[test]
fn another_copy_of_sqlite_in_the_process_makes_nothing_acknowledged_vanish() {
    let folder = support::folder();
    let path = folder.path().join("store.db");
    let (done, wrong) = three_writers(&path, "the store's", support::runs(4, 60));
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(done.len() > 30, "only {} calls", done.len());
    check::check(&path, &done, "beside another copy of SQLite");
}

#[test]
fn with_the_locks_of_sqlite_itself_the_same_does_damage() {
    for _ in 0..20 {
        let folder = support::folder();
        let (_, wrong) = three_writers(&folder.path().join("store.db"), "SQLite's own", 2);
        if !wrong.is_empty() {
            return;
        }
    }
    panic!("the test of the remedy proves nothing: without it nothing was lost either");
}

/// Opens and closes stores and reads with many threads, while others do the same and write.
fn crowd() {
    let path = child::setting("PATH");
    let path = Path::new(&path);
    let run = u128::from(child::number("RUN"));
    let rounds = child::number("ROUNDS");
    child::ready();
    thread::scope(|scope| {
        for number in 0..4_u128 {
            scope.spawn(move || {
                for round in 0..u128::from(rounds) {
                    let registry = support::registry(path);
                    let groups = groups(&registry).unwrap();
                    thread::scope(|readers| {
                        // More than the connections that are kept for reading, now and then.
                        for _ in 0..(round % 4) * 4 {
                            readers.spawn(|| {
                                for (group, _) in &groups {
                                    registry.references(&Filter::group(*group), &Paging::of(50)).unwrap();
                                }
                            });
                        }
                        for step in 0..4_u128 {
                            let (group, kind) = groups[usize::try_from((step + round) % 4).unwrap()];
                            let count = if kind == Kind::Batch { 5 } else { 0 };
                            let request = run << 96 | number << 64 | round << 32 | step;
                            Call { request, group: group.0, count }.run(&registry).unwrap();
                        }
                    });
                }
            });
        }
    });
}

#[test]
fn many_stores_and_readers_that_come_and_go_in_several_processes_lose_nothing() {
    let folder = support::folder();
    let path = folder.path().join("store.db");
    let rounds = support::runs(6, 40);
    let crowd = |run: u64| Plan::of("crowd").path(&path).set("RUN", run).set("ROUNDS", rounds);
    let mut done = Vec::new();
    // Nobody has the file yet: it is created by all at once.
    for child in child::together((1..=3).map(crowd)) {
        done.extend(heard(&child.wait().well()).0);
    }
    assert_eq!(done.len() as u64, 3 * 4 * rounds * 4);
    check::check(&path, &done, "with many stores");
}
