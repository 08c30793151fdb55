//! A store that breaks the contract makes an error, never a panic, an endless loop or a wrong record.

mod support;

use serial_core::{
    Answer, Appended, BatchId, ClaimId, ClaimRecord, Claimed, Codes, Details, Direction, Error, Event, EventId, Filter,
    Group, GroupFilter, GroupId, MemoryStore, NewBatch, NewClaim, NewField, NewGroup, Paging, Refusal, Registry,
    Repeated, RowId, Selection, Slice, Start, State, Store, Timestamp,
};
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
    let new = |first_row, batch| move || Appended::New { first_row: RowId(first_row), batch, available: 0 };
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
                state: None,
                value: None,
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

#[test]
fn claims_that_do_not_fit_what_was_asked_for_are_errors() {
    type Lie = fn(&mut ClaimRecord);
    let lies: [Lie; 7] = [
        |claim| claim.group = GroupId(1),
        |claim| claim.id = ClaimId(0),
        |claim| drop(claim.references.pop()),
        |claim| claim.references.reverse(),
        |claim| claim.references[0].group = GroupId(1),
        |claim| claim.references[0].state = State::Available,
        |claim| claim.references[1].claim = None,
    ];
    for lie in lies {
        let (registry, _, many) = over(|store| {
            store.claim = Box::new(move |store, plan| {
                let answer = store.claim(plan)?;
                Ok(match answer {
                    Answer::Done(Claimed::New { mut claim, available }) => {
                        lie(&mut claim);
                        Answer::Done(Claimed::New { claim, available })
                    }
                    other => other,
                })
            });
        });
        registry.create_batch(many.id, NewBatch::of(5)).unwrap();
        is_contract(registry.claim(many.id, NewClaim::of(3).holder("h")));
    }
    for refusal in [Refusal::LiveLimit { present: 1 }, Refusal::RequestMismatch] {
        let (registry, _, many) =
            over(|store| store.claim = Box::new(move |_, _| Ok(Answer::Refused(refusal.clone()))));
        is_contract(registry.claim(many.id, NewClaim::of(3).holder("h")));
    }
}

#[test]
fn changes_that_are_refused_for_no_reason_are_errors() {
    for refusal in [Refusal::Unfit { references: Vec::new() }, Refusal::TooManyGroups { present: 1 }] {
        let (registry, one, _) =
            over(|store| store.change = Box::new(move |_, _| Ok(Answer::Refused(refusal.clone()))));
        let tag = registry.create_reference(one.id).unwrap();
        is_contract(registry.transition(&Selection::references([&tag]), State::Encoded));
    }
    // A group that changes whenever attributes are to be set.
    let (registry, one, _) = over(|store| {
        store.change = Box::new(|store, plan| {
            let group = store.group(plan.targets[0].0)?.unwrap();
            Ok(Answer::Refused(Refusal::GroupChanged { group: Box::new(group) }))
        });
    });
    registry.add_field(one.id, NewField::new("f")).unwrap();
    let tag = registry.create_reference(one.id).unwrap();
    is_contract(registry.set_attributes(&Selection::references([&tag]), &[("f", "v")]));
    is_contract(registry.set_warranty(&Selection::references([&tag]), None));
}

#[test]
fn events_details_and_counts_that_nobody_asked_for_are_errors() {
    type Lie = fn(&mut Vec<Event>);
    let lies: [Lie; 3] = [
        |events| events.reverse(),
        |events| events.iter_mut().for_each(|event| event.group = GroupId(2)),
        |events| events.extend(events.clone()),
    ];
    for lie in lies {
        let (registry, one, _) = over(|store| {
            store.events = Box::new(move |store, query| {
                let mut slice = store.events(query)?.done().unwrap();
                lie(&mut slice.items);
                Ok(Answer::Done(slice))
            });
        });
        let tag = registry.create_reference(one.id).unwrap();
        is_contract(registry.events(one.id, EventId(0), 10));
        registry.transition(&Selection::references([&tag]), State::Encoded).unwrap();
        is_contract(registry.history(&tag.code));
    }

    let (registry, one, _) = over(|store| {
        store.details = Box::new(|_, _, _| {
            let details = |row| Details { row: RowId(row), values: Vec::new(), warranty: None };
            Ok(Answer::Done(vec![details(1), details(2)]))
        });
        store.inventory = Box::new(|store, within| {
            let mut inventory = store.inventory(within)?.done().unwrap();
            inventory.next = inventory.next.map(|mut next| {
                next.state = State::Void;
                next
            });
            Ok(Answer::Done(inventory))
        });
    });
    let tag = registry.create_reference(one.id).unwrap();
    is_contract(registry.attributes(&tag.code));
    is_contract(registry.inventory(serial_core::Within::Group(one.id)));
}
