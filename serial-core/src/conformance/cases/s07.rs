//! S7: counts and totals equal what paging yields when nobody writes.

use crate::{
    conformance::{
        bench::{
            Bench, NOON, all_batches, all_groups, batch_group, counting_group, create, delete, delete_group, done,
            everything, group_plan, issue, numbers, own_group, present, references, row_ids, rows, same, slice,
            threads,
        },
        case::{Breach, Outcome},
    },
    group::{Kind, Scope},
    ids::{BatchId, GroupId, RowId},
    query::{Direction, SearchTerm, Span, Within},
    store::{BatchQuery, Deleted, GroupPlan, GroupQuery, ReferenceQuery, RowSet, Start},
    time::Timestamp,
};

pub(in crate::conformance) fn s07_totals_equal_what_paging_yields(bench: Bench<'_>) -> Outcome {
    let pumps = batch_group(&*bench, "Pumps", 3)?;
    let valves = own_group(&*bench, "Valves", 3)?;
    for round in 0..4 {
        issue(&*bench, &pumps, &numbers(round * 10..round * 10 + 7, 3))?;
        issue(&*bench, &valves, &numbers(round * 5..round * 5 + 4, 3))?;
    }
    delete(&*bench, pumps.id, [1, 2, 3, 9, 28])?;
    delete(&*bench, valves.id, 5..=8)?;
    let later = Timestamp::from_micros(NOON.as_micros() + 1);
    let terms = [None, Some("0"), Some("1"), Some("00"), Some("03"), Some("999"), Some("0000")];
    let spans = [(None, None), (Some(NOON), None), (None, Some(NOON)), (Some(NOON), Some(later)), (Some(later), None)];
    for within in [
        Within::Registry,
        Within::Group(pumps.id),
        Within::Group(valves.id),
        Within::Batch(pumps.id, BatchId(1)),
        Within::Batch(valves.id, BatchId(2)),
    ] {
        for term in terms {
            for (from, before) in spans {
                let term = term.map(|term| SearchTerm::new(term, 1)).transpose();
                let term = term.map_err(|error| Breach::new(error.to_string()))?;
                let query = ReferenceQuery { term, created: Span { from, before }, ..everything(within) };
                let listed = slice(&*bench, &query)?.items.len() as u64;
                let counted = slice(&*bench, &ReferenceQuery { size: 0, counted: true, ..query.clone() })?.total;
                same(&format!("the total of {query:?}"), &counted, &Some(listed))?;
            }
        }
    }
    Ok(())
}

/// Stores keep many rows in pages, chunks or partitions; the borders between them are where things go wrong, and
/// differently for groups with batches and without.
pub(in crate::conformance) fn s07_groups_of_many_rows_are_read_whole(bench: Bench<'_>) -> Outcome {
    let pumps = batch_group(&*bench, "Pumps", 5)?;
    let line = create(&*bench, &GroupPlan { kind: Kind::Continuous, scope: Scope::Group, ..group_plan("Line", 5)? })?;
    for group in [&pumps, &line] {
        for part in [0..4_000, 4_000..4_097, 4_097..9_000] {
            issue(&*bench, group, &numbers(part, 5))?;
        }
        delete(&*bench, group.id, [1, 4_096, 4_097, 8_999])?;
        let left: Vec<u64> = (1..=9_000).filter(|row| ![1, 4_096, 4_097, 8_999].contains(row)).collect();
        let within = Within::Group(group.id);
        same("the rows of a large group", &row_ids(&references(&*bench, within)?), &left)?;
        let noon = Span { from: Some(NOON), before: None };
        let query = ReferenceQuery { created: noon, counted: true, size: 0, ..everything(within) };
        same("how many were issued at noon", &slice(&*bench, &query)?.total, &Some(8_996))?;
        for row in [2, 4_095, 4_098, 8_192, 9_000] {
            let code = format!("{:05}", row - 1);
            let found = bench.find(Some(group.id), &[&code])?;
            same("the row of a code in a large group", &row_ids(&found), &vec![row])?;
        }
    }
    Ok(())
}

pub(in crate::conformance) fn s07_totals_do_not_depend_on_where_a_page_begins(bench: Bench<'_>) -> Outcome {
    let pumps = batch_group(&*bench, "Pumps", 3)?;
    let valves = own_group(&*bench, "Valves", 3)?;
    for number in 0..10 {
        issue(&*bench, &pumps, &numbers(number..number + 1, 3))?;
        issue(&*bench, &valves, &numbers(number..number + 1, 3))?;
    }
    delete(&*bench, pumps.id, [4])?;
    for direction in [Direction::OldestFirst, Direction::NewestFirst] {
        for size in [0, 1, 5, 100] {
            for start in [Start::Skip(0), Start::Skip(7), Start::Skip(500), Start::After((pumps.id, RowId(4)))] {
                let query = ReferenceQuery { direction, size, start, counted: true, ..everything(Within::Registry) };
                same(&format!("the total of {query:?}"), &slice(&*bench, &query)?.total, &Some(19))?;
            }
            for start in [Start::Skip(0), Start::Skip(1), Start::Skip(9), Start::After(pumps.id)] {
                let query = GroupQuery { direction, size, start, counted: true, name_part: None };
                same(&format!("the total of {query:?}"), &bench.groups(&query)?.total, &Some(2))?;
            }
            for start in [Start::Skip(0), Start::Skip(3), Start::Skip(99), Start::After(BatchId(4))] {
                let query = BatchQuery { direction, size, start, counted: true, group: pumps.id };
                let total = done("listing batches", bench.batches(&query))?.total;
                same(&format!("the total of {query:?}"), &total, &Some(10))?;
            }
        }
    }
    let named = GroupQuery { name_part: Some("VALVE".into()), size: 0, counted: true, ..all_groups() };
    same("the total of groups with VALVE in their name", &bench.groups(&named)?.total, &Some(1))
}

pub(in crate::conformance) fn s07_a_group_counts_its_references(bench: Bench<'_>) -> Outcome {
    let pumps = batch_group(&*bench, "Pumps", 3)?;
    let line = counting_group(&*bench, "Line", 3)?;
    let counts = |id: GroupId| present(&*bench, id).map(|group| (group.live, group.issued, group.next_index));
    issue(&*bench, &pumps, &numbers(100..109, 3))?;
    issue(&*bench, &line, &["001"])?;
    issue(&*bench, &present(&*bench, line.id)?, &["002"])?;
    delete(&*bench, pumps.id, 2..=5)?;
    delete(&*bench, line.id, [2])?;
    same("live, issued and next index", &counts(pumps.id)?, &(5, 9, 0))?;
    same("live, issued and next index of a counting group", &counts(line.id)?, &(1, 2, 2))?;
    for group in bench.groups(&all_groups())?.items {
        same("a group in the listing", &Some(group.clone()), &bench.group(group.id)?)?;
        let listed = references(&*bench, Within::Group(group.id))?.len() as u64;
        same("the live references of a group", &group.live, &listed)?;
    }
    Ok(())
}

pub(in crate::conformance) fn s07_a_batch_counts_its_references(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 3)?;
    for batch in 0..3 {
        issue(&*bench, &group, &numbers(batch * 10..batch * 10 + 4, 3))?;
    }
    delete(&*bench, group.id, [1, 5, 6, 7, 8])?;
    let batches = done("listing batches", bench.batches(&all_batches(group.id)))?.items;
    let came: Vec<_> = batches.iter().map(|batch| (batch.first_row.0, batch.size, batch.live)).collect();
    same("first row, size and live of each batch", &came, &vec![(1, 4, 3), (5, 4, 0), (9, 4, 4)])?;
    for batch in batches {
        let listed = references(&*bench, Within::Batch(group.id, batch.id))?.len() as u64;
        same("the live references of a batch", &batch.live, &listed)?;
        let alone = done("reading a batch", bench.batch(group.id, batch.id))?;
        same("a batch alone and in the listing", &alone, &batch)?;
    }
    Ok(())
}

pub(in crate::conformance) fn s07_a_deletion_counts_what_went(bench: Bench<'_>) -> Outcome {
    let pumps = batch_group(&*bench, "Pumps", 3)?;
    let valves = batch_group(&*bench, "Valves", 3)?;
    let gone = batch_group(&*bench, "Taps", 3)?;
    issue(&*bench, &pumps, &numbers(0..10, 3))?;
    issue(&*bench, &valves, &numbers(10..20, 3))?;
    issue(&*bench, &gone, &numbers(20..30, 3))?;
    delete_group(&*bench, gone.id)?;
    let deleted = |deleted, already_gone| Deleted { deleted, already_gone };
    same("a deletion of nothing", &bench.delete(&rows(pumps.id, []))?, &deleted(0, 0))?;
    same("a first deletion", &bench.delete(&rows(pumps.id, [2, 3]))?, &deleted(2, 0))?;
    same("the same again", &bench.delete(&rows(pumps.id, [2, 3]))?, &deleted(0, 2))?;
    let mut plan = rows(pumps.id, [1, 2, 3, 4, 11, 500]);
    let some: RowSet = [5, 6].map(RowId).into_iter().collect();
    plan.targets.push((valves.id, some.clone()));
    plan.targets.push((gone.id, some.clone()));
    plan.targets.push((GroupId(gone.id.0 + 987_654), some));
    same("rows that are live, deleted, unknown, or of groups that are gone", &bench.delete(&plan)?, &deleted(4, 8))?;
    same("the live references", &references(&*bench, Within::Registry)?.len(), &14)
}

pub(in crate::conformance) fn s07_the_deletion_of_a_group_counts_what_went(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 3)?;
    let other = batch_group(&*bench, "Valves", 3)?;
    issue(&*bench, &group, &numbers(0..10, 3))?;
    issue(&*bench, &other, &numbers(10..15, 3))?;
    delete(&*bench, group.id, [1, 10])?;
    same("references that went with the group", &delete_group(&*bench, group.id)?, &8)?;
    same("references left", &references(&*bench, Within::Registry)?.len(), &5)?;
    let total = bench.groups(&GroupQuery { size: 0, counted: true, ..all_groups() })?.total;
    same("groups left", &total, &Some(1))
}

pub(in crate::conformance) fn s07_counts_hold_after_many_threads(bench: Bench<'_>) -> Outcome {
    let groups = [batch_group(&*bench, "Pumps", 5)?, own_group(&*bench, "Valves", 5)?];
    threads(6, |number| {
        let group = &groups[number % 2];
        for round in 0..15 {
            let from = number as u64 * 1000 + round * 4;
            let (first, _) = issue(&*bench, group, &numbers(from..from + 3, 5))?;
            delete(&*bench, group.id, [first.0 + round % 3])?;
        }
        Ok(())
    })?;
    for group in &groups {
        let now = present(&*bench, group.id)?;
        same("live and issued after three threads", &(now.live, now.issued), &(90, 135))?;
        same("references listed", &references(&*bench, Within::Group(group.id))?.len(), &90)?;
        for batch in done("listing batches", bench.batches(&all_batches(group.id)))?.items {
            same("size and live of a batch", &(batch.size, batch.live), &(3, 2))?;
        }
    }
    Ok(())
}
