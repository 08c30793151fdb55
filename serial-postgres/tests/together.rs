//! Many connections and many processes at once: limits hold exactly, nothing is issued twice, and everybody may be the
//! first.

mod support;

use std::{
    collections::BTreeSet,
    env,
    fmt::Write,
    fs,
    process::{Child, Command},
    sync::Barrier,
    thread,
};

use serial_core::{
    BatchId, Error, Filter, Format, GroupFilter, GroupId, GroupLimits, Limit, Limits, NewBatch, NewClaim, NewGroup,
    Order, Paging, Preset, Registry, RequestId, Selection, State, Store, Transition,
    conformance::{FaultyStore, Method},
};
use serial_postgres::{PostgresIsolation, PostgresOptions};
use support::{Target, agreement, fresh, fresh_schema, runs, shared_database};

const CONNECTIONS: u64 = 8;

fn unlimited(store: impl Store + 'static) -> Registry {
    Registry::builder(store).limits(Limits::unlimited()).build()
}

/// Eight stores with a connection each fill a group in batches until the limit refuses.
fn fill(isolation: PostgresIsolation, times: u64) {
    const LIMIT: u64 = 300;
    let options = fresh().isolation(isolation).pool_size(1);
    let registries: Vec<Registry> = (0..CONNECTIONS).map(|_| unlimited(options.open().unwrap())).collect();
    for run in 0..times {
        for size in [1, 7, 500] {
            let limits = GroupLimits { max_live: Some(Limit::AtMost(LIMIT)), ..GroupLimits::default() };
            let new = NewGroup::batch(format!("run {run}, batches of {size}")).limits(limits);
            let group = registries[0].create_group(new).unwrap().id;
            let barrier = Barrier::new(registries.len());
            let issued: u64 = thread::scope(|scope| {
                let running: Vec<_> = registries
                    .iter()
                    .map(|registry| {
                        scope.spawn(|| {
                            barrier.wait();
                            let mut issued = 0;
                            loop {
                                match registry.create_batch(group, NewBatch::of(size)) {
                                    Ok(batch) => issued += batch.codes.len() as u64,
                                    Err(Error::LimitReached { value: LIMIT, present, .. }) => {
                                        assert!(present <= LIMIT && present + size > LIMIT, "{present} of {LIMIT}");
                                        return issued;
                                    }
                                    Err(Error::StoreBusy(_)) => {}
                                    Err(error) => panic!("{error}: {error:?}"),
                                }
                            }
                        })
                    })
                    .collect();
                running.into_iter().map(|thread| thread.join().unwrap()).sum()
            });
            let full = LIMIT / size * size;
            let now = registries[0].group(group).unwrap();
            assert_eq!((issued, now.live, now.issued), (full, full, full), "run {run}, batches of {size}");
            assert_eq!(registries[0].count(&Filter::group(group)).unwrap(), full);
        }
    }
}

#[test]
fn a_limit_is_filled_exactly_by_eight_connections() {
    fill(PostgresIsolation::ReadCommitted, runs(2));
}

#[test]
fn a_limit_is_filled_exactly_by_eight_connections_when_serializable() {
    fill(PostgresIsolation::Serializable, runs(1));
}

/// What a child process is told through its environment.
const TOLD: [&str; 3] = ["SERIALREF_TEST_URL", "SERIALREF_TEST_SCHEMA", "SERIALREF_TEST_FILE"];

/// Runs another test of this program in a process of its own.
fn child(test: &str, schema: &str, file: &str) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", test]);
    for (name, value) in TOLD.iter().zip([shared_database(), schema, file]) {
        command.env(name, value);
    }
    command.stdout(std::process::Stdio::null()).spawn().unwrap()
}

/// What the test that started this process said; nothing where it is not a child.
fn told() -> Option<[String; 3]> {
    let [url, schema, file] = TOLD.map(|name| env::var(name).ok());
    Some([url?, schema?, file?])
}

/// Batches that one process asks for in each group.
const ROUNDS: u64 = 15;

/// What the test after it runs as a process; by itself it does nothing.
#[test]
fn a_process_that_issues() {
    let Some([url, schema, file]) = told() else { return };
    let store = PostgresOptions::default().schema(schema).pool_size(2).open(url).unwrap();
    // Replies get lost on the way, too.
    let seed = u64::from(std::process::id());
    let registry = unlimited(FaultyStore::new(store, move |call, method| {
        let lost = (call ^ seed) % 5 == 0 && method == Method::Append;
        lost.then_some(serial_core::conformance::Fault::LoseReply)
    }));
    let groups: Vec<GroupId> =
        registry.groups(&GroupFilter::all(), &Paging::of(100)).unwrap().items.iter().map(|group| group.id).collect();
    let mut received = String::new();
    for round in 0..ROUNDS {
        for group in &groups {
            let id = RequestId(u128::from(seed) << 64 | u128::from(group.0) << 32 | u128::from(round));
            let issued = loop {
                match registry.create_batch(*group, NewBatch::of(20).request_id(id)) {
                    Ok(issued) => break issued,
                    Err(Error::StoreBusy(_) | Error::OutcomeUnknown { .. }) => {}
                    Err(error) => panic!("{error}: {error:?}"),
                }
            };
            for code in issued.codes.iter() {
                writeln!(received, "{group} {code}").unwrap();
            }
        }
    }
    fs::write(file, received).unwrap();
}

#[test]
fn four_processes_that_issue_into_the_same_groups_receive_exactly_what_is_issued() {
    let schema = fresh_schema();
    let registry = unlimited(PostgresOptions::default().schema(&*schema).open(shared_database()).unwrap());
    let counted = Format::builder().preset(Preset::Digits).length(8).order(Order::sequential()).build().unwrap();
    let groups = [
        registry.create_group(NewGroup::batch("drawn")).unwrap().id,
        registry.create_group(NewGroup::batch("counted").format(counted)).unwrap().id,
    ];
    let folder = env::temp_dir().join(format!("serialref-together-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let files: Vec<String> = (0..4).map(|number| folder.join(number.to_string()).display().to_string()).collect();
    let children: Vec<Child> = files.iter().map(|file| child("a_process_that_issues", &schema, file)).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let received: Vec<String> = files
        .iter()
        .flat_map(|file| fs::read_to_string(file).unwrap().lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    fs::remove_dir_all(&folder).unwrap();
    let distinct: BTreeSet<&String> = received.iter().collect();
    assert_eq!(distinct.len(), received.len());
    for group in groups {
        let each = registry.each_reference(Filter::group(group), serial_core::Direction::OldestFirst);
        let stored: BTreeSet<String> = each.map(|reference| format!("{group} {}", reference.unwrap().code)).collect();
        let expected: BTreeSet<String> =
            received.iter().filter(|line| line.starts_with(&format!("{group} "))).cloned().collect();
        assert_eq!(stored, expected);
        assert_eq!(registry.group(group).unwrap().issued, 4 * ROUNDS * 20);
    }
}

/// What the test after it runs as a process; by itself it does nothing.
#[test]
fn a_process_that_claims() {
    let Some([url, schema, file]) = told() else { return };
    let store = PostgresOptions::default().schema(schema).pool_size(2).open(url).unwrap();
    let seed = u64::from(std::process::id());
    let registry = unlimited(FaultyStore::new(store, move |call, method| {
        let lost = (call ^ seed) % 5 == 0 && [Method::Claim, Method::Change].contains(&method);
        lost.then_some(serial_core::conformance::Fault::LoseReply)
    }));
    let group = registry.groups(&GroupFilter::all(), &Paging::of(1)).unwrap().items[0].id;
    let mut received = String::new();
    for round in 0_u64.. {
        let id = RequestId(u128::from(seed) << 64 | u128::from(round));
        // From the batch by its name, and from the group, which has no other.
        let new = NewClaim::of(1 + (round * 7 + seed) % 40).holder("Line").request_id(id);
        let new = if round % 2 == 0 { new.from_batch(BatchId(1)) } else { new };
        let claim = match registry.claim(group, new.clone()) {
            Ok(claim) => claim,
            Err(Error::TooFewAvailable { available: 0, .. }) => break,
            // Fewer are left than were asked for, or the same once more.
            Err(Error::TooFewAvailable { .. }) => match registry.claim(group, NewClaim::of(1).holder("Line")) {
                Ok(claim) => claim,
                Err(Error::TooFewAvailable { .. } | Error::StoreBusy(_)) => continue,
                Err(error) => panic!("{error}: {error:?}"),
            },
            Err(Error::StoreBusy(_)) => continue,
            Err(error) => panic!("{error}: {error:?}"),
        };
        let used = Selection::references(&claim.references);
        loop {
            match registry.transition(&used, Transition::to(State::Encoded).request_id(RequestId(id.0 | 1 << 40))) {
                Ok(moved) => break assert_eq!(moved, claim.references.len() as u64),
                Err(Error::StoreBusy(_) | Error::OutcomeUnknown { .. }) => {}
                Err(error) => panic!("{error}: {error:?}"),
            }
        }
        claim.references.iter().for_each(|reference| writeln!(received, "{}", reference.code).unwrap());
    }
    fs::write(file, received).unwrap();
}

fn claim_by_four_processes(isolation: PostgresIsolation) {
    let schema = fresh_schema();
    let options = PostgresOptions::default().schema(&*schema).isolation(isolation);
    let registry = unlimited(options.open(shared_database()).unwrap());
    let group = registry.create_group(NewGroup::batch("Pumps")).unwrap().id;
    let batch = registry.create_batch(group, NewBatch::of(5000)).unwrap();
    let folder = env::temp_dir().join(format!("serialref-claims-{isolation:?}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let files: Vec<String> = (0..4).map(|number| folder.join(number.to_string()).display().to_string()).collect();
    let children: Vec<Child> = files.iter().map(|file| child("a_process_that_claims", &schema, file)).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let received: Vec<String> = files
        .iter()
        .flat_map(|file| fs::read_to_string(file).unwrap().lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    fs::remove_dir_all(&folder).unwrap();
    let distinct: BTreeSet<&str> = received.iter().map(String::as_str).collect();
    assert_eq!(received.len(), 5000);
    assert_eq!(distinct, batch.codes.iter().collect::<BTreeSet<_>>());
    let now = registry.group(group).unwrap();
    assert_eq!(now.counts[State::Encoded], 5000);
    assert_eq!(now.events, 2 + 2 * 5000);
    agreement(&schema);
}

#[test]
fn four_processes_that_claim_from_one_batch_receive_each_reference_exactly_once() {
    claim_by_four_processes(PostgresIsolation::ReadCommitted);
}

#[test]
fn four_processes_that_claim_from_one_batch_receive_each_reference_exactly_once_when_serializable() {
    claim_by_four_processes(PostgresIsolation::Serializable);
}

/// What the test after it runs as a process; by itself it does nothing.
#[test]
fn a_process_that_opens() {
    let Some([url, schema, _]) = told() else { return };
    PostgresOptions::default().schema(schema).open(url).unwrap();
}

#[test]
fn the_tables_are_made_once_by_many_who_open_at_the_same_moment() {
    for _ in 0..runs(3) {
        let schema = fresh_schema();
        let children: Vec<Child> = (0..3).map(|_| child("a_process_that_opens", &schema, "")).collect();
        let barrier = Barrier::new(6);
        thread::scope(|scope| {
            for number in 0..6 {
                let (schema, barrier) = (&schema, &barrier);
                scope.spawn(move || {
                    let options = Target::at(shared_database()).schema(schema);
                    barrier.wait();
                    let registry = unlimited(options.open().unwrap());
                    registry.create_group(NewGroup::batch(format!("group {number}"))).unwrap();
                });
            }
        });
        for mut child in children {
            assert!(child.wait().unwrap().success());
        }
        let store = PostgresOptions::default().schema(schema).open(shared_database()).unwrap();
        assert!(store.has_search_index());
        let groups = unlimited(store).groups(&GroupFilter::all(), &Paging::of(100)).unwrap().items;
        assert_eq!(groups.iter().map(|group| group.id.0).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    }
}
