//! Issuing.

use std::collections::HashSet;

use rusqlite::{Connection, ErrorCode, OptionalExtension, params};
use serial_core::{
    Answer, AppendPlan, Appended, BatchId, Codes, GroupId, IndexGuard, Kind, Limit, Name, Refusal, Request, RowId,
    StoreError,
};

use crate::{
    encode::{self, MAX_ROWS, id_of},
    error::Failure,
    find, groups,
    insert::{Insert, ROWS},
    requests, search,
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
    created_at: String,
    /// The positions of the codes in the order of their texts, in which the index takes them fastest.
    sorted: Vec<u32>,
}

impl Plan {
    pub(crate) fn of(plan: &AppendPlan<'_>) -> Result<Self, StoreError> {
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
            created_at: encode::moment(plan.created_at)?,
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
struct State {
    number: i64,
    kind: String,
    namespace: i64,
    code_length: u64,
    revision: u64,
    live: u64,
    issued: u64,
    next_index: u64,
    batches: u64,
}

pub(crate) fn append(connection: &Connection, plan: &Plan) -> Result<Answer<Appended>, Failure> {
    if let Some(request) = plan.request
        && let Some(record) = requests::one(connection, request.id)?
    {
        return Ok(if record.digest == request.digest {
            Answer::Done(Appended::Repeated(record.result))
        } else {
            Refusal::RequestMismatch.into()
        });
    }
    let Some(state) = state(connection, plan.group)? else {
        return Ok(Refusal::NoSuchGroup { group: plan.group }.into());
    };
    if let Some(refusal) = refusal(connection, plan, &state)? {
        return Ok(refusal.into());
    }
    check(plan, &state)?;
    if let Some(positions) = add_codes(connection, plan, &state)? {
        return Ok(Refusal::CodesTaken { positions }.into());
    }
    let batch = (state.kind == encode::kind_text(Kind::Batch)).then_some(state.batches + 1);
    add_rows(connection, plan, &state, batch)?;
    add_up(connection, plan, &state, batch)?;
    search::note_issued(connection, id_of(state.number, state.issued + 1), plan.codes.len())?;
    Ok(Answer::Done(Appended::New { first_row: RowId(state.issued + 1), batch: batch.map(BatchId) }))
}

fn state(connection: &Connection, group: GroupId) -> Result<Option<State>, Failure> {
    let Some(number) = encode::group_number(group) else { return Ok(None) };
    let sql = "SELECT kind, scope, code_length, revision, live, issued, next_index, batches \
               FROM groups WHERE group_id = ?1 AND deleted = 0";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([number])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(State {
        number,
        kind: row.get(0)?,
        namespace: encode::namespace(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?, number),
        code_length: encode::number(row, 2)?,
        revision: encode::number(row, 3)?,
        live: encode::number(row, 4)?,
        issued: encode::number(row, 5)?,
        next_index: row.get::<_, i64>(6)?.cast_unsigned(),
        batches: encode::number(row, 7)?,
    }))
}

/// The first reason to refuse a plan, before its codes are looked at.
fn refusal(connection: &Connection, plan: &Plan, state: &State) -> Result<Option<Refusal>, Failure> {
    if state.revision != plan.revision {
        let group = groups::one(connection, plan.group)?;
        let group = group.ok_or_else(|| Failure::corrupt("a group vanished while it was read"))?;
        return Ok(Some(Refusal::GroupChanged { group: Box::new(group) }));
    }
    if !plan.max_live.allows(state.live + plan.codes.len() as u64) {
        return Ok(Some(Refusal::LiveLimit { present: state.live }));
    }
    match plan.index {
        Some(index) if index.expected != state.next_index => Ok(Some(Refusal::IndexMoved { next: state.next_index })),
        _ => Ok(None),
    }
}

/// Fails for a plan that no registry makes, and for one that the tables have no room for.
fn check(plan: &Plan, state: &State) -> Result<(), StoreError> {
    if plan.codes.is_empty() || plan.codes.width() as u64 != state.code_length {
        return Err(StoreError::contract("a plan has no codes, or codes of another width than its group's"));
    }
    if plan.batch.is_some() != (state.kind == encode::kind_text(Kind::Batch)) {
        return Err(StoreError::contract("a plan has a batch where its group has none, or none where it has"));
    }
    if state.issued + plan.codes.len() as u64 > MAX_ROWS {
        return Err(full());
    }
    Ok(())
}

fn full() -> StoreError {
    StoreError::unavailable("the group has issued as many references as the store keeps for one; create another group")
}

/// Burns the codes; where that cannot be, the positions of those that are taken.
fn add_codes(connection: &Connection, plan: &Plan, state: &State) -> Result<Option<Vec<u32>>, Failure> {
    let insert = Insert::into("codes (code, id, namespace)", 2, 1);
    for positions in plan.sorted.chunks(ROWS) {
        let mut add = insert.prepare(connection, positions.len())?;
        for (parameter, position) in (1..).step_by(2).zip(positions) {
            add.raw_bind_parameter(parameter, plan.codes.get(*position as usize))?;
            add.raw_bind_parameter(parameter + 1, id_of(state.number, state.issued + 1 + u64::from(*position)))?;
        }
        add.raw_bind_parameter(2 * positions.len() + 1, state.namespace)?;
        match add.raw_execute() {
            Ok(_) => {}
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                return taken_or_twice(connection, plan, state).map(Some);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}

/// The positions of codes that were issued before, or come earlier in the plan. Some codes of the plan may have been
/// added already; their ids tell.
fn taken_or_twice(connection: &Connection, plan: &Plan, state: &State) -> Result<Vec<u32>, Failure> {
    let first = id_of(state.number, state.issued + 1);
    let mut look = connection.prepare_cached(find::ID_OF_CODE)?;
    let mut seen = HashSet::with_capacity(plan.codes.len());
    let mut positions = Vec::new();
    for (position, code) in (0..).zip(plan.codes.iter()) {
        let id: Option<i64> = look.query_row(params![code, state.namespace], |row| row.get(0)).optional()?;
        let is_own = |id: i64| (first..=*encode::ids_of(state.number).end()).contains(&id);
        if !seen.insert(code) || id.is_some_and(|id| !is_own(id)) {
            positions.push(position);
        }
    }
    if positions.is_empty() {
        return Err(Failure::corrupt("a code is taken by nobody; restore the store from a backup"));
    }
    Ok(positions)
}

fn add_rows(connection: &Connection, plan: &Plan, state: &State, batch: Option<u64>) -> Result<(), Failure> {
    let insert = Insert::into("\"references\" (id, code, batch_id, created_at)", 2, 2);
    for next in (0..plan.codes.len()).step_by(ROWS) {
        let rows = ROWS.min(plan.codes.len() - next);
        let mut add = insert.prepare(connection, rows)?;
        for (parameter, position) in (1..).step_by(2).zip(next..next + rows) {
            add.raw_bind_parameter(parameter, id_of(state.number, state.issued + 1 + position as u64))?;
            add.raw_bind_parameter(parameter + 1, plan.codes.get(position))?;
        }
        add.raw_bind_parameter(2 * rows + 1, batch.map(u64::cast_signed))?;
        add.raw_bind_parameter(2 * rows + 2, &plan.created_at)?;
        add.raw_execute()?;
    }
    Ok(())
}

/// Brings counts, batch and request up to date.
fn add_up(connection: &Connection, plan: &Plan, state: &State, batch: Option<u64>) -> Result<(), Failure> {
    let size = plan.codes.len().cast_signed() as i64;
    let first_row = (state.issued + 1).cast_signed();
    let next_index = plan.index.map_or(state.next_index, |index| index.next).cast_signed();
    let sql = "UPDATE groups SET live = live + ?2, issued = issued + ?2, next_index = ?3, batches = batches + ?4 \
               WHERE group_id = ?1";
    connection.prepare_cached(sql)?.execute(params![state.number, size, next_index, i64::from(batch.is_some())])?;
    let batch = batch.map(u64::cast_signed);
    if let (Some(batch), Some(name)) = (batch, &plan.batch) {
        let sql = "INSERT INTO batches (group_id, batch_id, name, created_at, first_row, size, live) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)";
        let values = params![state.number, batch, name.as_str(), plan.created_at, first_row, size];
        connection.prepare_cached(sql)?.execute(values)?;
    }
    if let Some(request) = plan.request {
        let sql = "INSERT INTO requests (request_id, digest, group_id, first_row, size, batch_id, created_at) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let digest = request.digest.0.cast_signed();
        let id = request.id.to_string();
        let values = params![id, digest, state.number, first_row, size, batch, plan.created_at];
        connection.prepare_cached(sql)?.execute(values)?;
    }
    Ok(())
}
