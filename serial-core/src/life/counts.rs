//! How many references are in which state.

use std::ops::{AddAssign, Index};

use crate::{life::State, reference::Reference};

/// How many live references are in each state.
///
/// ```
/// use serial_core::{State, StateCounts};
///
/// let mut counts = StateCounts::default();
/// counts.add(State::Available, 500);
/// counts.remove(State::Available, 1);
/// counts.add(State::Commissioned, 1);
/// assert_eq!((counts[State::Available], counts[State::Commissioned], counts.total()), (499, 1, 500));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct StateCounts([u64; 8]);

impl StateCounts {
    /// All of `live` references are available: what the counts are where no reference ever changed its state.
    pub fn all_available(live: u64) -> Self {
        let mut counts = Self::default();
        counts.add(State::Available, live);
        counts
    }

    /// `more` references have come to a state.
    pub fn add(&mut self, state: State, more: u64) {
        self.0[state.position()] += more;
    }

    /// `fewer` references have left a state; never below none.
    pub fn remove(&mut self, state: State, fewer: u64) {
        let count = &mut self.0[state.position()];
        *count = count.saturating_sub(fewer);
    }

    /// How many there are in all states.
    pub fn total(&self) -> u64 {
        self.0.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Every state with its count, in the order of [`State::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (State, u64)> + '_ {
        State::ALL.into_iter().zip(self.0)
    }
}

impl Index<State> for StateCounts {
    type Output = u64;

    fn index(&self, state: State) -> &u64 {
        &self.0[state.position()]
    }
}

impl AddAssign for StateCounts {
    fn add_assign(&mut self, other: Self) {
        for (state, count) in other.iter() {
            self.add(state, count);
        }
    }
}

/// What is in stock.
///
/// ```
/// use serial_core::{MemoryStore, NewBatch, NewGroup, Registry, State, Within};
///
/// let registry = Registry::new(MemoryStore::new());
/// let group = registry.create_group(NewGroup::batch("Pump AX-100"))?;
/// let batch = registry.create_batch(group.id, NewBatch::of(20))?;
/// let inventory = registry.inventory(Within::Group(group.id))?;
/// assert_eq!(inventory.counts[State::Available], 20);
/// assert_eq!(inventory.next.unwrap().code.as_str(), batch.codes.get(0).unwrap());
/// # Ok::<(), serial_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// How many live references are in each state.
    pub counts: StateCounts,
    /// The reference that the next claim takes first; `None` where none is available, and for a whole registry.
    pub next: Option<Reference>,
}
