//! Listing, searching, counting and looking up.

use serialref::{BatchId, GroupId};

use crate::{
    handle,
    list::{List, Records, serialref_list},
    memory::{Out, OutRecord},
    query::{self, Page, serialref_filter, serialref_paging},
    records::{serialref_batch, serialref_reference},
    registry::{Session, serialref_registry},
    status::serialref_status,
    text::serialref_text,
    trouble::call,
};

/// Lists references in the order of issue: all, or those that a filter lets through; this is also how to search.
///
/// @param registry    The registry.
/// @param filter      Which, or NULL for all.
/// @param paging      Which page, or NULL for the first 100.
/// @param references  Where to write a list of references. Free it with serialref_list_free().
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND, _BATCH_NOT_FOUND, _FIELD_NOT_FOUND or _GROUP_REQUIRED;
///         _SEARCH_TERM_TOO_SHORT or _SEARCH_TERM_INVALID; _PAGE_INVALID or _CURSOR_INVALID; a status of the store;
///         _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _ENUM_INVALID, _NOT_UTF8, _OPTION_INVALID or
///         _TOO_MANY_HANDLES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_list_references(
    registry: *const serialref_registry,
    filter: *const serialref_filter,
    paging: *const serialref_paging,
    references: *mut *mut serialref_list,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a handle.
        let out = unsafe { Out::new(references, "references") }?;
        // SAFETY: the caller passes NULL or structs of the size that they say, with texts.
        let (filter, page) = unsafe { (query::filter(filter)?, query::page(paging)?) };
        let list = match page {
            Page::ByCursor(paging) => {
                let page = session.registry.references(&filter, &paging)?;
                List::references(page.items).with_cursor(page.next)
            }
            Page::ByNumber(numbering) => {
                let page = session.registry.numbered_references(&filter, &numbering)?;
                List::references(page.items).with_total(page.total)
            }
        };
        out.write(handle::give(list)?);
        Ok(())
    })
}

/// Counts references.
///
/// @param registry  The registry.
/// @param filter    Which, or NULL for all live references.
/// @param count     Where to write the number.
/// @return As serialref_list_references().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_count(
    registry: *const serialref_registry,
    filter: *const serialref_filter,
    count: *mut u64,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a number.
        let out = unsafe { Out::new(count, "count") }?;
        // SAFETY: the caller passes NULL or a struct of the size that it says, with texts.
        let filter = unsafe { query::filter(filter) }?;
        out.write(session.registry.count(&filter)?);
        Ok(())
    })
}

/// Finds the live reference that has a code. It may be typed as people type: spaces and hyphens are left out that the
/// format does not have, letters come into its one case, and digits stand for letters that look like them.
///
/// @param registry   The registry.
/// @param code       The code, as it was scanned or typed.
/// @param reference  Where to write it; set its `struct_size` before.
/// @return SERIALREF_STATUS_OK; _REFERENCE_NOT_FOUND; _AMBIGUOUS where several groups have it (see
///         serialref_lookup_in()); a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID
///         or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_lookup(
    registry: *const serialref_registry,
    code: serialref_text,
    reference: *mut serialref_reference,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        let out = unsafe { OutRecord::new(reference, "reference") }?;
        // SAFETY: the caller passes a text.
        let found = session.registry.lookup(unsafe { code.read("code") }?)?;
        out.write(&serialref_reference::of(&found)?);
        Ok(())
    })
}

/// As serialref_lookup(), in one group.
///
/// @param registry   The registry.
/// @param group      The number of the group.
/// @param code       The code, as it was scanned or typed.
/// @param reference  Where to write it; set its `struct_size` before.
/// @return As serialref_lookup(); _REFERENCE_NOT_FOUND also where there is no such group.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_lookup_in(
    registry: *const serialref_registry,
    group: u64,
    code: serialref_text,
    reference: *mut serialref_reference,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        let out = unsafe { OutRecord::new(reference, "reference") }?;
        // SAFETY: the caller passes a text.
        let found = session.registry.lookup_in(GroupId(group), unsafe { code.read("code") }?)?;
        out.write(&serialref_reference::of(&found)?);
        Ok(())
    })
}

/// Finds the live references that have a code, in all groups.
///
/// @param registry    The registry.
/// @param code        The code, as it was scanned or typed.
/// @param references  Where to write a list of references, which may be empty. Free it with serialref_list_free().
/// @return SERIALREF_STATUS_OK; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID,
///         _NOT_UTF8 or _TOO_MANY_HANDLES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_lookup_all(
    registry: *const serialref_registry,
    code: serialref_text,
    references: *mut *mut serialref_list,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a handle.
        let out = unsafe { Out::new(references, "references") }?;
        // SAFETY: the caller passes a text.
        let found = session.registry.lookup_all(unsafe { code.read("code") }?)?;
        out.write(handle::give(List::references(found))?);
        Ok(())
    })
}

/// Everything about a batch.
///
/// @param registry  The registry.
/// @param group     The number of the group.
/// @param batch     The number of the batch.
/// @param batches   Where to write a list of this one batch. Free it with serialref_list_free().
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND or _BATCH_NOT_FOUND; a status of the store; _HANDLE_INVALID,
///         _NULL_ARGUMENT, _MISALIGNED or _TOO_MANY_HANDLES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_get_batch(
    registry: *const serialref_registry,
    group: u64,
    batch: u64,
    batches: *mut *mut serialref_list,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a handle.
        let out = unsafe { Out::new(batches, "batches") }?;
        let found = session.registry.batch(GroupId(group), BatchId(batch))?;
        out.write(handle::give(List::of(&[found], serialref_batch::of, Records::Batches))?);
        Ok(())
    })
}

/// Lists the batches of a group in the order of issue.
///
/// @param registry  The registry.
/// @param group     The number of the group.
/// @param paging    Which page, or NULL for the first 100.
/// @param batches   Where to write a list of batches. Free it with serialref_list_free().
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND; _PAGE_INVALID or _CURSOR_INVALID; a status of the store;
///         _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _ENUM_INVALID, _NOT_UTF8, _OPTION_INVALID or
///         _TOO_MANY_HANDLES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_list_batches(
    registry: *const serialref_registry,
    group: u64,
    paging: *const serialref_paging,
    batches: *mut *mut serialref_list,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a handle.
        let out = unsafe { Out::new(batches, "batches") }?;
        // SAFETY: the caller passes NULL or a struct of the size that it says, with texts.
        let list = match unsafe { query::page(paging) }? {
            Page::ByCursor(paging) => {
                let page = session.registry.batches(GroupId(group), &paging)?;
                List::of(&page.items, serialref_batch::of, Records::Batches).with_cursor(page.next)
            }
            Page::ByNumber(numbering) => {
                let page = session.registry.numbered_batches(GroupId(group), &numbering)?;
                List::of(&page.items, serialref_batch::of, Records::Batches).with_total(page.total)
            }
        };
        out.write(handle::give(list)?);
        Ok(())
    })
}
