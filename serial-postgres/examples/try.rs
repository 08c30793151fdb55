//! x
use serial_core::*;
use serial_postgres::PostgresStore;
use throwaway_postgres::{Settings, ThrowawayPostgres};
use std::time::Instant;
fn main() {
    let p = [("shared_buffers","1GB"),("max_wal_size","4GB"),("work_mem",Box::leak(std::env::args().nth(3).unwrap().into_boxed_str()))].map(|(a,b)|(a.to_owned(),b.to_owned())).to_vec();
    let server = ThrowawayPostgres::start(&Settings{durable:true,parameters:p,..Default::default()}).unwrap();
    let url = server.create_database().unwrap();
    let n: u64 = std::env::args().nth(1).unwrap().parse().unwrap();
    let registry = Registry::builder(PostgresStore::open(&*url).unwrap()).limits(Limits::unlimited()).build();
    server.execute("test0", &std::env::args().nth(2).unwrap()).unwrap();
    let g = registry.create_group(NewGroup::batch("x")).unwrap();
    for _ in 0..n/100_000 { let t = Instant::now();
    for _ in 0..200 { registry.create_batch(g.id, NewBatch::of(500)).unwrap(); }
    print!("{:?} ", t.elapsed()/ 100_000); }
    println!();
    let f = |term: &str| { let t = Instant::now(); let r = registry.references(&Filter::group(g.id).containing(term), &Paging::of(50)).unwrap(); print!("{term} {} {:?}; ", r.items.len(), t.elapsed()); };
    f("ABC"); 
    std::thread::sleep(std::time::Duration::from_secs(4));
    for _ in 0..3 { for term in ["A7X","B3Z","QPD","9TX","A7XB3Z","B3ZQP"] { f(term); } println!(); }
    let size = server.execute("test0", "select pg_size_pretty(sum(pg_relation_size(indexrelid))) from pg_index where indexrelid::regclass::text like '%search%'").unwrap();
    println!("{size:?}");
}
