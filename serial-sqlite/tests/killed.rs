//! A process that is killed loses nothing that it was told.

mod support;

use std::{thread, time::Duration};

use serial_core::{ErrorKind, Kind, Limits, Registry};
use serial_sqlite::{SqliteDurability, SqliteStore};
use support::{
    Dice, check,
    child::{self, Plan, say},
    issue::{Call, groups, heard, repeat},
    take::{self, Take},
};

const THREADS: u64 = 4;

#[test]
fn child() {
    child::play(&[("issue", issue_until_killed)]);
}

fn issue_until_killed() {
    let durability = if child::setting("DURABILITY") == "power" {
        SqliteDurability::PowerCut
    } else {
        SqliteDurability::ProgramCrash
    };
    let store = SqliteStore::options().durability(durability).open(child::setting("PATH")).unwrap();
    let registry = Registry::builder(store).limits(Limits::unlimited()).build();
    let groups = groups(&registry).unwrap();
    let run = u128::from(child::number("RUN"));
    thread::scope(|scope| {
        for number in 0..THREADS {
            let (registry, groups) = (&registry, &groups);
            scope.spawn(move || {
                let mut dice = Dice(child::number("RUN") << 8 | number);
                for step in 0_u128.. {
                    let (group, kind) = groups[dice.index(groups.len())];
                    let count = if kind == Kind::Batch { 1 + dice.index(30) } else { 0 };
                    let request = run << 64 | u128::from(number) << 32 | step << 1;
                    let result = if step % 3 == 2 {
                        let mut take = Take::of(request | 1 << 63, group.0, 1 + dice.below(4));
                        take.claim(registry).and_then(|done| if done { take.use_up(registry) } else { Ok(()) })
                    } else {
                        (Call { request, group: group.0, count }).run(registry).map(drop)
                    };
                    if let Err(error) = result {
                        say(format_args!("failed {error:?}"));
                        assert_ne!(error.kind(), ErrorKind::StoreBusy, "{error:?}");
                        panic!("{error:?}");
                    }
                }
            });
        }
    });
}

#[test]
fn what_was_acknowledged_outlives_a_kill_and_what_was_not_is_all_or_nothing() {
    let rounds = support::runs(12, 220);
    let mut dice = Dice(20_261_123);
    let (mut acknowledged, mut used_up) = (0, 0);
    let mut from = 0;
    while from < rounds {
        let folder = support::folder();
        let path = folder.path().join("store.db");
        let (mut all, mut takes) = (Vec::new(), Vec::new());
        // A new file now and then, so that creating one is interrupted as well.
        for round in from..(from + 6).min(rounds) {
            // A crash of the program must undo nothing with either.
            let durability = if round % 4 == 3 { "program" } else { "power" };
            let issuing = || Plan::of("issue").path(&path).set("DURABILITY", durability);
            let mut victims = vec![issuing().set("RUN", round * 2 + 1).start()];
            if round % 2 == 1 {
                victims.push(issuing().set("RUN", round * 2 + 2).start());
            }
            let begun = round % 3 == 0 || victims[0].wait_for("done");
            assert!(begun, "round {round}: {}", victims.remove(0).wait().complaints);
            thread::sleep(Duration::from_micros(dice.below(if round % 3 == 0 { 60_000 } else { 150_000 })));
            for victim in victims {
                let ended = victim.kill();
                assert!(!ended.said.iter().any(|line| line.starts_with("failed")), "{}", ended.complaints);
                assert!(ended.complaints.is_empty(), "round {round}: {}", ended.complaints);
                let (done, open) = heard(&ended.said);
                acknowledged += done.len();
                let last = &done[done.len().saturating_sub(20)..];
                let settled = repeat(&path, last, &open);
                all.extend(done);
                all.extend(settled);
                takes.extend(take::heard(&ended.said));
                thread::sleep(Duration::from_micros(dice.below(30_000)));
            }
            take::settle(&path, &takes, &format!("round {round}"));
            check::check(&path, &all, &format!("round {round}"));
        }
        SqliteStore::open(&path).unwrap().check_integrity().unwrap();
        used_up += takes.iter().filter(|take| take.used).count();
        from += 6;
    }
    assert!(acknowledged as u64 > rounds * 3, "only {acknowledged} calls were acknowledged");
    assert!(used_up as u64 > rounds, "only {used_up} claims were used");
}
