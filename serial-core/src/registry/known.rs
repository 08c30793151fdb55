//! What the registry remembers of groups, so that issuing and searching need no read beforehand.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use crate::{
    error::Error,
    group::Group,
    ids::GroupId,
    registry::{Registry, make::Maker},
};

/// Groups by id, as they were when they were last seen.
///
/// What is remembered may be out of date. Issuing and searching send the revision they know along, and the store refuses
/// and tells the news where that is old; everything else here never changes while a group exists.
#[derive(Default)]
pub(super) struct KnownGroups([Shelf; 16]);

/// Some of the groups, in a cache line of their own: threads that issue into different groups seldom meet.
#[derive(Default)]
#[repr(align(64))]
struct Shelf(RwLock<HashMap<GroupId, Arc<KnownGroup>, foldhash::fast::RandomState>>);

pub(super) struct KnownGroup {
    pub(super) group: Group,
    /// Shared by all revisions of a group with the same keys.
    pub(super) maker: Arc<Maker>,
}

/// Remembering more groups on a shelf would take memory that nobody asked for; past this, it begins anew.
const MOST: usize = 256;

impl KnownGroups {
    pub(super) fn get(&self, id: GroupId) -> Option<Arc<KnownGroup>> {
        self.shelf(id).0.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    /// Remembers a group, unless a newer revision is remembered already, and returns what is remembered.
    pub(super) fn remember(&self, group: Group) -> Arc<KnownGroup> {
        let mut groups = self.shelf(group.id).0.write().unwrap_or_else(PoisonError::into_inner);
        let before = groups.get(&group.id).cloned();
        if let Some(newer) = before.as_ref().filter(|known| known.group.revision > group.revision) {
            return Arc::clone(newer);
        }
        if groups.len() >= MOST {
            groups.clear();
        }
        let maker = match before.filter(|known| known.group.keys == group.keys) {
            Some(known) => Arc::clone(&known.maker),
            None => Arc::new(Maker::new(&group)),
        };
        let known = Arc::new(KnownGroup { group, maker });
        groups.insert(known.group.id, Arc::clone(&known));
        known
    }

    pub(super) fn forget(&self, id: GroupId) {
        self.shelf(id).0.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    fn shelf(&self, id: GroupId) -> &Shelf {
        &self.0[(id.0 % 16) as usize]
    }
}

impl Registry {
    /// A group as it is remembered, or else as the store has it.
    pub(super) fn known(&self, id: GroupId) -> Result<Arc<KnownGroup>, Error> {
        match self.inner.groups.get(id) {
            Some(known) => Ok(known),
            None => Ok(self.inner.groups.remember(self.group(id)?)),
        }
    }
}
