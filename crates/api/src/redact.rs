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

#[cfg(test)]
mod tests {
    use super::*;

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
