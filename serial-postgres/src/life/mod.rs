//! What becomes of references: claims, states, attributes and events.
//!
//! A change takes two round trips. The first locks the rows of the groups, which everybody who changes anything in them
//! does, and reads what the change has to do with; then it is decided here what becomes of it; the second writes it down,
//! set by set, and commits.

mod change;
mod claim;
mod details;
mod effects;
mod events;
mod expire;
mod held;
mod inventory;
mod request;
mod rows;
mod stock;
mod values;

pub(crate) use change::OwnedChange;
pub(crate) use claim::OwnedClaim;
pub(crate) use effects::Effects;
pub(crate) use events::{cause_of, checked as check_cause, inserted as inserted_events};
pub(crate) use held::{Held, Live, lives_of, lock, stock_of};
pub(crate) use inventory::counts_of;
pub(crate) use request::{Kept, record, request};
pub(crate) use rows::Rows;
