//! Errors of the core as exceptions.

use std::{cell::RefCell, error::Error as StdError};

use pyo3::{
    exceptions::{PyException, PyRuntimeError},
    intern,
    prelude::*,
    sync::PyOnceLock,
    types::{PyDict, PyTuple},
};
use serialref::{Error, ErrorKind, ImportFault, RefusedTransition, StoreError, TransitionFault};

use crate::{convert, format};

thread_local! {
    /// An interruption of a store written in Python, which is to come out of the call as it is.
    static INTERRUPTION: RefCell<Option<PyErr>> = const { RefCell::new(None) };
}

/// Remembers an exception that nobody may turn into another, such as `KeyboardInterrupt`.
pub(crate) fn interrupt(error: PyErr) {
    INTERRUPTION.with_borrow_mut(|interruption| *interruption = Some(error));
}

/// Whether this thread has to come to an end first.
pub(crate) fn is_interrupted() -> bool {
    INTERRUPTION.with_borrow(Option::is_some)
}

/// What interrupted this thread since it was last asked.
pub(crate) fn interruption() -> PyResult<()> {
    INTERRUPTION.with_borrow_mut(Option::take).map_or(Ok(()), Err)
}

/// The exception for an error of the core.
pub(crate) fn raised(py: Python<'_>, error: Error) -> PyErr {
    made(py, error).unwrap_or_else(|failure| failure)
}

/// An exception of a kind with a message of our own.
pub(crate) fn of_kind(py: Python<'_>, kind: ErrorKind, message: &str) -> PyErr {
    of_class(py, kind, message, None).unwrap_or_else(|failure| failure)
}

/// An exception for a format of which something is wrong that Python alone can say, beside what the core says.
pub(crate) fn of_format(py: Python<'_>, faults: &[String]) -> PyErr {
    let made = || {
        let context = convert::Parts::new(py).with(intern!(py, "faults"), PyTuple::new(py, faults)?)?.into_dict();
        let message = format!("the format cannot be used: {}", faults.join("; "));
        of_class(py, ErrorKind::FormatInvalid, &message, Some(&context))
    };
    made().unwrap_or_else(|failure| failure)
}

fn of_class(py: Python<'_>, kind: ErrorKind, message: &str, context: Option<&Bound<'_, PyDict>>) -> PyResult<PyErr> {
    static CLASSES: PyOnceLock<Py<PyDict>> = PyOnceLock::new();
    let classes = CLASSES.import(py, "serialref._errors", "BY_KIND")?;
    let class = match classes.get_item(kind as i32)? {
        Some(class) => class,
        None => py.import("serialref._errors")?.getattr("Error")?,
    };
    Ok(PyErr::from_value(class.call((message,), context)?))
}

fn made(py: Python<'_>, error: Error) -> PyResult<PyErr> {
    let message = error.to_string();
    let raised = of_class(py, error.kind(), &message, Some(&context(py, &error)?))?;
    if let Some(cause) = cause(py, error)? {
        raised.set_cause(py, Some(cause));
    }
    Ok(raised)
}

/// What lies behind an error.
fn cause(py: Python<'_>, error: Error) -> PyResult<Option<PyErr>> {
    let kind = error.kind();
    match error {
        Error::StoreBusy(source)
        | Error::StoreUnavailable(source)
        | Error::StoreCorrupt(source)
        | Error::SchemaTooNew(source)
        | Error::StoreContract(source)
        | Error::StoreForeign(source)
        | Error::OutcomeUnknown { source, .. } => of_store(py, kind, &source).map(Some),
        Error::TransferFailed(failure) => match failure.get_ref().and_then(|inner| inner.downcast_ref::<PyErr>()) {
            Some(raised) => Ok(Some(raised.clone_ref(py))),
            None => Ok(Some(failure.into())),
        },
        Error::EntropyUnavailable(source) => Ok(Some(PyRuntimeError::new_err(source.to_string()))),
        Error::SnapshotInvalid(source) => Ok(Some(PyRuntimeError::new_err(source.to_string()))),
        _ => Ok(None),
    }
}

/// What a store raised, or its words.
fn of_store(py: Python<'_>, kind: ErrorKind, error: &StoreError) -> PyResult<PyErr> {
    if let Some(raised) = error.source().and_then(|source| source.downcast_ref::<PyErr>()) {
        return Ok(raised.clone_ref(py));
    }
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(behind) = source {
        let more = behind.to_string();
        if !words.contains(&more) {
            words.push_str(": ");
            words.push_str(&more);
        }
        source = behind.source();
    }
    of_class(py, kind, &words, None)
}

/// What an error is about, as attributes of the exception.
fn context<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyDict>> {
    let parts = convert::Parts::new(py);
    let group = intern!(py, "group_id");
    let asked = intern!(py, "asked");
    let name = intern!(py, "name");
    let parts = match error {
        Error::FormatInvalid(error) => {
            let faults: Vec<String> = error.faults.iter().map(ToString::to_string).collect();
            parts.with(intern!(py, "faults"), PyTuple::new(py, faults)?)?
        }
        Error::NameTaken { group: id } | Error::GroupNotFound { group: id } => parts.with(group, id.0)?,
        Error::BatchNotFound { group: id, batch } => parts.with(group, id.0)?.with(intern!(py, "batch_id"), batch.0)?,
        Error::Ambiguous { groups } => {
            let groups = PyTuple::new(py, groups.iter().map(|group| group.0))?;
            parts.with(intern!(py, "group_ids"), groups)?
        }
        Error::WrongKind { group: id, kind } => {
            parts.with(group, id.0)?.with(intern!(py, "group_kind"), convert::kind(py, *kind)?)?
        }
        Error::LimitReached { group: id, limit, value, present, asked: more } => parts
            .with(group, id.map(|id| id.0))?
            .with(intern!(py, "limit"), convert::limit_name(py, *limit)?)?
            .with(intern!(py, "value"), value)?
            .with(intern!(py, "present"), present)?
            .with(asked, more)?,
        Error::SpaceExhausted { group: id, free, asked: more } => {
            parts.with(group, id.0)?.with(intern!(py, "free"), free)?.with(asked, more)?
        }
        Error::RequestMismatch { request } => parts.with(intern!(py, "request_id"), convert::uuid(py, *request)?)?,
        Error::SearchTermTooShort { min, found } => {
            parts.with(intern!(py, "min"), min)?.with(intern!(py, "found"), found)?
        }
        Error::SearchTermInvalid { symbol, position } => {
            parts.with(intern!(py, "symbol"), *symbol)?.with(intern!(py, "position"), position)?
        }
        Error::ChangedMeanwhile { group: id, more } => parts.with(group, id.0)?.with(intern!(py, "more"), more)?,
        Error::OutcomeUnknown { request, .. } => {
            let id = request.map(|request| convert::uuid(py, request)).transpose()?;
            parts.with(intern!(py, "request_id"), id)?
        }
        Error::StoreUrlInvalid { reason } => parts.with(intern!(py, "reason"), reason)?,
        Error::TransitionRefused { to, refused } => {
            let refused = refused.iter().map(|refused| refused_transition(py, refused));
            let refused = PyTuple::new(py, refused.collect::<PyResult<Vec<_>>>()?)?;
            parts.with(intern!(py, "to"), convert::state(py, *to)?)?.with(intern!(py, "refused"), refused)?
        }
        Error::ReasonRequired { to } => parts.with(intern!(py, "to"), convert::state(py, *to)?)?,
        Error::TooFewAvailable { group: id, available, asked: more } => {
            parts.with(group, id.0)?.with(intern!(py, "available"), available)?.with(asked, more)?
        }
        Error::ClaimNotFound { group: id, claim } => parts.with(group, id.0)?.with(intern!(py, "claim_id"), claim.0)?,
        Error::FieldNotFound { group: id, name: field } => parts.with(group, id.0)?.with(name, field)?,
        Error::FieldNameTaken { name: field } => parts.with(name, field)?,
        Error::SelectionInvalid { missing } => parts.with(intern!(py, "missing"), PyTuple::new(py, missing)?)?,
        Error::CounterInvalid { group: id, next, capacity } => {
            parts.with(group, id.0)?.with(intern!(py, "next"), next)?.with(intern!(py, "capacity"), capacity)?
        }
        Error::CodeInvalid(mismatch) => parts.with(intern!(py, "mismatch"), format::mismatch_record(py, mismatch)?)?,
        Error::ImportFaulty { faults } => parts.with(intern!(py, "faults"), import_faults(py, faults)?)?,
        _ => parts,
    };
    Ok(parts.into_dict())
}

pub(crate) fn import_faults<'py>(py: Python<'py>, faults: &[ImportFault]) -> PyResult<Bound<'py, PyTuple>> {
    let class = convert::class(py, intern!(py, "ImportFault"))?;
    let faults = faults.iter().map(|fault| class.call1((fault.line, fault.fault.to_string())));
    PyTuple::new(py, faults.collect::<PyResult<Vec<_>>>()?)
}

fn refused_transition<'py>(py: Python<'py>, refused: &RefusedTransition) -> PyResult<Bound<'py, PyAny>> {
    let (state, at, by) = match &refused.fault {
        TransitionFault::AlreadyCommissioned { at, by, state } => (Some(*state), Some(*at), by.as_deref()),
        TransitionFault::NotAllowed { state } => (Some(*state), None, None),
        _ => (None, None, None),
    };
    convert::class(py, intern!(py, "RefusedTransition"))?.call1((
        refused.group.map(|group| group.0),
        refused.row.map(|row| row.0),
        refused.code.as_deref(),
        refused.fault.to_string(),
        state.map(|state| convert::state(py, state)).transpose()?,
        convert::some_moment(py, at)?,
        by,
    ))
}

/// Whether an exception is one that programs handle, not an interruption.
pub(crate) fn is_ordinary(py: Python<'_>, error: &PyErr) -> bool {
    error.is_instance_of::<PyException>(py)
}
