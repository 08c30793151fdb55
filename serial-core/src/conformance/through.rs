//! Standing between a caller and a store.

/// A method of [`Store`](crate::Store) that can fail.
///
/// ```
/// use serial_core::conformance::Method;
///
/// assert!(Method::Append.changes());
/// assert!(!Method::Find.changes());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// [`Store::create_group`](crate::Store::create_group).
    CreateGroup = 1,
    /// [`Store::change_group`](crate::Store::change_group).
    ChangeGroup = 2,
    /// [`Store::delete_group`](crate::Store::delete_group).
    DeleteGroup = 3,
    /// [`Store::group`](crate::Store::group).
    Group = 4,
    /// [`Store::groups`](crate::Store::groups).
    Groups = 5,
    /// [`Store::append`](crate::Store::append).
    Append = 6,
    /// [`Store::request`](crate::Store::request).
    Request = 7,
    /// [`Store::taken`](crate::Store::taken).
    Taken = 8,
    /// [`Store::find`](crate::Store::find) and [`Store::find_one`](crate::Store::find_one).
    Find = 9,
    /// [`Store::references`](crate::Store::references).
    References = 10,
    /// [`Store::batch`](crate::Store::batch).
    Batch = 11,
    /// [`Store::batches`](crate::Store::batches).
    Batches = 12,
    /// [`Store::delete`](crate::Store::delete).
    Delete = 13,
    /// [`Store::deleted`](crate::Store::deleted).
    Deleted = 14,
    /// [`Store::claim`](crate::Store::claim).
    Claim = 15,
    /// [`Store::claimed`](crate::Store::claimed).
    Claimed = 16,
    /// [`Store::expire`](crate::Store::expire).
    Expire = 17,
    /// [`Store::change`](crate::Store::change).
    Change = 18,
    /// [`Store::events`](crate::Store::events).
    Events = 19,
    /// [`Store::inventory`](crate::Store::inventory).
    Inventory = 20,
    /// [`Store::details`](crate::Store::details).
    Details = 21,
}

impl Method {
    /// Whether it changes what is stored.
    pub fn changes(self) -> bool {
        matches!(
            self,
            Self::CreateGroup
                | Self::ChangeGroup
                | Self::DeleteGroup
                | Self::Append
                | Self::Delete
                | Self::Claim
                | Self::Expire
                | Self::Change
        )
    }
}

/// The methods of a store, each led through `self.through(method, |store| ...)`.
macro_rules! methods_through {
    () => {
        fn create_group(&self, plan: &$crate::GroupPlan) -> $crate::StoreResult<$crate::Group> {
            self.through(Method::CreateGroup, |store| store.create_group(plan))
        }

        fn change_group(&self, change: &$crate::GroupChange) -> $crate::StoreResult<$crate::Group> {
            self.through(Method::ChangeGroup, |store| store.change_group(change))
        }

        fn delete_group(&self, plan: &$crate::GroupDeletePlan) -> $crate::StoreResult<u64> {
            self.through(Method::DeleteGroup, |store| store.delete_group(plan))
        }

        fn group(&self, id: $crate::GroupId) -> Result<Option<$crate::Group>, $crate::StoreError> {
            self.through(Method::Group, |store| store.group(id))
        }

        fn groups(&self, query: &$crate::GroupQuery) -> Result<$crate::Slice<$crate::Group>, $crate::StoreError> {
            self.through(Method::Groups, |store| store.groups(query))
        }

        fn append(&self, plan: &$crate::AppendPlan<'_>) -> $crate::StoreResult<$crate::Appended> {
            self.through(Method::Append, |store| store.append(plan))
        }

        fn request(&self, id: $crate::RequestId) -> Result<Option<$crate::RequestRecord>, $crate::StoreError> {
            self.through(Method::Request, |store| store.request(id))
        }

        fn taken(&self, group: $crate::GroupId, codes: &$crate::Codes) -> $crate::StoreResult<Vec<u32>> {
            self.through(Method::Taken, |store| store.taken(group, codes))
        }

        fn find(
            &self,
            group: Option<$crate::GroupId>,
            codes: &[&str],
        ) -> Result<Vec<$crate::Reference>, $crate::StoreError> {
            self.through(Method::Find, |store| store.find(group, codes))
        }

        fn find_one(&self, group: Option<$crate::GroupId>, code: &str) -> Result<$crate::Found, $crate::StoreError> {
            self.through(Method::Find, |store| store.find_one(group, code))
        }

        fn references(&self, query: &$crate::ReferenceQuery) -> $crate::StoreResult<$crate::Slice<$crate::Reference>> {
            self.through(Method::References, |store| store.references(query))
        }

        fn batch(&self, group: $crate::GroupId, batch: $crate::BatchId) -> $crate::StoreResult<$crate::Batch> {
            self.through(Method::Batch, |store| store.batch(group, batch))
        }

        fn batches(&self, query: &$crate::BatchQuery) -> $crate::StoreResult<$crate::Slice<$crate::Batch>> {
            self.through(Method::Batches, |store| store.batches(query))
        }

        fn delete(&self, plan: &$crate::DeletePlan) -> Result<$crate::Deleted, $crate::StoreError> {
            self.through(Method::Delete, |store| store.delete(plan))
        }

        fn deleted(
            &self,
            group: Option<$crate::GroupId>,
            code: &str,
        ) -> Result<Vec<$crate::Reference>, $crate::StoreError> {
            self.through(Method::Deleted, |store| store.deleted(group, code))
        }

        fn claim(&self, plan: &$crate::ClaimPlan<'_>) -> $crate::StoreResult<$crate::Claimed> {
            self.through(Method::Claim, |store| store.claim(plan))
        }

        fn claimed(&self, group: $crate::GroupId, claim: $crate::ClaimId) -> $crate::StoreResult<$crate::ClaimRecord> {
            self.through(Method::Claimed, |store| store.claimed(group, claim))
        }

        fn expire(&self, group: $crate::GroupId, at: $crate::Timestamp) -> $crate::StoreResult<u64> {
            self.through(Method::Expire, |store| store.expire(group, at))
        }

        fn change(&self, plan: &$crate::ChangePlan<'_>) -> $crate::StoreResult<$crate::Changed> {
            self.through(Method::Change, |store| store.change(plan))
        }

        fn events(&self, query: &$crate::EventQuery) -> $crate::StoreResult<$crate::Slice<$crate::Event>> {
            self.through(Method::Events, |store| store.events(query))
        }

        fn inventory(&self, within: $crate::Within) -> $crate::StoreResult<$crate::Inventory> {
            self.through(Method::Inventory, |store| store.inventory(within))
        }

        fn details(&self, group: $crate::GroupId, rows: &$crate::RowSet) -> $crate::StoreResult<Vec<$crate::Details>> {
            self.through(Method::Details, |store| store.details(group, rows))
        }
    };
}

pub(super) use methods_through;
