//! The extension module behind the Python package `serialref`.
//!
//! It converts and nothing else: every rule of the domain is in the core. What is better said in Python, such as
//! exceptions, plain records and listings, is in `python/serialref`.

// Arguments of functions that Python calls are values that were made for the call.
#![allow(clippy::needless_pass_by_value)]
// So are the many arguments, which have names in Python.
#![allow(clippy::too_many_arguments)]
// What stands before a class or method is its docstring, written for Python.
#![allow(clippy::doc_markdown, clippy::doc_link_with_quotes)]

mod access;
mod batch;
mod check;
mod code_sequence;
mod code_space;
mod columns;
mod convert;
mod delete;
mod errors;
mod format;
mod group;
mod key;
mod kit;
mod life;
mod limits;
mod patience;
mod records;
mod registry;
mod select;
mod settings;
mod source;
mod stores;
mod transfer;
mod wishes;

use pyo3::prelude::*;

/// What is written in Rust of the package `serialref`.
#[pymodule]
mod _serialref {
    use std::sync::OnceLock;

    use pyo3::{exceptions::PyImportError, prelude::*};

    #[pymodule_export]
    use super::{
        batch::{PyBatch, PyIssuedBatch},
        check::{check_automatic, check_compute, check_detects, check_fits},
        code_sequence::PyCodeSequence,
        delete::PyPendingDeletion,
        format::PyFormat,
        group::PyGroup,
        key::PyKey,
        kit::{conformance_cases, run_conformance_case},
        life::may_become,
        records::{PyIssuedReference, PyReference},
        registry::{PyRegistry, open},
        request_id,
        source::{ReferenceSource, Source},
        transfer::PyImportReview,
        version,
    };

    /// What the module remembers of Python, such as classes, is of the interpreter that imported it first; older
    /// versions of Python do not see to that themselves.
    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        static FIRST: OnceLock<usize> = OnceLock::new();
        let this = module.py().import("sys")?.as_ptr() as usize;
        if *FIRST.get_or_init(|| this) == this {
            Ok(())
        } else {
            Err(PyImportError::new_err("serialref can be used in one interpreter of a process; import it there"))
        }
    }
}

/// The request id that a text stands for, always the same: for calls that are known by a text, such as the number of an
/// order.
///
/// >>> serialref.request_id("Order 4711") == serialref.request_id("Order 4711")
/// True
#[pyfunction]
fn request_id(py: Python<'_>, text: convert::Text) -> PyResult<Bound<'_, PyAny>> {
    convert::uuid(py, serialref::RequestId::of_text(&text.0))
}

/// The version of the library.
#[pyfunction]
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
