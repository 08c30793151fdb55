//! Finding one code among many.

use std::{collections::HashSet, hint::black_box};

use rand::RngExt;

use crate::{
    Scale,
    measure::Slices,
    ours::{BATCH, CODE_LENGTH, Ours},
    peers::{drawn, seeded},
    table::{Bar, Row, factor, time, whole},
};

const SLICES: usize = 20;

pub(super) fn run(scale: Scale) -> Vec<Row> {
    [10_000_000, 1_000_000, 100_000].into_iter().flat_map(|size| among(scale, size)).collect()
}

/// The largest size has the bar.
fn among(scale: Scale, size: usize) -> Vec<Row> {
    let count = scale.of(size);
    let [hit, lower, miss, set_hit, set_miss] = times(count, scale.of(10_000));
    let row = |what: &str, ours: &Slices| Row::new(format!("lookup of {what}"), whole(count)).ours(time(ours.median()));
    let against = |row: Row, ours: &Slices, peer: &Slices| {
        row.peer(format!("{} HashSet<String>::contains", time(peer.median()))).ratio(factor(ours.median_ratio(peer)))
    };
    let existing = against(row("a code that exists", &hit), &hit, &set_hit);
    vec![
        if size == 10_000_000 { existing.bar(Bar::under(300.0, " ns", hit.median())) } else { existing },
        row("a code that exists, in small letters", &lower),
        against(row("a code that does not exist", &miss), &miss, &set_miss),
    ]
}

fn times(count: usize, slice: usize) -> [Slices; 5] {
    let mut generator = seeded(8);
    let ours = Ours::batch();
    let mut set: HashSet<String> = HashSet::with_capacity(count);
    let mut codes: Vec<String> = Vec::new();
    let one_in = (count / (SLICES * 2 * slice)).clamp(1, BATCH);
    ours.issue_in_batches(count, |batch| {
        set.extend(batch.codes.iter().map(str::to_owned));
        codes.extend(batch.codes.iter().skip(generator.random_range(0..one_in)).step_by(one_in).map(str::to_owned));
    });
    for last in (1..codes.len()).rev() {
        codes.swap(last, generator.random_range(0..=last));
    }

    let mut times: [Slices; 5] = Default::default();
    for codes in codes.chunks_exact((2 * slice).min(codes.len())).take(SLICES) {
        let (codes, others) = codes.split_at(codes.len() / 2);
        // Made in the order in which they are looked up: what is asked for is at hand, where it is kept is not.
        let upper: Vec<String> = codes.iter().map(|code| code.to_uppercase()).collect();
        let lower: Vec<String> = others.iter().map(|code| code.to_lowercase()).collect();
        let absent: Vec<String> = codes.iter().map(|_| drawn(&mut generator, CODE_LENGTH)).collect();
        let lookups = |codes: &[String]| codes.iter().filter(|code| ours.registry.lookup(code).is_ok()).count();
        let mut found = [0; 3];
        for ((codes, found), times) in [&upper, &lower, &absent].into_iter().zip(&mut found).zip(&mut times) {
            times.time(codes.len(), || *found = lookups(codes));
        }
        assert_eq!(found, [codes.len(), others.len(), 0], "codes were not found, or others were");
        for (codes, times) in [&upper, &absent].into_iter().zip(&mut times[3..]) {
            times.time(codes.len(), || codes.iter().filter(|code| black_box(set.contains(*code))).count());
        }
    }
    times
}
