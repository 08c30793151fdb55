//! Issuing, as curves: by the size of the batch and by what is present already.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use benches::ours::{BATCH, Ours, registry};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use serial_core::{Format, NewGroup, Order, Preset};

const PRESENT: [usize; 3] = [0, 100_000, 1_000_000];

/// A group that is made anew when it has grown by half, so that it keeps about its size.
struct Kept<M, F> {
    make: M,
    fill: F,
    present: usize,
    ours: Option<(Ours, usize)>,
}

impl<M: Fn() -> Ours, F: Fn(&Ours, usize)> Kept<M, F> {
    fn new(present: usize, make: M, fill: F) -> Self {
        Self { make, fill, present, ours: None }
    }

    /// The time of `repeats` runs of `work`, each of which issues `size` references.
    fn time<T>(&mut self, repeats: u64, size: usize, work: impl Fn(&Ours) -> T) -> Duration {
        let room = (self.present / 2).max(BATCH);
        let mut time = Duration::ZERO;
        let mut left = repeats;
        while left > 0 {
            let (ours, added) = self.ours.get_or_insert_with(|| {
                let ours = (self.make)();
                (self.fill)(&ours, self.present);
                (ours, 0)
            });
            let runs = ((room - *added) / size).min(usize::try_from(left).unwrap_or(usize::MAX));
            let start = Instant::now();
            for _ in 0..runs {
                black_box(work(ours));
            }
            time += start.elapsed();
            *added += runs * size;
            left -= runs as u64;
            if room - *added < size {
                self.ours = None;
            }
        }
        time
    }
}

fn in_batches(ours: &Ours, count: usize) {
    ours.issue_in_batches(count, |_| ());
}

fn batches(c: &mut Criterion) {
    for size in [1, 10, BATCH] {
        let mut group = c.benchmark_group(format!("batch of {size}"));
        group.throughput(Throughput::Elements(size as u64));
        for present in PRESENT {
            let mut kept = Kept::new(present, Ours::batch, in_batches);
            group.bench_function(BenchmarkId::from_parameter(present), |b| {
                b.iter_custom(|repeats| kept.time(repeats, size, |ours| ours.issue_batch(size)));
            });
        }
    }
}

fn singles(c: &mut Criterion) {
    let mut group = c.benchmark_group("create_reference");
    group.throughput(Throughput::Elements(1));
    for present in PRESENT {
        let mut kept = Kept::new(present, Ours::continuous, Ours::issue_singly);
        group.bench_function(BenchmarkId::from_parameter(present), |b| {
            b.iter_custom(|repeats| kept.time(repeats, 1, |ours| ours.registry.create_reference(ours.group)));
        });
    }
}

fn sequential(c: &mut Criterion) {
    let ten_digits = || {
        let format = Format::builder().preset(Preset::Digits).length(10).order(Order::sequential()).build();
        format.expect("ten digits are a format")
    };
    let mut group = c.benchmark_group("sequential batch of 500");
    group.throughput(Throughput::Elements(BATCH as u64));
    for present in PRESENT {
        let make = || Ours::with(registry(), NewGroup::batch("Pump AX-100").format(ten_digits()));
        let mut kept = Kept::new(present, make, in_batches);
        group.bench_function(BenchmarkId::from_parameter(present), |b| {
            b.iter_custom(|repeats| kept.time(repeats, BATCH, |ours| ours.issue_batch(BATCH)));
        });
    }
    group.finish();

    let mut group = c.benchmark_group("sequential create_reference");
    group.throughput(Throughput::Elements(1));
    for present in PRESENT {
        let make = || Ours::with(registry(), NewGroup::continuous("Service tags").format(ten_digits()));
        let mut kept = Kept::new(present, make, Ours::issue_singly);
        group.bench_function(BenchmarkId::from_parameter(present), |b| {
            b.iter_custom(|repeats| kept.time(repeats, 1, |ours| ours.registry.create_reference(ours.group)));
        });
    }
}

fn short() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2))
}

criterion_group! { name = issue; config = short(); targets = batches, singles, sequential }
criterion_main!(issue);
