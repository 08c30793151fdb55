//! Issuing the references of an order.

use std::collections::BTreeMap;

use serial_core::{
    Code, Error, ErrorKind, Group, GroupId, Limit, NewBatch, NewGroup, NewReference, Registry, RequestId,
    WarrantyPolicy,
};

use crate::{
    every, explain, find_or_create, formats,
    orders::Order,
    summary::{Refused, Summary},
};

/// Issues references for orders.
pub(crate) struct Issuer<'a> {
    registry: &'a Registry,
    tags: GroupId,
    /// The last code issued into each group, be it in an earlier run.
    newest: BTreeMap<GroupId, Code>,
}

/// Why an order was not carried out.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    /// The library's own reason.
    #[error(transparent)]
    Library(#[from] Error),
    /// The part number belongs to something else.
    #[error("part number {part_number} is {known:?} in an earlier line; give every product a part number of its own")]
    OtherProduct { part_number: String, known: String },
    /// The order needs several batches, and the group has no room for all of them.
    #[error("{asked} more would make {present} live references pass the limit of {limit}; make room or order fewer")]
    NoRoom { asked: u64, present: u64, limit: u64 },
}

impl<'a> Issuer<'a> {
    /// `tags` is the group of the service tags.
    pub(crate) fn new(registry: &'a Registry, tags: GroupId) -> Self {
        Self { registry, tags, newest: BTreeMap::new() }
    }

    /// The last code of each group, as far as the orders of this run go; an earlier run gives the same.
    pub(crate) fn newest(&self) -> impl Iterator<Item = &Code> {
        self.newest.values()
    }

    /// Issues the references of one order and then its service tags, and notes in the summary what came of it.
    ///
    /// # Errors
    /// Trouble with the store, which the next order would meet as well.
    pub(crate) fn issue(&mut self, order: &Order, summary: &mut Summary) -> Result<(), Error> {
        let refused = |reason| Refused { line: order.line, reason };
        match self.issue_pieces(order) {
            Ok(true) => summary.orders += 1,
            Ok(false) => summary.repeated += 1,
            Err(Refusal::Library(error)) if is_of_the_store(&error) => return Err(error),
            Err(refusal) => {
                let Order { number, part_number, quantity, .. } = order;
                let reason = explain(&refusal);
                summary.refused.push(refused(format!("order {number}, {quantity} x {part_number}: {reason}")));
                return Ok(());
            }
        }

        for tag in 1..=order.service_tags {
            if let Err(error) = self.issue_tag(order, tag) {
                if is_of_the_store(&error) {
                    return Err(error);
                }
                let (number, done) = (&order.number, tag - 1);
                let reason = explain(&error);
                summary.refused.push(refused(format!(
                    "order {number}: {done} of {} service tags issued: {reason}",
                    order.service_tags
                )));
                return Ok(());
            }
        }
        Ok(())
    }

    /// Issues a whole order or nothing of it, and says whether any of that is new.
    ///
    /// An order that is larger than a batch may be is split. Every batch has a request id of its own, so that an
    /// order may be given again after an interruption: what was issued before comes back and is not issued twice.
    fn issue_pieces(&mut self, order: &Order) -> Result<bool, Refusal> {
        let group = self.group_of(order)?;
        let batch_size = match self.registry.limits().of_group(group.limits).max_batch {
            Limit::AtMost(most) => most.max(1),
            Limit::Unlimited => order.quantity.max(1),
        };
        let batches = order.quantity.div_ceil(batch_size).max(1);
        // A single batch is all or nothing by itself. Where others issue into the group at the same time, raise its
        // batch limit instead and ask for the whole order in one call.
        if batches > 1 {
            self.see_that_there_is_room(&group, order, batches)?;
        }

        let mut new = false;
        for batch in 1..=batches {
            let size = batch_size.min(order.quantity - (batch - 1) * batch_size);
            let request = request_id("batch", order, batch);
            let wanted = NewBatch::of(size).name(batch_name(order, batch, batches)).request_id(request);
            let issued = self.registry.create_batch(group.id, wanted)?;
            new |= !issued.repeated;
            self.newest.extend(issued.codes.iter().next_back().map(|code| (group.id, Code::from(code))));
        }
        Ok(new)
    }

    /// Issues one service tag, or gets the one that was issued before.
    fn issue_tag(&mut self, order: &Order, tag: u64) -> Result<(), Error> {
        let new = NewReference::new().request_id(request_id("tag", order, tag));
        let issued = self.registry.create_reference_with(self.tags, &new)?;
        self.newest.insert(self.tags, issued.reference.code);
        Ok(())
    }

    /// The group of the order's product, which is created for the first order.
    fn group_of(&self, order: &Order) -> Result<Group, Refusal> {
        let format = formats::of_product(&order.part_number).map_err(Error::from)?;
        let new = NewGroup::batch(&order.part_number)
            .description(&order.product)
            .public_name(&order.product)
            .warranty(WarrantyPolicy::months(24)?)
            .format(format);
        let group = find_or_create(self.registry, &order.part_number, new)?;
        if group.description == order.product {
            return Ok(group);
        }
        Err(Refusal::OtherProduct { part_number: order.part_number.clone(), known: group.description })
    }

    /// Refuses an order as a whole where some of its batches would be refused for want of room.
    fn see_that_there_is_room(&self, group: &Group, order: &Order, batches: u64) -> Result<(), Refusal> {
        let Limit::AtMost(limit) = self.registry.limits().of_group(group.limits).max_live else {
            return Ok(());
        };
        let mut asked = order.quantity;
        // What an interrupted attempt has issued already takes no room again.
        for earlier in every(|paging| self.registry.batches(group.id, paging))? {
            if is_batch_of(order, batches, &earlier.name) {
                asked = asked.saturating_sub(earlier.size);
            }
        }
        if group.live.saturating_add(asked) > limit {
            return Err(Refusal::NoRoom { asked, present: group.live, limit });
        }
        Ok(())
    }
}

/// Whether an error has nothing to do with what was asked for: the next call would meet it as well.
fn is_of_the_store(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::StoreBusy
            | ErrorKind::StoreUnavailable
            | ErrorKind::OutcomeUnknown
            | ErrorKind::StoreCorrupt
            | ErrorKind::SchemaTooNew
            | ErrorKind::StoreContract
            | ErrorKind::StoreForeign
    )
}

/// The number of the order, and which batch of how many where it is split.
fn batch_name(order: &Order, batch: u64, batches: u64) -> String {
    match batches {
        1 => order.number.clone(),
        _ => format!("{} {batch}/{batches}", order.number),
    }
}

/// Whether a batch has a name that [`batch_name`] gives.
fn is_batch_of(order: &Order, batches: u64, name: &str) -> bool {
    let ordinal = name.strip_prefix(&format!("{} ", order.number));
    let ordinal = ordinal.and_then(|rest| rest.strip_suffix(&format!("/{batches}")));
    ordinal.is_some_and(|ordinal| ordinal.parse::<u64>().is_ok())
}

/// An id for one issuing call that is the same whenever the call is repeated, and different for every other.
///
/// A UUID that is kept with the order serves as well.
fn request_id(what: &str, order: &Order, ordinal: u64) -> RequestId {
    RequestId::of_text(&format!("{what}\0{}\0{}\0{ordinal}", order.number, order.part_number))
}
