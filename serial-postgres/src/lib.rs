//! Keeps serial references in PostgreSQL.

mod address;
mod append;
mod batches;
mod database;
mod delete;
mod find;
mod groups;
mod listing;
mod options;
mod pool;
mod records;
mod schema;
mod search;
mod session;
mod store;
mod tidy;
mod tls;
mod trouble;
mod values;

pub use options::{Isolation, PostgresOptions};
pub use store::PostgresStore;
