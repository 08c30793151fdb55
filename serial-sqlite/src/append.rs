//! Issuing.

use std::collections::HashSet;

use rusqlite::{Connection, ErrorCode, OptionalExtension, params};
use serial_core::{
    Answer, AppendPlan, Appended, BatchId, Change, Codes, GroupId, IndexGuard, Kind, Limit, Name, Outcome, Refusal,
    Request, RowId, StoreError, Values,
};

use crate::{
    encode::{self, MAX_ROWS, id_of},
    error::Failure,
    find, groups,
    insert::{Insert, ROWS},
    ledger::{self, By},
    requests::{self, Earlier},
    runs, search,
};

/// A plan with everything it points to, so that another thread can carry it out.
pub(crate) struct Plan {
    request: Option<Request>,
    group: GroupId,
    revision: u64,
    max_live: Limit,
    index: Option<IndexGuard>,
    batch: Option<Name>,
    codes: Codes,
    values: Values,
    by: By,
    /// The positions of the codes in the order of their texts, in which the index takes them fastest.
    sorted: Vec<u32>,
}

impl Plan {
    pub(crate) fn of(plan: &AppendPlan<'_>) -> Result<Self, Failure> {
        let codes = plan.codes.clone();
        let count = u32::try_from(codes.len()).map_err(|_| full())?;
        let sorted = sorted(&codes, count);
        Ok(Self {
            request: plan.request,
            group: plan.group,
            revision: plan.revision,
            max_live: plan.max_live,
            index: plan.index,
            batch: plan.batch.cloned(),
            values: plan.values.clone(),
            by: By::of(plan.created_at, plan.cause)?,
            codes,
            sorted,
        })
    }
}

/// Positions in the order of their codes. Most codes differ in their first eight bytes, which compare as one number.
fn sorted(codes: &Codes, count: u32) -> Vec<u32> {
    let start = |code: &str| code.bytes().chain([0; 8]).take(8).fold(0, |start, byte| start << 8 | u64::from(byte));
    let mut keys: Vec<(u64, u32)> =
        (0..count).zip(codes.iter()).map(|(position, code)| (start(code), position)).collect();
    let code = |position: u32| codes.get(position as usize);
    keys.sort_unstable_by(|(a, i), (b, j)| a.cmp(b).then_with(|| code(*i).cmp(&code(*j))));
    keys.into_iter().map(|(_, position)| position).collect()
}

/// What an append has to know of its group.
struct Target {
    number: i64,
    kind: String,
    namespace: i64,
    code_length: u64,
    revision: u64,
    live: u64,
    issued: u64,
    next_index: u64,
    batches: u64,
    events: i64,
    available: u64,
}

pub(crate) fn append(connection: &Connection, plan: &Plan) -> Result<Answer<Appended>, Failure> {
    match requests::earlier(connection, plan.request)? {
        Earlier::Nothing => {}
        Earlier::Same(Outcome::Appended(first)) => return Ok(Answer::Done(Appended::Repeated(first))),
        Earlier::Same(_) | Earlier::Other => return Ok(Refusal::RequestMismatch.into()),
    }
    let Some(target) = target(connection, plan.group)? else {
        return Ok(Refusal::NoSuchGroup { group: plan.group }.into());
    };
    if let Some(refusal) = refusal(connection, plan, &target)? {
        return Ok(refusal.into());
    }
    check(plan, &target)?;
    if let Some(positions) = add_codes(connection, plan, &target)? {
        return Ok(Refusal::CodesTaken { positions }.into());
    }
    let batch = (target.kind == encode::kind_text(Kind::Batch)).then_some(target.batches + 1);
    add_rows(connection, plan, &target, batch)?;
    add_up(connection, plan, &target, batch)?;
    add_values(connection, plan, &target)?;
    let count = plan.codes.len() as u64;
    let ids = id_of(target.number, target.issued + 1)..=id_of(target.number, target.issued + count);
    runs::issued(connection, &ids)?;
    search::note_issued(connection, *ids.start(), plan.codes.len())?;
    Ok(Answer::Done(Appended::New {
        first_row: RowId(target.issued + 1),
        batch: batch.map(BatchId),
        available: target.available + count,
    }))
}

fn target(connection: &Connection, group: GroupId) -> Result<Option<Target>, Failure> {
    let Some(number) = encode::group_number(group) else { return Ok(None) };
    let sql = "SELECT kind, scope, code_length, revision, live, issued, next_index, batches, events, \
               available FROM groups WHERE group_id = ?1 AND deleted = 0";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([number])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(Target {
        number,
        kind: row.get(0)?,
        namespace: encode::namespace(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?, number),
        code_length: encode::number(row, 2)?,
        revision: encode::number(row, 3)?,
        live: encode::number(row, 4)?,
        issued: encode::number(row, 5)?,
        next_index: row.get::<_, i64>(6)?.cast_unsigned(),
        batches: encode::number(row, 7)?,
        events: row.get(8)?,
        available: encode::number(row, 9)?,
    }))
}

/// The first reason to refuse a plan, before its codes are looked at.
fn refusal(connection: &Connection, plan: &Plan, target: &Target) -> Result<Option<Refusal>, Failure> {
    if target.revision != plan.revision {
        let group = groups::one(connection, plan.group)?;
        let group = group.ok_or_else(|| Failure::corrupt("a group vanished while it was read"))?;
        return Ok(Some(Refusal::GroupChanged { group: Box::new(group) }));
    }
    if !plan.max_live.allows(target.live + plan.codes.len() as u64) {
        return Ok(Some(Refusal::LiveLimit { present: target.live }));
    }
    match plan.index {
        Some(index) if index.expected != target.next_index => Ok(Some(Refusal::IndexMoved { next: target.next_index })),
        _ => Ok(None),
    }
}

/// Fails for a plan that no registry makes, and for one that the tables have no room for.
fn check(plan: &Plan, target: &Target) -> Result<(), StoreError> {
    if plan.codes.is_empty() || plan.codes.width() as u64 != target.code_length {
        return Err(StoreError::contract("a plan has no codes, or codes of another width than its group's"));
    }
    if plan.batch.is_some() != (target.kind == encode::kind_text(Kind::Batch)) {
        return Err(StoreError::contract("a plan has a batch where its group has none, or none where it has"));
    }
    if target.issued + plan.codes.len() as u64 > MAX_ROWS {
        return Err(full());
    }
    Ok(())
}

fn full() -> StoreError {
    StoreError::unavailable("the group has issued as many references as the store keeps for one; create another group")
}

/// Burns the codes; where that cannot be, the positions of those that are taken.
fn add_codes(connection: &Connection, plan: &Plan, target: &Target) -> Result<Option<Vec<u32>>, Failure> {
    let insert = Insert::into("codes (code, id, namespace)", 2, 1);
    for positions in plan.sorted.chunks(ROWS) {
        let mut add = insert.prepare(connection, positions.len())?;
        for (parameter, position) in (1..).step_by(2).zip(positions) {
            add.raw_bind_parameter(parameter, plan.codes.get(*position as usize))?;
            add.raw_bind_parameter(parameter + 1, id_of(target.number, target.issued + 1 + u64::from(*position)))?;
        }
        add.raw_bind_parameter(2 * positions.len() + 1, target.namespace)?;
        match add.raw_execute() {
            Ok(_) => {}
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                return taken_or_twice(connection, plan, target).map(Some);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}

/// The positions of codes that were issued before, or come earlier in the plan. Some codes of the plan may have been
/// added already; their ids tell.
fn taken_or_twice(connection: &Connection, plan: &Plan, target: &Target) -> Result<Vec<u32>, Failure> {
    let first = id_of(target.number, target.issued + 1);
    let mut look = connection.prepare_cached(find::ID_OF_CODE)?;
    let mut seen = HashSet::with_capacity(plan.codes.len());
    let mut positions = Vec::new();
    for (position, code) in (0..).zip(plan.codes.iter()) {
        let id: Option<i64> = look.query_row(params![code, target.namespace], |row| row.get(0)).optional()?;
        let is_own = |id: i64| (first..=*encode::ids_of(target.number).end()).contains(&id);
        if !seen.insert(code) || id.is_some_and(|id| !is_own(id)) {
            positions.push(position);
        }
    }
    if positions.is_empty() {
        return Err(Failure::corrupt("a code is taken by nobody; restore the store from a backup"));
    }
    Ok(positions)
}

fn add_rows(connection: &Connection, plan: &Plan, target: &Target, batch: Option<u64>) -> Result<(), Failure> {
    let insert = Insert::into("\"references\" (id, code, batch_id, created_at)", 2, 2);
    for next in (0..plan.codes.len()).step_by(ROWS) {
        let rows = ROWS.min(plan.codes.len() - next);
        let mut add = insert.prepare(connection, rows)?;
        for (parameter, position) in (1..).step_by(2).zip(next..next + rows) {
            add.raw_bind_parameter(parameter, id_of(target.number, target.issued + 1 + position as u64))?;
            add.raw_bind_parameter(parameter + 1, plan.codes.get(position))?;
        }
        add.raw_bind_parameter(2 * rows + 1, batch.map(u64::cast_signed))?;
        add.raw_bind_parameter(2 * rows + 2, &plan.by.at)?;
        add.raw_execute()?;
    }
    Ok(())
}

/// Adds the values that references are given in fields; where there is none, the field's default holds.
fn add_values(connection: &Connection, plan: &Plan, target: &Target) -> Result<(), Failure> {
    if plan.values.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO field_values (id, field_id, value) VALUES (?1, ?2, ?3)";
    let mut add = connection.prepare_cached(sql)?;
    for (position, row) in (0..).zip(target.issued + 1..target.issued + 1 + plan.codes.len() as u64) {
        for (field, value) in plan.values.of(position) {
            add.execute(params![id_of(target.number, row), field.0.cast_signed(), value])?;
        }
    }
    Ok(())
}

/// Brings counts, batch, events and request up to date.
fn add_up(connection: &Connection, plan: &Plan, target: &Target, batch: Option<u64>) -> Result<(), Failure> {
    let size = plan.codes.len().cast_signed() as i64;
    let first_row = target.issued + 1;
    let next_index = plan.index.map_or(target.next_index, |index| index.next).cast_signed();
    let events = if batch.is_some() { 1 } else { size };
    let sql = "UPDATE groups SET live = live + ?2, available = available + ?2, issued = issued + ?2, next_index = ?3, \
               batches = batches + ?4, events = events + ?5 WHERE group_id = ?1";
    let values = params![target.number, size, next_index, i64::from(batch.is_some()), events];
    connection.prepare_cached(sql)?.execute(values)?;
    let batch_number = batch.map(u64::cast_signed);
    if let (Some(batch), Some(name)) = (batch_number, &plan.batch) {
        let sql = "INSERT INTO batches (group_id, batch_id, name, created_at, first_row, size, live, available) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?6)";
        let values = params![target.number, batch, name.as_str(), plan.by.at, first_row.cast_signed(), size];
        connection.prepare_cached(sql)?.execute(values)?;
    }
    // One event for a batch, one for each reference without.
    let count = if batch.is_some() { size.cast_unsigned() } else { 1 };
    for (id, row) in (target.events + 1..=target.events + events).zip(first_row..) {
        let issued = Change::Issued { first_row: RowId(row), count, batch: batch.map(BatchId) };
        ledger::note(connection, target.number, id, &plan.by, &issued)?;
    }
    if let Some(request) = plan.request {
        requests::add_append(connection, request, target.number, first_row, size, batch_number, &plan.by)?;
    }
    Ok(())
}
