//! Imports beside everything else that issues: numbers that are skipped, threads, stores that lose replies.

mod support;

use std::sync::{
    Arc, Barrier,
    atomic::{AtomicU64, Ordering},
};

use serial_core::{
    Error, Filter, Import, Limits, NewBatch, NewField, NewGroup, Order, Registry, RequestId, Selection, Store,
    StoreError,
};
use support::{NoEntropy, Seeded, Wrapped, builder, digits, kind_of, registry, unlimited};

fn file_of(numbers: impl Iterator<Item = u64>, width: usize) -> String {
    std::iter::once("code\n".to_owned()).chain(numbers.map(|number| format!("{number:0width$}\n"))).collect()
}

/// A registry and how often it asked which codes are taken, and gave a plan.
fn counted() -> (Registry, Arc<AtomicU64>) {
    let calls = Arc::new(AtomicU64::new(0));
    let (taken, appends) = (Arc::clone(&calls), Arc::clone(&calls));
    let store = Wrapped {
        taken: Box::new(move |store, group, codes| {
            taken.fetch_add(1, Ordering::Relaxed);
            store.taken(group, codes)
        }),
        append: Box::new(move |store, plan| {
            appends.fetch_add(1, Ordering::Relaxed);
            store.append(plan)
        }),
        ..Wrapped::default()
    };
    (Registry::builder(store).limits(Limits::unlimited()).entropy(Seeded::with(1)).build(), calls)
}

#[test]
fn a_sequential_group_never_issues_imported_numbers_again_and_skips_a_block_of_them_quickly() {
    let (registry, calls) = counted();
    let new = NewGroup::continuous("g").format(digits(8, Order::sequential()));
    let group = registry.create_group(new).unwrap();
    (0..10).for_each(|_| drop(registry.create_reference(group.id).unwrap()));
    let file = file_of((11..=100_010).chain([100_012, 100_015]), 8);
    let review = registry.review_import(group.id, Import::csv(file.as_bytes())).unwrap();
    assert_eq!(review.commit().unwrap().codes.len(), 100_002);
    assert_eq!(registry.group(group.id).unwrap().next_index, 10);

    calls.store(0, Ordering::Relaxed);
    let next = || registry.create_reference(group.id).unwrap().code.to_string();
    assert_eq!(next(), "00100011");
    let spent = calls.swap(0, Ordering::Relaxed);
    assert!(spent < 50, "{spent} calls");
    assert_eq!([next(), next(), next(), next()], ["00100013", "00100014", "00100016", "00100017"]);
    assert!(calls.load(Ordering::Relaxed) < 20);
}

#[test]
fn batches_of_a_sequential_group_step_over_imported_numbers() {
    let (registry, calls) = counted();
    let new = NewGroup::batch("g").format(digits(8, Order::sequential()));
    let group = registry.create_group(new).unwrap();
    let file = file_of((3..=100_000).chain([100_002]), 8);
    registry.review_import(group.id, Import::csv(file.as_bytes())).unwrap().commit().unwrap();
    calls.store(0, Ordering::Relaxed);
    let batch = registry.create_batch(group.id, NewBatch::of(5)).unwrap();
    assert!(batch.codes.iter().eq(["00000001", "00000002", "00100001", "00100003", "00100004"]));
    assert!(calls.load(Ordering::Relaxed) < 50);
}

#[test]
fn numbers_beyond_the_end_or_before_the_start_are_not_in_the_format() {
    let registry = registry();
    let new = NewGroup::batch("g").format(digits(3, Order::Sequential { start: 100 }));
    let group = registry.create_group(new).unwrap();
    let review = registry.review_import(group.id, Import::csv("code\n099\n100\n999\n".as_bytes())).unwrap();
    assert!(review.good_lines().eq([3, 4]));
    assert!(review.faults()[0].to_string().ends_with("its number is lower than the format's first, 100"));
}

#[test]
fn a_random_group_issues_what_an_import_left_to_its_last_code() {
    let registry = unlimited();
    let group = registry.create_group(NewGroup::batch("g").format(digits(3, Order::Random))).unwrap();
    let file = file_of(0..990, 3);
    registry.review_import(group.id, Import::csv(file.as_bytes())).unwrap().commit().unwrap();
    let mut rest: Vec<String> =
        registry.create_batch(group.id, NewBatch::of(10)).unwrap().codes.iter().map(ToOwned::to_owned).collect();
    rest.sort_unstable();
    assert!(rest.iter().eq(&(990..1000).map(|number| number.to_string()).collect::<Vec<_>>()));
    assert_eq!(kind_of(registry.create_batch(group.id, NewBatch::of(1))), "SpaceExhausted");
}

#[test]
fn of_two_threads_that_import_the_same_codes_one_gets_all_and_the_other_none() {
    for _ in 0..20 {
        let registry = unlimited();
        let group = registry.create_group(NewGroup::batch("g").format(digits(5, Order::Random))).unwrap();
        let file = file_of(0..2000, 5);
        let barrier = Barrier::new(2);
        let commit = || {
            let review = registry.review_import(group.id, Import::csv(file.as_bytes())).unwrap();
            barrier.wait();
            review.commit()
        };
        let (one, other) = std::thread::scope(|scope| {
            let other = scope.spawn(commit);
            (commit(), other.join().unwrap())
        });
        let (good, bad): (Vec<_>, Vec<_>) = [one, other].into_iter().partition(Result::is_ok);
        assert_eq!((good.len(), bad.len()), (1, 1));
        let Err(Error::ImportFaulty { faults }) = &bad[0] else { panic!("{bad:?}") };
        assert_eq!((faults.len(), faults[0].line), (2000, 2));
        assert_eq!(registry.group(group.id).unwrap().issued, 2000);
    }
}

#[test]
fn threads_that_commit_one_review_import_it_once() {
    let registry = unlimited();
    let group = registry.create_group(NewGroup::continuous("g").field(NewField::new("Note"))).unwrap();
    let file = "Note\na\nb\nc\n";
    let review = registry.review_import(group.id, Import::csv(file.as_bytes()).issue_codes()).unwrap();
    let results: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| review.commit().unwrap())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(results.iter().filter(|imported| !imported.repeated).count(), 1);
    assert!(results.iter().all(|imported| imported.codes == results[0].codes));
    assert_eq!(registry.count(&Filter::group(group.id)).unwrap(), 3);
}

#[test]
fn a_lost_reply_is_asked_for_again_and_nothing_is_imported_twice() {
    let lost = AtomicU64::new(0);
    let store = Wrapped {
        append: Box::new(move |store, plan| {
            let answer = store.append(plan);
            if lost.fetch_add(1, Ordering::Relaxed) % 2 == 0 {
                return Err(StoreError::outcome_unknown("the cable is out"));
            }
            answer
        }),
        ..Wrapped::default()
    };
    let registry = Registry::builder(store).entropy(Seeded::with(1)).build();
    let group = registry.create_group(NewGroup::batch("g").format(digits(3, Order::Random))).unwrap();
    let review = registry.review_import(group.id, Import::csv("code\n001\n002\n".as_bytes())).unwrap();
    let imported = review.commit().unwrap();
    assert!(imported.repeated && imported.codes.as_packed() == "001002");
    assert_eq!(registry.group(group.id).unwrap().issued, 2);
}

#[test]
fn an_outcome_that_stays_unknown_names_the_request_id() {
    let store =
        Wrapped { append: Box::new(|_, _| Err(StoreError::outcome_unknown("the cable is out"))), ..Wrapped::default() };
    let registry = Registry::new(store);
    let group = registry.create_group(NewGroup::batch("g").format(digits(3, Order::Random))).unwrap();
    let review = registry.review_import(group.id, Import::csv("code\n001\n".as_bytes())).unwrap();
    match review.commit() {
        Err(Error::OutcomeUnknown { request: Some(request), .. }) => assert_eq!(request, review.request_id()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_store_that_names_positions_that_are_not_there_is_an_error() {
    for positions in [vec![1], vec![u32::MAX], vec![0, 0]] {
        let store = Wrapped {
            taken: Box::new(move |_, _, _| Ok(serial_core::Answer::Done(positions.clone()))),
            ..Wrapped::default()
        };
        let registry = Registry::new(store);
        let group = registry.create_group(NewGroup::batch("g").format(digits(3, Order::Random))).unwrap();
        assert_eq!(kind_of(registry.review_import(group.id, Import::csv("code\n001\n".as_bytes()))), "StoreContract");
    }
}

#[test]
fn without_entropy_a_request_id_has_to_be_given() {
    let registry = builder().entropy(NoEntropy).build();
    let group = registry.create_group(NewGroup::batch("g").format(digits(3, Order::Random))).unwrap();
    let import = || Import::csv("code\n001\n".as_bytes());
    assert_eq!(kind_of(registry.review_import(group.id, import())), "EntropyUnavailable");
    let import = import().request_id(RequestId(1));
    assert_eq!(registry.review_import(group.id, import).unwrap().commit().unwrap().codes.len(), 1);
}

#[test]
fn imported_references_live_like_any_other() {
    let registry = registry().acting_as("Line 3");
    let group = registry.create_group(NewGroup::batch("g").format(digits(3, Order::Random))).unwrap();
    let review = registry.review_import(group.id, Import::csv("code\n003\n001\n".as_bytes())).unwrap();
    review.commit().unwrap();
    let claim = registry.claim(group.id, serial_core::NewClaim::of(1)).unwrap();
    assert_eq!(claim.references[0].code.as_str(), "003");
    registry.transition(&Selection::references(&claim.references), serial_core::State::Commissioned).unwrap();
    assert_eq!(registry.history("003").unwrap().len(), 3);
}
