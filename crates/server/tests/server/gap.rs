//! A way to a server on this machine that can break: it passes bytes on, and stops in the middle of them.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// The requests that are counted: those that send a part of an image.
const UPLOADS: [&str; 3] = ["PATCH /v2/", "PUT /v2/", "POST /v2/"];

/// A way to a server.
pub(crate) struct Gap {
    /// `127.0.0.1:PORT`.
    pub(crate) address: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// How many bytes to the server still pass.
    bytes_left: AtomicUsize,
    is_gone: AtomicBool,
    is_held: AtomicBool,
    release: Notify,
    requests: Mutex<BTreeSet<String>>,
}

impl Gap {
    /// Opens a way to `target`, on which all bytes pass.
    pub(crate) async fn open(target: &str) -> Self {
        let target: SocketAddr = target.parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let state = Arc::new(State {
            bytes_left: AtomicUsize::new(usize::MAX),
            ..State::default()
        });
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, target, shared.clone()));
            }
        });
        Self { address, state }
    }

    /// Breaks off once so many bytes have passed to the server, and lets none pass from then on.
    pub(crate) fn break_after(&self, bytes: usize) {
        self.state.bytes_left.store(bytes, Ordering::SeqCst);
    }

    /// Returns true once it has broken off.
    pub(crate) fn is_broken(&self) -> bool {
        self.state.is_gone.load(Ordering::SeqCst)
    }

    /// Lets all bytes pass again.
    pub(crate) fn mend(&self) {
        self.break_after(usize::MAX);
        self.state.is_gone.store(false, Ordering::SeqCst);
    }

    /// Keeps new connections waiting.
    pub(crate) fn hold(&self) {
        self.state.is_held.store(true, Ordering::SeqCst);
    }

    /// Lets them go on.
    pub(crate) fn release(&self) {
        self.state.is_held.store(false, Ordering::SeqCst);
        self.state.release.notify_waiters();
    }

    /// Returns the requests that have sent parts of images since the last call, as method and path.
    pub(crate) fn uploads(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.state.requests.lock().unwrap())
    }
}

async fn pass(client: TcpStream, target: SocketAddr, state: Arc<State>) {
    loop {
        let released = state.release.notified();
        if !state.is_held.load(Ordering::SeqCst) {
            break;
        }
        released.await;
    }
    if state.is_gone.load(Ordering::SeqCst) {
        return;
    }
    let Ok(server) = TcpStream::connect(target).await else {
        return;
    };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let up = async {
        let mut buffer = vec![0; 16 << 10];
        while let Ok(size @ 1..) = from_client.read(&mut buffer).await {
            let left = state.bytes_left.load(Ordering::SeqCst);
            if left < size {
                state.is_gone.store(true, Ordering::SeqCst);
                return;
            }
            if left != usize::MAX {
                state.bytes_left.fetch_sub(size, Ordering::SeqCst);
            }
            state.note(&buffer[..size]);
            if to_server.write_all(&buffer[..size]).await.is_err() {
                return;
            }
        }
    };
    let down = tokio::io::copy(&mut from_server, &mut to_client);
    // Both ways end with the first of them, as a connection does that is cut.
    tokio::select! {
        () = up => {}
        _ = down => {}
    }
}

impl State {
    fn note(&self, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        for line in text.lines() {
            let path = line.split(' ').nth(1).unwrap_or_default();
            if UPLOADS.iter().any(|start| line.starts_with(start)) {
                let method = line.split(' ').next().unwrap_or_default();
                let path = path.split('?').next().unwrap_or_default();
                self.requests
                    .lock()
                    .unwrap()
                    .insert(format!("{method} {path}"));
            }
        }
    }
}
