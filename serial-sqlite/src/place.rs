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
        use std::os::unix::fs::MetadataExt;

        match self.path.metadata() {
            // Under each name SQLite keeps a log of its own: whoever uses one does not see what others write.
            Ok(found) if (found.dev(), found.ino()) == self.file && found.nlink() > 1 => Err(StoreError::unavailable(
                "the file of the store has several names (hard links), under which it would issue codes twice; remove all \
                 but one",
            )),
            Ok(found) if (found.dev(), found.ino()) == self.file => Ok(()),
            _ => Err(StoreError::unavailable(
                "the file of the store was deleted, renamed or replaced; put it back, or open the store again",
            )),
        }
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
