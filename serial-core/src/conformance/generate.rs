//! Random operations, from spaces so small that they get in each other's way.

use crate::{
    conformance::{
        operation::{Knowledge, Listing, NewCodes, NewGroup, Number, Operation, Part, Shape, Step},
        random::Random,
    },
    group::{Kind, Scope},
    ids::RequestId,
    limits::{GroupLimits, Limit},
    name::Name,
    query::{Direction, SearchTerm, Span},
    store::{Digest, Request, Start},
    time::Timestamp,
};

const NAMES: [&str; 9] =
    ["Pump", "pump AX", "ÄX Wärme", "äx", "字漢", "Straße %_\\", "ΟΔΟΣ", "İstanbul", "'quoted' \"too\""];
const NAME_PARTS: [&str; 12] = ["", "p", "PUMP", "äX", "字", "%", "_", "\\", "'", "οδοσ", "ß", "i"];
const TERMS: [&str; 14] = ["a", "A", "b", "ab", "AB", "bA", "aaa", "1", "12", "%", "%a", "_", "\\'", "aaaa"];
/// Those with more codes more often.
const SHAPES: [Shape; 6] = [Shape::Upper, Shape::Mixed, Shape::Mixed, Shape::Mixed, Shape::Counted, Shape::Patterns];
const MOMENTS: [i64; 6] = [-1_000_001, -1, 0, 5, 6, 1_795_432_738_123_456];

/// Repeatable operations.
pub(super) struct Generator {
    random: Random,
    /// The groups that were made so far, with what codes of theirs look like.
    groups: Vec<Shape>,
    /// Those of them that may still exist.
    existing: Vec<Number>,
    /// Whether to close and open the store now and then.
    reopening: bool,
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
        match self.random.below(100) {
            // There is little to do before there are groups.
            _ if self.existing.len() < 2 => self.create_group(),
            0..=5 if self.existing.len() < 6 => self.create_group(),
            6..=10 => self.change_group(),
            11..=12 => self.delete_group(),
            0..=5 | 13..=16 => Step::Group { group: self.group() },
            17..=21 => {
                let name_part = self.random.maybe(|random| random.one_of(&NAME_PARTS).to_owned());
                let place = self.group();
                Step::Groups { name_part, listing: self.listing(place) }
            }
            22..=51 => self.append(),
            52..=54 => Step::Request { id: self.random.below(8).into() },
            55..=58 => {
                let group = self.group();
                Step::Taken { group, codes: self.codes(group, 6) }
            }
            59..=63 => {
                let group = self.group();
                let mut codes = self.codes(group, 4);
                if self.random.once_in(4) {
                    codes.push(self.random.one_of(&["", "AAAA", "aa", "é", "%"]).to_owned());
                }
                Step::Find { group: self.random.maybe(|_| group), codes }
            }
            64..=79 => self.references(),
            80..=82 => Step::Batch { group: self.group(), batch: self.random.below(4) },
            83..=86 => {
                let place = self.random.below(6);
                Step::Batches { group: self.group(), listing: self.listing(place) }
            }
            _ => self.delete(),
        }
    }

    fn create_group(&mut self) -> Step {
        let random = &mut self.random;
        let shape = random.one_of(&SHAPES);
        self.existing.push(self.groups.len());
        self.groups.push(shape);
        Step::CreateGroup(NewGroup {
            number: self.groups.len() - 1,
            name: some_name(random),
            kind: random.one_of(&[Kind::Batch, Kind::Batch, Kind::Continuous]),
            scope: random.one_of(&[Scope::Registry, Scope::Registry, Scope::Group]),
            shape,
            limits: some_limits(random),
            created_at: some_moment(random),
            max_groups: if random.once_in(10) { Limit::AtMost(random.below(6)) } else { Limit::Unlimited },
        })
    }

    fn change_group(&mut self) -> Step {
        let group = self.group();
        let random = &mut self.random;
        let name = random.maybe(some_name);
        let limits = random.maybe(some_limits);
        // A change of nothing at all is left out: whether the revision grows then is the store's own affair.
        let described = (name.is_none() && limits.is_none()) || random.once_in(2);
        let description = described.then(|| random.one_of(&["", "steel", "it's 100% \\ brass", "字"]).to_owned());
        Step::ChangeGroup { group, name, description, limits }
    }

    fn delete_group(&mut self) -> Step {
        let group = self.group();
        let knows = self.knowledge();
        if knows == Knowledge::Present {
            self.existing.retain(|existing| *existing != group);
        }
        Step::DeleteGroup { group, knows }
    }

    fn append(&mut self) -> Step {
        let group = self.group();
        let codes = self.codes(group, 3);
        let revision = self.knowledge();
        let index = self.knowledge();
        let random = &mut self.random;
        let request = random
            .once_in(3)
            .then(|| Request { id: RequestId(random.below(8).into()), digest: Digest(u64::from(random.once_in(3))) });
        Step::Append(NewCodes {
            group,
            request,
            revision,
            max_live: if random.once_in(3) { Limit::AtMost(random.below(8)) } else { Limit::Unlimited },
            index,
            batch: some_name(random),
            codes,
            created_at: some_moment(random),
        })
    }

    fn references(&mut self) -> Step {
        let group = self.group();
        let within = match self.random.below(3) {
            0 => Part::Registry,
            1 => Part::Group(group),
            _ => Part::Batch(group, self.random.below(4)),
        };
        let listed = match within {
            Part::Registry => self.group(),
            Part::Group(_) | Part::Batch(..) => group,
        };
        let place = (listed, self.random.below(14));
        let random = &mut self.random;
        let term = random.once_in(2).then(|| random.one_of(&TERMS)).and_then(|term| SearchTerm::new(term, 1).ok());
        let created = Span {
            from: random.once_in(4).then(|| some_moment(random)),
            before: random.once_in(4).then(|| some_moment(random)),
        };
        Step::References { within, term, created, listing: self.listing(place) }
    }

    fn delete(&mut self) -> Step {
        let mut groups: Vec<Number> = (0..=self.random.below(2)).map(|_| self.group()).collect();
        groups.sort_unstable();
        groups.dedup();
        let random = &mut self.random;
        let targets = groups
            .into_iter()
            .map(|group| {
                let from = random.below(12);
                let rows = if random.once_in(3) { (from..from + 4).collect() } else { vec![from, random.below(12)] };
                (group, rows)
            })
            .collect();
        Step::Delete { targets }
    }

    /// One of the groups that may exist, or, rarely, one that was deleted or never created.
    fn group(&mut self) -> Number {
        match (self.random.below(40), self.existing.len()) {
            (0, _) => usize::MAX,
            (1 | 2, _) | (_, 0) => self.random.index(self.groups.len()),
            (_, existing) => self.existing[self.random.index(existing)],
        }
    }

    /// One code or more that the group's format can make, and sometimes the same twice.
    fn codes(&mut self, group: Number, most: u64) -> Vec<String> {
        let shape = self.groups.get(group).copied().unwrap_or(Shape::Upper);
        let random = &mut self.random;
        let count = random.below(most) + 1;
        (0..count)
            .map(|_| {
                let mut three = |symbols: &[char]| (0..3).map(|_| random.one_of(symbols)).collect::<String>();
                match shape {
                    Shape::Upper => three(&['A', 'B']),
                    Shape::Mixed => three(&['A', 'B', 'a', 'b']),
                    Shape::Counted => three(&['1', '2']),
                    Shape::Patterns => format!("%{}'", random.one_of(&['A', 'B', '_', '\\'])),
                }
            })
            .collect()
    }

    fn knowledge(&mut self) -> Knowledge {
        if self.random.once_in(8) { Knowledge::Outdated } else { Knowledge::Present }
    }

    fn listing<P>(&mut self, place: P) -> Listing<P> {
        let random = &mut self.random;
        Listing {
            direction: random.one_of(&[Direction::OldestFirst, Direction::NewestFirst]),
            start: match random.below(3) {
                0 => Start::Skip(0),
                1 => Start::Skip(random.below(8)),
                _ => Start::After(place),
            },
            size: random.one_of(&[0, 1, 2, 3, 5, 100]),
            counted: random.once_in(2),
        }
    }
}

fn some_name(random: &mut Random) -> Name {
    let text = random.one_of(&NAMES);
    // Now and then one that another group has.
    let text = if random.once_in(4) { text.to_owned() } else { format!("{text} {}", random.below(50)) };
    Name::new(text).unwrap_or_else(|_| unreachable!("the names of the generator are names"))
}

fn some_moment(random: &mut Random) -> Timestamp {
    Timestamp::from_micros(random.one_of(&MOMENTS))
}

fn some_limits(random: &mut Random) -> GroupLimits {
    let limits = [None, Some(Limit::Unlimited), Some(Limit::AtMost(0)), Some(Limit::AtMost(1 << 40))];
    GroupLimits {
        max_live: random.one_of(&limits),
        max_batch: random.one_of(&limits),
        min_search_term: random.one_of(&[None, Some(1), Some(7)]),
        max_fields: random.one_of(&limits),
        max_value: random.one_of(&limits),
    }
}
