//! What codes look like.

use std::hash::{DefaultHasher, Hash, Hasher};

use pyo3::{
    exceptions::PyTypeError,
    intern,
    prelude::*,
    types::{PyDict, PyTuple},
};
use serialref::{Error, Format, Order, Preset};

use crate::{
    convert::{self, Text, Whole, meaning},
    errors,
};

const PRESETS: [(&str, Preset); 7] = [
    ("digits", Preset::Digits),
    ("letters", Preset::Letters),
    ("upper_alphanumeric", Preset::UpperAlphanumeric),
    ("unambiguous31", Preset::Unambiguous31),
    ("unambiguous32", Preset::Unambiguous32),
    ("hexadecimal", Preset::Hexadecimal),
    ("printable", Preset::Printable),
];

#[derive(Clone, Copy)]
enum Way {
    Random,
    Sequential,
}

const WAYS: [(&str, Way); 2] = [("random", Way::Random), ("sequential", Way::Sequential)];

/// What was said of a format by name; what was not is as in the default one.
#[derive(Default)]
pub(crate) struct Wishes {
    pub(crate) preset: Option<Text>,
    pub(crate) alphabet: Option<Text>,
    pub(crate) exclude: Option<Text>,
    pub(crate) length: Option<Whole>,
    pub(crate) order: Option<Text>,
    pub(crate) start: Option<Start>,
    pub(crate) prefix: Option<Text>,
    pub(crate) suffix: Option<Text>,
}

/// The first number of consecutive ones.
pub(crate) struct Start(u128);

impl<'a, 'py> FromPyObject<'a, 'py> for Start {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        match object.extract::<u128>() {
            Ok(number) => Ok(Self(number)),
            // The core says that it does not fit.
            Err(error) if error.is_instance_of::<pyo3::exceptions::PyOverflowError>(object.py()) && object.gt(0)? => {
                Ok(Self(u128::MAX))
            }
            Err(error) => Err(error),
        }
    }
}

impl Wishes {
    pub(crate) fn is_none(&self) -> bool {
        self.preset.is_none()
            && self.alphabet.is_none()
            && self.exclude.is_none()
            && self.length.is_none()
            && self.order.is_none()
            && self.start.is_none()
            && self.prefix.is_none()
            && self.suffix.is_none()
    }

    pub(crate) fn build(self, py: Python<'_>) -> PyResult<Format> {
        let mut builder = Format::builder();
        match (self.preset, self.alphabet) {
            (Some(_), Some(_)) => return Err(PyTypeError::new_err("give a preset or an alphabet, not both")),
            (Some(preset), None) => builder = builder.preset(meaning("a preset", &preset.0, &PRESETS)?),
            (None, Some(symbols)) => builder = builder.symbols(symbols.0),
            (None, None) => {}
        }
        let way = self.order.map(|order| meaning("an order", &order.0, &WAYS)).transpose()?;
        builder = match (way, self.start) {
            (Some(Way::Random), Some(_)) => {
                return Err(PyTypeError::new_err("a Random order has no start; leave it out, or say sequential"));
            }
            (None | Some(Way::Random), None) => builder.order(Order::Random),
            (_, Some(start)) => builder.order(Order::Sequential { start: start.0 }),
            (Some(Way::Sequential), None) => builder.order(Order::sequential()),
        };
        if let Some(symbols) = self.exclude {
            builder = builder.exclude(&symbols.0);
        }
        if let Some(length) = self.length {
            builder = builder.length(length.as_usize());
        }
        if let Some(prefix) = self.prefix {
            builder = builder.prefix(prefix.0);
        }
        if let Some(suffix) = self.suffix {
            builder = builder.suffix(suffix.0);
        }
        builder.build().map_err(|error| errors::raised(py, Error::FormatInvalid(error)))
    }
}

/// What the codes of a group look like: prefix + body + suffix. It never changes after the group is created.
///
/// Without arguments it is the default format: 25 characters of `0-9A-Z` in Random order. `preset` or `alphabet` gives
/// the symbols of the body (2 to 94 different printable ASCII characters), `exclude` takes some away, `length` is that
/// of the body (1 to 64), `prefix` and `suffix` have up to 32 characters each. `order` is `"random"` or
/// `"sequential"`; consecutive numbers begin with `start`, or with 1.
///
/// Raises `FormatError` with everything that is wrong at once.
///
/// >>> serial = serialref.Format(preset="digits", length=6, prefix="AX-", order="sequential")
/// >>> serial.width, serial.capacity, "AX-000042" in serial
/// (9, 999999, True)
#[pyclass(frozen, module = "serialref", name = "Format")]
pub(crate) struct PyFormat(pub(crate) Format);

#[pymethods]
impl PyFormat {
    #[new]
    #[pyo3(signature = (*, preset=None, alphabet=None, exclude=None, length=None, order=None, start=None, prefix=None, suffix=None))]
    fn new(
        py: Python<'_>,
        preset: Option<Text>,
        alphabet: Option<Text>,
        exclude: Option<Text>,
        length: Option<Whole>,
        order: Option<Text>,
        start: Option<Start>,
        prefix: Option<Text>,
        suffix: Option<Text>,
    ) -> PyResult<Self> {
        Wishes { preset, alphabet, exclude, length, order, start, prefix, suffix }.build(py).map(Self)
    }

    /// The quick format: 10 upper and lower case letters in Random order.
    ///
    /// >>> "kRwTzQbEaX" in serialref.Format.quick()
    /// True
    #[staticmethod]
    fn quick() -> Self {
        Self(Format::quick())
    }

    /// The symbols of the body.
    #[getter]
    fn alphabet(&self) -> &str {
        self.0.alphabet().as_str()
    }

    /// The length of the body in characters.
    #[getter]
    fn length(&self) -> usize {
        self.0.length()
    }

    /// How bodies are chosen.
    #[getter]
    fn order<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let word = if self.start().is_some() { "sequential" } else { "random" };
        convert::word(py, intern!(py, "Order"), word)
    }

    /// The first of consecutive numbers; `None` where the order is Random.
    #[getter]
    fn start(&self) -> Option<u128> {
        match self.0.order() {
            Order::Sequential { start } => Some(start),
            _ => None,
        }
    }

    /// What every code begins with.
    #[getter]
    fn prefix(&self) -> &str {
        self.0.prefix()
    }

    /// What every code ends with.
    #[getter]
    fn suffix(&self) -> &str {
        self.0.suffix()
    }

    /// The length of every code in characters.
    #[getter]
    fn width(&self) -> usize {
        self.0.width()
    }

    /// How many codes the format could ever make; `None` where that is more than 128 bits can say.
    #[getter]
    fn capacity(&self) -> Option<u128> {
        self.0.capacity().exact()
    }

    /// The logarithm of the capacity to base 2: how hard Random codes are to guess, in bits.
    #[getter]
    fn capacity_bits(&self) -> f64 {
        self.0.capacity().log2()
    }

    /// Why a text is not a code of this format, in words; `None` where it is one.
    ///
    /// It looks at the text alone; whether the code was ever issued is what a lookup tells.
    ///
    /// >>> serialref.Format().mismatch("H829")
    /// 'it has 4 characters where codes of this format have 25'
    fn mismatch(&self, code: Text) -> Option<String> {
        self.0.matches(&code.0).err().map(|mismatch| mismatch.to_string())
    }

    fn __contains__(&self, code: &Bound<'_, PyAny>) -> bool {
        code.extract::<Text>().is_ok_and(|code| self.0.matches(&code.0).is_ok())
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let said: PyResult<Vec<String>> =
            self.arguments(py)?.iter().map(|(name, value)| Ok(format!("{name}={}", value.repr()?))).collect();
        Ok(format!("Format({})", said?.join(", ")))
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| self.0 == other.get().0)
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.0.hash(&mut hasher);
        hasher.finish()
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let class = py.get_type::<Self>();
        let make = py.import("functools")?.getattr("partial")?.call((class,), Some(&self.arguments(py)?))?;
        Ok((make, PyTuple::empty(py)))
    }
}

impl PyFormat {
    /// What makes it, as arguments; prefix and suffix only where it has them.
    fn arguments<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let arguments = PyDict::new(py);
        arguments.set_item("alphabet", self.alphabet())?;
        arguments.set_item("length", self.length())?;
        if let Some(start) = self.start() {
            arguments.set_item("order", "sequential")?;
            arguments.set_item("start", start)?;
        }
        for (name, affix) in [("prefix", self.prefix()), ("suffix", self.suffix())] {
            if !affix.is_empty() {
                arguments.set_item(name, affix)?;
            }
        }
        Ok(arguments)
    }
}
