//! Which references are available, as ranges of rows: the next ones are found without looking at any that is not.

use std::collections::BTreeMap;

use crate::life::rows::Rows;

/// The available references of a group, as far as a change has to do with them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stock {
    /// Ranges of the table, as they are there. No two overlap.
    pub(crate) ranges: Vec<(i64, i64)>,
    /// Every row beyond it is available, as far as rows are issued.
    pub(crate) frontier: i64,
    pub(crate) issued: i64,
}

/// How the stock of a group changes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct StockChange {
    pub(crate) frontier: i64,
    /// The first row of each range of the table that is new or another, by its last row; it is beyond the last row where
    /// nothing is left of the range.
    pub(crate) ranges: BTreeMap<i64, i64>,
}

impl Stock {
    /// The available rows that are known here.
    pub(crate) fn available(&self) -> Rows {
        let tail = (self.frontier + 1, self.issued);
        Rows::of(self.ranges.iter().copied().chain([tail]).collect())
    }

    /// What has to be written where some rows leave, which are available now, and some come, which are not.
    pub(crate) fn change(&self, leave: &Rows, come: &Rows) -> StockChange {
        let frontier = self.frontier.max(leave.last());
        let passed = (self.frontier + 1, frontier);
        let before = Rows::of(self.ranges.iter().copied().chain([passed]).collect());
        let after = before.and(come).without(leave);
        // What is there is used up, unless it is found again in what shall be there.
        let mut ranges: BTreeMap<i64, i64> = self.ranges.iter().map(|(_, last)| (*last, last + 1)).collect();
        ranges.extend(after.ranges().iter().map(|(first, last)| (*last, *first)));
        for (first, last) in &self.ranges {
            if ranges.get(last) == Some(first) {
                ranges.remove(last);
            }
        }
        StockChange { frontier, ranges }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn rows_leave_and_come_and_the_table_says_which_are_available() {
        let (mut table, mut frontier, mut issued) = (BTreeMap::<i64, i64>::new(), 0, 0);
        let mut available = BTreeSet::new();
        let mut random = 7_u64;
        let mut draw = |below: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            i64::try_from((random >> 33) % below).unwrap()
        };
        for _ in 0..5_000 {
            for _ in 0..draw(4) {
                issued += 1;
                available.insert(issued);
            }
            let (mut leave, mut come) = (Rows::default(), Rows::default());
            for row in 1..=issued {
                if draw(9) > 0 || issued - row > 60 {
                    continue;
                }
                if available.contains(&row) { leave.add(row) } else { come.add(row) }
            }
            let ranges = table.iter().map(|(last, first)| (*first, *last)).filter(|(first, last)| first <= last);
            let stock = Stock { ranges: ranges.collect(), frontier, issued };
            let change = stock.change(&leave, &come);
            frontier = change.frontier;
            table.extend(change.ranges);
            available.retain(|row| leave.iter().all(|gone| gone != *row));
            available.extend(come.iter());

            let mut known: Vec<i64> = table.iter().flat_map(|(last, first)| *first..=*last).collect();
            known.extend(frontier + 1..=issued);
            let distinct: BTreeSet<i64> = known.iter().copied().collect();
            assert_eq!(distinct, available);
            assert_eq!(distinct.len(), known.len(), "ranges overlap");
        }
    }

    #[test]
    fn taking_from_the_front_changes_one_range() {
        let stock = Stock { ranges: vec![(3, 50), (60, 70)], frontier: 70, issued: 500 };
        let change = stock.change(&stock.available().first(10), &Rows::default());
        assert_eq!(change, StockChange { frontier: 70, ranges: [(50, 13)].into_iter().collect() });
        let untouched = Stock { issued: 500, ..Stock::default() };
        let change = untouched.change(&untouched.available().first(10), &Rows::default());
        assert_eq!(change, StockChange { frontier: 10, ranges: BTreeMap::new() });
    }
}
