//! Changing references: their states, their values, their warranties.

use std::ops::RangeInclusive;

use rusqlite::{Connection, params};
use serial_core::{
    Answer, ChangePlan, Changed, ClaimId, FieldId, GroupId, Outcome, Refusal, Request, RowId, RowSet, State, States,
    Step, StoreError, Unfit, WarrantyPolicy,
};

use crate::{
    attributes, claims,
    encode::{MAX_ROWS, id_of, place_of, read_state},
    error::Failure,
    expire, groups,
    ledger::{By, Ledger},
    requests::{self, Earlier},
};

/// A plan with everything it points to, so that another thread can carry it out.
pub(crate) struct Plan {
    request: Option<Request>,
    targets: Vec<(GroupId, RowSet)>,
    step: OwnStep,
    held_by: Option<ClaimId>,
    by: By,
}

/// A [`Step`] that borrows nothing.
enum OwnStep {
    Move { from: States, to: State },
    Return { claim: ClaimId },
    SetValues { revision: u64, values: Vec<(FieldId, Option<String>)> },
    SetWarranty { policy: Option<WarrantyPolicy> },
}

impl Plan {
    pub(crate) fn of(plan: &ChangePlan<'_>) -> Result<Self, Failure> {
        let step = match plan.step {
            Step::Move { from, to } => OwnStep::Move { from, to },
            Step::Return { claim } => OwnStep::Return { claim },
            Step::SetValues { revision, values } => OwnStep::SetValues { revision, values: values.to_vec() },
            Step::SetWarranty { policy } => OwnStep::SetWarranty { policy },
        };
        let (targets, held_by) = (plan.targets.to_vec(), plan.held_by);
        Ok(Self { request: plan.request, targets, step, held_by, by: By::of(plan.at, plan.cause)? })
    }
}

/// A group that exists, the rows of it to change, and the values to set with the defaults of their fields.
struct Target<'a> {
    group: i64,
    rows: &'a RowSet,
    values: Vec<attributes::Setting<'a>>,
}

pub(crate) fn change(connection: &Connection, plan: &Plan) -> Result<Answer<Changed>, Failure> {
    match requests::earlier(connection, plan.request)? {
        Earlier::Nothing => {}
        Earlier::Same(Outcome::Changed(first)) => return Ok(Answer::Done(first)),
        Earlier::Same(_) | Earlier::Other => return Ok(Refusal::RequestMismatch.into()),
    }
    let only_one = plan.held_by.is_some() || matches!(plan.step, OwnStep::Return { .. } | OwnStep::SetValues { .. });
    if plan.targets.iter().all(|(_, rows)| rows.is_empty()) || (only_one && plan.targets.len() != 1) {
        return Err(StoreError::contract("a plan changes nothing, or several groups where it may change one").into());
    }
    if matches!(plan.step, OwnStep::Move { from, .. } if from.iter().next().is_none()) {
        return Err(StoreError::contract("a plan brings references to a state that no state may come before").into());
    }
    let mut targets = Vec::with_capacity(plan.targets.len());
    for (group, rows) in &plan.targets {
        match target(connection, plan, *group, rows)? {
            Answer::Done(target) => targets.push(target),
            Answer::Refused(refusal) => return Ok(refusal.into()),
        }
    }
    let references = unfit(connection, plan, &targets)?;
    if !references.is_empty() {
        return Ok(Refusal::Unfit { references }.into());
    }
    let mut result = Changed::default();
    for target in &targets {
        let changed = carry_out(connection, plan, target)?;
        result.changed += changed;
        result.left += target.rows.len() - changed;
    }
    if let Some(request) = plan.request {
        requests::add_change(connection, request, result, &plan.by)?;
    }
    Ok(Answer::Done(result))
}

/// Looks whether a group is as the step needs it.
fn target<'a>(
    connection: &Connection,
    plan: &'a Plan,
    group: GroupId,
    rows: &'a RowSet,
) -> Result<Answer<Target<'a>>, Failure> {
    let Some(number) = groups::exists(connection, group)? else {
        return Ok(Refusal::NoSuchGroup { group }.into());
    };
    let mut target = Target { group: number, rows, values: Vec::new() };
    match &plan.step {
        OwnStep::Return { claim } if !claims::exists(connection, number, *claim)? => {
            return Ok(Refusal::NoSuchClaim { group, claim: *claim }.into());
        }
        OwnStep::SetValues { revision, values } => {
            let found = groups::one(connection, group)?;
            let found = found.ok_or_else(|| Failure::corrupt("a group vanished while it was read"))?;
            if found.revision != *revision {
                return Ok(Refusal::GroupChanged { group: Box::new(found) }.into());
            }
            for (id, value) in values {
                let field = found.fields.iter().find(|field| field.id == *id && !field.is_retired);
                let unknown = || StoreError::contract("a plan sets a field that the group does not have in use");
                let default = field.ok_or_else(unknown)?.default.clone();
                target.values.push(attributes::Setting { field: id.0.cast_signed(), default, value: value.as_deref() });
            }
        }
        _ => {}
    }
    Ok(Answer::Done(target))
}

/// The references that cannot be changed as the plan says.
fn unfit(connection: &Connection, plan: &Plan, targets: &[Target<'_>]) -> Result<Vec<Unfit>, Failure> {
    let from: States = match plan.step {
        OwnStep::Move { from, .. } => from,
        OwnStep::Return { .. } => return Ok(Vec::new()),
        OwnStep::SetValues { .. } | OwnStep::SetWarranty { .. } => State::ALL.into_iter().collect(),
    };
    let mask: i64 = from.iter().map(|state| 1 << state.number()).sum();
    let sql = "SELECT count(*) FROM \"references\" \
               WHERE id BETWEEN ?1 AND ?2 AND deleted = 0 AND ?3 >> state_number & 1 = 1 \
               AND (?4 IS NULL OR state_number <> ?5 OR claim_id IS ?4)";
    let held_by = plan.held_by.map(|claim| claim.0.cast_signed());
    let allocated = i64::from(State::Allocated.number());
    let mut fitting = connection.prepare_cached(sql)?;
    let mut unfit = Vec::new();
    for target in targets {
        for rows in target.rows.ranges() {
            let ids = id_of(target.group, rows.start().0)..=id_of(target.group, rows.end().0);
            let found: i64 =
                fitting.query_row(params![ids.start(), ids.end(), mask, held_by, allocated], |row| row.get(0))?;
            if found.cast_unsigned() != rows.end().0 - rows.start().0 + 1 || rows.end().0 > MAX_ROWS {
                name_unfit(connection, target.group, rows, (from, held_by), &mut unfit)?;
            }
        }
    }
    Ok(unfit)
}

/// Names those of consecutive rows that are not live in one of these states.
fn name_unfit(
    connection: &Connection,
    group: i64,
    rows: &RangeInclusive<RowId>,
    (from, held_by): (States, Option<i64>),
    unfit: &mut Vec<Unfit>,
) -> Result<(), Failure> {
    let sql =
        "SELECT id, state_number, claim_id FROM \"references\" WHERE id BETWEEN ?1 AND ?2 AND deleted = 0 ORDER BY id";
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = statement.query([id_of(group, rows.start().0), id_of(group, rows.end().0)])?;
    let group = place_of(id_of(group, 0)).0;
    let read = |row: &rusqlite::Row<'_>| {
        let claim: Option<i64> = row.get(2)?;
        Ok::<_, Failure>((place_of(row.get(0)?).1, read_state(row, 1)?, claim))
    };
    let mut next = found.next()?.map(read).transpose()?;
    for row in (rows.start().0..=rows.end().0).map(RowId) {
        let live = next.filter(|(live, ..)| *live == row);
        let state = live.map(|(_, state, _)| state);
        let is_held =
            live.is_some_and(|(_, state, claim)| state != State::Allocated || held_by.is_none() || claim == held_by);
        if state.is_some() {
            next = found.next()?.map(read).transpose()?;
        }
        if !state.is_some_and(|state| from.contains(state)) || !is_held {
            unfit.push(Unfit { group, row, state });
        }
    }
    Ok(())
}

/// Changes what is to be changed of a group, and counts it.
fn carry_out(connection: &Connection, plan: &Plan, target: &Target<'_>) -> Result<u64, Failure> {
    let mut ledger = Ledger::open(connection, target.group)?;
    let ids =
        target.rows.ranges().iter().map(|rows| id_of(target.group, rows.start().0)..=id_of(target.group, rows.end().0));
    let mut changed = target.rows.len();
    match &plan.step {
        OwnStep::Move { to, .. } => {
            for ids in ids {
                ledger.bring(&ids, *to, None, &plan.by)?;
            }
        }
        OwnStep::Return { claim } => {
            let mut held = expire::held(connection, target.group, claim.0.cast_signed())?;
            held.retain(|id| target.rows.contains(place_of(*id).1));
            changed = held.len() as u64;
            for ids in expire::ranges(held) {
                ledger.bring(&ids, State::Available, None, &plan.by)?;
            }
        }
        OwnStep::SetValues { .. } => {
            for ids in ids {
                attributes::set_values(connection, &mut ledger, &ids, &target.values, &plan.by)?;
            }
        }
        OwnStep::SetWarranty { policy } => {
            let policy = policy.map(|policy| policy.to_string());
            for ids in ids {
                attributes::set_warranty(connection, &mut ledger, &ids, policy.as_deref(), &plan.by)?;
            }
        }
    }
    ledger.close()?;
    Ok(changed)
}
