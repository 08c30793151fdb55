//! One connection that writes, shared by all threads: who comes while a commit is under way shares the next one.

use std::{
    collections::VecDeque,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, ffi};
use serial_core::{Answer, StoreError, StoreResult};

use crate::{
    error::{Failure, is_busy, repeat, store_error},
    place::Place,
    schema::{self, Found},
    turn::{Turn, pause},
};

/// What to do with the effects of a job.
enum Verdict {
    Keep,
    /// With SQLite's reason, where that is why.
    Undo(Option<rusqlite::Error>),
}

/// Work inside a transaction, on whichever thread leads; it leaves its result where its caller looks for it.
type Work = Box<dyn FnOnce(&Connection) -> Verdict + Send>;

/// What a job comes back with, from its transaction.
type Outcome<T> = Arc<Mutex<Option<Result<Answer<T>, Failure>>>>;

/// How the commit of a job went: `None` while it is not over.
type Commit = Arc<Mutex<Option<Result<(), StoreError>>>>;

struct Job {
    work: Work,
    commit: Commit,
}

pub(crate) struct Writer {
    state: Mutex<State>,
    changed: Condvar,
    /// Where the file is and how to take turns with other processes, where there is a file.
    shared: Option<(Place, Option<Turn>)>,
    patience: Duration,
    /// Set when a sync failed: what is on the disk is not known from then on.
    broken: AtomicBool,
}

struct State {
    /// Taken out by whoever leads.
    connection: Option<Connection>,
    /// Whether a leader ended in a panic and left no connection.
    lost: bool,
    queue: VecDeque<Job>,
}

impl Writer {
    /// Brings the tables up to date, in turn with other processes.
    pub(crate) fn open(
        connection: Connection,
        shared: Option<(Place, Option<Turn>)>,
        patience: Duration,
    ) -> Result<Self, StoreError> {
        let writer = Self {
            state: Mutex::new(State { connection: None, lost: false, queue: VecDeque::new() }),
            changed: Condvar::new(),
            shared,
            patience,
            broken: AtomicBool::new(false),
        };
        if schema::look(&connection)? != Found::Store(schema::VERSION) {
            match writer.begin(&connection) {
                Ok(()) => {}
                Err(Ended::NotCommitted(failure)) => return Err(failure.into()),
                Err(Ended::Unknown(error)) => return Err(store_error(error)),
            }
            schema::migrate(&connection)?;
            connection.execute_batch("COMMIT").map_err(store_error)?;
        }
        sync_log(&connection)?;
        lock(&writer.state).connection = Some(connection);
        Ok(writer)
    }

    /// Runs a job in a transaction and comes back once it is durable. A job that is refused or fails changes nothing.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<Answer<T>, Failure> + Send + 'static,
    ) -> StoreResult<T> {
        let outcome: Outcome<T> = Arc::default();
        let commit = Commit::default();
        let left = Arc::clone(&outcome);
        let work = Box::new(move |connection: &Connection| {
            // A fault in one job shall not take the store away from the others.
            let fault =
                || StoreError::unavailable("the store met a fault of its own; report it, with what was asked for");
            let result = catch_unwind(AssertUnwindSafe(|| job(connection))).unwrap_or_else(|_| Err(fault().into()));
            let verdict = match &result {
                Ok(Answer::Done(_)) => Verdict::Keep,
                Err(Failure::Sqlite(error)) => Verdict::Undo(Some(repeat(error))),
                Ok(Answer::Refused(_)) | Err(Failure::Store(_)) => Verdict::Undo(None),
            };
            *lock(&left) = Some(result);
            verdict
        });

        let mut state = lock(&self.state);
        state.queue.push_back(Job { work, commit: Arc::clone(&commit) });
        loop {
            if let Some(committed) = lock(&commit).take() {
                committed?;
                let result = lock(&outcome).take();
                let result = result.ok_or_else(|| StoreError::unavailable("the write did not take place"))?;
                return Ok(result?);
            }
            state = match state.connection.take() {
                Some(connection) => self.lead(state, connection),
                None if state.lost => return Err(lost()),
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Uses the connection for reading, while nobody writes.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&mut Connection) -> Result<T, Failure>) -> Result<T, StoreError> {
        let mut state = lock(&self.state);
        let connection = loop {
            state = match state.connection.take() {
                Some(connection) => break connection,
                None if state.lost => return Err(lost()),
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        };
        drop(state);
        let mut lent = Lent { writer: self, connection: Some(connection) };
        let result = match &mut lent.connection {
            Some(connection) => read(connection),
            None => return Err(lost()),
        };
        drop(lent.give_back());
        Ok(result?)
    }

    /// Fails where the store cannot be relied on any more.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        if self.broken.load(Ordering::Acquire) {
            return Err(StoreError::unavailable(
                "the disk failed to keep a write, so the store is closed; check the disk, then open the store again",
            ));
        }
        Ok(())
    }

    /// Fails where the file is not in its place any more.
    pub(crate) fn check_place(&self) -> Result<(), StoreError> {
        self.shared.as_ref().map_or(Ok(()), |(place, _)| place.check())
    }

    /// Closes the connection and leaves everything in the file.
    ///
    /// SQLite does so by itself where it finds that nobody else has the file, but not where another store of this
    /// process had it before: with the locks that are used on Linux, that one's seems to be there still.
    pub(crate) fn close(self) {
        let is_sound = self.check().and_then(|()| self.check_place()).is_ok();
        if let Some(connection) = self.into_connection()
            && is_sound
        {
            // Where others use the log, it stays.
            let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(()));
        }
    }

    /// The connection, for closing it.
    pub(crate) fn into_connection(self) -> Option<Connection> {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).connection
    }

    /// Does everything that is waiting once it is this store's turn, in one transaction.
    fn lead<'a>(&'a self, state: MutexGuard<'a, State>, connection: Connection) -> MutexGuard<'a, State> {
        drop(state);
        let mut lent = Lent { writer: self, connection: Some(connection) };
        if let Some(connection) = &lent.connection {
            let begun = self.begin(connection).and_then(|()| known_version(connection));
            let jobs = mem::take(&mut lock(&self.state).queue);
            self.run(connection, begun, jobs);
        }
        lent.give_back()
    }

    fn run(&self, connection: &Connection, begun: Result<(), Ended>, jobs: VecDeque<Job>) {
        let mut waiting: Vec<Commit> = Vec::with_capacity(jobs.len());
        let alone = jobs.len() == 1;
        let mut kept = false;
        let mut ended = begun;
        for job in jobs {
            waiting.push(job.commit);
            if ended.is_ok() {
                ended = run_one(connection, job.work, alone, &mut kept);
            }
        }
        let ended = ended.and_then(|()| Self::end(connection, kept)).inspect_err(|_failure| {
            // Whatever is left of the transaction must not meet the next one.
            if !connection.is_autocommit() {
                let _ = connection.execute_batch("ROLLBACK");
            }
        });
        match ended {
            Ok(()) => waiting.iter().for_each(|commit| *lock(commit) = Some(Ok(()))),
            Err(Ended::NotCommitted(failure)) => {
                let mut failure = failure;
                for commit in waiting {
                    let next = match &failure {
                        Failure::Sqlite(error) => Failure::Sqlite(repeat(error)),
                        Failure::Store(StoreError::SchemaTooNew { found, known }) => {
                            Failure::Store(StoreError::SchemaTooNew { found: *found, known: *known })
                        }
                        Failure::Store(error) => Failure::Store(StoreError::unavailable(error.to_string())),
                    };
                    *lock(&commit) = Some(Err(mem::replace(&mut failure, next).into()));
                }
            }
            Err(Ended::Unknown(error)) => {
                self.broken.store(true, Ordering::Release);
                for commit in waiting {
                    let message = "the disk did not confirm the write; after the store is opened again, repeat the \
                         same request to learn its outcome";
                    let source = Some(Box::new(repeat(&error)) as Box<_>);
                    *lock(&commit) = Some(Err(StoreError::OutcomeUnknown { message: message.into(), source }));
                }
            }
        }
    }

    /// Takes SQLite's write lock, in turn with other processes.
    fn begin(&self, connection: &Connection) -> Result<(), Ended> {
        self.check().and_then(|()| self.check_place()).map_err(|error| Ended::NotCommitted(error.into()))?;
        let deadline = Instant::now() + self.patience;
        // The turn only brings order. Where it cannot be had, because somebody stopped holding it for instance, its lack
        // is no reason to fail: SQLite's lock keeps writers apart.
        let order_until = Instant::now() + self.patience / 2;
        let _turn = self.shared.as_ref().and_then(|(_, turn)| turn.as_ref()?.take(order_until).ok()?);
        loop {
            match connection.execute_batch("BEGIN IMMEDIATE") {
                Ok(()) => return Ok(()),
                Err(error) if is_busy(&error) && pause(deadline) => {}
                Err(error) => return Err(Ended::NotCommitted(error.into())),
            }
        }
    }

    fn end(connection: &Connection, kept: bool) -> Result<(), Ended> {
        if connection.is_autocommit() {
            // Where there is something to keep, SQLite must not have undone it.
            let undone = || Ended::NotCommitted(ffi_error(ffi::SQLITE_ABORT_ROLLBACK).into());
            return if kept { Err(undone()) } else { Ok(()) };
        }
        if !kept {
            return connection.execute_batch("ROLLBACK").map_err(|error| Ended::NotCommitted(error.into()));
        }
        connection.execute_batch("COMMIT").map_err(|error| match error.sqlite_error() {
            // The frame that makes a commit is written last: where writing failed, there is none. Anything else may
            // have happened after it.
            Some(code) if code.extended_code == ffi::SQLITE_IOERR_WRITE => Ended::NotCommitted(error.into()),
            Some(code) if matches!(code.code, ErrorCode::DiskFull | ErrorCode::DatabaseBusy) => {
                Ended::NotCommitted(error.into())
            }
            _ => Ended::Unknown(error),
        })
    }
}

/// Fails where a newer program has changed the tables since the store was opened.
fn known_version(connection: &Connection) -> Result<(), Ended> {
    let found: rusqlite::Result<i64> =
        connection.prepare_cached("PRAGMA user_version").and_then(|mut read| read.query_row((), |row| row.get(0)));
    let known = schema::VERSION as u64;
    match found.map(i64::cast_unsigned) {
        Ok(found) if found == known => Ok(()),
        Ok(found) => Err(Ended::NotCommitted(StoreError::SchemaTooNew { found, known }.into())),
        Err(error) => Err(Ended::NotCommitted(error.into())),
    }
}

/// Sees that all of the log is on the disk. A process that was killed in a commit may have left it in the memory of the
/// system only, and a repeated request would be answered from there.
fn sync_log(connection: &Connection) -> Result<(), StoreError> {
    match connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", (), |_| Ok(())) {
        // Whoever is at it does it.
        Err(error) if is_busy(&error) => Ok(()),
        other => other.map_err(store_error),
    }
}

/// How a transaction ended that did not end well.
enum Ended {
    NotCommitted(Failure),
    /// The disk failed at the moment of the commit.
    Unknown(rusqlite::Error),
}

/// Runs one job so that it can be undone without the others.
fn run_one(connection: &Connection, work: Work, alone: bool, kept: &mut bool) -> Result<(), Ended> {
    let savepoint = |sql| if alone { Ok(()) } else { connection.execute_batch(sql) };
    let step = savepoint("SAVEPOINT job").and_then(|()| match work(connection) {
        Verdict::Keep if connection.is_autocommit() => Err(ffi_error(ffi::SQLITE_ABORT_ROLLBACK)),
        Verdict::Keep => {
            *kept = true;
            savepoint("RELEASE job")
        }
        // After some errors, a full disk for one, SQLite undoes the whole transaction by itself.
        Verdict::Undo(Some(error)) if connection.is_autocommit() => Err(error),
        Verdict::Undo(_) => savepoint("ROLLBACK TO job; RELEASE job"),
    });
    step.map_err(|error| Ended::NotCommitted(error.into()))
}

/// The connection, which is given back whatever happens.
struct Lent<'a> {
    writer: &'a Writer,
    connection: Option<Connection>,
}

impl<'a> Lent<'a> {
    fn give_back(&mut self) -> MutexGuard<'a, State> {
        let mut state = lock(&self.writer.state);
        state.connection = self.connection.take();
        self.writer.changed.notify_all();
        state
    }
}

impl Drop for Lent<'_> {
    /// A panic while it was lent: nobody may wait for ever.
    fn drop(&mut self) {
        if self.connection.is_some() {
            lock(&self.writer.state).lost = true;
            self.writer.changed.notify_all();
        }
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn ffi_error(code: i32) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)
}

fn lost() -> StoreError {
    StoreError::unavailable("an earlier call broke the store off; open the store again")
}
