//! Deleting references.

use serial_core::{DeletePlan, Deleted, StoreError};

use crate::{
    database::Database,
    records::number,
    session::Statement,
    trouble::Trouble,
    values::{clamped, integers},
};

/// Whoever writes to these groups takes turns from here on, in the order of their ids, so that nobody waits in a
/// circle.
const LOCK: &str = "SELECT group_id FROM serialref.groups WHERE group_id = ANY ($1) AND NOT deleted ORDER BY group_id FOR \
                    UPDATE";

const DELETE: &str = r#"
WITH gone AS (
    UPDATE serialref."references" r SET deleted = true
    FROM unnest($1, $2, $3) AS t (group_id, first, last) JOIN serialref.groups g ON g.group_id = t.group_id
    WHERE NOT g.deleted AND r.group_id = t.group_id AND r.row_id >= t.first AND r.row_id <= t.last AND NOT r.deleted
    RETURNING r.group_id, r.row_id, r.batch_id
), of_group AS (
    UPDATE serialref.groups g SET live = g.live - c.count
    FROM (SELECT group_id, count(*) FROM gone GROUP BY group_id) c WHERE g.group_id = c.group_id
), of_batch AS (
    UPDATE serialref.batches b SET live = b.live - c.count
    FROM (SELECT group_id, batch_id, count(*) FROM gone WHERE batch_id IS NOT NULL GROUP BY group_id, batch_id) c
    WHERE b.group_id = c.group_id AND b.batch_id = c.batch_id
), of_block AS (
    INSERT INTO serialref.gaps AS s (group_id, block, deleted)
    SELECT group_id, (row_id - 1) / 1000, count(*) FROM gone GROUP BY 1, 2
    ON CONFLICT (group_id, block) DO UPDATE SET deleted = s.deleted + excluded.deleted
)
SELECT count(*) FROM gone"#;

impl Database {
    pub(crate) async fn delete(&self, plan: &DeletePlan) -> Result<Deleted, StoreError> {
        let asked: u64 = plan.targets.iter().map(|(_, rows)| rows.len()).sum();
        let (mut groups, mut firsts, mut lasts) = (Vec::new(), Vec::new(), Vec::new());
        for (group, rows) in &plan.targets {
            // What is beyond the database's numbers is no row of it.
            let Ok(group) = i64::try_from(group.0) else { continue };
            for range in rows.ranges() {
                let Ok(first) = i64::try_from(range.start().0) else { continue };
                groups.push(group);
                firsts.push(first);
                lasts.push(clamped(range.end().0));
            }
        }
        if groups.is_empty() {
            return Ok(Deleted { deleted: 0, already_gone: asked });
        }
        let deleted = self.retry(|| self.try_to_delete(&groups, &firsts, &lasts)).await?;
        Ok(Deleted { deleted, already_gone: asked.saturating_sub(deleted) })
    }

    async fn try_to_delete(&self, groups: &[i64], firsts: &[i64], lasts: &[i64]) -> Result<u64, Trouble> {
        let mut session = self.writing().await?;
        let mut distinct = groups.to_vec();
        distinct.dedup();
        let lock = Statement::new(LOCK, vec![integers(distinct)]);
        let delete = Statement::new(
            DELETE,
            vec![integers(groups.to_vec()), integers(firsts.to_vec()), integers(lasts.to_vec())],
        );
        let rows = session.run(&[lock, delete]).await?;
        session.finish(&[]).await?;
        match rows.get(1).and_then(|rows| rows.first()) {
            Some(row) => number(row, 0),
            None => Ok(0),
        }
    }
}
