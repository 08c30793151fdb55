//! Keeps serial references in an SQLite file.

#[allow(dead_code, unused_imports, reason = "the store calls it once both are there")]
mod search;
