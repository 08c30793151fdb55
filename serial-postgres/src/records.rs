//! Rows as records.

use serial_core::{
    Batch, BatchId, Cause, ClaimId, Code, Format, Group, GroupId, GroupKeys, GroupLimits, GroupPlan, Kind, Limit, Name,
    Reference, RowId, Scope, State, StateCounts, StoreError,
};
use tokio_postgres::Row;

use crate::{
    session::column,
    trouble::Trouble,
    values::{Moment, unsigned},
};

/// The columns that [`group`] reads.
pub(crate) const GROUP: &str = "group_id, name, description, kind, scope, format::text, limits::text, created_at, \
                                revision, live, issued, next_index, events, fields::text, warranty, public_name, \
                                public_description, low_stock, available, allocated, encoded, commissioned, released, \
                                decommissioned, destroyed, void, (SELECT k.keys FROM serialref.group_keys k WHERE \
                                k.group_id = groups.group_id)";

/// The first of the counts by state among the columns of [`group`].
const COUNTS: usize = 18;

/// How many columns [`group`] reads.
pub(crate) const GROUP_COLUMNS: usize = KEYS + 1;

/// The keys among the columns of [`group`].
const KEYS: usize = COUNTS + State::ALL.len();

/// The columns that [`batch`] reads.
pub(crate) const BATCH: &str = "group_id, batch_id, name, created_at, first_row, size, live";

/// The columns of the table of references that [`reference`] reads.
pub(crate) const REFERENCE: &str = "group_id, row_id, code, batch_id, created_at";

/// The same rows with what else [`reference`] reads, in the order of the listing. References that never changed have no
/// row there; each is looked up by itself, whatever the server believes about the table.
pub(crate) fn with_states(references: &str, order: &str) -> String {
    format!(
        "SELECT p.*, l.state, l.claim_id FROM ({references}) p LEFT JOIN LATERAL (SELECT s.state, s.claim_id FROM \
         serialref.lives s WHERE s.group_id = p.group_id AND s.row_id = p.row_id LIMIT 1) l ON true ORDER BY p.group_id \
         {order}, p.row_id {order}"
    )
}

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
        keys: match column::<Option<&[u8]>>(row, KEYS)? {
            None => GroupKeys::default(),
            Some(bytes) => GroupKeys::from_bytes(bytes).ok_or_else(|| bad("key"))?,
        },
        limits: parsed::<GroupLimits>(row, 6, id)?,
        fields: parsed(row, 13, id)?,
        warranty: column::<&str>(row, 14)?.parse().map_err(|_| bad("warranty"))?,
        public_name: column(row, 15)?,
        public_description: column(row, 16)?,
        low_stock: column::<Option<i64>>(row, 17)?.map(unsigned),
        created_at: column::<Moment>(row, 7)?.0,
        max_groups: Limit::Unlimited,
        cause: Cause::default(),
    };
    let mut group = Group::from_plan(id, &plan);
    group.revision = number(row, 8)?;
    group.live = number(row, 9)?;
    group.issued = number(row, 10)?;
    group.next_index = number(row, 11)?;
    group.events = number(row, 12)?;
    group.counts = counts(row, COUNTS)?;
    Ok(group)
}

/// Counts in the order of the states.
pub(crate) fn counts(row: &Row, first: usize) -> Result<StateCounts, Trouble> {
    let mut counts = StateCounts::default();
    for (index, state) in (first..).zip(State::ALL) {
        counts.add(state, number(row, index)?);
    }
    Ok(counts)
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
    let (group, id) = (GroupId(number(row, 0)?), RowId(number(row, 1)?));
    let (code, batch) = (Code::from(column::<&str>(row, 2)?), column::<Option<i64>>(row, 3)?);
    let created_at = column::<Moment>(row, 4)?.0;
    let mut reference = Reference::issued(group, id, code, batch.map(|id| BatchId(unsigned(id))), created_at);
    reference.state = state(row, 5)?;
    reference.claim = column::<Option<i64>>(row, 6)?.map(|id| ClaimId(unsigned(id)));
    Ok(reference)
}

/// The state that a reference is in; it is available where nothing was ever written down about it.
pub(crate) fn state(row: &Row, index: usize) -> Result<State, Trouble> {
    match column::<Option<&str>>(row, index)? {
        None => Ok(State::Available),
        Some(name) => {
            name.parse().map_err(|_| corrupt(format!("a reference is in a state {name:?} that is none"), None))
        }
    }
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
        let message =
            format!("the format, the limits or the fields of group {id} are not what this program understands");
        corrupt(message, Some(Box::new(error)))
    })
}

pub(crate) fn corrupt(message: String, source: Option<Box<dyn std::error::Error + Send + Sync>>) -> Trouble {
    StoreError::Corrupt { message, source }.into()
}
