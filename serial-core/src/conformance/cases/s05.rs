//! S5: ids grow in commit order and are never given again.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::{
    conformance::{
        bench::{
            Append, Bench, batch_group, delete, delete_group, everything, holds, issue, numbers, own_group, present,
            references, refused, row_ids, same, slice, threads,
        },
        case::Outcome,
    },
    ids::{BatchId, RowId},
    query::{Direction, Within},
    store::{ReferenceQuery, Refusal},
};

pub(in crate::conformance) fn s05_rows_are_numbered_from_one_without_a_gap(bench: Bench<'_>) -> Outcome {
    let pumps = batch_group(&*bench, "Pumps", 3)?;
    let valves = batch_group(&*bench, "Valves", 3)?;
    let mut next = 0;
    for size in [1, 5, 1, 20, 3] {
        let (first, _) = issue(&*bench, &pumps, &numbers(next..next + size, 3))?;
        same("the first row of an append", &first, &RowId(next + 1))?;
        next += size;
    }
    let (first, _) = issue(&*bench, &valves, &["AAA"])?;
    same("the first row of another group", &first, &RowId(1))?;
    let listed = references(&*bench, Within::Group(pumps.id))?;
    same("the rows", &row_ids(&listed), &(1..=next).collect())?;
    same("the code of row 7", &listed[6].code.as_str(), &"006")
}

pub(in crate::conformance) fn s05_a_refused_plan_uses_up_no_row(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["AA", "AB"])?;
    let taken = Append::to(&group, &["CA", "AA"])?;
    refused("a taken code", taken.run(&*bench), &Refusal::CodesTaken { positions: vec![1] })?;
    let full = Append::to(&group, &["CA"])?.at_most(2);
    refused("a code past the limit", full.run(&*bench), &Refusal::LiveLimit { present: 2 })?;
    let came = issue(&*bench, &group, &["CA"])?;
    same("the next row and batch", &came, &(RowId(3), Some(BatchId(2))))
}

pub(in crate::conformance) fn s05_a_deleted_row_is_not_given_again(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["AA", "AB", "AC"])?;
    delete(&*bench, group.id, [3])?;
    let (first, _) = issue(&*bench, &group, &["BA"])?;
    same("the row after the newest was deleted", &first, &RowId(4))?;
    delete(&*bench, group.id, [1, 2, 4])?;
    let (first, _) = issue(&*bench, &group, &["BB"])?;
    same("the row after all were deleted", &first, &RowId(5))?;
    same("the rows left", &row_ids(&references(&*bench, Within::Group(group.id))?), &vec![5])
}

pub(in crate::conformance) fn s05_batches_are_numbered_from_one_without_a_gap(bench: Bench<'_>) -> Outcome {
    let pumps = batch_group(&*bench, "Pumps", 3)?;
    let valves = batch_group(&*bench, "Valves", 3)?;
    for number in 1..=5 {
        let (first, batch) = issue(&*bench, &pumps, &numbers(number * 10..number * 10 + 2, 3))?;
        same("the batch", &batch, &Some(BatchId(number)))?;
        // An empty batch keeps its number.
        delete(&*bench, pumps.id, [first.0, first.0 + 1])?;
    }
    let (_, batch) = issue(&*bench, &valves, &["AAA"])?;
    same("the first batch of another group", &batch, &Some(BatchId(1)))
}

pub(in crate::conformance) fn s05_groups_have_ids_that_grow_and_are_not_given_again(bench: Bench<'_>) -> Outcome {
    let mut last = None;
    for round in 0..6 {
        let group = batch_group(&*bench, "Pumps", 2)?;
        holds(last < Some(group.id), || format!("a group has id {} after {last:?}", group.id))?;
        last = Some(group.id);
        // The newest group of all is gone when the next is created.
        if round % 2 == 0 {
            issue(&*bench, &group, &[format!("{round:0>2}")])?;
        }
        delete_group(&*bench, group.id)?;
        same("a deleted group", &bench.group(group.id)?, &None)?;
    }
    Ok(())
}

pub(in crate::conformance) fn s05_many_threads_get_ranges_that_join(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 5)?;
    let second = bench.second();
    let ranges = threads(6, |number| {
        let mut ranges = Vec::new();
        for round in 0..15_u64 {
            let from = number as u64 * 1000 + round * 10;
            let size = round % 4 + 1;
            let (first, batch) =
                issue(bench.of_thread(second.as_ref(), number), &group, &numbers(from..from + size, 5))?;
            ranges.push((first.0, size, batch, format!("{from:0>5}")));
        }
        Ok(ranges)
    })?;
    for own in &ranges {
        holds(own.windows(2).all(|pair| pair[0].0 < pair[1].0), || {
            format!("the rows of one thread do not grow with its appends: {own:?}")
        })?;
    }
    let mut ranges = ranges.concat();
    ranges.sort_unstable();
    let listed = references(&*bench, Within::Group(group.id))?;
    let mut next = 1;
    for (number, (first, size, batch, code)) in (1..).zip(ranges) {
        same("where a range begins after the one before", &first, &next)?;
        same("the batch of the range", &batch, &Some(BatchId(number)))?;
        let row = listed
            .iter()
            .find(|reference| reference.row.0 == first)
            .map(|reference| (reference.row.0, reference.code.as_str()));
        same("the first row of the range", &row, &Some((first, code.as_str())))?;
        next += size;
    }
    same("what was issued", &present(&*bench, group.id)?.issued, &(next - 1))
}

pub(in crate::conformance) fn s05_a_reader_never_sees_a_row_before_an_earlier_one(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 5)?;
    let finished = AtomicBool::new(false);
    threads(4, |number| {
        if number < 3 {
            let written = (0..25).try_for_each(|round| {
                issue(
                    &*bench,
                    &group,
                    &numbers(number as u64 * 1000 + round * 2..number as u64 * 1000 + round * 2 + 2, 5),
                )
                .map(|_| ())
            });
            finished.store(true, Ordering::Release);
            return written;
        }
        loop {
            let last = finished.load(Ordering::Acquire);
            let newest = ReferenceQuery { direction: Direction::NewestFirst, ..everything(Within::Group(group.id)) };
            let mut rows = row_ids(&slice(&*bench, &newest)?.items);
            rows.reverse();
            let expected: Vec<u64> = (1..=rows.len() as u64).collect();
            same("the rows that a reader sees while others append", &rows, &expected)?;
            if last {
                return Ok(());
            }
        }
    })?;
    Ok(())
}

pub(in crate::conformance) fn s05_ids_go_on_after_reopening(bench: Bench<'_>) -> Outcome {
    let pumps = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &pumps, &["AA", "AB"])?;
    delete(&*bench, pumps.id, [1, 2])?;
    let gone = own_group(&*bench, "Valves", 2)?;
    delete_group(&*bench, gone.id)?;
    let bench = bench.reopened();
    let came = issue(&*bench, &pumps, &["BA"])?;
    same("the next row and batch", &came, &(RowId(3), Some(BatchId(2))))?;
    let next = own_group(&*bench, "Valves", 2)?;
    holds(next.id > gone.id, || format!("a group has id {} after the deleted group {}", next.id, gone.id))
}
