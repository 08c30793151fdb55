//! Claiming references and changing them.

use crate::{
    group::Group,
    ids::{ClaimId, FieldId, GroupId},
    life::{Cause, State, WarrantyPolicy},
    memory::{
        MemoryStore,
        cell::{Cell, State as CellState},
        events::{By, RowChange},
        read::{batch_position, window},
        requests::Done,
    },
    query::Within,
    store::{
        Answer, ChangePlan, Changed, ClaimPlan, ClaimRecord, Claimed, Outcome, Refusal, RowSet, Step, StoreError,
        StoreResult, Unfit,
    },
    time::Timestamp,
};

impl MemoryStore {
    pub(super) fn claim_rows(&self, plan: &ClaimPlan<'_>) -> StoreResult<Claimed> {
        let ticket = match plan.request {
            None => None,
            Some(request) => match self.begin(request)? {
                Ok(ticket) => Some(ticket),
                Err(Answer::Done(Outcome::Claimed(first))) => return Ok(Answer::Done(Claimed::Repeated(first))),
                Err(Answer::Done(_)) => return Ok(Refusal::RequestMismatch.into()),
                Err(Answer::Refused(refusal)) => return Ok(refusal.into()),
            },
        };
        let gone = Refusal::NoSuchGroup { group: plan.group };
        let Some(cell) = self.cell(plan.group) else { return Ok(gone.into()) };
        let mut state = cell.write();
        if state.deleted {
            return Ok(gone.into());
        }
        let within = plan.batch.map_or(Within::Group(plan.group), |batch| Within::Batch(plan.group, batch));
        let Some(window) = window(&state, within) else {
            let batch = plan.batch.unwrap_or(crate::BatchId(0));
            return Ok(Refusal::NoSuchBatch { group: plan.group, batch }.into());
        };
        if plan.count == 0 {
            return Err(StoreError::contract("a plan claims nothing"));
        }
        let state = &mut *state;
        let expired = state.life.expired(&state.rows, plan.at);
        let counts = match plan.batch.and_then(|batch| batch_position(state, batch)) {
            Some(position) => state.rows.counts_of_batch(position),
            None => state.life.counts,
        };
        let coming = expired.iter().filter(|row| window.contains(row)).count() as u64;
        let available = counts[State::Available] + coming;
        if available < plan.count {
            return Ok(Refusal::TooFewAvailable { available }.into());
        }
        state.fall_back(&expired, plan.at);
        let rows = state.life.next_available(&state.rows, window, plan.count);
        let ranges = rows.ranges().len();
        let claim = state.life.add_claim(plan.holder.clone(), plan.at, plan.expires_at, rows);
        let by = state.life.events.by(plan.at, plan.cause);
        for range in 0..ranges {
            let (first, last) = state.life.claims[claim as usize - 1].rows.ranges()[range].clone().into_inner();
            for row in first.0..=last.0 {
                state.life.bring(&mut state.rows, (row - 1) as u32, State::Allocated, claim, by);
            }
        }
        if let Some(ticket) = ticket {
            ticket.keep(Done::Claimed { group: cell.number(), claim });
        }
        let available = state.life.counts[State::Available];
        Ok(Answer::Done(Claimed::New { claim: claim_record(cell, state, claim), available }))
    }

    pub(super) fn one_claim(&self, group: GroupId, claim: ClaimId) -> Answer<ClaimRecord> {
        let gone = Refusal::NoSuchGroup { group };
        let Some(cell) = self.cell(group) else { return gone.into() };
        let state = cell.read();
        if state.deleted {
            return gone.into();
        }
        match u32::try_from(claim.0) {
            Ok(number) if number > 0 && number as usize <= state.life.claims.len() => {
                Answer::Done(claim_record(cell, &state, number))
            }
            _ => Refusal::NoSuchClaim { group, claim }.into(),
        }
    }

    pub(super) fn expire_claims(&self, group: GroupId, at: Timestamp) -> Answer<u64> {
        let gone = Refusal::NoSuchGroup { group };
        let Some(cell) = self.cell(group) else { return gone.into() };
        let mut state = cell.write();
        if state.deleted {
            return gone.into();
        }
        let expired = state.life.expired(&state.rows, at);
        state.fall_back(&expired, at);
        Answer::Done(expired.len() as u64)
    }

    /// All groups are locked before the first row is changed, in the order of their ids as everywhere.
    pub(super) fn change_rows(&self, plan: &ChangePlan<'_>) -> StoreResult<Changed> {
        let ticket = match plan.request {
            None => None,
            Some(request) => match self.begin(request)? {
                Ok(ticket) => Some(ticket),
                Err(Answer::Done(Outcome::Changed(first))) => return Ok(Answer::Done(first)),
                Err(Answer::Done(_)) => return Ok(Refusal::RequestMismatch.into()),
                Err(Answer::Refused(refusal)) => return Ok(refusal.into()),
            },
        };
        check_shape(plan)?;
        let mut targets: Vec<(GroupId, &RowSet)> = plan.targets.iter().map(|(group, rows)| (*group, rows)).collect();
        targets.sort_unstable_by_key(|(group, _)| *group);
        if targets.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(StoreError::contract("a plan names a group twice"));
        }
        let mut locked = Vec::with_capacity(targets.len());
        for (group, rows) in targets {
            let gone = Refusal::NoSuchGroup { group };
            let Some(cell) = self.cell(group) else { return Ok(gone.into()) };
            let state = cell.write();
            if state.deleted {
                return Ok(gone.into());
            }
            if let Some(refusal) = refused(cell, &state, plan)? {
                return Ok(refusal.into());
            }
            locked.push((cell, state, rows));
        }
        let unfit: Vec<Unfit> =
            locked.iter().flat_map(|(cell, state, rows)| unfit(cell.id, state, rows, plan)).collect();
        if !unfit.is_empty() {
            return Ok(Refusal::Unfit { references: unfit }.into());
        }
        let mut result = Changed::default();
        for (_, state, rows) in &mut locked {
            let by = state.life.events.by(plan.at, plan.cause);
            // What passed the check, or is only looked at, is not beyond what was issued.
            let last = u64::from(state.rows.issued);
            for range in rows.ranges() {
                let named = range.end().0 - range.start().0 + 1;
                let present = range.start().0.max(1)..=range.end().0.min(last);
                let changed: u64 = present.map(|row| u64::from(state.step((row - 1) as u32, plan.step, by))).sum();
                result.changed += changed;
                result.left += named - changed;
            }
        }
        if let Some(ticket) = ticket {
            ticket.keep(Done::Changed(result));
        }
        Ok(Answer::Done(result))
    }
}

impl CellState {
    /// Brings back what expired claims held.
    fn fall_back(&mut self, rows: &[u32], at: Timestamp) {
        if rows.is_empty() {
            return;
        }
        let by = self.life.events.by(at, &Cause::expired());
        for row in rows {
            self.life.bring(&mut self.rows, *row, State::Available, 0, by);
        }
    }

    /// Takes one row through a step; `false` where the step leaves it.
    fn step(&mut self, row: u32, step: Step<'_>, by: By) -> bool {
        match step {
            Step::Move { to, .. } => self.life.bring(&mut self.rows, row, to, 0, by),
            Step::Return { claim } => {
                if u64::from(self.life.claim(row)) != claim.0 || !self.rows.is_live(row) {
                    return false;
                }
                self.life.bring(&mut self.rows, row, State::Available, 0, by);
            }
            Step::SetValues { values, .. } => {
                for (field, value) in values {
                    self.set_value(row, *field, value.as_deref(), by);
                }
            }
            Step::SetWarranty { policy } => self.set_warranty(row, policy, by),
        }
        true
    }

    fn set_value(&mut self, row: u32, field: FieldId, value: Option<&str>, by: By) {
        let default = default_of(&self.group, field);
        let before = self.life.values.get(&(row, field)).cloned();
        let from = before.as_deref().unwrap_or(default);
        let to = value.unwrap_or(default);
        if from != to {
            let change = RowChange::AttributeSet { field, from, to };
            self.life.note(by, row, &change);
        }
        self.life.set_value(row, field, value.map(ToOwned::to_owned));
    }

    fn set_warranty(&mut self, row: u32, policy: Option<WarrantyPolicy>, by: By) {
        let text = |policy: Option<WarrantyPolicy>| policy.map(|policy| policy.to_string()).unwrap_or_default();
        let before = match policy {
            Some(policy) => self.life.warranties.insert(row, policy),
            None => self.life.warranties.remove(&row),
        };
        if before != policy {
            let change = RowChange::WarrantySet { from: &text(before), to: &text(policy) };
            self.life.note(by, row, &change);
        }
    }
}

/// What a field holds where no value was given.
pub(super) fn default_of(group: &Group, field: FieldId) -> &str {
    group.fields.iter().find(|declared| declared.id == field).map_or("", |declared| &declared.default)
}

/// The record of a claim by its position plus one.
pub(super) fn claim_record(cell: &Cell, state: &CellState, claim: u32) -> ClaimRecord {
    let claimed = &state.life.claims[claim as usize - 1];
    ClaimRecord {
        group: cell.id,
        id: ClaimId(claim.into()),
        holder: claimed.holder.clone(),
        claimed_at: claimed.at,
        expires_at: claimed.expires_at,
        references: claimed.rows.iter().map(|row| cell.reference_in(state, (row.0 - 1) as u32)).collect(),
    }
}

/// Only a faulty registry makes such plans.
fn check_shape(plan: &ChangePlan<'_>) -> Result<(), StoreError> {
    let only_one = plan.held_by.is_some() || matches!(plan.step, Step::Return { .. } | Step::SetValues { .. });
    if plan.targets.iter().all(|(_, rows)| rows.is_empty()) || (only_one && plan.targets.len() != 1) {
        return Err(StoreError::contract("a plan changes nothing, or several groups where it may change one"));
    }
    if matches!(plan.step, Step::Move { from, .. } if from.iter().next().is_none()) {
        return Err(StoreError::contract("a plan brings references to a state that no state may come before"));
    }
    Ok(())
}

/// The first reason to refuse a change that concerns a group as a whole.
fn refused(cell: &Cell, state: &CellState, plan: &ChangePlan<'_>) -> Result<Option<Refusal>, StoreError> {
    match plan.step {
        Step::Return { claim } if claim.0 == 0 || claim.0 > state.life.claims.len() as u64 => {
            Ok(Some(Refusal::NoSuchClaim { group: cell.id, claim }))
        }
        Step::SetValues { revision, .. } if revision != state.group.revision => {
            Ok(Some(Refusal::GroupChanged { group: Box::new(cell.group_in(state)) }))
        }
        Step::SetValues { values, .. } => {
            let in_use = |id| state.group.fields.iter().any(|field| field.id == id && !field.is_retired);
            if values.iter().all(|(field, _)| in_use(*field)) {
                Ok(None)
            } else {
                Err(StoreError::contract("a plan sets a field that the group does not have in use"))
            }
        }
        _ => Ok(None),
    }
}

/// The rows of a group that a step cannot change.
fn unfit(group: GroupId, state: &CellState, rows: &RowSet, plan: &ChangePlan<'_>) -> Vec<Unfit> {
    let step = plan.step;
    let is_held = |row: u32| match plan.held_by {
        Some(claim) if state.life.state(row) == State::Allocated => u64::from(state.life.claim(row)) == claim.0,
        _ => true,
    };
    let fits = |found: Option<State>| match step {
        Step::Move { from, .. } => found.is_some_and(|found| from.contains(found)),
        Step::Return { .. } => true,
        Step::SetValues { .. } | Step::SetWarranty { .. } => found.is_some(),
    };
    if matches!(step, Step::Return { .. }) {
        return Vec::new();
    }
    let found = rows.iter().filter_map(|row| {
        let position = row.0.checked_sub(1).and_then(|row| u32::try_from(row).ok());
        let live = position.filter(|position| state.rows.is_live(*position));
        let found = live.map(|position| state.life.state(position));
        (!fits(found) || live.is_some_and(|live| !is_held(live))).then_some(Unfit { group, row, state: found })
    });
    found.collect()
}
