//! What is measured in the same way of every durable store.

use rand::RngExt;
use serial_core::{Filter, Numbering, Paging};

use crate::{
    Scale,
    measure::{Slices, greatest, median},
    ours::Ours,
    peers::{drawn, seeded},
    table::{Bar, Row, time, whole},
};

const PAGE: u32 = 50;
const POSITIONS: usize = 50;
const TERMS: usize = 20;

/// First pages of searches, pages in the middle, and lookups.
pub(super) fn reads(scale: Scale, store: &str, ours: &Ours, count: usize) -> Vec<Row> {
    let mut rows = searches(scale, store, ours, count);
    rows.extend(pages(scale, store, ours, count));
    rows
}

fn searches(scale: Scale, store: &str, ours: &Ours, count: usize) -> Vec<Row> {
    let mut generator = seeded(3);
    let some = ours.registry.references(&Filter::group(ours.group), &Paging::of(PAGE)).expect("the filter is valid");
    let part = |code: &str, length: usize| code[code.len() / 2..][..length.min(code.len() / 2)].to_owned();
    let kinds: [(&str, Vec<String>); 3] = [
        ("3 random characters", (0..TERMS).map(|_| drawn(&mut generator, 3)).collect()),
        ("8 characters of one code", some.items.iter().take(TERMS).map(|found| part(&found.code, 8)).collect()),
        ("8 characters of no code", (0..TERMS).map(|_| drawn(&mut generator, 8)).collect()),
    ];
    let mut rows = Vec::new();
    for (kind, terms) in kinds {
        let mut times: Vec<Slices> = vec![Slices::new(); terms.len()];
        for _ in 0..scale.repeats(5) {
            for (term, times) in terms.iter().zip(&mut times) {
                let filter = Filter::group(ours.group).containing(term);
                times
                    .time(1, || ours.registry.references(&filter, &Paging::of(PAGE)).expect("the term is long enough"));
            }
        }
        let each: Vec<f64> = times.iter().map(Slices::median).collect();
        let slowest = greatest(each.clone());
        rows.push(
            Row::new(
                format!("{store}: first page of a search for {kind}, slowest of {} terms", terms.len()),
                whole(count),
            )
            .ours(format!("{} (median {})", time(slowest), time(median(each))))
            .bar(Bar::under(2.0, " ms", slowest / 1e6)),
        );
    }
    rows
}

fn pages(scale: Scale, store: &str, ours: &Ours, count: usize) -> Vec<Row> {
    let filter = Filter::group(ours.group);
    let mut generator = seeded(6);
    let first = ours.registry.numbered_references(&filter, &Numbering::page(1).of(PAGE)).expect("there is a page 1");
    let numbers: Vec<u64> = (0..POSITIONS).map(|_| generator.random_range(1..=first.pages().max(1))).collect();
    let cursors = super::page::cursors(ours, &filter);
    let (mut numbered, mut by_cursor) = (vec![Slices::new(); POSITIONS], vec![Slices::new(); POSITIONS]);
    for _ in 0..scale.repeats(5) {
        for position in 0..POSITIONS {
            let numbering = Numbering::page(numbers[position]).of(PAGE);
            numbered[position]
                .time(1, || ours.registry.numbered_references(&filter, &numbering).expect("the page is valid"));
            let cursor = cursors.get(position % cursors.len().max(1));
            let paging = cursor.map_or(Paging::of(PAGE), |cursor| Paging::of(PAGE).after(*cursor));
            by_cursor[position].time(1, || ours.registry.references(&filter, &paging).expect("the cursor is valid"));
        }
    }
    [("by number", numbered), ("by cursor", by_cursor)]
        .map(|(how, times)| {
            let each: Vec<f64> = times.iter().map(Slices::median).collect();
            let slowest = greatest(each.clone());
            Row::new(format!("{store}: page of 50 {how}, slowest of {POSITIONS} positions"), whole(count))
                .ours(format!("{} (median {})", time(slowest), time(median(each))))
                .bar(Bar::under(2.0, " ms", slowest / 1e6))
        })
        .into()
}
