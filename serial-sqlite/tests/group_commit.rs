//! Calls that come at the same time share a commit, and none suffers by another.

mod support;

use std::{
    path::Path,
    sync::{Barrier, mpsc},
    thread,
    time::Duration,
};

use rusqlite::Connection;
use serial_core::{
    Answer, AppendPlan, Appended, Cause, Codes, Digest, Group, GroupLimits, IndexGuard, Kind, Limit, NewGroup, Refusal,
    Registry, Request, RequestId, Store, StoreError, Timestamp, Values,
};
use serial_sqlite::SqliteStore;
use support::check;

/// Another connection that has the write lock until it is dropped, so that calls pile up meanwhile.
struct Held(Connection);

impl Held {
    fn take(path: &Path) -> Self {
        let connection = Connection::open(path).unwrap();
        connection.busy_timeout(Duration::from_secs(10)).unwrap();
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        Self(connection)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.execute_batch("ROLLBACK").unwrap();
    }
}

#[test]
fn calls_of_several_threads_share_commits() {
    const THREADS: usize = 8;
    const CALLS: usize = 40;
    let folder = support::folder();
    let path = folder.path().join("store.db");
    let registry = support::registry(&path);
    let group = registry.create_group(NewGroup::continuous("Service tags")).unwrap().id;
    let before = check::commits(&path);
    let together = Barrier::new(THREADS);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..CALLS {
                    together.wait();
                    registry.create_reference(group).unwrap();
                }
            });
        }
    });
    let commits = check::commits(&path) - before;
    let calls = THREADS * CALLS;
    eprintln!("{calls} calls in {commits} commits");
    assert_eq!(registry.group(group).unwrap().issued, calls as u64);
    // One leads and the others share the next: a quarter, and some more where threads come late.
    assert!(commits * 4 <= calls * 3, "{calls} calls took {commits} commits");
    drop(registry);
    check::check(&path, &[], "after shared commits");
}

#[test]
fn one_thread_alone_has_a_commit_for_each_call() {
    let folder = support::folder();
    let path = folder.path().join("store.db");
    let registry = support::registry(&path);
    let group = registry.create_group(NewGroup::continuous("Service tags")).unwrap().id;
    let before = check::commits(&path);
    for _ in 0..50 {
        registry.create_reference(group).unwrap();
    }
    assert_eq!(check::commits(&path) - before, 50);
}

/// Everything that a plan borrows.
struct Plan {
    codes: Codes,
    revision: u64,
    max_live: Limit,
    request: Option<Request>,
    index: Option<IndexGuard>,
}

impl Plan {
    fn of(group: &Group, code: &str) -> Self {
        Self {
            codes: Codes::from_packed(code.into(), code.len()).unwrap(),
            revision: group.revision,
            max_live: Limit::Unlimited,
            request: None,
            index: None,
        }
    }

    fn give(&self, store: &SqliteStore, group: &Group) -> Result<Answer<Appended>, StoreError> {
        store.append(&AppendPlan {
            request: self.request,
            group: group.id,
            revision: self.revision,
            max_live: self.max_live,
            index: self.index,
            batch: None,
            codes: &self.codes,
            values: Values::NONE,
            created_at: Timestamp::from_micros(0),
            cause: Cause::NONE,
        })
    }
}

fn group_of(registry: &Registry, store: &SqliteStore) -> Group {
    let made = registry.create_group(NewGroup::continuous("Line").limits(GroupLimits::default())).unwrap();
    assert_eq!(made.kind, Kind::Continuous);
    store.group(made.id).unwrap().unwrap()
}

/// Whether an answer is the one that was to come.
type Expected = fn(&Result<Answer<Appended>, StoreError>) -> bool;

#[test]
fn what_is_refused_or_fails_does_not_touch_the_calls_that_share_its_commit() {
    let folder = support::folder();
    let path = folder.path().join("store.db");
    let store = SqliteStore::open(&path).unwrap();
    let registry = support::registry(&path);
    let group = group_of(&registry, &store);
    let code = |number: u32| format!("{number:025}");
    let taken = code(1);
    assert!(matches!(Plan::of(&group, &taken).give(&store, &group), Ok(Answer::Done(Appended::New { .. }))));

    let done: Expected = |answer| matches!(answer, Ok(Answer::Done(Appended::New { .. })));
    let plans: Vec<(Plan, Expected)> = vec![
        (Plan::of(&group, &code(10)), done),
        (Plan::of(&group, &taken), |answer| matches!(answer, Ok(Answer::Refused(Refusal::CodesTaken { .. })))),
        (Plan::of(&group, &code(11)), done),
        (Plan { max_live: Limit::AtMost(1), ..Plan::of(&group, &code(12)) }, |answer| {
            matches!(answer, Ok(Answer::Refused(Refusal::LiveLimit { .. })))
        }),
        (Plan { revision: 99, ..Plan::of(&group, &code(13)) }, |answer| {
            matches!(answer, Ok(Answer::Refused(Refusal::GroupChanged { .. })))
        }),
        // Of the wrong width: no registry makes such a plan.
        (Plan::of(&group, "SHORT"), |answer| matches!(answer, Err(StoreError::Contract { .. }))),
        (Plan { index: Some(IndexGuard { expected: 5, next: 6 }), ..Plan::of(&group, &code(14)) }, |answer| {
            matches!(answer, Ok(Answer::Refused(Refusal::IndexMoved { .. })))
        }),
        (Plan { request: Some(Request { id: RequestId(7), digest: Digest(1) }), ..Plan::of(&group, &code(15)) }, done),
        (Plan::of(&group, &code(16)), done),
    ];
    let before = check::commits(&path);
    let held = Held::take(&path);
    let (tell, told) = mpsc::channel();
    thread::scope(|scope| {
        for (number, (plan, expected)) in plans.iter().enumerate() {
            let tell = tell.clone();
            let (store, group) = (&store, &group);
            scope.spawn(move || {
                let answer = plan.give(store, group);
                tell.send((number, expected(&answer), format!("{answer:?}"))).unwrap();
            });
        }
        // Long enough for all of them to be waiting; if not, they share less and the answers are the same.
        thread::sleep(Duration::from_millis(300));
        assert!(told.try_recv().is_err(), "a call was done while another connection had the write lock");
        drop(held);
    });
    drop(tell);
    let answers: Vec<_> = told.iter().collect();
    assert_eq!(answers.len(), plans.len());
    for (number, as_expected, answer) in answers {
        assert!(as_expected, "call {number}: {answer}");
    }
    let commits = check::commits(&path) - before;
    assert!(commits <= 4, "four calls that succeed took {commits} commits");
    assert_eq!(store.group(group.id).unwrap().unwrap().issued, 5);
    drop((store, registry));
    check::check(&path, &[], "after refusals");
}

#[test]
fn all_that_wait_are_told_when_it_takes_too_long_and_nothing_was_changed() {
    let folder = support::folder();
    let path = folder.path().join("store.db");
    let store = SqliteStore::options().patience(Duration::from_millis(200)).open(&path).unwrap();
    let registry = support::registry(&path);
    let group = group_of(&registry, &store);
    let held = Held::take(&path);
    thread::scope(|scope| {
        for number in 0..6 {
            let (store, group) = (&store, &group);
            scope.spawn(move || {
                let answer = Plan::of(group, &format!("{number:025}")).give(store, group);
                assert!(matches!(answer, Err(StoreError::Busy { .. })), "{answer:?}");
            });
        }
    });
    drop(held);
    assert_eq!(store.group(group.id).unwrap().unwrap().issued, 0);
    let answer = Plan::of(&group, &format!("{:025}", 0)).give(&store, &group);
    assert!(matches!(answer, Ok(Answer::Done(_))), "{answer:?}");
}
