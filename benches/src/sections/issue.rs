//! Batches of 500 into one group up to 10 million, and what a reference costs as the group grows.

use crate::{
    Scale,
    measure::{Slices, median},
    ours::Ours,
    peers::{ChaChaSet, NanoidSet, Peer, UuidSet, drawn, seeded},
    table::{Bar, Row, factor, factors, time, whole},
};

const SLICES: usize = 10;

/// In how many parts the last slice is timed.
const PARTS: usize = 10;

pub(super) fn run(scale: Scale) -> Vec<Row> {
    let all = scale.of(10_000_000);
    let slice = scale.of(10_000_000 / SLICES);
    let small = Small { all: scale.of(100_000), around: scale.of(20_000) };

    let (mut nanoid, mut uuid, mut chacha) = (NanoidSet::default(), UuidSet::default(), ChaChaSet::default());
    let mut times: [Slices; 4] = Default::default();
    let (mut at_small, mut to_small, mut at_large) = (Slices::new(), Slices::new(), Slices::new());

    let ours = Ours::batch();
    for number in 1..=SLICES {
        if number < SLICES {
            times[0].time(slice, || ours.issue_in_batches(slice, |_| ()));
        } else {
            // The last slice is also what a reference costs at this size; small groups are measured in its midst.
            let mut last = std::time::Duration::ZERO;
            for _ in 0..PARTS {
                let part = scale.of(10_000_000 / SLICES / PARTS);
                let taken = crate::measure::timed(|| ours.issue_in_batches(part, |_| ()));
                at_large.push(part, taken);
                last += taken;
                for _ in 0..2 {
                    small.grow(&mut to_small, &mut at_small);
                }
            }
            times[0].push(scale.of(10_000_000 / SLICES / PARTS) * PARTS, last);
        }
        times[1].time(slice, || nanoid.issue_many(slice));
        times[2].time(slice, || uuid.issue_many(slice));
        times[3].time(slice, || chacha.issue_many(slice));
    }
    let [batches, nanoid, uuid, chacha] = times;

    let size = format!("0 to {}", whole(all));
    let against = |name: &str, peer: &Slices| {
        Row::new("issue in batches of 500, per reference", size.as_str())
            .ours(time(batches.mean()))
            .peer(format!("{} {name}", time(peer.mean())))
            .ratio(factors(batches.ratio(peer), batches.median_ratio(peer)))
    };
    // Both ways to look at it have to be good.
    let worse = |peer: &Slices| batches.ratio(peer).min(batches.median_ratio(peer));
    let growth = |what: &str, large: f64, small_cost: f64| {
        let ratio = large / small_cost;
        Row::new(what, format!("{} and {}", whole(all), whole(small.all)))
            .ours(time(large))
            .peer(format!("{} at {}", time(small_cost), whole(small.all)))
            .ratio(factor(ratio))
            .bar(Bar::at_most(3.0, "x", ratio))
    };
    vec![
        against(NanoidSet::NAME, &nanoid).bar(Bar::at_least(8.0, "x", worse(&nanoid))),
        against(UuidSet::NAME, &uuid).bar(Bar::at_least(3.0, "x", worse(&uuid))),
        growth("cost of a further reference in a group of that size", at_large.median(), at_small.median()),
        growth("cost per reference of growing to that size", batches.mean(), to_small.median()),
        against(ChaChaSet::NAME, &chacha),
        Row::new("issue in batches of 500, slowest million", size.as_str())
            .ours(time(crate::measure::greatest(batches.each()))),
        drawing(scale),
    ]
}

/// The group of 100,000 that the large one is compared with.
struct Small {
    all: usize,
    /// The references that are issued while the group has about that size.
    around: usize,
}

impl Small {
    fn grow(&self, whole: &mut Slices, last: &mut Slices) {
        let ours = Ours::batch();
        let before = self.all - self.around / 2;
        let first = crate::measure::timed(|| ours.issue_in_batches(before, |_| ()));
        let half = crate::measure::timed(|| ours.issue_in_batches(self.around / 2, |_| ()));
        let other_half = crate::measure::timed(|| ours.issue_in_batches(self.around / 2, |_| ()));
        whole.push(before + self.around / 2, first + half);
        last.push(self.around / 2 * 2, half + other_half);
    }
}

/// What drawing alone costs a peer, for comparison with what issuing costs us in all.
fn drawing(scale: Scale) -> Row {
    let count = scale.of(1_000_000);
    let mut generator = seeded(1);
    let mut times = Vec::new();
    for _ in 0..scale.repeats(5) {
        let mut slices = Slices::new();
        slices.time(count, || (0..count).for_each(|_| drop(std::hint::black_box(drawn(&mut generator, 25)))));
        times.push(slices.mean());
    }
    Row::new("drawing 25 characters only", whole(count)).peer(format!("{} ChaCha20 per character", time(median(times))))
}
