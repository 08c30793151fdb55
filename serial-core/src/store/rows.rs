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

impl FromIterator<RowId> for RowSet {
    fn from_iter<I: IntoIterator<Item = RowId>>(rows: I) -> Self {
        let mut rows: Vec<RowId> = rows.into_iter().collect();
        rows.sort_unstable();
        let mut ranges: Vec<RangeInclusive<RowId>> = Vec::new();
        for row in rows {
            match ranges.last_mut() {
                Some(last) if row.0 <= last.end().0.saturating_add(1) => *last = *last.start()..=row,
                _ => ranges.push(row..=row),
            }
        }
        Self { ranges }
    }
}
