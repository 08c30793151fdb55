//! Unique serial references for physical products: issued on a factory line, tracked for life.
//!
//! A [`Registry`] issues references and keeps track of them in a [`Store`]. References belong to *groups*: a group
//! has a frozen [`Format`], limits, and a [`Kind`]. A Continuous group issues one reference at a time, a Batch group
//! a named batch at once.
//!
//! ```
//! use serial_core::{Filter, Format, MemoryStore, NewBatch, NewGroup, Paging, Preset, Registry};
//!
//! let registry = Registry::new(MemoryStore::new());
//! let format = Format::builder().preset(Preset::Unambiguous31).length(12).prefix("AX-").build()?;
//! let pumps = registry.create_group(NewGroup::batch("Pump AX-100").format(format))?;
//!
//! let batch = registry.create_batch(pumps.id, NewBatch::of(500).name("Order 4711"))?;
//! for code in batch.codes.iter() {
//!     // print the label
//! #   let _ = code;
//! }
//! let found = registry.lookup(batch.codes.get(0).unwrap())?;
//! assert_eq!(found.batch, Some(batch.id));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is promised
//!
//! - A code once issued is never issued again in its scope: not after it was deleted, not after its group was
//!   deleted, not by another thread, not by a forked child.
//! - A call issues everything it was asked for, or nothing.
//! - A reference is claimed once and used once. Every change of it is kept, with time, actor and reason.
//! - Limits hold at every moment, however many threads issue.
//! - Random codes are uniform draws from a cryptographic generator.
//! - Bad input gives an [`Error`] that says what to do, and changes nothing.
//!
//! # Where to find what
//!
//! | To | use |
//! |---|---|
//! | say what codes look like | [`Format`], [`Alphabet`], [`Preset`], [`Order`] |
//! | create groups | [`NewGroup`], [`Registry::create_group`] |
//! | issue | [`Registry::create_reference`], [`Registry::create_batch`] |
//! | list, search, count | [`Filter`], [`Paging`], [`Numbering`], [`Registry::references`] |
//! | find one | [`Registry::lookup`] |
//! | take references for a line | [`NewClaim`], [`Registry::claim`], [`Registry::return_claim`] |
//! | use them, void them | [`State`], [`Selection`], [`Registry::transition`] |
//! | say who and why, and read it again | [`Registry::acting_as`], [`Registry::because`], [`Registry::history`], [`Registry::events`] |
//! | record what is special about each | [`NewField`], [`Registry::set_attributes`], [`Registry::attributes`] |
//! | know what is covered, what is in stock, what a customer may see | [`Registry::warranty`], [`Registry::inventory`], [`Registry::public_view`] |
//! | delete | [`Selection`], [`Registry::delete`], [`Registry::delete_group`] |
//! | write to and read from files | [`Registry::export`], [`Registry::review_import`] |
//! | bound all that | [`Limits`], [`GroupLimits`] |
//! | keep it somewhere | [`MemoryStore`], [`Store`] |
//!
//! # Features
//!
//! - `serde` (default): formats, records and snapshots are serializable.
//! - `transfer` (default): export and import of references as CSV and JSON Lines.
//! - `conformance`: the kit that tests a store of your own against the contract of [`Store`].

#![forbid(unsafe_code)]
mod alphabet;
mod batch;
mod canonical;
mod capacity;
mod check;
mod code;
mod code_sequence;
#[cfg(feature = "conformance")]
pub mod conformance;
mod draw;
mod entropy;
mod error;
mod fingerprint;
mod format;
mod format_builder;
mod format_fault;
mod group;
mod ids;
mod key;
mod life;
mod limits;
mod memory;
mod name;
mod permute;
mod query;
mod reference;
mod registry;
mod sequence;
mod store;
mod symbols;
mod time;
mod transfer;
mod words;

pub use alphabet::{Alphabet, Preset};
pub use batch::{Batch, IssuedBatch, NewBatch};
pub use capacity::Capacity;
pub use check::{Check, CheckScheme, Detection};
pub use code::{Code, Codes};
pub use code_sequence::CodeSequence;
pub use entropy::{Entropy, EntropyError, SystemEntropy};
pub use error::{Error, ErrorKind};
pub use fingerprint::Fingerprint;
pub use format::{Format, Grouping, Mismatch, Order};
pub use format_builder::FormatBuilder;
pub use format_fault::{Fault, FormatError};
pub use group::{Group, Kind, NewGroup, Scope};
pub use ids::{BatchId, ClaimId, EventId, FieldId, GroupId, RequestId, RowId};
pub use key::{GroupKeys, Key};
pub use life::{
    Attribute, Cause, Change, ChangeParts, Claim, Event, Field, Inventory, NewClaim, NewField, PublicAttribute,
    PublicView, PublicWarranty, RefusedTransition, Setting, State, StateCounts, States, Stock, Transition,
    TransitionFault, Warranty, WarrantyLength, WarrantyPolicy, WarrantyStart, WarrantyStatus,
};
pub use limits::{GroupLimits, Limit, LimitName, Limits};
pub use memory::{MemoryStore, RestoreError, Snapshot};
pub use name::Name;
pub use query::{
    Cursor, Direction, Filter, GroupFilter, NumberedPage, Numbering, Page, Paging, SearchTerm, Span, Within,
};
pub use reference::{IssuedReference, NewReference, Reference};
#[cfg(feature = "transfer")]
pub use registry::ImportReview;
pub use registry::{CodeSpace, Decoded, PendingDeletion, PendingGroupDeletion, Registry, RegistryBuilder, Selection};
pub use store::{
    Answer, AppendPlan, Appended, BatchQuery, ChangePlan, Changed, ClaimPlan, ClaimRecord, Claimed, DeletePlan,
    Deleted, Details, Digest, Entry, EventQuery, Found, GroupChange, GroupDeletePlan, GroupPlan, GroupQuery,
    IndexGuard, Outcome, ReferenceQuery, Refusal, Repeated, Request, RequestRecord, RowSet, Slice, Start, Step, Store,
    StoreError, StoreResult, Unfit, Values,
};
pub use time::{Clock, SystemClock, Timestamp};
#[cfg(feature = "transfer")]
pub use transfer::{ExportFormat, Import, Imported};
pub use transfer::{ImportFault, RowFault};
