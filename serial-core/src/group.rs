//! Groups: a frozen format, the references made from it, and their limits.

use crate::{
    format::Format,
    ids::{GroupId, RowId},
    key::{GroupKeys, Key},
    life::{Field, NewField, State, StateCounts, Stock, WarrantyPolicy},
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
    /// The fields it ever declared, by id; retired ones included.
    #[cfg_attr(feature = "serde", serde(default))]
    pub fields: Vec<Field>,
    /// How long its products are covered.
    #[cfg_attr(feature = "serde", serde(default))]
    pub warranty: WarrantyPolicy,
    /// What customers know the product as; may be empty.
    #[cfg_attr(feature = "serde", serde(default))]
    pub public_name: String,
    /// What customers may read about the product; may be empty.
    #[cfg_attr(feature = "serde", serde(default))]
    pub public_description: String,
    /// Fewer available references than this are reported by every claim and issue.
    #[cfg_attr(feature = "serde", serde(default))]
    pub low_stock: Option<u64>,
    /// Grows with every change of a setting.
    pub revision: u64,
    /// References that are issued and not deleted.
    pub live: u64,
    /// References ever issued, deleted ones included; also the row id of the newest.
    pub issued: u64,
    /// How far a group of Sequential or Keyed order has counted: the counter of the next code. Of a Sequential group the
    /// next number is the format's first plus this.
    pub next_index: u64,
    /// The secret keys of a group of Keyed order. They are in no serialized group.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub keys: GroupKeys,
    /// How many live references are in which state; together they are `live`.
    #[cfg_attr(feature = "serde", serde(default))]
    pub counts: StateCounts,
    /// How many events it has; also the id of the newest.
    #[cfg_attr(feature = "serde", serde(default))]
    pub events: u64,
}

impl Group {
    /// A new, empty group; for stores, which give it its id.
    ///
    /// ```
    /// use serial_core::{Group, GroupId, GroupPlan, Kind, Name, Timestamp};
    ///
    /// let plan = GroupPlan::new(Name::new("Pump AX-100")?, Kind::Batch, Timestamp::from_micros(0));
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
            fields: plan.fields.clone(),
            warranty: plan.warranty,
            public_name: plan.public_name.clone(),
            public_description: plan.public_description.clone(),
            low_stock: plan.low_stock,
            revision: 1,
            live: 0,
            issued: 0,
            next_index: 0,
            keys: plan.keys.clone(),
            counts: StateCounts::default(),
            events: 0,
        }
    }

    /// The field with a name that is in use; `None` where there is none.
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewField, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::batch("Pump").field(NewField::new("Colour")))?;
    /// assert!(group.field("Colour").is_some() && group.field("colour").is_none());
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name.as_str() == name && !field.is_retired)
    }

    /// What is left to be claimed.
    pub fn stock(&self) -> Stock {
        Stock { available: self.counts[State::Available], threshold: self.low_stock }
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
    pub(crate) key: Option<Key>,
    pub(crate) limits: GroupLimits,
    pub(crate) fields: Vec<NewField>,
    pub(crate) warranty: WarrantyPolicy,
    pub(crate) public_name: String,
    pub(crate) public_description: String,
    pub(crate) low_stock: Option<u64>,
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
            key: None,
            limits: GroupLimits::default(),
            fields: Vec::new(),
            warranty: WarrantyPolicy::none(),
            public_name: String::new(),
            public_description: String::new(),
            low_stock: None,
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

    /// The secret that chooses its codes, where its format has Keyed order. The registry draws one unless this is set.
    pub fn key(mut self, key: Key) -> Self {
        self.key = Some(key);
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

    /// Declares a field, behind those declared before.
    pub fn field(mut self, field: NewField) -> Self {
        self.fields.push(field);
        self
    }

    /// How long its products are covered; none unless this is set.
    pub fn warranty(mut self, warranty: WarrantyPolicy) -> Self {
        self.warranty = warranty;
        self
    }

    /// What customers know the product as: up to 1,000 characters without NUL.
    pub fn public_name(mut self, name: impl Into<String>) -> Self {
        self.public_name = name.into();
        self
    }

    /// What customers may read about the product: up to 1,000 characters without NUL.
    pub fn public_description(mut self, description: impl Into<String>) -> Self {
        self.public_description = description.into();
        self
    }

    /// Fewer available references than this are reported by every claim and issue.
    pub fn low_stock(mut self, threshold: u64) -> Self {
        self.low_stock = Some(threshold);
        self
    }
}
