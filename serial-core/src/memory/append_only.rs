//! A list that grows while others read it without a lock.

use std::sync::{
    OnceLock,
    atomic::{AtomicUsize, Ordering},
};

/// Segments double in size: the first holds one item, the second two, the third four.
const SEGMENTS: usize = 40;

/// A list whose items never move and never go. Reading takes no lock; adding is the caller's to serialize.
pub(super) struct AppendOnly<T> {
    segments: [OnceLock<Box<[OnceLock<T>]>>; SEGMENTS],
    len: AtomicUsize,
}

impl<T> AppendOnly<T> {
    pub(super) fn new() -> Self {
        Self { segments: [const { OnceLock::new() }; SEGMENTS], len: AtomicUsize::new(0) }
    }

    pub(super) fn len(&self) -> usize {
        self.len.load(Ordering::Acquire)
    }

    pub(super) fn get(&self, position: usize) -> Option<&T> {
        let (segment, offset) = locate(position)?;
        self.segments.get(segment)?.get()?.get(offset)?.get()
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        (0..self.len()).filter_map(|position| self.get(position))
    }

    /// Adds an item. Callers take turns, by a lock of theirs.
    pub(super) fn push(&self, item: T) {
        let position = self.len();
        if let Some((segment, offset)) = locate(position) {
            let items =
                self.segments[segment].get_or_init(|| (0..1_usize << segment).map(|_| OnceLock::new()).collect());
            if items[offset].set(item).is_ok() {
                self.len.store(position + 1, Ordering::Release);
            }
        }
    }
}

/// The segment of a position and the offset in it.
fn locate(position: usize) -> Option<(usize, usize)> {
    let ordinal = position.checked_add(1)?;
    let segment = ordinal.ilog2() as usize;
    Some((segment, ordinal - (1 << segment)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_where_it_was_put() {
        let list = AppendOnly::new();
        for item in 0..1000 {
            assert_eq!(list.get(item), None);
            list.push(item);
        }
        assert!(list.iter().copied().eq(0..1000));
        assert_eq!(list.get(usize::MAX), None);
    }
}
