//! Listing, searching and looking up.

use std::{cmp::Ordering, ops::Range};

use crate::{
    batch::Batch,
    code::Code,
    ids::{BatchId, GroupId},
    memory::{
        MemoryStore,
        cell::{Cell, State},
        claim::default_of,
        index::Place,
        list::{self, Taker},
        rows::CHUNK,
        search::Needle,
    },
    query::{Direction, Span, Within},
    reference::Reference,
    store::{Answer, BatchQuery, Entry, Found, ReferenceQuery, Refusal, Slice, Start, StoreError},
};

impl MemoryStore {
    pub(super) fn find_codes(&self, group: Option<GroupId>, codes: &[&str]) -> Vec<Reference> {
        let mut found = Vec::new();
        for code in codes {
            let entries = match group {
                Some(group) => self.find_in(group, code).into_iter().collect(),
                None => self.find_everywhere(code),
            };
            found.extend(entries.into_iter().map(|entry| Reference::of(entry, Code::from(*code))));
        }
        found.sort_unstable_by_key(|reference| (reference.group, reference.row));
        found.dedup();
        found
    }

    #[expect(clippy::unnecessary_wraps, reason = "wrapping it later would move it once more")]
    #[expect(clippy::inline_always, reason = "what is written to memory and read again here makes a processor wait")]
    #[inline(always)]
    pub(super) fn find_code(&self, group: Option<GroupId>, code: &str) -> Result<Found, StoreError> {
        if group.is_some() || self.with_own_index.len() > 0 {
            return Ok(self.find_separately(group, code));
        }
        for place in self.shared.candidates(code) {
            if let Some(entry) = self.at(place).and_then(|cell| cell.entry_with_code(place.row, code)) {
                return Ok(Found::One(entry));
            }
        }
        Ok(Found::Nothing)
    }

    #[inline(never)]
    fn find_separately(&self, group: Option<GroupId>, code: &str) -> Found {
        if let Some(group) = group {
            return self.find_in(group, code).map_or(Found::Nothing, Found::One);
        }
        match self.find_everywhere(code)[..] {
            [] => Found::Nothing,
            [entry] => Found::One(entry),
            _ => Found::Several,
        }
    }

    fn find_in(&self, group: GroupId, code: &str) -> Option<Entry> {
        let cell = self.cell(group)?;
        let in_group = |place: &Place| place.group == cell.number();
        let mut rows = self.index_of(cell).candidates(code).filter(in_group);
        rows.find_map(|place| cell.entry_with_code(place.row, code))
    }

    fn find_everywhere(&self, code: &str) -> Vec<Entry> {
        let entry = |place: Place| self.at(place)?.entry_with_code(place.row, code);
        let shared = self.shared.candidates(code).find_map(entry);
        shared.into_iter().chain(self.with_own_index.iter().filter_map(|group| self.find_in(*group, code))).collect()
    }

    pub(super) fn list_references(&self, query: &ReferenceQuery) -> Answer<Slice<Reference>> {
        let mut taker = Taker::new(&query.start, query.size, query.counted);
        if let Some(group) = query.within.group() {
            let gone = Refusal::NoSuchGroup { group };
            let Some(cell) = self.cell(group) else { return gone.into() };
            let state = cell.read();
            if state.deleted {
                return gone.into();
            }
            if query.revision.is_some_and(|revision| revision != state.group.revision) {
                return Refusal::GroupChanged { group: Box::new(cell.group_in(&state)) }.into();
            }
            let Some(window) = window(&state, query.within) else {
                let batch = query.within.batch().unwrap_or(BatchId(0));
                return Refusal::NoSuchBatch { group, batch }.into();
            };
            list_rows(cell, &state, window, query, &mut taker);
        } else {
            let mut list = |cell: &Cell| {
                let state = cell.read();
                if !state.deleted {
                    list_rows(cell, &state, 0..state.rows.issued, query, &mut taker);
                }
                !taker.is_finished()
            };
            match query.direction {
                Direction::OldestFirst => self.cells.iter().all(&mut list),
                Direction::NewestFirst => self.cells.iter().rev().all(&mut list),
            };
        }
        Answer::Done(taker.finish())
    }

    pub(super) fn one_batch(&self, group: GroupId, batch: BatchId) -> Answer<Batch> {
        let Some(cell) = self.cell(group) else { return Refusal::NoSuchGroup { group }.into() };
        let state = cell.read();
        if state.deleted {
            return Refusal::NoSuchGroup { group }.into();
        }
        match batch_position(&state, batch).and_then(|position| state.rows.batch(group, position)) {
            Some(batch) => Answer::Done(batch),
            None => Refusal::NoSuchBatch { group, batch }.into(),
        }
    }

    pub(super) fn list_batches(&self, query: &BatchQuery) -> Answer<Slice<Batch>> {
        let gone = Refusal::NoSuchGroup { group: query.group };
        let Some(cell) = self.cell(query.group) else { return gone.into() };
        let state = cell.read();
        if state.deleted {
            return gone.into();
        }
        let rows = &state.rows;
        let batch = |position| rows.batch(query.group, position);
        let start = query.start.map(|id| id.0);
        let slice = list::slice(rows.batches.len(), query.direction, start, query.size, query.counted, |_| true, batch);
        Answer::Done(Slice { items: slice.items.into_iter().flatten().collect(), more: slice.more, total: slice.total })
    }
}

pub(super) fn batch_position(state: &State, batch: BatchId) -> Option<usize> {
    let position = usize::try_from(batch.0.checked_sub(1)?).ok()?;
    (position < state.rows.batches.len()).then_some(position)
}

/// The rows to look at; `None` where there is no such batch.
pub(super) fn window(state: &State, within: Within) -> Option<Range<u32>> {
    match within {
        Within::Registry | Within::Group(_) => Some(0..state.rows.issued),
        Within::Batch(_, batch) => {
            let batch = &state.rows.batches[batch_position(state, batch)?];
            Some(batch.first..batch.first + batch.size)
        }
    }
}

/// Gives the rows of one group that a query asks for to the taker, in the direction of the listing.
fn list_rows(cell: &Cell, state: &State, window: Range<u32>, query: &ReferenceQuery, taker: &mut Taker<Reference>) {
    let wanted = after_start(cell.id, &window, query);
    if query.term.as_ref().is_some_and(|term| term.len() > cell.format.width()) {
        return;
    }
    let needle = query.term.as_ref().map(|term| Needle::new(term, &cell.format));
    if let Some((field, value)) =
        query.value.as_ref().filter(|(field, value)| default_of(&state.group, *field) != value)
    {
        let candidates = state.life.with_value(*field, value);
        return list_candidates(cell, state, candidates.collect(), (window, wanted), query, taker);
    }
    let is_plain = query.state.is_none() && query.value.is_none();
    if needle.is_none() && is_plain && query.created.is_everything() {
        if taker.is_counting() {
            taker.count(live_in_window(state, query.within));
        }
        list_live(cell, state, wanted, query.direction, taker);
        return;
    }
    let mut scan = Scan { cell, state, query, needle, lower: Vec::new(), found: Vec::new() };
    if taker.is_counting() {
        scan.visit(window.start..wanted.start, taker, false);
        scan.visit(wanted.end..window.end, taker, false);
    }
    scan.visit(wanted, taker, true);
}

/// Gives those of some rows that a query asks for to the taker.
fn list_candidates(
    cell: &Cell,
    state: &State,
    candidates: Vec<u32>,
    (window, wanted): (Range<u32>, Range<u32>),
    query: &ReferenceQuery,
    taker: &mut Taker<Reference>,
) {
    let is_listed = |row: &u32| {
        let code = || state.rows.code(*row).and_then(|code| std::str::from_utf8(code).ok()).unwrap_or_default();
        window.contains(row)
            && state.rows.is_live_and_within(*row as usize / CHUNK, *row as usize % CHUNK, query.created)
            && query.state.is_none_or(|wanted| wanted == state.life.state(*row))
            && query.term.as_ref().is_none_or(|term| term.is_in(code()))
    };
    let listed: Vec<u32> = candidates.into_iter().filter(is_listed).collect();
    taker.count(listed.len() as u64);
    each(0..listed.len(), query.direction, |index| {
        if wanted.contains(&listed[index]) {
            taker.offer(|| cell.reference_in(state, listed[index]));
        }
        !taker.is_full()
    });
}

/// How many rows of what a query looks at are live.
fn live_in_window(state: &State, within: Within) -> u64 {
    match within {
        Within::Registry | Within::Group(_) => state.rows.live.into(),
        Within::Batch(_, batch) => {
            batch_position(state, batch).map_or(0, |position| state.rows.batches[position].live.into())
        }
    }
}

/// The chunks that a range of rows has a part in, and that part of a chunk.
fn chunks_of(rows: &Range<u32>) -> (Range<usize>, impl Fn(usize) -> Range<usize> + use<>) {
    let (start, end) = (rows.start as usize, rows.end as usize);
    let part = move |chunk: usize| start.saturating_sub(chunk * CHUNK)..(end - chunk * CHUNK).min(CHUNK);
    (start / CHUNK..if start < end { end.div_ceil(CHUNK) } else { start / CHUNK }, part)
}

/// Calls `visit` for each number in the direction of a listing while it returns `true`.
fn each(numbers: Range<usize>, direction: Direction, mut visit: impl FnMut(usize) -> bool) {
    match direction {
        Direction::OldestFirst => numbers.into_iter().all(&mut visit),
        Direction::NewestFirst => numbers.rev().all(&mut visit),
    };
}

/// Gives the live rows of a range to the taker. Where only their number counts, they are passed over by chunks and
/// then by words.
fn list_live(cell: &Cell, state: &State, rows: Range<u32>, direction: Direction, taker: &mut Taker<Reference>) {
    const WORD: usize = 64;
    let stored = &state.rows;
    let (chunks, part) = chunks_of(&rows);
    each(chunks, direction, |chunk| {
        let local = part(chunk);
        let is_whole = local == (0..CHUNK);
        if is_whole && taker.pass(stored.live_in_chunk(chunk) as u64) {
            return !taker.is_full();
        }
        each(local.start / WORD..local.end.div_ceil(WORD), direction, |word| {
            let local = (word * WORD).max(local.start)..((word + 1) * WORD).min(local.end);
            if taker.pass(stored.live_in(chunk, local.clone()) as u64) {
                return !taker.is_full();
            }
            each(local, direction, |local| {
                if stored.is_live_and_within(chunk, local, Span::default()) {
                    taker.offer(|| cell.reference_in(state, (chunk * CHUNK + local) as u32));
                }
                !taker.is_full()
            });
            !taker.is_full()
        });
        !taker.is_full()
    });
}

/// The part of a window that lies behind the start of the query, seen in its direction.
fn after_start(group: GroupId, window: &Range<u32>, query: &ReferenceQuery) -> Range<u32> {
    let Start::After((last_group, last_row)) = query.start else { return window.clone() };
    let clamp = |row: u64| u32::try_from(row).unwrap_or(u32::MAX).clamp(window.start, window.end);
    let (all, nothing) = (window.clone(), window.start..window.start);
    // Row ids count from 1 and rows from 0: the row after the last one has its id.
    match (query.direction, group.cmp(&last_group)) {
        (Direction::OldestFirst, Ordering::Less) | (Direction::NewestFirst, Ordering::Greater) => nothing,
        (Direction::OldestFirst, Ordering::Equal) => clamp(last_row.0)..window.end,
        (Direction::NewestFirst, Ordering::Equal) => window.start..clamp(last_row.0.saturating_sub(1)),
        (Direction::OldestFirst, Ordering::Greater) | (Direction::NewestFirst, Ordering::Less) => all,
    }
}

/// Goes through the rows of one group.
struct Scan<'a> {
    cell: &'a Cell,
    state: &'a State,
    query: &'a ReferenceQuery,
    needle: Option<Needle>,
    /// Scratch, kept from chunk to chunk.
    lower: Vec<u8>,
    found: Vec<u16>,
}

impl Scan<'_> {
    /// Gives the matching rows of a range to the taker, or only counts them.
    fn visit(&mut self, rows: Range<u32>, taker: &mut Taker<Reference>, take: bool) {
        let (chunks, part) = chunks_of(&rows);
        each(chunks, self.query.direction, |chunk| {
            self.visit_chunk(chunk, part(chunk), taker, take);
            !taker.is_finished()
        });
    }

    fn visit_chunk(&mut self, chunk: usize, local: Range<usize>, taker: &mut Taker<Reference>, take: bool) {
        let (rows, life) = (&self.state.rows, &self.state.life);
        self.found.clear();
        if self.query.state.is_some_and(|state| state != crate::State::Available) && life.is_untouched(chunk) {
            return;
        }
        match &self.needle {
            None => self.found.extend(local.map(|local| local as u16)),
            Some(needle) => {
                let width = rows.width();
                let codes = &rows.chunk_codes(chunk)[local.start * width..local.end * width];
                needle.find_in(codes, &mut self.lower, &mut self.found);
                self.found.iter_mut().for_each(|found| *found += local.start as u16);
            }
        }
        self.found.retain(|local| {
            let row = (chunk * CHUNK) as u32 + u32::from(*local);
            rows.is_live_and_within(chunk, *local as usize, self.query.created)
                && self.query.state.is_none_or(|state| state == life.state(row))
                // The value is the default, or the rows that were given it would have been listed.
                && self.query.value.as_ref().is_none_or(|(field, value)| {
                    life.values.get(&(row, *field)).is_none_or(|own| own == value)
                })
        });
        taker.count(self.found.len() as u64);
        if take {
            each(0..self.found.len(), self.query.direction, |index| {
                let row = (chunk * CHUNK) as u32 + u32::from(self.found[index]);
                taker.offer(|| self.cell.reference_in(self.state, row));
                !taker.is_full()
            });
        }
    }
}
