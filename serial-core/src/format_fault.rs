//! What can be wrong with a format.

use crate::{check::CheckScheme, format::MAX_AFFIX, format::MAX_LENGTH};

/// One thing that is wrong with a format, in words a person can act on.
///
/// ```
/// use serial_core::{Fault, Format};
///
/// let error = Format::builder().symbols("AA").length(0).build().unwrap_err();
/// assert_eq!(
///     error.faults,
///     [Fault::AlphabetRepeats { symbol: 'A' }, Fault::AlphabetTooSmall { symbols: 1 }, Fault::LengthZero]
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The alphabet has fewer than two symbols, perhaps after exclusions.
    #[error("the alphabet has {symbols} symbols; give it at least 2")]
    AlphabetTooSmall {
        /// How many distinct symbols it has.
        symbols: usize,
    },
    /// A symbol comes more than once.
    #[error("the alphabet has the symbol {symbol:?} more than once; give each symbol once")]
    AlphabetRepeats {
        /// The repeated symbol.
        symbol: char,
    },
    /// A symbol is not printable ASCII.
    #[error("the alphabet has {symbol:?}, which is not a printable ASCII character from ! to ~; leave it out")]
    AlphabetUnprintable {
        /// The first such symbol.
        symbol: char,
    },
    /// The body has no characters.
    #[error("the body has length 0; give it 1 to {MAX_LENGTH} characters")]
    LengthZero,
    /// The body is too long.
    #[error("the body has length {length}; give it 1 to {MAX_LENGTH} characters")]
    LengthTooLong {
        /// The length asked for, in characters.
        length: usize,
    },
    /// The prefix is too long.
    #[error("the prefix has {length} characters; give it at most {MAX_AFFIX}")]
    PrefixTooLong {
        /// Its length in characters.
        length: usize,
    },
    /// The prefix has a character that is not printable ASCII.
    #[error(
        "the prefix has {symbol:?} at position {position}, which is not a printable ASCII character from ! to ~; leave it out"
    )]
    PrefixUnprintable {
        /// The first such character.
        symbol: char,
        /// Where it stands, counted in characters from 1.
        position: usize,
    },
    /// The suffix is too long.
    #[error("the suffix has {length} characters; give it at most {MAX_AFFIX}")]
    SuffixTooLong {
        /// Its length in characters.
        length: usize,
    },
    /// The suffix has a character that is not printable ASCII.
    #[error(
        "the suffix has {symbol:?} at position {position}, which is not a printable ASCII character from ! to ~; leave it out"
    )]
    SuffixUnprintable {
        /// The first such character.
        symbol: char,
        /// Where it stands, counted in characters from 1.
        position: usize,
    },
    /// There is no check scheme of this name.
    #[error(
        "there is no check scheme {name:?}; write luhn, damm, verhoeff, weighted-sum, gumm, or iso7064-mod- and 11-2, 37-2, 97-10, 11-10 or 37-36"
    )]
    CheckUnknown {
        /// The name.
        name: String,
    },
    /// The check scheme does not fit the alphabet.
    #[error(
        "the check scheme {scheme} cannot be used with this alphabet of {symbols} symbols; choose the automatic one"
    )]
    CheckUnfit {
        /// The scheme.
        scheme: CheckScheme,
        /// How many symbols the alphabet has.
        symbols: usize,
    },
    /// Codes cannot be shown in such groups.
    #[error(
        "groups of {every} characters with {separator:?} between them cannot be shown; use groups of 1 to 64 and a hyphen or space that is not in the alphabet"
    )]
    GroupingInvalid {
        /// How many characters a group was to have.
        every: usize,
        /// What was to stand between groups.
        separator: char,
    },
    /// A word to be left out cannot be one.
    #[error("the word {word:?} cannot be left out; give words of 2 to 32 printable ASCII characters")]
    WordInvalid {
        /// The word; of a long one the beginning.
        word: String,
    },
    /// There are too many words to be left out.
    #[error("{words} words are to be left out; give at most 1000")]
    TooManyWords {
        /// How many there are.
        words: usize,
    },
    /// Most codes would contain a word that is to be left out.
    #[error("more than half of all codes contain a word that is to be left out; leave out fewer or longer words")]
    WordsEverywhere,
    /// Not even one code could be issued without being too easy to guess.
    #[error("a guess would hit a single code more often than once in {one_in} times; make the body longer")]
    GuessTooLikely {
        /// The demand.
        one_in: u64,
    },
    /// The first number of a Sequential format does not fit its body.
    #[error(
        "the first number {start} does not fit a body of {length} characters or leaves no room to count in 128 bits; start lower or make the body longer"
    )]
    StartTooLarge {
        /// The number asked for.
        start: u128,
        /// The length of the body in characters.
        length: usize,
    },
}

/// A format could not be made; it lists everything that is wrong with it.
///
/// ```
/// use serial_core::Format;
///
/// let error = Format::builder().length(99).prefix("Größe ").build().unwrap_err();
/// assert_eq!(error.faults.len(), 2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the format cannot be used: {}", sentence(faults))]
pub struct FormatError {
    /// The faults, in the order alphabet, length, prefix, suffix, order, check, grouping, words, guesses; at least one.
    pub faults: Vec<Fault>,
}

fn sentence(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
