//! The object a program holds: a store, limits, a clock and entropy.

mod acting;
mod ahead;
mod attributes;
mod checked;
mod choose;
mod claim;
mod code_space;
mod counter;
#[cfg(feature = "transfer")]
mod courses;
mod delete;
#[cfg(feature = "transfer")]
mod export;
mod fields;
mod formats;
mod groups;
mod history;
#[cfg(feature = "transfer")]
mod import;
#[cfg(feature = "transfer")]
mod import_review;
mod inventory;
mod issue;
mod known;
mod make;
mod public;
mod read;
mod select;
mod settings;
mod submit;
mod transition;
mod warranty;

pub use code_space::CodeSpace;
pub use counter::Decoded;
pub use delete::{PendingDeletion, PendingGroupDeletion};
#[cfg(feature = "transfer")]
pub use import::ImportReview;
pub use select::Selection;

use std::{fmt, sync::Arc};

use crate::{
    entropy::{Entropy, SystemEntropy},
    error::Error,
    limits::{Limits, SharedLimits},
    store::{Refusal, Store, StoreError},
    time::{Clock, SystemClock, Timestamp},
};

/// Issues serial references and keeps track of them, in a store of your choice.
///
/// Clones share everything and can be used from any number of threads. Nothing is held locked while the store
/// works.
///
/// ```
/// use serial_core::{Filter, MemoryStore, NewBatch, NewGroup, Paging, Registry};
///
/// let registry = Registry::new(MemoryStore::new());
/// let pumps = registry.create_group(NewGroup::batch("Pump AX-100"))?;
/// let batch = registry.create_batch(pumps.id, NewBatch::of(500))?;
///
/// let code = batch.codes.get(0).unwrap();
/// assert_eq!(registry.lookup(code)?.batch, Some(batch.id));
/// let page = registry.references(&Filter::group(pumps.id), &Paging::of(50))?;
/// assert_eq!(page.items.len(), 50);
/// # Ok::<(), serial_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Registry {
    inner: Arc<Inner>,
    /// On whose behalf changes are made through this handle.
    acting: Option<Arc<acting::Acting>>,
}

struct Inner {
    store: Box<dyn Store>,
    clock: Box<dyn Clock>,
    entropy: Box<dyn Entropy>,
    limits: SharedLimits,
    groups: known::KnownGroups,
    formats: formats::KnownFormats,
}

impl Registry {
    /// A registry with the default limits, the system's clock and the system's entropy.
    pub fn new(store: impl Store + 'static) -> Self {
        Self::builder(store).build()
    }

    /// Begins a registry whose limits, clock or entropy are not the default ones.
    pub fn builder(store: impl Store + 'static) -> RegistryBuilder {
        RegistryBuilder {
            store: Box::new(store),
            clock: Box::new(SystemClock),
            entropy: Box::new(SystemEntropy::new()),
            limits: Limits::default(),
        }
    }

    /// The limits of groups that have none of their own.
    pub fn limits(&self) -> Limits {
        self.inner.limits.get()
    }

    /// Changes the limits of groups that have none of their own, for the calls that begin later.
    ///
    /// Limits belong to this registry and its clones; another registry over the same store has its own. Limits of
    /// a group ([`change_group_limits`](Self::change_group_limits)) are kept in the store and hold for all.
    ///
    /// ```
    /// use serial_core::{Limit, Limits, MemoryStore, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// registry.set_limits(Limits { max_batch: Limit::AtMost(10_000), ..registry.limits() });
    /// ```
    pub fn set_limits(&self, limits: Limits) {
        self.inner.limits.set(limits);
    }

    fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    fn store(&self) -> &dyn Store {
        &*self.inner.store
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").field("limits", &self.limits()).finish_non_exhaustive()
    }
}

/// Collects what a registry is made of.
///
/// ```
/// use serial_core::{Limits, MemoryStore, Registry};
///
/// let registry = Registry::builder(MemoryStore::new()).limits(Limits::unlimited()).build();
/// ```
#[must_use = "a builder does nothing until `build` is called"]
pub struct RegistryBuilder {
    store: Box<dyn Store>,
    clock: Box<dyn Clock>,
    entropy: Box<dyn Entropy>,
    limits: Limits,
}

impl RegistryBuilder {
    /// The limits of groups that have none of their own.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Where the registry gets the time.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Where the registry gets random bytes.
    pub fn entropy(mut self, entropy: impl Entropy + 'static) -> Self {
        self.entropy = Box::new(entropy);
        self
    }

    /// The registry.
    pub fn build(self) -> Registry {
        let inner = Inner {
            store: self.store,
            clock: self.clock,
            entropy: self.entropy,
            limits: SharedLimits::new(self.limits),
            groups: known::KnownGroups::default(),
            formats: formats::KnownFormats::default(),
        };
        Registry { inner: Arc::new(inner), acting: None }
    }
}

impl fmt::Debug for RegistryBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegistryBuilder").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// The error for a refusal that any call on a group or batch can meet.
fn error_of(refusal: Refusal) -> Error {
    match refusal {
        Refusal::NoSuchGroup { group } => Error::GroupNotFound { group },
        Refusal::NoSuchBatch { group, batch } => Error::BatchNotFound { group, batch },
        Refusal::NameTaken { group } => Error::NameTaken { group },
        Refusal::NoSuchClaim { group, claim } => Error::ClaimNotFound { group, claim },
        other => contract(format!("the store refused with {other:?} where that is no possible answer")),
    }
}

fn contract(message: impl Into<String>) -> Error {
    StoreError::contract(message).into()
}
