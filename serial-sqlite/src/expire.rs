//! Claims whose time is over, and what a claim holds.

use rusqlite::{Connection, params};
use serial_core::{Answer, GroupId, Refusal, State, Timestamp};

use crate::{
    error::Failure,
    groups,
    ledger::{By, Ledger},
    runs::Ids,
};

pub(crate) fn expire(connection: &Connection, group: GroupId, at: Timestamp) -> Result<Answer<u64>, Failure> {
    let Some(number) = groups::exists(connection, group)? else {
        return Ok(Refusal::NoSuchGroup { group }.into());
    };
    let mut ledger = Ledger::open(connection, number)?;
    let fallen = fall_back(connection, &mut ledger, number, at)?;
    ledger.close()?;
    Ok(Answer::Done(fallen))
}

/// Brings back to Available what is still allocated by claims that expire at a moment or before, and counts it.
pub(crate) fn fall_back(
    connection: &Connection,
    ledger: &mut Ledger<'_>,
    group: i64,
    at: Timestamp,
) -> Result<u64, Failure> {
    let by = By::expiry(at)?;
    let sql = "SELECT claim_id FROM claims \
               WHERE group_id = ?1 AND expires_at IS NOT NULL AND is_over = 0 AND expires_at <= ?2";
    let over: Vec<i64> = {
        let mut statement = connection.prepare_cached(sql)?;
        let claims = statement.query_map(params![group, by.at], |row| row.get(0))?;
        claims.collect::<rusqlite::Result<_>>()?
    };
    if over.is_empty() {
        return Ok(0);
    }
    let mut fallen = Vec::new();
    // A claim never comes to hold anything again, so that each is looked at once.
    let end = "UPDATE claims SET is_over = 1 WHERE group_id = ?1 AND claim_id = ?2";
    for claim in over {
        fallen.extend(held(connection, group, claim)?);
        connection.prepare_cached(end)?.execute([group, claim])?;
    }
    fallen.sort_unstable();
    let count = fallen.len() as u64;
    for ids in ranges(fallen) {
        ledger.bring(&ids, State::Available, None, &by)?;
    }
    Ok(count)
}

/// The ids of the live references that a claim still holds, ascending.
pub(crate) fn held(connection: &Connection, group: i64, claim: i64) -> Result<Vec<i64>, Failure> {
    let sql = "SELECT r.id FROM claim_rows AS c \
               CROSS JOIN \"references\" AS r ON r.id BETWEEN (?1 << 32) + c.first_row AND (?1 << 32) + c.last_row \
               WHERE c.group_id = ?1 AND c.claim_id = ?2 AND r.claim_id = ?2 AND r.deleted = 0 \
               ORDER BY c.first_row, r.id";
    let mut statement = connection.prepare_cached(sql)?;
    let ids = statement.query_map([group, claim], |row| row.get(0))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// Ascending ids as ranges of consecutive ones.
pub(crate) fn ranges(ids: impl IntoIterator<Item = i64>) -> Vec<Ids> {
    let mut ranges: Vec<Ids> = Vec::new();
    for id in ids {
        match ranges.last_mut() {
            Some(last) if *last.end() + 1 == id => *last = *last.start()..=id,
            _ => ranges.push(id..=id),
        }
    }
    ranges
}
