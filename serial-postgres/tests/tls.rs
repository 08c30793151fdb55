//! Encryption means what it means in libpq.

mod support;

use std::{env, fs, path::PathBuf, process};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serial_core::StoreError;
use serial_postgres::PostgresOptions;
use support::tls_proxy::TlsProxy;
use throwaway_postgres::{Settings, ThrowawayPostgres};

/// A server with a certificate, and what a client needs to know of it.
struct Encrypted {
    server: ThrowawayPostgres,
    /// What encrypts where the server cannot.
    proxy: Option<TlsProxy>,
    database: String,
    folder: PathBuf,
}

impl Encrypted {
    /// The certificate is for `localhost`, signed by itself or by an authority.
    fn start(name: &str, by_authority: bool) -> Self {
        let folder = env::temp_dir().join(format!("serialref-tls-{name}-{}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".into()]).unwrap();
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let (certificate, trusted) = if by_authority {
            (params.signed_by(&key, &authority).unwrap().pem(), authority.pem())
        } else {
            let certificate = params.self_signed(&key).unwrap().pem();
            (certificate.clone(), certificate)
        };
        fs::write(folder.join("trusted.pem"), trusted).unwrap();
        let other = CertificateParams::new(vec!["localhost".into()]).unwrap();
        fs::write(folder.join("other.pem"), other.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()).unwrap();
        let settings = Settings {
            parameters: vec![("ssl".into(), "on".into())],
            files: vec![("server.crt".into(), certificate.clone()), ("server.key".into(), key.serialize_pem())],
            ..Settings::default()
        };
        let (server, proxy) = match ThrowawayPostgres::start(&settings) {
            Ok(server) => (server, None),
            // Some are built without encryption, that of the Python package for one.
            Err(error) if error.contains("SSL is not supported") || error.contains("parameter \"ssl\"") => {
                let server = ThrowawayPostgres::start(&Settings::default()).unwrap();
                let proxy = TlsProxy::start(server.port(), &certificate, &key.serialize_pem());
                (server, Some(proxy))
            }
            Err(error) => panic!("{error}"),
        };
        let url = server.create_database().unwrap();
        let database = url.rsplit('/').next().unwrap().to_owned();
        Self { server, proxy, database, folder }
    }

    /// Opens, and says whether the connections are encrypted.
    fn open(&self, host: &str, parameters: &str) -> Result<bool, StoreError> {
        let parameters = parameters.replace("{}", &self.folder.display().to_string());
        let port = self.proxy.as_ref().map_or(self.server.port(), |proxy| proxy.port);
        let encrypted_before = self.proxy.as_ref().map(TlsProxy::encrypted);
        let url = format!("postgres://postgres@{host}:{port}/{}?{parameters}", self.database);
        let _store = PostgresOptions::default().application_name("looked at").open(url)?;
        if let Some(proxy) = &self.proxy {
            return Ok(Some(proxy.encrypted()) > encrypted_before);
        }
        let sql = "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = \
                   'looked at'";
        Ok(self.server.execute("postgres", sql).unwrap() == ["t"])
    }

    fn is_refused(&self, host: &str, parameters: &str) {
        match self.open(host, parameters) {
            Err(StoreError::Unavailable { message, .. }) if message.contains("encrypted") => {}
            other => panic!("{host} {parameters}: {other:?}"),
        }
    }

    fn is_encrypted(&self, host: &str, parameters: &str) {
        assert!(self.open(host, parameters).unwrap(), "{host} {parameters}");
    }
}

impl Drop for Encrypted {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn modes_that_do_not_look_at_the_certificate_accept_any() {
    let server = Encrypted::start("any", false);
    assert!(!server.open("127.0.0.1", "sslmode=disable").unwrap());
    server.is_encrypted("127.0.0.1", "");
    server.is_encrypted("127.0.0.1", "sslmode=prefer");
    server.is_encrypted("127.0.0.1", "sslmode=require");
}

#[test]
fn a_certificate_that_signs_itself_is_trusted_where_it_is_named() {
    let server = Encrypted::start("self", false);
    server.is_encrypted("localhost", "sslmode=verify-full&sslrootcert={}/trusted.pem");
    server.is_encrypted("127.0.0.1", "sslmode=verify-ca&sslrootcert={}/trusted.pem");
    server.is_refused("127.0.0.1", "sslmode=verify-full&sslrootcert={}/trusted.pem");
    server.is_refused("localhost", "sslmode=verify-full&sslrootcert={}/other.pem");
    // With a file of certificates, to require encryption is to look at them.
    server.is_refused("localhost", "sslmode=require&sslrootcert={}/other.pem");
}

#[test]
fn a_certificate_of_an_authority_is_trusted_where_the_authority_is_named() {
    let server = Encrypted::start("authority", true);
    server.is_encrypted("localhost", "sslmode=verify-full&sslrootcert={}/trusted.pem");
    server.is_encrypted("127.0.0.1", "sslmode=verify-ca&sslrootcert={}/trusted.pem");
    server.is_refused("127.0.0.1", "sslmode=verify-full&sslrootcert={}/trusted.pem");
    server.is_refused("127.0.0.1", "sslmode=verify-ca&sslrootcert={}/other.pem");
    // The system trusts no authority that a test made.
    match server.open("localhost", "sslmode=verify-full&sslrootcert=system") {
        Err(StoreError::Unavailable { .. }) => {}
        other => panic!("{other:?}"),
    }
    match server.open("localhost", "sslmode=verify-full&sslrootcert={}/missing.pem") {
        Err(StoreError::Unavailable { message, .. }) => assert!(message.contains("missing.pem"), "{message}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_server_without_encryption_is_accepted_only_where_it_is_not_required() {
    let url = support::shared_database();
    for (mode, is_accepted) in [("disable", true), ("prefer", true), ("require", false), ("verify-full", false)] {
        let opened = PostgresOptions::default().schema(support::fresh_schema()).open(format!("{url}?sslmode={mode}"));
        assert_eq!(opened.is_ok(), is_accepted, "{mode}: {opened:?}");
    }
}
