//! Codes that come from a counter, their keys, and the numbers of a code space.

use pyo3::{exceptions::PyOverflowError, intern, prelude::*};
use serialref::{CodeSequence, Error};

use crate::{
    convert::{self, CodeText, Parts},
    group::PyGroup,
    key::PyKey,
};

/// A counter or an amount, which is told from others to the last digit; `None` where 64 bits cannot say it.
pub(crate) struct Counter(pub(crate) Option<u64>);

impl<'a, 'py> FromPyObject<'a, 'py> for Counter {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        match object.extract() {
            Ok(counter) => Ok(Self(Some(counter))),
            Err(error) if error.is_instance_of::<PyOverflowError>(object.py()) => Ok(Self(None)),
            Err(error) => Err(error),
        }
    }
}

#[pymethods]
impl PyGroup {
    /// Which counter a code of a Sequential or Keyed group has, and whether the group has counted past it: whether it could
    /// have been issued, and when in order. No reference is searched. The code may be typed as people type.
    ///
    /// Raises `NoCounterError` in a group of Random order, `CodeInvalidError` for a text that the format does not make, or a
    /// `StoreError`.
    ///
    /// >>> pumps = serialref.Registry().create_group("Pump AX-100", kind="batch", length=12, order="keyed")
    /// >>> batch = pumps.create_batch(500)
    /// >>> pumps.decode(batch[42])
    /// Decoded(counter=42, may_be_issued=True)
    /// >>> pumps.decode("MADEUP000000").may_be_issued
    /// False
    fn decode<'py>(&self, py: Python<'py>, code: CodeText) -> PyResult<Bound<'py, PyAny>> {
        let id = self.id();
        let decoded = self.access.call(py, move |registry| registry.decode(id, &code.0))?;
        convert::class(py, intern!(py, "Decoded"))?.call1((decoded.counter, decoded.may_be_issued))
    }

    /// Makes a group of Sequential or Keyed order go on at a counter; the counters before are never used.
    ///
    /// This is the remedy after an older backup was restored: the group would issue codes that are printed already. Go on
    /// at the first counter that cannot have been used. Counters begin with 0; a Sequential group's first number has
    /// counter 0.
    ///
    /// Raises `NoCounterError` in a group of Random order, `CounterInvalidError` for a counter that was used already or that
    /// is beyond the last, or a `StoreError`.
    ///
    /// >>> tags = serialref.Registry().create_group("Service tags", kind="continuous", preset="digits", length=6,
    /// ...                                          order="sequential")
    /// >>> tags.advance_counter(4711)
    /// >>> tags.create().code
    /// '004712'
    fn advance_counter(&self, py: Python<'_>, next: Counter) -> PyResult<()> {
        let id = self.id();
        self.access.call(py, move |registry| {
            if let Some(next) = next.0 {
                return registry.advance_counter(id, next).map(drop);
            }
            let group = registry.group(id)?;
            let capacity = CodeSequence::of_group(&group)?.capacity();
            Err(Error::CounterInvalid { group: id, next: group.next_index, capacity })
        })
    }

    /// Gives a Keyed group another key for the codes to come: the one that is given, or one that is drawn. Codes from
    /// before stay what they are and are still decoded.
    ///
    /// Do this when the key may be known to others, or after an older backup was restored where nobody can say how far the
    /// group had counted. After `OutcomeUnknownError` compare `key` before repeating the call.
    ///
    /// Raises `KeyInvalidError` in a group of another order, `EntropyUnavailableError` or a `StoreError`.
    ///
    /// >>> tags = serialref.Registry().create_group("Service tags", kind="continuous", length=12, order="keyed")
    /// >>> tag, before = tags.create(), tags.key
    /// >>> tags.change_key()
    /// >>> tags.key == before, tags.decode(tag).counter
    /// (False, 0)
    #[pyo3(signature = (key=None))]
    fn change_key(&self, py: Python<'_>, key: Option<&Bound<'_, PyKey>>) -> PyResult<()> {
        let (id, key) = (self.id(), key.map(|key| key.get().0.clone()));
        self.access.call(py, move |registry| registry.change_key(id, key).map(drop))
    }

    /// The key that makes the codes to come; `None` in a group of another order than Keyed. It stays hidden until
    /// `Key.expose` is called.
    ///
    /// >>> registry = serialref.Registry()
    /// >>> key = serialref.Key.drawn()
    /// >>> registry.create_group("Service tags", kind="continuous", order="keyed", key=key).key == key
    /// True
    #[getter]
    fn key(&self, py: Python<'_>) -> PyResult<Option<PyKey>> {
        Ok(self.now(py)?.keys.current().cloned().map(PyKey))
    }

    /// How full its code space is now, and how easy it is to guess a code in it.
    ///
    /// >>> pumps = serialref.Registry().create_group("Pump AX-100", kind="batch", preset="digits", length=6)
    /// >>> batch = pumps.create_batch(100)
    /// >>> space = pumps.code_space()
    /// >>> space.remaining, space.density, space.is_below_one_in_10_000
    /// (999900, 0.0001, False)
    fn code_space<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let space = self.now(py)?.code_space();
        Parts::new(py)
            .with(intern!(py, "capacity"), space.capacity.exact())?
            .with(intern!(py, "issued"), space.issued)?
            .with(intern!(py, "live"), space.live)?
            .with(intern!(py, "remaining"), space.remaining)?
            .with(intern!(py, "density"), space.density)?
            .with(intern!(py, "guess_probability"), space.guess_probability)?
            .with(intern!(py, "is_below_one_in_10_000"), space.is_below_one_in_10_000)?
            .with(intern!(py, "expected_redraws"), space.expected_redraws)?
            .make(intern!(py, "CodeSpace"))
    }
}
