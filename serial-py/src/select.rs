//! Which references are meant.

use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    intern,
    prelude::*,
    types::{PyMapping, PyString},
};
use serialref::{BatchId, Filter, GroupId, RowId, Selection};

use crate::{
    access::Access,
    batch::PyBatch,
    convert::{self, Moment, Text, Whole},
    group::PyGroup,
    records::PyReference,
    source::ReferenceSource,
};

/// More references than this take long enough that Ctrl-C should be answered meanwhile.
pub(crate) const MANY: u64 = 10_000;

/// Names of fields with values.
#[derive(Default)]
pub(crate) struct Attributes(pub(crate) Vec<(String, String)>);

impl<'a, 'py> FromPyObject<'a, 'py> for Attributes {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let items = object.cast::<PyMapping>()?.items()?;
        let pairs = items.iter().map(|item| {
            let (name, value) = item.extract::<(Text, Text)>()?;
            Ok((name.0, value.0))
        });
        pairs.collect::<PyResult<_>>().map(Self)
    }
}

/// What was said by name of which references are meant.
#[derive(Default)]
pub(crate) struct Narrowing {
    pub(crate) containing: Option<Text>,
    pub(crate) state: Option<Text>,
    pub(crate) having: Option<(Text, Text)>,
    pub(crate) created_from: Option<Moment>,
    pub(crate) created_before: Option<Moment>,
}

impl Narrowing {
    pub(crate) fn narrow(self, py: Python<'_>, mut filter: Filter) -> PyResult<Filter> {
        if let Some(term) = self.containing {
            filter = filter.containing(term.0);
        }
        if let Some(state) = self.state {
            filter = filter.in_state(convert::parsed_state(py, &state)?);
        }
        if let Some((field, value)) = self.having {
            filter = filter.having(field.0, value.0);
        }
        if let Some(from) = self.created_from {
            filter = filter.created_from(from.0);
        }
        if let Some(before) = self.created_before {
            filter = filter.created_before(before.0);
        }
        Ok(filter)
    }
}

/// A selection, and whether it may take long to go through it.
pub(crate) struct Chosen {
    pub(crate) selection: Selection,
    pub(crate) is_long: bool,
}

/// The references that an object stands for: a code, a reference, several of either, a batch, a group, a claim, or what
/// a search or listing finds. Codes are looked for in the group, where one is given.
pub(crate) fn chosen(access: &Access, group: Option<GroupId>, object: &Bound<'_, PyAny>) -> PyResult<Chosen> {
    let py = object.py();
    if let Some(filter) = filter_of(access, object)? {
        let is_inside = group.is_none_or(|group| filter.1 == Some(group));
        return if is_inside {
            Ok(Chosen { selection: Selection::matching(filter.0), is_long: true })
        } else {
            Err(PyValueError::new_err("what was given is not of this group; use the registry for several groups"))
        };
    }
    if object.is_instance_of::<PyString>() {
        let codes = vec![object.extract::<Text>()?.0];
        return Ok(Chosen { selection: Selection::Codes { group, codes }, is_long: false });
    }
    if let Ok(reference) = object.cast::<PyReference>() {
        let rows = vec![row_of(reference.get(), group)?];
        return Ok(Chosen { selection: Selection::Rows(rows), is_long: false });
    }
    let is_claim = object.is_instance(&convert::class(py, intern!(py, "Claim"))?)?;
    let several = if is_claim { object.getattr(intern!(py, "references"))? } else { object.clone() };
    let (mut codes, mut rows) = (Vec::new(), Vec::new());
    for each in several.try_iter().map_err(|_| unfit(object))? {
        let each = each?;
        if let Ok(reference) = each.cast::<PyReference>() {
            rows.push(row_of(reference.get(), group)?);
        } else if each.is_instance_of::<PyString>() {
            codes.push(each.extract::<Text>()?.0);
        } else {
            return Err(unfit(&each));
        }
    }
    let is_long = codes.len().max(rows.len()) as u64 > MANY;
    match (codes.is_empty(), rows.is_empty()) {
        (false, false) => Err(PyTypeError::new_err("give codes or references, not both")),
        (false, true) => Ok(Chosen { selection: Selection::Codes { group, codes }, is_long }),
        (true, _) => Ok(Chosen { selection: Selection::Rows(rows), is_long }),
    }
}

/// The filter that an object of ours stands for, and the group it is within.
fn filter_of(access: &Access, object: &Bound<'_, PyAny>) -> PyResult<Option<(Filter, Option<GroupId>)>> {
    let py = object.py();
    let same = |other: &Access| {
        let message = "what was given is of another registry; use the one it came from";
        if access.is_same(other) { Ok(()) } else { Err(PyValueError::new_err(message)) }
    };
    if let Ok(group) = object.cast::<PyGroup>() {
        let group = group.get();
        same(&group.access)?;
        return Ok(Some((Filter::group(group.id()), Some(group.id()))));
    }
    if let Ok(batch) = object.cast::<PyBatch>() {
        let batch = batch.get();
        same(&batch.access)?;
        return Ok(Some((Filter::batch(batch.record.group, batch.record.id), Some(batch.record.group))));
    }
    if object.is_instance(&convert::class(py, intern!(py, "References"))?)? {
        let source = object.getattr(intern!(py, "_source"))?;
        let source = source.cast::<ReferenceSource>()?.get();
        same(&source.access)?;
        return Ok(Some((source.filter.clone(), source.group)));
    }
    Ok(None)
}

fn row_of(reference: &PyReference, group: Option<GroupId>) -> PyResult<(GroupId, RowId)> {
    if group.is_some_and(|group| group != reference.0.group) {
        return Err(PyValueError::new_err("a reference that was given is of another group; use that group"));
    }
    Ok((reference.0.group, reference.0.row))
}

fn unfit(object: &Bound<'_, PyAny>) -> PyErr {
    let what = object.get_type().name().map_or_else(|_| "that".into(), |name| name.to_string());
    PyTypeError::new_err(format!(
        "give a code, a reference, several of either, a batch, a claim or a search, not {what}"
    ))
}

/// A batch of a group, or its id.
pub(crate) fn batch_id(group: GroupId, object: &Bound<'_, PyAny>) -> PyResult<BatchId> {
    if let Ok(batch) = object.cast::<PyBatch>() {
        let record = &batch.get().record;
        return if record.group == group {
            Ok(record.id)
        } else {
            Err(PyValueError::new_err("the batch that was given is of another group"))
        };
    }
    Ok(BatchId(object.extract::<Whole>()?.0))
}
