//! The URL of a mail server: `smtp://USER@HOST:PORT`, or `smtps://…` for TLS from the start.

use percent_encoding::percent_decode_str;
use std::net::IpAddr;

/// How the connection to the mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encryption {
    /// From the start: `smtps`.
    Tls,
    /// Before anything is sent, or else nothing is: `STARTTLS`.
    StartTls,
    /// Not at all.
    None,
}

/// The URL of a mail server. It has no password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SmtpUrl {
    /// The name or address of the host.
    pub(crate) host: String,
    /// The port; `None` for the usual one.
    pub(crate) port: Option<u16>,
    /// The user name for the login.
    pub(crate) user: Option<String>,
    /// The encryption.
    pub(crate) encryption: Encryption,
}

impl SmtpUrl {
    /// Parses a URL.
    ///
    /// # Errors
    ///
    /// A sentence about what is wrong, without the URL.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let form = || "the format is smtp://USER@HOST:PORT or smtps://USER@HOST:PORT".to_owned();
        let (scheme, rest) = text.split_once("://").ok_or_else(form)?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (user, authority) = match rest.rsplit_once('@') {
            Some((user, authority)) => (Some(user), authority),
            None => (None, rest),
        };
        if user.is_some_and(|user| user.contains(':')) {
            return Err(
                "the password is read from --smtp-password-file, not from the URL".to_owned(),
            );
        }
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                (host, Some(port.parse::<u16>().map_err(|_| form())?))
            }
            _ => (authority, None),
        };
        let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
        let is_name =
            |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | '-' | ':' | '_');
        if host.is_empty() || !host.chars().all(is_name) {
            return Err(form());
        }
        let encryption = match (scheme, query) {
            ("smtps", "") => Encryption::Tls,
            // What goes to this machine itself needs none.
            ("smtp", "") if is_loopback(&host) => Encryption::None,
            ("smtp", "" | "tls=required") => Encryption::StartTls,
            ("smtp", "tls=none") => Encryption::None,
            _ => return Err(form()),
        };
        let user = user.map(|user| percent_decode_str(user).decode_utf8_lossy().into_owned());
        Ok(Self {
            host,
            port,
            user: user.filter(|user| !user.is_empty()),
            encryption,
        })
    }

    /// Returns true if a password can be sent there without others reading it.
    pub(crate) fn is_private(&self) -> bool {
        self.encryption != Encryption::None || is_loopback(&self.host)
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_host_port_user_and_encryption() {
        let of = |text: &str| {
            let url = SmtpUrl::parse(text).unwrap();
            (
                url.host.clone(),
                url.port,
                url.user.clone(),
                url.encryption,
                url.is_private(),
            )
        };
        let host = || "mail.example".to_owned();
        let user = |name: &str| Some(name.to_owned());
        assert_eq!(
            of("smtps://mail.example"),
            (host(), None, None, Encryption::Tls, true)
        );
        assert_eq!(
            of("smtp://me%40a.example@Mail.Example:587/"),
            (
                host(),
                Some(587),
                user("me@a.example"),
                Encryption::StartTls,
                true
            )
        );
        assert_eq!(
            of("smtp://me@mail.example:25?tls=none"),
            (host(), Some(25), user("me"), Encryption::None, false)
        );
        for local in ["127.0.0.1", "localhost", "[::1]"] {
            let (_, port, _, encryption, is_private) = of(&format!("smtp://{local}:2525"));
            assert_eq!(
                (port, encryption, is_private),
                (Some(2525), Encryption::None, true)
            );
        }
        assert_eq!(of("smtp://127.0.0.1?tls=required").3, Encryption::StartTls);
    }

    #[test]
    fn what_is_wrong_is_said_without_the_url() {
        for wrong in [
            "",
            "mail.example",
            "http://mail.example",
            "smtp://",
            "smtp://mail.example:x",
            "smtp://mail.example:99999",
            "smtp://me:hunter2@mail.example",
            "smtps://mail.example?tls=none",
            "smtp://mail.example?tls=maybe",
            "smtp://mail.example/hunter2",
            "smtp://a b",
        ] {
            let message = SmtpUrl::parse(wrong).unwrap_err();
            assert!(!message.contains("hunter2"), "{message}");
        }
    }
}
