//! Giving plans to the store and making sense of its answers.

use std::{iter, sync::atomic::Ordering};

use crate::{
    code::Codes,
    error::Error,
    group::Kind,
    ids::{BatchId, GroupId, RowId},
    life::{Cause, Stock},
    limits::{Limit, LimitName},
    name::Name,
    registry::{Registry, contract, error_of, known::KnownGroup, make::Way},
    store::{Answer, AppendPlan, Appended, IndexGuard, Refusal, Repeated, Request, StoreError, StoreResult, Values},
    time::Timestamp,
};

/// How often a plan is repeated whose outcome is unknown.
const REPEATS: usize = 3;

/// What was issued, or is to be: attempts put in the codes that they make, and the one that succeeds the rest.
///
/// It is handed down and filled in rather than returned, since moving it up through results takes longer than much of
/// what is done.
pub(super) struct Issued {
    pub(super) first_row: RowId,
    pub(super) batch: Option<(BatchId, Name)>,
    pub(super) codes: Codes,
    pub(super) created_at: Timestamp,
    pub(super) repeated: bool,
    pub(super) stock: Option<Stock>,
}

impl Issued {
    pub(super) fn nothing() -> Self {
        Self {
            first_row: RowId(0),
            batch: None,
            codes: Codes::none(),
            created_at: Timestamp::from_micros(0),
            repeated: false,
            stock: None,
        }
    }

    /// Takes note of what a plan was answered with that was applied.
    fn place(
        &mut self,
        draft: &Draft<'_>,
        index: Option<&IndexGuard>,
        first_row: RowId,
        batch: Option<BatchId>,
        available: u64,
    ) -> Result<Attempt, Error> {
        if first_row.0 == 0 || batch.is_some() != draft.batch.is_some() {
            return Err(contract("the store issued into row 0, or a batch where none was asked for, or none"));
        }
        if let (Some(index), Way::Count(counting)) = (index, &draft.known.maker.way) {
            counting.next.fetch_max(index.next, Ordering::Relaxed);
        }
        self.first_row = first_row;
        self.batch = batch.zip(draft.batch.clone());
        self.created_at = draft.created_at;
        self.stock = Some(Stock { available, threshold: draft.known.group.low_stock });
        Ok(Attempt::Issued)
    }
}

/// The parts of a plan that stay the same however often its codes are made anew.
pub(super) struct Draft<'a> {
    pub(super) known: &'a KnownGroup,
    pub(super) max_live: Limit,
    pub(super) request: Option<&'a Request>,
    pub(super) batch: Option<Name>,
    pub(super) values: &'a Values,
    pub(super) created_at: Timestamp,
    pub(super) cause: &'a Cause,
    pub(super) count: usize,
    /// Whether an earlier call with the same request may have issued another number: of a file only the good rows
    /// are, and which those are changes.
    pub(super) may_have_been_others: bool,
}

/// How an attempt ended that was not refused for good.
pub(super) enum Attempt {
    /// The codes of the plan are issued, or an earlier call with the same request had issued others.
    Issued,
    /// The group changed meanwhile; what is remembered of it was renewed.
    GroupChanged,
    /// Other codes may be accepted than those at these positions.
    CodesTaken(Vec<usize>),
    /// Others issued meanwhile; where the group has counted to is remembered.
    IndexMoved,
}

impl Attempt {
    /// Whether all is done; otherwise the group changed, or has counted on, and all is to be done again.
    pub(super) fn is_issued(&self) -> bool {
        matches!(self, Self::Issued)
    }
}

impl Registry {
    /// The positions of codes that are taken.
    pub(super) fn taken(&self, draft: &Draft<'_>, codes: &Codes) -> Result<Vec<usize>, Error> {
        match self.store().taken(draft.known.group.id, codes)? {
            Answer::Done(positions) => checked_positions(&positions, codes),
            Answer::Refused(refusal) => Err(self.final_refusal(draft, refusal)),
        }
    }

    /// Gives the store one plan for the codes in `issued`.
    pub(super) fn append(
        &self,
        draft: &Draft<'_>,
        index: Option<&IndexGuard>,
        issued: &mut Issued,
    ) -> Result<Attempt, Error> {
        let plan = AppendPlan {
            request: draft.request.copied(),
            group: draft.known.group.id,
            revision: draft.known.group.revision,
            max_live: draft.max_live,
            index: index.copied(),
            batch: draft.batch.as_ref(),
            codes: &issued.codes,
            values: draft.values,
            created_at: draft.created_at,
            cause: draft.cause,
        };
        let call = || self.store().append(&plan);
        match call() {
            Ok(Answer::Done(Appended::New { first_row, batch, available })) => {
                issued.place(draft, index, first_row, batch, available)
            }
            other => {
                let answer = until_known(draft.request.copied(), other, call)?;
                self.made_out(draft, index, issued, answer)
            }
        }
    }

    /// What an answer means.
    #[cold]
    fn made_out(
        &self,
        draft: &Draft<'_>,
        index: Option<&IndexGuard>,
        issued: &mut Issued,
        answer: Answer<Appended>,
    ) -> Result<Attempt, Error> {
        match answer {
            Answer::Done(Appended::New { first_row, batch, available }) => {
                issued.place(draft, index, first_row, batch, available)
            }
            Answer::Done(Appended::Repeated(first)) => {
                let count = if draft.may_have_been_others { first.codes.len() } else { draft.count };
                checked_repetition(&first, draft.known.group.id, count as u64, draft.known.group.kind)?;
                *issued = first.into();
                Ok(Attempt::Issued)
            }
            Answer::Refused(Refusal::GroupChanged { group }) => {
                if group.id != draft.known.group.id || group.revision <= draft.known.group.revision {
                    return Err(contract("the store refused a revision and then named no newer one"));
                }
                self.inner.groups.remember(*group);
                Ok(Attempt::GroupChanged)
            }
            Answer::Refused(Refusal::CodesTaken { positions }) => {
                let positions = checked_positions(&positions, &issued.codes)?;
                if positions.is_empty() {
                    return Err(contract("the store refused codes without naming one"));
                }
                Ok(Attempt::CodesTaken(positions))
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

    /// The error for a refusal that no other codes would avoid.
    fn final_refusal(&self, draft: &Draft<'_>, refusal: Refusal) -> Error {
        let group = draft.known.group.id;
        match (refusal, draft.request, draft.max_live) {
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

/// Repeats a plan while its outcome is unknown; the request id makes that safe. Any other error of a repetition
/// leaves it as unknown as it was. `first` is what the first call came back with.
pub(super) fn until_known<T>(
    request: Option<Request>,
    first: StoreResult<T>,
    call: impl Fn() -> StoreResult<T>,
) -> Result<Answer<T>, Error> {
    let id = request.map(|request| request.id);
    let mut unknown = None;
    for result in iter::once(first).chain(iter::repeat_with(call).take(REPEATS)) {
        match result {
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
