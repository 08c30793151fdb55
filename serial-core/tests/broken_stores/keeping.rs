//! Stores that keep keys and counters of groups wrongly.

use serial_core::{
    Answer, Group, GroupChange, GroupKeys, GroupPlan, GroupQuery, Slice, Store, StoreError, StoreResult,
    conformance::{ModelStore, Rule},
};

use crate::{caught, caught_at_random_too, wrapper::Flaw};

/// Leaves the keys out of listings, as it leaves out everything that is long.
#[derive(Default)]
struct KeylessListing;

impl Flaw for KeylessListing {
    fn groups(&self, store: &ModelStore, query: &GroupQuery) -> Result<Slice<Group>, StoreError> {
        let mut slice = store.groups(query)?;
        for group in &mut slice.items {
            group.keys = GroupKeys::default();
        }
        Ok(slice)
    }
}

#[test]
fn keys_left_out_of_listings_are_caught() {
    caught_at_random_too::<KeylessListing>("s08_keys_come_back", Rule::S8);
}

/// Keeps the newest key alone, so that codes from before are no longer decoded.
#[derive(Default)]
struct OneKey;

impl Flaw for OneKey {
    fn change_group(&self, store: &ModelStore, change: &GroupChange) -> StoreResult<Group> {
        let answer = store.change_group(change)?;
        let (Some(key), Answer::Done(mut group)) = (&change.key, answer.clone()) else { return Ok(answer) };
        group.keys = GroupKeys::of(key.clone());
        if let Some(kept) = store.model().groups.get_mut(&group.id) {
            kept.group.keys = group.keys.clone();
        }
        Ok(Answer::Done(group))
    }
}

#[test]
fn a_store_of_one_key_is_caught() {
    caught_at_random_too::<OneKey>("s08_another_key_holds_from_the_next_counter_on", Rule::S8);
}

/// Sets a counter to what it is told, also back.
#[derive(Default)]
struct CounterSetBack;

impl Flaw for CounterSetBack {
    fn change_group(&self, store: &ModelStore, change: &GroupChange) -> StoreResult<Group> {
        let answer = store.change_group(change)?;
        let (Some(next_index), Answer::Done(mut group)) = (change.next_index, answer.clone()) else {
            return Ok(answer);
        };
        group.next_index = next_index;
        if let Some(kept) = store.model().groups.get_mut(&group.id) {
            kept.group.next_index = next_index;
        }
        Ok(Answer::Done(group))
    }
}

#[test]
fn a_counter_that_is_set_back_is_caught() {
    caught::<CounterSetBack>("s08_another_key_holds_from_the_next_counter_on", Rule::S8);
}

/// Takes keys for texts that end at the first zero byte.
#[derive(Default)]
struct KeysAsTexts;

impl Flaw for KeysAsTexts {
    fn create_group(&self, store: &ModelStore, plan: &GroupPlan) -> StoreResult<Group> {
        let keys = plan.keys.expose();
        let zero = keys.iter().skip(8).position(|byte| *byte == 0);
        let Some(end) = zero.filter(|_| !keys.is_empty()) else { return store.create_group(plan) };
        let mut short = keys.clone();
        short[8 + end..].fill(0);
        let keys = GroupKeys::from_bytes(&short).unwrap_or_default();
        store.create_group(&GroupPlan { keys, ..plan.clone() })
    }
}

#[test]
fn keys_that_end_at_a_zero_byte_are_caught() {
    caught::<KeysAsTexts>("s08_keys_come_back", Rule::S8);
}
