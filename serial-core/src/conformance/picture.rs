//! Everything that a store says, at once.

use crate::{
    batch::Batch,
    conformance::{
        bench::{all_batches, all_groups, done, references},
        case::Breach,
        lives::{details, events, inventory},
    },
    group::Group,
    life::{Event, Inventory},
    query::Within,
    reference::Reference,
    store::{Details, Store},
};

/// Everything that can be read of a store, to be compared with what can be read later.
#[derive(Debug, PartialEq)]
pub(super) struct Picture {
    groups: Vec<Group>,
    batches: Vec<Batch>,
    references: Vec<Reference>,
    events: Vec<Event>,
    details: Vec<Details>,
    stock: Vec<Inventory>,
}

pub(super) fn picture(store: &dyn Store) -> Result<Picture, Breach> {
    let groups = store.groups(&all_groups())?.items;
    let mut picture = Picture {
        groups: Vec::new(),
        batches: Vec::new(),
        references: references(store, Within::Registry)?,
        events: Vec::new(),
        details: Vec::new(),
        stock: vec![inventory(store, Within::Registry)?],
    };
    for group in &groups {
        picture.batches.extend(done("listing batches", store.batches(&all_batches(group.id)))?.items);
        picture.events.extend(events(store, group.id)?);
        picture.details.extend(details(store, group.id, 1..=group.issued)?);
        picture.stock.push(inventory(store, Within::Group(group.id))?);
    }
    Ok(Picture { groups, ..picture })
}
