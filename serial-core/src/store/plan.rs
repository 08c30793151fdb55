//! What a registry asks of a store, as data.

use crate::{
    code::Codes,
    fingerprint::Fingerprint,
    format::Format,
    group::{Kind, Scope},
    ids::{BatchId, GroupId, RequestId, RowId},
    limits::{GroupLimits, Limit},
    name::Name,
    query::{Direction, SearchTerm, Span, Within},
    store::RowSet,
    time::Timestamp,
};

/// A group to create.
///
/// [`Group::from_plan`](crate::Group::from_plan) makes the group of it and has an example.
#[derive(Clone, Debug)]
pub struct GroupPlan {
    /// Its name, which no other group that exists may have, byte for byte.
    pub name: Name,
    /// Its description.
    pub description: String,
    /// Its kind.
    pub kind: Kind,
    /// Where its codes are unique.
    pub scope: Scope,
    /// Its format.
    pub format: Format,
    /// Its own limits.
    pub limits: GroupLimits,
    /// When it is created.
    pub created_at: Timestamp,
    /// The guard: how many groups may exist, this one included.
    pub max_groups: Limit,
}

/// Changes of a group; what is `None` stays.
///
/// ```
/// use serial_core::{GroupChange, GroupId, Name};
///
/// let change = GroupChange { name: Some(Name::new("Pump AX-200")?), ..GroupChange::of(GroupId(1)) };
/// assert_eq!(change.limits, None);
/// # Ok::<(), serial_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupChange {
    /// The group.
    pub group: GroupId,
    /// Its new name.
    pub name: Option<Name>,
    /// Its new description.
    pub description: Option<String>,
    /// Its new limits, all of them.
    pub limits: Option<GroupLimits>,
}

impl GroupChange {
    /// A change of nothing yet.
    pub fn of(group: GroupId) -> Self {
        Self { group, name: None, description: None, limits: None }
    }
}

/// A group to delete.
///
/// ```
/// use serial_core::{GroupDeletePlan, GroupId};
///
/// let plan = GroupDeletePlan { group: GroupId(1), issued: 500 };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupDeletePlan {
    /// The group.
    pub group: GroupId,
    /// The guard: how many references it had ever issued when the deletion was prepared. More is a reason to
    /// refuse.
    pub issued: u64,
}

/// References to issue.
#[derive(Clone, Debug)]
pub struct AppendPlan<'a> {
    /// What makes repeating the plan safe.
    pub request: Option<Request>,
    /// The group.
    pub group: GroupId,
    /// The guard: the revision of the group that the plan was made for.
    pub revision: u64,
    /// The guard: live references the group may have afterwards.
    pub max_live: Limit,
    /// The guard of a group that counts; `None` for a group that draws.
    pub index: Option<IndexGuard>,
    /// The name of the batch to create; `None` in a Continuous group.
    pub batch: Option<&'a Name>,
    /// The codes in issue order, at least one, each as wide as the group's format makes them.
    pub codes: &'a Codes,
    /// When they are issued.
    pub created_at: Timestamp,
}

/// Where a Sequential group must have counted to, and where it will have counted to.
///
/// ```
/// use serial_core::IndexGuard;
///
/// let guard = IndexGuard { expected: 100, next: 110 };
/// assert!(guard.expected < guard.next);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexGuard {
    /// The group's [`next_index`](crate::Group::next_index) for which the codes were made.
    pub expected: u64,
    /// Its value once they are issued.
    pub next: u64,
}

/// A request id with what it was asked for.
///
/// ```
/// use serial_core::{Digest, Request, RequestId};
///
/// let request = Request { id: RequestId(1), digest: Digest(42) };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Request {
    /// The id.
    pub id: RequestId,
    /// Tells this request from others.
    pub digest: Digest,
}

/// Tells one request from another: equal for a repeated call, different for any other. Stores keep it and compare
/// it.
///
/// ```
/// use serial_core::Digest;
///
/// assert_ne!(Digest(1), Digest(2));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Digest(pub u64);

impl From<Fingerprint> for Digest {
    fn from(fingerprint: Fingerprint) -> Self {
        Self(fingerprint.0)
    }
}

/// References to delete.
///
/// ```
/// use serial_core::{DeletePlan, GroupId, RowId, RowSet};
///
/// let rows: RowSet = [RowId(3), RowId(4)].into_iter().collect();
/// let plan = DeletePlan { targets: vec![(GroupId(1), rows)] };
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeletePlan {
    /// Rows of groups, each group once, ascending.
    pub targets: Vec<(GroupId, RowSet)>,
}

/// Where a slice of a listing begins, seen in its direction.
///
/// ```
/// use serial_core::{BatchId, Start};
///
/// let start = Start::After(BatchId(7));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Start<P> {
    /// After so many rows of the listing; 0 is its beginning.
    Skip(u64),
    /// After this place, whether or not anything stands there any more.
    After(P),
}

impl<P> Start<P> {
    /// The same start in a listing whose places are written in another way.
    pub fn map<Q>(self, place: impl FnOnce(P) -> Q) -> Start<Q> {
        match self {
            Self::Skip(rows) => Start::Skip(rows),
            Self::After(last) => Start::After(place(last)),
        }
    }
}

/// References to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceQuery {
    /// Where to look.
    pub within: Within,
    /// The revision that the group to look into must have; `None` where any will do. What is to be listed may depend on
    /// limits that were read before.
    pub revision: Option<u64>,
    /// What the code must contain, in any letter case.
    pub term: Option<SearchTerm>,
    /// When it must have been issued.
    pub created: Span,
    /// By group id, then row id, or exactly against it.
    pub direction: Direction,
    /// Where to begin.
    pub start: Start<(GroupId, RowId)>,
    /// How many rows at the most; may be 0 where only the total is wanted.
    pub size: u32,
    /// Whether the total is wanted.
    pub counted: bool,
}

/// Batches to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchQuery {
    /// The group.
    pub group: GroupId,
    /// By batch id, or against it.
    pub direction: Direction,
    /// Where to begin.
    pub start: Start<BatchId>,
    /// How many at the most.
    pub size: u32,
    /// Whether the total is wanted.
    pub counted: bool,
}

/// Groups to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupQuery {
    /// What the name must contain, as
    /// [`Name::contains_in_any_case`](crate::Name::contains_in_any_case) decides.
    pub name_part: Option<String>,
    /// By group id, or against it.
    pub direction: Direction,
    /// Where to begin.
    pub start: Start<GroupId>,
    /// How many at the most.
    pub size: u32,
    /// Whether the total is wanted.
    pub counted: bool,
}
