//! The browser engines that the stories run in.

use super::parts::{program, skip};
use std::path::PathBuf;

/// A browser engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Chromium,
    Firefox,
    WebKit,
}

/// Tells why a test of a touchscreen leaves out WebKit.
pub const NO_TOUCH: &str = "its driver can't take away the mouse";

impl Engine {
    /// The engine that `SLIPWAY_ENGINE` names: `chromium`, `firefox` or `webkit`. Chromium without it.
    pub fn chosen() -> Self {
        match std::env::var("SLIPWAY_ENGINE").as_deref() {
            Ok("firefox") => Self::Firefox,
            Ok("webkit") => Self::WebKit,
            Ok("chromium") | Err(_) => Self::Chromium,
            Ok(other) => panic!("SLIPWAY_ENGINE: there is no engine '{other}'"),
        }
    }

    /// The name of the part of the machine that it is, as `scripts/setup` lists it.
    pub fn part(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        }
    }

    /// Returns true if this machine has it. Where it is missing, this says that the test is skipped. Chromium is always
    /// there: `make test` installs it.
    pub fn is_here(self) -> bool {
        let wanted: &[&str] = match self {
            Self::Chromium => return true,
            Self::Firefox => &["firefox-esr", "geckodriver"],
            Self::WebKit => &["WebKitWebDriver", "Xvfb"],
        };
        let has_programs = wanted
            .iter()
            .all(|name| program(self.part(), name).is_some());
        if has_programs && self == Self::WebKit && mini_browser().is_none() {
            skip(self.part(), "MiniBrowser is not installed");
            return false;
        }
        has_programs
    }
}

/// WebKit's own small browser. It is among its libraries, in a folder that has the machine's kind in its name.
pub fn mini_browser() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").ok()?.flatten();
    let libraries = folders
        .map(|folder| folder.path())
        .chain(["/usr/libexec".into()]);
    libraries
        .map(|folder| folder.join("webkit2gtk-4.1/MiniBrowser"))
        .find(|program| program.is_file())
}
