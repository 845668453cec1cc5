//! The state that all request handlers share.

use crate::builds::queue::Queue;
use crate::options::AccessToken;
use crate::sources::git::Git;
use crate::store::Store;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::Notify;

/// The state that all request handlers share.
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) git: Arc<Git>,
    pub(crate) queue: Arc<Queue>,
    /// The accepted tokens. Without any, every call is allowed.
    pub(crate) tokens: Vec<AccessToken>,
    /// The origins whose pages may call the API.
    pub(crate) allow_origins: Vec<String>,
    /// The address that the server listens on.
    pub(crate) listen: SocketAddr,
    /// True if only this machine can reach `listen`.
    pub(crate) is_loopback: bool,
    /// Makes the `SourcePoller` poll at once.
    pub(crate) poll_now: Arc<Notify>,
}
