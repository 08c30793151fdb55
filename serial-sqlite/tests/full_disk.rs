//! A disk that is full, or a file that may not grow: a clear error, nothing lost, and it goes on once there is room.

#![cfg(unix)]

mod support;

use std::path::Path;

use rustix::process::{Resource, getrlimit, setrlimit};
use serial_core::{ErrorKind, GroupId};
use support::{
    Dice, check,
    child::{self, Plan, say},
    issue::{Call, groups, heard, repeat},
};

#[test]
fn child() {
    child::play(&[("fill", fill)]);
}

/// Issues until the files may not grow any more, and goes on when they may.
fn fill() {
    let registry = support::registry(Path::new(&child::setting("PATH")));
    let groups = groups(&registry).unwrap();
    let mut dice = Dice(child::number("BLOCKS"));
    let mut call = |request: u128| {
        let at = dice.index(4);
        Call { request, group: groups[at].0.0, count: if at.is_multiple_of(2) { 1 + dice.index(60) } else { 0 } }
    };
    let mut request = 0;
    let (stuck, error) = loop {
        request += 1;
        let call = call(request);
        match call.run(&registry) {
            Ok(_) => assert!(request < 100_000, "there is no end"),
            Err(error) => break (call, error),
        }
    };
    assert_eq!(error.kind(), ErrorKind::StoreUnavailable, "{error:?}");
    say(format_args!("full {error} {error:?}"));
    // It may be tried again; other codes may fit where these did not. Reading works all along.
    for _ in 0..3 {
        let before = registry.group(GroupId(stuck.group)).unwrap();
        if let Err(again) = stuck.run(&registry) {
            assert_eq!(again.kind(), ErrorKind::StoreUnavailable, "{again:?}");
            assert_eq!(registry.group(GroupId(stuck.group)).unwrap(), before);
        }
    }
    let mut limit = getrlimit(Resource::Fsize);
    limit.current = limit.maximum;
    setrlimit(Resource::Fsize, limit).unwrap();
    stuck.run(&registry).unwrap();
    for more in 1..=10 {
        call(request + more).run(&registry).unwrap();
    }
}

#[test]
fn a_file_that_may_not_grow_any_more_loses_nothing_and_goes_on_when_it_may() {
    for round in 0..support::runs(6, 150) {
        let folder = support::folder();
        let path = folder.path().join("store.db");
        let blocks = 300 + round * 37 % 1500;
        // The shell sets the limit, and that passing it is an error rather than the end of the process.
        let limited = format!("trap '' XFSZ; ulimit -S -f {blocks}; exec \"$0\" \"$@\"");
        let ended = Plan::through("fill", &["sh", "-c", &limited]).path(&path).set("BLOCKS", blocks).start().wait();
        let said = ended.well();
        assert!(said.iter().any(|line| line.starts_with("full")), "{blocks}: never full");
        let (done, open) = heard(&said);
        assert!(open.is_empty(), "{open:?}");
        assert!(done.len() > 12);
        repeat(&path, &done[done.len() - 12..], &open);
        check::check(&path, &done, &format!("{blocks} blocks"));
    }
}
