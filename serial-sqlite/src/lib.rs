//! Keeps serial references in an SQLite file.
