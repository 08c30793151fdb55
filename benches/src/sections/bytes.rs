//! Bytes per reference, all in: everything that was allocated since before the registry was made.

use std::collections::HashSet;

use crate::{
    Scale,
    measure::float,
    memory::{self, Meter},
    ours::{BATCH, Ours},
    peers::{Peer, UuidSet, drawn, seeded},
    table::{Bar, Row, whole},
};

/// From so many references on the worst size is looked for: an empty registry weighs something, too.
const WORST_FROM: [usize; 2] = [1_000, 100_000];

/// States and all may bring it to 72, claims and histories not counted.
const BAR: f64 = 72.0;

pub(super) fn run(scale: Scale) -> Vec<Row> {
    let mut rows = Vec::new();
    rows.extend(grow("Batch group", scale, Ours::batch, |ours, count| drop(ours.issue_batch(count))));
    rows.extend(grow("Continuous group", scale, Ours::continuous, Ours::issue_singly));
    rows.extend(peers(scale));
    rows
}

/// What was seen at one size.
#[derive(Clone, Copy)]
struct Seen {
    count: usize,
    live: f64,
    peak: f64,
}

impl Seen {
    fn now(meter: &Meter, count: usize) -> Self {
        let per_reference = |bytes| float(bytes) / float(count);
        Self { count, live: per_reference(meter.live()), peak: per_reference(meter.peak()) }
    }
}

fn grow(what: &str, scale: Scale, make: impl Fn() -> Ours, issue: impl Fn(&Ours, usize)) -> Vec<Row> {
    let sizes = [1_000, 100_000, 1_000_000, 10_000_000];
    let mut seen: Vec<Seen> = Vec::with_capacity(sizes.len());
    let mut worst = WORST_FROM.map(|_| Seen { count: 0, live: 0.0, peak: 0.0 });
    memory::measure(|meter| {
        let ours = make();
        let mut count = 0;
        for size in sizes.map(|size| scale.of(size)) {
            while count < size {
                let step = (size - count).min(BATCH);
                issue(&ours, step);
                count += step;
                let now = Seen::now(meter, count);
                for (worst, from) in worst.iter_mut().zip(WORST_FROM) {
                    if count >= scale.of(from) && now.live > worst.live {
                        *worst = now;
                    }
                }
            }
            seen.push(Seen::now(meter, count));
        }
    });
    let row = |what: String, seen: &Seen, value: f64| {
        Row::new(what, whole(seen.count)).ours(format!("{value:.1} bytes")).bar(Bar::at_most(BAR, " bytes", value))
    };
    let mut rows: Vec<Row> =
        seen.iter().map(|seen| row(format!("bytes per reference, {what}"), seen, seen.live)).collect();
    rows.extend(worst.iter().zip(WORST_FROM).map(|(worst, from)| {
        let from = whole(scale.of(from));
        row(format!("bytes per reference, {what}, at the worst of all sizes from {from} on"), worst, worst.live)
    }));
    rows.extend(seen.iter().map(|seen| {
        Row::new(
            format!("bytes per reference at the highest while growing, {what}"),
            format!("0 to {}", whole(seen.count)),
        )
        .ours(format!("{:.1} bytes", seen.peak))
    }));
    rows
}

fn peers(scale: Scale) -> Vec<Row> {
    let row = |what: &str, count: usize, live: f64| {
        Row::new("bytes per reference", whole(count)).peer(format!("{live:.1} bytes {what}"))
    };
    let mut rows = Vec::new();
    for count in [1_000_000, 10_000_000].map(|size| scale.of(size)) {
        let strings = memory::measure(|meter| {
            let mut generator = seeded(2);
            let set: HashSet<String> = (0..count).map(|_| drawn(&mut generator, 25)).collect();
            let seen = Seen::now(meter, count);
            drop(set);
            seen.live
        });
        rows.push(row("HashSet<String>", count, strings));
    }
    let count = scale.of(1_000_000);
    let uuids = memory::measure(|meter| {
        let mut uuid = UuidSet::default();
        uuid.issue_many(count);
        let seen = Seen::now(meter, count);
        drop(uuid);
        seen.live
    });
    rows.push(row("HashSet<Uuid>", count, uuids));
    rows
}
