//! Files that earlier versions wrote are opened, and go on.

mod support;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use serial_core::{
    BatchId, Change, Clock, Direction, Error, ErrorKind, EventQuery, Filter, Format, GroupId, GroupLimits, Limit,
    NewBatch, NewClaim, NewField, NewGroup, NewReference, Order, Paging, Preset, Registry, RequestId, RowId, Scope,
    Selection, Start, State, StateCounts, Store, Timestamp, WarrantyPolicy, Within,
};
use serial_sqlite::SqliteStore;
use support::{
    check,
    child::{self, Plan},
};

const FIRST: RequestId = RequestId(0x0192_f3a4_5b6c_7d8e_9fa0_b1c2_d3e4_f506);
const DELETED: RequestId = RequestId(7);

struct Standing;

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_795_432_738_123_456)
    }
}

fn registry(path: &Path) -> Registry {
    Registry::builder(SqliteStore::open(path).unwrap()).clock(Standing).build()
}

fn numbers(prefix: &str, length: usize) -> Format {
    let format = Format::builder().preset(Preset::Digits).length(length).prefix(prefix).order(Order::sequential());
    format.build().unwrap()
}

/// Everything that the tables can hold, once at least. It made the file of version 1 and shall make no other.
fn write(path: &Path) {
    let registry = registry(path);
    let limits = GroupLimits {
        max_live: Some(Limit::AtMost(25_000)),
        max_batch: Some(Limit::Unlimited),
        ..GroupLimits::default()
    };
    let pumps = NewGroup::batch("Pumpe ÄX-100 🏭").description("Kreiselpumpe").format(numbers("AX-", 6)).limits(limits);
    let pumps = registry.create_group(pumps).unwrap().id;
    registry.create_batch(pumps, NewBatch::of(3).name("Order 4711").request_id(FIRST)).unwrap();
    // Enough for the search index to have a part of its own.
    registry.create_batch(pumps, NewBatch::of(10_000)).unwrap();
    registry.delete(&Selection::codes(["AX-000002", "AX-005000"])).unwrap().confirm().unwrap();

    let tags = NewGroup::continuous("Service tags").format(numbers("ST-", 4)).scope(Scope::Group);
    let tags = registry.create_group(tags).unwrap().id;
    registry.create_reference_with(tags, &NewReference::new().request_id(RequestId(1))).unwrap();
    registry.create_reference(tags).unwrap();

    let gone = registry.create_group(NewGroup::batch("Gone").format(numbers("G", 3))).unwrap().id;
    registry.create_batch(gone, NewBatch::of(5).name("Last").request_id(DELETED)).unwrap();
    registry.delete_group(gone).unwrap().confirm().unwrap();
}

#[test]
fn a_file_of_version_1_is_opened_whole_and_goes_on() -> Result<(), Error> {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/version-1.db");
    if env::var_os("SERIALREF_WRITE_VERSION_1").is_some() {
        assert!(!kept.exists(), "what a published version wrote is never written anew");
        write(&kept);
        fs::remove_file(kept.with_file_name("version-1.db-turn")).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    fs::copy(kept, &path).unwrap();
    SqliteStore::open(&path)?.check_integrity()?;
    let registry = registry(&path);

    let pumps = registry.find_group("Pumpe ÄX-100 🏭")?.expect("the group is there");
    assert_eq!((pumps.id, pumps.live, pumps.issued, pumps.next_index), (GroupId(1), 10_001, 10_003, 10_003));
    assert_eq!((pumps.description.as_str(), &pumps.format), ("Kreiselpumpe", &numbers("AX-", 6)));
    assert_eq!((pumps.limits.max_live, pumps.limits.max_batch), (Some(Limit::AtMost(25_000)), Some(Limit::Unlimited)));
    assert_eq!(pumps.created_at, Standing.now());
    let batches = registry.batches(pumps.id, &Paging::of(10))?.items;
    let shown: Vec<_> = batches.iter().map(|batch| (batch.name.as_str(), batch.size, batch.live)).collect();
    assert_eq!(shown, [("Order 4711", 3, 2), ("2026-11-23 11:18:58", 10_000, 9_999)]);

    let found = registry.lookup("AX-000001")?;
    assert_eq!((found.row.0, found.batch, found.created_at), (1, Some(batches[0].id), Standing.now()));
    assert_eq!(registry.lookup("AX-000002").unwrap_err().kind(), ErrorKind::ReferenceNotFound);
    assert_eq!(registry.count(&Filter::all().containing("0050"))?, 110, "all but 005000");
    assert_eq!(registry.count(&Filter::all())?, 10_003);

    // Requests give their first answers, also of what was deleted.
    let first = registry.create_batch(pumps.id, NewBatch::of(3).name("Order 4711").request_id(FIRST))?;
    assert!(first.repeated);
    assert_eq!(first.codes.iter().collect::<Vec<_>>(), ["AX-000001", "AX-000002", "AX-000003"]);

    // Counting goes on where it ended, and names of deleted groups are free.
    let next = registry.create_batch(pumps.id, NewBatch::of(2))?;
    assert_eq!(next.codes.iter().collect::<Vec<_>>(), ["AX-010004", "AX-010005"]);
    assert_eq!(next.first_row.0, 10_004);
    let tags = registry.find_group("Service tags")?.expect("the group is there");
    assert_eq!(registry.create_reference(tags.id)?.code.as_str(), "ST-0003");
    assert_eq!(registry.create_group(NewGroup::batch("Gone"))?.id, GroupId(4));
    drop(registry);
    SqliteStore::open(&path)?.check_integrity()?;
    Ok(())
}

/// A copy of the file of version 1.
fn version_1(folder: &Path) -> PathBuf {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/version-1.db");
    let path = folder.join("store.db");
    fs::copy(kept, &path).unwrap();
    path
}

/// What happened to a group, or to one of its references, oldest first; all at the time of the file.
fn events(store: &SqliteStore, group: u64, row: Option<u64>) -> Vec<(u64, Change)> {
    let query = EventQuery {
        group: GroupId(group),
        row: row.map(RowId),
        direction: Direction::OldestFirst,
        start: Start::Skip(0),
        size: 100,
        counted: true,
    };
    let found = store.events(&query).unwrap().done().unwrap();
    assert_eq!(found.total, Some(found.items.len() as u64));
    assert!(found.items.iter().all(|event| event.at == Standing.now() && event.cause.is_none()));
    found.items.into_iter().map(|event| (event.id.0, event.change)).collect()
}

#[test]
fn references_of_version_1_are_available_and_their_issue_is_an_event() -> Result<(), Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = version_1(folder.path());
    let store = SqliteStore::open(&path)?;
    store.check_integrity()?;
    let group = |id| store.group(GroupId(id));
    let pumps = group(1)?.unwrap();
    assert_eq!((pumps.counts, pumps.events), (StateCounts::all_available(10_001), 3));
    assert!(pumps.fields.is_empty() && pumps.public_name.is_empty() && pumps.public_description.is_empty());
    assert_eq!((pumps.warranty, pumps.low_stock), (WarrantyPolicy::none(), None));
    for (batch, live, next) in [(1, 2, 1), (2, 9_999, 4)] {
        let inventory = store.inventory(Within::Batch(GroupId(1), BatchId(batch)))?.done().unwrap();
        assert_eq!(inventory.counts, StateCounts::all_available(live));
        assert_eq!(inventory.next.unwrap().row, RowId(next));
    }
    let all = store.inventory(Within::Registry)?.done().unwrap();
    assert_eq!(all.counts, StateCounts::all_available(10_003));

    let issued = |first_row, count, batch: Option<u64>| Change::Issued {
        first_row: RowId(first_row),
        count,
        batch: batch.map(BatchId),
    };
    let of_pumps = [(1, Change::GroupCreated), (2, issued(1, 3, Some(1))), (3, issued(4, 10_000, Some(2)))];
    assert_eq!(events(&store, 1, None), of_pumps);
    assert_eq!(events(&store, 1, Some(9_000)), of_pumps[2..]);
    let of_tags = [(1, Change::GroupCreated), (2, issued(1, 1, None)), (3, issued(2, 1, None))];
    assert_eq!(events(&store, 2, None), of_tags);
    assert_eq!(events(&store, 2, Some(2)), of_tags[2..]);
    // Deletions of that time have no event.
    assert_eq!(events(&store, 3, None), [(1, Change::GroupCreated), (2, issued(1, 5, Some(1)))]);
    let gone = store.deleted(None, "AX-000002")?;
    assert_eq!((gone.len(), gone[0].row, gone[0].state), (1, RowId(2), State::Available));
    assert_eq!(store.deleted(None, "G001")?.len(), 1);
    drop(store);

    // And what version 1 could not do can be done with them.
    let registry = registry(&path).acting_as("Line 3");
    let pumps = registry.find_group("Pumpe ÄX-100 🏭")?.unwrap().id;
    let claim = registry.claim(pumps, NewClaim::of(3))?;
    assert_eq!(claim.references.iter().map(|held| held.row.0).collect::<Vec<_>>(), [1, 3, 4]);
    registry.transition(&Selection::references(&claim.references), State::Commissioned)?;
    registry.add_field(pumps, NewField::new("Colour").default("red"))?;
    assert_eq!(registry.count(&Filter::group(pumps).having("Colour", "red"))?, 10_001);
    assert_eq!(registry.count(&Filter::group(pumps).in_state(State::Available))?, 9_998);
    drop(registry);
    SqliteStore::open(&path)?.check_integrity()?;
    Ok(())
}

#[test]
fn several_that_open_a_file_of_version_1_at_once_all_find_it_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let path = version_1(folder.path());
    for child in child::together((0..4).map(|_| Plan::of("open").path(&path))) {
        child.wait().well();
    }
    check::check(&path, &[], "after four opened it");
    SqliteStore::open(&path).unwrap().check_integrity().unwrap();
}

#[test]
fn child() {
    child::play(&[("open", || {
        child::ready();
        let registry = support::registry(Path::new(&child::setting("PATH")));
        let tags = registry.find_group("Service tags").unwrap().unwrap();
        registry.create_reference(tags.id).unwrap();
    })]);
}
