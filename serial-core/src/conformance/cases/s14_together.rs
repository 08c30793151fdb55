//! S14: moves of very many references, by many threads, repeated, and after reopening.

use crate::{
    conformance::{
        bench::{
            Append, Bench, batch_group, delete, delete_group, done, holds, issue, numbers, own_group, present, refused,
            same, threads,
        },
        case::{Breach, Outcome},
        lives::{Changing, Claiming, anyhow_to, bring, changes, events, events_of, row_set, rows_in, to},
        picture::picture,
    },
    ids::{GroupId, RequestId, RowId},
    life::{State, States},
    query::Within,
    store::{Answer, Changed, Digest, Outcome as Done, Refusal, RequestRecord, Step, Unfit},
};

pub(in crate::conformance) fn s14_a_move_of_very_many_rows_is_applied_whole(bench: Bench<'_>) -> Outcome {
    const VERY_MANY: u64 = 20_000;
    let group = batch_group(&*bench, "Pumps", 5)?;
    issue(&*bench, &group, &numbers(0..VERY_MANY, 5))?;
    // In ranges, and every other row alone.
    bring(&*bench, group.id, 1..=VERY_MANY / 2, State::Encoded)?;
    let every_other = (1..=VERY_MANY / 2).map(|row| 2 * row);
    bring(&*bench, group.id, every_other, State::Commissioned)?;
    let counts = present(&*bench, group.id)?.counts;
    let came = [State::Available, State::Encoded, State::Commissioned].map(|state| counts[state]);
    same("how many are where", &came, &[VERY_MANY / 4, VERY_MANY / 4, VERY_MANY / 2])?;
    let plan = Changing::of(group.id, 1..=VERY_MANY);
    match plan.run(&*bench, to(State::Encoded))? {
        Answer::Refused(Refusal::Unfit { references }) => {
            holds(references.len() as u64 == VERY_MANY * 3 / 4, || {
                format!(
                    "{} of {VERY_MANY} references could not come to it, and {} are named",
                    VERY_MANY * 3 / 4,
                    references.len()
                )
            })?;
            let in_order = references.windows(2).all(|pair| pair[0].row < pair[1].row);
            holds(in_order, || "the references that cannot are not in order".into())
        }
        other => Err(Breach::new(format!("a move that most cannot make: expected it refused, came {other:?}"))),
    }
}

pub(in crate::conformance) fn s14_a_reference_is_commissioned_once_by_many_threads(bench: Bench<'_>) -> Outcome {
    const TOTAL: u64 = 20;
    let group = batch_group(&*bench, "Pumps", 3)?;
    issue(&*bench, &group, &numbers(0..TOTAL, 3))?;
    let second = bench.second();
    let step = Step::Move {
        from: [State::Available, State::Allocated, State::Encoded].into_iter().collect::<States>(),
        to: State::Commissioned,
    };
    let won = threads(8, |number| {
        let store = bench.of_thread(second.as_ref(), number);
        let mut mine = 0;
        for row in 1..=TOTAL {
            match Changing::of(group.id, [row]).run(store, step)? {
                Answer::Done(Changed { changed: 1, left: 0 }) => mine += 1,
                Answer::Refused(Refusal::Unfit { references }) => {
                    let expected = Unfit { group: group.id, row: RowId(row), state: Some(State::Commissioned) };
                    same("why a reference is not commissioned again", &references, &vec![expected])?;
                }
                other => return Err(Breach::new(format!("commissioning a reference came back with {other:?}"))),
            }
        }
        Ok(mine)
    })?;
    same("how often eight threads commissioned twenty references", &won.iter().sum::<u64>(), &TOTAL)?;
    for row in 1..=TOTAL {
        same("the events of a reference", &events_of(&*bench, group.id, row)?.len(), &2)?;
    }
    Ok(())
}

pub(in crate::conformance) fn s14_overlapping_moves_of_many_threads_take_each_reference_once(
    bench: Bench<'_>,
) -> Outcome {
    let groups = [batch_group(&*bench, "Pumps", 3)?, own_group(&*bench, "Valves", 3)?];
    for group in &groups {
        issue(&*bench, group, &numbers(0..60, 3))?;
    }
    let second = bench.second();
    let moved = threads(6, |number| {
        let store = bench.of_thread(second.as_ref(), number);
        let mut mine = 0;
        for round in 0..20_u64 {
            // Blocks of six rows in both groups, which overlap those of the other threads and begin elsewhere.
            let first = (number as u64 * 17 + round * 3) % 55 + 1;
            let plan = Changing::of(groups[0].id, first..first + 6).and(groups[1].id, [first, first + 4]);
            match plan.run(store, to(State::Encoded))? {
                Answer::Done(changed) => mine += changed.changed,
                Answer::Refused(Refusal::Unfit { .. }) => {}
                Answer::Refused(other) => return Err(Breach::new(format!("a move was refused as {other:?}"))),
            }
        }
        Ok(mine)
    })?;
    let mut encoded = 0;
    for group in &groups {
        encoded += present(&*bench, group.id)?.counts[State::Encoded];
    }
    same("references that are encoded, and that threads were told of", &encoded, &moved.iter().sum::<u64>())?;
    for group in &groups {
        let events = events(&*bench, group.id)?.len() as u64;
        let encoded = present(&*bench, group.id)?.counts[State::Encoded];
        same("the events of a group", &events, &(2 + encoded))?;
    }
    Ok(())
}

pub(in crate::conformance) fn s14_a_repeated_change_gives_the_first_result(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["AA", "AB", "AC", "AD"])?;
    let (claim, _) = Claiming::of(&group, 3)?.rows(&*bench)?;
    let returning = Changing::of(group.id, [1, 2, 4]).request(1, 5);
    let first = Changed { changed: 2, left: 1 };
    let step = Step::Return { claim };
    same("what was returned", &done("returning a claim", returning.run(&*bench, step))?, &first)?;
    let moving = Changing::of(group.id, [1]).request(2, 5);
    moving.all(&*bench, to(State::Encoded))?;
    bring(&*bench, group.id, [1], State::Commissioned)?;
    let before = picture(&*bench)?;
    let bench = bench.reopened();
    same("a return again", &done("returning again", returning.run(&*bench, step))?, &first)?;
    moving.all(&*bench, to(State::Encoded))?;
    // A registry that repeats a call may name other rows by now.
    let elsewhere = Changing { targets: vec![(GroupId(987_654), row_set([9]))], ..moving.clone() };
    let came = done("a change again", elsewhere.run(&*bench, to(State::Void)))?;
    same("a change again, with other rows", &came, &Changed { changed: 1, left: 0 })?;
    for (what, plan) in [("a return", returning.request(1, 6)), ("a move", moving.request(2, 6))] {
        let result = plan.run(&*bench, to(State::Void));
        refused(&format!("{what} with another digest"), result, &Refusal::RequestMismatch)?;
    }
    same("the store after repeated changes", &picture(&*bench)?, &before)?;
    delete(&*bench, group.id, [1])?;
    delete_group(&*bench, group.id)?;
    let record = RequestRecord { digest: Digest(5), outcome: Done::Changed(first) };
    same("what is kept under the request id", &bench.request(RequestId(1))?, &Some(record))
}

pub(in crate::conformance) fn s14_a_refused_change_leaves_its_request_unused(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["AA"])?;
    let plan = Changing::of(group.id, [1, 2]).request(1, 5);
    let references = vec![Unfit { group: group.id, row: RowId(2), state: None }];
    refused("a move of one that is not there", plan.run(&*bench, to(State::Void)), &Refusal::Unfit { references })?;
    same("what is kept under the request id", &bench.request(RequestId(1))?, &None)?;
    Append::to(&group, &["AB"])?.request(1, 99).issue(&*bench).map(|_| ())
}

pub(in crate::conformance) fn s14_one_request_from_many_threads_changes_once(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 3)?;
    issue(&*bench, &group, &numbers(0..10, 3))?;
    let second = bench.second();
    for row in 1..=10 {
        let plan = Changing::of(group.id, [row]).request(row.into(), 5);
        let answers = threads(6, |number| {
            let store = bench.of_thread(second.as_ref(), number);
            done("a request from six threads", plan.run(store, to(State::Encoded)))
        })?;
        same("what six threads were told", &answers, &vec![Changed { changed: 1, left: 0 }; 6])?;
    }
    let moves = changes(events(&*bench, group.id)?).len();
    same("the events of ten moves, and of the group", &moves, &12)
}

pub(in crate::conformance) fn s14_states_are_kept_after_reopening(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 3)?;
    issue(&*bench, &group, &numbers(0..8, 3))?;
    for (row, state) in (1..).zip(State::ALL).skip(1) {
        Changing::of(group.id, [row]).all(&*bench, anyhow_to(state))?;
    }
    delete(&*bench, group.id, [3])?;
    let before = picture(&*bench)?;
    let bench = bench.reopened();
    same("the store after reopening", &picture(&*bench)?, &before)?;
    bring(&*bench, group.id, [4], State::Released)?;
    same("the rows that are released", &rows_in(&*bench, Within::Group(group.id), State::Released)?, &vec![4, 5])?;
    let references = vec![Unfit { group: group.id, row: RowId(8), state: Some(State::Void) }];
    let result = Changing::of(group.id, [8]).run(&*bench, to(State::Commissioned));
    refused("a move of what is void", result, &Refusal::Unfit { references })
}
