//! What becomes of the references of one group.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::{
    ids::FieldId,
    life::{Change, State, StateCounts, WarrantyPolicy},
    memory::{
        events::{By, Events, RowChange},
        rows::{CHUNK, Rows, row_id},
    },
    name::Name,
    store::{GroupPlan, RowSet},
    time::Timestamp,
};

/// What changed of the rows of a group since they were issued. Rows of which nothing changed take no room.
pub(super) struct Life {
    pub(super) counts: StateCounts,
    pub(super) events: Events,
    chunks: Vec<ChunkLife>,
    /// How many live rows of each chunk are available, packed to be gone through quickly.
    available: Vec<u16>,
    /// No chunk before this one has an available row.
    first_chunk: usize,
    pub(super) claims: Vec<Claimed>,
    /// The claims that hold rows and end some time, by when.
    due: BTreeSet<(Timestamp, u32)>,
    pub(super) values: BTreeMap<(u32, FieldId), String>,
    by_value: HashMap<(FieldId, String), BTreeSet<u32>>,
    pub(super) warranties: BTreeMap<u32, WarrantyPolicy>,
}

/// What changed of the rows of a chunk; lists end at the last row of which anything did.
#[derive(Default)]
struct ChunkLife {
    states: Vec<u8>,
    /// The claim that holds each row, as its position plus one; 0 is none.
    claims: Vec<u32>,
    /// The newest event of each row.
    events: Vec<u32>,
}

/// A claim, whose id is its position plus one.
#[derive(Clone)]
pub(super) struct Claimed {
    pub(super) holder: Name,
    pub(super) at: Timestamp,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) rows: RowSet,
    /// How many of them it still holds.
    held: u32,
}

impl Life {
    /// Of a new group.
    pub(super) fn new(plan: &GroupPlan) -> Self {
        let mut life = Self::empty();
        let by = life.events.by(plan.created_at, &plan.cause);
        life.events.add_setting(by, Change::GroupCreated);
        life
    }

    /// Without any event.
    pub(super) fn empty() -> Self {
        Self {
            counts: StateCounts::default(),
            events: Events::default(),
            chunks: Vec::new(),
            available: Vec::new(),
            first_chunk: 0,
            claims: Vec::new(),
            due: BTreeSet::new(),
            values: BTreeMap::new(),
            by_value: HashMap::new(),
            warranties: BTreeMap::new(),
        }
    }

    /// Notes that rows were issued.
    pub(super) fn issued(&mut self, first: u32, count: u32) {
        self.counts.add(State::Available, count.into());
        let (mut row, end) = (first as usize, first as usize + count as usize);
        while row < end {
            let added = (CHUNK - row % CHUNK).min(end - row);
            match self.available.get_mut(row / CHUNK) {
                Some(available) => *available += added as u16,
                None => self.available.push(added as u16),
            }
            row += added;
        }
        self.first_chunk = self.first_chunk.min(first as usize / CHUNK);
    }

    pub(super) fn state(&self, row: u32) -> State {
        let known = self.chunk(row).and_then(|(chunk, local)| chunk.states.get(local));
        known.and_then(|state| State::from_number(*state)).unwrap_or_default()
    }

    /// The claim that holds a row, as its position plus one, or 0.
    pub(super) fn claim(&self, row: u32) -> u32 {
        self.chunk(row).and_then(|(chunk, local)| chunk.claims.get(local)).copied().unwrap_or(0)
    }

    /// The newest event of a row, or 0.
    pub(super) fn last_event(&self, row: u32) -> u32 {
        self.chunk(row).and_then(|(chunk, local)| chunk.events.get(local)).copied().unwrap_or(0)
    }

    /// Whether nothing ever changed in the rows of a chunk.
    pub(super) fn is_untouched(&self, chunk: usize) -> bool {
        self.chunks.get(chunk).is_none_or(|chunk| chunk.events.is_empty())
    }

    fn chunk(&self, row: u32) -> Option<(&ChunkLife, usize)> {
        Some((self.chunks.get(row as usize / CHUNK)?, row as usize % CHUNK))
    }

    fn chunk_mut(&mut self, row: u32) -> (&mut ChunkLife, usize) {
        let chunk = row as usize / CHUNK;
        if self.chunks.len() <= chunk {
            self.chunks.resize_with(chunk + 1, ChunkLife::default);
        }
        (&mut self.chunks[chunk], row as usize % CHUNK)
    }

    /// Adds an event of a row.
    pub(super) fn note(&mut self, by: By, row: u32, change: &RowChange<'_>) {
        let before = self.last_event(row);
        let event = self.events.add_row(by, row, change, before);
        let (chunk, local) = self.chunk_mut(row);
        *entry(&mut chunk.events, local, 0) = event;
    }

    /// Brings a live row to a state; `claim` holds it from now on, or none where that is 0.
    pub(super) fn bring(&mut self, rows: &mut Rows, row: u32, to: State, claim: u32, by: By) {
        let (from, before) = (self.state(row), self.claim(row));
        self.set_state(row, to);
        self.set_claim(row, claim);
        self.counts.remove(from, 1);
        self.counts.add(to, 1);
        rows.count_move(row, from, to);
        if from == State::Available {
            self.available[row as usize / CHUNK] -= 1;
        }
        if to == State::Available {
            self.available[row as usize / CHUNK] += 1;
            self.first_chunk = self.first_chunk.min(row as usize / CHUNK);
        }
        let of = if claim > 0 { claim } else { before };
        self.note(by, row, &RowChange::Moved { from, to, claim: of });
    }

    /// Notes that a live row is deleted.
    pub(super) fn delete(&mut self, rows: &mut Rows, row: u32, by: By) {
        let from = self.state(row);
        self.forget(rows, row);
        self.note(by, row, &RowChange::Deleted { from });
    }

    /// Puts a row that was issued, and may be deleted since, into a state, without an event.
    pub(super) fn leave_available(&mut self, rows: &mut Rows, row: u32, to: State) {
        self.set_state(row, to);
        self.counts.remove(State::Available, 1);
        self.counts.add(to, 1);
        rows.count_move(row, State::Available, to);
        self.available[row as usize / CHUNK] -= 1;
    }

    /// Counts out a row that is deleted, without an event.
    pub(super) fn forget(&mut self, rows: &mut Rows, row: u32) {
        let from = self.state(row);
        self.counts.remove(from, 1);
        rows.count_delete(row, from);
        if from == State::Available {
            self.available[row as usize / CHUNK] -= 1;
        }
        self.end_hold(self.claim(row));
    }

    fn set_state(&mut self, row: u32, state: State) {
        let (chunk, local) = self.chunk_mut(row);
        *entry(&mut chunk.states, local, State::Available.number()) = state.number();
    }

    pub(super) fn set_claim(&mut self, row: u32, claim: u32) {
        let before = self.claim(row);
        if before == claim {
            return;
        }
        self.end_hold(before);
        let (chunk, local) = self.chunk_mut(row);
        *entry(&mut chunk.claims, local, 0) = claim;
        if let Some(claimed) = claim.checked_sub(1).and_then(|at| self.claims.get_mut(at as usize)) {
            claimed.held += 1;
            if let Some(expires_at) = claimed.expires_at.filter(|_| claimed.held == 1) {
                self.due.insert((expires_at, claim));
            }
        }
    }

    /// One row less is held by a claim.
    fn end_hold(&mut self, claim: u32) {
        let Some(claimed) = claim.checked_sub(1).and_then(|at| self.claims.get_mut(at as usize)) else { return };
        claimed.held = claimed.held.saturating_sub(1);
        if let Some(expires_at) = claimed.expires_at.filter(|_| claimed.held == 0) {
            self.due.remove(&(expires_at, claim));
        }
    }

    /// Whether there is a claim at a position plus one.
    pub(super) fn has_claim(&self, claim: u32) -> bool {
        claim > 0 && claim as usize <= self.claims.len()
    }

    /// Adds a claim that holds nothing yet and gives its position plus one.
    pub(super) fn add_claim(
        &mut self,
        holder: Name,
        at: Timestamp,
        expires_at: Option<Timestamp>,
        rows: RowSet,
    ) -> u32 {
        self.claims.push(Claimed { holder, at, expires_at, rows, held: 0 });
        self.claims.len() as u32
    }

    /// The rows that are still held by claims that expire at a moment or before, ascending.
    pub(super) fn expired(&self, rows: &Rows, at: Timestamp) -> Vec<u32> {
        let mut expired = Vec::new();
        for (_, claim) in self.due.range(..=(at, u32::MAX)) {
            let claimed = &self.claims[*claim as usize - 1];
            let held = claimed.rows.iter().map(|row| (row.0 - 1) as u32);
            expired.extend(held.filter(|row| self.claim(*row) == *claim && rows.is_live(*row)));
        }
        expired.sort_unstable();
        expired
    }

    /// The first `most` available rows between two.
    pub(super) fn next_available(&mut self, rows: &Rows, window: std::ops::Range<u32>, most: u64) -> RowSet {
        let mut found = RowSet::default();
        let mut left = most;
        while self.available.get(self.first_chunk) == Some(&0) {
            self.first_chunk += 1;
        }
        self.look_for_available(rows, window, |row| {
            found.push(row_id(row));
            left -= 1;
            left > 0
        });
        found
    }

    /// The first available row between two.
    pub(super) fn first_available(&self, rows: &Rows, window: std::ops::Range<u32>) -> Option<u32> {
        let mut found = None;
        self.look_for_available(rows, window, |row| {
            found = Some(row);
            false
        });
        found
    }

    fn look_for_available(&self, rows: &Rows, window: std::ops::Range<u32>, mut take: impl FnMut(u32) -> bool) {
        let end = window.end as usize;
        let mut row = (window.start as usize).max(self.first_chunk * CHUNK);
        while row < end {
            let chunk = row / CHUNK;
            let chunk_end = ((chunk + 1) * CHUNK).min(end);
            if self.available[chunk] == 0 {
                row = chunk_end;
                continue;
            }
            let states = self.chunks.get(chunk).map_or(&[][..], |chunk| &chunk.states);
            while row < chunk_end {
                let local = row % CHUNK;
                // Rows behind the list are as they were issued.
                if let Some(changed) = states.get(local..) {
                    let skipped = memchr::memchr(State::Available.number(), changed).unwrap_or(changed.len());
                    if skipped > 0 {
                        row = (row + skipped).min(chunk_end);
                        continue;
                    }
                }
                if rows.is_live(row as u32) && !take(row as u32) {
                    return;
                }
                row += 1;
            }
        }
    }

    /// Gives a row a value in a field, or none of its own.
    pub(super) fn set_value(&mut self, row: u32, field: FieldId, value: Option<String>) {
        let before = match value {
            Some(value) => {
                self.by_value.entry((field, value.clone())).or_default().insert(row);
                self.values.insert((row, field), value).filter(|before| self.values.get(&(row, field)) != Some(before))
            }
            None => self.values.remove(&(row, field)),
        };
        if let Some(before) = before {
            let key = (field, before);
            if let Some(rows) = self.by_value.get_mut(&key) {
                rows.remove(&row);
                if rows.is_empty() {
                    self.by_value.remove(&key);
                }
            }
        }
    }

    /// The rows that were given a value, ascending.
    pub(super) fn with_value(&self, field: FieldId, value: &str) -> impl Iterator<Item = u32> {
        self.by_value.get(&(field, value.to_owned())).into_iter().flatten().copied()
    }
}

/// The entry of a row in a list that ends where nothing changed behind.
fn entry<T: Copy>(list: &mut Vec<T>, local: usize, unchanged: T) -> &mut T {
    if list.len() <= local {
        if list.capacity() <= local {
            // In steps of a quarter, and never more than a chunk can fill.
            let room = (local + 1).max(list.capacity() + list.capacity() / 4).min(CHUNK);
            list.reserve_exact(room - list.len());
        }
        list.resize(local + 1, unchanged);
    }
    &mut list[local]
}
