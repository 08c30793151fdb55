//! Issuing and deleting references.

use std::collections::BTreeMap;

use crate::{
    code::Codes,
    group::Kind,
    ids::{GroupId, RequestId},
    life::State,
    memory::{
        MemoryStore,
        cell::{Cell, State as CellState},
        claim::claim_record,
        index::{Place, Standing},
        requests::{Done, Ticket},
        rows::{batch_id, row_id},
    },
    store::{
        Answer, AppendPlan, Appended, DeletePlan, Deleted, Outcome, Refusal, Repeated, Request, RequestRecord, RowSet,
        StoreError, StoreResult,
    },
};

impl MemoryStore {
    /// The checks come in the order that the contract fixes: request id, group, revision, live references, index,
    /// codes. They all hold at one moment, the one in which the rows are added.
    pub(super) fn append_codes(&self, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        let ticket = match plan.request {
            None => None,
            Some(request) => match self.begin(request)? {
                Ok(ticket) => Some(ticket),
                Err(Answer::Done(Outcome::Appended(first))) => return Ok(Answer::Done(Appended::Repeated(first))),
                Err(Answer::Done(_)) => return Ok(Refusal::RequestMismatch.into()),
                Err(Answer::Refused(refusal)) => return Ok(refusal.into()),
            },
        };
        let Some(cell) = self.cell(plan.group) else {
            return Ok(Refusal::NoSuchGroup { group: plan.group }.into());
        };
        check_shape(cell, plan)?;
        let count = u32::try_from(plan.codes.len()).map_err(|_| full())?;

        let mut blocks = cell.appending();
        let first = cell.issued();
        let end = first.checked_add(count).ok_or_else(full)?;
        if count > 1 {
            // A large plan that will be refused should cost neither time nor room.
            if let Some(refusal) = refused_by_guard(cell, &cell.read(), plan) {
                return Ok(refusal.into());
            }
        }
        let index = self.index_of(cell);
        index.extend_blocks(cell.number(), &mut blocks, end).ok_or_else(full)?;
        let hash = |code: &str| index.hash(code.as_bytes());
        let (single, several): ([u64; 1], Vec<u64>);
        // A single reference goes without a list on the heap.
        let hashes = if count == 1 {
            single = [hash(plan.codes.as_packed())];
            &single[..]
        } else {
            several = plan.codes.iter().map(hash).collect();
            &several
        };
        let standing = |place, position| self.standing(cell, plan.codes, first, place, position);
        if let Err(positions) = index.reserve(cell.number(), hashes, &blocks, first, standing) {
            let refusal = refused_by_guard(cell, &cell.read(), plan);
            return Ok(refusal.unwrap_or(Refusal::CodesTaken { positions }).into());
        }

        let mut state = cell.write();
        if let Some(refusal) = refused_by_guard(cell, &state, plan) {
            drop(state);
            index.release(hashes, &blocks, first);
            return Ok(refusal.into());
        }
        state.rows.push(plan.codes.as_packed(), count, plan.batch.cloned(), plan.created_at);
        state.life.issued(first, count);
        let batch = plan.batch.map(|_| state.rows.batches.len() - 1);
        match batch {
            Some(batch) => state.life.events.add_issued(plan.cause, batch as u32, 1),
            None => state.life.events.add_issued(plan.cause, first, count),
        }
        if !plan.values.is_empty() {
            for position in 0..count {
                for (field, value) in plan.values.of(position) {
                    state.life.set_value(first + position, field, Some(value.to_owned()));
                }
            }
        }
        if let Some(index) = plan.index {
            state.group.next_index = index.next;
        }
        if let Some(ticket) = ticket {
            ticket.keep(Done::Appended { group: cell.number(), first, count });
        }
        cell.publish(&state);
        let available = state.life.counts[State::Available];
        Ok(Answer::Done(Appended::New { first_row: row_id(first), batch: batch.map(batch_id), available }))
    }

    /// The right to use the request id of a plan; or what was done under it, or that it was for another
    /// request.
    pub(super) fn begin(&self, request: Request) -> Result<Result<Ticket<'_>, Answer<Outcome>>, StoreError> {
        match self.requests.begin(request) {
            Ok(ticket) => Ok(Ok(ticket)),
            Err(kept) if kept.digest == request.digest => Ok(Err(Answer::Done(self.outcome(kept.done)?))),
            Err(_) => Ok(Err(Refusal::RequestMismatch.into())),
        }
    }

    /// What the row at a place says about the code at a position of a plan for `cell`, whose own rows from `first`
    /// on are those of the plan.
    pub(super) fn standing(&self, cell: &Cell, codes: &Codes, first: u32, place: Place, position: usize) -> Standing {
        let code = codes.get(position).unwrap_or_default();
        let same = |same| if same { Standing::Taken } else { Standing::Free };
        if place.group == cell.number() && place.row >= first {
            return same(codes.get((place.row - first) as usize) == Some(code));
        }
        match self.at(place) {
            Some(other) if place.row < other.issued() => same(other.has_code(place.row, code)),
            _ => Standing::Undecided,
        }
    }

    pub(super) fn taken_positions(&self, group: GroupId, codes: &Codes) -> Answer<Vec<u32>> {
        let Some(cell) = self.cell(group).filter(|cell| !cell.read().deleted) else {
            return Refusal::NoSuchGroup { group }.into();
        };
        let index = self.index_of(cell);
        let is_taken = |code: &str| {
            let is_issued = |place: Place| self.at(place).is_some_and(|cell| cell.has_code(place.row, code));
            index.candidates(code).any(is_issued)
        };
        Answer::Done((0..).zip(codes.iter()).filter(|(_, code)| is_taken(code)).map(|(position, _)| position).collect())
    }

    pub(super) fn request_record(&self, id: RequestId) -> Option<RequestRecord> {
        let kept = self.requests.get(id)?;
        Some(RequestRecord { digest: kept.digest, outcome: self.outcome(kept.done).ok()? })
    }

    fn outcome(&self, done: Done) -> Result<Outcome, StoreError> {
        let inconsistent = || StoreError::corrupt("a request id belongs to references that are not there");
        let cell_of = |group: u32| self.cell(GroupId(u64::from(group) + 1)).ok_or_else(inconsistent);
        Ok(match done {
            Done::Changed(changed) => Outcome::Changed(changed),
            Done::Claimed { group, claim } => {
                let cell = cell_of(group)?;
                Outcome::Claimed(claim_record(cell, &cell.read(), claim))
            }
            Done::Appended { group, first, count } => {
                let cell = cell_of(group)?;
                let state = cell.read();
                let rows = &state.rows;
                let batch = rows.batch_of(first).map(|batch| (batch_id(batch), rows.batches[batch].name.clone()));
                Outcome::Appended(Repeated {
                    group: cell.id,
                    first_row: row_id(first),
                    batch,
                    codes: Codes::from_packed(rows.packed(first, count), rows.width()).ok_or_else(inconsistent)?,
                    created_at: rows.created_at(first),
                })
            }
        })
    }

    /// All groups are locked before the first row goes, in the order of their ids as everywhere.
    pub(super) fn delete_rows(&self, plan: &DeletePlan) -> Deleted {
        let mut targets: BTreeMap<GroupId, Vec<&RowSet>> = BTreeMap::new();
        for (group, rows) in &plan.targets {
            targets.entry(*group).or_default().push(rows);
        }
        let locked: Vec<_> = targets.iter().map(|(group, rows)| (self.cell(*group).map(Cell::write), rows)).collect();
        let mut result = Deleted::default();
        for (mut state, sets) in locked {
            for rows in sets {
                let deleted = state.as_mut().map_or(0, |state| state.delete(rows, plan));
                result.deleted += deleted;
                result.already_gone += rows.len() - deleted;
            }
        }
        result
    }
}

impl CellState {
    /// Deletes what is live of a set of rows, and says how many that were.
    fn delete(&mut self, rows: &RowSet, plan: &DeletePlan) -> u64 {
        // Rows that were never issued are not there to be deleted, however many a plan names.
        let issued = if self.deleted { 0 } else { u64::from(self.rows.issued) };
        let ranges = rows.ranges().iter().map(|range| range.start().0.max(1)..=range.end().0.min(issued));
        let by = self.life.events.by(plan.at, &plan.cause);
        let mut deleted = 0;
        for row in ranges.flatten().map(|row| (row - 1) as u32) {
            if self.rows.is_live(row) {
                self.life.delete(&mut self.rows, row, by);
                self.rows.delete(row);
                deleted += 1;
            }
        }
        deleted
    }
}

/// Only a faulty registry makes such plans.
fn check_shape(cell: &Cell, plan: &AppendPlan<'_>) -> Result<(), StoreError> {
    if plan.codes.is_empty() || plan.codes.width() != cell.format.width() {
        return Err(StoreError::contract("a plan has no codes, or codes of another width than its group's"));
    }
    if plan.batch.is_some() != (cell.kind == Kind::Batch) {
        return Err(StoreError::contract("a plan has a batch where its group has none, or none where it has"));
    }
    Ok(())
}

/// The first guard that a plan does not pass, of those that concern the group alone.
fn refused_by_guard(cell: &Cell, state: &CellState, plan: &AppendPlan<'_>) -> Option<Refusal> {
    let live = u64::from(state.rows.live);
    if state.deleted {
        Some(Refusal::NoSuchGroup { group: cell.id })
    } else if state.group.revision != plan.revision {
        Some(Refusal::GroupChanged { group: Box::new(cell.group_in(state)) })
    } else if !plan.max_live.allows(live + plan.codes.len() as u64) {
        Some(Refusal::LiveLimit { present: live })
    } else if plan.index.is_some_and(|index| index.expected != state.group.next_index) {
        Some(Refusal::IndexMoved { next: state.group.next_index })
    } else {
        None
    }
}

fn full() -> StoreError {
    StoreError::unavailable(
        "the store in memory holds no more than almost 2^32 codes, or two million groups that have any; keep further ones in \
         another store",
    )
}
