//! What the tests share: one server for each test program, and storages in it for the conformance kit.
#![allow(dead_code, unreachable_pub, reason = "each test program uses a part of it")]

pub mod proxy;
pub mod tls_proxy;

use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering},
};

use serial_core::{
    Store, StoreError,
    conformance::{Durability, Factory, Storage},
};
use serial_postgres::{PostgresIsolation, PostgresOptions, PostgresStore};
use throwaway_postgres::{Settings, ThrowawayPostgres};

/// The server of this test program. It ends with the program.
pub fn server() -> &'static ThrowawayPostgres {
    static SERVER: OnceLock<ThrowawayPostgres> = OnceLock::new();
    SERVER.get_or_init(|| ThrowawayPostgres::start(&Settings::default()).unwrap_or_else(|error| panic!("{error}")))
}

/// A database that the tests of this program share, each with a schema of its own.
pub fn shared_database() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| server().create_database().unwrap())
}

/// A name that no other test has.
pub fn fresh_schema() -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    format!("case {}", NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// A database, and how to open a store in it.
#[derive(Clone, Debug)]
pub struct Target {
    url: String,
    options: PostgresOptions,
}

impl Target {
    pub fn at(url: impl Into<String>) -> Self {
        Self { url: url.into(), options: PostgresOptions::default() }
    }

    pub fn with(self, change: impl FnOnce(PostgresOptions) -> PostgresOptions) -> Self {
        Self { options: change(self.options), ..self }
    }

    pub fn schema(self, schema: impl Into<String>) -> Self {
        self.with(|options| options.schema(schema))
    }

    pub fn isolation(self, isolation: PostgresIsolation) -> Self {
        self.with(|options| options.isolation(isolation))
    }

    pub fn pool_size(self, connections: usize) -> Self {
        self.with(|options| options.pool_size(connections))
    }

    pub fn open(&self) -> Result<PostgresStore, StoreError> {
        self.options.open(&self.url)
    }
}

/// A schema of its own in the shared database.
pub fn fresh() -> Target {
    Target::at(shared_database()).schema(fresh_schema())
}

pub fn open() -> PostgresStore {
    fresh().open().unwrap()
}

/// How often the long tests repeat what they do: `SERIALREF_RUNS`, or few times.
pub fn runs(few: u64) -> u64 {
    std::env::var("SERIALREF_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(few)
}

/// Makes storages on the server for the kit.
pub struct Databases(pub PostgresIsolation);

struct Database(Target);

impl Factory for Databases {
    fn create(&self) -> Box<dyn Storage + '_> {
        Box::new(Database(fresh().isolation(self.0)))
    }
}

impl Storage for Database {
    fn open(&self) -> Box<dyn Store> {
        Box::new(self.0.open().unwrap_or_else(|error| panic!("{error}: {error:?}")))
    }

    fn durability(&self) -> Durability {
        Durability::Shared
    }
}
