//! What can be chosen when a store is opened.

use std::{path::Path, time::Duration};

use serial_core::StoreError;

use crate::SqliteStore;

/// What a power cut may undo.
///
/// A crash of the program undoes nothing that was acknowledged, whichever is chosen.
///
/// ```
/// use serial_sqlite::{Durability, SqliteStore};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("line-3.db");
/// let store = SqliteStore::options().durability(Durability::ProgramCrash).open(path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Durability {
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
    pub(crate) durability: Durability,
    pub(crate) patience: Duration,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self { durability: Durability::default(), patience: Duration::from_secs(10) }
    }
}

impl SqliteOptions {
    /// What a power cut may undo; nothing unless set.
    pub fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    /// How long a call waits while other processes write, before it says
    /// [`Busy`](serial_core::StoreError::Busy); 10 seconds unless set.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
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
