//! S15: events of many threads, and after reopening.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
};

use crate::{
    conformance::{
        bench::{
            Bench, batch_group, create, delete, delete_group, done, group_plan, holds, issue, numbers, present,
            references, rows, same, threads,
        },
        case::{Breach, Outcome},
        lives::{Changing, Claiming, all_events, bring, events, events_of, field, later, rows_with, set_values, to},
        picture::picture,
        random::Random,
    },
    group::{Group, Kind, Scope},
    ids::{EventId, FieldId, GroupId, RowId},
    life::{Change, Event, State},
    query::Within,
    store::{Answer, Claimed, EventQuery, GroupPlan, Start, Step, Store},
};

/// What became of each live row, as the events of a group tell it: state and value of the first field.
fn retold(events: &[Event]) -> Result<BTreeMap<RowId, (State, String)>, Breach> {
    let mut live: BTreeMap<RowId, (State, String)> = BTreeMap::new();
    let mut issued = 0;
    for (number, event) in (1..).zip(events) {
        same("the id of an event", &event.id, &EventId(number))?;
        let before = event.change.row().and_then(|row| live.get(&row).cloned());
        let goes_on = match &event.change {
            Change::Issued { first_row, count, .. } => {
                let new = (first_row.0..first_row.0 + count).map(RowId);
                live.extend(new.map(|row| (row, (State::Available, String::new()))));
                issued += count;
                issued == first_row.0 + count - 1
            }
            Change::Moved { row, from, to, .. } => {
                live.entry(*row).and_modify(|(state, _)| *state = *to);
                before.is_some_and(|(state, _)| state == *from)
            }
            Change::AttributeSet { row, from, to, .. } => {
                live.entry(*row).and_modify(|(_, value)| value.clone_from(to));
                before.is_some_and(|(_, value)| value == *from)
            }
            Change::Deleted { row, from } => live.remove(row).is_some_and(|(state, _)| state == *from),
            _ => number == 1,
        };
        holds(goes_on, || format!("an event does not go on where those before it ended: {event:?}"))?;
    }
    Ok(live)
}

/// Does this and that to the groups.
fn work(store: &dyn Store, groups: &[Group], number: u64) -> Outcome {
    let mut random = Random::new(number);
    for round in 0..40 {
        let group = &groups[random.index(groups.len())];
        let row = random.below(30) + 1;
        let moment = random.one_of(&[0, 5, 9]);
        match random.below(8) {
            0 | 1 => {
                let from = number * 1000 + round * 2;
                issue(store, group, &numbers(from..from + 2, 5))?;
            }
            2 | 3 => {
                let claim = Claiming::of(group, random.below(3) + 1)?.at(moment);
                let claim = if random.once_in(2) { claim.until(random.one_of(&[1, 7, 20])) } else { claim };
                match claim.run(store)? {
                    Answer::Done(Claimed::New { claim, .. }) if random.once_in(2) => {
                        let returned = claim.references.iter().map(|reference| reference.row.0);
                        Changing::of(group.id, returned).run(store, Step::Return { claim: claim.id })?;
                    }
                    _ => {}
                }
            }
            4 => {
                done("expiring", store.expire(group.id, later(moment)))?;
            }
            5 => {
                let state = random.one_of(&[State::Encoded, State::Commissioned, State::Void]);
                Changing::of(group.id, [row, row + 1]).run(store, to(state))?;
            }
            6 => {
                let values = [(FieldId(1), Some(random.one_of(&["", "red", "blue"]).to_owned()))];
                let step = Step::SetValues { revision: group.revision, values: &values };
                Changing::of(group.id, [row]).run(store, step)?;
            }
            _ => {
                store.delete(&rows(group.id, [row]))?;
            }
        }
    }
    Ok(())
}

pub(in crate::conformance) fn s15_events_of_many_threads_have_no_gap_and_tell_what_became_of_all(
    bench: Bench<'_>,
) -> Outcome {
    let mut groups = Vec::new();
    for (text, kind) in [("Pumps", Kind::Batch), ("Line", Kind::Continuous)] {
        let fields = vec![field(1, "Colour", "")?];
        let plan = GroupPlan { kind, scope: Scope::Group, fields, ..group_plan(text, 5)? };
        groups.push(create(&*bench, &plan)?);
    }
    let second = bench.second();
    threads(5, |number| work(bench.of_thread(second.as_ref(), number), &groups, number as u64))?;
    for group in &groups {
        let all = events(&*bench, group.id)?;
        same("the count of events in the group", &present(&*bench, group.id)?.events, &(all.len() as u64))?;
        let told = retold(&all)?;
        let states: BTreeMap<RowId, State> = told.iter().map(|(row, (state, _))| (*row, *state)).collect();
        let listed = references(&*bench, Within::Group(group.id))?;
        let listed: BTreeMap<RowId, State> = listed.iter().map(|found| (found.row, found.state)).collect();
        same("the states of references, listed and as events tell them", &listed, &states)?;
        for value in ["", "red", "blue"] {
            let with = told.iter().filter(|(_, (_, own))| own == value).map(|(row, _)| row.0).collect();
            same("the rows with a value", &rows_with(&*bench, group.id, 1, value)?, &with)?;
        }
    }
    Ok(())
}

pub(in crate::conformance) fn s15_a_reader_never_sees_an_event_before_an_earlier_one(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 5)?;
    issue(&*bench, &group, &numbers(90_000..90_100, 5))?;
    let second = bench.second();
    let finished = AtomicBool::new(false);
    threads(4, |number| {
        let store = bench.of_thread(second.as_ref(), number);
        if number < 2 {
            let written = (0..25_u64).try_for_each(|round| -> Outcome {
                let from = number as u64 * 1000 + round * 2;
                issue(store, &group, &numbers(from..from + 2, 5))?;
                let row = number as u64 * 50 + round * 2 + 1;
                bring(store, group.id, [row, row + 1], State::Encoded)
            });
            finished.store(true, Ordering::Release);
            return written;
        }
        // Follows the events as they come.
        let mut last = 0;
        loop {
            let is_last = finished.load(Ordering::Acquire);
            let query = EventQuery { start: Start::After(EventId(last)), size: 7, ..all_events(group.id) };
            let page = done("listing events", store.events(&query))?;
            let ids: Vec<u64> = page.items.iter().map(|event| event.id.0).collect();
            let expected: Vec<u64> = (last + 1..=last + ids.len() as u64).collect();
            same("the ids of the events that came since", &ids, &expected)?;
            last += ids.len() as u64;
            if is_last && !page.more {
                let now = present(store, group.id)?.events;
                return holds(last <= now, || format!("{last} events were read, and the group has {now}"));
            }
        }
    })?;
    same("the events in the end", &events(&*bench, group.id)?.len(), &(2 + 50 + 100))
}

pub(in crate::conformance) fn s15_events_go_on_after_reopening(bench: Bench<'_>) -> Outcome {
    let fields = vec![field(1, "Colour", "red")?];
    let group = create(&*bench, &GroupPlan { fields, ..group_plan("Pumps", 2)? })?;
    let gone = batch_group(&*bench, "Gone", 2)?;
    issue(&*bench, &group, &["AA", "AB", "AC"])?;
    issue(&*bench, &gone, &["BA"])?;
    Claiming::of(&group, 2)?.until(5).rows(&*bench)?;
    set_values(&*bench, group.id, [2], &[(FieldId(1), Some("blue".into()))])?;
    delete(&*bench, group.id, [3])?;
    delete_group(&*bench, gone.id)?;
    let before = picture(&*bench)?;
    let of_gone = events(&*bench, gone.id)?;

    let bench = bench.reopened();
    same("the store after reopening", &picture(&*bench)?, &before)?;
    same("the events of a deleted group", &events(&*bench, gone.id)?, &of_gone)?;
    bring(&*bench, group.id, [1], State::Encoded)?;
    let ids =
        |id: GroupId| -> Result<Vec<u64>, Breach> { Ok(events(&*bench, id)?.iter().map(|event| event.id.0).collect()) };
    same("the ids of all events", &ids(group.id)?, &(1..=7).collect())?;
    let of_one = events_of(&*bench, group.id, 1)?;
    let of_one: Vec<u64> = of_one.iter().map(|event| event.id.0).collect();
    same("the ids of the events of one reference", &of_one, &vec![2, 3, 7])
}
