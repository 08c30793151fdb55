//! A throwaway server starts, is killed, and comes back with what it had.

use std::{path::Path, process::Command};

use throwaway_postgres::{Settings, ThrowawayPostgres};

#[test]
fn a_durable_server_has_what_it_acknowledged_after_it_was_killed() {
    let server = ThrowawayPostgres::start(&Settings { durable: true, ..Settings::default() }).unwrap();
    server.execute("postgres", "CREATE TABLE t AS SELECT 42 AS answer").unwrap();
    server.kill();
    assert!(server.execute("postgres", "SELECT 1").is_err());
    server.restart().unwrap();
    assert_eq!(server.execute("postgres", "SELECT answer, NULL FROM t").unwrap(), ["42\t"]);
    let error = server.execute("postgres", "SELECT nonsense").unwrap_err();
    assert!(error.contains("nonsense"), "{error}");
}

#[test]
fn every_database_is_another_one() {
    let server = ThrowawayPostgres::start(&Settings::default()).unwrap();
    assert_ne!(server.create_database().unwrap(), server.create_database().unwrap());
}

/// Set for the process that is to be killed.
const CHILD: &str = "THROWAWAY_POSTGRES_CHILD";

/// The part of the next test that is killed; by itself it does nothing.
#[test]
fn a_process_that_waits_to_be_killed() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let server = ThrowawayPostgres::start(&Settings::default()).unwrap();
    println!("pid {}", server.execute("postgres", "SELECT pg_backend_pid()").unwrap()[0]);
    println!("data {}", server.execute("postgres", "SHOW data_directory").unwrap()[0]);
    std::thread::sleep(std::time::Duration::from_secs(60));
}

#[test]
fn a_server_ends_with_a_process_that_is_killed_and_its_files_go_with_the_next() {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .env(CHILD, "1")
        .args(["--exact", "--nocapture", "a_process_that_waits_to_be_killed"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let mut lines = lines.map(Result::unwrap);
    let data = lines.find_map(|line| Some(line.split_once("data ")?.1.to_owned())).unwrap();
    let postmaster = std::fs::read_to_string(Path::new(&data).join("postmaster.pid")).unwrap();
    let postmaster = Path::new("/proc").join(postmaster.lines().next().unwrap());
    assert!(postmaster.exists());
    child.kill().unwrap();
    child.wait().unwrap();
    for _ in 0..500 {
        if !postmaster.exists() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert!(!postmaster.exists(), "the server still runs");
    drop(ThrowawayPostgres::start(&Settings::default()).unwrap());
    assert!(!Path::new(&data).exists(), "its files are still there");
}
