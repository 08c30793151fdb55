//! Spaces can be used to their last code, with bounded work.

mod support;

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use serial_core::{Codes, Error, Format, Group, Limits, NewBatch, NewGroup, Order, Registry, Store};
use support::{Seeded, Wrapped, digits, kind_of, unlimited};

fn group_of(registry: &Registry, name: &str, format: Format) -> Group {
    registry.create_group(NewGroup::continuous(name).format(format)).unwrap()
}

#[test]
fn a_three_digit_group_issues_all_thousand_codes_and_no_more() {
    let registry = unlimited();
    let group = group_of(&registry, "g", digits(3, Order::Random));
    let codes: HashSet<String> =
        (0..1000).map(|_| registry.create_reference(group.id).unwrap().code.to_string()).collect();
    assert_eq!(codes.len(), 1000);
    for _ in 0..2 {
        let error = registry.create_reference(group.id).unwrap_err();
        assert!(matches!(error, Error::SpaceExhausted { free: 0, asked: 1, .. }), "{error:?}");
    }
}

#[test]
fn a_batch_larger_than_what_is_free_issues_nothing_and_one_that_fits_takes_the_rest() {
    let registry = unlimited();
    let format = digits(2, Order::Random);
    let group = registry.create_group(NewGroup::batch("g").format(format)).unwrap();
    registry.create_batch(group.id, NewBatch::of(93)).unwrap();
    for size in [8, 100, 101, 5_000_000] {
        let error = registry.create_batch(group.id, NewBatch::of(size)).unwrap_err();
        assert!(matches!(error, Error::SpaceExhausted { free: 7, .. }), "{error:?}");
    }
    assert_eq!(registry.create_batch(group.id, NewBatch::of(7)).unwrap().codes.len(), 7);
}

#[test]
fn a_sequential_batch_that_does_not_fit_reports_what_is_left() {
    let registry = unlimited();
    let format = digits(1, Order::Sequential { start: 0 });
    let group = registry.create_group(NewGroup::batch("g").format(format)).unwrap();
    registry.create_batch(group.id, NewBatch::of(6)).unwrap();
    let error = registry.create_batch(group.id, NewBatch::of(5)).unwrap_err();
    assert!(matches!(error, Error::SpaceExhausted { free: 4, asked: 5, .. }), "{error:?}");
    assert_eq!(registry.create_batch(group.id, NewBatch::of(4)).unwrap().codes.as_packed(), "6789");
}

#[test]
fn sequential_groups_of_one_scope_skip_the_numbers_that_others_issued() {
    let registry = unlimited();
    let format = digits(4, Order::sequential());
    let (one, other) = (group_of(&registry, "one", format.clone()), group_of(&registry, "other", format));
    let next = |group: &Group| registry.create_reference(group.id).unwrap().code.to_string();
    assert_eq!(
        [next(&one), next(&one), next(&other), next(&one), next(&other)],
        ["0001", "0002", "0003", "0004", "0005"]
    );
}

#[test]
fn random_groups_of_one_scope_share_a_space() {
    let registry = unlimited();
    let (one, other) =
        (group_of(&registry, "one", digits(2, Order::Random)), group_of(&registry, "other", digits(2, Order::Random)));
    let mut codes = HashSet::new();
    for turn in 0..100 {
        let group = if turn % 3 == 0 { &one } else { &other };
        assert!(codes.insert(registry.create_reference(group.id).unwrap().code));
    }
    assert_eq!(kind_of(registry.create_reference(one.id)), "SpaceExhausted");
    assert_eq!(kind_of(registry.create_reference(other.id)), "SpaceExhausted");
}

/// A store in memory that counts how many codes and how many times it is asked about.
fn counting() -> (Wrapped, Arc<AtomicU64>, Arc<AtomicU64>) {
    let (codes, calls) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let count = {
        let (codes, calls) = (Arc::clone(&codes), Arc::clone(&calls));
        move |asked: &Codes| {
            codes.fetch_add(asked.len() as u64, Ordering::Relaxed);
            calls.fetch_add(1, Ordering::Relaxed);
        }
    };
    let count_taken = count.clone();
    let mut store = Wrapped::default();
    store.append = Box::new(move |store, plan| {
        count(plan.codes);
        store.append(plan)
    });
    store.taken = Box::new(move |store, group, codes| {
        count_taken(codes);
        store.taken(group, codes)
    });
    (store, codes, calls)
}

#[test]
fn work_per_code_stays_bounded_however_full_the_space_is() {
    // A single code is tried once, wasted once and looked at once over the life of a space; a batch is tried again
    // as a whole after some of its codes were taken.
    for (length, batch, bound) in [(3, 1, 4), (4, 1, 4), (4, 500, 6)] {
        let (store, codes, _) = counting();
        let registry = Registry::builder(store).limits(Limits::unlimited()).entropy(Seeded::with(3)).build();
        let format = digits(length, Order::Random);
        let group = registry.create_group(NewGroup::batch("g").format(format)).unwrap();
        let space = 10_u64.pow(u32::try_from(length).unwrap());
        for _ in 0..space / batch {
            registry.create_batch(group.id, NewBatch::of(batch)).unwrap();
        }
        let asked = codes.load(Ordering::Relaxed);
        assert!(asked <= bound * space, "{asked} codes were tried for {space}");
        for _ in 0..100 {
            assert_eq!(kind_of(registry.create_batch(group.id, NewBatch::of(1))), "SpaceExhausted");
        }
        assert_eq!(codes.load(Ordering::Relaxed), asked, "an exhausted space is not searched again");
    }
}

#[test]
fn a_new_registry_finds_the_last_codes_of_a_space_in_few_calls() {
    let (store, _, calls) = counting();
    let store = Arc::new(store);
    let open = || Registry::builder(Arc::clone(&store)).limits(Limits::unlimited()).build();
    let group = open().create_group(NewGroup::batch("g").format(digits(5, Order::Random))).unwrap();
    open().create_batch(group.id, NewBatch::of(99_990)).unwrap();
    for left in (0..10).rev() {
        calls.store(0, Ordering::Relaxed);
        open().create_batch(group.id, NewBatch::of(1)).unwrap();
        assert!(calls.load(Ordering::Relaxed) < 100, "{} calls with {left} left", calls.load(Ordering::Relaxed));
    }
    calls.store(0, Ordering::Relaxed);
    assert_eq!(kind_of(open().create_batch(group.id, NewBatch::of(1))), "SpaceExhausted");
    assert!(calls.load(Ordering::Relaxed) < 100);
}

#[test]
fn an_exhausted_sequence_is_not_searched_again() {
    let (store, codes, _) = counting();
    let registry = Registry::builder(store).limits(Limits::unlimited()).build();
    let format = digits(4, Order::sequential());
    let first = registry.create_group(NewGroup::batch("first").format(format.clone())).unwrap();
    registry.create_batch(first.id, NewBatch::of(9_999)).unwrap();
    let second = group_of(&registry, "second", format);
    assert_eq!(kind_of(registry.create_reference(second.id)), "SpaceExhausted");
    codes.store(0, Ordering::Relaxed);
    for _ in 0..100 {
        assert_eq!(kind_of(registry.create_reference(second.id)), "SpaceExhausted");
    }
    assert!(codes.load(Ordering::Relaxed) <= 100);
}

#[test]
fn a_run_of_taken_numbers_is_skipped_in_few_steps() {
    let (store, codes, calls) = counting();
    let registry = Registry::builder(store).limits(Limits::unlimited()).build();
    let format = digits(6, Order::sequential());
    let first = registry.create_group(NewGroup::batch("first").format(format.clone())).unwrap();
    registry.create_batch(first.id, NewBatch::of(100_000)).unwrap();
    let second = group_of(&registry, "second", format);
    codes.store(0, Ordering::Relaxed);
    calls.store(0, Ordering::Relaxed);
    assert_eq!(registry.create_reference(second.id).unwrap().code.as_str(), "100001");
    assert!(codes.load(Ordering::Relaxed) < 110_000);
    assert!(calls.load(Ordering::Relaxed) < 50);
    assert_eq!(registry.create_reference(second.id).unwrap().code.as_str(), "100002");
}
