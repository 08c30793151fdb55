//! The formulas.

use super::{CheckScheme, Checker};

/// Source: H. M. Damm, "Total anti-symmetrische Quasigruppen", 2004.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

/// What Verhoeff's scheme does to a digit, once for each place from the right.
const VERHOEFF: [usize; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

/// For 4, 8, 16, 32 and 64 elements, a polynomial that makes a field of them in which the doubled element has no other
/// order than the largest.
const POLYNOMIALS: [usize; 7] = [0, 0, 0b111, 0b1011, 0b1_0011, 0b10_0101, 0b100_0011];

impl Checker {
    /// Writes the check characters of a body that has symbols of the alphabet.
    pub(crate) fn write(&self, body: &[u8], out: &mut [u8]) {
        let values = body.iter().map(|symbol| usize::from(self.values[usize::from(*symbol & 127)]));
        let check = match self.scheme {
            CheckScheme::Iso7064Mod11Radix2 => pure(values, 11),
            CheckScheme::Iso7064Mod37Radix2 => pure(values, 37),
            CheckScheme::Iso7064Mod97Radix10 => {
                let check = mod_97_10(values);
                out[0] = self.symbols[check / 10];
                out[1] = self.symbols[check % 10];
                return;
            }
            CheckScheme::Iso7064Mod11And10 => hybrid(values, 10),
            CheckScheme::Iso7064Mod37And36 => hybrid(values, 36),
            CheckScheme::Luhn => luhn(values.rev(), self.size),
            CheckScheme::Damm => values.fold(0, |state, value| usize::from(DAMM[state][value])),
            CheckScheme::Verhoeff => {
                dihedral(values.rev(), 5, |place, value| (0..place % 8).fold(value, |value, _| VERHOEFF[value]))
            }
            CheckScheme::WeightedSum => weighted(values, self.size),
            CheckScheme::Gumm if self.size % 4 == 0 => weighted(values, self.size),
            CheckScheme::Gumm => {
                let half = self.size / 2;
                dihedral(values.rev(), half, |place, value| match value.checked_sub(half) {
                    // Rotations turn back, reflections go on by one; so no two neighbours can be exchanged unnoticed.
                    None if place % 2 == 0 => value,
                    None => (half - value) % half,
                    Some(reflection) => half + (reflection + place) % half,
                })
            }
        };
        out[0] = self.symbols[check];
    }
}

/// The pure systems of ISO/IEC 7064 with radix 2.
fn pure(values: impl Iterator<Item = usize>, modulus: usize) -> usize {
    let rest = values.fold(0, |rest, value| (rest + value) * 2 % modulus);
    (modulus + 1 - rest) % modulus
}

/// The number with two zeros behind it, made up to 1 modulo 97. Letters have two digits.
fn mod_97_10(values: impl Iterator<Item = usize>) -> usize {
    let rest = values.fold(0, |rest, value| (rest * if value < 10 { 10 } else { 100 } + value) % 97);
    98 - rest * 100 % 97
}

/// The hybrid systems of ISO/IEC 7064.
fn hybrid(values: impl Iterator<Item = usize>, size: usize) -> usize {
    let rest = values.fold(size, |rest, value| match (rest + value) % size {
        0 => size * 2 % (size + 1),
        sum => sum * 2 % (size + 1),
    });
    (size + 1 - rest) % size
}

/// Every second value is doubled, beginning with the last, and the digits of the products are summed.
fn luhn(backwards: impl Iterator<Item = usize>, size: usize) -> usize {
    let digits = |place: usize, value: usize| {
        let product = if place % 2 == 0 { 2 * value } else { value };
        product / size + product % size
    };
    let sum: usize = backwards.enumerate().map(|(place, value)| digits(place, value)).sum();
    (size - sum % size) % size
}

/// Values weighted with powers of 2 such that all of them and the check value add up to nothing. Of a size that is divisible
/// by 4 a value is two: one in a field of as many elements as the size has factors of 2, and a rest of odd size.
fn weighted(values: impl Iterator<Item = usize>, size: usize) -> usize {
    let factors = size.trailing_zeros();
    let (field, odd) = (1 << factors, size >> factors);
    let polynomial = POLYNOMIALS[factors as usize];
    let (in_field, rest) = values.fold((0, 0), |(in_field, rest), value| {
        let doubled = (in_field ^ (value % field)) << 1;
        let reduced = if doubled >= field { doubled ^ polynomial } else { doubled };
        (reduced, (rest + value / field) * 2 % odd)
    });
    in_field + (odd - rest) % odd * field
}

/// The element that makes the product of all, each turned according to its place, the neutral one. Elements below `half`
/// are rotations of a regular polygon, the others reflections.
fn dihedral(backwards: impl Iterator<Item = usize>, half: usize, turned: impl Fn(usize, usize) -> usize) -> usize {
    let product = (1..).zip(backwards).fold(0, |product, (place, value)| {
        let value = turned(place, value);
        match (product < half, value < half) {
            (true, true) => (product + value) % half,
            (true, false) => half + (product + value - half) % half,
            (false, true) => half + (product - value) % half,
            (false, false) => (product + half - value) % half,
        }
    });
    if product < half { (half - product) % half } else { product }
}
