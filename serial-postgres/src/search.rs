//! Pages of references that contain a term or were issued within a span of time.

use serial_core::{Direction, Reference, ReferenceQuery, Slice, Start};

use crate::{
    database::Database,
    listing::{Window, order, slice},
    records::{self, REFERENCE, number, with_states},
    session::{Session, Statement},
    trouble::Trouble,
    values::{Parameter, clamped, comparable, integer, moment, text},
};

/// How many rows are looked at to learn how common a term is. With a common one the page is full after them.
pub(crate) const PROBE: u64 = 300;

/// Groups with fewer rows are read from end to end rather than looked up in an index.
pub(crate) const SMALL: u64 = 3000;

/// In a group that has at least one in so many of all rows, what matches is looked up in the index by itself.
pub(crate) const SHARE: u64 = 20;

/// Conditions with their parameters, numbered as they come.
#[derive(Default)]
pub(crate) struct Conditions {
    texts: Vec<String>,
    pub(crate) parameters: Vec<Parameter>,
}

impl Conditions {
    /// Adds one condition, in which each `?` is a parameter.
    pub(crate) fn add(&mut self, condition: &str, parameters: impl IntoIterator<Item = Parameter>) {
        let mut parameters = parameters.into_iter();
        let mut written = String::new();
        for symbol in condition.chars() {
            match (symbol == '?').then(|| parameters.next()).flatten() {
                Some(parameter) => {
                    self.parameters.push(parameter);
                    written.push('$');
                    written.push_str(&self.parameters.len().to_string());
                }
                None => written.push(symbol),
            }
        }
        self.texts.push(written);
    }

    /// All of them, to begin anew with others; the parameters stay.
    pub(crate) fn take(&mut self) -> String {
        let text = self.text();
        self.texts.clear();
        text
    }

    /// One condition by itself.
    pub(crate) fn only(&mut self, condition: &str, parameters: impl IntoIterator<Item = Parameter>) -> String {
        self.add(condition, parameters);
        self.take()
    }

    fn text(&self) -> String {
        if self.texts.is_empty() { "true".into() } else { self.texts.join(" AND ") }
    }
}

/// What the rows of a query have to fulfil, in parts that are put together in different ways.
pub(crate) struct Parts<'a> {
    pub(crate) window: &'a Window,
    pub(crate) query: &'a ReferenceQuery,
}

impl Parts<'_> {
    /// Being looked at.
    fn within(&self, conditions: &mut Conditions) {
        match self.window.group {
            None => conditions.add("group_id NOT IN (SELECT g.group_id FROM serialref.groups g WHERE g.deleted)", []),
            Some(group) => {
                conditions.add("group_id = ?", [integer(clamped(group.0))]);
                if self.query.within.batch().is_some() {
                    conditions.add("row_id BETWEEN ? AND ?", [integer(self.window.first), integer(self.window.last)]);
                }
            }
        }
    }

    /// Coming after the place where the page begins.
    fn after(&self, conditions: &mut Conditions) {
        let Start::After((group, row)) = self.query.start else { return };
        let compare = match self.query.direction {
            Direction::OldestFirst => ">",
            Direction::NewestFirst => "<",
        };
        match self.window.group {
            Some(only) if only == group => {
                conditions.add(&format!("row_id {compare} ?"), [integer(clamped(row.0))]);
            }
            _ => conditions.add(
                &format!("(group_id, row_id) {compare} (?, ?)"),
                [integer(clamped(group.0)), integer(clamped(row.0))],
            ),
        }
    }

    /// Being what is looked for.
    pub(crate) fn matching(&self, conditions: &mut Conditions) {
        conditions.add("NOT deleted", []);
        if let Some(term) = &self.query.term {
            conditions.add("lower(code) LIKE ?", [text(pattern(term.as_str()))]);
        }
        self.within_span(conditions);
    }

    /// The same in words with which no index is tried.
    pub(crate) fn matching_unindexed(&self, conditions: &mut Conditions) {
        conditions.add("NOT deleted", []);
        if let Some(term) = &self.query.term {
            conditions.add("strpos(lower(code), ?) > 0", [text(term.as_str().to_ascii_lowercase())]);
        }
        self.within_span(conditions);
    }

    /// Being of the time that is looked for.
    fn within_span(&self, conditions: &mut Conditions) {
        if let Some(from) = self.query.created.from {
            conditions.add("created_at >= ?", [moment(comparable(from))]);
        }
        if let Some(before) = self.query.created.before {
            conditions.add("created_at < ?", [moment(comparable(before))]);
        }
    }

    /// How many rows come before the page.
    pub(crate) fn skip(&self) -> u64 {
        match self.query.start {
            Start::Skip(skip) => skip,
            Start::After(_) => 0,
        }
    }

    /// One more than the page has, to know whether there are more.
    pub(crate) fn size(&self) -> u64 {
        u64::from(self.query.size) + 1
    }

    /// Whether the listing begins within the group that is looked at, if it is only one.
    pub(crate) fn begins_here(&self) -> bool {
        match (self.window.group, self.query.start) {
            (Some(group), Start::After((place, _))) => group == place,
            _ => true,
        }
    }

    /// Whether so many rows may be all that has to be looked at.
    pub(crate) fn is_full_within(&self, rows: u64) -> bool {
        self.skip().saturating_add(self.size()) <= rows && !self.query.counted
    }

    fn ordered(&self) -> String {
        let order = order(self.query.direction);
        format!("ORDER BY group_id {order}, row_id {order}")
    }

    /// How many rows there are in all.
    fn count(&self) -> Statement<'static> {
        let mut conditions = Conditions::default();
        self.within(&mut conditions);
        self.matching(&mut conditions);
        let sql = format!("SELECT count(*) FROM serialref.\"references\" WHERE {}", conditions.text());
        Statement::new(sql, conditions.parameters)
    }

    /// The page, read in its order until it is full.
    fn scan(&self) -> Statement<'static> {
        let mut conditions = Conditions::default();
        self.within(&mut conditions);
        self.after(&mut conditions);
        self.matching(&mut conditions);
        let ordered = self.ordered();
        let condition = conditions.text();
        conditions.add("LIMIT ? OFFSET ?", [integer(clamped(self.size())), integer(clamped(self.skip()))]);
        let limit = conditions.texts.last().cloned().unwrap_or_default();
        let sql = format!("SELECT {REFERENCE} FROM serialref.\"references\" WHERE {condition} {ordered} {limit}");
        Statement::new(with_states(&sql, order(self.query.direction)), conditions.parameters)
    }

    /// What the first so many rows of the listing have of the page.
    fn probe(&self, rows: u64) -> Statement<'static> {
        let mut conditions = Conditions::default();
        self.within(&mut conditions);
        if self.window.group.is_some() {
            // A span of row ids is read at once, whatever the server believes about the table.
            let (above, last) = self.reach(rows);
            conditions.add("row_id > ? AND row_id <= ?", [integer(above), integer(last)]);
        } else {
            self.after(&mut conditions);
        }
        let window = conditions.text();
        conditions.texts.clear();
        self.matching(&mut conditions);
        let matching = conditions.text();
        conditions.add("LIMIT ?", [integer(clamped(rows))]);
        conditions.add("LIMIT ?", [integer(clamped(self.skip().saturating_add(self.size())))]);
        let limits = conditions.texts.split_off(conditions.texts.len() - 2);
        let ordered = self.ordered();
        let sql = format!(
            "WITH looked_at AS MATERIALIZED (SELECT {REFERENCE}, deleted FROM serialref.\"references\" WHERE {window} \
             {ordered} {}) SELECT {REFERENCE} FROM looked_at WHERE {matching} {ordered} {}",
            limits[0], limits[1]
        );
        Statement::new(with_states(&sql, order(self.query.direction)), conditions.parameters)
    }

    /// The row ids, from above the one to the other, of the first so many rows of a listing within a group.
    fn reach(&self, rows: u64) -> (i64, i64) {
        let (mut above, mut last) = (self.window.first - 1, self.window.last);
        match (self.query.direction, self.query.start) {
            (Direction::OldestFirst, Start::After((group, row))) if Some(group) == self.window.group => {
                above = above.max(clamped(row.0));
            }
            (Direction::NewestFirst, Start::After((group, row))) if Some(group) == self.window.group => {
                last = last.min(clamped(row.0.saturating_sub(1)));
            }
            _ => {}
        }
        match self.query.direction {
            Direction::OldestFirst => (above, last.min(above.saturating_add(clamped(rows)))),
            Direction::NewestFirst => (above.max(last.saturating_sub(clamped(rows))), last),
        }
    }

    /// Whether so many rows are all that the listing has.
    fn ends_within(&self, rows: u64) -> bool {
        let (above, last) = self.reach(rows);
        match self.query.direction {
            _ if self.window.group.is_none() => self.window.issued < rows,
            Direction::OldestFirst => last >= self.window.last,
            Direction::NewestFirst => above < self.window.first,
        }
    }

    /// The page, picked from all rows that match.
    fn pick(&self) -> Statement<'static> {
        let mut conditions = Conditions::default();
        match self.window.group {
            // Where the group is a good part of everything, its rows are no help in finding those that match. The sum
            // keeps the server from trying.
            Some(group) if self.window.issued.saturating_mul(SHARE) >= self.window.all => {
                conditions.add("group_id + 0 = ?", [integer(clamped(group.0))]);
                conditions.add("row_id + 0 BETWEEN ? AND ?", [integer(self.window.first), integer(self.window.last)]);
            }
            _ => self.within(&mut conditions),
        }
        self.matching(&mut conditions);
        let matching = conditions.text();
        conditions.texts.clear();
        self.after(&mut conditions);
        let after = conditions.text();
        conditions.add("LIMIT ? OFFSET ?", [integer(clamped(self.size())), integer(clamped(self.skip()))]);
        let limit = conditions.texts.last().cloned().unwrap_or_default();
        let ordered = self.ordered();
        let sql = format!(
            "WITH matching AS MATERIALIZED (SELECT {REFERENCE} FROM serialref.\"references\" WHERE {matching}) SELECT \
             {REFERENCE} FROM matching WHERE {after} {ordered} {limit}"
        );
        Statement::new(with_states(&sql, order(self.query.direction)), conditions.parameters)
    }
}

impl Database {
    /// Whether the index can find what is looked for.
    pub(crate) fn is_indexed(&self, query: &ReferenceQuery) -> bool {
        self.has_search_index() && query.term.as_ref().is_some_and(|term| has_trigram(term))
    }

    /// A page of what matches; `looked` is how many of the first rows do, where they were looked at.
    pub(crate) async fn filtered(
        &self,
        mut session: Session<'_>,
        window: Window,
        query: &ReferenceQuery,
        mut looked: Option<u64>,
    ) -> Result<Slice<Reference>, Trouble> {
        let parts = Parts { window: &window, query };
        if !self.is_indexed(query) || window.issued <= SMALL {
            return finish(session, vec![parts.scan()], &parts).await;
        }
        let needed = parts.skip().saturating_add(parts.size());
        // Whether more of the listing is read, or all that match are looked up, is decided by how many the first rows
        // had: the server has no good idea of how common a term is.
        let mut rows = PROBE;
        while parts.is_full_within(rows) && parts.begins_here() {
            let hits = if let Some(hits) = looked.take() {
                hits
            } else {
                let mut statements = if window.group.is_none() { vec![steer(false)] } else { Vec::new() };
                statements.push(parts.probe(rows));
                let found = session.run(&statements).await?.pop().unwrap_or_default();
                if found.len() as u64 >= needed || parts.ends_within(rows) {
                    session.finish(&[]).await?;
                    let found = found.iter().skip(usize::try_from(parts.skip()).unwrap_or(usize::MAX));
                    let items = found.map(records::reference).collect::<Result<Vec<_>, _>>()?;
                    return Ok(slice(items, query.size, None));
                }
                found.len() as u64
            };
            let reading = needed.saturating_mul(rows) / hits.max(1);
            let picking = window.issued.saturating_mul(hits) / rows;
            if (2..6).contains(&hits) && rows == PROBE {
                // That may be chance.
                rows = 5 * PROBE;
                continue;
            }
            if hits < 2 || rows > 5 * PROBE || reading > picking.saturating_mul(2) {
                break;
            }
            rows = reading.saturating_mul(2);
        }
        finish(session, vec![steer(true), parts.pick()], &parts).await
    }
}

/// Keeps the server from reading and sorting everything: to look up what matches, or to read in order. Compiling a
/// statement takes longer than running it does here.
pub(crate) fn steer(picks: bool) -> Statement<'static> {
    let bitmap = if picks { "on" } else { "off" };
    let sql = format!(
        "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', '{bitmap}', true), \
         set_config('enable_sort', '{bitmap}', true), set_config('jit', 'off', true)"
    );
    Statement::new(sql, vec![])
}

/// Runs the last statements, of which the last gives the page.
async fn finish(
    session: Session<'_>,
    mut statements: Vec<Statement<'_>>,
    parts: &Parts<'_>,
) -> Result<Slice<Reference>, Trouble> {
    let page = statements.len() - 1;
    if parts.query.counted {
        statements.push(parts.count());
    }
    let rows = session.finish(&statements).await?;
    let items = rows.get(page).into_iter().flatten().map(records::reference).collect::<Result<Vec<_>, _>>()?;
    let total = rows.get(page + 1).and_then(|rows| rows.first()).map(|row| number(row, 0)).transpose()?;
    Ok(slice(items, parts.query.size, total))
}

/// The term in small letters, as a pattern in which nothing has a special meaning.
pub(crate) fn pattern(term: &str) -> String {
    let mut pattern = String::from("%");
    for symbol in term.chars() {
        if matches!(symbol, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(symbol.to_ascii_lowercase());
    }
    pattern.push('%');
    pattern
}

/// Whether the index can tell anything about a term: it knows three letters or digits in a row.
fn has_trigram(term: &str) -> bool {
    term.as_bytes().windows(3).any(|three| three.iter().all(u8::is_ascii_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_term_has_a_special_meaning() {
        assert_eq!(pattern("a%B_\\c"), "%a\\%b\\_\\\\c%");
        assert!(has_trigram("--a1B") && !has_trigram("a-bc-1") && !has_trigram("ab"));
    }

    #[test]
    fn parameters_are_numbered_as_they_come() {
        let mut conditions = Conditions::default();
        conditions.add("a = ?", [integer(1)]);
        conditions.add("b BETWEEN ? AND ?", [integer(2), integer(3)]);
        assert_eq!(conditions.text(), "a = $1 AND b BETWEEN $2 AND $3");
    }
}
