//! Claiming and using references with witnesses: a child says what it begins and what was acknowledged.

use std::{collections::BTreeSet, path::Path};

use serial_core::{Error, GroupId, NewClaim, Reference, Registry, RequestId, Selection, State, Transition};

use super::child::say;

/// References that are claimed under a request, and commissioned under the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Take {
    pub(crate) request: u128,
    pub(crate) group: u64,
    pub(crate) count: u64,
    /// The rows, once the claim was acknowledged.
    pub(crate) rows: Vec<u64>,
    /// Whether it was acknowledged that they are commissioned.
    pub(crate) used: bool,
}

impl Take {
    pub(crate) fn of(request: u128, group: u64, count: u64) -> Self {
        Self { request, group, count, rows: Vec::new(), used: false }
    }

    /// Claims and says so, before and after; `false` where too few are available.
    pub(crate) fn claim(&mut self, registry: &Registry) -> Result<bool, Error> {
        let Self { request, group, count, .. } = self;
        say(format_args!("take {request} {group} {count}"));
        match self.claim_quietly(registry) {
            Ok(rows) => self.rows = rows,
            Err(Error::TooFewAvailable { .. }) => {
                say(format_args!("none {}", self.request));
                return Ok(false);
            }
            Err(error) => return Err(error),
        }
        let rows: Vec<String> = self.rows.iter().map(u64::to_string).collect();
        say(format_args!("taken {} {}", self.request, rows.join(",")));
        Ok(true)
    }

    /// Commissions what was claimed and says so.
    pub(crate) fn use_up(&mut self, registry: &Registry) -> Result<(), Error> {
        self.use_quietly(registry)?;
        self.used = true;
        say(format_args!("used {}", self.request));
        Ok(())
    }

    fn references(&self, registry: &Registry) -> Result<Vec<Reference>, Error> {
        let new = NewClaim::of(self.count).holder("Line 3").request_id(RequestId(self.request));
        Ok(registry.claim(GroupId(self.group), new)?.references)
    }

    fn claim_quietly(&self, registry: &Registry) -> Result<Vec<u64>, Error> {
        Ok(self.references(registry)?.iter().map(|reference| reference.row.0).collect())
    }

    fn use_quietly(&self, registry: &Registry) -> Result<(), Error> {
        let claimed = self.references(registry)?;
        let to = Transition::to(State::Commissioned).request_id(RequestId(self.request + 1));
        let changed = registry.transition(&Selection::references(&claimed), to)?;
        assert_eq!(changed, self.count);
        Ok(())
    }
}

/// What children said of taking, those that were refused left out.
pub(crate) fn heard(said: &[String]) -> Vec<Take> {
    let mut takes: Vec<Take> = Vec::new();
    for line in said {
        let words: Vec<&str> = line.split(' ').collect();
        let number = |word: &str| word.parse().unwrap();
        let request = words.get(1).and_then(|word| word.parse::<u128>().ok());
        let known = takes.iter().position(|take| Some(take.request) == request);
        match (&words[..], known) {
            (["take", _, group, count], None) => {
                takes.push(Take::of(request.unwrap(), number(group), number(count)));
            }
            (["taken", _, rows], Some(at)) => takes[at].rows = rows.split(',').map(number).collect(),
            (["used", _], Some(at)) => takes[at].used = true,
            (["none", _], Some(at)) => drop(takes.remove(at)),
            _ => {}
        }
    }
    takes
}

/// Fails unless what was acknowledged stands, everything can be repeated, and nothing was claimed twice.
#[track_caller]
pub(crate) fn settle(path: &Path, takes: &[Take], circumstances: &str) {
    let registry = super::registry(path);
    let mut seen = BTreeSet::new();
    for take in takes {
        // What nobody heard of may be refused now, where it was not done before.
        let rows = match take.claim_quietly(&registry) {
            Err(Error::TooFewAvailable { .. }) if take.rows.is_empty() => continue,
            other => other.unwrap_or_else(|error| panic!("{circumstances}: {take:?}: {error:?}")),
        };
        assert!(take.rows.is_empty() || take.rows == rows, "{circumstances}: {take:?} is now {rows:?}");
        assert_eq!(rows.len() as u64, take.count, "{circumstances}");
        for row in &rows {
            assert!(seen.insert((take.group, *row)), "{circumstances}: {row} of {take:?} was claimed twice");
        }
        let states: BTreeSet<State> =
            take.references(&registry).unwrap().iter().map(|reference| reference.state).collect();
        assert_eq!(states.len(), 1, "{circumstances}: {take:?} was used in part");
        assert!(!take.used || states.contains(&State::Commissioned), "{circumstances}: {take:?} is no longer used");
        take.use_quietly(&registry).unwrap_or_else(|error| panic!("{circumstances}: {take:?}: {error:?}"));
    }
}
