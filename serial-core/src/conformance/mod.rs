//! The conformance kit: tests whether a [`Store`](crate::Store) keeps the contract.
//!
//! ```
//! use serial_core::{MemoryStore, conformance};
//!
//! let report = conformance::check(&|| MemoryStore::new());
//! assert!(report.passed(), "{report}");
//! ```
//!
//! It needs the feature `conformance` of this crate, best among the `dev-dependencies`. Put a store of your own
//! where it says `MemoryStore`. The report has a line for every [`Case`], and no failure hides another. To make
//! one test of each case, write this in a test file:
//!
//! ```
//! use serial_core::MemoryStore;
//!
//! serial_core::store_conformance!(memory, MemoryStore::new);
//! ```
//!
//! A store that outlives the process implements [`Factory`] and [`Storage`] instead of a closure, so that reopening
//! and sharing are tested too.
//!
//! | To | use |
//! |---|---|
//! | test a store | [`check`], [`store_conformance!`](crate::store_conformance) |
//! | run single cases, in a test framework of another language for instance | [`cases`], [`Case::run`] |
//! | see what a store should have answered | [`ModelStore`], [`Model`] |
//! | test a store with more random operations than the cases do | [`agree_with_model`] |
//! | test what uses a store while the store fails | [`FaultyStore`] |
//!
//! The cases call the store from up to 8 threads. A call that answers [`Busy`](crate::StoreError::Busy) is repeated
//! for two seconds or more; any other error is a failure.

mod agree;
mod bench;
mod case;
mod cases;
mod factory;
mod faulty;
mod generate;
mod list;
mod lives;
mod model;
mod operation;
mod picture;
mod random;
mod report;
mod side;
mod through;

pub use agree::{Divergence, agree_with_model};
pub use case::{Case, Failure, Rule};
pub use factory::{Durability, Factory, Storage};
pub use faulty::{Fault, FaultyStore};
pub use model::{Model, ModelClaim, ModelGroup, ModelStore};
pub use operation::Operation;
pub use report::Report;
pub use through::Method;

/// Every case, in the order of the rules.
///
/// ```
/// use serial_core::conformance;
///
/// assert!(conformance::cases().iter().any(|case| case.name == "s03_a_deleted_code_is_never_accepted_again"));
/// ```
pub fn cases() -> &'static [Case] {
    list::CASES
}

/// Runs every case, each on a fresh store, whether or not others fail.
///
/// ```
/// use serial_core::{MemoryStore, conformance};
///
/// let report = conformance::check(&MemoryStore::new);
/// assert!(report.passed(), "{report}");
/// ```
pub fn check(factory: &dyn Factory) -> Report {
    Report { results: cases().iter().map(|case| (*case, case.run(factory))).collect() }
}

/// Runs the case with this name and panics where it fails; what [`store_conformance!`](crate::store_conformance)
/// makes its tests of.
///
/// # Panics
/// Where the store breaks a rule, or there is no such case.
///
/// ```
/// use serial_core::{MemoryStore, conformance};
///
/// conformance::assert_case("s03_a_deleted_code_is_never_accepted_again", &MemoryStore::new);
/// ```
#[track_caller]
pub fn assert_case(name: &str, factory: &dyn Factory) {
    match cases().iter().find(|case| case.name == name).map(|case| case.run(factory)) {
        Some(Ok(())) => {}
        Some(Err(failure)) => panic!("{failure}"),
        None => panic!("there is no case {name:?}"),
    }
}
