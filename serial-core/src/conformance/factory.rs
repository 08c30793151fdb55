//! Where the kit gets stores from.

use crate::store::Store;

/// Makes storages for the kit, each case gets one of its own.
///
/// A closure that returns an empty store is one, and enough for a store that is gone with the process. Implement
/// the trait for a store that outlives it, so that reopening and sharing are tested too.
///
/// ```
/// use std::sync::Arc;
/// use serial_core::{Store, conformance::{self, Durability, Factory, ModelStore, Storage}};
///
/// /// Keeps its contents as a file would.
/// struct File(Arc<ModelStore>);
///
/// impl Storage for File {
///     fn open(&self) -> Box<dyn Store> {
///         Box::new(Arc::clone(&self.0))
///     }
///
///     fn durability(&self) -> Durability {
///         Durability::Shared
///     }
/// }
///
/// struct Files;
///
/// impl Factory for Files {
///     fn create(&self) -> Box<dyn Storage + '_> {
///         Box::new(File(Arc::new(ModelStore::new())))
///     }
/// }
///
/// let report = conformance::check(&Files);
/// assert!(report.passed(), "{report}");
/// ```
pub trait Factory: Sync {
    /// A new, empty storage. One that cannot be made is a reason to panic: the case then fails with its words.
    fn create(&self) -> Box<dyn Storage + '_>;
}

/// Where one store keeps what it is given: a directory, a database. Dropping it is the moment to clean up; every
/// store opened in it is dropped before.
///
/// [`Factory`] has an example.
pub trait Storage: Send + Sync {
    /// Opens the store. One that cannot be opened is a reason to panic.
    fn open(&self) -> Box<dyn Store>;

    /// What a second [`open`](Self::open) gives.
    fn durability(&self) -> Durability;
}

/// What opening a storage once more gives.
///
/// ```
/// use serial_core::{MemoryStore, conformance::{Durability, Factory}};
///
/// let factory = MemoryStore::new;
/// assert_eq!(factory.create().durability(), Durability::Volatile);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Durability {
    /// An empty store.
    Volatile = 1,
    /// What the store before it kept, once that one is dropped; never two at a time.
    Exclusive = 2,
    /// The same contents, also while others are open, as for several processes.
    Shared = 3,
}

impl<F, S> Factory for F
where
    F: Fn() -> S + Send + Sync,
    S: Store + 'static,
{
    fn create(&self) -> Box<dyn Storage + '_> {
        Box::new(Made(self))
    }
}

/// The storage of a closure that makes stores.
struct Made<'a, F>(&'a F);

impl<F, S> Storage for Made<'_, F>
where
    F: Fn() -> S + Send + Sync,
    S: Store + 'static,
{
    fn open(&self) -> Box<dyn Store> {
        Box::new((self.0)())
    }

    fn durability(&self) -> Durability {
        Durability::Volatile
    }
}
