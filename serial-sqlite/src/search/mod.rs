//! Finding the references whose codes have a term in them.
//!
//! The codes are indexed by their trigrams. A row that was issued is first only noted as pending; when enough of them
//! have come together, they become a *segment*: its rows in order of id, cut into blocks of 16, and for each trigram
//! the list of the blocks that have it. A search looks up the blocks that have all trigrams of the term and tests the
//! codes in them; pending rows are tested one and all.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "rows, blocks and bytes of a segment are bounded, and bytes are cut off numbers on purpose"
)]

use std::ops::{ControlFlow, RangeInclusive};

use rusqlite::{CachedStatement, Connection, OptionalExtension as _, Result, params};

mod index;
mod postings;
mod segment;

pub(crate) use index::note_issued;

/// So many rows are looked at before the index is: terms that are common and small groups need no more.
const FIRST_LOOK: i64 = 1024;

/// No code is longer than this.
const MAX_CODE: usize = 129;

/// Which references to look for: live ones whose code has the term in it, in any letter case.
pub(crate) struct Search<'a> {
    pub(crate) term: &'a str,
    /// All rows of the registry, those of a group, or those of a batch.
    pub(crate) ids: RangeInclusive<i64>,
    pub(crate) created_from: Option<&'a str>,
    pub(crate) created_before: Option<&'a str>,
    /// The number of a state.
    pub(crate) state: Option<u8>,
    pub(crate) value: Option<&'a Having>,
    /// From the greatest id to the least.
    pub(crate) descending: bool,
    /// The last row of the page before.
    pub(crate) after: Option<i64>,
}

/// The value that references have in a field, as their own or because it is the default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Having {
    pub(crate) field: i64,
    pub(crate) value: String,
    pub(crate) default: String,
}

impl Having {
    /// Whether it is the value of those that were given none.
    pub(crate) fn is_default(&self) -> bool {
        self.value == self.default
    }
}

/// A row that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) id: i64,
    pub(crate) batch_id: Option<i64>,
    pub(crate) code: String,
    pub(crate) created_at: String,
    pub(crate) state_number: i64,
    pub(crate) claim_id: Option<i64>,
}

/// The next rows of a search, at most `limit`.
pub(crate) fn page(conn: &Connection, search: &Search<'_>, limit: usize) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    if limit == 0 {
        return Ok(found);
    }
    for_each(conn, search, |row| {
        found.push(Found {
            id: row.get(0)?,
            batch_id: row.get(1)?,
            code: row.get(2)?,
            created_at: row.get(3)?,
            state_number: row.get(4)?,
            claim_id: row.get(5)?,
        });
        Ok(if found.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    Ok(found)
}

/// How many rows a search has in all, those of earlier pages too.
pub(crate) fn count(conn: &Connection, search: &Search<'_>) -> Result<u64> {
    let mut found = 0;
    for_each(conn, &Search { ids: search.ids.clone(), after: None, descending: false, ..*search }, |_| {
        found += 1;
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

/// Shows the rows of a search one after the other until `visit` has seen enough.
fn for_each(
    conn: &Connection,
    search: &Search<'_>,
    visit: impl FnMut(&rusqlite::Row<'_>) -> Result<ControlFlow<()>>,
) -> Result<()> {
    for_each_with(conn, search, FIRST_LOOK, visit)
}

fn for_each_with(
    conn: &Connection,
    search: &Search<'_>,
    first: i64,
    visit: impl FnMut(&rusqlite::Row<'_>) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let ids = remaining(search);
    if ids.is_empty() || search.term.len() > MAX_CODE {
        return Ok(());
    }
    let mut scan = Scan::new(conn, search, visit)?;
    let Some(trigrams) = postings::trigrams_of(search.term) else {
        return scan.run(ids).map(drop);
    };
    let (look, rest) = first_look(conn, ids, first, search.descending)?;
    if scan.run(look)?.is_break() {
        return Ok(());
    }
    let Some(rest) = rest else { return Ok(()) };
    for part in index::parts(conn, &rest, search.descending)? {
        for run in part.runs_with(conn, &trigrams, &rest, search.descending)? {
            if scan.groups.is_live(*run.start())? && scan.run(run)?.is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The ids that later pages can have.
fn remaining(search: &Search<'_>) -> RangeInclusive<i64> {
    let (&first, &last) = (search.ids.start(), search.ids.end());
    match search.after {
        None => first..=last,
        Some(after) if search.descending => first..=last.min(after.saturating_sub(1)),
        Some(after) => first.max(after.saturating_add(1))..=last,
    }
}

/// Cuts off the first rows of a range; there is no rest where it has no more rows than that.
fn first_look(
    conn: &Connection,
    ids: RangeInclusive<i64>,
    rows: i64,
    descending: bool,
) -> Result<(RangeInclusive<i64>, Option<RangeInclusive<i64>>)> {
    let sql = if descending {
        r#"SELECT id FROM "references" WHERE id BETWEEN ?1 AND ?2 ORDER BY id DESC LIMIT 1 OFFSET ?3"#
    } else {
        r#"SELECT id FROM "references" WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT 1 OFFSET ?3"#
    };
    let (first, last) = ids.into_inner();
    let beyond: Option<i64> = conn.prepare_cached(sql)?.query_row([first, last, rows], |row| row.get(0)).optional()?;
    Ok(match beyond {
        None => (first..=last, None),
        Some(id) if descending => (id + 1..=last, Some(first..=id)),
        Some(id) => (first..=id - 1, Some(id..=last)),
    })
}

/// Tests the codes of rows.
struct Scan<'a, V> {
    statement: CachedStatement<'a>,
    term: String,
    search: &'a Search<'a>,
    groups: Groups<'a>,
    visit: V,
}

impl<'a, V: FnMut(&rusqlite::Row<'_>) -> Result<ControlFlow<()>>> Scan<'a, V> {
    fn new(conn: &'a Connection, search: &'a Search<'a>, visit: V) -> Result<Self> {
        let statement = conn.prepare_cached(if search.descending { DESCENDING } else { ASCENDING })?;
        Ok(Self { statement, term: escaped(search.term), search, groups: Groups::new(conn)?, visit })
    }

    fn run(&mut self, ids: RangeInclusive<i64>) -> Result<ControlFlow<()>> {
        let Search { created_from, created_before, state, value, .. } = self.search;
        let (field, default) = value.map(|having| (having.field, &having.default)).unzip();
        let value = value.map(|having| &having.value);
        let values =
            params![ids.start(), ids.end(), self.term, created_from, created_before, state, field, default, value];
        let mut rows = self.statement.query(values)?;
        while let Some(row) = rows.next()? {
            if self.groups.is_live(row.get(0)?)? && (self.visit)(row)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

const ASCENDING: &str = r#"
    SELECT id, batch_id, code, created_at, state_number, claim_id FROM "references" AS r
    WHERE id BETWEEN ?1 AND ?2 AND code LIKE '%' || ?3 || '%' ESCAPE '\' AND deleted = 0
        AND (?4 IS NULL OR created_at >= ?4) AND (?5 IS NULL OR created_at < ?5)
        AND (?6 IS NULL OR state_number = ?6)
        AND (?7 IS NULL OR ?9 = coalesce(
            (SELECT v.value FROM field_values AS v WHERE v.id = r.id AND v.field_id = ?7), ?8))
    ORDER BY id"#;

const DESCENDING: &str = r#"
    SELECT id, batch_id, code, created_at, state_number, claim_id FROM "references" AS r
    WHERE id BETWEEN ?1 AND ?2 AND code LIKE '%' || ?3 || '%' ESCAPE '\' AND deleted = 0
        AND (?4 IS NULL OR created_at >= ?4) AND (?5 IS NULL OR created_at < ?5)
        AND (?6 IS NULL OR state_number = ?6)
        AND (?7 IS NULL OR ?9 = coalesce(
            (SELECT v.value FROM field_values AS v WHERE v.id = r.id AND v.field_id = ?7), ?8))
    ORDER BY id DESC"#;

/// The term as LIKE takes it literally.
///
/// A statement whose LIKE has nothing but a parameter beside it is prepared anew whenever that is bound, which takes
/// longer than testing a block; hence the percent signs stand in the statement.
fn escaped(term: &str) -> String {
    let mut escaped = String::with_capacity(2 * term.len());
    for symbol in term.chars() {
        if matches!(symbol, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(symbol);
    }
    escaped
}

/// Knows which groups are live; the rows of the others are never shown.
struct Groups<'a> {
    statement: CachedStatement<'a>,
    last: Option<(i64, bool)>,
}

impl<'a> Groups<'a> {
    fn new(conn: &'a Connection) -> Result<Self> {
        let statement = conn.prepare_cached("SELECT deleted = 0 FROM groups WHERE group_id = ?1")?;
        Ok(Self { statement, last: None })
    }

    /// Whether the group of a row is. Rows come group by group, so it is enough to remember one.
    fn is_live(&mut self, id: i64) -> Result<bool> {
        let group = id >> 32;
        if let Some((known, live)) = self.last
            && known == group
        {
            return Ok(live);
        }
        let live = self.statement.query_row([group], |row| row.get(0)).optional()?.unwrap_or(false);
        self.last = Some((group, live));
        Ok(live)
    }
}

#[cfg(test)]
mod tests;
