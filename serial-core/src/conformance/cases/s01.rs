//! S1: a plan is applied whole or not at all.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::{
    conformance::{
        bench::{
            Append, Bench, NOON, batch_group, counting_group, delete, everything, holds, issue, name, numbers, present,
            references, refused, rows, same, slice, taken, texts, threads,
        },
        case::{Breach, Outcome},
        picture::picture,
    },
    ids::{BatchId, RowId},
    limits::{GroupLimits, Limit},
    query::Within,
    store::{Answer, Appended, Deleted, GroupChange, GroupDeletePlan, ReferenceQuery, Refusal, RowSet, Start},
};

pub(in crate::conformance) fn s01_a_refused_append_changes_nothing(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    let line = counting_group(&*bench, "Line", 4)?;
    issue(&*bench, &group, &["AA", "AB"])?;
    issue(&*bench, &line, &["0001"])?;
    let before = picture(&*bench)?;
    let plan = Append::to(&group, &["BA", "AB", "BB"])?;
    let counted = Append::to(&line, &["0002"])?;
    let live_limit = Refusal::LiveLimit { present: 2 };
    refused("a plan with a taken code", plan.run(&*bench), &Refusal::CodesTaken { positions: vec![1] })?;
    refused("a plan past the live limit", plan.clone().at_most(4).run(&*bench), &live_limit)?;
    refused("a plan for an old index", counted.run(&*bench), &Refusal::IndexMoved { next: 1 })?;
    let changed = Refusal::GroupChanged { group: Box::new(present(&*bench, group.id)?) };
    refused("a plan for another revision", Append { revision: 77, ..plan }.run(&*bench), &changed)?;
    same("the store after four refused plans", &picture(&*bench)?, &before)
}

pub(in crate::conformance) fn s01_an_append_is_applied_whole(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 5)?;
    let numbers = numbers(0..500, 5);
    let (first, batch) = issue(&*bench, &group, &numbers)?;
    same("the first row", &first, &RowId(1))?;
    same("the batch", &batch, &Some(BatchId(1)))?;
    let listed = references(&*bench, Within::Group(group.id))?;
    same("the codes of the group", &texts(&listed), &numbers)?;
    let found: Vec<&str> = numbers.iter().map(String::as_str).collect();
    same("what is found by code", &bench.find(None, &found)?, &listed)?;
    let now = present(&*bench, group.id)?;
    same("live and issued", &(now.live, now.issued), &(500, 500))
}

/// More than storages take parameters in one statement.
const VERY_MANY: u64 = 70_000;

pub(in crate::conformance) fn s01_an_append_of_very_many_codes_is_applied_whole(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 6)?;
    let all = numbers(0..VERY_MANY, 6);
    let plan = Append::to(&group, &all)?.request(1, 5);
    same("the first row", &plan.issue(&*bench)?.0, &RowId(1))?;
    let now = present(&*bench, group.id)?;
    same("live and issued", &(now.live, now.issued), &(VERY_MANY, VERY_MANY))?;
    let last = ReferenceQuery { start: Start::Skip(VERY_MANY - 2), ..everything(Within::Group(group.id)) };
    same("the last two codes", &texts(&slice(&*bench, &last)?.items), &numbers(VERY_MANY - 2..VERY_MANY, 6))?;
    same("how many of them are taken", &taken(&*bench, group.id, &all)?.len(), &all.len())?;
    match plan.run(&*bench)? {
        Answer::Done(Appended::Repeated(first)) => same("the codes of the repeated request", &first.codes, &plan.codes),
        other => holds(false, || format!("a repeated request: expected the first result, came {other:?}")),
    }
}

pub(in crate::conformance) fn s01_a_partly_taken_plan_issues_nothing(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["AA"])?;
    let plan = Append::to(&group, &["BA", "AA", "BB"])?;
    refused("a plan with a taken code", plan.run(&*bench), &Refusal::CodesTaken { positions: vec![1] })?;
    same("what is taken of the plan", &taken(&*bench, group.id, &["BA", "AA", "BB"])?, &vec![1])?;
    same("what is found of the plan", &bench.find(None, &["BA", "BB"])?, &Vec::new())?;
    issue(&*bench, &group, &["BA", "BB"]).map(|_| ())
}

pub(in crate::conformance) fn s01_a_refused_change_of_a_group_changes_nothing(bench: Bench<'_>) -> Outcome {
    let pumps = batch_group(&*bench, "Pumps", 2)?;
    let valves = batch_group(&*bench, "Valves", 2)?;
    issue(&*bench, &pumps, &["AA"])?;
    let before = picture(&*bench)?;
    let change = GroupChange {
        name: Some(name("Valves")?),
        description: Some("changed".into()),
        limits: Some(GroupLimits { max_live: Some(Limit::AtMost(1)), ..GroupLimits::default() }),
        ..GroupChange::of(pumps.id, NOON)
    };
    let name_taken = Refusal::NameTaken { group: valves.id };
    refused("a change to a taken name", bench.change_group(&change), &name_taken)?;
    let plan = GroupDeletePlan::of(pumps.id, 0, NOON);
    let changed = Refusal::GroupChanged { group: Box::new(present(&*bench, pumps.id)?) };
    refused("a deletion that knows of fewer references", bench.delete_group(&plan), &changed)?;
    same("the store after a refused change and deletion", &picture(&*bench)?, &before)
}

pub(in crate::conformance) fn s01_a_deletion_in_several_groups_is_applied_whole(bench: Bench<'_>) -> Outcome {
    let pumps = batch_group(&*bench, "Pumps", 3)?;
    let valves = batch_group(&*bench, "Valves", 3)?;
    issue(&*bench, &pumps, &numbers(0..50, 3))?;
    issue(&*bench, &valves, &numbers(50..100, 3))?;
    let mut plan = rows(pumps.id, 1..=25);
    plan.targets.push((valves.id, (26..=50).map(RowId).collect::<RowSet>()));
    same("the deletion", &bench.delete(&plan)?, &Deleted { deleted: 50, already_gone: 0 })?;
    let left = texts(&references(&*bench, Within::Registry)?);
    same("what is left", &left, &[numbers(25..50, 3), numbers(50..75, 3)].concat())
}

pub(in crate::conformance) fn s01_a_deletion_of_very_many_rows_is_applied_whole(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 6)?;
    issue(&*bench, &group, &numbers(0..VERY_MANY, 6))?;
    // Every second row: nothing that a few ranges would describe.
    let half = rows(group.id, (1..=VERY_MANY).step_by(2));
    let expected = Deleted { deleted: VERY_MANY / 2, already_gone: 0 };
    same("deleting every second row", &bench.delete(&half)?, &expected)?;
    let all = rows(group.id, 1..=VERY_MANY);
    let expected = Deleted { deleted: VERY_MANY / 2, already_gone: VERY_MANY / 2 };
    same("deleting all rows", &bench.delete(&all)?, &expected)?;
    same("the live references", &present(&*bench, group.id)?.live, &0)
}

pub(in crate::conformance) fn s01_a_reader_never_sees_part_of_a_batch(bench: Bench<'_>) -> Outcome {
    const SIZE: u64 = 40;
    const BATCHES: u64 = 25;
    let group = batch_group(&*bench, "Pumps", 6)?;
    let finished = AtomicBool::new(false);
    let write = || -> Outcome {
        for batch in 0..BATCHES {
            issue(&*bench, &group, &numbers(batch * SIZE..(batch + 1) * SIZE, 6))?;
            // Every second batch goes again, as a whole.
            if batch % 2 == 1 {
                delete(&*bench, group.id, batch * SIZE + 1..=(batch + 1) * SIZE)?;
            }
        }
        Ok(())
    };
    let read = || -> Outcome {
        let counted = ReferenceQuery { size: 0, counted: true, ..everything(Within::Group(group.id)) };
        loop {
            let last = finished.load(Ordering::Acquire);
            let total = slice(&*bench, &counted)?.total.ok_or_else(|| Breach::new("a wanted total is missing"))?;
            let live = present(&*bench, group.id)?.live;
            holds(total % SIZE == 0, || format!("a reader counted {total} references, where batches have {SIZE}"))?;
            holds(live % SIZE == 0, || format!("a reader saw {live} live references, where batches have {SIZE}"))?;
            if last {
                return Ok(());
            }
        }
    };
    threads(3, |number| {
        if number > 0 {
            return read();
        }
        let written = write();
        finished.store(true, Ordering::Release);
        written
    })?;
    Ok(())
}
