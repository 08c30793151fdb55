//! The symbols that bodies of codes are made of.

use std::fmt;

use crate::format_fault::Fault;

/// The fewest symbols an alphabet can have.
pub(crate) const MIN_SYMBOLS: usize = 2;

/// An ordered set of 2 to 94 distinct printable ASCII symbols (0x21 to 0x7E).
///
/// The order gives each symbol its value as a digit: in `0-9A-Z`, `A` is ten. Sequential codes are numbers
/// written in these digits.
///
/// ```
/// use serial_core::{Alphabet, Preset};
///
/// let alphabet = Alphabet::new("0123456789ABCDEF")?;
/// assert_eq!(alphabet, Alphabet::preset(Preset::Hexadecimal));
/// assert_eq!(alphabet.len(), 16);
/// # Ok::<(), serial_core::Fault>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Alphabet {
    symbols: Box<str>,
    /// One bit per ASCII character.
    set: u128,
}

impl Alphabet {
    /// An alphabet of the given symbols, in their order.
    ///
    /// # Errors
    /// The first [`Fault`] found: a symbol outside 0x21-0x7E, a symbol that comes twice, or fewer than two.
    pub fn new(symbols: &str) -> Result<Self, Fault> {
        match faults_in(symbols).into_iter().next() {
            Some(fault) => Err(fault),
            None => Ok(Self::of(symbols)),
        }
    }

    /// One of the alphabets that most products need.
    pub fn preset(preset: Preset) -> Self {
        Self::of(preset.symbols())
    }

    /// Only for symbols that were checked.
    fn of(symbols: &str) -> Self {
        let set = symbols.bytes().filter(u8::is_ascii).fold(0, |set, symbol| set | 1 << symbol);
        Self { symbols: symbols.into(), set }
    }

    /// The symbols, in the order of their values.
    pub fn as_str(&self) -> &str {
        &self.symbols
    }

    /// How many symbols there are: 2 to 94.
    #[expect(clippy::len_without_is_empty, reason = "an alphabet is never empty")]
    pub fn len(&self) -> usize {
        self.symbols.len()
    }

    /// Whether `symbol` is one of these.
    pub fn contains(&self, symbol: char) -> bool {
        symbol.is_ascii() && (self.set >> u32::from(symbol)) & 1 == 1
    }

    /// This alphabet without the symbols in `excluded`; those it does not have are ignored.
    ///
    /// # Errors
    /// [`Fault::AlphabetTooSmall`] where fewer than two symbols remain.
    ///
    /// ```
    /// use serial_core::{Alphabet, Preset};
    ///
    /// let no_zero = Alphabet::preset(Preset::Digits).without("0")?;
    /// assert_eq!(no_zero.as_str(), "123456789");
    /// # Ok::<(), serial_core::Fault>(())
    /// ```
    pub fn without(&self, excluded: &str) -> Result<Self, Fault> {
        Self::new(&exclude(&self.symbols, excluded))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.symbols.as_bytes()
    }

    /// The value of `symbol` as a digit.
    pub(crate) fn value(&self, symbol: u8) -> Option<usize> {
        memchr::memchr(symbol, self.as_bytes())
    }
}

impl fmt::Debug for Alphabet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Alphabet({:?})", self.symbols)
    }
}

/// Whether `symbol` can stand in a code: printable ASCII without the space.
pub(crate) fn is_code_symbol(symbol: char) -> bool {
    symbol.is_ascii_graphic()
}

/// `symbols` without those in `excluded`, of which only ASCII can be in an alphabet.
pub(crate) fn exclude(symbols: &str, excluded: &str) -> String {
    let mut is_excluded = [false; 128];
    for byte in excluded.bytes().filter(u8::is_ascii) {
        is_excluded[usize::from(byte)] = true;
    }
    symbols.chars().filter(|symbol| !symbol.is_ascii() || !is_excluded[*symbol as usize]).collect()
}

/// Everything that is wrong with `symbols` as an alphabet.
pub(crate) fn faults_in(symbols: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut distinct: Vec<char> = Vec::new();
    let mut repeated: Vec<char> = Vec::new();
    for symbol in symbols.chars() {
        // Known symbols are so few that looking through them is quick, however long the text is.
        if !distinct.contains(&symbol) {
            if is_code_symbol(symbol) {
                distinct.push(symbol);
            } else if !faults.contains(&Fault::AlphabetUnprintable { symbol }) && faults.len() < 8 {
                faults.push(Fault::AlphabetUnprintable { symbol });
            }
        } else if !repeated.contains(&symbol) {
            repeated.push(symbol);
        }
    }
    faults.extend(repeated.into_iter().map(|symbol| Fault::AlphabetRepeats { symbol }));
    if distinct.len() < MIN_SYMBOLS {
        faults.push(Fault::AlphabetTooSmall { symbols: distinct.len() });
    }
    faults
}

/// The alphabets that most products need, by name.
///
/// ```
/// use serial_core::{Alphabet, Preset};
///
/// assert_eq!(Alphabet::preset(Preset::Unambiguous31).len(), 31);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Preset {
    /// `0-9`.
    Digits = 1,
    /// `A-Z` and `a-z`.
    Letters = 2,
    /// `0-9` and `A-Z`: the alphabet of the default format.
    UpperAlphanumeric = 3,
    /// `0-9` and `A-Z` without `0 O 1 I L`, which people mistake for one another.
    Unambiguous31 = 4,
    /// `0-9` and `A-Z` without `I L O U`; source: Douglas Crockford, "Base 32".
    Unambiguous32 = 5,
    /// `0-9` and `A-F`.
    Hexadecimal = 6,
    /// All 94 symbols from `!` (0x21) to `~` (0x7E).
    Printable = 7,
}

impl Preset {
    /// Every preset, in the order of their numbers.
    pub const ALL: [Self; 7] = [
        Self::Digits,
        Self::Letters,
        Self::UpperAlphanumeric,
        Self::Unambiguous31,
        Self::Unambiguous32,
        Self::Hexadecimal,
        Self::Printable,
    ];

    /// The symbols, in the order of their values.
    pub fn symbols(self) -> &'static str {
        match self {
            Self::Digits => "0123456789",
            Self::Letters => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
            Self::UpperAlphanumeric => "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            Self::Unambiguous31 => "23456789ABCDEFGHJKMNPQRSTUVWXYZ",
            Self::Unambiguous32 => "0123456789ABCDEFGHJKMNPQRSTVWXYZ",
            Self::Hexadecimal => "0123456789ABCDEF",
            Self::Printable => {
                "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_a_valid_alphabet_of_the_documented_size() {
        let sizes = Preset::ALL.map(|preset| {
            assert!(faults_in(preset.symbols()).is_empty(), "{preset:?}");
            Alphabet::preset(preset).len()
        });
        assert_eq!(sizes, [10, 52, 36, 31, 32, 16, 94]);
    }

    #[test]
    fn all_faults_of_an_alphabet_are_found() {
        let faults = faults_in("AA é\0");
        assert_eq!(
            faults,
            [
                Fault::AlphabetUnprintable { symbol: ' ' },
                Fault::AlphabetUnprintable { symbol: 'é' },
                Fault::AlphabetUnprintable { symbol: '\0' },
                Fault::AlphabetRepeats { symbol: 'A' },
                Fault::AlphabetTooSmall { symbols: 1 },
            ]
        );
        assert_eq!(faults_in(""), [Fault::AlphabetTooSmall { symbols: 0 }]);
    }

    #[test]
    fn excluding_all_but_one_symbol_is_a_fault() {
        let digits = Alphabet::preset(Preset::Digits);
        assert_eq!(digits.without("012345678"), Err(Fault::AlphabetTooSmall { symbols: 1 }));
        assert_eq!(digits.without("éxyz"), Ok(digits));
    }
}
