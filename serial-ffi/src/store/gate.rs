//! One call at a time, for stores that bear no more.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, ThreadId},
};

use serialref::StoreError;

/// Lets one thread in at a time, and none a second time.
#[derive(Default)]
pub(super) struct Gate {
    inside: Mutex<Option<ThreadId>>,
    left: Condvar,
}

/// Its thread is inside until this is dropped.
pub(super) struct Turn<'a>(&'a Gate);

impl Gate {
    fn inside(&self) -> MutexGuard<'_, Option<ThreadId>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until nobody else is inside.
    pub(super) fn enter(&self) -> Result<Turn<'_>, StoreError> {
        let own = thread::current().id();
        let mut inside = self.inside();
        if *inside == Some(own) {
            let message = "a function of a single-threaded store used a registry over the same store, which would have to wait \
                           for itself; use another store there";
            return Err(StoreError::contract(message));
        }
        while inside.is_some() {
            inside = self.left.wait(inside).unwrap_or_else(PoisonError::into_inner);
        }
        *inside = Some(own);
        Ok(Turn(self))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.inside() = None;
        self.0.left.notify_one();
    }
}
