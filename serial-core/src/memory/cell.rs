//! One group in memory.

use std::sync::{
    Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
    atomic::{AtomicU32, Ordering},
};

use crate::{
    code::Code,
    format::Format,
    group::{Group, Kind, Scope},
    ids::GroupId,
    limits::GroupLimits,
    memory::{index::ScopeIndex, rows::Rows},
    name::Name,
    reference::Reference,
    store::GroupPlan,
    time::Timestamp,
};

/// A group, what never changes of it and what does.
pub(super) struct Cell {
    pub(super) id: GroupId,
    pub(super) kind: Kind,
    pub(super) scope: Scope,
    pub(super) format: Format,
    pub(super) created_at: Timestamp,
    /// Of a group that is unique only within itself.
    pub(super) own_index: Option<ScopeIndex>,
    /// The blocks of slots the group has in its index. Locked for the whole of an append, before anything else.
    appending: Mutex<Vec<u32>>,
    /// `rows.issued` of the state, to be read while the state is locked by others.
    issued: AtomicU32,
    state: RwLock<State>,
}

/// What changes of a group.
pub(super) struct State {
    pub(super) name: Name,
    pub(super) description: String,
    pub(super) limits: GroupLimits,
    pub(super) revision: u64,
    pub(super) deleted: bool,
    pub(super) next_index: u64,
    pub(super) rows: Rows,
}

impl Cell {
    pub(super) fn new(id: GroupId, plan: &GroupPlan) -> Self {
        let state = State {
            name: plan.name.clone(),
            description: plan.description.clone(),
            limits: plan.limits,
            revision: 1,
            deleted: false,
            next_index: 0,
            rows: Rows::new(plan.format.width()),
        };
        Self {
            id,
            kind: plan.kind,
            scope: plan.scope,
            format: plan.format.clone(),
            created_at: plan.created_at,
            own_index: (plan.scope == Scope::Group).then(|| ScopeIndex::with_shards(1)),
            appending: Mutex::default(),
            issued: AtomicU32::new(0),
            state: RwLock::new(state),
        }
    }

    /// The group's number in an index.
    pub(super) fn number(&self) -> u32 {
        (self.id.0 - 1) as u32
    }

    pub(super) fn appending(&self) -> MutexGuard<'_, Vec<u32>> {
        self.appending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn issued(&self) -> u32 {
        self.issued.load(Ordering::Acquire)
    }

    /// To be called while the state is still locked for writing, once rows were added.
    pub(super) fn publish(&self, state: &State) {
        self.issued.store(state.rows.issued, Ordering::Release);
    }

    /// The group as it is now, unless it was deleted.
    pub(super) fn group(&self) -> Option<Group> {
        let state = self.read();
        (!state.deleted).then(|| self.group_in(&state))
    }

    pub(super) fn group_in(&self, state: &State) -> Group {
        Group {
            id: self.id,
            name: state.name.clone(),
            description: state.description.clone(),
            kind: self.kind,
            scope: self.scope,
            format: self.format.clone(),
            limits: state.limits,
            created_at: self.created_at,
            revision: state.revision,
            live: state.rows.live.into(),
            issued: state.rows.issued.into(),
            next_index: state.next_index,
        }
    }

    /// Whether a row, deleted or not, has this code.
    pub(super) fn has_code(&self, row: u32, code: &str) -> bool {
        self.read().rows.code(row) == Some(code.as_bytes())
    }

    /// The live reference in a row, if it has this code.
    pub(super) fn reference_with_code(&self, row: u32, code: &str) -> Option<Reference> {
        let state = self.read();
        let found = !state.deleted && state.rows.is_live(row) && state.rows.code(row) == Some(code.as_bytes());
        found.then(|| state.rows.reference_with(self.id, row, Code::from(code)))
    }
}
