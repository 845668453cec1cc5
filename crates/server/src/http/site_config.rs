//! The facts that the console is told by the site's `config.json`, where this server serves the site.

use serde_json::{Map, Value, json};

/// The facts that the server says of itself.
#[derive(Debug, Default)]
pub(crate) struct SiteConfig {
    /// The namespace that the console shows first.
    pub(crate) namespace: Option<&'static str>,
    /// The registry that images are pushed to: `HOST[:PORT][/PREFIX]`.
    pub(crate) registry: Option<String>,
}

impl SiteConfig {
    /// Returns the `config.json` to serve in the place of the site's own, given its content; `None` if the server has
    /// nothing to add.
    pub(crate) fn over(&self, own: Option<&[u8]>) -> Option<String> {
        let mut config: Map<String, Value> = own
            .and_then(|own| serde_json::from_slice(own).ok())
            .unwrap_or_default();
        let before = config.clone();
        if let Some(namespace) = self.namespace {
            config.insert("api".to_owned(), json!(""));
            config.insert("namespace".to_owned(), json!(namespace));
        }
        // Of another API, this server knows nothing.
        let is_own = config.get("api").is_none_or(|api| *api == "");
        if is_own {
            match &self.registry {
                Some(registry) => config.insert("registry".to_owned(), json!(registry)),
                None => config.remove("registry"),
            };
        }
        (config != before).then(|| Value::Object(config).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(namespace: Option<&'static str>, registry: Option<&str>, own: &str) -> Option<Value> {
        let registry = registry.map(str::to_owned);
        let config = SiteConfig {
            namespace,
            registry,
        };
        let text = config.over(Some(own.as_bytes()))?;
        Some(serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn the_sites_own_config_stays_as_far_as_it_can() {
        let (own, other) = (
            r#"{"api": "", "namespace": "a"}"#,
            r#"{"api": "https://b", "x": 1}"#,
        );
        assert_eq!(over(None, None, own), None);
        assert_eq!(
            over(None, Some("r:5000"), own),
            Some(json!({ "api": "", "namespace": "a", "registry": "r:5000" }))
        );
        assert_eq!(
            over(Some("demo"), None, other),
            Some(json!({ "api": "", "namespace": "demo", "x": 1 }))
        );
        assert_eq!(over(None, Some("r:5000"), other), None, "another API");
        for own in ["", "no JSON", "[]"] {
            let expected = Some(json!({ "registry": "r:5000" }));
            assert_eq!(over(None, Some("r:5000"), own), expected);
        }
        let pretends = r#"{"registry": "r:5000"}"#;
        assert_eq!(
            over(None, None, pretends),
            Some(json!({})),
            "nothing is pushed"
        );
    }
}
