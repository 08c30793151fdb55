//! Finding the references whose codes have a term in them.

use std::ops::RangeInclusive;

use rusqlite::{Connection, Result, params};

/// Which references to look for: live ones whose code has the term in it, in any letter case.
pub(crate) struct Search<'a> {
    pub(crate) term: &'a str,
    /// All rows of the registry, those of a group, or those of a batch.
    pub(crate) ids: RangeInclusive<i64>,
    pub(crate) created_from: Option<&'a str>,
    pub(crate) created_before: Option<&'a str>,
    /// From the greatest id to the least.
    pub(crate) descending: bool,
    /// The last row of the page before.
    pub(crate) after: Option<i64>,
}

/// A row that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) id: i64,
    pub(crate) batch_id: Option<i64>,
    pub(crate) code: String,
    pub(crate) created_at: String,
}

pub(crate) fn note_issued(_: &Connection, _: i64, _: usize) -> Result<()> {
    Ok(())
}

pub(crate) fn page(conn: &Connection, search: &Search<'_>, limit: usize) -> Result<Vec<Found>> {
    let (mut first, mut last) = search.ids.clone().into_inner();
    match search.after {
        Some(after) if search.descending => last = last.min(after - 1),
        Some(after) => first = first.max(after + 1),
        None => {}
    }
    let order = if search.descending { "DESC" } else { "ASC" };
    let sql = format!(
        "SELECT id, batch_id, code, created_at FROM \"references\" WHERE id BETWEEN ?1 AND ?2 AND deleted = 0 \
         AND instr(lower(code), lower(?3)) > 0 AND (?4 IS NULL OR created_at >= ?4) AND (?5 IS NULL OR created_at < ?5) \
         AND (SELECT deleted FROM groups WHERE group_id = id >> 32) = 0 ORDER BY id {order} LIMIT ?6"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map(
        params![first, last, search.term, search.created_from, search.created_before, limit as i64],
        |row| Ok(Found { id: row.get(0)?, batch_id: row.get(1)?, code: row.get(2)?, created_at: row.get(3)? }),
    )?;
    rows.collect()
}

pub(crate) fn count(conn: &Connection, search: &Search<'_>) -> Result<u64> {
    Ok(page(conn, search, i64::MAX as usize)?.len() as u64)
}
