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

use serial_core::{Direction, Error, Filter, Format, Limits, NewBatch, NewGroup, Order, Preset, Registry, RequestId};
use serial_postgres::PostgresStore;
use support::runs;
use throwaway_postgres::{Settings, ThrowawayPostgres};

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
    let (stop, next) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        for thread in 0..4 {
            let (registry, received, stop, next) = (&registry, &received, &stop, &next);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let id = RequestId(next.fetch_add(1, Ordering::Relaxed).into());
                    let new = NewBatch::of(25).request_id(id);
                    let batch = loop {
                        match registry.create_batch(groups[thread % 2], new.clone()) {
                            Ok(batch) => break batch,
                            Err(Error::StoreBusy(_) | Error::StoreUnavailable(_) | Error::OutcomeUnknown { .. }) => {
                                thread::sleep(Duration::from_millis(5));
                            }
                            Err(error) => panic!("{error}: {error:?}"),
                        }
                    };
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
    let each = registry.each_reference(Filter::all(), Direction::OldestFirst);
    let mut stored: Vec<String> = each.map(|reference| String::from(reference.unwrap().code)).collect();
    stored.sort_unstable();
    assert_eq!(stored, codes, "what is stored is not what was acknowledged");
    codes.dedup();
    assert_eq!(codes.len(), stored.len(), "a code was issued twice");
    let counts = groups.map(|group| registry.group(group).unwrap());
    assert_eq!(counts.iter().map(|group| group.issued).sum::<u64>(), stored.len() as u64);
    assert_eq!(counts.iter().map(|group| group.live).sum::<u64>(), stored.len() as u64);
    for (id, packed) in &received {
        let again =
            groups.iter().find_map(|group| registry.create_batch(*group, NewBatch::of(25).request_id(*id)).ok());
        let again = again.expect("the first answer again");
        assert!(again.repeated && again.codes.as_packed() == packed);
    }
}
