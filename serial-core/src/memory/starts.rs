//! Which batch a row belongs to, and when it was issued.

use crate::time::Timestamp;

/// The batch of one row in so many is kept; those of the others lie between two of them.
const STRIDE: u32 = 1024;

const _: () = assert!(STRIDE < 1 << 16, "16 bits tell where in a stride a batch begins");

/// Where the batches of a group begin and when they were issued, packed: a lookup reads two lists, in one place each, mostly,
/// and both are small, so that they stay in the caches beside what else is read.
///
/// An entry has the low 16 bits of the first row above, which tell rows of one stride apart, and the time in 48 bits below:
/// microseconds for almost nine years from some days before the first batch.
pub(super) struct Starts {
    /// The position of the batch that every [`STRIDE`]th row belongs to.
    at: Vec<u32>,
    entries: Vec<u64>,
    /// What the times are counted from.
    since: i64,
}

const TIME_BITS: u32 = 48;

/// The time of a batch that was issued too early or too late to be counted.
const UNCOUNTED: u64 = (1 << TIME_BITS) - 1;

/// About twelve days: a clock that was set back still gives times that can be counted.
const BEFORE: i64 = 1 << 40;

impl Starts {
    pub(super) fn new() -> Self {
        Self { at: Vec::new(), entries: Vec::new(), since: 0 }
    }

    /// Adds a batch of `count` rows from `first` on, which follow those of the batch before.
    pub(super) fn push(&mut self, first: u32, count: u32, created_at: Timestamp) {
        let micros = created_at.as_micros();
        if self.entries.is_empty() {
            self.since = micros.saturating_sub(BEFORE);
        }
        let strides = (first + count).div_ceil(STRIDE) as usize;
        self.at.resize(strides, self.entries.len() as u32);
        let counted = micros.checked_sub(self.since).and_then(|since| u64::try_from(since).ok());
        let time = counted.filter(|time| *time < UNCOUNTED).unwrap_or(UNCOUNTED);
        self.entries.push(u64::from(first as u16) << TIME_BITS | time);
    }

    /// The position of the batch that an issued row belongs to; `None` in a group without batches.
    #[expect(clippy::inline_always, reason = "what is written to memory and read again here makes a processor wait")]
    #[inline(always)]
    pub(super) fn batch_of(&self, row: u32) -> Option<usize> {
        let stride = (row / STRIDE) as usize;
        let first = *self.at.get(stride)? as usize;
        let last = self.at.get(stride + 1).map_or(self.entries.len() - 1, |next| *next as usize);
        // All but the first of these begin behind the first row of the stride, and none behind that of the next.
        let (start, within) = ((row - row % STRIDE) as u16, (row % STRIDE) as u16);
        let begins_by = |entry: &u64| row_bits(*entry).wrapping_sub(start) <= within;
        Some(first + self.entries[first + 1..=last].partition_point(begins_by))
    }

    /// When a batch was issued; `None` where that could not be counted.
    #[inline]
    pub(super) fn created_at(&self, position: usize) -> Option<Timestamp> {
        let time = self.entries[position] & UNCOUNTED;
        (time != UNCOUNTED).then(|| Timestamp::from_micros(self.since.wrapping_add_unsigned(time)))
    }
}

fn row_bits(entry: u64) -> u16 {
    (entry >> TIME_BITS) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_knows_its_batch_whatever_the_sizes() {
        let mut starts = Starts::new();
        let mut expected: Vec<usize> = Vec::new();
        let sizes = [1, 4095, 1, 4096, 10_000, 3, 3, 5000, 70_000, 1023, 1, 1, 200_000, 2];
        for (position, size) in sizes.into_iter().chain(std::iter::repeat_n(1, 3000)).enumerate() {
            starts.push(expected.len() as u32, size, Timestamp::from_micros(0));
            expected.extend(std::iter::repeat_n(position, size as usize));
        }
        for (row, batch) in (0..).zip(expected) {
            assert_eq!(starts.batch_of(row), Some(batch), "row {row}");
        }
    }

    #[test]
    fn times_are_kept_as_they_were_or_said_not_to_be() {
        let year = 366 * 24 * 60 * 60 * 1_000_000;
        let first = 1_800_000_000_000_000;
        for (since, is_counted) in [
            (0, true),
            (1, true),
            (-1, true),
            (-BEFORE, true),
            (-BEFORE - 1, false),
            (8 * year, true),
            (9 * year, false),
        ] {
            let mut starts = Starts::new();
            starts.push(0, 1, Timestamp::from_micros(first));
            let later = Timestamp::from_micros(first + since);
            starts.push(1, 1, later);
            assert_eq!(starts.created_at(1), is_counted.then_some(later), "{since}");
            assert_eq!(starts.created_at(0), Some(Timestamp::from_micros(first)));
        }
        for extreme in [i64::MIN, i64::MAX] {
            let mut starts = Starts::new();
            starts.push(0, 1, Timestamp::from_micros(extreme));
            starts.push(1, 1, Timestamp::from_micros(-extreme.saturating_add(1)));
            assert_eq!(starts.created_at(0), Some(Timestamp::from_micros(extreme)));
            assert_eq!(starts.created_at(1), None);
        }
    }
}
