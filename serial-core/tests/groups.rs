//! Groups: created, listed, found, changed, deleted.

mod support;

use serial_core::{
    Cursor, Error, Filter, GroupFilter, GroupId, GroupLimits, Limit, NewBatch, NewGroup, Numbering, Paging, RequestId,
};
use support::{NOW, batch_group, continuous_group, kind_of, registry};

#[test]
fn a_group_is_what_it_was_created_as() {
    let registry = registry();
    let limits = GroupLimits { max_live: Some(Limit::AtMost(7)), ..Default::default() };
    let new = NewGroup::batch("Pumpe 🏭 \"AX\"").description("zwei\nZeilen").limits(limits);
    let group = registry.create_group(new).unwrap();
    assert_eq!((group.name.as_str(), group.description.as_str()), ("Pumpe 🏭 \"AX\"", "zwei\nZeilen"));
    assert_eq!((group.limits, group.created_at, group.revision), (limits, NOW, 1));
    assert_eq!(registry.group(group.id).unwrap(), group);
}

#[test]
fn names_are_unique_byte_for_byte_and_checked() {
    let registry = registry();
    let group = batch_group(&registry, "Pump");
    assert!(
        matches!(registry.create_group(NewGroup::batch("Pump")), Err(Error::NameTaken { group: id }) if id == group.id)
    );
    batch_group(&registry, "pump");
    batch_group(&registry, " Pump");
    for bad in ["", "\0", &"x".repeat(201)] {
        assert_eq!(kind_of(registry.create_group(NewGroup::batch(bad))), "NameInvalid");
        assert_eq!(kind_of(registry.rename_group(group.id, bad)), "NameInvalid");
    }
    assert_eq!(kind_of(registry.create_group(NewGroup::batch("x").description("\0"))), "DescriptionInvalid");
    assert_eq!(kind_of(registry.describe_group(group.id, "a\0")), "DescriptionInvalid");
}

#[test]
fn name_description_and_limits_change_and_nothing_else() {
    let registry = registry();
    let before = batch_group(&registry, "before");
    batch_group(&registry, "other");
    assert_eq!(kind_of(registry.rename_group(before.id, "other")), "NameTaken");
    registry.rename_group(before.id, "after").unwrap();
    registry.rename_group(before.id, "after").unwrap();
    registry.describe_group(before.id, "d").unwrap();
    let limits = GroupLimits { min_search_term: Some(1), ..Default::default() };
    let after = registry.change_group_limits(before.id, limits).unwrap();
    assert_eq!((after.name.as_str(), after.description.as_str(), after.limits), ("after", "d", limits));
    assert_eq!((after.kind, after.scope, &after.format), (before.kind, before.scope, &before.format));
    assert!(after.revision > before.revision);
    batch_group(&registry, "before");
}

#[test]
fn changing_a_group_that_does_not_exist_is_refused() {
    let registry = registry();
    for id in [GroupId(0), GroupId(1), GroupId(u64::MAX)] {
        assert_eq!(kind_of(registry.group(id)), "GroupNotFound");
        assert_eq!(kind_of(registry.rename_group(id, "n")), "GroupNotFound");
        assert_eq!(kind_of(registry.describe_group(id, "d")), "GroupNotFound");
        assert_eq!(kind_of(registry.change_group_limits(id, GroupLimits::default())), "GroupNotFound");
        assert_eq!(kind_of(registry.delete_group(id)), "GroupNotFound");
    }
}

#[test]
fn groups_are_found_by_any_part_of_their_name_in_any_letter_case() {
    let registry = registry();
    for name in ["Pumpe ÄX", "PUMPE", "Ventil 100%"] {
        batch_group(&registry, name);
    }
    let found = |part: &str| {
        let page = registry.groups(&GroupFilter::named(part), &Paging::of(10)).unwrap();
        page.items.into_iter().map(|group| group.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(found("pumpe"), ["Pumpe ÄX", "PUMPE"]);
    assert_eq!(found("äx"), ["Pumpe ÄX"]);
    assert_eq!(found("0%"), ["Ventil 100%"]);
    assert_eq!(found("_"), [""; 0]);
    assert_eq!(found("").len(), 3);
    assert_eq!(registry.find_group("PUMPE").unwrap().unwrap().name.as_str(), "PUMPE");
    assert!(registry.find_group("PUMP").unwrap().is_none());
}

#[test]
fn groups_are_listed_in_pages_both_ways() {
    let registry = registry();
    for number in 1..=7 {
        batch_group(&registry, &format!("group {number}"));
    }
    registry.delete_group(GroupId(4)).unwrap().confirm().unwrap();
    let ids = |mut paging: Paging| {
        let mut ids = Vec::new();
        loop {
            let page = registry.groups(&GroupFilter::all(), &paging).unwrap();
            ids.extend(page.items.iter().map(|group| group.id.0));
            match page.next {
                Some(cursor) => paging = paging.after(cursor),
                None => return ids,
            }
        }
    };
    assert_eq!(ids(Paging::of(2)), [1, 2, 3, 5, 6, 7]);
    assert_eq!(ids(Paging::of(2).newest_first()), [7, 6, 5, 3, 2, 1]);
    let page = registry.numbered_groups(&GroupFilter::all(), &Numbering::page(2).of(4)).unwrap();
    assert_eq!((page.items.len(), page.total, page.pages()), (2, 6, 2));
    let page = registry.numbered_groups(&GroupFilter::named("5"), &Numbering::page(1)).unwrap();
    assert_eq!((page.items[0].id, page.total), (GroupId(5), 1));
}

#[test]
fn a_page_that_cannot_be_is_an_error() {
    let registry = registry();
    let all = GroupFilter::all();
    assert_eq!(kind_of(registry.groups(&all, &Paging::of(0))), "PageInvalid");
    assert_eq!(kind_of(registry.groups(&all, &Paging::of(10_001))), "PageInvalid");
    assert_eq!(kind_of(registry.numbered_groups(&all, &Numbering::page(0))), "PageInvalid");
    assert!(registry.numbered_groups(&all, &Numbering::page(u64::MAX).of(10_000)).unwrap().items.is_empty());
}

#[test]
fn a_cursor_of_another_listing_is_an_error() {
    let registry = registry();
    batch_group(&registry, "a");
    batch_group(&registry, "b");
    let cursor: Cursor = registry.groups(&GroupFilter::all(), &Paging::of(1)).unwrap().next.unwrap();
    let other_filter = GroupFilter::named("a");
    assert_eq!(kind_of(registry.groups(&other_filter, &Paging::of(1).after(cursor))), "CursorInvalid");
    let other_way = Paging::of(1).newest_first().after(cursor);
    assert_eq!(kind_of(registry.groups(&GroupFilter::all(), &other_way)), "CursorInvalid");
    assert_eq!(kind_of(registry.references(&Filter::all(), &Paging::of(1).after(cursor))), "CursorInvalid");
}

#[test]
fn deleting_a_group_takes_two_steps_and_takes_its_references_along() {
    let registry = registry();
    let (group, other) = (batch_group(&registry, "g"), batch_group(&registry, "other"));
    let codes = registry.create_batch(group.id, NewBatch::of(20)).unwrap().codes;
    registry.create_batch(other.id, NewBatch::of(1)).unwrap();

    let pending = registry.delete_group(group.id).unwrap();
    assert_eq!((pending.group.live, pending.sample.len()), (20, 10));
    drop(pending);
    assert_eq!(registry.group(group.id).unwrap().live, 20);

    let pending = registry.delete_group(group.id).unwrap();
    assert_eq!(pending.confirm().unwrap(), 20);
    assert_eq!(kind_of(pending.confirm()), "GroupNotFound");
    assert_eq!(kind_of(registry.group(group.id)), "GroupNotFound");
    assert_eq!(kind_of(registry.lookup(codes.get(0).unwrap())), "ReferenceNotFound");
    assert_eq!(kind_of(registry.references(&Filter::group(group.id), &Paging::of(1))), "GroupNotFound");
    assert_eq!(registry.count(&Filter::all()).unwrap(), 1);
    let again = batch_group(&registry, "g");
    assert_ne!(again.id, group.id);
}

#[test]
fn a_group_that_issued_more_since_its_deletion_was_prepared_is_not_deleted() {
    let registry = registry();
    let group = continuous_group(&registry, "g");
    let pending = registry.delete_group(group.id).unwrap();
    registry.create_reference(group.id).unwrap();
    assert!(matches!(pending.confirm(), Err(Error::ChangedMeanwhile { more: 1, .. })));
    assert_eq!(registry.group(group.id).unwrap().live, 1);
}

#[test]
fn a_request_id_of_a_text_is_the_same_every_time() {
    assert_eq!(RequestId::of_text("Order 4711"), RequestId::of_text("Order 4711"));
}
