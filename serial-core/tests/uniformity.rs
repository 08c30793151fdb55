//! Random codes are uniform, and stay what they were.

#![expect(clippy::cast_precision_loss, reason = "counts are small")]

mod support;

use serial_core::{Format, Limits, NewBatch, NewGroup, Preset, Registry};
use support::{Seeded, Standing, builder};

fn seeded(seed: u64) -> Registry {
    builder().limits(Limits::unlimited()).clock(Standing).entropy(Seeded::with(seed)).build()
}

fn bodies(format: &Format, count: u64, seed: u64) -> Vec<String> {
    let registry = seeded(seed);
    let group = registry.create_group(NewGroup::batch("g").format(format.clone())).unwrap();
    let codes = registry.create_batch(group.id, NewBatch::of(count)).unwrap().codes;
    codes.iter().map(str::to_owned).collect()
}

/// Pearson's statistic of observed counts that should all be equal, in standard deviations from what is expected.
fn deviation(counts: &[u64]) -> f64 {
    let total: u64 = counts.iter().sum();
    let expected = total as f64 / counts.len() as f64;
    let statistic: f64 = counts.iter().map(|count| (*count as f64 - expected).powi(2) / expected).sum();
    let freedom = (counts.len() - 1) as f64;
    (statistic - freedom) / (2.0 * freedom).sqrt()
}

#[test]
fn every_symbol_is_as_frequent_as_any_other_at_every_position() {
    for preset in Preset::ALL {
        // 25 characters take several words of randomness with several digits in each.
        let format = Format::builder().preset(preset).length(25).build().unwrap();
        let codes = bodies(&format, 40_000, 7);
        for position in 0..25 {
            let mut counts = vec![0; format.alphabet().len()];
            for code in &codes {
                counts[preset.symbols().find(code.as_bytes()[position] as char).unwrap()] += 1;
            }
            let deviation = deviation(&counts);
            assert!(deviation.abs() < 4.5, "{preset:?}, position {position}: {deviation}");
        }
    }
}

#[test]
fn neighbouring_symbols_are_independent() {
    let format = Format::builder().preset(Preset::Digits).length(20).build().unwrap();
    let codes = bodies(&format, 100_000, 8);
    for position in 0..19 {
        let mut counts = vec![0; 100];
        for code in &codes {
            counts[code[position..position + 2].parse::<usize>().unwrap()] += 1;
        }
        let deviation = deviation(&counts);
        assert!(deviation.abs() < 4.5, "positions {position} and after: {deviation}");
    }
}

#[test]
fn the_last_codes_of_a_space_are_drawn_as_uniformly_as_the_first() {
    // The one code that is left when 9 of 10 are issued, over many registries.
    let format = Format::builder().preset(Preset::Digits).length(1).build().unwrap();
    let mut counts = vec![0; 10];
    for seed in 0..5_000 {
        let codes = bodies_one_by_one(&format, 10, seed);
        counts[codes[9].parse::<usize>().unwrap()] += 1;
    }
    let deviation = deviation(&counts);
    assert!(deviation.abs() < 4.5, "{deviation}");
}

fn bodies_one_by_one(format: &Format, count: u64, seed: u64) -> Vec<String> {
    let registry = seeded(seed);
    let group = registry.create_group(NewGroup::continuous("g").format(format.clone())).unwrap();
    (0..count).map(|_| registry.create_reference(group.id).unwrap().code.to_string()).collect()
}

#[test]
fn the_same_bytes_give_the_codes_that_they_gave_in_the_first_version() {
    let vectors: [(&str, Format); 4] = [
        ("II7HF6URERM8H7NR3IRLQGGAN", Format::default()),
        ("alzXCugYQs", Format::quick()),
        (
            "Q?.,=fGCGUQV-kb0*3;\\JODf0f<Ve$>R0@Zuh7ywAL&+UBYWnjM)h@&]K'6`.~ks",
            Format::builder().preset(Preset::Printable).length(64).build().unwrap(),
        ),
        (
            "b:1000001110011000101111000001000101101001000000101100100111111001",
            Format::builder().symbols("01").length(64).prefix("b:").build().unwrap(),
        ),
    ];
    for (expected, format) in vectors {
        assert_eq!(bodies(&format, 1, 42), [expected], "{format:?}");
    }
}
