//! The user that a server runs as: PostgreSQL refuses to be root.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::Path,
    process::{Command, Stdio},
};

/// Somebody who is not root.
#[derive(Clone, Debug)]
pub(crate) struct User {
    /// `None`: we ourselves.
    other: Option<(u32, u32)>,
}

impl User {
    pub(crate) fn for_server() -> Result<Self, String> {
        let ourselves = fs::metadata("/proc/self").map(|metadata| metadata.uid());
        if !matches!(ourselves, Ok(0)) {
            return Ok(Self { other: None });
        }
        let users = fs::read_to_string("/etc/passwd").map_err(|error| format!("/etc/passwd: {error}"))?;
        let ids = |name: &str| {
            let mut fields = users.lines().find_map(|line| line.strip_prefix(&format!("{name}:")))?.split(':').skip(1);
            Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
        };
        match ids("postgres").or_else(|| ids("nobody")) {
            Some(other) => Ok(Self { other: Some(other) }),
            None => Err("PostgreSQL cannot run as root, and there is neither a user postgres nor nobody".into()),
        }
    }

    /// A command that runs as this user.
    fn command(&self, program: &Path) -> Command {
        match self.other {
            None => Command::new(program),
            Some((user, group)) => {
                let mut command = Command::new("setpriv");
                command.arg(format!("--reuid={user}")).arg(format!("--regid={group}")).arg("--clear-groups");
                command.arg("--").arg(program);
                command
            }
        }
    }

    /// A command that is told to stop at once when we are gone, however that came.
    pub(crate) fn command_that_dies_with_us(&self, program: &Path) -> Command {
        let mut command = Command::new("setpriv");
        command.arg("--pdeathsig=QUIT");
        if let Some((user, group)) = self.other {
            command.arg(format!("--reuid={user}")).arg(format!("--regid={group}")).arg("--clear-groups");
        }
        command.arg("--").arg(program);
        command.current_dir("/");
        command
    }

    /// Runs a program to its end.
    pub(crate) fn run(&self, program: &Path, arguments: impl FnOnce(&mut Command)) -> Result<(), String> {
        let mut command = self.command(program);
        arguments(&mut command);
        command.current_dir("/").stdin(Stdio::null());
        let output = command.output().map_err(|error| format!("{}: {error}", program.display()))?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!("{} failed: {}", program.display(), String::from_utf8_lossy(&output.stderr)))
    }

    pub(crate) fn own(&self, path: &Path) -> Result<(), String> {
        let Some((user, group)) = self.other else { return Ok(()) };
        chown(path, Some(user), Some(group)).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Lets nobody else read a file.
    pub(crate) fn own_alone(&self, path: &Path) -> Result<(), String> {
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))
            .map_err(|error| format!("{}: {error}", path.display()))?;
        self.own(path)
    }
}
