//! Remainders of one divisor, without dividing.

#![expect(clippy::cast_possible_truncation, reason = "halves of products are taken on purpose")]

/// A divisor with its reciprocal.
///
/// Source: P. Barrett, "Implementing the Rivest Shamir and Adleman Public Key Encryption Algorithm on a Standard Digital
/// Signal Processor", 1986.
#[derive(Clone, Copy, Debug)]
pub(super) struct Modulus {
    value: u128,
    reciprocal: u128,
}

impl Modulus {
    /// Of at least 2 and at most 2^96.
    pub(super) fn new(value: u128) -> Self {
        Self { value, reciprocal: u128::MAX / value }
    }

    pub(super) fn value(self) -> u128 {
        self.value
    }

    /// `(number + other) mod value`, of a number below the divisor.
    #[inline]
    pub(super) fn add(self, number: u128, other: u128) -> u128 {
        self.below(self.below(self.nearly(other)) + number)
    }

    /// `(number - other) mod value`, of a number below the divisor.
    #[inline]
    pub(super) fn subtract(self, number: u128, other: u128) -> u128 {
        self.below(number + self.value - self.below(self.nearly(other)))
    }

    /// The remainder, or the remainder and the divisor: the reciprocal is rounded, which makes the quotient at most 1
    /// too small.
    #[inline]
    fn nearly(self, number: u128) -> u128 {
        number.wrapping_sub(high(number, self.reciprocal).wrapping_mul(self.value))
    }

    /// Of a number below twice the divisor.
    #[inline]
    fn below(self, number: u128) -> u128 {
        if number >= self.value { number - self.value } else { number }
    }
}

/// The upper half of a product.
#[inline]
fn high(one: u128, other: u128) -> u128 {
    let parts = |number: u128| (number >> 64, u128::from(number as u64));
    let ((one_high, one_low), (other_high, other_low)) = (parts(one), parts(other));
    let middle = one_high * other_low + ((one_low * other_low) >> 64);
    let rest = one_low * other_high + u128::from(middle as u64);
    one_high * other_high + (middle >> 64) + (rest >> 64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_upper_half_of_the_largest_product_is_right() {
        assert_eq!(high(u128::MAX, u128::MAX), u128::MAX - 1);
        assert_eq!(high(1 << 64, 1 << 64), 1);
    }

    proptest! {
        #[test]
        fn remainders_are_those_of_a_division(value in 2_u128..=1 << 96, shift in 0..95_u32, number: u128, other: u128) {
            for value in [value, (value >> shift).max(2), 1 << (shift + 1)] {
                let modulus = Modulus::new(value);
                for other in [other, 0, u128::MAX, value, value - 1, u128::MAX / value * value] {
                    let (number, rest) = (number % value, other % value);
                    prop_assert_eq!(modulus.add(number, other), (number + rest) % value);
                    prop_assert_eq!(modulus.subtract(number, other), (number + value - rest) % value);
                }
            }
        }
    }
}
