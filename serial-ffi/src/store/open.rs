//! Registries over stores in C.

use std::ffi::{CStr, c_char};

use serialref::{Name, Registry};

use crate::{
    handle,
    memory::{self, Out},
    registry::{Session, serialref_open_options, serialref_registry},
    status::serialref_status,
    store::{bridge::CStore, table::serialref_store},
    text::serialref_text,
    trouble::{Trouble, call},
};

/// Reads a table and its base. From here on they belong to the library, also where they use more than it knows: what is
/// needed to destroy them has been there from the first version on.
///
/// # Safety
/// The pointers are NULL or lead to tables, whose functions can be called.
pub(super) unsafe fn adopt(store: *const serialref_store) -> Result<CStore, Trouble> {
    // SAFETY: the caller promises the table.
    let (table, is_all) = unsafe { memory::read_known(store, "store") }?;
    let mut adopted = CStore::of(table);
    if !table.base.is_null() {
        // SAFETY: the caller promises the table.
        let (base, is_all_of_base) = unsafe { memory::read_known(table.base, "base of store") }?;
        adopted = adopted.over(base);
        is_all_of_base?;
    }
    is_all?;
    Ok(adopted)
}

/// Makes a registry over a store that is written in C.
///
/// The table is copied, and with it the store belongs to the library: `destroy` is called once, when nothing uses it
/// any more, or before this function returns where it fails. Only where `store` itself cannot be read (it is NULL, not
/// aligned, or has a `struct_size` that is not one) nothing is called, and the store is still the caller's. The same
/// holds for the base.
///
/// @param store     The table.
/// @param options   The limits of the registry, or NULL; other options are not used.
/// @param registry  Where to write the handle. Free it with serialref_registry_free().
/// @return SERIALREF_STATUS_OK; _OPTION_INVALID where a function is missing or the base has a base; _NULL_ARGUMENT,
///         _MISALIGNED, _SIZE_INVALID, _ENUM_INVALID or _TOO_MANY_HANDLES.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_open_store(
    store: *const serialref_store,
    options: *const serialref_open_options,
    registry: *mut *mut serialref_registry,
) -> serialref_status {
    call(|| {
        // First of all, so that it is clear to whom the store belongs whatever else is wrong.
        // SAFETY: the caller passes NULL or a table whose functions can be called.
        let store = unsafe { adopt(store) }?;
        // SAFETY: the caller passes NULL or memory for a handle.
        let out = unsafe { Out::new(registry, "registry") }?;
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        let options = unsafe { memory::read_or_default(options, "options") }?;
        // SAFETY: `limits` is NULL or a struct of the size that it says.
        let limits = unsafe { options.limits() }?;
        let registry = Registry::builder(store.checked()?).limits(limits).build();
        out.write(handle::give(Session::over_own_store(registry))?);
        Ok(())
    })
}

/// Whether a name contains a text in any letter case, as `groups` of a store has to decide. Unicode's lower case
/// counts.
///
/// @param name    The name of a group.
/// @param part    The text; the empty one is in every name.
/// @param result  Where to write 1 if it does, otherwise 0.
/// @return SERIALREF_STATUS_OK, _NAME_INVALID, _NULL_ARGUMENT, _MISALIGNED, _SIZE_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_name_contains(
    name: serialref_text,
    part: serialref_text,
    result: *mut i32,
) -> serialref_status {
    call(|| {
        // SAFETY: the caller passes NULL or memory for a number.
        let out = unsafe { Out::new(result, "result") }?;
        // SAFETY: the caller passes texts.
        let (name, part) = unsafe { (name.read("name")?, part.read("part")?) };
        out.write(Name::new(name)?.contains_in_any_case(part).into());
        Ok(())
    })
}

/// The name of a state, as it stands in events, files and tables: "available", "allocated" and so on.
///
/// @param state  One of the constants of serialref_state.
/// @return The name, valid for ever; "" for any other number.
#[unsafe(no_mangle)]
pub extern "C" fn serialref_state_name(state: i32) -> *const c_char {
    // In the order of the numbers. Nothing here can fail, so nothing has to be caught.
    const NAMES: [&CStr; 9] = [
        c"",
        c"available",
        c"allocated",
        c"encoded",
        c"commissioned",
        c"released",
        c"decommissioned",
        c"destroyed",
        c"void",
    ];
    let name = usize::try_from(state).ok().and_then(|state| NAMES.get(state));
    name.copied().unwrap_or_default().as_ptr()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_have_the_names_that_the_core_gives_them() {
        for number in -1..=20 {
            let name =
                u8::try_from(number).ok().and_then(serialref::State::from_number).map_or("", serialref::State::name);
            // SAFETY: the names are strings that stay.
            assert_eq!(unsafe { CStr::from_ptr(serialref_state_name(number)) }.to_str(), Ok(name));
        }
    }
}
