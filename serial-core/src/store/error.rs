//! Trouble with the storage itself.

use std::error::Error as StdError;

/// Whatever lies behind a store's error.
type Source = Box<dyn StdError + Send + Sync>;

/// Trouble with the storage itself. Nothing has changed, except after [`OutcomeUnknown`](Self::OutcomeUnknown).
///
/// ```
/// use serial_core::StoreError;
///
/// let error = StoreError::unavailable("the disk is full");
/// assert_eq!(error.to_string(), "the disk is full");
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Somebody else holds the store; the same call may succeed in a moment.
    #[error("{message}")]
    Busy {
        /// What happened.
        message: String,
        /// What lies behind it.
        source: Option<Source>,
    },
    /// The store cannot be reached, or cannot write.
    #[error("{message}")]
    Unavailable {
        /// What happened.
        message: String,
        /// What lies behind it.
        source: Option<Source>,
    },
    /// The reply was lost: the plan may or may not have been carried out. Repeating it with the same request id is
    /// safe.
    #[error("{message}")]
    OutcomeUnknown {
        /// What happened.
        message: String,
        /// What lies behind it.
        source: Option<Source>,
    },
    /// What is stored contradicts itself.
    #[error("{message}")]
    Corrupt {
        /// What was found.
        message: String,
        /// What lies behind it.
        source: Option<Source>,
    },
    /// A newer version of the library wrote the store.
    #[error("the store has schema version {found} and this program knows versions up to {known}")]
    SchemaTooNew {
        /// The version found.
        found: u64,
        /// The newest version that is understood.
        known: u64,
    },
    /// The store, or the plan, broke the contract.
    #[error("{message}")]
    Contract {
        /// Which part of it.
        message: String,
    },
    /// A failure in the terms of a store written by somebody else.
    #[error("{message} (code {code})")]
    Foreign {
        /// That store's own number for it.
        code: i64,
        /// That store's own words.
        message: String,
        /// What lies behind it.
        source: Option<Source>,
    },
}

impl StoreError {
    /// [`Busy`](Self::Busy) with a message.
    pub fn busy(message: impl Into<String>) -> Self {
        Self::Busy { message: message.into(), source: None }
    }

    /// [`Unavailable`](Self::Unavailable) with a message.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::Unavailable { message: message.into(), source: None }
    }

    /// [`OutcomeUnknown`](Self::OutcomeUnknown) with a message.
    pub fn outcome_unknown(message: impl Into<String>) -> Self {
        Self::OutcomeUnknown { message: message.into(), source: None }
    }

    /// [`Corrupt`](Self::Corrupt) with a message.
    pub fn corrupt(message: impl Into<String>) -> Self {
        Self::Corrupt { message: message.into(), source: None }
    }

    /// [`Contract`](Self::Contract) with a message.
    pub fn contract(message: impl Into<String>) -> Self {
        Self::Contract { message: message.into() }
    }
}
