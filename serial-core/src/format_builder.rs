//! The only way to a format, and the only place where one is checked.

use crate::{
    alphabet::{self, Alphabet, Preset},
    capacity::Capacity,
    check::{Check, CheckScheme, Checker},
    format::{Format, Grouping, MAX_AFFIX, MAX_LENGTH, Order, Parts},
    format_fault::{Fault, FormatError},
    words::Words,
};

/// Collects the properties of a format and reports everything that is wrong with them at once.
///
/// ```
/// use serial_core::{Format, Preset};
///
/// let format = Format::builder().preset(Preset::UpperAlphanumeric).exclude("OI").length(12).build()?;
/// assert_eq!(format.alphabet().len(), 34);
/// # Ok::<(), serial_core::FormatError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct FormatBuilder {
    symbols: String,
    excluded: String,
    length: usize,
    order: Order,
    prefix: String,
    suffix: String,
    check: Check,
    grouping: Option<Grouping>,
    words: Vec<String>,
    guess_one_in: Option<u64>,
}

impl Default for FormatBuilder {
    fn default() -> Self {
        let format = Format::default();
        Self {
            symbols: format.alphabet().as_str().into(),
            excluded: String::new(),
            length: format.length(),
            order: format.order(),
            prefix: String::new(),
            suffix: String::new(),
            check: Check::None,
            grouping: None,
            words: Vec::new(),
            guess_one_in: None,
        }
    }
}

impl FormatBuilder {
    /// The symbols of the body, in the order of their values: 2 to 94 different printable ASCII characters.
    pub fn symbols(mut self, symbols: impl Into<String>) -> Self {
        self.symbols = symbols.into();
        self
    }

    /// The symbols of the body, from an alphabet.
    pub fn alphabet(self, alphabet: &Alphabet) -> Self {
        self.symbols(alphabet.as_str())
    }

    /// The symbols of the body, from a preset.
    pub fn preset(self, preset: Preset) -> Self {
        self.symbols(preset.symbols())
    }

    /// Leaves these characters out of the alphabet, whichever it is; added to those excluded before.
    pub fn exclude(mut self, symbols: &str) -> Self {
        self.excluded.push_str(symbols);
        self
    }

    /// The length of the body in characters: 1 to 64.
    pub fn length(mut self, length: usize) -> Self {
        self.length = length;
        self
    }

    /// How bodies are chosen.
    pub fn order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// What every code begins with: up to 32 printable ASCII characters.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// What every code ends with: up to 32 printable ASCII characters.
    pub fn suffix(mut self, suffix: impl Into<String>) -> Self {
        self.suffix = suffix.into();
        self
    }

    /// What follows the body to find mistyped codes; nothing unless this is set.
    pub fn check(mut self, check: Check) -> Self {
        self.check = check;
        self
    }

    /// How body and check characters are shown to people: in groups of `every` characters with a hyphen or a space
    /// between them, as `H829-4RKN`. Issued codes stay as they are; see [`Format::grouped`].
    pub fn grouping(mut self, every: usize, separator: char) -> Self {
        self.grouping = Some(Grouping { every, separator });
        self
    }

    /// Words that must not appear in a code, added to those before: up to 1000, of 2 to 32 printable ASCII characters.
    /// Letter case makes no difference, nor do `0 O`, `1 I L`, `2 Z`, `5 S` and `8 B`.
    ///
    /// Codes with such words are passed over, so that the format makes fewer than its capacity.
    ///
    /// ```
    /// use serial_core::{Format, Mismatch};
    ///
    /// let format = Format::builder().length(4).skip_words(["SOLD"]).build()?;
    /// assert_eq!(format.matches("50LD"), Err(Mismatch::Word));
    /// # Ok::<(), serial_core::FormatError>(())
    /// ```
    pub fn skip_words<W: Into<String>>(mut self, words: impl IntoIterator<Item = W>) -> Self {
        self.words.extend(words.into_iter().map(Into::into));
        self
    }

    /// Demands that a random guess hits a live code less often than once in `one_in` times: issuing that would pass it is
    /// refused like a limit. Rules for medicines and tobacco in Europe demand 10,000.
    ///
    /// Source: Delegated Regulation (EU) 2016/161, article 4; Implementing Regulation (EU) 2018/574, article 8.
    ///
    /// ```
    /// use serial_core::{Format, Preset};
    ///
    /// let format = Format::builder().preset(Preset::Digits).length(8).guesses_below_one_in(10_000).build()?;
    /// assert_eq!(format.most_live(), Some(9_999));
    /// # Ok::<(), serial_core::FormatError>(())
    /// ```
    pub fn guesses_below_one_in(mut self, one_in: u64) -> Self {
        self.guess_one_in = Some(one_in);
        self
    }

    /// The format.
    ///
    /// # Errors
    /// [`FormatError`] with every [`Fault`] there is.
    pub fn build(self) -> Result<Format, FormatError> {
        let symbols = alphabet::exclude(&self.symbols, &self.excluded);
        let mut faults = alphabet::faults_in(&symbols);
        match self.length {
            0 => faults.push(Fault::LengthZero),
            length if length > MAX_LENGTH => faults.push(Fault::LengthTooLong { length }),
            _ => {}
        }
        let length = self.prefix.chars().count();
        if length > MAX_AFFIX {
            faults.push(Fault::PrefixTooLong { length });
        }
        if let Some((position, symbol)) = first_unprintable(&self.prefix) {
            faults.push(Fault::PrefixUnprintable { symbol, position });
        }
        let length = self.suffix.chars().count();
        if length > MAX_AFFIX {
            faults.push(Fault::SuffixTooLong { length });
        }
        if let Some((position, symbol)) = first_unprintable(&self.suffix) {
            faults.push(Fault::SuffixUnprintable { symbol, position });
        }
        let space = self.space(symbols.len());
        faults.extend(space.and_then(|space| self.start_fault(space)));

        let alphabet = Alphabet::new(&symbols).ok();
        let judged = alphabet.as_ref().filter(|_| faults.is_empty());
        let check = alphabet.as_ref().and_then(|alphabet| self.checker(alphabet, &mut faults));
        faults.extend(self.grouping_fault(&symbols, check.as_ref()));
        let words = self.checked_words(judged, check.as_ref(), &mut faults);
        faults.extend(space.and_then(|space| self.guess_fault(space)));
        match alphabet {
            Some(alphabet) if faults.is_empty() => Ok(Format::from_parts(Parts {
                alphabet,
                length: self.length,
                order: self.order,
                prefix: self.prefix,
                suffix: self.suffix,
                check,
                grouping: self.grouping,
                words,
                guess_one_in: self.guess_one_in,
            })),
            _ => Err(FormatError { faults }),
        }
    }

    /// All bodies there are; `None` where body or alphabet have no usable size.
    fn space(&self, symbols: usize) -> Option<Capacity> {
        let is_usable = (alphabet::MIN_SYMBOLS..=94).contains(&symbols) && (1..=MAX_LENGTH).contains(&self.length);
        is_usable.then(|| Capacity::of_words(symbols, self.length))
    }

    fn start_fault(&self, space: Capacity) -> Option<Fault> {
        match self.order {
            Order::Sequential { start } if start == u128::MAX || !space.has(start + 1) => {
                Some(Fault::StartTooLarge { start, length: self.length })
            }
            _ => None,
        }
    }

    fn checker(&self, alphabet: &Alphabet, faults: &mut Vec<Fault>) -> Option<Checker> {
        let scheme = match self.check {
            Check::None => return None,
            Check::Automatic => CheckScheme::automatic(alphabet),
            Check::Named(scheme) => scheme,
        };
        if !scheme.fits(alphabet) {
            faults.push(Fault::CheckUnfit { scheme, symbols: alphabet.len() });
            return None;
        }
        Some(Checker::new(scheme, alphabet))
    }

    fn grouping_fault(&self, symbols: &str, check: Option<&Checker>) -> Option<Fault> {
        let Grouping { every, separator } = self.grouping?;
        let is_symbol = |symbol: u8| char::from(symbol) == separator;
        let is_used =
            symbols.bytes().any(is_symbol) || check.is_some_and(|check| check.symbols().iter().copied().any(is_symbol));
        let is_good = (1..=MAX_LENGTH).contains(&every) && matches!(separator, '-' | ' ') && !is_used;
        (!is_good).then_some(Fault::GroupingInvalid { every, separator })
    }

    /// The words. How many codes they leave can only be judged where there is an alphabet and all lengths are good.
    fn checked_words(
        &self,
        judged: Option<&Alphabet>,
        check: Option<&Checker>,
        faults: &mut Vec<Fault>,
    ) -> Option<Words> {
        if self.words.is_empty() {
            return None;
        }
        let words = match Words::new(self.words.clone()) {
            Ok(words) => words,
            Err(fault) => {
                faults.push(fault);
                return None;
            }
        };
        if let Some(alphabet) = judged {
            // What the check character adds is too little to be counted.
            let after = if check.is_none() { self.suffix.as_bytes() } else { &[] };
            let share = words.share_without(alphabet.as_bytes(), self.length, self.prefix.as_bytes(), after);
            if share < 0.5 || words.are_in(self.suffix.as_bytes()) {
                faults.push(Fault::WordsEverywhere);
            }
        }
        Some(words)
    }

    fn guess_fault(&self, space: Capacity) -> Option<Fault> {
        let one_in = self.guess_one_in?;
        (space.most_live_below_one_in(one_in) == 0).then_some(Fault::GuessTooLikely { one_in })
    }
}

fn first_unprintable(affix: &str) -> Option<(usize, char)> {
    (1..).zip(affix.chars()).find(|(_, symbol)| !alphabet::is_code_symbol(*symbol))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_reported_at_once() {
        let error = Format::builder()
            .symbols("0122ß")
            .length(65)
            .prefix("a\0b")
            .suffix("x".repeat(33) + " ")
            .build()
            .unwrap_err();
        assert_eq!(
            error.faults,
            [
                Fault::AlphabetUnprintable { symbol: 'ß' },
                Fault::AlphabetRepeats { symbol: '2' },
                Fault::LengthTooLong { length: 65 },
                Fault::PrefixUnprintable { symbol: '\0', position: 2 },
                Fault::SuffixTooLong { length: 34 },
                Fault::SuffixUnprintable { symbol: ' ', position: 34 },
            ]
        );
    }

    #[test]
    fn what_follows_the_body_is_judged_beside_a_body_that_cannot_be() {
        let luhn = Check::Named(CheckScheme::Luhn);
        let faulty = |builder: FormatBuilder| {
            builder
                .check(luhn)
                .grouping(0, '-')
                .skip_words(["ok", "x"])
                .guesses_below_one_in(10_000)
                .build()
                .unwrap_err()
        };
        let (grouping, word) =
            (Fault::GroupingInvalid { every: 0, separator: '-' }, Fault::WordInvalid { word: "x".into() });
        assert_eq!(
            faulty(Format::builder().symbols("012").length(0)).faults,
            [
                Fault::LengthZero,
                Fault::CheckUnfit { scheme: CheckScheme::Luhn, symbols: 3 },
                grouping.clone(),
                word.clone()
            ]
        );
        assert_eq!(
            faulty(Format::builder().symbols("0").length(3)).faults,
            [Fault::AlphabetTooSmall { symbols: 1 }, grouping.clone(), word.clone()]
        );
        let order = Order::Sequential { start: 100 };
        assert_eq!(
            faulty(Format::builder().preset(Preset::Digits).length(2).order(order).prefix("é")).faults,
            [
                Fault::PrefixUnprintable { symbol: 'é', position: 1 },
                Fault::StartTooLarge { start: 100, length: 2 },
                grouping,
                word,
                Fault::GuessTooLikely { one_in: 10_000 },
            ]
        );
    }

    #[test]
    fn a_start_is_refused_exactly_when_it_does_not_fit_the_body() {
        let digits =
            |start| Format::builder().preset(Preset::Digits).length(3).order(Order::Sequential { start }).build();
        assert_eq!(digits(999).unwrap().capacity().exact(), Some(1));
        assert_eq!(digits(1000).unwrap_err().faults, [Fault::StartTooLarge { start: 1000, length: 3 }]);
        assert!(digits(u128::MAX).is_err());
    }
}
