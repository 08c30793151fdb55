//! Answers of stores are not trusted: what breaks the contract becomes an error before anything is built on it.

use crate::{
    error::Error,
    ids::GroupId,
    query::{Direction, Within},
    reference::Reference,
    registry::contract,
    store::{ClaimRecord, Details, RowSet, Slice, Start},
};

/// A slice that has no more rows than asked for, all behind its start and in order, and that ends where it says so.
pub(super) fn slice<T, P: Ord>(
    slice: Slice<T>,
    size: u32,
    start: &Start<P>,
    direction: Direction,
    place: impl Fn(&T) -> P,
) -> Result<Slice<T>, Error> {
    let is_next = |before: &P, after: &P| match direction {
        Direction::OldestFirst => before < after,
        Direction::NewestFirst => before > after,
    };
    let places: Vec<P> = slice.items.iter().map(place).collect();
    let in_order = places.windows(2).all(|pair| is_next(&pair[0], &pair[1]));
    let behind_start = match (start, places.first()) {
        (Start::After(last), Some(first)) => is_next(last, first),
        _ => true,
    };
    let ends = size == 0 || !slice.more || !slice.items.is_empty();
    if places.len() <= size as usize && in_order && behind_start && ends {
        Ok(slice)
    } else {
        Err(contract("the store listed rows that are too many, out of order, or not behind the place that was given"))
    }
}

/// References that are in the place that was looked at.
pub(super) fn within(references: &[Reference], within: Within) -> Result<(), Error> {
    let is_inside = |reference: &Reference| match within {
        Within::Registry => true,
        Within::Group(group) => reference.group == group,
        Within::Batch(group, batch) => reference.group == group && reference.batch == Some(batch),
    };
    if references.iter().all(is_inside) {
        Ok(())
    } else {
        Err(contract("the store listed references of another group or batch than was asked for"))
    }
}

/// References that have one of the codes that were asked for.
pub(super) fn found(
    references: Vec<Reference>,
    group: Option<GroupId>,
    codes: &[&str],
) -> Result<Vec<Reference>, Error> {
    let mut sorted = codes.to_vec();
    sorted.sort_unstable();
    let was_asked = |reference: &Reference| {
        group.is_none_or(|group| reference.group == group) && sorted.binary_search(&reference.code.as_str()).is_ok()
    };
    if references.iter().all(was_asked) { Ok(references) } else { Err(not_asked_for()) }
}

#[cold]
pub(super) fn not_asked_for() -> Error {
    contract("the store found references that were not asked for")
}

/// A claim of the group and as large as was asked for, whose references are in order.
pub(super) fn claim(claim: ClaimRecord, group: GroupId, count: Option<u64>) -> Result<ClaimRecord, Error> {
    let references = &claim.references;
    let fits = claim.group == group
        && claim.id.0 > 0
        && count.is_none_or(|count| references.len() as u64 == count)
        && references.iter().all(|reference| reference.group == group)
        && references.windows(2).all(|pair| pair[0].row < pair[1].row);
    if fits { Ok(claim) } else { Err(contract("the store gave a claim that is not the one that was asked for")) }
}

/// Details of rows that were asked for, each once and in order.
pub(super) fn details(details: Vec<Details>, rows: &RowSet) -> Result<Vec<Details>, Error> {
    let in_order = details.windows(2).all(|pair| pair[0].row < pair[1].row);
    if in_order && details.iter().all(|details| rows.contains(details.row)) {
        Ok(details)
    } else {
        Err(contract("the store gave details of rows that were not asked for, or out of order"))
    }
}

/// Deleted references that have the code that was asked for.
pub(super) fn deleted(found: Vec<Reference>, group: Option<GroupId>, code: &str) -> Result<Vec<Reference>, Error> {
    self::found(found, group, &[code])
}
