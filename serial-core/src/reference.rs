//! References: the records of codes.

use crate::{
    code::Code,
    ids::{BatchId, ClaimId, GroupId, RequestId, RowId},
    life::{State, Stock},
    store::Entry,
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
#[non_exhaustive]
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
    /// Where it stands in its life.
    #[cfg_attr(feature = "serde", serde(default))]
    pub state: State,
    /// The claim that holds it, while it is allocated by one.
    #[cfg_attr(feature = "serde", serde(default))]
    pub claim: Option<ClaimId>,
}

impl Reference {
    /// A reference as it is when it was just issued; for stores.
    ///
    /// ```
    /// use serial_core::{Code, GroupId, Reference, RowId, State, Timestamp};
    ///
    /// let reference = Reference::issued(GroupId(1), RowId(1), Code::from("AX-1"), None, Timestamp::from_micros(0));
    /// assert_eq!((reference.state, reference.claim), (State::Available, None));
    /// ```
    pub fn issued(group: GroupId, row: RowId, code: Code, batch: Option<BatchId>, created_at: Timestamp) -> Self {
        Self { group, row, code, batch, created_at, state: State::Available, claim: None }
    }
}

impl Reference {
    /// A reference as a store has it, and its code.
    #[inline]
    pub(crate) fn of(entry: Entry, code: Code) -> Self {
        let Entry { group, row, batch, created_at, state, claim } = entry;
        Self { group, row, code, batch, created_at, state, claim }
    }
}

impl From<Reference> for Entry {
    fn from(reference: Reference) -> Self {
        let Reference { group, row, code: _, batch, created_at, state, claim } = reference;
        Self { group, row, batch, created_at, state, claim }
    }
}

/// A reference that was just issued.
///
/// [`Registry::create_reference_with`](crate::Registry::create_reference_with) returns one and has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IssuedReference {
    /// The reference, as it was issued.
    pub reference: Reference,
    /// Whether an earlier call with the same request id issued it, and this one nothing.
    pub repeated: bool,
    /// What can be claimed in the group now; `None` where this call issued nothing.
    pub stock: Option<Stock>,
}

/// What a new reference of a Continuous group should be.
///
/// ```
/// use serial_core::{MemoryStore, NewGroup, NewReference, Registry, RequestId};
///
/// let registry = Registry::new(MemoryStore::new());
/// let group = registry.create_group(NewGroup::continuous("Service tags"))?;
/// let new = NewReference::new().request_id(RequestId(7));
/// let first = registry.create_reference_with(group.id, &new)?;
/// let again = registry.create_reference_with(group.id, &new)?;
/// assert!(first.reference == again.reference && again.repeated);
/// # Ok::<(), serial_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "nothing happens until it is given to `Registry::create_reference_with`"]
pub struct NewReference {
    pub(crate) request: Option<RequestId>,
    pub(crate) attributes: Vec<(String, String)>,
}

impl NewReference {
    /// A reference like any other of its group.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives a field another value than its default.
    pub fn attribute(mut self, field: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.push((field.into(), value.into()));
        self
    }

    /// Makes it safe to repeat the call.
    pub fn request_id(mut self, request: RequestId) -> Self {
        self.request = Some(request);
        self
    }
}
