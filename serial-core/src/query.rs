//! What to list, in which order, and how much of it.

use std::{fmt, ops::Deref, str::FromStr};

use crate::{
    error::Error,
    fingerprint::{Fingerprint, Fingerprinter},
    ids::{BatchId, GroupId},
    life::State,
    time::Timestamp,
};

/// The most rows of one page.
pub(crate) const MAX_PAGE_SIZE: u32 = 10_000;

/// Where to look for references.
///
/// ```
/// use serial_core::{BatchId, GroupId, Within};
///
/// assert_eq!(Within::Batch(GroupId(1), BatchId(2)).group(), Some(GroupId(1)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Within {
    /// In all groups.
    #[default]
    Registry,
    /// In one group.
    Group(GroupId),
    /// In one batch of a group.
    Batch(GroupId, BatchId),
}

impl Within {
    /// The group, where only one is looked at.
    pub fn group(self) -> Option<GroupId> {
        match self {
            Self::Registry => None,
            Self::Group(group) | Self::Batch(group, _) => Some(group),
        }
    }

    /// The batch, where only one is looked at.
    pub fn batch(self) -> Option<BatchId> {
        match self {
            Self::Batch(_, batch) => Some(batch),
            _ => None,
        }
    }
}

/// Which references to list, change, export or delete; all conditions hold together.
///
/// ```
/// use serial_core::{Filter, GroupId, Timestamp};
///
/// let filter = Filter::group(GroupId(1)).containing("A7Z").created_from(Timestamp::from_micros(0));
/// let everything_again = Filter::all();
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[must_use = "a filter does nothing until it is given to a listing"]
pub struct Filter {
    pub(crate) within: Within,
    pub(crate) term: Option<String>,
    pub(crate) created: Span,
    pub(crate) state: Option<State>,
    pub(crate) value: Option<(String, String)>,
}

impl Filter {
    /// All references of the registry.
    pub fn all() -> Self {
        Self::default()
    }

    /// The references of one group.
    pub fn group(group: GroupId) -> Self {
        Self { within: Within::Group(group), ..Self::default() }
    }

    /// The references of one batch.
    pub fn batch(group: GroupId, batch: BatchId) -> Self {
        Self { within: Within::Batch(group, batch), ..Self::default() }
    }

    /// Only those whose code has `term` anywhere, in any letter case. A term has at least 3 characters unless the
    /// limits say otherwise.
    pub fn containing(mut self, term: impl Into<String>) -> Self {
        self.term = Some(term.into());
        self
    }

    /// Only those issued at `from` or later.
    pub fn created_from(mut self, from: Timestamp) -> Self {
        self.created.from = Some(from);
        self
    }

    /// Only those in a state.
    pub fn in_state(mut self, state: State) -> Self {
        self.state = Some(state);
        self
    }

    /// Only those that have exactly this value in a field, as their own or as the default. Needs a group or batch to look
    /// in.
    pub fn having(mut self, field: impl Into<String>, value: impl Into<String>) -> Self {
        self.value = Some((field.into(), value.into()));
        self
    }

    /// Only those issued before `until`.
    pub fn created_before(mut self, until: Timestamp) -> Self {
        self.created.before = Some(until);
        self
    }
}

/// A span of time; an end that is `None` is open.
///
/// ```
/// use serial_core::{Span, Timestamp};
///
/// let span = Span { from: None, before: Some(Timestamp::from_micros(10)) };
/// assert!(span.contains(Timestamp::from_micros(9)));
/// assert!(!span.contains(Timestamp::from_micros(10)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first moment inside.
    pub from: Option<Timestamp>,
    /// The first moment after it.
    pub before: Option<Timestamp>,
}

impl Span {
    /// Whether `moment` is inside.
    pub fn contains(self, moment: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= moment) && self.before.is_none_or(|before| moment < before)
    }

    /// Whether every moment is inside.
    pub fn is_everything(self) -> bool {
        self.from.is_none() && self.before.is_none()
    }
}

/// A term to search codes for: printable ASCII, long enough for the limits; stores receive it checked.
///
/// ```
/// use serial_core::{Error, SearchTerm};
///
/// let term = SearchTerm::new("a7z", 3)?;
/// assert!(term.is_in("XXA7ZXX"));
/// assert!(matches!(SearchTerm::new("A7", 3), Err(Error::SearchTermTooShort { min: 3, found: 2 })));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SearchTerm(Box<str>);

impl SearchTerm {
    /// Checks a text and makes it a term. An empty one is too short whatever `min` is.
    ///
    /// # Errors
    /// [`Error::SearchTermTooShort`] below `min` characters, then [`Error::SearchTermInvalid`] where a character
    /// is not printable ASCII.
    pub fn new(text: &str, min: u32) -> Result<Self, Error> {
        let min = min.max(1);
        let found = text.chars().count() as u64;
        if found < u64::from(min) {
            return Err(Error::SearchTermTooShort { min, found });
        }
        if let Some((position, symbol)) = (1..).zip(text.chars()).find(|(_, c)| !c.is_ascii_graphic()) {
            return Err(Error::SearchTermInvalid { symbol, position });
        }
        Ok(Self(text.into()))
    }

    /// The text, as it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the term stands anywhere in `code`, in any letter case. This is what every store must agree with.
    pub fn is_in(&self, code: &str) -> bool {
        code.to_ascii_lowercase().contains(&self.0.to_ascii_lowercase())
    }
}

impl Deref for SearchTerm {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// From which end a listing begins.
///
/// References come group by group in the order of the groups' creation, and in issue order within each; the other
/// direction is the exact reverse.
///
/// ```
/// use serial_core::Direction;
///
/// assert_eq!(Direction::default(), Direction::OldestFirst);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// In the order of issue.
    #[default]
    OldestFirst = 1,
    /// Against the order of issue.
    NewestFirst = 2,
}

/// How to go through a listing page by page, without a gap or a repeat while others issue and delete.
///
/// ```
/// use serial_core::{Filter, MemoryStore, Paging, Registry};
///
/// let registry = Registry::new(MemoryStore::new());
/// let mut paging = Paging::of(50).newest_first();
/// loop {
///     let page = registry.references(&Filter::all(), &paging)?;
///     for reference in page.items {
///         println!("{}", reference.code);
///     }
///     match page.next {
///         Some(cursor) => paging = paging.after(cursor),
///         None => break,
///     }
/// }
/// # Ok::<(), serial_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "paging does nothing until it is given to a listing"]
pub struct Paging {
    pub(crate) size: u32,
    pub(crate) direction: Direction,
    pub(crate) after: Option<Cursor>,
}

impl Paging {
    /// The first page, of up to `size` rows: 1 to 10,000.
    pub fn of(size: u32) -> Self {
        Self { size, direction: Direction::default(), after: None }
    }

    /// The newest rows first.
    pub fn newest_first(mut self) -> Self {
        self.direction = Direction::NewestFirst;
        self
    }

    /// The page after the one that gave `cursor`, of the same listing in the same direction.
    pub fn after(mut self, cursor: Cursor) -> Self {
        self.after = Some(cursor);
        self
    }
}

/// Which page of a listing to show, for a table with page buttons.
///
/// ```
/// use serial_core::{Filter, MemoryStore, Numbering, Registry};
///
/// let registry = Registry::new(MemoryStore::new());
/// let page = registry.numbered_references(&Filter::all(), &Numbering::page(3).of(20).newest_first())?;
/// assert_eq!((page.number, page.total, page.pages()), (3, 0, 0));
/// # Ok::<(), serial_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "numbering does nothing until it is given to a listing"]
pub struct Numbering {
    pub(crate) number: u64,
    pub(crate) size: u32,
    pub(crate) direction: Direction,
}

impl Numbering {
    /// The page with this number, counted from 1, of 50 rows.
    pub fn page(number: u64) -> Self {
        Self { number, size: 50, direction: Direction::default() }
    }

    /// Makes pages of up to `size` rows: 1 to 10,000.
    pub fn of(mut self, size: u32) -> Self {
        self.size = size;
        self
    }

    /// The newest rows first.
    pub fn newest_first(mut self) -> Self {
        self.direction = Direction::NewestFirst;
        self
    }
}

/// One page of a listing.
///
/// ```
/// use serial_core::{MemoryStore, Paging, Registry};
///
/// let registry = Registry::new(MemoryStore::new());
/// let page = registry.groups(&Default::default(), &Paging::of(10))?;
/// assert!(page.items.is_empty() && page.next.is_none());
/// # Ok::<(), serial_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, at most as many as asked for.
    pub items: Vec<T>,
    /// Leads to the next page; `None` where this was the last.
    pub next: Option<Cursor>,
}

/// One page of a listing by its number, with the size of the whole.
///
/// ```
/// use serial_core::NumberedPage;
///
/// let page = NumberedPage { items: vec!['a', 'b'], number: 1, size: 2, total: 5 };
/// assert_eq!(page.pages(), 3);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberedPage<T> {
    /// The rows; none where the listing has fewer pages.
    pub items: Vec<T>,
    /// The number that was asked for, counted from 1.
    pub number: u64,
    /// How many rows a full page has.
    pub size: u32,
    /// How many rows the listing has in all.
    pub total: u64,
}

impl<T> NumberedPage<T> {
    /// How many pages the listing has.
    pub fn pages(&self) -> u64 {
        self.total.div_ceil(u64::from(self.size.max(1)))
    }
}

/// A place in a listing; opaque, but it can be written down as text and read again.
///
/// ```
/// use serial_core::{MemoryStore, NewGroup, Paging, Registry};
///
/// let registry = Registry::new(MemoryStore::new());
/// registry.create_group(NewGroup::batch("A"))?;
/// registry.create_group(NewGroup::batch("B"))?;
/// let first = registry.groups(&Default::default(), &Paging::of(1))?;
/// let cursor = first.next.unwrap().to_string().parse()?;
/// let second = registry.groups(&Default::default(), &Paging::of(1).after(cursor))?;
/// assert_eq!(second.items[0].name.as_str(), "B");
/// # Ok::<(), serial_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cursor {
    listing: Fingerprint,
    major: u64,
    minor: u64,
}

impl Cursor {
    pub(crate) fn new(listing: Fingerprint, major: u64, minor: u64) -> Self {
        Self { listing, major, minor }
    }

    /// The place, if the cursor came from this listing.
    pub(crate) fn place_in(self, listing: Fingerprint) -> Result<(u64, u64), Error> {
        if self.listing == listing { Ok((self.major, self.minor)) } else { Err(Error::CursorInvalid) }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.listing, self.major, self.minor)
    }
}

impl FromStr for Cursor {
    type Err = Error;

    /// Reads what a cursor was shown as.
    ///
    /// # Errors
    /// [`Error::CursorInvalid`] for anything else.
    fn from_str(text: &str) -> Result<Self, Error> {
        let mut parts = text.split('-');
        let mut part = |radix| parts.next().and_then(|part| u64::from_str_radix(part, radix).ok());
        match (part(16), part(10), part(10), parts.next()) {
            (Some(listing), Some(major), Some(minor), None) => Ok(Self::new(Fingerprint(listing), major, minor)),
            _ => Err(Error::CursorInvalid),
        }
    }
}

impl Filter {
    /// Tells this listing of references from all others.
    pub(crate) fn listing(&self, direction: Direction) -> Fingerprint {
        let moment = |moment: Option<Timestamp>| moment.map(|moment| moment.as_micros().to_string());
        let listing = Fingerprinter::new("references")
            .number(direction as u64)
            .number(self.within.group().map_or(0, |group| group.0))
            .number(self.within.batch().map_or(0, |batch| batch.0))
            .optional_text(self.term.as_deref())
            .optional_text(moment(self.created.from).as_deref())
            .optional_text(moment(self.created.before).as_deref());
        // Only where they are there: cursors of listings without them are those of earlier versions.
        let listing = match self.state {
            Some(state) => listing.text("state").number(state.number().into()),
            None => listing,
        };
        match &self.value {
            Some((field, value)) => listing.text("value").text(field).text(value).finish(),
            None => listing.finish(),
        }
    }
}

/// Which groups to list.
///
/// ```
/// use serial_core::{GroupFilter, MemoryStore, NewGroup, Paging, Registry};
///
/// let registry = Registry::new(MemoryStore::new());
/// registry.create_group(NewGroup::batch("Pump AX-100"))?;
/// let found = registry.groups(&GroupFilter::named("pump"), &Paging::of(10))?;
/// assert_eq!(found.items.len(), 1);
/// # Ok::<(), serial_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct GroupFilter {
    pub(crate) name_part: Option<String>,
}

impl GroupFilter {
    /// All groups.
    pub fn all() -> Self {
        Self::default()
    }

    /// Groups that have `part` anywhere in their name, in any letter case.
    pub fn named(part: impl Into<String>) -> Self {
        Self { name_part: Some(part.into()) }
    }

    pub(crate) fn listing(&self, direction: Direction) -> Fingerprint {
        Fingerprinter::new("groups").number(direction as u64).optional_text(self.name_part.as_deref()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_cursor_is_an_error() {
        let cursor = Cursor::new(Fingerprint(u64::MAX), 0, u64::MAX);
        assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
        for bad in ["", "-", "--", "1-2", "1-2-", "1-2-3-4", "g-1-1", "1--1", "é-1-1", "1-2-99999999999999999999999"] {
            assert!(bad.parse::<Cursor>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_search_term_is_counted_in_characters_and_checked_for_what_codes_cannot_have() {
        assert!(matches!(SearchTerm::new("éé", 3), Err(Error::SearchTermTooShort { min: 3, found: 2 })));
        assert!(matches!(SearchTerm::new("", 0), Err(Error::SearchTermTooShort { min: 1, found: 0 })));
        assert!(matches!(SearchTerm::new("AB\0", 3), Err(Error::SearchTermInvalid { symbol: '\0', position: 3 })));
        assert!(matches!(SearchTerm::new("A BC", 3), Err(Error::SearchTermInvalid { symbol: ' ', position: 2 })));
    }
}
