//! What a call says when it returns.

use std::ffi::CStr;

use serialref::ErrorKind;

/// What a call says when it returns. 0 is success; every other value says what went wrong, and but for three of
/// them, see "Results" above, nothing was done.
///
/// Numbers below 1000 mean the same in C, Python and Rust. Those from 1000 on are about the call itself: something
/// that only C can get wrong. Numbers are never changed or used again; later versions may add some, so a switch over
/// them needs a default.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum serialref_status {
    /// Everything was done.
    Ok = 0,
    /// A format cannot be used; the details of the error say everything that is wrong with it.
    FormatInvalid = 1,
    /// A name has no characters, more than 200, or a NUL.
    NameInvalid = 2,
    /// A description has a NUL.
    DescriptionInvalid = 3,
    /// Another group has the name.
    NameTaken = 4,
    /// There is no such group.
    GroupNotFound = 5,
    /// The group has no such batch.
    BatchNotFound = 6,
    /// No live reference has the code.
    ReferenceNotFound = 7,
    /// Several groups have a live reference with the code; say in which one to look.
    Ambiguous = 8,
    /// A Batch group issues batches, a Continuous group issues one reference at a time.
    WrongKind = 9,
    /// At least 1 reference has to be asked for; or more than 10,000,000 codes were to be computed in one call.
    CountInvalid = 10,
    /// The call would pass a limit.
    LimitReached = 11,
    /// The format has fewer free codes than were asked for.
    SpaceExhausted = 12,
    /// The request id was used for a different request.
    RequestMismatch = 13,
    /// A text is no request id.
    RequestIdInvalid = 14,
    /// A search term is too short.
    SearchTermTooShort = 15,
    /// A search term has a character that no code has.
    SearchTermInvalid = 16,
    /// Pages are numbered from 1 and have 1 to 10,000 rows.
    PageInvalid = 17,
    /// The cursor belongs to another listing, or is damaged.
    CursorInvalid = 18,
    /// References were issued into the group since its deletion was prepared.
    ChangedMeanwhile = 19,
    /// The operating system gives no random bytes, so no code was made.
    EntropyUnavailable = 20,
    /// The snapshot cannot be restored.
    SnapshotInvalid = 21,
    /// The store is held by somebody else; try again in a moment.
    StoreBusy = 22,
    /// The store cannot be reached, or cannot write.
    StoreUnavailable = 23,
    /// The store may or may not have carried out the call: repeat it with the same request id.
    OutcomeUnknown = 24,
    /// What the store holds contradicts itself.
    StoreCorrupt = 25,
    /// A newer version of the library wrote the store.
    SchemaTooNew = 26,
    /// The store broke its contract.
    StoreContract = 27,
    /// A store written by somebody else failed in its own way; the error has its code and text.
    StoreForeign = 28,
    /// The URL names no store.
    StoreUrlInvalid = 29,
    /// Some references cannot come to the state; none did. The details of the error name every one.
    TransitionRefused = 30,
    /// The state needs a reason.
    ReasonRequired = 31,
    /// A text is no name of a state.
    StateInvalid = 32,
    /// Fewer references are available than were to be claimed.
    TooFewAvailable = 33,
    /// A claim needs a holder.
    HolderRequired = 34,
    /// The group has no such claim.
    ClaimNotFound = 35,
    /// The group has no such field.
    FieldNotFound = 36,
    /// Another field of the group has the name.
    FieldNameTaken = 37,
    /// Attributes belong to one group; name it.
    GroupRequired = 38,
    /// A text has more than 1000 characters, or a NUL.
    TextInvalid = 39,
    /// A warranty cannot be used.
    WarrantyInvalid = 40,
    /// A moment cannot be used.
    TimestampInvalid = 41,
    /// References of the selection are not there; nothing was changed. The details of the error name them.
    SelectionInvalid = 42,
    /// Rows of an import cannot be issued; none was. The details of the error name every fault.
    ImportFaulty = 43,
    /// A file, or the caller's reader or writer, failed.
    TransferFailed = 44,
    /// A key is not 32 random bytes, is given where none is used, or is missing.
    KeyInvalid = 45,
    /// Codes of Random order are drawn and have no counter.
    NoCounter = 46,
    /// A counter can only be advanced, and not beyond its end.
    CounterInvalid = 47,
    /// A text is no code of the format; the message says why.
    CodeInvalid = 48,

    /// A pointer that is needed is NULL.
    NullArgument = 1001,
    /// A pointer is not aligned as its type asks for.
    Misaligned = 1002,
    /// A size is impossible: `struct_size` is unknown, or a text or list is larger than any that is accepted.
    SizeInvalid = 1003,
    /// A number is none of the constants that are accepted there.
    EnumInvalid = 1004,
    /// A text is not UTF-8.
    NotUtf8 = 1005,
    /// A handle was freed before, is of another type, or was never made.
    HandleInvalid = 1006,
    /// The caller's buffer is too small. The needed size was written; nothing else was done.
    BufferTooSmall = 1007,
    /// There is no element with this index.
    IndexInvalid = 1008,
    /// The list holds records of another type.
    WrongList = 1009,
    /// The options contradict each other, or the store cannot do that; the message says what.
    OptionInvalid = 1010,
    /// A fault in the library or in a store was caught. The handle that was used refuses everything from now on,
    /// except being freed. What was acknowledged before is not lost.
    Panicked = 1011,
    /// There are no more handles; free some.
    TooManyHandles = 1012,
    /// What a store gave is no answer to the question: it is of another kind, given twice, more than was asked for, or
    /// cannot be understood; the message says what.
    AnswerInvalid = 1014,
}

impl serialref_status {
    /// All of them, in the order of their numbers.
    ///
    /// cbindgen:ignore
    pub const ALL: [Self; 62] = [
        Self::Ok,
        Self::FormatInvalid,
        Self::NameInvalid,
        Self::DescriptionInvalid,
        Self::NameTaken,
        Self::GroupNotFound,
        Self::BatchNotFound,
        Self::ReferenceNotFound,
        Self::Ambiguous,
        Self::WrongKind,
        Self::CountInvalid,
        Self::LimitReached,
        Self::SpaceExhausted,
        Self::RequestMismatch,
        Self::RequestIdInvalid,
        Self::SearchTermTooShort,
        Self::SearchTermInvalid,
        Self::PageInvalid,
        Self::CursorInvalid,
        Self::ChangedMeanwhile,
        Self::EntropyUnavailable,
        Self::SnapshotInvalid,
        Self::StoreBusy,
        Self::StoreUnavailable,
        Self::OutcomeUnknown,
        Self::StoreCorrupt,
        Self::SchemaTooNew,
        Self::StoreContract,
        Self::StoreForeign,
        Self::StoreUrlInvalid,
        Self::TransitionRefused,
        Self::ReasonRequired,
        Self::StateInvalid,
        Self::TooFewAvailable,
        Self::HolderRequired,
        Self::ClaimNotFound,
        Self::FieldNotFound,
        Self::FieldNameTaken,
        Self::GroupRequired,
        Self::TextInvalid,
        Self::WarrantyInvalid,
        Self::TimestampInvalid,
        Self::SelectionInvalid,
        Self::ImportFaulty,
        Self::TransferFailed,
        Self::KeyInvalid,
        Self::NoCounter,
        Self::CounterInvalid,
        Self::CodeInvalid,
        Self::NullArgument,
        Self::Misaligned,
        Self::SizeInvalid,
        Self::EnumInvalid,
        Self::NotUtf8,
        Self::HandleInvalid,
        Self::BufferTooSmall,
        Self::IndexInvalid,
        Self::WrongList,
        Self::OptionInvalid,
        Self::Panicked,
        Self::TooManyHandles,
        Self::AnswerInvalid,
    ];

    /// Its name, as it ends in C.
    pub(crate) fn name(self) -> &'static CStr {
        match self {
            Self::Ok => c"OK",
            Self::FormatInvalid => c"FORMAT_INVALID",
            Self::NameInvalid => c"NAME_INVALID",
            Self::DescriptionInvalid => c"DESCRIPTION_INVALID",
            Self::NameTaken => c"NAME_TAKEN",
            Self::GroupNotFound => c"GROUP_NOT_FOUND",
            Self::BatchNotFound => c"BATCH_NOT_FOUND",
            Self::ReferenceNotFound => c"REFERENCE_NOT_FOUND",
            Self::Ambiguous => c"AMBIGUOUS",
            Self::WrongKind => c"WRONG_KIND",
            Self::CountInvalid => c"COUNT_INVALID",
            Self::LimitReached => c"LIMIT_REACHED",
            Self::SpaceExhausted => c"SPACE_EXHAUSTED",
            Self::RequestMismatch => c"REQUEST_MISMATCH",
            Self::RequestIdInvalid => c"REQUEST_ID_INVALID",
            Self::SearchTermTooShort => c"SEARCH_TERM_TOO_SHORT",
            Self::SearchTermInvalid => c"SEARCH_TERM_INVALID",
            Self::PageInvalid => c"PAGE_INVALID",
            Self::CursorInvalid => c"CURSOR_INVALID",
            Self::ChangedMeanwhile => c"CHANGED_MEANWHILE",
            Self::EntropyUnavailable => c"ENTROPY_UNAVAILABLE",
            Self::SnapshotInvalid => c"SNAPSHOT_INVALID",
            Self::StoreBusy => c"STORE_BUSY",
            Self::StoreUnavailable => c"STORE_UNAVAILABLE",
            Self::OutcomeUnknown => c"OUTCOME_UNKNOWN",
            Self::StoreCorrupt => c"STORE_CORRUPT",
            Self::SchemaTooNew => c"SCHEMA_TOO_NEW",
            Self::StoreContract => c"STORE_CONTRACT",
            Self::StoreForeign => c"STORE_FOREIGN",
            Self::StoreUrlInvalid => c"STORE_URL_INVALID",
            Self::TransitionRefused => c"TRANSITION_REFUSED",
            Self::ReasonRequired => c"REASON_REQUIRED",
            Self::StateInvalid => c"STATE_INVALID",
            Self::TooFewAvailable => c"TOO_FEW_AVAILABLE",
            Self::HolderRequired => c"HOLDER_REQUIRED",
            Self::ClaimNotFound => c"CLAIM_NOT_FOUND",
            Self::FieldNotFound => c"FIELD_NOT_FOUND",
            Self::FieldNameTaken => c"FIELD_NAME_TAKEN",
            Self::GroupRequired => c"GROUP_REQUIRED",
            Self::TextInvalid => c"TEXT_INVALID",
            Self::WarrantyInvalid => c"WARRANTY_INVALID",
            Self::TimestampInvalid => c"TIMESTAMP_INVALID",
            Self::SelectionInvalid => c"SELECTION_INVALID",
            Self::ImportFaulty => c"IMPORT_FAULTY",
            Self::TransferFailed => c"TRANSFER_FAILED",
            Self::KeyInvalid => c"KEY_INVALID",
            Self::NoCounter => c"NO_COUNTER",
            Self::CounterInvalid => c"COUNTER_INVALID",
            Self::CodeInvalid => c"CODE_INVALID",
            Self::NullArgument => c"NULL_ARGUMENT",
            Self::Misaligned => c"MISALIGNED",
            Self::SizeInvalid => c"SIZE_INVALID",
            Self::EnumInvalid => c"ENUM_INVALID",
            Self::NotUtf8 => c"NOT_UTF8",
            Self::HandleInvalid => c"HANDLE_INVALID",
            Self::BufferTooSmall => c"BUFFER_TOO_SMALL",
            Self::IndexInvalid => c"INDEX_INVALID",
            Self::WrongList => c"WRONG_LIST",
            Self::OptionInvalid => c"OPTION_INVALID",
            Self::Panicked => c"PANICKED",
            Self::TooManyHandles => c"TOO_MANY_HANDLES",
            Self::AnswerInvalid => c"ANSWER_INVALID",
        }
    }

    /// The status for a kind of error, which has the same number.
    pub(crate) fn of(kind: ErrorKind) -> Self {
        let number = kind as i32;
        let status = Self::ALL.into_iter().find(|status| *status as i32 == number);
        status.unwrap_or(Self::StoreContract)
    }
}
