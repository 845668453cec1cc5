//! Git addresses: their parts, and the forms that are written by mistake.

use crate::api::grammar;
use crate::api::url::decode;
use std::borrow::Cow;

/// The text of an address as it is read: without what stands around it in a document, in git's own spelling of a
/// scheme, and without a slash at its end.
pub(crate) fn tidied(text: &str) -> String {
    let text = text
        .trim()
        .trim_matches(|char| matches!(char, '"' | '\'' | '`' | '<' | '>'));
    let text = text.strip_prefix("git+").unwrap_or(text);
    let Some((scheme, rest)) = text.split_once("://") else {
        return text.to_owned();
    };
    let scheme = scheme.to_ascii_lowercase();
    if !matches!(scheme.as_str(), "http" | "https" | "ssh" | "git") {
        return text.to_owned();
    }
    let text = format!("{scheme}://{rest}");
    match text.contains(['?', '#']) {
        true => text,
        false => text.trim_end_matches('/').to_owned(),
    }
}

/// The address that git understands in place of one with a colon where a slash belongs (`ssh://git@host:owner/name`),
/// or without a user (`host:owner/name`). Any other text is returned as it is.
pub(crate) fn repaired(text: &str) -> Cow<'_, str> {
    if let Some(rest) = text.strip_prefix("ssh://") {
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let at = if user.is_empty() { "" } else { "@" };
        return match host.split_once(':') {
            Some((host, port)) if !port.is_empty() && !is_number(port) && !host.is_empty() => {
                format!("ssh://{user}{at}{host}/{port}/{path}").into()
            }
            _ => text.into(),
        };
    }
    match text.split_once(':') {
        Some((host, path))
            if is_host_name(host) && path.contains('/') && !path.starts_with('/') && {
                let first = path.split('/').next().unwrap_or_default();
                !is_number(first)
            } =>
        {
            format!("git@{text}").into()
        }
        _ => text.into(),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_host_name(text: &str) -> bool {
    text.contains('.')
        && text.starts_with(|char: char| char.is_ascii_alphanumeric())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
}

/// User, host and path of `user@host:path`.
fn scp_parts(text: &str) -> Option<(&str, &str, &str)> {
    if text.contains("://") {
        return None;
    }
    let (user, rest) = text.split_once('@')?;
    let (host, path) = rest.split_once(':')?;
    (!user.contains(['/', ':']) && !host.contains('/')).then_some((user, host, path))
}

/// Port and path of `user@host:port/path` and `user@host:port:path`, where git takes the number for a part of the path.
fn scp_port(text: &str) -> Option<(&str, &str)> {
    let (_, _, path) = scp_parts(text)?;
    let (port, rest) = path.split_once(['/', ':'])?;
    let is_port = is_number(port) && port.parse::<u16>().is_ok_and(|port| port > 0);
    (is_port && !rest.is_empty()).then_some((port, rest))
}

/// The ssh URL that means what `git@host:2222/owner/name.git` looks like; `None` if the text has no such number.
///
/// # Examples
///
/// ```
/// use slipway_console::forms::model::paste::address::with_port;
///
/// let url = with_port("git@git.test:2222/a/b.git");
/// assert_eq!(url.as_deref(), Some("ssh://git@git.test:2222/a/b.git"));
/// ```
pub fn with_port(text: &str) -> Option<String> {
    let (user, host, _) = scp_parts(text)?;
    let (port, path) = scp_port(text)?;
    Some(format!("ssh://{user}@{host}:{port}/{path}"))
}

/// Returns true for an absolute path, or a `file:` URL with one: a source on the machine of the API.
pub fn is_local_path(text: &str) -> bool {
    let path = text.strip_prefix("file://").unwrap_or(text);
    let is_path = path.starts_with('/') && !path.starts_with("//") && path.len() > 1;
    is_path && grammar::clone_url(text).is_none()
}

/// Returns true for a path that only means something on the user's own machine: relative, in a home folder, or of
/// Windows.
pub(crate) fn is_own_path(text: &str) -> bool {
    let starts = ["./", "../", "~/", ".\\", "..\\", "~\\", "\\", "file:"];
    let mut letters = text.chars();
    let is_drive = letters
        .next()
        .is_some_and(|char| char.is_ascii_alphabetic())
        && letters.next() == Some(':')
        && matches!(letters.next(), Some('/' | '\\'));
    is_drive || matches!(text, "." | "..") || starts.iter().any(|start| text.starts_with(start))
}

/// Host and path of an http(s), ssh or git URL, of `user@host:path`, or of a link without a scheme.
pub(crate) fn host_and_path(text: &str) -> Option<(String, &str)> {
    let (authority, path) = match text.split_once("://") {
        Some((scheme, rest)) => {
            let scheme = scheme.to_ascii_lowercase();
            if !matches!(scheme.as_str(), "http" | "https" | "ssh" | "git") {
                return None;
            }
            rest.split_once('/')?
        }
        None => match scp_parts(text) {
            // A port is no part of the project, though git takes it for one.
            Some((_, host, path)) => match scp_port(text) {
                Some((_, rest)) if rest.contains('/') => (host, rest),
                _ => (host, path),
            },
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

/// The parts of a path without its query and fragment, decoded.
pub(crate) fn segments(path: &str) -> Option<Vec<String>> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    path.split('/')
        .filter(|segment| !segment.is_empty())
        .map(decode)
        .collect()
}

/// The decoded value of a query's parameter.
pub(crate) fn parameter(url: &str, name: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    let query = query.split('#').next()?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(key, _)| *key == name)?;
    decode(value).filter(|value| !value.is_empty())
}

/// Returns true for what can be a clone URL, with or without a secret.
pub(crate) fn is_clone_url(text: &str) -> bool {
    grammar::clone_url(text).is_none_or(grammar::RuleViolation::is_warning)
}

/// Returns true for an http(s) URL.
pub(crate) fn is_web(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://")) && is_clone_url(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_after_a_colon_is_offered_as_an_ssh_url() {
        for (text, expected) in [
            (
                "git@host:2222/owner/repo.git",
                Some("ssh://git@host:2222/owner/repo.git"),
            ),
            (
                "git@host:2222:owner/repo.git",
                Some("ssh://git@host:2222/owner/repo.git"),
            ),
            ("git@host:2222:", None),
            ("me@10.0.0.7:7999/repo", Some("ssh://me@10.0.0.7:7999/repo")),
            ("git@host:owner/repo.git", None),
            ("git@host:2222", None),
            ("git@host:2222/", None),
            ("git@host:99999/owner/repo.git", None),
            ("git@host:22a/owner/repo.git", None),
            ("ssh://git@host:2222/owner/repo.git", None),
            ("https://host:2222/owner/repo.git", None),
        ] {
            assert_eq!(with_port(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn paths_of_the_apis_machine_and_of_ones_own() {
        for path in ["/srv/git/app", "/repo", "file:///srv/git/app"] {
            assert!(
                is_local_path(path) && !is_own_path(&path.replace("file:", "")),
                "{path}"
            );
        }
        for path in [
            "./app",
            "../app",
            ".",
            "..",
            "~/code/app",
            "C:\\code\\app",
            "d:/app",
            "\\\\host\\share",
            ".\\app",
        ] {
            assert!(is_own_path(path) && !is_local_path(path), "{path}");
        }
        for text in [
            "app",
            "octo/app",
            "https://git.test/a",
            "git@git.test:a/b",
            "//host/a",
            "/",
            "/a b",
        ] {
            assert!(!is_local_path(text) && !is_own_path(text), "{text}");
        }
    }
}
