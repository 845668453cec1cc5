//! Removing secrets from clone URLs, before they are stored or shown.

/// Removes everything from a clone URL that may be secret: user and password of http(s) URLs, since
/// either can be a token; the password of any other scheme; query and fragment.
///
/// # Examples
///
/// ```
/// use slipway_api::redact::without_secret;
///
/// assert_eq!(without_secret("https://me:token@git.test/a"), "https://git.test/a");
/// assert_eq!(without_secret("ssh://git@git.test/a"), "ssh://git@git.test/a");
/// ```
pub fn without_secret(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        // Half typed, or `user:password@host:path`, which git rejects but people write.
        return match url.split_once('@') {
            Some((user, host)) => match user.split_once(':') {
                Some((user, _)) => format!("{user}@{host}"),
                None => url.to_owned(),
            },
            None => url.to_owned(),
        };
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let user = match scheme.trim().to_ascii_lowercase().as_str() {
        "http" | "https" => "",
        _ => user.split(':').next().unwrap_or_default(),
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let at = if user.is_empty() { "" } else { "@" };
    format!("{scheme}://{user}{at}{host}{path}")
}

/// Stands for a secret that is not shown.
const MASK: &str = "•••";

/// Replaces everything in a clone URL that may be secret by dots: what [`without_secret`] removes, except a user that
/// stands before a password.
///
/// # Examples
///
/// ```
/// use slipway_api::redact::masked;
///
/// assert_eq!(masked("https://me:token@git.test/a"), "https://me:•••@git.test/a");
/// assert_eq!(masked("ssh://git@git.test/a"), "ssh://git@git.test/a");
/// ```
pub fn masked(url: &str) -> String {
    if without_secret(url) == url {
        return url.to_owned();
    }
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), url),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    // Without a scheme, the user ends at the first @, whatever stands before it.
    let at = match scheme.is_empty() {
        true => rest.find('@'),
        false => rest[..end].rfind('@'),
    };
    let (user, host) = match at {
        Some(at) => (&rest[..at], &rest[at..]),
        None => ("", rest),
    };
    let is_web = scheme
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("http"));
    let user = match user.split_once(':') {
        Some((user, _)) => format!("{user}:{MASK}"),
        None if is_web && !user.is_empty() => MASK.to_owned(),
        None => user.to_owned(),
    };
    let host = match host.find(['?', '#']).filter(|_| !scheme.is_empty()) {
        Some(end) => format!("{}{MASK}", &host[..=end]),
        None => host.to_owned(),
    };
    format!("{scheme}{user}{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_of_a_clone_url_is_shown() {
        for (url, shown) in [
            ("https://me:secret@git.test/a", "https://me:•••@git.test/a"),
            ("https://gh0_token@git.test/a", "https://•••@git.test/a"),
            (
                "https://git.test/a?token=secret#x",
                "https://git.test/a?•••",
            ),
            ("https://git.test/a#secret", "https://git.test/a#•••"),
            ("ssh://git:secret@git.test/a", "ssh://git:•••@git.test/a"),
            ("ssh://git@git.test:22/a", "ssh://git@git.test:22/a"),
            (
                "HTTPS://a:b@c:secret@git.test/a",
                "HTTPS://a:•••@git.test/a",
            ),
            ("git@git.test:a/b", "git@git.test:a/b"),
            ("me:sec/ret@git.test:a/b", "me:•••@git.test:a/b"),
            ("half a tho", "half a tho"),
        ] {
            assert_eq!(masked(url), shown);
        }
    }

    #[test]
    fn no_secret_of_a_clone_url_is_kept() {
        for (url, kept) in [
            ("https://me:secret@git.test/a", "https://git.test/a"),
            ("https://gh0_token@git.test/a", "https://git.test/a"),
            ("https://git.test/a?token=secret#x", "https://git.test/a"),
            ("ssh://git:secret@git.test/a", "ssh://git@git.test/a"),
            ("ssh://git@git.test:22/a", "ssh://git@git.test:22/a"),
            ("HTTPS://a:b@c:secret@git.test/a", "HTTPS://git.test/a"),
            ("git@git.test:a/b", "git@git.test:a/b"),
            ("me:secret@git.test:a/b", "me@git.test:a/b"),
            ("half a tho", "half a tho"),
        ] {
            assert_eq!(without_secret(url), kept);
        }
    }
}
