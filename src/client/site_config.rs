//! The configuration of this site, `config.json`.

use crate::client::{Client, REQUEST_TIMEOUT};
use crate::platform::json::{Fields, Json};

/// Reads `config.json`. A missing or invalid file counts as empty.
pub async fn site_config(base_path: &str) -> SiteConfig {
    let site = Client::new("", None);
    let url = format!("{base_path}/config.json");
    let text = site.read_text(&url, REQUEST_TIMEOUT).await;
    text.ok().and_then(|text| read(&text)).unwrap_or_default()
}

fn read(text: &str) -> Option<SiteConfig> {
    let json = Json::parse(text).ok()?;
    let mut fields = Fields::of(&json);
    let config = SiteConfig {
        api: fields.text_or_empty("api"),
        namespace: fields.text_or_empty("namespace"),
        registry: fields.text_or_empty("registry"),
    };
    fields.end(config).ok()
}

/// The content of `config.json`. Every field is optional.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SiteConfig {
    /// The base URL of the API, without `/v1`. Empty: the site's own origin.
    pub api: String,
    /// The namespace that is shown first.
    pub namespace: String,
    /// The registry that has the API's images: `HOST[:PORT][/PREFIX]`. Empty: no image can be pulled, as far as is known.
    pub registry: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_optional_and_no_file_is_an_error() {
        let config = read(r#"{"namespace": "team", "more": 1}"#).unwrap();
        assert_eq!(
            (config.api.as_str(), config.namespace.as_str()),
            ("", "team")
        );
        for text in ["", "<html>", r#"{"api": 7}"#] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
