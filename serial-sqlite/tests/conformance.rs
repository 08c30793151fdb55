//! The contract, rule by rule.

mod support;

use serial_sqlite::SqliteStore;

serial_core::store_conformance!(file, support::Files);
serial_core::store_conformance!(memory, || SqliteStore::in_memory().expect("there is memory"));
