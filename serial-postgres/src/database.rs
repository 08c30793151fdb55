//! What all calls share: the connections, the schema's name, and how long to wait.

use std::{
    borrow::Cow,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use serial_core::StoreError;

use crate::{
    address,
    options::{PostgresIsolation, PostgresOptions},
    pool::Pool,
    tidy::Tidying,
    tls,
};

/// The schema's name in the texts of statements.
const WRITTEN: &str = "serialref.";

pub(crate) struct Database {
    pub(crate) pool: Pool,
    pub(crate) schema: String,
    /// What stands in front of every table.
    prefix: String,
    pub(crate) lock_timeout: Duration,
    /// How long to wait for an answer of any kind.
    pub(crate) patience: Duration,
    pub(crate) begin_reading: String,
    pub(crate) begin_writing: String,
    /// The same where there is an index for searching: new codes are sorted into it in one go rather than bit by bit.
    pub(crate) begin_writing_indexed: String,
    search_index: AtomicBool,
    pub(crate) tidying: Tidying,
}

impl Database {
    pub(crate) fn new(url: &str, options: &PostgresOptions) -> Result<Self, StoreError> {
        let mut address = address::parse(url)?;
        // 63 bytes are what the server keeps of a name; it would cut a longer one without a word.
        if options.schema.is_empty() || options.schema.len() > 63 || options.schema.contains('\0') {
            return Err(StoreError::unavailable("the name of the schema is empty, longer than 63 bytes, or has a NUL"));
        }
        address.config.application_name(&options.application_name);
        if address.config.get_connect_timeout().is_none() {
            address.config.connect_timeout(options.connect_timeout);
        }
        if address.config.get_tcp_user_timeout().is_none() {
            // A peer that vanished is noticed even while something is on its way to it.
            address.config.tcp_user_timeout(options.statement_timeout.max(Duration::from_secs(10)));
        }
        let tls = tls::connector(&address)?;
        let isolation = match options.isolation {
            PostgresIsolation::ReadCommitted => "READ COMMITTED",
            PostgresIsolation::Serializable => "SERIALIZABLE",
        };
        // 0 would be no limit at all.
        let millis = |time: Duration| time.as_millis().clamp(1, i32::MAX.unsigned_abs().into());
        let limits = format!(
            "SET LOCAL statement_timeout = {}; SET LOCAL lock_timeout = {}",
            millis(options.statement_timeout),
            millis(options.lock_timeout)
        );
        Ok(Self {
            pool: Pool::new(
                address.config,
                tls,
                options.pool_size,
                options.connect_timeout,
                options.lock_timeout.max(options.connect_timeout),
                options.accept_asynchronous_commit,
            ),
            prefix: format!("{}.", quoted(&options.schema)),
            schema: options.schema.clone(),
            lock_timeout: options.lock_timeout,
            patience: options.statement_timeout.saturating_mul(2).saturating_add(Duration::from_secs(5)),
            begin_reading: format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {limits}"),
            begin_writing_indexed: format!(
                "BEGIN ISOLATION LEVEL {isolation} READ WRITE; {limits}; SET LOCAL work_mem = '64MB'"
            ),
            begin_writing: format!("BEGIN ISOLATION LEVEL {isolation} READ WRITE; {limits}"),
            search_index: AtomicBool::new(false),
            tidying: Tidying::new(),
        })
    }

    /// A statement with the name of this store's schema.
    pub(crate) fn sql<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.schema == "serialref" { Cow::Borrowed(text) } else { Cow::Owned(text.replace(WRITTEN, &self.prefix)) }
    }

    /// Whether the server has an index that finds terms in codes.
    pub(crate) fn has_search_index(&self) -> bool {
        self.search_index.load(Ordering::Relaxed)
    }

    pub(crate) fn set_search_index(&self, has: bool) {
        self.search_index.store(has, Ordering::Relaxed);
    }
}

/// A name as SQL writes it whatever is in it.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
