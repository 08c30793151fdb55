//! What codes look like and in which order they come.

use std::{fmt, ops::Range, sync::Arc};

use crate::{
    alphabet::{Alphabet, Preset},
    capacity::Capacity,
    code::Codes,
    fingerprint::{Fingerprint, Fingerprinter},
    format_builder::FormatBuilder,
    permute::FEWEST_FOR_SECURITY,
};

/// The longest body, in characters.
pub(crate) const MAX_LENGTH: usize = 64;
/// The longest prefix and the longest suffix, in characters.
pub(crate) const MAX_AFFIX: usize = 32;

/// How the bodies of a group's codes are chosen.
///
/// ```
/// use serial_core::Order;
///
/// assert_eq!(Order::default(), Order::Random);
/// assert_eq!(Order::sequential(), Order::Sequential { start: 1 });
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Order {
    /// Each body is drawn, every free one with the same chance, so that nobody can guess the next.
    #[default]
    Random,
    /// Consecutive numbers, written in the alphabet's own digits and padded with its first symbol to the length
    /// of the body. They end with the largest number that fits the body and 128 bits, or after 2^64 - 1 numbers; they
    /// never widen and never begin again.
    Sequential {
        /// The first number.
        start: u128,
    },
    /// A counter is turned into bodies by a secret [`Key`](crate::Key) of the group: unique by construction, at the same
    /// cost however full the space is, and nobody can guess the next without the key. With the key every code says
    /// which counter it has. They end when every body was there once, or after 2^64 - 1 codes.
    ///
    /// The permutation is FF1 with AES-256; source: NIST SP 800-38G.
    Keyed,
}

impl Order {
    /// Consecutive numbers from 1.
    pub const fn sequential() -> Self {
        Self::Sequential { start: 1 }
    }

    /// Whether codes come from a counter: Sequential and Keyed.
    pub const fn counts(self) -> bool {
        matches!(self, Self::Sequential { .. } | Self::Keyed)
    }
}

/// What the codes of a group look like; it never changes after the group is created.
///
/// A code is prefix + body + suffix. The default is a body of 25 characters out of `0-9A-Z` in Random order, with
/// neither prefix nor suffix. Copies are cheap. Serialized with serde it is checked again when it is read.
///
/// ```
/// use serial_core::{Format, Order, Preset};
///
/// let format = Format::builder()
///     .preset(Preset::Digits)
///     .length(6)
///     .prefix("AX-")
///     .order(Order::sequential())
///     .build()?;
/// assert_eq!(format.width(), 9);
/// assert!(format.matches("AX-000042").is_ok());
/// assert_eq!(format.capacity().exact(), Some(999_999));
/// # Ok::<(), serial_core::FormatError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Format(Arc<Parts>);

#[derive(PartialEq, Eq, Hash)]
struct Parts {
    alphabet: Alphabet,
    length: usize,
    order: Order,
    prefix: String,
    suffix: String,
}

impl Format {
    /// Begins a format from the default one; change what should differ and call
    /// [`build`](FormatBuilder::build).
    pub fn builder() -> FormatBuilder {
        FormatBuilder::default()
    }

    /// The quick format: 10 upper and lower case letters in Random order.
    ///
    /// ```
    /// use serial_core::Format;
    ///
    /// assert!(Format::quick().matches("kRwTzQbEaX").is_ok());
    /// ```
    pub fn quick() -> Self {
        Self::from_parts(Alphabet::preset(Preset::Letters), 10, Order::Random, String::new(), String::new())
    }

    /// Only for parts that were checked.
    pub(crate) fn from_parts(alphabet: Alphabet, length: usize, order: Order, prefix: String, suffix: String) -> Self {
        Self(Arc::new(Parts { alphabet, length, order, prefix, suffix }))
    }

    /// The symbols of the body.
    pub fn alphabet(&self) -> &Alphabet {
        &self.0.alphabet
    }

    /// The length of the body in characters: 1 to 64.
    pub fn length(&self) -> usize {
        self.0.length
    }

    /// How bodies are chosen.
    pub fn order(&self) -> Order {
        self.0.order
    }

    /// What every code begins with; up to 32 characters, often none.
    pub fn prefix(&self) -> &str {
        &self.0.prefix
    }

    /// What every code ends with; up to 32 characters, often none.
    pub fn suffix(&self) -> &str {
        &self.0.suffix
    }

    /// The length of every code in characters (and bytes): prefix, body and suffix.
    pub fn width(&self) -> usize {
        self.0.prefix.len() + self.0.length + self.0.suffix.len()
    }

    /// How many codes the format could ever make.
    pub fn capacity(&self) -> Capacity {
        let words = self.words();
        match self.0.order {
            Order::Random => words,
            Order::Sequential { start } => words.skipping(start),
            Order::Keyed => words.skipping(0),
        }
    }

    /// Whether nobody can guess the codes to come from those that were issued: Random and Keyed order with at least
    /// 1,000,000 possible bodies. Smaller spaces can be tried out, and a permutation of so few gives no security.
    ///
    /// Source: NIST SP 800-38G Revision 1, section 5.1.
    ///
    /// ```
    /// use serial_core::{Format, Order, Preset};
    ///
    /// let keyed = |length| Format::builder().preset(Preset::Digits).length(length).order(Order::Keyed).build();
    /// assert!(keyed(6)?.is_unguessable());
    /// assert!(!keyed(5)?.is_unguessable());
    /// # Ok::<(), serial_core::FormatError>(())
    /// ```
    pub fn is_unguessable(&self) -> bool {
        match self.0.order {
            Order::Random | Order::Keyed => self.words().has(FEWEST_FOR_SECURITY),
            Order::Sequential { .. } => false,
        }
    }

    /// How many bodies there are.
    pub(crate) fn words(&self) -> Capacity {
        Capacity::of_words(self.0.alphabet.len(), self.0.length)
    }

    /// A value that is the same for equal formats, in every version of the library.
    pub fn fingerprint(&self) -> Fingerprint {
        let begun = Fingerprinter::new("serialref format").text(self.0.alphabet.as_str()).number(self.0.length as u64);
        let ordered = match self.0.order {
            Order::Random => begun.optional_text(None),
            Order::Sequential { start } => begun.optional_text(Some(&start.to_string())),
            Order::Keyed => begun.number(2),
        };
        ordered.text(&self.0.prefix).text(&self.0.suffix).finish()
    }

    /// Whether this format could make `code`.
    ///
    /// It looks at the text alone; whether the code was ever issued is what a
    /// [lookup](crate::Registry::lookup) tells.
    ///
    /// # Errors
    /// The first [`Mismatch`] from the left, after the length.
    ///
    /// ```
    /// use serial_core::{Format, Mismatch};
    ///
    /// let format = Format::builder().symbols("0123456789").length(4).prefix("P").build()?;
    /// assert_eq!(format.matches("P12O4"), Err(Mismatch::Symbol { position: 4, found: 'O' }));
    /// # Ok::<(), serial_core::FormatError>(())
    /// ```
    pub fn matches(&self, code: &str) -> Result<(), Mismatch> {
        let found = code.chars().count();
        if found != self.width() {
            return Err(Mismatch::Length { expected: self.width(), found });
        }
        let body =
            code.strip_prefix(self.prefix()).ok_or_else(|| Mismatch::Prefix { expected: self.prefix().into() })?;
        if let Some((index, found)) =
            body.chars().take(self.length()).enumerate().find(|(_, symbol)| !self.alphabet().contains(*symbol))
        {
            return Err(Mismatch::Symbol { position: self.prefix().len() + index + 1, found });
        }
        // All symbols so far were ASCII, hence the body ends at this byte.
        if &body[self.length()..] != self.suffix() {
            return Err(Mismatch::Suffix { expected: self.suffix().into() });
        }
        match self.order() {
            Order::Random | Order::Keyed => Ok(()),
            Order::Sequential { start } => match self.number(&body.as_bytes()[..self.length()]) {
                Some(number) if number < start => Err(Mismatch::BeforeStart { start }),
                Some(number) if self.capacity().has((number - start).saturating_add(1)) => Ok(()),
                _ => Err(Mismatch::AfterEnd),
            },
        }
    }

    /// The number that a body of the alphabet's symbols stands for; `None` where it passes `u128`.
    pub(crate) fn number(&self, body: &[u8]) -> Option<u128> {
        let base = self.alphabet().len() as u128;
        body.iter().try_fold(0_u128, |number, symbol| {
            let digit = self.alphabet().value(*symbol)? as u128;
            number.checked_mul(base)?.checked_add(digit)
        })
    }

    /// Codes whose bodies are still to be written.
    pub(crate) fn blank_codes(&self, count: usize) -> Vec<u8> {
        let mut blank = Vec::with_capacity(self.width());
        blank.extend_from_slice(self.prefix().as_bytes());
        blank.resize(blank.len() + self.length(), 0);
        blank.extend_from_slice(self.suffix().as_bytes());
        blank.repeat(count)
    }

    /// Where the body stands in a code.
    pub(crate) fn body(&self) -> Range<usize> {
        self.prefix().len()..self.prefix().len() + self.length()
    }

    /// Codes whose bodies were written.
    pub(crate) fn complete(&self, packed: Vec<u8>, count: usize) -> Codes {
        Codes::of_symbols(packed, self.width(), count)
    }

    /// `code` in the letter case of the format's codes, where they have only one.
    pub(crate) fn in_own_case(&self, code: &str) -> Option<String> {
        let parts = [self.prefix(), self.alphabet().as_str(), self.suffix()];
        let has = |case: fn(&u8) -> bool| parts.iter().any(|part| part.as_bytes().iter().any(case));
        match (has(u8::is_ascii_uppercase), has(u8::is_ascii_lowercase)) {
            (true, false) => Some(code.to_ascii_uppercase()),
            (false, true) => Some(code.to_ascii_lowercase()),
            _ => None,
        }
    }
}

impl Default for Format {
    fn default() -> Self {
        Self::from_parts(Alphabet::preset(Preset::UpperAlphanumeric), 25, Order::Random, String::new(), String::new())
    }
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Format")
            .field("alphabet", &self.0.alphabet)
            .field("length", &self.0.length)
            .field("order", &self.0.order)
            .field("prefix", &self.0.prefix)
            .field("suffix", &self.0.suffix)
            .finish()
    }
}

/// Why a text is not a code of a format.
///
/// ```
/// use serial_core::{Format, Mismatch};
///
/// let reason = Format::default().matches("H829").unwrap_err();
/// assert_eq!(reason.to_string(), "it has 4 characters where codes of this format have 25");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Mismatch {
    /// It is too short or too long.
    #[error("it has {found} characters where codes of this format have {expected}")]
    Length {
        /// The length of every code of the format, in characters.
        expected: usize,
        /// The length of the text, in characters.
        found: usize,
    },
    /// It begins differently.
    #[error("it does not begin with {expected:?}")]
    Prefix {
        /// The format's prefix.
        expected: String,
    },
    /// A character of the body is not in the alphabet.
    #[error("it has {found:?} at position {position}, which the format does not use")]
    Symbol {
        /// Where it stands in the text, counted in characters from 1.
        position: usize,
        /// The character.
        found: char,
    },
    /// It ends differently.
    #[error("it does not end with {expected:?}")]
    Suffix {
        /// The format's suffix.
        expected: String,
    },
    /// Its number is lower than the first one of a Sequential format.
    #[error("its number is lower than the format's first, {start}")]
    BeforeStart {
        /// The format's first number.
        start: u128,
    },
    /// Its number is higher than any that a Sequential format comes to.
    #[error("its number is higher than the format ever counts")]
    AfterEnd,
}

#[cfg(feature = "serde")]
mod serialized {
    use serde::{Deserialize, Serialize};

    /// The written form. Unknown fields are refused: a format with a property that this version does not know
    /// makes other codes.
    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Written {
        alphabet: String,
        length: usize,
        order: WrittenOrder,
        prefix: String,
        suffix: String,
    }

    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case", deny_unknown_fields)]
    enum WrittenOrder {
        Random,
        /// In decimal digits, because few data formats have 128-bit numbers.
        Sequential {
            start: String,
        },
        Keyed,
    }

    impl Serialize for super::Format {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let order = match self.order() {
                super::Order::Random => WrittenOrder::Random,
                super::Order::Sequential { start } => WrittenOrder::Sequential { start: start.to_string() },
                super::Order::Keyed => WrittenOrder::Keyed,
            };
            Written {
                alphabet: self.alphabet().as_str().into(),
                length: self.length(),
                order,
                prefix: self.prefix().into(),
                suffix: self.suffix().into(),
            }
            .serialize(serializer)
        }
    }

    impl<'de> Deserialize<'de> for super::Format {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            use serde::de::Error;

            let written = Written::deserialize(deserializer)?;
            let order = match written.order {
                WrittenOrder::Random => super::Order::Random,
                WrittenOrder::Sequential { start } => {
                    super::Order::Sequential { start: start.parse().map_err(D::Error::custom)? }
                }
                WrittenOrder::Keyed => super::Order::Keyed,
            };
            super::Format::builder()
                .symbols(written.alphabet)
                .length(written.length)
                .order(order)
                .prefix(written.prefix)
                .suffix(written.suffix)
                .build()
                .map_err(D::Error::custom)
        }
    }
}
