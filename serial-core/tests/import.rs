//! Importing files: what a review finds, and what a commit does.

mod support;

use std::{
    io::{self, Read},
    sync::Arc,
};

use serial_core::{
    BatchId, Change, Error, Filter, Group, GroupLimits, Import, ImportReview, Limit, Limits, MemoryStore, NewBatch,
    NewField, NewGroup, Order, Registry, RequestId, RowFault, RowId, Selection, State,
};
use support::{NOW, builder, digits, kind_of, registry, unlimited};

/// A Batch group of four digits with the fields Colour, by default red, and Note.
fn group(registry: &Registry) -> Group {
    let format = digits(4, Order::Random);
    let new = NewGroup::batch("g").format(format).field(NewField::new("Colour").default("red"));
    registry.create_group(new.field(NewField::new("Note"))).unwrap()
}

fn review(registry: &Registry, group: &Group, file: &str) -> ImportReview {
    registry.review_import(group.id, Import::csv(file.as_bytes())).unwrap()
}

/// Lines and sentences of what is wrong.
fn faults(review: &ImportReview) -> Vec<(u64, String)> {
    review.faults().iter().map(|fault| (fault.line, fault.fault.to_string())).collect()
}

fn value(registry: &Registry, code: &str, field: usize) -> String {
    registry.attributes(code).unwrap().swap_remove(field).value
}

fn said<const N: usize>(expected: [(u64, &str); N]) -> Vec<(u64, String)> {
    expected.map(|(line, fault)| (line, fault.to_owned())).to_vec()
}

#[test]
fn own_codes_become_one_batch_with_their_attributes() {
    let registry = registry().acting_as("Anna").because("old stock");
    let group = group(&registry);
    let file = "Note,code,Colour\nscratched,0007,blue\n,0003,\n\"\",0005,\"\"\n";
    let import = Import::csv(file.as_bytes()).batch_name("Stock of 2019");
    let review = registry.review_import(group.id, import).unwrap();
    assert_eq!((review.rows(), review.good(), review.faults()), (3, 3, &[][..]));
    assert!(review.good_lines().eq([2, 3, 4]));
    let imported = review.commit().unwrap();
    assert_eq!((imported.group, imported.first_row, imported.repeated), (group.id, RowId(1), false));
    assert_eq!(imported.codes.as_packed(), "000700030005");
    let (batch, name) = imported.batch.clone().unwrap();
    assert_eq!((batch, name.as_str(), imported.created_at), (BatchId(1), "Stock of 2019", NOW));
    assert_eq!(imported.stock.unwrap().available, 3);
    assert_eq!((value(&registry, "0007", 0), value(&registry, "0007", 1)), ("blue".into(), "scratched".into()));
    assert_eq!((value(&registry, "0003", 0), value(&registry, "0003", 1)), ("red".into(), String::new()));
    assert_eq!((value(&registry, "0005", 0), value(&registry, "0005", 1)), (String::new(), String::new()));
    let found = registry.lookup("0003").unwrap();
    assert_eq!((found.batch, found.state, found.row), (Some(batch), State::Available, RowId(2)));
    let history = registry.history("0003").unwrap();
    assert!(matches!(history[0].change, Change::Issued { count: 3, .. }) && history.len() == 1);
    assert_eq!((history[0].cause.actor(), history[0].cause.reason()), (Some("Anna"), Some("old stock")));
}

#[test]
fn a_batch_is_named_after_the_date_and_time_and_a_continuous_group_has_none() {
    let registry = registry();
    let many = group(&registry);
    let imported = review(&registry, &many, "code\n0001\n").commit().unwrap();
    assert_eq!(imported.batch.unwrap().1.as_str(), "2026-11-23 11:18:58");
    let one = registry.create_group(NewGroup::continuous("one").format(digits(5, Order::Random))).unwrap();
    let import = Import::csv("code\n00001\n00002\n".as_bytes()).batch_name("none");
    let imported = registry.review_import(one.id, import).unwrap().commit().unwrap();
    assert_eq!((imported.batch, imported.codes.len()), (None, 2));
    assert_eq!(registry.lookup("00002").unwrap().batch, None);
    assert_eq!(registry.history("00002").unwrap().len(), 1);
    let import = Import::csv("code\n0002\n".as_bytes()).batch_name("");
    assert_eq!(kind_of(registry.review_import(many.id, import)), "NameInvalid");
    assert_eq!(kind_of(registry.review_import(serial_core::GroupId(9), Import::csv(io::empty()))), "GroupNotFound");
}

#[test]
fn a_group_issues_a_code_for_each_row_of_attributes() {
    for order in [Order::Random, Order::sequential()] {
        let registry = registry();
        let new = NewGroup::batch("g").format(digits(4, order)).field(NewField::new("Note"));
        let group = registry.create_group(new).unwrap();
        let file: String = std::iter::once("Note\n".into()).chain((0..300).map(|n| format!("n{n}\n"))).collect();
        let import = Import::csv(file.as_bytes()).issue_codes();
        let imported = registry.review_import(group.id, import).unwrap().commit().unwrap();
        assert_eq!(imported.codes.len(), 300);
        for (number, code) in imported.codes.iter().enumerate() {
            assert_eq!(value(&registry, code, 0), format!("n{number}"));
        }
        let import = Import::json_lines("{}\n{\"Note\":\"x\"}".as_bytes()).issue_codes();
        let imported = registry.review_import(group.id, import).unwrap().commit().unwrap();
        assert_eq!(value(&registry, imported.codes.get(1).unwrap(), 0), "x");
    }
}

#[test]
fn the_limit_of_live_references_holds_and_the_limit_of_a_batch_does_not() {
    let limits = Limits { max_live: Limit::AtMost(10), max_batch: Limit::AtMost(2), ..Limits::default() };
    let registry = builder().limits(limits).build();
    let group = group(&registry);
    review(&registry, &group, "code\n0001\n0002\n0003\n").commit().unwrap();
    let file: String = std::iter::once("code\n".into()).chain((1..=12).map(|n| format!("{n:04}\n"))).collect();
    let found = review(&registry, &group, &file);
    let taken = (2..=4).map(|line| (line, "its code was issued before".to_owned()));
    let full = "the group may have 10 live references and has 3; there is no room for this row";
    assert_eq!(faults(&found), taken.chain([(12, full.into()), (13, full.into())]).collect::<Vec<_>>());
    assert_eq!(found.good(), 7);

    // Others issue meanwhile: there is no room for all of them any more, hence none is issued.
    registry.create_batch(group.id, NewBatch::of(1)).unwrap();
    match found.commit_good() {
        Err(Error::LimitReached { value: 10, present: 4, asked: 7, .. } | Error::ImportFaulty { .. }) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(registry.group(group.id).unwrap().live, 4);
}

#[test]
fn a_group_does_not_issue_more_codes_than_it_has() {
    for order in [Order::Random, Order::Sequential { start: 0 }] {
        let registry = unlimited();
        let new = NewGroup::continuous("g").format(digits(1, order)).field(NewField::new("Note"));
        let group = registry.create_group(new).unwrap();
        (0..7).for_each(|_| drop(registry.create_reference(group.id).unwrap()));
        let file = "Note\na\nb\nc\nd\ne\n";
        let review = registry.review_import(group.id, Import::csv(file.as_bytes()).issue_codes()).unwrap();
        let full = "the format has no code left for this row";
        assert_eq!(faults(&review), said([(5, full), (6, full)]));
        assert_eq!(review.commit_good().unwrap().codes.len(), 3);
        assert_eq!(review.commit_good().unwrap().codes.len(), 3, "a commit can be repeated in a full space");
        let review = registry.review_import(group.id, Import::csv("Note\na\n".as_bytes()).issue_codes()).unwrap();
        assert_eq!(kind_of(review.commit_good()), "ImportFaulty");
    }
}

#[test]
fn codes_that_others_issue_between_review_and_commit_are_named_and_nothing_is_issued() {
    let store = Arc::new(MemoryStore::new());
    let (registry, other) = (Registry::new(Arc::clone(&store)), Registry::new(store));
    let group = group(&registry);
    let found = review(&registry, &group, "code\n0001\nx\n0002\n0003\n0004\n");
    review(&other, &group, "code\n0002\n0004\n").commit().unwrap();
    let Err(Error::ImportFaulty { faults }) = found.commit_good() else { panic!("codes were issued twice") };
    let faults: Vec<_> = faults.iter().map(|fault| (fault.line, fault.fault.clone())).collect();
    assert_eq!(faults, [(4, RowFault::Taken), (6, RowFault::Taken)]);
    assert_eq!(registry.group(group.id).unwrap().issued, 2);
    let again = review(&registry, &group, "code\n0001\nx\n0002\n0003\n0004\n");
    assert_eq!(again.commit_good().unwrap().codes.as_packed(), "00010003");
}

#[test]
fn codes_of_other_groups_in_the_same_scope_are_taken() {
    let registry = registry();
    let group = group(&registry);
    review(&registry, &group, "code\n0001\n").commit().unwrap();
    let new = |name: &str| NewGroup::batch(name).format(digits(4, Order::Random));
    let same = registry.create_group(new("same")).unwrap();
    assert_eq!(faults(&review(&registry, &same, "code\n0001\n")).len(), 1);
    let own = registry.create_group(new("own").scope(serial_core::Scope::Group)).unwrap();
    review(&registry, &own, "code\n0001\n").commit().unwrap();
    assert_eq!(registry.lookup_all("0001").unwrap().len(), 2);
}

#[test]
fn changes_of_the_group_between_review_and_commit_are_seen() {
    let store = Arc::new(MemoryStore::new());
    let (registry, other) = (Registry::new(Arc::clone(&store)), Registry::new(store));
    let group = group(&registry);
    let file = |code: &str| format!("code,Note\n{code},abcdef\n");
    let found = review(&registry, &group, &file("0001"));
    other.rename_field(group.id, "Note", "Remark").unwrap();
    found.commit().unwrap();
    assert_eq!(value(&registry, "0001", 1), "abcdef");
    other.rename_field(group.id, "Remark", "Note").unwrap();

    let found = review(&registry, &group, &file("0002"));
    let short = GroupLimits { max_value: Some(Limit::AtMost(5)), ..GroupLimits::default() };
    other.change_group_limits(group.id, short).unwrap();
    assert_eq!(kind_of(found.commit()), "LimitReached");
    other.change_group_limits(group.id, GroupLimits::default()).unwrap();

    other.retire_field(group.id, "Note").unwrap();
    assert_eq!(kind_of(found.commit()), "FieldNotFound");
    assert_eq!(registry.group(group.id).unwrap().issued, 1);
    other.delete_group(group.id).unwrap().confirm().unwrap();
    assert_eq!(kind_of(found.commit()), "GroupNotFound");
}

#[test]
fn a_commit_can_be_repeated_also_by_a_program_that_began_anew() {
    let registry = registry();
    let group = group(&registry);
    let file = "code,Note\n0001,a\n1,\n0002,b\n";
    let again = |id: Option<u128>| {
        let import = Import::csv(file.as_bytes());
        let import = id.map_or(Import::csv(file.as_bytes()), |id| import.request_id(RequestId(id)));
        registry.review_import(group.id, import).unwrap()
    };
    let first = again(Some(7));
    assert_eq!(first.request_id(), RequestId(7));
    let imported = first.commit_good().unwrap();
    let repeated = first.commit_good().unwrap();
    assert!(repeated.repeated && !imported.repeated);
    assert_eq!((repeated.codes, repeated.batch, repeated.stock), (imported.codes.clone(), imported.batch, None));
    registry.delete(&Selection::codes(["0002"])).unwrap().confirm().unwrap();

    // All rows are taken now, and the request id tells that it was this import that took them.
    let anew = again(Some(7));
    assert_eq!(anew.good(), 0);
    for repeated in [anew.commit_good(), anew.commit()] {
        let repeated = repeated.unwrap();
        assert!(repeated.repeated && repeated.codes == imported.codes);
    }
    assert_eq!(kind_of(again(None).commit_good()), "ImportFaulty");
    assert_eq!(kind_of(again(Some(8)).commit_good()), "ImportFaulty");
    let other = Import::csv("code\n0003\n".as_bytes()).request_id(RequestId(7));
    assert_eq!(kind_of(registry.review_import(group.id, other).unwrap().commit()), "RequestMismatch");
    let named = Import::csv(file.as_bytes()).request_id(RequestId(7)).batch_name("x");
    assert_eq!(kind_of(registry.review_import(group.id, named).unwrap().commit()), "RequestMismatch");
    assert_eq!(registry.group(group.id).unwrap().issued, 2);

    let own = again(None);
    assert_ne!(own.request_id(), again(None).request_id());
}

#[test]
fn of_two_reviews_with_one_request_id_the_first_commit_counts_whatever_was_good() {
    let registry = registry();
    let group = group(&registry);
    let file = "code\n0001\n0002\n0003\n";
    let reviewed = || {
        let import = Import::csv(file.as_bytes()).request_id(RequestId(1));
        registry.review_import(group.id, import).unwrap()
    };
    let all = reviewed();
    review(&registry, &group, "code\n0002\n").commit().unwrap();
    let some = reviewed();
    assert_eq!((all.good(), some.good()), (3, 2));
    assert_eq!(some.commit_good().unwrap().codes.as_packed(), "00010003");
    let repeated = all.commit().unwrap();
    assert!(repeated.repeated && repeated.codes.as_packed() == "00010003");
}

/// Gives bytes one by one and then fails, or ends.
struct Dripping<'a>(&'a [u8], Option<io::ErrorKind>);

impl Read for Dripping<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        match (self.0.split_first(), self.1) {
            (Some((first, rest)), _) => {
                room[0] = *first;
                self.0 = rest;
                Ok(1)
            }
            (None, Some(io::ErrorKind::Interrupted)) => {
                self.1 = None;
                Err(io::ErrorKind::Interrupted.into())
            }
            (None, Some(kind)) => Err(io::Error::new(kind, "the cable is out")),
            (None, None) => Ok(0),
        }
    }
}

#[test]
fn a_reader_may_give_bytes_one_by_one_and_its_error_comes_back() {
    let registry = registry();
    let group = group(&registry);
    let csv = "\u{feff}code,Note\r\n0001,\"a\"\"ä\r\n\"\r\n\r\n0002,字\n";
    let json = "\u{feff}\n{\"code\":\"0001\",\"Note\":\"ä\"}\r\n{\"code\":\"0002\"}";
    for end in [None, Some(io::ErrorKind::Interrupted)] {
        let review = registry.review_import(group.id, Import::csv(Dripping(csv.as_bytes(), end))).unwrap();
        assert_eq!((faults(&review), review.good()), (vec![], 2));
        assert!(review.good_lines().eq([2, 5]));
        let review = registry.review_import(group.id, Import::json_lines(Dripping(json.as_bytes(), end))).unwrap();
        assert!(review.good_lines().eq([2, 3]));
    }
    for file in ["", "code", "code\n", "code\n0001\n", "code\n\"00", "{\"code\""] {
        let end = Some(io::ErrorKind::BrokenPipe);
        for import in [Import::csv(Dripping(file.as_bytes(), end)), Import::json_lines(Dripping(file.as_bytes(), end))]
        {
            match registry.review_import(group.id, import) {
                Err(Error::TransferFailed(error)) => assert_eq!(error.to_string(), "the cable is out"),
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn the_same_file_has_the_same_digest_however_it_is_read() {
    let registry = registry();
    let group = group(&registry);
    let file = "code\n0001\n";
    let id = RequestId(5);
    let import = Import::csv(file.as_bytes()).request_id(id);
    registry.review_import(group.id, import).unwrap().commit().unwrap();
    let import = Import::csv(Dripping(file.as_bytes(), None)).request_id(id);
    assert!(registry.review_import(group.id, import).unwrap().commit().unwrap().repeated);
}

#[test]
fn values_equal_to_the_default_and_common_ones_are_found_like_any_other() {
    let registry = registry();
    let group = group(&registry);
    let file = "code,Colour,Note\n0001,red,same\n0002,,same\n0003,blue,same\n";
    review(&registry, &group, file).commit().unwrap();
    let count = |field, value| registry.count(&Filter::group(group.id).having(field, value)).unwrap();
    assert_eq!((count("Colour", "red"), count("Colour", "blue"), count("Note", "same")), (2, 1, 3));
}
