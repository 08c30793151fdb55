//! Locks that survive a second copy of SQLite in the same process.
//!
//! SQLite locks a file with POSIX record locks, which belong to the process: whoever in it closes any descriptor of
//! the file drops all of them, without a word. A host that opens the store's file with an SQLite of its own (Python's
//! `sqlite3` for instance) would so cancel the locks of this copy, and two processes would write at once. On Linux
//! there are open-file-description locks, which belong to the descriptor that took them; this module makes the
//! bundled SQLite use those.

#[cfg(target_os = "linux")]
mod linux {
    #![allow(unsafe_code, reason = "SQLite takes a replacement of a system call as a pointer to a function")]

    use std::{
        ffi::{c_char, c_int},
        mem, ptr,
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

    /// Makes the bundled SQLite use them, once; says whether it does.
    pub(crate) fn survive_other_copies() -> bool {
        static DONE: OnceLock<bool> = OnceLock::new();
        *DONE.get_or_init(|| {
            // SAFETY: initializing is allowed any number of times from any thread. The default VFS lives as long as
            // the process; the table of system calls accepts any function that is called as `fcntl` is, and it is
            // changed before this program opens a file.
            unsafe {
                if ffi::sqlite3_initialize() != ffi::SQLITE_OK {
                    return false;
                }
                let vfs = ffi::sqlite3_vfs_find(ptr::null());
                let Some(set) = vfs.as_ref().and_then(|vfs| vfs.xSetSystemCall) else { return false };
                let pointer = fcntl as unsafe extern "C" fn(c_int, c_int, *mut libc::flock) -> c_int;
                let pointer: unsafe extern "C" fn() = mem::transmute(pointer);
                set(vfs, c"fcntl".as_ptr().cast::<c_char>(), Some(pointer)) == ffi::SQLITE_OK
            }
        })
    }
}

#[cfg(target_os = "linux")]
pub(crate) use linux::survive_other_copies;

/// Elsewhere SQLite's own locks are used.
#[cfg(not(target_os = "linux"))]
pub(crate) fn survive_other_copies() -> bool {
    true
}
