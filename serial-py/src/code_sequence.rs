//! The codes of a format that counts, without a registry.

use pyo3::{prelude::*, types::PyList};
use serialref::{CodeSequence, Error, ErrorKind};

use crate::{
    code_space::Counter,
    convert::{Text, Whole, code_texts},
    errors,
    format::PyFormat,
    key::PyKey,
};

/// The most codes of one call, and how many are made between two looks at signals.
const MOST: u64 = 10_000_000;
const PIECE: u64 = 100_000;

/// The codes of a Sequential or Keyed format in the order of their counters 0, 1, 2 ...; what issuing takes them from.
///
/// It needs no registry and issues nothing: use it to compute what a code will be, or which counter a code has, in another
/// program. A Keyed format needs its `key`, a Sequential one has none. The codes of given format, key and counter are the
/// same in every version of the library.
///
/// Raises `NoCounterError` for a format of Random order, `KeyInvalidError` where the key is missing or one too many.
///
/// >>> tag = serialref.Format(preset="digits", length=10, order="keyed")
/// >>> key = serialref.Key(b"32 bytes from a vault, as it is.")
/// >>> sequence = serialref.CodeSequence(tag, key)
/// >>> sequence.counter(sequence.codes(0, 1000)[999])
/// 999
#[pyclass(frozen, module = "serialref", name = "CodeSequence")]
pub(crate) struct PyCodeSequence(CodeSequence);

#[pymethods]
impl PyCodeSequence {
    #[new]
    #[pyo3(signature = (format, key=None))]
    fn new(py: Python<'_>, format: &Bound<'_, PyFormat>, key: Option<&Bound<'_, PyKey>>) -> PyResult<Self> {
        let format = &format.get().0;
        let sequence = match key {
            Some(key) => CodeSequence::keyed(format, &key.get().0),
            None => CodeSequence::sequential(format),
        };
        sequence.map(Self).map_err(|error| errors::raised(py, error))
    }

    /// The format of the codes.
    #[getter]
    fn format(&self) -> PyFormat {
        PyFormat(self.0.format().clone())
    }

    /// How many counters there are; the last one is one less.
    #[getter]
    fn capacity(&self) -> u64 {
        self.0.capacity()
    }

    /// The code of one counter; `None` where there is no such counter.
    fn code(&self, counter: Counter) -> Option<String> {
        self.0.code(counter.0?).map(String::from)
    }

    /// The codes of `count` counters from `first` on, as a list of `str`; `None` where there are not as many counters.
    ///
    /// Raises `CountInvalidError` for more than 10,000,000 at once.
    fn codes<'py>(&self, py: Python<'py>, first: Counter, count: Whole) -> PyResult<Option<Bound<'py, PyList>>> {
        let end = first.0.and_then(|first| first.checked_add(count.0));
        let (Some(first), Some(end)) = (first.0, end.filter(|end| *end <= self.0.capacity())) else {
            return Ok(None);
        };
        if count.0 > MOST {
            let message = "at most 10,000,000 codes are made at once; ask for fewer";
            return Err(errors::of_kind(py, ErrorKind::CountInvalid, message));
        }
        let made = PyList::empty(py);
        let mut next = first;
        while next < end {
            let size = PIECE.min(end - next);
            let piece = py.detach(|| self.0.codes(next, usize::try_from(size).ok()?));
            piece.iter().flat_map(|codes| code_texts(py, codes)).try_for_each(|code| made.append(code))?;
            next += size;
            py.check_signals()?;
        }
        Ok(Some(made))
    }

    /// The counter that has a code, which is written exactly as the format writes it; `None` where no counter has it.
    ///
    /// Raises `CodeInvalidError` where the format does not make such codes.
    fn counter(&self, py: Python<'_>, code: Text) -> PyResult<Option<u64>> {
        self.0.counter(&code.0).map_err(|mismatch| errors::raised(py, Error::CodeInvalid(mismatch)))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("<CodeSequence of {}>", Bound::new(py, self.format())?.repr()?))
    }
}
