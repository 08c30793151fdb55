//! Deleting, in two steps.

use serialref::{GroupId, PendingDeletion, PendingGroupDeletion};

use crate::{
    handle::{self, Object},
    list::{List, Records, serialref_list},
    memory::{Growing, Out, OutRecord},
    query::{self, serialref_selection},
    records::serialref_detail,
    registry::{Session, serialref_registry},
    status::serialref_status,
    text::Texts,
    trouble::call,
};

/// What would be deleted. Nothing is, until serialref_deletion_confirm(). A handle; may be shared between threads. Free
/// it with serialref_deletion_free(), which changes nothing. It outlives the registry's handle.
#[derive(Debug)]
pub struct serialref_deletion {
    _private: [u8; 0],
}

/// How much would be deleted.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_deletion_info {
    /// sizeof(serialref_deletion_info), to be set by the caller.
    pub struct_size: usize,
    /// How many live references would go.
    pub count: u64,
    /// How many of the selection were not found, or are in several groups, and stay: see
    /// serialref_deletion_left_alone().
    pub left_alone: u64,
    /// The group that would go with all its references, or 0.
    pub group: u64,
}

/// What was deleted.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_deleted {
    /// sizeof(serialref_deleted), to be set by the caller.
    pub struct_size: usize,
    /// How many references went.
    pub deleted: u64,
    /// How many somebody else had deleted meanwhile.
    pub already_gone: u64,
}

// SAFETY: repr(C), the size comes first, and numbers may have any bytes.
unsafe impl Growing for serialref_deletion_info {
    const LEAST: usize = size_of::<Self>();
}
// SAFETY: as above.
unsafe impl Growing for serialref_deleted {
    const LEAST: usize = size_of::<Self>();
}

/// What C has a handle of.
enum Pending {
    References(PendingDeletion),
    Group(Box<PendingGroupDeletion>),
}

impl Object for Pending {
    type Handle = serialref_deletion;
    const TAG: u8 = 6;
    const NAME: &'static str = "deletion";
}

/// Prepares to delete references. Nothing is changed.
///
/// @param registry   The registry.
/// @param selection  Which references.
/// @param deletion   Where to write the handle. Free it with serialref_deletion_free().
/// @return SERIALREF_STATUS_OK, also where some of the selection are not there; _GROUP_NOT_FOUND, _BATCH_NOT_FOUND and
///         what else a filter can be refused with; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED,
///         _SIZE_INVALID, _ENUM_INVALID, _NOT_UTF8, _OPTION_INVALID or _TOO_MANY_HANDLES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_delete(
    registry: *const serialref_registry,
    selection: *const serialref_selection,
    deletion: *mut *mut serialref_deletion,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a handle.
        let out = unsafe { Out::new(deletion, "deletion") }?;
        // SAFETY: the caller passes NULL or a struct of the size that it says, whose members are as they say.
        let selection = unsafe { query::selection(selection) }?;
        out.write(handle::give(Pending::References(session.registry.delete(&selection)?))?);
        Ok(())
    })
}

/// Prepares to delete a group with all its references. Nothing is changed. Its codes are never issued again.
///
/// @param registry  The registry.
/// @param group     The number of the group.
/// @param deletion  Where to write the handle. Free it with serialref_deletion_free().
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED
///         or _TOO_MANY_HANDLES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_delete_group(
    registry: *const serialref_registry,
    group: u64,
    deletion: *mut *mut serialref_deletion,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a handle.
        let out = unsafe { Out::new(deletion, "deletion") }?;
        out.write(handle::give(Pending::Group(session.registry.delete_group(GroupId(group))?.into()))?);
        Ok(())
    })
}

/// How much would be deleted.
///
/// @param deletion  The handle.
/// @param info      Where to write it; set its `struct_size` before.
/// @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED or _SIZE_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_deletion_get_info(
    deletion: *const serialref_deletion,
    info: *mut serialref_deletion_info,
) -> serialref_status {
    call(|| {
        let pending = handle::object::<Pending>(deletion)?;
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        let out = unsafe { OutRecord::new(info, "info") }?;
        let (count, left_alone, group) = match &*pending {
            Pending::References(pending) => (pending.count, pending.unknown.len() + pending.ambiguous.len(), 0),
            Pending::Group(pending) => (pending.group.live, 0, pending.group.id.0),
        };
        let struct_size = size_of::<serialref_deletion_info>();
        out.write(&serialref_deletion_info { struct_size, count, left_alone: left_alone as u64, group });
        Ok(())
    })
}

/// Some of the references that would be deleted, to show to whoever decides.
///
/// @param deletion    The handle.
/// @param references  Where to write a list of up to 10 references. Free it with serialref_list_free().
/// @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED or _TOO_MANY_HANDLES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_deletion_sample(
    deletion: *const serialref_deletion,
    references: *mut *mut serialref_list,
) -> serialref_status {
    call(|| {
        let pending = handle::object::<Pending>(deletion)?;
        // SAFETY: the caller passes NULL or memory for a handle.
        let out = unsafe { Out::new(references, "references") }?;
        let sample = match &*pending {
            Pending::References(pending) => &pending.sample,
            Pending::Group(pending) => &pending.sample,
        };
        out.write(handle::give(List::references(sample.clone()))?);
        Ok(())
    })
}

/// What of the selection will be left alone, and why: codes that no live reference has, and codes that several groups
/// have.
///
/// @param deletion  The handle.
/// @param details   Where to write a list of details, with the codes. Free it with serialref_list_free().
/// @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED or _TOO_MANY_HANDLES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_deletion_left_alone(
    deletion: *const serialref_deletion,
    details: *mut *mut serialref_list,
) -> serialref_status {
    call(|| {
        let pending = handle::object::<Pending>(deletion)?;
        // SAFETY: the caller passes NULL or memory for a handle.
        let out = unsafe { Out::new(details, "details") }?;
        let mut texts = Texts::default();
        let mut records = Vec::new();
        if let Pending::References(pending) = &*pending {
            for code in &pending.unknown {
                records.push(serialref_detail::of("no live reference has this code", Some(code), &mut texts));
            }
            for code in &pending.ambiguous {
                records.push(serialref_detail::of("several groups have this code", Some(code), &mut texts));
            }
        }
        out.write(handle::give(List::new(Records::Details(records), texts))?);
        Ok(())
    })
}

/// Deletes what was shown, in one step. Deleted codes are never issued again.
///
/// @param deletion  The handle. It can be confirmed once more, which deletes nothing more.
/// @param deleted   Where to write how many went, or NULL; set its `struct_size` before.
/// @return SERIALREF_STATUS_OK; _CHANGED_MEANWHILE where a group got more references since, and then nothing is
///         deleted; _GROUP_NOT_FOUND where the group is gone; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT,
///         _MISALIGNED or _SIZE_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_deletion_confirm(
    deletion: *const serialref_deletion,
    deleted: *mut serialref_deleted,
) -> serialref_status {
    call(|| {
        let pending = handle::object::<Pending>(deletion)?;
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        let out = unsafe { OutRecord::optional(deleted, "deleted") }?;
        let (deleted, already_gone) = match &*pending {
            Pending::References(pending) => {
                let done = pending.confirm()?;
                (done.deleted, done.already_gone)
            }
            Pending::Group(pending) => (pending.confirm()?, 0),
        };
        if let Some(out) = out {
            let struct_size = size_of::<serialref_deleted>();
            out.write(&serialref_deleted { struct_size, deleted, already_gone });
        }
        Ok(())
    })
}

/// Frees what is known of a deletion. What was not confirmed is not deleted.
///
/// @param deletion  The handle, or NULL, for which nothing is done.
/// @return SERIALREF_STATUS_OK or _HANDLE_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_deletion_free(deletion: *mut serialref_deletion) -> serialref_status {
    call(|| handle::free::<Pending>(deletion))
}
