//! Giving a store and the model the same operations and comparing every answer.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
};

use crate::{
    conformance::{
        Factory, ModelStore,
        bench::Bench,
        case::Breach,
        generate::Generator,
        operation::{Listing, Operation, Part, Step, Wanted},
        side::{Reply, Side},
    },
    query::Span,
};

/// How many shorter sequences are tried to show a divergence with few operations.
const ATTEMPTS: usize = 400;

/// A store and the model answered differently.
///
/// [`agree_with_model`] returns it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Divergence {
    /// The seed of the sequence that it was found with.
    pub seed: u64,
    /// The shortest sequence that was found to lead there; the last operation is the one that is answered
    /// differently, unless the difference is only seen when everything is read afterwards.
    pub operations: Vec<Operation>,
    /// What was expected and what came.
    pub message: String,
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} (seed {})", self.message, self.seed)?;
        writeln!(f, "after these operations, in which groups have numbers from 0 instead of ids:")?;
        self.operations.iter().try_for_each(|operation| writeln!(f, "  {operation:?}"))
    }
}

impl std::error::Error for Divergence {}

/// Makes random operations, the same for the same seed, gives them to a store and to the
/// [`ModelStore`], and compares every answer. Use it to test a store more than the cases do, each time
/// with another seed.
///
/// # Errors
/// [`Divergence`] with the shortest sequence of operations that shows it.
///
/// ```
/// use serial_core::{MemoryStore, conformance};
///
/// for seed in 0..5 {
///     conformance::agree_with_model(&MemoryStore::new, seed, 200).unwrap_or_else(|error| panic!("{error}"));
/// }
/// ```
pub fn agree_with_model(factory: &dyn Factory, seed: u64, operations: usize) -> Result<(), Divergence> {
    agree(factory, seed, &Generator::new(seed, false).operations(operations))
}

/// The same with a store that is closed and opened again in between.
pub(super) fn agree_after_reopening(factory: &dyn Factory, seed: u64, operations: usize) -> Result<(), Divergence> {
    agree(factory, seed, &Generator::new(seed, true).operations(operations))
}

fn agree(factory: &dyn Factory, seed: u64, operations: &[Operation]) -> Result<(), Divergence> {
    match compare(factory, operations) {
        Ok(()) => Ok(()),
        Err((at, message)) => {
            let begun = operations[..operations.len().min(at + 1)].to_vec();
            let (operations, message) = shorten(factory, begun, message);
            Err(Divergence { seed, operations, message })
        }
    }
}

/// Leaves out operations, many at a time and then fewer, as long as the rest still leads to a difference.
fn shorten(factory: &dyn Factory, mut operations: Vec<Operation>, mut message: String) -> (Vec<Operation>, String) {
    let mut attempts = 0;
    let mut size = operations.len().div_ceil(2);
    while size > 0 && attempts < ATTEMPTS {
        let (mut from, mut shortened) = (0, false);
        while from < operations.len() && attempts < ATTEMPTS {
            attempts += 1;
            let mut fewer = operations.clone();
            fewer.drain(from..(from + size).min(operations.len()));
            match compare(factory, &fewer) {
                Ok(()) => from += size,
                Err((at, words)) => {
                    fewer.truncate(at + 1);
                    (operations, message, shortened) = (fewer, words, true);
                }
            }
        }
        if !shortened || size > 1 {
            size /= 2;
        }
    }
    (operations, message)
}

/// The position of the first operation that is answered differently, past the end for the reading afterwards, and
/// what was expected and came.
fn compare(factory: &dyn Factory, operations: &[Operation]) -> Result<(), (usize, String)> {
    let mut at = 0;
    let run = AssertUnwindSafe(|| run(factory, operations, &mut at));
    match catch_unwind(run) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(breach)) => Err((at, breach.message)),
        Err(payload) => Err((at, Breach::of_panic(&*payload).message)),
    }
}

fn run(factory: &dyn Factory, operations: &[Operation], at: &mut usize) -> Result<(), Breach> {
    let model = ModelStore::new();
    let mut bench = Bench::new(factory);
    let (mut model_groups, mut groups) = (Vec::new(), Vec::new());
    let readings = everything(operations);
    for (position, step) in operations.iter().map(|operation| &operation.0).chain(&readings).enumerate() {
        *at = position;
        if *step == Step::Reopen {
            bench = bench.reopened();
        }
        let mut expecting = Side::new(&model, &mut model_groups);
        let facts = expecting.facts(step);
        let expected = expecting.apply(step, &facts)?;
        let came = Side::new(&*bench, &mut groups).apply(step, &facts);
        let came = came.map_err(|breach| Breach::new(format!("{step:?}: {}", breach.message)))?;
        if !agrees(step, &came, &expected) {
            return Err(Breach::new(format!("{step:?}: expected {expected:?}, came {came:?}")));
        }
    }
    Ok(())
}

/// Whether a store may answer so. Where a plan is one that no registry makes, each store may look for that when it likes.
fn agrees(step: &Step, came: &Reply, expected: &Reply) -> bool {
    let nothing_done = *came == Reply::Impossible || came.is_refusal();
    came == expected || (nothing_done && (step.is_impossible() || *expected == Reply::Impossible))
}

/// Reads everything there is after some operations.
fn everything(operations: &[Operation]) -> Vec<Step> {
    let registry = Wanted {
        within: Part::Registry,
        term: None,
        created: Span::default(),
        state: None,
        value: None,
        listing: Listing::whole(),
    };
    let mut steps = vec![
        Step::Groups { name_part: None, listing: Listing::whole() },
        Step::References(registry),
        Step::Inventory { within: Part::Registry },
    ];
    for operation in operations {
        if let Step::CreateGroup(new) = &operation.0 {
            let group = new.number;
            steps.push(Step::Batches { group, listing: Listing::whole() });
            steps.push(Step::Events { group, row: None, listing: Listing::whole() });
            steps.push(Step::Inventory { within: Part::Group(group) });
            steps.push(Step::Details { group, rows: (0..100).collect() });
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Pairs of a call and a word in what comes of it.
    const KINDS: [(&str, &str); 73] = [
        ("CreateGroup", "Done"),
        ("CreateGroup", "NameTaken"),
        ("CreateGroup", "TooManyGroups"),
        ("CreateGroup", "fields: [Field"),
        ("ChangeGroup", "Done"),
        ("ChangeGroup", "NameTaken"),
        ("ChangeGroup", "NoSuchGroup"),
        ("ChangeGroup", "Refused(GroupChanged"),
        ("ChangeGroup", "is_retired: true"),
        ("DeleteGroup", "Done"),
        ("DeleteGroup", "GroupChanged"),
        ("DeleteGroup", "NoSuchGroup"),
        ("Append", "New"),
        ("Append", "Repeated"),
        ("Append", "RequestMismatch"),
        ("Append", "NoSuchGroup"),
        ("Append", "GroupChanged"),
        ("Append", "LiveLimit"),
        ("Append", "IndexMoved"),
        ("Append", "CodesTaken"),
        ("Request", "Appended"),
        ("Request", "Claimed"),
        ("Request", "Changed"),
        ("Request", "Request(None)"),
        ("Taken", "Done([0"),
        ("Taken", "NoSuchGroup"),
        ("Find", "Reference"),
        ("References", "state: Released"),
        ("References", "Reference {"),
        ("References", "state: Allocated, claim: Some"),
        ("References", "state: Allocated, claim: None"),
        ("References", "more: true"),
        ("References", "NoSuchGroup"),
        ("References", "NoSuchBatch"),
        ("Batch", "Done"),
        ("Batch", "NoSuchBatch"),
        ("Batches", "more: true"),
        ("Groups", "more: true"),
        ("Delete", "already_gone: 1"),
        ("Deleted", "Reference"),
        ("Claim", "New"),
        ("Claim", "Repeated"),
        ("Claim", "RequestMismatch"),
        ("Claim", "NoSuchGroup"),
        ("Claim", "NoSuchBatch"),
        ("Claim", "TooFewAvailable { available: 0"),
        ("Claim", "TooFewAvailable { available: 1"),
        ("Claim", "Impossible"),
        ("Claimed", "Done"),
        ("Claimed", "state: Available"),
        ("Claimed", "NoSuchClaim"),
        ("Expire", "Done(0)"),
        ("Expire", "Done(1)"),
        ("Change", "changed: 1, left: 0"),
        ("Change", "changed: 0, left: 1"),
        ("Change", "RequestMismatch"),
        ("Change", "NoSuchGroup"),
        ("Change", "NoSuchClaim"),
        ("Change", "GroupChanged"),
        ("Change", "state: None"),
        ("Change", "state: Some(Commissioned)"),
        ("Change", "Impossible"),
        ("Events", "Moved"),
        ("Events", "AttributeSet"),
        ("Events", "WarrantySet"),
        ("Events", "Deleted {"),
        ("Events", "the claim expired"),
        ("Events", "setting: Field"),
        ("Events", "more: true"),
        ("Inventory", "next: Some"),
        ("Inventory", "NoSuchBatch"),
        ("Details", "values: [("),
        ("Details", "warranty: Some"),
    ];

    #[test]
    fn random_operations_meet_every_kind_of_answer() {
        let mut met = BTreeMap::new();
        for seed in 0..150 {
            let model = ModelStore::new();
            let mut groups = Vec::new();
            for operation in Generator::new(seed, true).operations(200) {
                let mut side = Side::new(&model, &mut groups);
                let facts = side.facts(&operation.0);
                let reply = format!("{:?}", side.apply(&operation.0, &facts).unwrap());
                let call = format!("{operation:?}");
                let call = call.split(|symbol: char| !symbol.is_alphanumeric()).next().unwrap_or_default();
                for kind in KINDS.iter().filter(|(of, word)| call == *of && reply.contains(word)) {
                    *met.entry(*kind).or_insert(0) += 1;
                }
            }
        }
        for kind in KINDS {
            assert!(met.get(&kind).is_some_and(|times| *times >= 5), "{kind:?} in {met:?}");
        }
    }
}
