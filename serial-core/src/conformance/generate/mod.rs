//! Random operations, from spaces so small that they get in each other's way.

mod groups;
mod life;
mod reading;
mod texts;

use self::texts::{some_cause, some_moment, some_name, some_value};
use crate::{
    conformance::{
        operation::{Knowledge, NewCodes, Number, Operation, Shape, Step},
        random::Random,
    },
    ids::RequestId,
    life::Field,
    limits::Limit,
    store::{Digest, Request},
};

/// Repeatable operations.
pub(super) struct Generator {
    random: Random,
    /// The groups that were made so far.
    groups: Vec<Made>,
    /// The numbers of those of them that may still exist.
    existing: Vec<Number>,
    /// Whether to close and open the store now and then.
    reopening: bool,
}

/// What is remembered of a group.
#[derive(Default)]
struct Made {
    /// What its codes look like.
    shape: Shape,
    /// Every field that it may have, as it was changed last. Some of the changes may have been refused; as fields are
    /// only added and retired, a later list fits all the same.
    fields: Vec<Field>,
    /// Codes, batches and claims that it was to have. About half of that was refused.
    codes: u64,
    batches: u64,
    claims: u64,
}

impl Generator {
    pub(super) fn new(seed: u64, reopening: bool) -> Self {
        Self { random: Random::new(seed), groups: Vec::new(), existing: Vec::new(), reopening }
    }

    pub(super) fn operations(mut self, count: usize) -> Vec<Operation> {
        (0..count).map(|_| Operation(self.step())).collect()
    }

    fn step(&mut self) -> Step {
        if self.reopening && self.random.once_in(25) {
            return Step::Reopen;
        }
        match self.random.below(150) {
            // There is little to do before there are groups.
            _ if self.existing.len() < 2 => self.create_group(),
            0..=4 if self.existing.len() < 5 => self.create_group(),
            5..=16 => self.change_group(),
            17 => self.delete_group(),
            0..=4 | 18..=19 => Step::Group { group: self.group() },
            20..=23 => self.list_groups(),
            24..=53 => self.append(),
            54..=57 => Step::Request { id: self.random.below(REQUESTS).into() },
            58..=60 => {
                let group = self.group();
                Step::Taken { group, codes: self.codes(group, 6) }
            }
            61..=63 => self.find(),
            64..=77 => self.references(),
            78..=79 => {
                let group = self.group();
                Step::Batch { group, batch: self.batch(group) }
            }
            80..=82 => {
                let place = self.random.below(6);
                Step::Batches { group: self.group(), listing: self.listing(place) }
            }
            83..=87 => self.delete(),
            88..=90 => self.find_deleted(),
            91..=102 => self.claim(),
            103..=106 => {
                let group = self.group();
                Step::Claimed { group, claim: self.claim_of(group) }
            }
            107..=110 => Step::Expire { group: self.group(), at: some_moment(&mut self.random) },
            111..=135 => self.change(),
            136..=143 => self.events(),
            144..=146 => Step::Inventory { within: self.part() },
            _ => self.details(),
        }
    }

    fn append(&mut self) -> Step {
        let group = self.group();
        let codes = self.codes(group, 4);
        let revision = self.knowledge();
        let index = self.knowledge();
        let request = self.request(3);
        if let Some(made) = self.groups.get_mut(group) {
            made.codes += codes.len() as u64;
            made.batches += 1;
        }
        let random = &mut self.random;
        let own = if random.once_in(4) {
            (0..2).map(|_| (random.one_of(&[0, 1, 2]), random.below(4) + 1, some_value(random))).collect()
        } else {
            Vec::new()
        };
        Step::Append(NewCodes {
            group,
            request,
            revision,
            max_live: if random.once_in(4) { Limit::AtMost(random.below(12)) } else { Limit::Unlimited },
            index,
            batch: some_name(random),
            codes,
            common: random.once_in(4).then(|| (random.below(4) + 1, some_value(random))),
            own,
            created_at: some_moment(random),
            cause: some_cause(random),
        })
    }

    fn delete(&mut self) -> Step {
        let targets = self.targets(true);
        Step::Delete { targets, at: some_moment(&mut self.random), cause: some_cause(&mut self.random) }
    }

    /// Rows of one group, or now and then of two, some of which may not be there.
    fn targets(&mut self, several: bool) -> Vec<(Number, Vec<u64>)> {
        let mut groups: Vec<Number> =
            (0..=u64::from(several && self.random.once_in(3))).map(|_| self.group()).collect();
        groups.sort_unstable();
        groups.dedup();
        groups.into_iter().map(|group| (group, self.rows(group))).collect()
    }

    fn rows(&mut self, group: Number) -> Vec<u64> {
        let from = self.row(group);
        match self.random.below(6) {
            0 => (from..from + 3).collect(),
            1 => vec![from, self.row(group)],
            _ => vec![from],
        }
    }

    /// A row that a group may have; rarely one that it has not.
    fn row(&mut self, group: Number) -> u64 {
        let codes = self.groups.get(group).map_or(0, |made| made.codes);
        self.ordinal(codes)
    }

    fn batch(&mut self, group: Number) -> u64 {
        let batches = self.groups.get(group).map_or(0, |made| made.batches);
        self.ordinal(batches)
    }

    fn claim_of(&mut self, group: Number) -> u64 {
        let claims = self.groups.get(group).map_or(0, |made| made.claims);
        self.ordinal(claims)
    }

    /// One of things that are numbered from 1, of which there were to be so many; rarely another.
    fn ordinal(&mut self, count: u64) -> u64 {
        if self.random.once_in(10) { self.random.below(12) } else { self.random.below(count.div_ceil(2).max(1)) + 1 }
    }

    /// One of the groups that may exist, or, rarely, one that was deleted or never created.
    fn group(&mut self) -> Number {
        match (self.random.below(40), self.existing.len()) {
            (0, _) => usize::MAX,
            (1 | 2, _) | (_, 0) => self.random.index(self.groups.len()),
            // The older the more often, so that there are groups in which much happens.
            (_, existing) => self.existing[self.random.index(existing).min(self.random.index(existing))],
        }
    }

    /// One code or more that the group's format can make, and sometimes the same twice.
    fn codes(&mut self, group: Number, most: u64) -> Vec<String> {
        let shape = self.groups.get(group).map_or(Shape::Upper, |made| made.shape);
        let random = &mut self.random;
        let count = random.below(most) + 1;
        (0..count)
            .map(|_| {
                let mut three = |symbols: &[char]| (0..3).map(|_| random.one_of(symbols)).collect::<String>();
                match shape {
                    Shape::Upper => three(&['A', 'B', 'C']),
                    Shape::Mixed => three(&['A', 'B', 'C', 'a', 'b', 'c']),
                    Shape::Counted | Shape::Permuted => three(&['1', '2', '3']),
                    Shape::Patterns => format!("%{}'", random.one_of(&['A', 'B', '_', '\\'])),
                }
            })
            .collect()
    }

    /// The request id of one call in so many, from few that all kinds of calls share.
    fn request(&mut self, once_in: u64) -> Option<Request> {
        let random = &mut self.random;
        let make = |random: &mut Random| Request {
            id: RequestId(random.below(REQUESTS).into()),
            digest: Digest(u64::from(random.once_in(3))),
        };
        random.once_in(once_in).then(|| make(random))
    }

    fn knowledge(&mut self) -> Knowledge {
        if self.random.once_in(10) { Knowledge::Outdated } else { Knowledge::Present }
    }
}

/// How many request ids there are.
const REQUESTS: u64 = 10;
