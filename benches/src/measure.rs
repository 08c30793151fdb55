//! Timing work in slices, and what is made of the times.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

/// How long some work takes. What it returns is dropped within that time.
pub fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    drop(black_box(work()));
    start.elapsed()
}

/// The times of slices of one kind of work, each of so many units.
#[derive(Clone, Debug, Default)]
pub struct Slices {
    slices: Vec<(Duration, usize)>,
}

impl Slices {
    /// No slices yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Does a slice of `units` and notes its time.
    pub fn time<T>(&mut self, units: usize, work: impl FnOnce() -> T) {
        self.push(units, timed(work));
    }

    /// Notes a slice that was timed elsewhere.
    pub fn push(&mut self, units: usize, time: Duration) {
        self.slices.push((time, units));
    }

    /// Nanoseconds per unit, slice by slice.
    pub fn each(&self) -> Vec<f64> {
        self.slices.iter().map(|(time, units)| nanos(*time) / float(*units)).collect()
    }

    /// Nanoseconds per unit of all slices together.
    pub fn mean(&self) -> f64 {
        let time: Duration = self.slices.iter().map(|(time, _)| *time).sum();
        nanos(time) / float(self.slices.iter().map(|(_, units)| units).sum())
    }

    /// Nanoseconds per unit of the slice in the middle.
    pub fn median(&self) -> f64 {
        median(self.each())
    }

    /// How many times as long as these all slices of `other` took together, per unit.
    pub fn ratio(&self, other: &Self) -> f64 {
        other.mean() / self.mean()
    }

    /// How many times as long as the slice in the middle of these the one in the middle of `other` took, per unit.
    pub fn ratio_of_medians(&self, other: &Self) -> f64 {
        other.median() / self.median()
    }

    /// How many times as long as each of these the slice of `other` beside it took: the one in the middle.
    pub fn median_ratio(&self, other: &Self) -> f64 {
        median(self.each().into_iter().zip(other.each()).map(|(this, other)| other / this).collect())
    }
}

/// The value in the middle; of an even number the higher of the two. 0 of none.
pub fn median(values: Vec<f64>) -> f64 {
    at(values, |count| count / 2)
}

/// The greatest value; 0 of none.
pub fn greatest(values: Vec<f64>) -> f64 {
    at(values, |count| count.saturating_sub(1))
}

fn at(mut values: Vec<f64>, position: impl FnOnce(usize) -> usize) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(position(values.len())).copied().unwrap_or_default()
}

/// A time in nanoseconds.
pub fn nanos(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}

/// A count to calculate with.
#[expect(clippy::cast_precision_loss, reason = "no count here comes near 2^52")]
pub fn float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_of_totals_and_of_slices_side_by_side() {
        let slices = |millis: [u64; 3]| Slices {
            slices: millis.into_iter().map(|millis| (Duration::from_millis(millis), 1_000)).collect(),
        };
        let (ours, peer) = (slices([1, 1, 8]), slices([2, 3, 5]));
        assert!((ours.mean() - 10_000.0 / 3.0).abs() < 1e-6);
        assert!((ours.median() - 1_000.0).abs() < 1e-6);
        assert!((ours.ratio(&peer) - 1.0).abs() < 1e-6);
        assert!((ours.median_ratio(&peer) - 2.0).abs() < 1e-6);
    }

    #[test]
    fn the_middle_and_the_greatest_of_nothing_are_nothing() {
        assert_eq!((median(vec![]), greatest(vec![])), (0.0, 0.0));
        assert_eq!((median(vec![3.0, 1.0, 2.0]), greatest(vec![3.0, 1.0, 2.0])), (2.0, 3.0));
    }
}
