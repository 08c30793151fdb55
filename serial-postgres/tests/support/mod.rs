//! What the tests share: one server for each test program, and storages in it for the conformance kit.
#![allow(dead_code, unreachable_pub, reason = "each test program uses a part of it")]

pub mod proxy;
pub mod tls_proxy;

use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering},
};

use serial_core::{
    Store, StoreError,
    conformance::{Durability, Factory, Storage},
};
use serial_postgres::{PostgresIsolation, PostgresOptions, PostgresStore};
use throwaway_postgres::{Settings, ThrowawayPostgres};

/// The server of this test program. It ends with the program.
pub fn server() -> &'static ThrowawayPostgres {
    static SERVER: OnceLock<ThrowawayPostgres> = OnceLock::new();
    SERVER.get_or_init(|| ThrowawayPostgres::start(&Settings::default()).unwrap_or_else(|error| panic!("{error}")))
}

/// A database that the tests of this program share, each with a schema of its own.
pub fn shared_database() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| server().create_database().unwrap())
}

/// A name that no other test has.
pub fn fresh_schema() -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    format!("case {}", NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// A database, and how to open a store in it.
#[derive(Clone, Debug)]
pub struct Target {
    url: String,
    options: PostgresOptions,
}

impl Target {
    pub fn at(url: impl Into<String>) -> Self {
        Self { url: url.into(), options: PostgresOptions::default() }
    }

    pub fn with(self, change: impl FnOnce(PostgresOptions) -> PostgresOptions) -> Self {
        Self { options: change(self.options), ..self }
    }

    pub fn schema(self, schema: impl Into<String>) -> Self {
        self.with(|options| options.schema(schema))
    }

    pub fn isolation(self, isolation: PostgresIsolation) -> Self {
        self.with(|options| options.isolation(isolation))
    }

    pub fn pool_size(self, connections: usize) -> Self {
        self.with(|options| options.pool_size(connections))
    }

    pub fn open(&self) -> Result<PostgresStore, StoreError> {
        self.options.open(&self.url)
    }
}

/// A schema of its own in the shared database.
pub fn fresh() -> Target {
    Target::at(shared_database()).schema(fresh_schema())
}

pub fn open() -> PostgresStore {
    fresh().open().unwrap()
}

/// How often the long tests repeat what they do: `SERIALREF_RUNS`, or few times.
pub fn runs(few: u64) -> u64 {
    std::env::var("SERIALREF_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(few)
}

/// Makes storages on the server for the kit.
pub struct Databases(pub PostgresIsolation);

struct Database(Target);

impl Factory for Databases {
    fn create(&self) -> Box<dyn Storage + '_> {
        Box::new(Database(fresh().isolation(self.0)))
    }
}

impl Storage for Database {
    fn open(&self) -> Box<dyn Store> {
        Box::new(self.0.open().unwrap_or_else(|error| panic!("{error}: {error:?}")))
    }

    fn durability(&self) -> Durability {
        Durability::Shared
    }
}

/// What must hold between the tables, as questions that each finds nothing: what is counted, what is in stock, and what
/// events tell.
const DISAGREEMENTS: [&str; 8] = [
    // Counts by state are those of the live references.
    "SELECT 1 FROM serialref.groups g LEFT JOIN (SELECT r.group_id, count(*) AS live, count(*) FILTER (WHERE l.state IS NULL \
     OR l.state = 'available') AS available, count(*) FILTER (WHERE l.state = 'allocated') AS allocated, count(*) FILTER \
     (WHERE l.state = 'commissioned') AS commissioned, count(*) FILTER (WHERE l.state = 'void') AS void FROM \
     serialref.\"references\" r LEFT JOIN serialref.lives l USING (group_id, row_id) WHERE NOT r.deleted GROUP BY 1) c USING \
     (group_id) WHERE (g.live, g.available, g.allocated, g.commissioned, g.void) IS DISTINCT FROM (coalesce(c.live, 0), \
     coalesce(c.available, 0), coalesce(c.allocated, 0), coalesce(c.commissioned, 0), coalesce(c.void, 0))",
    "SELECT 1 FROM serialref.batches b LEFT JOIN (SELECT r.group_id, r.batch_id, count(*) AS live, count(*) FILTER (WHERE \
     l.state IS NULL OR l.state = 'available') AS available, count(*) FILTER (WHERE l.state = 'allocated') AS allocated FROM \
     serialref.\"references\" r LEFT JOIN serialref.lives l USING (group_id, row_id) WHERE NOT r.deleted GROUP BY 1, 2) c \
     USING (group_id, batch_id) WHERE (b.live, b.available, b.allocated) IS DISTINCT FROM (coalesce(c.live, 0), \
     coalesce(c.available, 0), coalesce(c.allocated, 0))",
    // What is in stock or beyond the frontier is what is available.
    "SELECT 1 FROM serialref.\"references\" r JOIN serialref.groups g USING (group_id) LEFT JOIN serialref.lives l USING \
     (group_id, row_id) WHERE (NOT r.deleted AND coalesce(l.state, 'available') = 'available') <> (r.row_id > g.frontier OR \
     EXISTS (SELECT 1 FROM serialref.stock s WHERE s.group_id = r.group_id AND r.row_id BETWEEN s.first_row AND \
     s.last_row))",
    "SELECT 1 FROM serialref.stock s JOIN serialref.groups g USING (group_id) WHERE s.first_row <= s.last_row AND (s.first_row \
     < 1 OR s.last_row > g.frontier)",
    "SELECT 1 FROM serialref.stock s JOIN serialref.stock t USING (group_id) WHERE s.last_row < t.last_row AND s.first_row <= \
     s.last_row AND t.first_row <= s.last_row",
    // Events are numbered without a gap.
    "SELECT 1 FROM serialref.groups g LEFT JOIN (SELECT group_id, count(*) AS count, max(event_id) AS newest FROM \
     serialref.events GROUP BY 1) e USING (group_id) WHERE (g.events, g.events) IS DISTINCT FROM (e.count, e.newest)",
    // What is allocated by a claim was taken by it, and claims know how many those are.
    "SELECT 1 FROM serialref.lives l WHERE l.claim_id IS NOT NULL AND (l.state <> 'allocated' OR NOT EXISTS (SELECT 1 FROM \
     serialref.claimed c WHERE c.group_id = l.group_id AND c.claim_id = l.claim_id AND l.row_id BETWEEN c.first_row AND \
     c.last_row))",
    "SELECT 1 FROM serialref.claims c WHERE c.held <> (SELECT count(*) FROM serialref.lives l JOIN serialref.\"references\" r \
     USING (group_id, row_id) WHERE l.group_id = c.group_id AND l.claim_id = c.claim_id AND NOT r.deleted)",
];

/// Sees that the tables of a schema in the shared database agree with each other.
pub fn agreement(schema: &str) {
    let database = shared_database().rsplit('/').next().unwrap();
    for question in DISAGREEMENTS {
        let question = question.replace("serialref.", &format!("\"{schema}\"."));
        let found = server().execute(database, &question).unwrap();
        assert!(found.is_empty(), "{found:?}: {question}");
    }
}
