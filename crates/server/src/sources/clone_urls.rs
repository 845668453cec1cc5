//! Where a code source is cloned from, and whether that is allowed.

use crate::rules;
use slipway_api::url::encode;
use slipway_api::{CodeClient, CodeSource};
use std::path::{Path, PathBuf};

/// The clone URL of a code client, with `{namespace}` and `{name}` in it.
#[derive(Debug, Clone)]
pub struct SourceTemplate {
    client: CodeClient,
    url: String,
}

impl SourceTemplate {
    /// Parses `GitHub=https://github.com/{namespace}/{name}.git`.
    ///
    /// # Errors
    ///
    /// A sentence about what is wrong with the text.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (client, url) = text.split_once('=').ok_or("the format is CLIENT=URL")?;
        let client = CodeClient::from(client);
        if matches!(client, CodeClient::Simple | CodeClient::Other(_)) {
            return Err("the clients are GitHub, Bitbucket, OSChina and GitCafe".to_owned());
        }
        let template = Self {
            client,
            url: url.to_owned(),
        };
        let example = template.fill("owner", "name");
        if !url.contains("{name}") {
            return Err("the URL does not contain {name}".to_owned());
        }
        if rules::local_path(&example).is_none() {
            rules::remote_url(&example)?;
        }
        Ok(template)
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

/// The location that a clone URL names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Location {
    /// A URL on the network.
    Remote(String),
    /// A folder of this machine, with every symbolic link resolved.
    Local(PathBuf),
}

/// The clone URLs of all code clients, and the local folders that may be cloned from.
#[derive(Debug)]
pub(crate) struct Sources {
    templates: Vec<SourceTemplate>,
    local_roots: Vec<PathBuf>,
}

impl Sources {
    /// Uses the default URL of each client that `templates` does not contain.
    pub(crate) fn new(templates: &[SourceTemplate], local_roots: &[PathBuf]) -> Self {
        let defaults = [
            (CodeClient::GitHub, "github.com"),
            (CodeClient::Bitbucket, "bitbucket.org"),
            (CodeClient::OSChina, "gitee.com"),
            (CodeClient::GitCafe, "gitcafe.com"),
        ];
        let defaults = defaults.map(|(client, host)| SourceTemplate {
            client,
            url: format!("https://{host}/{{namespace}}/{{name}}.git"),
        });
        let roots = templates.iter().filter_map(SourceTemplate::local_root);
        Self {
            local_roots: local_roots.iter().cloned().chain(roots).collect(),
            templates: templates.iter().cloned().chain(defaults).collect(),
        }
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
            rules::remote_url(clone_url)?;
            return Ok(Location::Remote(clone_url.to_owned()));
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

/// Percent-encodes the segments of a path.
pub(crate) fn encode_path(path: &str) -> String {
    path.split('/').map(encode).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hosted_source_has_an_https_url_and_then_an_ssh_url() {
        let sources = Sources::new(&[], &[]);
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
        assert!(SourceTemplate::parse("GitHub=https://a.example/{namespace}/{name}").is_ok());
        assert!(SourceTemplate::parse("GitHub=/srv/{namespace}/{name}.git").is_ok());
        for invalid in [
            "GitHub",
            "Simple=https://a.example/{name}",
            "GitHub=https://a.example/",
            "GitHub=ext::sh {name}",
        ] {
            assert!(SourceTemplate::parse(invalid).is_err(), "{invalid}");
        }
    }

    #[test]
    fn a_local_source_has_to_be_in_an_allowed_folder_with_links_resolved() {
        let folder = tempfile::tempdir().unwrap();
        let (inside, outside) = (folder.path().join("in"), folder.path().join("out"));
        std::fs::create_dir_all(inside.join("repo")).unwrap();
        std::fs::create_dir(&outside).unwrap();
        std::os::unix::fs::symlink(&outside, inside.join("link")).unwrap();
        let sources = Sources::new(&[], std::slice::from_ref(&inside));
        let locate = |path: PathBuf| sources.locate(&path.display().to_string());
        assert!(matches!(
            locate(inside.join("repo")),
            Ok(Location::Local(_))
        ));
        assert!(locate(inside.join("link")).is_err());
        assert!(locate(inside.join("../out")).is_err());
        assert!(locate(inside.join("missing")).is_err());
        assert!(Sources::new(&[], &[]).locate("/").is_err());
    }
}
