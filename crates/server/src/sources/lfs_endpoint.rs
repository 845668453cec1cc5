//! Where the host of a source answers for its git-lfs files, and with which headers it is asked.

use crate::process::job::{Failure, Job};
use crate::sources::clone_urls::Location;
use crate::sources::git::{Checkout, GIT_TIMEOUT, Git, shell_quoted, why};
use crate::sources::network::ssh_address;
use crate::sources::way::Destination;
use serde::Deserialize;
use slipway_api::lenient::or_default;
use std::collections::HashMap;

/// The most that a host may answer about its endpoint, in bytes.
const MAX_ANSWER_BYTES: u64 = 1 << 20;

/// The endpoint of a source's git-lfs files.
pub(crate) struct Endpoint {
    /// The URL, without a slash at its end.
    pub(crate) url: String,
    /// The headers of each request to it.
    pub(crate) headers: HashMap<String, String>,
    /// The user and the password of the clone URL, for the same server.
    pub(crate) login: Option<(String, String)>,
}

impl Git {
    /// Finds the endpoint of a checkout that comes from the network. Returns why there is none.
    ///
    /// # Errors
    ///
    /// When git or ssh can't be run, or the build is stopped.
    pub(crate) async fn lfs_endpoint(
        &self,
        job: &mut Job,
        checkout: &Checkout,
    ) -> Result<Result<Endpoint, String>, Failure> {
        let Location::Remote(source) = &checkout.location else {
            return Ok(Err("it is a source of this machine".to_owned()));
        };
        let named = self.config_of(job, checkout, ".lfsconfig", "url$").await?;
        let value = |key: &str| {
            let mut pairs = named.iter();
            pairs
                .find(|(name, _)| name == key)
                .map(|(_, url)| url.as_str())
        };
        let named = value("lfs.url").or_else(|| value("remote.origin.lfsurl"));
        if let Some(url) = named.filter(|url| is_web(url)) {
            let is_own = server(url) == server(&source.url);
            return Ok(Ok(Endpoint {
                url: url.trim_end_matches('/').to_owned(),
                headers: HashMap::new(),
                login: source.login().filter(|_| is_own).map(owned),
            }));
        }
        if is_web(&source.url) {
            return Ok(Ok(Endpoint {
                url: default_endpoint(&source.url),
                headers: HashMap::new(),
                login: source.login().map(owned),
            }));
        }
        if let Some((_, path)) = ssh_address(&source.url) {
            return self.ask_endpoint(job, checkout, path).await;
        }
        let https = source.url.replacen("git://", "https://", 1);
        Ok(Ok(Endpoint {
            url: default_endpoint(&https),
            headers: HashMap::new(),
            login: None,
        }))
    }

    /// Asks a host by ssh for the endpoint of a path.
    async fn ask_endpoint(
        &self,
        job: &mut Job,
        checkout: &Checkout,
        path: &str,
    ) -> Result<Result<Endpoint, String>, Failure> {
        #[derive(Deserialize)]
        struct Answer {
            href: String,
            #[serde(default, deserialize_with = "or_default")]
            header: HashMap<String, String>,
        }
        let destination = Destination {
            location: &checkout.location,
            deploy_key: checkout.deploy_key.as_deref(),
            is_large_files: true,
            limit: MAX_ANSWER_BYTES,
        };
        let program = format!("git-lfs-authenticate {} download", shell_quoted(path));
        let (command, way) = match self.command_at(&destination, &program).await {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(Err("its host is not known".to_owned())),
            Err(reason) => return Ok(Err(reason)),
        };
        let output = job.capture(command, GIT_TIMEOUT).await?;
        if !output.status.success() {
            return Ok(Err(why(&way, &output.stderr)));
        }
        let answer: Result<Answer, _> = serde_json::from_slice(&output.stdout);
        Ok(match answer {
            Ok(Answer { href, header }) if is_web(&href) => Ok(Endpoint {
                url: href.trim_end_matches('/').to_owned(),
                headers: header,
                login: None,
            }),
            _ => Err("its host does not say where they are".to_owned()),
        })
    }
}

fn owned((user, password): (&str, &str)) -> (String, String) {
    (user.to_owned(), password.to_owned())
}

fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// Scheme, host and port of a URL.
fn server(url: &str) -> Option<&str> {
    let start = url.find("://")? + 3;
    url[start..].find('/').map(|end| &url[..start + end])
}

/// The endpoint that belongs to a clone URL, by the rules of git-lfs.
fn default_endpoint(clone_url: &str) -> String {
    let url = clone_url.split(['?', '#']).next().unwrap_or_default();
    let url = url.trim_end_matches('/');
    let end = if url.ends_with(".git") { "" } else { ".git" };
    format!("{url}{end}/info/lfs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endpoint_is_below_the_clone_url() {
        for (url, expected) in [
            ("https://h/a/b.git", "https://h/a/b.git/info/lfs"),
            ("https://h/a/b", "https://h/a/b.git/info/lfs"),
            ("https://h:8443/a/b.git/", "https://h:8443/a/b.git/info/lfs"),
            ("https://h/a?x=y", "https://h/a.git/info/lfs"),
        ] {
            assert_eq!(default_endpoint(url), expected);
        }
    }
}
