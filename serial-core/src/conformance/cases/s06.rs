//! S6: pages come in order, without gap or repeat.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, Ordering},
};

use crate::{
    batch::Batch,
    conformance::{
        bench::{
            Bench, NOON, all_batches, all_groups, batch_group, counting_group, delete, delete_group, done, everything,
            holds, issue, numbers, own_group, references, row_ids, same, slice, texts, threads,
        },
        case::{Breach, Outcome},
    },
    group::Group,
    ids::{BatchId, GroupId, RowId},
    query::{Direction, SearchTerm, Span, Within},
    reference::Reference,
    store::{BatchQuery, GroupQuery, ReferenceQuery, Slice, Start, Store},
};

const DIRECTIONS: [Direction; 2] = [Direction::OldestFirst, Direction::NewestFirst];
const SIZES: [u32; 5] = [1, 2, 3, 7, 100];

/// Goes through a listing page by page, each beginning after the last row of the one before.
fn pages<T, P: Copy>(
    size: u32,
    mut page: impl FnMut(Start<P>) -> Result<Slice<T>, Breach>,
    place: impl Fn(&T) -> P,
) -> Result<Vec<T>, Breach> {
    let mut all: Vec<T> = Vec::new();
    let mut start = Start::Skip(0);
    loop {
        let slice = page(start)?;
        holds(slice.items.len() <= size as usize, || {
            format!("a page of at most {size} rows has {}", slice.items.len())
        })?;
        holds(!slice.more || slice.items.len() == size as usize, || {
            format!("a page of {size} rows has {} although the listing goes on", slice.items.len())
        })?;
        let more = slice.more;
        all.extend(slice.items);
        match all.last() {
            Some(last) if more => start = Start::After(place(last)),
            _ => return Ok(all),
        }
        holds(all.len() <= 100_000, || "the pages of a listing do not end".into())?;
    }
}

fn place(reference: &Reference) -> (GroupId, RowId) {
    (reference.group, reference.row)
}

fn paged(store: &dyn Store, query: &ReferenceQuery) -> Result<Vec<Reference>, Breach> {
    pages(query.size, |start| slice(store, &ReferenceQuery { start, ..query.clone() }), place)
}

/// Three groups with 25 references each, of which some are deleted, and one group without any.
fn furnish(store: &dyn Store) -> Result<Vec<Group>, Breach> {
    let groups = vec![batch_group(store, "Pumps", 3)?, own_group(store, "Valves", 3)?, batch_group(store, "Taps", 3)?];
    for (number, group) in (0..).zip(&groups) {
        for batch in 0..5 {
            let from = number * 100 + batch * 5;
            issue(store, group, &numbers(from..from + 5, 3))?;
        }
        delete(store, group.id, [1, 6, 7, 8, 9, 10, 13, 25])?;
    }
    own_group(store, "Empty", 3)?;
    Ok(groups)
}

pub(in crate::conformance) fn s06_pages_of_references_join(bench: Bench<'_>) -> Outcome {
    let groups = furnish(&*bench)?;
    let expected_rows: Vec<u64> = (1..=25).filter(|row| ![1, 6, 7, 8, 9, 10, 13, 25].contains(row)).collect();
    let all = references(&*bench, Within::Registry)?;
    same("the rows of all groups", &row_ids(&all), &expected_rows.repeat(3))?;
    let group = groups[1].id;
    let withins =
        [Within::Registry, Within::Group(group), Within::Batch(group, BatchId(3)), Within::Batch(group, BatchId(2))];
    for within in withins {
        let mut expected: Vec<Reference> = all
            .iter()
            .filter(|reference| within.group().is_none_or(|group| group == reference.group))
            .filter(|reference| within.batch().is_none_or(|batch| Some(batch) == reference.batch))
            .cloned()
            .collect();
        for direction in DIRECTIONS {
            for size in SIZES {
                let came = paged(&*bench, &ReferenceQuery { direction, size, ..everything(within) })?;
                same(&format!("{within:?}, {direction:?}, pages of {size}"), &came, &expected)?;
            }
            expected.reverse();
        }
    }
    Ok(())
}

pub(in crate::conformance) fn s06_pages_of_groups_join(bench: Bench<'_>) -> Outcome {
    let mut expected = Vec::new();
    for number in 0..12 {
        let group = batch_group(&*bench, &format!("Pumps {number}"), 2)?;
        if number % 5 == 3 {
            delete_group(&*bench, group.id)?;
        } else {
            expected.push(group);
        }
    }
    for direction in DIRECTIONS {
        for size in SIZES {
            let query = GroupQuery { direction, size, ..all_groups() };
            let came =
                pages(size, |start| Ok(bench.groups(&GroupQuery { start, ..query.clone() })?), |group| group.id)?;
            same(&format!("groups, {direction:?}, pages of {size}"), &came, &expected)?;
        }
        expected.reverse();
    }
    Ok(())
}

pub(in crate::conformance) fn s06_pages_of_batches_join(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 3)?;
    let mut expected: Vec<BatchId> = Vec::new();
    for number in 0..11 {
        let (_, batch) = issue(&*bench, &group, &numbers(number * 2..number * 2 + 2, 3))?;
        expected.extend(batch);
    }
    // Batches of which nothing is live are listed, too.
    delete(&*bench, group.id, [1, 2, 9, 10, 21, 22])?;
    for direction in DIRECTIONS {
        for size in SIZES {
            let query = BatchQuery { direction, size, ..all_batches(group.id) };
            let page = |start| done("listing batches", bench.batches(&BatchQuery { start, ..query.clone() }));
            let came: Vec<Batch> = pages(size, page, |batch: &Batch| batch.id)?;
            let ids: Vec<BatchId> = came.iter().map(|batch| batch.id).collect();
            same(&format!("batches, {direction:?}, pages of {size}"), &ids, &expected)?;
        }
        expected.reverse();
    }
    Ok(())
}

pub(in crate::conformance) fn s06_pages_of_search_results_join(bench: Bench<'_>) -> Outcome {
    furnish(&*bench)?;
    let term = SearchTerm::new("1", 1).map_err(|error| Breach::new(error.to_string()))?;
    let all = references(&*bench, Within::Registry)?;
    let mut expected: Vec<Reference> = all.into_iter().filter(|reference| term.is_in(&reference.code)).collect();
    for direction in DIRECTIONS {
        for size in SIZES {
            let created = Span { from: Some(NOON), before: None };
            let query =
                ReferenceQuery { term: Some(term.clone()), created, size, direction, ..everything(Within::Registry) };
            same(&format!("search, {direction:?}, pages of {size}"), &paged(&*bench, &query)?, &expected)?;
        }
        expected.reverse();
    }
    Ok(())
}

pub(in crate::conformance) fn s06_numbered_pages_join(bench: Bench<'_>) -> Outcome {
    furnish(&*bench)?;
    let mut expected = references(&*bench, Within::Registry)?;
    for direction in DIRECTIONS {
        for size in [1_u32, 7, 51, 100] {
            let mut came = Vec::new();
            for number in 0..=expected.len() as u64 / u64::from(size) + 1 {
                let start = Start::Skip(number * u64::from(size));
                let query = ReferenceQuery { direction, start, size, ..everything(Within::Registry) };
                let page = slice(&*bench, &query)?;
                came.extend(page.items);
                let goes_on = came.len() < expected.len();
                same(&format!("whether page {number} of {size} rows is not the last"), &page.more, &goes_on)?;
            }
            same(&format!("{direction:?}, numbered pages of {size}"), &came, &expected)?;
        }
        expected.reverse();
    }
    Ok(())
}

pub(in crate::conformance) fn s06_references_come_by_group_and_row(bench: Bench<'_>) -> Outcome {
    let pumps = batch_group(&*bench, "Z", 2)?;
    let valves = own_group(&*bench, "A", 2)?;
    issue(&*bench, &valves, &["ZZ", "ZA"])?;
    issue(&*bench, &pumps, &["YY"])?;
    issue(&*bench, &valves, &["AA"])?;
    issue(&*bench, &pumps, &["BB"])?;
    let codes = texts(&references(&*bench, Within::Registry)?);
    same("the codes by group and row", &codes, &["YY", "BB", "ZZ", "ZA", "AA"].map(String::from).to_vec())
}

pub(in crate::conformance) fn s06_a_page_begins_after_a_place_that_is_gone(bench: Bench<'_>) -> Outcome {
    let groups = furnish(&*bench)?;
    for direction in DIRECTIONS {
        let query = ReferenceQuery { direction, ..everything(Within::Registry) };
        let all = slice(&*bench, &query)?.items;
        let after = |start| Ok::<_, Breach>(slice(&*bench, &ReferenceQuery { start, ..query.clone() })?.items);
        let place_of_row = |row: u64| Start::After((groups[1].id, RowId(row)));
        // Row 8 is deleted, and so are its neighbours.
        let expected: Vec<Reference> = all
            .iter()
            .filter(|reference| match direction {
                Direction::OldestFirst => place(reference) > (groups[1].id, RowId(8)),
                Direction::NewestFirst => place(reference) < (groups[1].id, RowId(8)),
            })
            .cloned()
            .collect();
        same(&format!("{direction:?}, after a deleted row"), &after(place_of_row(8))?, &expected)?;
    }
    delete_group(&*bench, groups[1].id)?;
    let after = Start::After((groups[1].id, RowId(8)));
    for (direction, group) in [(Direction::OldestFirst, &groups[2]), (Direction::NewestFirst, &groups[0])] {
        let query = ReferenceQuery { direction, start: after, ..everything(Within::Registry) };
        let expected = slice(&*bench, &ReferenceQuery { direction, ..everything(Within::Group(group.id)) })?.items;
        same(&format!("{direction:?}, after a row of a deleted group"), &slice(&*bench, &query)?.items, &expected)?;
        let listed = bench.groups(&GroupQuery { direction, start: Start::After(groups[1].id), ..all_groups() })?.items;
        same("the next group after a deleted one", &listed.first().map(|group| group.id), &Some(group.id))?;
    }
    Ok(())
}

pub(in crate::conformance) fn s06_a_page_of_no_rows_says_whether_there_are_any(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    let none = ReferenceQuery { size: 0, ..everything(Within::Group(group.id)) };
    same("whether an empty listing goes on", &slice(&*bench, &none)?.more, &false)?;
    issue(&*bench, &group, &["AA", "AB"])?;
    let came = slice(&*bench, &none)?;
    same("a page of no rows", &(came.items.len(), came.more), &(0, true))?;
    let came = slice(&*bench, &ReferenceQuery { start: Start::Skip(2), ..none })?;
    same("a page of no rows at the end", &(came.items.len(), came.more), &(0, false))?;
    let came = bench.groups(&GroupQuery { size: 0, ..all_groups() })?;
    same("a page of no groups", &(came.items.len(), came.more), &(0, true))?;
    let came = done("listing batches", bench.batches(&BatchQuery { size: 0, ..all_batches(group.id) }))?;
    same("a page of no batches", &(came.items.len(), came.more), &(0, true))
}

pub(in crate::conformance) fn s06_pages_join_although_rows_come_and_go_in_between(bench: Bench<'_>) -> Outcome {
    for (turn, direction) in (0..).zip(DIRECTIONS) {
        let group = own_group(&*bench, &format!("Pumps {turn}"), 3)?;
        issue(&*bench, &group, &numbers(0..40, 3))?;
        let (mut came, mut new) = (Vec::new(), 100);
        let page = |start| {
            let query = ReferenceQuery { direction, start, size: 4, ..everything(Within::Group(group.id)) };
            let slice = slice(&*bench, &query)?;
            // Of the rows of this page the first and the last go, and a new one comes.
            if let [first, .., last] = &slice.items[..] {
                delete(&*bench, group.id, [first.row.0, last.row.0])?;
            }
            issue(&*bench, &group, &numbers(new..new + 1, 3))?;
            new += 1;
            holds(new < 500, || "the pages of a listing do not end".into())?;
            Ok(slice)
        };
        came.extend(row_ids(&pages(4, page, place)?));
        if direction == Direction::NewestFirst {
            came.reverse();
        }
        let there_before: Vec<u64> = came.iter().copied().filter(|row| *row <= 40).collect();
        same(&format!("{direction:?}, the rows that were there before"), &there_before, &(1..=40).collect())?;
        let expected: Vec<u64> = (1..=came.len() as u64).collect();
        same(&format!("{direction:?}, all rows on the pages"), &came, &expected)?;
    }
    Ok(())
}

pub(in crate::conformance) fn s06_pages_join_while_others_write(bench: Bench<'_>) -> Outcome {
    let pumps = batch_group(&*bench, "Pumps", 5)?;
    let line = counting_group(&*bench, "Line", 5)?;
    issue(&*bench, &pumps, &numbers(0..60, 5))?;
    issue(&*bench, &line, &numbers(500..501, 5))?;
    // Rows 3, 6, 9 ... are deleted meanwhile; the others were there before and stay.
    let stays = |row: u64| row <= 60 && row % 3 != 0;
    let lasting: Vec<u64> = (1..=60).filter(|row| stays(*row)).collect();
    let second = bench.second();
    let finished = AtomicBool::new(false);
    threads(4, |number| {
        if number < 2 {
            let written = (0..20).try_for_each(|round| -> Outcome {
                let from = 10_000 * (number as u64 + 1) + round * 3;
                issue(&*bench, &pumps, &numbers(from..from + 3, 5))?;
                if number == 0 {
                    delete(&*bench, pumps.id, [(round + 1) * 3])?;
                }
                Ok(())
            });
            finished.store(true, Ordering::Release);
            return written;
        }
        let direction = DIRECTIONS[number % 2];
        loop {
            let last = finished.load(Ordering::Acquire);
            let within = if number == 2 { Within::Registry } else { Within::Group(pumps.id) };
            let came = paged(
                bench.of_thread(second.as_ref(), number),
                &ReferenceQuery { size: 4, direction, ..everything(within) },
            )?;
            let mut places: Vec<_> = came.iter().map(place).collect();
            let mut rows = row_ids(&came.into_iter().filter(|row| row.group == pumps.id).collect::<Vec<_>>());
            if direction == Direction::NewestFirst {
                places.reverse();
                rows.reverse();
            }
            let sorted: Vec<_> = places.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
            same("the places of rows on pages, in order and each once", &places, &sorted)?;
            let kept: Vec<u64> = rows.into_iter().filter(|row| stays(*row)).collect();
            same("the rows on pages that were there before and after", &kept, &lasting)?;
            if last {
                return Ok(());
            }
        }
    })?;
    Ok(())
}
