//! What happened to a group and its references.

use crate::{
    error::Error,
    ids::{EventId, GroupId, RowId},
    life::Event,
    query::{Direction, MAX_PAGE_SIZE},
    registry::{Registry, checked, contract, error_of},
    store::{Answer, EventQuery, Start},
};

/// How many events of one reference are read at a time.
const READ_AT_A_TIME: u32 = 1000;

impl Registry {
    /// What happened to a reference, oldest first, also to one that was deleted. The code is found as
    /// [`lookup`](Self::lookup) finds it; that of a deleted reference as it was issued, save for white space around it.
    ///
    /// # Errors
    /// [`ReferenceNotFound`](Error::ReferenceNotFound) for a code that was never issued; [`Ambiguous`](Error::Ambiguous)
    /// where several groups have or had it: use [`history_in`](Self::history_in); or a kind that begins with `Store`.
    ///
    /// ```
    /// use serial_core::{Change, MemoryStore, NewGroup, Registry, Selection, State};
    ///
    /// let registry = Registry::new(MemoryStore::new()).acting_as("Line 3");
    /// let group = registry.create_group(NewGroup::continuous("Service tags"))?;
    /// let tag = registry.create_reference(group.id)?;
    /// registry.transition(&Selection::references([&tag]), State::Commissioned)?;
    /// registry.delete(&Selection::references([&tag]))?.confirm()?;
    ///
    /// let history = registry.history(&tag.code)?;
    /// let said: Vec<&str> = history.iter().map(|event| event.change.kind()).collect();
    /// assert_eq!(said, ["issued", "moved", "deleted"]);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn history(&self, code: &str) -> Result<Vec<Event>, Error> {
        self.history_within(None, code)
    }

    /// What happened to a reference of one group; otherwise like [`history`](Self::history).
    ///
    /// # Errors
    /// Those of [`history`](Self::history) except [`Ambiguous`](Error::Ambiguous).
    ///
    /// ```
    /// use serial_core::{Error, GroupId, MemoryStore, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// assert!(matches!(registry.history_in(GroupId(1), "0000000001"), Err(Error::ReferenceNotFound)));
    /// ```
    pub fn history_in(&self, group: GroupId, code: &str) -> Result<Vec<Event>, Error> {
        self.history_within(Some(group), code)
    }

    fn history_within(&self, group: Option<GroupId>, code: &str) -> Result<Vec<Event>, Error> {
        let mut found = self.matching(group, code)?;
        found.extend(checked::deleted(self.store().deleted(group, code.trim())?, group, code.trim())?);
        // One that was deleted in between is in both.
        found.sort_unstable_by_key(|reference| (reference.group, reference.row));
        found.dedup_by_key(|reference| (reference.group, reference.row));
        match &found[..] {
            [] => Err(Error::ReferenceNotFound),
            [reference] => self.events_of(reference.group, reference.row),
            several => Err(Error::Ambiguous { groups: several.iter().map(|reference| reference.group).collect() }),
        }
    }

    /// What happened to a group and all of its references, in the order in which it happened: up to `size` events, 1 to
    /// 10,000, behind the one with the id `after`; 0 is the beginning. Also of a group that was deleted.
    ///
    /// Remember the id of the last event that was dealt with, and ask for what came after it, to keep another system up
    /// to date.
    ///
    /// # Errors
    /// [`GroupNotFound`](Error::GroupNotFound) where there never was such a group; [`PageInvalid`](Error::PageInvalid); or
    /// a kind that begins with `Store`.
    ///
    /// ```
    /// use serial_core::{EventId, MemoryStore, NewBatch, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::batch("Pump AX-100"))?;
    /// let mut seen = EventId(0);
    /// registry.create_batch(group.id, NewBatch::of(20))?;
    /// loop {
    ///     let events = registry.events(group.id, seen, 1000)?;
    ///     let Some(last) = events.last() else { break };
    ///     seen = last.id;
    /// }
    /// assert_eq!(seen, EventId(2));
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn events(&self, group: GroupId, after: EventId, size: u32) -> Result<Vec<Event>, Error> {
        if !(1..=MAX_PAGE_SIZE).contains(&size) {
            return Err(Error::PageInvalid);
        }
        Ok(self.part_of_events(group, None, after, size)?.0)
    }

    /// All events of one reference, oldest first.
    pub(super) fn events_of(&self, group: GroupId, row: RowId) -> Result<Vec<Event>, Error> {
        let mut all: Vec<Event> = Vec::new();
        loop {
            let after = all.last().map_or(EventId(0), |last| last.id);
            let (events, more) = self.part_of_events(group, Some(row), after, READ_AT_A_TIME)?;
            all.extend(events);
            if !more {
                return Ok(all);
            }
        }
    }

    pub(super) fn part_of_events(
        &self,
        group: GroupId,
        row: Option<RowId>,
        after: EventId,
        size: u32,
    ) -> Result<(Vec<Event>, bool), Error> {
        let (direction, start) = (Direction::OldestFirst, Start::After(after));
        match self.store().events(&EventQuery { group, row, direction, start, size, counted: false })? {
            Answer::Done(slice) => {
                let slice = checked::slice(slice, size, &start, direction, |event| event.id)?;
                let is_asked = |event: &Event| event.group == group && row.is_none_or(|row| event.change.concerns(row));
                if !slice.items.iter().all(is_asked) {
                    return Err(contract("the store listed events that were not asked for"));
                }
                Ok((slice.items, slice.more))
            }
            Answer::Refused(refusal) => Err(error_of(refusal)),
        }
    }
}
