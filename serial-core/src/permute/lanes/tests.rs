//! Lanes against whole numbers, and against one number at a time; on every processor.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bases, lengths and counts are small, and sums not below zero"
)]

use aes::{
    Aes256Enc, Block,
    cipher::{
        BlockCipherEncBackend, BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser, KeyInit, ParBlocksSizeUser,
        consts::{U1, U16, U64},
        inout::InOut,
    },
};
use proptest::prelude::*;

use super::{Bodies, Column, LANES, LaneDigits, LaneModulus, Lanes, float};
use crate::{
    Alphabet, Key, Preset,
    permute::{Permutation, digits::Digits, ff1::Ff1, modulus::Half},
};

/// AES as if the processor encrypted 64 blocks at a time, which is what lanes are made for.
struct Many(Aes256Enc);

/// AES one block at a time.
struct One(Aes256Enc);

impl BlockSizeUser for Many {
    type BlockSize = U16;
}

impl ParBlocksSizeUser for Many {
    type ParBlocksSize = U64;
}

impl BlockSizeUser for One {
    type BlockSize = U16;
}

impl ParBlocksSizeUser for One {
    type ParBlocksSize = U1;
}

impl BlockCipherEncBackend for Many {
    fn encrypt_block(&self, block: InOut<'_, '_, Block>) {
        self.0.encrypt_block_inout(block);
    }
}

impl BlockCipherEncBackend for One {
    fn encrypt_block(&self, block: InOut<'_, '_, Block>) {
        self.0.encrypt_block_inout(block);
    }
}

impl BlockCipherEncrypt for Many {
    fn encrypt_with_backend(&self, f: impl BlockCipherEncClosure<BlockSize = U16>) {
        f.call(self);
    }
}

impl BlockCipherEncrypt for One {
    fn encrypt_with_backend(&self, f: impl BlockCipherEncClosure<BlockSize = U16>) {
        f.call(self);
    }
}

fn alphabet_of(base: usize) -> Alphabet {
    Alphabet::new(&Preset::Printable.symbols()[..base]).unwrap()
}

/// Every modulus that halves have, and whether numbers of so many bits are added in lanes.
fn moduli<const BITS: u32>() -> impl Iterator<Item = (u128, LaneModulus<BITS>)> {
    let powers = (2..=94_u128).flat_map(|base| (1..=96).map_while(move |digits| base.checked_pow(digits)));
    powers.filter(|value| *value <= 1 << (BITS - 32)).filter_map(|value| Some((value, LaneModulus::new(value)?)))
}

fn check_sum<const BITS: u32>(value: u128, modulus: &LaneModulus<BITS>, half: u128, block: u128) {
    let (high, low) = modulus.split(half);
    let (high, low) = modulus.sum(float(high), low, (block >> 64) as u64, block as u64);
    let sum = (high as u128) * (1 << modulus.twos()) + u128::from(low);
    assert_eq!(sum, (half + (block >> (128 - BITS)) % value) % value, "{half} and {block:#x} mod {value}");
}

fn check_sums<const BITS: u32>(other: u128) {
    let mut count = 0;
    for (value, modulus) in moduli::<BITS>() {
        let most = u128::MAX >> (128 - BITS);
        let multiple = most / value * value;
        let ends = |number: u128| [number - 1, number, (number + 1).min(most)];
        let numbers =
            [[0, most, other & most], ends(value), ends(multiple), ends(multiple / 2), ends(multiple / 3 * 2)];
        for number in numbers.into_iter().flatten() {
            for half in [0, 1, value / 2, value - 1, other % value] {
                check_sum(value, &modulus, half, number << (128 - BITS));
            }
        }
        count += 1;
    }
    assert!(count > 100, "{count} moduli of {BITS} bits");
}

proptest! {
    #[test]
    fn sums_are_those_of_whole_numbers(other: u128) {
        check_sums::<64>(other);
        check_sums::<96>(other);
        check_sums::<128>(other);
    }
}

#[test]
fn digits_are_those_that_are_written_one_by_one() {
    for base in 2..=94 {
        let alphabet = alphabet_of(base);
        let digits = Digits::new(&alphabet);
        for length in 1..=32 {
            let Some(value) = (base as u128).checked_pow(length as u32).filter(|value| *value <= 1 << 96) else {
                break;
            };
            for twos in [0, value.trailing_zeros().min(52)] {
                let Some(lanes) = LaneDigits::new(&alphabet, length, twos) else { continue };
                let part = |digits: u32| (base as u128).pow(digits) - 1;
                let numbers: Vec<_> = (0..=length as u32)
                    .flat_map(|digits| {
                        [part(digits), value - 1 - part(digits), value / 3 + part(digits), part(digits) + 1]
                    })
                    .map(|number| number % value)
                    .filter(|number| number >> twos < 1 << 48)
                    .collect();
                for numbers in numbers.chunks(LANES) {
                    let mut column = Column { high: [0.0; LANES], low: [0; LANES] };
                    for (lane, number) in numbers.iter().enumerate() {
                        column.high[lane] = float((number >> twos) as u64);
                        column.low[lane] = (number & ((1 << twos) - 1)) as u64;
                    }
                    let mut codes = vec![b'?'; numbers.len() * (length + 2)];
                    lanes.write(&column, &mut codes, length + 2, 1);
                    for (number, code) in numbers.iter().zip(codes.chunks_exact(length + 2)) {
                        let mut expected = vec![b'?'; length + 2];
                        digits.write(*number, &mut expected[1..=length]);
                        assert_eq!(code, expected, "{number} in base {base}");
                    }
                }
            }
        }
    }
}

#[test]
fn symbols_of_every_kind_of_alphabet_are_written() {
    let presets = [Preset::UpperAlphanumeric, Preset::Unambiguous31, Preset::Printable].map(Preset::symbols);
    let others = ["zyxwvutsrq", "!~", "02468ACEGIKMOQSUWYacegikmo", "ba", "A0"];
    for symbols in presets.into_iter().chain(others) {
        let alphabet = Alphabet::new(symbols).unwrap();
        let length = 5;
        let lanes = LaneDigits::new(&alphabet, length, 0).unwrap();
        let base = alphabet.len() as u64;
        let most = base.pow(length as u32).min(1 << 48);
        let number = |lane: usize| most / LANES as u64 * lane as u64 + lane as u64 % base;
        let mut column = Column { high: [0.0; LANES], low: [0; LANES] };
        (0..LANES).for_each(|lane| column.high[lane] = float(number(lane)));
        let mut codes = vec![0; LANES * length];
        lanes.write(&column, &mut codes, length, 0);
        for (lane, code) in codes.chunks_exact(length).enumerate() {
            let mut expected = vec![0; length];
            Digits::new(&alphabet).write(number(lane).into(), &mut expected);
            assert_eq!(code, expected, "{symbols}");
        }
    }
}

/// Whether there are lanes for this, which write the same as a permutation of one number at a time.
fn agrees<H: Half, const BITS: u32>(key: &Key, base: usize, length: usize, first: u64, count: usize) -> bool {
    let alphabet = alphabet_of(base);
    let cipher = || Aes256Enc::new(key.expose().into());
    let Some(ff1) = Ff1::<_, H, BITS>::new(Many(cipher()), base as u64, length, &[]) else { return false };
    let Some(lanes) = Lanes::new(&alphabet, length) else { return false };
    let width = length + 3;
    let mut packed = vec![b'?'; count * width];
    assert!(ff1.write(&lanes, first, Bodies { packed: &mut packed, width, at: 2 }));
    let permutation = Permutation::new(key, &alphabet, length);
    for (index, code) in (0..).zip(packed.chunks_exact(width)) {
        let counter = first + index;
        let mut expected = vec![b'?'; width];
        permutation.write(counter, &mut expected, width, 2);
        assert_eq!(code, expected, "base {base}, length {length}, counter {counter}");
    }
    let one = Ff1::<_, H, BITS>::new(One(cipher()), base as u64, length, &[]).unwrap();
    let mut untouched = vec![b'?'; width];
    assert!(!one.write(&lanes, first, Bodies { packed: &mut untouched, width, at: 2 }));
    assert_eq!(untouched, vec![b'?'; width]);
    true
}

fn agrees_somehow(key: &Key, base: usize, length: usize, first: u64, count: usize) -> bool {
    let space = (base as u128).checked_pow(length as u32).unwrap_or(u128::MAX);
    let count = (count as u128).min(space) as usize;
    let first = u128::from(first).min(space.min(1 << 64) - count as u128) as u64;
    agrees::<u64, 64>(key, base, length, first, count)
        || agrees::<u64, 96>(key, base, length, first, count)
        || agrees::<u128, 96>(key, base, length, first, count)
        || agrees::<u128, 128>(key, base, length, first, count)
}

#[test]
fn lanes_agree_with_one_number_at_a_time_in_every_alphabet_and_length() {
    let key = Key::from_bytes(std::array::from_fn(|at| at as u8 * 7 + 1)).unwrap();
    let mut many = 0;
    for base in 2..=94 {
        for length in 2..=64 {
            let right = (base as u128).checked_pow(length as u32 - length as u32 / 2).unwrap_or(u128::MAX);
            // From the beginning, across the end of a right half, and to the end.
            for first in [0, right.saturating_sub(70).min(u64::MAX.into()) as u64, u64::MAX] {
                many += usize::from(agrees_somehow(&key, base, length, first, 130));
            }
        }
    }
    assert!(many > 1000, "{many}");
    for (base, length) in [(10, 10), (10, 20), (31, 12), (36, 16), (36, 20), (36, 25), (62, 20), (32, 20)] {
        assert!(agrees_somehow(&key, base, length, 0, 65), "base {base}, length {length}");
    }
}

proptest! {
    #[test]
    fn lanes_agree_with_one_number_at_a_time(
        bytes: [u8; 32], base in 2..=94_usize, length in 2..=40_usize, first: u64, shift in 0..64_u32, count in 1..200_usize,
    ) {
        if let Ok(key) = Key::from_bytes(bytes) {
            agrees_somehow(&key, base, length, first >> shift, count);
        }
    }
}
