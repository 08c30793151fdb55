//! The registry: opening one, its groups, and looking in all of them.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    intern,
    prelude::*,
    types::{PyBytes, PyDelta, PyString, PyTuple},
};
use serialref::{
    Error, Filter, GroupFilter, GroupId, Limits, MemoryStore, NewField, NewGroup, OpenOptions, Opened,
    PostgresIsolation, PostgresOptions, Snapshot, SqliteDurability, SqliteOptions,
};

use crate::{
    access::{Access, Place},
    convert::{self, CodeText, KINDS, Moment, SCOPES, Text, Threshold, Whole, checked, meaning},
    errors,
    format::PyFormat,
    group::PyGroup,
    key::PyKey,
    limits, patience, records,
    select::Narrowing,
    source::{ReferenceSource, Source, What},
    stores::PyStore,
    wishes::{Demand, Groups, SkipWords, Start, Wishes},
};

/// Issues serial references and keeps track of them.
///
/// Without arguments it keeps everything in memory. `store` is a store of your own, an object of a subclass of `Store`;
/// `open` opens one in a file or on a server. `limits` hold for the groups that have none of their own.
///
/// In a `with` statement it is closed at the end. It may be used by any number of threads.
///
/// >>> with serialref.Registry() as registry:
/// ...     pumps = registry.create_group("Pump AX-100", kind="batch")
/// ...     batch = pumps.create_batch(500)
/// ...     registry.lookup(batch[0].code).row
/// 1
#[pyclass(frozen, module = "serialref", name = "Registry")]
pub(crate) struct PyRegistry {
    pub(crate) access: Access,
}

impl PyRegistry {
    fn in_memory(py: Python<'_>, store: MemoryStore, limits: Limits) -> PyResult<Self> {
        let store = Arc::new(store);
        Self::of(py, Access::new(Arc::clone(&store), Place::Memory(store), limits))
    }

    fn of(py: Python<'_>, access: Result<Access, Error>) -> PyResult<Self> {
        access.map(|access| Self { access }).map_err(|error| errors::raised(py, error))
    }
}

#[pymethods]
impl PyRegistry {
    #[new]
    #[pyo3(signature = (store=None, *, limits=None))]
    fn new(py: Python<'_>, store: Option<&Bound<'_, PyAny>>, limits: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let limits = limits_or_default(limits)?;
        match store {
            None => Self::in_memory(py, MemoryStore::new(), limits),
            Some(store) => {
                let store = PyStore::new(checked(store, intern!(py, "Store"))?)?;
                Self::of(py, Access::new(store, Place::Python, limits))
            }
        }
    }

    /// A registry in memory as it was when a snapshot of it was taken.
    ///
    /// Raises `SnapshotInvalidError`.
    ///
    /// >>> registry = serialref.Registry()
    /// >>> tag = registry.create_group("Service tags", kind="continuous").create()
    /// >>> serialref.Registry.restore(registry.snapshot()).lookup(tag.code) == tag
    /// True
    #[staticmethod]
    #[pyo3(signature = (snapshot, *, limits=None))]
    fn restore(py: Python<'_>, snapshot: &Bound<'_, PyBytes>, limits: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let limits = limits_or_default(limits)?;
        let bytes = snapshot.as_bytes();
        let snapshot: Snapshot = py.detach(|| serde_json::from_slice(bytes)).map_err(|damage| {
            let error = errors::of_kind(py, serialref::ErrorKind::SnapshotInvalid, "the snapshot cannot be restored");
            error.set_cause(py, Some(PyValueError::new_err(damage.to_string())));
            error
        })?;
        let store = py.detach(|| MemoryStore::restore(snapshot));
        Self::in_memory(py, store.map_err(|error| errors::raised(py, error.into()))?, limits)
    }

    /// Everything that a registry in memory holds at this moment, as bytes that later versions read too.
    ///
    /// Raises `TypeError` where the references are elsewhere: files and databases have backups of their own.
    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let Some(store) = self.access.memory() else {
            // A registry that was closed says so.
            self.access.registry().map_err(|error| errors::raised(py, error))?;
            return Err(PyTypeError::new_err("only a registry in memory has snapshots; back the store up instead"));
        };
        let written = self.access.call_if_long(py, true, move |_| {
            serde_json::to_vec(&store.snapshot()).map_err(|error| Error::TransferFailed(error.into()))
        })?;
        Ok(PyBytes::new(py, &written))
    }

    /// The limits of groups that have none of their own.
    #[getter]
    fn limits<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        limits::of_registry(py, self.access.call_here(py, |registry| Ok(registry.limits()))?)
    }

    /// Changes the limits of groups that have none of their own, for the calls that begin later.
    ///
    /// >>> registry = serialref.Registry()
    /// >>> registry.set_limits(dataclasses.replace(registry.limits, max_batch=10_000))
    fn set_limits(&self, py: Python<'_>, limits: &Bound<'_, PyAny>) -> PyResult<()> {
        let limits = limits::parsed_of_registry(limits)?;
        self.access.call_here(py, |registry| {
            registry.set_limits(limits);
            Ok(())
        })
    }

    /// The same registry for somebody who makes changes: a line, a person, a program. At most 200 characters.
    ///
    /// >>> registry = serialref.Registry()
    /// >>> tag = registry.acting_as("Line 3").create_group("Service tags", kind="continuous").create()
    /// >>> registry.history(tag)[0].actor
    /// 'Line 3'
    fn acting_as(&self, actor: Text) -> Self {
        Self { access: self.access.acting(Some(actor.0), None, None) }
    }

    /// The same registry for changes that are made for a reason; at most 1,000 characters.
    fn because(&self, reason: Text) -> Self {
        Self { access: self.access.acting(None, Some(reason.0), None) }
    }

    /// The same registry for changes of which something is worth noting; at most 1,000 characters.
    fn noting(&self, note: Text) -> Self {
        Self { access: self.access.acting(None, None, Some(note.0)) }
    }

    /// Creates a group.
    ///
    /// `kind` is `"batch"`, to issue many references at once for an order, or `"continuous"`, to issue one at a time. What
    /// codes look like is said by `format` or by the arguments of `Format`: `preset` or `alphabet`, `exclude`, `length`,
    /// `order`, `start`, `prefix`, `suffix`, `check`, `grouping`, `skip_words`, `guesses_below_one_in`. A group of Keyed order
    /// draws its `key` unless one is given. `scope="group"` lets other groups have the same codes. `warranty` is a policy
    /// such as `"24 months from commissioned"`.
    ///
    /// Raises `FormatError` with everything that is wrong with the format, `KeyInvalidError` for a key where the order is
    /// another, `NameInvalidError`, `NameTakenError`, `DescriptionInvalidError`, `TextInvalidError`, `FieldNameTakenError`,
    /// `WarrantyInvalidError`, `LimitReachedError`, `EntropyUnavailableError` or a `StoreError`.
    ///
    /// >>> registry = serialref.Registry()
    /// >>> group = registry.create_group("Service tags", kind="continuous", preset="digits", length=6, order="sequential",
    /// ...                               limits=serialref.GroupLimits(max_live=20_000))
    /// >>> group.create().code
    /// '000001'
    #[pyo3(signature = (
        name, *, kind, format=None, preset=None, alphabet=None, exclude=None, length=None, order=None, start=None,
        prefix=None, suffix=None, check=None, grouping=None, skip_words=None, guesses_below_one_in=None, key=None,
        description=None, scope=None, limits=None, fields=None, warranty=None, public_name=None, public_description=None,
        low_stock=None,
    ))]
    fn create_group(
        &self,
        py: Python<'_>,
        name: Text,
        kind: Text,
        format: Option<&Bound<'_, PyFormat>>,
        preset: Option<Text>,
        alphabet: Option<Text>,
        exclude: Option<Text>,
        length: Option<Whole>,
        order: Option<Text>,
        start: Option<Start>,
        prefix: Option<Text>,
        suffix: Option<Text>,
        check: Option<Text>,
        grouping: Option<Groups>,
        skip_words: Option<SkipWords>,
        guesses_below_one_in: Option<Demand>,
        key: Option<&Bound<'_, PyKey>>,
        description: Option<Text>,
        scope: Option<Text>,
        limits: Option<&Bound<'_, PyAny>>,
        fields: Option<&Bound<'_, PyAny>>,
        warranty: Option<Text>,
        public_name: Option<Text>,
        public_description: Option<Text>,
        low_stock: Option<Threshold>,
    ) -> PyResult<PyGroup> {
        let mut new = NewGroup::of_kind(meaning("a kind", &kind.0, &KINDS)?, name.0);
        let wishes = Wishes {
            preset,
            alphabet,
            exclude,
            length,
            order,
            start,
            prefix,
            suffix,
            check,
            grouping,
            skip_words,
            guesses_below_one_in,
        };
        new = match format {
            None => new.format(wishes.build(py)?),
            Some(format) if wishes.is_none() => new.format(format.get().0.clone()),
            Some(_) => return Err(PyTypeError::new_err("give a format or what it is made of, not both")),
        };
        if let Some(key) = key {
            new = new.key(key.get().0.clone());
        }
        if let Some(description) = description {
            new = new.description(description.0);
        }
        if let Some(scope) = scope {
            new = new.scope(meaning("a scope", &scope.0, &SCOPES)?);
        }
        if let Some(limits) = limits {
            new = new.limits(limits::parsed_of_group(limits)?);
        }
        if let Some(fields) = fields {
            for field in fields.try_iter()? {
                new = new.field(new_field(&field?)?);
            }
        }
        if let Some(warranty) = warranty {
            new = new.warranty(warranty.0.parse().map_err(|error| errors::raised(py, error))?);
        }
        if let Some(name) = public_name {
            new = new.public_name(name.0);
        }
        if let Some(description) = public_description {
            new = new.public_description(description.0);
        }
        if let Some(threshold) = low_stock {
            new = new.low_stock(threshold.0);
        }
        let group = self.access.call(py, move |registry| registry.create_group(new))?;
        Ok(PyGroup::new(&self.access, group))
    }

    /// The group with an id.
    ///
    /// Raises `GroupNotFoundError`.
    fn group(&self, py: Python<'_>, id: Whole) -> PyResult<PyGroup> {
        let group = self.access.call(py, move |registry| registry.group(GroupId(id.0)))?;
        Ok(PyGroup::new(&self.access, group))
    }

    /// The group with exactly this name; `None` where there is none.
    ///
    /// >>> registry = serialref.Registry()
    /// >>> pumps = registry.find_group("Pump AX-100") or registry.create_group("Pump AX-100", kind="batch")
    /// >>> registry.find_group("Pump AX-100") == pumps
    /// True
    fn find_group(&self, py: Python<'_>, name: Text) -> PyResult<Option<PyGroup>> {
        let found = self.access.call(py, move |registry| registry.find_group(&name.0))?;
        Ok(found.map(|group| PyGroup::new(&self.access, group)))
    }

    /// Its groups as a listing, in the order of their creation; with `name`, those that have it anywhere in their name, in
    /// any letter case.
    ///
    /// >>> registry = serialref.Registry()
    /// >>> for number in range(3):
    /// ...     _ = registry.create_group(f"Pump AX-{number}", kind="batch")
    /// >>> [group.name for group in registry.groups("ax", newest_first=True)]
    /// ['Pump AX-2', 'Pump AX-1', 'Pump AX-0']
    #[pyo3(signature = (name=None, *, newest_first=false))]
    fn groups<'py>(&self, py: Python<'py>, name: Option<Text>, newest_first: bool) -> PyResult<Bound<'py, PyAny>> {
        let filter = name.map_or_else(GroupFilter::all, |part| GroupFilter::named(part.0));
        let source = Source { access: self.access.clone(), what: What::Groups(filter) };
        convert::class(py, intern!(py, "Listing"))?.call1((source, newest_first))
    }

    /// The live references of all groups as a listing, of which nothing is read yet; narrowed by what is given, as
    /// `Group.references` says.
    #[pyo3(signature = (*, containing=None, state=None, created_from=None, created_before=None, newest_first=false))]
    fn references<'py>(
        &self,
        py: Python<'py>,
        containing: Option<Text>,
        state: Option<Text>,
        created_from: Option<Moment>,
        created_before: Option<Moment>,
        newest_first: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let narrowing = Narrowing { containing, state, having: None, created_from, created_before };
        let filter = narrowing.narrow(py, Filter::all())?;
        let source = ReferenceSource { access: self.access.clone(), filter, group: None };
        convert::class(py, intern!(py, "References"))?.call1((source, newest_first))
    }

    /// The live references of all groups that have `term` anywhere in their code, in any letter case; at least 3
    /// characters.
    ///
    /// Raises `SearchTermTooShortError` or `SearchTermInvalidError` when it is read.
    #[pyo3(signature = (term, *, newest_first=false))]
    fn search<'py>(&self, py: Python<'py>, term: Text, newest_first: bool) -> PyResult<Bound<'py, PyAny>> {
        self.references(py, Some(term), None, None, None, newest_first)
    }

    /// The live reference that has this code, in whichever group. It may be typed as people type: with spaces and hyphens, in
    /// either letter case where the format has one, with look-alikes; see `Format.canonical`.
    ///
    /// Raises `ReferenceNotFoundError`, or `AmbiguousError` where several groups have it.
    fn lookup<'py>(&self, py: Python<'py>, code: CodeText) -> PyResult<Bound<'py, PyAny>> {
        let found = self.access.call(py, move |registry| registry.lookup(&code.0))?;
        Ok(records::reference(py, found)?.into_any())
    }

    /// The live references that have this code, one for each group that has it, possibly none.
    fn lookup_all<'py>(&self, py: Python<'py>, code: CodeText) -> PyResult<Bound<'py, PyTuple>> {
        let found = self.access.call(py, move |registry| registry.lookup_all(&code.0))?;
        records::references(py, found)
    }

    fn __contains__(&self, code: &Bound<'_, PyAny>) -> PyResult<bool> {
        let Ok(text) = code.extract::<CodeText>() else { return Ok(false) };
        self.access.call(code.py(), move |registry| Ok(!registry.lookup_all(&text.0)?.is_empty()))
    }

    /// Closes it: files and connections are given back, and every later call raises `StoreUnavailableError`.
    fn close(&self, py: Python<'_>) {
        self.access.close(py);
    }

    /// Whether it was closed.
    #[getter]
    fn closed(&self) -> bool {
        self.access.is_closed()
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (exc_type, exc_value, traceback, /))]
    fn __exit__(
        &self,
        py: Python<'_>,
        exc_type: &Bound<'_, PyAny>,
        exc_value: &Bound<'_, PyAny>,
        traceback: &Bound<'_, PyAny>,
    ) {
        let _ = (exc_type, exc_value, traceback);
        self.access.close(py);
    }

    fn __repr__(&self) -> String {
        format!("<Registry{}>", if self.access.is_closed() { ", closed" } else { "" })
    }

    fn _repr_html_<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.groups(py, None, false)?.call_method0(intern!(py, "_repr_html_"))
    }
}

fn limits_or_default(limits: Option<&Bound<'_, PyAny>>) -> PyResult<Limits> {
    limits.map_or_else(|| Ok(Limits::default()), limits::parsed_of_registry)
}

fn new_field(object: &Bound<'_, PyAny>) -> PyResult<NewField> {
    if object.is_instance_of::<PyString>() {
        return Ok(NewField::new(object.extract::<Text>()?.0));
    }
    let py = object.py();
    let object = checked(object, intern!(py, "Field"))?;
    let text = |name| Ok::<_, PyErr>(object.getattr(name)?.extract::<Text>()?.0);
    let field = NewField::new(text(intern!(py, "name"))?).default(text(intern!(py, "default"))?);
    Ok(if object.getattr(intern!(py, "is_public"))?.extract()? { field.public() } else { field })
}

/// A span of time that is not negative.
pub(crate) struct Span(pub(crate) Duration);

impl<'a, 'py> FromPyObject<'a, 'py> for Span {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        object.cast::<PyDelta>()?;
        object.extract::<Duration>().map(Self)
    }
}

const DURABILITIES: [(&str, SqliteDurability); 2] =
    [("power_cut", SqliteDurability::PowerCut), ("program_crash", SqliteDurability::ProgramCrash)];

const ISOLATIONS: [(&str, PostgresIsolation); 2] =
    [("read_committed", PostgresIsolation::ReadCommitted), ("serializable", PostgresIsolation::Serializable)];

/// Opens the registry that a URL or path names, and creates it where it does not exist.
///
/// | URL | Where the references are |
/// |---|---|
/// | `"memory:"` | in memory, gone when the registry is closed |
/// | `"sqlite:line-3.db"`, or a `pathlib.Path` | in an SQLite file that several processes may share |
/// | `"postgresql://line3@db.plant/serials?sslmode=verify-full"` | in a PostgreSQL database |
///
/// `limits` hold for the groups that have none of their own. For SQLite: `durability` is `"power_cut"` or
/// `"program_crash"`, `patience` how long a call waits for other processes, and with `must_exist` a file is not created.
/// For PostgreSQL: the name of the `schema`, the size of the pool of connections, and the `isolation` of transactions,
/// `"read_committed"` or `"serializable"`. What concerns another store is ignored.
///
/// Raises `StoreUrlInvalidError` or a `StoreError`.
///
/// >>> path = pathlib.Path(tempfile.mkdtemp()) / "line-3.db"
/// >>> with serialref.open(path) as registry:
/// ...     tag = registry.create_group("Service tags", kind="continuous").create()
/// >>> with serialref.open(f"sqlite:{path}") as registry:
/// ...     tag.code in registry
/// True
#[pyfunction]
#[pyo3(signature = (
    url, *, limits=None, durability=None, patience=None, must_exist=false, schema=None, pool_size=None, isolation=None,
))]
pub(crate) fn open(
    py: Python<'_>,
    url: &Bound<'_, PyAny>,
    limits: Option<&Bound<'_, PyAny>>,
    durability: Option<Text>,
    patience: Option<Span>,
    must_exist: bool,
    schema: Option<Text>,
    pool_size: Option<Whole>,
    isolation: Option<Text>,
) -> PyResult<PyRegistry> {
    let url = if url.is_instance_of::<PyString>() {
        url.extract::<Text>()?.0
    } else {
        let path: PathBuf = url.extract()?;
        let path = path.to_str().ok_or_else(|| PyValueError::new_err("the path is not UTF-8; choose another"))?;
        format!("sqlite:{path}")
    };
    let limits = limits_or_default(limits)?;
    let (mut sqlite, mut postgres) = (SqliteOptions::default(), PostgresOptions::default());
    if let Some(durability) = durability {
        sqlite = sqlite.durability(meaning("a durability", &durability.0, &DURABILITIES)?);
    }
    if let Some(patience) = patience {
        sqlite = sqlite.patience(patience.0);
    }
    if must_exist {
        sqlite = sqlite.must_exist();
    }
    if let Some(schema) = schema {
        postgres = postgres.schema(schema.0);
    }
    if let Some(connections) = pool_size {
        postgres = postgres.pool_size(connections.as_usize());
    }
    if let Some(isolation) = isolation {
        postgres = postgres.isolation(meaning("an isolation", &isolation.0, &ISOLATIONS)?);
    }
    let opening = move || {
        let opened = Opened::by_url(&url, &OpenOptions { sqlite, postgres })?;
        let place = match &opened {
            Opened::Memory(store) => Place::Memory(Arc::clone(store)),
            _ => Place::Outside,
        };
        Access::new(opened.store(), place, limits)
    };
    let access = if patience::is_main_thread(py)? {
        patience::wait(py, &Mutex::default(), opening)?
    } else {
        py.detach(opening)
    };
    PyRegistry::of(py, access)
}
