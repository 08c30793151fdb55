//! Issuing with witnesses: a child says what it begins and what was acknowledged.

use std::{
    collections::{HashMap, hash_map::Entry},
    fmt,
    path::Path,
};

use serial_core::{
    Error, Format, GroupId, Kind, NewBatch, NewGroup, NewReference, Order, Preset, Registry, RequestId, Scope,
};

use super::child::say;

/// What was acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) request: u128,
    pub(crate) group: u64,
    pub(crate) first_row: u64,
    /// 0 where there is none.
    pub(crate) batch: u64,
    pub(crate) codes: Vec<String>,
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { request, group, first_row, batch, codes } = self;
        write!(f, "done {request} {group} {first_row} {batch} {}", codes.join(","))
    }
}

/// A call that was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) request: u128,
    pub(crate) group: u64,
    /// 0 for a reference outside a batch.
    pub(crate) count: usize,
}

impl Call {
    /// Makes the call and says so, before and after.
    pub(crate) fn run(self, registry: &Registry) -> Result<Done, Error> {
        let Self { request, group, count } = self;
        say(format_args!("begin {request} {group} {count}"));
        let done = self.quietly(registry)?;
        say(&done);
        Ok(done)
    }

    pub(crate) fn quietly(self, registry: &Registry) -> Result<Done, Error> {
        let (id, group) = (RequestId(self.request), GroupId(self.group));
        let (first_row, batch, codes) = if self.count == 0 {
            let made = registry.create_reference_with(group, &NewReference::new().request_id(id))?;
            (made.reference.row.0, 0, vec![made.reference.code.to_string()])
        } else {
            let made = registry.create_batch(group, NewBatch::of(self.count as u64).request_id(id))?;
            (made.first_row.0, made.id.0, made.codes.iter().map(String::from).collect())
        };
        Ok(Done { request: self.request, group: self.group, first_row, batch, codes })
    }
}

/// The calls that were acknowledged and those that were not, by what a child said.
pub(crate) fn heard(said: &[String]) -> (Vec<Done>, Vec<Call>) {
    let (mut done, mut open): (Vec<Done>, Vec<Call>) = (Vec::new(), Vec::new());
    let mut first = HashMap::new();
    for line in said {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["begin", request, group, count] => open.push(Call {
                request: request.parse().unwrap(),
                group: group.parse().unwrap(),
                count: count.parse().unwrap(),
            }),
            ["done", request, group, first_row, batch, codes] => {
                let request = request.parse().unwrap();
                open.retain(|call| call.request != request);
                let answer = Done {
                    request,
                    group: group.parse().unwrap(),
                    first_row: first_row.parse().unwrap(),
                    batch: batch.parse().unwrap(),
                    codes: codes.split(',').map(String::from).collect(),
                };
                match first.entry(request) {
                    Entry::Vacant(place) => {
                        place.insert(done.len());
                        done.push(answer);
                    }
                    // A child that repeats a request gets its first answer.
                    Entry::Occupied(place) => assert_eq!(done[*place.get()], answer),
                }
            }
            _ => {}
        }
    }
    (done, open)
}

/// A group of every kind that is issued in another way; the same ones for every process.
pub(crate) fn groups(registry: &Registry) -> Result<Vec<(GroupId, Kind)>, Error> {
    let counted = Format::builder().preset(Preset::Digits).length(9).order(Order::sequential()).build()?;
    let new = [
        NewGroup::batch("Drawn batches"),
        NewGroup::continuous("Drawn one by one"),
        NewGroup::batch("Counted batches").format(counted.clone()),
        NewGroup::continuous("Counted one by one").format(counted).scope(Scope::Group),
    ];
    let one = |(new, kind)| match registry.create_group(new) {
        Err(Error::NameTaken { group }) => Ok((group, kind)),
        other => other.map(|group| (group.id, kind)),
    };
    new.into_iter().zip([Kind::Batch, Kind::Continuous].into_iter().cycle()).map(one).collect()
}

/// Repeats what was acknowledged, which gives the same, and what was not, which gives something that stays.
pub(crate) fn repeat(path: &Path, done: &[Done], open: &[Call]) -> Vec<Done> {
    let registry = super::registry(path);
    for first in done {
        let count = if first.batch == 0 { 0 } else { first.codes.len() };
        let call = Call { request: first.request, group: first.group, count };
        assert_eq!(&call.quietly(&registry).unwrap(), first);
    }
    let settled: Vec<Done> = open.iter().map(|call| call.quietly(&registry).unwrap()).collect();
    for (call, first) in open.iter().zip(&settled) {
        assert_eq!(first.codes.len(), call.count.max(1));
        assert_eq!(&call.quietly(&registry).unwrap(), first);
    }
    settled
}
