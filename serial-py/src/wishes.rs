//! What is said of a format by the names of its parts.

use pyo3::{
    exceptions::{PyOverflowError, PyTypeError},
    intern,
    prelude::*,
    types::PyString,
};
use serialref::{Check, CheckScheme, Error, Format, Order, Preset};

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
    Keyed,
}

const WAYS: [(&str, Way); 3] = [("random", Way::Random), ("sequential", Way::Sequential), ("keyed", Way::Keyed)];

/// What stands between groups where nothing else is said.
const HYPHEN: char = '-';

/// With so many words the core says that they are too many; there may be no end of them.
const ENOUGH_WORDS: usize = 1001;

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
    pub(crate) check: Option<Text>,
    pub(crate) grouping: Option<Groups>,
    pub(crate) skip_words: Option<SkipWords>,
    pub(crate) guesses_below_one_in: Option<Demand>,
}

/// The first number of consecutive ones.
pub(crate) struct Start(u128);

impl<'a, 'py> FromPyObject<'a, 'py> for Start {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        match object.extract::<u128>() {
            Ok(number) => Ok(Self(number)),
            // The core says that it does not fit.
            Err(error) if error.is_instance_of::<PyOverflowError>(object.py()) && object.gt(0)? => Ok(Self(u128::MAX)),
            Err(error) => Err(error),
        }
    }
}

/// How codes are shown: how many characters a group has, or a `Grouping`.
pub(crate) struct Groups {
    every: Whole,
    /// What stands between them, if something was said.
    separator: Option<Text>,
}

impl<'a, 'py> FromPyObject<'a, 'py> for Groups {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let py = object.py();
        if !object.is_instance(&convert::class(py, intern!(py, "Grouping"))?)? {
            let every = object.extract().map_err(|error: PyErr| {
                if !error.is_instance_of::<PyTypeError>(py) {
                    return error;
                }
                let message = "codes are shown in groups of so many characters: give an int or a Grouping";
                let refused = PyTypeError::new_err(message);
                refused.set_cause(py, Some(error));
                refused
            })?;
            return Ok(Self { every, separator: None });
        }
        let separator = Some(object.getattr(intern!(py, "separator"))?.extract()?);
        Ok(Self { every: object.getattr(intern!(py, "every"))?.extract()?, separator })
    }
}

impl Groups {
    /// The character between groups; `None` where there is not just one.
    fn separator(&self) -> Option<char> {
        let Some(text) = &self.separator else { return Some(HYPHEN) };
        let mut symbols = text.0.chars();
        symbols.next().filter(|_| symbols.next().is_none())
    }
}

/// Words that must not appear in codes.
pub(crate) struct SkipWords(Vec<String>);

impl<'a, 'py> FromPyObject<'a, 'py> for SkipWords {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        if object.is_instance_of::<PyString>() {
            return Err(PyTypeError::new_err("give a list of words, not a single text"));
        }
        let words = object.try_iter()?.take(ENOUGH_WORDS).map(|word| Ok(word?.extract::<Text>()?.0));
        words.collect::<PyResult<_>>().map(Self)
    }
}

/// That a guess hits less often than once in so many times; `None` for a demand that is too large to be kept, which
/// cannot be lowered without saying so.
pub(crate) struct Demand(Option<u64>);

impl<'a, 'py> FromPyObject<'a, 'py> for Demand {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        match object.extract::<u64>() {
            Ok(one_in) => Ok(Self(Some(one_in))),
            Err(error) if error.is_instance_of::<PyOverflowError>(object.py()) => {
                // The core refuses 0.
                Ok(Self(object.lt(0)?.then_some(0)))
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
            && self.check.is_none()
            && self.grouping.is_none()
            && self.skip_words.is_none()
            && self.guesses_below_one_in.is_none()
    }

    pub(crate) fn build(self, py: Python<'_>) -> PyResult<Format> {
        let mut builder = Format::builder();
        // What is wrong that the core does not see.
        let mut faults = Vec::new();
        match (self.preset, self.alphabet) {
            (Some(_), Some(_)) => return Err(PyTypeError::new_err("give a preset or an alphabet, not both")),
            (Some(preset), None) => builder = builder.preset(meaning("a preset", &preset.0, &PRESETS)?),
            (None, Some(symbols)) => builder = builder.symbols(symbols.0),
            (None, None) => {}
        }
        let way = self.order.map(|order| meaning("an order", &order.0, &WAYS)).transpose()?;
        builder = match (way, self.start) {
            (Some(Way::Random | Way::Keyed), Some(_)) => {
                return Err(PyTypeError::new_err(
                    "only a Sequential order has a start; leave it out, or say sequential",
                ));
            }
            (None | Some(Way::Random), None) => builder.order(Order::Random),
            (_, Some(start)) => builder.order(Order::Sequential { start: start.0 }),
            (Some(Way::Sequential), None) => builder.order(Order::sequential()),
            (Some(Way::Keyed), None) => builder.order(Order::Keyed),
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
        if let Some(check) = self.check {
            builder = builder.check(parsed_check(&check.0)?);
        }
        if let Some(groups) = self.grouping {
            let separator = groups.separator();
            if separator.is_none() {
                faults.push("what stands between groups is one character, a hyphen or a space");
            }
            // The number is looked at in any case; no alphabet has a space.
            builder = builder.grouping(groups.every.as_usize(), separator.unwrap_or(' '));
        }
        if let Some(words) = self.skip_words {
            builder = builder.skip_words(words.0);
        }
        match self.guesses_below_one_in {
            Some(Demand(Some(one_in))) => builder = builder.guesses_below_one_in(one_in),
            Some(Demand(None)) => {
                faults.push("guesses can be demanded to be below one in 2^64 - 1 at most; demand less");
            }
            None => {}
        }
        match builder.build() {
            Ok(format) if faults.is_empty() => Ok(format),
            Err(error) if faults.is_empty() => Err(errors::raised(py, Error::FormatInvalid(error))),
            built => {
                let by_core = built.err().map_or_else(Vec::new, |error| error.faults);
                let all = by_core.iter().map(ToString::to_string).chain(faults.into_iter().map(Into::into));
                Err(errors::of_format(py, &all.collect::<Vec<_>>()))
            }
        }
    }
}

fn parsed_check(word: &str) -> PyResult<Check> {
    if word == "automatic" {
        return Ok(Check::Automatic);
    }
    parsed_scheme(word).map(Check::Named)
}

/// The scheme that has a name.
pub(crate) fn parsed_scheme(word: &str) -> PyResult<CheckScheme> {
    let names: Vec<(String, CheckScheme)> =
        CheckScheme::ALL.into_iter().map(|scheme| (scheme.to_string(), scheme)).collect();
    let names: Vec<(&str, CheckScheme)> = names.iter().map(|(name, scheme)| (name.as_str(), *scheme)).collect();
    meaning("a check scheme", word, &names)
}
