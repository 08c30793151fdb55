//! Locks that survive a second copy of SQLite in the same process.
//!
//! SQLite locks a file with POSIX record locks, which belong to the process: whoever in it closes any descriptor of
//! the file drops all of them, without a word. A host that opens the store's file with an SQLite of its own (Python's
//! `sqlite3` for instance) would so cancel the locks of this copy, and two processes would write at once. On Linux
//! there are open-file-description locks, which belong to the descriptor that took them; this module makes the
//! bundled SQLite use those.
//!
//! Such locks have one drawback: a process made by `fork` has copies of the descriptors, and with them the same locks.
//! SQLite keeps a list of the files that are open, and a child would find its parent's descriptors there and lock
//! through them, which keeps nobody out; and a child that outlives its parent would keep what the parent had locked.
//! So files look like others to SQLite in a child, as if on another device, and the descriptors that have locks lead
//! nowhere there. Neither does the memory that is shared through them, because it keeps their locks too. And a fork
//! waits until no other thread is inside SQLite's mutexes, which the child could never take.

// The structures below are those that SQLite is compiled with where a pointer has 64 bits.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod linux {
    #![allow(unsafe_code, reason = "SQLite takes a replacement of a system call as a pointer to a function")]
    #![allow(clippy::missing_transmute_annotations, reason = "the types stand in the lines above")]

    use std::{
        ffi::{c_char, c_int, c_void},
        mem, process, ptr,
        sync::{
            OnceLock,
            atomic::{AtomicU64, AtomicUsize, Ordering},
        },
    };

    use rusqlite::ffi;

    /// `fcntl` with record locks turned into locks of the open file description.
    ///
    /// C declares the last argument as variadic. On the platforms this is compiled for, a third argument of the size
    /// of a pointer is passed in the same register either way.
    unsafe extern "C" fn fcntl(descriptor: c_int, command: c_int, argument: *mut libc::flock) -> c_int {
        let own = match command {
            libc::F_SETLK => libc::F_OFD_SETLK,
            libc::F_SETLKW => libc::F_OFD_SETLKW,
            libc::F_GETLK => libc::F_OFD_GETLK,
            // SAFETY: SQLite's call is passed on as it came.
            other => return unsafe { libc::fcntl(descriptor, other, argument) },
        };
        // SAFETY: with these three commands SQLite passes a valid `struct flock`, whose `l_pid` has to be 0.
        unsafe {
            (*argument).l_pid = 0;
            let result = libc::fcntl(descriptor, own, argument);
            if result == 0 && own != libc::F_OFD_GETLK && libc::c_int::from((*argument).l_type) != libc::F_UNLCK {
                note_locked(descriptor, true);
            }
            result
        }
    }

    unsafe extern "C" fn close(descriptor: c_int) -> c_int {
        // Before, because the number may be another file's right after.
        note_locked(descriptor, false);
        // SAFETY: SQLite's call is passed on as it came.
        unsafe { libc::close(descriptor) }
    }

    /// A bit for each descriptor that has, or had, a lock; there may be more descriptors, hardly ever.
    static LOCKED: [AtomicU64; 1024] = [const { AtomicU64::new(0) }; 1024];

    fn note_locked(descriptor: c_int, is_locked: bool) {
        let Ok(descriptor) = usize::try_from(descriptor) else { return };
        let Some(word) = LOCKED.get(descriptor / 64) else { return };
        let bit = 1 << (descriptor % 64);
        if is_locked {
            word.fetch_or(bit, Ordering::Relaxed)
        } else {
            word.fetch_and(!bit, Ordering::Relaxed)
        };
    }

    /// Where memory is shared through a file, and how much; there may be more places, hardly ever.
    static SHARED: [(AtomicUsize, AtomicUsize); 4096] = [const { (AtomicUsize::new(0), AtomicUsize::new(0)) }; 4096];

    unsafe extern "C" fn mmap(
        wish: *mut c_void,
        length: usize,
        protection: c_int,
        flags: c_int,
        descriptor: c_int,
        offset: libc::off_t,
    ) -> *mut c_void {
        // SAFETY: SQLite's call is passed on as it came.
        let place = unsafe { libc::mmap(wish, length, protection, flags, descriptor, offset) };
        let is_shared = flags & libc::MAP_SHARED != 0 && protection & libc::PROT_WRITE != 0;
        if place != libc::MAP_FAILED && is_shared {
            let take = |(at, size): &(AtomicUsize, AtomicUsize)| {
                let taken =
                    at.compare_exchange(0, place.expose_provenance(), Ordering::Relaxed, Ordering::Relaxed).is_ok();
                if taken {
                    size.store(length, Ordering::Relaxed);
                }
                taken
            };
            SHARED.iter().any(take);
        }
        place
    }

    unsafe extern "C" fn munmap(place: *mut c_void, length: usize) -> c_int {
        for (at, size) in &SHARED {
            if at.load(Ordering::Relaxed) == place.addr() {
                size.store(0, Ordering::Relaxed);
                at.store(0, Ordering::Relaxed);
            }
        }
        // SAFETY: SQLite's call is passed on as it came.
        unsafe { libc::munmap(place, length) }
    }

    /// SQLite's mutexes that there are once in a process, in the order in which it takes more than one.
    const MUTEXES: [c_int; 9] = [
        ffi::SQLITE_MUTEX_STATIC_MAIN,
        ffi::SQLITE_MUTEX_STATIC_OPEN,
        ffi::SQLITE_MUTEX_STATIC_VFS1,
        ffi::SQLITE_MUTEX_STATIC_VFS2,
        ffi::SQLITE_MUTEX_STATIC_VFS3,
        ffi::SQLITE_MUTEX_STATIC_LRU,
        ffi::SQLITE_MUTEX_STATIC_PRNG,
        ffi::SQLITE_MUTEX_STATIC_PMEM,
        ffi::SQLITE_MUTEX_STATIC_MEM,
    ];

    /// Before a fork: a mutex that another thread has at that moment would stay locked in the child for ever.
    extern "C" fn take_mutexes() {
        for number in MUTEXES {
            // SAFETY: these are always there; the thread that forks has none of them, and gives them back after it.
            unsafe { ffi::sqlite3_mutex_enter(ffi::sqlite3_mutex_alloc(number)) };
        }
    }

    /// After a fork, in the parent and in the child.
    extern "C" fn give_mutexes_back() {
        for number in MUTEXES.into_iter().rev() {
            // SAFETY: this thread took them before the fork.
            unsafe { ffi::sqlite3_mutex_leave(ffi::sqlite3_mutex_alloc(number)) };
        }
    }

    extern "C" fn in_child() {
        give_mutexes_back();
        let_go();
    }

    /// In a forked child: gives up the copies of the descriptors that have locks. Their numbers stay in use, because
    /// whoever has them in the child may still close them.
    fn let_go() {
        // SAFETY: only calls that are allowed after a fork of several threads, with descriptors that this process has
        // and memory that only SQLite uses, through the parent's connections; nobody uses those in a child.
        unsafe {
            let nowhere = libc::open(c"/dev/null".as_ptr(), libc::O_RDWR | libc::O_CLOEXEC);
            if nowhere < 0 {
                return;
            }
            for (word, descriptor) in LOCKED.iter().zip((0..).step_by(64)) {
                let mut bits = word.swap(0, Ordering::Relaxed);
                while bits != 0 {
                    libc::dup3(nowhere, descriptor + bits.trailing_zeros().cast_signed(), libc::O_CLOEXEC);
                    bits &= bits - 1;
                }
            }
            libc::close(nowhere);
            for (at, size) in &SHARED {
                let (place, length) = (at.swap(0, Ordering::Relaxed), size.swap(0, Ordering::Relaxed));
                if place != 0 && length != 0 {
                    let (read_write, own) =
                        (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
                    libc::mmap(
                        ptr::with_exposed_provenance_mut(place),
                        length,
                        read_write,
                        own | libc::MAP_FIXED,
                        -1,
                        0,
                    );
                }
            }
        }
    }

    /// The process that has the table of system calls changed, or an ancestor that had.
    static FIRST: OnceLock<u32> = OnceLock::new();

    /// The device of a file, in a forked child with the child's number where device numbers have nothing.
    fn device(of_file: libc::dev_t) -> libc::dev_t {
        let process = process::id();
        if FIRST.get() == Some(&process) { of_file } else { of_file ^ libc::dev_t::from(process) << 32 }
    }

    unsafe extern "C" fn stat(path: *const c_char, found: *mut libc::stat) -> c_int {
        // SAFETY: SQLite's call is passed on as it came; after success there is a `struct stat` to change.
        unsafe {
            let result = libc::stat(path, found);
            if result == 0 {
                (*found).st_dev = device((*found).st_dev);
            }
            result
        }
    }

    unsafe extern "C" fn fstat(descriptor: c_int, found: *mut libc::stat) -> c_int {
        // SAFETY: as in `stat`.
        unsafe {
            let result = libc::fstat(descriptor, found);
            if result == 0 {
                (*found).st_dev = device((*found).st_dev);
            }
            result
        }
    }

    /// Has it done when the program is loaded: a host may use the same SQLite, and while it has a transaction under way
    /// nothing may change.
    #[used]
    #[unsafe(link_section = ".init_array")]
    static AT_LOAD: extern "C" fn() = at_load;

    extern "C" fn at_load() {
        // Whoever opens a store is told where it failed.
        let _ = survive_other_copies();
    }

    /// Makes the bundled SQLite use them, once; says whether it does.
    pub(crate) fn survive_other_copies() -> bool {
        static DONE: OnceLock<bool> = OnceLock::new();
        *DONE.get_or_init(|| {
            FIRST.get_or_init(process::id);
            // SAFETY: initializing is allowed any number of times from any thread. The default VFS lives as long as
            // the process; the table of system calls accepts any function that is called as the one it replaces is,
            // and it is changed when the program is loaded, before it opens a file. What is to run in forked children lives as long.
            unsafe {
                if ffi::sqlite3_initialize() != ffi::SQLITE_OK {
                    return false;
                }
                if libc::pthread_atfork(Some(take_mutexes), Some(give_mutexes_back), Some(in_child)) != 0 {
                    return false;
                }
                let vfs = ffi::sqlite3_vfs_find(ptr::null());
                let Some(set) = vfs.as_ref().and_then(|vfs| vfs.xSetSystemCall) else { return false };
                let fcntl = fcntl as unsafe extern "C" fn(c_int, c_int, *mut libc::flock) -> c_int;
                let close = close as unsafe extern "C" fn(c_int) -> c_int;
                let mmap =
                    mmap as unsafe extern "C" fn(*mut c_void, usize, c_int, c_int, c_int, libc::off_t) -> *mut c_void;
                let munmap = munmap as unsafe extern "C" fn(*mut c_void, usize) -> c_int;
                let stat = stat as unsafe extern "C" fn(*const c_char, *mut libc::stat) -> c_int;
                let fstat = fstat as unsafe extern "C" fn(c_int, *mut libc::stat) -> c_int;
                let calls: [(_, unsafe extern "C" fn()); 6] = [
                    (c"fcntl", mem::transmute(fcntl)),
                    (c"close", mem::transmute(close)),
                    (c"mmap", mem::transmute(mmap)),
                    (c"munmap", mem::transmute(munmap)),
                    (c"stat", mem::transmute(stat)),
                    (c"fstat", mem::transmute(fstat)),
                ];
                calls.into_iter().all(|(name, call)| set(vfs, name.as_ptr(), Some(call)) == ffi::SQLITE_OK)
            }
        })
    }
}

#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
pub(crate) use linux::survive_other_copies;

/// Elsewhere SQLite's own locks are used.
#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
pub(crate) fn survive_other_copies() -> bool {
    true
}
