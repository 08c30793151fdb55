//! Running a cargo command and keeping its output.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, fmt, thread};

use crate::scratch::Scratch;

/// How long to wait before looking for new output again.
const POLL: Duration = Duration::from_millis(20);

/// A cargo command, run in the root of the workspace.
pub(crate) struct Cargo {
    /// The arguments, as cargo gets them.
    arguments: Vec<OsString>,
    /// The arguments, as a developer may type them.
    shown: Vec<String>,
    /// Variables to set.
    variables: Vec<(&'static str, &'static str)>,
}

/// What a command printed and how it ended.
pub(crate) struct Captured {
    /// Whether the exit status was zero.
    pub(crate) success: bool,
    /// Standard output and standard error in the order they were written.
    pub(crate) output: String,
}

impl Cargo {
    /// A command from its arguments, separated by spaces.
    pub(crate) fn new(arguments: &str) -> Self {
        Self {
            arguments: arguments.split_whitespace().map(OsString::from).collect(),
            shown: arguments.split_whitespace().map(String::from).collect(),
            variables: Vec::new(),
        }
    }

    /// Sets a variable for the command.
    pub(crate) fn variable(mut self, name: &'static str, value: &'static str) -> Self {
        self.variables.push((name, value));
        self
    }

    /// Adds an argument that differs from run to run, and what to show in its place.
    pub(crate) fn value(mut self, value: impl AsRef<OsStr>, shown: &str) -> Self {
        self.arguments.push(value.as_ref().into());
        self.shown.push(shown.into());
        self
    }

    /// Runs the command on the terminal; true if it succeeded.
    pub(crate) fn run(&self) -> io::Result<bool> {
        Ok(self.command().status()?.success())
    }

    /// Runs the command, hands on each line as it appears, and keeps them all.
    pub(crate) fn capture(&self, mut on_line: impl FnMut(&str)) -> io::Result<Captured> {
        // One file for both streams keeps their order. Unlike a pipe, it cannot
        // be held open by a process that a test leaves behind.
        let scratch = Scratch::new()?;
        let path = scratch.path().join("output");
        let output = File::options().append(true).create_new(true).open(&path)?;
        let mut reader = File::open(&path)?;

        let mut child = self
            .command()
            // Settings of the user would change the lines to parse.
            .env("CARGO_TERM_COLOR", "never")
            .env("CARGO_TERM_QUIET", "false")
            .env("CARGO_TERM_VERBOSE", "false")
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()?;

        let mut bytes = Vec::new();
        let mut handed_on = 0;
        loop {
            // Asked before reading, so that the last read misses nothing.
            let status = child.try_wait()?;
            reader.read_to_end(&mut bytes)?;
            while let Some(length) = bytes[handed_on..].iter().position(|&byte| byte == b'\n') {
                let line = &bytes[handed_on..handed_on + length];
                on_line(String::from_utf8_lossy(line).trim_end_matches('\r'));
                handed_on += length + 1;
            }
            if let Some(status) = status {
                if handed_on < bytes.len() {
                    on_line(&String::from_utf8_lossy(&bytes[handed_on..]));
                }
                return Ok(Captured {
                    success: status.success(),
                    output: String::from_utf8_lossy(&bytes).into_owned(),
                });
            }
            thread::sleep(POLL);
        }
    }

    /// The command for the standard library to run.
    fn command(&self) -> Command {
        // Cargo names itself, which keeps to the toolchain in use.
        let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(program);
        command.args(&self.arguments).current_dir(root());
        command.envs(self.variables.iter().copied());
        command
    }
}

impl fmt::Display for Cargo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.variables {
            write!(formatter, "{name}=\"{value}\" ")?;
        }
        write!(formatter, "cargo {}", self.shown.join(" "))
    }
}

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    // Known when built; cargo knows better if the tree has moved since.
    let package =
        env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    package.parent().map_or(package.clone(), Path::to_path_buf)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_a_developer_can_type() {
        let cargo = Cargo::new("doc --no-deps")
            .variable("RUSTDOCFLAGS", "-D warnings")
            .value(Path::new("gone/file.csv"), "file.csv");
        assert_eq!(cargo.to_string(), "RUSTDOCFLAGS=\"-D warnings\" cargo doc --no-deps file.csv");
    }

    #[test]
    fn captures_standard_output_line_by_line() {
        let mut lines = Vec::new();
        let captured = Cargo::new("--version").capture(|line| lines.push(line.to_owned())).unwrap();
        assert!(captured.success);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].starts_with("cargo "), "{}", lines[0]);
        assert_eq!(captured.output, format!("{}\n", lines[0]));
    }

    #[test]
    fn captures_standard_error_of_a_failure() {
        let captured = Cargo::new("no-such-command").capture(|_| {}).unwrap();
        assert!(!captured.success);
        assert!(captured.output.contains("no-such-command"));
    }

    #[test]
    fn the_root_holds_this_package() {
        assert!(root().join("xtask").join("Cargo.toml").is_file());
    }
}
