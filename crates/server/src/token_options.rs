//! The tokens that the server accepts, from a file, the command line or the environment.

use clap::Args;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The largest token file, in bytes.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// The shortest token that is not worth a warning, in characters.
const LONG_TOKEN: usize = 16;

/// The permissions that a token file must not have: any for all users, and writing for its group.
const TOO_OPEN: u32 = 0o027;

/// Where the tokens are.
#[derive(Debug, Clone, Args)]
pub struct TokenOptions {
    /// A file with tokens, one NAMESPACE=TOKEN in each line.
    ///
    /// With at least one token, every call needs `Authorization: Token <token>`, and a token gives write access to
    /// its namespace. The file must be private: other users may not read it, nor may its group write to it. Empty
    /// lines and those that begin with # are skipped. The file is read at the start.
    #[arg(long, value_name = "FILE", env = "SLIPWAY_TOKEN_FILE")]
    pub(crate) token_file: Option<PathBuf>,

    /// A token, and the namespace that it gives write access to. Repeatable.
    ///
    /// Every user of this machine can read the command line: --token-file is safer. So is the environment;
    /// separate several tokens there with commas.
    #[arg(
        long = "token",
        value_name = "NAMESPACE=TOKEN",
        env = "SLIPWAY_TOKEN",
        hide_env_values = true,
        value_delimiter = ',',
        value_parser = parse_access
    )]
    pub(crate) tokens: Vec<AccessToken>,
}

impl TokenOptions {
    /// Returns all tokens.
    ///
    /// # Errors
    ///
    /// A sentence about the first invalid one, or about the file. It contains no token.
    pub(crate) fn read(&self) -> Result<Vec<AccessToken>, String> {
        for access in &self.tokens {
            access.check("--token")?;
        }
        let mut tokens = self.tokens.clone();
        if let Some(path) = &self.token_file {
            tokens.extend(read_file(path)?);
        }
        Ok(tokens)
    }
}

/// Reads a token file.
fn read_file(path: &Path) -> Result<Vec<AccessToken>, String> {
    let unreadable =
        |error: io::Error| format!("the token file {} can't be read: {error}", path.display());
    let file = File::open(path).map_err(unreadable)?;
    let mode = file.metadata().map_err(unreadable)?.permissions().mode();
    if mode & TOO_OPEN != 0 {
        return Err(format!(
            "the token file {} is not private: run chmod 600 on it",
            path.display()
        ));
    }
    let mut text = String::new();
    let read = file.take(MAX_FILE_BYTES + 1).read_to_string(&mut text);
    if read.map_err(unreadable)? as u64 > MAX_FILE_BYTES {
        return Err(format!("the token file {} is too large", path.display()));
    }
    let mut tokens = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let access = AccessToken::split(line);
        access.check(&format!("line {} of {}", index + 1, path.display()))?;
        tokens.push(access);
    }
    match tokens.is_empty() {
        // Without a token, everybody could do everything: certainly not what the file is for.
        true => Err(format!("the token file {} has no token", path.display())),
        false => Ok(tokens),
    }
}

/// A token and the namespace that it gives write access to. The token can't be printed.
#[derive(Clone)]
pub struct AccessToken {
    /// The namespace that the token gives write access to.
    pub(crate) namespace: String,
    token: String,
}

impl AccessToken {
    /// Splits `NAMESPACE=TOKEN`. What is wrong with it is told by `check`.
    fn split(text: &str) -> Self {
        let (namespace, token) = text.split_once('=').unwrap_or_default();
        Self {
            namespace: namespace.to_owned(),
            token: token.to_owned(),
        }
    }

    /// Checks the namespace and the form of the token. `place` is where it is written.
    fn check(&self, place: &str) -> Result<(), String> {
        let is_token = |byte: u8| byte.is_ascii_graphic() && byte != b',';
        if self.token.is_empty() || !self.token.bytes().all(is_token) {
            return Err(format!(
                "the format of {place} is NAMESPACE=TOKEN, with a token of visible ASCII characters without commas"
            ));
        }
        crate::rules::namespace(&self.namespace)
            .map_err(|message| format!("the namespace of {place} is not valid. {message}"))
    }

    /// Returns true if `token` is this token. A wrong token takes as long as the right one.
    pub(crate) fn matches(&self, token: &str) -> bool {
        let (expected, given) = (self.token.as_bytes(), token.as_bytes());
        if expected.is_empty() {
            return false;
        }
        let mut difference = expected.len() ^ given.len();
        for (index, byte) in given.iter().enumerate() {
            difference |= usize::from(byte ^ expected[index % expected.len()]);
        }
        difference == 0
    }

    /// Returns true if the token is so short that it might be guessed.
    pub(crate) fn is_short(&self) -> bool {
        self.token.len() < LONG_TOKEN
    }
}

impl std::fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AccessToken({})", self.namespace)
    }
}

/// Splits `NAMESPACE=TOKEN`. Never fails, since clap would print the text with its token;
/// `TokenOptions::read` reports what is wrong.
fn parse_access(text: &str) -> Result<AccessToken, std::convert::Infallible> {
    Ok(AccessToken::split(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_matches_only_itself_and_is_never_printed() {
        let access = AccessToken::split("demo=se=cret");
        assert!(access.matches("se=cret"));
        for invalid in ["", "se=cre", "se=cretse=cret", "Se=cret"] {
            assert!(!access.matches(invalid), "{invalid}");
        }
        assert_eq!(format!("{access:?}"), "AccessToken(demo)");
        for invalid in [
            "demo:secret",
            "De mo=secret",
            "demo=",
            "=secret",
            "demo=se cret",
        ] {
            let options = TokenOptions {
                token_file: None,
                tokens: vec![AccessToken::split(invalid)],
            };
            let message = options.read().unwrap_err();
            assert!(!message.contains("cret"), "{message}");
        }
    }

    fn read(text: &str, mode: u32) -> Result<Vec<String>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        let tokens = read_file(&path)?;
        let describe = |access: AccessToken| format!("{} {}", access.namespace, access.token);
        Ok(tokens.into_iter().map(describe).collect())
    }

    #[test]
    fn a_token_file_has_a_token_in_each_line() {
        let text = "# who may do what\ndemo=se=cret\n\n  team=hidden\r\ndemo=#second";
        let tokens = read(text, 0o600).unwrap();
        assert_eq!(tokens, ["demo se=cret", "team hidden", "demo #second"]);
        for (text, expected) in [
            ("demo=secret\nteam:secret\n", "line 2"),
            ("demo=se,cret", "line 1"),
            ("De mo=secret", "the namespace of line 1"),
            ("# nobody\n", "has no token"),
            (&"#\n".repeat(1 << 20), "too large"),
        ] {
            let message = read(text, 0o600).unwrap_err();
            assert!(message.contains(expected), "{message}");
            assert!(!message.contains("cret"), "{message}");
        }
    }

    #[test]
    fn a_token_file_that_others_can_read_is_refused() {
        for mode in [0o600, 0o400, 0o440, 0o640] {
            assert!(read("demo=secret", mode).is_ok(), "{mode:o}");
        }
        for mode in [0o644, 0o604, 0o660, 0o602, 0o666] {
            let message = read("demo=secret", mode).unwrap_err();
            assert!(message.contains("chmod 600"), "{message}");
        }
    }
}
