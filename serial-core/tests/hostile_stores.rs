//! A store that breaks the contract makes an error, never a panic, an endless loop or a wrong record.

mod support;

use serial_core::{
    Answer, Appended, BatchId, Codes, Direction, Filter, GroupFilter, GroupId, Paging, Refusal, Repeated, RowId, Slice,
    Start, Store, Timestamp,
};
use serial_core::{Error, Group, MemoryStore, NewBatch, NewGroup, Registry, Selection};
use support::{Wrapped, kind_of};

/// A registry over a store that is changed after two groups were made.
fn over(change: impl FnOnce(&mut Wrapped)) -> (Registry, Group, Group) {
    let mut store = Wrapped::default();
    change(&mut store);
    let registry = Registry::new(store);
    let one = registry.create_group(NewGroup::continuous("one")).unwrap();
    let many = registry.create_group(NewGroup::batch("many")).unwrap();
    (registry, one, many)
}

fn is_contract<T: std::fmt::Debug>(result: Result<T, Error>) {
    assert_eq!(kind_of(result), "StoreContract");
}

#[test]
fn endless_refusals_end() {
    let (registry, one, many) = over(|store| {
        store.append = Box::new(|_, _| Ok(Refusal::CodesTaken { positions: vec![0] }.into()));
    });
    is_contract(registry.create_reference(one.id));
    is_contract(registry.create_batch(many.id, NewBatch::of(3)));

    let (registry, one, _) = over(|store| {
        store.append = Box::new(|_, _| Ok(Refusal::CodesTaken { positions: vec![0] }.into()));
        store.taken = Box::new(|_, _, codes| Ok(Answer::Done((0..).take(codes.len()).collect())));
    });
    is_contract(registry.create_reference(one.id));

    let (registry, one, _) = over(|store| {
        store.append = Box::new(|store, plan| {
            let mut group = store.group(plan.group)?.unwrap();
            group.revision = plan.revision + 1;
            Ok(Refusal::GroupChanged { group: Box::new(group) }.into())
        });
    });
    is_contract(registry.create_reference(one.id));

    // Refused as often as it is asked, each time for a change.
    let (registry, one, _) = over(|store| {
        store.references = Box::new(|store, query| {
            let mut group = store.group(query.within.group().unwrap())?.unwrap();
            group.revision = query.revision.map_or(7, |revision| revision + 1);
            Ok(Refusal::GroupChanged { group: Box::new(group) }.into())
        });
    });
    is_contract(registry.count(&Filter::group(one.id).containing("ABC")));
    is_contract(registry.count(&Filter::group(one.id)));
}

#[test]
fn refusals_that_make_no_sense_are_errors() {
    let refusals: [fn(u64) -> Refusal; 6] = [
        |_| Refusal::CodesTaken { positions: vec![] },
        |_| Refusal::CodesTaken { positions: vec![1] },
        |_| Refusal::CodesTaken { positions: vec![u32::MAX] },
        |_| Refusal::IndexMoved { next: 7 },
        |_| Refusal::RequestMismatch,
        |present| Refusal::TooManyGroups { present },
    ];
    for refusal in refusals {
        let (registry, one, _) = over(|store| store.append = Box::new(move |_, _| Ok(refusal(1).into())));
        is_contract(registry.create_reference(one.id));
    }

    // A listing refused for the revision that the group has, or for another group.
    for id in [1, 2] {
        let (registry, one, _) = over(|store| {
            store.references = Box::new(move |store, query| match query.revision {
                Some(_) => Ok(Refusal::GroupChanged { group: Box::new(store.group(GroupId(id))?.unwrap()) }.into()),
                None => store.references(query),
            });
        });
        registry.create_reference(one.id).unwrap();
        is_contract(registry.count(&Filter::group(one.id).containing("ABC")));
    }
}

#[test]
fn results_that_do_not_fit_the_request_are_errors() {
    let new = |first_row, batch| move || Appended::New { first_row: RowId(first_row), batch };
    let repeated = |group, packed: &'static str, batch: Option<BatchId>| {
        move || {
            Appended::Repeated(Repeated {
                group: GroupId(group),
                first_row: RowId(1),
                batch: batch.map(|id| (id, serial_core::Name::new("n").unwrap())),
                codes: Codes::from_packed(packed.into(), 25).unwrap(),
                created_at: Timestamp::from_micros(0),
            })
        }
    };
    let results: Vec<Box<dyn Fn() -> Appended + Send + Sync>> = vec![
        Box::new(new(0, None)),
        Box::new(new(1, Some(BatchId(1)))),
        Box::new(repeated(77, "AAAAAAAAAAAAAAAAAAAAAAAAA", None)),
        Box::new(repeated(1, "", None)),
        Box::new(repeated(1, "AAAAAAAAAAAAAAAAAAAAAAAAA", Some(BatchId(1)))),
    ];
    for result in results {
        let (registry, one, _) = over(|store| store.append = Box::new(move |_, _| Ok(Answer::Done(result()))));
        is_contract(registry.create_reference(one.id));
    }
}

#[test]
fn listings_that_do_not_fit_the_question_are_errors() {
    fn first_page(
        store: &MemoryStore,
        query: &serial_core::ReferenceQuery,
    ) -> serial_core::StoreResult<Slice<serial_core::Reference>> {
        let query = serial_core::ReferenceQuery { start: Start::Skip(0), ..query.clone() };
        Ok(match store.references(&query)? {
            Answer::Done(slice) => Answer::Done(Slice { more: true, ..slice }),
            refused @ Answer::Refused(_) => refused,
        })
    }
    let (registry, _, many) = over(|store| store.references = Box::new(first_page));
    registry.create_batch(many.id, NewBatch::of(20)).unwrap();
    is_contract(registry.each_reference(Filter::all(), Direction::OldestFirst).collect::<Result<Vec<_>, _>>());
    is_contract(registry.delete(&Selection::matching(Filter::all())));

    let (registry, _, _) = over(|store| {
        store.groups = Box::new(|store, query| {
            let query = serial_core::GroupQuery { start: Start::Skip(0), ..query.clone() };
            Ok(Slice { more: true, ..store.groups(&query)? })
        });
    });
    is_contract(registry.find_group("o"));

    let (registry, _, many) = over(|store| {
        store.references =
            Box::new(|store, query| store.references(&serial_core::ReferenceQuery { size: 100, ..query.clone() }));
    });
    registry.create_batch(many.id, NewBatch::of(20)).unwrap();
    is_contract(registry.references(&Filter::all(), &Paging::of(10)));

    let (registry, one, many) = over(|store| {
        store.references = Box::new(|store, query| {
            store.references(&serial_core::ReferenceQuery { within: serial_core::Within::Registry, ..query.clone() })
        });
    });
    registry.create_batch(many.id, NewBatch::of(2)).unwrap();
    is_contract(registry.references(&Filter::group(one.id), &Paging::of(10)));

    let (registry, _, _) = over(|store| {
        store.references = Box::new(|_, _| Ok(Answer::Done(Slice { items: vec![], more: true, total: None })));
    });
    is_contract(registry.references(&Filter::all(), &Paging::of(10)));
    is_contract(registry.count(&Filter::all()));
}

#[test]
fn records_that_nobody_asked_for_are_errors() {
    let (registry, one, _) = over(|store| {
        store.find = Box::new(|store, _| {
            let query = serial_core::ReferenceQuery {
                within: serial_core::Within::Registry,
                revision: None,
                term: None,
                created: serial_core::Span::default(),
                direction: Direction::OldestFirst,
                start: Start::Skip(0),
                size: 10,
                counted: false,
            };
            Ok(store.references(&query)?.done().unwrap().items)
        });
    });
    registry.create_reference(one.id).unwrap();
    is_contract(registry.lookup("something else"));

    let (registry, one, _) = over(|store| store.group = Box::new(|store, _| store.group(GroupId(2))));
    is_contract(registry.group(one.id));
    is_contract(registry.create_reference(one.id));
    assert!(registry.groups(&GroupFilter::all(), &Paging::of(10)).is_ok());
}
