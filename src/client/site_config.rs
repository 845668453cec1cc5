//! The site's own configuration, `config.json`.

use crate::client::{Client, TIME_LIMIT};

/// The site's own configuration, `config.json` beside it. Missing or odd, it is as if it were empty.
pub async fn site_config(base_path: &str) -> SiteConfig {
    let site = Client::new("", None);
    site.read(&format!("{base_path}/config.json"), TIME_LIMIT)
        .await
        .unwrap_or_default()
}

/// What the site's own `config.json` says. Every part may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(default)]
pub struct SiteConfig {
    /// Where `/v1` stands; empty means the site's own origin.
    pub api: String,
    /// The namespace to show first.
    pub namespace: String,
}
