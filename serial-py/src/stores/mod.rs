//! Stores written in Python.
//!
//! Plans become dataclasses, what the methods return becomes answers, and exceptions become errors that keep them as
//! their cause. What is returned is not trusted: what is not of the right type is an error of kind `StoreContract`, and
//! the registry checks the rest as it does with every store.

mod answers;
mod plans;
pub(crate) mod records;

use pyo3::{
    intern,
    prelude::*,
    types::{PyString, PyTuple},
};
use serialref::{
    Answer, AppendPlan, Appended, Batch, BatchId, BatchQuery, ChangePlan, Changed, ClaimId, ClaimPlan, ClaimRecord,
    Claimed, Codes, DeletePlan, Deleted, Details, ErrorKind, Event, EventQuery, Group, GroupChange, GroupDeletePlan,
    GroupId, GroupPlan, GroupQuery, Inventory, Reference, ReferenceQuery, RequestId, RequestRecord, RowSet, Slice,
    Store, StoreError, StoreResult, Timestamp, Within,
};

use crate::{convert, errors};

/// A store whose methods are those of a Python object.
pub(crate) struct PyStore {
    object: Py<PyAny>,
    loses_replies: bool,
}

impl PyStore {
    pub(crate) fn new(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let loses_replies = object.getattr(intern!(object.py(), "loses_replies"))?.is_truthy()?;
        Ok(Self { object: object.clone().unbind(), loses_replies })
    }

    /// Calls a method with what `arguments` makes, and makes `answer` of what it returns.
    fn call<T>(
        &self,
        name: &str,
        arguments: impl for<'py> FnOnce(Python<'py>) -> PyResult<Bound<'py, PyTuple>>,
        answer: impl for<'py> FnOnce(&Bound<'py, PyAny>) -> PyResult<T>,
    ) -> Result<T, StoreError> {
        if errors::is_interrupted() {
            return Err(StoreError::unavailable("the call was interrupted"));
        }
        Python::attach(|py| {
            let arguments = arguments(py).map_err(|error| raised(py, error))?;
            let method = PyString::new(py, name);
            let returned = self.object.bind(py).call_method1(&method, arguments).map_err(|error| raised(py, error))?;
            answer(&returned).map_err(|error| {
                if errors::is_ordinary(py, &error) {
                    StoreError::contract(format!("{name} returned what it may not: {error}"))
                } else {
                    raised(py, error)
                }
            })
        })
    }

    fn answer<T>(
        &self,
        name: &str,
        arguments: impl for<'py> FnOnce(Python<'py>) -> PyResult<Bound<'py, PyTuple>>,
        done: impl for<'py> FnOnce(&Bound<'py, PyAny>) -> PyResult<T>,
    ) -> StoreResult<T> {
        self.call(name, arguments, |returned| match answers::refusal(returned)? {
            Some(refusal) => Ok(Answer::Refused(refusal)),
            None => done(returned).map(Answer::Done),
        })
    }
}

/// What a method raised, as an error of a store.
fn raised(py: Python<'_>, error: PyErr) -> StoreError {
    if !errors::is_ordinary(py, &error) {
        errors::interrupt(error);
        return StoreError::unavailable("the call was interrupted");
    }
    let message = error.value(py).str().map_or_else(|_| String::new(), |text| text.to_string_lossy().into_owned());
    let kind = error.value(py).getattr(intern!(py, "kind")).and_then(|kind| kind.extract::<i32>()).ok();
    let is_of_store =
        convert::class(py, intern!(py, "StoreError")).is_ok_and(|class| error.matches(py, class).unwrap_or(false));
    match kind.filter(|_| is_of_store) {
        Some(kind) if kind == ErrorKind::StoreBusy as i32 => {
            StoreError::Busy { message, source: Some(Box::new(error)) }
        }
        Some(kind) if kind == ErrorKind::StoreUnavailable as i32 => {
            StoreError::Unavailable { message, source: Some(Box::new(error)) }
        }
        Some(kind) if kind == ErrorKind::OutcomeUnknown as i32 => {
            StoreError::OutcomeUnknown { message, source: Some(Box::new(error)) }
        }
        Some(kind) if kind == ErrorKind::StoreCorrupt as i32 => {
            StoreError::Corrupt { message, source: Some(Box::new(error)) }
        }
        Some(kind) if kind == ErrorKind::StoreContract as i32 => StoreError::Contract { message },
        _ => StoreError::Foreign { code: 0, message: error.to_string(), source: Some(Box::new(error)) },
    }
}

/// One thing as all arguments of a call.
fn one(thing: Bound<'_, PyAny>) -> PyResult<Bound<'_, PyTuple>> {
    PyTuple::new(thing.py(), [thing])
}

impl Store for PyStore {
    fn loses_replies(&self) -> bool {
        self.loses_replies
    }

    fn create_group(&self, plan: &GroupPlan) -> StoreResult<Group> {
        self.answer("create_group", |py| one(plans::group_plan(py, plan)?), records::parsed_group)
    }

    fn change_group(&self, change: &GroupChange) -> StoreResult<Group> {
        self.answer("change_group", |py| one(plans::group_change(py, change)?), records::parsed_group)
    }

    fn delete_group(&self, plan: &GroupDeletePlan) -> StoreResult<u64> {
        self.answer("delete_group", |py| one(plans::group_delete_plan(py, plan)?), answers::number)
    }

    fn group(&self, id: GroupId) -> Result<Option<Group>, StoreError> {
        self.call(
            "group",
            |py| (id.0,).into_pyobject(py),
            |returned| answers::some(returned).map(|returned| records::parsed_group(&returned)).transpose(),
        )
    }

    fn groups(&self, query: &GroupQuery) -> Result<Slice<Group>, StoreError> {
        self.call(
            "groups",
            |py| one(plans::group_query(py, query)?),
            |returned| answers::slice(returned, records::parsed_group),
        )
    }

    fn append(&self, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        self.answer("append", |py| one(plans::append_plan(py, plan)?), answers::appended)
    }

    fn request(&self, id: RequestId) -> Result<Option<RequestRecord>, StoreError> {
        self.call(
            "request",
            |py| one(convert::uuid(py, id)?),
            |returned| answers::some(returned).map(|returned| answers::request_record(&returned)).transpose(),
        )
    }

    fn taken(&self, group: GroupId, codes: &Codes) -> StoreResult<Vec<u32>> {
        self.answer(
            "taken",
            |py| (group.0, plans::codes(py, codes)?).into_pyobject(py),
            |returned| returned.extract::<Vec<u32>>(),
        )
    }

    fn find(&self, group: Option<GroupId>, codes: &[&str]) -> Result<Vec<Reference>, StoreError> {
        self.call(
            "find",
            |py| (group.map(|group| group.0), PyTuple::new(py, codes)?).into_pyobject(py),
            answers::references,
        )
    }

    fn references(&self, query: &ReferenceQuery) -> StoreResult<Slice<Reference>> {
        self.answer(
            "references",
            |py| one(plans::reference_query(py, query)?),
            |returned| answers::slice(returned, answers::reference),
        )
    }

    fn batch(&self, group: GroupId, batch: BatchId) -> StoreResult<Batch> {
        self.answer("batch", |py| (group.0, batch.0).into_pyobject(py), records::parsed_batch)
    }

    fn batches(&self, query: &BatchQuery) -> StoreResult<Slice<Batch>> {
        self.answer(
            "batches",
            |py| one(plans::batch_query(py, query)?),
            |returned| answers::slice(returned, records::parsed_batch),
        )
    }

    fn delete(&self, plan: &DeletePlan) -> Result<Deleted, StoreError> {
        self.call("delete", |py| one(plans::delete_plan(py, plan)?), answers::deleted)
    }

    fn deleted(&self, group: Option<GroupId>, code: &str) -> Result<Vec<Reference>, StoreError> {
        self.call("deleted", |py| (group.map(|group| group.0), code).into_pyobject(py), answers::references)
    }

    fn claim(&self, plan: &ClaimPlan<'_>) -> StoreResult<Claimed> {
        self.answer("claim", |py| one(plans::claim_plan(py, plan)?), answers::claimed)
    }

    fn claimed(&self, group: GroupId, claim: ClaimId) -> StoreResult<ClaimRecord> {
        self.answer("claimed", |py| (group.0, claim.0).into_pyobject(py), answers::claim_record)
    }

    fn expire(&self, group: GroupId, at: Timestamp) -> StoreResult<u64> {
        self.answer("expire", |py| (group.0, convert::moment(py, at)?).into_pyobject(py), answers::number)
    }

    fn change(&self, plan: &ChangePlan<'_>) -> StoreResult<Changed> {
        self.answer("change", |py| one(plans::change_plan(py, plan)?), answers::changed)
    }

    fn events(&self, query: &EventQuery) -> StoreResult<Slice<Event>> {
        self.answer(
            "events",
            |py| one(plans::event_query(py, query)?),
            |returned| answers::slice(returned, records::parsed_event),
        )
    }

    fn inventory(&self, within: Within) -> StoreResult<Inventory> {
        self.answer(
            "inventory",
            |py| (within.group().map(|group| group.0), within.batch().map(|batch| batch.0)).into_pyobject(py),
            answers::inventory,
        )
    }

    fn details(&self, group: GroupId, rows: &RowSet) -> StoreResult<Vec<Details>> {
        self.answer("details", |py| (group.0, plans::rows(py, rows)?).into_pyobject(py), answers::details)
    }
}
