//! Keeps serial references in an SQLite file.
//!
//! A [`SqliteStore`] is a [`Store`](serial_core::Store): give it to a [`Registry`](serial_core::Registry). What a call
//! has issued is on the disk when it returns. Threads and processes of one machine may share the file; whoever comes
//! while a commit is under way shares the next one.
//!
//! ```
//! use serial_core::{NewGroup, Registry};
//! use serial_sqlite::SqliteStore;
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("line-3.db");
//! let registry = Registry::new(SqliteStore::open(path)?);
//! let tags = registry.create_group(NewGroup::continuous("Service tags"))?;
//! let tag = registry.create_reference(tags.id)?;
//! println!("{}", tag.code);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod append;
mod attributes;
mod batches;
mod change;
mod claims;
mod contradictions;
mod delete;
mod encode;
mod error;
mod events;
mod expire;
mod find;
mod groups;
mod insert;
mod inventory;
mod ledger;
mod list;
mod locks;
mod maintain;
mod network;
mod open;
mod options;
mod place;
mod position;
mod requests;
mod runs;
mod schema;
mod search;
mod store;
mod turn;
mod wanted;
mod writer;

pub use maintain::QueryResult;
pub use options::{SqliteDurability, SqliteOptions};
pub use store::SqliteStore;
