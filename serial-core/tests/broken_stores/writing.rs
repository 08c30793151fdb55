//! Stores that issue or delete wrongly, even with one caller at a time.

use std::sync::atomic::{AtomicU64, Ordering};

use serial_core::{
    Answer, AppendPlan, Appended, Codes, DeletePlan, Deleted, Group, GroupDeletePlan, GroupPlan, Limit, Outcome,
    Refusal, Repeated, RequestRecord, Scope, Store, StoreError, StoreResult,
    conformance::{ModelStore, Rule},
};

use crate::{caught, caught_at_random_too, wrapper::Flaw};

/// Inserts row by row and does not take back what it inserted before it met a taken code.
#[derive(Default)]
struct PartialInsert;

impl Flaw for PartialInsert {
    fn append(&self, store: &ModelStore, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        let answer = store.append(plan)?;
        if let Answer::Refused(Refusal::CodesTaken { positions }) = &answer {
            let before: String = plan.codes.iter().take(positions[0] as usize).collect();
            if let Some(codes) = Codes::from_packed(before, plan.codes.width()).filter(|codes| !codes.is_empty()) {
                store.append(&AppendPlan { codes: &codes, request: None, ..plan.clone() })?;
            }
        }
        Ok(answer)
    }
}

#[test]
fn a_partial_insert_is_caught() {
    caught_at_random_too::<PartialInsert>("s01_a_partly_taken_plan_issues_nothing", Rule::S1);
}

/// Gives codes free when their references are deleted.
#[derive(Default)]
struct ForgottenTombstones;

impl Flaw for ForgottenTombstones {
    fn delete(&self, store: &ModelStore, plan: &DeletePlan) -> Result<Deleted, StoreError> {
        let mut model = store.model();
        let deleted = model.delete(plan);
        let kept: Vec<String> = model
            .groups
            .values()
            .flat_map(|group| group.references.values())
            .map(|reference| reference.code.as_str().to_owned())
            .collect();
        model.burned.retain(|(_, code)| kept.contains(code));
        Ok(deleted)
    }
}

#[test]
fn forgotten_tombstones_are_caught() {
    caught_at_random_too::<ForgottenTombstones>("s03_a_deleted_code_is_never_accepted_again", Rule::S3);
}

/// Deletes everything about a group, its burned codes included: a cascade too far.
#[derive(Default)]
struct Cascade;

impl Flaw for Cascade {
    fn delete_group(&self, store: &ModelStore, plan: &GroupDeletePlan) -> StoreResult<u64> {
        let mut model = store.model();
        let codes: Vec<String> = model.groups.get(&plan.group).map_or_else(Vec::new, |group| {
            group.references.values().map(|reference| reference.code.as_str().to_owned()).collect()
        });
        let answer = model.delete_group(plan);
        if matches!(answer, Answer::Done(_)) {
            model.burned.retain(|(_, code)| !codes.contains(code));
        }
        Ok(answer)
    }
}

#[test]
fn a_cascade_to_burned_codes_is_caught() {
    caught::<Cascade>("s03_the_codes_of_a_deleted_group_stay_burned", Rule::S3);
}

/// Does not compare the codes of a plan with each other: the unique index is asked before anything is inserted.
#[derive(Default)]
struct TwiceInAPlan;

impl Flaw for TwiceInAPlan {
    fn append(&self, store: &ModelStore, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        let mut model = store.model();
        if let Some(first) = model.repeated(plan) {
            return Ok(Answer::Done(Appended::Repeated(first)));
        }
        match model.refusal(plan) {
            Some(Refusal::CodesTaken { .. }) => match model.taken(plan.group, plan.codes) {
                Answer::Done(positions) if positions.is_empty() => model.issue(plan).map(Answer::Done),
                Answer::Done(positions) => Ok(Refusal::CodesTaken { positions }.into()),
                Answer::Refused(refusal) => Ok(refusal.into()),
            },
            Some(refusal) => Ok(refusal.into()),
            None => model.issue(plan).map(Answer::Done),
        }
    }
}

#[test]
fn a_code_twice_in_a_plan_is_caught() {
    caught_at_random_too::<TwiceInAPlan>("s03_a_code_twice_in_one_plan_is_refused", Rule::S3);
}

/// Has one namespace for all groups.
#[derive(Default)]
struct OneNamespace;

impl Flaw for OneNamespace {
    fn create_group(&self, store: &ModelStore, plan: &GroupPlan) -> StoreResult<Group> {
        let mut model = store.model();
        let answer = model.create_group(&GroupPlan { scope: Scope::Registry, ..plan.clone() });
        Ok(match answer {
            Answer::Done(mut group) => {
                group.scope = plan.scope;
                Answer::Done(group)
            }
            refused @ Answer::Refused(_) => refused,
        })
    }
}

#[test]
fn a_group_without_a_namespace_of_its_own_is_caught() {
    caught_at_random_too::<OneNamespace>("s03_a_group_scope_is_a_namespace_of_its_own", Rule::S3);
}

/// Compares codes without regard to letter case, as some databases do by default.
#[derive(Default)]
struct CaseBlind;

impl Flaw for CaseBlind {
    fn append(&self, store: &ModelStore, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        let known: Vec<String> = store.model().burned.iter().map(|(_, code)| code.to_lowercase()).collect();
        let taken = |code: &str| known.contains(&code.to_lowercase());
        let positions: Vec<u32> = (0..).zip(plan.codes.iter()).filter(|(_, c)| taken(c)).map(|(at, _)| at).collect();
        match store.append(plan)? {
            Answer::Done(_) if !positions.is_empty() => Ok(Refusal::CodesTaken { positions }.into()),
            answer => Ok(answer),
        }
    }
}

#[test]
fn uniqueness_without_letter_case_is_caught() {
    caught_at_random_too::<CaseBlind>("s03_codes_differ_by_letter_case", Rule::S3);
}

/// Forgets request ids when references are deleted: they are a column of the deleted rows.
#[derive(Default)]
struct ForgottenRequests;

impl Flaw for ForgottenRequests {
    fn delete(&self, store: &ModelStore, plan: &DeletePlan) -> Result<Deleted, StoreError> {
        let mut model = store.model();
        let deleted = model.delete(plan);
        let live: Vec<_> = model
            .groups
            .values()
            .flat_map(|group| group.references.values().map(|reference| (reference.group, reference.row)))
            .collect();
        model
            .requests
            .retain(|_, record| record.appended().is_some_and(|first| live.contains(&(first.group, first.first_row))));
        Ok(deleted)
    }
}

#[test]
fn forgotten_request_ids_are_caught() {
    caught_at_random_too::<ForgottenRequests>("s04_the_first_result_outlives_its_references", Rule::S4);
}

/// Does not look at the digest.
#[derive(Default)]
struct AnyDigest;

impl Flaw for AnyDigest {
    fn append(&self, store: &ModelStore, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        let kept = plan.request.map(|request| store.request(request.id)).transpose()?.flatten();
        match kept {
            Some(RequestRecord { outcome: Outcome::Appended(first), .. }) => {
                Ok(Answer::Done(Appended::Repeated(first)))
            }
            _ => store.append(plan),
        }
    }
}

#[test]
fn a_digest_that_is_not_compared_is_caught() {
    caught_at_random_too::<AnyDigest>("s04_a_request_with_another_digest_is_refused", Rule::S4);
}

/// Writes the request id down before it knows whether anything is issued.
#[derive(Default)]
struct EagerRequests;

impl Flaw for EagerRequests {
    fn append(&self, store: &ModelStore, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        let answer = store.append(plan)?;
        if let (Answer::Refused(Refusal::CodesTaken { .. }), Some(request)) = (&answer, plan.request) {
            let result = Repeated {
                group: plan.group,
                first_row: serial_core::RowId(0),
                batch: None,
                codes: plan.codes.clone(),
                created_at: plan.created_at,
            };
            store
                .model()
                .requests
                .insert(request.id, RequestRecord { digest: request.digest, outcome: Outcome::Appended(result) });
        }
        Ok(answer)
    }
}

#[test]
fn a_request_id_that_a_refused_plan_uses_up_is_caught() {
    caught_at_random_too::<EagerRequests>("s04_a_refused_plan_leaves_its_request_unused", Rule::S4);
}

/// Numbers rows by the highest one that is there.
#[derive(Default)]
struct ReusedRows;

impl Flaw for ReusedRows {
    fn delete(&self, store: &ModelStore, plan: &DeletePlan) -> Result<Deleted, StoreError> {
        let mut model = store.model();
        let deleted = model.delete(plan);
        for group in model.groups.values_mut() {
            group.group.issued = group.references.keys().next_back().map_or(0, |row| row.0);
        }
        Ok(deleted)
    }
}

#[test]
fn a_row_that_is_given_again_is_caught() {
    caught_at_random_too::<ReusedRows>("s05_a_deleted_row_is_not_given_again", Rule::S5);
}

/// Numbers groups by how many there are.
#[derive(Default)]
struct ReusedGroups;

impl Flaw for ReusedGroups {
    fn delete_group(&self, store: &ModelStore, plan: &GroupDeletePlan) -> StoreResult<u64> {
        let mut model = store.model();
        let answer = model.delete_group(plan);
        let is_newest = model.groups.keys().next_back() == Some(&plan.group);
        if is_newest && matches!(answer, Answer::Done(_)) {
            model.groups.remove(&plan.group);
        }
        Ok(answer)
    }
}

#[test]
fn a_group_id_that_is_given_again_is_caught() {
    caught_at_random_too::<ReusedGroups>("s05_groups_have_ids_that_grow_and_are_not_given_again", Rule::S5);
}

/// Does not look at the revision.
#[derive(Default)]
struct AnyRevision;

impl Flaw for AnyRevision {
    fn append(&self, store: &ModelStore, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        let revision = store.group(plan.group)?.map_or(0, |group| group.revision);
        store.append(&AppendPlan { revision, ..plan.clone() })
    }
}

#[test]
fn a_revision_that_is_not_compared_is_caught() {
    caught_at_random_too::<AnyRevision>("s02_a_plan_for_an_old_revision_is_refused", Rule::S2);
}

/// Says that codes are taken before it looks whether there is room.
#[derive(Default)]
struct CodesFirst;

impl Flaw for CodesFirst {
    fn append(&self, store: &ModelStore, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        let mut model = store.model();
        let hasty = AppendPlan { max_live: Limit::Unlimited, index: None, ..plan.clone() };
        match model.refusal(&hasty) {
            Some(refusal @ Refusal::CodesTaken { .. }) if model.repeated(plan).is_none() => Ok(refusal.into()),
            _ => model.append(plan),
        }
    }
}

#[test]
fn another_order_of_checks_is_caught() {
    let case = "s12_the_first_reason_to_refuse_an_append_is_the_answer";
    caught_at_random_too::<CodesFirst>(case, Rule::S12);
}

/// Burns the codes of a plan before it sees that the plan is wrong, and keeps them burned.
#[derive(Default)]
struct BurnedByAnError;

impl Flaw for BurnedByAnError {
    fn append(&self, store: &ModelStore, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        let result = store.append(plan);
        if result.is_err() {
            store.model().burned.extend(plan.codes.iter().map(|code| (None, code.to_owned())));
        }
        result
    }
}

#[test]
fn an_error_that_burns_codes_is_caught() {
    caught::<BurnedByAnError>("s10_an_error_in_a_plan_leaves_the_store_usable", Rule::S10);
}

/// Says now and then that it was busy although it did what it was asked.
#[derive(Default)]
struct BusyAfterwards(AtomicU64);

impl Flaw for BusyAfterwards {
    fn append(&self, store: &ModelStore, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        let answer = store.append(plan)?;
        match self.0.fetch_add(1, Ordering::Relaxed) % 8 {
            7 => Err(StoreError::busy("the log is being written")),
            _ => Ok(answer),
        }
    }
}

#[test]
fn an_error_after_the_effect_is_caught() {
    caught::<BusyAfterwards>("s10_a_call_that_failed_has_changed_nothing", Rule::S10);
}
