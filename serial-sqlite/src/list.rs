//! Listing references in pages.

use std::ops::RangeInclusive;

use rusqlite::{Connection, params_from_iter};
use serial_core::{
    Answer, BatchId, ClaimId, Code, Direction, GroupId, Reference, ReferenceQuery, Refusal, Slice, Start, State,
};

use crate::{
    batches,
    encode::{self, MAX_GROUPS, REFERENCE_COLUMNS, id_of, ids_of, place_of, read_moment, read_reference},
    error::Failure,
    groups, inventory,
    position::row_at,
    search::{self, Found, Search},
    wanted::{Rows, Wanted},
};

/// Rows taken from a search at a time while pages are passed over.
const CHUNK: u64 = 4096;

pub(crate) fn references(connection: &Connection, query: &ReferenceQuery) -> Result<Answer<Slice<Reference>>, Failure> {
    let window = match window(connection, query)? {
        Answer::Done(window) => window,
        Answer::Refused(refusal) => return Ok(refusal.into()),
    };
    let Some(wanted) = Wanted::of(connection, query)? else {
        return Ok(Answer::Done(slice(Vec::new(), query.size, query.counted.then_some(0))));
    };
    if query.term.is_some() {
        search(connection, query, &wanted, window)
    } else {
        list(connection, query, &wanted, &window)
    }
    .map(Answer::Done)
}

/// What a query looks at.
struct Window {
    ids: RangeInclusive<i64>,
    /// The group, where it is one.
    group: Option<i64>,
    /// How many live references it has, where that is known without counting.
    live: Option<u64>,
}

impl Window {
    /// How many live references it has. Of a whole registry all groups are counted together, so ask only where needed.
    fn live(&self, connection: &Connection) -> Result<u64, Failure> {
        if let Some(live) = self.live {
            return Ok(live);
        }
        let sql = "SELECT coalesce(sum(live), 0) FROM groups WHERE deleted = 0";
        Ok(connection.prepare_cached(sql)?.query_row((), |row| row.get::<_, i64>(0))?.cast_unsigned())
    }
}

fn window(connection: &Connection, query: &ReferenceQuery) -> Result<Answer<Window>, Failure> {
    let within = query.within;
    let Some(group) = within.group() else {
        let ids = *ids_of(1).start()..=*ids_of(MAX_GROUPS.cast_signed()).end();
        return Ok(Answer::Done(Window { ids, group: None, live: None }));
    };
    let Some(number) = groups::exists(connection, group)? else {
        return Ok(Refusal::NoSuchGroup { group }.into());
    };
    if let Some(revision) = query.revision {
        let sql = "SELECT revision FROM groups WHERE group_id = ?1";
        let present: i64 = connection.prepare_cached(sql)?.query_row([number], |row| row.get(0))?;
        if present.cast_unsigned() != revision {
            let group = groups::one(connection, group)?;
            let group = group.ok_or_else(|| Failure::corrupt("a group vanished while it was read"))?;
            return Ok(Refusal::GroupChanged { group: Box::new(group) }.into());
        }
    }
    let Some(batch) = within.batch() else {
        let sql = "SELECT live FROM groups WHERE group_id = ?1";
        let live: i64 = connection.prepare_cached(sql)?.query_row([number], |row| row.get(0))?;
        return Ok(Answer::Done(Window { ids: ids_of(number), group: Some(number), live: Some(live.cast_unsigned()) }));
    };
    Ok(match batches::of_group(connection, number, batch)? {
        Some(batch) => {
            let ids = encode::ids_of_batch(&batch);
            Answer::Done(Window { ids, group: Some(number), live: Some(batch.live) })
        }
        None => Refusal::NoSuchBatch { group, batch }.into(),
    })
}

/// The id at a place of a listing, or the nearest in its direction where no row can be there.
fn id_at(group: GroupId, row: u64) -> i64 {
    if group.0 > MAX_GROUPS { i64::MAX } else { id_of(group.0.cast_signed(), row) }
}

fn list(
    connection: &Connection,
    query: &ReferenceQuery,
    wanted: &Wanted,
    window: &Window,
) -> Result<Slice<Reference>, Failure> {
    let descending = query.direction == Direction::NewestFirst;
    let (mut first, mut last) = window.ids.clone().into_inner();
    let mut offset = 0;
    match query.start {
        Start::After((group, row)) if descending => last = last.min(id_at(group, row.0).saturating_sub(1)),
        Start::After((group, row)) => first = first.max(id_at(group, row.0).saturating_add(1)),
        Start::Skip(0) => {}
        Start::Skip(rows) if !wanted.is_everything() => offset = encode::signed(rows),
        Start::Skip(rows) => match first_id(connection, window, rows, descending)? {
            Some(id) if descending => last = id,
            Some(id) => first = id,
            // Beyond the end: nothing lies between these.
            None => (first, last) = (1, 0),
        },
    }
    let total = if query.counted { Some(total(connection, query, wanted, window)?) } else { None };
    let Rows { text, mut values, key } = wanted.rows(first, last);
    let order = if descending { "DESC" } else { "ASC" };
    let keys = key.iter().map(|key| format!("{key} {order}")).collect::<Vec<_>>().join(", ");
    let (limit, skip) = (values.len() + 1, values.len() + 2);
    let sql = format!("SELECT {REFERENCE_COLUMNS} {text} ORDER BY {keys} LIMIT ?{limit} OFFSET ?{skip}");
    values.extend([(i64::from(query.size) + 1).into(), offset.into()]);
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        items.push(read_reference(row)?);
    }
    Ok(slice(items, query.size, total))
}

/// How many references a listing has in all, counted only where nobody keeps the count.
fn total(connection: &Connection, query: &ReferenceQuery, wanted: &Wanted, window: &Window) -> Result<u64, Failure> {
    if wanted.is_everything() {
        return window.live(connection);
    }
    if let Some(state) = wanted.only_state()
        && let Answer::Done(inventory) = inventory::inventory(connection, query.within)?
    {
        return Ok(inventory.counts[state]);
    }
    let Rows { text, values, .. } = wanted.rows(*window.ids.start(), *window.ids.end());
    let mut statement = connection.prepare_cached(&format!("SELECT count(*) {text}"))?;
    Ok(statement.query_row(params_from_iter(values), |row| row.get::<_, i64>(0))?.cast_unsigned())
}

/// The id of the first row of a page that comes after so many live rows, seen in the direction of the listing.
fn first_id(connection: &Connection, window: &Window, skip: u64, descending: bool) -> Result<Option<i64>, Failure> {
    // Counted from the oldest on.
    let in_order = |live: u64, skip: u64| if descending { live - 1 - skip } else { skip };
    let live = window.live(connection)?;
    if skip >= live {
        return Ok(None);
    }
    if let Some(group) = window.group {
        let rows = place_of(*window.ids.start()).1.0..=place_of(*window.ids.end()).1.0;
        return row_at(connection, group, rows, in_order(live, skip));
    }
    let order = if descending { "DESC" } else { "ASC" };
    let sql = format!("SELECT group_id, live FROM groups WHERE deleted = 0 AND live > 0 ORDER BY group_id {order}");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut groups = statement.query(())?;
    let mut skip = skip;
    while let Some(row) = groups.next()? {
        let (group, live) = (row.get(0)?, encode::number(row, 1)?);
        if skip < live {
            let rows = place_of(*ids_of(group).start()).1.0..=place_of(*ids_of(group).end()).1.0;
            return row_at(connection, group, rows, in_order(live, skip));
        }
        skip -= live;
    }
    Ok(None)
}

fn search(
    connection: &Connection,
    query: &ReferenceQuery,
    filter: &Wanted,
    window: Window,
) -> Result<Slice<Reference>, Failure> {
    let mut wanted = Search {
        term: query.term.as_deref().unwrap_or_default(),
        ids: window.ids,
        created_from: filter.from.as_deref(),
        created_before: filter.before.as_deref(),
        state: filter.state.map(State::number),
        value: filter.value.as_ref(),
        descending: query.direction == Direction::NewestFirst,
        after: None,
    };
    let total = if query.counted { Some(search::count(connection, &wanted)?) } else { None };
    let mut skip = 0;
    match query.start {
        Start::After((group, row)) => wanted.after = Some(id_at(group, row.0)),
        Start::Skip(rows) => skip = rows,
    }
    while skip > 0 {
        let passed = search::page(connection, &wanted, skip.min(CHUNK) as usize)?;
        let Some(last) = passed.last() else { break };
        wanted.after = Some(last.id);
        skip -= passed.len() as u64;
    }
    let found = search::page(connection, &wanted, query.size as usize + 1)?;
    let items = found.into_iter().map(reference).collect::<Result<_, _>>()?;
    Ok(slice(items, query.size, total))
}

fn reference(found: Found) -> Result<Reference, Failure> {
    let (group, row) = place_of(found.id);
    let batch = found.batch_id.map(|batch| BatchId(batch.cast_unsigned()));
    let created_at = read_moment(&found.created_at)?;
    let mut reference = Reference::issued(group, row, Code::from(found.code), batch, created_at);
    reference.state = encode::state(found.state_number)?;
    reference.claim = found.claim_id.map(|claim| ClaimId(claim.cast_unsigned()));
    Ok(reference)
}

/// A page of which one row more was read, to see whether there is one.
fn slice<T>(mut items: Vec<T>, size: u32, total: Option<u64>) -> Slice<T> {
    let more = items.len() as u64 > u64::from(size);
    items.truncate(size as usize);
    Slice { items, more, total }
}
