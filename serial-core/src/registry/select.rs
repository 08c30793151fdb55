//! Which references a change is for.

use std::collections::HashMap;

use crate::{
    error::Error,
    fingerprint::Fingerprinter,
    ids::{GroupId, RowId},
    query::{Direction, Filter},
    reference::Reference,
    registry::{
        Registry,
        read::{Part, Sought},
    },
    store::{RowSet, Start, Unfit},
};

/// How many references a prepared deletion shows.
pub(super) const SAMPLE: u32 = 10;

/// How many references are read at a time while a deletion is prepared.
const READ_AT_A_TIME: u32 = 4096;

/// Which references to change or delete.
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
    /// Those in these rows of groups.
    Rows(Vec<(GroupId, RowId)>),
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

    /// References that were read or issued before; they need not be looked up again.
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewClaim, NewBatch, NewGroup, Registry, Selection, State};
    ///
    /// let registry = Registry::new(MemoryStore::new()).acting_as("Line 3");
    /// let group = registry.create_group(NewGroup::batch("Pump AX-100"))?;
    /// registry.create_batch(group.id, NewBatch::of(20))?;
    /// let claim = registry.claim(group.id, NewClaim::of(5))?;
    /// assert_eq!(registry.transition(&Selection::references(&claim.references), State::Encoded)?, 5);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn references<'a>(references: impl IntoIterator<Item = &'a Reference>) -> Self {
        Self::Rows(references.into_iter().map(|reference| (reference.group, reference.row)).collect())
    }

    /// References that a filter finds.
    pub fn matching(filter: Filter) -> Self {
        Self::Matching(filter)
    }
}

impl Selection {
    /// Tells this selection from others in the digest of a request.
    pub(super) fn add_to(&self, digest: Fingerprinter) -> Fingerprinter {
        match self {
            Self::Codes { group, codes } => {
                let digest = digest.number(1).number(group.map_or(0, |group| group.0));
                codes.iter().fold(digest, |digest, code| digest.text(code))
            }
            Self::Rows(rows) => {
                rows.iter().fold(digest.number(2), |digest, (group, row)| digest.number(group.0).number(row.0))
            }
            Self::Matching(filter) => digest.number(3).number(filter.listing(Direction::OldestFirst).0),
        }
    }
}

impl Registry {
    /// What a selection means now.
    pub(super) fn gather(&self, selection: &Selection) -> Result<Gathered, Error> {
        let mut gathered = Gathered::default();
        match selection {
            Selection::Codes { group, codes } => self.gather_codes(*group, codes, &mut gathered)?,
            Selection::Rows(rows) => gathered.rows.clone_from(rows),
            Selection::Matching(filter) => self.gather_matching(filter, &mut gathered)?,
        }
        Ok(gathered)
    }

    /// What a selection means now, without rows where nothing live is; those are unknown.
    pub(super) fn gather_present(&self, selection: &Selection) -> Result<Gathered, Error> {
        let mut gathered = self.gather(selection)?;
        if let Selection::Rows(_) = selection {
            for (group, rows) in gathered.targets() {
                for range in rows.ranges() {
                    self.gather_range(group, range.start().0, range.end().0, &mut gathered)?;
                }
            }
        }
        Ok(gathered)
    }

    /// Adds the live references in consecutive rows of a group, and names the others.
    fn gather_range(&self, group: GroupId, first: u64, last: u64, gathered: &mut Gathered) -> Result<(), Error> {
        let filter = Filter::group(group);
        let mut next = first;
        while next <= last {
            let size = u32::try_from(last - next + 1).unwrap_or(READ_AT_A_TIME).min(READ_AT_A_TIME);
            let start = Start::After((group, RowId(next.saturating_sub(1))));
            let part = Part { start, size, counted: false };
            let found = match self.slice_of_references(&filter, &Sought::default(), Direction::OldestFirst, &part) {
                Err(Error::GroupNotFound { .. }) => Vec::new(),
                found => found?.items,
            };
            let end = next.saturating_add(u64::from(size) - 1).min(last);
            let mut found = found.into_iter().take_while(|reference| reference.row.0 <= end).peekable();
            for row in next..=end {
                match found.next_if(|reference| reference.row.0 == row) {
                    Some(reference) => gathered.add(reference),
                    None => gathered.unknown.push(format!("row {row} of group {group}")),
                }
            }
            next = end.saturating_add(1);
            if end == u64::MAX {
                break;
            }
        }
        Ok(())
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
                    None => self.as_written(group, trimmed)?,
                };
                match found.len() {
                    0 => gathered.unknown.push(given.clone()),
                    1 => {
                        let reference = found.swap_remove(0);
                        let Reference { group, row, state, .. } = reference;
                        gathered.states.push((Unfit { group, row, state: Some(state) }, given.clone()));
                        gathered.add(reference);
                    }
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
pub(super) struct Gathered {
    rows: Vec<(GroupId, RowId)>,
    /// The first references, as they were read; none where rows were given.
    pub(super) sample: Vec<Reference>,
    /// The references that codes were given of, with the states they are in, and the codes.
    pub(super) states: Vec<(Unfit, String)>,
    /// Codes that no live reference has, as they were given.
    pub(super) unknown: Vec<String>,
    /// Codes that several groups have, as they were given.
    pub(super) ambiguous: Vec<String>,
}

impl Gathered {
    /// Rows of groups, each group once, ascending.
    pub(super) fn targets(&mut self) -> Vec<(GroupId, RowSet)> {
        let mut rows = std::mem::take(&mut self.rows);
        rows.sort_unstable();
        let of_groups = rows.chunk_by(|(one, _), (other, _)| one == other);
        of_groups.map(|rows| (rows[0].0, rows.iter().map(|(_, row)| *row).collect())).collect()
    }

    fn add(&mut self, reference: Reference) {
        self.rows.push((reference.group, reference.row));
        if self.sample.len() < SAMPLE as usize && !self.sample.contains(&reference) {
            self.sample.push(reference);
        }
    }
}
