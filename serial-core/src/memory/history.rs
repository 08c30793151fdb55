//! Reading what became of references.

use crate::{
    ids::{EventId, GroupId},
    life::{Event, Inventory, StateCounts},
    memory::{
        MemoryStore,
        index::Place,
        list::{self, Taker},
        read::{batch_position, window},
    },
    query::{Direction, Within},
    reference::Reference,
    store::{Answer, Details, EventQuery, Refusal, RowSet, Slice, Start},
};

impl MemoryStore {
    pub(super) fn find_deleted(&self, group: Option<GroupId>, code: &str) -> Vec<Reference> {
        let dead = |place: Place| {
            let cell = self.at(place)?;
            let state = cell.read();
            let is_it = (state.deleted || !state.rows.is_live(place.row))
                && place.row < state.rows.issued
                && state.rows.code(place.row) == Some(code.as_bytes())
                && group.is_none_or(|group| group == cell.id);
            is_it.then(|| cell.reference_in(&state, place.row))
        };
        let mut found: Vec<Reference> = self.shared.candidates(code).find_map(dead).into_iter().collect();
        for cell in self.with_own_index.iter().filter_map(|id| self.cell(*id)) {
            found.extend(self.index_of(cell).candidates(code).find_map(dead));
        }
        found.sort_unstable_by_key(|reference| (reference.group, reference.row));
        found
    }

    pub(super) fn list_events(&self, query: &EventQuery) -> Answer<Slice<Event>> {
        let Some(cell) = self.cell(query.group) else { return Refusal::NoSuchGroup { group: query.group }.into() };
        let state = cell.read();
        let (rows, life) = (&state.rows, &state.life);
        let Some(row) = query.row else {
            let start = query.start.map(|id| id.0);
            let event = |position: usize| life.events.get(cell.id, position as u64 + 1, rows);
            let slice =
                list::pick(life.events.len() as usize, query.direction, start, query.size, query.counted, event);
            let items = slice.items.into_iter().flatten().collect();
            return Answer::Done(Slice { items, more: slice.more, total: slice.total });
        };
        let position = row.0.checked_sub(1).and_then(|row| u32::try_from(row).ok()).filter(|row| *row < rows.issued);
        let mut events =
            position.map_or(Vec::new(), |row| life.events.of_row(cell.id, row, life.last_event(row), rows));
        if query.direction == Direction::NewestFirst {
            events.reverse();
        }
        let mut taker = Taker::new(&query.start, query.size, query.counted);
        taker.count(events.len() as u64);
        let is_behind = |id: EventId| match (query.start, query.direction) {
            (Start::Skip(_), _) => true,
            (Start::After(last), Direction::OldestFirst) => id > last,
            (Start::After(last), Direction::NewestFirst) => id < last,
        };
        events.into_iter().filter(|event| is_behind(event.id)).for_each(|event| taker.offer(|| event));
        Answer::Done(taker.finish())
    }

    pub(super) fn take_stock(&self, within: Within) -> Answer<Inventory> {
        let Some(group) = within.group() else {
            let mut counts = StateCounts::default();
            for cell in self.cells.iter() {
                let state = cell.read();
                if !state.deleted {
                    counts += state.life.counts;
                }
            }
            return Answer::Done(Inventory { counts, next: None });
        };
        let gone = Refusal::NoSuchGroup { group };
        let Some(cell) = self.cell(group) else { return gone.into() };
        let state = cell.read();
        if state.deleted {
            return gone.into();
        }
        let Some(window) = window(&state, within) else {
            let batch = within.batch().unwrap_or(crate::BatchId(0));
            return Refusal::NoSuchBatch { group, batch }.into();
        };
        let counts = match within.batch().and_then(|batch| batch_position(&state, batch)) {
            Some(position) => state.rows.counts_of_batch(position),
            None => state.life.counts,
        };
        let next = state.life.first_available(&state.rows, window);
        Answer::Done(Inventory { counts, next: next.map(|row| cell.reference_in(&state, row)) })
    }

    pub(super) fn details_of(&self, group: GroupId, rows: &RowSet) -> Answer<Vec<Details>> {
        let gone = Refusal::NoSuchGroup { group };
        let Some(cell) = self.cell(group) else { return gone.into() };
        let state = cell.read();
        if state.deleted {
            return gone.into();
        }
        let mut details: Vec<Details> = Vec::new();
        let row_number = |row: u64| u32::try_from(row - 1).unwrap_or(u32::MAX);
        for range in rows.ranges().iter().filter(|range| range.end().0 > 0) {
            let first = row_number(range.start().0.max(1));
            let last = row_number(range.end().0);
            let life = &state.life;
            let mut values =
                life.values.range((first, crate::FieldId(0))..=(last, crate::FieldId(u64::MAX))).peekable();
            let mut warranties = life.warranties.range(first..=last).peekable();
            loop {
                let next = [values.peek().map(|((row, _), _)| *row), warranties.peek().map(|(row, _)| **row)];
                let Some(row) = next.into_iter().flatten().min() else { break };
                let mut own = Vec::new();
                while let Some(((_, field), value)) = values.next_if(|((of, _), _)| *of == row) {
                    own.push((*field, value.clone()));
                }
                let warranty = warranties.next_if(|(of, _)| **of == row).map(|(_, policy)| *policy);
                details.push(Details { row: super::rows::row_id(row), values: own, warranty });
            }
        }
        Answer::Done(details)
    }
}
