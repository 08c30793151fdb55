//! Codes of Keyed order: permuting counters, finding them again, and issuing beside Random order.

use std::hint::black_box;

use fpe::ff1::{FF1, FlexibleNumeralString};
use serial_core::{CodeSequence, Format, Key, NewGroup, Order, Preset};

use crate::{
    Scale,
    measure::{Slices, greatest},
    ours::{BATCH, Ours, registry},
    table::{Bar, Row, factor, factors, time, whole},
};

const SLICES: usize = 20;

/// How many groups of each order are filled: the two orders are so close that few slices do not tell them apart.
const GROUPS: usize = 9;

/// Alphabets and lengths from the shortest to the longest that the bars speak of.
const SHAPES: [(Preset, usize); 6] = [
    (Preset::Digits, 10),
    (Preset::Digits, 20),
    (Preset::Unambiguous31, 12),
    (Preset::UpperAlphanumeric, 16),
    (Preset::UpperAlphanumeric, 20),
    (Preset::Printable, 20),
];

pub(super) fn run(scale: Scale) -> Vec<Row> {
    let mut rows = Vec::new();
    let (mut bulk, mut faster, mut decoding) = (Vec::new(), Vec::new(), Vec::new());
    for (preset, length) in SHAPES {
        let shape = Shape::new(preset, length);
        let [codes, peer, decode] = shape.times(scale);
        let what = |verb: &str| format!("{verb}, {length} characters of {}", shape.format.alphabet().len());
        rows.push(
            Row::new(what("keyed codes in bulk"), whole(scale.of(200_000)))
                .ours(time(codes.median()))
                .peer(format!("{} crate fpe", time(peer.median())))
                .ratio(factors(codes.ratio_of_medians(&peer), codes.median_ratio(&peer))),
        );
        rows.push(Row::new(what("the counter of a code"), whole(scale.of(200_000))).ours(time(decode.median())));
        bulk.push(codes.median());
        faster.push(codes.ratio_of_medians(&peer).min(codes.median_ratio(&peer)));
        decoding.push(decode.median());
    }
    let lengths = "10 to 20 characters, the slowest";
    let least = faster.into_iter().fold(f64::INFINITY, f64::min);
    let (slowest, decoded) = (greatest(bulk), greatest(decoding));
    let (keyed, random) = issuing(scale);
    let ratio = 1.0 / keyed.median_ratio(&random);
    rows.extend([
        Row::new("keyed codes in bulk", lengths).ours(time(slowest)).bar(Bar::at_most(120.0, " ns", slowest)),
        Row::new("keyed codes in bulk, against the crate fpe", lengths)
            .ratio(factor(least))
            .bar(Bar::at_least(25.0, "x", least)),
        Row::new("the counter of a code", lengths).ours(time(decoded)).bar(Bar::at_most(700.0, " ns", decoded)),
        Row::new("a batch of 500 Keyed, per reference", format!("0 to {}", whole(scale.of(1_000_000))))
            .ours(time(keyed.median()))
            .peer(format!("{} Random", time(random.median())))
            .ratio(factor(ratio))
            .bar(Bar::at_most(1.0, "x", ratio)),
    ]);
    rows
}

struct Shape {
    format: Format,
    key: Key,
}

impl Shape {
    fn new(preset: Preset, length: usize) -> Self {
        let format = Format::builder().preset(preset).length(length).order(Order::Keyed).build();
        let key = Key::from_bytes(*b"32 bytes that are no secret here");
        Self { format: format.expect("the format is a good one"), key: key.expect("the key is a good one") }
    }

    /// Codes, the same by the peer, and the counters of codes; slice by slice in turns.
    fn times(&self, scale: Scale) -> [Slices; 3] {
        let count = scale.of(200_000) / SLICES;
        // The peer is so slow that a part says enough.
        let few = count.div_ceil(20);
        let sequence = CodeSequence::keyed(&self.format, &self.key).expect("the format is Keyed");
        let base = self.format.alphabet().len();
        let peer = FF1::<aes::Aes256>::new(self.key.expose(), u32::try_from(base).unwrap_or_default());
        let peer = peer.expect("the base is one that the peer takes");
        let mut times: [Slices; 3] = Default::default();
        for slice in 0..SLICES {
            let first = (slice * count) as u64;
            times[0].time(count, || sequence.codes(first, count));
            let codes = sequence.codes(first, count).expect("the space is large");
            times[1].time(few, || {
                for number in first..first + few as u64 {
                    let digits = FlexibleNumeralString::from(digits(number, base as u64, self.format.length()));
                    let _ = black_box(peer.encrypt(&[], &digits));
                }
            });
            times[2].time(count, || codes.iter().filter(|code| sequence.counter(code).is_ok()).count());
        }
        times
    }
}

/// A number in the digits of a base, the highest first.
fn digits(mut number: u64, base: u64, length: usize) -> Vec<u16> {
    let mut digits = vec![0; length];
    for digit in digits.iter_mut().rev() {
        *digit = u16::try_from(number % base).unwrap_or_default();
        number /= base;
    }
    digits
}

/// Batches into a Keyed and a Random group of the same codes, in turns.
fn issuing(scale: Scale) -> (Slices, Slices) {
    let of = |order| {
        let format = Format::builder().order(order).build().expect("the format is a good one");
        Ours::with(registry(), NewGroup::batch("Pump AX-100").format(format))
    };
    let (mut keyed_times, mut random_times) = (Slices::new(), Slices::new());
    let slice = scale.of(1_000_000) / SLICES / BATCH * BATCH;
    let slice = slice.max(BATCH);
    for _ in 0..scale.repeats(GROUPS) {
        let (keyed, random) = (of(Order::Keyed), of(Order::Random));
        for _ in 0..SLICES {
            keyed_times.time(slice, || keyed.issue_in_batches(slice, |_| ()));
            random_times.time(slice, || random.issue_in_batches(slice, |_| ()));
        }
    }
    (keyed_times, random_times)
}
