//! A file that is damaged, foreign or cannot be used gives a clear error: never a panic, never endless work.

mod support;

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use rusqlite::Connection;
use serial_core::{
    ClaimId, Direction, Error, ErrorKind, EventId, Filter, GroupFilter, GroupId, NewBatch, NewClaim, NewField,
    Numbering, Paging, Registry, RequestId, Selection, State, StoreError, Timestamp, WarrantyPolicy, Within,
};
use serial_sqlite::SqliteStore;
use support::{
    Dice, check,
    child::{self, Plan, say},
    issue::{Call, groups},
};

#[test]
fn child() {
    child::play(&[
        ("use damaged files", use_damaged_files),
        #[cfg(unix)]
        ("open without permission", permissions::open_without_permission),
    ]);
}

/// A store with some of everything, closed.
fn sample(path: &Path) {
    let registry = support::registry(path);
    let groups = groups(&registry).unwrap();
    for step in 0..8 {
        let (group, count) = [(groups[0].0, 30), (groups[1].0, 0), (groups[2].0, 30), (groups[3].0, 0)][step % 4];
        Call { request: step as u128, group: group.0, count }.quietly(&registry).unwrap();
    }
    let some = registry.references(&Filter::group(groups[0].0), &Paging::of(7)).unwrap();
    let codes = some.items.iter().map(|reference| reference.code.to_string());
    registry.delete(&Selection::codes(codes)).unwrap().confirm().unwrap();
    let registry = registry.acting_as("Line 3");
    registry.add_field(groups[0].0, NewField::new("Colour").default("red")).unwrap();
    let claimed = registry.claim(groups[0].0, NewClaim::of(9).request_id(RequestId(50))).unwrap().references;
    registry.claim(groups[2].0, NewClaim::of(5).expires_at(Timestamp::from_micros(0))).unwrap();
    registry.transition(&Selection::references(&claimed[2..5]), State::Commissioned).unwrap();
    registry.set_attributes(&Selection::references(&claimed[..2]), &[("Colour", "blue")]).unwrap();
    registry.set_warranty(&Selection::references(&claimed[..1]), Some(WarrantyPolicy::months(24).unwrap())).unwrap();
}

fn error_of(path: &Path) -> StoreError {
    SqliteStore::open(path).map(drop).expect_err("the file cannot be used")
}

#[test]
fn a_folder_that_does_not_exist_is_unavailable() {
    let folder = support::folder();
    let error = error_of(&folder.path().join("nowhere").join("store.db"));
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    assert!(error.to_string().contains("folder"), "{error}");
    assert!(!folder.path().join("nowhere").exists());
}

#[test]
fn a_folder_in_place_of_the_file_is_unavailable() {
    let folder = support::folder();
    let error = error_of(folder.path());
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
}

#[test]
fn a_file_that_is_no_database_is_corrupt_and_left_as_it_is() {
    let folder = support::folder();
    let path = folder.path().join("notes.txt");
    let text = "code,group\n".repeat(1000);
    fs::write(&path, &text).unwrap();
    let error = error_of(&path);
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    assert!(error.to_string().contains("not an SQLite database"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    assert_eq!(names(folder.path()), ["notes.txt"]);
}

#[test]
fn the_database_of_another_program_is_refused_and_left_as_it_is() {
    for set_up in [
        "CREATE TABLE songs (title TEXT)",
        "PRAGMA application_id = 17",
        "PRAGMA user_version = 1",
        "PRAGMA journal_mode = WAL; CREATE TABLE songs (title TEXT)",
    ] {
        let folder = support::folder();
        let path = folder.path().join("music.db");
        Connection::open(&path).unwrap().execute_batch(set_up).unwrap();
        let before = fs::read(&path).unwrap();
        let error = error_of(&path);
        assert!(matches!(error, StoreError::Unavailable { .. }), "{set_up}: {error:?}");
        assert!(error.to_string().contains("another program"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), before, "{set_up}");
        assert_eq!(names(folder.path()), ["music.db"], "{set_up}");
    }
}

#[test]
fn a_store_of_a_newer_version_is_refused_by_its_number() {
    let folder = support::folder();
    let path = folder.path().join("store.db");
    sample(&path);
    let set = |version: i64| Connection::open(&path).unwrap().pragma_update(None, "user_version", version).unwrap();
    set(99);
    let error = error_of(&path);
    assert!(matches!(error, StoreError::SchemaTooNew { found: 99, known: 1.. }), "{error:?}");
    for impossible in [0, -1] {
        set(impossible);
        let error = error_of(&path);
        assert!(matches!(error, StoreError::Corrupt { .. }), "{impossible}: {error:?}");
    }
    set(2);
    check::check(&path, &[], "after its version was set back");
}

#[test]
fn an_empty_file_becomes_a_store() {
    let folder = support::folder();
    let path = folder.path().join("store.db");
    fs::write(&path, "").unwrap();
    sample(&path);
    check::check(&path, &[], "in a file that was empty");
}

#[test]
fn a_file_cut_off_anywhere_gives_errors_and_no_panic() {
    damage(support::runs(25, 400), "cut");
}

#[test]
fn a_file_with_changed_bytes_gives_errors_and_no_panic() {
    damage(support::runs(60, 4000), "flip");
}

#[test]
fn a_file_with_overwritten_runs_gives_errors_and_no_panic() {
    damage(support::runs(40, 2000), "fill");
}

#[test]
fn tables_with_impossible_values_give_errors_and_no_panic() {
    damage(support::runs(60, 600), "values");
}

/// Has a child use files that were damaged in one way, each in another place.
fn damage(files: u64, way: &str) {
    let folder = support::folder();
    sample(&folder.path().join("sound.db"));
    let child = Plan::of("use damaged files").path(folder.path()).set("FILES", files).set("WAY", way).start();
    let ended = child.wait();
    let said = &ended.said;
    let count = |what: &str| said.iter().filter(|line| line.starts_with(what)).count();
    eprintln!("{way}: {} refused, {} right, {} wrong", count("refused"), count("right"), count("wrong"));
    assert_eq!(count("panic"), 0, "{}", ended.complaints);
    ended.well();
}

fn use_damaged_files() {
    let folder = PathBuf::from(child::setting("PATH"));
    let way = child::setting("WAY");
    let sound = folder.join("sound.db");
    let truth = everything(&support::registry(&sound)).unwrap();
    for seed in 0..child::number("FILES") {
        let path = folder.join(format!("{seed}.db"));
        fs::copy(&sound, &path).unwrap();
        spoil(&path, &way, &mut Dice(seed));
        match catch_unwind(AssertUnwindSafe(|| use_all(&path, &truth))) {
            Ok(Ok(true)) => say(format_args!("right {seed}")),
            Ok(Ok(false)) => say(format_args!("wrong {seed}")),
            Ok(Err(error)) => {
                assert!(is_fitting(&error), "{seed}: {error:?}");
                say(format_args!("refused {seed} {error:?}"));
            }
            Err(panic) => {
                let words = panic.downcast_ref::<String>().cloned().unwrap_or_default();
                say(format_args!("panic {way} {seed} {words}"));
            }
        }
        for end in ["", "-wal", "-shm", "-turn"] {
            let _ = fs::remove_file(folder.join(format!("{seed}.db{end}")));
        }
    }
}

/// Whether an error says that the file is at fault.
fn is_fitting(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::StoreCorrupt
            | ErrorKind::StoreUnavailable
            | ErrorKind::SchemaTooNew
            | ErrorKind::StoreContract
            | ErrorKind::GroupNotFound
            | ErrorKind::BatchNotFound
            | ErrorKind::ReferenceNotFound
            | ErrorKind::ClaimNotFound
            | ErrorKind::FieldNotFound
            | ErrorKind::OutcomeUnknown
    )
}

fn spoil(path: &Path, way: &str, dice: &mut Dice) {
    if way == "values" {
        return spoil_values(path, dice);
    }
    let mut bytes = fs::read(path).unwrap();
    match way {
        "cut" => bytes.truncate(dice.index(bytes.len())),
        "flip" => {
            for _ in 0..=dice.below(12) {
                let at = dice.index(bytes.len());
                bytes[at] ^= 1 << dice.below(8);
            }
        }
        _ => {
            let at = dice.index(bytes.len());
            let end = (at + 1 + dice.index(600)).min(bytes.len());
            let with = [0, 0xFF, 0x7F, 0x80][dice.index(4)];
            bytes[at..end].fill(with);
        }
    }
    fs::write(path, bytes).unwrap();
}

/// Puts values into a table that the library never puts there.
fn spoil_values(path: &Path, dice: &mut Dice) {
    let connection = Connection::open(path).unwrap();
    let unguarded = "PRAGMA ignore_check_constraints = ON; DROP TRIGGER events_stay_as_they_are";
    connection.execute_batch(unguarded).unwrap();
    let numbers = ["-1", "0", "1", "9223372036854775807", "-9223372036854775808", "4294967296", "5"];
    let texts = ["''", "'x'", "'ä€'", "'{}'", "'null'", "'9999-99-99'", "char(0)"];
    let columns = [
        ("groups", "code_length", true),
        ("groups", "live", true),
        ("groups", "issued", true),
        ("groups", "next_index", true),
        ("groups", "batches", true),
        ("groups", "revision", true),
        ("groups", "kind", false),
        ("groups", "scope", false),
        ("groups", "format", false),
        ("groups", "limits", false),
        ("groups", "created_at", false),
        ("groups", "name", false),
        ("batches", "first_row", true),
        ("batches", "size", true),
        ("batches", "live", true),
        ("batches", "name", false),
        ("batches", "created_at", false),
        ("\"references\"", "batch_id", true),
        ("\"references\"", "code", false),
        ("\"references\"", "created_at", false),
        ("codes", "id", true),
        ("requests", "group_id", true),
        ("requests", "first_row", true),
        ("requests", "size", true),
        ("requests", "batch_id", true),
        ("gaps", "deleted", true),
        ("gaps", "block", true),
        ("groups", "available", true),
        ("groups", "void", true),
        ("groups", "events", true),
        ("groups", "claims", true),
        ("groups", "fields", false),
        ("groups", "warranty", false),
        ("batches", "available", true),
        ("\"references\"", "state_number", true),
        ("\"references\"", "claim_id", true),
        ("available_runs", "first_id", true),
        ("available_runs", "last_id", true),
        ("events", "kind", false),
        ("events", "id", true),
        ("events", "count", true),
        ("events", "new_value", false),
        ("events", "at", false),
        ("claims", "expires_at", false),
        ("claims", "size", true),
        ("claims", "holder", false),
        ("claim_rows", "first_row", true),
        ("claim_rows", "last_row", true),
        ("field_values", "id", true),
        ("warranties", "policy", false),
        ("requests", "kind", false),
        ("requests", "claim_id", true),
    ];
    for _ in 0..=dice.below(2) {
        let (table, column, is_number) = columns[dice.index(columns.len())];
        let value = if is_number { numbers[dice.index(7)] } else { texts[dice.index(7)] };
        // Some break a unique index, which is as good as nothing.
        let _ = connection.execute(&format!("UPDATE {table} SET {column} = {value}"), ());
    }
}

/// What can be read, as text.
fn everything(registry: &Registry) -> Result<String, Error> {
    let mut words = Vec::new();
    for group in registry.groups(&GroupFilter::all(), &Paging::of(50))?.items {
        words.push(format!("{group:?}"));
        if group.kind == serial_core::Kind::Batch {
            words.push(format!("{:?}", registry.batches(group.id, &Paging::of(100))?.items));
        }
        words.push(format!("{:?}", registry.events(group.id, EventId(0), 1000)?));
        words.push(format!("{:?}", registry.inventory(Within::Group(group.id))?));
        for state in State::ALL {
            let filter = Filter::group(group.id).in_state(state);
            words.push(format!("{:?}", registry.numbered_references(&filter, &Numbering::page(1).of(20))?));
        }
        words
            .push(format!("{:?}", registry.references(&Filter::group(group.id), &Paging::of(5).newest_first())?.items));
    }
    for reference in registry.each_reference(Filter::all(), Direction::OldestFirst) {
        let reference = reference?;
        words.push(format!("{reference:?} {:?}", registry.lookup_in(reference.group, &reference.code)?.row));
        words.push(format!("{:?}", registry.history_in(reference.group, &reference.code)?));
    }
    for number in [1, 3, 20] {
        let numbering = Numbering::page(number).of(5);
        words.push(format!("{:?}", registry.numbered_references(&Filter::all(), &numbering)?.items));
        words.push(format!("{:?}", registry.numbered_references(&Filter::group(GroupId(1)), &numbering)?.items));
    }
    words.push(format!("{}", registry.count(&Filter::all().containing("ABC"))?));
    words.push(format!("{:?}", registry.claimed(GroupId(1), ClaimId(1))?));
    let blue = Filter::group(GroupId(1)).having("Colour", "blue");
    words.push(format!("{:?}", registry.references(&blue, &Paging::of(10))?.items));
    words.push(format!("{:?}", registry.inventory(Within::Registry)?));
    Ok(words.join("\n"))
}

/// Reads and writes all over a file; says whether everything that was read was right.
fn use_all(path: &Path, truth: &str) -> Result<bool, Error> {
    let registry = {
        let store = SqliteStore::open(path)?;
        Registry::builder(store).limits(serial_core::Limits::unlimited()).build()
    };
    let read = everything(&registry);
    // Writing too, whatever reading came to; only a panic would be wrong.
    let mut trouble = Vec::new();
    for group in 1..=4 {
        for request in [group - 1, 100 + group] {
            let count = if group % 2 == 1 { 30 } else { 0 };
            trouble.extend(Call { request: request.into(), group, count }.quietly(&registry).err());
        }
        let acting = registry.acting_as("Line 3").because("test");
        trouble
            .extend(acting.claim(GroupId(group), NewClaim::of(2).request_id(RequestId(u128::from(group) + 49))).err());
        trouble.extend(acting.return_claim(GroupId(group), ClaimId(1)).err());
        let selection = Selection::matching(Filter::group(GroupId(group)).in_state(State::Available));
        trouble.extend(acting.transition(&selection, State::Void).err());
        trouble.extend(acting.set_warranty(&selection, None).err());
        trouble.extend(acting.set_attributes(&selection, &[("Colour", "green")]).err());
        let selection = Selection::matching(Filter::group(GroupId(group)));
        trouble.extend(registry.delete(&selection).and_then(|pending| pending.confirm()).err());
        trouble.extend(registry.create_batch(GroupId(group), NewBatch::of(2)).err());
        trouble.extend(registry.delete_group(GroupId(group)).and_then(|pending| pending.confirm()).err());
    }
    for error in &trouble {
        let fits = is_fitting(error)
            || matches!(
                error.kind(),
                ErrorKind::WrongKind
                    | ErrorKind::RequestMismatch
                    | ErrorKind::TooFewAvailable
                    | ErrorKind::ClaimNotFound
                    | ErrorKind::FieldNotFound
                    | ErrorKind::SelectionInvalid
                    | ErrorKind::TransitionRefused
            );
        assert!(fits || matches!(error.kind(), ErrorKind::SpaceExhausted | ErrorKind::LimitReached), "{error:?}");
    }
    Ok(read? == truth)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[cfg(unix)]
mod permissions {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn allow(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    pub(super) fn open_without_permission() {
        #[cfg(target_os = "linux")]
        if rustix::process::geteuid().is_root() {
            // Root may do everything; this thread is nobody from here on.
            rustix::thread::set_thread_uid(rustix::process::Uid::from_raw(65_534)).unwrap();
        }
        let error = error_of(Path::new(&child::setting("PATH")));
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
        let words = error.to_string();
        assert!(words.contains("permission") || words.contains("folder"), "{words}");
        say(words);
    }

    #[test]
    fn a_file_or_folder_without_permission_is_unavailable_and_left_as_it_is() {
        for (of_file, of_folder) in [(0o444, 0o555), (0o444, 0o777), (0o666, 0o555), (0o000, 0o777)] {
            let folder = support::folder();
            let path = folder.path().join("store.db");
            sample(&path);
            let _ = fs::remove_file(folder.path().join("store.db-turn"));
            let before = fs::read(&path).unwrap();
            allow(&path, of_file);
            allow(folder.path(), of_folder);
            Plan::of("open without permission").path(&path).start().wait().well();
            allow(folder.path(), 0o755);
            allow(&path, 0o644);
            assert_eq!(fs::read(&path).unwrap(), before);
            check::check(&path, &[], &format!("{of_file:o} in {of_folder:o}"));
        }
    }
}
