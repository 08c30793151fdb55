//! Issuing references: the one place that turns a wish into a plan and sees it through.

#![expect(clippy::cast_possible_truncation, reason = "counts are bounded by what one call may ask for")]

use std::{collections::HashSet, sync::atomic::Ordering};

use crate::{
    batch::{IssuedBatch, NewBatch},
    code::{Code, Codes},
    error::Error,
    fingerprint::Fingerprinter,
    group::Kind,
    ids::{BatchId, GroupId, RequestId, RowId},
    limits::{Limit, LimitName, Limits},
    name::Name,
    reference::{NewReference, Reference},
    registry::{
        Registry, contract, error_of,
        known::KnownGroup,
        make::{Counting, Drawing, Way},
    },
    store::{Answer, AppendPlan, Appended, Digest, IndexGuard, Refusal, Repeated, Request, StoreError},
    time::Timestamp,
};

/// The most references of one call, whatever the limits: their codes must fit into memory in one piece.
const MOST_PER_CALL: u64 = 10_000_000;

/// How many codes are compared with the store at a time where it is asked which are taken.
const TAKEN_AT_A_TIME: usize = 4096;

/// How often a plan is repeated whose outcome is unknown.
const REPEATS: usize = 3;

/// What a caller wants issued.
struct Wish {
    group: GroupId,
    kind: Kind,
    count: u64,
    batch_name: Option<Name>,
    request: Option<Request>,
}

/// What was issued for it.
struct Issued {
    first_row: RowId,
    batch: Option<(BatchId, Name)>,
    codes: Codes,
    created_at: Timestamp,
    repeated: bool,
}

/// The parts of a plan that stay the same however often its codes are made anew.
struct Draft<'a> {
    known: &'a KnownGroup,
    limits: Limits,
    request: Option<Request>,
    batch: Option<Name>,
    created_at: Timestamp,
    count: usize,
}

/// How an attempt ended that was not refused for good.
enum Attempt {
    Issued(Issued),
    /// The group changed meanwhile; what is remembered of it was renewed.
    GroupChanged,
    /// Other codes may be accepted than those at these positions.
    CodesTaken {
        codes: Codes,
        positions: Vec<usize>,
    },
    /// Others issued meanwhile; where the group has counted to is remembered.
    IndexMoved,
}

impl Registry {
    /// Issues one reference in a Continuous group.
    ///
    /// # Errors
    /// [`GroupNotFound`](Error::GroupNotFound); [`WrongKind`](Error::WrongKind) in a Batch group;
    /// [`LimitReached`](Error::LimitReached); [`SpaceExhausted`](Error::SpaceExhausted);
    /// [`EntropyUnavailable`](Error::EntropyUnavailable); or a kind that begins with `Store`, and
    /// [`OutcomeUnknown`](Error::OutcomeUnknown), after which
    /// [`create_reference_with`](Self::create_reference_with) the request id that the error names tells the
    /// outcome.
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::continuous("Service tags"))?;
    /// let reference = registry.create_reference(group.id)?;
    /// assert_eq!(reference.code.len(), 25);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn create_reference(&self, group: GroupId) -> Result<Reference, Error> {
        self.create_reference_with(group, &NewReference::new())
    }

    /// Issues one reference in a Continuous group, with a request id that makes the call safe to repeat.
    ///
    /// # Errors
    /// Those of [`create_reference`](Self::create_reference), and [`RequestMismatch`](Error::RequestMismatch).
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewGroup, NewReference, Registry, RequestId};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::continuous("Service tags"))?;
    /// let new = NewReference::new().request_id(RequestId(0xC0FFEE));
    /// let first = registry.create_reference_with(group.id, &new)?;
    /// assert_eq!(registry.create_reference_with(group.id, &new)?, first);
    /// assert_eq!(registry.group(group.id)?.live, 1);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn create_reference_with(&self, group: GroupId, new: &NewReference) -> Result<Reference, Error> {
        let digest = || Fingerprinter::new("create_reference").number(group.0).finish().into();
        let request = self.request(new.request, digest)?;
        let wish = Wish { group, kind: Kind::Continuous, count: 1, batch_name: None, request };
        let issued = self.issue(&wish, new.request.is_some())?;
        let code: Code = issued.codes.into_first();
        Ok(Reference { group, row: issued.first_row, code, batch: None, created_at: issued.created_at })
    }

    /// Issues a batch of references in a Batch group: all of them or none.
    ///
    /// # Errors
    /// [`CountInvalid`](Error::CountInvalid) for a batch of 0; [`NameInvalid`](Error::NameInvalid);
    /// [`GroupNotFound`](Error::GroupNotFound); [`WrongKind`](Error::WrongKind) in a Continuous group;
    /// [`LimitReached`](Error::LimitReached) for the size of the batch (never more than 10,000,000) or the live
    /// references of the group; [`SpaceExhausted`](Error::SpaceExhausted);
    /// [`RequestMismatch`](Error::RequestMismatch); [`EntropyUnavailable`](Error::EntropyUnavailable); or a kind
    /// that begins with `Store`, and [`OutcomeUnknown`](Error::OutcomeUnknown), after which the same call with the
    /// request id that the error names tells the outcome.
    ///
    /// ```
    /// use serial_core::{Error, LimitName, MemoryStore, NewBatch, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::batch("Pump AX-100"))?;
    /// assert_eq!(registry.create_batch(group.id, NewBatch::of(500))?.codes.len(), 500);
    /// let refused = registry.create_batch(group.id, NewBatch::of(501)).unwrap_err();
    /// assert!(matches!(refused, Error::LimitReached { limit: LimitName::BatchSize, value: 500, asked: 501, .. }));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn create_batch(&self, group: GroupId, new: NewBatch) -> Result<IssuedBatch, Error> {
        if new.size == 0 {
            return Err(Error::CountInvalid);
        }
        let batch_name = new.name.map(Name::new).transpose()?;
        let digest = || {
            let digest = Fingerprinter::new("create_batch").number(group.0).number(new.size);
            digest.optional_text(batch_name.as_deref()).finish().into()
        };
        let request = self.request(new.request, digest)?;
        let wish = Wish { group, kind: Kind::Batch, count: new.size, batch_name, request };
        let issued = self.issue(&wish, new.request.is_some())?;
        let (id, name) = issued.batch.ok_or_else(|| contract("the store issued a batch without giving it an id"))?;
        Ok(IssuedBatch {
            group,
            id,
            name,
            created_at: issued.created_at,
            first_row: issued.first_row,
            codes: issued.codes,
            repeated: issued.repeated,
        })
    }

    /// The caller's request id, or one of our own where a reply of the store could be lost.
    fn request(&self, id: Option<RequestId>, digest: impl FnOnce() -> Digest) -> Result<Option<Request>, Error> {
        let id = match id {
            Some(id) => id,
            None if self.store().loses_replies() => {
                let mut bytes = [0; 16];
                self.0.entropy.fill(&mut bytes)?;
                RequestId(u128::from_le_bytes(bytes))
            }
            None => return Ok(None),
        };
        Ok(Some(Request { id, digest: digest() }))
    }

    /// `may_be_repeated` says that the caller may have made this call before.
    fn issue(&self, wish: &Wish, may_be_repeated: bool) -> Result<Issued, Error> {
        loop {
            match self.attempt(wish) {
                Ok(Attempt::Issued(issued)) => return Ok(issued),
                Ok(_) => {}
                // What stands in the way now did not when the first call with this id succeeded.
                Err(
                    error @ (Error::GroupNotFound { .. } | Error::LimitReached { .. } | Error::SpaceExhausted { .. }),
                ) if may_be_repeated => {
                    return self.first_result(wish)?.ok_or(error);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// What was issued under the wish's request id.
    fn first_result(&self, wish: &Wish) -> Result<Option<Issued>, Error> {
        let Some(request) = wish.request else { return Ok(None) };
        match self.store().request(request.id)? {
            None => Ok(None),
            Some(record) if record.digest == request.digest => Ok(Some(record.result.into())),
            Some(_) => Err(Error::RequestMismatch { request: request.id }),
        }
    }

    fn attempt(&self, wish: &Wish) -> Result<Attempt, Error> {
        let known = self.known(wish.group)?;
        if known.group.kind != wish.kind {
            return Err(Error::WrongKind { group: wish.group, kind: known.group.kind });
        }
        let limits = self.limits().of_group(known.group.limits);
        let count = within_batch_limit(wish, limits.max_batch)?;
        let created_at = self.0.clock.now();
        let batch = match (wish.kind, &wish.batch_name) {
            (Kind::Continuous, _) => None,
            (Kind::Batch, Some(name)) => Some(name.clone()),
            (Kind::Batch, None) => Some(Name::new(created_at.date_time())?),
        };
        let draft = Draft { known: &known, limits, request: wish.request, batch, created_at, count };
        match &known.maker.way {
            Way::Draw(drawing) => self.issue_drawn(&draft, drawing),
            Way::Count(counting) => self.issue_counted(&draft, counting),
        }
    }

    /// Random order: draw, and draw again what was issued before. Draws in vain are counted; once there were as many
    /// as the space has codes, the space is looked through and codes are picked from what is free. So the store is
    /// asked about a code a small number of times on average, however full the space is, and the last one is found.
    fn issue_drawn(&self, draft: &Draft<'_>, drawing: &Drawing) -> Result<Attempt, Error> {
        let maker = &draft.known.maker;
        let space = maker.small_space;
        let hopeless = space.is_some_and(|space| space < draft.count as u64);
        if !hopeless && !drawing.looked_through() {
            let mut codes = maker.draw(drawing, &*self.0.entropy, draft.count)?;
            loop {
                let (mut refused, mut positions) = match self.append(draft, codes, None)? {
                    Attempt::CodesTaken { codes, positions } => (codes, positions),
                    other => return Ok(other),
                };
                while !positions.is_empty() && !drawing.waste(positions.len(), space.unwrap_or(u64::MAX)) {
                    let fresh = maker.draw(drawing, &*self.0.entropy, positions.len())?;
                    refused.replace(&positions, &fresh);
                    positions = self.taken(draft, &fresh)?.into_iter().map(|taken| positions[taken]).collect();
                }
                if !positions.is_empty() {
                    break;
                }
                codes = refused;
            }
        }
        self.issue_picked(draft, drawing)
    }

    /// Random order in a space that is nearly used up: pick from what may still be free.
    fn issue_picked(&self, draft: &Draft<'_>, drawing: &Drawing) -> Result<Attempt, Error> {
        let maker = &draft.known.maker;
        if !drawing.looked_through() {
            drawing.set_free(self.look_through(draft)?);
        }
        loop {
            let picked = match drawing.pick(draft.count, &*self.0.entropy)? {
                Ok(picked) => picked,
                Err(free) => return Err(exhausted(draft, free)),
            };
            let numbers: Vec<u128> = picked.iter().map(|body| u128::from(*body)).collect();
            match self.append(draft, maker.codes_of(&numbers), None)? {
                Attempt::CodesTaken { positions, .. } => {
                    let taken: Vec<u64> = positions.into_iter().map(|position| picked[position]).collect();
                    drawing.strike(&taken);
                }
                other => {
                    if matches!(&other, Attempt::Issued(issued) if !issued.repeated) {
                        drawing.strike(&picked);
                    }
                    return Ok(other);
                }
            }
        }
    }

    /// Every body of a small space that is not taken, as a number.
    fn look_through(&self, draft: &Draft<'_>) -> Result<Vec<u64>, Error> {
        let space = draft.known.maker.small_space.unwrap_or(u64::MAX);
        let mut free = Vec::new();
        let mut first = 0;
        while first < space {
            let count = (space - first).min(TAKEN_AT_A_TIME as u64) as usize;
            let codes = draft.known.maker.count_from(u128::from(first), count);
            let taken: HashSet<usize> = self.taken(draft, &codes)?.into_iter().collect();
            free.extend((first..).take(count).zip(0..).filter(|(_, i)| !taken.contains(i)).map(|(body, _)| body));
            first += count as u64;
        }
        Ok(free)
    }

    /// Sequential order: the next numbers, without those that were issued in another way in the same scope.
    fn issue_counted(&self, draft: &Draft<'_>, counting: &Counting) -> Result<Attempt, Error> {
        let maker = &draft.known.maker;
        loop {
            let expected = counting.next.load(Ordering::Relaxed);
            if counting.capacity - expected.min(counting.capacity) < draft.count as u64 {
                let next = self.group(draft.known.group.id)?.next_index;
                counting.next.fetch_max(next, Ordering::Relaxed);
                return Err(exhausted(draft, counting.capacity - next.min(counting.capacity)));
            }
            let next = expected + draft.count as u64;
            let codes = maker.count_from(counting.number(expected), draft.count);
            let mut attempt = self.append(draft, codes, Some(IndexGuard { expected, next }))?;
            if let Attempt::CodesTaken { .. } = attempt {
                let (indexes, next) = self.next_free(draft, counting, expected)?;
                let numbers: Vec<u128> = indexes.into_iter().map(|index| counting.number(index)).collect();
                attempt = self.append(draft, maker.codes_of(&numbers), Some(IndexGuard { expected, next }))?;
            }
            match attempt {
                Attempt::CodesTaken { .. } | Attempt::IndexMoved => {}
                other => return Ok(other),
            }
        }
    }

    /// The next free numbers from `first` on, as many as are wanted, and the index after the last of them.
    fn next_free(&self, draft: &Draft<'_>, counting: &Counting, first: u64) -> Result<(Vec<u64>, u64), Error> {
        let mut free = Vec::with_capacity(draft.count);
        let mut at = first;
        // Larger steps each time: a long run of taken numbers costs few calls, a short one little work.
        let mut step = draft.count.clamp(16, TAKEN_AT_A_TIME);
        while free.len() < draft.count {
            let count = (counting.capacity - at).min(step as u64) as usize;
            if count == 0 {
                return Err(exhausted(draft, free.len() as u64));
            }
            let codes = draft.known.maker.count_from(counting.number(at), count);
            let taken: HashSet<usize> = self.taken(draft, &codes)?.into_iter().collect();
            free.extend((at..).take(count).zip(0..).filter(|(_, i)| !taken.contains(i)).map(|(index, _)| index));
            at += count as u64;
            step = (step * 2).min(TAKEN_AT_A_TIME);
        }
        free.truncate(draft.count);
        let next = free.last().map_or(at, |last| last + 1);
        Ok((free, next))
    }

    /// The positions of codes that are taken.
    fn taken(&self, draft: &Draft<'_>, codes: &Codes) -> Result<Vec<usize>, Error> {
        match self.store().taken(draft.known.group.id, codes)? {
            Answer::Done(positions) => checked_positions(&positions, codes),
            Answer::Refused(refusal) => Err(self.final_refusal(draft, refusal)),
        }
    }

    /// Gives the store one plan.
    fn append(&self, draft: &Draft<'_>, codes: Codes, index: Option<IndexGuard>) -> Result<Attempt, Error> {
        let answer = self.append_until_known(&AppendPlan {
            request: draft.request,
            group: draft.known.group.id,
            revision: draft.known.group.revision,
            max_live: draft.limits.max_live,
            index,
            batch: draft.batch.as_ref(),
            codes: &codes,
            created_at: draft.created_at,
        })?;
        match answer {
            Answer::Done(Appended::New { first_row, batch }) => {
                if let (Some(index), Way::Count(counting)) = (index, &draft.known.maker.way) {
                    counting.next.fetch_max(index.next, Ordering::Relaxed);
                }
                let batch = batch.zip(draft.batch.clone());
                let created_at = draft.created_at;
                Ok(Attempt::Issued(Issued { first_row, batch, codes, created_at, repeated: false }))
            }
            Answer::Done(Appended::Repeated(first)) => Ok(Attempt::Issued(first.into())),
            Answer::Refused(Refusal::GroupChanged { group }) => {
                if group.id != draft.known.group.id || group.revision <= draft.known.group.revision {
                    return Err(contract("the store refused a revision and then named no newer one"));
                }
                self.0.groups.remember(*group);
                Ok(Attempt::GroupChanged)
            }
            Answer::Refused(Refusal::CodesTaken { positions }) => {
                let positions = checked_positions(&positions, &codes)?;
                if positions.is_empty() {
                    return Err(contract("the store refused codes without naming one"));
                }
                Ok(Attempt::CodesTaken { codes, positions })
            }
            Answer::Refused(Refusal::IndexMoved { next }) => {
                match (index, &draft.known.maker.way) {
                    (Some(index), Way::Count(counting)) if next > index.expected => {
                        counting.next.fetch_max(next, Ordering::Relaxed);
                    }
                    _ => return Err(contract("the store refused an index and then named no later one")),
                }
                Ok(Attempt::IndexMoved)
            }
            Answer::Refused(refusal) => Err(self.final_refusal(draft, refusal)),
        }
    }

    /// Repeats a plan while its outcome is unknown; the request id makes that safe.
    fn append_until_known(&self, plan: &AppendPlan<'_>) -> Result<Answer<Appended>, Error> {
        let mut repeats = 0;
        loop {
            match self.store().append(plan) {
                Err(StoreError::OutcomeUnknown { .. }) if plan.request.is_some() && repeats < REPEATS => repeats += 1,
                Err(source @ StoreError::OutcomeUnknown { .. }) => {
                    return Err(Error::OutcomeUnknown { request: plan.request.map(|request| request.id), source });
                }
                other => return Ok(other?),
            }
        }
    }

    /// The error for a refusal that no other codes would avoid.
    fn final_refusal(&self, draft: &Draft<'_>, refusal: Refusal) -> Error {
        let group = draft.known.group.id;
        match (refusal, draft.request, draft.limits.max_live) {
            (Refusal::NoSuchGroup { .. }, _, _) => {
                self.0.groups.forget(group);
                Error::GroupNotFound { group }
            }
            (Refusal::RequestMismatch, Some(request), _) => Error::RequestMismatch { request: request.id },
            (Refusal::LiveLimit { present }, _, Limit::AtMost(value)) => Error::LimitReached {
                group: Some(group),
                limit: LimitName::LiveReferences,
                value,
                present,
                asked: draft.count as u64,
            },
            (refusal, _, _) => error_of(refusal),
        }
    }
}

impl From<Repeated> for Issued {
    fn from(first: Repeated) -> Self {
        Self {
            first_row: first.first_row,
            batch: first.batch,
            codes: first.codes,
            created_at: first.created_at,
            repeated: true,
        }
    }
}

fn within_batch_limit(wish: &Wish, max_batch: Limit) -> Result<usize, Error> {
    let value = match max_batch {
        Limit::AtMost(most) => most.min(MOST_PER_CALL),
        Limit::Unlimited => MOST_PER_CALL,
    };
    // A single reference is no batch.
    if wish.kind == Kind::Batch && wish.count > value {
        let limit = LimitName::BatchSize;
        return Err(Error::LimitReached { group: Some(wish.group), limit, value, present: 0, asked: wish.count });
    }
    usize::try_from(wish.count).map_err(|_| Error::CountInvalid)
}

fn exhausted(draft: &Draft<'_>, free: u64) -> Error {
    Error::SpaceExhausted { group: draft.known.group.id, free, asked: draft.count as u64 }
}

/// Positions as the contract wants them: ascending and within the codes.
fn checked_positions(positions: &[u32], codes: &Codes) -> Result<Vec<usize>, Error> {
    let checked: Vec<usize> = positions.iter().map(|position| *position as usize).collect();
    let ascending = checked.windows(2).all(|pair| pair[0] < pair[1]);
    if ascending && checked.last().is_none_or(|last| *last < codes.len()) {
        Ok(checked)
    } else {
        Err(contract("the store named positions that are out of order or beyond the codes"))
    }
}
