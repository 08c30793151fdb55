//! Opening a store by its URL.

use std::sync::Arc;

use serial_core::{Error, MemoryStore, Store};
#[cfg(feature = "postgres")]
use serial_postgres::{PostgresOptions, PostgresStore};
#[cfg(feature = "sqlite")]
use serial_sqlite::{SqliteOptions, SqliteStore};

/// How a store is to be opened, whichever the URL names; what concerns another store is ignored.
///
/// ```
/// use std::time::Duration;
/// use serialref::{OpenOptions, Registry, SqliteOptions};
///
/// # let folder = tempfile::tempdir()?;
/// # let url = format!("sqlite:{}", folder.path().join("line-3.db").display());
/// let options = OpenOptions { sqlite: SqliteOptions::default().patience(Duration::from_secs(2)), ..OpenOptions::default() };
/// let registry = Registry::new(serialref::open_with(&url, &options)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// For `sqlite:`.
    #[cfg(feature = "sqlite")]
    pub sqlite: SqliteOptions,
    /// For `postgresql:`.
    #[cfg(feature = "postgres")]
    pub postgres: PostgresOptions,
}

/// A store that was opened by its URL, as what it is.
///
/// Take it where a program does what only one store can: a snapshot of memory, a backup of an SQLite file.
///
/// ```
/// use serialref::{Opened, Registry};
///
/// let opened = Opened::by_url("memory:", &serialref::OpenOptions::default())?;
/// let registry = Registry::new(opened.store());
/// if let Opened::Memory(store) = &opened {
///     let saved = store.snapshot();
/// }
/// # Ok::<(), serialref::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Opened {
    /// `memory:`
    Memory(Arc<MemoryStore>),
    /// `sqlite:`
    #[cfg(feature = "sqlite")]
    Sqlite(Arc<SqliteStore>),
    /// `postgresql:`
    #[cfg(feature = "postgres")]
    Postgres(Arc<PostgresStore>),
}

impl Opened {
    /// Opens the store that a URL names as [`open`] does.
    ///
    /// # Errors
    /// As [`open`].
    ///
    /// [`Opened`] has an example.
    pub fn by_url(url: &str, options: &OpenOptions) -> Result<Self, Error> {
        let invalid = |reason| Err(Error::StoreUrlInvalid { reason });
        let Some((scheme, rest)) = url.split_once(':') else {
            return invalid(if url.is_empty() {
                "the URL of the store is empty"
            } else {
                "the URL of the store has no scheme"
            });
        };
        match scheme.to_ascii_lowercase().as_str() {
            "memory" if rest.is_empty() => Ok(Self::Memory(Arc::default())),
            "memory" => invalid("the URL of a store in memory goes on after memory:"),
            "sqlite" => sqlite(rest, options),
            "postgres" | "postgresql" => postgres(url, options),
            _ => invalid("the URL of the store has an unknown scheme"),
        }
    }

    /// The store, for a registry.
    pub fn store(&self) -> Arc<dyn Store> {
        match self {
            Self::Memory(store) => Arc::clone(store) as _,
            #[cfg(feature = "sqlite")]
            Self::Sqlite(store) => Arc::clone(store) as _,
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => Arc::clone(store) as _,
        }
    }
}

/// Opens the store that a URL names, and creates it where it does not exist.
///
/// | URL | Store |
/// |---|---|
/// | `memory:` | a [`MemoryStore`], gone when it is dropped |
/// | `sqlite:line-3.db`, `sqlite:/var/lib/line-3.db`, `sqlite:///var/lib/line-3.db` | an SQLite file; everything after `sqlite:` is its path as it is, without escapes |
/// | `sqlite::memory:` | SQLite's tables in memory |
/// | `postgresql://user:password@host:5432/database?sslmode=verify-full`, `postgres://...` | a PostgreSQL database |
///
/// # Errors
/// [`StoreUrlInvalid`](Error::StoreUrlInvalid) where the URL names no store that this program was built with; what the
/// store says where it cannot be opened. No message has the URL in it, since it may hold a password.
///
/// ```
/// use serialref::ErrorKind;
///
/// assert_eq!(serialref::open("tape:3").err().map(|error| error.kind()), Some(ErrorKind::StoreUrlInvalid));
/// ```
pub fn open(url: &str) -> Result<Arc<dyn Store>, Error> {
    open_with(url, &OpenOptions::default())
}

/// Opens the store that a URL names as [`open`] does, with options.
///
/// # Errors
/// As [`open`].
///
/// [`OpenOptions`] has an example.
pub fn open_with(url: &str, options: &OpenOptions) -> Result<Arc<dyn Store>, Error> {
    Ok(Opened::by_url(url, options)?.store())
}

#[cfg(feature = "sqlite")]
fn sqlite(path: &str, options: &OpenOptions) -> Result<Opened, Error> {
    let path = match path.strip_prefix("//") {
        Some(absolute) if absolute.starts_with('/') => absolute,
        Some("") => "",
        Some(_) => return Err(Error::StoreUrlInvalid { reason: "the URL of an SQLite file names a host" }),
        None => path,
    };
    if path.is_empty() {
        return Err(Error::StoreUrlInvalid { reason: "the URL of an SQLite file has no path" });
    }
    if path == ":memory:" {
        return Ok(Opened::Sqlite(Arc::new(SqliteStore::in_memory()?)));
    }
    Ok(Opened::Sqlite(Arc::new(options.sqlite.clone().open(path)?)))
}

#[cfg(not(feature = "sqlite"))]
fn sqlite(_: &str, _: &OpenOptions) -> Result<Opened, Error> {
    Err(Error::StoreUrlInvalid { reason: "this program was built without SQLite (feature `sqlite`)" })
}

#[cfg(feature = "postgres")]
fn postgres(url: &str, options: &OpenOptions) -> Result<Opened, Error> {
    if url.split_once("://").is_none_or(|(_, rest)| rest.is_empty()) {
        return Err(Error::StoreUrlInvalid { reason: "the URL of a PostgreSQL database names no server" });
    }
    Ok(Opened::Postgres(Arc::new(options.postgres.open(url)?)))
}

#[cfg(not(feature = "postgres"))]
fn postgres(_: &str, _: &OpenOptions) -> Result<Opened, Error> {
    Err(Error::StoreUrlInvalid { reason: "this program was built without PostgreSQL (feature `postgres`)" })
}
