//! Reads the source from a link, a git address, or a `git clone` or `docker build` command.

pub mod address;
pub(crate) mod commands;
pub(crate) mod hosts;
pub mod pasted;
pub(crate) mod place;

use crate::api::grammar;
use crate::api::redact::secret_in;
use crate::forms::model::paste::address::{
    host_and_path, is_clone_url, is_local_path, is_own_path, is_web, repaired, tidied,
};
use crate::forms::model::paste::commands::{Clone, build_arguments, clone_arguments};
use crate::forms::model::paste::hosts::{client_of, hosted, is_project_page, self_hosted};
use crate::forms::model::paste::pasted::{Pasted, Place};
use crate::forms::model::paste::place::{named_commit, named_reference};

/// Why a text is not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unclear {
    /// A link to a known host that names no repository.
    NoRepository,
    /// It could be a git address, but just as well any web page.
    MaybeAddress,
    /// A path that only means something on the user's own machine.
    OwnPath,
    Unknown,
}

/// The most bytes of a text that is read as a link.
const MAX_LINK_BYTES: usize = 4096;

/// Reads a link to a source at a known host, a git address, an absolute path, or a command that has one as an
/// argument. `None` for anything else.
pub fn understand(text: &str) -> Option<Pasted> {
    if text.len() > MAX_LINK_BYTES {
        return None;
    }
    let text = text.trim().trim_start_matches("$ ");
    if let Some(line) = text.strip_prefix("git clone ") {
        let Clone { url, branch } = clone_arguments(line)?;
        let pasted = source(url, true)?;
        return Some(match branch.and_then(named_reference) {
            Some(reference) => Pasted {
                place: Place {
                    reference: Some(reference),
                    ..pasted.place
                },
                splits: Vec::new(),
                ..pasted
            },
            None => pasted,
        });
    }
    let builds = ["docker build ", "docker buildx build ", "podman build "];
    if let Some(line) = builds.iter().find_map(|build| text.strip_prefix(build)) {
        return build_arguments(line).find_map(|word| source(word, false));
    }
    if text.contains(char::is_whitespace) || text.contains(char::is_control) {
        return None;
    }
    let text = tidied(text);
    if is_local_path(&text) {
        return Some(Pasted::clone_of(text));
    }
    source(&text, false).or_else(|| short_name(&text))
}

/// Reads `owner/name`, as people call a project at GitHub. An owner there has no dots, so this is no host.
fn short_name(text: &str) -> Option<Pasted> {
    let (owner, name) = text.split_once('/')?;
    let is_owner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let is_name = |byte: u8| is_owner(byte) || byte == b'_' || byte == b'.';
    let is_short = !owner.is_empty()
        && owner.bytes().all(is_owner)
        && name.starts_with(|letter: char| letter.is_ascii_alphanumeric())
        && name.bytes().all(is_name);
    is_short
        .then(|| hosted(&format!("github.com/{text}")))
        .flatten()
}

/// Returns true for `owner/name`, which only means a project where a source is asked for.
pub fn is_short_name(text: &str) -> bool {
    short_name(text.trim()).is_some()
}

/// Explains why a text that is not empty was not understood.
pub fn explain(text: &str) -> Unclear {
    let text = tidied(text);
    let host = host_and_path(&text).map(|(host, _)| host);
    if is_own_path(&text) {
        Unclear::OwnPath
    } else if host.as_deref().and_then(client_of).is_some() {
        Unclear::NoRepository
    } else if is_clone_url(&text) {
        Unclear::MaybeAddress
    } else {
        Unclear::Unknown
    }
}

/// Reads the whole text as a clone URL, if it can be one.
pub fn as_address(text: &str) -> Option<Pasted> {
    let text = tidied(text);
    is_clone_url(&text).then(|| Pasted::clone_of(text))
}

/// Reads a link or a git address, with the branch and folder of `docker build` after a `#`. `is_argument`: it is an
/// argument of `git clone`.
fn source(text: &str, is_argument: bool) -> Option<Pasted> {
    let text = tidied(text);
    let text = repaired(&text);
    let (url, fragment) = text.split_once('#').unwrap_or((&text, ""));
    let url = url.trim_end_matches('/');
    let is_git =
        url.ends_with(".git") || !is_web(url) && (url.contains("://") || url.contains('@'));
    // A token is no branch. It stays in the address, where the form warns of it. A path may have words for secrets in it,
    // as branches do.
    let is_secret = secret_in(&format!("https://host/{fragment}")).is_some();
    if fragment.is_empty() || is_secret || !is_git {
        return hosted(&text).or_else(|| address(&text, is_argument));
    }
    let mut pasted = hosted(url).or_else(|| address(url, true))?;
    let (name, folder) = fragment.split_once(':').unwrap_or((fragment, ""));
    pasted.place.reference = named_reference(name);
    pasted.unused = named_commit(name);
    if !folder.is_empty() {
        let folder = grammar::clean_path(&format!("/{folder}"));
        let folder = Some(folder).filter(|folder| grammar::path(folder).is_none());
        pasted.place.dockerfile.clone_from(&folder);
        pasted.context = folder;
    }
    Some(pasted)
}

/// Reads a git address. A web address can be any page, so it only counts with a sign of git: a `.git` at its end, the
/// form of path that GitLab, Gitea, Azure or GitHub Enterprise have, or that it is an argument of `git clone`.
fn address(text: &str, is_argument: bool) -> Option<Pasted> {
    if let Some(pasted) = self_hosted(text) {
        return Some(pasted);
    }
    let path = text.split(['?', '#']).next().unwrap_or_default();
    let is_git = is_argument || !is_web(text) || path.ends_with(".git") || is_project_page(text);
    // A local path looks like any other text.
    let is_path = text.starts_with('/') || text.starts_with("file:");
    (is_clone_url(text) && is_git && !is_path).then(|| Pasted::clone_of(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forms::model::paste::pasted::{PastedSource, Unused};

    fn summary(text: &str) -> String {
        let Some(pasted) = understand(text) else {
            return "nothing".to_owned();
        };
        let source = match pasted.source {
            PastedSource::Hosted {
                client,
                owner,
                name,
            } => format!("{client} {owner} {name}"),
            PastedSource::Address { clone_url } => clone_url,
        };
        let mut summary = source;
        if let Some((kind, name)) = pasted.place.reference {
            summary += &format!(" {kind} {name}");
        }
        if let Some(path) = pasted.place.dockerfile {
            summary += &format!(" {path}");
        }
        if let Some(context) = pasted.context {
            summary += &format!(" in {context}");
        }
        summary
    }

    #[test]
    fn branches_tags_and_folders_in_links() {
        for (text, expected) in [
            ("https://github.com/octo/app", "GitHub octo app"),
            (" https://github.com/octo/app.git\n", "GitHub octo app"),
            ("http://www.GitHub.com/octo/app/", "GitHub octo app"),
            ("github.com/octo/app", "GitHub octo app"),
            ("octo/My.app_2", "GitHub octo My.app_2"),
            (
                "https://github.com/octo/app/tree/main/services/gateway",
                "GitHub octo app branch main /services/gateway",
            ),
            (
                "https://github.com/octo/app/tree/feature/login?x=1#readme",
                "GitHub octo app branch feature/login",
            ),
            (
                "https://github.com/octo/app/tree/%E5%8F%91%E5%B8%83",
                "GitHub octo app branch 发布",
            ),
            (
                "https://github.com/octo/app/blob/dev/Dockerfile",
                "GitHub octo app branch dev /",
            ),
            (
                "https://github.com/octo/app/tree/feature/login/docker/web/",
                "GitHub octo app branch feature/login /docker/web",
            ),
            (
                "https://github.com/octo/app/tree/stable/docker",
                "GitHub octo app branch stable /docker",
            ),
            (
                "https://github.com/octo/app/tree/v1.2.3/docker",
                "GitHub octo app tag v1.2.3 /docker",
            ),
            (
                "https://github.com/octo/app/tree/dependabot/npm/left-pad-1.3.0",
                "GitHub octo app branch dependabot/npm/left-pad-1.3.0",
            ),
            (
                "https://github.com/octo/app/blob/main/docker/web.Dockerfile#L3",
                "GitHub octo app branch main /docker/web.Dockerfile",
            ),
            (
                "https://github.com/octo/app/blob/main/src/main.rs",
                "GitHub octo app branch main",
            ),
            (
                "https://raw.githubusercontent.com/octo/app/refs/heads/main/docker/Dockerfile",
                "GitHub octo app branch main /docker",
            ),
            ("https://github.com/octo/app/pull/12", "GitHub octo app"),
        ] {
            assert_eq!(summary(text), expected, "{text}");
        }
    }

    #[test]
    fn links_and_commands_of_the_known_hosts() {
        for (text, expected) in [
            ("https://me:secret@github.com/octo/app", "GitHub octo app"),
            (
                "https://github.com/octo/app.git#next:docker/web",
                "GitHub octo app branch next /docker/web in /docker/web",
            ),
            (
                "git@github.com:octo/app.git#refs/tags/one",
                "GitHub octo app tag one",
            ),
            (
                "docker build -t app https://github.com/octo/app.git#v1.0.0",
                "GitHub octo app tag v1.0.0",
            ),
            (
                "https://bitbucket.org/team/app/src/main/docker/api/",
                "Bitbucket team app branch main /docker/api",
            ),
            (
                "https://bitbucket.org/team/app/src/119d9dc6f33992b6c4f8ddf068e347d426ddf22c/docker/Dockerfile?at=feature%2Fx",
                "Bitbucket team app branch feature/x /docker",
            ),
            (
                "https://gitee.com/team/app/blob/master/docker/Dockerfile",
                "OSChina team app branch master /docker",
            ),
            (
                "https://github.com/octo/app/releases/tag/v1.0",
                "GitHub octo app tag v1.0",
            ),
            (
                "https://github.com/octo/app/tree/119d9dc6f33992b6c4f8ddf068e347d426ddf22c",
                "GitHub octo app",
            ),
            ("git@github.com:octo/app.git", "GitHub octo app"),
            ("ssh://git@github.com:22/octo/app.git", "GitHub octo app"),
            (
                "https://me@bitbucket.org/team/app.git",
                "Bitbucket team app",
            ),
            (
                "https://bitbucket.org/team/app/src/develop/",
                "Bitbucket team app branch develop",
            ),
            (
                "https://bitbucket.org/team/app/branch/feature/x",
                "Bitbucket team app branch feature/x",
            ),
            (
                "https://gitee.com/team/app/tree/master/",
                "OSChina team app branch master",
            ),
            ("git@gitee.com:team/app.git", "OSChina team app"),
            ("https://gitcafe.com/team/app", "GitCafe team app"),
            (
                "git clone --depth 1 -b next git@github.com:octo/app.git here",
                "GitHub octo app branch next",
            ),
        ] {
            assert_eq!(summary(text), expected, "{text}");
        }
    }

    #[test]
    fn a_commit_or_a_request_that_no_row_can_build_is_named() {
        const COMMIT: &str = "119d9dc6f33992b6c4f8ddf068e347d426ddf22c";
        let commit = |id: &str| Some(Unused::Commit(id.to_owned()));
        let request = |number: &str| Some(Unused::Request(number.to_owned()));
        for (text, expected) in [
            ("https://github.com/octo/app/pull/12", request("12")),
            ("https://github.com/octo/app/pull/12/files", request("12")),
            ("https://gitee.com/octo/app/pulls/I1", None),
            ("https://gitee.com/octo/app/pulls/7", request("7")),
            (
                "https://bitbucket.org/team/app/pull-requests/3/a",
                request("3"),
            ),
            (
                "https://gitlab.test/group/app/-/merge_requests/5",
                request("5"),
            ),
            ("https://codeberg.org/octo/app/pulls/9", request("9")),
            (
                "https://github.com/octo/app/commit/119d9dc",
                commit("119d9dc"),
            ),
            (
                &format!("https://github.com/octo/app/tree/{COMMIT}"),
                commit(COMMIT),
            ),
            (
                &format!("https://github.com/octo/app/blob/{COMMIT}/Dockerfile"),
                commit(COMMIT),
            ),
            (
                &format!("https://bitbucket.org/team/app/commits/{COMMIT}"),
                commit(COMMIT),
            ),
            (
                &format!("https://gitlab.test/group/app/-/commit/{COMMIT}"),
                commit(COMMIT),
            ),
            (
                &format!("https://gitea.test/octo/app/src/commit/{COMMIT}/docker"),
                commit(COMMIT),
            ),
            (&format!("https://git.test/a.git#{COMMIT}"), commit(COMMIT)),
            // The branch is there as well, so it is what the link means.
            (
                &format!("https://bitbucket.org/team/app/src/{COMMIT}/Dockerfile?at=main"),
                None,
            ),
            ("https://github.com/octo/app/tree/main", None),
            ("https://github.com/octo/app/issues/12", None),
            ("https://github.com/octo/app", None),
        ] {
            let pasted = understand(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(pasted.unused, expected, "{text}");
        }
        let source =
            understand("https://codeberg.org/octo/app/pulls/9").map(|pasted| pasted.source);
        let clone_url = "https://codeberg.org/octo/app.git".to_owned();
        assert_eq!(source, Some(PastedSource::Address { clone_url }));
    }

    #[test]
    fn git_addresses_of_other_hosts() {
        for (text, expected) in [
            ("https://git.test/a/b.git", "https://git.test/a/b.git"),
            ("ssh://git@git.test:2222/a/b", "ssh://git@git.test:2222/a/b"),
            ("git://git.test/a", "git://git.test/a"),
            ("git@git.test:a/b.git", "git@git.test:a/b.git"),
            ("git clone https://git.test/a", "https://git.test/a"),
            (
                "https://gitlab.test/group/sub/app/-/tree/release/1.x",
                "https://gitlab.test/group/sub/app.git branch release/1.x",
            ),
            (
                "https://gitlab.test/group/app/-/blob/main/docker/Dockerfile?ref_type=heads",
                "https://gitlab.test/group/app.git branch main /docker",
            ),
            (
                "https://gitea.test/octo/app/src/branch/main/docker",
                "https://gitea.test/octo/app.git branch main /docker",
            ),
            (
                "https://gitea.test/octo/app/src/tag/one/docker",
                "https://gitea.test/octo/app.git tag one /docker",
            ),
            (
                "https://github.corp.test/octo/app/tree/main/docker",
                "https://github.corp.test/octo/app.git branch main /docker",
            ),
            (
                "ssh://git@git.test/a/b.git#main:sub",
                "ssh://git@git.test/a/b.git branch main /sub in /sub",
            ),
            (
                "https://git.test/a.git#access_token=hunter22",
                "https://git.test/a.git#access_token=hunter22",
            ),
            (
                "https://git.test/a.git#ghp_0123456789abcdef",
                "https://git.test/a.git#ghp_0123456789abcdef",
            ),
            (
                "https://git.test/a.git#fix-token-refresh",
                "https://git.test/a.git branch fix-token-refresh",
            ),
            (
                "https://github.com/octo/app.git#access_token=hunter22",
                "GitHub octo app",
            ),
            (
                "https://me:secret@git.test/a.git#main",
                "https://me:secret@git.test/a.git branch main",
            ),
            ("https://gitlab.com/octo/app", "https://gitlab.com/octo/app"),
        ] {
            assert_eq!(summary(text), expected, "{text}");
        }
    }

    #[test]
    fn anything_else_is_not_understood() {
        for text in [
            "",
            "main",
            "octo/app/web",
            "octo/",
            "./app",
            "https://github.com/octo",
            "https://github.com/",
            "https://git.test/some/page",
            "https://git.test/a b",
            "javascript:alert(1)",
            "two\nlines",
            "git clone",
            "git clone -b",
            "a@b",
            "https://github.com/%FF/app",
            "https://git.test/tree/main",
            "https://gitlab.com/octo",
            "docker build .",
        ] {
            assert_eq!(summary(text), "nothing", "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_explained() {
        for (text, expected) in [
            ("https://github.com/octo", Unclear::NoRepository),
            ("https://git.test/some/page", Unclear::MaybeAddress),
            ("../app", Unclear::OwnPath),
            ("~/code/app", Unclear::OwnPath),
            ("C:\\code\\app", Unclear::OwnPath),
            ("octo/app/web", Unclear::Unknown),
            ("javascript:alert(1)", Unclear::Unknown),
        ] {
            assert_eq!(understand(text), None, "{text}");
            assert_eq!(explain(text), expected, "{text}");
            assert_eq!(
                as_address(text).is_some(),
                matches!(expected, Unclear::NoRepository | Unclear::MaybeAddress),
                "{text}"
            );
        }
    }

    /// The branches that a link leaves open, with the Dockerfile of each, and the one that it is read as.
    fn asked(text: &str) -> (Vec<String>, String) {
        let pasted = understand(text).expect("is understood");
        let line = |place: &Place| {
            let path = place.dockerfile.as_deref().unwrap_or("-");
            format!("{} {path}", place.branch().unwrap_or("-"))
        };
        (
            pasted.splits.iter().map(line).collect(),
            line(&pasted.place),
        )
    }

    #[test]
    fn a_link_to_a_file_of_a_branch_with_slashes_leaves_open_which_part_is_the_branch() {
        for project in [
            "https://github.com/octo/app/blob",
            "https://gitee.com/octo/app/blob",
            "https://bitbucket.org/octo/app/raw",
            "https://gitlab.test/octo/app/-/blob",
            "https://gitea.test/octo/app/src/branch",
            "https://codeberg.org/octo/app/raw/branch",
            "https://github.corp.test/octo/app/blob",
        ] {
            let (options, read) = asked(&format!("{project}/feature/x/docker/Dockerfile"));
            assert_eq!(read, "feature/x /docker", "{project}");
            assert!(
                options[..3]
                    == [
                        "feature /x/docker",
                        "feature/x /docker",
                        "feature/x/docker /"
                    ],
                "{project}: {options:?}"
            );
        }
        assert_eq!(
            asked("https://github.com/octo/app/tree/stable/docker"),
            (
                vec!["stable /docker".to_owned(), "stable/docker -".to_owned()],
                "stable /docker".to_owned()
            )
        );
        let (options, read) = asked("https://github.com/o/a/tree/dependabot/npm/b/c/d/e/f/g");
        assert_eq!(
            (options.len(), read.as_str()),
            (7, "dependabot/npm/b/c/d/e/f/g -")
        );
    }

    #[test]
    fn a_chosen_branch_changes_the_place_and_nothing_else() {
        let pasted =
            understand("https://github.com/octo/app/blob/a/b/c/Dockerfile").expect("reads");
        let chosen = pasted.clone().with_branch("a/b/c");
        assert_eq!(chosen.place.dockerfile.as_deref(), Some("/"));
        assert_eq!(chosen.place.branch(), Some("a/b/c"));
        assert_eq!(
            (&chosen.source, &chosen.splits),
            (&pasted.source, &pasted.splits)
        );
        assert_eq!(pasted.clone().with_branch("none of it"), pasted);
    }

    #[test]
    fn nothing_is_asked_where_the_link_says_it() {
        for (text, read) in [
            (
                "https://github.com/octo/app/blob/main/a/b/Dockerfile",
                "main /a/b",
            ),
            (
                "https://github.com/octo/app/blob/stable/Dockerfile",
                "stable /",
            ),
            ("https://github.com/octo/app/tree/v1.2.3/a/b", "v1.2.3 /a/b"),
            (
                "https://gitee.com/octo/app/tree/feature%2Fx/docker",
                "feature/x /docker",
            ),
            (
                "https://bitbucket.org/octo/app/src/feature/x/docker/?at=feature%2Fx",
                "feature/x /docker",
            ),
            (
                "https://dev.azure.com/org/proj/_git/app?path=/docker/Dockerfile&version=GBfeature/x",
                "feature/x /docker",
            ),
            (
                "https://bb.test/projects/KEY/repos/app/browse/docker/Dockerfile?at=refs%2Fheads%2Ffeature%2Fx",
                "feature/x /docker",
            ),
            (
                "https://git.sr.ht/~me/app/tree/odd/item/docker/Dockerfile",
                "odd /docker",
            ),
        ] {
            let (options, found) = asked(text);
            assert_eq!(found, read, "{text}");
            assert!(options.is_empty(), "{text}: {options:?}");
        }
    }

    #[test]
    fn addresses_as_people_paste_them() {
        for (text, expected) in [
            (
                "git@host:2222/owner/repo.git",
                "git@host:2222/owner/repo.git",
            ),
            ("git@ssh.github.com:443/octo/app.git", "GitHub octo app"),
            (
                "ssh://git@host:2222/owner/repo.git",
                "ssh://git@host:2222/owner/repo.git",
            ),
            ("ssh://git@github.com:octo/app.git", "GitHub octo app"),
            (
                "ssh://git@git.test:octo/app.git",
                "ssh://git@git.test/octo/app.git",
            ),
            ("github.com:octo/app.git", "GitHub octo app"),
            ("git.test:octo/app.git", "git@git.test:octo/app.git"),
            (
                "git+ssh://git@git.test/octo/app.git",
                "ssh://git@git.test/octo/app.git",
            ),
            (
                "HTTPS://Git.Test/octo/app.git",
                "https://Git.Test/octo/app.git",
            ),
            (
                "https://git.test/octo/app.git/",
                "https://git.test/octo/app.git",
            ),
            ("https://github.com/octo/app.git/", "GitHub octo app"),
            ("https://www.bitbucket.org/octo/app/", "Bitbucket octo app"),
            ("https://user@bitbucket.org/o/r.git", "Bitbucket o r"),
            (
                "https://github.com/octo/app/tree/feature%23x/docker",
                "GitHub octo app branch feature#x /docker",
            ),
            (
                "https://git.test/octo/a%23b.git",
                "https://git.test/octo/a%23b.git",
            ),
            (
                "<https://git.test/octo/app.git>",
                "https://git.test/octo/app.git",
            ),
            ("\"https://github.com/octo/app\"", "GitHub octo app"),
            (
                "$ git clone git@git.test:octo/app.git",
                "git@git.test:octo/app.git",
            ),
        ] {
            assert_eq!(summary(text), expected, "{text}");
        }
    }

    #[test]
    fn pages_of_other_hosts_and_paths() {
        for (text, expected) in [
            (
                "https://org@dev.azure.com/org/my%20proj/_git/app",
                "https://org@dev.azure.com/org/my%20proj/_git/app",
            ),
            (
                "https://gitlab.test/octo/app/-/tree/main",
                "https://gitlab.test/octo/app.git branch main",
            ),
            (
                "https://gitlab.test/octo/app/-/tree/one?ref_type=tags",
                "https://gitlab.test/octo/app.git tag one",
            ),
            (
                "https://bb.test/ctx/projects/KEY/repos/app/browse",
                "https://bb.test/ctx/scm/KEY/app.git",
            ),
            (
                "https://codeberg.org/octo/app/",
                "https://codeberg.org/octo/app",
            ),
            ("/srv/git/app", "/srv/git/app"),
            ("/srv/git/app.git", "/srv/git/app.git"),
            ("file:///srv/git/app", "file:///srv/git/app"),
        ] {
            assert_eq!(summary(text), expected, "{text}");
        }
    }
}
