//! The states of a reference and the one table of the ways between them.

use std::{fmt, str::FromStr};

use crate::error::Error;

/// Where a reference stands in its life. It begins as [`Available`](Self::Available).
///
/// The names follow OPC 30260 (Open Serialization Communication Standard); the guide `docs/life-of-a-reference.md`
/// maps them to it and to the business steps and dispositions of GS1's Core Business Vocabulary.
///
/// ```
/// use serial_core::State;
///
/// assert!(State::Available.can_become(State::Commissioned));
/// assert!(!State::Commissioned.can_become(State::Commissioned));
/// assert!(State::Void.is_final());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[repr(u8)]
pub enum State {
    /// Issued and free to be claimed.
    #[default]
    Available = 1,
    /// Held for a line or an order; can be returned.
    Allocated = 2,
    /// Printed, engraved or written to a tag.
    Encoded = 3,
    /// Bound to a product: the one use.
    Commissioned = 4,
    /// Shipped or sold with its product.
    Released = 5,
    /// No longer bound to a product; can be commissioned again only by
    /// [`Transition::recommission`](crate::Transition::recommission).
    Decommissioned = 6,
    /// Destroyed with its product. Final.
    Destroyed = 7,
    /// Spent without a product: a bad print, a lost label. Final.
    Void = 8,
}

/// From each state, those that may follow it.
const TABLE: [(State, &[State]); 8] = [
    (State::Available, &[State::Allocated, State::Encoded, State::Commissioned, State::Void]),
    (State::Allocated, &[State::Available, State::Encoded, State::Commissioned, State::Void]),
    (State::Encoded, &[State::Commissioned, State::Void]),
    (State::Commissioned, &[State::Released, State::Decommissioned, State::Destroyed]),
    (State::Released, &[State::Decommissioned, State::Destroyed]),
    // Commissioned only by `Transition::recommission`.
    (State::Decommissioned, &[State::Commissioned, State::Destroyed]),
    (State::Destroyed, &[]),
    (State::Void, &[]),
];

/// What each state is called in texts that programs read, in tables, exports and JSON.
const NAMES: [&str; 8] =
    ["available", "allocated", "encoded", "commissioned", "released", "decommissioned", "destroyed", "void"];

impl State {
    /// All states in the order of a usual life.
    pub const ALL: [Self; 8] = [
        Self::Available,
        Self::Allocated,
        Self::Encoded,
        Self::Commissioned,
        Self::Released,
        Self::Decommissioned,
        Self::Destroyed,
        Self::Void,
    ];

    /// Whether a reference in this state may come to the state `next`. From Decommissioned to Commissioned it may, but
    /// only by [`Transition::recommission`](crate::Transition::recommission).
    pub fn can_become(self, next: Self) -> bool {
        TABLE.iter().any(|(from, to)| *from == self && to.contains(&next))
    }

    /// Whether no other state can follow.
    pub fn is_final(self) -> bool {
        !Self::ALL.into_iter().any(|next| self.can_become(next))
    }

    /// Whether coming to this state needs a reason ([`Registry::because`](crate::Registry::because)).
    pub fn needs_reason(self) -> bool {
        matches!(self, Self::Void | Self::Decommissioned | Self::Destroyed)
    }

    /// The stable number, the same in every language and store.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// The state with a number; `None` where there is none.
    ///
    /// ```
    /// use serial_core::State;
    ///
    /// assert_eq!(State::from_number(State::Void.number()), Some(State::Void));
    /// assert_eq!(State::from_number(0), None);
    /// ```
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.number() == number)
    }

    /// The stable name, in small letters.
    pub fn name(self) -> &'static str {
        NAMES[self.position()]
    }

    /// The position in [`ALL`](Self::ALL).
    pub(crate) fn position(self) -> usize {
        usize::from(self.number() - 1)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for State {
    type Err = Error;

    /// Reads a [`name`](State::name).
    ///
    /// # Errors
    /// [`Error::StateInvalid`] for anything else.
    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|state| state.name() == text).ok_or(Error::StateInvalid)
    }
}

/// A set of states.
///
/// ```
/// use serial_core::{State, States};
///
/// let unused: States = [State::Available, State::Allocated].into_iter().collect();
/// assert!(unused.contains(State::Allocated) && !unused.contains(State::Void));
/// assert!(unused.iter().eq([State::Available, State::Allocated]));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct States(u8);

impl States {
    /// Those that may come to `next`.
    ///
    /// ```
    /// use serial_core::{State, States};
    ///
    /// assert!(States::before(State::Released).iter().eq([State::Commissioned]));
    /// ```
    pub fn before(next: State) -> Self {
        State::ALL.into_iter().filter(|state| state.can_become(next)).collect()
    }

    /// Whether a state is in the set.
    pub fn contains(self, state: State) -> bool {
        self.0 & Self::bit(state) != 0
    }

    /// The states in the set, in the order of [`State::ALL`].
    pub fn iter(self) -> impl Iterator<Item = State> {
        State::ALL.into_iter().filter(move |state| self.contains(*state))
    }

    fn bit(state: State) -> u8 {
        1 << state.position()
    }
}

impl FromIterator<State> for States {
    fn from_iter<I: IntoIterator<Item = State>>(states: I) -> Self {
        Self(states.into_iter().map(Self::bit).fold(0, |set, bit| set | bit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_every_state_once_and_in_order() {
        assert!(TABLE.iter().map(|(from, _)| *from).eq(State::ALL));
        assert!(State::ALL.into_iter().map(State::position).eq(0..8));
    }

    #[test]
    fn only_void_and_destroyed_are_final() {
        let finals: Vec<State> = State::ALL.into_iter().filter(|state| state.is_final()).collect();
        assert_eq!(finals, [State::Destroyed, State::Void]);
    }

    #[test]
    fn names_and_numbers_are_read_again() {
        for state in State::ALL {
            assert_eq!(state.name().parse::<State>().unwrap(), state);
            assert_eq!(State::from_number(state.number()), Some(state));
        }
        for bad in ["", "Available", "available ", "verfügbar"] {
            assert!(bad.parse::<State>().is_err(), "{bad:?}");
        }
        assert_eq!((State::from_number(0), State::from_number(9)), (None, None));
    }
}
