//! A host of static files that has only a 404 page, as a thread: answers one request after another.

use crate::recipes::{Rule, fits};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;

/// The answer of the host.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// An answer of an API.
    pub(crate) fn text(status: u16, text: &str) -> Self {
        let header = ("Cache-Control".to_owned(), "no-store".to_owned());
        Self {
            status,
            headers: vec![header],
            body: text.as_bytes().to_vec(),
        }
    }
}

/// A host that runs until the test program ends.
pub(crate) struct StaticHost {
    /// `http://127.0.0.1:PORT`.
    pub(crate) address: String,
}

impl StaticHost {
    /// Starts a host. `answer` gets the path and query of each request below `base`.
    pub(crate) fn start(
        base: &'static str,
        answer: impl Fn(&str) -> Answer + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut lines = BufReader::new(stream.try_clone().expect("a stream")).lines();
                let first = lines.next().and_then(Result::ok).unwrap_or_default();
                for line in lines.by_ref().map_while(Result::ok) {
                    if line.is_empty() {
                        break;
                    }
                }
                let target = first.split(' ').nth(1).unwrap_or("/").to_owned();
                assert!(target.starts_with(base), "{target}");
                let answer = answer(&target);
                let mut head = format!("HTTP/1.1 {} Status\r\n", answer.status);
                for (name, value) in &answer.headers {
                    head.push_str(&format!("{name}: {value}\r\n"));
                }
                head.push_str(&format!(
                    "Content-Length: {}\r\nConnection: close\r\n\r\n",
                    answer.body.len()
                ));
                // A client that has gone is none of the test's business.
                let _ = stream.write_all(head.as_bytes());
                let _ = stream.write_all(&answer.body);
            }
        });
        Self { address }
    }

    /// Starts a host of a site's files below `base`. `headers` gives those of a file by its name.
    pub(crate) fn of_files(
        base: &'static str,
        site: &Path,
        headers: impl Fn(&str) -> Vec<(&'static str, String)> + Send + 'static,
    ) -> Self {
        let site = site.to_path_buf();
        Self::start(base, move |path| {
            let (status, name, body) = file(&site, base, path);
            let named = headers(&name).into_iter();
            let mut all: Vec<_> = named
                .map(|(name, value)| (name.to_owned(), value))
                .collect();
            all.push(("Content-Type".to_owned(), kind(&name).to_owned()));
            Answer {
                status,
                headers: all,
                body,
            }
        })
    }
}

/// Answers with a file and the headers of all rules that fit the path, whatever the status is.
pub(crate) fn by_rules(site: &Path, base: &str, rules: &[Rule], path: &str) -> Answer {
    let (status, name, body) = file(site, base, path);
    let fitting = rules.iter().filter(|(pattern, _)| fits(pattern, path));
    let mut headers: Vec<_> = fitting.flat_map(|(_, headers)| headers.clone()).collect();
    headers.push(("Content-Type".to_owned(), kind(&name).to_owned()));
    Answer {
        status,
        headers,
        body,
    }
}

/// Returns a file of the site, or its 404 page.
fn file(site: &Path, base: &str, path: &str) -> (u16, String, Vec<u8>) {
    let path = path.split('?').next().unwrap_or_default();
    let name = match path.strip_prefix(base).unwrap_or_default() {
        "" => "index.html",
        name => name,
    };
    match std::fs::read(site.join(name)) {
        Ok(body) => (200, name.to_owned(), body),
        Err(_) => {
            let page = std::fs::read(site.join("404.html")).expect("404.html");
            (404, "404.html".to_owned(), page)
        }
    }
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        _ => "application/json",
    }
}
