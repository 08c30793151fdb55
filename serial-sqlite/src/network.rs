//! Refusing file systems on which the log does not work.

use std::path::Path;

use serial_core::StoreError;

/// Fails where a path lies on another machine: the log needs memory shared by all processes that use the file.
#[cfg(target_os = "linux")]
pub(crate) fn refuse(path: &Path) -> Result<(), StoreError> {
    /// NFS, SMB in its three kinds, AFS, Coda and 9P, as `statfs(2)` lists them.
    const REMOTE: [u32; 7] = [0x6969, 0x517b, 0xfe53_4d42, 0xff53_4d42, 0x5346_414f, 0x7375_7245, 0x0102_1997];

    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    match rustix::fs::statfs(folder) {
        Ok(found) if REMOTE.iter().any(|kind| i128::from(found.f_type) == i128::from(*kind)) => {
            Err(StoreError::unavailable(
                "the store would lie on a network file system, where SQLite loses data; put it on a disk of this machine",
            ))
        }
        // A folder that is not there is reported by whoever opens the file.
        _ => Ok(()),
    }
}

/// Fails where a path lies on another machine; not known on this platform.
#[cfg(not(target_os = "linux"))]
pub(crate) fn refuse(_: &Path) -> Result<(), StoreError> {
    Ok(())
}
