//! What a change writes down.

use std::{
    borrow::Cow,
    collections::{BTreeMap, btree_map::Entry},
};

use serial_core::{BatchId, Cause, Change, ClaimId, GroupId, RowId, State, Timestamp};
use tokio_postgres::Row;

use crate::{
    life::{Held, Live, Rows, events::Events, held::ranges_of},
    session::Statement,
    trouble::Trouble,
    values::{bits, clamped, integers, optional_integers, words},
};

const GROUPS: &str = "UPDATE serialref.groups g SET live = g.live + t.live, events = g.events + t.events, claims = g.claims + \
                      t.claims, frontier = t.frontier, available = g.available + t.available, allocated = g.allocated + \
                      t.allocated, encoded = g.encoded + t.encoded, commissioned = g.commissioned + t.commissioned, \
                      released = g.released + t.released, decommissioned = g.decommissioned + t.decommissioned, \
                      destroyed = g.destroyed + t.destroyed, void = g.void + t.void FROM unnest($1, $2, $3, $4, $5, $6, $7, \
                      $8, $9, $10, $11, $12, $13) AS t (group_id, live, available, allocated, encoded, commissioned, \
                      released, decommissioned, destroyed, void, events, claims, frontier) WHERE g.group_id = t.group_id";

const BATCHES: &str = "UPDATE serialref.batches b SET live = b.live + t.live, available = b.available + t.available, \
                       allocated = b.allocated + t.allocated, encoded = b.encoded + t.encoded, commissioned = \
                       b.commissioned + t.commissioned, released = b.released + t.released, decommissioned = \
                       b.decommissioned + t.decommissioned, destroyed = b.destroyed + t.destroyed, void = b.void + t.void \
                       FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) AS t (group_id, live, available, \
                       allocated, encoded, commissioned, released, decommissioned, destroyed, void, batch_id) WHERE \
                       b.group_id = t.group_id AND b.batch_id = t.batch_id";

const LIVES: &str = "INSERT INTO serialref.lives AS l (group_id, row_id, state, claim_id) SELECT * FROM unnest($1, $2, $3, \
                     $4) ON CONFLICT (group_id, row_id) DO UPDATE SET state = excluded.state, claim_id = \
                     excluded.claim_id";

const STOCK: &str = "INSERT INTO serialref.stock AS s (group_id, last_row, first_row) SELECT * FROM unnest($1, $2, $3) ON \
                     CONFLICT (group_id, last_row) DO UPDATE SET first_row = excluded.first_row";

const HELD: &str = "UPDATE serialref.claims c SET held = c.held - t.fewer FROM unnest($1, $2, $3) AS t (group_id, claim_id, \
                    fewer) WHERE c.group_id = t.group_id AND c.claim_id = t.claim_id";

/// Live references more or fewer, by state.
type Counts = [i64; State::ALL.len()];

/// What becomes of one group.
#[derive(Default)]
struct OfGroup {
    counts: Counts,
    events: u64,
    claims: i64,
    /// The rows that are available now and will not be, and those that will be; also both, first the one.
    come: Vec<(i64, i64)>,
    leave: Vec<(i64, i64)>,
}

/// All that a change writes down. Everything is collected row by row, and written set by set.
#[derive(Default)]
pub(crate) struct Effects {
    groups: BTreeMap<GroupId, OfGroup>,
    batches: BTreeMap<(GroupId, BatchId), Counts>,
    lives: BTreeMap<(GroupId, RowId), (State, Option<ClaimId>)>,
    /// References that claims hold no longer.
    freed: BTreeMap<(GroupId, ClaimId), i64>,
    expired: Events,
    events: Events,
}

impl Effects {
    /// Notes what happened, as the next event of its group.
    pub(crate) fn note(&mut self, group: &Held, change: &Change) {
        let id = self.next_event(group);
        self.events.add(group.group.id, id, change);
    }

    fn next_event(&mut self, group: &Held) -> u64 {
        let effect = self.groups.entry(group.group.id).or_default();
        effect.events += 1;
        group.group.events + effect.events
    }

    /// Brings a reference to a state.
    pub(crate) fn bring(&mut self, group: &Held, reference: &Live, to: State) {
        let change = Change::Moved { row: reference.row, from: reference.state, to, claim: reference.claim };
        self.note(group, &change);
        self.leave(reference);
        self.come(reference, to);
    }

    /// Brings a reference back to Available because the time of its claim is over.
    pub(crate) fn expire(&mut self, group: &Held, reference: &Live) {
        let to = State::Available;
        let change = Change::Moved { row: reference.row, from: reference.state, to, claim: reference.claim };
        let id = self.next_event(group);
        self.expired.add(group.group.id, id, &change);
        self.leave(reference);
        self.come(reference, to);
    }

    /// Takes available rows for a new claim. How many of each batch those are, is for the caller to write down.
    pub(crate) fn take(&mut self, group: &Held, rows: &Rows, claim: ClaimId) {
        let id = group.group.id;
        for row in rows.iter().map(|row| RowId(row.unsigned_abs())) {
            let (from, to) = (State::Available, State::Allocated);
            self.note(group, &Change::Moved { row, from, to, claim: Some(claim) });
            self.lives.insert((id, row), (to, Some(claim)));
        }
        let effect = self.groups.entry(id).or_default();
        effect.counts[position(State::Available)] -= clamped(rows.len());
        effect.counts[position(State::Allocated)] += clamped(rows.len());
        effect.claims += 1;
        effect.leave.extend(rows.ranges());
    }

    /// Deletes a reference.
    pub(crate) fn delete(&mut self, group: &Held, reference: &Live) {
        self.note(group, &Change::Deleted { row: reference.row, from: reference.state });
        self.leave(reference);
    }

    fn leave(&mut self, reference: &Live) {
        self.count(reference, reference.state, -1);
        if reference.state == State::Available {
            let effect = self.groups.entry(reference.group).or_default();
            effect.leave.push(reference.range());
        }
        if let Some(claim) = reference.claim {
            *self.freed.entry((reference.group, claim)).or_default() += 1;
        }
    }

    fn come(&mut self, reference: &Live, to: State) {
        self.count(reference, to, 1);
        if to == State::Available {
            let effect = self.groups.entry(reference.group).or_default();
            if reference.state == to {
                // It stays where it is.
                effect.leave.pop();
            } else {
                effect.come.push(reference.range());
            }
        }
        self.lives.insert((reference.group, reference.row), (to, None));
    }

    fn count(&mut self, reference: &Live, state: State, more: i64) {
        self.groups.entry(reference.group).or_default().counts[position(state)] += more;
        if let Some(batch) = reference.batch {
            self.batches.entry((reference.group, batch)).or_default()[position(state)] += more;
        }
    }

    /// The statements that write everything down; `stock` has the ranges that were read for all groups.
    pub(crate) fn statements(
        mut self,
        held: &[Held],
        stock: &[Row],
        at: Timestamp,
        cause: &Cause,
    ) -> Result<Vec<Statement<'static>>, Trouble> {
        let mut statements = Vec::new();
        statements.extend(std::mem::take(&mut self.expired).statement(at, &Cause::expired()));
        statements.extend(std::mem::take(&mut self.events).statement(at, cause));
        statements.extend(self.write_lives());
        statements.extend(self.write_held());
        statements.extend(self.write_batches());
        self.write_groups(held, stock, &mut statements)?;
        Ok(statements)
    }

    fn write_lives(&self) -> Option<Statement<'static>> {
        let keys = self.lives.keys();
        let (groups, rows) = keys.map(|(group, row)| (bits(group.0), bits(row.0))).unzip();
        let states = self.lives.values().map(|(state, _)| Cow::Borrowed(state.name())).collect();
        let claims = self.lives.values().map(|(_, claim)| claim.map(|claim| bits(claim.0))).collect();
        (!self.lives.is_empty()).then(|| {
            Statement::new(LIVES, vec![integers(groups), integers(rows), words(states), optional_integers(claims)])
        })
    }

    fn write_held(&self) -> Option<Statement<'static>> {
        let (groups, claims) = self.freed.keys().map(|(group, claim)| (bits(group.0), bits(claim.0))).unzip();
        let fewer = self.freed.values().copied().collect();
        (!self.freed.is_empty())
            .then(|| Statement::new(HELD, vec![integers(groups), integers(claims), integers(fewer)]))
    }

    fn write_batches(&self) -> Option<Statement<'static>> {
        let mut parameters = vec![integers(self.batches.keys().map(|(group, _)| bits(group.0)).collect())];
        parameters.extend(columns(self.batches.values()));
        parameters.push(integers(self.batches.keys().map(|(_, batch)| bits(batch.0)).collect()));
        (!self.batches.is_empty()).then(|| Statement::new(BATCHES, parameters))
    }

    fn write_groups(
        self,
        held: &[Held],
        stock: &[Row],
        statements: &mut Vec<Statement<'static>>,
    ) -> Result<(), Trouble> {
        let (mut ids, mut frontiers) = (Vec::new(), Vec::new());
        let (mut owners, mut firsts, mut lasts) = (Vec::new(), Vec::new(), Vec::new());
        let mut groups = self.groups;
        for group in held {
            let id = group.group.id;
            let Entry::Occupied(mut effect) = groups.entry(id) else { continue };
            let effect = effect.get_mut();
            let ranges = ranges_of(id, stock)?;
            let (leave, come) = (std::mem::take(&mut effect.leave), std::mem::take(&mut effect.come));
            let change = group.stock(ranges).change(&Rows::of(leave), &Rows::of(come));
            ids.push(bits(id.0));
            frontiers.push(change.frontier);
            for (last, first) in change.ranges {
                owners.push(bits(id.0));
                lasts.push(last);
                firsts.push(first);
            }
        }
        if !owners.is_empty() {
            statements.push(Statement::new(STOCK, vec![integers(owners), integers(lasts), integers(firsts)]));
        }
        if !ids.is_empty() {
            let mut parameters = vec![integers(ids)];
            parameters.extend(columns(groups.values().map(|effect| &effect.counts)));
            parameters.push(integers(groups.values().map(|effect| clamped(effect.events)).collect()));
            parameters.push(integers(groups.values().map(|effect| effect.claims).collect()));
            parameters.push(integers(frontiers));
            statements.push(Statement::new(GROUPS, parameters));
        }
        Ok(())
    }
}

fn position(state: State) -> usize {
    usize::from(state.number() - 1)
}

/// Counts as columns, the sum of all states before them.
fn columns<'a>(counts: impl Iterator<Item = &'a Counts> + Clone) -> impl Iterator<Item = crate::values::Parameter> {
    let sums = counts.clone().map(|counts| counts.iter().sum()).collect();
    let states = (0..State::ALL.len()).map(move |state| counts.clone().map(|counts| counts[state]).collect());
    let columns: Vec<Vec<i64>> = std::iter::once(sums).chain(states).collect();
    columns.into_iter().map(integers)
}
