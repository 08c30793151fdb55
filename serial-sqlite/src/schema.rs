//! The tables: which version of them a file has, and how it gets the newest.

use rusqlite::Connection;
use serial_core::StoreError;

use crate::error::Failure;

/// "SREF": marks a file as a store of this library.
pub(crate) const APPLICATION_ID: i32 = 0x5352_4546;

/// Each brings a store from the version of its index to the next one. Those that were published never change.
const MIGRATIONS: &[&str] =
    &[include_str!("migrations/0001.sql"), include_str!("migrations/0002.sql"), include_str!("migrations/0003.sql")];

/// The version that this program writes.
pub(crate) const VERSION: usize = MIGRATIONS.len();

/// What is found in a file before anything is done to it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Nothing,
    /// A store of this version.
    Store(usize),
}

/// Looks whether a file is a store, without changing it. Another process may be making the tables meanwhile, hence the
/// transaction.
pub(crate) fn look(connection: &Connection) -> Result<Found, Failure> {
    connection.execute_batch("BEGIN")?;
    let found = inspect(connection);
    connection.execute_batch("COMMIT")?;
    found
}

fn inspect(connection: &Connection) -> Result<Found, Failure> {
    let pragma = |name| connection.query_row(&format!("PRAGMA {name}"), (), |row| row.get::<_, i64>(0));
    let application = pragma("application_id")?;
    let version = pragma("user_version")?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))?;
    if application == i64::from(APPLICATION_ID) {
        let found = u64::try_from(version).unwrap_or(0);
        return match usize::try_from(found) {
            Ok(version @ 1..) if version <= VERSION => Ok(Found::Store(version)),
            Ok(0) => Err(Failure::corrupt("the store has no schema version; restore it from a backup")),
            _ => Err(StoreError::SchemaTooNew { found, known: VERSION as u64 }.into()),
        };
    }
    if application == 0 && version == 0 && tables == 0 {
        return Ok(Found::Nothing);
    }
    let message = "the file is an SQLite database of another program; choose another path";
    Err(StoreError::unavailable(message).into())
}

/// Brings a store to the newest version, inside the caller's transaction.
pub(crate) fn migrate(connection: &Connection) -> Result<(), Failure> {
    let version = match inspect(connection)? {
        Found::Nothing => 0,
        Found::Store(version) => version,
    };
    for migration in &MIGRATIONS[version..] {
        connection.execute_batch(migration)?;
    }
    if version < VERSION {
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        connection.pragma_update(None, "user_version", VERSION.cast_signed() as i64)?;
    }
    Ok(())
}
