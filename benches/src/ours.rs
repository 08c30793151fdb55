//! The registries that are measured.

use serial_core::{GroupId, IssuedBatch, Limits, MemoryStore, NewBatch, NewGroup, Registry};

/// References of one batch call.
pub const BATCH: usize = 500;

/// Characters of a code in the default format.
pub const CODE_LENGTH: usize = 25;

/// A registry in memory without limits and without groups.
pub fn registry() -> Registry {
    Registry::builder(MemoryStore::new()).limits(Limits::unlimited()).build()
}

/// A group in a registry of its own, or beside others.
#[derive(Clone, Debug)]
pub struct Ours {
    /// The registry.
    pub registry: Registry,
    /// The group in it.
    pub group: GroupId,
}

impl Ours {
    /// A Batch group of the default format, with a registry of its own.
    pub fn batch() -> Self {
        Self::with(registry(), NewGroup::batch("Pump AX-100"))
    }

    /// A Continuous group of the default format, with a registry of its own.
    pub fn continuous() -> Self {
        Self::with(registry(), NewGroup::continuous("Service tags"))
    }

    /// A new group in a registry.
    ///
    /// # Panics
    /// Where the registry refuses the group.
    pub fn with(registry: Registry, group: NewGroup) -> Self {
        let group = registry.create_group(group).expect("the group has a name of its own").id;
        Self { registry, group }
    }

    /// Issues one batch.
    ///
    /// # Panics
    /// Where the registry refuses it.
    pub fn issue_batch(&self, size: usize) -> IssuedBatch {
        self.registry.create_batch(self.group, NewBatch::of(size as u64)).expect("nothing limits the group")
    }

    /// Issues `count` references in batches of 500, and shows each batch.
    pub fn issue_in_batches(&self, count: usize, mut show: impl FnMut(&IssuedBatch)) {
        let mut left = count;
        while left > 0 {
            let size = left.min(BATCH);
            show(&self.issue_batch(size));
            left -= size;
        }
    }

    /// Issues `count` references one by one.
    ///
    /// # Panics
    /// Where the registry refuses one.
    pub fn issue_singly(&self, count: usize) {
        for _ in 0..count {
            std::hint::black_box(self.registry.create_reference(self.group).expect("nothing limits the group"));
        }
    }
}
