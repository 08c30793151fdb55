//! Deleting in two steps: see what would go, then confirm.

use crate::{
    error::Error,
    group::Group,
    ids::GroupId,
    query::{Direction, Filter},
    reference::Reference,
    registry::{
        Registry, error_of,
        read::{Part, Sought},
        select::{SAMPLE, Selection},
    },
    store::{Answer, DeletePlan, Deleted, GroupDeletePlan, Refusal, RowSet, Start},
};

/// A deletion of references that was prepared and waits to be confirmed; dropping it changes nothing.
///
/// [`Registry::delete`] makes one and has an example.
#[derive(Clone, Debug)]
#[must_use = "nothing is deleted until it is confirmed"]
pub struct PendingDeletion {
    registry: Registry,
    targets: Vec<(GroupId, RowSet)>,
    /// How many references would go.
    pub count: u64,
    /// The first of them, at most ten.
    pub sample: Vec<Reference>,
    /// Codes of the selection that no live reference has, as they were given.
    pub unknown: Vec<String>,
    /// Codes of the selection that several groups have, as they were given; none of these would go.
    pub ambiguous: Vec<String>,
}

impl PendingDeletion {
    /// Deletes the references that were counted, in one step. Their codes are never issued again.
    ///
    /// Confirming again is harmless, which is the remedy after [`OutcomeUnknown`](Error::OutcomeUnknown).
    ///
    /// # Errors
    /// A kind that begins with `Store`, or [`OutcomeUnknown`](Error::OutcomeUnknown).
    pub fn confirm(&self) -> Result<Deleted, Error> {
        let (targets, cause) = (self.targets.clone(), self.registry.cause()?.clone());
        Ok(self.registry.store().delete(&DeletePlan { targets, at: self.registry.now(), cause })?)
    }
}

/// A deletion of a group that was prepared and waits to be confirmed; dropping it changes nothing.
///
/// [`Registry::delete_group`] makes one and has an example.
#[derive(Clone, Debug)]
#[must_use = "nothing is deleted until it is confirmed"]
pub struct PendingGroupDeletion {
    registry: Registry,
    /// The group that would go; its `live` says how many references would go with it.
    pub group: Group,
    /// The first of these references, at most ten.
    pub sample: Vec<Reference>,
}

impl PendingGroupDeletion {
    /// Deletes the group and every reference in it, in one step, and says how many references that were. Their
    /// codes are never issued again; the group's name is free.
    ///
    /// # Errors
    /// [`ChangedMeanwhile`](Error::ChangedMeanwhile) where the group has issued more since; then nothing is
    /// deleted. [`GroupNotFound`](Error::GroupNotFound) where it is gone already; a kind that begins with `Store`;
    /// or [`OutcomeUnknown`](Error::OutcomeUnknown).
    pub fn confirm(&self) -> Result<u64, Error> {
        let (at, cause) = (self.registry.now(), self.registry.cause()?.clone());
        let plan = GroupDeletePlan { group: self.group.id, issued: self.group.issued, at, cause };
        match self.registry.store().delete_group(&plan)? {
            Answer::Done(deleted) => {
                self.registry.inner.groups.forget(self.group.id);
                Ok(deleted)
            }
            Answer::Refused(Refusal::GroupChanged { group }) => {
                Err(Error::ChangedMeanwhile { group: group.id, more: group.issued.saturating_sub(self.group.issued) })
            }
            Answer::Refused(refusal) => Err(error_of(refusal)),
        }
    }
}

impl Registry {
    /// Prepares a deletion of references: finds out what would go and changes nothing.
    ///
    /// References issued later are not part of it, even where they match the filter.
    ///
    /// # Errors
    /// Those of [`references`](Self::references) that concern the filter, or a kind that begins with `Store`. Codes
    /// that are unknown or ambiguous are no error: the result lists them.
    ///
    /// ```
    /// use serial_core::{Filter, MemoryStore, NewBatch, NewGroup, Registry, Selection};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::batch("Pump AX-100"))?;
    /// let batch = registry.create_batch(group.id, NewBatch::of(20))?;
    ///
    /// let pending = registry.delete(&Selection::codes([batch.codes.get(0).unwrap(), "scribble"]))?;
    /// assert_eq!((pending.count, pending.unknown.as_slice()), (1, &["scribble".to_string()][..]));
    /// assert_eq!(pending.confirm()?.deleted, 1);
    ///
    /// let rest = registry.delete(&Selection::matching(Filter::batch(group.id, batch.id)))?;
    /// assert_eq!(rest.confirm()?.deleted, 19);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn delete(&self, selection: &Selection) -> Result<PendingDeletion, Error> {
        let mut gathered = self.gather_present(selection)?;
        let targets = gathered.targets();
        Ok(PendingDeletion {
            registry: self.clone(),
            count: targets.iter().map(|(_, rows)| rows.len()).sum(),
            targets,
            sample: gathered.sample,
            unknown: gathered.unknown,
            ambiguous: gathered.ambiguous,
        })
    }

    /// Prepares the deletion of a group with all its references: finds out what would go and changes nothing.
    ///
    /// # Errors
    /// [`GroupNotFound`](Error::GroupNotFound), or a kind that begins with `Store`.
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewBatch, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::batch("Pump AX-100"))?;
    /// registry.create_batch(group.id, NewBatch::of(20))?;
    /// let pending = registry.delete_group(group.id)?;
    /// assert_eq!(pending.group.live, 20);
    /// assert_eq!(pending.confirm()?, 20);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn delete_group(&self, id: GroupId) -> Result<PendingGroupDeletion, Error> {
        let group = self.group(id)?;
        let part = Part { start: Start::Skip(0), size: SAMPLE, counted: false };
        let sample =
            self.slice_of_references(&Filter::group(id), &Sought::default(), Direction::OldestFirst, &part)?.items;
        Ok(PendingGroupDeletion { registry: self.clone(), group, sample })
    }
}
