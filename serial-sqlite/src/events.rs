//! Reading what happened.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serial_core::{
    Answer, Cause, Change, ChangeParts, Direction, Event, EventId, EventQuery, GroupId, Refusal, Slice, Start,
};

use crate::{
    encode::{self, MAX_ROWS, group_number, id_of, number, read_moment},
    error::Failure,
};

pub(crate) fn list(connection: &Connection, query: &EventQuery) -> Result<Answer<Slice<Event>>, Failure> {
    let gone = Refusal::NoSuchGroup { group: query.group };
    let Some(group) = group_number(query.group) else { return Ok(gone.into()) };
    // Deleted groups keep their events.
    let sql = "SELECT events FROM groups WHERE group_id = ?1";
    let newest: Option<i64> = connection.prepare_cached(sql)?.query_row([group], |row| row.get(0)).optional()?;
    let Some(newest) = newest else { return Ok(gone.into()) };
    match query.row {
        None => all(connection, query, group, newest),
        Some(row) if row.0 > MAX_ROWS => {
            Ok(Slice { items: Vec::new(), more: false, total: query.counted.then_some(0) })
        }
        Some(row) => of_reference(connection, query, group, row.0),
    }
    .map(Answer::Done)
}

const COLUMNS: &str =
    "group_id, event_id, at, kind, row_id, count, number, setting, old_value, new_value, actor, reason, note";

/// Events are numbered from 1 without a gap.
fn all(connection: &Connection, query: &EventQuery, group: i64, newest: i64) -> Result<Slice<Event>, Failure> {
    let (order, first, last) = match (query.direction, query.start) {
        (Direction::OldestFirst, Start::Skip(rows)) => ("ASC", encode::signed(rows).saturating_add(1), newest),
        (Direction::OldestFirst, Start::After(id)) => ("ASC", encode::signed(id.0).saturating_add(1), newest),
        (Direction::NewestFirst, Start::Skip(rows)) => ("DESC", 1, newest.saturating_sub(encode::signed(rows))),
        (Direction::NewestFirst, Start::After(id)) => ("DESC", 1, encode::signed(id.0) - 1),
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM events WHERE group_id = ?1 AND event_id BETWEEN ?2 AND ?3 ORDER BY event_id {order} LIMIT ?4"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query(params![group, first, last, i64::from(query.size) + 1])?;
    slice(rows, query.size, query.counted.then_some(newest.cast_unsigned()))
}

/// The events of one reference, of which the issue of its batch is one.
fn of_reference(connection: &Connection, query: &EventQuery, group: i64, row: u64) -> Result<Slice<Event>, Failure> {
    let id = id_of(group, row);
    let sql = "SELECT (b.group_id << 32) + b.first_row FROM \"references\" AS r \
               JOIN batches AS b ON b.group_id = r.group_id AND b.batch_id = r.batch_id WHERE r.id = ?1";
    let issued: Option<i64> = connection.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?;
    let issued = issued.unwrap_or(id);
    let (order, beyond, after, offset) = match (query.direction, query.start) {
        (Direction::OldestFirst, Start::Skip(rows)) => ("ASC", '>', 0, encode::signed(rows)),
        (Direction::OldestFirst, Start::After(id)) => ("ASC", '>', encode::signed(id.0), 0),
        (Direction::NewestFirst, Start::Skip(rows)) => ("DESC", '<', i64::MAX, encode::signed(rows)),
        (Direction::NewestFirst, Start::After(id)) => ("DESC", '<', encode::signed(id.0), 0),
    };
    let total = if query.counted {
        let sql = format!("SELECT count(*) {OF_REFERENCE}");
        Some(connection.prepare_cached(&sql)?.query_row([id, issued], |row| row.get::<_, i64>(0))?)
    } else {
        None
    };
    let sql = format!(
        "SELECT {COLUMNS} {OF_REFERENCE} AND event_id {beyond} ?3 ORDER BY event_id {order} LIMIT ?4 OFFSET ?5"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query(params![id, issued, after, i64::from(query.size) + 1, offset])?;
    slice(rows, query.size, total.map(i64::cast_unsigned))
}

const OF_REFERENCE: &str = "FROM events INDEXED BY events_of_references \
     WHERE id IN (?1, ?2) AND (id = ?1 OR kind = 'issued')";

/// A page of which one row more was read, to see whether there is one.
fn slice(mut rows: rusqlite::Rows<'_>, size: u32, total: Option<u64>) -> Result<Slice<Event>, Failure> {
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        items.push(read(row)?);
    }
    let more = items.len() as u64 > u64::from(size);
    items.truncate(size as usize);
    Ok(Slice { items, more, total })
}

fn read(row: &Row<'_>) -> Result<Event, Failure> {
    let number_at = |column: usize| Ok::<_, Failure>(row.get::<_, Option<i64>>(column)?.map(i64::cast_unsigned));
    let text = |column: usize| row.get::<_, Option<String>>(column);
    let parts = ChangeParts {
        kind: row.get::<_, String>(3)?.into(),
        row: number_at(4)?,
        count: number_at(5)?,
        number: number_at(6)?,
        setting: text(7)?.map(Into::into),
        from: text(8)?,
        to: text(9)?,
    };
    let unreadable = || Failure::corrupt("a stored event cannot be read; restore the store from a backup");
    let change = Change::from_parts(&parts).ok_or_else(unreadable)?;
    let (actor, reason, note) = (text(10)?, text(11)?, text(12)?);
    let cause = Cause::new(actor.as_deref(), reason.as_deref(), note.as_deref()).map_err(|_| unreadable())?;
    let at = read_moment(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?)?;
    Ok(Event::new(GroupId(number(row, 0)?), EventId(number(row, 1)?), at, change, cause))
}
