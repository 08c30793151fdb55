//! Connections: how they are made and set up.

use std::{path::Path, time::Instant};

use rusqlite::{Connection, OpenFlags, ffi};
use serial_core::StoreError;

use crate::{
    error::{Failure, is_busy},
    locks,
    options::{SqliteDurability, SqliteOptions},
    schema::{self, Found},
    turn::{Turn, pause},
};

/// Older ones can lose a commit when several connections write and checkpoint at once.
const OLDEST_SQLITE: i32 = 3_051_003;

/// Random codes change one page each, so that small pages mean less to write; the trees stay flat enough.
const PAGE_SIZE: u32 = 2048;

/// Pages in the log before they are moved to the file: 32 MiB, so that a page that many batches change is moved once.
const CHECKPOINT_PAGES: u32 = 16_384;

/// The page cache of the connection that writes and of one that reads, in KiB.
const WRITER_CACHE: i64 = 128 * 1024;
const READER_CACHE: i64 = 32 * 1024;

/// Prepared statements kept by a connection; there are about a hundred, and half as many of the kind that insert several
/// rows.
const STATEMENTS: usize = 192;

/// Opens the connection that writes; its tables may be of an older version, or not there yet.
pub(crate) fn writer(path: Option<&Path>, options: &SqliteOptions) -> Result<Connection, Failure> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        let message = "the SQLite library linked is older than 3.51.3 and can lose commits; use the bundled one";
        return Err(StoreError::unavailable(message).into());
    }
    if !locks::survive_other_copies() {
        let message = "SQLite did not take the locks that make it safe beside another copy of SQLite";
        return Err(StoreError::unavailable(message).into());
    }
    let connection = match path {
        None => Connection::open_in_memory()?,
        Some(path) if options.create => connect(path, OpenFlags::SQLITE_OPEN_CREATE)?,
        Some(path) if path.exists() => connect(path, OpenFlags::empty())?,
        Some(_) => return Err(no_store().into()),
    };
    // Where SQLite may not write, it opens a file for reading and says nothing.
    if connection.is_readonly(rusqlite::MAIN_DB)? {
        return Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_READONLY), None).into());
    }
    connection.busy_timeout(options.patience)?;
    let found = schema::look(&connection)?;
    if found == Found::Nothing {
        if !options.create {
            return Err(no_store().into());
        }
        connection.pragma_update(None, "page_size", PAGE_SIZE)?;
    }
    // From here on waiting is done in turn with other processes.
    connection.busy_timeout(std::time::Duration::ZERO)?;
    if let Some(path) = path {
        let deadline = Instant::now() + options.patience;
        // One process makes the file a store while others wait: each would keep a lock that the other one needs.
        let turn = (found == Found::Nothing).then(|| path.canonicalize().ok().and_then(|path| Turn::beside(&path)));
        let turn = turn.flatten();
        let order_until = Instant::now() + options.patience / 2;
        let _taken = turn.as_ref().and_then(|turn| turn.take(order_until).ok()?);
        // Switching to the log can meet another process that does the same; SQLite does not wait for that.
        while let Err(error) = use_log(&connection) {
            let busy = matches!(&error, Failure::Sqlite(error) if is_busy(error));
            if !busy || !pause(deadline) {
                return Err(error);
            }
        }
    }
    set_up(&connection, options, WRITER_CACHE)?;
    Ok(connection)
}

/// Opens one more connection, for reading.
pub(crate) fn reader(path: &Path, options: &SqliteOptions) -> Result<Connection, Failure> {
    let connection = connect(path, OpenFlags::empty())?;
    connection.busy_timeout(options.patience)?;
    set_up(&connection, options, READER_CACHE)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn no_store() -> StoreError {
    StoreError::unavailable("there is no store at the path, and none was to be created; check the path")
}

fn connect(path: &Path, more: OpenFlags) -> Result<Connection, Failure> {
    // Each connection is used by one thread at a time.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
    Ok(Connection::open_with_flags(path, flags)?)
}

/// Write-ahead logging: readers and the writer do not wait for each other.
fn use_log(connection: &Connection) -> Result<(), Failure> {
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", (), |row| row.get(0))?;
    if mode == "wal" {
        return Ok(());
    }
    let message = "SQLite cannot keep a write-ahead log here; put the store on a disk of this machine";
    Err(StoreError::unavailable(message).into())
}

fn set_up(connection: &Connection, options: &SqliteOptions, cache: i64) -> Result<(), Failure> {
    let synchronous = match options.durability {
        SqliteDurability::PowerCut => "FULL",
        SqliteDurability::ProgramCrash => "NORMAL",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update(None, "cache_size", -cache)?;
    // What does not fit goes to memory rather than to files that nobody expects.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // A damaged or hostile file shall not make SQLite run code that its schema names.
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}
