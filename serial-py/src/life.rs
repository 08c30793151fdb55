//! What becomes of references: claims, states, history, attributes, warranty, inventory, public view.

use pyo3::{
    exceptions::PyTypeError,
    intern,
    prelude::*,
    types::{PyDict, PyList},
};
use serialref::{Clock, EventId, GroupId, Inventory, NewClaim, State, SystemClock, Transition, WarrantyPolicy, Within};

use crate::{
    access::Access,
    convert::{self, CodeText, Id, Moment, Parts, Text, Whole},
    errors,
    group::PyGroup,
    records,
    registry::{PyRegistry, Span},
    select::{self, Attributes, MANY},
    stores,
};

/// What a transition was asked for with.
struct Move<'py> {
    selection: Bound<'py, PyAny>,
    transition: Transition,
    held_by: Option<Bound<'py, PyAny>>,
    request_id: Option<Id>,
}

impl Move<'_> {
    fn run(self, access: &Access, group: Option<GroupId>) -> PyResult<u64> {
        let py = self.selection.py();
        let mut transition = self.transition;
        if let Some(claim) = self.held_by {
            transition = transition.held_by(claim_id(&claim)?);
        }
        if let Some(request) = self.request_id {
            transition = transition.request_id(request.0);
        }
        let chosen = select::chosen(access, group, &self.selection)?;
        access.call_if_long(py, chosen.is_long, move |registry| registry.transition(&chosen.selection, transition))
    }
}

/// A claim, or its id.
fn claim_id(object: &Bound<'_, PyAny>) -> PyResult<serialref::ClaimId> {
    let py = object.py();
    let is_claim = object.is_instance(&convert::class(py, intern!(py, "Claim"))?)?;
    let id = if is_claim { object.getattr(intern!(py, "id"))? } else { object.clone() };
    Ok(serialref::ClaimId(id.extract::<Whole>()?.0))
}

pub(crate) fn inventory<'py>(py: Python<'py>, access: &Access, within: Within) -> PyResult<Bound<'py, PyAny>> {
    let inventory: Inventory = access.call(py, move |registry| registry.inventory(within))?;
    Ok(stores::records::counts(py, &inventory.counts)?.into_any())
}

fn set_attributes(
    access: &Access,
    group: Option<GroupId>,
    selection: &Bound<'_, PyAny>,
    values: Attributes,
) -> PyResult<u64> {
    let chosen = select::chosen(access, group, selection)?;
    access.call_if_long(selection.py(), chosen.is_long, move |registry| {
        let values: Vec<(&str, &str)> = values.0.iter().map(|(field, value)| (&**field, &**value)).collect();
        registry.set_attributes(&chosen.selection, &values)
    })
}

fn reset_attributes(
    access: &Access,
    group: Option<GroupId>,
    selection: &Bound<'_, PyAny>,
    fields: Vec<Text>,
) -> PyResult<u64> {
    let chosen = select::chosen(access, group, selection)?;
    access.call_if_long(selection.py(), chosen.is_long, move |registry| {
        let fields: Vec<&str> = fields.iter().map(|field| &*field.0).collect();
        registry.reset_attributes(&chosen.selection, &fields)
    })
}

fn set_warranty(
    access: &Access,
    group: Option<GroupId>,
    selection: &Bound<'_, PyAny>,
    policy: Option<Text>,
) -> PyResult<u64> {
    let py = selection.py();
    let policy: Option<WarrantyPolicy> =
        policy.map(|policy| policy.0.parse()).transpose().map_err(|error| errors::raised(py, error))?;
    let chosen = select::chosen(access, group, selection)?;
    access.call_if_long(py, chosen.is_long, move |registry| registry.set_warranty(&chosen.selection, policy))
}

#[pymethods]
impl PyGroup {
    /// The same group for somebody who makes changes, as `Registry.acting_as`.
    fn acting_as(&self, actor: Text) -> Self {
        self.acting(self.access.acting(Some(actor.0), None, None))
    }

    /// The same group for changes that are made for a reason, as `Registry.because`.
    fn because(&self, reason: Text) -> Self {
        self.acting(self.access.acting(None, Some(reason.0), None))
    }

    /// The same group for changes of which something is worth noting, as `Registry.noting`.
    fn noting(&self, note: Text) -> Self {
        self.acting(self.access.acting(None, None, Some(note.0)))
    }

    /// Takes the next `count` available references, oldest first, or none. They are Allocated then, and nobody else gets
    /// them, in any thread or process.
    ///
    /// `holder` is who holds them, where `acting_as` does not say so. `batch` takes them from one batch. What is still
    /// only Allocated falls back `expires_after` a time or at the moment `expires_at`. A `request_id` makes it safe to
    /// repeat the call.
    ///
    /// Raises `CountInvalidError`, `TooFewAvailableError`, `HolderRequiredError`, `NameInvalidError`,
    /// `BatchNotFoundError`, `RequestMismatchError` or a `StoreError`.
    ///
    /// >>> registry = serialref.Registry()
    /// >>> pumps = registry.create_group("Pump AX-100", kind="batch")
    /// >>> batch = pumps.create_batch(500)
    /// >>> line = pumps.acting_as("Line 3")
    /// >>> claim = line.claim(10)
    /// >>> line.transition(claim, "encoded", held_by=claim), claim.holder
    /// (10, 'Line 3')
    #[pyo3(signature = (count, *, holder=None, batch=None, expires_after=None, expires_at=None, request_id=None))]
    fn claim<'py>(
        &self,
        py: Python<'py>,
        count: Whole,
        holder: Option<Text>,
        batch: Option<&Bound<'py, PyAny>>,
        expires_after: Option<Span>,
        expires_at: Option<Moment>,
        request_id: Option<Id>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let id = self.id();
        let mut new = NewClaim::of(count.0);
        if let Some(holder) = holder {
            new = new.holder(holder.0);
        }
        if let Some(batch) = batch {
            new = new.from_batch(select::batch_id(id, batch)?);
        }
        new = match (expires_after, expires_at) {
            (Some(_), Some(_)) => return Err(PyTypeError::new_err("give expires_after or expires_at, not both")),
            (Some(time), None) => new.expires_after(time.0),
            (None, Some(moment)) => new.expires_at(moment.0),
            (None, None) => new,
        };
        if let Some(request) = request_id {
            new = new.request_id(request.0);
        }
        let claim = self.access.call_if_long(py, count.0 > MANY, move |registry| registry.claim(id, new))?;
        shown_claim(py, claim)
    }

    /// A claim that was made, with its references as they are now.
    ///
    /// Raises `ClaimNotFoundError`.
    fn claimed<'py>(&self, claim: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let (id, claim_id) = (self.id(), claim_id(claim)?);
        shown_claim(claim.py(), self.access.call(claim.py(), move |registry| registry.claimed(id, claim_id))?)
    }

    /// Gives back what a claim took and did not use, and says how many references that were. Used ones are left alone.
    ///
    /// Raises `ClaimNotFoundError`.
    fn return_claim(&self, claim: &Bound<'_, PyAny>) -> PyResult<u64> {
        let (id, claim_id) = (self.id(), claim_id(claim)?);
        self.access.call(claim.py(), move |registry| registry.return_claim(id, claim_id))
    }

    /// Brings back what is still allocated by claims whose time is over, and says how many references that were. The next
    /// claim does so by itself.
    fn return_expired(&self, py: Python<'_>) -> PyResult<u64> {
        let id = self.id();
        self.access.call(py, move |registry| registry.return_expired(id))
    }

    /// Brings references of the group to a state, all of them or none, and says how many; as `Registry.transition`.
    #[pyo3(signature = (selection, to, *, held_by=None, request_id=None))]
    fn transition<'py>(
        &self,
        py: Python<'py>,
        selection: Bound<'py, PyAny>,
        to: Text,
        held_by: Option<Bound<'py, PyAny>>,
        request_id: Option<Id>,
    ) -> PyResult<u64> {
        let transition = Transition::to(convert::parsed_state(py, &to)?);
        Move { selection, transition, held_by, request_id }.run(&self.access, Some(self.id()))
    }

    /// Binds decommissioned references to products once more; as `Registry.recommission`.
    #[pyo3(signature = (selection, *, request_id=None))]
    fn recommission(&self, selection: Bound<'_, PyAny>, request_id: Option<Id>) -> PyResult<u64> {
        let transition = Transition::recommission();
        Move { selection, transition, held_by: None, request_id }.run(&self.access, Some(self.id()))
    }

    /// What happened to the reference with a code, deleted or not, oldest first.
    ///
    /// Raises `ReferenceNotFoundError`, or `AmbiguousError`.
    fn history<'py>(&self, py: Python<'py>, code: CodeText) -> PyResult<Bound<'py, PyList>> {
        let id = self.id();
        let events = self.access.call(py, move |registry| registry.history_in(id, &code.0))?;
        stores::records::events(py, &events)
    }

    /// What happened in the group behind the event `after`, oldest first, at most `size` events (1 to 10,000). Keep the
    /// id of the last one that was dealt with, and another system follows without a gap.
    ///
    /// >>> pumps = serialref.Registry().create_group("Pump AX-100", kind="batch")
    /// >>> batch = pumps.create_batch(500)
    /// >>> [(event.id, str(event.kind)) for event in pumps.events()]
    /// [(1, 'group created'), (2, 'issued')]
    #[pyo3(signature = (*, after=None, size=None))]
    fn events<'py>(&self, py: Python<'py>, after: Option<Whole>, size: Option<Whole>) -> PyResult<Bound<'py, PyList>> {
        let (id, after) = (self.id(), EventId(after.map_or(0, |after| after.0)));
        let size = size.map_or(1000, Whole::as_u32);
        let events = self.access.call(py, move |registry| registry.events(id, after, size))?;
        stores::records::events(py, &events)
    }

    /// Gives attributes of references of the group other values; as `Registry.set_attributes`.
    fn set_attributes(&self, selection: &Bound<'_, PyAny>, values: Attributes) -> PyResult<u64> {
        set_attributes(&self.access, Some(self.id()), selection, values)
    }

    /// Gives attributes of references of the group their defaults again; as `Registry.reset_attributes`.
    fn reset_attributes(&self, selection: &Bound<'_, PyAny>, fields: Vec<Text>) -> PyResult<u64> {
        reset_attributes(&self.access, Some(self.id()), selection, fields)
    }

    /// Gives references of the group a warranty of their own; as `Registry.set_warranty`.
    fn set_warranty(&self, selection: &Bound<'_, PyAny>, policy: Option<Text>) -> PyResult<u64> {
        set_warranty(&self.access, Some(self.id()), selection, policy)
    }

    /// How many live references are in which state, as a dict.
    ///
    /// >>> pumps = serialref.Registry().create_group("Pump AX-100", kind="batch")
    /// >>> batch = pumps.create_batch(500)
    /// >>> claim = pumps.claim(10, holder="Line 3")
    /// >>> stock = pumps.inventory()
    /// >>> stock["available"], stock[serialref.State.ALLOCATED]
    /// (490, 10)
    fn inventory<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        inventory(py, &self.access, Within::Group(self.id()))
    }

    /// The reference that the next claim would take first; `None` where nothing is available.
    fn next_available<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let within = Within::Group(self.id());
        let next = self.access.call(py, move |registry| Ok(registry.inventory(within)?.next))?;
        next.map(|next| Ok(records::reference(py, next)?.into_any())).transpose()
    }
}

#[pymethods]
impl PyRegistry {
    /// Brings references to a state, all of them or none, and says how many.
    ///
    /// `selection` is a code, a reference, several of either, a batch, a claim or a search. Which state may follow which
    /// is in one table; `void`, `decommissioned` and `destroyed` need a reason, given with `because`. `held_by` refuses
    /// every reference that is allocated by another claim: print a label only after that succeeded. A `request_id` makes
    /// it safe to repeat the call.
    ///
    /// Raises `TransitionRefusedError`, which names every reference that cannot and why; `ReasonRequiredError`,
    /// `StateInvalidError`, `RequestMismatchError` or a `StoreError`.
    ///
    /// >>> registry = serialref.Registry()
    /// >>> tag = registry.create_group("Service tags", kind="continuous").create()
    /// >>> registry.transition(tag, "commissioned"), registry.lookup(tag.code).state
    /// (1, <State.COMMISSIONED: 'commissioned'>)
    #[pyo3(signature = (selection, to, *, held_by=None, request_id=None))]
    fn transition<'py>(
        &self,
        py: Python<'py>,
        selection: Bound<'py, PyAny>,
        to: Text,
        held_by: Option<Bound<'py, PyAny>>,
        request_id: Option<Id>,
    ) -> PyResult<u64> {
        let transition = Transition::to(convert::parsed_state(py, &to)?);
        Move { selection, transition, held_by, request_id }.run(&self.access, None)
    }

    /// Binds decommissioned references to products once more, all of them or none, and says how many.
    ///
    /// Raises what `transition` raises.
    #[pyo3(signature = (selection, *, request_id=None))]
    fn recommission(&self, selection: Bound<'_, PyAny>, request_id: Option<Id>) -> PyResult<u64> {
        let transition = Transition::recommission();
        Move { selection, transition, held_by: None, request_id }.run(&self.access, None)
    }

    /// What happened to the reference with a code, deleted or not, oldest first.
    ///
    /// Raises `ReferenceNotFoundError`, or `AmbiguousError` where several groups had it.
    fn history<'py>(&self, py: Python<'py>, code: CodeText) -> PyResult<Bound<'py, PyList>> {
        let events = self.access.call(py, move |registry| registry.history(&code.0))?;
        stores::records::events(py, &events)
    }

    /// The attributes of the reference with a code, as a dict in the order of the group's fields.
    ///
    /// Raises `ReferenceNotFoundError` or `AmbiguousError`.
    ///
    /// >>> registry = serialref.Registry()
    /// >>> tags = registry.create_group("Service tags", kind="continuous", fields=[serialref.Field("Colour", "red")])
    /// >>> registry.attributes(tags.create(attributes={"Colour": "blue"}))
    /// {'Colour': 'blue'}
    fn attributes<'py>(&self, py: Python<'py>, code: CodeText) -> PyResult<Bound<'py, PyDict>> {
        let attributes = self.access.call(py, move |registry| registry.attributes(&code.0))?;
        let shown = PyDict::new(py);
        attributes.iter().try_for_each(|attribute| shown.set_item(attribute.name.as_str(), &attribute.value))?;
        Ok(shown)
    }

    /// Gives attributes of references of one group other values, in all of them or none, and says how many were changed.
    ///
    /// Raises `FieldNotFoundError`, `SelectionInvalidError`, `GroupRequiredError`, `LimitReachedError` for a value that
    /// is too long, `TextInvalidError` or a `StoreError`.
    fn set_attributes(&self, selection: &Bound<'_, PyAny>, values: Attributes) -> PyResult<u64> {
        set_attributes(&self.access, None, selection, values)
    }

    /// Gives attributes of references of one group the defaults of these fields again, in all of them or none, and says
    /// how many were changed.
    ///
    /// Raises what `set_attributes` raises.
    fn reset_attributes(&self, selection: &Bound<'_, PyAny>, fields: Vec<Text>) -> PyResult<u64> {
        reset_attributes(&self.access, None, selection, fields)
    }

    /// The warranty of the product with a code, now or at another moment.
    ///
    /// Raises `ReferenceNotFoundError` or `AmbiguousError`.
    #[pyo3(signature = (code, *, at=None))]
    fn warranty<'py>(&self, py: Python<'py>, code: CodeText, at: Option<Moment>) -> PyResult<Bound<'py, PyAny>> {
        let at = at.map_or_else(|| SystemClock.now(), |at| at.0);
        let warranty = self.access.call(py, move |registry| registry.warranty(&code.0, at))?;
        convert::class(py, intern!(py, "Warranty"))?.call1((
            convert::warranty_status(py, warranty.status)?,
            convert::some_moment(py, warranty.start)?,
            convert::some_moment(py, warranty.end)?,
        ))
    }

    /// Gives references a warranty of their own, such as `"12 months from released"`, in all of them or none, and says
    /// how many were changed; with `None` that of their group holds again.
    ///
    /// Raises `WarrantyInvalidError`, `SelectionInvalidError` or a `StoreError`.
    fn set_warranty(&self, selection: &Bound<'_, PyAny>, policy: Option<Text>) -> PyResult<u64> {
        set_warranty(&self.access, None, selection, policy)
    }

    /// How many live references are in which state in all groups, as a dict.
    fn inventory<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        inventory(py, &self.access, Within::Registry)
    }

    /// What a customer may see of the product with a code, as a dict that can be written as JSON. Nothing internal is
    /// ever in it.
    ///
    /// Raises `ReferenceNotFoundError`, the same for codes that were never issued and for deleted ones.
    ///
    /// >>> registry = serialref.Registry()
    /// >>> tags = registry.create_group("PX7", kind="continuous", public_name="Pump AX-100")
    /// >>> view = registry.public_view(tags.create().code)
    /// >>> view["product"], view["state"], view["warranty"]["status"]
    /// ('Pump AX-100', 'not in use', 'none')
    fn public_view<'py>(&self, py: Python<'py>, code: CodeText) -> PyResult<Bound<'py, PyAny>> {
        let view = self.access.call(py, move |registry| registry.public_view(&code.0))?;
        py.import("json")?.call_method1(intern!(py, "loads"), (view.to_json(),))
    }
}

fn shown_claim(py: Python<'_>, claim: serialref::Claim) -> PyResult<Bound<'_, PyAny>> {
    Parts::new(py)
        .with(intern!(py, "group_id"), claim.group.0)?
        .with(intern!(py, "id"), claim.id.0)?
        .with(intern!(py, "holder"), claim.holder.as_str())?
        .with(intern!(py, "claimed_at"), convert::moment(py, claim.claimed_at)?)?
        .with(intern!(py, "expires_at"), convert::some_moment(py, claim.expires_at)?)?
        .with(intern!(py, "references"), records::references(py, claim.references)?)?
        .with(intern!(py, "repeated"), claim.repeated)?
        .with(intern!(py, "stock"), records::stock(py, claim.stock)?)?
        .make(intern!(py, "Claim"))
}

/// Which states may follow a state, in their order.
///
/// >>> [str(state) for state in serialref.may_become("encoded")]
/// ['commissioned', 'void']
#[pyfunction]
pub(crate) fn may_become(py: Python<'_>, state: Text) -> PyResult<Vec<Bound<'_, PyAny>>> {
    let state = convert::parsed_state(py, &state)?;
    State::ALL.into_iter().filter(|next| state.can_become(*next)).map(|next| convert::state(py, next)).collect()
}
