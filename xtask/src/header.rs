//! Making the C header from the sources of the C interface.

use std::{fs, io, path::PathBuf};

use cbindgen::{
    Builder, Config, DocumentationStyle, EnumConfig, ExportConfig, FunctionConfig, Language, RenameRule, SortKey, Style,
};

use crate::stage::root;

/// Where the header is kept.
const HEADER: &str = "include/serialref.h";

/// Types that no function has, because numbers from C are checked before they are taken for a constant.
const CONSTANTS: [&str; 11] = [
    "serialref_kind",
    "serialref_scope",
    "serialref_order",
    "serialref_preset",
    "serialref_state",
    "serialref_direction",
    "serialref_limit",
    "serialref_change",
    "serialref_warranty_status",
    "serialref_file",
    "serialref_durability",
];

/// Makes the header.
fn generate() -> Result<String, String> {
    let package = root().join("serial-ffi");
    let text = |name: &str| fs::read_to_string(package.join("header").join(name)).map_err(|error| error.to_string());
    let config = Config {
        language: Language::C,
        style: Style::Both,
        cpp_compat: true,
        usize_is_size_t: true,
        no_includes: true,
        sys_includes: ["stddef.h", "stdint.h", "string.h"].map(String::from).into(),
        // The guard is opened in one and closed in the other.
        header: Some(text("preamble.h")?.trim_end().into()),
        trailer: Some(text("epilogue.h")?.trim_end().into()),
        export: ExportConfig { include: CONSTANTS.map(String::from).into(), ..ExportConfig::default() },
        documentation_style: DocumentationStyle::Doxy,
        line_length: 110,
        enumeration: EnumConfig {
            prefix_with_name: true,
            rename_variants: RenameRule::ScreamingSnakeCase,
            ..EnumConfig::default()
        },
        function: FunctionConfig { sort_by: Some(SortKey::None), ..FunctionConfig::default() },
        ..Config::default()
    };
    let bindings = Builder::new().with_crate(package).with_config(config).generate();
    let mut bytes = Vec::new();
    bindings.map_err(|error| error.to_string())?.write(&mut bytes);
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

fn path() -> PathBuf {
    root().join(HEADER)
}

/// Writes the header anew.
pub(crate) fn write() -> Result<(), String> {
    let header = generate()?;
    fs::write(path(), header).map_err(|error| format!("{HEADER}: {error}"))
}

/// Says whether the header that is kept is the one that would be made.
pub(crate) fn check() -> Result<(), String> {
    let kept = match fs::read_to_string(path()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        kept => kept.map_err(|error| format!("{HEADER}: {error}"))?,
    };
    if kept == generate()? { Ok(()) } else { Err(format!("{HEADER} is out of date: run cargo xtask header")) }
}
