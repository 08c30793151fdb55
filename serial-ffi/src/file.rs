//! Files that are there as a whole or not at all.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::Path,
    process,
    sync::atomic::{AtomicU64, Ordering},
};

use serialref::Error;

use crate::trouble::Trouble;

/// Writes a file beside its place and moves it there when it is whole and on the disk. Only its owner may read it,
/// since it may hold keys and codes.
pub(crate) fn whole_file<T>(path: &Path, write: impl FnOnce(&mut File) -> Result<T, Trouble>) -> Result<T, Trouble> {
    /// Threads that write to the same place do not disturb each other.
    static WRITTEN: AtomicU64 = AtomicU64::new(0);
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}-{}.unfinished", process::id(), WRITTEN.fetch_add(1, Ordering::Relaxed)));
    let failed = |error: io::Error| Trouble::from(Error::TransferFailed(error));
    let mut file = private(Path::new(&beside)).map_err(failed)?;
    let written = write(&mut file).and_then(|result| {
        file.sync_all().and_then(|()| fs::rename(&beside, path)).map_err(failed)?;
        Ok(result)
    });
    if written.is_err() {
        // What went wrong is reported in any case.
        let _ = fs::remove_file(&beside);
    }
    written
}

fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
