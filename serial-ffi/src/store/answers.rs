//! What a store in C answers with.

use std::ffi::c_char;

use crate::{memory::Growing, text::serialref_text};

/// A group as a store keeps it. What it does not say is in `settings`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_stored_group {
    /// sizeof(serialref_stored_group), to be set by whoever makes it.
    pub struct_size: usize,
    /// Its number in the registry.
    pub id: u64,
    /// The settings that the plan gave that created it, or that changed it last; the secret key of a Keyed group is in
    /// them.
    pub settings: serialref_text,
    /// 1 when it is created, and 1 more with every change of its settings.
    pub revision: u64,
    /// How many references were ever issued.
    pub issued: u64,
    /// `next_index` of the last plan that had one, at first 0.
    pub next_index: u64,
    /// How many events it has.
    pub events: u64,
    /// How many live references are in each state, by the constants of serialref_state; the first is not used.
    pub in_state: [u64; 9],
}

/// What was issued, now or by an earlier call with the same request id.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_appended {
    /// sizeof(serialref_appended), to be set by whoever makes it.
    pub struct_size: usize,
    /// 1 if an earlier call issued it, and always in `request`; otherwise 0.
    pub is_repeated: i32,
    /// Always 0.
    pub reserved: i32,
    /// The row of the first reference; the others follow it.
    pub first_row: u64,
    /// The batch, or 0 in a Continuous group.
    pub batch: u64,
    /// How many references of the group are available now. Not used where it is repeated.
    pub available: u64,
    /// Where it is repeated: the group.
    pub group: u64,
    /// Where it is repeated: the name of the batch, or empty.
    pub batch_name: serialref_text,
    /// Where it is repeated: the codes in the order of issue, one after the other, deleted ones included.
    pub codes: *const c_char,
    /// How many characters each code has.
    pub width: usize,
    /// How many codes.
    pub count: usize,
    /// Where it is repeated: when they were issued.
    pub created_at: i64,
}

/// A claim. Its references are given one by one.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_stored_claim {
    /// sizeof(serialref_stored_claim), to be set by whoever makes it.
    pub struct_size: usize,
    /// 1 if an earlier call with the same request id made it, otherwise 0. Used in `claim` alone.
    pub is_repeated: i32,
    /// 1 if it expires, otherwise 0.
    pub has_expires_at: i32,
    /// The group.
    pub group: u64,
    /// Its number in the group.
    pub id: u64,
    /// Who holds the references.
    pub holder: serialref_text,
    /// When it was made.
    pub claimed_at: i64,
    /// When what is still allocated falls back.
    pub expires_at: i64,
    /// How many references of the group are available now. Used in `claim` alone, where it is not repeated.
    pub available: u64,
}

/// A value that a reference has of its own.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_details {
    /// sizeof(serialref_details), to be set by whoever makes it.
    pub struct_size: usize,
    /// The row of the reference.
    pub row: u64,
    /// Its own values, by field.
    pub values: *const super::serialref_field_value,
    /// How many values.
    pub values_count: usize,
    /// Its own warranty as the plan gave it, or empty.
    pub warranty: serialref_text,
}

/// Why a plan or query is refused.
#[repr(i32)]
#[derive(Clone, Copy, Debug)]
pub enum serialref_refusal {
    /// There is no such group, or it was deleted. Uses `group`.
    NoSuchGroup = 1,
    /// The group has no such batch. Uses `group` and `batch`.
    NoSuchBatch = 2,
    /// Another group has the name. Uses `group`: the one that has it.
    NameTaken = 3,
    /// There would be too many groups. Uses `present`: how many there are.
    TooManyGroups = 4,
    /// The request id was used for another request.
    RequestMismatch = 5,
    /// The group is not as the plan expects it. Uses `stored_group`: the group as it is.
    GroupChanged = 6,
    /// The group would have too many live references. Uses `present`: how many it has.
    LiveLimit = 7,
    /// The group has counted to another index. Uses `present`: its `next_index`.
    IndexMoved = 8,
    /// Some codes were issued before in the scope, or come twice in the plan. Uses `positions`; of a code that comes
    /// twice, the first is not among them unless it was issued before.
    CodesTaken = 9,
    /// The group has no such claim. Uses `group` and `claim`.
    NoSuchClaim = 10,
    /// Too few references are available. Uses `present`: how many are, in the batch where the plan names one.
    TooFewAvailable = 11,
    /// Some references cannot be changed so. Uses `unfit`.
    Unfit = 12,
}

/// A reference that cannot be changed as a plan says.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_unfit {
    /// The group.
    pub group: u64,
    /// The row.
    pub row: u64,
    /// The state it is in: one of the constants of serialref_state, or 0 where it is not live.
    pub state: i32,
    /// Always 0.
    pub reserved: i32,
}

/// A refusal. Members that its reason does not use are 0.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_refused {
    /// sizeof(serialref_refused), to be set by whoever makes it.
    pub struct_size: usize,
    /// One of the constants of serialref_refusal.
    pub reason: i32,
    /// Always 0.
    pub reserved: i32,
    /// The group it is about.
    pub group: u64,
    /// The batch it is about.
    pub batch: u64,
    /// The claim it is about.
    pub claim: u64,
    /// How many there are.
    pub present: u64,
    /// The group as it is.
    pub stored_group: *const serialref_stored_group,
    /// Positions of codes in the plan, counted from 0, ascending.
    pub positions: *const u32,
    /// How many positions.
    pub positions_count: usize,
    /// The references that do not fit, in the order of the plan.
    pub unfit: *const serialref_unfit,
    /// How many references.
    pub unfit_count: usize,
}

/// How the storage failed, for serialref_sink_fail(). Nothing may have changed, except after OUTCOME_UNKNOWN.
#[repr(i32)]
#[derive(Clone, Copy, Debug)]
pub enum serialref_failure {
    /// Somebody else holds the storage; the same call may succeed in a moment.
    Busy = 1,
    /// It cannot be reached, or cannot write.
    Unavailable = 2,
    /// The reply was lost: it may or may not have been carried out.
    OutcomeUnknown = 3,
    /// What is stored contradicts itself.
    Corrupt = 4,
    /// No registry makes such a plan.
    Contract = 5,
    /// Something else, with a number and text that come back to the caller unchanged.
    Foreign = 6,
}

/// What a sink holds, see serialref_sink_answer().
#[repr(i32)]
#[derive(Clone, Copy, Debug)]
pub enum serialref_answer {
    /// Nothing yet, or that there is nothing.
    Nothing = 0,
    /// A result.
    Done = 1,
    /// The result of an earlier call with the same request id.
    Repeated = 2,
    /// A refusal.
    Refused = 3,
    /// A failure, or an answer that cannot be used.
    Failed = 4,
}

// SAFETY: each is repr(C), begins with its size, and has only numbers and pointers to C, which may have any bytes.
unsafe impl Growing for serialref_stored_group {
    const LEAST: usize = size_of::<Self>();
}
// SAFETY: as above.
unsafe impl Growing for serialref_appended {
    const LEAST: usize = size_of::<Self>();

    fn reserved(&self) -> i32 {
        self.reserved
    }
}
// SAFETY: as above.
unsafe impl Growing for serialref_stored_claim {
    const LEAST: usize = size_of::<Self>();
}
// SAFETY: as above.
unsafe impl Growing for serialref_details {
    const LEAST: usize = size_of::<Self>();
}
// SAFETY: as above.
unsafe impl Growing for serialref_refused {
    const LEAST: usize = size_of::<Self>();

    fn reserved(&self) -> i32 {
        self.reserved
    }
}
