//! Listing, searching and looking up.

use crate::{
    batch::Batch,
    code::Code,
    error::Error,
    fingerprint::{Fingerprint, Fingerprinter},
    group::Group,
    ids::{BatchId, FieldId, GroupId, RowId},
    query::{Cursor, Direction, Filter, MAX_PAGE_SIZE, NumberedPage, Numbering, Page, Paging, SearchTerm},
    reference::Reference,
    registry::{Registry, checked, contract, error_of, fields::field_of},
    store::{Answer, BatchQuery, Found, ReferenceQuery, Refusal, Slice, Start},
};

/// How many references an iterator reads at a time.
const READ_AHEAD: u32 = 500;

/// The part of a query that paging decides.
pub(super) struct Part<P> {
    pub(super) start: Start<P>,
    pub(super) size: u32,
    pub(super) counted: bool,
}

/// What a search is for.
#[derive(Default)]
pub(super) struct Sought {
    pub(super) term: Option<SearchTerm>,
    /// The revision of the group by whose limits the term was checked, where it was not read for that.
    pub(super) revision: Option<u64>,
}

/// One page of any listing, by cursor.
pub(super) fn by_cursor<T, P>(
    paging: &Paging,
    listing: Fingerprint,
    place: impl FnOnce((u64, u64)) -> P,
    place_of: impl FnOnce(&T) -> (u64, u64),
    slice: impl FnOnce(Part<P>) -> Result<Slice<T>, Error>,
) -> Result<Page<T>, Error> {
    let size = checked_size(paging.size)?;
    let start = match paging.after {
        None => Start::Skip(0),
        Some(cursor) => Start::After(place(cursor.place_in(listing)?)),
    };
    let slice = slice(Part { start, size, counted: false })?;
    let next = match slice.items.last() {
        Some(last) if slice.more => {
            let (major, minor) = place_of(last);
            Some(Cursor::new(listing, major, minor))
        }
        _ => None,
    };
    Ok(Page { items: slice.items, next })
}

/// One page of any listing, by number.
pub(super) fn by_number<T, P>(
    numbering: &Numbering,
    slice: impl FnOnce(Part<P>) -> Result<Slice<T>, Error>,
) -> Result<NumberedPage<T>, Error> {
    let size = checked_size(numbering.size)?;
    let before = numbering.number.checked_sub(1).ok_or(Error::PageInvalid)?;
    let start = Start::Skip(before.saturating_mul(u64::from(size)));
    let slice = slice(Part { start, size, counted: true })?;
    let total = slice.total.ok_or_else(|| contract("the store left out a total that was asked for"))?;
    Ok(NumberedPage { items: slice.items, number: numbering.number, size, total })
}

fn checked_size(size: u32) -> Result<u32, Error> {
    if (1..=MAX_PAGE_SIZE).contains(&size) { Ok(size) } else { Err(Error::PageInvalid) }
}

impl Registry {
    /// Live references, page by page.
    ///
    /// # Errors
    /// [`SearchTermTooShort`](Error::SearchTermTooShort), [`SearchTermInvalid`](Error::SearchTermInvalid),
    /// [`GroupNotFound`](Error::GroupNotFound), [`BatchNotFound`](Error::BatchNotFound),
    /// [`GroupRequired`](Error::GroupRequired) and [`FieldNotFound`](Error::FieldNotFound) for a filter by attribute,
    /// [`PageInvalid`](Error::PageInvalid), [`CursorInvalid`](Error::CursorInvalid), or a kind that begins with
    /// `Store`.
    ///
    /// ```
    /// use serial_core::{Filter, MemoryStore, NewBatch, NewGroup, Paging, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::batch("Pump AX-100"))?;
    /// let issued = registry.create_batch(group.id, NewBatch::of(100))?;
    /// let code = issued.codes.get(42).unwrap();
    /// let found = registry.references(&Filter::all().containing(&code[..12]), &Paging::of(10))?;
    /// assert_eq!(found.items[0].code.as_str(), code);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn references(&self, filter: &Filter, paging: &Paging) -> Result<Page<Reference>, Error> {
        let sought = self.sought(filter)?;
        by_cursor(
            paging,
            filter.listing(paging.direction),
            |(group, row)| (GroupId(group), RowId(row)),
            |reference: &Reference| (reference.group.0, reference.row.0),
            |part| self.slice_of_references(filter, &sought, paging.direction, &part),
        )
    }

    /// Live references one after the other, read from the store as they are needed.
    ///
    /// What others issue or delete behind the place that is read shows; nothing comes twice and nothing that stays
    /// is left out.
    ///
    /// # Errors
    /// An item is an error of [`references`](Self::references), and then the last.
    ///
    /// ```
    /// use serial_core::{Direction, Filter, MemoryStore, NewBatch, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::batch("Pump AX-100"))?;
    /// registry.create_batch(group.id, NewBatch::of(3))?;
    /// for reference in registry.each_reference(Filter::group(group.id), Direction::NewestFirst) {
    ///     println!("{}", reference?.code);
    /// }
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn each_reference(
        &self,
        filter: Filter,
        direction: Direction,
    ) -> impl Iterator<Item = Result<Reference, Error>> + use<'_> {
        let mut paging = Some(Paging { size: READ_AHEAD, direction, after: None });
        let mut read = Vec::new().into_iter();
        std::iter::from_fn(move || {
            loop {
                if let Some(reference) = read.next() {
                    return Some(Ok(reference));
                }
                match self.references(&filter, paging.as_ref()?) {
                    Ok(page) => {
                        paging = page.next.and_then(|cursor| Some(paging?.after(cursor)));
                        read = page.items.into_iter();
                    }
                    Err(error) => {
                        paging = None;
                        return Some(Err(error));
                    }
                }
            }
        })
    }

    /// One page of live references by its number, with the number of all.
    ///
    /// # Errors
    /// Those of [`references`](Self::references) except [`CursorInvalid`](Error::CursorInvalid).
    ///
    /// ```
    /// use serial_core::{Filter, MemoryStore, NewBatch, NewGroup, Numbering, Registry, RowId};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::batch("Pump AX-100"))?;
    /// registry.create_batch(group.id, NewBatch::of(100))?;
    /// let page = registry.numbered_references(&Filter::group(group.id), &Numbering::page(3).of(30))?;
    /// assert_eq!((page.items[0].row, page.total, page.pages()), (RowId(61), 100, 4));
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn numbered_references(
        &self,
        filter: &Filter,
        numbering: &Numbering,
    ) -> Result<NumberedPage<Reference>, Error> {
        let sought = self.sought(filter)?;
        by_number(numbering, |part| self.slice_of_references(filter, &sought, numbering.direction, &part))
    }

    /// How many live references there are.
    ///
    /// # Errors
    /// Those of [`references`](Self::references) that concern the filter.
    ///
    /// ```
    /// use serial_core::{Filter, MemoryStore, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// assert_eq!(registry.count(&Filter::all())?, 0);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn count(&self, filter: &Filter) -> Result<u64, Error> {
        let sought = self.sought(filter)?;
        let part = Part { start: Start::Skip(0), size: 0, counted: true };
        let slice = self.slice_of_references(filter, &sought, Direction::OldestFirst, &part)?;
        slice.total.ok_or_else(|| contract("the store left out a total that was asked for"))
    }

    /// The live reference with this code, wherever it is.
    ///
    /// White space around the code is ignored. A code that is not there as it was typed is looked for as its format
    /// writes it: without spaces and hyphens that people add, in the one letter case of the format, and with digits for
    /// letters that look like them, as [`Format::canonical`](crate::Format::canonical) says.
    ///
    /// # Errors
    /// [`ReferenceNotFound`](Error::ReferenceNotFound); [`Ambiguous`](Error::Ambiguous) where several groups that
    /// are unique only within themselves have it: use [`lookup_in`](Self::lookup_in) or
    /// [`lookup_all`](Self::lookup_all); or a kind that begins with `Store`.
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::continuous("Service tags"))?;
    /// let reference = registry.create_reference(group.id)?;
    /// let typed = format!(" {}\n", reference.code.to_lowercase());
    /// assert_eq!(registry.lookup(&typed)?, reference);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn lookup(&self, code: &str) -> Result<Reference, Error> {
        self.only_match(None, code)
    }

    /// The live reference with this code in one group; otherwise like [`lookup`](Self::lookup).
    ///
    /// # Errors
    /// [`ReferenceNotFound`](Error::ReferenceNotFound), also where there is no such group, or a kind that begins
    /// with `Store`.
    ///
    /// ```
    /// use serial_core::{Error, GroupId, MemoryStore, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// assert!(matches!(registry.lookup_in(GroupId(1), "0000000001"), Err(Error::ReferenceNotFound)));
    /// ```
    pub fn lookup_in(&self, group: GroupId, code: &str) -> Result<Reference, Error> {
        self.only_match(Some(group), code)
    }

    /// Every live reference with this code, in the order of their groups; otherwise like
    /// [`lookup`](Self::lookup).
    ///
    /// # Errors
    /// A kind that begins with `Store`.
    ///
    /// ```
    /// use serial_core::{MemoryStore, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// assert!(registry.lookup_all("0000000001")?.is_empty());
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn lookup_all(&self, code: &str) -> Result<Vec<Reference>, Error> {
        self.matching(None, code)
    }

    /// A batch as it is now.
    ///
    /// # Errors
    /// [`GroupNotFound`](Error::GroupNotFound), [`BatchNotFound`](Error::BatchNotFound), or a kind that begins
    /// with `Store`.
    ///
    /// ```
    /// use serial_core::{BatchId, Error, MemoryStore, NewGroup, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::batch("Pump AX-100"))?;
    /// assert!(matches!(registry.batch(group.id, BatchId(1)), Err(Error::BatchNotFound { .. })));
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn batch(&self, group: GroupId, batch: BatchId) -> Result<Batch, Error> {
        match self.store().batch(group, batch)? {
            Answer::Done(batch) => Ok(batch),
            Answer::Refused(refusal) => Err(error_of(refusal)),
        }
    }

    /// The batches of a group, page by page, also those whose references are all deleted.
    ///
    /// # Errors
    /// [`GroupNotFound`](Error::GroupNotFound), [`PageInvalid`](Error::PageInvalid),
    /// [`CursorInvalid`](Error::CursorInvalid), or a kind that begins with `Store`.
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewBatch, NewGroup, Paging, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::batch("Pump AX-100"))?;
    /// registry.create_batch(group.id, NewBatch::of(5).name("Order 4711"))?;
    /// let batches = registry.batches(group.id, &Paging::of(10))?;
    /// assert_eq!(batches.items[0].name.as_str(), "Order 4711");
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn batches(&self, group: GroupId, paging: &Paging) -> Result<Page<Batch>, Error> {
        by_cursor(
            paging,
            Fingerprinter::new("batches").number(paging.direction as u64).number(group.0).finish(),
            |(batch, _)| BatchId(batch),
            |batch: &Batch| (batch.id.0, 0),
            |part| self.slice_of_batches(group, paging.direction, &part),
        )
    }

    /// One page of a group's batches by its number, with the number of all.
    ///
    /// # Errors
    /// Those of [`batches`](Self::batches) except [`CursorInvalid`](Error::CursorInvalid).
    ///
    /// ```
    /// use serial_core::{MemoryStore, NewGroup, Numbering, Registry};
    ///
    /// let registry = Registry::new(MemoryStore::new());
    /// let group = registry.create_group(NewGroup::batch("Pump AX-100"))?;
    /// assert_eq!(registry.numbered_batches(group.id, &Numbering::page(1))?.total, 0);
    /// # Ok::<(), serial_core::Error>(())
    /// ```
    pub fn numbered_batches(&self, group: GroupId, numbering: &Numbering) -> Result<NumberedPage<Batch>, Error> {
        by_number(numbering, |part| self.slice_of_batches(group, numbering.direction, &part))
    }

    pub(super) fn slice_of_batches(
        &self,
        group: GroupId,
        direction: Direction,
        part: &Part<BatchId>,
    ) -> Result<Slice<Batch>, Error> {
        let Part { start, size, counted } = *part;
        match self.store().batches(&BatchQuery { group, direction, start, size, counted })? {
            Answer::Done(slice) => checked::slice(slice, size, &start, direction, |batch| batch.id),
            Answer::Refused(refusal) => Err(error_of(refusal)),
        }
    }

    pub(super) fn slice_of_references(
        &self,
        filter: &Filter,
        sought: &Sought,
        direction: Direction,
        part: &Part<(GroupId, RowId)>,
    ) -> Result<Slice<Reference>, Error> {
        let Part { start, size, counted } = *part;
        let mut query = ReferenceQuery {
            within: filter.within,
            revision: sought.revision,
            term: sought.term.clone(),
            created: filter.created,
            state: filter.state,
            value: self.sought_value(filter)?,
            direction,
            start,
            size,
            counted,
        };
        let mut answer = self.store().references(&query)?;
        if let (Answer::Refused(Refusal::GroupChanged { group }), Some(text)) = (&answer, &filter.term) {
            if Some(group.id) != filter.within.group() || Some(group.revision) == query.revision {
                return Err(contract("the store refused a revision and then named it, or another group"));
            }
            // The group as it is now decides; how it changes from here on is no matter of this call.
            self.inner.groups.remember((**group).clone());
            query.term = Some(self.term_for(text, group)?);
            query.revision = None;
            answer = self.store().references(&query)?;
        }
        match answer {
            Answer::Done(slice) => {
                checked::within(&slice.items, filter.within)?;
                checked::slice(slice, size, &start, direction, |reference| (reference.group, reference.row))
            }
            Answer::Refused(refusal) => Err(error_of(refusal)),
        }
    }

    /// The field and the value that a filter asks for.
    fn sought_value(&self, filter: &Filter) -> Result<Option<(FieldId, String)>, Error> {
        let Some((field, value)) = &filter.value else { return Ok(None) };
        let group = self.group(filter.within.group().ok_or(Error::GroupRequired)?)?;
        Ok(Some((field_of(&group, field)?.id, value.clone())))
    }

    /// What a filter looks for, its term checked by the limits of the group it looks into.
    ///
    /// Another registry may have changed them. So a term that passes what is remembered of the group is only good for
    /// that revision, and one that does not pass is checked by the group as it is.
    pub(super) fn sought(&self, filter: &Filter) -> Result<Sought, Error> {
        let Some(text) = &filter.term else { return Ok(Sought { term: None, revision: None }) };
        let Some(id) = filter.within.group() else {
            let term = SearchTerm::new(text, self.limits().min_search_term)?;
            return Ok(Sought { term: Some(term), revision: None });
        };
        if let Some(known) = self.inner.groups.get(id) {
            if let Ok(term) = self.term_for(text, &known.group) {
                return Ok(Sought { term: Some(term), revision: Some(known.group.revision) });
            }
        }
        let group = self.group(id)?;
        let term = self.term_for(text, &group);
        self.inner.groups.remember(group);
        Ok(Sought { term: Some(term?), revision: None })
    }

    fn term_for(&self, text: &str, group: &Group) -> Result<SearchTerm, Error> {
        SearchTerm::new(text, self.limits().of_group(group.limits).min_search_term)
    }

    pub(super) fn find(&self, group: Option<GroupId>, codes: &[&str]) -> Result<Vec<Reference>, Error> {
        checked::found(self.store().find(group, codes)?, group, codes)
    }

    /// Every live reference that `code` can mean: as it is typed, or else as a format writes it.
    pub(super) fn matching(&self, group: Option<GroupId>, code: &str) -> Result<Vec<Reference>, Error> {
        let code = trimmed(code);
        match self.exact(group, code)? {
            Found::One(entry) => Ok(vec![Reference::of(entry, Code::from(code))]),
            found => self.all_of_one(code, group, found == Found::Several),
        }
    }

    /// The references with a code of which not exactly one has it as it is typed: several, or else what a format writes
    /// otherwise.
    #[inline(never)]
    fn all_of_one(&self, code: &str, group: Option<GroupId>, are_several: bool) -> Result<Vec<Reference>, Error> {
        let exact = if are_several { self.find(group, &[code])? } else { Vec::new() };
        // The several may have been deleted meanwhile.
        if exact.is_empty() { self.as_written(group, code) } else { Ok(exact) }
    }

    /// The only one of them.
    #[expect(clippy::inline_always, reason = "what is written to memory and read again here makes a processor wait")]
    #[inline(always)]
    fn only_match(&self, group: Option<GroupId>, code: &str) -> Result<Reference, Error> {
        let code = trimmed(code);
        // Made before it is known to be wanted: made afterwards, it keeps a processor that still waits for the store's memory
        // from going on.
        let mut own = Code::blank();
        own.write(code);
        match self.exact(group, code)? {
            Found::One(entry) => Ok(Reference::of(entry, own)),
            Found::Nothing => only(self.all_of_one(code, group, false)?),
            Found::Several => only(self.all_of_one(code, group, true)?),
        }
    }

    #[expect(clippy::inline_always, reason = "what is written to memory and read again here makes a processor wait")]
    #[inline(always)]
    fn exact(&self, group: Option<GroupId>, code: &str) -> Result<Found, Error> {
        let found = self.store().find_one(group, code)?;
        match &found {
            Found::One(entry) if group.is_some_and(|group| entry.group != group) => Err(checked::not_asked_for()),
            _ => Ok(found),
        }
    }

    /// Every live reference whose format writes `code` otherwise than it was typed.
    pub(super) fn as_written(&self, group: Option<GroupId>, code: &str) -> Result<Vec<Reference>, Error> {
        let other = match group.map(|group| self.known(group)) {
            None => self.readings(code)?,
            Some(Ok(known)) => {
                let canonical = known.group.format.canonical(code);
                if canonical == code { Vec::new() } else { vec![Code::from(canonical)] }
            }
            Some(Err(Error::GroupNotFound { .. })) => Vec::new(),
            Some(Err(error)) => return Err(error),
        };
        if other.is_empty() {
            return Ok(Vec::new());
        }
        let other: Vec<&str> = other.iter().map(Code::as_str).collect();
        let mut kept = Vec::new();
        for reference in self.find(group, &other)? {
            match self.known(reference.group) {
                Ok(known) if known.group.format.canonical(code) == *reference.code => {
                    kept.push(reference);
                }
                // The code is one in another format, or the group was deleted just now.
                Ok(_) | Err(Error::GroupNotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        kept.sort_by_key(|reference| reference.group);
        kept.dedup_by_key(|reference| reference.group);
        Ok(kept)
    }
}

/// Without white space around it.
#[inline]
fn trimmed(code: &str) -> &str {
    let has_none = |end: Option<&u8>| end.is_some_and(u8::is_ascii_graphic);
    let bytes = code.as_bytes();
    if has_none(bytes.first()) && has_none(bytes.last()) { code } else { code.trim() }
}

fn only(mut found: Vec<Reference>) -> Result<Reference, Error> {
    match found.len() {
        0 => Err(Error::ReferenceNotFound),
        1 => Ok(found.swap_remove(0)),
        _ => Err(Error::Ambiguous { groups: found.iter().map(|reference| reference.group).collect() }),
    }
}
