//! How long products are covered.

use crate::{
    error::Error,
    life::{State, Warranty, WarrantyPolicy},
    reference::Reference,
    registry::{Registry, Selection, contract},
    store::Step,
    time::Timestamp,
};

impl Registry {
    /// The warranty of a product as it stands at a moment: judged by what had happened until then, and by the policy
    /// that holds now for the reference or its group.
    ///
    /// # Errors
    /// Those of [`lookup`](Self::lookup).
    ///
    /// ```
    /// use serial_core::{
    ///     MemoryStore, NewGroup, Registry, Selection, State, SystemClock, Clock, WarrantyPolicy, WarrantyStatus,
    /// };
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let pumps = NewGroup::continuous("Pump AX-100").warranty(WarrantyPolicy::months(24)?);
    /// let group = registry.create_group(pumps)?;
    /// let pump = registry.create_reference(group.id)?;
    /// assert_eq!(registry.warranty(&pump.code, SystemClock.now())?.status, WarrantyStatus::NotStarted);
    /// registry.transition(&Selection::references([&pump]), State::Commissioned)?;
    /// assert_eq!(registry.warranty(&pump.code, SystemClock.now())?.status, WarrantyStatus::Active);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn warranty(&self, code: &str, at: Timestamp) -> Result<Warranty, Error> {
        let reference = self.lookup(code)?;
        let policy = match self.details_of(&reference)?.and_then(|details| details.warranty) {
            Some(own) => own,
            None => self.group(reference.group)?.warranty,
        };
        self.warranty_of(&reference, policy, at)
    }

    /// The warranty of a reference under a policy. One that was never commissioned has no history that counts.
    pub(super) fn warranty_of(
        &self,
        reference: &Reference,
        policy: WarrantyPolicy,
        at: Timestamp,
    ) -> Result<Warranty, Error> {
        let was_used = !matches!(reference.state, State::Available | State::Allocated | State::Encoded);
        let events = match policy.terms() {
            Some(_) if was_used => self.events_of(reference.group, reference.row)?,
            _ => Vec::new(),
        };
        Ok(policy.at(at, &events))
    }

    /// Gives references a warranty of their own instead of their group's, or the group's again with `None`: all of the
    /// selection, or none. Says how many references those are.
    ///
    /// # Errors
    /// [`WarrantyInvalid`](Error::WarrantyInvalid) for a start outside the years 1 to 9999;
    /// [`SelectionInvalid`](Error::SelectionInvalid) where a part of the selection is not there; the errors of
    /// [`references`](Self::references) that concern a filter; or a kind that begins with `Store`. After
    /// [`OutcomeUnknown`](Error::OutcomeUnknown) calling again is harmless.
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewGroup, Registry, Selection, SystemClock, Clock, WarrantyPolicy, WarrantyStatus};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::continuous("Pump AX-100").warranty(WarrantyPolicy::days(90)?))?;
    /// let sample = registry.create_reference(group.id)?;
    /// registry.set_warranty(&Selection::references([&sample]), Some(WarrantyPolicy::none()))?;
    /// assert_eq!(registry.warranty(&sample.code, SystemClock.now())?.status, WarrantyStatus::None);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn set_warranty(&self, selection: &Selection, policy: Option<WarrantyPolicy>) -> Result<u64, Error> {
        let policy = policy.map(WarrantyPolicy::checked).transpose()?;
        let targets = self.all_of(selection)?;
        if targets.is_empty() {
            return Ok(0);
        }
        let changed = self.change_all(&targets, Step::SetWarranty { policy })?;
        changed.ok_or_else(|| contract("the store refused a revision where none was named"))
    }
}
