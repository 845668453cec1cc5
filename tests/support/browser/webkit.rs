//! WebKitGTK's small browser, its driver, and a display that nobody sees.

use super::{MAX_STARTS, Setup};
use crate::support::engine::mini_browser;
use crate::support::eventually;
use crate::support::proxy::Proxy;
use crate::support::server::{lines_of, match_before_end};
use serde_json::json;
use std::path::Path;
use std::process::Stdio;
use thirtyfour::Capabilities;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

/// How the window's own bars look: so that the window can be as narrow as a phone.
const NARROW: &str =
    "* { min-width: 0; min-height: 0; padding: 0; margin: 0; border-width: 0; border-spacing: 0;
    font-size: 1px; }";

/// Starts a display for one browser: two windows of one display would take each other's focus. Answers its name.
async fn start_display() -> (Child, String) {
    let mut process = Command::new("Xvfb")
        .args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "2000x1600x24",
            "-nolisten",
            "tcp",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("Xvfb starts");
    let number = match_before_end(lines_of(&mut process), |line| {
        line.trim().parse::<u32>().ok()
    });
    let number = number.await.expect("a display");
    (process, format!(":{number}"))
}

/// Starts the display and the driver, and answers both and the driver's address.
pub(super) async fn start_driver(profile: &Path) -> (Vec<Child>, String) {
    let (display_process, display) = start_display().await;
    let config = profile.join("config");
    std::fs::create_dir_all(&config).expect("a folder");
    let look = config.join("gtk-3.0");
    std::fs::create_dir_all(&look).expect("a folder");
    std::fs::write(look.join("gtk.css"), NARROW).expect("a file");
    let downloads = super::downloads(profile);
    std::fs::write(
        config.join("user-dirs.dirs"),
        format!("XDG_DOWNLOAD_DIR=\"{}\"\n", downloads.display()),
    )
    .expect("a file");
    for _ in 0..MAX_STARTS {
        let port = free_port().await;
        let mut process = Command::new("WebKitWebDriver")
            .arg(format!("--port={port}"))
            .env("DISPLAY", &display)
            .env("HOME", profile)
            .env("XDG_CONFIG_HOME", &config)
            .env("XDG_CACHE_HOME", profile.join("cache"))
            .env("XDG_DATA_HOME", profile.join("data"))
            // There is no graphics card, no bus and no screen reader.
            .env("WEBKIT_DISABLE_COMPOSITING_MODE", "1")
            .env("NO_AT_BRIDGE", "1")
            .env("GSETTINGS_BACKEND", "memory")
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("WebKitWebDriver starts");
        // It ends at once if the port was taken meanwhile.
        let is_up = eventually("WebKitWebDriver listens", async || {
            if process.try_wait().expect("a process").is_some() {
                return Some(false);
            }
            // While nobody listens there, a connection may get the same port at both of its ends: to itself.
            let connected = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
            let own = connected.local_addr().ok()?;
            (own.port() != port).then_some(true)
        });
        if is_up.await {
            let address = format!("http://127.0.0.1:{port}");
            return (vec![process, display_process], address);
        }
    }
    panic!("WebKitWebDriver has ended each time");
}

/// A port that is free now; the driver can pick none itself.
async fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    listener.local_addr().expect("an address").port()
}

pub(super) fn capabilities(setup: &Setup, proxy: Option<&Proxy>) -> Capabilities {
    let mut capabilities = Capabilities::new();
    let mut arguments = vec![
        "--automation",
        "--javascript-can-access-clipboard=true",
        "--javascript-can-open-windows-automatically=true",
    ];
    if setup.dark {
        arguments.push("--dark-mode");
    }
    let browser = mini_browser().expect("MiniBrowser");
    let options = json!({ "binary": browser, "args": arguments });
    let mut set = |name: &str, value| {
        capabilities.set(name, value).expect("a capability");
    };
    set("webkitgtk:browserOptions", options);
    if let Some(proxy) = proxy {
        let manual = json!({ "proxyType": "manual", "httpProxy": proxy.address });
        set("proxy", manual);
    }
    capabilities
}

/// A script before each page that says which languages the user has. The browser itself takes them from the system's
/// compiled locales, and has none but English where there are none.
pub(super) fn languages(setup: &Setup) -> String {
    let languages: Vec<&str> = setup.languages.split(',').collect();
    let languages = json!(languages);
    format!(
        "Object.defineProperty(navigator, 'languages', {{get: () => {languages}}});
         Object.defineProperty(navigator, 'language', {{get: () => {languages}[0]}});"
    )
}
