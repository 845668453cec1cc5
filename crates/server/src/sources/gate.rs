//! The way of a git command to the network. git, ssh and git-lfs connect to the gate, on a port of its own of this
//! machine, and the gate connects to the host. So the address that is checked is the one that is used, whatever a name
//! server says next, a redirect leads nowhere else, and an answer has an end. A gate closes with its command.

use crate::option_values::format_size;
use crate::sources::hosts::AllowedHosts;
use crate::sources::proxy_request::{Request, read_request};
use std::borrow::Cow;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// The time that one address of a host may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// How many bytes are passed on at once.
const CHUNK_BYTES: usize = 64 << 10;

/// How a command talks to its gate.
#[derive(Debug, Clone)]
pub(crate) enum Speech {
    /// As to an HTTP proxy, with the host in each request.
    Proxy,
    /// As to this host itself, at this port.
    Direct(String, u16),
}

/// The hosts that a gate leads to.
#[derive(Debug, Clone)]
pub(crate) enum Reach {
    /// One host, in lower case.
    Host(String),
    /// Any host that may be reached at all.
    Any,
    /// One host, in lower case, where it may be reached at all, and any other on the public internet.
    PublicBeside(String),
}

/// An open gate. It closes when it is dropped, with all connections through it.
pub(crate) struct Gate {
    port: u16,
    rules: Arc<Rules>,
    _connections: JoinSet<()>,
}

/// What a gate lets through.
struct Rules {
    speech: Speech,
    reach: Reach,
    hosts: AllowedHosts,
    /// The most that may come back, in bytes.
    limit: u64,
    received: AtomicU64,
    /// Why the command could not have what it asked for.
    problem: Mutex<Option<String>>,
}

impl Gate {
    /// Opens a gate through which at most `limit` bytes come back.
    ///
    /// # Errors
    ///
    /// When this machine has no port left.
    pub(crate) async fn open(
        speech: Speech,
        reach: Reach,
        hosts: &AllowedHosts,
        limit: u64,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let rules = Arc::new(Rules {
            speech,
            reach,
            hosts: hosts.clone(),
            limit,
            received: AtomicU64::new(0),
            problem: Mutex::default(),
        });
        let mut connections = JoinSet::new();
        connections.spawn(accept(listener, rules.clone()));
        Ok(Self {
            port,
            rules,
            _connections: connections,
        })
    }

    /// The port on this machine's loopback address.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Returns why something could not be had through the gate; `None` if all could.
    pub(crate) fn problem(&self) -> Option<String> {
        let problem = self.rules.problem.lock();
        problem.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Accepts connections until it is dropped, and drops them then.
async fn accept(listener: TcpListener, rules: Arc<Rules>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // An error is one of the connection, or of a machine without file descriptors.
                match accepted {
                    Ok((client, _)) => {
                        connections.spawn(serve(client, rules.clone()));
                    }
                    Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Serves one connection. A client that goes away is no problem.
async fn serve(mut client: TcpStream, rules: Arc<Rules>) {
    let request = match &rules.speech {
        Speech::Direct(host, port) => Request {
            host: host.clone(),
            port: *port,
            answer: "",
            first: Vec::new(),
        },
        Speech::Proxy => match read_request(&mut client).await {
            Ok(Some(request)) => request,
            Ok(None) => {
                let _ = refuse(&mut client, "400 Bad Request").await;
                return;
            }
            Err(_) => return,
        },
    };
    match rules.connect(&request.host, request.port).await {
        Ok(server) => {
            let _ = rules.relay(client, server, &request).await;
        }
        Err(problem) => {
            rules.note(problem);
            if matches!(rules.speech, Speech::Proxy) {
                let _ = refuse(&mut client, "403 Forbidden").await;
            }
        }
    }
}

async fn refuse(client: &mut TcpStream, status: &str) -> io::Result<()> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    client.write_all(head.as_bytes()).await?;
    client.shutdown().await
}

impl Rules {
    /// Keeps the first problem: those that follow come of it.
    fn note(&self, problem: String) {
        let mut noted = self.problem.lock().unwrap_or_else(PoisonError::into_inner);
        noted.get_or_insert(problem);
    }

    /// Connects to an address of a host that may be reached.
    ///
    /// # Errors
    ///
    /// Why there is none.
    async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, String> {
        if let Reach::Host(only) = &self.reach
            && !is_same_host(only, host)
        {
            return Err(format!(
                "it leads to another host, {host}, which is not followed"
            ));
        }
        let hosts = self.hosts_for(host);
        let found = addresses(&hosts, host, port).await;
        for address in found.map_err(|unreachable| unreachable.reason)? {
            let connected = timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await;
            let Ok(Ok(server)) = connected else { continue };
            // This machine only by the options of the server.
            match is_own(&server) && !hosts.names(host) && !hosts.has(address.ip()) {
                true => return Err(refusal(host)),
                false => return Ok(server),
            }
        }
        Err("its host can't be reached".to_owned())
    }

    /// The hosts that are allowed though they are not public, for a connection to this one.
    fn hosts_for(&self, host: &str) -> Cow<'_, AllowedHosts> {
        match &self.reach {
            Reach::PublicBeside(own) if !is_same_host(own, host) => {
                Cow::Owned(AllowedHosts::default())
            }
            _ => Cow::Borrowed(&self.hosts),
        }
    }

    /// Passes bytes on in both directions until the host closes the connection or has sent too much.
    async fn relay(
        &self,
        client: TcpStream,
        server: TcpStream,
        request: &Request,
    ) -> io::Result<()> {
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        to_client.write_all(request.answer.as_bytes()).await?;
        let up = async {
            to_server.write_all(&request.first).await?;
            tokio::io::copy(&mut from_client, &mut to_server).await?;
            to_server.shutdown().await?;
            // The host may have more to say.
            std::future::pending::<io::Result<()>>().await
        };
        let down = async {
            let mut chunk = vec![0; CHUNK_BYTES];
            loop {
                let size = from_server.read(&mut chunk).await?;
                if size == 0 {
                    return to_client.shutdown().await;
                }
                let received = self.received.fetch_add(size as u64, Ordering::Relaxed);
                if received + size as u64 > self.limit {
                    let limit = format_size(self.limit);
                    self.note(format!("its answer is larger than the limit of {limit}"));
                    return Ok(());
                }
                to_client.write_all(&chunk[..size]).await?;
            }
        };
        tokio::select! {
            result = down => result,
            result = up => result,
        }
    }
}

/// Returns true if two hosts are the same name, or the same address in two forms.
fn is_same_host(one: &str, other: &str) -> bool {
    let address = |host: &str| host.trim_matches(['[', ']']).parse::<IpAddr>().ok();
    one == other || address(one).is_some_and(|own| address(other) == Some(own))
}

/// Why a host can't be asked.
pub(crate) struct Unreachable {
    /// True if there is no such host, as far as this machine knows.
    pub(crate) is_unknown: bool,
    /// The reason, as a part of a sentence.
    pub(crate) reason: String,
}

/// Returns those addresses of a host, in lower case, that may be reached.
///
/// # Errors
///
/// When there are none.
pub(crate) async fn addresses(
    hosts: &AllowedHosts,
    host: &str,
    port: u16,
) -> Result<Vec<SocketAddr>, Unreachable> {
    let name = host.trim_start_matches('[').trim_end_matches(']');
    let found = lookup_host((name, port)).await;
    let found = found.map_err(|_| Unreachable {
        is_unknown: true,
        reason: "its host is not known".to_owned(),
    })?;
    let may_reach: Vec<_> = found
        .filter(|address| hosts.may_reach(host, address.ip()))
        .collect();
    match may_reach.is_empty() {
        false => Ok(may_reach),
        true => Err(Unreachable {
            is_unknown: false,
            reason: refusal(host),
        }),
    }
}

/// Says that a host may not be reached.
fn refusal(host: &str) -> String {
    format!(
        "{host} is at an address of this machine or of a private network, and not allowed with --allow-source-host"
    )
}

/// Returns true if a connection leads to this machine: its ends have the same address.
fn is_own(server: &TcpStream) -> bool {
    match (server.local_addr(), server.peer_addr()) {
        (Ok(own), Ok(peer)) => own.ip().to_canonical() == peer.ip().to_canonical(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::hosts::AllowedHost;

    fn allowed(hosts: &[&str]) -> AllowedHosts {
        let hosts: Vec<_> = hosts
            .iter()
            .map(|host| AllowedHost::parse(host).unwrap())
            .collect();
        AllowedHosts::new(&hosts, [])
    }

    /// Sends a request through a gate to a host that answers with `answer`. Returns what came back, and the problem.
    async fn through(
        reach: Reach,
        hosts: &AllowedHosts,
        limit: u64,
        answer: &'static [u8],
    ) -> (Vec<u8>, Option<String>) {
        let host = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = host.local_addr().unwrap().port();
        let _host = tokio::spawn(async move {
            let (mut connection, _) = host.accept().await.unwrap();
            connection.write_all(answer).await.unwrap();
        });
        let gate = Gate::open(Speech::Proxy, reach, hosts, limit)
            .await
            .unwrap();
        let mut client = TcpStream::connect((Ipv4Addr::LOCALHOST, gate.port()))
            .await
            .unwrap();
        let head = format!("CONNECT localhost:{port} HTTP/1.1\r\n\r\n");
        client.write_all(head.as_bytes()).await.unwrap();
        let mut got = Vec::new();
        client.read_to_end(&mut got).await.unwrap();
        (got, gate.problem())
    }

    #[tokio::test]
    async fn only_an_allowed_host_is_reached_and_its_answer_has_an_end() {
        let own = Reach::Host("localhost".to_owned());
        let (got, problem) = through(own.clone(), &allowed(&[]), 100, b"secret").await;
        assert!(got.starts_with(b"HTTP/1.1 403"));
        assert!(problem.unwrap().contains("--allow-source-host"));

        for hosts in [&["localhost"][..], &["127.0.0.0/8", "::1"]] {
            let (got, problem) = through(own.clone(), &allowed(hosts), 100, b"answer").await;
            assert!(got.ends_with(b"answer"), "{hosts:?}");
            assert_eq!(problem, None);
        }

        for (beside, is_reached) in [("localhost", true), ("git.example", false)] {
            let reach = Reach::PublicBeside(beside.to_owned());
            let (got, _) = through(reach, &allowed(&["localhost"]), 100, b"answer").await;
            assert_eq!(got.ends_with(b"answer"), is_reached, "{beside}");
        }

        let other = Reach::Host("git.example".to_owned());
        let (got, problem) = through(other, &allowed(&["localhost"]), 100, b"secret").await;
        assert!(got.starts_with(b"HTTP/1.1 403"));
        assert!(problem.unwrap().contains("another host, localhost"));

        let (got, problem) = through(own, &allowed(&["localhost"]), 5, b"answer").await;
        assert!(!got.ends_with(b"answer"));
        assert!(problem.unwrap().contains("limit of 5"));
    }
}
