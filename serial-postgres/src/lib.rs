//! Keeps serial references in PostgreSQL, where any number of programs on any number of machines share them.
//!
//! [`PostgresStore`] is a [`Store`](serial_core::Store): give it to a [`Registry`](serial_core::Registry), and everything
//! that the registry does is in the database.
//!
//! ```no_run
//! use serial_core::{NewBatch, NewGroup, Registry};
//! use serial_postgres::PostgresStore;
//!
//! let store = PostgresStore::open("postgres://line1:secret@db.plant/serials?sslmode=verify-full")?;
//! let registry = Registry::new(store);
//! let group = registry.create_group(NewGroup::batch("Pump AX-100"))?;
//! let issued = registry.create_batch(group.id, NewBatch::of(20))?;
//! println!("{} references, the first is {}", issued.codes.len(), issued.codes.get(0).unwrap_or_default());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it promises
//!
//! - Issuing is one statement in one transaction: guard, counters, batch, request id and references are written together
//!   or not at all. Limits hold exactly, however many programs issue at once, at both levels of
//!   [isolation](PostgresIsolation).
//! - Claims and changes of references take two round trips: the first locks the rows of their groups, the second writes
//!   states, counts, stock and events together or not at all. No reference is claimed twice, however many programs claim.
//! - A reply that is lost at the commit is [`OutcomeUnknown`](serial_core::StoreError::OutcomeUnknown), never a wrong
//!   success or failure. The registry repeats issuing, claiming and changing with the request id by itself. Other calls have no
//!   request id: their commit is sent by itself, so that losing a connection before it is known to have changed nothing.
//! - What the server acknowledged is on its disk; a server that is set up otherwise (`synchronous_commit = off`) is
//!   refused unless [accepted](PostgresOptions::accept_asynchronous_commit).
//! - Codes are compared byte by byte (`COLLATE "C"`), so an upgrade of the system's collations harms nothing.
//! - Nothing depends on a session: no prepared statement with a name, no advisory lock, no setting beyond a transaction.
//!   Poolers may stand in between.
//!
//! # The tables
//!
//! They are made when a store is opened for the first time, in a schema of their own, `serialref`. People and reporting
//! tools may read them; codes are text, times are times, one row is one reference.
//!
//! | Table | What is in it |
//! |---|---|
//! | `groups` | name, format, limits and fields as JSON, counters, counts by state; a deleted group stays, marked |
//! | `batches` | name, time, size, how many are live and in which state |
//! | `"references"` | one row for every reference ever issued; a deleted one stays, marked, and its code is burned |
//! | `lives` | state, claim and own warranty of every reference that ever left the state it was issued in |
//! | `claims`, `claimed` | who claimed, until when, how much of it is still held; and the rows that were taken, as ranges |
//! | `attributes` | the values that references were given; the defaults are in `groups.fields` |
//! | `events` | everything that happened: when, what, by whom, why; rows are only ever added |
//! | `requests` | what was issued, claimed or changed under which request id |
//! | `stock` | which references up to `groups.frontier` are available, as ranges of rows; beyond it all are |
//! | `gaps` | how many rows of each 1000 are deleted, to find the page of any number |
//! | `live_references` | a view for reports |
//!
//! How to run it at scale (partitions, standbys, poolers, backups) is in `docs/postgresql-at-scale.md`.

mod address;
mod append;
mod batches;
mod database;
mod delete;
mod filter;
mod find;
mod groups;
mod life;
mod listing;
mod look;
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

pub use options::{PostgresIsolation, PostgresOptions};
pub use store::PostgresStore;
