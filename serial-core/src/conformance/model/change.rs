//! What changes the model.

use std::collections::BTreeSet;

use crate::{
    batch::Batch,
    code::{Code, Codes},
    conformance::model::{Model, ModelGroup},
    group::{Group, Kind},
    ids::{BatchId, GroupId, RowId},
    life::{Change, State},
    reference::Reference,
    store::{
        Answer, AppendPlan, Appended, DeletePlan, Deleted, GroupChange, GroupDeletePlan, GroupPlan, Outcome, Refusal,
        Repeated, RequestRecord, StoreError, StoreResult,
    },
};

impl Model {
    /// What [`Store::create_group`](crate::Store::create_group) does.
    pub fn create_group(&mut self, plan: &GroupPlan) -> Answer<Group> {
        if let Some(group) = self.named(plan.name.as_str()) {
            return Refusal::NameTaken { group }.into();
        }
        let present = self.groups.values().filter(|group| !group.deleted).count() as u64;
        if !plan.max_groups.allows(present + 1) {
            return Refusal::TooManyGroups { present }.into();
        }
        // Deleted groups stay in the collection, so that no id is given again.
        let id = GroupId(self.groups.len() as u64 + 1);
        let mut kept = ModelGroup::new(Group::from_plan(id, plan));
        kept.note(plan.created_at, &plan.cause, Change::GroupCreated);
        let shown = kept.shown();
        self.groups.insert(id, kept);
        Answer::Done(shown)
    }

    /// What [`Store::change_group`](crate::Store::change_group) does.
    pub fn change_group(&mut self, change: &GroupChange) -> Answer<Group> {
        match self.existing(change.group) {
            None => return Refusal::NoSuchGroup { group: change.group }.into(),
            Some(kept) if change.revision.is_some_and(|revision| revision != kept.group.revision) => {
                return Refusal::GroupChanged { group: Box::new(kept.shown()) }.into();
            }
            Some(_) => {}
        }
        let holder = change.name.as_ref().and_then(|name| self.named(name.as_str()));
        if let Some(group) = holder.filter(|holder| *holder != change.group) {
            return Refusal::NameTaken { group }.into();
        }
        let Some(kept) = self.groups.get_mut(&change.group) else {
            return Refusal::NoSuchGroup { group: change.group }.into();
        };
        for said in change.apply(&mut kept.group) {
            kept.note(change.at, &change.cause, said);
        }
        Answer::Done(kept.shown())
    }

    /// What [`Store::delete_group`](crate::Store::delete_group) does.
    pub fn delete_group(&mut self, plan: &GroupDeletePlan) -> Answer<u64> {
        let Some(kept) = self.groups.get_mut(&plan.group).filter(|kept| !kept.deleted) else {
            return Refusal::NoSuchGroup { group: plan.group }.into();
        };
        if kept.group.issued > plan.issued {
            return Refusal::GroupChanged { group: Box::new(kept.shown()) }.into();
        }
        let live = kept.references.len() as u64;
        kept.note(plan.at, &plan.cause, Change::GroupDeleted { live });
        kept.deleted = true;
        let references = std::mem::take(&mut kept.references);
        kept.gone.extend(references);
        Answer::Done(live)
    }

    /// What [`Store::append`](crate::Store::append) does: look for a reason to refuse, and if there is none, issue.
    ///
    /// # Errors
    /// [`StoreError::Contract`] for a plan that no registry makes.
    pub fn append(&mut self, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        if let Some(first) = self.repeated(plan) {
            return Ok(Answer::Done(Appended::Repeated(first)));
        }
        if let Some(refusal) = self.refusal(plan) {
            return Ok(refusal.into());
        }
        self.issue(plan).map(Answer::Done)
    }

    /// What an earlier append with the same request did.
    pub fn repeated(&self, plan: &AppendPlan<'_>) -> Option<Repeated> {
        let request = plan.request?;
        let record = self.requests.get(&request.id)?;
        match &record.outcome {
            Outcome::Appended(first) if record.digest == request.digest => Some(first.clone()),
            _ => None,
        }
    }

    /// The first reason to refuse an append that is not repeated.
    pub fn refusal(&self, plan: &AppendPlan<'_>) -> Option<Refusal> {
        if plan.request.is_some_and(|request| self.requests.contains_key(&request.id)) {
            return Some(Refusal::RequestMismatch);
        }
        let Some(kept) = self.existing(plan.group) else {
            return Some(Refusal::NoSuchGroup { group: plan.group });
        };
        if kept.group.revision != plan.revision {
            return Some(Refusal::GroupChanged { group: Box::new(kept.shown()) });
        }
        let present = kept.references.len() as u64;
        if !plan.max_live.allows(present + plan.codes.len() as u64) {
            return Some(Refusal::LiveLimit { present });
        }
        if plan.index.is_some_and(|index| index.expected != kept.group.next_index) {
            return Some(Refusal::IndexMoved { next: kept.group.next_index });
        }
        let positions = self.taken_or_twice(kept, plan.codes);
        (!positions.is_empty()).then_some(Refusal::CodesTaken { positions })
    }

    /// Issues what a plan names, without looking whether there is a reason not to.
    ///
    /// # Errors
    /// [`StoreError::Contract`] for a plan that no registry makes.
    pub fn issue(&mut self, plan: &AppendPlan<'_>) -> Result<Appended, StoreError> {
        let Some(kept) = self.groups.get_mut(&plan.group) else {
            return Err(StoreError::contract("a plan for a group that does not exist cannot be carried out"));
        };
        if plan.codes.is_empty() || plan.codes.width() != kept.group.format.width() {
            return Err(StoreError::contract("a plan has no codes, or codes of another width than its group's"));
        }
        if plan.batch.is_some() != (kept.group.kind == Kind::Batch) {
            return Err(StoreError::contract("a plan has a batch where its group has none, or none where it has"));
        }
        let first_row = kept.group.next_row();
        let batch = plan.batch.map(|name| Batch {
            group: plan.group,
            id: BatchId(kept.batches.len() as u64 + 1),
            name: name.clone(),
            created_at: plan.created_at,
            first_row,
            size: plan.codes.len() as u64,
            live: 0,
        });
        let namespace = kept.namespace();
        for (row, code) in (first_row.0..).map(RowId).zip(plan.codes.iter()) {
            let batch = batch.as_ref().map(|batch| batch.id);
            let reference = Reference::issued(plan.group, row, Code::from(code), batch, plan.created_at);
            kept.references.insert(row, reference);
            self.burned.insert((namespace, code.to_owned()));
        }
        let count = plan.codes.len() as u64;
        for (position, row) in (0..).zip((first_row.0..first_row.0 + count).map(RowId)) {
            for (field, value) in plan.values.of(position) {
                kept.values.insert((row, field), value.to_owned());
            }
            if batch.is_none() {
                let issued = Change::Issued { first_row: row, count: 1, batch: None };
                kept.note(plan.created_at, plan.cause, issued);
            }
        }
        if let Some(batch) = &batch {
            let issued = Change::Issued { first_row, count, batch: Some(batch.id) };
            kept.note(plan.created_at, plan.cause, issued);
        }
        kept.group.issued += count;
        if let Some(index) = plan.index {
            kept.group.next_index = index.next;
        }
        if let Some(batch) = &batch {
            kept.batches.insert(batch.id, batch.clone());
        }
        if let Some(request) = plan.request {
            let result = Repeated {
                group: plan.group,
                first_row,
                batch: batch.as_ref().map(|batch| (batch.id, batch.name.clone())),
                codes: plan.codes.clone(),
                created_at: plan.created_at,
            };
            let outcome = Outcome::Appended(result);
            self.requests.insert(request.id, RequestRecord { digest: request.digest, outcome });
        }
        let available = kept.shown().counts[State::Available];
        Ok(Appended::New { first_row, batch: batch.map(|batch| batch.id), available })
    }

    /// What [`Store::delete`](crate::Store::delete) does.
    pub fn delete(&mut self, plan: &DeletePlan) -> Deleted {
        let mut result = Deleted::default();
        for (group, rows) in &plan.targets {
            for row in rows.iter() {
                let kept = self.groups.get_mut(group);
                match kept.and_then(|kept| kept.references.remove(&row).map(|reference| (kept, reference))) {
                    Some((kept, reference)) => {
                        kept.note(plan.at, &plan.cause, Change::Deleted { row, from: reference.state });
                        kept.gone.insert(row, reference);
                        result.deleted += 1;
                    }
                    None => result.already_gone += 1,
                }
            }
        }
        result
    }

    /// The positions of codes that were issued before in the group's namespace, or come earlier in the plan.
    fn taken_or_twice(&self, kept: &ModelGroup, codes: &Codes) -> Vec<u32> {
        let mut seen = BTreeSet::new();
        let taken = |code: &str| self.burned.contains(&(kept.namespace(), code.to_owned()));
        let found = (0..).zip(codes.iter()).filter(|(_, code)| !seen.insert(*code) || taken(code));
        found.map(|(position, _)| position).collect()
    }
}
