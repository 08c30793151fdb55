//! Looking after a store.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use rusqlite::Connection;
use serial_core::{
    Error, ErrorKind, Filter, GroupId, Limits, NewBatch, NewGroup, Paging, Registry, Selection, StoreError,
};
use serial_sqlite::SqliteStore;
use tempfile::TempDir;

fn registry(folder: &TempDir) -> (Registry, Arc<SqliteStore>, GroupId) {
    let store = Arc::new(SqliteStore::open(folder.path().join("store.db")).unwrap());
    let registry = Registry::builder(Arc::clone(&store)).limits(Limits::unlimited()).build();
    let group = registry.create_group(NewGroup::batch("Pump")).unwrap().id;
    (registry, store, group)
}

#[test]
fn a_backup_taken_while_others_issue_is_a_whole_store_of_one_moment() {
    let folder = tempfile::tempdir().unwrap();
    let (registry, store, group) = registry(&folder);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Acquire) {
                registry.create_batch(group, NewBatch::of(50)).unwrap();
            }
        });
        for number in 0..10 {
            let path = folder.path().join(format!("backup-{number}.db"));
            store.backup_to(&path).unwrap();
            let copy = SqliteStore::open(&path).unwrap();
            copy.check_integrity().unwrap();
            assert_eq!(Registry::new(copy).group(group).unwrap().live % 50, 0);
        }
        done.store(true, Ordering::Release);
    });
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("unfinished")), "{left:?}");
}

#[test]
fn a_backup_replaces_nothing_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (_, store, _) = registry(&folder);
    let path = folder.path().join("important.txt");
    fs::write(&path, "important").unwrap();
    assert!(matches!(store.backup_to(&path), Err(StoreError::Unavailable { .. })));
    assert_eq!(fs::read_to_string(&path).unwrap(), "important");
    assert!(matches!(store.backup_to(folder.path().join("no/such/folder.db")), Err(StoreError::Unavailable { .. })));
}

#[test]
fn a_store_in_memory_can_be_backed_up_too() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SqliteStore::in_memory().unwrap());
    Registry::new(Arc::clone(&store)).create_group(NewGroup::batch("Pump")).unwrap();
    store.backup_to(folder.path().join("copy.db")).unwrap();
    let copy = Registry::new(SqliteStore::open(folder.path().join("copy.db")).unwrap());
    assert!(copy.find_group("Pump").unwrap().is_some());
}

#[test]
fn a_check_finds_each_kind_of_contradiction() {
    for damage in [
        "UPDATE groups SET live = live - 1",
        "UPDATE groups SET issued = issued + 1",
        "UPDATE batches SET live = live - 1",
        "UPDATE \"references\" SET code = 'X' WHERE row_id = 3",
        "DELETE FROM codes WHERE id % 7 = 3",
        "INSERT INTO codes VALUES ('X', 0, 1)",
        "DELETE FROM gaps",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (registry, store, group) = registry(&folder);
        registry.create_batch(group, NewBatch::of(50)).unwrap();
        let some = registry.references(&Filter::group(group), &Paging::of(5)).unwrap();
        let codes = some.items.iter().map(|reference| reference.code.as_str());
        registry.delete(&Selection::codes(codes)).unwrap().confirm().unwrap();
        store.check_integrity().unwrap();
        drop((registry, store));

        Connection::open(folder.path().join("store.db")).unwrap().execute_batch(damage).unwrap();
        let store = SqliteStore::open(folder.path().join("store.db")).unwrap();
        assert!(matches!(store.check_integrity(), Err(StoreError::Corrupt { .. })), "{damage}");
    }
}

#[test]
fn a_query_only_reads() {
    let folder = tempfile::tempdir().unwrap();
    let (_, store, _) = registry(&folder);
    for sql in [
        "",
        ";",
        "SELEKT 1",
        "SELECT 1; SELECT 2",
        "DELETE FROM groups",
        "UPDATE groups SET live = 7 RETURNING live",
        "CREATE TABLE x (y)",
        "PRAGMA user_version = 9",
        "PRAGMA journal_mode = DELETE",
        "BEGIN",
        "COMMIT",
        "ATTACH 'x.db' AS x",
        "VACUUM",
    ] {
        assert!(matches!(store.query(sql), Err(StoreError::Unavailable { .. })), "{sql}");
    }
    assert_eq!(
        store.query("SELECT name, NULL, 1.5, x'00ff' FROM groups").unwrap().rows,
        [[Some("Pump".to_owned()), None, Some("1.5".into()), Some("00ff".into())]]
    );
    store.check_integrity().unwrap();
}

#[test]
fn a_registry_tells_trouble_with_a_file_by_its_kind() {
    let folder = tempfile::tempdir().unwrap();
    let open = |name: &str| SqliteStore::open(folder.path().join(name)).map_err(Error::from).unwrap_err().kind();
    fs::write(folder.path().join("text.db"), "not a database, and longer than a hundred bytes. ".repeat(10)).unwrap();
    assert_eq!(open("text.db"), ErrorKind::StoreCorrupt);
    Connection::open(folder.path().join("other.db")).unwrap().execute_batch("CREATE TABLE groups (x)").unwrap();
    assert_eq!(open("other.db"), ErrorKind::StoreUnavailable);
    let other = fs::read(folder.path().join("other.db")).unwrap();
    drop(SqliteStore::open(folder.path().join("newer.db")).unwrap());
    Connection::open(folder.path().join("newer.db")).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert_eq!(open("newer.db"), ErrorKind::SchemaTooNew);
    assert_eq!(fs::read(folder.path().join("other.db")).unwrap(), other, "what is not ours is not touched");
}
