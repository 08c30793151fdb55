use serial_core::*;
use serial_postgres::PostgresStore;
use std::time::Instant;
use throwaway_postgres::{Settings, ThrowawayPostgres};
fn main() {
    let p = [
        ("shared_buffers", "1GB"),
        ("auto_explain.log_min_duration", "0"),
        ("auto_explain.log_analyze", "on"),
        ("auto_explain.log_buffers", "on"),
        ("session_preload_libraries", "auto_explain"),
        ("log_min_messages", "log"),
        ("log_min_duration_statement", "0"),
    ]
    .map(|(a, b)| (a.to_owned(), b.to_owned()))
    .to_vec();
    let server = ThrowawayPostgres::start(&Settings { durable: false, parameters: p, ..Default::default() }).unwrap();
    let url = server.create_database().unwrap();
    let n: u64 = std::env::args().nth(1).unwrap().parse().unwrap();
    let registry = Registry::builder(PostgresStore::open(&*url).unwrap()).limits(Limits::unlimited()).build();
    let g = registry.create_group(NewGroup::batch("x")).unwrap();
    let t = Instant::now();
    for _ in 0..n / 500 {
        registry.create_batch(g.id, NewBatch::of(500)).unwrap();
    }
    println!("{:?} per code", t.elapsed() / (n as u32));
    let f = |term: &str| {
        let t = Instant::now();
        let r = registry.references(&Filter::group(g.id).containing(term), &Paging::of(50)).unwrap();
        println!("{term} {} {:?}", r.items.len(), t.elapsed());
    };
    f("ABC");
    std::thread::sleep(std::time::Duration::from_secs(3));
    println!(
        "{:?}",
        server.execute(
            "test0",
            "create extension pgstattuple; select pending_pages from pgstatginindex('serialref.references_search')"
        )
    );
    for term in ["A7X", "B3Z", "QPD", "9TX", "A7X", "B3Z"] {
        f(term);
    }
    let d = server.execute("postgres", "show data_directory").unwrap()[0].clone();
    std::fs::copy(format!("{d}/../log"), "/tmp/try.log").unwrap();
}
