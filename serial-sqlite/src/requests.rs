//! What was done under a request id.

use rusqlite::{Connection, OptionalExtension, params};
use serial_core::{
    BatchId, Changed, ClaimId, Codes, Digest, GroupId, Name, Outcome, Repeated, Request, RequestId, RequestRecord,
    RowId,
};

use crate::{
    claims,
    encode::{id_of, read_moment, read_name},
    error::Failure,
    ledger::By,
};

pub(crate) fn one(connection: &Connection, id: RequestId) -> Result<Option<RequestRecord>, Failure> {
    let sql = "SELECT digest, kind, group_id, first_row, size, batch_id, claim_id, changed, unchanged, created_at \
               FROM requests WHERE request_id = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([id.to_string()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let digest: i64 = row.get(0)?;
    let number = |column: usize| row.get::<_, i64>(column).map(i64::cast_unsigned);
    let outcome = match row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)? {
        "append" => {
            let (group, first_row, size): (i64, u64, u64) = (row.get(2)?, number(3)?, number(4)?);
            let batch: Option<i64> = row.get(5)?;
            Outcome::Appended(Repeated {
                group: GroupId(group.cast_unsigned()),
                first_row: RowId(first_row),
                batch: batch.map(|batch| batch_name(connection, group, batch)).transpose()?,
                codes: codes(connection, group, first_row, size)?,
                created_at: read_moment(row.get_ref(9)?.as_str().map_err(rusqlite::Error::from)?)?,
            })
        }
        "claim" => {
            let claim = claims::record(connection, row.get(2)?, ClaimId(number(6)?))?;
            Outcome::Claimed(claim.ok_or_else(|| Failure::corrupt("the claim of a request is missing"))?)
        }
        "change" => Outcome::Changed(Changed { changed: number(7)?, left: number(8)? }),
        _ => return Err(Failure::corrupt("what was done under a request cannot be read")),
    };
    Ok(Some(RequestRecord { digest: Digest(digest.cast_unsigned()), outcome }))
}

/// What there is under the request id of a plan.
pub(crate) enum Earlier {
    Nothing,
    /// The same request was carried out.
    Same(Outcome),
    /// Another request was.
    Other,
}

pub(crate) fn earlier(connection: &Connection, request: Option<Request>) -> Result<Earlier, Failure> {
    let Some(request) = request else { return Ok(Earlier::Nothing) };
    Ok(match one(connection, request.id)? {
        None => Earlier::Nothing,
        Some(record) if record.digest == request.digest => Earlier::Same(record.outcome),
        Some(_) => Earlier::Other,
    })
}

pub(crate) fn add_append(
    connection: &Connection,
    request: Request,
    group: i64,
    first_row: u64,
    size: i64,
    batch: Option<i64>,
    by: &By,
) -> Result<(), Failure> {
    let sql = "INSERT INTO requests (request_id, digest, kind, group_id, first_row, size, batch_id, created_at) \
               VALUES (?1, ?2, 'append', ?3, ?4, ?5, ?6, ?7)";
    let (id, digest) = (request.id.to_string(), request.digest.0.cast_signed());
    let values = params![id, digest, group, first_row.cast_signed(), size, batch, by.at];
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

pub(crate) fn add_claim(
    connection: &Connection,
    request: Request,
    group: i64,
    claim: i64,
    by: &By,
) -> Result<(), Failure> {
    let sql = "INSERT INTO requests (request_id, digest, kind, group_id, claim_id, created_at) \
               VALUES (?1, ?2, 'claim', ?3, ?4, ?5)";
    let (id, digest) = (request.id.to_string(), request.digest.0.cast_signed());
    connection.prepare_cached(sql)?.execute(params![id, digest, group, claim, by.at])?;
    Ok(())
}

pub(crate) fn add_change(connection: &Connection, request: Request, result: Changed, by: &By) -> Result<(), Failure> {
    let sql = "INSERT INTO requests (request_id, digest, kind, changed, unchanged, created_at) \
               VALUES (?1, ?2, 'change', ?3, ?4, ?5)";
    let (id, digest) = (request.id.to_string(), request.digest.0.cast_signed());
    let values = params![id, digest, result.changed.cast_signed(), result.left.cast_signed(), by.at];
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(())
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
