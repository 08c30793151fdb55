//! The hash table that tells which codes were issued.

use super::large::Large;

/// Maps hashes to slots: eight bytes each, tag and slot, in one array with linear probing.
///
/// It is written for one thing: entering random hashes into a table that is far larger than the caches, where every
/// line of memory that is touched costs more than everything else. A look-up touches one line, mostly. The place of
/// an entry follows from its tag and grows with it, so that growing the table is one pass over it in order. Tags
/// are 32 bits of the hash; whoever looks something up has to compare the codes behind equal tags.
#[derive(Default)]
pub(super) struct Table {
    /// The tag above, the slot plus one below; 0 is an empty bucket.
    buckets: Large<u64>,
    used: usize,
}

/// Where a search for the slots of a tag has come to.
pub(super) struct Search {
    tag: u32,
    bucket: usize,
}

/// How many buckets are looked at at once where a code is entered. Which of the first few is empty is anybody's guess, and a
/// processor that guesses wrong loses more time than it takes to look at all of them.
const WINDOW: usize = 4;

/// The fewest buckets of a table that has any.
const FEWEST: usize = 8;

impl Table {
    /// Enters a slot, unless an entry with the same tag is already there for which `is_same` says so.
    pub(super) fn insert(&mut self, tag: u32, slot: u32, mut is_same: impl FnMut(u32) -> bool) -> bool {
        if (self.used + 1) * 4 > self.buckets.len() * 3 {
            self.grow();
        }
        let buckets = &mut *self.buckets;
        let mut bucket = home(tag, buckets.len());
        if let Some(window) = window(buckets, bucket) {
            let empty = positions(window, |found| found == 0);
            if empty != 0 && positions(window, |found| tag_of(found) == tag) == 0 {
                // Entered here, since one more look at it in the loop costs 1 to 3 % of a batch.
                buckets[bucket + empty.trailing_zeros() as usize] = entry(tag, slot);
                self.used += 1;
                return true;
            }
        }
        loop {
            match buckets[bucket] {
                0 => {
                    buckets[bucket] = entry(tag, slot);
                    self.used += 1;
                    return true;
                }
                found if tag_of(found) == tag && is_same(slot_of(found)) => return false,
                _ => bucket = next(bucket, buckets.len()),
            }
        }
    }

    /// The start of a search for the slots with this tag.
    #[inline]
    pub(super) fn search(&self, tag: u32) -> Search {
        Search { tag, bucket: home(tag, self.buckets.len()) }
    }

    /// The next slot that a search finds; `None` at its end.
    #[inline]
    pub(super) fn next_slot(&self, search: &mut Search) -> Option<u32> {
        let buckets = &*self.buckets;
        loop {
            // A table without buckets has none to look at.
            let found = *buckets.get(search.bucket)?;
            if found == 0 {
                return None;
            }
            search.bucket = next(search.bucket, buckets.len());
            if tag_of(found) == search.tag {
                return Some(slot_of(found));
            }
        }
    }

    /// Reads where an entry with this tag will be, mostly: its home and, behind the buckets that are looked at at once,
    /// perhaps the next line of memory. What is returned means nothing.
    pub(super) fn peek(&self, tag: u32) -> u64 {
        let home = home(tag, self.buckets.len());
        let at = |bucket: usize| self.buckets.get(bucket).copied().unwrap_or(0);
        at(home) ^ at(home + WINDOW)
    }

    /// Takes an entry out again.
    pub(super) fn remove(&mut self, tag: u32, slot: u32) {
        let buckets = &mut *self.buckets;
        let len = buckets.len();
        if len == 0 {
            return;
        }
        let mut hole = home(tag, len);
        while buckets[hole] != entry(tag, slot) {
            if buckets[hole] == 0 {
                return;
            }
            hole = next(hole, len);
        }
        self.used -= 1;
        // Entries behind the hole move up, unless that would put them before their home.
        let mut bucket = hole;
        loop {
            bucket = next(bucket, len);
            let found = buckets[bucket];
            if found == 0 {
                break;
            }
            let from_home = distance(home(tag_of(found), len), bucket, len);
            if from_home >= distance(hole, bucket, len) {
                buckets[hole] = found;
                hole = bucket;
            }
        }
        buckets[hole] = 0;
    }

    /// Twice as many buckets.
    ///
    /// Entries come in the order of their homes, nearly: only those that are behind one with a later home have to look for
    /// an empty bucket. The others are written without looking, which matters because memory that was never written comes
    /// with a page of zeros when it is read, and with another page when it is then written.
    #[cold]
    fn grow(&mut self) {
        let size = (self.buckets.len() * 2).max(FEWEST);
        let mut grown = Large::zeroed(size);
        let buckets = &mut *grown;
        // Those before the first empty bucket may have come there from the end.
        let first_empty = self.buckets.iter().position(|found| *found == 0).unwrap_or(0);
        let (from_end, others) = self.buckets.split_at(first_empty);
        // All buckets from this one on are empty.
        let mut empty_from = 0;
        for found in others.iter().chain(from_end).copied().filter(|found| *found != 0) {
            let mut bucket = home(tag_of(found), size);
            while bucket < empty_from && buckets[bucket] != 0 {
                bucket = next(bucket, size);
            }
            buckets[bucket] = found;
            empty_from = empty_from.max(bucket + 1);
        }
        self.buckets = grown;
    }
}

/// The buckets from one on that are looked at at once, if there are so many.
#[inline]
fn window(buckets: &[u64], bucket: usize) -> Option<&[u64; WINDOW]> {
    buckets.get(bucket..)?.first_chunk()
}

/// The positions of the buckets for which `is_wanted` says so, each a bit; without a jump for any of them.
#[inline]
fn positions(window: &[u64; WINDOW], is_wanted: impl Fn(u64) -> bool) -> u32 {
    window.iter().rev().fold(0, |bits, found| (bits << 1) | u32::from(is_wanted(*found)))
}

fn home(tag: u32, len: usize) -> usize {
    ((u64::from(tag) * len as u64) >> 32) as usize
}

fn next(bucket: usize, len: usize) -> usize {
    if bucket + 1 == len { 0 } else { bucket + 1 }
}

/// How many steps lead from one bucket to another.
fn distance(from: usize, to: usize, len: usize) -> usize {
    if to >= from { to - from } else { to + len - from }
}

fn entry(tag: u32, slot: u32) -> u64 {
    (u64::from(tag) << 32) | (u64::from(slot) + 1)
}

fn tag_of(entry: u64) -> u32 {
    (entry >> 32) as u32
}

fn slot_of(entry: u64) -> u32 {
    (entry as u32).wrapping_sub(1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Few different tags at both ends of their range, so that runs are long and wrap around.
        #[test]
        fn a_table_holds_what_a_plain_set_holds(
            operations in prop::collection::vec((any::<bool>(), 0_u32..6, any::<bool>(), 0_u32..40), 0..400)
        ) {
            let mut table = Table::default();
            let mut plain = BTreeSet::new();
            for (insert, step, high, slot) in operations {
                let tag = if high { u32::MAX - step * 0x0800_0000 } else { step };
                if insert {
                    let is_new = table.insert(tag, slot, |found| found == slot);
                    prop_assert_eq!(is_new, plain.insert((tag, slot)));
                } else {
                    table.remove(tag, slot);
                    plain.remove(&(tag, slot));
                }
                prop_assert_eq!(table.used, plain.len());
            }
            for tag in (0..6).flat_map(|step| [step, u32::MAX - step * 0x0800_0000]) {
                let mut search = table.search(tag);
                let found: BTreeSet<_> =
                    std::iter::from_fn(|| table.next_slot(&mut search)).map(|slot| (tag, slot)).collect();
                let expected: BTreeSet<_> = plain.range((tag, 0)..=(tag, u32::MAX)).copied().collect();
                prop_assert_eq!(found, expected);
            }
        }
    }
}
