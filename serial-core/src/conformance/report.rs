//! What came of all cases.

use std::fmt;

use crate::conformance::{Case, Failure};

/// What came of every case; shown with one line for each; lines that are set in belong to the case before.
///
/// ```
/// use serial_core::{MemoryStore, conformance};
///
/// let report = conformance::check(&MemoryStore::new);
/// assert!(report.passed(), "{report}");
/// assert_eq!(report.results.len(), conformance::cases().len());
/// ```
#[derive(Clone, Debug)]
#[must_use = "a report does not fail a test by itself"]
#[non_exhaustive]
pub struct Report {
    /// Each case, in their order, with its result.
    pub results: Vec<(Case, Result<(), Failure>)>,
}

impl Report {
    /// Whether every case passed.
    pub fn passed(&self) -> bool {
        self.failures().next().is_none()
    }

    /// The cases that failed.
    pub fn failures(&self) -> impl Iterator<Item = (&Case, &Failure)> + '_ {
        self.results.iter().filter_map(|(case, result)| result.as_ref().err().map(|failure| (case, failure)))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (case, result) in &self.results {
            match result {
                Ok(()) => writeln!(f, "ok      {}", case.name)?,
                // Further lines of a message are set in, so that each case has one line that begins at the margin.
                Err(failure) => {
                    let message = failure.to_string().trim_end().replace('\n', "\n        ");
                    writeln!(f, "FAILED  {}: {message}", case.name)?;
                }
            }
        }
        write!(f, "{} of {} cases failed", self.failures().count(), self.results.len())
    }
}
