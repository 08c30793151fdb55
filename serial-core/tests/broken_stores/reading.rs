//! Stores that keep everything and show it wrongly.

use std::{collections::HashMap, sync::Mutex};

use serial_core::{
    Answer, Batch, BatchQuery, Direction, Found, Group, GroupId, GroupQuery, Reference, ReferenceQuery, Slice, Start,
    Store, StoreError, StoreResult,
    conformance::{ModelStore, Rule},
};

use crate::{caught, caught_at_random_too, wrapper::Flaw};

fn map<T>(answer: Answer<T>, change: impl FnOnce(T) -> T) -> Answer<T> {
    match answer {
        Answer::Done(value) => Answer::Done(change(value)),
        refused @ Answer::Refused(_) => refused,
    }
}

/// Leaves out the first row after a cursor: greater where it should be greater or equal, once too often.
#[derive(Default)]
struct SkippedRow;

impl Flaw for SkippedRow {
    fn references(&self, store: &ModelStore, query: &ReferenceQuery) -> StoreResult<Slice<Reference>> {
        let answer = store.references(query)?;
        Ok(map(answer, |mut slice| {
            if matches!(query.start, Start::After(_)) && slice.items.len() > 1 {
                slice.items.remove(0);
            }
            slice
        }))
    }
}

#[test]
fn a_page_that_skips_a_row_is_caught() {
    caught_at_random_too::<SkippedRow>("s06_pages_of_references_join", Rule::S6);
}

/// Pages by counting rows, so that a deletion meanwhile moves everything after it.
#[derive(Default)]
struct Offsets(Mutex<HashMap<(GroupId, u64), u64>>);

impl Flaw for Offsets {
    fn references(&self, store: &ModelStore, query: &ReferenceQuery) -> StoreResult<Slice<Reference>> {
        let mut offsets = self.0.lock().unwrap();
        let skip = match query.start {
            Start::Skip(rows) => rows,
            Start::After((group, row)) => offsets.get(&(group, row.0)).copied().unwrap_or(0),
        };
        let answer = store.references(&ReferenceQuery { start: Start::Skip(skip), ..query.clone() })?;
        if let Answer::Done(slice) = &answer {
            for (rows, reference) in (skip + 1..).zip(&slice.items) {
                offsets.insert((reference.group, reference.row.0), rows);
            }
        }
        Ok(answer)
    }
}

#[test]
fn pages_by_offset_are_caught() {
    caught::<Offsets>("s06_pages_join_although_rows_come_and_go_in_between", Rule::S6);
}

/// Lists whatever revision a group has.
#[derive(Default)]
struct AnyRevision;

impl Flaw for AnyRevision {
    fn references(&self, store: &ModelStore, query: &ReferenceQuery) -> StoreResult<Slice<Reference>> {
        store.references(&ReferenceQuery { revision: None, ..query.clone() })
    }
}

#[test]
fn a_listing_that_does_not_compare_the_revision_is_caught() {
    caught::<AnyRevision>("s02_a_listing_for_an_old_revision_is_refused", Rule::S2);
}

/// Says that a listing goes on whenever a page is full.
#[derive(Default)]
struct FullMeansMore;

impl Flaw for FullMeansMore {
    fn groups(&self, store: &ModelStore, query: &GroupQuery) -> Result<Slice<Group>, StoreError> {
        let slice = store.groups(query)?;
        Ok(Slice { more: slice.items.len() == query.size as usize, ..slice })
    }

    fn references(&self, store: &ModelStore, query: &ReferenceQuery) -> StoreResult<Slice<Reference>> {
        let full = |slice: Slice<Reference>| Slice { more: slice.items.len() == query.size as usize, ..slice };
        Ok(map(store.references(query)?, full))
    }
}

#[test]
fn a_full_page_taken_for_a_sign_of_more_is_caught() {
    caught_at_random_too::<FullMeansMore>("s06_numbered_pages_join", Rule::S6);
}

/// Turns the rows of each group round, and not the groups.
#[derive(Default)]
struct HalfReversed;

impl Flaw for HalfReversed {
    fn references(&self, store: &ModelStore, query: &ReferenceQuery) -> StoreResult<Slice<Reference>> {
        let answer = store.references(query)?;
        Ok(map(answer, |mut slice| {
            if query.direction == Direction::NewestFirst {
                slice.items.sort_by_key(|reference| (reference.group, std::cmp::Reverse(reference.row)));
            }
            slice
        }))
    }
}

#[test]
fn a_listing_that_is_half_reversed_is_caught() {
    caught_at_random_too::<HalfReversed>("s06_pages_of_references_join", Rule::S6);
}

/// Gives the size of the rest for the total of the listing.
#[derive(Default)]
struct RestForTotal;

impl Flaw for RestForTotal {
    fn references(&self, store: &ModelStore, query: &ReferenceQuery) -> StoreResult<Slice<Reference>> {
        let rest = ReferenceQuery { size: u32::MAX, ..query.clone() };
        let rest = match store.references(&rest)? {
            Answer::Done(slice) => slice.items.len() as u64,
            Answer::Refused(refusal) => return Ok(refusal.into()),
        };
        Ok(map(store.references(query)?, |slice| Slice { total: slice.total.map(|_| rest), ..slice }))
    }
}

#[test]
fn a_total_of_the_rest_is_caught() {
    let case = "s07_totals_do_not_depend_on_where_a_page_begins";
    caught_at_random_too::<RestForTotal>(case, Rule::S7);
}

/// Keeps a count of live references that deletions do not change.
#[derive(Default)]
struct StaleCount;

impl Flaw for StaleCount {
    fn group(&self, store: &ModelStore, id: GroupId) -> Result<Option<Group>, StoreError> {
        Ok(store.group(id)?.map(|mut group| {
            group.live = group.issued;
            group
        }))
    }
}

#[test]
fn a_count_that_deletions_do_not_change_is_caught() {
    caught_at_random_too::<StaleCount>("s07_a_group_counts_its_references", Rule::S7);
}

/// Lists batches by their live references, so that empty ones are gone.
#[derive(Default)]
struct NoEmptyBatches;

impl Flaw for NoEmptyBatches {
    fn batches(&self, store: &ModelStore, query: &BatchQuery) -> StoreResult<Slice<Batch>> {
        let answer = store.batches(query)?;
        Ok(map(answer, |mut slice| {
            slice.items.retain(|batch| batch.live > 0);
            slice
        }))
    }
}

#[test]
fn empty_batches_that_are_not_listed_are_caught() {
    caught_at_random_too::<NoEmptyBatches>("s07_a_batch_counts_its_references", Rule::S7);
}

/// Hands search terms to LIKE as they are.
#[derive(Default)]
struct Like;

impl Flaw for Like {
    fn references(&self, store: &ModelStore, query: &ReferenceQuery) -> StoreResult<Slice<Reference>> {
        let Some(term) = &query.term else { return store.references(query) };
        let pattern = format!("%{}%", term.to_lowercase());
        let all = ReferenceQuery { term: None, start: Start::Skip(0), size: u32::MAX, ..query.clone() };
        let answer = store.references(&all)?;
        let found = map(answer, |mut slice| {
            slice.items.retain(|reference| like(pattern.as_bytes(), reference.code.to_lowercase().as_bytes()));
            slice
        });
        match store.references(query)? {
            // Only whole listings are read the wrong way; that is enough.
            Answer::Done(_) if query.size >= 1000 => Ok(found),
            answer => Ok(answer),
        }
    }
}

/// Whether a text matches a pattern of LIKE.
fn like(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        ([b'%', pattern @ ..], _) => {
            like(pattern, text) || text.split_first().is_some_and(|(_, text)| like(&[b"%", pattern].concat(), text))
        }
        ([b'_', pattern @ ..], [_, text @ ..]) => like(pattern, text),
        ([symbol, pattern @ ..], [other, text @ ..]) => symbol == other && like(pattern, text),
        _ => false,
    }
}

#[test]
fn a_search_term_that_is_a_pattern_is_caught() {
    caught::<Like>("s08_search_terms_are_taken_literally", Rule::S8);
}

/// Looks for parts of names in any case of ASCII letters only.
#[derive(Default)]
struct AsciiCase;

impl Flaw for AsciiCase {
    fn groups(&self, store: &ModelStore, query: &GroupQuery) -> Result<Slice<Group>, StoreError> {
        let Some(part) = &query.name_part else { return store.groups(query) };
        let mut slice = store.groups(&GroupQuery { name_part: None, ..query.clone() })?;
        slice.items.retain(|group| group.name.to_ascii_lowercase().contains(&part.to_ascii_lowercase()));
        Ok(slice)
    }
}

#[test]
fn names_searched_by_ascii_alone_are_caught() {
    caught_at_random_too::<AsciiCase>("s08_parts_of_names_are_found_in_any_case", Rule::S8);
}

/// Finds codes as people type them.
#[derive(Default)]
struct TolerantFind;

impl Flaw for TolerantFind {
    fn find(&self, store: &ModelStore, group: Option<GroupId>, codes: &[&str]) -> Result<Vec<Reference>, StoreError> {
        let trimmed: Vec<&str> = codes.iter().map(|code| code.trim()).collect();
        store.find(group, &trimmed)
    }
}

/// Finds one code where several have it, since it stops at the first.
#[derive(Default)]
struct FirstFound;

impl Flaw for FirstFound {
    fn find_one(&self, store: &ModelStore, group: Option<GroupId>, code: &str) -> Result<Found, StoreError> {
        let first = store.find(group, &[code])?.into_iter().next();
        Ok(first.map_or(Found::Nothing, |reference| Found::One(reference.into())))
    }
}

/// Finds one code in whatever group it is.
#[derive(Default)]
struct AnyGroup;

impl Flaw for AnyGroup {
    fn find_one(&self, store: &ModelStore, _: Option<GroupId>, code: &str) -> Result<Found, StoreError> {
        store.find_one(None, code)
    }
}

#[test]
fn a_find_of_one_that_ignores_the_group_is_caught() {
    caught_at_random_too::<AnyGroup>("s08_find_is_exact", Rule::S8);
}

/// Finds one code also where its reference was deleted.
#[derive(Default)]
struct FoundDead;

impl Flaw for FoundDead {
    fn find_one(&self, store: &ModelStore, group: Option<GroupId>, code: &str) -> Result<Found, StoreError> {
        match store.find_one(group, code)? {
            Found::Nothing => {
                let dead = store.deleted(group, code)?.into_iter().next();
                Ok(dead.map_or(Found::Nothing, |reference| Found::One(reference.into())))
            }
            found => Ok(found),
        }
    }
}

#[test]
fn a_find_of_one_that_forgets_deletions_is_caught() {
    caught_at_random_too::<FoundDead>("s08_find_is_exact", Rule::S8);
}

#[test]
fn a_find_that_stops_at_the_first_is_caught() {
    caught_at_random_too::<FirstFound>("s08_find_is_exact", Rule::S8);
}

#[test]
fn a_tolerant_find_is_caught() {
    caught::<TolerantFind>("s08_find_is_exact", Rule::S8);
}

/// Reads groups from a copy that lags behind.
#[derive(Default)]
struct StaleCopy(Mutex<HashMap<GroupId, (u8, Option<Group>)>>);

impl Flaw for StaleCopy {
    fn group(&self, store: &ModelStore, id: GroupId) -> Result<Option<Group>, StoreError> {
        let mut copies = self.0.lock().unwrap();
        let copy = copies.entry(id).or_insert((0, None));
        // Every third read renews the copy.
        if copy.0 % 3 == 0 {
            copy.1 = store.group(id)?;
        }
        copy.0 = copy.0.wrapping_add(1);
        Ok(copy.1.clone())
    }
}

#[test]
fn a_copy_that_lags_behind_is_caught() {
    caught::<StaleCopy>("s09_a_finished_write_is_seen_by_the_writer", Rule::S9);
}

/// Counts rows in a type that is too small, and checks its arithmetic.
#[derive(Default)]
struct SmallNumbers;

impl Flaw for SmallNumbers {
    fn group(&self, store: &ModelStore, id: GroupId) -> Result<Option<Group>, StoreError> {
        let id = i64::try_from(id.0).expect("an id fits the column");
        store.group(GroupId(id.unsigned_abs()))
    }
}

#[test]
fn a_panic_is_caught() {
    caught::<SmallNumbers>("s11_ids_that_were_never_given_are_answered", Rule::S11);
}
