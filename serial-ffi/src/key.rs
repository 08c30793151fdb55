//! Secret keys, without a registry.

use std::{
    ffi::{c_char, c_void},
    mem::MaybeUninit,
};

use serialref::{Key, SystemEntropy};
use zeroize::Zeroizing;

use crate::{
    memory::{self, Buffer, Out},
    status::serialref_status,
    text::serialref_text,
    trouble::{Trouble, call},
};

/// The secret key of a group of Keyed order. Keep it as one: whoever has it can make the codes. The memory is yours:
/// pass it to serialref_wipe() when the key is not needed there any more.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct serialref_key {
    /// The 32 random bytes. 32 equal ones, as in memory that nobody filled, are no key and refused.
    pub bytes: [u8; 32],
}

impl serialref_key {
    /// The key, where there is one.
    ///
    /// # Safety
    /// `key` is NULL or points to a key.
    pub(crate) unsafe fn read(key: *const Self) -> Result<Option<Key>, Trouble> {
        if key.is_null() {
            return Ok(None);
        }
        // SAFETY: it is not NULL, bytes are always aligned, and the caller promises the rest.
        Ok(Some(Key::from_bytes(unsafe { (*key).bytes })?))
    }

    /// The key, which must be there.
    ///
    /// # Safety
    /// As [`read`](Self::read).
    unsafe fn read_needed(key: *const Self) -> Result<Key, Trouble> {
        // SAFETY: the caller promises the same.
        unsafe { Self::read(key) }?.ok_or_else(|| Trouble::null("the key"))
    }

    /// Where a key is to be written.
    ///
    /// # Safety
    /// `key` is NULL or points to memory for a key that nobody else uses during the call.
    pub(crate) unsafe fn out<'a>(key: *mut Self) -> Result<Out<'a, [u8; 32]>, Trouble> {
        // SAFETY: the caller promises the memory, and a key is its bytes and nothing else.
        unsafe { Out::new(key.cast(), "the key") }
    }
}

/// Draws a key from the operating system, for a program that keeps its keys itself. A registry draws those of its
/// groups where it is given none.
///
/// @param key  Where to write it. Pass it to serialref_wipe() when it is not needed any more.
/// @return SERIALREF_STATUS_OK, _ENTROPY_UNAVAILABLE or _NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_key_draw(key: *mut serialref_key) -> serialref_status {
    call(|| {
        // SAFETY: the caller passes NULL or memory for a key.
        let out = unsafe { serialref_key::out(key) }?;
        out.copy(Key::drawn(&SystemEntropy::new())?.expose());
        Ok(())
    })
}

/// Reads a key of 64 hexadecimal digits, as serialref_key_expose_text() writes them; their letter case makes no
/// difference.
///
/// @param digits  The digits. They stay yours: wipe them too.
/// @param key     Where to write it. Pass it to serialref_wipe() when it is not needed any more.
/// @return SERIALREF_STATUS_OK; _KEY_INVALID for any other text, and where all bytes are the same; _NULL_ARGUMENT,
///         _SIZE_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_key_parse(digits: serialref_text, key: *mut serialref_key) -> serialref_status {
    call(|| {
        // SAFETY: the caller passes NULL or memory for a key.
        let out = unsafe { serialref_key::out(key) }?;
        // SAFETY: the caller passes a text.
        out.copy(unsafe { digits.read("digits") }?.parse::<Key>()?.expose());
        Ok(())
    })
}

/// A key as 64 hexadecimal digits, for a vault that keeps texts. Keep them out of logs.
///
/// @param key       The key.
/// @param buffer    Where to write them with a NUL at their end; NULL, with a capacity of 0, to ask for the size. Pass
///                  it to serialref_wipe() when they are not needed any more.
/// @param capacity  How many bytes the buffer has; 65 are enough.
/// @param needed    Where to write how many bytes are needed, or NULL.
/// @return SERIALREF_STATUS_OK; _BUFFER_TOO_SMALL where nothing but `needed` was written; _KEY_INVALID, _NULL_ARGUMENT,
///         _MISALIGNED or _SIZE_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_key_expose_text(
    key: *const serialref_key,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> serialref_status {
    call(|| {
        // SAFETY: the caller passes NULL or so many bytes, and NULL or memory for a number.
        let buffer = unsafe { Buffer::new(buffer.cast(), capacity, needed) }?;
        // SAFETY: the caller passes NULL or a key.
        let key = unsafe { serialref_key::read_needed(key) }?;
        buffer.answer(&Zeroizing::new(key.expose_text()))
    })
}

/// Six hexadecimal digits that tell keys from one another and may be shown: the beginning of what the key makes of a
/// block of zeros, as is usual for keys of AES.
///
/// @param key       The key.
/// @param buffer    Where to write them with a NUL at their end; NULL, with a capacity of 0, to ask for the size.
/// @param capacity  How many bytes the buffer has; 7 are enough.
/// @param needed    Where to write how many bytes are needed, or NULL.
/// @return SERIALREF_STATUS_OK; _BUFFER_TOO_SMALL where nothing but `needed` was written; _KEY_INVALID, _NULL_ARGUMENT,
///         _MISALIGNED or _SIZE_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_key_check_value(
    key: *const serialref_key,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> serialref_status {
    call(|| {
        // SAFETY: the caller passes NULL or so many bytes, and NULL or memory for a number.
        let buffer = unsafe { Buffer::new(buffer.cast(), capacity, needed) }?;
        // SAFETY: the caller passes NULL or a key.
        let key = unsafe { serialref_key::read_needed(key) }?;
        buffer.answer(&key.check_value())
    })
}

/// Overwrites memory with zeros, also where a compiler would leave that out because nobody reads them: for keys, and
/// texts of their digits.
///
/// @param memory  The memory, or NULL where its size is 0.
/// @param size    How many bytes it has: up to 1 MiB.
/// @return SERIALREF_STATUS_OK, _NULL_ARGUMENT or _SIZE_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_wipe(memory: *mut c_void, size: usize) -> serialref_status {
    call(|| {
        // SAFETY: the caller passes NULL or so many bytes that nobody else uses.
        unsafe { memory::wipe(memory.cast::<MaybeUninit<u8>>(), size) }
    })
}
