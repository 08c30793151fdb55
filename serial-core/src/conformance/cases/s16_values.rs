//! S16: a reference has the default of every field in which it was given no value, and is found by it.

use crate::{
    conformance::{
        bench::{
            Append, Bench, batch_group, create, delete, done, everything, group_plan, issue, name, numbers, present,
            refused, row_ids, same, slice,
        },
        case::{Breach, Outcome},
        cases::s08_records::awkward_texts,
        lives::{Changing, bring, cause, changes_after, details, field, later, rows_with, set_values},
        picture::picture,
    },
    group::{Group, Kind},
    ids::{BatchId, FieldId, RowId},
    life::{Change, Field, State},
    query::{Direction, SearchTerm, Span, Within},
    store::{Details, GroupChange, GroupPlan, ReferenceQuery, Refusal, Start, Step, Store, Unfit, Values},
};

/// A Batch group with these fields and five references.
fn furnished(store: &dyn Store, fields: Vec<Field>) -> Result<Group, Breach> {
    let group = create(store, &GroupPlan { fields, ..group_plan("Pumps", 3)? })?;
    issue(store, &group, &numbers(0..5, 3))?;
    Ok(group)
}

/// Changes the fields of a group.
fn change_fields(store: &dyn Store, group: &Group, change: impl FnOnce(&mut Vec<Field>)) -> Result<Group, Breach> {
    let now = present(store, group.id)?;
    let mut fields = now.fields;
    change(&mut fields);
    let change = GroupChange {
        fields: Some(fields.clone()),
        revision: Some(now.revision),
        ..GroupChange::of(group.id, later(1))
    };
    let changed = done("changing fields", store.change_group(&change))?;
    same("the fields in the answer", &changed.fields, &fields)?;
    same("the fields, read", &present(store, group.id)?.fields, &fields)?;
    Ok(changed)
}

fn own(row: u64, values: &[(u64, &str)]) -> Details {
    let values = values.iter().map(|(field, value)| (FieldId(*field), (*value).to_owned())).collect();
    Details { row: RowId(row), values, warranty: None }
}

fn value(field: u64, value: &str) -> (FieldId, Option<String>) {
    (FieldId(field), Some(value.to_owned()))
}

pub(in crate::conformance) fn s16_a_reference_is_found_by_the_default_of_a_field(bench: Bench<'_>) -> Outcome {
    let group = furnished(&*bench, vec![field(1, "Colour", "red")?, field(2, "Size", "")?])?;
    same("what references have of their own", &details(&*bench, group.id, 1..=5)?, &Vec::new())?;
    same("the rows with a default", &rows_with(&*bench, group.id, 1, "red")?, &vec![1, 2, 3, 4, 5])?;
    same("the rows with an empty default", &rows_with(&*bench, group.id, 2, "")?, &vec![1, 2, 3, 4, 5])?;
    for (number, other) in [(1, ""), (1, "Red"), (1, "red "), (1, "re"), (1, "%"), (2, "red"), (2, " ")] {
        same(&format!("the rows with {other:?}"), &rows_with(&*bench, group.id, number, other)?, &Vec::new())?;
    }
    delete(&*bench, group.id, [2])?;
    same("the live rows with a default", &rows_with(&*bench, group.id, 1, "red")?, &vec![1, 3, 4, 5])
}

pub(in crate::conformance) fn s16_a_field_added_later_has_its_default_in_every_reference(bench: Bench<'_>) -> Outcome {
    let group = furnished(&*bench, vec![field(1, "Colour", "red")?])?;
    set_values(&*bench, group.id, [2], &[value(1, "blue")])?;
    let added = field(2, "Größe", "XL")?;
    let group = change_fields(&*bench, &group, |fields| fields.push(added))?;
    same("the rows with the default of a new field", &rows_with(&*bench, group.id, 2, "XL")?, &vec![1, 2, 3, 4, 5])?;
    issue(&*bench, &group, &["900", "901"])?;
    same("the rows with it later", &rows_with(&*bench, group.id, 2, "XL")?, &vec![1, 2, 3, 4, 5, 6, 7])?;
    set_values(&*bench, group.id, [1, 7], &[value(2, "")])?;
    same("the rows that still have it", &rows_with(&*bench, group.id, 2, "XL")?, &vec![2, 3, 4, 5, 6])?;
    same("the rows that were given none", &rows_with(&*bench, group.id, 2, "")?, &vec![1, 7])?;
    let said = changes_after(&*bench, group.id, present(&*bench, group.id)?.events - 1)?;
    let (from, to) = ("XL".to_owned(), String::new());
    let expected = Change::AttributeSet { row: RowId(7), field: FieldId(2), from, to };
    same("an event that begins at a default", &said, &vec![expected])
}

pub(in crate::conformance) fn s16_a_value_of_its_own_hides_the_default(bench: Bench<'_>) -> Outcome {
    let group = furnished(&*bench, vec![field(1, "Colour", "red")?, field(2, "Size", "")?])?;
    set_values(&*bench, group.id, [2, 4], &[value(1, "blue"), value(2, "L")])?;
    set_values(&*bench, group.id, [4], &[value(1, "green")])?;
    same("the rows with the default", &rows_with(&*bench, group.id, 1, "red")?, &vec![1, 3, 5])?;
    same("the rows with a value", &rows_with(&*bench, group.id, 1, "blue")?, &vec![2])?;
    same("the rows with another", &rows_with(&*bench, group.id, 1, "green")?, &vec![4])?;
    same("the rows with a value in the other field", &rows_with(&*bench, group.id, 2, "L")?, &vec![2, 4])?;
    let expected = vec![own(2, &[(1, "blue"), (2, "L")]), own(4, &[(1, "green"), (2, "L")])];
    same("what references have of their own", &details(&*bench, group.id, 1..=5)?, &expected)?;
    same("what one has of its own", &details(&*bench, group.id, [4])?, &expected[1..].to_vec())
}

pub(in crate::conformance) fn s16_a_value_can_be_the_default_again(bench: Bench<'_>) -> Outcome {
    let group = furnished(&*bench, vec![field(1, "Colour", "red")?])?;
    set_values(&*bench, group.id, [1, 2, 3], &[value(1, "blue")])?;
    set_values(&*bench, group.id, [1], &[(FieldId(1), None)])?;
    // One that was given the same text has it of its own.
    set_values(&*bench, group.id, [2], &[value(1, "red")])?;
    same("the rows with the default", &rows_with(&*bench, group.id, 1, "red")?, &vec![1, 2, 4, 5])?;
    let expected = vec![own(2, &[(1, "red")]), own(3, &[(1, "blue")])];
    same("what references have of their own", &details(&*bench, group.id, 1..=5)?, &expected)
}

pub(in crate::conformance) fn s16_values_at_issue_are_common_or_of_one_reference(bench: Bench<'_>) -> Outcome {
    let fields = vec![field(1, "Colour", "red")?, field(2, "Size", "")?, field(3, "Weight", "1 kg")?];
    for kind in [Kind::Batch, Kind::Continuous] {
        let plan = GroupPlan { kind, fields: fields.clone(), ..group_plan(&format!("{kind:?}"), 3)? };
        let group = create(&*bench, &plan)?;
        let first = if kind == Kind::Batch { 0 } else { 10 };
        let mut values = Values::common(vec![(FieldId(3), "2 kg".into()), (FieldId(1), "blue".into())]);
        values.set(1, FieldId(2), "L".into());
        values.set(3, FieldId(2), String::new());
        Append { values, ..Append::to(&group, &numbers(first..first + 4, 3))? }.issue(&*bench)?;
        Append::to(&group, &numbers(first + 4..first + 5, 3))?.issue(&*bench)?;
        let common = [(1, "blue"), (3, "2 kg")];
        let expected = vec![
            own(1, &common),
            own(2, &[(1, "blue"), (2, "L"), (3, "2 kg")]),
            own(3, &common),
            own(4, &[(1, "blue"), (2, ""), (3, "2 kg")]),
        ];
        same("what references have of their own", &details(&*bench, group.id, 1..=5)?, &expected)?;
        same("the rows with a common value", &rows_with(&*bench, group.id, 1, "blue")?, &vec![1, 2, 3, 4])?;
        same("the rows with a value of one", &rows_with(&*bench, group.id, 2, "L")?, &vec![2])?;
        same("the rows without one", &rows_with(&*bench, group.id, 2, "")?, &vec![1, 3, 4, 5])?;
        same("the rows with a default", &rows_with(&*bench, group.id, 3, "1 kg")?, &vec![5])?;
    }
    Ok(())
}

pub(in crate::conformance) fn s16_a_retired_field_keeps_what_it_held(bench: Bench<'_>) -> Outcome {
    let group = furnished(&*bench, vec![field(1, "Colour", "red")?, field(2, "Size", "")?])?;
    set_values(&*bench, group.id, [2], &[value(1, "blue")])?;
    let renamed = name("Colour")?;
    let group = change_fields(&*bench, &group, |fields| {
        fields[0].is_retired = true;
        // Its name is free for another.
        fields[1].name = renamed;
    })?;
    let step = Step::SetValues { revision: group.revision, values: &[value(1, "green")] };
    let before = picture(&*bench)?;
    let came = Changing::of(group.id, [2]).run(&*bench, step);
    same("whether a value in a retired field was set", &matches!(came, Ok(crate::Answer::Done(_))), &false)?;
    same("the store after it", &picture(&*bench)?, &before)?;
    same("what a reference has of its own", &details(&*bench, group.id, 1..=5)?, &vec![own(2, &[(1, "blue")])])?;
    let new = field(3, "Farbe", "rot")?;
    let group = change_fields(&*bench, &group, |fields| fields.push(new))?;
    set_values(&*bench, group.id, [3], &[value(3, "blau")])?;
    same("the rows with a default", &rows_with(&*bench, group.id, 3, "rot")?, &vec![1, 2, 4, 5])
}

pub(in crate::conformance) fn s16_values_for_an_old_revision_are_refused(bench: Bench<'_>) -> Outcome {
    let group = furnished(&*bench, vec![field(1, "Colour", "red")?])?;
    let added = field(2, "Size", "")?;
    let now = change_fields(&*bench, &group, |fields| fields.push(added))?;
    let changed = Refusal::GroupChanged { group: Box::new(now.clone()) };
    let values = [value(1, "blue")];
    let plan = Changing::of(group.id, [1]);
    for revision in [group.revision, now.revision + 1, 0, u64::MAX] {
        let result = plan.run(&*bench, Step::SetValues { revision, values: &values });
        refused(&format!("values for revision {revision}"), result, &changed)?;
        let fields = Some(group.fields.clone());
        let change = GroupChange { fields, revision: Some(revision), ..GroupChange::of(group.id, later(2)) };
        refused(&format!("fields for revision {revision}"), bench.change_group(&change), &changed)?;
    }
    same("the group", &present(&*bench, group.id)?, &now)?;
    plan.all(&*bench, Step::SetValues { revision: now.revision, values: &values })
}

pub(in crate::conformance) fn s16_values_of_any_text_come_back(bench: Bench<'_>) -> Outcome {
    let mut texts = awkward_texts();
    texts.extend(["", "a", "A", "á", "a ", " a", "ss", "ß"].map(String::from));
    texts.push("字\u{1f3ed}".repeat(5_000));
    texts.sort_unstable();
    texts.dedup();
    let count = texts.len() as u64;
    let group = create(&*bench, &GroupPlan { fields: vec![field(1, "Colour", "a")?], ..group_plan("Pumps", 3)? })?;
    let mut values = Values::default();
    for (position, text) in (0..).zip(&texts) {
        values.set(position, FieldId(1), text.clone());
    }
    Append { values, ..Append::to(&group, &numbers(0..count, 3))? }.issue(&*bench)?;
    let plan = GroupPlan { fields: vec![field(1, "Colour", "b")?], ..group_plan("Valves", 3)? };
    let set_later = create(&*bench, &plan)?;
    issue(&*bench, &set_later, &numbers(500..500 + count, 3))?;
    for (row, text) in (1..).zip(&texts) {
        set_values(&*bench, set_later.id, [row], &[value(1, text)])?;
    }
    let expected: Vec<Details> = (1..).zip(&texts).map(|(row, text)| own(row, &[(1, text)])).collect();
    let bench = bench.reopened();
    for group in [&group, &set_later] {
        same("what references have of their own", &details(&*bench, group.id, 1..=count)?, &expected)?;
        for (row, text) in (1..).zip(&texts) {
            let what = format!("the rows with {:?}", text.chars().take(20).collect::<String>());
            same(&what, &rows_with(&*bench, group.id, 1, text)?, &vec![row])?;
        }
    }
    Ok(())
}

pub(in crate::conformance) fn s16_a_value_narrows_a_listing_with_everything_else(bench: Bench<'_>) -> Outcome {
    let plan = GroupPlan { fields: vec![field(1, "Colour", "red")?, field(2, "Size", "")?], ..group_plan("Pumps", 3)? };
    let group = create(&*bench, &plan)?;
    for batch in 0..4_u32 {
        let mut values = Values::default();
        (0..10)
            .filter(|position| position % 3 == 0)
            .for_each(|position| values.set(position, FieldId(1), "blue".into()));
        let codes = numbers(u64::from(batch) * 10..u64::from(batch) * 10 + 10, 3);
        Append { values, created_at: later(i64::from(batch)), ..Append::to(&group, &codes)? }.issue(&*bench)?;
    }
    set_values(&*bench, group.id, [2, 12, 22], &[value(1, "blue"), value(2, "L")])?;
    set_values(&*bench, group.id, [4], &[(FieldId(1), None)])?;
    bring(&*bench, group.id, (1..=40).filter(|row| row % 2 == 0), State::Encoded)?;
    delete(&*bench, group.id, [7, 8, 9])?;
    let term = SearchTerm::new("1", 1).map_err(|error| Breach::new(error.to_string()))?;
    let spans = [Span::default(), Span { from: Some(later(1)), before: Some(later(3)) }];
    for colour in ["red", "blue", "green"] {
        let has = |row: u64| {
            let is_blue = ((row - 1) % 10 % 3 == 0 && row != 4) || [2, 12, 22].contains(&row);
            colour == if is_blue { "blue" } else { "red" }
        };
        for within in [Within::Group(group.id), Within::Batch(group.id, BatchId(2))] {
            for (term, created, state) in [
                (None, spans[0], None),
                (Some(term.clone()), spans[0], None),
                (None, spans[1], Some(State::Encoded)),
                (Some(term.clone()), spans[1], Some(State::Available)),
            ] {
                let value = Some((FieldId(1), colour.to_owned()));
                let query =
                    ReferenceQuery { term: term.clone(), created, state, value, counted: true, ..everything(within) };
                let plain = ReferenceQuery { value: None, counted: false, ..query.clone() };
                let mut expected = row_ids(&slice(&*bench, &plain)?.items);
                expected.retain(|row| has(*row));
                pages_of_values(&*bench, &query, expected)?;
            }
        }
    }
    Ok(())
}

/// Goes through a listing in both directions and in pages, and compares rows and totals.
fn pages_of_values(store: &dyn Store, query: &ReferenceQuery, mut expected: Vec<u64>) -> Outcome {
    for direction in [Direction::OldestFirst, Direction::NewestFirst] {
        for size in [3, 100] {
            let (mut came, mut start) = (Vec::new(), Start::Skip(0));
            loop {
                let page = slice(store, &ReferenceQuery { direction, size, start, ..query.clone() })?;
                same(&format!("the total of {query:?}"), &page.total, &Some(expected.len() as u64))?;
                came.extend(row_ids(&page.items));
                match page.items.last() {
                    Some(last) if page.more => start = Start::After((last.group, last.row)),
                    _ => break,
                }
            }
            same(&format!("the rows of {query:?}, {direction:?}, pages of {size}"), &came, &expected)?;
        }
        expected.reverse();
    }
    Ok(())
}

pub(in crate::conformance) fn s16_values_are_given_to_all_or_none(bench: Bench<'_>) -> Outcome {
    let group = furnished(&*bench, vec![field(1, "Colour", "red")?])?;
    delete(&*bench, group.id, [3])?;
    let before = picture(&*bench)?;
    let values = [value(1, "blue")];
    let unfit = |row| Unfit { group: group.id, row: RowId(row), state: None };
    let plan = Changing { cause: cause("Line 3", "", "")?, ..Changing::of(group.id, 0..=6) };
    let refusal = Refusal::Unfit { references: vec![unfit(0), unfit(3), unfit(6)] };
    let step = Step::SetValues { revision: group.revision, values: &values };
    refused("values for references that are not there", plan.run(&*bench, step), &refusal)?;
    let step = Step::SetWarranty { policy: Some(crate::WarrantyPolicy::none()) };
    refused("a warranty for references that are not there", plan.run(&*bench, step), &refusal)?;
    same("the store after refused changes", &picture(&*bench)?, &before)
}

pub(in crate::conformance) fn s16_values_of_very_many_references_are_kept(bench: Bench<'_>) -> Outcome {
    const VERY_MANY: u64 = 20_000;
    let plan = GroupPlan { fields: vec![field(1, "Colour", "red")?, field(2, "Size", "")?], ..group_plan("Pumps", 5)? };
    let group = create(&*bench, &plan)?;
    let mut values = Values::common(vec![(FieldId(1), "blue".into())]);
    for position in 0..VERY_MANY / 2 {
        values.set(u32::try_from(position).unwrap_or_default() * 2, FieldId(2), format!("{position}"));
    }
    Append { values, ..Append::to(&group, &numbers(0..VERY_MANY, 5))? }.issue(&*bench)?;
    let all = details(&*bench, group.id, 1..=VERY_MANY)?;
    same("how many references have values of their own", &(all.len() as u64), &VERY_MANY)?;
    same("how many have two", &all.iter().filter(|own| own.values.len() == 2).count(), &(VERY_MANY as usize / 2))?;
    same("the row with a value", &rows_with(&*bench, group.id, 2, "777")?, &vec![1555])?;
    set_values(&*bench, group.id, (1..=VERY_MANY / 2).map(|row| 2 * row), &[(FieldId(1), None), value(2, "L")])?;
    let query = |number: u64, value: &str| ReferenceQuery {
        value: Some((FieldId(number), value.to_owned())),
        size: 0,
        counted: true,
        ..everything(Within::Group(group.id))
    };
    for (number, text) in [(1, "red"), (1, "blue"), (2, "L")] {
        let total = slice(&*bench, &query(number, text))?.total;
        same(&format!("how many references have {text:?}"), &total, &Some(VERY_MANY / 2))?;
    }
    let events = present(&*bench, group.id)?.events;
    same("the events", &events, &(2 + VERY_MANY))
}

pub(in crate::conformance) fn s16_details_come_by_row_of_those_that_have_any(bench: Bench<'_>) -> Outcome {
    let group = furnished(&*bench, vec![field(1, "Colour", "red")?])?;
    let other = batch_group(&*bench, "Valves", 3)?;
    issue(&*bench, &other, &["900"])?;
    set_values(&*bench, group.id, [1, 3, 5], &[value(1, "blue")])?;
    delete(&*bench, group.id, [3])?;
    let blue = |row| own(row, &[(1, "blue")]);
    // Also of those that are deleted.
    for (rows, expected) in [
        (vec![1, 2, 3, 4, 5], vec![blue(1), blue(3), blue(5)]),
        (vec![0], vec![]),
        (vec![0, 1], vec![blue(1)]),
        (vec![2, 4], vec![]),
        (vec![5, 6, 7, 1_000_000], vec![blue(5)]),
        (vec![u64::from(u32::MAX) + 2, i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX], vec![]),
        (vec![], vec![]),
    ] {
        let what = format!("what rows {rows:?} have of their own");
        same(&what, &details(&*bench, group.id, rows)?, &expected)?;
    }
    same("what another group's reference has", &details(&*bench, other.id, [1])?, &Vec::new())
}
