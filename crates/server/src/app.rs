//! The state that all request handlers share.

use crate::builds::pool::Pool;
use crate::builds::queue::Queue;
use crate::http::hosts::Hosts;
use crate::http::source_looks::SourceLooks;
use crate::http::wrong_tokens::WrongTokens;
use crate::metrics::Metrics;
use crate::sources::git::Git;
use crate::store::Store;
use crate::token_options::AccessToken;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::{Notify, Semaphore};

/// The state that all request handlers share.
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) git: Arc<Git>,
    pub(crate) queue: Arc<Queue>,
    pub(crate) pool: Arc<Pool>,
    /// What the server has done so far, in figures.
    pub(crate) metrics: Arc<Metrics>,
    /// The accepted tokens. Without any, every call is allowed.
    pub(crate) tokens: Vec<AccessToken>,
    /// The origins whose pages may call the API.
    pub(crate) allow_origins: Vec<String>,
    /// The address that the server listens on.
    pub(crate) listen: SocketAddr,
    /// The names by which the server may be called without a token.
    pub(crate) hosts: Hosts,
    /// The addresses that have sent wrong tokens.
    pub(crate) wrong_tokens: WrongTokens,
    /// The looks into sources that callers ask for.
    pub(crate) source_looks: SourceLooks,
    /// Makes the `SourcePoller` poll at once.
    pub(crate) poll_now: Arc<Notify>,
    /// Tells the `HookReceiver` that a delivery has come.
    pub(crate) hook_arrived: Arc<Notify>,
    /// How many bodies of deliveries are read at the same time, since they can be large.
    pub(crate) hook_bodies: Semaphore,
    /// The namespaces that mail is sent about.
    pub(crate) mail_namespaces: Vec<String>,
    /// Makes the `Housekeeper` clean up at once.
    pub(crate) clean_now: Arc<Notify>,
    /// A random text that no other process has.
    pub(crate) process: String,
}
