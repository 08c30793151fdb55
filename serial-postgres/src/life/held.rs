//! Groups that others wait for, and what is read of them before they change.

use serial_core::{BatchId, ClaimId, Group, GroupId, RowId, State};
use tokio_postgres::Row;

use crate::{
    life::{Rows, stock::Stock},
    records::{self, GROUP, GROUP_COLUMNS, number},
    session::{Statement, column},
    trouble::Trouble,
    values::{Parameter, bits, clamped, integer, integers, unsigned},
};

/// A group whose row is locked.
pub(crate) struct Held {
    pub(crate) group: Group,
    /// The newest claim.
    pub(crate) claims: u64,
    pub(crate) frontier: i64,
}

impl Held {
    fn read(row: &Row) -> Result<Self, Trouble> {
        Ok(Self {
            group: records::group(row)?,
            claims: number(row, GROUP_COLUMNS)?,
            frontier: column(row, GROUP_COLUMNS + 1)?,
        })
    }

    pub(crate) fn read_all(rows: &[Row]) -> Result<Vec<Self>, Trouble> {
        rows.iter().map(Self::read).collect()
    }

    /// What is available, where these ranges of the table are known.
    pub(crate) fn stock(&self, ranges: Vec<(i64, i64)>) -> Stock {
        Stock { ranges, frontier: self.frontier, issued: clamped(self.group.issued) }
    }
}

/// Whoever writes to these groups takes turns from here on, in the order of their ids, so that nobody waits in a circle.
pub(crate) fn lock(groups: impl IntoIterator<Item = GroupId>) -> Statement<'static> {
    let sql = format!(
        "SELECT {GROUP}, claims, frontier FROM serialref.groups WHERE group_id = ANY ($1) AND NOT deleted ORDER BY group_id \
         FOR UPDATE"
    );
    Statement::new(sql, vec![integers(groups.into_iter().map(|group| bits(group.0)).collect())])
}

/// A live reference, as far as a change has to do with it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Live {
    pub(crate) group: GroupId,
    pub(crate) row: RowId,
    pub(crate) batch: Option<BatchId>,
    pub(crate) state: State,
    pub(crate) claim: Option<ClaimId>,
}

impl Live {
    /// Its place among all references.
    pub(crate) fn place(&self) -> (GroupId, RowId) {
        (self.group, self.row)
    }

    /// The range of rows that it is.
    pub(crate) fn range(&self) -> (i64, i64) {
        (clamped(self.row.0), clamped(self.row.0))
    }

    pub(crate) fn read(row: &Row) -> Result<Self, Trouble> {
        Ok(Self {
            group: GroupId(number(row, 0)?),
            row: RowId(number(row, 1)?),
            batch: column::<Option<i64>>(row, 2)?.map(|id| BatchId(unsigned(id))),
            state: records::state(row, 3)?,
            claim: column::<Option<i64>>(row, 4)?.map(|id| ClaimId(unsigned(id))),
        })
    }
}

/// Each range is read by itself, whatever the server believes about the table.
const LIVES: &str = r#"
SELECT r.group_id, r.row_id, r.batch_id, l.state, l.claim_id
FROM unnest($1, $2, $3) AS t (group_id, first, last)
CROSS JOIN LATERAL (
    SELECT x.group_id, x.row_id, x.batch_id FROM serialref."references" x
    WHERE x.group_id = t.group_id AND x.row_id >= t.first AND x.row_id <= t.last AND NOT x.deleted
    ORDER BY x.row_id LIMIT t.last - t.first + 1
) r
LEFT JOIN LATERAL (
    SELECT s.state, s.claim_id FROM serialref.lives s WHERE s.group_id = r.group_id AND s.row_id = r.row_id LIMIT 1
) l ON true
ORDER BY r.group_id, r.row_id"#;

/// Of ranges that do not overlap those overlap with a range that end in it, and maybe the one that ends next.
const STOCK: &str = r"
SELECT DISTINCT t.group_id, s.first_row, s.last_row
FROM {PLACES}
CROSS JOIN LATERAL (
    SELECT * FROM (
        SELECT x.first_row, x.last_row FROM serialref.stock x
        WHERE x.group_id = t.group_id AND x.last_row >= t.first AND x.last_row <= t.last AND x.first_row <= x.last_row
        ORDER BY x.last_row LIMIT {MOST}
    ) ending
    UNION ALL
    SELECT * FROM (
        SELECT x.first_row, x.last_row FROM serialref.stock x
        WHERE x.group_id = t.group_id AND x.last_row > t.last AND x.first_row <= x.last_row
        ORDER BY x.last_row LIMIT 1
    ) next
    WHERE next.first_row <= t.last
) s
ORDER BY t.group_id, s.last_row";

/// Rows of groups as columns of a table.
struct Places {
    groups: Vec<i64>,
    firsts: Vec<i64>,
    lasts: Vec<i64>,
}

impl Places {
    /// `beside` rows more at each end of each range.
    fn new(targets: &[(GroupId, Rows)], beside: i64) -> Self {
        let mut places = Self { groups: Vec::new(), firsts: Vec::new(), lasts: Vec::new() };
        for (group, rows) in targets {
            for (first, last) in rows.ranges() {
                places.groups.push(bits(group.0));
                places.firsts.push(first - beside);
                places.lasts.push(last + beside);
            }
        }
        places
    }

    fn parameters(self) -> Vec<Parameter> {
        vec![integers(self.groups), integers(self.firsts), integers(self.lasts)]
    }
}

/// Rows of groups as three columns: group, first and last row.
pub(crate) fn places(targets: &[(GroupId, Rows)]) -> Vec<Parameter> {
    Places::new(targets, 0).parameters()
}

/// Reads which rows of groups are live, and their states.
pub(crate) fn lives_of(targets: &[(GroupId, Rows)]) -> Statement<'static> {
    Statement::new(LIVES, places(targets))
}

/// Reads the ranges of the stock that have to do with rows of groups; also those beside them, which may become one with
/// what comes back.
pub(crate) fn stock_of(targets: &[(GroupId, Rows)]) -> Statement<'static> {
    let sql = STOCK.replace("{PLACES}", "unnest($1, $2, $3) AS t (group_id, first, last)").replace("{MOST}", "ALL");
    Statement::new(sql, Places::new(targets, 1).parameters())
}

/// Reads the lowest ranges of the stock of a group or batch, so many at the most.
pub(crate) fn lowest_stock(group: GroupId, batch: Option<BatchId>, most: u64) -> Statement<'static> {
    let (places, place) = match batch {
        None => ("(SELECT $1 AS group_id, 1::bigint AS first, $2 AS last) t", crate::listing::NO_ROW),
        Some(batch) => (
            "(SELECT b.group_id, b.first_row AS first, b.first_row + b.size - 1 AS last FROM serialref.batches b WHERE \
             b.group_id = $1 AND b.batch_id = $2) t",
            bits(batch.0),
        ),
    };
    let sql = STOCK.replace("{PLACES}", places).replace("{MOST}", "$3");
    Statement::new(sql, vec![integer(bits(group.0)), integer(place), integer(clamped(most))])
}

/// The ranges of a group among those that were read.
pub(crate) fn ranges_of(group: GroupId, rows: &[Row]) -> Result<Vec<(i64, i64)>, Trouble> {
    let mut ranges = Vec::new();
    for row in rows {
        if number(row, 0)? == group.0 {
            ranges.push((column(row, 1)?, column(row, 2)?));
        }
    }
    Ok(ranges)
}
