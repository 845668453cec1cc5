//! Where a code source is cloned from, and whether it may be.

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
    /// Reads `GitHub=https://github.com/{namespace}/{name}.git`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (client, url) = text.split_once('=').ok_or("the form is CLIENT=URL")?;
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
            return Err("the URL has no {name} in it".to_owned());
        }
        if rules::local_path(&example).is_none() {
            rules::remote_url(&example)?;
        }
        Ok(template)
    }

    fn fill(&self, namespace: &str, name: &str) -> String {
        let is_path = rules::local_path(&self.url).is_some();
        let part = |text: &str| match is_path {
            true => text.to_owned(),
            false => encode(text),
        };
        // The name first: an owner called "{name}" is refused before this, and stays one text.
        self.url
            .replace("{name}", &part(name))
            .replace("{namespace}", &part(namespace))
    }

    /// The folder before the first brace, where the template is a local path.
    fn local_root(&self) -> Option<PathBuf> {
        let fixed = &self.url[..self.url.find('{')?];
        let folder = &fixed[..fixed.rfind('/')? + 1];
        rules::local_path(folder).map(Path::to_path_buf)
    }
}

/// Where a clone URL leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// Over the network.
    Remote(String),
    /// To a folder of this machine, with every symbolic link resolved.
    Local(PathBuf),
}

/// The templates of all clients, and the local folders that may be cloned from.
#[derive(Debug)]
pub struct Sources {
    templates: Vec<SourceTemplate>,
    local_roots: Vec<PathBuf>,
}

impl Sources {
    /// With the default templates of the clients that `templates` leaves out.
    pub fn new(templates: &[SourceTemplate], local_roots: &[PathBuf]) -> Self {
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

    /// The URLs to clone a source from, in the order in which to try them. A hosted source over
    /// https has an ssh form too, where the deploy key opens a private one.
    pub fn clone_urls(&self, source: &CodeSource) -> Vec<String> {
        match source {
            CodeSource::Simple { clone_url } => vec![clone_url.clone()],
            CodeSource::Hosted {
                client,
                namespace,
                name,
            } => {
                let template = self.templates.iter().find(|t| t.client == *client);
                let first = template.map(|template| template.fill(namespace, name));
                let ssh = first.as_deref().and_then(|url| {
                    let (host, path) = url.strip_prefix("https://")?.split_once('/')?;
                    Some(format!("git@{host}:{path}"))
                });
                first.into_iter().chain(ssh).collect()
            }
        }
    }

    /// Where a clone URL leads, or why it may not be cloned. Asks the file system each time, since
    /// a link can change between two builds.
    pub fn locate(&self, clone_url: &str) -> Result<Location, String> {
        let Some(path) = rules::local_path(clone_url) else {
            rules::remote_url(clone_url)?;
            return Ok(Location::Remote(clone_url.to_owned()));
        };
        // One answer for what is missing and what is forbidden: the difference is not the
        // caller's to know.
        let refusal = "No repository inside a folder that --allow-local-source names.";
        if clone_url.chars().any(char::is_control) {
            return Err(refusal.to_owned());
        }
        let path = path.canonicalize().map_err(|_| refusal)?;
        let allowed = self
            .local_roots
            .iter()
            .any(|root| root.canonicalize().is_ok_and(|root| path.starts_with(root)));
        match allowed && path.is_dir() {
            true => Ok(Location::Local(path)),
            false => Err(refusal.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hosted_source_is_tried_over_https_and_then_with_the_deploy_key() {
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
    fn a_template_names_a_known_client_and_a_url() {
        assert!(SourceTemplate::parse("GitHub=https://a.example/{namespace}/{name}").is_ok());
        assert!(SourceTemplate::parse("GitHub=/srv/{namespace}/{name}.git").is_ok());
        for wrong in [
            "GitHub",
            "Simple=https://a.example/{name}",
            "GitHub=https://a.example/",
            "GitHub=ext::sh {name}",
        ] {
            assert!(SourceTemplate::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_local_source_is_inside_an_allowed_folder_with_links_resolved() {
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
