//! What a store says to a plan.

use crate::{
    code::Codes,
    group::Group,
    ids::{BatchId, ClaimId, FieldId, GroupId, RowId},
    life::{State, WarrantyPolicy},
    name::Name,
    reference::Reference,
    store::Digest,
    time::Timestamp,
};

/// A plan was carried out, or refused with nothing changed.
///
/// ```
/// use serial_core::{Answer, GroupId, Refusal};
///
/// let answer: Answer<u64> = Answer::Refused(Refusal::NoSuchGroup { group: GroupId(9) });
/// assert_eq!(answer.done(), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<T> {
    /// It was carried out.
    Done(T),
    /// It was not, for this reason.
    Refused(Refusal),
}

impl<T> Answer<T> {
    /// The result, where there is one.
    pub fn done(self) -> Option<T> {
        match self {
            Self::Done(value) => Some(value),
            Self::Refused(_) => None,
        }
    }
}

impl<T> From<Refusal> for Answer<T> {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// What a store has of one code.
///
/// ```
/// use serial_core::{Found, MemoryStore, Store};
///
/// assert_eq!(MemoryStore::new().find_one(None, "AX-1")?, Found::Nothing);
/// # Ok::<(), serial_core::StoreError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// No live reference has it.
    Nothing,
    /// One has it.
    One(Entry),
    /// Several have it, in groups that are unique only within themselves.
    Several,
}

/// A reference but for its code, which whoever asks for a code has.
///
/// ```
/// use serial_core::{Entry, GroupId, Reference, RowId, Timestamp};
///
/// let pump = Reference::issued(GroupId(1), RowId(7), "AX-1".into(), None, Timestamp::from_micros(0));
/// assert_eq!(Entry::from(pump).row, RowId(7));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores make them")]
pub struct Entry {
    /// The group it belongs to.
    pub group: GroupId,
    /// Its ordinal in the group.
    pub row: RowId,
    /// The batch it was issued in; `None` in a Continuous group.
    pub batch: Option<BatchId>,
    /// When it was issued.
    pub created_at: Timestamp,
    /// Where it stands in its life.
    pub state: State,
    /// The claim that holds it, while it is allocated by one.
    pub claim: Option<ClaimId>,
}

/// Why a plan was not carried out, with the present state, so that another can be made without asking again.
///
/// ```
/// use serial_core::Refusal;
///
/// let refusal = Refusal::CodesTaken { positions: vec![0, 3] };
/// assert_ne!(refusal, Refusal::RequestMismatch);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The group does not exist, or was deleted.
    NoSuchGroup {
        /// The group that was asked for.
        group: GroupId,
    },
    /// The group has no such batch.
    NoSuchBatch {
        /// The group.
        group: GroupId,
        /// The batch that was asked for.
        batch: BatchId,
    },
    /// Another group has the name.
    NameTaken {
        /// The group that has it.
        group: GroupId,
    },
    /// There would be more groups than allowed.
    TooManyGroups {
        /// How many there are.
        present: u64,
    },
    /// The request id was used for another request.
    RequestMismatch,
    /// The group is not as the plan's guard expects it.
    GroupChanged {
        /// The group as it is.
        group: Box<Group>,
    },
    /// The group would have more live references than allowed.
    LiveLimit {
        /// How many it has.
        present: u64,
    },
    /// The group has counted to another index than the plan's guard expects.
    IndexMoved {
        /// Where it has counted to.
        next: u64,
    },
    /// Some codes were issued before in the scope, or come twice in the plan.
    CodesTaken {
        /// Their positions in the plan, counted from 0, ascending, at least one. Of a code that comes twice in the
        /// plan, the first position is not among them unless the code was issued before.
        positions: Vec<u32>,
    },
    /// The group has no such claim.
    NoSuchClaim {
        /// The group.
        group: GroupId,
        /// The claim that was asked for.
        claim: ClaimId,
    },
    /// Fewer references are available than were to be claimed, those of claims that expired included.
    TooFewAvailable {
        /// How many are available, in the batch where the plan names one.
        available: u64,
    },
    /// Some references cannot be changed so.
    Unfit {
        /// Every one of them, by group and row.
        references: Vec<Unfit>,
    },
}

/// A reference that cannot be changed as a plan says.
///
/// ```
/// use serial_core::{GroupId, RowId, State, Unfit};
///
/// let unfit = Unfit { group: GroupId(1), row: RowId(7), state: Some(State::Void) };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// The group.
    pub group: GroupId,
    /// The row.
    pub row: RowId,
    /// The state it is in; `None` where it is not live.
    pub state: Option<State>,
}

/// What an append did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Appended {
    /// The codes of the plan were issued.
    New {
        /// The row id of the first code; the others follow without a gap.
        first_row: RowId,
        /// The batch that was created; `None` in a Continuous group.
        batch: Option<BatchId>,
        /// How many references of the group are available now.
        available: u64,
    },
    /// An earlier plan with the same request issued these codes, and this one none.
    Repeated(Repeated),
}

/// What an earlier append with the same request did.
///
/// [`Store::request`](crate::Store::request) returns one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeated {
    /// The group.
    pub group: GroupId,
    /// The row id of the first code; the others follow without a gap.
    pub first_row: RowId,
    /// The batch and its name; `None` in a Continuous group.
    pub batch: Option<(BatchId, Name)>,
    /// The codes in issue order, whether or not they were deleted since.
    pub codes: Codes,
    /// When they were issued.
    pub created_at: Timestamp,
}

/// What a store keeps under a request id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRecord {
    /// What was asked for.
    pub digest: Digest,
    /// What was done.
    pub outcome: Outcome,
}

/// What was done under a request id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// References were issued.
    Appended(Repeated),
    /// References were claimed.
    Claimed(ClaimRecord),
    /// References were changed.
    Changed(Changed),
}

impl RequestRecord {
    /// What was issued, where references were.
    ///
    /// ```
    /// use serial_core::{Changed, Digest, Outcome, RequestRecord};
    ///
    /// let record = RequestRecord { digest: Digest(1), outcome: Outcome::Changed(Changed::default()) };
    /// assert_eq!(record.appended(), None);
    /// ```
    pub fn appended(&self) -> Option<&Repeated> {
        match &self.outcome {
            Outcome::Appended(first) => Some(first),
            Outcome::Claimed(_) | Outcome::Changed(_) => None,
        }
    }
}

/// What a claim did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// References were claimed.
    New {
        /// The claim that was made.
        claim: ClaimRecord,
        /// How many references of the group are available now.
        available: u64,
    },
    /// An earlier plan with the same request made this claim, and this one none.
    Repeated(ClaimRecord),
}

/// What a store keeps of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimRecord {
    /// The group.
    pub group: GroupId,
    /// The ordinal of the claim in its group.
    pub id: ClaimId,
    /// Who holds the references.
    pub holder: Name,
    /// When it was made.
    pub claimed_at: Timestamp,
    /// When what is still allocated falls back.
    pub expires_at: Option<Timestamp>,
    /// The references that were claimed, by row, as they are now, deleted ones included.
    pub references: Vec<Reference>,
}

/// What a change did.
///
/// ```
/// use serial_core::Changed;
///
/// let changed = Changed { changed: 3, left: 1 };
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// References that the step reached.
    pub changed: u64,
    /// References that the step left as they are.
    pub left: u64,
}

/// What a reference has of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// The reference.
    pub row: RowId,
    /// The values that were given to it, by field; a field that is not here has its default.
    pub values: Vec<(FieldId, String)>,
    /// Its own warranty, where it has one.
    pub warranty: Option<WarrantyPolicy>,
}

/// What a deletion did.
///
/// ```
/// use serial_core::Deleted;
///
/// let deleted = Deleted { deleted: 3, already_gone: 1 };
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deleted {
    /// References that were live and are deleted now.
    pub deleted: u64,
    /// References in the plan that were not live, or never existed.
    pub already_gone: u64,
}

/// Part of a listing.
///
/// ```
/// use serial_core::Slice;
///
/// let slice = Slice { items: vec!['a', 'b'], more: false, total: Some(2) };
/// assert_eq!(slice.items.len(), 2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Whether the listing goes on after them.
    pub more: bool,
    /// How many rows the whole listing has, wherever the slice begins; where it was wanted.
    pub total: Option<u64>,
}
