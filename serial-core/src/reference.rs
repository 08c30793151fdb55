//! References: the records of codes.

use crate::{
    code::Code,
    ids::{BatchId, GroupId, RequestId, RowId},
    time::Timestamp,
};

/// The record of one serial reference.
///
/// ```
/// use serial_core::{MemoryStore, NewGroup, Registry, RowId};
///
/// let registry = Registry::new(MemoryStore::new());
/// let group = registry.create_group(NewGroup::continuous("Service tags"))?;
/// let reference = registry.create_reference(group.id)?;
/// assert_eq!(reference.row, RowId(1));
/// assert_eq!(registry.lookup(&reference.code)?, reference);
/// # Ok::<(), serial_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Reference {
    /// The group it belongs to.
    pub group: GroupId,
    /// Its ordinal in the group.
    pub row: RowId,
    /// Its text.
    pub code: Code,
    /// The batch it was issued in; `None` in a Continuous group.
    pub batch: Option<BatchId>,
    /// When it was issued.
    pub created_at: Timestamp,
}

/// What a new reference of a Continuous group should be.
///
/// ```
/// use serial_core::{MemoryStore, NewGroup, NewReference, Registry, RequestId};
///
/// let registry = Registry::new(MemoryStore::new());
/// let group = registry.create_group(NewGroup::continuous("Service tags"))?;
/// let new = NewReference::new().request_id(RequestId(7));
/// assert_eq!(registry.create_reference_with(group.id, &new)?, registry.create_reference_with(group.id, &new)?);
/// # Ok::<(), serial_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "nothing happens until it is given to `Registry::create_reference_with`"]
pub struct NewReference {
    pub(crate) request: Option<RequestId>,
}

impl NewReference {
    /// A reference like any other of its group.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes it safe to repeat the call.
    pub fn request_id(mut self, request: RequestId) -> Self {
        self.request = Some(request);
        self
    }
}
