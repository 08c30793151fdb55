//! What becomes of references in the model.

use crate::{
    conformance::model::{Model, ModelClaim, ModelGroup, read::slice},
    ids::{ClaimId, EventId, FieldId, GroupId, RequestId, RowId},
    life::{Cause, Change, Event, Inventory, State, StateCounts, WarrantyPolicy},
    query::Within,
    reference::Reference,
    store::{
        Answer, ChangePlan, Changed, ClaimPlan, ClaimRecord, Claimed, Details, EventQuery, Outcome, Refusal, Request,
        RequestRecord, RowSet, Slice, Step, StoreError, StoreResult, Unfit,
    },
    time::Timestamp,
};

impl ModelGroup {
    /// Adds an event.
    pub fn note(&mut self, at: Timestamp, cause: &Cause, change: Change) {
        let id = EventId(self.events.len() as u64 + 1);
        self.events.push(Event::new(self.group.id, id, at, change, cause.clone()));
    }

    /// The value that a reference has in a field, its own or the default.
    pub fn value(&self, row: RowId, field: FieldId) -> Option<&String> {
        let declared = self.group.fields.iter().find(|declared| declared.id == field)?;
        Some(self.values.get(&(row, field)).unwrap_or(&declared.default))
    }

    /// Brings a live reference to a state.
    fn bring(&mut self, row: RowId, to: State, claim: Option<ClaimId>, at: Timestamp, cause: &Cause) {
        let Some(reference) = self.references.get_mut(&row) else { return };
        let from = std::mem::replace(&mut reference.state, to);
        let before = std::mem::replace(&mut reference.claim, claim);
        self.note(at, cause, Change::Moved { row, from, to, claim: claim.or(before) });
    }

    /// The rows that are still allocated by claims that expire at a moment or before.
    fn expired(&self, at: Timestamp) -> Vec<RowId> {
        let is_over = |claim: &ClaimId| {
            let claim = self.claims.get(claim);
            claim.and_then(|claim| claim.expires_at).is_some_and(|expires_at| expires_at <= at)
        };
        let held = self.references.values().filter(|reference| reference.claim.as_ref().is_some_and(is_over));
        held.map(|reference| reference.row).collect()
    }

    /// The record of a claim, with its references as they are now.
    fn record(&self, id: ClaimId) -> Option<ClaimRecord> {
        let ModelClaim { holder, claimed_at, expires_at, rows } = self.claims.get(&id)?.clone();
        let reference = |row: &RowId| self.references.get(row).or_else(|| self.gone.get(row)).cloned();
        let references = rows.iter().filter_map(reference).collect();
        Some(ClaimRecord { group: self.group.id, id, holder, claimed_at, expires_at, references })
    }
}

impl Model {
    /// What [`Store::request`](crate::Store::request) answers.
    pub fn request(&self, id: RequestId) -> Option<RequestRecord> {
        let mut record = self.requests.get(&id)?.clone();
        if let Outcome::Claimed(claim) = &mut record.outcome {
            *claim = self.groups.get(&claim.group)?.record(claim.id)?;
        }
        Some(record)
    }

    /// What was done under the same request before; a refusal where that was something else.
    fn done_before(&self, request: Option<Request>) -> Result<Option<Outcome>, Refusal> {
        match request.and_then(|request| Some((request, self.request(request.id)?))) {
            None => Ok(None),
            Some((request, record)) if record.digest == request.digest => Ok(Some(record.outcome)),
            Some(_) => Err(Refusal::RequestMismatch),
        }
    }

    /// What [`Store::claim`](crate::Store::claim) does: look for a reason to refuse, and if there is none, take.
    ///
    /// # Errors
    /// [`StoreError::Contract`] for a plan that claims nothing.
    pub fn claim(&mut self, plan: &ClaimPlan<'_>) -> StoreResult<Claimed> {
        match self.done_before(plan.request) {
            Ok(Some(Outcome::Claimed(first))) => return Ok(Answer::Done(Claimed::Repeated(first))),
            Ok(Some(_)) => return Ok(Refusal::RequestMismatch.into()),
            Ok(None) => {}
            Err(refusal) => return Ok(refusal.into()),
        }
        let Some(kept) = self.existing(plan.group) else {
            return Ok(Refusal::NoSuchGroup { group: plan.group }.into());
        };
        if let Some(batch) = plan.batch.filter(|batch| !kept.batches.contains_key(batch)) {
            return Ok(Refusal::NoSuchBatch { group: plan.group, batch }.into());
        }
        if plan.count == 0 {
            return Err(StoreError::contract("a plan claims nothing"));
        }
        let rows = self.next_available(plan);
        if (rows.len() as u64) < plan.count {
            return Ok(Refusal::TooFewAvailable { available: rows.len() as u64 }.into());
        }
        self.take(plan, rows.into_iter().take(usize::try_from(plan.count).unwrap_or(usize::MAX)).collect())
    }

    /// The rows that a claim could take, ascending; those of claims that expired included.
    pub fn next_available(&self, plan: &ClaimPlan<'_>) -> Vec<RowId> {
        let Some(kept) = self.existing(plan.group) else { return Vec::new() };
        let expired = kept.expired(plan.at);
        let is_free = |reference: &&Reference| {
            (reference.state == State::Available || expired.contains(&reference.row))
                && plan.batch.is_none_or(|batch| reference.batch == Some(batch))
        };
        kept.references.values().filter(is_free).map(|reference| reference.row).collect()
    }

    /// Claims these rows, without looking whether they are available.
    ///
    /// # Errors
    /// [`StoreError::Contract`] where there is no such group.
    pub fn take(&mut self, plan: &ClaimPlan<'_>, rows: Vec<RowId>) -> StoreResult<Claimed> {
        self.expire(plan.group, plan.at);
        let Some(kept) = self.groups.get_mut(&plan.group) else {
            return Err(StoreError::contract("a plan for a group that does not exist cannot be carried out"));
        };
        let id = ClaimId(kept.claims.len() as u64 + 1);
        for row in &rows {
            kept.bring(*row, State::Allocated, Some(id), plan.at, plan.cause);
        }
        let (claimed_at, expires_at) = (plan.at, plan.expires_at);
        kept.claims.insert(id, ModelClaim { holder: plan.holder.clone(), claimed_at, expires_at, rows });
        let available = kept.shown().counts[State::Available];
        let Some(claim) = kept.record(id) else {
            return Err(StoreError::contract("a claim that was made is not there"));
        };
        if let Some(request) = plan.request {
            let outcome = Outcome::Claimed(claim.clone());
            self.requests.insert(request.id, RequestRecord { digest: request.digest, outcome });
        }
        Ok(Answer::Done(Claimed::New { claim, available }))
    }

    /// What [`Store::claimed`](crate::Store::claimed) answers.
    pub fn claimed(&self, group: GroupId, claim: ClaimId) -> Answer<ClaimRecord> {
        let Some(kept) = self.existing(group) else { return Refusal::NoSuchGroup { group }.into() };
        kept.record(claim).map_or_else(|| Refusal::NoSuchClaim { group, claim }.into(), Answer::Done)
    }

    /// What [`Store::expire`](crate::Store::expire) does.
    pub fn expire(&mut self, group: GroupId, at: Timestamp) -> Answer<u64> {
        let Some(kept) = self.groups.get_mut(&group).filter(|kept| !kept.deleted) else {
            return Refusal::NoSuchGroup { group }.into();
        };
        let rows = kept.expired(at);
        for row in &rows {
            kept.bring(*row, State::Available, None, at, &Cause::expired());
        }
        Answer::Done(rows.len() as u64)
    }

    /// What [`Store::change`](crate::Store::change) does: look for a reason to refuse, and if there is none, change.
    ///
    /// # Errors
    /// [`StoreError::Contract`] for a plan that no registry makes.
    pub fn change(&mut self, plan: &ChangePlan<'_>) -> StoreResult<Changed> {
        match self.done_before(plan.request) {
            Ok(Some(Outcome::Changed(first))) => return Ok(Answer::Done(first)),
            Ok(Some(_)) => return Ok(Refusal::RequestMismatch.into()),
            Ok(None) => {}
            Err(refusal) => return Ok(refusal.into()),
        }
        if let Some(refusal) = self.change_refusal(plan)? {
            return Ok(refusal.into());
        }
        Ok(Answer::Done(self.carry_out(plan)))
    }

    /// The first reason to refuse a change that is not repeated.
    ///
    /// # Errors
    /// [`StoreError::Contract`] for a plan that no registry makes.
    pub fn change_refusal(&self, plan: &ChangePlan<'_>) -> Result<Option<Refusal>, StoreError> {
        let only_one = plan.held_by.is_some() || matches!(plan.step, Step::Return { .. } | Step::SetValues { .. });
        if plan.targets.iter().all(|(_, rows)| rows.is_empty()) || (only_one && plan.targets.len() != 1) {
            return Err(StoreError::contract("a plan changes nothing, or several groups where it may change one"));
        }
        if matches!(plan.step, Step::Move { from, .. } if from.iter().next().is_none()) {
            return Err(StoreError::contract("a plan brings references to a state that no state may come before"));
        }
        for (group, _) in plan.targets {
            let Some(kept) = self.existing(*group) else { return Ok(Some(Refusal::NoSuchGroup { group: *group })) };
            match plan.step {
                Step::Return { claim } if !kept.claims.contains_key(&claim) => {
                    return Ok(Some(Refusal::NoSuchClaim { group: *group, claim }));
                }
                Step::SetValues { revision, .. } if revision != kept.group.revision => {
                    return Ok(Some(Refusal::GroupChanged { group: Box::new(kept.shown()) }));
                }
                Step::SetValues { values, .. } => {
                    let in_use =
                        |id: FieldId| kept.group.fields.iter().any(|field| field.id == id && !field.is_retired);
                    if !values.iter().all(|(field, _)| in_use(*field)) {
                        return Err(StoreError::contract("a plan sets a field that the group does not have in use"));
                    }
                }
                _ => {}
            }
        }
        let references = self.unfit(plan);
        Ok((!references.is_empty()).then_some(Refusal::Unfit { references }))
    }

    /// The references that a plan cannot change as it says.
    pub fn unfit(&self, plan: &ChangePlan<'_>) -> Vec<Unfit> {
        let mut unfit = Vec::new();
        for (group, rows) in plan.targets {
            for row in rows.iter() {
                let found = self.existing(*group).and_then(|kept| kept.references.get(&row));
                let state = found.map(|found| found.state);
                let is_held = |found: &Reference| {
                    found.state != State::Allocated || plan.held_by.is_none() || found.claim == plan.held_by
                };
                let fits = match plan.step {
                    Step::Move { from, .. } => {
                        state.is_some_and(|state| from.contains(state)) && found.is_some_and(is_held)
                    }
                    Step::Return { .. } => true,
                    Step::SetValues { .. } | Step::SetWarranty { .. } => state.is_some(),
                };
                if !fits {
                    unfit.push(Unfit { group: *group, row, state });
                }
            }
        }
        unfit
    }

    /// Carries a change out, without looking whether there is a reason not to.
    pub fn carry_out(&mut self, plan: &ChangePlan<'_>) -> Changed {
        let mut result = Changed::default();
        for (group, rows) in plan.targets {
            let Some(kept) = self.groups.get_mut(group) else { continue };
            for row in rows.iter() {
                match plan.step {
                    Step::Move { to, .. } => kept.bring(row, to, None, plan.at, plan.cause),
                    Step::Return { claim } => {
                        if kept.references.get(&row).and_then(|reference| reference.claim) != Some(claim) {
                            result.left += 1;
                            continue;
                        }
                        kept.bring(row, State::Available, None, plan.at, plan.cause);
                    }
                    Step::SetValues { values, .. } => kept.set_values(row, values, plan),
                    Step::SetWarranty { policy } => kept.set_warranty(row, policy, plan),
                }
                result.changed += 1;
            }
        }
        if let Some(request) = plan.request {
            let outcome = Outcome::Changed(result);
            self.requests.insert(request.id, RequestRecord { digest: request.digest, outcome });
        }
        result
    }

    /// What [`Store::deleted`](crate::Store::deleted) answers.
    pub fn deleted(&self, group: Option<GroupId>, code: &str) -> Vec<Reference> {
        let gone = self.groups.values().flat_map(|kept| kept.gone.values());
        let is_it = |found: &&Reference| group.is_none_or(|group| group == found.group) && found.code.as_str() == code;
        gone.filter(is_it).cloned().collect()
    }

    /// What [`Store::events`](crate::Store::events) answers.
    pub fn events(&self, query: &EventQuery) -> Answer<Slice<Event>> {
        let Some(kept) = self.groups.get(&query.group) else {
            return Refusal::NoSuchGroup { group: query.group }.into();
        };
        let listed = |event: &&Event| query.row.is_none_or(|row| event.change.concerns(row));
        let listed = kept.events.iter().filter(listed).cloned().collect();
        Answer::Done(slice(listed, query.direction, query.start, query.size, query.counted, |event: &Event| event.id))
    }

    /// What [`Store::inventory`](crate::Store::inventory) answers.
    pub fn inventory(&self, within: Within) -> Answer<Inventory> {
        let (group, batch) = match within {
            Within::Registry => {
                let mut counts = StateCounts::default();
                self.groups.values().for_each(|kept| counts += kept.counts(|_| true));
                return Answer::Done(Inventory { counts, next: None });
            }
            Within::Group(group) => (group, None),
            Within::Batch(group, batch) => (group, Some(batch)),
        };
        let Some(kept) = self.existing(group) else { return Refusal::NoSuchGroup { group }.into() };
        if let Some(batch) = batch.filter(|batch| !kept.batches.contains_key(batch)) {
            return Refusal::NoSuchBatch { group, batch }.into();
        }
        let is_inside = |reference: &Reference| batch.is_none_or(|batch| reference.batch == Some(batch));
        let mut free = kept.references.values().filter(|found| found.state == State::Available && is_inside(found));
        Answer::Done(Inventory { counts: kept.counts(is_inside), next: free.next().cloned() })
    }

    /// What [`Store::details`](crate::Store::details) answers.
    pub fn details(&self, group: GroupId, rows: &RowSet) -> Answer<Vec<Details>> {
        let Some(kept) = self.existing(group) else { return Refusal::NoSuchGroup { group }.into() };
        let details = |row: RowId| {
            let own = kept.values.range((row, FieldId(0))..=(row, FieldId(u64::MAX)));
            let values: Vec<_> = own.map(|((_, field), value)| (*field, value.clone())).collect();
            let warranty = kept.warranties.get(&row).copied();
            (!values.is_empty() || warranty.is_some()).then_some(Details { row, values, warranty })
        };
        // Not through the rows of the set, which may be all there could ever be.
        let known = kept.references.keys().chain(kept.gone.keys()).copied();
        let mut known: Vec<RowId> = known.filter(|row| rows.contains(*row)).collect();
        known.sort_unstable();
        Answer::Done(known.into_iter().filter_map(details).collect())
    }
}

impl ModelGroup {
    fn set_values(&mut self, row: RowId, values: &[(FieldId, Option<String>)], plan: &ChangePlan<'_>) {
        for (field, value) in values {
            let from = self.value(row, *field).cloned().unwrap_or_default();
            match value {
                Some(value) => self.values.insert((row, *field), value.clone()),
                None => self.values.remove(&(row, *field)),
            };
            let to = self.value(row, *field).cloned().unwrap_or_default();
            if from != to {
                self.note(plan.at, plan.cause, Change::AttributeSet { row, field: *field, from, to });
            }
        }
    }

    fn set_warranty(&mut self, row: RowId, policy: Option<WarrantyPolicy>, plan: &ChangePlan<'_>) {
        let text = |policy: Option<&WarrantyPolicy>| policy.map(ToString::to_string).unwrap_or_default();
        let from = text(self.warranties.get(&row));
        match policy {
            Some(policy) => self.warranties.insert(row, policy),
            None => self.warranties.remove(&row),
        };
        let to = text(policy.as_ref());
        if from != to {
            self.note(plan.at, plan.cause, Change::WarrantySet { row, from, to });
        }
    }
}
