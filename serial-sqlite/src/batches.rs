//! Batches.

use rusqlite::{Connection, OptionalExtension, params};
use serial_core::{Answer, Batch, BatchId, BatchQuery, Direction, GroupId, Refusal, Slice, Start};

use crate::{
    encode::{self, BATCH_COLUMNS, read_batch},
    error::Failure,
    groups,
};

pub(crate) fn one(connection: &Connection, group: GroupId, id: BatchId) -> Result<Answer<Batch>, Failure> {
    let Some(number) = groups::exists(connection, group)? else {
        return Ok(Refusal::NoSuchGroup { group }.into());
    };
    Ok(match of_group(connection, number, id)? {
        Some(batch) => Answer::Done(batch),
        None => Refusal::NoSuchBatch { group, batch: id }.into(),
    })
}

/// A batch of a group that exists.
pub(crate) fn of_group(connection: &Connection, group: i64, id: BatchId) -> Result<Option<Batch>, Failure> {
    let Ok(id) = i64::try_from(id.0) else { return Ok(None) };
    let sql = format!("SELECT {BATCH_COLUMNS} FROM batches WHERE group_id = ?1 AND batch_id = ?2");
    connection.prepare_cached(&sql)?.query_row([group, id], |row| Ok(read_batch(row))).optional()?.transpose()
}

pub(crate) fn list(connection: &Connection, query: &BatchQuery) -> Result<Answer<Slice<Batch>>, Failure> {
    let gone = Refusal::NoSuchGroup { group: query.group };
    let Some(number) = groups::exists(connection, query.group)? else { return Ok(gone.into()) };
    let sql = "SELECT batches FROM groups WHERE group_id = ?1";
    let total: i64 = connection.prepare_cached(sql)?.query_row([number], |row| row.get(0))?;
    // Batches are numbered from 1 without a gap and are never deleted.
    let (order, first, last) = match (query.direction, query.start) {
        (Direction::OldestFirst, Start::Skip(rows)) => ("ASC", encode::signed(rows).saturating_add(1), total),
        (Direction::OldestFirst, Start::After(id)) => ("ASC", encode::signed(id.0).saturating_add(1), total),
        (Direction::NewestFirst, Start::Skip(rows)) => ("DESC", 1, total.saturating_sub(encode::signed(rows))),
        (Direction::NewestFirst, Start::After(id)) => ("DESC", 1, encode::signed(id.0) - 1),
    };
    let sql = format!(
        "SELECT {BATCH_COLUMNS} FROM batches WHERE group_id = ?1 AND batch_id BETWEEN ?2 AND ?3 \
         ORDER BY batch_id {order} LIMIT ?4"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![number, first, last, i64::from(query.size) + 1])?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        items.push(read_batch(row)?);
    }
    let more = items.len() as u64 > u64::from(query.size);
    items.truncate(query.size as usize);
    Ok(Answer::Done(Slice { items, more, total: query.counted.then_some(total.cast_unsigned()) }))
}
