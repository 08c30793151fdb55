//! S10: after an error nothing has changed.

use crate::{
    code::Codes,
    conformance::{
        bench::{
            Append, Bench, batch_group, codes, counting_group, holds, issue, name, picture, present, same, taken,
        },
        case::{Breach, Outcome},
    },
    ids::{BatchId, RequestId, RowId},
    store::{Answer, Store},
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
    let groups = bench.groups(&crate::conformance::bench::all_groups())?.items;
    let [pumps, line] = &groups[..] else { return Err(Breach::new("two groups were created and are not listed")) };
    same("what is taken of those plans", &taken(&*bench, pumps.id, &["BBB", "CCC"])?, &Vec::new())?;
    let came = Append::to(pumps, &["BBB", "CCC"])?.request(1, 5).issue(&*bench)?;
    same("the next row and batch", &came, &(RowId(2), Some(BatchId(2))))?;
    let came = Append::to(line, &["002"])?.issue(&*bench)?;
    same("the next row of a Continuous group", &came, &(RowId(2), None))
}
