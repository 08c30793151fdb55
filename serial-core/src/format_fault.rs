//! What can be wrong with a format.

use crate::{format::MAX_AFFIX, format::MAX_LENGTH};

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
    /// The faults, in the order alphabet, length, prefix, suffix, order; at least one.
    pub faults: Vec<Fault>,
}

fn sentence(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
