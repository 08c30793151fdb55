//! S13: a claim takes the available references with the lowest rows, each for itself alone.

use std::collections::BTreeSet;

use crate::{
    conformance::{
        bench::{
            Append, Bench, NOON, batch_group, counting_group, delete, delete_group, done, everything, group_plan,
            holds, issue, name, numbers, own_group, present, references, refused, same, slice, threads,
        },
        case::{Breach, Outcome},
        lives::{Changing, Claiming, bring, cause, changes_after, claimed_rows, inventory, later, moved, rows_in, to},
        picture::picture,
    },
    group::Kind,
    ids::{BatchId, ClaimId, GroupId},
    life::State,
    query::Within,
    store::{Answer, Changed, ClaimRecord, Claimed, GroupPlan, ReferenceQuery, Refusal, Step},
};

pub(in crate::conformance) fn s13_a_claim_takes_the_oldest_available_references(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["ZZ", "ZA", "AA"])?;
    issue(&*bench, &group, &["AB", "YY"])?;
    let (claim, available) = Claiming::of(&group, 2)?.take(&*bench)?;
    same("the rows of the first claim", &claimed_rows(&claim), &vec![1, 2])?;
    same("how many are left", &available, &3)?;
    for reference in &claim.references {
        let came = (reference.state, reference.claim);
        same("state and claim of a claimed reference", &came, &(State::Allocated, Some(claim.id)))?;
        same("a claimed reference, read", &bench.find(None, &[&reference.code])?, &vec![reference.clone()])?;
    }
    bring(&*bench, group.id, [3], State::Encoded)?;
    same("the rows of the second claim", &Claiming::of(&group, 1)?.rows(&*bench)?, &(ClaimId(2), vec![4]))?;
    issue(&*bench, &group, &["BB"])?;
    delete(&*bench, group.id, [5])?;
    let (claim, available) = Claiming::of(&group, 1)?.take(&*bench)?;
    same("the row of the third claim", &claimed_rows(&claim), &vec![6])?;
    same("how many are left", &available, &0)?;
    same(
        "the rows that are allocated",
        &rows_in(&*bench, Within::Group(group.id), State::Allocated)?,
        &vec![1, 2, 4, 6],
    )
}

pub(in crate::conformance) fn s13_a_claim_says_what_it_took(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["AA", "AB"])?;
    let plan = Claiming {
        holder: name(" Linie 3 'Süd' \u{1f3ed}\t")?,
        cause: cause("O'Neil", "Order 4711", "字")?,
        ..Claiming::of(&group, 1)?.until(-1).at(-1_795_432_738_123_457)
    };
    let (claim, _) = plan.take(&*bench)?;
    let expected = ClaimRecord {
        group: group.id,
        id: ClaimId(1),
        holder: plan.holder.clone(),
        claimed_at: plan.at,
        expires_at: plan.expires_at,
        references: slice(&*bench, &ReferenceQuery { size: 1, ..everything(Within::Group(group.id)) })?.items,
    };
    same("the claim", &claim, &expected)?;
    same("the claim, read", &done("reading a claim", bench.claimed(group.id, ClaimId(1)))?, &expected)?;
    for id in [0, 2, u64::from(u32::MAX) + 2, i64::MAX as u64 + 1, u64::MAX] {
        let no_claim = Refusal::NoSuchClaim { group: group.id, claim: ClaimId(id) };
        refused("a claim that was never made", bench.claimed(group.id, ClaimId(id)), &no_claim)?;
    }
    let gone = own_group(&*bench, "Gone", 2)?;
    delete_group(&*bench, gone.id)?;
    for id in [gone.id, GroupId(987_654)] {
        let no_group = Refusal::NoSuchGroup { group: id };
        refused("a claim of a group that is not there", bench.claimed(id, ClaimId(1)), &no_group)?;
    }
    Ok(())
}

pub(in crate::conformance) fn s13_a_claim_from_a_batch_takes_nothing_else(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 3)?;
    for batch in 0..3 {
        issue(&*bench, &group, &numbers(batch * 4..batch * 4 + 4, 3))?;
    }
    let second = Claiming::of(&group, 3)?.from_batch(2);
    let (claim, available) = second.take(&*bench)?;
    same("the rows of a claim from the second batch", &claimed_rows(&claim), &vec![5, 6, 7])?;
    same("how many are left in the group", &available, &9)?;
    refused("three more of one", second.run(&*bench), &Refusal::TooFewAvailable { available: 1 })?;
    let whole = Claiming::of(&group, 6)?.rows(&*bench)?;
    same("the rows of a claim from the group", &whole, &(ClaimId(2), vec![1, 2, 3, 4, 8, 9]))?;
    refused("one more of none", second.run(&*bench), &Refusal::TooFewAvailable { available: 0 })?;
    for batch in [0, 4, i64::MAX as u64 + 1, u64::MAX] {
        let no_batch = Refusal::NoSuchBatch { group: group.id, batch: BatchId(batch) };
        let plan = Claiming::of(&group, 1)?.from_batch(batch);
        refused("a claim from a batch that was never issued", plan.run(&*bench), &no_batch)?;
    }
    let line = counting_group(&*bench, "Line", 3)?;
    issue(&*bench, &line, &["901"])?;
    let no_batch = Refusal::NoSuchBatch { group: line.id, batch: BatchId(1) };
    refused("a batch of a Continuous group", Claiming::of(&line, 1)?.from_batch(1).run(&*bench), &no_batch)?;
    same("the row of a claim without a batch", &Claiming::of(&line, 1)?.rows(&*bench)?, &(ClaimId(1), vec![1]))
}

pub(in crate::conformance) fn s13_a_claim_takes_all_or_none(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    let none = Refusal::TooFewAvailable { available: 0 };
    refused("a claim of an empty group", Claiming::of(&group, 1)?.run(&*bench), &none)?;
    issue(&*bench, &group, &["AA", "AB", "AC", "AD"])?;
    bring(&*bench, group.id, [2], State::Void)?;
    let before = picture(&*bench)?;
    for count in [4, 5, u64::from(u32::MAX) + 1, i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX] {
        let plan = Claiming::of(&group, count)?;
        refused(&format!("{count} of three"), plan.run(&*bench), &Refusal::TooFewAvailable { available: 3 })?;
    }
    same("the store after refused claims", &picture(&*bench)?, &before)?;
    same("the first claim that is not refused", &Claiming::of(&group, 3)?.rows(&*bench)?, &(ClaimId(1), vec![1, 3, 4]))
}

pub(in crate::conformance) fn s13_a_claim_of_very_many_references_is_made_whole(bench: Bench<'_>) -> Outcome {
    const VERY_MANY: u64 = 20_000;
    let group = batch_group(&*bench, "Pumps", 5)?;
    issue(&*bench, &group, &numbers(0..VERY_MANY + 2, 5))?;
    bring(&*bench, group.id, (1..=VERY_MANY / 2).map(|row| 2 * row), State::Encoded)?;
    let (claim, available) = Claiming::of(&group, VERY_MANY / 2)?.take(&*bench)?;
    let odd: Vec<u64> = (0..VERY_MANY / 2).map(|row| 2 * row + 1).collect();
    holds(claimed_rows(&claim) == odd, || "a claim of every other row took others".into())?;
    same("how many are left", &available, &2)?;
    let returned = Changing::of(group.id, 1..=VERY_MANY + 2);
    let came = done("returning a claim", returned.run(&*bench, Step::Return { claim: claim.id }))?;
    same("what was returned", &came, &Changed { changed: VERY_MANY / 2, left: VERY_MANY / 2 + 2 })?;
    same("how many are available", &present(&*bench, group.id)?.counts[State::Available], &(VERY_MANY / 2 + 2))
}

pub(in crate::conformance) fn s13_no_reference_is_claimed_twice_by_many_threads(bench: Bench<'_>) -> Outcome {
    const TOTAL: u64 = 150;
    let continuous = GroupPlan { kind: Kind::Continuous, ..group_plan("Line", 4)? };
    let continuous = done("creating a group", bench.create_group(&continuous))?;
    issue(&*bench, &continuous, &numbers(0..TOTAL, 4))?;
    let batch = batch_group(&*bench, "Pumps", 4)?;
    issue(&*bench, &batch, &numbers(1000..1000 + TOTAL, 4))?;
    let second = bench.second();
    for group in [&continuous, &batch] {
        let claims = threads(6, |number| {
            let store = bench.of_thread(second.as_ref(), number);
            let mut mine = Vec::new();
            loop {
                let count = (number as u64 + mine.len() as u64) % 3 + 1;
                match Claiming::of(group, count)?.run(store)? {
                    Answer::Done(Claimed::New { claim, .. }) => mine.push((claim.id, claimed_rows(&claim))),
                    Answer::Refused(Refusal::TooFewAvailable { available }) => {
                        holds(available < count, || format!("{count} of {available} available ones were refused"))?;
                        if count == 1 {
                            return Ok(mine);
                        }
                        // What is left goes one by one.
                        while let Answer::Done(Claimed::New { claim, .. }) = Claiming::of(group, 1)?.run(store)? {
                            mine.push((claim.id, claimed_rows(&claim)));
                        }
                        return Ok(mine);
                    }
                    other => return Err(Breach::new(format!("a claim of many threads came back with {other:?}"))),
                }
            }
        })?;
        let mut claims: Vec<_> = claims.into_iter().flatten().collect();
        claims.sort_unstable_by_key(|(id, _)| *id);
        let ids: Vec<u64> = claims.iter().map(|(id, _)| id.0).collect();
        same("the ids of all claims", &ids, &(1..=claims.len() as u64).collect())?;
        // One after the other they took the oldest.
        let rows: Vec<u64> = claims.into_iter().flat_map(|(_, rows)| rows).collect();
        same("the rows of all claims, in the order of the claims", &rows, &(1..=TOTAL).collect())?;
        same("how many are available", &present(&*bench, group.id)?.counts[State::Available], &0)?;
    }
    Ok(())
}

pub(in crate::conformance) fn s13_a_claim_and_a_move_never_both_take_a_reference(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 4)?;
    issue(&*bench, &group, &numbers(0..60, 4))?;
    let second = bench.second();
    let taken = threads(4, |number| {
        let store = bench.of_thread(second.as_ref(), number / 2);
        let mut mine = Vec::new();
        if number % 2 == 0 {
            while let Answer::Done(Claimed::New { claim, .. }) = Claiming::of(&group, 1)?.run(store)? {
                mine.extend(claimed_rows(&claim));
            }
            return Ok(mine);
        }
        let step = Step::Move { from: [State::Available].into_iter().collect(), to: State::Encoded };
        for row in (1..=60).filter(|row| row % 3 == 0) {
            match Changing::of(group.id, [row]).run(store, step)? {
                Answer::Done(_) => mine.push(row),
                Answer::Refused(Refusal::Unfit { .. }) => {}
                Answer::Refused(other) => return Err(Breach::new(format!("a move was refused as {other:?}"))),
            }
        }
        Ok(mine)
    })?;
    let all: Vec<u64> = taken.into_iter().flatten().collect();
    let each: BTreeSet<u64> = all.iter().copied().collect();
    same("references taken, and different ones of them", &(all.len(), each.len()), &(60, 60))
}

pub(in crate::conformance) fn s13_what_was_returned_is_claimed_first_again(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["AA", "AB", "AC", "AD", "AE", "AF"])?;
    let (first, _) = Claiming::of(&group, 3)?.rows(&*bench)?;
    Claiming::of(&group, 1)?.rows(&*bench)?;
    Changing::of(group.id, [2, 3]).all(&*bench, Step::Return { claim: first })?;
    let back = bench.find(None, &["AB"])?;
    let came: Vec<_> = back.iter().map(|reference| (reference.state, reference.claim)).collect();
    same("state and claim of what was returned", &came, &vec![(State::Available, None)])?;
    same("the next claim", &Claiming::of(&group, 3)?.rows(&*bench)?, &(ClaimId(3), vec![2, 3, 5]))?;
    let first = done("reading a claim", bench.claimed(group.id, first))?;
    let held: Vec<_> = first.references.iter().map(|reference| reference.claim.map(|claim| claim.0)).collect();
    same("who holds the references of the first claim", &held, &vec![Some(1), Some(3), Some(3)])?;
    same("the rows of the first claim", &claimed_rows(&first), &vec![1, 2, 3])
}

pub(in crate::conformance) fn s13_a_return_leaves_what_is_not_held(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["AA", "AB", "AC", "AD", "AE", "AF"])?;
    let (first, _) = Claiming::of(&group, 4)?.rows(&*bench)?;
    Claiming::of(&group, 1)?.rows(&*bench)?;
    bring(&*bench, group.id, [2], State::Commissioned)?;
    delete(&*bench, group.id, [3])?;
    let before = present(&*bench, group.id)?.events;
    let plan = Changing::of(group.id, [0, 1, 2, 3, 5, 6, 7, 1_000_000]);
    let came = done("returning a claim", plan.run(&*bench, Step::Return { claim: first }))?;
    same("what was returned and left", &came, &Changed { changed: 1, left: 7 })?;
    let expected = vec![moved(1, State::Allocated, State::Available, Some(1))];
    same("the events of a return", &changes_after(&*bench, group.id, before)?, &expected)?;
    same("the rows that are allocated", &rows_in(&*bench, Within::Group(group.id), State::Allocated)?, &vec![4, 5])?;
    let again = done("returning a claim again", plan.run(&*bench, Step::Return { claim: first }))?;
    same("what was returned and left", &again, &Changed { changed: 0, left: 8 })?;
    for claim in [0, 3, u64::MAX].map(ClaimId) {
        let no_claim = Refusal::NoSuchClaim { group: group.id, claim };
        refused("returning a claim that was never made", plan.run(&*bench, Step::Return { claim }), &no_claim)?;
    }
    Ok(())
}

pub(in crate::conformance) fn s13_a_claim_is_found_whatever_becomes_of_its_references(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["AA", "AB", "AC"])?;
    let (id, _) = Claiming::of(&group, 3)?.until(1_000).rows(&*bench)?;
    bring(&*bench, group.id, [2], State::Void)?;
    delete(&*bench, group.id, [3])?;
    let claim = done("reading a claim", bench.claimed(group.id, id))?;
    let came = claim.references.iter().map(|reference| (reference.row.0, reference.state, reference.claim));
    let came: Vec<_> = came.collect();
    // What was deleted is as it was then.
    let expected =
        vec![(1, State::Allocated, Some(ClaimId(1))), (2, State::Void, None), (3, State::Allocated, Some(ClaimId(1)))];
    same("the references of a claim", &came, &expected)?;
    same("what falls back of it", &done("expiring", bench.expire(group.id, later(1_000)))?, &1)?;
    let next = inventory(&*bench, Within::Group(group.id))?.next;
    same("the row that is available", &next.map(|next| next.row.0), &Some(1))?;
    same("what is listed", &references(&*bench, Within::Registry)?.len(), &2)
}

pub(in crate::conformance) fn s13_claims_go_on_after_reopening(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["AA", "AB", "AC", "AD", "AE", "AF"])?;
    let kept = Claiming { holder: name("Linie 'Süd'")?, ..Claiming::of(&group, 2)?.request(7, 5) };
    let (kept_claim, _) = kept.take(&*bench)?;
    let (brief, _) = Claiming::of(&group, 2)?.until(10).rows(&*bench)?;
    bring(&*bench, group.id, [3], State::Encoded)?;
    Changing::of(group.id, [1]).all(&*bench, Step::Return { claim: kept_claim.id })?;
    let before = picture(&*bench)?;
    let (kept_now, brief_now) = (bench.claimed(group.id, kept_claim.id)?, bench.claimed(group.id, brief)?);

    let bench = bench.reopened();
    same("the store after reopening", &picture(&*bench)?, &before)?;
    same("a claim from before", &bench.claimed(group.id, kept_claim.id)?, &kept_now)?;
    same("a claim that expires", &bench.claimed(group.id, brief)?, &brief_now)?;
    match done("a claim that is repeated", kept.run(&*bench))? {
        Claimed::Repeated(first) => same("a claim that is repeated", &Answer::Done(first), &kept_now)?,
        other => return Err(Breach::new(format!("a claim from before was not repeated: {other:?}"))),
    }
    let plan = Claiming { at: later(10), ..Claiming::of(&group, 3)? };
    same("the next claim after expiry", &plan.rows(&*bench)?, &(ClaimId(3), vec![1, 4, 5]))?;
    let bench = bench.reopened();
    let step = to(State::Commissioned);
    Changing::of(group.id, [1, 2, 4]).all(&*bench, step)?;
    let plan = Append { created_at: NOON, ..Append::to(&present(&*bench, group.id)?, &["AG"])? };
    plan.issue(&*bench)?;
    same("the last claim", &Claiming::of(&group, 2)?.rows(&*bench)?, &(ClaimId(4), vec![6, 7]))
}
