//! The stores of the library keep the contract.

use std::{
    panic::panic_any,
    sync::{Arc, Mutex},
    time::Duration,
};

use proptest::prelude::*;
use serial_core::{
    MemoryStore, Store, StoreError,
    conformance::{self, Durability, Factory, Fault, FaultyStore, Method, ModelStore, Rule, Storage, agree_with_model},
};

serial_core::store_conformance!(memory, MemoryStore::new);
serial_core::store_conformance!(memory_behind_a_pointer, || Arc::new(MemoryStore::new()));
serial_core::store_conformance!(memory_restored, Snapshots);
serial_core::store_conformance!(model, ModelStore::new);
serial_core::store_conformance!(model_shared, Files);
serial_core::store_conformance!(memory_that_is_busy, || {
    FaultyStore::every(MemoryStore::new(), 7, Fault::Fail(|| StoreError::busy("as scheduled")))
});
serial_core::store_conformance!(memory_that_is_slow, || {
    FaultyStore::new(MemoryStore::new(), |call, method| {
        (method == Method::Append && call % 16 == 0).then_some(Fault::Delay(Duration::from_micros(200)))
    })
});

/// A store in memory that is carried over whenever it is opened.
struct Snapshots;

struct Carried(Mutex<Arc<MemoryStore>>);

impl Factory for Snapshots {
    fn create(&self) -> Box<dyn Storage + '_> {
        Box::new(Carried(Mutex::default()))
    }
}

impl Storage for Carried {
    fn open(&self) -> Box<dyn Store> {
        let mut carried = self.0.lock().unwrap();
        *carried = Arc::new(MemoryStore::restore(carried.snapshot()).unwrap());
        Box::new(Arc::clone(&carried))
    }

    fn durability(&self) -> Durability {
        Durability::Exclusive
    }
}

/// A store that can be opened any number of times.
struct Files;

struct File(Arc<ModelStore>);

impl Factory for Files {
    fn create(&self) -> Box<dyn Storage + '_> {
        Box::new(File(Arc::default()))
    }
}

impl Storage for File {
    fn open(&self) -> Box<dyn Store> {
        Box::new(Arc::clone(&self.0))
    }

    fn durability(&self) -> Durability {
        Durability::Shared
    }
}

proptest! {
    #[test]
    fn the_memory_store_agrees_with_the_model(seed: u64, operations in 1..200_usize) {
        if let Err(divergence) = agree_with_model(&MemoryStore::new, seed, operations) {
            panic!("{divergence}");
        }
    }
}

#[test]
fn every_rule_has_a_case_and_every_name_begins_with_its_rule() {
    let rules = [
        (Rule::S1, "s01_"),
        (Rule::S2, "s02_"),
        (Rule::S3, "s03_"),
        (Rule::S4, "s04_"),
        (Rule::S5, "s05_"),
        (Rule::S6, "s06_"),
        (Rule::S7, "s07_"),
        (Rule::S8, "s08_"),
        (Rule::S9, "s09_"),
        (Rule::S10, "s10_"),
        (Rule::S11, "s11_"),
        (Rule::S12, "s12_"),
        (Rule::S13, "s13_"),
        (Rule::S14, "s14_"),
        (Rule::S15, "s15_"),
        (Rule::S16, "s16_"),
        (Rule::S17, "s17_"),
        (Rule::All, "all_"),
    ];
    for (rule, beginning) in rules {
        let mut cases = conformance::cases().iter().filter(|case| case.rule == rule).peekable();
        assert!(cases.peek().is_some(), "{rule} has no case");
        assert!(cases.all(|case| case.name.starts_with(beginning)), "a case of {rule} has another name");
    }
    let mut names: Vec<_> = conformance::cases().iter().map(|case| case.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), conformance::cases().len());
}

#[test]
fn a_report_has_a_line_for_every_case_and_hides_no_failure() {
    let unusable =
        || FaultyStore::every(MemoryStore::new(), 1, Fault::Fail(|| StoreError::unavailable("the disk is full")));
    let report = conformance::check(&unusable);
    let lines = report.to_string();
    assert!(!report.passed());
    let at_the_margin = lines.lines().filter(|line| !line.starts_with(' ')).count();
    assert_eq!(at_the_margin, conformance::cases().len() + 1);
    // What needs two openings has nothing to do here.
    let failed = report.failures().count();
    assert!(failed > 80 && lines.contains(&format!("{failed} of ")), "{lines}");
    let (case, failure) = report.failures().next().unwrap();
    assert_eq!(failure.rule, case.rule);
    assert!(failure.message.contains("the disk is full"), "{failure}");
}

#[test]
fn a_panic_of_the_store_is_a_breach_of_s11_and_stops_nothing() {
    let panicking = || FaultyStore::new(MemoryStore::new(), |_, _| panic_any("index out of bounds"));
    let report = conformance::check(&panicking);
    assert_eq!(report.results.len(), conformance::cases().len());
    let (_, failure) = report.failures().next().unwrap();
    assert_eq!(failure.rule, Rule::S11);
    assert!(failure.message.contains("index out of bounds"), "{failure}");
}

#[test]
#[should_panic(expected = "there is no case")]
fn a_case_that_does_not_exist_is_no_success() {
    conformance::assert_case("s03", &MemoryStore::new);
}
