//! FF1 over many numbers side by side, from counters to the digits of codes.
//!
//! Everything here is loops over arrays whose turns do not depend on each other, which the compiler makes into wide
//! instructions. It may do so where the cipher runs a closure of its caller in a function that is compiled for processors
//! with AVX-512; so no code of ours has to ask for them. What is called from there has to be inlined to be compiled that way.

#![expect(clippy::cast_possible_truncation, reason = "words of blocks and of numbers are taken on purpose")]
#![expect(clippy::inline_always, reason = "what is not inlined is compiled for the least processor")]

mod digits;
mod modulus;
#[cfg(test)]
mod tests;

use std::hint::black_box;

use aes::{
    Block,
    cipher::{
        BlockCipherEncBackend, BlockCipherEncClosure, BlockSizeUser, consts::U16, inout::InOutBuf, typenum::Unsigned,
    },
};

use self::{digits::LaneDigits, modulus::LaneModulus};
use super::ff1::{Cipher, LANES, ROUNDS, Start};
use crate::alphabet::Alphabet;

/// The bits of 2^52. Those of a smaller number in their lower part make them the bits of the sum.
const BITS_OF_2_52: u64 = 0x433 << FRACTION_BITS;
/// How many bits the fraction of a floating-point number has.
const FRACTION_BITS: u32 = 52;

/// What is the same for all numbers.
pub(super) struct Lanes<const BITS: u32> {
    left: LaneModulus<BITS>,
    right: LaneModulus<BITS>,
    front: LaneDigits,
    back: LaneDigits,
}

/// Where bodies are written: into packed codes of `width` bytes, each body from `at` on.
pub(super) struct Bodies<'a> {
    pub(super) packed: &'a mut [u8],
    pub(super) width: usize,
    pub(super) at: usize,
}

/// A half of each number: how often it has the power of two that is in the modulus, and what is left.
#[repr(align(64))]
struct Column {
    high: [f64; LANES],
    low: [u64; LANES],
}

/// What is encrypted at a time.
#[repr(align(64))]
struct Blocks([Block; LANES]);

impl<const BITS: u32> Lanes<BITS> {
    /// `None` where halves are too large for floating point, or floats are not rounded as they have to be.
    pub(super) fn new(alphabet: &Alphabet, length: usize) -> Option<Self> {
        if !floats_are_as_supposed() {
            return None;
        }
        let limit = |digits: usize| (alphabet.len() as u128).checked_pow(digits as u32);
        let (front, back) = (length / 2, length - length / 2);
        let (left, right) = (LaneModulus::new(limit(front)?)?, LaneModulus::new(limit(back)?)?);
        let digits = |length, twos| LaneDigits::new(alphabet, length, twos);
        Some(Self { front: digits(front, left.twos())?, back: digits(back, right.twos())?, left, right })
    }

    /// Writes the bodies of consecutive counters; `false` where the processor is not known to be good at this, with nothing
    /// written.
    pub(super) fn write<C: Cipher>(&self, cipher: &C, start: &Start, first: u64, bodies: Bodies<'_>) -> bool {
        let mut done = false;
        cipher.encrypt_with_backend(Write { lanes: self, start, first, bodies, done: &mut done });
        done
    }
}

struct Write<'a, const BITS: u32> {
    lanes: &'a Lanes<BITS>,
    start: &'a Start,
    first: u64,
    bodies: Bodies<'a>,
    done: &'a mut bool,
}

impl<const BITS: u32> BlockSizeUser for Write<'_, BITS> {
    type BlockSize = U16;
}

impl<const BITS: u32> BlockCipherEncClosure for Write<'_, BITS> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        // So many at a time are what the cipher encrypts with AVX-512. Others may have no fused multiplication and addition.
        if B::ParBlocksSize::USIZE != LANES || !floats_are_as_supposed() {
            return;
        }
        *self.done = true;
        let Lanes { left, right, front, back } = self.lanes;
        let Bodies { packed, width, at } = self.bodies;
        let limit = right.value();
        let (mut high, mut low) = (u128::from(self.first) / limit, u128::from(self.first) % limit);
        let mut blocks = Blocks([Block::default(); LANES]);
        for codes in packed.chunks_mut(width * LANES) {
            let (mut lefts, mut rights) = (Column::of(left, high), Column::of(right, low));
            right.count(&mut rights, left, &mut lefts);
            for round in (0..ROUNDS).step_by(2) {
                right.fill(self.start.of_round(round), &rights, &mut blocks);
                encrypt(backend, &mut blocks);
                left.add(&mut lefts, &blocks);
                left.fill(self.start.of_round(round + 1), &lefts, &mut blocks);
                encrypt(backend, &mut blocks);
                right.add(&mut rights, &blocks);
            }
            for (digits, column, at) in [(front, &lefts, at), (back, &rights, at + front.length())] {
                digits.write(column, codes, width, at);
            }
            low += LANES as u128;
            if low >= limit {
                (high, low) = (high + 1, low - limit);
            }
        }
    }
}

/// Whether a sum of floats is rounded to the nearest, as everything here supposes, and a product in a sum not at all. A
/// program can tell its threads to round otherwise; then codes would be others.
pub(super) fn floats_are_as_supposed() -> bool {
    let (one, step) = (black_box(1.0), black_box(f64::EPSILON));
    // What lies halfway goes to the even one of its neighbours: down to the first, up from the second.
    let is_nearest = one + step / 2.0 <= one && one + step + step / 2.0 > one + step;
    is_nearest && (one + step).mul_add(one - step, -one) < 0.0
}

#[inline(always)]
fn encrypt<B: BlockCipherEncBackend<BlockSize = U16>>(backend: &B, blocks: &mut Blocks) {
    let (many, rest) = InOutBuf::from(&mut blocks.0[..]).into_chunks();
    many.into_iter().for_each(|blocks| backend.encrypt_par_blocks(blocks));
    backend.encrypt_tail_blocks(rest);
}

impl Column {
    /// The same number in all lanes.
    #[inline(always)]
    fn of<const BITS: u32>(modulus: &LaneModulus<BITS>, number: u128) -> Self {
        let (high, low) = modulus.split(number);
        Self { high: [float(high); LANES], low: [low; LANES] }
    }
}

/// Of a number below 2^52.
#[inline(always)]
fn float(number: u64) -> f64 {
    f64::from_bits(number | BITS_OF_2_52) - f64::from_bits(BITS_OF_2_52)
}

/// Of a whole number below 2^52, with the bits of 2^52 above.
#[inline(always)]
fn whole(number: f64) -> u64 {
    (number + f64::from_bits(BITS_OF_2_52)).to_bits()
}

#[inline(always)]
fn low_bits(count: u32) -> u64 {
    (1 << count) - 1
}
