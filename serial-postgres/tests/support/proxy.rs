//! A proxy between store and server that loses replies: it passes a request on, waits until the server answers, and
//! cuts the connection instead of passing the answer on.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    io::{Read, Write},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

/// A proxy that runs until the process ends.
pub struct Proxy {
    port: u16,
    state: Arc<State>,
}

struct State {
    server: u16,
    /// One request in so many loses its reply; 0 is none.
    one_in: AtomicU64,
    lost: AtomicU64,
}

impl Proxy {
    pub fn start(server: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State { server, one_in: AtomicU64::new(0), lost: AtomicU64::new(0) });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                thread::spawn(move || state.serve(&client));
            }
        });
        Self { port, state }
    }

    /// The address of a database behind the proxy.
    pub fn url(&self, direct: &str) -> String {
        direct.replace(&format!(":{}/", self.state.server), &format!(":{}/", self.port))
    }

    /// Loses the reply to one request in so many; 0 is none.
    pub fn lose_one_in(&self, one_in: u64) {
        self.state.one_in.store(one_in, Ordering::Relaxed);
    }

    /// How many replies were lost.
    pub fn lost(&self) -> u64 {
        self.state.lost.load(Ordering::Relaxed)
    }
}

impl State {
    fn serve(&self, client: &TcpStream) {
        let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, self.server)) else { return };
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let cut = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                pass(client, &server, |_| {
                    // Decided before the request goes on, so that the answer cannot slip through.
                    let one_in = self.one_in.load(Ordering::Relaxed);
                    if one_in > 0 && any_number() % one_in == 0 {
                        cut.store(true, Ordering::SeqCst);
                    }
                    true
                });
                // The server shall finish what it was asked, also where the client is gone.
                let _ = server.shutdown(Shutdown::Write);
            });
            pass(&server, client, |_| {
                if cut.load(Ordering::SeqCst) {
                    self.lost.fetch_add(1, Ordering::Relaxed);
                    return false;
                }
                true
            });
            let _ = (client.shutdown(Shutdown::Both), server.shutdown(Shutdown::Both));
        });
    }
}

/// Passes bytes on as long as there are any and `goes_on` agrees.
fn pass(mut from: &TcpStream, mut to: &TcpStream, mut goes_on: impl FnMut(&[u8]) -> bool) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match from.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(read) => {
                if !goes_on(&buffer[..read]) || to.write_all(&buffer[..read]).is_err() {
                    return;
                }
            }
        }
    }
}

fn any_number() -> u64 {
    RandomState::new().build_hasher().finish()
}
