//! One group in memory.

use std::sync::{
    Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
    atomic::{AtomicU32, Ordering},
};

use crate::{
    code::Code,
    format::Format,
    group::{Group, Kind, Scope},
    ids::{ClaimId, GroupId},
    memory::{
        index::ScopeIndex,
        life::Life,
        rows::{CHUNK, Rows},
    },
    reference::Reference,
    store::GroupPlan,
};

/// A group, what never changes of it and what does.
pub(super) struct Cell {
    pub(super) id: GroupId,
    pub(super) kind: Kind,
    pub(super) format: Format,
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
    /// The group, save for the numbers that `rows` and `life` keep.
    pub(super) group: Group,
    pub(super) deleted: bool,
    pub(super) rows: Rows,
    pub(super) life: Life,
}

impl State {
    /// A reference as it is now, of one as it was issued.
    fn with_life(&self, mut reference: Reference, row: u32) -> Reference {
        if !self.life.is_untouched(row as usize / CHUNK) {
            reference.state = self.life.state(row);
            let claim = self.life.claim(row);
            reference.claim = (claim > 0).then(|| ClaimId(claim.into()));
        }
        reference
    }
}

impl Cell {
    pub(super) fn new(id: GroupId, plan: &GroupPlan) -> Self {
        let state = State {
            group: Group::from_plan(id, plan),
            deleted: false,
            rows: Rows::new(plan.format.width()),
            life: Life::new(plan),
        };
        Self {
            id,
            kind: plan.kind,
            format: plan.format.clone(),
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

    #[expect(clippy::unused_self, reason = "reads as what a cell does")]
    pub(super) fn group_in(&self, state: &State) -> Group {
        Group {
            live: state.rows.live.into(),
            issued: state.rows.issued.into(),
            counts: state.life.counts,
            events: state.life.events.len(),
            ..state.group.clone()
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
        found.then(|| state.with_life(state.rows.reference_with(self.id, row, Code::from(code)), row))
    }

    /// The reference in a row that was issued, live or not.
    pub(super) fn reference_in(&self, state: &State, row: u32) -> Reference {
        state.with_life(state.rows.reference(self.id, row), row)
    }
}
