//! Rows as records.

use serial_core::{
    Batch, BatchId, Code, Format, Group, GroupId, GroupLimits, GroupPlan, Kind, Limit, Name, Reference, RowId, Scope,
    StoreError,
};
use tokio_postgres::Row;

use crate::{
    session::column,
    trouble::Trouble,
    values::{Moment, unsigned},
};

/// The columns that [`group`] reads.
pub(crate) const GROUP: &str = "group_id, name, description, kind, scope, format::text, limits::text, created_at, \
                                revision, live, issued, next_index";

/// The columns that [`batch`] reads.
pub(crate) const BATCH: &str = "group_id, batch_id, name, created_at, first_row, size, live";

/// The columns that [`reference`] reads.
pub(crate) const REFERENCE: &str = "group_id, row_id, code, batch_id, created_at";

pub(crate) fn group(row: &Row) -> Result<Group, Trouble> {
    let id = GroupId(number(row, 0)?);
    let bad = |what: &str| corrupt(format!("group {id} has a {what} that makes no sense"), None);
    let plan = GroupPlan {
        name: name(row, 1)?,
        description: column(row, 2)?,
        kind: match column(row, 3)? {
            "continuous" => Kind::Continuous,
            "batch" => Kind::Batch,
            _ => return Err(bad("kind")),
        },
        scope: match column(row, 4)? {
            "registry" => Scope::Registry,
            "group" => Scope::Group,
            _ => return Err(bad("scope")),
        },
        format: parsed::<Format>(row, 5, id)?,
        limits: parsed::<GroupLimits>(row, 6, id)?,
        created_at: column::<Moment>(row, 7)?.0,
        max_groups: Limit::Unlimited,
    };
    let mut group = Group::from_plan(id, &plan);
    group.revision = number(row, 8)?;
    group.live = number(row, 9)?;
    group.issued = number(row, 10)?;
    group.next_index = number(row, 11)?;
    Ok(group)
}

pub(crate) fn batch(row: &Row) -> Result<Batch, Trouble> {
    Ok(Batch {
        group: GroupId(number(row, 0)?),
        id: BatchId(number(row, 1)?),
        name: name(row, 2)?,
        created_at: column::<Moment>(row, 3)?.0,
        first_row: RowId(number(row, 4)?),
        size: number(row, 5)?,
        live: number(row, 6)?,
    })
}

pub(crate) fn reference(row: &Row) -> Result<Reference, Trouble> {
    Ok(Reference {
        group: GroupId(number(row, 0)?),
        row: RowId(number(row, 1)?),
        code: Code::from(column::<&str>(row, 2)?),
        batch: column::<Option<i64>>(row, 3)?.map(|id| BatchId(unsigned(id))),
        created_at: column::<Moment>(row, 4)?.0,
    })
}

/// A number that is never negative, or the bits of an unsigned one.
pub(crate) fn number(row: &Row, index: usize) -> Result<u64, Trouble> {
    column(row, index).map(unsigned)
}

pub(crate) fn name(row: &Row, index: usize) -> Result<Name, Trouble> {
    let text: String = column(row, index)?;
    Name::new(text).map_err(|error| corrupt("a name in the database is none".into(), Some(Box::new(error))))
}

fn parsed<T: for<'a> serde::Deserialize<'a>>(row: &Row, index: usize, id: GroupId) -> Result<T, Trouble> {
    serde_json::from_str(column(row, index)?).map_err(|error| {
        let message = format!("the format or the limits of group {id} are not what this program understands");
        corrupt(message, Some(Box::new(error)))
    })
}

fn corrupt(message: String, source: Option<Box<dyn std::error::Error + Send + Sync>>) -> Trouble {
    StoreError::Corrupt { message, source }.into()
}
