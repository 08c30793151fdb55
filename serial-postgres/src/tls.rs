//! Encryption, with libpq's meaning of its modes.

use std::sync::Arc;

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_cert_signed_by_trust_anchor, verify_server_name,
    },
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
    server::ParsedCertificate,
};
use serial_core::StoreError;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::address::{Address, Roots, Verify};

/// What makes encrypted connections of an address.
pub(crate) fn connector(address: &Address) -> Result<MakeRustlsConnect, StoreError> {
    let provider = Arc::new(ring::default_provider());
    let is_used = address.config.get_ssl_mode() != SslMode::Disable
        && address.config.get_hosts().iter().any(|host| matches!(host, Host::Tcp(_)));
    let certificates = match address.verify {
        Verify::Nothing => Vec::new(),
        _ if is_used => trusted(&address.roots)?,
        _ => Vec::new(),
    };
    let verifier = Verifier::new(address.verify, certificates, Arc::clone(&provider));
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unavailable("TLS cannot be set up", error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

fn trusted(roots: &Roots) -> Result<Vec<CertificateDer<'static>>, StoreError> {
    let found: Vec<CertificateDer<'static>> = match roots {
        Roots::System => rustls_native_certs::load_native_certs().certs,
        Roots::File(file) => CertificateDer::pem_file_iter(file).and_then(Iterator::collect).map_err(|error| {
            unavailable(format!("the certificates in {file}, named by sslrootcert, cannot be read"), error)
        })?,
    };
    if found.is_empty() {
        return Err(StoreError::unavailable(
            "there are no certificates to trust; name a file of them in the address: sslrootcert=/path/to/ca.pem",
        ));
    }
    Ok(found)
}

fn unavailable(message: impl Into<String>, source: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Unavailable { message: message.into(), source: Some(Box::new(source)) }
}

#[derive(Debug)]
struct Verifier {
    verify: Verify,
    roots: RootCertStore,
    /// The same certificates as they are in the file: one that signs itself is trusted when it is exactly one of them.
    trusted: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl Verifier {
    fn new(verify: Verify, trusted: Vec<CertificateDer<'static>>, provider: Arc<CryptoProvider>) -> Self {
        let mut roots = RootCertStore::empty();
        // The system's lists have certificates that nothing can be done with.
        roots.add_parsable_certificates(trusted.iter().cloned());
        Self { verify, roots, trusted, provider }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.verify == Verify::Nothing {
            return Ok(ServerCertVerified::assertion());
        }
        let certificate = ParsedCertificate::try_from(end_entity)?;
        let algorithms = self.provider.signature_verification_algorithms.all;
        let chain =
            verify_server_cert_signed_by_trust_anchor(&certificate, &self.roots, intermediates, now, algorithms);
        if let Err(error) = chain {
            use CertificateError::{Expired, ExpiredContext, NotValidYet, NotValidYetContext};
            let is_out_of_date = matches!(
                error,
                Error::InvalidCertificate(Expired | ExpiredContext { .. } | NotValidYet | NotValidYetContext { .. })
            );
            if is_out_of_date || !self.trusted.iter().any(|trusted| trusted == end_entity) {
                return Err(error);
            }
        }
        if self.verify == Verify::ChainAndHost {
            verify_server_name(&certificate, server_name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
