//! Where the functions of a store put their answers.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serialref::{Digest, StoreError};

use crate::{
    handle::{self, Object},
    memory::{self, Out},
    records::{serialref_batch, serialref_event, serialref_reference},
    status::serialref_status,
    store::{
        answers::{
            serialref_answer, serialref_appended, serialref_details, serialref_failure, serialref_refused,
            serialref_stored_claim, serialref_stored_group,
        },
        read,
        table::serialref_sink,
        told::{Part, Question, Told, unfit},
    },
    text::serialref_text,
    trouble::{Trouble, call},
};

/// What C has a handle of.
pub(super) struct Sink(Mutex<Option<Told>>);

impl Object for Sink {
    type Handle = serialref_sink;
    const TAG: u8 = 32;
    const NAME: &'static str = "sink";
}

impl Sink {
    fn told(&self) -> MutexGuard<'_, Option<Told>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A sink that is open; dropping it makes its handle invalid.
pub(super) struct OpenSink(*mut serialref_sink);

impl OpenSink {
    pub(super) fn new(question: Question) -> Result<Self, StoreError> {
        let sink = Sink(Mutex::new(Some(Told::new(question))));
        handle::give(sink).map(Self).map_err(|trouble| StoreError::unavailable(trouble.message()))
    }

    pub(super) fn handle(&self) -> *mut serialref_sink {
        self.0
    }

    /// What the function that returned this number put into it.
    pub(super) fn close(self, returned: i32) -> Result<Told, StoreError> {
        let kept = handle::object::<Sink>(self.0).ok().and_then(|sink| sink.told().take());
        // Nobody can have closed it before.
        kept.ok_or_else(|| StoreError::contract("an answer was lost"))?.returned(returned)
    }
}

impl Drop for OpenSink {
    fn drop(&mut self) {
        // It cannot have been freed by anybody else, so there is nothing to report.
        let _ = handle::free::<Sink>(self.0);
    }
}

/// Works on what was told; a fault of the caller is kept there too.
pub(super) fn with_told<T>(
    sink: *const serialref_sink,
    work: impl FnOnce(&mut Told) -> Result<T, Trouble>,
) -> Result<T, Trouble> {
    let sink = handle::object::<Sink>(sink)?;
    let mut told = sink.told();
    let Some(told) = told.as_mut() else { return Err(Trouble::invalid_handle(Sink::NAME)) };
    work(told).inspect_err(|trouble| told.misused(trouble))
}

/// Puts one part into an answer.
fn tell(
    sink: *const serialref_sink,
    part: Part,
    put: impl FnOnce(&mut Told) -> Result<(), Trouble>,
) -> serialref_status {
    call(|| {
        with_told(sink, |told| {
            told.may_take(part)?;
            put(told)
        })
    })
}

/// Answers with a number: how many references went with a group, or fell back.
///
/// @param sink    The sink of `delete_group` or `expire`.
/// @param number  The number.
/// @return SERIALREF_STATUS_OK, _ANSWER_INVALID, _HANDLE_INVALID or _NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_sink_number(sink: *mut serialref_sink, number: u64) -> serialref_status {
    tell(sink, Part::Number, |told| {
        told.number = Some(number);
        Ok(())
    })
}

/// Answers with a group.
///
/// @param sink   The sink of `create_group`, `change_group`, `group` or `groups`.
/// @param group  The group; it is copied.
/// @return SERIALREF_STATUS_OK; _ANSWER_INVALID, also where the settings are not those that the library gave;
///         _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_sink_group(
    sink: *mut serialref_sink,
    group: *const serialref_stored_group,
) -> serialref_status {
    tell(sink, Part::Group, |told| {
        // SAFETY: the caller passes NULL or a struct of the size that it says, with texts in it.
        told.groups.push(unsafe { read::group(group) }?);
        Ok(())
    })
}

/// Answers with a reference.
///
/// @param sink       The sink of `references`, `find`, `deleted`, `claim`, `claimed`, `request` or `inventory`.
/// @param reference  The reference; it is copied.
/// @return SERIALREF_STATUS_OK, _ANSWER_INVALID, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID,
///         _ENUM_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_sink_reference(
    sink: *mut serialref_sink,
    reference: *const serialref_reference,
) -> serialref_status {
    tell(sink, Part::Reference, |told| {
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        told.references.push(unsafe { read::reference(reference) }?);
        Ok(())
    })
}

/// Answers with a batch.
///
/// @param sink   The sink of `batch` or `batches`.
/// @param batch  The batch; it is copied.
/// @return SERIALREF_STATUS_OK, _ANSWER_INVALID, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID,
///         _NAME_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_sink_batch(
    sink: *mut serialref_sink,
    batch: *const serialref_batch,
) -> serialref_status {
    tell(sink, Part::Batch, |told| {
        // SAFETY: the caller passes NULL or a struct of the size that it says, with texts in it.
        told.batches.push(unsafe { read::batch(batch) }?);
        Ok(())
    })
}

/// Answers with an event.
///
/// @param sink   The sink of `events`.
/// @param event  The event; it is copied.
/// @return SERIALREF_STATUS_OK; _ANSWER_INVALID, also where it has not what its kind of change needs; _NAME_INVALID or
///         _TEXT_INVALID; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _ENUM_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_sink_event(
    sink: *mut serialref_sink,
    event: *const serialref_event,
) -> serialref_status {
    tell(sink, Part::Event, |told| {
        // SAFETY: the caller passes NULL or a struct of the size that it says, with texts in it.
        told.events.push(unsafe { read::event(event) }?);
        Ok(())
    })
}

/// Answers with what a reference has of its own.
///
/// @param sink     The sink of `details`.
/// @param details  The details; they are copied.
/// @return SERIALREF_STATUS_OK, _ANSWER_INVALID, _WARRANTY_INVALID, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED,
///         _SIZE_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_sink_details(
    sink: *mut serialref_sink,
    details: *const serialref_details,
) -> serialref_status {
    tell(sink, Part::Details, |told| {
        // SAFETY: the caller passes NULL or a struct of the size that it says, with texts in it.
        told.details.push(unsafe { read::details(details) }?);
        Ok(())
    })
}

/// Answers with the position of a code that is taken.
///
/// @param sink      The sink of `taken`.
/// @param position  The position among the codes of the query, counted from 0; each larger than the one before.
/// @return SERIALREF_STATUS_OK, _ANSWER_INVALID, _HANDLE_INVALID or _NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_sink_position(sink: *mut serialref_sink, position: u32) -> serialref_status {
    tell(sink, Part::Position, |told| {
        told.positions.push(position);
        Ok(())
    })
}

/// Completes the answer to a listing; before or after its rows, once.
///
/// @param sink   The sink of `groups`, `references`, `batches` or `events`.
/// @param more   1 if the listing goes on after the rows that are given, also where none were wanted; otherwise 0.
/// @param total  How many rows the whole listing has, wherever the slice begins. Not used unless the query is counted.
/// @return SERIALREF_STATUS_OK, _ANSWER_INVALID, _ENUM_INVALID, _HANDLE_INVALID or _NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_sink_page(sink: *mut serialref_sink, more: i32, total: u64) -> serialref_status {
    tell(sink, Part::Page, |told| {
        told.page = Some((crate::constants::truth("more", more)?, total));
        Ok(())
    })
}

/// Answers with what was issued.
///
/// @param sink      The sink of `append` or `request`.
/// @param appended  What was issued; it is copied.
/// @return SERIALREF_STATUS_OK, _ANSWER_INVALID, _NAME_INVALID, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED,
///         _SIZE_INVALID, _ENUM_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_sink_appended(
    sink: *mut serialref_sink,
    appended: *const serialref_appended,
) -> serialref_status {
    tell(sink, Part::Appended, |told| {
        // SAFETY: the caller passes NULL or a struct of the size that it says, with texts and codes in it.
        told.appended = Some(unsafe { read::appended(appended) }?);
        Ok(())
    })
}

/// Answers with a claim. Its references are given by serialref_sink_reference(), by row.
///
/// @param sink   The sink of `claim`, `claimed` or `request`.
/// @param claim  The claim; it is copied.
/// @return SERIALREF_STATUS_OK, _ANSWER_INVALID, _NAME_INVALID, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED,
///         _SIZE_INVALID, _ENUM_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_sink_claimed(
    sink: *mut serialref_sink,
    claim: *const serialref_stored_claim,
) -> serialref_status {
    tell(sink, Part::Claimed, |told| {
        // SAFETY: the caller passes NULL or a struct of the size that it says, with texts in it.
        told.claim = Some(unsafe { read::claim(claim) }?);
        Ok(())
    })
}

/// Answers with how many references were changed or deleted.
///
/// @param sink     The sink of `change`, `delete_references` or `request`.
/// @param changed  How many references the step reached, or how many were deleted.
/// @param left     How many it left as they are, or how many of those that were named were not live.
/// @return SERIALREF_STATUS_OK, _ANSWER_INVALID, _HANDLE_INVALID or _NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_sink_changed(
    sink: *mut serialref_sink,
    changed: u64,
    left: u64,
) -> serialref_status {
    tell(sink, Part::Changed, |told| {
        told.changed = Some((changed, left));
        Ok(())
    })
}

/// Answers that a request id was used. What was done under it is given beside, by serialref_sink_appended(),
/// serialref_sink_claimed() or serialref_sink_changed().
///
/// @param sink    The sink of `request`.
/// @param digest  The digest that was kept with it.
/// @return SERIALREF_STATUS_OK, _ANSWER_INVALID, _HANDLE_INVALID or _NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_sink_request(sink: *mut serialref_sink, digest: u64) -> serialref_status {
    tell(sink, Part::Request, |told| {
        told.digest = Some(Digest(digest));
        Ok(())
    })
}

/// Answers with how many live references are in each state.
///
/// @param sink      The sink of `inventory`.
/// @param in_state  Nine numbers, by the constants of serialref_state; the first is not used.
/// @return SERIALREF_STATUS_OK, _ANSWER_INVALID, _HANDLE_INVALID, _NULL_ARGUMENT or _MISALIGNED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_sink_inventory(sink: *mut serialref_sink, in_state: *const u64) -> serialref_status {
    tell(sink, Part::Inventory, |told| {
        // SAFETY: the caller passes NULL or nine numbers.
        told.counts = Some(read::counts(&unsafe { memory::copy(in_state.cast::<[u64; 9]>(), "in_state") }?)?);
        Ok(())
    })
}

/// Refuses a plan or query. Nothing may have changed, and nothing else may be answered.
///
/// @param sink     The sink of a function that may refuse.
/// @param refused  Why; it is copied.
/// @return SERIALREF_STATUS_OK, _ANSWER_INVALID, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID,
///         _ENUM_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_sink_refuse(
    sink: *mut serialref_sink,
    refused: *const serialref_refused,
) -> serialref_status {
    tell(sink, Part::Refusal, |told| {
        // SAFETY: the caller passes NULL or a struct of the size that it says, whose members are as they say.
        let refusal = unsafe { read::refusal(refused) }?;
        told.refuse(refusal);
        Ok(())
    })
}

/// Says that the storage failed, and how. What was answered before does not count, and the function may return any
/// number.
///
/// The caller of the registry gets SERIALREF_STATUS_STORE_BUSY, _STORE_UNAVAILABLE, _OUTCOME_UNKNOWN, _STORE_CORRUPT,
/// _STORE_CONTRACT or _STORE_FOREIGN; with the last one `foreign_code` and `source` of serialref_error_info are `code`
/// and `message`.
///
/// @param sink     The sink of any function.
/// @param failure  One of the constants of serialref_failure.
/// @param code     The store's own number for it, with SERIALREF_FAILURE_FOREIGN; otherwise 0.
/// @param message  What happened, in the store's own words.
/// @return SERIALREF_STATUS_OK; _ANSWER_INVALID where it was said before, and then the first counts; _HANDLE_INVALID,
///         _NULL_ARGUMENT, _SIZE_INVALID, _ENUM_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_sink_fail(
    sink: *mut serialref_sink,
    failure: i32,
    code: i64,
    message: serialref_text,
) -> serialref_status {
    call(|| {
        with_told(sink, |told| {
            // SAFETY: the caller passes a text.
            let message = unsafe { message.read("message") }?;
            let error = match read::failure(failure)? {
                serialref_failure::Busy => StoreError::busy(message),
                serialref_failure::Unavailable => StoreError::unavailable(message),
                serialref_failure::OutcomeUnknown => StoreError::outcome_unknown(message),
                serialref_failure::Corrupt => StoreError::corrupt(message),
                serialref_failure::Contract => StoreError::contract(message),
                serialref_failure::Foreign => StoreError::Foreign { code, message: message.into(), source: None },
            };
            if told.fail(error) { Ok(()) } else { Err(unfit("a failure was reported before")) }
        })
    })
}

/// What a sink holds by now: for stores that hand a call on to their base and want to know what came of it.
///
/// @param sink    The sink of any function.
/// @param answer  Where to write one of the constants of serialref_answer.
/// @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT or _MISALIGNED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_sink_answer(sink: *const serialref_sink, answer: *mut i32) -> serialref_status {
    call(|| {
        with_told(sink, |told| {
            // SAFETY: the caller passes NULL or memory for a number.
            let out = unsafe { Out::new(answer, "answer") }?;
            let held: serialref_answer = told.answer();
            out.write(held as i32);
            Ok(())
        })
    })
}
