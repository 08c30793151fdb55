//! Deleting references: they become tombstones, and their codes stay burned.

use std::ops::RangeInclusive;

use rusqlite::{Connection, params};
use serial_core::{DeletePlan, Deleted, RowId};

use crate::{
    encode::{MAX_ROWS, id_of},
    error::Failure,
    groups,
};

pub(crate) fn delete(connection: &Connection, plan: &DeletePlan) -> Result<Deleted, Failure> {
    let mut result = Deleted::default();
    for (group, rows) in &plan.targets {
        let Some(number) = groups::exists(connection, *group)? else {
            result.already_gone += rows.len();
            continue;
        };
        let mut deleted = 0;
        for range in rows.ranges() {
            deleted += delete_range(connection, number, range)?;
        }
        let sql = "UPDATE groups SET live = live - ?2 WHERE group_id = ?1";
        connection.prepare_cached(sql)?.execute(params![number, deleted.cast_signed()])?;
        let already_gone = rows.len().checked_sub(deleted);
        result.already_gone += already_gone.ok_or_else(|| Failure::corrupt("a group has more rows than places"))?;
        result.deleted += deleted;
    }
    Ok(result)
}

/// Deletes what is live of consecutive rows, and counts it.
fn delete_range(connection: &Connection, group: i64, rows: &RangeInclusive<RowId>) -> Result<u64, Failure> {
    if rows.start().0 > MAX_ROWS {
        return Ok(0);
    }
    let (first, last) = (id_of(group, rows.start().0), id_of(group, rows.end().0));
    let sql = "SELECT batch_id, (row_id - 1) / 1000, count(*) FROM \"references\" \
               WHERE id BETWEEN ?1 AND ?2 AND deleted = 0 GROUP BY 1, 2";
    let mut count = connection.prepare_cached(sql)?;
    let mut lower =
        connection.prepare_cached("UPDATE batches SET live = live - ?3 WHERE group_id = ?1 AND batch_id = ?2")?;
    let mut widen = connection.prepare_cached(
        "INSERT INTO gaps (group_id, block, deleted) VALUES (?1, ?2, ?3) \
         ON CONFLICT (group_id, block) DO UPDATE SET deleted = deleted + excluded.deleted",
    )?;
    let mut found = count.query([first, last])?;
    let mut deleted = 0;
    while let Some(row) = found.next()? {
        let (batch, block, count): (Option<i64>, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if let Some(batch) = batch {
            lower.execute([group, batch, count])?;
        }
        widen.execute([group, block, count])?;
        deleted += count.cast_unsigned();
    }
    if deleted > 0 {
        let sql = "UPDATE \"references\" SET deleted = 1 WHERE id BETWEEN ?1 AND ?2 AND deleted = 0";
        connection.prepare_cached(sql)?.execute([first, last])?;
    }
    Ok(deleted)
}
