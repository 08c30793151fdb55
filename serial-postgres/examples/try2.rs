//! x
use serial_core::*;
use serial_postgres::PostgresStore;
use std::time::Instant;
use throwaway_postgres::{Settings, ThrowawayPostgres};
fn main() {
    let p = [
        ("shared_buffers", "1GB"),
        ("max_wal_size", "4GB"),
        ("log_min_messages", "log"),
        ("log_min_duration_statement", "0"),
    ]
    .map(|(a, b)| (a.to_owned(), b.to_owned()))
    .to_vec();
    let server = ThrowawayPostgres::start(&Settings { durable: false, parameters: p, ..Default::default() }).unwrap();
    let url = server.create_database().unwrap();
    let n: u64 = std::env::args().nth(1).unwrap().parse().unwrap();
    let registry = Registry::builder(PostgresStore::open(&*url).unwrap()).limits(Limits::unlimited()).build();
    server.execute("test0", "drop index serialref.references_search").unwrap();
    let g = registry.create_group(NewGroup::batch("x")).unwrap();
    for _ in 0..n / 10000 {
        registry.create_batch(g.id, NewBatch::of(10000)).unwrap();
    }
    server
        .execute(
            "test0",
            "create index references_search on serialref.\"references\" using gin (lower(code) gin_trgm_ops)",
        )
        .unwrap();
    if std::env::args().nth(2).is_some() {
        server.execute("test0", "vacuum analyze").unwrap();
    }
    let f = |term: &str| {
        let t = Instant::now();
        let r = registry.references(&Filter::group(g.id).containing(term), &Paging::of(50)).unwrap();
        print!("{term} {} {:?}; ", r.items.len(), t.elapsed());
    };
    f("ABC");
    std::thread::sleep(std::time::Duration::from_secs(4));
    for _ in 0..3 {
        for term in ["A7X", "B3Z", "QPD", "9TX", "A7XB3Z", "B3ZQP"] {
            f(term);
        }
        println!();
    }
    let d = server.execute("postgres", "show data_directory").unwrap()[0].clone();
    std::fs::copy(format!("{d}/../log"), "/tmp/try.log").unwrap();
}
