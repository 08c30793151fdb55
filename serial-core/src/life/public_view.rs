//! What a customer may see of a product.

use crate::{
    code::Code,
    life::{Attribute, State, Warranty, WarrantyStatus},
    name::Name,
};

/// What a customer may see of one product; nothing internal ever.
///
/// Serialized it has these fields in this order, in every version of the library; later versions may add further ones
/// at the end.
///
/// [`Registry::public_view`](crate::Registry::public_view) returns one and has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct PublicView {
    /// The code, as it was issued.
    pub code: Code,
    /// The name of the product that the group has for customers; empty where it has none.
    pub product: String,
    /// The description of the product that the group has for customers; empty where it has none.
    pub description: String,
    /// What the state means to a customer.
    pub state: &'static str,
    /// The public attributes, in the order in which the group declared them.
    pub attributes: Vec<PublicAttribute>,
    /// The warranty.
    pub warranty: PublicWarranty,
}

/// A public attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PublicAttribute {
    /// Its name.
    pub name: Name,
    /// Its value.
    pub value: String,
}

/// A warranty as a customer sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PublicWarranty {
    /// `none`, `not started`, `active`, `expired` or `ended early`.
    pub status: &'static str,
    /// The first moment covered, as RFC 3339.
    pub start: Option<String>,
    /// The first moment no longer covered, as RFC 3339.
    pub end: Option<String>,
}

impl PublicView {
    pub(crate) fn new(
        code: Code,
        product: String,
        description: String,
        state: State,
        attributes: Vec<Attribute>,
        warranty: Warranty,
    ) -> Self {
        let public = attributes.into_iter().filter(|attribute| attribute.is_public);
        Self {
            code,
            product,
            description,
            state: words(state),
            attributes: public.map(|Attribute { name, value, .. }| PublicAttribute { name, value }).collect(),
            warranty: PublicWarranty::from(warranty),
        }
    }

    /// The view as JSON, in one line.
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::continuous("PX7").public_name("Pump AX-100"))?;
    /// let code = registry.create_reference(group.id)?.code;
    /// let json = registry.public_view(&code)?.to_json();
    /// assert!(json.starts_with(&format!(r#"{{"code":"{code}","product":"Pump AX-100","description":"","#)));
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    #[cfg(feature = "serde")]
    pub fn to_json(&self) -> String {
        // Texts, lists and options always have a form in JSON.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl From<Warranty> for PublicWarranty {
    fn from(warranty: Warranty) -> Self {
        let shown = |moment: Option<crate::Timestamp>| moment.map(|moment| moment.to_string());
        let dates = match warranty.status {
            WarrantyStatus::None => (None, None),
            _ => (shown(warranty.start), shown(warranty.end)),
        };
        Self { status: warranty.status.name(), start: dates.0, end: dates.1 }
    }
}

/// What a state means to a customer. How far a label has come inside the factory is nothing to them.
fn words(state: State) -> &'static str {
    match state {
        State::Available | State::Allocated | State::Encoded => "not in use",
        State::Commissioned => "made",
        State::Released => "sold",
        State::Decommissioned => "out of use",
        State::Destroyed => "destroyed",
        State::Void => "not valid",
    }
}
