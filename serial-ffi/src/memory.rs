//! Reading what C points to, and writing where it points.

use std::{
    marker::PhantomData,
    mem::{self, MaybeUninit},
    ptr, slice,
};

use zeroize::Zeroize;

use crate::{status::serialref_status, trouble::Trouble};

/// A struct that begins with its size, so that it can grow: `struct_size` is its first member.
///
/// # Safety
/// `repr(C)`, its first member is a `usize`, and every pattern of bytes is a valid value of it.
pub(crate) unsafe trait Growing: Copy {
    /// Its size in the first version that had it, which `sizes.txt` has: once it has grown, that number.
    const LEAST: usize;

    /// The member that is kept for later versions, where it has one and comes in: it must be 0, or they could not use
    /// it.
    fn reserved(&self) -> i32 {
        0
    }
}

/// Checks a member that is kept for later versions.
pub(crate) fn check_reserved(number: i32, what: &str) -> Result<(), Trouble> {
    if number == 0 {
        return Ok(());
    }
    Err(Trouble::option(format!("`reserved` of {what} is {number}; set it to 0, as all members that have no meaning")))
}

/// More than this is no size of a struct but memory that was not initialised.
const LARGEST: usize = 4096;

fn aligned<T>(pointer: *const T, what: &str) -> Result<(), Trouble> {
    if pointer.is_null() {
        return Err(Trouble::null(what));
    }
    if pointer.is_aligned() {
        return Ok(());
    }
    let message = format!("{what} is not aligned as its type asks for; pass a variable of that type");
    Err(Trouble::misuse(serialref_status::Misaligned, message))
}

/// The size that a struct says it has.
///
/// # Safety
/// `pointer` is NULL or points to at least a `usize`.
unsafe fn said_size<T: Growing>(pointer: *const T, what: &str) -> Result<usize, Trouble> {
    aligned(pointer, what)?;
    // SAFETY: it is not NULL, aligned for a struct that begins with a usize, and the caller promises the memory.
    let size = unsafe { pointer.cast::<usize>().read() };
    if (T::LEAST..=LARGEST).contains(&size) { Ok(size) } else { Err(Trouble::size(&format!("struct_size of {what}"))) }
}

/// Reads a struct that the caller filled in, which may be of an earlier or a later version.
///
/// # Safety
/// `pointer` is NULL or points to a struct of the size that its first member says.
pub(crate) unsafe fn read<T: Growing>(pointer: *const T, what: &str) -> Result<T, Trouble> {
    // SAFETY: the caller promises the struct.
    let (value, is_all) = unsafe { read_known(pointer, what) }?;
    is_all?;
    check_reserved(value.reserved(), what)?;
    Ok(value)
}

/// Reads what this version knows of a struct, and whether that is all that the caller uses of it.
///
/// # Safety
/// As [`read`].
pub(crate) unsafe fn read_known<T: Growing>(
    pointer: *const T,
    what: &str,
) -> Result<(T, Result<(), Trouble>), Trouble> {
    // SAFETY: the caller promises the struct.
    let size = unsafe { said_size(pointer, what) }?;
    let known = size.min(size_of::<T>());
    // SAFETY: the caller promises so many bytes.
    let beyond = unsafe { slice::from_raw_parts(pointer.cast::<u8>().add(known), size - known) };
    // SAFETY: all zeros are a value of such a struct.
    let mut value = unsafe { mem::zeroed::<T>() };
    // SAFETY: both have so many bytes, and one of them is new.
    unsafe { ptr::copy_nonoverlapping(pointer.cast::<u8>(), (&raw mut value).cast(), known) };
    let is_all = if beyond.iter().any(|byte| *byte != 0) {
        let message = format!("{what} uses members that this version of the library does not have; update the library");
        Err(Trouble::misuse(serialref_status::SizeInvalid, message))
    } else {
        Ok(())
    };
    Ok((value, is_all))
}

/// Reads a struct, or the one of zeros where there is none.
///
/// # Safety
/// As [`read`].
pub(crate) unsafe fn read_or_default<T: Growing>(pointer: *const T, what: &str) -> Result<T, Trouble> {
    if pointer.is_null() {
        // SAFETY: all zeros are a value of such a struct.
        return Ok(unsafe { mem::zeroed() });
    }
    // SAFETY: the caller promises the struct.
    unsafe { read(pointer, what) }
}

/// Reads a struct that never grows.
///
/// # Safety
/// `pointer` is NULL or points to a `T`.
pub(crate) unsafe fn copy<T: Copy>(pointer: *const T, what: &str) -> Result<T, Trouble> {
    aligned(pointer, what)?;
    // SAFETY: it is not NULL, aligned, and the caller promises the rest.
    Ok(unsafe { pointer.read() })
}

/// The most elements of a list that a caller gives.
const MOST_ELEMENTS: usize = 1 << 24;

/// Reads a list.
///
/// # Safety
/// Where `count` is not 0, `pointer` is NULL or points to so many elements, which do not change while `'a` lasts.
pub(crate) unsafe fn list<'a, T: Copy>(pointer: *const T, count: usize, what: &str) -> Result<&'a [T], Trouble> {
    if count == 0 {
        return Ok(&[]);
    }
    aligned(pointer, what)?;
    if count > MOST_ELEMENTS {
        return Err(Trouble::size(what));
    }
    // SAFETY: it is not NULL, aligned, not too large, and the caller promises the rest.
    Ok(unsafe { slice::from_raw_parts(pointer, count) })
}

/// The most bytes of codes or settings: what 10,000,000 codes of the longest format need, and more.
const MOST_BYTES: usize = 1 << 31;

/// Reads bytes, of which there may be more than a list may have elements.
///
/// # Safety
/// Where `size` is not 0, `pointer` is NULL or points to so many bytes, which do not change while `'a` lasts.
pub(crate) unsafe fn bytes<'a>(pointer: *const u8, size: usize, what: &str) -> Result<&'a [u8], Trouble> {
    if size == 0 {
        return Ok(&[]);
    }
    aligned(pointer, what)?;
    if size > MOST_BYTES {
        return Err(Trouble::size(what));
    }
    // SAFETY: it is not NULL, not too large, and the caller promises the rest.
    Ok(unsafe { slice::from_raw_parts(pointer, size) })
}

/// Reads a list of structs that can grow, as [`read`] reads one. All have the size that the first one says.
///
/// # Safety
/// Where `count` is not 0, `pointer` is NULL or points to so many structs of the size that the first one says.
pub(crate) unsafe fn structs<T: Growing>(pointer: *const T, count: usize, what: &str) -> Result<Vec<T>, Trouble> {
    if count == 0 {
        return Ok(Vec::new());
    }
    // SAFETY: the caller promises at least one struct.
    let size = unsafe { said_size(pointer, what) }?;
    if count > MOST_ELEMENTS || size % align_of::<T>() != 0 {
        return Err(Trouble::size(what));
    }
    // SAFETY: the caller promises so many structs of this size, and such a size keeps all of them aligned.
    let each = (0..count).map(|index| unsafe {
        let one = pointer.byte_add(index * size);
        // Another size than the first one's would reach beyond the list.
        if said_size(one, what)? == size { read(one, what) } else { Err(Trouble::size(what)) }
    });
    each.collect()
}

/// Where a value is to be written once the call has succeeded.
pub(crate) struct Out<'a, T> {
    pointer: *mut T,
    caller: PhantomData<&'a mut T>,
}

impl<T> Out<'_, T> {
    /// Checked before anything is done, so that nothing is done whose result cannot be told.
    ///
    /// # Safety
    /// `pointer` is NULL or points to memory for a `T` that nobody else uses during the call.
    pub(crate) unsafe fn new(pointer: *mut T, what: &str) -> Result<Self, Trouble> {
        aligned(pointer, what)?;
        Ok(Self { pointer, caller: PhantomData })
    }

    /// As [`new`](Self::new), where NULL says that the caller does not want to know.
    ///
    /// # Safety
    /// As [`new`](Self::new).
    pub(crate) unsafe fn optional(pointer: *mut T, what: &str) -> Result<Option<Self>, Trouble> {
        // SAFETY: the caller promises the memory.
        if pointer.is_null() { Ok(None) } else { unsafe { Self::new(pointer, what) }.map(Some) }
    }

    pub(crate) fn write(self, value: T) {
        // SAFETY: it was checked when this was made, and the caller promised the memory.
        unsafe { self.pointer.write(value) };
    }

    /// Writes it from where it is, so that no other copy is made of a secret.
    pub(crate) fn copy(self, value: &T)
    where
        T: Copy,
    {
        // SAFETY: as above; what is borrowed in Rust is not the memory of the caller.
        unsafe { self.pointer.copy_from_nonoverlapping(value, 1) };
    }
}

/// Where a record is to be written once the call has succeeded: as much of it as the caller's version has.
pub(crate) struct OutRecord<'a, T> {
    pointer: *mut T,
    size: usize,
    caller: PhantomData<&'a mut T>,
}

impl<T: Growing> OutRecord<'_, T> {
    /// Checked before anything is done.
    ///
    /// # Safety
    /// `pointer` is NULL or points to a struct of the size that its first member says, that nobody else uses during the
    /// call.
    pub(crate) unsafe fn new(pointer: *mut T, what: &str) -> Result<Self, Trouble> {
        // SAFETY: the caller promises the struct.
        let size = unsafe { said_size(pointer, what) }?;
        Ok(Self { pointer, size, caller: PhantomData })
    }

    /// As [`new`](Self::new), where NULL says that the caller does not want to know.
    ///
    /// # Safety
    /// As [`new`](Self::new).
    pub(crate) unsafe fn optional(pointer: *mut T, what: &str) -> Result<Option<Self>, Trouble> {
        // SAFETY: the caller promises the struct.
        if pointer.is_null() { Ok(None) } else { unsafe { Self::new(pointer, what) }.map(Some) }
    }

    /// Writes the record; the caller's `struct_size` stays as it is.
    pub(crate) fn write(self, value: &T) {
        let (start, known) = (size_of::<usize>(), self.size.min(size_of::<T>()));
        let (from, to) = (ptr::from_ref(value).cast::<u8>(), self.pointer.cast::<u8>());
        // SAFETY: the caller promised `size` bytes, of which `known` are in both.
        unsafe {
            ptr::copy_nonoverlapping(from.add(start), to.add(start), known - start);
            ptr::write_bytes(to.add(known), 0, self.size - known);
        }
    }
}

/// The most bytes that are wiped at once: no secret is longer, but a size that was not filled in is.
const MOST_WIPED: usize = 1 << 20;

/// Overwrites memory, of which no compiler thinks that nobody reads it.
///
/// # Safety
/// Where `size` is not 0, `memory` is NULL or points to so many bytes that nobody else uses during the call.
pub(crate) unsafe fn wipe(memory: *mut MaybeUninit<u8>, size: usize) -> Result<(), Trouble> {
    if size == 0 {
        return Ok(());
    }
    aligned(memory, "the memory")?;
    if size > MOST_WIPED {
        return Err(Trouble::size("the memory"));
    }
    // SAFETY: it is not NULL, not too large, and the caller promises the rest. It need not have been written before.
    unsafe { slice::from_raw_parts_mut(memory, size) }.zeroize();
    Ok(())
}

/// The caller's buffer for text.
pub(crate) struct Buffer<'a> {
    start: *mut u8,
    capacity: usize,
    /// How much of it was written.
    filled: usize,
    needed: Option<Out<'a, usize>>,
}

impl Buffer<'_> {
    /// # Safety
    /// `start` is NULL or points to `capacity` bytes that nobody else uses during the call; `needed` is NULL or points
    /// to a size.
    pub(crate) unsafe fn new(start: *mut u8, capacity: usize, needed: *mut usize) -> Result<Self, Trouble> {
        if start.is_null() && capacity > 0 {
            return Err(Trouble::null("the buffer"));
        }
        if isize::try_from(capacity).is_err() {
            return Err(Trouble::size("the buffer"));
        }
        // SAFETY: the caller promises the memory.
        let needed = unsafe { Out::optional(needed, "the needed size") }?;
        Ok(Self { start, capacity, filled: 0, needed })
    }

    /// Says how many bytes are needed, and whether they are there.
    pub(crate) fn ask(&mut self, needed: usize) -> Result<(), Trouble> {
        if let Some(out) = self.needed.take() {
            out.write(needed);
        }
        if needed <= self.capacity {
            return Ok(());
        }
        let message = format!("the buffer has {} bytes and {needed} are needed; pass a larger one", self.capacity);
        Err(Trouble::misuse(serialref_status::BufferTooSmall, message))
    }

    /// Writes texts of equal width one after the other, each with a NUL at its end, behind those from before. There is
    /// room, since it was asked for.
    pub(crate) fn fill<'t>(&mut self, texts: impl Iterator<Item = &'t str>) {
        let mut at = self.filled;
        for text in texts {
            let end = at + text.len() + 1;
            assert!(end <= self.capacity, "more was written than was asked for");
            // SAFETY: the caller promised `capacity` bytes, and this ends within them.
            unsafe {
                ptr::copy_nonoverlapping(text.as_ptr(), self.start.add(at), text.len());
                self.start.add(end - 1).write(0);
            }
            at = end;
        }
        self.filled = at;
    }

    /// Writes a text with a NUL at its end, which is all that the call gives, where there is room.
    pub(crate) fn answer(mut self, text: &str) -> Result<(), Trouble> {
        self.ask(text.len() + 1)?;
        self.fill([text].into_iter());
        Ok(())
    }

    /// Writes bytes. There is room, since it was asked for.
    pub(crate) fn copy(&mut self, bytes: &[u8]) {
        assert!(bytes.len() <= self.capacity, "more was written than was asked for");
        // SAFETY: the caller promised `capacity` bytes, and these are not more. An empty buffer may be NULL.
        unsafe {
            if !bytes.is_empty() {
                ptr::copy_nonoverlapping(bytes.as_ptr(), self.start, bytes.len());
            }
        }
    }
}
