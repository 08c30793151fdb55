//! Looking after a store: backups, checks, and questions in SQL.

use std::{
    ffi::OsString,
    fs, io,
    path::Path,
    process,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use rusqlite::{
    Connection,
    backup::Backup,
    hooks::{AuthAction, AuthContext, Authorization},
    types::ValueRef,
};
use serial_core::StoreError;

use crate::{SqliteStore, contradictions, error::Failure};

/// How many backups this process has begun.
static BACKUPS: AtomicU64 = AtomicU64::new(0);

/// What a query found, every value as text.
///
/// [`SqliteStore::query`] returns one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueryResult {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows, each with a value per column; `None` is SQL's NULL. A blob is shown in hexadecimal digits.
    pub rows: Vec<Vec<Option<String>>>,
}

impl SqliteStore {
    /// Copies the store as it is at one moment into a new file, while others go on reading and writing.
    ///
    /// Use it instead of copying files: part of a store is in its log. The copy is whole and on the disk when this
    /// returns. Issuing from a copy would issue codes again that the original has issued since; restore one only where
    /// the original is lost, and start Sequential groups beyond what was printed.
    ///
    /// # Errors
    /// [`Unavailable`](StoreError::Unavailable) where there is something at `path` already or it cannot be written.
    ///
    /// ```
    /// use serial_sqlite::SqliteStore;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// let store = SqliteStore::open(folder.path().join("line-3.db"))?;
    /// store.backup_to(folder.path().join("line-3.backup.db"))?;
    /// assert!(store.backup_to(folder.path().join("line-3.backup.db")).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn backup_to(&self, path: impl AsRef<Path>) -> Result<(), StoreError> {
        let path = &std::path::absolute(path).map_err(|error| unwritable(Box::new(error)))?;
        if path.symlink_metadata().is_ok() {
            return Err(StoreError::unavailable("there is something at the path of the backup; choose another"));
        }
        // Whoever finds the file finds it whole, also where several back up to the same place.
        let mut unfinished = OsString::from(path);
        let number = BACKUPS.fetch_add(1, Ordering::Relaxed);
        unfinished.push(format!(".{}-{number}.unfinished", process::id()));
        let unfinished = Path::new(&unfinished);
        let copied = self.read(|connection| {
            self.make_private(unfinished).map_err(|error| unwritable(Box::new(error)))?;
            let mut copy = Connection::open(unfinished)?;
            let backup = Backup::new(connection, &mut copy)?;
            // All pages in one step: in several, every write by others would begin it anew.
            backup.run_to_completion(i32::MAX, Duration::ZERO, None)?;
            Ok(())
        });
        copied
            .and_then(|()| finish(unfinished, path).map_err(|error| unwritable(Box::new(error))))
            .inspect_err(|_| drop(fs::remove_file(unfinished)))
    }

    /// Makes an empty file that those can read who can read the store, and no others: it will have codes in it.
    fn make_private(&self, path: &Path) -> io::Result<()> {
        let _ = fs::remove_file(path);
        let file = fs::File::create_new(path)?;
        match self.path() {
            Some(store) => file.set_permissions(store.metadata()?.permissions()),
            None => Ok(()),
        }
    }

    /// Checks that the file is whole and that what is in it agrees with itself.
    ///
    /// It reads everything: run it after trouble with a disk, or every night.
    ///
    /// # Errors
    /// [`Corrupt`](StoreError::Corrupt) with what was found first.
    ///
    /// ```
    /// use serial_sqlite::SqliteStore;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// let store = SqliteStore::open(folder.path().join("line-3.db"))?;
    /// store.check_integrity()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check_integrity(&self) -> Result<(), StoreError> {
        self.read(|connection| {
            let found: String = connection.query_row("PRAGMA integrity_check(1)", (), |row| row.get(0))?;
            if found != "ok" {
                return Err(Failure::corrupt(format!("the file is damaged ({found}); restore it from a backup")));
            }
            contradictions::check(connection)
        })
    }

    /// Answers a question in SQL, a single `SELECT`, without changing anything.
    ///
    /// For reports. The tables are `groups`, `batches`, `"references"`, `codes`, `events`, `claims`, `claim_rows`,
    /// `field_values`, `warranties` and `requests`; the views `live_references` and `live_attributes` have what people
    /// want to see. It runs in this program's own SQLite: a host that opens the file
    /// with another copy of SQLite in the same process is safe only on Linux.
    ///
    /// # Errors
    /// [`Unavailable`](StoreError::Unavailable) where the text is not one statement of SQL that only reads tables.
    ///
    /// ```
    /// use serial_core::{NewBatch, NewGroup, Registry};
    /// use serial_sqlite::SqliteStore;
    ///
    /// let store = std::sync::Arc::new(SqliteStore::in_memory()?);
    /// let registry = Registry::new(store.clone());
    /// let pumps = registry.create_group(NewGroup::batch("Pump AX-100"))?;
    /// registry.create_batch(pumps.id, NewBatch::of(20).name("Order 4711"))?;
    ///
    /// let sql = "SELECT group_name, batch_name, count(*) AS live FROM live_references GROUP BY 1, 2";
    /// let found = store.query(sql)?;
    /// assert_eq!(found.columns, ["group_name", "batch_name", "live"]);
    /// assert_eq!(found.rows[0][2].as_deref(), Some("20"));
    /// assert!(store.query("DELETE FROM groups").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn query(&self, sql: &str) -> Result<QueryResult, StoreError> {
        self.read_apart(|connection| {
            // Some statements have an effect when they are only prepared.
            connection.authorizer(Some(|wanted: AuthContext<'_>| match wanted.action {
                AuthAction::Select | AuthAction::Read { .. } | AuthAction::Function { .. } | AuthAction::Recursive => {
                    Authorization::Allow
                }
                _ => Authorization::Deny,
            }))?;
            let result = answer(connection, sql);
            connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>)?;
            result
        })
    }
}

fn answer(connection: &Connection, sql: &str) -> Result<QueryResult, Failure> {
    let unusable = |error| StoreError::Unavailable {
        message:
            "the query cannot be run: it has to be one SELECT of tables, and right; issue and delete through a registry"
                .into(),
        source: Some(Box::new(error)),
    };
    let mut statement = connection.prepare(sql).map_err(unusable)?;
    if !statement.readonly() || statement.column_count() == 0 {
        return Err(StoreError::unavailable("there is no query in the text; write a SELECT").into());
    }
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut rows = statement.query(()).map_err(unusable)?;
    let mut result = QueryResult { columns, rows: Vec::new() };
    while let Some(row) = rows.next().map_err(unusable)? {
        let values = (0..result.columns.len()).map(|column| row.get_ref(column).map(text));
        result.rows.push(values.collect::<Result<_, _>>()?);
    }
    Ok(result)
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Some(bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))),
    }
}

/// Gives a finished copy its name, and sees that both are on the disk.
fn finish(unfinished: &Path, path: &Path) -> io::Result<()> {
    fs::File::open(unfinished)?.sync_all()?;
    rename_without_replacing(unfinished, path)?;
    match path.parent() {
        Some(folder) if cfg!(unix) => {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            fs::File::open(folder)?.sync_all()
        }
        _ => Ok(()),
    }
}

/// Renames a file, unless somebody put another one there meanwhile.
#[cfg(target_os = "linux")]
fn rename_without_replacing(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::{
        fs::{CWD, RenameFlags, renameat_with},
        io::Errno,
    };

    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // Some file systems cannot do it.
        Err(Errno::INVAL | Errno::NOSYS) => fs::rename(from, to),
        other => Ok(other?),
    }
}

/// Renames a file; another one that somebody put there since the backup began is replaced.
#[cfg(not(target_os = "linux"))]
fn rename_without_replacing(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)
}

fn unwritable(error: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    let message = "the backup cannot be written; check its folder and the room on its disk";
    StoreError::Unavailable { message: message.into(), source: Some(error) }
}
