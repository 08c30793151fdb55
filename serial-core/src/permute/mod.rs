//! A permutation of the numbers that a body can stand for, chosen by a key.

mod digits;
mod ff1;
mod lanes;
mod long;
mod modulus;
#[cfg(test)]
mod tests;

use std::fmt;

use aes::{Aes256Enc, cipher::KeyInit};

use self::{
    digits::Digits,
    ff1::{FEW_LANES, Ff1, LANES},
    lanes::{Bodies, Lanes},
    long::Long,
    modulus::Half,
};
use crate::{alphabet::Alphabet, key::Key};

/// Below this many bodies, FF1 gives no security: source: NIST SP 800-38G Revision 1, section 5.1.
pub(crate) const FEWEST_FOR_SECURITY: u128 = 1_000_000;

/// Turns counters into bodies and back: each counter has a body of its own and, where the space has at most 2^64 bodies,
/// each body a counter.
///
/// From two characters on it is FF1 with AES-256 and an empty tweak, also where the space is smaller than the standard
/// allows. One character cannot be cut into halves. It is permuted as a number of binary digits, again and again until it
/// comes back into the alphabet ("cycle walking"); there are at most twice as many such numbers as symbols, or four.
pub(crate) struct Permutation {
    digits: Digits,
    length: usize,
    way: Way,
}

enum Way {
    /// Binary digits, and how many low ones make the right half.
    Walk(Ff1<Aes256Enc, u64, 64>, u32),
    Half32(Halves<u64, 64>),
    Half62(Halves<u64, 96>),
    Half64(Halves<u128, 96>),
    Half96(Halves<u128, 128>),
    Long(Box<Long<Aes256Enc>>),
}

/// Halves that fit machine integers.
struct Halves<H, const BITS: u32> {
    ff1: Ff1<Aes256Enc, H, BITS>,
    /// The faster way to permute many numbers, where there is one.
    lanes: Option<Lanes<BITS>>,
}

impl<H: Half, const BITS: u32> Halves<H, BITS> {
    fn new(key: &Key, alphabet: &Alphabet, length: usize) -> Option<Self> {
        let ff1 = Ff1::new(Aes256Enc::new(key.expose().into()), alphabet.len() as u64, length, &[])?;
        Some(Self { ff1, lanes: Lanes::new(alphabet, length) })
    }
}

impl Permutation {
    pub(crate) fn new(key: &Key, alphabet: &Alphabet, length: usize) -> Self {
        let digits = Digits::new(alphabet);
        let cipher = || Aes256Enc::new(key.expose().into());
        let base = digits.base();
        let way = if length == 1 {
            let bits = (base - 1).ilog2().max(1) + 1;
            Ff1::new(cipher(), 2, bits as usize, &[]).map(|ff1| Way::Walk(ff1, bits - bits / 2))
        } else {
            Halves::new(key, alphabet, length)
                .map(Way::Half32)
                .or_else(|| Halves::new(key, alphabet, length).map(Way::Half62))
                .or_else(|| Halves::new(key, alphabet, length).map(Way::Half64))
                .or_else(|| Halves::new(key, alphabet, length).map(Way::Half96))
        };
        let way = way.unwrap_or_else(|| Way::Long(Box::new(Long::new(cipher(), &digits, length))));
        Self { digits, length, way }
    }

    /// Writes the bodies of consecutive counters into packed codes of `width` characters, each body from `at` on. The
    /// counters are below the number of bodies.
    pub(crate) fn write(&self, first: u64, packed: &mut [u8], width: usize, at: usize) {
        let bodies = at..at + self.length;
        match &self.way {
            Way::Half32(halves) => self.write_halves(halves, first, packed, width, at),
            Way::Half62(halves) => self.write_halves(halves, first, packed, width, at),
            Way::Half64(halves) => self.write_halves(halves, first, packed, width, at),
            Way::Half96(halves) => self.write_halves(halves, first, packed, width, at),
            Way::Walk(ff1, low_bits) => {
                for (index, code) in (0..).zip(packed.chunks_exact_mut(width)) {
                    let number = self.walk(first + index, *low_bits, |left, right| {
                        let (mut lefts, mut rights) = ([*left], [*right]);
                        ff1.forward(&mut lefts, &mut rights);
                        ([*left], [*right]) = (lefts, rights);
                    });
                    self.digits.write(number.into(), &mut code[bodies.clone()]);
                }
            }
            Way::Long(long) => {
                for (index, code) in (0..).zip(packed.chunks_exact_mut(width)) {
                    long.forward(&self.digits, first + index, &mut code[bodies.clone()]);
                }
            }
        }
    }

    /// The counter of a body; `None` where no counter of 64 bits has it.
    pub(crate) fn counter(&self, body: &[u8]) -> Option<u64> {
        match &self.way {
            Way::Half32(halves) => self.counter_of_halves(&halves.ff1, body),
            Way::Half62(halves) => self.counter_of_halves(&halves.ff1, body),
            Way::Half64(halves) => self.counter_of_halves(&halves.ff1, body),
            Way::Half96(halves) => self.counter_of_halves(&halves.ff1, body),
            Way::Walk(ff1, low_bits) => {
                let number = u64::try_from(self.digits.read(body)?).ok()?;
                Some(self.walk(number, *low_bits, |left, right| ff1.backward(left, right)))
            }
            Way::Long(long) => long.backward(&self.digits, body),
        }
    }

    /// Takes steps from a number until the alphabet has it again, which happens because the steps go round in circles.
    fn walk(&self, mut number: u64, low_bits: u32, step: impl Fn(&mut u64, &mut u64)) -> u64 {
        loop {
            let (mut left, mut right) = (number >> low_bits, number & ((1 << low_bits) - 1));
            step(&mut left, &mut right);
            number = left << low_bits | right;
            if number < self.digits.base() {
                return number;
            }
        }
    }

    fn counter_of_halves<H: Half, const BITS: u32>(&self, ff1: &Ff1<Aes256Enc, H, BITS>, body: &[u8]) -> Option<u64> {
        let (front, back) = body.split_at(body.len() / 2);
        let (mut left, mut right) = (H::low(self.digits.read(front)?), H::low(self.digits.read(back)?));
        ff1.backward(&mut left, &mut right);
        u64::try_from(left.wide().checked_mul(ff1.right())?.checked_add(right.wide())?).ok()
    }

    fn write_halves<H: Half, const BITS: u32>(
        &self,
        halves: &Halves<H, BITS>,
        first: u64,
        packed: &mut [u8],
        width: usize,
        at: usize,
    ) {
        let Halves { ff1, lanes } = halves;
        let lanes = lanes.as_ref().filter(|_| packed.len() / width > LANES / 2);
        if lanes.is_some_and(|lanes| ff1.write(lanes, first, Bodies { packed: &mut *packed, width, at })) {
            return;
        }
        let (mut first, mut rest) = (u128::from(first), packed);
        while !rest.is_empty() {
            let left = rest.len() / width;
            // Lanes without a code cost as much as the others.
            let lanes = if left > LANES / 2 { LANES } else { left.min(FEW_LANES) };
            let count = lanes.min(left);
            let (now, later) = rest.split_at_mut(count * width);
            match lanes {
                1 => self.write_lanes::<H, BITS, 1>(ff1, first, now, width, at),
                LANES => self.write_lanes::<H, BITS, LANES>(ff1, first, now, width, at),
                _ => self.write_lanes::<H, BITS, FEW_LANES>(ff1, first, now, width, at),
            }
            (first, rest) = (first + count as u128, later);
        }
    }

    /// Writes the bodies of up to `N` consecutive counters.
    #[inline]
    fn write_lanes<H: Half, const BITS: u32, const N: usize>(
        &self,
        ff1: &Ff1<Aes256Enc, H, BITS>,
        first: u128,
        codes: &mut [u8],
        width: usize,
        at: usize,
    ) {
        let (mut left, mut right) = ([H::low(0); N], [H::low(0); N]);
        let (mut high, mut low) = (first / ff1.right(), first % ff1.right());
        for lane in 0..N {
            (left[lane], right[lane]) = (H::low(high), H::low(low));
            low += 1;
            if low == ff1.right() {
                (high, low) = (high + 1, 0);
            }
        }
        ff1.forward(&mut left, &mut right);
        let middle = self.length / 2;
        for (lane, code) in codes.chunks_exact_mut(width).enumerate() {
            let (front, back) = code[at..at + self.length].split_at_mut(middle);
            self.digits.write(left[lane].wide(), front);
            self.digits.write(right[lane].wide(), back);
        }
    }
}

impl fmt::Debug for Permutation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permutation").field("length", &self.length).finish_non_exhaustive()
    }
}
