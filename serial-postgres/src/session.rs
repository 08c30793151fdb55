//! Transactions: begun, sent in one go, committed, tried again.

use std::{
    borrow::Cow,
    hash::{BuildHasher, Hasher, RandomState},
    time::{Duration, Instant},
};

use futures_util::future::{OptionFuture, join_all, join3};
use serial_core::StoreError;
use tokio::time::{sleep, timeout};
use tokio_postgres::{Client, Error, Row};

use crate::{
    database::Database,
    pool::Loan,
    trouble::{Trouble, answer, was_not_sent},
    values::Parameter,
};

/// One statement, which names tables as in `serialref.groups`.
pub(crate) struct Statement<'a> {
    sql: Cow<'a, str>,
    parameters: Vec<Parameter>,
}

impl<'a> Statement<'a> {
    pub(crate) fn new(sql: impl Into<Cow<'a, str>>, parameters: Vec<Parameter>) -> Self {
        Self { sql: sql.into(), parameters }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Read,
    Write,
}

/// A transaction on a connection of its own.
pub(crate) struct Session<'a> {
    database: &'a Database,
    mode: Mode,
    /// `None` once it is over.
    loan: Option<Loan<'a>>,
    begun: bool,
    /// How long to wait for an answer.
    pub(crate) patience: Duration,
}

impl Database {
    /// A transaction that sees one state of everything.
    pub(crate) async fn reading(&self) -> Result<Session<'_>, Trouble> {
        self.session(Mode::Read).await
    }

    pub(crate) async fn writing(&self) -> Result<Session<'_>, Trouble> {
        self.session(Mode::Write).await
    }

    async fn session(&self, mode: Mode) -> Result<Session<'_>, Trouble> {
        let patience = self.patience;
        Ok(Session { database: self, mode, loan: Some(self.pool.lend().await?), begun: false, patience })
    }

    /// Tries until it succeeds, fails for good, or was tried long enough.
    pub(crate) async fn retry<T, F>(&self, mut attempt: impl FnMut() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, Trouble>>,
    {
        let mut tries = Tries { begun: Instant::now(), patience: self.lock_timeout, count: 0, lost: 0 };
        loop {
            match attempt().await {
                Ok(value) => return Ok(value),
                Err(trouble) => tries.wait(trouble).await?,
            }
        }
    }

    fn begin(&self, mode: Mode) -> &str {
        match mode {
            Mode::Read => &self.begin_reading,
            Mode::Write if self.has_search_index() => &self.begin_writing_indexed,
            Mode::Write => &self.begin_writing,
        }
    }
}

impl Session<'_> {
    /// Runs statements, all sent in one go, and gives the rows of each. After an error the transaction is over.
    pub(crate) async fn run(&mut self, statements: &[Statement<'_>]) -> Result<Vec<Vec<Row>>, Trouble> {
        let replies = self.exchange(statements, false).await?;
        match replies.rows {
            Ok(rows) => Ok(rows),
            Err(error) => Err(self.end(Trouble::of_statement(error)).await),
        }
    }

    /// Runs the last statements and commits, all sent in one go. A connection that is lost meanwhile leaves open what
    /// was committed, unless nothing was to be changed.
    pub(crate) async fn finish(mut self, statements: &[Statement<'_>]) -> Result<Vec<Vec<Row>>, Trouble> {
        let replies = self.exchange(statements, true).await?;
        let committed = replies.commit.unwrap_or(Ok(()));
        let trouble = match (replies.rows, committed) {
            (Ok(rows), Ok(())) => {
                if let Some(loan) = self.loan.take() {
                    loan.give_back();
                }
                return Ok(rows);
            }
            // The server's word that a statement failed is also its word that nothing will be committed.
            (Err(error), _) if error.as_db_error().is_some() => Trouble::of_statement(error),
            (Err(error), _) if self.mode == Mode::Read || was_not_sent(&error) => Trouble::of_statement(error),
            (Err(error), _) => Trouble::Unknown(error),
            (Ok(_), Err(error)) if self.mode == Mode::Read => Trouble::of_statement(error),
            (Ok(_), Err(error)) => Trouble::of_commit(error),
        };
        Err(self.end_committed(trouble))
    }

    /// Runs the last statements and commits: in one go where a reply that is lost can be asked for again, and otherwise
    /// the commit by itself, so that losing the connection before it is known to have changed nothing.
    pub(crate) async fn end_with(
        mut self,
        statements: &[Statement<'_>],
        can_be_asked_for: bool,
    ) -> Result<Vec<Vec<Row>>, Trouble> {
        if can_be_asked_for {
            return self.finish(statements).await;
        }
        let rows = self.run(statements).await?;
        self.finish(&[]).await?;
        Ok(rows)
    }

    /// Ends the transaction after an error of the caller's own, with nothing changed.
    pub(crate) async fn cancel(mut self) {
        self.end(Trouble::Taken).await;
    }

    async fn exchange(&mut self, statements: &[Statement<'_>], commit: bool) -> Result<Replies, Trouble> {
        let Some(client) = self.loan.as_ref().and_then(Loan::client) else {
            return Err(StoreError::unavailable("the transaction is over").into());
        };
        if client.is_closed() {
            // Nothing was sent on it, so nothing can have been committed.
            self.loan = None;
            return Err(Trouble::Stale);
        }
        let begin = (!self.begun).then(|| self.database.begin(self.mode));
        let sent = send(self.database, client, begin, statements, commit.then_some(self.mode));
        self.begun = true;
        if let Ok(replies) = timeout(self.patience, sent).await {
            return Ok(replies);
        }
        if let Some(loan) = self.loan.take() {
            loan.close();
        }
        self.database.pool.clear();
        Err(Trouble::Final(if commit && self.mode == Mode::Write {
            StoreError::outcome_unknown(
                "the database did not answer in time, so nobody knows whether the call was carried out; repeat it with \
                 the same request id, or look before you repeat it",
            )
        } else {
            StoreError::unavailable("the database did not answer in time, and nothing was changed")
        }))
    }

    /// Rolls back, where that is still possible, and passes the trouble on.
    async fn end(&mut self, trouble: Trouble) -> Trouble {
        if !trouble.ends_connection() {
            if let Some(loan) = self.loan.take() {
                let rolled_back = match loan.client() {
                    Some(client) => timeout(self.database.patience, client.batch_execute("ROLLBACK")).await,
                    None => return trouble,
                };
                if matches!(rolled_back, Ok(Ok(()))) {
                    loan.give_back();
                }
            }
        }
        self.end_committed(trouble)
    }

    fn end_committed(&mut self, trouble: Trouble) -> Trouble {
        if let Some(loan) = self.loan.take() {
            if trouble.ends_connection() {
                loan.close();
            } else {
                loan.give_back();
            }
        }
        if trouble.ends_all_connections() {
            self.database.pool.clear();
        }
        trouble
    }
}

struct Replies {
    /// The rows of each statement, or the first error.
    rows: Result<Vec<Vec<Row>>, Error>,
    commit: Option<Result<(), Error>>,
}

async fn send(
    database: &Database,
    client: &Client,
    begin: Option<&str>,
    statements: &[Statement<'_>],
    commit: Option<Mode>,
) -> Replies {
    let begin = OptionFuture::from(begin.map(|begin| client.batch_execute(begin)));
    let statements = statements.iter().map(|statement| {
        let sql = database.sql(&statement.sql);
        async move {
            let parameters: Vec<_> = statement
                .parameters
                .iter()
                .map(|(value, ty)| (&**value as &(dyn tokio_postgres::types::ToSql + Sync), ty.clone()))
                .collect();
            client.query_typed(&sql, &parameters).await
        }
    });
    let commit = OptionFuture::from(commit.map(|mode| async move {
        // A commit that waits for a standby must not be given up: the server would then acknowledge what only it has.
        let free =
            OptionFuture::from((mode == Mode::Write).then(|| client.batch_execute("SET LOCAL statement_timeout = 0")));
        let (_, committed) = futures_util::future::join(free, client.batch_execute("COMMIT")).await;
        committed
    }));
    // Each is sent when it is first looked at, in this order; none waits for the answer to another.
    let (opened, rows, commit) = join3(begin, join_all(statements), commit).await;
    let rows = opened.unwrap_or(Ok(())).and_then(|()| rows.into_iter().collect());
    Replies { rows, commit }
}

/// How often something was tried, and how long.
struct Tries {
    begun: Instant,
    patience: Duration,
    count: u32,
    lost: u32,
}

/// The fewest attempts, however long each takes.
const ATTEMPTS: u32 = 5;

/// How many connections in a row may be lost.
const LOST: u32 = 3;

impl Tries {
    async fn wait(&mut self, trouble: Trouble) -> Result<(), StoreError> {
        self.count += 1;
        if matches!(trouble, Trouble::Final(_) | Trouble::Unknown(_)) {
            return Err(trouble.give_up());
        }
        if trouble.ends_connection() {
            self.lost += 1;
        }
        let is_late = self.begun.elapsed() >= self.patience && self.count >= ATTEMPTS;
        if is_late || self.lost > LOST {
            return Err(trouble.give_up());
        }
        // Not at the same moment as the others that lost against the same one.
        let most = 1_u64 << self.count.min(6);
        sleep(Duration::from_micros(jitter() % (most * 1000))).await;
        Ok(())
    }
}

/// Any number; only to keep apart what would meet again.
fn jitter() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// A column of a row.
pub(crate) fn column<'a, T>(row: &'a Row, index: usize) -> Result<T, Trouble>
where
    T: tokio_postgres::types::FromSql<'a>,
{
    row.try_get(index).map_err(|error| Trouble::Final(answer(error)))
}
