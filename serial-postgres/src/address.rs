//! What a URL says.

use serial_core::StoreError;
use tokio_postgres::config::{Config, SslMode, TargetSessionAttrs};

/// What libpq's `sslmode` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verify {
    /// Nothing: the traffic is encrypted, and whoever can stand in between can read it.
    Nothing,
    /// That somebody who is trusted has signed the certificate.
    Chain,
    /// That, and that it is the host's.
    ChainAndHost,
}

/// Which certificates are trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Roots {
    /// Those of the operating system.
    System,
    /// Those in a file.
    File(String),
}

/// A URL, understood.
#[derive(Clone)]
pub(crate) struct Address {
    pub(crate) config: Config,
    pub(crate) verify: Verify,
    pub(crate) roots: Roots,
}

/// Parameters that the client library does not know, or not all values of.
#[derive(Default)]
struct Ours {
    mode: Option<String>,
    roots: Option<String>,
    any_server: bool,
}

pub(crate) fn parse(url: &str) -> Result<Address, StoreError> {
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(wrong("the address of the database does not begin with postgres://"));
    }
    let (rest, ours) = split(url)?;
    let mut config: Config = rest.parse().map_err(|error| StoreError::Unavailable {
        message: "the address of the database makes no sense; write postgres://user:password@host:5432/database".into(),
        source: Some(Box::new(error)),
    })?;
    let mode = ours.mode.as_deref().unwrap_or("prefer");
    let (ssl_mode, mut verify) = match mode {
        "disable" => (SslMode::Disable, Verify::Nothing),
        "prefer" => (SslMode::Prefer, Verify::Nothing),
        "require" => (SslMode::Require, Verify::Nothing),
        "verify-ca" => (SslMode::Require, Verify::Chain),
        "verify-full" => (SslMode::Require, Verify::ChainAndHost),
        _ => return Err(wrong("sslmode is none of disable, prefer, require, verify-ca, verify-full")),
    };
    // As libpq has it: a file of certificates makes `require` look at them.
    if mode == "require" && ours.roots.as_deref().is_some_and(|roots| roots != "system") {
        verify = Verify::Chain;
    }
    config.ssl_mode(ssl_mode);
    // A store that cannot write is of no use. With several hosts this finds the one that can after a failover.
    if config.get_target_session_attrs() == TargetSessionAttrs::Any && !ours.any_server {
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    }
    let roots = match ours.roots {
        None => Roots::System,
        Some(roots) if roots == "system" => Roots::System,
        Some(file) => Roots::File(file),
    };
    Ok(Address { config, verify, roots })
}

/// Takes our own parameters out of a URL.
fn split(url: &str) -> Result<(String, Ours), StoreError> {
    let mut ours = Ours::default();
    let Some((before, parameters)) = url.split_once('?') else { return Ok((url.into(), ours)) };
    let mut rest = Vec::new();
    for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match name {
            "sslmode" => ours.mode = Some(decoded(value)?),
            "sslrootcert" => ours.roots = Some(decoded(value)?),
            "target_session_attrs" if value == "any" => ours.any_server = true,
            _ => rest.push(parameter),
        }
    }
    let separator = if rest.is_empty() { "" } else { "?" };
    Ok((format!("{before}{separator}{}", rest.join("&")), ours))
}

/// `%2F` and the like as what they stand for.
fn decoded(value: &str) -> Result<String, StoreError> {
    let fault = || wrong("the address of the database has a % that two hexadecimal digits do not follow");
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes().iter();
    while let Some(byte) = rest.next() {
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|digit| char::from(*digit).to_digit(16));
        let (Some(high), Some(low)) = (digit(), digit()) else { return Err(fault()) };
        bytes.push(u8::try_from(high * 16 + low).map_err(|_| fault())?);
    }
    String::from_utf8(bytes).map_err(|_| fault())
}

fn wrong(message: &str) -> StoreError {
    StoreError::unavailable(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(url: &str) -> (SslMode, Verify, Roots) {
        let address = parse(url).unwrap();
        (address.config.get_ssl_mode(), address.verify, address.roots)
    }

    #[test]
    fn the_modes_of_encryption_are_those_of_libpq() {
        let system = Roots::System;
        let file = Roots::File("/etc/ssl/plant ca.pem".into());
        for (parameters, expected) in [
            ("", (SslMode::Prefer, Verify::Nothing, system.clone())),
            ("?sslmode=disable", (SslMode::Disable, Verify::Nothing, system.clone())),
            ("?sslmode=require&connect_timeout=3", (SslMode::Require, Verify::Nothing, system.clone())),
            ("?sslmode=verify-ca", (SslMode::Require, Verify::Chain, system.clone())),
            ("?keepalives=1&sslmode=verify-full", (SslMode::Require, Verify::ChainAndHost, system)),
            ("?sslrootcert=%2Fetc%2fssl/plant%20ca.pem&sslmode=require", (SslMode::Require, Verify::Chain, file)),
        ] {
            assert_eq!(parsed(&format!("postgres://u:p@h/db{parameters}")), expected, "{parameters}");
        }
    }

    #[test]
    fn addresses_that_make_no_sense_are_errors_without_the_password() {
        for url in [
            "",
            "host=db password=hunter2",
            "http://u:hunter2@h/db",
            "postgres://u:hunter2@h/db?sslmode=maybe",
            "postgres://u:hunter2@h/db?sslmode=%z",
            "postgres://u:hunter2@h/db?nonsense=1",
            "postgres://u:hunter2@h:port/db",
        ] {
            let Err(error) = parse(url) else { panic!("{url} was understood") };
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
        }
    }

    #[test]
    fn a_server_that_accepts_writes_is_looked_for_unless_any_will_do() {
        let wanted = |url| parse(url).unwrap().config.get_target_session_attrs();
        assert_eq!(wanted("postgres://u@a,b/db"), TargetSessionAttrs::ReadWrite);
        assert_eq!(wanted("postgres://u@a/db?target_session_attrs=any"), TargetSessionAttrs::Any);
    }
}
