//! The things that an attack may not reach: a file of the host with a text that no log may have, and a port of this machine that
//! nobody may call.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::net::TcpListener;

/// A file outside of every checkout.
pub(crate) struct Canary {
    /// The file.
    pub(crate) file: PathBuf,
    /// Its text.
    pub(crate) text: String,
}

impl Canary {
    /// Creates the file in a folder.
    pub(crate) fn new(folder: &Path) -> Self {
        let canary = Self {
            file: folder.join("outside"),
            text: format!("CANARY{}", uuid::Uuid::new_v4().simple()),
        };
        std::fs::write(&canary.file, &canary.text).expect("a file");
        canary
    }

    /// The fault of the file.
    pub(crate) fn problems(&self) -> Option<String> {
        let text = std::fs::read_to_string(&self.file).unwrap_or_default();
        (text != self.text).then(|| "a file of the host was changed".to_owned())
    }
}

/// A port of this machine that counts who calls.
pub(crate) struct Port {
    /// The number of the port.
    pub(crate) number: u16,
    calls: Arc<AtomicU32>,
}

impl Port {
    /// Opens a free port.
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let number = listener.local_addr().expect("an address").port();
        let calls = Arc::new(AtomicU32::new(0));
        let counted = calls.clone();
        tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                counted.fetch_add(1, Ordering::Relaxed);
            }
        });
        Self { number, calls }
    }

    /// The fault, if somebody has called since the last time.
    pub(crate) fn problems(&self) -> Option<String> {
        let calls = self.calls.swap(0, Ordering::Relaxed);
        (calls > 0).then(|| format!("a port of this machine was called {calls} times"))
    }
}
