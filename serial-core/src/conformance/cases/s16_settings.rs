//! S16: fields, warranties and texts of groups, and warranties of references.

use crate::{
    conformance::{
        bench::{
            Bench, all_groups, batch_group, create, delete, delete_group, done, group_plan, issue, name, numbers,
            own_group, present, refused, same,
        },
        case::{Breach, Outcome},
        cases::s08_records::awkward_texts,
        lives::{Changing, changes_after, details, later, row_set, set_values},
        picture::picture,
    },
    ids::{FieldId, GroupId, RowId},
    life::{Change, Field, WarrantyPolicy, WarrantyStart},
    store::{Details, GroupChange, GroupPlan, Refusal, Step},
};

/// Warranties of every kind, with the longest and the last there are.
fn policies() -> Result<Vec<WarrantyPolicy>, Breach> {
    let mut all = vec![WarrantyPolicy::none()];
    let last = crate::Timestamp::from_micros(253_402_300_799_999_999);
    for start in
        [WarrantyStart::Commissioned, WarrantyStart::Released, WarrantyStart::At(later(-1)), WarrantyStart::At(last)]
    {
        for policy in [WarrantyPolicy::months(1), WarrantyPolicy::months(1_200), WarrantyPolicy::days(36_525)] {
            let policy = policy.map_err(|error| Breach::new(format!("the kit made a bad warranty: {error}")))?;
            all.push(policy.from(start));
        }
    }
    Ok(all)
}

pub(in crate::conformance) fn s16_fields_of_groups_come_back(bench: Bench<'_>) -> Outcome {
    let mut fields = Vec::new();
    for (id, text) in (1..).zip(awkward_texts()) {
        let short: String = text.chars().take(180).collect();
        let label = name(&format!("{short} {id}"))?;
        fields.push(Field::new(FieldId(id), label, text, id % 2 == 0, id % 3 == 0));
    }
    let group = create(&*bench, &GroupPlan { fields: fields.clone(), ..group_plan("Pumps", 2)? })?;
    same("the fields in the answer", &group.fields, &fields)?;
    same("the group, read", &present(&*bench, group.id)?, &group)?;
    let none = create(&*bench, &group_plan("Valves", 2)?)?;
    same("the fields of a group without", &none.fields, &Vec::new())?;
    let change = GroupChange { fields: Some(fields.clone()), ..GroupChange::of(none.id, later(1)) };
    done("giving a group fields", bench.change_group(&change))?;
    let bench = bench.reopened();
    for id in [group.id, none.id] {
        same("the fields after reopening", &present(&*bench, id)?.fields, &fields)?;
    }
    same("the groups, listed", &bench.groups(&all_groups())?.items[0], &group)
}

pub(in crate::conformance) fn s16_settings_of_groups_come_back(bench: Bench<'_>) -> Outcome {
    let texts = awkward_texts();
    let policies = policies()?;
    let thresholds = [None, Some(0), Some(1), Some(i64::MAX as u64), Some(u64::MAX)];
    let mut expected = Vec::new();
    for (number, text) in (0_usize..).zip(&texts) {
        let low_stock = thresholds[number % thresholds.len()];
        let plan = GroupPlan {
            public_name: text.clone(),
            public_description: texts[(number + 1) % texts.len()].clone(),
            warranty: policies[number % policies.len()],
            low_stock,
            ..group_plan(&format!("Group {number}"), 2)?
        };
        let group = create(&*bench, &plan)?;
        let came = (&group.public_name, &group.public_description, group.warranty, group.low_stock);
        same("the settings in the answer", &came, &(text, &plan.public_description, plan.warranty, low_stock))?;
        // Whatever is not named stays.
        let change = GroupChange { low_stock: Some(None), ..GroupChange::of(group.id, later(1)) };
        let changed = done("changing a group", bench.change_group(&change))?;
        let came = (&changed.public_name, &changed.public_description, changed.warranty, changed.low_stock);
        same("the settings after a change", &came, &(text, &plan.public_description, plan.warranty, None))?;
        let change = GroupChange {
            low_stock: Some(low_stock),
            warranty: Some(policies[(number + 1) % policies.len()]),
            public_name: Some(String::new()),
            public_description: Some(text.clone()),
            ..GroupChange::of(group.id, later(2))
        };
        expected.push(done("changing a group", bench.change_group(&change))?);
        let came = expected.last().map(|group| (group.public_description.clone(), group.low_stock, group.warranty));
        let warranty = policies[(number + 1) % policies.len()];
        same("the settings after another change", &came, &Some((text.clone(), low_stock, warranty)))?;
    }
    same("all groups", &bench.groups(&all_groups())?.items, &expected)?;
    let bench = bench.reopened();
    same("all groups after reopening", &bench.groups(&all_groups())?.items, &expected)
}

pub(in crate::conformance) fn s16_warranties_of_references_come_back(bench: Bench<'_>) -> Outcome {
    let policies = policies()?;
    let warranty = WarrantyPolicy::days(90).map_err(|error| Breach::new(error.to_string()))?;
    let pumps = create(&*bench, &GroupPlan { warranty, ..group_plan("Pumps", 3)? })?;
    let valves = own_group(&*bench, "Valves", 3)?;
    for group in [&pumps, &valves] {
        issue(&*bench, group, &numbers(0..20, 3))?;
    }
    let before = present(&*bench, pumps.id)?.events;
    let mut expected = Vec::new();
    for (row, policy) in (1..).zip(&policies) {
        let plan = Changing::of(pumps.id, [row]).and(valves.id, [row]);
        plan.all(&*bench, Step::SetWarranty { policy: Some(*policy) })?;
        expected.push(Details { row: RowId(row), values: Vec::new(), warranty: Some(*policy) });
    }
    for id in [pumps.id, valves.id] {
        same("the warranties of references", &details(&*bench, id, 1..=100)?, &expected)?;
    }
    same("the warranty of the group", &present(&*bench, pumps.id)?.warranty, &warranty)?;
    let said =
        |row: u64, from: &str, to: &str| Change::WarrantySet { row: RowId(row), from: from.into(), to: to.into() };
    let events: Vec<Change> = (1..).zip(&policies).map(|(row, policy)| said(row, "", &policy.to_string())).collect();
    same("the events", &changes_after(&*bench, pumps.id, before)?, &events)?;
    // The group's again, and another of its own.
    Changing::of(pumps.id, [2]).all(&*bench, Step::SetWarranty { policy: None })?;
    Changing::of(pumps.id, [3]).all(&*bench, Step::SetWarranty { policy: Some(policies[1]) })?;
    let last = vec![said(2, &policies[1].to_string(), ""), said(3, &policies[2].to_string(), &policies[1].to_string())];
    let first = before + policies.len() as u64;
    same("the last events", &changes_after(&*bench, pumps.id, first)?, &last)?;
    expected[2].warranty = Some(policies[1]);
    expected.remove(1);
    let bench = bench.reopened();
    same("the warranties after reopening", &details(&*bench, pumps.id, 1..=100)?, &expected)
}

pub(in crate::conformance) fn s16_what_references_have_outlives_them(bench: Bench<'_>) -> Outcome {
    let colour = Field::new(FieldId(1), name("Colour")?, "red".into(), true, false);
    let group = create(&*bench, &GroupPlan { fields: vec![colour], ..group_plan("Pumps", 2)? })?;
    issue(&*bench, &group, &["AA", "AB"])?;
    set_values(&*bench, group.id, [1, 2], &[(FieldId(1), Some("blue".into()))])?;
    let policy = policies()?[1];
    Changing::of(group.id, [1]).all(&*bench, Step::SetWarranty { policy: Some(policy) })?;
    let before = details(&*bench, group.id, [1, 2])?;
    delete(&*bench, group.id, [1])?;
    same("what a deleted reference has", &details(&*bench, group.id, [1, 2])?, &before)?;
    let picture_before = picture(&*bench)?;
    let bench = bench.reopened();
    same("the store after reopening", &picture(&*bench)?, &picture_before)?;
    delete_group(&*bench, group.id)?;
    let other = batch_group(&*bench, "Valves", 2)?;
    for id in [group.id, GroupId(other.id.0 + 1_000_000)] {
        let no_group = Refusal::NoSuchGroup { group: id };
        refused("details where there is no group", bench.details(id, &row_set([1])), &no_group)?;
    }
    Ok(())
}
