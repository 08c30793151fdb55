//! Check characters: what they are, where they fit, and which mistakes they find.

mod compute;
#[cfg(test)]
mod tests;

use std::{fmt, str::FromStr};

use crate::{alphabet::Alphabet, format_fault::Fault};

/// What a format's codes carry to find mistyped ones.
///
/// ```
/// use serial_core::{Check, CheckScheme, Format, Preset};
///
/// let format = Format::builder().preset(Preset::Unambiguous31).length(10).check(Check::Automatic).build()?;
/// assert_eq!(format.check(), Some(CheckScheme::WeightedSum));
/// assert_eq!(format.width(), 11);
/// # Ok::<(), serial_core::FormatError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Check {
    /// No check character.
    #[default]
    None,
    /// The scheme that finds most with one more character of the same alphabet; see [`CheckScheme::automatic`].
    Automatic,
    /// This scheme.
    Named(CheckScheme),
}

/// A way to compute check characters from a body. The numbers and names stay as they are.
///
/// ```
/// use serial_core::CheckScheme;
///
/// assert_eq!(CheckScheme::Damm.to_string(), "damm");
/// assert_eq!("iso7064-mod-37-36".parse(), Ok(CheckScheme::Iso7064Mod37And36));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum CheckScheme {
    /// ISO/IEC 7064, MOD 11-2: for digits; the check character is a digit or `X`.
    Iso7064Mod11Radix2 = 1,
    /// ISO/IEC 7064, MOD 37-2: for digits and capital letters; the check character is one of these or `*`.
    Iso7064Mod37Radix2 = 2,
    /// ISO/IEC 7064, MOD 97-10: two check digits. Letters count as two digits, `A` as 10 and `Z` as 35, as in ISO 17442.
    Iso7064Mod97Radix10 = 3,
    /// ISO/IEC 7064, MOD 11,10: for digits.
    Iso7064Mod11And10 = 4,
    /// ISO/IEC 7064, MOD 37,36: for digits and capital letters.
    Iso7064Mod37And36 = 5,
    /// The Luhn formula in the base of the alphabet, for alphabets of an even size. Source: ISO/IEC 7812-1, annex B, for
    /// digits.
    Luhn = 6,
    /// For alphabets of ten symbols. Source: H. M. Damm, "Total anti-symmetrische Quasigruppen", 2004.
    Damm = 7,
    /// For alphabets of ten symbols. Source: J. Verhoeff, "Error Detecting Decimal Codes", 1969.
    Verhoeff = 8,
    /// The sum of the values, each weighted with a power of 2, for alphabets of an odd size.
    WeightedSum = 9,
    /// A product in a group that is made for the size of the alphabet, for even sizes from 4 on. Source: H. P. Gumm, "A New
    /// Class of Check-Digit Methods for Arbitrary Number Systems", 1985.
    Gumm = 10,
}

/// A kind of mistake that a scheme finds without exception.
///
/// ```
/// use serial_core::{Alphabet, CheckScheme, Detection, Preset};
///
/// let hexadecimal = Alphabet::preset(Preset::Hexadecimal);
/// let found = CheckScheme::Gumm.detects(&hexadecimal);
/// assert_eq!(found, [Detection::SingleSubstitutions, Detection::AdjacentTranspositions]);
/// assert_eq!(found[0].to_string(), "all single substitutions");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
#[repr(u8)]
pub enum Detection {
    /// One character is another than it should be.
    SingleSubstitutions = 1,
    /// Two neighbours stand in each other's place.
    AdjacentTranspositions = 2,
    /// Two characters with one between them stand in each other's place.
    JumpTranspositions = 3,
    /// Two equal neighbours are two others that are equal.
    TwinSubstitutions = 4,
}

impl fmt::Display for Detection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::SingleSubstitutions => "all single substitutions",
            Self::AdjacentTranspositions => "all adjacent transpositions",
            Self::JumpTranspositions => "all jump transpositions",
            Self::TwinSubstitutions => "all twin substitutions",
        })
    }
}

const NAMES: [&str; 10] = [
    "iso7064-mod-11-2",
    "iso7064-mod-37-2",
    "iso7064-mod-97-10",
    "iso7064-mod-11-10",
    "iso7064-mod-37-36",
    "luhn",
    "damm",
    "verhoeff",
    "weighted-sum",
    "gumm",
];

const DIGITS: &str = "0123456789";
const ALPHANUMERIC: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

impl CheckScheme {
    /// Every scheme, in the order of their numbers.
    pub const ALL: [Self; 10] = [
        Self::Iso7064Mod11Radix2,
        Self::Iso7064Mod37Radix2,
        Self::Iso7064Mod97Radix10,
        Self::Iso7064Mod11And10,
        Self::Iso7064Mod37And36,
        Self::Luhn,
        Self::Damm,
        Self::Verhoeff,
        Self::WeightedSum,
        Self::Gumm,
    ];

    /// What [`Check::Automatic`] takes for an alphabet: a scheme that finds all single substitutions and all adjacent
    /// transpositions with one character of the same alphabet.
    ///
    /// That is Damm for ten symbols, a weighted sum for odd sizes and Gumm's groups for other even ones. The formulas of the
    /// textbooks do not: the hybrid systems of ISO/IEC 7064 miss a fifth of single substitutions where they are stretched to
    /// odd sizes such as 31, and transpositions elsewhere. An alphabet of two symbols can only have a parity (Luhn), which
    /// finds no transposition.
    ///
    /// ```
    /// use serial_core::{Alphabet, CheckScheme, Preset};
    ///
    /// let automatic = |preset| CheckScheme::automatic(&Alphabet::preset(preset));
    /// assert_eq!(automatic(Preset::Digits), CheckScheme::Damm);
    /// assert_eq!(automatic(Preset::Unambiguous31), CheckScheme::WeightedSum);
    /// assert_eq!(automatic(Preset::UpperAlphanumeric), CheckScheme::Gumm);
    /// ```
    pub fn automatic(alphabet: &Alphabet) -> Self {
        match alphabet.len() {
            2 => Self::Luhn,
            10 => Self::Damm,
            size if size % 2 == 1 => Self::WeightedSum,
            _ => Self::Gumm,
        }
    }

    /// Whether the scheme can be used with an alphabet.
    pub fn fits(self, alphabet: &Alphabet) -> bool {
        let within = |symbols: &str| alphabet.as_str().chars().all(|symbol| symbols.contains(symbol));
        match self {
            Self::Iso7064Mod11Radix2 | Self::Iso7064Mod11And10 => within(DIGITS),
            Self::Iso7064Mod37Radix2 | Self::Iso7064Mod97Radix10 | Self::Iso7064Mod37And36 => within(ALPHANUMERIC),
            Self::Luhn => alphabet.len() % 2 == 0,
            Self::Damm | Self::Verhoeff => alphabet.len() == 10,
            Self::WeightedSum => alphabet.len() % 2 == 1,
            Self::Gumm => alphabet.len() % 2 == 0 && alphabet.len() > 2,
        }
    }

    /// Which mistakes the scheme finds without exception in codes of an alphabet, those that concern the check character
    /// included; nothing where it does not fit.
    pub fn detects(self, alphabet: &Alphabet) -> Vec<Detection> {
        use Detection::{AdjacentTranspositions, JumpTranspositions, SingleSubstitutions, TwinSubstitutions};

        let digits = alphabet.as_str().bytes().filter(u8::is_ascii_digit).count();
        match self {
            _ if !self.fits(alphabet) => Vec::new(),
            Self::Iso7064Mod11Radix2 | Self::Iso7064Mod37Radix2 => {
                vec![SingleSubstitutions, AdjacentTranspositions, JumpTranspositions, TwinSubstitutions]
            }
            // A digit in the place of a letter shifts all digits before it.
            Self::Iso7064Mod97Radix10 if digits > 0 && digits < alphabet.len() => Vec::new(),
            Self::Iso7064Mod97Radix10 => vec![SingleSubstitutions, AdjacentTranspositions],
            Self::Iso7064Mod11And10 | Self::Iso7064Mod37And36 | Self::Luhn => vec![SingleSubstitutions],
            Self::Damm | Self::Verhoeff | Self::WeightedSum | Self::Gumm => {
                vec![SingleSubstitutions, AdjacentTranspositions]
            }
        }
    }

    /// How many characters it adds to a code: 2 for MOD 97-10, otherwise 1.
    #[expect(clippy::len_without_is_empty, reason = "there is always one")]
    pub fn len(self) -> usize {
        if self == Self::Iso7064Mod97Radix10 { 2 } else { 1 }
    }

    /// The check characters of a body; `None` where the scheme does not fit the alphabet or the body has other symbols.
    ///
    /// A symbol counts as much as its place in the alphabet, in the schemes of ISO/IEC 7064 as what it is.
    ///
    /// ```
    /// use serial_core::{Alphabet, CheckScheme, Preset};
    ///
    /// let digits = Alphabet::preset(Preset::Digits);
    /// assert_eq!(CheckScheme::Damm.compute(&digits, "572").as_deref(), Some("4"));
    /// assert_eq!(CheckScheme::Iso7064Mod11Radix2.compute(&digits, "079").as_deref(), Some("X"));
    /// ```
    pub fn compute(self, alphabet: &Alphabet, body: &str) -> Option<String> {
        if !self.fits(alphabet) || !body.chars().all(|symbol| alphabet.contains(symbol)) {
            return None;
        }
        let mut characters = vec![0; self.len()];
        Checker::new(self, alphabet).write(body.as_bytes(), &mut characters);
        String::from_utf8(characters).ok()
    }

    /// The scheme with a number; `None` where there is none.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| *scheme as u8 == number)
    }
}

impl fmt::Display for CheckScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(NAMES[*self as usize - 1])
    }
}

/// Reads what `Display` writes.
///
/// # Errors
/// [`Fault::CheckUnknown`].
impl FromStr for CheckScheme {
    type Err = Fault;

    fn from_str(name: &str) -> Result<Self, Fault> {
        let found = Self::ALL.into_iter().find(|scheme| NAMES[*scheme as usize - 1] == name);
        found.ok_or_else(|| Fault::CheckUnknown { name: name.into() })
    }
}

/// A scheme made ready for one alphabet.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Checker {
    scheme: CheckScheme,
    /// How many symbols the alphabet has.
    size: usize,
    /// The value of each symbol of the alphabet.
    values: [u8; 128],
    /// What check characters are made of, by value.
    symbols: Box<[u8]>,
}

impl Checker {
    /// For an alphabet that the scheme fits.
    pub(crate) fn new(scheme: CheckScheme, alphabet: &Alphabet) -> Self {
        let symbols = match scheme {
            CheckScheme::Iso7064Mod11Radix2 => "0123456789X",
            CheckScheme::Iso7064Mod37Radix2 => "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*",
            CheckScheme::Iso7064Mod37And36 => ALPHANUMERIC,
            CheckScheme::Iso7064Mod97Radix10 | CheckScheme::Iso7064Mod11And10 => DIGITS,
            _ => alphabet.as_str(),
        };
        let counted = if scheme == CheckScheme::Iso7064Mod97Radix10 { ALPHANUMERIC } else { symbols };
        let mut values = [0; 128];
        for (value, symbol) in (0..).zip(counted.bytes()) {
            values[usize::from(symbol)] = value;
        }
        Self { scheme, size: alphabet.len(), values, symbols: symbols.as_bytes().into() }
    }

    pub(crate) fn scheme(&self) -> CheckScheme {
        self.scheme
    }

    /// What check characters are made of.
    pub(crate) fn symbols(&self) -> &[u8] {
        &self.symbols
    }
}
