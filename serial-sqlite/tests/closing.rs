//! What is left behind when stores and their connections are closed.

mod support;

use std::{fs, thread};

use serial_core::{Filter, NewGroup, Paging};
use support::check;

#[test]
fn the_last_store_of_a_process_that_closes_leaves_everything_in_one_file() {
    for first in [0, 1] {
        let folder = support::folder();
        let path = folder.path().join("store.db");
        let mut open = vec![support::registry(&path), support::registry(&path)];
        let group = open[0].create_group(NewGroup::continuous("Service tags")).unwrap().id;
        for registry in &open {
            registry.create_reference(group).unwrap();
            // Each has a connection for reading too.
            registry.references(&Filter::group(group), &Paging::of(5)).unwrap();
        }
        drop(open.remove(first));
        drop(open);
        // A copy of the file alone has everything.
        let copy = folder.path().join("copy.db");
        fs::copy(&path, &copy).unwrap();
        assert_eq!(support::registry(&copy).group(group).unwrap().live, 2);
        check::check(&copy, &[], &format!("the store that was opened as {first} was closed first"));
    }
}

#[test]
#[cfg(target_os = "linux")]
fn readers_that_come_and_go_leave_no_descriptors_open() {
    let folder = support::folder();
    let path = folder.path().join("store.db");
    let registry = support::registry(&path);
    let group = registry.create_group(NewGroup::continuous("Service tags")).unwrap().id;
    registry.create_reference(group).unwrap();
    let mine = || {
        let open = fs::read_dir("/proc/self/fd").unwrap();
        open.filter(|entry| fs::read_link(entry.as_ref().unwrap().path()).is_ok_and(|to| to.starts_with(folder.path())))
            .count()
    };
    let read = || {
        thread::scope(|scope| {
            for _ in 0..32 {
                scope.spawn(|| registry.references(&Filter::group(group), &Paging::of(5)).unwrap());
            }
        });
    };
    for _ in 0..40 {
        read();
    }
    // A file and a log for the connection that writes and for each of the eight that are kept, and what SQLite keeps
    // to use again: as many as were ever open at the same time.
    assert!(mine() <= 3 + 2 * 33, "{} descriptors are open", mine());
    drop(registry);
    assert_eq!(mine(), 0);
}
