//! Random questions.

use super::{Generator, texts::some_moment};
use crate::{
    conformance::{
        generate::texts::some_value,
        operation::{Listing, Part, Step, Wanted},
    },
    life::State,
    query::{Direction, SearchTerm, Span},
    store::Start,
};

const NAME_PARTS: [&str; 12] = ["", "p", "PUMP", "äX", "字", "%", "_", "\\", "'", "οδοσ", "ß", "i"];
const TERMS: [&str; 14] = ["a", "A", "b", "ab", "AB", "bA", "aaa", "1", "12", "%", "%a", "_", "\\'", "aaaa"];

impl Generator {
    pub(super) fn list_groups(&mut self) -> Step {
        let name_part = self.random.maybe(|random| random.one_of(&NAME_PARTS).to_owned());
        let place = self.group();
        Step::Groups { name_part, listing: self.listing(place) }
    }

    pub(super) fn find(&mut self) -> Step {
        let group = self.group();
        let mut codes = self.codes(group, 4);
        if self.random.once_in(4) {
            codes.push(self.random.one_of(&["", "AAAA", "aa", "é", "%"]).to_owned());
        }
        Step::Find { group: self.random.maybe(|_| group), codes }
    }

    pub(super) fn find_deleted(&mut self) -> Step {
        let group = self.group();
        let code = self.codes(group, 1).swap_remove(0);
        Step::Deleted { group: self.random.once_in(3).then_some(group), code }
    }

    pub(super) fn references(&mut self) -> Step {
        let within = self.part();
        let listed = match within {
            Part::Registry => self.group(),
            Part::Group(group) | Part::Batch(group, _) => group,
        };
        let place = (listed, self.row(listed));
        let random = &mut self.random;
        let term = random.once_in(2).then(|| random.one_of(&TERMS)).and_then(|term| SearchTerm::new(term, 1).ok());
        let created = Span {
            from: random.once_in(4).then(|| some_moment(random)),
            before: random.once_in(4).then(|| some_moment(random)),
        };
        let state = random.once_in(4).then(|| random.one_of(&State::ALL));
        let is_single = within != Part::Registry;
        let value = (is_single && random.once_in(2)).then(|| (random.below(4) + 1, some_value(random)));
        Step::References(Wanted { within, term, created, state, value, listing: self.listing(place) })
    }

    pub(super) fn events(&mut self) -> Step {
        let group = self.group();
        let row = if self.random.once_in(3) { None } else { Some(self.row(group)) };
        let place = self.random.below(24);
        Step::Events { group, row, listing: self.listing(place) }
    }

    pub(super) fn details(&mut self) -> Step {
        let group = self.group();
        let rows = if self.random.once_in(2) { (0..20).collect() } else { self.rows(group) };
        Step::Details { group, rows }
    }

    /// The registry, a group or a batch of one.
    pub(super) fn part(&mut self) -> Part {
        let group = self.group();
        match self.random.below(3) {
            0 => Part::Registry,
            1 => Part::Group(group),
            _ => Part::Batch(group, self.batch(group)),
        }
    }

    pub(super) fn listing<P>(&mut self, place: P) -> Listing<P> {
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
