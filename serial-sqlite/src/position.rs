//! Finding the row where a page begins without going through the rows before it.

use std::ops::RangeInclusive;

use rusqlite::{Connection, OptionalExtension, params};

use crate::{encode::id_of, error::Failure};

/// Rows in a block of the table `gaps`.
const BLOCK: u64 = 1000;

/// The id of the live row that has `index` live ones before it among consecutive rows of a group.
///
/// Where nothing was deleted it is found by counting alone; the table `gaps` tells where something was.
pub(crate) fn row_at(
    connection: &Connection,
    group: i64,
    rows: RangeInclusive<u64>,
    index: u64,
) -> Result<Option<i64>, Failure> {
    let (mut next, last) = (*rows.start().max(&1), *rows.end());
    let mut index = index;
    let sql = "SELECT block, deleted FROM gaps WHERE group_id = ?1 AND block BETWEEN ?2 AND ?3 ORDER BY block";
    let mut statement = connection.prepare_cached(sql)?;
    let block_of = |row: u64| ((row - 1) / BLOCK).cast_signed();
    let mut gaps = statement.query(params![group, block_of(next), block_of(last)])?;
    while let Some(gap) = gaps.next()? {
        let (block, deleted): (i64, i64) = (gap.get(0)?, gap.get(1)?);
        let first_in_block = block.cast_unsigned() * BLOCK + 1;
        let before = first_in_block.saturating_sub(next);
        if index < before {
            break;
        }
        index -= before;
        next = next.max(first_in_block);
        let end = (first_in_block + BLOCK - 1).min(last);
        let is_whole = next == first_in_block && end == first_in_block + BLOCK - 1;
        let live = if is_whole {
            let live = BLOCK.checked_sub(deleted.cast_unsigned());
            live.ok_or_else(|| Failure::corrupt("more rows are deleted than there are"))?
        } else {
            live_between(connection, group, next, end)?
        };
        if index < live {
            return nth_live(connection, group, next, end, index);
        }
        index -= live;
        next = end + 1;
    }
    // From here on every row is live.
    let row = next.saturating_add(index);
    Ok((row <= last).then(|| id_of(group, row)))
}

fn live_between(connection: &Connection, group: i64, first: u64, last: u64) -> Result<u64, Failure> {
    let sql = "SELECT count(*) FROM \"references\" WHERE id BETWEEN ?1 AND ?2 AND deleted = 0";
    let count: i64 =
        connection.prepare_cached(sql)?.query_row([id_of(group, first), id_of(group, last)], |row| row.get(0))?;
    Ok(count.cast_unsigned())
}

fn nth_live(connection: &Connection, group: i64, first: u64, last: u64, index: u64) -> Result<Option<i64>, Failure> {
    let sql = "SELECT id FROM \"references\" WHERE id BETWEEN ?1 AND ?2 AND deleted = 0 ORDER BY id LIMIT 1 OFFSET ?3";
    let values = params![id_of(group, first), id_of(group, last), index.cast_signed()];
    Ok(connection.prepare_cached(sql)?.query_row(values, |row| row.get(0)).optional()?)
}
