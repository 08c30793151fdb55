//! Keys as Python sees them: not at all, unless it says so.

use pyo3::{
    exceptions::PyTypeError,
    prelude::*,
    types::{PyBytes, PyString},
};
use serialref::{Error, Key, SystemEntropy};
use zeroize::Zeroizing;

use crate::errors;

/// The secret that chooses the codes of a group of Keyed order: 32 random bytes, or the same as 64 hexadecimal digits.
///
/// Whoever has the key and the format knows every code that the group issued and will issue. So it is shown nowhere by
/// accident: not as text, not in a group's record, and it cannot be pickled. `expose` and `expose_text` are the only ways to
/// see it. A registry draws keys by itself; give one where two systems are to make the same codes, or where keys are kept
/// in a vault.
///
/// Raises `KeyInvalidError`, also where all bytes are the same, as in memory that nobody filled.
///
/// >>> key = serialref.Key(b"32 bytes from a vault, as it is.")
/// >>> key
/// <Key hidden, check value 09788f>
/// >>> serialref.Key(key.expose_text()) == key
/// True
#[pyclass(frozen, module = "serialref", name = "Key")]
pub(crate) struct PyKey(pub(crate) Key);

#[pymethods]
impl PyKey {
    #[new]
    #[pyo3(signature = (secret, /))]
    fn new(py: Python<'_>, secret: &Bound<'_, PyAny>) -> PyResult<Self> {
        // Read where Python keeps it: what is copied here would have to be wiped.
        let key = if let Ok(bytes) = secret.cast::<PyBytes>() {
            bytes.as_bytes().try_into().map_err(|_| Error::KeyInvalid).and_then(Key::from_bytes)
        } else if let Ok(text) = secret.cast::<PyString>() {
            text.to_str().map_err(|_| Error::KeyInvalid).and_then(str::parse)
        } else {
            let kind = secret.get_type().name()?;
            return Err(PyTypeError::new_err(format!(
                "a key is made of bytes or of hexadecimal digits, not of {kind}"
            )));
        };
        key.map(Self).map_err(|error| errors::raised(py, error))
    }

    /// A new key, drawn by the operating system.
    ///
    /// Raises `EntropyUnavailableError`.
    ///
    /// >>> serialref.Key.drawn() == serialref.Key.drawn()
    /// False
    #[staticmethod]
    fn drawn(py: Python<'_>) -> PyResult<Self> {
        Key::drawn(&SystemEntropy::new()).map(Self).map_err(|error| errors::raised(py, error))
    }

    /// Six hexadecimal digits that tell keys from one another and may be shown.
    #[getter]
    fn check_value(&self) -> String {
        self.0.check_value()
    }

    /// The 32 bytes of the key. Keep them out of logs; Python does not wipe them.
    fn expose<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.expose())
    }

    /// The key as 64 hexadecimal digits, of which `Key` makes it again. Keep them out of logs; Python does not wipe them.
    fn expose_text<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        PyString::new(py, &Zeroizing::new(self.0.expose_text()))
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| self.0 == other.get().0)
    }

    fn __repr__(&self) -> String {
        format!("<Key hidden, check value {}>", self.0.check_value())
    }
}
