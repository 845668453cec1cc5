//! Gives git the secrets of a clone URL without naming them on a command line, which every user of the machine can read.

use slipway_api::redact::{Secret, secret_in, without_secret};
use slipway_api::url::decode;
use std::process::Command;

/// The helper that git asks for a user name and a password. It has them from its environment.
const HELPER: &str = "!f() { test \"$1\" = get && printf 'username=%s\\npassword=%s\\n' \
     \"$SLIPWAY_GIT_USER\" \"$SLIPWAY_GIT_PASSWORD\"; }; f";

/// A clone URL as git gets it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct GitUrl {
    /// The URL for the command line. It has no user and no password if one of them is a secret.
    pub(crate) url: String,
    /// The user and the password.
    login: Option<(String, String)>,
}

impl GitUrl {
    /// Takes user and password out of an http(s) URL if one of them is a secret. git has no use for a password in any
    /// other URL, so it is left out.
    pub(crate) fn new(clone_url: &str) -> Self {
        let plain = |url: String| Self { url, login: None };
        if !matches!(secret_in(clone_url), Some(Secret::User | Secret::Password)) {
            return plain(clone_url.to_owned());
        }
        let web = clone_url
            .split_once("://")
            .filter(|(scheme, _)| matches!(*scheme, "http" | "https"));
        let Some((scheme, rest)) = web else {
            return plain(without_secret(clone_url));
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let Some((login, host)) = authority.rsplit_once('@') else {
            return plain(without_secret(clone_url));
        };
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        let decoded = |text: &str| decode(text).unwrap_or_else(|| text.to_owned());
        Self {
            url: format!("{scheme}://{host}/{path}"),
            login: Some((decoded(user), decoded(password))),
        }
    }

    /// Takes the login of another URL if this one is at the same server and has none.
    pub(crate) fn with_login_of(mut self, other: &Self) -> Self {
        let server = |url: &str| {
            let end = url.find("://").map_or(0, |at| at + 3);
            url[end..].find('/').map(|at| url[..end + at].to_owned())
        };
        if self.login.is_none() && server(&self.url) == server(&other.url) {
            self.login.clone_from(&other.login);
        }
        self
    }

    /// The user and the password.
    pub(crate) fn login(&self) -> Option<(&str, &str)> {
        let (user, password) = self.login.as_ref()?;
        Some((user, password))
    }

    /// Gives the login to a git command by its environment.
    pub(crate) fn add_login(&self, command: &mut Command) {
        if let Some((user, password)) = &self.login {
            command
                .env("GIT_CONFIG_COUNT", "1")
                .env("GIT_CONFIG_KEY_0", "credential.helper")
                .env("GIT_CONFIG_VALUE_0", HELPER)
                .env("SLIPWAY_GIT_USER", user)
                .env("SLIPWAY_GIT_PASSWORD", password);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_user_or_password_is_taken_out_of_the_url() {
        for (clone_url, url, login) in [
            (
                "https://me:p%40ss@h/a?x=y",
                "https://h/a?x=y",
                Some(("me", "p@ss")),
            ),
            (
                "http://me:a:b@c@h:80/a",
                "http://h:80/a",
                Some(("me", "a:b@c")),
            ),
            (
                "https://ghp_0123456789abcdef@h/a",
                "https://h/a",
                Some(("ghp_0123456789abcdef", "")),
            ),
            (
                "https://me@bitbucket.org/a",
                "https://me@bitbucket.org/a",
                None,
            ),
            ("https://h/a", "https://h/a", None),
            ("ssh://git:hunter2@h/a", "ssh://git@h/a", None),
            ("git@h:a", "git@h:a", None),
        ] {
            let found = GitUrl::new(clone_url);
            assert_eq!(found.url, url);
            let own = |(user, password): (&str, &str)| (user.to_owned(), password.to_owned());
            assert_eq!(found.login, login.map(own), "{clone_url}");
        }
    }

    #[test]
    fn a_login_goes_to_its_own_server_only() {
        let source = GitUrl::new("https://me:hunter2@h/a");
        let login = |url: &str| GitUrl::new(url).with_login_of(&source).login.is_some();
        assert!(login("https://h/b"));
        for other in [
            "https://h:8443/b",
            "http://h/b",
            "https://h.example/b",
            "git@h:b",
        ] {
            assert!(!login(other), "{other}");
        }
    }
}
