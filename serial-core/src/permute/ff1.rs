//! The rounds of FF1 over halves that fit machine integers.

use aes::{
    Block,
    cipher::{BlockCipherEncrypt, BlockSizeUser, consts::U16},
};
use zeroize::Zeroize;

use super::{
    lanes::{Bodies, Lanes},
    modulus::{Half, Modulus, Number},
};

/// How many numbers are permuted at a time in bulk: as many blocks as processors encrypt side by side, with wide registers
/// and with narrow ones.
pub(super) const LANES: usize = 64;
pub(super) const FEW_LANES: usize = 8;

pub(super) const ROUNDS: u8 = 10;

/// What FF1 needs of a cipher.
pub(super) trait Cipher: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16> {}

impl<C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16>> Cipher for C {}

/// FF1 over numbers of some digits. A number is two halves, the left one with the higher digits.
///
/// A round adds `BITS` bits of what it encrypts: 64 where a half has up to 32 bits, 96 where it has up to 64, 128 where it
/// has up to 96. The halves are `u64`, where they have up to 62 bits, or `u128`.
///
/// What a round encrypts begins with what is the same in all rounds. That part is encrypted once, when this is made; so a
/// round costs one block: what came of it, with the number of the round and a half in its last bytes.
///
/// Source: NIST SP 800-38G, "Methods for Format-Preserving Encryption", algorithms 7 and 8.
pub(super) struct Ff1<C, H, const BITS: u32> {
    cipher: C,
    start: Start,
    left: Modulus<H>,
    right: Modulus<H>,
}

/// The last block of a round, save for its number and the half, and the bits of a half in that block.
pub(super) struct Start {
    block: u128,
    half_bits: u32,
}

impl Start {
    /// The block of a round, save for the half.
    #[inline]
    pub(super) fn of_round(&self, round: u8) -> u128 {
        self.block ^ u128::from(round) << self.half_bits
    }
}

impl<C: Cipher, H: Half, const BITS: u32> Ff1<C, H, BITS> {
    /// For numbers of at least two digits; `None` where a half has too many bits, or so few that others are added.
    pub(super) fn new(cipher: C, base: u64, length: usize, tweak: &[u8]) -> Option<Self> {
        let limit = |digits: usize| u128::from(base).checked_pow(u32::try_from(digits).ok()?);
        let (left, right) = (limit(length / 2)?, limit(length - length / 2)?);
        let bytes = (u128::BITS - (right - 1).leading_zeros()).div_ceil(8);
        // A half is added to numbers that are a little larger.
        if 8 * (bytes.next_multiple_of(4) + 4) != BITS || H::low(4 * right - 1).wide() != 4 * right - 1 {
            return None;
        }
        // The tweak, and zeros up to the number of the round and the half, which are the end of a block.
        let mut constant = tweak.to_vec();
        constant.resize((tweak.len() + 1 + bytes as usize).next_multiple_of(16), 0);
        let mut block = parameters(base, length, tweak.len());
        for part in constant.chunks_exact(16) {
            let part = part.iter().fold(0, |number, byte| number << 8 | u128::from(*byte));
            block = encrypted(&cipher, block) ^ part;
        }
        Some(Self {
            cipher,
            start: Start { block, half_bits: 8 * bytes },
            left: Modulus::new(left, right, BITS),
            right: Modulus::new(right, right, BITS),
        })
    }

    /// How many numbers the right half has.
    pub(super) fn right(&self) -> u128 {
        self.right.value()
    }

    /// Writes the digits of what consecutive numbers are permuted to; `false` where that is not the way to do it here.
    pub(super) fn write(&self, lanes: &Lanes<BITS>, first: u64, bodies: Bodies<'_>) -> bool {
        lanes.write(&self.cipher, &self.start, first, bodies)
    }

    /// Permutes several numbers, side by side.
    #[inline]
    pub(super) fn forward<const N: usize>(&self, left: &mut [H; N], right: &mut [H; N]) {
        for round in (0..ROUNDS).step_by(2) {
            self.step(round, right, left, self.left);
            self.step(round + 1, left, right, self.right);
        }
    }

    /// Adds what a round makes of one half to the other.
    #[inline]
    fn step<const N: usize>(&self, round: u8, from: &[H; N], to: &mut [H; N], modulus: Modulus<H>) {
        let keys = self.blocks(round, from);
        for (half, key) in to.iter_mut().zip(&keys) {
            *half = modulus.add(*half, Self::number(key));
        }
    }

    /// The number that is permuted to this one.
    pub(super) fn backward(&self, left: &mut H, right: &mut H) {
        for round in (0..ROUNDS).step_by(2).rev() {
            let [key] = self.blocks(round + 1, &[*left]);
            *right = self.right.subtract(*right, Self::number(&key));
            let [key] = self.blocks(round, &[*right]);
            *left = self.left.subtract(*left, Self::number(&key));
        }
    }

    /// The blocks that a round makes of halves.
    #[inline]
    fn blocks<const N: usize>(&self, round: u8, halves: &[H; N]) -> [Block; N] {
        let first = self.start.of_round(round);
        let mut blocks = [Block::default(); N];
        for (block, half) in blocks.iter_mut().zip(halves) {
            *block = (first ^ half.wide()).to_be_bytes().into();
        }
        self.cipher.encrypt_blocks(&mut blocks);
        blocks
    }

    /// What is added of a block.
    #[inline]
    fn number(block: &Block) -> Number<H> {
        let block = u128::from_be_bytes((*block).into());
        Number { high: u64::low(block >> u64::BITS), low: H::low(block >> (u128::BITS - BITS)) }
    }
}

impl<C, H, const BITS: u32> Drop for Ff1<C, H, BITS> {
    fn drop(&mut self) {
        self.start.block.zeroize();
    }
}

/// The parameters as FF1 encrypts them before any round.
pub(super) fn parameters(base: u64, length: usize, tweak: usize) -> u128 {
    let (base, length, tweak) = (u128::from(base), length as u128, tweak as u128);
    let left = (length / 2) & 0xFF;
    0x01_02_01 << 104 | base << 80 | u128::from(ROUNDS) << 72 | left << 64 | length << 32 | tweak
}

pub(super) fn encrypted<C: Cipher>(cipher: &C, block: u128) -> u128 {
    let mut block = Block::from(block.to_be_bytes());
    cipher.encrypt_block(&mut block);
    u128::from_be_bytes(block.into())
}
