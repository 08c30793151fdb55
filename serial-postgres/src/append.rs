//! Issuing: the one statement that everything else is there for, and what it means when it changes nothing.

use std::collections::HashSet;

use serial_core::{
    Answer, AppendPlan, Appended, BatchId, Cause, Codes, Group, GroupId, IndexGuard, Kind, Limit, Name, Refusal,
    Request, RowId, StoreError, StoreResult, Timestamp,
};
use tokio_postgres::Row;

use crate::{
    database::Database,
    groups,
    life::{Kept, cause_of, check_cause, record, request},
    records::{self, number},
    session::{Statement, column},
    trouble::Trouble,
    values::{
        bits, clamped, integer, integers, moment, optional_integer, optional_text, optional_uuid, packed, storable,
        text, texts, without_nul,
    },
};

/// Guard and effect in one statement. The row of the group is changed only where every guard holds, and whatever is
/// written is written for the changed row: no row, no effect. Whoever comes at the same moment waits at that row, and
/// its guards are then looked at again. The unique indexes guard the codes and the request id; where one of them
/// objects, the whole statement is undone.
///
/// What is issued is available, and beyond the frontier of its group, so nothing has to be written for each reference
/// to say so.
const APPEND: &str = r#"
WITH changed AS (
    UPDATE serialref.groups g
    SET live = g.live + $3, issued = g.issued + $3, next_index = coalesce($6, g.next_index),
        batches = g.batches + CASE WHEN $8::text IS NULL THEN 0 ELSE 1 END,
        available = g.available + $3, events = g.events + CASE WHEN $8::text IS NULL THEN $3 ELSE 1 END
    WHERE g.group_id = $1 AND NOT g.deleted AND g.revision = $2 AND g.live <= $4
        AND ($5::bigint IS NULL OR g.next_index = $5) AND g.kind = $7
        AND g.code_length = $9
        AND NOT EXISTS (SELECT 1 FROM serialref.requests q WHERE q.request_id = $10)
    RETURNING g.group_id, g.issued - $3 AS before, CASE WHEN $8::text IS NULL THEN NULL ELSE g.batches END AS batch_id,
        CASE WHEN g.scope = 'group' THEN g.group_id ELSE 0 END AS namespace, g.available, g.events AS newest,
        CASE WHEN $8::text IS NULL THEN $3 ELSE 1 END AS told
), batch AS (
    INSERT INTO serialref.batches (group_id, batch_id, name, created_at, first_row, size, live, available)
    SELECT group_id, batch_id, $8, $12, before + 1, $3, $3, $3 FROM changed WHERE batch_id IS NOT NULL
), request AS (
    INSERT INTO serialref.requests (request_id, digest, group_id, first_row, size, batch_id, created_at)
    SELECT $10, $11, group_id, before + 1, $3, batch_id, $12 FROM changed WHERE $10 IS NOT NULL
), told AS (
    INSERT INTO serialref.events (group_id, event_id, happened_at, kind, row_id, count, number, actor, reason, note)
    SELECT c.group_id, c.newest - c.told + n, $12, 'issued', c.before + n, $3 / c.told, c.batch_id, $14, $15, $16
    FROM changed c CROSS JOIN generate_series(1, c.told) n
), issued AS (
    INSERT INTO serialref."references" (group_id, row_id, batch_id, namespace, code, created_at, deleted)
    SELECT c.group_id, c.before + u.position, c.batch_id, c.namespace, u.code, $12, false
    FROM changed c CROSS JOIN unnest($13) WITH ORDINALITY AS u (code, position)
)
SELECT before + 1, batch_id, available FROM changed"#;

/// The values that references are issued with, as another part of the statement.
const GIVEN: &str = "), given AS (
    INSERT INTO serialref.attributes (group_id, row_id, field_id, value)
    SELECT c.group_id, c.before + v.position, v.field_id, v.value
    FROM changed c CROSS JOIN unnest($17, $18, $19) AS v (position, field_id, value)
)
SELECT before + 1";

/// Looks up each code by itself, whatever the server believes about the table.
const TAKEN: &str = "SELECT u.position FROM serialref.groups g CROSS JOIN unnest($2) WITH ORDINALITY AS u (code, \
                     position) CROSS JOIN LATERAL (SELECT 1 FROM serialref.\"references\" r WHERE r.namespace = CASE \
                     WHEN g.scope = 'group' THEN g.group_id ELSE 0 END AND r.code = u.code LIMIT 1) found WHERE \
                     g.group_id = $1 AND NOT g.deleted ORDER BY u.position";

/// An [`AppendPlan`] that can be sent to another thread.
pub(crate) struct OwnedAppend {
    request: Option<Request>,
    group: GroupId,
    revision: u64,
    max_live: Limit,
    index: Option<IndexGuard>,
    batch: Option<Name>,
    codes: Codes,
    values: Given,
    created_at: Timestamp,
    cause: Cause,
}

/// Values of references to be issued, as columns of a table.
#[derive(Clone, Default)]
struct Given {
    /// Counted from 1.
    positions: Vec<i64>,
    fields: Vec<i64>,
    values: Vec<String>,
}

impl Given {
    fn new(plan: &AppendPlan<'_>) -> Result<Self, StoreError> {
        let mut given = Self::default();
        if plan.values.is_empty() {
            return Ok(given);
        }
        for position in 0..u32::try_from(plan.codes.len()).unwrap_or(u32::MAX) {
            for (field, value) in plan.values.of(position) {
                without_nul("a value", value)?;
                given.positions.push(i64::from(position) + 1);
                given.fields.push(bits(field.0));
                given.values.push(value.to_owned());
            }
        }
        Ok(given)
    }
}

impl OwnedAppend {
    pub(crate) fn new(plan: &AppendPlan<'_>) -> Result<Self, StoreError> {
        without_nul("a code", plan.codes.as_packed())?;
        check_cause(plan.cause)?;
        Ok(Self {
            request: plan.request,
            group: plan.group,
            revision: plan.revision,
            max_live: plan.max_live,
            index: plan.index,
            batch: plan.batch.cloned(),
            codes: plan.codes.clone(),
            values: Given::new(plan)?,
            created_at: storable(plan.created_at)?,
            cause: plan.cause.clone(),
        })
    }

    fn count(&self) -> u64 {
        self.codes.len() as u64
    }

    fn kind(&self) -> Kind {
        if self.batch.is_some() { Kind::Batch } else { Kind::Continuous }
    }

    fn statement(&self) -> Statement<'static> {
        let most_before = match self.max_live {
            Limit::Unlimited => i64::MAX,
            // A limit that the codes alone pass lets no group through.
            Limit::AtMost(most) => most.checked_sub(self.count()).map_or(-1, clamped),
        };
        let mut parameters = vec![
            integer(bits(self.group.0)),
            integer(bits(self.revision)),
            integer(clamped(self.count())),
            integer(most_before),
            optional_integer(self.index.map(|index| bits(index.expected))),
            optional_integer(self.index.map(|index| bits(index.next))),
            text(match self.kind() {
                Kind::Batch => "batch",
                Kind::Continuous => "continuous",
            }),
            optional_text(self.batch.as_ref().map(|name| name.as_str().to_owned())),
            integer(clamped(self.codes.width() as u64)),
            optional_uuid(self.request.map(|request| request.id.0)),
            optional_integer(self.request.map(|request| bits(request.digest.0))),
            moment(self.created_at),
            packed(&self.codes),
        ];
        parameters.extend(cause_of(&self.cause));
        if self.values.positions.is_empty() {
            return Statement::new(APPEND, parameters);
        }
        let Given { positions, fields, values } = self.values.clone();
        parameters.extend([integers(positions), integers(fields), texts(values)]);
        Statement::new(APPEND.replace(")\nSELECT before + 1", GIVEN), parameters)
    }
}

impl Database {
    pub(crate) async fn append(&self, plan: &OwnedAppend) -> StoreResult<Appended> {
        self.retry(|| self.try_to_append(plan)).await
    }

    async fn try_to_append(&self, plan: &OwnedAppend) -> Result<Answer<Appended>, Trouble> {
        if !plan.codes.is_empty() {
            match self.issue(plan).await {
                Ok(Some(appended)) => return Ok(Answer::Done(appended)),
                Ok(None) | Err(Trouble::Taken) => {}
                Err(trouble) => return Err(trouble),
            }
        }
        self.why_not_appended(plan).await
    }

    async fn issue(&self, plan: &OwnedAppend) -> Result<Option<Appended>, Trouble> {
        let rows = self.writing().await?.end_with(&[plan.statement()], plan.request.is_some()).await?;
        let Some(row) = rows.iter().flatten().next() else { return Ok(None) };
        let batch = column::<Option<i64>>(row, 1)?.map(|id| BatchId(id.unsigned_abs()));
        Ok(Some(Appended::New { first_row: RowId(number(row, 0)?), batch, available: number(row, 2)? }))
    }

    /// Looks for the reason in a state that is at least as new as the one that was refused, in the order of S12.
    async fn why_not_appended(&self, plan: &OwnedAppend) -> Result<Answer<Appended>, Trouble> {
        let mut statements = vec![groups::group(plan.group), taken(plan.group, &plan.codes)];
        if let Some(asked) = plan.request {
            statements.push(request(asked.id));
        }
        let rows = self.reading().await?.finish(&statements).await?;
        if let (Some(asked), Some(row)) = (plan.request, rows.get(2).and_then(|rows| rows.first())) {
            return Ok(match record(row)? {
                (digest, Kept::Appended(first)) if digest == asked.digest => Answer::Done(Appended::Repeated(first)),
                _ => Refusal::RequestMismatch.into(),
            });
        }
        let Some(row) = rows.first().and_then(|rows| rows.first()) else {
            return Ok(Refusal::NoSuchGroup { group: plan.group }.into());
        };
        let group = records::group(row)?;
        let burned = positions(rows.get(1).map_or(&[], Vec::as_slice))?;
        if let Some(refusal) = refusal(plan, &group, &burned) {
            return Ok(refusal.into());
        }
        contract(plan, &group)?;
        // Whatever stood in the way is gone.
        Err(Trouble::Taken)
    }

    pub(crate) async fn taken(&self, group: GroupId, codes: &Codes) -> StoreResult<Vec<u32>> {
        self.retry(|| self.look_for_taken(group, codes)).await
    }

    async fn look_for_taken(&self, group: GroupId, codes: &Codes) -> Result<Answer<Vec<u32>>, Trouble> {
        let rows = self.reading().await?.finish(&[groups::group(group), taken(group, codes)]).await?;
        if rows.first().is_none_or(Vec::is_empty) {
            return Ok(Refusal::NoSuchGroup { group }.into());
        }
        positions(rows.get(1).map_or(&[], Vec::as_slice)).map(Answer::Done)
    }
}

fn taken(group: GroupId, codes: &Codes) -> Statement<'static> {
    // The database has no text with a NUL. Another text of the same width that no format makes stands for one.
    let codes = if codes.as_packed().contains('\0') {
        Codes::from_packed(codes.as_packed().replace('\0', "\u{1}"), codes.width())
    } else {
        Some(codes.clone())
    };
    let codes = codes.as_ref().map_or_else(|| texts(Vec::new()), packed);
    Statement::new(TAKEN, vec![integer(bits(group.0)), codes])
}

/// Positions as the server counts them, from 1, counted from 0.
fn positions(rows: &[Row]) -> Result<Vec<u32>, Trouble> {
    rows.iter()
        .map(|row| {
            let position = number(row, 0)?.saturating_sub(1);
            u32::try_from(position).map_err(|_| {
                Trouble::Final(StoreError::contract("a plan has more codes than positions can tell apart"))
            })
        })
        .collect()
}

/// The first reason to refuse a plan whose request id is unused.
fn refusal(plan: &OwnedAppend, group: &Group, burned: &[u32]) -> Option<Refusal> {
    if group.revision != plan.revision {
        return Some(Refusal::GroupChanged { group: Box::new(group.clone()) });
    }
    if !plan.max_live.allows(group.live.saturating_add(plan.count())) {
        return Some(Refusal::LiveLimit { present: group.live });
    }
    if plan.index.is_some_and(|index| index.expected != group.next_index) {
        return Some(Refusal::IndexMoved { next: group.next_index });
    }
    let mut burned = burned.iter().copied().peekable();
    let mut seen = HashSet::with_capacity(plan.codes.len());
    let mut positions = Vec::new();
    for (position, code) in (0..).zip(plan.codes.iter()) {
        let is_burned = burned.next_if_eq(&position).is_some();
        if !seen.insert(code) || is_burned {
            positions.push(position);
        }
    }
    (!positions.is_empty()).then_some(Refusal::CodesTaken { positions })
}

/// Sees that a plan is one that a registry makes.
fn contract(plan: &OwnedAppend, group: &Group) -> Result<(), Trouble> {
    if plan.codes.is_empty() || plan.codes.width() != group.format.width() {
        return Err(StoreError::contract("a plan has no codes, or codes of another width than its group's").into());
    }
    if plan.kind() != group.kind {
        return Err(StoreError::contract("a plan has a batch where its group has none, or none where it has").into());
    }
    Ok(())
}
