//! Issuing: kinds, limits, request ids, order, exhaustion, scopes.

mod support;

use std::{collections::HashSet, sync::Arc};

use serial_core::{
    BatchId, Error, Filter, Format, Group, GroupId, GroupLimits, Kind, Limit, LimitName, Limits, MemoryStore, NewBatch,
    NewGroup, NewReference, Order, Preset, Registry, RequestId, RowId, Scope, Selection, Timestamp,
};
use support::{NOW, NoEntropy, batch_group, builder, continuous_group, digits, kind_of, registry, unlimited};

fn group_of(registry: &Registry, name: &str, format: Format) -> Group {
    registry.create_group(NewGroup::continuous(name).format(format)).unwrap()
}

#[test]
fn a_continuous_group_issues_one_at_a_time_and_a_batch_group_issues_batches() {
    let registry = registry();
    let (one, many) = (continuous_group(&registry, "one"), batch_group(&registry, "many"));
    let error = registry.create_batch(one.id, NewBatch::of(1)).unwrap_err();
    assert!(matches!(error, Error::WrongKind { kind: Kind::Continuous, .. }));
    assert!(error.to_string().contains("create_reference"), "{error}");
    let error = registry.create_reference(many.id).unwrap_err();
    assert!(matches!(error, Error::WrongKind { kind: Kind::Batch, .. }));
    assert!(error.to_string().contains("create_batch"), "{error}");
}

#[test]
fn a_batch_is_named_after_the_date_and_time_unless_it_is_given_a_name() {
    let registry = registry();
    let group = batch_group(&registry, "g");
    let batch = registry.create_batch(group.id, NewBatch::of(1)).unwrap();
    assert_eq!((batch.name.as_str(), batch.created_at), ("2026-11-23 11:18:58", NOW));
    let named = registry.create_batch(group.id, NewBatch::of(1).name("Auftrag № 7")).unwrap();
    assert_eq!((named.name.as_str(), named.id), ("Auftrag № 7", BatchId(2)));
}

#[test]
fn rows_are_numbered_from_one_without_gaps_across_batches() {
    let registry = registry();
    let group = batch_group(&registry, "g");
    let first = registry.create_batch(group.id, NewBatch::of(3)).unwrap();
    let second = registry.create_batch(group.id, NewBatch::of(2)).unwrap();
    assert_eq!((first.first_row, second.first_row), (RowId(1), RowId(4)));
    assert_eq!(registry.group(group.id).unwrap().issued, 5);
}

#[test]
fn a_batch_of_none_and_a_batch_with_a_bad_name_are_refused() {
    let registry = registry();
    let group = batch_group(&registry, "g");
    assert_eq!(kind_of(registry.create_batch(group.id, NewBatch::of(0))), "CountInvalid");
    for name in ["", "a\0b", &"x".repeat(201)] {
        assert_eq!(kind_of(registry.create_batch(group.id, NewBatch::of(1).name(name))), "NameInvalid");
    }
    assert_eq!(registry.group(group.id).unwrap().issued, 0);
}

#[test]
fn issuing_into_a_group_that_does_not_exist_is_refused() {
    let registry = registry();
    for id in [0, 1, u64::MAX] {
        assert_eq!(kind_of(registry.create_reference(GroupId(id))), "GroupNotFound");
        assert_eq!(kind_of(registry.create_batch(GroupId(id), NewBatch::of(1))), "GroupNotFound");
    }
    let group = continuous_group(&registry, "g");
    registry.create_reference(group.id).unwrap();
    registry.delete_group(group.id).unwrap().confirm().unwrap();
    assert_eq!(kind_of(registry.create_reference(group.id)), "GroupNotFound");
}

#[test]
fn a_call_that_would_pass_a_limit_issues_nothing_and_says_all_about_it() {
    let registry = registry();
    let group = batch_group(&registry, "g");
    let refused = |size, expected| match registry.create_batch(group.id, NewBatch::of(size)) {
        Err(Error::LimitReached { group: Some(id), limit, value, present, asked }) => {
            assert_eq!((id, limit, value, present, asked), expected);
        }
        other => panic!("{other:?}"),
    };
    refused(501, (group.id, LimitName::BatchSize, 500, 0, 501));
    refused(u64::MAX, (group.id, LimitName::BatchSize, 500, 0, u64::MAX));
    registry.create_batch(group.id, NewBatch::of(500)).unwrap();
    registry.create_batch(group.id, NewBatch::of(499)).unwrap();
    refused(2, (group.id, LimitName::LiveReferences, 1000, 999, 2));
    registry.create_batch(group.id, NewBatch::of(1)).unwrap();
    refused(1, (group.id, LimitName::LiveReferences, 1000, 1000, 1));
    assert_eq!(registry.group(group.id).unwrap().issued, 1000);
}

#[test]
fn an_unlimited_batch_is_still_limited_to_what_one_call_can_carry() {
    let registry = unlimited();
    let group = batch_group(&registry, "g");
    assert!(matches!(
        registry.create_batch(group.id, NewBatch::of(u64::MAX)),
        Err(Error::LimitReached { limit: LimitName::BatchSize, value: 10_000_000, .. })
    ));
}

#[test]
fn a_groups_own_limit_takes_the_place_of_the_registrys() {
    let registry = registry();
    let own = GroupLimits { max_live: Some(Limit::AtMost(2)), max_batch: Some(Limit::Unlimited), ..Default::default() };
    let group = registry.create_group(NewGroup::batch("g").limits(own)).unwrap();
    assert_eq!(kind_of(registry.create_batch(group.id, NewBatch::of(3))), "LimitReached");
    let raised = GroupLimits { max_live: Some(Limit::AtMost(700)), ..own };
    registry.change_group_limits(group.id, raised).unwrap();
    assert_eq!(registry.create_batch(group.id, NewBatch::of(700)).unwrap().codes.len(), 700);
}

#[test]
fn a_limit_below_the_present_count_loses_nothing_and_refuses_until_there_is_room() {
    let registry = registry();
    let group = batch_group(&registry, "g");
    let batch = registry.create_batch(group.id, NewBatch::of(10)).unwrap();
    let lowered = GroupLimits { max_live: Some(Limit::AtMost(5)), ..Default::default() };
    registry.change_group_limits(group.id, lowered).unwrap();
    assert_eq!(registry.group(group.id).unwrap().live, 10);
    assert_eq!(kind_of(registry.create_batch(group.id, NewBatch::of(1))), "LimitReached");
    let six = batch.codes.iter().take(6);
    registry.delete(&Selection::codes(six)).unwrap().confirm().unwrap();
    registry.create_batch(group.id, NewBatch::of(1)).unwrap();
    assert_eq!(kind_of(registry.create_batch(group.id, NewBatch::of(1))), "LimitReached");
}

#[test]
fn limits_of_the_registry_can_be_changed_while_it_is_used() {
    let registry = registry();
    let group = batch_group(&registry, "g");
    registry.set_limits(Limits { max_batch: Limit::AtMost(2), ..registry.limits() });
    assert_eq!(kind_of(registry.create_batch(group.id, NewBatch::of(3))), "LimitReached");
    registry.set_limits(Limits::unlimited());
    registry.create_batch(group.id, NewBatch::of(3000)).unwrap();
}

#[test]
fn a_limit_changed_by_another_registry_over_the_same_store_holds_at_once() {
    let store = Arc::new(MemoryStore::new());
    let (one, other) = (Registry::new(Arc::clone(&store)), Registry::new(store));
    let group = continuous_group(&one, "g");
    other.create_reference(group.id).unwrap();
    one.change_group_limits(group.id, GroupLimits { max_live: Some(Limit::AtMost(1)), ..Default::default() }).unwrap();
    assert_eq!(kind_of(other.create_reference(group.id)), "LimitReached");
}

#[test]
fn limits_that_never_reach_the_store_follow_changes_by_another_registry_too() {
    let store = Arc::new(MemoryStore::new());
    let (one, other) = (Registry::new(Arc::clone(&store)), Registry::new(store));
    let group = batch_group(&one, "g");
    one.create_batch(group.id, NewBatch::of(1)).unwrap();
    let own = GroupLimits { max_batch: Some(Limit::AtMost(600)), min_search_term: Some(1), ..Default::default() };
    other.change_group_limits(group.id, own).unwrap();
    assert_eq!(one.create_batch(group.id, NewBatch::of(600)).unwrap().codes.len(), 600);
    assert!(one.count(&Filter::group(group.id).containing("A")).is_ok());
    let own = GroupLimits { min_search_term: Some(9), ..own };
    other.change_group_limits(group.id, own).unwrap();
    assert_eq!(kind_of(one.count(&Filter::group(group.id).containing("ABC"))), "SearchTermTooShort");
}

#[test]
fn the_number_of_groups_can_be_limited_and_deleting_one_makes_room() {
    let registry = builder().limits(Limits { max_groups: Limit::AtMost(2), ..Limits::default() }).build();
    batch_group(&registry, "a");
    let b = batch_group(&registry, "b");
    let error = registry.create_group(NewGroup::batch("c")).unwrap_err();
    let Error::LimitReached { group: None, limit: LimitName::Groups, value: 2, present: 2, asked: 1 } = error else {
        panic!("{error:?}");
    };
    registry.delete_group(b.id).unwrap().confirm().unwrap();
    batch_group(&registry, "c");
}

#[test]
fn a_repeated_request_gives_the_first_result_and_issues_nothing() {
    let registry = registry();
    let group = batch_group(&registry, "g");
    let new = NewBatch::of(5).name("Order 1").request_id(RequestId(1));
    let first = registry.create_batch(group.id, new.clone()).unwrap();
    assert!(!first.repeated);
    registry.create_batch(group.id, NewBatch::of(5)).unwrap();
    registry.delete(&Selection::matching(Filter::batch(group.id, first.id))).unwrap().confirm().unwrap();
    let again = registry.create_batch(group.id, new).unwrap();
    assert!(again.repeated);
    assert_eq!(
        (again.id, &again.name, again.created_at, again.first_row, &again.codes),
        (first.id, &first.name, first.created_at, first.first_row, &first.codes)
    );
    assert_eq!(registry.group(group.id).unwrap().issued, 10);
}

#[test]
fn a_repeated_request_succeeds_whatever_would_stand_in_the_way_of_a_new_one() {
    let registry = unlimited();
    let format = digits(1, Order::Random);
    let group = registry.create_group(NewGroup::batch("g").format(format)).unwrap();
    let new = NewBatch::of(10).request_id(RequestId(1));
    let first = registry.create_batch(group.id, new.clone()).unwrap();
    let repeat = || registry.create_batch(group.id, new.clone()).unwrap().codes;
    assert_eq!(repeat(), first.codes, "the space is exhausted");
    registry.set_limits(Limits { max_live: Limit::AtMost(1), max_batch: Limit::AtMost(1), ..Limits::default() });
    assert_eq!(repeat(), first.codes, "the limits are lower now");
    registry.delete_group(group.id).unwrap().confirm().unwrap();
    assert_eq!(repeat(), first.codes, "the group is gone");
}

#[test]
fn a_request_id_that_was_used_for_another_request_is_refused() {
    let registry = registry();
    let (group, other) = (batch_group(&registry, "g"), batch_group(&registry, "other"));
    let single = continuous_group(&registry, "single");
    let id = RequestId(u128::MAX);
    registry.create_batch(group.id, NewBatch::of(5).request_id(id)).unwrap();
    let mismatch = |result: Result<_, Error>| assert_eq!(kind_of(result), "RequestMismatch");
    mismatch(registry.create_batch(group.id, NewBatch::of(6).request_id(id)));
    mismatch(registry.create_batch(group.id, NewBatch::of(5).name("n").request_id(id)));
    mismatch(registry.create_batch(other.id, NewBatch::of(5).request_id(id)));
    assert_eq!(
        kind_of(registry.create_reference_with(single.id, &NewReference::new().request_id(id))),
        "RequestMismatch"
    );
}

#[test]
fn a_refused_request_leaves_its_id_unused() {
    let registry = registry();
    let group = batch_group(&registry, "g");
    registry.create_batch(group.id, NewBatch::of(500)).unwrap();
    registry.create_batch(group.id, NewBatch::of(400)).unwrap();
    let id = RequestId(9);
    assert_eq!(kind_of(registry.create_batch(group.id, NewBatch::of(101).request_id(id))), "LimitReached");
    assert!(!registry.create_batch(group.id, NewBatch::of(100).request_id(id)).unwrap().repeated);
}

#[test]
fn deleting_makes_room_under_the_limit_and_never_frees_a_code() {
    let registry = registry();
    let group = group_of(&registry, "g", digits(2, Order::Random));
    let mut seen = HashSet::new();
    for _ in 0..100 {
        let code = registry.create_reference(group.id).unwrap().code;
        registry.delete(&Selection::codes([code.as_str()])).unwrap().confirm().unwrap();
        assert!(seen.insert(code));
    }
    assert_eq!(registry.group(group.id).unwrap().live, 0);
    assert_eq!(kind_of(registry.create_reference(group.id)), "SpaceExhausted");
}

#[test]
fn sequential_numbers_are_consecutive_padded_and_end_where_the_body_ends() {
    let registry = unlimited();
    let group = group_of(&registry, "g", digits(2, Order::Sequential { start: 97 }));
    let next = || registry.create_reference(group.id).map(|reference| reference.code.to_string());
    assert_eq!([next().unwrap(), next().unwrap(), next().unwrap()], ["97", "98", "99"]);
    assert_eq!(kind_of(next()), "SpaceExhausted");

    let hexadecimal = Format::builder().preset(Preset::Hexadecimal).length(4).order(Order::sequential());
    let format = hexadecimal.prefix("H-").suffix("*").build().unwrap();
    let group = registry.create_group(NewGroup::batch("hex").format(format)).unwrap();
    let codes = registry.create_batch(group.id, NewBatch::of(17)).unwrap().codes;
    assert_eq!((codes.get(0), codes.get(9), codes.get(16)), (Some("H-0001*"), Some("H-000A*"), Some("H-0011*")));
}

#[test]
fn sequential_numbers_can_be_larger_than_64_bits() {
    let registry = unlimited();
    let start = u128::MAX - 2;
    let group = group_of(&registry, "g", digits(40, Order::Sequential { start }));
    assert_eq!(group.format.capacity().exact(), Some(2));
    let next = || registry.create_reference(group.id).map(|reference| reference.code.to_string());
    assert_eq!([next().unwrap(), next().unwrap()], [start, start + 1].map(|number| format!("{number:040}")));
    assert_eq!(kind_of(next()), "SpaceExhausted");
}

#[test]
fn a_group_can_be_unique_only_within_itself() {
    let registry = registry();
    let format = digits(10, Order::sequential());
    let own = |name: &str| {
        registry.create_group(NewGroup::continuous(name).format(format.clone()).scope(Scope::Group)).unwrap()
    };
    let (one, other) = (own("one"), own("other"));
    let shared = group_of(&registry, "shared", format.clone());
    for group in [&one, &other, &shared] {
        assert_eq!(registry.create_reference(group.id).unwrap().code.as_str(), "0000000001");
    }
    let error = registry.lookup("0000000001").unwrap_err();
    assert!(matches!(&error, Error::Ambiguous { groups } if *groups == [one.id, other.id, shared.id]), "{error:?}");
    assert_eq!(registry.lookup_in(other.id, "0000000001").unwrap().group, other.id);
    assert_eq!(registry.lookup_all("0000000001").unwrap().len(), 3);
}

#[test]
fn codes_of_a_deleted_group_stay_burned() {
    let registry = unlimited();
    let group = group_of(&registry, "g", digits(1, Order::Random));
    for _ in 0..4 {
        registry.create_reference(group.id).unwrap();
    }
    registry.delete_group(group.id).unwrap().confirm().unwrap();
    let next = registry.create_group(NewGroup::batch("g").format(digits(1, Order::Random))).unwrap();
    assert!(matches!(registry.create_batch(next.id, NewBatch::of(7)), Err(Error::SpaceExhausted { free: 6, .. })));
}

#[test]
fn without_entropy_no_code_is_made() {
    let registry = builder().entropy(NoEntropy).build();
    let (one, many) = (continuous_group(&registry, "one"), batch_group(&registry, "many"));
    assert_eq!(kind_of(registry.create_reference(one.id)), "EntropyUnavailable");
    assert_eq!(kind_of(registry.create_batch(many.id, NewBatch::of(500))), "EntropyUnavailable");
    assert_eq!(registry.count(&Filter::all()).unwrap(), 0);
    // Counting needs none.
    let counting = group_of(&registry, "counting", digits(3, Order::sequential()));
    assert_eq!(registry.create_reference(counting.id).unwrap().code.as_str(), "001");
}

#[test]
fn a_generator_that_is_stuck_is_noticed() {
    struct Stuck(u8);
    impl serial_core::Entropy for Stuck {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), serial_core::EntropyError> {
            bytes.fill(self.0);
            Ok(())
        }
    }
    for byte in [0, 0xAB, 0xFF] {
        let registry = builder().entropy(Stuck(byte)).build();
        let (one, many) = (continuous_group(&registry, "one"), batch_group(&registry, "many"));
        let first = registry.create_reference(one.id);
        let second = registry.create_reference(one.id);
        assert_eq!(kind_of(first.and(second)), "EntropyUnavailable");
        assert_eq!(kind_of(registry.create_batch(many.id, NewBatch::of(2))), "EntropyUnavailable");
        let full = registry.create_group(NewGroup::continuous("small").format(digits(1, Order::Random))).unwrap();
        let codes: Vec<_> = (0..10).map_while(|_| registry.create_reference(full.id).ok()).collect();
        assert_eq!(codes.len() as u64, registry.group(full.id).unwrap().issued);
    }
}

#[test]
fn without_entropy_a_repeated_request_still_gives_the_first_result() {
    let store = Arc::new(MemoryStore::new());
    let (good, bad) = (Registry::new(Arc::clone(&store)), Registry::builder(store).entropy(NoEntropy).build());
    let group = batch_group(&good, "g");
    let new = NewBatch::of(3).request_id(RequestId(1));
    let first = good.create_batch(group.id, new.clone()).unwrap();
    assert_eq!(bad.create_batch(group.id, new).unwrap().codes, first.codes);
}

#[test]
fn references_carry_the_time_of_their_issue() {
    let registry = registry();
    let group = continuous_group(&registry, "g");
    let reference = registry.create_reference(group.id).unwrap();
    assert_eq!(reference.created_at, NOW);
    assert_eq!(registry.lookup(&reference.code).unwrap().created_at, Timestamp::from_micros(1_795_432_738_000_000));
}
