//! The store keeps the contract, at both levels of isolation.

mod support;

use serial_core::{
    Store, StoreError,
    conformance::{Durability, Factory, Fault, FaultyStore, Storage, agree_with_model},
};
use serial_postgres::PostgresIsolation;
use support::{Databases, Target, fresh, runs};

serial_core::store_conformance!(read_committed, Databases(PostgresIsolation::ReadCommitted));
serial_core::store_conformance!(serializable, Databases(PostgresIsolation::Serializable));
serial_core::store_conformance!(that_is_busy, Busy);

/// A schema of its own behind a wrapper that says Busy now and then.
struct Busy;

struct BusyDatabase(Target);

impl Factory for Busy {
    fn create(&self) -> Box<dyn Storage + '_> {
        Box::new(BusyDatabase(fresh()))
    }
}

impl Storage for BusyDatabase {
    fn open(&self) -> Box<dyn Store> {
        let store = self.0.open().unwrap_or_else(|error| panic!("{error}: {error:?}"));
        Box::new(FaultyStore::every(store, 7, Fault::Fail(|| StoreError::busy("as scheduled"))))
    }

    fn durability(&self) -> Durability {
        Durability::Shared
    }
}

fn agree(isolation: PostgresIsolation, few: u64) {
    for seed in 0..runs(few) {
        agree_with_model(&Databases(isolation), seed, 150).unwrap_or_else(|divergence| panic!("{divergence}"));
    }
}

#[test]
fn random_operations_are_answered_as_the_model_answers_them() {
    agree(PostgresIsolation::ReadCommitted, 12);
}

#[test]
fn random_operations_are_answered_as_the_model_answers_them_when_serializable() {
    agree(PostgresIsolation::Serializable, 4);
}
