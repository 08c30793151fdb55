//! Replies that never arrive: no reference is issued that nobody received, and none twice.

mod support;

use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use serial_core::{
    Error, Filter, Limits, NewBatch, NewClaim, NewGroup, NewReference, Registry, RequestId, Selection, State,
    Transition,
};
use serial_postgres::PostgresIsolation;
use support::{Target, agreement, fresh_schema, proxy::Proxy, runs, server, shared_database};

/// Repeats a call as long as it is not known to have failed for good.
fn persist<T>(mut call: impl FnMut() -> Result<T, Error>) -> T {
    loop {
        match call() {
            Ok(value) => return value,
            Err(Error::StoreBusy(_) | Error::StoreUnavailable(_) | Error::OutcomeUnknown { .. }) => {}
            Err(error) => panic!("{error}: {error:?}"),
        }
    }
}

/// Issues through a proxy that loses one reply in five, until so many are lost.
fn issue_while_replies_are_lost(isolation: PostgresIsolation, wanted: u64) {
    let proxy = Proxy::start(server().port());
    let options = Target::at(proxy.url(shared_database())).schema(fresh_schema()).isolation(isolation);
    let registry = Registry::builder(options.open().unwrap()).limits(Limits::unlimited()).build();
    let many = registry.create_group(NewGroup::batch("Pumps")).unwrap().id;
    let one = registry.create_group(NewGroup::continuous("Line")).unwrap().id;
    let received: Mutex<Vec<String>> = Mutex::default();
    let next = AtomicU64::new(0);
    proxy.lose_one_in(5);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while proxy.lost() < wanted {
                    let id = RequestId(next.fetch_add(1, Ordering::Relaxed).into());
                    let new = NewBatch::of(10).request_id(id);
                    let batch = persist(|| registry.create_batch(many, new.clone()));
                    let new = NewReference::new().request_id(RequestId(id.0 | 1 << 100));
                    let single = persist(|| registry.create_reference_with(one, &new));
                    let mut received = received.lock().unwrap();
                    received.extend(batch.codes.iter().map(str::to_owned));
                    received.push(single.reference.code.into());
                }
            });
        }
    });
    proxy.lose_one_in(0);
    let received = received.into_inner().unwrap();
    let distinct: BTreeSet<String> = received.iter().cloned().collect();
    assert_eq!(distinct.len(), received.len(), "a code was received twice");
    let each = persist(|| {
        let each = registry.each_reference(Filter::all(), serial_core::Direction::OldestFirst);
        each.map(|reference| reference.map(|reference| String::from(reference.code)))
            .collect::<Result<BTreeSet<_>, _>>()
    });
    assert_eq!(each, distinct, "what is stored is not what was received");
    let issued: u64 = [many, one].map(|group| persist(|| registry.group(group)).issued).iter().sum();
    assert_eq!(issued, received.len() as u64);
    assert!(proxy.lost() >= wanted);
}

#[test]
fn what_was_received_is_exactly_what_was_issued() {
    issue_while_replies_are_lost(PostgresIsolation::ReadCommitted, runs(40));
}

#[test]
fn what_was_received_is_exactly_what_was_issued_when_serializable() {
    issue_while_replies_are_lost(PostgresIsolation::Serializable, runs(20));
}

/// Claims, prints and returns through a proxy that loses one reply in five, until so many are lost.
fn claim_while_replies_are_lost(isolation: PostgresIsolation, wanted: u64) {
    let proxy = Proxy::start(server().port());
    let schema = fresh_schema();
    let options = Target::at(proxy.url(shared_database())).schema(&*schema).isolation(isolation);
    let registry = Registry::builder(options.open().unwrap()).limits(Limits::unlimited()).build();
    let group = registry.create_group(NewGroup::batch("Pumps")).unwrap().id;
    registry.create_batch(group, NewBatch::of(20_000)).unwrap();
    let (printed, next): (Mutex<Vec<String>>, _) = (Mutex::default(), AtomicU64::new(0));
    proxy.lose_one_in(5);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while proxy.lost() < wanted {
                    let id = RequestId(next.fetch_add(1, Ordering::Relaxed).into());
                    let new = NewClaim::of(10).holder("Line").request_id(id);
                    let claim = persist(|| registry.claim(group, new.clone()));
                    let (used, _) = claim.references.split_at(7);
                    let step = Transition::to(State::Encoded).request_id(RequestId(id.0 | 1 << 100));
                    let moved = persist(|| registry.transition(&Selection::references(used), step));
                    assert_eq!(moved, 7);
                    // Once it is returned, calling again returns nothing.
                    assert!(persist(|| registry.return_claim(group, claim.id)) <= 3);
                    printed.lock().unwrap().extend(used.iter().map(|reference| reference.code.to_string()));
                }
            });
        }
    });
    proxy.lose_one_in(0);
    let printed = printed.into_inner().unwrap();
    let distinct: BTreeSet<&str> = printed.iter().map(String::as_str).collect();
    assert_eq!(distinct.len(), printed.len(), "a reference was printed twice");
    let now = persist(|| registry.group(group));
    assert_eq!(now.counts[State::Encoded], printed.len() as u64, "what was printed is not what is stored");
    assert_eq!(now.counts[State::Allocated], 0, "somebody holds what nobody received");
    agreement(&schema);
}

#[test]
fn what_was_printed_is_exactly_what_was_claimed_and_not_returned() {
    claim_while_replies_are_lost(PostgresIsolation::ReadCommitted, runs(40));
}

#[test]
fn what_was_printed_is_exactly_what_was_claimed_and_not_returned_when_serializable() {
    claim_while_replies_are_lost(PostgresIsolation::Serializable, runs(20));
}

#[test]
fn calls_without_a_request_id_are_done_at_most_once_and_reading_goes_on() {
    let proxy = Proxy::start(server().port());
    let options = Target::at(proxy.url(shared_database())).schema(fresh_schema());
    let registry = Registry::new(options.open().unwrap());
    let group = registry.create_group(NewGroup::batch("Pumps")).unwrap().id;
    let batch = registry.create_batch(group, NewBatch::of(100)).unwrap();
    proxy.lose_one_in(4);
    let mut unknown = 0;
    for number in 0..40_u64 {
        let before = persist(|| registry.group(group));
        match registry.describe_group(group, format!("{number}")) {
            Ok(now) => assert_eq!(now.revision, before.revision + 1),
            Err(Error::OutcomeUnknown { .. }) => unknown += 1,
            Err(Error::StoreUnavailable(_)) => assert_eq!(persist(|| registry.group(group)).revision, before.revision),
            Err(error) => panic!("{error}: {error:?}"),
        }
        let code = batch.codes.get(usize::try_from(number).unwrap()).unwrap();
        let pending = persist(|| registry.delete(&Selection::codes([code])));
        let deleted = persist(|| pending.confirm());
        assert_eq!(deleted.deleted + deleted.already_gone, 1);
        let now = persist(|| registry.group(group));
        assert_eq!(now.live, 99 - number);
    }
    assert!(proxy.lost() > 10, "{} lost, {unknown} unknown", proxy.lost());
}
