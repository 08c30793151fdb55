//! What codes look like.

use serialref::{Format, Order};

use crate::{
    constants::{self, given, serialref_order},
    handle::{self, Object},
    memory::{self, Growing, Out, OutRecord},
    status::serialref_status,
    text::{Texts, serialref_text},
    trouble::{Trouble, call},
};

/// What the codes of a group look like. A handle; may be shared between threads, and outlives everything it came from. Free it with
/// serialref_format_free().
#[derive(Debug)]
pub struct serialref_format {
    _private: [u8; 0],
}

/// What codes are to look like: prefix, body and suffix. A member that is 0 or empty says nothing, and the default holds.
///
/// With nothing given, a code is 25 random characters of 0-9 and A-Z.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_format_options {
    /// sizeof(serialref_format_options), to be set by the caller.
    pub struct_size: usize,
    /// The symbols of the body: one of the constants of serialref_preset.
    pub preset: i32,
    /// How bodies are chosen: one of the constants of serialref_order.
    pub order: i32,
    /// The symbols of the body in the order of their values, instead of a preset: 2 to 94 characters from ! to ~.
    pub symbols: serialref_text,
    /// Symbols to leave out.
    pub exclude: serialref_text,
    /// How many characters the body has: 1 to 64; the default is 25.
    pub length: usize,
    /// The first number of a sequential format; the default is 1, and SERIALREF_ZERO is 0.
    pub start: u64,
    /// What every code begins with: up to 32 characters from ! to ~.
    pub prefix: serialref_text,
    /// What every code ends with: up to 32 characters from ! to ~.
    pub suffix: serialref_text,
}

/// What codes of a format look like.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_format_info {
    /// sizeof(serialref_format_info), to be set by the caller.
    pub struct_size: usize,
    /// The symbols of the body in the order of their values.
    pub symbols: serialref_text,
    /// What every code begins with.
    pub prefix: serialref_text,
    /// What every code ends with.
    pub suffix: serialref_text,
    /// How many characters the body has.
    pub length: usize,
    /// How many characters a code has.
    pub width: usize,
    /// How many codes there can ever be; UINT64_MAX where there are that many or more.
    pub capacity: u64,
    /// The number of bits that tell one code from all others: the logarithm of the capacity to base 2.
    pub bits: f64,
    /// The first number of a sequential format; UINT64_MAX where it is that large or larger. Otherwise 0.
    pub start: u64,
    /// A number that is the same for equal formats, in every version of the library, and for hardly any two that differ.
    pub fingerprint: u64,
    /// One of the constants of serialref_order.
    pub order: i32,
    /// Always 0.
    pub reserved: i32,
}

// SAFETY: repr(C), the size comes first, and numbers and pointers may have any bytes.
unsafe impl Growing for serialref_format_options {
    const LEAST: usize = size_of::<Self>();
}
// SAFETY: as above.
unsafe impl Growing for serialref_format_info {
    const LEAST: usize = size_of::<Self>();
}

/// What C has a handle of.
pub(crate) struct KeptFormat {
    pub(crate) format: Format,
    info: serialref_format_info,
    /// What the texts above point to.
    _texts: Texts,
}

// SAFETY: the pointers lead to texts that it owns and that are never changed.
unsafe impl Send for KeptFormat {}
// SAFETY: as above.
unsafe impl Sync for KeptFormat {}

impl Object for KeptFormat {
    type Handle = serialref_format;
    const TAG: u8 = 4;
    const NAME: &'static str = "format";
}

impl KeptFormat {
    pub(crate) fn new(format: Format) -> Self {
        let mut texts = Texts::default();
        let capacity = format.capacity();
        let (order, start) = match format.order() {
            Order::Sequential { start } => (serialref_order::Sequential, u64::try_from(start).unwrap_or(u64::MAX)),
            _ => (serialref_order::Random, 0),
        };
        let info = serialref_format_info {
            struct_size: size_of::<serialref_format_info>(),
            symbols: texts.keep(format.alphabet().as_str()),
            prefix: texts.keep(format.prefix()),
            suffix: texts.keep(format.suffix()),
            length: format.length(),
            width: format.width(),
            capacity: capacity.exact().and_then(|exact| u64::try_from(exact).ok()).unwrap_or(u64::MAX),
            bits: capacity.log2(),
            start,
            fingerprint: format.fingerprint().0,
            order: order as i32,
            reserved: 0,
        };
        Self { format, info, _texts: texts }
    }
}

impl serialref_format_options {
    /// The format.
    ///
    /// # Safety
    /// The texts are texts.
    unsafe fn build(self) -> Result<Format, Trouble> {
        let preset = constants::preset(self.preset)?;
        let mut builder = match constants::order(self.order)? {
            serialref_order::Sequential => {
                let start = given(self.start).unwrap_or(1);
                Format::builder().order(Order::Sequential { start: start.into() })
            }
            serialref_order::Random if self.start != 0 => {
                return Err(Trouble::option("only a sequential format has a first number; leave start 0"));
            }
            serialref_order::Random => Format::builder(),
        };
        // SAFETY: the caller passes texts.
        builder = match unsafe { self.symbols.read_given("symbols") }? {
            Some(_) if self.preset != 0 => {
                return Err(Trouble::option("both a preset and symbols are given; give one of them"));
            }
            Some(symbols) => builder.symbols(symbols),
            None => builder.preset(preset),
        };
        if self.length != 0 {
            builder = builder.length(self.length);
        }
        // SAFETY: the caller passes texts.
        let (exclude, prefix, suffix) =
            unsafe { (self.exclude.read("exclude")?, self.prefix.read("prefix")?, self.suffix.read("suffix")?) };
        Ok(builder.exclude(exclude).prefix(prefix).suffix(suffix).build()?)
    }
}

/// Makes a format.
///
/// @param options  What codes are to look like, or NULL for the default.
/// @param format   Where to write the handle. Free it with serialref_format_free().
/// @return SERIALREF_STATUS_OK; _FORMAT_INVALID where it cannot be used, with every fault as a detail of the error;
///         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _ENUM_INVALID, _NOT_UTF8, _OPTION_INVALID or
///         _TOO_MANY_HANDLES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_format_new(
    options: *const serialref_format_options,
    format: *mut *mut serialref_format,
) -> serialref_status {
    call(|| {
        // SAFETY: the caller passes NULL or memory for a handle.
        let out = unsafe { Out::new(format, "format") }?;
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        let options = unsafe { memory::read_or_default(options, "options") }?;
        // SAFETY: the texts of the options are texts.
        let format = unsafe { options.build() }?;
        out.write(handle::give(KeptFormat::new(format))?);
        Ok(())
    })
}

/// What codes of a format look like.
///
/// @param format  The format.
/// @param info    Where to write it; set its `struct_size` before. Texts are valid until the format is freed.
/// @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED or _SIZE_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_format_get_info(
    format: *const serialref_format,
    info: *mut serialref_format_info,
) -> serialref_status {
    call(|| {
        let format = handle::object::<KeptFormat>(format)?;
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        unsafe { OutRecord::new(info, "info") }?.write(&format.info);
        Ok(())
    })
}

/// Whether a text looks like a code of a format. It says nothing about whether it was issued.
///
/// @param format  The format.
/// @param code    The text.
/// @return SERIALREF_STATUS_OK if it does; _NOT_IN_FORMAT if it does not, and serialref_last_error_message() says why;
///         _HANDLE_INVALID, _NULL_ARGUMENT, _SIZE_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_format_check(
    format: *const serialref_format,
    code: serialref_text,
) -> serialref_status {
    call(|| {
        let format = handle::object::<KeptFormat>(format)?;
        // SAFETY: the caller passes a text.
        let code = unsafe { code.read("code") }?;
        let reason =
            |mismatch: serialref::Mismatch| Trouble::misuse(serialref_status::NotInFormat, mismatch.to_string());
        format.format.matches(code).map_err(reason)
    })
}

/// Frees a format. Groups that were made with it keep it.
///
/// @param format  The handle, or NULL, for which nothing is done.
/// @return SERIALREF_STATUS_OK or _HANDLE_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_format_free(format: *mut serialref_format) -> serialref_status {
    call(|| handle::free::<KeptFormat>(format))
}
