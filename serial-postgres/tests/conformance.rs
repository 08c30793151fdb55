//! The store keeps the contract, at both levels of isolation.

mod support;

use serial_core::conformance::agree_with_model;
use serial_postgres::Isolation;
use support::{Databases, runs};

serial_core::store_conformance!(read_committed, Databases(Isolation::ReadCommitted));
serial_core::store_conformance!(serializable, Databases(Isolation::Serializable));

fn agree(isolation: Isolation, few: u64) {
    for seed in 0..runs(few) {
        agree_with_model(&Databases(isolation), seed, 150).unwrap_or_else(|divergence| panic!("{divergence}"));
    }
}

#[test]
fn random_operations_are_answered_as_the_model_answers_them() {
    agree(Isolation::ReadCommitted, 12);
}

#[test]
fn random_operations_are_answered_as_the_model_answers_them_when_serializable() {
    agree(Isolation::Serializable, 4);
}
