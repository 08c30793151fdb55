//! Sets of rows of one group.

use std::ops::RangeInclusive;

use crate::ids::RowId;

/// A set of row ids, kept as ascending ranges: a whole batch takes no more room than one row.
///
/// ```
/// use serial_core::{RowId, RowSet};
///
/// let rows: RowSet = [5, 1, 2, 2].into_iter().map(RowId).collect();
/// assert_eq!(rows.len(), 3);
/// assert_eq!(rows.ranges(), [RowId(1)..=RowId(2), RowId(5)..=RowId(5)]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowSet {
    ranges: Vec<RangeInclusive<RowId>>,
}

impl RowSet {
    /// The rows as ascending ranges that neither touch nor overlap.
    pub fn ranges(&self) -> &[RangeInclusive<RowId>] {
        &self.ranges
    }

    /// How many rows there are.
    pub fn len(&self) -> u64 {
        self.ranges.iter().map(|range| range.end().0 - range.start().0 + 1).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Whether a row is in the set.
    pub fn contains(&self, row: RowId) -> bool {
        let at = self.ranges.partition_point(|range| *range.end() < row);
        self.ranges.get(at).is_some_and(|range| *range.start() <= row)
    }

    /// The rows, ascending.
    pub fn iter(&self) -> impl Iterator<Item = RowId> + '_ {
        self.ranges.iter().flat_map(|range| (range.start().0..=range.end().0).map(RowId))
    }
}

impl RowSet {
    /// The set of these ranges; `None` unless they are ascending and neither touch nor overlap, none is empty, and all
    /// together have no more rows than a number can count.
    ///
    /// ```
    /// use serial_core::{RowId, RowSet};
    ///
    /// let rows = RowSet::from_ranges([RowId(1)..=RowId(500), RowId(502)..=RowId(502)]).unwrap();
    /// assert_eq!(rows.len(), 501);
    /// assert_eq!(RowSet::from_ranges([RowId(1)..=RowId(500), RowId(501)..=RowId(501)]), None);
    /// ```
    pub fn from_ranges(ranges: impl IntoIterator<Item = RangeInclusive<RowId>>) -> Option<Self> {
        let ranges: Vec<_> = ranges.into_iter().collect();
        let apart = ranges.windows(2).all(|pair| {
            let next = pair[0].end().0.checked_add(1);
            next.is_some_and(|next| next < pair[1].start().0)
        });
        let rows = |range: &RangeInclusive<RowId>| range.end().0.checked_sub(range.start().0)?.checked_add(1);
        let total = ranges.iter().try_fold(0_u64, |sum, range| sum.checked_add(rows(range)?));
        (apart && total.is_some()).then_some(Self { ranges })
    }

    /// Adds a row that is not below any that is there.
    pub(crate) fn push(&mut self, row: RowId) {
        match self.ranges.last_mut() {
            Some(last) if row.0 <= last.end().0.saturating_add(1) => *last = *last.start()..=row,
            _ => self.ranges.push(row..=row),
        }
    }
}

impl FromIterator<RowId> for RowSet {
    fn from_iter<I: IntoIterator<Item = RowId>>(rows: I) -> Self {
        let mut set = Self::default();
        let mut rows = rows.into_iter();
        while let Some(row) = rows.next() {
            if set.ranges.last().is_some_and(|last| row < *last.end()) {
                // Out of order: all of them have to be put in order first.
                let mut all: Vec<RowId> = set.iter().chain([row]).chain(rows).collect();
                all.sort_unstable();
                set.ranges.clear();
                for row in all {
                    set.push(row);
                }
                return set;
            }
            set.push(row);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_are_no_set_are_refused() {
        let of = |ranges: &[(u64, u64)]| RowSet::from_ranges(ranges.iter().map(|(a, b)| RowId(*a)..=RowId(*b)));
        let set: RowSet = [1, 2, 3, 7, u64::MAX].into_iter().map(RowId).collect();
        assert_eq!(of(&[(1, 3), (7, 7), (u64::MAX, u64::MAX)]), Some(set));
        assert_eq!(of(&[]), Some(RowSet::default()));
        assert_eq!(of(&[(1, u64::MAX)]).map(|set| set.len()), Some(u64::MAX));
        for bad in [&[(3, 2)][..], &[(0, u64::MAX)], &[(1, 3), (4, 5)], &[(1, 3), (3, 5)], &[(5, 6), (1, 2)]] {
            assert_eq!(of(bad), None, "{bad:?}");
        }
        assert_eq!(of(&[(1, u64::MAX), (3, 4)]), None);
    }

    #[test]
    fn a_set_is_the_same_in_whatever_order_its_rows_come() {
        let ascending: RowSet = [1, 2, 2, 3, 7, 8, 11].into_iter().map(RowId).collect();
        for rows in [[11, 8, 7, 3, 2, 2, 1], [7, 8, 1, 2, 11, 2, 3], [1, 2, 3, 2, 7, 8, 11]] {
            assert_eq!(rows.into_iter().map(RowId).collect::<RowSet>(), ascending);
        }
        assert_eq!(ascending.ranges().len(), 3);
        assert!([RowId(u64::MAX), RowId(0)].into_iter().collect::<RowSet>().contains(RowId(u64::MAX)));
        assert!(!ascending.contains(RowId(4)) && ascending.contains(RowId(8)) && !ascending.contains(RowId(12)));
    }
}
