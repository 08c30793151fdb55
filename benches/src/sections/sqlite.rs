//! The SQLite store beside the plainest program that keeps the same table with the same durability.

use std::{fs, path::Path, time::SystemTime};

use rand_chacha::ChaCha20Rng;
use rusqlite::{Connection, TransactionBehavior, params};
use serial_core::{Limits, NewGroup, Registry, Timestamp};
use serial_sqlite::SqliteStore;

use crate::{
    Scale,
    measure::{Slices, float},
    ours::{BATCH, CODE_LENGTH, Ours},
    peers::{drawn, seeded},
    sections::durable,
    table::{Bar, Row, factor, factors, time, whole},
};

const SLICES: usize = 20;
/// References of a batch, as SQL counts them.
const BATCH_ROWS: i64 = 500;
const LARGE_BATCHES: usize = 10;
const SINGLES: usize = 200;

pub(super) fn run(scale: Scale) -> Vec<Row> {
    // Beside the program, which lies on a disk; a folder for temporary files may be in memory.
    let program = std::env::current_exe().expect("the program has a path");
    let folder = tempfile::tempdir_in(program.parent().unwrap_or(Path::new("."))).expect("there is a folder");
    let count = scale.of(1_000_000);
    let slice = (count / SLICES).max(1);
    let size = format!("0 to {}", whole(slice * SLICES));

    let ours = ours(&folder.path().join("ours.db"));
    let large = self::ours(&folder.path().join("large.db"));
    let mut plain = Plain::open(&folder.path().join("plain.db"));
    let (mut batches, mut by_hand, mut hundreds_of_thousands) = (Slices::new(), Slices::new(), Slices::new());
    let (mut bytes, mut bytes_by_hand, mut bytes_large) = (0, 0, 0);
    let large_batch = (count / LARGE_BATCHES).max(1);
    for number in 0..SLICES {
        bytes += written(|| batches.time(slice, || ours.issue_in_batches(slice, |_| ())));
        bytes_by_hand += written(|| by_hand.time(slice, || plain.issue(slice)));
        if number % (SLICES / LARGE_BATCHES) == 0 {
            bytes_large += written(|| hundreds_of_thousands.time(large_batch, || large.issue_batch(large_batch)));
        }
    }
    let per_code = |bytes: usize, codes: usize| format!("{} bytes", bytes / codes);
    let worse = batches.ratio(&by_hand).min(batches.median_ratio(&by_hand));
    let faster = hundreds_of_thousands.ratio(&batches);
    let mut rows = vec![
        Row::new("SQLite: issue in batches of 500, per reference", size.as_str())
            .ours(time(batches.mean()))
            .peer(format!("{} plain SQL by hand", time(by_hand.mean())))
            .ratio(factors(batches.ratio(&by_hand), batches.median_ratio(&by_hand)))
            .bar(Bar::at_least(0.9, "x", worse)),
        Row::new(format!("SQLite: issue in batches of {}, per reference", whole(large_batch)), size.as_str())
            .ours(time(hundreds_of_thousands.mean()))
            .peer(format!("{} in batches of 500", time(batches.mean())))
            .ratio(factor(faster))
            .bar(Bar::at_least(5.0, "x", faster)),
        Row::new("SQLite: written to log and file per reference, batches of 500", size.as_str())
            .ours(per_code(bytes, slice * SLICES))
            .peer(format!("{} plain SQL by hand", per_code(bytes_by_hand, slice * SLICES)))
            .ratio(factor(float(bytes_by_hand) / float(bytes.max(1)))),
        Row::new(format!("SQLite: written to log and file per reference, batches of {}", whole(large_batch)), size)
            .ours(per_code(bytes_large, large_batch * LARGE_BATCHES)),
    ];
    rows.extend(singles(scale, &folder.path().join("singles.db")));
    rows.extend(durable::reads(scale, "SQLite", &ours, slice * SLICES));
    rows
}

fn ours(path: &Path) -> Ours {
    Ours::with(registry(path), NewGroup::batch("Pump AX-100"))
}

fn registry(path: &Path) -> Registry {
    let store = SqliteStore::open(path).expect("the file can be made");
    Registry::builder(store).limits(Limits::unlimited()).build()
}

/// Single references, each durable when its call returns: alone, and by eight threads that share commits.
fn singles(scale: Scale, path: &Path) -> Vec<Row> {
    const THREADS: usize = 8;
    let ours = Ours::with(registry(path), NewGroup::continuous("Service tags"));
    let each = scale.of(SINGLES);
    let (mut alone, mut together) = (Slices::new(), Slices::new());
    for _ in 0..scale.repeats(5) {
        alone.time(each, || ours.issue_singly(each));
        together.time(each * THREADS, || {
            std::thread::scope(|scope| {
                for _ in 0..THREADS {
                    scope.spawn(|| ours.issue_singly(each));
                }
            });
        });
    }
    vec![
        Row::new("SQLite: create_reference, eight threads that share commits", whole(each * THREADS))
            .ours(time(together.mean()))
            .peer(format!("{} one thread", time(alone.mean())))
            .ratio(factors(together.ratio(&alone), together.median_ratio(&alone))),
    ]
}

/// A table, a transaction, a loop: what one writes in an afternoon.
struct Plain {
    connection: Connection,
    generator: ChaCha20Rng,
    next: i64,
}

impl Plain {
    fn open(path: &Path) -> Self {
        let connection = Connection::open(path).expect("the file can be made");
        let sql = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
             CREATE TABLE \"references\" (group_id INTEGER NOT NULL, row_id INTEGER NOT NULL, batch_id INTEGER, \
             code TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, \
             PRIMARY KEY (group_id, row_id)) STRICT;";
        connection.execute_batch(sql).expect("the tables can be made");
        Self { connection, generator: seeded(1), next: 1 }
    }

    fn issue(&mut self, count: usize) {
        let mut left = count;
        while left > 0 {
            let size = left.min(BATCH);
            let codes: Vec<String> = (0..size).map(|_| drawn(&mut self.generator, CODE_LENGTH)).collect();
            let now = Timestamp::from(SystemTime::now()).to_string();
            let behavior = TransactionBehavior::Immediate;
            let transaction = self.connection.transaction_with_behavior(behavior).expect("nobody else writes");
            {
                let sql = "INSERT INTO \"references\" (group_id, row_id, batch_id, code, created_at) \
                     VALUES (1, ?1, ?2, ?3, ?4)";
                let mut add = transaction.prepare_cached(sql).expect("the statement is right");
                for code in &codes {
                    let values = params![self.next, self.next / BATCH_ROWS, code, now];
                    add.execute(values).expect("the code is new");
                    self.next += 1;
                }
            }
            transaction.commit().expect("the disk is good");
            left -= size;
        }
    }
}

/// How many bytes this process writes meanwhile; 0 where the system does not tell.
fn written(work: impl FnOnce()) -> usize {
    let so_far = || {
        let text = fs::read_to_string("/proc/self/io").unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("wchar: "));
        line.and_then(|number| number.parse::<usize>().ok()).unwrap_or_default()
    };
    let before = so_far();
    work();
    so_far() - before
}
