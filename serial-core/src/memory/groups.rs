//! Creating, changing, deleting and listing groups.

use crate::{
    group::Group,
    ids::GroupId,
    life::Change,
    memory::{MemoryStore, cell::Cell, list},
    store::{Answer, GroupChange, GroupDeletePlan, GroupPlan, GroupQuery, Refusal, Slice},
};

impl MemoryStore {
    pub(super) fn create(&self, plan: &GroupPlan) -> Answer<Group> {
        let mut names = self.names();
        if let Some(group) = names.get(plan.name.as_str()) {
            return Refusal::NameTaken { group: *group }.into();
        }
        let present = names.len() as u64;
        if !plan.max_groups.allows(present + 1) {
            return Refusal::TooManyGroups { present }.into();
        }
        let id = GroupId(self.cells.len() as u64 + 1);
        let cell = Cell::new(id, plan);
        let group = cell.group_in(&cell.read());
        self.add_cell(cell);
        names.insert(plan.name.as_str().to_owned(), id);
        Answer::Done(group)
    }

    pub(super) fn change_settings(&self, change: &GroupChange) -> Answer<Group> {
        let gone = Refusal::NoSuchGroup { group: change.group };
        let Some(cell) = self.cell(change.group) else { return gone.into() };
        let mut names = self.names();
        let mut state = cell.write();
        if state.deleted {
            return gone.into();
        }
        if change.revision.is_some_and(|revision| revision != state.group.revision) {
            return Refusal::GroupChanged { group: Box::new(cell.group_in(&state)) }.into();
        }
        if let Some(name) = &change.name {
            match names.get(name.as_str()) {
                Some(other) if *other != change.group => return Refusal::NameTaken { group: *other }.into(),
                _ => {}
            }
            names.remove(state.group.name.as_str());
            names.insert(name.as_str().to_owned(), change.group);
        }
        let said = change.apply(&mut state.group);
        let by = state.life.events.by(change.at, &change.cause);
        for said in said {
            state.life.events.add_setting(by, said);
        }
        Answer::Done(cell.group_in(&state))
    }

    /// The codes stay where they are: they are burned for ever.
    pub(super) fn delete_whole_group(&self, plan: &GroupDeletePlan) -> Answer<u64> {
        let gone = Refusal::NoSuchGroup { group: plan.group };
        let Some(cell) = self.cell(plan.group) else { return gone.into() };
        let mut names = self.names();
        let mut state = cell.write();
        if state.deleted {
            return gone.into();
        }
        if u64::from(state.rows.issued) > plan.issued {
            return Refusal::GroupChanged { group: Box::new(cell.group_in(&state)) }.into();
        }
        names.remove(state.group.name.as_str());
        state.deleted = true;
        let live = state.rows.live.into();
        let by = state.life.events.by(plan.at, &plan.cause);
        state.life.events.add_setting(by, Change::GroupDeleted { live });
        Answer::Done(live)
    }

    pub(super) fn list_groups(&self, query: &GroupQuery) -> Slice<Group> {
        let is_listed = |cell: &Cell| {
            let state = cell.read();
            let named = query.name_part.as_ref().is_none_or(|part| state.group.name.contains_in_any_case(part));
            named && !state.deleted
        };
        let start = query.start.map(|id| id.0);
        let slice = list::slice(
            self.cells.len(),
            query.direction,
            start,
            query.size,
            query.counted,
            |position| self.cells.get(position).is_some_and(is_listed),
            |position| self.cells.get(position).map(|cell| cell.group_in(&cell.read())),
        );
        Slice { items: slice.items.into_iter().flatten().collect(), more: slice.more, total: slice.total }
    }
}
