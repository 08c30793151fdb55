//! What is in stock.

use rusqlite::{Connection, OptionalExtension};
use serial_core::{Answer, Inventory, Refusal, Within};

use crate::{
    batches,
    encode::{self, COUNTS, REFERENCE_COLUMNS, ids_of, read_counts, read_reference},
    error::Failure,
    groups,
    runs::{self, Ids},
};

pub(crate) fn inventory(connection: &Connection, within: Within) -> Result<Answer<Inventory>, Failure> {
    let Some(group) = within.group() else {
        let sums = COUNTS.map(|column| format!("coalesce(sum({column}), 0)")).join(", ");
        let sql = format!("SELECT {sums} FROM groups WHERE deleted = 0");
        let counts = connection.prepare_cached(&sql)?.query_row((), |row| Ok(read_counts(row, 0)))??;
        return Ok(Answer::Done(Inventory { counts, next: None }));
    };
    let Some(number) = groups::exists(connection, group)? else {
        return Ok(Refusal::NoSuchGroup { group }.into());
    };
    let columns = COUNTS.join(", ");
    let Some(id) = within.batch() else {
        let sql = format!("SELECT {columns} FROM groups WHERE group_id = ?1");
        let counts = connection.prepare_cached(&sql)?.query_row([number], |row| Ok(read_counts(row, 0)))??;
        let next = next(connection, &ids_of(number))?;
        return Ok(Answer::Done(Inventory { counts, next }));
    };
    let Some(batch) = batches::of_group(connection, number, id)? else {
        return Ok(Refusal::NoSuchBatch { group, batch: id }.into());
    };
    let sql = format!("SELECT {columns} FROM batches WHERE group_id = ?1 AND batch_id = ?2");
    let read = |row: &rusqlite::Row<'_>| Ok(read_counts(row, 0));
    let counts = connection.prepare_cached(&sql)?.query_row([number, id.0.cast_signed()], read)??;
    let next = next(connection, &encode::ids_of_batch(&batch))?;
    Ok(Answer::Done(Inventory { counts, next }))
}

/// The first reference that is available.
fn next(connection: &Connection, within: &Ids) -> Result<Option<serial_core::Reference>, Failure> {
    let Some(run) = runs::next(connection, within, 1)?.pop() else { return Ok(None) };
    let sql = format!("SELECT {REFERENCE_COLUMNS} FROM \"references\" AS r WHERE r.id = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_row([run.start()], |row| Ok(read_reference(row))).optional()?.transpose()
}
