//! What a store in C is asked to do.

use std::ffi::c_char;

use crate::{issue::serialref_request_id, memory::Growing, records::serialref_event, text::serialref_text};

/// When a change is made, by whom, and why: what stands in its events, word for word.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_origin {
    /// The moment, in microseconds since 1970-01-01 00:00 UTC.
    pub at: i64,
    /// Who, or empty.
    pub actor: serialref_text,
    /// Why, or empty.
    pub reason: serialref_text,
    /// What else was noted, or empty.
    pub note: serialref_text,
}

/// A group to create.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_group_plan {
    /// sizeof(serialref_group_plan), to be set by whoever makes it.
    pub struct_size: usize,
    /// Its name.
    pub name: serialref_text,
    /// Everything else that was said about it, in a form that only the library reads. Keep it as it is. For a group of
    /// Keyed order the secret key is in it: keep it as one.
    pub settings: serialref_text,
    /// One of the constants of serialref_kind.
    pub kind: i32,
    /// One of the constants of serialref_scope.
    pub scope: i32,
    /// How many characters each of its codes has.
    pub width: usize,
    /// How many groups may exist, this one included; UINT64_MAX for any number.
    pub max_groups: u64,
    /// When it is created, and by whom.
    pub origin: serialref_origin,
}

/// Other settings for a group.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_group_change_plan {
    /// sizeof(serialref_group_change_plan), to be set by whoever makes it.
    pub struct_size: usize,
    /// The group.
    pub group: u64,
    /// The revision it must have.
    pub revision: u64,
    /// Its name from now on, which may be the one it has.
    pub name: serialref_text,
    /// Its settings from now on, in the place of those it has; the secret key of a Keyed group is in them.
    pub settings: serialref_text,
    /// 1 if its counter or key changes too, and `expected_index` and `next_index` hold; otherwise 0.
    pub has_index: i32,
    /// 1 if its settings have another key for the codes to come; otherwise 0.
    pub has_key: i32,
    /// What `next_index` of the group must be; otherwise the plan is refused with SERIALREF_REFUSAL_INDEX_MOVED.
    pub expected_index: u64,
    /// What `next_index` is from now on.
    pub next_index: u64,
    /// The events of the change, in their order, or none. Their `id` is 0: the store numbers them.
    pub events: *const serialref_event,
    /// How many events.
    pub events_count: usize,
    /// When it is changed, and by whom; as in the events.
    pub origin: serialref_origin,
}

/// A group to delete.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_group_delete_plan {
    /// sizeof(serialref_group_delete_plan), to be set by whoever makes it.
    pub struct_size: usize,
    /// The group.
    pub group: u64,
    /// How many references it may ever have issued, at most.
    pub issued: u64,
    /// When it is deleted, and by whom.
    pub origin: serialref_origin,
}

/// A value for a reference that is issued.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_own_value {
    /// The position of the reference in the plan, counted from 0.
    pub position: usize,
    /// The field.
    pub field: u64,
    /// The value.
    pub value: serialref_text,
}

/// A value for all references that are issued.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_field_value {
    /// The field.
    pub field: u64,
    /// The value.
    pub value: serialref_text,
}

/// References to issue.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_append_plan {
    /// sizeof(serialref_append_plan), to be set by whoever makes it.
    pub struct_size: usize,
    /// 1 if there is a request id, to be kept with `digest`; otherwise 0.
    pub has_request: i32,
    /// 1 if the group counts, and `expected_index` and `next_index` hold; otherwise 0.
    pub has_index: i32,
    /// The id of the request.
    pub request_id: serialref_request_id,
    /// Tells this request from others with the same id.
    pub digest: u64,
    /// The group.
    pub group: u64,
    /// The revision it must have.
    pub revision: u64,
    /// How many live references it may have afterwards; UINT64_MAX for any number.
    pub max_live: u64,
    /// What `next_index` of the group must be. It begins with 0.
    pub expected_index: u64,
    /// What it becomes.
    pub next_index: u64,
    /// The name of the batch to create; empty in a Continuous group.
    pub batch_name: serialref_text,
    /// The codes in the order of issue, one after the other, without anything between them.
    pub codes: *const c_char,
    /// How many characters each code has.
    pub width: usize,
    /// How many codes.
    pub count: usize,
    /// Values that every reference gets, each field once.
    pub values: *const serialref_field_value,
    /// How many values.
    pub values_count: usize,
    /// Values that single references get, by position and field; none of these fields is in `values`.
    pub own_values: *const serialref_own_value,
    /// How many values.
    pub own_values_count: usize,
    /// When they are issued, and by whom.
    pub origin: serialref_origin,
}

/// References to claim.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_claim_plan {
    /// sizeof(serialref_claim_plan), to be set by whoever makes it.
    pub struct_size: usize,
    /// 1 if there is a request id, to be kept with `digest`; otherwise 0.
    pub has_request: i32,
    /// 1 if only references of `batch` are to be claimed, otherwise 0.
    pub has_batch: i32,
    /// 1 if the claim expires, otherwise 0.
    pub has_expires_at: i32,
    /// Always 0.
    pub reserved: i32,
    /// The id of the request.
    pub request_id: serialref_request_id,
    /// Tells this request from others with the same id.
    pub digest: u64,
    /// The group.
    pub group: u64,
    /// The batch.
    pub batch: u64,
    /// How many, at least 1: all of them or none.
    pub count: u64,
    /// Who holds them.
    pub holder: serialref_text,
    /// When those that are still allocated fall back.
    pub expires_at: i64,
    /// The reason in the events of references that fall back in this step from claims that expired; their actor and
    /// note are empty.
    pub expired_reason: serialref_text,
    /// When they are claimed, and by whom.
    pub origin: serialref_origin,
}

/// Claims to bring to an end.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_expire_plan {
    /// sizeof(serialref_expire_plan), to be set by whoever makes it.
    pub struct_size: usize,
    /// The group.
    pub group: u64,
    /// The moment, in microseconds since 1970-01-01 00:00 UTC.
    pub at: i64,
    /// The reason in the events; their actor and note are empty.
    pub expired_reason: serialref_text,
}

/// Rows that follow each other.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_row_range {
    /// The first.
    pub first: u64,
    /// The last, which may be the first.
    pub last: u64,
}

/// Rows of a group.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_target {
    /// The group.
    pub group: u64,
    /// The rows as ascending ranges that neither touch nor overlap. Rows that were never issued may be among them, up
    /// to UINT64_MAX: do not go through all numbers of a range.
    pub ranges: *const serialref_row_range,
    /// How many ranges.
    pub ranges_count: usize,
}

/// References to delete.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_delete_plan {
    /// sizeof(serialref_delete_plan), to be set by whoever makes it.
    pub struct_size: usize,
    /// The rows, each group once, ascending.
    pub targets: *const serialref_target,
    /// How many groups.
    pub targets_count: usize,
    /// When they are deleted, and by whom.
    pub origin: serialref_origin,
}

/// What to change of references.
#[repr(i32)]
#[derive(Clone, Copy, Debug)]
pub enum serialref_step {
    /// Brings all to the state `to`, if each is live and in one of the states of `from_states`; or none. No claim holds
    /// them afterwards. Where `has_held_by` is 1, those that are allocated have to be so by the claim `held_by`. Each
    /// has an event SERIALREF_CHANGE_MOVED with the claim that held it, or 0.
    Move = 1,
    /// Brings those that are live and held by `claim` back to SERIALREF_STATE_AVAILABLE, with the same event, and
    /// leaves the others.
    Return = 2,
    /// Gives all of them values, if each is live; or none. A value that reads the same before and after leaves no
    /// event; another leaves SERIALREF_CHANGE_ATTRIBUTE_SET with the field and both values, where a reference without
    /// one reads as the default. By row, then field.
    SetValues = 3,
    /// Gives all of them a warranty of their own, if each is live; or none. One that is another than before leaves
    /// SERIALREF_CHANGE_WARRANTY_SET with both, where none of its own is the empty text.
    SetWarranty = 4,
}

/// Another value of a field.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_new_value {
    /// The field.
    pub field: u64,
    /// 1 if references get `value` as their own; 0 if they get the default again, and nothing is kept of their own.
    pub has_value: i32,
    /// Always 0.
    pub reserved: i32,
    /// The value.
    pub value: serialref_text,
    /// The default of the field.
    pub default_value: serialref_text,
}

/// A change of references.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_change_plan {
    /// sizeof(serialref_change_plan), to be set by whoever makes it.
    pub struct_size: usize,
    /// 1 if there is a request id, to be kept with `digest`; otherwise 0.
    pub has_request: i32,
    /// One of the constants of serialref_step.
    pub step: i32,
    /// The id of the request.
    pub request_id: serialref_request_id,
    /// Tells this request from others with the same id.
    pub digest: u64,
    /// The rows, each group once, ascending; at least one row.
    pub targets: *const serialref_target,
    /// How many groups.
    pub targets_count: usize,
    /// Of SERIALREF_STEP_MOVE: the states they may be in, the bit 1u << SERIALREF_STATE_... for each.
    pub from_states: u32,
    /// Of SERIALREF_STEP_MOVE: the state to come to.
    pub to: i32,
    /// Of SERIALREF_STEP_MOVE: 1 if `held_by` holds, otherwise 0.
    pub has_held_by: i32,
    /// Always 0.
    pub reserved: i32,
    /// Of SERIALREF_STEP_MOVE: the claim by which references have to be held that are allocated.
    pub held_by: u64,
    /// Of SERIALREF_STEP_RETURN: the claim.
    pub claim: u64,
    /// Of SERIALREF_STEP_SET_VALUES: the revision that the group must have.
    pub revision: u64,
    /// Of SERIALREF_STEP_SET_VALUES: the values, each field once, ascending.
    pub values: *const serialref_new_value,
    /// How many values.
    pub values_count: usize,
    /// Of SERIALREF_STEP_SET_WARRANTY: the warranty, to be kept as it is; empty where they get their group's again.
    pub warranty: serialref_text,
    /// When they are changed, and by whom.
    pub origin: serialref_origin,
}

// SAFETY: each is repr(C), begins with its size, and has only numbers and pointers to C, which may have any bytes.
unsafe impl Growing for serialref_group_plan {
    const LEAST: usize = size_of::<Self>();
}
// SAFETY: as above.
unsafe impl Growing for serialref_group_change_plan {
    const LEAST: usize = size_of::<Self>();
}
// SAFETY: as above.
unsafe impl Growing for serialref_group_delete_plan {
    const LEAST: usize = size_of::<Self>();
}
// SAFETY: as above.
unsafe impl Growing for serialref_append_plan {
    const LEAST: usize = size_of::<Self>();
}
// SAFETY: as above.
unsafe impl Growing for serialref_claim_plan {
    const LEAST: usize = size_of::<Self>();

    fn reserved(&self) -> i32 {
        self.reserved
    }
}
// SAFETY: as above.
unsafe impl Growing for serialref_expire_plan {
    const LEAST: usize = size_of::<Self>();
}
// SAFETY: as above.
unsafe impl Growing for serialref_delete_plan {
    const LEAST: usize = size_of::<Self>();
}
// SAFETY: as above.
unsafe impl Growing for serialref_change_plan {
    const LEAST: usize = size_of::<Self>();

    fn reserved(&self) -> i32 {
        self.reserved
    }
}
