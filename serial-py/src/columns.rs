//! References as columns, handed over through the C data interface of Arrow.
//!
//! The structures are those of the Arrow crates and the capsules those of PyO3: both are made, and released when nobody
//! took them, without unsafe code here. Whoever takes them needs no library in common with us.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, RecordBatch, RecordBatchIterator, StringArray, TimestampMicrosecondArray, UInt64Array,
    ffi_stream::FFI_ArrowArrayStream,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use pyo3::{exceptions::PyRuntimeError, prelude::*, types::PyCapsule};
use serialref::Reference;

use crate::source::ReferenceSource;

fn schema() -> SchemaRef {
    let moment = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    Arc::new(Schema::new(vec![
        Field::new("code", DataType::Utf8, false),
        Field::new("group_id", DataType::UInt64, false),
        Field::new("row", DataType::UInt64, false),
        Field::new("batch_id", DataType::UInt64, true),
        Field::new("created_at", moment, false),
        Field::new("state", DataType::Utf8, false),
        Field::new("claim_id", DataType::UInt64, true),
    ]))
}

/// References as one piece of a table.
pub(crate) fn record_batch(references: &[Reference]) -> PyResult<RecordBatch> {
    let each = || references.iter();
    let moments = each().map(|reference| reference.created_at.as_micros());
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(each().map(|reference| reference.code.as_str()))),
        Arc::new(UInt64Array::from_iter_values(each().map(|reference| reference.group.0))),
        Arc::new(UInt64Array::from_iter_values(each().map(|reference| reference.row.0))),
        Arc::new(each().map(|reference| reference.batch.map(|batch| batch.0)).collect::<UInt64Array>()),
        Arc::new(TimestampMicrosecondArray::from_iter_values(moments).with_timezone("UTC")),
        Arc::new(StringArray::from_iter_values(each().map(|reference| reference.state.name()))),
        Arc::new(each().map(|reference| reference.claim.map(|claim| claim.0)).collect::<UInt64Array>()),
    ];
    RecordBatch::try_new(schema(), columns).map_err(|error| failed(&error))
}

/// A capsule with a stream of pieces.
pub(crate) fn stream(py: Python<'_>, pieces: Vec<RecordBatch>) -> PyResult<Bound<'_, PyCapsule>> {
    let pieces = RecordBatchIterator::new(pieces.into_iter().map(Ok), schema());
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(pieces)), c"arrow_array_stream")
}

#[pymethods]
impl ReferenceSource {
    /// All references as a stream for Arrow. They are read here, so that trouble with the store is an exception of ours.
    fn arrow<'py>(&self, py: Python<'py>, newest_first: bool) -> PyResult<Bound<'py, PyCapsule>> {
        let mut pieces = Vec::new();
        self.each_page(py, newest_first, |page| {
            pieces.push(py.detach(|| record_batch(&page))?);
            Ok(())
        })?;
        stream(py, pieces)
    }
}

fn failed(error: &ArrowError) -> PyErr {
    PyRuntimeError::new_err(error.to_string())
}
