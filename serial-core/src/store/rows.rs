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
