//! Rows of a group, as the ranges that they make.

use serial_core::RowSet;

use crate::listing::NO_ROW;

/// Row ids, as ascending ranges that do not overlap. No row is beyond [`NO_ROW`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rows(Vec<(i64, i64)>);

impl Rows {
    /// From ranges that may come in any order and overlap.
    pub(crate) fn of(mut ranges: Vec<(i64, i64)>) -> Self {
        ranges.retain(|(first, last)| first <= last);
        ranges.sort_unstable();
        let mut rows = Self::default();
        for (first, last) in ranges {
            rows.push(first, last);
        }
        rows
    }

    /// What of a set a table can have.
    pub(crate) fn of_set(set: &RowSet) -> Self {
        let most = NO_ROW.unsigned_abs();
        let ranges = set.ranges().iter().filter(|range| range.start().0 <= most);
        Self(ranges.map(|range| (signed(range.start().0), signed(range.end().0.min(most)))).collect())
    }

    /// Adds rows that begin with no row before the last range.
    fn push(&mut self, first: i64, last: i64) {
        match self.0.last_mut() {
            Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
            _ => self.0.push((first, last)),
        }
    }

    /// Adds a row after all that there are.
    #[cfg(test)]
    pub(crate) fn add(&mut self, row: i64) {
        self.push(row, row);
    }

    pub(crate) fn ranges(&self) -> &[(i64, i64)] {
        &self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn len(&self) -> u64 {
        self.0.iter().map(|(first, last)| first.abs_diff(*last) + 1).sum()
    }

    /// The greatest; 0 where there is none.
    pub(crate) fn last(&self) -> i64 {
        self.0.last().map_or(0, |range| range.1)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = i64> + '_ {
        self.0.iter().flat_map(|(first, last)| *first..=*last)
    }

    /// These rows and others.
    pub(crate) fn and(&self, others: &Self) -> Self {
        Self::of(self.0.iter().chain(&others.0).copied().collect())
    }

    /// These rows without others.
    pub(crate) fn without(&self, others: &Self) -> Self {
        let mut rest = Self::default();
        let mut others = others.0.iter().copied().peekable();
        for (mut first, last) in self.0.iter().copied() {
            while others.next_if(|other| other.1 < first).is_some() {}
            while let Some(other) = others.peek().copied().filter(|other| other.0 <= last) {
                if first < other.0 {
                    rest.push(first, other.0 - 1);
                }
                first = other.1 + 1;
                if other.1 > last {
                    break;
                }
                others.next();
            }
            if first <= last {
                rest.push(first, last);
            }
        }
        rest
    }

    /// Those of these rows that are within a range.
    pub(crate) fn within(&self, (from, to): (i64, i64)) -> Self {
        let inside = self.0.iter().map(|(first, last)| (*first.max(&from), *last.min(&to)));
        Self(inside.filter(|(first, last)| first <= last).collect())
    }

    /// The first so many of these rows.
    pub(crate) fn first(&self, count: u64) -> Self {
        let (mut rows, mut missing) = (Self::default(), count);
        for (first, last) in self.0.iter().copied() {
            if missing == 0 {
                break;
            }
            let taken = missing.min(first.abs_diff(last) + 1);
            rows.0.push((first, first + signed(taken - 1)));
            missing -= taken;
        }
        rows
    }
}

/// Of numbers that are no greater than [`NO_ROW`].
fn signed(row: u64) -> i64 {
    i64::try_from(row).unwrap_or(NO_ROW)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// A set of some of the rows 1 to 12.
    fn some(bits: u32) -> BTreeSet<i64> {
        (1..=12).filter(|row| bits >> row & 1 == 1).collect()
    }

    fn rows(set: &BTreeSet<i64>) -> Rows {
        let mut rows = Rows::default();
        for row in set {
            rows.add(*row);
        }
        rows
    }

    #[test]
    fn ranges_are_calculated_as_sets_are() {
        let mut bits = 1_u32;
        for _ in 0..20_000 {
            bits = bits.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let (one, other) = (some(bits >> 3), some(bits >> 17));
            let (a, b) = (rows(&one), rows(&other));
            assert_eq!(a.and(&b), rows(&(&one | &other)));
            assert_eq!(a.without(&b), rows(&(&one - &other)));
            assert_eq!(a.within((3, 9)), rows(&one.range(3..=9).copied().collect()));
            assert_eq!(a.first(3), rows(&one.iter().take(3).copied().collect()));
            assert_eq!((a.len(), a.last()), (one.len() as u64, one.last().copied().unwrap_or_default()));
            assert!(a.iter().eq(one.iter().copied()));
        }
    }

    #[test]
    fn rows_that_no_table_has_are_left_out() {
        let set: RowSet = [0, 7, u64::MAX].into_iter().map(serial_core::RowId).collect();
        assert_eq!(Rows::of_set(&set).ranges(), [(0, 0), (7, 7)]);
    }
}
