//! The rounds of FF1 over halves that are too long for machine integers.

#![expect(
    clippy::cast_possible_truncation,
    reason = "halves have at most 32 digits, and lower words are taken on purpose"
)]

use zeroize::Zeroize;

use super::{
    digits::Digits,
    ff1::{Cipher, ROUNDS, encrypted, parameters},
};

/// How many limbs the longest half has: 32 digits of the largest alphabet, 9 in each.
const LIMBS: usize = 4;

/// Part of a number: as many digits as are written at once, the lowest first.
type Half = [u64; LIMBS];

/// A number of 256 bits, the lowest word first.
type Wide = [u64; 4];

/// FF1 without a tweak over numbers of up to 64 digits of at most 94.
pub(super) struct Long<C> {
    cipher: C,
    /// The parameters, encrypted.
    block: u128,
    /// The bytes of a half, and how many of what it gives are added to the other.
    bytes: u32,
    used: u32,
    left: Limbs,
    right: Limbs,
}

/// How a half is cut into limbs: the first number that each of them is too small for.
struct Limbs(Vec<u64>);

impl<C: Cipher> Long<C> {
    pub(super) fn new(cipher: C, digits: &Digits, length: usize) -> Self {
        let block = encrypted(&cipher, parameters(digits.base(), length, 0));
        let (left, right) = (Limbs::of(digits, length / 2), Limbs::of(digits, length - length / 2));
        let last = number(&std::array::from_fn(|limb| right.0.get(limb).map_or(0, |limit| limit - 1)), &right);
        let words = last.iter().rposition(|word| *word > 0).unwrap_or_default();
        let bytes = words as u32 * 8 + (u64::BITS - last[words].leading_zeros()).div_ceil(8);
        Self { cipher, block, bytes, used: bytes.next_multiple_of(4) + 4, left, right }
    }

    /// The digits that a number is permuted to.
    pub(super) fn forward(&self, digits: &Digits, counter: u64, body: &mut [u8]) {
        let (mut left, mut right) = ([0; LIMBS], self.right.cut([counter, 0, 0, 0]));
        for round in (0..ROUNDS).step_by(2) {
            left = self.left.add(left, self.key(round, &right, &self.right));
            right = self.right.add(right, self.key(round + 1, &left, &self.left));
        }
        let middle = body.len() / 2;
        let (front, back) = body.split_at_mut(middle);
        left_to_right(digits, &left, front);
        left_to_right(digits, &right, back);
    }

    /// The number that is permuted to these digits, where it has 64 bits.
    pub(super) fn backward(&self, digits: &Digits, body: &[u8]) -> Option<u64> {
        let (front, back) = body.split_at(body.len() / 2);
        let (mut left, mut right) = (half_of(digits, front)?, half_of(digits, back)?);
        for round in (0..ROUNDS).step_by(2).rev() {
            right = self.right.subtract(right, self.key(round + 1, &left, &self.left));
            left = self.left.subtract(left, self.key(round, &right, &self.right));
        }
        match (left, number(&right, &self.right)) {
            ([0, 0, 0, 0], [counter, 0, 0, 0]) => Some(counter),
            _ => None,
        }
    }

    /// What a round adds to one half, made of the other.
    fn key(&self, round: u8, half: &Half, limbs: &Limbs) -> Wide {
        let (mut high, mut low) = joined(number(half, limbs));
        let shift = 8 * self.bytes;
        if shift < 128 {
            low |= u128::from(round) << shift;
        } else {
            high |= u128::from(round) << (shift - 128);
        }
        let mut block = self.block;
        if self.bytes >= 16 {
            block = encrypted(&self.cipher, block ^ high);
        }
        let first = encrypted(&self.cipher, block ^ low);
        let second = encrypted(&self.cipher, first ^ 1);
        // The first bytes of both blocks together.
        match 256 - 8 * self.used {
            0 => split(first, second),
            unused => split(first >> unused, first << (128 - unused) | second >> unused),
        }
    }
}

impl<C> Drop for Long<C> {
    fn drop(&mut self) {
        self.block.zeroize();
    }
}

impl Limbs {
    fn of(digits: &Digits, length: usize) -> Self {
        let (at_once, limit) = digits.at_once();
        let mut limits = vec![limit; length / at_once];
        if length % at_once > 0 {
            limits.push(digits.base().pow((length % at_once) as u32));
        }
        Self(limits)
    }

    /// The lowest digits of a number.
    fn cut(&self, mut number: Wide) -> Half {
        let mut half = [0; LIMBS];
        for (limb, limit) in half.iter_mut().zip(&self.0) {
            let mut rest = 0;
            for word in number.iter_mut().rev() {
                let dividend = u128::from(rest) << 64 | u128::from(*word);
                (*word, rest) = (low(dividend / u128::from(*limit)), low(dividend % u128::from(*limit)));
            }
            *limb = rest;
        }
        half
    }

    /// The sum, without what does not fit.
    fn add(&self, mut half: Half, number: Wide) -> Half {
        let mut carry = 0;
        for ((limb, other), limit) in half.iter_mut().zip(self.cut(number)).zip(&self.0) {
            let sum = *limb + other + carry;
            (*limb, carry) = if sum >= *limit { (sum - limit, 1) } else { (sum, 0) };
        }
        half
    }

    /// The difference, as if there were more digits to borrow from.
    fn subtract(&self, mut half: Half, number: Wide) -> Half {
        let mut borrow = 0;
        for ((limb, other), limit) in half.iter_mut().zip(self.cut(number)).zip(&self.0) {
            let taken = other + borrow;
            (*limb, borrow) = if *limb < taken { (*limb + limit - taken, 1) } else { (*limb - taken, 0) };
        }
        half
    }
}

/// The number that a half stands for.
fn number(half: &Half, limbs: &Limbs) -> Wide {
    let mut number = [0; 4];
    for (limb, limit) in half.iter().zip(&limbs.0).rev() {
        let mut carry = *limb;
        for word in &mut number {
            let product = u128::from(*word) * u128::from(*limit) + u128::from(carry);
            (*word, carry) = (low(product), low(product >> 64));
        }
    }
    number
}

fn left_to_right(digits: &Digits, half: &Half, out: &mut [u8]) {
    for (part, limb) in out.rchunks_mut(digits.at_once().0).zip(half) {
        digits.write_few(*limb, part);
    }
}

fn half_of(digits: &Digits, part: &[u8]) -> Option<Half> {
    let mut half = [0; LIMBS];
    for (limb, part) in half.iter_mut().zip(part.rchunks(digits.at_once().0)) {
        *limb = low(digits.read(part)?);
    }
    Some(half)
}

fn joined(wide: Wide) -> (u128, u128) {
    let [lowest, low, high, highest] = wide.map(u128::from);
    (highest << 64 | high, low << 64 | lowest)
}

fn split(high: u128, lower: u128) -> Wide {
    [low(lower), low(lower >> 64), low(high), low(high >> 64)]
}

fn low(number: u128) -> u64 {
    number as u64
}
