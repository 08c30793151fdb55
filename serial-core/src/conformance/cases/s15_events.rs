//! S15: every change leaves its events, numbered in the order of commits, and none is lost.

use crate::{
    conformance::{
        bench::{
            Append, Bench, NOON, batch_group, counting_group, create, delete, delete_group, done, group_plan, issue,
            name, numbers, own_group, present, refused, rows, same,
        },
        case::{Breach, Outcome},
        cases::s08_records::awkward_texts,
        lives::{
            Changing, Claiming, all_events, bring, cause, changes, changes_after, events, events_of, field, later,
            moved, set_values, to,
        },
        picture::picture,
    },
    ids::{BatchId, ClaimId, EventId, FieldId, GroupId, RowId},
    life::{Cause, Change, Event, Setting, State, WarrantyPolicy},
    limits::{GroupLimits, Limit},
    query::Direction,
    store::{DeletePlan, EventQuery, GroupChange, GroupDeletePlan, GroupPlan, Refusal, Start, Step, Values},
};

/// Events that say this, numbered from 1.
fn numbered(group: GroupId, said: Vec<(i64, Change, Cause)>) -> Vec<Event> {
    (1..).zip(said).map(|(id, (at, change, cause))| Event::new(group, EventId(id), later(at), change, cause)).collect()
}

pub(in crate::conformance) fn s15_every_change_leaves_an_event_in_the_order_of_commits(bench: Bench<'_>) -> Outcome {
    let who = |number: u64| cause(&format!("Line {number}"), "Order 4711", "by night");
    let plan = GroupPlan { fields: vec![field(1, "Colour", "red")?], cause: who(1)?, ..group_plan("Pumps", 2)? };
    let group = create(&*bench, &plan)?;
    // Times need not grow: they are those of the registries.
    let append = Append { created_at: later(-5), cause: who(2)?, ..Append::to(&group, &["AA", "AB", "AC"])? };
    append.issue(&*bench)?;
    let claim = Claiming { cause: who(3)?, ..Claiming::of(&group, 2)?.until(8).at(7) };
    claim.take(&*bench)?;
    let plan = |number: u64, rows: &[u64]| -> Result<Changing, Breach> {
        Ok(Changing { cause: who(number)?, ..Changing::of(group.id, rows.to_vec()).at(number as i64) })
    };
    plan(4, &[1])?.all(&*bench, to(State::Commissioned))?;
    let values = [(FieldId(1), Some("blue".into()))];
    plan(5, &[3])?.all(&*bench, Step::SetValues { revision: group.revision, values: &values })?;
    let policy = WarrantyPolicy::months(24).map_err(|error| Breach::new(error.to_string()))?;
    plan(6, &[1])?.all(&*bench, Step::SetWarranty { policy: Some(policy) })?;
    done("expiring", bench.expire(group.id, later(8)))?;
    let change =
        GroupChange { description: Some("steel".into()), cause: who(7)?, ..GroupChange::of(group.id, later(7)) };
    done("changing the group", bench.change_group(&change))?;
    let deletion = DeletePlan { at: later(-9), cause: who(8)?, ..rows(group.id, [1]) };
    bench.delete(&deletion)?;
    let last = GroupDeletePlan { cause: who(9)?, ..GroupDeletePlan::of(group.id, 3, later(9)) };
    same("what went with the group", &done("deleting the group", bench.delete_group(&last))?, &2)?;

    let issued = Change::Issued { first_row: RowId(1), count: 3, batch: Some(BatchId(1)) };
    let described = Change::GroupChanged { setting: Setting::Description, from: String::new(), to: "steel".into() };
    let expected = vec![
        (0, Change::GroupCreated, who(1)?),
        (-5, issued, who(2)?),
        (7, moved(1, State::Available, State::Allocated, Some(1)), who(3)?),
        (7, moved(2, State::Available, State::Allocated, Some(1)), who(3)?),
        (4, moved(1, State::Allocated, State::Commissioned, Some(1)), who(4)?),
        (5, attribute(3, 1, "red", "blue"), who(5)?),
        (6, warranty(1, "", "24 months from commissioned"), who(6)?),
        (8, moved(2, State::Allocated, State::Available, Some(1)), Cause::expired()),
        (7, described, who(7)?),
        (-9, Change::Deleted { row: RowId(1), from: State::Commissioned }, who(8)?),
        (9, Change::GroupDeleted { live: 2 }, who(9)?),
    ];
    same("the events of a group", &events(&*bench, group.id)?, &numbered(group.id, expected))
}

fn attribute(row: u64, field: u64, from: &str, to: &str) -> Change {
    Change::AttributeSet { row: RowId(row), field: FieldId(field), from: from.into(), to: to.into() }
}

fn warranty(row: u64, from: &str, to: &str) -> Change {
    Change::WarrantySet { row: RowId(row), from: from.into(), to: to.into() }
}

pub(in crate::conformance) fn s15_a_batch_leaves_one_event_and_other_references_one_each(bench: Bench<'_>) -> Outcome {
    let pumps = batch_group(&*bench, "Pumps", 3)?;
    issue(&*bench, &pumps, &numbers(0..5, 3))?;
    issue(&*bench, &pumps, &numbers(5..6, 3))?;
    let issued =
        |first, count, batch: Option<u64>| Change::Issued { first_row: RowId(first), count, batch: batch.map(BatchId) };
    let expected = vec![Change::GroupCreated, issued(1, 5, Some(1)), issued(6, 1, Some(2))];
    same("the events of a Batch group", &changes(events(&*bench, pumps.id)?), &expected)?;
    let line = counting_group(&*bench, "Line", 3)?;
    issue(&*bench, &line, &["101", "102", "103"])?;
    let expected = vec![Change::GroupCreated, issued(1, 1, None), issued(2, 1, None), issued(3, 1, None)];
    same("the events of a Continuous group", &changes(events(&*bench, line.id)?), &expected)?;
    for (group, count) in [(&pumps, 3), (&line, 4)] {
        same("the count of events in the group", &present(&*bench, group.id)?.events, &count)?;
    }
    Ok(())
}

pub(in crate::conformance) fn s15_each_setting_that_changes_leaves_an_event(bench: Bench<'_>) -> Outcome {
    let fields = vec![field(1, "Colour", "red")?, field(2, "Size", "")?];
    let group = create(&*bench, &GroupPlan { fields: fields.clone(), ..group_plan("Pumps", 2)? })?;
    let at_most = GroupLimits { max_live: Some(Limit::AtMost(7)), ..GroupLimits::default() };
    let policy = WarrantyPolicy::days(90).map_err(|error| Breach::new(error.to_string()))?;
    let mut others = fields;
    others[0].name = name("Farbe")?;
    others[1].is_retired = true;
    others.push(field(3, "Weight", "1 kg")?);
    let change = GroupChange {
        name: Some(name("Valves")?),
        description: Some("steel".into()),
        limits: Some(at_most),
        fields: Some(others),
        warranty: Some(policy),
        public_name: Some("Valve 'X'".into()),
        public_description: Some("Two stages".into()),
        low_stock: Some(Some(u64::MAX)),
        cause: cause("Ms. O'Neil", "audit", "")?,
        ..GroupChange::of(group.id, later(3))
    };
    let changed = |setting, from: &str, to: &str| Change::GroupChanged { setting, from: from.into(), to: to.into() };
    let expected = vec![
        changed(Setting::Name, "Pumps", "Valves"),
        changed(Setting::Description, "", "steel"),
        changed(Setting::Limits, "", "live 7"),
        changed(Setting::Field, "Colour", "Farbe"),
        changed(Setting::Field, "Size", ""),
        changed(Setting::Field, "", "Weight"),
        changed(Setting::Warranty, "none", "90 days from commissioned"),
        changed(Setting::PublicName, "", "Valve 'X'"),
        changed(Setting::PublicDescription, "", "Two stages"),
        changed(Setting::LowStock, "", "18446744073709551615"),
    ];
    let now = done("changing the group", bench.change_group(&change))?;
    let came = events(&*bench, group.id)?.split_off(1);
    let mut said: Vec<_> = expected.into_iter().map(|said| (3, said, change.cause.clone())).collect();
    said.insert(0, (0, Change::GroupCreated, Cause::default()));
    same("the events of a change of everything", &came, &numbered(group.id, said).split_off(1))?;
    same("the count of events in the answer", &now.events, &11)?;
    // The same again changes no setting, and the revision all the same.
    let again = done("changing the group to what it is", bench.change_group(&change))?;
    same("the count of events", &again.events, &11)?;
    same("the events of a change of nothing", &events(&*bench, group.id)?.len(), &11)
}

pub(in crate::conformance) fn s15_the_events_of_one_plan_come_by_row_and_field(bench: Bench<'_>) -> Outcome {
    let fields = vec![field(1, "Colour", "red")?, field(2, "Size", "")?, field(3, "Weight", "")?];
    let plan = GroupPlan { fields, ..group_plan("Pumps", 3)? };
    let group = create(&*bench, &plan)?;
    let mut values = Values::common(vec![(FieldId(2), "L".into())]);
    values.set(2, FieldId(1), "blue".into());
    Append { values, ..Append::to(&group, &numbers(0..5, 3))? }.issue(&*bench)?;
    same("the events of an issue with values", &events(&*bench, group.id)?.len(), &2)?;
    let values = [(FieldId(1), Some("blue".into())), (FieldId(2), None), (FieldId(3), Some(String::new()))];
    set_values(&*bench, group.id, [5, 3, 4], &values)?;
    let expected = vec![
        // What is as it was leaves no event: the value of row 3 in field 1, and the empty one in field 3.
        attribute(3, 2, "L", ""),
        attribute(4, 1, "red", "blue"),
        attribute(4, 2, "L", ""),
        attribute(5, 1, "red", "blue"),
        attribute(5, 2, "L", ""),
    ];
    same("the events of a plan", &changes_after(&*bench, group.id, 2)?, &expected)?;
    delete(&*bench, group.id, [4, 2, 5])?;
    let deleted = |row| Change::Deleted { row: RowId(row), from: State::Available };
    same("the events of a deletion", &changes_after(&*bench, group.id, 7)?, &vec![deleted(2), deleted(4), deleted(5)])
}

pub(in crate::conformance) fn s15_what_changes_nothing_leaves_no_event(bench: Bench<'_>) -> Outcome {
    let plan = GroupPlan { fields: vec![field(1, "Colour", "red")?], ..group_plan("Pumps", 2)? };
    let group = create(&*bench, &plan)?;
    let append = Append::to(&group, &["AA", "AB", "AC"])?.request(1, 5);
    append.issue(&*bench)?;
    let claim = Claiming::of(&group, 1)?.request(2, 5);
    claim.take(&*bench)?;
    let moving = Changing::of(group.id, [2]).request(3, 5);
    moving.all(&*bench, to(State::Void))?;
    delete(&*bench, group.id, [3])?;
    let before = picture(&*bench)?;

    done("an append again", append.run(&*bench))?;
    done("a claim again", claim.run(&*bench))?;
    moving.all(&*bench, to(State::Void))?;
    bench.delete(&rows(group.id, [3, 4, 0]))?;
    done("expiring nothing", bench.expire(group.id, later(1)))?;
    set_values(&*bench, group.id, [1], &[(FieldId(1), None)])?;
    Changing::of(group.id, [1, 2]).all(&*bench, Step::SetWarranty { policy: None })?;
    let returning = Changing::of(group.id, [2, 3]).run(&*bench, Step::Return { claim: ClaimId(1) });
    done("returning what is not held", returning)?;
    same("the store after calls without effect", &picture(&*bench)?, &before)?;

    refused("a taken code", Append::to(&group, &["AA"])?.run(&*bench), &Refusal::CodesTaken { positions: vec![0] })?;
    let two = Claiming::of(&group, 2)?.run(&*bench);
    refused("two of none", two, &Refusal::TooFewAvailable { available: 0 })?;
    for step in [to(State::Released), Step::SetWarranty { policy: Some(WarrantyPolicy::none()) }] {
        let came = done("a change that cannot be made", Changing::of(group.id, [1, 3]).run(&*bench, step));
        same("whether it was made", &came.is_ok(), &false)?;
    }
    let other = own_group(&*bench, "Valves", 2)?;
    let change =
        GroupChange { name: Some(name("Valves")?), description: Some("x".into()), ..GroupChange::of(group.id, NOON) };
    refused("a taken name", bench.change_group(&change), &Refusal::NameTaken { group: other.id })?;
    let deletion = GroupDeletePlan::of(group.id, 2, NOON);
    let changed = Refusal::GroupChanged { group: Box::new(present(&*bench, group.id)?) };
    refused("a deletion that knows of fewer", bench.delete_group(&deletion), &changed)?;
    same("that other group's deletion", &delete_group(&*bench, other.id)?, &0)?;
    same("the store after refused calls", &picture(&*bench)?, &before)
}

pub(in crate::conformance) fn s15_the_events_of_one_reference_are_what_concerns_it(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 3)?;
    issue(&*bench, &group, &numbers(0..3, 3))?;
    issue(&*bench, &group, &numbers(3..6, 3))?;
    Claiming::of(&group, 5)?.rows(&*bench)?;
    bring(&*bench, group.id, [3, 4], State::Commissioned)?;
    delete(&*bench, group.id, [4])?;
    let all = events(&*bench, group.id)?;
    for row in 1..=6 {
        let expected: Vec<Event> = all.iter().filter(|event| event.change.concerns(RowId(row))).cloned().collect();
        same(&format!("the events of row {row}"), &events_of(&*bench, group.id, row)?, &expected)?;
    }
    let of_four: Vec<u64> = events_of(&*bench, group.id, 4)?.iter().map(|event| event.id.0).collect();
    same("the ids of the events of row 4", &of_four, &vec![3, 7, 10, 11])?;
    for row in [0, 7, u64::from(u32::MAX) + 2, i64::MAX as u64 + 1, u64::MAX] {
        same("the events of a row that was never issued", &events_of(&*bench, group.id, row)?, &Vec::new())?;
    }
    Ok(())
}

pub(in crate::conformance) fn s15_events_outlive_references_and_groups(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 2)?;
    issue(&*bench, &group, &["AA", "AB"])?;
    bring(&*bench, group.id, [1], State::Encoded)?;
    delete(&*bench, group.id, [1])?;
    delete_group(&*bench, group.id)?;
    let issued = Change::Issued { first_row: RowId(1), count: 2, batch: Some(BatchId(1)) };
    let encoded = moved(1, State::Available, State::Encoded, None);
    let deleted = Change::Deleted { row: RowId(1), from: State::Encoded };
    let expected = vec![
        Change::GroupCreated,
        issued.clone(),
        encoded.clone(),
        deleted.clone(),
        // Nothing for each reference that went with the group.
        Change::GroupDeleted { live: 1 },
    ];
    same("the events of a deleted group", &changes(events(&*bench, group.id)?), &expected)?;
    let of_row = changes(events_of(&*bench, group.id, 1)?);
    same("the events of a deleted reference", &of_row, &vec![issued.clone(), encoded, deleted])?;
    same("the events of another", &changes(events_of(&*bench, group.id, 2)?), &vec![issued])?;
    let again = batch_group(&*bench, "Pumps", 2)?;
    same(
        "the events of a new group of the same name",
        &changes(events(&*bench, again.id)?),
        &vec![Change::GroupCreated],
    )?;
    for id in [0, again.id.0 + 1_000_000, i64::MAX as u64 + 1, u64::MAX].map(GroupId) {
        let no_group = Refusal::NoSuchGroup { group: id };
        refused("the events of a group that never was", bench.events(&all_events(id)), &no_group)?;
    }
    Ok(())
}

pub(in crate::conformance) fn s15_texts_and_times_of_events_come_back(bench: Bench<'_>) -> Outcome {
    let long = "字".repeat(1000);
    let mut texts = awkward_texts();
    texts.push(long);
    let plan = GroupPlan { fields: vec![field(1, "Colour", "")?], ..group_plan("Pumps", 2)? };
    let group = create(&*bench, &plan)?;
    issue(&*bench, &group, &["AA"])?;
    let mut expected = events(&*bench, group.id)?;
    let mut last = String::new();
    let moments = [-62_135_596_800_000_000, -1, 0, 1, 253_402_300_799_999_999];
    for (number, text) in (0_usize..).zip(&texts) {
        let actor: String = text.chars().take(200).collect();
        let cause =
            Cause::new(Some(&actor), Some(text), Some(&text.to_uppercase().chars().take(999).collect::<String>()));
        let cause = cause.map_err(|error| Breach::new(format!("the kit made a bad cause: {error}")))?;
        let at = crate::Timestamp::from_micros(moments[number % moments.len()]);
        let plan = Changing { at, cause: cause.clone(), ..Changing::of(group.id, [1]) };
        let values = [(FieldId(1), Some(text.clone()))];
        plan.all(&*bench, Step::SetValues { revision: group.revision, values: &values })?;
        if *text != last {
            let id = EventId(expected.len() as u64 + 1);
            expected.push(Event::new(group.id, id, at, attribute(1, 1, &last, text), cause));
        }
        last.clone_from(text);
    }
    same("the events", &events(&*bench, group.id)?, &expected)?;
    let bench = bench.reopened();
    same("the events after reopening", &events(&*bench, group.id)?, &expected)
}

pub(in crate::conformance) fn s15_pages_of_events_join(bench: Bench<'_>) -> Outcome {
    let group = batch_group(&*bench, "Pumps", 3)?;
    let other = own_group(&*bench, "Valves", 3)?;
    for batch in 0..4 {
        issue(&*bench, &group, &numbers(batch * 5..batch * 5 + 5, 3))?;
        issue(&*bench, &other, &numbers(batch * 5..batch * 5 + 5, 3))?;
        Claiming::of(&group, 2)?.rows(&*bench)?;
        bring(&*bench, group.id, [batch * 2 + 1], State::Encoded)?;
        bring(
            &*bench,
            group.id,
            [1],
            [State::Commissioned, State::Released, State::Decommissioned, State::Destroyed][batch as usize],
        )?;
    }
    delete(&*bench, group.id, [1, 9])?;
    for row in [None, Some(1), Some(2), Some(20)] {
        let whole = EventQuery { row: row.map(RowId), counted: true, ..all_events(group.id) };
        let all = done("listing events", bench.events(&whole))?;
        let mut expected = all.items;
        same("the total", &all.total, &Some(expected.len() as u64))?;
        for direction in [Direction::OldestFirst, Direction::NewestFirst] {
            for size in [1, 2, 3, 7, 100] {
                let what = format!("events of {row:?}, {direction:?}, pages of {size}");
                let (mut came, mut start) = (Vec::new(), Start::Skip(0));
                loop {
                    let query = EventQuery { direction, size, start, ..whole.clone() };
                    let page = done("listing events", bench.events(&query))?;
                    same(&format!("the total of {what}"), &page.total, &all.total)?;
                    let goes_on = came.len() + page.items.len() < expected.len();
                    came.extend(page.items);
                    same(&format!("whether {what} go on"), &page.more, &goes_on)?;
                    match came.last() {
                        Some(last) if goes_on => start = Start::After(last.id),
                        _ => break,
                    }
                }
                same(&what, &came, &expected)?;
                for skip in [0, 1, 4, expected.len() as u64, u64::MAX] {
                    let query = EventQuery { direction, size, start: Start::Skip(skip), ..whole.clone() };
                    let page = done("listing events", bench.events(&query))?;
                    let skipped: Vec<Event> = expected
                        .iter()
                        .skip(usize::try_from(skip).unwrap_or(usize::MAX))
                        .take(size as usize)
                        .cloned()
                        .collect();
                    same(&format!("{what}, after {skip}"), &page.items, &skipped)?;
                }
            }
            expected.reverse();
        }
        let none = done("listing no events", bench.events(&EventQuery { size: 0, ..whole }))?;
        same("a page of no events", &(none.items.len(), none.more), &(0, true))?;
    }
    Ok(())
}
