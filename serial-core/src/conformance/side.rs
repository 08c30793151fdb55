//! One of two stores that are given the same operations.

use std::fmt::Debug;

use crate::{
    alphabet::Preset,
    batch::Batch,
    conformance::{
        bench::codes,
        case::Breach,
        operation::{Knowledge, Listing, NewCodes, NewGroup, Number, Part, Shape, Step},
    },
    format::{Format, Order},
    group::{Group, Kind},
    ids::{BatchId, GroupId, RequestId, RowId},
    query::Within,
    reference::Reference,
    store::{
        Answer, AppendPlan, Appended, BatchQuery, DeletePlan, Deleted, GroupChange, GroupDeletePlan, GroupPlan,
        GroupQuery, IndexGuard, ReferenceQuery, Refusal, Repeated, RequestRecord, RowSet, Slice, Store,
    },
};

/// The id of a group that no operation has created.
const UNKNOWN: GroupId = GroupId(987_654_321);

/// What a store answered, with the numbers of groups in place of their ids.
#[derive(Debug, PartialEq)]
pub(super) enum Reply {
    Group(Answer<Group>),
    GroupDeleted(Answer<u64>),
    MaybeGroup(Option<Group>),
    Groups(Slice<Group>),
    Appended(Answer<Appended>),
    Request(Option<RequestRecord>),
    Taken(Answer<Vec<u32>>),
    Found(Vec<Reference>),
    References(Answer<Slice<Reference>>),
    Batch(Answer<Batch>),
    Batches(Answer<Slice<Batch>>),
    Deleted(Deleted),
    Nothing,
}

/// A store and what it called the groups.
pub(super) struct Side<'a> {
    store: &'a dyn Store,
    /// By the numbers of the groups, which leave gaps.
    groups: &'a mut Vec<Option<Known>>,
}

/// What a store calls a group.
pub(super) struct Known {
    id: GroupId,
    /// Every revision there was. Only that they grow is promised, so that stores may count them differently.
    revisions: Vec<u64>,
    kind: Kind,
    counts: bool,
}

/// What plans have to know of a group, and what two stores that agree say alike.
#[derive(Clone, Copy, Default)]
pub(super) struct Facts {
    pub(super) issued: u64,
    pub(super) next_index: u64,
}

impl<'a> Side<'a> {
    pub(super) fn new(store: &'a dyn Store, groups: &'a mut Vec<Option<Known>>) -> Self {
        Self { store, groups }
    }

    /// What a plan has to know of a group as it is now.
    pub(super) fn facts(&self, step: &Step) -> Facts {
        let (Step::Append(NewCodes { group, .. }) | Step::DeleteGroup { group, .. }) = step else {
            return Facts::default();
        };
        let Ok(Some(group)) = self.store.group(self.id(*group)) else { return Facts::default() };
        Facts { issued: group.issued, next_index: group.next_index }
    }

    /// Carries an operation out.
    pub(super) fn apply(&mut self, step: &Step, facts: Facts) -> Result<Reply, Breach> {
        Ok(match step {
            Step::CreateGroup(new) => Reply::Group(self.create(new)?),
            Step::ChangeGroup { group, name, description, limits } => {
                let (name, description) = (name.clone(), description.clone());
                let change = GroupChange { group: self.id(*group), name, description, limits: *limits };
                let answer = self.store.change_group(&change)?;
                if let (Answer::Done(changed), Some(Some(known))) = (&answer, self.groups.get_mut(*group)) {
                    grows("the revision of a group", known.revisions.last(), &changed.revision)?;
                    known.revisions.push(changed.revision);
                }
                Reply::Group(self.answer(answer, Self::group))
            }
            Step::DeleteGroup { group, knows } => {
                let outdated = u64::from(*knows == Knowledge::Outdated);
                let plan = GroupDeletePlan { group: self.id(*group), issued: facts.issued.saturating_sub(outdated) };
                Reply::GroupDeleted(self.answer(self.store.delete_group(&plan)?, |_, deleted| deleted))
            }
            Step::Group { group } => {
                Reply::MaybeGroup(self.store.group(self.id(*group))?.map(|group| self.group(group)))
            }
            Step::Groups { name_part, listing } => {
                let Listing { direction, start, size, counted } = *listing;
                let start = start.map(|group| self.id(group));
                let query = GroupQuery { name_part: name_part.clone(), direction, start, size, counted };
                Reply::Groups(self.slice(self.store.groups(&query)?, counted, Self::group))
            }
            Step::Append(new) => Reply::Appended(self.append(new, facts)?),
            Step::Request { id } => {
                let record = self.store.request(RequestId(*id))?;
                Reply::Request(record.map(|record| RequestRecord { result: self.repeated(record.result), ..record }))
            }
            Step::Taken { group, codes: texts } => {
                let answer = self.store.taken(self.id(*group), &codes(texts)?)?;
                Reply::Taken(self.answer(answer, |_, positions| positions))
            }
            Step::Find { group, codes } => {
                let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
                let found = self.store.find(group.map(|group| self.id(group)), &codes)?;
                Reply::Found(found.into_iter().map(|reference| self.reference(reference)).collect())
            }
            Step::References { within, term, created, listing } => {
                let Listing { direction, start, size, counted } = *listing;
                let start = start.map(|(group, row)| (self.id(group), RowId(row)));
                let within = match *within {
                    Part::Registry => Within::Registry,
                    Part::Group(group) => Within::Group(self.id(group)),
                    Part::Batch(group, batch) => Within::Batch(self.id(group), BatchId(batch)),
                };
                let (term, created) = (term.clone(), *created);
                let query = ReferenceQuery { within, revision: None, term, created, direction, start, size, counted };
                let answer = self.store.references(&query)?;
                Reply::References(self.answer(answer, |side, slice| side.slice(slice, counted, Self::reference)))
            }
            Step::Batch { group, batch } => {
                Reply::Batch(self.answer(self.store.batch(self.id(*group), BatchId(*batch))?, Self::batch))
            }
            Step::Batches { group, listing } => {
                let Listing { direction, start, size, counted } = *listing;
                let query = BatchQuery { group: self.id(*group), direction, start: start.map(BatchId), size, counted };
                let answer = self.store.batches(&query)?;
                Reply::Batches(self.answer(answer, |side, slice| side.slice(slice, counted, Self::batch)))
            }
            Step::Delete { targets } => {
                let mut targets: Vec<(GroupId, RowSet)> = targets
                    .iter()
                    .map(|(group, rows)| (self.id(*group), rows.iter().map(|row| RowId(*row)).collect()))
                    .collect();
                targets.sort_by_key(|(group, _)| *group);
                Reply::Deleted(self.store.delete(&DeletePlan { targets })?)
            }
            Step::Reopen => Reply::Nothing,
        })
    }

    fn create(&mut self, new: &NewGroup) -> Result<Answer<Group>, Breach> {
        let answer = self.store.create_group(&GroupPlan {
            name: new.name.clone(),
            description: String::new(),
            kind: new.kind,
            scope: new.scope,
            format: new.shape.format()?,
            limits: new.limits,
            created_at: new.created_at,
            max_groups: new.max_groups,
        })?;
        if let Answer::Done(group) = &answer {
            let newest = self.groups.iter().flatten().map(|known| known.id).max();
            grows("the id of a new group", newest.as_ref(), &group.id)?;
            if self.groups.len() <= new.number {
                self.groups.resize_with(new.number + 1, || None);
            }
            self.groups[new.number] = Some(Known {
                id: group.id,
                revisions: vec![group.revision],
                kind: new.kind,
                counts: matches!(new.shape, Shape::Counted),
            });
        }
        Ok(self.answer(answer, Self::group))
    }

    fn append(&self, new: &NewCodes, facts: Facts) -> Result<Answer<Appended>, Breach> {
        let known = self.groups.get(new.group).and_then(Option::as_ref);
        let revision = known.and_then(|known| match new.revision {
            Knowledge::Present => known.revisions.last(),
            Knowledge::Outdated => known.revisions.first(),
        });
        // What a group is stays known when it is deleted, and no plan contradicts it.
        let counts = known.is_some_and(|known| known.counts);
        let has_batches = known.is_none_or(|known| known.kind == Kind::Batch);
        let expected = facts.next_index + u64::from(new.index == Knowledge::Outdated);
        let answer = self.store.append(&AppendPlan {
            request: new.request,
            group: self.id(new.group),
            revision: revision.copied().unwrap_or(1),
            max_live: new.max_live,
            index: counts.then_some(IndexGuard { expected, next: expected + new.codes.len() as u64 }),
            batch: has_batches.then_some(&new.batch),
            codes: &codes(&new.codes)?,
            created_at: new.created_at,
        })?;
        Ok(self.answer(answer, |side, appended| match appended {
            Appended::Repeated(first) => Appended::Repeated(side.repeated(first)),
            new @ Appended::New { .. } => new,
        }))
    }

    fn id(&self, number: Number) -> GroupId {
        self.groups.get(number).and_then(Option::as_ref).map_or(UNKNOWN, |known| known.id)
    }

    /// The number of a group in place of its id, and an id that no number can be for one that was never given.
    fn number(&self, id: GroupId) -> GroupId {
        let is_it = |known: &Option<Known>| known.as_ref().is_some_and(|known| known.id == id);
        match self.groups.iter().position(is_it) {
            Some(number) => GroupId(number as u64),
            None => GroupId(u64::MAX - id.0),
        }
    }

    fn group(&self, group: Group) -> Group {
        let known = self.groups.iter().flatten().find(|known| known.id == group.id);
        let revision = known.and_then(|known| known.revisions.iter().position(|known| *known == group.revision));
        Group { id: self.number(group.id), revision: revision.map_or(u64::MAX, |revision| revision as u64), ..group }
    }

    fn reference(&self, reference: Reference) -> Reference {
        Reference { group: self.number(reference.group), ..reference }
    }

    fn batch(&self, batch: Batch) -> Batch {
        Batch { group: self.number(batch.group), ..batch }
    }

    fn repeated(&self, first: Repeated) -> Repeated {
        Repeated { group: self.number(first.group), ..first }
    }

    fn slice<T>(&self, slice: Slice<T>, counted: bool, item: impl Fn(&Self, T) -> T) -> Slice<T> {
        let items = slice.items.into_iter().map(|one| item(self, one)).collect();
        // A total that nobody wanted may be there or not.
        Slice { items, more: slice.more, total: slice.total.filter(|_| counted) }
    }

    fn answer<T>(&self, answer: Answer<T>, value: impl Fn(&Self, T) -> T) -> Answer<T> {
        match answer {
            Answer::Done(done) => Answer::Done(value(self, done)),
            Answer::Refused(refusal) => Answer::Refused(match refusal {
                Refusal::NoSuchGroup { group } => Refusal::NoSuchGroup { group: self.number(group) },
                Refusal::NoSuchBatch { group, batch } => Refusal::NoSuchBatch { group: self.number(group), batch },
                Refusal::NameTaken { group } => Refusal::NameTaken { group: self.number(group) },
                Refusal::GroupChanged { group } => Refusal::GroupChanged { group: Box::new(self.group(*group)) },
                other => other,
            }),
        }
    }
}

impl Shape {
    fn format(self) -> Result<Format, Breach> {
        let begun = Format::builder().length(3);
        let builder = match self {
            Self::Upper => begun.symbols("AB"),
            Self::Mixed => begun.symbols("ABab"),
            Self::Counted => begun.preset(Preset::Digits).order(Order::sequential()),
            Self::Patterns => begun.symbols("AB_\\").length(1).prefix("%").suffix("'"),
        };
        builder.build().map_err(|error| Breach::new(format!("the kit made a bad format: {error}")))
    }
}

fn grows<T: PartialOrd + Debug>(what: &str, last: Option<&T>, came: &T) -> Result<(), Breach> {
    match last {
        Some(last) if last >= came => Err(Breach::new(format!("{what} must grow, and after {last:?} came {came:?}"))),
        _ => Ok(()),
    }
}
