//! Adding numbers of many bits modulo one with a power of two in it, in floating point.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "words are taken on purpose, and the odd part of a modulus is small enough"
)]

use super::{BITS_OF_2_52, Blocks, Column, FRACTION_BITS, float, low_bits, whole};
use crate::permute::ff1::LANES;

/// A modulus `odd * 2^twos`, for numbers of `BITS` bits, which are the first of a block.
///
/// The lowest `twos` bits are added as they are, with a carry. For the others a number is cut in two: 52 bits, times
/// 2^`width`, and `width` bits. With u = 2^-53, the largest relative error of a rounding, and bounds for what is not said
/// to be exact:
///
/// - The upper part is turned into a float `upper` between 2^(52 + width) and twice that, by its bits. Its quotient is
///   estimated by `upper * reciprocal + correction`. The reciprocal errs by a part of up to u; the correction makes up for
///   that in the middle of the range, which leaves an error below 2^(51 + width) u / odd = 2^width / 4 odd. Rounding errs by
///   up to 2^(53 + width) u / odd = 2^width / odd, rounding to a whole number by 1/2. So `upper - quotient * odd` is a whole
///   number below 1.26 * 2^width + odd / 2.
/// - The lower part with the carry is at most 2^width, and less `middle`, which makes up for the bits that made floats of
///   both, at most 2^width / 2 + odd.
/// - The sum of both and of what is added to is below 1.76 * 2^width + 2.5 * odd, which `new` makes sure is below 2^53.
///   Therefore all of these are exact: whole numbers below 2^53 are.
/// - Its own quotient errs by up to 2^53 * 2u / odd = 2 / odd, and by 1/2 where it is rounded: the rest is a whole number
///   not farther from 0 than odd / 2 + 2, so that it is above -odd and below odd. For 1 there is no error, 3 is refused.
pub(super) struct LaneModulus<const BITS: u32> {
    twos: u32,
    width: u32,
    /// What of the first word of a block is not in the upper part.
    shift: u32,
    odd: f64,
    reciprocal: f64,
    correction: f64,
    /// What the bits above the upper part stand for: 2^(52 + width).
    first: f64,
    middle: f64,
    value: u128,
}

impl<const BITS: u32> LaneModulus<BITS> {
    pub(super) fn new(value: u128) -> Option<Self> {
        if value > 1 << 96 {
            return None;
        }
        let twos = value.trailing_zeros();
        let odd = value >> twos;
        let width = (BITS - FRACTION_BITS).saturating_sub(twos);
        let is_exact = width <= FRACTION_BITS && (29 << width) + 40 * odd <= 16 << 53;
        if value < LANES as u128 || twos > FRACTION_BITS || odd == 3 || !is_exact {
            return None;
        }
        let power = |exponent: u32| f64::from_bits(u64::from(1023 + exponent) << FRACTION_BITS);
        let rest = |exponent: u32| (1_u128 << exponent) % odd;
        let (first, float) = (power(FRACTION_BITS + width), odd as f64);
        let reciprocal = float.recip();
        let correction = 1.5 * first * reciprocal.mul_add(-float, 1.0) / float;
        let near = (1 << FRACTION_BITS) + (1 << width) / 2;
        let middle = near - near % odd + (rest(FRACTION_BITS + width) + rest(FRACTION_BITS)) % odd;
        let shift = (64 - FRACTION_BITS).max(twos.saturating_sub(BITS - 64));
        Some(Self { twos, width, shift, odd: float, reciprocal, correction, first, middle: middle as f64, value })
    }

    pub(super) fn value(&self) -> u128 {
        self.value
    }

    pub(super) fn twos(&self) -> u32 {
        self.twos
    }

    /// How often a number has 2^`twos`, and what is left.
    #[inline(always)]
    pub(super) fn split(&self, number: u128) -> (u64, u64) {
        ((number >> self.twos) as u64, number as u64 & low_bits(self.twos))
    }

    /// Adds its own number to each lane, and 1 to the column before where that makes a lane begin anew. There are at least as
    /// many numbers as lanes.
    #[inline(always)]
    pub(super) fn count(&self, column: &mut Column, before: &Self, column_before: &mut Column) {
        for lane in 0..LANES {
            let sum = column.low[lane] + lane as u64;
            let high = column.high[lane] + float(sum >> self.twos);
            let is_over = high >= self.odd;
            column.low[lane] = sum & low_bits(self.twos);
            column.high[lane] = if is_over { high - self.odd } else { high };
            let sum = column_before.low[lane] + u64::from(is_over);
            column_before.low[lane] = sum & low_bits(before.twos);
            column_before.high[lane] += float(sum >> before.twos);
        }
    }

    /// The blocks that a round encrypts.
    #[inline(always)]
    pub(super) fn fill(&self, start: u128, column: &Column, blocks: &mut Blocks) {
        let (start_high, start_low) = ((start >> 64) as u64, start as u64);
        for (lane, block) in blocks.0.iter_mut().enumerate() {
            let odd = whole(column.high[lane]) & low_bits(FRACTION_BITS);
            // Only where numbers have 128 bits halves have more than 64.
            let above = if BITS == 128 { odd >> (64 - self.twos) } else { 0 };
            let (front, back) = block.split_at_mut(8);
            front.copy_from_slice(&(start_high ^ above).to_be_bytes());
            back.copy_from_slice(&(start_low ^ (odd << self.twos | column.low[lane])).to_be_bytes());
        }
    }

    /// Adds what a round made of the other half.
    #[inline(always)]
    pub(super) fn add(&self, column: &mut Column, blocks: &Blocks) {
        for (lane, block) in blocks.0.iter().enumerate() {
            let (front, back) = block.split_at(8);
            let (high, low) = self.sum(column.high[lane], column.low[lane], word(front), word(back));
            (column.high[lane], column.low[lane]) = (high, low);
        }
    }

    /// What is in a lane, and the words of a block.
    #[inline(always)]
    pub(super) fn sum(&self, high: f64, low: u64, block_high: u64, block_low: u64) -> (f64, u64) {
        let number = match BITS {
            64 => block_high,
            96 => block_high << 32 | block_low >> 32,
            _ => block_low,
        };
        let above = if BITS == 128 { block_high << (64 - self.twos) } else { 0 };
        let sum = low + (number & low_bits(self.twos));
        let lower = (number >> self.twos | above) & low_bits(self.width) | BITS_OF_2_52;
        let lower = f64::from_bits(lower + u64::from(sum > low_bits(self.twos))) - self.middle;
        let upper = f64::from_bits(block_high >> self.shift | self.first.to_bits());
        let quotient = upper.mul_add(self.reciprocal, self.correction).round_ties_even();
        let rest = quotient.mul_add(-self.odd, upper) + high + lower;
        let quotient = (rest * self.reciprocal).round_ties_even();
        let rest = quotient.mul_add(-self.odd, rest);
        (if rest < 0.0 { rest + self.odd } else { rest }, sum & low_bits(self.twos))
    }
}

#[inline(always)]
fn word(bytes: &[u8]) -> u64 {
    u64::from_be_bytes(bytes.try_into().expect("a word has eight bytes"))
}
