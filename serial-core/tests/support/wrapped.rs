//! A store in memory some of whose methods are replaced.

use serial_core::{
    AppendPlan, Appended, Batch, BatchId, BatchQuery, ChangePlan, Changed, ClaimId, ClaimPlan, ClaimRecord, Claimed,
    Codes, DeletePlan, Deleted, Details, Event, EventQuery, Group, GroupChange, GroupDeletePlan, GroupId, GroupPlan,
    GroupQuery, Inventory, MemoryStore, Reference, ReferenceQuery, RequestId, RequestRecord, RowSet, Slice, Store,
    StoreError, StoreResult, Timestamp, Within,
};

type Hook<F> = Box<F>;

#[expect(clippy::type_complexity, reason = "each is the signature of the method it replaces")]
pub(crate) struct Wrapped {
    pub(crate) store: MemoryStore,
    pub(crate) append: Hook<dyn Fn(&MemoryStore, &AppendPlan<'_>) -> StoreResult<Appended> + Send + Sync>,
    pub(crate) taken: Hook<dyn Fn(&MemoryStore, GroupId, &Codes) -> StoreResult<Vec<u32>> + Send + Sync>,
    pub(crate) references: Hook<dyn Fn(&MemoryStore, &ReferenceQuery) -> StoreResult<Slice<Reference>> + Send + Sync>,
    pub(crate) groups: Hook<dyn Fn(&MemoryStore, &GroupQuery) -> Result<Slice<Group>, StoreError> + Send + Sync>,
    pub(crate) group: Hook<dyn Fn(&MemoryStore, GroupId) -> Result<Option<Group>, StoreError> + Send + Sync>,
    pub(crate) find: Hook<dyn Fn(&MemoryStore, &[&str]) -> Result<Vec<Reference>, StoreError> + Send + Sync>,
    pub(crate) claim: Hook<dyn Fn(&MemoryStore, &ClaimPlan<'_>) -> StoreResult<Claimed> + Send + Sync>,
    pub(crate) change: Hook<dyn Fn(&MemoryStore, &ChangePlan<'_>) -> StoreResult<Changed> + Send + Sync>,
    pub(crate) events: Hook<dyn Fn(&MemoryStore, &EventQuery) -> StoreResult<Slice<Event>> + Send + Sync>,
    pub(crate) inventory: Hook<dyn Fn(&MemoryStore, Within) -> StoreResult<Inventory> + Send + Sync>,
    pub(crate) details: Hook<dyn Fn(&MemoryStore, GroupId, &RowSet) -> StoreResult<Vec<Details>> + Send + Sync>,
    /// Is told which other method is called, of those that read.
    pub(crate) told: Hook<dyn Fn(&'static str) + Send + Sync>,
}

impl Default for Wrapped {
    fn default() -> Self {
        Self {
            store: MemoryStore::new(),
            append: Box::new(Store::append),
            taken: Box::new(Store::taken),
            references: Box::new(Store::references),
            groups: Box::new(Store::groups),
            group: Box::new(Store::group),
            find: Box::new(|store, codes| store.find(None, codes)),
            claim: Box::new(Store::claim),
            change: Box::new(Store::change),
            events: Box::new(Store::events),
            inventory: Box::new(Store::inventory),
            details: Box::new(Store::details),
            told: Box::new(|_| ()),
        }
    }
}

impl Store for Wrapped {
    fn append(&self, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        (self.append)(&self.store, plan)
    }

    fn taken(&self, group: GroupId, codes: &Codes) -> StoreResult<Vec<u32>> {
        (self.taken)(&self.store, group, codes)
    }

    fn references(&self, query: &ReferenceQuery) -> StoreResult<Slice<Reference>> {
        (self.references)(&self.store, query)
    }

    fn groups(&self, query: &GroupQuery) -> Result<Slice<Group>, StoreError> {
        (self.groups)(&self.store, query)
    }

    fn group(&self, id: GroupId) -> Result<Option<Group>, StoreError> {
        (self.group)(&self.store, id)
    }

    fn find(&self, _: Option<GroupId>, codes: &[&str]) -> Result<Vec<Reference>, StoreError> {
        (self.find)(&self.store, codes)
    }

    fn loses_replies(&self) -> bool {
        self.store.loses_replies()
    }

    fn create_group(&self, plan: &GroupPlan) -> StoreResult<Group> {
        self.store.create_group(plan)
    }

    fn change_group(&self, change: &GroupChange) -> StoreResult<Group> {
        self.store.change_group(change)
    }

    fn delete_group(&self, plan: &GroupDeletePlan) -> StoreResult<u64> {
        self.store.delete_group(plan)
    }

    fn request(&self, id: RequestId) -> Result<Option<RequestRecord>, StoreError> {
        (self.told)("request");
        self.store.request(id)
    }

    fn batch(&self, group: GroupId, batch: BatchId) -> StoreResult<Batch> {
        (self.told)("batch");
        self.store.batch(group, batch)
    }

    fn batches(&self, query: &BatchQuery) -> StoreResult<Slice<Batch>> {
        (self.told)("batches");
        self.store.batches(query)
    }

    fn delete(&self, plan: &DeletePlan) -> Result<Deleted, StoreError> {
        self.store.delete(plan)
    }

    fn deleted(&self, group: Option<GroupId>, code: &str) -> Result<Vec<Reference>, StoreError> {
        self.store.deleted(group, code)
    }

    fn claim(&self, plan: &ClaimPlan<'_>) -> StoreResult<Claimed> {
        (self.claim)(&self.store, plan)
    }

    fn claimed(&self, group: GroupId, claim: ClaimId) -> StoreResult<ClaimRecord> {
        self.store.claimed(group, claim)
    }

    fn expire(&self, group: GroupId, at: Timestamp) -> StoreResult<u64> {
        self.store.expire(group, at)
    }

    fn change(&self, plan: &ChangePlan<'_>) -> StoreResult<Changed> {
        (self.change)(&self.store, plan)
    }

    fn events(&self, query: &EventQuery) -> StoreResult<Slice<Event>> {
        (self.told)("events");
        (self.events)(&self.store, query)
    }

    fn inventory(&self, within: Within) -> StoreResult<Inventory> {
        (self.told)("inventory");
        (self.inventory)(&self.store, within)
    }

    fn details(&self, group: GroupId, rows: &RowSet) -> StoreResult<Vec<Details>> {
        (self.told)("details");
        (self.details)(&self.store, group, rows)
    }
}
