//! S2: guard and effect are one atomic step.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::{
    conformance::{
        bench::{
            Append, Bench, NOON, all_groups, batch_group, counting_group, create, delete, delete_group, done,
            everything, group_plan, holds, issue, name, numbers, own_group, present, references, refused, rows, same,
            threads,
        },
        case::{Breach, Outcome},
    },
    group::Group,
    ids::BatchId,
    limits::{GroupLimits, Limit},
    query::{SearchTerm, Within},
    store::{Answer, Appended, GroupChange, GroupDeletePlan, GroupPlan, IndexGuard, ReferenceQuery, Refusal, Store},
};

pub(in crate::conformance) fn s02_the_live_limit_holds_at_its_edge(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    let none = Append::to(&group, &["AA"])?.at_most(0);
    refused("one code where none is allowed", none.run(&*bench), &Refusal::LiveLimit { present: 0 })?;
    let four = Append::to(&group, &["AA", "AB", "AC", "AD"])?;
    refused(
        "four codes where three are allowed",
        four.clone().at_most(3).run(&*bench),
        &Refusal::LiveLimit { present: 0 },
    )?;
    four.at_most(4).issue(&*bench)?;
    let one = Append::to(&group, &["BA"])?;
    refused("a fifth where four are allowed", one.clone().at_most(4).run(&*bench), &Refusal::LiveLimit { present: 4 })?;
    // A limit under the present count loses nothing and refuses.
    refused("a fifth where two are allowed", one.clone().at_most(2).run(&*bench), &Refusal::LiveLimit { present: 4 })?;
    same("the live references", &present(&*bench, group.id)?.live, &4)?;
    one.at_most(i64::MAX as u64).issue(&*bench)?;
    Append::to(&group, &["BB"])?.at_most(u64::MAX).issue(&*bench).map(|_| ())
}

/// Appends two codes at a time, each time others, until the limit refuses, and gives how many were issued.
fn fill(store: &dyn Store, group: &Group, limit: u64, thread: usize) -> Result<u64, Breach> {
    for round in 0..limit {
        let texts = [format!("{thread}{:0>3}", 2 * round), format!("{thread}{:0>3}", 2 * round + 1)];
        match Append::to(group, &texts)?.at_most(limit).run(store)? {
            Answer::Done(Appended::New { .. }) => {}
            Answer::Refused(Refusal::LiveLimit { present }) => {
                holds(present <= limit && present + 2 > limit, || {
                    format!("two codes were refused at {present} live references, where {limit} are allowed")
                })?;
                return Ok(2 * round);
            }
            other => return Err(Breach::new(format!("two codes under a limit: expected them issued, came {other:?}"))),
        }
    }
    Err(Breach::new(format!("a thread alone issued {} references, where {limit} are allowed", 2 * limit)))
}

pub(in crate::conformance) fn s02_the_live_limit_holds_for_many_threads(bench: Bench<'_>) -> Outcome {
    const LIMIT: u64 = 61;
    let group = batch_group(&*bench, "Pumps", 4)?;
    let issued: u64 = threads(8, |number| fill(&*bench, &group, LIMIT, number))?.iter().sum();
    same("what eight threads issued, two at a time, where 61 are allowed", &issued, &60)?;
    same("the live references", &present(&*bench, group.id)?.live, &60)
}

pub(in crate::conformance) fn s02_a_deletion_makes_room_under_the_live_limit(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    Append::to(&group, &["AA", "AB", "AC"])?.at_most(3).issue(&*bench)?;
    let one = Append::to(&group, &["BA"])?.at_most(3);
    refused("a fourth where three are allowed", one.run(&*bench), &Refusal::LiveLimit { present: 3 })?;
    delete(&*bench, group.id, [2])?;
    one.issue(&*bench)?;
    let full = Refusal::LiveLimit { present: 3 };
    refused("a fourth live one", Append::to(&group, &["BB"])?.at_most(3).run(&*bench), &full)
}

pub(in crate::conformance) fn s02_an_index_is_used_once_by_many_threads(bench: Bench<'_>) -> Outcome {
    const EACH: u64 = 25;
    let group = counting_group(&*bench, "Line", 6)?;
    let second = bench.second();
    let issued = threads(6, |number| {
        let store = bench.of_thread(second.as_ref(), number);
        let (mut next, mut mine) = (0, 0);
        while mine < EACH {
            let index = Some(IndexGuard { expected: next, next: next + 1 });
            let plan = Append { index, ..Append::to(&group, &[format!("{:0>6}", next + 1)])? };
            match plan.run(store)? {
                Answer::Done(Appended::New { .. }) => {
                    mine += 1;
                    next += 1;
                }
                Answer::Refused(Refusal::IndexMoved { next: moved }) => {
                    holds(moved > next, || format!("index {next} was refused, and {moved} named instead"))?;
                    next = moved;
                }
                other => {
                    return Err(Breach::new(format!("a plan for index {next}: expected it issued, came {other:?}")));
                }
            }
        }
        Ok(mine)
    })?;
    let total: u64 = issued.iter().sum();
    let now = present(&*bench, group.id)?;
    same("issued and the next index after six threads", &(now.issued, now.next_index), &(total, total))
}

pub(in crate::conformance) fn s02_a_plan_for_an_old_revision_is_refused(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    let old = Append::to(&group, &["AA"])?;
    let limits = GroupLimits { max_live: Some(Limit::AtMost(0)), ..GroupLimits::default() };
    for change in [
        GroupChange { limits: Some(limits), ..GroupChange::of(group.id, NOON) },
        GroupChange { name: Some(name("Valves")?), ..GroupChange::of(group.id, NOON) },
        GroupChange { description: Some("steel".into()), ..GroupChange::of(group.id, NOON) },
    ] {
        let before = present(&*bench, group.id)?;
        let now = done("changing the group", bench.change_group(&change))?;
        holds(now.revision > before.revision, || {
            format!("a change must let the revision grow, and it went from {} to {}", before.revision, now.revision)
        })?;
        let changed = Refusal::GroupChanged { group: Box::new(now) };
        refused("a plan for the first revision", old.run(&*bench), &changed)?;
        let plan = Append { revision: before.revision, ..old.clone() };
        refused("a plan for the revision before", plan.run(&*bench), &changed)?;
    }
    let now = present(&*bench, group.id)?;
    same("what was issued", &now.issued, &0)?;
    Append { revision: now.revision, ..old }.issue(&*bench).map(|_| ())
}

pub(in crate::conformance) fn s02_a_listing_for_an_old_revision_is_refused(bench: Bench<'_>) -> Outcome {
    let before = batch_group(&*bench, "Pumps", 3)?;
    issue(&*bench, &before, &["AAA", "AAB"])?;
    let change = GroupChange { description: Some("steel".into()), ..GroupChange::of(before.id, NOON) };
    let now = done("changing the group", bench.change_group(&change))?;
    let changed = Refusal::GroupChanged { group: Box::new(now.clone()) };
    for (batch, size) in [(None, 9), (Some(1), 9), (Some(2), 9), (None, 9_999), (None, 0)] {
        let within = batch.map_or(Within::Group(now.id), |batch| Within::Batch(now.id, BatchId(batch)));
        for (text, counted) in [(None, false), (None, true), (Some("AAB"), false), (Some("AAB"), true)] {
            let term = text.and_then(|text| SearchTerm::new(text, 1).ok());
            let query = ReferenceQuery { term, size, counted, ..everything(within) };
            let old = ReferenceQuery { revision: Some(before.revision), ..query.clone() };
            refused("a listing for the revision before", bench.references(&old), &changed)?;
            let new = ReferenceQuery { revision: Some(now.revision), ..query.clone() };
            same(
                "a listing for the revision that the group has",
                &bench.references(&new)?,
                &bench.references(&query)?,
            )?;
        }
    }
    delete_group(&*bench, now.id)?;
    let gone = ReferenceQuery { revision: Some(before.revision), ..everything(Within::Group(now.id)) };
    refused("a listing of a deleted group", bench.references(&gone), &Refusal::NoSuchGroup { group: now.id })
}

pub(in crate::conformance) fn s02_no_plan_for_an_old_revision_slips_in_after_a_change(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 6)?;
    let issued_at_change = AtomicU64::new(u64::MAX);
    threads(4, |number| {
        if number == 0 {
            // Let the others begin.
            while present(&*bench, group.id)?.issued == 0 {
                std::thread::yield_now();
            }
            let change = GroupChange { description: Some("no more".into()), ..GroupChange::of(group.id, NOON) };
            let now = done("changing the group", bench.change_group(&change))?;
            issued_at_change.store(now.issued, Ordering::Release);
            return Ok(());
        }
        for round in 0.. {
            match Append::to(&group, &[format!("{number}{round:0>5}")])?.run(&*bench)? {
                Answer::Done(Appended::New { .. }) if round < 99_999 => {}
                Answer::Refused(Refusal::GroupChanged { .. }) => return Ok(()),
                other => return Err(Breach::new(format!("a plan for the first revision came back with {other:?}"))),
            }
        }
        Ok(())
    })?;
    let issued = present(&*bench, group.id)?.issued;
    same("issued now and when the group was changed", &issued, &issued_at_change.load(Ordering::Acquire))
}

pub(in crate::conformance) fn s02_the_number_of_groups_holds_for_many_threads(bench: Bench<'_>) -> Outcome {
    let second = bench.second();
    let created = threads(8, |number| {
        let store = bench.of_thread(second.as_ref(), number);
        let mut created = 0;
        for round in 0..4 {
            let plan =
                GroupPlan { max_groups: Limit::AtMost(10), ..group_plan(&format!("Group {number} {round}"), 2)? };
            match store.create_group(&plan)? {
                Answer::Done(_) => created += 1,
                Answer::Refused(Refusal::TooManyGroups { present: 10 }) => {}
                Answer::Refused(other) => {
                    return Err(Breach::new(format!("an eleventh group was refused as {other:?}")));
                }
            }
        }
        Ok(created)
    })?;
    same("groups created where ten are allowed", &created.iter().sum::<u64>(), &10)?;
    same("groups listed", &bench.groups(&all_groups())?.items.len(), &10)
}

pub(in crate::conformance) fn s02_a_group_name_is_given_once_to_many_threads(bench: Bench<'_>) -> Outcome {
    let other = batch_group(&*bench, "Valves", 2)?;
    let second = bench.second();
    for round in 0..8 {
        let wanted = format!("Pumps {round}");
        let given = threads(6, |number| {
            let store = bench.of_thread(second.as_ref(), number);
            let answer = if number == 0 {
                let change = GroupChange { name: Some(name(&wanted)?), ..GroupChange::of(other.id, NOON) };
                store.change_group(&change)?
            } else {
                store.create_group(&group_plan(&wanted, 2)?)?
            };
            match answer {
                Answer::Done(_) => Ok(1),
                Answer::Refused(Refusal::NameTaken { .. }) => Ok(0),
                Answer::Refused(other) => Err(Breach::new(format!("a taken name was refused as {other:?}"))),
            }
        })?;
        same("how many of six threads got one name", &given.iter().sum::<u64>(), &1)?;
    }
    Ok(())
}

pub(in crate::conformance) fn s02_a_group_that_issued_more_is_not_deleted(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["AA", "AB"])?;
    delete(&*bench, group.id, [1])?;
    let plan = GroupDeletePlan::of(group.id, 1, NOON);
    let changed = Refusal::GroupChanged { group: Box::new(present(&*bench, group.id)?) };
    refused("a deletion that knows of one of two references", bench.delete_group(&plan), &changed)?;
    let plan = GroupDeletePlan::of(group.id, 2, NOON);
    let deleted = done("a deletion that knows of both", bench.delete_group(&plan))?;
    same("references that went with the group", &deleted, &1)
}

pub(in crate::conformance) fn s02_a_group_is_deleted_once_by_many_threads(bench: Bench<'_>) -> Outcome {
    for round in 0..8 {
        let group = own_group(&*bench, "Pumps", 2)?;
        issue(&*bench, &group, &["AA"])?;
        let plan = GroupDeletePlan::of(group.id, 1, NOON);
        let deleted = threads(4, |number| {
            if number == 0 {
                // Either it comes before, and the deletion is refused, or after, and finds no group.
                return match Append::to(&group, &["AB"])?.run(&*bench)? {
                    Answer::Done(_) => Ok(10),
                    Answer::Refused(Refusal::NoSuchGroup { .. }) => Ok(0),
                    Answer::Refused(other) => {
                        Err(Breach::new(format!("an append to a group was refused as {other:?}")))
                    }
                };
            }
            match bench.delete_group(&plan)? {
                Answer::Done(1) => Ok(1),
                Answer::Refused(Refusal::NoSuchGroup { .. } | Refusal::GroupChanged { .. }) => Ok(0),
                other => Err(Breach::new(format!("deleting a group of one reference came back with {other:?}"))),
            }
        })?;
        let came: u64 = deleted.iter().sum();
        holds(came == 1 || came == 10, || {
            format!(
                "round {round}: either one of three threads deletes the group or the fourth issues, came {deleted:?}"
            )
        })?;
        if came == 10 {
            delete_group(&*bench, group.id)?;
        }
    }
    Ok(())
}

pub(in crate::conformance) fn s02_a_row_is_deleted_once_by_many_threads(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 3)?;
    issue(&*bench, &group, &numbers(0..100, 3))?;
    let deleted = threads(4, |number| {
        let first = number as u64 * 10 + 1;
        Ok(bench.delete(&rows(group.id, first..first + 60))?.deleted)
    })?;
    same("rows that four overlapping deletions deleted", &deleted.iter().sum::<u64>(), &90)?;
    same("rows left", &references(&*bench, Within::Group(group.id))?.len(), &10)
}

pub(in crate::conformance) fn s02_the_live_limit_holds_for_two_openings(bench: Bench<'_>) -> Outcome {
    const LIMIT: u64 = 41;
    let Some(second) = bench.second() else { return Ok(()) };
    let group = create(&*bench, &group_plan("Pumps", 4)?)?;
    let issued = threads(4, |number| {
        let store: &dyn Store = if number % 2 == 0 { &*bench } else { &second };
        fill(store, &group, LIMIT, number)
    })?;
    same("what two openings issued, two at a time, where 41 are allowed", &issued.iter().sum::<u64>(), &40)?;
    same("the live references, seen by the other", &present(&second, group.id)?.live, &40)
}
