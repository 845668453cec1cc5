//! Where a code source is: its clone URLs, whether they are allowed, and its pages at its host.

use crate::rules;
use slipway_console::api::url::encode;
use slipway_console::api::{CodeClient, CodeSource, SourceKind};
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

/// What the API calls `code_repo_path`: `owner/name`, or what is like it in a clone URL.
pub fn code_repo_path(source: &CodeSource) -> String {
    let clone_url = match source {
        CodeSource::Hosted {
            namespace, name, ..
        } => return format!("{namespace}/{name}"),
        CodeSource::Simple { clone_url } => clone_url,
    };
    let is_local = rules::local_path(clone_url).is_some();
    let path = match clone_url.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => clone_url
            .split_once(':')
            .map_or(clone_url.as_str(), |(_, path)| path),
    };
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let mut parts: Vec<_> = path.rsplit('/').filter(|part| !part.is_empty()).collect();
    parts.truncate(if is_local { 1 } else { 2 });
    parts.reverse();
    parts.join("/")
}

/// The web address of each code client, where a deploy key is given and where a commit is shown.
struct Host {
    address: &'static str,
    keys: Option<&'static str>,
    commit: &'static str,
    branch: &'static str,
    tag: &'static str,
}

fn host(client: &CodeClient) -> Option<Host> {
    let host = |address, keys, commit, branch, tag| Host {
        address,
        keys,
        commit,
        branch,
        tag,
    };
    match client {
        CodeClient::GitHub => Some(host(
            "https://github.com",
            Some("settings/keys"),
            "commit",
            "tree",
            "tree",
        )),
        CodeClient::Bitbucket => Some(host(
            "https://bitbucket.org",
            Some("admin/access-keys/"),
            "commits",
            "branch",
            "src",
        )),
        CodeClient::OSChina => Some(host(
            "https://gitee.com",
            Some("deploy_keys"),
            "commit",
            "tree",
            "tree",
        )),
        CodeClient::GitCafe => Some(host("https://gitcafe.com", None, "commit", "tree", "tree")),
        CodeClient::Simple | CodeClient::Other(_) => None,
    }
}

fn encode_path(path: &str) -> String {
    path.split('/').map(encode).collect::<Vec<_>>().join("/")
}

/// The source's page at its host. A `Simple` one has a page only where it is cloned over http(s).
pub fn project_page(source: &CodeSource) -> Option<String> {
    match source {
        CodeSource::Hosted { client, .. } => {
            let path = encode_path(&code_repo_path(source));
            Some(format!("{}/{path}", host(client)?.address))
        }
        CodeSource::Simple { clone_url } => {
            let (scheme, rest) = clone_url.split_once("://")?;
            let is_web = scheme == "http" || scheme == "https";
            let rest = rest.split_once('@').map_or(rest, |(_, rest)| rest);
            let rest = rest.strip_suffix(".git").unwrap_or(rest);
            is_web.then(|| format!("{scheme}://{rest}"))
        }
    }
}

/// The page where the source takes deploy keys.
pub fn deploy_page(source: &CodeSource) -> Option<String> {
    let keys = host(&source.client())?.keys?;
    Some(format!("{}/{keys}", project_page(source)?))
}

/// The page of a commit.
pub fn commit_page(client: &CodeClient, project: &str, commit: &str) -> Option<String> {
    Some(format!("{project}/{}/{commit}", host(client)?.commit))
}

/// The page of a branch or tag.
pub fn ref_page(
    client: &CodeClient,
    project: &str,
    kind: &SourceKind,
    value: &str,
) -> Option<String> {
    let host = host(client)?;
    let part = match kind {
        SourceKind::Tag => host.tag,
        _ => host.branch,
    };
    Some(format!("{project}/{part}/{}", encode_path(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn simple(clone_url: &str) -> CodeSource {
        CodeSource::Simple {
            clone_url: clone_url.to_owned(),
        }
    }

    #[test]
    fn pages_are_as_the_reference_shows_them() {
        let source = CodeSource::Hosted {
            client: CodeClient::Bitbucket,
            namespace: "alauda".into(),
            name: "buildtest".into(),
        };
        let project = project_page(&source).unwrap();
        assert_eq!(project, "https://bitbucket.org/alauda/buildtest");
        assert_eq!(
            commit_page(&CodeClient::Bitbucket, &project, "552819d").unwrap(),
            "https://bitbucket.org/alauda/buildtest/commits/552819d"
        );
        assert_eq!(
            ref_page(
                &CodeClient::Bitbucket,
                &project,
                &SourceKind::Branch,
                "a/b#"
            )
            .unwrap(),
            "https://bitbucket.org/alauda/buildtest/branch/a/b%23"
        );
    }

    #[test]
    fn a_simple_source_has_a_path_from_its_url() {
        for (url, path) in [
            ("http://github.com/example/project.git", "example/project"),
            ("git@host.example:team/sub/project.git", "sub/project"),
            ("/srv/git/project.git", "project"),
            ("file:///srv/git/project/", "project"),
        ] {
            assert_eq!(code_repo_path(&simple(url)), path);
        }
        assert_eq!(
            project_page(&simple("https://me@host.example/a/b.git")).as_deref(),
            Some("https://host.example/a/b")
        );
        assert_eq!(project_page(&simple("/srv/git/project.git")), None);
    }

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
