//! Answers with the numbers of groups in place of their ids, and of revisions in place of what a store calls them.

use super::{Known, Side, UNKNOWN};
use crate::{
    batch::Batch,
    conformance::operation::{Knowledge, Number, Part},
    group::Group,
    ids::{BatchId, GroupId, RowId},
    life::{Event, Inventory},
    query::Within,
    reference::Reference,
    store::{Answer, ClaimRecord, Outcome, Refusal, Repeated, RowSet, Slice, Unfit},
};

impl Side<'_> {
    pub(super) fn id(&self, number: Number) -> GroupId {
        self.groups.get(number).and_then(Option::as_ref).map_or(UNKNOWN, |known| known.id)
    }

    pub(super) fn within(&self, part: Part) -> Within {
        match part {
            Part::Registry => Within::Registry,
            Part::Group(group) => Within::Group(self.id(group)),
            Part::Batch(group, batch) => Within::Batch(self.id(group), BatchId(batch)),
        }
    }

    /// The revision that a plan is made for.
    pub(super) fn revision(&self, group: Number, knows: Knowledge) -> u64 {
        let revisions = self.groups.get(group).and_then(Option::as_ref).map(|known| &known.revisions);
        let revision = revisions.and_then(|revisions| match knows {
            Knowledge::Present => revisions.last(),
            Knowledge::Outdated => revisions.first(),
        });
        revision.copied().unwrap_or(1)
    }

    /// Rows of groups, each group once, ascending.
    pub(super) fn targets(&self, targets: &[(Number, Vec<u64>)]) -> Vec<(GroupId, RowSet)> {
        let rows = |rows: &Vec<u64>| rows.iter().map(|row| RowId(*row)).collect();
        let mut targets: Vec<_> = targets.iter().map(|(group, ids)| (self.id(*group), rows(ids))).collect();
        targets.sort_by_key(|(group, _)| *group);
        // Groups that were never created have one id.
        targets.dedup_by_key(|(group, _)| *group);
        targets
    }

    /// The number of a group in place of its id, and an id that no number can be for one that was never given.
    pub(super) fn number(&self, id: GroupId) -> GroupId {
        let is_it = |known: &Option<Known>| known.as_ref().is_some_and(|known| known.id == id);
        match self.groups.iter().position(is_it) {
            Some(number) => GroupId(number as u64),
            None => GroupId(u64::MAX - id.0),
        }
    }

    pub(super) fn group(&self, group: Group) -> Group {
        let known = self.groups.iter().flatten().find(|known| known.id == group.id);
        let revision = known.and_then(|known| known.revisions.iter().position(|known| *known == group.revision));
        Group { id: self.number(group.id), revision: revision.map_or(u64::MAX, |revision| revision as u64), ..group }
    }

    pub(super) fn reference(&self, reference: Reference) -> Reference {
        Reference { group: self.number(reference.group), ..reference }
    }

    pub(super) fn batch(&self, batch: Batch) -> Batch {
        Batch { group: self.number(batch.group), ..batch }
    }

    pub(super) fn outcome(&self, outcome: Outcome) -> Outcome {
        match outcome {
            Outcome::Appended(first) => Outcome::Appended(self.repeated(first)),
            Outcome::Claimed(claim) => Outcome::Claimed(self.record(claim)),
            Outcome::Changed(changed) => Outcome::Changed(changed),
        }
    }

    pub(super) fn record(&self, claim: ClaimRecord) -> ClaimRecord {
        let references = claim.references.into_iter().map(|reference| self.reference(reference)).collect();
        ClaimRecord { group: self.number(claim.group), references, ..claim }
    }

    pub(super) fn event(&self, event: Event) -> Event {
        Event { group: self.number(event.group), ..event }
    }

    pub(super) fn inventory(&self, inventory: Inventory) -> Inventory {
        Inventory { next: inventory.next.map(|next| self.reference(next)), ..inventory }
    }

    pub(super) fn repeated(&self, first: Repeated) -> Repeated {
        Repeated { group: self.number(first.group), ..first }
    }

    pub(super) fn slice<T>(&self, slice: Slice<T>, counted: bool, item: impl Fn(&Self, T) -> T) -> Slice<T> {
        let items = slice.items.into_iter().map(|one| item(self, one)).collect();
        // A total that nobody wanted may be there or not.
        Slice { items, more: slice.more, total: slice.total.filter(|_| counted) }
    }

    pub(super) fn answer<T>(&self, answer: Answer<T>, value: impl Fn(&Self, T) -> T) -> Answer<T> {
        match answer {
            Answer::Done(done) => Answer::Done(value(self, done)),
            Answer::Refused(refusal) => Answer::Refused(match refusal {
                Refusal::NoSuchGroup { group } => Refusal::NoSuchGroup { group: self.number(group) },
                Refusal::NoSuchBatch { group, batch } => Refusal::NoSuchBatch { group: self.number(group), batch },
                Refusal::NameTaken { group } => Refusal::NameTaken { group: self.number(group) },
                Refusal::GroupChanged { group } => Refusal::GroupChanged { group: Box::new(self.group(*group)) },
                Refusal::NoSuchClaim { group, claim } => Refusal::NoSuchClaim { group: self.number(group), claim },
                Refusal::Unfit { references } => {
                    let unfit = |unfit: Unfit| Unfit { group: self.number(unfit.group), ..unfit };
                    Refusal::Unfit { references: references.into_iter().map(unfit).collect() }
                }
                other => other,
            }),
        }
    }
}
