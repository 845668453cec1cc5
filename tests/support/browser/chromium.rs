//! Chromium and its driver.

use super::{MAX_STARTS, Setup};
use crate::support::server::{lines_of, match_before_end};
use std::path::Path;
use std::process::Stdio;
use thirtyfour::common::log::LoggingPrefsLogLevel;
use thirtyfour::prelude::*;
use thirtyfour::{Capabilities, ChromeCapabilities};
use tokio::process::{Child, Command};

/// Pages of the browser's own address bar, which it draws beside the first page of a new profile: that takes a core for a
/// second, while the console starts.
const NO_OWN_PAGES: &str = "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup";

/// Returns Chromium's headless shell, if `scripts/stories` has chosen it: `SLIPWAY_CHROMIUM` names it. Without it, or with
/// an empty one, chromedriver finds Chromium itself.
pub(super) fn headless_shell() -> Option<String> {
    let binary = std::env::var("SLIPWAY_CHROMIUM").ok()?;
    (!binary.is_empty()).then_some(binary)
}

/// Starts chromedriver, and answers its address. Its browsers have their profiles below this folder: the headless shell
/// opens no page if `--user-data-dir` names one.
pub(super) async fn start_driver(folder: &Path) -> (Child, String) {
    let driver = std::env::var_os("CHROMEDRIVER").unwrap_or_else(|| "chromedriver".into());
    for _ in 0..MAX_STARTS {
        let mut process = Command::new(&driver)
            .arg("--port=0")
            .env("TMPDIR", folder)
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
            return (process, format!("http://127.0.0.1:{port}"));
        }
    }
    panic!("chromedriver has ended each time");
}

pub(super) fn capabilities(setup: &Setup) -> Capabilities {
    let mut capabilities = ChromeCapabilities::new();
    let size = format!("--window-size={},{}", setup.size.0, setup.size.1);
    let languages = format!("--accept-lang={}", setup.languages);
    for argument in [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        NO_OWN_PAGES,
        &size,
        &languages,
    ] {
        capabilities.add_arg(argument).expect("an argument");
    }
    match headless_shell() {
        Some(binary) => capabilities.set_binary(&binary).expect("a binary"),
        None => capabilities.add_arg("--headless=new").expect("an argument"),
    }
    let recorded = match setup.records {
        true => &["performance", "browser"][..],
        false => &[],
    };
    for component in recorded {
        capabilities
            .set_logging_prefs(*component, LoggingPrefsLogLevel::All)
            .expect("a capability");
    }
    let mut capabilities: Capabilities = capabilities.into();
    // Some servers of the tests have a certificate of their own.
    capabilities
        .accept_insecure_certs(true)
        .expect("a capability");
    capabilities
}
