//! Looking up, paging and searching, as curves.

use std::{cell::OnceCell, time::Duration};

use benches::{
    ours::{CODE_LENGTH, Ours},
    peers::{drawn, seeded},
};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rand::RngExt;
use serial_core::{Filter, Numbering, Paging};

/// A group of so many references, made when it is first wanted, and some of their codes.
struct Grown {
    present: usize,
    made: OnceCell<(Ours, Vec<String>)>,
}

impl Grown {
    fn both() -> [Self; 2] {
        [100_000, 1_000_000].map(|present| Self { present, made: OnceCell::new() })
    }

    fn get(&self) -> &(Ours, Vec<String>) {
        self.made.get_or_init(|| {
            let ours = Ours::batch();
            let mut codes = Vec::new();
            ours.issue_in_batches(self.present, |batch| codes.extend(batch.codes.iter().step_by(25).map(String::from)));
            let mut generator = seeded(1);
            for last in (1..codes.len()).rev() {
                codes.swap(last, generator.random_range(0..=last));
            }
            (ours, codes)
        })
    }
}

fn lookups(c: &mut Criterion, all: &[Grown]) {
    let mut group = c.benchmark_group("lookup");
    group.throughput(Throughput::Elements(1));
    for grown in all {
        group.bench_with_input(BenchmarkId::new("hit", grown.present), grown, |b, grown| {
            let (ours, codes) = grown.get();
            let mut codes = codes.iter().cycle();
            b.iter(|| codes.next().map(|code| ours.registry.lookup(code)));
        });
        group.bench_with_input(BenchmarkId::new("hit in small letters", grown.present), grown, |b, grown| {
            let (ours, codes) = grown.get();
            let codes: Vec<String> = codes.iter().map(|code| code.to_lowercase()).collect();
            let mut codes = codes.iter().cycle();
            b.iter(|| codes.next().map(|code| ours.registry.lookup(code)));
        });
        group.bench_with_input(BenchmarkId::new("miss", grown.present), grown, |b, grown| {
            let (ours, codes) = grown.get();
            let mut generator = seeded(2);
            let codes: Vec<String> = codes.iter().map(|_| drawn(&mut generator, CODE_LENGTH)).collect();
            let mut codes = codes.iter().cycle();
            b.iter(|| codes.next().map(|code| ours.registry.lookup(code)));
        });
    }
}

fn pages(c: &mut Criterion, all: &[Grown]) {
    let mut group = c.benchmark_group("page of 50");
    for grown in all {
        let last = (grown.present / 50) as u64;
        for (place, number) in [("first", 1), ("middle", last / 2), ("last", last)] {
            group.bench_with_input(BenchmarkId::new(place, grown.present), grown, |b, grown| {
                let (ours, _) = grown.get();
                let filter = Filter::group(ours.group);
                b.iter(|| ours.registry.numbered_references(&filter, &Numbering::page(number).of(50)));
            });
        }
        group.bench_with_input(BenchmarkId::new("by cursor", grown.present), grown, |b, grown| {
            let (ours, _) = grown.get();
            let filter = Filter::group(ours.group);
            let mut cursor = None;
            b.iter(|| {
                let paging = cursor.map_or(Paging::of(50), |cursor| Paging::of(50).after(cursor));
                let page = ours.registry.references(&filter, &paging);
                cursor = page.as_ref().ok().and_then(|page| page.next);
                page
            });
        });
    }
}

fn searches(c: &mut Criterion, all: &[Grown]) {
    let mut generator = seeded(3);
    let short: Vec<String> = (0..100).map(|_| drawn(&mut generator, 3)).collect();
    let long: Vec<String> = (0..100).map(|_| drawn(&mut generator, 8)).collect();
    let mut group = c.benchmark_group("search");
    for grown in all {
        group.throughput(Throughput::Elements(1));
        group.bench_with_input(BenchmarkId::new("first 50 with 3 characters", grown.present), grown, |b, grown| {
            let (ours, _) = grown.get();
            let mut terms = short.iter().cycle();
            b.iter(|| {
                let filter = terms.next().map(|term| Filter::group(ours.group).containing(term));
                filter.map(|filter| ours.registry.references(&filter, &Paging::of(50)))
            });
        });
        group.throughput(Throughput::BytesDecimal((grown.present * CODE_LENGTH) as u64));
        for (case, change) in [("", str::to_uppercase as fn(&str) -> String), (" in small letters", str::to_lowercase)]
        {
            let name = format!("count 8 characters{case}");
            group.bench_with_input(BenchmarkId::new(name, grown.present), grown, |b, grown| {
                let (ours, _) = grown.get();
                let mut terms = long.iter().cycle();
                b.iter(|| {
                    let filter = terms.next().map(|term| Filter::group(ours.group).containing(change(term)));
                    filter.map(|filter| ours.registry.count(&filter))
                });
            });
        }
    }
}

fn all(c: &mut Criterion) {
    let grown = Grown::both();
    lookups(c, &grown);
    pages(c, &grown);
    searches(c, &grown);
}

fn short() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(2))
}

criterion_group! { name = read; config = short(); targets = all }
criterion_main!(read);
