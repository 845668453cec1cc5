//! Reads the source from a pasted link, git address or `git clone` command.

use crate::api::url::decode;
use crate::api::{CodeClient, SourceKind, grammar};
use crate::forms::model::draft::CreateDraft;

/// A source that a pasted text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pasted {
    pub source: PastedSource,
    /// The branch or tag that the link points to.
    pub reference: Option<(SourceKind, String)>,
}

/// The host and project, or the clone URL, of a pasted source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PastedSource {
    Hosted {
        client: CodeClient,
        owner: String,
        name: String,
    },
    Address {
        clone_url: String,
    },
}

/// The most bytes of a text that is read as a link.
const MAX_LINK_BYTES: usize = 4096;

/// Common branch names. A link to a longer path below one of them points to a folder of that branch.
const USUAL_BRANCHES: [&str; 6] = ["main", "master", "develop", "dev", "trunk", "default"];

/// Reads a link to a source at a known host, a git address, or a `git clone` command. `None` for anything
/// else, which is then pasted unchanged.
pub fn understand(text: &str) -> Option<Pasted> {
    let text = text.trim();
    if text.len() > MAX_LINK_BYTES {
        return None;
    }
    if let Some(line) = text.strip_prefix("git clone ") {
        return understand_clone(line);
    }
    if text.contains(char::is_whitespace) || text.contains(char::is_control) {
        return None;
    }
    hosted(text).or_else(|| address(text, false))
}

/// Reads the arguments of `git clone`.
fn understand_clone(line: &str) -> Option<Pasted> {
    let mut words = line.split_whitespace();
    let (mut branch, mut url) = (None, None);
    while let Some(word) = words.next() {
        match word {
            "-b" | "--branch" => branch = words.next(),
            "--depth" | "-o" | "--origin" | "-c" | "--config" => {
                words.next();
            }
            _ if word.starts_with("--branch=") => branch = word.strip_prefix("--branch="),
            _ if word.starts_with('-') => {}
            _ => {
                url = url.or(Some(word));
            }
        }
    }
    let url = url?;
    let mut pasted = hosted(url).or_else(|| address(url, true))?;
    if let Some(name) = branch.filter(|name| grammar::ref_name(name).is_none()) {
        pasted.reference = Some((SourceKind::Branch, name.to_owned()));
    }
    Some(pasted)
}

/// Host and path of an http(s), ssh or git URL, of `user@host:path`, or of a link without a scheme.
fn host_and_path(text: &str) -> Option<(String, &str)> {
    let (authority, path) = match text.split_once("://") {
        Some((scheme, rest)) => {
            let scheme = scheme.to_ascii_lowercase();
            if !matches!(scheme.as_str(), "http" | "https" | "ssh" | "git") {
                return None;
            }
            rest.split_once('/')?
        }
        None => match text.split_once('@') {
            Some((_, rest)) => rest.split_once(':')?,
            None => text.split_once('/')?,
        },
    };
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let host = host
        .split(':')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    Some((host.trim_start_matches("www.").to_owned(), path))
}

fn client_of(host: &str) -> Option<CodeClient> {
    Some(match host {
        "github.com" | "ssh.github.com" => CodeClient::GitHub,
        "bitbucket.org" | "altssh.bitbucket.org" => CodeClient::Bitbucket,
        "gitee.com" | "git.oschina.net" => CodeClient::OSChina,
        "gitcafe.com" => CodeClient::GitCafe,
        _ => return None,
    })
}

fn hosted(text: &str) -> Option<Pasted> {
    let (host, path) = host_and_path(text)?;
    let client = client_of(&host)?;
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let segments: Vec<String> = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(decode)
        .collect::<Option<_>>()?;
    let (owner, name) = (segments.first()?, segments.get(1)?);
    let name = name.strip_suffix(".git").unwrap_or(name);
    if grammar::source_name(owner).is_some() || grammar::source_name(name).is_some() {
        return None;
    }
    Some(Pasted {
        source: PastedSource::Hosted {
            client,
            owner: owner.clone(),
            name: name.to_owned(),
        },
        reference: reference(&segments[2..]),
    })
}

/// The branch or tag in the part of a link's path after the project.
fn reference(rest: &[String]) -> Option<(SourceKind, String)> {
    let words: Vec<&str> = rest.iter().map(String::as_str).collect();
    let (kind, name) = match words.as_slice() {
        ["releases", "tag", name] | ["commits", "tag", name] => {
            (SourceKind::Tag, (*name).to_owned())
        }
        // The path does not show where a branch name with slashes ends and a folder begins.
        ["tree" | "branch", first, ..] if USUAL_BRANCHES.contains(first) => {
            (SourceKind::Branch, (*first).to_owned())
        }
        ["tree" | "branch", name @ ..] => (SourceKind::Branch, name.join("/")),
        ["blob" | "src" | "raw", name, ..] => (SourceKind::Branch, (*name).to_owned()),
        _ => return None,
    };
    let is_commit = name.len() >= 40 && grammar::is_commit(&name);
    (grammar::ref_name(&name).is_none() && !is_commit).then_some((kind, name))
}

/// Reads a git address. A web address can be any page, so it only counts with a sign of git: a `.git` at
/// its end, GitLab's form of path, or that it is an argument of `git clone`.
fn address(text: &str, is_clone_argument: bool) -> Option<Pasted> {
    // GitLab's links, on whatever host: `/group/name/-/tree/branch`.
    if let Some((url, rest)) = text.split_once("/-/") {
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let words: Vec<String> = rest.split('/').map(decode).collect::<Option<_>>()?;
        return web(url).then(|| Pasted {
            source: PastedSource::Address {
                clone_url: format!("{}.git", url.trim_end_matches(".git")),
            },
            reference: match words.as_slice() {
                [tags, name] if tags == "tags" => Some((SourceKind::Tag, name.clone())),
                words => reference(words),
            },
        });
    }
    let fits = !matches!(
        grammar::clone_url(text),
        Some(grammar::RuleViolation::CloneUrl | grammar::RuleViolation::Empty)
    );
    let is_git = is_clone_argument || !web(text) || text.ends_with(".git");
    // A local path looks like any other text.
    let is_path = text.starts_with('/') || text.starts_with("file:");
    (fits && is_git && !is_path).then(|| Pasted {
        source: PastedSource::Address {
            clone_url: text.to_owned(),
        },
        reference: None,
    })
}

fn web(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://")) && grammar::clone_url(url).is_none()
        || url.starts_with("http")
            && grammar::clone_url(url) == Some(grammar::RuleViolation::Password)
}

/// Copies what was pasted into the form: the source, the branch or tag of the first row, and the name of
/// the image repository if that is still empty.
pub fn apply(pasted: &Pasted, draft: &mut CreateDraft) {
    let repository = &mut draft.repository;
    let name = match &pasted.source {
        PastedSource::Hosted {
            client,
            owner,
            name,
        } => {
            repository.client = client.clone();
            repository.code_namespace = owner.clone();
            repository.code_name = name.clone();
            name.as_str()
        }
        PastedSource::Address { clone_url } => {
            repository.client = CodeClient::Simple;
            repository.clone_url = clone_url.clone();
            clone_url
                .trim_end_matches('/')
                .trim_end_matches(".git")
                .rsplit(['/', ':'])
                .next()
                .unwrap_or_default()
        }
    };
    let name = name.to_lowercase();
    if repository.repo_name.trim().is_empty() && grammar::repo_name(&name).is_none() {
        repository.repo_name = name;
    }
    if let (Some((kind, value)), Some(row)) = (&pasted.reference, draft.rows.first_mut()) {
        row.values.code_repo_type = kind.clone();
        row.values.code_repo_type_value.clone_from(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        match pasted.reference {
            Some((kind, name)) => format!("{source} {kind} {name}"),
            None => source,
        }
    }

    #[test]
    fn links_of_the_known_hosts() {
        for (text, expected) in [
            ("https://github.com/octo/app", "GitHub octo app"),
            (" https://github.com/octo/app.git\n", "GitHub octo app"),
            ("http://www.GitHub.com/octo/app/", "GitHub octo app"),
            ("github.com/octo/app", "GitHub octo app"),
            (
                "https://github.com/octo/app/tree/main/docker",
                "GitHub octo app branch main",
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
                "GitHub octo app branch dev",
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
        ] {
            assert_eq!(summary(text), expected, "{text}");
        }
    }

    #[test]
    fn anything_else_is_pasted_unchanged() {
        for text in [
            "",
            "main",
            "octo/app",
            "https://github.com/octo",
            "https://github.com/",
            "https://git.test/some/page",
            "https://git.test/a b",
            "javascript:alert(1)",
            "/srv/git/app",
            "two\nlines",
            "git clone",
            "git clone -b",
            "a@b",
            "https://github.com/%FF/app",
        ] {
            assert_eq!(summary(text), "nothing", "{text}");
        }
    }

    #[test]
    fn a_paste_fills_in_the_source_and_keeps_the_rest() {
        let mut draft = CreateDraft::default();
        draft.rows[0].values.docker_repo_tag = "edge".to_owned();
        draft.repository.description = "mine".to_owned();
        let pasted = understand("https://github.com/Octo/My-App/tree/next").expect("is understood");
        apply(&pasted, &mut draft);
        assert_eq!(draft.repository.client, CodeClient::GitHub);
        assert_eq!(draft.repository.code_namespace, "Octo");
        assert_eq!(draft.repository.code_name, "My-App");
        assert_eq!(draft.repository.repo_name, "my-app");
        assert_eq!(draft.rows[0].values.code_repo_type_value, "next");
        assert_eq!(draft.rows[0].values.docker_repo_tag, "edge");
        assert_eq!(draft.repository.description, "mine");
        let pasted = understand("git@git.test:a/other.git").expect("is understood");
        apply(&pasted, &mut draft);
        assert_eq!(draft.repository.client, CodeClient::Simple);
        assert_eq!(draft.repository.clone_url, "git@git.test:a/other.git");
        assert_eq!(draft.repository.repo_name, "my-app");
    }
}
