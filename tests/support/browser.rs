//! A Chromium with its driver, started for one test and stopped after it.

use super::server::{lines_of, match_before_end};
use serde_json::json;
use std::process::Stdio;
use tempfile::TempDir;
use thirtyfour::ChromeCapabilities;
use thirtyfour::LoggingPrefsLogLevel;
use thirtyfour::prelude::*;
use tokio::process::{Child, Command};

/// How the browser is set up.
#[derive(Clone)]
pub struct Setup {
    /// The user's languages, best first.
    pub languages: &'static str,
    /// True where the user's system prefers dark colors.
    pub dark: bool,
    /// The window's width and height, CSS pixels.
    pub size: (u32, u32),
    /// Records requests and console messages for the test to read; that takes the page's memory.
    pub records: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            languages: "en-US,en",
            dark: false,
            size: (1280, 900),
            records: true,
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
        let (process, port) = start_driver().await;
        let profile = tempfile::tempdir().expect("a folder for the profile");
        let capabilities = capabilities(&setup, &profile);
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities)
            .await
            .expect("a browser");
        let browser = Self {
            driver,
            _driver_process: process,
            _profile: profile,
        };
        browser
            .prefer(if setup.dark { "dark" } else { "light" })
            .await;
        browser.resize(setup.size).await;
        browser
    }

    /// Switches the user's system to `light` or `dark`.
    pub async fn prefer(&self, theme: &str) {
        let feature = json!({ "name": "prefers-color-scheme", "value": theme });
        self.devtools(
            "Emulation.setEmulatedMedia",
            json!({ "features": [feature] }),
        )
        .await;
    }

    /// Gives the window this size, in CSS pixels.
    pub async fn resize(&self, (width, height): (u32, u32)) {
        let size = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", size)
            .await;
    }

    /// Sends a command of the Chrome DevTools protocol.
    pub async fn devtools(&self, command: &str, parameters: serde_json::Value) {
        let tools = self.driver.cdp();
        let sent = tools.send_raw(command, parameters).await;
        sent.unwrap_or_else(|error| panic!("{command}: {error}"));
    }

    /// Runs a script in each document that is opened from now on, before the document's own scripts.
    pub async fn before_each_page(&self, script: &str) {
        let source = json!({ "source": script });
        self.devtools("Page.addScriptToEvaluateOnNewDocument", source)
            .await;
    }

    /// Opens a second tab, and answers the one that was current; `driver.switch_to_window` leads back.
    pub async fn new_tab(&self) -> WindowHandle {
        let old = self.driver.window().await.expect("a tab");
        let new = self.driver.new_tab().await.expect("a second tab");
        let switched = self.driver.switch_to_window(new).await;
        switched.expect("shows the second tab");
        old
    }

    /// Closes the tab and goes on in a new one, as a user who closed a tab does.
    pub async fn replace_tab(&self) {
        let new = self.driver.new_tab().await.expect("a new tab");
        self.driver.close_window().await.expect("closes the tab");
        let switched = self.driver.switch_to_window(new).await;
        switched.expect("shows the new tab");
    }

    /// Closes it.
    pub async fn close(self) {
        let _ = self.driver.clone().quit().await;
    }
}

/// The most times that chromedriver is started: it ends at once if the free port that it has picked is taken meanwhile.
const MAX_STARTS: usize = 5;

/// Starts chromedriver, and answers its port.
async fn start_driver() -> (Child, String) {
    let driver = std::env::var_os("CHROMEDRIVER").unwrap_or_else(|| "chromedriver".into());
    for _ in 0..MAX_STARTS {
        let mut process = Command::new(&driver)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("chromedriver starts; `make test` installs it");
        let lines = lines_of(&mut process);
        let port = match_before_end(lines, |line| {
            let (_, port) = line.rsplit_once("on port ")?;
            let started = line.contains("started successfully");
            started.then(|| port.trim_end_matches('.').to_owned())
        });
        if let Some(port) = port.await {
            return (process, port);
        }
    }
    panic!("chromedriver has ended each time");
}

fn capabilities(setup: &Setup, profile: &TempDir) -> ChromeCapabilities {
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
    let languages = json!({ "intl.accept_languages": setup.languages });
    capabilities
        .add_experimental_option("prefs", languages)
        .expect("an option");
    let recorded = match setup.records {
        true => &["performance", "browser"][..],
        false => &[],
    };
    for component in recorded {
        capabilities
            .set_logging_prefs(*component, LoggingPrefsLogLevel::All)
            .expect("a capability");
    }
    capabilities
}

impl Drop for Browser {
    /// Ends the browser of a test that did not close it: its driver would wait for it for long.
    fn drop(&mut self) {
        let _ = self._driver_process.start_kill();
        let profile = format!("user-data-dir={}", self._profile.path().display());
        let _ = std::process::Command::new("pkill")
            .args(["-f", &profile])
            .status();
    }
}
