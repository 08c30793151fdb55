//! What the page for operators says about the tables holds.

mod support;

use std::collections::BTreeSet;

use serial_core::{
    BatchId, Direction, Filter, Format, Limits, NewBatch, NewClaim, NewGroup, Numbering, Order, Paging, Preset,
    Registry, Scope, Selection, State,
};
use serial_postgres::PostgresStore;
use support::server;

const GUIDE: &str = include_str!("../../docs/postgresql-at-scale.md");

/// The statement of the guide that begins like this, to the end of its block or to its last semicolon.
fn guide(beginning: &str) -> &'static str {
    let from = GUIDE.find(beginning).unwrap_or_else(|| panic!("the guide does not say {beginning}"));
    let rest = &GUIDE[from..];
    rest[..rest.find("```").unwrap()].trim()
}

fn used() -> (String, Registry) {
    let url = server().create_database().unwrap();
    let registry = Registry::builder(PostgresStore::open(&*url).unwrap()).limits(Limits::unlimited()).build();
    (url.rsplit('/').next().unwrap().to_owned(), registry)
}

#[test]
fn the_reports_of_the_guide_run_and_count_what_is_live() {
    let (database, registry) = used();
    let group = registry.create_group(NewGroup::batch("Pump AX-100")).unwrap().id;
    let batch = registry.create_batch(group, NewBatch::of(10).name("Order 4711")).unwrap();
    let code = batch.codes.get(3).unwrap();
    let first = batch.codes.get(0).unwrap();
    let _ = registry.delete(&Selection::codes([first])).unwrap().confirm().unwrap();
    let days = server().execute(&database, guide("SELECT created_at::date AS day")).unwrap();
    assert_eq!(days.len(), 1);
    assert!(days[0].ends_with("\tPump AX-100\t9"), "{days:?}");
    let full = server().execute(&database, guide("SELECT name, live, issued - live")).unwrap();
    assert_eq!(full, ["Pump AX-100\t9\t1\tnull"]);
    let order = guide("SELECT group_name, batch_name, created_at").replace("H829...", code);
    let order = server().execute(&database, &order).unwrap();
    assert!(order[0].starts_with("Pump AX-100\tOrder 4711\t"), "{order:?}");

    let line = registry.acting_as("Line 3").because("label torn");
    line.transition(&Selection::codes([code]), State::Void).unwrap();
    line.claim(group, NewClaim::of(2)).unwrap();
    let states = server().execute(&database, guide("SELECT group_name, batch_name, state")).unwrap();
    let expected = ["allocated\t2", "available\t6", "void\t1"].map(|state| format!("Pump AX-100\tOrder 4711\t{state}"));
    assert_eq!(states, expected);
    let made_void = server().execute(&database, guide("SELECT happened_at, actor, reason")).unwrap();
    assert!(made_void.len() == 1 && made_void[0].ends_with("\tLine 3\tlabel torn\t4"), "{made_void:?}");
    let stock = server().execute(&database, guide("SELECT name, available, allocated")).unwrap();
    assert_eq!(stock, ["Pump AX-100\t6\t2\t0\t0\t0"]);
}

#[test]
fn a_counter_that_was_moved_on_after_a_failover_is_not_issued_from_again() {
    let (database, registry) = used();
    let counted = Format::builder().preset(Preset::Digits).length(8).order(Order::sequential()).build().unwrap();
    let line = registry.create_group(NewGroup::continuous("Line").format(counted)).unwrap().id;
    let drawn = registry.create_group(NewGroup::continuous("Drawn")).unwrap().id;
    assert_eq!(registry.create_reference(line).unwrap().code.as_str(), "00000001");
    server().execute(&database, guide("UPDATE serialref.groups SET next_index").trim_end()).unwrap();
    assert_eq!(registry.create_reference(line).unwrap().code.as_str(), "00010002");
    assert_eq!(registry.group(drawn).unwrap().next_index, 0);
}

#[test]
fn without_the_index_for_searching_everything_is_found_too() {
    let (database, registry) = used();
    server().execute(&database, guide("DROP INDEX serialref.references_search")).unwrap();
    let store = PostgresStore::open(server().url(&database)).unwrap();
    // Empty as it is, the store makes it again.
    assert!(store.has_search_index());
    let group = registry.create_group(NewGroup::batch("Pumps")).unwrap().id;
    let batch = registry.create_batch(group, NewBatch::of(5000)).unwrap();
    server().execute(&database, guide("DROP INDEX serialref.references_search")).unwrap();
    let store = PostgresStore::open(server().url(&database)).unwrap();
    assert!(!store.has_search_index());
    let registry = Registry::new(store);
    let term = &batch.codes.get(4321).unwrap()[5..15];
    let search = |registry: &Registry| {
        let found = registry.references(&Filter::group(group).containing(term), &Paging::of(10)).unwrap().items;
        found.into_iter().map(|reference| reference.row.0).collect::<Vec<_>>()
    };
    assert_eq!(search(&registry), [4322]);
    server().execute(&database, guide("CREATE INDEX CONCURRENTLY references_search")).unwrap();
    let store = PostgresStore::open(server().url(&database)).unwrap();
    assert!(store.has_search_index());
    assert_eq!(search(&Registry::new(store)), [4322]);
}

#[test]
fn terms_are_found_alike_with_and_without_the_index_in_any_direction_and_from_any_place() {
    let (database, indexed) = used();
    server().execute(&database, guide("DROP INDEX serialref.references_search")).unwrap();
    let format = |prefix: &str| Format::builder().preset(Preset::Digits).length(7).prefix(prefix).build().unwrap();
    let groups = ["AX-", "BX-"].map(|prefix| {
        let group = indexed.create_group(NewGroup::batch(prefix).format(format(prefix))).unwrap().id;
        let first = indexed.create_batch(group, NewBatch::of(3000)).unwrap();
        indexed.create_batch(group, NewBatch::of(3000)).unwrap();
        let doomed: Vec<&str> = first.codes.iter().step_by(7).collect();
        let _ = indexed.delete(&Selection::codes(doomed)).unwrap().confirm().unwrap();
        group
    });
    let small = indexed.create_group(NewGroup::batch("CX-").format(format("CX-"))).unwrap().id;
    indexed.create_batch(small, NewBatch::of(1000)).unwrap();
    let open = || {
        let store = PostgresStore::open(server().url(&database)).unwrap();
        let has_index = store.has_search_index();
        (Registry::builder(store).limits(Limits::unlimited()).build(), has_index)
    };
    let (plain, has_index) = open();
    assert!(!has_index);
    server().execute(&database, guide("CREATE INDEX CONCURRENTLY references_search")).unwrap();
    let (indexed, has_index) = open();
    assert!(has_index);
    let all = |registry: &Registry, filter: &Filter, newest: bool| {
        let mut paging = if newest { Paging::of(50).newest_first() } else { Paging::of(50) };
        let mut rows = Vec::new();
        // Far enough to pass from one way of searching to the other.
        for _ in 0..12 {
            let page = registry.references(filter, &paging).unwrap();
            rows.extend(page.items.into_iter().map(|reference| (reference.group, reference.row)));
            match page.next {
                Some(next) => paging = paging.after(next),
                None => break,
            }
        }
        rows
    };
    for term in ["AX-", "x-1", "777", "12345", "-", "7", "X-99", "ax-1234567890"] {
        let filters =
            [Filter::all(), Filter::group(groups[0]), Filter::batch(groups[1], BatchId(2)), Filter::group(small)];
        for filter in filters {
            let filter = filter.containing(term);
            for newest in [false, true] {
                assert_eq!(all(&indexed, &filter, newest), all(&plain, &filter, newest), "{term} {filter:?}");
            }
            for number in [1, 2, 7] {
                let page =
                    |registry: &Registry| registry.numbered_references(&filter, &Numbering::page(number)).unwrap();
                assert_eq!(page(&indexed), page(&plain), "{term} {filter:?}");
            }
        }
    }
}

#[test]
fn a_table_that_was_partitioned_as_the_guide_says_works_like_any_other() {
    let (database, registry) = used();
    let old = registry.create_group(NewGroup::batch("Old")).unwrap().id;
    registry.create_batch(old, NewBatch::of(50)).unwrap();
    let part = |number| {
        format!(
            "CREATE TABLE serialref.references_{number} PARTITION OF serialref.\"references\" FOR VALUES WITH (MODULUS 4, \
             REMAINDER {number});"
        )
    };
    let parts = [1, 2, 3].map(part).concat();
    let finish = format!(
        "{parts} CREATE INDEX ON serialref.\"references\" (group_id, row_id); INSERT INTO serialref.\"references\" SELECT * \
         FROM serialref.references_old; DROP TABLE serialref.references_old CASCADE; COMMIT"
    );
    let script = guide("BEGIN;\nLOCK TABLE").trim_end_matches("COMMIT;");
    server().execute(&database, &format!("{script} {finish}")).unwrap();

    let numbers = Format::builder().preset(Preset::Digits).length(6).order(Order::sequential()).build().unwrap();
    let mut groups = vec![old];
    for name in ["One", "Other"] {
        let new = NewGroup::batch(name).format(numbers.clone()).scope(Scope::Group);
        groups.push(registry.create_group(new).unwrap().id);
    }
    for group in &groups {
        let batch = registry.create_batch(*group, NewBatch::of(50)).unwrap();
        let _ =
            registry.delete(&Selection::codes_in(*group, [batch.codes.get(0).unwrap()])).unwrap().confirm().unwrap();
    }
    let each = registry.each_reference(Filter::all(), Direction::OldestFirst).map(Result::unwrap);
    let places: Vec<_> = each.map(|reference| (reference.group, reference.row)).collect();
    assert_eq!(places.len(), 99 + 49 + 49);
    assert!(places.is_sorted());
    assert_eq!(registry.lookup_all("000007").unwrap().len(), 2);
    let distinct: BTreeSet<_> = places.iter().collect();
    assert_eq!(distinct.len(), places.len());
}
