//! The conformance kit for stores written in Python.

use pyo3::{exceptions::PyKeyError, intern, prelude::*};
use serialref::{
    Store,
    conformance::{self, Durability, Factory, Storage},
};

use crate::{
    convert::{Text, meaning},
    errors,
    stores::PyStore,
};

const DURABILITIES: [(&str, Durability); 3] =
    [("volatile", Durability::Volatile), ("exclusive", Durability::Exclusive), ("shared", Durability::Shared)];

/// A factory that is a callable in Python; each call gives a storage.
struct PyFactory(Py<PyAny>);

impl Factory for PyFactory {
    fn create(&self) -> Box<dyn Storage + '_> {
        let made = Python::attach(|py| {
            let storage = self.0.bind(py).call0()?;
            let durability = storage.getattr(intern!(py, "durability"))?.extract::<Text>()?;
            let durability = meaning("a durability", &durability.0, &DURABILITIES)?;
            Ok(PyStorage { object: storage.unbind(), durability })
        });
        Box::new(stored("a storage could not be made", made))
    }
}

struct PyStorage {
    object: Py<PyAny>,
    durability: Durability,
}

impl Storage for PyStorage {
    fn open(&self) -> Box<dyn Store> {
        let opened = Python::attach(|py| PyStore::new(&self.object.bind(py).call_method0(intern!(py, "open"))?));
        Box::new(stored("a store could not be opened", opened))
    }

    fn durability(&self) -> Durability {
        self.durability
    }
}

impl Drop for PyStorage {
    fn drop(&mut self) {
        // The interpreter may be on its way out.
        let _ = Python::try_attach(|py| self.object.bind(py).call_method0(intern!(py, "close")).map(drop));
    }
}

/// What was made. The kit takes a panic for the failure of its case.
fn stored<T>(what: &str, made: PyResult<T>) -> T {
    match made {
        Ok(made) => made,
        Err(error) => {
            let words = error.to_string();
            Python::attach(|py| {
                if !errors::is_ordinary(py, &error) {
                    errors::interrupt(error);
                }
            });
            std::panic::resume_unwind(Box::new(format!("{what}: {words}")));
        }
    }
}

/// The names of all cases.
#[pyfunction]
pub(crate) fn conformance_cases() -> Vec<&'static str> {
    conformance::cases().iter().map(|case| case.name).collect()
}

/// Runs one case and says what the store does wrong; `None` where it passed.
#[pyfunction]
pub(crate) fn run_conformance_case(py: Python<'_>, name: Text, factory: Py<PyAny>) -> PyResult<Option<String>> {
    let case = conformance::cases().iter().find(|case| case.name == name.0);
    let case = case.ok_or_else(|| PyKeyError::new_err(format!("there is no case {:?}", name.0)))?;
    let result = py.detach(|| case.run(&PyFactory(factory)));
    errors::interruption()?;
    Ok(result.err().map(|failure| failure.to_string()))
}
