//! Pages of 50 at any position of a group of ten million, before and after one in a hundred is deleted.

use rand::RngExt;
use serial_core::{Cursor, Filter, Numbering, Paging, Selection};

use crate::{
    Scale,
    measure::{Slices, greatest, median},
    ours::Ours,
    peers::seeded,
    table::{Bar, Row, time, whole},
};

const SIZE: u32 = 50;
const POSITIONS: usize = 1_000;

pub(super) fn run(scale: Scale) -> Vec<Row> {
    let count = scale.of(10_000_000);
    let ours = Ours::batch();
    let mut generator = seeded(5);
    let mut doomed: Vec<String> = Vec::new();
    ours.issue_in_batches(count, |batch| {
        for _ in 0..batch.codes.len() / 100 {
            let code = batch.codes.get(generator.random_range(0..batch.codes.len()));
            doomed.extend(code.map(str::to_owned));
        }
    });

    let mut rows = pages(scale, &ours, count, "");
    let mut deleting = Slices::new();
    deleting.time(doomed.len().max(1), || {
        let deletion = ours.registry.delete(&Selection::codes_in(ours.group, doomed.iter())).expect("the group exists");
        deletion.confirm().expect("a store in memory does not fail")
    });
    rows.extend(pages(scale, &ours, count, ", 1 % deleted"));
    rows.push(
        Row::new("delete 1 % by code, per reference", format!("{} of {}", whole(doomed.len()), whole(count)))
            .ours(time(deleting.mean())),
    );
    rows
}

fn pages(scale: Scale, ours: &Ours, count: usize, state: &str) -> Vec<Row> {
    let mut generator = seeded(6);
    let filter = Filter::group(ours.group);
    let first = ours.registry.numbered_references(&filter, &Numbering::page(1).of(SIZE)).expect("there is a page 1");
    let last = first.pages();
    let mut numbers = vec![1, last.div_ceil(2).max(1), last.max(1)];
    numbers.extend((0..POSITIONS).map(|_| generator.random_range(1..=last.max(1))));
    let cursors = cursors(ours, &filter);

    let mut numbered: Vec<Slices> = vec![Slices::new(); numbers.len()];
    let mut everywhere: Vec<Slices> = vec![Slices::new(); numbers.len()];
    let mut by_cursor: Vec<Slices> = vec![Slices::new(); cursors.len()];
    for _ in 0..scale.repeats(5) {
        for ((number, numbered), everywhere) in numbers.iter().zip(&mut numbered).zip(&mut everywhere) {
            let numbering = Numbering::page(*number).of(SIZE);
            numbered.time(1, || ours.registry.numbered_references(&filter, &numbering).expect("the page is valid"));
            let all = Filter::all();
            everywhere.time(1, || ours.registry.numbered_references(&all, &numbering).expect("the page is valid"));
        }
        for (cursor, times) in cursors.iter().zip(&mut by_cursor) {
            let paging = Paging::of(SIZE).after(*cursor);
            times.time(1, || ours.registry.references(&filter, &paging).expect("the cursor is valid"));
        }
    }

    let middles = |times: &[Slices]| times.iter().map(Slices::median).collect::<Vec<f64>>();
    let numbered = middles(&numbered);
    let row = |what: String, nanos: f64| Row::new(format!("{what}{state}"), whole(count)).ours(time(nanos));
    let bar = |nanos: f64| Bar::under(20.0, " us", nanos / 1e3);
    let barred = |what: &str, times: Vec<f64>| {
        let positions = times.len();
        let slowest = greatest(times);
        row(format!("page of 50 {what}, slowest of {} positions", whole(positions)), slowest).bar(bar(slowest))
    };
    vec![
        barred("by number", numbered.clone()),
        barred("by cursor", middles(&by_cursor)),
        row("page of 50 by number, first".into(), numbered[0]),
        row("page of 50 by number, middle".into(), numbered[1]),
        row("page of 50 by number, last".into(), numbered[2]),
        row("page of 50 by number, median position".into(), median(numbered)),
        row("page of 50 by number in the whole registry, median position".into(), median(middles(&everywhere))),
        row("page of 50 by cursor, median position".into(), median(middles(&by_cursor))),
    ]
}

/// Cursors all over the listing, in an order that no cache foresees.
pub(super) fn cursors(ours: &Ours, filter: &Filter) -> Vec<Cursor> {
    let mut cursors = Vec::new();
    let mut paging = Paging::of(10_000);
    while let Some(cursor) = ours.registry.references(filter, &paging).expect("the filter is valid").next {
        cursors.push(cursor);
        paging = paging.after(cursor);
    }
    let mut generator = seeded(7);
    for last in (1..cursors.len()).rev() {
        cursors.swap(last, generator.random_range(0..=last));
    }
    cursors
}
