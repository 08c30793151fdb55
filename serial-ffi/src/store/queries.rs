//! What a store in C is asked for.

use std::ffi::c_char;

use crate::{memory::Growing, text::serialref_text};

/// Which part of a listing is wanted.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_slice {
    /// One of the constants of serialref_direction.
    pub direction: i32,
    /// 1 if the total is wanted, otherwise 0.
    pub is_counted: i32,
    /// How many rows at the most; may be 0.
    pub size: u32,
    /// 1 if it begins behind the place `after`, seen in the direction, whether or not anything stands there; 0 if it
    /// begins after the first `skip` rows of the listing.
    pub has_after: i32,
    /// The id or row behind which it begins.
    pub after: u64,
    /// The group of that row, in listings of references.
    pub after_group: u64,
    /// How many rows of the listing come before.
    pub skip: u64,
}

/// Where to look for references.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_within {
    /// 1 if only in `group`; 0 if in the whole registry.
    pub has_group: i32,
    /// 1 if only in `batch` of the group.
    pub has_batch: i32,
    /// The group.
    pub group: u64,
    /// The batch.
    pub batch: u64,
}

/// Groups to list.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_group_query {
    /// sizeof(serialref_group_query), to be set by whoever makes it.
    pub struct_size: usize,
    /// What the name must contain, as serialref_name_contains() decides; empty for all groups.
    pub name_part: serialref_text,
    /// Which part of the listing, by id.
    pub slice: serialref_slice,
}

/// Codes that may be taken.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_taken_query {
    /// sizeof(serialref_taken_query), to be set by whoever makes it.
    pub struct_size: usize,
    /// The group that is to issue them.
    pub group: u64,
    /// The codes, one after the other.
    pub codes: *const c_char,
    /// How many characters each code has.
    pub width: usize,
    /// How many codes.
    pub count: usize,
}

/// Codes to find.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_find_query {
    /// sizeof(serialref_find_query), to be set by whoever makes it.
    pub struct_size: usize,
    /// 1 if only in `group`, otherwise 0.
    pub has_group: i32,
    /// Always 0.
    pub reserved: i32,
    /// The group.
    pub group: u64,
    /// The codes: any texts.
    pub codes: *const serialref_text,
    /// How many codes.
    pub codes_count: usize,
}

/// References to list; all conditions hold together.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_reference_query {
    /// sizeof(serialref_reference_query), to be set by whoever makes it.
    pub struct_size: usize,
    /// Where to look.
    pub within: serialref_within,
    /// 1 if the group must have this revision, otherwise 0.
    pub has_revision: i32,
    /// 1 if only those issued at `created_from` or later, otherwise 0.
    pub has_created_from: i32,
    /// 1 if only those issued before `created_before`, otherwise 0.
    pub has_created_before: i32,
    /// The state they must be in: one of the constants of serialref_state, or 0 for any.
    pub state: i32,
    /// The revision.
    pub revision: u64,
    /// The first moment, in microseconds since 1970-01-01 00:00 UTC.
    pub created_from: i64,
    /// The first moment that is too late.
    pub created_before: i64,
    /// What the code must contain, in any case of the letters A to Z; empty for all.
    pub term: serialref_text,
    /// 1 if they must have `value` in `field`, otherwise 0; only within a group.
    pub has_value: i32,
    /// 1 if the value is the field's default, so that references without a value of their own have it too.
    pub value_is_default: i32,
    /// The field.
    pub field: u64,
    /// The value.
    pub value: serialref_text,
    /// Which part of the listing, by group and row.
    pub slice: serialref_slice,
}

/// Batches to list.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_batch_query {
    /// sizeof(serialref_batch_query), to be set by whoever makes it.
    pub struct_size: usize,
    /// The group.
    pub group: u64,
    /// Which part of the listing, by id.
    pub slice: serialref_slice,
}

/// Events to list.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_event_query {
    /// sizeof(serialref_event_query), to be set by whoever makes it.
    pub struct_size: usize,
    /// The group, whether or not it was deleted.
    pub group: u64,
    /// 1 if only events that concern the reference in `row`: those with that row, and SERIALREF_CHANGE_ISSUED with the
    /// row among the `count` rows from its own on. Otherwise 0.
    pub has_row: i32,
    /// Always 0.
    pub reserved: i32,
    /// The row.
    pub row: u64,
    /// Which part of the listing, by id.
    pub slice: serialref_slice,
}

// SAFETY: each is repr(C), begins with its size, and has only numbers and pointers to C, which may have any bytes.
unsafe impl Growing for serialref_group_query {
    const LEAST: usize = size_of::<Self>();
}
// SAFETY: as above.
unsafe impl Growing for serialref_taken_query {
    const LEAST: usize = size_of::<Self>();
}
// SAFETY: as above.
unsafe impl Growing for serialref_find_query {
    const LEAST: usize = size_of::<Self>();

    fn reserved(&self) -> i32 {
        self.reserved
    }
}
// SAFETY: as above.
unsafe impl Growing for serialref_reference_query {
    const LEAST: usize = size_of::<Self>();
}
// SAFETY: as above.
unsafe impl Growing for serialref_batch_query {
    const LEAST: usize = size_of::<Self>();
}
// SAFETY: as above.
unsafe impl Growing for serialref_event_query {
    const LEAST: usize = size_of::<Self>();

    fn reserved(&self) -> i32 {
        self.reserved
    }
}
