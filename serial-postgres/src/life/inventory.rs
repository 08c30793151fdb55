//! How many references are in which state, and which is the next.

use serial_core::{Answer, Inventory, Refusal, StateCounts, StoreResult, Within};

use crate::{
    batches,
    database::Database,
    records::{self, REFERENCE, with_states},
    session::Statement,
    trouble::Trouble,
    values::{bits, integer},
};

const ALL: &str = "SELECT coalesce(sum(available), 0)::bigint, coalesce(sum(allocated), 0)::bigint, coalesce(sum(encoded), \
                   0)::bigint, coalesce(sum(commissioned), 0)::bigint, coalesce(sum(released), 0)::bigint, \
                   coalesce(sum(decommissioned), 0)::bigint, coalesce(sum(destroyed), 0)::bigint, coalesce(sum(void), \
                   0)::bigint FROM serialref.groups WHERE NOT deleted";

const OF_GROUP: &str = "SELECT available, allocated, encoded, commissioned, released, decommissioned, destroyed, void FROM \
                        serialref.groups WHERE group_id = $1 AND NOT deleted";

/// The first row of the stock that is not before a place; where nothing of it is left there, the first beyond the frontier.
const NEXT: &str = r#"
SELECT {REFERENCE} FROM serialref."references" WHERE group_id = $1 AND row_id = (
    SELECT greatest(coalesce(s.first_row, g.frontier + 1), p.first)
    FROM {PLACE}
    JOIN serialref.groups g ON g.group_id = $1 AND NOT g.deleted
    LEFT JOIN LATERAL (
        SELECT x.first_row FROM serialref.stock x
        WHERE x.group_id = $1 AND x.last_row >= p.first AND x.first_row <= x.last_row ORDER BY x.last_row LIMIT 1
    ) s ON true
    WHERE greatest(coalesce(s.first_row, g.frontier + 1), p.first) <= p.last
)"#;

const ANYWHERE: &str = "(SELECT 1::bigint AS first, issued AS last FROM serialref.groups WHERE group_id = $1) p";

const IN_BATCH: &str = "(SELECT first_row AS first, first_row + size - 1 AS last FROM serialref.batches WHERE group_id = $1 \
                        AND batch_id = $2) p";

impl Database {
    pub(crate) async fn inventory(&self, within: Within) -> StoreResult<Inventory> {
        self.retry(|| self.look_at_inventory(within)).await
    }

    async fn look_at_inventory(&self, within: Within) -> Result<Answer<Inventory>, Trouble> {
        let Some(group) = within.group() else {
            let counts = self.reading().await?.finish(&[counts_of(within)]).await?;
            let counts = counts.iter().flatten().next().map(|row| records::counts(row, 0)).transpose()?;
            return Ok(Answer::Done(Inventory { counts: counts.unwrap_or_default(), next: None }));
        };
        let mut place = vec![integer(bits(group.0))];
        place.extend(within.batch().map(|batch| integer(bits(batch.0))));
        let next = NEXT.replace("{PLACE}", if within.batch().is_some() { IN_BATCH } else { ANYWHERE });
        let next = with_states(&next.replace("{REFERENCE}", REFERENCE), "ASC");
        let mut statements = vec![counts_of(Within::Group(group)), Statement::new(next, place)];
        statements.extend(within.batch().map(|_| counts_of(within)));
        let rows = self.reading().await?.finish(&statements).await?;
        let first = |index: usize| rows.get(index).and_then(|rows| rows.first());
        let Some(of_group) = first(0) else { return Ok(Refusal::NoSuchGroup { group }.into()) };
        let counts: StateCounts = match (within.batch(), first(2)) {
            (None, _) => records::counts(of_group, 0)?,
            (Some(_), Some(row)) => records::counts(row, 2)?,
            (Some(batch), None) => return Ok(Refusal::NoSuchBatch { group, batch }.into()),
        };
        let next = first(1).map(records::reference).transpose()?;
        Ok(Answer::Done(Inventory { counts, next }))
    }
}

/// Reads the counts by state: of everything or a group from the first column, of a batch from the third.
pub(crate) fn counts_of(within: Within) -> Statement<'static> {
    match within {
        Within::Registry => Statement::new(ALL, vec![]),
        Within::Group(group) => Statement::new(OF_GROUP, vec![integer(bits(group.0))]),
        Within::Batch(group, batch) => batches::life(group, batch),
    }
}
