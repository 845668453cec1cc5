//! Firefox and its driver.

use super::{MAX_STARTS, Setup};
use crate::support::proxy::Proxy;
use crate::support::server::{lines_of, match_before_end};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Stdio;
use thirtyfour::prelude::*;
use thirtyfour::{Capabilities, FirefoxCapabilities};
use tokio::process::{Child, Command};

/// Starts geckodriver, and answers its address.
pub(super) async fn start_driver() -> (Child, String) {
    for _ in 0..MAX_STARTS {
        // The access is for scripts in the browser's own window, which set its size and its preferences.
        let mut process = Command::new("geckodriver")
            .args([
                "--port",
                "0",
                "--websocket-port",
                "0",
                "--allow-system-access",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("geckodriver starts");
        let lines = lines_of(&mut process);
        let address = match_before_end(lines, |line| {
            let (_, address) = line.split_once("Listening on ")?;
            Some(format!("http://{}", address.trim()))
        });
        if let Some(address) = address.await {
            return (process, address);
        }
    }
    panic!("geckodriver has ended each time");
}

pub(super) fn capabilities(setup: &Setup, profile: &Path, proxy: Option<&Proxy>) -> Capabilities {
    let mut preferences = json!({
        "intl.accept_languages": setup.languages,
        "dom.disable_beforeunload": false,
        "browser.download.folderList": 2,
        "browser.download.dir": super::downloads(profile),
        "browser.download.alwaysOpenPanel": false,
        "browser.helperApps.neverAsk.saveToDisk": "application/json",
        // The frames of an animation come as fast as those of a page that one looks at.
        "widget.windows.window_occlusion_tracking.enabled": false,
        // Its own pages, and processes for pages that nobody opens, take half of the machine.
        "dom.ipc.processPrelaunch.enabled": false,
        "browser.newtab.preload": false,
        "browser.startup.page": 0,
    });
    if let Some((host, port)) = proxy.and_then(|proxy| proxy.address.split_once(':')) {
        let port: u16 = port.parse().expect("a port");
        preferences["network.proxy.type"] = json!(1);
        preferences["network.proxy.http"] = json!(host);
        preferences["network.proxy.http_port"] = json!(port);
        preferences["network.proxy.allow_hijacking_localhost"] = json!(true);
        preferences["network.proxy.no_proxies_on"] = json!("");
    }
    let mut capabilities = FirefoxCapabilities::new();
    let options: [(&str, Value); 2] = [
        ("prefs", preferences),
        ("args", json!(["-headless", "-profile", profile])),
    ];
    for (name, value) in options {
        capabilities
            .set_browser_option(name, value)
            .expect("an option");
    }
    capabilities.into()
}

/// A script in the browser's own window that gives the page this size, in CSS pixels.
pub(super) fn resizing((width, height): (u32, u32)) -> String {
    format!(
        "const window = Services.wm.getMostRecentWindow('navigator:browser');
         const page = window.gBrowser.selectedBrowser;
         window.document.documentElement.style.cssText = 'min-width: 0; min-height: 0';
         window.resizeBy({width} - page.clientWidth, {height} - page.clientHeight);"
    )
}

/// A script in the browser's own window that sets a preference to a number.
pub(super) fn preferring(name: &str, value: i32) -> String {
    format!("Services.prefs.setIntPref('{name}', {value});")
}
