//! Looking after a store: backups, checks, and questions in SQL.

use std::{
    ffi::OsString,
    fs, io,
    path::Path,
    process,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use rusqlite::{Connection, backup::Backup, types::ValueRef};
use serial_core::StoreError;

use crate::{SqliteStore, error::Failure};

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
        let path = path.as_ref();
        if path.symlink_metadata().is_ok() {
            return Err(StoreError::unavailable("there is something at the path of the backup; choose another"));
        }
        // Whoever finds the file finds it whole, also where several back up to the same place.
        let mut unfinished = OsString::from(path);
        let number = BACKUPS.fetch_add(1, Ordering::Relaxed);
        unfinished.push(format!(".{}-{number}.unfinished", process::id()));
        let unfinished = Path::new(&unfinished);
        let copied = self.read(|connection| {
            let _ = fs::remove_file(unfinished);
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

    /// Checks that the file is whole and that what is in it agrees with itself.
    ///
    /// It reads everything, about a second for a million references; run it after trouble with a disk, or every night.
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
            for (what, sql) in CONTRADICTIONS {
                let found: i64 = connection.query_row(sql, (), |row| row.get(0))?;
                if found > 0 {
                    let message = format!("{what} ({found} times); restore the store from a backup");
                    return Err(Failure::corrupt(message));
                }
            }
            Ok(())
        })
    }

    /// Answers a question in SQL, without changing anything.
    ///
    /// For reports. The tables are `groups`, `batches`, `"references"`, `codes` and `requests`, and the view
    /// `live_references` has what people want to see. It runs in this program's own SQLite: a host that opens the file
    /// with another copy of SQLite in the same process is safe only on Linux.
    ///
    /// # Errors
    /// [`Unavailable`](StoreError::Unavailable) where the text is not one statement of SQL that only reads.
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
        self.read(|connection| {
            let unusable = |error| StoreError::Unavailable {
                message: "the query cannot be run; check its SQL".into(),
                source: Some(Box::new(error)),
            };
            let mut statement = connection.prepare(sql).map_err(unusable)?;
            if !statement.readonly() || statement.column_count() == 0 {
                return Err(
                    StoreError::unavailable("a query can only read; issue and delete through a registry").into()
                );
            }
            let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
            let mut rows = statement.query(()).map_err(unusable)?;
            let mut result = QueryResult { columns, rows: Vec::new() };
            while let Some(row) = rows.next()? {
                let values = (0..result.columns.len()).map(|column| row.get_ref(column).map(text));
                result.rows.push(values.collect::<Result<_, _>>()?);
            }
            Ok(result)
        })
    }
}

/// What must not be found in the tables, with a count of how often it is.
const CONTRADICTIONS: [(&str, &str); 5] = [
    (
        "a reference has no code of its own",
        "SELECT count(*) FROM \"references\" AS r WHERE NOT EXISTS \
         (SELECT 1 FROM codes AS c WHERE c.code = r.code AND c.id = r.id)",
    ),
    (
        "a code belongs to no reference",
        "SELECT abs((SELECT count(*) FROM codes) - (SELECT count(*) FROM \"references\"))",
    ),
    (
        "a group miscounts its references",
        "SELECT count(*) FROM groups AS g WHERE g.issued != (SELECT count(*) FROM \"references\" AS r \
         WHERE r.id BETWEEN (g.group_id << 32) AND (g.group_id << 32) + 4294967295) \
         OR g.live != (SELECT count(*) FROM \"references\" AS r \
         WHERE r.id BETWEEN (g.group_id << 32) AND (g.group_id << 32) + 4294967295 AND NOT r.deleted) \
         OR g.batches != (SELECT count(*) FROM batches AS b WHERE b.group_id = g.group_id)",
    ),
    (
        "a batch miscounts its references",
        "SELECT count(*) FROM batches AS b WHERE b.live != (SELECT count(*) FROM \"references\" AS r \
         WHERE r.id BETWEEN (b.group_id << 32) + b.first_row AND (b.group_id << 32) + b.first_row + b.size - 1 \
         AND r.batch_id = b.batch_id AND NOT r.deleted)",
    ),
    (
        "a page would begin in the wrong place",
        "SELECT count(*) FROM (SELECT group_id, (row_id - 1) / 1000 AS block, count(*) AS deleted \
         FROM \"references\" WHERE deleted = 1 GROUP BY 1, 2 \
         EXCEPT SELECT group_id, block, deleted FROM gaps)",
    ),
];

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
    // Unlike renaming, this never replaces what somebody else put there meanwhile.
    fs::hard_link(unfinished, path)?;
    fs::remove_file(unfinished)?;
    match path.parent() {
        Some(folder) if cfg!(unix) => {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            fs::File::open(folder)?.sync_all()
        }
        _ => Ok(()),
    }
}

fn unwritable(error: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    let message = "the backup cannot be written; check its folder and the room on its disk";
    StoreError::Unavailable { message: message.into(), source: Some(error) }
}
