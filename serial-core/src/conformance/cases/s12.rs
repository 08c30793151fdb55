//! S12: checks come in one fixed order, so that all stores refuse alike.

use crate::{
    conformance::{
        bench::{
            Append, Bench, NOON, batch_group, codes, counting_group, create, delete_group, done, everything,
            group_plan, holds, issue, name, present, refused, same,
        },
        case::Outcome,
        lives::{Changing, Claiming, bring, field, to},
        picture::picture,
    },
    ids::{BatchId, ClaimId, FieldId, GroupId, RowId},
    life::State,
    limits::Limit,
    query::Within,
    store::{Answer, Appended, Claimed, GroupChange, GroupDeletePlan, GroupPlan, IndexGuard, Refusal, Step, Unfit},
};

pub(in crate::conformance) fn s12_the_first_reason_to_refuse_an_append_is_the_answer(bench: Bench<'_>) -> Outcome {
    let group = counting_group(&*bench, "Line", 3)?;
    let plan = Append::to(&group, &["001"])?.request(1, 5);
    plan.issue(&*bench)?;
    let now = present(&*bench, group.id)?;
    let gone = counting_group(&*bench, "Gone", 3)?;
    delete_group(&*bench, gone.id)?;

    // Each step breaks one guard more than the one before, from the last that is checked to the first.
    let good = Append::to(&now, &["002"])?.request(2, 5);
    let taken = Append { codes: codes(&["001"])?, ..good.clone() };
    let moved = |plan: &Append| Append { index: Some(IndexGuard { expected: 7, next: 8 }), ..plan.clone() };
    let full = |plan: &Append| plan.clone().at_most(1);
    let stale = |plan: &Append| Append { revision: now.revision + 5, ..plan.clone() };
    let nowhere = |plan: &Append| Append { group: gone.id, ..plan.clone() };
    let mismatched = |plan: &Append| plan.clone().request(1, 6);

    let codes_taken = Refusal::CodesTaken { positions: vec![0] };
    let index_moved = Refusal::IndexMoved { next: 1 };
    let live_limit = Refusal::LiveLimit { present: 1 };
    let changed = Refusal::GroupChanged { group: Box::new(now.clone()) };
    let no_group = Refusal::NoSuchGroup { group: gone.id };
    for (what, plan, refusal) in [
        ("codes", taken.clone(), &codes_taken),
        ("index, codes", moved(&taken), &index_moved),
        ("live, codes", full(&taken), &live_limit),
        ("live, index", full(&moved(&good)), &live_limit),
        ("live, index, codes", full(&moved(&taken)), &live_limit),
        ("revision, codes", stale(&taken), &changed),
        ("revision, index", stale(&moved(&good)), &changed),
        ("revision, live", stale(&full(&good)), &changed),
        ("revision, live, index, codes", stale(&full(&moved(&taken))), &changed),
        ("group, revision", nowhere(&stale(&good)), &no_group),
        ("group, live", nowhere(&full(&good)), &no_group),
        ("group, index", nowhere(&moved(&good)), &no_group),
        ("group, codes", nowhere(&taken), &no_group),
        ("group, revision, live, index, codes", nowhere(&stale(&full(&moved(&taken)))), &no_group),
        ("request, codes", mismatched(&taken), &Refusal::RequestMismatch),
        ("request, index", mismatched(&moved(&good)), &Refusal::RequestMismatch),
        ("request, live", mismatched(&full(&good)), &Refusal::RequestMismatch),
        ("request, revision", mismatched(&stale(&good)), &Refusal::RequestMismatch),
        ("request, group", mismatched(&nowhere(&good)), &Refusal::RequestMismatch),
        ("all of them", mismatched(&nowhere(&stale(&full(&moved(&taken))))), &Refusal::RequestMismatch),
    ] {
        refused(&format!("a plan against these guards: {what}"), plan.run(&*bench), refusal)?;
    }
    good.issue(&*bench).map(|_| ())
}

pub(in crate::conformance) fn s12_a_repeated_request_is_answered_before_any_other_check(bench: Bench<'_>) -> Outcome {
    let group = counting_group(&*bench, "Line", 3)?;
    let other = batch_group(&*bench, "Pumps", 3)?;
    let plan = Append::to(&group, &["001"])?.request(1, 5);
    plan.issue(&*bench)?;
    for (what, plan) in [
        ("taken codes and an old index", plan.clone()),
        ("no room", plan.clone().at_most(0)),
        ("another revision", Append { revision: 99, ..plan.clone() }),
        ("a group that does not exist", Append { group: GroupId(987_654), ..plan.clone() }),
        ("another group", Append::to(&other, &["AAA"])?.request(1, 5)),
    ] {
        let came = done(&format!("a repeated request with {what}"), plan.run(&*bench))?;
        holds(matches!(came, Appended::Repeated(_)), || format!("a repeated request with {what} issued {came:?}"))?;
    }
    same("what was issued", &present(&*bench, group.id)?.issued, &1)?;
    same("what was issued in the other group", &present(&*bench, other.id)?.issued, &0)
}

pub(in crate::conformance) fn s12_a_new_group_is_refused_for_its_name_first(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    let full = GroupPlan { max_groups: Limit::AtMost(1), ..group_plan("Pumps", 2)? };
    let name_taken = Refusal::NameTaken { group: group.id };
    refused("a taken name where there is no room", bench.create_group(&full), &name_taken)?;
    let full = GroupPlan { max_groups: Limit::AtMost(1), ..group_plan("Valves", 2)? };
    refused("a new name where there is no room", bench.create_group(&full), &Refusal::TooManyGroups { present: 1 })?;
    let none = GroupPlan { max_groups: Limit::AtMost(0), ..group_plan("Valves", 2)? };
    refused("a new name where none is allowed", bench.create_group(&none), &Refusal::TooManyGroups { present: 1 })?;
    delete_group(&*bench, group.id)?;
    done("a group where a deleted one made room", bench.create_group(&full)).map(|_| ())
}

pub(in crate::conformance) fn s12_a_change_is_refused_for_its_group_first(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    let gone = batch_group(&*bench, "Gone", 2)?;
    delete_group(&*bench, gone.id)?;
    let no_group = Refusal::NoSuchGroup { group: gone.id };
    let change = GroupChange { name: Some(name("Pumps")?), ..GroupChange::of(gone.id, NOON) };
    refused("a taken name for a group that is gone", bench.change_group(&change), &no_group)?;
    refused("deleting a group that is gone", bench.delete_group(&GroupDeletePlan::of(gone.id, 0, NOON)), &no_group)?;
    same("the other group", &present(&*bench, group.id)?, &group)
}

pub(in crate::conformance) fn s12_a_listing_is_refused_for_its_group_first(bench: Bench<'_>) -> Outcome {
    let gone = batch_group(&*bench, "Gone", 2)?;
    issue(&*bench, &gone, &["AA"])?;
    delete_group(&*bench, gone.id)?;
    let no_group = Refusal::NoSuchGroup { group: gone.id };
    for batch in [1, 7] {
        let within = Within::Batch(gone.id, BatchId(batch));
        refused("a batch of a group that is gone", bench.references(&everything(within)), &no_group)?;
        refused("a batch of a group that is gone", bench.batch(gone.id, BatchId(batch)), &no_group)?;
    }
    let group = batch_group(&*bench, "Pumps", 2)?;
    let no_batch = Refusal::NoSuchBatch { group: group.id, batch: BatchId(1) };
    let within = Within::Batch(group.id, BatchId(1));
    refused("a batch that was never issued", bench.references(&everything(within)), &no_batch)?;
    refused("a batch that was never issued", bench.batch(group.id, BatchId(1)), &no_batch)?;
    let line = counting_group(&*bench, "Line", 3)?;
    let no_batch = Refusal::NoSuchBatch { group: line.id, batch: BatchId(1) };
    issue(&*bench, &line, &["001"])?;
    refused("a batch of a Continuous group", bench.batch(line.id, BatchId(1)), &no_batch)
}

pub(in crate::conformance) fn s12_a_refusal_carries_the_present_state(bench: Bench<'_>) -> Outcome {
    let group = counting_group(&*bench, "Line", 3)?;
    let mut now = group.clone();
    for number in 1..=4 {
        Append::to(&now, &[format!("{number:0>3}")])?.issue(&*bench)?;
        now = present(&*bench, group.id)?;
    }
    let old = Append::to(&group, &["005"])?;
    refused("a plan for the first index", old.run(&*bench), &Refusal::IndexMoved { next: 4 })?;
    // What the refusal says is enough to plan again.
    let index = Some(IndexGuard { expected: 4, next: 5 });
    let again = Append { index, ..old };
    refused(
        "a fifth where four are allowed",
        again.clone().at_most(4).run(&*bench),
        &Refusal::LiveLimit { present: 4 },
    )?;
    let change = GroupChange { description: Some("changed".into()), ..GroupChange::of(group.id, NOON) };
    done("changing the group", bench.change_group(&change))?;
    match again.run(&*bench)? {
        Answer::Refused(Refusal::GroupChanged { group: told }) => {
            same("the group in the refusal", &Some((*told).clone()), &bench.group(group.id)?)?;
            Append { revision: told.revision, ..again }.issue(&*bench).map(|_| ())
        }
        other => holds(false, || format!("a plan for an old revision: expected GroupChanged, came {other:?}")),
    }
}

pub(in crate::conformance) fn s12_the_first_reason_to_refuse_a_claim_is_the_answer(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["AA", "AB"])?;
    let gone = batch_group(&*bench, "Gone", 2)?;
    delete_group(&*bench, gone.id)?;
    let plan = Claiming::of(&group, 1)?.request(1, 5);
    plan.take(&*bench)?;
    let before = picture(&*bench)?;

    let many = Claiming::of(&group, 9)?;
    let nowhere = |plan: &Claiming| Claiming { group: gone.id, ..plan.clone() };
    let mismatched = |plan: &Claiming| plan.clone().request(1, 6);
    let too_few = Refusal::TooFewAvailable { available: 1 };
    let no_batch = Refusal::NoSuchBatch { group: group.id, batch: BatchId(7) };
    let no_group = Refusal::NoSuchGroup { group: gone.id };
    let other_batch = many.clone().of_batch(7);
    for (what, plan, refusal) in [
        ("available", many.clone(), &too_few),
        ("batch", Claiming { count: 1, ..other_batch.clone() }, &no_batch),
        ("batch, available", other_batch.clone(), &no_batch),
        ("group, available", nowhere(&many), &no_group),
        ("group, batch, available", nowhere(&other_batch), &no_group),
        ("request", mismatched(&Claiming::of(&group, 1)?), &Refusal::RequestMismatch),
        ("request, available", mismatched(&many), &Refusal::RequestMismatch),
        ("request, batch", mismatched(&other_batch), &Refusal::RequestMismatch),
        ("all of them", mismatched(&nowhere(&other_batch)), &Refusal::RequestMismatch),
    ] {
        refused(&format!("a claim against these guards: {what}"), plan.run(&*bench), refusal)?;
    }
    // A repeated claim is answered before any of them.
    for plan in [plan.clone(), Claiming { count: 9, ..plan.clone() }.of_batch(7), nowhere(&plan)] {
        let came = done("a repeated claim", plan.run(&*bench))?;
        holds(matches!(came, Claimed::Repeated(_)), || format!("a repeated claim took {came:?}"))?;
    }
    same("the store after it", &picture(&*bench)?, &before)
}

pub(in crate::conformance) fn s12_the_first_reason_to_refuse_a_change_is_the_answer(bench: Bench<'_>) -> Outcome {
    let fields = vec![field(1, "Colour", "red")?];
    let group = create(&*bench, &GroupPlan { fields, ..group_plan("Pumps", 2)? })?;
    let gone = batch_group(&*bench, "Gone", 2)?;
    let gone_too = batch_group(&*bench, "Gone, too", 2)?;
    delete_group(&*bench, gone.id)?;
    delete_group(&*bench, gone_too.id)?;
    issue(&*bench, &group, &["AA", "AB"])?;
    bring(&*bench, group.id, [2], State::Void)?;
    let plan = Changing::of(group.id, [1]).request(1, 5);
    plan.all(&*bench, to(State::Encoded))?;
    let before = picture(&*bench)?;

    let values = [(FieldId(1), Some("blue".into()))];
    let set = |revision| Step::SetValues { revision, values: &values };
    let returning = Step::Return { claim: ClaimId(7) };
    let changed = Refusal::GroupChanged { group: Box::new(present(&*bench, group.id)?) };
    let no_group = |id| Refusal::NoSuchGroup { group: id };
    let no_claim = Refusal::NoSuchClaim { group: group.id, claim: ClaimId(7) };
    let unfit = |row, state| Refusal::Unfit { references: vec![Unfit { group: group.id, row: RowId(row), state }] };
    let bad = Changing::of(group.id, [2]);
    let unknown = Changing::of(group.id, [9]);
    let with_gone = bad.clone().and(gone.id, [1]).and(gone_too.id, [1]);
    let of_gone = Changing::of(gone.id, [1]);
    let mismatched = |plan: &Changing| plan.clone().request(1, 6);
    for (what, plan, step, refusal) in [
        ("references", bad.clone(), to(State::Encoded), unfit(2, Some(State::Void))),
        ("references", unknown.clone(), set(group.revision), unfit(9, None)),
        ("revision, references", unknown.clone(), set(group.revision + 1), changed),
        ("claim, references", unknown.clone(), returning, no_claim),
        ("groups, references", with_gone.clone(), to(State::Encoded), no_group(gone.id)),
        ("groups", Changing::of(gone.id, [1]).and(gone_too.id, [1]), to(State::Void), no_group(gone.id)),
        ("group, revision", of_gone.clone(), set(77), no_group(gone.id)),
        ("group, claim", of_gone.clone(), returning, no_group(gone.id)),
        ("request, references", mismatched(&bad), to(State::Encoded), Refusal::RequestMismatch),
        ("request, revision", mismatched(&unknown), set(77), Refusal::RequestMismatch),
        ("request, claim", mismatched(&unknown), returning, Refusal::RequestMismatch),
        ("request, groups", mismatched(&with_gone), to(State::Encoded), Refusal::RequestMismatch),
        ("request, group, revision", mismatched(&of_gone), set(77), Refusal::RequestMismatch),
    ] {
        refused(&format!("a change against these guards: {what}"), plan.run(&*bench, step), &refusal)?;
    }
    // A repeated change is answered before any of them.
    for targets in [plan.targets.clone(), bad.targets, unknown.targets, of_gone.targets] {
        let plan = Changing { targets, ..plan.clone() };
        for step in [to(State::Encoded), set(77), returning] {
            done("a repeated change", plan.run(&*bench, step))?;
        }
    }
    same("the store after it", &picture(&*bench)?, &before)
}
