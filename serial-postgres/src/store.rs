//! The store, and how its calls reach the server.

use std::{
    fmt,
    future::Future,
    process,
    sync::{Arc, mpsc},
};

use serial_core::{
    AppendPlan, Appended, Batch, BatchId, BatchQuery, ChangePlan, Changed, ClaimId, ClaimPlan, ClaimRecord, Claimed,
    Codes, DeletePlan, Deleted, Details, Event, EventQuery, Group, GroupChange, GroupDeletePlan, GroupId, GroupPlan,
    GroupQuery, Inventory, Reference, ReferenceQuery, RequestId, RequestRecord, RowSet, Slice, Store, StoreError,
    StoreResult, Timestamp, Within,
};
use tokio::runtime::{Builder, Runtime};

use crate::{
    append::OwnedAppend,
    database::Database,
    life::{OwnedChange, OwnedClaim},
    options::PostgresOptions,
    tidy,
};

/// Keeps groups and references in a PostgreSQL database, which any number of processes on any number of machines can
/// share.
///
/// Its calls wait for the server's answer on the thread that makes them, and may be made from any thread, also from
/// one of an asynchronous runtime, where they keep that thread waiting like any other blocking call. A store that a
/// process inherited through a fork answers every call with [`Unavailable`](StoreError::Unavailable): open another.
///
/// ```no_run
/// use serial_core::{NewBatch, NewGroup, Registry};
/// use serial_postgres::PostgresStore;
///
/// let registry = Registry::new(PostgresStore::open("postgres://line1:secret@db.plant/serials")?);
/// let group = registry.create_group(NewGroup::batch("Pump AX-100"))?;
/// for code in registry.create_batch(group.id, NewBatch::of(20))?.codes.iter() {
///     println!("{code}");
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct PostgresStore {
    /// Both are there until the store is dropped.
    runtime: Option<Runtime>,
    database: Option<Arc<Database>>,
    /// The process that the connections belong to.
    process: u32,
}

impl PostgresStore {
    /// Connects to a database with the default options, and makes the tables where there are none.
    ///
    /// # Errors
    /// Those of [`PostgresOptions::open`].
    ///
    /// ```no_run
    /// use serial_postgres::PostgresStore;
    ///
    /// let store = PostgresStore::open("postgres://line1:secret@db.plant/serials?sslmode=verify-full")?;
    /// # Ok::<(), serial_core::StoreError>(())
    /// ```
    pub fn open(url: impl AsRef<str>) -> Result<Self, StoreError> {
        PostgresOptions::default().open(url)
    }

    /// Begins with the default options.
    pub fn options() -> PostgresOptions {
        PostgresOptions::default()
    }

    /// Whether the server finds terms in codes with an index, or has to read all codes.
    ///
    /// The index is made with the tables where the extension `pg_trgm` is there or may be installed. Without it
    /// everything works, and searching for rare terms takes time in proportion to the number of references.
    ///
    /// ```no_run
    /// use serial_postgres::PostgresStore;
    ///
    /// let store = PostgresStore::open("postgres://line1:secret@db.plant/serials")?;
    /// if !store.has_search_index() {
    ///     eprintln!("ask the administrator for CREATE EXTENSION pg_trgm");
    /// }
    /// # Ok::<(), serial_core::StoreError>(())
    /// ```
    pub fn has_search_index(&self) -> bool {
        self.database.as_ref().is_some_and(|database| database.has_search_index())
    }

    pub(crate) fn open_with(url: &str, options: &PostgresOptions) -> Result<Self, StoreError> {
        let database = Arc::new(Database::new(url, options)?);
        let runtime = Builder::new_multi_thread()
            // One thread: a second one costs more in waking each other up than it takes over.
            .worker_threads(1)
            .thread_name("serialref-postgres")
            .enable_io()
            .enable_time()
            .build()
            .map_err(|error| StoreError::Unavailable {
                message: "the threads that talk to the database cannot be started".into(),
                source: Some(Box::new(error)),
            })?;
        let store = Self { runtime: Some(runtime), database: Some(database), process: process::id() };
        store.call(|database| async move { database.prepare_schema().await })?;
        Ok(store)
    }

    /// Has the runtime do something and waits for it. Not with the runtime's own means of waiting, which panic where
    /// the caller's thread belongs to another runtime.
    fn call<T, F>(&self, work: impl FnOnce(Arc<Database>) -> F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        if self.process != process::id() {
            return Err(StoreError::unavailable(
                "this process inherited the store through a fork, and its connections belong to the other process; \
                 open the store again after forking",
            ));
        }
        let (Some(runtime), Some(database)) = (&self.runtime, &self.database) else {
            return Err(StoreError::unavailable("the store is closed"));
        };
        let (sender, receiver) = mpsc::sync_channel(1);
        let work = work(Arc::clone(database));
        runtime.spawn(async move {
            // Nobody listens any more only where the thread that waits is gone.
            let _ = sender.send(work.await);
        });
        receiver.recv().unwrap_or_else(|_| {
            Err(StoreError::outcome_unknown("the call ended without an answer; look before you repeat it"))
        })
    }
}

impl Store for PostgresStore {
    fn loses_replies(&self) -> bool {
        true
    }

    fn create_group(&self, plan: &GroupPlan) -> StoreResult<Group> {
        let plan = plan.clone();
        self.call(|database| async move { database.create_group(&plan).await })
    }

    fn change_group(&self, change: &GroupChange) -> StoreResult<Group> {
        let change = change.clone();
        self.call(|database| async move { database.change_group(&change).await })
    }

    fn delete_group(&self, plan: &GroupDeletePlan) -> StoreResult<u64> {
        let plan = plan.clone();
        self.call(|database| async move { database.delete_group(&plan).await })
    }

    fn group(&self, id: GroupId) -> Result<Option<Group>, StoreError> {
        self.call(move |database| async move { database.group(id).await })
    }

    fn groups(&self, query: &GroupQuery) -> Result<Slice<Group>, StoreError> {
        let query = query.clone();
        self.call(|database| async move { database.groups(&query).await })
    }

    fn append(&self, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        let plan = OwnedAppend::new(plan)?;
        self.call(|database| async move { database.append(&plan).await })
    }

    fn request(&self, id: RequestId) -> Result<Option<RequestRecord>, StoreError> {
        self.call(move |database| async move { database.request(id).await })
    }

    fn taken(&self, group: GroupId, codes: &Codes) -> StoreResult<Vec<u32>> {
        let codes = codes.clone();
        self.call(move |database| async move { database.taken(group, &codes).await })
    }

    fn find(&self, group: Option<GroupId>, codes: &[&str]) -> Result<Vec<Reference>, StoreError> {
        // No code has a NUL, and the database takes none.
        let codes: Vec<String> =
            codes.iter().filter(|code| !code.contains('\0')).map(|code| (*code).to_owned()).collect();
        self.call(move |database| async move { database.find(group, codes).await })
    }

    fn references(&self, query: &ReferenceQuery) -> StoreResult<Slice<Reference>> {
        let query = query.clone();
        self.call(|database| async move {
            let answer = database.references(&query).await;
            if query.term.is_some() {
                tidy::soon(&database);
            }
            answer
        })
    }

    fn batch(&self, group: GroupId, batch: BatchId) -> StoreResult<Batch> {
        self.call(move |database| async move { database.batch(group, batch).await })
    }

    fn batches(&self, query: &BatchQuery) -> StoreResult<Slice<Batch>> {
        let query = query.clone();
        self.call(|database| async move { database.batches(&query).await })
    }

    fn delete(&self, plan: &DeletePlan) -> Result<Deleted, StoreError> {
        let plan = plan.clone();
        self.call(|database| async move { database.delete(&plan).await })
    }

    fn deleted(&self, group: Option<GroupId>, code: &str) -> Result<Vec<Reference>, StoreError> {
        if code.contains('\0') {
            return Ok(Vec::new());
        }
        let code = code.to_owned();
        self.call(move |database| async move { database.deleted(group, &code).await })
    }

    fn claim(&self, plan: &ClaimPlan<'_>) -> StoreResult<Claimed> {
        let plan = OwnedClaim::new(plan)?;
        self.call(|database| async move { database.claim(&plan).await })
    }

    fn claimed(&self, group: GroupId, claim: ClaimId) -> StoreResult<ClaimRecord> {
        self.call(move |database| async move { database.claimed(group, claim).await })
    }

    fn expire(&self, group: GroupId, at: Timestamp) -> StoreResult<u64> {
        self.call(move |database| async move { database.expire(group, at).await })
    }

    fn change(&self, plan: &ChangePlan<'_>) -> StoreResult<Changed> {
        let plan = OwnedChange::new(plan)?;
        self.call(|database| async move { database.change(&plan).await })
    }

    fn events(&self, query: &EventQuery) -> StoreResult<Slice<Event>> {
        let query = query.clone();
        self.call(|database| async move { database.events(&query).await })
    }

    fn inventory(&self, within: Within) -> StoreResult<Inventory> {
        self.call(move |database| async move { database.inventory(within).await })
    }

    fn details(&self, group: GroupId, rows: &RowSet) -> StoreResult<Vec<Details>> {
        let rows = rows.clone();
        self.call(move |database| async move { database.details(group, &rows).await })
    }
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        let (runtime, database) = (self.runtime.take(), self.database.take());
        if self.process != process::id() {
            // Closing what was inherited would disturb the sockets and the poller of the process it belongs to.
            std::mem::forget((runtime, database));
            return;
        }
        drop(database);
        if let Some(runtime) = runtime {
            // Waiting for it is not allowed on threads of another runtime.
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let schema = self.database.as_ref().map(|database| &*database.schema);
        f.debug_struct("PostgresStore").field("schema", &schema).finish_non_exhaustive()
    }
}
