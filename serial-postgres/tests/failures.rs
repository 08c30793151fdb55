//! Whatever goes wrong has a name and a sentence that helps, and changes nothing.

mod support;

use std::{
    error::Error as _,
    net::TcpListener,
    process,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use fork::{Fork, fork, waitpid};
use serial_core::{
    AppendPlan, Cause, Codes, Error, Filter, GroupId, Limit, NewBatch, NewGroup, Paging, Registry, Store, StoreError,
    Timestamp, Values, conformance::FaultyStore,
};
use serial_postgres::{PostgresIsolation, PostgresOptions, PostgresStore};
use support::{Target, fresh, fresh_schema, open, server, shared_database};
use throwaway_postgres::GUARDED_USER;

/// What a store says, without its source and without the password.
fn words(error: &StoreError) -> String {
    let words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        assert!(!words.contains(&cause.to_string()), "{words:?} repeats its source {cause}");
        source = cause.source();
    }
    assert!(!format!("{error:?} {words}").contains("hunter2"), "{error:?}");
    words
}

/// Opening fails as unavailable, with these words among others.
fn unavailable(options: &Target, expected: &str) {
    match options.open() {
        Err(error @ StoreError::Unavailable { .. }) => {
            let words = words(&error);
            assert!(words.contains(expected), "{words:?} ({error:?})");
        }
        other => panic!("expected an unavailable store, came {other:?}"),
    }
}

/// The schema's name as SQL writes it, to disturb what is in it.
fn execute(schema: &str, sql: &str) {
    let database = shared_database().rsplit('/').next().unwrap();
    server().execute(database, &sql.replace("serialref.", &format!("\"{schema}\"."))).unwrap();
}

#[test]
fn a_server_that_is_not_there_is_unavailable() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    unavailable(&Target::at(format!("postgres://u:hunter2@127.0.0.1:{port}/db")), "cannot be reached");
    unavailable(&Target::at("postgres://u:hunter2@no-such-host.invalid/db"), "cannot be reached");
    unavailable(&Target::at(server().url("no_such_database")), "does not exist");
}

#[test]
fn a_server_that_accepts_and_never_answers_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://u@127.0.0.1:{}/db", listener.local_addr().unwrap().port());
    let begun = Instant::now();
    unavailable(
        &Target::at(url).with(|options| options.connect_timeout(Duration::from_millis(300))),
        "did not answer in time",
    );
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_wrong_password_is_refused_in_words_that_do_not_repeat_it() {
    server().execute("postgres", &format!("CREATE ROLE {GUARDED_USER} LOGIN PASSWORD 'right' SUPERUSER")).unwrap();
    let with = |password: &str| {
        Target::at(shared_database().replace("postgres@", &format!("{GUARDED_USER}:{password}@")))
            .schema(fresh_schema())
    };
    unavailable(&with("hunter2"), "refused the user or the password");
    assert!(with("right").open().is_ok());
    let shown = format!("{:?}", with("right").open().unwrap());
    assert!(!shown.contains("hunter2") && !shown.contains("right"), "{shown}");
}

#[test]
fn a_user_without_rights_is_told_what_it_needs() {
    let database = shared_database().rsplit('/').next().unwrap();
    server().execute("postgres", "CREATE ROLE guest LOGIN").unwrap();
    let url = shared_database().replace("postgres@", "guest@");
    unavailable(&Target::at(&url).schema(fresh_schema()), "rights");

    // A user who may use the tables and not make any, as an administrator would want it.
    let schema = fresh_schema();
    PostgresOptions::default().schema(&*schema).open(shared_database()).unwrap();
    let grant = format!(
        "GRANT USAGE ON SCHEMA \"{schema}\" TO guest; GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA \"{schema}\" \
         TO guest"
    );
    server().execute(database, &grant).unwrap();
    let registry = Registry::new(PostgresOptions::default().schema(schema).open(&url).unwrap());
    let group = registry.create_group(NewGroup::batch("Pumps")).unwrap().id;
    registry.create_batch(group, NewBatch::of(5)).unwrap();
    // Tidying the index is the owner's; nobody notices.
    let found = registry.references(&Filter::group(group).containing("ABC"), &Paging::of(10));
    assert!(found.is_ok());
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let schema = fresh_schema();
    let options = Target::at(shared_database()).schema(&*schema);
    drop(options.open().unwrap());
    execute(&schema, "UPDATE serialref.schema_version SET version = 7");
    match options.open() {
        Err(StoreError::SchemaTooNew { found: 7, known: 3 }) => {}
        other => panic!("{other:?}"),
    }
    execute(&schema, "UPDATE serialref.schema_version SET version = 3");
    assert!(options.open().is_ok());
}

#[test]
fn a_name_that_no_schema_can_have_is_refused() {
    for schema in ["", "a\0b", &"x".repeat(64)] {
        unavailable(&Target::at(shared_database()).schema(schema), "schema");
    }
    assert!(PostgresOptions::default().schema("Größe \"quoted\"; --").open(shared_database()).is_ok());
}

#[test]
fn commits_that_are_not_on_disk_have_to_be_accepted() {
    let url = server().create_database().unwrap();
    let name = url.rsplit('/').next().unwrap();
    server().execute("postgres", &format!("ALTER DATABASE {name} SET synchronous_commit = off")).unwrap();
    unavailable(&Target::at(&*url), "synchronous_commit");
    assert!(PostgresOptions::default().accept_asynchronous_commit().open(&*url).is_ok());
}

#[test]
fn a_server_that_accepts_no_writes_is_unavailable() {
    let url = server().create_database().unwrap();
    drop(PostgresStore::open(&*url).unwrap());
    let name = url.rsplit('/').next().unwrap();
    server().execute("postgres", &format!("ALTER DATABASE {name} SET default_transaction_read_only = on")).unwrap();
    unavailable(&Target::at(&*url), "accepts no writes");
}

#[test]
fn waiting_for_others_and_long_statements_end_as_busy_with_nothing_changed() {
    let schema = fresh_schema();
    let options = Target::at(shared_database()).schema(&*schema);
    let patient = Registry::new(options.open().unwrap());
    let group = patient.create_group(NewGroup::batch("Pumps")).unwrap().id;
    let hurried = [
        options.clone().with(|options| options.lock_timeout(Duration::from_millis(100))),
        options.clone().with(|options| options.statement_timeout(Duration::from_millis(100))),
    ];
    let hurried = hurried.map(|options| Registry::new(options.open().unwrap()));
    thread::scope(|scope| {
        let holder = scope.spawn(|| {
            execute(&schema, "BEGIN; SELECT * FROM serialref.groups FOR UPDATE; SELECT pg_sleep(1.5); COMMIT");
        });
        thread::sleep(Duration::from_millis(300));
        for registry in &hurried {
            let begun = Instant::now();
            match registry.create_batch(group, NewBatch::of(5)) {
                Err(Error::StoreBusy(error)) => assert!(!words(&error).is_empty()),
                other => panic!("{other:?}"),
            }
            assert!(begun.elapsed() < Duration::from_secs(1));
        }
        holder.join().unwrap();
    });
    assert_eq!(patient.group(group).unwrap().issued, 0);
    for registry in &hurried {
        assert!(registry.create_batch(group, NewBatch::of(5)).is_ok());
    }
}

#[test]
fn a_pool_of_one_is_enough_for_many_threads() {
    let registry = Registry::new(fresh().pool_size(1).open().unwrap());
    let group = registry.create_group(NewGroup::batch("Pumps")).unwrap().id;
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..10).for_each(|_| drop(registry.create_batch(group, NewBatch::of(2)).unwrap())));
        }
    });
    assert_eq!(registry.group(group).unwrap().live, 160);
}

#[test]
fn connections_that_the_server_closed_are_replaced_without_a_word() {
    let schema = fresh_schema();
    let options =
        Target::at(shared_database()).schema(schema).with(|options| options.application_name("closed by the server"));
    let registry = Registry::new(options.open().unwrap());
    let group = registry.create_group(NewGroup::batch("Pumps")).unwrap().id;
    for _ in 0..5 {
        let close =
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'closed by the server'";
        server().execute("postgres", close).unwrap();
        thread::sleep(Duration::from_millis(50));
        registry.create_batch(group, NewBatch::of(1)).unwrap();
        registry.describe_group(group, "steel").unwrap();
    }
}

#[test]
fn calls_work_on_the_threads_of_another_runtime() {
    for runtime in [
        tokio::runtime::Builder::new_current_thread().build().unwrap(),
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap(),
    ] {
        runtime.block_on(async {
            let within = async {
                let registry = Registry::new(fresh().open().unwrap());
                let group = registry.create_group(NewGroup::batch("Pumps")).unwrap().id;
                registry.create_batch(group, NewBatch::of(5)).unwrap();
                assert_eq!(registry.count(&Filter::all()).unwrap(), 5);
                // Opening in vain and dropping are no reason to panic either.
                assert!(PostgresStore::open("postgres://u@127.0.0.1:1/db").is_err());
            };
            within.await;
            tokio::spawn(async { drop(open()) }).await.unwrap();
        });
    }
}

#[test]
fn a_forked_child_is_told_to_open_again_and_disturbs_nobody() {
    let store = open();
    let registry = Registry::new(fresh().open().unwrap());
    let group = registry.create_group(NewGroup::batch("Pumps")).unwrap().id;
    let child = match fork().unwrap() {
        Fork::Child => {
            let told = match store.group(GroupId(1)) {
                Err(StoreError::Unavailable { message, .. }) => message.contains("fork"),
                _ => false,
            };
            drop(store);
            let also = matches!(registry.create_batch(group, NewBatch::of(5)), Err(Error::StoreUnavailable(_)));
            drop(registry);
            // What a child opens itself works.
            let own = fresh().schema("opened after a fork").open().is_ok_and(|store| store.group(GroupId(1)).is_ok());
            process::exit(i32::from(!(told && also && own)));
        }
        Fork::Parent(child) => child,
    };
    let status = waitpid(child).unwrap();
    assert_eq!(status, 0, "the child was not told, or could not open a store of its own");
    // The connections of the parent are as they were.
    for _ in 0..5 {
        registry.create_batch(group, NewBatch::of(5)).unwrap();
        assert_eq!(store.group(GroupId(1)).unwrap(), None);
    }
}

#[test]
fn plans_that_the_database_cannot_keep_are_refused_as_such() {
    let store = Arc::new(open());
    let registry = Registry::new(Arc::clone(&store));
    let group = registry.create_group(NewGroup::continuous("Line")).unwrap();
    let plan = |codes: &str, width, created_at| {
        let codes = Codes::from_packed(codes.into(), width).unwrap();
        let plan = AppendPlan {
            request: None,
            group: group.id,
            revision: group.revision,
            max_live: Limit::Unlimited,
            index: None,
            batch: None,
            codes: &codes,
            values: Values::NONE,
            created_at,
            cause: Cause::NONE,
        };
        store.append(&plan)
    };
    for (codes, width, at) in [
        ("A\0", 2, Timestamp::from_micros(0)),
        ("AB", 2, Timestamp::from_micros(i64::MAX)),
        ("AB", 2, Timestamp::from_micros(i64::MIN)),
    ] {
        match plan(codes, width, at) {
            Err(StoreError::Contract { .. }) => {}
            result => panic!("{result:?}"),
        }
    }
}

#[test]
fn a_million_references_are_issued_in_one_call() {
    let registry = Registry::builder(fresh().isolation(PostgresIsolation::Serializable).open().unwrap())
        .limits(serial_core::Limits::unlimited())
        .build();
    let group = registry.create_group(NewGroup::batch("Pumps")).unwrap().id;
    let size = if cfg!(debug_assertions) && std::env::var_os("SERIALREF_RUNS").is_none() { 100_000 } else { 1_000_000 };
    let batch = registry.create_batch(group, NewBatch::of(size)).unwrap();
    assert_eq!(batch.codes.len() as u64, size);
    assert_eq!(registry.count(&Filter::group(group)).unwrap(), size);
    let last = batch.codes.get(batch.codes.len() - 1).unwrap();
    assert_eq!(registry.lookup(last).unwrap().row.0, size);
}

#[test]
fn a_store_that_is_hard_to_reach_behaves_like_any_other() {
    // The kit and the core know what has to hold; this is about the way there.
    let store = FaultyStore::random(fresh().open().unwrap(), 7, 4);
    let registry = Registry::new(store);
    let group = loop {
        match registry.create_group(NewGroup::batch("Pumps")) {
            Ok(group) => break group.id,
            Err(Error::NameTaken { group }) => break group,
            Err(_) => {}
        }
    };
    let mut issued = 0;
    for number in 0..40_u128 {
        let new = NewBatch::of(5).request_id(serial_core::RequestId(number));
        while registry.create_batch(group, new.clone()).is_err() {}
        issued += 5;
    }
    let count = loop {
        if let Ok(count) = registry.count(&Filter::group(group)) {
            break count;
        }
    };
    assert_eq!(count, issued);
}
