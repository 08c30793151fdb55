//! A host that uses the same SQLite for files of its own.

use std::time::Duration;

use rusqlite::Connection;
use serial_core::{NewGroup, Registry};
use serial_sqlite::SqliteStore;

#[test]
fn a_transaction_that_a_host_has_under_way_survives_the_opening_of_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let open = || {
        let host = Connection::open(folder.path().join("host.db")).unwrap();
        host.busy_timeout(Duration::ZERO).unwrap();
        host
    };
    let host = open();
    host.execute_batch("CREATE TABLE orders (number TEXT); BEGIN IMMEDIATE; INSERT INTO orders VALUES ('4711')")
        .unwrap();

    let registry = Registry::new(SqliteStore::open(folder.path().join("store.db")).unwrap());
    registry.create_group(NewGroup::batch("Pump")).unwrap();

    host.execute_batch("COMMIT").unwrap();
    open().execute_batch("INSERT INTO orders VALUES ('4712')").unwrap();
    host.execute_batch("INSERT INTO orders VALUES ('4713')").unwrap();
    let count: i64 = open().query_row("SELECT count(*) FROM orders", (), |row| row.get(0)).unwrap();
    assert_eq!(count, 3);
}
