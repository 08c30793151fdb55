//! Snapshots lose nothing, and damaged ones are refused.

mod support;

use std::sync::Arc;

use serde_json::{Value, json};
use serial_core::{
    Filter, Format, GroupLimits, Limit, Limits, MemoryStore, NewBatch, NewGroup, NewReference, Order, Paging, Preset,
    Registry, RequestId, RestoreError, Scope, Selection, Snapshot,
};
use support::{Seeded, Standing, digits, kind_of};

fn over(store: Arc<MemoryStore>) -> Registry {
    Registry::builder(store).limits(Limits::unlimited()).clock(Standing).entropy(Seeded::with(5)).build()
}

/// A bit of everything.
fn filled() -> Arc<MemoryStore> {
    let store = Arc::new(MemoryStore::new());
    let registry = over(Arc::clone(&store));
    let limits = GroupLimits { max_live: Some(Limit::AtMost(9_000)), ..GroupLimits::default() };
    let pumps = registry.create_group(NewGroup::batch("Pumpe 🏭").description("d\"\n").limits(limits)).unwrap();
    let batch = registry.create_batch(pumps.id, NewBatch::of(5_000).request_id(RequestId(1))).unwrap();
    registry.create_batch(pumps.id, NewBatch::of(3).name("Order 2")).unwrap();
    registry.delete(&Selection::codes(batch.codes.iter().step_by(7))).unwrap().confirm().unwrap();
    let tags = NewGroup::continuous("tags").format(digits(8, Order::sequential())).scope(Scope::Group);
    let tags = registry.create_group(tags).unwrap();
    for number in 0..20 {
        let new = NewReference::new().request_id(RequestId(100 + number));
        registry.create_reference_with(tags.id, &new).unwrap();
    }
    let line = registry.create_group(NewGroup::continuous("line")).unwrap();
    for _ in 0..4_100 {
        registry.create_reference(line.id).unwrap();
    }
    let all = Format::builder().preset(Preset::Printable).length(9).prefix("\"\\").build().unwrap();
    let gone = registry.create_group(NewGroup::batch("gone").format(all)).unwrap();
    registry.create_batch(gone.id, NewBatch::of(2)).unwrap();
    registry.delete_group(gone.id).unwrap().confirm().unwrap();
    registry.rename_group(tags.id, "service tags").unwrap();
    store
}

#[test]
fn a_restored_store_holds_everything() {
    let store = filled();
    let written = serde_json::to_string(&store.snapshot()).unwrap();
    let restored = Arc::new(MemoryStore::restore(serde_json::from_str(&written).unwrap()).unwrap());
    assert_eq!(restored.snapshot(), store.snapshot());

    let (before, after) = (over(store), over(restored));
    let listed = |registry: &Registry| registry.references(&Filter::all(), &Paging::of(10_000)).unwrap().items;
    assert_eq!(listed(&after), listed(&before));
    let groups =
        |registry: &Registry| registry.groups(&serial_core::GroupFilter::all(), &Paging::of(10)).unwrap().items;
    assert_eq!(groups(&after), groups(&before));
    let (pumps, tags) = (&groups(&after)[0], &groups(&after)[1]);

    let repeated = after.create_batch(pumps.id, NewBatch::of(5_000).request_id(RequestId(1))).unwrap();
    assert!(repeated.repeated);
    assert_eq!(after.create_reference(tags.id).unwrap().code.as_str(), "00000021");
    assert_eq!(kind_of(after.create_group(NewGroup::batch("Pumpe 🏭"))), "NameTaken");
    after.create_group(NewGroup::batch("gone")).unwrap();
    let deleted = repeated.codes.get(0).unwrap();
    assert_eq!(kind_of(after.lookup(deleted)), "ReferenceNotFound");
}

#[test]
fn codes_that_were_deleted_before_a_snapshot_are_not_issued_after_it() {
    let store = Arc::new(MemoryStore::new());
    let registry = over(Arc::clone(&store));
    let group = registry.create_group(NewGroup::batch("g").format(digits(2, Order::Random))).unwrap();
    registry.create_batch(group.id, NewBatch::of(90)).unwrap();
    registry.delete(&Selection::matching(Filter::all())).unwrap().confirm().unwrap();
    let restored = over(Arc::new(MemoryStore::restore(store.snapshot()).unwrap()));
    assert_eq!(restored.create_batch(group.id, NewBatch::of(10)).unwrap().codes.len(), 10);
    assert_eq!(kind_of(restored.create_batch(group.id, NewBatch::of(1))), "SpaceExhausted");
}

#[test]
fn a_snapshot_of_the_first_version_is_read() {
    let written = include_str!("data/snapshot-1.json");
    let store = MemoryStore::restore(serde_json::from_str(written).unwrap()).unwrap();
    assert_eq!(serde_json::to_value(store.snapshot()).unwrap(), serde_json::from_str::<Value>(written).unwrap());
}

#[test]
fn a_damaged_snapshot_is_refused() {
    let store = Arc::new(MemoryStore::new());
    let registry = over(Arc::clone(&store));
    let many = registry.create_group(NewGroup::batch("many").format(digits(3, Order::Random))).unwrap();
    registry.create_batch(many.id, NewBatch::of(3).request_id(RequestId(1))).unwrap();
    let one = registry.create_group(NewGroup::continuous("one").format(digits(4, Order::Random))).unwrap();
    registry.create_reference(one.id).unwrap();
    let whole = serde_json::to_value(store.snapshot()).unwrap();
    let restore = |value: Value| -> Result<MemoryStore, String> {
        let snapshot: Snapshot = serde_json::from_value(value).map_err(|error| error.to_string())?;
        MemoryStore::restore(snapshot).map_err(|error| error.to_string())
    };
    restore(whole.clone()).unwrap();

    let codes = whole["groups"][0]["codes"].as_str().unwrap().to_owned();
    let twice = format!("{}{}{}", &codes[..3], &codes[..3], &codes[6..]);
    let damages = [
        ("/version", json!(2)),
        ("/groups/0/group/id", json!(2)),
        ("/groups/1/group/name", json!("many")),
        ("/groups/0/group/name", json!("")),
        ("/groups/0/group/live", json!(2)),
        ("/groups/0/group/issued", json!(4)),
        ("/groups/0/codes", json!(twice)),
        ("/groups/0/codes", json!(codes[1..])),
        ("/groups/0/codes", json!(codes[3..])),
        ("/groups/0/codes", json!("")),
        ("/groups/0/codes", json!("ABCDEFGHI")),
        ("/groups/0/codes", json!("ääää1")),
        ("/groups/0/batches/0/size", json!(2)),
        ("/groups/0/batches/0/size", json!(u64::MAX)),
        ("/groups/0/batches/0/size", json!(0)),
        ("/groups/0/batches", json!([])),
        ("/groups/0/times", json!([1, 2, 3])),
        ("/groups/1/times", json!([])),
        ("/groups/1/times", json!([1, 2])),
        ("/groups/0/dead", json!([[0, 1]])),
        ("/groups/0/dead", json!([[3, 4]])),
        ("/groups/0/dead", json!([[3, 2]])),
        ("/groups/0/dead", json!([[1, u64::MAX]])),
        ("/groups/0/dead", json!([[2, 2], [2, 2]])),
        ("/groups/0/group/revision", json!(0)),
        ("/groups/0/group/revision", json!(u64::MAX)),
        ("/requests/0/count", json!(2)),
        ("/requests/0/first_row", json!(2)),
        ("/requests/0/group", json!(3)),
        ("/requests/0/group", json!(0)),
        ("/requests/0/first_row", json!(0)),
        ("/requests/0/count", json!(0)),
        ("/requests/0/count", json!(4)),
        ("/requests/0/count", json!(u64::MAX)),
        ("/requests/0/id", json!("zz")),
    ];
    for (place, value) in damages {
        let mut broken = whole.clone();
        *broken.pointer_mut(place).unwrap() = value.clone();
        assert!(restore(broken).is_err(), "{place} = {value}");
    }
    let mut doubled = whole.clone();
    let request = doubled["requests"][0].clone();
    doubled["requests"].as_array_mut().unwrap().push(request);
    assert!(restore(doubled).unwrap_err().contains("request id"));
}

#[test]
fn a_snapshot_of_a_later_version_says_so() {
    let later: Snapshot = serde_json::from_value(json!({ "version": 2, "groups": [], "requests": [] })).unwrap();
    let error = MemoryStore::restore(later).unwrap_err();
    assert_eq!(error, RestoreError::UnknownVersion { found: 2, known: 1 });
}
