//! Taking references for a line or an order, and giving them back.

use std::time::Duration;

use serialref::{BatchId, Claim, ClaimId, GroupId, NewClaim};

use crate::{
    handle,
    issue::serialref_request_id,
    list::{List, serialref_list},
    memory::{self, Growing, Out, OutRecord},
    records::{given_moment, moment, serialref_issued},
    registry::{Session, serialref_registry},
    status::serialref_status,
    text::serialref_text,
    trouble::{Trouble, call},
};

/// References to be claimed. A member that is 0 or empty says nothing.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_new_claim {
    /// sizeof(serialref_new_claim), to be set by the caller.
    pub struct_size: usize,
    /// How many references: 1 to 10,000,000. It must be given.
    pub count: u64,
    /// For whom: a line, station or order of 1 to 200 characters; the default is the actor of serialref_acting().
    pub holder: serialref_text,
    /// From one batch only.
    pub batch: u64,
    /// After this time what was not used is available again, in milliseconds.
    pub expires_after_ms: u64,
    /// From this moment on what was not used is available again, in microseconds since 1970-01-01 00:00 UTC.
    pub expires_at: i64,
    /// The id of the request; all zeros for none.
    pub request_id: serialref_request_id,
}

// SAFETY: repr(C), the size comes first, and numbers and pointers may have any bytes.
unsafe impl Growing for serialref_new_claim {
    const LEAST: usize = size_of::<Self>();
}

fn summary(claim: &Claim) -> serialref_issued {
    serialref_issued {
        claim: claim.id.0,
        count: claim.references.len() as u64,
        expires_at: moment(claim.expires_at),
        ..serialref_issued::of(claim.group.0, claim.claimed_at, claim.repeated, claim.stock)
    }
}

/// Claims the oldest available references of a group: all that were asked for, or none. No two claims get the same one.
///
/// @param registry    The registry.
/// @param group       The number of the group.
/// @param claim       How many, for whom, from where and for how long.
/// @param references  Where to write a list of the references. Free it with serialref_list_free().
/// @param claimed     Where to write the number of the claim and what is in stock, or NULL; set its `struct_size`
///                    before.
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND, _BATCH_NOT_FOUND, _TOO_FEW_AVAILABLE, _COUNT_INVALID, _LIMIT_REACHED,
///         _HOLDER_REQUIRED, _NAME_INVALID, _TIMESTAMP_INVALID or _REQUEST_MISMATCH; a status of the store;
///         _OUTCOME_UNKNOWN, after which the error's `subject` is the request id to repeat the call with, where there
///         is one; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _NOT_UTF8, _OPTION_INVALID or
///         _TOO_MANY_HANDLES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_claim(
    registry: *const serialref_registry,
    group: u64,
    claim: *const serialref_new_claim,
    references: *mut *mut serialref_list,
    claimed: *mut serialref_issued,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a handle and a struct of the size that it says.
        let (out, about) = unsafe { (Out::new(references, "references")?, OutRecord::optional(claimed, "claimed")?) };
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        let given = unsafe { memory::read(claim, "claim") }?;
        let mut new = NewClaim::of(given.count);
        // SAFETY: the caller passes texts.
        if let Some(holder) = unsafe { given.holder.read_given("holder") }? {
            new = new.holder(holder);
        }
        if given.batch != 0 {
            new = new.from_batch(BatchId(given.batch));
        }
        new = match (given.expires_after_ms, given_moment(given.expires_at)) {
            (0, None) => new,
            (0, Some(moment)) => new.expires_at(moment),
            (time, None) => new.expires_after(Duration::from_millis(time)),
            _ => return Err(Trouble::option("a claim expires after a time or at a moment; give one of them")),
        };
        if let Some(request) = given.request_id.given() {
            new = new.request_id(request);
        }
        let place = handle::place()?;
        let claim = session.registry.claim(GroupId(group), new)?;
        let summary = summary(&claim);
        out.write(place.fill(List::references(claim.references))?);
        if let Some(out) = about {
            out.write(&summary);
        }
        Ok(())
    })
}

/// The references of a claim as they are now.
///
/// @param registry    The registry.
/// @param group       The number of the group.
/// @param claim       The number of the claim.
/// @param references  Where to write a list of the live references of the claim, or NULL. Free it with
///                    serialref_list_free().
/// @param claimed     Where to write when it was made and when it expires, or NULL; set its `struct_size` before.
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND or _CLAIM_NOT_FOUND; a status of the store; _HANDLE_INVALID,
///         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID or _TOO_MANY_HANDLES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_get_claim(
    registry: *const serialref_registry,
    group: u64,
    claim: u64,
    references: *mut *mut serialref_list,
    claimed: *mut serialref_issued,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a handle and a struct of the size that it says.
        let (out, about) =
            unsafe { (Out::optional(references, "references")?, OutRecord::optional(claimed, "claimed")?) };
        let claim = session.registry.claimed(GroupId(group), ClaimId(claim))?;
        let summary = summary(&claim);
        if let Some(out) = out {
            out.write(handle::give(List::references(claim.references))?);
        }
        if let Some(out) = about {
            out.write(&summary);
        }
        Ok(())
    })
}

/// Gives back what a claim still holds.
///
/// @param registry  The registry.
/// @param group     The number of the group.
/// @param claim     The number of the claim.
/// @param returned  Where to write how many references became available, or NULL.
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND or _CLAIM_NOT_FOUND; a status of the store; _HANDLE_INVALID,
///         _NULL_ARGUMENT or _MISALIGNED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_return_claim(
    registry: *const serialref_registry,
    group: u64,
    claim: u64,
    returned: *mut u64,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a number.
        let out = unsafe { Out::optional(returned, "returned") }?;
        let count = session.registry.return_claim(GroupId(group), ClaimId(claim))?;
        if let Some(out) = out {
            out.write(count);
        }
        Ok(())
    })
}

/// Gives back what expired claims of a group still hold. Claiming does this by itself; call it to see true counts.
///
/// @param registry  The registry.
/// @param group     The number of the group.
/// @param returned  Where to write how many references became available, or NULL.
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT or
///         _MISALIGNED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_return_expired(
    registry: *const serialref_registry,
    group: u64,
    returned: *mut u64,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a number.
        let out = unsafe { Out::optional(returned, "returned") }?;
        let count = session.registry.return_expired(GroupId(group))?;
        if let Some(out) = out {
            out.write(count);
        }
        Ok(())
    })
}
