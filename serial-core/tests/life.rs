//! What becomes of references: states, claims, history, attributes, warranty, inventory and the public view.

mod support;

use std::{sync::Arc, time::Duration};

use serial_core::{
    Cause, Change, Claim, Clock, Error, EventId, Filter, GroupId, GroupLimits, Limit, LimitName, MemoryStore, NewBatch,
    NewClaim, NewField, NewGroup, NewReference, Numbering, Paging, Reference, Registry, RequestId, Scope, Selection,
    Setting, State, Timestamp, Transition, TransitionFault, WarrantyPolicy, WarrantyStart, WarrantyStatus, Within,
    conformance::{Fault, FaultyStore, Method},
};
use support::{NOW, batch_group, builder, continuous_group, digits, kind_of, registry};

/// A registry with references in one batch, and whom they belong to.
fn with_batch(size: u64) -> (Registry, GroupId) {
    let registry = support::unlimited().acting_as("Line 3");
    let group = batch_group(&registry, "Pumps");
    registry.create_batch(group.id, NewBatch::of(size)).unwrap();
    (registry, group.id)
}

fn one(reference: &Reference) -> Selection {
    Selection::references([reference])
}

/// Brings a new reference to a state by the shortest way.
fn in_state(registry: &Registry, group: GroupId, state: State) -> Reference {
    let reference = registry.create_reference(group).unwrap();
    let way: &[State] = match state {
        State::Available => &[],
        State::Allocated => &[State::Allocated],
        State::Encoded => &[State::Encoded],
        State::Commissioned => &[State::Commissioned],
        State::Released => &[State::Commissioned, State::Released],
        State::Decommissioned => &[State::Commissioned, State::Decommissioned],
        State::Destroyed => &[State::Commissioned, State::Destroyed],
        State::Void => &[State::Void],
    };
    for state in way {
        registry.because("test").transition(&one(&reference), *state).unwrap();
    }
    registry.lookup(&reference.code).unwrap()
}

#[test]
fn every_pair_of_states_follows_the_table() {
    let registry = registry().because("test");
    let group = continuous_group(&registry, "Tags").id;
    for from in State::ALL {
        for to in State::ALL {
            let reference = in_state(&registry, group, from);
            assert_eq!(reference.state, from);
            let only_again = from == State::Decommissioned && to == State::Commissioned;
            let allowed = from.can_become(to) && !only_again;
            let result = registry.transition(&one(&reference), to);
            assert_eq!(result.is_ok(), allowed, "{from} to {to}: {result:?}");
            let now = registry.lookup(&reference.code).unwrap().state;
            assert_eq!(now, if allowed { to } else { from }, "{from} to {to}");
            let again = registry.transition(&one(&in_state(&registry, group, from)), Transition::recommission());
            assert_eq!(again.is_ok(), from == State::Decommissioned, "{from} again: {again:?}");
        }
    }
}

#[test]
fn commissioning_twice_says_when_and_by_whom_it_was_first_used() {
    let registry = registry();
    let group = continuous_group(&registry, "Tags").id;
    let tag = registry.create_reference(group).unwrap();
    registry.acting_as("Line 3").transition(&one(&tag), State::Commissioned).unwrap();
    let anna = registry.acting_as("Anna").because("test");
    for state in [State::Released, State::Decommissioned] {
        anna.transition(&one(&tag), state).unwrap();
        let error = anna.transition(&one(&tag), State::Commissioned).unwrap_err();
        let Error::TransitionRefused { to: State::Commissioned, refused } = &error else { panic!("{error:?}") };
        let expected = TransitionFault::AlreadyCommissioned { at: NOW, by: Some("Line 3".into()), state };
        assert_eq!((refused.len(), &refused[0].fault), (1, &expected));
        assert!(error.to_string().contains("2026-11-23T11:18:58.000000Z by Line 3"), "{error}");
    }
}

#[test]
fn many_come_to_a_state_together_or_not_at_all_and_every_refusal_is_told() {
    let (registry, group) = with_batch(10);
    let all = registry.references(&Filter::group(group), &Paging::of(100)).unwrap().items;
    registry.transition(&Selection::references(&all[3..5]), State::Commissioned).unwrap();
    registry.delete(&one(&all[7])).unwrap().confirm().unwrap();

    let error = registry.transition(&Selection::references(&all), State::Encoded).unwrap_err();
    let Error::TransitionRefused { refused, .. } = &error else { panic!("{error:?}") };
    let rows: Vec<u64> = refused.iter().map(|refused| refused.row.unwrap().0).collect();
    assert_eq!(rows, [4, 5, 8]);
    assert_eq!(refused[2].fault, TransitionFault::NotFound);
    assert_eq!(registry.inventory(Within::Group(group)).unwrap().counts[State::Encoded], 0);

    let mut codes: Vec<String> = all[..5].iter().map(|reference| reference.code.to_string()).collect();
    codes.push("scribble".into());
    let error = registry.transition(&Selection::codes(codes), State::Encoded).unwrap_err();
    let Error::TransitionRefused { refused, .. } = &error else { panic!("{error:?}") };
    assert_eq!(refused.len(), 3, "{error}");
    assert_eq!(refused[0].code.as_deref(), Some("scribble"));

    let rest = Selection::matching(Filter::group(group).in_state(State::Available));
    assert_eq!(registry.transition(&rest, State::Encoded).unwrap(), 7);
    assert_eq!(registry.transition(&rest, State::Encoded).unwrap(), 0);
}

#[test]
fn states_that_need_a_reason_are_not_reached_without_one() {
    let registry = registry();
    let group = continuous_group(&registry, "Tags").id;
    let tag = registry.create_reference(group).unwrap();
    assert_eq!(kind_of(registry.transition(&one(&tag), State::Void)), "ReasonRequired");
    assert_eq!(kind_of(registry.because("").transition(&one(&tag), State::Void)), "ReasonRequired");
    registry.because("torn").transition(&one(&tag), State::Void).unwrap();
    let last = registry.history(&tag.code).unwrap().pop().unwrap();
    assert_eq!(last.cause.reason(), Some("torn"));
}

#[test]
fn an_actor_reason_or_note_that_cannot_be_used_is_an_error_of_the_change_and_changes_nothing() {
    let registry = registry();
    let group = continuous_group(&registry, "Tags").id;
    let bad = [
        (registry.acting_as("x".repeat(201)), "NameInvalid"),
        (registry.acting_as("a\0"), "NameInvalid"),
        (registry.because("x".repeat(1001)), "TextInvalid"),
        (registry.noting("a\0"), "TextInvalid"),
    ];
    for (registry, kind) in bad {
        assert_eq!(kind_of(registry.create_reference(group)), kind);
        assert_eq!(kind_of(registry.rename_group(group, "other")), kind);
        assert_eq!(kind_of(registry.create_group(NewGroup::batch("new"))), kind);
        assert_eq!(kind_of(registry.claim(group, NewClaim::of(1).holder("h"))), kind);
    }
    assert_eq!(registry.group(group).unwrap().events, 1);
}

#[test]
fn eight_threads_claim_each_reference_of_a_batch_once() {
    let (registry, group) = with_batch(5_000);
    let batch = registry.batches(group, &Paging::of(1)).unwrap().items[0].id;
    let claim_all = |number: usize| {
        let line = registry.acting_as(format!("Line {number}"));
        let mut rows = Vec::new();
        let sizes = [1, 7, 40, 3];
        for round in 0.. {
            match line.claim(group, NewClaim::of(sizes[round % 4]).from_batch(batch)) {
                Ok(claim) => rows.extend(claim.references.into_iter().map(|reference| reference.row)),
                Err(Error::TooFewAvailable { available: 0, .. }) => return rows,
                Err(Error::TooFewAvailable { .. }) => match line.claim(group, NewClaim::of(1)) {
                    Ok(claim) => rows.extend(claim.references.into_iter().map(|reference| reference.row)),
                    Err(error) => assert_eq!(error.kind(), serial_core::ErrorKind::TooFewAvailable),
                },
                Err(error) => panic!("{error}"),
            }
        }
        rows
    };
    let claim_all = &claim_all;
    let mut rows: Vec<_> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..8).map(|number| scope.spawn(move || claim_all(number))).collect();
        running.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    rows.sort_unstable();
    assert!(rows.iter().map(|row| row.0).eq(1..=5_000));
    let counts = registry.inventory(Within::Batch(group, batch)).unwrap().counts;
    assert_eq!((counts[State::Allocated], counts.total()), (5_000, 5_000));
}

fn rows_of(claim: &Claim) -> Vec<u64> {
    claim.references.iter().map(|reference| reference.row.0).collect()
}

#[test]
fn claims_take_the_oldest_first_and_what_is_returned_comes_first_again() {
    let (registry, group) = with_batch(10);
    let first = registry.claim(group, NewClaim::of(3)).unwrap();
    assert_eq!((rows_of(&first), first.holder.as_str()), (vec![1, 2, 3], "Line 3"));
    assert_eq!(rows_of(&registry.claim(group, NewClaim::of(2).holder("Line 4")).unwrap()), [4, 5]);
    registry.transition(&one(&first.references[1]), State::Encoded).unwrap();
    assert_eq!(registry.return_claim(group, first.id).unwrap(), 2);
    assert_eq!(registry.return_claim(group, first.id).unwrap(), 0);
    assert_eq!(rows_of(&registry.claim(group, NewClaim::of(4)).unwrap()), [1, 3, 6, 7]);
    let error = registry.claim(group, NewClaim::of(4)).unwrap_err();
    assert!(matches!(error, Error::TooFewAvailable { available: 3, asked: 4, .. }), "{error}");
    let seen = registry.claimed(group, first.id).unwrap();
    assert_eq!(seen.references.iter().map(|found| found.state).collect::<Vec<_>>()[1], State::Encoded);
}

/// A clock that a test sets.
struct Set(Arc<std::sync::atomic::AtomicI64>);

impl Clock for Set {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(std::sync::atomic::Ordering::SeqCst))
    }
}

#[test]
fn unused_references_of_a_claim_fall_back_when_its_time_is_over() {
    let time = Arc::new(std::sync::atomic::AtomicI64::new(0));
    let registry = Registry::builder(MemoryStore::new()).clock(Set(Arc::clone(&time))).build().acting_as("Line 3");
    let group = batch_group(&registry, "Pumps").id;
    registry.create_batch(group, NewBatch::of(4)).unwrap();
    let claim = registry.claim(group, NewClaim::of(4).expires_after(Duration::from_micros(10))).unwrap();
    registry.transition(&one(&claim.references[0]), State::Commissioned).unwrap();
    time.store(9, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(registry.return_expired(group).unwrap(), 0);
    assert_eq!(kind_of(registry.claim(group, NewClaim::of(1))), "TooFewAvailable");
    time.store(10, std::sync::atomic::Ordering::SeqCst);
    // More than fell back: nothing changes, not even that.
    assert_eq!(kind_of(registry.claim(group, NewClaim::of(4))), "TooFewAvailable");
    assert_eq!(registry.inventory(Within::Group(group)).unwrap().counts[State::Allocated], 3);
    let next = registry.claim(group, NewClaim::of(2)).unwrap();
    assert_eq!(rows_of(&next), [2, 3]);
    let history = registry.history(&claim.references[3].code).unwrap();
    let fell = history.last().unwrap();
    assert_eq!(fell.cause, Cause::expired());
    let (row, claim) = (claim.references[3].row, Some(claim.id));
    assert_eq!(fell.change, Change::Moved { row, from: State::Allocated, to: State::Available, claim });
    assert_eq!(registry.return_expired(group).unwrap(), 0);
}

#[test]
fn a_line_that_names_its_claim_uses_nothing_that_another_line_holds_by_now() {
    let (registry, group) = with_batch(4);
    let late = registry.claim(group, NewClaim::of(3).expires_after(Duration::ZERO)).unwrap();
    let next = registry.acting_as("Line 4").claim(group, NewClaim::of(2)).unwrap();
    assert_eq!(rows_of(&next), [1, 2]);
    let mine = Selection::references(&late.references);
    let error = registry.transition(&mine, Transition::to(State::Encoded).held_by(late.id)).unwrap_err();
    let Error::TransitionRefused { refused, .. } = &error else { panic!("{error:?}") };
    assert!(refused.len() == 2 && refused.iter().all(|refused| refused.fault == TransitionFault::NotHeld), "{error}");
    let theirs = Selection::references(&next.references);
    assert_eq!(registry.transition(&theirs, Transition::to(State::Encoded).held_by(next.id)).unwrap(), 2);
}

#[test]
fn a_claim_without_holder_count_group_or_batch_is_an_error() {
    let registry = registry();
    let group = batch_group(&registry, "Pumps").id;
    assert_eq!(kind_of(registry.claim(group, NewClaim::of(1))), "HolderRequired");
    let held = |count| NewClaim::of(count).holder("h");
    assert_eq!(kind_of(registry.claim(group, held(0))), "CountInvalid");
    assert_eq!(kind_of(registry.claim(group, held(u64::MAX))), "LimitReached");
    assert_eq!(kind_of(registry.claim(group, held(1))), "TooFewAvailable");
    assert_eq!(kind_of(registry.claim(GroupId(9), held(1))), "GroupNotFound");
    assert_eq!(kind_of(registry.claim(group, held(1).from_batch(serial_core::BatchId(9)))), "BatchNotFound");
    assert_eq!(kind_of(registry.claim(group, NewClaim::of(1).holder(""))), "NameInvalid");
    let never = held(1).expires_at(Timestamp::from_micros(i64::MAX));
    assert_eq!(kind_of(registry.claim(group, never)), "TimestampInvalid");
    assert_eq!(kind_of(registry.claim(group, held(1).expires_after(Duration::MAX))), "TooFewAvailable");
    assert_eq!(kind_of(registry.claimed(group, serial_core::ClaimId(1))), "ClaimNotFound");
    assert_eq!(kind_of(registry.return_claim(group, serial_core::ClaimId(0))), "ClaimNotFound");
}

#[test]
fn a_repeated_claim_or_transition_gives_the_first_result() {
    let (registry, group) = with_batch(10);
    let new = || NewClaim::of(3).request_id(RequestId(1));
    let first = registry.claim(group, new()).unwrap();
    let again = registry.claim(group, new()).unwrap();
    assert_eq!((rows_of(&again), again.repeated, again.stock), (rows_of(&first), true, None));
    assert_eq!(kind_of(registry.claim(group, NewClaim::of(4).request_id(RequestId(1)))), "RequestMismatch");
    assert_eq!(kind_of(registry.claim(group, new().holder("other"))), "RequestMismatch");

    let step = Transition::to(State::Commissioned).request_id(RequestId(2));
    let selection = Selection::references(&first.references);
    assert_eq!(registry.transition(&selection, step).unwrap(), 3);
    assert_eq!(registry.transition(&selection, step).unwrap(), 3);
    let other = Transition::to(State::Released).request_id(RequestId(2));
    assert_eq!(kind_of(registry.transition(&selection, other)), "RequestMismatch");
    assert_eq!(kind_of(registry.create_batch(group, NewBatch::of(1).request_id(RequestId(2)))), "RequestMismatch");
    assert_eq!(registry.group(group).unwrap().events, 2 + 3 + 3);

    // Whatever the selection means by now.
    let rest = Selection::matching(Filter::group(group).in_state(State::Available));
    let step = Transition::to(State::Encoded).request_id(RequestId(3));
    assert_eq!(registry.transition(&rest, step).unwrap(), 7);
    assert_eq!(registry.transition(&rest, step).unwrap(), 7);
    let by_code = Selection::codes([first.references[0].code.as_str()]);
    let step = Transition::to(State::Released).request_id(RequestId(4));
    assert_eq!(registry.transition(&by_code, step).unwrap(), 1);
    registry.delete(&by_code).unwrap().confirm().unwrap();
    assert_eq!(registry.transition(&by_code, step).unwrap(), 1);
}

#[test]
fn lost_replies_lose_no_claim_and_repeat_none() {
    let store = FaultyStore::new(MemoryStore::new(), |call, method| {
        (matches!(method, Method::Claim | Method::Change) && call % 2 == 0).then_some(Fault::LoseReply)
    });
    let registry = builder_over(store).acting_as("Line 3");
    let group = batch_group(&registry, "Pumps").id;
    registry.create_batch(group, NewBatch::of(100)).unwrap();
    let mut rows = Vec::new();
    for number in 0..50 {
        let claim = registry.claim(group, NewClaim::of(2).request_id(RequestId(1000 + number))).unwrap();
        let request = RequestId(2000 + number);
        let step = Transition::to(State::Encoded).request_id(request);
        registry.transition(&Selection::references(&claim.references), step).unwrap();
        rows.extend(rows_of(&claim));
    }
    assert!(rows.into_iter().eq(1..=100));
    assert_eq!(registry.group(group).unwrap().events, 2 + 200);
}

fn builder_over(store: impl serial_core::Store + 'static) -> Registry {
    Registry::builder(store).build()
}

#[test]
fn history_tells_what_happened_in_order_also_of_the_deleted() {
    let registry = registry().acting_as("Anna").noting("shift B");
    let fields = NewGroup::continuous("Tags").field(NewField::new("Colour").default("red"));
    let group = registry.create_group(fields).unwrap().id;
    let tag = registry.create_reference(group).unwrap();
    registry.set_attributes(&one(&tag), &[("Colour", "blue")]).unwrap();
    registry.set_attributes(&one(&tag), &[("Colour", "blue")]).unwrap();
    registry.rename_group(group, "Service tags").unwrap();
    registry.rename_group(group, "Service tags").unwrap();
    registry.transition(&one(&tag), State::Commissioned).unwrap();
    let limits = GroupLimits { max_live: Some(Limit::AtMost(7)), ..GroupLimits::default() };
    registry.change_group_limits(group, limits).unwrap();
    registry.because("scrap").delete(&one(&tag)).unwrap().confirm().unwrap();
    registry.delete_group(group).unwrap().confirm().unwrap();

    let row = tag.row;
    let field = serial_core::FieldId(1);
    let expected = [
        Change::GroupCreated,
        Change::Issued { first_row: row, count: 1, batch: None },
        Change::AttributeSet { row, field, from: "red".into(), to: "blue".into() },
        Change::GroupChanged { setting: Setting::Name, from: "Tags".into(), to: "Service tags".into() },
        Change::Moved { row, from: State::Available, to: State::Commissioned, claim: None },
        Change::GroupChanged { setting: Setting::Limits, from: String::new(), to: "live 7".into() },
        Change::Deleted { row, from: State::Commissioned },
        Change::GroupDeleted { live: 0 },
    ];
    let events = registry.events(group, EventId(0), 100).unwrap();
    assert_eq!(events.iter().map(|event| event.change.clone()).collect::<Vec<_>>(), expected);
    assert!(events.iter().map(|event| event.id.0).eq(1..=8));
    assert!(events.iter().all(|event| event.cause.actor() == Some("Anna") && event.cause.note() == Some("shift B")));
    assert_eq!(events[6].cause.reason(), Some("scrap"));
    let own: Vec<u64> = registry.history(&tag.code).unwrap().iter().map(|event| event.id.0).collect();
    assert_eq!(own, [2, 3, 5, 7]);
    assert_eq!(registry.events(group, EventId(6), 100).unwrap().len(), 2);
    assert_eq!(registry.events(group, EventId(u64::MAX), 100).unwrap().len(), 0);
    assert_eq!(kind_of(registry.events(group, EventId(0), 0)), "PageInvalid");
    assert_eq!(kind_of(registry.events(GroupId(9), EventId(0), 1)), "GroupNotFound");
    assert_eq!(kind_of(registry.history("never issued")), "ReferenceNotFound");
}

#[test]
fn the_same_code_in_two_groups_has_two_histories() {
    let registry = registry();
    let format = || digits(3, serial_core::Order::sequential());
    let mut groups = ["A", "B"].map(|name| {
        let new = NewGroup::continuous(name).format(format()).scope(Scope::Group);
        registry.create_group(new).unwrap().id
    });
    for group in groups {
        let tag = registry.create_reference(group).unwrap();
        registry.delete(&one(&tag)).unwrap().confirm().unwrap();
    }
    assert_eq!(kind_of(registry.history("001")), "Ambiguous");
    groups.sort_unstable();
    for group in groups {
        assert_eq!(registry.history_in(group, " 001 ").unwrap()[0].group, group);
    }
}

#[test]
fn attributes_are_the_defaults_until_others_are_given() {
    let registry = registry();
    let fields =
        NewGroup::batch("Pumps").field(NewField::new("Colour").default("red").public()).field(NewField::new("Bench"));
    let group = registry.create_group(fields).unwrap().id;
    let blue = registry.create_batch(group, NewBatch::of(2).attribute("Colour", "blue")).unwrap();
    registry.create_batch(group, NewBatch::of(3)).unwrap();
    registry.add_field(group, NewField::new("Firmware").default("1.0")).unwrap();
    let count = |field: &str, value: &str| registry.count(&Filter::group(group).having(field, value)).unwrap();
    assert_eq!((count("Colour", "red"), count("Colour", "blue"), count("Colour", "")), (3, 2, 0));
    assert_eq!((count("Bench", ""), count("Firmware", "1.0"), count("Firmware", "1")), (5, 5, 0));

    let values = |code: &str| -> Vec<String> {
        registry.attributes(code).unwrap().into_iter().map(|attribute| attribute.value).collect()
    };
    let code = blue.codes.get(1).unwrap();
    assert_eq!(values(code), ["blue", "", "1.0"]);
    registry.set_attributes(&Selection::codes([code]), &[("Bench", "B2"), ("Bench", "B3"), ("Colour", "red")]).unwrap();
    assert_eq!(values(code), ["red", "B3", "1.0"]);
    assert_eq!(count("Colour", "red"), 4);
    registry.reset_attributes(&Selection::codes([code]), &["Bench"]).unwrap();
    assert_eq!(values(code), ["red", "", "1.0"]);

    let filter = Filter::group(group).having("Colour", "red");
    let page = registry.numbered_references(&filter, &Numbering::page(2).of(3)).unwrap();
    assert_eq!((page.items.len(), page.total), (1, 4));
    let first = registry.references(&filter, &Paging::of(2).newest_first()).unwrap();
    let rest = registry.references(&filter, &Paging::of(9).newest_first().after(first.next.unwrap())).unwrap();
    let rows = |items: &[Reference]| items.iter().map(|reference| reference.row.0).collect::<Vec<_>>();
    assert_eq!((rows(&first.items), rows(&rest.items)), (vec![5, 4], vec![3, 2]));
}

#[test]
fn fields_can_be_renamed_and_retired_and_their_names_used_again() {
    let registry = registry();
    let group = continuous_group(&registry, "Tags").id;
    registry.add_field(group, NewField::new("Color").default("red")).unwrap();
    let tag = registry.create_reference_with(group, &NewReference::new().attribute("Color", "blue")).unwrap().reference;
    registry.rename_field(group, "Color", "Colour").unwrap();
    assert_eq!(registry.attributes(&tag.code).unwrap()[0].value, "blue");
    assert_eq!(kind_of(registry.set_attributes(&one(&tag), &[("Color", "x")])), "FieldNotFound");
    assert_eq!(kind_of(registry.add_field(group, NewField::new("Colour"))), "FieldNameTaken");
    registry.retire_field(group, "Colour").unwrap();
    assert!(registry.attributes(&tag.code).unwrap().is_empty());
    assert_eq!(kind_of(registry.count(&Filter::group(group).having("Colour", "blue"))), "FieldNotFound");
    let changed = registry.add_field(group, NewField::new("Colour").default("new")).unwrap();
    assert_eq!(changed.fields.len(), 2);
    assert_eq!(registry.attributes(&tag.code).unwrap()[0].value, "new");
    let settings: Vec<Change> =
        registry.events(group, EventId(0), 100).unwrap().into_iter().map(|e| e.change).collect();
    let field =
        |from: &str, to: &str| Change::GroupChanged { setting: Setting::Field, from: from.into(), to: to.into() };
    assert_eq!(settings[1], field("", "Color"));
    assert_eq!(settings[3..], [field("Color", "Colour"), field("Colour", ""), field("", "Colour")]);
}

#[test]
fn attributes_that_cannot_be_are_errors_and_change_nothing() {
    let registry = registry();
    let group = batch_group(&registry, "Pumps").id;
    let other = batch_group(&registry, "Valves").id;
    registry.add_field(group, NewField::new("Colour")).unwrap();
    registry.create_batch(group, NewBatch::of(2)).unwrap();
    registry.create_batch(other, NewBatch::of(2)).unwrap();
    let all = Selection::matching(Filter::group(group));
    let set = |value: &str| registry.set_attributes(&all, &[("Colour", value)]);
    assert_eq!(set(&"字".repeat(1000)).unwrap(), 2);
    let error = set(&"x".repeat(1001)).unwrap_err();
    let is_it = |limit| matches!(limit, LimitName::ValueCharacters);
    assert!(matches!(error, Error::LimitReached { limit, value: 1000, asked: 1001, .. } if is_it(limit)), "{error}");
    assert_eq!(kind_of(set("a\0b")), "TextInvalid");
    let everywhere = Selection::matching(Filter::all());
    assert_eq!(kind_of(registry.set_attributes(&everywhere, &[("Colour", "x")])), "GroupRequired");
    let lost = Selection::codes(["never issued"]);
    assert_eq!(kind_of(registry.set_attributes(&lost, &[("Colour", "x")])), "SelectionInvalid");
    assert_eq!(kind_of(registry.count(&Filter::all().having("Colour", "x"))), "GroupRequired");
    let batch = NewBatch::of(1).attribute("Size", "9");
    assert_eq!(kind_of(registry.create_batch(group, batch)), "FieldNotFound");
    let long = NewBatch::of(1).attribute("Colour", "x".repeat(1001));
    assert_eq!(kind_of(registry.create_batch(group, long)), "LimitReached");
    assert_eq!(registry.group(group).unwrap().issued, 2);
    for number in 1..32 {
        registry.add_field(group, NewField::new(format!("Field {number}"))).unwrap();
    }
    assert_eq!(kind_of(registry.add_field(group, NewField::new("One more"))), "LimitReached");
    registry.retire_field(group, "Colour").unwrap();
    registry.add_field(group, NewField::new("One more")).unwrap();
    let twice = NewGroup::batch("Twice").field(NewField::new("a")).field(NewField::new("a"));
    assert_eq!(kind_of(registry.create_group(twice)), "FieldNameTaken");
}

#[test]
fn a_reference_may_have_another_warranty_than_its_group() {
    let registry = registry();
    let day = |days: i64| Timestamp::from_micros(NOW.as_micros() + days * 86_400_000_000);
    let group = NewGroup::continuous("Pumps").warranty(WarrantyPolicy::days(30).unwrap());
    let group = registry.create_group(group).unwrap().id;
    let pump = in_state(&registry, group, State::Released);
    let status = |at| registry.warranty(&pump.code, at).unwrap().status;
    assert_eq!((status(day(29)), status(day(30))), (WarrantyStatus::Active, WarrantyStatus::Expired));
    let dated = WarrantyPolicy::days(10).unwrap().from(WarrantyStart::At(day(100)));
    registry.set_warranty(&one(&pump), Some(dated)).unwrap();
    assert_eq!((status(day(99)), status(day(105))), (WarrantyStatus::NotStarted, WarrantyStatus::Active));
    registry.set_warranty(&one(&pump), None).unwrap();
    for beyond in [i64::MIN, i64::MAX] {
        let policy = WarrantyPolicy::days(10).unwrap().from(WarrantyStart::At(Timestamp::from_micros(beyond)));
        assert_eq!(kind_of(registry.set_warranty(&one(&pump), Some(policy))), "WarrantyInvalid");
        assert_eq!(kind_of(registry.set_group_warranty(group, policy)), "WarrantyInvalid");
        assert_eq!(kind_of(registry.create_group(NewGroup::batch("x").warranty(policy))), "WarrantyInvalid");
    }
    registry.set_group_warranty(group, WarrantyPolicy::none()).unwrap();
    assert_eq!(status(day(1)), WarrantyStatus::None);
    registry.set_group_warranty(group, WarrantyPolicy::days(30).unwrap()).unwrap();
    registry.because("fire").transition(&one(&pump), State::Destroyed).unwrap();
    assert_eq!(status(day(1)), WarrantyStatus::EndedEarly);
    let kinds: Vec<_> = registry.history(&pump.code).unwrap().iter().map(|event| event.change.kind()).collect();
    assert_eq!(kinds, ["issued", "moved", "moved", "warranty set", "warranty set", "moved"]);
}

#[test]
fn the_public_view_shows_nothing_internal_and_its_json_is_stable() {
    let registry = registry().acting_as("secret actor");
    let group = NewGroup::continuous("secret name")
        .description("secret description")
        .public_name("Pump \"AX-100\"")
        .public_description("Two stages, <b>steel</b>")
        .warranty(WarrantyPolicy::months(24).unwrap())
        .field(NewField::new("Colour").default("red").public())
        .field(NewField::new("Bench").default("secret bench"))
        .field(NewField::new("Old").default("secret old").public())
        .format(digits(4, serial_core::Order::sequential()));
    let group = registry.create_group(group).unwrap().id;
    registry.retire_field(group, "Old").unwrap();
    let pump = in_state(&registry, group, State::Commissioned);
    registry.because("secret reason").set_attributes(&one(&pump), &[("Bench", "secret value")]).unwrap();
    let json = registry.public_view(" 0001 ").unwrap().to_json();
    assert_eq!(
        json,
        r#"{"code":"0001","product":"Pump \"AX-100\"","description":"Two stages, <b>steel</b>","state":"made","attributes":[{"name":"Colour","value":"red"}],"warranty":{"status":"active","start":"2026-11-23T11:18:58.000000Z","end":"2028-11-23T11:18:58.000000Z"}}"#
    );
    assert!(!json.contains("secret"));

    let unknown = registry.public_view("9999").unwrap_err().to_string();
    registry.delete(&one(&pump)).unwrap().confirm().unwrap();
    assert_eq!(registry.public_view("0001").unwrap_err().to_string(), unknown);
}

#[test]
fn claims_and_issues_report_low_stock() {
    let registry = registry().acting_as("Line 3");
    let group = registry.create_group(NewGroup::batch("Pumps").low_stock(10)).unwrap().id;
    assert!(registry.create_batch(group, NewBatch::of(9)).unwrap().stock.unwrap().is_low());
    assert!(!registry.create_batch(group, NewBatch::of(3)).unwrap().stock.unwrap().is_low());
    let claim = registry.claim(group, NewClaim::of(3)).unwrap();
    let stock = claim.stock.unwrap();
    assert!(stock.is_low() && stock.available == 9 && stock.threshold == Some(10));
    registry.set_low_stock(group, None).unwrap();
    assert!(!registry.claim(group, NewClaim::of(3)).unwrap().stock.unwrap().is_low());
    assert!(!registry.group(group).unwrap().stock().is_low());
}

#[test]
fn inventory_is_exact_for_registry_group_and_batch() {
    let (registry, group) = with_batch(10);
    let second = registry.create_batch(group, NewBatch::of(5)).unwrap().id;
    let tags = continuous_group(&registry, "Tags").id;
    in_state(&registry, tags, State::Void);
    let claim = registry.claim(group, NewClaim::of(2).from_batch(second)).unwrap();
    registry.transition(&one(&claim.references[0]), State::Commissioned).unwrap();
    registry.delete(&one(&claim.references[1])).unwrap().confirm().unwrap();
    let counts = |within| {
        let counts = registry.inventory(within).unwrap().counts;
        State::ALL.map(|state| counts[state])
    };
    assert_eq!(counts(Within::Batch(group, second)), [3, 0, 0, 1, 0, 0, 0, 0]);
    assert_eq!(counts(Within::Group(group)), [13, 0, 0, 1, 0, 0, 0, 0]);
    assert_eq!(counts(Within::Registry), [13, 0, 0, 1, 0, 0, 0, 1]);
    let next = |within| registry.inventory(within).unwrap().next.map(|next| next.row.0);
    assert_eq!((next(Within::Batch(group, second)), next(Within::Group(group))), (Some(13), Some(1)));
    assert_eq!((next(Within::Registry), next(Within::Group(tags))), (None, None));
    for within in [Within::Group(group), Within::Batch(group, second), Within::Registry] {
        let filter = |state| match within {
            Within::Registry => Filter::all().in_state(state),
            Within::Group(group) => Filter::group(group).in_state(state),
            Within::Batch(group, batch) => Filter::batch(group, batch).in_state(state),
        };
        assert_eq!(counts(within), State::ALL.map(|state| registry.count(&filter(state)).unwrap()));
    }
    registry.delete_group(group).unwrap().confirm().unwrap();
    assert_eq!(counts(Within::Registry), [0, 0, 0, 0, 0, 0, 0, 1]);
}

#[test]
fn two_registries_that_change_fields_at_once_lose_no_field() {
    let store = Arc::new(MemoryStore::new());
    let group = batch_group(&builder_over(Arc::clone(&store)), "Pumps").id;
    std::thread::scope(|scope| {
        for number in 0..4 {
            let registry = builder_over(Arc::clone(&store));
            scope.spawn(move || {
                for field in 0..8 {
                    registry.add_field(group, NewField::new(format!("Field {number} {field}"))).unwrap();
                }
            });
        }
    });
    let fields = builder().build().limits().max_fields;
    assert_eq!(fields, Limit::AtMost(32));
    let group = builder_over(store).group(group).unwrap();
    assert_eq!((group.fields.len(), group.events), (32, 33));
    assert!(group.fields.iter().map(|field| field.id.0).eq(1..=32));
}

#[test]
fn a_field_that_another_registry_added_can_be_given_at_once() {
    let store = Arc::new(MemoryStore::new());
    let (one, two) = (builder_over(Arc::clone(&store)), builder_over(store));
    let group = one.create_group(NewGroup::continuous("Tags")).unwrap().id;
    one.create_reference(group).unwrap();
    two.add_field(group, NewField::new("Colour")).unwrap();
    let new = NewReference::new().attribute("Colour", "blue");
    let code = one.create_reference_with(group, &new).unwrap().reference.code;
    assert_eq!(two.attributes(&code).unwrap()[0].value, "blue");
}
