//! Deleting references.

use std::collections::BTreeMap;

use serial_core::{DeletePlan, Deleted, GroupId, StoreError};

use crate::{
    database::Database,
    life::{Effects, Held, Live, Rows, check_cause, lives_of, lock, stock_of},
    session::Statement,
    trouble::Trouble,
    values::{bits, clamped, integers, storable},
};

const DELETE: &str = "UPDATE serialref.\"references\" r SET deleted = true FROM unnest($1, $2) AS t (group_id, row_id) WHERE \
                      r.group_id = t.group_id AND r.row_id = t.row_id";

const GAPS: &str = "INSERT INTO serialref.gaps AS s (group_id, block, deleted) SELECT * FROM unnest($1, $2, $3) ON CONFLICT \
                    (group_id, block) DO UPDATE SET deleted = s.deleted + excluded.deleted";

impl Database {
    pub(crate) async fn delete(&self, plan: &DeletePlan) -> Result<Deleted, StoreError> {
        storable(plan.at)?;
        check_cause(&plan.cause)?;
        let asked = plan.targets.iter().map(|(_, rows)| rows.len()).fold(0, u64::saturating_add);
        let targets: Vec<_> = plan.targets.iter().map(|(group, rows)| (*group, Rows::of_set(rows))).collect();
        if targets.iter().all(|(_, rows)| rows.is_empty()) {
            return Ok(Deleted { deleted: 0, already_gone: asked });
        }
        let deleted = self.retry(|| self.try_to_delete(plan, &targets)).await?;
        Ok(Deleted { deleted, already_gone: asked.saturating_sub(deleted) })
    }

    async fn try_to_delete(&self, plan: &DeletePlan, targets: &[(GroupId, Rows)]) -> Result<u64, Trouble> {
        let mut session = self.writing().await?;
        let groups = lock(targets.iter().map(|(group, _)| *group));
        let mut found = session.run(&[groups, lives_of(targets), stock_of(targets)]).await?.into_iter();
        let mut next = || found.next().unwrap_or_default();
        let groups = Held::read_all(&next())?;
        let held: BTreeMap<GroupId, &Held> = groups.iter().map(|held| (held.group.id, held)).collect();
        let mut lives = next().iter().map(Live::read).collect::<Result<Vec<_>, _>>()?;
        // Of a group that was deleted everything is gone already.
        lives.retain(|live| held.contains_key(&live.group));
        if lives.is_empty() {
            session.cancel().await;
            return Ok(0);
        }
        let mut effects = Effects::default();
        let mut blocks: BTreeMap<(i64, i64), i64> = BTreeMap::new();
        for live in &lives {
            if let Some(held) = held.get(&live.group) {
                effects.delete(held, live);
            }
            *blocks.entry((bits(live.group.0), clamped(live.row.0.saturating_sub(1)) / 1000)).or_default() += 1;
        }
        let mut statements = vec![gone(&lives), gaps(&blocks)];
        statements.extend(effects.statements(&groups, &next(), plan.at, &plan.cause)?);
        session.end_with(&statements, false).await?;
        Ok(lives.len() as u64)
    }
}

fn gone(lives: &[Live]) -> Statement<'static> {
    let (groups, rows) = lives.iter().map(|live| (bits(live.group.0), bits(live.row.0))).unzip();
    Statement::new(DELETE, vec![integers(groups), integers(rows)])
}

fn gaps(blocks: &BTreeMap<(i64, i64), i64>) -> Statement<'static> {
    let (groups, numbers) = blocks.keys().copied().unzip();
    Statement::new(GAPS, vec![integers(groups), integers(numbers), integers(blocks.values().copied().collect())])
}
