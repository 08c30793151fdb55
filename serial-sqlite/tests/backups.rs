//! A backup that is there is whole, whoever else makes one, writes, or is killed at that moment.

mod support;

use std::{path::Path, sync::Barrier, thread, time::Duration};

use serial_core::{NewBatch, StoreError};
use serial_sqlite::SqliteStore;
use support::{
    check,
    child::{self, Plan, say},
    issue::groups,
};

#[test]
fn child() {
    child::play(&[("back up", back_up)]);
}

fn back_up() {
    let path = child::setting("PATH");
    let store = SqliteStore::open(&path).unwrap();
    say("begins");
    for number in 0.. {
        store.backup_to(format!("{path}.{}.{number}", child::setting("RUN"))).unwrap();
        say(format_args!("whole {number}"));
    }
}

/// A store with some pages to copy.
fn sample(path: &Path) {
    let registry = support::registry(path);
    let group = groups(&registry).unwrap()[0].0;
    for _ in 0..20 {
        registry.create_batch(group, NewBatch::of(1000)).unwrap();
    }
}

#[test]
fn of_several_backups_to_one_place_one_is_made_and_it_is_whole() {
    let folder = support::folder();
    let path = folder.path().join("store.db");
    sample(&path);
    for round in 0..support::runs(8, 200) {
        let to = folder.path().join(format!("backup-{round}.db"));
        let together = Barrier::new(4);
        let made: usize = thread::scope(|scope| {
            let backing: Vec<_> = (0..4)
                .map(|number| {
                    let (path, to, together) = (&path, &to, &together);
                    scope.spawn(move || {
                        let store = SqliteStore::open(path).unwrap();
                        together.wait();
                        thread::sleep(Duration::from_micros(number * round * 100));
                        match store.backup_to(to) {
                            Ok(()) => {
                                // Whole at once, and not only when the others are done.
                                assert_eq!(check::live(to).values().sum::<u64>(), 20_000, "round {round}");
                                1
                            }
                            Err(error) => {
                                assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
                                0
                            }
                        }
                    })
                })
                .collect();
            backing.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(made, 1, "round {round}");
        check::check(&to, &[], &format!("round {round}"));
        std::fs::remove_file(&to).unwrap();
    }
}

#[test]
fn a_backup_that_is_killed_leaves_none_that_is_not_whole() {
    for round in 0..support::runs(5, 60) {
        let folder = support::folder();
        let path = folder.path().join("store.db");
        sample(&path);
        let mut child = Plan::of("back up").path(&path).set("RUN", round).start();
        assert!(child.wait_for("begins"));
        thread::sleep(Duration::from_micros(5_000 + round * 1_700));
        let said = child.kill().said;
        let last = said.iter().filter(|line| line.starts_with("whole")).count();
        for number in 0..=last {
            let copy = folder.path().join(format!("store.db.{round}.{number}"));
            assert!(number == last || copy.exists());
            if copy.exists() {
                assert_eq!(check::live(&copy).values().sum::<u64>(), 20_000);
                check::check(&copy, &[], &format!("round {round}, backup {number}"));
            }
        }
        // The next one is not in the way of what the killed one left.
        let store = SqliteStore::open(&path).unwrap();
        let next = folder.path().join(format!("store.db.{round}.{last}"));
        if !next.exists() {
            store.backup_to(&next).unwrap();
            assert_eq!(check::live(&next).values().sum::<u64>(), 20_000);
        }
    }
}
