//! The store: one connection that writes, some that read.

use std::{
    fmt, mem,
    path::{Path, PathBuf},
    process,
    sync::Mutex,
};

use rusqlite::{Connection, TransactionBehavior};
use serial_core::{
    Answer, AppendPlan, Appended, Batch, BatchId, BatchQuery, ChangePlan, Changed, ClaimId, ClaimPlan, ClaimRecord,
    Claimed, Codes, DeletePlan, Deleted, Details, Event, EventQuery, Group, GroupChange, GroupDeletePlan, GroupId,
    GroupPlan, GroupQuery, Inventory, Reference, ReferenceQuery, RequestId, RequestRecord, RowSet, Slice, Store,
    StoreError, StoreResult, Timestamp, Within,
};

use crate::{
    append, attributes, batches, change, claims, delete,
    error::Failure,
    events, expire, find, groups, inventory, list, network, open,
    options::SqliteOptions,
    place::Place,
    requests,
    turn::Turn,
    writer::{Writer, lock},
};

/// Stores of one process are opened one after the other. Until a new file has its log, SQLite counts the locks of all
/// connections of a process together, which is wrong of locks that belong to one descriptor each: one of them would
/// stay behind and keep everybody else from making the tables.
static OPENING: Mutex<()> = Mutex::new(());

/// Connections kept for reading; more are opened where more threads read at once, and closed again.
const IDLE_READERS: usize = 8;

/// Keeps references in an SQLite file, or in memory through the same tables.
///
/// Choose it where one machine is enough: what a call has issued is on the disk when it returns, several threads and
/// several processes may use the file at once, and nothing has to be installed. [`SqliteStore::options`] has what can
/// be chosen.
///
/// The file must lie on a disk of this machine. Beside it, while it is open, lie its log and an index of that
/// (`-wal`, `-shm`) and a small file by which processes take turns (`-turn`); the log belongs to the data, so copy a
/// store with [`backup_to`](Self::backup_to) and never with the tools of the operating system.
///
/// A child made by `fork` cannot use the parent's store: every call says so. It opens one of its own. As with any
/// library, fork only while no other thread is inside a call; what it held locked would stay locked in the child.
///
/// A file may have one name only and is used under it by all processes: SQLite keeps a log beside each name. Mount the
/// folder of a store into a container, never the file.
///
/// ```
/// use serial_core::{NewBatch, NewGroup, Registry};
/// use serial_sqlite::SqliteStore;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("line-3.db");
/// let registry = Registry::new(SqliteStore::open(&path)?);
/// let pumps = registry.create_group(NewGroup::batch("Pump AX-100"))?;
/// let batch = registry.create_batch(pumps.id, NewBatch::of(500))?;
/// drop(registry);
///
/// let registry = Registry::new(SqliteStore::open(&path)?);
/// assert_eq!(registry.lookup(batch.codes.get(0).unwrap())?.batch, Some(batch.id));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SqliteStore {
    /// `None` only while it is dropped.
    writer: Option<Writer>,
    readers: Option<Readers>,
    process: u32,
}

/// Connections for reading a file.
struct Readers {
    path: PathBuf,
    options: SqliteOptions,
    idle: Mutex<Vec<Connection>>,
}

impl SqliteStore {
    /// Opens a file, or creates it; a file of an older version is brought up to date. The path `:memory:` is a store in
    /// memory.
    ///
    /// # Errors
    /// [`Unavailable`](StoreError::Unavailable) where the file cannot be read and written, lies on a network, has
    /// several names (hard links), or is another program's database; [`SchemaTooNew`](StoreError::SchemaTooNew) where a newer version of the library
    /// wrote it; [`Corrupt`](StoreError::Corrupt) where it is not a database at all; [`Busy`](StoreError::Busy) where
    /// other processes held it all the time.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        SqliteOptions::default().open(path)
    }

    /// A store in memory, gone when it is dropped. It has the same tables; a
    /// [`MemoryStore`](serial_core::MemoryStore) is much faster.
    ///
    /// # Errors
    /// [`Unavailable`](StoreError::Unavailable) where there is no memory for it.
    pub fn in_memory() -> Result<Self, StoreError> {
        Self::open_with(None, &SqliteOptions::default())
    }

    /// Begins with the default options.
    pub fn options() -> SqliteOptions {
        SqliteOptions::default()
    }

    pub(crate) fn open_with(path: Option<&Path>, options: &SqliteOptions) -> Result<Self, StoreError> {
        let path = path.filter(|path| *path != Path::new(":memory:"));
        // SQLite takes a path that begins with `file:` for a URL, but no absolute one does.
        let absolute = path.map(std::path::absolute).transpose().map_err(|error| unopenable(Box::new(error)))?;
        let path = absolute.as_deref();
        if let Some(path) = path {
            network::refuse(path)?;
            // Where it is a link, the file lies elsewhere.
            path.canonicalize().map_or(Ok(()), |path| network::refuse(&path))?;
        }
        let _one_at_a_time = lock(&OPENING);
        // First the file, so that none is made beside one that is no store.
        let connection = open::writer(path, options)?;
        let place = path.map(Place::of).transpose().map_err(|error| unopenable(Box::new(error)))?;
        place.as_ref().map_or(Ok(()), Place::check)?;
        let shared = place.map(|place| {
            let turn = Turn::beside(place.path());
            (place, turn)
        });
        let path = shared.as_ref().map(|(place, _)| place.path().to_owned());
        let writer = Writer::open(connection, shared, options.patience)?;
        let readers = path.map(|path| Readers { path, options: options.clone(), idle: Mutex::default() });
        Ok(Self { writer: Some(writer), readers, process: process::id() })
    }

    /// Runs a change in a transaction of its own, or one shared with others that came at the same time.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<Answer<T>, Failure> + Send + 'static,
    ) -> StoreResult<T> {
        self.usable()?.write(job)
    }

    /// Reads in one transaction, so that everything read is of the same moment.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, Failure>) -> Result<T, StoreError> {
        let writer = self.usable()?;
        let Some(readers) = &self.readers else {
            return writer.read(|connection| read(connection));
        };
        let idle = lock(&readers.idle).pop();
        writer.check_place()?;
        let mut connection = match idle {
            Some(connection) => connection,
            None => open::reader(&readers.path, &readers.options)?,
        };
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Deferred).map_err(Failure::from)?;
        let result = read(&transaction);
        drop(transaction);
        let mut idle = lock(&readers.idle);
        if idle.len() < IDLE_READERS && connection.is_autocommit() {
            idle.push(connection);
        }
        Ok(result?)
    }

    /// Reads with a connection that serves this one call where there is a file, so that whatever is done to the
    /// connection is gone with it.
    pub(crate) fn read_apart<T>(
        &self,
        read: impl FnOnce(&mut Connection) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        let writer = self.usable()?;
        match &self.readers {
            None => writer.read(read),
            Some(readers) => {
                writer.check_place()?;
                Ok(read(&mut open::reader(&readers.path, &readers.options)?)?)
            }
        }
    }

    /// Where the file is; `None` for a store in memory.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.readers.as_ref().map(|readers| readers.path.as_path())
    }

    fn usable(&self) -> Result<&Writer, StoreError> {
        if process::id() != self.process {
            let message = "the store was opened before this process was forked; open it again in the child";
            return Err(StoreError::unavailable(message));
        }
        let writer = self.writer.as_ref().ok_or_else(|| StoreError::unavailable("the store is closed"))?;
        writer.check()?;
        Ok(writer)
    }
}

fn unopenable(error: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    let message = "the store cannot be opened; check that its folder exists and may be written";
    StoreError::Unavailable { message: message.into(), source: Some(error) }
}

impl Drop for SqliteStore {
    /// In a forked child the parent's connections are left alone: closing them would write to its file.
    fn drop(&mut self) {
        if process::id() == self.process {
            // Readers first: the last connection that closes tidies up the log, and only the writer can.
            drop(self.readers.take());
            if let Some(writer) = self.writer.take() {
                writer.close();
            }
            return;
        }
        if let Some(readers) = self.readers.take() {
            mem::forget(readers);
        }
        if let Some(writer) = self.writer.take() {
            mem::forget(writer.into_connection());
        }
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.readers.as_ref().map(|readers| &readers.path);
        f.debug_struct("SqliteStore").field("path", &path).finish_non_exhaustive()
    }
}

impl Store for SqliteStore {
    fn loses_replies(&self) -> bool {
        false
    }

    fn create_group(&self, plan: &GroupPlan) -> StoreResult<Group> {
        let plan = plan.clone();
        self.write(move |connection| groups::create(connection, &plan))
    }

    fn change_group(&self, change: &GroupChange) -> StoreResult<Group> {
        let change = change.clone();
        self.write(move |connection| groups::change(connection, &change))
    }

    fn delete_group(&self, plan: &GroupDeletePlan) -> StoreResult<u64> {
        let plan = plan.clone();
        self.write(move |connection| groups::delete(connection, &plan))
    }

    fn group(&self, id: GroupId) -> Result<Option<Group>, StoreError> {
        self.read(|connection| groups::one(connection, id))
    }

    fn groups(&self, query: &GroupQuery) -> Result<Slice<Group>, StoreError> {
        self.read(|connection| groups::list(connection, query))
    }

    fn append(&self, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        let plan = append::Plan::of(plan)?;
        self.write(move |connection| append::append(connection, &plan))
    }

    fn request(&self, id: RequestId) -> Result<Option<RequestRecord>, StoreError> {
        self.read(|connection| requests::one(connection, id))
    }

    fn taken(&self, group: GroupId, codes: &Codes) -> StoreResult<Vec<u32>> {
        self.read(|connection| find::taken(connection, group, codes))
    }

    fn find(&self, group: Option<GroupId>, codes: &[&str]) -> Result<Vec<Reference>, StoreError> {
        self.read(|connection| find::find(connection, group, codes))
    }

    fn references(&self, query: &ReferenceQuery) -> StoreResult<Slice<Reference>> {
        self.read(|connection| list::references(connection, query))
    }

    fn batch(&self, group: GroupId, batch: BatchId) -> StoreResult<Batch> {
        self.read(|connection| batches::one(connection, group, batch))
    }

    fn batches(&self, query: &BatchQuery) -> StoreResult<Slice<Batch>> {
        self.read(|connection| batches::list(connection, query))
    }

    fn delete(&self, plan: &DeletePlan) -> Result<Deleted, StoreError> {
        let plan = plan.clone();
        match self.write(move |connection| delete::delete(connection, &plan).map(Answer::Done))? {
            Answer::Done(deleted) => Ok(deleted),
            Answer::Refused(_) => Err(StoreError::contract("a deletion is never refused")),
        }
    }

    fn deleted(&self, group: Option<GroupId>, code: &str) -> Result<Vec<Reference>, StoreError> {
        self.read(|connection| find::deleted(connection, group, code))
    }

    fn claim(&self, plan: &ClaimPlan<'_>) -> StoreResult<Claimed> {
        let plan = claims::Plan::of(plan)?;
        self.write(move |connection| claims::claim(connection, &plan))
    }

    fn claimed(&self, group: GroupId, claim: ClaimId) -> StoreResult<ClaimRecord> {
        self.read(|connection| claims::one(connection, group, claim))
    }

    fn expire(&self, group: GroupId, at: Timestamp) -> StoreResult<u64> {
        self.write(move |connection| expire::expire(connection, group, at))
    }

    fn change(&self, plan: &ChangePlan<'_>) -> StoreResult<Changed> {
        let plan = change::Plan::of(plan)?;
        self.write(move |connection| change::change(connection, &plan))
    }

    fn events(&self, query: &EventQuery) -> StoreResult<Slice<Event>> {
        self.read(|connection| events::list(connection, query))
    }

    fn inventory(&self, within: Within) -> StoreResult<Inventory> {
        self.read(|connection| inventory::inventory(connection, within))
    }

    fn details(&self, group: GroupId, rows: &RowSet) -> StoreResult<Vec<Details>> {
        self.read(|connection| attributes::details(connection, group, rows))
    }
}
