//! Values of Python as values of the core, and back.

use pyo3::{
    exceptions::{PyOverflowError, PyTypeError, PyUnicodeEncodeError, PyValueError},
    intern,
    prelude::*,
    sync::PyOnceLock,
    types::{PyDelta, PyDict, PyInt, PyModule, PyString},
};
use serialref::{Codes, ErrorKind, Kind, Limit, LimitName, RequestId, Scope, State, Timestamp, WarrantyStatus};

use crate::{errors, records::PyReference};

const MICROS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// A text.
pub(crate) struct Text(pub(crate) String);

impl<'a, 'py> FromPyObject<'a, 'py> for Text {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let text = object.cast::<PyString>()?;
        match text.to_cow() {
            Ok(text) => Ok(Self(text.into_owned())),
            Err(error) if error.is_instance_of::<PyUnicodeEncodeError>(object.py()) => Err(errors::of_kind(
                object.py(),
                ErrorKind::TextInvalid,
                "the text has half of a surrogate pair, which no UTF-8 text has; leave it out",
            )),
            Err(error) => Err(error),
        }
    }
}

/// A code as text, or the code of a reference.
pub(crate) struct CodeText(pub(crate) String);

impl<'a, 'py> FromPyObject<'a, 'py> for CodeText {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        match object.cast::<PyReference>() {
            Ok(reference) => Ok(Self(reference.get().0.code.to_string())),
            Err(_) => object.extract::<Text>().map(|text| Self(text.0)),
        }
    }
}

/// A whole number. What is below 0 counts as 0 and what is too large as the largest, both of which the core answers
/// in words of its own.
#[derive(Clone, Copy)]
pub(crate) struct Whole(pub(crate) u64);

impl Whole {
    pub(crate) fn as_u32(self) -> u32 {
        u32::try_from(self.0).unwrap_or(u32::MAX)
    }

    pub(crate) fn as_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl<'a, 'py> FromPyObject<'a, 'py> for Whole {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        match object.extract::<u64>() {
            Ok(number) => Ok(Self(number)),
            Err(error) if error.is_instance_of::<PyOverflowError>(object.py()) => {
                Ok(Self(if object.lt(0)? { 0 } else { u64::MAX }))
            }
            Err(error) => Err(error),
        }
    }
}

/// A whole number that bounds another. No bound is below 0; what is too large bounds nothing.
#[derive(Clone, Copy)]
pub(crate) struct Threshold(pub(crate) u64);

impl<'a, 'py> FromPyObject<'a, 'py> for Threshold {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let Whole(number) = object.extract()?;
        if object.lt(0)? {
            return Err(PyValueError::new_err("a limit or threshold is 0 or more"));
        }
        Ok(Self(number))
    }
}

impl Threshold {
    pub(crate) fn as_u32(self) -> u32 {
        u32::try_from(self.0).unwrap_or(u32::MAX)
    }
}

/// A moment with a time zone.
pub(crate) struct Moment(pub(crate) Timestamp);

impl<'a, 'py> FromPyObject<'a, 'py> for Moment {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let py = object.py();
        let moment = object.cast::<pyo3::types::PyDateTime>()?;
        if moment.call_method0(intern!(py, "utcoffset"))?.is_none() {
            let message = "the moment has no time zone; give one that has, as datetime.now(timezone.utc)";
            return Err(errors::of_kind(py, ErrorKind::TimestampInvalid, message));
        }
        let since = moment.sub(epoch(py)?)?;
        let part = |name| since.getattr(name)?.extract::<i64>();
        let (days, seconds) = (part(intern!(py, "days"))?, part(intern!(py, "seconds"))?);
        let micros = part(intern!(py, "microseconds"))?;
        Ok(Self(Timestamp::from_micros((days * SECONDS_PER_DAY + seconds) * MICROS_PER_SECOND + micros)))
    }
}

fn epoch(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static EPOCH: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let epoch = EPOCH.get_or_try_init(py, || {
        let datetime = PyModule::import(py, "datetime")?;
        let arguments = PyDict::new(py);
        arguments.set_item("tzinfo", datetime.getattr("timezone")?.getattr("utc")?)?;
        Ok::<_, PyErr>(datetime.getattr("datetime")?.call((1970, 1, 1), Some(&arguments))?.unbind())
    })?;
    Ok(epoch.bind(py))
}

/// An aware `datetime` in UTC.
pub(crate) fn moment(py: Python<'_>, moment: Timestamp) -> PyResult<Bound<'_, PyAny>> {
    let micros = moment.as_micros();
    let seconds = micros.div_euclid(MICROS_PER_SECOND);
    // Each is smaller than what it is divided by, and days of 64-bit microseconds are few.
    let small = |number: i64| i32::try_from(number).unwrap_or(i32::MAX);
    let days = small(seconds.div_euclid(SECONDS_PER_DAY));
    let rest = (small(seconds.rem_euclid(SECONDS_PER_DAY)), small(micros.rem_euclid(MICROS_PER_SECOND)));
    epoch(py)?.add(PyDelta::new(py, days, rest.0, rest.1, false)?)
}

pub(crate) fn some_moment(py: Python<'_>, moment: Option<Timestamp>) -> PyResult<Option<Bound<'_, PyAny>>> {
    moment.map(|moment| self::moment(py, moment)).transpose()
}

/// A request id: a `uuid.UUID`, or its text.
pub(crate) struct Id(pub(crate) RequestId);

impl<'a, 'py> FromPyObject<'a, 'py> for Id {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let py = object.py();
        if let Ok(text) = object.cast::<PyString>() {
            let text = text.extract::<Text>()?.0;
            return text.parse().map(Self).map_err(|error| errors::raised(py, error));
        }
        if !object.is_instance(uuid_class(py)?)? {
            return Err(PyTypeError::new_err(format!(
                "a request id is a uuid.UUID or its text, not {}",
                object.get_type().name()?
            )));
        }
        Ok(Self(RequestId(object.getattr(intern!(py, "int"))?.extract()?)))
    }
}

fn uuid_class(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    CLASS.import(py, "uuid", "UUID")
}

/// Where a code is copied to, so that it begins at a multiple of 8 bytes.
#[repr(align(8))]
struct Aligned([u8; 64]);

/// Each code as a `str`.
pub(crate) fn code_texts<'py>(py: Python<'py>, codes: &Codes) -> impl ExactSizeIterator<Item = Bound<'py, PyString>> {
    let (packed, width) = (codes.as_packed().as_bytes(), codes.width());
    (0..codes.len()).map(move |index| {
        let rest = &packed[index * width..];
        let aligned;
        // Packed codes begin anywhere; Python reads faster what is aligned. A fixed number of bytes, of which some belong
        // to codes behind it, is copied faster than just the code. The last codes and wide ones do without.
        let code = match rest.first_chunk() {
            Some(chunk) if width <= chunk.len() => {
                aligned = Aligned(*chunk);
                &aligned.0[..width]
            }
            _ => &rest[..width],
        };
        PyString::from_bytes(py, code).expect("codes are ASCII, and there is memory for them")
    })
}

pub(crate) fn uuid(py: Python<'_>, id: RequestId) -> PyResult<Bound<'_, PyAny>> {
    let arguments = PyDict::new(py);
    arguments.set_item(intern!(py, "int"), id.0)?;
    uuid_class(py)?.call((), Some(&arguments))
}

/// A class of the module's own Python part.
pub(crate) fn class<'py>(py: Python<'py>, name: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
    static RECORDS: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let records = RECORDS.get_or_try_init(py, || PyModule::import(py, "serialref._classes").map(Bound::unbind))?;
    records.bind(py).getattr(name)
}

/// A record made of named parts.
pub(crate) struct Parts<'py>(Bound<'py, PyDict>);

impl<'py> Parts<'py> {
    pub(crate) fn new(py: Python<'py>) -> Self {
        Self(PyDict::new(py))
    }

    pub(crate) fn with<T: IntoPyObject<'py>>(self, name: &Bound<'py, PyString>, part: T) -> PyResult<Self> {
        self.0.set_item(name, part)?;
        Ok(self)
    }

    pub(crate) fn make(self, name: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
        class(self.0.py(), name)?.call((), Some(&self.0))
    }

    pub(crate) fn into_dict(self) -> Bound<'py, PyDict> {
        self.0
    }
}

/// An object of a class of ours, whose attributes are read one by one.
pub(crate) fn checked<'a, 'py>(
    object: &'a Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
) -> PyResult<&'a Bound<'py, PyAny>> {
    if object.is_instance(&class(object.py(), name)?)? {
        Ok(object)
    } else {
        Err(PyTypeError::new_err(format!("a {name} is needed here, not {}", object.get_type().name()?)))
    }
}

/// A word out of a list, as a member of its enumeration in Python.
pub(crate) fn word<'py>(py: Python<'py>, name: &Bound<'py, PyString>, word: &str) -> PyResult<Bound<'py, PyAny>> {
    class(py, name)?.call1((word,))
}

/// What a word out of a list stands for.
pub(crate) fn meaning<T: Copy>(what: &str, word: &str, words: &[(&str, T)]) -> PyResult<T> {
    words.iter().find(|(known, _)| *known == word).map(|(_, meaning)| *meaning).ok_or_else(|| {
        let known: Vec<String> = words.iter().map(|(known, _)| format!("{known:?}")).collect();
        let word: String = word.chars().take(100).collect();
        PyValueError::new_err(format!("{what} is one of {}, not {word:?}", known.join(", ")))
    })
}

pub(crate) fn state(py: Python<'_>, state: State) -> PyResult<Bound<'_, PyAny>> {
    static MEMBERS: PyOnceLock<Vec<Py<PyAny>>> = PyOnceLock::new();
    let members = MEMBERS.get_or_try_init(py, || {
        let member = |state: State| Ok(word(py, intern!(py, "State"), state.name())?.unbind());
        State::ALL.into_iter().map(member).collect::<PyResult<Vec<_>>>()
    })?;
    Ok(members[usize::from(state.number() - 1)].bind(py).clone())
}

pub(crate) fn parsed_state(py: Python<'_>, text: &Text) -> PyResult<State> {
    text.0.parse().map_err(|error| errors::raised(py, error))
}

pub(crate) const KINDS: [(&str, Kind); 2] = [("continuous", Kind::Continuous), ("batch", Kind::Batch)];
pub(crate) const SCOPES: [(&str, Scope); 2] = [("registry", Scope::Registry), ("group", Scope::Group)];

pub(crate) fn kind(py: Python<'_>, kind: Kind) -> PyResult<Bound<'_, PyAny>> {
    word(py, intern!(py, "Kind"), known(kind, &KINDS))
}

pub(crate) fn scope(py: Python<'_>, scope: Scope) -> PyResult<Bound<'_, PyAny>> {
    word(py, intern!(py, "Scope"), known(scope, &SCOPES))
}

/// The word for a value that has one.
pub(crate) fn known<T: PartialEq>(value: T, words: &[(&'static str, T)]) -> &'static str {
    words.iter().find(|(_, meaning)| *meaning == value).map_or("", |(word, _)| *word)
}

pub(crate) fn limit_name(py: Python<'_>, name: LimitName) -> PyResult<Bound<'_, PyAny>> {
    word(py, intern!(py, "LimitName"), &name.to_string())
}

pub(crate) fn warranty_status(py: Python<'_>, status: WarrantyStatus) -> PyResult<Bound<'_, PyAny>> {
    word(py, intern!(py, "WarrantyStatus"), status.name())
}

/// A number, or the mark for no limit.
pub(crate) fn limit(py: Python<'_>, limit: Limit) -> PyResult<Bound<'_, PyAny>> {
    match limit {
        Limit::AtMost(most) => Ok(most.into_pyobject(py)?.into_any()),
        Limit::Unlimited => class(py, intern!(py, "UNLIMITED")),
    }
}

pub(crate) fn parsed_limit(object: &Bound<'_, PyAny>) -> PyResult<Limit> {
    if object.is_instance_of::<PyInt>() {
        return Ok(Limit::AtMost(object.extract::<Threshold>()?.0));
    }
    if object.is(class(object.py(), intern!(object.py(), "UNLIMITED"))?) {
        return Ok(Limit::Unlimited);
    }
    Err(PyTypeError::new_err(format!("a limit is an int or UNLIMITED, not {}", object.get_type().name()?)))
}
