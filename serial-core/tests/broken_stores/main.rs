//! Stores that are broken on purpose, each in one way that real stores were broken in, and each caught by the case
//! of the rule that it breaks.

mod claiming;
mod counting;
mod keeping;
mod moving;
mod reading;
mod storing;
mod together;
mod wrapper;
mod writing;

use serial_core::conformance::{self, Rule, agree_with_model};

use self::wrapper::{Broken, Flaw};

/// Breaks nothing, to show that the wrapper is not what is caught.
#[derive(Default)]
struct Nothing;

impl Flaw for Nothing {}

#[test]
fn an_unbroken_store_in_the_same_wrapper_passes() {
    let report = conformance::check(&Broken::<Nothing>::default);
    assert!(report.passed(), "{report}");
}

/// Asserts that a case fails for a broken store, and for the rule that the store breaks.
fn caught<F: Flaw>(name: &str, rule: Rule) {
    let case = conformance::cases().iter().find(|case| case.name == name).expect("the case exists");
    let failure = case.run(&Broken::<F>::default).expect_err("the case fails");
    assert_eq!(failure.rule, rule, "{failure}");
}

/// Asserts the same, and that random operations find the flaw too.
fn caught_at_random_too<F: Flaw>(name: &str, rule: Rule) {
    caught::<F>(name, rule);
    let found = (0..80).find_map(|seed| agree_with_model(&Broken::<F>::default, seed, 200).err());
    let divergence = found.expect("random operations find it");
    assert!(divergence.operations.len() <= 12, "{divergence}");
}
