//! Giving plans to the store and making sense of its answers.

use std::sync::atomic::Ordering;

use crate::{
    code::Codes,
    error::Error,
    group::Kind,
    ids::{BatchId, GroupId, RowId},
    life::{Cause, Stock},
    limits::{Limit, LimitName, Limits},
    name::Name,
    registry::{Registry, contract, error_of, known::KnownGroup, make::Way},
    store::{
        Answer, AppendPlan, Appended, IndexGuard, Refusal, Repeated, Request, Store, StoreError, StoreResult, Values,
    },
    time::Timestamp,
};

/// How often a plan is repeated whose outcome is unknown.
const REPEATS: usize = 3;

/// What was issued.
pub(super) struct Issued {
    pub(super) first_row: RowId,
    pub(super) batch: Option<(BatchId, Name)>,
    pub(super) codes: Codes,
    pub(super) created_at: Timestamp,
    pub(super) repeated: bool,
    pub(super) stock: Option<Stock>,
}

/// The parts of a plan that stay the same however often its codes are made anew.
pub(super) struct Draft<'a> {
    pub(super) known: &'a KnownGroup,
    pub(super) limits: Limits,
    pub(super) request: Option<Request>,
    pub(super) batch: Option<Name>,
    pub(super) values: Values,
    pub(super) created_at: Timestamp,
    pub(super) cause: &'a Cause,
    pub(super) count: usize,
    /// Whether an earlier call with the same request may have issued another number: of a file only the good rows
    /// are, and which those are changes.
    pub(super) may_have_been_others: bool,
}

/// How an attempt ended that was not refused for good.
pub(super) enum Attempt {
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
    /// The positions of codes that are taken.
    pub(super) fn taken(&self, draft: &Draft<'_>, codes: &Codes) -> Result<Vec<usize>, Error> {
        match self.store().taken(draft.known.group.id, codes)? {
            Answer::Done(positions) => checked_positions(&positions, codes),
            Answer::Refused(refusal) => Err(self.final_refusal(draft, refusal)),
        }
    }

    /// Gives the store one plan.
    pub(super) fn append(&self, draft: &Draft<'_>, codes: Codes, index: Option<IndexGuard>) -> Result<Attempt, Error> {
        let plan = AppendPlan {
            request: draft.request,
            group: draft.known.group.id,
            revision: draft.known.group.revision,
            max_live: draft.limits.max_live,
            index,
            batch: draft.batch.as_ref(),
            codes: &codes,
            values: &draft.values,
            created_at: draft.created_at,
            cause: draft.cause,
        };
        match self.until_known(draft.request, |store| store.append(&plan))? {
            Answer::Done(Appended::New { first_row, batch, available }) => {
                if first_row.0 == 0 || batch.is_some() != draft.batch.is_some() {
                    return Err(contract("the store issued into row 0, or a batch where none was asked for, or none"));
                }
                if let (Some(index), Way::Count(counting)) = (index, &draft.known.maker.way) {
                    counting.next.fetch_max(index.next, Ordering::Relaxed);
                }
                let batch = batch.zip(draft.batch.clone());
                let created_at = draft.created_at;
                let stock = Some(Stock { available, threshold: draft.known.group.low_stock });
                Ok(Attempt::Issued(Issued { first_row, batch, codes, created_at, repeated: false, stock }))
            }
            Answer::Done(Appended::Repeated(first)) => {
                let count = if draft.may_have_been_others { first.codes.len() } else { draft.count };
                checked_repetition(&first, draft.known.group.id, count as u64, draft.known.group.kind)?;
                Ok(Attempt::Issued(first.into()))
            }
            Answer::Refused(Refusal::GroupChanged { group }) => {
                if group.id != draft.known.group.id || group.revision <= draft.known.group.revision {
                    return Err(contract("the store refused a revision and then named no newer one"));
                }
                self.inner.groups.remember(*group);
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

    /// Repeats a plan while its outcome is unknown; the request id makes that safe. Any other error of a repetition
    /// leaves it as unknown as it was.
    pub(super) fn until_known<T>(
        &self,
        request: Option<Request>,
        call: impl Fn(&dyn Store) -> StoreResult<T>,
    ) -> Result<Answer<T>, Error> {
        let id = request.map(|request| request.id);
        let mut unknown = None;
        for _ in 0..=REPEATS {
            match call(self.store()) {
                Ok(answer) => return Ok(answer),
                Err(source @ StoreError::OutcomeUnknown { .. }) if id.is_some() => unknown = Some(source),
                Err(source @ StoreError::OutcomeUnknown { .. }) => {
                    return Err(Error::OutcomeUnknown { request: id, source });
                }
                Err(error) if unknown.is_none() => return Err(error.into()),
                Err(_) => {}
            }
        }
        let source = unknown.unwrap_or_else(|| StoreError::outcome_unknown("no reply came"));
        Err(Error::OutcomeUnknown { request: id, source })
    }

    /// The error for a refusal that no other codes would avoid.
    fn final_refusal(&self, draft: &Draft<'_>, refusal: Refusal) -> Error {
        let group = draft.known.group.id;
        match (refusal, draft.request, draft.limits.max_live) {
            (Refusal::NoSuchGroup { .. }, _, _) => {
                self.inner.groups.forget(group);
                Error::GroupNotFound { group }
            }
            (Refusal::RequestMismatch, Some(request), _) => Error::RequestMismatch { request: request.id },
            (Refusal::LiveLimit { present }, _, Limit::AtMost(value)) => {
                let is_guessed = draft.known.group.format.most_live() == Some(value);
                let limit = if is_guessed { LimitName::Guesses } else { LimitName::LiveReferences };
                Error::LimitReached { group: Some(group), limit, value, present, asked: draft.count as u64 }
            }
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
            stock: None,
        }
    }
}

/// Positions as the contract wants them: ascending and within the codes.
pub(super) fn checked_positions(positions: &[u32], codes: &Codes) -> Result<Vec<usize>, Error> {
    let checked: Vec<usize> = positions.iter().map(|position| *position as usize).collect();
    let ascending = checked.windows(2).all(|pair| pair[0] < pair[1]);
    if ascending && checked.last().is_none_or(|last| *last < codes.len()) {
        Ok(checked)
    } else {
        Err(contract("the store named positions that are out of order or beyond the codes"))
    }
}

/// Sees that what a store gives again is what was asked for.
pub(super) fn checked_repetition(first: &Repeated, group: GroupId, count: u64, kind: Kind) -> Result<(), Error> {
    let fits = first.group == group
        && first.codes.len() as u64 == count
        && first.first_row.0 > 0
        && first.batch.is_some() == (kind == Kind::Batch);
    if fits { Ok(()) } else { Err(contract("the store repeated a request with what was not asked for")) }
}
