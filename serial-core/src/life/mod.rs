//! What becomes of a reference after it was issued.

mod cause;
mod change;
mod claim;
mod counts;
mod event;
mod field;
mod public_view;
mod state;
mod transition;
mod warranty;

pub use cause::Cause;
pub use change::{Change, ChangeParts, Setting};
pub use claim::{Claim, NewClaim, Stock};
pub use counts::{Inventory, StateCounts};
pub use event::Event;
pub use field::{Attribute, Field, NewField};
pub use public_view::{PublicAttribute, PublicView, PublicWarranty};
pub use state::{State, States};
pub use transition::{RefusedTransition, Transition, TransitionFault};
pub use warranty::{Warranty, WarrantyLength, WarrantyPolicy, WarrantyStart, WarrantyStatus};

pub(crate) use cause::{MAX_TEXT, checked_text};
pub(crate) use claim::Expiry;
#[cfg(feature = "transfer")]
pub(crate) use warranty::Course;
