//! Making the tables, and bringing old ones up to date.

use std::time::Duration;

use serial_core::StoreError;
use tokio_postgres::Row;

use crate::{
    database::{Database, quoted},
    records::number,
    session::{Statement, column},
    trouble::{Trouble, sqlstate},
    values::text,
};

/// What leads from each version to the next.
const MIGRATIONS: [&str; 3] =
    [include_str!("migrations/0001.sql"), include_str!("migrations/0002.sql"), include_str!("migrations/0003.sql")];

/// The version that this program reads and writes.
const KNOWN: u64 = MIGRATIONS.len() as u64;

/// The index that finds terms in codes. `lower` of a column with collation "C" changes ASCII letters only, whatever the
/// language of the database.
///
/// The list of what is yet to be sorted in is long, because sorting in a few codes costs almost as much as sorting in
/// many: with the server's default of 4 MB issuing takes three times as long in a table of a million. A search reads the
/// whole list, so searching has it sorted in.
const SEARCH_INDEX: &str = "CREATE INDEX IF NOT EXISTS references_search ON serialref.\"references\" USING gin \
                            (lower(code) {extension}.gin_trgm_ops) WITH (gin_pending_list_limit = 16384)";

impl Database {
    /// Makes the tables where there are none. Several processes may do so at the same moment: they repeat what another
    /// one was faster with, and then take turns at the version.
    pub(crate) async fn prepare_schema(&self) -> Result<(), StoreError> {
        let found = self.retry(|| self.schema_version()).await?;
        if found.unwrap_or(0) < KNOWN {
            self.retry(|| self.make_version_row()).await?;
            self.retry(|| self.migrate()).await?;
        } else if let Some(found) = found.filter(|found| *found > KNOWN) {
            return Err(StoreError::SchemaTooNew { found, known: KNOWN });
        }
        self.prepare_search().await
    }

    /// The version of the tables; `None` where there are none.
    async fn schema_version(&self) -> Result<Option<u64>, Trouble> {
        let session = self.reading().await?;
        let table = format!("{}.schema_version", quoted(&self.schema));
        // Asking for the table itself would be an error where it does not exist, and an alarm in the server's log.
        let exists = Statement::new("SELECT to_regclass($1)::oid IS NOT NULL", vec![text(table)]);
        let rows = session.finish(&[exists]).await?;
        if !rows.iter().flatten().map(|row| column(row, 0)).collect::<Result<Vec<bool>, _>>()?.contains(&true) {
            return Ok(None);
        }
        let session = self.reading().await?;
        let version = Statement::new("SELECT version FROM serialref.schema_version", vec![]);
        first_number(&session.finish(&[version]).await?)
    }

    async fn make_version_row(&self) -> Result<(), Trouble> {
        let mut session = self.writing().await?;
        let exists = Statement::new("SELECT 1 FROM pg_namespace WHERE nspname = $1", vec![text(&*self.schema)]);
        let rows = session.run(&[exists]).await?;
        let mut statements = Vec::new();
        // Where the administrator made the schema, the user may have no right to make one.
        if rows.iter().all(Vec::is_empty) {
            statements.push(Statement::new(format!("CREATE SCHEMA IF NOT EXISTS {}", quoted(&self.schema)), vec![]));
        }
        statements.push(Statement::new(
            "CREATE TABLE IF NOT EXISTS serialref.schema_version (only_row boolean PRIMARY KEY CHECK (only_row), version \
             bigint NOT NULL)",
            vec![],
        ));
        statements.push(Statement::new(
            "INSERT INTO serialref.schema_version (only_row, version) VALUES (true, 0) ON CONFLICT DO NOTHING",
            vec![],
        ));
        for statement in statements {
            session.run(&[statement]).await.map_err(raced)?;
        }
        session.finish(&[]).await.map_err(raced).map(|_| ())
    }

    /// Runs the migrations that are missing, one process after the other.
    async fn migrate(&self) -> Result<(), Trouble> {
        let mut session = self.writing().await?;
        // A migration goes through all there is, however long that takes, and others wait for it.
        session.patience = A_DAY;
        let unhurried = ["SET LOCAL statement_timeout = 0", "SET LOCAL lock_timeout = 0"];
        session.run(&unhurried.map(|setting| Statement::new(setting, vec![]))).await?;
        let lock = Statement::new("SELECT version FROM serialref.schema_version FOR UPDATE", vec![]);
        let version = first_number(&session.run(&[lock]).await?)?.unwrap_or(0);
        if version >= KNOWN {
            session.cancel().await;
            return if version == KNOWN {
                Ok(())
            } else {
                Err(StoreError::SchemaTooNew { found: version, known: KNOWN }.into())
            };
        }
        for migration in MIGRATIONS.iter().skip(usize::try_from(version).unwrap_or(usize::MAX)) {
            session.run_script(migration).await.map_err(raced)?;
        }
        let done = format!("UPDATE serialref.schema_version SET version = {KNOWN}");
        session.finish(&[Statement::new(done, vec![])]).await.map_err(raced).map(|_| ())
    }

    /// Looks whether there is an index for searching, and makes one as long as there is nothing to index. On a table
    /// that is in use it would stop everybody for minutes, so there the administrator has to do it.
    async fn prepare_search(&self) -> Result<(), StoreError> {
        if self.retry(|| self.look_for_search_index()).await? {
            return Ok(());
        }
        // Whatever keeps the index from being made, a missing right for one, must not keep the store from opening.
        for _ in 0..3 {
            match self.make_search_index().await {
                Ok(()) => break,
                Err(trouble) => drop(trouble),
            }
        }
        self.retry(|| self.look_for_search_index()).await.map(|_| ())
    }

    async fn look_for_search_index(&self) -> Result<bool, Trouble> {
        let session = self.reading().await?;
        let look = Statement::new(
            "SELECT 1 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = \
             c.relnamespace JOIN pg_am a ON a.oid = c.relam WHERE n.nspname = $1 AND c.relname = 'references_search' AND \
             a.amname = 'gin' AND i.indisvalid",
            vec![text(&*self.schema)],
        );
        let has = session.finish(&[look]).await.is_ok_and(|rows| rows.iter().any(|rows| !rows.is_empty()));
        self.set_search_index(has);
        Ok(has)
    }

    async fn make_search_index(&self) -> Result<(), Trouble> {
        let session = self.reading().await?;
        let is_used = Statement::new("SELECT 1 FROM serialref.\"references\" LIMIT 1", vec![]);
        if session.finish(&[is_used]).await?.iter().any(|rows| !rows.is_empty()) {
            return Ok(());
        }
        let place = "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname \
                     = 'pg_trgm'";
        let mut found = self.reading().await?.finish(&[Statement::new(place, vec![])]).await?;
        if found.iter().all(Vec::is_empty) {
            let create = Statement::new("CREATE EXTENSION IF NOT EXISTS pg_trgm", vec![]);
            // Another process may be making it at this moment.
            let _ = self.writing().await?.finish(&[create]).await;
            found = self.reading().await?.finish(&[Statement::new(place, vec![])]).await?;
        }
        let Some(row) = found.iter().flatten().next() else { return Ok(()) };
        let extension: &str = column(row, 0)?;
        let create = Statement::new(SEARCH_INDEX.replace("{extension}", &quoted(extension)), vec![]);
        self.writing().await?.finish(&[create]).await.map(|_| ())
    }
}

/// Longer than a migration takes.
const A_DAY: Duration = Duration::from_secs(86_400);

fn first_number(rows: &[Vec<Row>]) -> Result<Option<u64>, Trouble> {
    rows.iter().flatten().next().map(|row| number(row, 0)).transpose()
}

/// What processes that make the same things at the same moment meet, as a reason to look again.
fn raced(trouble: Trouble) -> Trouble {
    let Trouble::Final(error) = &trouble else { return trouble };
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref::<tokio_postgres::Error>());
    match source.and_then(sqlstate) {
        // Duplicate schema, table or object; "tuple concurrently updated".
        Some("42P06" | "42P07" | "42710" | "XX000") => Trouble::Taken,
        _ => trouble,
    }
}

impl crate::session::Session<'_> {
    /// Runs several statements without parameters.
    async fn run_script(&mut self, script: &str) -> Result<(), Trouble> {
        // One by one: each is then a statement of its own, as everywhere else.
        for statement in statements_of(script) {
            self.run(&[Statement::new(statement, vec![])]).await?;
        }
        Ok(())
    }
}

/// The statements of a script, in which a semicolon at the end of a line ends one.
fn statements_of(script: &str) -> impl Iterator<Item = &str> {
    script.split(";\n").map(str::trim).filter(|statement| !statement.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_falls_into_its_statements() {
        let found: Vec<&str> = statements_of("A (\n  x\n);\n\n-- why\nB;\n").collect();
        assert_eq!(found, ["A (\n  x\n)", "-- why\nB"]);
        assert!(MIGRATIONS.iter().all(|script| statements_of(script).count() > 0));
    }
}
