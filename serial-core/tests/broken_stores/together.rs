//! Stores that are right for one caller at a time and wrong for several. Between the look and the write they wait,
//! so that the tests do not depend on luck.

use std::{thread, time::Duration};

use serial_core::{
    Answer, AppendPlan, Appended, Codes, Group, GroupPlan, Limit, Refusal, Store, StoreResult,
    conformance::{Model, ModelStore, Rule},
};

use crate::{caught, wrapper::Flaw};

/// Long enough for every other thread of a case to look as well.
pub(crate) fn wait() {
    thread::sleep(Duration::from_millis(3));
}

/// Looks at everything, waits, looks again as `again` does, and issues.
fn look_then_write(
    store: &ModelStore,
    plan: &AppendPlan<'_>,
    again: impl Fn(&Model) -> Option<Refusal>,
) -> StoreResult<Appended> {
    let looked = {
        let model = store.model();
        (model.repeated(plan), model.refusal(plan))
    };
    match looked {
        (Some(first), _) => return Ok(Answer::Done(Appended::Repeated(first))),
        (None, Some(refusal)) => return Ok(refusal.into()),
        (None, None) => wait(),
    }
    let mut model = store.model();
    match again(&model) {
        Some(refusal) => Ok(refusal.into()),
        None => model.issue(plan).map(Answer::Done),
    }
}

/// Asks which codes are taken, and then inserts without a unique index.
#[derive(Default)]
struct LookThenWrite;

impl Flaw for LookThenWrite {
    fn append(&self, store: &ModelStore, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        look_then_write(store, plan, |model| {
            model.refusal(plan).filter(|refusal| !matches!(refusal, Refusal::CodesTaken { .. }))
        })
    }
}

#[test]
fn look_then_write_uniqueness_is_caught() {
    caught::<LookThenWrite>("s03_each_code_is_issued_once_by_many_threads", Rule::S3);
}

/// Counts the live references before the transaction begins.
#[derive(Default)]
struct LimitOutside;

impl Flaw for LimitOutside {
    fn append(&self, store: &ModelStore, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        let unlimited = AppendPlan { max_live: Limit::Unlimited, ..plan.clone() };
        look_then_write(store, plan, |model| model.refusal(&unlimited))
    }
}

#[test]
fn a_limit_checked_outside_the_step_is_caught() {
    caught::<LimitOutside>("s02_the_live_limit_holds_for_many_threads", Rule::S2);
}

/// Compares the index before the transaction begins.
#[derive(Default)]
struct IndexOutside;

impl Flaw for IndexOutside {
    fn append(&self, store: &ModelStore, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        let unguarded = AppendPlan { index: None, ..plan.clone() };
        look_then_write(store, plan, |model| model.refusal(&unguarded))
    }
}

#[test]
fn an_index_compared_outside_the_step_is_caught() {
    caught::<IndexOutside>("s02_an_index_is_used_once_by_many_threads", Rule::S2);
}

/// Looks for the request id before the transaction begins.
#[derive(Default)]
struct RequestOutside;

impl Flaw for RequestOutside {
    fn append(&self, store: &ModelStore, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        let unasked = AppendPlan { request: None, ..plan.clone() };
        look_then_write(store, plan, |model| model.refusal(&unasked))
    }
}

#[test]
fn a_request_id_looked_for_outside_the_step_is_caught() {
    caught::<RequestOutside>("s04_one_request_from_many_threads_issues_once", Rule::S4);
}

/// Compares the revision before the transaction begins, which is when the group changes.
#[derive(Default)]
struct RevisionOutside;

impl Flaw for RevisionOutside {
    fn append(&self, store: &ModelStore, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        look_then_write(store, plan, |model| {
            let revision = model.group(plan.group).map_or(0, |group| group.revision);
            model.refusal(&AppendPlan { revision, ..plan.clone() })
        })
    }
}

#[test]
fn a_revision_compared_outside_the_step_is_caught() {
    caught::<RevisionOutside>("s02_no_plan_for_an_old_revision_slips_in_after_a_change", Rule::S2);
}

/// Counts the groups before it creates one.
#[derive(Default)]
struct GroupsOutside;

impl Flaw for GroupsOutside {
    fn create_group(&self, store: &ModelStore, plan: &GroupPlan) -> StoreResult<Group> {
        let looked = store.model().clone().create_group(plan);
        if matches!(looked, Answer::Refused(_)) {
            return Ok(looked);
        }
        wait();
        store.create_group(&GroupPlan { max_groups: Limit::Unlimited, ..plan.clone() })
    }
}

#[test]
fn a_number_of_groups_counted_outside_the_step_is_caught() {
    caught::<GroupsOutside>("s02_the_number_of_groups_holds_for_many_threads", Rule::S2);
}

/// Makes a batch visible in two halves.
#[derive(Default)]
struct Halves;

impl Flaw for Halves {
    fn append(&self, store: &ModelStore, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        let (first, second) = plan.codes.as_packed().split_at(plan.codes.len() / 2 * plan.codes.width());
        let halves = [first, second].map(|half| Codes::from_packed(half.to_owned(), plan.codes.width()));
        let [Some(first), Some(second)] = halves else { return store.append(plan) };
        if first.is_empty() || store.model().refusal(plan).is_some() {
            return store.append(plan);
        }
        let answer = store.append(&AppendPlan { codes: &first, ..plan.clone() })?;
        wait();
        store.append(&AppendPlan { codes: &second, ..plan.clone() })?;
        Ok(answer)
    }
}

#[test]
fn a_batch_that_appears_in_halves_is_caught() {
    caught::<Halves>("s01_a_reader_never_sees_part_of_a_batch", Rule::S1);
}

/// Takes the next rows before the transaction begins, as from a sequence that others see at once.
#[derive(Default)]
struct LateCommit;

impl Flaw for LateCommit {
    fn append(&self, store: &ModelStore, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        let answer = store.append(plan)?;
        let Answer::Done(Appended::New { first_row, .. }) = &answer else { return Ok(answer) };
        // Every fourth append is committed late: its rows are hidden, and seen after those of later appends.
        if first_row.0 % 4 == 1 {
            let hide = |model: &mut Model| {
                let group = model.groups.get_mut(&plan.group)?;
                Some(group.references.split_off(first_row))
            };
            let hidden = hide(&mut store.model());
            wait();
            if let (Some(hidden), Some(group)) = (hidden, store.model().groups.get_mut(&plan.group)) {
                group.references.extend(hidden);
            }
        }
        Ok(answer)
    }
}

#[test]
fn rows_that_are_committed_out_of_order_are_caught() {
    caught::<LateCommit>("s05_a_reader_never_sees_a_row_before_an_earlier_one", Rule::S5);
}
