//! Which codes were ever issued in a scope.

use std::{
    hash::{BuildHasher, Hasher},
    hint,
    sync::{Mutex, MutexGuard, PoisonError, TryLockError},
    thread,
};

use super::{append_only::AppendOnly, table::Table};
use crate::code::Codes;

/// Times this, 2^128 by the golden ratio, lengths are far from each other.
const LENGTHS: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;

/// Rows that get their slots together; so many that the list of blocks stays in the caches.
const BLOCK: u32 = 2048;

/// The most blocks there can be: a slot has 32 bits, and the table needs one value for an empty bucket.
const MOST_BLOCKS: usize = (1 << 21) - 1;

/// The codes of one scope, by hash; the codes themselves stay in their groups.
///
/// Issuing *reserves* each code by an entry for a row that its group does not have yet, and adds the row only when
/// all codes are reserved. Whoever meets an entry whose row is still to come waits until it has come or the entry
/// is gone. Who has to wait reserves shard by shard in ascending order and meanwhile holds no code of the same or a
/// later shard, so that no two can wait for each other.
pub(super) struct ScopeIndex {
    hasher: foldhash::quality::RandomState,
    shards: Box<[Shard]>,
    /// Whose rows the slots of each block are.
    blocks: AppendOnly<Place>,
    /// Blocks are given out in turn.
    extending: Mutex<()>,
}

/// In cache lines of its own: threads in different shards do not meet.
#[derive(Default)]
#[repr(align(128))]
struct Shard(Mutex<Table>);

/// A row of a group, both counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) group: u32,
    pub(super) row: u32,
}

/// What an entry with the hash of a code says about it.
#[derive(Clone, Copy)]
pub(super) enum Standing {
    /// The code was issued.
    Taken,
    /// Another code was issued that has the same hash.
    Free,
    /// Another append has reserved it, perhaps, and is not finished.
    Undecided,
}

/// A code that is to be entered, by what the tables use of its hash and by its position among others.
#[derive(Clone, Copy)]
struct Wanted {
    tag: u32,
    position: u32,
}

/// Codes whose entries are in the same shard.
#[derive(Clone, Copy)]
struct Run<'a> {
    shard: usize,
    wanted: &'a [Wanted],
}

impl ScopeIndex {
    /// An index that up to `shards` threads can change at once: a power of two.
    pub(super) fn with_shards(shards: usize) -> Self {
        Self {
            hasher: foldhash::quality::RandomState::default(),
            shards: (0..shards).map(|_| Shard::default()).collect(),
            blocks: AppendOnly::new(),
            extending: Mutex::new(()),
        }
    }

    #[inline]
    pub(super) fn hash(&self, code: &[u8]) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        match (code.first_chunk(), code.last_chunk()) {
            // Most codes are that long, and two steps of a length that is known take half the time of one that is not. Numbers
            // with zeros before them begin and end alike in every length, which is why the length counts.
            (Some(first), Some(last)) if code.len() <= 32 => {
                hasher.write_u128(u128::from_ne_bytes(*first));
                hasher.write_u128(u128::from_ne_bytes(*last) ^ LENGTHS.wrapping_mul(code.len() as u128));
            }
            _ => hasher.write(code),
        }
        hasher.finish()
    }

    /// Gives slots to the rows of `group` from 0 to `rows`, of which those in `blocks` have theirs; `None` where the
    /// index is full.
    pub(super) fn extend_blocks(&self, group: u32, blocks: &mut Vec<u32>, rows: u32) -> Option<()> {
        let wanted = rows.div_ceil(BLOCK) as usize;
        if blocks.len() < wanted {
            let _turn = self.extending.lock().unwrap_or_else(PoisonError::into_inner);
            if self.blocks.len() + (wanted - blocks.len()) > MOST_BLOCKS {
                return None;
            }
            for block in blocks.len()..wanted {
                blocks.push(self.blocks.len() as u32);
                self.blocks.push(Place { group, row: block as u32 * BLOCK });
            }
        }
        Some(())
    }

    /// Reserves the codes with these hashes for the rows of `blocks` from `first_row` on. Where some are taken,
    /// nothing is reserved and their positions are returned. `standing` tells what the row at a place says about
    /// the code at a position.
    pub(super) fn reserve(
        &self,
        group: u32,
        hashes: &[u64],
        blocks: &[u32],
        first_row: u32,
        standing: impl Fn(Place, usize) -> Standing,
    ) -> Result<(), Vec<u32>> {
        let slot = |position: u32| slot(blocks, first_row + position);
        if let [hash] = hashes {
            let is_new = self.reserve_one(*hash, slot(0), |place| standing(place, 0));
            return if is_new { Ok(()) } else { Err(vec![0]) };
        }
        let mut taken = Vec::new();
        let (wanted, ends) = self.by_shard(hashes);
        let runs: Vec<Run<'_>> = runs(&wanted, &ends).collect();
        if !self.reserve_without_waiting(group, &runs, &slot, &standing, &mut taken) {
            for run in &runs {
                while !self.reserve_in_shard(&mut self.lock(run.shard), run.wanted, &slot, &standing, &mut taken) {
                    thread::yield_now();
                }
            }
        }
        if taken.is_empty() {
            return Ok(());
        }
        taken.sort_unstable();
        for run in runs {
            self.take_back(run, &taken, &slot);
        }
        Err(taken)
    }

    /// Reserves one code, by itself; `false` where it is taken.
    fn reserve_one(&self, hash: u64, slot: u32, standing: impl Fn(Place) -> Standing) -> bool {
        loop {
            let mut undecided = false;
            let is_same = |slot| is_in_the_way(standing(self.place(slot)), &mut undecided);
            let is_new = self.lock(self.shard(hash)).insert(tag(hash), slot, is_same);
            if !undecided {
                return is_new;
            }
            thread::yield_now();
        }
    }

    /// Reserves all codes or, where one of them is undecided, none: then `false`. Groups begin at different shards, and
    /// come back later to those where another thread is, so that two threads do not walk behind each other from lock to
    /// lock.
    fn reserve_without_waiting<'a>(
        &self,
        group: u32,
        runs: &[Run<'a>],
        slot: &impl Fn(u32) -> u32,
        standing: &impl Fn(Place, usize) -> Standing,
        taken: &mut Vec<u32>,
    ) -> bool {
        let (before, after) = runs.split_at(first_shard_of(group, runs.len()));
        let mut reserved = Vec::with_capacity(runs.len());
        let mut reserve = |run: Run<'a>, mut table: MutexGuard<'_, Table>| {
            let all = self.reserve_in_shard(&mut table, run.wanted, slot, standing, taken);
            reserved.extend(all.then_some(run));
            all
        };
        let mut busy = Vec::new();
        let all = after.iter().chain(before).all(|run| {
            let Some(table) = self.try_lock(run.shard) else {
                busy.push(*run);
                return true;
            };
            reserve(*run, table)
        }) && busy.into_iter().all(|run| reserve(run, self.lock(run.shard)));
        if !all {
            taken.sort_unstable();
            for run in reserved {
                self.take_back(run, taken, slot);
            }
            taken.clear();
        }
        all
    }

    /// Takes back what was reserved of a run: all but the taken ones, which are sorted.
    fn take_back(&self, run: Run<'_>, taken: &[u32], slot: &impl Fn(u32) -> u32) {
        let mut table = self.lock(run.shard);
        for Wanted { tag, position } in run.wanted {
            if taken.binary_search(position).is_err() {
                table.remove(*tag, slot(*position));
            }
        }
    }

    /// Takes back what was reserved.
    pub(super) fn release(&self, hashes: &[u64], blocks: &[u32], first_row: u32) {
        for (position, hash) in (0..).zip(hashes) {
            self.lock(self.shard(*hash)).remove(tag(*hash), slot(blocks, first_row + position));
        }
    }

    /// Reserves codes of one shard, whose table this is; `false`, with none of them reserved, where one of them is undecided.
    fn reserve_in_shard(
        &self,
        table: &mut Table,
        wanted: &[Wanted],
        slot: &impl Fn(u32) -> u32,
        standing: &impl Fn(Place, usize) -> Standing,
        taken: &mut Vec<u32>,
    ) -> bool {
        let taken_before = taken.len();
        // Memory answers many reads in the time of one, if none of them waits for another.
        hint::black_box(wanted.iter().map(|wanted| table.peek(wanted.tag)).fold(0, u64::wrapping_add));
        for (done, Wanted { tag, position }) in wanted.iter().enumerate() {
            let mut undecided = false;
            let is_same = |slot| is_in_the_way(standing(self.place(slot), *position as usize), &mut undecided);
            let entered = table.insert(*tag, slot(*position), is_same);
            if undecided {
                for Wanted { tag, position } in &wanted[..done] {
                    if taken[taken_before..].binary_search(position).is_err() {
                        table.remove(*tag, slot(*position));
                    }
                }
                taken.truncate(taken_before);
                return false;
            }
            if !entered {
                taken.push(*position);
            }
        }
        true
    }

    /// Brings what entering these codes will need from memory into the caches. Memory answers many reads in the time of
    /// one, if none of them waits for another.
    pub(super) fn bring_near(&self, codes: &Codes) {
        let hashes: Vec<u64> = codes.iter().map(|code| self.hash(code.as_bytes())).collect();
        // Taking a lock waits for all reads before it, so that all are taken first. What is locked now is left out:
        // nobody waits here.
        let tables: Vec<_> = (0..self.shards.len()).map(|shard| self.try_lock(shard)).collect();
        let read = |hash: &u64| tables[self.shard(*hash)].as_ref().map_or(0, |table| table.peek(tag(*hash)));
        hint::black_box(hashes.iter().map(read).fold(0, u64::wrapping_add));
    }

    /// The rows that may have a code: those of codes with the same tag, whose shard is locked meanwhile.
    #[expect(clippy::inline_always, reason = "what is written to memory and read again here makes a processor wait")]
    #[inline(always)]
    pub(super) fn candidates(&self, code: &str) -> impl Iterator<Item = Place> {
        let hash = self.hash(code.as_bytes());
        let table = self.lock(self.shard(hash));
        let mut search = table.search(tag(hash));
        std::iter::from_fn(move || table.next_slot(&mut search).map(|slot| self.place(slot)))
    }

    /// Codes shard by shard, positions ascending within each, and where the shards end.
    fn by_shard(&self, hashes: &[u64]) -> (Vec<Wanted>, Vec<u32>) {
        let mut ends = vec![0; self.shards.len() + 1];
        for hash in hashes {
            ends[self.shard(*hash) + 1] += 1;
        }
        for shard in 1..ends.len() {
            ends[shard] += ends[shard - 1];
        }
        let mut wanted = vec![Wanted { tag: 0, position: 0 }; hashes.len()];
        for (position, hash) in (0..).zip(hashes) {
            let next = &mut ends[self.shard(*hash)];
            wanted[*next as usize] = Wanted { tag: tag(*hash), position };
            *next += 1;
        }
        (wanted, ends)
    }

    /// Where the row with a slot is; slots are only looked up after they were given out.
    fn place(&self, slot: u32) -> Place {
        let nowhere = Place { group: u32::MAX, row: u32::MAX };
        self.blocks
            .get((slot / BLOCK) as usize)
            .map_or(nowhere, |block| Place { group: block.group, row: block.row + slot % BLOCK })
    }

    /// Taken from the bits that the tables do not use.
    fn shard(&self, hash: u64) -> usize {
        (hash >> 32) as usize & (self.shards.len() - 1)
    }

    /// `None` where another thread has it.
    fn try_lock(&self, shard: usize) -> Option<MutexGuard<'_, Table>> {
        match self.shards[shard].0.try_lock() {
            Ok(table) => Some(table),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    fn lock(&self, shard: usize) -> MutexGuard<'_, Table> {
        self.shards[shard].0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether an entry keeps a code from being entered; for good, or for now where it is undecided.
fn is_in_the_way(standing: Standing, undecided: &mut bool) -> bool {
    *undecided |= matches!(standing, Standing::Undecided);
    !matches!(standing, Standing::Free)
}

/// Codes that are in order of their shards, cut where the shards end; without shards that have none of them.
fn runs<'a>(wanted: &'a [Wanted], ends: &'a [u32]) -> impl Iterator<Item = Run<'a>> {
    let starts = [0].into_iter().chain(ends.iter().copied());
    let all = starts.zip(ends).enumerate();
    all.map(|(shard, (start, end))| Run { shard, wanted: &wanted[start as usize..*end as usize] })
        .filter(|run| !run.wanted.is_empty())
}

fn slot(blocks: &[u32], row: u32) -> u32 {
    blocks[(row / BLOCK) as usize] * BLOCK + row % BLOCK
}

/// Where the runs of a group begin.
fn first_shard_of(group: u32, runs: usize) -> usize {
    // Multiples of the golden ratio lie far from each other.
    ((u64::from(group.wrapping_mul(0x9e37_79b9)) * runs as u64) >> 32) as usize
}

/// The part of a hash that the tables use.
fn tag(hash: u64) -> u32 {
    hash as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_that_begin_and_end_alike_have_other_hashes_in_every_length() {
        let index = ScopeIndex::with_shards(1);
        let hashes: std::collections::HashSet<u64> =
            (1..=130).map(|length| index.hash(format!("{:0>length$}", 1).as_bytes())).collect();
        assert_eq!(hashes.len(), 130);
    }
}
