//! Moving references from state to state.

use std::fmt;

use crate::{
    ids::{ClaimId, GroupId, RequestId, RowId},
    life::{State, States},
    time::Timestamp,
};

/// To which state references should come. A [`State`] is one by itself.
///
/// ```
/// use serial_core::{RequestId, State, Transition};
///
/// let printed = Transition::to(State::Encoded).request_id(RequestId(42));
/// let again = Transition::recommission();
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "nothing happens until it is given to `Registry::transition`"]
pub struct Transition {
    pub(crate) to: State,
    pub(crate) again: bool,
    pub(crate) held_by: Option<ClaimId>,
    pub(crate) request: Option<RequestId>,
}

impl Transition {
    /// To a state, from any that may come before it.
    pub fn to(state: State) -> Self {
        Self { to: state, again: false, held_by: None, request: None }
    }

    /// From Decommissioned to Commissioned, for a reference that is used once more on purpose.
    pub fn recommission() -> Self {
        Self { to: State::Commissioned, again: true, held_by: None, request: None }
    }

    /// Refuses references that are allocated otherwise than by this claim. A line that works with what a claim gave it
    /// names the claim: where its time was over, others may hold the same references by now.
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewBatch, NewClaim, NewGroup, Registry, Selection, State, Transition};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::batch("Pump AX-100"))?;
    /// registry.create_batch(group.id, NewBatch::of(20))?;
    /// let claim = registry.claim(group.id, NewClaim::of(5).holder("Line 3"))?;
    /// registry.return_claim(group.id, claim.id)?;
    /// registry.claim(group.id, NewClaim::of(5).holder("Line 4"))?;
    ///
    /// let mine = Selection::references(&claim.references);
    /// assert!(registry.transition(&mine, Transition::to(State::Encoded).held_by(claim.id)).is_err());
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn held_by(mut self, claim: ClaimId) -> Self {
        self.held_by = Some(claim);
        self
    }

    /// Makes it safe to repeat the call.
    pub fn request_id(mut self, request: RequestId) -> Self {
        self.request = Some(request);
        self
    }

    /// The states from which this is allowed.
    pub(crate) fn from(self) -> States {
        let allowed = |state: &State| (*state == State::Decommissioned && self.to == State::Commissioned) == self.again;
        States::before(self.to).iter().filter(allowed).collect()
    }
}

impl From<State> for Transition {
    fn from(state: State) -> Self {
        Self::to(state)
    }
}

/// A reference that cannot come to the state that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefusedTransition {
    /// The group; `None` where the code is unknown.
    pub group: Option<GroupId>,
    /// The row; `None` where the code is unknown.
    pub row: Option<RowId>,
    /// The code as it was given, where it was.
    pub code: Option<String>,
    /// Why not.
    pub fault: TransitionFault,
}

/// Why a reference cannot come to the state that was asked for.
///
/// ```
/// use serial_core::{State, TransitionFault};
///
/// let fault = TransitionFault::NotAllowed { state: State::Void };
/// assert_eq!(fault.to_string(), "it is void");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransitionFault {
    /// There is no live reference: the code is unknown, or the reference was deleted.
    NotFound,
    /// Several groups have the code.
    Ambiguous,
    /// It was commissioned before, which is the one use it has.
    AlreadyCommissioned {
        /// When it was first commissioned.
        at: Timestamp,
        /// By whom, where that was said.
        by: Option<String>,
        /// The state it is in.
        state: State,
    },
    /// It is allocated otherwise than by the claim that was named.
    NotHeld,
    /// The state it is in does not lead to the one asked for.
    NotAllowed {
        /// The state it is in.
        state: State,
    },
}

impl fmt::Display for TransitionFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("there is no such live reference"),
            Self::Ambiguous => f.write_str("several groups have it"),
            Self::AlreadyCommissioned { at, by: Some(by), .. } => {
                write!(f, "it was commissioned before, at {at} by {by}")
            }
            Self::AlreadyCommissioned { at, by: None, .. } => write!(f, "it was commissioned before, at {at}"),
            Self::NotHeld => f.write_str("the claim does not hold it any more"),
            Self::NotAllowed { state } => write!(f, "it is {state}"),
        }
    }
}

impl fmt::Display for RefusedTransition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.group, self.row, &self.code) {
            // Somebody may have pasted a whole file.
            (_, _, Some(code)) => write!(f, "{:?}: {}", code.chars().take(100).collect::<String>(), self.fault),
            (Some(group), Some(row), None) => write!(f, "reference {row} of group {group}: {}", self.fault),
            _ => self.fault.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_states_is_allowed_by_one_way_at_most_and_only_recommissioning_uses_a_reference_again() {
        for from in State::ALL {
            for to in State::ALL {
                let plain = Transition::to(to).from().contains(from);
                let again = Transition::recommission().from().contains(from) && to == State::Commissioned;
                assert!(!(plain && again), "{from} to {to}");
                assert_eq!(plain || again, from.can_become(to), "{from} to {to}");
            }
        }
        assert!(Transition::recommission().from().iter().eq([State::Decommissioned]));
    }
}
