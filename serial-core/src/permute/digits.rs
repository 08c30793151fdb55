//! Numbers in the digits of an alphabet, and back.

#![expect(clippy::cast_possible_truncation, reason = "the numbers fit, or their lower half is wanted")]

use super::modulus::Divisor;
use crate::{alphabet::Alphabet, symbols::Symbols};

/// Writes and reads numbers without dividing.
#[derive(Debug)]
pub(super) struct Digits {
    symbols: Symbols,
    /// By their count, how numbers of up to `at_once` digits become fractions.
    scales: Vec<Scale>,
    /// How many digits are written at once, and the first number that has more.
    at_once: usize,
    limit: u64,
    /// The same to divide by.
    divisor: Divisor<u64>,
    /// The value of each symbol; those that are none have one that is no digit.
    values: [u8; 128],
}

/// Makes a fraction of a number: what it is of all numbers that have as many digits, in 64 bits.
#[derive(Clone, Copy, Debug)]
struct Scale {
    reciprocal: u64,
    shift: u32,
}

const NO_DIGIT: u8 = u8::MAX;

impl Digits {
    pub(super) fn new(alphabet: &Alphabet) -> Self {
        let symbols = Symbols::of(alphabet);
        let base = symbols.base();
        let mut limit = 1;
        let mut scales = vec![Scale::new(limit)];
        while limit <= Scale::MOST / base {
            limit *= base;
            scales.push(Scale::new(limit));
        }
        let at_once = scales.len() - 1;
        let mut values = [NO_DIGIT; 128];
        for (value, symbol) in (0..).zip(alphabet.as_bytes()) {
            values[usize::from(*symbol)] = value;
        }
        let divisor = Divisor::new(limit.into());
        Self { symbols, scales, at_once, limit, divisor, values }
    }

    /// The base as a number to calculate with.
    pub(super) fn base(&self) -> u64 {
        self.symbols.base()
    }

    /// How many digits a number of 64 bits has for sure, and the first number that has more.
    pub(super) fn at_once(&self) -> (usize, u64) {
        (self.at_once, self.limit)
    }

    /// Fills `out` with the digits of a number below 2^96 that fits.
    #[inline]
    pub(super) fn write(&self, number: u128, out: &mut [u8]) {
        if out.len() <= self.at_once {
            return self.write_few(low(number), out);
        }
        let (front, back) = out.split_at_mut(out.len() - self.at_once);
        let (high, rest) = self.divisor.divide(number);
        self.write_few(rest, back);
        self.write(high.into(), front);
    }

    /// The same for no more digits than are written at once.
    #[inline]
    pub(super) fn write_few(&self, number: u64, out: &mut [u8]) {
        self.symbols.write(self.scales[out.len()].fraction(number), out);
    }

    /// The number that digits stand for, which fits; `None` where a symbol is no digit.
    pub(super) fn read(&self, digits: &[u8]) -> Option<u128> {
        digits.iter().try_fold(0_u128, |number, symbol| {
            let value = *self.values.get(usize::from(*symbol))?;
            (value != NO_DIGIT).then(|| number * u128::from(self.base()) + u128::from(value))
        })
    }
}

impl Scale {
    /// Fractions of more numbers would not be exact enough.
    const MOST: u64 = 1 << 62;

    /// For numbers below `limit`, which is at most `MOST`.
    fn new(limit: u64) -> Self {
        let shift = limit.saturating_sub(1).checked_ilog2().unwrap_or_default();
        Self { reciprocal: low((1 << (u64::BITS + shift)) / u128::from(limit)), shift }
    }

    /// The fraction, and less than 3 / 2^64 more. A whole number more would be 4 / 2^64 or more, so that all digits are those
    /// of the number.
    #[inline]
    fn fraction(self, number: u64) -> u64 {
        low((u128::from(number) * u128::from(self.reciprocal)) >> self.shift) + 3
    }
}

fn low(number: u128) -> u64 {
    number as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Preset;

    #[test]
    fn numbers_come_back_from_their_digits_in_every_base() {
        let printable = Alphabet::preset(Preset::Printable);
        for base in 2..=94 {
            let digits = Digits::new(&Alphabet::new(&printable.as_str()[..base]).unwrap());
            let (at_once, limit) = digits.at_once();
            let fits = |length: &u32| (base as u128).checked_pow(*length).is_some_and(|limit| limit <= 1 << 96);
            let most = (1..=96).take_while(fits).last().unwrap() as usize;
            for length in [1, 2, at_once, at_once + 1, most] {
                let last = (base as u128).pow(length as u32) - 1;
                for number in [0, 1, base as u128 - 1, base as u128, limit.into(), last / 2, last - 1, last] {
                    let number = number.min(last);
                    let mut body = vec![0; length];
                    digits.write(number, &mut body);
                    assert_eq!(digits.read(&body), Some(number), "base {base}, length {length}");
                    let text = std::str::from_utf8(&body).unwrap();
                    assert_eq!(text.bytes().filter(|symbol| !printable.as_bytes()[..base].contains(symbol)).count(), 0);
                }
            }
        }
    }

    #[test]
    fn the_last_number_that_is_written_at_once_is_right_digit_by_digit() {
        let digits = Digits::new(&Alphabet::preset(Preset::Digits));
        let (at_once, limit) = digits.at_once();
        let mut body = vec![0; at_once];
        for number in [limit - 1, 123_456_789, limit / 3] {
            digits.write_few(number, &mut body);
            assert_eq!(std::str::from_utf8(&body).unwrap(), format!("{number:0at_once$}"));
        }
        assert_eq!(digits.read(b"12a"), None);
        assert_eq!(digits.read(&[0xFF]), None);
    }
}
