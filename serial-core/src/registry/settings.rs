//! Changing what a group says to customers and when it warns.

use crate::{
    error::Error,
    group::Group,
    ids::GroupId,
    life::{WarrantyPolicy, checked_text},
    registry::Registry,
    store::GroupChange,
};

impl Registry {
    /// Tells customers other words about the products of a group: a name and a description, each up to 1,000 characters
    /// and possibly empty.
    ///
    /// # Errors
    /// [`TextInvalid`](Error::TextInvalid), [`GroupNotFound`](Error::GroupNotFound), or a kind that begins with `Store`.
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::batch("PX7"))?;
    /// let group = registry.set_public_text(group.id, "Pump AX-100", "Two stages, steel")?;
    /// assert_eq!(group.public_name, "Pump AX-100");
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn set_public_text(
        &self,
        id: GroupId,
        name: impl Into<String>,
        description: impl Into<String>,
    ) -> Result<Group, Error> {
        let (name, description) = (name.into(), description.into());
        checked_text(&name)?;
        checked_text(&description)?;
        let (public_name, public_description) = (Some(name), Some(description));
        self.change_group(&GroupChange { public_name, public_description, ..self.change_of(id)? })
    }

    /// Reports fewer available references than this with every claim and issue; `None` reports nothing. Other registries
    /// over the same store learn of it when they next issue in the group.
    ///
    /// # Errors
    /// [`GroupNotFound`](Error::GroupNotFound), or a kind that begins with `Store`.
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewBatch, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::batch("Pump AX-100"))?;
    /// registry.set_low_stock(group.id, Some(100))?;
    /// let issued = registry.create_batch(group.id, NewBatch::of(20))?;
    /// assert!(issued.stock.unwrap().is_low());
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn set_low_stock(&self, id: GroupId, threshold: Option<u64>) -> Result<Group, Error> {
        self.change_group(&GroupChange { low_stock: Some(threshold), ..self.change_of(id)? })
    }

    /// Covers the products of a group in another way, from now on also those that were sold before, unless they have a
    /// warranty of their own.
    ///
    /// # Errors
    /// [`WarrantyInvalid`](Error::WarrantyInvalid) for a start outside the years 1 to 9999;
    /// [`GroupNotFound`](Error::GroupNotFound), or a kind that begins with `Store`.
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewGroup, Registry, WarrantyPolicy};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::batch("Pump AX-100"))?;
    /// let policy = WarrantyPolicy::months(24)?;
    /// assert_eq!(registry.set_group_warranty(group.id, policy)?.warranty, policy);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn set_group_warranty(&self, id: GroupId, policy: WarrantyPolicy) -> Result<Group, Error> {
        self.change_group(&GroupChange { warranty: Some(policy.checked()?), ..self.change_of(id)? })
    }
}
