//! What becomes of references: states, attributes, warranty, history.

use std::ffi::c_char;

use serialref::{ClaimId, EventId, GroupId, Timestamp, Transition, WarrantyPolicy, Within};

use crate::{
    constants, handle,
    issue::{serialref_request_id, serialref_value, values},
    list::{List, Records, serialref_list},
    memory::{self, Buffer, Growing, Out, OutRecord},
    query::{self, serialref_selection},
    records::{serialref_attribute, serialref_event, serialref_reference, serialref_warranty},
    registry::{Session, serialref_registry},
    status::serialref_status,
    text::serialref_text,
    trouble::{Trouble, call},
};

/// To which state references are to come.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_transition_options {
    /// sizeof(serialref_transition_options), to be set by the caller.
    pub struct_size: usize,
    /// One of the constants of serialref_state. It must be given.
    pub state: i32,
    /// 1 to use decommissioned references again, which is never done otherwise; the state must be
    /// SERIALREF_STATE_COMMISSIONED then.
    pub again: i32,
    /// Only if this claim still holds all of them, or 0.
    pub held_by: u64,
    /// The id of the request; all zeros for none.
    pub request_id: serialref_request_id,
}

/// How many references there are.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_inventory {
    /// sizeof(serialref_inventory), to be set by the caller.
    pub struct_size: usize,
    /// How many live references are in each state, by the constants of serialref_state; the first is not used.
    pub in_state: [u64; 9],
    /// 1 if `next` is there, otherwise 0.
    pub has_next: i32,
    /// Always 0.
    pub reserved: i32,
    /// The available reference that a claim would get first, in a group or batch.
    pub next: serialref_reference,
}

// SAFETY: repr(C), the size comes first, and numbers and pointers may have any bytes.
unsafe impl Growing for serialref_transition_options {
    const LEAST: usize = size_of::<Self>();
}
// SAFETY: as above.
unsafe impl Growing for serialref_inventory {
    const LEAST: usize = size_of::<Self>();
}

/// Brings references to another state: all of the selection, or none.
///
/// Some states need a reason, which serialref_acting() gives: void, decommissioned and destroyed.
///
/// @param registry    The registry.
/// @param selection   Which references.
/// @param transition  To which state.
/// @param changed     Where to write how many were changed, or NULL.
/// @return SERIALREF_STATUS_OK; _TRANSITION_REFUSED, with every reference that cannot change as a detail of the error:
///         for one that was used before, when and by whom; _REASON_REQUIRED, _REQUEST_MISMATCH, _LIMIT_REACHED or what
///         a filter can be refused with; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED,
///         _SIZE_INVALID, _ENUM_INVALID, _NOT_UTF8 or _OPTION_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_transition(
    registry: *const serialref_registry,
    selection: *const serialref_selection,
    transition: *const serialref_transition_options,
    changed: *mut u64,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a number.
        let out = unsafe { Out::optional(changed, "changed") }?;
        // SAFETY: the caller passes NULL or structs of the size that they say, whose members are as they say.
        let (selection, given) = unsafe { (query::selection(selection)?, memory::read(transition, "transition")?) };
        let state = constants::state(given.state)?;
        let mut transition = match (constants::truth("again", given.again)?, state) {
            (false, state) => Transition::to(state),
            (true, serialref::State::Commissioned) => Transition::recommission(),
            _ => return Err(Trouble::option("only commissioning uses a reference again; leave again 0")),
        };
        if given.held_by != 0 {
            transition = transition.held_by(ClaimId(given.held_by));
        }
        if let Some(request) = given.request_id.given() {
            transition = transition.request_id(request);
        }
        let count = session.registry.transition(&selection, transition)?;
        if let Some(out) = out {
            out.write(count);
        }
        Ok(())
    })
}

/// The attributes of a reference: a value of every field of its group that is in use.
///
/// @param registry    The registry.
/// @param code        The code, as serialref_lookup() takes it.
/// @param attributes  Where to write a list of attributes. Free it with serialref_list_free().
/// @return SERIALREF_STATUS_OK; _REFERENCE_NOT_FOUND or _AMBIGUOUS; a status of the store; _HANDLE_INVALID,
///         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _NOT_UTF8 or _TOO_MANY_HANDLES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_get_attributes(
    registry: *const serialref_registry,
    code: serialref_text,
    attributes: *mut *mut serialref_list,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a handle.
        let out = unsafe { Out::new(attributes, "attributes") }?;
        // SAFETY: the caller passes a text.
        let found = session.registry.attributes(unsafe { code.read("code") }?)?;
        out.write(handle::give(List::of(&found, serialref_attribute::of, Records::Attributes))?);
        Ok(())
    })
}

/// Gives references of one group values: all of the selection, or none.
///
/// @param registry      The registry.
/// @param selection     Which references; all of one group.
/// @param new_values    The values.
/// @param values_count  How many values.
/// @param changed       Where to write how many references changed, or NULL.
/// @return SERIALREF_STATUS_OK; _FIELD_NOT_FOUND, _GROUP_REQUIRED, _TEXT_INVALID, _LIMIT_REACHED, _SELECTION_INVALID or
///         what a filter can be refused with; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED,
///         _SIZE_INVALID, _ENUM_INVALID, _NOT_UTF8 or _OPTION_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_set_attributes(
    registry: *const serialref_registry,
    selection: *const serialref_selection,
    new_values: *const serialref_value,
    values_count: usize,
    changed: *mut u64,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a number.
        let out = unsafe { Out::optional(changed, "changed") }?;
        // SAFETY: the caller passes NULL or a struct of the size that it says, whose members are as they say, and NULL
        // or so many values.
        let (selection, new) = unsafe { (query::selection(selection)?, values(new_values, values_count)?) };
        let count = session.registry.set_attributes(&selection, &new)?;
        if let Some(out) = out {
            out.write(count);
        }
        Ok(())
    })
}

/// Gives references of one group the default values of fields again: all of the selection, or none.
///
/// @param registry      The registry.
/// @param selection     Which references; all of one group.
/// @param fields        The names of the fields.
/// @param fields_count  How many fields.
/// @param changed       Where to write how many references changed, or NULL.
/// @return As serialref_set_attributes().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_reset_attributes(
    registry: *const serialref_registry,
    selection: *const serialref_selection,
    fields: *const serialref_text,
    fields_count: usize,
    changed: *mut u64,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a number.
        let out = unsafe { Out::optional(changed, "changed") }?;
        // SAFETY: the caller passes NULL or a struct of the size that it says, whose members are as they say, and NULL
        // or so many texts.
        let (selection, fields) =
            unsafe { (query::selection(selection)?, memory::list(fields, fields_count, "fields")?) };
        // SAFETY: the caller passes texts.
        let fields = fields.iter().map(|field| unsafe { field.read("field") }).collect::<Result<Vec<_>, _>>()?;
        let count = session.registry.reset_attributes(&selection, &fields)?;
        if let Some(out) = out {
            out.write(count);
        }
        Ok(())
    })
}

/// How far the warranty of a product is.
///
/// @param registry  The registry.
/// @param code      The code, as serialref_lookup() takes it.
/// @param at        At which moment, in microseconds since 1970-01-01 00:00 UTC.
/// @param warranty  Where to write it; set its `struct_size` before.
/// @return SERIALREF_STATUS_OK; _REFERENCE_NOT_FOUND or _AMBIGUOUS; a status of the store; _HANDLE_INVALID,
///         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_get_warranty(
    registry: *const serialref_registry,
    code: serialref_text,
    at: i64,
    warranty: *mut serialref_warranty,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        let out = unsafe { OutRecord::new(warranty, "warranty") }?;
        // SAFETY: the caller passes a text.
        let found = session.registry.warranty(unsafe { code.read("code") }?, Timestamp::from_micros(at))?;
        out.write(&found.into());
        Ok(())
    })
}

/// Gives references a warranty of their own: all of the selection, or none.
///
/// @param registry   The registry.
/// @param selection  Which references.
/// @param warranty   In the words of serialref_set_group_warranty(); empty for that of the group.
/// @param changed    Where to write how many references changed, or NULL.
/// @return SERIALREF_STATUS_OK; _WARRANTY_INVALID, _SELECTION_INVALID, _LIMIT_REACHED or what a filter can be refused
///         with; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _ENUM_INVALID,
///         _NOT_UTF8 or _OPTION_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_set_warranty(
    registry: *const serialref_registry,
    selection: *const serialref_selection,
    warranty: serialref_text,
    changed: *mut u64,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a number.
        let out = unsafe { Out::optional(changed, "changed") }?;
        // SAFETY: the caller passes NULL or a struct of the size that it says, whose members are as they say, and a
        // text.
        let (selection, warranty) = unsafe { (query::selection(selection)?, warranty.read_given("warranty")?) };
        let policy = warranty.map(str::parse::<WarrantyPolicy>).transpose()?;
        let count = session.registry.set_warranty(&selection, policy)?;
        if let Some(out) = out {
            out.write(count);
        }
        Ok(())
    })
}

/// Everything that happened to a reference, the oldest first; also of one that was deleted.
///
/// @param registry  The registry.
/// @param code      The code, as serialref_lookup() takes it.
/// @param events    Where to write a list of events. Free it with serialref_list_free().
/// @return SERIALREF_STATUS_OK; _REFERENCE_NOT_FOUND or _AMBIGUOUS; a status of the store; _HANDLE_INVALID,
///         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _NOT_UTF8 or _TOO_MANY_HANDLES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_history(
    registry: *const serialref_registry,
    code: serialref_text,
    events: *mut *mut serialref_list,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a handle.
        let out = unsafe { Out::new(events, "events") }?;
        // SAFETY: the caller passes a text.
        let found = session.registry.history(unsafe { code.read("code") }?)?;
        out.write(handle::give(List::of(&found, serialref_event::of, Records::Events))?);
        Ok(())
    })
}

/// As serialref_history(), in one group.
///
/// @param registry  The registry.
/// @param group     The number of the group.
/// @param code      The code, as serialref_lookup() takes it.
/// @param events    Where to write a list of events. Free it with serialref_list_free().
/// @return As serialref_history(), but never _AMBIGUOUS.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_history_in(
    registry: *const serialref_registry,
    group: u64,
    code: serialref_text,
    events: *mut *mut serialref_list,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a handle.
        let out = unsafe { Out::new(events, "events") }?;
        // SAFETY: the caller passes a text.
        let found = session.registry.history_in(GroupId(group), unsafe { code.read("code") }?)?;
        out.write(handle::give(List::of(&found, serialref_event::of, Records::Events))?);
        Ok(())
    })
}

/// What happened in a group after a certain event, the oldest first. Whoever keeps the number of the last event that
/// was seen misses none.
///
/// @param registry  The registry.
/// @param group     The number of the group.
/// @param after     The number of the event after which to begin; 0 for the first.
/// @param size      How many at most: 1 to 10,000.
/// @param events    Where to write a list of events. Free it with serialref_list_free().
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND or _PAGE_INVALID; a status of the store; _HANDLE_INVALID,
///         _NULL_ARGUMENT, _MISALIGNED or _TOO_MANY_HANDLES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_list_events(
    registry: *const serialref_registry,
    group: u64,
    after: u64,
    size: u32,
    events: *mut *mut serialref_list,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a handle.
        let out = unsafe { Out::new(events, "events") }?;
        let found = session.registry.events(GroupId(group), EventId(after), size)?;
        out.write(handle::give(List::of(&found, serialref_event::of, Records::Events))?);
        Ok(())
    })
}

/// How many references there are in each state, without counting them.
///
/// @param registry   The registry.
/// @param group      The number of the group, or 0 for all.
/// @param batch      The number of the batch, or 0 for all of the group.
/// @param inventory  Where to write it; set its `struct_size` before. Also that of `next` is set by the call.
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND or _BATCH_NOT_FOUND; a status of the store; _HANDLE_INVALID,
///         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID or _OPTION_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_get_inventory(
    registry: *const serialref_registry,
    group: u64,
    batch: u64,
    inventory: *mut serialref_inventory,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        let out = unsafe { OutRecord::new(inventory, "inventory") }?;
        let within = match (group, batch) {
            (0, 0) => Within::Registry,
            (0, _) => return Err(Trouble::option("a batch is named and no group; name the batch's group too")),
            (group, 0) => Within::Group(GroupId(group)),
            (group, batch) => Within::Batch(GroupId(group), serialref::BatchId(batch)),
        };
        let found = session.registry.inventory(within)?;
        let next = match &found.next {
            Some(next) => serialref_reference::of(next)?,
            None => serialref_reference::NONE,
        };
        let mut in_state = [0; 9];
        for (state, count) in found.counts.iter() {
            in_state[usize::from(state.number())] = count;
        }
        let (struct_size, has_next) = (size_of::<serialref_inventory>(), found.next.is_some().into());
        out.write(&serialref_inventory { struct_size, in_state, has_next, reserved: 0, next });
        Ok(())
    })
}

/// What a customer may see of a product, as a JSON object: code, product, description, state, attributes, warranty.
///
/// @param registry  The registry.
/// @param code      The code, as serialref_lookup() takes it.
/// @param buffer    Where to write the JSON with a NUL at its end; NULL, with a capacity of 0, to ask for the size.
/// @param capacity  How many bytes the buffer has.
/// @param needed    Where to write how many bytes are needed, or NULL.
/// @return SERIALREF_STATUS_OK; _BUFFER_TOO_SMALL where nothing but `needed` was written; _REFERENCE_NOT_FOUND,
///         also for a code that several groups have; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT,
///         _MISALIGNED, _SIZE_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_public_view(
    registry: *const serialref_registry,
    code: serialref_text,
    buffer: *mut c_char,
    capacity: usize,
    needed: *mut usize,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or so many bytes, and NULL or memory for a number.
        let buffer = unsafe { Buffer::new(buffer.cast(), capacity, needed) }?;
        // SAFETY: the caller passes a text.
        buffer.answer(&session.registry.public_view(unsafe { code.read("code") }?)?.to_json())
    })
}
