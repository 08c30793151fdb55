//! Operations on a store, as data.

use std::fmt;

use crate::{
    group::{Kind, Scope},
    life::{Cause, Field, State, States, WarrantyPolicy},
    limits::{GroupLimits, Limit},
    name::Name,
    query::{Direction, SearchTerm, Span},
    store::{Request, Start},
    time::Timestamp,
};

/// One call to a store, written down so that it can be made again with another store. It names groups by their
/// number in the sequence and not by their id, so that it means the same to stores that give other ids, and
/// whether or not the operations before it are left out.
///
/// [`Divergence`](crate::conformance::Divergence) shows them.
#[derive(Clone, PartialEq, Eq)]
pub struct Operation(pub(super) Step);

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number of a group in a sequence of operations. It may be one that no operation has created.
pub(super) type Number = usize;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    CreateGroup(NewGroup),
    ChangeGroup(NewSettings),
    DeleteGroup { group: Number, knows: Knowledge, at: Timestamp, cause: Cause },
    Group { group: Number },
    Groups { name_part: Option<String>, listing: Listing<Number> },
    Append(NewCodes),
    Request { id: u128 },
    Taken { group: Number, codes: Vec<String> },
    Find { group: Option<Number>, codes: Vec<String> },
    References(Wanted),
    Batch { group: Number, batch: u64 },
    Batches { group: Number, listing: Listing<u64> },
    Delete { targets: Vec<(Number, Vec<u64>)>, at: Timestamp, cause: Cause },
    Deleted { group: Option<Number>, code: String },
    Claim(NewHold),
    Claimed { group: Number, claim: u64 },
    Expire { group: Number, at: Timestamp },
    Change(NewLife),
    Events { group: Number, row: Option<u64>, listing: Listing<u64> },
    Inventory { within: Part },
    Details { group: Number, rows: Vec<u64> },
    Reopen,
}

impl Step {
    /// Whether no store can carry it out, whatever it has: no registry makes such plans. What they are answered with is
    /// left to the store, as long as it changes nothing.
    pub(super) fn is_impossible(&self) -> bool {
        match self {
            Self::Claim(new) => new.count == 0,
            Self::Change(new) => new.targets.iter().all(|(_, rows)| rows.is_empty()),
            _ => false,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NewGroup {
    pub(super) number: Number,
    pub(super) name: Name,
    pub(super) kind: Kind,
    pub(super) scope: Scope,
    pub(super) shape: Shape,
    pub(super) limits: GroupLimits,
    pub(super) fields: Vec<Field>,
    pub(super) warranty: WarrantyPolicy,
    pub(super) public_name: String,
    pub(super) low_stock: Option<u64>,
    pub(super) created_at: Timestamp,
    pub(super) max_groups: Limit,
    pub(super) cause: Cause,
}

/// Settings of a group to change; what is `None` stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NewSettings {
    pub(super) group: Number,
    /// What the guard expects, where there is one.
    pub(super) revision: Option<Knowledge>,
    pub(super) name: Option<Name>,
    pub(super) description: Option<String>,
    pub(super) limits: Option<GroupLimits>,
    pub(super) fields: Option<Vec<Field>>,
    pub(super) warranty: Option<WarrantyPolicy>,
    pub(super) public_name: Option<String>,
    pub(super) public_description: Option<String>,
    #[expect(clippy::option_option, reason = "as in the plan it becomes")]
    pub(super) low_stock: Option<Option<u64>>,
    /// How much further a group that counts is advanced; others are not.
    pub(super) advance: Option<u64>,
    /// The number of the key that a group with keys is given; others are given none.
    pub(super) key: Option<u8>,
    pub(super) at: Timestamp,
    pub(super) cause: Cause,
}

/// A format, by what is special about it. All make codes of three characters, so that they collide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Shape {
    /// Three of A, B and C.
    #[default]
    Upper,
    /// Three of A, B, C, a, b and c.
    Mixed,
    /// Three of 1, 2 and 3, counted.
    Counted,
    /// Three of 1, 2 and 3, counted and permuted.
    Permuted,
    /// A percent sign, one of A, B, `_` and `\`, and a quote.
    Patterns,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NewCodes {
    pub(super) group: Number,
    pub(super) request: Option<Request>,
    pub(super) revision: Knowledge,
    pub(super) max_live: Limit,
    pub(super) index: Knowledge,
    pub(super) batch: Name,
    pub(super) codes: Vec<String>,
    /// Values of a field that all of them have; left out where the group does not have the field in use.
    pub(super) common: Option<(u64, String)>,
    /// Values of one of them alone, by position and field; left out likewise, and where all have one.
    pub(super) own: Vec<(u32, u64, String)>,
    pub(super) created_at: Timestamp,
    pub(super) cause: Cause,
}

/// References to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) within: Part,
    pub(super) term: Option<SearchTerm>,
    pub(super) created: Span,
    pub(super) state: Option<State>,
    /// A value in a field; left out where the group does not have the field.
    pub(super) value: Option<(u64, String)>,
    pub(super) listing: Listing<(Number, u64)>,
}

/// References to claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NewHold {
    pub(super) group: Number,
    pub(super) request: Option<Request>,
    pub(super) batch: Option<u64>,
    pub(super) count: u64,
    pub(super) holder: Name,
    pub(super) expires_at: Option<Timestamp>,
    pub(super) at: Timestamp,
    pub(super) cause: Cause,
}

/// References to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NewLife {
    pub(super) request: Option<Request>,
    pub(super) targets: Vec<(Number, Vec<u64>)>,
    pub(super) turn: Turn,
    pub(super) at: Timestamp,
    pub(super) cause: Cause,
}

/// What to change of references.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Move { from: States, to: State },
    Return { claim: u64 },
    SetValues { revision: Knowledge, values: Vec<(u64, Option<String>)> },
    SetWarranty { policy: Option<WarrantyPolicy> },
}

/// Whether a guard expects what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Knowledge {
    Present,
    Outdated,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Registry,
    Group(Number),
    Batch(Number, u64),
}

impl Part {
    /// The one group that it is in.
    pub(super) fn group(self) -> Option<Number> {
        match self {
            Self::Registry => None,
            Self::Group(group) | Self::Batch(group, _) => Some(group),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Listing<P> {
    pub(super) direction: Direction,
    pub(super) start: Start<P>,
    pub(super) size: u32,
    pub(super) counted: bool,
}

impl Listing<()> {
    /// All of a listing and its total.
    pub(super) fn whole<P>() -> Listing<P> {
        Listing { direction: Direction::OldestFirst, start: Start::Skip(0), size: 10_000, counted: true }
    }
}
