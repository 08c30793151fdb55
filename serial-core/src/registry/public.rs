//! What a customer may see.

use crate::{
    error::Error,
    life::PublicView,
    registry::{Registry, attributes::attributes_in},
};

impl Registry {
    /// What a customer may see of the product with a code, found as [`lookup`](Self::lookup) finds it. Nothing internal is
    /// ever in it.
    ///
    /// # Errors
    /// [`ReferenceNotFound`](Error::ReferenceNotFound), the same for a code that was never issued, for one that was
    /// deleted and for one that several groups have; or a kind that begins with `Store`.
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewField, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = NewGroup::continuous("PX7")
    ///     .public_name("Pump AX-100")
    ///     .field(NewField::new("Colour").default("red").public())
    ///     .field(NewField::new("Test bench").default("B2"));
    /// let group = registry.create_group(group)?;
    /// let pump = registry.create_reference(group.id)?;
    /// let view = registry.public_view(&pump.code)?;
    /// assert_eq!((view.product.as_str(), view.state), ("Pump AX-100", "not in use"));
    /// assert_eq!((view.attributes.len(), view.attributes[0].value.as_str()), (1, "red"));
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn public_view(&self, code: &str) -> Result<PublicView, Error> {
        let gone = |error| match error {
            Error::Ambiguous { .. } | Error::GroupNotFound { .. } => Error::ReferenceNotFound,
            other => other,
        };
        let reference = self.lookup(code).map_err(gone)?;
        let group = self.group(reference.group).map_err(gone)?;
        let details = self.details_of(&reference).map_err(gone)?;
        let attributes = attributes_in(&group, details.as_ref());
        let policy = details.and_then(|details| details.warranty).unwrap_or(group.warranty);
        let warranty = self.warranty_of(&reference, policy, self.now()).map_err(gone)?;
        let (product, description) = (group.public_name, group.public_description);
        Ok(PublicView::new(reference.code, product, description, reference.state, attributes, warranty))
    }
}
