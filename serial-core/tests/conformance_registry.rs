//! A registry over a store that fails, loses replies and is slow: nothing is issued twice, nothing is lost, and
//! every kind of trouble reaches the caller by its name.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use serial_core::{
    BatchId, Code, Codes, Error, ErrorKind, Filter, Format, GroupFilter, GroupId, GroupLimits, Kind, Limit, Limits,
    MemoryStore, NewBatch, NewGroup, NewReference, Order, Paging, Preset, Registry, RequestId, RowId, Selection, Store,
    StoreError,
    conformance::{Fault, FaultyStore, Method, ModelStore},
};

fn registry_over<S: Store + 'static>(store: &Arc<S>) -> Registry {
    Registry::builder(Arc::clone(store)).limits(Limits::unlimited()).build()
}

/// Repeats a call until the store lets it through.
fn persist<T>(mut call: impl FnMut() -> Result<T, Error>) -> T {
    for _ in 0..1000 {
        match call() {
            Ok(value) => return value,
            Err(Error::StoreBusy(_) | Error::StoreUnavailable(_) | Error::OutcomeUnknown { .. }) => {}
            Err(error) => panic!("{error}: {error:?}"),
        }
    }
    panic!("a thousand faults on end");
}

/// Everything that a store holds, with no fault in between.
fn stored(store: &impl Store, group: GroupId) -> (Vec<String>, u64) {
    let query = serial_core::ReferenceQuery {
        within: serial_core::Within::Group(group),
        revision: None,
        term: None,
        created: serial_core::Span::default(),
        state: None,
        value: None,
        direction: serial_core::Direction::OldestFirst,
        start: serial_core::Start::Skip(0),
        size: u32::MAX,
        counted: false,
    };
    let listed = store.references(&query).unwrap().done().unwrap();
    let codes = listed.items.into_iter().map(|reference| reference.code.into()).collect();
    (codes, store.group(group).unwrap().unwrap().issued)
}

#[test]
fn what_callers_with_request_ids_receive_is_exactly_what_is_issued() {
    for seed in 0..12 {
        let store = Arc::new(FaultyStore::random(MemoryStore::new(), seed, 3));
        let registry = registry_over(&store);
        let numbers = Format::builder().preset(Preset::Digits).length(6).order(Order::sequential()).build().unwrap();
        let groups = [
            create(&registry, &NewGroup::batch("Pumps")),
            create(&registry, &NewGroup::batch("Counted").format(numbers)),
        ];
        for group in groups {
            let received: Vec<Vec<String>> = thread::scope(|scope| {
                let issuing: Vec<_> = (0..4_u128)
                    .map(|thread| {
                        let registry = registry.clone();
                        scope.spawn(move || {
                            let mut received = Vec::new();
                            for round in 0..10_u128 {
                                let id = RequestId(u128::from(group.0) << 64 | thread << 32 | round);
                                let new = NewBatch::of(3).request_id(id);
                                let issued = persist(|| registry.create_batch(group, new.clone()));
                                assert_eq!(issued.codes.len(), 3);
                                received.extend(issued.codes.iter().map(String::from));
                            }
                            received
                        })
                    })
                    .collect();
                issuing.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            let mut received = received.concat();
            received.sort_unstable();
            let distinct: BTreeSet<&String> = received.iter().collect();
            assert_eq!(distinct.len(), 120, "seed {seed}");
            let (mut codes, issued) = stored(store.inner(), group);
            codes.sort_unstable();
            assert_eq!(codes, received, "seed {seed}");
            assert_eq!(issued, 120, "seed {seed}");
        }
        assert!(store.faults() > 20, "seed {seed}");
    }
}

/// Creates a group however often it takes.
fn create(registry: &Registry, new: &NewGroup) -> GroupId {
    persist(|| match registry.create_group(new.clone()) {
        // The reply to an earlier attempt was lost.
        Err(Error::NameTaken { group }) => Ok(group),
        other => other.map(|group| group.id),
    })
}

#[test]
fn a_call_whose_outcome_is_unknown_is_settled_with_the_request_id_it_names() {
    for seed in 0..12 {
        // So faulty that the registry's own repeats do not always suffice.
        let store = Arc::new(FaultyStore::new(MemoryStore::new(), move |call, method| {
            let bits = (seed ^ call).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 60;
            (method == Method::Append && bits < 12).then_some(Fault::LoseReply)
        }));
        let registry = registry_over(&store);
        let group = registry.create_group(NewGroup::continuous("Service tags")).unwrap().id;
        let mut received: Vec<Code> = Vec::new();
        for _ in 0..50 {
            let mut outcome = registry.create_reference(group);
            while let Err(Error::OutcomeUnknown { request: Some(request), .. }) = outcome {
                let again = registry.create_reference_with(group, &NewReference::new().request_id(request));
                outcome = again.map(|issued| issued.reference);
            }
            received.push(outcome.unwrap().code);
        }
        let (codes, issued) = stored(store.inner(), group);
        assert_eq!(codes, received.iter().map(ToString::to_string).collect::<Vec<_>>(), "seed {seed}");
        assert_eq!(issued, 50, "seed {seed}");
    }
}

#[test]
fn a_lost_reply_without_further_trouble_is_not_even_noticed() {
    let store = Arc::new(FaultyStore::new(ModelStore::new(), |call, method| {
        (method == Method::Append && call % 2 == 0).then_some(Fault::LoseReply)
    }));
    let registry = registry_over(&store);
    let group = registry.create_group(NewGroup::batch("Pumps")).unwrap().id;
    for number in 1..=20 {
        let batch = registry.create_batch(group, NewBatch::of(5)).unwrap();
        assert_eq!((batch.id, batch.first_row), (BatchId(number), RowId(number * 5 - 4)));
    }
    assert_eq!(registry.group(group).unwrap().issued, 100);
    assert!(store.faults() > 0);
}

#[test]
fn a_store_that_cannot_write_at_all_issues_nothing() {
    let failing = Arc::new(AtomicBool::new(false));
    let schedule = Arc::clone(&failing);
    let store = Arc::new(FaultyStore::new(MemoryStore::new(), move |_, method| {
        let fails = schedule.load(Ordering::Relaxed) && method.changes();
        fails.then_some(Fault::Fail(|| StoreError::unavailable("the disk is full")))
    }));
    let registry = registry_over(&store);
    let group = registry.create_group(NewGroup::batch("Pumps")).unwrap().id;
    let issued = registry.create_batch(group, NewBatch::of(5)).unwrap();
    let pending = registry.delete(&Selection::matching(Filter::group(group))).unwrap();
    let pending_group = registry.delete_group(group).unwrap();

    failing.store(true, Ordering::Relaxed);
    let failures = [
        registry.create_batch(group, NewBatch::of(5)).unwrap_err(),
        registry.create_batch(group, NewBatch::of(5).request_id(RequestId(1))).unwrap_err(),
        registry.create_group(NewGroup::batch("Valves")).unwrap_err(),
        registry.rename_group(group, "Taps").unwrap_err(),
        pending.confirm().unwrap_err(),
        pending_group.confirm().unwrap_err(),
    ];
    for failure in failures {
        assert_eq!(failure.kind(), ErrorKind::StoreUnavailable, "{failure:?}");
        let source = std::error::Error::source(&failure).unwrap();
        assert_eq!(source.to_string(), "the disk is full");
    }
    assert_eq!(stored(store.inner(), group), (issued.codes.iter().map(String::from).collect(), 5));
    assert_eq!(registry.groups(&GroupFilter::all(), &Paging::of(10)).unwrap().items.len(), 1);

    // All of it works when the disk has room again, with the same request id too.
    failing.store(false, Ordering::Relaxed);
    let later = registry.create_batch(group, NewBatch::of(5).request_id(RequestId(1))).unwrap();
    assert!(!later.repeated);
    assert_eq!(pending.confirm().unwrap().deleted, 5);
}

#[test]
fn confirming_a_deletion_again_after_a_lost_reply_is_harmless() {
    let lost = Arc::new(AtomicBool::new(true));
    let schedule = Arc::clone(&lost);
    let store = Arc::new(FaultyStore::new(MemoryStore::new(), move |_, method| {
        let loses = method == Method::Delete && schedule.swap(false, Ordering::Relaxed);
        loses.then_some(Fault::LoseReply)
    }));
    let registry = registry_over(&store);
    let group = registry.create_group(NewGroup::batch("Pumps")).unwrap().id;
    let issued = registry.create_batch(group, NewBatch::of(5)).unwrap();
    let pending = registry.delete(&Selection::codes(issued.codes.iter().take(2))).unwrap();
    let error = pending.confirm().unwrap_err();
    assert!(matches!(error, Error::OutcomeUnknown { request: None, .. }), "{error:?}");
    let again = pending.confirm().unwrap();
    assert_eq!((again.deleted, again.already_gone), (0, 2));
    assert_eq!(registry.group(group).unwrap().live, 3);
}

#[test]
fn limits_hold_while_replies_are_lost_and_calls_are_slow() {
    let store = Arc::new(FaultyStore::new(MemoryStore::new(), |call, method| match (method, call % 5) {
        (Method::Append, 0) => Some(Fault::LoseReply),
        (Method::Append, 1) => Some(Fault::Delay(Duration::from_micros(300))),
        (Method::Append, 2) => Some(Fault::Fail(|| StoreError::busy("somebody else writes"))),
        _ => None,
    }));
    let registry = registry_over(&store);
    let limits = GroupLimits { max_live: Some(Limit::AtMost(50)), ..GroupLimits::default() };
    let group = registry.create_group(NewGroup::batch("Pumps").limits(limits)).unwrap().id;
    let received: Mutex<Vec<Codes>> = Mutex::default();
    thread::scope(|scope| {
        for thread in 0..4_u128 {
            let (registry, received) = (&registry, &received);
            scope.spawn(move || {
                for round in 0..20 {
                    let new = NewBatch::of(3).request_id(RequestId(thread << 32 | round));
                    let issued = loop {
                        match registry.create_batch(group, new.clone()) {
                            Ok(issued) => break Some(issued),
                            Err(Error::LimitReached { value: 50, asked: 3, .. }) => break None,
                            Err(Error::StoreBusy(_) | Error::OutcomeUnknown { .. }) => {}
                            Err(error) => panic!("{error}: {error:?}"),
                        }
                    };
                    received.lock().unwrap().extend(issued.map(|issued| issued.codes));
                }
            });
        }
    });
    let received = received.into_inner().unwrap();
    assert_eq!(received.len(), 16);
    assert_eq!(registry.group(group).unwrap().live, 48);
}

/// Every error a store can have, and the kind by which callers know it.
const TROUBLES: [(fn() -> StoreError, ErrorKind); 7] = [
    (|| StoreError::busy("x"), ErrorKind::StoreBusy),
    (|| StoreError::unavailable("x"), ErrorKind::StoreUnavailable),
    (|| StoreError::outcome_unknown("x"), ErrorKind::OutcomeUnknown),
    (|| StoreError::corrupt("x"), ErrorKind::StoreCorrupt),
    (|| StoreError::SchemaTooNew { found: 9, known: 1 }, ErrorKind::SchemaTooNew),
    (|| StoreError::contract("x"), ErrorKind::StoreContract),
    (|| StoreError::Foreign { code: -5, message: "x".into(), source: None }, ErrorKind::StoreForeign),
];

#[test]
fn every_error_of_a_store_has_a_kind_of_its_own_in_every_call() {
    for (error, kind) in TROUBLES {
        let failing = Arc::new(AtomicBool::new(false));
        let schedule = Arc::clone(&failing);
        let store = Arc::new(FaultyStore::new(ModelStore::new(), move |_, _| {
            schedule.load(Ordering::Relaxed).then_some(Fault::Fail(error))
        }));
        let registry = registry_over(&store);
        let group = registry.create_group(NewGroup::batch("Pumps")).unwrap().id;
        let line = registry.create_group(NewGroup::of_kind(Kind::Continuous, "Line")).unwrap().id;
        let batch = registry.create_batch(group, NewBatch::of(2)).unwrap();
        let reference = registry.create_reference(line).unwrap();
        let pending = registry.delete(&Selection::codes([&*reference.code])).unwrap();
        let pending_group = registry.delete_group(group).unwrap();
        failing.store(true, Ordering::Relaxed);

        let paging = Paging::of(10);
        let kinds = [
            ("create_group", registry.create_group(NewGroup::batch("New")).err()),
            ("group", registry.group(group).err()),
            ("find_group", registry.find_group("Pumps").err()),
            ("groups", registry.groups(&GroupFilter::all(), &paging).err()),
            ("create_batch", registry.create_batch(group, NewBatch::of(1)).err()),
            ("create_reference", registry.create_reference(line).err()),
            ("references", registry.references(&Filter::group(group), &paging).err()),
            ("count", registry.count(&Filter::all()).err()),
            ("lookup", registry.lookup(&reference.code).err()),
            ("lookup_in", registry.lookup_in(line, &reference.code).err()),
            ("batch", registry.batch(group, batch.id).err()),
            ("batches", registry.batches(group, &paging).err()),
            ("delete", registry.delete(&Selection::matching(Filter::group(group))).err()),
            ("confirm", pending.confirm().err()),
            ("delete_group", registry.delete_group(group).err()),
            ("confirm the group", pending_group.confirm().err()),
        ];
        for (call, error) in kinds {
            assert_eq!(error.map(|error| error.kind()), Some(kind), "{call}");
        }
        failing.store(false, Ordering::Relaxed);
        assert_eq!(registry.group(group).unwrap().issued, 2, "{kind}");
        assert_eq!(registry.group(line).unwrap().live, 1, "{kind}");
    }
}
