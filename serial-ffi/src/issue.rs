//! Issuing references.

use std::ffi::c_char;

use serialref::{Error, GroupId, IssuedBatch, IssuedReference, NewBatch, NewReference, RequestId, StoreError};

use crate::{
    codes::{KeptCodes, serialref_codes},
    handle,
    memory::{self, Buffer, Growing, Out, OutRecord},
    records::{serialref_issued, serialref_reference},
    registry::{Session, serialref_registry},
    status::serialref_status,
    text::serialref_text,
    trouble::{Trouble, call},
};

/// The id of one request, which makes it safe to repeat: the same id gives what was given the first time, and nothing
/// is added. Random bytes, a UUID, or made of an order number with serialref_request_id_of_text(). All zeros are no id.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_request_id {
    /// The 16 bytes, in the order in which a UUID is written.
    pub bytes: [u8; 16],
}

/// A value that references get of a field.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_value {
    /// The name of the field.
    pub field: serialref_text,
    /// The value.
    pub value: serialref_text,
}

/// What is special about a reference or batch to be issued. A member that is 0 or empty says nothing.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_issue_options {
    /// sizeof(serialref_issue_options), to be set by the caller.
    pub struct_size: usize,
    /// The id of the request; all zeros for none.
    pub request_id: serialref_request_id,
    /// The name of the batch, 1 to 200 characters; the default is the date and time. Single references have none.
    pub name: serialref_text,
    /// The values that all of its references get, or NULL.
    pub values: *const serialref_value,
    /// How many values.
    pub values_count: usize,
}

// SAFETY: repr(C), the size comes first, and numbers and pointers may have any bytes.
unsafe impl Growing for serialref_issue_options {
    const LEAST: usize = size_of::<Self>();
}

impl serialref_request_id {
    /// The id, unless it is none.
    pub(crate) fn given(self) -> Option<RequestId> {
        let number = u128::from_be_bytes(self.bytes);
        (number != 0).then_some(RequestId(number))
    }
}

impl From<RequestId> for serialref_request_id {
    fn from(id: RequestId) -> Self {
        Self { bytes: id.0.to_be_bytes() }
    }
}

/// Reads values of fields.
///
/// # Safety
/// `values` is NULL or points to so many values, whose texts are texts.
pub(crate) unsafe fn values<'a>(
    values: *const serialref_value,
    count: usize,
) -> Result<Vec<(&'a str, &'a str)>, Trouble> {
    // SAFETY: the caller promises the list.
    let values = unsafe { memory::list(values, count, "values") }?;
    // SAFETY: the caller promises texts.
    let pair = |pair: &serialref_value| unsafe { Ok((pair.field.read("field")?, pair.value.read("value")?)) };
    values.iter().map(pair).collect()
}

/// Reads a request id as a UUID is written: 32 hexadecimal digits, with hyphens or without.
///
/// @param text  The text.
/// @param id    Where to write the id.
/// @return SERIALREF_STATUS_OK; _REQUEST_ID_INVALID, also for zeros; _NULL_ARGUMENT, _SIZE_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_request_id_parse(
    text: serialref_text,
    id: *mut serialref_request_id,
) -> serialref_status {
    call(|| {
        // SAFETY: the caller passes NULL or memory for an id.
        let out = unsafe { Out::new(id, "id") }?;
        // SAFETY: the caller passes a text.
        let id = unsafe { text.read("text") }?.parse::<RequestId>()?;
        // Zeros say that there is none.
        out.write((id != RequestId(0)).then_some(id).ok_or(Error::RequestIdInvalid)?.into());
        Ok(())
    })
}

/// The id of a request that is known by a text, such as an order number: the same for the same text, in every version
/// and language. Do not use it for texts that somebody hostile can choose.
///
/// @param text  The text, for example "Order 4711, batch 1".
/// @param id    Where to write the id.
/// @return SERIALREF_STATUS_OK; _NULL_ARGUMENT, _SIZE_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_request_id_of_text(
    text: serialref_text,
    id: *mut serialref_request_id,
) -> serialref_status {
    call(|| {
        // SAFETY: the caller passes NULL or memory for an id.
        let out = unsafe { Out::new(id, "id") }?;
        // SAFETY: the caller passes a text.
        out.write(RequestId::of_text(unsafe { text.read("text") }?).into());
        Ok(())
    })
}

/// Issues one reference of a Continuous group.
///
/// When the call returns SERIALREF_STATUS_OK, the reference is kept as durably as the store keeps anything.
///
/// @param registry   The registry.
/// @param group      The number of the group.
/// @param reference  Where to write it; set its `struct_size` before.
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND, _WRONG_KIND, _LIMIT_REACHED or _SPACE_EXHAUSTED;
///         _ENTROPY_UNAVAILABLE; a status of the store; _OUTCOME_UNKNOWN, after which the error's `subject` is the
///         request id to repeat the call with, where there is one, through serialref_create_reference_with();
///         _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED or _SIZE_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_create_reference(
    registry: *const serialref_registry,
    group: u64,
    reference: *mut serialref_reference,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        let out = unsafe { OutRecord::new(reference, "reference") }?;
        let issued = session.registry.create_reference(GroupId(group))?;
        out.write(&serialref_reference::of(&issued)?);
        Ok(())
    })
}

/// Issues one reference of a Continuous group, as serialref_create_reference(), with a request id or attributes.
///
/// @param registry   The registry.
/// @param group      The number of the group.
/// @param options    The request id and attributes, or NULL; a name must not be given.
/// @param reference  Where to write it; set its `struct_size` before.
/// @param issued     Where to write whether the call was repeated and what is in stock, or NULL; set its `struct_size`
///                   before.
/// @return As serialref_create_reference(), and _REQUEST_MISMATCH where the request id was used for another request;
///         _FIELD_NOT_FOUND, _TEXT_INVALID; _NOT_UTF8 or _OPTION_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_create_reference_with(
    registry: *const serialref_registry,
    group: u64,
    options: *const serialref_issue_options,
    reference: *mut serialref_reference,
    issued: *mut serialref_issued,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or structs of the size that they say.
        let (out, summary) =
            unsafe { (OutRecord::new(reference, "reference")?, OutRecord::optional(issued, "issued")?) };
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        let options = unsafe { memory::read_or_default(options, "options") }?;
        // SAFETY: the caller passes texts.
        if unsafe { options.name.read_given("name") }?.is_some() {
            return Err(Trouble::option("a single reference has no name; leave it out"));
        }
        let mut new = NewReference::new();
        if let Some(request) = options.request_id.given() {
            new = new.request_id(request);
        }
        // SAFETY: the caller passes NULL or so many values.
        for (field, value) in unsafe { values(options.values, options.values_count) }? {
            new = new.attribute(field, value);
        }
        let IssuedReference { reference, repeated, stock, .. } =
            session.registry.create_reference_with(GroupId(group), &new)?;
        out.write(&serialref_reference::of(&reference)?);
        if let Some(out) = summary {
            let summary = serialref_issued::of(reference.group.0, reference.created_at, repeated, stock);
            out.write(&serialref_issued { first_row: reference.row.0, count: 1, ..summary });
        }
        Ok(())
    })
}

/// # Safety
/// The texts are texts, and the pointers are NULL or as the members say.
unsafe fn new_batch(count: u64, options: *const serialref_issue_options) -> Result<NewBatch, Trouble> {
    // SAFETY: the caller promises the struct.
    let options = unsafe { memory::read_or_default(options, "options") }?;
    let mut new = NewBatch::of(count);
    // SAFETY: the caller promises texts.
    if let Some(name) = unsafe { options.name.read_given("name") }? {
        new = new.name(name);
    }
    if let Some(request) = options.request_id.given() {
        new = new.request_id(request);
    }
    // SAFETY: the caller promises the values.
    for (field, value) in unsafe { values(options.values, options.values_count) }? {
        new = new.attribute(field, value);
    }
    Ok(new)
}

fn summary(batch: &IssuedBatch) -> serialref_issued {
    let summary = serialref_issued::of(batch.group.0, batch.created_at, batch.repeated, batch.stock);
    serialref_issued { batch: batch.id.0, first_row: batch.first_row.0, count: batch.codes.len() as u64, ..summary }
}

/// Issues a batch of a Batch group: all of it or nothing.
///
/// @param registry  The registry.
/// @param group     The number of the group.
/// @param count     How many references: 1 to the limit, which is 500 unless it was changed.
/// @param options   The name, request id and attributes, or NULL.
/// @param codes     Where to write the handle of the codes. Free it with serialref_codes_free().
/// @param issued    Where to write the number of the batch and the rest, or NULL; set its `struct_size` before.
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND, _WRONG_KIND, _COUNT_INVALID, _LIMIT_REACHED or _SPACE_EXHAUSTED;
///         _NAME_INVALID, _REQUEST_MISMATCH, _FIELD_NOT_FOUND or _TEXT_INVALID; _ENTROPY_UNAVAILABLE; a status of the
///         store; _OUTCOME_UNKNOWN, after which the error's `subject` is the request id to repeat the call with, where
///         there is one; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _NOT_UTF8 or _TOO_MANY_HANDLES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_create_batch(
    registry: *const serialref_registry,
    group: u64,
    count: u64,
    options: *const serialref_issue_options,
    codes: *mut *mut serialref_codes,
    issued: *mut serialref_issued,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a handle and a struct of the size that it says.
        let (out, about) = unsafe { (Out::new(codes, "codes")?, OutRecord::optional(issued, "issued")?) };
        // SAFETY: the caller passes NULL or a struct of the size that it says, whose members are as they say.
        let new = unsafe { new_batch(count, options) }?;
        let place = handle::place()?;
        let batch = session.registry.create_batch(GroupId(group), new)?;
        out.write(place.fill(KeptCodes::new(&batch.codes))?);
        if let Some(out) = about {
            out.write(&summary(&batch));
        }
        Ok(())
    })
}

/// Issues a batch of a Batch group into the caller's buffer: all of it or nothing, and nothing where the buffer is too
/// small.
///
/// Codes come as rows of equal size, one after the other: the code and a NUL, so that each is a string of C. A row has
/// width + 1 bytes, where width is that of the group's format.
///
/// @param registry  The registry.
/// @param group     The number of the group.
/// @param count     How many references: 1 to the limit, which is 500 unless it was changed.
/// @param options   The name, request id and attributes, or NULL.
/// @param buffer    The buffer; NULL, with a capacity of 0, to ask for the size.
/// @param capacity  How many bytes it has.
/// @param needed    Where to write how many bytes are needed, or NULL. It is written also where the buffer is too
///                  small.
/// @param issued    Where to write the number of the batch and the rest, or NULL; set its `struct_size` before.
/// @return SERIALREF_STATUS_OK; _BUFFER_TOO_SMALL where nothing was issued; otherwise as serialref_create_batch().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_create_batch_into(
    registry: *const serialref_registry,
    group: u64,
    count: u64,
    options: *const serialref_issue_options,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
    issued: *mut serialref_issued,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or so many bytes, NULL or memory for a number, and NULL or a struct of the
        // size that it says.
        let (mut buffer, about) =
            unsafe { (Buffer::new(buffer.cast(), capacity, needed)?, OutRecord::optional(issued, "issued")?) };
        // SAFETY: the caller passes NULL or a struct of the size that it says, whose members are as they say.
        let new = unsafe { new_batch(count, options) }?;
        let row = session.registry.format_of(GroupId(group))?.width() + 1;
        let size = usize::try_from(count).ok().and_then(|count| count.checked_mul(row));
        buffer.ask(size.ok_or_else(|| Trouble::size("the batch"))?)?;
        let batch = session.registry.create_batch(GroupId(group), new)?;
        if batch.codes.width() + 1 != row || batch.codes.len() as u64 != count {
            // There is no room for others than those that were asked for.
            let message = "the store gave codes of another width than the format of the group makes, or another number";
            return Err(Error::from(StoreError::contract(message)).into());
        }
        buffer.fill(batch.codes.iter());
        if let Some(out) = about {
            out.write(&summary(&batch));
        }
        Ok(())
    })
}
