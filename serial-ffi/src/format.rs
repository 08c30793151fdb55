//! What codes look like.

use std::ffi::c_char;

use serialref::{Error, Format, Order};

use crate::{
    constants::{self, given, serialref_order},
    handle::{self, Object},
    memory::{self, Buffer, Growing, Out, OutRecord},
    status::serialref_status,
    text::{Texts, serialref_text},
    trouble::{Trouble, call},
};

/// What the codes of a group look like. A handle; may be shared between threads, and outlives everything it came from.
/// Free it with serialref_format_free().
#[derive(Debug)]
pub struct serialref_format {
    _private: [u8; 0],
}

/// What codes are to look like: prefix, body and suffix. A member that is 0 or empty says nothing, and the default
/// holds.
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
    /// What follows the body to find mistyped codes: one of the constants of serialref_check.
    pub check: i32,
    /// Shown to people, body and check characters have `separator` after so many characters, see
    /// serialref_format_show(): 1 to 64, or 0 for no groups.
    pub group_every: u32,
    /// What stands between these groups: a hyphen or a space.
    pub separator: serialref_text,
    /// Words that must not appear in a code, or NULL: up to 1000, of 2 to 32 characters. Letter case makes no
    /// difference, nor do 0 O, 1 I L, 2 Z, 5 S and 8 B.
    pub skip_words: *const serialref_text,
    /// How many words.
    pub skip_words_count: usize,
    /// If not 0: a random guess must hit a live code less often than once in so many times, and what would pass that is
    /// refused like a limit. Rules for medicines and tobacco in Europe demand 10,000.
    pub guesses_below_one_in: u64,
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
    /// A number that is the same for equal formats, in every version of the library, and for hardly any two that
    /// differ.
    pub fingerprint: u64,
    /// One of the constants of serialref_order.
    pub order: i32,
    /// One of the constants of serialref_check, or 0 where codes have no check characters.
    pub check: i32,
    /// How many live references a group may have before a guess is too easy; UINT64_MAX where any number may live.
    pub most_live: u64,
    /// 1 if the codes cannot be guessed by who has seen some of them, otherwise 0.
    pub is_unguessable: i32,
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
            Order::Keyed => (serialref_order::Keyed, 0),
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
            check: format.check().map_or(0, |scheme| scheme as i32),
            most_live: format.most_live().unwrap_or(u64::MAX),
            is_unguessable: format.is_unguessable().into(),
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
        let order = match constants::order(self.order)? {
            serialref_order::Sequential => Order::Sequential { start: given(self.start).unwrap_or(1).into() },
            _ if self.start != 0 => {
                return Err(Trouble::option("only a sequential format has a first number; leave start 0"));
            }
            serialref_order::Random => Order::Random,
            serialref_order::Keyed => Order::Keyed,
        };
        let mut builder = Format::builder().order(order).check(constants::check(self.check)?);
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
        // SAFETY: the caller passes a text and a list of texts.
        let (separator, words) = unsafe {
            let words = memory::list(self.skip_words, self.skip_words_count, "skip_words")?;
            (self.separator.read("separator")?, words)
        };
        // SAFETY: the caller passes texts.
        let words = words.iter().map(|word| unsafe { word.read("skip_words") }).collect::<Result<Vec<_>, _>>()?;
        let mut separators = separator.chars();
        builder = match (self.group_every, separators.next(), separators.next()) {
            (0, None, _) => builder,
            (every, Some(separator), None) if every > 0 => builder.grouping(every as usize, separator),
            _ => return Err(Trouble::option("groups have a size and one separator; give both or none")),
        };
        if self.guesses_below_one_in > 0 {
            builder = builder.guesses_below_one_in(self.guesses_below_one_in);
        }
        Ok(builder.exclude(exclude).prefix(prefix).suffix(suffix).skip_words(words).build()?)
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
/// @return SERIALREF_STATUS_OK if it does; _CODE_INVALID if it does not, and serialref_last_error_message() says why;
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
        Ok(format.format.matches(code).map_err(Error::from)?)
    })
}

/// What a person typed, as a code of a format: without white space and hyphens that the format does not have, in the
/// format's letter case, and with 0 for O and 1 for I and L where that is the only way to read it.
///
/// @param format    The format.
/// @param typed     What was typed.
/// @param buffer    Where to write the code with a NUL at its end; NULL, with a capacity of 0, to ask for the size.
/// @param capacity  How many bytes the buffer has.
/// @param needed    Where to write how many bytes are needed, or NULL.
/// @return SERIALREF_STATUS_OK; _BUFFER_TOO_SMALL where nothing but `needed` was written; _CODE_INVALID where it is no
///         code of the format: the error's `subject` says why as a word, such as "length", "symbol" or "check", and
///         `position` where, counted without the spaces and hyphens that people add; _HANDLE_INVALID,
///         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_format_validate(
    format: *const serialref_format,
    typed: serialref_text,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> serialref_status {
    call(|| {
        let format = handle::object::<KeptFormat>(format)?;
        // SAFETY: the caller passes NULL or so many bytes, and NULL or memory for a number.
        let buffer = unsafe { Buffer::new(buffer.cast(), capacity, needed) }?;
        // SAFETY: the caller passes a text.
        buffer.answer(&format.format.validate(unsafe { typed.read("typed") }?).map_err(Error::from)?)
    })
}

/// What a person typed, as a format writes it, as far as that is clear: what serialref_format_validate() makes of it
/// before it judges. It need be no code. Where length, prefix or suffix are others it stays as it was typed, without
/// white space around it and in the format's letter case.
///
/// @param format    The format.
/// @param typed     What was typed.
/// @param buffer    Where to write it with a NUL at its end; NULL, with a capacity of 0, to ask for the size.
/// @param capacity  How many bytes the buffer has.
/// @param needed    Where to write how many bytes are needed, or NULL.
/// @return SERIALREF_STATUS_OK; _BUFFER_TOO_SMALL where nothing but `needed` was written; _HANDLE_INVALID,
///         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_format_canonical(
    format: *const serialref_format,
    typed: serialref_text,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> serialref_status {
    call(|| {
        let format = handle::object::<KeptFormat>(format)?;
        // SAFETY: the caller passes NULL or so many bytes, and NULL or memory for a number.
        let buffer = unsafe { Buffer::new(buffer.cast(), capacity, needed) }?;
        // SAFETY: the caller passes a text.
        buffer.answer(&format.format.canonical(unsafe { typed.read("typed") }?))
    })
}

/// A code as it is shown to people, in the groups of its format.
///
/// @param format    The format.
/// @param code      The code.
/// @param buffer    Where to write it with a NUL at its end; NULL, with a capacity of 0, to ask for the size.
/// @param capacity  How many bytes the buffer has.
/// @param needed    Where to write how many bytes are needed, or NULL.
/// @return SERIALREF_STATUS_OK; _BUFFER_TOO_SMALL where nothing but `needed` was written; _HANDLE_INVALID,
///         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_format_show(
    format: *const serialref_format,
    code: serialref_text,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> serialref_status {
    call(|| {
        let format = handle::object::<KeptFormat>(format)?;
        // SAFETY: the caller passes NULL or so many bytes, and NULL or memory for a number.
        let buffer = unsafe { Buffer::new(buffer.cast(), capacity, needed) }?;
        // SAFETY: the caller passes a text.
        buffer.answer(&format.format.grouped(unsafe { code.read("code") }?))
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
