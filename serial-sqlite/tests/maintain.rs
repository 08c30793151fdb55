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
    Error, ErrorKind, Filter, GroupId, Limits, NewBatch, NewClaim, NewField, NewGroup, Paging, Registry, RequestId,
    RowId, Selection, State, StoreError,
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
        "UPDATE \"references\" SET batch_id = 9 WHERE row_id = 50",
        "UPDATE batches SET first_row = 2, size = 49",
        "UPDATE requests SET first_row = 2",
        "INSERT INTO gaps VALUES (1, 7, 3)",
        "DELETE FROM codes WHERE id % 7 = 3",
        "INSERT INTO codes VALUES ('X', 0, 1)",
        "DELETE FROM gaps",
        "UPDATE groups SET available = available - 1, void = void + 1",
        "UPDATE batches SET available = available - 1, void = void + 1",
        "UPDATE \"references\" SET state_number = 4 WHERE row_id = 40",
        "UPDATE \"references\" SET claim_id = NULL, state_number = 1 WHERE row_id = 11",
        "UPDATE \"references\" SET claim_id = 2 WHERE row_id = 11",
        "UPDATE \"references\" SET claim_id = 1 WHERE row_id = 40",
        "UPDATE available_runs SET last_id = last_id - 1",
        "UPDATE available_runs SET first_id = first_id - 1",
        "INSERT INTO available_runs SELECT last_id, last_id FROM available_runs",
        "DELETE FROM available_runs",
        "DROP TRIGGER events_stay; DELETE FROM events WHERE event_id = 4",
        "DROP TRIGGER events_stay; DELETE FROM events WHERE event_id = (SELECT max(event_id) FROM events)",
        "DROP TRIGGER events_stay_as_they_are; UPDATE events SET event_id = event_id + 1000 WHERE event_id > 5",
        "DROP TRIGGER events_stay_as_they_are; UPDATE events SET new_value = 'void' WHERE kind = 'moved'",
        "DROP TRIGGER events_stay_as_they_are; UPDATE events SET count = 49 WHERE kind = 'issued'",
        "INSERT INTO events (group_id, event_id, at, kind) VALUES (7, 1, '', 'group created')",
        "UPDATE groups SET claims = 2",
        "UPDATE claim_rows SET last_row = last_row - 1",
        "UPDATE claims SET is_over = 1",
        "DELETE FROM claims",
        "INSERT INTO field_values (id, field_id, value) VALUES (3, 1, '')",
        "INSERT INTO warranties (id, policy) VALUES (3, 'none')",
        "UPDATE requests SET claim_id = 2 WHERE kind = 'claim'",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (registry, store, group) = registry(&folder);
        registry.create_batch(group, NewBatch::of(50).request_id(RequestId(1))).unwrap();
        let some = registry.references(&Filter::group(group), &Paging::of(5)).unwrap();
        let codes = some.items.iter().map(|reference| reference.code.as_str());
        registry.delete(&Selection::codes(codes)).unwrap().confirm().unwrap();
        let claim = NewClaim::of(10).holder("Line 3").request_id(RequestId(2));
        assert_eq!(registry.claim(group, claim).unwrap().references[0].row, RowId(6));
        store.check_integrity().unwrap();
        drop((registry, store));

        let connection = Connection::open(folder.path().join("store.db")).unwrap();
        connection.execute_batch("PRAGMA ignore_check_constraints = ON").unwrap();
        connection.execute_batch(damage).unwrap();
        drop(connection);
        let store = SqliteStore::open(folder.path().join("store.db")).unwrap();
        assert!(matches!(store.check_integrity(), Err(StoreError::Corrupt { .. })), "{damage}");
    }
}

#[test]
fn the_queries_of_the_guide_run_and_find_what_they_say() {
    let guide = include_str!("../../docs/sqlite.md");
    let queries: Vec<&str> = guide.split("```sql\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(queries.len(), 4);
    let folder = tempfile::tempdir().unwrap();
    let (registry, store, group) = registry(&folder);
    let batch = registry.create_batch(group, NewBatch::of(50).name("Order 4711")).unwrap();
    let code = batch.codes.get(7).unwrap();
    registry.delete(&Selection::codes([code])).unwrap().confirm().unwrap();

    let days = store.query(&queries[0].replace("2026-11-01", "2000-01-01")).unwrap().rows;
    let day = batch.created_at.date_time()[..10].to_owned();
    assert_eq!(days, [[Some("Pump".to_owned()), Some(day), Some("50".into()), Some("49".into())]]);
    let found = store.query(&queries[1].replace("AX-7Q2M4K9PX3TC", code)).unwrap().rows;
    let shown: Vec<_> = found[0].iter().map(|value| value.as_deref().unwrap()).collect();
    let time = batch.created_at.to_string();
    assert_eq!(shown, ["Pump", "Order 4711", "8", time.as_str(), "1"]);

    let acting = registry.acting_as("Line 3").because("test");
    let claim = acting.claim(group, NewClaim::of(9)).unwrap();
    acting.transition(&Selection::references(&claim.references[..2]), State::Void).unwrap();
    let held = store.query(queries[2]).unwrap().rows;
    let shown: Vec<_> = held[0].iter().map(|value| value.as_deref().unwrap_or("-")).collect();
    assert_eq!((held.len(), shown), (1, vec!["Pump", "Line 3", "1", "-", "7"]));
    for (row, kinds) in
        [(0, vec!["issued", "moved", "moved"]), (1, vec!["issued", "moved", "moved"]), (20, vec!["issued"])]
    {
        let code = batch.codes.get(row).unwrap();
        let life = store.query(&queries[3].replace("AX-7Q2M4K9PX3TC", code)).unwrap().rows;
        assert!(life.iter().map(|event| event[1].as_deref().unwrap()).eq(kinds), "{life:?}");
    }

    registry.add_field(group, NewField::new("Colour").default("red")).unwrap();
    acting.set_attributes(&Selection::references(&claim.references[..2]), &[("Colour", "blue")]).unwrap();
    let sql = "SELECT field, value, count(*) FROM live_attributes GROUP BY 1, 2 ORDER BY 2";
    let colours = store.query(sql).unwrap().rows;
    let shown: Vec<Vec<_>> = colours.iter().map(|row| row.iter().flatten().collect()).collect();
    assert_eq!(shown, [["Colour", "blue", "2"], ["Colour", "red", "47"]]);
    let sql = "SELECT state, holder, count(*) FROM live_references GROUP BY 1, 2 ORDER BY 1";
    assert_eq!(store.query(sql).unwrap().rows.len(), 3);
}

#[test]
fn nobody_changes_or_removes_an_event() {
    let folder = tempfile::tempdir().unwrap();
    drop(registry(&folder));
    let other = Connection::open(folder.path().join("store.db")).unwrap();
    for sql in ["UPDATE events SET actor = 'nobody'", "DELETE FROM events"] {
        assert!(other.execute_batch(sql).unwrap_err().to_string().contains("events are never"), "{sql}");
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
        "PRAGMA case_sensitive_like = 1",
        "PRAGMA hard_heap_limit = 100000",
        "EXPLAIN PRAGMA case_sensitive_like = 1",
        "SELECT * FROM pragma_user_version",
        "REINDEX",
        "ANALYZE",
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

#[cfg(unix)]
#[test]
fn a_side_file_that_cannot_be_used_keeps_nobody_from_writing() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("store.db-turn")).unwrap();
    let (registry, _, group) = registry(&folder);
    registry.create_batch(group, NewBatch::of(5)).unwrap();
}

#[test]
fn a_store_whose_tables_a_newer_program_has_changed_meanwhile_writes_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let (registry, _, group) = registry(&folder);
    registry.create_batch(group, NewBatch::of(5)).unwrap();
    Connection::open(folder.path().join("store.db")).unwrap().pragma_update(None, "user_version", 4).unwrap();
    let error = registry.create_batch(group, NewBatch::of(5)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SchemaTooNew);
    assert_eq!(registry.group(group).unwrap().live, 5);
}

#[cfg(unix)]
#[test]
fn a_file_with_two_names_is_refused_because_each_would_have_a_log_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let (registry, _, group) = registry(&folder);
    fs::hard_link(folder.path().join("store.db"), folder.path().join("other.db")).unwrap();
    assert_eq!(registry.create_batch(group, NewBatch::of(5)).unwrap_err().kind(), ErrorKind::StoreUnavailable);
    let error = SqliteStore::open(folder.path().join("other.db")).unwrap_err();
    assert!(error.to_string().contains("hard links"), "{error}");
    fs::remove_file(folder.path().join("other.db")).unwrap();
    registry.create_batch(group, NewBatch::of(5)).unwrap();
}

#[cfg(unix)]
#[test]
fn what_lies_beside_a_store_can_be_read_by_those_who_can_read_the_store() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let store = SqliteStore::open(&path).unwrap();
    store.backup_to(folder.path().join("backup.db")).unwrap();
    for entry in fs::read_dir(folder.path()).unwrap().flatten() {
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", entry.path().display());
    }
}

#[test]
fn a_path_is_taken_as_it_is_and_only_a_store_that_exists_is_opened_where_one_must() {
    let folder = tempfile::tempdir().unwrap();
    // To SQLite this would be a URL with a parameter.
    let path = folder.path().join("file:x?mode=memory");
    assert!(SqliteStore::options().must_exist().open(&path).is_err());
    assert!(!path.exists());
    fs::write(&path, "").unwrap();
    let error = SqliteStore::options().must_exist().open(&path).unwrap_err();
    assert!(error.to_string().contains("no store at the path"), "{error}");
    drop(SqliteStore::open(&path).unwrap());
    drop(SqliteStore::options().must_exist().patience(std::time::Duration::MAX).open(&path).unwrap());
    assert!(path.exists());
    for path in ["", "/", "no/such/folder/x.db"] {
        assert!(matches!(SqliteStore::open(path), Err(StoreError::Unavailable { .. })), "{path:?}");
    }
    assert!(SqliteStore::open(":memory:").is_ok());
}
