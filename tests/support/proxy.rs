//! A proxy between a browser and the servers of a test, for the engines whose driver has no way to run a script before a
//! page's own, to record requests or to block them.
//!
//! One connection carries one request. What a server answers is passed on byte by byte as it comes, cuts included.

use std::io;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The most bytes of a request's head.
const MAX_HEAD: usize = 64 << 10;

/// The path of the scripts that the proxy answers itself, before their number.
const SCRIPT_PATH: &str = "/script-before-the-page-";

#[derive(Default)]
struct Shared {
    scripts: Mutex<Vec<String>>,
    requests: Mutex<Vec<(String, String)>>,
    /// The end of the paths that get no answer.
    blocked: Mutex<Option<String>>,
}

/// A running proxy; dropping it stops it.
pub struct Proxy {
    /// `127.0.0.1:PORT`.
    pub address: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Starts it.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let shared = Arc::new(Shared::default());
        let of_connections = shared.clone();
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let shared = of_connections.clone();
                // A connection that fails is closed, which the browser sees.
                tokio::spawn(async move { serve(client, &shared).await });
            }
        });
        Self {
            address,
            shared,
            task,
        }
    }

    /// Runs a script in each page that is opened from now on, before the page's own.
    pub fn before_each_page(&self, script: &str) {
        let mut scripts = self.shared.scripts.lock().expect("scripts");
        scripts.push(script.to_owned());
    }

    /// From now on closes the connection of requests whose path ends like this; of none with `None`.
    pub fn block(&self, end: Option<&str>) {
        *self.shared.blocked.lock().expect("a path") = end.map(str::to_owned);
    }

    /// The requests since the last call: method and URL.
    pub fn take_requests(&self) -> Vec<(String, String)> {
        std::mem::take(&mut *self.shared.requests.lock().expect("requests"))
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The head of a request to a proxy.
struct Head {
    method: String,
    /// `host:port`.
    host: String,
    /// The path with its query.
    path: String,
    /// The lines below the first one, without those about the connection.
    fields: Vec<String>,
    /// The part of the body that was read.
    rest: Vec<u8>,
}

impl Head {
    async fn read(client: &mut TcpStream) -> io::Result<Self> {
        let (head, rest) = read_head(client).await?;
        let text = String::from_utf8_lossy(&head);
        let mut lines = text.lines();
        let mut first = lines.next().unwrap_or_default().split(' ');
        let method = first.next().unwrap_or_default().to_owned();
        let url = first.next().unwrap_or_default();
        let (_, url) = url.split_once("://").unwrap_or(("", url));
        let (host, path) = url.split_at(url.find('/').unwrap_or(url.len()));
        let is_kept = |line: &&str| {
            let name = line.split(':').next().unwrap_or_default();
            let name = name.to_ascii_lowercase();
            !line.is_empty() && !["connection", "proxy-connection"].contains(&name.as_str())
        };
        Ok(Self {
            host: host.to_owned(),
            path: path.to_owned(),
            fields: lines.filter(is_kept).map(str::to_owned).collect(),
            method,
            rest,
        })
    }

    /// The value of a field in lower case; empty without it.
    fn field(&self, name: &str) -> String {
        let mut pairs = self.fields.iter().filter_map(|line| line.split_once(':'));
        let found = pairs.find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map_or_else(String::new, |(_, value)| value.trim().to_ascii_lowercase())
    }

    /// The head as the server gets it, for a connection that ends with the answer.
    fn to_server(&self, version: &str) -> Vec<u8> {
        let mut head = format!("{} {} {version}\r\n", self.method, self.path);
        for field in &self.fields {
            head += &format!("{field}\r\n");
        }
        head += "Connection: close\r\n\r\n";
        [head.as_bytes(), &self.rest].concat()
    }
}

/// Reads up to the empty line that ends a head; answers the head, and what follows it.
async fn read_head(stream: &mut TcpStream) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let mut head = Vec::new();
    loop {
        if let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = head.split_off(end + 4);
            return Ok((head, rest));
        }
        if head.len() > MAX_HEAD || stream.read_buf(&mut head).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

async fn serve(mut client: TcpStream, shared: &Shared) -> io::Result<()> {
    client.set_nodelay(true)?;
    let head = Head::read(&mut client).await?;
    if let Some(number) = head.path.strip_prefix(SCRIPT_PATH) {
        return send_script(&mut client, shared, number).await;
    }
    let url = format!("http://{}{}", head.host, head.path);
    let request = (head.method.clone(), url);
    shared.requests.lock().expect("requests").push(request);
    let blocked = shared.blocked.lock().expect("a path").clone();
    if blocked.is_some_and(|end| head.path.ends_with(&end)) {
        return Ok(());
    }
    let mut server = TcpStream::connect(&head.host).await?;
    server.set_nodelay(true)?;
    let scripts = shared.scripts.lock().expect("scripts").len();
    if scripts > 0 && head.method == "GET" && head.field("accept").starts_with("text/html") {
        return serve_page(&mut client, &mut server, &head, scripts).await;
    }
    server.write_all(&head.to_server("HTTP/1.1")).await?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

/// Passes a page on, with the scripts at its beginning.
async fn serve_page(
    client: &mut TcpStream,
    server: &mut TcpStream,
    head: &Head,
    scripts: usize,
) -> io::Result<()> {
    let plain = Head {
        method: head.method.clone(),
        host: head.host.clone(),
        path: head.path.clone(),
        fields: head
            .fields
            .iter()
            .filter(|line| !line.to_ascii_lowercase().starts_with("accept-encoding:"))
            .cloned()
            .collect(),
        rest: Vec::new(),
    };
    // This version has no chunks, and ends with the connection.
    server.write_all(&plain.to_server("HTTP/1.0")).await?;
    let (answer_head, mut body) = read_head(server).await?;
    server.read_to_end(&mut body).await?;
    let answer_head = String::from_utf8_lossy(&answer_head);
    let is_page = answer_head.to_ascii_lowercase().contains("text/html");
    let mut page = String::from_utf8_lossy(&body).into_owned();
    let start = page.find("<meta");
    if let Some(start) = start.filter(|_| is_page) {
        let tag = |number| format!("<script src=\"{SCRIPT_PATH}{number}\"></script>");
        page.insert_str(start, &(0..scripts).map(tag).collect::<String>());
    }
    let mut lines = answer_head.trim_end().lines();
    let status = lines.next().unwrap_or_default();
    let (_, status) = status.split_once(' ').unwrap_or_default();
    let mut answer = format!("HTTP/1.1 {status}\r\n");
    for line in lines {
        let name = line
            .split(':')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        // A page with a validator would come from the cache later, with the scripts of now.
        if !["connection", "content-length", "etag", "last-modified"].contains(&name.as_str()) {
            answer += &format!("{line}\r\n");
        }
    }
    answer += &format!(
        "Content-Length: {}\r\nConnection: close\r\n\r\n{page}",
        page.len()
    );
    client.write_all(answer.as_bytes()).await
}

/// Answers one of the scripts. It takes its own tag out of the page.
async fn send_script(client: &mut TcpStream, shared: &Shared, number: &str) -> io::Result<()> {
    let number = number.parse().unwrap_or(usize::MAX);
    let script = shared.scripts.lock().expect("scripts").get(number).cloned();
    let script = format!(
        "document.currentScript.remove();\n{}",
        script.unwrap_or_default()
    );
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/javascript\r\nCache-Control: no-store\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n",
        script.len()
    );
    client.write_all(format!("{head}{script}").as_bytes()).await
}
