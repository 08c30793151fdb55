//! What codes look like.

use std::hash::{DefaultHasher, Hash, Hasher};

use pyo3::{
    intern,
    prelude::*,
    types::{PyDict, PyTuple},
};
use serialref::{Error, Format, Mismatch, Order};

use crate::{
    check,
    code_space::Counter,
    convert::{self, CodeText, Text, Whole},
    errors,
    wishes::{Demand, Groups, SkipWords, Start, Wishes},
};

/// What the codes of a group look like: prefix + body + check characters + suffix. It never changes after the group is
/// created.
///
/// Without arguments it is the default format: 25 characters of `0-9A-Z` in Random order. `preset` or `alphabet` gives
/// the symbols of the body (2 to 94 different printable ASCII characters), `exclude` takes some away, `length` is that
/// of the body (1 to 64), `prefix` and `suffix` have up to 32 characters each. `order` is `"random"`, `"sequential"` or
/// `"keyed"`; consecutive numbers begin with `start`, or with 1.
///
/// `check` adds check characters: `"automatic"`, or a `CheckScheme` by name. `grouping` is how codes are shown: in groups of
/// so many characters with a hyphen between them, or as a `Grouping` says. `skip_words` are words that must not appear in
/// codes: up to 1000, of 2 to 32 characters. With `guesses_below_one_in`, issuing is refused like at a limit where a random
/// guess would hit a live code as often as once in so many times.
///
/// Raises `FormatError` with everything that is wrong at once.
///
/// >>> serial = serialref.Format(preset="digits", length=6, prefix="AX-", order="sequential")
/// >>> serial.width, serial.capacity, "AX-000042" in serial
/// (9, 999999, True)
/// >>> tag = serialref.Format(preset="unambiguous32", length=8, order="keyed", check="automatic", grouping=4)
/// >>> tag.check, tag.show(tag.validate("o123 abcd 3"))
/// (<CheckScheme.GUMM: 'gumm'>, '0123-ABCD-3')
#[pyclass(frozen, module = "serialref", name = "Format")]
pub(crate) struct PyFormat(pub(crate) Format);

#[pymethods]
impl PyFormat {
    #[new]
    #[pyo3(signature = (
        *, preset=None, alphabet=None, exclude=None, length=None, order=None, start=None, prefix=None, suffix=None,
        check=None, grouping=None, skip_words=None, guesses_below_one_in=None,
    ))]
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
        check: Option<Text>,
        grouping: Option<Groups>,
        skip_words: Option<SkipWords>,
        guesses_below_one_in: Option<Demand>,
    ) -> PyResult<Self> {
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
        wishes.build(py).map(Self)
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
        convert::word(py, intern!(py, "Order"), self.way())
    }

    /// The first of consecutive numbers; `None` in another order than Sequential.
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

    /// How its check characters are computed; `None` where there are none. Where it was told to choose by itself, this is
    /// what it chose.
    #[getter]
    fn check<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        check::of_format(py, &self.0)
    }

    /// Which mistakes its check characters find without exception; nothing where there are none.
    ///
    /// >>> serialref.Format(preset="digits", check="luhn").detects
    /// (<Detection.SINGLE_SUBSTITUTIONS: 'all single substitutions'>,)
    #[getter]
    fn detects<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        check::detected_by(py, &self.0)
    }

    /// How its codes are shown to people; `None` where they are shown as they are.
    #[getter]
    fn grouping<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let class = convert::class(py, intern!(py, "Grouping"))?;
        self.0.grouping().map(|grouping| class.call1((grouping.every, grouping.separator))).transpose()
    }

    /// The words that must not appear in its codes.
    #[getter]
    fn skipped_words<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.0.skipped_words())
    }

    /// The demand that a guess hits a live code less often than once in so many times; `None` where nothing is demanded.
    #[getter]
    fn guesses_below_one_in(&self) -> Option<u64> {
        self.0.guesses_below_one_in()
    }

    /// How many live references the demand on guesses allows; `None` where nothing is demanded.
    ///
    /// >>> serialref.Format(preset="digits", length=8, guesses_below_one_in=10_000).most_live
    /// 9999
    #[getter]
    fn most_live(&self) -> Option<u64> {
        self.0.most_live()
    }

    /// Whether nobody can guess the codes to come from those that were issued: Random and Keyed order with at least
    /// 1,000,000 possible bodies.
    #[getter]
    fn is_unguessable(&self) -> bool {
        self.0.is_unguessable()
    }

    /// The shortest body, in characters of the same alphabet, for which a random guess hits one of `live` codes less often
    /// than once in `one_in` times; `None` where 64 characters are too few, or where a number is below 0 or above 2^64 - 1.
    /// Rules for medicines and tobacco in Europe demand 10,000.
    ///
    /// >>> serialref.Format(preset="digits").shortest_length(1_000_000, 10_000)
    /// 11
    fn shortest_length(&self, live: Counter, one_in: Counter) -> Option<usize> {
        self.0.shortest_length(live.0?, one_in.0?)
    }

    /// What a person typed, as the format writes it, as far as that is clear: without spaces and hyphens that are not its
    /// own, in its letter case, with digits for the letters that look like them where it has no such letters. Whether it is
    /// a code, `validate` says.
    ///
    /// >>> serialref.Format(preset="unambiguous32", length=8, prefix="AX-").canonical(" ax 7k2o-9vl3 ")
    /// 'AX-7K209V13'
    fn canonical(&self, typed: Text) -> String {
        self.0.canonical(&typed.0)
    }

    /// A code as it is shown to people: body and check characters in the groups of the format. What is no code of the
    /// format's length stays as it is.
    ///
    /// >>> serialref.Format(length=10, prefix="AX-", grouping=serialref.Grouping(4, " ")).show("AX-H8294RKN2Z")
    /// 'AX-H829 4RKN 2Z'
    fn show(&self, code: CodeText) -> String {
        self.0.grouped(&code.0)
    }

    /// The code that a person typed, as the format writes it.
    ///
    /// It looks at the text alone; whether the code was ever issued is what a lookup tells.
    ///
    /// Raises `CodeInvalidError`, whose `mismatch` says what is wrong and where in the canonical form.
    ///
    /// >>> tag = serialref.Format(preset="digits", length=4, check="luhn")
    /// >>> tag.validate(" 78-94 9 ")
    /// '78949'
    /// >>> tag.validate("78849")
    /// Traceback (most recent call last):
    /// ...
    /// serialref.CodeInvalidError: this is no code of the format: its check character at position 5 does not fit the rest, so something in it was mistyped
    fn validate(&self, py: Python<'_>, typed: Text) -> PyResult<String> {
        let valid = self.0.validate(&typed.0);
        valid.map(|code| code.to_string()).map_err(|mismatch| errors::raised(py, Error::CodeInvalid(mismatch)))
    }

    /// Why a text is not a code of this format, exactly as it is written; `None` where it is one.
    ///
    /// >>> wrong = serialref.Format().mismatch("H829")
    /// >>> wrong.name, str(wrong)
    /// (<MismatchName.LENGTH: 'length'>, 'it has 4 characters where codes of this format have 25')
    fn mismatch<'py>(&self, py: Python<'py>, code: Text) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.0.matches(&code.0).err().map(|mismatch| mismatch_record(py, &mismatch)).transpose()
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
    /// The word for its order.
    fn way(&self) -> &'static str {
        match self.0.order() {
            Order::Sequential { .. } => "sequential",
            Order::Keyed => "keyed",
            _ => "random",
        }
    }

    /// What makes it, as arguments; only what differs from the default, beside alphabet and length.
    fn arguments<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let arguments = PyDict::new(py);
        arguments.set_item("alphabet", self.alphabet())?;
        arguments.set_item("length", self.length())?;
        if self.0.order() != Order::Random {
            arguments.set_item("order", self.way())?;
        }
        if let Some(start) = self.start() {
            arguments.set_item("start", start)?;
        }
        for (name, affix) in [("prefix", self.prefix()), ("suffix", self.suffix())] {
            if !affix.is_empty() {
                arguments.set_item(name, affix)?;
            }
        }
        if let Some(scheme) = self.0.check() {
            arguments.set_item("check", scheme.to_string())?;
        }
        if let Some(grouping) = self.grouping(py)? {
            arguments.set_item("grouping", grouping)?;
        }
        if !self.0.skipped_words().is_empty() {
            arguments.set_item("skip_words", self.skipped_words(py)?)?;
        }
        if let Some(one_in) = self.guesses_below_one_in() {
            arguments.set_item("guesses_below_one_in", one_in)?;
        }
        Ok(arguments)
    }
}

/// What is wrong with a code.
pub(crate) fn mismatch_record<'py>(py: Python<'py>, mismatch: &Mismatch) -> PyResult<Bound<'py, PyAny>> {
    let name = convert::word(py, intern!(py, "MismatchName"), mismatch.name())?;
    convert::class(py, intern!(py, "Mismatch"))?.call1((name, mismatch.position(), mismatch.to_string()))
}
