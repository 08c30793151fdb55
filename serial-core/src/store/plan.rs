//! What a registry asks of a store, as data.

use std::collections::BTreeMap;

use crate::{
    code::Codes,
    fingerprint::Fingerprint,
    format::Format,
    group::{Group, Kind, Scope},
    ids::{BatchId, ClaimId, EventId, FieldId, GroupId, RequestId, RowId},
    key::{GroupKeys, Key},
    life::{Cause, Change, Field, Setting, State, States, WarrantyPolicy},
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
    /// Its secret keys; one where the format has Keyed order, otherwise none.
    pub keys: GroupKeys,
    /// Its own limits.
    pub limits: GroupLimits,
    /// Its fields, by id from 1.
    pub fields: Vec<Field>,
    /// How long its products are covered.
    pub warranty: WarrantyPolicy,
    /// What customers know the product as.
    pub public_name: String,
    /// What customers may read about the product.
    pub public_description: String,
    /// Fewer available references than this are low stock.
    pub low_stock: Option<u64>,
    /// When it is created.
    pub created_at: Timestamp,
    /// The guard: how many groups may exist, this one included.
    pub max_groups: Limit,
    /// Who creates it, and why.
    pub cause: Cause,
}

impl GroupPlan {
    /// A group of the default format in which everything else is left empty or unlimited.
    ///
    /// ```
    /// use serial_core::{GroupPlan, Kind, Name, Scope, Timestamp};
    ///
    /// let plan = GroupPlan::new(Name::new("Pump AX-100")?, Kind::Batch, Timestamp::from_micros(0));
    /// assert_eq!(plan.scope, Scope::Registry);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn new(name: Name, kind: Kind, created_at: Timestamp) -> Self {
        Self {
            name,
            description: String::new(),
            kind,
            scope: Scope::default(),
            format: Format::default(),
            keys: GroupKeys::default(),
            limits: GroupLimits::default(),
            fields: Vec::new(),
            warranty: WarrantyPolicy::none(),
            public_name: String::new(),
            public_description: String::new(),
            low_stock: None,
            created_at,
            max_groups: Limit::Unlimited,
            cause: Cause::default(),
        }
    }
}

/// Changes of a group; what is `None` stays.
///
/// ```
/// use serial_core::{GroupChange, GroupId, Name, Timestamp};
///
/// let at = Timestamp::from_micros(0);
/// let change = GroupChange { name: Some(Name::new("Pump AX-200")?), ..GroupChange::of(GroupId(1), at) };
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
    /// Its new fields, all of them.
    pub fields: Option<Vec<Field>>,
    /// How long its products are covered now.
    pub warranty: Option<WarrantyPolicy>,
    /// What customers know the product as now.
    pub public_name: Option<String>,
    /// What customers may read about the product now.
    pub public_description: Option<String>,
    /// The new threshold of low stock, or that there is none.
    pub low_stock: Option<Option<u64>>,
    /// Where it has counted to at least, so that no earlier counter is used again.
    pub next_index: Option<u64>,
    /// The secret key that holds from the next counter on.
    pub key: Option<Key>,
    /// The guard: the revision of the group that the change was made for; `None` where any will do.
    pub revision: Option<u64>,
    /// When it is changed.
    pub at: Timestamp,
    /// Who changes it, and why.
    pub cause: Cause,
}

impl GroupChange {
    /// A change of nothing yet.
    pub fn of(group: GroupId, at: Timestamp) -> Self {
        Self {
            group,
            name: None,
            description: None,
            limits: None,
            fields: None,
            warranty: None,
            public_name: None,
            public_description: None,
            low_stock: None,
            next_index: None,
            key: None,
            revision: None,
            at,
            cause: Cause::default(),
        }
    }

    /// Makes the change in `group`, raises its revision, and gives what the events of the change say, in their order:
    /// one for each setting that is another than before. For stores, which keep both; the count of events in `group`
    /// is left to them.
    ///
    /// ```
    /// use serial_core::{Change, Group, GroupChange, GroupId, GroupPlan, Kind, Name, Setting, Timestamp};
    ///
    /// let now = Timestamp::from_micros(0);
    /// let mut group = Group::from_plan(GroupId(1), &GroupPlan::new(Name::new("Pump")?, Kind::Batch, now));
    /// let change = GroupChange { description: Some("steel".into()), ..GroupChange::of(GroupId(1), now) };
    /// let said = change.apply(&mut group);
    /// let (from, to) = (String::new(), String::from("steel"));
    /// assert_eq!(said, [Change::GroupChanged { setting: Setting::Description, from, to }]);
    /// assert_eq!((group.description.as_str(), group.revision), ("steel", 2));
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn apply(&self, group: &mut Group) -> Vec<Change> {
        let mut said = Vec::new();
        let mut say = |setting, from: String, to: String| {
            if from != to {
                said.push(Change::GroupChanged { setting, from, to });
            }
        };
        if let Some(name) = &self.name {
            say(Setting::Name, group.name.to_string(), name.to_string());
            group.name = name.clone();
        }
        if let Some(description) = &self.description {
            say(Setting::Description, group.description.clone(), description.clone());
            group.description.clone_from(description);
        }
        if let Some(limits) = self.limits {
            say(Setting::Limits, group.limits.to_string(), limits.to_string());
            group.limits = limits;
        }
        if let Some(fields) = &self.fields {
            let used = |fields: &[Field], id: FieldId| {
                let field = fields.iter().find(|field| field.id == id && !field.is_retired);
                field.map(|field| field.name.to_string()).unwrap_or_default()
            };
            for field in fields {
                say(Setting::Field, used(&group.fields, field.id), used(fields, field.id));
            }
            group.fields.clone_from(fields);
        }
        if let Some(warranty) = self.warranty {
            say(Setting::Warranty, group.warranty.to_string(), warranty.to_string());
            group.warranty = warranty;
        }
        if let Some(name) = &self.public_name {
            say(Setting::PublicName, group.public_name.clone(), name.clone());
            group.public_name.clone_from(name);
        }
        if let Some(description) = &self.public_description {
            say(Setting::PublicDescription, group.public_description.clone(), description.clone());
            group.public_description.clone_from(description);
        }
        if let Some(low_stock) = self.low_stock {
            let text = |threshold: Option<u64>| threshold.map(|threshold| threshold.to_string()).unwrap_or_default();
            say(Setting::LowStock, text(group.low_stock), text(low_stock));
            group.low_stock = low_stock;
        }
        if let Some(next) = self.next_index {
            let next = next.max(group.next_index);
            say(Setting::Counter, group.next_index.to_string(), next.to_string());
            group.next_index = next;
        }
        if let Some(key) = &self.key {
            let text = |keys: &GroupKeys| keys.current().map(Key::check_value).unwrap_or_default();
            let before = text(&group.keys);
            group.keys.add(group.next_index, key.clone());
            say(Setting::Key, before, text(&group.keys));
        }
        group.revision += 1;
        said
    }
}

/// A group to delete.
///
/// ```
/// use serial_core::{GroupDeletePlan, GroupId, Timestamp};
///
/// let plan = GroupDeletePlan::of(GroupId(1), 500, Timestamp::from_micros(0));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupDeletePlan {
    /// The group.
    pub group: GroupId,
    /// The guard: how many references it had ever issued when the deletion was prepared. More is a reason to
    /// refuse.
    pub issued: u64,
    /// When it is deleted.
    pub at: Timestamp,
    /// Who deletes it, and why.
    pub cause: Cause,
}

impl GroupDeletePlan {
    /// The deletion of a group that had issued so many references when it was prepared.
    pub fn of(group: GroupId, issued: u64, at: Timestamp) -> Self {
        Self { group, issued, at, cause: Cause::default() }
    }
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
    /// The values they have in fields of the group instead of the defaults.
    pub values: &'a Values,
    /// When they are issued.
    pub created_at: Timestamp,
    /// Who issues them, and why.
    pub cause: &'a Cause,
}

/// What references to be issued have in the fields of their group instead of the defaults.
///
/// ```
/// use serial_core::{FieldId, Values};
///
/// let mut values = Values::common(vec![(FieldId(1), "red".into())]);
/// values.set(2, FieldId(2), "scratched".into());
/// assert_eq!(values.of_all(), [(FieldId(1), "red".to_owned())]);
/// assert!(values.of_single().eq([(2, FieldId(2), "scratched")]));
/// assert!(values.of(0).eq([(FieldId(1), "red")]));
/// assert!(values.of(2).eq([(FieldId(1), "red"), (FieldId(2), "scratched")]));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    common: Vec<(FieldId, String)>,
    own: BTreeMap<(u32, FieldId), String>,
}

impl Values {
    /// No values: all fields have their defaults.
    pub const NONE: &'static Self = &Self { common: Vec::new(), own: BTreeMap::new() };

    /// Values that all of the references have, each field once.
    pub fn common(mut common: Vec<(FieldId, String)>) -> Self {
        common.sort_by_key(|(field, _)| *field);
        Self { common, own: BTreeMap::new() }
    }

    /// Gives the reference at a position in the plan, counted from 0, a value in a field that has no common one.
    pub fn set(&mut self, position: u32, field: FieldId, value: String) {
        self.own.insert((position, field), value);
    }

    /// Whether all fields have their defaults.
    pub fn is_empty(&self) -> bool {
        self.common.is_empty() && self.own.is_empty()
    }

    /// The values that all of the references have, by field.
    pub fn of_all(&self) -> &[(FieldId, String)] {
        &self.common
    }

    /// The values that single references have: position, field and value, in this order.
    pub fn of_single(&self) -> impl Iterator<Item = (u32, FieldId, &str)> {
        self.own.iter().map(|((position, field), value)| (*position, *field, value.as_str()))
    }

    /// The values of the reference at a position, common ones first, then by field.
    pub fn of(&self, position: u32) -> impl Iterator<Item = (FieldId, &str)> {
        let own = self.own.range((position, FieldId(0))..=(position, FieldId(u64::MAX)));
        let common = self.common.iter().map(|(field, value)| (*field, value.as_str()));
        common.chain(own.map(|((_, field), value)| (*field, value.as_str())))
    }
}

/// References to claim: the next available ones of a group or of one of its batches, in issue order.
#[derive(Clone, Debug)]
pub struct ClaimPlan<'a> {
    /// What makes repeating the plan safe.
    pub request: Option<Request>,
    /// The group.
    pub group: GroupId,
    /// The batch to take them from; `None` is the whole group.
    pub batch: Option<BatchId>,
    /// How many, at least 1; all of them or none.
    pub count: u64,
    /// Who holds them.
    pub holder: &'a Name,
    /// When those that are still allocated fall back.
    pub expires_at: Option<Timestamp>,
    /// When they are claimed. Claims of the group that expire at this moment or before fall back in the same step.
    pub at: Timestamp,
    /// Who claims them, and why.
    pub cause: &'a Cause,
}

/// A change of references.
#[derive(Clone, Debug)]
pub struct ChangePlan<'a> {
    /// What makes repeating the plan safe.
    pub request: Option<Request>,
    /// Rows of groups, each group once, ascending; at least one row.
    pub targets: &'a [(GroupId, RowSet)],
    /// What to change.
    pub step: Step<'a>,
    /// The guard of a move: where it is given, references that are allocated have to be so by this claim. The plan has
    /// one target then.
    pub held_by: Option<ClaimId>,
    /// When they are changed.
    pub at: Timestamp,
    /// Who changes them, and why.
    pub cause: &'a Cause,
}

/// What to change of references.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// Brings them all to a state, if each is live and in one of the states in `from`; or none. It ends the hold of
    /// their claims.
    Move {
        /// The states they may be in.
        from: States,
        /// The state to come to.
        to: State,
    },
    /// Brings those that are live and still allocated by a claim back to Available, and leaves the others. The plan has
    /// one target.
    Return {
        /// The claim.
        claim: ClaimId,
    },
    /// Gives them all values, if each is live; or none. The plan has one target.
    SetValues {
        /// The guard: the revision of the group that the plan was made for.
        revision: u64,
        /// Fields of the group, each once and ascending, with the value; `None` is the default again.
        values: &'a [(FieldId, Option<String>)],
    },
    /// Gives them all a warranty of their own, or their group's again, if each is live; or none.
    SetWarranty {
        /// The policy; `None` is the group's.
        policy: Option<WarrantyPolicy>,
    },
}

/// Where a group that counts must have counted to, and where it will have counted to.
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
/// use serial_core::{DeletePlan, GroupId, RowId, RowSet, Timestamp};
///
/// let rows: RowSet = [RowId(3), RowId(4)].into_iter().collect();
/// let plan = DeletePlan::of(vec![(GroupId(1), rows)], Timestamp::from_micros(0));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletePlan {
    /// Rows of groups, each group once, ascending.
    pub targets: Vec<(GroupId, RowSet)>,
    /// When they are deleted.
    pub at: Timestamp,
    /// Who deletes them, and why.
    pub cause: Cause,
}

impl DeletePlan {
    /// The deletion of rows of groups, each group once, ascending.
    pub fn of(targets: Vec<(GroupId, RowSet)>, at: Timestamp) -> Self {
        Self { targets, at, cause: Cause::default() }
    }
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
    /// The state it must be in.
    pub state: Option<State>,
    /// A value it must have in a field, as its own or as the default; only within one group.
    pub value: Option<(FieldId, String)>,
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

/// Events to list.
///
/// ```
/// use serial_core::{Direction, EventQuery, GroupId, Start};
///
/// let newest = EventQuery {
///     group: GroupId(1),
///     row: None,
///     direction: Direction::NewestFirst,
///     start: Start::Skip(0),
///     size: 100,
///     counted: false,
/// };
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventQuery {
    /// The group, whether or not it was deleted.
    pub group: GroupId,
    /// Only what [concerns](crate::Change::concerns) one reference, whether or not it was deleted.
    pub row: Option<RowId>,
    /// By event id, or against it.
    pub direction: Direction,
    /// Where to begin.
    pub start: Start<EventId>,
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
