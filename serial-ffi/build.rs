//! Gives the shared library the name that programs ask the loader for.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // Before 1.0 every minor version may change the interface, so it is part of the name.
    let major = env::var("CARGO_PKG_VERSION_MAJOR").unwrap_or_default();
    let minor = env::var("CARGO_PKG_VERSION_MINOR").unwrap_or_default();
    let version = if major == "0" { format!("0.{minor}") } else { major };
    match env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("linux" | "freebsd" | "netbsd" | "openbsd" | "android") => {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libserialref.so.{version}");
        }
        Ok("macos") => {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libserialref.{version}.dylib");
        }
        _ => {}
    }
}
