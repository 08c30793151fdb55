//! Many threads on one registry.

mod support;

use std::{
    collections::HashSet,
    sync::{
        Barrier,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use serial_core::{
    Error, Filter, GroupLimits, Limit, NewBatch, NewGroup, NewReference, Order, Paging, RequestId, Selection,
};
use support::{batch_group, continuous_group, digits, registry, unlimited};

const THREADS: usize = 8;

/// Runs `work` on all threads at once and returns what each gave.
fn together<T: Send>(work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let barrier = Barrier::new(THREADS);
    let run = |number| {
        barrier.wait();
        work(number)
    };
    thread::scope(|scope| {
        let running: Vec<_> = (0..THREADS)
            .map(|number| {
                scope.spawn({
                    let run = &run;
                    move || run(number)
                })
            })
            .collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn eight_threads_never_pass_the_limit_and_never_repeat_a_code() {
    for size in [1, 7, 90] {
        let registry = registry();
        let group = batch_group(&registry, "g");
        let issued = together(|_| {
            let mut codes = Vec::new();
            loop {
                match registry.create_batch(group.id, NewBatch::of(size)) {
                    Ok(batch) => codes.extend(batch.codes.iter().map(str::to_owned)),
                    Err(Error::LimitReached { present, value: 1000, .. }) => {
                        assert!(present + size > 1000, "refused at {present}");
                        return codes;
                    }
                    Err(error) => panic!("{error}"),
                }
            }
        });
        let all: Vec<_> = issued.into_iter().flatten().collect();
        let expected = 1000 / size * size;
        assert_eq!(all.len() as u64, expected);
        assert_eq!(all.iter().collect::<HashSet<_>>().len() as u64, expected);
        assert_eq!(registry.group(group.id).unwrap().live, expected);
    }
}

#[test]
fn eight_threads_share_a_small_space_to_its_last_code() {
    for order in [Order::Random, Order::Sequential { start: 0 }] {
        let registry = unlimited();
        let groups: Vec<_> = (0..3)
            .map(|n| {
                let new = NewGroup::continuous(format!("group {n}")).format(digits(3, order));
                registry.create_group(new).unwrap()
            })
            .collect();
        let issued = together(|number| {
            let mut codes = Vec::new();
            loop {
                match registry.create_reference(groups[number % 3].id) {
                    Ok(reference) => codes.push(reference.code),
                    Err(Error::SpaceExhausted { .. }) => return codes,
                    Err(error) => panic!("{error}"),
                }
            }
        });
        let all: Vec<_> = issued.into_iter().flatten().collect();
        assert_eq!((all.len(), all.iter().collect::<HashSet<_>>().len()), (1000, 1000), "{order:?}");
    }
}

#[test]
fn batches_of_several_groups_in_one_crowded_space_neither_collide_nor_wait_for_ever() {
    let registry = unlimited();
    let groups: Vec<_> = (0..THREADS)
        .map(|n| {
            let new = NewGroup::batch(format!("group {n}")).format(digits(4, Order::Random));
            registry.create_group(new).unwrap()
        })
        .collect();
    let issued = together(|number| {
        let mut codes = Vec::new();
        while let Ok(batch) = registry.create_batch(groups[number].id, NewBatch::of(37)) {
            codes.extend(batch.codes.iter().map(str::to_owned));
        }
        codes
    });
    let all: Vec<_> = issued.into_iter().flatten().collect();
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
    assert!(all.len() > 10_000 - 37 * THREADS, "{}", all.len());
}

#[test]
fn one_request_id_from_many_threads_issues_once() {
    let registry = registry();
    let group = continuous_group(&registry, "g");
    for round in 0..50 {
        let new = NewReference::new().request_id(RequestId(round));
        let codes: HashSet<_> =
            together(|_| registry.create_reference_with(group.id, &new).unwrap().reference.code).into_iter().collect();
        assert_eq!(codes.len(), 1);
    }
    assert_eq!(registry.group(group.id).unwrap().issued, 50);
}

#[test]
fn lowering_a_limit_takes_effect_between_two_issues() {
    let registry = unlimited();
    let group = continuous_group(&registry, "g");
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let _ = registry.create_reference(group.id);
                }
            });
        }
        for _ in 0..100 {
            let none = GroupLimits { max_live: Some(Limit::AtMost(0)), ..GroupLimits::default() };
            let live = registry.change_group_limits(group.id, none).unwrap().live;
            thread::yield_now();
            assert_eq!(registry.group(group.id).unwrap().live, live, "issued after the limit was lowered");
            registry.change_group_limits(group.id, GroupLimits::default()).unwrap();
        }
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn readers_see_whole_batches_and_pages_without_repeats_while_others_write() {
    let registry = unlimited();
    let group = batch_group(&registry, "g");
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..300 {
                let batch = registry.create_batch(group.id, NewBatch::of(20)).unwrap();
                let half = batch.codes.iter().take(10);
                registry.delete(&Selection::codes(half)).unwrap().confirm().unwrap();
            }
            stop.store(true, Ordering::Relaxed);
        });
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let read = registry.group(group.id).unwrap();
                assert_eq!(read.issued % 20, 0);
                let mut last = 0;
                let mut paging = Paging::of(64);
                loop {
                    let page = registry.references(&Filter::group(group.id), &paging).unwrap();
                    for reference in &page.items {
                        assert!(reference.row.0 > last);
                        last = reference.row.0;
                    }
                    match page.next {
                        Some(cursor) => paging = paging.after(cursor),
                        None => break,
                    }
                }
            }
        });
    });
    assert_eq!(registry.count(&Filter::group(group.id)).unwrap(), 3000);
}
