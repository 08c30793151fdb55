//! References as Python sees them.

use std::{
    cmp::Ordering,
    hash::{DefaultHasher, Hash, Hasher},
};

use pyo3::{basic::CompareOp, intern, prelude::*, types::PyTuple};
use serialref::{BatchId, ClaimId, Code, GroupId, IssuedReference, Reference, RowId, Stock};

use crate::convert::{self, Moment, Text, Whole};

/// The record of one serial reference, as it was when it was read.
///
/// References are compared by their group and row first. As text one is its code.
///
/// >>> tag = serialref.Registry().create_group("Service tags", kind="continuous").create()
/// >>> tag.row, tag.state, str(tag) == tag.code
/// (1, <State.AVAILABLE: 'available'>, True)
#[pyclass(frozen, subclass, module = "serialref", name = "Reference")]
pub(crate) struct PyReference(pub(crate) Reference);

#[pymethods]
impl PyReference {
    /// A reference, for stores of your own.
    #[new]
    #[pyo3(signature = (group_id, row, code, batch_id, created_at, state=None, claim_id=None))]
    fn new(
        py: Python<'_>,
        group_id: Whole,
        row: Whole,
        code: Text,
        batch_id: Option<Whole>,
        created_at: Moment,
        state: Option<Text>,
        claim_id: Option<Whole>,
    ) -> PyResult<Self> {
        let batch = batch_id.map(|batch| BatchId(batch.0));
        let mut reference =
            Reference::issued(GroupId(group_id.0), RowId(row.0), Code::from(code.0), batch, created_at.0);
        if let Some(state) = state {
            reference.state = convert::parsed_state(py, &state)?;
        }
        reference.claim = claim_id.map(|claim| ClaimId(claim.0));
        Ok(Self(reference))
    }

    /// The id of its group.
    #[getter]
    fn group_id(&self) -> u64 {
        self.0.group.0
    }

    /// Its ordinal in the group, in the order of issue from 1.
    #[getter]
    fn row(&self) -> u64 {
        self.0.row.0
    }

    /// The code.
    #[getter]
    fn code(&self) -> &str {
        &self.0.code
    }

    /// The id of its batch; `None` in a Continuous group.
    #[getter]
    fn batch_id(&self) -> Option<u64> {
        self.0.batch.map(|batch| batch.0)
    }

    /// When it was issued, in UTC.
    #[getter]
    fn created_at<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        convert::moment(py, self.0.created_at)
    }

    /// The state it was in.
    #[getter]
    fn state<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        convert::state(py, self.0.state)
    }

    /// The id of the claim that held it; `None` where none did.
    #[getter]
    fn claim_id(&self) -> Option<u64> {
        self.0.claim.map(|claim| claim.0)
    }

    fn __str__(&self) -> &str {
        &self.0.code
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let Reference { group, row, batch, .. } = &self.0;
        let code = self.0.code.as_str().into_pyobject(py)?.repr()?;
        let batch = batch.map_or(String::new(), |batch| format!(", batch_id={batch}"));
        Ok(format!("Reference(group_id={group}, row={row}, code={code}{batch}, state='{}')", self.0.state.name()))
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.0.hash(&mut hasher);
        hasher.finish()
    }

    fn __richcmp__(&self, other: &Bound<'_, PyAny>, operation: CompareOp) -> PyResult<Py<PyAny>> {
        let py = other.py();
        let Ok(other) = other.cast::<Self>() else { return Ok(py.NotImplemented()) };
        let is_so = operation.matches(self.order(&other.get().0));
        Ok(is_so.into_pyobject(py)?.to_owned().into_any().unbind())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let class = py.get_type::<Self>().into_any();
        let arguments = (
            self.group_id(),
            self.row(),
            self.code(),
            self.batch_id(),
            self.created_at(py)?,
            self.0.state.name(),
            self.claim_id(),
        );
        Ok((class, arguments.into_pyobject(py)?))
    }
}

impl PyReference {
    /// Group and row first, then everything else, so that only equal references come out as equal.
    fn order(&self, other: &Reference) -> Ordering {
        let key = |it: &Reference| (it.group, it.row, it.batch, it.created_at, it.state, it.claim);
        key(&self.0).cmp(&key(other)).then_with(|| self.0.code.cmp(&other.code))
    }
}

pub(crate) fn reference(py: Python<'_>, reference: Reference) -> PyResult<Bound<'_, PyReference>> {
    Bound::new(py, PyReference(reference))
}

pub(crate) fn references(
    py: Python<'_>,
    references: impl IntoIterator<Item = Reference>,
) -> PyResult<Bound<'_, PyTuple>> {
    let made = references.into_iter().map(|each| reference(py, each)).collect::<PyResult<Vec<_>>>()?;
    PyTuple::new(py, made)
}

/// A reference that was just issued.
///
/// >>> tags = serialref.Registry().create_group("Service tags", kind="continuous")
/// >>> tags.create().stock.available
/// 1
#[pyclass(frozen, extends = PyReference, module = "serialref", name = "IssuedReference")]
pub(crate) struct PyIssuedReference {
    repeated: bool,
    stock: Option<Stock>,
}

#[pymethods]
impl PyIssuedReference {
    /// Whether an earlier call with the same request id issued it, and this one nothing.
    #[getter]
    fn repeated(&self) -> bool {
        self.repeated
    }

    /// What can be claimed in the group now; `None` where the call issued nothing.
    #[getter]
    fn stock<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        stock(py, self.stock)
    }
}

pub(crate) fn issued(py: Python<'_>, issued: IssuedReference) -> PyResult<Bound<'_, PyIssuedReference>> {
    let IssuedReference { reference, repeated, stock, .. } = issued;
    let parts = PyClassInitializer::from(PyReference(reference));
    Bound::new(py, parts.add_subclass(PyIssuedReference { repeated, stock }))
}

pub(crate) fn stock(py: Python<'_>, stock: Option<Stock>) -> PyResult<Option<Bound<'_, PyAny>>> {
    let Some(stock) = stock else { return Ok(None) };
    let arguments = (stock.available, stock.threshold, stock.is_low());
    convert::class(py, intern!(py, "Stock"))?.call1(arguments).map(Some)
}
