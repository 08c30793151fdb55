//! Where the file of a store lies, and whether it is still the one that was opened.

use std::{
    io,
    path::{Path, PathBuf},
};

use serial_core::StoreError;

/// The file that was opened.
pub(crate) struct Place {
    path: PathBuf,
    /// Device and number.
    #[cfg(unix)]
    file: (u64, u64),
}

impl Place {
    /// Remembers a file that is open. Its path is one that means the same in every working directory.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        #[cfg(unix)]
        {
            let path = path.canonicalize()?;
            let file = number(&path)?;
            Ok(Self { path, file })
        }
        #[cfg(not(unix))]
        Ok(Self { path: std::path::absolute(path)? })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Fails where the file was deleted, renamed or replaced: what is written to it now, nobody will ever read.
    #[cfg(unix)]
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        if number(&self.path).is_ok_and(|file| file == self.file) {
            return Ok(());
        }
        Err(StoreError::unavailable(
            "the file of the store was deleted, renamed or replaced; put it back, or open the store again",
        ))
    }

    /// An open file stays in its place on other platforms.
    #[cfg(not(unix))]
    #[allow(clippy::unused_self, clippy::unnecessary_wraps, reason = "elsewhere there is something to look at")]
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

#[cfg(unix)]
fn number(path: &Path) -> io::Result<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;

    let found = path.metadata()?;
    Ok((found.dev(), found.ino()))
}
