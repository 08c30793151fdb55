//! What became of many references, without reading the history of each.

use std::collections::HashMap;

use crate::{
    error::Error,
    group::Group,
    ids::{EventId, GroupId, RowId},
    life::{Change, Course, State, Warranty, WarrantyPolicy, WarrantyStart},
    query::MAX_PAGE_SIZE,
    reference::Reference,
    registry::Registry,
    time::Timestamp,
};

/// How many rows of a group are looked at together: as many courses are kept in memory at the most.
const WINDOW: u64 = 1 << 20;

/// So many histories of single references take about as long as a page of a group's events, seen over all stores.
const AS_LONG_AS_A_PAGE: u64 = 256;

/// The warranties of references of one group after the other, each group by ascending rows.
///
/// The history of a reference is only read where the warranty depends on it. Where many histories would be read, the
/// events of the group are gone through once for a million rows instead: as soon as the single ones have cost as much.
pub(super) struct Courses<'a> {
    registry: &'a Registry,
    now: Timestamp,
    group: GroupId,
    /// The events that the group had when its turn came.
    events: u64,
    /// Histories that were read one by one in this window.
    read: u64,
    /// The last row of the window.
    last: u64,
    /// The courses of the rows of the window that have one; `None` while histories are read one by one.
    by_row: Option<HashMap<u64, Course, foldhash::fast::RandomState>>,
    /// No event before the one behind this concerns a row behind the window.
    next: EventId,
}

impl<'a> Courses<'a> {
    /// Warranties as they stand at a moment.
    pub(super) fn new(registry: &'a Registry, now: Timestamp) -> Self {
        let (group, next) = (GroupId(0), EventId(0));
        Self { registry, now, group, events: 0, read: 0, last: 0, by_row: None, next }
    }

    /// The references that come next are of this group.
    pub(super) fn begin(&mut self, group: &Group) {
        *self = Self::new(self.registry, self.now);
        (self.group, self.events) = (group.id, group.events);
    }

    /// The warranty of a reference under a policy.
    pub(super) fn warranty(&mut self, reference: &Reference, policy: WarrantyPolicy) -> Result<Warranty, Error> {
        let Some((_, start)) = policy.terms() else { return Ok(policy.for_course(self.now, Course::default())) };
        let is_dated = matches!(start, WarrantyStart::At(_));
        match reference.state {
            // It was never commissioned.
            State::Available | State::Allocated | State::Encoded => {}
            State::Commissioned | State::Released | State::Decommissioned if is_dated => {}
            _ => {
                let course = self.course(reference.row)?;
                return Ok(policy.for_course(self.now, course));
            }
        }
        Ok(policy.for_course(self.now, Course::default()))
    }

    fn course(&mut self, row: RowId) -> Result<Course, Error> {
        if row.0 > self.last {
            self.last = (row.0.saturating_sub(1) / WINDOW * WINDOW).saturating_add(WINDOW);
            self.read = 0;
            self.by_row = None;
        }
        if self.by_row.is_none() {
            let pages = self.events.saturating_sub(self.next.0).div_ceil(u64::from(MAX_PAGE_SIZE));
            if self.read < pages.saturating_mul(AS_LONG_AS_A_PAGE) {
                self.read += 1;
                let events = self.registry.events_of(self.group, row)?;
                let mut course = Course::default();
                for event in events {
                    self.enter(&mut course, event.at, &event.change);
                }
                return Ok(course);
            }
            self.read_window()?;
        }
        Ok(self.by_row.as_ref().and_then(|courses| courses.get(&row.0)).copied().unwrap_or_default())
    }

    /// Goes through the events of the group for the rows of the window.
    fn read_window(&mut self) -> Result<(), Error> {
        let mut courses: HashMap<u64, Course, _> = HashMap::default();
        let rows = self.last.saturating_sub(WINDOW - 1)..=self.last;
        let mut after = self.next;
        let mut is_behind = false;
        loop {
            let (events, more) = self.registry.part_of_events(self.group, None, after, MAX_PAGE_SIZE)?;
            for event in &events {
                match event.change {
                    Change::Moved { row, .. } if rows.contains(&row.0) => {
                        self.enter(courses.entry(row.0).or_default(), event.at, &event.change);
                    }
                    // Nothing happens to a reference before it is issued.
                    Change::Issued { first_row, count, .. }
                        if !is_behind && first_row.0.saturating_add(count) > self.last =>
                    {
                        is_behind = true;
                        self.next = EventId(event.id.0.saturating_sub(1));
                    }
                    _ => {}
                }
            }
            match events.last() {
                Some(last) if more => after = last.id,
                _ => break,
            }
        }
        self.by_row = Some(courses);
        Ok(())
    }

    fn enter(&self, course: &mut Course, at: Timestamp, change: &Change) {
        if let (Change::Moved { to, .. }, true) = (change, at <= self.now) {
            course.enter(*to, at);
        }
    }
}
