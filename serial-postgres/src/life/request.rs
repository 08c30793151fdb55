//! What was done under request ids.

use serial_core::{
    BatchId, Changed, ClaimId, ClaimRecord, Codes, Digest, GroupId, Outcome, Repeated, Request, RequestId,
    RequestRecord, RowId, StoreError,
};
use tokio_postgres::Row;

use crate::{
    database::Database,
    life::claim,
    records::{self, number},
    session::{Statement, column},
    trouble::Trouble,
    values::{Moment, bits, integer, moment, optional_integer, unsigned, uuid},
};

const REQUEST: &str = "SELECT q.digest, q.group_id, q.first_row, q.size, q.batch_id, b.name, q.created_at, (SELECT \
                       string_agg(r.code, '' ORDER BY r.row_id) FROM serialref.\"references\" r WHERE r.group_id = \
                       q.group_id AND r.row_id >= q.first_row AND r.row_id < q.first_row + q.size), q.claim_id, \
                       q.changed, q.unchanged FROM serialref.requests q LEFT JOIN serialref.batches b ON b.group_id = \
                       q.group_id AND b.batch_id = q.batch_id WHERE q.request_id = $1";

pub(crate) fn request(id: RequestId) -> Statement<'static> {
    Statement::new(REQUEST, vec![uuid(id.0)])
}

/// Keeps what a claim or a change did.
pub(crate) fn keep(
    request: Request,
    at: serial_core::Timestamp,
    claim: Option<(GroupId, ClaimId)>,
    changed: Option<Changed>,
) -> Statement<'static> {
    Statement::new(
        "INSERT INTO serialref.requests (request_id, digest, group_id, claim_id, changed, unchanged, created_at) VALUES \
         ($1, $2, $3, $4, $5, $6, $7)",
        vec![
            uuid(request.id.0),
            integer(bits(request.digest.0)),
            optional_integer(claim.map(|(group, _)| bits(group.0))),
            optional_integer(claim.map(|(_, claim)| bits(claim.0))),
            optional_integer(changed.map(|changed| bits(changed.changed))),
            optional_integer(changed.map(|changed| bits(changed.left))),
            moment(at),
        ],
    )
}

/// What is kept under a request id; of a claim only which it was.
pub(crate) enum Kept {
    Appended(Repeated),
    Claimed(GroupId, ClaimId),
    Changed(Changed),
}

/// The digest, and what was done.
pub(crate) fn record(row: &Row) -> Result<(Digest, Kept), Trouble> {
    let digest = Digest(number(row, 0)?);
    if let Some(changed) = column::<Option<i64>>(row, 9)? {
        let changed = Changed { changed: unsigned(changed), left: number(row, 10)? };
        return Ok((digest, Kept::Changed(changed)));
    }
    let group = GroupId(number(row, 1)?);
    if let Some(claim) = column::<Option<i64>>(row, 8)? {
        return Ok((digest, Kept::Claimed(group, ClaimId(unsigned(claim)))));
    }
    let damaged = || Trouble::Final(StoreError::corrupt("the codes of a request are not all there any more"));
    let size = usize::try_from(number(row, 3)?).map_err(|_| damaged())?;
    let packed: String = column::<Option<String>>(row, 7)?.ok_or_else(damaged)?;
    let width = packed.len().checked_div(size).ok_or_else(damaged)?;
    let codes = Codes::from_packed(packed, width).filter(|codes| codes.len() == size).ok_or_else(damaged)?;
    let batch = match column::<Option<i64>>(row, 4)? {
        Some(id) => Some((BatchId(id.unsigned_abs()), records::name(row, 5)?)),
        None => None,
    };
    let first_row = RowId(number(row, 2)?);
    let created_at = column::<Moment>(row, 6)?.0;
    Ok((digest, Kept::Appended(Repeated { group, first_row, batch, codes, created_at })))
}

impl Database {
    pub(crate) async fn request(&self, id: RequestId) -> Result<Option<RequestRecord>, StoreError> {
        self.retry(|| self.look_at_request(id)).await
    }

    async fn look_at_request(&self, id: RequestId) -> Result<Option<RequestRecord>, Trouble> {
        let rows = self.reading().await?.finish(&[request(id)]).await?;
        let Some(row) = rows.iter().flatten().next() else { return Ok(None) };
        let (digest, kept) = record(row)?;
        let outcome = match kept {
            Kept::Appended(repeated) => Outcome::Appended(repeated),
            Kept::Changed(changed) => Outcome::Changed(changed),
            Kept::Claimed(group, claim) => Outcome::Claimed(self.claimed_before(group, claim).await?),
        };
        Ok(Some(RequestRecord { digest, outcome }))
    }

    /// The claim that was made under a request id, whatever became of its group.
    pub(crate) async fn claimed_before(&self, group: GroupId, id: ClaimId) -> Result<ClaimRecord, Trouble> {
        let rows = self.reading().await?.finish(&claim::look_at(group, id)).await?;
        let missing = || Trouble::Final(StoreError::corrupt("the claim of a request is not there any more"));
        claim::record(group, id, &rows)?.ok_or_else(missing)
    }
}
