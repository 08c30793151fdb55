//! Stores for the conformance kit, child processes, and a look into the tables.

#![allow(dead_code, reason = "each test file uses what it needs")]

pub(crate) mod check;
pub(crate) mod child;
pub(crate) mod issue;
pub(crate) mod take;

use std::{
    env,
    path::{Path, PathBuf},
};

use serial_core::{
    Limits, Registry, Store,
    conformance::{Durability, Factory, Storage},
};
use serial_sqlite::SqliteStore;
use tempfile::TempDir;

/// Each storage is a file in a folder of its own.
pub(crate) struct Files;

impl Factory for Files {
    fn create(&self) -> Box<dyn Storage + '_> {
        Box::new(File::new())
    }
}

pub(crate) struct File(TempDir);

impl File {
    pub(crate) fn new() -> Self {
        Self(folder())
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().join("store.db")
    }
}

impl Storage for File {
    fn open(&self) -> Box<dyn Store> {
        Box::new(SqliteStore::open(self.path()).expect("the file can be opened"))
    }

    fn durability(&self) -> Durability {
        Durability::Shared
    }
}

pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().expect("there is a folder for temporary files")
}

/// A registry without limits over a file.
pub(crate) fn registry(path: &Path) -> Registry {
    let store = SqliteStore::open(path).unwrap_or_else(|error| panic!("{}: {error:?}", path.display()));
    Registry::builder(store).limits(Limits::unlimited()).build()
}

/// How much a test does: `short` unless `SERIALREF_RUNS` is set, which is 200 for `long`, and in proportion otherwise.
pub(crate) fn runs(short: u64, long: u64) -> u64 {
    match env::var("SERIALREF_RUNS") {
        Ok(runs) => {
            let runs: u64 = runs.parse().expect("SERIALREF_RUNS is a number");
            (long * runs / 200).max(short)
        }
        Err(_) => short,
    }
}

/// Choices that are the same for the same seed (`SplitMix64`).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub(crate) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap()
    }
}
