//! Taking turns between processes.
//!
//! SQLite's own waiting is not fair: a process that writes again at once nearly always gets the lock before one that
//! sleeps. Here whoever waits for SQLite's write lock holds a lock on a side file meanwhile, and whoever has just
//! written has to get that one first.

use std::{
    fs::{File, OpenOptions},
    io,
    path::Path,
    thread,
    time::{Duration, Instant},
};

/// Between two attempts; a commit to a good disk takes longer.
const PAUSE: Duration = Duration::from_micros(300);

pub(crate) struct Turn(File);

impl Turn {
    /// Opens the side file, beside the database; `None` where that cannot be, because somebody else made it for
    /// instance. Then SQLite's own waiting has to do.
    pub(crate) fn beside(path: &Path) -> Option<Self> {
        Self::open(path).ok()
    }

    fn open(path: &Path) -> io::Result<Self> {
        let mut name = path.as_os_str().to_owned();
        name.push("-turn");
        let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(name)?;
        // Whoever may write the store may take turns. Somebody else's file has been given its rights already.
        let _ = file.set_permissions(path.metadata()?.permissions());
        Ok(Self(file))
    }

    /// Waits for the turn; `None` where it did not come in time.
    pub(crate) fn take(&self, deadline: Instant) -> io::Result<Option<Taken<'_>>> {
        loop {
            if try_lock(&self.0)? {
                return Ok(Some(Taken(&self.0)));
            }
            if !pause(deadline) {
                return Ok(None);
            }
        }
    }
}

/// The turn, until it is dropped.
pub(crate) struct Taken<'a>(&'a File);

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        // A lock that cannot be given back goes with the file.
        let _ = unlock(self.0);
    }
}

/// A lock of the process: one of the file would be shared with forked children, and kept by those that outlive it.
/// Two stores of one process do not keep each other out; SQLite does.
#[cfg(unix)]
fn try_lock(file: &File) -> io::Result<bool> {
    use rustix::{fs, io::Errno};

    match fs::fcntl_lock(file, fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(Errno::AGAIN | Errno::ACCESS) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(unix)]
fn unlock(file: &File) -> io::Result<()> {
    Ok(rustix::fs::fcntl_lock(file, rustix::fs::FlockOperation::Unlock)?)
}

#[cfg(not(unix))]
fn try_lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(std::fs::TryLockError::WouldBlock) => Ok(false),
        Err(std::fs::TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(not(unix))]
fn unlock(file: &File) -> io::Result<()> {
    file.unlock()
}

/// Waits a little; `false` where the time is over.
pub(crate) fn pause(deadline: Instant) -> bool {
    let now = Instant::now();
    if now < deadline {
        thread::sleep(PAUSE.min(deadline - now));
    }
    now < deadline
}
