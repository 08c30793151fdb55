//! A file that is deleted or replaced while a store is open takes no more references with it.

#![cfg(unix)]

mod support;

use std::fs;

use serial_core::{ErrorKind, NewGroup};
use support::check;

#[test]
fn nothing_is_acknowledged_into_a_file_that_was_deleted_renamed_or_replaced() {
    for way in ["delete", "rename", "replace"] {
        let folder = support::folder();
        let path = folder.path().join("store.db");
        let registry = support::registry(&path);
        let group = registry.create_group(NewGroup::continuous("Service tags")).unwrap().id;
        registry.create_reference(group).unwrap();
        let other = folder.path().join("other.db");
        match way {
            "delete" => fs::remove_file(&path).unwrap(),
            "rename" => fs::rename(&path, &other).unwrap(),
            _ => {
                drop(support::registry(&other));
                fs::rename(&other, &path).unwrap();
            }
        }
        for _ in 0..2 {
            let error = registry.create_reference(group).expect_err(way);
            assert_eq!(error.kind(), ErrorKind::StoreUnavailable, "{way}: {error:?}");
        }
        if way == "rename" {
            // Put back it is as good as ever.
            fs::rename(&other, &path).unwrap();
            registry.create_reference(group).unwrap();
            assert_eq!(registry.group(group).unwrap().live, 2);
            drop(registry);
            check::check(&path, &[], way);
        }
    }
}

#[test]
fn a_store_that_was_opened_by_a_relative_path_or_a_link_is_where_it_was() {
    let folder = support::folder();
    let real = folder.path().join("real");
    fs::create_dir(&real).unwrap();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let registry = support::registry(&link.join("store.db"));
    let group = registry.create_group(NewGroup::continuous("Service tags")).unwrap().id;
    // Connections for reading are opened later; they must not look for the file behind the link's new target.
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink(folder.path(), &link).unwrap();
    registry.create_reference(group).unwrap();
    assert!(real.join("store.db").exists());
}
