//! Taking the next available references.

use serial_core::{
    Answer, BatchId, Cause, ClaimId, ClaimPlan, ClaimRecord, Claimed, GroupId, Name, Refusal, Request, State,
    StoreError, StoreResult, Timestamp,
};
use tokio_postgres::Row;

use crate::{
    batches,
    database::Database,
    life::{
        Effects, Held, Live, Rows,
        events::checked,
        expire,
        held::{lock, lowest_stock, ranges_of},
        request::{self, Kept},
    },
    records::{self, REFERENCE, counts, with_states},
    session::{Session, Statement, column},
    trouble::Trouble,
    values::{Moment, bits, clamped, integer, integers, moment, optional_moment, storable, text},
};

const CLAIM: &str = "INSERT INTO serialref.claims (group_id, claim_id, holder, claimed_at, expires_at, size, held) VALUES ($1, \
                     $2, $3, $4, $5, $6, $6)";

const TAKEN: &str = "INSERT INTO serialref.claimed (group_id, claim_id, first_row, last_row) SELECT $1, $2, t.* FROM \
                     unnest($3, $4) AS t (first_row, last_row)";

/// Rows of a group, each range read by itself.
const PICKED: &str = r#"
SELECT {COLUMNS} FROM unnest($2, $3) AS t (first, last) CROSS JOIN LATERAL (
    SELECT * FROM serialref."references" x WHERE x.group_id = $1 AND x.row_id >= t.first AND x.row_id <= t.last
    ORDER BY x.row_id LIMIT t.last - t.first + 1
) r"#;

const OF_CLAIM: &str = r#"
SELECT r.* FROM serialref.claimed c CROSS JOIN LATERAL (
    SELECT {REFERENCE} FROM serialref."references" x WHERE x.group_id = c.group_id AND x.row_id >= c.first_row
        AND x.row_id <= c.last_row
    ORDER BY x.row_id LIMIT c.last_row - c.first_row + 1
) r
WHERE c.group_id = $1 AND c.claim_id = $2"#;

/// How many of each batch were taken is to be seen only where the rows are.
const OF_BATCHES: &str = r"
UPDATE serialref.batches b SET available = b.available - c.count, allocated = b.allocated + c.count
FROM (SELECT batch_id, count(*) FROM ({PICKED}) p WHERE batch_id IS NOT NULL GROUP BY batch_id) c
WHERE b.group_id = $1 AND b.batch_id = c.batch_id";

/// A [`ClaimPlan`] that can be sent to another thread.
pub(crate) struct OwnedClaim {
    request: Option<Request>,
    group: GroupId,
    batch: Option<BatchId>,
    count: u64,
    holder: Name,
    expires_at: Option<Timestamp>,
    at: Timestamp,
    cause: Cause,
}

impl OwnedClaim {
    pub(crate) fn new(plan: &ClaimPlan<'_>) -> Result<Self, StoreError> {
        checked(plan.cause)?;
        Ok(Self {
            request: plan.request,
            group: plan.group,
            batch: plan.batch,
            count: plan.count,
            holder: plan.holder.clone(),
            expires_at: plan.expires_at.map(storable).transpose()?,
            at: storable(plan.at)?,
            cause: plan.cause.clone(),
        })
    }
}

/// What is found before something is claimed.
enum Look {
    /// It was claimed before, under the same request id.
    Before(GroupId, ClaimId),
    Refused(Refusal),
    Found(Box<Found>),
}

/// What a claim takes, and what it has to do with.
struct Found {
    group: Held,
    /// References whose claims expired.
    expired: Vec<Live>,
    rows: Rows,
    stock: Vec<Row>,
}

impl Database {
    pub(crate) async fn claim(&self, plan: &OwnedClaim) -> StoreResult<Claimed> {
        self.retry(|| self.try_to_claim(plan)).await
    }

    async fn try_to_claim(&self, plan: &OwnedClaim) -> Result<Answer<Claimed>, Trouble> {
        let mut session = self.writing().await?;
        match look(&mut session, plan).await? {
            Look::Found(found) => take(session, plan, *found).await.map(Answer::Done),
            Look::Refused(refusal) => {
                session.cancel().await;
                Ok(refusal.into())
            }
            Look::Before(group, claim) => {
                session.cancel().await;
                self.claimed_before(group, claim).await.map(|record| Answer::Done(Claimed::Repeated(record)))
            }
        }
    }

    pub(crate) async fn claimed(&self, group: GroupId, claim: ClaimId) -> StoreResult<ClaimRecord> {
        self.retry(|| self.look_at_claim(group, claim)).await
    }

    async fn look_at_claim(&self, group: GroupId, claim: ClaimId) -> Result<Answer<ClaimRecord>, Trouble> {
        let [made, references] = look_at(group, claim);
        let rows = self.reading().await?.finish(&[made, references, batches::counts(group)]).await?;
        if rows.get(2).is_none_or(Vec::is_empty) {
            return Ok(Refusal::NoSuchGroup { group }.into());
        }
        let record = record(group, claim, &rows)?;
        Ok(record.map_or_else(|| Refusal::NoSuchClaim { group, claim }.into(), Answer::Done))
    }
}

/// Looks whether a claim can be made, in the order of S12.
async fn look(session: &mut Session<'_>, plan: &OwnedClaim) -> Result<Look, Trouble> {
    let mut statements = vec![
        lock([plan.group]),
        expire::expired(plan.group, plan.at),
        lowest_stock(plan.group, plan.batch, plan.count),
    ];
    statements.extend(plan.batch.map(|batch| batches::life(plan.group, batch)));
    statements.extend(plan.request.map(|asked| request::request(asked.id)));
    let mut rows = session.run(&statements).await?.into_iter();
    let mut next = || rows.next().unwrap_or_default();
    let (groups, expired, stock) = (next(), next(), next());
    let batch = plan.batch.map(|batch| (batch, next()));
    if let (Some(asked), Some(row)) = (plan.request, next().first()) {
        return Ok(match request::record(row)? {
            (digest, Kept::Claimed(group, claim)) if digest == asked.digest => Look::Before(group, claim),
            _ => Look::Refused(Refusal::RequestMismatch),
        });
    }
    let Some(group) = Held::read_all(&groups)?.pop() else {
        return Ok(Look::Refused(Refusal::NoSuchGroup { group: plan.group }));
    };
    let (mut available, mut range) = (group.group.counts[State::Available], (1, clamped(group.group.issued)));
    if let Some((batch, rows)) = batch {
        let Some(row) = rows.first() else {
            return Ok(Look::Refused(Refusal::NoSuchBatch { group: plan.group, batch }));
        };
        let (first, size): (i64, i64) = (column(row, 0)?, column(row, 1)?);
        (available, range) = (counts(row, 2)?[State::Available], (first, first + size - 1));
    }
    if plan.count == 0 {
        return Err(StoreError::contract("a plan claims nothing").into());
    }
    let expired = expired.iter().map(Live::read).collect::<Result<Vec<_>, _>>()?;
    let returning = Rows::of(expired.iter().map(Live::range).collect()).within(range);
    let available = available + returning.len();
    if available < plan.count {
        return Ok(Look::Refused(Refusal::TooFewAvailable { available }));
    }
    let known = group.stock(ranges_of(plan.group, &stock)?).available().and(&returning);
    let rows = known.within(range).first(plan.count);
    if rows.len() != plan.count {
        return Err(StoreError::corrupt("fewer references are available than are counted").into());
    }
    Ok(Look::Found(Box::new(Found { group, expired, rows, stock })))
}

/// Writes a claim down.
async fn take(session: Session<'_>, plan: &OwnedClaim, found: Found) -> Result<Claimed, Trouble> {
    let Found { group, expired, rows, stock } = found;
    let id = ClaimId(group.claims + 1);
    let mut effects = Effects::default();
    for reference in &expired {
        effects.expire(&group, reference);
    }
    effects.take(&group, &rows, id);
    let available = group.group.counts[State::Available] + expired.len() as u64 - plan.count;

    let (firsts, lasts): (Vec<i64>, Vec<i64>) = rows.ranges().iter().copied().unzip();
    let (key, claim) = (bits(plan.group.0), bits(id.0));
    let place = || vec![integer(key), integers(firsts.clone()), integers(lasts.clone())];
    let columns = format!("{REFERENCE}, 'allocated'::text, {claim}::bigint");
    let mut statements = vec![Statement::new(picked(&columns) + " ORDER BY row_id", place())];
    let made = vec![
        integer(key),
        integer(claim),
        text(plan.holder.as_str()),
        moment(plan.at),
        optional_moment(plan.expires_at),
        integer(clamped(plan.count)),
    ];
    statements.push(Statement::new(CLAIM, made));
    let taken = vec![integer(key), integer(claim), integers(firsts.clone()), integers(lasts.clone())];
    statements.push(Statement::new(TAKEN, taken));
    statements.extend(effects.statements(&[group], &stock, plan.at, &plan.cause)?);
    statements.push(Statement::new(OF_BATCHES.replace("{PICKED}", &picked("batch_id")), place()));
    statements.extend(plan.request.map(|asked| request::keep(asked, plan.at, Some((plan.group, id)), None)));
    let rows = session.end_with(&statements, plan.request.is_some()).await?;

    let references = rows.first().into_iter().flatten().map(records::reference).collect::<Result<Vec<_>, _>>()?;
    if references.len() as u64 != plan.count {
        return Err(StoreError::outcome_unknown("references that were claimed are not there; check the tables").into());
    }
    let (claimed_at, expires_at) = (plan.at, plan.expires_at);
    let holder = plan.holder.clone();
    let claim = ClaimRecord { group: plan.group, id, holder, claimed_at, expires_at, references };
    Ok(Claimed::New { claim, available })
}

fn picked(columns: &str) -> String {
    PICKED.replace("{COLUMNS}", columns)
}

/// Reads a claim, and the references that it took as they are now.
pub(crate) fn look_at(group: GroupId, claim: ClaimId) -> [Statement<'static>; 2] {
    let key = || vec![integer(bits(group.0)), integer(bits(claim.0))];
    let made = "SELECT holder, claimed_at, expires_at FROM serialref.claims WHERE group_id = $1 AND claim_id = $2";
    let references = with_states(&OF_CLAIM.replace("{REFERENCE}", REFERENCE), "ASC");
    [Statement::new(made, key()), Statement::new(references, key())]
}

/// The claim that was read so; `None` where there is none.
pub(crate) fn record(group: GroupId, id: ClaimId, rows: &[Vec<Row>]) -> Result<Option<ClaimRecord>, Trouble> {
    let Some(row) = rows.first().and_then(|rows| rows.first()) else { return Ok(None) };
    let references = rows.get(1).into_iter().flatten().map(records::reference).collect::<Result<Vec<_>, _>>()?;
    let (holder, claimed_at) = (records::name(row, 0)?, column::<Moment>(row, 1)?.0);
    let expires_at = column::<Option<Moment>>(row, 2)?.map(|moment| moment.0);
    Ok(Some(ClaimRecord { group, id, holder, claimed_at, expires_at, references }))
}
