//! The formats of all groups, by which what people type is read.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    code::Code,
    error::Error,
    format::Format,
    group::Group,
    ids::GroupId,
    query::{Direction, GroupFilter},
    registry::{Registry, read::Part},
    store::Start,
};

/// How many groups are read at a time.
const READ_AT_A_TIME: u32 = 500;

/// Every format that a group was seen to have, also where the group is gone. Groups keep their formats and come in the order
/// of their ids, so that only those are read that came since.
#[derive(Default)]
pub(super) struct KnownFormats(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    formats: Arc<HashSet<Format>>,
    last: Option<GroupId>,
}

impl KnownFormats {
    fn last(&self) -> Option<GroupId> {
        self.seen().last
    }

    fn add(&self, groups: &[Group]) {
        let mut seen = self.seen();
        for group in groups {
            Arc::make_mut(&mut seen.formats).insert(group.format.clone());
            seen.last = seen.last.max(Some(group.id));
        }
    }

    fn all(&self) -> Arc<HashSet<Format>> {
        Arc::clone(&self.seen().formats)
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Registry {
    /// The codes that a text can stand for in the formats of all groups, each once, without the text itself.
    pub(super) fn readings(&self, typed: &str) -> Result<Vec<Code>, Error> {
        let formats = self.formats()?;
        let mut readings: Vec<Code> = formats
            .iter()
            .filter_map(|format| format.validate(typed).ok())
            .filter(|code| code.as_str() != typed)
            .collect();
        readings.sort_unstable();
        readings.dedup();
        Ok(readings)
    }

    fn formats(&self) -> Result<Arc<HashSet<Format>>, Error> {
        let known = &self.inner.formats;
        loop {
            let start = known.last().map_or(Start::Skip(0), Start::After);
            let part = Part { start, size: READ_AT_A_TIME, counted: false };
            let slice = self.slice_of_groups(&GroupFilter::default(), Direction::OldestFirst, &part)?;
            known.add(&slice.items);
            if !slice.more {
                return Ok(known.all());
            }
        }
    }
}
