//! One of two stores that are given the same operations.

mod life;
mod names;
mod writing;

use crate::{
    batch::Batch,
    conformance::{
        bench::{codes, found},
        case::Breach,
        operation::{Knowledge, Listing, NewCodes, NewLife, Step, Wanted},
    },
    group::{Group, Kind},
    ids::{BatchId, FieldId, GroupId, RequestId, RowId},
    life::{Event, Field, Inventory},
    reference::Reference,
    store::{
        Answer, Appended, BatchQuery, Changed, ClaimRecord, Claimed, DeletePlan, Deleted, Details, GroupDeletePlan,
        GroupQuery, ReferenceQuery, RequestRecord, Slice, Store,
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
    Claimed(Answer<Claimed>),
    Claim(Answer<ClaimRecord>),
    Expired(Answer<u64>),
    Changed(Answer<Changed>),
    Events(Answer<Slice<Event>>),
    Inventory(Answer<Inventory>),
    Details(Answer<Vec<Details>>),
    /// The plan breaks the contract, and nothing changed.
    Impossible,
    Nothing,
}

impl Reply {
    /// Whether a claim or a change was refused.
    pub(super) fn is_refusal(&self) -> bool {
        matches!(self, Self::Claimed(Answer::Refused(_)) | Self::Changed(Answer::Refused(_)))
    }
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
    has_keys: bool,
}

/// What plans have to know of a group, and what two stores that agree say alike.
#[derive(Default)]
pub(super) struct Facts {
    issued: u64,
    next_index: u64,
    fields: Vec<Field>,
}

impl Facts {
    fn has(&self, id: FieldId) -> bool {
        self.fields.iter().any(|field| field.id == id)
    }

    fn has_in_use(&self, id: FieldId) -> bool {
        self.fields.iter().any(|field| field.id == id && !field.is_retired)
    }
}

impl<'a> Side<'a> {
    pub(super) fn new(store: &'a dyn Store, groups: &'a mut Vec<Option<Known>>) -> Self {
        Self { store, groups }
    }

    /// What a plan has to know of a group as it is now.
    pub(super) fn facts(&self, step: &Step) -> Facts {
        let group = match step {
            Step::Append(NewCodes { group, .. }) | Step::DeleteGroup { group, .. } => Some(*group),
            Step::ChangeGroup(new) => Some(new.group),
            Step::References(wanted) => wanted.within.group(),
            Step::Change(NewLife { targets, .. }) => targets.first().map(|(group, _)| *group),
            _ => None,
        };
        let group = group.and_then(|group| self.store.group(self.id(group)).ok().flatten());
        group.map_or_else(Facts::default, |group| Facts {
            issued: group.issued,
            next_index: group.next_index,
            fields: group.fields,
        })
    }

    /// Carries an operation out.
    pub(super) fn apply(&mut self, step: &Step, facts: &Facts) -> Result<Reply, Breach> {
        Ok(match step {
            Step::CreateGroup(new) => Reply::Group(self.create(new)?),
            Step::ChangeGroup(new) => Reply::Group(self.change_group(new, facts)?),
            Step::DeleteGroup { group, knows, at, cause } => {
                let outdated = u64::from(*knows == Knowledge::Outdated);
                let issued = facts.issued.saturating_sub(outdated);
                let plan =
                    GroupDeletePlan { cause: cause.clone(), ..GroupDeletePlan::of(self.id(*group), issued, *at) };
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
                Reply::Request(record.map(|record| RequestRecord { outcome: self.outcome(record.outcome), ..record }))
            }
            Step::Taken { group, codes: texts } => {
                let answer = self.store.taken(self.id(*group), &codes(texts)?)?;
                Reply::Taken(self.answer(answer, |_, positions| positions))
            }
            Step::Find { group, codes } => {
                let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
                let found = found(self.store, group.map(|group| self.id(group)), &codes)?;
                Reply::Found(found.into_iter().map(|reference| self.reference(reference)).collect())
            }
            Step::References(wanted) => self.references(wanted, facts)?,
            Step::Batch { group, batch } => {
                Reply::Batch(self.answer(self.store.batch(self.id(*group), BatchId(*batch))?, Self::batch))
            }
            Step::Batches { group, listing } => {
                let Listing { direction, start, size, counted } = *listing;
                let query = BatchQuery { group: self.id(*group), direction, start: start.map(BatchId), size, counted };
                let answer = self.store.batches(&query)?;
                Reply::Batches(self.answer(answer, |side, slice| side.slice(slice, counted, Self::batch)))
            }
            Step::Delete { targets, at, cause } => {
                let plan = DeletePlan { cause: cause.clone(), ..DeletePlan::of(self.targets(targets), *at) };
                Reply::Deleted(self.store.delete(&plan)?)
            }
            Step::Deleted { group, code } => {
                let found = self.store.deleted(group.map(|group| self.id(group)), code)?;
                Reply::Found(found.into_iter().map(|reference| self.reference(reference)).collect())
            }
            Step::Claim(new) => self.claim(new)?,
            Step::Claimed { group, claim } => self.claimed(*group, *claim)?,
            Step::Expire { group, at } => {
                Reply::Expired(self.answer(self.store.expire(self.id(*group), *at)?, |_, fallen| fallen))
            }
            Step::Change(new) => self.change(new, facts)?,
            Step::Events { group, row, listing } => self.events(*group, *row, *listing)?,
            Step::Inventory { within } => {
                Reply::Inventory(self.answer(self.store.inventory(self.within(*within))?, Self::inventory))
            }
            Step::Details { group, rows } => {
                let rows = rows.iter().map(|row| RowId(*row)).collect();
                Reply::Details(self.answer(self.store.details(self.id(*group), &rows)?, |_, details| details))
            }
            Step::Reopen => Reply::Nothing,
        })
    }

    fn references(&self, wanted: &Wanted, facts: &Facts) -> Result<Reply, Breach> {
        let Listing { direction, start, size, counted } = wanted.listing;
        let value = wanted.value.clone().map(|(field, value)| (FieldId(field), value));
        let answer = self.store.references(&ReferenceQuery {
            within: self.within(wanted.within),
            revision: None,
            term: wanted.term.clone(),
            created: wanted.created,
            state: wanted.state,
            value: value.filter(|(field, _)| facts.has(*field)),
            direction,
            start: start.map(|(group, row)| (self.id(group), RowId(row))),
            size,
            counted,
        })?;
        Ok(Reply::References(self.answer(answer, |side, slice| side.slice(slice, counted, Self::reference))))
    }
}
