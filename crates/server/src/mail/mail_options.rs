//! The options about mail.

use crate::mail::smtp_url::SmtpUrl;
use crate::rules;
use clap::Args;
use lettre::message::Mailbox;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The permissions that the file of a password must not have: any for all users, and writing for its group.
const TOO_OPEN: u32 = 0o027;

/// The largest file of a password, in bytes.
const MAX_PASSWORD_BYTES: u64 = 4096;

/// How mail is sent, and to whom.
#[derive(Debug, Clone, Args)]
pub struct MailOptions {
    /// The mail server, such as smtp://USER@mail.example.com or smtps://USER@mail.example.com.
    ///
    /// With smtp, the connection is encrypted by STARTTLS before anything is sent, unless the server is on this machine;
    /// ?tls=none at the end of the URL sends without encryption. Without this option, no mail is sent.
    #[arg(long, value_name = "URL", env = "SLIPWAY_SMTP")]
    pub(crate) smtp: Option<String>,

    /// A private file with the password for the mail server.
    #[arg(long, value_name = "FILE", env = "SLIPWAY_SMTP_PASSWORD_FILE")]
    pub(crate) smtp_password_file: Option<PathBuf>,

    /// The sender of the mail, such as "Slipway <builds@example.com>".
    #[arg(long, value_name = "ADDRESS", env = "SLIPWAY_MAIL_FROM")]
    pub(crate) mail_from: Option<String>,

    /// Who gets the mail about a namespace's repositories. Repeatable.
    ///
    /// Mail is sent when a build fails, and for the first success after that, of repositories that have it turned on.
    #[arg(
        long = "mail-to",
        value_name = "NAMESPACE=ADDRESS",
        env = "SLIPWAY_MAIL_TO",
        value_delimiter = ','
    )]
    pub(crate) mail_to: Vec<String>,

    /// The address of the console, for the links in mail, such as https://builds.example.com.
    #[arg(long, value_name = "URL", env = "SLIPWAY_CONSOLE_URL")]
    pub(crate) console_url: Option<String>,
}

/// How mail is sent, checked. The password can't be printed.
#[derive(Clone)]
pub(crate) struct MailSettings {
    /// The mail server.
    pub(crate) server: SmtpUrl,
    /// The user name and the password.
    pub(crate) login: Option<(String, String)>,
    /// The sender.
    pub(crate) from: Mailbox,
    /// The recipients, by namespace.
    pub(crate) to: BTreeMap<String, Vec<Mailbox>>,
    /// The address of the console, without a slash at its end.
    pub(crate) console_url: String,
}

impl MailSettings {
    /// Returns the namespaces that mail is sent about, in their order.
    pub(crate) fn namespaces(settings: Option<&Self>) -> Vec<String> {
        let to = settings.map(|settings| settings.to.keys().cloned());
        to.into_iter().flatten().collect()
    }
}

impl MailOptions {
    /// Reads the options; `None` without a mail server.
    ///
    /// # Errors
    ///
    /// A sentence about the first wrong one. It contains no password.
    pub(crate) fn read(&self) -> Result<Option<MailSettings>, String> {
        let Some(smtp) = &self.smtp else {
            let is_any = self.mail_from.is_some()
                || !self.mail_to.is_empty()
                || self.smtp_password_file.is_some();
            return match is_any {
                true => Err("the options about mail need --smtp".to_owned()),
                false => Ok(None),
            };
        };
        let server =
            SmtpUrl::parse(smtp).map_err(|message| format!("--smtp is not valid: {message}"))?;
        let from = self
            .mail_from
            .as_deref()
            .ok_or("--smtp needs --mail-from")?;
        let from = mailbox(from).ok_or("--mail-from is not an email address")?;
        let console_url = self
            .console_url
            .as_deref()
            .ok_or("--smtp needs --console-url")?;
        let mut to: BTreeMap<String, Vec<Mailbox>> = BTreeMap::new();
        for text in &self.mail_to {
            let form = || format!("the format of --mail-to is NAMESPACE=ADDRESS, not {text}");
            let (namespace, address) = text.split_once('=').ok_or_else(form)?;
            rules::namespace(namespace).map_err(|message| {
                format!("the namespace of a --mail-to is not valid. {message}")
            })?;
            let address = mailbox(address).ok_or_else(form)?;
            to.entry(namespace.to_owned()).or_default().push(address);
        }
        if to.is_empty() {
            return Err("--smtp needs at least one --mail-to".to_owned());
        }
        Ok(Some(MailSettings {
            login: self.login(&server)?,
            server,
            from,
            to,
            console_url: console_address(console_url)?,
        }))
    }

    fn login(&self, server: &SmtpUrl) -> Result<Option<(String, String)>, String> {
        match (&server.user, &self.smtp_password_file) {
            (None, None) => Ok(None),
            (None, Some(_)) => {
                Err("--smtp-password-file needs a user name in the URL of --smtp".to_owned())
            }
            (Some(_), None) => {
                Err("the user name in the URL of --smtp needs --smtp-password-file".to_owned())
            }
            (Some(_), Some(_)) if !server.is_private() => {
                Err("a password is not sent without encryption".to_owned())
            }
            (Some(user), Some(path)) => Ok(Some((user.clone(), password(path)?))),
        }
    }
}

/// Parses `a@b` or `Name <a@b>`.
fn mailbox(text: &str) -> Option<Mailbox> {
    let is_line = !text.chars().any(char::is_control);
    text.trim().parse().ok().filter(|_| is_line)
}

/// Checks the address of the console: http(s), without query and secret.
fn console_address(text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let is_address = rest.is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with('/')
            && rest
                .chars()
                .all(|char| char.is_ascii_graphic() && !"?#@\"<>\\".contains(char))
    });
    match is_address {
        true => Ok(text.to_owned()),
        false => Err("--console-url is an address such as https://builds.example.com".to_owned()),
    }
}

fn password(path: &Path) -> Result<String, String> {
    let shown = path.display();
    let unreadable =
        |error: std::io::Error| format!("the password file {shown} can't be read: {error}");
    let file = File::open(path).map_err(unreadable)?;
    let mode = file.metadata().map_err(unreadable)?.permissions().mode();
    if mode & TOO_OPEN != 0 {
        return Err(format!(
            "the password file {shown} is not private: run chmod 600 on it"
        ));
    }
    let mut text = String::new();
    file.take(MAX_PASSWORD_BYTES)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    let password = text.trim_end_matches(['\r', '\n']);
    match password.is_empty() {
        true => Err(format!("the password file {shown} is empty")),
        false => Ok(password.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;
    use clap::Parser;

    fn read(arguments: &[&str]) -> Result<Option<MailSettings>, String> {
        let arguments = ["slipway"].iter().chain(arguments);
        Options::try_parse_from(arguments).unwrap().mail.read()
    }

    const WHOLE: [&str; 4] = [
        "--smtp=smtp://127.0.0.1:2525",
        "--mail-from=Slipway <builds@a.example>",
        "--console-url=https://builds.a.example/console/",
        "--mail-to=demo=One <one@a.example>",
    ];

    #[test]
    fn all_that_is_needed_has_to_be_there() {
        assert!(read(&[]).unwrap().is_none());
        let more = ["--mail-to=demo=two@a.example,other=three@a.example"];
        let settings = read(&[&WHOLE[..], &more].concat()).unwrap().unwrap();
        assert_eq!(settings.to["demo"].len(), 2);
        assert_eq!(settings.to["other"].len(), 1);
        assert_eq!(settings.console_url, "https://builds.a.example/console");
        for missing in WHOLE {
            let mut some = WHOLE.to_vec();
            some.retain(|option| *option != missing);
            assert!(read(&some).is_err(), "without {missing}");
        }
    }

    #[test]
    fn wrong_values_are_refused() {
        for (index, wrong) in [
            (0, "--smtp=http://a"),
            (1, "--mail-from=builds"),
            (1, "--mail-from=a@b.example\nBcc: c@d.example"),
            (2, "--console-url=builds.a.example"),
            (2, "--console-url=https://me:secret@a.example"),
            (3, "--mail-to=one@a.example"),
            (3, "--mail-to=Demo=one@a.example"),
            (3, "--mail-to=demo=one"),
        ] {
            let mut some = WHOLE.to_vec();
            some[index] = wrong;
            assert!(read(&some).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_password_is_in_a_private_file_and_is_not_sent_in_the_clear() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        std::fs::write(&path, "hunter2\n").unwrap();
        let option = format!("--smtp-password-file={}", path.display());
        let with = |url: &'static str| {
            let mut some = WHOLE.to_vec();
            some[0] = url;
            some.push(&option);
            read(&some)
        };
        let set =
            |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        set(0o644);
        assert!(with("--smtp=smtps://me@a.example").is_err());
        set(0o600);
        let settings = with("--smtp=smtps://me@a.example").unwrap().unwrap();
        assert_eq!(
            settings.login,
            Some(("me".to_owned(), "hunter2".to_owned()))
        );
        assert!(with("--smtp=smtp://me@a.example?tls=none").is_err());
        assert!(with("--smtp=smtp://a.example").is_err());
        let without: Vec<_> = ["--smtp=smtps://me@a.example"]
            .iter()
            .chain(&WHOLE[1..])
            .copied()
            .collect();
        assert!(read(&without).is_err());
    }
}
