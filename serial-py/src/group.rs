//! Groups: issuing in them and reading them.

use std::hash::{DefaultHasher, Hash, Hasher};

use pyo3::{IntoPyObjectExt, intern, prelude::*};
use serialref::{Filter, Group, GroupId, NewBatch, NewReference};

use crate::{
    access::Access,
    batch::{self, PyBatch, PyIssuedBatch},
    convert::{self, CodeText, Id, Moment, Text, Whole},
    format::PyFormat,
    limits,
    records::{self, PyIssuedReference},
    select::{self, Attributes, MANY, Narrowing},
    source::{ReferenceSource, Source, What},
    stores,
};

/// A group of references with one format.
///
/// It is a sequence of its live references: `len`, iteration, indexes, slices and `in` work. What can change, such as
/// the name, is read from the store whenever it is asked for; `info` reads everything at once.
///
/// >>> registry = serialref.Registry()
/// >>> pumps = registry.create_group("Pump AX-100", kind="batch", preset="unambiguous31", length=12, prefix="AX-")
/// >>> batch = pumps.create_batch(20)
/// >>> len(pumps), pumps[0].code in pumps, pumps[-1].row
/// (20, True, 20)
#[pyclass(frozen, module = "serialref", name = "Group")]
pub(crate) struct PyGroup {
    pub(crate) access: Access,
    /// The group as it was when it was found: what never changes counts.
    first: Group,
}

impl PyGroup {
    pub(crate) fn new(access: &Access, first: Group) -> Self {
        Self { access: access.clone(), first }
    }

    pub(crate) fn shown<'py>(py: Python<'py>, access: &Access, group: Group) -> PyResult<Bound<'py, PyAny>> {
        Ok(Bound::new(py, Self::new(access, group))?.into_any())
    }

    pub(crate) fn id(&self) -> GroupId {
        self.first.id
    }

    /// The group as it is now.
    pub(crate) fn now(&self, py: Python<'_>) -> PyResult<Group> {
        let id = self.id();
        self.access.call(py, move |registry| registry.group(id))
    }

    /// The same group for one who acts.
    pub(crate) fn acting(&self, access: Access) -> Self {
        Self { access, first: self.first.clone() }
    }

    fn listing<'py>(&self, py: Python<'py>, filter: Filter, newest_first: bool) -> PyResult<Bound<'py, PyAny>> {
        let source = ReferenceSource { access: self.access.clone(), filter, group: Some(self.id()) };
        convert::class(py, intern!(py, "References"))?.call1((source, newest_first))
    }

    fn all<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.listing(py, Filter::group(self.id()), false)
    }
}

#[pymethods]
impl PyGroup {
    /// Its id.
    #[getter(id)]
    fn number(&self) -> u64 {
        self.first.id.0
    }

    /// How its references are issued; never changes.
    #[getter]
    fn kind<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        convert::kind(py, self.first.kind)
    }

    /// Where its codes are unique; never changes.
    #[getter]
    fn scope<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        convert::scope(py, self.first.scope)
    }

    /// What its codes look like; never changes.
    #[getter]
    fn format(&self) -> PyFormat {
        PyFormat(self.first.format.clone())
    }

    /// When it was created, in UTC.
    #[getter]
    fn created_at<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        convert::moment(py, self.first.created_at)
    }

    /// Its name, unique in the registry.
    #[getter]
    fn name(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.now(py)?.name.to_string())
    }

    /// What people should know about it.
    #[getter]
    fn description(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.now(py)?.description)
    }

    /// Its own limits.
    #[getter]
    fn limits<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        limits::of_group(py, self.now(py)?.limits)
    }

    /// The fields it ever declared, retired ones included.
    #[getter]
    fn fields<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        stores::records::fields(py, &self.now(py)?.fields)
    }

    /// How long its products are covered, as `"24 months from commissioned"` or `"none"`.
    #[getter]
    fn warranty_policy(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.now(py)?.warranty.to_string())
    }

    /// What customers know the product as.
    #[getter]
    fn public_name(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.now(py)?.public_name)
    }

    /// What customers may read about the product.
    #[getter]
    fn public_description(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.now(py)?.public_description)
    }

    /// Fewer available references than this are reported by every claim and issue; `None` where nothing is.
    #[getter]
    fn low_stock(&self, py: Python<'_>) -> PyResult<Option<u64>> {
        Ok(self.now(py)?.low_stock)
    }

    /// References that are issued and not deleted.
    #[getter]
    fn live(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.now(py)?.live)
    }

    /// References ever issued, deleted ones included.
    #[getter]
    fn issued(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.now(py)?.issued)
    }

    /// Everything about the group at one moment.
    ///
    /// >>> group = serialref.Registry().create_group("Pump", kind="batch", description="Two stages, steel")
    /// >>> group.info().description
    /// 'Two stages, steel'
    fn info<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        stores::records::group(py, &self.now(py)?)
    }

    /// Issues one reference in a Continuous group.
    ///
    /// `attributes` gives fields other values than their defaults. A `request_id` makes it safe to repeat the call: the
    /// same id gives the same reference again and adds nothing.
    ///
    /// Raises `WrongKindError` in a Batch group, `LimitReachedError`, `SpaceExhaustedError`, `RequestMismatchError`,
    /// `FieldNotFoundError`, `TextInvalidError`, `EntropyUnavailableError` or a `StoreError`.
    ///
    /// >>> tags = serialref.Registry().create_group("Service tags", kind="continuous", preset="digits", length=10,
    /// ...                                          order="sequential")
    /// >>> tags.create().code
    /// '0000000001'
    #[pyo3(signature = (*, attributes=None, request_id=None))]
    fn create<'py>(
        &self,
        py: Python<'py>,
        attributes: Option<Attributes>,
        request_id: Option<Id>,
    ) -> PyResult<Bound<'py, PyIssuedReference>> {
        let id = self.id();
        let mut new = NewReference::new();
        for (field, value) in attributes.unwrap_or_default().0 {
            new = new.attribute(field, value);
        }
        if let Some(request) = request_id {
            new = new.request_id(request.0);
        }
        let issued = self.access.call(py, move |registry| registry.create_reference_with(id, &new))?;
        records::issued(py, issued)
    }

    /// Issues a batch of references in a Batch group: all of them or none.
    ///
    /// `name` has 1 to 200 characters and is the date and time unless given. `attributes` gives fields other values than
    /// their defaults, in all references. A `request_id` makes it safe to repeat the call: the same id gives the same
    /// batch again and adds nothing.
    ///
    /// Raises `CountInvalidError`, `NameInvalidError`, `WrongKindError` in a Continuous group, `LimitReachedError`,
    /// `SpaceExhaustedError`, `RequestMismatchError`, `FieldNotFoundError`, `TextInvalidError`,
    /// `EntropyUnavailableError` or a `StoreError`.
    ///
    /// >>> pumps = serialref.Registry().create_group("Pump AX-100", kind="batch")
    /// >>> len(pumps.create_batch(500, name="Order 4711").codes())
    /// 500
    /// >>> pumps.create_batch(501)
    /// Traceback (most recent call last):
    /// ...
    /// serialref.LimitReachedError: references in one batch call are limited to 500 and 501 were asked for; ask for several batches, or raise the limit (to 10,000,000 at most)
    #[pyo3(signature = (size, *, name=None, attributes=None, request_id=None))]
    fn create_batch<'py>(
        &self,
        py: Python<'py>,
        size: Whole,
        name: Option<Text>,
        attributes: Option<Attributes>,
        request_id: Option<Id>,
    ) -> PyResult<Bound<'py, PyIssuedBatch>> {
        let id = self.id();
        let mut new = NewBatch::of(size.0);
        if let Some(name) = name {
            new = new.name(name.0);
        }
        for (field, value) in attributes.unwrap_or_default().0 {
            new = new.attribute(field, value);
        }
        if let Some(request) = request_id {
            new = new.request_id(request.0);
        }
        let is_long = size.0 > MANY;
        let issued = self.access.call_if_long(py, is_long, move |registry| registry.create_batch(id, new))?;
        batch::issued(py, &self.access, issued)
    }

    /// Its live references as a listing, of which nothing is read yet; narrowed by what is given.
    ///
    /// `containing` is any part of a code in any letter case, from 3 characters on; `state` a state; `having` a field and
    /// the value it must have; `batch` a batch or its id; `created_from` and `created_before` are moments with a time zone.
    ///
    /// >>> pumps = serialref.Registry().create_group("Pump", kind="batch", fields=[serialref.Field("Colour", "red")])
    /// >>> first, second = pumps.create_batch(2), pumps.create_batch(3, attributes={"Colour": "blue"})
    /// >>> len(pumps.references(batch=first)), len(pumps.references(having=("Colour", "blue")))
    /// (2, 3)
    #[pyo3(signature = (*, containing=None, state=None, having=None, batch=None, created_from=None, created_before=None, newest_first=false))]
    fn references<'py>(
        &self,
        py: Python<'py>,
        containing: Option<Text>,
        state: Option<Text>,
        having: Option<(Text, Text)>,
        batch: Option<&Bound<'py, PyAny>>,
        created_from: Option<Moment>,
        created_before: Option<Moment>,
        newest_first: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let filter = match batch {
            Some(batch) => Filter::batch(self.id(), select::batch_id(self.id(), batch)?),
            None => Filter::group(self.id()),
        };
        let narrowing = Narrowing { containing, state, having, created_from, created_before };
        self.listing(py, narrowing.narrow(py, filter)?, newest_first)
    }

    /// The live references that have `term` anywhere in their code, in any letter case; at least 3 characters.
    ///
    /// Raises `SearchTermTooShortError` or `SearchTermInvalidError` when it is read.
    ///
    /// >>> pumps = serialref.Registry().create_group("Pump AX-100", kind="batch", prefix="AX-")
    /// >>> batch = pumps.create_batch(20)
    /// >>> len(pumps.search("ax-"))
    /// 20
    #[pyo3(signature = (term, *, newest_first=false))]
    fn search<'py>(&self, py: Python<'py>, term: Text, newest_first: bool) -> PyResult<Bound<'py, PyAny>> {
        self.listing(py, Filter::group(self.id()).containing(term.0), newest_first)
    }

    /// A page of its live references by number, from 1 on, for a table with page buttons; `size` is 1 to 10,000.
    ///
    /// Raises `PageInvalidError`.
    #[pyo3(
        signature = (number, size=Whole(50), *, newest_first=false),
        text_signature = "($self, number, size=50, *, newest_first=False)",
    )]
    fn page<'py>(
        &self,
        py: Python<'py>,
        number: Whole,
        size: Whole,
        newest_first: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let listing = self.listing(py, Filter::group(self.id()), newest_first)?;
        listing.call_method1(intern!(py, "page"), (number.0, size.0))
    }

    /// The codes of its live references, as a list of `str`, in the order of issue.
    fn codes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.all(py)?.call_method0(intern!(py, "codes"))
    }

    /// The live reference that has this code. It may be typed as people type: with spaces and hyphens, in either letter case
    /// where the format has one, with look-alikes; see `Format.canonical`.
    ///
    /// Raises `ReferenceNotFoundError`.
    ///
    /// >>> tags = serialref.Registry().create_group("Service tags", kind="continuous")
    /// >>> tag = tags.create()
    /// >>> tags.lookup(f" {tag.code.lower()} ") == tag
    /// True
    fn lookup<'py>(&self, py: Python<'py>, code: CodeText) -> PyResult<Bound<'py, PyAny>> {
        let id = self.id();
        let found = self.access.call(py, move |registry| registry.lookup_in(id, &code.0))?;
        Ok(records::reference(py, found)?.into_any())
    }

    /// One of its batches.
    ///
    /// Raises `BatchNotFoundError`.
    fn batch<'py>(&self, py: Python<'py>, id: Whole) -> PyResult<Bound<'py, PyAny>> {
        let (group, id) = (self.id(), serialref::BatchId(id.0));
        let batch = self.access.call(py, move |registry| registry.batch(group, id))?;
        PyBatch::shown(py, &self.access, batch)
    }

    /// Its batches as a listing, also those of which nothing is live any more.
    ///
    /// >>> pumps = serialref.Registry().create_group("Pump AX-100", kind="batch")
    /// >>> first, second = pumps.create_batch(2, name="Order 1"), pumps.create_batch(3, name="Order 2")
    /// >>> [batch.name for batch in pumps.batches(newest_first=True)]
    /// ['Order 2', 'Order 1']
    #[pyo3(signature = (*, newest_first=false))]
    fn batches<'py>(&self, py: Python<'py>, newest_first: bool) -> PyResult<Bound<'py, PyAny>> {
        let source = Source { access: self.access.clone(), what: What::Batches(self.id()) };
        convert::class(py, intern!(py, "Listing"))?.call1((source, newest_first))
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        Ok(usize::try_from(self.live(py)?).unwrap_or(usize::MAX))
    }

    /// A group is there also while it is empty.
    #[expect(clippy::unused_self, reason = "a method of Python's cannot do without its object")]
    fn __bool__(&self) -> bool {
        true
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.all(py)?.try_iter()?.into_bound_py_any(py)
    }

    fn __getitem__<'py>(&self, index: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        self.all(index.py())?.get_item(index)
    }

    fn __contains__(&self, code: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(batch::found_in(&self.access, self.id(), code)?.is_some())
    }

    /// Its live references as a table for Arrow.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.all(py)?.call_method1(intern!(py, "__arrow_c_stream__"), (requested_schema,))
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        let is_it = |other: &Bound<'_, Self>| self.access.is_same(&other.get().access) && self.id() == other.get().id();
        other.cast::<Self>().is_ok_and(is_it)
    }

    fn __hash__(&self) -> u64 {
        hash((self.access.address(), self.id()))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let name = self.first.name.as_str().into_pyobject(py)?.repr()?;
        Ok(format!("<Group {} {name}, {}>", self.id(), self.first.kind))
    }

    fn _repr_html_(&self, py: Python<'_>) -> PyResult<String> {
        let info = self.info(py)?;
        info.call_method0(intern!(py, "_repr_html_"))?.extract()
    }
}

/// A hash that is the same as long as the program runs.
pub(crate) fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
