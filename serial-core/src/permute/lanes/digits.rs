//! The digits of many numbers side by side, as symbols.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "counts of digits are small, and so are the numbers that become floats"
)]

use super::{BITS_OF_2_52, Column, float};
use crate::{alphabet::Alphabet, permute::ff1::LANES};

/// How many steps between symbols are worth it to calculate symbols from digits.
const MOST_STEPS: usize = 8;

const EVERY_BYTE: u64 = 0x0101_0101_0101_0101;

/// Writes halves of some digits in pieces of up to eight, the last piece first.
pub(super) struct LaneDigits {
    base: u32,
    length: usize,
    /// The power of two that the higher part of a half has.
    power: f64,
    /// The first number that does not fit a piece, and its reciprocal.
    limit: f64,
    reciprocal: f64,
    per_piece: usize,
    symbols: LaneSymbols,
}

enum LaneSymbols {
    /// The first symbol, and by how much symbols are farther apart than digits from some digit on.
    Steps(u8, Vec<(u8, u8)>),
    Table([u8; 128]),
}

impl LaneDigits {
    /// `None` where the numbers are too large.
    pub(super) fn new(alphabet: &Alphabet, length: usize, twos: u32) -> Option<Self> {
        let base = alphabet.len() as u32;
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
        let scale = (1_u64 << 32) as f64 / f64::from(self.base.pow(N as u32));
        let mut words = [0; LANES];
        for (number, word) in numbers.iter().zip(&mut words) {
            let mut fraction = number.mul_add(scale, f64::from_bits(BITS_OF_2_52 + 1)).to_bits();
            let mut digits = 0;
            for digit in 0..N {
                fraction = u64::from(fraction as u32) * u64::from(self.base);
                digits |= fraction >> 32 << (8 * digit);
            }
            *word = digits;
        }
        self.symbols.replace(&mut words);
        for (word, code) in words.iter().zip(codes.chunks_exact_mut(width)) {
            code[at..at + N].copy_from_slice(&word.to_le_bytes()[..N]);
        }
    }
}

impl LaneSymbols {
    fn of(alphabet: &Alphabet) -> Self {
        let symbols = alphabet.as_bytes();
        let mut steps = Vec::new();
        for (digit, pair) in (1..).zip(symbols.windows(2)) {
            match pair[1].checked_sub(pair[0]) {
                Some(1) => {}
                Some(step) if step > 1 && steps.len() < MOST_STEPS => steps.push((digit, step - 1)),
                _ => {
                    let mut table = [0; 128];
                    table[..symbols.len()].copy_from_slice(symbols);
                    return Self::Table(table);
                }
            }
        }
        Self::Steps(symbols[0], steps)
    }

    /// Puts the symbols of digits in their places, each a byte of a word.
    #[inline(always)]
    fn replace(&self, words: &mut [u64; LANES]) {
        match self {
            Self::Steps(first, steps) => {
                let digits = *words;
                for word in &mut *words {
                    *word += u64::from(*first) * EVERY_BYTE;
                }
                for (from, step) in steps {
                    let (up, step) = (u64::from(128 - *from) * EVERY_BYTE, u64::from(*step) * EVERY_BYTE);
                    for (digits, word) in digits.iter().zip(&mut *words) {
                        // The highest bit of those bytes that have the step, then all their other bits.
                        let high = (digits + up) & (128 * EVERY_BYTE);
                        *word += (high - (high >> 7)) & step;
                    }
                }
            }
            Self::Table(table) => {
                for word in words {
                    *word = u64::from_le_bytes(word.to_le_bytes().map(|digit| table[usize::from(digit & 127)]));
                }
            }
        }
    }
}
