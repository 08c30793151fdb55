//! A store that goes wrong when it is told to.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Duration,
};

use crate::{
    conformance::{
        random::Random,
        through::{Method, methods_through},
    },
    store::{Store, StoreError},
};

/// What goes wrong with a call.
///
/// ```
/// use serial_core::{StoreError, conformance::Fault};
///
/// let full = Fault::Fail(|| StoreError::unavailable("the disk is full"));
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing is done and the call fails with this error.
    Fail(fn() -> StoreError),
    /// It is done, and the call fails with [`StoreError::OutcomeUnknown`]; a call that only reads fails with
    /// [`StoreError::Unavailable`].
    LoseReply,
    /// It is done, after this time.
    Delay(Duration),
}

/// Decides by the number of a call, counted from 0, and its method, what goes wrong with it.
type Schedule = Box<dyn Fn(u64, Method) -> Option<Fault> + Send + Sync>;

/// Wraps a store and lets calls fail, wait or lose their reply, as a schedule says. For tests of whatever uses a
/// store.
///
/// ```
/// use std::sync::Arc;
/// use serial_core::{Error, MemoryStore, NewGroup, Registry, conformance::{Fault, FaultyStore, Method}};
///
/// // The first two replies to an append are lost.
/// let store = FaultyStore::new(MemoryStore::new(), |call, method| {
///     (method == Method::Append && call < 4).then_some(Fault::LoseReply)
/// });
/// let registry = Registry::new(store);
/// let group = registry.create_group(NewGroup::continuous("Service tags"))?;
/// let reference = registry.create_reference(group.id)?;
/// assert_eq!(registry.group(group.id)?.issued, 1);
/// # Ok::<(), Error>(())
/// ```
pub struct FaultyStore<S> {
    store: S,
    schedule: Schedule,
    calls: AtomicU64,
    faults: AtomicU64,
}

impl<S: Store> FaultyStore<S> {
    /// Wraps a store; the schedule gets the number of each call, counted from 0, and its method.
    ///
    /// ```
    /// use serial_core::{MemoryStore, conformance::FaultyStore};
    ///
    /// let faultless = FaultyStore::new(MemoryStore::new(), |_, _| None);
    /// ```
    pub fn new(store: S, schedule: impl Fn(u64, Method) -> Option<Fault> + Send + Sync + 'static) -> Self {
        Self { store, schedule: Box::new(schedule), calls: AtomicU64::new(0), faults: AtomicU64::new(0) }
    }

    /// Wraps a store of which every `nth` call goes wrong in one way; 0 is never.
    ///
    /// ```
    /// use serial_core::{GroupId, MemoryStore, Store, StoreError, conformance::{Fault, FaultyStore}};
    ///
    /// let busy = FaultyStore::every(MemoryStore::new(), 2, Fault::Fail(|| StoreError::busy("try again")));
    /// assert!(busy.group(GroupId(1)).is_ok());
    /// assert!(busy.group(GroupId(1)).is_err());
    /// ```
    pub fn every(store: S, nth: u64, fault: Fault) -> Self {
        Self::new(store, move |call, _| (nth > 0 && (call + 1) % nth == 0).then_some(fault))
    }

    /// Wraps a store of which one call in `one_in` on average goes wrong: it is busy, cannot be reached, or loses
    /// its reply. The same seed gives the same faults; 0 in `one_in` is never.
    ///
    /// ```
    /// use serial_core::{GroupId, MemoryStore, Store, conformance::FaultyStore};
    ///
    /// let store = FaultyStore::random(MemoryStore::new(), 42, 3);
    /// for _ in 0..100 {
    ///     let _ = store.group(GroupId(1));
    /// }
    /// assert!((10..60).contains(&store.faults()));
    /// ```
    pub fn random(store: S, seed: u64, one_in: u64) -> Self {
        Self::new(store, move |call, _| {
            let mut random = Random::new(seed ^ call.wrapping_mul(0xA24B_AED4_963E_E407));
            (one_in > 0 && random.once_in(one_in)).then(|| match random.below(4) {
                0 => Fault::Fail(|| StoreError::busy("somebody else holds the store, as scheduled")),
                1 => Fault::Fail(|| StoreError::unavailable("the store cannot be reached, as scheduled")),
                _ => Fault::LoseReply,
            })
        })
    }

    /// The store itself, to see what really happened.
    pub fn inner(&self) -> &S {
        &self.store
    }

    /// How many calls there were.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// How many of them went wrong.
    pub fn faults(&self) -> u64 {
        self.faults.load(Ordering::Relaxed)
    }

    fn through<T>(&self, method: Method, call: impl Fn(&S) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        let fault = (self.schedule)(number, method);
        if fault.is_some() {
            self.faults.fetch_add(1, Ordering::Relaxed);
        }
        match fault {
            None => call(&self.store),
            Some(Fault::Fail(error)) => Err(error()),
            Some(Fault::LoseReply) if !method.changes() => {
                Err(StoreError::unavailable("the reply was lost, as scheduled"))
            }
            Some(Fault::LoseReply) => {
                call(&self.store)?;
                Err(StoreError::outcome_unknown("the reply was lost, as scheduled"))
            }
            Some(Fault::Delay(time)) => {
                thread::sleep(time);
                call(&self.store)
            }
        }
    }
}

impl<S: fmt::Debug> fmt::Debug for FaultyStore<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultyStore").field("store", &self.store).finish_non_exhaustive()
    }
}

impl<S: Store> Store for FaultyStore<S> {
    fn loses_replies(&self) -> bool {
        true
    }

    methods_through!();
}
