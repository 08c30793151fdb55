//! A panic inside, for example in a store, becomes a status, and the process lives on.

use std::{
    ffi::CStr,
    ptr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use serial_core::{MemoryStore, Registry, conformance::FaultyStore};
use serialref_ffi::{
    adopt, serialref_create_group, serialref_get_group, serialref_kind, serialref_last_error_message,
    serialref_new_group, serialref_registry, serialref_registry_free, serialref_status, serialref_text,
};

/// A registry over a store that panics as soon as it is told to.
fn panicking() -> (*mut serialref_registry, Arc<AtomicBool>) {
    let is_faulty = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&is_faulty);
    let store = FaultyStore::new(MemoryStore::new(), move |_, _| {
        assert!(!told.load(Ordering::SeqCst), "a fault in the store");
        None
    });
    (adopt(Registry::new(store)).unwrap(), is_faulty)
}

fn create(registry: *mut serialref_registry, name: &str) -> serialref_status {
    // SAFETY: all zeros are a group that says nothing.
    let mut group: serialref_new_group = unsafe { std::mem::zeroed() };
    group.struct_size = size_of::<serialref_new_group>();
    group.kind = serialref_kind::Batch as i32;
    group.name = serialref_text { data: name.as_ptr().cast(), size: name.len() };
    let mut id = 0;
    // SAFETY: all pointers lead to what they say.
    unsafe { serialref_create_group(registry, &raw const group, &raw mut id) }
}

fn message() -> String {
    // SAFETY: the library gives a string of C.
    unsafe { CStr::from_ptr(serialref_last_error_message()) }.to_str().unwrap().to_owned()
}

#[test]
fn a_panic_in_a_store_becomes_a_status_with_its_text_and_only_the_handle_is_lost() {
    let (registry, is_faulty) = panicking();
    let (other, _) = panicking();
    assert_eq!(create(registry, "Pump"), serialref_status::Ok);
    is_faulty.store(true, Ordering::SeqCst);
    assert_eq!(create(registry, "Valve"), serialref_status::Panicked);
    assert!(message().contains("a fault in the store"), "{}", message());

    is_faulty.store(false, Ordering::SeqCst);
    assert_eq!(create(registry, "Valve"), serialref_status::Panicked);
    assert!(message().contains("free it"), "{}", message());
    let mut groups = ptr::null_mut();
    // SAFETY: all pointers lead to what they say.
    let status = unsafe { serialref_get_group(registry, 1, &raw mut groups) };
    assert_eq!((status, groups), (serialref_status::Panicked, ptr::null_mut()));

    assert_eq!(create(other, "Valve"), serialref_status::Ok);
    for registry in [registry, other] {
        // SAFETY: a handle is checked.
        assert_eq!(unsafe { serialref_registry_free(registry) }, serialref_status::Ok);
    }
}
