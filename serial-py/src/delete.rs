//! Deleting in two steps: see what would go, then confirm.

use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::{exceptions::PyRuntimeError, intern, prelude::*, types::PyTuple};
use serialref::{Deleted, GroupId, PendingDeletion, PendingGroupDeletion};

use crate::{access::Access, convert, group::PyGroup, records, registry::PyRegistry, select};

#[derive(Clone)]
enum Pending {
    References(PendingDeletion),
    Group(Box<PendingGroupDeletion>),
}

/// What would be deleted. Nothing is, until it is confirmed.
///
/// In a `with` statement a deletion that was not confirmed by its end lapses, and nothing was deleted.
///
/// >>> pumps = serialref.Registry().create_group("Pump AX-100", kind="batch")
/// >>> batch = pumps.create_batch(20)
/// >>> with pumps.delete([batch[0].code, "never issued"]) as pending:
/// ...     if pending.count == 1:
/// ...         deleted = pending.confirm()
/// >>> deleted, pending.unknown, len(pumps)
/// (Deleted(deleted=1, already_gone=0), ('never issued',), 19)
#[pyclass(frozen, module = "serialref", name = "PendingDeletion")]
pub(crate) struct PyPendingDeletion {
    access: Access,
    pending: Pending,
    has_lapsed: AtomicBool,
}

#[pymethods]
impl PyPendingDeletion {
    /// How many references would go.
    #[getter]
    fn count(&self) -> u64 {
        match &self.pending {
            Pending::References(pending) => pending.count,
            Pending::Group(pending) => pending.group.live,
        }
    }

    /// Some of them, at most 10.
    #[getter]
    fn sample<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let sample = match &self.pending {
            Pending::References(pending) => &pending.sample,
            Pending::Group(pending) => &pending.sample,
        };
        records::references(py, sample.iter().cloned())
    }

    /// What was selected and is not there: codes as they were given, and places.
    #[getter]
    fn unknown<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        match &self.pending {
            Pending::References(pending) => PyTuple::new(py, &pending.unknown),
            Pending::Group(_) => Ok(PyTuple::empty(py)),
        }
    }

    /// Codes that several groups have, so that it is unclear which is meant. None of them would go.
    #[getter]
    fn ambiguous<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        match &self.pending {
            Pending::References(pending) => PyTuple::new(py, &pending.ambiguous),
            Pending::Group(_) => Ok(PyTuple::empty(py)),
        }
    }

    /// Deletes what was shown, for ever. What is gone by now is counted; references that were issued since stay.
    ///
    /// Raises `ChangedMeanwhileError` where references were issued into a group that is to be deleted, a `StoreError`,
    /// and `RuntimeError` after the end of the `with` statement.
    fn confirm<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        if self.has_lapsed.load(Ordering::Acquire) {
            return Err(PyRuntimeError::new_err("the deletion has lapsed with its block; prepare it again"));
        }
        let (pending, is_long) = (self.pending.clone(), self.count() > select::MANY);
        let deleted = self.access.call_if_long(py, is_long, move |_| match &pending {
            Pending::References(pending) => pending.confirm(),
            Pending::Group(pending) => Ok(Deleted { deleted: pending.confirm()?, already_gone: 0 }),
        })?;
        convert::class(py, intern!(py, "Deleted"))?.call1((deleted.deleted, deleted.already_gone))
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (exc_type, exc_value, traceback, /))]
    fn __exit__(&self, exc_type: &Bound<'_, PyAny>, exc_value: &Bound<'_, PyAny>, traceback: &Bound<'_, PyAny>) {
        let _ = (exc_type, exc_value, traceback);
        self.has_lapsed.store(true, Ordering::Release);
    }

    fn __repr__(&self) -> String {
        match &self.pending {
            Pending::References(pending) => format!("<PendingDeletion of {} references>", pending.count),
            Pending::Group(pending) => {
                let group = &pending.group;
                format!("<PendingDeletion of group {} with {} references>", group.id, group.live)
            }
        }
    }

    fn _repr_html_(&self, py: Python<'_>) -> PyResult<String> {
        let caption = format!("{} references would be deleted; some of them:", self.count());
        let display = py.import("serialref._display")?;
        display.call_method1(intern!(py, "table"), (self.sample(py)?, caption))?.extract()
    }
}

fn prepared(access: &Access, group: Option<GroupId>, what: &Bound<'_, PyAny>) -> PyResult<PyPendingDeletion> {
    let chosen = select::chosen(access, group, what)?;
    let prepare = move |registry: &serialref::Registry| registry.delete(&chosen.selection);
    let pending = access.call_if_long(what.py(), chosen.is_long, prepare)?;
    Ok(PyPendingDeletion {
        access: access.clone(),
        pending: Pending::References(pending),
        has_lapsed: AtomicBool::new(false),
    })
}

#[pymethods]
impl PyGroup {
    /// Prepares to delete references of the group: codes, references, a batch, a claim or a search. The first step tells
    /// what would go, and `confirm` deletes it. The codes are never issued again.
    fn delete(&self, selection: &Bound<'_, PyAny>) -> PyResult<PyPendingDeletion> {
        prepared(&self.access, Some(self.id()), selection)
    }

    /// Prepares to delete the group itself with all its references.
    ///
    /// >>> registry = serialref.Registry()
    /// >>> pumps = registry.create_group("Pump AX-100", kind="batch")
    /// >>> batch = pumps.create_batch(20)
    /// >>> pumps.delete_group().confirm()
    /// Deleted(deleted=20, already_gone=0)
    fn delete_group(&self, py: Python<'_>) -> PyResult<PyPendingDeletion> {
        let id = self.id();
        let pending = self.access.call(py, move |registry| registry.delete_group(id))?;
        Ok(PyPendingDeletion {
            access: self.access.clone(),
            pending: Pending::Group(Box::new(pending)),
            has_lapsed: AtomicBool::new(false),
        })
    }
}

#[pymethods]
impl PyRegistry {
    /// Prepares to delete references of any group: codes, references, a batch, a claim or a search. The first step tells
    /// what would go, and `confirm` deletes it. The codes are never issued again.
    fn delete(&self, selection: &Bound<'_, PyAny>) -> PyResult<PyPendingDeletion> {
        prepared(&self.access, None, selection)
    }
}
