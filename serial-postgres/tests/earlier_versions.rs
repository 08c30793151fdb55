//! Tables that earlier versions made are opened, and go on.

mod support;

use std::{env, fs, path::Path, process::Command};

use serial_core::{
    BatchId, Cause, Change, Clock, Error, EventId, Filter, Format, GroupId, NewBatch, NewClaim, NewGroup, NewReference,
    Order, Paging, Preset, Registry, RequestId, RowId, Scope, Selection, StateCounts, Timestamp, WarrantyPolicy,
    Within,
};
use serial_postgres::PostgresStore;
use support::server;

const FIRST: RequestId = RequestId(0x0192_f3a4_5b6c_7d8e_9fa0_b1c2_d3e4_f506);

struct Standing;

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_795_432_738_123_456)
    }
}

fn registry(url: &str) -> Registry {
    Registry::builder(PostgresStore::open(url).unwrap()).clock(Standing).build()
}

fn numbers(prefix: &str, length: usize) -> Format {
    let format = Format::builder().preset(Preset::Digits).length(length).prefix(prefix).order(Order::sequential());
    format.build().unwrap()
}

/// Everything that the tables can hold, once at least. It made the dump of version 1 and shall make no other.
fn write(path: &Path) {
    let url = server().create_database().unwrap();
    let registry = registry(&url);
    let pumps = NewGroup::batch("Pumpe ÄX-100 🏭").description("Kreiselpumpe").format(numbers("AX-", 6));
    let pumps = registry.create_group(pumps).unwrap().id;
    registry.create_batch(pumps, NewBatch::of(3).name("Order 4711").request_id(FIRST)).unwrap();
    registry.create_batch(pumps, NewBatch::of(50)).unwrap();
    registry.delete(&Selection::codes(["AX-000002", "AX-000050"])).unwrap().confirm().unwrap();

    let tags = NewGroup::continuous("Service tags").format(numbers("ST-", 4)).scope(Scope::Group);
    let tags = registry.create_group(tags).unwrap().id;
    registry.create_reference_with(tags, &NewReference::new().request_id(RequestId(1))).unwrap();
    registry.create_reference(tags).unwrap();

    let gone = registry.create_group(NewGroup::batch("Gone").format(numbers("G", 3))).unwrap().id;
    registry.create_batch(gone, NewBatch::of(5).name("Last")).unwrap();
    registry.delete_group(gone).unwrap().confirm().unwrap();
    drop(registry);

    let dump = Command::new("pg_dump").args(["--inserts", "--no-owner", "--schema=serialref", &url]).output().unwrap();
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    // Lines for psql alone, and settings that only some servers know.
    let text = String::from_utf8(dump.stdout).unwrap();
    let kept = text.lines().filter(|line| !line.starts_with('\\') && !line.starts_with("SET ") && !line.is_empty());
    let kept = kept.filter(|line| !line.starts_with("--"));
    fs::write(path, kept.collect::<Vec<_>>().join("\n") + "\n").unwrap();
}

/// Everything that is live is available, and of what happened there is what can be seen of it.
fn has_a_life(registry: &Registry) -> Result<(), Error> {
    let pumps = registry.find_group("Pumpe ÄX-100 🏭")?.expect("the group is there");
    assert_eq!((pumps.counts, pumps.events), (StateCounts::all_available(51), 3));
    assert!(pumps.fields.is_empty() && pumps.warranty == WarrantyPolicy::none() && pumps.low_stock.is_none());
    assert_eq!((pumps.public_name.as_str(), pumps.public_description.as_str()), ("", ""));
    let everything = registry.inventory(Within::Registry)?;
    assert_eq!((everything.counts, everything.next), (StateCounts::all_available(53), None));
    for (batch, live, next) in [(1, 2, "AX-000001"), (2, 49, "AX-000004")] {
        let inventory = registry.inventory(Within::Batch(pumps.id, BatchId(batch)))?;
        assert_eq!(inventory.counts, StateCounts::all_available(live));
        assert_eq!(inventory.next.expect("one is available").code.as_str(), next);
    }
    let issued =
        |row, count, batch: Option<u64>| Change::Issued { first_row: RowId(row), count, batch: batch.map(BatchId) };
    for (group, expected) in [
        (1, [Change::GroupCreated, issued(1, 3, Some(1)), issued(4, 50, Some(2))].to_vec()),
        (2, [Change::GroupCreated, issued(1, 1, None), issued(2, 1, None)].to_vec()),
        (3, [Change::GroupCreated, issued(1, 5, Some(1))].to_vec()),
    ] {
        let events = registry.events(GroupId(group), EventId(0), 100)?;
        assert!((1..).zip(&events).all(|(id, event)| event.id == EventId(id) && event.at == Standing.now()));
        assert!(events.iter().all(|event| event.cause == *Cause::NONE));
        assert_eq!(events.into_iter().map(|event| event.change).collect::<Vec<_>>(), expected);
    }
    // What was deleted cuts the stock into pieces; all of it can be claimed, and nothing else.
    let claim = registry.claim(pumps.id, NewClaim::of(51).holder("Line 3"))?;
    let rows: Vec<u64> = claim.references.iter().map(|reference| reference.row.0).collect();
    assert!(rows.iter().copied().eq((1..=53).filter(|row| ![2, 50].contains(row))), "{rows:?}");
    assert!(matches!(
        registry.claim(pumps.id, NewClaim::of(1).holder("Line 3")),
        Err(Error::TooFewAvailable { available: 0, .. })
    ));
    assert_eq!(registry.return_claim(pumps.id, claim.id)?, 51);
    assert_eq!(registry.history("AX-000002")?.len(), 1, "nobody wrote down when it was deleted");
    Ok(())
}

#[test]
fn tables_of_version_1_are_opened_whole_and_go_on() -> Result<(), Error> {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/version-1.sql");
    if env::var_os("SERIALREF_WRITE_VERSION_1").is_some() {
        assert!(!kept.exists(), "what a published version wrote is never written anew");
        write(&kept);
    }
    let url = server().create_database().unwrap();
    let database = url.rsplit('/').next().unwrap();
    server().execute(database, "CREATE EXTENSION IF NOT EXISTS pg_trgm").unwrap();
    server().execute(database, &fs::read_to_string(kept).unwrap()).unwrap();
    let registry = registry(&url);
    has_a_life(&registry)?;
    // Programs of that version that are still at work issue and delete nothing any more.
    for change in ["live = live + 5, issued = issued + 5", "live = live - 1"] {
        let change = format!("UPDATE serialref.groups SET {change} WHERE group_id = 1");
        assert!(server().execute(database, &change).is_err(), "{change}");
    }

    let pumps = registry.find_group("Pumpe ÄX-100 🏭")?.expect("the group is there");
    assert_eq!((pumps.id, pumps.live, pumps.issued, pumps.next_index), (GroupId(1), 51, 53, 53));
    assert_eq!((pumps.description.as_str(), &pumps.format), ("Kreiselpumpe", &numbers("AX-", 6)));
    assert_eq!(pumps.created_at, Standing.now());
    let batches = registry.batches(pumps.id, &Paging::of(10))?.items;
    let shown: Vec<_> = batches.iter().map(|batch| (batch.name.as_str(), batch.size, batch.live)).collect();
    assert_eq!(shown, [("Order 4711", 3, 2), ("2026-11-23 11:18:58", 50, 49)]);
    assert_eq!(registry.lookup("AX-000001")?.created_at, Standing.now());
    assert_eq!(registry.count(&Filter::all().containing("00005"))?, 4, "all but 000050");
    assert_eq!(registry.count(&Filter::all())?, 53);

    // Requests give their first answers, also of what was deleted.
    let first = registry.create_batch(pumps.id, NewBatch::of(3).name("Order 4711").request_id(FIRST))?;
    assert!(first.repeated);
    assert_eq!(first.codes.iter().collect::<Vec<_>>(), ["AX-000001", "AX-000002", "AX-000003"]);

    // Counting goes on where it ended, and names of deleted groups are free.
    let next = registry.create_batch(pumps.id, NewBatch::of(2))?;
    assert_eq!(next.codes.iter().collect::<Vec<_>>(), ["AX-000054", "AX-000055"]);
    let tags = registry.find_group("Service tags")?.expect("the group is there");
    assert_eq!(registry.create_reference(tags.id)?.code.as_str(), "ST-0003");
    assert_eq!(registry.create_group(NewGroup::batch("Gone"))?.id, GroupId(4));
    Ok(())
}
