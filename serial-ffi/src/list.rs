//! Lists of records: the pages of a listing, and everything else of which there can be several.

use serialref::Reference;

use crate::{
    handle::{self, Object},
    memory::{Growing, Out, OutRecord},
    records::{
        serialref_attribute, serialref_batch, serialref_detail, serialref_event, serialref_field, serialref_group,
        serialref_reference,
    },
    status::serialref_status,
    text::{Texts, serialref_text},
    trouble::{Trouble, call},
};

/// A list of records of one type, as a call gave it; it does not change afterwards. A handle; may be shared between
/// threads, and outlives the registry it came from. Free it with serialref_list_free().
#[derive(Debug)]
pub struct serialref_list {
    _private: [u8; 0],
}

/// The records, all of one type.
pub(crate) enum Records {
    References(Vec<Reference>),
    Batches(Vec<serialref_batch>),
    Groups(Vec<serialref_group>),
    Fields(Vec<serialref_field>),
    Attributes(Vec<serialref_attribute>),
    Events(Vec<serialref_event>),
    Details(Vec<serialref_detail>),
}

/// What C has a handle of.
pub(crate) struct List {
    records: Records,
    /// How many there are in all pages, where that was asked for.
    total: Option<u64>,
    cursor: serialref_text,
    /// What the texts above point to.
    texts: Texts,
}

// SAFETY: the pointers lead to texts that it owns and that are never changed.
unsafe impl Send for List {}
// SAFETY: as above.
unsafe impl Sync for List {}

impl Object for List {
    type Handle = serialref_list;
    const TAG: u8 = 2;
    const NAME: &'static str = "list";
}

impl List {
    pub(crate) fn new(records: Records, texts: Texts) -> Self {
        Self { records, total: None, cursor: serialref_text::EMPTY, texts }
    }

    /// A list made of records one by one.
    pub(crate) fn of<T, R>(
        items: &[T],
        record: impl Fn(&T, &mut Texts) -> R,
        records: impl FnOnce(Vec<R>) -> Records,
    ) -> Self {
        let mut texts = Texts::default();
        let list = items.iter().map(|item| record(item, &mut texts)).collect();
        Self::new(records(list), texts)
    }

    pub(crate) fn references(references: Vec<Reference>) -> Self {
        Self::new(Records::References(references), Texts::default())
    }

    pub(crate) fn with_total(mut self, total: u64) -> Self {
        self.total = Some(total);
        self
    }

    pub(crate) fn with_cursor(mut self, cursor: Option<serialref::Cursor>) -> Self {
        self.cursor = cursor.map_or(serialref_text::EMPTY, |cursor| self.texts.keep(&cursor.to_string()));
        self
    }

    fn len(&self) -> usize {
        match &self.records {
            Records::References(records) => records.len(),
            Records::Batches(records) => records.len(),
            Records::Groups(records) => records.len(),
            Records::Fields(records) => records.len(),
            Records::Attributes(records) => records.len(),
            Records::Events(records) => records.len(),
            Records::Details(records) => records.len(),
        }
    }

    fn type_of_records(&self) -> &'static str {
        match &self.records {
            Records::References(_) => "references",
            Records::Batches(_) => "batches",
            Records::Groups(_) => "groups",
            Records::Fields(_) => "fields",
            Records::Attributes(_) => "attributes",
            Records::Events(_) => "events",
            Records::Details(_) => "details",
        }
    }
}

/// Gives one record of a list.
unsafe fn get<R: Growing>(
    list: *const serialref_list,
    index: usize,
    record: *mut R,
    find: impl FnOnce(&Records, usize) -> Option<Option<Result<R, Trouble>>>,
) -> serialref_status {
    call(|| {
        let list = handle::object::<List>(list)?;
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        let out = unsafe { OutRecord::new(record, "record") }?;
        let Some(found) = find(&list.records, index) else {
            let message = format!("the list holds {}; use the function for them", list.type_of_records());
            return Err(Trouble::misuse(serialref_status::WrongList, message));
        };
        out.write(&found.ok_or_else(|| Trouble::index(index, list.len()))??);
        Ok(())
    })
}

/// How many records a list has.
///
/// @param list   The handle.
/// @param count  Where to write the number.
/// @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT or _MISALIGNED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_list_count(list: *const serialref_list, count: *mut usize) -> serialref_status {
    call(|| {
        let list = handle::object::<List>(list)?;
        // SAFETY: the caller passes NULL or memory for a number.
        unsafe { Out::new(count, "count") }?.write(list.len());
        Ok(())
    })
}

/// How many records all pages of the listing have together.
///
/// @param list   A page that was asked for by its number.
/// @param total  Where to write the number.
/// @return SERIALREF_STATUS_OK; _OPTION_INVALID for any other list, since nobody has counted; _HANDLE_INVALID,
///         _NULL_ARGUMENT or _MISALIGNED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_list_total(list: *const serialref_list, total: *mut u64) -> serialref_status {
    call(|| {
        let list = handle::object::<List>(list)?;
        // SAFETY: the caller passes NULL or memory for a number.
        let out = unsafe { Out::new(total, "total") }?;
        let message = "only a page that was asked for by its number has a total; set page_number";
        out.write(list.total.ok_or_else(|| Trouble::option(message))?);
        Ok(())
    })
}

/// Where the next page of a listing begins.
///
/// @param list    The handle.
/// @param cursor  Where to write the text to put into `cursor` of serialref_paging; the empty text after the last page.
///                It is valid until the list is freed; cursors may also be kept, in files for example, and are valid in
///                later versions.
/// @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT or _MISALIGNED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_list_next(
    list: *const serialref_list,
    cursor: *mut serialref_text,
) -> serialref_status {
    call(|| {
        let list = handle::object::<List>(list)?;
        // SAFETY: the caller passes NULL or memory for a text.
        unsafe { Out::new(cursor, "cursor") }?.write(list.cursor);
        Ok(())
    })
}

/// A reference of a list of references.
///
/// @param list    The handle.
/// @param index   Which: from 0 to serialref_list_count(), exclusive.
/// @param record  Where to write it; set its `struct_size` before.
/// @return SERIALREF_STATUS_OK, _INDEX_INVALID, _WRONG_LIST, _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED or
///         _SIZE_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_list_get_reference(
    list: *const serialref_list,
    index: usize,
    record: *mut serialref_reference,
) -> serialref_status {
    // SAFETY: the caller passes NULL or a struct of the size that it says.
    unsafe {
        get(list, index, record, |records, index| match records {
            Records::References(references) => Some(references.get(index).map(serialref_reference::of)),
            _ => None,
        })
    }
}

/// A batch of a list of batches. As serialref_list_get_reference(); texts are valid until the list is freed.
///
/// @param list    The handle.
/// @param index   Which: from 0 to serialref_list_count(), exclusive.
/// @param record  Where to write it; set its `struct_size` before.
/// @return As serialref_list_get_reference().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_list_get_batch(
    list: *const serialref_list,
    index: usize,
    record: *mut serialref_batch,
) -> serialref_status {
    // SAFETY: the caller passes NULL or a struct of the size that it says.
    unsafe {
        get(list, index, record, |records, index| match records {
            Records::Batches(batches) => Some(batches.get(index).copied().map(Ok)),
            _ => None,
        })
    }
}

/// A group of a list of groups. As serialref_list_get_reference(); texts are valid until the list is freed.
///
/// @param list    The handle.
/// @param index   Which: from 0 to serialref_list_count(), exclusive.
/// @param record  Where to write it; set its `struct_size` before.
/// @return As serialref_list_get_reference().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_list_get_group(
    list: *const serialref_list,
    index: usize,
    record: *mut serialref_group,
) -> serialref_status {
    // SAFETY: the caller passes NULL or a struct of the size that it says.
    unsafe {
        get(list, index, record, |records, index| match records {
            Records::Groups(groups) => Some(groups.get(index).copied().map(Ok)),
            _ => None,
        })
    }
}

/// A field of a list of fields. As serialref_list_get_reference(); texts are valid until the list is freed.
///
/// @param list    The handle.
/// @param index   Which: from 0 to serialref_list_count(), exclusive.
/// @param record  Where to write it; set its `struct_size` before.
/// @return As serialref_list_get_reference().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_list_get_field(
    list: *const serialref_list,
    index: usize,
    record: *mut serialref_field,
) -> serialref_status {
    // SAFETY: the caller passes NULL or a struct of the size that it says.
    unsafe {
        get(list, index, record, |records, index| match records {
            Records::Fields(fields) => Some(fields.get(index).copied().map(Ok)),
            _ => None,
        })
    }
}

/// An attribute of a list of attributes. As serialref_list_get_reference(); texts are valid until the list is freed.
///
/// @param list    The handle.
/// @param index   Which: from 0 to serialref_list_count(), exclusive.
/// @param record  Where to write it; set its `struct_size` before.
/// @return As serialref_list_get_reference().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_list_get_attribute(
    list: *const serialref_list,
    index: usize,
    record: *mut serialref_attribute,
) -> serialref_status {
    // SAFETY: the caller passes NULL or a struct of the size that it says.
    unsafe {
        get(list, index, record, |records, index| match records {
            Records::Attributes(attributes) => Some(attributes.get(index).copied().map(Ok)),
            _ => None,
        })
    }
}

/// An event of a list of events. As serialref_list_get_reference(); texts are valid until the list is freed.
///
/// @param list    The handle.
/// @param index   Which: from 0 to serialref_list_count(), exclusive.
/// @param record  Where to write it; set its `struct_size` before.
/// @return As serialref_list_get_reference().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_list_get_event(
    list: *const serialref_list,
    index: usize,
    record: *mut serialref_event,
) -> serialref_status {
    // SAFETY: the caller passes NULL or a struct of the size that it says.
    unsafe {
        get(list, index, record, |records, index| match records {
            Records::Events(events) => Some(events.get(index).copied().map(Ok)),
            _ => None,
        })
    }
}

/// A detail of a list of details. As serialref_list_get_reference(); texts are valid until the list is freed.
///
/// @param list    The handle.
/// @param index   Which: from 0 to serialref_list_count(), exclusive.
/// @param record  Where to write it; set its `struct_size` before.
/// @return As serialref_list_get_reference().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_list_get_detail(
    list: *const serialref_list,
    index: usize,
    record: *mut serialref_detail,
) -> serialref_status {
    // SAFETY: the caller passes NULL or a struct of the size that it says.
    unsafe {
        get(list, index, record, |records, index| match records {
            Records::Details(details) => Some(details.get(index).copied().map(Ok)),
            _ => None,
        })
    }
}

/// Frees a list.
///
/// @param list  The handle, or NULL, for which nothing is done.
/// @return SERIALREF_STATUS_OK or _HANDLE_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_list_free(list: *mut serialref_list) -> serialref_status {
    call(|| handle::free::<List>(list))
}
