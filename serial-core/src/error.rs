//! Everything that can go wrong, as one kind per thing a caller can do something about.

use std::fmt;

use crate::{
    entropy::EntropyError,
    format_fault::FormatError,
    group::Kind,
    ids::{BatchId, GroupId, RequestId},
    limits::LimitName,
    memory::RestoreError,
    name::MAX_CHARACTERS,
    query::MAX_PAGE_SIZE,
    store::StoreError,
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
    /// A batch of no references was asked for.
    #[error("a batch needs at least 1 reference; ask for 1 or more")]
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
    /// The URL of a store cannot be understood.
    #[error("{reason}; write memory:, sqlite:PATH or postgresql://USER@HOST/DATABASE")]
    StoreUrlInvalid {
        /// What is wrong with it; the URL itself may hold a password.
        reason: &'static str,
    },
}

fn limit_sentence(limit: LimitName, value: u64, present: u64, asked: u64) -> String {
    match limit {
        LimitName::BatchSize => format!(
            "{limit} are limited to {value} and {asked} were asked for; ask for several batches, or raise the limit (to \
             10,000,000 at most)"
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
        }
    }
}

impl From<EntropyError> for Error {
    fn from(error: EntropyError) -> Self {
        Self::EntropyUnavailable(error)
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
