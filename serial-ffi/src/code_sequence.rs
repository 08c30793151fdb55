//! The codes of a format that counts, without a registry.

use std::ffi::c_char;

use serialref::{CodeSequence, Codes, Error};

use crate::{
    codes::{KeptCodes, serialref_codes},
    format::{KeptFormat, serialref_format},
    handle::{self, Object},
    key::serialref_key,
    memory::{Buffer, Out},
    status::serialref_status,
    text::serialref_text,
    trouble::{Trouble, call},
};

/// The codes of a Sequential or Keyed format in the order of their counters 0, 1, 2 ...; what issuing takes them from.
/// A handle; may be shared between threads, and outlives everything it came from. Free it with
/// serialref_code_sequence_free(), which wipes what it keeps of the key.
#[derive(Debug)]
pub struct serialref_code_sequence {
    _private: [u8; 0],
}

/// What C has a handle of.
struct KeptSequence(CodeSequence);

impl Object for KeptSequence {
    type Handle = serialref_code_sequence;
    const TAG: u8 = 8;
    const NAME: &'static str = "code sequence";
}

/// The most codes of one call.
const MOST: u64 = 10_000_000;
/// How many are made at a time, so that little memory is needed beside the caller's.
const PIECE: u64 = 4096;

impl KeptSequence {
    /// Behind the last of the counters that a caller asks for.
    fn end(&self, first: u64, count: u64) -> Result<u64, Trouble> {
        let end = first.checked_add(count).filter(|end| *end <= self.0.capacity());
        let end = end.ok_or_else(|| self.beyond(first, count))?;
        if count > MOST {
            let message = "at most 10,000,000 codes are made at once; ask for fewer";
            return Err(Trouble::misuse(serialref_status::CountInvalid, message));
        }
        Ok(end)
    }

    /// The codes from one counter to another, exclusive.
    fn codes(&self, first: u64, end: u64) -> Result<Codes, Trouble> {
        let count = usize::try_from(end - first).ok();
        count.and_then(|count| self.0.codes(first, count)).ok_or_else(|| self.beyond(first, end - first))
    }

    fn beyond(&self, first: u64, count: u64) -> Trouble {
        let capacity = self.0.capacity();
        let message = format!(
            "{count} counters from {first} on go beyond the end: there are {capacity}, counted from 0; ask for those"
        );
        Trouble::misuse(serialref_status::IndexInvalid, message)
    }
}

/// Makes the codes of a format ready to be computed. It needs no registry and issues nothing: use it to know what a
/// code will be, or which counter a code has, in another program. The codes of given format, key and counter are the
/// same in every version and language of the library.
///
/// A group passes over counters whose codes have words that are to be left out; those are codes here, and
/// serialref_code_sequence_counter() refuses them. After the key of a group was changed its counters go on, while here
/// they begin at 0 with each key; serialref_decode() counts as the group does.
///
/// @param format    A format of Sequential or Keyed order. It need not be kept.
/// @param key       The key, for a format of Keyed order, or NULL, for one of Sequential order. It need not be kept.
/// @param sequence  Where to write the handle. Free it with serialref_code_sequence_free().
/// @return SERIALREF_STATUS_OK; _NO_COUNTER for a format of Random order; _KEY_INVALID where the key is missing, one
///         too many, or none; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED or _TOO_MANY_HANDLES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_code_sequence_new(
    format: *const serialref_format,
    key: *const serialref_key,
    sequence: *mut *mut serialref_code_sequence,
) -> serialref_status {
    call(|| {
        let format = handle::object::<KeptFormat>(format)?;
        // SAFETY: the caller passes NULL or memory for a handle.
        let out = unsafe { Out::new(sequence, "sequence") }?;
        // SAFETY: the caller passes NULL or a key.
        let sequence = match unsafe { serialref_key::read(key) }? {
            Some(key) => CodeSequence::keyed(&format.format, &key),
            None => CodeSequence::sequential(&format.format),
        };
        out.write(handle::give(KeptSequence(sequence?))?);
        Ok(())
    })
}

/// How many counters there are.
///
/// @param sequence  The sequence.
/// @param capacity  Where to write the number; the last counter is one less. It is UINT64_MAX where there are that many
///                  or more codes, so that UINT64_MAX itself is never a counter.
/// @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT or _MISALIGNED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_code_sequence_capacity(
    sequence: *const serialref_code_sequence,
    capacity: *mut u64,
) -> serialref_status {
    call(|| {
        let sequence = handle::object::<KeptSequence>(sequence)?;
        // SAFETY: the caller passes NULL or memory for a number.
        unsafe { Out::new(capacity, "capacity") }?.write(sequence.0.capacity());
        Ok(())
    })
}

/// The codes of some counters.
///
/// @param sequence  The sequence.
/// @param first     The first counter.
/// @param count     How many codes: 0 to 10,000,000.
/// @param codes     Where to write the handle of the codes. Free it with serialref_codes_free().
/// @return SERIALREF_STATUS_OK; _INDEX_INVALID where there are not as many counters; _COUNT_INVALID for more than
///         10,000,000; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED or _TOO_MANY_HANDLES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_code_sequence_codes(
    sequence: *const serialref_code_sequence,
    first: u64,
    count: u64,
    codes: *mut *mut serialref_codes,
) -> serialref_status {
    call(|| {
        let sequence = handle::object::<KeptSequence>(sequence)?;
        // SAFETY: the caller passes NULL or memory for a handle.
        let out = unsafe { Out::new(codes, "codes") }?;
        let end = sequence.end(first, count)?;
        out.write(handle::give(KeptCodes::new(&sequence.codes(first, end)?))?);
        Ok(())
    })
}

/// The codes of some counters, in the caller's buffer: rows of width + 1 bytes, one after the other, each a code and a
/// NUL, so that each is a string of C. The width is that of serialref_format_get_info().
///
/// @param sequence  The sequence.
/// @param first     The first counter.
/// @param count     How many codes: 0 to 10,000,000. With 1, a buffer of SERIALREF_CODE_CAPACITY bytes is enough.
/// @param buffer    The buffer; NULL, with a capacity of 0, to ask for the size.
/// @param capacity  How many bytes it has.
/// @param needed    Where to write how many bytes are needed, or NULL.
/// @return SERIALREF_STATUS_OK; _BUFFER_TOO_SMALL where nothing but `needed` was written; _INDEX_INVALID where there
///         are not as many counters; _COUNT_INVALID for more than 10,000,000; _HANDLE_INVALID, _NULL_ARGUMENT,
///         _MISALIGNED or _SIZE_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_code_sequence_codes_into(
    sequence: *const serialref_code_sequence,
    first: u64,
    count: u64,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> serialref_status {
    call(|| {
        let sequence = handle::object::<KeptSequence>(sequence)?;
        // SAFETY: the caller passes NULL or so many bytes, and NULL or memory for a number.
        let mut buffer = unsafe { Buffer::new(buffer.cast(), capacity, needed) }?;
        let end = sequence.end(first, count)?;
        let size = usize::try_from(count).ok().and_then(|count| count.checked_mul(sequence.0.format().width() + 1));
        buffer.ask(size.ok_or_else(|| Trouble::size("the codes"))?)?;
        let mut next = first;
        while next < end {
            let until = next + PIECE.min(end - next);
            buffer.fill(sequence.codes(next, until)?.iter());
            next = until;
        }
        Ok(())
    })
}

/// Which counter has a code, found without a search.
///
/// @param sequence     The sequence.
/// @param code         The code, exactly as the format writes it; serialref_format_validate() makes it of what was
///                     typed.
/// @param counter      Where to write the counter; 0 where no counter has the code.
/// @param has_counter  Where to write 1 if a counter has it, otherwise 0.
/// @return SERIALREF_STATUS_OK; _CODE_INVALID where the format does not make such codes: the error's `subject` says why
///         as a word, and `position` where; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_code_sequence_counter(
    sequence: *const serialref_code_sequence,
    code: serialref_text,
    counter: *mut u64,
    has_counter: *mut i32,
) -> serialref_status {
    call(|| {
        let sequence = handle::object::<KeptSequence>(sequence)?;
        // SAFETY: the caller passes NULL or memory for numbers.
        let (counter, has_counter) = unsafe { (Out::new(counter, "counter")?, Out::new(has_counter, "has_counter")?) };
        // SAFETY: the caller passes a text.
        let found = sequence.0.counter(unsafe { code.read("code") }?).map_err(Error::from)?;
        counter.write(found.unwrap_or_default());
        has_counter.write(found.is_some().into());
        Ok(())
    })
}

/// Frees a code sequence, and wipes what it kept of the key.
///
/// @param sequence  The handle, or NULL, for which nothing is done.
/// @return SERIALREF_STATUS_OK or _HANDLE_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_code_sequence_free(sequence: *mut serialref_code_sequence) -> serialref_status {
    call(|| handle::free::<KeptSequence>(sequence))
}
