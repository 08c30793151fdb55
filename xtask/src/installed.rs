//! The stage `installed library`: somebody who has only the installed folder builds programs with it.

use std::{
    collections::HashSet,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{install::Destination, scratch::Scratch, stage::root};

/// How programs link.
#[derive(Clone, Copy)]
enum Linking {
    Shared,
    Static,
}

/// A language that has examples.
struct Language {
    /// The folder of its examples, and the ending of their names.
    folder: &'static str,
    /// The variable of `CMake` with the flags of the compiler, and the flags.
    flags: &'static str,
}

const LANGUAGES: [Language; 2] = [
    Language { folder: "c", flags: "-DCMAKE_C_FLAGS=-Wall -Wextra -Wpedantic -Werror" },
    Language { folder: "cpp", flags: "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror" },
];

/// A program with functions that are called like those of SQLite, and are not it. They must stay out of each other's way.
const HOST_WITH_SQLITE: &str = r#"
#include <serialref.h>
#include <stdio.h>
#include <stdlib.h>

int sqlite3_initialize(void);
int sqlite3_open_v2(const char *name, void **out, int flags, const char *vfs);
int sqlite3_libversion_number(void);

int sqlite3_initialize(void) { abort(); }
int sqlite3_open_v2(const char *name, void **out, int flags, const char *vfs) {
  (void)name, (void)out, (void)flags, (void)vfs;
  abort();
}
int sqlite3_libversion_number(void) { return 7; }

int main(void) {
  serialref_registry *registry;
  if (serialref_open(serialref_text_of("sqlite:host.db"), NULL, &registry) != SERIALREF_STATUS_OK) {
    return puts(serialref_last_error_message()), 1;
  }
  serialref_registry_free(registry);
  return sqlite3_libversion_number() == 7 ? puts("both work"), 0 : 1;
}
"#;

/// Installs, builds and runs everything as a user does, and uninstalls.
pub(crate) fn check() -> Result<(), String> {
    let scratch = Scratch::new().map_err(|error| error.to_string())?;
    let first = scratch.path().join("first");
    Destination::folder(&first).install()?;
    // What finds its own files from where it is can be moved.
    let user = User { prefix: scratch.path().join("moved"), work: scratch.path().join("work") };
    fs::rename(&first, &user.prefix).map_err(|error| error.to_string())?;

    for language in &LANGUAGES {
        for linking in [Linking::Shared, Linking::Static] {
            user.with_cmake(language, linking)?;
            user.with_pkg_config(language, linking)?;
        }
    }
    for linking in [Linking::Shared, Linking::Static] {
        user.beside_another_sqlite(linking)?;
    }
    only_the_interface_is_seen(&user.prefix.join("lib/libserialref.a"))?;

    Destination::folder(&user.prefix).uninstall()?;
    if user.prefix.exists() { Err("uninstalling left something behind".into()) } else { Ok(()) }
}

/// Somebody who has the library and the sources of the examples.
struct User {
    prefix: PathBuf,
    work: PathBuf,
}

impl User {
    /// Builds the examples of a language with `find_package()`, and runs them.
    fn with_cmake(&self, language: &Language, linking: Linking) -> Result<(), String> {
        let folder = self.fresh_folder()?;
        let library = match linking {
            Linking::Shared => "-DSERIALREF_LIBRARY=serialref::serialref",
            Linking::Static => "-DSERIALREF_LIBRARY=serialref::serialref-static",
        };
        let source = root().join("examples").join(language.folder);
        let prefix = format!("-DCMAKE_PREFIX_PATH={}", self.prefix.display());
        let mut configure = self.command("cmake", &folder);
        configure.arg("-S").arg(source).args(["-B", ".", &prefix, library, language.flags]);
        run(&mut configure)?;
        run(self.command("cmake", &folder).args(["--build", "."]))?;
        self.run_examples(language, &folder)
    }

    /// Builds the examples of a language by the command that each has at its top, and runs them.
    fn with_pkg_config(&self, language: &Language, linking: Linking) -> Result<(), String> {
        let folder = self.fresh_folder()?;
        for source in sources(language)? {
            let text = fs::read_to_string(&source).map_err(|error| error.to_string())?;
            let line = text.lines().find_map(|line| line.trim_start_matches([' ', '*', '/']).strip_prefix("c"));
            let build = line.filter(|line| line.contains("pkg-config"));
            let build = build.ok_or_else(|| format!("{}: its first command is no build", source.display()))?;
            let build = match linking {
                Linking::Shared => format!("c{build}"),
                Linking::Static => format!("c{}", build.replace("--libs serialref", "--libs serialref-static")),
            };
            let name = source.file_name().unwrap_or_default();
            fs::copy(&source, folder.join(name)).map_err(|error| error.to_string())?;
            run(self.command("sh", &folder).args(["-c", &build]))?;
        }
        self.run_examples(language, &folder)
    }

    /// Runs a program that has functions with the names of SQLite's.
    fn beside_another_sqlite(&self, linking: Linking) -> Result<(), String> {
        let folder = self.fresh_folder()?;
        fs::write(folder.join("host.c"), HOST_WITH_SQLITE).map_err(|error| error.to_string())?;
        let package = match linking {
            Linking::Shared => "serialref",
            Linking::Static => "serialref-static",
        };
        let build = format!("cc -rdynamic host.c -o host $(pkg-config --cflags --libs {package})");
        run(self.command("sh", &folder).args(["-c", &build]))?;
        expect("host", &run(&mut self.command("./host", &folder))?, |said| said == "both work\n")
    }

    fn run_examples(&self, language: &Language, folder: &Path) -> Result<(), String> {
        for source in sources(language)? {
            let name = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let mut command = self.command(&format!("./{name}"), folder);
            match name.as_str() {
                "hello" => expect(&name, &run(&mut command)?, |said| {
                    distinct(said.lines().take(20)) == 20
                        && said.contains(" is number 20 of its group\n")
                        && said.contains("1 codes contain ")
                })?,
                "line_controller" => {
                    command.args(["4711", "40", "400", "sqlite:line.db"]);
                    expect(&name, &run(&mut command)?, |said| distinct(said.lines()) == 40)?;
                    // Started again, it prints nothing twice.
                    expect(&name, &run(&mut command)?, str::is_empty)?;
                }
                "custom_store" => {
                    expect(&name, &run(&mut command)?, |said| said.contains("each is in the journal"))?;
                    let journal = fs::read_to_string(folder.join("journal.txt")).map_err(|error| error.to_string())?;
                    expect("the journal", &journal, |said| distinct(said.lines()) == 501)?;
                }
                other => return Err(format!("what does {other} print? Say it in xtask/src/installed.rs")),
            }
        }
        Ok(())
    }

    fn fresh_folder(&self) -> Result<PathBuf, String> {
        match fs::remove_dir_all(&self.work) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.to_string()),
            _ => {}
        }
        fs::create_dir(&self.work).map_err(|error| error.to_string())?;
        Ok(self.work.clone())
    }

    fn command(&self, program: &str, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder);
        command.env("PKG_CONFIG_PATH", self.prefix.join("lib/pkgconfig"));
        command.env("LD_LIBRARY_PATH", self.prefix.join("lib"));
        command
    }
}

/// The examples of a language.
fn sources(language: &Language) -> Result<Vec<PathBuf>, String> {
    let folder = root().join("examples").join(language.folder);
    let entries = fs::read_dir(folder).map_err(|error| error.to_string())?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    Ok(paths.filter(|path| path.extension() == Some(OsStr::new(language.folder))).collect())
}

fn distinct<'a>(lines: impl Iterator<Item = &'a str>) -> usize {
    lines.collect::<HashSet<_>>().len()
}

/// Runs a command that has to succeed, and returns what it printed.
fn run(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(printed);
    }
    Err(format!("{command:?}: {}\n{printed}{}", output.status, String::from_utf8_lossy(&output.stderr)))
}

fn expect(name: &str, said: &str, holds: impl Fn(&str) -> bool) -> Result<(), String> {
    if holds(said) { Ok(()) } else { Err(format!("{name} printed something else:\n{said}")) }
}

/// Checks that a static library shows its interface and nothing of what is inside.
fn only_the_interface_is_seen(archive: &Path) -> Result<(), String> {
    let symbols = run(Command::new("readelf").args(["--symbols", "--wide"]).arg(archive))?;
    let listed = fs::read_to_string(root().join("serial-ffi/symbols.txt")).map_err(|error| error.to_string())?;
    let listed: HashSet<&str> = listed.lines().collect();
    let mut seen = HashSet::new();
    for line in symbols.lines() {
        // Number, value, size, type, binding, visibility, section, name.
        let columns: Vec<&str> = line.split_whitespace().collect();
        match columns[..] {
            [_, _, _, _, "GLOBAL" | "WEAK", _, "UND", _] => {}
            [_, _, _, _, "GLOBAL" | "WEAK", _, _, name] => _ = seen.insert(name),
            _ => {}
        }
    }
    if seen == listed {
        Ok(())
    } else {
        Err(format!("the static library shows {:?}", seen.symmetric_difference(&listed)))
    }
}
