//! Giving references values and warranties.

use serial_core::{Change, FieldId, GroupId, RowId, WarrantyPolicy};
use tokio_postgres::Row;

use crate::{
    life::{Effects, Held, Live, Rows, details::read_values, held::places},
    records::number,
    session::{Statement, column},
    trouble::Trouble,
    values::{bits, integers, optional_text, optional_texts},
};

const SET: &str = "INSERT INTO serialref.attributes AS a (group_id, row_id, field_id, value) SELECT * FROM unnest($1, $2, $3, \
                   $4) ON CONFLICT (group_id, row_id, field_id) DO UPDATE SET value = excluded.value";

const SET_WARRANTY: &str = "INSERT INTO serialref.lives AS l (group_id, row_id, state, warranty) SELECT t.group_id, t.row_id, \
                            'available', $3 FROM unnest($1, $2) AS t (group_id, row_id) ON CONFLICT (group_id, row_id) DO \
                            UPDATE SET warranty = excluded.warranty";

const WARRANTIES: &str = r"
SELECT l.group_id, l.row_id, l.warranty FROM unnest($1, $2, $3) AS t (group_id, first, last) CROSS JOIN LATERAL (
    SELECT x.group_id, x.row_id, x.warranty FROM serialref.lives x
    WHERE x.group_id = t.group_id AND x.row_id >= t.first AND x.row_id <= t.last
    ORDER BY x.row_id LIMIT t.last - t.first + 1
) l
WHERE l.warranty IS NOT NULL";

/// Reads the warranties that rows of groups have of their own, as texts.
pub(crate) fn warranties_of(targets: &[(GroupId, Rows)]) -> Statement<'static> {
    Statement::new(WARRANTIES, places(targets))
}

/// Gives references of one group values; `own` are the rows of those they have.
pub(crate) fn set<'a>(
    effects: &mut Effects,
    lives: impl Iterator<Item = (&'a Held, &'a Live)>,
    values: &[(FieldId, Option<String>)],
    own: &[Row],
) -> Result<Option<Statement<'static>>, Trouble> {
    let own = read_values(own)?;
    let (mut groups, mut rows, mut fields, mut texts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (held, live) in lives {
        for (id, value) in values {
            let before = own.get(&(live.row, *id));
            // Without a value of its own there is none to take away.
            if value.is_none() && before.is_none() {
                continue;
            }
            groups.push(bits(live.group.0));
            rows.push(bits(live.row.0));
            fields.push(bits(id.0));
            texts.push(value.clone());
            let default = held.group.fields.iter().find(|field| field.id == *id).map(|field| &field.default);
            let shown = |own: Option<&String>| own.or(default).cloned().unwrap_or_default();
            let (from, to) = (shown(before), shown(value.as_ref()));
            if from != to {
                effects.note(held, &Change::AttributeSet { row: live.row, field: *id, from, to });
            }
        }
    }
    let parameters = || vec![integers(groups), integers(rows), integers(fields), optional_texts(texts)];
    Ok((!values.is_empty()).then(|| Statement::new(SET, parameters())))
}

/// Gives references a warranty, or their group's again; `own` are the rows of those they have.
pub(crate) fn set_warranty<'a>(
    effects: &mut Effects,
    lives: impl Iterator<Item = (&'a Held, &'a Live)>,
    policy: Option<WarrantyPolicy>,
    own: &[Row],
) -> Result<Option<Statement<'static>>, Trouble> {
    let mut before = std::collections::BTreeMap::new();
    for row in own {
        let warranty: String = column(row, 2)?;
        before.insert((GroupId(number(row, 0)?), RowId(number(row, 1)?)), warranty);
    }
    let text = policy.map(|policy| policy.to_string());
    let (mut groups, mut rows) = (Vec::new(), Vec::new());
    for (held, live) in lives {
        let (from, to) = (before.remove(&live.place()).unwrap_or_default(), text.clone().unwrap_or_default());
        if from != to {
            groups.push(bits(live.group.0));
            rows.push(bits(live.row.0));
            effects.note(held, &Change::WarrantySet { row: live.row, from, to });
        }
    }
    let is_new = !rows.is_empty();
    Ok(is_new.then(|| Statement::new(SET_WARRANTY, vec![integers(groups), integers(rows), optional_text(text)])))
}
