//! Which rows a segment covers, and how numbers are written in the index.

use std::ops::RangeInclusive;

use rusqlite::{Error, Result, ffi};

use super::postings::{BLOCK, Blocks, MOST_BLOCKS};

/// Ids that lie together, of one group.
pub(super) type Run = RangeInclusive<i64>;

/// The rows of a segment as ascending runs.
#[derive(Default)]
pub(super) struct Runs(pub(super) Vec<Run>);

impl Runs {
    pub(super) fn span(&self) -> Option<Run> {
        Some(*self.0.first()?.start()..=*self.0.last()?.end())
    }

    /// Written as pairs: the distance from the end of the run before, and how many more ids than one.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let (mut bytes, mut end) = (Vec::new(), 0);
        for run in &self.0 {
            put_number(&mut bytes, run.start().abs_diff(end));
            put_number(&mut bytes, run.end().abs_diff(*run.start()));
            end = *run.end();
        }
        bytes
    }

    pub(super) fn from_bytes(mut bytes: &[u8]) -> Result<Self> {
        let (mut runs, mut end, mut rows) = (Vec::new(), 0_i64, 0_usize);
        while !bytes.is_empty() {
            let start = end.checked_add_unsigned(take_number(&mut bytes)?).ok_or_else(corrupt)?;
            let more = take_number(&mut bytes)?;
            end = start.checked_add_unsigned(more).ok_or_else(corrupt)?;
            let run = in_one_group(start..=end)?;
            rows = rows.saturating_add(length(&run));
            runs.push(run);
        }
        if rows <= MOST_BLOCKS * BLOCK { Ok(Self(runs)) } else { Err(corrupt()) }
    }

    /// Adds the rows in these blocks.
    pub(super) fn rows_of(&self, blocks: &Blocks, found: &mut Vec<Run>) -> Result<()> {
        let (mut runs, mut passed) = (self.0.iter().peekable(), 0);
        for block in blocks.iter() {
            let (start, end) = (block * BLOCK, (block + 1) * BLOCK);
            let before = found.len();
            while let Some(run) = runs.peek() {
                let from = start.saturating_sub(passed);
                let until = length(run).min(end - passed);
                if from < until {
                    found.push(run.start() + from as i64..=run.start() + until as i64 - 1);
                }
                if passed + length(run) > end {
                    break;
                }
                passed += length(run);
                runs.next();
            }
            if found.len() == before {
                return Err(corrupt());
            }
        }
        Ok(())
    }
}

/// Refuses a run that no append can have written.
pub(super) fn in_one_group(run: Run) -> Result<Run> {
    if run.is_empty() || run.start() >> 32 != run.end() >> 32 { Err(corrupt()) } else { Ok(run) }
}

pub(super) fn length(run: &Run) -> usize {
    usize::try_from(run.end() - run.start() + 1).unwrap_or(usize::MAX)
}

/// Writes a number, seven bits to a byte; all bytes but the last have the highest bit.
pub(super) fn put_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Takes a number off the front.
pub(super) fn take_number(bytes: &mut &[u8]) -> Result<u64> {
    let mut number = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let (&byte, rest) = bytes.split_first().ok_or_else(corrupt)?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err(corrupt())
}

/// The error for a damaged page, said of the index.
pub(super) fn corrupt() -> Error {
    Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_CORRUPT), Some("the search index is damaged".into()))
}
