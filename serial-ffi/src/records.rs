//! What is known of groups, batches, references and events, as C sees it.

use std::ffi::c_char;

use serialref::{
    Attribute, Batch, Change, Event, Field, Group, ImportFault, Limit, Reference, State, Stock, Timestamp, Warranty,
};

use crate::{
    constants::{SERIALREF_CODE_CAPACITY, SERIALREF_UNLIMITED, serialref_change, shown},
    memory::Growing,
    text::{Texts, serialref_text},
    trouble::Trouble,
};

/// A reference.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_reference {
    /// sizeof(serialref_reference), to be set by the caller.
    pub struct_size: usize,
    /// The group it belongs to.
    pub group: u64,
    /// Its number in the group, in the order of issue: 1, 2, 3 ...
    pub row: u64,
    /// The batch it was issued with, or 0 in a Continuous group.
    pub batch: u64,
    /// The claim that holds it, or 0.
    pub claim: u64,
    /// When it was issued, in microseconds since 1970-01-01 00:00 UTC.
    pub created_at: i64,
    /// One of the constants of serialref_state.
    pub state: i32,
    /// How many characters the code has.
    pub code_size: u32,
    /// The code, with a NUL at its end.
    pub code: [c_char; SERIALREF_CODE_CAPACITY],
}

/// A batch of a group.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_batch {
    /// sizeof(serialref_batch), to be set by the caller.
    pub struct_size: usize,
    /// The group it belongs to.
    pub group: u64,
    /// Its number in the group: 1, 2, 3 ...
    pub id: u64,
    /// Its name.
    pub name: serialref_text,
    /// When it was issued, in microseconds since 1970-01-01 00:00 UTC.
    pub created_at: i64,
    /// The row of its first reference; the others follow it.
    pub first_row: u64,
    /// How many references were issued with it.
    pub size: u64,
    /// How many of them are live.
    pub live: u64,
}

/// A group.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_group {
    /// sizeof(serialref_group), to be set by the caller.
    pub struct_size: usize,
    /// Its number in the registry.
    pub id: u64,
    /// Its name.
    pub name: serialref_text,
    /// Its description.
    pub description: serialref_text,
    /// What customers see as the product's name; the group's name is never shown to them.
    pub public_name: serialref_text,
    /// What customers see as the product's description.
    pub public_description: serialref_text,
    /// The warranty of its references, in the words of serialref_set_group_warranty().
    pub warranty: serialref_text,
    /// One of the constants of serialref_kind.
    pub kind: i32,
    /// One of the constants of serialref_scope.
    pub scope: i32,
    /// When it was created, in microseconds since 1970-01-01 00:00 UTC.
    pub created_at: i64,
    /// Its own limits; 0 where the registry's hold.
    pub max_live: u64,
    /// As `max_live`: references in one batch call.
    pub max_batch: u64,
    /// As `max_live`: fields.
    pub max_fields: u64,
    /// As `max_live`: characters of an attribute's value.
    pub max_value: u64,
    /// As `max_live`: the least characters of a search term.
    pub min_search_term: u64,
    /// Fewer available references than this are reported as low stock; 0 where nothing is.
    pub low_stock: u64,
    /// How many references are live.
    pub live: u64,
    /// How many were ever issued.
    pub issued: u64,
    /// How many codes its format could ever make; UINT64_MAX where that many or more.
    pub capacity: u64,
    /// How many events it has; the newest has this number.
    pub events: u64,
    /// How often it was changed.
    pub revision: u64,
    /// How many live references are in each state, by the constants of serialref_state; the first is not used.
    pub in_state: [u64; 9],
}

/// A field of a group: references can have a value of it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_field {
    /// sizeof(serialref_field), to be set by the caller.
    pub struct_size: usize,
    /// Its number in the group.
    pub id: u64,
    /// Its name.
    pub name: serialref_text,
    /// The value of references that were given none.
    pub default_value: serialref_text,
    /// 1 if customers may see its values, otherwise 0.
    pub is_public: i32,
    /// 1 if it is not used any more, otherwise 0.
    pub is_retired: i32,
}

/// The value that a reference has of a field.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_attribute {
    /// sizeof(serialref_attribute), to be set by the caller.
    pub struct_size: usize,
    /// The name of the field.
    pub name: serialref_text,
    /// The value.
    pub value: serialref_text,
    /// 1 if customers may see it, otherwise 0.
    pub is_public: i32,
    /// Always 0.
    pub reserved: i32,
}

/// Something that happened to a group or to references of it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_event {
    /// sizeof(serialref_event), to be set by the caller.
    pub struct_size: usize,
    /// The group.
    pub group: u64,
    /// Its number in the group: 1, 2, 3 ...
    pub id: u64,
    /// When it happened, in microseconds since 1970-01-01 00:00 UTC.
    pub at: i64,
    /// One of the constants of serialref_change.
    pub change: i32,
    /// Always 0.
    pub reserved: i32,
    /// The row of the reference, or of the first one that was issued; 0 where it is about the group.
    pub row: u64,
    /// How many references were issued, or went with the group.
    pub count: u64,
    /// The batch they were issued with, or 0.
    pub batch: u64,
    /// The claim for which the reference was allocated, or 0.
    pub claim: u64,
    /// The field whose value was set, or 0.
    pub field: u64,
    /// The setting of the group that was changed, or empty.
    pub setting: serialref_text,
    /// The state, value or setting before.
    pub from: serialref_text,
    /// The state, value or setting after.
    pub to: serialref_text,
    /// Who made the change, or empty.
    pub actor: serialref_text,
    /// Why, or empty.
    pub reason: serialref_text,
    /// What else was noted, or empty.
    pub note: serialref_text,
}

/// One of several things that are wrong: a fault of a format, a reference that cannot change, a line of a file.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_detail {
    /// sizeof(serialref_detail), to be set by the caller.
    pub struct_size: usize,
    /// What is wrong, as a sentence.
    pub message: serialref_text,
    /// The code it is about, as the caller gave it; empty where it is about something else.
    pub code: serialref_text,
    /// The group it is about, or 0.
    pub group: u64,
    /// The row of the reference it is about, or 0.
    pub row: u64,
    /// The line of the file, counted from 1, or 0.
    pub line: u64,
}

/// What a call issued or claimed.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_issued {
    /// sizeof(serialref_issued), to be set by the caller.
    pub struct_size: usize,
    /// The group.
    pub group: u64,
    /// The batch that was issued, or 0 where a single reference was issued or references were claimed.
    pub batch: u64,
    /// The claim, or 0 where references were issued.
    pub claim: u64,
    /// The row of the first reference that was issued; the others follow it. 0 for a claim.
    pub first_row: u64,
    /// How many references.
    pub count: u64,
    /// When, in microseconds since 1970-01-01 00:00 UTC.
    pub created_at: i64,
    /// When the claim expires, in microseconds since 1970-01-01 00:00 UTC, or 0.
    pub expires_at: i64,
    /// How many references of the group are available now; 0 where it is not known, see `stock_is_known`.
    pub available: u64,
    /// 1 if the request id was used before: this is what was issued or claimed then. Otherwise 0.
    pub repeated: i32,
    /// 1 if `available` and `stock_is_low` are known, which is always so unless the call was repeated.
    pub stock_is_known: i32,
    /// 1 if fewer are available than the group's threshold.
    pub stock_is_low: i32,
    /// Always 0.
    pub reserved: i32,
}

/// How far the warranty of a product is.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_warranty {
    /// sizeof(serialref_warranty), to be set by the caller.
    pub struct_size: usize,
    /// When it begins, in microseconds since 1970-01-01 00:00 UTC, or 0 where that is not known.
    pub start: i64,
    /// When it ends, or 0.
    pub end: i64,
    /// One of the constants of serialref_warranty_status.
    pub status: i32,
    /// Always 0.
    pub reserved: i32,
}

// SAFETY: each is repr(C), begins with its size, and has only numbers and pointers to C, which may have any bytes.
unsafe impl Growing for serialref_reference {
    const LEAST: usize = size_of::<Self>();
}
// SAFETY: as above.
unsafe impl Growing for serialref_batch {
    const LEAST: usize = size_of::<Self>();
}
// SAFETY: as above.
unsafe impl Growing for serialref_group {
    const LEAST: usize = size_of::<Self>();
}
// SAFETY: as above.
unsafe impl Growing for serialref_field {
    const LEAST: usize = size_of::<Self>();
}
// SAFETY: as above.
unsafe impl Growing for serialref_attribute {
    const LEAST: usize = size_of::<Self>();
}
// SAFETY: as above.
unsafe impl Growing for serialref_event {
    const LEAST: usize = size_of::<Self>();

    fn reserved(&self) -> i32 {
        self.reserved
    }
}
// SAFETY: as above.
unsafe impl Growing for serialref_detail {
    const LEAST: usize = size_of::<Self>();
}
// SAFETY: as above.
unsafe impl Growing for serialref_issued {
    const LEAST: usize = size_of::<Self>();
}
// SAFETY: as above.
unsafe impl Growing for serialref_warranty {
    const LEAST: usize = size_of::<Self>();
}

/// A moment that may be missing.
pub(crate) fn moment(moment: Option<Timestamp>) -> i64 {
    moment.map_or(0, Timestamp::as_micros)
}

/// A moment that may be missing, from C.
pub(crate) fn given_moment(micros: i64) -> Option<Timestamp> {
    (micros != 0).then_some(Timestamp::from_micros(micros))
}

/// A limit that may be missing.
pub(crate) fn limit(limit: Option<Limit>) -> u64 {
    match limit {
        Some(Limit::Unlimited) => SERIALREF_UNLIMITED,
        Some(Limit::AtMost(most)) => shown(Some(most)),
        None => 0,
    }
}

impl serialref_reference {
    /// The record of no reference.
    pub(crate) const NONE: Self = Self {
        struct_size: size_of::<Self>(),
        group: 0,
        row: 0,
        batch: 0,
        claim: 0,
        created_at: 0,
        state: 0,
        code_size: 0,
        code: [0; SERIALREF_CODE_CAPACITY],
    };

    pub(crate) fn of(reference: &Reference) -> Result<Self, Trouble> {
        let bytes = reference.code.as_bytes();
        let mut code: [c_char; SERIALREF_CODE_CAPACITY] = [0; SERIALREF_CODE_CAPACITY];
        if bytes.len() >= SERIALREF_CODE_CAPACITY {
            // No format makes such a code, but a store by somebody else may say so.
            let message = "the store gave a code that is longer than any format makes";
            return Err(serialref::Error::from(serialref::StoreError::contract(message)).into());
        }
        for (to, from) in code.iter_mut().zip(bytes) {
            *to = c_char::from_ne_bytes([*from]);
        }
        Ok(Self {
            struct_size: size_of::<Self>(),
            group: reference.group.0,
            row: reference.row.0,
            batch: reference.batch.map_or(0, |batch| batch.0),
            claim: reference.claim.map_or(0, |claim| claim.0),
            created_at: reference.created_at.as_micros(),
            state: reference.state.number().into(),
            code_size: u32::try_from(bytes.len()).unwrap_or_default(),
            code,
        })
    }
}

impl serialref_batch {
    pub(crate) fn of(batch: &Batch, texts: &mut Texts) -> Self {
        Self {
            struct_size: size_of::<Self>(),
            group: batch.group.0,
            id: batch.id.0,
            name: texts.keep(&batch.name),
            created_at: batch.created_at.as_micros(),
            first_row: batch.first_row.0,
            size: batch.size,
            live: batch.live,
        }
    }
}

impl serialref_group {
    pub(crate) fn of(group: &Group, texts: &mut Texts) -> Self {
        let mut in_state = [0; 9];
        for state in State::ALL {
            in_state[usize::from(state.number())] = group.counts[state];
        }
        let capacity = group.format.capacity().exact().and_then(|exact| u64::try_from(exact).ok());
        Self {
            struct_size: size_of::<Self>(),
            id: group.id.0,
            name: texts.keep(&group.name),
            description: texts.keep(&group.description),
            public_name: texts.keep(&group.public_name),
            public_description: texts.keep(&group.public_description),
            warranty: texts.keep(&group.warranty.to_string()),
            kind: group.kind as i32,
            scope: group.scope as i32,
            created_at: group.created_at.as_micros(),
            max_live: limit(group.limits.max_live),
            max_batch: limit(group.limits.max_batch),
            max_fields: limit(group.limits.max_fields),
            max_value: limit(group.limits.max_value),
            min_search_term: shown(group.limits.min_search_term.map(u64::from)),
            low_stock: shown(group.low_stock),
            live: group.live,
            issued: group.issued,
            capacity: capacity.unwrap_or(u64::MAX),
            events: group.events,
            revision: group.revision,
            in_state,
        }
    }
}

impl serialref_field {
    pub(crate) fn of(field: &Field, texts: &mut Texts) -> Self {
        Self {
            struct_size: size_of::<Self>(),
            id: field.id.0,
            name: texts.keep(&field.name),
            default_value: texts.keep(&field.default),
            is_public: field.is_public.into(),
            is_retired: field.is_retired.into(),
        }
    }
}

impl serialref_attribute {
    pub(crate) fn of(attribute: &Attribute, texts: &mut Texts) -> Self {
        Self {
            struct_size: size_of::<Self>(),
            name: texts.keep(&attribute.name),
            value: texts.keep(&attribute.value),
            is_public: attribute.is_public.into(),
            reserved: 0,
        }
    }
}

impl serialref_event {
    pub(crate) fn of(event: &Event, texts: &mut Texts) -> Self {
        let parts = event.change.parts();
        let number = parts.number.unwrap_or_default();
        let (change, batch, claim, field) = match event.change {
            Change::GroupCreated => (serialref_change::GroupCreated as i32, 0, 0, 0),
            Change::GroupChanged { .. } => (serialref_change::GroupChanged as i32, 0, 0, 0),
            Change::GroupDeleted { .. } => (serialref_change::GroupDeleted as i32, 0, 0, 0),
            Change::Issued { .. } => (serialref_change::Issued as i32, number, 0, 0),
            Change::Moved { .. } => (serialref_change::Moved as i32, 0, number, 0),
            Change::AttributeSet { .. } => (serialref_change::AttributeSet as i32, 0, 0, number),
            Change::WarrantySet { .. } => (serialref_change::WarrantySet as i32, 0, 0, 0),
            Change::Deleted { .. } => (serialref_change::Deleted as i32, 0, 0, 0),
            _ => (0, 0, 0, 0),
        };
        Self {
            struct_size: size_of::<Self>(),
            group: event.group.0,
            id: event.id.0,
            at: event.at.as_micros(),
            change,
            reserved: 0,
            row: parts.row.unwrap_or_default(),
            count: parts.count.unwrap_or_default(),
            batch,
            claim,
            field,
            setting: texts.keep_given(parts.setting.as_deref()),
            from: texts.keep_given(parts.from.as_deref()),
            to: texts.keep_given(parts.to.as_deref()),
            actor: texts.keep_given(event.cause.actor()),
            reason: texts.keep_given(event.cause.reason()),
            note: texts.keep_given(event.cause.note()),
        }
    }
}

impl serialref_detail {
    pub(crate) fn of(message: &str, code: Option<&str>, texts: &mut Texts) -> Self {
        Self {
            struct_size: size_of::<Self>(),
            message: texts.keep(message),
            code: texts.keep_given(code),
            group: 0,
            row: 0,
            line: 0,
        }
    }

    pub(crate) fn of_line(fault: &ImportFault, texts: &mut Texts) -> Self {
        Self { line: fault.line, ..Self::of(&fault.fault.to_string(), None, texts) }
    }
}

impl serialref_issued {
    pub(crate) fn of(group: u64, created_at: Timestamp, repeated: bool, stock: Option<Stock>) -> Self {
        Self {
            struct_size: size_of::<Self>(),
            group,
            batch: 0,
            claim: 0,
            first_row: 0,
            count: 0,
            created_at: created_at.as_micros(),
            expires_at: 0,
            available: stock.map_or(0, |stock| stock.available),
            repeated: repeated.into(),
            stock_is_known: stock.is_some().into(),
            stock_is_low: stock.is_some_and(Stock::is_low).into(),
            reserved: 0,
        }
    }
}

impl From<Warranty> for serialref_warranty {
    fn from(warranty: Warranty) -> Self {
        Self {
            struct_size: size_of::<Self>(),
            start: moment(warranty.start),
            end: moment(warranty.end),
            status: warranty.status as i32,
            reserved: 0,
        }
    }
}
