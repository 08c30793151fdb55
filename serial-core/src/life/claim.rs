//! Taking references for a line or an order.

use std::time::Duration;

use crate::{
    ids::{BatchId, ClaimId, GroupId, RequestId},
    name::Name,
    reference::Reference,
    time::Timestamp,
};

/// What to claim: the next so many available references, oldest first.
///
/// ```
/// use std::time::Duration;
/// use serial_core::{BatchId, NewClaim, RequestId};
///
/// let claim = NewClaim::of(50)
///     .holder("Line 3")
///     .from_batch(BatchId(7))
///     .expires_after(Duration::from_secs(8 * 3600))
///     .request_id(RequestId::of_text("shift 2026-11-23 B, line 3"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "nothing happens until it is given to `Registry::claim`"]
pub struct NewClaim {
    pub(crate) count: u64,
    pub(crate) holder: Option<String>,
    pub(crate) batch: Option<BatchId>,
    pub(crate) expiry: Option<Expiry>,
    pub(crate) request: Option<RequestId>,
}

/// When a claim ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expiry {
    After(Duration),
    At(Timestamp),
}

impl Expiry {
    /// What it is in the digest of a request, in every version of the library.
    pub(crate) fn text(self) -> String {
        match self {
            Self::After(time) => format!("after {} us", time.as_micros()),
            Self::At(moment) => format!("at {} us", moment.as_micros()),
        }
    }
}

impl NewClaim {
    /// The next `count` references, at least 1, for whoever acts ([`Registry::acting_as`](crate::Registry::acting_as)),
    /// for ever.
    pub fn of(count: u64) -> Self {
        Self { count, holder: None, batch: None, expiry: None, request: None }
    }

    /// For whom: 1 to 200 characters.
    pub fn holder(mut self, holder: impl Into<String>) -> Self {
        self.holder = Some(holder.into());
        self
    }

    /// Only references of this batch.
    pub fn from_batch(mut self, batch: BatchId) -> Self {
        self.batch = Some(batch);
        self
    }

    /// Those that are still only allocated after this time fall back. A later of two calls decides.
    pub fn expires_after(mut self, time: Duration) -> Self {
        self.expiry = Some(Expiry::After(time));
        self
    }

    /// Those that are still only allocated at this moment fall back. A later of two calls decides.
    pub fn expires_at(mut self, moment: Timestamp) -> Self {
        self.expiry = Some(Expiry::At(moment));
        self
    }

    /// Makes it safe to repeat the call.
    pub fn request_id(mut self, request: RequestId) -> Self {
        self.request = Some(request);
        self
    }
}

/// References that were claimed.
///
/// [`Registry::claim`](crate::Registry::claim) returns one and has an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claim {
    /// The group.
    pub group: GroupId,
    /// The ordinal of the claim in its group.
    pub id: ClaimId,
    /// For whom.
    pub holder: Name,
    /// When it was made.
    pub claimed_at: Timestamp,
    /// When what is still only allocated falls back.
    pub expires_at: Option<Timestamp>,
    /// The references, oldest first, as they are now.
    pub references: Vec<Reference>,
    /// Whether an earlier call with the same request id made it, and this one nothing.
    pub repeated: bool,
    /// What is left in the group; `None` where this call made nothing.
    pub stock: Option<Stock>,
}

/// What is left to be claimed in a group.
///
/// ```
/// use serial_core::Stock;
///
/// let stock = Stock { available: 3, threshold: Some(10) };
/// assert!(stock.is_low());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stock {
    /// How many references are available.
    pub available: u64,
    /// The group's threshold.
    pub threshold: Option<u64>,
}

impl Stock {
    /// Whether fewer are available than the threshold asks for.
    pub fn is_low(self) -> bool {
        self.threshold.is_some_and(|threshold| self.available < threshold)
    }
}
