//! How everything that came from a registry gets to it: detached from the interpreter, and not after it was closed.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use pyo3::prelude::*;
use serialref::{Error, MemoryStore, Registry, Store, StoreError};

use crate::{
    errors,
    patience::{self, Workers},
};

/// Where the references of a registry are.
pub(crate) enum Place {
    Memory(Arc<MemoryStore>),
    /// A file or a server, where every call may have to wait.
    Outside,
    /// In a store written in Python, whose calls are answered by the interpreter.
    Python,
}

/// What lasts until the registry is closed.
struct Open {
    registry: Registry,
    memory: Option<Arc<MemoryStore>>,
}

struct Shared {
    open: RwLock<Option<Open>>,
    /// A copy that a fork made of a store, its locks and helpers is of no use to the child.
    fork: forkguard::Guard,
    is_outside: bool,
    is_python: bool,
    workers: Mutex<Workers>,
}

/// Whose words the changes carry.
#[derive(Clone, Default)]
struct Words {
    actor: Option<String>,
    reason: Option<String>,
    note: Option<String>,
}

/// A way to a registry, for one who acts.
#[derive(Clone)]
pub(crate) struct Access {
    shared: Arc<Shared>,
    words: Option<Arc<Words>>,
}

impl Access {
    pub(crate) fn new(store: impl Store + 'static, place: Place, limits: serialref::Limits) -> Result<Self, Error> {
        let (is_outside, is_python) = (matches!(place, Place::Outside), matches!(place, Place::Python));
        let memory = if let Place::Memory(memory) = place { Some(memory) } else { None };
        let fork = forkguard::Guard::try_new()
            .map_err(|error| StoreError::unavailable(format!("forks of this process cannot be noticed: {error}")))?;
        let registry = Registry::builder(store).limits(limits).build();
        let open = RwLock::new(Some(Open { registry, memory }));
        let shared = Shared { open, fork, is_outside, is_python, workers: Mutex::default() };
        Ok(Self { shared: Arc::new(shared), words: None })
    }

    /// The same way, with an actor, a reason or a note.
    pub(crate) fn acting(&self, actor: Option<String>, reason: Option<String>, note: Option<String>) -> Self {
        let mut words = self.words.as_deref().cloned().unwrap_or_default();
        words.actor = actor.or(words.actor);
        words.reason = reason.or(words.reason);
        words.note = note.or(words.note);
        Self { shared: Arc::clone(&self.shared), words: Some(Arc::new(words)) }
    }

    /// Calls what is short where nobody has to be waited for. The interpreter goes on meanwhile.
    pub(crate) fn call<T: Send + 'static>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&Registry) -> Result<T, Error> + Send + 'static,
    ) -> PyResult<T> {
        self.call_if_long(py, false, work)
    }

    /// Calls what may be long also in memory.
    pub(crate) fn call_if_long<T: Send + 'static>(
        &self,
        py: Python<'_>,
        is_long: bool,
        work: impl FnOnce(&Registry) -> Result<T, Error> + Send + 'static,
    ) -> PyResult<T> {
        let registry = self.registry().map_err(|error| errors::raised(py, error))?;
        let is_patient = !self.shared.is_python && (is_long || self.shared.is_outside);
        let result = if is_patient && patience::is_main_thread(py)? {
            patience::wait(py, &self.shared.workers, move || work(&registry))?
        } else {
            py.detach(move || work(&registry))
        };
        if self.shared.is_python {
            errors::interruption()?;
        }
        result.map_err(|error| errors::raised(py, error))
    }

    /// Calls what talks with Python on the way, such as a file object; the caller sees to signals there.
    pub(crate) fn call_here<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&Registry) -> Result<T, Error> + Send,
    ) -> PyResult<T> {
        let registry = self.registry().map_err(|error| errors::raised(py, error))?;
        let result = py.detach(|| work(&registry));
        errors::interruption()?;
        result.map_err(|error| errors::raised(py, error))
    }

    /// The registry, which the caller is about to use.
    pub(crate) fn registry(&self) -> Result<Registry, Error> {
        if self.shared.fork.clone().detected_fork() {
            let message = "the registry was opened before this process was forked; open one in the child";
            return Err(StoreError::unavailable(message).into());
        }
        let open = self.shared.open.read().unwrap_or_else(PoisonError::into_inner);
        let Some(open) = &*open else {
            return Err(StoreError::unavailable("the registry was closed; open another").into());
        };
        let Some(words) = &self.words else { return Ok(open.registry.clone()) };
        let mut registry = open.registry.clone();
        if let Some(actor) = &words.actor {
            registry = registry.acting_as(actor);
        }
        if let Some(reason) = &words.reason {
            registry = registry.because(reason);
        }
        if let Some(note) = &words.note {
            registry = registry.noting(note);
        }
        Ok(registry)
    }

    /// The store in memory, where that is what the registry has.
    pub(crate) fn memory(&self) -> Option<Arc<MemoryStore>> {
        self.shared.open.read().unwrap_or_else(PoisonError::into_inner).as_ref()?.memory.clone()
    }

    /// Whether both lead to the same registry.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }

    pub(crate) fn address(&self) -> usize {
        Arc::as_ptr(&self.shared) as usize
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.shared.open.read().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    pub(crate) fn close(&self, py: Python<'_>) {
        let open = self.shared.open.write().unwrap_or_else(PoisonError::into_inner).take();
        // The store may have to wait for what it does at the end.
        py.detach(|| drop(open));
    }
}
