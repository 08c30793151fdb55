//! A clock that stands still and entropy that repeats itself, for tests.

#![allow(dead_code, reason = "each test file uses what it needs")]

mod wrapped;

#[allow(unused_imports, reason = "each test file uses what it needs")]
pub(crate) use wrapped::Wrapped;

use std::sync::Mutex;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serial_core::{
    Clock, Entropy, EntropyError, Error, Format, Group, Limits, MemoryStore, NewGroup, Order, Preset, Registry,
    RegistryBuilder, Timestamp,
};

/// 2026-11-23 11:18:58 UTC.
pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_795_432_738_000_000);

pub(crate) struct Standing;

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        NOW
    }
}

/// Only for tests: the same bytes every time.
pub(crate) struct Seeded(Mutex<ChaCha20Rng>);

impl Seeded {
    pub(crate) fn with(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }
}

impl Entropy for Seeded {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        self.0.lock().unwrap().fill_bytes(bytes);
        Ok(())
    }
}

pub(crate) struct NoEntropy;

impl Entropy for NoEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        // Half a result must never be used.
        bytes.fill(0x41);
        Err(EntropyError::new("the generator is switched off"))
    }
}

pub(crate) fn builder() -> RegistryBuilder {
    Registry::builder(MemoryStore::new()).clock(Standing).entropy(Seeded::with(1))
}

/// Default limits, standing clock, repeatable codes.
pub(crate) fn registry() -> Registry {
    builder().build()
}

pub(crate) fn unlimited() -> Registry {
    builder().limits(Limits::unlimited()).build()
}

pub(crate) fn digits(length: usize, order: Order) -> Format {
    Format::builder().preset(Preset::Digits).length(length).order(order).build().unwrap()
}

pub(crate) fn batch_group(registry: &Registry, name: &str) -> Group {
    registry.create_group(NewGroup::batch(name)).unwrap()
}

pub(crate) fn continuous_group(registry: &Registry, name: &str) -> Group {
    registry.create_group(NewGroup::continuous(name)).unwrap()
}

/// The kind's name, for comparing.
pub(crate) fn kind_of<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    result.unwrap_err().kind().to_string()
}
