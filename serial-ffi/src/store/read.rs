//! Reading what a store in C answers. It is not trusted: everything is checked here, and what it means by the registry.

use serialref::{
    Appended, Batch, BatchId, Cause, Change, ChangeParts, ClaimId, ClaimRecord, Code, Codes, Details, Event, EventId,
    FieldId, Group, GroupId, GroupKeys, Name, Reference, Refusal, Repeated, RowId, State, StateCounts, Timestamp,
    Unfit,
};

use crate::{
    constants::{self, SERIALREF_CODE_CAPACITY, serialref_change},
    memory,
    records::{serialref_batch, serialref_event, serialref_reference},
    store::{
        answers::{
            serialref_appended, serialref_details, serialref_failure, serialref_refusal, serialref_refused,
            serialref_stored_claim, serialref_stored_group,
        },
        plans::serialref_field_value,
        told::{ToldClaim, unfit},
    },
    text::serialref_text,
    trouble::Trouble,
};

/// Codes that follow each other.
///
/// # Safety
/// `codes` is NULL or points to `width` times `count` bytes.
pub(super) unsafe fn codes(codes: *const std::ffi::c_char, width: usize, count: usize) -> Result<Codes, Trouble> {
    let size = width.checked_mul(count).ok_or_else(|| Trouble::size("codes"))?;
    // SAFETY: the caller promises so many bytes.
    let bytes = unsafe { memory::bytes(codes.cast(), size, "codes") }?;
    let packed = String::from_utf8(bytes.to_vec()).ok().and_then(|packed| Codes::from_packed(packed, width));
    packed.ok_or_else(|| unfit("codes have no characters, or others than ASCII"))
}

/// A text that may be longer than one that a user types: settings, and values where their limit was raised.
///
/// # Safety
/// Where `size` is not 0, `data` is NULL or points to so many bytes, which do not change while `'a` lasts.
pub(super) unsafe fn long_text<'a>(text: serialref_text, what: &str) -> Result<&'a str, Trouble> {
    // SAFETY: the caller promises the bytes.
    let bytes = unsafe { memory::bytes(text.data.cast(), text.size, what) }?;
    std::str::from_utf8(bytes).map_err(|_| unfit(format!("{what} is not UTF-8")))
}

/// The group that settings describe, with nothing issued.
pub(super) fn group_of(settings: &str) -> Result<Group, Trouble> {
    let reason = |error| unfit(format!("the settings of a group are not those that the library gave: {error}"));
    let (written, keys) = settings.split_once('\n').map_or((settings, None), |(group, keys)| (group, Some(keys)));
    let mut group: Group = serde_json::from_str(written).map_err(reason)?;
    if let Some(keys) = keys {
        let unknown = || unfit("the settings of a group are not those that the library gave: they end with no keys");
        group.keys = GroupKeys::from_text(keys).ok_or_else(unknown)?;
    }
    Ok(group)
}

/// # Safety
/// The pointer is NULL or points to a struct of the size that it says, with texts in it.
pub(super) unsafe fn group(group: *const serialref_stored_group) -> Result<Group, Trouble> {
    // SAFETY: the caller promises the struct.
    let told = unsafe { memory::read(group, "group") }?;
    let counts = counts(&told.in_state)?;
    // SAFETY: the caller promises a text.
    let mut group = group_of(unsafe { long_text(told.settings, "settings") }?)?;
    group.id = GroupId(told.id);
    (group.revision, group.issued, group.next_index) = (told.revision, told.issued, told.next_index);
    (group.events, group.counts, group.live) = (told.events, counts, counts.total());
    Ok(group)
}

pub(super) fn counts(in_state: &[u64; 9]) -> Result<StateCounts, Trouble> {
    let mut counts = StateCounts::default();
    let mut total = 0_u64;
    for state in State::ALL {
        let count = in_state[usize::from(state.number())];
        total = total.checked_add(count).ok_or_else(|| unfit("there are more references than there can be"))?;
        counts.add(state, count);
    }
    Ok(counts)
}

/// An id that may be missing.
fn given<T>(id: u64, of: impl FnOnce(u64) -> T) -> Option<T> {
    (id != 0).then(|| of(id))
}

/// # Safety
/// The pointer is NULL or points to a struct of the size that it says.
pub(super) unsafe fn reference(reference: *const serialref_reference) -> Result<Reference, Trouble> {
    // SAFETY: the caller promises the struct.
    let told = unsafe { memory::read(reference, "reference") }?;
    let size = told.code_size as usize;
    if size >= SERIALREF_CODE_CAPACITY {
        return Err(Trouble::size("code_size of reference"));
    }
    let bytes: Vec<u8> = told.code[..size].iter().map(|byte| byte.cast_unsigned_byte()).collect();
    let code = String::from_utf8(bytes).map_err(|_| unfit("the code of a reference is not UTF-8"))?;
    let (group, row) = (GroupId(told.group), RowId(told.row));
    let created_at = Timestamp::from_micros(told.created_at);
    let mut reference = Reference::issued(group, row, Code::from(code), given(told.batch, BatchId), created_at);
    reference.state = constants::state(told.state)?;
    reference.claim = given(told.claim, ClaimId);
    Ok(reference)
}

/// The byte of a character of C, whose sign is another on other machines.
trait Byte {
    fn cast_unsigned_byte(self) -> u8;
}

impl Byte for std::ffi::c_char {
    fn cast_unsigned_byte(self) -> u8 {
        self.to_ne_bytes()[0]
    }
}

/// # Safety
/// As [`group`].
pub(super) unsafe fn batch(batch: *const serialref_batch) -> Result<Batch, Trouble> {
    // SAFETY: the caller promises the struct.
    let told = unsafe { memory::read(batch, "batch") }?;
    Ok(Batch {
        group: GroupId(told.group),
        id: BatchId(told.id),
        // SAFETY: the caller promises a text.
        name: Name::new(unsafe { told.name.read("name") }?)?,
        created_at: Timestamp::from_micros(told.created_at),
        first_row: RowId(told.first_row),
        size: told.size,
        live: told.live,
    })
}

/// # Safety
/// As [`group`].
pub(super) unsafe fn event(event: *const serialref_event) -> Result<Event, Trouble> {
    // SAFETY: the caller promises the struct, and texts in it.
    unsafe { event_of(memory::read(event, "event")?) }
}

/// # Safety
/// The texts are texts.
pub(super) unsafe fn event_of(told: serialref_event) -> Result<Event, Trouble> {
    // SAFETY: the caller promises texts.
    let (actor, reason, note) =
        unsafe { (told.actor.read("actor")?, told.reason.read("reason")?, told.note.read("note")?) };
    // SAFETY: the caller promises texts.
    let (setting, from, to) =
        unsafe { (told.setting.read_given("setting")?, long_text(told.from, "from")?, long_text(told.to, "to")?) };
    let (kind, number) = match constants::change(told.change)? {
        serialref_change::GroupCreated => ("group created", None),
        serialref_change::GroupChanged => ("group changed", None),
        serialref_change::GroupDeleted => ("group deleted", None),
        serialref_change::Issued => ("issued", given(told.batch, |batch| batch)),
        serialref_change::Moved => ("moved", given(told.claim, |claim| claim)),
        serialref_change::AttributeSet => ("attribute set", Some(told.field)),
        serialref_change::WarrantySet => ("warranty set", None),
        serialref_change::Deleted => ("deleted", None),
    };
    let parts = ChangeParts {
        kind: kind.into(),
        row: Some(told.row),
        count: Some(told.count),
        number,
        setting: setting.map(|setting| setting.to_owned().into()),
        from: Some(from.into()),
        to: Some(to.into()),
    };
    let change =
        Change::from_parts(&parts).ok_or_else(|| unfit(format!("an event says {kind:?} and not what changed")))?;
    let cause = Cause::new(Some(actor), Some(reason), Some(note))?;
    Ok(Event::new(GroupId(told.group), EventId(told.id), Timestamp::from_micros(told.at), change, cause))
}

/// Values of fields.
///
/// # Safety
/// `values` is NULL or points to so many values, whose texts are texts.
pub(super) unsafe fn values(
    values: *const serialref_field_value,
    count: usize,
) -> Result<Vec<(FieldId, String)>, Trouble> {
    // SAFETY: the caller promises the list.
    let values = unsafe { memory::list(values, count, "values") }?;
    // SAFETY: the caller promises texts.
    values.iter().map(|own| unsafe { Ok((FieldId(own.field), long_text(own.value, "value")?.to_owned())) }).collect()
}

/// # Safety
/// As [`group`].
pub(super) unsafe fn details(details: *const serialref_details) -> Result<Details, Trouble> {
    // SAFETY: the caller promises the struct.
    let told = unsafe { memory::read(details, "details") }?;
    // SAFETY: the caller promises values and texts.
    let (values, warranty) =
        unsafe { (values(told.values, told.values_count)?, told.warranty.read_given("warranty")?) };
    let warranty = warranty.map(str::parse).transpose()?;
    Ok(Details { row: RowId(told.row), values, warranty })
}

/// # Safety
/// As [`group`]; `codes` has `width` times `count` bytes.
pub(super) unsafe fn appended(appended: *const serialref_appended) -> Result<Appended, Trouble> {
    // SAFETY: the caller promises the struct.
    let told = unsafe { memory::read(appended, "appended") }?;
    let (first_row, batch) = (RowId(told.first_row), given(told.batch, BatchId));
    if !constants::truth("is_repeated", told.is_repeated)? {
        return Ok(Appended::New { first_row, batch, available: told.available });
    }
    // SAFETY: the caller promises a text and the codes.
    let (name, codes) = unsafe { (told.batch_name.read("batch_name")?, codes(told.codes, told.width, told.count)?) };
    let batch = batch.map(|batch| Ok::<_, Trouble>((batch, Name::new(name)?))).transpose()?;
    let created_at = Timestamp::from_micros(told.created_at);
    Ok(Appended::Repeated(Repeated { group: GroupId(told.group), first_row, batch, codes, created_at }))
}

/// # Safety
/// As [`group`].
pub(super) unsafe fn claim(claim: *const serialref_stored_claim) -> Result<ToldClaim, Trouble> {
    // SAFETY: the caller promises the struct.
    let told = unsafe { memory::read(claim, "claim") }?;
    let expires = constants::truth("has_expires_at", told.has_expires_at)?;
    let record = ClaimRecord {
        group: GroupId(told.group),
        id: ClaimId(told.id),
        // SAFETY: the caller promises a text.
        holder: Name::new(unsafe { told.holder.read("holder") }?)?,
        claimed_at: Timestamp::from_micros(told.claimed_at),
        expires_at: expires.then_some(Timestamp::from_micros(told.expires_at)),
        references: Vec::new(),
    };
    let is_repeated = constants::truth("is_repeated", told.is_repeated)?;
    Ok(ToldClaim { record, available: told.available, is_repeated })
}

/// # Safety
/// The pointer is NULL or points to a struct of the size that it says, whose members are as they say.
pub(super) unsafe fn refusal(refused: *const serialref_refused) -> Result<Refusal, Trouble> {
    // SAFETY: the caller promises the struct.
    let told = unsafe { memory::read(refused, "refused") }?;
    let (group, batch, claim) = (GroupId(told.group), BatchId(told.batch), ClaimId(told.claim));
    Ok(match reason(told.reason)? {
        serialref_refusal::NoSuchGroup => Refusal::NoSuchGroup { group },
        serialref_refusal::NoSuchBatch => Refusal::NoSuchBatch { group, batch },
        serialref_refusal::NameTaken => Refusal::NameTaken { group },
        serialref_refusal::TooManyGroups => Refusal::TooManyGroups { present: told.present },
        serialref_refusal::RequestMismatch => Refusal::RequestMismatch,
        serialref_refusal::GroupChanged => {
            // SAFETY: the caller promises the struct and its texts.
            Refusal::GroupChanged { group: Box::new(unsafe { self::group(told.stored_group) }?) }
        }
        serialref_refusal::LiveLimit => Refusal::LiveLimit { present: told.present },
        serialref_refusal::IndexMoved => Refusal::IndexMoved { next: told.present },
        serialref_refusal::CodesTaken => {
            // SAFETY: the caller promises the list.
            let positions = unsafe { memory::list(told.positions, told.positions_count, "positions") }?;
            Refusal::CodesTaken { positions: positions.to_vec() }
        }
        serialref_refusal::NoSuchClaim => Refusal::NoSuchClaim { group, claim },
        serialref_refusal::TooFewAvailable => Refusal::TooFewAvailable { available: told.present },
        serialref_refusal::Unfit => {
            // SAFETY: the caller promises the list.
            let unfit = unsafe { memory::list(told.unfit, told.unfit_count, "unfit") }?;
            let read = |one: &super::answers::serialref_unfit| {
                memory::check_reserved(one.reserved, "unfit")?;
                let state = constants::any_state(one.state)?;
                Ok(Unfit { group: GroupId(one.group), row: RowId(one.row), state })
            };
            Refusal::Unfit { references: unfit.iter().map(read).collect::<Result<_, Trouble>>()? }
        }
    })
}

fn reason(number: i32) -> Result<serialref_refusal, Trouble> {
    use serialref_refusal::{
        CodesTaken, GroupChanged, IndexMoved, LiveLimit, NameTaken, NoSuchBatch, NoSuchClaim, NoSuchGroup,
        RequestMismatch, TooFewAvailable, TooManyGroups, Unfit,
    };
    let all = [
        NoSuchGroup,
        NoSuchBatch,
        NameTaken,
        TooManyGroups,
        RequestMismatch,
        GroupChanged,
        LiveLimit,
        IndexMoved,
        CodesTaken,
        NoSuchClaim,
        TooFewAvailable,
        Unfit,
    ];
    constants::of_number("the reason of a refusal", number, &all.map(|reason| (reason as i32, reason)))
}

pub(super) fn failure(number: i32) -> Result<serialref_failure, Trouble> {
    use serialref_failure::{Busy, Contract, Corrupt, Foreign, OutcomeUnknown, Unavailable};
    let all = [Busy, Unavailable, OutcomeUnknown, Corrupt, Contract, Foreign];
    constants::of_number("the failure", number, &all.map(|failure| (failure as i32, failure)))
}
