//! One named test of one rule.

use std::{
    any::Any,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
};

use crate::{
    conformance::{Factory, bench::Bench},
    store::StoreError,
};

/// A rule of the contract of [`Store`](crate::Store).
///
/// ```
/// use serial_core::conformance::Rule;
///
/// assert_eq!(Rule::S3.to_string(), "S3");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Rule {
    /// All or nothing.
    S1 = 1,
    /// Guard and effect are one step.
    S2 = 2,
    /// A code is never accepted twice.
    S3 = 3,
    /// The same request id gives the same answer.
    S4 = 4,
    /// Ids grow and are never given again.
    S5 = 5,
    /// Pages have neither gap nor repeat.
    S6 = 6,
    /// Counts equal what paging yields.
    S7 = 7,
    /// Everything comes back byte for byte.
    S8 = 8,
    /// A finished write is visible.
    S9 = 9,
    /// An error means that nothing has changed.
    S10 = 10,
    /// No panics, from any thread.
    S11 = 11,
    /// Checks come in one order.
    S12 = 12,
    /// A claim takes what is available, oldest first, and for itself alone.
    S13 = 13,
    /// References come only from states to states that a plan allows.
    S14 = 14,
    /// Every change leaves its events, and none is lost.
    S15 = 15,
    /// A reference has the default where it was given no value.
    S16 = 16,
    /// Counts by state hold at every moment.
    S17 = 17,
    /// All rules at once: agreement with the model in everything.
    All = 100,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// One test of one rule. Use it to run a single case, or to make one test of your own framework out of each.
///
/// ```
/// use serial_core::{MemoryStore, conformance};
///
/// for case in conformance::cases().iter().filter(|case| case.rule == conformance::Rule::S12) {
///     case.run(&MemoryStore::new).unwrap();
/// }
/// ```
#[derive(Clone, Copy)]
pub struct Case {
    /// The rule it tests.
    pub rule: Rule,
    /// Its name, which begins with the number of the rule and says what must hold.
    pub name: &'static str,
    pub(super) body: fn(Bench<'_>) -> Outcome,
}

impl Case {
    /// Runs the case on a fresh store.
    ///
    /// A panic of the store is caught. A store that waits for ever makes this wait for ever.
    ///
    /// # Errors
    /// [`Failure`] where the store breaks a rule: that of the case, or S11 where it panics.
    pub fn run(&self, factory: &dyn Factory) -> Result<(), Failure> {
        let run = || (self.body)(Bench::new(factory));
        match catch_unwind(AssertUnwindSafe(run)) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(breach)) => Err(Failure { rule: breach.rule.unwrap_or(self.rule), message: breach.message }),
            Err(payload) => {
                Err(Failure { rule: Rule::S11, message: format!("the store panicked: {}", words(&*payload)) })
            }
        }
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case").field("rule", &self.rule).field("name", &self.name).finish_non_exhaustive()
    }
}

/// A store broke a rule.
///
/// ```
/// use serial_core::{MemoryStore, conformance};
///
/// let case = &conformance::cases()[0];
/// if let Err(failure) = case.run(&MemoryStore::new) {
///     panic!("{} breaks {}: {}", case.name, failure.rule, failure.message);
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The rule.
    pub rule: Rule,
    /// What was expected and what came, in a sentence.
    pub message: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.message)
    }
}

impl std::error::Error for Failure {}

/// How the body of a case ends.
pub(super) type Outcome = Result<(), Breach>;

/// What a body of a case found; the case knows the rule, unless the body knows better.
#[derive(Debug)]
pub(super) struct Breach {
    rule: Option<Rule>,
    pub(super) message: String,
}

impl Breach {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { rule: None, message: message.into() }
    }

    /// Of a thread that ended with a panic.
    pub(super) fn of_panic(payload: &(dyn Any + Send)) -> Self {
        Self { rule: Some(Rule::S11), message: format!("the store panicked in a thread: {}", words(payload)) }
    }
}

impl From<StoreError> for Breach {
    fn from(error: StoreError) -> Self {
        Self::new(format!("a call that should succeed failed: {error:?}"))
    }
}

/// What a panic said.
fn words(payload: &(dyn Any + Send)) -> String {
    match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
        (Some(words), _) => (*words).into(),
        (None, Some(words)) => words.clone(),
        (None, None) => "it gave no reason".into(),
    }
}
