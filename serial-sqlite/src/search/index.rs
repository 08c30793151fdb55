//! The tables of the index: rows that wait, and the segments made from them.

use std::{mem, ops::RangeInclusive};

use rusqlite::{Connection, OptionalExtension as _, Result, params};

use super::{
    MAX_CODE,
    postings::{BLOCK, Blocks, Codes, TRIGRAM_BITS, Trigram},
    segment::{Run, Runs, corrupt, in_one_group, length},
};

/// When segments are made, and how large.
#[derive(Clone, Copy)]
pub(super) struct Sizes {
    /// So many rows are pending at most. Every search tests them all; more and smaller segments are slower as well.
    pub(super) pending: i64,
    /// So many runs are pending at most: a search begins anew for each of them.
    pub(super) runs: i64,
    /// Most rows of a segment.
    pub(super) segment: usize,
}

pub(super) const SIZES: Sizes = Sizes { pending: 1 << 13, runs: 1 << 11, segment: 1 << 16 };

/// Notes that `count` rows from `first_id` on were written, in the transaction that wrote them, and indexes what has
/// come together.
pub(crate) fn note_issued(conn: &Connection, first_id: i64, count: usize) -> Result<()> {
    note_issued_with(conn, first_id, count, SIZES)
}

pub(super) fn note_issued_with(conn: &Connection, first_id: i64, count: usize, sizes: Sizes) -> Result<()> {
    if count == 0 {
        return Ok(());
    }
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let longer = "
        UPDATE search_pending SET count = count + ?2
        WHERE first_id = (SELECT max(first_id) FROM search_pending WHERE first_id < ?1) AND first_id + count = ?1";
    if conn.prepare_cached(longer)?.execute([first_id, count])? == 0 {
        let more = "INSERT INTO search_pending (first_id, count) VALUES (?1, ?2)";
        conn.prepare_cached(more)?.execute([first_id, count])?;
    }
    conn.prepare_cached("UPDATE search_pending SET count = count + ?1 WHERE first_id = 0")?.execute([count])?;
    let (rows, runs): (i64, i64) = conn
        .prepare_cached("SELECT count, (SELECT count(*) FROM search_pending) FROM search_pending WHERE first_id = 0")?
        .query_row((), |row| Ok((row.get(0)?, row.get(1)?)))?;
    if rows < sizes.pending && runs <= sizes.runs { Ok(()) } else { index_pending(conn, sizes.segment) }
}

/// Makes segments of all pending rows, of about the same size.
fn index_pending(conn: &Connection, most: usize) -> Result<()> {
    let pending = pending_in(conn, &(i64::MIN..=i64::MAX))?;
    let rows = pending.iter().map(length).fold(0, usize::saturating_add);
    let rows_of_each = rows.div_ceil(rows.div_ceil(most).max(1));
    let (mut runs, mut room) = (Runs::default(), rows_of_each);
    for mut run in pending {
        while length(&run) >= room {
            let next = run.start() + room as i64;
            runs.0.push(*run.start()..=next - 1);
            make_segment(conn, &mem::take(&mut runs))?;
            run = next..=*run.end();
            room = rows_of_each;
        }
        if !run.is_empty() {
            room -= length(&run);
            runs.0.push(run);
        }
    }
    make_segment(conn, &runs)?;
    conn.prepare_cached("DELETE FROM search_pending WHERE first_id > 0")?.execute(())?;
    conn.prepare_cached("UPDATE search_pending SET count = 0 WHERE first_id = 0")?.execute(())?;
    Ok(())
}

fn make_segment(conn: &Connection, runs: &Runs) -> Result<()> {
    let Some(span) = runs.span() else { return Ok(()) };
    let mut codes = Codes::default();
    let mut select = conn.prepare_cached(r#"SELECT code FROM "references" WHERE id BETWEEN ?1 AND ?2 ORDER BY id"#)?;
    for run in &runs.0 {
        let before = codes.len();
        let mut rows = select.query([run.start(), run.end()])?;
        while let Some(row) = rows.next()? {
            let code = row.get_ref(0)?.as_bytes()?;
            if code.len() > MAX_CODE {
                return Err(corrupt());
            }
            codes.push(code);
        }
        if codes.len() - before != length(run) {
            return Err(corrupt());
        }
    }
    let segment: i64 = conn
        .prepare_cached("SELECT coalesce(max(segment), 0) + 1 FROM search_segments")?
        .query_row((), |row| row.get(0))?;
    let insert = "INSERT INTO search_segments (segment, first_id, last_id, runs) VALUES (?1, ?2, ?3, ?4)";
    conn.prepare_cached(insert)?.execute(params![segment, span.start(), span.end(), runs.to_bytes()])?;
    let mut insert = conn.prepare_cached("INSERT INTO search_postings (id, lists) VALUES (?1, ?2)")?;
    codes.lists(|trigram, lists| insert.execute(params![posting_id(segment, trigram)?, lists]).map(drop))
}

fn posting_id(segment: i64, trigram: Trigram) -> Result<i64> {
    let base = segment.checked_mul(1 << TRIGRAM_BITS).ok_or_else(corrupt)?;
    Ok(base | i64::from(trigram))
}

/// Segments and pending runs with ids in between each other's. All ids of the next part are greater.
pub(super) struct Part {
    pending: Vec<Run>,
    segments: Vec<i64>,
}

/// The parts of the index that have ids of a range, in the order of a search.
pub(super) fn parts(conn: &Connection, ids: &RangeInclusive<i64>, descending: bool) -> Result<Vec<Part>> {
    let mut select = conn.prepare_cached(
        "SELECT segment, first_id, last_id FROM search_segments WHERE first_id <= ?2 AND last_id >= ?1",
    )?;
    let segments = select.query_map([ids.start(), ids.end()], |row| Ok((row.get(1)?..=row.get(2)?, row.get(0)?)))?;
    let mut sources: Vec<(Run, Option<i64>)> = segments.collect::<Result<_>>()?;
    sources.extend(pending_in(conn, ids)?.into_iter().map(|run| (run, None)));
    sources.sort_unstable_by_key(|(span, _)| *span.start());
    let (mut parts, mut end): (Vec<Part>, i64) = (Vec::new(), i64::MIN);
    for (span, segment) in sources {
        if *span.start() > end || parts.is_empty() {
            parts.push(Part { pending: Vec::new(), segments: Vec::new() });
        }
        end = end.max(*span.end());
        if let Some(part) = parts.last_mut() {
            match segment {
                Some(segment) => part.segments.push(segment),
                None => part.pending.push(span),
            }
        }
    }
    if descending {
        parts.reverse();
    }
    Ok(parts)
}

impl Part {
    /// The rows of the range that may have all these trigrams, in the order of a search. Those of a run are of one
    /// group.
    pub(super) fn runs_with(
        self,
        conn: &Connection,
        trigrams: &[Trigram],
        ids: &RangeInclusive<i64>,
        descending: bool,
    ) -> Result<Vec<Run>> {
        let mut runs = self.pending;
        for segment in self.segments {
            find_in_segment(conn, segment, trigrams, &mut runs)?;
        }
        runs.sort_unstable_by_key(|run| *run.start());
        let mut found: Vec<Run> = Vec::new();
        for run in runs {
            let run = *run.start().max(ids.start())..=*run.end().min(ids.end());
            if run.is_empty() {
                continue;
            }
            match found.last_mut() {
                // Testing a few rows more is quicker than beginning anew.
                Some(last) if *run.start() <= last.end().saturating_add(BLOCK as i64) && same_group(last, &run) => {
                    *last = *last.start()..=*run.end().max(last.end());
                }
                _ => found.push(run),
            }
        }
        if descending {
            found.reverse();
        }
        Ok(found)
    }
}

fn same_group(one: &Run, other: &Run) -> bool {
    one.end() >> 32 == other.start() >> 32
}

/// Adds the rows of a segment that may have all these trigrams.
fn find_in_segment(conn: &Connection, segment: i64, trigrams: &[Trigram], found: &mut Vec<Run>) -> Result<()> {
    let mut select = conn
        .prepare_cached("SELECT id, lists FROM search_postings WHERE id BETWEEN ?1 AND ?2 ORDER BY id DESC LIMIT 1")?;
    let least = posting_id(segment, 0)?;
    let mut common = Blocks::all();
    for &trigram in trigrams {
        let blocks = select
            .query_row([least, posting_id(segment, trigram)?], |row| {
                let first = Trigram::try_from(row.get::<_, i64>(0)? - least).map_err(|_| corrupt())?;
                Blocks::of(trigram, first, row.get_ref(1)?.as_blob()?)
            })
            .optional()?
            .unwrap_or_else(Blocks::none);
        common.keep(&blocks);
        // Testing the codes of one block takes no longer than reading one more list.
        if common.len() < 2 {
            break;
        }
    }
    if common.len() == 0 {
        return Ok(());
    }
    let runs: Vec<u8> = conn
        .prepare_cached("SELECT runs FROM search_segments WHERE segment = ?1")?
        .query_row([segment], |row| row.get(0))?;
    Runs::from_bytes(&runs)?.rows_of(&common, found)
}

/// The pending runs that have ids of a range, ascending.
fn pending_in(conn: &Connection, ids: &RangeInclusive<i64>) -> Result<Vec<Run>> {
    let mut select = conn.prepare_cached(
        "SELECT first_id, count FROM search_pending
        WHERE first_id BETWEEN 1 AND ?2 AND first_id + count > ?1 ORDER BY first_id",
    )?;
    let runs = select.query_map([ids.start(), ids.end()], |row| {
        let (first, count): (i64, i64) = (row.get(0)?, row.get(1)?);
        in_one_group(first..=first.saturating_add(count).saturating_sub(1))
    })?;
    runs.collect()
}
