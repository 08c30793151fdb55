//! Reading: pages, filters, search, lookup, batches.

mod support;

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use serial_core::{
    BatchId, Clock, Direction, Error, Filter, Format, GroupId, NewBatch, NewGroup, Numbering, Paging, Preset,
    Reference, Registry, RowId, Selection, Store, Timestamp,
};
use support::{Wrapped, batch_group, builder, continuous_group, kind_of, registry, unlimited};

/// All pages of a listing, one after the other.
fn all(registry: &Registry, filter: &Filter, mut paging: Paging) -> Vec<Reference> {
    let mut all = Vec::new();
    loop {
        let page = registry.references(filter, &paging).unwrap();
        all.extend(page.items);
        match page.next {
            Some(cursor) => paging = paging.after(cursor.to_string().parse().unwrap()),
            None => return all,
        }
    }
}

fn rows(references: &[Reference]) -> Vec<(u64, u64)> {
    references.iter().map(|reference| (reference.group.0, reference.row.0)).collect()
}

/// Two groups with 9,000 and 3 references, of which every third and one are deleted.
fn filled() -> Registry {
    let registry = unlimited();
    let (one, other) = (batch_group(&registry, "one"), batch_group(&registry, "other"));
    let first = registry.create_batch(one.id, NewBatch::of(8_000)).unwrap();
    registry.create_batch(one.id, NewBatch::of(1_000)).unwrap();
    let last = registry.create_batch(other.id, NewBatch::of(3)).unwrap();
    let scrapped = first.codes.iter().step_by(3).chain(last.codes.get(1));
    registry.delete(&Selection::codes(scrapped)).unwrap().confirm().unwrap();
    registry
}

#[test]
fn pages_by_cursor_yield_every_live_reference_once_in_order() {
    let registry = filled();
    let expected: Vec<(u64, u64)> = (1..=9_000)
        .filter(|row| *row > 8_000 || (row - 1) % 3 != 0)
        .map(|row| (1, row))
        .chain([(2, 1), (2, 3)])
        .collect();
    for size in [1_000, 4_096, 10_000] {
        assert_eq!(rows(&all(&registry, &Filter::all(), Paging::of(size))), expected);
        let mut reversed = rows(&all(&registry, &Filter::all(), Paging::of(size).newest_first()));
        reversed.reverse();
        assert_eq!(reversed, expected);
    }
}

#[test]
fn pages_by_number_agree_with_pages_by_cursor_and_give_the_total() {
    let registry = filled();
    for direction in [Direction::OldestFirst, Direction::NewestFirst] {
        let turned = |paging: Paging| if direction == Direction::NewestFirst { paging.newest_first() } else { paging };
        let listed = all(&registry, &Filter::all(), turned(Paging::of(10_000)));
        for number in [1, 2, 3, 29, 30, 31, 32, 64, 65] {
            let mut numbering = Numbering::page(number).of(100);
            if direction == Direction::NewestFirst {
                numbering = numbering.newest_first();
            }
            let page = registry.numbered_references(&Filter::all(), &numbering).unwrap();
            let start = usize::try_from((number - 1) * 100).unwrap().min(listed.len());
            let end = (start + 100).min(listed.len());
            assert_eq!(page.items, listed[start..end], "page {number}");
            assert_eq!((page.total, page.pages()), (listed.len() as u64, 64));
        }
    }
}

#[test]
fn a_continuous_group_of_many_references_is_read_like_any_other() {
    let registry = unlimited();
    let group = continuous_group(&registry, "g");
    let issued: Vec<_> = (0..9_000).map(|_| registry.create_reference(group.id).unwrap()).collect();
    assert_eq!(all(&registry, &Filter::group(group.id), Paging::of(1_000)), issued);
    for reference in issued.iter().step_by(997) {
        assert_eq!(registry.lookup(&reference.code).unwrap(), *reference);
    }
    let span = Filter::all().created_from(issued[0].created_at);
    assert_eq!(registry.count(&span).unwrap(), 9_000);
    let some = issued.iter().step_by(100).map(|reference| reference.code.as_str());
    assert_eq!(registry.delete(&Selection::codes(some)).unwrap().confirm().unwrap().deleted, 90);
    assert_eq!(registry.group(group.id).unwrap().live, 8_910);
    let page = registry.numbered_references(&Filter::all(), &Numbering::page(80).of(100)).unwrap();
    assert_eq!((page.total, page.items.len()), (8_910, 100));
}

#[test]
fn a_cursor_stays_stable_while_others_issue_and_delete() {
    let registry = registry();
    let group = batch_group(&registry, "g");
    let codes = registry.create_batch(group.id, NewBatch::of(10)).unwrap().codes;
    let filter = Filter::group(group.id);
    let first = registry.references(&filter, &Paging::of(4)).unwrap();
    // The one before, the one at and the one behind the cursor go, and new ones come.
    let gone = [2, 3, 4].map(|index| codes.get(index).unwrap());
    registry.delete(&Selection::codes(gone)).unwrap().confirm().unwrap();
    registry.create_batch(group.id, NewBatch::of(2)).unwrap();
    let rest = all(&registry, &filter, Paging::of(4).after(first.next.unwrap()));
    assert_eq!(rows(&rest).into_iter().map(|(_, row)| row).collect::<Vec<_>>(), [6, 7, 8, 9, 10, 11, 12]);
}

#[test]
fn the_references_of_a_batch_are_listed_like_those_of_a_group() {
    let registry = filled();
    let batch = Filter::batch(GroupId(1), BatchId(2));
    let listed = all(&registry, &batch, Paging::of(300));
    assert_eq!((listed.len(), listed[0].row, listed[0].batch), (1_000, RowId(8_001), Some(BatchId(2))));
    assert_eq!(registry.count(&batch).unwrap(), 1_000);
    let page = registry.numbered_references(&batch, &Numbering::page(1).of(1).newest_first()).unwrap();
    assert_eq!(page.items[0].row, RowId(9_000));
    assert_eq!(kind_of(registry.count(&Filter::batch(GroupId(1), BatchId(3)))), "BatchNotFound");
    assert_eq!(kind_of(registry.count(&Filter::batch(GroupId(1), BatchId(0)))), "BatchNotFound");
    assert_eq!(kind_of(registry.count(&Filter::batch(GroupId(3), BatchId(1)))), "GroupNotFound");
}

#[test]
fn every_reference_can_be_gone_through_one_by_one() {
    let registry = filled();
    let each: Result<Vec<_>, _> = registry.each_reference(Filter::all(), Direction::NewestFirst).collect();
    assert_eq!(each.unwrap(), all(&registry, &Filter::all(), Paging::of(999).newest_first()));
    let mut broken = registry.each_reference(Filter::group(GroupId(9)), Direction::OldestFirst);
    assert!(matches!(broken.next(), Some(Err(Error::GroupNotFound { .. }))));
    assert!(broken.next().is_none());
}

#[test]
fn search_finds_a_term_anywhere_in_the_code_in_any_letter_case() {
    for format in [
        Format::builder().preset(Preset::UpperAlphanumeric).length(4).build().unwrap(),
        Format::builder().preset(Preset::Printable).length(5).prefix("Ab").suffix("yZ").build().unwrap(),
        Format::builder().symbols("abc0").length(6).build().unwrap(),
        Format::builder().preset(Preset::Digits).length(6).build().unwrap(),
    ] {
        let registry = unlimited();
        let group = registry.create_group(NewGroup::batch("g").format(format.clone())).unwrap();
        registry.create_batch(group.id, NewBatch::of(4_000)).unwrap();
        let codes: Vec<_> = all(&registry, &Filter::all(), Paging::of(10_000));
        let sample = codes[1234].code.clone();
        let width = format.width();
        for (from, to) in [(0, 3), (width - 3, width), (1, 4), (0, width)] {
            for term in [sample[from..to].to_owned(), sample[from..to].to_uppercase(), sample[from..to].to_lowercase()]
            {
                let expected: Vec<_> = codes
                    .iter()
                    .filter(|reference| reference.code.to_lowercase().contains(&term.to_lowercase()))
                    .cloned()
                    .collect();
                let filter = Filter::group(group.id).containing(&term);
                assert_eq!(all(&registry, &filter, Paging::of(7)), expected, "{term}");
                assert_eq!(registry.count(&filter).unwrap(), expected.len() as u64);
                let mut newest_first = all(&registry, &filter, Paging::of(7).newest_first());
                newest_first.reverse();
                assert_eq!(newest_first, expected, "{term}");
            }
        }
        let absent = Filter::all().containing("\u{21}".repeat(width + 1));
        assert_eq!(registry.count(&absent).unwrap(), 0, "longer than a code");
    }
}

#[test]
fn search_does_not_find_the_end_of_one_code_with_the_beginning_of_the_next() {
    let registry = unlimited();
    let format = Format::builder().symbols("01").length(3).order(serial_core::Order::Sequential { start: 0 }).build();
    let group = registry.create_group(NewGroup::batch("g").format(format.unwrap())).unwrap();
    registry.create_batch(group.id, NewBatch::of(8)).unwrap();
    for number in 0..8 {
        let term = format!("{number:03b}");
        let found = all(&registry, &Filter::all().containing(&term), Paging::of(10));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].code.as_str(), term);
    }
}

#[test]
fn a_search_term_must_be_long_enough_for_the_limits_and_made_of_what_codes_are_made_of() {
    let registry = registry();
    let group = batch_group(&registry, "g");
    let search = |term: &str| registry.references(&Filter::group(group.id).containing(term), &Paging::of(1));
    assert!(matches!(search("ab"), Err(Error::SearchTermTooShort { min: 3, found: 2 })));
    assert!(matches!(search(""), Err(Error::SearchTermTooShort { .. })));
    assert!(matches!(search("äöü"), Err(Error::SearchTermInvalid { symbol: 'ä', position: 1 })));
    assert!(matches!(search("ab\0"), Err(Error::SearchTermInvalid { symbol: '\0', position: 3 })));
    assert!(search(&"A".repeat(1_000_000)).unwrap().items.is_empty());
    let own = serial_core::GroupLimits { min_search_term: Some(1), ..Default::default() };
    registry.change_group_limits(group.id, own).unwrap();
    assert!(search("a").is_ok());
    assert_eq!(kind_of(registry.count(&Filter::all().containing("ab"))), "SearchTermTooShort");
    assert_eq!(kind_of(registry.count(&Filter::group(GroupId(9)).containing("ab"))), "GroupNotFound");
}

#[test]
fn searching_a_group_that_is_known_reads_it_only_where_it_changed_or_a_term_is_too_short() {
    let reads = Arc::new(AtomicI64::new(0));
    let mut store = Wrapped::default();
    let counter = Arc::clone(&reads);
    store.group = Box::new(move |store, id| {
        counter.fetch_add(1, Ordering::Relaxed);
        store.group(id)
    });
    let store = Arc::new(store);
    let (one, other) = (Registry::new(Arc::clone(&store)), Registry::new(store));
    let group = batch_group(&one, "g");
    let count = |term: &str| {
        let before = reads.load(Ordering::Relaxed);
        let found = one.count(&Filter::group(group.id).containing(term));
        (found.map_err(|error| kind_of::<u64>(Err(error))), reads.load(Ordering::Relaxed) - before)
    };
    let too_short = || Err("SearchTermTooShort".into());
    let least = |least: u32| {
        let limits = serial_core::GroupLimits { min_search_term: Some(least), ..Default::default() };
        other.change_group_limits(group.id, limits).unwrap();
    };
    one.create_batch(group.id, NewBatch::of(1)).unwrap();
    assert_eq!(count("~~~"), (Ok(0), 0));
    assert_eq!(count("~~"), (too_short(), 1));
    least(4);
    assert_eq!(count("~~~"), (too_short(), 0));
    assert_eq!(count("~~~~"), (Ok(0), 0));
    least(2);
    assert_eq!(count("~~"), (Ok(0), 1));
    assert_eq!(count("~~"), (Ok(0), 0));
    least(3);
    assert_eq!(count("~~~"), (Ok(0), 0));
    assert_eq!(other.count(&Filter::group(group.id).containing("~~~")).unwrap(), 0);
}

#[test]
fn all_conditions_of_a_filter_hold_together() {
    struct Ticking(AtomicI64);
    impl Clock for Ticking {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(self.0.fetch_add(1, Ordering::Relaxed))
        }
    }
    let registry = builder().clock(Ticking(AtomicI64::new(0))).build();
    let group = registry.create_group(NewGroup::continuous("g")).unwrap();
    for _ in 0..100 {
        registry.create_reference(group.id).unwrap();
    }
    let at = Timestamp::from_micros;
    let between = Filter::group(group.id).created_from(at(11)).created_before(at(21));
    assert_eq!(rows(&all(&registry, &between, Paging::of(3))), (11..=20).map(|row| (1, row)).collect::<Vec<_>>());
    assert_eq!(registry.count(&Filter::all().created_before(at(1))).unwrap(), 0);
    assert_eq!(registry.count(&Filter::all().created_from(at(100))).unwrap(), 1);
    let code = all(&registry, &between, Paging::of(3))[4].code.clone();
    assert_eq!(registry.count(&between.clone().containing(&code[3..9])).unwrap(), 1);
    let other_time = Filter::group(group.id).created_from(at(21)).containing(&code[3..9]);
    assert_eq!(registry.count(&other_time).unwrap(), 0);
}

#[test]
fn lookup_tolerates_white_space_and_the_other_letter_case_where_a_format_has_one() {
    let registry = registry();
    let upper = continuous_group(&registry, "upper");
    let lower = Format::builder().symbols("abc1").length(8).prefix("x").build().unwrap();
    let lower = registry.create_group(NewGroup::continuous("lower").format(lower)).unwrap();
    let mixed = registry.create_group(NewGroup::continuous("mixed").format(Format::quick())).unwrap();

    let reference = registry.create_reference(upper.id).unwrap();
    for typed in [format!("\t {}\r\n", reference.code), reference.code.to_lowercase()] {
        assert_eq!(registry.lookup(&typed).unwrap(), reference);
        assert_eq!(registry.lookup_in(upper.id, &typed).unwrap(), reference);
    }
    let reference = registry.create_reference(lower.id).unwrap();
    assert_eq!(registry.lookup(&reference.code.to_uppercase()).unwrap(), reference);
    assert_eq!(kind_of(registry.lookup_in(upper.id, &reference.code)), "ReferenceNotFound");

    let reference = registry.create_reference(mixed.id).unwrap();
    assert_eq!(registry.lookup(&reference.code).unwrap(), reference);
    let swapped: String = reference
        .code
        .chars()
        .map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
        .collect();
    assert_eq!(kind_of(registry.lookup(&swapped)), "ReferenceNotFound");
}

#[test]
fn looking_up_what_is_no_code_finds_nothing() {
    let registry = registry();
    let group = continuous_group(&registry, "g");
    registry.create_reference(group.id).unwrap();
    for text in ["", " ", "\0", "ä", "H829", &"x".repeat(1_000_000), "AAAAAAAAAAAAAAAAAAAAAAAAA"] {
        assert_eq!(kind_of(registry.lookup(text)), "ReferenceNotFound");
        assert_eq!(kind_of(registry.lookup_in(GroupId(99), text)), "ReferenceNotFound");
        assert!(registry.lookup_all(text).unwrap().is_empty());
    }
}

#[test]
fn batches_are_listed_with_name_time_size_and_what_is_still_live() {
    let registry = registry();
    let group = batch_group(&registry, "g");
    let mut first = None;
    for number in 1..=5 {
        let batch = registry.create_batch(group.id, NewBatch::of(number).name(format!("batch {number}"))).unwrap();
        first.get_or_insert(batch);
    }
    let first = first.unwrap();
    registry.delete(&Selection::matching(Filter::batch(group.id, first.id))).unwrap().confirm().unwrap();
    let page = registry.batches(group.id, &Paging::of(2)).unwrap();
    let shown: Vec<_> = page.items.iter().map(|batch| (batch.name.as_str(), batch.size, batch.live)).collect();
    assert_eq!(shown, [("batch 1", 1, 0), ("batch 2", 2, 2)]);
    let page = registry.batches(group.id, &Paging::of(2).after(page.next.unwrap())).unwrap();
    assert_eq!(page.items.iter().map(|batch| batch.id.0).collect::<Vec<_>>(), [3, 4]);
    let page = registry.numbered_batches(group.id, &Numbering::page(2).of(3).newest_first()).unwrap();
    assert_eq!((page.items.iter().map(|batch| batch.id.0).collect::<Vec<_>>(), page.total), (vec![2, 1], 5));
    assert_eq!(registry.batch(group.id, BatchId(2)).unwrap().first_row, RowId(2));
    assert_eq!(kind_of(registry.batch(group.id, BatchId(6))), "BatchNotFound");
    assert_eq!(kind_of(registry.batches(GroupId(9), &Paging::of(1))), "GroupNotFound");
    let single = continuous_group(&registry, "single");
    assert!(registry.batches(single.id, &Paging::of(1)).unwrap().items.is_empty());
}

#[test]
fn all_references_come_back_after_a_search() {
    let registry = filled();
    let every: BTreeSet<_> = all(&registry, &Filter::all(), Paging::of(500)).into_iter().map(|r| r.code).collect();
    assert_eq!(every.len() as u64, registry.count(&Filter::all()).unwrap());
}
