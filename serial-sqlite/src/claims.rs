//! Claiming references.

use rusqlite::{Connection, OptionalExtension, params};
use serial_core::{
    Answer, BatchId, ClaimId, ClaimPlan, ClaimRecord, Claimed, GroupId, Name, Outcome, Refusal, Request, State,
    StoreError, Timestamp,
};

use crate::{
    batches,
    encode::{self, REFERENCE_COLUMNS, id_of, ids_of, place_of, read_moment, read_name, read_reference},
    error::Failure,
    expire, groups,
    ledger::{By, Ledger, position},
    requests::{self, Earlier},
    runs::{self, Ids},
};

/// A plan with everything it points to, so that another thread can carry it out.
pub(crate) struct Plan {
    request: Option<Request>,
    group: GroupId,
    batch: Option<BatchId>,
    count: u64,
    holder: Name,
    expires_at: Option<String>,
    at: Timestamp,
    by: By,
}

impl Plan {
    pub(crate) fn of(plan: &ClaimPlan<'_>) -> Result<Self, Failure> {
        Ok(Self {
            request: plan.request,
            group: plan.group,
            batch: plan.batch,
            count: plan.count,
            holder: plan.holder.clone(),
            expires_at: plan.expires_at.map(encode::moment).transpose()?,
            at: plan.at,
            by: By::of(plan.at, plan.cause)?,
        })
    }
}

pub(crate) fn claim(connection: &Connection, plan: &Plan) -> Result<Answer<Claimed>, Failure> {
    match requests::earlier(connection, plan.request)? {
        Earlier::Nothing => {}
        Earlier::Same(Outcome::Claimed(first)) => return Ok(Answer::Done(Claimed::Repeated(first))),
        Earlier::Same(_) | Earlier::Other => return Ok(Refusal::RequestMismatch.into()),
    }
    let Some(group) = groups::exists(connection, plan.group)? else {
        return Ok(Refusal::NoSuchGroup { group: plan.group }.into());
    };
    let within = match plan.batch {
        None => ids_of(group),
        Some(id) => match batches::of_group(connection, group, id)? {
            Some(batch) => encode::ids_of_batch(&batch),
            None => return Ok(Refusal::NoSuchBatch { group: plan.group, batch: id }.into()),
        },
    };
    if plan.count == 0 {
        return Err(StoreError::contract("a plan claims nothing").into());
    }
    let mut ledger = Ledger::open(connection, group)?;
    // Where the claim is refused, this is undone with everything else.
    expire::fall_back(connection, &mut ledger, group, plan.at)?;
    let taken = runs::next(connection, &within, plan.count)?;
    let available = taken.iter().map(|ids| (ids.end() - ids.start() + 1).cast_unsigned()).sum();
    if available < plan.count {
        return Ok(Refusal::TooFewAvailable { available }.into());
    }
    let id = add(connection, plan, group, &taken)?;
    for ids in &taken {
        let before = ledger.bring(ids, State::Allocated, Some(id), &plan.by)?;
        if before[position(State::Available)] != ids.end() - ids.start() + 1 {
            return Err(Failure::corrupt(
                "references are kept as available and are not; restore the store from a backup",
            ));
        }
    }
    ledger.close()?;
    if let Some(request) = plan.request {
        requests::add_claim(connection, request, group, id, &plan.by)?;
    }
    let sql = "SELECT available FROM groups WHERE group_id = ?1";
    let available: i64 = connection.prepare_cached(sql)?.query_row([group], |row| row.get(0))?;
    match record(connection, group, ClaimId(id.cast_unsigned()))? {
        Some(claim) => Ok(Answer::Done(Claimed::New { claim, available: available.cast_unsigned() })),
        None => Err(Failure::corrupt("a claim vanished while it was made")),
    }
}

/// Writes the claim itself, and gives its number.
fn add(connection: &Connection, plan: &Plan, group: i64, taken: &[Ids]) -> Result<i64, Failure> {
    let sql = "UPDATE groups SET claims = claims + 1 WHERE group_id = ?1 RETURNING claims";
    let id: i64 = connection.prepare_cached(sql)?.query_row([group], |row| row.get(0))?;
    let sql = "INSERT INTO claims (group_id, claim_id, holder, claimed_at, expires_at, size) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let values = params![group, id, plan.holder.as_str(), plan.by.at, plan.expires_at, plan.count.cast_signed()];
    connection.prepare_cached(sql)?.execute(values)?;
    let sql = "INSERT INTO claim_rows (group_id, claim_id, first_row, last_row) VALUES (?1, ?2, ?3, ?4)";
    let mut add = connection.prepare_cached(sql)?;
    let row = |id: i64| place_of(id).1.0.cast_signed();
    for ids in taken {
        add.execute([group, id, row(*ids.start()), row(*ids.end())])?;
    }
    Ok(id)
}

/// A claim of a group that exists.
pub(crate) fn one(connection: &Connection, group: GroupId, claim: ClaimId) -> Result<Answer<ClaimRecord>, Failure> {
    let Some(number) = groups::exists(connection, group)? else {
        return Ok(Refusal::NoSuchGroup { group }.into());
    };
    Ok(match record(connection, number, claim)? {
        Some(record) => Answer::Done(record),
        None => Refusal::NoSuchClaim { group, claim }.into(),
    })
}

/// Whether a group has a claim.
pub(crate) fn exists(connection: &Connection, group: i64, claim: ClaimId) -> Result<bool, Failure> {
    let sql = "SELECT 1 FROM claims WHERE group_id = ?1 AND claim_id = ?2";
    Ok(connection.prepare_cached(sql)?.exists([group, encode::signed(claim.0)])?)
}

/// A claim with its references as they are now, whatever became of them and of their group.
pub(crate) fn record(connection: &Connection, group: i64, claim: ClaimId) -> Result<Option<ClaimRecord>, Failure> {
    let Ok(number) = i64::try_from(claim.0) else { return Ok(None) };
    let sql = "SELECT holder, claimed_at, expires_at, size FROM claims WHERE group_id = ?1 AND claim_id = ?2";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
    let found = connection.prepare_cached(sql)?.query_row([group, number], read).optional()?;
    let Some((holder, claimed_at, expires_at, size)) = found else { return Ok(None) };
    let (claimed_at, expires_at, size): (String, Option<String>, i64) = (claimed_at, expires_at, size);
    let sql = format!(
        "SELECT {REFERENCE_COLUMNS} FROM claim_rows AS c \
         CROSS JOIN \"references\" AS r ON r.id BETWEEN (?1 << 32) + c.first_row AND (?1 << 32) + c.last_row \
         WHERE c.group_id = ?1 AND c.claim_id = ?2 ORDER BY c.first_row, r.id"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([group, number])?;
    let mut references = Vec::new();
    while let Some(row) = rows.next()? {
        references.push(read_reference(row)?);
    }
    if i64::try_from(references.len()) != Ok(size) {
        return Err(Failure::corrupt("references of a claim are missing; restore the store from a backup"));
    }
    Ok(Some(ClaimRecord {
        group: place_of(id_of(group, 0)).0,
        id: claim,
        holder: read_name(holder)?,
        claimed_at: read_moment(&claimed_at)?,
        expires_at: expires_at.as_deref().map(read_moment).transpose()?,
        references,
    }))
}
