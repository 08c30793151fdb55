//! Which codes were ever issued in a scope.

use std::{
    hash::{BuildHasher, Hasher},
    hint,
    sync::{Mutex, MutexGuard, PoisonError, TryLockError},
    thread,
};

use super::{append_only::AppendOnly, table::Table};
use crate::code::Codes;

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
                hasher.write_u128(u128::from_ne_bytes(*last).rotate_left(code.len() as u32));
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
        let order = self.by_shard(hashes);
        if !self.reserve_without_waiting(group, hashes, &order, &slot, &standing, &mut taken) {
            for run in self.runs(hashes, &order) {
                let shard = self.shard(hashes[run[0] as usize]);
                while !self.reserve_in_shard(self.lock(shard), hashes, run, &slot, &standing, &mut taken) {
                    thread::yield_now();
                }
            }
        }
        if taken.is_empty() {
            return Ok(());
        }
        taken.sort_unstable();
        self.take_back(hashes, &order, &taken, &slot);
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
    fn reserve_without_waiting(
        &self,
        group: u32,
        hashes: &[u64],
        order: &[u32],
        slot: &impl Fn(u32) -> u32,
        standing: &impl Fn(Place, usize) -> Standing,
        taken: &mut Vec<u32>,
    ) -> bool {
        let mut runs: Vec<&[u32]> = self.runs(hashes, order).collect();
        let first = first_shard_of(group, runs.len());
        runs.rotate_left(first);
        let mut reserved = Vec::with_capacity(runs.len());
        let mut reserve = |run, table| {
            let all = self.reserve_in_shard(table, hashes, run, slot, standing, taken);
            reserved.extend(all.then_some(run));
            all
        };
        let shard_of = |run: &[u32]| self.shard(hashes[run[0] as usize]);
        let mut busy = Vec::new();
        let all = runs.into_iter().all(|run| {
            let Some(table) = self.try_lock(shard_of(run)) else {
                busy.push(run);
                return true;
            };
            reserve(run, table)
        }) && busy.into_iter().all(|run| reserve(run, self.lock(shard_of(run))));
        if !all {
            taken.sort_unstable();
            for run in reserved {
                self.take_back(hashes, run, taken, slot);
            }
            taken.clear();
        }
        all
    }

    /// Positions in their order, cut where the shard changes.
    fn runs<'a>(&'a self, hashes: &'a [u64], order: &'a [u32]) -> impl Iterator<Item = &'a [u32]> {
        order.chunk_by(|one, other| self.shard(hashes[*one as usize]) == self.shard(hashes[*other as usize]))
    }

    /// Takes back what was reserved of these positions: all but the taken ones, which are sorted.
    fn take_back(&self, hashes: &[u64], positions: &[u32], taken: &[u32], slot: &impl Fn(u32) -> u32) {
        for position in positions.iter().filter(|position| taken.binary_search(position).is_err()) {
            let hash = hashes[*position as usize];
            self.lock(self.shard(hash)).remove(tag(hash), slot(*position));
        }
    }

    /// Takes back what was reserved.
    pub(super) fn release(&self, hashes: &[u64], blocks: &[u32], first_row: u32) {
        for (position, hash) in (0..).zip(hashes) {
            self.lock(self.shard(*hash)).remove(tag(*hash), slot(blocks, first_row + position));
        }
    }

    /// Reserves the codes of `run`, which share the shard of `table`; `false`, with none of them reserved, where one of
    /// them is undecided.
    fn reserve_in_shard(
        &self,
        mut table: MutexGuard<'_, Table>,
        hashes: &[u64],
        run: &[u32],
        slot: &impl Fn(u32) -> u32,
        standing: &impl Fn(Place, usize) -> Standing,
        taken: &mut Vec<u32>,
    ) -> bool {
        let taken_before = taken.len();
        // Memory answers many reads in the time of one, if none of them waits for another.
        hint::black_box(
            run.iter().map(|position| table.peek(tag(hashes[*position as usize]))).fold(0, u64::wrapping_add),
        );
        for (done, position) in run.iter().enumerate() {
            let hash = hashes[*position as usize];
            let mut undecided = false;
            let is_same = |slot| is_in_the_way(standing(self.place(slot), *position as usize), &mut undecided);
            let entered = table.insert(tag(hash), slot(*position), is_same);
            if undecided {
                for position in
                    run[..done].iter().filter(|position| taken[taken_before..].binary_search(position).is_err())
                {
                    table.remove(tag(hashes[*position as usize]), slot(*position));
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

    /// The positions, shard by shard and ascending within each.
    fn by_shard(&self, hashes: &[u64]) -> Vec<u32> {
        let mut ends = vec![0_u32; self.shards.len() + 1];
        for hash in hashes {
            ends[self.shard(*hash) + 1] += 1;
        }
        for shard in 1..ends.len() {
            ends[shard] += ends[shard - 1];
        }
        let mut order = vec![0; hashes.len()];
        for (position, hash) in (0..).zip(hashes) {
            let next = &mut ends[self.shard(*hash)];
            order[*next as usize] = position;
            *next += 1;
        }
        order
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
