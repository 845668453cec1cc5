//! Where a code source is cloned from, and whether that is allowed.

use crate::rules;
use crate::sources::credentials::GitUrl;
use crate::sources::hosts::{AllowedHost, AllowedHosts};
use slipway_api::redact::masked;
use slipway_api::url::encode;
use slipway_api::{CodeClient, CodeSource};
use std::path::{Path, PathBuf};

/// The clone URL of a code client, with `{namespace}` and `{name}` in it.
#[derive(Clone)]
pub struct SourceTemplate {
    client: CodeClient,
    url: String,
    /// The fault of the option, as a sentence.
    problem: Option<String>,
}

impl SourceTemplate {
    /// Parses `GitHub=https://github.com/{namespace}/{name}.git`. Never fails, since clap would print the text with the
    /// secrets in it; [`SourceTemplate::check`] says what is wrong.
    ///
    /// # Errors
    ///
    /// None.
    pub(crate) fn parse(text: &str) -> Result<Self, std::convert::Infallible> {
        let (client, url) = text.split_once('=').unwrap_or_default();
        let client = CodeClient::from(client);
        let problem = match client {
            _ if !text.contains('=') => Some("the format is CLIENT=URL"),
            CodeClient::Simple | CodeClient::Other(_) => {
                Some("the clients are GitHub, Bitbucket, OSChina and GitCafe")
            }
            _ => (!url.contains("{name}")).then_some("the URL does not contain {name}"),
        };
        Ok(Self {
            client,
            url: url.to_owned(),
            problem: problem.map(str::to_owned),
        })
    }

    /// Checks the client and the URL.
    ///
    /// # Errors
    ///
    /// A sentence about what is wrong, without the URL.
    pub(crate) fn check(&self, allows_secrets: bool) -> Result<(), String> {
        if let Some(problem) = &self.problem {
            return Err(problem.clone());
        }
        let example = self.fill("owner", "name");
        match rules::local_path(&example) {
            Some(_) => Ok(()),
            None => rules::remote_url(&example, allows_secrets),
        }
    }

    fn fill(&self, namespace: &str, name: &str) -> String {
        let is_path = rules::local_path(&self.url).is_some();
        let segment = |text: &str| match is_path {
            true => text.to_owned(),
            false => encode(text),
        };
        // `{namespace}` is replaced last, so that a namespace is never searched for `{name}`.
        self.url
            .replace("{name}", &segment(name))
            .replace("{namespace}", &segment(namespace))
    }

    /// Returns the folder before the first brace if the template is a local path.
    fn local_root(&self) -> Option<PathBuf> {
        let fixed = &self.url[..self.url.find('{')?];
        let folder = &fixed[..fixed.rfind('/')? + 1];
        rules::local_path(folder).map(Path::to_path_buf)
    }
}

impl std::fmt::Debug for SourceTemplate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}={}", self.client, masked(&self.url))
    }
}

/// The location that a clone URL names.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Location {
    /// A URL on the network.
    Remote(GitUrl),
    /// A folder of this machine, with every symbolic link resolved.
    Local(PathBuf),
}

/// The clone URLs of all code clients, and what may be cloned from.
pub(crate) struct Sources {
    templates: Vec<SourceTemplate>,
    local_roots: Vec<PathBuf>,
    /// True if a clone URL may have a secret in it.
    allows_secrets: bool,
    /// The hosts that any source may have its submodules and large files at, in lower case.
    shared_hosts: Vec<String>,
    /// The hosts that may be asked though they are not public.
    hosts: AllowedHosts,
}

impl Sources {
    /// Uses the default URL of each client that `templates` does not contain.
    pub(crate) fn new(
        templates: &[SourceTemplate],
        local_roots: &[PathBuf],
        allows_secrets: bool,
        submodule_hosts: &[String],
        source_hosts: &[AllowedHost],
    ) -> Self {
        let defaults = [
            (CodeClient::GitHub, "github.com"),
            (CodeClient::Bitbucket, "bitbucket.org"),
            (CodeClient::OSChina, "gitee.com"),
            (CodeClient::GitCafe, "gitcafe.com"),
        ];
        let defaults = defaults.map(|(client, host)| SourceTemplate {
            client,
            url: format!("https://{host}/{{namespace}}/{{name}}.git"),
            problem: None,
        });
        let roots = templates.iter().filter_map(SourceTemplate::local_root);
        let host_of_template = |template: &SourceTemplate| host_of(&template.url);
        let own_hosts = templates.iter().filter_map(host_of_template);
        let submodule_hosts = submodule_hosts.iter().map(|host| host.to_ascii_lowercase());
        let named: Vec<_> = own_hosts.chain(submodule_hosts).collect();
        let default_hosts = defaults.iter().filter_map(host_of_template);
        Self {
            hosts: AllowedHosts::new(source_hosts, named.iter().cloned()),
            shared_hosts: named.iter().cloned().chain(default_hosts).collect(),
            local_roots: local_roots.iter().cloned().chain(roots).collect(),
            templates: templates.iter().cloned().chain(defaults).collect(),
            allows_secrets,
        }
    }

    /// Returns true if any source may have its submodules and large files at this host, in lower case.
    pub(crate) fn is_shared_host(&self, host: &str) -> bool {
        self.shared_hosts.iter().any(|shared| shared == host)
    }

    /// Returns true if a host, in lower case, is trusted to name the places of large files: an option names it, or it is
    /// that of a code client.
    pub(crate) fn is_trusted_host(&self, host: &str) -> bool {
        self.is_shared_host(host) || self.hosts.names(host)
    }

    /// The hosts that may be asked though they are not public.
    pub(crate) fn hosts(&self) -> &AllowedHosts {
        &self.hosts
    }

    /// Returns the URLs to clone a source from, in the order in which to try them. A hosted source
    /// with an https URL has an ssh URL as well, for private repositories with the deploy key.
    pub(crate) fn clone_urls(&self, source: &CodeSource) -> Vec<String> {
        match source {
            CodeSource::Simple { clone_url } => vec![clone_url.clone()],
            CodeSource::Hosted {
                client,
                namespace,
                name,
            } => {
                let template = self.templates.iter().find(|t| t.client == *client);
                let url = template.map(|template| template.fill(namespace, name));
                let ssh_url = url.as_deref().and_then(|url| {
                    let (host, path) = url.strip_prefix("https://")?.split_once('/')?;
                    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
                    Some(format!("git@{host}:{path}"))
                });
                url.into_iter().chain(ssh_url).collect()
            }
        }
    }

    /// Returns the location of a clone URL. Reads the file system each time, since a symbolic link
    /// can change between two builds.
    ///
    /// # Errors
    ///
    /// A sentence about why the URL may not be cloned.
    pub(crate) fn locate(&self, clone_url: &str) -> Result<Location, String> {
        let Some(path) = rules::local_path(clone_url) else {
            rules::remote_url(clone_url, self.allows_secrets)?;
            return Ok(Location::Remote(GitUrl::new(clone_url)));
        };
        // A missing folder and a forbidden one get the same message, so that callers can't explore
        // the file system.
        let message = "This is not a repository in a folder allowed with --allow-local-source.";
        if clone_url.chars().any(char::is_control) {
            return Err(message.to_owned());
        }
        let path = path.canonicalize().map_err(|_| message)?;
        let allowed = self
            .local_roots
            .iter()
            .any(|root| root.canonicalize().is_ok_and(|root| path.starts_with(root)));
        match allowed && path.is_dir() {
            true => Ok(Location::Local(path)),
            false => Err(message.to_owned()),
        }
    }
}

/// Returns the host of a URL or of `user@host:path`, in lower case and without its port.
pub(crate) fn host_of(url: &str) -> Option<String> {
    host_and_port(url).map(|(host, _)| host)
}

/// Returns the host of a URL or of `user@host:path`, in lower case, and its port if it has one.
pub(crate) fn host_and_port(url: &str) -> Option<(String, Option<u16>)> {
    let authority = match url.split_once("://") {
        Some((_, rest)) => rest.split(['/', '?', '#']).next()?,
        None if url.starts_with(['/', '.']) => return None,
        None => url.split_once(':')?.0,
    };
    split_authority(authority)
}

/// Splits `user@host:port`. The host is returned in lower case; an IPv6 address keeps its brackets.
pub(crate) fn split_authority(authority: &str) -> Option<(String, Option<u16>)> {
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let end = match host.find(']') {
        Some(end) => end + 1,
        None => host.find(':').unwrap_or(host.len()),
    };
    let (host, port) = host.split_at(end);
    let port = port.strip_prefix(':').and_then(|port| port.parse().ok());
    (!host.is_empty()).then(|| (host.to_ascii_lowercase(), port))
}

/// Percent-encodes the segments of a path.
pub(crate) fn encode_path(path: &str) -> String {
    path.split('/').map(encode).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hosted_source_has_an_https_url_and_then_an_ssh_url() {
        let sources = Sources::new(&[], &[], false, &[], &[]);
        let source = CodeSource::Hosted {
            client: CodeClient::OSChina,
            namespace: "owner".into(),
            name: "project".into(),
        };
        assert_eq!(
            sources.clone_urls(&source),
            [
                "https://gitee.com/owner/project.git",
                "git@gitee.com:owner/project.git"
            ]
        );
    }

    #[test]
    fn a_template_has_a_known_client_and_a_url() {
        let check = |text: &str, allows_secrets| {
            let Ok(template) = SourceTemplate::parse(text);
            assert!(!format!("{template:?}").contains("hunter2"));
            template.check(allows_secrets)
        };
        for valid in [
            "GitHub=https://a.example/{namespace}/{name}",
            "GitHub=/srv/{namespace}/{name}.git",
        ] {
            assert_eq!(check(valid, false), Ok(()), "{valid}");
        }
        for invalid in [
            "GitHub",
            "",
            "Simple=https://a.example/{name}",
            "GitHub=https://a.example/",
            "GitHub=ext::sh {name}",
            "GitHub=https://me:hunter2@a.example/{name}",
            "https://me:hunter2@a.example/{name}",
        ] {
            let message = check(invalid, false).unwrap_err();
            assert!(!message.contains("hunter2"), "{message}");
        }
        let secret = "GitHub=https://me:hunter2@a.example/{namespace}/{name}";
        assert_eq!(check(secret, true), Ok(()));
    }

    #[test]
    fn an_ssh_url_has_no_secret_of_the_https_url() {
        let text = "GitHub=https://me:hunter2@a.example/{namespace}/{name}";
        let Ok(template) = SourceTemplate::parse(text);
        let source = CodeSource::Hosted {
            client: CodeClient::GitHub,
            namespace: "owner".into(),
            name: "project".into(),
        };
        let urls = Sources::new(&[template], &[], true, &[], &[]).clone_urls(&source);
        assert_eq!(urls[1], "git@a.example:owner/project");
    }

    #[test]
    fn a_local_source_has_to_be_in_an_allowed_folder_with_links_resolved() {
        let folder = tempfile::tempdir().unwrap();
        let (inside, outside) = (folder.path().join("in"), folder.path().join("out"));
        std::fs::create_dir_all(inside.join("repo")).unwrap();
        std::fs::create_dir(&outside).unwrap();
        std::os::unix::fs::symlink(&outside, inside.join("link")).unwrap();
        let sources = Sources::new(&[], std::slice::from_ref(&inside), false, &[], &[]);
        let locate = |path: PathBuf| sources.locate(&path.display().to_string());
        assert!(matches!(
            locate(inside.join("repo")),
            Ok(Location::Local(_))
        ));
        assert!(locate(inside.join("link")).is_err());
        assert!(locate(inside.join("../out")).is_err());
        assert!(locate(inside.join("missing")).is_err());
        assert!(Sources::new(&[], &[], false, &[], &[]).locate("/").is_err());
    }
}
