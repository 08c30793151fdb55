//! What the bodies of cases are written with that are about claims, changes and events.

use crate::{
    conformance::{
        bench::{NOON, done, everything, holds, name, present, references, same, slice},
        case::{Breach, Outcome},
    },
    group::Group,
    ids::{BatchId, ClaimId, FieldId, GroupId, RequestId, RowId},
    life::{Cause, Change, Event, Field, Inventory, State, StateCounts, States},
    name::Name,
    query::{Direction, Within},
    store::{
        ChangePlan, Changed, ClaimPlan, ClaimRecord, Claimed, Details, Digest, EventQuery, ReferenceQuery, Request,
        RowSet, Start, Step, Store, StoreResult,
    },
    time::Timestamp,
};

/// So many microseconds after [`NOON`].
pub(super) const fn later(micros: i64) -> Timestamp {
    Timestamp::from_micros(NOON.as_micros() + micros)
}

pub(super) fn row_set(rows: impl IntoIterator<Item = u64>) -> RowSet {
    rows.into_iter().map(RowId).collect()
}

pub(super) fn cause(actor: &str, reason: &str, note: &str) -> Result<Cause, Breach> {
    Cause::new(Some(actor), Some(reason), Some(note))
        .map_err(|error| Breach::new(format!("the kit made a bad cause: {error}")))
}

/// A field for internal use.
pub(super) fn field(id: u64, text: &str, default: &str) -> Result<Field, Breach> {
    Ok(Field::new(FieldId(id), name(text)?, default.into(), false, false))
}

/// A plan to claim that owns its parts.
#[derive(Clone, Debug)]
pub(super) struct Claiming {
    pub(super) request: Option<Request>,
    pub(super) group: GroupId,
    pub(super) batch: Option<BatchId>,
    pub(super) count: u64,
    pub(super) holder: Name,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) at: Timestamp,
    pub(super) cause: Cause,
}

impl Claiming {
    /// So many of a group, at noon and for ever.
    pub(super) fn of(group: &Group, count: u64) -> Result<Self, Breach> {
        Ok(Self {
            request: None,
            group: group.id,
            batch: None,
            count,
            holder: name("Line 3")?,
            expires_at: None,
            at: NOON,
            cause: Cause::default(),
        })
    }

    pub(super) fn of_batch(self, batch: u64) -> Self {
        Self { batch: Some(BatchId(batch)), ..self }
    }

    /// Expiring so many microseconds after noon.
    pub(super) fn until(self, micros: i64) -> Self {
        Self { expires_at: Some(later(micros)), ..self }
    }

    /// So many microseconds after noon.
    pub(super) fn at(self, micros: i64) -> Self {
        Self { at: later(micros), ..self }
    }

    pub(super) fn request(self, id: u128, digest: u64) -> Self {
        Self { request: Some(Request { id: RequestId(id), digest: Digest(digest) }), ..self }
    }

    pub(super) fn run(&self, store: &dyn Store) -> StoreResult<Claimed> {
        store.claim(&ClaimPlan {
            request: self.request,
            group: self.group,
            batch: self.batch,
            count: self.count,
            holder: &self.holder,
            expires_at: self.expires_at,
            at: self.at,
            cause: &self.cause,
        })
    }

    /// Runs it where it must claim, and gives the claim and how many are available.
    pub(super) fn take(&self, store: &dyn Store) -> Result<(ClaimRecord, u64), Breach> {
        let what = format!("claiming {} of group {}", self.count, self.group);
        match done(&what, self.run(store))? {
            Claimed::New { claim, available } => Ok((claim, available)),
            Claimed::Repeated(first) => Err(Breach::new(format!("{what} must be new, but it repeated {first:?}"))),
        }
    }

    /// Runs it where it must claim, and gives the claim's id and its rows.
    pub(super) fn rows(&self, store: &dyn Store) -> Result<(ClaimId, Vec<u64>), Breach> {
        let (claim, _) = self.take(store)?;
        Ok((claim.id, claimed_rows(&claim)))
    }
}

pub(super) fn claimed_rows(claim: &ClaimRecord) -> Vec<u64> {
    claim.references.iter().map(|reference| reference.row.0).collect()
}

/// Rows to change, whatever the step is.
#[derive(Clone, Debug)]
pub(super) struct Changing {
    pub(super) request: Option<Request>,
    pub(super) targets: Vec<(GroupId, RowSet)>,
    pub(super) at: Timestamp,
    pub(super) cause: Cause,
}

impl Changing {
    /// Rows of a group, at noon.
    pub(super) fn of(group: GroupId, rows: impl IntoIterator<Item = u64>) -> Self {
        Self { request: None, targets: vec![(group, row_set(rows))], at: NOON, cause: Cause::default() }
    }

    /// Rows of a further group, which was created later.
    pub(super) fn and(mut self, group: GroupId, rows: impl IntoIterator<Item = u64>) -> Self {
        self.targets.push((group, row_set(rows)));
        self
    }

    /// So many microseconds after noon.
    pub(super) fn at(self, micros: i64) -> Self {
        Self { at: later(micros), ..self }
    }

    pub(super) fn request(self, id: u128, digest: u64) -> Self {
        Self { request: Some(Request { id: RequestId(id), digest: Digest(digest) }), ..self }
    }

    pub(super) fn run(&self, store: &dyn Store, step: Step<'_>) -> StoreResult<Changed> {
        self.run_held_by(store, step, None)
    }

    /// Runs it with references that are allocated by one claim, where one is named.
    pub(super) fn run_held_by(
        &self,
        store: &dyn Store,
        step: Step<'_>,
        held_by: Option<ClaimId>,
    ) -> StoreResult<Changed> {
        let (request, at, cause) = (self.request, self.at, &self.cause);
        store.change(&ChangePlan { request, targets: &self.targets, step, held_by, at, cause })
    }

    /// Runs it where every row must be reached.
    pub(super) fn all(&self, store: &dyn Store, step: Step<'_>) -> Outcome {
        let what = format!("{step:?} of {:?}", self.targets);
        let changed = self.targets.iter().map(|(_, rows)| rows.len()).sum();
        same(&what, &done(&what, self.run(store, step))?, &Changed { changed, left: 0 })
    }
}

/// The step to a state from all that may come before it.
pub(super) fn to(state: State) -> Step<'static> {
    Step::Move { from: States::before(state), to: state }
}

/// The step to a state from any other.
pub(super) fn anyhow_to(state: State) -> Step<'static> {
    Step::Move { from: State::ALL.into_iter().filter(|other| *other != state).collect(), to: state }
}

/// Brings rows to a state that they can come to.
pub(super) fn bring(store: &dyn Store, group: GroupId, rows: impl IntoIterator<Item = u64>, state: State) -> Outcome {
    Changing::of(group, rows).all(store, to(state))
}

/// Gives rows values for which their group is asked first.
pub(super) fn set_values(
    store: &dyn Store,
    group: GroupId,
    rows: impl IntoIterator<Item = u64>,
    values: &[(FieldId, Option<String>)],
) -> Outcome {
    let revision = present(store, group)?.revision;
    Changing::of(group, rows).all(store, Step::SetValues { revision, values })
}

/// All events of a group, oldest first.
pub(super) fn all_events(group: GroupId) -> EventQuery {
    EventQuery {
        group,
        row: None,
        direction: Direction::OldestFirst,
        start: Start::Skip(0),
        size: 100_000,
        counted: false,
    }
}

pub(super) fn events(store: &dyn Store, group: GroupId) -> Result<Vec<Event>, Breach> {
    Ok(done("listing events", store.events(&all_events(group)))?.items)
}

/// The events of one reference, oldest first.
pub(super) fn events_of(store: &dyn Store, group: GroupId, row: u64) -> Result<Vec<Event>, Breach> {
    let query = EventQuery { row: Some(RowId(row)), ..all_events(group) };
    Ok(done("listing the events of a reference", store.events(&query))?.items)
}

/// What events say, without when and by whom.
pub(super) fn changes(events: Vec<Event>) -> Vec<Change> {
    events.into_iter().map(|event| event.change).collect()
}

/// What is said by the events of a group that come after the first so many.
pub(super) fn changes_after(store: &dyn Store, group: GroupId, count: u64) -> Result<Vec<Change>, Breach> {
    Ok(changes(events(store, group)?).split_off(usize::try_from(count).unwrap_or(usize::MAX)))
}

pub(super) fn moved(row: u64, from: State, to: State, claim: Option<u64>) -> Change {
    Change::Moved { row: RowId(row), from, to, claim: claim.map(ClaimId) }
}

pub(super) fn inventory(store: &dyn Store, within: Within) -> Result<Inventory, Breach> {
    done("taking stock", store.inventory(within))
}

pub(super) fn details(
    store: &dyn Store,
    group: GroupId,
    rows: impl IntoIterator<Item = u64>,
) -> Result<Vec<Details>, Breach> {
    done("reading details", store.details(group, &row_set(rows)))
}

/// The rows of a group that are in a state.
pub(super) fn rows_in(store: &dyn Store, within: Within, state: State) -> Result<Vec<u64>, Breach> {
    let query = ReferenceQuery { state: Some(state), ..everything(within) };
    Ok(slice(store, &query)?.items.iter().map(|reference| reference.row.0).collect())
}

/// The rows of a group that have a value in a field.
pub(super) fn rows_with(store: &dyn Store, group: GroupId, field: u64, value: &str) -> Result<Vec<u64>, Breach> {
    let value = Some((FieldId(field), value.to_owned()));
    let query = ReferenceQuery { value, ..everything(Within::Group(group)) };
    Ok(slice(store, &query)?.items.iter().map(|reference| reference.row.0).collect())
}

/// Counts by state are those of what is listed, in all that there is.
pub(super) fn counts_add_up(store: &dyn Store, groups: &[&Group]) -> Outcome {
    let mut withins = vec![Within::Registry];
    for group in groups {
        withins.push(Within::Group(group.id));
        let now = present(store, group.id)?;
        let stock = inventory(store, Within::Group(group.id))?;
        same("the counts of a group, read and taken stock of", &now.counts, &stock.counts)?;
        same("the live references of a group, and those in all states", &now.live, &now.counts.total())?;
        let batches = done("listing batches", store.batches(&super::bench::all_batches(group.id)))?;
        for batch in batches.items {
            withins.push(Within::Batch(group.id, batch.id));
            let stock = inventory(store, Within::Batch(group.id, batch.id))?;
            same("the live references of a batch, and those in all states", &batch.live, &stock.counts.total())?;
        }
    }
    for within in withins {
        let stock = inventory(store, within)?;
        let (mut counts, mut next) = (StateCounts::default(), None);
        for reference in references(store, within)? {
            counts.add(reference.state, 1);
            if next.is_none() && reference.state == State::Available && within != Within::Registry {
                next = Some(reference);
            }
        }
        same(&format!("the counts of {within:?}, and what is listed"), &stock.counts, &counts)?;
        same(&format!("the next of {within:?}, and the first that is listed as available"), &stock.next, &next)?;
        for state in State::ALL {
            let query = ReferenceQuery { state: Some(state), counted: true, size: 0, ..everything(within) };
            let total = slice(store, &query)?.total;
            same(&format!("how many of {within:?} are {state}"), &total, &Some(counts[state]))?;
            holds(rows_in(store, within, state)?.len() as u64 == counts[state], || {
                format!("of {within:?} {} references are {state}, and others are listed", counts[state])
            })?;
        }
    }
    Ok(())
}
