//! S11: no panics, and calls from any thread.

use std::thread;

use crate::{
    conformance::{
        bench::{
            Append, Bench, NOON, all_batches, all_groups, batch_group, codes, delete, done, everything, issue, numbers,
            own_group, present, refused, same, slice, threads,
        },
        case::{Breach, Outcome},
        lives::{Changing, Claiming, all_events, inventory, row_set, to},
    },
    ids::{BatchId, ClaimId, EventId, GroupId, RequestId, RowId},
    life::{Inventory, State},
    query::{Direction, Within},
    store::{
        BatchQuery, DeletePlan, Deleted, EventQuery, GroupChange, GroupDeletePlan, GroupQuery, ReferenceQuery, Refusal,
        RowSet, Start,
    },
    time::Timestamp,
};

pub(in crate::conformance) fn s11_an_empty_store_answers_every_question(bench: Bench<'_>) -> Outcome {
    let counted = GroupQuery { counted: true, ..all_groups() };
    let groups = bench.groups(&counted)?;
    same("groups of an empty store", &(groups.items.len(), groups.more, groups.total), &(0, false, Some(0)))?;
    let counted = ReferenceQuery { counted: true, ..everything(Within::Registry) };
    let listed = slice(&*bench, &counted)?;
    same("references of an empty store", &(listed.items.len(), listed.more, listed.total), &(0, false, Some(0)))?;
    same("what is found in an empty store", &bench.find(None, &["AAA"])?, &Vec::new())?;
    same("what is kept under a request id", &bench.request(RequestId(1))?, &None)?;
    same("what was deleted in an empty store", &bench.deleted(None, "AAA")?, &Vec::new())?;
    same("the stock of an empty store", &inventory(&*bench, Within::Registry)?, &Inventory::default())?;
    same("a deletion of nothing", &bench.delete(&DeletePlan::of(Vec::new(), NOON))?, &Deleted::default())?;
    same("whether its replies can be lost, asked twice", &bench.loses_replies(), &bench.loses_replies())
}

pub(in crate::conformance) fn s11_ids_that_were_never_given_are_answered(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["AA"])?;
    for id in [0, group.id.0 + 1_000_000, u64::from(u32::MAX), i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX] {
        let unknown = GroupId(id);
        let no_group = Refusal::NoSuchGroup { group: unknown };
        let what = format!("group {id}, which does not exist");
        same(&what, &bench.group(unknown)?, &None)?;
        same(&what, &bench.find(Some(unknown), &["AA"])?, &Vec::new())?;
        refused(&what, bench.taken(unknown, &codes(&["AA"])?), &no_group)?;
        refused(&what, bench.references(&everything(Within::Group(unknown))), &no_group)?;
        refused(&what, bench.references(&everything(Within::Batch(unknown, BatchId(1)))), &no_group)?;
        refused(&what, bench.batch(unknown, BatchId(1)), &no_group)?;
        refused(&what, bench.batches(&all_batches(unknown)), &no_group)?;
        let change = GroupChange { description: Some("steel".into()), ..GroupChange::of(unknown, NOON) };
        refused(&what, bench.change_group(&change), &no_group)?;
        refused(&what, bench.delete_group(&GroupDeletePlan::of(unknown, u64::MAX, NOON)), &no_group)?;
        let plan = Append { group: unknown, ..Append::to(&group, &["BB"])? };
        refused(&what, plan.run(&*bench), &no_group)?;
        let rows: RowSet = [RowId(1)].into_iter().collect();
        let gone = bench.delete(&DeletePlan::of(vec![(unknown, rows)], NOON))?;
        same(&what, &gone, &Deleted { deleted: 0, already_gone: 1 })?;
    }
    for id in [0, 2, u64::from(u32::MAX) + 1, i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX] {
        let batch = BatchId(id);
        let what = format!("batch {id}, which does not exist");
        let no_batch = Refusal::NoSuchBatch { group: group.id, batch };
        refused(&what, bench.batch(group.id, batch), &no_batch)?;
        refused(&what, bench.references(&everything(Within::Batch(group.id, batch))), &no_batch)?;
    }
    let rows = [0, 2, u64::from(u32::MAX), u64::from(u32::MAX) + 2, i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX];
    let rows: RowSet = rows.map(RowId).into_iter().collect();
    let gone = Deleted { deleted: 0, already_gone: rows.len() };
    let plan = DeletePlan::of(vec![(group.id, rows)], NOON);
    same("rows that do not exist", &bench.delete(&plan)?, &gone)?;
    same("the live references", &present(&*bench, group.id)?.live, &1)
}

pub(in crate::conformance) fn s11_a_life_that_was_never_led_can_be_asked_for(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["AA", "AB"])?;
    Claiming::of(&group, 1)?.rows(&*bench)?;
    let ends = [0, u64::from(u32::MAX), u64::from(u32::MAX) + 2, i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX];
    for id in ends {
        let unknown = GroupId(if id == group.id.0 { u64::MAX - 1 } else { id });
        let no_group = Refusal::NoSuchGroup { group: unknown };
        let what = format!("group {unknown}, which does not exist");
        refused(&what, bench.claimed(unknown, ClaimId(1)), &no_group)?;
        refused(&what, bench.expire(unknown, NOON), &no_group)?;
        refused(&what, bench.events(&all_events(unknown)), &no_group)?;
        refused(&what, bench.inventory(Within::Group(unknown)), &no_group)?;
        refused(&what, bench.inventory(Within::Batch(unknown, BatchId(1))), &no_group)?;
        refused(&what, bench.details(unknown, &row_set([1])), &no_group)?;
        refused(&what, Claiming { group: unknown, ..Claiming::of(&group, 1)? }.run(&*bench), &no_group)?;
        refused(&what, Changing::of(unknown, [1]).run(&*bench, to(State::Void)), &no_group)?;
        same(&what, &bench.deleted(Some(unknown), "AA")?, &Vec::new())?;
        let no_batch = Refusal::NoSuchBatch { group: group.id, batch: BatchId(id) };
        refused("a batch that does not exist", bench.inventory(Within::Batch(group.id, BatchId(id))), &no_batch)?;
    }
    // The first moment of the year 1 and the last of the year 9999.
    let moments = [-62_135_596_800_000_000, -1, 253_402_300_799_999_999];
    for moment in moments.map(Timestamp::from_micros) {
        same("what falls back of a claim for ever", &done("expiring", bench.expire(group.id, moment))?, &0)?;
    }
    for end in ends {
        for direction in [Direction::OldestFirst, Direction::NewestFirst] {
            for size in [1, i32::MAX as u32, u32::MAX] {
                let what = format!("{direction:?}, {size} events, at {end}");
                let query = EventQuery { direction, size, ..all_events(group.id) };
                let skipped = EventQuery { start: Start::Skip(end), ..query.clone() };
                let came = done("listing events", bench.events(&skipped))?.items.len() as u64;
                same(&format!("skipping, {what}"), &came, &3_u64.saturating_sub(end).min(size.into()))?;
                let after = EventQuery { start: Start::After(EventId(end)), ..query };
                let came = done("listing events", bench.events(&after))?.items.len() as u64;
                let expected = match direction {
                    Direction::OldestFirst => 3_u64.saturating_sub(end),
                    Direction::NewestFirst => end.saturating_sub(1).min(3),
                };
                same(&format!("after an event, {what}"), &came, &expected.min(size.into()))?;
            }
        }
    }
    let long = "A".repeat(100_000);
    for text in ["", "\0", "é", "\u{ffff}", &long] {
        same("a text that no code has", &bench.deleted(None, text)?, &Vec::new())?;
        same("a text that no code has", &bench.deleted(Some(group.id), text)?, &Vec::new())?;
    }
    Ok(())
}

pub(in crate::conformance) fn s11_numbers_at_their_ends_are_answered(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["AA", "AB"])?;
    let ends = [0, 1, i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX];
    for size in [1, i32::MAX as u32, u32::MAX] {
        for end in ends {
            for direction in [Direction::OldestFirst, Direction::NewestFirst] {
                let what = format!("{direction:?}, {size} rows, at {end}");
                let query = ReferenceQuery { direction, size, ..everything(Within::Registry) };
                let skipped = slice(&*bench, &ReferenceQuery { start: Start::Skip(end), ..query.clone() })?;
                let expected = (2_u64.saturating_sub(end)).min(size.into());
                same(&format!("skipping, {what}"), &(skipped.items.len() as u64), &expected)?;
                // Group ids are the store's own, so only that it answers is known.
                slice(&*bench, &ReferenceQuery { start: Start::After((GroupId(end), RowId(end))), ..query.clone() })?;
                let within = Within::Group(group.id);
                let after = Start::After((group.id, RowId(end)));
                let rows = slice(&*bench, &ReferenceQuery { start: after, within, ..query })?.items.len() as u64;
                let expected = match direction {
                    Direction::OldestFirst => 2_u64.saturating_sub(end),
                    Direction::NewestFirst => end.saturating_sub(1).min(2),
                };
                same(&format!("after a row, {what}"), &rows, &expected.min(size.into()))?;
                let batches =
                    BatchQuery { size, direction, start: Start::After(BatchId(end)), ..all_batches(group.id) };
                let listed = done("listing batches", bench.batches(&batches))?.items.len();
                let expected = match direction {
                    Direction::OldestFirst => usize::from(end < 1),
                    Direction::NewestFirst => usize::from(end > 1),
                };
                same(&format!("batches after one, {what}"), &listed, &expected)?;
                let skipped = BatchQuery { start: Start::Skip(end), ..batches };
                let listed = done("listing batches", bench.batches(&skipped))?.items.len();
                same(&format!("skipping batches, {what}"), &listed, &usize::from(end == 0))?;
                let groups = GroupQuery { size, direction, start: Start::Skip(end), ..all_groups() };
                same(&format!("skipping groups, {what}"), &bench.groups(&groups)?.items.len(), &usize::from(end == 0))?;
                bench.groups(&GroupQuery { start: Start::After(GroupId(end)), ..groups })?;
            }
        }
    }
    Ok(())
}

pub(in crate::conformance) fn s11_any_text_can_be_looked_for(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["AA"])?;
    let long = "A".repeat(100_000);
    for text in ["", "\0", "A\0", "AA\0", "é", "字", "🏭", "'", "\u{ffff}", "\n", " ", &long] {
        let what = format!("looking for {:?}", text.chars().take(20).collect::<String>());
        same(&what, &bench.find(None, &[text])?, &Vec::new())?;
        same(&what, &bench.find(Some(group.id), &[text, text])?, &Vec::new())?;
        let named = GroupQuery { name_part: Some(text.into()), ..all_groups() };
        let expected = usize::from(text.is_empty());
        same(&format!("groups, {what}"), &bench.groups(&named)?.items.len(), &expected)?;
    }
    Ok(())
}

pub(in crate::conformance) fn s11_every_method_can_be_called_from_many_threads(bench: Bench<'_>) -> Outcome {
    let shared = batch_group(&*bench, "Shared", 5)?;
    threads(6, |number| {
        for round in 0..6_u64 {
            let mine = own_group(&*bench, &format!("Group {number} {round}"), 5)?;
            let from = number as u64 * 1000 + round * 10;
            issue(&*bench, &mine, &numbers(from..from + 5, 5))?;
            let (first, batch) = issue(&*bench, &shared, &numbers(from..from + 5, 5))?;
            let batch = batch.unwrap_or(BatchId(0));
            done("reading a batch", bench.batch(shared.id, batch))?;
            done("listing batches", bench.batches(&all_batches(shared.id)))?;
            slice(&*bench, &everything(Within::Registry))?;
            bench.groups(&all_groups())?;
            bench.request(RequestId(from.into()))?;
            done("asking what is taken", bench.taken(shared.id, &codes(&numbers(from..from + 9, 5))?))?;
            delete(&*bench, shared.id, [first.0])?;
            let (claim, _) = Claiming::of(&shared, 1)?.until(5).rows(&*bench)?;
            done("reading a claim", bench.claimed(shared.id, claim))?;
            done("expiring", bench.expire(shared.id, NOON))?;
            Changing::of(mine.id, [1]).all(&*bench, to(State::Encoded))?;
            done("listing events", bench.events(&all_events(shared.id)))?;
            inventory(&*bench, Within::Group(shared.id))?;
            done("reading details", bench.details(shared.id, &row_set([1, 2])))?;
            bench.deleted(Some(shared.id), &format!("{from:0>5}"))?;
            let change = GroupChange { description: Some("mine".into()), ..GroupChange::of(mine.id, NOON) };
            done("changing a group", bench.change_group(&change))?;
            let found = bench.find(Some(mine.id), &[&format!("{from:0>5}")])?;
            same("a code of the thread's own group", &found.len(), &1)?;
            let plan = GroupDeletePlan::of(mine.id, 5, NOON);
            same("deleting the thread's own group", &done("deleting a group", bench.delete_group(&plan))?, &5)?;
        }
        Ok(())
    })?;
    same("groups left", &bench.groups(&all_groups())?.items.len(), &1)?;
    // A thread that ends takes nothing of the store with it.
    for round in 0..5 {
        let came = thread::scope(|scope| {
            scope.spawn(|| issue(&*bench, &shared, &[format!("x{round:0>4}")]).map(|_| ())).join()
        });
        came.unwrap_or_else(|payload| Err(Breach::of_panic(&*payload)))?;
    }
    same("what was issued", &present(&*bench, shared.id)?.issued, &(6 * 6 * 5 + 5))
}
