//! What a step writes in its group beside the references: their states, their events, and the counts by state.

use std::collections::BTreeMap;

use rusqlite::{Connection, ToSql, params};
use serial_core::{Cause, Change, State, Timestamp};

use crate::{
    encode::{self, COUNTS, id_of},
    error::Failure,
    runs::{self, Ids},
};

/// When something is done, by whom, and why.
#[derive(Clone, Debug)]
pub(crate) struct By {
    pub(crate) at: String,
    cause: Cause,
}

impl By {
    pub(crate) fn of(at: Timestamp, cause: &Cause) -> Result<Self, Failure> {
        Ok(Self { at: encode::moment(at)?, cause: cause.clone() })
    }

    /// The fall of a claim whose time is over.
    pub(crate) fn expiry(at: Timestamp) -> Result<Self, Failure> {
        Self::of(at, &Cause::expired())
    }
}

/// How many references there are more in each state, in the order of [`State::ALL`].
pub(crate) type Difference = [i64; 8];

/// Where a state stands in a [`Difference`].
pub(crate) fn position(state: State) -> usize {
    usize::from(state.number() - 1)
}

/// The changes of one group by one step. What is noted is written at once; counts when it is closed.
pub(crate) struct Ledger<'c> {
    connection: &'c Connection,
    group: i64,
    /// The id of the newest event.
    newest: i64,
    /// By batch; what is in none has none.
    differences: BTreeMap<Option<i64>, Difference>,
}

impl<'c> Ledger<'c> {
    /// For a group that exists.
    pub(crate) fn open(connection: &'c Connection, group: i64) -> Result<Self, Failure> {
        let sql = "SELECT events FROM groups WHERE group_id = ?1";
        let newest = connection.prepare_cached(sql)?.query_row([group], |row| row.get(0))?;
        Ok(Self { connection, group, newest, differences: BTreeMap::new() })
    }

    /// Brings live rows that follow each other to a state, all of them; says in which states they were.
    pub(crate) fn bring(&mut self, ids: &Ids, to: State, claim: Option<i64>, by: &By) -> Result<Difference, Failure> {
        let before = self.tally(ids, Some(to))?;
        // The claim of an event is the one that takes the reference, or that it comes back from.
        let sql = "INSERT INTO events (group_id, event_id, at, actor, reason, note, kind, id, number, old_value, new_value) \
                   SELECT ?1, ?2 + row_number() OVER (ORDER BY id), ?3, ?4, ?5, ?6, 'moved', id, coalesce(?9, claim_id), \
                   state, ?10 FROM \"references\" WHERE id BETWEEN ?7 AND ?8 AND deleted = 0 ORDER BY id";
        let noted = self.note_rows(sql, ids, by, &[&claim, &to.name()])?;
        if noted != ids.end() - ids.start() + 1 {
            return Err(Failure::corrupt("references are missing; restore the store from a backup"));
        }
        let sql = "UPDATE \"references\" SET state_number = ?3, claim_id = ?4 WHERE id BETWEEN ?1 AND ?2";
        self.connection.prepare_cached(sql)?.execute(params![ids.start(), ids.end(), to.number(), claim])?;
        if to == State::Available {
            runs::give(self.connection, ids)?;
        } else if before[position(State::Available)] > 0 {
            runs::take(self.connection, ids)?;
        }
        Ok(before)
    }

    /// Notes and counts the deletion of those of consecutive rows that are live, before it is done; says how many those
    /// are.
    pub(crate) fn delete(&mut self, ids: &Ids, by: &By) -> Result<u64, Failure> {
        let before = self.tally(ids, None)?;
        let sql = "INSERT INTO events (group_id, event_id, at, actor, reason, note, kind, id, old_value) \
                   SELECT ?1, ?2 + row_number() OVER (ORDER BY id), ?3, ?4, ?5, ?6, 'deleted', id, state \
                   FROM \"references\" WHERE id BETWEEN ?7 AND ?8 AND deleted = 0 ORDER BY id";
        self.note_rows(sql, ids, by, &[])?;
        if before[position(State::Available)] > 0 {
            runs::take(self.connection, ids)?;
        }
        Ok(before.iter().sum::<i64>().cast_unsigned())
    }

    /// Counts that live rows leave their states, for another or for good.
    fn tally(&mut self, ids: &Ids, to: Option<State>) -> Result<Difference, Failure> {
        let sql = "SELECT batch_id, state_number, count(*) FROM \"references\" \
                   WHERE id BETWEEN ?1 AND ?2 AND deleted = 0 GROUP BY 1, 2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut found = statement.query([ids.start(), ids.end()])?;
        let mut before = Difference::default();
        while let Some(row) = found.next()? {
            let difference = self.differences.entry(row.get(0)?).or_default();
            let (from, count): (_, i64) = (position(encode::read_state(row, 1)?), row.get(2)?);
            before[from] += count;
            difference[from] -= count;
            if let Some(to) = to {
                difference[position(to)] += count;
            }
        }
        Ok(before)
    }

    /// Notes one event.
    pub(crate) fn note(&mut self, by: &By, change: &Change) -> Result<(), Failure> {
        self.newest += 1;
        note(self.connection, self.group, self.newest, by, change)
    }

    /// Notes events with a statement whose first eight parameters are the group, its newest event, when, who, why, a
    /// note, and the first and last id of the rows; says how many those were.
    pub(crate) fn note_rows(&mut self, sql: &str, ids: &Ids, by: &By, more: &[&dyn ToSql]) -> Result<i64, Failure> {
        let By { at, cause } = by;
        let (actor, reason, remark) = (cause.actor(), cause.reason(), cause.note());
        let mut values: Vec<&dyn ToSql> =
            vec![&self.group, &self.newest, at, &actor, &reason, &remark, ids.start(), ids.end()];
        values.extend(more);
        let noted = self.connection.prepare_cached(sql)?.execute(&*values)?.cast_signed() as i64;
        self.newest += noted;
        Ok(noted)
    }

    /// Writes the counts of the group and its batches.
    pub(crate) fn close(self) -> Result<(), Failure> {
        let change = |(column, number): (&str, usize)| format!("{column} = {column} + ?{number}");
        let counts = COUNTS.into_iter().zip(4..).map(change).collect::<Vec<_>>().join(", ");
        let mut of_group = Difference::default();
        for (batch, difference) in self.differences {
            of_group.iter_mut().zip(difference).for_each(|(sum, difference)| *sum += difference);
            let Some(batch) = batch else { continue };
            let sql = format!("UPDATE batches SET live = live + ?3, {counts} WHERE group_id = ?1 AND batch_id = ?2");
            let mut values = vec![self.group, batch, difference.iter().sum()];
            values.extend(difference);
            self.connection.prepare_cached(&sql)?.execute(rusqlite::params_from_iter(values))?;
        }
        let sql = format!("UPDATE groups SET events = ?2, live = live + ?3, {counts} WHERE group_id = ?1");
        let mut values = vec![self.group, self.newest, of_group.iter().sum()];
        values.extend(of_group);
        self.connection.prepare_cached(&sql)?.execute(rusqlite::params_from_iter(values))?;
        Ok(())
    }
}

/// Writes an event under the next free id of its group.
pub(crate) fn note(connection: &Connection, group: i64, id: i64, by: &By, change: &Change) -> Result<(), Failure> {
    let sql = "INSERT INTO events (group_id, event_id, at, kind, id, count, number, setting, old_value, new_value, \
               actor, reason, note) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    let By { at, cause } = by;
    let parts = change.parts();
    let number = |number: Option<u64>| number.map(u64::cast_signed);
    connection.prepare_cached(sql)?.execute(params![
        group,
        id,
        at,
        parts.kind,
        parts.row.map(|row| id_of(group, row)),
        number(parts.count),
        number(parts.number),
        parts.setting,
        parts.from,
        parts.to,
        cause.actor(),
        cause.reason(),
        cause.note(),
    ])?;
    Ok(())
}
