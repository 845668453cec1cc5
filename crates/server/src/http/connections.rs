//! Serves connections within limits: how long a client may keep the server waiting, and how many connections are
//! open. `axum::serve` has neither, so that a few slow clients could take all file descriptors.
//!
//! `client_wait` knows whose turn it is, the server's or the client's. `timed_io` and `timed_body` end what takes a
//! client too long. When the connections are at their limit, the accept loop here closes one that waits for its
//! client, so that slow clients lose against those that come, and never the other way round.

mod client_wait;
mod timed_body;
mod timed_io;

pub(crate) use crate::http::connections::client_wait::Timeouts;
pub(crate) use crate::http::connections::timed_body::BodyTimeout;

use crate::http::connections::client_wait::{ClientWait, RequestTurn};
use crate::http::connections::timed_body::{Finishing, TimedBody};
use crate::http::connections::timed_io::TimedIo;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, Id, JoinSet};
use tokio::time::{Instant, sleep};

/// The largest head of a request, and the most of a response that waits in memory for a slow reader, in bytes.
const MAX_BUFFER_BYTES: usize = 128 << 10;

/// How long the accept loop waits after the system refused a connection, for example for want of descriptors.
const ACCEPT_RETRY: Duration = Duration::from_millis(500);

/// How often the accept loop looks for a connection that it can close, when none ends by itself.
const CROWDED_RETRY: Duration = Duration::from_millis(50);

/// The address of the client, or of a proxy before it. In the extensions of every request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// Serves a router's answers on a listener.
pub(crate) struct Connections {
    router: Router,
    timeouts: Timeouts,
    /// The most connections.
    limit: usize,
    open: HashMap<Id, Open>,
    tasks: JoinSet<()>,
}

/// An open connection.
struct Open {
    address: IpAddr,
    wait: Arc<ClientWait>,
    task: AbortHandle,
}

/// The error of a request that comes on a connection that is being closed.
#[derive(Debug)]
struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection was closed for another one")
    }
}

impl std::error::Error for Closed {}

impl Connections {
    /// Creates the server of a router. `limit` is the most connections that are open at the same time.
    pub(crate) fn new(router: Router, timeouts: Timeouts, limit: usize) -> Self {
        Self {
            router,
            timeouts,
            limit,
            open: HashMap::new(),
            tasks: JoinSet::new(),
        }
    }

    /// Accepts connections until `stop` is true, and returns when all have ended. Dropping the future closes them.
    pub(crate) async fn serve(mut self, listener: TcpListener, mut stop: watch::Receiver<bool>) {
        let graceful = GracefulShutdown::new();
        {
            let stopped = async {
                // An error means that the sender was dropped, which is a reason to stop as well.
                let _ = stop.wait_for(|requested| *requested).await;
            };
            tokio::pin!(stopped);
            loop {
                tokio::select! {
                    () = &mut stopped => break,
                    Some(ended) = self.tasks.join_next_with_id() => self.forget(ended),
                    accepted = listener.accept() => {
                        let opened = self.open(accepted, &graceful);
                        tokio::select! {
                            () = &mut stopped => break,
                            () = opened => {}
                        }
                    }
                }
            }
        }
        drop(listener);
        graceful.shutdown().await;
        while self.tasks.join_next().await.is_some() {}
    }

    /// Serves a new connection, once there is room for it.
    async fn open(
        &mut self,
        accepted: io::Result<(TcpStream, std::net::SocketAddr)>,
        graceful: &GracefulShutdown,
    ) {
        match accepted {
            Ok((stream, address)) => {
                self.make_room().await;
                self.start(stream, address.ip(), graceful.watcher());
            }
            Err(error) if is_of_client(&error) => {}
            Err(error) => {
                tracing::error!("a connection could not be accepted: {error}");
                self.close_one(Instant::now());
                sleep(ACCEPT_RETRY).await;
            }
        }
    }

    /// Returns once there is room for another connection.
    async fn make_room(&mut self) {
        while self.tasks.len() >= self.limit {
            self.close_one(Instant::now());
            tokio::select! {
                Some(ended) = self.tasks.join_next_with_id() => self.forget(ended),
                () = sleep(CROWDED_RETRY) => {}
            }
        }
    }

    fn forget(&mut self, ended: Result<(Id, ()), tokio::task::JoinError>) {
        let id = match &ended {
            Ok((id, ())) => *id,
            Err(error) => error.id(),
        };
        self.open.remove(&id);
        if let Err(error) = ended
            && error.is_panic()
        {
            tracing::error!("a connection failed: {error}");
        }
    }

    /// Closes the connection that has waited for its client the longest, of an address that has the most of them.
    fn close_one(&mut self, now: Instant) {
        let mut of_address: HashMap<IpAddr, usize> = HashMap::new();
        for open in self.open.values() {
            *of_address.entry(open.address).or_default() += 1;
        }
        let mut waiting: Vec<(usize, Duration, &Open)> = self
            .open
            .values()
            .filter_map(|open| {
                let waited = open.wait.waited(now)?;
                Some((of_address[&open.address], waited, open))
            })
            .collect();
        waiting.sort_by_key(|(count, waited, _)| std::cmp::Reverse((*count, *waited)));
        // One that has just got its request is not closed any more.
        let closed = waiting.iter().find(|(_, _, open)| open.wait.close());
        if let Some((_, _, open)) = closed {
            open.task.abort();
        }
    }

    fn start(&mut self, stream: TcpStream, address: IpAddr, watcher: Watcher) {
        // Small answers do not wait for the acknowledgement of others. Fails if the client is gone already.
        let _ = stream.set_nodelay(true);
        let wait = Arc::new(ClientWait::new(self.timeouts, Instant::now()));
        let io = TokioIo::new(TimedIo::new(stream, wait.clone()));
        let service = TowerToHyperService::new(self.router.clone());
        let turns = wait.clone();
        let service = service_fn(move |request| answer(service.clone(), &turns, address, request));
        let connection = http1::Builder::new()
            // `TimedIo` has the limits of a connection.
            .header_read_timeout(None)
            .max_buf_size(MAX_BUFFER_BYTES)
            .serve_connection(io, service);
        let connection = watcher.watch(connection);
        let task = self.tasks.spawn(async move {
            // A client that broke off, or took too long.
            if let Err(error) = connection.await {
                tracing::debug!("a connection ended: {error}");
            }
        });
        let open = Open {
            address,
            wait,
            task: task.clone(),
        };
        self.open.insert(task.id(), open);
    }
}

/// Returns true for an error of one connection that had not been accepted yet.
fn is_of_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    )
}

/// Passes a request to the router. The returned future holds the server's turn until the response is sent.
fn answer(
    service: TowerToHyperService<Router>,
    wait: &Arc<ClientWait>,
    address: IpAddr,
    request: hyper::Request<Incoming>,
) -> impl Future<Output = Result<Response, Closed>> + use<> {
    let turn = RequestTurn::begin(wait, Instant::now());
    let wait = wait.clone();
    async move {
        let turn = turn.ok_or(Closed)?;
        let mut request: Request =
            request.map(|incoming| Body::new(TimedBody::new(incoming, wait)));
        request.extensions_mut().insert(Peer(address));
        let response = match service.call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        Ok(response.map(|body| Body::new(Finishing::new(body, turn))))
    }
}
