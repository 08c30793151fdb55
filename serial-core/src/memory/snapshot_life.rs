//! The part of a snapshot that tells what became of the references of a group.

use crate::{
    ids::FieldId,
    life::{Cause, Change, Event, State, WarrantyPolicy},
    memory::{
        cell::{Cell, State as CellState},
        events::RowChange,
        life::Life,
        rows::row_id,
    },
    name::Name,
    store::RowSet,
    time::Timestamp,
};

/// What became of the references of one group.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub(super) struct LifePart {
    /// Ranges of rows, with both ends, that are in another state than available.
    states: Vec<(u64, u64, State)>,
    /// Ranges of rows, with both ends, that a claim holds.
    held: Vec<(u64, u64, u64)>,
    claims: Vec<ClaimPart>,
    /// Rows with a field and the value they were given.
    values: Vec<(u64, FieldId, String)>,
    /// Rows with the warranty of their own.
    warranties: Vec<(u64, WarrantyPolicy)>,
    /// The events of issuing that follow each other.
    runs: Vec<RunPart>,
    /// All other events.
    changes: Vec<ChangePart>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
struct ClaimPart {
    holder: Name,
    claimed_at: Timestamp,
    expires_at: Option<Timestamp>,
    rows: Vec<(u64, u64)>,
}

/// Events of issuing: of so many rows, or of so many batches in a Batch group.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
struct RunPart {
    /// How many other events come before them.
    after: u32,
    count: u32,
    cause: Cause,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
struct ChangePart {
    at: Timestamp,
    change: Change,
    cause: Cause,
}

impl LifePart {
    /// What became of the references of a group until now.
    pub(super) fn of(cell: &Cell, state: &CellState) -> Self {
        let (rows, life) = (&state.rows, &state.life);
        let chunk = |row: &u32| *row as usize / super::rows::CHUNK;
        let touched = || (0..rows.issued).filter(move |row| !life.is_untouched(chunk(row)));
        let states = touched().map(|row| (row, life.state(row))).filter(|(_, state)| *state != State::Available);
        let held = touched().map(|row| (row, u64::from(life.claim(row)))).filter(|(_, claim)| *claim > 0);
        let claims = life.claims.iter().map(|claim| ClaimPart {
            holder: claim.holder.clone(),
            claimed_at: claim.at,
            expires_at: claim.expires_at,
            rows: claim.rows.ranges().iter().map(|range| (range.start().0, range.end().0)).collect(),
        });
        let values = life.values.iter().map(|((row, field), value)| (row_id(*row).0, *field, value.clone()));
        let changes =
            life.events.changes(cell.id).map(|Event { at, change, cause, .. }| ChangePart { at, change, cause });
        Self {
            states: ranges(states),
            held: ranges(held),
            claims: claims.collect(),
            values: values.collect(),
            warranties: life.warranties.iter().map(|(row, policy)| (row_id(*row).0, *policy)).collect(),
            runs: life.events.runs().map(|(run, after, cause)| RunPart { after, count: run.count, cause }).collect(),
            changes: changes.collect(),
        }
    }

    /// What a group without one is given: it was created, and issued what it has, and nobody knows more.
    pub(super) fn made_up(state: &CellState) -> Self {
        let group = &state.group;
        let created = ChangePart { at: group.created_at, change: Change::GroupCreated, cause: Cause::default() };
        let issued = if state.rows.batches.is_empty() { state.rows.issued } else { state.rows.batches.len() as u32 };
        let run = RunPart { after: 1, count: issued, cause: Cause::default() };
        Self {
            states: Vec::new(),
            held: Vec::new(),
            claims: Vec::new(),
            values: Vec::new(),
            warranties: Vec::new(),
            runs: if issued > 0 { vec![run] } else { Vec::new() },
            changes: vec![created],
        }
    }

    /// Puts it back into a group whose rows are there already.
    pub(super) fn restore(&self, state: &mut CellState) -> Result<(), &'static str> {
        state.life = Life::empty();
        let outside = "something became of references that it does not have";
        let issued = state.rows.issued;
        let row_of = |id: u64| {
            let row = id.checked_sub(1).and_then(|row| u32::try_from(row).ok());
            row.filter(|row| *row < issued).ok_or(outside)
        };
        let all_of =
            |first: u64, last: u64| -> Result<(u32, u32), &'static str> { Ok((row_of(first)?, row_of(last)?)) };
        state.life.issued(0, issued);
        self.restore_events(state, row_of)?;
        for claim in &self.claims {
            let mut rows = Vec::new();
            let mut after = 0;
            for (first, last) in &claim.rows {
                if *first <= after || first > last {
                    return Err("a claim has references twice");
                }
                after = *last;
                let (first, last) = all_of(*first, *last)?;
                rows.extend((first..=last).map(row_id));
            }
            let rows: RowSet = rows.into_iter().collect();
            state.life.add_claim(claim.holder.clone(), claim.claimed_at, claim.expires_at, rows);
        }
        let mut after = 0;
        for (first, last, to) in &self.states {
            if *first <= after || first > last || *to == State::Available {
                return Err("references are in two states, or named as available");
            }
            after = *last;
            let (first, last) = all_of(*first, *last)?;
            for row in first..=last {
                state.life.leave_available(&mut state.rows, row, *to);
            }
        }
        for (first, last, claim) in &self.held {
            let (first, last) = all_of(*first, *last)?;
            let claim = u32::try_from(*claim).ok().filter(|claim| state.life.has_claim(*claim)).ok_or(outside)?;
            for row in first..=last {
                if state.life.state(row) != State::Allocated || state.life.claim(row) != 0 {
                    return Err("a claim holds references that are not allocated, or another claim holds them");
                }
                state.life.set_claim(row, claim);
            }
        }
        for (row, field, value) in &self.values {
            if !state.group.fields.iter().any(|declared| declared.id == *field) {
                return Err("references have values in a field that it does not have");
            }
            state.life.set_value(row_of(*row)?, *field, Some(value.clone()));
        }
        for (row, policy) in &self.warranties {
            state.life.warranties.insert(row_of(*row)?, *policy);
        }
        Ok(())
    }

    fn restore_events(
        &self,
        state: &mut CellState,
        row_of: impl Fn(u64) -> Result<u32, &'static str>,
    ) -> Result<(), &'static str> {
        let most = if state.rows.batches.is_empty() { state.rows.issued } else { state.rows.batches.len() as u32 };
        let (mut first, mut runs) = (0_u32, self.runs.iter().peekable());
        let mut issue_before = |life: &mut Life, position: usize| {
            while let Some(run) = runs.next_if(|run| run.after as usize <= position) {
                life.events.add_issued(&run.cause, first, run.count);
                let next = first.checked_add(run.count).filter(|next| *next <= most);
                first = next.ok_or("more was issued than it has")?;
            }
            Ok::<(), &'static str>(())
        };
        for (position, ChangePart { at, change, cause }) in self.changes.iter().enumerate() {
            issue_before(&mut state.life, position)?;
            let by = state.life.events.by(*at, cause);
            let row = change.row().map(|row| row_of(row.0)).transpose()?;
            let said = match change {
                Change::Issued { .. } => return Err("what was issued is not among its runs"),
                Change::GroupCreated | Change::GroupChanged { .. } | Change::GroupDeleted { .. } => None,
                Change::Moved { from, to, claim, .. } => {
                    let claim =
                        claim.map_or(Ok(0), |claim| u32::try_from(claim.0)).map_err(|_| "a claim is unknown")?;
                    Some(RowChange::Moved { from: *from, to: *to, claim })
                }
                Change::AttributeSet { field, from, to, .. } => {
                    Some(RowChange::AttributeSet { field: *field, from, to })
                }
                Change::WarrantySet { from, to, .. } => Some(RowChange::WarrantySet { from, to }),
                Change::Deleted { from, .. } => Some(RowChange::Deleted { from: *from }),
            };
            match row.zip(said) {
                Some((row, said)) => state.life.note(by, row, &said),
                None => state.life.events.add_setting(by, change.clone()),
            }
        }
        issue_before(&mut state.life, self.changes.len())?;
        if first == most { Ok(()) } else { Err("it has references that were never issued") }
    }
}

/// Ascending rows, counted from 0, as ranges of row ids with both ends that share something.
fn ranges<T: PartialEq>(rows: impl Iterator<Item = (u32, T)>) -> Vec<(u64, u64, T)> {
    let mut ranges: Vec<(u64, u64, T)> = Vec::new();
    for (row, shared) in rows {
        let id = u64::from(row) + 1;
        match ranges.last_mut() {
            Some((_, last, of)) if *last + 1 == id && *of == shared => *last = id,
            _ => ranges.push((id, id, shared)),
        }
    }
    ranges
}
