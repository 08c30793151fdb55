//! What references have of their own: values in fields, and warranties.

use std::collections::BTreeMap;

use rusqlite::{Connection, ToSql, params};
use serial_core::{Answer, Details, FieldId, GroupId, Refusal, RowId, RowSet};

use crate::{
    encode::{MAX_ROWS, id_of, place_of},
    error::Failure,
    groups,
    ledger::{By, Ledger},
    runs::Ids,
};

/// A value to give to references in a field of their group; `None` is the default again.
pub(crate) struct Setting<'a> {
    pub(crate) field: i64,
    pub(crate) default: String,
    pub(crate) value: Option<&'a str>,
}

/// Gives live rows that follow each other values.
pub(crate) fn set_values(
    connection: &Connection,
    ledger: &mut Ledger<'_>,
    ids: &Ids,
    settings: &[Setting<'_>],
    by: &By,
) -> Result<(), Failure> {
    if settings.is_empty() {
        return Ok(());
    }
    let given = |number: usize| format!("(?{}, ?{}, ?{})", number, number + 1, number + 2);
    let given: Vec<String> = (9..).step_by(3).take(settings.len()).map(given).collect();
    let sql = format!(
        "WITH given (field_id, standard, value) AS (VALUES {}) \
         INSERT INTO events (group_id, event_id, at, actor, reason, note, kind, id, number, old_value, new_value) \
         SELECT ?1, ?2 + row_number() OVER (ORDER BY r.id, f.field_id), ?3, ?4, ?5, ?6, 'attribute set', r.id, \
         f.field_id, coalesce(v.value, f.standard), coalesce(f.value, f.standard) \
         FROM \"references\" AS r CROSS JOIN given AS f \
         LEFT JOIN field_values AS v ON v.id = r.id AND v.field_id = f.field_id \
         WHERE r.id BETWEEN ?7 AND ?8 AND coalesce(v.value, f.standard) <> coalesce(f.value, f.standard) \
         ORDER BY r.id, f.field_id",
        given.join(", ")
    );
    let values: Vec<&dyn ToSql> =
        settings.iter().flat_map(|Setting { field, default, value }| [field as &dyn ToSql, default, value]).collect();
    ledger.note_rows(&sql, ids, by, &values)?;
    for Setting { field, value, .. } in settings {
        if value.is_some() {
            let sql = "INSERT INTO field_values (id, field_id, value) \
                       SELECT id, ?3, ?4 FROM \"references\" WHERE id BETWEEN ?1 AND ?2 \
                       ON CONFLICT (id, field_id) DO UPDATE SET value = excluded.value";
            connection.prepare_cached(sql)?.execute(params![ids.start(), ids.end(), field, value])?;
        } else {
            // Without the plus SQLite would go through all values that the field has.
            let sql = "DELETE FROM field_values WHERE id BETWEEN ?1 AND ?2 AND +field_id = ?3";
            connection.prepare_cached(sql)?.execute([ids.start(), ids.end(), field])?;
        }
    }
    Ok(())
}

/// Gives live rows that follow each other a warranty of their own, or their group's again.
pub(crate) fn set_warranty(
    connection: &Connection,
    ledger: &mut Ledger<'_>,
    ids: &Ids,
    policy: Option<&str>,
    by: &By,
) -> Result<(), Failure> {
    let sql = "INSERT INTO events (group_id, event_id, at, actor, reason, note, kind, id, old_value, new_value) \
               SELECT ?1, ?2 + row_number() OVER (ORDER BY r.id), ?3, ?4, ?5, ?6, 'warranty set', r.id, \
               coalesce(w.policy, ''), ?9 FROM \"references\" AS r LEFT JOIN warranties AS w ON w.id = r.id \
               WHERE r.id BETWEEN ?7 AND ?8 AND coalesce(w.policy, '') <> ?9 ORDER BY r.id";
    ledger.note_rows(sql, ids, by, &[&policy.unwrap_or_default()])?;
    if let Some(policy) = policy {
        let sql = "INSERT INTO warranties (id, policy) SELECT id, ?3 FROM \"references\" WHERE id BETWEEN ?1 AND ?2 \
                   ON CONFLICT (id) DO UPDATE SET policy = excluded.policy";
        connection.prepare_cached(sql)?.execute(params![ids.start(), ids.end(), policy])?;
    } else {
        let sql = "DELETE FROM warranties WHERE id BETWEEN ?1 AND ?2";
        connection.prepare_cached(sql)?.execute([ids.start(), ids.end()])?;
    }
    Ok(())
}

/// What rows of a group have of their own, live or deleted.
pub(crate) fn details(connection: &Connection, group: GroupId, rows: &RowSet) -> Result<Answer<Vec<Details>>, Failure> {
    let Some(number) = groups::exists(connection, group)? else {
        return Ok(Refusal::NoSuchGroup { group }.into());
    };
    let sql = "SELECT id, field_id, value FROM field_values WHERE id BETWEEN ?1 AND ?2 ORDER BY id, field_id";
    let mut values = connection.prepare_cached(sql)?;
    let mut warranties = connection.prepare_cached("SELECT id, policy FROM warranties WHERE id BETWEEN ?1 AND ?2")?;
    let mut details: BTreeMap<RowId, Details> = BTreeMap::new();
    let nothing = |row| Details { row, values: Vec::new(), warranty: None };
    for range in rows.ranges().iter().filter(|range| range.start().0 <= MAX_ROWS) {
        let ids = [id_of(number, range.start().0), id_of(number, range.end().0)];
        let mut found = values.query(ids)?;
        while let Some(row) = found.next()? {
            let (place, field) = (place_of(row.get(0)?).1, FieldId(row.get::<_, i64>(1)?.cast_unsigned()));
            details.entry(place).or_insert_with(|| nothing(place)).values.push((field, row.get(2)?));
        }
        let mut found = warranties.query(ids)?;
        while let Some(row) = found.next()? {
            let place = place_of(row.get(0)?).1;
            let policy = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?.parse();
            let policy = policy.map_err(|_| Failure::corrupt("a stored warranty is not one"))?;
            details.entry(place).or_insert_with(|| nothing(place)).warranty = Some(policy);
        }
    }
    Ok(Answer::Done(details.into_values().collect()))
}
