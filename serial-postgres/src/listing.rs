//! Pages of references in which nothing is looked for.

use serial_core::{Answer, BatchId, Direction, GroupId, Reference, ReferenceQuery, Refusal, Slice, Start, StoreResult};

use crate::{
    batches,
    database::Database,
    groups,
    look::Look,
    records::{self, REFERENCE, number, with_states},
    session::{Session, Statement},
    trouble::Trouble,
    values::{clamped, integer},
};

/// The row id of the live reference with a given number, counted from 0, in a group. The blocks with deletions before it
/// say in which block it is; only within that are rows counted.
const LOCATE: &str = r#"
WITH passed AS (
    SELECT block, sum(deleted) OVER (ORDER BY block) AS gone FROM serialref.gaps WHERE group_id = $1
), before AS (
    SELECT coalesce(max(CASE WHEN (block + 1) * 1000 - gone <= $2 THEN gone END), 0)::bigint AS gone,
        min(CASE WHEN (block + 1) * 1000 - gone > $2 THEN block END) AS next
    FROM passed
), place AS (
    SELECT least((gone + $2) / 1000, next) AS block, gone FROM before
)
SELECT r.row_id FROM place CROSS JOIN LATERAL (
    SELECT x.row_id FROM serialref."references" x
    WHERE x.group_id = $1 AND NOT x.deleted AND x.row_id > place.block * 1000 AND x.row_id <= (place.block + 1) * 1000
    ORDER BY x.row_id LIMIT 1 OFFSET $2 - (place.block * 1000 - place.gone)
) r"#;

/// How many references of a group are live before a row.
const LIVE_BEFORE: &str = r#"
SELECT $2 - 1
    - (SELECT coalesce(sum(deleted), 0)::bigint FROM serialref.gaps WHERE group_id = $1 AND block < ($2 - 1) / 1000)
    - (SELECT count(*) FROM serialref."references"
        WHERE group_id = $1 AND deleted AND row_id > ($2 - 1) / 1000 * 1000 AND row_id < $2)"#;

/// The group in which a listing of all groups is after so many references, and how many come before it.
const LOCATE_GROUP: &str = r"
SELECT group_id, live, issued, before FROM (
    SELECT group_id, live, issued, (sum(live) OVER (ORDER BY group_id {ORDER}) - live)::bigint AS before
    FROM serialref.groups WHERE NOT deleted AND live > 0
) g
WHERE before <= $1 ORDER BY before DESC LIMIT 1";

/// References of a group and of those that come after it in the direction of the listing. No more groups are looked at
/// than can have a part in the page, and of each no more rows.
const ACROSS: &str = r#"
WITH listed AS MATERIALIZED (
    SELECT group_id, issued - live AS gaps, CASE WHEN group_id = $1 THEN $2 ELSE 0 END AS above,
        least(CASE WHEN group_id = $1 THEN $3 ELSE issued END, issued) AS last,
        sum(counted) OVER (ORDER BY group_id {ORDER}) - counted AS before
    FROM (
        SELECT group_id, live, issued, CASE WHEN group_id = $1 THEN 0 ELSE live END AS counted
        FROM serialref.groups WHERE NOT deleted AND live > 0 AND group_id {FROM} $1 ORDER BY group_id {ORDER} LIMIT $4 + 1
    ) g
)
SELECT {REFERENCE} FROM (
    SELECT r.* FROM listed l CROSS JOIN LATERAL (
        SELECT * FROM serialref."references" x WHERE x.group_id = l.group_id AND NOT x.deleted AND {BOUNDS}
        ORDER BY x.row_id {ORDER} LIMIT $4
    ) r
    WHERE l.before < $4
) found
ORDER BY group_id {ORDER}, row_id {ORDER} LIMIT $4"#;

/// A page cannot reach further than its own rows and all deleted ones. Saying so spares the server from guessing, which
/// it does badly in a table that grew a moment ago.
const BOUNDS_UP: &str = "x.row_id > l.above AND x.row_id <= least(l.last, l.above + $4 + l.gaps)";
const BOUNDS_DOWN: &str = "x.row_id > greatest(l.above, l.last - $4 - l.gaps) AND x.row_id <= l.last";

/// More than there can be rows, and far enough from the end of numbers to calculate with.
pub(crate) const NO_ROW: i64 = i64::MAX / 4;

/// What a query looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    /// `None` where it looks at all groups.
    pub(crate) group: Option<GroupId>,
    /// The row ids that it looks at.
    pub(crate) first: i64,
    pub(crate) last: i64,
    /// How many references within it are live, and about how many were issued.
    pub(crate) live: u64,
    pub(crate) issued: u64,
    /// How many were ever deleted in the group.
    pub(crate) gaps: u64,
    /// How many rows there are in all groups, also deleted ones; only where a term is looked for.
    pub(crate) all: u64,
}

impl Database {
    pub(crate) async fn references(&self, query: &ReferenceQuery) -> StoreResult<Slice<Reference>> {
        self.retry(|| self.page_of_references(query)).await
    }

    async fn page_of_references(&self, query: &ReferenceQuery) -> Result<Answer<Slice<Reference>>, Trouble> {
        let looked = match self.look(query).await? {
            Answer::Done(Look::Page(page)) => return Ok(Answer::Done(page)),
            Answer::Done(Look::Some(hits)) => Some(hits),
            Answer::Done(Look::None) => None,
            Answer::Refused(refusal) => return Ok(refusal.into()),
        };
        let mut session = self.reading().await?;
        let window = match window(&mut session, query).await? {
            Answer::Done(window) => window,
            Answer::Refused(refusal) => {
                session.cancel().await;
                return Ok(refusal.into());
            }
        };
        if query.state.is_some() || query.value.is_some() {
            return self.of_life(session, window, query).await.map(Answer::Done);
        }
        if query.term.is_some() || !query.created.is_everything() {
            return self.filtered(session, window, query, looked).await.map(Answer::Done);
        }
        let page = match query.start {
            Start::Skip(skip) => match skipped(&mut session, &window, skip, query.direction).await? {
                Some(start) => page(&window, start, query),
                None => None,
            },
            Start::After((group, row)) => after(&window, group, row.0, query),
        };
        let total = query.counted.then_some(window.live);
        let Some(page) = page else {
            session.finish(&[]).await?;
            return Ok(Answer::Done(Slice { items: Vec::new(), more: false, total }));
        };
        let rows = session.finish(&[page]).await?;
        let items = rows.iter().flatten().map(records::reference).collect::<Result<Vec<_>, _>>()?;
        Ok(Answer::Done(slice(items, query.size, total)))
    }
}

/// At most `size` of the rows, one more of which was asked for.
pub(crate) fn slice(mut items: Vec<Reference>, size: u32, total: Option<u64>) -> Slice<Reference> {
    let more = items.len() > size as usize;
    items.truncate(size as usize);
    Slice { items, more, total }
}

pub(crate) fn order(direction: Direction) -> &'static str {
    match direction {
        Direction::OldestFirst => "ASC",
        Direction::NewestFirst => "DESC",
    }
}

/// Looks what there is to look at.
async fn window(session: &mut Session<'_>, query: &ReferenceQuery) -> Result<Answer<Window>, Trouble> {
    let (within, counts_all) = (query.within, query.term.is_some());
    let Some(group) = within.group() else {
        let sum = Statement::new(
            "SELECT coalesce(sum(live), 0)::bigint, coalesce(sum(issued), 0)::bigint FROM serialref.groups WHERE NOT \
             deleted",
            vec![],
        );
        let rows = session.run(&[sum]).await?;
        let Some(row) = rows.iter().flatten().next() else { return Err(Trouble::Taken) };
        let (live, issued) = (number(row, 0)?, number(row, 1)?);
        let window = Window { group: None, first: 1, last: NO_ROW, live, issued, gaps: 0, all: issued };
        return Ok(Answer::Done(window));
    };
    let mut statements = vec![batches::counts(group)];
    if counts_all {
        statements.push(Statement::new("SELECT coalesce(sum(issued), 0)::bigint FROM serialref.groups", vec![]));
    }
    if let Some(batch) = within.batch() {
        statements.push(batches::batch(group, batch));
    }
    let rows = session.run(&statements).await?;
    let Some(row) = rows.first().and_then(|rows| rows.first()) else {
        return Ok(Refusal::NoSuchGroup { group }.into());
    };
    let (live, issued, revision) = (number(row, 0)?, number(row, 1)?, number(row, 3)?);
    if query.revision.is_some_and(|expected| expected != revision) {
        let rows = session.run(&[groups::group(group)]).await?;
        let group = rows.iter().flatten().next().map(records::group).transpose()?;
        return group.map(|group| Refusal::GroupChanged { group: Box::new(group) }.into()).ok_or(Trouble::Taken);
    }
    let all = if counts_all { rows.get(1).and_then(|rows| rows.first()).map(|row| number(row, 0)) } else { None };
    let gaps = issued.saturating_sub(live);
    let all = all.transpose()?.unwrap_or(issued);
    let whole = Window { group: Some(group), first: 1, last: clamped(issued), live, issued, gaps, all };
    let Some(batch) = within.batch() else { return Ok(Answer::Done(whole)) };
    let Some(row) = rows.last().and_then(|rows| rows.first()) else {
        return Ok(Refusal::NoSuchBatch { group, batch: BatchId(batch.0) }.into());
    };
    let batch = records::batch(row)?;
    let window = Window {
        first: clamped(batch.first_row.0),
        last: clamped(batch.first_row.0 + batch.size.saturating_sub(1)),
        live: batch.live,
        issued: batch.size,
        ..whole
    };
    Ok(Answer::Done(window))
}

/// Where a page begins: a group, and the first row of it in the direction of the listing.
#[derive(Clone, Copy)]
struct Place {
    group: GroupId,
    row: i64,
}

/// The place after so many references; `None` where the listing is not that long.
async fn skipped(
    session: &mut Session<'_>,
    window: &Window,
    skip: u64,
    direction: Direction,
) -> Result<Option<Place>, Trouble> {
    if skip >= window.live {
        return Ok(None);
    }
    let Some(group) = window.group else {
        let sql = LOCATE_GROUP.replace("{ORDER}", order(direction));
        let rows = session.run(&[Statement::new(sql, vec![integer(clamped(skip))])]).await?;
        let Some(row) = rows.iter().flatten().next() else { return Ok(None) };
        let group = GroupId(number(row, 0)?);
        let (live, issued, before) = (number(row, 1)?, number(row, 2)?, number(row, 3)?);
        let number = numbered(skip.saturating_sub(before), live, direction);
        let row = located(session, group, number, live != issued).await?;
        return Ok(row.map(|row| Place { group, row }));
    };
    let mut number = numbered(skip, window.live, direction);
    if window.gaps == 0 {
        return Ok(Some(Place { group, row: window.first + clamped(number) }));
    }
    if window.first > 1 {
        let before = Statement::new(LIVE_BEFORE, vec![integer(clamped(group.0)), integer(window.first)]);
        let rows = session.run(&[before]).await?;
        for row in rows.iter().flatten() {
            number += records::number(row, 0)?;
        }
    }
    Ok(located(session, group, number, true).await?.map(|row| Place { group, row }))
}

/// The number, counted from the oldest, of the reference that comes after so many others in a direction.
fn numbered(skip: u64, live: u64, direction: Direction) -> u64 {
    match direction {
        Direction::OldestFirst => skip,
        Direction::NewestFirst => live.saturating_sub(skip + 1),
    }
}

async fn located(
    session: &mut Session<'_>,
    group: GroupId,
    number: u64,
    has_gaps: bool,
) -> Result<Option<i64>, Trouble> {
    if !has_gaps {
        return Ok(Some(clamped(number + 1)));
    }
    let locate = Statement::new(LOCATE, vec![integer(clamped(group.0)), integer(clamped(number))]);
    let rows = session.run(&[locate]).await?;
    rows.iter().flatten().next().map(|row| records::number(row, 0).map(clamped)).transpose()
}

/// The page that begins at a place.
fn page(window: &Window, start: Place, query: &ReferenceQuery) -> Option<Statement<'static>> {
    let (above, last) = match query.direction {
        Direction::OldestFirst => (start.row.saturating_sub(1), window.last),
        Direction::NewestFirst => (window.first - 1, start.row),
    };
    statement(window, start.group, above, last, query)
}

/// The page that begins after a place.
fn after(window: &Window, group: GroupId, row: u64, query: &ReferenceQuery) -> Option<Statement<'static>> {
    let row = clamped(row).min(NO_ROW);
    let (mut above, mut last) = (window.first - 1, window.last);
    let is_elsewhere = window.group.is_some_and(|only| only != group);
    let is_before = window.group.is_some_and(|only| group < only);
    match (query.direction, is_elsewhere) {
        (Direction::OldestFirst, false) => above = above.max(row),
        (Direction::NewestFirst, false) => last = last.min(row.saturating_sub(1)),
        // All of the group comes after the place, or none of it.
        (Direction::OldestFirst, true) if is_before => {}
        (Direction::NewestFirst, true) if !is_before => {}
        _ => return None,
    }
    statement(window, window.group.unwrap_or(group), above, last, query)
}

fn statement(
    window: &Window,
    group: GroupId,
    above: i64,
    last: i64,
    query: &ReferenceQuery,
) -> Option<Statement<'static>> {
    let size = i64::from(query.size) + 1;
    let order = order(query.direction);
    if window.group.is_none() {
        let (from, bounds) = match query.direction {
            Direction::OldestFirst => (">=", BOUNDS_UP),
            Direction::NewestFirst => ("<=", BOUNDS_DOWN),
        };
        let sql = ACROSS.replace("{ORDER}", order).replace("{FROM}", from).replace("{REFERENCE}", REFERENCE);
        let parameters = vec![integer(clamped(group.0)), integer(above), integer(last), integer(size)];
        return Some(Statement::new(with_states(&sql.replace("{BOUNDS}", bounds), order), parameters));
    }
    // The same bounds as above.
    let reach = size.saturating_add(clamped(window.gaps));
    let (above, last) = match query.direction {
        Direction::OldestFirst => (above, last.min(above.saturating_add(reach))),
        Direction::NewestFirst => (above.max(last.saturating_sub(reach)), last),
    };
    if above >= last {
        return None;
    }
    let sql = format!(
        "SELECT {REFERENCE} FROM serialref.\"references\" WHERE group_id = $1 AND NOT deleted AND row_id > $2 AND row_id \
         <= $3 ORDER BY row_id {order} LIMIT $4"
    );
    let parameters = vec![integer(clamped(group.0)), integer(above), integer(last), integer(size)];
    Some(Statement::new(with_states(&sql, order), parameters))
}
