//! Inserting many rows with few statements.

use rusqlite::{CachedStatement, Connection};

/// Rows that one statement inserts: starting a statement costs about as much as inserting a row.
pub(crate) const ROWS: usize = 32;

/// Inserts of up to [`ROWS`] rows. Each row has parameters of its own, numbered row by row from 1; those that all
/// rows share come after them.
///
/// The rows before one that fails stay (`OR FAIL`), since the transaction is undone then. To be able to undo the
/// statement alone, SQLite would copy every page that it changes.
pub(crate) struct Insert {
    table: &'static str,
    own: usize,
    shared: usize,
    /// The statement for as many rows as one inserts.
    whole: String,
}

impl Insert {
    pub(crate) fn into(table: &'static str, own: usize, shared: usize) -> Self {
        Self { table, own, shared, whole: sql(table, ROWS, own, shared) }
    }

    pub(crate) fn prepare<'c>(&self, connection: &'c Connection, rows: usize) -> rusqlite::Result<CachedStatement<'c>> {
        if rows == ROWS {
            return connection.prepare_cached(&self.whole);
        }
        connection.prepare_cached(&sql(self.table, rows, self.own, self.shared))
    }
}

fn sql(table: &str, rows: usize, own: usize, shared: usize) -> String {
    let parameters = |row: usize| {
        let own_ones = (0..own).map(|column| row * own + column + 1);
        let shared_ones = (0..shared).map(|column| rows * own + column + 1);
        own_ones.chain(shared_ones).map(|number| format!("?{number}")).collect::<Vec<_>>().join(", ")
    };
    let rows: Vec<String> = (0..rows).map(|row| format!("({})", parameters(row))).collect();
    format!("INSERT OR FAIL INTO {table} VALUES {}", rows.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_parameters_of_their_own_and_share_the_last_ones() {
        let text = sql("t (a, b, c)", 2, 2, 1);
        assert_eq!(text, "INSERT OR FAIL INTO t (a, b, c) VALUES (?1, ?2, ?5), (?3, ?4, ?5)");
    }
}
