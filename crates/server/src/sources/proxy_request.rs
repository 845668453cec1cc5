//! What a client asks of a proxy for HTTP: a connection to a host, or a page of one.

use crate::sources::clone_urls::split_authority;
use std::io;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// The longest head of a request to the gate, in bytes.
const MAX_HEAD_BYTES: usize = 64 << 10;

/// A request to connect.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// In lower case.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// The answer to the client once there is a connection.
    pub(crate) answer: &'static str,
    /// The bytes for the host that were read already.
    pub(crate) first: Vec<u8>,
}

/// Reads the head of a request to a proxy; `None` if it is none.
pub(crate) async fn read_request(client: &mut TcpStream) -> io::Result<Option<Request>> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if bytes.len() > MAX_HEAD_BYTES || client.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let body = bytes.split_off(end);
    let head = String::from_utf8_lossy(&bytes);
    Ok(parse_request(&head, &body))
}

/// Reads the head of a request to a proxy, with the bytes after it. A request for a page is made one to its host, and the
/// last one of its connection, since the next one could be for another host.
fn parse_request(head: &str, body: &[u8]) -> Option<Request> {
    let (line, headers) = head.split_once("\r\n")?;
    let mut parts = line.split(' ');
    let (method, target, version) = (parts.next()?, parts.next()?, parts.next()?);
    if method == "CONNECT" {
        let (host, port) = split_authority(target)?;
        return Some(Request {
            host,
            port: port?,
            answer: "HTTP/1.1 200 Connection established\r\n\r\n",
            first: body.to_vec(),
        });
    }
    let scheme = target.get(..7)?;
    let rest = target.get(7..)?;
    if !scheme.eq_ignore_ascii_case("http://") {
        return None;
    }
    let at = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(at);
    let (host, port) = split_authority(authority)?;
    let slash = if path.starts_with('/') { "" } else { "/" };
    let mut first = format!("{method} {slash}{path} {version}\r\n");
    for header in headers.split_inclusive("\r\n") {
        let name = header.split(':').next().unwrap_or_default().trim();
        let is_of_connection = [
            "connection",
            "proxy-connection",
            "proxy-authorization",
            "keep-alive",
        ]
        .iter()
        .any(|own| own.eq_ignore_ascii_case(name));
        if header != "\r\n" && !is_of_connection {
            first.push_str(header);
        }
    }
    first.push_str("Connection: close\r\n\r\n");
    let mut first = first.into_bytes();
    first.extend_from_slice(body);
    Some(Request {
        host,
        port: port.unwrap_or(80),
        answer: "",
        first,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_to_a_proxy_becomes_one_to_its_host() {
        let page = parse_request(
            "POST http://me@Git.example:81/a?b HTTP/1.1\r\nHost: Git.example:81\r\nProxy-Connection: Keep-Alive\r\n\
             connection: keep-alive\r\n\r\n",
            b"body",
        )
        .unwrap();
        assert_eq!((page.host.as_str(), page.port), ("git.example", 81));
        assert_eq!(
            String::from_utf8(page.first).unwrap(),
            "POST /a?b HTTP/1.1\r\nHost: Git.example:81\r\nConnection: close\r\n\r\nbody"
        );
        let tunnel = parse_request("CONNECT [::1]:443 HTTP/1.1\r\nHost: x\r\n\r\n", b"").unwrap();
        assert_eq!((tunnel.host.as_str(), tunnel.port), ("[::1]", 443));
        assert!(tunnel.answer.contains("200") && tunnel.first.is_empty());
        for invalid in [
            "GET / HTTP/1.1\r\n\r\n",
            "GET ftp://a/ HTTP/1.1\r\n\r\n",
            "CONNECT a HTTP/1.1\r\n\r\n",
            "CONNECT :1 HTTP/1.1\r\n\r\n",
            "nonsense\r\n\r\n",
        ] {
            assert_eq!(parse_request(invalid, b""), None, "{invalid}");
        }
    }
}
