//! S3: a code is never accepted twice in its scope.

use std::collections::BTreeSet;

use crate::{
    conformance::{
        bench::{
            Append, Bench, batch_group, delete, delete_group, holds, issue, numbers, own_group, present, references,
            refused, same, taken, texts, threads,
        },
        case::{Breach, Outcome},
    },
    group::Group,
    query::Within,
    store::{Answer, Appended, Refusal, Store},
};

/// Breaks the case unless a code is refused as taken.
fn is_taken(store: &dyn Store, group: &Group, code: &str) -> Outcome {
    let plan = Append::to(group, &[code])?;
    refused(&format!("the code {code:?} once more"), plan.run(store), &Refusal::CodesTaken { positions: vec![0] })?;
    same(&format!("whether {code:?} is said to be taken"), &taken(store, group.id, &[code])?, &vec![0])
}

pub(in crate::conformance) fn s03_an_issued_code_is_never_accepted_again(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["AA", "AB"])?;
    issue(&*bench, &group, &["BA"])?;
    for code in ["AA", "AB", "BA"] {
        is_taken(&*bench, &group, code)?;
    }
    same("what was issued", &present(&*bench, group.id)?.issued, &3)
}

pub(in crate::conformance) fn s03_a_deleted_code_is_never_accepted_again(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    let own = own_group(&*bench, "Valves", 2)?;
    for group in [&group, &own] {
        issue(&*bench, group, &["AA", "AB"])?;
        delete(&*bench, group.id, [1])?;
        is_taken(&*bench, group, "AA")?;
        delete(&*bench, group.id, [2])?;
        is_taken(&*bench, group, "AA")?;
        is_taken(&*bench, group, "AB")?;
    }
    Ok(())
}

pub(in crate::conformance) fn s03_the_codes_of_a_deleted_group_stay_burned(bench: Bench<'_>) -> Outcome {
    let first = batch_group(&*bench, "Pumps", 2)?;
    let other = batch_group(&*bench, "Valves", 2)?;
    issue(&*bench, &first, &["AA", "AB"])?;
    delete(&*bench, first.id, [2])?;
    delete_group(&*bench, first.id)?;
    let again = batch_group(&*bench, "Pumps", 2)?;
    for group in [&other, &again] {
        is_taken(&*bench, group, "AA")?;
        is_taken(&*bench, group, "AB")?;
    }
    Ok(())
}

pub(in crate::conformance) fn s03_a_code_twice_in_one_plan_is_refused(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["ZZ"])?;
    for (codes, positions) in [
        (&["AA", "AA"][..], vec![1]),
        (&["AA", "AB", "AA", "AB", "AA"], vec![2, 3, 4]),
        // Of a code that was issued before, the first position is named too.
        (&["ZZ", "AA", "ZZ"], vec![0, 2]),
    ] {
        let taken = Refusal::CodesTaken { positions };
        refused(&format!("the plan {codes:?}"), Append::to(&group, codes)?.run(&*bench), &taken)?;
    }
    same("what was issued", &present(&*bench, group.id)?.issued, &1)
}

pub(in crate::conformance) fn s03_the_positions_of_taken_codes_are_told(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 4)?;
    let issued: Vec<u32> = vec![0, 7, 8, 63, 64, 65, 198, 199];
    let issued_texts: Vec<String> = issued.iter().map(|number| format!("{number:0>4}")).collect();
    issue(&*bench, &group, &issued_texts)?;
    let plan = Append::to(&group, &numbers(0..200, 4))?;
    refused("a plan of 200 codes, eight of them taken", plan.run(&*bench), &Refusal::CodesTaken { positions: issued })
}

pub(in crate::conformance) fn s03_groups_of_the_registry_scope_share_one_namespace(bench: Bench<'_>) -> Outcome {
    let pumps = batch_group(&*bench, "Pumps", 2)?;
    let valves = batch_group(&*bench, "Valves", 2)?;
    issue(&*bench, &pumps, &["AA"])?;
    is_taken(&*bench, &valves, "AA")?;
    issue(&*bench, &valves, &["AB"])?;
    is_taken(&*bench, &pumps, "AB")
}

pub(in crate::conformance) fn s03_a_group_scope_is_a_namespace_of_its_own(bench: Bench<'_>) -> Outcome {
    let shared = batch_group(&*bench, "Pumps", 2)?;
    let own = own_group(&*bench, "Valves", 2)?;
    let other = own_group(&*bench, "Taps", 2)?;
    issue(&*bench, &shared, &["AA"])?;
    same("whether another group's code is taken", &taken(&*bench, own.id, &["AA"])?, &Vec::new())?;
    issue(&*bench, &own, &["AA", "AB"])?;
    same("whether another group's code is taken", &taken(&*bench, shared.id, &["AB"])?, &Vec::new())?;
    issue(&*bench, &shared, &["AB"])?;
    issue(&*bench, &other, &["AB", "AA"])?;
    for group in [&shared, &own, &other] {
        is_taken(&*bench, group, "AA")?;
        is_taken(&*bench, group, "AB")?;
    }
    let found = bench.find(None, &["AA"])?;
    let groups: Vec<_> = found.iter().map(|reference| reference.group).collect();
    same("the groups that have the code", &groups, &vec![shared.id, own.id, other.id])?;
    // A new group that is unique only within itself begins with nothing burned.
    delete_group(&*bench, own.id)?;
    let again = own_group(&*bench, "Valves", 2)?;
    issue(&*bench, &again, &["AA"]).map(|_| ())
}

pub(in crate::conformance) fn s03_codes_differ_by_letter_case(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["ab", "AB"])?;
    same("whether the other letter cases are taken", &taken(&*bench, group.id, &["aB", "Ab"])?, &Vec::new())?;
    issue(&*bench, &group, &["aB", "Ab"])?;
    for code in ["ab", "AB", "aB", "Ab"] {
        is_taken(&*bench, &group, code)?;
        same("what is found by code", &texts(&bench.find(None, &[code])?), &vec![code.to_owned()])?;
    }
    Ok(())
}

pub(in crate::conformance) fn s03_taken_names_what_was_issued(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 3)?;
    issue(&*bench, &group, &numbers(0..50, 3))?;
    delete(&*bench, group.id, 1..=25)?;
    let asked = numbers(20..80, 3);
    same("which of the codes 20 to 79 are taken", &taken(&*bench, group.id, &asked)?, &(0..30).collect())?;
    // Twice in the question is not issued.
    same("which of two equal new codes are taken", &taken(&*bench, group.id, &["900", "900"])?, &Vec::new())?;
    same("which of two equal issued codes are taken", &taken(&*bench, group.id, &["003", "003"])?, &vec![0, 1])
}

/// Appends plans of three codes each and gives those that were issued.
fn contend(store: &dyn Store, group: &Group, all: &[String]) -> Result<Vec<String>, Breach> {
    let mut mine = Vec::new();
    for codes in all.chunks(3) {
        match Append::to(group, codes)?.run(store)? {
            Answer::Done(Appended::New { .. }) => mine.extend_from_slice(codes),
            Answer::Refused(Refusal::CodesTaken { positions }) => {
                holds(!positions.is_empty(), || "codes were refused as taken without naming one".into())?;
            }
            other => return Err(Breach::new(format!("three codes: expected them issued or taken, came {other:?}"))),
        }
    }
    Ok(mine)
}

/// Breaks the case unless what was issued is what is stored, each code once.
fn each_once(store: &dyn Store, issued: &[Vec<String>], what: &str) -> Outcome {
    let mut issued = issued.concat();
    issued.sort_unstable();
    let distinct: BTreeSet<&String> = issued.iter().collect();
    same(&format!("{what}: how many different codes were issued"), &distinct.len(), &issued.len())?;
    let mut stored = texts(&references(store, Within::Registry)?);
    stored.sort_unstable();
    same(&format!("{what}: the codes that are stored"), &stored, &issued)
}

pub(in crate::conformance) fn s03_each_code_is_issued_once_by_many_threads(bench: Bench<'_>) -> Outcome {
    let groups = [batch_group(&*bench, "Pumps", 4)?, batch_group(&*bench, "Valves", 4)?];
    let all = numbers(0..150, 4);
    let issued = threads(6, |number| contend(&*bench, &groups[number % 2], &all))?;
    each_once(&*bench, &issued, "six threads with the same plans for two groups")?;
    same("how many codes were issued of all", &issued.concat().len(), &all.len())
}

pub(in crate::conformance) fn s03_overlapping_plans_in_opposite_orders_all_end(bench: Bench<'_>) -> Outcome {
    let groups = [batch_group(&*bench, "Pumps", 5)?, batch_group(&*bench, "Valves", 5)?];
    let second = bench.second();
    let issued = threads(4, |number| {
        let mut mine = Vec::new();
        for round in 0..25 {
            let mut codes = numbers(round * 20..round * 20 + 20, 5);
            if number % 2 == 1 {
                codes.reverse();
            }
            match Append::to(&groups[number / 2], &codes)?.run(bench.of_thread(second.as_ref(), number))? {
                Answer::Done(Appended::New { .. }) => mine.extend(codes),
                Answer::Refused(Refusal::CodesTaken { .. }) => {}
                other => return Err(Breach::new(format!("twenty codes came back with {other:?}"))),
            }
        }
        Ok(mine)
    })?;
    each_once(&*bench, &issued, "four threads with the same codes in opposite orders")
}

pub(in crate::conformance) fn s03_deleted_codes_stay_burned_after_reopening(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    let own = own_group(&*bench, "Valves", 2)?;
    let gone = batch_group(&*bench, "Taps", 2)?;
    issue(&*bench, &group, &["AA", "AB"])?;
    issue(&*bench, &own, &["AA", "AC"])?;
    issue(&*bench, &gone, &["AD"])?;
    delete(&*bench, group.id, [1])?;
    delete(&*bench, own.id, [2])?;
    delete_group(&*bench, gone.id)?;
    let bench = bench.reopened();
    for code in ["AA", "AB", "AD"] {
        is_taken(&*bench, &group, code)?;
    }
    for code in ["AA", "AC"] {
        is_taken(&*bench, &own, code)?;
    }
    issue(&*bench, &group, &["AC"])?;
    issue(&*bench, &own, &["AB"]).map(|_| ())
}

pub(in crate::conformance) fn s03_each_code_is_issued_once_by_two_openings(bench: Bench<'_>) -> Outcome {
    let Some(second) = bench.second() else { return Ok(()) };
    let groups = [batch_group(&*bench, "Pumps", 4)?, batch_group(&*bench, "Valves", 4)?];
    let all = numbers(0..90, 4);
    let issued = threads(4, |number| {
        let store: &dyn Store = if number % 2 == 0 { &*bench } else { &second };
        contend(store, &groups[number / 2], &all)
    })?;
    each_once(&*bench, &issued, "two openings with the same plans")
}
