//! The bounds that issuing and searching enforce.

use std::{
    fmt,
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
};

/// A bound on a number of things.
///
/// ```
/// use serial_core::Limit;
///
/// assert!(Limit::Unlimited.allows(u64::MAX));
/// assert!(!Limit::AtMost(10).allows(11));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Limit {
    /// This many and no more.
    AtMost(u64),
    /// As many as there can be.
    Unlimited,
}

impl Limit {
    /// Whether `count` is within the bound.
    pub fn allows(self, count: u64) -> bool {
        match self {
            Self::AtMost(most) => count <= most,
            Self::Unlimited => true,
        }
    }
}

impl Limit {
    /// No count is larger than the largest number, so that it may stand for no limit.
    fn to_number(self) -> u64 {
        match self {
            Self::AtMost(most) => most,
            Self::Unlimited => u64::MAX,
        }
    }

    fn from_number(number: u64) -> Self {
        if number == u64::MAX { Self::Unlimited } else { Self::AtMost(number) }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(most) => most.fmt(f),
            Self::Unlimited => f.write_str("unlimited"),
        }
    }
}

/// The limits of a registry; they hold for every group that has none of its own.
///
/// ```
/// use serial_core::{Limit, Limits, MemoryStore, Registry};
///
/// let limits = Limits { max_live: Limit::AtMost(50_000), ..Limits::default() };
/// let registry = Registry::builder(MemoryStore::new()).limits(limits).build();
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Live references in one group; 1000 by default.
    pub max_live: Limit,
    /// References in one batch call; 500 by default.
    pub max_batch: Limit,
    /// The fewest characters of a search term; 3 by default.
    pub min_search_term: u32,
    /// Groups in the registry; unlimited by default.
    pub max_groups: Limit,
    /// Fields in use in one group; 32 by default.
    pub max_fields: Limit,
    /// Characters of an attribute's value; 1,000 by default.
    pub max_value: Limit,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_live: Limit::AtMost(1000),
            max_batch: Limit::AtMost(500),
            min_search_term: 3,
            max_groups: Limit::Unlimited,
            max_fields: Limit::AtMost(32),
            max_value: Limit::AtMost(1000),
        }
    }
}

impl Limits {
    /// No bounds at all, and search terms of one character.
    ///
    /// ```
    /// use serial_core::{Limit, Limits};
    ///
    /// assert_eq!(Limits::unlimited().max_live, Limit::Unlimited);
    /// ```
    pub const fn unlimited() -> Self {
        Self {
            max_live: Limit::Unlimited,
            max_batch: Limit::Unlimited,
            min_search_term: 1,
            max_groups: Limit::Unlimited,
            max_fields: Limit::Unlimited,
            max_value: Limit::Unlimited,
        }
    }

    /// These, with a group's own in place of those it has.
    ///
    /// ```
    /// use serial_core::{GroupLimits, Limit, Limits};
    ///
    /// let own = GroupLimits { max_live: Some(Limit::AtMost(5)), ..GroupLimits::default() };
    /// let limits = Limits::default().of_group(own);
    /// assert_eq!((limits.max_live, limits.max_batch), (Limit::AtMost(5), Limit::AtMost(500)));
    /// ```
    #[must_use]
    pub fn of_group(self, own: GroupLimits) -> Self {
        Self {
            max_live: own.max_live.unwrap_or(self.max_live),
            max_batch: own.max_batch.unwrap_or(self.max_batch),
            min_search_term: own.min_search_term.unwrap_or(self.min_search_term),
            max_groups: self.max_groups,
            max_fields: own.max_fields.unwrap_or(self.max_fields),
            max_value: own.max_value.unwrap_or(self.max_value),
        }
    }
}

/// Limits that threads read while another changes them, without a lock that they would all have to write to. A call
/// that runs during a change may see some limits from before and some from after it.
#[derive(Debug)]
pub(crate) struct SharedLimits {
    max_live: AtomicU64,
    max_batch: AtomicU64,
    min_search_term: AtomicU32,
    max_groups: AtomicU64,
    max_fields: AtomicU64,
    max_value: AtomicU64,
}

impl SharedLimits {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            max_live: AtomicU64::new(limits.max_live.to_number()),
            max_batch: AtomicU64::new(limits.max_batch.to_number()),
            min_search_term: AtomicU32::new(limits.min_search_term),
            max_groups: AtomicU64::new(limits.max_groups.to_number()),
            max_fields: AtomicU64::new(limits.max_fields.to_number()),
            max_value: AtomicU64::new(limits.max_value.to_number()),
        }
    }

    pub(crate) fn max_live(&self) -> Limit {
        Limit::from_number(self.max_live.load(Ordering::Acquire))
    }

    pub(crate) fn get(&self) -> Limits {
        Limits {
            max_live: self.max_live(),
            max_batch: Limit::from_number(self.max_batch.load(Ordering::Acquire)),
            min_search_term: self.min_search_term.load(Ordering::Acquire),
            max_groups: Limit::from_number(self.max_groups.load(Ordering::Acquire)),
            max_fields: Limit::from_number(self.max_fields.load(Ordering::Acquire)),
            max_value: Limit::from_number(self.max_value.load(Ordering::Acquire)),
        }
    }

    pub(crate) fn set(&self, limits: Limits) {
        self.max_live.store(limits.max_live.to_number(), Ordering::Release);
        self.max_batch.store(limits.max_batch.to_number(), Ordering::Release);
        self.min_search_term.store(limits.min_search_term, Ordering::Release);
        self.max_groups.store(limits.max_groups.to_number(), Ordering::Release);
        self.max_fields.store(limits.max_fields.to_number(), Ordering::Release);
        self.max_value.store(limits.max_value.to_number(), Ordering::Release);
    }
}

/// The limits of one group; what is `None` follows the registry's.
///
/// ```
/// use serial_core::{GroupLimits, Limit};
///
/// let limits = GroupLimits { max_live: Some(Limit::Unlimited), ..GroupLimits::default() };
/// assert_eq!(limits.max_batch, None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct GroupLimits {
    /// Live references in the group.
    pub max_live: Option<Limit>,
    /// References in one batch call.
    pub max_batch: Option<Limit>,
    /// The fewest characters of a search term within the group.
    pub min_search_term: Option<u32>,
    /// Fields in use in the group.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub max_fields: Option<Limit>,
    /// Characters of an attribute's value.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub max_value: Option<Limit>,
}

/// Those that are set, as `live 5000, batch unlimited`; what follows the registry's is left out.
impl fmt::Display for GroupLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limits = [
            ("live", self.max_live),
            ("batch", self.max_batch),
            ("search term", self.min_search_term.map(|min| Limit::AtMost(min.into()))),
            ("fields", self.max_fields),
            ("value", self.max_value),
        ];
        let mut set = limits.into_iter().filter_map(|(name, limit)| Some((name, limit?)));
        if let Some((name, limit)) = set.next() {
            write!(f, "{name} {limit}")?;
        }
        set.try_for_each(|(name, limit)| write!(f, ", {name} {limit}"))
    }
}

/// The name of a limit, in errors.
///
/// ```
/// use serial_core::LimitName;
///
/// assert_eq!(LimitName::LiveReferences.to_string(), "live references in the group");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LimitName {
    /// [`Limits::max_live`].
    LiveReferences = 1,
    /// [`Limits::max_batch`].
    BatchSize = 2,
    /// [`Limits::max_groups`].
    Groups = 3,
    /// [`Limits::max_fields`].
    Fields = 4,
    /// [`Limits::max_value`].
    ValueCharacters = 5,
    /// The most references of one call, 10,000,000 whatever the limits.
    PerCall = 6,
    /// Live references that a guess may hit as often as the format demands:
    /// [`Format::guesses_below_one_in`](crate::Format::guesses_below_one_in).
    Guesses = 7,
}

impl fmt::Display for LimitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LiveReferences => "live references in the group",
            Self::BatchSize => "references in one batch call",
            Self::Groups => "groups in the registry",
            Self::Fields => "fields in the group",
            Self::ValueCharacters => "characters of an attribute's value",
            Self::PerCall => "references in one call",
            Self::Guesses => "live references under the demand on guesses",
        })
    }
}
