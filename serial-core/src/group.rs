//! Groups: a frozen format, the references made from it, and their limits.

use crate::{
    format::Format,
    ids::{GroupId, RowId},
    limits::GroupLimits,
    name::Name,
    time::Timestamp,
};

/// How the references of a group are issued.
///
/// ```
/// use serial_core::Kind;
///
/// assert_eq!(Kind::Batch.to_string(), "Batch");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Kind {
    /// One at a time, as products come off the line.
    Continuous = 1,
    /// Many at once, for an order.
    Batch = 2,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Continuous => "Continuous",
            Self::Batch => "Batch",
        })
    }
}

/// Where a code of a group must be unique.
///
/// ```
/// use serial_core::Scope;
///
/// assert_eq!(Scope::default(), Scope::Registry);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Scope {
    /// Among all groups that have this scope.
    #[default]
    Registry = 1,
    /// Only within its own group: two products may both have number 0000000001.
    Group = 2,
}

/// A group as it was when it was read.
///
/// ```
/// use serial_core::{MemoryStore, NewGroup, Registry};
///
/// let registry = Registry::new(MemoryStore::new());
/// let group = registry.create_group(NewGroup::batch("Pump AX-100"))?;
/// assert_eq!(group.name.as_str(), "Pump AX-100");
/// assert_eq!((group.live, group.issued), (0, 0));
/// # Ok::<(), serial_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct Group {
    /// The group's id.
    pub id: GroupId,
    /// Its name, unique in the registry.
    pub name: Name,
    /// What people should know about it.
    pub description: String,
    /// How its references are issued; never changes.
    pub kind: Kind,
    /// Where its codes are unique; never changes.
    pub scope: Scope,
    /// What its codes look like; never changes.
    pub format: Format,
    /// Its own limits.
    pub limits: GroupLimits,
    /// When it was created.
    pub created_at: Timestamp,
    /// Grows with every change of name, description or limits.
    pub revision: u64,
    /// References that are issued and not deleted.
    pub live: u64,
    /// References ever issued, deleted ones included; also the row id of the newest.
    pub issued: u64,
    /// How far a Sequential group has counted: the next number is the format's first plus this.
    pub next_index: u64,
}

impl Group {
    /// A new, empty group; for stores, which give it its id.
    ///
    /// ```
    /// use serial_core::{Format, Group, GroupId, GroupLimits, GroupPlan, Kind, Limit, Name, Scope, Timestamp};
    ///
    /// let plan = GroupPlan {
    ///     name: Name::new("Pump AX-100")?,
    ///     description: String::new(),
    ///     kind: Kind::Batch,
    ///     scope: Scope::Registry,
    ///     format: Format::default(),
    ///     limits: GroupLimits::default(),
    ///     created_at: Timestamp::from_micros(0),
    ///     max_groups: Limit::Unlimited,
    /// };
    /// assert_eq!(Group::from_plan(GroupId(1), &plan).issued, 0);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn from_plan(id: GroupId, plan: &crate::GroupPlan) -> Self {
        Self {
            id,
            name: plan.name.clone(),
            description: plan.description.clone(),
            kind: plan.kind,
            scope: plan.scope,
            format: plan.format.clone(),
            limits: plan.limits,
            created_at: plan.created_at,
            revision: 1,
            live: 0,
            issued: 0,
            next_index: 0,
        }
    }

    /// The row id that the next reference will have.
    pub fn next_row(&self) -> RowId {
        RowId(self.issued + 1)
    }
}

/// What a new group should be.
///
/// Only the kind and the name have to be given; the format is [`Format::default`] unless another is set.
///
/// ```
/// use serial_core::{Format, GroupLimits, Limit, MemoryStore, NewGroup, Order, Preset, Registry, Scope};
///
/// let registry = Registry::new(MemoryStore::new());
/// let format = Format::builder().preset(Preset::Digits).length(10).order(Order::sequential()).build()?;
/// let group = registry.create_group(
///     NewGroup::continuous("Service tags")
///         .description("One per repaired device")
///         .format(format)
///         .scope(Scope::Group)
///         .limits(GroupLimits { max_live: Some(Limit::AtMost(20_000)), ..GroupLimits::default() }),
/// )?;
/// assert_eq!(registry.create_reference(group.id)?.code.as_str(), "0000000001");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing happens until it is given to `Registry::create_group`"]
pub struct NewGroup {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) kind: Kind,
    pub(crate) scope: Scope,
    pub(crate) format: Format,
    pub(crate) limits: GroupLimits,
}

impl NewGroup {
    /// A group whose references are issued in batches.
    pub fn batch(name: impl Into<String>) -> Self {
        Self::of_kind(Kind::Batch, name)
    }

    /// A group whose references are issued one at a time.
    pub fn continuous(name: impl Into<String>) -> Self {
        Self::of_kind(Kind::Continuous, name)
    }

    /// A group of a kind that is known only when the program runs. The name has 1 to 200 characters.
    pub fn of_kind(kind: Kind, name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            description: String::new(),
            kind,
            scope: Scope::default(),
            format: Format::default(),
            limits: GroupLimits::default(),
        }
    }

    /// What people should know about the group; any text without NUL.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// What its codes look like.
    pub fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    /// Where its codes are unique.
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// Its own limits, instead of the registry's.
    pub fn limits(mut self, limits: GroupLimits) -> Self {
        self.limits = limits;
        self
    }
}
