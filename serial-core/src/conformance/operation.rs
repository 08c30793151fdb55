//! Operations on a store, as data.

use std::fmt;

use crate::{
    group::{Kind, Scope},
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
    ChangeGroup { group: Number, name: Option<Name>, description: Option<String>, limits: Option<GroupLimits> },
    DeleteGroup { group: Number, knows: Knowledge },
    Group { group: Number },
    Groups { name_part: Option<String>, listing: Listing<Number> },
    Append(NewCodes),
    Request { id: u128 },
    Taken { group: Number, codes: Vec<String> },
    Find { group: Option<Number>, codes: Vec<String> },
    References { within: Part, term: Option<SearchTerm>, created: Span, listing: Listing<(Number, u64)> },
    Batch { group: Number, batch: u64 },
    Batches { group: Number, listing: Listing<u64> },
    Delete { targets: Vec<(Number, Vec<u64>)> },
    Reopen,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NewGroup {
    pub(super) number: Number,
    pub(super) name: Name,
    pub(super) kind: Kind,
    pub(super) scope: Scope,
    pub(super) shape: Shape,
    pub(super) limits: GroupLimits,
    pub(super) created_at: Timestamp,
    pub(super) max_groups: Limit,
}

/// A format, by what is special about it. All make codes of three characters, so that they collide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Three of A and B.
    Upper,
    /// Three of A, B, a and b.
    Mixed,
    /// Three of 1 and 2, counted.
    Counted,
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
    pub(super) created_at: Timestamp,
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
