//! The digits of many numbers side by side, as symbols.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "counts of digits are small, and so are the numbers that become floats"
)]

use super::{BITS_OF_2_52, Column, float};
use crate::{alphabet::Alphabet, permute::ff1::LANES};

/// Up to how many gaps there may be between symbols that are calculated; others are looked up.
const MOST_STEPS: usize = 8;

/// Times this, a byte is in all bytes of a word.
const EVERY_BYTE: u64 = 0x0101_0101_0101_0101;

/// Writes halves of some digits in pieces of as many as fit 32 bits, the last piece first.
///
/// - A piece is the rest of a division by `limit`, which is at most 2^32 / 1.6. `new` makes sure that the quotient is at most
///   2^48. Three roundings, each by a part of up to 2^-53, make it err by less than 0.1, and becoming a whole number by 1/2.
///   So the rest is not farther from 0 than 0.6 * `limit`. It is exact, because it is a whole number below 2^53 both with and
///   without `low`.
/// - The digits come out of a fraction of 2^32: the number times 2^32 / base^digits, rounded to a whole number, and 1 more.
///   That is more than the product by at least 0.5 - e and at most 1.5 + e, where e is below 2^-19 for what is rounded in it.
///   The next number has a product that is at least 1.6 more, so that all digits are those of the number.
pub(super) struct LaneDigits {
    base: u8,
    length: usize,
    /// The power of two that the higher part of a half has.
    power: f64,
    /// The first number that does not fit a piece, and its reciprocal.
    limit: f64,
    reciprocal: f64,
    per_piece: usize,
    symbols: LaneSymbols,
}

/// How digits become symbols.
struct LaneSymbols {
    /// What is added to all digits.
    first: u8,
    /// What is added, in this order, to those that became the first number or a higher one by then.
    steps: Vec<(u8, u8)>,
    /// The symbols by what came of that, where too many steps would be needed.
    table: Option<[u8; 128]>,
}

impl LaneDigits {
    /// `None` where the numbers are too large.
    pub(super) fn new(alphabet: &Alphabet, length: usize, twos: u32) -> Option<Self> {
        let base = alphabet.len() as u8;
        let per_piece = (1..=8).rev().find(|digits| u64::from(base).pow(*digits) * 8 <= 5 << 32)? as usize;
        let limit = u64::from(base).pow(per_piece as u32);
        let quotients = u128::from(base).checked_pow(length as u32)? / u128::from(limit);
        (quotients <= 1 << 48).then(|| Self {
            base,
            length,
            power: (1_u64 << twos) as f64,
            limit: limit as f64,
            reciprocal: (limit as f64).recip(),
            per_piece,
            symbols: LaneSymbols::of(alphabet),
        })
    }

    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// Writes a column into packed codes, from `at` on in each.
    #[inline(always)]
    pub(super) fn write(&self, column: &Column, codes: &mut [u8], width: usize, at: usize) {
        let (mut high, mut low) = ([0.0; LANES], [0.0; LANES]);
        for lane in 0..LANES {
            (high[lane], low[lane]) = (column.high[lane] * self.power, float(column.low[lane]));
        }
        let mut end = self.length;
        while end > 0 {
            let digits = end.min(self.per_piece);
            let mut piece = [0.0; LANES];
            for lane in 0..LANES {
                let (quotient, rest) = self.divide(high[lane], low[lane]);
                (high[lane], low[lane]) = (quotient, 0.0);
                piece[lane] = rest;
            }
            end -= digits;
            self.write_piece(&piece, codes, width, at + end, digits);
        }
    }

    /// Quotient and remainder of `high + low`.
    #[inline(always)]
    fn divide(&self, high: f64, low: f64) -> (f64, f64) {
        let quotient = ((high + low) * self.reciprocal).round_ties_even();
        let rest = quotient.mul_add(-self.limit, high) + low;
        if rest < 0.0 { (quotient - 1.0, rest + self.limit) } else { (quotient, rest) }
    }

    /// Each count of digits is compiled by itself, so that they are in registers.
    #[inline(always)]
    fn write_piece(&self, numbers: &[f64; LANES], codes: &mut [u8], width: usize, at: usize, digits: usize) {
        match digits {
            1 => self.write_digits::<1>(numbers, codes, width, at),
            2 => self.write_digits::<2>(numbers, codes, width, at),
            3 => self.write_digits::<3>(numbers, codes, width, at),
            4 => self.write_digits::<4>(numbers, codes, width, at),
            5 => self.write_digits::<5>(numbers, codes, width, at),
            6 => self.write_digits::<6>(numbers, codes, width, at),
            7 => self.write_digits::<7>(numbers, codes, width, at),
            _ => self.write_digits::<8>(numbers, codes, width, at),
        }
    }

    #[inline(always)]
    fn write_digits<const N: usize>(&self, numbers: &[f64; LANES], codes: &mut [u8], width: usize, at: usize) {
        let scale = (1_u64 << 32) as f64 / f64::from(u32::from(self.base).pow(N as u32));
        let mut words = [0; LANES];
        for (number, word) in numbers.iter().zip(&mut words) {
            let mut fraction = number.mul_add(scale, f64::from_bits(BITS_OF_2_52 + 1)).to_bits();
            let mut digits = u64::from(self.symbols.first) * EVERY_BYTE;
            for digit in 0..N {
                fraction = u64::from(fraction as u32) * u64::from(self.base);
                digits += fraction >> 32 << (8 * digit);
            }
            *word = digits;
        }
        self.symbols.replace(&mut words);
        for (word, code) in words.iter().zip(codes.chunks_exact_mut(width)) {
            let piece = &mut code[at..at + N];
            piece.copy_from_slice(&word.to_le_bytes()[..N]);
            if let Some(table) = &self.symbols.table {
                for symbol in piece {
                    *symbol = table[usize::from(*symbol & 127)];
                }
            }
        }
    }
}

impl LaneSymbols {
    fn of(alphabet: &Alphabet) -> Self {
        let symbols = alphabet.as_bytes();
        let ascends = symbols.is_sorted();
        let gaps = symbols.windows(2).filter(|pair| pair[0] + 1 != pair[1]);
        if !ascends || gaps.clone().count() > MOST_STEPS {
            let mut table = [0; 128];
            table[..symbols.len()].copy_from_slice(symbols);
            return Self { first: 0, steps: Vec::new(), table: Some(table) };
        }
        // A step begins where the symbol after the gap would be without it.
        let steps = gaps.map(|pair| (pair[0] + 1, pair[1] - pair[0] - 1)).collect();
        Self { first: symbols[0], steps, table: None }
    }

    /// Makes digits, to which the first symbol was added, the symbols; each is a byte of a word.
    #[inline(always)]
    fn replace(&self, words: &mut [u64; LANES]) {
        for (from, step) in &self.steps {
            let (up, step) = (u64::from(128 - *from) * EVERY_BYTE, u64::from(*step) * EVERY_BYTE);
            for word in &mut *words {
                // The highest bit of those bytes that have the step, then all their other bits.
                let high = (*word + up) & (128 * EVERY_BYTE);
                *word += (high - (high >> 7)) & step;
            }
        }
    }
}
