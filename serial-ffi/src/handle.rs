//! Handles: what C holds in place of pointers.
//!
//! A handle is a number dressed up as a pointer: the type of the object, the slot where it is kept, and how often the
//! slot was used before. It is no address, so one that was freed, made up, or belongs to another type is found out
//! by looking at the slot, and never followed. Slots are never given back to the system, so looking is always safe.
//!
//! The word of a slot has the generation in its upper half. In the lower half are two marks and the number of calls
//! that use the object at the moment; whoever is the last to leave an object that was freed drops it.

use std::{
    any::Any,
    cell::UnsafeCell,
    ops::Deref,
    ptr,
    sync::{
        OnceLock,
        atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering},
    },
    thread,
};

use crate::trouble::Trouble;

#[cfg(not(target_pointer_width = "64"))]
compile_error!("handles have 64 bits, and so must pointers");

/// Something that C can hold a handle of.
pub(crate) trait Object: Send + Sync + 'static {
    /// What handles of it look like in C.
    type Handle;
    /// Tells handles of different types apart; never 0.
    const TAG: u8;
    /// What it is called in messages.
    const NAME: &'static str;
}

/// The object is not there yet, or no longer.
const VACANT: u64 = 1 << 31;
/// The handle was freed, and calls are still using the object.
const FREED: u64 = 1 << 30;
/// The calls that are using the object.
const USERS: u64 = FREED - 1;

const SLOTS_IN_CHUNK: u32 = 1024;
const CHUNKS: usize = 1 << 14;
/// Slots have 24 bits in a handle.
const MOST_SLOTS: u32 = 1 << 24;

// Each on a cache line of its own: calls on different objects must not slow each other down.
#[repr(align(64))]
struct Slot {
    word: AtomicU64,
    /// A call on the object ended in a panic.
    is_poisoned: AtomicBool,
    /// The tag of the object's type.
    tag: AtomicU8,
    /// The next one in the list of vacant slots, plus 1.
    next: AtomicU32,
    object: UnsafeCell<Option<Box<dyn Any + Send + Sync>>>,
}

// SAFETY: `object` is written only by the one thread that took the slot from the list of vacant ones or that cleared
// the last use of a freed one, and read only by users, of whom there are none at those times. The object itself is
// Sync.
unsafe impl Sync for Slot {}

static TABLE: [OnceLock<Box<[Slot]>>; CHUNKS] = [const { OnceLock::new() }; CHUNKS];
/// How many slots were ever used.
static USED: AtomicU32 = AtomicU32::new(0);
/// The first vacant slot, plus 1, in the lower half; the upper half counts, so that a change is always seen.
static VACANT_SLOTS: AtomicU64 = AtomicU64::new(0);
/// How many handles are there to be freed.
static OPEN: AtomicU64 = AtomicU64::new(0);

/// How many handles were given out and not freed yet.
pub(crate) fn open_handles() -> u64 {
    OPEN.load(Ordering::Relaxed)
}

/// The lower half of a word.
fn lower(word: u64) -> u32 {
    (word & u64::from(u32::MAX)).try_into().unwrap_or_default()
}

fn slot(number: u32) -> Option<&'static Slot> {
    let chunk = TABLE.get((number / SLOTS_IN_CHUNK) as usize)?.get()?;
    chunk.get((number % SLOTS_IN_CHUNK) as usize)
}

fn new_chunk() -> Box<[Slot]> {
    let vacant = |_| Slot {
        word: AtomicU64::new(1 << 32 | VACANT),
        is_poisoned: AtomicBool::new(false),
        tag: AtomicU8::new(0),
        next: AtomicU32::new(0),
        object: UnsafeCell::new(None),
    };
    (0..SLOTS_IN_CHUNK).map(vacant).collect()
}

/// Takes a vacant slot, which nobody else uses then.
fn take_vacant() -> Option<(u32, &'static Slot)> {
    let mut head = VACANT_SLOTS.load(Ordering::Acquire);
    while let Some(number) = lower(head).checked_sub(1) {
        let first = slot(number)?;
        let next = (head >> 32).wrapping_add(1) << 32 | u64::from(first.next.load(Ordering::Relaxed));
        match VACANT_SLOTS.compare_exchange_weak(head, next, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => return Some((number, first)),
            Err(now) => head = now,
        }
    }
    let grown = |used| (used < MOST_SLOTS).then_some(used + 1);
    let number = USED.fetch_update(Ordering::Relaxed, Ordering::Relaxed, grown).ok()?;
    TABLE[(number / SLOTS_IN_CHUNK) as usize].get_or_init(new_chunk);
    Some((number, slot(number)?))
}

fn give_back(number: u32, vacant: &'static Slot) {
    let mut head = VACANT_SLOTS.load(Ordering::Relaxed);
    loop {
        vacant.next.store(lower(head), Ordering::Relaxed);
        let next = (head >> 32).wrapping_add(1) << 32 | u64::from(number + 1);
        match VACANT_SLOTS.compare_exchange_weak(head, next, Ordering::AcqRel, Ordering::Relaxed) {
            Ok(_) => return,
            Err(now) => head = now,
        }
    }
}

/// A slot that is kept for an object to come, so that what cannot be undone is not done without one.
pub(crate) struct Place {
    number: u32,
    /// `None` once an object is in it.
    slot: Option<&'static Slot>,
}

/// A slot for an object.
pub(crate) fn place() -> Result<Place, Trouble> {
    let (number, slot) = take_vacant().ok_or_else(Trouble::too_many_handles)?;
    Ok(Place { number, slot: Some(slot) })
}

/// Keeps an object and makes the handle of it.
pub(crate) fn give<T: Object>(object: T) -> Result<*mut T::Handle, Trouble> {
    place()?.fill(object)
}

impl Place {
    /// Keeps an object and makes the handle of it.
    pub(crate) fn fill<T: Object>(mut self, object: T) -> Result<*mut T::Handle, Trouble> {
        let slot = self.slot.take().ok_or_else(Trouble::too_many_handles)?;
        Ok(fill(self.number, slot, object))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(slot) = self.slot {
            give_back(self.number, slot);
        }
    }
}

fn fill<T: Object>(number: u32, slot: &'static Slot, object: T) -> *mut T::Handle {
    // SAFETY: this thread has taken the slot from the list of vacant ones, and nobody uses a vacant slot.
    unsafe { *slot.object.get() = Some(Box::new(object)) };
    slot.is_poisoned.store(false, Ordering::Relaxed);
    slot.tag.store(T::TAG, Ordering::Relaxed);
    OPEN.fetch_add(1, Ordering::Relaxed);
    let word = slot.word.fetch_and(!VACANT, Ordering::Release);
    let bits = u64::from(T::TAG) << 56 | u64::from(number) << 32 | word >> 32;
    std::ptr::without_provenance_mut(usize::try_from(bits).unwrap_or(0))
}

/// What a handle says, where it says that it is of this type.
struct Parts {
    number: u32,
    slot: &'static Slot,
    generation: u64,
}

fn parts<T: Object>(handle: *const T::Handle) -> Result<Parts, Trouble> {
    let bits = handle.addr() as u64;
    if bits == 0 {
        return Err(Trouble::null(T::NAME));
    }
    let number = lower(bits >> 32) & (MOST_SLOTS - 1);
    match slot(number) {
        Some(slot) if bits >> 56 == u64::from(T::TAG) => {
            Ok(Parts { number, slot, generation: bits & u64::from(u32::MAX) })
        }
        _ => Err(Trouble::invalid_handle(T::NAME)),
    }
}

fn is_current(word: u64, generation: u64) -> bool {
    word >> 32 == generation && word & (VACANT | FREED) == 0
}

/// An object that cannot go away while this is there.
pub(crate) struct Used<T: Object> {
    object: &'static T,
    /// The call was made while something else was unwinding, which is no fault of the object.
    was_panicking: bool,
    use_of: Use,
}

struct Use {
    number: u32,
    slot: &'static Slot,
}

/// The object of a handle, for the time of a call.
pub(crate) fn object<T: Object>(handle: *const T::Handle) -> Result<Used<T>, Trouble> {
    let Parts { number, slot, generation } = parts::<T>(handle)?;
    let word = slot.word.fetch_add(1, Ordering::Acquire);
    let use_of = Use { number, slot };
    if !is_current(word, generation) {
        return Err(Trouble::invalid_handle(T::NAME));
    }
    if slot.is_poisoned.load(Ordering::Relaxed) {
        return Err(Trouble::poisoned(T::NAME));
    }
    // SAFETY: the slot was not vacant when this use was counted, and it cannot become so before the use ends: so nobody
    // writes there until `use_of` is dropped, which is what bounds the life of the reference too.
    let kept = unsafe { &*slot.object.get() };
    // Asking the object itself for its type costs as much as all the rest.
    let is_own = slot.tag.load(Ordering::Relaxed) == T::TAG;
    match kept.as_deref().filter(|_| is_own) {
        Some(object) => {
            // SAFETY: every type has a tag of its own, and this slot was filled with an object of the type with this
            // tag.
            let object = unsafe { &*ptr::from_ref(object).cast::<T>() };
            Ok(Used { object, was_panicking: thread::panicking(), use_of })
        }
        None => Err(Trouble::invalid_handle(T::NAME)),
    }
}

/// Frees a handle; the object goes when the last call that uses it returns. NULL is no handle, and nothing to free.
pub(crate) fn free<T: Object>(handle: *const T::Handle) -> Result<(), Trouble> {
    if handle.is_null() {
        return Ok(());
    }
    let Parts { number, slot, generation } = parts::<T>(handle)?;
    // Where the slot was used again meanwhile, the tag may be another's, and the word below has changed.
    let word = slot.word.load(Ordering::Acquire);
    if !is_current(word, generation) || slot.tag.load(Ordering::Relaxed) != T::TAG {
        return Err(Trouble::invalid_handle(T::NAME));
    }
    // Freeing is a use, so that there is always one that is the last.
    let freed = |word| is_current(word, generation).then_some((word | FREED) + 1);
    match slot.word.fetch_update(Ordering::AcqRel, Ordering::Acquire, freed) {
        Ok(_) => {
            OPEN.fetch_sub(1, Ordering::Relaxed);
            drop(Use { number, slot });
            Ok(())
        }
        Err(_) => Err(Trouble::invalid_handle(T::NAME)),
    }
}

impl<T: Object> Deref for Used<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.object
    }
}

impl<T: Object> Drop for Used<T> {
    fn drop(&mut self) {
        if thread::panicking() && !self.was_panicking {
            self.use_of.slot.is_poisoned.store(true, Ordering::Relaxed);
        }
    }
}

impl Drop for Use {
    fn drop(&mut self) {
        let slot = self.slot;
        let word = slot.word.fetch_sub(1, Ordering::AcqRel) - 1;
        if word & USERS > 0 || word & FREED == 0 {
            return;
        }
        // Others may have looked at the slot in between: then the last of them comes here and tries.
        let next = (word >> 32).wrapping_add(1) << 32 | VACANT;
        if slot.word.compare_exchange(word, next, Ordering::AcqRel, Ordering::Relaxed).is_err() {
            return;
        }
        // SAFETY: only one thread can make a slot vacant, and nobody uses a vacant one.
        let object = unsafe { (*slot.object.get()).take() };
        // A generation that begins again from 0 would make old handles valid: such a slot is not used any more.
        if next >> 32 != 0 {
            give_back(self.number, slot);
        }
        drop(object);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use super::*;

    enum ThingHandle {}
    struct Thing(Arc<AtomicUsize>);

    impl Object for Thing {
        type Handle = ThingHandle;
        const TAG: u8 = 200;
        const NAME: &'static str = "thing";
    }

    impl Drop for Thing {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    enum OtherHandle {}
    struct Other;

    impl Object for Other {
        type Handle = OtherHandle;
        const TAG: u8 = 201;
        const NAME: &'static str = "other";
    }

    #[test]
    fn a_freed_handle_is_never_valid_again_though_its_slot_is_used_again() {
        let dropped = Arc::new(AtomicUsize::new(0));
        let mut old = Vec::new();
        for round in 0..3000 {
            let handle = give(Thing(Arc::clone(&dropped))).unwrap();
            assert!(!old.contains(&handle));
            assert!(object::<Thing>(handle).is_ok());
            free::<Thing>(handle).unwrap();
            assert!(free::<Thing>(handle).is_err() && object::<Thing>(handle).is_err());
            assert_eq!(dropped.load(Ordering::SeqCst), round + 1);
            old.push(handle);
        }
        assert!(old.iter().all(|handle| object::<Thing>(*handle).is_err()));
    }

    #[test]
    fn a_handle_of_another_type_or_that_was_made_up_is_refused() {
        let thing = give(Thing(Arc::default())).unwrap();
        let other = give(Other).unwrap();
        assert!(object::<Other>(thing.cast()).is_err());
        let dressed_up = (thing.addr() & (usize::MAX >> 8)) | 201 << 56;
        assert!(object::<Other>(std::ptr::without_provenance(dressed_up)).is_err());
        assert!(free::<Other>(std::ptr::without_provenance(dressed_up)).is_err());
        for made_up in [0, 1, usize::MAX, thing.addr() ^ 1, thing.addr() ^ 1 << 40, thing.addr() ^ 1 << 60] {
            assert!(object::<Thing>(std::ptr::without_provenance(made_up)).is_err(), "{made_up:x}");
        }
        free::<Thing>(thing).unwrap();
        free::<Other>(other).unwrap();
    }

    #[test]
    fn an_object_stays_until_the_last_call_that_uses_it_returns() {
        let dropped = Arc::new(AtomicUsize::new(0));
        let handle = give(Thing(Arc::clone(&dropped))).unwrap();
        let used = object::<Thing>(handle).unwrap();
        free::<Thing>(handle).unwrap();
        assert!(object::<Thing>(handle).is_err());
        assert_eq!(dropped.load(Ordering::SeqCst), 0);
        drop(used);
        assert_eq!(dropped.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn threads_that_use_and_free_the_same_handles_drop_each_object_once() {
        let dropped = Arc::new(AtomicUsize::new(0));
        let handles: Vec<usize> = (0..2000).map(|_| give(Thing(Arc::clone(&dropped))).unwrap().addr()).collect();
        let freed = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for handle in handles.iter().map(|bits| std::ptr::without_provenance::<ThingHandle>(*bits)) {
                        let used = object::<Thing>(handle);
                        if free::<Thing>(handle).is_ok() {
                            freed.fetch_add(1, Ordering::SeqCst);
                        }
                        drop(used);
                        drop(give(Thing(Arc::clone(&dropped))).and_then(|other| free::<Thing>(other)));
                    }
                });
            }
        });
        assert_eq!(freed.load(Ordering::SeqCst), 2000);
        assert_eq!(dropped.load(Ordering::SeqCst), 2000 + 8 * 2000);
    }

    #[test]
    fn a_panic_while_an_object_is_used_poisons_its_handle_which_can_still_be_freed() {
        let handle = give(Thing(Arc::default())).unwrap();
        let bits = handle.addr();
        let panicked = std::panic::catch_unwind(|| {
            let _used = object::<Thing>(std::ptr::without_provenance(bits));
            panic!("a fault");
        });
        assert!(panicked.is_err());
        assert!(object::<Thing>(handle).is_err());
        free::<Thing>(handle).unwrap();
    }
}
