//! Creating, changing, deleting and listing groups.

use std::sync::Arc;

use crate::{
    group::Group,
    ids::GroupId,
    memory::{MemoryStore, cell::Cell, list},
    store::{Answer, GroupChange, GroupDeletePlan, GroupPlan, GroupQuery, Refusal, Slice},
};

impl MemoryStore {
    pub(super) fn create(&self, plan: &GroupPlan) -> Answer<Group> {
        let mut directory = self.directory_mut();
        if let Some(group) = directory.by_name.get(plan.name.as_str()) {
            return Refusal::NameTaken { group: *group }.into();
        }
        let present = directory.by_name.len() as u64;
        if !plan.max_groups.allows(present + 1) {
            return Refusal::TooManyGroups { present }.into();
        }
        let id = GroupId(directory.cells.len() as u64 + 1);
        let cell = Arc::new(Cell::new(id, plan));
        directory.by_name.insert(plan.name.as_str().to_owned(), id);
        if cell.own_index.is_some() {
            directory.with_own_index.push(Arc::clone(&cell));
        }
        directory.cells.push(cell);
        Answer::Done(Group::from_plan(id, plan))
    }

    pub(super) fn change(&self, change: &GroupChange) -> Answer<Group> {
        let gone = Refusal::NoSuchGroup { group: change.group };
        let Some(cell) = self.cell(change.group) else { return gone.into() };
        let mut directory = self.directory_mut();
        let mut state = cell.write();
        if state.deleted {
            return gone.into();
        }
        if let Some(name) = &change.name {
            match directory.by_name.get(name.as_str()) {
                Some(other) if *other != change.group => return Refusal::NameTaken { group: *other }.into(),
                _ => {}
            }
            directory.by_name.remove(state.name.as_str());
            directory.by_name.insert(name.as_str().to_owned(), change.group);
            state.name = name.clone();
        }
        if let Some(description) = &change.description {
            state.description.clone_from(description);
        }
        if let Some(limits) = change.limits {
            state.limits = limits;
        }
        state.revision += 1;
        Answer::Done(cell.group_in(&state))
    }

    /// The codes stay where they are: they are burned for ever.
    pub(super) fn delete_whole_group(&self, plan: GroupDeletePlan) -> Answer<u64> {
        let gone = Refusal::NoSuchGroup { group: plan.group };
        let Some(cell) = self.cell(plan.group) else { return gone.into() };
        let mut directory = self.directory_mut();
        let mut state = cell.write();
        if state.deleted {
            return gone.into();
        }
        if u64::from(state.rows.issued) > plan.issued {
            return Refusal::GroupChanged { group: Box::new(cell.group_in(&state)) }.into();
        }
        directory.by_name.remove(state.name.as_str());
        state.deleted = true;
        Answer::Done(state.rows.live.into())
    }

    pub(super) fn list_groups(&self, query: &GroupQuery) -> Slice<Group> {
        let directory = self.directory();
        let is_listed = |position: usize| {
            let state = directory.cells[position].read();
            let named = query.name_part.as_ref().is_none_or(|part| state.name.contains_in_any_case(part));
            named && !state.deleted
        };
        let group = |position: usize| {
            let cell = &directory.cells[position];
            cell.group_in(&cell.read())
        };
        let start = query.start.map(|id| id.0);
        list::slice(directory.cells.len(), query.direction, start, query.size, query.counted, is_listed, group)
    }
}
