//! An allocator that can count what is allocated.
//!
//! It counts for one measurement at a time and in the measuring thread only; and with it what the store in memory has from
//! the system in large pages, past the allocator. The counting allocators to be had as crates
//! count always, which costs every allocation of every timed run some nanoseconds, and of two threads far more.
#![expect(unsafe_code, reason = "a global allocator cannot be written without; this is a tool, not the product")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    fs,
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
    /// What was mapped when the measurement began.
    mapped_before: usize,
}

thread_local! {
    /// `None` while nothing is measured.
    static COUNTS: Cell<Option<Counts>> = const { Cell::new(None) };
}

impl Meter {
    /// Bytes asked for since the measurement began and not given back.
    pub fn live(&self) -> usize {
        Self::counted(|counts| counts.live)
    }

    /// The most of the allocator's that was ever live in the measurement, and what is mapped now.
    pub fn peak(&self) -> usize {
        Self::counted(|counts| counts.peak)
    }

    fn counted(allocated: impl FnOnce(Counts) -> i64) -> usize {
        COUNTS.get().map_or(0, |counts| {
            usize::try_from(allocated(counts)).unwrap_or_default() + mapped().saturating_sub(counts.mapped_before)
        })
    }
}

thread_local! {
    /// How large the process was when its mappings were last gone through, and what was found.
    static MAPPED: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

/// Bytes of mappings for which large pages were asked, used or not; 0 where the system does not tell.
fn mapped() -> usize {
    // What is read here is not counted.
    let counts = COUNTS.take();
    let size = fs::read_to_string("/proc/self/statm").ok().and_then(|pages| pages.split(' ').next()?.parse().ok());
    let (size_before, before) = MAPPED.get();
    let mapped = match size {
        None => 0,
        Some(size) if size == size_before => before,
        Some(_) => fs::read_to_string("/proc/self/smaps").map_or(0, |mappings| in_large_pages(&mappings)),
    };
    MAPPED.set((size.unwrap_or_default(), mapped));
    COUNTS.set(counts);
    mapped
}

/// Of every mapping there are lines with its size and its flags, in this order; `hg` is the flag for large pages.
fn in_large_pages(mappings: &str) -> usize {
    let (mut sum, mut size) = (0, 0);
    for line in mappings.lines() {
        let mut words = line.split_ascii_whitespace();
        match words.next() {
            Some("Size:") => size = words.next().and_then(|kilobytes| kilobytes.parse().ok()).unwrap_or(0) << 10,
            Some("VmFlags:") if words.any(|flag| flag == "hg") => sum += size,
            _ => {}
        }
    }
    sum
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
    COUNTS.set(Some(Counts { live: 0, peak: 0, mapped_before: mapped() }));
    let _off = Off;
    work(&Meter(()))
}

fn count(before: usize, after: usize) {
    if let Some(counts) = COUNTS.get() {
        let signed = |size: usize| i64::try_from(size).unwrap_or(i64::MAX);
        let live = counts.live + signed(after) - signed(before);
        COUNTS.set(Some(Counts { live, peak: counts.peak.max(live), ..counts }));
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
