//! S13: how claims end by themselves, and how they are repeated.

use crate::{
    conformance::{
        bench::{
            Append, Bench, batch_group, delete, delete_group, done, holds, issue, name, numbers, own_group, present,
            refused, same, threads,
        },
        case::{Breach, Outcome},
        lives::{Changing, Claiming, bring, cause, claimed_rows, events, later, moved, rows_in, to},
        picture::picture,
    },
    ids::{ClaimId, EventId, GroupId, RequestId},
    life::{Cause, Event, State},
    query::Within,
    store::{Answer, Appended, Claimed, Digest, Refusal, RequestRecord, Step, Store, StoreResult},
};

pub(in crate::conformance) fn s13_what_expired_falls_back_in_the_next_claim(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["AA", "AB", "AC", "AD"])?;
    issue(&*bench, &group, &["BA", "BB"])?;
    Claiming::of(&group, 2)?.until(10).rows(&*bench)?;
    Claiming::of(&group, 1)?.until(20).rows(&*bench)?;
    Claiming::of(&group, 1)?.rows(&*bench)?;
    bring(&*bench, group.id, [2], State::Encoded)?;
    let early = Claiming::of(&group, 1)?.at(9);
    same("a claim a moment before", &early.rows(&*bench)?, &(ClaimId(4), vec![5]))?;
    let before = events(&*bench, group.id)?.len();
    // From another batch than those that fall back, and by somebody.
    let who = cause("Line 4", "Order 4712", "")?;
    let plan = Claiming { cause: who.clone(), ..Claiming::of(&group, 1)?.from_batch(2).at(20) };
    let (claim, available) = plan.take(&*bench)?;
    same("the rows of a claim from the second batch", &claimed_rows(&claim), &vec![6])?;
    same("how many are available afterwards", &available, &2)?;
    let expected: Vec<Event> = [
        (moved(1, State::Allocated, State::Available, Some(1)), Cause::expired()),
        (moved(3, State::Allocated, State::Available, Some(2)), Cause::expired()),
        (moved(6, State::Available, State::Allocated, Some(5)), who),
    ]
    .into_iter()
    .zip(before as u64 + 1..)
    .map(|((change, cause), id)| Event::new(group.id, EventId(id), later(20), change, cause))
    .collect();
    let came = events(&*bench, group.id)?.split_off(before);
    same("the events of a claim for which others fell back", &came, &expected)?;
    // A reference that falls back can be taken in the same step.
    Claiming::of(&group, 2)?.until(30).at(20).rows(&*bench)?;
    same("a claim of what falls back by it", &Claiming::of(&group, 2)?.at(30).rows(&*bench)?, &(ClaimId(7), vec![1, 3]))
}

pub(in crate::conformance) fn s13_a_refused_claim_leaves_expired_ones(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["AA", "AB", "AC"])?;
    issue(&*bench, &group, &["BA"])?;
    Claiming::of(&group, 2)?.until(10).rows(&*bench)?;
    let before = picture(&*bench)?;
    let four = Claiming::of(&group, 5)?.at(10);
    refused("five of four", four.run(&*bench), &Refusal::TooFewAvailable { available: 4 })?;
    let early = Claiming::of(&group, 3)?.at(9);
    refused("three of two, before others fall back", early.run(&*bench), &Refusal::TooFewAvailable { available: 2 })?;
    let batch = Claiming::of(&group, 4)?.from_batch(1).at(10);
    refused("four of three in a batch", batch.run(&*bench), &Refusal::TooFewAvailable { available: 3 })?;
    same("the store after refused claims", &picture(&*bench)?, &before)?;
    same("a claim of all", &Claiming::of(&group, 4)?.at(10).rows(&*bench)?, &(ClaimId(2), vec![1, 2, 3, 4]))
}

pub(in crate::conformance) fn s13_expiry_brings_back_what_is_still_allocated(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    let codes: Vec<String> = numbers(0..10, 2);
    issue(&*bench, &group, &codes)?;
    Claiming::of(&group, 5)?.until(10).rows(&*bench)?;
    Claiming::of(&group, 1)?.until(20).rows(&*bench)?;
    Claiming::of(&group, 1)?.rows(&*bench)?;
    // Allocated by nobody in particular.
    bring(&*bench, group.id, [8], State::Allocated)?;
    bring(&*bench, group.id, [1], State::Encoded)?;
    delete(&*bench, group.id, [2])?;
    Changing::of(group.id, [3]).all(&*bench, Step::Return { claim: ClaimId(1) })?;
    let before = events(&*bench, group.id)?.len();
    let expire = |micros| done("expiring", bench.expire(group.id, later(micros)));
    same("what falls back a moment before", &expire(9)?, &0)?;
    same("what falls back at the moment", &expire(10)?, &2)?;
    same("what falls back when it has", &expire(10)?, &0)?;
    same("what falls back later", &expire(1_000_000_000)?, &1)?;
    let expected: Vec<Event> = [(4, 1, 10), (5, 1, 10), (6, 2, 1_000_000_000)]
        .into_iter()
        .zip(before as u64 + 1..)
        .map(|((row, claim, at), id)| {
            let change = moved(row, State::Allocated, State::Available, Some(claim));
            Event::new(group.id, EventId(id), later(at), change, Cause::expired())
        })
        .collect();
    same("the events", &events(&*bench, group.id)?.split_off(before), &expected)?;
    same("what is allocated still", &rows_in(&*bench, Within::Group(group.id), State::Allocated)?, &vec![7, 8])?;
    let gone = own_group(&*bench, "Gone", 2)?;
    delete_group(&*bench, gone.id)?;
    for id in [gone.id, GroupId(987_654)] {
        refused("expiring where there is no group", bench.expire(id, later(0)), &Refusal::NoSuchGroup { group: id })?;
    }
    Ok(())
}

pub(in crate::conformance) fn s13_what_is_used_or_claimed_anew_does_not_expire(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["AA", "AB", "AC"])?;
    Claiming::of(&group, 3)?.until(10).rows(&*bench)?;
    bring(&*bench, group.id, [1], State::Commissioned)?;
    Changing::of(group.id, [2, 3]).all(&*bench, Step::Return { claim: ClaimId(1) })?;
    Claiming::of(&group, 1)?.until(20).rows(&*bench)?;
    bring(&*bench, group.id, [3], State::Allocated)?;
    same("what falls back of the first claim", &done("expiring", bench.expire(group.id, later(10)))?, &0)?;
    same("what falls back of the second", &done("expiring", bench.expire(group.id, later(20)))?, &1)?;
    same("what is available", &rows_in(&*bench, Within::Group(group.id), State::Available)?, &vec![2])
}

/// Breaks the case unless a claim was answered with this first result.
fn repeats(what: &str, store: &dyn Store, plan: &Claiming, rows: &[(u64, State, Option<u64>)]) -> Outcome {
    match done(what, plan.run(store))? {
        Claimed::Repeated(first) => {
            let now = first.references.iter().map(|found| (found.row.0, found.state, found.claim.map(|claim| claim.0)));
            same(what, &now.collect::<Vec<_>>(), &rows.to_vec())?;
            let came = (first.group, first.id, &first.holder, first.claimed_at, first.expires_at);
            let expected = (plan.group, ClaimId(1), &plan.holder, plan.at, plan.expires_at);
            same(what, &came, &expected)?;
            let record = RequestRecord { digest: Digest(5), outcome: crate::Outcome::Claimed(first) };
            same("what is kept under the request id", &store.request(RequestId(1))?, &Some(record))
        }
        new @ Claimed::New { .. } => Err(Breach::new(format!("{what} claimed anew: {new:?}"))),
    }
}

pub(in crate::conformance) fn s13_a_repeated_claim_gives_the_same_references(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["AA", "AB", "AC", "AD"])?;
    let plan = Claiming::of(&group, 2)?.until(10).request(1, 5);
    plan.take(&*bench)?;
    let held = |row| (row, State::Allocated, Some(1));
    let before = picture(&*bench)?;
    repeats("the same claim again", &*bench, &plan, &[held(1), held(2)])?;
    refused("the request id with another digest", plan.clone().request(1, 6).run(&*bench), &Refusal::RequestMismatch)?;
    same("the store after a repeated claim", &picture(&*bench)?, &before)?;
    bring(&*bench, group.id, [1], State::Commissioned)?;
    let used = (1, State::Commissioned, None);
    repeats("a claim of which one was used", &*bench, &plan, &[used, held(2)])?;
    done("expiring", bench.expire(group.id, later(10)))?;
    Claiming::of(&group, 1)?.take(&*bench)?;
    let other = (2, State::Allocated, Some(2));
    repeats("a claim of which one has another holder", &*bench, &plan, &[used, other])?;
    delete(&*bench, group.id, [1])?;
    repeats("a claim of which one was deleted", &*bench, &plan, &[used, other])?;
    let bench = bench.reopened();
    repeats("a claim from before the store was opened", &*bench, &plan, &[used, other])?;
    delete_group(&*bench, group.id)?;
    repeats("a claim whose group was deleted", &*bench, &plan, &[used, other])?;
    refused("the request id with another digest", plan.request(1, 6).run(&*bench), &Refusal::RequestMismatch)
}

pub(in crate::conformance) fn s13_a_refused_claim_leaves_its_request_unused(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["AA"])?;
    let two = Claiming::of(&group, 2)?.request(1, 5);
    refused("two of one", two.run(&*bench), &Refusal::TooFewAvailable { available: 1 })?;
    let nowhere = Claiming { group: GroupId(987_654), ..Claiming::of(&group, 1)?.request(1, 5) };
    refused("one of nowhere", nowhere.run(&*bench), &Refusal::NoSuchGroup { group: nowhere.group })?;
    same("what is kept under the request id", &bench.request(RequestId(1))?, &None)?;
    // With another digest, too: nothing was claimed under the id.
    Claiming::of(&group, 1)?.request(1, 99).take(&*bench).map(|_| ())
}

pub(in crate::conformance) fn s13_a_request_is_of_one_kind(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["AA", "AB", "AC"])?;
    Append::to(&group, &["BA"])?.request(1, 5).issue(&*bench)?;
    Claiming::of(&group, 1)?.request(2, 5).take(&*bench)?;
    Changing::of(group.id, [2]).request(3, 5).all(&*bench, to(State::Encoded))?;
    let before = picture(&*bench)?;
    let mismatch = Refusal::RequestMismatch;
    for digest in [5, 6] {
        for id in [2, 3] {
            let append = Append::to(&group, &["CA"])?.request(id, digest);
            refused("an append under the id of another call", append.run(&*bench), &mismatch)?;
        }
        for id in [1, 3] {
            let claim = Claiming::of(&group, 1)?.request(id, digest);
            refused("a claim under the id of another call", claim.run(&*bench), &mismatch)?;
        }
        for id in [1, 2] {
            let change = Changing::of(group.id, [3]).request(id, digest).run(&*bench, to(State::Void));
            refused("a change under the id of another call", change, &mismatch)?;
        }
    }
    same("the store after refused calls", &picture(&*bench)?, &before)?;
    let kinds = |id| -> Result<_, Breach> { Ok(bench.request(RequestId(id))?.map(|record| record.outcome)) };
    holds(matches!(kinds(1)?, Some(crate::Outcome::Appended(_))), || "an append is not kept as one".into())?;
    holds(matches!(kinds(2)?, Some(crate::Outcome::Claimed(_))), || "a claim is not kept as one".into())?;
    holds(matches!(kinds(3)?, Some(crate::Outcome::Changed(_))), || "a change is not kept as one".into())
}

/// Which claim an answer speaks of, and whether it is new.
fn told(result: StoreResult<Claimed>) -> Result<(ClaimId, bool), Breach> {
    match result? {
        Answer::Done(Claimed::New { claim, .. }) => Ok((claim.id, true)),
        Answer::Done(Claimed::Repeated(first)) => Ok((first.id, false)),
        Answer::Refused(refusal) => Err(Breach::new(format!("a request from many threads: came {refusal:?}"))),
    }
}

pub(in crate::conformance) fn s13_one_request_from_many_threads_claims_once(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 3)?;
    issue(&*bench, &group, &numbers(0..60, 3))?;
    let second = bench.second();
    for round in 0..10_u64 {
        let plan = Claiming { holder: name(&format!("Line {round}"))?, ..Claiming::of(&group, 2)? };
        let plan = plan.request(round.into(), 5);
        let answers = threads(6, |number| told(plan.run(bench.of_thread(second.as_ref(), number))))?;
        let new = answers.iter().filter(|(_, new)| *new).count();
        same("how many of six threads claimed under one request id", &new, &1)?;
        let ids: Vec<ClaimId> = answers.into_iter().map(|(id, _)| id).collect();
        same("the claims that six threads were told", &ids, &vec![ClaimId(round + 1); 6])?;
    }
    same("what is left", &present(&*bench, group.id)?.counts[State::Available], &40)
}

pub(in crate::conformance) fn s13_one_request_for_a_claim_and_an_append_does_one_of_them(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 3)?;
    issue(&*bench, &group, &numbers(900..960, 3))?;
    let second = bench.second();
    for round in 0..10_u64 {
        let done = threads(4, |number| {
            let store = bench.of_thread(second.as_ref(), number / 2);
            let answer = if number % 2 == 0 {
                let plan = Append::to(&group, &[format!("{number}{round:0>2}")])?.request(round.into(), 1);
                matches!(plan.run(store)?, Answer::Done(Appended::New { .. }))
            } else {
                let plan = Claiming::of(&group, 1)?.request(round.into(), 2);
                matches!(plan.run(store)?, Answer::Done(Claimed::New { .. }))
            };
            Ok(usize::from(answer))
        })?;
        same("how many calls did something under one request id", &done.iter().sum::<usize>(), &1)?;
    }
    Ok(())
}
