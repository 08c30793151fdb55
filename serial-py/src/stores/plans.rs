//! Plans and queries as dataclasses.

use pyo3::{
    intern,
    prelude::*,
    types::{PyBytes, PyCFunction, PyDict, PyTuple},
};
use serialref::{
    AppendPlan, BatchQuery, Cause, Change, ChangePlan, ClaimPlan, Codes, DeletePlan, Direction, EventQuery, FieldId,
    GroupChange, GroupDeletePlan, GroupId, GroupPlan, GroupQuery, ReferenceQuery, Request, RowSet, Span, Start, Step,
    Timestamp, Values,
};
use zeroize::Zeroizing;

use crate::{
    convert::{self, Parts},
    format::PyFormat,
    limits,
    stores::records,
};

type Made<'py> = PyResult<Bound<'py, PyAny>>;

fn cause<'py>(py: Python<'py>, cause: &Cause) -> Made<'py> {
    convert::class(py, intern!(py, "Cause"))?.call1((cause.actor(), cause.reason(), cause.note()))
}

fn request(py: Python<'_>, request: Option<Request>) -> PyResult<Option<Bound<'_, PyAny>>> {
    let Some(Request { id, digest }) = request else { return Ok(None) };
    convert::class(py, intern!(py, "Request"))?.call1((convert::uuid(py, id)?, digest.0)).map(Some)
}

pub(super) fn codes<'py>(py: Python<'py>, codes: &Codes) -> PyResult<Bound<'py, PyTuple>> {
    PyTuple::new(py, codes.iter())
}

/// Rows as a tuple of ranges.
pub(super) fn rows<'py>(py: Python<'py>, rows: &RowSet) -> PyResult<Bound<'py, PyTuple>> {
    let range = py.import("builtins")?.getattr("range")?;
    let ranges = rows.ranges().iter().map(|part| range.call1((part.start().0, u128::from(part.end().0) + 1)));
    PyTuple::new(py, ranges.collect::<PyResult<Vec<_>>>()?)
}

/// The rows of each group.
fn targets<'py>(py: Python<'py>, targets: &[(GroupId, RowSet)]) -> PyResult<Bound<'py, PyTuple>> {
    let targets = targets.iter().map(|(group, set)| Ok((group.0, rows(py, set)?)));
    PyTuple::new(py, targets.collect::<PyResult<Vec<_>>>()?)
}

/// Values by position and field.
fn values<'py>(py: Python<'py>, values: &Values, count: usize) -> PyResult<Bound<'py, PyDict>> {
    let all = PyDict::new(py);
    if values.is_empty() {
        return Ok(all);
    }
    for (position, _) in (0..).zip(0..count) {
        let own = PyDict::new(py);
        values.of(position).try_for_each(|(field, value)| own.set_item(field.0, value))?;
        if !own.is_empty() {
            all.set_item(position, own)?;
        }
    }
    Ok(all)
}

pub(super) fn group_plan<'py>(py: Python<'py>, plan: &GroupPlan) -> Made<'py> {
    Parts::new(py)
        .with(intern!(py, "name"), plan.name.as_str())?
        .with(intern!(py, "description"), &plan.description)?
        .with(intern!(py, "kind"), convert::kind(py, plan.kind)?)?
        .with(intern!(py, "scope"), convert::scope(py, plan.scope)?)?
        .with(intern!(py, "format"), PyFormat(plan.format.clone()))?
        .with(intern!(py, "limits"), limits::of_group(py, plan.limits)?)?
        .with(intern!(py, "fields"), records::fields(py, &plan.fields)?)?
        .with(intern!(py, "warranty_policy"), plan.warranty.to_string())?
        .with(intern!(py, "public_name"), &plan.public_name)?
        .with(intern!(py, "public_description"), &plan.public_description)?
        .with(intern!(py, "low_stock"), plan.low_stock)?
        .with(intern!(py, "created_at"), convert::moment(py, plan.created_at)?)?
        .with(intern!(py, "keys"), PyBytes::new(py, &Zeroizing::new(plan.keys.expose())))?
        .with(intern!(py, "max_groups"), convert::limit(py, plan.max_groups)?)?
        .with(intern!(py, "cause"), cause(py, &plan.cause)?)?
        .make(intern!(py, "GroupPlan"))
}

pub(super) fn group_change<'py>(py: Python<'py>, change: &GroupChange) -> Made<'py> {
    let change = change.clone();
    let (group, revision, at) = (change.group.0, change.revision, convert::moment(py, change.at)?);
    let name = change.name.as_ref().map(ToString::to_string);
    let cause = cause(py, &change.cause)?;
    let apply = PyCFunction::new_closure(py, None, None, move |arguments, _| -> PyResult<Py<PyTuple>> {
        let py = arguments.py();
        let mut group = records::parsed_group(&arguments.get_item(0)?)?;
        let said = change.apply(&mut group).into_iter().filter_map(|said| match said {
            Change::GroupChanged { setting, from, to } => Some((setting.to_string(), from, to)),
            _ => None,
        });
        let said = PyTuple::new(py, said.collect::<Vec<_>>())?;
        Ok((records::kept_group(py, &group)?, said).into_pyobject(py)?.unbind())
    })?;
    Parts::new(py)
        .with(intern!(py, "group_id"), group)?
        .with(intern!(py, "name"), name)?
        .with(intern!(py, "revision"), revision)?
        .with(intern!(py, "at"), at)?
        .with(intern!(py, "cause"), cause)?
        .with(intern!(py, "apply"), apply)?
        .make(intern!(py, "GroupChange"))
}

pub(super) fn group_delete_plan<'py>(py: Python<'py>, plan: &GroupDeletePlan) -> Made<'py> {
    let arguments = (plan.group.0, plan.issued, convert::moment(py, plan.at)?, cause(py, &plan.cause)?);
    convert::class(py, intern!(py, "GroupDeletePlan"))?.call1(arguments)
}

pub(super) fn append_plan<'py>(py: Python<'py>, plan: &AppendPlan<'_>) -> Made<'py> {
    let index = match plan.index {
        Some(index) => Some(convert::class(py, intern!(py, "IndexGuard"))?.call1((index.expected, index.next))?),
        None => None,
    };
    Parts::new(py)
        .with(intern!(py, "request"), request(py, plan.request)?)?
        .with(intern!(py, "group_id"), plan.group.0)?
        .with(intern!(py, "revision"), plan.revision)?
        .with(intern!(py, "max_live"), convert::limit(py, plan.max_live)?)?
        .with(intern!(py, "index"), index)?
        .with(intern!(py, "batch_name"), plan.batch.map(serialref::Name::as_str))?
        .with(intern!(py, "codes"), codes(py, plan.codes)?)?
        .with(intern!(py, "values"), values(py, plan.values, plan.codes.len())?)?
        .with(intern!(py, "created_at"), convert::moment(py, plan.created_at)?)?
        .with(intern!(py, "cause"), cause(py, plan.cause)?)?
        .make(intern!(py, "AppendPlan"))
}

pub(super) fn claim_plan<'py>(py: Python<'py>, plan: &ClaimPlan<'_>) -> Made<'py> {
    Parts::new(py)
        .with(intern!(py, "request"), request(py, plan.request)?)?
        .with(intern!(py, "group_id"), plan.group.0)?
        .with(intern!(py, "batch_id"), plan.batch.map(|batch| batch.0))?
        .with(intern!(py, "count"), plan.count)?
        .with(intern!(py, "holder"), plan.holder.as_str())?
        .with(intern!(py, "expires_at"), convert::some_moment(py, plan.expires_at)?)?
        .with(intern!(py, "at"), convert::moment(py, plan.at)?)?
        .with(intern!(py, "cause"), cause(py, plan.cause)?)?
        .make(intern!(py, "ClaimPlan"))
}

pub(super) fn change_plan<'py>(py: Python<'py>, plan: &ChangePlan<'_>) -> Made<'py> {
    Parts::new(py)
        .with(intern!(py, "request"), request(py, plan.request)?)?
        .with(intern!(py, "targets"), targets(py, plan.targets)?)?
        .with(intern!(py, "step"), step(py, plan.step)?)?
        .with(intern!(py, "held_by"), plan.held_by.map(|claim| claim.0))?
        .with(intern!(py, "at"), convert::moment(py, plan.at)?)?
        .with(intern!(py, "cause"), cause(py, plan.cause)?)?
        .make(intern!(py, "ChangePlan"))
}

fn step<'py>(py: Python<'py>, step: Step<'_>) -> Made<'py> {
    match step {
        Step::Move { from, to } => {
            let from = from.iter().map(|state| convert::state(py, state)).collect::<PyResult<Vec<_>>>()?;
            let from = pyo3::types::PyFrozenSet::new(py, from)?;
            convert::class(py, intern!(py, "Move"))?.call1((from, convert::state(py, to)?))
        }
        Step::Return { claim } => convert::class(py, intern!(py, "Return"))?.call1((claim.0,)),
        Step::SetValues { revision, values } => {
            let chosen = PyDict::new(py);
            let set = |(FieldId(field), value): &(FieldId, Option<String>)| chosen.set_item(field, value);
            values.iter().try_for_each(set)?;
            convert::class(py, intern!(py, "SetValues"))?.call1((revision, chosen))
        }
        Step::SetWarranty { policy } => {
            convert::class(py, intern!(py, "SetWarranty"))?.call1((policy.map(|policy| policy.to_string()),))
        }
    }
}

pub(super) fn delete_plan<'py>(py: Python<'py>, plan: &DeletePlan) -> Made<'py> {
    let arguments = (targets(py, &plan.targets)?, convert::moment(py, plan.at)?, cause(py, &plan.cause)?);
    convert::class(py, intern!(py, "DeletePlan"))?.call1(arguments)
}

/// What all queries have: where to begin, in which direction, how many rows, and whether the total is wanted.
fn query<'py, P>(
    py: Python<'py>,
    start: Start<P>,
    place: impl FnOnce(P) -> PyResult<Bound<'py, PyAny>>,
    (direction, size, counted): (Direction, u32, bool),
) -> PyResult<Parts<'py>> {
    let (skip, after) = match start {
        Start::Skip(rows) => (rows, None),
        Start::After(last) => (0, Some(place(last)?)),
    };
    Parts::new(py)
        .with(intern!(py, "skip"), skip)?
        .with(intern!(py, "after"), after)?
        .with(intern!(py, "newest_first"), direction == Direction::NewestFirst)?
        .with(intern!(py, "size"), size)?
        .with(intern!(py, "counted"), counted)
}

fn number(py: Python<'_>, number: u64) -> PyResult<Bound<'_, PyAny>> {
    Ok(number.into_pyobject(py)?.into_any())
}

pub(super) fn group_query<'py>(py: Python<'py>, wanted: &GroupQuery) -> Made<'py> {
    let GroupQuery { name_part, direction, start, size, counted } = wanted;
    query(py, *start, |id| number(py, id.0), (*direction, *size, *counted))?
        .with(intern!(py, "name_part"), name_part.as_deref())?
        .make(intern!(py, "GroupQuery"))
}

/// A moment, or none.
type SomeMoment<'py> = Option<Bound<'py, PyAny>>;

/// A span in the moments that Python knows, those of the years 1 to 9999; it holds the same references, because none was
/// issued at any other moment.
fn span(py: Python<'_>, span: Span) -> PyResult<(SomeMoment<'_>, SomeMoment<'_>)> {
    const FIRST: Timestamp = Timestamp::from_micros(-62_135_596_800_000_000);
    const LAST: Timestamp = Timestamp::from_micros(253_402_300_799_999_999);
    let span = match span.from {
        Some(from) if from > LAST => Span { from: Some(LAST), before: Some(FIRST) },
        from => Span { from: from.filter(|from| *from > FIRST), before: span.before.filter(|before| *before <= LAST) },
    };
    let before = span.before.map(|before| before.max(FIRST));
    Ok((convert::some_moment(py, span.from)?, convert::some_moment(py, before)?))
}

pub(super) fn reference_query<'py>(py: Python<'py>, wanted: &ReferenceQuery) -> Made<'py> {
    let ways = (wanted.direction, wanted.size, wanted.counted);
    let value = wanted.value.as_ref().map(|(field, value)| (field.0, value.as_str()));
    let (from, before) = span(py, wanted.created)?;
    query(py, wanted.start, |(group, row)| Ok((group.0, row.0).into_pyobject(py)?.into_any()), ways)?
        .with(intern!(py, "group_id"), wanted.within.group().map(|group| group.0))?
        .with(intern!(py, "batch_id"), wanted.within.batch().map(|batch| batch.0))?
        .with(intern!(py, "revision"), wanted.revision)?
        .with(intern!(py, "term"), wanted.term.as_deref())?
        .with(intern!(py, "created_from"), from)?
        .with(intern!(py, "created_before"), before)?
        .with(intern!(py, "state"), wanted.state.map(|state| convert::state(py, state)).transpose()?)?
        .with(intern!(py, "value"), value)?
        .make(intern!(py, "ReferenceQuery"))
}

pub(super) fn batch_query<'py>(py: Python<'py>, wanted: &BatchQuery) -> Made<'py> {
    query(py, wanted.start, |id| number(py, id.0), (wanted.direction, wanted.size, wanted.counted))?
        .with(intern!(py, "group_id"), wanted.group.0)?
        .make(intern!(py, "BatchQuery"))
}

pub(super) fn event_query<'py>(py: Python<'py>, wanted: &EventQuery) -> Made<'py> {
    query(py, wanted.start, |id| number(py, id.0), (wanted.direction, wanted.size, wanted.counted))?
        .with(intern!(py, "group_id"), wanted.group.0)?
        .with(intern!(py, "row"), wanted.row.map(|row| row.0))?
        .make(intern!(py, "EventQuery"))
}
