//! Stores for the conformance kit.

use serial_core::{
    Store,
    conformance::{Durability, Factory, Storage},
};
use serial_sqlite::SqliteStore;
use tempfile::TempDir;

/// Each storage is a file in a folder of its own.
pub(crate) struct Files;

impl Factory for Files {
    fn create(&self) -> Box<dyn Storage + '_> {
        Box::new(File(tempfile::tempdir().expect("there is a folder for temporary files")))
    }
}

pub(crate) struct File(TempDir);

impl Storage for File {
    fn open(&self) -> Box<dyn Store> {
        Box::new(SqliteStore::open(self.0.path().join("store.db")).expect("the file can be opened"))
    }

    fn durability(&self) -> Durability {
        Durability::Shared
    }
}
