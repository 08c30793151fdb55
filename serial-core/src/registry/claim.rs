//! Taking references for a line or an order, and giving them back.

use std::time::Duration;

use crate::{
    error::Error,
    fingerprint::Fingerprinter,
    ids::{ClaimId, GroupId},
    life::{Claim, Expiry, NewClaim, State, Stock},
    limits::LimitName,
    name::Name,
    registry::{Registry, checked, contract, error_of, issue::MOST_PER_CALL, submit::until_known},
    store::{Answer, ChangePlan, ClaimPlan, ClaimRecord, Claimed, Refusal, Step},
    time::Timestamp,
};

impl Registry {
    /// Claims the next available references of a group, oldest first: all that are asked for, or none. Nobody else gets
    /// them, in any thread or process, until they are returned.
    ///
    /// # Errors
    /// [`CountInvalid`](Error::CountInvalid) for 0; [`HolderRequired`](Error::HolderRequired) where neither the claim nor
    /// [`acting_as`](Self::acting_as) names one; [`NameInvalid`](Error::NameInvalid) for a holder that cannot be used;
    /// [`GroupNotFound`](Error::GroupNotFound); [`BatchNotFound`](Error::BatchNotFound);
    /// [`TimestampInvalid`](Error::TimestampInvalid) for an end outside the years 1 to 9999;
    /// [`TooFewAvailable`](Error::TooFewAvailable); [`LimitReached`](Error::LimitReached) for more than 10,000,000;
    /// [`RequestMismatch`](Error::RequestMismatch); or a kind that begins with `Store`, and
    /// [`OutcomeUnknown`](Error::OutcomeUnknown), after which the same call with the request id that the error names tells
    /// the outcome.
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewBatch, NewClaim, NewGroup, Registry, Selection, State};
    ///
    /// let registry = Registry::new(MemoryStore::new()).acting_as("Line 3");
    /// let group = registry.create_group(NewGroup::batch("Pump AX-100"))?;
    /// registry.create_batch(group.id, NewBatch::of(20))?;
    ///
    /// let claim = registry.claim(group.id, NewClaim::of(5))?;
    /// let (used, _unused) = claim.references.split_at(3);
    /// registry.transition(&Selection::references(used), State::Commissioned)?;
    /// assert_eq!(registry.return_claim(group.id, claim.id)?, 2);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn claim(&self, group: GroupId, new: NewClaim) -> Result<Claim, Error> {
        let NewClaim { count, holder, batch, expiry, request } = new;
        if count == 0 {
            return Err(Error::CountInvalid);
        }
        if count > MOST_PER_CALL {
            let (limit, value) = (LimitName::PerCall, MOST_PER_CALL);
            return Err(Error::LimitReached { group: Some(group), limit, value, present: 0, asked: count });
        }
        let cause = self.cause()?;
        let holder = match holder {
            Some(holder) => Name::new(holder)?,
            None => cause.actor_name().ok_or(Error::HolderRequired)?,
        };
        let digest = || {
            let expiry = expiry.map(Expiry::text);
            let digest = Fingerprinter::new("claim").number(group.0).number(count).text(&holder);
            digest.number(batch.map_or(0, |batch| batch.0)).optional_text(expiry.as_deref()).finish().into()
        };
        let request = self.request(request, digest)?;
        let at = self.now();
        let expires_at = expiry.map(|expiry| match expiry {
            Expiry::At(moment) if moment.is_dated() => Ok(moment),
            Expiry::At(_) => Err(Error::TimestampInvalid),
            Expiry::After(time) => Ok(later(at, time)),
        });
        let expires_at = expires_at.transpose()?;
        let plan = ClaimPlan { request, group, batch, count, holder: &holder, expires_at, at, cause };
        let call = || self.store().claim(&plan);
        match until_known(request, call(), call)? {
            Answer::Done(Claimed::New { claim, available }) => {
                let is_held = |claim: &ClaimRecord| {
                    let held = |state, by| state == State::Allocated && by == Some(claim.id);
                    claim.references.iter().all(|reference| held(reference.state, reference.claim))
                };
                if !is_held(&claim) {
                    return Err(contract("the store claimed references that it does not hold"));
                }
                let threshold = self.known(group).map_or(None, |known| known.group.low_stock);
                let stock = Some(Stock { available, threshold });
                checked::claim(claim, group, Some(count)).map(|claim| shown(claim, false, stock))
            }
            Answer::Done(Claimed::Repeated(claim)) => {
                checked::claim(claim, group, Some(count)).map(|claim| shown(claim, true, None))
            }
            Answer::Refused(Refusal::TooFewAvailable { available }) => {
                Err(Error::TooFewAvailable { group, available, asked: count })
            }
            Answer::Refused(refusal) => Err(refused(refusal, request)),
        }
    }

    /// A claim that was made, with its references as they are now.
    ///
    /// # Errors
    /// [`GroupNotFound`](Error::GroupNotFound), [`ClaimNotFound`](Error::ClaimNotFound), or a kind that begins with
    /// `Store`.
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewBatch, NewClaim, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::batch("Pump AX-100"))?;
    /// registry.create_batch(group.id, NewBatch::of(20))?;
    /// let claim = registry.claim(group.id, NewClaim::of(5).holder("Line 3"))?;
    /// let held = registry.lookup(&claim.references[0].code)?.claim.unwrap();
    /// assert_eq!(registry.claimed(group.id, held)?.holder.as_str(), "Line 3");
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn claimed(&self, group: GroupId, claim: ClaimId) -> Result<Claim, Error> {
        match self.store().claimed(group, claim)? {
            Answer::Done(record) if record.id == claim => {
                checked::claim(record, group, None).map(|record| shown(record, false, None))
            }
            Answer::Done(_) => Err(contract("the store gave another claim than was asked for")),
            Answer::Refused(refusal) => Err(error_of(refusal)),
        }
    }

    /// Returns what a claim took and nobody used: its references that are still allocated by it become available again.
    /// Says how many those were.
    ///
    /// # Errors
    /// [`GroupNotFound`](Error::GroupNotFound), [`ClaimNotFound`](Error::ClaimNotFound), or a kind that begins with
    /// `Store`. After [`OutcomeUnknown`](Error::OutcomeUnknown) calling again is harmless.
    ///
    /// [`claim`](Self::claim) has an example.
    pub fn return_claim(&self, group: GroupId, claim: ClaimId) -> Result<u64, Error> {
        let rows = self.claimed(group, claim)?.references.iter().map(|reference| reference.row).collect();
        let targets = [(group, rows)];
        let digest = || Fingerprinter::new("return_claim").number(group.0).number(claim.0).finish().into();
        let request = self.request(None, digest)?;
        let (step, at, cause) = (Step::Return { claim }, self.now(), self.cause()?);
        let plan = ChangePlan { request, targets: &targets, step, held_by: None, at, cause };
        let call = || self.store().change(&plan);
        match until_known(request, call(), call)? {
            Answer::Done(changed) => Ok(changed.changed),
            Answer::Refused(refusal) => Err(refused(refusal, request)),
        }
    }

    /// Makes available again what claims of a group took and nobody used while they had time, and says how many
    /// references those were. Every [`claim`](Self::claim) in the group does so, too.
    ///
    /// # Errors
    /// [`GroupNotFound`](Error::GroupNotFound), or a kind that begins with `Store`. After
    /// [`OutcomeUnknown`](Error::OutcomeUnknown) calling again is harmless.
    ///
    /// ```
    /// use std::time::Duration;
    /// use serial_core::{MemoryStore, NewBatch, NewClaim, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new()).acting_as("Line 3");
    /// let group = registry.create_group(NewGroup::batch("Pump AX-100"))?;
    /// registry.create_batch(group.id, NewBatch::of(20))?;
    /// registry.claim(group.id, NewClaim::of(5).expires_after(Duration::ZERO))?;
    /// assert_eq!(registry.return_expired(group.id)?, 5);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn return_expired(&self, group: GroupId) -> Result<u64, Error> {
        match self.store().expire(group, self.now())? {
            Answer::Done(returned) => Ok(returned),
            Answer::Refused(refusal) => Err(error_of(refusal)),
        }
    }
}

fn later(moment: Timestamp, time: Duration) -> Timestamp {
    let micros = i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_micros(moment.as_micros().saturating_add(micros)).min(Timestamp::LAST_DATED)
}

fn shown(record: ClaimRecord, repeated: bool, stock: Option<Stock>) -> Claim {
    let ClaimRecord { group, id, holder, claimed_at, expires_at, references } = record;
    Claim { group, id, holder, claimed_at, expires_at, references, repeated, stock }
}

/// The error for a refusal of a call with a request id.
pub(super) fn refused(refusal: Refusal, request: Option<crate::Request>) -> Error {
    match (refusal, request) {
        (Refusal::RequestMismatch, Some(request)) => Error::RequestMismatch { request: request.id },
        (refusal, _) => error_of(refusal),
    }
}
