//! The store in memory: fast, small, gone with the process unless a snapshot is taken.

#![expect(
    clippy::cast_possible_truncation,
    reason = "positions in a chunk fit 16 bits, and what an append lets in has row and group numbers of 32"
)]

mod append;
mod append_only;
mod cell;
mod claim;
mod events;
mod groups;
mod history;
mod index;
mod large;
mod life;
mod list;
mod packed;
mod read;
mod requests;
mod rows;
mod search;
mod snapshot;
mod snapshot_life;
mod starts;
mod table;

pub use snapshot::{RestoreError, Snapshot};

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use self::{
    append_only::AppendOnly,
    cell::Cell,
    index::{Place, ScopeIndex},
    requests::Requests,
};
use crate::{
    batch::Batch,
    code::Codes,
    group::Group,
    ids::{BatchId, ClaimId, GroupId, RequestId},
    life::{Event, Inventory},
    query::Within,
    reference::Reference,
    store::{
        AppendPlan, Appended, BatchQuery, ChangePlan, Changed, ClaimPlan, ClaimRecord, Claimed, DeletePlan, Deleted,
        Details, EventQuery, Found, GroupChange, GroupDeletePlan, GroupPlan, GroupQuery, ReferenceQuery, RequestRecord,
        RowSet, Slice, Store, StoreError, StoreResult,
    },
    time::Timestamp,
};

/// How many threads can enter codes into the scope of the registry at once without meeting.
const SHARDS: usize = 16;

/// Keeps everything in memory. The default store, and the fastest.
///
/// A reference takes its length plus 14 to 43 bytes, the fewer the more there are. Groups are independent of each other:
/// threads that issue into different groups hardly meet. It holds almost 2^32 codes, deleted ones included, where a group
/// takes up multiples of 2048, and so at most two million groups that have any; issuing more is
/// [`StoreUnavailable`](crate::Error::StoreUnavailable).
///
/// What is in it is gone with the process. [`snapshot`](Self::snapshot) and [`restore`](Self::restore) carry it
/// over; to keep a hand on the store while a registry uses it, share it:
///
/// ```
/// use std::sync::Arc;
/// use serial_core::{MemoryStore, NewGroup, Registry};
///
/// let store = Arc::new(MemoryStore::new());
/// let registry = Registry::new(Arc::clone(&store));
/// let group = registry.create_group(NewGroup::continuous("Service tags"))?;
/// let reference = registry.create_reference(group.id)?;
///
/// let restored = Registry::new(MemoryStore::restore(store.snapshot())?);
/// assert_eq!(restored.lookup(&reference.code)?, reference);
/// # Ok::<(), serial_core::Error>(())
/// ```
pub struct MemoryStore {
    /// Every group there ever was; its position is its id less one.
    cells: AppendOnly<Cell>,
    /// The ids of those that are unique only within themselves.
    with_own_index: AppendOnly<GroupId>,
    /// The groups that exist, by name. Locked before the state of any group.
    names: Mutex<HashMap<String, GroupId>>,
    /// The codes of all groups whose scope is the registry.
    shared: ScopeIndex,
    requests: Requests,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self {
            cells: AppendOnly::new(),
            with_own_index: AppendOnly::new(),
            names: Mutex::default(),
            shared: ScopeIndex::with_shards(SHARDS),
            requests: Requests::default(),
        }
    }

    /// Adds a group whose id is the next one; nobody else adds one meanwhile.
    fn add_cell(&self, cell: Cell) {
        if cell.own_index.is_some() {
            self.with_own_index.push(cell.id);
        }
        self.cells.push(cell);
    }

    /// A group, deleted or not.
    fn cell(&self, id: GroupId) -> Option<&Cell> {
        self.cells.get(usize::try_from(id.0.checked_sub(1)?).ok()?)
    }

    /// The group that a place is in.
    fn at(&self, place: Place) -> Option<&Cell> {
        self.cells.get(place.group as usize)
    }

    fn names(&self) -> MutexGuard<'_, HashMap<String, GroupId>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The index that the codes of a group are in.
    fn index_of<'a>(&'a self, cell: &'a Cell) -> &'a ScopeIndex {
        cell.own_index.as_ref().unwrap_or(&self.shared)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("groups", &self.names().len()).finish_non_exhaustive()
    }
}

impl Store for MemoryStore {
    fn loses_replies(&self) -> bool {
        false
    }

    fn create_group(&self, plan: &GroupPlan) -> StoreResult<Group> {
        Ok(self.create(plan))
    }

    fn change_group(&self, change: &GroupChange) -> StoreResult<Group> {
        Ok(self.change_settings(change))
    }

    fn delete_group(&self, plan: &GroupDeletePlan) -> StoreResult<u64> {
        Ok(self.delete_whole_group(plan))
    }

    fn group(&self, id: GroupId) -> Result<Option<Group>, StoreError> {
        Ok(self.cell(id).and_then(Cell::group))
    }

    fn groups(&self, query: &GroupQuery) -> Result<Slice<Group>, StoreError> {
        Ok(self.list_groups(query))
    }

    fn append(&self, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        self.append_codes(plan)
    }

    fn announce(&self, group: GroupId, codes: &Codes) {
        if let Some(cell) = self.cell(group) {
            self.index_of(cell).bring_near(codes);
        }
    }

    fn request(&self, id: RequestId) -> Result<Option<RequestRecord>, StoreError> {
        Ok(self.request_record(id))
    }

    fn taken(&self, group: GroupId, codes: &Codes) -> StoreResult<Vec<u32>> {
        Ok(self.taken_positions(group, codes))
    }

    fn find(&self, group: Option<GroupId>, codes: &[&str]) -> Result<Vec<Reference>, StoreError> {
        Ok(self.find_codes(group, codes))
    }

    fn find_one(&self, group: Option<GroupId>, code: &str) -> Result<Found, StoreError> {
        self.find_code(group, code)
    }

    fn references(&self, query: &ReferenceQuery) -> StoreResult<Slice<Reference>> {
        Ok(self.list_references(query))
    }

    fn batch(&self, group: GroupId, batch: BatchId) -> StoreResult<Batch> {
        Ok(self.one_batch(group, batch))
    }

    fn batches(&self, query: &BatchQuery) -> StoreResult<Slice<Batch>> {
        Ok(self.list_batches(query))
    }

    fn delete(&self, plan: &DeletePlan) -> Result<Deleted, StoreError> {
        Ok(self.delete_rows(plan))
    }

    fn deleted(&self, group: Option<GroupId>, code: &str) -> Result<Vec<Reference>, StoreError> {
        Ok(self.find_deleted(group, code))
    }

    fn claim(&self, plan: &ClaimPlan<'_>) -> StoreResult<Claimed> {
        self.claim_rows(plan)
    }

    fn claimed(&self, group: GroupId, claim: ClaimId) -> StoreResult<ClaimRecord> {
        Ok(self.one_claim(group, claim))
    }

    fn expire(&self, group: GroupId, at: Timestamp) -> StoreResult<u64> {
        Ok(self.expire_claims(group, at))
    }

    fn change(&self, plan: &ChangePlan<'_>) -> StoreResult<Changed> {
        self.change_rows(plan)
    }

    fn events(&self, query: &EventQuery) -> StoreResult<Slice<Event>> {
        Ok(self.list_events(query))
    }

    fn inventory(&self, within: Within) -> StoreResult<Inventory> {
        Ok(self.take_stock(within))
    }

    fn details(&self, group: GroupId, rows: &RowSet) -> StoreResult<Vec<Details>> {
        Ok(self.details_of(group, rows))
    }
}
