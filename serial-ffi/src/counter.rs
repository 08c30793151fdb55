//! Codes that come from the counter of a group, its keys, and the numbers of a code space.

use serialref::{Error, GroupId};

use crate::{
    format::{KeptFormat, serialref_format},
    handle,
    key::serialref_key,
    memory::{Growing, Out, OutRecord},
    registry::{Session, serialref_registry},
    status::serialref_status,
    text::serialref_text,
    trouble::call,
};

/// What a code says about itself, in a group whose codes come from a counter.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_decoded {
    /// sizeof(serialref_decoded), to be set by the caller.
    pub struct_size: usize,
    /// The counter from which it was made, or would be; counted from 0.
    pub counter: u64,
    /// 1 if the group makes the code from a counter, otherwise 0.
    pub has_counter: i32,
    /// 1 if the group has counted that far, so that it may have been issued, otherwise 0.
    pub may_be_issued: i32,
}

/// How full a code space is, and how easy to guess.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct serialref_code_space {
    /// sizeof(serialref_code_space), to be set by the caller.
    pub struct_size: usize,
    /// How many codes there can ever be; UINT64_MAX where there are that many or more.
    pub capacity: u64,
    /// How many were ever issued.
    pub issued: u64,
    /// How many are live.
    pub live: u64,
    /// How many can still be issued; UINT64_MAX where there are that many or more.
    pub remaining: u64,
    /// The share of the capacity that was issued: 0 to 1.
    pub density: f64,
    /// How likely a random guess hits a live code: 0 to 1.
    pub guess_probability: f64,
    /// How often, on average, a code of Random order is drawn again because it was issued before; negative for other
    /// orders, and where nothing is left.
    pub expected_redraws: f64,
    /// 1 if a guess hits less often than once in 10,000 times, which Delegated Regulation (EU) 2016/161 demands for
    /// medicines; otherwise 0.
    pub is_below_one_in_10_000: i32,
    /// Always 0.
    pub reserved: i32,
}

// SAFETY: repr(C), the size comes first, and numbers may have any bytes.
unsafe impl Growing for serialref_decoded {
    const LEAST: usize = size_of::<Self>();
}
// SAFETY: as above.
unsafe impl Growing for serialref_code_space {
    const LEAST: usize = size_of::<Self>();
}

/// From which counter a code was made, found without a search. It need not have been issued.
///
/// @param registry  The registry.
/// @param group     The number of a group of Sequential or Keyed order.
/// @param code      The code.
/// @param decoded   Where to write it; set its `struct_size` before.
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND; _NO_COUNTER for a group of Random order; _CODE_INVALID where it is no
///         code of the group's format; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED,
///         _SIZE_INVALID or _NOT_UTF8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_decode(
    registry: *const serialref_registry,
    group: u64,
    code: serialref_text,
    decoded: *mut serialref_decoded,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        let out = unsafe { OutRecord::new(decoded, "decoded") }?;
        // SAFETY: the caller passes a text.
        let found = session.registry.decode(GroupId(group), unsafe { code.read("code") }?)?;
        out.write(&serialref_decoded {
            struct_size: size_of::<serialref_decoded>(),
            counter: found.counter.unwrap_or_default(),
            has_counter: found.counter.is_some().into(),
            may_be_issued: found.may_be_issued.into(),
        });
        Ok(())
    })
}

/// Lets a counter go on from a later number: after an old backup was restored, from beyond the codes that were printed
/// since. It never goes back.
///
/// @param registry  The registry.
/// @param group     The number of a group of Sequential or Keyed order.
/// @param next      How far it has counted from now on: codes of counters below are not issued any more.
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND; _NO_COUNTER; _COUNTER_INVALID where it would go back or beyond the
///         end: then the error's `present` is how far the group has counted, and `allowed` how many counters it has; a
///         status of the store; _HANDLE_INVALID or _NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_advance_counter(
    registry: *const serialref_registry,
    group: u64,
    next: u64,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        session.registry.advance_counter(GroupId(group), next)?;
        Ok(())
    })
}

/// Gives a group of Keyed order another key for the codes to come. Codes that were issued stay valid and can still be
/// decoded. After SERIALREF_STATUS_OUTCOME_UNKNOWN compare serialref_expose_key() before repeating the call.
///
/// @param registry  The registry.
/// @param group     The number of the group.
/// @param key       The key, or NULL to draw one.
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND; _KEY_INVALID, also for a group of another order;
///         _ENTROPY_UNAVAILABLE; a status of the store; _HANDLE_INVALID or _NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_change_key(
    registry: *const serialref_registry,
    group: u64,
    key: *const serialref_key,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or a key.
        session.registry.change_key(GroupId(group), unsafe { serialref_key::read(key) }?)?;
        Ok(())
    })
}

/// The secret key that a group of Keyed order makes its codes with now. Keep it out of logs.
///
/// @param registry  The registry.
/// @param group     The number of the group.
/// @param key       Where to write it. Pass it to serialref_wipe() when it is not needed any more.
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND; _KEY_INVALID where the group has none; a status of the store;
///         _HANDLE_INVALID or _NULL_ARGUMENT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_expose_key(
    registry: *const serialref_registry,
    group: u64,
    key: *mut serialref_key,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or memory for a key.
        let out = unsafe { serialref_key::out(key) }?;
        let group = session.registry.group(GroupId(group))?;
        let current = group.keys.current().ok_or(Error::KeyInvalid)?;
        out.copy(current.expose());
        Ok(())
    })
}

/// How full the code space of a group is, and how easy its codes are to guess.
///
/// @param registry  The registry.
/// @param group     The number of the group.
/// @param space     Where to write it; set its `struct_size` before.
/// @return SERIALREF_STATUS_OK; _GROUP_NOT_FOUND; a status of the store; _HANDLE_INVALID, _NULL_ARGUMENT, _MISALIGNED
///         or _SIZE_INVALID.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_get_code_space(
    registry: *const serialref_registry,
    group: u64,
    space: *mut serialref_code_space,
) -> serialref_status {
    call(|| {
        let session = handle::object::<Session>(registry)?;
        // SAFETY: the caller passes NULL or a struct of the size that it says.
        let out = unsafe { OutRecord::new(space, "space") }?;
        let found = session.registry.code_space(GroupId(group))?;
        let bounded = |number: Option<u128>| number.and_then(|exact| u64::try_from(exact).ok()).unwrap_or(u64::MAX);
        out.write(&serialref_code_space {
            struct_size: size_of::<serialref_code_space>(),
            capacity: bounded(found.capacity.exact()),
            issued: found.issued,
            live: found.live,
            remaining: bounded(found.remaining),
            density: found.density,
            guess_probability: found.guess_probability,
            expected_redraws: found.expected_redraws.unwrap_or(-1.0),
            is_below_one_in_10_000: found.is_below_one_in_10_000.into(),
            reserved: 0,
        });
        Ok(())
    })
}

/// The fewest characters that a body needs so that a guess is hard enough.
///
/// @param format   The format, for its alphabet.
/// @param live     How many live references there are to be.
/// @param one_in   A random guess is to hit one less often than once in so many times.
/// @param length   Where to write the length; 0 where not even 64 characters are enough.
/// @return SERIALREF_STATUS_OK, _HANDLE_INVALID, _NULL_ARGUMENT or _MISALIGNED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn serialref_format_shortest_length(
    format: *const serialref_format,
    live: u64,
    one_in: u64,
    length: *mut usize,
) -> serialref_status {
    call(|| {
        let format = handle::object::<KeptFormat>(format)?;
        // SAFETY: the caller passes NULL or memory for a number.
        let out = unsafe { Out::new(length, "length") }?;
        out.write(format.format.shortest_length(live, one_in).unwrap_or(0));
        Ok(())
    })
}
