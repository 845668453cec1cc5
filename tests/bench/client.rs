//! A client that costs little, for servers on the same machine: HTTP/1.1 on a connection that stays open.

use std::time::Instant;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection to a server, which stays open.
pub struct Client {
    stream: tokio::io::BufReader<TcpStream>,
    address: String,
}

/// An answer, as it was measured.
pub struct Answer {
    pub status: u16,
    pub etag: Option<String>,
    /// The header `Location`.
    pub location: Option<String>,
    /// The size of its body as it was sent.
    pub bytes: usize,
    /// A small body.
    pub body: Vec<u8>,
}

/// The largest body that is kept, in bytes.
const KEPT: usize = 64 << 10;

impl Client {
    pub async fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("a setting");
        Self {
            stream: tokio::io::BufReader::with_capacity(256 << 10, stream),
            address: address.to_owned(),
        }
    }

    /// Sends a request, and reads the answer. A large body is dropped.
    pub async fn ask(&mut self, method: &str, path: &str, headers: &str, body: &[u8]) -> Answer {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\n{headers}Content-Length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        self.stream
            .write_all(request.as_bytes())
            .await
            .expect("sends");
        self.stream.write_all(body).await.expect("sends");
        let mut answer = Answer {
            status: 0,
            etag: None,
            location: None,
            bytes: 0,
            body: Vec::new(),
        };
        let (mut length, mut is_chunked) = (0, false);
        loop {
            let line = self.line().await;
            if line.is_empty() {
                break;
            }
            if answer.status == 0 {
                let status = line
                    .split(' ')
                    .nth(1)
                    .and_then(|status| status.parse().ok());
                answer.status = status.expect("a status");
                continue;
            }
            let (name, value) = line.split_once(':').expect("a header");
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().expect("a length"),
                "transfer-encoding" => is_chunked = true,
                "location" => answer.location = Some(value.trim().to_owned()),
                "etag" => answer.etag = Some(value.trim().to_owned()),
                _ => {}
            }
        }
        if matches!(answer.status, 204 | 304) || method == "HEAD" {
            return answer;
        }
        if !is_chunked {
            answer.bytes = length;
            if length <= KEPT {
                answer.body.resize(length, 0);
                let body = self.stream.read_exact(&mut answer.body).await;
                body.expect("a body");
            } else {
                self.skip(length).await;
            }
            return answer;
        }
        loop {
            length = usize::from_str_radix(&self.line().await, 16).expect("a size");
            answer.bytes += length;
            self.skip(length + 2).await;
            if length == 0 {
                return answer;
            }
        }
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).await.expect("a line");
        line.trim_end().to_owned()
    }

    async fn skip(&mut self, bytes: usize) {
        let mut rest = (&mut self.stream).take(bytes as u64);
        tokio::io::copy_buf(&mut rest, &mut tokio::io::sink())
            .await
            .expect("a body");
    }
}

/// Milliseconds since a time.
pub fn millis(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1000.0
}

/// The value that this share of all is below.
pub fn percentile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1) as f64;
    values
        .get((last * share) as usize)
        .copied()
        .unwrap_or_default()
}
