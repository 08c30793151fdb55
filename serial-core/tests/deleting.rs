//! Deleting references in two steps.

mod support;

use std::sync::Arc;

use serial_core::{
    DeletePlan, Filter, GroupId, MemoryStore, NewBatch, NewGroup, Order, Paging, Registry, RowId, RowSet, Scope,
    Selection, Store,
};
use support::{batch_group, continuous_group, digits, kind_of, registry, unlimited};

#[test]
fn preparing_a_deletion_changes_nothing_and_confirming_deletes_what_was_shown() {
    let registry = registry();
    let group = batch_group(&registry, "g");
    let codes = registry.create_batch(group.id, NewBatch::of(30)).unwrap().codes;
    let pending = registry.delete(&Selection::codes(codes.iter().take(12))).unwrap();
    assert_eq!((pending.count, pending.sample.len()), (12, 10));
    assert_eq!(registry.group(group.id).unwrap().live, 30);
    let deleted = pending.confirm().unwrap();
    assert_eq!((deleted.deleted, deleted.already_gone), (12, 0));
    assert_eq!(registry.group(group.id).unwrap().live, 18);
    assert_eq!(kind_of(registry.lookup(codes.get(0).unwrap())), "ReferenceNotFound");
    assert!(registry.lookup(codes.get(12).unwrap()).is_ok());
    let again = pending.confirm().unwrap();
    assert_eq!((again.deleted, again.already_gone), (0, 12));
}

#[test]
fn unknown_deleted_and_repeated_codes_are_reported_and_harm_nothing_else() {
    let registry = registry();
    let group = batch_group(&registry, "g");
    let codes = registry.create_batch(group.id, NewBatch::of(4)).unwrap().codes;
    let code = |index| codes.get(index).unwrap().to_owned();
    registry.delete(&Selection::codes([code(0)])).unwrap().confirm().unwrap();
    let typed = format!("  {}\n", code(2).to_lowercase());
    let selection =
        Selection::codes([code(0), code(1), "scribble".into(), code(1), typed, String::new(), "ä\0".into()]);
    let pending = registry.delete(&selection).unwrap();
    assert_eq!(pending.count, 2);
    assert_eq!(pending.unknown, [code(0), "scribble".into(), String::new(), "ä\0".into()]);
    assert_eq!(pending.sample.iter().map(|r| r.code.to_string()).collect::<Vec<_>>(), [code(1), code(2)]);
    assert_eq!(pending.confirm().unwrap().deleted, 2);
    assert_eq!(registry.group(group.id).unwrap().live, 1);
}

#[test]
fn a_code_that_several_groups_have_is_reported_and_needs_its_group() {
    let registry = registry();
    for name in ["one", "other"] {
        let new = NewGroup::continuous(name).format(digits(4, Order::sequential())).scope(Scope::Group);
        let group = registry.create_group(new).unwrap();
        registry.create_reference(group.id).unwrap();
    }
    let pending = registry.delete(&Selection::codes(["0001"])).unwrap();
    assert_eq!((pending.count, pending.ambiguous.as_slice()), (0, &["0001".to_owned()][..]));
    let pending = registry.delete(&Selection::codes_in(GroupId(2), ["0001"])).unwrap();
    assert_eq!(pending.confirm().unwrap().deleted, 1);
    assert_eq!(registry.lookup("0001").unwrap().group, GroupId(1));
}

#[test]
fn a_batch_a_search_result_and_everything_can_be_deleted() {
    let registry = unlimited();
    let group = batch_group(&registry, "g");
    let first = registry.create_batch(group.id, NewBatch::of(10_000)).unwrap();
    registry.create_batch(group.id, NewBatch::of(5_000)).unwrap();
    let single = continuous_group(&registry, "single");
    registry.create_reference(single.id).unwrap();

    let found = Filter::batch(group.id, first.id).containing(&first.codes.get(77).unwrap()[..3]);
    let expected = registry.count(&found).unwrap();
    assert!(expected >= 1);
    assert_eq!(registry.delete(&Selection::matching(found.clone())).unwrap().confirm().unwrap().deleted, expected);
    assert_eq!(registry.count(&found).unwrap(), 0);

    let pending = registry.delete(&Selection::matching(Filter::batch(group.id, first.id))).unwrap();
    assert_eq!(pending.confirm().unwrap().deleted, 10_000 - expected);
    assert_eq!(registry.batch(group.id, first.id).unwrap().live, 0);

    let pending = registry.delete(&Selection::matching(Filter::all())).unwrap();
    assert_eq!((pending.count, pending.confirm().unwrap().deleted), (5_001, 5_001));
    assert_eq!(registry.count(&Filter::all()).unwrap(), 0);
    assert_eq!(registry.group(group.id).unwrap().issued, 15_000);
}

#[test]
fn references_issued_after_the_first_step_are_not_deleted_by_the_second() {
    let registry = registry();
    let group = batch_group(&registry, "g");
    registry.create_batch(group.id, NewBatch::of(3)).unwrap();
    let pending = registry.delete(&Selection::matching(Filter::group(group.id))).unwrap();
    registry.create_batch(group.id, NewBatch::of(2)).unwrap();
    assert_eq!(pending.confirm().unwrap().deleted, 3);
    assert_eq!(registry.references(&Filter::all(), &Paging::of(10)).unwrap().items.len(), 2);
}

#[test]
fn what_others_deleted_between_the_steps_is_counted_as_gone() {
    let registry = registry();
    let group = batch_group(&registry, "g");
    let codes = registry.create_batch(group.id, NewBatch::of(3)).unwrap().codes;
    let pending = registry.delete(&Selection::matching(Filter::group(group.id))).unwrap();
    registry.delete(&Selection::codes([codes.get(1).unwrap()])).unwrap().confirm().unwrap();
    let deleted = pending.confirm().unwrap();
    assert_eq!((deleted.deleted, deleted.already_gone), (2, 1));
    let pending = registry.delete(&Selection::matching(Filter::all())).unwrap();
    assert_eq!(pending.count, 0);
    assert_eq!(pending.confirm().unwrap().deleted, 0);
}

#[test]
fn a_plan_that_names_a_group_twice_deletes_each_reference_once() {
    let store = Arc::new(MemoryStore::new());
    let registry = Registry::new(Arc::clone(&store));
    let group = batch_group(&registry, "g");
    registry.create_batch(group.id, NewBatch::of(3)).unwrap();
    let rows = |ids: &[u64]| ids.iter().copied().map(RowId).collect::<RowSet>();
    let targets = vec![(group.id, rows(&[1, 2])), (GroupId(9), rows(&[1])), (group.id, rows(&[2, 3, u64::MAX]))];
    let deleted = store.delete(&DeletePlan::of(targets, serial_core::Timestamp::from_micros(0))).unwrap();
    assert_eq!((deleted.deleted, deleted.already_gone), (3, 3));
}

#[test]
fn a_selection_of_references_that_cannot_be_is_refused() {
    let registry = registry();
    let unknown = Selection::matching(Filter::group(GroupId(1)));
    assert_eq!(kind_of(registry.delete(&unknown)), "GroupNotFound");
    let short = Selection::matching(Filter::all().containing("ab"));
    assert_eq!(kind_of(registry.delete(&short)), "SearchTermTooShort");
    let none = registry.delete(&Selection::codes(Vec::<String>::new())).unwrap();
    assert_eq!(none.count, 0);
}

#[test]
fn rows_where_nothing_live_is_are_unknown_to_a_prepared_deletion() {
    let registry = support::unlimited();
    let group = support::batch_group(&registry, "Pumps").id;
    registry.create_batch(group, serial_core::NewBatch::of(10)).unwrap();
    let rows = [2, 3, 9, 10, 11, 777].map(|row| (group, serial_core::RowId(row)));
    let gone = (serial_core::GroupId(55), serial_core::RowId(1));
    let pending = registry.delete(&Selection::Rows(rows.into_iter().chain([gone]).collect())).unwrap();
    assert_eq!((pending.count, pending.sample.len()), (4, 4));
    assert_eq!(pending.unknown, ["row 11 of group 1", "row 777 of group 1", "row 1 of group 55"]);
    assert_eq!(pending.confirm().unwrap().deleted, 4);
}
