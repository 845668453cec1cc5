//! The state that every handler shares.

use crate::builds::queue::Queue;
use crate::options::Access;
use crate::sources::git::Git;
use crate::store::Store;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::Notify;

/// What every call can reach.
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) git: Arc<Git>,
    pub(crate) queue: Arc<Queue>,
    pub(crate) tokens: Vec<Access>,
    pub(crate) allow_origins: Vec<String>,
    /// The address that it listens on.
    pub(crate) listen: SocketAddr,
    /// Whether only this machine can reach that.
    pub(crate) is_loopback: bool,
    /// Has the sources asked for their heads now.
    pub(crate) look_now: Arc<Notify>,
}
