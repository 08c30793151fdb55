//! The only way to a format, and the only place where one is checked.

use crate::{
    alphabet::{self, Alphabet, Preset},
    capacity::Capacity,
    format::{Format, MAX_AFFIX, MAX_LENGTH, Order},
    format_fault::{Fault, FormatError},
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
        if let Some(fault) = self.start_fault(symbols.len()) {
            faults.push(fault);
        }
        match Alphabet::new(&symbols) {
            Ok(alphabet) if faults.is_empty() => {
                Ok(Format::from_parts(alphabet, self.length, self.order, self.prefix, self.suffix))
            }
            _ => Err(FormatError { faults }),
        }
    }

    /// A first number can be judged only where body and alphabet have a usable size.
    fn start_fault(&self, symbols: usize) -> Option<Fault> {
        let judged = (alphabet::MIN_SYMBOLS..=94).contains(&symbols) && (1..=MAX_LENGTH).contains(&self.length);
        match self.order {
            Order::Sequential { start } if judged => {
                let fits = start < u128::MAX && Capacity::of_words(symbols, self.length).has(start + 1);
                (!fits).then_some(Fault::StartTooLarge { start, length: self.length })
            }
            _ => None,
        }
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
    fn a_start_is_refused_exactly_when_it_does_not_fit_the_body() {
        let digits =
            |start| Format::builder().preset(Preset::Digits).length(3).order(Order::Sequential { start }).build();
        assert_eq!(digits(999).unwrap().capacity().exact(), Some(1));
        assert_eq!(digits(1000).unwrap_err().faults, [Fault::StartTooLarge { start: 1000, length: 3 }]);
        assert!(digits(u128::MAX).is_err());
    }
}
