//! The contract behind a wrapper that fails, and a registry over a store that loses replies.

mod support;

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use serial_core::{
    Error, ErrorKind, Filter, Format, GroupId, Limits, NewBatch, NewClaim, NewGroup, NewReference, Order, Paging,
    Preset, Registry, RequestId, Selection, State, Store, StoreError, Transition,
    conformance::{Durability, Factory, Fault, FaultyStore, Method, Storage},
};
use serial_sqlite::SqliteStore;
use support::{File, check, folder};

serial_core::store_conformance!(file_that_is_busy, Wrapped(busy));
serial_core::store_conformance!(memory_that_is_busy, || busy(SqliteStore::in_memory().expect("there is memory")));
serial_core::store_conformance!(file_that_is_slow, Wrapped(slow));

fn busy(store: SqliteStore) -> FaultyStore<SqliteStore> {
    FaultyStore::every(store, 7, Fault::Fail(|| StoreError::busy("as scheduled")))
}

fn slow(store: SqliteStore) -> FaultyStore<SqliteStore> {
    FaultyStore::new(store, |call, method| {
        (method == Method::Append && call % 16 == 0).then_some(Fault::Delay(Duration::from_micros(200)))
    })
}

/// Files behind a wrapper.
struct Wrapped(fn(SqliteStore) -> FaultyStore<SqliteStore>);

struct WrappedFile(File, fn(SqliteStore) -> FaultyStore<SqliteStore>);

impl Factory for Wrapped {
    fn create(&self) -> Box<dyn Storage + '_> {
        Box::new(WrappedFile(File::new(), self.0))
    }
}

impl Storage for WrappedFile {
    fn open(&self) -> Box<dyn Store> {
        Box::new(self.1(SqliteStore::open(self.0.path()).expect("the file can be opened")))
    }

    fn durability(&self) -> Durability {
        Durability::Shared
    }
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

fn create(registry: &Registry, new: &NewGroup) -> GroupId {
    persist(|| match registry.create_group(new.clone()) {
        // The reply to an earlier attempt was lost.
        Err(Error::NameTaken { group }) => Ok(group),
        other => other.map(|group| group.id),
    })
}

/// The codes of a group in issue order, with no fault in between.
fn stored(path: &std::path::Path, group: GroupId) -> Vec<String> {
    let registry = support::registry(path);
    let page = registry.references(&Filter::group(group), &Paging::of(1000)).unwrap();
    page.items.into_iter().map(|reference| reference.code.to_string()).collect()
}

#[test]
fn what_callers_with_request_ids_receive_is_exactly_what_is_issued() {
    for seed in 0..support::runs(4, 60) {
        let folder = folder();
        let path = folder.path().join("store.db");
        let store = Arc::new(FaultyStore::random(SqliteStore::open(&path).unwrap(), seed, 3));
        let registry = Registry::builder(Arc::clone(&store)).limits(Limits::unlimited()).build();
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
                                received.extend(issued.codes.iter().map(String::from));
                            }
                            received
                        })
                    })
                    .collect();
                issuing.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            let received: BTreeSet<String> = received.concat().into_iter().collect();
            assert_eq!(received.len(), 120, "seed {seed}");
            let stored: BTreeSet<String> = stored(&path, group).into_iter().collect();
            assert_eq!(stored, received, "seed {seed}");
        }
        assert!(store.faults() > 20, "seed {seed}");
        drop((registry, store));
        check::check(&path, &[], &format!("seed {seed}"));
    }
}

#[test]
fn a_call_whose_outcome_is_unknown_is_settled_with_the_request_id_it_names() {
    for seed in 0..support::runs(4, 60) {
        let folder = folder();
        let path = folder.path().join("store.db");
        // So faulty that the registry's own repeats do not always suffice.
        let store = FaultyStore::new(SqliteStore::open(&path).unwrap(), move |call, method| {
            let bits = (seed ^ call).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 60;
            (method == Method::Append && bits < 12).then_some(Fault::LoseReply)
        });
        let registry = Registry::new(store);
        let group = registry.create_group(NewGroup::continuous("Service tags")).unwrap().id;
        let mut received = Vec::new();
        for _ in 0..50 {
            let mut outcome = registry.create_reference_with(group, &NewReference::new());
            while let Err(Error::OutcomeUnknown { request: Some(request), .. }) = outcome {
                outcome = registry.create_reference_with(group, &NewReference::new().request_id(request));
            }
            received.push(outcome.unwrap().reference.code.to_string());
        }
        assert_eq!(stored(&path, group), received, "seed {seed}");
    }
}

#[test]
fn a_request_is_settled_after_the_store_was_opened_again() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let lost = Arc::new(AtomicU64::new(0));
    let losing = Arc::clone(&lost);
    let store = FaultyStore::new(SqliteStore::open(&path).unwrap(), move |_, method| {
        let loses = method == Method::Append && losing.fetch_add(1, Ordering::Relaxed) < 1000;
        loses.then_some(Fault::LoseReply)
    });
    let registry = Registry::new(store);
    let group = registry.create_group(NewGroup::batch("Pumps")).unwrap().id;
    let new = NewBatch::of(5).request_id(RequestId(1));
    let error = registry.create_batch(group, new.clone()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    drop(registry);
    assert!(lost.load(Ordering::Relaxed) > 1);

    let registry = support::registry(&path);
    let settled = registry.create_batch(group, new).unwrap();
    assert!(settled.repeated);
    assert_eq!(stored(&path, group), settled.codes.iter().map(String::from).collect::<Vec<_>>());
}

#[test]
fn claims_and_changes_whose_replies_are_lost_are_made_once() {
    for seed in 0..6 {
        let folder = folder();
        let path = folder.path().join("store.db");
        let store = FaultyStore::new(SqliteStore::open(&path).unwrap(), move |call, method| {
            let bits = (seed ^ call).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 60;
            (matches!(method, Method::Claim | Method::Change) && bits < 9).then_some(Fault::LoseReply)
        });
        let registry = Registry::new(store).acting_as("Line 3");
        let group = registry.create_group(NewGroup::batch("Pump")).unwrap().id;
        registry.create_batch(group, NewBatch::of(200)).unwrap();
        let mut received = Vec::new();
        for number in 0..40 {
            let mut new = NewClaim::of(1 + number % 5);
            let claim = loop {
                match registry.claim(group, new.clone()) {
                    Err(Error::OutcomeUnknown { request: Some(request), .. }) => new = new.request_id(request),
                    other => break other.unwrap(),
                }
            };
            let mut to = Transition::to(State::Encoded);
            let changed = loop {
                match registry.transition(&Selection::references(&claim.references), to) {
                    Err(Error::OutcomeUnknown { request: Some(request), .. }) => to = to.request_id(request),
                    other => break other.unwrap(),
                }
            };
            assert_eq!(changed, 1 + number % 5);
            received.extend(claim.references.iter().map(|reference| reference.row.0));
        }
        assert!(received.iter().copied().eq(1..=120), "seed {seed}: {received:?}");
        let counts = registry.group(group).unwrap().counts;
        assert_eq!((counts[State::Encoded], counts[State::Available]), (120, 80), "seed {seed}");
        drop(registry);
        SqliteStore::open(&path).unwrap().check_integrity().unwrap();
        check::check(&path, &[], &format!("seed {seed}"));
    }
}
