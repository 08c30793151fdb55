//! Temporary folders, and the thread that servers depend on.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{self, Child, Command},
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
        mpsc::{Sender, channel},
    },
    thread,
};

use crate::user::User;

const NAME: &str = "throwaway-postgres-";

/// A folder that is removed with the value.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn create(user: &User) -> Result<Self, String> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        // Its name begins with our process, so that others can see whether it is still needed.
        let path = env::temp_dir().join(format!("{NAME}{}-{number}", process::id()));
        fs::create_dir(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        user.own(&path)?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Removes the folders of processes that were killed.
pub(crate) fn remove_stale() {
    let Ok(entries) = fs::read_dir(env::temp_dir()) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(NAME)).and_then(|rest| rest.split_once('-'));
        let Some((owner, _)) = owner else { continue };
        let runs = |process: &str| Path::new("/proc").join(process.trim()).exists();
        let server = fs::read_to_string(entry.path().join("data/postmaster.pid")).unwrap_or_default();
        let server_runs = server.lines().next().is_some_and(runs);
        if Path::new("/proc/self").exists() && !runs(owner) && !server_runs {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

type Order = (Command, Sender<std::io::Result<Child>>);

/// Starts a program from a thread that lives as long as the process: the end of the thread that starts a program counts
/// as the end of its parent.
pub(crate) fn spawn(command: Command) -> Result<Child, String> {
    static STARTER: OnceLock<Sender<Order>> = OnceLock::new();
    let starter = STARTER.get_or_init(|| {
        let (orders, received) = channel::<Order>();
        thread::spawn(move || {
            for (mut command, reply) in received {
                let _ = reply.send(command.spawn());
            }
        });
        orders
    });
    let (reply, child) = channel();
    starter.send((command, reply)).map_err(|_| "the thread that starts servers is gone".to_owned())?;
    let child = child.recv().map_err(|_| "the thread that starts servers is gone".to_owned())?;
    child.map_err(|error| format!("the server cannot be started (setpriv of util-linux is needed): {error}"))
}
