//! Pages of references in a state or with a value.

use serial_core::{Direction, FieldId, Reference, ReferenceQuery, Slice, Start, State, StateCounts};

use crate::{
    database::Database,
    groups,
    life::counts_of,
    listing::{Window, order, slice},
    records::{self, REFERENCE, number, with_states},
    search::pattern,
    session::{Session, Statement},
    trouble::Trouble,
    values::{Parameter, bits, clamped, comparable, integer, moment, text},
};

/// A reference of a table that says what is looked for.
const FOUND: &str = r#"CROSS JOIN LATERAL (
    SELECT * FROM serialref."references" x WHERE x.group_id = d.group_id AND x.row_id = d.row_id LIMIT 1
) r"#;

/// No other value of its own.
const NO_OTHER: &str = "NOT EXISTS (SELECT 1 FROM serialref.attributes a WHERE a.group_id = r.group_id AND a.row_id = \
                        r.row_id AND a.field_id = {FIELD} AND a.value <> {VALUE})";

/// A value of its own or of the field of its group, whichever group that is.
const OF_ANY_GROUP: &str = "EXISTS (SELECT 1 FROM serialref.groups g CROSS JOIN jsonb_array_elements(g.fields) f WHERE \
                            g.group_id = r.group_id AND (f ->> 'id')::numeric = {FIELD} AND coalesce((SELECT a.value FROM \
                            serialref.attributes a WHERE a.group_id = r.group_id AND a.row_id = r.row_id AND a.field_id = \
                            {FIELD}), f ->> 'default') = {VALUE})";

const IN_STATE: &str = "EXISTS (SELECT 1 FROM serialref.lives l WHERE l.group_id = r.group_id AND l.row_id = r.row_id AND \
                        l.state = {STATE})";

const AVAILABLE: &str = "NOT EXISTS (SELECT 1 FROM serialref.lives l WHERE l.group_id = r.group_id AND l.row_id = r.row_id \
                         AND l.state <> 'available')";

/// The available references of a group, range by range; no more ranges, and of each no more rows, than a page needs.
const RANGES: &str = r#"
SELECT {REFERENCE} FROM (
    SELECT first, last, sum(last - first + 1) OVER (ORDER BY last {ORDER}) - (last - first + 1) AS before FROM (
        SELECT greatest(u.first_row, $2) AS first, least(u.last_row, $3) AS last FROM (
            SELECT x.first_row, x.last_row FROM serialref.stock x
            WHERE x.group_id = $1 AND x.last_row >= $2 AND x.first_row <= x.last_row
            UNION ALL
            SELECT g.frontier + 1, g.issued FROM serialref.groups g WHERE g.group_id = $1 AND g.frontier < g.issued
        ) u
    ) c
    WHERE first <= last
) s
CROSS JOIN LATERAL (
    SELECT * FROM serialref."references" x
    WHERE x.group_id = $1 AND x.row_id >= s.first AND x.row_id <= s.last AND NOT x.deleted
    ORDER BY x.row_id {ORDER} LIMIT $4
) r
WHERE s.before < $4
ORDER BY row_id {ORDER} LIMIT $5 OFFSET $6"#;

/// A value that is looked for, and the default of its field.
struct Wanted<'a> {
    field: FieldId,
    value: &'a str,
    /// `None` where references of several groups are looked at.
    default: Option<String>,
}

/// The text of a statement and its parameters as they come.
#[derive(Default)]
struct Sql {
    conditions: Vec<String>,
    parameters: Vec<Parameter>,
}

impl Sql {
    /// The name of a new parameter.
    fn name(&mut self, parameter: Parameter) -> String {
        self.parameters.push(parameter);
        format!("${}", self.parameters.len())
    }

    fn add(&mut self, condition: impl Into<String>) {
        self.conditions.push(condition.into());
    }
}

impl Database {
    /// A page of what is in a state or has a value.
    pub(crate) async fn of_life(
        &self,
        mut session: Session<'_>,
        window: Window,
        query: &ReferenceQuery,
    ) -> Result<Slice<Reference>, Trouble> {
        let wanted = match wanted(&mut session, &window, query).await? {
            Value::Any => None,
            Value::Of(wanted) => Some(wanted),
            Value::OfNoField => {
                session.finish(&[]).await?;
                return Ok(Slice { items: Vec::new(), more: false, total: query.counted.then_some(0) });
            }
        };
        let is_plain = wanted.is_none() && query.term.is_none() && query.created.is_everything();
        let ranges = if is_plain { ranges(&window, query) } else { None };
        let mut statements = vec![ranges.unwrap_or_else(|| page(&window, query, wanted.as_ref()))];
        if query.counted {
            statements.push(if is_plain { counts_of(query.within) } else { count(&window, query, wanted.as_ref()) });
        }
        let rows = session.finish(&statements).await?;
        let items = rows.first().into_iter().flatten().map(records::reference).collect::<Result<Vec<_>, _>>()?;
        let total = match rows.get(1).and_then(|rows| rows.first()) {
            Some(row) if is_plain => {
                let counts: StateCounts = records::counts(row, if query.within.batch().is_some() { 2 } else { 0 })?;
                query.state.map(|state| counts[state])
            }
            Some(row) => Some(number(row, 0)?),
            None => None,
        };
        Ok(slice(items, query.size, total))
    }
}

/// What value is looked for.
enum Value<'a> {
    Any,
    /// One that no reference can have.
    OfNoField,
    Of(Wanted<'a>),
}

async fn wanted<'a>(
    session: &mut Session<'_>,
    window: &Window,
    query: &'a ReferenceQuery,
) -> Result<Value<'a>, Trouble> {
    let Some((field, value)) = &query.value else { return Ok(Value::Any) };
    // No value has a NUL, and the database takes none.
    if value.contains('\0') || i64::try_from(field.0).is_err() {
        return Ok(Value::OfNoField);
    }
    let wanted = |default| Value::Of(Wanted { field: *field, value, default });
    let Some(group) = window.group else { return Ok(wanted(None)) };
    let rows = session.run(&[groups::group(group)]).await?;
    let group = rows.iter().flatten().next().map(records::group).transpose()?;
    let declared = group.and_then(|group| group.fields.into_iter().find(|declared| declared.id == *field));
    Ok(declared.map_or(Value::OfNoField, |declared| wanted(Some(declared.default))))
}

/// The tables that are read, and what has to hold; `d` is the table whose order is followed, or `r`.
fn found(
    window: &Window,
    query: &ReferenceQuery,
    wanted: Option<&Wanted<'_>>,
    sql: &mut Sql,
) -> (String, &'static str) {
    let by_value = wanted.filter(|wanted| wanted.default.as_ref().is_some_and(|default| *default != wanted.value));
    let by_state = query.state.filter(|state| *state != State::Available && by_value.is_none());
    let key = if by_value.is_some() || by_state.is_some() { "d" } else { "r" };
    match window.group {
        None => sql.add(format!("{key}.group_id NOT IN (SELECT g.group_id FROM serialref.groups g WHERE g.deleted)")),
        Some(group) => {
            let group = sql.name(integer(clamped(group.0)));
            sql.add(format!("{key}.group_id = {group}"));
            if query.within.batch().is_some() {
                let (first, last) = (sql.name(integer(window.first)), sql.name(integer(window.last)));
                sql.add(format!("{key}.row_id BETWEEN {first} AND {last}"));
            }
        }
    }
    let mut tables = format!("serialref.\"references\" {key}");
    if let Some(wanted) = wanted {
        let (field, value) = (sql.name(integer(bits(wanted.field.0))), sql.name(text(wanted.value)));
        if by_value.is_some() {
            tables = format!("serialref.attributes d {FOUND}");
            sql.add(format!("d.field_id = {field} AND left(d.value, 100) = left({value}, 100) AND d.value = {value}"));
        } else {
            let condition = match &wanted.default {
                None => OF_ANY_GROUP,
                // By another value than the default it would have been looked up.
                Some(_) => NO_OTHER,
            };
            sql.add(condition.replace("{FIELD}", &field).replace("{VALUE}", &value));
        }
    }
    if let Some(state) = query.state {
        let name = sql.name(text(state.name()));
        match by_state {
            Some(_) => {
                tables = format!("serialref.lives d {FOUND}");
                sql.add(format!("d.state = {name}"));
            }
            // The parameter is said to be used, so that the server knows its type.
            None if state == State::Available => sql.add(format!("{AVAILABLE} AND {name} = 'available'")),
            None => sql.add(IN_STATE.replace("{STATE}", &name)),
        }
    }
    sql.add("NOT r.deleted");
    if let Some(term) = &query.term {
        let term = sql.name(text(pattern(term.as_str())));
        sql.add(format!("lower(r.code) LIKE {term}"));
    }
    if let Some(from) = query.created.from {
        let from = sql.name(moment(comparable(from)));
        sql.add(format!("r.created_at >= {from}"));
    }
    if let Some(before) = query.created.before {
        let before = sql.name(moment(comparable(before)));
        sql.add(format!("r.created_at < {before}"));
    }
    (tables, key)
}

fn page(window: &Window, query: &ReferenceQuery, wanted: Option<&Wanted<'_>>) -> Statement<'static> {
    let mut sql = Sql::default();
    let (tables, key) = found(window, query, wanted, &mut sql);
    let mut skip = 0;
    match query.start {
        Start::Skip(rows) => skip = clamped(rows),
        Start::After((group, row)) => {
            let compare = if query.direction == Direction::OldestFirst { ">" } else { "<" };
            let (place, row) = (integer(clamped(group.0)), sql.name(integer(clamped(row.0))));
            if window.group == Some(group) {
                sql.add(format!("{key}.row_id {compare} {row}"));
            } else {
                let group = sql.name(place);
                sql.add(format!("({key}.group_id, {key}.row_id) {compare} ({group}, {row})"));
            }
        }
    }
    let (size, skip) = (sql.name(integer(i64::from(query.size) + 1)), sql.name(integer(skip)));
    let (order, conditions) = (order(query.direction), sql.conditions.join(" AND "));
    let columns = REFERENCE.split(", ").map(|column| format!("r.{column}")).collect::<Vec<_>>().join(", ");
    let rows = format!(
        "SELECT {columns} FROM {tables} WHERE {conditions} ORDER BY {key}.group_id {order}, {key}.row_id {order} LIMIT \
         {size} OFFSET {skip}"
    );
    Statement::new(with_states(&rows, order), sql.parameters)
}

fn count(window: &Window, query: &ReferenceQuery, wanted: Option<&Wanted<'_>>) -> Statement<'static> {
    let mut sql = Sql::default();
    let (tables, _) = found(window, query, wanted, &mut sql);
    let conditions = sql.conditions.join(" AND ");
    Statement::new(format!("SELECT count(*) FROM {tables} WHERE {conditions}"), sql.parameters)
}

/// The page of what is available in a group or batch, where nothing else is looked for: read from the stock, so that what is
/// in use costs nothing.
fn ranges(window: &Window, query: &ReferenceQuery) -> Option<Statement<'static>> {
    let group = window.group.filter(|_| query.state == Some(State::Available))?;
    let (mut first, mut last, mut skip) = (window.first, window.last, 0);
    match (query.start, query.direction) {
        (Start::Skip(rows), _) => skip = clamped(rows),
        (Start::After((place, _)), _) if place != group => return None,
        (Start::After((_, row)), Direction::OldestFirst) => first = first.max(clamped(row.0).saturating_add(1)),
        (Start::After((_, row)), Direction::NewestFirst) => last = last.min(clamped(row.0).saturating_sub(1)),
    }
    let size = i64::from(query.size) + 1;
    let parameters = [clamped(group.0), first, last, skip.saturating_add(size), size, skip].map(integer);
    let order = order(query.direction);
    let rows = RANGES.replace("{REFERENCE}", REFERENCE).replace("{ORDER}", order);
    Some(Statement::new(with_states(&rows, order), parameters.into()))
}
