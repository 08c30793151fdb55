//! S17: counts by state are those of the live references at every moment.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::{
    conformance::{
        bench::{
            Append, Bench, NOON, batch_group, create, delete, delete_group, done, group_plan, holds, issue, numbers,
            own_group, present, refused, rows, same, threads,
        },
        case::{Breach, Outcome},
        lives::{Changing, Claiming, anyhow_to, bring, counts_add_up, inventory, later, rows_in, to},
        random::Random,
    },
    group::{Group, Kind},
    ids::{BatchId, GroupId},
    life::{Inventory, State, StateCounts},
    query::Within,
    store::{Answer, Appended, Claimed, GroupChange, GroupPlan, Refusal, Step, Store},
};

fn counts(pairs: &[(State, u64)]) -> StateCounts {
    let mut counts = StateCounts::default();
    for (state, count) in pairs {
        counts.add(*state, *count);
    }
    counts
}

pub(in crate::conformance) fn s17_counts_hold_after_every_kind_of_call(bench: Bench<'_>) -> Outcome {
    let pumps = batch_group(&*bench, "Pumps", 3)?;
    let line = create(&*bench, &GroupPlan { kind: Kind::Continuous, ..group_plan("Line", 3)? })?;
    let groups = [&pumps, &line];
    let hold = || counts_add_up(&*bench, &groups);
    hold()?;
    issue(&*bench, &pumps, &numbers(0..10, 3))?;
    issue(&*bench, &pumps, &numbers(10..15, 3))?;
    issue(&*bench, &line, &numbers(100..108, 3))?;
    hold()?;
    for group in groups {
        Claiming::of(group, 4)?.until(10).rows(&*bench)?;
        hold()?;
        Changing::of(group.id, [1, 2]).all(&*bench, Step::Return { claim: crate::ClaimId(1) })?;
        hold()?;
        bring(&*bench, group.id, [3, 5], State::Encoded)?;
        bring(&*bench, group.id, [5, 6], State::Commissioned)?;
        hold()?;
        for (row, state) in (1..).zip(State::ALL) {
            Changing::of(group.id, [row]).run(&*bench, anyhow_to(state))?;
            hold()?;
        }
        // One in every state goes, and one more that is available.
        delete(&*bench, group.id, 1..=4)?;
        hold()?;
        delete(&*bench, group.id, 5..=8)?;
        hold()?;
        done("expiring", bench.expire(group.id, later(10)))?;
        hold()?;
    }
    let change = GroupChange { description: Some("steel".into()), ..GroupChange::of(pumps.id, NOON) };
    let now = done("changing a group", bench.change_group(&change))?;
    same("the counts of a changed group", &now.counts, &counts(&[(State::Available, 7)]))?;
    delete_group(&*bench, line.id)?;
    counts_add_up(&*bench, &[&pumps])?;
    delete(&*bench, pumps.id, 9..=15)?;
    counts_add_up(&*bench, &[&pumps])?;
    same("the stock of an empty registry", &inventory(&*bench, Within::Registry)?, &Inventory::default())
}

pub(in crate::conformance) fn s17_deletions_count_out_of_the_state_that_was(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 3)?;
    issue(&*bench, &group, &numbers(0..16, 3))?;
    for (row, state) in (1..).zip(State::ALL).skip(1) {
        Changing::of(group.id, [row, row + 8]).all(&*bench, anyhow_to(state))?;
    }
    let mut expected = counts(&State::ALL.map(|state| (state, 2)));
    same("the counts before", &present(&*bench, group.id)?.counts, &expected)?;
    for (row, state) in (1..).zip(State::ALL) {
        delete(&*bench, group.id, [row])?;
        bench.delete(&rows(group.id, [row]))?;
        expected.remove(state, 1);
        let what = format!("the counts after the deletion of one that was {state}");
        same(&what, &present(&*bench, group.id)?.counts, &expected)?;
        same(&what, &inventory(&*bench, Within::Batch(group.id, BatchId(1)))?.counts, &expected)?;
        same(&what, &inventory(&*bench, Within::Registry)?.counts, &expected)?;
    }
    counts_add_up(&*bench, &[&group])
}

pub(in crate::conformance) fn s17_a_deleted_group_counts_for_nothing(bench: Bench<'_>) -> Outcome {
    let pumps = batch_group(&*bench, "Pumps", 3)?;
    let valves = own_group(&*bench, "Valves", 3)?;
    for group in [&pumps, &valves] {
        issue(&*bench, group, &numbers(0..4, 3))?;
        bring(&*bench, group.id, [2], State::Commissioned)?;
        Claiming::of(group, 1)?.until(5).rows(&*bench)?;
    }
    let one = counts(&[(State::Available, 2), (State::Allocated, 1), (State::Commissioned, 1)]);
    let mut both = one;
    both += one;
    same("the counts of the registry", &inventory(&*bench, Within::Registry)?.counts, &both)?;
    same("what went with the group", &delete_group(&*bench, pumps.id)?, &4)?;
    same("the counts of the registry", &inventory(&*bench, Within::Registry)?.counts, &one)?;
    for id in [pumps.id, GroupId(valves.id.0 + 1_000_000)] {
        let no_group = Refusal::NoSuchGroup { group: id };
        refused("the stock of a group that is not there", bench.inventory(Within::Group(id)), &no_group)?;
        let batch = Within::Batch(id, BatchId(1));
        refused("the stock of a batch of such a group", bench.inventory(batch), &no_group)?;
    }
    let no_batch = Refusal::NoSuchBatch { group: valves.id, batch: BatchId(2) };
    refused(
        "the stock of a batch that was never issued",
        bench.inventory(Within::Batch(valves.id, BatchId(2))),
        &no_batch,
    )?;
    counts_add_up(&*bench, &[&valves])
}

pub(in crate::conformance) fn s17_the_next_is_what_a_claim_takes_first(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 3)?;
    let whole = Within::Group(group.id);
    let next = |within| -> Result<Option<u64>, Breach> { Ok(inventory(&*bench, within)?.next.map(|next| next.row.0)) };
    same("the next of an empty group", &next(whole)?, &None)?;
    issue(&*bench, &group, &numbers(0..3, 3))?;
    issue(&*bench, &group, &numbers(3..6, 3))?;
    for row in [1, 2] {
        let read = inventory(&*bench, whole)?.next;
        let (claim, _) = Claiming::of(&group, 1)?.until(5).take(&*bench)?;
        same("the row of a claim", &claim.references.first().map(|first| first.row.0), &Some(row))?;
        same(
            "the code of the next",
            &read.map(|next| next.code),
            &claim.references.first().map(|first| first.code.clone()),
        )?;
    }
    same("the next of the second batch", &next(Within::Batch(group.id, BatchId(2)))?, &Some(4))?;
    delete(&*bench, group.id, [3])?;
    same("the next of the first batch", &next(Within::Batch(group.id, BatchId(1)))?, &None)?;
    same("the next of the group", &next(whole)?, &Some(4))?;
    same("the next of the registry", &next(Within::Registry)?, &None)?;
    // What has expired is not available before it falls back.
    done("expiring", bench.expire(group.id, later(4)))?;
    same("the next before expiry", &next(whole)?, &Some(4))?;
    done("expiring", bench.expire(group.id, later(5)))?;
    same("the next after expiry", &next(whole)?, &Some(1))
}

pub(in crate::conformance) fn s17_issues_and_claims_say_how_many_are_available(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 3)?;
    let append = |codes: std::ops::Range<u64>| -> Result<u64, Breach> {
        match done("an append", Append::to(&group, &numbers(codes, 3))?.run(&*bench))? {
            Appended::New { available, .. } => Ok(available),
            Appended::Repeated(first) => Err(Breach::new(format!("an append repeated {first:?}"))),
        }
    };
    let claim = |count, micros| -> Result<u64, Breach> {
        Ok(Claiming::of(&group, count)?.until(10).at(micros).take(&*bench)?.1)
    };
    same("available after an append", &append(0..10)?, &10)?;
    same("available after a claim", &claim(3, 0)?, &7)?;
    bring(&*bench, group.id, [4, 5], State::Void)?;
    delete(&*bench, group.id, [1, 6])?;
    same("available after another append", &append(10..12)?, &6)?;
    same("available after another claim", &claim(1, 0)?, &5)?;
    // Rows 2, 3 and 7 fall back, and two are taken.
    same("available after a claim for which others fell back", &claim(2, 10)?, &6)?;
    same("available in the group", &present(&*bench, group.id)?.counts[State::Available], &6)
}

/// Does this and that to references that are there all the time.
fn stir(store: &dyn Store, groups: &[Group], number: u64) -> Outcome {
    let mut random = Random::new(number);
    for _ in 0..40 {
        let group = &groups[random.index(groups.len())];
        let row = random.below(40) + 1;
        match random.below(4) {
            0 => {
                let answer = Claiming::of(group, random.below(4) + 1)?.until(5).run(store)?;
                if let Answer::Done(Claimed::New { claim, .. }) = answer {
                    let returned = claim.references.iter().map(|reference| reference.row.0).take(2);
                    Changing::of(group.id, returned).run(store, Step::Return { claim: claim.id })?;
                }
            }
            1 => {
                done("expiring", store.expire(group.id, later(5)))?;
            }
            _ => {
                let state =
                    random.one_of(&[State::Encoded, State::Commissioned, State::Released, State::Decommissioned]);
                Changing::of(group.id, [row, row + 1]).run(store, to(state))?;
            }
        }
    }
    Ok(())
}

pub(in crate::conformance) fn s17_a_reader_never_sees_counts_that_do_not_add_up(bench: Bench<'_>) -> Outcome {
    let groups = [batch_group(&*bench, "Pumps", 3)?, own_group(&*bench, "Valves", 3)?];
    for group in &groups {
        issue(&*bench, group, &numbers(0..20, 3))?;
        issue(&*bench, group, &numbers(20..50, 3))?;
    }
    let second = bench.second();
    let finished = AtomicBool::new(false);
    threads(5, |number| {
        let store = bench.of_thread(second.as_ref(), number);
        if number < 3 {
            let stirred = stir(store, &groups, number as u64);
            finished.store(true, Ordering::Release);
            return stirred;
        }
        loop {
            let is_last = finished.load(Ordering::Acquire);
            for group in &groups {
                let now = present(store, group.id)?;
                same("the counts of a group in all states", &now.counts.total(), &50)?;
                let stock = inventory(store, Within::Group(group.id))?;
                same("the stock of a group in all states", &stock.counts.total(), &50)?;
                holds(stock.next.is_some() == (stock.counts[State::Available] > 0), || {
                    format!("{} are available, and the next is {:?}", stock.counts[State::Available], stock.next)
                })?;
                let stock = inventory(store, Within::Batch(group.id, BatchId(2)))?;
                same("the stock of a batch in all states", &stock.counts.total(), &30)?;
            }
            same("the stock of the registry", &inventory(store, Within::Registry)?.counts.total(), &100)?;
            if is_last {
                return Ok(());
            }
        }
    })?;
    counts_add_up(&*bench, &[&groups[0], &groups[1]])
}

pub(in crate::conformance) fn s17_counts_hold_after_many_threads(bench: Bench<'_>) -> Outcome {
    let groups = [batch_group(&*bench, "Pumps", 5)?, own_group(&*bench, "Valves", 5)?];
    for group in &groups {
        issue(&*bench, group, &numbers(90_000..90_040, 5))?;
    }
    let second = bench.second();
    threads(5, |number| {
        let store = bench.of_thread(second.as_ref(), number);
        if number < 3 {
            return stir(store, &groups, 100 + number as u64);
        }
        for round in 0..20_u64 {
            let from = number as u64 * 1000 + round * 3;
            issue(store, &groups[0], &numbers(from..from + 3, 5))?;
            store.delete(&rows(groups[number % 2].id, [round * 2 + 1, round * 2 + 60]))?;
        }
        Ok(())
    })?;
    counts_add_up(&*bench, &[&groups[0], &groups[1]])
}

pub(in crate::conformance) fn s17_counts_hold_after_reopening(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 3)?;
    issue(&*bench, &group, &numbers(0..16, 3))?;
    for (row, state) in (1..).zip(State::ALL).skip(1) {
        Changing::of(group.id, [row, row + 8]).all(&*bench, anyhow_to(state))?;
    }
    delete(&*bench, group.id, [2, 4, 16])?;
    let bench = bench.reopened();
    counts_add_up(&*bench, &[&group])?;
    let step = Step::Move { from: [State::Decommissioned].into_iter().collect(), to: State::Commissioned };
    Changing::of(group.id, [6]).all(&*bench, step)?;
    let (claim, available) = Claiming::of(&group, 1)?.take(&*bench)?;
    same("the claim, and what is available", &(claim.references.len(), available), &(1, 1))?;
    let within = Within::Group(group.id);
    same("what is commissioned", &rows_in(&*bench, within, State::Commissioned)?, &vec![6, 12])?;
    counts_add_up(&*bench, &[&group])
}
