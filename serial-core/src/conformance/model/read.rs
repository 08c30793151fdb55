//! What the model is asked.

use crate::{
    batch::Batch,
    code::Codes,
    conformance::model::{Model, ModelGroup},
    group::Group,
    ids::{BatchId, GroupId},
    query::{Direction, Within},
    reference::Reference,
    store::{Answer, BatchQuery, GroupQuery, ReferenceQuery, Refusal, Slice, Start},
};

impl Model {
    /// What [`Store::group`](crate::Store::group) answers.
    pub fn group(&self, id: GroupId) -> Option<Group> {
        self.existing(id).map(ModelGroup::shown)
    }

    /// What [`Store::groups`](crate::Store::groups) answers.
    pub fn groups(&self, query: &GroupQuery) -> Slice<Group> {
        let named = |group: &Group| query.name_part.as_ref().is_none_or(|part| group.name.contains_in_any_case(part));
        let listed = self.groups.values().filter(|kept| !kept.deleted).map(ModelGroup::shown).filter(named).collect();
        slice(listed, query.direction, query.start, query.size, query.counted, |group| group.id)
    }

    /// What [`Store::taken`](crate::Store::taken) answers.
    pub fn taken(&self, group: GroupId, codes: &Codes) -> Answer<Vec<u32>> {
        let Some(kept) = self.existing(group) else { return Refusal::NoSuchGroup { group }.into() };
        let burned = |code: &str| self.burned.contains(&(kept.namespace(), code.to_owned()));
        Answer::Done((0..).zip(codes.iter()).filter(|(_, code)| burned(code)).map(|(position, _)| position).collect())
    }

    /// What [`Store::find`](crate::Store::find) answers.
    pub fn find(&self, group: Option<GroupId>, codes: &[&str]) -> Vec<Reference> {
        let wanted = |reference: &&Reference| {
            group.is_none_or(|group| group == reference.group) && codes.contains(&reference.code.as_str())
        };
        self.live().filter(wanted).cloned().collect()
    }

    /// What [`Store::references`](crate::Store::references) answers.
    pub fn references(&self, query: &ReferenceQuery) -> Answer<Slice<Reference>> {
        if let Some(group) = query.within.group() {
            let Some(kept) = self.existing(group) else { return Refusal::NoSuchGroup { group }.into() };
            if query.revision.is_some_and(|revision| revision != kept.group.revision) {
                return Refusal::GroupChanged { group: Box::new(kept.shown()) }.into();
            }
        }
        if let Within::Batch(group, batch) = query.within {
            if let Answer::Refused(refusal) = self.batch(group, batch) {
                return refusal.into();
            }
        }
        let listed = |reference: &&Reference| {
            query.within.group().is_none_or(|group| group == reference.group)
                && query.within.batch().is_none_or(|batch| Some(batch) == reference.batch)
                && query.term.as_ref().is_none_or(|term| term.is_in(&reference.code))
                && query.created.contains(reference.created_at)
                && query.state.is_none_or(|state| state == reference.state)
                && query.value.as_ref().is_none_or(|(field, value)| {
                    let kept = self.existing(reference.group);
                    kept.is_some_and(|kept| kept.value(reference.row, *field) == Some(value))
                })
        };
        let listed = self.live().filter(listed).cloned().collect();
        let place = |reference: &Reference| (reference.group, reference.row);
        Answer::Done(slice(listed, query.direction, query.start, query.size, query.counted, place))
    }

    /// What [`Store::batch`](crate::Store::batch) answers.
    pub fn batch(&self, group: GroupId, batch: BatchId) -> Answer<Batch> {
        let Some(kept) = self.existing(group) else { return Refusal::NoSuchGroup { group }.into() };
        match kept.batches.get(&batch) {
            Some(batch) => Answer::Done(kept.shown_batch(batch)),
            None => Refusal::NoSuchBatch { group, batch }.into(),
        }
    }

    /// What [`Store::batches`](crate::Store::batches) answers.
    pub fn batches(&self, query: &BatchQuery) -> Answer<Slice<Batch>> {
        let group = query.group;
        let Some(kept) = self.existing(group) else { return Refusal::NoSuchGroup { group }.into() };
        let listed = kept.batches.values().map(|batch| kept.shown_batch(batch)).collect();
        Answer::Done(slice(listed, query.direction, query.start, query.size, query.counted, |batch| batch.id))
    }

    /// A group, unless it was deleted.
    pub(super) fn existing(&self, id: GroupId) -> Option<&ModelGroup> {
        self.groups.get(&id).filter(|kept| !kept.deleted)
    }

    /// The group that has a name.
    pub(super) fn named(&self, name: &str) -> Option<GroupId> {
        self.groups.values().find(|kept| !kept.deleted && kept.group.name.as_str() == name).map(|kept| kept.group.id)
    }

    /// Every live reference, by group id and row id.
    fn live(&self) -> impl Iterator<Item = &Reference> + '_ {
        self.groups.values().flat_map(|kept| kept.references.values())
    }
}

/// A slice of a listing, which is given whole and from its oldest row on.
pub(super) fn slice<T, P: Ord + Copy>(
    mut listed: Vec<T>,
    direction: Direction,
    start: Start<P>,
    size: u32,
    counted: bool,
    place: impl Fn(&T) -> P,
) -> Slice<T> {
    let total = counted.then_some(listed.len() as u64);
    if direction == Direction::NewestFirst {
        listed.reverse();
    }
    let is_before_start = |row: &T| match (start, direction) {
        (Start::Skip(_), _) => false,
        (Start::After(last), Direction::OldestFirst) => place(row) <= last,
        (Start::After(last), Direction::NewestFirst) => place(row) >= last,
    };
    listed.retain(|row| !is_before_start(row));
    if let Start::Skip(rows) = start {
        listed.drain(..usize::try_from(rows).unwrap_or(usize::MAX).min(listed.len()));
    }
    let more = listed.len() > size as usize;
    listed.truncate(size as usize);
    Slice { items: listed, more, total }
}
