//! What concerns the library as a whole.

use std::ffi::{CStr, c_char};

use crate::{handle, status::serialref_status};

/// The version of the library that the program is running with, for example "0.1.0".
///
/// @return A text that ends with a NUL and is valid for ever. Never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn serialref_version() -> *const c_char {
    const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
        Ok(version) => version,
        Err(_) => c"",
    };
    VERSION.as_ptr()
}

/// The name of a status, for a line in a log.
///
/// @param status  The status, or any other number.
/// @return A text such as "LIMIT_REACHED" that ends with a NUL and is valid for ever; "UNKNOWN" for a number that is no
///         status. Never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn serialref_status_name(status: i32) -> *const c_char {
    let found = serialref_status::ALL.into_iter().find(|known| *known as i32 == status);
    found.map_or(c"UNKNOWN", serialref_status::name).as_ptr()
}

/// How many handles were given out and not freed yet, of all types. Where it grows and grows, something is not freed.
///
/// @return The number.
#[unsafe(no_mangle)]
pub extern "C" fn serialref_open_handles() -> u64 {
    handle::open_handles()
}
