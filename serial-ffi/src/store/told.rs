//! What came together of an answer.

use serialref::{
    Answer, Appended, Batch, Changed, ClaimRecord, Claimed, Details, Digest, Event, Group, Inventory, Outcome,
    Reference, Refusal, RequestRecord, Slice, StateCounts, StoreError, StoreResult,
};

use crate::{status::serialref_status, store::answers::serialref_answer, trouble::Trouble};

/// What an answer can consist of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Number,
    Group,
    Reference,
    Batch,
    Event,
    Details,
    Position,
    Page,
    Appended,
    Claimed,
    Changed,
    Inventory,
    Request,
    Refusal,
}

/// What a function is asked, as far as its answer is concerned.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question {
    /// The function's name in C.
    pub(super) name: &'static str,
    /// What its answer may consist of.
    pub(super) parts: &'static [Part],
    /// How many rows it may have.
    pub(super) most: usize,
}

/// A claim without its references.
#[derive(Debug)]
pub(super) struct ToldClaim {
    pub(super) record: ClaimRecord,
    pub(super) available: u64,
    pub(super) is_repeated: bool,
}

/// The parts of an answer that were given, in Rust or in C.
#[derive(Debug)]
pub(super) struct Told {
    question: Question,
    pub(super) number: Option<u64>,
    pub(super) groups: Vec<Group>,
    pub(super) references: Vec<Reference>,
    pub(super) batches: Vec<Batch>,
    pub(super) events: Vec<Event>,
    pub(super) details: Vec<Details>,
    pub(super) positions: Vec<u32>,
    pub(super) page: Option<(bool, u64)>,
    pub(super) appended: Option<Appended>,
    pub(super) claim: Option<ToldClaim>,
    pub(super) changed: Option<(u64, u64)>,
    pub(super) counts: Option<StateCounts>,
    pub(super) digest: Option<Digest>,
    refusal: Option<Refusal>,
    failure: Option<StoreError>,
    misuse: Option<String>,
}

impl Told {
    pub(super) fn new(question: Question) -> Self {
        Self {
            question,
            number: None,
            groups: Vec::new(),
            references: Vec::new(),
            batches: Vec::new(),
            events: Vec::new(),
            details: Vec::new(),
            positions: Vec::new(),
            page: None,
            appended: None,
            claim: None,
            changed: None,
            counts: None,
            digest: None,
            refusal: None,
            failure: None,
            misuse: None,
        }
    }

    pub(super) fn most(&self) -> usize {
        self.question.most
    }

    /// Whether a part belongs into the answer, and there is still room for it.
    pub(super) fn may_take(&self, part: Part) -> Result<(), Trouble> {
        if !self.question.parts.contains(&part) {
            return Err(unfit(format!("{part:?} is no part of an answer of {}", self.question.name)));
        }
        if self.failure.is_some() || self.refusal.is_some() {
            return Err(unfit(format!("{} has answered already", self.question.name)));
        }
        let is_full = match part {
            Part::Number => self.number.is_some(),
            Part::Page => self.page.is_some(),
            Part::Changed | Part::Appended | Part::Claimed => {
                self.changed.is_some() || self.appended.is_some() || self.claim.is_some()
            }
            Part::Inventory => self.counts.is_some(),
            Part::Request => self.digest.is_some(),
            Part::Refusal => self.has_anything(),
            Part::Group => self.groups.len() >= self.most(),
            Part::Reference => self.references.len() >= self.most(),
            Part::Batch => self.batches.len() >= self.most(),
            Part::Event => self.events.len() >= self.most(),
            Part::Details => self.details.len() >= self.most(),
            Part::Position => self.positions.len() >= self.most(),
        };
        if is_full {
            return Err(unfit(format!(
                "{} gives more {part:?} than was asked for, or answers twice",
                self.question.name
            )));
        }
        Ok(())
    }

    fn has_anything(&self) -> bool {
        let rows = self.groups.len() + self.references.len() + self.batches.len() + self.events.len();
        rows + self.details.len() + self.positions.len() > 0
            || self.number.is_some()
            || self.page.is_some()
            || self.appended.is_some()
            || self.claim.is_some()
            || self.changed.is_some()
            || self.counts.is_some()
            || self.digest.is_some()
    }

    pub(super) fn refuse(&mut self, refusal: Refusal) {
        self.refusal = Some(refusal);
    }

    /// Keeps the first failure; says whether it is the first.
    pub(super) fn fail(&mut self, error: StoreError) -> bool {
        let is_first = self.failure.is_none();
        self.failure.get_or_insert(error);
        is_first
    }

    /// Keeps what makes the answer useless, the first time.
    pub(super) fn misused(&mut self, trouble: &Trouble) {
        let message =
            || format!("the function {} of the store gave an answer that cannot be used: ", self.question.name);
        if self.misuse.is_none() {
            self.misuse = Some(message() + &trouble.message());
        }
    }

    pub(super) fn answer(&self) -> serialref_answer {
        let is_repeated = matches!(self.appended, Some(Appended::Repeated(_)))
            || self.claim.as_ref().is_some_and(|claim| claim.is_repeated);
        if self.failure.is_some() || self.misuse.is_some() {
            serialref_answer::Failed
        } else if self.refusal.is_some() {
            serialref_answer::Refused
        } else if is_repeated {
            serialref_answer::Repeated
        } else if self.has_anything() {
            serialref_answer::Done
        } else {
            serialref_answer::Nothing
        }
    }

    /// The answer, if the function that returned this number has given one.
    pub(super) fn returned(mut self, number: i32) -> Result<Self, StoreError> {
        let name = self.question.name;
        match (self.failure.take(), self.misuse.take()) {
            (Some(failure), _) => Err(failure),
            (None, Some(misuse)) => Err(StoreError::contract(misuse)),
            (None, None) if number != 0 => Err(StoreError::Foreign {
                code: number.into(),
                message: format!("the function {name} of the store failed"),
                source: None,
            }),
            (None, None) => Ok(self),
        }
    }

    /// The part that the answer cannot do without.
    fn needed<T>(&self, part: Option<T>) -> Result<T, StoreError> {
        let missing = || format!("the function {} of the store returned 0 and gave no answer", self.question.name);
        part.ok_or_else(|| StoreError::contract(missing()))
    }

    /// The result, or the refusal where there is one.
    fn unless_refused<T>(mut self, result: impl FnOnce(Self) -> Result<T, StoreError>) -> StoreResult<T> {
        match self.refusal.take() {
            Some(refusal) => Ok(Answer::Refused(refusal)),
            None => result(self).map(Answer::Done),
        }
    }

    fn slice<T>(&self, items: Vec<T>, counted: bool) -> Result<Slice<T>, StoreError> {
        let (more, total) = self.needed(self.page)?;
        Ok(Slice { items, more, total: counted.then_some(total) })
    }

    pub(super) fn into_number(self) -> StoreResult<u64> {
        self.unless_refused(|told| told.needed(told.number))
    }

    pub(super) fn into_group(self) -> StoreResult<Group> {
        self.unless_refused(|mut told| {
            let group = told.groups.pop();
            told.needed(group)
        })
    }

    pub(super) fn into_group_if_any(mut self) -> Option<Group> {
        self.groups.pop()
    }

    pub(super) fn into_groups(mut self, counted: bool) -> Result<Slice<Group>, StoreError> {
        let groups = std::mem::take(&mut self.groups);
        self.slice(groups, counted)
    }

    pub(super) fn into_appended(self) -> StoreResult<Appended> {
        self.unless_refused(|mut told| {
            let appended = told.appended.take();
            told.needed(appended)
        })
    }

    fn into_claim(mut self) -> Result<ToldClaim, StoreError> {
        let claim = self.claim.take();
        let mut claim = self.needed(claim)?;
        claim.record.references = self.references;
        Ok(claim)
    }

    pub(super) fn into_claimed(self) -> StoreResult<Claimed> {
        self.unless_refused(|told| {
            let ToldClaim { record, available, is_repeated } = told.into_claim()?;
            Ok(if is_repeated { Claimed::Repeated(record) } else { Claimed::New { claim: record, available } })
        })
    }

    pub(super) fn into_claim_record(self) -> StoreResult<ClaimRecord> {
        self.unless_refused(|told| Ok(told.into_claim()?.record))
    }

    pub(super) fn into_changed(self) -> StoreResult<Changed> {
        self.unless_refused(|told| {
            let (changed, left) = told.needed(told.changed)?;
            Ok(Changed { changed, left })
        })
    }

    pub(super) fn into_request(mut self) -> Result<Option<RequestRecord>, StoreError> {
        if !self.has_anything() {
            return Ok(None);
        }
        let digest = self.needed(self.digest)?;
        let outcome = match (self.appended.take(), self.changed) {
            (Some(Appended::Repeated(first)), _) => Outcome::Appended(first),
            (Some(Appended::New { .. }), _) => {
                return Err(StoreError::contract("what was issued under a request id is always repeated"));
            }
            (None, Some((changed, left))) => Outcome::Changed(Changed { changed, left }),
            (None, None) => Outcome::Claimed(self.into_claim()?.record),
        };
        Ok(Some(RequestRecord { digest, outcome }))
    }

    pub(super) fn into_positions(self) -> StoreResult<Vec<u32>> {
        self.unless_refused(|told| Ok(told.positions))
    }

    pub(super) fn into_references(self, counted: bool) -> StoreResult<Slice<Reference>> {
        self.unless_refused(|mut told| {
            let references = std::mem::take(&mut told.references);
            told.slice(references, counted)
        })
    }

    pub(super) fn into_batch(self) -> StoreResult<Batch> {
        self.unless_refused(|mut told| {
            let batch = told.batches.pop();
            told.needed(batch)
        })
    }

    pub(super) fn into_batches(self, counted: bool) -> StoreResult<Slice<Batch>> {
        self.unless_refused(|mut told| {
            let batches = std::mem::take(&mut told.batches);
            told.slice(batches, counted)
        })
    }

    pub(super) fn into_deleted(self) -> Result<(u64, u64), StoreError> {
        self.needed(self.changed)
    }

    pub(super) fn into_events(self, counted: bool) -> StoreResult<Slice<Event>> {
        self.unless_refused(|mut told| {
            let events = std::mem::take(&mut told.events);
            told.slice(events, counted)
        })
    }

    pub(super) fn into_inventory(self) -> StoreResult<Inventory> {
        self.unless_refused(|mut told| Ok(Inventory { counts: told.needed(told.counts)?, next: told.references.pop() }))
    }

    pub(super) fn into_details(self) -> StoreResult<Vec<Details>> {
        self.unless_refused(|told| Ok(told.details))
    }

    /// Takes over what a store of ours said to a plan.
    pub(super) fn take_over<T>(&mut self, answer: StoreResult<T>, put: impl FnOnce(&mut Self, T)) {
        match answer {
            Ok(Answer::Done(value)) => put(self, value),
            Ok(Answer::Refused(refusal)) => self.refuse(refusal),
            Err(error) => {
                self.fail(error);
            }
        }
    }

    pub(super) fn put_claim(&mut self, mut record: ClaimRecord, available: Option<u64>) {
        self.references.append(&mut record.references);
        let is_repeated = available.is_none();
        self.claim = Some(ToldClaim { record, available: available.unwrap_or_default(), is_repeated });
    }

    pub(super) fn put_record(&mut self, record: RequestRecord) {
        self.digest = Some(record.digest);
        match record.outcome {
            Outcome::Appended(first) => self.appended = Some(Appended::Repeated(first)),
            Outcome::Claimed(claim) => self.put_claim(claim, None),
            Outcome::Changed(changed) => self.changed = Some((changed.changed, changed.left)),
        }
    }

    pub(super) fn put_slice<T>(&mut self, slice: Slice<T>, rows: impl FnOnce(&mut Self) -> &mut Vec<T>) {
        rows(self).extend(slice.items);
        self.page = Some((slice.more, slice.total.unwrap_or_default()));
    }

    pub(super) fn put_claimed(&mut self, claimed: Claimed) {
        match claimed {
            Claimed::New { claim, available } => self.put_claim(claim, Some(available)),
            Claimed::Repeated(claim) => self.put_claim(claim, None),
        }
    }
}

/// The trouble with an answer that does not fit its question.
pub(super) fn unfit(message: impl Into<String>) -> Trouble {
    Trouble::misuse(serialref_status::AnswerInvalid, message)
}
