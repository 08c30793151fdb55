//! The codes that a call issued or computed.

use std::sync::atomic::{AtomicUsize, Ordering};

use serialref::Codes;

use crate::{
    handle::{self, Object},
    memory::{Buffer, Out},
    status::serialref_status,
    text::serialref_text,
    trouble::{Trouble, call},
};

/// The codes of a batch or import in the order of issue, or those of counters; they do not change. A handle; may be
/// shared between threads, and outlives what it came from. Free it with serialref_codes_free().
#[derive(Debug)]
pub struct serialref_codes {
    _private: [u8; 0],
}

/// What C has a handle of: codes of equal width, each with a NUL at its end.
pub(crate) struct KeptCodes {
    rows: Box<[u8]>,
    width: usize,
    count: usize,
    next: AtomicUsize,
}

impl Object for KeptCodes {
    type Handle = serialref_codes;
    const TAG: u8 = 5;
    const NAME: &'static str = "list of codes";
}

impl KeptCodes {
    pub(crate) fn new(codes: &Codes) -> Self {
        let width = codes.width();
        let mut rows = Vec::with_capacity(codes.len() * (width + 1));
        for code in codes.iter() {
            rows.extend_from_slice(code.as_bytes());
            rows.push(0);
        }
        Self { rows: rows.into(), width, count: codes.len(), next: AtomicUsize::new(0) }
    }

    fn get(&self, index: usize) -> Option<serialref_text> {
        let row = (index < self.count).then(|| &self.rows[index * (self.width + 1)..])?;
        Some(serialref_text { data: row.as_ptr().cast(), size: self.width })
    }
}

/// How many codes there are, and how long each is.
///
/// @param codes  The handle.
/// @param count  Where to write how many codes there are, or NULL.
/// @param width  Where to write how many characters each has, without the NUL at its end, or NULL.
/// @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT or _MISALIGNED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_codes_size(
    codes: *const serialref_codes,
    count: *mut usize,
    width: *mut usize,
) -> serialref_status {
    call(|| {
        let codes = handle::object::<KeptCodes>(codes)?;
        // SAFETY: the caller passes NULL or memory for numbers.
        let (count, width) = unsafe { (Out::optional(count, "count")?, Out::optional(width, "width")?) };
        if let Some(out) = count {
            out.write(codes.count);
        }
        if let Some(out) = width {
            out.write(codes.width);
        }
        Ok(())
    })
}

/// One of the codes.
///
/// @param codes  The handle.
/// @param index  Which: from 0 to the count, exclusive.
/// @param code   Where to write it. It is valid until the handle is freed.
/// @return SERIALREF_STATUS_OK, _INDEX_INVALID, _HANDLE_INVALID, _NULL_ARGUMENT or _MISALIGNED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_codes_get(
    codes: *const serialref_codes,
    index: usize,
    code: *mut serialref_text,
) -> serialref_status {
    call(|| {
        let codes = handle::object::<KeptCodes>(codes)?;
        // SAFETY: the caller passes NULL or memory for a text.
        let out = unsafe { Out::new(code, "code") }?;
        out.write(codes.get(index).ok_or_else(|| Trouble::index(index, codes.count))?);
        Ok(())
    })
}

/// The next of the codes. Threads that share the handle each get other ones.
///
/// @param codes  The handle.
/// @param code   Where to write it; the empty text is written after the last one. It is valid until the handle is
///               freed.
/// @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT or _MISALIGNED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_codes_next(
    codes: *const serialref_codes,
    code: *mut serialref_text,
) -> serialref_status {
    call(|| {
        let codes = handle::object::<KeptCodes>(codes)?;
        // SAFETY: the caller passes NULL or memory for a text.
        let out = unsafe { Out::new(code, "code") }?;
        let next = codes
            .next
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| (next < codes.count).then_some(next + 1));
        out.write(next.ok().and_then(|index| codes.get(index)).unwrap_or(serialref_text::EMPTY));
        Ok(())
    })
}

/// Copies all codes into a buffer: rows of width + 1 bytes, each a code and a NUL.
///
/// @param codes     The handle.
/// @param buffer    The buffer; NULL to ask for the size.
/// @param capacity  How many bytes it has.
/// @param needed    Where to write how many are needed, or NULL.
/// @return SERIALREF_STATUS_OK; _BUFFER_TOO_SMALL where nothing but `needed` was written; _HANDLE_INVALID,
///         _NULL_ARGUMENT, _MISALIGNED or _SIZE_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_codes_copy(
    codes: *const serialref_codes,
    buffer: *mut std::ffi::c_char,
    capacity: usize,
    needed: *mut usize,
) -> serialref_status {
    call(|| {
        let codes = handle::object::<KeptCodes>(codes)?;
        // SAFETY: the caller passes NULL or so many bytes, and NULL or memory for a number.
        let mut buffer = unsafe { Buffer::new(buffer.cast(), capacity, needed) }?;
        buffer.ask(codes.rows.len())?;
        buffer.copy(&codes.rows);
        Ok(())
    })
}

/// Frees codes.
///
/// @param codes  The handle, or NULL, for which nothing is done.
/// @return SERIALREF_STATUS_OK or _HANDLE_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_codes_free(codes: *mut serialref_codes) -> serialref_status {
    call(|| handle::free::<KeptCodes>(codes))
}
