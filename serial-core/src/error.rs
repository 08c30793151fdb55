//! Everything that can go wrong, as one kind per thing a caller can do something about.

use std::{fmt, io, sync::Arc};

use crate::{
    entropy::EntropyError,
    format::Mismatch,
    format_fault::FormatError,
    group::Kind,
    ids::{BatchId, ClaimId, GroupId, RequestId},
    life::{MAX_TEXT, RefusedTransition, State},
    limits::LimitName,
    memory::RestoreError,
    name::MAX_CHARACTERS,
    query::MAX_PAGE_SIZE,
    store::StoreError,
    transfer::ImportFault,
};

/// What a call to a registry can fail with. Nothing has changed then, unless the kind is
/// [`OutcomeUnknown`](ErrorKind::OutcomeUnknown).
///
/// [`kind`](Self::kind) gives the stable kind, the fields the circumstances, and the message a sentence that says
/// what to do.
///
/// ```
/// use serial_core::{Error, ErrorKind, GroupId, MemoryStore, Registry};
///
/// let registry = Registry::new(MemoryStore::new());
/// let error = registry.group(GroupId(7)).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::GroupNotFound);
/// assert_eq!(error.to_string(), "there is no group 7; it may have been deleted");
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A format cannot be used.
    #[error(transparent)]
    FormatInvalid(#[from] FormatError),
    /// A name of a group or batch cannot be used.
    #[error("a name must have 1 to {MAX_CHARACTERS} characters and no NUL; choose another")]
    NameInvalid,
    /// A description of a group cannot be used.
    #[error("a description cannot contain NUL; leave it out")]
    DescriptionInvalid,
    /// Another group has the name already.
    #[error("group {group} has this name already; choose another")]
    NameTaken {
        /// The group that has it.
        group: GroupId,
    },
    /// There is no such group.
    #[error("there is no group {group}; it may have been deleted")]
    GroupNotFound {
        /// The id that was given.
        group: GroupId,
    },
    /// There is no such batch.
    #[error("group {group} has no batch {batch}; list its batches to see which it has")]
    BatchNotFound {
        /// The group.
        group: GroupId,
        /// The id that was given.
        batch: BatchId,
    },
    /// No live reference has the code.
    #[error("no live reference has this code; it was never issued here, or it was deleted")]
    ReferenceNotFound,
    /// Several groups have a live reference with the code.
    #[error("{} groups have a reference with this code; say in which group to look, with lookup_in", groups.len())]
    Ambiguous {
        /// The groups that have one.
        groups: Vec<GroupId>,
    },
    /// The group's references are issued in another way.
    #[error("group {group} is a {kind} group; use {} there", right_call(*kind))]
    WrongKind {
        /// The group.
        group: GroupId,
        /// Its kind.
        kind: Kind,
    },
    /// A batch or claim of no references was asked for.
    #[error("at least 1 reference is needed; ask for 1 or more")]
    CountInvalid,
    /// The call would pass a limit.
    #[error("{}", limit_sentence(*limit, *value, *present, *asked))]
    LimitReached {
        /// The group; `None` where the limit is the registry's.
        group: Option<GroupId>,
        /// Which limit.
        limit: LimitName,
        /// Its value.
        value: u64,
        /// How many there are (0 for the size of a batch).
        present: u64,
        /// How many more were asked for.
        asked: u64,
    },
    /// The format has fewer free codes than were asked for.
    #[error(
        "the format of group {group} has {free} free codes left and {asked} were asked for; ask for fewer if some are left, or create a group with longer codes"
    )]
    SpaceExhausted {
        /// The group.
        group: GroupId,
        /// At most so many codes can still be issued; fewer where other groups issue the same codes.
        free: u64,
        /// How many were asked for.
        asked: u64,
    },
    /// The request id belongs to a different request.
    #[error("the request id {request} was used for a different request; give every request an id of its own")]
    RequestMismatch {
        /// The request id.
        request: RequestId,
    },
    /// A text is not a request id.
    #[error("a request id is 32 hexadecimal digits, hyphens optional, as a UUID is written")]
    RequestIdInvalid,
    /// A search term is too short.
    #[error("a search term needs at least {min} characters and this has {found}; type more of the code")]
    SearchTermTooShort {
        /// The fewest characters allowed.
        min: u32,
        /// How many it has.
        found: u64,
    },
    /// A search term has a character that no code can have.
    #[error("the search term has {symbol:?} at position {position}, which no code contains; leave it out")]
    SearchTermInvalid {
        /// The character.
        symbol: char,
        /// Where it stands, counted in characters from 1.
        position: usize,
    },
    /// A page of no rows or too many was asked for, or page number 0.
    #[error("pages are numbered from 1 and have 1 to {MAX_PAGE_SIZE} rows; ask for such a page")]
    PageInvalid,
    /// A cursor does not belong to this listing.
    #[error("the cursor belongs to another listing or is damaged; begin at the first page")]
    CursorInvalid,
    /// References were issued into a group after its deletion was prepared.
    #[error(
        "{more} references were issued into group {group} since its deletion was prepared; prepare it again to see them"
    )]
    ChangedMeanwhile {
        /// The group.
        group: GroupId,
        /// How many.
        more: u64,
    },
    /// Random bytes could not be had.
    #[error("no random bytes can be had, so no code was made; mend the source of randomness and try again")]
    EntropyUnavailable(#[source] EntropyError),
    /// A snapshot cannot be restored.
    #[error("the snapshot cannot be restored")]
    SnapshotInvalid(#[source] RestoreError),
    /// The store is held by somebody else.
    #[error("the store is busy; try again in a moment")]
    StoreBusy(#[source] StoreError),
    /// The store cannot be reached or cannot write.
    #[error("the store cannot be used now; see that it can be reached and has room, then try again")]
    StoreUnavailable(#[source] StoreError),
    /// The store may or may not have carried out the call.
    #[error("it is unknown whether the store carried out the call; {}", way_to_know(*request))]
    OutcomeUnknown {
        /// The request id to repeat the call with, where it issues something.
        request: Option<RequestId>,
        /// What the store said.
        #[source]
        source: StoreError,
    },
    /// What the store holds contradicts itself.
    #[error("the store is damaged; stop issuing from it and restore a backup")]
    StoreCorrupt(#[source] StoreError),
    /// A newer version of the library wrote the store.
    #[error("the store was written by a newer version; update this program")]
    SchemaTooNew(#[source] StoreError),
    /// The store broke its contract.
    #[error("the store broke its contract; report this to whoever wrote the store")]
    StoreContract(#[source] StoreError),
    /// A store written by somebody else failed in its own way.
    #[error("the store failed; its own message says why")]
    StoreForeign(#[source] StoreError),
    /// Some references cannot come to the state that was asked for; none did.
    #[error("{}", transition_sentence(*to, refused))]
    TransitionRefused {
        /// The state.
        to: State,
        /// Every reference that cannot, and why.
        refused: Vec<RefusedTransition>,
    },
    /// A state needs a reason.
    #[error("coming to the state {to} needs a reason; give one with because")]
    ReasonRequired {
        /// The state.
        to: State,
    },
    /// A text is not the name of a state.
    #[error(
        "a state is one of available, allocated, encoded, commissioned, released, decommissioned, destroyed and void"
    )]
    StateInvalid,
    /// Fewer references are available than were to be claimed.
    #[error("{available} references are available and {asked} were asked for; ask for fewer, or issue more")]
    TooFewAvailable {
        /// The group.
        group: GroupId,
        /// How many are available, in the batch where one was named.
        available: u64,
        /// How many were asked for.
        asked: u64,
    },
    /// A claim needs to be for somebody.
    #[error("a claim needs a holder; name one, or say with acting_as who acts")]
    HolderRequired,
    /// There is no such claim.
    #[error("group {group} has no claim {claim}; use the id that claim gave")]
    ClaimNotFound {
        /// The group.
        group: GroupId,
        /// The id that was given.
        claim: ClaimId,
    },
    /// The group has no such field.
    #[error("group {group} has no field {name:?}; add it with add_field, or see the group's fields")]
    FieldNotFound {
        /// The group.
        group: GroupId,
        /// The name that was given.
        name: String,
    },
    /// Another field of the group has the name.
    #[error("the group has a field {name:?} already; choose another name")]
    FieldNameTaken {
        /// The name.
        name: String,
    },
    /// A filter or selection by attribute, or a change of attributes, reaches beyond one group.
    #[error("attributes belong to one group; name the group in the filter or selection")]
    GroupRequired,
    /// A reason, note, attribute or text for customers cannot be used.
    #[error("a text has at most {MAX_TEXT} characters and no NUL; shorten it")]
    TextInvalid,
    /// A warranty cannot be used.
    #[error("a warranty is none, or 1 to 1200 months or 1 to 36525 days, from commissioned, released or a moment")]
    WarrantyInvalid,
    /// A text is not a moment.
    #[error("a moment is written as 2026-11-23T11:18:58.000000Z, in UTC")]
    TimestampInvalid,
    /// References of a selection are not there; nothing was changed.
    #[error("{} of the selected references are not there; leave them out", missing.len())]
    SelectionInvalid {
        /// The codes, as they were given; of references the group and row.
        missing: Vec<String>,
    },
    /// The URL of a store cannot be understood.
    #[error("{reason}; write memory:, sqlite:PATH or postgresql://USER@HOST/DATABASE")]
    StoreUrlInvalid {
        /// What is wrong with it; the URL itself may hold a password.
        reason: &'static str,
    },
    /// Rows of an import cannot be issued; nothing of it was.
    #[error("{}", import_sentence(faults))]
    ImportFaulty {
        /// Everything that is wrong, in the order of the file.
        faults: Arc<[ImportFault]>,
    },
    /// The caller's reader or writer failed. What an export wrote before stays written.
    #[error("the file cannot be read or written; what lies behind says why")]
    TransferFailed(#[source] io::Error),
    /// Bytes or a text are not a key.
    #[error(
        "a key is 32 random bytes, as text 64 hexadecimal digits, and groups of Keyed order have one; give such a key"
    )]
    KeyInvalid,
    /// Codes of Random order come from no counter.
    #[error("codes of Random order are drawn and have no counter; choose Sequential or Keyed order for that")]
    NoCounter,
    /// A counter cannot be advanced to where it was to go.
    #[error(
        "the counter of group {group} is at {next} and ends at {capacity}; it can only be advanced to a number between them"
    )]
    CounterInvalid {
        /// The group.
        group: GroupId,
        /// Where it has counted to.
        next: u64,
        /// How far it can count.
        capacity: u64,
    },
    /// A text is no code of a format.
    #[error("this is no code of the format: {0}")]
    CodeInvalid(Mismatch),
}

fn limit_sentence(limit: LimitName, value: u64, present: u64, asked: u64) -> String {
    match limit {
        LimitName::BatchSize => format!(
            "{limit} are limited to {value} and {asked} were asked for; ask for several batches, or raise the limit (to \
             10,000,000 at most)"
        ),
        LimitName::Guesses => format!(
            "{limit} are limited to {value}; there are {present} and {asked} more were asked for; ask for fewer, make room, \
             or create a group with longer codes"
        ),
        _ => format!(
            "{limit} are limited to {value}; there are {present} and {asked} more were asked for; ask for fewer, make room, \
             or raise the limit"
        ),
    }
}

fn right_call(kind: Kind) -> &'static str {
    match kind {
        Kind::Continuous => "create_reference",
        Kind::Batch => "create_batch",
    }
}

fn transition_sentence(to: State, refused: &[RefusedTransition]) -> String {
    let first = refused.first().map(ToString::to_string).unwrap_or_default();
    match refused.len() {
        0 | 1 => format!("nothing came to the state {to}; {first}; leave it out"),
        more => format!("nothing came to the state {to}, because {more} references cannot; {first}; leave them out"),
    }
}

fn import_sentence(faults: &[ImportFault]) -> String {
    let first = faults.first().map(ToString::to_string).unwrap_or_default();
    match faults.len() {
        0 | 1 => format!("nothing was imported; {first}; correct the file and review it again"),
        more => {
            format!("nothing was imported, because of {more} faults; {first}; correct the file and review it again")
        }
    }
}

fn way_to_know(request: Option<RequestId>) -> String {
    match request {
        Some(request) => format!("repeat it with the request id {request}"),
        None => "look before repeating it".into(),
    }
}

/// The kind of an [`Error`]: a stable number and name, the same in every language.
///
/// ```
/// use serial_core::ErrorKind;
///
/// assert_eq!(ErrorKind::LimitReached as i32, 11);
/// assert_eq!(ErrorKind::LimitReached.to_string(), "LimitReached");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(i32)]
pub enum ErrorKind {
    /// [`Error::FormatInvalid`].
    FormatInvalid = 1,
    /// [`Error::NameInvalid`].
    NameInvalid = 2,
    /// [`Error::DescriptionInvalid`].
    DescriptionInvalid = 3,
    /// [`Error::NameTaken`].
    NameTaken = 4,
    /// [`Error::GroupNotFound`].
    GroupNotFound = 5,
    /// [`Error::BatchNotFound`].
    BatchNotFound = 6,
    /// [`Error::ReferenceNotFound`].
    ReferenceNotFound = 7,
    /// [`Error::Ambiguous`].
    Ambiguous = 8,
    /// [`Error::WrongKind`].
    WrongKind = 9,
    /// [`Error::CountInvalid`].
    CountInvalid = 10,
    /// [`Error::LimitReached`].
    LimitReached = 11,
    /// [`Error::SpaceExhausted`].
    SpaceExhausted = 12,
    /// [`Error::RequestMismatch`].
    RequestMismatch = 13,
    /// [`Error::RequestIdInvalid`].
    RequestIdInvalid = 14,
    /// [`Error::SearchTermTooShort`].
    SearchTermTooShort = 15,
    /// [`Error::SearchTermInvalid`].
    SearchTermInvalid = 16,
    /// [`Error::PageInvalid`].
    PageInvalid = 17,
    /// [`Error::CursorInvalid`].
    CursorInvalid = 18,
    /// [`Error::ChangedMeanwhile`].
    ChangedMeanwhile = 19,
    /// [`Error::EntropyUnavailable`].
    EntropyUnavailable = 20,
    /// [`Error::SnapshotInvalid`].
    SnapshotInvalid = 21,
    /// [`Error::StoreBusy`].
    StoreBusy = 22,
    /// [`Error::StoreUnavailable`].
    StoreUnavailable = 23,
    /// [`Error::OutcomeUnknown`].
    OutcomeUnknown = 24,
    /// [`Error::StoreCorrupt`].
    StoreCorrupt = 25,
    /// [`Error::SchemaTooNew`].
    SchemaTooNew = 26,
    /// [`Error::StoreContract`].
    StoreContract = 27,
    /// [`Error::StoreForeign`].
    StoreForeign = 28,
    /// [`Error::StoreUrlInvalid`].
    StoreUrlInvalid = 29,
    /// [`Error::TransitionRefused`].
    TransitionRefused = 30,
    /// [`Error::ReasonRequired`].
    ReasonRequired = 31,
    /// [`Error::StateInvalid`].
    StateInvalid = 32,
    /// [`Error::TooFewAvailable`].
    TooFewAvailable = 33,
    /// [`Error::HolderRequired`].
    HolderRequired = 34,
    /// [`Error::ClaimNotFound`].
    ClaimNotFound = 35,
    /// [`Error::FieldNotFound`].
    FieldNotFound = 36,
    /// [`Error::FieldNameTaken`].
    FieldNameTaken = 37,
    /// [`Error::GroupRequired`].
    GroupRequired = 38,
    /// [`Error::TextInvalid`].
    TextInvalid = 39,
    /// [`Error::WarrantyInvalid`].
    WarrantyInvalid = 40,
    /// [`Error::TimestampInvalid`].
    TimestampInvalid = 41,
    /// [`Error::SelectionInvalid`].
    SelectionInvalid = 42,
    /// [`Error::ImportFaulty`].
    ImportFaulty = 43,
    /// [`Error::TransferFailed`].
    TransferFailed = 44,
    /// [`Error::KeyInvalid`].
    KeyInvalid = 45,
    /// [`Error::NoCounter`].
    NoCounter = 46,
    /// [`Error::CounterInvalid`].
    CounterInvalid = 47,
    /// [`Error::CodeInvalid`].
    CodeInvalid = 48,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl Error {
    /// The kind, which is what programs should decide by.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::FormatInvalid(_) => ErrorKind::FormatInvalid,
            Self::NameInvalid => ErrorKind::NameInvalid,
            Self::DescriptionInvalid => ErrorKind::DescriptionInvalid,
            Self::NameTaken { .. } => ErrorKind::NameTaken,
            Self::GroupNotFound { .. } => ErrorKind::GroupNotFound,
            Self::BatchNotFound { .. } => ErrorKind::BatchNotFound,
            Self::ReferenceNotFound => ErrorKind::ReferenceNotFound,
            Self::Ambiguous { .. } => ErrorKind::Ambiguous,
            Self::WrongKind { .. } => ErrorKind::WrongKind,
            Self::CountInvalid => ErrorKind::CountInvalid,
            Self::LimitReached { .. } => ErrorKind::LimitReached,
            Self::SpaceExhausted { .. } => ErrorKind::SpaceExhausted,
            Self::RequestMismatch { .. } => ErrorKind::RequestMismatch,
            Self::RequestIdInvalid => ErrorKind::RequestIdInvalid,
            Self::SearchTermTooShort { .. } => ErrorKind::SearchTermTooShort,
            Self::SearchTermInvalid { .. } => ErrorKind::SearchTermInvalid,
            Self::PageInvalid => ErrorKind::PageInvalid,
            Self::CursorInvalid => ErrorKind::CursorInvalid,
            Self::ChangedMeanwhile { .. } => ErrorKind::ChangedMeanwhile,
            Self::EntropyUnavailable(_) => ErrorKind::EntropyUnavailable,
            Self::SnapshotInvalid(_) => ErrorKind::SnapshotInvalid,
            Self::StoreBusy(_) => ErrorKind::StoreBusy,
            Self::StoreUnavailable(_) => ErrorKind::StoreUnavailable,
            Self::OutcomeUnknown { .. } => ErrorKind::OutcomeUnknown,
            Self::StoreCorrupt(_) => ErrorKind::StoreCorrupt,
            Self::SchemaTooNew(_) => ErrorKind::SchemaTooNew,
            Self::StoreContract(_) => ErrorKind::StoreContract,
            Self::StoreForeign(_) => ErrorKind::StoreForeign,
            Self::StoreUrlInvalid { .. } => ErrorKind::StoreUrlInvalid,
            Self::TransitionRefused { .. } => ErrorKind::TransitionRefused,
            Self::ReasonRequired { .. } => ErrorKind::ReasonRequired,
            Self::StateInvalid => ErrorKind::StateInvalid,
            Self::TooFewAvailable { .. } => ErrorKind::TooFewAvailable,
            Self::HolderRequired => ErrorKind::HolderRequired,
            Self::ClaimNotFound { .. } => ErrorKind::ClaimNotFound,
            Self::FieldNotFound { .. } => ErrorKind::FieldNotFound,
            Self::FieldNameTaken { .. } => ErrorKind::FieldNameTaken,
            Self::GroupRequired => ErrorKind::GroupRequired,
            Self::TextInvalid => ErrorKind::TextInvalid,
            Self::WarrantyInvalid => ErrorKind::WarrantyInvalid,
            Self::TimestampInvalid => ErrorKind::TimestampInvalid,
            Self::SelectionInvalid { .. } => ErrorKind::SelectionInvalid,
            Self::ImportFaulty { .. } => ErrorKind::ImportFaulty,
            Self::TransferFailed(_) => ErrorKind::TransferFailed,
            Self::KeyInvalid => ErrorKind::KeyInvalid,
            Self::NoCounter => ErrorKind::NoCounter,
            Self::CounterInvalid { .. } => ErrorKind::CounterInvalid,
            Self::CodeInvalid(_) => ErrorKind::CodeInvalid,
        }
    }
}

impl From<EntropyError> for Error {
    fn from(error: EntropyError) -> Self {
        Self::EntropyUnavailable(error)
    }
}

impl From<Mismatch> for Error {
    fn from(mismatch: Mismatch) -> Self {
        Self::CodeInvalid(mismatch)
    }
}

impl From<RestoreError> for Error {
    fn from(error: RestoreError) -> Self {
        Self::SnapshotInvalid(error)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy { .. } => Self::StoreBusy(error),
            StoreError::Unavailable { .. } => Self::StoreUnavailable(error),
            StoreError::OutcomeUnknown { .. } => Self::OutcomeUnknown { request: None, source: error },
            StoreError::Corrupt { .. } => Self::StoreCorrupt(error),
            StoreError::SchemaTooNew { .. } => Self::SchemaTooNew(error),
            StoreError::Contract { .. } => Self::StoreContract(error),
            StoreError::Foreign { .. } => Self::StoreForeign(error),
        }
    }
}
