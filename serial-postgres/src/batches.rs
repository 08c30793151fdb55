//! Reading batches.

use serial_core::{Answer, Batch, BatchId, BatchQuery, Direction, GroupId, Refusal, Slice, Start, StoreResult};

use crate::{
    database::Database,
    records::{self, BATCH, number},
    session::Statement,
    trouble::Trouble,
    values::{bits, clamped, integer},
};

impl Database {
    pub(crate) async fn batch(&self, group: GroupId, batch: BatchId) -> StoreResult<Batch> {
        self.retry(|| self.look_at_batch(group, batch)).await
    }

    async fn look_at_batch(&self, group: GroupId, id: BatchId) -> Result<Answer<Batch>, Trouble> {
        let rows = self.reading().await?.finish(&[counts(group), batch(group, id)]).await?;
        if rows.first().is_none_or(Vec::is_empty) {
            return Ok(Refusal::NoSuchGroup { group }.into());
        }
        match rows.get(1).and_then(|rows| rows.first()) {
            Some(row) => Ok(Answer::Done(records::batch(row)?)),
            None => Ok(Refusal::NoSuchBatch { group, batch: id }.into()),
        }
    }

    pub(crate) async fn batches(&self, query: &BatchQuery) -> StoreResult<Slice<Batch>> {
        self.retry(|| self.page_of_batches(query)).await
    }

    async fn page_of_batches(&self, query: &BatchQuery) -> Result<Answer<Slice<Batch>>, Trouble> {
        // Batches are never deleted: their ids are the numbers from 1 on, so a number of batches to skip is an id.
        let (condition, bound) = match (query.direction, query.start) {
            (Direction::OldestFirst, Start::Skip(skip) | Start::After(BatchId(skip))) => {
                ("batch_id > $3", clamped(skip))
            }
            (Direction::NewestFirst, Start::Skip(skip)) => {
                ("batch_id <= (SELECT g.batches FROM serialref.groups g WHERE g.group_id = $1) - $3", clamped(skip))
            }
            (Direction::NewestFirst, Start::After(BatchId(last))) => {
                ("batch_id <= $3", clamped(last.saturating_sub(1)))
            }
        };
        let order = match query.direction {
            Direction::OldestFirst => "ASC",
            Direction::NewestFirst => "DESC",
        };
        let page = Statement::new(
            format!(
                "SELECT {BATCH} FROM serialref.batches WHERE group_id = $1 AND {condition} ORDER BY batch_id {order} \
                 LIMIT $2"
            ),
            vec![integer(bits(query.group.0)), integer(i64::from(query.size) + 1), integer(bound)],
        );
        let rows = self.reading().await?.finish(&[counts(query.group), page]).await?;
        let Some(row) = rows.first().and_then(|rows| rows.first()) else {
            return Ok(Refusal::NoSuchGroup { group: query.group }.into());
        };
        let total = query.counted.then(|| number(row, 2)).transpose()?;
        let mut items =
            rows.get(1).map_or(&[][..], Vec::as_slice).iter().map(records::batch).collect::<Result<Vec<_>, _>>()?;
        let more = items.len() > query.size as usize;
        items.truncate(query.size as usize);
        Ok(Answer::Done(Slice { items, more, total }))
    }
}

/// Reads how many references of a group are live, how many were issued, how many batches there are, and its revision.
pub(crate) fn counts(group: GroupId) -> Statement<'static> {
    Statement::new(
        "SELECT live, issued, batches, revision FROM serialref.groups WHERE group_id = $1 AND NOT deleted",
        vec![integer(bits(group.0))],
    )
}

pub(crate) fn batch(group: GroupId, batch: BatchId) -> Statement<'static> {
    Statement::new(
        format!("SELECT {BATCH} FROM serialref.batches WHERE group_id = $1 AND batch_id = $2"),
        vec![integer(bits(group.0)), integer(bits(batch.0))],
    )
}

/// Reads which rows a batch has, and how many of them are in which state.
pub(crate) fn life(group: GroupId, batch: BatchId) -> Statement<'static> {
    Statement::new(
        "SELECT first_row, size, available, allocated, encoded, commissioned, released, decommissioned, destroyed, void \
         FROM serialref.batches WHERE group_id = $1 AND batch_id = $2",
        vec![integer(bits(group.0)), integer(bits(batch.0))],
    )
}
