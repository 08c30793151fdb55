//! Runs of available rows: which reference is claimed next, without looking at those that are not available.
//!
//! What was issued and never touched is one run per group, so that issuing changes one row here.

use std::ops::RangeInclusive;

use rusqlite::{Connection, OptionalExtension, params};

use crate::error::Failure;

/// The ids of consecutive rows of one group.
pub(crate) type Ids = RangeInclusive<i64>;

/// Adds rows that were just issued, behind all others of their group.
pub(crate) fn issued(connection: &Connection, ids: &Ids) -> Result<(), Failure> {
    let sql = "UPDATE available_runs SET last_id = ?2 WHERE last_id = ?1 - 1 AND first_id = \
               (SELECT max(first_id) FROM available_runs WHERE first_id < ?1)";
    if connection.prepare_cached(sql)?.execute([ids.start(), ids.end()])? == 0 {
        insert(connection, *ids.start(), *ids.end())?;
    }
    Ok(())
}

/// The runs of a range of ids, ascending, cut to it; at most so many rows in all.
pub(crate) fn next(connection: &Connection, within: &Ids, rows: u64) -> Result<Vec<Ids>, Failure> {
    let mut statement = connection.prepare_cached(OVERLAPPING)?;
    let mut found = statement.query([within.start(), within.end()])?;
    let (mut runs, mut left) = (Vec::new(), i64::try_from(rows).unwrap_or(i64::MAX));
    while left > 0
        && let Some(row) = found.next()?
    {
        let (first, last): (i64, i64) = (row.get(0)?, row.get(1)?);
        let first = first.max(*within.start());
        let last = last.min(*within.end()).min(first.saturating_add(left - 1));
        left -= last - first + 1;
        runs.push(first..=last);
    }
    Ok(runs)
}

/// Takes rows out, whether or not all of them are available.
pub(crate) fn take(connection: &Connection, ids: &Ids) -> Result<(), Failure> {
    let (start, end) = (*ids.start(), *ids.end());
    let runs: Vec<(i64, i64)> = {
        let mut statement = connection.prepare_cached(OVERLAPPING)?;
        let runs = statement.query_map([start, end], |row| Ok((row.get(0)?, row.get(1)?)))?;
        runs.collect::<rusqlite::Result<_>>()?
    };
    for (first, last) in runs {
        if first < start {
            let sql = "UPDATE available_runs SET last_id = ?2 WHERE first_id = ?1";
            connection.prepare_cached(sql)?.execute([first, start - 1])?;
        } else {
            remove(connection, first)?;
        }
        if last > end {
            insert(connection, end + 1, last)?;
        }
    }
    Ok(())
}

/// Puts rows back, all of which are available now.
pub(crate) fn give(connection: &Connection, ids: &Ids) -> Result<(), Failure> {
    take(connection, ids)?;
    let (mut first, mut last) = (*ids.start(), *ids.end());
    // Neighbours become one run. Between the rows of two groups there is always an id that no row has.
    let sql = "SELECT first_id FROM available_runs WHERE last_id = ?1 - 1 AND first_id = \
               (SELECT max(first_id) FROM available_runs WHERE first_id < ?1)";
    if let Some(before) = connection.prepare_cached(sql)?.query_row([first], |row| row.get(0)).optional()? {
        remove(connection, before)?;
        first = before;
    }
    let sql = "SELECT last_id FROM available_runs WHERE first_id = ?1 + 1";
    if let Some(after) = connection.prepare_cached(sql)?.query_row([last], |row| row.get(0)).optional()? {
        remove(connection, last + 1)?;
        last = after;
    }
    insert(connection, first, last)
}

/// The runs that have ids of a range, ascending; the one with its first id may begin before it.
const OVERLAPPING: &str = "SELECT first_id, last_id FROM available_runs \
     WHERE first_id BETWEEN coalesce((SELECT max(first_id) FROM available_runs WHERE first_id <= ?1), ?1) AND ?2 \
     AND last_id >= ?1 ORDER BY first_id";

fn insert(connection: &Connection, first: i64, last: i64) -> Result<(), Failure> {
    let sql = "INSERT INTO available_runs (first_id, last_id) VALUES (?1, ?2)";
    connection.prepare_cached(sql)?.execute(params![first, last])?;
    Ok(())
}

fn remove(connection: &Connection, first: i64) -> Result<(), Failure> {
    connection.prepare_cached("DELETE FROM available_runs WHERE first_id = ?1")?.execute([first])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::schema;

    fn all(connection: &Connection) -> Vec<Ids> {
        next(connection, &(0..=i64::MAX), u64::MAX).unwrap()
    }

    proptest! {
        #[test]
        fn runs_are_those_of_the_set(steps in prop::collection::vec((any::<bool>(), 1_i64..40, 1_i64..12), 1..40)) {
            let connection = Connection::open_in_memory().unwrap();
            schema::migrate(&connection).unwrap();
            let mut expected = BTreeSet::new();
            for (is_given, first, count) in steps {
                let ids = first..=first + count - 1;
                if is_given {
                    give(&connection, &ids).unwrap();
                    expected.extend(ids);
                } else {
                    take(&connection, &ids).unwrap();
                    expected.retain(|id| !ids.contains(id));
                }
                let runs = all(&connection);
                prop_assert!(runs.iter().cloned().flatten().eq(expected.iter().copied()), "{runs:?}");
                prop_assert!(runs.windows(2).all(|pair| pair[0].end() + 1 < *pair[1].start()), "{runs:?}");
                let some = next(&connection, &(10..=30), 5).unwrap();
                prop_assert!(some.into_iter().flatten().eq(expected.range(10..=30).copied().take(5)));
            }
        }
    }

    #[test]
    fn what_is_issued_one_after_the_other_is_one_run() {
        let connection = Connection::open_in_memory().unwrap();
        schema::migrate(&connection).unwrap();
        for ids in [1..=1, 2..=501, 502..=502] {
            issued(&connection, &ids).unwrap();
        }
        assert_eq!(all(&connection), [1..=502]);
        take(&connection, &(502..=502)).unwrap();
        issued(&connection, &(503..=600)).unwrap();
        assert_eq!(all(&connection), [1..=501, 503..=600]);
    }
}
