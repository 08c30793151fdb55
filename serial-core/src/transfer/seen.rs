//! Codes of a file that come again.

use std::hash::BuildHasher;

/// The rows of a file by their codes; the codes themselves stay where they are.
pub(crate) struct Seen {
    hasher: foldhash::quality::RandomState,
    /// Hash and row of an entry; the list is a power of two long and at most three quarters full.
    slots: Vec<(u32, u32)>,
    len: usize,
}

/// No row: a file has fewer.
const EMPTY: (u32, u32) = (0, u32::MAX);

impl Seen {
    pub(crate) fn new() -> Self {
        Self { hasher: foldhash::quality::RandomState::default(), slots: vec![EMPTY; 1024], len: 0 }
    }

    /// Enters a row with its code, or tells the row that has the code already. `is_code` says whether a row has it.
    pub(crate) fn enter(&mut self, code: &[u8], row: u32, is_code: impl Fn(u32) -> bool) -> Option<u32> {
        if self.len * 4 >= self.slots.len() * 3 {
            self.grow();
        }
        let hash = short(self.hasher.hash_one(code));
        let mut at = self.first(hash);
        while self.slots[at] != EMPTY {
            let (other, first) = self.slots[at];
            if other == hash && is_code(first) {
                return Some(first);
            }
            at = self.after(at);
        }
        self.slots[at] = (hash, row);
        self.len += 1;
        None
    }

    fn grow(&mut self) {
        let larger = vec![EMPTY; self.slots.len() * 2];
        let before = std::mem::replace(&mut self.slots, larger);
        for entry in before.into_iter().filter(|entry| *entry != EMPTY) {
            let mut at = self.first(entry.0);
            while self.slots[at] != EMPTY {
                at = self.after(at);
            }
            self.slots[at] = entry;
        }
    }

    fn first(&self, hash: u32) -> usize {
        hash as usize & (self.slots.len() - 1)
    }

    fn after(&self, at: usize) -> usize {
        (at + 1) & (self.slots.len() - 1)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is as good as the whole")]
fn short(hash: u64) -> u32 {
    hash as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_entered_once() {
        let codes: Vec<String> = (0..10_000).map(|number| format!("{:05}", number % 7_000)).collect();
        let mut seen = Seen::new();
        for (row, code) in (0..).zip(&codes) {
            let first = seen.enter(code.as_bytes(), row, |row| codes[row as usize] == *code);
            assert_eq!(first, row.checked_sub(7_000));
        }
    }
}
