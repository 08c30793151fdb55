//! The permutation against published samples, another implementation, and itself.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "alphabets, lengths and counts are small"
)]

use aes::{Aes128, Aes192, Aes256, cipher::KeyInit};
use fpe::ff1::{FF1, FlexibleNumeralString};
use proptest::prelude::*;

use super::{
    Permutation,
    digits::Digits,
    ff1::{Cipher, Ff1},
    modulus::Half,
};
use crate::{Alphabet, Key, Preset};

fn alphabet_of(base: usize) -> Alphabet {
    Alphabet::new(&Preset::Printable.symbols()[..base]).unwrap()
}

fn key(seed: u8) -> Key {
    Key::from_bytes(std::array::from_fn(|at| (at as u8).wrapping_mul(29).wrapping_add(seed))).unwrap()
}

fn body(permutation: &Permutation, counter: u64) -> Vec<u8> {
    let mut body = vec![0; permutation.length];
    let length = body.len();
    permutation.write(counter, &mut body, length, 0);
    body
}

/// What NIST published for FF1, in the order of the samples: length of the key in bits, tweak, plain text, cipher text.
///
/// Source: NIST, "Block Cipher Modes of Operation: FF1 Samples", samples 1 to 9.
const SAMPLES: [(usize, &str, &str, &str); 9] = [
    (128, "", "0123456789", "2433477484"),
    (128, "9876543210", "0123456789", "6124200773"),
    (128, "7777pqrs777", "0123456789abcdefghi", "a9tv40mll9kdu509eum"),
    (192, "", "0123456789", "2830668132"),
    (192, "9876543210", "0123456789", "2496655549"),
    (192, "7777pqrs777", "0123456789abcdefghi", "xbj3kv35jrawxv32ysr"),
    (256, "", "0123456789", "6657667009"),
    (256, "9876543210", "0123456789", "1001623463"),
    (256, "7777pqrs777", "0123456789abcdefghi", "xs8a0azh2avyalyzuwd"),
];

const SAMPLE_KEY: [u8; 32] = [
    0x2B, 0x7E, 0x15, 0x16, 0x28, 0xAE, 0xD2, 0xA6, 0xAB, 0xF7, 0x15, 0x88, 0x09, 0xCF, 0x4F, 0x3C, 0xEF, 0x43, 0x59,
    0xD8, 0xD5, 0x80, 0xAA, 0x4F, 0x7F, 0x03, 0x6D, 0x6F, 0x04, 0xFC, 0x6A, 0x94,
];

fn check_sample<C: Cipher, H: Half + std::fmt::Debug, const BITS: u32>(
    cipher: C,
    tweak: &str,
    plain: &str,
    expected: &str,
) {
    let base = if plain.len() == 10 { 10 } else { 36 };
    let digits = Digits::new(&Alphabet::new(&"0123456789abcdefghijklmnopqrstuvwxyz"[..base]).unwrap());
    let ff1 = Ff1::<C, H, BITS>::new(cipher, base as u64, plain.len(), tweak.as_bytes()).unwrap();
    let halves = |text: &str| {
        let (left, right) = text.as_bytes().split_at(text.len() / 2);
        (H::low(digits.read(left).unwrap()), H::low(digits.read(right).unwrap()))
    };
    let (left, right) = halves(plain);
    // Other numbers in the other lanes must not matter.
    let (mut lefts, mut rights) = ([H::low(7), left, H::low(0)], [H::low(9), right, H::low(0)]);
    ff1.forward(&mut lefts, &mut rights);
    assert_eq!((lefts[1], rights[1]), halves(expected), "{plain} with {tweak:?}");
    ff1.backward(&mut lefts[1], &mut rights[1]);
    assert_eq!((lefts[1], rights[1]), (left, right));
}

/// In both sizes of integers.
fn check_sample_both<C: Cipher + KeyInit>(bits: usize, tweak: &str, plain: &str, expected: &str) {
    let cipher = || C::new_from_slice(&SAMPLE_KEY[..bits / 8]).unwrap();
    if plain.len() == 10 {
        check_sample::<C, u64, 64>(cipher(), tweak, plain, expected);
        check_sample::<C, u128, 64>(cipher(), tweak, plain, expected);
    } else {
        check_sample::<C, u64, 96>(cipher(), tweak, plain, expected);
        check_sample::<C, u128, 96>(cipher(), tweak, plain, expected);
    }
}

#[test]
fn all_nine_samples_of_nist_hold() {
    for (bits, tweak, plain, expected) in SAMPLES {
        match bits {
            128 => check_sample_both::<Aes128>(bits, tweak, plain, expected),
            192 => check_sample_both::<Aes192>(bits, tweak, plain, expected),
            _ => check_sample_both::<Aes256>(bits, tweak, plain, expected),
        }
    }
}

/// A number in the digits of a base, the lowest last.
fn values(mut number: u64, base: usize, length: usize) -> Vec<u16> {
    let mut values = vec![0; length];
    for value in values.iter_mut().rev() {
        *value = (number % base as u64) as u16;
        number /= base as u64;
    }
    values
}

/// The shortest body that the other implementation takes.
fn shortest(base: usize) -> usize {
    (2..=20).find(|length| (base as u128).pow(*length) >= 1_000_000).unwrap() as usize
}

fn agrees(key: &Key, base: usize, length: usize, counter: u64) {
    let space = (base as u128).checked_pow(length as u32).unwrap_or(u128::MAX);
    let counter = (u128::from(counter) % space) as u64;
    let alphabet = alphabet_of(base);
    let oracle = FF1::<Aes256>::new(key.expose(), base as u32).unwrap();
    let expected = oracle.encrypt(&[], &FlexibleNumeralString::from(values(counter, base, length))).unwrap();
    let expected: Vec<u8> =
        Vec::from(expected).into_iter().map(|value: u16| alphabet.as_bytes()[value as usize]).collect();
    let permutation = Permutation::new(key, &alphabet, length);
    assert_eq!(body(&permutation, counter), expected, "base {base}, length {length}, counter {counter}");
    assert_eq!(permutation.counter(&expected), Some(counter), "base {base}, length {length}, counter {counter}");
}

#[test]
fn every_alphabet_and_length_agrees_with_another_implementation() {
    for base in 2..=94 {
        for length in shortest(base)..=64 {
            for counter in [0, u64::MAX, 0x0123_4567_89AB_CDEF >> (length % 48)] {
                agrees(&key(base as u8), base, length, counter);
            }
        }
    }
}

proptest! {
    #[test]
    fn any_key_and_counter_agrees_with_another_implementation(
        bytes: [u8; 32], base in 2..=94_usize, more in 0..64_usize, counter: u64, shift in 0..64_u32,
    ) {
        if let Ok(key) = Key::from_bytes(bytes) {
            agrees(&key, base, (shortest(base) + more).min(64), counter >> shift);
        }
    }
}

#[test]
fn every_body_of_a_small_space_has_one_counter() {
    for base in 2..=94 {
        let alphabet = alphabet_of(base);
        for length in (1..=16).take_while(|length| (base as u64).pow(*length) <= 100_000) {
            let (space, length) = ((base as u64).pow(length) as usize, length as usize);
            let permutation = Permutation::new(&key(base as u8), &alphabet, length);
            let mut packed = vec![0; space * length];
            permutation.write(0, &mut packed, length, 0);
            let mut seen = vec![false; space];
            for (counter, body) in (0..).zip(packed.chunks_exact(length)) {
                let number = permutation.digits.read(body).unwrap() as usize;
                assert!(!std::mem::replace(&mut seen[number], true), "base {base}, length {length}: {number} twice");
                assert_eq!(permutation.counter(body), Some(counter));
            }
            assert!(seen.into_iter().all(|seen| seen));
        }
    }
}

#[test]
fn bodies_do_not_depend_on_how_many_are_written_at_once() {
    for (base, length) in [(10, 4), (36, 12), (94, 20), (2, 64), (94, 64), (62, 1)] {
        let permutation = Permutation::new(&key(3), &alphabet_of(base), length);
        let first = if length == 1 { 5 } else { 997 };
        for count in [1, 2, 7, 8, 9, 63, 64, 65, 73, 130] {
            // Between the bodies stands what is not theirs.
            let width = length + 3;
            let mut packed = vec![b'?'; count * width];
            permutation.write(first, &mut packed, width, 1);
            for (counter, code) in (first..).zip(packed.chunks_exact(width)) {
                assert_eq!(&code[1..=length], body(&permutation, counter));
                assert_eq!((code[0], &code[length + 1..]), (b'?', &b"??"[..]));
            }
        }
    }
}

#[test]
fn bodies_of_no_counter_and_texts_that_are_no_body_have_none() {
    let permutation = Permutation::new(&key(1), &alphabet_of(36), 25);
    let far: Vec<_> = (b'!'..).take(25).collect();
    assert_eq!(permutation.counter(&far), None, "of 2^129 bodies this one is far beyond 2^64");
    assert_eq!(permutation.counter(&[b'~'; 25]), None);
    let last = body(&permutation, u64::MAX);
    assert_eq!(permutation.counter(&last), Some(u64::MAX));
}

/// The sum of squared differences from the mean count, over the mean.
fn chi_square(counts: &[u32]) -> f64 {
    let mean = f64::from(counts.iter().sum::<u32>()) / counts.len() as f64;
    counts.iter().map(|count| (f64::from(*count) - mean).powi(2) / mean).sum()
}

/// Whether a sum with so many degrees of freedom would be exceeded, or fallen short of, once in about a million times.
fn is_likely(chi_square: f64, degrees: usize) -> bool {
    let degrees = degrees as f64;
    // Wilson and Hilferty: the cube root is nearly normal.
    let normal = ((chi_square / degrees).cbrt() - (1.0 - 2.0 / (9.0 * degrees))) / (2.0 / (9.0 * degrees)).sqrt();
    normal.abs() < 4.9
}

#[test]
fn bodies_of_consecutive_counters_look_drawn() {
    const COUNT: usize = 100_000;
    for (base, length) in [(10, 10), (31, 12), (36, 16), (94, 20), (36, 25), (2, 40), (94, 40)] {
        let permutation = Permutation::new(&key(7), &alphabet_of(base), length);
        let mut packed = vec![0; COUNT * length];
        permutation.write(0, &mut packed, length, 0);
        let value = |symbol: u8| usize::from(symbol - b'!');
        for place in 0..length {
            let column: Vec<usize> = packed.chunks_exact(length).map(|body| value(body[place])).collect();
            let (mut counts, mut differences) = (vec![0; base], vec![0; base]);
            for value in &column {
                counts[*value] += 1;
            }
            for pair in column.windows(2) {
                differences[(pair[1] + base - pair[0]) % base] += 1;
            }
            assert!(is_likely(chi_square(&counts), base - 1), "base {base}, symbols at {place}");
            assert!(is_likely(chi_square(&differences), base - 1), "base {base}, differences at {place}");
        }
    }
}

#[test]
fn two_keys_are_unrelated() {
    const COUNT: usize = 100_000;
    let alphabet = alphabet_of(36);
    let mut near = *key(7).expose();
    near[31] ^= 1;
    let near = Key::from_bytes(near).unwrap();
    let [one, other] = [&key(7), &near].map(|key| {
        let mut packed = vec![0; COUNT * 12];
        Permutation::new(key, &alphabet, 12).write(0, &mut packed, 12, 0);
        packed
    });
    for place in 0..12 {
        let mut differences = vec![0; 36];
        for (one, other) in one.chunks_exact(12).zip(other.chunks_exact(12)) {
            differences[(usize::from(one[place]) + 36 - usize::from(other[place])) % 36] += 1;
        }
        assert!(is_likely(chi_square(&differences), 35), "at {place}");
    }
}
