//! Records of groups, batches and events as dataclasses, and back.

use pyo3::{
    exceptions::PyValueError,
    intern,
    prelude::*,
    types::{PyBytes, PyDict, PyList, PyMapping, PyTuple},
};
use serialref::{
    Batch, BatchId, Cause, Change, ChangeParts, Event, EventId, Field, FieldId, Group, GroupId, GroupKeys, GroupPlan,
    Name, RowId, StateCounts, Timestamp, WarrantyPolicy,
};
use zeroize::Zeroizing;

use crate::{
    convert::{self, KINDS, Moment, Parts, SCOPES, Text, checked, meaning},
    errors,
    format::PyFormat,
    limits,
};

/// Reads the attributes of an object.
pub(crate) struct Reader<'a, 'py>(pub(crate) &'a Bound<'py, PyAny>);

impl<'py> Reader<'_, 'py> {
    pub(crate) fn part(&self, name: &str) -> PyResult<Bound<'py, PyAny>> {
        self.0.getattr(name)
    }

    pub(crate) fn number(&self, name: &str) -> PyResult<u64> {
        self.part(name)?.extract()
    }

    pub(crate) fn text(&self, name: &str) -> PyResult<String> {
        Ok(self.part(name)?.extract::<Text>()?.0)
    }

    pub(crate) fn moment(&self, name: &str) -> PyResult<Timestamp> {
        Ok(self.part(name)?.extract::<Moment>()?.0)
    }

    pub(crate) fn name(&self, name: &str) -> PyResult<Name> {
        Name::new(self.text(name)?).map_err(|error| errors::raised(self.0.py(), error))
    }

    pub(crate) fn some<T>(
        &self,
        name: &str,
        parsed: impl FnOnce(&Bound<'py, PyAny>) -> PyResult<T>,
    ) -> PyResult<Option<T>> {
        let part = self.part(name)?;
        if part.is_none() { Ok(None) } else { parsed(&part).map(Some) }
    }

    pub(crate) fn some_number(&self, name: &str) -> PyResult<Option<u64>> {
        self.some(name, |part| part.extract())
    }

    pub(crate) fn some_text(&self, name: &str) -> PyResult<Option<String>> {
        self.some(name, |part| Ok(part.extract::<Text>()?.0))
    }
}

pub(crate) fn field<'py>(py: Python<'py>, field: &Field) -> PyResult<Bound<'py, PyAny>> {
    let arguments = (field.name.as_str(), &field.default, field.is_public, field.is_retired, field.id.0);
    convert::class(py, intern!(py, "Field"))?.call1(arguments)
}

pub(crate) fn fields<'py>(py: Python<'py>, fields: &[Field]) -> PyResult<Bound<'py, PyAny>> {
    let fields = fields.iter().map(|each| field(py, each)).collect::<PyResult<Vec<_>>>()?;
    Ok(PyTuple::new(py, fields)?.into_any())
}

fn parsed_field(object: &Bound<'_, PyAny>) -> PyResult<Field> {
    let reader = Reader(checked(object, intern!(object.py(), "Field"))?);
    let is = |name| reader.part(name)?.extract::<bool>();
    let (id, name) = (FieldId(reader.number("id")?), reader.name("name")?);
    Ok(Field::new(id, name, reader.text("default")?, is("is_public")?, is("is_retired")?))
}

pub(crate) fn policy(object: &Bound<'_, PyAny>) -> PyResult<WarrantyPolicy> {
    object.extract::<Text>()?.0.parse().map_err(|error| errors::raised(object.py(), error))
}

pub(crate) fn counts<'py>(py: Python<'py>, counts: &StateCounts) -> PyResult<Bound<'py, PyDict>> {
    let shown = PyDict::new(py);
    counts.iter().try_for_each(|(state, count)| shown.set_item(convert::state(py, state)?, count))?;
    Ok(shown)
}

pub(crate) fn parsed_counts(object: &Bound<'_, PyAny>) -> PyResult<StateCounts> {
    let mut counts = StateCounts::default();
    for item in object.cast::<PyMapping>()?.items()?.iter() {
        let (state, count) = item.extract::<(Text, u64)>()?;
        let state = convert::parsed_state(object.py(), &state)?;
        if counts.total().checked_add(count).is_none() {
            return Err(PyValueError::new_err("the counts are too large"));
        }
        counts.add(state, count);
    }
    Ok(counts)
}

/// The record that users get: without the secret keys of a Keyed group.
pub(crate) fn group<'py>(py: Python<'py>, group: &Group) -> PyResult<Bound<'py, PyAny>> {
    group_parts(py, group)?.make(intern!(py, "GroupRecord"))
}

/// The record that stores keep: with the keys.
pub(super) fn kept_group<'py>(py: Python<'py>, group: &Group) -> PyResult<Bound<'py, PyAny>> {
    let keys = PyBytes::new(py, &Zeroizing::new(group.keys.expose()));
    group_parts(py, group)?.with(intern!(py, "keys"), keys)?.make(intern!(py, "GroupRecord"))
}

fn group_parts<'py>(py: Python<'py>, group: &Group) -> PyResult<Parts<'py>> {
    Parts::new(py)
        .with(intern!(py, "id"), group.id.0)?
        .with(intern!(py, "name"), group.name.as_str())?
        .with(intern!(py, "description"), &group.description)?
        .with(intern!(py, "kind"), convert::kind(py, group.kind)?)?
        .with(intern!(py, "scope"), convert::scope(py, group.scope)?)?
        .with(intern!(py, "format"), PyFormat(group.format.clone()))?
        .with(intern!(py, "limits"), limits::of_group(py, group.limits)?)?
        .with(intern!(py, "created_at"), convert::moment(py, group.created_at)?)?
        .with(intern!(py, "fields"), fields(py, &group.fields)?)?
        .with(intern!(py, "warranty_policy"), group.warranty.to_string())?
        .with(intern!(py, "public_name"), &group.public_name)?
        .with(intern!(py, "public_description"), &group.public_description)?
        .with(intern!(py, "low_stock"), group.low_stock)?
        .with(intern!(py, "revision"), group.revision)?
        .with(intern!(py, "live"), group.live)?
        .with(intern!(py, "issued"), group.issued)?
        .with(intern!(py, "next_index"), group.next_index)?
        .with(intern!(py, "counts"), counts(py, &group.counts)?)?
        .with(intern!(py, "events"), group.events)
}

pub(crate) fn parsed_group(object: &Bound<'_, PyAny>) -> PyResult<Group> {
    let py = object.py();
    let reader = Reader(checked(object, intern!(py, "GroupRecord"))?);
    let word = |name| reader.text(name);
    let kind = meaning("a kind", &word("kind")?, &KINDS)?;
    let mut plan = GroupPlan::new(reader.name("name")?, kind, reader.moment("created_at")?);
    plan.description = reader.text("description")?;
    plan.scope = meaning("a scope", &word("scope")?, &SCOPES)?;
    plan.format = reader.part("format")?.cast::<PyFormat>()?.get().0.clone();
    plan.limits = limits::parsed_of_group(&reader.part("limits")?)?;
    plan.fields = reader.part("fields")?.try_iter()?.map(|field| parsed_field(&field?)).collect::<PyResult<_>>()?;
    plan.warranty = policy(&reader.part("warranty_policy")?)?;
    plan.public_name = reader.text("public_name")?;
    plan.public_description = reader.text("public_description")?;
    plan.low_stock = reader.some_number("low_stock")?;
    let keys = reader.part("keys")?;
    let known = GroupKeys::from_bytes(keys.cast::<PyBytes>()?.as_bytes());
    plan.keys = known.ok_or_else(|| PyValueError::new_err("the keys of a group are not those that it was given"))?;
    let mut group = Group::from_plan(GroupId(reader.number("id")?), &plan);
    group.revision = reader.number("revision")?;
    group.live = reader.number("live")?;
    group.issued = reader.number("issued")?;
    group.next_index = reader.number("next_index")?;
    group.counts = parsed_counts(&reader.part("counts")?)?;
    group.events = reader.number("events")?;
    Ok(group)
}

pub(crate) fn parsed_batch(object: &Bound<'_, PyAny>) -> PyResult<Batch> {
    let reader = Reader(checked(object, intern!(object.py(), "BatchRecord"))?);
    Ok(Batch {
        group: GroupId(reader.number("group_id")?),
        id: BatchId(reader.number("id")?),
        name: reader.name("name")?,
        created_at: reader.moment("created_at")?,
        first_row: RowId(reader.number("first_row")?),
        size: reader.number("size")?,
        live: reader.number("live")?,
    })
}

fn event<'py>(py: Python<'py>, event: &Event) -> PyResult<Bound<'py, PyAny>> {
    let parts = event.change.parts();
    let number = |wanted: &str| parts.number.filter(|_| parts.kind == wanted);
    Parts::new(py)
        .with(intern!(py, "group_id"), event.group.0)?
        .with(intern!(py, "id"), event.id.0)?
        .with(intern!(py, "at"), convert::moment(py, event.at)?)?
        .with(intern!(py, "kind"), convert::word(py, intern!(py, "EventKind"), &parts.kind)?)?
        .with(intern!(py, "row"), parts.row)?
        .with(intern!(py, "count"), parts.count)?
        .with(intern!(py, "batch_id"), number("issued"))?
        .with(intern!(py, "claim_id"), number("moved"))?
        .with(intern!(py, "field_id"), number("attribute set"))?
        .with(intern!(py, "setting"), parts.setting.as_deref())?
        .with(intern!(py, "before"), parts.from.as_deref())?
        .with(intern!(py, "after"), parts.to.as_deref())?
        .with(intern!(py, "actor"), event.cause.actor())?
        .with(intern!(py, "reason"), event.cause.reason())?
        .with(intern!(py, "note"), event.cause.note())?
        .make(intern!(py, "Event"))
}

pub(crate) fn events<'py>(py: Python<'py>, events: &[Event]) -> PyResult<Bound<'py, PyList>> {
    PyList::new(py, events.iter().map(|each| event(py, each)).collect::<PyResult<Vec<_>>>()?)
}

pub(crate) fn parsed_event(object: &Bound<'_, PyAny>) -> PyResult<Event> {
    let py = object.py();
    let reader = Reader(checked(object, intern!(py, "Event"))?);
    let (batch, claim) = (reader.some_number("batch_id")?, reader.some_number("claim_id")?);
    let parts = ChangeParts {
        kind: reader.text("kind")?.into(),
        row: reader.some_number("row")?,
        count: reader.some_number("count")?,
        number: batch.or(claim).or(reader.some_number("field_id")?),
        setting: reader.some_text("setting")?.map(Into::into),
        from: reader.some_text("before")?,
        to: reader.some_text("after")?,
    };
    let change = Change::from_parts(&parts).ok_or_else(|| PyValueError::new_err("an event makes no sense"))?;
    let text = |name| reader.some_text(name);
    let (actor, reason, note) = (text("actor")?, text("reason")?, text("note")?);
    let cause =
        Cause::new(actor.as_deref(), reason.as_deref(), note.as_deref()).map_err(|error| errors::raised(py, error))?;
    let (group, id) = (GroupId(reader.number("group_id")?), EventId(reader.number("id")?));
    Ok(Event::new(group, id, reader.moment("at")?, change, cause))
}
