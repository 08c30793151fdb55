//! Stores that claim wrongly.

use serial_core::{
    Answer, Cause, ClaimPlan, Claimed, GroupId, Refusal, RowId, State, Step, Store, StoreResult, Timestamp,
    conformance::{Model, ModelStore, Rule},
};

use crate::{caught, caught_at_random_too, together::wait, wrapper::Flaw};

/// The rows that a plan could take; `None` where it is refused or repeated.
fn rows_to_take(model: &Model, plan: &ClaimPlan<'_>) -> Option<Vec<RowId>> {
    match model.clone().claim(plan) {
        Ok(Answer::Done(Claimed::New { .. })) => Some(model.next_available(plan)),
        _ => None,
    }
}

/// Asks which references are available, and then takes them without looking again.
#[derive(Default)]
struct LookThenTake;

impl Flaw for LookThenTake {
    fn claim(&self, store: &ModelStore, plan: &ClaimPlan<'_>) -> StoreResult<Claimed> {
        let looked = rows_to_take(&store.model(), plan);
        let Some(mut rows) = looked else { return store.claim(plan) };
        rows.truncate(plan.count.try_into().unwrap());
        wait();
        store.model().take(plan, rows)
    }
}

#[test]
fn a_reference_that_is_claimed_twice_is_caught() {
    caught::<LookThenTake>("s13_no_reference_is_claimed_twice_by_many_threads", Rule::S13);
}

/// Takes what comes last, as an index that is read backwards gives it.
#[derive(Default)]
struct NewestFirst;

impl Flaw for NewestFirst {
    fn claim(&self, store: &ModelStore, plan: &ClaimPlan<'_>) -> StoreResult<Claimed> {
        let mut model = store.model();
        let Some(mut rows) = rows_to_take(&model, plan) else { return model.claim(plan) };
        let rows = rows.split_off(rows.len() - usize::try_from(plan.count).unwrap());
        model.take(plan, rows)
    }
}

#[test]
fn a_claim_of_the_newest_is_caught() {
    caught_at_random_too::<NewestFirst>("s13_a_claim_takes_the_oldest_available_references", Rule::S13);
}

/// Takes what there is where it is less than was asked for.
#[derive(Default)]
struct WhatThereIs;

impl Flaw for WhatThereIs {
    fn claim(&self, store: &ModelStore, plan: &ClaimPlan<'_>) -> StoreResult<Claimed> {
        match store.claim(plan)? {
            Answer::Refused(Refusal::TooFewAvailable { available }) if available > 0 => {
                store.claim(&ClaimPlan { count: available, ..plan.clone() })
            }
            answer => Ok(answer),
        }
    }
}

#[test]
fn a_claim_of_less_than_was_asked_for_is_caught() {
    caught_at_random_too::<WhatThereIs>("s13_a_claim_takes_all_or_none", Rule::S13);
}

/// Looks at the whole group where a claim is of one batch.
#[derive(Default)]
struct AnyBatch;

impl Flaw for AnyBatch {
    fn claim(&self, store: &ModelStore, plan: &ClaimPlan<'_>) -> StoreResult<Claimed> {
        let mut model = store.model();
        match model.clone().claim(plan)? {
            Answer::Done(Claimed::New { .. }) => model.claim(&ClaimPlan { batch: None, ..plan.clone() }),
            _ => model.claim(plan),
        }
    }
}

#[test]
fn a_claim_from_another_batch_is_caught() {
    caught_at_random_too::<AnyBatch>("s13_a_claim_from_a_batch_takes_nothing_else", Rule::S13);
}

/// Writes down when a claim ends, and never looks at it.
#[derive(Default)]
struct ForgottenExpiry;

impl Flaw for ForgottenExpiry {
    fn claim(&self, store: &ModelStore, plan: &ClaimPlan<'_>) -> StoreResult<Claimed> {
        let mut model = store.model();
        let Some(group) = model.groups.get_mut(&plan.group) else { return model.claim(plan) };
        let claims = group.claims.clone();
        group.claims.values_mut().for_each(|claim| claim.expires_at = None);
        let answer = model.claim(plan);
        if let Some(group) = model.groups.get_mut(&plan.group) {
            group.claims.extend(claims);
        }
        answer
    }
}

#[test]
fn an_expiry_that_is_forgotten_is_caught() {
    caught_at_random_too::<ForgottenExpiry>("s13_what_expired_falls_back_in_the_next_claim", Rule::S13);
}

/// Lets a claim expire a moment after its time.
#[derive(Default)]
struct LateExpiry;

impl Flaw for LateExpiry {
    fn expire(&self, store: &ModelStore, group: GroupId, at: Timestamp) -> StoreResult<u64> {
        let model = &mut *store.model();
        let before = Timestamp::from_micros(at.as_micros() - 1);
        let answer = model.expire(group, before);
        for kept in model.groups.values_mut() {
            let late = kept.events.iter_mut().filter(|event| event.at == before && event.cause == Cause::expired());
            late.for_each(|event| event.at = at);
        }
        Ok(answer)
    }
}

#[test]
fn an_expiry_after_its_moment_is_caught() {
    caught_at_random_too::<LateExpiry>("s13_expiry_brings_back_what_is_still_allocated", Rule::S13);
}

/// Brings back what expired before it knows whether the claim is refused.
#[derive(Default)]
struct HastyExpiry;

impl Flaw for HastyExpiry {
    fn claim(&self, store: &ModelStore, plan: &ClaimPlan<'_>) -> StoreResult<Claimed> {
        let answer = store.claim(plan)?;
        if let Answer::Refused(Refusal::TooFewAvailable { .. }) = &answer {
            store.expire(plan.group, plan.at)?;
        }
        Ok(answer)
    }
}

#[test]
fn a_refused_claim_that_lets_others_expire_is_caught() {
    caught_at_random_too::<HastyExpiry>("s13_a_refused_claim_leaves_expired_ones", Rule::S13);
}

/// Has no column for the request id of a claim.
#[derive(Default)]
struct ForgottenRequests;

impl Flaw for ForgottenRequests {
    fn claim(&self, store: &ModelStore, plan: &ClaimPlan<'_>) -> StoreResult<Claimed> {
        store.claim(&ClaimPlan { request: None, ..plan.clone() })
    }
}

#[test]
fn a_claim_without_its_request_id_is_caught() {
    caught_at_random_too::<ForgottenRequests>("s13_a_repeated_claim_gives_the_same_references", Rule::S13);
}

/// Keeps the request ids of claims apart from those of appends.
#[derive(Default)]
struct RequestsByKind;

impl Flaw for RequestsByKind {
    fn claim(&self, store: &ModelStore, plan: &ClaimPlan<'_>) -> StoreResult<Claimed> {
        match store.claim(plan)? {
            Answer::Refused(Refusal::RequestMismatch) => store.claim(&ClaimPlan { request: None, ..plan.clone() }),
            answer => Ok(answer),
        }
    }
}

#[test]
fn request_ids_of_each_kind_are_caught() {
    caught_at_random_too::<RequestsByKind>("s13_a_request_is_of_one_kind", Rule::S13);
}

/// Returns what a claim once held, although it was used since.
#[derive(Default)]
struct ReturnsAll;

impl Flaw for ReturnsAll {
    fn change(&self, store: &ModelStore, plan: &serial_core::ChangePlan<'_>) -> StoreResult<serial_core::Changed> {
        let answer = store.change(plan)?;
        if let (Step::Return { claim }, Answer::Done(_)) = (plan.step, &answer) {
            let mut model = store.model();
            for (group, rows) in plan.targets {
                let Some(kept) = model.groups.get_mut(group) else { continue };
                let Some(claimed) = kept.claims.get(&claim).map(|claim| claim.rows.clone()) else { continue };
                for row in claimed.into_iter().filter(|row| rows.contains(*row)) {
                    kept.references.entry(row).and_modify(|reference| reference.state = State::Available);
                }
            }
        }
        Ok(answer)
    }
}

#[test]
fn a_return_of_what_was_used_is_caught() {
    caught_at_random_too::<ReturnsAll>("s13_a_return_leaves_what_is_not_held", Rule::S13);
}
