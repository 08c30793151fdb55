//! What people do today: make a code and keep a set of those that were made.

use std::{collections::HashSet, convert::Infallible};

use rand::{RngExt, SeedableRng, TryRng};
use rand_chacha::ChaCha20Rng;
use uuid::Uuid;

use crate::ours::CODE_LENGTH;

/// The alphabet of the default format.
pub const ALPHABET: [char; 36] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M',
    'N', 'O', 'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z',
];

/// Makes codes that it has not made before.
pub trait Peer {
    /// How tables name it.
    const NAME: &'static str;

    /// Makes one code, as often as it takes for it to be new.
    fn issue(&mut self);

    /// Makes `count` codes.
    fn issue_many(&mut self, count: usize) {
        for _ in 0..count {
            self.issue();
        }
    }
}

/// The crate nanoid, with our alphabet and length, and a `HashSet<String>`.
#[derive(Debug, Default)]
pub struct NanoidSet(HashSet<String>);

impl Peer for NanoidSet {
    const NAME: &'static str = "nanoid + HashSet<String>";

    fn issue(&mut self) {
        while !self.0.insert(nanoid::nanoid!(CODE_LENGTH, &ALPHABET)) {}
    }
}

/// The crate uuid, version 4, and a `HashSet<Uuid>`.
#[derive(Debug, Default)]
pub struct UuidSet(HashSet<Uuid>);

impl Peer for UuidSet {
    const NAME: &'static str = "uuid v4 + HashSet<Uuid>";

    fn issue(&mut self) {
        while !self.0.insert(Uuid::new_v4()) {}
    }
}

/// The crate `rand_chacha`, one range draw per character, and a `HashSet<String>`: what a careful hand writes.
#[derive(Debug)]
pub struct ChaChaSet {
    generator: ChaCha20Rng,
    set: HashSet<String>,
}

impl Default for ChaChaSet {
    fn default() -> Self {
        Self { generator: seeded(0), set: HashSet::new() }
    }
}

impl Peer for ChaChaSet {
    const NAME: &'static str = "ChaCha20 per character + HashSet<String>";

    fn issue(&mut self) {
        while !self.set.insert(drawn(&mut self.generator, CODE_LENGTH)) {}
    }
}

/// A generator that gives the same in every run, so that all runs search and look up the same places.
pub fn seeded(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// A text of random symbols, one range draw for each.
pub fn drawn(generator: &mut impl TryRng<Error = Infallible>, length: usize) -> String {
    let mut text = String::with_capacity(length);
    text.extend((0..length).map(|_| ALPHABET[generator.random_range(0..ALPHABET.len())]));
    text
}
