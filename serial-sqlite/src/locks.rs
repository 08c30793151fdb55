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
//! through them, which keeps nobody out. So files look like others to it in a child: as if on another device.

// The structures below are those that SQLite is compiled with where a pointer has 64 bits.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod linux {
    #![allow(unsafe_code, reason = "SQLite takes a replacement of a system call as a pointer to a function")]

    use std::{
        ffi::{c_char, c_int},
        mem, process, ptr,
        sync::OnceLock,
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
            libc::fcntl(descriptor, own, argument)
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

    /// Makes the bundled SQLite use them, once; says whether it does.
    pub(crate) fn survive_other_copies() -> bool {
        static DONE: OnceLock<bool> = OnceLock::new();
        *DONE.get_or_init(|| {
            FIRST.get_or_init(process::id);
            // SAFETY: initializing is allowed any number of times from any thread. The default VFS lives as long as
            // the process; the table of system calls accepts any function that is called as the one it replaces is,
            // and it is changed before this program opens a file.
            unsafe {
                if ffi::sqlite3_initialize() != ffi::SQLITE_OK {
                    return false;
                }
                let vfs = ffi::sqlite3_vfs_find(ptr::null());
                let Some(set) = vfs.as_ref().and_then(|vfs| vfs.xSetSystemCall) else { return false };
                let fcntl = fcntl as unsafe extern "C" fn(c_int, c_int, *mut libc::flock) -> c_int;
                let stat = stat as unsafe extern "C" fn(*const c_char, *mut libc::stat) -> c_int;
                let fstat = fstat as unsafe extern "C" fn(c_int, *mut libc::stat) -> c_int;
                let calls: [(_, unsafe extern "C" fn()); 3] = [
                    (c"fcntl", mem::transmute(fcntl)),
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
