//! The store in memory: fast, small, gone with the process unless a snapshot is taken.

mod append;
mod cell;
mod groups;
mod index;
mod list;
mod read;
mod requests;
mod rows;
mod search;
mod snapshot;

pub use snapshot::{RestoreError, Snapshot};

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use self::{
    cell::Cell,
    index::{Place, ScopeIndex},
    requests::Requests,
};
use crate::{
    batch::Batch,
    code::Codes,
    group::Group,
    ids::{BatchId, GroupId, RequestId},
    reference::Reference,
    store::{
        AppendPlan, Appended, BatchQuery, DeletePlan, Deleted, GroupChange, GroupDeletePlan, GroupPlan, GroupQuery,
        ReferenceQuery, RequestRecord, Slice, Store, StoreError, StoreResult,
    },
};

/// How many threads can enter codes into the scope of the registry at once without meeting.
const SHARDS: usize = 64;

/// Keeps everything in memory. The default store, and the fastest.
///
/// A reference takes about its length plus 30 bytes. Groups are independent of each other: threads that issue into
/// different groups hardly meet. It holds up to 2^32 codes; issuing more is
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
    directory: RwLock<Directory>,
    /// The codes of all groups whose scope is the registry.
    shared: ScopeIndex,
    requests: Requests,
}

/// The groups. Locked before the state of any group.
#[derive(Default)]
struct Directory {
    /// Every group there ever was; its position is its id less one.
    cells: Vec<Arc<Cell>>,
    /// Those of them that are unique only within themselves.
    with_own_index: Vec<Arc<Cell>>,
    /// Those that exist.
    by_name: HashMap<String, GroupId>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self {
            directory: RwLock::new(Directory::default()),
            shared: ScopeIndex::with_shards(SHARDS),
            requests: Requests::default(),
        }
    }

    /// A group, deleted or not.
    fn cell(&self, id: GroupId) -> Option<Arc<Cell>> {
        let position = usize::try_from(id.0.checked_sub(1)?).ok()?;
        self.directory().cells.get(position).cloned()
    }

    /// Looks at the group that a place is in.
    fn at<T>(&self, place: Place, look: impl FnOnce(&Cell) -> T) -> Option<T> {
        self.cell(GroupId(u64::from(place.group) + 1)).map(|cell| look(&cell))
    }

    fn directory(&self) -> std::sync::RwLockReadGuard<'_, Directory> {
        self.directory.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn directory_mut(&self) -> std::sync::RwLockWriteGuard<'_, Directory> {
        self.directory.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The groups that are unique only within themselves.
    fn groups_with_own_index(&self) -> Vec<Arc<Cell>> {
        self.directory().with_own_index.clone()
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
        f.debug_struct("MemoryStore").field("groups", &self.directory().by_name.len()).finish_non_exhaustive()
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
        Ok(self.change(change))
    }

    fn delete_group(&self, plan: &GroupDeletePlan) -> StoreResult<u64> {
        Ok(self.delete_whole_group(*plan))
    }

    fn group(&self, id: GroupId) -> Result<Option<Group>, StoreError> {
        Ok(self.cell(id).and_then(|cell| cell.group()))
    }

    fn groups(&self, query: &GroupQuery) -> Result<Slice<Group>, StoreError> {
        Ok(self.list_groups(query))
    }

    fn append(&self, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        self.append_codes(plan)
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
}
