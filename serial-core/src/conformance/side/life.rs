//! What becomes of references.

use super::{Facts, Reply, Side};
use crate::{
    conformance::{
        case::Breach,
        operation::{Listing, NewHold, NewLife, Number, Turn},
    },
    ids::{BatchId, ClaimId, EventId, FieldId, RowId},
    store::{Answer, ChangePlan, ClaimPlan, Claimed, EventQuery, Step, StoreError, StoreResult},
};

impl Side<'_> {
    pub(super) fn claim(&self, new: &NewHold) -> Result<Reply, Breach> {
        let Some(answer) = possible(self.store.claim(&ClaimPlan {
            request: new.request,
            group: self.id(new.group),
            batch: new.batch.map(BatchId),
            count: new.count,
            holder: &new.holder,
            expires_at: new.expires_at,
            at: new.at,
            cause: &new.cause,
        }))?
        else {
            return Ok(Reply::Impossible);
        };
        Ok(Reply::Claimed(self.answer(answer, |side, claimed| match claimed {
            Claimed::New { claim, available } => Claimed::New { claim: side.record(claim), available },
            Claimed::Repeated(first) => Claimed::Repeated(side.record(first)),
        })))
    }

    pub(super) fn claimed(&self, group: Number, claim: u64) -> Result<Reply, Breach> {
        Ok(Reply::Claim(self.answer(self.store.claimed(self.id(group), ClaimId(claim))?, Self::record)))
    }

    pub(super) fn change(&self, new: &NewLife, facts: &Facts) -> Result<Reply, Breach> {
        let targets = self.targets(&new.targets);
        let mut given = Vec::new();
        let step = match &new.turn {
            Turn::Move { from, to } => Step::Move { from: *from, to: *to },
            Turn::Return { claim } => Step::Return { claim: ClaimId(*claim) },
            Turn::SetWarranty { policy } => Step::SetWarranty { policy: *policy },
            Turn::SetValues { revision, values } => {
                let group = new.targets.first().map_or(Number::MAX, |(group, _)| *group);
                given.extend(values.iter().map(|(field, value)| (FieldId(*field), value.clone())));
                // Where the group has none of the fields in use, the plan is one that no registry makes.
                if given.iter().any(|(field, _)| facts.has_in_use(*field)) {
                    given.retain(|(field, _)| facts.has_in_use(*field));
                }
                Step::SetValues { revision: self.revision(group, *revision), values: &given }
            }
        };
        let (request, at, cause) = (new.request, new.at, &new.cause);
        let answer =
            possible(self.store.change(&ChangePlan { request, targets: &targets, step, held_by: None, at, cause }))?;
        Ok(answer.map_or(Reply::Impossible, |answer| Reply::Changed(self.answer(answer, |_, changed| changed))))
    }

    pub(super) fn events(&self, group: Number, row: Option<u64>, listing: Listing<u64>) -> Result<Reply, Breach> {
        let Listing { direction, start, size, counted } = listing;
        let (group, row, start) = (self.id(group), row.map(RowId), start.map(EventId));
        let answer = self.store.events(&EventQuery { group, row, direction, start, size, counted })?;
        Ok(Reply::Events(self.answer(answer, |side, slice| side.slice(slice, counted, Self::event))))
    }
}

/// What was answered; `None` where the plan broke the contract.
fn possible<T>(result: StoreResult<T>) -> Result<Option<Answer<T>>, Breach> {
    match result {
        Ok(answer) => Ok(Some(answer)),
        Err(StoreError::Contract { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
