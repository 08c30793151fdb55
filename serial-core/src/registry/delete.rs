//! Deleting in two steps: see what would go, then confirm.

use std::collections::{BTreeMap, HashMap};

use crate::{
    error::Error,
    group::Group,
    ids::{GroupId, RowId},
    query::{Direction, Filter},
    reference::Reference,
    registry::{
        Registry, error_of,
        read::{Part, Sought},
    },
    store::{Answer, DeletePlan, Deleted, GroupDeletePlan, Refusal, RowSet, Start},
};

/// How many references a prepared deletion shows.
const SAMPLE: u32 = 10;

/// How many references are read at a time while a deletion is prepared.
const READ_AT_A_TIME: u32 = 4096;

/// Which references to delete.
///
/// ```
/// use serial_core::{Filter, GroupId, Selection};
///
/// let scrapped = Selection::codes(["H829", "Z006"]);
/// let in_one_group = Selection::codes_in(GroupId(1), ["0000000001"]);
/// let found = Selection::matching(Filter::group(GroupId(1)).containing("A7Z"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Selection {
    /// Those with these codes, each found as [`Registry::lookup`] finds it.
    Codes {
        /// Where to look; `None` is everywhere.
        group: Option<GroupId>,
        /// The codes.
        codes: Vec<String>,
    },
    /// Those that a filter finds: a batch, a search result.
    Matching(Filter),
}

impl Selection {
    /// References by their codes.
    pub fn codes<C: Into<String>>(codes: impl IntoIterator<Item = C>) -> Self {
        Self::Codes { group: None, codes: codes.into_iter().map(Into::into).collect() }
    }

    /// References of one group by their codes.
    pub fn codes_in<C: Into<String>>(group: GroupId, codes: impl IntoIterator<Item = C>) -> Self {
        Self::Codes { group: Some(group), codes: codes.into_iter().map(Into::into).collect() }
    }

    /// References that a filter finds.
    pub fn matching(filter: Filter) -> Self {
        Self::Matching(filter)
    }
}

/// A deletion of references that was prepared and waits to be confirmed; dropping it changes nothing.
///
/// [`Registry::delete`] makes one and has an example.
#[derive(Clone, Debug)]
#[must_use = "nothing is deleted until it is confirmed"]
pub struct PendingDeletion {
    registry: Registry,
    plan: DeletePlan,
    /// How many references would go.
    pub count: u64,
    /// The first of them, at most ten.
    pub sample: Vec<Reference>,
    /// Codes of the selection that no live reference has, as they were given.
    pub unknown: Vec<String>,
    /// Codes of the selection that several groups have, as they were given; none of these would go.
    pub ambiguous: Vec<String>,
}

impl PendingDeletion {
    /// Deletes the references that were counted, in one step. Their codes are never issued again.
    ///
    /// Confirming again is harmless, which is the remedy after [`OutcomeUnknown`](Error::OutcomeUnknown).
    ///
    /// # Errors
    /// A kind that begins with `Store`, or [`OutcomeUnknown`](Error::OutcomeUnknown).
    pub fn confirm(&self) -> Result<Deleted, Error> {
        Ok(self.registry.store().delete(&self.plan)?)
    }
}

/// A deletion of a group that was prepared and waits to be confirmed; dropping it changes nothing.
///
/// [`Registry::delete_group`] makes one and has an example.
#[derive(Clone, Debug)]
#[must_use = "nothing is deleted until it is confirmed"]
pub struct PendingGroupDeletion {
    registry: Registry,
    /// The group that would go; its `live` says how many references would go with it.
    pub group: Group,
    /// The first of these references, at most ten.
    pub sample: Vec<Reference>,
}

impl PendingGroupDeletion {
    /// Deletes the group and every reference in it, in one step, and says how many references that were. Their
    /// codes are never issued again; the group's name is free.
    ///
    /// # Errors
    /// [`ChangedMeanwhile`](Error::ChangedMeanwhile) where the group has issued more since; then nothing is
    /// deleted. [`GroupNotFound`](Error::GroupNotFound) where it is gone already; a kind that begins with `Store`;
    /// or [`OutcomeUnknown`](Error::OutcomeUnknown).
    pub fn confirm(&self) -> Result<u64, Error> {
        let plan = GroupDeletePlan { group: self.group.id, issued: self.group.issued };
        match self.registry.store().delete_group(&plan)? {
            Answer::Done(deleted) => {
                self.registry.0.groups.forget(self.group.id);
                Ok(deleted)
            }
            Answer::Refused(Refusal::GroupChanged { group }) => {
                Err(Error::ChangedMeanwhile { group: group.id, more: group.issued.saturating_sub(self.group.issued) })
            }
            Answer::Refused(refusal) => Err(error_of(refusal)),
        }
    }
}

impl Registry {
    /// Prepares a deletion of references: finds out what would go and changes nothing.
    ///
    /// References issued later are not part of it, even where they match the filter.
    ///
    /// # Errors
    /// Those of [`references`](Self::references) that concern the filter, or a kind that begins with `Store`. Codes
    /// that are unknown or ambiguous are no error: the result lists them.
    ///
    /// ```
    /// use serial_core::{Filter, MemoryStore, NewBatch, NewGroup, Registry, Selection};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::batch("Pump AX-100"))?;
    /// let batch = registry.create_batch(group.id, NewBatch::of(20))?;
    ///
    /// let pending = registry.delete(&Selection::codes([batch.codes.get(0).unwrap(), "scribble"]))?;
    /// assert_eq!((pending.count, pending.unknown.as_slice()), (1, &["scribble".to_string()][..]));
    /// assert_eq!(pending.confirm()?.deleted, 1);
    ///
    /// let rest = registry.delete(&Selection::matching(Filter::batch(group.id, batch.id)))?;
    /// assert_eq!(rest.confirm()?.deleted, 19);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn delete(&self, selection: &Selection) -> Result<PendingDeletion, Error> {
        let mut gathered = Gathered::default();
        match selection {
            Selection::Codes { group, codes } => self.gather_codes(*group, codes, &mut gathered)?,
            Selection::Matching(filter) => self.gather_matching(filter, &mut gathered)?,
        }
        let targets: Vec<_> =
            gathered.rows.into_iter().map(|(group, rows)| (group, rows.into_iter().collect::<RowSet>())).collect();
        Ok(PendingDeletion {
            registry: self.clone(),
            count: targets.iter().map(|(_, rows)| rows.len()).sum(),
            plan: DeletePlan { targets },
            sample: gathered.sample,
            unknown: gathered.unknown,
            ambiguous: gathered.ambiguous,
        })
    }

    /// Prepares the deletion of a group with all its references: finds out what would go and changes nothing.
    ///
    /// # Errors
    /// [`GroupNotFound`](Error::GroupNotFound), or a kind that begins with `Store`.
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewBatch, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::batch("Pump AX-100"))?;
    /// registry.create_batch(group.id, NewBatch::of(20))?;
    /// let pending = registry.delete_group(group.id)?;
    /// assert_eq!(pending.group.live, 20);
    /// assert_eq!(pending.confirm()?, 20);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn delete_group(&self, id: GroupId) -> Result<PendingGroupDeletion, Error> {
        let group = self.group(id)?;
        let part = Part { start: Start::Skip(0), size: SAMPLE, counted: false };
        let sample =
            self.slice_of_references(&Filter::group(id), &Sought::default(), Direction::OldestFirst, &part)?.items;
        Ok(PendingGroupDeletion { registry: self.clone(), group, sample })
    }

    fn gather_codes(&self, group: Option<GroupId>, codes: &[String], gathered: &mut Gathered) -> Result<(), Error> {
        for codes in codes.chunks(READ_AT_A_TIME as usize) {
            let trimmed: Vec<&str> = codes.iter().map(|code| code.trim()).collect();
            let mut exact: HashMap<String, Vec<Reference>> = HashMap::new();
            for reference in self.find(group, &trimmed)? {
                exact.entry(reference.code.as_str().to_owned()).or_default().push(reference);
            }
            for (given, trimmed) in codes.iter().zip(trimmed) {
                let mut found = match exact.get(trimmed) {
                    Some(found) => found.clone(),
                    None => self.in_other_case(group, trimmed)?,
                };
                match found.len() {
                    0 => gathered.unknown.push(given.clone()),
                    1 => gathered.add(found.swap_remove(0)),
                    _ => gathered.ambiguous.push(given.clone()),
                }
            }
        }
        Ok(())
    }

    fn gather_matching(&self, filter: &Filter, gathered: &mut Gathered) -> Result<(), Error> {
        let mut sought = self.sought(filter)?;
        let mut start = Start::Skip(0);
        loop {
            let part = Part { start, size: READ_AT_A_TIME, counted: false };
            let slice = self.slice_of_references(filter, &sought, Direction::OldestFirst, &part)?;
            // What the first part was searched for holds for all.
            sought.revision = None;
            let last = slice.items.last().map(|reference| (reference.group, reference.row));
            slice.items.into_iter().for_each(|reference| gathered.add(reference));
            match last {
                Some(place) if slice.more => start = Start::After(place),
                _ => return Ok(()),
            }
        }
    }
}

/// What a selection has brought together.
#[derive(Default)]
struct Gathered {
    rows: BTreeMap<GroupId, Vec<RowId>>,
    sample: Vec<Reference>,
    unknown: Vec<String>,
    ambiguous: Vec<String>,
}

impl Gathered {
    fn add(&mut self, reference: Reference) {
        self.rows.entry(reference.group).or_default().push(reference.row);
        if self.sample.len() < SAMPLE as usize && !self.sample.contains(&reference) {
            self.sample.push(reference);
        }
    }
}
