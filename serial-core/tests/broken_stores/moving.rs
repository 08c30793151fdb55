//! Stores that move references, or write down what happened, wrongly.

use serial_core::{
    Answer, Cause, Change, ChangePlan, Changed, ClaimPlan, Claimed, DeletePlan, Deleted, Event, EventId, EventQuery,
    GroupDeletePlan, GroupId, Refusal, RowSet, Slice, State, Step, Store, StoreError, StoreResult, Timestamp,
    conformance::{Model, ModelStore, Rule},
};

use crate::{caught, caught_at_random_too, together::wait, wrapper::Flaw};

/// Writes the state without asking which it was.
#[derive(Default)]
struct AnyState;

impl Flaw for AnyState {
    fn change(&self, store: &ModelStore, plan: &ChangePlan<'_>) -> StoreResult<Changed> {
        let step = match plan.step {
            Step::Move { to, .. } => Step::Move { from: State::ALL.into_iter().collect(), to },
            step => step,
        };
        store.change(&ChangePlan { step, ..plan.clone() })
    }
}

#[test]
fn a_final_state_that_is_left_is_caught() {
    caught_at_random_too::<AnyState>("s14_final_states_are_never_left", Rule::S14);
}

/// Moves what can be moved and names the rest.
#[derive(Default)]
struct WhatFits;

impl Flaw for WhatFits {
    fn change(&self, store: &ModelStore, plan: &ChangePlan<'_>) -> StoreResult<Changed> {
        let answer = store.change(plan)?;
        if let Answer::Refused(Refusal::Unfit { references }) = &answer {
            let fits = |group: GroupId, rows: &RowSet| -> RowSet {
                let bad = |row| references.iter().any(|unfit| (unfit.group, unfit.row) == (group, row));
                rows.iter().take(100).filter(|row| !bad(*row)).collect()
            };
            let targets: Vec<_> = plan.targets.iter().map(|(group, rows)| (*group, fits(*group, rows))).collect();
            if targets.iter().any(|(_, rows)| !rows.is_empty()) {
                store.change(&ChangePlan { targets: &targets, request: None, ..plan.clone() })?;
            }
        }
        Ok(answer)
    }
}

#[test]
fn a_move_of_those_that_can_is_caught() {
    caught_at_random_too::<WhatFits>("s14_a_refused_move_names_every_reference_that_cannot", Rule::S14);
}

/// Names the first reference that cannot and looks no further.
#[derive(Default)]
struct FirstUnfit;

impl Flaw for FirstUnfit {
    fn change(&self, store: &ModelStore, plan: &ChangePlan<'_>) -> StoreResult<Changed> {
        Ok(match store.change(plan)? {
            Answer::Refused(Refusal::Unfit { mut references }) => {
                references.truncate(1);
                Refusal::Unfit { references }.into()
            }
            answer => answer,
        })
    }
}

#[test]
fn a_refusal_that_names_only_one_is_caught() {
    caught_at_random_too::<FirstUnfit>("s14_a_refused_move_names_every_reference_that_cannot", Rule::S14);
}

/// Reads the states before the transaction begins.
#[derive(Default)]
struct StatesOutside;

impl Flaw for StatesOutside {
    fn change(&self, store: &ModelStore, plan: &ChangePlan<'_>) -> StoreResult<Changed> {
        let looked = store.model().change_refusal(plan)?;
        if looked.is_some() || plan.request.is_some() {
            return store.change(plan);
        }
        wait();
        Ok(Answer::Done(store.model().carry_out(plan)))
    }
}

#[test]
fn a_second_use_by_another_thread_is_caught() {
    caught::<StatesOutside>("s14_a_reference_is_commissioned_once_by_many_threads", Rule::S14);
}

/// Leaves the claim in its column when the state changes.
#[derive(Default)]
struct LastingHold;

impl Flaw for LastingHold {
    fn change(&self, store: &ModelStore, plan: &ChangePlan<'_>) -> StoreResult<Changed> {
        let mut model = store.model();
        let before = model.groups.clone();
        let answer = model.change(plan)?;
        if matches!(plan.step, Step::Move { .. }) {
            for (id, kept) in &mut model.groups {
                for (row, reference) in &mut kept.references {
                    reference.claim = before[id].references.get(row).and_then(|before| before.claim);
                }
            }
        }
        Ok(answer)
    }
}

#[test]
fn a_hold_that_outlasts_a_move_is_caught() {
    caught_at_random_too::<LastingHold>("s14_a_move_ends_the_hold_of_a_claim", Rule::S14);
}

/// Takes events out of all groups, and closes the gap.
fn forget(model: &mut Model, is_forgotten: impl Fn(&Event) -> bool) {
    for kept in model.groups.values_mut() {
        kept.events.retain(|event| !is_forgotten(event));
        (1..).zip(&mut kept.events).for_each(|(id, event)| event.id = EventId(id));
    }
}

/// Leaves no event for a deletion.
#[derive(Default)]
struct SilentDeletions;

impl Flaw for SilentDeletions {
    fn delete(&self, store: &ModelStore, plan: &DeletePlan) -> Result<Deleted, StoreError> {
        let mut model = store.model();
        let deleted = model.delete(plan);
        forget(&mut model, |event| matches!(event.change, Change::Deleted { .. }));
        Ok(deleted)
    }
}

#[test]
fn a_deletion_without_an_event_is_caught() {
    caught_at_random_too::<SilentDeletions>("s15_every_change_leaves_an_event_in_the_order_of_commits", Rule::S15);
}

/// Leaves no event for what expires.
#[derive(Default)]
struct SilentExpiry;

impl Flaw for SilentExpiry {
    fn claim(&self, store: &ModelStore, plan: &ClaimPlan<'_>) -> StoreResult<Claimed> {
        let mut model = store.model();
        let answer = model.claim(plan);
        forget(&mut model, |event| event.cause == Cause::expired());
        answer
    }

    fn expire(&self, store: &ModelStore, group: GroupId, at: Timestamp) -> StoreResult<u64> {
        let mut model = store.model();
        let answer = model.expire(group, at);
        forget(&mut model, |event| event.cause == Cause::expired());
        Ok(answer)
    }
}

#[test]
fn an_expiry_without_an_event_is_caught() {
    caught_at_random_too::<SilentExpiry>("s15_every_change_leaves_an_event_in_the_order_of_commits", Rule::S15);
}

/// Leaves an event for every value that is written, whether or not it is another.
#[derive(Default)]
struct TalkativeChanges;

impl Flaw for TalkativeChanges {
    fn change(&self, store: &ModelStore, plan: &ChangePlan<'_>) -> StoreResult<Changed> {
        let mut model = store.model();
        let answer = model.change(plan)?;
        if let (Step::SetWarranty { policy: None }, Answer::Done(_)) = (plan.step, &answer) {
            for (group, rows) in plan.targets {
                let Some(kept) = model.groups.get_mut(group) else { continue };
                for row in rows.iter() {
                    let change = Change::WarrantySet { row, from: String::new(), to: String::new() };
                    kept.note(plan.at, plan.cause, change);
                }
            }
        }
        Ok(answer)
    }
}

#[test]
fn an_event_of_nothing_is_caught() {
    caught_at_random_too::<TalkativeChanges>("s15_what_changes_nothing_leaves_no_event", Rule::S15);
}

/// Deletes the events of a group with it.
#[derive(Default)]
struct CascadeToEvents;

impl Flaw for CascadeToEvents {
    fn delete_group(&self, store: &ModelStore, plan: &GroupDeletePlan) -> StoreResult<u64> {
        let mut model = store.model();
        let answer = model.delete_group(plan);
        if let (Answer::Done(_), Some(kept)) = (&answer, model.groups.get_mut(&plan.group)) {
            kept.events.clear();
        }
        Ok(answer)
    }
}

#[test]
fn a_cascade_to_events_is_caught() {
    caught_at_random_too::<CascadeToEvents>("s15_events_outlive_references_and_groups", Rule::S15);
}

/// Finds the events of a reference by its row alone, without the batch it was issued in.
#[derive(Default)]
struct NoBatchEvent;

impl Flaw for NoBatchEvent {
    fn events(&self, store: &ModelStore, query: &EventQuery) -> StoreResult<Slice<Event>> {
        Ok(match store.events(query)? {
            Answer::Done(mut slice) => {
                slice.items.retain(|event| query.row.is_none_or(|row| event.change.row() == Some(row)));
                Answer::Done(slice)
            }
            refused @ Answer::Refused(_) => refused,
        })
    }
}

#[test]
fn a_history_without_the_batch_is_caught() {
    caught_at_random_too::<NoBatchEvent>("s15_the_events_of_one_reference_are_what_concerns_it", Rule::S15);
}

/// Hides events for a while that were committed before those of others.
#[derive(Default)]
struct LateEvents;

impl Flaw for LateEvents {
    fn change(&self, store: &ModelStore, plan: &ChangePlan<'_>) -> StoreResult<Changed> {
        let mut model = store.model();
        let answer = model.change(plan)?;
        let Some((group, _)) = plan.targets.first() else { return Ok(answer) };
        let hide = |model: &mut Model| {
            let events = &mut model.groups.get_mut(group)?.events;
            let at = events.len().checked_sub(2)?;
            Some((at, events.remove(at)))
        };
        let hidden = hide(&mut model);
        drop(model);
        wait();
        let mut model = store.model();
        if let (Some((at, event)), Some(kept)) = (hidden, model.groups.get_mut(group)) {
            kept.events.insert(at, event);
        }
        drop(model);
        Ok(answer)
    }
}

#[test]
fn events_that_are_seen_out_of_order_are_caught() {
    caught::<LateEvents>("s15_a_reader_never_sees_an_event_before_an_earlier_one", Rule::S15);
}
