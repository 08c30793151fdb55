//! What the machine itself takes for the steps that nobody can avoid.

use std::hint::black_box;

use serial_core::{Clock, SystemClock};
use uuid::Uuid;

use crate::{Scale, measure::Slices, table::Row, table::time};

const SLICES: usize = 10;

pub(super) fn run(scale: Scale) -> Vec<Row> {
    let count = scale.of(500_000);
    let row = |what: &str, size: String, nanos: f64| Row::new(what, size).peer(time(nanos));
    let mut rows: Vec<Row> = [1, 16, 256]
        .map(|megabytes| {
            row(
                "machine: one read at random, after the one before",
                format!("{megabytes} MB"),
                read_at_random(megabytes, count),
            )
        })
        .into();
    rows.push(row("machine: asking the system for the time", String::new(), each(count, || SystemClock.now())));
    rows.push(row("machine: one uuid v4 without the set", String::new(), each(count, Uuid::new_v4)));
    rows
}

/// Every read depends on the one before, as looking something up depends on where it is.
fn read_at_random(megabytes: usize, count: usize) -> f64 {
    let len = megabytes << 17;
    let words: Vec<u64> = (0..len as u64).map(|word| word.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
    let mut at = 1_u64;
    each(count, || {
        let place = (u128::from(at) * words.len() as u128) >> 64;
        let found = usize::try_from(place).map_or(0, |place| words[place]);
        at = at.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(found | 1);
        at
    })
}

/// The middle of several rounds, in nanoseconds for one call.
fn each<T>(count: usize, mut call: impl FnMut() -> T) -> f64 {
    let mut rounds = Slices::default();
    for _ in 0..SLICES {
        rounds.time(count, || (0..count).for_each(|_| drop(black_box(call()))));
    }
    rounds.median()
}
