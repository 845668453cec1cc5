//! How the API shows a code source: its path, and its web pages on the code host.

use crate::rules;
use crate::sources::clone_urls::encode_path;
use slipway_api::redact::without_secret;
use slipway_api::{CodeClient, CodeSource, SourceKind};

/// Returns the API's `code_repo_path`: `owner/name`, or the end of the clone URL's path.
pub(crate) fn code_repo_path(source: &CodeSource) -> String {
    let clone_url = match source {
        CodeSource::Hosted {
            namespace, name, ..
        } => return format!("{namespace}/{name}"),
        CodeSource::Simple { clone_url } => clone_url,
    };
    let is_local = rules::local_path(clone_url).is_some();
    let clone_url = match is_local {
        true => clone_url.clone(),
        false => public_url(clone_url),
    };
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

/// Returns a clone URL without its secrets, its query and its fragment.
fn public_url(clone_url: &str) -> String {
    let url = without_secret(clone_url);
    url.split(['?', '#']).next().unwrap_or_default().to_owned()
}

/// The web address of a code host and the path segments of its pages.
struct Host {
    address: &'static str,
    /// The page that takes deploy keys.
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

/// Returns the page of a source on its host. A `Simple` source has one if its clone URL is http(s).
pub(crate) fn project_page(source: &CodeSource) -> Option<String> {
    match source {
        CodeSource::Hosted { client, .. } => {
            let path = encode_path(&code_repo_path(source));
            Some(format!("{}/{path}", host(client)?.address))
        }
        CodeSource::Simple { clone_url } => {
            let url = public_url(clone_url);
            let (scheme, rest) = url.split_once("://")?;
            let is_web = scheme == "http" || scheme == "https";
            let (authority, path) = rest.split_once('/')?;
            let host = authority
                .rsplit_once('@')
                .map_or(authority, |(_, host)| host);
            let path = path.strip_suffix(".git").unwrap_or(path);
            is_web.then(|| format!("{scheme}://{host}/{path}"))
        }
    }
}

/// Returns the page of a source on which deploy keys are added.
pub(crate) fn deploy_page(source: &CodeSource) -> Option<String> {
    let keys = host(&source.client())?.keys?;
    Some(format!("{}/{keys}", project_page(source)?))
}

/// Returns the page of a commit.
pub(crate) fn commit_page(client: &CodeClient, project: &str, commit: &str) -> Option<String> {
    Some(format!("{project}/{}/{commit}", host(client)?.commit))
}

/// Returns the page of a branch or tag.
pub(crate) fn ref_page(
    client: &CodeClient,
    project: &str,
    kind: &SourceKind,
    value: &str,
) -> Option<String> {
    let host = host(client)?;
    let segment = match kind {
        SourceKind::Tag => host.tag,
        _ => host.branch,
    };
    Some(format!("{project}/{segment}/{}", encode_path(value)))
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
    fn pages_have_the_addresses_of_the_reference() {
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
    fn the_path_of_a_simple_source_comes_from_its_url() {
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
        for secret in [
            "https://me:a@b:c@d@host.example/a/b.git?token=x#y",
            "https://ghp_0123456789abcdef@host.example/a/b.git",
            "https://host.example/a/b.git?private_token=x",
        ] {
            let source = simple(secret);
            assert_eq!(code_repo_path(&source), "a/b", "{secret}");
            let page = project_page(&source);
            assert_eq!(
                page.as_deref(),
                Some("https://host.example/a/b"),
                "{secret}"
            );
        }
    }
}
