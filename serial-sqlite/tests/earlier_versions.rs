//! Files that earlier versions wrote are opened, and go on.

use std::{env, fs, path::Path};

use serial_core::{
    Clock, Error, ErrorKind, Filter, Format, GroupId, GroupLimits, Limit, NewBatch, NewGroup, NewReference, Order,
    Paging, Preset, Registry, RequestId, Scope, Selection, Timestamp,
};
use serial_sqlite::SqliteStore;

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
