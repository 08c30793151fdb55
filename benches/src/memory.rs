//! An allocator that can count what is allocated.
//!
//! It counts for one measurement at a time and in the measuring thread only. The counting allocators to be had as crates
//! count always, which costs every allocation of every timed run some nanoseconds, and of two threads far more.
#![expect(unsafe_code, reason = "a global allocator cannot be written without; this is a tool, not the product")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

/// The system's allocator, counted while a [`measure`] runs. To be made the global one by the program.
#[derive(Debug)]
pub struct Counting;

/// What is allocated, seen from within a [`measure`].
#[derive(Debug)]
pub struct Meter(());

#[derive(Clone, Copy)]
struct Counts {
    live: i64,
    peak: i64,
}

thread_local! {
    /// `None` while nothing is measured.
    static COUNTS: Cell<Option<Counts>> = const { Cell::new(None) };
}

impl Meter {
    /// Bytes asked for since the measurement began and not given back.
    pub fn live(&self) -> usize {
        COUNTS.get().and_then(|counts| usize::try_from(counts.live).ok()).unwrap_or_default()
    }

    /// The most that was ever live in the measurement.
    pub fn peak(&self) -> usize {
        COUNTS.get().and_then(|counts| usize::try_from(counts.peak).ok()).unwrap_or_default()
    }
}

/// Runs `work` with the allocations of this thread counted. It must not measure within a measurement, nor drop what
/// was allocated before.
pub fn measure<T>(work: impl FnOnce(&Meter) -> T) -> T {
    /// Ends the counting, also when `work` panics.
    struct Off;
    impl Drop for Off {
        fn drop(&mut self) {
            COUNTS.set(None);
        }
    }
    COUNTS.set(Some(Counts { live: 0, peak: 0 }));
    let _off = Off;
    work(&Meter(()))
}

fn count(before: usize, after: usize) {
    if let Some(counts) = COUNTS.get() {
        let signed = |size: usize| i64::try_from(size).unwrap_or(i64::MAX);
        let live = counts.live + signed(after) - signed(before);
        COUNTS.set(Some(Counts { live, peak: counts.peak.max(live) }));
    }
}

// SAFETY: every method passes its arguments on to `System` unchanged and returns what `System` returns, so that each
// keeps the contract because `System` does. Counting touches nothing but a cell of the thread, which needs neither
// initialisation nor a destructor; it never allocates and never panics.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract of `alloc`, which is that of `System.alloc`.
        let block = unsafe { System.alloc(layout) };
        if !block.is_null() {
            count(0, layout.size());
        }
        block
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract of `alloc_zeroed`, which is that of `System.alloc_zeroed`.
        let block = unsafe { System.alloc_zeroed(layout) };
        if !block.is_null() {
            count(0, layout.size());
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller got `block` from this allocator with this layout, hence from `System`.
        unsafe { System.dealloc(block, layout) };
        count(layout.size(), 0);
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller got `block` from this allocator with this layout, hence from `System`, and `size` is
        // what `System.realloc` wants it to be.
        let moved = unsafe { System.realloc(block, layout, size) };
        if !moved.is_null() {
            count(layout.size(), size);
        }
        moved
    }
}
