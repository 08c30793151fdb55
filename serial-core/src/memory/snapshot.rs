//! Carrying a store over to another process.

/// x
pub struct Snapshot;
/// y
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub enum RestoreError {}
