//! The configuration of this site, `config.json`.

use crate::client::{Client, REQUEST_TIMEOUT};

/// Reads `config.json`. A missing or invalid file counts as empty.
pub async fn site_config(base_path: &str) -> SiteConfig {
    let site = Client::new("", None);
    site.read(&format!("{base_path}/config.json"), REQUEST_TIMEOUT)
        .await
        .unwrap_or_default()
}

/// The content of `config.json`. Every field is optional.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(default)]
pub struct SiteConfig {
    /// The base URL of the API, without `/v1`. Empty: the site's own origin.
    pub api: String,
    /// The namespace that is shown first.
    pub namespace: String,
    /// The registry that has the API's images: `HOST[:PORT][/PREFIX]`. Empty: no image can be pulled, as far as is known.
    pub registry: String,
}
