//! The first look at a search in one group, which most often is also the last.

use serial_core::{Answer, Direction, GroupId, Reference, ReferenceQuery, Refusal, Slice, Start, Within};

use crate::{
    database::Database,
    listing::{NO_ROW, Window, order, slice},
    records::{self, number},
    search::{Conditions, PROBE, Parts, SHARE, SMALL, steer},
    session::{Statement, column},
    trouble::Trouble,
    values::{clamped, integer},
};

/// Reads the first rows of a listing, and where they have next to nothing of what is looked for, all that the index
/// finds. A small group is read from end to end.
///
/// The server itself decides whether it asks the index, which saves a round trip. Where the group is no good part of
/// everything, the index would find too much, so it is not asked. The sums keep the server from looking for the group's
/// rows, or from going through them in order, where it should ask the index.
const LOOK: &str = r#"
WITH seen AS MATERIALIZED (
    SELECT issued, revision, all_issued, CASE WHEN issued <= {SMALL} THEN {SMALL} ELSE {PROBE} END AS reach
    FROM (
        SELECT g.issued, g.revision, (SELECT coalesce(sum(a.issued), 0)::bigint FROM serialref.groups a) AS all_issued
        FROM serialref.groups g WHERE g.group_id = {GROUP} AND NOT g.deleted
    ) g
), bounds AS MATERIALIZED (
    SELECT {ABOVE} AS above, {LAST} AS last, issued, revision, all_issued FROM seen
), probe AS MATERIALIZED (
    SELECT {REFERENCE} FROM serialref."references"
    WHERE group_id = {GROUP} AND row_id > (SELECT above FROM bounds) AND row_id <= (SELECT last FROM bounds) AND {READ}
    ORDER BY group_id {ORDER}, row_id {ORDER} LIMIT {NEEDED}
), decided AS MATERIALIZED (
    SELECT {ENDS} AS ends, revision,
        NOT {ENDS} AND issued > {SMALL} AND issued >= all_issued / {SHARE} AND (SELECT count(*) FROM probe) < 2 AS picks
    FROM bounds
)
SELECT {REFERENCE}, l.state, l.claim_id, ends, picks, revision FROM decided LEFT JOIN (
    SELECT * FROM probe WHERE NOT (SELECT picks FROM decided)
    UNION ALL (
        SELECT {REFERENCE} FROM serialref."references"
        WHERE (SELECT picks FROM decided) AND {FOUND} AND group_id + 0 = {GROUP} AND {AFTER}
        ORDER BY row_id + 0 {ORDER} LIMIT {NEEDED}
    )
) found ON true
LEFT JOIN LATERAL (
    SELECT s.state, s.claim_id FROM serialref.lives s WHERE s.group_id = {GROUP} AND s.row_id = found.row_id LIMIT 1
) l ON true
ORDER BY row_id {ORDER}"#;

/// What a first look found.
pub(crate) enum Look {
    /// All that was wanted.
    Page(Slice<Reference>),
    /// So many rows that match among the first ones, which are not enough.
    Some(u64),
    /// Nothing, as it is no search that begins with a look.
    None,
}

impl Database {
    pub(crate) async fn look(&self, query: &ReferenceQuery) -> Result<Answer<Look>, Trouble> {
        let Within::Group(group) = query.within else { return Ok(Answer::Done(Look::None)) };
        let window = Window { group: Some(group), first: 1, last: NO_ROW, live: 0, issued: 0, gaps: 0, all: 0 };
        let parts = Parts { window: &window, query };
        let is_of_life = query.state.is_some() || query.value.is_some();
        if is_of_life || !self.is_indexed(query) || !parts.begins_here() || !parts.is_full_within(PROBE) {
            return Ok(Answer::Done(Look::None));
        }
        let rows = self.reading().await?.finish(&[steer(true), statement(&parts, group)]).await?;
        let rows = rows.last().map_or(&[][..], Vec::as_slice);
        let Some(first) = rows.first() else { return Ok(Refusal::NoSuchGroup { group }.into()) };
        let revision = number(first, 9)?;
        if query.revision.is_some_and(|expected| expected != revision) {
            return Ok(match self.look_at_group(group).await? {
                Some(group) => Refusal::GroupChanged { group: Box::new(group) }.into(),
                None => Refusal::NoSuchGroup { group }.into(),
            });
        }
        let is_all = column::<bool>(first, 7)? || column::<bool>(first, 8)?;
        // Where nothing was found, there is one row, without a reference.
        let rows = if column::<Option<i64>>(first, 0)?.is_some() { rows } else { &[] };
        let hits = rows.len() as u64;
        if !is_all && hits < parts.skip() + parts.size() {
            return Ok(Answer::Done(Look::Some(hits)));
        }
        let rows = rows.iter().skip(usize::try_from(parts.skip()).unwrap_or(usize::MAX));
        let items = rows.map(records::reference).collect::<Result<Vec<_>, _>>()?;
        Ok(Answer::Done(Look::Page(slice(items, query.size, None))))
    }
}

fn statement(parts: &Parts<'_>, group: GroupId) -> Statement<'static> {
    let query = parts.query;
    let mut conditions = Conditions::default();
    let group = conditions.only("?", [integer(clamped(group.0))]);
    let needed = conditions.only("?", [integer(clamped(parts.skip() + parts.size()))]);
    parts.matching(&mut conditions);
    let found = conditions.take();
    parts.matching_unindexed(&mut conditions);
    let read = conditions.take();
    let place = match query.start {
        Start::After((_, row)) => Some(conditions.only("?", [integer(clamped(row.0).min(NO_ROW))])),
        Start::Skip(_) => None,
    };
    let (after, above, last, ends) = match (query.direction, &place) {
        (Direction::OldestFirst, None) => ("true".into(), "0".into(), "reach".into(), "last >= issued"),
        (Direction::OldestFirst, Some(row)) => {
            (format!("row_id + 0 > {row}"), row.clone(), format!("{row} + reach"), "last >= issued")
        }
        (Direction::NewestFirst, None) => ("true".into(), "issued - reach".into(), "issued".into(), "above < 1"),
        (Direction::NewestFirst, Some(row)) => {
            let last = format!("least({row} - 1, issued)");
            (format!("row_id + 0 < {row}"), format!("{last} - reach"), last, "above < 1")
        }
    };
    let places = [
        ("{GROUP}", &*group),
        ("{NEEDED}", &needed),
        ("{READ}", &read),
        ("{FOUND}", &found),
        ("{AFTER}", &after),
        ("{ABOVE}", &above),
        ("{LAST}", &last),
        ("{ENDS}", ends),
        ("{ORDER}", order(query.direction)),
        ("{REFERENCE}", records::REFERENCE),
        ("{SMALL}", &SMALL.to_string()),
        ("{SHARE}", &SHARE.to_string()),
        ("{PROBE}", &PROBE.to_string()),
    ];
    let sql = places.iter().fold(LOOK.to_owned(), |sql, (place, value)| sql.replace(place, value));
    Statement::new(sql, conditions.parameters)
}
