//! Random operations are answered as the model answers them, by a store that is closed and opened again in between.

mod support;

use std::{
    path::PathBuf,
    sync::{Mutex, MutexGuard},
};

use serial_core::{
    AppendPlan, Appended, Batch, BatchId, BatchQuery, ChangePlan, Changed, ClaimId, ClaimPlan, ClaimRecord, Claimed,
    Codes, DeletePlan, Deleted, Details, Event, EventQuery, Group, GroupChange, GroupDeletePlan, GroupId, GroupPlan,
    GroupQuery, Inventory, Reference, ReferenceQuery, RequestId, RequestRecord, RowSet, Slice, Store, StoreError,
    StoreResult, Timestamp, Within,
    conformance::{Durability, Factory, Storage, agree_with_model},
};
use serial_sqlite::SqliteStore;
use support::{File, Files};

/// Calls between two openings.
const CALLS: usize = 9;

/// A file that is closed and opened again after some calls.
struct Reopening {
    path: PathBuf,
    open: Mutex<(Option<SqliteStore>, usize)>,
}

impl Reopening {
    fn new(path: PathBuf) -> Self {
        Self { path, open: Mutex::default() }
    }

    fn with<T>(&self, call: impl FnOnce(&SqliteStore) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut open: MutexGuard<'_, _> = self.open.lock().unwrap();
        let (store, calls) = &mut *open;
        *calls += 1;
        if *calls % CALLS == 0 {
            // Closed before it is opened: the last one to close moves the log into the file.
            drop(store.take());
        }
        let store = match store {
            Some(store) => store,
            None => store.insert(SqliteStore::open(&self.path)?),
        };
        call(store)
    }
}

impl Store for Reopening {
    fn loses_replies(&self) -> bool {
        false
    }

    fn create_group(&self, plan: &GroupPlan) -> StoreResult<Group> {
        self.with(|store| store.create_group(plan))
    }

    fn change_group(&self, change: &GroupChange) -> StoreResult<Group> {
        self.with(|store| store.change_group(change))
    }

    fn delete_group(&self, plan: &GroupDeletePlan) -> StoreResult<u64> {
        self.with(|store| store.delete_group(plan))
    }

    fn group(&self, id: GroupId) -> Result<Option<Group>, StoreError> {
        self.with(|store| store.group(id))
    }

    fn groups(&self, query: &GroupQuery) -> Result<Slice<Group>, StoreError> {
        self.with(|store| store.groups(query))
    }

    fn append(&self, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        self.with(|store| store.append(plan))
    }

    fn request(&self, id: RequestId) -> Result<Option<RequestRecord>, StoreError> {
        self.with(|store| store.request(id))
    }

    fn taken(&self, group: GroupId, codes: &Codes) -> StoreResult<Vec<u32>> {
        self.with(|store| store.taken(group, codes))
    }

    fn find(&self, group: Option<GroupId>, codes: &[&str]) -> Result<Vec<Reference>, StoreError> {
        self.with(|store| store.find(group, codes))
    }

    fn references(&self, query: &ReferenceQuery) -> StoreResult<Slice<Reference>> {
        self.with(|store| store.references(query))
    }

    fn batch(&self, group: GroupId, batch: BatchId) -> StoreResult<Batch> {
        self.with(|store| store.batch(group, batch))
    }

    fn batches(&self, query: &BatchQuery) -> StoreResult<Slice<Batch>> {
        self.with(|store| store.batches(query))
    }

    fn delete(&self, plan: &DeletePlan) -> Result<Deleted, StoreError> {
        self.with(|store| store.delete(plan))
    }

    fn deleted(&self, group: Option<GroupId>, code: &str) -> Result<Vec<Reference>, StoreError> {
        self.with(|store| store.deleted(group, code))
    }

    fn claim(&self, plan: &ClaimPlan<'_>) -> StoreResult<Claimed> {
        self.with(|store| store.claim(plan))
    }

    fn claimed(&self, group: GroupId, claim: ClaimId) -> StoreResult<ClaimRecord> {
        self.with(|store| store.claimed(group, claim))
    }

    fn expire(&self, group: GroupId, at: Timestamp) -> StoreResult<u64> {
        self.with(|store| store.expire(group, at))
    }

    fn change(&self, plan: &ChangePlan<'_>) -> StoreResult<Changed> {
        self.with(|store| store.change(plan))
    }

    fn events(&self, query: &EventQuery) -> StoreResult<Slice<Event>> {
        self.with(|store| store.events(query))
    }

    fn inventory(&self, within: Within) -> StoreResult<Inventory> {
        self.with(|store| store.inventory(within))
    }

    fn details(&self, group: GroupId, rows: &RowSet) -> StoreResult<Vec<Details>> {
        self.with(|store| store.details(group, rows))
    }
}

struct ReopeningFiles;

struct ReopeningFile(File);

impl Factory for ReopeningFiles {
    fn create(&self) -> Box<dyn Storage + '_> {
        Box::new(ReopeningFile(File::new()))
    }
}

impl Storage for ReopeningFile {
    fn open(&self) -> Box<dyn Store> {
        Box::new(Reopening::new(self.0.path()))
    }

    fn durability(&self) -> Durability {
        Durability::Shared
    }
}

fn agree(factory: &dyn Factory, seeds: std::ops::Range<u64>, operations: usize) {
    for seed in seeds {
        if let Err(divergence) = agree_with_model(factory, seed, operations) {
            panic!("{divergence}");
        }
    }
}

#[test]
fn a_file_agrees_with_the_model() {
    agree(&Files, 1000..1000 + support::runs(12, 600), 250);
}

#[test]
fn a_file_that_is_closed_and_opened_in_between_agrees_with_the_model() {
    agree(&ReopeningFiles, 5000..5000 + support::runs(4, 120), 120);
}

#[test]
fn memory_agrees_with_the_model() {
    agree(&|| SqliteStore::in_memory().unwrap(), 9000..9000 + support::runs(12, 600), 250);
}
