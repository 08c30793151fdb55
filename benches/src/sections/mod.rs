//! What is measured, one module for each kind of bar.

mod bytes;
mod c;
mod durable;
mod issue;
mod keyed;
mod life;
mod lookup;
mod machine;
mod page;
mod postgres;
mod python;
mod search;
mod single;
mod sqlite;
mod threads;
mod transfer;

use crate::{Scale, table::Row};

/// A part of the report.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// The word that selects it.
    pub name: &'static str,
    run: fn(Scale) -> Vec<Row>,
}

impl Section {
    /// Measures.
    pub fn run(&self, scale: Scale) -> Vec<Row> {
        (self.run)(scale)
    }
}

/// All parts, in the order of the report.
pub const ALL: &[Section] = &[
    // First, because C has a process of its own: where others were measured before, memory for Rust is at hand that C has to
    // ask the system for.
    Section { name: "c", run: c::run },
    Section { name: "issue", run: issue::run },
    Section { name: "single", run: single::run },
    Section { name: "keyed", run: keyed::run },
    Section { name: "bytes", run: bytes::run },
    Section { name: "search", run: search::run },
    Section { name: "page", run: page::run },
    Section { name: "lookup", run: lookup::run },
    Section { name: "threads", run: threads::run },
    Section { name: "life", run: life::run },
    Section { name: "transfer", run: transfer::run },
    Section { name: "python", run: python::run },
    Section { name: "sqlite", run: sqlite::run },
    Section { name: "postgres", run: postgres::run },
    Section { name: "machine", run: machine::run },
];
