//! The events of one group, packed.

use std::{collections::HashMap, sync::Arc};

use crate::{
    ids::{BatchId, ClaimId, EventId, FieldId, GroupId},
    life::{Cause, Change, Event, State},
    memory::rows::{Rows, batch_id, row_id},
    time::Timestamp,
};

/// The events of a group by id. Issuing is what happens most, so that events of it that follow each other take no room
/// of their own: their rows and times are those of the references.
#[derive(Default)]
pub(super) struct Events {
    total: u64,
    runs: Vec<Run>,
    changes: Vec<Changed>,
    /// What was changed of the group itself.
    settings: Vec<Change>,
    causes: Interned<Cause>,
    texts: Interned<Arc<str>>,
}

/// Events of issuing that follow each other, with the same cause.
pub(super) struct Run {
    /// The id of the first.
    first_id: u64,
    pub(super) count: u32,
    /// How many events of other kinds come before it.
    changes_before: u32,
    /// The row of the first, or of a Batch group the position of its batch; the others follow without a gap.
    pub(super) first: u32,
    cause: u32,
}

struct Changed {
    at: Timestamp,
    cause: u32,
    what: What,
    /// The one before of the same row, as a position plus one.
    before: u32,
}

#[derive(Clone, Copy)]
enum What {
    Setting { position: u32 },
    Moved { row: u32, from: State, to: State, claim: u32 },
    AttributeSet { row: u32, field: u32, from: u32, to: u32 },
    WarrantySet { row: u32, from: u32, to: u32 },
    Deleted { row: u32, from: State },
}

/// When something happens, and on whose behalf.
#[derive(Clone, Copy)]
pub(super) struct By {
    at: Timestamp,
    cause: u32,
}

/// A change of a row to be added.
pub(super) enum RowChange<'a> {
    Moved { from: State, to: State, claim: u32 },
    AttributeSet { field: FieldId, from: &'a str, to: &'a str },
    WarrantySet { from: &'a str, to: &'a str },
    Deleted { from: State },
}

impl Events {
    pub(super) fn len(&self) -> u64 {
        self.total
    }

    pub(super) fn by(&mut self, at: Timestamp, cause: &Cause) -> By {
        By { at, cause: self.causes.id(cause) }
    }

    /// Adds an event of the group itself.
    pub(super) fn add_setting(&mut self, by: By, change: Change) {
        let position = self.settings.len() as u32;
        self.settings.push(change);
        self.add(by, What::Setting { position }, 0);
    }

    /// Adds events of issuing: of `count` rows from `first` on, or of one batch at this position.
    pub(super) fn add_issued(&mut self, cause: &Cause, first: u32, count: u32) {
        let cause = self.causes.id(cause);
        let changes = self.changes.len() as u32;
        match self.runs.last_mut() {
            Some(run) if run.changes_before == changes && run.cause == cause && run.first + run.count == first => {
                run.count += count;
            }
            _ => self.runs.push(Run { first_id: self.total + 1, count, changes_before: changes, first, cause }),
        }
        self.total += u64::from(count);
    }

    /// Adds an event of a row. `before` is what the event before of the same row gave, or 0.
    pub(super) fn add_row(&mut self, by: By, row: u32, change: &RowChange<'_>, before: u32) -> u32 {
        let what = match *change {
            RowChange::Moved { from, to, claim } => What::Moved { row, from, to, claim },
            RowChange::AttributeSet { field, from, to } => {
                let (from, to) = (self.text(from), self.text(to));
                What::AttributeSet { row, field: field.0 as u32, from, to }
            }
            RowChange::WarrantySet { from, to } => {
                let (from, to) = (self.text(from), self.text(to));
                What::WarrantySet { row, from, to }
            }
            RowChange::Deleted { from } => What::Deleted { row, from },
        };
        self.add(by, what, before)
    }

    fn add(&mut self, by: By, what: What, before: u32) -> u32 {
        self.changes.push(Changed { at: by.at, cause: by.cause, what, before });
        self.total += 1;
        self.changes.len() as u32
    }

    fn text(&mut self, text: &str) -> u32 {
        self.texts.id_of(text, || Arc::from(text))
    }

    /// The event with an id that is not above [`len`](Self::len).
    pub(super) fn get(&self, group: GroupId, id: u64, rows: &Rows) -> Option<Event> {
        let after = self.runs.partition_point(|run| run.first_id <= id);
        let Some(run) = after.checked_sub(1).map(|at| &self.runs[at]) else {
            return self.change(group, id, (id.checked_sub(1)?) as usize);
        };
        let within = id - run.first_id;
        if within < u64::from(run.count) {
            return Some(self.issued(group, run, within as u32, rows));
        }
        self.change(group, id, run.changes_before as usize + (within - u64::from(run.count)) as usize)
    }

    /// The events of a row, oldest first; `last` is what its newest one gave when it was added, or 0.
    pub(super) fn of_row(&self, group: GroupId, row: u32, last: u32, rows: &Rows) -> Vec<Event> {
        let mut events = Vec::new();
        let mut next = last;
        while let Some(position) = next.checked_sub(1) {
            let before = self.changes[position as usize].before;
            events.extend(self.change(group, self.id_of_change(position), position as usize));
            next = before;
        }
        let key = rows.batch_of(row).map_or(row, |batch| batch as u32);
        let run = self.runs.partition_point(|run| run.first <= key).checked_sub(1).map(|at| &self.runs[at]);
        events.extend(run.map(|run| self.issued(group, run, key - run.first, rows)));
        events.reverse();
        events
    }

    fn id_of_change(&self, position: u32) -> u64 {
        let runs = self.runs.partition_point(|run| run.changes_before <= position);
        match runs.checked_sub(1).map(|at| &self.runs[at]) {
            Some(run) => run.first_id + u64::from(run.count) + u64::from(position - run.changes_before),
            None => u64::from(position) + 1,
        }
    }

    fn issued(&self, group: GroupId, run: &Run, within: u32, rows: &Rows) -> Event {
        let key = run.first + within;
        let (change, at) = match rows.batches.get(key as usize) {
            Some(batch) => {
                let (first_row, count) = (row_id(batch.first), batch.size.into());
                (Change::Issued { first_row, count, batch: Some(batch_id(key as usize)) }, rows.created_at(batch.first))
            }
            None => (Change::Issued { first_row: row_id(key), count: 1, batch: None::<BatchId> }, rows.created_at(key)),
        };
        let id = EventId(run.first_id + u64::from(within));
        Event::new(group, id, at, change, self.causes.get(run.cause))
    }

    fn change(&self, group: GroupId, id: u64, position: usize) -> Option<Event> {
        let Changed { at, cause, what, .. } = self.changes.get(position)?;
        let text = |id| self.texts.get(id).to_string();
        let change = match *what {
            What::Setting { position } => self.settings.get(position as usize)?.clone(),
            What::Moved { row, from, to, claim } => {
                Change::Moved { row: row_id(row), from, to, claim: (claim > 0).then(|| ClaimId(claim.into())) }
            }
            What::AttributeSet { row, field, from, to } => {
                let field = FieldId(field.into());
                Change::AttributeSet { row: row_id(row), field, from: text(from), to: text(to) }
            }
            What::WarrantySet { row, from, to } => {
                Change::WarrantySet { row: row_id(row), from: text(from), to: text(to) }
            }
            What::Deleted { row, from } => Change::Deleted { row: row_id(row), from },
        };
        Some(Event::new(group, EventId(id), *at, change, self.causes.get(*cause)))
    }

    /// The runs with what lies between them, for a snapshot: how many events of other kinds come before each, and its
    /// cause.
    pub(super) fn runs(&self) -> impl Iterator<Item = (&Run, u32, Cause)> {
        self.runs.iter().map(|run| (run, run.changes_before, self.causes.get(run.cause)))
    }

    /// The events that are not of issuing, oldest first.
    pub(super) fn changes(&self, group: GroupId) -> impl Iterator<Item = Event> {
        (0..self.changes.len()).filter_map(move |at| self.change(group, self.id_of_change(at as u32), at))
    }
}

/// Things that come again and again, each kept once.
struct Interned<T> {
    things: Vec<T>,
    ids: HashMap<T, u32, foldhash::fast::RandomState>,
    last: u32,
}

impl<T> Default for Interned<T> {
    fn default() -> Self {
        Self { things: Vec::new(), ids: HashMap::default(), last: 0 }
    }
}

impl<T: Clone + Default + Eq + std::hash::Hash> Interned<T> {
    fn id(&mut self, thing: &T) -> u32 {
        // Most often it is the one of the last time.
        if self.things.get(self.last as usize) != Some(thing) {
            self.last = self.id_of(thing, || thing.clone());
        }
        self.last
    }

    fn id_of<Q: Eq + std::hash::Hash + ?Sized>(&mut self, thing: &Q, make: impl FnOnce() -> T) -> u32
    where
        T: std::borrow::Borrow<Q>,
    {
        if let Some(id) = self.ids.get(thing) {
            return *id;
        }
        let id = self.things.len() as u32;
        let fresh = make();
        self.things.push(fresh.clone());
        self.ids.insert(fresh, id);
        id
    }

    fn get(&self, id: u32) -> T {
        self.things.get(id as usize).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ids::RowId, name::Name};

    #[test]
    fn events_of_issuing_and_others_keep_their_order_however_they_alternate() {
        let mut rows = Rows::new(1);
        let mut events = Events::default();
        let mut expected = Vec::new();
        let group = GroupId(1);
        let mut last = [0; 40];
        for turn in 0..40_u32 {
            let at = Timestamp::from_micros(turn.into());
            rows.push("x", 1, None, at);
            events.add_issued(Cause::NONE, turn, 1);
            expected.push(Change::Issued { first_row: row_id(turn), count: 1, batch: None });
            for row in (0..turn).filter(|row| (turn * 7 + row) % 5 == 0) {
                let by = events.by(at, &Cause::expired());
                let change = RowChange::Deleted { from: State::Void };
                last[row as usize] = events.add_row(by, row, &change, last[row as usize]);
                expected.push(Change::Deleted { row: row_id(row), from: State::Void });
            }
        }
        let read = |id| events.get(group, id, &rows).unwrap();
        let said: Vec<Change> = (1..=events.len()).map(|id| read(id).change).collect();
        assert_eq!(said, expected);
        for row in 0..40 {
            let whole: Vec<Event> =
                (1..=events.len()).map(read).filter(|event| event.change.concerns(row_id(row))).collect();
            assert_eq!(events.of_row(group, row, last[row as usize], &rows), whole);
        }
        assert_eq!(read(1).id, EventId(1));
        assert!(events.get(group, 0, &rows).is_none());
    }

    #[test]
    fn a_batch_is_one_event_of_all_its_rows() {
        let mut rows = Rows::new(1);
        let mut events = Events::default();
        for batch in 0..3 {
            rows.push("xyz", 3, Some(Name::new("n").unwrap()), Timestamp::from_micros(0));
            events.add_issued(Cause::NONE, batch, 1);
        }
        let issued = events.of_row(GroupId(1), 4, 0, &rows);
        let change = Change::Issued { first_row: RowId(4), count: 3, batch: Some(BatchId(2)) };
        assert_eq!((issued.len(), issued[0].id, &issued[0].change), (1, EventId(2), &change));
    }
}
