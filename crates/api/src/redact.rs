//! Secrets in clone URLs: finding them, and showing and storing a URL without them.
//!
//! | for | use |
//! | --- | --- |
//! | a warning, or a refusal | [`secret_in`] |
//! | showing a URL | [`masked`] |
//! | keeping a URL where no secret may be | [`without_secret`] |
//! | a message in which a URL may stand | [`masked_text`] |
//! | masking the secrets themselves, wherever they stand | [`secrets_of`] |
//!
//! A password is always a secret. A user name is one if it looks like a token, so `https://me@bitbucket.org/a/b.git`
//! has none. A parameter of the query or the fragment is one if its name says so (`private_token`), or if its value
//! looks like a token. The path has one if a part of it begins like a token of a known service, or holds such a
//! parameter.

mod token;

use percent_encoding::percent_decode_str;
use std::borrow::Cow;
use token::{has_secret_word, is_commit, is_known_token, is_public_user, is_secret_name, is_token};

/// The part of a URL that holds a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    /// A token in place of the user name: `https://ghp_…@github.com/a/b`.
    User,
    /// A password or token after the user name: `https://me:…@git.test/a`, `me:…@git.test:a`.
    Password,
    /// A parameter: `https://git.test/a?private_token=…`.
    Query,
    /// A parameter or token after `#`.
    Fragment,
    /// A part of the path.
    Path,
}

/// Stands for a secret that is not shown.
pub const MASK: &str = "•••";

/// The most times that a text may be percent-encoded and is still read.
const MAX_DECODINGS: usize = 3;

/// The most URLs that may stand in each other, as behind a mirror: `https://mirror.test/https://git.test/a`.
const MAX_DEPTH: usize = 3;

/// Finds the first secret of a clone URL, also of one that is half typed or not valid. What [`masked`] has made holds
/// none.
///
/// # Examples
///
/// ```
/// use slipway_api::redact::{Secret, secret_in};
///
/// assert_eq!(secret_in("https://me:hunter2@git.test/a"), Some(Secret::Password));
/// assert_eq!(secret_in("https://git.test/a?Private%5FToken=x"), Some(Secret::Query));
/// assert_eq!(secret_in("https://me@bitbucket.org/a/b.git"), None);
/// ```
pub fn secret_in(url: &str) -> Option<Secret> {
    pieces(url).into_iter().find_map(|piece| piece.secret)
}

/// Replaces each secret of a clone URL by dots, for showing it.
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
    let mut shown = String::with_capacity(url.len());
    for piece in pieces(url) {
        shown.push_str(match piece.secret {
            Some(_) => MASK,
            None => piece.text,
        });
    }
    shown
}

/// Removes each secret from a clone URL, for keeping it: from http(s) URLs the user name of a password as well.
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
    let kept = pieces(url)
        .into_iter()
        .filter(|piece| piece.is_kept && piece.secret.is_none());
    let kept: String = kept.map(|piece| piece.text).collect();
    match kept.len() < url.len() {
        true => kept.trim_end_matches(['&', ';']).to_owned(),
        false => kept,
    }
}

/// The secrets of a clone URL, as they stand in it and decoded; for masking them wherever else they stand.
pub fn secrets_of(url: &str) -> Vec<String> {
    let mut secrets = Vec::new();
    for piece in pieces(url)
        .into_iter()
        .filter(|piece| piece.secret.is_some())
    {
        let decoded = decoded(piece.text);
        if decoded != piece.text {
            secrets.push(decoded.into_owned());
        }
        secrets.push(piece.text.to_owned());
    }
    secrets
}

/// Masks the secrets of each URL in a text, such as a message of git: `could not read Password for 'https://…'`.
pub fn masked_text(text: &str) -> String {
    let is_edge = |char: char| {
        char.is_whitespace() || matches!(char, '\'' | '"' | '`' | '<' | '>' | '(' | ')')
    };
    let mut shown = String::with_capacity(text.len());
    for word in text.split_inclusive(is_edge) {
        let end = word.trim_end_matches(is_edge).len();
        match word[..end].contains("://") {
            true => shown.push_str(&masked(&word[..end])),
            false => shown.push_str(&word[..end]),
        }
        shown.push_str(&word[end..]);
    }
    shown
}

/// A part of a URL.
struct Piece<'a> {
    text: &'a str,
    secret: Option<Secret>,
    /// False for what goes together with a secret, such as the `@` after it.
    is_kept: bool,
}

/// The parts of a URL, in its order: together they are the whole URL.
#[derive(Default)]
struct Pieces<'a>(Vec<Piece<'a>>);

impl<'a> Pieces<'a> {
    fn push(&mut self, text: &'a str, secret: Option<Secret>, is_kept: bool) {
        if !text.is_empty() {
            self.0.push(Piece {
                text,
                secret,
                is_kept,
            });
        }
    }

    fn plain(&mut self, text: &'a str) {
        self.push(text, None, true);
    }
}

fn pieces(url: &str) -> Vec<Piece<'_>> {
    let mut pieces = Pieces::default();
    add_url(&mut pieces, url, 0);
    pieces.0
}

fn add_url<'a>(pieces: &mut Pieces<'a>, url: &'a str, depth: usize) {
    let start = url.find("://").map_or(0, |at| at + 3);
    let (scheme, rest) = url.split_at(start);
    pieces.plain(scheme);
    // A path of this machine is what it is.
    if scheme.is_empty() && rest.starts_with('/')
        || scheme.eq_ignore_ascii_case("file://") && rest.starts_with('/')
    {
        pieces.plain(rest);
        return;
    }
    let at = match scheme.is_empty() {
        true => end_of_short_user(rest),
        false => end_of_user(rest),
    };
    let is_web = scheme.to_ascii_lowercase().contains("http");
    let rest = match at {
        Some(at) => {
            add_user(pieces, &rest[..at], &rest[at..=at], is_web);
            &rest[at + 1..]
        }
        None if scheme.is_empty() => rest,
        None => add_unfinished_user(pieces, rest, is_web),
    };
    add_place(pieces, rest, depth);
}

/// Where the user of a URL ends, after its scheme: at the last `@` before the path. A password with a slash, a question
/// mark or a hash in it, which should have been encoded, is read as people mean it.
fn end_of_user(rest: &str) -> Option<usize> {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = &rest[..end];
    let at = authority.rfind('@');
    let Some((_, after_colon)) = authority.split_once(':') else {
        return at;
    };
    let is_host = match at {
        Some(at) => is_full_host(&authority[at + 1..]),
        None => authority.starts_with('[') || after_colon.bytes().all(|byte| byte.is_ascii_digit()),
    };
    match is_host {
        true => at,
        false => {
            let is_before_host = |at: &usize| is_full_host(&rest[at + 1..]);
            let mut later = rest.rmatch_indices('@').map(|(at, _)| at);
            let later = later.find(is_before_host);
            later.or(at).or_else(|| rest.rfind('@'))
        }
    }
}

/// Adds a user whose `@` is not typed yet, and returns what follows: a port has digits only, so other text after the
/// colon is a password. After what can be a host, it ends at the path; otherwise, it may have any sign in it.
fn add_unfinished_user<'a>(pieces: &mut Pieces<'a>, rest: &'a str, is_web: bool) -> &'a str {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, place) = rest.split_at(end);
    let Some((name, port)) = authority.split_once(':') else {
        return rest;
    };
    let is_port = port.bytes().all(|byte| byte.is_ascii_digit());
    if is_port || is_mask(port) || authority.starts_with('[') {
        return rest;
    }
    if is_full_host(name) {
        pieces.plain(name);
        pieces.push(&authority[name.len()..=name.len()], None, false);
        pieces.push(port, Some(Secret::Password), false);
        return place;
    }
    add_user(pieces, rest, "", is_web);
    ""
}

/// Returns true if the text begins with the name of a host in a domain.
fn is_full_host(text: &str) -> bool {
    let host = text
        .split(['/', ':', '?', '#', '@'])
        .next()
        .unwrap_or_default();
    host.trim_matches('.').contains('.') || host == "localhost" || host.starts_with('[')
}

/// Where the user of `user@host:path` ends. git knows no password there, but people write one.
fn end_of_short_user(text: &str) -> Option<usize> {
    let first = text.find('@')?;
    let user = &text[..first];
    if !user.contains(':') {
        return (!user.contains(['/', '?', '#'])).then_some(first);
    }
    // A password may have an @ in it, so the last one before a host counts.
    let is_before_host = |at: &usize| text[at + 1..].contains([':', '/']);
    let mut signs = text.rmatch_indices('@').map(|(at, _)| at);
    signs.find(is_before_host).or(Some(first))
}

/// Adds the user and the `@` after it, if it is there.
fn add_user<'a>(pieces: &mut Pieces<'a>, user: &'a str, sign: &'a str, is_web: bool) {
    let colon = [":", "%3A", "%3a"]
        .into_iter()
        .filter_map(|colon| Some((user.find(colon)?, colon.len())))
        .min();
    let (name, colon, password) = match colon {
        Some((at, length)) => (&user[..at], &user[at..at + length], &user[at + length..]),
        None => (user, "", ""),
    };
    let shown = decoded(name);
    // Some hosts take a token as the user, with nothing or a fixed word as its password.
    let is_alone = matches!(password, "" | "x-oauth-basic");
    let is_secret_name = is_token(&shown) && !is_address(&shown)
        || is_alone && (has_secret_word(&shown) || !colon.is_empty());
    let is_secret = is_secret_name && !name.is_empty() && !is_mask(name) && !is_public_user(&shown);
    let is_password = !is_alone && !is_mask(password);
    // Over http(s), a user without the password that stood next to it is of no use.
    let is_kept = !is_secret && !(is_web && is_password);
    pieces.push(name, is_secret.then_some(Secret::User), is_kept);
    pieces.push(colon, None, is_kept && !is_password);
    pieces.push(password, is_password.then_some(Secret::Password), is_kept);
    pieces.push(sign, None, is_kept);
}

/// Returns true for a mail address, which some hosts take as a user name.
fn is_address(user: &str) -> bool {
    user.split_once('@')
        .is_some_and(|(local, host)| host.contains('.') && !is_known_token(local))
}

/// Adds host, path, query and fragment.
fn add_place<'a>(pieces: &mut Pieces<'a>, place: &'a str, depth: usize) {
    let nested = place.find("://").filter(|_| depth < MAX_DEPTH);
    let nested = nested.map(|at| {
        place[..at]
            .rfind(['/', '=', '?', '&', ':'])
            .map_or(0, |before| before + 1)
    });
    if let Some(start) = nested.filter(|start| *start > 0) {
        add_path(pieces, &place[..start]);
        return add_url(pieces, &place[start..], depth + 1);
    }
    let end = place.find(['?', '#']).unwrap_or(place.len());
    let (path, rest) = place.split_at(end);
    add_path(pieces, path);
    let (query, fragment) = rest.split_at(rest.find('#').unwrap_or(rest.len()));
    add_parameters(pieces, query, Secret::Query);
    add_parameters(pieces, fragment, Secret::Fragment);
}

fn add_path<'a>(pieces: &mut Pieces<'a>, path: &'a str) {
    for part in path.split_inclusive(['/', ':']) {
        let (name, end) = part.split_at(part.trim_end_matches(['/', ':']).len());
        let text = decoded(name);
        let has_parameter = || {
            let mut parameters = text.split(['?', ';', '&', '#', ',']);
            parameters.any(is_secret_parameter)
        };
        let is_secret = is_known_token(&text) || text.contains('=') && has_parameter();
        pieces.push(name, is_secret.then_some(Secret::Path), true);
        pieces.plain(end);
    }
}

/// Returns true for `name=value` with a name that says it is a secret.
fn is_secret_parameter(parameter: &str) -> bool {
    let named = parameter.split_once('=');
    named.is_some_and(|(name, value)| !value.is_empty() && !is_mask(value) && is_secret_name(name))
}

/// Adds a query or a fragment with the mark before it.
fn add_parameters<'a>(pieces: &mut Pieces<'a>, text: &'a str, secret: Secret) {
    let Some(first) = text.chars().next() else {
        return;
    };
    // Without its secrets, a query keeps the other parameters.
    let is_empty = |part: &str| part.is_empty() || secret_start(part).is_some();
    let all_gone = text[1..].split(['&', ';']).all(is_empty);
    pieces.push(&text[..first.len_utf8()], None, !all_gone);
    for part in text[1..].split_inclusive(['&', ';']) {
        let (part, end) = part.split_at(part.trim_end_matches(['&', ';']).len());
        match secret_start(part) {
            Some(at) => {
                pieces.push(&part[..at], None, false);
                pieces.push(&part[at..], Some(secret), false);
                pieces.push(end, None, false);
            }
            None => {
                pieces.plain(part);
                pieces.push(end, None, !all_gone);
            }
        }
    }
}

/// Where the secret of a parameter begins.
fn secret_start(part: &str) -> Option<usize> {
    let (name, value) = part.split_once('=').unwrap_or(("", part));
    if value.is_empty() || is_mask(value) {
        return None;
    }
    let (shown_name, shown) = (decoded(name), decoded(value));
    if is_token(&shown_name) && !is_secret_name(&shown_name) {
        return Some(0);
    }
    let is_bare = name.is_empty();
    let is_secret = is_secret_name(&shown_name)
        || is_token(&shown) && !is_commit(&shown) && !is_path(&shown)
        || is_bare && has_secret_word(&shown)
        || shown.contains(['@', '=']) && secret_in_value(&shown);
    is_secret.then_some(part.len() - value.len())
}

/// Returns true for a branch, a folder or a file: `main:docker/app`.
fn is_path(text: &str) -> bool {
    text.contains('/') && !text.split(['/', ':']).any(is_token)
}

/// Returns true for a value that is a URL or a query of its own, with a secret in it.
fn secret_in_value(value: &str) -> bool {
    let is_parameter = || value.split(['?', '&', ';', '#']).any(is_secret_parameter);
    match value.split_once("://") {
        Some((_, rest)) => end_of_user(rest).is_some() || is_parameter(),
        None => is_parameter(),
    }
}

fn is_mask(text: &str) -> bool {
    text.contains(MASK) || text == "%E2%80%A2%E2%80%A2%E2%80%A2"
}

/// Decodes a text as often as it seems to be percent-encoded.
fn decoded(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for _ in 0..MAX_DECODINGS {
        if !text.contains('%') {
            break;
        }
        text = Cow::Owned(percent_decode_str(&text).decode_utf8_lossy().into_owned());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use Secret::{Fragment, Password, Path, Query, User};
    use proptest::prelude::*;

    /// Clone URLs with their secret, and how they are shown and kept.
    const WITH_SECRET: [(&str, Secret, &str, &str); 43] = [
        ("https://me:hunter2", Password, "https://me:•••", "https://"),
        (
            "https://me:hun/ter?2",
            Password,
            "https://me:•••",
            "https://",
        ),
        (
            "https://git.test:hunter2/a",
            Password,
            "https://git.test:•••/a",
            "https://git.test/a",
        ),
        (
            "https://me:hunter2@git.test/a",
            Password,
            "https://me:•••@git.test/a",
            "https://git.test/a",
        ),
        (
            "https://:hunter2@git.test/a",
            Password,
            "https://:•••@git.test/a",
            "https://git.test/a",
        ),
        (
            "https://gh0_token@git.test/a",
            User,
            "https://•••@git.test/a",
            "https://git.test/a",
        ),
        (
            "https://ghp_0123456789abcdef@github.com/a",
            User,
            "https://•••@github.com/a",
            "https://github.com/a",
        ),
        (
            "https://ghp_0123456789:x-oauth-basic@h/a",
            User,
            "https://•••:x-oauth-basic@h/a",
            "https://h/a",
        ),
        (
            "https://7c9e6679f4a2b:@git.test/a",
            User,
            "https://•••:@git.test/a",
            "https://git.test/a",
        ),
        (
            "https://oauth2:glpat-abcdefgh@h/a",
            Password,
            "https://oauth2:•••@h/a",
            "https://h/a",
        ),
        (
            "https://me:a@b:c@d@git.test/a",
            Password,
            "https://me:•••@git.test/a",
            "https://git.test/a",
        ),
        (
            "https://me@corp.test:hunter2@git.test/a",
            Password,
            "https://me@corp.test:•••@git.test/a",
            "https://git.test/a",
        ),
        (
            "https://me%3Ahunter2@git.test/a",
            Password,
            "https://me%3A•••@git.test/a",
            "https://git.test/a",
        ),
        (
            "https://me:hun/ter2@git.test/a",
            Password,
            "https://me:•••@git.test/a",
            "https://git.test/a",
        ),
        (
            "https://me:hun#ter2@git.test/a",
            Password,
            "https://me:•••@git.test/a",
            "https://git.test/a",
        ),
        (
            "HTTPS://me:hunter2@git.test/a",
            Password,
            "HTTPS://me:•••@git.test/a",
            "HTTPS://git.test/a",
        ),
        (
            "git+https://me:hunter2@git.test/a",
            Password,
            "git+https://me:•••@git.test/a",
            "git+https://git.test/a",
        ),
        (
            "ssh://git:hunter2@git.test/a",
            Password,
            "ssh://git:•••@git.test/a",
            "ssh://git@git.test/a",
        ),
        (
            "SSH://git:hunter2@git.test:22/a",
            Password,
            "SSH://git:•••@git.test:22/a",
            "SSH://git@git.test:22/a",
        ),
        (
            "git:hunter2@git.test:a/b.git",
            Password,
            "git:•••@git.test:a/b.git",
            "git@git.test:a/b.git",
        ),
        (
            "me:hun/ter2@git.test:a/b",
            Password,
            "me:•••@git.test:a/b",
            "me@git.test:a/b",
        ),
        (
            "me:hun@ter2@git.test:a/b@c",
            Password,
            "me:•••@git.test:a/b@c",
            "me@git.test:a/b@c",
        ),
        (
            "me:hunter2@git.test/a",
            Password,
            "me:•••@git.test/a",
            "me@git.test/a",
        ),
        (
            "ghp_0123456789abcdef@github.com:a/b",
            User,
            "•••@github.com:a/b",
            "github.com:a/b",
        ),
        (
            "https:/me:hunter2@git.test/a",
            Password,
            "https:•••@git.test/a",
            "https@git.test/a",
        ),
        (
            "https://[::1]:8080/a?token=x",
            Query,
            "https://[::1]:8080/a?token=•••",
            "https://[::1]:8080/a",
        ),
        (
            "https://git.test/a?private_token=x",
            Query,
            "https://git.test/a?private_token=•••",
            "https://git.test/a",
        ),
        (
            "https://git.test/a?at=b&access_token=x",
            Query,
            "https://git.test/a?at=b&access_token=•••",
            "https://git.test/a?at=b",
        ),
        (
            "https://git.test/a?oauth_token=x&at=b",
            Query,
            "https://git.test/a?oauth_token=•••&at=b",
            "https://git.test/a?at=b",
        ),
        (
            "https://git.test/a?TOKEN=x;at=b",
            Query,
            "https://git.test/a?TOKEN=•••;at=b",
            "https://git.test/a?at=b",
        ),
        (
            "https://git.test/a?private%5Ftoken=x",
            Query,
            "https://git.test/a?private%5Ftoken=•••",
            "https://git.test/a",
        ),
        (
            "https://git.test/a?%2570rivate_token=x",
            Query,
            "https://git.test/a?%2570rivate_token=•••",
            "https://git.test/a",
        ),
        (
            "https://git.test/a?X-Amz-Signature=x",
            Query,
            "https://git.test/a?X-Amz-Signature=•••",
            "https://git.test/a",
        ),
        (
            "https://git.test/a?ghp_0123456789abcdef",
            Query,
            "https://git.test/a?•••",
            "https://git.test/a",
        ),
        (
            "https://git.test/a?x=ghp_0123456789abcdef",
            Query,
            "https://git.test/a?x=•••",
            "https://git.test/a",
        ),
        (
            "https://git.test/a?u=https%3A%2F%2Fme%3Ax%40h%2Fb",
            Query,
            "https://git.test/a?u=•••",
            "https://git.test/a",
        ),
        (
            "https://git.test/a#token=x",
            Fragment,
            "https://git.test/a#token=•••",
            "https://git.test/a",
        ),
        (
            "https://git.test/a#access_token=x#",
            Fragment,
            "https://git.test/a#access_token=•••",
            "https://git.test/a",
        ),
        (
            "https://git.test/a%3Fprivate_token%3Dx",
            Path,
            "https://git.test/•••",
            "https://git.test/",
        ),
        (
            "https://git.test/a;token=x/b",
            Path,
            "https://git.test/•••/b",
            "https://git.test//b",
        ),
        (
            "https://git.test/glpat-abcdefgh/a",
            Path,
            "https://git.test/•••/a",
            "https://git.test//a",
        ),
        (
            "https://mirror.test/https://me:x@h/a",
            Password,
            "https://mirror.test/https://me:•••@h/a",
            "https://mirror.test/https://h/a",
        ),
        (
            " https://me:hunter2@git.test/a",
            Password,
            " https://me:•••@git.test/a",
            " https://git.test/a",
        ),
    ];

    #[test]
    fn a_secret_is_found_and_neither_shown_nor_kept() {
        for (url, secret, shown, kept) in WITH_SECRET {
            assert_eq!(secret_in(url), Some(secret), "{url}");
            assert_eq!(masked(url), shown);
            assert_eq!(without_secret(url), kept);
            assert_eq!(secret_in(shown), None, "{shown}");
            assert_eq!(masked(shown), shown);
            assert_eq!(secret_in(kept), None, "{kept}");
        }
    }

    #[test]
    fn an_address_without_a_secret_stays_as_it_is() {
        for url in [
            "",
            "half a tho",
            "https://git.test/a/b.git",
            "https://git.test:8080/a",
            "https://me@bitbucket.org/a/b.git",
            "https://John.Smith85@git.test/a",
            "https://McDonaldJr99@git.test/a",
            "https://continuous-integration-bot-2024@git.test/a",
            "https://christophermiller1@git.test/a",
            "https://me%40corp.test@git.test/a",
            "https://my-organization@dev.azure.com/my-organization/app/_git/app",
            "https://gitserver:8080/@team/app",
            "https://github.com/monkey/keyboard.git",
            "https://github.com/hashicorp/vault-token-helper",
            "https://bitbucket.org/a/b/src?at=feature/token",
            "https://git.test/a?ref=119d9dc6f33992b6c4f8ddf068e347d426ddf22c",
            "https://git.test/a.git#main:docker/app",
            "https://git.test/a.git#119d9dc6f33992b6c4f8ddf068e347d426ddf22c",
            "https://git.test/a/tree/119d9dc6f33992b6c4f8ddf068e347d426ddf22c",
            "https://mirror.test/https://github.com/a/b",
            "ssh://git@git.test:22/a",
            "git@git.test:a/b.git",
            "git@git.test:2222/a/b",
            "github.com/a/@b",
            "/srv/git/me:x@y?token=z",
            "file:///srv/git/me:x@y",
            "owner/name",
        ] {
            assert_eq!(secret_in(url), None, "{url}");
            assert_eq!(masked(url), url);
            assert_eq!(without_secret(url), url);
            assert!(secrets_of(url).is_empty(), "{url}");
        }
    }

    #[test]
    fn each_secret_of_a_url_is_known_as_it_stands_and_decoded() {
        let url = "https://ghp_0123456789:p%40ss@git.test/a?token=one&at=b#key=two";
        assert_eq!(
            secrets_of(url),
            ["ghp_0123456789", "p@ss", "p%40ss", "one", "two"]
        );
    }

    #[test]
    fn a_message_is_shown_without_the_secrets_of_its_urls() {
        for (text, shown) in [
            (
                "fatal: could not read Password for 'https://me:hunter2@git.test': no",
                "fatal: could not read Password for 'https://me:•••@git.test': no",
            ),
            (
                "fatal: unable to access 'https://h/a?token=x/': 403",
                "fatal: unable to access 'https://h/a?token=•••': 403",
            ),
            ("two  spaces and a@b stay", "two  spaces and a@b stay"),
        ] {
            assert_eq!(masked_text(text), shown);
        }
    }

    proptest! {
        /// A password is never shown or kept, whatever stands in it, and no text is lost around it.
        #[test]
        fn no_password_gets_through(
            scheme in "(https?|HTTPS|ssh|git\\+https|ftp)://",
            name in "[a-z]{0,5}",
            password in "[!-~]{1,12}",
            rest in "[a-z]{1,5}\\.test(:[0-9]{2})?/[a-z]{1,5}(\\?[a-z]=[a-z])?",
        ) {
            // A digit and letters that no other part has.
            let password = format!("{password}ZQ8");
            let url = format!("{scheme}{name}:{password}@{rest}");
            // What begins with a slash or is a number up to it is a port and a path.
            let start = password.split(['/', '?', '#']).next().unwrap_or_default();
            prop_assume!(!password.contains('@') || start == password);
            prop_assume!(!start.bytes().all(|byte| byte.is_ascii_digit()));
            prop_assert!(secret_in(&url).is_some(), "{}", url);
            prop_assert!(!masked(&url).contains("ZQ8"), "{} {}", url, masked(&url));
            prop_assert!(!without_secret(&url).contains("ZQ8"), "{} {}", url, without_secret(&url));
        }

        /// Any text is put together again from its parts.
        #[test]
        fn any_text_is_read(text in ".{0,60}") {
            let whole: String = pieces(&text).into_iter().map(|piece| piece.text).collect();
            prop_assert_eq!(whole, text);
        }
    }
}
