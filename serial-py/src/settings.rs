//! Changing the settings of groups.

use pyo3::prelude::*;
use serialref::NewField;

use crate::{
    convert::{Text, Threshold},
    errors,
    group::PyGroup,
    limits,
};

#[pymethods]
impl PyGroup {
    /// Gives it another name, 1 to 200 characters.
    ///
    /// Raises `NameInvalidError` or `NameTakenError`.
    fn rename(&self, py: Python<'_>, name: Text) -> PyResult<()> {
        let id = self.id();
        self.access.call(py, move |registry| registry.rename_group(id, name.0).map(drop))
    }

    /// Gives it another description, any text without NUL.
    ///
    /// Raises `DescriptionInvalidError`.
    fn describe(&self, py: Python<'_>, description: Text) -> PyResult<()> {
        let id = self.id();
        self.access.call(py, move |registry| registry.describe_group(id, description.0).map(drop))
    }

    /// Gives it other limits of its own. A limit lower than the present count loses nothing: issuing is refused until
    /// there is room.
    ///
    /// >>> pumps = serialref.Registry().create_group("Pump AX-100", kind="batch")
    /// >>> pumps.set_limits(serialref.GroupLimits(max_live=20_000, max_batch=serialref.UNLIMITED))
    /// >>> pumps.limits.max_live
    /// 20000
    fn set_limits(&self, py: Python<'_>, limits: &Bound<'_, PyAny>) -> PyResult<()> {
        let (id, limits) = (self.id(), limits::parsed_of_group(limits)?);
        self.access.call(py, move |registry| registry.change_group_limits(id, limits).map(drop))
    }

    /// Covers its products in another way, also those that were sold before, unless they have a warranty of their own.
    /// A policy is written as `"24 months from commissioned"`, `"90 days from released"`, `"12 months from
    /// 2026-11-23T00:00:00Z"` or `"none"`.
    ///
    /// Raises `WarrantyInvalidError`.
    fn set_warranty_policy(&self, py: Python<'_>, policy: Text) -> PyResult<()> {
        let policy = policy.0.parse().map_err(|error| errors::raised(py, error))?;
        let id = self.id();
        self.access.call(py, move |registry| registry.set_group_warranty(id, policy).map(drop))
    }

    /// Tells customers other words about its products, each up to 1,000 characters and possibly empty.
    ///
    /// Raises `TextInvalidError`.
    #[pyo3(signature = (name, description=None))]
    fn set_public_text(&self, py: Python<'_>, name: Text, description: Option<Text>) -> PyResult<()> {
        let (id, description) = (self.id(), description.map(|text| text.0).unwrap_or_default());
        self.access.call(py, move |registry| registry.set_public_text(id, name.0, description).map(drop))
    }

    /// Reports fewer available references than this with every claim and issue; `None` reports nothing.
    fn set_low_stock(&self, py: Python<'_>, threshold: Option<Threshold>) -> PyResult<()> {
        let (id, threshold) = (self.id(), threshold.map(|threshold| threshold.0));
        self.access.call(py, move |registry| registry.set_low_stock(id, threshold).map(drop))
    }

    /// Adds a field. The references that there are get the default.
    ///
    /// Raises `NameInvalidError`, `FieldNameTakenError`, `TextInvalidError` or `LimitReachedError`.
    ///
    /// >>> registry = serialref.Registry()
    /// >>> tags = registry.create_group("Service tags", kind="continuous")
    /// >>> tag = tags.create()
    /// >>> tags.add_field("Colour", "red")
    /// >>> registry.attributes(tag)
    /// {'Colour': 'red'}
    #[pyo3(signature = (name, default=None, *, is_public=false))]
    fn add_field(&self, py: Python<'_>, name: Text, default: Option<Text>, is_public: bool) -> PyResult<()> {
        let id = self.id();
        let field = NewField::new(name.0).default(default.map(|text| text.0).unwrap_or_default());
        let field = if is_public { field.public() } else { field };
        self.access.call(py, move |registry| registry.add_field(id, field).map(drop))
    }

    /// Gives a field another name; the values stay.
    ///
    /// Raises `NameInvalidError`, `FieldNotFoundError` or `FieldNameTakenError`.
    fn rename_field(&self, py: Python<'_>, field: Text, name: Text) -> PyResult<()> {
        let id = self.id();
        self.access.call(py, move |registry| registry.rename_field(id, &field.0, name.0).map(drop))
    }

    /// Takes a field out of use: it shows and takes no values any more, and its name is free for another.
    ///
    /// Raises `FieldNotFoundError`.
    fn retire_field(&self, py: Python<'_>, field: Text) -> PyResult<()> {
        let id = self.id();
        self.access.call(py, move |registry| registry.retire_field(id, &field.0).map(drop))
    }
}
