//! `cargo xtask long`: the tests that take minutes, at their full length.
//!
//! Shorter runs of the same tests are part of `cargo xtask test`.

use crate::stage::Cargo;

/// A test that can be run for longer.
struct Long {
    /// What selects it.
    name: &'static str,
    /// The command, without the word `test`.
    command: &'static str,
    /// How often it does what it does, in `SERIALREF_RUNS`.
    runs: &'static str,
}

/// All of them.
const LONG: &[Long] = &[
    Long { name: "kill", command: "-p serial-sqlite --test killed", runs: "200" },
    Long { name: "kill", command: "-p serial-postgres --test crash", runs: "20" },
    Long { name: "crash-points", command: "-p serial-sqlite --test crash_points", runs: "200" },
    Long { name: "second-sqlite", command: "-p serial-sqlite --test second_sqlite", runs: "200" },
    Long { name: "processes", command: "-p serial-sqlite --test processes", runs: "200" },
    Long {
        name: "files",
        command: "-p serial-sqlite --test damage --test full_disk --test fork --test agreement --test backups --test faults",
        runs: "200",
    },
    Long { name: "lost-replies", command: "-p serial-postgres --test lost_replies", runs: "500" },
    Long { name: "contention", command: "-p serial-postgres --test together", runs: "100" },
];

/// The names, for the help.
pub(crate) const NAMES: &str = "kill crash-points second-sqlite processes files lost-replies contention";

/// Runs those with these names, or all; `None` where there is no such name.
pub(crate) fn run(names: &[&str]) -> Option<bool> {
    if names.iter().any(|name| LONG.iter().all(|long| long.name != *name)) {
        return None;
    }
    let chosen = LONG.iter().filter(|long| names.is_empty() || names.contains(&long.name));
    let mut success = true;
    for long in chosen {
        let cargo = Cargo::new(&format!("test {} -- --nocapture", long.command)).variable("SERIALREF_RUNS", long.runs);
        println!("\n$ {cargo}");
        match cargo.run() {
            Ok(passed) => success &= passed,
            Err(error) => {
                eprintln!("{cargo}: {error}");
                success = false;
            }
        }
    }
    println!("\nlong tests: {}", if success { "all passed" } else { "some FAILED" });
    Some(success)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_shown_are_those_that_there_are() {
        let shown: Vec<&str> = NAMES.split(' ').collect();
        assert!(shown.iter().all(|name| LONG.iter().any(|long| long.name == *name)));
        assert!(LONG.iter().all(|long| shown.contains(&long.name)));
    }

    #[test]
    fn a_name_that_there_is_not_runs_nothing() {
        assert_eq!(run(&["kill", "krill"]), None);
    }
}
