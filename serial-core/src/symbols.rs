//! Writing digits as the symbols of an alphabet.

#![expect(clippy::cast_possible_truncation, reason = "halves of products are taken on purpose")]

use crate::alphabet::Alphabet;

/// How many digits are written between two looks at how many are left.
const STEP: usize = 4;

/// The symbols of an alphabet by their values.
#[derive(Debug)]
pub(crate) struct Symbols {
    base: u64,
    /// Padded so that every seven-bit index is inside.
    symbols: [u8; 128],
}

impl Symbols {
    pub(crate) fn of(alphabet: &Alphabet) -> Self {
        let mut symbols = [0; 128];
        symbols[..alphabet.len()].copy_from_slice(alphabet.as_bytes());
        Self { base: alphabet.len() as u64, symbols }
    }

    pub(crate) fn base(&self) -> u64 {
        self.base
    }

    /// Fills `out` with the first digits of `fraction` / 2^64, and returns the fraction that is left behind them.
    ///
    /// Multiplying a fraction by the base pushes a digit out at the top.
    #[inline]
    pub(crate) fn write(&self, mut fraction: u64, out: &mut [u8]) -> u64 {
        let mut steps = out.chunks_exact_mut(STEP);
        for step in &mut steps {
            for symbol in step {
                fraction = self.push_out(fraction, symbol);
            }
        }
        for symbol in steps.into_remainder() {
            fraction = self.push_out(fraction, symbol);
        }
        fraction
    }

    #[inline]
    fn push_out(&self, fraction: u64, symbol: &mut u8) -> u64 {
        let product = u128::from(fraction) * u128::from(self.base);
        *symbol = self.symbols[(product >> u64::BITS) as usize & 127];
        product as u64
    }
}
