//! The plain reference model: what every store must do, written to be read.

mod change;
mod life;
mod read;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{
    batch::Batch,
    code::Codes,
    group::{Group, Scope},
    ids::{BatchId, ClaimId, FieldId, GroupId, RequestId, RowId},
    life::{Event, Inventory, StateCounts, WarrantyPolicy},
    name::Name,
    query::Within,
    reference::Reference,
    store::{
        AppendPlan, Appended, BatchQuery, ChangePlan, Changed, ClaimPlan, ClaimRecord, Claimed, DeletePlan, Deleted,
        Details, EventQuery, GroupChange, GroupDeletePlan, GroupPlan, GroupQuery, ReferenceQuery, RequestRecord,
        RowSet, Slice, Store, StoreError, StoreResult,
    },
    time::Timestamp,
};

/// What a store holds, in plain collections, with a method for each of a store's that follows the contract word
/// for word. Slow, and obviously right.
///
/// Its fields are open, so that a test can put it into any state, or break it on purpose to see whether another
/// test notices.
///
/// ```
/// use serial_core::{Answer, GroupId, GroupQuery, Direction, Start, conformance::Model};
///
/// let model = Model::default();
/// let query = GroupQuery {
///     name_part: None,
///     direction: Direction::OldestFirst,
///     start: Start::Skip(0),
///     size: 10,
///     counted: true,
/// };
/// assert_eq!(model.groups(&query).total, Some(0));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// Every group there ever was.
    pub groups: BTreeMap<GroupId, ModelGroup>,
    /// Every code that was ever issued, with its group where it is unique only there.
    pub burned: BTreeSet<(Option<GroupId>, String)>,
    /// What was done under each request id; the references of a claim are those of the moment it was made.
    pub requests: BTreeMap<RequestId, RequestRecord>,
}

/// A group of a [`Model`].
///
/// ```
/// use serial_core::{GroupId, conformance::Model};
///
/// assert!(Model::default().groups.get(&GroupId(1)).is_none());
/// ```
#[derive(Clone, Debug)]
pub struct ModelGroup {
    /// The group; how many references are live, and in which state, is counted anew whenever it is shown.
    pub group: Group,
    /// Whether it was deleted.
    pub deleted: bool,
    /// Its live references.
    pub references: BTreeMap<RowId, Reference>,
    /// Its deleted references, as they were last.
    pub gone: BTreeMap<RowId, Reference>,
    /// Its batches; how many references are live is counted anew whenever one is shown.
    pub batches: BTreeMap<BatchId, Batch>,
    /// Its events, by id.
    pub events: Vec<Event>,
    /// Its claims.
    pub claims: BTreeMap<ClaimId, ModelClaim>,
    /// The values that references were given in fields.
    pub values: BTreeMap<(RowId, FieldId), String>,
    /// The warranties that references have of their own.
    pub warranties: BTreeMap<RowId, WarrantyPolicy>,
}

/// A claim of a [`Model`].
///
/// ```
/// use serial_core::{Name, Timestamp, conformance::ModelClaim};
///
/// let claimed_at = Timestamp::from_micros(0);
/// let claim = ModelClaim { holder: Name::new("Line 3")?, claimed_at, expires_at: None, rows: Vec::new() };
/// # Ok::<(), serial_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelClaim {
    /// Who holds the references.
    pub holder: Name,
    /// When it was made.
    pub claimed_at: Timestamp,
    /// When what is still allocated falls back.
    pub expires_at: Option<Timestamp>,
    /// The references that were claimed, ascending.
    pub rows: Vec<RowId>,
}

impl ModelGroup {
    /// A group without references.
    fn new(group: Group) -> Self {
        Self {
            group,
            deleted: false,
            references: BTreeMap::new(),
            gone: BTreeMap::new(),
            batches: BTreeMap::new(),
            events: Vec::new(),
            claims: BTreeMap::new(),
            values: BTreeMap::new(),
            warranties: BTreeMap::new(),
        }
    }

    /// The group as it is now.
    fn shown(&self) -> Group {
        let (live, events) = (self.references.len() as u64, self.events.len() as u64);
        Group { live, counts: self.counts(|_| true), events, ..self.group.clone() }
    }

    /// How many live references of a part of the group are in which state.
    fn counts(&self, part: impl Fn(&Reference) -> bool) -> StateCounts {
        let mut counts = StateCounts::default();
        let counted = self.references.values().filter(|reference| part(reference));
        counted.for_each(|reference| counts.add(reference.state, 1));
        counts
    }

    /// A batch as it is now.
    fn shown_batch(&self, batch: &Batch) -> Batch {
        let live = self.references.values().filter(|reference| reference.batch == Some(batch.id)).count() as u64;
        Batch { live, ..batch.clone() }
    }

    /// Where its codes are unique: in a namespace of its own, or the one that all others share.
    fn namespace(&self) -> Option<GroupId> {
        match self.group.scope {
            Scope::Registry => None,
            Scope::Group => Some(self.group.id),
        }
    }
}

/// A [`Model`] behind a lock: a store that keeps the contract and nothing else in mind. Use it to see what a store
/// should have answered.
///
/// ```
/// use serial_core::{NewGroup, Registry, conformance::ModelStore};
///
/// let registry = Registry::new(ModelStore::new());
/// let group = registry.create_group(NewGroup::continuous("Service tags"))?;
/// registry.create_reference(group.id)?;
/// assert_eq!(registry.group(group.id)?.live, 1);
/// # Ok::<(), serial_core::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct ModelStore(Mutex<Model>);

impl ModelStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// The model, to look at or to change; nobody else can use the store meanwhile.
    ///
    /// ```
    /// use serial_core::conformance::ModelStore;
    ///
    /// assert!(ModelStore::new().model().groups.is_empty());
    /// ```
    pub fn model(&self) -> MutexGuard<'_, Model> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for ModelStore {
    fn loses_replies(&self) -> bool {
        false
    }

    fn create_group(&self, plan: &GroupPlan) -> StoreResult<Group> {
        Ok(self.model().create_group(plan))
    }

    fn change_group(&self, change: &GroupChange) -> StoreResult<Group> {
        Ok(self.model().change_group(change))
    }

    fn delete_group(&self, plan: &GroupDeletePlan) -> StoreResult<u64> {
        Ok(self.model().delete_group(plan))
    }

    fn group(&self, id: GroupId) -> Result<Option<Group>, StoreError> {
        Ok(self.model().group(id))
    }

    fn groups(&self, query: &GroupQuery) -> Result<Slice<Group>, StoreError> {
        Ok(self.model().groups(query))
    }

    fn append(&self, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        self.model().append(plan)
    }

    fn request(&self, id: RequestId) -> Result<Option<RequestRecord>, StoreError> {
        Ok(self.model().request(id))
    }

    fn taken(&self, group: GroupId, codes: &Codes) -> StoreResult<Vec<u32>> {
        Ok(self.model().taken(group, codes))
    }

    fn find(&self, group: Option<GroupId>, codes: &[&str]) -> Result<Vec<Reference>, StoreError> {
        Ok(self.model().find(group, codes))
    }

    fn references(&self, query: &ReferenceQuery) -> StoreResult<Slice<Reference>> {
        Ok(self.model().references(query))
    }

    fn batch(&self, group: GroupId, batch: BatchId) -> StoreResult<Batch> {
        Ok(self.model().batch(group, batch))
    }

    fn batches(&self, query: &BatchQuery) -> StoreResult<Slice<Batch>> {
        Ok(self.model().batches(query))
    }

    fn delete(&self, plan: &DeletePlan) -> Result<Deleted, StoreError> {
        Ok(self.model().delete(plan))
    }

    fn deleted(&self, group: Option<GroupId>, code: &str) -> Result<Vec<Reference>, StoreError> {
        Ok(self.model().deleted(group, code))
    }

    fn claim(&self, plan: &ClaimPlan<'_>) -> StoreResult<Claimed> {
        self.model().claim(plan)
    }

    fn claimed(&self, group: GroupId, claim: ClaimId) -> StoreResult<ClaimRecord> {
        Ok(self.model().claimed(group, claim))
    }

    fn expire(&self, group: GroupId, at: Timestamp) -> StoreResult<u64> {
        Ok(self.model().expire(group, at))
    }

    fn change(&self, plan: &ChangePlan<'_>) -> StoreResult<Changed> {
        self.model().change(plan)
    }

    fn events(&self, query: &EventQuery) -> StoreResult<Slice<Event>> {
        Ok(self.model().events(query))
    }

    fn inventory(&self, within: Within) -> StoreResult<Inventory> {
        Ok(self.model().inventory(within))
    }

    fn details(&self, group: GroupId, rows: &RowSet) -> StoreResult<Vec<Details>> {
        Ok(self.model().details(group, rows))
    }
}
