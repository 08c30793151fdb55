//! Limits as Python writes them.

use pyo3::{intern, prelude::*};
use serialref::{GroupLimits, Limit, Limits};

use crate::convert::{self, Threshold, checked};

pub(crate) fn of_registry(py: Python<'_>, limits: Limits) -> PyResult<Bound<'_, PyAny>> {
    convert::class(py, intern!(py, "Limits"))?.call1((
        convert::limit(py, limits.max_live)?,
        convert::limit(py, limits.max_batch)?,
        limits.min_search_term,
        convert::limit(py, limits.max_groups)?,
        convert::limit(py, limits.max_fields)?,
        convert::limit(py, limits.max_value)?,
    ))
}

pub(crate) fn parsed_of_registry(object: &Bound<'_, PyAny>) -> PyResult<Limits> {
    let py = object.py();
    let object = checked(object, intern!(py, "Limits"))?;
    let limit = |name| convert::parsed_limit(&object.getattr(name)?);
    Ok(Limits {
        max_live: limit(intern!(py, "max_live"))?,
        max_batch: limit(intern!(py, "max_batch"))?,
        min_search_term: object.getattr(intern!(py, "min_search_term"))?.extract::<Threshold>()?.as_u32(),
        max_groups: limit(intern!(py, "max_groups"))?,
        max_fields: limit(intern!(py, "max_fields"))?,
        max_value: limit(intern!(py, "max_value"))?,
    })
}

pub(crate) fn of_group(py: Python<'_>, limits: GroupLimits) -> PyResult<Bound<'_, PyAny>> {
    let limit = |limit: Option<Limit>| limit.map(|limit| convert::limit(py, limit)).transpose();
    convert::class(py, intern!(py, "GroupLimits"))?.call1((
        limit(limits.max_live)?,
        limit(limits.max_batch)?,
        limits.min_search_term,
        limit(limits.max_fields)?,
        limit(limits.max_value)?,
    ))
}

pub(crate) fn parsed_of_group(object: &Bound<'_, PyAny>) -> PyResult<GroupLimits> {
    let py = object.py();
    let object = checked(object, intern!(py, "GroupLimits"))?;
    let part = |name| {
        let part = object.getattr(name)?;
        Ok::<_, PyErr>(if part.is_none() { None } else { Some(part) })
    };
    let limit = |name| part(name)?.map(|limit| convert::parsed_limit(&limit)).transpose();
    let term = part(intern!(py, "min_search_term"))?;
    Ok(GroupLimits {
        max_live: limit(intern!(py, "max_live"))?,
        max_batch: limit(intern!(py, "max_batch"))?,
        min_search_term: term.map(|min| min.extract::<Threshold>()).transpose()?.map(Threshold::as_u32),
        max_fields: limit(intern!(py, "max_fields"))?,
        max_value: limit(intern!(py, "max_value"))?,
    })
}
