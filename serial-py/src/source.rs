//! Where listings read: a page at a time, by cursor or by number. What a listing is for people is written in Python.

use pyo3::{
    prelude::*,
    types::{PyList, PyTuple},
};
use serialref::{Filter, GroupFilter, GroupId, NumberedPage, Numbering, Page, Paging, Reference};

use crate::{
    access::Access,
    batch::PyBatch,
    convert::{Text, Whole},
    errors,
    group::PyGroup,
    records,
};

/// How many references are read at a time where all of them are wanted.
pub(crate) const READ_AHEAD: u32 = 4096;

/// Rows and the cursor behind them.
type Read<'py> = (Bound<'py, PyList>, Option<String>);

/// Rows and how many there are in all.
type Numbered<'py> = (Bound<'py, PyTuple>, u64);

/// References that match a filter.
#[pyclass(frozen, module = "serialref._serialref")]
pub(crate) struct ReferenceSource {
    pub(crate) access: Access,
    pub(crate) filter: Filter,
    /// The group that the filter is within.
    pub(crate) group: Option<GroupId>,
}

#[pymethods]
impl ReferenceSource {
    fn read<'py>(&self, py: Python<'py>, cursor: Option<Text>, size: Whole, newest_first: bool) -> PyResult<Read<'py>> {
        let (filter, paging) = (self.filter.clone(), paging(py, cursor, size, newest_first)?);
        let page = self.access.call(py, move |registry| registry.references(&filter, &paging))?;
        read(py, page, |reference| Ok(records::reference(py, reference)?.into_any()))
    }

    fn numbered<'py>(
        &self,
        py: Python<'py>,
        number: Whole,
        size: Whole,
        newest_first: bool,
    ) -> PyResult<Numbered<'py>> {
        let (filter, numbering) = (self.filter.clone(), numbering(number, size, newest_first));
        let page = self.access.call(py, move |registry| registry.numbered_references(&filter, &numbering))?;
        numbered(py, page, |reference| Ok(records::reference(py, reference)?.into_any()))
    }

    fn count(&self, py: Python<'_>) -> PyResult<u64> {
        let filter = self.filter.clone();
        self.access.call(py, move |registry| registry.count(&filter))
    }

    /// The codes of all, as a list of `str`.
    fn codes<'py>(&self, py: Python<'py>, newest_first: bool) -> PyResult<Bound<'py, PyList>> {
        let codes = PyList::empty(py);
        self.each_page(py, newest_first, |page| {
            page.into_iter().try_for_each(|reference| codes.append(reference.code.as_str()))
        })?;
        Ok(codes)
    }
}

impl ReferenceSource {
    /// Reads everything, and lets signals be answered after every page.
    pub(crate) fn each_page(
        &self,
        py: Python<'_>,
        newest_first: bool,
        mut use_page: impl FnMut(Vec<Reference>) -> PyResult<()>,
    ) -> PyResult<()> {
        let mut next = Some(directed(Paging::of(READ_AHEAD), newest_first));
        while let Some(paging) = next {
            let filter = self.filter.clone();
            let page = self.access.call(py, move |registry| registry.references(&filter, &paging))?;
            next = page.next.map(|cursor| paging.after(cursor));
            use_page(page.items)?;
            py.check_signals()?;
        }
        Ok(())
    }
}

/// Batches of a group, or groups.
#[pyclass(frozen, module = "serialref._serialref")]
pub(crate) struct Source {
    pub(crate) access: Access,
    pub(crate) what: What,
}

/// What a source lists.
#[derive(Clone)]
pub(crate) enum What {
    Batches(GroupId),
    Groups(GroupFilter),
}

#[pymethods]
impl Source {
    fn read<'py>(&self, py: Python<'py>, cursor: Option<Text>, size: Whole, newest_first: bool) -> PyResult<Read<'py>> {
        let paging = paging(py, cursor, size, newest_first)?;
        match self.what.clone() {
            What::Batches(group) => {
                let page = self.access.call(py, move |registry| registry.batches(group, &paging))?;
                read(py, page, |batch| PyBatch::shown(py, &self.access, batch))
            }
            What::Groups(filter) => {
                let page = self.access.call(py, move |registry| registry.groups(&filter, &paging))?;
                read(py, page, |group| PyGroup::shown(py, &self.access, group))
            }
        }
    }

    fn numbered<'py>(
        &self,
        py: Python<'py>,
        number: Whole,
        size: Whole,
        newest_first: bool,
    ) -> PyResult<Numbered<'py>> {
        let numbering = numbering(number, size, newest_first);
        match self.what.clone() {
            What::Batches(group) => {
                let page = self.access.call(py, move |registry| registry.numbered_batches(group, &numbering))?;
                numbered(py, page, |batch| PyBatch::shown(py, &self.access, batch))
            }
            What::Groups(filter) => {
                let page = self.access.call(py, move |registry| registry.numbered_groups(&filter, &numbering))?;
                numbered(py, page, |group| PyGroup::shown(py, &self.access, group))
            }
        }
    }

    fn count(&self, py: Python<'_>) -> PyResult<u64> {
        let what = self.what.clone();
        let one = Numbering::page(1).of(1);
        self.access.call(py, move |registry| match &what {
            What::Batches(group) => Ok(registry.numbered_batches(*group, &one)?.total),
            What::Groups(filter) => Ok(registry.numbered_groups(filter, &one)?.total),
        })
    }
}

fn directed(paging: Paging, newest_first: bool) -> Paging {
    if newest_first { paging.newest_first() } else { paging }
}

fn paging(py: Python<'_>, cursor: Option<Text>, size: Whole, newest_first: bool) -> PyResult<Paging> {
    let paging = directed(Paging::of(size.as_u32()), newest_first);
    match cursor {
        Some(cursor) => {
            let cursor = cursor.0.parse().map_err(|error| errors::raised(py, error))?;
            Ok(paging.after(cursor))
        }
        None => Ok(paging),
    }
}

fn numbering(number: Whole, size: Whole, newest_first: bool) -> Numbering {
    let numbering = Numbering::page(number.0).of(size.as_u32());
    if newest_first { numbering.newest_first() } else { numbering }
}

fn read<'py, T>(
    py: Python<'py>,
    page: Page<T>,
    shown: impl Fn(T) -> PyResult<Bound<'py, PyAny>>,
) -> PyResult<Read<'py>> {
    let items = page.items.into_iter().map(shown).collect::<PyResult<Vec<_>>>()?;
    Ok((PyList::new(py, items)?, page.next.map(|cursor| cursor.to_string())))
}

fn numbered<'py, T>(
    py: Python<'py>,
    page: NumberedPage<T>,
    shown: impl Fn(T) -> PyResult<Bound<'py, PyAny>>,
) -> PyResult<Numbered<'py>> {
    let items = page.items.into_iter().map(shown).collect::<PyResult<Vec<_>>>()?;
    Ok((PyTuple::new(py, items)?, page.total))
}
