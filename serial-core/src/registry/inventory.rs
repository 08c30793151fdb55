//! What is in stock.

use crate::{
    error::Error,
    life::{Inventory, State},
    query::Within,
    registry::{Registry, checked, contract, error_of},
    store::Answer,
};

impl Registry {
    /// How many live references are in which state, in the whole registry, a group or a batch, and the one that the next
    /// claim would take first. It costs the same however many there are.
    ///
    /// References of claims whose time is over count as allocated until the next claim in their group or
    /// [`return_expired`](Self::return_expired).
    ///
    /// # Errors
    /// [`GroupNotFound`](Error::GroupNotFound), [`BatchNotFound`](Error::BatchNotFound), or a kind that begins with
    /// `Store`.
    ///
    /// ```
    /// use serial_core::{MemoryStore, Registry, State, Within};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// assert_eq!(registry.inventory(Within::Registry)?.counts[State::Available], 0);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn inventory(&self, within: Within) -> Result<Inventory, Error> {
        match self.store().inventory(within)? {
            Answer::Done(inventory) => {
                checked::within(inventory.next.as_slice(), within)?;
                let is_free = inventory.next.as_ref().is_none_or(|next| next.state == State::Available);
                if is_free { Ok(inventory) } else { Err(contract("the store says that what is next is not available")) }
            }
            Answer::Refused(refusal) => Err(error_of(refusal)),
        }
    }
}
