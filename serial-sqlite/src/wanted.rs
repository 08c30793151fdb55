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
    ///
    /// An equation on `deleted` would make SQLite build an index for the one query.
    pub(crate) fn rows(&self, first: i64, last: i64) -> Rows {
        let group_of = |id: i64| Value::from(place_of(id).0.0.cast_signed());
        let mut values = vec![group_of(first), group_of(last), first.into(), last.into()];
        let mut add = |value: Value| {
            values.push(value);
            values.len()
        };
        const BETWEEN: &str = "BETWEEN max(g.group_id << 32, ?3) AND min((g.group_id << 32) + 4294967295, ?4)";
        let (source, mut condition, key): (&str, String, &[&str]) = match (&self.value, self.state) {
            (Some(having), _) if having.value != having.default => {
                let (field, value) = (add(having.field.into()), add(having.value.clone().into()));
                (
                    "CROSS JOIN field_values AS v CROSS JOIN \"references\" AS r",
                    format!("v.field_id = ?{field} AND v.value = ?{value} AND v.id {BETWEEN} AND r.id = v.id"),
                    &["g.group_id", "v.id"],
                )
            }
            (_, Some(State::Available)) => (
                "CROSS JOIN available_runs AS a CROSS JOIN \"references\" AS r",
                "a.first_id BETWEEN max(g.group_id << 32, \
                 coalesce((SELECT max(first_id) FROM available_runs WHERE first_id <= ?3), 0)) \
                 AND min((g.group_id << 32) + 4294967295, ?4) \
                 AND r.id BETWEEN max(a.first_id, ?3) AND min(a.last_id, ?4)"
                    .into(),
                &["g.group_id", "a.first_id", "r.id"],
            ),
            (_, Some(state)) => (
                "CROSS JOIN \"references\" AS r INDEXED BY references_by_state",
                format!("r.state_number = {} AND r.state_number > 1 AND r.id {BETWEEN}", state.number()),
                &["g.group_id", "r.id"],
            ),
            _ => ("CROSS JOIN \"references\" AS r", format!("r.id {BETWEEN}"), &["g.group_id", "r.id"]),
        };
        if let Some(state) = self.state {
            condition.push_str(&format!(" AND r.state_number = {}", state.number()));
        }
        if let Some(having) = self.value.as_ref().filter(|having| having.value == having.default) {
            let (field, value) = (add(having.field.into()), add(having.value.clone().into()));
            condition.push_str(&format!(
                " AND NOT EXISTS (SELECT 1 FROM field_values AS v \
                 WHERE v.id = r.id AND v.field_id = ?{field} AND v.value <> ?{value})"
            ));
        }
        for (bound, comparison) in [(&self.from, ">="), (&self.before, "<")] {
            if let Some(bound) = bound {
                let number = add(bound.clone().into());
                condition.push_str(&format!(" AND r.created_at {comparison} ?{number}"));
            }
        }
        let text = format!(
            "FROM groups AS g {source} WHERE g.deleted = 0 AND g.group_id BETWEEN ?1 AND ?2 AND {condition} \
             AND NOT r.deleted"
        );
        Rows { text, values, key }
    }
}

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
