//! Remainders of one divisor, without dividing.

#![expect(clippy::cast_possible_truncation, reason = "halves of products are taken on purpose")]

use std::ops::{Add, Sub};

/// An unsigned integer that halves of numbers fit.
pub(super) trait Half: Copy + Ord + Add<Output = Self> + Sub<Output = Self> {
    /// The bits of a number that this has.
    fn low(number: u128) -> Self;

    fn wide(self) -> u128;

    /// `number - quotient * self`, where that fits.
    fn taken_from(self, number: Self, quotient: u64) -> Self;

    /// This, or less by `value` where it is not below. Which of the two nobody could foresee, so that there is no branch.
    fn less_if_not_below(self, value: Self) -> Self;
}

impl Half for u64 {
    #[inline]
    fn low(number: u128) -> Self {
        number as Self
    }

    #[inline]
    fn wide(self) -> u128 {
        self.into()
    }

    #[inline]
    fn taken_from(self, number: Self, quotient: u64) -> Self {
        number.wrapping_sub(self.wrapping_mul(quotient))
    }

    #[inline]
    fn less_if_not_below(self, value: Self) -> Self {
        self.min(self.wrapping_sub(value))
    }
}

impl Half for u128 {
    #[inline]
    fn low(number: u128) -> Self {
        number
    }

    #[inline]
    fn wide(self) -> u128 {
        self
    }

    #[inline]
    fn taken_from(self, number: Self, quotient: u64) -> Self {
        number.wrapping_sub(self.wrapping_mul(quotient.into()))
    }

    #[inline]
    fn less_if_not_below(self, value: Self) -> Self {
        self.min(self.wrapping_sub(value))
    }
}

/// A divisor for numbers that are up to 2^64 times as large.
///
/// The quotient is the product of the highest bits of a number and a reciprocal, which makes it at most 2 too small.
///
/// Source: P. Barrett, "Implementing the Rivest Shamir and Adleman Public Key Encryption Algorithm on a Standard Digital
/// Signal Processor", 1986.
#[derive(Clone, Copy, Debug)]
pub(super) struct Divisor<H> {
    value: H,
    /// How many low bits of a number do not count for the quotient.
    shift: u32,
    reciprocal: u64,
}

impl<H: Half> Divisor<H> {
    /// Of at least 2 and at most 2^96.
    pub(super) fn new(value: u128) -> Self {
        let shift = u128::BITS - (value - 1).leading_zeros() - 1;
        // 2^(64 + shift) / value, in two steps because the dividend may have more than 128 bits.
        let whole = |bits: u32| (1_u128 << bits) / value;
        let reciprocal = match 64 + shift {
            bits @ ..=127 => whole(bits),
            bits => {
                let rest = bits - 127;
                (whole(127) << rest) + (((1 << 127) - whole(127) * value) << rest) / value
            }
        };
        Self { value: H::low(value), shift, reciprocal: reciprocal as u64 }
    }

    /// What counts of a number for its quotient.
    #[inline]
    fn high(self, number: u128) -> u64 {
        (number >> self.shift) as u64
    }

    /// The quotient, or up to 2 less.
    #[inline]
    fn quotient(self, high: u64) -> u64 {
        ((u128::from(high) * u128::from(self.reciprocal)) >> 64) as u64
    }

    /// The remainder, and up to twice the divisor more.
    #[inline]
    fn nearly(self, high: u64, low: H) -> H {
        self.value.taken_from(low, self.quotient(high))
    }

    /// Quotient and remainder.
    #[inline]
    pub(super) fn divide(self, number: u128) -> (u64, H) {
        let few = self.quotient(self.high(number));
        let most = self.value.taken_from(H::low(number), few);
        let less = most.less_if_not_below(self.value);
        let rest = less.less_if_not_below(self.value);
        (few + u64::from(less != most) + u64::from(rest != less), rest)
    }
}

/// What numbers of some bits are added modulo.
#[derive(Clone, Copy, Debug)]
pub(super) struct Modulus<H> {
    /// A multiple of the modulus, where numbers are too large for the modulus itself.
    first: Option<Divisor<H>>,
    divisor: Divisor<H>,
    /// How many low ones of the highest 64 bits of a number do not count for its first quotient.
    shift: u32,
}

/// A number of some bits: the highest 64 of them, and all or the lowest.
#[derive(Clone, Copy)]
pub(super) struct Number<H> {
    pub(super) high: u64,
    pub(super) low: H,
}

impl<H: Half> Modulus<H> {
    /// Of at least 2, for numbers of `bits` bits. `multiple` is one of the modulus that such numbers are not too large for.
    pub(super) fn new(value: u128, multiple: u128, bits: u32) -> Self {
        let divisor = Divisor::<H>::new(value);
        let above = bits - u64::BITS;
        let first = (divisor.shift < above).then(|| Divisor::new(multiple));
        Self { first, divisor, shift: first.unwrap_or(divisor).shift - above }
    }

    pub(super) fn value(self) -> u128 {
        self.divisor.value.wide()
    }

    /// `(half + number) mod value`, of a half below the modulus.
    #[inline]
    pub(super) fn add(self, half: H, number: Number<H>) -> H {
        self.below(half + self.nearly(number))
    }

    /// `(half - number) mod value`, of a half below the modulus.
    #[inline]
    pub(super) fn subtract(self, half: H, number: Number<H>) -> H {
        let value = self.divisor.value;
        self.below(half + value + value + value - self.nearly(number))
    }

    #[inline]
    fn nearly(self, Number { high, low }: Number<H>) -> H {
        match self.first {
            None => self.divisor.nearly(high >> self.shift, low),
            Some(first) => {
                let rest = first.nearly(high >> self.shift, low);
                self.divisor.nearly(self.divisor.high(rest.wide()), rest)
            }
        }
    }

    /// Of a number below four times the modulus.
    #[inline]
    fn below(self, number: H) -> H {
        let value = self.divisor.value;
        number.less_if_not_below(value + value).less_if_not_below(value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check<H: Half + std::fmt::Debug>(value: u128, factor: u128, bits: u32, half: u128, number: u128) {
        let modulus = Modulus::<H>::new(value, value * factor, bits);
        let most = u128::MAX >> (128 - bits);
        let numbers = [number & most, 0, most, value, value - 1, most / value * value, most / value * value - 1];
        for number in numbers.map(|number| number.min(most)) {
            let (half, rest) = (half % value, number % value);
            let parts = Number { high: (number >> (bits - u64::BITS)) as u64, low: H::low(number) };
            assert_eq!(modulus.add(H::low(half), parts).wide(), (half + rest) % value, "{number} mod {value}");
            assert_eq!(modulus.subtract(H::low(half), parts).wide(), (half + value - rest) % value);
        }
    }

    proptest! {
        /// The sizes are those that FF1 has: numbers have 32 to 63 bits more than the larger half.
        #[test]
        fn remainders_are_those_of_a_division(
            bits in 1_u32..=96, low: u128, factor in 1_u128..=94, half: u128, number: u128,
        ) {
            let value = (1 << (bits - 1)) + 1 + low % (1 << (bits - 1));
            let larger = value * factor;
            let bytes = (u128::BITS - (larger - 1).leading_zeros()).div_ceil(8);
            if bytes <= 12 {
                let number_bits = 32 * bytes.div_ceil(4) + 32;
                check::<u128>(value, factor, number_bits, half, number);
                if larger <= 1 << 62 {
                    check::<u64>(value, factor, number_bits, half, number);
                }
            }
        }
    }

    #[test]
    fn powers_of_two_have_remainders_too() {
        for bits in 1..=62 {
            check::<u64>(1 << bits, 1, 32 * u32::div_ceil(bits, 32) + 32, u128::MAX / 3, u128::MAX / 5);
            check::<u128>(1 << bits, 2, 32 * u32::div_ceil(bits + 1, 32) + 32, u128::MAX / 3, u128::MAX / 5);
        }
    }
}
