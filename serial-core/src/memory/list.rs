//! Taking a slice out of a listing.

use crate::{
    query::Direction,
    store::{Slice, Start},
};

/// A slice of a listing whose rows have the ids 1 to `count`, some of which may not be listed.
pub(super) fn slice<T>(
    count: usize,
    direction: Direction,
    start: Start<u64>,
    size: u32,
    counted: bool,
    is_listed: impl Fn(usize) -> bool,
    item: impl Fn(usize) -> T,
) -> Slice<T> {
    let position = |id: u64| usize::try_from(id).unwrap_or(usize::MAX).min(count);
    let window = match (start, direction) {
        (Start::Skip(_), _) => 0..count,
        (Start::After(id), Direction::OldestFirst) => position(id)..count,
        (Start::After(id), Direction::NewestFirst) => 0..position(id.saturating_sub(1)),
    };
    let mut taker = Taker::new(&start, size, counted);
    if counted {
        let outside = (0..window.start).chain(window.end..count);
        taker.count(outside.filter(|position| is_listed(*position)).count() as u64);
    }
    let mut take = |position| {
        if is_listed(position) {
            taker.count(1);
            taker.offer(|| item(position));
        }
        !taker.is_finished()
    };
    match direction {
        Direction::OldestFirst => window.into_iter().all(&mut take),
        Direction::NewestFirst => window.rev().all(&mut take),
    };
    taker.finish()
}

/// A slice of a listing whose rows have the ids 1 to `count`, all of which are listed.
pub(super) fn pick<T>(
    count: usize,
    direction: Direction,
    start: Start<u64>,
    size: u32,
    counted: bool,
    item: impl Fn(usize) -> T,
) -> Slice<T> {
    let position = |id: u64| usize::try_from(id).unwrap_or(usize::MAX).min(count);
    let (skipped, left) = match (start, direction) {
        (Start::Skip(rows), _) => (position(rows), count - position(rows)),
        (Start::After(id), Direction::OldestFirst) => (position(id), count - position(id)),
        (Start::After(id), Direction::NewestFirst) => {
            let before = position(id.saturating_sub(1));
            (count - before, before)
        }
    };
    let taken = left.min(size as usize);
    let items = (skipped..skipped + taken).map(|at| match direction {
        Direction::OldestFirst => item(at),
        Direction::NewestFirst => item(count - 1 - at),
    });
    Slice { items: items.collect(), more: left > taken, total: counted.then_some(count as u64) }
}

/// Takes rows in the order of a listing until the slice is full.
pub(super) struct Taker<T> {
    skip: u64,
    size: usize,
    items: Vec<T>,
    more: bool,
    total: Option<u64>,
}

impl<T> Taker<T> {
    pub(super) fn new<P>(start: &Start<P>, size: u32, counted: bool) -> Self {
        let skip = match start {
            Start::Skip(rows) => *rows,
            Start::After(_) => 0,
        };
        Self { skip, size: size as usize, items: Vec::new(), more: false, total: counted.then_some(0) }
    }

    /// Adds to the total.
    pub(super) fn count(&mut self, rows: u64) {
        if let Some(total) = &mut self.total {
            *total += rows;
        }
    }

    pub(super) fn is_counting(&self) -> bool {
        self.total.is_some()
    }

    /// Takes the next row if it is for the slice.
    pub(super) fn offer(&mut self, row: impl FnOnce() -> T) {
        if self.skip > 0 {
            self.skip -= 1;
        } else if self.items.len() < self.size {
            self.items.push(row());
        } else {
            self.more = true;
        }
    }

    /// Passes over rows without looking at each; `false` where some of them may be for the slice.
    pub(super) fn pass(&mut self, rows: u64) -> bool {
        if self.skip >= rows {
            self.skip -= rows;
            true
        } else if self.skip == 0 && self.items.len() == self.size {
            self.more = true;
            true
        } else {
            false
        }
    }

    /// Whether the slice is full and known to be followed by more.
    pub(super) fn is_full(&self) -> bool {
        self.more
    }

    /// Whether nothing that is still to come can make a difference.
    pub(super) fn is_finished(&self) -> bool {
        self.more && self.total.is_none()
    }

    pub(super) fn finish(self) -> Slice<T> {
        Slice { items: self.items, more: self.more, total: self.total }
    }
}
