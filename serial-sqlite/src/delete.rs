//! Deleting references: they become tombstones, and their codes stay burned.

use std::ops::RangeInclusive;

use rusqlite::Connection;
use serial_core::{DeletePlan, Deleted, RowId};

use crate::{
    encode::{MAX_ROWS, id_of},
    error::Failure,
    groups,
    ledger::{By, Ledger},
};

pub(crate) fn delete(connection: &Connection, plan: &DeletePlan) -> Result<Deleted, Failure> {
    let by = By::of(plan.at, &plan.cause)?;
    let mut result = Deleted::default();
    for (group, rows) in &plan.targets {
        let Some(number) = groups::exists(connection, *group)? else {
            result.already_gone += rows.len();
            continue;
        };
        let mut ledger = Ledger::open(connection, number)?;
        let mut deleted = 0;
        for range in rows.ranges() {
            deleted += delete_range(connection, &mut ledger, number, range, &by)?;
        }
        ledger.close()?;
        let already_gone = rows.len().checked_sub(deleted);
        result.already_gone += already_gone.ok_or_else(|| Failure::corrupt("a group has more rows than places"))?;
        result.deleted += deleted;
    }
    Ok(result)
}

/// Deletes what is live of consecutive rows, and counts it.
fn delete_range(
    connection: &Connection,
    ledger: &mut Ledger<'_>,
    group: i64,
    rows: &RangeInclusive<RowId>,
    by: &By,
) -> Result<u64, Failure> {
    if rows.start().0 > MAX_ROWS {
        return Ok(0);
    }
    let (first, last) = (id_of(group, rows.start().0), id_of(group, rows.end().0));
    let deleted = ledger.delete(&(first..=last), by)?;
    if deleted == 0 {
        return Ok(0);
    }
    let widen = "INSERT INTO gaps (group_id, block, deleted) \
                 SELECT ?1, (row_id - 1) / 1000, count(*) FROM \"references\" \
                 WHERE id BETWEEN ?2 AND ?3 AND deleted = 0 GROUP BY 2 \
                 ON CONFLICT (group_id, block) DO UPDATE SET deleted = deleted + excluded.deleted";
    connection.prepare_cached(widen)?.execute([group, first, last])?;
    let sql = "UPDATE \"references\" SET deleted = 1 WHERE id BETWEEN ?1 AND ?2 AND deleted = 0";
    connection.prepare_cached(sql)?.execute([first, last])?;
    Ok(deleted)
}
