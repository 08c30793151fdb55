//! Stores that forget values and defaults, or count wrongly.

use std::{collections::HashMap, sync::Mutex};

use serial_core::{
    Answer, AppendPlan, Appended, DeletePlan, Deleted, Details, Group, GroupChange, GroupDeletePlan, GroupId,
    Inventory, Reference, ReferenceQuery, RowSet, Slice, Start, State, StateCounts, Store, StoreError, StoreResult,
    Values, Within,
    conformance::{ModelStore, Rule},
};

use crate::{caught_at_random_too, wrapper::Flaw};

/// Looks for values in the table of values, where defaults are not.
#[derive(Default)]
struct OwnValuesOnly;

impl Flaw for OwnValuesOnly {
    fn references(&self, store: &ModelStore, query: &ReferenceQuery) -> StoreResult<Slice<Reference>> {
        let answer = store.references(query)?;
        let Some((field, _)) = &query.value else { return Ok(answer) };
        let model = store.model();
        let has_own = |reference: &Reference| {
            model.groups.get(&reference.group).is_some_and(|kept| kept.values.contains_key(&(reference.row, *field)))
        };
        Ok(match answer {
            Answer::Done(mut slice) => {
                slice.items.retain(has_own);
                Answer::Done(slice)
            }
            refused @ Answer::Refused(_) => refused,
        })
    }
}

#[test]
fn a_default_that_is_not_found_is_caught() {
    caught_at_random_too::<OwnValuesOnly>("s16_a_reference_is_found_by_the_default_of_a_field", Rule::S16);
}

/// Compares values without regard to letter case.
#[derive(Default)]
struct CaseBlindValues;

impl Flaw for CaseBlindValues {
    fn references(&self, store: &ModelStore, query: &ReferenceQuery) -> StoreResult<Slice<Reference>> {
        let (Some((field, value)), Start::Skip(0)) = (&query.value, query.start) else {
            return store.references(query);
        };
        let answer = store.references(&ReferenceQuery { value: None, size: u32::MAX, ..query.clone() })?;
        let model = store.model();
        let fits = |reference: &Reference| {
            let found = model.groups.get(&reference.group).and_then(|kept| kept.value(reference.row, *field));
            found.is_some_and(|found| found.to_lowercase() == value.to_lowercase())
        };
        Ok(match answer {
            Answer::Done(mut slice) => {
                slice.items.retain(fits);
                slice.more = slice.items.len() > query.size as usize;
                slice.total = slice.total.map(|_| slice.items.len() as u64);
                slice.items.truncate(query.size as usize);
                Answer::Done(slice)
            }
            refused @ Answer::Refused(_) => refused,
        })
    }
}

#[test]
fn values_without_letter_case_are_caught() {
    caught_at_random_too::<CaseBlindValues>("s16_a_reference_is_found_by_the_default_of_a_field", Rule::S16);
}

/// Adds a field as an empty column.
#[derive(Default)]
struct EmptyColumn;

impl Flaw for EmptyColumn {
    fn change_group(&self, store: &ModelStore, change: &GroupChange) -> StoreResult<Group> {
        let before = store.group(change.group)?.map_or(0, |group| group.fields.len());
        let answer = store.change_group(change)?;
        if let Answer::Done(group) = &answer {
            let mut model = store.model();
            let Some(kept) = model.groups.get_mut(&change.group) else { return Ok(answer) };
            for field in group.fields.iter().skip(before) {
                let rows: Vec<_> = kept.references.keys().copied().collect();
                kept.values.extend(rows.into_iter().map(|row| ((row, field.id), String::new())));
            }
        }
        Ok(answer)
    }
}

#[test]
fn a_new_field_that_is_empty_is_caught() {
    let case = "s16_a_field_added_later_has_its_default_in_every_reference";
    caught_at_random_too::<EmptyColumn>(case, Rule::S16);
}

/// Writes the values that all references have in common, and not those of single ones.
#[derive(Default)]
struct CommonOnly;

impl Flaw for CommonOnly {
    fn append(&self, store: &ModelStore, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        // No plan reaches so far, so that there only common values are left.
        let common = plan.values.of(u32::MAX).map(|(field, value)| (field, value.to_owned())).collect();
        store.append(&AppendPlan { values: &Values::common(common), ..plan.clone() })
    }
}

#[test]
fn values_of_single_references_that_are_lost_are_caught() {
    caught_at_random_too::<CommonOnly>("s16_values_at_issue_are_common_or_of_one_reference", Rule::S16);
}

/// Shows no values of what was deleted.
#[derive(Default)]
struct LiveDetails;

impl Flaw for LiveDetails {
    fn details(&self, store: &ModelStore, group: GroupId, rows: &RowSet) -> StoreResult<Vec<Details>> {
        let answer = store.details(group, rows)?;
        let model = store.model();
        let live = model.groups.get(&group).map(|kept| &kept.references);
        Ok(match answer {
            Answer::Done(mut details) => {
                details.retain(|own| live.is_some_and(|live| live.contains_key(&own.row)));
                Answer::Done(details)
            }
            refused @ Answer::Refused(_) => refused,
        })
    }
}

#[test]
fn values_that_are_deleted_with_their_reference_are_caught() {
    caught_at_random_too::<LiveDetails>("s16_what_references_have_outlives_them", Rule::S16);
}

/// Counts deletions out of what is available, whatever state there was.
#[derive(Default)]
struct DriftingCounts(Mutex<HashMap<GroupId, StateCounts>>);

impl Flaw for DriftingCounts {
    fn delete(&self, store: &ModelStore, plan: &DeletePlan) -> Result<Deleted, StoreError> {
        let mut drifted = self.0.lock().unwrap();
        let mut model = store.model();
        for (group, rows) in &plan.targets {
            let Some(kept) = model.groups.get(group) else { continue };
            let gone = kept.references.values().filter(|reference| rows.contains(reference.row));
            gone.for_each(|reference| drifted.entry(*group).or_default().add(reference.state, 1));
        }
        Ok(model.delete(plan))
    }

    fn group(&self, store: &ModelStore, id: GroupId) -> Result<Option<Group>, StoreError> {
        let drifted = self.0.lock().unwrap().get(&id).copied().unwrap_or_default();
        Ok(store.group(id)?.map(|mut group| {
            group.counts += drifted;
            group.counts.remove(State::Available, drifted.total());
            group
        }))
    }
}

#[test]
fn counts_that_drift_when_what_was_used_is_deleted_are_caught() {
    caught_at_random_too::<DriftingCounts>("s17_deletions_count_out_of_the_state_that_was", Rule::S17);
}

/// Does not count a group out of the registry when it is deleted.
#[derive(Default)]
struct GhostGroups(Mutex<StateCounts>);

impl Flaw for GhostGroups {
    fn delete_group(&self, store: &ModelStore, plan: &GroupDeletePlan) -> StoreResult<u64> {
        let counts = store.group(plan.group)?.map(|group| group.counts).unwrap_or_default();
        let answer = store.delete_group(plan)?;
        if let Answer::Done(_) = &answer {
            *self.0.lock().unwrap() += counts;
        }
        Ok(answer)
    }

    fn inventory(&self, store: &ModelStore, within: Within) -> StoreResult<Inventory> {
        Ok(match store.inventory(within)? {
            Answer::Done(mut stock) if within == Within::Registry => {
                stock.counts += *self.0.lock().unwrap();
                Answer::Done(stock)
            }
            answer => answer,
        })
    }
}

#[test]
fn counts_of_deleted_groups_are_caught() {
    caught_at_random_too::<GhostGroups>("s17_a_deleted_group_counts_for_nothing", Rule::S17);
}

/// Says how many are available as it was before.
#[derive(Default)]
struct StaleStock;

impl Flaw for StaleStock {
    fn append(&self, store: &ModelStore, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        let before = store.group(plan.group)?.map_or(0, |group| group.counts[State::Available]);
        Ok(match store.append(plan)? {
            Answer::Done(Appended::New { first_row, batch, .. }) => {
                Answer::Done(Appended::New { first_row, batch, available: before })
            }
            answer => answer,
        })
    }
}

#[test]
fn a_stock_from_before_is_caught() {
    caught_at_random_too::<StaleStock>("s17_issues_and_claims_say_how_many_are_available", Rule::S17);
}
