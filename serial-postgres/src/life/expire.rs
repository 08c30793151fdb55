//! Bringing back what claims took and nobody used while they had time.

use serial_core::{Answer, Cause, GroupId, Refusal, StoreResult, Timestamp};

use crate::{
    database::Database,
    life::{
        Effects, Held, Live, Rows,
        held::{lock, stock_of},
    },
    session::Statement,
    trouble::Trouble,
    values::{bits, comparable, integer, moment, storable},
};

/// Claims that hold nothing are not looked at, nor is what other claims took.
const EXPIRED: &str = r#"
SELECT k.group_id, l.row_id, r.batch_id, l.state, l.claim_id
FROM (
    SELECT group_id, claim_id FROM serialref.claims WHERE group_id = $1 AND held > 0 AND expires_at <= $2
) c
CROSS JOIN LATERAL (
    SELECT x.group_id, x.first_row, x.last_row FROM serialref.claimed x
    WHERE x.group_id = c.group_id AND x.claim_id = c.claim_id ORDER BY x.first_row LIMIT ALL
) k
CROSS JOIN LATERAL (
    SELECT x.row_id, x.state, x.claim_id FROM serialref.lives x
    WHERE x.group_id = k.group_id AND x.row_id >= k.first_row AND x.row_id <= k.last_row
    ORDER BY x.row_id LIMIT k.last_row - k.first_row + 1
) l
CROSS JOIN LATERAL (
    SELECT x.batch_id FROM serialref."references" x
    WHERE x.group_id = k.group_id AND x.row_id = l.row_id AND NOT x.deleted LIMIT 1
) r
WHERE l.claim_id = c.claim_id
ORDER BY l.row_id"#;

/// Reads the live references of a group that are still allocated by claims that expire at a moment or before.
pub(crate) fn expired(group: GroupId, at: Timestamp) -> Statement<'static> {
    Statement::new(EXPIRED, vec![integer(bits(group.0)), moment(comparable(at))])
}

impl Database {
    pub(crate) async fn expire(&self, group: GroupId, at: Timestamp) -> StoreResult<u64> {
        self.retry(|| self.try_to_expire(group, at)).await
    }

    async fn try_to_expire(&self, id: GroupId, at: Timestamp) -> Result<Answer<u64>, Trouble> {
        let mut session = self.writing().await?;
        let rows = session.run(&[lock([id]), expired(id, at)]).await?;
        let group = rows.first().map_or(Ok(Vec::new()), |rows| Held::read_all(rows))?.pop();
        let Some(group) = group else {
            session.cancel().await;
            return Ok(Refusal::NoSuchGroup { group: id }.into());
        };
        let references = rows.get(1).into_iter().flatten().map(Live::read).collect::<Result<Vec<_>, _>>()?;
        if references.is_empty() {
            session.cancel().await;
            return Ok(Answer::Done(0));
        }
        let at = storable(at)?;
        let mut effects = Effects::default();
        for reference in &references {
            effects.expire(&group, reference);
        }
        let rows = Rows::of(references.iter().map(Live::range).collect());
        let stock = session.run(&[stock_of(&[(id, rows)])]).await?.pop().unwrap_or_default();
        let statements = effects.statements(&[group], &stock, at, Cause::NONE)?;
        session.end_with(&statements, false).await?;
        Ok(Answer::Done(references.len() as u64))
    }
}
