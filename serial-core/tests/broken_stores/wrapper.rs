//! The model with a flaw.

use serial_core::{
    AppendPlan, Appended, Batch, BatchId, BatchQuery, ChangePlan, Changed, ClaimId, ClaimPlan, ClaimRecord, Claimed,
    Codes, DeletePlan, Deleted, Details, Event, EventQuery, Found, Group, GroupChange, GroupDeletePlan, GroupId,
    GroupPlan, GroupQuery, Inventory, Reference, ReferenceQuery, RequestId, RequestRecord, RowSet, Slice, Store,
    StoreError, StoreResult, Timestamp, Within, conformance::ModelStore,
};

/// What is broken; every method that is not written anew does what it should.
pub(crate) trait Flaw: Default + Send + Sync + 'static {
    fn create_group(&self, store: &ModelStore, plan: &GroupPlan) -> StoreResult<Group> {
        store.create_group(plan)
    }

    fn change_group(&self, store: &ModelStore, change: &GroupChange) -> StoreResult<Group> {
        store.change_group(change)
    }

    fn delete_group(&self, store: &ModelStore, plan: &GroupDeletePlan) -> StoreResult<u64> {
        store.delete_group(plan)
    }

    fn group(&self, store: &ModelStore, id: GroupId) -> Result<Option<Group>, StoreError> {
        store.group(id)
    }

    fn groups(&self, store: &ModelStore, query: &GroupQuery) -> Result<Slice<Group>, StoreError> {
        store.groups(query)
    }

    fn append(&self, store: &ModelStore, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        store.append(plan)
    }

    fn request(&self, store: &ModelStore, id: RequestId) -> Result<Option<RequestRecord>, StoreError> {
        store.request(id)
    }

    fn find(&self, store: &ModelStore, group: Option<GroupId>, codes: &[&str]) -> Result<Vec<Reference>, StoreError> {
        store.find(group, codes)
    }

    fn find_one(&self, store: &ModelStore, group: Option<GroupId>, code: &str) -> Result<Found, StoreError> {
        store.find_one(group, code)
    }

    fn references(&self, store: &ModelStore, query: &ReferenceQuery) -> StoreResult<Slice<Reference>> {
        store.references(query)
    }

    fn batches(&self, store: &ModelStore, query: &BatchQuery) -> StoreResult<Slice<Batch>> {
        store.batches(query)
    }

    fn delete(&self, store: &ModelStore, plan: &DeletePlan) -> Result<Deleted, StoreError> {
        store.delete(plan)
    }

    fn claim(&self, store: &ModelStore, plan: &ClaimPlan<'_>) -> StoreResult<Claimed> {
        store.claim(plan)
    }

    fn expire(&self, store: &ModelStore, group: GroupId, at: Timestamp) -> StoreResult<u64> {
        store.expire(group, at)
    }

    fn change(&self, store: &ModelStore, plan: &ChangePlan<'_>) -> StoreResult<Changed> {
        store.change(plan)
    }

    fn events(&self, store: &ModelStore, query: &EventQuery) -> StoreResult<Slice<Event>> {
        store.events(query)
    }

    fn inventory(&self, store: &ModelStore, within: Within) -> StoreResult<Inventory> {
        store.inventory(within)
    }

    fn details(&self, store: &ModelStore, group: GroupId, rows: &RowSet) -> StoreResult<Vec<Details>> {
        store.details(group, rows)
    }
}

/// A store with a flaw.
#[derive(Default)]
pub(crate) struct Broken<F> {
    pub(crate) store: ModelStore,
    flaw: F,
}

impl<F: Flaw> Store for Broken<F> {
    fn loses_replies(&self) -> bool {
        false
    }

    fn create_group(&self, plan: &GroupPlan) -> StoreResult<Group> {
        self.flaw.create_group(&self.store, plan)
    }

    fn change_group(&self, change: &GroupChange) -> StoreResult<Group> {
        self.flaw.change_group(&self.store, change)
    }

    fn delete_group(&self, plan: &GroupDeletePlan) -> StoreResult<u64> {
        self.flaw.delete_group(&self.store, plan)
    }

    fn group(&self, id: GroupId) -> Result<Option<Group>, StoreError> {
        self.flaw.group(&self.store, id)
    }

    fn groups(&self, query: &GroupQuery) -> Result<Slice<Group>, StoreError> {
        self.flaw.groups(&self.store, query)
    }

    fn append(&self, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        self.flaw.append(&self.store, plan)
    }

    fn request(&self, id: RequestId) -> Result<Option<RequestRecord>, StoreError> {
        self.flaw.request(&self.store, id)
    }

    fn taken(&self, group: GroupId, codes: &Codes) -> StoreResult<Vec<u32>> {
        self.store.taken(group, codes)
    }

    fn find(&self, group: Option<GroupId>, codes: &[&str]) -> Result<Vec<Reference>, StoreError> {
        self.flaw.find(&self.store, group, codes)
    }

    fn find_one(&self, group: Option<GroupId>, code: &str) -> Result<Found, StoreError> {
        self.flaw.find_one(&self.store, group, code)
    }

    fn references(&self, query: &ReferenceQuery) -> StoreResult<Slice<Reference>> {
        self.flaw.references(&self.store, query)
    }

    fn batch(&self, group: GroupId, batch: BatchId) -> StoreResult<Batch> {
        self.store.batch(group, batch)
    }

    fn batches(&self, query: &BatchQuery) -> StoreResult<Slice<Batch>> {
        self.flaw.batches(&self.store, query)
    }

    fn delete(&self, plan: &DeletePlan) -> Result<Deleted, StoreError> {
        self.flaw.delete(&self.store, plan)
    }

    fn deleted(&self, group: Option<GroupId>, code: &str) -> Result<Vec<Reference>, StoreError> {
        self.store.deleted(group, code)
    }

    fn claim(&self, plan: &ClaimPlan<'_>) -> StoreResult<Claimed> {
        self.flaw.claim(&self.store, plan)
    }

    fn claimed(&self, group: GroupId, claim: ClaimId) -> StoreResult<ClaimRecord> {
        self.store.claimed(group, claim)
    }

    fn expire(&self, group: GroupId, at: Timestamp) -> StoreResult<u64> {
        self.flaw.expire(&self.store, group, at)
    }

    fn change(&self, plan: &ChangePlan<'_>) -> StoreResult<Changed> {
        self.flaw.change(&self.store, plan)
    }

    fn events(&self, query: &EventQuery) -> StoreResult<Slice<Event>> {
        self.flaw.events(&self.store, query)
    }

    fn inventory(&self, within: Within) -> StoreResult<Inventory> {
        self.flaw.inventory(&self.store, within)
    }

    fn details(&self, group: GroupId, rows: &RowSet) -> StoreResult<Vec<Details>> {
        self.flaw.details(&self.store, group, rows)
    }
}
