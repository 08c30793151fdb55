//! What to list, and which references a change is for.

use serialref::{BatchId, Cursor, Direction, Filter, GroupId, Numbering, Paging, RowId, Selection};

use crate::{
    constants,
    memory::{self, Growing},
    records::given_moment,
    text::serialref_text,
    trouble::Trouble,
};

/// Which references to list, change, export or delete; all conditions hold together. With all members 0 or empty, it is
/// every live reference of the registry.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_filter {
    /// sizeof(serialref_filter), to be set by the caller.
    pub struct_size: usize,
    /// Those of one group.
    pub group: u64,
    /// Those of one batch of the group.
    pub batch: u64,
    /// Those whose code has this text anywhere, in any letter case; of at least 3 characters unless limits say
    /// otherwise.
    pub term: serialref_text,
    /// Those issued at this moment or later, in microseconds since 1970-01-01 00:00 UTC.
    pub created_from: i64,
    /// Those issued before this moment.
    pub created_before: i64,
    /// Those in one state: one of the constants of serialref_state.
    pub state: i32,
    /// Always 0.
    pub reserved: i32,
    /// Those that have `value` in this field; the group must be named too.
    pub field: serialref_text,
    /// The value that they have.
    pub value: serialref_text,
}

/// Which part of a listing to give. A page can be asked for by the place where the one before ended, which is stable
/// while others issue and delete, or by its number, which comes with a total.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_paging {
    /// sizeof(serialref_paging), to be set by the caller.
    pub struct_size: usize,
    /// Records per page: 1 to 10,000; the default is 100.
    pub size: u32,
    /// One of the constants of serialref_direction.
    pub direction: i32,
    /// What serialref_list_next() gave for the page before; empty for the first page.
    pub cursor: serialref_text,
    /// The number of the page, counted from 1; 0 where it is asked for by cursor.
    pub page_number: u64,
}

/// A reference by its place.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_place {
    /// The group.
    pub group: u64,
    /// Its row in the group.
    pub row: u64,
}

/// Which references a change is for: those with certain codes, or at certain places, or that match a filter. Exactly
/// one of the three is given.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_selection {
    /// sizeof(serialref_selection), to be set by the caller.
    pub struct_size: usize,
    /// The codes, or NULL.
    pub codes: *const serialref_text,
    /// How many codes.
    pub codes_count: usize,
    /// The group in which the codes are, where several have the same; otherwise 0. Filters and places name their own.
    pub group: u64,
    /// The places, or NULL.
    pub places: *const serialref_place,
    /// How many places.
    pub places_count: usize,
    /// The filter, or NULL.
    pub filter: *const serialref_filter,
}

// SAFETY: repr(C), the size comes first, and numbers and pointers may have any bytes.
unsafe impl Growing for serialref_filter {
    const LEAST: usize = size_of::<Self>();

    fn reserved(&self) -> i32 {
        self.reserved
    }
}
// SAFETY: as above.
unsafe impl Growing for serialref_paging {
    const LEAST: usize = size_of::<Self>();
}
// SAFETY: as above.
unsafe impl Growing for serialref_selection {
    const LEAST: usize = size_of::<Self>();
}

/// What a filter in C means; NULL is everything.
///
/// # Safety
/// `filter` is NULL or points to a struct of the size that it says, and its texts are texts.
pub(crate) unsafe fn filter(filter: *const serialref_filter) -> Result<Filter, Trouble> {
    // SAFETY: the caller promises the struct.
    let given = unsafe { memory::read_or_default(filter, "filter") }?;
    let mut filter = match (given.group, given.batch) {
        (0, 0) => Filter::all(),
        (0, _) => return Err(Trouble::option("a batch is named and no group; name the batch's group too")),
        (group, 0) => Filter::group(GroupId(group)),
        (group, batch) => Filter::batch(GroupId(group), BatchId(batch)),
    };
    // SAFETY: the caller promises texts.
    if let Some(term) = unsafe { given.term.read_given("term") }? {
        filter = filter.containing(term);
    }
    if let Some(from) = given_moment(given.created_from) {
        filter = filter.created_from(from);
    }
    if let Some(before) = given_moment(given.created_before) {
        filter = filter.created_before(before);
    }
    if let Some(state) = constants::any_state(given.state)? {
        filter = filter.in_state(state);
    }
    // SAFETY: the caller promises texts.
    let (field, value) = unsafe { (given.field.read_given("field")?, given.value.read("value")?) };
    match field {
        Some(field) => Ok(filter.having(field, value)),
        None if value.is_empty() => Ok(filter),
        None => Err(Trouble::option("a value is given and no field; name the field too")),
    }
}

/// Which page is asked for.
pub(crate) enum Page {
    ByCursor(Paging),
    ByNumber(Numbering),
}

/// Records per page where the caller does not say.
const PAGE_SIZE: u32 = 100;

/// What paging in C means; NULL is the first page.
///
/// # Safety
/// `paging` is NULL or points to a struct of the size that it says, and its texts are texts.
pub(crate) unsafe fn page(paging: *const serialref_paging) -> Result<Page, Trouble> {
    // SAFETY: the caller promises the struct.
    let given = unsafe { memory::read_or_default(paging, "paging") }?;
    let size = if given.size == 0 { PAGE_SIZE } else { given.size };
    let newest_first = constants::direction(given.direction)? == Direction::NewestFirst;
    // SAFETY: the caller promises texts.
    let cursor = unsafe { given.cursor.read_given("cursor") }?;
    if given.page_number > 0 {
        if cursor.is_some() {
            return Err(Trouble::option("both a cursor and a page number are given; give one of them"));
        }
        let numbering = Numbering::page(given.page_number).of(size);
        return Ok(Page::ByNumber(if newest_first { numbering.newest_first() } else { numbering }));
    }
    let mut paging = Paging::of(size);
    if newest_first {
        paging = paging.newest_first();
    }
    if let Some(cursor) = cursor {
        paging = paging.after(cursor.parse::<Cursor>()?);
    }
    Ok(Page::ByCursor(paging))
}

/// What a selection in C means.
///
/// # Safety
/// `selection` is NULL or points to a struct of the size that it says; its lists have so many elements, its texts are
/// texts, and its filter is NULL or one.
pub(crate) unsafe fn selection(selection: *const serialref_selection) -> Result<Selection, Trouble> {
    // SAFETY: the caller promises the struct.
    let given = unsafe { memory::read(selection, "selection") }?;
    let ways = [!given.codes.is_null(), !given.places.is_null(), !given.filter.is_null()];
    if ways.iter().filter(|is_given| **is_given).count() != 1 {
        return Err(Trouble::option("a selection is either codes, or places, or a filter; give one of the three"));
    }
    let lists = [(given.codes.is_null(), given.codes_count), (given.places.is_null(), given.places_count)];
    if lists.iter().any(|(is_null, count)| *is_null && *count > 0) {
        return Err(Trouble::null("the list of the selection"));
    }
    if given.group != 0 && given.codes.is_null() {
        return Err(Trouble::option("only codes have a group beside them; name it in the filter or the places"));
    }
    if !given.filter.is_null() {
        // SAFETY: the caller promises the filter.
        return Ok(Selection::matching(unsafe { filter(given.filter) }?));
    }
    if !given.places.is_null() {
        // SAFETY: the caller promises the list.
        let places = unsafe { memory::list(given.places, given.places_count, "places") }?;
        return Ok(Selection::Rows(places.iter().map(|place| (GroupId(place.group), RowId(place.row))).collect()));
    }
    // SAFETY: the caller promises the list.
    let codes = unsafe { memory::list(given.codes, given.codes_count, "codes") }?;
    // SAFETY: the caller promises texts.
    let codes = codes.iter().map(|code| unsafe { code.read("code") }.map(String::from));
    let codes = codes.collect::<Result<Vec<_>, _>>()?;
    let group = (given.group != 0).then_some(GroupId(given.group));
    Ok(Selection::Codes { group, codes })
}
