//! Batches: named sets of references, created together.

use crate::{
    code::Codes,
    ids::{BatchId, GroupId, RequestId, RowId},
    life::Stock,
    name::Name,
    time::Timestamp,
};

/// A batch as it was when it was read.
///
/// ```
/// use serial_core::{MemoryStore, NewBatch, NewGroup, Registry};
///
/// let registry = Registry::new(MemoryStore::new());
/// let group = registry.create_group(NewGroup::batch("Pump AX-100"))?;
/// let issued = registry.create_batch(group.id, NewBatch::of(20).name("Order 4711"))?;
/// let batch = registry.batch(group.id, issued.id)?;
/// assert_eq!((batch.name.as_str(), batch.size, batch.live), ("Order 4711", 20, 20));
/// # Ok::<(), serial_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Batch {
    /// The group it belongs to.
    pub group: GroupId,
    /// Its ordinal in the group.
    pub id: BatchId,
    /// Its name; other batches may have the same.
    pub name: Name,
    /// When it was issued.
    pub created_at: Timestamp,
    /// The row id of its first reference; the others follow without a gap.
    pub first_row: RowId,
    /// How many references were issued.
    pub size: u64,
    /// How many of them are not deleted.
    pub live: u64,
}

/// What a new batch should be.
///
/// ```
/// use serial_core::{MemoryStore, NewBatch, NewGroup, Registry, RequestId};
///
/// let registry = Registry::new(MemoryStore::new());
/// let group = registry.create_group(NewGroup::batch("Pump AX-100"))?;
/// let order = NewBatch::of(20).name("Order 4711").request_id(RequestId(4711));
/// let first = registry.create_batch(group.id, order.clone())?;
/// let again = registry.create_batch(group.id, order)?;
/// assert_eq!(first.codes, again.codes);
/// assert!(again.repeated);
/// # Ok::<(), serial_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "nothing happens until it is given to `Registry::create_batch`"]
pub struct NewBatch {
    pub(crate) size: u64,
    pub(crate) name: Option<String>,
    pub(crate) request: Option<RequestId>,
    pub(crate) attributes: Vec<(String, String)>,
}

impl NewBatch {
    /// A batch of `size` references, at least 1, named after the current date and time.
    pub fn of(size: u64) -> Self {
        Self { size, name: None, request: None, attributes: Vec::new() }
    }

    /// Names the batch; 1 to 200 characters.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Gives a field another value than its default, in all references of the batch.
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

/// A batch that was just issued, with its codes.
///
/// ```
/// use serial_core::{MemoryStore, NewBatch, NewGroup, Registry};
///
/// let registry = Registry::new(MemoryStore::new());
/// let group = registry.create_group(NewGroup::batch("Pump AX-100"))?;
/// let issued = registry.create_batch(group.id, NewBatch::of(3))?;
/// for code in issued.codes.iter() {
///     println!("{code}");
/// }
/// # Ok::<(), serial_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IssuedBatch {
    /// The group it belongs to.
    pub group: GroupId,
    /// Its ordinal in the group.
    pub id: BatchId,
    /// Its name.
    pub name: Name,
    /// When it was issued.
    pub created_at: Timestamp,
    /// The row id of the first code; the others follow without a gap.
    pub first_row: RowId,
    /// The codes in issue order.
    pub codes: Codes,
    /// Whether an earlier call with the same request id issued it, and this one nothing.
    pub repeated: bool,
    /// What can be claimed in the group now; `None` where this call issued nothing.
    pub stock: Option<Stock>,
}
