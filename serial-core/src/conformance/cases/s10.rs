//! S10: after an error nothing has changed.

use std::{thread, time::Duration};

use crate::{
    code::Codes,
    conformance::{
        bench::{
            Append, Bench, all_groups, batch_group, codes, counting_group, holds, issue, name, numbers, present, rows,
            same, taken, threads,
        },
        case::{Breach, Outcome},
        picture::picture,
    },
    ids::{BatchId, RequestId, RowId},
    store::{Answer, Appended, Store, StoreError},
};

/// Plans that no registry makes, each with what is wrong with it.
fn impossible(store: &dyn Store) -> Result<Vec<(&'static str, Append)>, Breach> {
    let pumps = batch_group(store, "Pumps", 3)?;
    let line = counting_group(store, "Line", 3)?;
    issue(store, &pumps, &["AAA"])?;
    issue(store, &line, &["001"])?;
    let line = present(store, line.id)?;
    let plan = Append::to(&pumps, &["BBB", "CCC"])?.request(1, 5);
    let counted = Append::to(&line, &["002"])?.request(1, 5);
    let empty = Codes::from_packed(String::new(), 3).ok_or_else(|| Breach::new("the kit made bad codes"))?;
    Ok(vec![
        ("no codes", Append { codes: empty, ..plan.clone() }),
        ("codes that are too short", Append { codes: codes(&["BB", "CC"])?, ..plan.clone() }),
        ("codes that are too long", Append { codes: codes(&["BBBB", "CCCC"])?, ..plan.clone() }),
        ("no batch for a Batch group", Append { batch: None, ..plan }),
        ("a batch for a Continuous group", Append { batch: Some(name("batch")?), ..counted }),
    ])
}

pub(in crate::conformance) fn s10_a_plan_that_no_registry_makes_changes_nothing(bench: Bench<'_>) -> Outcome {
    let plans = impossible(&*bench)?;
    let before = picture(&*bench)?;
    for (wrong, plan) in plans {
        let answer = plan.run(&*bench);
        holds(!matches!(answer, Ok(Answer::Done(_))), || {
            format!("a plan with {wrong}: expected an error, but it was done: {answer:?}")
        })?;
        same(&format!("the store after a plan with {wrong}"), &picture(&*bench)?, &before)?;
        same("what is kept under its request id", &bench.request(RequestId(1))?, &None)?;
    }
    Ok(())
}

pub(in crate::conformance) fn s10_an_error_in_a_plan_leaves_the_store_usable(bench: Bench<'_>) -> Outcome {
    for (_, plan) in impossible(&*bench)? {
        let _ = plan.run(&*bench);
    }
    let groups = bench.groups(&all_groups())?.items;
    let [pumps, line] = &groups[..] else { return Err(Breach::new("two groups were created and are not listed")) };
    same("what is taken of those plans", &taken(&*bench, pumps.id, &["BBB", "CCC"])?, &Vec::new())?;
    let came = Append::to(pumps, &["BBB", "CCC"])?.request(1, 5).issue(&*bench)?;
    same("the next row and batch", &came, &(RowId(2), Some(BatchId(2))))?;
    let came = Append::to(line, &["002"])?.issue(&*bench)?;
    same("the next row of a Continuous group", &came, &(RowId(2), None))
}

/// Repeats a call that fails as busy, and looks each time whether it has really done nothing.
fn until_it_succeeds<T>(
    mut call: impl FnMut() -> Result<T, StoreError>,
    mut nothing_changed: impl FnMut(&StoreError) -> Outcome,
) -> Result<T, Breach> {
    for _ in 0..1000 {
        match call() {
            Err(error @ StoreError::Busy { .. }) => nothing_changed(&error)?,
            Err(error) => {
                nothing_changed(&error)?;
                return Err(error.into());
            }
            Ok(value) => return Ok(value),
        }
        thread::sleep(Duration::from_millis(2));
    }
    Err(Breach::new("a store was busy a thousand times on end"))
}

pub(in crate::conformance) fn s10_a_call_that_failed_has_changed_nothing(bench: Bench<'_>) -> Outcome {
    let second = bench.second();
    let group = batch_group(&*bench, "Pumps", 5)?;
    threads(4, |number| {
        let store = match &second {
            Some(second) if number % 2 == 1 => &*second.0,
            _ => bench.impatient(),
        };
        for round in 0..15_u64 {
            let codes = numbers(number as u64 * 1000 + round * 2..number as u64 * 1000 + round * 2 + 2, 5);
            let plan = Append::to(&group, &codes)?;
            let what = |error: &StoreError| format!("codes whose append failed with {error:?}");
            let answer = until_it_succeeds(
                || plan.run(store),
                |error| same(&what(error), &taken(&*bench, group.id, &codes)?, &Vec::new()),
            )?;
            let first = match answer {
                Answer::Done(Appended::New { first_row, .. }) => first_row,
                other => return Err(Breach::new(format!("two new codes: expected them issued, came {other:?}"))),
            };
            let plan = rows(group.id, [first.0]);
            let deleted = until_it_succeeds(
                || store.delete(&plan),
                |error| {
                    let what = format!("a code whose deletion failed with {error:?}");
                    same(&what, &bench.find(None, &[&codes[0]])?.len(), &1)
                },
            )?;
            same("the deletion of one row", &deleted.deleted, &1)?;
        }
        Ok(())
    })?;
    let now = present(&*bench, group.id)?;
    same("live and issued", &(now.live, now.issued), &(60, 120))
}
