//! What methods of a store return, as answers.

use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    intern,
    prelude::*,
    types::PyMapping,
};
use serialref::{
    Appended, BatchId, Changed, ClaimId, ClaimRecord, Claimed, Codes, Deleted, Details, Digest, FieldId, GroupId,
    Inventory, Outcome, Reference, Refusal, Repeated, RequestRecord, RowId, Slice, Unfit,
};

use crate::{
    convert::{self, Text, checked},
    records::PyReference,
    stores::records::{self, Reader},
};

/// What is there, unless it is `None`.
pub(super) fn some<'py>(returned: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
    if returned.is_none() { None } else { Some(returned.clone()) }
}

pub(super) fn number(returned: &Bound<'_, PyAny>) -> PyResult<u64> {
    returned.extract()
}

pub(super) fn reference(returned: &Bound<'_, PyAny>) -> PyResult<Reference> {
    Ok(returned.cast::<PyReference>()?.get().0.clone())
}

pub(super) fn references(returned: &Bound<'_, PyAny>) -> PyResult<Vec<Reference>> {
    returned.try_iter()?.map(|each| reference(&each?)).collect()
}

pub(super) fn slice<T>(
    returned: &Bound<'_, PyAny>,
    item: impl Fn(&Bound<'_, PyAny>) -> PyResult<T>,
) -> PyResult<Slice<T>> {
    let reader = Reader(checked(returned, intern!(returned.py(), "Slice"))?);
    Ok(Slice {
        items: reader.part("items")?.try_iter()?.map(|each| item(&each?)).collect::<PyResult<_>>()?,
        more: reader.part("more")?.extract()?,
        total: reader.some_number("total")?,
    })
}

/// Why a plan was refused, where it was.
pub(super) fn refusal(returned: &Bound<'_, PyAny>) -> PyResult<Option<Refusal>> {
    let py = returned.py();
    if !returned.is_instance(&convert::class(py, intern!(py, "Refusal"))?)? {
        return Ok(None);
    }
    let reader = Reader(returned);
    let number = |name| reader.number(name);
    let group = || Ok::<_, PyErr>(GroupId(reader.number("group_id")?));
    let name = returned.get_type().name()?;
    Ok(Some(match name.to_cow()?.as_ref() {
        "NoSuchGroup" => Refusal::NoSuchGroup { group: group()? },
        "NoSuchBatch" => Refusal::NoSuchBatch { group: group()?, batch: BatchId(number("batch_id")?) },
        "NoSuchClaim" => Refusal::NoSuchClaim { group: group()?, claim: ClaimId(number("claim_id")?) },
        "NameTaken" => Refusal::NameTaken { group: group()? },
        "TooManyGroups" => Refusal::TooManyGroups { present: number("present")? },
        "RequestMismatch" => Refusal::RequestMismatch,
        "GroupChanged" => Refusal::GroupChanged { group: Box::new(records::parsed_group(&reader.part("group")?)?) },
        "LiveLimit" => Refusal::LiveLimit { present: number("present")? },
        "IndexMoved" => Refusal::IndexMoved { next: number("next")? },
        "CodesTaken" => Refusal::CodesTaken { positions: reader.part("positions")?.extract()? },
        "TooFewAvailable" => Refusal::TooFewAvailable { available: number("available")? },
        "Unfit" => {
            let references = reader.part("references")?;
            let references = references.try_iter()?.map(|each| unfit(&each?)).collect::<PyResult<_>>()?;
            Refusal::Unfit { references }
        }
        other => return Err(PyTypeError::new_err(format!("{other} is no refusal"))),
    }))
}

/// A group, a row, and the state it is in.
fn unfit(object: &Bound<'_, PyAny>) -> PyResult<Unfit> {
    let (group, row, state) = object.extract::<(u64, u64, Option<Text>)>()?;
    let state = state.map(|state| convert::parsed_state(object.py(), &state)).transpose()?;
    Ok(Unfit { group: GroupId(group), row: RowId(row), state })
}

pub(super) fn appended(returned: &Bound<'_, PyAny>) -> PyResult<Appended> {
    let py = returned.py();
    if returned.is_instance(&convert::class(py, intern!(py, "Repeated"))?)? {
        return repeated(returned).map(Appended::Repeated);
    }
    let reader = Reader(checked(returned, intern!(py, "Appended"))?);
    Ok(Appended::New {
        first_row: RowId(reader.number("first_row")?),
        batch: reader.some_number("batch_id")?.map(BatchId),
        available: reader.number("available")?,
    })
}

fn repeated(returned: &Bound<'_, PyAny>) -> PyResult<Repeated> {
    let reader = Reader(returned);
    let batch = match reader.some_number("batch_id")? {
        Some(id) => Some((BatchId(id), reader.name("batch_name")?)),
        None => None,
    };
    Ok(Repeated {
        group: GroupId(reader.number("group_id")?),
        first_row: RowId(reader.number("first_row")?),
        batch,
        codes: packed(&reader.part("codes")?)?,
        created_at: reader.moment("created_at")?,
    })
}

/// Codes of one width.
fn packed(object: &Bound<'_, PyAny>) -> PyResult<Codes> {
    let (mut packed, mut width) = (String::new(), 0);
    for code in object.try_iter()? {
        let code = code?.extract::<Text>()?.0;
        if width == 0 {
            width = code.len();
        }
        if code.len() != width {
            return Err(PyValueError::new_err("the codes have different lengths"));
        }
        packed.push_str(&code);
    }
    Codes::from_packed(packed, width).ok_or_else(|| PyValueError::new_err("there are no codes, or they are not ASCII"))
}

pub(super) fn claim_record(returned: &Bound<'_, PyAny>) -> PyResult<ClaimRecord> {
    let reader = Reader(checked(returned, intern!(returned.py(), "ClaimRecord"))?);
    Ok(ClaimRecord {
        group: GroupId(reader.number("group_id")?),
        id: ClaimId(reader.number("id")?),
        holder: reader.name("holder")?,
        claimed_at: reader.moment("claimed_at")?,
        expires_at: reader.some("expires_at", |moment| Ok(moment.extract::<convert::Moment>()?.0))?,
        references: references(&reader.part("references")?)?,
    })
}

pub(super) fn claimed(returned: &Bound<'_, PyAny>) -> PyResult<Claimed> {
    let reader = Reader(checked(returned, intern!(returned.py(), "Claimed"))?);
    let claim = claim_record(&reader.part("claim")?)?;
    Ok(match reader.some_number("available")? {
        Some(available) => Claimed::New { claim, available },
        None => Claimed::Repeated(claim),
    })
}

pub(super) fn changed(returned: &Bound<'_, PyAny>) -> PyResult<Changed> {
    let reader = Reader(checked(returned, intern!(returned.py(), "Changed"))?);
    Ok(Changed { changed: reader.number("changed")?, left: reader.number("left")? })
}

pub(super) fn deleted(returned: &Bound<'_, PyAny>) -> PyResult<Deleted> {
    let reader = Reader(checked(returned, intern!(returned.py(), "Deleted"))?);
    Ok(Deleted { deleted: reader.number("deleted")?, already_gone: reader.number("already_gone")? })
}

pub(super) fn request_record(returned: &Bound<'_, PyAny>) -> PyResult<RequestRecord> {
    let py = returned.py();
    let reader = Reader(checked(returned, intern!(py, "RequestRecord"))?);
    let outcome = reader.part("outcome")?;
    let is = |name| outcome.is_instance(&convert::class(py, name)?);
    let outcome = if is(intern!(py, "Repeated"))? {
        Outcome::Appended(repeated(&outcome)?)
    } else if is(intern!(py, "ClaimRecord"))? {
        Outcome::Claimed(claim_record(&outcome)?)
    } else {
        Outcome::Changed(changed(&outcome)?)
    };
    Ok(RequestRecord { digest: Digest(reader.number("digest")?), outcome })
}

pub(super) fn inventory(returned: &Bound<'_, PyAny>) -> PyResult<Inventory> {
    let reader = Reader(checked(returned, intern!(returned.py(), "Inventory"))?);
    Ok(Inventory { counts: records::parsed_counts(&reader.part("counts")?)?, next: reader.some("next", reference)? })
}

pub(super) fn details(returned: &Bound<'_, PyAny>) -> PyResult<Vec<Details>> {
    let one = |object: &Bound<'_, PyAny>| {
        let reader = Reader(checked(object, intern!(object.py(), "Details"))?);
        let values = reader.part("values")?.cast::<PyMapping>()?.items()?;
        let values = values.iter().map(|item| {
            let (field, value) = item.extract::<(u64, Text)>()?;
            Ok((FieldId(field), value.0))
        });
        let mut values = values.collect::<PyResult<Vec<_>>>()?;
        values.sort_unstable_by_key(|(field, _)| *field);
        Ok(Details {
            row: RowId(reader.number("row")?),
            values,
            warranty: reader.some("warranty_policy", records::policy)?,
        })
    };
    returned.try_iter()?.map(|each| one(&each?)).collect()
}
