//! Attributes: what a group records of each of its references.

use crate::{ids::FieldId, name::Name};

/// A field that a group declares; every reference of the group has a value in it.
///
/// ```
/// use serial_core::{MemoryStore, NewField, NewGroup, Registry};
///
/// let registry = Registry::new(MemoryStore::new());
/// let group = registry.create_group(NewGroup::batch("Pump").field(NewField::new("Colour").default("red").public()))?;
/// let field = &group.fields[0];
/// assert_eq!((field.name.as_str(), field.default.as_str(), field.is_public), ("Colour", "red", true));
/// # Ok::<(), serial_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct Field {
    /// Its ordinal in the group, never given again.
    pub id: FieldId,
    /// Its name, which no other field of the group has that is not retired.
    pub name: Name,
    /// The value of references that were given no other; never changes.
    pub default: String,
    /// Whether customers may see it.
    pub is_public: bool,
    /// Whether it is no longer used: it keeps its values, and takes and shows none.
    pub is_retired: bool,
}

impl Field {
    /// A field with its parts; for stores.
    pub fn new(id: FieldId, name: Name, default: String, is_public: bool, is_retired: bool) -> Self {
        Self { id, name, default, is_public, is_retired }
    }
}

/// What a new field should be.
///
/// ```
/// use serial_core::NewField;
///
/// let field = NewField::new("Colour").default("red").public();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "nothing happens until it is given to a group"]
pub struct NewField {
    pub(crate) name: String,
    pub(crate) default: String,
    pub(crate) is_public: bool,
}

impl NewField {
    /// A field for internal use, empty by default. The name has 1 to 200 characters.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), default: String::new(), is_public: false }
    }

    /// The value of references that are given no other.
    pub fn default(mut self, value: impl Into<String>) -> Self {
        self.default = value.into();
        self
    }

    /// Lets customers see it.
    pub fn public(mut self) -> Self {
        self.is_public = true;
        self
    }
}

/// The value of one field of one reference.
///
/// [`Registry::attributes`](crate::Registry::attributes) returns them and has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Attribute {
    /// The field's name.
    pub name: Name,
    /// The value.
    pub value: String,
    /// Whether customers may see it.
    pub is_public: bool,
}
