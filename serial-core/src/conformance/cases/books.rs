//! All rules at once, for several threads: whoever was told what, it must add up in the end.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    conformance::{
        bench::{
            Append, Bench, NOON, all_batches, batch_group, done, everything, holds, own_group, present, references,
            rows, same, slice, threads,
        },
        case::{Breach, Outcome},
        random::Random,
    },
    group::Group,
    ids::{BatchId, RowId},
    query::{Direction, Within},
    store::{Answer, Appended, GroupChange, ReferenceQuery, Refusal, Start, Store},
};

/// Live references that each group may have.
const LIMIT: u64 = 40;

/// What one thread was told.
#[derive(Default)]
struct Told {
    issued: Vec<Issue>,
    /// By request id, the first row of what was issued under it.
    repeated: Vec<(u128, RowId)>,
    /// By the position of the group.
    deleted: [u64; 3],
}

/// What was issued, to a group given by its position.
struct Issue {
    group: usize,
    first: RowId,
    batch: Option<BatchId>,
    codes: Vec<String>,
    request: Option<u128>,
}

pub(in crate::conformance) fn all_books_balance_after_random_operations_from_many_threads(bench: Bench<'_>) -> Outcome {
    let groups =
        [batch_group(&*bench, "Pumps", 3)?, batch_group(&*bench, "Valves", 3)?, own_group(&*bench, "Taps", 3)?];
    let second = bench.second();
    let told = threads(5, |number| work(bench.of_thread(second.as_ref(), number), groups.clone(), number as u64))?;
    for (position, group) in groups.iter().enumerate() {
        balance(&*bench, group, position, &told)?;
    }
    each_code_once(&told, &[0, 1])?;
    each_code_once(&told, &[2])?;
    requests(&told)
}

/// Does this and that, and notes down what the store says.
fn work(store: &dyn Store, mut groups: [Group; 3], seed: u64) -> Result<Told, Breach> {
    let mut random = Random::new(seed);
    let mut told = Told::default();
    for _ in 0..80 {
        let position = random.index(3);
        match random.below(10) {
            0..=5 => append(store, &mut groups, position, &mut random, &mut told)?,
            6 | 7 => {
                let from = random.below(60) + 1;
                let plan = rows(groups[position].id, from..from + random.below(8));
                told.deleted[position] += store.delete(&plan)?.deleted;
            }
            8 => {
                let change =
                    GroupChange { description: Some("changed".into()), ..GroupChange::of(groups[position].id, NOON) };
                let changed = done("changing a group", store.change_group(&change))?;
                holds(changed.revision > groups[position].revision, || {
                    format!("revision {} came after {}", changed.revision, groups[position].revision)
                })?;
                groups[position] = changed;
            }
            _ => look(store, &groups[position], &mut random)?,
        }
    }
    Ok(told)
}

fn append(
    store: &dyn Store,
    groups: &mut [Group; 3],
    position: usize,
    random: &mut Random,
    told: &mut Told,
) -> Outcome {
    let codes: Vec<String> = (0..=random.below(3)).map(|_| format!("{:0>3}", random.below(400))).collect();
    let plan = Append::to(&groups[position], &codes)?.at_most(LIMIT);
    let request = random.once_in(4).then(|| random.below(12).into());
    let plan = match request {
        Some(id) => plan.request(id, 5),
        None => plan,
    };
    match plan.run(store)? {
        Answer::Done(Appended::New { first_row: first, batch, .. }) => {
            told.issued.push(Issue { group: position, first, batch, codes, request });
        }
        Answer::Done(Appended::Repeated(first)) => {
            let id = request.ok_or_else(|| Breach::new("a plan without a request id was repeated"))?;
            told.repeated.push((id, first.first_row));
        }
        Answer::Refused(Refusal::GroupChanged { group }) => {
            holds(group.revision > groups[position].revision, || {
                format!("revision {} was refused, and {} named instead", groups[position].revision, group.revision)
            })?;
            groups[position] = *group;
        }
        Answer::Refused(Refusal::LiveLimit { present }) => {
            holds(present <= LIMIT && present + codes.len() as u64 > LIMIT, || {
                format!("{} codes were refused at {present} live references of {LIMIT}", codes.len())
            })?;
        }
        Answer::Refused(Refusal::CodesTaken { positions }) => {
            let in_order = positions.windows(2).all(|pair| pair[0] < pair[1]);
            let within = positions.last().is_some_and(|last| (*last as usize) < codes.len());
            holds(in_order && within, || format!("of {} codes these were taken: {positions:?}", codes.len()))?;
        }
        other => return Err(Breach::new(format!("an append of many came back with {other:?}"))),
    }
    Ok(())
}

/// Reads a page, which must be in order.
fn look(store: &dyn Store, group: &Group, random: &mut Random) -> Outcome {
    let start = Start::After((group.id, RowId(random.below(60))));
    let direction = random.one_of(&[Direction::OldestFirst, Direction::NewestFirst]);
    let query = ReferenceQuery { direction, start, size: 10, ..everything(Within::Registry) };
    let mut places: Vec<_> =
        slice(store, &query)?.items.iter().map(|reference| (reference.group, reference.row)).collect();
    if direction == Direction::NewestFirst {
        places.reverse();
    }
    holds(places.windows(2).all(|pair| pair[0] < pair[1]), || format!("a page is out of order: {places:?}"))?;
    let live = present(store, group.id)?.live;
    holds(live <= LIMIT, || format!("a group has {live} live references where {LIMIT} are allowed"))
}

/// What was issued into a group adds up to what it has.
fn balance(store: &dyn Store, group: &Group, position: usize, told: &[Told]) -> Outcome {
    let mut issued: Vec<&Issue> =
        told.iter().flat_map(|told| &told.issued).filter(|issue| issue.group == position).collect();
    issued.sort_unstable_by_key(|issue| issue.first);
    let mut codes: BTreeMap<RowId, &str> = BTreeMap::new();
    for (number, issue) in (1..).zip(&issued) {
        same("where rows begin after the append before", &issue.first, &RowId(codes.len() as u64 + 1))?;
        same("the batch of those rows", &issue.batch, &Some(BatchId(number)))?;
        codes.extend((issue.first.0..).map(RowId).zip(issue.codes.iter().map(String::as_str)));
    }
    let now = present(store, group.id)?;
    let deleted: u64 = told.iter().map(|told| told.deleted[position]).sum();
    let listed = references(store, Within::Group(group.id))?;
    same("what the group has issued", &now.issued, &(codes.len() as u64))?;
    same("live and deleted references", &(now.live + deleted), &now.issued)?;
    same("references listed", &(listed.len() as u64), &now.live)?;
    for reference in &listed {
        let code = codes.get(&reference.row).copied();
        same("the code of a row", &Some(reference.code.as_str()), &code)?;
    }
    let batches = done("listing batches", store.batches(&all_batches(group.id)))?.items;
    let sizes: Vec<_> = batches.iter().map(|batch| (batch.id, batch.first_row, batch.size)).collect();
    let expected: Vec<_> =
        (1..).map(BatchId).zip(&issued).map(|(batch, issue)| (batch, issue.first, issue.codes.len() as u64)).collect();
    same("the batches", &sizes, &expected)?;
    same("live references of all batches", &batches.iter().map(|batch| batch.live).sum(), &now.live)
}

/// No code was issued twice into groups that share a namespace.
fn each_code_once(told: &[Told], groups: &[usize]) -> Outcome {
    let mut seen = BTreeSet::new();
    let issued = told.iter().flat_map(|told| &told.issued).filter(|issue| groups.contains(&issue.group));
    for code in issued.flat_map(|issue| &issue.codes) {
        holds(seen.insert(code), || format!("the code {code:?} was issued twice"))?;
    }
    Ok(())
}

/// Under each request id something was issued once, and everybody else was told the same.
fn requests(told: &[Told]) -> Outcome {
    let mut first = BTreeMap::new();
    for issue in told.iter().flat_map(|told| &told.issued) {
        if let Some(request) = issue.request {
            let before = first.insert(request, issue.first);
            same(&format!("what was issued under request id {request} before"), &before, &None)?;
        }
    }
    for (request, row) in told.iter().flat_map(|told| &told.repeated) {
        same(&format!("the row repeated for request id {request}"), &Some(row), &first.get(request))?;
    }
    Ok(())
}
