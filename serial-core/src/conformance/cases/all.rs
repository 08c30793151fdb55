//! All rules at once: random operations are answered as the model answers them.

use crate::conformance::{
    agree::{Divergence, agree_after_reopening, agree_with_model},
    bench::Bench,
    case::{Breach, Outcome},
};

/// Few, so that a slow store is tested in reasonable time; who wants more calls `agree_with_model`.
const SEEDS: std::ops::Range<u64> = 0..8;

fn told(divergence: &Divergence) -> Breach {
    Breach::new(divergence.to_string())
}

pub(in crate::conformance) fn all_random_operations_agree_with_the_model(bench: Bench<'_>) -> Outcome {
    SEEDS.into_iter().try_for_each(|seed| agree_with_model(bench.factory(), seed, 200).map_err(|error| told(&error)))
}

pub(in crate::conformance) fn all_random_operations_agree_with_the_model_after_reopening(bench: Bench<'_>) -> Outcome {
    SEEDS
        .into_iter()
        .try_for_each(|seed| agree_after_reopening(bench.factory(), seed, 200).map_err(|error| told(&error)))
}
