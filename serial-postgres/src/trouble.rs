//! What goes wrong with the server, in words that help.

use serial_core::StoreError;
use tokio_postgres::{Error, error::DbError};

/// Why an attempt of a transaction did not come to its end.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// Nothing was committed, and the same again may succeed: two transactions met, or a connection was lost in time.
    Again(Error),
    /// Nothing was sent: the connection was closed while nobody used it.
    Stale,
    /// Nothing was committed: a unique index has one of the keys already.
    Taken,
    /// Nobody knows whether it was committed.
    Unknown(Error),
    /// Anything else; nothing was committed.
    Final(StoreError),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Final(error)
    }
}

impl Trouble {
    /// Sorts what a statement before the commit ended with.
    pub(crate) fn of_statement(error: Error) -> Self {
        let Some(db) = error.as_db_error() else {
            return match error {
                error if was_not_sent(&error) => Self::Final(StoreError::contract(
                    "a plan is larger than what can be sent to the database at once; make smaller ones",
                )),
                error if is_loss(&error) => Self::Again(error),
                error => Self::Final(answer(error)),
            };
        };
        match db.code().code() {
            "40001" | "40P01" | "25006" | "57P01" | "57P02" => Self::Again(error),
            "23505" => Self::Taken,
            _ => Self::Final(refusal(error)),
        }
    }

    /// Sorts what the commit ended with.
    pub(crate) fn of_commit(error: Error) -> Self {
        let Some(db) = error.as_db_error() else { return Self::Unknown(error) };
        match db.code().code() {
            "40001" | "40P01" => Self::Again(error),
            "23505" => Self::Taken,
            // The server ends the session: the commit may be on disk although it does not say so.
            code if code.starts_with("57P") || code.starts_with("08") => Self::Unknown(error),
            _ => Self::Final(refusal(error)),
        }
    }

    /// Whether the connection is of no use any more.
    pub(crate) fn ends_connection(&self) -> bool {
        let error = match self {
            Self::Again(error) | Self::Unknown(error) => error,
            Self::Taken => return false,
            Self::Stale => return true,
            Self::Final(error) => return !matches!(error, StoreError::Busy { .. } | StoreError::Contract { .. }),
        };
        // 25006: it leads to a server that accepts no writes; after a failover another one does.
        error.as_db_error().is_none_or(|db| {
            db.code().code() == "25006" || db.code().code().starts_with("57P") || db.code().code().starts_with("08")
        })
    }

    /// Whether the whole server may be gone, and with it the other connections.
    pub(crate) fn ends_all_connections(&self) -> bool {
        !matches!(self, Self::Final(_)) && self.ends_connection()
    }

    /// The end of a call that was tried often enough.
    pub(crate) fn give_up(self) -> StoreError {
        match self {
            Self::Final(error) => error,
            Self::Unknown(error) => StoreError::OutcomeUnknown {
                message: "the connection to the database was lost before it said whether the call was carried out; \
                          repeat it with the same request id, or look before you repeat it"
                    .into(),
                source: Some(Box::new(error)),
            },
            Self::Stale => {
                StoreError::unavailable("the connections to the database are closed as soon as they are made")
            }
            Self::Taken => StoreError::busy("others write to the same group all the time; try again in a moment"),
            Self::Again(error) if error.as_db_error().is_none() => lost(error),
            Self::Again(error) => match error.as_db_error().map(|db| db.code().code()) {
                Some("40001" | "40P01") => StoreError::Busy {
                    message: "others write to the same group all the time; try again in a moment".into(),
                    source: Some(Box::new(error)),
                },
                _ => refusal(error),
            },
        }
    }
}

const READ_ONLY: &str =
    "the server accepts no writes, as a standby does; connect to the primary, or name all servers in the address";

/// Whether the client could not even write a statement down.
pub(crate) fn was_not_sent(error: &Error) -> bool {
    let words = error.to_string();
    words.starts_with("error serializing") || words.starts_with("error encoding")
}

/// Whether the connection was lost, rather than the server's answer bad.
fn is_loss(error: &Error) -> bool {
    let is_io = std::error::Error::source(error).is_some_and(<dyn std::error::Error>::is::<std::io::Error>);
    error.is_closed() || (is_io && error.to_string().contains("communicating"))
}

fn lost(error: Error) -> StoreError {
    StoreError::Unavailable {
        message: "the connection to the database was lost, and nothing was changed; see whether the server runs, and \
                  try again"
            .into(),
        source: Some(Box::new(error)),
    }
}

/// An answer that this program cannot read.
pub(crate) fn answer(error: Error) -> StoreError {
    StoreError::Corrupt {
        message: "the database answered what this program cannot read; see whether somebody changed its tables".into(),
        source: Some(Box::new(error)),
    }
}

/// What a connection could not be made for.
pub(crate) fn connecting(error: Error) -> StoreError {
    if error.as_db_error().is_some() {
        return refusal(error);
    }
    let words = error.to_string();
    let io = std::error::Error::source(&error).and_then(|source| source.downcast_ref::<std::io::Error>());
    if io.is_some_and(|io| io.kind() == std::io::ErrorKind::PermissionDenied && io.to_string().contains("writes")) {
        return StoreError::Unavailable { message: READ_ONLY.into(), source: Some(Box::new(error)) };
    }
    let message = if words.contains("TLS") {
        "no encrypted connection to the database; see whether the server offers TLS with a certificate that sslmode \
         and sslrootcert in the address accept"
    } else if words.contains("authentication") {
        "the database refused the user or the password; see the address and the server's pg_hba.conf"
    } else if words.contains("configuration") {
        "the address of the database makes no sense; write postgres://user:password@host:5432/database"
    } else {
        "the database cannot be reached; see whether the server runs, the host and port in the address, and whether a \
         firewall stands in between"
    };
    StoreError::Unavailable { message: message.into(), source: Some(Box::new(error)) }
}

/// What a server that answers says no with.
pub(crate) fn refusal(error: Error) -> StoreError {
    let code = error.as_db_error().map_or(String::new(), |db| db.code().code().to_owned());
    let busy = match &*code {
        "55P03" => Some("somebody else writes to the same group and takes long; try again in a moment"),
        "57014" => Some("the database gave the call up because it took too long; try again, or allow more time"),
        "53300" => Some("the database has no connection left; try again, make pools smaller, or raise max_connections"),
        _ => None,
    };
    if let Some(message) = busy {
        return StoreError::Busy { message: message.into(), source: Some(Box::new(error)) };
    }
    if code.starts_with("XX00") {
        return StoreError::Corrupt {
            message: "the database says that its data are damaged; stop writing and restore a backup".into(),
            source: Some(Box::new(error)),
        };
    }
    if matches!(&*code, "42P01" | "42703" | "3F000" | "42883" | "42804") {
        return StoreError::Corrupt {
            message: "tables of the store are missing or were changed; restore them from a backup".into(),
            source: Some(Box::new(error)),
        };
    }
    let message = match &*code {
        "53100" => "the disk of the database is full; make room, and try again".into(),
        "53200" => "the database has no memory left; make batches smaller, or give it more".into(),
        "57P01" | "57P02" => "the database was shut down; start it, and try again".into(),
        "57P03" => "the database is starting or shutting down; try again in a moment".into(),
        "28000" | "28P01" => {
            "the database refused the user or the password; see the address and the server's pg_hba.conf".into()
        }
        "3D000" => "the database does not exist; make it with createdb, or see the address".into(),
        "42501" => "the user has not the rights it needs; grant it the schema and the tables of the store, or, where \
                    there is no schema yet, CREATE on the database"
            .into(),
        "25006" => READ_ONLY.into(),
        "22021" => {
            "the database keeps another encoding than UTF-8 and has no place for a text; make it with UTF-8".into()
        }
        "" => "the database answered what this program does not understand".into(),
        code => format!("the database refused a statement with SQLSTATE {code}; its log says more"),
    };
    StoreError::Unavailable { message, source: Some(Box::new(error)) }
}

/// The SQLSTATE of an error of the server.
pub(crate) fn sqlstate(error: &Error) -> Option<&str> {
    error.as_db_error().map(DbError::code).map(tokio_postgres::error::SqlState::code)
}
