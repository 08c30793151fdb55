//! Check characters, for the enumeration of their schemes.

use pyo3::{intern, prelude::*, types::PyTuple};
use serialref::{Alphabet, CheckScheme, Error, Format, FormatError};

use crate::{
    convert::{self, Text},
    errors,
    wishes::parsed_scheme,
};

/// The scheme that a format takes for an alphabet where it is to choose.
#[pyfunction]
pub(crate) fn check_automatic(py: Python<'_>, alphabet: Text) -> PyResult<String> {
    Ok(CheckScheme::automatic(&parsed(py, &alphabet)?).to_string())
}

/// Whether a scheme can be used with an alphabet.
#[pyfunction]
pub(crate) fn check_fits(py: Python<'_>, scheme: Text, alphabet: Text) -> PyResult<bool> {
    Ok(parsed_scheme(&scheme.0)?.fits(&parsed(py, &alphabet)?))
}

/// What a scheme finds without exception in codes of an alphabet.
#[pyfunction]
pub(crate) fn check_detects(py: Python<'_>, scheme: Text, alphabet: Text) -> PyResult<Bound<'_, PyTuple>> {
    detections(py, parsed_scheme(&scheme.0)?, &parsed(py, &alphabet)?)
}

/// The check characters of a body.
#[pyfunction]
pub(crate) fn check_compute(py: Python<'_>, scheme: Text, alphabet: Text, body: Text) -> PyResult<Option<String>> {
    Ok(parsed_scheme(&scheme.0)?.compute(&parsed(py, &alphabet)?, &body.0))
}

/// The scheme of a format as a member of its enumeration.
pub(crate) fn of_format<'py>(py: Python<'py>, format: &Format) -> PyResult<Option<Bound<'py, PyAny>>> {
    format.check().map(|scheme| convert::word(py, intern!(py, "CheckScheme"), &scheme.to_string())).transpose()
}

/// What the scheme of a format finds; nothing where it has none.
pub(crate) fn detected_by<'py>(py: Python<'py>, format: &Format) -> PyResult<Bound<'py, PyTuple>> {
    match format.check() {
        Some(scheme) => detections(py, scheme, format.alphabet()),
        None => Ok(PyTuple::empty(py)),
    }
}

fn detections<'py>(py: Python<'py>, scheme: CheckScheme, alphabet: &Alphabet) -> PyResult<Bound<'py, PyTuple>> {
    let found = scheme.detects(alphabet);
    let found = found.iter().map(|each| convert::word(py, intern!(py, "Detection"), &each.to_string()));
    PyTuple::new(py, found.collect::<PyResult<Vec<_>>>()?)
}

fn parsed(py: Python<'_>, alphabet: &Text) -> PyResult<Alphabet> {
    let raised = |fault| errors::raised(py, Error::FormatInvalid(FormatError { faults: vec![fault] }));
    Alphabet::new(&alphabet.0).map_err(raised)
}
