//! One group in memory.

use std::sync::{
    Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
    atomic::{AtomicU32, Ordering},
};

use crate::{
    format::Format,
    group::{Group, Kind, Scope},
    ids::{ClaimId, GroupId},
    memory::{
        index::ScopeIndex,
        life::Life,
        rows::{CHUNK, Rows},
    },
    reference::Reference,
    store::{Entry, GroupPlan},
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
    /// A row that was issued, live or not, as it is now.
    #[expect(clippy::inline_always, reason = "what is written to memory and read again here makes a processor wait")]
    #[inline(always)]
    fn entry(&self, group: GroupId, row: u32) -> Entry {
        let mut entry = self.rows.entry(group, row);
        if !self.life.is_untouched(row as usize / CHUNK) {
            entry.state = self.life.state(row);
            let claim = self.life.claim(row);
            entry.claim = (claim > 0).then(|| ClaimId(claim.into()));
        }
        entry
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
    ///
    /// The code of the row is far away in memory, mostly, and all else is near. It is read last, so that a processor that
    /// waits for it has little left to do here and is on its way to what comes next.
    #[expect(clippy::inline_always, reason = "what is written to memory and read again here makes a processor wait")]
    #[inline(always)]
    pub(super) fn entry_with_code(&self, row: u32, code: &str) -> Option<Entry> {
        let state = self.read();
        if state.deleted || !state.rows.is_live(row) {
            return None;
        }
        let entry = state.entry(self.id, row);
        if state.rows.code(row) == Some(code.as_bytes()) { Some(entry) } else { None }
    }

    /// The reference in a row that was issued, live or not.
    pub(super) fn reference_in(&self, state: &State, row: u32) -> Reference {
        Reference::of(state.entry(self.id, row), state.rows.code_of(row))
    }
}
