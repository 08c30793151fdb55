//! Snapshots lose nothing, and damaged ones are refused.

mod support;

use std::sync::Arc;

use serde_json::{Value, json};
use serial_core::{
    Change, EventId, Filter, Format, GroupId, GroupLimits, Limit, Limits, MemoryStore, NewBatch, NewClaim, NewField,
    NewGroup, NewReference, Order, Paging, Preset, Registry, RequestId, RestoreError, Scope, Selection, Snapshot,
    State, StateCounts, Timestamp, Transition, WarrantyPolicy, Within,
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
    live_a_little(&registry.acting_as("Anna"), pumps.id, line.id);
    store
}

/// Claims, states, attributes and warranties.
fn live_a_little(anna: &Registry, pumps: GroupId, line: GroupId) {
    anna.add_field(line, NewField::new("Farbe").default("rot").public()).unwrap();
    let part = |rows: std::ops::Range<usize>| {
        let listed = anna.references(&Filter::group(line), &Paging::of(10_000)).unwrap().items;
        Selection::references(&listed[rows])
    };
    anna.set_attributes(&part(4_000..4_100), &[("Farbe", "blau \u{1f3ed}")]).unwrap();
    anna.set_warranty(&part(4_090..4_098), Some(WarrantyPolicy::months(3).unwrap())).unwrap();
    let claim =
        anna.claim(pumps, NewClaim::of(700).expires_at(Timestamp::from_micros(250_000_000_000_000_000))).unwrap();
    let request = Transition::to(State::Encoded).request_id(RequestId(7));
    anna.transition(&Selection::references(&claim.references[..300]), request).unwrap();
    anna.return_claim(pumps, claim.id).unwrap();
    anna.claim(pumps, NewClaim::of(10).holder("Linie 3").request_id(RequestId(8))).unwrap();
    anna.transition(&part(0..50), State::Commissioned).unwrap();
    anna.because("scratched").transition(&part(50..53), State::Void).unwrap();
    anna.delete(&part(52..60)).unwrap().confirm().unwrap();
    anna.create_reference(line).unwrap();
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

    for group in [pumps, tags] {
        let events = |registry: &Registry| registry.events(group.id, EventId(0), 10_000).unwrap();
        assert_eq!(events(&after)[..events(&before).len()], events(&before));
        let within = Within::Group(group.id);
        assert_eq!(after.inventory(within).unwrap().counts, after.group(group.id).unwrap().counts);
    }
    let again = NewClaim::of(10).holder("Linie 3").request_id(RequestId(8));
    assert!(after.claim(pumps.id, again).unwrap().repeated);
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
    let store = Arc::new(MemoryStore::restore(serde_json::from_str(written).unwrap()).unwrap());
    let read = serde_json::to_value(store.snapshot()).unwrap();
    let mut expected: Value = serde_json::from_str(written).unwrap();
    expected["version"] = json!(2);
    assert_contains(&read, &expected, "");

    let registry = over(store);
    for group in registry.groups(&serial_core::GroupFilter::all(), &Paging::of(100)).unwrap().items {
        assert_eq!(group.counts, StateCounts::all_available(group.live), "{}", group.name);
        let events = registry.events(group.id, EventId(0), 10_000).unwrap();
        assert_eq!((events[0].at, &events[0].change), (group.created_at, &Change::GroupCreated));
        let issued = events[1..].iter().map(|event| match event.change {
            Change::Issued { count, .. } => count,
            ref other => panic!("{other:?}"),
        });
        assert_eq!(issued.sum::<u64>(), group.issued, "{}", group.name);
        assert_eq!(group.events, events.len() as u64);
    }
}

#[test]
fn a_snapshot_of_the_second_version_is_read() {
    let written = include_str!("data/snapshot-2.json");
    let store = MemoryStore::restore(serde_json::from_str(written).unwrap()).unwrap();
    assert_eq!(serde_json::to_value(store.snapshot()).unwrap(), serde_json::from_str::<Value>(written).unwrap());
}

/// Everything of `expected` is in `read`, which may have more fields.
fn assert_contains(read: &Value, expected: &Value, place: &str) {
    match (read, expected) {
        (Value::Object(read), Value::Object(expected)) => {
            for (name, value) in expected {
                assert_contains(&read[name], value, &format!("{place}/{name}"));
            }
        }
        (Value::Array(read), Value::Array(expected)) => {
            assert_eq!(read.len(), expected.len(), "{place}");
            for (position, (read, expected)) in read.iter().zip(expected).enumerate() {
                assert_contains(read, expected, &format!("{place}/{position}"));
            }
        }
        _ => assert_eq!(read, expected, "{place}"),
    }
}

#[test]
fn a_damaged_snapshot_is_refused() {
    let store = Arc::new(MemoryStore::new());
    let registry = over(Arc::clone(&store));
    let many = registry.create_group(NewGroup::batch("many").format(digits(3, Order::Random))).unwrap();
    registry.create_batch(many.id, NewBatch::of(3).request_id(RequestId(1))).unwrap();
    let one = registry.create_group(NewGroup::continuous("one").format(digits(4, Order::Random))).unwrap();
    let one_code = registry.create_reference(one.id).unwrap();
    let field = registry.add_field(one.id, NewField::new("f")).unwrap();
    assert_eq!(field.fields.len(), 1);
    registry.set_attributes(&Selection::references([&one_code]), &[("f", "v")]).unwrap();
    registry.set_warranty(&Selection::references([&one_code]), Some(WarrantyPolicy::none())).unwrap();
    registry.claim(many.id, NewClaim::of(2).holder("h").request_id(RequestId(2))).unwrap();
    let whole = serde_json::to_value(store.snapshot()).unwrap();
    let restore = |value: Value| -> Result<MemoryStore, String> {
        let snapshot: Snapshot = serde_json::from_value(value).map_err(|error| error.to_string())?;
        MemoryStore::restore(snapshot).map_err(|error| error.to_string())
    };
    restore(whole.clone()).unwrap();

    let codes = whole["groups"][0]["codes"].as_str().unwrap().to_owned();
    let twice = format!("{}{}{}", &codes[..3], &codes[..3], &codes[6..]);
    let damages = [
        ("/version", json!(3)),
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
        ("/groups/0/group/events", json!(2)),
        ("/groups/0/group/counts", json!([3, 0, 0, 0, 0, 0, 0, 0])),
        ("/groups/0/life/states", json!([])),
        ("/groups/0/life/states", json!([[1, 4, "allocated"]])),
        ("/groups/0/life/states", json!([[2, 1, "allocated"]])),
        ("/groups/0/life/states", json!([[1, 2, "allocated"], [2, 2, "void"]])),
        ("/groups/0/life/states/0/2", json!("lost")),
        ("/groups/0/life/states", json!([[1, 2, "allocated"], [3, 3, "available"]])),
        ("/groups/0/life/claims/0/rows", json!([[2, 2], [1, 1]])),
        ("/groups/1/life/values/0/1", json!(2)),
        ("/groups/0/life/held", json!([[1, 3, 1]])),
        ("/groups/0/life/held", json!([[1, 2, 2]])),
        ("/groups/0/life/held", json!([[1, 2, 0]])),
        ("/groups/0/life/held", json!([[1, 2, 1], [1, 1, 1]])),
        ("/groups/0/life/held", json!([[1, u64::MAX, 1]])),
        ("/groups/0/life/claims", json!([])),
        ("/groups/0/life/claims/0/rows", json!([[1, 4]])),
        ("/groups/0/life/claims/0/rows", json!([[0, 1]])),
        ("/groups/0/life/runs", json!([])),
        ("/groups/0/life/runs/0/count", json!(2)),
        ("/groups/0/life/runs/0/count", json!(u32::MAX)),
        ("/groups/0/life/changes", json!([])),
        ("/groups/0/life/changes/1/change/moved/row", json!(4)),
        ("/groups/1/life/values/0/0", json!(2)),
        ("/groups/1/life/warranties/0/0", json!(0)),
        ("/groups/1/life/warranties/0/1", json!("1 weeks")),
        ("/claim_requests/0/claim", json!(2)),
        ("/claim_requests/0/claim", json!(0)),
        ("/claim_requests/0/group", json!(9)),
        ("/claim_requests/0/id", json!("00000000-0000-0000-0000-000000000001")),
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
    let later: Snapshot = serde_json::from_value(json!({ "version": 3, "groups": [], "requests": [] })).unwrap();
    let error = MemoryStore::restore(later).unwrap_err();
    assert_eq!(error, RestoreError::UnknownVersion { found: 3, known: 2 });
}
