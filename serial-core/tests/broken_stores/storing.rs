//! Stores that damage what they keep.

use std::sync::Arc;

use serial_core::{
    AppendPlan, Appended, Group, GroupPlan, Limit, Name, Store, StoreResult, Timestamp,
    conformance::{self, Durability, Factory, ModelStore, Rule, Storage},
};

use crate::{
    caught, caught_at_random_too,
    wrapper::{Broken, Flaw},
};

/// Takes white space off names.
#[derive(Default)]
struct TrimmedNames;

impl Flaw for TrimmedNames {
    fn create_group(&self, store: &ModelStore, plan: &GroupPlan) -> StoreResult<Group> {
        let name = Name::new(plan.name.trim()).unwrap_or_else(|_| plan.name.clone());
        store.create_group(&GroupPlan { name, ..plan.clone() })
    }
}

#[test]
fn trimmed_names_are_caught() {
    caught::<TrimmedNames>("s08_names_of_groups_come_back", Rule::S8);
}

/// Keeps whole milliseconds.
#[derive(Default)]
struct Milliseconds;

impl Flaw for Milliseconds {
    fn append(&self, store: &ModelStore, plan: &AppendPlan<'_>) -> StoreResult<Appended> {
        let created_at = Timestamp::from_micros(plan.created_at.as_micros() / 1000 * 1000);
        store.append(&AppendPlan { created_at, ..plan.clone() })
    }
}

#[test]
fn lost_microseconds_are_caught() {
    caught_at_random_too::<Milliseconds>("s08_times_come_back", Rule::S8);
}

/// Keeps limits in a signed column, where the largest become negative, and takes these for no limit.
#[derive(Default)]
struct SignedLimits;

impl Flaw for SignedLimits {
    fn create_group(&self, store: &ModelStore, plan: &GroupPlan) -> StoreResult<Group> {
        let mut plan = plan.clone();
        plan.limits.max_live = plan.limits.max_live.map(|limit| match limit {
            Limit::AtMost(most) if i64::try_from(most).is_err() => Limit::Unlimited,
            limit => limit,
        });
        store.create_group(&plan)
    }
}

#[test]
fn limits_in_a_signed_column_are_caught() {
    caught::<SignedLimits>("s08_limits_come_back", Rule::S8);
}

/// What goes wrong when a store is opened again.
trait Reopening: Send + Sync + 'static {
    fn reopen(store: &ModelStore);
}

/// Keeps burned codes in memory only, and finds the live ones again when it is opened.
struct TombstonesInMemory;

impl Reopening for TombstonesInMemory {
    fn reopen(store: &ModelStore) {
        let mut model = store.model();
        let live: Vec<String> = model
            .groups
            .values()
            .flat_map(|group| group.references.values())
            .map(|reference| reference.code.as_str().to_owned())
            .collect();
        model.burned.retain(|(_, code)| live.contains(code));
    }
}

/// Keeps request ids in memory only.
struct RequestsInMemory;

impl Reopening for RequestsInMemory {
    fn reopen(store: &ModelStore) {
        store.model().requests.clear();
    }
}

/// Finds the next row again by looking for the highest one.
struct RowsByTheHighest;

impl Reopening for RowsByTheHighest {
    fn reopen(store: &ModelStore) {
        for group in store.model().groups.values_mut() {
            group.group.issued = group.references.keys().next_back().map_or(0, |row| row.0);
        }
    }
}

#[derive(Default)]
struct Sound;

impl Flaw for Sound {}

struct Damaged<R>(std::marker::PhantomData<R>);

struct Kept<R>(Arc<Broken<Sound>>, std::marker::PhantomData<R>);

impl<R: Reopening> Factory for Damaged<R> {
    fn create(&self) -> Box<dyn Storage + '_> {
        Box::new(Kept::<R>(Arc::default(), std::marker::PhantomData))
    }
}

impl<R: Reopening> Storage for Kept<R> {
    fn open(&self) -> Box<dyn Store> {
        R::reopen(&self.0.store);
        Box::new(Arc::clone(&self.0))
    }

    fn durability(&self) -> Durability {
        Durability::Exclusive
    }
}

fn caught_after_reopening<R: Reopening>(name: &str, rule: Rule) {
    let factory = Damaged::<R>(std::marker::PhantomData);
    let report = conformance::check(&factory);
    let (_, failure) = report.failures().find(|(case, _)| case.name == name).expect("the case fails");
    assert_eq!(failure.rule, rule, "{failure}");
    let others = report.failures().filter(|(case, _)| !case.name.ends_with("after_reopening"));
    assert_eq!(others.count(), 0, "{report}");
}

#[test]
fn tombstones_in_memory_are_caught() {
    caught_after_reopening::<TombstonesInMemory>("s03_deleted_codes_stay_burned_after_reopening", Rule::S3);
}

#[test]
fn request_ids_in_memory_are_caught() {
    caught_after_reopening::<RequestsInMemory>("s04_the_first_result_is_given_after_reopening", Rule::S4);
}

#[test]
fn rows_counted_from_the_highest_are_caught() {
    caught_after_reopening::<RowsByTheHighest>("s05_ids_go_on_after_reopening", Rule::S5);
}
