//! A child made by `fork` leaves its parent's store alone, and may have one of its own.

#![cfg(unix)]

mod support;

use std::{path::Path, process, thread, time::Duration};

use fork::{Fork, fork, waitpid};
use serial_core::{Error, GroupId, Store};
use serial_sqlite::SqliteStore;
use support::{
    check,
    child::{self, Plan, say},
    issue::{Call, groups, heard},
};

// Each case runs in a process of its own, whose threads are known.
#[test]
fn child() {
    child::play(&[
        ("leave alone", leave_alone),
        ("each its own", each_its_own),
        ("outlive", outlive),
        ("busy parent", busy_parent),
    ]);
}

/// Does something in a forked child and waits for it; what panics there fails here.
fn in_a_fork(work: impl FnOnce()) {
    match fork().unwrap() {
        Fork::Child => {
            let well = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).is_ok();
            process::exit(i32::from(!well));
        }
        Fork::Parent(child) => {
            let status = waitpid(child).unwrap();
            assert_eq!(status, 0, "the forked child failed");
        }
    }
}

fn leave_alone() {
    let path = child::setting("PATH");
    let registry = support::registry(Path::new(&path));
    let groups = groups(&registry).unwrap();
    let single = Call { request: 1, group: groups[1].0.0, count: 0 };
    single.run(&registry).unwrap();
    // Readers too are there when the process is copied.
    registry.group(groups[0].0).unwrap();
    let store = SqliteStore::open(&path).unwrap();
    store.group(groups[0].0).unwrap();
    let inherited = registry.clone();
    in_a_fork(move || {
        for _ in 0..2 {
            let refused = [
                inherited.create_reference(groups[1].0).map(drop).unwrap_err(),
                inherited.group(groups[0].0).map(drop).unwrap_err(),
                inherited.lookup("12345").map(drop).unwrap_err(),
                store.group(GroupId(1)).map(drop).unwrap_err().into(),
            ];
            for error in refused {
                assert!(matches!(&error, Error::StoreUnavailable(_)), "{error:?}");
                assert!(error.to_string().contains("fork") || format!("{error:?}").contains("fork"), "{error:?}");
            }
        }
        drop(store);
        drop(inherited);
    });
    for request in 2..50 {
        Call { request, ..single }.run(&registry).unwrap();
    }
}

#[test]
fn a_forked_child_cannot_use_its_parents_store_and_dropping_it_there_harms_nothing() {
    let folder = support::folder();
    let path = folder.path().join("store.db");
    let said = Plan::of("leave alone").path(&path).start().wait().well();
    let (done, open) = heard(&said);
    assert_eq!((done.len(), open.len()), (49, 0));
    check::check(&path, &done, "after a fork");
}

/// Parent and child issue into the same file at the same time, each through a store that it opened itself.
fn each_its_own() {
    const CALLS: u128 = 150;
    let path = child::setting("PATH");
    let path = Path::new(&path);
    let registry = support::registry(path);
    let groups = groups(&registry).unwrap();
    registry.group(groups[0].0).unwrap();
    let issue = |registry: &serial_core::Registry, side: u128| {
        for number in 0..CALLS {
            let (group, count) = if number % 2 == 0 { (groups[1].0, 0) } else { (groups[2].0, 5) };
            Call { request: side << 64 | number, group: group.0, count }.run(registry).unwrap();
        }
    };
    let child = match fork().unwrap() {
        Fork::Child => {
            let work = || {
                drop(registry);
                issue(&support::registry(path), 2);
            };
            let well = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).is_ok();
            process::exit(i32::from(!well));
        }
        Fork::Parent(child) => child,
    };
    issue(&registry, 1);
    // The child goes on while its parent's connections are closed.
    drop(registry);
    assert_eq!(waitpid(child).unwrap(), 0, "the forked child failed");
}

#[test]
fn a_forked_child_and_its_parent_can_each_have_a_store_of_their_own() {
    for round in 0..support::runs(3, 40) {
        let folder = support::folder();
        let path = folder.path().join("store.db");
        let ended = Plan::of("each its own").path(&path).start().wait();
        let (done, _) = heard(&ended.said);
        check::check(&path, &done, &format!("round {round}: {}", ended.complaints));
        ended.well();
        assert_eq!(done.len(), 300);
    }
}

/// The parent is killed in the middle of writing while its child, which does nothing, lives on.
fn outlive() {
    let path = child::setting("PATH");
    let registry = support::registry(Path::new(&path));
    let groups = groups(&registry).unwrap();
    let (group, writing) = (groups[1].0.0, registry.clone());
    Call { request: 1, group, count: 0 }.run(&registry).unwrap();
    thread::spawn(move || {
        for request in 2.. {
            Call { request, group, count: 0 }.run(&writing).unwrap();
        }
    });
    // Another moment of a write each time.
    thread::sleep(Duration::from_micros(3000 + child::number("ROUND") * 217));
    match fork().unwrap() {
        Fork::Child => {
            // Ends when the test closes its end of the pipe.
            let _ = std::io::stdin().read_line(&mut String::new());
            process::exit(0);
        }
        Fork::Parent(child) => {
            say(format_args!("forked {child}"));
            process::abort();
        }
    }
}

#[test]
fn a_forked_child_that_outlives_its_parent_keeps_nobody_from_writing() {
    for round in 0..support::runs(4, 40) {
        let folder = support::folder();
        let path = folder.path().join("store.db");
        let mut parent = Plan::of("outlive").path(&path).set("ROUND", round).start();
        assert!(parent.wait_for("forked"));
        while !parent.is_over() {
            thread::sleep(Duration::from_millis(1));
        }
        let registry = support::registry(&path);
        let line = registry.find_group("Drawn one by one").unwrap().unwrap();
        for request in 1000..1005 {
            Call { request, group: line.id.0, count: 0 }.quietly(&registry).unwrap();
        }
        // Lets the child end.
        parent.go();
        let ended = parent.wait();
        let (done, _) = heard(&ended.said);
        assert!(!done.is_empty());
        check::check(&path, &done, &format!("round {round}"));
    }
}

/// Forked while other threads write, the child has a store of its own.
fn busy_parent() {
    let path = child::setting("PATH");
    let registry = support::registry(Path::new(&path));
    let groups = groups(&registry).unwrap();
    let (group, many) = (groups[1].0.0, groups[0].0.0);
    for thread in 0..3_u128 {
        let writing = registry.clone();
        thread::spawn(move || {
            for request in 0.. {
                let (group, count) = if request % 2 == 0 { (group, 0) } else { (many, 20) };
                Call { request: thread << 64 | request, group, count }.quietly(&writing).unwrap();
            }
        });
    }
    for round in 0..u128::from(child::number("ROUNDS")) {
        // Another moment of a write each time.
        thread::sleep(Duration::from_micros(500 + u64::try_from(round).unwrap() * 37));
        let child = match fork().unwrap() {
            Fork::Child => {
                let work = || {
                    let registry = support::registry(Path::new(&path));
                    for request in 0..3 {
                        Call { request: 1 << 80 | round << 32 | request, group, count: 0 }.run(&registry).unwrap();
                    }
                };
                let well = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).is_ok();
                process::exit(i32::from(!well));
            }
            Fork::Parent(child) => child,
        };
        // A child that finds a lock taken by a thread that it does not have would wait for ever.
        assert_eq!(waitpid(child).unwrap(), 0, "the forked child failed");
    }
}

#[test]
fn a_child_forked_while_other_threads_write_can_have_a_store_of_its_own() {
    let rounds = support::runs(12, 200);
    let folder = support::folder();
    let path = folder.path().join("store.db");
    let said = Plan::of("busy parent").path(&path).set("ROUNDS", rounds).start().wait().well();
    let (done, open) = heard(&said);
    assert_eq!((done.len() as u64, open.len()), (rounds * 3, 0));
    check::check(&path, &done, "after forks of several threads");
}
