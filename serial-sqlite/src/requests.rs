//! What was issued under a request id.

use rusqlite::{Connection, OptionalExtension, params};
use serial_core::{BatchId, Codes, Digest, GroupId, Name, Repeated, RequestId, RequestRecord, RowId};

use crate::{
    encode::{id_of, read_moment, read_name},
    error::Failure,
};

pub(crate) fn one(connection: &Connection, id: RequestId) -> Result<Option<RequestRecord>, Failure> {
    let sql = "SELECT digest, group_id, first_row, size, batch_id, created_at FROM requests WHERE request_id = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([id.to_string()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let digest: i64 = row.get(0)?;
    let (group, first_row, size): (i64, i64, i64) = (row.get(1)?, row.get(2)?, row.get(3)?);
    let batch: Option<i64> = row.get(4)?;
    let result = Repeated {
        group: GroupId(group.cast_unsigned()),
        first_row: RowId(first_row.cast_unsigned()),
        batch: batch.map(|batch| batch_name(connection, group, batch)).transpose()?,
        codes: codes(connection, group, first_row.cast_unsigned(), size.cast_unsigned())?,
        created_at: read_moment(row.get_ref(5)?.as_str().map_err(rusqlite::Error::from)?)?,
    };
    Ok(Some(RequestRecord { digest: Digest(digest.cast_unsigned()), result }))
}

fn batch_name(connection: &Connection, group: i64, batch: i64) -> Result<(BatchId, Name), Failure> {
    let sql = "SELECT name FROM batches WHERE group_id = ?1 AND batch_id = ?2";
    let name = connection.prepare_cached(sql)?.query_row([group, batch], |row| row.get(0)).optional()?;
    let name = name.ok_or_else(|| Failure::corrupt("the batch of a request is missing"))?;
    Ok((BatchId(batch.cast_unsigned()), read_name(name)?))
}

/// The codes of consecutive rows, deleted ones too.
fn codes(connection: &Connection, group: i64, first_row: u64, size: u64) -> Result<Codes, Failure> {
    let sql = "SELECT code FROM \"references\" WHERE id BETWEEN ?1 AND ?2 ORDER BY id";
    let mut statement = connection.prepare_cached(sql)?;
    let last_row = first_row.saturating_add(size).saturating_sub(1);
    let mut rows = statement.query(params![id_of(group, first_row), id_of(group, last_row)])?;
    let (mut packed, mut width, mut count) = (String::new(), 0, 0);
    while let Some(row) = rows.next()? {
        let code = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        width = code.len();
        packed.push_str(code);
        count += 1;
    }
    match Codes::from_packed(packed, width) {
        Some(codes) if count == size && codes.len() as u64 == size => Ok(codes),
        _ => Err(Failure::corrupt("codes of a request are missing; restore the store from a backup")),
    }
}
