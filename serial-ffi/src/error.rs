//! What can be asked about a call that failed.

use std::{cell::RefCell, error::Error as StdError, ffi::c_char, panic};

use serialref::{Error, StoreError};

use crate::{
    handle::{self, Object},
    memory::{Growing, Out, OutRecord},
    records::serialref_detail,
    status::serialref_status,
    text::{Texts, serialref_text},
    trouble::{Trouble, call, look_at_last, take_last},
};

/// Why a call failed, in detail. A handle; may be shared between threads. Free it with serialref_error_free().
#[derive(Debug)]
pub struct serialref_error {
    _private: [u8; 0],
}

/// The circumstances of a failure. Members that have no meaning for its status are 0 or empty.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_error_info {
    /// sizeof(serialref_error_info), to be set by the caller.
    pub struct_size: usize,
    /// What the call returned: one of the constants of serialref_status.
    pub status: i32,
    /// Which limit would have been passed: one of the constants of serialref_limit.
    pub limit: i32,
    /// A sentence that says what is wrong and what to do.
    pub message: serialref_text,
    /// What lies behind it in the words of the store, file or operating system.
    pub source: serialref_text,
    /// The name, field, state or request id it is about. For SERIALREF_STATUS_CODE_INVALID a word for what is wrong:
    /// "length", "prefix", "symbol", "check", "suffix", "before start", "after end" or "word".
    pub subject: serialref_text,
    /// The group it is about.
    pub group: u64,
    /// The batch it is about.
    pub batch: u64,
    /// The claim it is about.
    pub claim: u64,
    /// The value of the limit that would have been passed, the least number of characters of a search term, or how
    /// many counters a group has.
    pub allowed: u64,
    /// How many there are: live references, available references, free codes, characters of the term; or how far a
    /// group has counted.
    pub present: u64,
    /// How many were asked for.
    pub asked: u64,
    /// Where the fault stands, counted in characters from 1; 0 where no single character is wrong. In a code that was
    /// refused it is counted without the spaces and hyphens that people add.
    pub position: u64,
    /// The number that a store written by somebody else gave with its own text, which is in `source`.
    pub foreign_code: i64,
    /// How many details there are, see serialref_error_get_detail().
    pub details: usize,
}

// SAFETY: repr(C), the size comes first, and numbers and pointers may have any bytes.
unsafe impl Growing for serialref_error_info {
    const LEAST: usize = size_of::<Self>();
}

/// A failure as it is kept for the caller.
struct Failure {
    info: serialref_error_info,
    details: Vec<serialref_detail>,
    /// What the texts above point to.
    _texts: Texts,
}

// SAFETY: the pointers lead to texts that it owns and that are never changed.
unsafe impl Send for Failure {}
// SAFETY: as above.
unsafe impl Sync for Failure {}

impl Object for Failure {
    type Handle = serialref_error;
    const TAG: u8 = 1;
    const NAME: &'static str = "error";
}

impl Failure {
    fn of(trouble: &Trouble) -> Self {
        let mut texts = Texts::default();
        let mut info = serialref_error_info {
            struct_size: size_of::<serialref_error_info>(),
            status: trouble.status() as i32,
            limit: 0,
            message: texts.keep(&trouble.message()),
            source: serialref_text::EMPTY,
            subject: serialref_text::EMPTY,
            group: 0,
            batch: 0,
            claim: 0,
            allowed: 0,
            present: 0,
            asked: 0,
            position: 0,
            foreign_code: 0,
            details: 0,
        };
        let mut details = Vec::new();
        if let Some(error) = trouble.core() {
            describe(error, &mut info, &mut texts);
            details = details_of(error, &mut texts);
        }
        info.details = details.len();
        Self { info, details, _texts: texts }
    }
}

/// Fills in what the error says beside its message.
fn describe(error: &Error, info: &mut serialref_error_info, texts: &mut Texts) {
    info.source = texts.keep(&sources(error));
    match error {
        Error::NameTaken { group } | Error::GroupNotFound { group } | Error::WrongKind { group, .. } => {
            info.group = group.0;
        }
        Error::ChangedMeanwhile { group, more } => (info.group, info.present) = (group.0, *more),
        Error::BatchNotFound { group, batch } => (info.group, info.batch) = (group.0, batch.0),
        Error::ClaimNotFound { group, claim } => (info.group, info.claim) = (group.0, claim.0),
        Error::LimitReached { group, limit, value, present, asked } => {
            info.group = group.map_or(0, |group| group.0);
            info.limit = *limit as i32;
            (info.allowed, info.present, info.asked) = (*value, *present, *asked);
        }
        Error::SpaceExhausted { group, free, asked } => {
            (info.group, info.present, info.asked) = (group.0, *free, *asked);
        }
        Error::CounterInvalid { group, next, capacity } => {
            (info.group, info.present, info.allowed) = (group.0, *next, *capacity);
        }
        Error::TooFewAvailable { group, available, asked } => {
            (info.group, info.present, info.asked) = (group.0, *available, *asked);
        }
        Error::RequestMismatch { request } | Error::OutcomeUnknown { request: Some(request), .. } => {
            info.subject = texts.keep(&request.to_string());
        }
        Error::SearchTermTooShort { min, found } => (info.allowed, info.present) = (u64::from(*min), *found),
        Error::SearchTermInvalid { position, .. } => info.position = *position as u64,
        Error::TransitionRefused { to, .. } | Error::ReasonRequired { to } => info.subject = texts.keep(to.name()),
        Error::FieldNotFound { group, name } => {
            info.group = group.0;
            info.subject = texts.keep(name);
        }
        Error::FieldNameTaken { name } => info.subject = texts.keep(name),
        Error::CodeInvalid(mismatch) => {
            info.subject = texts.keep(mismatch.name());
            info.position = mismatch.position().unwrap_or_default() as u64;
        }
        Error::StoreForeign(StoreError::Foreign { code, message, .. }) => {
            info.foreign_code = *code;
            // Its own text, without the number that is beside it.
            info.source = texts.keep(message);
        }
        _ => {}
    }
}

/// What lies behind an error, from the nearest to the farthest.
fn sources(error: &Error) -> String {
    let first = StdError::source(error);
    let chain = std::iter::successors(first, |source| (*source).source());
    chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn details_of(error: &Error, texts: &mut Texts) -> Vec<serialref_detail> {
    let mut detail = |message: &str, code: Option<&str>| serialref_detail::of(message, code, texts);
    match error {
        Error::FormatInvalid(error) => error.faults.iter().map(|fault| detail(&fault.to_string(), None)).collect(),
        Error::Ambiguous { groups } => {
            let in_group = |group: &serialref::GroupId| serialref_detail {
                group: group.0,
                ..detail(&format!("group {group} has it"), None)
            };
            groups.iter().map(in_group).collect()
        }
        Error::TransitionRefused { refused, .. } => {
            let of = |refused: &serialref::RefusedTransition| serialref_detail {
                group: refused.group.map_or(0, |group| group.0),
                row: refused.row.map_or(0, |row| row.0),
                ..detail(&refused.fault.to_string(), refused.code.as_deref())
            };
            refused.iter().map(of).collect()
        }
        Error::SelectionInvalid { missing } => {
            missing.iter().map(|code| detail("there is no such live reference", Some(code))).collect()
        }
        Error::ImportFaulty { faults } => faults.iter().map(|fault| serialref_detail::of_line(fault, texts)).collect(),
        _ => Vec::new(),
    }
}

/// Takes the details of this thread's last call that failed, as an object of the caller's own.
///
/// Call it right after a call that did not return SERIALREF_STATUS_OK, in the same thread. Whoever does not want to
/// know need not call it: nothing is leaked then.
///
/// @param error  Where to write the handle; NULL is written where no call failed since the last time. Free it with
///               serialref_error_free(). The texts it gives are valid until then.
/// @return SERIALREF_STATUS_OK; _NULL_ARGUMENT, _MISALIGNED or _TOO_MANY_HANDLES, after which the details are still
///         kept and serialref_last_error_message() is that of the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_take_last_error(error: *mut *mut serialref_error) -> serialref_status {
    // Before anything is taken, and not as a failure of its own that would displace what is asked for.
    // SAFETY: the caller passes NULL or memory for a handle.
    let ready = unsafe { Out::new(error, "error") }.and_then(|out| Ok((out, handle::place()?)));
    let (out, place) = match ready {
        Ok(ready) => ready,
        Err(trouble) => return trouble.status(),
    };
    call(|| {
        let handle = match take_last() {
            Some(trouble) => place.fill(Failure::of(&trouble))?,
            None => std::ptr::null_mut(),
        };
        out.write(handle);
        Ok(())
    })
}

thread_local! {
    static MESSAGE: RefCell<Texts> = const { RefCell::new(Texts::NONE) };
}

/// The message of this thread's last call that failed, for a line in a log.
///
/// @return A sentence that ends with a NUL; the empty text where no call failed, or where
///         serialref_take_last_error() took it. Never NULL. It is valid until the thread asks again or ends.
#[unsafe(no_mangle)]
pub extern "C" fn serialref_last_error_message() -> *const c_char {
    let kept = panic::catch_unwind(|| {
        let message = look_at_last(|last| last.map(Trouble::message)).flatten().unwrap_or_default();
        MESSAGE.try_with(|kept| {
            let mut texts = Texts::default();
            let text = texts.keep(&message);
            kept.replace(texts);
            text
        })
    });
    kept.ok().and_then(Result::ok).unwrap_or(serialref_text::EMPTY).data
}

/// The circumstances of a failure.
///
/// @param error  The handle.
/// @param info   Where to write them; set its `struct_size` before. Texts are valid until `error` is freed.
/// @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED or _SIZE_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_error_get_info(
    error: *const serialref_error,
    info: *mut serialref_error_info,
) -> serialref_status {
    call(|| {
        let error = handle::object::<Failure>(error)?;
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        let out = unsafe { OutRecord::new(info, "info") }?;
        out.write(&error.info);
        Ok(())
    })
}

/// One of the things that are wrong.
///
/// @param error   The handle.
/// @param index   Which: from 0 to `details` of serialref_error_info, exclusive.
/// @param detail  Where to write it; set its `struct_size` before. Texts are valid until `error` is freed.
/// @return SERIALREF_STATUS_OK, _INDEX_INVALID, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED or _SIZE_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_error_get_detail(
    error: *const serialref_error,
    index: usize,
    detail: *mut serialref_detail,
) -> serialref_status {
    call(|| {
        let error = handle::object::<Failure>(error)?;
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        let out = unsafe { OutRecord::new(detail, "detail") }?;
        let found = error.details.get(index).ok_or_else(|| Trouble::index(index, error.details.len()))?;
        out.write(found);
        Ok(())
    })
}

/// Frees the details of a failure.
///
/// @param error  The handle, or NULL, for which nothing is done.
/// @return SERIALREF_STATUS_OK or _HANDLE_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_error_free(error: *mut serialref_error) -> serialref_status {
    call(|| handle::free::<Failure>(error))
}
