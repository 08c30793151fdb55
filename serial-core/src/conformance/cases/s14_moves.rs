//! S14: a reference comes only from states that a plan allows to the one it names, all of a plan or none.

use crate::{
    conformance::{
        bench::{
            Bench, batch_group, delete, delete_group, done, holds, issue, numbers, own_group, present, references,
            refused, same,
        },
        case::{Breach, Outcome},
        lives::{Changing, Claiming, anyhow_to, bring, changes_after, events_of, later, moved, rows_in, to},
        picture::picture,
    },
    group::Group,
    ids::{ClaimId, GroupId, RowId},
    life::{State, States},
    query::Within,
    reference::Reference,
    store::{Changed, Refusal, Step, Store, Unfit},
};

/// A group with one reference in each state, in the order of [`State::ALL`].
fn one_of_each(store: &dyn Store, text: &str, first: u64) -> Result<Group, Breach> {
    let group = batch_group(store, text, 3)?;
    issue(store, &group, &numbers(first..first + 8, 3))?;
    for (row, state) in (1..).zip(State::ALL).skip(1) {
        Changing::of(group.id, [row]).all(store, anyhow_to(state))?;
    }
    Ok(group)
}

fn states(references: &[Reference]) -> Vec<State> {
    references.iter().map(|reference| reference.state).collect()
}

pub(in crate::conformance) fn s14_a_reference_comes_only_from_allowed_states(bench: Bench<'_>) -> Outcome {
    for (turn, target) in (0..).zip(State::ALL) {
        let group = one_of_each(&*bench, &format!("Pumps {target}"), turn * 10)?;
        let mut expected = State::ALL.to_vec();
        for (row, from) in (1..).zip(State::ALL) {
            let what = format!("a move from {from} to {target}");
            let before = present(&*bench, group.id)?.events;
            let result = Changing::of(group.id, [row]).at(1).run(&*bench, to(target));
            if from.can_become(target) {
                same(&what, &done(&what, result)?, &Changed { changed: 1, left: 0 })?;
                expected[from.position()] = target;
                let event = vec![moved(row, from, target, None)];
                same(&what, &changes_after(&*bench, group.id, before)?, &event)?;
            } else {
                let references = vec![Unfit { group: group.id, row: RowId(row), state: Some(from) }];
                refused(&what, result, &Refusal::Unfit { references })?;
            }
            same(&what, &states(&references(&*bench, Within::Group(group.id))?), &expected)?;
        }
    }
    Ok(())
}

pub(in crate::conformance) fn s14_the_plan_says_which_states_are_allowed(bench: Bench<'_>) -> Outcome {
    let group = one_of_each(&*bench, "Pumps", 0)?;
    let unfit = |row, state| Unfit { group: group.id, row: RowId(row), state: Some(state) };
    let only = |state: State| [state].into_iter().collect::<States>();
    // Of the states that may come before, a plan can allow one alone.
    let plan = Changing::of(group.id, [1, 2, 3]);
    let step = Step::Move { from: only(State::Encoded), to: State::Commissioned };
    let references = vec![unfit(1, State::Available), unfit(2, State::Allocated)];
    refused("a move from Encoded alone", plan.run(&*bench, step), &Refusal::Unfit { references })?;
    Changing::of(group.id, [3]).all(&*bench, step)?;
    // A reference that was used once is used again only where the plan says so.
    let plan = Changing::of(group.id, [6]);
    let unused = States::before(State::Commissioned).iter().filter(|state| *state != State::Decommissioned).collect();
    let references = vec![unfit(6, State::Decommissioned)];
    let refusal = Refusal::Unfit { references };
    refused("a second use", plan.run(&*bench, Step::Move { from: unused, to: State::Commissioned }), &refusal)?;
    plan.all(&*bench, Step::Move { from: only(State::Decommissioned), to: State::Commissioned })
}

pub(in crate::conformance) fn s14_a_refused_move_names_every_reference_that_cannot(bench: Bench<'_>) -> Outcome {
    let pumps = one_of_each(&*bench, "Pumps", 0)?;
    let valves = one_of_each(&*bench, "Valves", 10)?;
    delete(&*bench, pumps.id, [2])?;
    let before = picture(&*bench)?;
    let unfit = |group: &Group, row, state| Unfit { group: group.id, row: RowId(row), state };
    let many = u64::from(u32::MAX);
    let plan = Changing::of(pumps.id, (0..=9).chain([many, many + 2, i64::MAX as u64, u64::MAX])).and(valves.id, 1..=8);
    let mut references = vec![
        unfit(&pumps, 0, None),
        unfit(&pumps, 2, None),
        unfit(&pumps, 4, Some(State::Commissioned)),
        unfit(&pumps, 5, Some(State::Released)),
        unfit(&pumps, 7, Some(State::Destroyed)),
        unfit(&pumps, 8, Some(State::Void)),
        unfit(&pumps, 9, None),
    ];
    references.extend([many, many + 2, i64::MAX as u64, u64::MAX].map(|row| unfit(&pumps, row, None)));
    references.extend([
        unfit(&valves, 4, Some(State::Commissioned)),
        unfit(&valves, 5, Some(State::Released)),
        unfit(&valves, 7, Some(State::Destroyed)),
        unfit(&valves, 8, Some(State::Void)),
    ]);
    refused("a move of all there is", plan.run(&*bench, to(State::Commissioned)), &Refusal::Unfit { references })?;
    same("the store after a refused move", &picture(&*bench)?, &before)?;
    // One that cannot is enough.
    let references = vec![unfit(&valves, 8, Some(State::Void))];
    let plan = Changing::of(pumps.id, [1, 3]).and(valves.id, [1, 2, 8]);
    refused(
        "a move with one that is void",
        plan.run(&*bench, to(State::Commissioned)),
        &Refusal::Unfit { references },
    )?;
    same("the store after another refused move", &picture(&*bench)?, &before)
}

pub(in crate::conformance) fn s14_a_move_over_several_groups_is_applied_whole(bench: Bench<'_>) -> Outcome {
    let groups =
        [batch_group(&*bench, "Pumps", 3)?, own_group(&*bench, "Valves", 3)?, batch_group(&*bench, "Taps", 3)?];
    for (number, group) in (0..).zip(&groups) {
        issue(&*bench, group, &numbers(number * 10..number * 10 + 4, 3))?;
    }
    let plan = Changing::of(groups[0].id, [1, 2]).and(groups[1].id, [4]).and(groups[2].id, [1, 3, 4]).at(7);
    plan.all(&*bench, to(State::Commissioned))?;
    for (group, rows) in groups.iter().zip([vec![1, 2], vec![4], vec![1, 3, 4]]) {
        let within = Within::Group(group.id);
        same("the rows that came to it", &rows_in(&*bench, within, State::Commissioned)?, &rows)?;
        let expected: Vec<_> =
            rows.iter().map(|row| moved(*row, State::Available, State::Commissioned, None)).collect();
        same("the events of a group", &changes_after(&*bench, group.id, 2)?, &expected)?;
    }
    delete_group(&*bench, groups[1].id)?;
    let before = picture(&*bench)?;
    let plan = Changing::of(groups[0].id, [1]).and(groups[1].id, [4]).and(GroupId(987_654), [1]);
    let no_group = Refusal::NoSuchGroup { group: groups[1].id };
    refused("a move with a group that is gone", plan.run(&*bench, to(State::Released)), &no_group)?;
    same("the store after a refused move", &picture(&*bench)?, &before)
}

pub(in crate::conformance) fn s14_final_states_are_never_left(bench: Bench<'_>) -> Outcome {
    let group = one_of_each(&*bench, "Pumps", 0)?;
    let before = picture(&*bench)?;
    for (row, state) in [(7, State::Destroyed), (8, State::Void)] {
        for target in State::ALL {
            let references = vec![Unfit { group: group.id, row: RowId(row), state: Some(state) }];
            let what = format!("a move from {state} to {target}");
            refused(&what, Changing::of(group.id, [row]).run(&*bench, to(target)), &Refusal::Unfit { references })?;
        }
    }
    let claim = Claiming::of(&group, 2)?.run(&*bench);
    refused("a claim of more than is available", claim, &Refusal::TooFewAvailable { available: 1 })?;
    same("the store after refused moves", &picture(&*bench)?, &before)?;
    // They can be deleted, and stay what they were.
    delete(&*bench, group.id, [7, 8])?;
    let gone = [bench.deleted(None, "006")?, bench.deleted(None, "007")?].concat();
    same("the states of deleted references", &states(&gone), &vec![State::Destroyed, State::Void])
}

pub(in crate::conformance) fn s14_a_move_ends_the_hold_of_a_claim(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 3)?;
    issue(&*bench, &group, &numbers(0..6, 3))?;
    Claiming::of(&group, 5)?.until(10).rows(&*bench)?;
    bring(&*bench, group.id, [1], State::Encoded)?;
    bring(&*bench, group.id, [2], State::Commissioned)?;
    bring(&*bench, group.id, [3], State::Void)?;
    bring(&*bench, group.id, [4], State::Available)?;
    let held: Vec<_> =
        references(&*bench, Within::Group(group.id))?.iter().map(|reference| reference.claim.map(|id| id.0)).collect();
    same("who holds what", &held, &vec![None, None, None, None, Some(1), None])?;
    for (row, state) in [(1, State::Encoded), (2, State::Commissioned), (3, State::Void), (4, State::Available)] {
        let last = events_of(&*bench, group.id, row)?.pop().map(|event| event.change);
        same("the event that ended a hold", &last, &Some(moved(row, State::Allocated, state, Some(1))))?;
    }
    bring(&*bench, group.id, [1], State::Commissioned)?;
    let last = events_of(&*bench, group.id, 1)?.pop().map(|event| event.change);
    same("an event without a hold", &last, &Some(moved(1, State::Encoded, State::Commissioned, None)))?;
    let plan = Changing::of(group.id, 1..=4);
    let came = done("returning what is not held", plan.run(&*bench, Step::Return { claim: ClaimId(1) }))?;
    same("what was returned", &came, &Changed { changed: 0, left: 4 })?;
    same("what falls back", &done("expiring", bench.expire(group.id, later(10)))?, &1)
}

pub(in crate::conformance) fn s14_deleted_references_are_as_they_were(bench: Bench<'_>) -> Outcome {
    let pumps = batch_group(&*bench, "Pumps", 3)?;
    let valves = own_group(&*bench, "Valves", 3)?;
    let taps = own_group(&*bench, "Taps", 3)?;
    for group in [&pumps, &valves, &taps] {
        issue(&*bench, group, &["AAA", "AAB", "AAC", "AAD"])?;
        bring(&*bench, group.id, [1], State::Commissioned)?;
        Claiming::of(group, 1)?.until(10).rows(&*bench)?;
    }
    let all = references(&*bench, Within::Registry)?;
    same("what is deleted while it lives", &bench.deleted(None, "AAA")?, &Vec::new())?;
    delete(&*bench, pumps.id, [1, 2])?;
    delete(&*bench, valves.id, [1, 2, 3])?;
    delete_group(&*bench, valves.id)?;
    delete_group(&*bench, taps.id)?;
    same(
        "what falls back of a claim whose reference is deleted",
        &done("expiring", bench.expire(pumps.id, later(10)))?,
        &0,
    )?;
    let bench = bench.reopened();
    for code in ["AAA", "AAB", "AAC", "AAD"] {
        let was = |group: &Group| {
            let is_it = |found: &&Reference| found.group == group.id && found.code.as_str() == code;
            let is_gone = |found: &Reference| group.id != pumps.id || found.row <= RowId(2);
            all.iter().filter(is_it).filter(|found| is_gone(found)).cloned().collect::<Vec<_>>()
        };
        let everywhere = [&pumps, &valves, &taps].map(was).concat();
        same(&format!("deleted references with the code {code}"), &bench.deleted(None, code)?, &everywhere)?;
        for group in [&pumps, &valves, &taps] {
            same("deleted references of one group", &bench.deleted(Some(group.id), code)?, &was(group))?;
        }
    }
    for (group, code) in [(None, "aaa"), (None, ""), (None, "AAA "), (Some(GroupId(987_654)), "AAA")] {
        same("what was never deleted", &bench.deleted(group, code)?, &Vec::new())?;
    }
    let left = references(&*bench, Within::Registry)?;
    holds(left.len() == 2, || format!("two references were left, and these are listed: {left:?}"))
}

pub(in crate::conformance) fn s14_a_move_for_a_claim_takes_nothing_that_another_holds(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 3)?;
    issue(&*bench, &group, &numbers(0..6, 3))?;
    let (_, first) = Claiming::of(&group, 2)?.rows(&*bench)?;
    let (_, second) = Claiming::of(&group, 2)?.rows(&*bench)?;
    same("the rows of the claims", &(first, second), &(vec![1, 2], vec![3, 4]))?;
    let step = to(State::Encoded);
    let run = |rows: &[u64], claim| {
        Changing::of(group.id, rows.iter().copied()).run_held_by(&*bench, step, Some(ClaimId(claim)))
    };
    let unfit = |rows: &[u64]| {
        let state = Some(State::Allocated);
        let unfit = rows.iter().map(|row| Unfit { group: group.id, row: RowId(*row), state });
        Refusal::Unfit { references: unfit.collect() }
    };
    refused("rows of both claims for the first", run(&[1, 2, 3, 4], 1), &unfit(&[3, 4]))?;
    refused("rows of the second claim for the first", run(&[4], 1), &unfit(&[4]))?;
    // What no claim holds is free to be moved.
    same("rows that it holds, and a free one", &done("moving", run(&[1, 2, 5], 1))?, &Changed { changed: 3, left: 0 })?;
    Changing::of(group.id, [6]).all(&*bench, to(State::Allocated))?;
    refused("a row that is held without a claim", run(&[6], 1), &unfit(&[6]))?;
    Changing::of(group.id, [3, 4]).all(&*bench, step)
}
