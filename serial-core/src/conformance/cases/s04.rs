//! S4: the same request id, the same answer.

use crate::{
    conformance::{
        bench::{
            Append, Bench, NOON, batch_group, codes, counting_group, delete, delete_group, done, issue, name,
            own_group, present, refused, same, threads,
        },
        case::{Breach, Outcome},
    },
    group::Group,
    ids::{BatchId, GroupId, RequestId, RowId},
    store::{Answer, Appended, Digest, GroupChange, Refusal, Repeated, RequestRecord, Store, StoreResult},
    time::Timestamp,
};

/// Breaks the case unless an append was answered with this first result.
fn repeats(what: &str, result: StoreResult<Appended>, first: &Repeated) -> Outcome {
    let came = done(what, result)?;
    same(what, &came, &Appended::Repeated(first.clone()))
}

/// Issues AA and AB under a request, and gives the plan and its result.
fn first_issue(store: &dyn Store, group: &Group, id: u128) -> Result<(Append, Repeated), Breach> {
    let plan = Append { batch: Some(name("Order 4711")?), ..Append::to(group, &["AA", "AB"])?.request(id, 5) };
    let (first_row, batch) = plan.issue(store)?;
    let batch = batch.ok_or_else(|| Breach::new("a batch was issued without an id"))?;
    let first = Repeated {
        group: group.id,
        first_row,
        batch: Some((batch, name("Order 4711")?)),
        codes: codes(&["AA", "AB"])?,
        created_at: NOON,
    };
    Ok((plan, first))
}

pub(in crate::conformance) fn s04_a_repeated_request_gives_the_first_result(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["ZZ"])?;
    let (plan, first) = first_issue(&*bench, &group, 1)?;
    repeats("the same plan again", plan.run(&*bench), &first)?;
    // A registry that repeats a call draws other codes, at a later time.
    let later = Append {
        batch: Some(name("Order 4712")?),
        codes: codes(&["CA", "CB", "CC"])?,
        created_at: Timestamp::from_micros(7),
        ..plan
    };
    repeats("the same request with other codes", later.run(&*bench), &first)?;
    let now = present(&*bench, group.id)?;
    same("what was issued in all", &now.issued, &3)?;
    same("the codes of the repeated plan", &bench.find(None, &["CA", "CB", "CC"])?, &Vec::new())?;
    issue(&*bench, &group, &["CA"]).map(|_| ())
}

pub(in crate::conformance) fn s04_a_request_with_another_digest_is_refused(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    let (plan, first) = first_issue(&*bench, &group, 1)?;
    let other = Append::to(&group, &["CA"])?.request(1, 6);
    refused("the request id with another digest", other.run(&*bench), &Refusal::RequestMismatch)?;
    same("what was issued in all", &present(&*bench, group.id)?.issued, &2)?;
    repeats("the first request again", plan.run(&*bench), &first)
}

pub(in crate::conformance) fn s04_the_first_result_outlives_its_references(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    let (plan, first) = first_issue(&*bench, &group, 1)?;
    delete(&*bench, group.id, [1])?;
    repeats("a request of which one reference was deleted", plan.run(&*bench), &first)?;
    delete(&*bench, group.id, [2])?;
    repeats("a request of which all references were deleted", plan.run(&*bench), &first)?;
    let record = RequestRecord { digest: Digest(5), outcome: crate::Outcome::Appended(first) };
    same("what is kept under the request id", &bench.request(RequestId(1))?, &Some(record))
}

pub(in crate::conformance) fn s04_the_first_result_outlives_its_group(bench: Bench<'_>) -> Outcome {
    for (number, group) in [(1, batch_group(&*bench, "Pumps", 2)?), (2, own_group(&*bench, "Valves", 2)?)] {
        let (plan, first) = first_issue(&*bench, &group, number)?;
        delete_group(&*bench, group.id)?;
        repeats("a request whose group was deleted", plan.run(&*bench), &first)?;
        let mismatch = plan.request(number, 6);
        refused("the request id with another digest", mismatch.run(&*bench), &Refusal::RequestMismatch)?;
        let record = RequestRecord { digest: Digest(5), outcome: crate::Outcome::Appended(first) };
        same("what is kept under the request id", &bench.request(RequestId(number))?, &Some(record))?;
    }
    Ok(())
}

pub(in crate::conformance) fn s04_a_refused_plan_leaves_its_request_unused(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["AA"])?;
    let taken = Append::to(&group, &["BA", "AA"])?.request(1, 5);
    refused("a taken code", taken.run(&*bench), &Refusal::CodesTaken { positions: vec![1] })?;
    let full = Append::to(&group, &["BA"])?.request(1, 5).at_most(1);
    refused("a code past the limit", full.run(&*bench), &Refusal::LiveLimit { present: 1 })?;
    let unknown = Append { group: GroupId(987_654), ..full };
    let no_group = Refusal::NoSuchGroup { group: unknown.group };
    refused("a code for a group that does not exist", unknown.run(&*bench), &no_group)?;
    same("what is kept under the request id", &bench.request(RequestId(1))?, &None)?;
    // With another digest, too: nothing was issued under the id.
    Append::to(&group, &["BB"])?.request(1, 99).issue(&*bench).map(|_| ())
}

pub(in crate::conformance) fn s04_a_request_is_found_by_its_id(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    same("what is kept under an unused id", &bench.request(RequestId(1))?, &None)?;
    let (_, first) = first_issue(&*bench, &group, 1)?;
    let record = RequestRecord { digest: Digest(5), outcome: crate::Outcome::Appended(first) };
    same("what is kept under the request id", &bench.request(RequestId(1))?, &Some(record))?;
    issue(&*bench, &group, &["CA"])?;
    same("what is kept under an unused id", &bench.request(RequestId(0))?, &None)
}

pub(in crate::conformance) fn s04_all_bits_of_ids_and_digests_count(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    let ids = [0, 1, 1 << 63, 1 << 64, (1 << 64) + 1, 1 << 127, u128::MAX, u128::MAX >> 1, u128::MAX << 64];
    let digests = [0, 1, i64::MAX as u64, 1 << 63, u64::MAX, 2, 3, 4, 5];
    for (position, (id, digest)) in (1..).zip(ids.into_iter().zip(digests)) {
        let plan = Append::to(&group, &[format!("{position:0>2}")])?.request(id, digest);
        plan.issue(&*bench)?;
        refused(
            &format!("request id {id:x} with another digest than {digest:x}"),
            plan.request(id, digest ^ (1 << 63)).run(&*bench),
            &Refusal::RequestMismatch,
        )?;
    }
    for (position, (id, digest)) in (1..).zip(ids.into_iter().zip(digests)) {
        let kept = bench.request(RequestId(id))?.and_then(|record| Some((record.digest, record.appended()?.first_row)));
        same(&format!("what is kept under {id:x}"), &kept, &Some((Digest(digest), RowId(position))))?;
    }
    Ok(())
}

pub(in crate::conformance) fn s04_a_reference_of_a_continuous_group_is_repeated_too(bench: Bench<'_>) -> Outcome {
    let group = counting_group(&*bench, "Line", 4)?;
    let plan = Append::to(&group, &["0001"])?.request(1, 5);
    let (first_row, batch) = plan.issue(&*bench)?;
    same("the batch of a Continuous group", &batch, &None)?;
    let first = Repeated { group: group.id, first_row, batch: None, codes: codes(&["0001"])?, created_at: NOON };
    repeats("the same plan again", plan.run(&*bench), &first)?;
    let now = present(&*bench, group.id)?;
    same("issued and the next index", &(now.issued, now.next_index), &(1, 1))
}

pub(in crate::conformance) fn s04_one_request_from_many_threads_issues_once(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 3)?;
    let second = bench.second();
    for round in 0..15 {
        let answers = threads(6, |number| {
            let plan = Append::to(&group, &[format!("{number}{round:0>2}")])?.request(round, 5);
            match plan.run(bench.of_thread(second.as_ref(), number))? {
                Answer::Done(Appended::New { first_row, .. }) => Ok((first_row, true)),
                Answer::Done(Appended::Repeated(first)) => Ok((first.first_row, false)),
                Answer::Refused(refusal) => Err(Breach::new(format!("a request from six threads: came {refusal:?}"))),
            }
        })?;
        let new = answers.iter().filter(|(_, new)| *new).count();
        same("how many of six threads issued something under one request id", &new, &1)?;
        let row = RowId(u64::try_from(round).unwrap_or_default() + 1);
        let rows: Vec<RowId> = answers.into_iter().map(|(row, _)| row).collect();
        same("the rows that six threads got for one request id", &rows, &vec![row; 6])?;
    }
    same("what was issued in all", &present(&*bench, group.id)?.issued, &15)
}

pub(in crate::conformance) fn s04_one_request_for_two_groups_issues_once(bench: Bench<'_>) -> Outcome {
    let groups = [own_group(&*bench, "Pumps", 3)?, own_group(&*bench, "Valves", 3)?];
    for round in 0..15 {
        let issued = threads(4, |number| {
            let plan = Append::to(&groups[number % 2], &[format!("{number}{round:0>2}")])?;
            match plan.request(round, number as u64 % 2).run(&*bench)? {
                Answer::Done(Appended::New { .. }) => Ok(1),
                Answer::Done(Appended::Repeated(_)) | Answer::Refused(Refusal::RequestMismatch) => Ok(0),
                Answer::Refused(refusal) => Err(Breach::new(format!("one request for two groups: came {refusal:?}"))),
            }
        })?;
        same("how many appends to two groups issued under one request id", &issued.iter().sum::<u64>(), &1)?;
    }
    Ok(())
}

pub(in crate::conformance) fn s04_the_first_result_is_given_after_reopening(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    let gone = own_group(&*bench, "Valves", 2)?;
    let (plan, first) = first_issue(&*bench, &group, 1)?;
    let (gone_plan, gone_first) = first_issue(&*bench, &gone, u128::MAX)?;
    delete(&*bench, group.id, [2])?;
    delete_group(&*bench, gone.id)?;
    let refused_plan = Append::to(&group, &["AA"])?.request(3, 5);
    refused("a taken code", refused_plan.run(&*bench), &Refusal::CodesTaken { positions: vec![0] })?;

    let bench = bench.reopened();
    repeats("a request from before", plan.run(&*bench), &first)?;
    repeats("a request from before whose group is gone", gone_plan.run(&*bench), &gone_first)?;
    let change = GroupChange { description: Some("changed".into()), ..GroupChange::of(group.id, NOON) };
    let changed = done("changing the group", bench.change_group(&change))?;
    repeats("a request from before a change", plan.run(&*bench), &first)?;
    refused("the id with another digest", plan.request(1, 6).run(&*bench), &Refusal::RequestMismatch)?;
    let record = RequestRecord { digest: Digest(5), outcome: crate::Outcome::Appended(first) };
    same("what is kept under the request id", &bench.request(RequestId(1))?, &Some(record))?;
    let (_, batch) = Append::to(&changed, &["BB"])?.request(3, 5).issue(&*bench)?;
    same("the batch after it", &batch, &Some(BatchId(2)))
}
