//! Encryption in front of a server that was built without: what a client asks for in the server's protocol is granted
//! here, and passed on in clear.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    runtime::Builder,
};
use tokio_rustls::TlsAcceptor;

/// A proxy that runs until the process ends.
pub struct TlsProxy {
    pub port: u16,
    encrypted: Arc<AtomicU64>,
}

/// What a client sends first where it wants encryption: the length, and a number that is no version.
const WANTS_ENCRYPTION: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

impl TlsProxy {
    pub fn start(server: u16, certificate: &str, key: &str) -> Self {
        let certificates = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(certificates, key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let encrypted = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&encrypted);
        let (sender, receiver) = std::sync::mpsc::channel();
        thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
                sender.send(listener.local_addr().unwrap().port()).unwrap();
                while let Ok((client, _)) = listener.accept().await {
                    tokio::spawn(serve(client, server, acceptor.clone(), Arc::clone(&counter)));
                }
            });
        });
        Self { port: receiver.recv().unwrap(), encrypted }
    }

    /// How many connections were encrypted.
    pub fn encrypted(&self) -> u64 {
        self.encrypted.load(Ordering::Relaxed)
    }
}

async fn serve(mut client: TcpStream, server: u16, acceptor: TlsAcceptor, encrypted: Arc<AtomicU64>) {
    let Ok(mut server) = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).await else { return };
    let mut first = [0; 8];
    if client.read_exact(&mut first).await.is_err() {
        return;
    }
    if first == WANTS_ENCRYPTION {
        if client.write_all(b"S").await.is_err() {
            return;
        }
        let Ok(mut client) = acceptor.accept(client).await else { return };
        encrypted.fetch_add(1, Ordering::Relaxed);
        let _ = copy_bidirectional(&mut client, &mut server).await;
    } else if server.write_all(&first).await.is_ok() {
        let _ = copy_bidirectional(&mut client, &mut server).await;
    }
}
