//! A server that crashes: what it acknowledged is there when it comes back.

mod support;

use std::{
    collections::BTreeMap,
    hash::{BuildHasher, Hasher, RandomState},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use serial_core::{
    Direction, Error, Filter, Format, Limits, NewBatch, NewClaim, NewGroup, Order, Preset, Registry, RequestId, Scope,
    Selection, State, Transition,
};
use serial_postgres::PostgresStore;
use support::runs;
use throwaway_postgres::{Settings, ThrowawayPostgres};

/// Repeats a call as long as it is not known to have failed for good.
fn persist<T>(mut call: impl FnMut() -> Result<T, Error>) -> T {
    loop {
        match call() {
            Ok(value) => return value,
            Err(Error::StoreBusy(_) | Error::StoreUnavailable(_) | Error::OutcomeUnknown { .. }) => {
                thread::sleep(Duration::from_millis(5));
            }
            Err(error) => panic!("{error}: {error:?}"),
        }
    }
}

#[test]
fn what_was_acknowledged_before_a_crash_is_there_after_it() {
    let server = ThrowawayPostgres::start(&Settings { durable: true, ..Settings::default() }).unwrap();
    let url = server.create_database().unwrap();
    let registry = Registry::builder(PostgresStore::open(&*url).unwrap()).limits(Limits::unlimited()).build();
    let counted = Format::builder().preset(Preset::Digits).length(9).order(Order::sequential()).build().unwrap();
    let groups = [
        registry.create_group(NewGroup::batch("drawn")).unwrap().id,
        registry.create_group(NewGroup::batch("counted").format(counted)).unwrap().id,
    ];
    let received: Mutex<BTreeMap<RequestId, String>> = Mutex::default();
    let printed: Mutex<Vec<String>> = Mutex::default();
    let lines = registry.create_group(NewGroup::batch("claimed").scope(Scope::Group)).unwrap().id;
    registry.create_batch(lines, NewBatch::of(50_000)).unwrap();
    let (stop, next) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..2 {
            let (registry, printed, stop, next) = (&registry, &printed, &stop, &next);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let id = RequestId(u128::from(next.fetch_add(1, Ordering::Relaxed)) | 1 << 100);
                    let new = NewClaim::of(9).holder("Line").request_id(id);
                    let claim = persist(|| registry.claim(lines, new.clone()));
                    let used = Transition::to(State::Commissioned).request_id(RequestId(id.0 | 1 << 101));
                    persist(|| registry.transition(&Selection::references(&claim.references), used));
                    printed.lock().unwrap().extend(claim.references.iter().map(|reference| reference.code.to_string()));
                }
            });
        }
        for thread in 0..4 {
            let (registry, received, stop, next) = (&registry, &received, &stop, &next);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let id = RequestId(next.fetch_add(1, Ordering::Relaxed).into());
                    let new = NewBatch::of(25).request_id(id);
                    let batch = persist(|| registry.create_batch(groups[thread % 2], new.clone()));
                    received.lock().unwrap().insert(id, batch.codes.as_packed().to_owned());
                }
            });
        }
        for _ in 0..runs(3) {
            thread::sleep(Duration::from_millis(50 + RandomState::new().build_hasher().finish() % 350));
            server.kill();
            server.restart().unwrap();
        }
        stop.store(true, Ordering::Relaxed);
    });

    // Another registry knows only what is stored.
    let registry = Registry::builder(PostgresStore::open(&*url).unwrap()).limits(Limits::unlimited()).build();
    let received = received.into_inner().unwrap();
    let mut codes: Vec<&str> = Vec::new();
    for packed in received.values() {
        codes.extend((0..25).map(|number| &packed[number * packed.len() / 25..(number + 1) * packed.len() / 25]));
    }
    codes.sort_unstable();
    let mut stored: Vec<String> = Vec::new();
    for group in groups {
        let each = registry.each_reference(Filter::group(group), Direction::OldestFirst);
        stored.extend(each.map(|reference| String::from(reference.unwrap().code)));
    }
    stored.sort_unstable();
    assert_eq!(stored, codes, "what is stored is not what was acknowledged");
    codes.dedup();
    assert_eq!(codes.len(), stored.len(), "a code was issued twice");
    let counts = groups.map(|group| registry.group(group).unwrap());
    assert_eq!(counts.iter().map(|group| group.issued).sum::<u64>(), stored.len() as u64);
    assert_eq!(counts.iter().map(|group| group.live).sum::<u64>(), stored.len() as u64);
    // What was claimed and used, was so by those who were told, and once.
    let used = registry.each_reference(Filter::group(lines).in_state(State::Commissioned), Direction::OldestFirst);
    let mut used: Vec<String> = used.map(|reference| String::from(reference.unwrap().code)).collect();
    let mut printed = printed.into_inner().unwrap();
    used.sort_unstable();
    printed.sort_unstable();
    assert_eq!(used, printed, "what is used is not what was claimed");
    let lines = registry.group(lines).unwrap();
    assert_eq!(lines.counts[State::Commissioned], printed.len() as u64);
    assert_eq!(lines.counts[State::Available], 50_000 - printed.len() as u64);
    assert_eq!(lines.events, 2 + 2 * printed.len() as u64);
    for (id, packed) in &received {
        let again =
            groups.iter().find_map(|group| registry.create_batch(*group, NewBatch::of(25).request_id(*id)).ok());
        let again = again.expect("the first answer again");
        assert!(again.repeated && again.codes.as_packed() == packed);
    }
}
