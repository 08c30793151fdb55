//! Saying what went wrong in the terms of the core.

use rusqlite::{Error as SqliteError, ErrorCode, ffi};
use serial_core::StoreError;

/// What stops a piece of work: trouble of SQLite's, or one that already has its final words.
#[derive(Debug)]
pub(crate) enum Failure {
    Sqlite(SqliteError),
    Store(StoreError),
}

impl Failure {
    pub(crate) fn corrupt(message: impl Into<String>) -> Self {
        Self::Store(StoreError::corrupt(message))
    }
}

impl From<SqliteError> for Failure {
    fn from(error: SqliteError) -> Self {
        Self::Sqlite(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Sqlite(error) => store_error(error),
            Failure::Store(error) => error,
        }
    }
}

/// The kind of an SQLite error, with what to do about it.
pub(crate) fn store_error(error: SqliteError) -> StoreError {
    let (make, message): (fn(String, Source) -> StoreError, &str) = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
            (busy, "another program has been writing to the store for too long; try again in a moment")
        }
        Some(ErrorCode::DiskFull) => {
            (unavailable, "the disk is full and nothing was changed; make room for the store and try again")
        }
        Some(ErrorCode::ReadOnly) => (
            unavailable,
            "the store cannot be written; give this program permission to write its file, the files beside it that begin \
                 with the same name, and the folder",
        ),
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied) => {
            (unavailable, "the store cannot be opened; check that its folder exists and may be read and written")
        }
        Some(ErrorCode::SystemIoFailure) => {
            (unavailable, "reading or writing the store failed; check the disk that it is on")
        }
        Some(ErrorCode::OutOfMemory) => (unavailable, "there is not enough memory to use the store"),
        Some(ErrorCode::DatabaseCorrupt) => {
            (corrupt, "the store is damaged; stop issuing and restore it from a backup")
        }
        Some(ErrorCode::NotADatabase) => (corrupt, "the file is not an SQLite database; check its path"),
        Some(ErrorCode::ConstraintViolation) => {
            (corrupt, "what is stored contradicts itself; restore it from a backup")
        }
        _ => match error {
            SqliteError::FromSqlConversionFailure(..)
            | SqliteError::InvalidColumnType(..)
            | SqliteError::IntegralValueOutOfRange(..)
            | SqliteError::QueryReturnedNoRows => (corrupt, "what is stored cannot be read; restore it from a backup"),
            _ => (unavailable, "SQLite could not do what was asked"),
        },
    };
    make(message.into(), Some(Box::new(error)))
}

/// Whether somebody else holds a lock, so that trying again may succeed.
pub(crate) fn is_busy(error: &SqliteError) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// The same error once more, for the others that waited for the same commit.
pub(crate) fn repeat(error: &SqliteError) -> SqliteError {
    match error {
        SqliteError::SqliteFailure(code, message) => SqliteError::SqliteFailure(*code, message.clone()),
        other => SqliteError::SqliteFailure(ffi::Error::new(ffi::SQLITE_ERROR), Some(other.to_string())),
    }
}

type Source = Option<Box<dyn std::error::Error + Send + Sync>>;

fn busy(message: String, source: Source) -> StoreError {
    StoreError::Busy { message, source }
}

fn unavailable(message: String, source: Source) -> StoreError {
    StoreError::Unavailable { message, source }
}

fn corrupt(message: String, source: Source) -> StoreError {
    StoreError::Corrupt { message, source }
}
