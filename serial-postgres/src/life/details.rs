//! What references have of their own.

use std::collections::BTreeMap;

use serial_core::{Answer, Details, FieldId, GroupId, Refusal, RowId, RowSet, StoreResult, WarrantyPolicy};
use tokio_postgres::Row;

use crate::{
    batches,
    database::Database,
    life::Rows,
    records::{corrupt, number},
    session::{Statement, column},
    trouble::Trouble,
    values::{bits, integer, integers},
};

const VALUES: &str = r"
SELECT a.row_id, a.field_id, a.value FROM unnest($2, $3) AS t (first, last) CROSS JOIN LATERAL (
    SELECT x.row_id, x.field_id, x.value FROM serialref.attributes x
    WHERE x.group_id = $1 AND x.row_id >= t.first AND x.row_id <= t.last ORDER BY x.row_id, x.field_id LIMIT ALL OFFSET 0
) a
WHERE a.value IS NOT NULL";

const WARRANTIES: &str = r"
SELECT l.row_id, l.warranty FROM unnest($2, $3) AS t (first, last) CROSS JOIN LATERAL (
    SELECT x.row_id, x.warranty FROM serialref.lives x
    WHERE x.group_id = $1 AND x.row_id >= t.first AND x.row_id <= t.last ORDER BY x.row_id LIMIT t.last - t.first + 1
) l
WHERE l.warranty IS NOT NULL";

impl Database {
    pub(crate) async fn details(&self, group: GroupId, rows: &RowSet) -> StoreResult<Vec<Details>> {
        let rows = Rows::of_set(rows);
        self.retry(|| self.look_at_details(group, &rows)).await
    }

    async fn look_at_details(&self, group: GroupId, rows: &Rows) -> Result<Answer<Vec<Details>>, Trouble> {
        let statements = [batches::counts(group), values_of(group, rows), warranties_of(group, rows)];
        let found = self.reading().await?.finish(&statements).await?;
        if found.first().is_none_or(Vec::is_empty) {
            return Ok(Refusal::NoSuchGroup { group }.into());
        }
        let values = read_values(found.get(1).map_or(&[], Vec::as_slice))?;
        let warranties = read_warranties(found.get(2).map_or(&[], Vec::as_slice))?;
        let mut details: BTreeMap<RowId, Details> = BTreeMap::new();
        let empty = |row| Details { row, values: Vec::new(), warranty: None };
        for ((row, field), value) in values {
            details.entry(row).or_insert_with(|| empty(row)).values.push((field, value));
        }
        for (row, warranty) in warranties {
            details.entry(row).or_insert_with(|| empty(row)).warranty = Some(warranty);
        }
        Ok(Answer::Done(details.into_values().collect()))
    }
}

fn place(group: GroupId, rows: &Rows) -> Vec<crate::values::Parameter> {
    let (firsts, lasts) = rows.ranges().iter().copied().unzip();
    vec![integer(bits(group.0)), integers(firsts), integers(lasts)]
}

/// Reads the values that rows were given.
pub(crate) fn values_of(group: GroupId, rows: &Rows) -> Statement<'static> {
    Statement::new(VALUES, place(group, rows))
}

/// Reads the warranties that rows have of their own.
pub(crate) fn warranties_of(group: GroupId, rows: &Rows) -> Statement<'static> {
    Statement::new(WARRANTIES, place(group, rows))
}

pub(crate) fn read_values(rows: &[Row]) -> Result<BTreeMap<(RowId, FieldId), String>, Trouble> {
    rows.iter().map(|row| Ok(((RowId(number(row, 0)?), FieldId(number(row, 1)?)), column(row, 2)?))).collect()
}

pub(crate) fn read_warranties(rows: &[Row]) -> Result<BTreeMap<RowId, WarrantyPolicy>, Trouble> {
    let policy = |row: &Row| {
        let bad = || corrupt("a reference has a warranty that makes no sense".into(), None);
        Ok((RowId(number(row, 0)?), column::<&str>(row, 1)?.parse().map_err(|_| bad())?))
    };
    rows.iter().map(policy).collect()
}
