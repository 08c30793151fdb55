//! Which references a listing has, as SQL.

use rusqlite::{Connection, types::Value};
use serial_core::{ReferenceQuery, State, StoreError};

use crate::{
    encode::{self, place_of},
    error::Failure,
    groups,
    search::Having,
};

/// What references must be, besides being live and in the right place.
pub(crate) struct Wanted {
    pub(crate) from: Option<String>,
    pub(crate) before: Option<String>,
    pub(crate) state: Option<State>,
    pub(crate) value: Option<Having>,
}

/// Rows of a listing: what follows SELECT and its columns, and the columns that they are in order of.
pub(crate) struct Rows {
    pub(crate) text: String,
    pub(crate) values: Vec<Value>,
    pub(crate) key: &'static [&'static str],
}

impl Wanted {
    /// `None` where no reference can be that: the group does not have the field.
    pub(crate) fn of(connection: &Connection, query: &ReferenceQuery) -> Result<Option<Self>, Failure> {
        let (from, before) = encode::bounds(query.created);
        let mut wanted = Self { from, before, state: query.state, value: None };
        let Some((id, value)) = &query.value else { return Ok(Some(wanted)) };
        let Some(group) = query.within.group() else {
            return Err(StoreError::contract("a value is looked for in more than one group").into());
        };
        let group = groups::one(connection, group)?.ok_or_else(|| Failure::corrupt("a group vanished"))?;
        let Some(field) = group.fields.into_iter().find(|field| field.id == *id) else { return Ok(None) };
        wanted.value = Some(Having { field: id.0.cast_signed(), value: value.clone(), default: field.default });
        Ok(Some(wanted))
    }

    pub(crate) fn is_everything(&self) -> bool {
        self.from.is_none() && self.before.is_none() && self.state.is_none() && self.value.is_none()
    }

    /// The state, where nothing else is wanted.
    pub(crate) fn only_state(&self) -> Option<State> {
        let is_all = self.from.is_none() && self.before.is_none() && self.value.is_none();
        self.state.filter(|_| is_all)
    }

    /// The live rows between two ids, group by group, found by what there is the fastest way to.
    pub(crate) fn rows(&self, first: i64, last: i64) -> Rows {
        let group_of = |id: i64| Value::from(place_of(id).0.0.cast_signed());
        let mut values = vec![group_of(first), group_of(last), first.into(), last.into()];
        let mut add = |value: Value| {
            values.push(value);
            values.len()
        };
        let value = self.value.as_ref();
        let (own, by_default) = (value.filter(|one| !one.is_default()), value.filter(|one| one.is_default()));
        let (source, key, mut conditions): (&str, &'static [&str], _) = match (own, self.state) {
            (Some(having), _) => {
                let (field, value) = (add(having.field.into()), add(having.value.clone().into()));
                let rows = format!("v.field_id = ?{field} AND v.value = ?{value} AND v.id {BETWEEN} AND r.id = v.id");
                (BY_VALUE, &["g.group_id", "v.id"], vec![rows])
            }
            (None, Some(State::Available)) => (BY_RUN, &["g.group_id", "a.first_id", "r.id"], vec![IN_RUNS.into()]),
            (None, Some(_)) => {
                // The index has no others, which SQLite has to be told.
                let rows = format!("r.state_number > 1 AND r.id {BETWEEN}");
                (BY_STATE, &["g.group_id", "r.id"], vec![rows])
            }
            (None, None) => (BY_ID, &["g.group_id", "r.id"], vec![format!("r.id {BETWEEN}")]),
        };
        if let Some(state) = self.state {
            conditions.push(format!("r.state_number = {}", state.number()));
        }
        if let Some(having) = by_default {
            let (field, value) = (add(having.field.into()), add(having.value.clone().into()));
            conditions.push(format!(
                "NOT EXISTS (SELECT 1 FROM field_values AS v \
                 WHERE v.id = r.id AND v.field_id = ?{field} AND v.value <> ?{value})"
            ));
        }
        for (bound, comparison) in [(&self.from, ">="), (&self.before, "<")] {
            if let Some(bound) = bound {
                conditions.push(format!("r.created_at {comparison} ?{}", add(bound.clone().into())));
            }
        }
        // An equation on `deleted` would make SQLite build an index for the one query.
        let text = format!(
            "FROM groups AS g {source} WHERE g.deleted = 0 AND g.group_id BETWEEN ?1 AND ?2 AND {} AND NOT r.deleted",
            conditions.join(" AND ")
        );
        Rows { text, values, key }
    }
}

const BY_ID: &str = "CROSS JOIN \"references\" AS r";
const BY_VALUE: &str = "CROSS JOIN field_values AS v CROSS JOIN \"references\" AS r";
const BY_STATE: &str = "CROSS JOIN \"references\" AS r INDEXED BY references_by_state";
const BY_RUN: &str = "CROSS JOIN available_runs AS a CROSS JOIN \"references\" AS r";

/// The ids of a group that a listing looks at.
const BETWEEN: &str = "BETWEEN max(g.group_id << 32, ?3) AND min((g.group_id << 32) + 4294967295, ?4)";

/// The available rows among them. The run that has the first id may begin before it.
const IN_RUNS: &str = "a.first_id BETWEEN max(g.group_id << 32, \
     coalesce((SELECT max(first_id) FROM available_runs WHERE first_id <= ?3), 0)) \
     AND min((g.group_id << 32) + 4294967295, ?4) AND r.id BETWEEN max(a.first_id, ?3) AND min(a.last_id, ?4)";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{encode::id_of, schema};

    /// How SQLite goes about a listing.
    fn plan(wanted: &Wanted, order: &str) -> String {
        let connection = Connection::open_in_memory().unwrap();
        schema::migrate(&connection).unwrap();
        let Rows { text, values, key } = wanted.rows(id_of(1, 1), id_of(3, 9));
        let keys: Vec<String> = key.iter().map(|key| format!("{key} {order}")).collect();
        let sql = format!("EXPLAIN QUERY PLAN SELECT r.code {text} ORDER BY {}", keys.join(", "));
        let mut statement = connection.prepare(&sql).unwrap();
        let lines = statement.query_map(rusqlite::params_from_iter(values), |row| row.get::<_, String>(3)).unwrap();
        lines.collect::<Result<Vec<_>, _>>().unwrap().join("\n")
    }

    #[test]
    fn no_listing_is_sorted_or_goes_through_a_whole_table() {
        let having = |value: &str| Some(Having { field: 1, value: value.into(), default: "red".into() });
        for state in [None, Some(State::Available), Some(State::Void)] {
            for value in [None, having("red"), having("blue")] {
                for from in [None, Some("2026".to_owned())] {
                    let wanted = Wanted { from, before: None, state, value: value.clone() };
                    for order in ["ASC", "DESC"] {
                        let plan = plan(&wanted, order);
                        assert!(!plan.contains("SCAN") && !plan.contains("TEMP"), "{state:?} {value:?}\n{plan}");
                        assert!(!plan.contains("AUTOMATIC"), "{plan}");
                    }
                }
            }
        }
    }
}
