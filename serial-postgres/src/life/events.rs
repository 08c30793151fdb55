//! Events: written with what they tell of, and read.

use std::borrow::Cow;

use serial_core::{
    Answer, Cause, Change, ChangeParts, Direction, Event, EventId, EventQuery, GroupId, Refusal, Slice, Start,
    StoreError, StoreResult, Timestamp,
};
use tokio_postgres::Row;

use crate::{
    database::Database,
    listing::{NO_ROW, order},
    records::{corrupt, number},
    session::{Statement, column},
    trouble::Trouble,
    values::{
        Moment, bits, clamped, integer, integers, moment, optional_integers, optional_text, optional_texts, unsigned,
        words,
    },
};

const INSERT: &str = "INSERT INTO serialref.events (group_id, event_id, kind, row_id, count, number, setting, old_value, \
                      new_value, happened_at, actor, reason, note) SELECT t.*, $10, $11, $12, $13 FROM unnest($1, $2, $3, \
                      $4, $5, $6, $7, $8, $9) AS t (group_id, event_id, kind, row_id, count, number, setting, old_value, \
                      new_value)";

/// The columns that [`event`] reads.
const EVENT: &str = "group_id, event_id, happened_at, kind, row_id, count, number, setting, old_value, new_value, actor, \
                     reason, note";

/// What concerns one reference: what is told of it alone, and the event of its issuing, which names the first row of its
/// batch.
const OF_ROW: &str = r#"
SELECT * FROM serialref.events x WHERE x.group_id = $1 AND x.row_id = $2 AND x.kind <> 'issued'
UNION ALL
SELECT * FROM serialref.events x WHERE x.group_id = $1 AND x.kind = 'issued' AND x.row_id = (
    SELECT coalesce(b.first_row, r.row_id) FROM serialref."references" r
    LEFT JOIN serialref.batches b ON b.group_id = r.group_id AND b.batch_id = r.batch_id
    WHERE r.group_id = $1 AND r.row_id = $2
)"#;

/// Events of one moment and cause, as columns of the table.
#[derive(Default)]
pub(crate) struct Events {
    groups: Vec<i64>,
    ids: Vec<i64>,
    kinds: Vec<Cow<'static, str>>,
    rows: Vec<Option<i64>>,
    counts: Vec<Option<i64>>,
    numbers: Vec<Option<i64>>,
    settings: Vec<Option<String>>,
    old: Vec<Option<String>>,
    new: Vec<Option<String>>,
}

impl Events {
    pub(crate) fn add(&mut self, group: GroupId, id: u64, change: &Change) {
        let parts = change.parts();
        self.groups.push(bits(group.0));
        self.ids.push(bits(id));
        self.kinds.push(parts.kind);
        self.rows.push(parts.row.map(bits));
        self.counts.push(parts.count.map(bits));
        self.numbers.push(parts.number.map(bits));
        self.settings.push(parts.setting.map(Cow::into_owned));
        self.old.push(parts.from);
        self.new.push(parts.to);
    }

    /// Writes them; nothing where there are none.
    pub(crate) fn statement(self, at: Timestamp, cause: &Cause) -> Option<Statement<'static>> {
        if self.ids.is_empty() {
            return None;
        }
        let mut parameters = vec![
            integers(self.groups),
            integers(self.ids),
            words(self.kinds),
            optional_integers(self.rows),
            optional_integers(self.counts),
            optional_integers(self.numbers),
            optional_texts(self.settings),
            optional_texts(self.old),
            optional_texts(self.new),
            moment(at),
        ];
        parameters.extend(cause_of(cause));
        Some(Statement::new(INSERT, parameters))
    }
}

/// Writes the next events of one group.
pub(crate) fn inserted(
    group: GroupId,
    before: u64,
    changes: &[Change],
    at: Timestamp,
    cause: &Cause,
) -> Option<Statement<'static>> {
    let mut events = Events::default();
    for (id, change) in (before + 1..).zip(changes) {
        events.add(group, id, change);
    }
    events.statement(at, cause)
}

/// Who and why, as the last three columns.
pub(crate) fn cause_of(cause: &Cause) -> [crate::values::Parameter; 3] {
    [cause.actor(), cause.reason(), cause.note()].map(|text| optional_text(text.map(str::to_owned)))
}

fn event(row: &Row) -> Result<Event, Trouble> {
    let (group, id) = (GroupId(number(row, 0)?), EventId(number(row, 1)?));
    let bad = || corrupt(format!("event {id} of group {group} makes no sense"), None);
    let optional = |index| column::<Option<i64>>(row, index).map(|number| number.map(unsigned));
    let parts = ChangeParts {
        kind: Cow::Owned(column(row, 3)?),
        row: optional(4)?,
        count: optional(5)?,
        number: optional(6)?,
        setting: column::<Option<String>>(row, 7)?.map(Cow::Owned),
        from: column(row, 8)?,
        to: column(row, 9)?,
    };
    let change = Change::from_parts(&parts).ok_or_else(bad)?;
    let cause = Cause::new(column(row, 10)?, column(row, 11)?, column(row, 12)?).map_err(|_| bad())?;
    Ok(Event::new(group, id, column::<Moment>(row, 2)?.0, change, cause))
}

impl Database {
    pub(crate) async fn events(&self, query: &EventQuery) -> StoreResult<Slice<Event>> {
        self.retry(|| self.page_of_events(query)).await
    }

    async fn page_of_events(&self, query: &EventQuery) -> Result<Answer<Slice<Event>>, Trouble> {
        let group = integer(bits(query.group.0));
        let exists = Statement::new("SELECT events FROM serialref.groups WHERE group_id = $1", vec![group]);
        let mut statements = vec![exists, page(query)];
        if let Some(row) = query.row.filter(|_| query.counted) {
            let sql = format!("SELECT count(*) FROM ({OF_ROW}) e");
            statements.push(Statement::new(sql, vec![integer(bits(query.group.0)), integer(bits(row.0))]));
        }
        let rows = self.reading().await?.finish(&statements).await?;
        let Some(group) = rows.first().and_then(|rows| rows.first()) else {
            return Ok(Refusal::NoSuchGroup { group: query.group }.into());
        };
        let counted = rows.get(2).and_then(|rows| rows.first()).unwrap_or(group);
        let total = query.counted.then(|| number(counted, 0)).transpose()?;
        let mut items = rows.get(1).into_iter().flatten().map(event).collect::<Result<Vec<_>, _>>()?;
        let more = items.len() > query.size as usize;
        items.truncate(query.size as usize);
        Ok(Answer::Done(Slice { items, more, total }))
    }
}

fn page(query: &EventQuery) -> Statement<'static> {
    let order = order(query.direction);
    let (skip, bound) = match (query.start, query.direction) {
        (Start::Skip(skip), _) => (clamped(skip), None),
        (Start::After(last), Direction::OldestFirst) => (0, Some(format!("event_id > {}", clamped(last.0)))),
        (Start::After(last), Direction::NewestFirst) => {
            (0, Some(format!("event_id < {}", clamped(last.0).min(NO_ROW))))
        }
    };
    let group = integer(bits(query.group.0));
    let size = i64::from(query.size) + 1;
    if let Some(row) = query.row {
        let bound = bound.unwrap_or_else(|| "true".into());
        let sql = format!(
            "SELECT {EVENT} FROM ({OF_ROW}) e WHERE {bound} ORDER BY event_id {order} LIMIT {size} OFFSET {skip}"
        );
        return Statement::new(sql, vec![group, integer(bits(row.0))]);
    }
    // The events of a group are the numbers from 1 on, so a number of events to skip is an id.
    let bound = bound.unwrap_or_else(|| match query.direction {
        Direction::OldestFirst => format!("event_id > {skip}"),
        Direction::NewestFirst => {
            format!("event_id <= (SELECT g.events FROM serialref.groups g WHERE g.group_id = $1) - {skip}")
        }
    });
    let sql = format!(
        "SELECT {EVENT} FROM serialref.events WHERE group_id = $1 AND {bound} ORDER BY event_id {order} LIMIT {size}"
    );
    Statement::new(sql, vec![group])
}

/// What a text of an event cannot have.
pub(crate) fn checked(cause: &Cause) -> Result<(), StoreError> {
    for text in [cause.actor(), cause.reason(), cause.note()].into_iter().flatten() {
        crate::values::without_nul("the cause", text)?;
    }
    Ok(())
}
