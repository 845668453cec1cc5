//! A source of tag configs, as it is asked for new commits.

use crate::builds::planning::repository_source;
use crate::builds::poll_schedule::Host;
use crate::rules;
use crate::sources::clone_urls::Sources;
use crate::store::repositories::StoredRepository;

/// A source of tag configs: one read answers for all of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Source {
    /// The clone URLs, in the order in which to try them.
    pub(crate) clone_urls: Vec<String>,
    /// The file name of the deploy key, if a URL has a use for one.
    pub(crate) deploy_key: Option<String>,
}

impl Source {
    /// Returns the source of a repository; `None` if it has no build config.
    pub(crate) fn of(repository: &StoredRepository, sources: &Sources) -> Option<Self> {
        let clone_urls = sources.clone_urls(&repository_source(repository)?);
        Some(Self::new(clone_urls, repository.deploy_key.clone()))
    }

    /// A key that no URL uses is left out, so that repositories with the same source and keys of their own are answered
    /// by one read.
    fn new(clone_urls: Vec<String>, deploy_key: Option<String>) -> Self {
        let uses_key = |url: &String| {
            let scheme = url.split_once("://").map(|(scheme, _)| scheme);
            rules::local_path(url).is_none() && !matches!(scheme, Some("http" | "https" | "git"))
        };
        Self {
            deploy_key: deploy_key.filter(|_| clone_urls.iter().any(uses_key)),
            clone_urls,
        }
    }

    /// The host that is asked first.
    pub(crate) fn host(&self) -> Host {
        let url = self.clone_urls.first().map_or("", String::as_str);
        if rules::local_path(url).is_some() {
            return Host::Local;
        }
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let authority = rest.split('/').next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        let name = host.split(':').next().unwrap_or_default();
        Host::Remote(name.to_ascii_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_asked_once_for_all_keys_that_it_does_not_use() {
        let source = |url: &str, key: &str| Source::new(vec![url.to_owned()], Some(key.to_owned()));
        for url in ["https://git.example/a", "git://git.example/a", "/srv/a"] {
            assert_eq!(source(url, "one"), source(url, "two"), "{url}");
        }
        for url in ["ssh://git@git.example/a", "git@git.example:a"] {
            assert_ne!(source(url, "one"), source(url, "two"), "{url}");
        }
    }

    #[test]
    fn the_host_of_a_source_is_that_of_its_first_url() {
        for (url, expected) in [
            ("/srv/git/app", Host::Local),
            ("file:///srv/git/app", Host::Local),
            (
                "https://Git.example:8443/a/b.git",
                Host::Remote("git.example".to_owned()),
            ),
            (
                "ssh://git@git.example:22/a",
                Host::Remote("git.example".to_owned()),
            ),
            (
                "git@git.example:a/b.git",
                Host::Remote("git.example".to_owned()),
            ),
        ] {
            let source = Source {
                clone_urls: vec![url.to_owned()],
                deploy_key: None,
            };
            assert_eq!(source.host(), expected, "{url}");
        }
    }
}
