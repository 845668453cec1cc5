//! The real server, as a process.

use super::{Source, project};
use std::path::PathBuf;
use std::process::Stdio;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// A server of this project; dropping it stops it.
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub address: String,
    /// The folder with its database.
    pub data: PathBuf,
    options: Vec<String>,
    _folder: Option<TempDir>,
}

impl Server {
    /// Starts a server with an empty database and the built site.
    pub async fn start(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the server's data");
        let data = folder.path().join("data");
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        let mut server = Self::spawn("127.0.0.1:0", data, options).await;
        server._folder = Some(folder);
        server
    }

    /// Starts a server that may build from this local repository.
    pub async fn with_source(source: &Source) -> Self {
        let folder = source.path().display().to_string();
        Self::start(&["--allow-local-source", &folder]).await
    }

    async fn spawn(listen: &str, data: PathBuf, options: Vec<String>) -> Self {
        let program = std::env::var_os("SLIPWAY_SERVER")
            .map_or_else(|| project("target/debug/slipway"), PathBuf::from);
        let site = project("dist");
        assert!(
            site.join("index.html").exists(),
            "no site: run `make site` first"
        );
        let mut child = Command::new(&program)
            .args(["--listen", listen, "--data"])
            .arg(&data)
            .arg("--site")
            .arg(site)
            .args(&options)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let lines = lines_of(&mut child);
        let address = first_match(lines, "the server's address", |line| {
            let (_, address) = line.split_once("listens on ")?;
            Some(address.trim().to_owned())
        })
        .await;
        Self {
            child,
            address,
            data,
            options,
            _folder: None,
        }
    }

    /// Stops it as Ctrl-C does, and waits until it has ended.
    pub async fn stop(&mut self) {
        let pid = self.child.id().expect("runs").to_string();
        let status = Command::new("kill").args(["-INT", &pid]).status().await;
        assert!(status.is_ok_and(|status| status.success()));
        self.child.wait().await.expect("stops");
    }

    /// Starts it again at the same address and with the same data.
    pub async fn start_again(&mut self) {
        let listen = self.address.trim_start_matches("http://").to_owned();
        let folder = self._folder.take();
        *self = Self::spawn(&listen, self.data.clone(), self.options.clone()).await;
        self._folder = folder;
    }
}

/// The lines that a child process prints.
pub(super) fn lines_of(child: &mut Child) -> Lines<BufReader<ChildStdout>> {
    BufReader::new(child.stdout.take().expect("piped")).lines()
}

/// Reads lines until one has what is wanted; reads and drops the others from then on, so that the process
/// never waits for a reader.
pub(super) async fn first_match<T>(
    lines: Lines<BufReader<ChildStdout>>,
    wanted: &str,
    find: impl Fn(&str) -> Option<T>,
) -> T {
    match_before_end(lines, find).await.expect(wanted)
}

/// As [`first_match`]; `None` if the process ends its output first.
pub(super) async fn match_before_end<T>(
    mut lines: Lines<BufReader<ChildStdout>>,
    find: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let found = loop {
        let line = lines.next_line().await.expect("reads")?;
        if let Some(found) = find(&line) {
            break found;
        }
    };
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Some(found)
}
