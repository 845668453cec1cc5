//! Starts the server, the browser and its driver, and stops them.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use thirtyfour::LoggingPrefsLogLevel;
use thirtyfour::prelude::*;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

pub type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// How long a condition may take to come true. Long, for it is only waited out when a test fails.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Asks again and again until there is an answer; fails with what was waited for.
pub async fn eventually<T, F>(what: &str, mut ask: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(
            tokio::time::Instant::now() < deadline,
            "never happened: {what}"
        );
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
}

/// A file of this checkout.
pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A server of this project, stopped when dropped.
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub address: String,
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
        let mut lines = lines_of(&mut child);
        let address = loop {
            let line = lines
                .next_line()
                .await
                .expect("reads")
                .expect("the server's address");
            if let Some((_, address)) = line.split_once("listens on ") {
                break address.trim().to_owned();
            }
        };
        tokio::spawn(drain(lines));
        Self {
            child,
            address,
            data,
            options,
            _folder: None,
        }
    }

    /// Stops it as Ctrl-C does, and waits until it has stopped.
    pub async fn stop(&mut self) {
        let pid = self.child.id().expect("runs").to_string();
        let status = Command::new("kill").args(["-INT", &pid]).status().await;
        assert!(status.is_ok_and(|status| status.success()));
        self.child.wait().await.expect("stops");
    }

    /// Starts it again, at the same address and with the same data.
    pub async fn start_again(&mut self) {
        let listen = self.address.trim_start_matches("http://").to_owned();
        let again = Self::spawn(&listen, self.data.clone(), self.options.clone()).await;
        let folder = self._folder.take();
        *self = again;
        self._folder = folder;
    }
}

fn lines_of(child: &mut Child) -> Lines<BufReader<ChildStdout>> {
    BufReader::new(child.stdout.take().expect("piped")).lines()
}

async fn drain(mut lines: Lines<BufReader<ChildStdout>>) {
    while let Ok(Some(_)) = lines.next_line().await {}
}

/// How the browser is set up.
#[derive(Clone)]
pub struct Setup {
    /// The user's languages, best first.
    pub languages: &'static str,
    pub dark: bool,
    pub size: (u32, u32),
    /// Whether requests and errors are kept for the test to look at; that takes the page's memory.
    pub kept: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            languages: "en-US,en",
            dark: false,
            size: (1280, 900),
            kept: true,
        }
    }
}

/// A Chromium with its driver, and one tab.
pub struct Browser {
    pub driver: WebDriver,
    _driver_process: Child,
    _profile: TempDir,
}

impl Browser {
    /// Starts a browser with an empty profile.
    pub async fn start(setup: Setup) -> Self {
        let driver = std::env::var_os("CHROMEDRIVER").unwrap_or_else(|| "chromedriver".into());
        let mut process = Command::new(driver)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("chromedriver starts; `make test` installs it");
        let mut lines = lines_of(&mut process);
        let port = loop {
            let line = lines
                .next_line()
                .await
                .expect("reads")
                .expect("the driver's port");
            let port = line
                .rsplit_once("on port ")
                .map(|(_, port)| port.trim_end_matches('.'));
            if let (true, Some(port)) = (line.contains("started successfully"), port) {
                break port.to_owned();
            }
        };
        tokio::spawn(drain(lines));
        let profile = tempfile::tempdir().expect("a folder for the profile");
        let mut capabilities = DesiredCapabilities::chrome();
        let size = format!("--window-size={},{}", setup.size.0, setup.size.1);
        let user_data = format!("--user-data-dir={}", profile.path().display());
        for argument in [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            &size,
            &user_data,
        ] {
            capabilities.add_arg(argument).expect("an argument");
        }
        let languages = serde_json::json!({ "intl.accept_languages": setup.languages });
        capabilities
            .add_experimental_option("prefs", languages)
            .expect("an option");
        let kept = if setup.kept {
            &["performance", "browser"][..]
        } else {
            &[]
        };
        for component in kept {
            capabilities
                .set_logging_prefs(*component, LoggingPrefsLogLevel::All)
                .expect("a capability");
        }
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities)
            .await
            .expect("a browser");
        let scheme = if setup.dark { "dark" } else { "light" };
        driver
            .cdp()
            .send_raw(
                "Emulation.setEmulatedMedia",
                serde_json::json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] }),
            )
            .await
            .expect("media");
        driver
            .cdp()
            .send_raw(
                "Emulation.setDeviceMetricsOverride",
                serde_json::json!({
                    "width": setup.size.0, "height": setup.size.1,
                    "deviceScaleFactor": 1, "mobile": false,
                }),
            )
            .await
            .expect("metrics");
        Self {
            driver,
            _driver_process: process,
            _profile: profile,
        }
    }

    /// Closes it.
    pub async fn close(self) {
        let _ = self.driver.clone().quit().await;
    }
}

impl Drop for Browser {
    /// A test that fails leaves its browser open: the driver would wait for it for long.
    fn drop(&mut self) {
        let _ = self._driver_process.start_kill();
        let profile = format!("user-data-dir={}", self._profile.path().display());
        let _ = std::process::Command::new("pkill")
            .args(["-f", &profile])
            .status();
    }
}
