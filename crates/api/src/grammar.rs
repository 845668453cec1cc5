//! The grammar of names, tags, refs, paths and clone URLs, shared by the console and the server.
//!
//! A check returns `None` if the text is valid, and the broken rule otherwise.
//!
//! ```
//! use slipway_api::grammar::{RuleViolation, clone_url, image_tag, ref_name, repo_name};
//! use slipway_api::redact::Secret;
//!
//! assert_eq!(repo_name("web-app"), None);
//! assert_eq!(repo_name("Web App"), Some(RuleViolation::RepoName));
//! assert_eq!(image_tag("v1.0"), None);
//! assert_eq!(ref_name("feature/login"), None);
//!
//! let violation = clone_url("https://me:secret@git.test/a").unwrap();
//! assert_eq!(violation, RuleViolation::Secret(Secret::Password));
//! assert!(violation.is_warning());
//! ```

use crate::redact::{MASK, Secret, secret_in};
use crate::repository::SourceKind;

/// The rule that a field's value breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleViolation {
    /// Empty, but required.
    Empty,
    /// Not a repository name by Docker's grammar.
    RepoName,
    /// Not an image tag by Docker's grammar.
    ImageTag,
    /// Another row has the same image tag.
    SameTag,
    /// Not a branch or tag name by git's rules.
    RefName,
    /// `HEAD`, which is no branch: it stands for the branch that the source is at.
    Head,
    /// A ref that is neither a branch nor a tag: `refs/pull/1/head`, `refs/remotes/origin/main`.
    OtherRef,
    /// Warning: the name of a branch looks like `origin/main`, which is what a clone calls the branch `main`.
    RemoteBranch,
    /// Not a clone URL.
    CloneUrl,
    /// A path that only means something on the user's own machine, in place of a clone URL.
    OwnPath,
    /// Warning: the clone URL contains a secret.
    Secret(Secret),
    /// The clone URL has dots in place of a secret, as it was shown.
    Masked,
    /// Not an owner or project name: it contains a slash, a space or another character that no code
    /// host allows.
    SourceName,
    /// Not a path in the source: too long, a URL, or with control characters.
    Path,
    /// A path with `..`, which leads out of the source.
    LeadsOut,
    /// Warning: the Dockerfile is outside the build context.
    OutsideContext,
    /// Not one of the values that the API accepts.
    Choice,
    /// Not a single line: it contains a line break or another control character.
    OneLine,
    /// The config has no rows.
    NoRows,
}

impl RuleViolation {
    /// Returns true if it is only a warning, which never blocks a request.
    pub fn is_warning(self) -> bool {
        matches!(
            self,
            Self::Secret(_) | Self::OutsideContext | Self::RemoteBranch
        )
    }
}

/// Checks a repository name by Docker's grammar for one part of an image name: lower case letters and
/// digits, separated by `.`, `_`, `__` or dashes; 1 to 255 characters.
pub fn repo_name(name: &str) -> Option<RuleViolation> {
    if name.is_empty() {
        return Some(RuleViolation::Empty);
    }
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    let edges =
        bytes.first().is_some_and(|b| is_letter(*b)) && bytes.last().is_some_and(|b| is_letter(*b));
    let separators = name
        .split(|char: char| char.is_ascii_lowercase() || char.is_ascii_digit())
        .all(|separator| {
            matches!(separator, "" | "." | "_" | "__") || separator.bytes().all(|b| b == b'-')
        });
    (!edges || !separators || name.len() > 255).then_some(RuleViolation::RepoName)
}

/// Checks an image tag by Docker's grammar, `[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}`.
pub fn image_tag(tag: &str) -> Option<RuleViolation> {
    if tag.is_empty() {
        return Some(RuleViolation::Empty);
    }
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let fits = tag.len() <= 128
        && tag.bytes().next().is_some_and(word)
        && tag
            .bytes()
            .all(|byte| word(byte) || matches!(byte, b'.' | b'-'));
    (!fits).then_some(RuleViolation::ImageTag)
}

/// Reads the name of a branch or tag as people write it: trimmed, and without `refs/heads/` or `refs/tags/`, which say
/// that it is a branch or a tag.
///
/// ```
/// use slipway_api::SourceKind;
/// use slipway_api::grammar::clean_ref;
///
/// assert_eq!(clean_ref(" main "), (None, "main"));
/// assert_eq!(clean_ref("refs/heads/main"), (Some(SourceKind::Branch), "main"));
/// assert_eq!(clean_ref("refs/tags/v1"), (Some(SourceKind::Tag), "v1"));
/// ```
pub fn clean_ref(text: &str) -> (Option<SourceKind>, &str) {
    let text = text.trim();
    if let Some(name) = text.strip_prefix("refs/heads/") {
        return (Some(SourceKind::Branch), name);
    }
    match text.strip_prefix("refs/tags/") {
        Some(name) => (Some(SourceKind::Tag), name),
        None => (None, text),
    }
}

/// Checks the name of a branch or tag by git's rules (`git check-ref-format --branch`), at most 255 bytes. With
/// `refs/heads/` or `refs/tags/` before it, checks what [`clean_ref`] makes of it.
pub fn ref_name(name: &str) -> Option<RuleViolation> {
    if name.is_empty() {
        return Some(RuleViolation::Empty);
    }
    let name = match clean_ref(name) {
        (Some(_), clean) => clean,
        (None, _) => name,
    };
    if name == "HEAD" {
        return Some(RuleViolation::Head);
    }
    let bad_char = |char: char| {
        char.is_control() || matches!(char, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\')
    };
    let bad = name.len() > 255
        || name.starts_with('-')
        || name == "@"
        || name.contains("..")
        || name.contains("@{")
        || name.ends_with('.')
        || name.chars().any(bad_char)
        || name
            .split('/')
            .any(|part| part.is_empty() || part.starts_with('.') || part.ends_with(".lock"));
    match bad {
        true => Some(RuleViolation::RefName),
        false => name.starts_with("refs/").then_some(RuleViolation::OtherRef),
    }
}

/// Returns true for a commit id that the API accepts: 7 to 40 hex digits.
pub fn is_commit(text: &str) -> bool {
    (7..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The maximum length of a clone URL, in bytes.
const MAX_CLONE_URL_BYTES: usize = 2048;

/// Checks a clone URL: http(s), ssh, git, or `user@host:path`. Absolute local paths and `file:///`
/// URLs are valid too, since a server may allow them. A secret in a valid URL is a warning.
pub fn clone_url(url: &str) -> Option<RuleViolation> {
    if url.is_empty() {
        return Some(RuleViolation::Empty);
    }
    if url.contains(MASK) {
        return Some(RuleViolation::Masked);
    }
    let blank = |char: char| char.is_whitespace() || char.is_control();
    if url.len() > MAX_CLONE_URL_BYTES || url.chars().any(blank) {
        return Some(RuleViolation::CloneUrl);
    }
    if url.starts_with('/') || url.starts_with("file:///") {
        return None;
    }
    let Some((scheme, rest)) = url.split_once("://") else {
        return match is_scp_form(url) {
            true => secret_in(url).map(RuleViolation::Secret),
            false => Some(RuleViolation::CloneUrl),
        };
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    // git accepts schemes in lower case only.
    let known = matches!(scheme, "http" | "https" | "ssh" | "git");
    let name = user.split(':').next().unwrap_or_default();
    if !known || !is_host(host) || !is_user(name) || path.is_empty() {
        return Some(RuleViolation::CloneUrl);
    }
    secret_in(url).map(RuleViolation::Secret)
}

/// Returns true for `user@host:path`, the short form of ssh URLs.
fn is_scp_form(text: &str) -> bool {
    text.split_once('@')
        .and_then(|(user, rest)| Some((user, rest.split_once(':')?)))
        .is_some_and(|(user, (host, path))| {
            let path_fits = !path.is_empty() && !path.starts_with('-');
            !user.is_empty() && is_user(user) && is_host(host) && path_fits
        })
}

/// Returns true for a host with or without a port that ssh cannot mistake for an option.
fn is_host(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(['-', ':', '.'])
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte))
}

/// Returns true for a user name that ssh cannot mistake for an option; the empty text included.
fn is_user(text: &str) -> bool {
    !text.starts_with('-')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-_+%".contains(&byte))
}

/// Checks the name of an owner or project at a code host: letters, digits, `.`, `_`, `-`, `~`; at
/// most 255 bytes.
pub fn source_name(name: &str) -> Option<RuleViolation> {
    if name.is_empty() {
        return Some(RuleViolation::Empty);
    }
    let fits = name.len() <= 255
        && !name.starts_with('-')
        && name != "."
        && !name.contains("..")
        && name
            .chars()
            .all(|char| char.is_alphanumeric() || matches!(char, '.' | '_' | '-' | '~'));
    (!fits).then_some(RuleViolation::SourceName)
}

/// Checks a build node: any text of one line that is not blank.
pub fn build_node(node: &str) -> Option<RuleViolation> {
    match node.trim() {
        "" => Some(RuleViolation::Empty),
        node => node
            .chars()
            .any(char::is_control)
            .then_some(RuleViolation::OneLine),
    }
}

/// The maximum length of a path in the source tree, in bytes.
pub const MAX_PATH_BYTES: usize = 4096;

/// Checks a path in the source tree, as [`clean_path`] reads it: it must not lead out by `..`, has no control
/// characters, and at most [`MAX_PATH_BYTES`].
pub fn path(path: &str) -> Option<RuleViolation> {
    if path.trim().is_empty() {
        return Some(RuleViolation::Empty);
    }
    if clean_path(path).split('/').any(is_parent) {
        return Some(RuleViolation::LeadsOut);
    }
    let bad =
        path.len() > MAX_PATH_BYTES || path.contains("://") || path.chars().any(char::is_control);
    bad.then_some(RuleViolation::Path)
}

/// Reads a path in the source tree as people write it, and makes it absolute: `./Dockerfile` and `Dockerfile` become
/// `/Dockerfile`, `.` becomes `/`, `/app//web/` becomes `/app/web`, and so does `app/api/../web`. A `..` that leads out stays. The empty
/// text stays empty.
pub fn clean_path(path: &str) -> String {
    let path = path.trim();
    if path.is_empty() {
        return String::new();
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
        match parts.last() {
            Some(last) if is_parent(part) && !is_parent(last) => _ = parts.pop(),
            _ => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

fn is_parent(part: &str) -> bool {
    part.trim() == ".."
}

/// Returns true if a path is in a folder, at any depth, or is the folder itself.
pub fn is_inside(path: &str, folder: &str) -> bool {
    let (path, folder) = (clean_path(path), clean_path(folder));
    folder == "/"
        || path
            .strip_prefix(&folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repository_names_follow_dockers_grammar() {
        for right in ["a", "web-app", "a.b_c__d---e", "0"] {
            assert_eq!(repo_name(right), None, "{right}");
        }
        for wrong in [
            "Web",
            "a..b",
            "a___b",
            "-a",
            "a-",
            "a b",
            "a/b",
            "名",
            &"a".repeat(256),
        ] {
            assert_eq!(repo_name(wrong), Some(RuleViolation::RepoName), "{wrong}");
        }
        assert_eq!(repo_name(""), Some(RuleViolation::Empty));
    }

    #[test]
    fn image_tags() {
        for right in ["latest", "_x", "v1.2-rc.3", &"a".repeat(128)] {
            assert_eq!(image_tag(right), None, "{right}");
        }
        for wrong in [".a", "-a", "a b", "a:b", "a\n", "名", &"a".repeat(129)] {
            assert_eq!(image_tag(wrong), Some(RuleViolation::ImageTag), "{wrong}");
        }
    }

    #[test]
    fn branches_and_tags_follow_gits_rules() {
        for right in ["main", "feature/a.b", "v1.0", "发布", "a@b"] {
            assert_eq!(ref_name(right), None, "{right}");
        }
        for right in [
            "refs/heads/main",
            "refs/tags/v1.0",
            "heads/main",
            "head",
            "HEAD/x",
        ] {
            assert_eq!(ref_name(right), None, "{right}");
        }
        for head in ["HEAD", "refs/heads/HEAD"] {
            assert_eq!(ref_name(head), Some(RuleViolation::Head), "{head}");
        }
        for other in [
            "refs/pull/1/head",
            "refs/remotes/origin/main",
            "refs/heads/refs/heads/main",
        ] {
            assert_eq!(ref_name(other), Some(RuleViolation::OtherRef), "{other}");
        }
        for wrong in [
            "-x",
            "a..b",
            "a b",
            "a~1",
            "a:b",
            "a/",
            "/a",
            "a//b",
            ".a",
            "a/.b",
            "a.lock",
            "a.",
            "@",
            "a@{1}",
            "a\\b",
            "a\n",
            "refs/heads/",
            "refs/heads/-x",
            "refs/tags/a..b",
        ] {
            assert_eq!(ref_name(wrong), Some(RuleViolation::RefName), "{wrong}");
        }
    }

    #[test]
    fn clone_urls() {
        for right in [
            "https://git.test/a/b.git",
            "http://git.test:8080/a",
            "ssh://git@git.test/a",
            "git://git.test/a",
            "git@git.test:a/b.git",
            "/srv/git/a",
            "file:///srv/git/a",
        ] {
            assert_eq!(clone_url(right), None, "{right}");
        }
        for wrong in [
            "HTTPS://git.test/a",
            "https://git.test",
            "git@git.test:-x",
            "--upload-pack=x",
            "ext::sh -c x",
            "ftp://git.test/a",
            "https://",
            "https://-x/",
            "a/b",
            "https://git.test/a b",
            "javascript:alert(1)",
        ] {
            assert_eq!(clone_url(wrong), Some(RuleViolation::CloneUrl), "{wrong}");
        }
        for (url, secret) in [
            ("https://me:secret@git.test/a", Secret::Password),
            ("https://me:@git.test/a", Secret::User),
            ("ssh://git:secret@git.test/a", Secret::Password),
            ("ghp_0123456789abcdef@git.test:a", Secret::User),
            ("https://git.test/a?private_token=x", Secret::Query),
        ] {
            assert_eq!(clone_url(url), Some(RuleViolation::Secret(secret)), "{url}");
        }
        assert_eq!(
            clone_url("https://me:•••@git.test/a"),
            Some(RuleViolation::Masked)
        );
    }

    #[test]
    fn paths_do_not_lead_out() {
        for right in [
            "/a/b",
            "Dockerfile",
            "./Dockerfile",
            ".",
            "/Dockerfile/",
            "/a b/#1/Dockerfile",
            "docker/prod env/Dockerfile.prod",
            "/a..b/...",
            "~/名",
            "docker/../x",
            "a/b/../../c/..",
        ] {
            assert_eq!(path(right), None, "{right}");
        }
        for wrong in [
            "..",
            "../x",
            "/a/../../b",
            "./..",
            "/a/ .. /../b",
            "a/../..",
            "../../a",
        ] {
            assert_eq!(path(wrong), Some(RuleViolation::LeadsOut), "{wrong}");
        }
        for wrong in ["/a\n", "/a\0", "https://git.test/a", &"a".repeat(5000)] {
            assert_eq!(path(wrong), Some(RuleViolation::Path), "{wrong}");
        }
        assert_eq!(path(" "), Some(RuleViolation::Empty));
        assert!(is_inside("/a/b", "/a") && is_inside("/a", "/a/") && is_inside("/x", "/"));
        assert!(!is_inside("/ab", "/a") && !is_inside("/", "/a"));
        assert!(is_inside("//a/./b", "/a/") && is_inside("/", "/") && is_inside("a/b", "./a"));
    }

    #[test]
    fn a_path_is_made_absolute() {
        for (typed, clean) in [
            (" //a/./b// ", "/a/b"),
            ("/", "/"),
            ("/./", "/"),
            (".", "/"),
            ("./", "/"),
            ("Dockerfile", "/Dockerfile"),
            ("./Dockerfile", "/Dockerfile"),
            ("/Dockerfile/", "/Dockerfile"),
            ("docker//web/", "/docker/web"),
            (".docker/x", "/.docker/x"),
            ("docker/../x", "/x"),
            ("a/./../b/c/..", "/b"),
            ("a/..", "/"),
            ("/a/../../b", "/../b"),
            ("/a b/#1/Dockerfile", "/a b/#1/Dockerfile"),
            (" ", ""),
            ("", ""),
        ] {
            assert_eq!(clean_path(typed), clean);
        }
    }

    #[test]
    fn owners_and_names_are_one_word() {
        for right in ["octo-org", ".github", "名字", "a.b_c~d"] {
            assert_eq!(source_name(right), None, "{right}");
        }
        for wrong in ["a/b", "a b", "-a", ".", "..", "a?b", "a%2Fb"] {
            assert_eq!(
                source_name(wrong),
                Some(RuleViolation::SourceName),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_commit_is_7_to_40_hex_digits() {
        assert!(is_commit("552819d"));
        assert!(is_commit("552819d5c903472a36696e8ac620ac250e49829d"));
        for wrong in ["", "552819", "552819g", "--upload-pack", &"a".repeat(41)] {
            assert!(!is_commit(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_build_node_is_one_line_of_any_text() {
        assert_eq!(build_node(" cn "), None);
        assert_eq!(build_node("  "), Some(RuleViolation::Empty));
        assert_eq!(build_node("a\nb"), Some(RuleViolation::OneLine));
    }

    #[test]
    fn what_may_be_meant_is_only_warned_of() {
        assert!(RuleViolation::Secret(Secret::User).is_warning());
        assert!(!RuleViolation::Masked.is_warning());
        assert!(RuleViolation::OutsideContext.is_warning());
        assert!(RuleViolation::RemoteBranch.is_warning());
        assert!(!RuleViolation::Empty.is_warning());
    }
}
