//! Issuing: the one statement that everything else is there for, and what it means when it changes nothing.

use std::collections::HashSet;

use serial_core::{
    Answer, AppendPlan, Appended, BatchId, Codes, Group, GroupId, IndexGuard, Kind, Limit, Name, Refusal, Repeated,
    Request, RequestId, RequestRecord, RowId, StoreError, StoreResult, Timestamp,
};
use tokio_postgres::Row;

use crate::{
    database::Database,
    groups,
    records::{self, number},
    session::{Statement, column},
    trouble::Trouble,
    values::{
        Moment, bits, clamped, integer, moment, optional_integer, optional_text, optional_uuid, packed, storable, uuid,
        without_nul,
    },
};

/// Guard and effect in one statement. The row of the group is changed only where every guard holds, and whatever is
/// written is written for the changed row: no row, no effect. Whoever comes at the same moment waits at that row, and
/// its guards are then looked at again. The unique indexes guard the codes and the request id; where one of them
/// objects, the whole statement is undone.
const APPEND: &str = r#"
WITH changed AS (
    UPDATE serialref.groups g
    SET live = g.live + $3, issued = g.issued + $3, next_index = coalesce($6, g.next_index),
        batches = g.batches + CASE WHEN $8::text IS NULL THEN 0 ELSE 1 END
    WHERE g.group_id = $1 AND NOT g.deleted AND g.revision = $2 AND g.live <= $4
        AND ($5::bigint IS NULL OR g.next_index = $5) AND g.kind = $7
        AND char_length(g.format ->> 'prefix') + (g.format ->> 'length')::int + char_length(g.format ->> 'suffix') = $9
        AND NOT EXISTS (SELECT 1 FROM serialref.requests q WHERE q.request_id = $10)
    RETURNING g.group_id, g.issued - $3 AS before, CASE WHEN $8::text IS NULL THEN NULL ELSE g.batches END AS batch_id,
        CASE WHEN g.scope = 'group' THEN g.group_id ELSE 0 END AS namespace
), batch AS (
    INSERT INTO serialref.batches (group_id, batch_id, name, created_at, first_row, size, live)
    SELECT group_id, batch_id, $8, $12, before + 1, $3, $3 FROM changed WHERE batch_id IS NOT NULL
), request AS (
    INSERT INTO serialref.requests (request_id, digest, group_id, first_row, size, batch_id, created_at)
    SELECT $10, $11, group_id, before + 1, $3, batch_id, $12 FROM changed WHERE $10 IS NOT NULL
), issued AS (
    INSERT INTO serialref."references" (group_id, row_id, batch_id, namespace, code, created_at, deleted)
    SELECT c.group_id, c.before + u.position, c.batch_id, c.namespace, u.code, $12, false
    FROM changed c CROSS JOIN unnest($13) WITH ORDINALITY AS u (code, position)
)
SELECT before + 1, batch_id FROM changed"#;

const REQUEST: &str = "SELECT q.digest, q.group_id, q.first_row, q.size, q.batch_id, b.name, q.created_at, (SELECT \
                       string_agg(r.code, '' ORDER BY r.row_id) FROM serialref.\"references\" r WHERE r.group_id = \
                       q.group_id AND r.row_id >= q.first_row AND r.row_id < q.first_row + q.size) FROM \
                       serialref.requests q LEFT JOIN serialref.batches b ON b.group_id = q.group_id AND b.batch_id = \
                       q.batch_id WHERE q.request_id = $1";

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
    created_at: Timestamp,
}

impl OwnedAppend {
    pub(crate) fn new(plan: &AppendPlan<'_>) -> Result<Self, StoreError> {
        without_nul("a code", plan.codes.as_packed())?;
        Ok(Self {
            request: plan.request,
            group: plan.group,
            revision: plan.revision,
            max_live: plan.max_live,
            index: plan.index,
            batch: plan.batch.cloned(),
            codes: plan.codes.clone(),
            created_at: storable(plan.created_at)?,
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
        Statement::new(
            APPEND,
            vec![
                integer(bits(self.group.0)),
                integer(bits(self.revision)),
                integer(clamped(self.count())),
                integer(most_before),
                optional_integer(self.index.map(|index| bits(index.expected))),
                optional_integer(self.index.map(|index| bits(index.next))),
                crate::values::text(match self.kind() {
                    Kind::Batch => "batch",
                    Kind::Continuous => "continuous",
                }),
                optional_text(self.batch.as_ref().map(|name| name.as_str().to_owned())),
                integer(clamped(self.codes.width() as u64)),
                optional_uuid(self.request.map(|request| request.id.0)),
                optional_integer(self.request.map(|request| bits(request.digest.0))),
                moment(self.created_at),
                packed(&self.codes),
            ],
        )
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
        let mut session = self.writing().await?;
        let rows = if plan.request.is_some() {
            // A lost reply can be asked for again, so the commit goes along.
            session.finish(&[plan.statement()]).await?
        } else {
            let rows = session.run(&[plan.statement()]).await?;
            session.finish(&[]).await?;
            rows
        };
        let Some(row) = rows.iter().flatten().next() else { return Ok(None) };
        let batch = column::<Option<i64>>(row, 1)?.map(|id| BatchId(id.unsigned_abs()));
        Ok(Some(Appended::New { first_row: RowId(number(row, 0)?), batch }))
    }

    /// Looks for the reason in a state that is at least as new as the one that was refused, in the order of S12.
    async fn why_not_appended(&self, plan: &OwnedAppend) -> Result<Answer<Appended>, Trouble> {
        let mut statements = vec![groups::group(plan.group), taken(plan.group, &plan.codes)];
        if let Some(asked) = plan.request {
            statements.push(request(asked.id));
        }
        let rows = self.reading().await?.finish(&statements).await?;
        if let (Some(asked), Some(row)) = (plan.request, rows.get(2).and_then(|rows| rows.first())) {
            let record = record(row)?;
            if record.digest != asked.digest {
                return Ok(Refusal::RequestMismatch.into());
            }
            return Ok(Answer::Done(Appended::Repeated(record.result)));
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

    pub(crate) async fn request(&self, id: RequestId) -> Result<Option<RequestRecord>, StoreError> {
        self.retry(|| self.look_at_request(id)).await
    }

    async fn look_at_request(&self, id: RequestId) -> Result<Option<RequestRecord>, Trouble> {
        let rows = self.reading().await?.finish(&[request(id)]).await?;
        rows.iter().flatten().next().map(record).transpose()
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
    let codes = codes.as_ref().map_or_else(|| crate::values::texts(Vec::new()), packed);
    Statement::new(TAKEN, vec![integer(bits(group.0)), codes])
}

fn request(id: RequestId) -> Statement<'static> {
    Statement::new(REQUEST, vec![uuid(id.0)])
}

fn record(row: &Row) -> Result<RequestRecord, Trouble> {
    let damaged = || Trouble::Final(StoreError::corrupt("the codes of a request are not all there any more"));
    let size = usize::try_from(number(row, 3)?).map_err(|_| damaged())?;
    let packed: String = column::<Option<String>>(row, 7)?.ok_or_else(damaged)?;
    let width = packed.len().checked_div(size).ok_or_else(damaged)?;
    let codes = Codes::from_packed(packed, width).filter(|codes| codes.len() == size).ok_or_else(damaged)?;
    let batch = match column::<Option<i64>>(row, 4)? {
        Some(id) => Some((BatchId(id.unsigned_abs()), records::name(row, 5)?)),
        None => None,
    };
    let result = Repeated {
        group: GroupId(number(row, 1)?),
        first_row: RowId(number(row, 2)?),
        batch,
        codes,
        created_at: column::<Moment>(row, 6)?.0,
    };
    Ok(RequestRecord { digest: serial_core::Digest(number(row, 0)?), result })
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
