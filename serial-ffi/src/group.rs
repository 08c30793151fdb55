//! Groups: creating, finding and changing them.

use serialref::{GroupFilter, GroupId, GroupLimits, NewField, NewGroup, WarrantyPolicy};

use crate::{
    constants::{self, given},
    format::{KeptFormat, serialref_format},
    handle,
    key::serialref_key,
    list::{List, Records, serialref_list},
    memory::{self, Growing, Out},
    query::{self, Page, serialref_paging},
    records::{serialref_field, serialref_group},
    registry::{Session, search_term, serialref_limits, serialref_registry},
    status::serialref_status,
    text::serialref_text,
    trouble::{Trouble, call},
};

/// A field of a group: references can have a value of it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_new_field {
    /// sizeof(serialref_new_field), to be set by the caller.
    pub struct_size: usize,
    /// Its name: 1 to 200 characters, unlike those of the group's other fields.
    pub name: serialref_text,
    /// The value of references that are given none.
    pub default_value: serialref_text,
    /// 1 if customers may see its values, otherwise 0.
    pub is_public: i32,
    /// Always 0.
    pub reserved: i32,
}

/// A group to be created. A member that is 0 or empty says nothing, and the default holds.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_new_group {
    /// sizeof(serialref_new_group), to be set by the caller.
    pub struct_size: usize,
    /// One of the constants of serialref_kind. It must be given, and never changes.
    pub kind: i32,
    /// One of the constants of serialref_scope. It never changes.
    pub scope: i32,
    /// Its name: 1 to 200 characters, unlike those of all other groups. It must be given.
    pub name: serialref_text,
    /// Its description.
    pub description: serialref_text,
    /// What its codes look like, or NULL for 25 random characters of 0-9 and A-Z. It never changes.
    pub format: *const serialref_format,
    /// Its own limits, or NULL; `max_groups` is not used.
    pub limits: *const serialref_limits,
    /// Its fields.
    pub fields: *const serialref_new_field,
    /// How many fields.
    pub fields_count: usize,
    /// The warranty of its references, in the words of serialref_set_group_warranty().
    pub warranty: serialref_text,
    /// What customers see as the product's name; otherwise they see none.
    pub public_name: serialref_text,
    /// What customers see as the product's description.
    pub public_description: serialref_text,
    /// Fewer available references than this are reported as low stock.
    pub low_stock: u64,
    /// For Keyed order: the secret key, or NULL to draw one.
    pub key: *const serialref_key,
}

// SAFETY: repr(C), the size comes first, and numbers and pointers may have any bytes.
unsafe impl Growing for serialref_new_field {
    const LEAST: usize = size_of::<Self>();

    fn reserved(&self) -> i32 {
        self.reserved
    }
}
// SAFETY: as above.
unsafe impl Growing for serialref_new_group {
    const LEAST: usize = size_of::<Self>();
}

impl serialref_limits {
    /// The limits of a group: those that it gives.
    fn of_group(self) -> Result<GroupLimits, Trouble> {
        if self.max_groups != 0 {
            return Err(Trouble::option("a group has no limit of groups; leave max_groups 0"));
        }
        let limit = |number| given(number).map(constants::limit);
        Ok(GroupLimits {
            max_live: limit(self.max_live),
            max_batch: limit(self.max_batch),
            min_search_term: search_term(self.min_search_term)?,
            max_fields: limit(self.max_fields),
            max_value: limit(self.max_value),
        })
    }
}

impl serialref_new_field {
    /// # Safety
    /// The texts are texts.
    unsafe fn read(self) -> Result<NewField, Trouble> {
        // SAFETY: the caller promises texts.
        let (name, default) = unsafe { (self.name.read("name")?, self.default_value.read("default_value")?) };
        let field = NewField::new(name).default(default);
        Ok(if constants::truth("is_public", self.is_public)? { field.public() } else { field })
    }
}

impl serialref_new_group {
    /// # Safety
    /// The texts are texts, and the pointers are NULL or as the members say.
    unsafe fn read(self) -> Result<NewGroup, Trouble> {
        // SAFETY: the caller promises texts.
        let (name, description) = unsafe { (self.name.read("name")?, self.description.read("description")?) };
        let mut new = NewGroup::of_kind(constants::kind(self.kind)?, name)
            .scope(constants::scope(self.scope)?)
            .description(description);
        if !self.format.is_null() {
            new = new.format(handle::object::<KeptFormat>(self.format)?.format.clone());
        }
        if !self.limits.is_null() {
            // SAFETY: the caller promises the struct.
            new = new.limits(unsafe { memory::read(self.limits, "limits") }?.of_group()?);
        }
        // SAFETY: the caller promises the list, and structs of the size that the first of them says.
        for field in unsafe { memory::structs(self.fields, self.fields_count, "fields") }? {
            // SAFETY: the caller promises texts.
            new = new.field(unsafe { field.read() }?);
        }
        // SAFETY: the caller promises texts.
        if let Some(warranty) = unsafe { self.warranty.read_given("warranty") }? {
            new = new.warranty(warranty.parse::<WarrantyPolicy>()?);
        }
        // SAFETY: the caller promises texts.
        let (public_name, public_description) =
            unsafe { (self.public_name.read("public_name")?, self.public_description.read("public_description")?) };
        new = new.public_name(public_name).public_description(public_description);
        // SAFETY: the caller promises a key or NULL.
        if let Some(key) = unsafe { serialref_key::read(self.key) }? {
            new = new.key(key);
        }
        Ok(match given(self.low_stock) {
            Some(threshold) => new.low_stock(threshold),
            None => new,
        })
    }
}

/// Creates a group.
///
/// @param registry  The registry.
/// @param group     The group. What it points to is copied.
/// @param id        Where to write the number of the group.
/// @return SERIALREF_STATUS_OK; _NAME_INVALID, _NAME_TAKEN, _DESCRIPTION_INVALID, _TEXT_INVALID, _WARRANTY_INVALID,
///         _FIELD_NAME_TAKEN, _LIMIT_REACHED, _KEY_INVALID or _ENTROPY_UNAVAILABLE; a status of the store (_STORE_BUSY
///         to _STORE_FOREIGN); _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _ENUM_INVALID, _NOT_UTF8 or
///         _OPTION_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_create_group(
    registry: *const serialref_registry,
    group: *const serialref_new_group,
    id: *mut u64,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a number.
        let out = unsafe { Out::new(id, "id") }?;
        // SAFETY: the caller passes NULL or a struct of the size that it says, whose members are as they say.
        let new = unsafe { memory::read(group, "group")?.read() }?;
        out.write(session.registry.create_group(new)?.id.0);
        Ok(())
    })
}

/// Everything about a group.
///
/// @param registry  The registry.
/// @param id        The number of the group.
/// @param groups    Where to write a list of this one group. Free it with serialref_list_free().
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED
///         or _TOO_MANY_HANDLES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_get_group(
    registry: *const serialref_registry,
    id: u64,
    groups: *mut *mut serialref_list,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a handle.
        let out = unsafe { Out::new(groups, "groups") }?;
        let group = session.registry.group(GroupId(id))?;
        out.write(handle::give(List::of(&[group], serialref_group::of, Records::Groups))?);
        Ok(())
    })
}

/// Finds a group by its name.
///
/// @param registry  The registry.
/// @param name      The whole name, letter for letter.
/// @param id        Where to write the number of the group.
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND where no group has the name; a status of the store; _HANDLE_INVALID,
///         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_find_group(
    registry: *const serialref_registry,
    name: serialref_text,
    id: *mut u64,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a number.
        let out = unsafe { Out::new(id, "id") }?;
        // SAFETY: the caller passes a text.
        let name = unsafe { name.read("name") }?;
        let Some(group) = session.registry.find_group(name)? else {
            let message = "no group has this name; see serialref_list_groups for those there are";
            return Err(Trouble::misuse(serialref_status::GroupNotFound, message));
        };
        out.write(group.id.0);
        Ok(())
    })
}

/// Lists groups in the order in which they were created.
///
/// @param registry   The registry.
/// @param name_part  Those whose name has this anywhere, in any letter case; empty for all.
/// @param paging     Which page, or NULL for the first 100.
/// @param groups     Where to write a list of groups. Free it with serialref_list_free().
/// @return SERIALREF_STATUS_OK; _PAGE_INVALID or _CURSOR_INVALID; a status of the store; _HANDLE_INVALID,
///         _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _ENUM_INVALID, _NOT_UTF8, _OPTION_INVALID or _TOO_MANY_HANDLES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_list_groups(
    registry: *const serialref_registry,
    name_part: serialref_text,
    paging: *const serialref_paging,
    groups: *mut *mut serialref_list,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a handle.
        let out = unsafe { Out::new(groups, "groups") }?;
        // SAFETY: the caller passes a text.
        let filter = match unsafe { name_part.read_given("name_part") }? {
            Some(part) => GroupFilter::named(part),
            None => GroupFilter::all(),
        };
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        let list = match unsafe { query::page(paging) }? {
            Page::ByCursor(paging) => {
                let page = session.registry.groups(&filter, &paging)?;
                List::of(&page.items, serialref_group::of, Records::Groups).with_cursor(page.next)
            }
            Page::ByNumber(numbering) => {
                let page = session.registry.numbered_groups(&filter, &numbering)?;
                List::of(&page.items, serialref_group::of, Records::Groups).with_total(page.total)
            }
        };
        out.write(handle::give(list)?);
        Ok(())
    })
}

/// What the codes of a group look like.
///
/// @param registry  The registry.
/// @param id        The number of the group.
/// @param format    Where to write the handle. Free it with serialref_format_free().
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED
///         or _TOO_MANY_HANDLES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_get_format(
    registry: *const serialref_registry,
    id: u64,
    format: *mut *mut serialref_format,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a handle.
        let out = unsafe { Out::new(format, "format") }?;
        let group = session.registry.group(GroupId(id))?;
        out.write(handle::give(KeptFormat::new(group.format))?);
        Ok(())
    })
}

/// The fields of a group, also those that are not used any more.
///
/// @param registry  The registry.
/// @param id        The number of the group.
/// @param fields    Where to write a list of fields. Free it with serialref_list_free().
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED
///         or _TOO_MANY_HANDLES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_get_fields(
    registry: *const serialref_registry,
    id: u64,
    fields: *mut *mut serialref_list,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a handle.
        let out = unsafe { Out::new(fields, "fields") }?;
        let group = session.registry.group(GroupId(id))?;
        out.write(handle::give(List::of(&group.fields, serialref_field::of, Records::Fields))?);
        Ok(())
    })
}

/// Gives a group another name.
///
/// @param registry  The registry.
/// @param id        The number of the group.
/// @param name      The name: 1 to 200 characters, unlike those of all other groups.
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND, _NAME_INVALID or _NAME_TAKEN; a status of the store; _HANDLE_INVALID,
///         _NULL_ARGUMENT, _SIZE_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_rename_group(
    registry: *const serialref_registry,
    id: u64,
    name: serialref_text,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes a text.
        session.registry.rename_group(GroupId(id), unsafe { name.read("name") }?)?;
        Ok(())
    })
}

/// Gives a group another description.
///
/// @param registry     The registry.
/// @param id           The number of the group.
/// @param description  The description; empty for none.
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND or _DESCRIPTION_INVALID; a status of the store; _HANDLE_INVALID,
///         _NULL_ARGUMENT, _SIZE_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_describe_group(
    registry: *const serialref_registry,
    id: u64,
    description: serialref_text,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes a text.
        session.registry.describe_group(GroupId(id), unsafe { description.read("description") }?)?;
        Ok(())
    })
}

/// Gives a group other limits of its own. They are kept in the store and hold for all who use it.
///
/// @param registry  The registry.
/// @param id        The number of the group.
/// @param limits    All its limits: where a member is 0, the registry's holds from now on. `max_groups` must be 0.
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED,
///         _SIZE_INVALID or _OPTION_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_set_group_limits(
    registry: *const serialref_registry,
    id: u64,
    limits: *const serialref_limits,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        let limits = unsafe { memory::read(limits, "limits") }?.of_group()?;
        session.registry.change_group_limits(GroupId(id), limits)?;
        Ok(())
    })
}

/// Says what customers see of the product of a group.
///
/// @param registry     The registry.
/// @param id           The number of the group.
/// @param name         The product's name, up to 1000 characters; empty for none.
/// @param description  The product's description, up to 1000 characters.
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND or _TEXT_INVALID; a status of the store; _HANDLE_INVALID,
///         _NULL_ARGUMENT, _SIZE_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_set_public_text(
    registry: *const serialref_registry,
    id: u64,
    name: serialref_text,
    description: serialref_text,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes texts.
        let (name, description) = unsafe { (name.read("name")?, description.read("description")?) };
        session.registry.set_public_text(GroupId(id), name, description)?;
        Ok(())
    })
}

/// Says from when on the stock of a group is low.
///
/// @param registry   The registry.
/// @param id         The number of the group.
/// @param threshold  Fewer available references than this are low stock; 0 where nothing is reported.
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND; a status of the store; _HANDLE_INVALID or _NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_set_low_stock(
    registry: *const serialref_registry,
    id: u64,
    threshold: u64,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        session.registry.set_low_stock(GroupId(id), given(threshold))?;
        Ok(())
    })
}

/// Gives the references of a group another warranty.
///
/// @param registry  The registry.
/// @param id        The number of the group.
/// @param warranty  `none`, or `24 months from commissioned`: 1 to 1200 months or 1 to 36525 days, from `commissioned`,
///                  `released` or a moment such as `2026-11-23T11:18:58.000000Z`.
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND or _WARRANTY_INVALID; a status of the store; _HANDLE_INVALID,
///         _NULL_ARGUMENT, _SIZE_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_set_group_warranty(
    registry: *const serialref_registry,
    id: u64,
    warranty: serialref_text,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes a text.
        let policy = unsafe { warranty.read("warranty") }?.parse::<WarrantyPolicy>()?;
        session.registry.set_group_warranty(GroupId(id), policy)?;
        Ok(())
    })
}

/// Adds a field to a group.
///
/// @param registry  The registry.
/// @param id        The number of the group.
/// @param field     The field.
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND, _NAME_INVALID, _FIELD_NAME_TAKEN, _TEXT_INVALID or _LIMIT_REACHED; a
///         status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID, _ENUM_INVALID or
///         _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_add_field(
    registry: *const serialref_registry,
    id: u64,
    field: *const serialref_new_field,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or a struct of the size that it says, with texts.
        let field = unsafe { memory::read(field, "field")?.read() }?;
        session.registry.add_field(GroupId(id), field)?;
        Ok(())
    })
}

/// Gives a field another name. Values stay.
///
/// @param registry  The registry.
/// @param id        The number of the group.
/// @param field     The name it has.
/// @param name      The name it gets: 1 to 200 characters, unlike those of the group's other fields.
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND, _FIELD_NOT_FOUND, _NAME_INVALID or _FIELD_NAME_TAKEN; a status of the
///         store; _HANDLE_INVALID, _NULL_ARGUMENT, _SIZE_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_rename_field(
    registry: *const serialref_registry,
    id: u64,
    field: serialref_text,
    name: serialref_text,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes texts.
        let (field, name) = unsafe { (field.read("field")?, name.read("name")?) };
        session.registry.rename_field(GroupId(id), field, name)?;
        Ok(())
    })
}

/// Stops using a field. Values are kept in the history; the name can be given to another field.
///
/// @param registry  The registry.
/// @param id        The number of the group.
/// @param field     Its name.
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND or _FIELD_NOT_FOUND; a status of the store; _HANDLE_INVALID,
///         _NULL_ARGUMENT, _SIZE_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_retire_field(
    registry: *const serialref_registry,
    id: u64,
    field: serialref_text,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes a text.
        session.registry.retire_field(GroupId(id), unsafe { field.read("field") }?)?;
        Ok(())
    })
}
