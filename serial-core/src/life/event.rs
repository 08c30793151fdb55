//! What happened to a group and its references.

use crate::{
    ids::{EventId, GroupId},
    life::{Cause, Change},
    time::Timestamp,
};

/// One change of a group or of one of its references.
///
/// The events of a group are numbered 1, 2, 3 ... in the order in which they were committed. None is ever changed or
/// removed, whatever becomes of the reference and the group.
///
/// [`Registry::history`](crate::Registry::history) and [`Registry::events`](crate::Registry::events) return them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Event {
    /// The group.
    pub group: GroupId,
    /// The ordinal of the event in its group.
    pub id: EventId,
    /// When it happened, by the clock of the registry that made the change.
    pub at: Timestamp,
    /// What happened.
    pub change: Change,
    /// By whom, and why.
    pub cause: Cause,
}

impl Event {
    /// An event of its parts; for stores.
    pub fn new(group: GroupId, id: EventId, at: Timestamp, change: Change, cause: Cause) -> Self {
        Self { group, id, at, change, cause }
    }
}
