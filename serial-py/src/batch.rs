//! Batches: named sets of references, created together.

use pyo3::{
    IntoPyObjectExt, intern,
    prelude::*,
    types::{PyCapsule, PyList},
};
use serialref::{Batch, Codes, Error, Filter, IssuedBatch, Reference, RowId, Stock};

use crate::{
    access::Access,
    columns,
    convert::{self, Text, code_texts},
    records::{self, PyReference},
    source::ReferenceSource,
};

/// A batch of references. It stays what it was when it was issued, except that references can be deleted.
///
/// It is a sequence of its live references: `len`, iteration, indexes, slices and `in` work, and read from the store when
/// they are used.
///
/// >>> pumps = serialref.Registry().create_group("Pump AX-100", kind="batch")
/// >>> batch = pumps.create_batch(20, name="Order 4711")
/// >>> batch.name, batch.size, len(batch), batch[0].batch_id == batch.id
/// ('Order 4711', 20, 20, True)
#[pyclass(frozen, subclass, module = "serialref", name = "Batch")]
pub(crate) struct PyBatch {
    pub(crate) access: Access,
    pub(crate) record: Batch,
}

#[pymethods]
impl PyBatch {
    /// The id of its group.
    #[getter]
    fn group_id(&self) -> u64 {
        self.record.group.0
    }

    /// Its ordinal in the group.
    #[getter]
    fn id(&self) -> u64 {
        self.record.id.0
    }

    /// Its name; other batches may have the same.
    #[getter]
    fn name(&self) -> &str {
        &self.record.name
    }

    /// When it was issued, in UTC.
    #[getter]
    fn created_at<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        convert::moment(py, self.record.created_at)
    }

    /// The row of its first reference; the others follow without a gap.
    #[getter]
    fn first_row(&self) -> u64 {
        self.record.first_row.0
    }

    /// How many references were issued.
    #[getter]
    fn size(&self) -> u64 {
        self.record.size
    }

    /// How many of them are not deleted, now.
    #[getter]
    fn live(&self, py: Python<'_>) -> PyResult<u64> {
        let (group, id) = (self.record.group, self.record.id);
        Ok(self.access.call(py, move |registry| registry.batch(group, id))?.live)
    }

    /// Its live references, as a listing.
    ///
    /// >>> pumps = serialref.Registry().create_group("Pump AX-100", kind="batch")
    /// >>> batch = pumps.create_batch(20)
    /// >>> [reference.row for reference in batch.references().newest_first()[:3]]
    /// [20, 19, 18]
    fn references<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let (group, id) = (self.record.group, self.record.id);
        let filter = Filter::batch(group, id);
        let source = ReferenceSource { access: self.access.clone(), filter, group: Some(group) };
        convert::class(py, intern!(py, "References"))?.call1((source,))
    }

    /// The codes of its live references, as a list of `str`, in the order of issue.
    fn codes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.references(py)?.call_method0(intern!(py, "codes"))
    }

    /// How many references are in which state, as a dict.
    fn inventory<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let within = serialref::Within::Batch(self.record.group, self.record.id);
        crate::life::inventory(py, &self.access, within)
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        Ok(usize::try_from(self.live(py)?).unwrap_or(usize::MAX))
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.references(py)?.try_iter()?.into_bound_py_any(py)
    }

    fn __getitem__<'py>(&self, index: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        self.references(index.py())?.get_item(index)
    }

    fn __contains__(&self, code: &Bound<'_, PyAny>) -> PyResult<bool> {
        let found = found_in(&self.access, self.record.group, code)?;
        Ok(found.is_some_and(|found| found.batch == Some(self.record.id)))
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        slf: &Bound<'py, Self>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let references = slf.get().references(slf.py())?;
        references.call_method1(intern!(slf.py(), "__arrow_c_stream__"), (requested_schema,))
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| {
            let other = other.get();
            self.access.is_same(&other.access)
                && (self.record.group, self.record.id) == (other.record.group, other.record.id)
        })
    }

    fn __hash__(&self) -> u64 {
        crate::group::hash((self.access.address(), self.record.group, self.record.id))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let Batch { group, id, name, size, .. } = &self.record;
        let name = name.as_str().into_pyobject(py)?.repr()?;
        Ok(format!("<Batch {id} {name} of group {group}, {size} references>"))
    }

    fn _repr_html_(&self, py: Python<'_>) -> PyResult<String> {
        self.references(py)?.call_method0(intern!(py, "_repr_html_"))?.extract()
    }
}

impl PyBatch {
    pub(crate) fn shown<'py>(py: Python<'py>, access: &Access, record: Batch) -> PyResult<Bound<'py, PyAny>> {
        Ok(Bound::new(py, Self { access: access.clone(), record })?.into_any())
    }
}

/// The live reference of a group that has a code, or is the one that was given; `None` where there is none.
pub(crate) fn found_in(
    access: &Access,
    group: serialref::GroupId,
    code: &Bound<'_, PyAny>,
) -> PyResult<Option<Reference>> {
    let wanted = code.cast::<PyReference>().ok().map(|reference| reference.get().0.clone());
    let text = match (&wanted, code.extract::<Text>()) {
        (Some(reference), _) => reference.code.to_string(),
        (None, Ok(text)) => text.0,
        // What is no text, or could be none, is no code.
        (None, Err(_)) => return Ok(None),
    };
    let found = access.call(code.py(), move |registry| match registry.lookup_in(group, &text) {
        Ok(found) => Ok(Some(found)),
        Err(Error::ReferenceNotFound) => Ok(None),
        Err(error) => Err(error),
    })?;
    let is_wanted =
        |found: &Reference| wanted.as_ref().is_none_or(|wanted| (wanted.group, wanted.row) == (found.group, found.row));
    Ok(found.filter(is_wanted))
}

/// A batch that was just issued, with its codes.
///
/// >>> pumps = serialref.Registry().create_group("Pump AX-100", kind="batch")
/// >>> order = uuid.uuid4()
/// >>> batch = pumps.create_batch(500, name="Order 4711", request_id=order)
/// >>> again = pumps.create_batch(500, name="Order 4711", request_id=order)
/// >>> again.codes() == batch.codes(), again.repeated, len(pumps)
/// (True, True, 500)
#[pyclass(frozen, extends = PyBatch, module = "serialref", name = "IssuedBatch")]
pub(crate) struct PyIssuedBatch {
    codes: Codes,
    repeated: bool,
    stock: Option<Stock>,
}

#[pymethods]
impl PyIssuedBatch {
    /// The codes that were issued, as a list of `str`, in the order of issue. The store is not read for that.
    fn codes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        PyList::new(py, code_texts(py, &self.codes))
    }

    /// Whether an earlier call with the same request id issued it, and this one nothing.
    #[getter]
    fn repeated(&self) -> bool {
        self.repeated
    }

    /// What can be claimed in the group now; `None` where the call issued nothing.
    #[getter]
    fn stock<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        records::stock(py, self.stock)
    }

    /// What was issued, as a table for Arrow.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        slf: &Bound<'py, Self>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        let batch = slf.as_super().get();
        let Batch { group, id, first_row, created_at, .. } = batch.record;
        let rows = (first_row.0..).map(RowId);
        let issued = rows
            .zip(slf.get().codes.iter())
            .map(|(row, code)| Reference::issued(group, row, code.into(), Some(id), created_at));
        columns::stream(slf.py(), vec![columns::record_batch(&issued.collect::<Vec<_>>())?])
    }
}

pub(crate) fn issued<'py>(
    py: Python<'py>,
    access: &Access,
    issued: IssuedBatch,
) -> PyResult<Bound<'py, PyIssuedBatch>> {
    let IssuedBatch { group, id, name, created_at, first_row, codes, repeated, stock, .. } = issued;
    let size = codes.len() as u64;
    let record = Batch { group, id, name, created_at, first_row, size, live: size };
    let parts = PyClassInitializer::from(PyBatch { access: access.clone(), record });
    Bound::new(py, parts.add_subclass(PyIssuedBatch { codes, repeated, stock }))
}
