//! Check characters, without a format.

use std::ffi::c_char;

use serialref::{Alphabet, Check, CheckScheme, Detection, Error, Fault, FormatError, Mismatch};

use crate::{
    constants,
    memory::{Buffer, Growing, Out, OutRecord},
    status::serialref_status,
    text::serialref_text,
    trouble::{Trouble, call},
};

/// Which mistakes in codes a check scheme finds without exception: 1 where it finds all of a kind, otherwise 0.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_detections {
    /// sizeof(serialref_detections), to be set by the caller.
    pub struct_size: usize,
    /// One character is another than it should be.
    pub single_substitutions: i32,
    /// Two neighbours stand in each other's place.
    pub adjacent_transpositions: i32,
    /// Two characters with one between them stand in each other's place.
    pub jump_transpositions: i32,
    /// Two equal neighbours are two others that are equal.
    pub twin_substitutions: i32,
}

// SAFETY: repr(C), the size comes first, and numbers may have any bytes.
unsafe impl Growing for serialref_detections {
    const LEAST: usize = size_of::<Self>();
}

/// The symbols of bodies.
///
/// # Safety
/// It is a text.
unsafe fn alphabet(symbols: serialref_text) -> Result<Alphabet, Trouble> {
    // SAFETY: the caller promises a text.
    Alphabet::new(unsafe { symbols.read("symbols") }?).map_err(invalid)
}

/// The scheme of a constant for an alphabet; `None` where nothing follows the body.
fn scheme(number: i32, alphabet: &Alphabet) -> Result<Option<CheckScheme>, Trouble> {
    Ok(match constants::check(number)? {
        Check::None => None,
        Check::Automatic => Some(CheckScheme::automatic(alphabet)),
        Check::Named(scheme) => Some(scheme),
    })
}

fn invalid(fault: Fault) -> Trouble {
    FormatError { faults: vec![fault] }.into()
}

/// The check scheme that SERIALREF_CHECK_AUTOMATIC stands for with an alphabet: one that finds all single substitutions
/// and, from 3 symbols on, all adjacent transpositions, with one more character of the same alphabet.
///
/// @param symbols  The symbols of the body in the order of their values, as `symbols` of serialref_format_info has
///                 them: 2 to 94 characters from ! to ~.
/// @param scheme   Where to write the scheme: one of the constants of serialref_check.
/// @return SERIALREF_STATUS_OK; _FORMAT_INVALID for what is no alphabet; _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID or
///         _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_check_automatic(symbols: serialref_text, scheme: *mut i32) -> serialref_status {
    call(|| {
        // SAFETY: the caller passes NULL or memory for a number.
        let out = unsafe { Out::new(scheme, "scheme") }?;
        // SAFETY: the caller passes a text.
        out.write(CheckScheme::automatic(&unsafe { alphabet(symbols) }?) as i32);
        Ok(())
    })
}

/// Whether a check scheme can be used with an alphabet.
///
/// @param scheme   One of the constants of serialref_check. SERIALREF_CHECK_NONE and _AUTOMATIC always can.
/// @param symbols  The symbols of the body, as serialref_check_automatic() takes them.
/// @param fits     Where to write 1 if it can, otherwise 0.
/// @return SERIALREF_STATUS_OK; _FORMAT_INVALID for what is no alphabet; _ENUM_INVALID, _NULL_ARGUMENT, _MISALIGNED,
///         _SIZE_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_check_fits(
    scheme: i32,
    symbols: serialref_text,
    fits: *mut i32,
) -> serialref_status {
    call(|| {
        // SAFETY: the caller passes NULL or memory for a number.
        let out = unsafe { Out::new(fits, "fits") }?;
        // SAFETY: the caller passes a text.
        let alphabet = unsafe { alphabet(symbols) }?;
        out.write(self::scheme(scheme, &alphabet)?.is_none_or(|scheme| scheme.fits(&alphabet)).into());
        Ok(())
    })
}

/// Which mistakes a check scheme finds without exception in codes of an alphabet, those that concern the check
/// characters included.
///
/// @param scheme      One of the constants of serialref_check, such as `check` of serialref_format_info.
/// @param symbols     The symbols of the body, as serialref_check_automatic() takes them.
/// @param detections  Where to write them; set its `struct_size` before. There are none where the scheme does not fit
///                    the alphabet, or is SERIALREF_CHECK_NONE.
/// @return SERIALREF_STATUS_OK; _FORMAT_INVALID for what is no alphabet; _ENUM_INVALID, _NULL_ARGUMENT, _MISALIGNED,
///         _SIZE_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_check_detects(
    scheme: i32,
    symbols: serialref_text,
    detections: *mut serialref_detections,
) -> serialref_status {
    call(|| {
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        let out = unsafe { OutRecord::new(detections, "detections") }?;
        // SAFETY: the caller passes a text.
        let alphabet = unsafe { alphabet(symbols) }?;
        let found = self::scheme(scheme, &alphabet)?.map(|scheme| scheme.detects(&alphabet)).unwrap_or_default();
        let finds = |kind| found.contains(&kind).into();
        out.write(&serialref_detections {
            struct_size: size_of::<serialref_detections>(),
            single_substitutions: finds(Detection::SingleSubstitutions),
            adjacent_transpositions: finds(Detection::AdjacentTranspositions),
            jump_transpositions: finds(Detection::JumpTranspositions),
            twin_substitutions: finds(Detection::TwinSubstitutions),
        });
        Ok(())
    })
}

/// The check characters that belong behind a body.
///
/// A symbol counts as much as its place in the alphabet, in the schemes of ISO/IEC 7064 as what it is.
///
/// @param scheme    One of the constants of serialref_check. SERIALREF_CHECK_NONE gives the empty text.
/// @param symbols   The symbols of the body, as serialref_check_automatic() takes them.
/// @param body      The body.
/// @param buffer    Where to write them with a NUL at their end; NULL, with a capacity of 0, to ask for the size.
/// @param capacity  How many bytes the buffer has.
/// @param needed    Where to write how many bytes are needed, or NULL: no more than 3.
/// @return SERIALREF_STATUS_OK; _BUFFER_TOO_SMALL where nothing but `needed` was written; _FORMAT_INVALID for what is
///         no alphabet, and where the scheme does not fit it; _CODE_INVALID where the body has a character that is none
///         of the symbols: then the error's `subject` is "symbol", and `position` says where; _ENUM_INVALID,
///         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_check_compute(
    scheme: i32,
    symbols: serialref_text,
    body: serialref_text,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> serialref_status {
    call(|| {
        // SAFETY: the caller passes NULL or so many bytes, and NULL or memory for a number.
        let buffer = unsafe { Buffer::new(buffer.cast(), capacity, needed) }?;
        // SAFETY: the caller passes texts.
        let (alphabet, body) = unsafe { (alphabet(symbols)?, body.read("body")?) };
        let scheme = self::scheme(scheme, &alphabet)?;
        if let Some(scheme) = scheme.filter(|scheme| !scheme.fits(&alphabet)) {
            return Err(invalid(Fault::CheckUnfit { scheme, symbols: alphabet.len() }));
        }
        let foreign = (1..).zip(body.chars()).find(|(_, symbol)| !alphabet.contains(*symbol));
        if let Some((position, found)) = foreign {
            return Err(Error::from(Mismatch::Symbol { position, found }).into());
        }
        let characters = scheme.and_then(|scheme| scheme.compute(&alphabet, body));
        buffer.answer(&characters.unwrap_or_default())
    })
}
