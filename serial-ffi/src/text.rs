//! Texts on their way in and out.

use std::{ffi::c_char, ptr, slice, str};

use zeroize::Zeroizing;

use crate::{status::serialref_status, trouble::Trouble};

/// A text: where it begins and how many bytes it has. It need not end with a NUL, except where the library gives it.
///
/// Texts are UTF-8. One of size 0 is the empty text, and then `data` may be NULL. Most properties take the empty text
/// for "not given". Texts of more than 1 MiB are refused.
///
/// A text that the library gives ends with a NUL, which `size` does not count, so that `data` is a string of C too.
/// It belongs to the library and is valid as long as the handle it came from.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_text {
    /// The first byte.
    pub data: *const c_char,
    /// How many bytes it has, without a NUL at its end.
    pub size: usize,
}

/// No text that a user means is longer; what is, is a size that was not filled in.
const MOST_BYTES: usize = 1 << 20;

impl serialref_text {
    pub(crate) const EMPTY: Self = Self { data: c"".as_ptr(), size: 0 };

    /// The text, checked.
    ///
    /// # Safety
    /// Where `size` is not 0, `data` is NULL or points to so many bytes, which do not change while `'a` lasts.
    pub(crate) unsafe fn read<'a>(self, what: &str) -> Result<&'a str, Trouble> {
        if self.size == 0 {
            return Ok("");
        }
        if self.data.is_null() {
            return Err(Trouble::null(what));
        }
        if self.size > MOST_BYTES {
            return Err(Trouble::size(what));
        }
        // SAFETY: it is not NULL, bytes are always aligned, and the caller promises the rest.
        let bytes = unsafe { slice::from_raw_parts(self.data.cast(), self.size) };
        str::from_utf8(bytes).map_err(|error| {
            let message = format!("{what} is not UTF-8 from byte {} on; convert it", error.valid_up_to());
            Trouble::misuse(serialref_status::NotUtf8, message)
        })
    }

    /// The text, or nothing where it is empty.
    ///
    /// # Safety
    /// As [`read`](Self::read).
    pub(crate) unsafe fn read_given<'a>(self, what: &str) -> Result<Option<&'a str>, Trouble> {
        // SAFETY: the caller promises the same.
        let text = unsafe { self.read(what) }?;
        Ok(Some(text).filter(|text| !text.is_empty()))
    }
}

/// Texts that are kept for C, each with a NUL at its end.
#[derive(Default)]
pub(crate) struct Texts {
    // What is in boxes and vectors stays where it is while the lists grow.
    plain: Vec<Box<[u8]>>,
    secret: Vec<Zeroizing<Vec<u8>>>,
}

/// The bytes of a text with a NUL at their end, which are written once and never moved.
fn with_nul(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() + 1);
    bytes.extend_from_slice(text.as_bytes());
    bytes.push(0);
    bytes
}

impl Texts {
    pub(crate) const NONE: Self = Self { plain: Vec::new(), secret: Vec::new() };

    /// Keeps a text. What is returned is valid as long as these texts are.
    pub(crate) fn keep(&mut self, text: &str) -> serialref_text {
        if text.is_empty() {
            return serialref_text::EMPTY;
        }
        self.plain.push(with_nul(text).into());
        let data = self.plain.last().map_or(ptr::null(), |kept| kept.as_ptr().cast());
        serialref_text { data, size: text.len() }
    }

    /// As [`keep`](Self::keep), for a text with a key in it: it is wiped at the end.
    pub(crate) fn keep_secret(&mut self, text: &str) -> serialref_text {
        self.secret.push(Zeroizing::new(with_nul(text)));
        let data = self.secret.last().map_or(ptr::null(), |kept| kept.as_ptr().cast());
        serialref_text { data, size: text.len() }
    }

    /// Keeps a text that may not be there.
    pub(crate) fn keep_given(&mut self, text: Option<&str>) -> serialref_text {
        self.keep(text.unwrap_or_default())
    }
}
