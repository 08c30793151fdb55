//! The warranty in an export is what the registry says of each reference, however many there are.

mod support;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, atomic::AtomicI64, atomic::Ordering},
};

use serial_core::{
    Clock, ExportFormat, Filter, Group, GroupId, Limits, NewBatch, NewClaim, NewGroup, Registry, RowId, Selection,
    State, Timestamp, Transition, WarrantyPolicy, WarrantyStart,
};
use support::{NOW, Seeded, Wrapped};

/// Goes on by a day at every question.
#[derive(Clone, Default)]
struct Days(Arc<AtomicI64>);

const DAY: i64 = 86_400_000_000;

impl Clock for Days {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(NOW.as_micros() + self.0.fetch_add(DAY, Ordering::Relaxed))
    }
}

/// A registry, its clock, and how often events were read.
fn counted() -> (Registry, Days, Arc<Mutex<u64>>) {
    let reads = Arc::new(Mutex::new(0));
    let store = Wrapped {
        told: Box::new({
            let reads = Arc::clone(&reads);
            move |call| *reads.lock().unwrap() += u64::from(call == "events")
        }),
        ..Wrapped::default()
    };
    let days = Days::default();
    let registry =
        Registry::builder(store).limits(Limits::unlimited()).clock(days.clone()).entropy(Seeded::with(7)).build();
    (registry.because("test"), days, reads)
}

/// Sees that an export says of each reference what [`Registry::warranty`] says at its moment.
fn agrees(registry: &Registry, days: &Days, selection: &Selection) -> usize {
    let now = Timestamp::from_micros(NOW.as_micros() + days.0.load(Ordering::Relaxed));
    let mut file = Vec::new();
    registry.export(selection, ExportFormat::JsonLines, &mut file).unwrap();
    let file = String::from_utf8(file).unwrap();
    for line in file.lines() {
        let row: HashMap<String, serde_json::Value> = serde_json::from_str(line).unwrap();
        let expected = registry.warranty(row["code"].as_str().unwrap(), now).unwrap();
        let moment = |moment: Option<Timestamp>| serde_json::json!(moment.map(|moment| moment.to_string()));
        assert_eq!(row["warranty"], expected.status.name(), "{line}");
        assert_eq!(row["warranty_start"], moment(expected.start), "{line}");
        assert_eq!(row["warranty_end"], moment(expected.end), "{line}");
    }
    file.lines().count()
}

fn rows(group: GroupId, rows: impl IntoIterator<Item = u64>) -> Selection {
    Selection::Rows(rows.into_iter().map(|row| (group, RowId(row))).collect())
}

/// Brings rows into every state there is, in turns, by all ways.
fn lead_lives(registry: &Registry, group: &Group, first: u64, last: u64) {
    let every = |step: u64| rows(group.id, (first..=last).filter(|row| row % 10 >= step));
    let only = |step: u64| rows(group.id, (first..=last).filter(|row| row % 10 == step));
    registry.transition(&only(0), State::Encoded).unwrap();
    registry.transition(&only(1), State::Void).unwrap();
    registry.transition(&every(3), State::Commissioned).unwrap();
    registry.transition(&every(5), State::Released).unwrap();
    registry.transition(&every(7), State::Decommissioned).unwrap();
    registry.transition(&every(8), Transition::recommission()).unwrap();
    registry.transition(&every(9), State::Destroyed).unwrap();
}

#[test]
fn every_state_and_policy_gives_the_warranty_of_the_registry() {
    let (registry, days, _) = counted();
    let months = WarrantyPolicy::months(1).unwrap();
    let dated = |day: i64| WarrantyStart::At(Timestamp::from_micros(NOW.as_micros() + day * DAY));
    let policies = [
        WarrantyPolicy::none(),
        months,
        WarrantyPolicy::days(8).unwrap(),
        WarrantyPolicy::days(2).unwrap(),
        months.from(WarrantyStart::Released),
        months.from(dated(3)),
        WarrantyPolicy::days(5).unwrap().from(dated(1)),
        months.from(dated(10_000)),
    ];
    for (number, policy) in policies.into_iter().enumerate() {
        let new = NewGroup::batch(format!("{number}")).warranty(policy);
        let group = registry.create_group(new).unwrap();
        registry.create_batch(group.id, NewBatch::of(60)).unwrap();
        lead_lives(&registry, &group, 1, 50);
        registry.claim(group.id, NewClaim::of(3).holder("x")).unwrap();
        for (row, own) in (0..).zip(policies).map(|(number, own)| (number * 7 + 1, own)) {
            registry.set_warranty(&rows(group.id, [row]), Some(own)).unwrap();
        }
        assert_eq!(agrees(&registry, &days, &Selection::matching(Filter::group(group.id))), 60);
    }
    assert_eq!(agrees(&registry, &days, &Selection::matching(Filter::all())), 480);
}

#[test]
fn the_events_of_a_group_are_gone_through_once_where_many_references_were_commissioned() {
    let (registry, days, reads) = counted();
    let new = NewGroup::continuous("g").warranty(WarrantyPolicy::months(1).unwrap());
    let group = registry.create_group(new).unwrap();
    for _ in 0..3000 {
        registry.create_reference(group.id).unwrap();
    }
    lead_lives(&registry, &group, 1, 3000);
    *reads.lock().unwrap() = 0;
    let all = Selection::matching(Filter::group(group.id));
    registry.export(&all, ExportFormat::Csv, std::io::sink()).unwrap();
    let pages = registry.group(group.id).unwrap().events.div_ceil(10_000);
    let read = *reads.lock().unwrap();
    assert!(read <= pages * 257, "{read} reads, {pages} pages");
    assert_eq!(agrees(&registry, &days, &all), 3000);

    *reads.lock().unwrap() = 0;
    let few = rows(group.id, [8, 18, 28]);
    registry.export(&few, ExportFormat::Csv, std::io::sink()).unwrap();
    assert_eq!(*reads.lock().unwrap(), 3);
}

#[test]
fn more_references_than_are_looked_at_together_have_their_warranties() {
    const WINDOW: u64 = 1 << 20;
    let (registry, days, _) = counted();
    let new = NewGroup::batch("g").warranty(WarrantyPolicy::months(1).unwrap());
    let group = registry.create_group(new).unwrap();
    for size in [1000, WINDOW - 2000, 1000, 2000] {
        registry.create_batch(group.id, NewBatch::of(size)).unwrap();
    }
    lead_lives(&registry, &group, 1, 2000);
    lead_lives(&registry, &group, WINDOW - 2000, WINDOW + 2000);
    let moved = rows(group.id, (1..=2000).chain(WINDOW - 2000..=WINDOW + 2000));
    // Two windows, each with more histories than are read one by one.
    registry.export(&moved, ExportFormat::Csv, std::io::sink()).unwrap();
    assert_eq!(agrees(&registry, &days, &moved), 6001);
}
