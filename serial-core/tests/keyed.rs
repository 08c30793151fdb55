//! Groups of Keyed order: every code once, decodable, and the key shown to nobody.

mod support;

use std::{collections::HashSet, sync::Arc};

use serial_core::{
    CodeSequence, Entropy, EntropyError, Format, Group, GroupKeys, Key, Kind, Limits, MemoryStore, NewBatch, NewGroup,
    NewReference, Order, Preset, Registry, RequestId, Scope, Selection, Setting,
};
use support::{Seeded, Standing, digits, kind_of};

fn open() -> Registry {
    over(Arc::new(MemoryStore::new()))
}

fn over(store: Arc<MemoryStore>) -> Registry {
    Registry::builder(store).limits(Limits::unlimited()).clock(Standing).entropy(Seeded::with(5)).build()
}

/// The bytes from `first` on, each one more than the last.
fn key(first: u8) -> Key {
    let bytes: Vec<u8> = (first..=first + 31).collect();
    Key::from_bytes(bytes.try_into().unwrap()).unwrap()
}

struct Broken;

impl Entropy for Broken {
    fn fill(&self, _: &mut [u8]) -> Result<(), EntropyError> {
        Err(EntropyError::new("no device"))
    }
}

fn keyed(registry: &Registry, name: &str, length: usize) -> Group {
    registry.create_group(NewGroup::batch(name).format(digits(length, Order::Keyed))).unwrap()
}

#[test]
fn a_group_of_four_digits_issues_all_ten_thousand_codes_once() {
    let registry = open();
    let group = keyed(&registry, "g", 4);
    let mut seen = HashSet::new();
    for size in [1, 499, 4_500, 4_999, 1] {
        let batch = registry.create_batch(group.id, NewBatch::of(size)).unwrap();
        assert!(batch.codes.iter().all(|code| seen.insert(code.to_owned())));
    }
    assert_eq!(seen.len(), 10_000);
    assert_eq!(kind_of(registry.create_batch(group.id, NewBatch::of(1))), "SpaceExhausted");
    for (counter, code) in ["0000", "9999", "4711"].iter().filter_map(|code| {
        let decoded = registry.decode(group.id, code).unwrap();
        assert!(decoded.may_be_issued);
        Some((decoded.counter?, *code))
    }) {
        let sequence = CodeSequence::of_group(&registry.group(group.id).unwrap()).unwrap();
        assert_eq!(sequence.code(counter).unwrap().as_str(), code);
        assert_eq!(registry.lookup(code).unwrap().row.0, counter + 1);
    }
}

#[test]
fn one_character_and_two_symbols_are_enough_for_a_keyed_group() {
    for (symbols, length, space) in [("01", 1, 2), ("01", 2, 4), ("abc", 1, 3), ("0123456789", 1, 10)] {
        let registry = open();
        let format = Format::builder().symbols(symbols).length(length).order(Order::Keyed).build().unwrap();
        assert!(!format.is_unguessable());
        let group = registry.create_group(NewGroup::batch("g").format(format)).unwrap();
        let codes = registry.create_batch(group.id, NewBatch::of(space)).unwrap().codes;
        assert_eq!(codes.iter().collect::<HashSet<_>>().len() as u64, space);
        assert_eq!(kind_of(registry.create_batch(group.id, NewBatch::of(1))), "SpaceExhausted");
    }
}

#[test]
fn a_key_that_is_given_makes_the_same_codes_everywhere() {
    let format =
        Format::builder().preset(Preset::Unambiguous31).length(12).prefix("AX-").suffix("!").order(Order::Keyed);
    let format = format.build().unwrap();
    let made = |key: Key| {
        let registry = open();
        let group = NewGroup::batch("g").format(format.clone()).key(key);
        let group = registry.create_group(group).unwrap();
        registry.create_batch(group.id, NewBatch::of(40)).unwrap().codes
    };
    assert_eq!(made(key(1)), made(key(1)));
    assert_eq!(made(key(1)), CodeSequence::keyed(&format, &key(1)).unwrap().codes(0, 40).unwrap());
    let others: HashSet<String> = made(key(2)).iter().map(str::to_owned).collect();
    assert!(made(key(1)).iter().all(|code| !others.contains(code)));
}

#[test]
fn drawn_keys_differ_from_group_to_group() {
    let registry = open();
    let (one, other) = (keyed(&registry, "one", 20), keyed(&registry, "other", 20));
    assert_ne!(one.keys, other.keys);
    let registry = Registry::builder(MemoryStore::new()).entropy(Broken).build();
    let group = || NewGroup::batch("g").format(digits(9, Order::Keyed));
    assert_eq!(kind_of(registry.create_group(group())), "EntropyUnavailable");
    assert!(registry.create_group(group().key(key(1))).is_ok());
}

#[test]
fn a_key_is_shown_nowhere_by_accident() {
    let store = Arc::new(MemoryStore::new());
    let registry = over(Arc::clone(&store));
    let group = registry.create_group(NewGroup::batch("g").format(digits(12, Order::Keyed)).key(key(0xA1))).unwrap();
    let batch = registry.create_batch(group.id, NewBatch::of(3)).unwrap();
    let group = registry.group(group.id).unwrap();
    let hexadecimal = key(0xA1).expose_text();
    let mut exported = Vec::new();
    registry
        .export(&Selection::matching(serial_core::Filter::all()), serial_core::ExportFormat::JsonLines, &mut exported)
        .unwrap();
    let shown = [
        format!("{group:?} {:?} {:?} {:?}", group.keys, key(0xA1), CodeSequence::of_group(&group)),
        format!("{:?}", NewGroup::batch("g").key(key(0xA1))),
        format!("{:?}", store.snapshot()),
        serde_json::to_string(&group).unwrap(),
        serde_json::to_string(&group.format).unwrap(),
        serde_json::to_string(&registry.public_view(batch.codes.get(0).unwrap()).unwrap()).unwrap(),
        String::from_utf8(exported).unwrap(),
        format!("{:?}", registry.events(group.id, serial_core::EventId(0), 10).unwrap()),
    ];
    for text in shown {
        let lower = text.to_lowercase();
        assert!(!lower.contains(&hexadecimal[..8]), "{text}");
        // The bytes as a list of numbers.
        assert!(!lower.contains("161, 162, 163") && !lower.contains("161,162,163"), "{text}");
    }
}

#[test]
fn a_group_from_a_serialized_form_has_no_key_and_says_so() {
    let registry = open();
    let group = keyed(&registry, "g", 12);
    let code = registry.create_batch(group.id, NewBatch::of(1)).unwrap().codes.get(0).unwrap().to_owned();
    let read: Group = serde_json::from_str(&serde_json::to_string(&group).unwrap()).unwrap();
    assert!(read.keys.is_empty());
    assert_eq!(kind_of(read.decode(&code)), "KeyInvalid");
}

#[test]
fn keys_belong_to_keyed_groups_alone() {
    let registry = open();
    for order in [Order::Random, Order::sequential()] {
        let new = NewGroup::batch("g").format(digits(9, order)).key(key(1));
        assert_eq!(kind_of(registry.create_group(new)), "KeyInvalid");
    }
    let random = registry.create_group(NewGroup::batch("random")).unwrap();
    let counted = registry.create_group(NewGroup::batch("counted").format(digits(9, Order::sequential()))).unwrap();
    assert_eq!(kind_of(registry.decode(random.id, "X")), "NoCounter");
    assert_eq!(kind_of(registry.advance_counter(random.id, 5)), "NoCounter");
    assert_eq!(kind_of(registry.change_key(random.id, None)), "KeyInvalid");
    assert_eq!(kind_of(registry.change_key(counted.id, None)), "KeyInvalid");
    assert_eq!(registry.group(counted.id).unwrap(), counted);
}

#[test]
fn texts_that_are_no_code_are_not_decoded() {
    let registry = open();
    let group = keyed(&registry, "g", 12);
    for text in ["", "12345678901", "1234567890123", "12345678901x", "１２３４５６７８９０１２"] {
        assert_eq!(kind_of(registry.decode(group.id, text)), "CodeInvalid", "{text}");
        assert_eq!(kind_of(group.decode(text)), "CodeInvalid", "{text}");
    }
    let decoded = registry.decode(group.id, "123456789012").unwrap();
    assert_eq!(registry.decode(group.id, " 1234-5678-9ol2 ").unwrap(), decoded);
    assert!(decoded.counter.is_some() && !decoded.may_be_issued);
}

#[test]
fn codes_that_other_groups_have_are_passed_over() {
    let registry = open();
    let (one, other) = (keyed(&registry, "one", 3), keyed(&registry, "other", 3));
    let mut seen = HashSet::new();
    for _ in 0..25 {
        for group in [&one, &other] {
            let batch = registry.create_batch(group.id, NewBatch::of(20)).unwrap();
            assert!(batch.codes.iter().all(|code| seen.insert(code.to_owned())));
        }
    }
    assert_eq!(seen.len(), 1000);
    for group in [&one, &other] {
        assert_eq!(kind_of(registry.create_batch(group.id, NewBatch::of(1))), "SpaceExhausted");
    }
    // A group that is unique within itself has them all again.
    let own = NewGroup::batch("own").format(digits(3, Order::Keyed)).scope(Scope::Group);
    let own = registry.create_group(own).unwrap();
    assert_eq!(registry.create_batch(own.id, NewBatch::of(1000)).unwrap().codes.len(), 1000);
}

#[test]
fn deleted_codes_are_not_issued_again_and_requests_are_repeated() {
    let registry = open();
    let new = NewGroup::continuous("g").format(digits(2, Order::Keyed));
    let group = registry.create_group(new).unwrap();
    let mut seen = HashSet::new();
    for number in 0..100 {
        let new = NewReference::new().request_id(RequestId(number + 1));
        let first = registry.create_reference_with(group.id, &new).unwrap();
        assert!(seen.insert(first.reference.code.clone()));
        registry.delete(&Selection::codes([first.reference.code.as_str()])).unwrap().confirm().unwrap();
        let again = registry.create_reference_with(group.id, &new).unwrap();
        assert!(again.repeated && again.reference.code == first.reference.code);
    }
    assert_eq!(kind_of(registry.create_reference(group.id)), "SpaceExhausted");
}

#[test]
fn a_new_key_reaches_every_code_that_is_left_and_old_ones_are_still_decoded() {
    let registry = open();
    let group = keyed(&registry, "g", 2);
    let first = registry.create_batch(group.id, NewBatch::of(40)).unwrap().codes;
    let changed = registry.change_key(group.id, Some(key(9))).unwrap();
    assert_eq!((changed.keys.len(), changed.keys.current()), (2, Some(&key(9))));
    let second = registry.create_batch(group.id, NewBatch::of(30)).unwrap().codes;
    registry.change_key(group.id, None).unwrap();
    let third = registry.create_batch(group.id, NewBatch::of(30)).unwrap().codes;
    let all: HashSet<&str> = first.iter().chain(second.iter()).chain(third.iter()).collect();
    assert_eq!(all.len(), 100);
    assert_eq!(kind_of(registry.create_batch(group.id, NewBatch::of(1))), "SpaceExhausted");
    for (counter, code) in (0..).zip(first.iter()) {
        assert_eq!(registry.decode(group.id, code).unwrap().counter, Some(counter));
    }
    for code in second.iter().chain(third.iter()) {
        assert!(registry.decode(group.id, code).unwrap().may_be_issued);
    }
    let events = registry.events(group.id, serial_core::EventId(0), 100).unwrap();
    let told = events.iter().filter_map(|event| match &event.change {
        serial_core::Change::GroupChanged { setting: Setting::Key, from, to } => Some((from.clone(), to.clone())),
        _ => None,
    });
    let told: Vec<_> = told.collect();
    assert_eq!((told.len(), told[0].1.as_str()), (2, key(9).check_value().as_str()));
    assert_eq!(told[0].1, told[1].0);
}

#[test]
fn codes_of_a_changed_key_are_counted_from_0_without_the_group_and_from_the_change_with_it() {
    let registry = open();
    let group = keyed(&registry, "g", 3);
    let first = registry.create_batch(group.id, NewBatch::of(40)).unwrap().codes;
    let changed = registry.change_key(group.id, Some(key(9))).unwrap();
    let second = registry.create_batch(group.id, NewBatch::of(200)).unwrap().codes;

    let (alone, with_group) = (
        CodeSequence::keyed(&changed.format, &key(9)).unwrap(),
        CodeSequence::of_group(&registry.group(group.id).unwrap()).unwrap(),
    );
    assert_eq!((changed.next_index, alone.capacity(), with_group.capacity()), (40, 1000, 1040));
    assert_eq!((alone.code(0), alone.codes(0, 1000)), (with_group.code(40), with_group.codes(40, 1000)));
    assert_eq!(with_group.codes(0, 40).unwrap(), first);
    for code in second.iter() {
        let counter = with_group.counter(code).unwrap();
        assert_eq!(registry.decode(group.id, code).unwrap().counter, counter);
        assert_eq!(alone.counter(code).unwrap().map(|counter| counter + 40), counter);
    }
    for (counter, code) in (0..).zip(first.iter()) {
        assert_eq!(with_group.counter(code), Ok(Some(counter)));
        // The new key has every code once more; issuing passes over these.
        assert!(alone.counter(code).unwrap().is_some() && second.iter().all(|other| other != code));
    }
}

#[test]
fn a_restored_snapshot_goes_on_with_the_same_keys() {
    let store = Arc::new(MemoryStore::new());
    let registry = over(Arc::clone(&store));
    let group = keyed(&registry, "g", 6);
    let first = registry.create_batch(group.id, NewBatch::of(10)).unwrap().codes;
    registry.change_key(group.id, None).unwrap();
    let written = serde_json::to_string(&store.snapshot()).unwrap();
    let restored = over(Arc::new(MemoryStore::restore(serde_json::from_str(&written).unwrap()).unwrap()));
    assert_eq!(restored.group(group.id).unwrap(), registry.group(group.id).unwrap());
    assert_eq!(restored.decode(group.id, first.get(7).unwrap()).unwrap().counter, Some(7));
    let next = |registry: &Registry| registry.create_batch(group.id, NewBatch::of(10)).unwrap().codes;
    assert_eq!(next(&restored), next(&registry));
    // A group of Keyed order without its key is damaged, and so is another with one.
    let mut value: serde_json::Value = serde_json::from_str(&written).unwrap();
    let keys = value["groups"][0].as_object_mut().unwrap().remove("keys").unwrap();
    assert!(MemoryStore::restore(serde_json::from_value(value.clone()).unwrap()).is_err());
    value["groups"][0]["group"]["format"]["order"] = "random".into();
    value["groups"][0]["keys"] = keys;
    assert!(MemoryStore::restore(serde_json::from_value(value.clone()).unwrap()).is_err());
    value["groups"][0]["keys"] = "00".into();
    assert!(serde_json::from_value::<serial_core::Snapshot>(value).is_err());
}

#[test]
fn an_old_backup_goes_on_without_repeating_once_the_counter_is_advanced() {
    for order in [Order::Sequential { start: 100 }, Order::Keyed] {
        let store = Arc::new(MemoryStore::new());
        let registry = over(Arc::clone(&store));
        let new = NewGroup::of_kind(Kind::Batch, "g").format(digits(6, order));
        let group = registry.create_group(new).unwrap();
        registry.create_batch(group.id, NewBatch::of(10)).unwrap();
        let backup = store.snapshot();
        let lost = registry.create_batch(group.id, NewBatch::of(50)).unwrap().codes;

        let restored = over(Arc::new(MemoryStore::restore(backup).unwrap()));
        for wrong in [9, 1_000_001] {
            assert_eq!(kind_of(restored.advance_counter(group.id, wrong)), "CounterInvalid");
        }
        let advanced = restored.advance_counter(group.id, 60).unwrap();
        assert_eq!(advanced.next_index, 60);
        let next = restored.create_batch(group.id, NewBatch::of(50)).unwrap().codes;
        let lost: HashSet<&str> = lost.iter().collect();
        assert!(next.iter().all(|code| !lost.contains(code)));
        // What was lost is known to be possible, and not found.
        for code in lost {
            assert!(restored.decode(group.id, code).unwrap().may_be_issued);
            assert_eq!(kind_of(restored.lookup(code)), "ReferenceNotFound");
        }
    }
}

#[test]
fn registries_over_one_store_hear_of_keys_and_counters_of_each_other() {
    let store = Arc::new(MemoryStore::new());
    let (one, other) = (over(Arc::clone(&store)), over(store));
    let group = keyed(&one, "g", 5);
    let mut seen = HashSet::new();
    for round in 0..6 {
        for registry in [&one, &other] {
            let batch = registry.create_batch(group.id, NewBatch::of(7)).unwrap();
            assert!(batch.codes.iter().all(|code| seen.insert(code.to_owned())));
        }
        match round % 2 {
            0 => one.change_key(group.id, None).unwrap(),
            _ => other.advance_counter(group.id, (round + 1) * 1000).unwrap(),
        };
    }
    let group = one.group(group.id).unwrap();
    assert_eq!(group.keys, GroupKeys::from_bytes(&group.keys.expose()).unwrap());
    assert_eq!((seen.len(), group.keys.len(), group.next_index), (84, 4, 6000));
}

#[test]
fn the_counter_ends_at_the_last_code_however_far_it_is_advanced() {
    let registry = open();
    let group = keyed(&registry, "g", 3);
    registry.advance_counter(group.id, 998).unwrap();
    assert_eq!(registry.create_batch(group.id, NewBatch::of(2)).unwrap().codes.len(), 2);
    assert_eq!(kind_of(registry.create_batch(group.id, NewBatch::of(1))), "SpaceExhausted");
    let long = registry.create_group(NewGroup::batch("long").format(digits(30, Order::Keyed))).unwrap();
    registry.advance_counter(long.id, u64::MAX - 1).unwrap();
    let last = registry.create_batch(long.id, NewBatch::of(1)).unwrap();
    assert_eq!(registry.decode(long.id, last.codes.get(0).unwrap()).unwrap().counter, Some(u64::MAX - 1));
    assert_eq!(kind_of(registry.create_batch(long.id, NewBatch::of(1))), "SpaceExhausted");
}
