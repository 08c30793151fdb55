//! What codes look like and in which order they come.

use std::{fmt, ops::Range, sync::Arc};

use crate::{
    alphabet::{Alphabet, Preset},
    capacity::Capacity,
    check::{CheckScheme, Checker},
    code::{Code, Codes},
    fingerprint::{Fingerprint, Fingerprinter},
    format_builder::FormatBuilder,
    permute::FEWEST_FOR_SECURITY,
    words::Words,
};

/// The longest body, in characters.
pub(crate) const MAX_LENGTH: usize = 64;
/// The longest prefix and the longest suffix, in characters.
pub(crate) const MAX_AFFIX: usize = 32;

/// The most check characters of a scheme.
const MAX_CHECK: usize = 2;

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
/// A code is prefix + body + check characters + suffix. The default is a body of 25 characters out of `0-9A-Z` in Random order, with
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
pub(crate) struct Parts {
    pub(crate) alphabet: Alphabet,
    pub(crate) length: usize,
    pub(crate) order: Order,
    pub(crate) prefix: String,
    pub(crate) suffix: String,
    pub(crate) check: Option<Checker>,
    pub(crate) grouping: Option<Grouping>,
    pub(crate) words: Option<Words>,
    pub(crate) guess_one_in: Option<u64>,
}

impl Parts {
    /// A format of Random order without anything else.
    fn plain(preset: Preset, length: usize) -> Self {
        Self {
            alphabet: Alphabet::preset(preset),
            length,
            order: Order::Random,
            prefix: String::new(),
            suffix: String::new(),
            check: None,
            grouping: None,
            words: None,
            guess_one_in: None,
        }
    }
}

/// How codes are shown to people.
///
/// ```
/// use serial_core::{Format, Grouping};
///
/// let format = Format::builder().length(8).grouping(4, '-').build()?;
/// assert_eq!(format.grouping(), Some(Grouping { every: 4, separator: '-' }));
/// # Ok::<(), serial_core::FormatError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Grouping {
    /// How many characters a group has; the last may have fewer.
    pub every: usize,
    /// What stands between groups: a hyphen or a space.
    pub separator: char,
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
        Self::from_parts(Parts::plain(Preset::Letters, 10))
    }

    /// Only for parts that were checked.
    pub(crate) fn from_parts(parts: Parts) -> Self {
        Self(Arc::new(parts))
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

    /// How the check characters between body and suffix are computed; `None` where there are none. Where the builder was
    /// told to choose by itself, this is what it chose.
    pub fn check(&self) -> Option<CheckScheme> {
        self.0.check.as_ref().map(Checker::scheme)
    }

    /// How codes are shown to people.
    pub fn grouping(&self) -> Option<Grouping> {
        self.0.grouping
    }

    /// The words that must not appear in codes.
    pub fn skipped_words(&self) -> &[String] {
        self.0.words.as_ref().map_or(&[], Words::as_slice)
    }

    /// The demand that a guess hits a live code less often than once in so many times.
    pub fn guesses_below_one_in(&self) -> Option<u64> {
        self.0.guess_one_in
    }

    /// How many live references the demand on guesses allows; `None` where there is no demand.
    pub fn most_live(&self) -> Option<u64> {
        let one_in = self.0.guess_one_in?;
        Some(self.words().most_live_below_one_in(one_in))
    }

    /// The length of every code in characters (and bytes): prefix, body, check characters and suffix.
    pub fn width(&self) -> usize {
        self.0.prefix.len() + self.0.length + self.check_length() + self.0.suffix.len()
    }

    /// How many check characters there are.
    pub(crate) fn check_length(&self) -> usize {
        self.check().map_or(0, CheckScheme::len)
    }

    /// What check characters are made of.
    pub(crate) fn check_symbols(&self) -> &[u8] {
        self.0.check.as_ref().map_or(&[], Checker::symbols)
    }

    /// Whether a check character can be this.
    pub(crate) fn checks_with(&self, symbol: char) -> bool {
        u8::try_from(symbol).is_ok_and(|symbol| self.check_symbols().contains(&symbol))
    }

    /// Whether there are words that must not appear in codes.
    pub(crate) fn has_words(&self) -> bool {
        self.0.words.is_some()
    }

    /// Whether a code contains a word that it must not.
    pub(crate) fn has_word(&self, code: &[u8]) -> bool {
        self.0.words.as_ref().is_some_and(|words| words.are_in(code))
    }

    /// A code as it is shown to people: body and check characters in groups. Texts of another length than codes have, and
    /// all where the format has no grouping, stay as they are.
    ///
    /// ```
    /// use serial_core::{Format, Preset};
    ///
    /// let format = Format::builder().length(10).prefix("AX-").grouping(4, ' ').build()?;
    /// assert_eq!(format.grouped("AX-H8294RKN2Z"), "AX-H829 4RKN 2Z");
    /// assert_eq!(format.canonical("AX-H829 4RKN 2Z"), "AX-H8294RKN2Z");
    /// # Ok::<(), serial_core::FormatError>(())
    /// ```
    pub fn grouped(&self, code: &str) -> String {
        let Some(Grouping { every, separator }) = self.grouping() else { return code.to_owned() };
        if code.len() != self.width() || !code.is_ascii() {
            return code.to_owned();
        }
        let (prefix, rest) = code.split_at(self.prefix().len());
        let (shown, suffix) = rest.split_at(rest.len() - self.suffix().len());
        let mut grouped = prefix.to_owned();
        for (index, symbol) in shown.chars().enumerate() {
            if index > 0 && index % every == 0 {
                grouped.push(separator);
            }
            grouped.push(symbol);
        }
        grouped + suffix
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
        let mut whole = ordered.text(&self.0.prefix).text(&self.0.suffix);
        // What came later adds only where it is there, so that earlier fingerprints stay.
        if let Some(scheme) = self.check() {
            whole = whole.text("check").number(scheme as u64);
        }
        if let Some(Grouping { every, separator }) = self.grouping() {
            whole = whole.text("grouping").number(every as u64).number(u64::from(u32::from(separator)));
        }
        if !self.skipped_words().is_empty() {
            whole = self.skipped_words().iter().fold(whole.text("words"), |whole, word| whole.text(word));
        }
        if let Some(one_in) = self.guesses_below_one_in() {
            whole = whole.text("guesses").number(one_in);
        }
        whole.finish()
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
        // Where there is no prefix or no suffix, nothing is compared: some C libraries take 70 ns for that.
        let body = match self.prefix() {
            "" => code,
            prefix => code.strip_prefix(prefix).ok_or_else(|| Mismatch::Prefix { expected: prefix.into() })?,
        };
        if let Some((index, found)) =
            body.chars().take(self.length()).enumerate().find(|(_, symbol)| !self.alphabet().contains(*symbol))
        {
            return Err(Mismatch::Symbol { position: self.prefix().len() + index + 1, found });
        }
        // All symbols so far were ASCII, hence the body ends at this byte.
        let (body, rest) = body.as_bytes().split_at(self.length());
        if let Some(checker) = &self.0.check {
            let mut expected = [0; MAX_CHECK];
            let expected = &mut expected[..self.check_length()];
            checker.write(body, expected);
            if !rest.starts_with(expected) {
                return Err(Mismatch::Check { position: self.body().end + 1 });
            }
        }
        if !self.suffix().is_empty() && !rest.ends_with(self.suffix().as_bytes()) {
            return Err(Mismatch::Suffix { expected: self.suffix().into() });
        }
        if let Order::Sequential { start } = self.order() {
            match self.number(body) {
                Some(number) if number < start => return Err(Mismatch::BeforeStart { start }),
                Some(number) if self.capacity().has((number - start).saturating_add(1)) => {}
                _ => return Err(Mismatch::AfterEnd),
            }
        }
        if self.has_word(code.as_bytes()) { Err(Mismatch::Word) } else { Ok(()) }
    }

    /// What a person typed, as the format writes it; or what is wrong with it: length, prefix, a character that is not in
    /// the alphabet and where, check character, suffix.
    ///
    /// Like [`matches`](Self::matches), after [`canonical`](Self::canonical) has taken out what people add and change.
    ///
    /// # Errors
    /// The first [`Mismatch`] from the left, after the length; positions count in the canonical form.
    ///
    /// ```
    /// use serial_core::{Check, CheckScheme, Format, Mismatch, Preset};
    ///
    /// let check = Check::Named(CheckScheme::Luhn);
    /// let format = Format::builder().preset(Preset::Digits).length(4).check(check).build()?;
    /// assert_eq!(format.validate(" 78-94 9 ")?.as_str(), "78949");
    /// assert_eq!(format.validate("78849"), Err(Mismatch::Check { position: 5 }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn validate(&self, typed: &str) -> Result<Code, Mismatch> {
        let canonical = self.canonical(typed);
        self.matches(&canonical)?;
        Ok(Code::from(canonical))
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
        blank.resize(blank.len() + self.length() + self.check_length(), 0);
        blank.extend_from_slice(self.suffix().as_bytes());
        blank.repeat(count)
    }

    /// Where the body stands in a code.
    pub(crate) fn body(&self) -> Range<usize> {
        self.prefix().len()..self.prefix().len() + self.length()
    }

    /// Adds the check characters of one code.
    pub(crate) fn write_check(&self, code: &mut [u8]) {
        if let Some(checker) = &self.0.check {
            let (before, rest) = code.split_at_mut(self.body().end);
            checker.write(&before[self.body()], &mut rest[..checker.scheme().len()]);
        }
    }

    /// Codes whose bodies were written.
    pub(crate) fn complete(&self, mut packed: Vec<u8>, count: usize) -> Codes {
        if self.check().is_some() {
            packed.chunks_exact_mut(self.width()).for_each(|code| self.write_check(code));
        }
        Codes::of_symbols(packed, self.width(), count)
    }
}

impl Default for Format {
    fn default() -> Self {
        Self::from_parts(Parts::plain(Preset::UpperAlphanumeric, 25))
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
            .field("check", &self.check())
            .field("grouping", &self.0.grouping)
            .field("skipped_words", &self.skipped_words())
            .field("guesses_below_one_in", &self.0.guess_one_in)
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
    /// Its check character does not fit the rest: a character is another than it should be, or two are exchanged.
    #[error("its check character at position {position} does not fit the rest, so something in it was mistyped")]
    Check {
        /// Where the first check character stands in the text, counted in characters from 1.
        position: usize,
    },
    /// It contains a word that the format leaves out.
    #[error("it contains a word that the format leaves out")]
    Word,
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

impl Mismatch {
    /// A word for what is wrong, the same in every language and version: `length`, `prefix`, `symbol`, `check`, `suffix`,
    /// `before start`, `after end` or `word`.
    ///
    /// ```
    /// use serial_core::Format;
    ///
    /// assert_eq!(Format::default().matches("H829").unwrap_err().name(), "length");
    /// ```
    pub fn name(&self) -> &'static str {
        match self {
            Self::Length { .. } => "length",
            Self::Prefix { .. } => "prefix",
            Self::Symbol { .. } => "symbol",
            Self::Check { .. } => "check",
            Self::Suffix { .. } => "suffix",
            Self::BeforeStart { .. } => "before start",
            Self::AfterEnd => "after end",
            Self::Word => "word",
        }
    }

    /// Where it is wrong, counted in characters from 1; of a symbol and of check characters.
    pub fn position(&self) -> Option<usize> {
        match self {
            Self::Symbol { position, .. } | Self::Check { position } => Some(*position),
            _ => None,
        }
    }
}

#[cfg(feature = "serde")]
mod serialized {
    use serde::{Deserialize, Serialize};

    use crate::check::Check;

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
        // What came later is written only where it is there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        check: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        grouping: Option<super::Grouping>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        skipped_words: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        guesses_below_one_in: Option<u64>,
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
                check: self.check().map(|scheme| scheme.to_string()),
                grouping: self.grouping(),
                skipped_words: self.skipped_words().to_vec(),
                guesses_below_one_in: self.guesses_below_one_in(),
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
            let check = match written.check {
                None => Check::None,
                Some(name) => Check::Named(name.parse().map_err(D::Error::custom)?),
            };
            let mut builder = super::Format::builder();
            if let Some(super::Grouping { every, separator }) = written.grouping {
                builder = builder.grouping(every, separator);
            }
            if let Some(one_in) = written.guesses_below_one_in {
                builder = builder.guesses_below_one_in(one_in);
            }
            builder
                .symbols(written.alphabet)
                .length(written.length)
                .order(order)
                .prefix(written.prefix)
                .suffix(written.suffix)
                .check(check)
                .skip_words(written.skipped_words)
                .build()
                .map_err(D::Error::custom)
        }
    }
}
