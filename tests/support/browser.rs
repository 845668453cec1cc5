//! A browser with its driver, started for one test and stopped after it.

mod chromium;
mod firefox;
mod webkit;

use super::engine::Engine;
use super::eventually;
use super::page::inspect::KEEP_ERRORS;
use super::proxy::Proxy;
use axum::http::Method;
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use tempfile::TempDir;
use thirtyfour::prelude::*;
use tokio::process::Child;

/// The most times that a driver is started: it ends at once if the free port that it has picked is taken meanwhile.
const MAX_STARTS: usize = 5;

/// The most times that a browser is started with its driver. Either may end at once, as WebKit's driver was once seen to.
const MAX_SESSIONS: usize = 3;

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
    /// Has service workers. Without them, a story decides by itself what comes from the network.
    pub has_workers: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            languages: "en-US,en",
            dark: false,
            size: (1280, 900),
            records: true,
            has_workers: false,
        }
    }
}

/// A browser with its driver, and one tab.
pub struct Browser {
    pub driver: WebDriver,
    pub engine: Engine,
    /// In the engines whose driver has no way to do what it does, where the browser records.
    pub(super) proxy: Option<Proxy>,
    /// True while the button of the mouse is down, in Chromium.
    pub(super) is_button_down: AtomicBool,
    has_workers: bool,
    /// The driver, and what it runs in.
    processes: Vec<Child>,
    profile: TempDir,
}

/// The folder that files are saved to.
fn downloads(profile: &Path) -> PathBuf {
    profile.join("downloads")
}

/// Starts a driver and a browser of this engine, and answers both: the driver's processes, and the session with it. Panics
/// if that fails each time.
async fn start_session(
    engine: Engine,
    setup: &Setup,
    profile: &Path,
    proxy: Option<&Proxy>,
) -> (Vec<Child>, WebDriver) {
    let mut reason = String::new();
    for _ in 0..MAX_SESSIONS {
        let (mut processes, address, capabilities) = match engine {
            Engine::Chromium => {
                let (process, address) = chromium::start_driver(profile).await;
                (vec![process], address, chromium::capabilities(setup))
            }
            Engine::Firefox => {
                let (process, address) = firefox::start_driver().await;
                let capabilities = firefox::capabilities(setup, profile, proxy);
                (vec![process], address, capabilities)
            }
            Engine::WebKit => {
                let (processes, address) = webkit::start_driver(profile).await;
                (processes, address, webkit::capabilities(setup, proxy))
            }
        };
        match WebDriver::new(address, capabilities).await {
            Ok(driver) => return (processes, driver),
            Err(error) => {
                let driver = processes[0].try_wait();
                reason =
                    format!("the browser did not start: {error}; its driver's exit: {driver:?}");
                // Past the capturing of a test's output, which a passing test never shows.
                let _ = writeln!(std::io::stderr(), "{reason}");
                drop(processes);
                end_browsers_of(profile);
            }
        }
    }
    panic!("{MAX_SESSIONS} times: {reason}");
}

/// Ends the browsers with this profile. Other programs have other ones. Chromium's is below this folder, which is in its
/// arguments.
fn end_browsers_of(profile: &Path) {
    let profile = profile.display().to_string();
    let _ = std::process::Command::new("pkill")
        .args(["-f", &profile])
        .status();
}

impl Browser {
    /// Starts a browser of the chosen engine with an empty profile.
    pub async fn start(setup: Setup) -> Self {
        Self::start_in(Engine::chosen(), setup).await
    }

    /// Starts a browser of this engine with an empty profile.
    pub async fn start_in(engine: Engine, setup: Setup) -> Self {
        let profile = tempfile::tempdir().expect("a folder for the profile");
        std::fs::create_dir(downloads(profile.path())).expect("a folder for downloads");
        let proxy = match engine {
            Engine::Firefox | Engine::WebKit if setup.records => Some(Proxy::start().await),
            _ => None,
        };
        let (processes, driver) =
            start_session(engine, &setup, profile.path(), proxy.as_ref()).await;
        let browser = Self {
            driver,
            engine,
            proxy,
            is_button_down: AtomicBool::new(false),
            has_workers: setup.has_workers,
            processes,
            profile,
        };
        if let (Engine::WebKit, Some(proxy)) = (engine, &browser.proxy) {
            proxy.before_each_page(&webkit::languages(&setup));
        }
        if let Some(proxy) = &browser.proxy {
            proxy.before_each_page(KEEP_ERRORS);
        }
        browser.set_up(&setup).await;
        browser
    }

    async fn set_up(&self, setup: &Setup) {
        // WebKit's theme is an argument of the browser.
        if self.engine != Engine::WebKit {
            self.prefer(if setup.dark { "dark" } else { "light" }).await;
        }
        self.resize(setup.size).await;
        if self.engine == Engine::Chromium && chromium::headless_shell().is_some() {
            // It has nobody to ask, where Chromium itself allows this at once.
            let write =
                json!({ "permission": { "name": "clipboard-write" }, "setting": "granted" });
            self.devtools("Browser.setPermission", write).await;
        }
        self.begin_tab().await;
    }

    /// Prepares a tab. What a script in Chromium does before each page, it does for one tab.
    async fn begin_tab(&self) {
        if !self.has_workers && (self.engine == Engine::Chromium || self.proxy.is_some()) {
            let script = "delete Navigator.prototype.serviceWorker;";
            self.before_each_page(script).await;
        }
    }

    /// Switches the user's system to `light` or `dark`. Returns false where the engine's driver has no way to.
    pub async fn prefer(&self, theme: &str) -> bool {
        match self.engine {
            Engine::Chromium => {
                let feature = json!({ "name": "prefers-color-scheme", "value": theme });
                let features = json!({ "features": [feature] });
                self.devtools("Emulation.setEmulatedMedia", features).await;
                true
            }
            Engine::Firefox => {
                let name = "layout.css.prefers-color-scheme.content-override";
                let value = i32::from(theme != "dark");
                self.in_window(&firefox::preferring(name, value)).await;
                true
            }
            Engine::WebKit => false,
        }
    }

    /// Makes the user's system ask for less motion. WebKit's driver has no way to.
    pub async fn reduce_motion(&self) {
        match self.engine {
            Engine::Chromium => {
                let feature = json!({ "name": "prefers-reduced-motion", "value": "reduce" });
                let features = json!({ "features": [feature] });
                self.devtools("Emulation.setEmulatedMedia", features).await;
            }
            Engine::Firefox => {
                let name = "ui.prefersReducedMotion";
                self.in_window(&firefox::preferring(name, 1)).await;
            }
            Engine::WebKit => {}
        }
    }

    /// Gives the page this size, in CSS pixels.
    pub async fn resize(&self, (width, height): (u32, u32)) {
        if self.engine == Engine::Chromium {
            let size = json!({
                "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
            });
            self.devtools("Emulation.setDeviceMetricsOverride", size)
                .await;
            return;
        }
        // The window has its new size before the page has, and a window that has just opened may take another one.
        let size = json!([width, height]);
        eventually(&format!("a page of {width}×{height}"), async || {
            let now = self.script("return [innerWidth, innerHeight];").await;
            if now == size {
                return Some(());
            }
            self.resize_window((width, height)).await;
            None
        })
        .await;
    }

    async fn resize_window(&self, (width, height): (u32, u32)) {
        if self.engine == Engine::Firefox {
            return self.in_window(&firefox::resizing((width, height))).await;
        }
        let bars = self.script("return outerHeight - innerHeight;").await;
        let bars = bars.as_u64().unwrap_or_default() as u32;
        let sized = self.driver.set_window_rect(0, 0, width, height + bars);
        sized.await.expect("a size");
    }

    /// Makes the browser one with a touchscreen and no mouse or keyboard. WebKit's driver has no way to.
    pub async fn only_touch(&self) {
        if self.engine == Engine::Chromium {
            let on = json!({ "enabled": true, "maxTouchPoints": 5 });
            self.devtools("Emulation.setTouchEmulationEnabled", on)
                .await;
            return;
        }
        // A pointer that is coarse and doesn't hover.
        for kind in ["primary", "all"] {
            let name = format!("ui.{kind}PointerCapabilities");
            self.in_window(&firefox::preferring(&name, 1)).await;
        }
    }

    /// From now on lets requests fail whose path ends like this; none with an empty end.
    pub async fn block(&self, end: &str) {
        if let Some(proxy) = &self.proxy {
            return proxy.block((!end.is_empty()).then_some(end));
        }
        let urls: Vec<String> = match end {
            "" => Vec::new(),
            end => vec![format!("*{end}")],
        };
        self.devtools("Network.enable", json!({})).await;
        self.devtools("Network.setBlockedURLs", json!({ "urls": urls }))
            .await;
    }

    /// The folder that files are saved to from now on.
    pub async fn downloads(&self) -> PathBuf {
        let folder = downloads(self.profile.path());
        if self.engine == Engine::Chromium {
            let behavior = json!({ "behavior": "allow", "downloadPath": folder });
            self.devtools("Browser.setDownloadBehavior", behavior).await;
        }
        folder
    }

    /// Sends a command of the Chrome DevTools protocol, which only Chromium has.
    pub async fn devtools(&self, command: &str, parameters: Value) {
        let tools = self.driver.cdp();
        let sent = tools.send_raw(command, parameters).await;
        sent.unwrap_or_else(|error| panic!("{command}: {error}"));
    }

    /// Runs a script in Firefox's own window, outside of the page.
    async fn in_window(&self, script: &str) {
        let context = async |name: &str| {
            let body = json!({ "context": name });
            let set = self.raw(Method::POST, "moz/context".to_owned(), Some(body));
            set.await.expect("a context");
        };
        context("chrome").await;
        let result = self.driver.execute(script, Vec::new()).await;
        context("content").await;
        result.expect("the script runs");
    }

    /// Runs a script in each document that is opened from now on, before the document's own scripts.
    pub async fn before_each_page(&self, script: &str) {
        if let Some(proxy) = &self.proxy {
            return proxy.before_each_page(script);
        }
        let source = json!({ "source": script });
        self.devtools("Page.addScriptToEvaluateOnNewDocument", source)
            .await;
    }

    /// Opens a second tab, and answers the one that was current; `driver.switch_to_window` leads back.
    pub async fn new_tab(&self) -> WindowHandle {
        let old = self.driver.window().await.expect("a tab");
        // WebKit's driver leaves a second tab behind the first one, where nothing is drawn.
        let new = match self.engine {
            Engine::WebKit => self.driver.new_window().await,
            _ => self.driver.new_tab().await,
        };
        let new = new.expect("a second tab");
        let switched = self.driver.switch_to_window(new).await;
        switched.expect("shows the second tab");
        self.begin_tab().await;
        old
    }

    /// Closes the tab and goes on in a new one, as a user who closed a tab does.
    pub async fn replace_tab(&self) {
        let new = self.driver.new_tab().await.expect("a new tab");
        self.driver.close_window().await.expect("closes the tab");
        let switched = self.driver.switch_to_window(new).await;
        switched.expect("shows the new tab");
        self.begin_tab().await;
    }

    /// Closes it.
    pub async fn close(self) {
        let _ = self.driver.clone().quit().await;
    }
}

impl Drop for Browser {
    /// Ends the browser of a test that did not close it: its driver would wait for it for long. WebKit's browser ends
    /// with its display.
    fn drop(&mut self) {
        for process in &mut self.processes {
            let _ = process.start_kill();
        }
        end_browsers_of(self.profile.path());
    }
}
