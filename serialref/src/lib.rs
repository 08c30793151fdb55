//! Unique serial references for physical products, with every store of the library.
//!
//! This is `serial-core` and the stores under one name: everything of the core can be found here, and [`open`] opens
//! a store by its URL. Choose it where the place of the references is a matter of configuration; depend on
//! `serial-core` alone where they live in memory or in a store of your own.
//!
//! ```
//! use serialref::{NewBatch, NewGroup, Registry};
//!
//! let registry = Registry::new(serialref::open("memory:")?);
//! let pumps = registry.create_group(NewGroup::batch("Pump AX-100"))?;
//! let batch = registry.create_batch(pumps.id, NewBatch::of(500))?;
//! assert_eq!(batch.codes.len(), 500);
//! # Ok::<(), serialref::Error>(())
//! ```
//!
//! # Features
//!
//! - `sqlite` (default): [`open`] understands `sqlite:`; [`SqliteStore`] and its options.
//! - `postgres` (default): [`open`] understands `postgresql:`; [`PostgresStore`] and its options.

mod open;

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

#[cfg(doctest)]
#[doc = include_str!("../../docs/life-of-a-reference.md")]
struct LifeGuide;

#[cfg(doctest)]
#[doc = include_str!("../../docs/sqlite.md")]
struct SqliteGuide;

#[cfg(doctest)]
#[doc = include_str!("../../docs/files.md")]
struct FilesGuide;

pub use open::{OpenOptions, Opened, open, open_with};
pub use serial_core::*;
#[cfg(feature = "postgres")]
pub use serial_postgres::{PostgresIsolation, PostgresOptions, PostgresStore};
#[cfg(feature = "sqlite")]
pub use serial_sqlite::{QueryResult, SqliteDurability, SqliteOptions, SqliteStore};
