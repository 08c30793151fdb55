//! `cargo xtask install` and `uninstall`: the library for C and C++, as a folder that needs no source tree.

use std::{
    env,
    ffi::OsStr,
    fs, io,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Component, Path, PathBuf},
    process::Command,
};

use crate::{
    scratch::Scratch,
    stage::{Cargo, root},
};

/// What was laid down is listed here, a path in each line, from the prefix on.
const MANIFEST: &str = "lib/serialref/installed.txt";

/// The version in file names.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A folder to install into.
pub(crate) struct Destination {
    /// Where it is now: the prefix, below DESTDIR where that is set.
    folder: PathBuf,
}

/// What is built once and laid down.
struct Built {
    shared: PathBuf,
    archive: PathBuf,
    /// The name that programs ask the loader for.
    soname: String,
    /// What a program that holds the static library needs besides, as flags of the linker.
    native_libs: String,
}

impl Destination {
    /// The folder that a prefix and DESTDIR name.
    pub(crate) fn of_prefix(prefix: &str) -> Result<Self, String> {
        let prefix = Path::new(prefix);
        if !prefix.is_absolute() || prefix.components().any(|part| part == Component::ParentDir) {
            return Err(format!("the prefix {} is no absolute path without ..; write one", prefix.display()));
        }
        let staged = env::var_os("DESTDIR").filter(|folder| !folder.is_empty()).map(PathBuf::from);
        let folder = match staged {
            Some(staged) => staged.join(prefix.strip_prefix("/").unwrap_or(prefix)),
            None => prefix.to_path_buf(),
        };
        Ok(Self { folder })
    }

    /// A folder, wherever it is.
    pub(crate) fn folder(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf() }
    }

    /// Builds the library and lays it down, in place of one that was installed here before.
    pub(crate) fn install(&self) -> Result<(), String> {
        if !cfg!(target_os = "linux") {
            return Err("installing is written for Linux; elsewhere take the libraries that cargo builds".into());
        }
        let scratch = Scratch::new().map_err(|error| error.to_string())?;
        let built = Built::new(scratch.path())?;
        if self.folder.join(MANIFEST).exists() {
            self.uninstall()?;
        }
        let mut laid = Laid { folder: &self.folder, paths: Vec::new() };
        let result = laid.everything(&built);
        // Also what is there of an installation that failed can be removed.
        let listed = laid.manifest();
        result.and(listed).map_err(|error| format!("{}: {error}", self.folder.display()))
    }

    /// Removes what was laid down, and nothing else.
    pub(crate) fn uninstall(&self) -> Result<(), String> {
        let manifest = self.folder.join(MANIFEST);
        let list = fs::read_to_string(&manifest)
            .map_err(|error| format!("{}: {error}; is serialref installed there?", manifest.display()))?;
        // Folders were listed before what is in them.
        for line in list.lines().rev() {
            // The first line may be the folder itself.
            let path = if line == "/" { self.folder.clone() } else { self.folder.join(line) };
            let removed = if line.ends_with('/') { fs::remove_dir(&path) } else { fs::remove_file(&path) };
            match removed {
                // Others may have put something into a folder, or removed a file.
                Err(error) if !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::DirectoryNotEmpty) => {
                    return Err(format!("{}: {error}", path.display()));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Built {
    fn new(scratch: &Path) -> Result<Self, String> {
        let cargo = Cargo::new(
            "rustc --release -p serial-ffi --lib --crate-type cdylib,staticlib --message-format short \
             -- --print native-static-libs",
        );
        let captured = cargo.capture(|_| {}).map_err(|error| format!("{cargo}: {error}"))?;
        let note = captured.output.lines().find_map(|line| line.split_once("native-static-libs: "));
        let native_libs = match note {
            Some((_, libs)) if captured.success => libs.trim().to_owned(),
            _ => return Err(format!("$ {cargo}\n{}", captured.output)),
        };
        let release = target_folder().join("release");
        let shared = release.join("libserialref_ffi.so");
        let soname = read_soname(&shared)?;
        let archive = scratch.join("libserialref.a");
        archive_of_public_symbols(&release.join("libserialref_ffi.a"), &shared, &archive)?;
        Ok(Self { shared, archive, soname, native_libs })
    }

    /// The name of the file of the shared library.
    fn shared_name() -> String {
        format!("libserialref.so.{VERSION}")
    }
}

/// Where cargo builds.
fn target_folder() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// Runs a tool and returns what it printed.
fn tool(name: &str, arguments: &[&OsStr]) -> Result<String, String> {
    let output = Command::new(name).args(arguments).output().map_err(|error| format!("{name}: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("{name} failed: {}", String::from_utf8_lossy(&output.stderr)))
    }
}

fn read_soname(shared: &Path) -> Result<String, String> {
    let dynamic = tool("readelf", &["-d".as_ref(), shared.as_os_str()])?;
    let line = dynamic.lines().find(|line| line.contains("(SONAME)"));
    let name = line.and_then(|line| line.split(['[', ']']).nth(1)).map(ToOwned::to_owned);
    name.ok_or_else(|| format!("{} has no soname", shared.display()))
}

/// Makes a static library in which only the functions of the interface can be seen.
///
/// The one that cargo builds shows all that is inside, such as a whole SQLite: in a program with an SQLite of its own the library
/// would run on that one, whatever its version, and a second library written in Rust would clash.
fn archive_of_public_symbols(built: &Path, shared: &Path, archive: &Path) -> Result<(), String> {
    let exported = tool("readelf", &["--dyn-syms".as_ref(), "-W".as_ref(), shared.as_os_str()])?;
    let names = exported.split_whitespace().filter(|word| word.starts_with("serialref_"));
    let kept: Vec<String> = names.map(|name| format!("--undefined={name}")).collect();
    let object = archive.with_extension("o");

    // One object, of what the interface needs. Groups of sections are dissolved, because those of another library with the
    // same names would replace them.
    let mut link: Vec<&OsStr> = vec!["-r".as_ref(), "--gc-sections".as_ref(), "--force-group-allocation".as_ref()];
    link.extend(kept.iter().map(OsStr::new));
    link.extend(["--whole-archive".as_ref(), built.as_os_str(), "-o".as_ref(), object.as_os_str()]);
    tool("ld", &link)?;
    // Bitcode of the compiler's own library makes tools with a plugin of LLVM fail.
    let hide = ["--wildcard", "--keep-global-symbol=serialref_*", "--strip-debug", "--remove-section=.llvm*"];
    let hide = hide.map(OsStr::new);
    tool("objcopy", &[&hide, [object.as_os_str()].as_slice()].concat())?;
    tool("ar", &["crs".as_ref(), archive.as_os_str(), object.as_os_str()])?;
    Ok(())
}

/// What was laid down so far.
struct Laid<'a> {
    folder: &'a Path,
    /// From the folder on; those of folders that were made end with a slash.
    paths: Vec<String>,
}

impl Laid<'_> {
    fn everything(&mut self, built: &Built) -> io::Result<()> {
        let include = root().join("include");
        for header in ["serialref.h", "serialref.hpp"] {
            self.file(&format!("include/{header}"), &fs::read(include.join(header))?)?;
        }

        let shared = Built::shared_name();
        self.file(&format!("lib/{shared}"), &fs::read(&built.shared)?)?;
        fs::set_permissions(self.folder.join("lib").join(&shared), fs::Permissions::from_mode(0o755))?;
        self.link(&format!("lib/{}", built.soname), &shared)?;
        self.link("lib/libserialref.so", &built.soname)?;
        self.file("lib/libserialref.a", &fs::read(&built.archive)?)?;

        for name in ["serialref.pc", "serialref-static.pc"] {
            self.template(built, name, &format!("lib/pkgconfig/{name}"), " ")?;
        }
        for name in ["serialrefConfig.cmake", "serialrefConfigVersion.cmake", "serialrefTargets.cmake"] {
            self.template(built, name, &format!("lib/cmake/serialref/{name}"), ";")?;
        }
        Ok(())
    }

    /// Fills in a file that says where things are.
    fn template(&mut self, built: &Built, name: &str, path: &str, between_libs: &str) -> io::Result<()> {
        let text = fs::read_to_string(root().join("serial-ffi/install").join(name))?;
        let libs: Vec<&str> = built.native_libs.split_whitespace().collect();
        let text = text
            .replace("@VERSION@", VERSION)
            .replace("@SHARED@", &Built::shared_name())
            .replace("@SONAME@", &built.soname)
            .replace("@NATIVE_LIBS@", &libs.join(between_libs))
            .replace("@POINTER_SIZE@", &size_of::<usize>().to_string());
        self.file(path, text.as_bytes())
    }

    fn file(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let place = self.place(path)?;
        fs::write(&place, bytes)?;
        fs::set_permissions(place, fs::Permissions::from_mode(0o644))
    }

    fn link(&mut self, path: &str, to: &str) -> io::Result<()> {
        let place = self.place(path)?;
        symlink(to, place)
    }

    /// Makes room for a file: its folders, and what had its name before goes. Programs that run with an old shared library keep
    /// it, because it is not written into.
    fn place(&mut self, path: &str) -> io::Result<PathBuf> {
        let mut folder = self.folder.to_path_buf();
        if !folder.exists() {
            fs::create_dir_all(&folder)?;
            self.paths.push("/".into());
        }
        let parts: Vec<&str> = path.split('/').collect();
        for depth in 1..parts.len() {
            folder.push(parts[depth - 1]);
            if !folder.exists() {
                fs::create_dir(&folder)?;
                self.paths.push(format!("{}/", parts[..depth].join("/")));
            }
        }
        let place = self.folder.join(path);
        match fs::remove_file(&place) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => self.paths.push(path.into()),
        }
        Ok(place)
    }

    /// Writes the list of what was laid down, itself included.
    fn manifest(&mut self) -> io::Result<()> {
        let place = self.place(MANIFEST)?;
        fs::write(place, self.paths.join("\n") + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_an_absolute_path() {
        for wrong in ["", "usr", "./x", "/usr/../etc"] {
            assert!(Destination::of_prefix(wrong).is_err(), "{wrong}");
        }
        assert!(Destination::of_prefix("/opt/serialref").is_ok());
    }

    #[test]
    fn uninstalling_removes_what_was_laid_down_and_nothing_else() {
        let scratch = Scratch::new().unwrap();
        fs::create_dir(scratch.path().join("lib")).unwrap();
        let mut laid = Laid { folder: scratch.path(), paths: Vec::new() };
        laid.file("lib/a", b"a").unwrap();
        laid.link("lib/b", "a").unwrap();
        laid.file("share/x/c", b"c").unwrap();
        laid.file("include/d", b"d").unwrap();
        laid.manifest().unwrap();
        fs::write(scratch.path().join("share/others"), "").unwrap();

        Destination::folder(scratch.path()).uninstall().unwrap();
        let left = |path: &str| scratch.path().join(path).exists();
        assert!(left("lib") && left("share/others"));
        assert!(!left("lib/a") && !left("lib/b") && !left("lib/serialref") && !left("share/x") && !left("include"));
        assert!(Destination::folder(scratch.path()).uninstall().unwrap_err().contains("is serialref installed there?"));
    }
}
