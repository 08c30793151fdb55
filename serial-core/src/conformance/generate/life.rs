//! Random claims and changes of references.

use super::{
    Generator,
    texts::{some_cause, some_moment, some_name, some_value, some_warranty},
};
use crate::{
    conformance::operation::{NewHold, NewLife, Number, Step, Turn},
    life::{State, States},
};

impl Generator {
    pub(super) fn claim(&mut self) -> Step {
        let group = self.group();
        let batch = self.random.once_in(4).then(|| self.batch(group));
        if let Some(made) = self.groups.get_mut(group) {
            made.claims += 1;
        }
        let random = &mut self.random;
        let count = random.one_of(&[0, 1, 1, 1, 1, 2, 2, 2, 3, 4, u64::MAX]);
        let (holder, at) = (some_name(random), some_moment(random));
        let expires_at = random.maybe(some_moment);
        let cause = some_cause(random);
        let request = self.request(3).filter(|_| count > 0);
        Step::Claim(NewHold { group, request, batch, count, holder, expires_at, at, cause })
    }

    pub(super) fn change(&mut self) -> Step {
        let request = self.request(4);
        let knows = self.knowledge();
        let kind = self.random.below(12);
        // Moves and warranties can be of several groups.
        let mut targets = self.targets(kind < 8);
        let group = targets.first().map_or(Number::MAX, |(group, _)| *group);
        let turn = match kind {
            0..=6 => self.some_move(),
            7 => Turn::SetWarranty { policy: self.random.maybe(some_warranty) },
            8 | 9 => Turn::Return { claim: self.claim_of(group) },
            _ => Turn::SetValues { revision: knows, values: self.some_values(group) },
        };
        let random = &mut self.random;
        if random.once_in(30) {
            for (_, rows) in &mut targets {
                rows.clear();
            }
        }
        let (at, cause) = (some_moment(random), some_cause(random));
        let request = request.filter(|_| targets.iter().any(|(_, rows)| !rows.is_empty()));
        Step::Change(NewLife { request, targets, turn, at, cause })
    }

    /// Values of one field or two, or the defaults again.
    fn some_values(&mut self, group: Number) -> Vec<(u64, Option<String>)> {
        let fields = self.groups.get(group).map_or(0, |made| made.fields.len() as u64);
        let random = &mut self.random;
        let mut fields: Vec<u64> = (0..=random.below(2)).map(|_| random.below(fields.max(1)) + 1).collect();
        fields.sort_unstable();
        fields.dedup();
        fields.into_iter().map(|field| (field, random.maybe(some_value))).collect()
    }

    /// From the states that may come before, some of them, or almost any.
    fn some_move(&mut self) -> Turn {
        let random = &mut self.random;
        let to = random.one_of(&State::ALL);
        // Never from the state itself: no registry brings a reference to where it is.
        let others: States = State::ALL.into_iter().filter(|state| *state != to).collect();
        let (states, all) = match random.below(4) {
            0 | 1 => (States::before(to), true),
            2 => (States::before(to), false),
            _ => (others, false),
        };
        let some: States = states.iter().filter(|_| all || !random.once_in(4)).collect();
        Turn::Move { from: if some == States::default() { states } else { some }, to }
    }
}
