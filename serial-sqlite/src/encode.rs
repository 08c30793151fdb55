//! How records are written in the tables, and read again.

use std::ops::RangeInclusive;

use jiff::civil::DateTime;
use rusqlite::Row;
use serial_core::{
    Batch, BatchId, ClaimId, Code, Group, GroupId, GroupKeys, GroupPlan, Kind, Name, Reference, RowId, Scope, Span,
    State, StateCounts, StoreError, Timestamp,
};

use crate::error::Failure;

/// The most references a group can have in this store, deleted ones included.
pub(crate) const MAX_ROWS: u64 = u32::MAX as u64;

/// The most groups this store can have, deleted ones included.
pub(crate) const MAX_GROUPS: u64 = i32::MAX as u64;

const ROW_BITS: u32 = 32;

/// The years 1 to 9999 in microseconds: within them the order of texts is the order of time.
const MOMENTS: RangeInclusive<i64> = -62_135_596_800_000_000..=253_402_300_799_999_999;

/// The number of a group in the tables; `None` where no group can have it.
pub(crate) fn group_number(id: GroupId) -> Option<i64> {
    (1..=MAX_GROUPS).contains(&id.0).then_some(id.0.cast_signed())
}

/// The ids that the rows of a group can have.
pub(crate) fn ids_of(group: i64) -> RangeInclusive<i64> {
    (group << ROW_BITS)..=(group << ROW_BITS) + MAX_ROWS.cast_signed()
}

/// The id of a row; for a row that no group can have, the id of the last one that it can.
pub(crate) fn id_of(group: i64, row: u64) -> i64 {
    (group << ROW_BITS) + row.min(MAX_ROWS).cast_signed()
}

/// The ids of the rows of a batch, which are issued at once, so that they follow each other.
pub(crate) fn ids_of_batch(batch: &Batch) -> RangeInclusive<i64> {
    let group = batch.group.0.cast_signed();
    let last = batch.first_row.0.saturating_add(batch.size).saturating_sub(1);
    id_of(group, batch.first_row.0)..=id_of(group, last)
}

/// The group and the row of an id.
pub(crate) fn place_of(id: i64) -> (GroupId, RowId) {
    (GroupId((id >> ROW_BITS).cast_unsigned()), RowId(id.cast_unsigned() & MAX_ROWS))
}

/// A moment as RFC 3339 in UTC, always with six digits after the second.
pub(crate) fn moment(moment: Timestamp) -> Result<String, StoreError> {
    if MOMENTS.contains(&moment.as_micros()) {
        Ok(moment.to_string())
    } else {
        Err(StoreError::contract("the store keeps moments of the years 1 to 9999; set the clock"))
    }
}

/// The bounds of a span as texts; moments that are never stored become the nearest that sorts the same way.
pub(crate) fn bounds(span: Span) -> (Option<String>, Option<String>) {
    let bound = |moment: Timestamp| match moment.as_micros() {
        micros if micros < *MOMENTS.start() => String::new(),
        micros if micros > *MOMENTS.end() => "~".into(),
        _ => moment.to_string(),
    };
    (span.from.map(bound), span.before.map(bound))
}

pub(crate) fn read_moment(text: &str) -> Result<Timestamp, Failure> {
    let civil = text.strip_suffix('Z').and_then(|text| text.parse::<DateTime>().ok());
    let micros = civil.map(|civil| civil.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0)).as_micros());
    match micros.and_then(|micros| i64::try_from(micros).ok()) {
        Some(micros) => Ok(Timestamp::from_micros(micros)),
        None => Err(Failure::corrupt("a stored time is not one; restore the store from a backup")),
    }
}

pub(crate) fn read_name(text: String) -> Result<Name, Failure> {
    Name::new(text).map_err(|_| Failure::corrupt("a stored name is not one; restore the store from a backup"))
}

pub(crate) fn kind_text(kind: Kind) -> &'static str {
    match kind {
        Kind::Continuous => "continuous",
        Kind::Batch => "batch",
    }
}

pub(crate) fn scope_text(scope: Scope) -> &'static str {
    match scope {
        Scope::Registry => "registry",
        Scope::Group => "group",
    }
}

/// Where the codes of a group are unique: 0 is shared by all groups that have none of their own.
pub(crate) fn namespace(scope: &str, group: i64) -> i64 {
    if scope == scope_text(Scope::Group) { group } else { 0 }
}

/// The columns that count references by state, in the order of [`State::ALL`].
pub(crate) const COUNTS: [&str; 8] =
    ["available", "allocated", "encoded", "commissioned", "released", "decommissioned", "destroyed", "void"];

/// Reads the counts by state from their columns, which stand together from one on.
pub(crate) fn read_counts(row: &Row<'_>, first: usize) -> Result<StateCounts, Failure> {
    let mut counts = StateCounts::default();
    for (state, column) in State::ALL.into_iter().zip(first..) {
        counts.add(state, number(row, column)?);
    }
    Ok(counts)
}

/// The columns that [`read_group`] reads, in its order.
pub(crate) const GROUP_COLUMNS: &str = "group_id, name, description, kind, scope, format, limits, created_at, \
     revision, live, issued, next_index, fields, warranty, public_name, public_description, low_stock, events, \
     available, allocated, encoded, commissioned, released, decommissioned, destroyed, void, \
     (SELECT k.keys FROM group_keys AS k WHERE k.group_id = groups.group_id)";

pub(crate) fn read_group(row: &Row<'_>) -> Result<Group, Failure> {
    let text = |column: usize| row.get_ref(column).and_then(|value| Ok(value.as_str()?));
    let unreadable = |_| Failure::corrupt("a stored format or limit cannot be read; restore the store from a backup");
    let kind = if text(3)? == kind_text(Kind::Batch) { Kind::Batch } else { Kind::Continuous };
    let warranty = text(13)?.parse();
    let keys = row.get_ref(18 + State::ALL.len())?.as_blob_or_null().map_err(rusqlite::Error::from)?;
    let keys = keys.map_or(Some(GroupKeys::default()), GroupKeys::from_bytes);
    let plan = GroupPlan {
        description: text(2)?.to_owned(),
        scope: if text(4)? == scope_text(Scope::Group) { Scope::Group } else { Scope::Registry },
        format: serde_json::from_str(text(5)?).map_err(unreadable)?,
        limits: serde_json::from_str(text(6)?).map_err(unreadable)?,
        keys: keys.ok_or_else(|| Failure::corrupt("stored keys are none; restore the store from a backup"))?,
        fields: serde_json::from_str(text(12)?).map_err(unreadable)?,
        warranty: warranty.map_err(|_| Failure::corrupt("a stored warranty is not one"))?,
        public_name: text(14)?.to_owned(),
        public_description: text(15)?.to_owned(),
        low_stock: row.get::<_, Option<i64>>(16)?.map(i64::cast_unsigned),
        ..GroupPlan::new(read_name(text(1)?.to_owned())?, kind, read_moment(text(7)?)?)
    };
    let mut group = Group::from_plan(GroupId(number(row, 0)?), &plan);
    group.revision = number(row, 8)?;
    group.live = number(row, 9)?;
    group.issued = number(row, 10)?;
    group.next_index = row.get::<_, i64>(11)?.cast_unsigned();
    group.events = number(row, 17)?;
    group.counts = read_counts(row, 18)?;
    Ok(group)
}

/// The columns that [`read_reference`] reads, in its order, of a table called `r`.
pub(crate) const REFERENCE_COLUMNS: &str = "r.id, r.code, r.batch_id, r.created_at, r.state_number, r.claim_id";

pub(crate) fn read_reference(row: &Row<'_>) -> Result<Reference, Failure> {
    let (group, place) = place_of(row.get(0)?);
    let code = Code::from(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?);
    let batch = row.get::<_, Option<i64>>(2)?.map(|batch| BatchId(batch.cast_unsigned()));
    let created_at = read_moment(row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?)?;
    let mut reference = Reference::issued(group, place, code, batch, created_at);
    reference.state = read_state(row, 4)?;
    reference.claim = row.get::<_, Option<i64>>(5)?.map(|claim| ClaimId(claim.cast_unsigned()));
    Ok(reference)
}

pub(crate) fn read_state(row: &Row<'_>, column: usize) -> Result<State, Failure> {
    state(row.get(column)?)
}

/// A state by its number.
pub(crate) fn state(number: i64) -> Result<State, Failure> {
    let state = u8::try_from(number).ok().and_then(State::from_number);
    state.ok_or_else(|| Failure::corrupt("a stored state is not one; restore the store from a backup"))
}

/// The columns that [`read_batch`] reads, in its order.
pub(crate) const BATCH_COLUMNS: &str = "group_id, batch_id, name, created_at, first_row, size, live";

pub(crate) fn read_batch(row: &Row<'_>) -> Result<Batch, Failure> {
    Ok(Batch {
        group: GroupId(number(row, 0)?),
        id: BatchId(number(row, 1)?),
        name: read_name(row.get(2)?)?,
        created_at: read_moment(row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?)?,
        first_row: RowId(number(row, 4)?),
        size: number(row, 5)?,
        live: number(row, 6)?,
    })
}

/// A number that is never negative.
pub(crate) fn number(row: &Row<'_>, column: usize) -> Result<u64, Failure> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| Failure::corrupt("a stored number is negative; restore the store from a backup"))
}

/// A number beyond what the tables can hold is as good as the largest they can.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_the_years_one_to_9999_come_back_and_others_are_refused() {
        for micros in [*MOMENTS.start(), -1, 0, 1, 1_795_432_738_123_456, *MOMENTS.end()] {
            let text = moment(Timestamp::from_micros(micros)).unwrap();
            assert_eq!(text.len(), 27);
            assert_eq!(read_moment(&text).unwrap(), Timestamp::from_micros(micros));
        }
        for micros in [i64::MIN, *MOMENTS.start() - 1, *MOMENTS.end() + 1, i64::MAX] {
            assert!(moment(Timestamp::from_micros(micros)).is_err());
        }
    }

    #[test]
    fn ids_are_in_the_order_of_group_and_row() {
        assert!(id_of(1, MAX_ROWS) < id_of(2, 1));
        assert_eq!(place_of(id_of(7, 9)), (GroupId(7), RowId(9)));
        assert_eq!(place_of(id_of(MAX_GROUPS.cast_signed(), u64::MAX)), (GroupId(MAX_GROUPS), RowId(MAX_ROWS)));
    }

    #[test]
    fn numbers_that_no_group_has_have_no_place_in_the_tables() {
        assert_eq!(group_number(GroupId(1)), Some(1));
        for id in [0, MAX_GROUPS + 1, u64::MAX] {
            assert_eq!(group_number(GroupId(id)), None);
        }
    }
}
