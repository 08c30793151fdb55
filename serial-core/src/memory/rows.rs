//! The references of one group, packed.

use std::ops::Range;

use crate::{
    batch::Batch,
    code::Code,
    ids::{BatchId, GroupId, RowId},
    life::{State, StateCounts},
    memory::{packed::PackedCodes, starts::Starts},
    name::Name,
    query::Span,
    store::Entry,
    time::Timestamp,
};

/// Rows of one chunk. Chunks keep growth cheap: full ones are never copied again.
pub(super) const CHUNK: usize = 4096;

/// Room is made for at least one in so many of the rows there are: large groups copy nothing when they grow.
const AHEAD: usize = 32;

/// The rows of a group in issue order, counted from 0.
pub(super) struct Rows {
    codes: PackedCodes,
    pub(super) issued: u32,
    pub(super) live: u32,
    /// When each row was issued, chunk by chunk; empty in a Batch group, where the batch says it.
    times: Vec<Vec<Timestamp>>,
    /// One bit per row, chunk by chunk; absent until a row is deleted.
    dead: Vec<Option<Box<[u64; CHUNK / 64]>>>,
    /// How many rows of each chunk are live, packed to be gone through quickly.
    chunk_live: Vec<u16>,
    /// Of a Batch group; empty in a Continuous one.
    pub(super) batches: Vec<BatchRow>,
    starts: Starts,
}

/// A batch whose id is its position plus one.
pub(super) struct BatchRow {
    pub(super) name: Name,
    pub(super) first: u32,
    pub(super) size: u32,
    pub(super) live: u32,
    created_at: Timestamp,
    /// Absent while all that are live are available.
    counts: Option<Box<StateCounts>>,
}

impl Rows {
    pub(super) fn new(width: usize) -> Self {
        Self {
            codes: PackedCodes::new(width),
            issued: 0,
            live: 0,
            times: Vec::new(),
            dead: Vec::new(),
            chunk_live: Vec::new(),
            batches: Vec::new(),
            starts: Starts::new(),
        }
    }

    pub(super) fn width(&self) -> usize {
        self.codes.width()
    }

    /// Adds codes at the end, as a batch where a name is given.
    pub(super) fn push(&mut self, codes: &str, count: u32, batch: Option<Name>, created_at: Timestamp) {
        let timed = batch.is_none();
        if let Some(name) = batch {
            self.starts.push(self.issued, count, created_at);
            self.batches.push(BatchRow {
                name,
                first: self.issued,
                size: count,
                live: count,
                created_at,
                counts: None,
            });
        }
        let (mut rest, mut left) = (codes.as_bytes(), count as usize);
        while left > 0 {
            let (chunk, used) = (self.issued as usize / CHUNK, self.issued as usize % CHUNK);
            if used == 0 {
                self.dead.push(None);
                self.chunk_live.push(0);
                if timed {
                    self.times.push(Vec::new());
                }
            }
            let ahead = self.issued as usize / AHEAD;
            let added = (CHUNK - used).min(left);
            let (now, later) = rest.split_at(added * self.width());
            self.codes.add(chunk, used, now, ahead);
            if timed {
                let chunk = &mut self.times[chunk];
                reserve_within(chunk, added, ahead, CHUNK);
                chunk.resize(used + added, created_at);
            }
            self.chunk_live[chunk] += added as u16;
            self.issued += added as u32;
            self.live += added as u32;
            (rest, left) = (later, left - added);
        }
    }

    #[inline]
    pub(super) fn code(&self, row: u32) -> Option<&[u8]> {
        if row >= self.issued {
            return None;
        }
        let start = row as usize % CHUNK * self.width();
        self.codes.chunk(row as usize / CHUNK).get(start..start + self.width())
    }

    #[inline]
    pub(super) fn is_live(&self, row: u32) -> bool {
        // Where all are live, nothing more is read.
        row < self.issued && (self.live == self.issued || !self.is_dead(row as usize / CHUNK, row as usize % CHUNK))
    }

    #[inline]
    fn is_dead(&self, chunk: usize, local: usize) -> bool {
        self.dead[chunk].as_ref().is_some_and(|dead| (dead[local / 64] >> (local % 64)) & 1 == 1)
    }

    /// Deletes a row; `false` where it is not live.
    pub(super) fn delete(&mut self, row: u32) -> bool {
        if !self.is_live(row) {
            return false;
        }
        let (chunk, local) = (row as usize / CHUNK, row as usize % CHUNK);
        let dead = self.dead[chunk].get_or_insert_with(|| Box::new([0; CHUNK / 64]));
        dead[local / 64] |= 1 << (local % 64);
        self.chunk_live[chunk] -= 1;
        self.live -= 1;
        if let Some(batch) = self.batch_of(row) {
            self.batches[batch].live -= 1;
        }
        true
    }

    /// Counts a live row that comes from one state to another in its batch.
    pub(super) fn count_move(&mut self, row: u32, from: State, to: State) {
        let Some(batch) = self.batch_of(row).map(|batch| &mut self.batches[batch]) else { return };
        let all = StateCounts::all_available(batch.live.into());
        let counts = batch.counts.get_or_insert_with(|| Box::new(all));
        counts.remove(from, 1);
        counts.add(to, 1);
    }

    /// Counts a live row that is about to be deleted out of its batch.
    pub(super) fn count_delete(&mut self, row: u32, from: State) {
        let batch = self.batch_of(row).map(|batch| &mut self.batches[batch]);
        if let Some(counts) = batch.and_then(|batch| batch.counts.as_mut()) {
            counts.remove(from, 1);
        }
    }

    /// How many live rows of a batch are in which state.
    pub(super) fn counts_of_batch(&self, position: usize) -> StateCounts {
        let batch = &self.batches[position];
        batch.counts.as_deref().copied().unwrap_or_else(|| StateCounts::all_available(batch.live.into()))
    }

    /// The position of the batch that an issued row belongs to.
    #[expect(clippy::inline_always, reason = "what is written to memory and read again here makes a processor wait")]
    #[inline(always)]
    pub(super) fn batch_of(&self, row: u32) -> Option<usize> {
        self.starts.batch_of(row)
    }

    pub(super) fn created_at(&self, row: u32) -> Timestamp {
        self.created_in(row, self.batch_of(row))
    }

    #[inline]
    fn created_in(&self, row: u32, batch: Option<usize>) -> Timestamp {
        match batch {
            Some(batch) => self.starts.created_at(batch).unwrap_or_else(|| self.batches[batch].created_at),
            None => self.times[row as usize / CHUNK][row as usize % CHUNK],
        }
    }

    /// An issued row as it was issued.
    #[expect(clippy::inline_always, reason = "what is written to memory and read again here makes a processor wait")]
    #[inline(always)]
    pub(super) fn entry(&self, group: GroupId, row: u32) -> Entry {
        let batch = self.batch_of(row);
        let created_at = self.created_in(row, batch);
        Entry { group, row: row_id(row), batch: batch.map(batch_id), created_at, state: State::Available, claim: None }
    }

    /// The code of a row.
    pub(super) fn code_of(&self, row: u32) -> Code {
        Code::from(self.code(row).and_then(|code| std::str::from_utf8(code).ok()).unwrap_or_default())
    }

    pub(super) fn batch(&self, group: GroupId, position: usize) -> Option<Batch> {
        self.batches.get(position).map(|batch| Batch {
            group,
            id: batch_id(position),
            name: batch.name.clone(),
            created_at: batch.created_at,
            first_row: row_id(batch.first),
            size: batch.size.into(),
            live: batch.live.into(),
        })
    }

    /// The codes of `count` rows from `first` on, one after the other.
    pub(super) fn packed(&self, first: u32, count: u32) -> String {
        let mut packed = String::with_capacity(count as usize * self.width());
        let (mut row, end) = (first as usize, first as usize + count as usize);
        while row < end {
            let local = row % CHUNK;
            let rows = (CHUNK - local).min(end - row);
            let codes = &self.chunk_codes(row / CHUNK)[local * self.width()..(local + rows) * self.width()];
            packed.push_str(std::str::from_utf8(codes).unwrap_or_default());
            row += rows;
        }
        packed
    }

    /// The codes of a chunk, one after the other; behind the last issued there may be zeros.
    pub(super) fn chunk_codes(&self, chunk: usize) -> &[u8] {
        self.codes.chunk(chunk)
    }

    /// How many rows of a chunk between two local positions are live.
    pub(super) fn live_in(&self, chunk: usize, local: Range<usize>) -> usize {
        let whole = local.len() == CHUNK;
        match &self.dead[chunk] {
            None => local.len(),
            Some(_) if whole => self.chunk_live[chunk].into(),
            Some(dead) => local.len() - count_ones(&dead[..], local.start, local.end),
        }
    }

    /// How many rows of a whole chunk are live.
    pub(super) fn live_in_chunk(&self, chunk: usize) -> usize {
        self.chunk_live[chunk].into()
    }

    /// Whether a row of a chunk is live and was issued within a span.
    pub(super) fn is_live_and_within(&self, chunk: usize, local: usize, span: Span) -> bool {
        !self.is_dead(chunk, local)
            && (span.is_everything() || span.contains(self.created_at((chunk * CHUNK + local) as u32)))
    }
}

/// Makes more room in steps of a quarter or of `step`, so that little of it is ever empty, and never more than a chunk
/// can fill.
pub(super) fn reserve_within<T>(vec: &mut Vec<T>, added: usize, step: usize, most: usize) {
    let needed = vec.len() + added;
    if needed > vec.capacity() {
        let room = needed.max(vec.capacity() + step.max(vec.capacity() / 4)).min(most);
        vec.reserve_exact(room - vec.len());
    }
}

fn count_ones(words: &[u64], from: usize, to: usize) -> usize {
    (from / 64..to.div_ceil(64))
        .map(|word| {
            let above = if word == from / 64 { u64::MAX << (from % 64) } else { u64::MAX };
            let below = if (word + 1) * 64 > to { !(u64::MAX << (to % 64)) } else { u64::MAX };
            (words[word] & above & below).count_ones() as usize
        })
        .sum()
}

pub(super) fn row_id(row: u32) -> RowId {
    RowId(u64::from(row) + 1)
}

pub(super) fn batch_id(position: usize) -> BatchId {
    BatchId(position as u64 + 1)
}

#[cfg(test)]
#[expect(clippy::cast_possible_wrap, reason = "rows of tests are few")]
mod tests {
    use super::*;

    #[test]
    fn ones_are_counted_between_any_two_positions() {
        let words = [0b1011, u64::MAX, 1 << 63];
        let plain = |from: usize, to: usize| (from..to).filter(|bit| (words[bit / 64] >> (bit % 64)) & 1 == 1).count();
        for from in 0..192 {
            for to in from..=192 {
                assert_eq!(count_ones(&words, from, to), plain(from, to), "{from}..{to}");
            }
        }
    }

    #[test]
    fn rows_without_batches_keep_their_times_in_every_chunk() {
        let mut rows = Rows::new(2);
        for row in 0..=2 * CHUNK as i64 {
            rows.push("ab", 1, None, Timestamp::from_micros(row));
        }
        for row in [0, 1, CHUNK - 1, CHUNK, 2 * CHUNK - 1, 2 * CHUNK] {
            let read = rows.entry(GroupId(1), row as u32);
            assert_eq!((read.batch, read.created_at), (None, Timestamp::from_micros(row as i64)));
            assert!(rows.delete(row as u32) && !rows.delete(row as u32));
        }
        assert_eq!(rows.live as usize, 2 * CHUNK + 1 - 6);
    }

    #[test]
    fn a_batch_that_comes_decades_after_the_first_has_its_own_time() {
        let mut rows = Rows::new(1);
        let times =
            [1_800_000_000_000_000, 1_800_000_000_000_001, 3_000_000_000_000_000, 0].map(Timestamp::from_micros);
        for time in times {
            rows.push("xy", 2, Some(Name::new("n").unwrap()), time);
        }
        for (batch, time) in times.into_iter().enumerate() {
            for row in [2 * batch, 2 * batch + 1] {
                let read = rows.entry(GroupId(1), row as u32);
                assert_eq!((read.batch, read.created_at), (Some(batch_id(batch)), time), "row {row}");
            }
            assert_eq!(rows.batch(GroupId(1), batch).map(|batch| batch.created_at), Some(time));
        }
    }
}
