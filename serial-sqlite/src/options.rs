//! What can be chosen when a store is opened.

use std::{path::Path, time::Duration};

use serial_core::StoreError;

use crate::SqliteStore;

/// What a power cut may undo.
///
/// A crash of the program undoes nothing that was acknowledged, whichever is chosen.
///
/// ```
/// use serial_sqlite::{SqliteDurability, SqliteStore};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("line-3.db");
/// let store = SqliteStore::options().durability(SqliteDurability::ProgramCrash).open(path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SqliteDurability {
    /// Nothing: what a call has issued is on the disk when it returns (SQLite's `synchronous=FULL`). The default.
    #[default]
    PowerCut = 1,
    /// The last acknowledged calls, all those since the last checkpoint at the worst (`synchronous=NORMAL`). Their
    /// codes may be on products already and would be issued again by a Sequential group. Only for numbers that can
    /// be thrown away.
    ProgramCrash = 2,
}

/// Collects how a store is to be opened.
///
/// ```
/// use std::time::Duration;
/// use serial_sqlite::SqliteStore;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("line-3.db");
/// let store = SqliteStore::options().patience(Duration::from_secs(2)).open(path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "options do nothing until a store is opened with them"]
pub struct SqliteOptions {
    pub(crate) durability: SqliteDurability,
    pub(crate) patience: Duration,
    pub(crate) create: bool,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self { durability: SqliteDurability::default(), patience: Duration::from_secs(10), create: true }
    }
}

impl SqliteOptions {
    /// What a power cut may undo; nothing unless set.
    pub fn durability(mut self, durability: SqliteDurability) -> Self {
        self.durability = durability;
        self
    }

    /// How long a call waits while other processes write, before it says
    /// [`Busy`](serial_core::StoreError::Busy); 10 seconds unless set, a day at the most.
    pub fn patience(mut self, patience: Duration) -> Self {
        // More than SQLite counts, and than anybody waits.
        self.patience = patience.min(Duration::from_secs(24 * 60 * 60));
        self
    }

    /// Opens a file that exists and never creates one: a mistyped path is an error then, and not a new, empty store
    /// that issues the same numbers again.
    ///
    /// ```
    /// use serial_sqlite::SqliteStore;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("lime-3.db");
    /// assert!(SqliteStore::options().must_exist().open(path).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn must_exist(mut self) -> Self {
        self.create = false;
        self
    }

    /// Opens the file, or creates it, with these options.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub fn open(self, path: impl AsRef<Path>) -> Result<SqliteStore, StoreError> {
        SqliteStore::open_with(Some(path.as_ref()), &self)
    }
}
