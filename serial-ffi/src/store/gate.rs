//! One call at a time, for stores that bear no more.

use std::{
    ptr,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use serialref::StoreError;

thread_local! {
    /// Its address tells threads apart that are there at the same time, and needs nothing to be allocated.
    static OWN: u8 = const { 0 };
}

/// Lets one thread in at a time, and none a second time.
#[derive(Default)]
pub(super) struct Gate {
    /// The thread that is inside.
    inside: Mutex<Option<usize>>,
    left: Condvar,
}

/// Its thread is inside until this is dropped.
pub(super) struct Turn<'a>(&'a Gate);

impl Gate {
    fn inside(&self) -> MutexGuard<'_, Option<usize>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until nobody else is inside.
    pub(super) fn enter(&self) -> Result<Turn<'_>, StoreError> {
        let own = OWN.with(|own| ptr::from_ref(own).addr());
        let mut inside = self.inside();
        if *inside == Some(own) {
            let message = "a function of a single-threaded store used a registry over the same store, which would have \
                           to wait for itself; use another store there";
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
