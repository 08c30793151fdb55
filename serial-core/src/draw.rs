//! Uniform random bodies.

#![expect(clippy::cast_possible_truncation, reason = "halves of products are taken on purpose")]

use zeroize::Zeroize;

use crate::{
    entropy::{Entropy, EntropyError},
    format::Format,
    symbols::Symbols,
};

/// How many words may be thrown away in a row. Less than every second one is, so that honest randomness never gets
/// there; a generator that is stuck does.
const MOST_REJECTED: u32 = 128;

/// Draws bodies of one format, every one with exactly the same chance.
///
/// Several digits come out of one 64-bit word: multiplying the word by the size of the alphabet pushes a digit out
/// at the top and leaves the rest for the next. A word whose last rest is below 2^64 mod base^digits would favour
/// some bodies and is thrown away.
///
/// Source: N. Brackett-Rozinsky and D. Lemire, "Batched Ranged Random Integer Generation", 2024.
#[derive(Debug)]
pub(crate) struct Drawer {
    symbols: Symbols,
    words: Vec<Share>,
}

/// What one word gives.
#[derive(Debug)]
struct Share {
    digits: usize,
    lowest_accepted: u64,
}

impl Drawer {
    pub(crate) fn new(format: &Format) -> Self {
        let symbols = Symbols::of(format.alphabet());
        let base = symbols.base();
        let most_digits = (1..64).take_while(|digits| base.checked_pow(*digits).is_some()).count();
        let count = format.length().div_ceil(most_digits);
        // Even shares are accepted almost always; full ones would be thrown away more often.
        let words = (0..count)
            .map(|index| {
                let digits = (format.length() * (index + 1)) / count - (format.length() * index) / count;
                let bodies = (0..digits).fold(1_u64, |product, _| product * base);
                Share { digits, lowest_accepted: bodies.wrapping_neg() % bodies }
            })
            .collect();
        Self { symbols, words }
    }

    /// How many words a body takes when none is thrown away.
    pub(crate) fn words_per_body(&self) -> usize {
        self.words.len()
    }

    /// Fills `body`, which has the length of the format's body.
    pub(crate) fn draw(&self, words: &mut Words<'_>, body: &mut [u8]) -> Result<(), EntropyError> {
        let mut rest = body;
        for share in &self.words {
            let (part, next) = rest.split_at_mut(share.digits);
            for rejected in 0.. {
                if rejected > MOST_REJECTED {
                    return Err(EntropyError::new("the source of randomness repeats itself"));
                }
                let rest = self.symbols.write(words.next()?, part);
                if rest >= share.lowest_accepted {
                    break;
                }
            }
            rest = next;
        }
        Ok(())
    }
}

/// Random 64-bit words, fetched from the entropy as many at a time as will be needed, and wiped after use.
pub(crate) struct Words<'e> {
    entropy: &'e dyn Entropy,
    buffer: &'e mut [u64],
    used: usize,
    filled: usize,
    expected: usize,
    /// How much of the buffer ever held random words.
    dirty: usize,
}

impl<'e> Words<'e> {
    /// `expected` is how many words will probably be asked for, and `buffer` has room for at least one.
    pub(crate) fn new(entropy: &'e dyn Entropy, buffer: &'e mut [u64], expected: usize) -> Self {
        Self { entropy, buffer, used: 0, filled: 0, expected, dirty: 0 }
    }

    fn next(&mut self) -> Result<u64, EntropyError> {
        if self.used == self.filled {
            self.refill()?;
        }
        let word = self.buffer[self.used];
        self.used += 1;
        // The same bytes mean the same codes on every machine.
        Ok(u64::from_le(word))
    }

    fn refill(&mut self) -> Result<(), EntropyError> {
        let size = self.expected.clamp(1, self.buffer.len());
        // Empty until the fill has succeeded: a failed one leaves nothing that could be taken for randomness.
        (self.used, self.filled) = (0, 0);
        self.dirty = self.dirty.max(size);
        self.entropy.fill(bytemuck::cast_slice_mut(&mut self.buffer[..size]))?;
        self.filled = size;
        self.expected = self.expected.saturating_sub(size);
        Ok(())
    }

    /// A uniform index below `bound`, which is at least 1.
    ///
    /// Source: D. Lemire, "Fast Random Integer Generation in an Interval", 2019.
    pub(crate) fn below(&mut self, bound: u64) -> Result<u64, EntropyError> {
        for _ in 0..=MOST_REJECTED {
            let product = u128::from(self.next()?) * u128::from(bound);
            if product as u64 >= bound.wrapping_neg() % bound {
                return Ok((product >> 64) as u64);
            }
        }
        Err(EntropyError::new("the source of randomness repeats itself"))
    }
}

impl Drop for Words<'_> {
    fn drop(&mut self) {
        self.buffer[..self.dirty].zeroize();
    }
}
