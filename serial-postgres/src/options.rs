//! How to open a store.

use std::time::Duration;

use serial_core::StoreError;

use crate::store::PostgresStore;

/// How strictly the server keeps transactions apart. The store is correct at both.
///
/// ```
/// use serial_postgres::{PostgresIsolation, PostgresOptions};
///
/// let options = PostgresOptions::default().isolation(PostgresIsolation::Serializable);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PostgresIsolation {
    /// The faster one: calls that meet wait for each other.
    #[default]
    ReadCommitted,
    /// For servers where policy demands it, or that know nothing else: calls that meet are repeated.
    Serializable,
}

/// How to open a [`PostgresStore`]; everything has a default that suits a plant.
///
/// ```no_run
/// use std::time::Duration;
/// use serial_postgres::PostgresOptions;
///
/// let store = PostgresOptions::default()
///     .pool_size(4)
///     .lock_timeout(Duration::from_secs(2))
///     .open("postgres://line1:secret@db.plant/serials?sslmode=verify-full")?;
/// # Ok::<(), serial_core::StoreError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is opened until `open` is called"]
pub struct PostgresOptions {
    pub(crate) schema: String,
    pub(crate) application_name: String,
    pub(crate) pool_size: usize,
    pub(crate) connect_timeout: Duration,
    pub(crate) statement_timeout: Duration,
    pub(crate) lock_timeout: Duration,
    pub(crate) isolation: PostgresIsolation,
    pub(crate) accept_asynchronous_commit: bool,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            schema: "serialref".into(),
            application_name: "serialref".into(),
            pool_size: 8,
            connect_timeout: Duration::from_secs(10),
            statement_timeout: Duration::from_secs(60),
            lock_timeout: Duration::from_secs(5),
            isolation: PostgresIsolation::default(),
            accept_asynchronous_commit: false,
        }
    }
}

impl PostgresOptions {
    /// The schema, a namespace within the database, in which the tables are; `serialref` by default. Two registries
    /// in one database need two.
    pub fn schema(mut self, schema: impl Into<String>) -> Self {
        self.schema = schema.into();
        self
    }

    /// What the connections are called in the server's lists and logs; `serialref` by default.
    pub fn application_name(mut self, name: impl Into<String>) -> Self {
        self.application_name = name.into();
        self
    }

    /// How many connections there are at the most, at least 1; 8 by default. They are made when they are needed.
    pub fn pool_size(mut self, connections: usize) -> Self {
        self.pool_size = connections.max(1);
        self
    }

    /// How long to wait for a server that does not answer; 10 seconds by default. One that refuses is reported at once.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long one statement may take before the server gives it up and the call ends as
    /// [`Busy`](StoreError::Busy); a minute by default. A batch of a million references needs about half of that.
    pub fn statement_timeout(mut self, timeout: Duration) -> Self {
        self.statement_timeout = timeout;
        self
    }

    /// How long to wait for others who write to the same group before the call ends as
    /// [`Busy`](StoreError::Busy); 5 seconds by default.
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = timeout;
        self
    }

    /// How strictly the server keeps transactions apart.
    pub fn isolation(mut self, isolation: PostgresIsolation) -> Self {
        self.isolation = isolation;
        self
    }

    /// Opens the store although the server acknowledges commits before they are on disk (`synchronous_commit = off`).
    ///
    /// Without this, opening such a server fails: a crash of it undoes the last acknowledged references, whose labels
    /// are already printed.
    pub fn accept_asynchronous_commit(mut self) -> Self {
        self.accept_asynchronous_commit = true;
        self
    }

    /// Connects, makes the tables where there are none, and opens the store.
    ///
    /// The URL is such as `postgres://user:password@host:5432/database?sslmode=verify-full`. `sslmode` is `disable`,
    /// `prefer` (the default), `require`, `verify-ca` or `verify-full`, and `sslrootcert` the file with the
    /// certificates to trust, all as in libpq. Several hosts, separated by commas, are tried in turn until one accepts
    /// writes.
    ///
    /// # Errors
    /// [`Unavailable`](StoreError::Unavailable) where the URL makes no sense, the server cannot be reached, refuses
    /// the user, or acknowledges commits that are not on disk;
    /// [`SchemaTooNew`](StoreError::SchemaTooNew) where a newer version of the library made the tables.
    pub fn open(&self, url: impl AsRef<str>) -> Result<PostgresStore, StoreError> {
        PostgresStore::open_with(url.as_ref(), self)
    }
}
