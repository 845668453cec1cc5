//! Reads the source from a link, a git address, or a `git clone` or `docker build` command.

use crate::api::url::decode;
use crate::api::{CodeClient, SourceKind, grammar};

/// A source that a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pasted {
    pub source: PastedSource,
    /// The branch or tag that the link points to.
    pub reference: Option<(SourceKind, String)>,
    /// The Dockerfile's folder or path.
    pub dockerfile: Option<String>,
    /// The build context; only `docker build` names one.
    pub context: Option<String>,
}

/// The host and project, or the clone URL, of a source.
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

/// Why a text is not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unclear {
    /// A link to a known host that names no repository.
    NoRepository,
    /// It could be a git address, but just as well any web page or folder.
    MaybeAddress,
    Unknown,
}

/// The most bytes of a text that is read as a link.
const MAX_LINK_BYTES: usize = 4096;

/// Common branch names: what follows them in a path is a folder.
const USUAL_BRANCHES: [&str; 6] = ["main", "master", "develop", "dev", "trunk", "default"];

/// The first parts of branch names that have two parts, such as `feature/login`.
const BRANCH_PREFIXES: [&str; 13] = [
    "feature", "features", "feat", "fix", "bugfix", "hotfix", "release", "releases", "chore",
    "refactor", "docs", "user", "users",
];

/// The first parts of branch names that bots make, with any number of parts.
const BOT_PREFIXES: [&str; 2] = ["dependabot", "renovate"];

/// Hosts whose projects can be cloned by the address of their page.
const PROJECT_HOSTS: [&str; 3] = ["gitlab.com", "codeberg.org", "gitea.com"];

/// Reads a link to a source at a known host, a git address, or a command that has one as an argument. `None` for
/// anything else.
pub fn understand(text: &str) -> Option<Pasted> {
    let text = text.trim();
    if text.len() > MAX_LINK_BYTES {
        return None;
    }
    if let Some(line) = text.strip_prefix("git clone ") {
        return understand_clone(line);
    }
    if let Some(line) = text.strip_prefix("docker build ") {
        return understand_docker(line);
    }
    if text.contains(char::is_whitespace) || text.contains(char::is_control) {
        return None;
    }
    source(text, false).or_else(|| short_name(text))
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
    let text = text.trim();
    let host = host_and_path(text).map(|(host, _)| host);
    if host.as_deref().and_then(client_of).is_some() {
        return Unclear::NoRepository;
    }
    match is_clone_url(text) {
        true => Unclear::MaybeAddress,
        false => Unclear::Unknown,
    }
}

/// Reads the whole text as a clone URL, if it can be one.
pub fn as_address(text: &str) -> Option<Pasted> {
    let text = text.trim();
    is_clone_url(text).then(|| clone_of(text.to_owned()))
}

fn clone_of(clone_url: String) -> Pasted {
    Pasted {
        source: PastedSource::Address { clone_url },
        reference: None,
        dockerfile: None,
        context: None,
    }
}

/// Reads a link or a git address, with the branch and folder of `docker build` after a `#`.
fn source(text: &str, is_argument: bool) -> Option<Pasted> {
    let (url, fragment) = text.split_once('#').unwrap_or((text, ""));
    let is_git = url.ends_with(".git") || !web(url) && (url.contains("://") || url.contains('@'));
    if fragment.is_empty() || !is_git {
        return hosted(text).or_else(|| address(text, is_argument));
    }
    let mut pasted = hosted(url).or_else(|| address(url, true))?;
    let (name, folder) = fragment.split_once(':').unwrap_or((fragment, ""));
    pasted.reference = named_reference(name);
    if !folder.is_empty() {
        let folder = grammar::clean_path(&format!("/{folder}"));
        let folder = Some(folder).filter(|folder| grammar::path(folder).is_none());
        pasted.dockerfile.clone_from(&folder);
        pasted.context = folder;
    }
    Some(pasted)
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
    let mut pasted = source(url?, true)?;
    if let Some(reference) = branch.and_then(named_reference) {
        pasted.reference = Some(reference);
    }
    Some(pasted)
}

/// Reads the arguments of `docker build`: the first one that is a git address.
fn understand_docker(line: &str) -> Option<Pasted> {
    line.split_whitespace()
        .filter(|word| word.contains('/') && !word.starts_with('-'))
        .find_map(|word| source(word, false))
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
        "github.com" | "ssh.github.com" | RAW_HOST => CodeClient::GitHub,
        "bitbucket.org" | "altssh.bitbucket.org" => CodeClient::Bitbucket,
        "gitee.com" | "git.oschina.net" => CodeClient::OSChina,
        "gitcafe.com" => CodeClient::GitCafe,
        _ => return None,
    })
}

/// Where GitHub serves files: `/owner/name/branch/path`.
const RAW_HOST: &str = "raw.githubusercontent.com";

/// The parts of a path without its query and fragment, decoded.
fn segments(path: &str) -> Option<Vec<String>> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    path.split('/')
        .filter(|segment| !segment.is_empty())
        .map(decode)
        .collect()
}

fn hosted(text: &str) -> Option<Pasted> {
    let (host, path) = host_and_path(text)?;
    let client = client_of(&host)?;
    let segments = segments(path)?;
    let (owner, name) = (segments.first()?, segments.get(1)?);
    let name = name.strip_suffix(".git").unwrap_or(name);
    if grammar::source_name(owner).is_some() || grammar::source_name(name).is_some() {
        return None;
    }
    let mut words: Vec<&str> = segments[2..].iter().map(String::as_str).collect();
    if host == RAW_HOST {
        words.insert(0, "raw");
    }
    let place = place(&words);
    Some(Pasted {
        reference: place.reference.or_else(|| bitbucket_reference(path)),
        dockerfile: place.dockerfile,
        context: None,
        source: PastedSource::Hosted {
            client,
            owner: owner.clone(),
            name: name.to_owned(),
        },
    })
}

/// The branch in the query of Bitbucket's links to a commit: `?at=branch`.
fn bitbucket_reference(path: &str) -> Option<(SourceKind, String)> {
    let (_, query) = path.split_once('?')?;
    let query = query.split('#').next()?;
    let at = query.split('&').find_map(|pair| pair.strip_prefix("at="))?;
    named_reference(&decode(at)?)
}

/// The place inside of its project that a link points to.
#[derive(Default)]
struct Place {
    reference: Option<(SourceKind, String)>,
    dockerfile: Option<String>,
}

/// Reads the part of a link's path after the project.
fn place(words: &[&str]) -> Place {
    let only = |reference| Place {
        reference,
        dockerfile: None,
    };
    match words {
        ["releases" | "commits", "tag", name @ ..] | ["tags", name @ ..] if !name.is_empty() => {
            only(reference(SourceKind::Tag, name.join("/")))
        }
        ["branch", name @ ..] => only(reference(SourceKind::Branch, name.join("/"))),
        ["commits", rest @ ..] => only(split_reference(rest).0),
        [
            kind @ ("tree" | "blob" | "raw" | "src" | "blame" | "edit"),
            rest @ ..,
        ] => {
            let (reference, path) = split_reference(rest);
            Place {
                reference,
                dockerfile: dockerfile(kind, path),
            }
        }
        _ => Place::default(),
    }
}

/// Tells the branch or tag from the path below it. A path does not show where a branch name with slashes ends, so
/// this is a guess by what branches are usually called.
fn split_reference<'a>(rest: &'a [&'a str]) -> (Option<(SourceKind, String)>, &'a [&'a str]) {
    let (kind, rest) = match rest {
        ["refs", "heads", rest @ ..] => (SourceKind::Branch, rest),
        ["refs", "tags", rest @ ..] => (SourceKind::Tag, rest),
        rest => (SourceKind::Branch, rest),
    };
    let Some(first) = rest.first() else {
        return (None, rest);
    };
    let length = match *first {
        first if USUAL_BRANCHES.contains(&first) => 1,
        first if BOT_PREFIXES.contains(&first) => rest.len(),
        first if BRANCH_PREFIXES.contains(&first) => rest.len().min(2),
        _ => 1,
    };
    let (name, path) = rest.split_at(length);
    let name = name.join("/");
    let kind = if is_version(&name) {
        SourceKind::Tag
    } else {
        kind
    };
    (reference(kind, name), path)
}

/// A branch or tag by a name that may say which of the two it is.
fn named_reference(name: &str) -> Option<(SourceKind, String)> {
    if let Some(name) = name.strip_prefix("refs/heads/") {
        return reference(SourceKind::Branch, name.to_owned());
    }
    match name.strip_prefix("refs/tags/") {
        Some(name) => reference(SourceKind::Tag, name.to_owned()),
        None if is_version(name) => reference(SourceKind::Tag, name.to_owned()),
        None => reference(SourceKind::Branch, name.to_owned()),
    }
}

/// The branch or tag, unless it is a commit or nothing that git allows.
fn reference(kind: SourceKind, name: String) -> Option<(SourceKind, String)> {
    let is_commit = name.len() >= 40 && grammar::is_commit(&name);
    (grammar::ref_name(&name).is_none() && !is_commit).then_some((kind, name))
}

/// Returns true for `1.2.3`, `v1.2.3` and `v1.2.3-rc1`: tags are called so, and hardly a branch.
fn is_version(name: &str) -> bool {
    let numbers = name.strip_prefix('v').unwrap_or(name);
    let numbers = numbers.split(['-', '+']).next().unwrap_or_default();
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    numbers.split('.').count() == 3 && numbers.split('.').all(is_number)
}

/// The Dockerfile that a link to a folder or a file points to.
fn dockerfile(kind: &str, path: &[&str]) -> Option<String> {
    let (last, folder) = path.split_last()?;
    let name = last.to_ascii_lowercase();
    let is_named = name.starts_with("dockerfile.") || name.ends_with(".dockerfile");
    let parts = match kind {
        _ if *last == "Dockerfile" => folder,
        _ if is_named || name == "containerfile" => path,
        "tree" => path,
        // Bitbucket's links look alike for folders and files.
        "src" if !last.contains('.') => path,
        _ => return None,
    };
    let path = format!("/{}", parts.join("/"));
    grammar::path(&path).is_none().then_some(path)
}

/// Reads a git address. A web address can be any page, so it only counts with a sign of git: a `.git` at its end, the
/// form of path that GitLab, Gitea or GitHub Enterprise have, or that it is an argument of `git clone`.
fn address(text: &str, is_argument: bool) -> Option<Pasted> {
    if let Some(pasted) = self_hosted(text) {
        return Some(pasted);
    }
    let is_project = || {
        let (host, path) = host_and_path(text)?;
        Some(PROJECT_HOSTS.contains(&host.as_str()) && segments(path)?.len() >= 2)
    };
    let is_git = is_argument || !web(text) || text.ends_with(".git") || is_project() == Some(true);
    // A local path looks like any other text.
    let is_path = text.starts_with('/') || text.starts_with("file:");
    (is_clone_url(text) && is_git && !is_path).then(|| clone_of(text.to_owned()))
}

/// Reads a link to a page of GitLab (`/group/name/-/tree/branch`), Gitea (`/owner/name/src/branch/main`) or GitHub
/// Enterprise (`/owner/name/tree/main`), on whatever host.
fn self_hosted(text: &str) -> Option<Pasted> {
    let marks = ["/-/", "/src/branch/", "/src/tag/", "/tree/", "/blob/"];
    let position = marks.into_iter().find_map(|mark| text.find(mark))?;
    let (url, rest) = text.split_at(position);
    let project = host_and_path(url).and_then(|(_, path)| segments(path))?;
    if !web(url) || project.len() < 2 {
        return None;
    }
    let words = segments(rest)?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let place = match words.as_slice() {
        ["-", words @ ..] => self::place(words),
        ["src", "branch", words @ ..] => self::place(&[&["src"], words].concat()),
        ["src", "tag", words @ ..] => self::place(&[&["src", "refs", "tags"], words].concat()),
        words => self::place(words),
    };
    Some(Pasted {
        reference: place.reference,
        dockerfile: place.dockerfile,
        ..clone_of(format!("{}.git", url.trim_end_matches(".git")))
    })
}

/// Returns true for what can be a clone URL, with or without a password.
fn is_clone_url(text: &str) -> bool {
    matches!(
        grammar::clone_url(text),
        None | Some(grammar::RuleViolation::Secret(_))
    )
}

fn web(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://")) && is_clone_url(url)
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
        let mut summary = source;
        if let Some((kind, name)) = pasted.reference {
            summary += &format!(" {kind} {name}");
        }
        if let Some(path) = pasted.dockerfile {
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
            "/octo",
            "./app",
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
            ("/srv/git/app", Unclear::MaybeAddress),
            ("octo/app/web", Unclear::Unknown),
            ("javascript:alert(1)", Unclear::Unknown),
        ] {
            assert_eq!(understand(text), None, "{text}");
            assert_eq!(explain(text), expected, "{text}");
            assert_eq!(
                as_address(text).is_some(),
                expected != Unclear::Unknown,
                "{text}"
            );
        }
    }
}
