//! The shape of secrets: which names of a query hold one, and which texts look like a token.

/// The beginnings of tokens that code hosts, registries and clouds give out.
const TOKEN_PREFIXES: [&str; 29] = [
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "gldt-",
    "glrt-",
    "glcbt-",
    "glptt-",
    "gloas-",
    "glsoat-",
    "glft-",
    "glimt-",
    "glagent-",
    "ATBB",
    "ATCTT",
    "ATATT",
    "dckr_pat_",
    "npm_",
    "pypi-",
    "hf_",
    "dop_v1_",
    "AKIA",
    "ASIA",
    "xoxb-",
    "xoxp-",
    "eyJ",
];

/// User names that code hosts ask for next to a token. They say nothing themselves.
const PUBLIC_USERS: [&str; 8] = [
    "git",
    "oauth2",
    "x-oauth-basic",
    "x-access-token",
    "x-token-auth",
    "x-bitbucket-api-token-auth",
    "gitlab-ci-token",
    "_token",
];

/// Words in the name of a parameter, or in a text that stands for a secret.
const SECRET_WORDS: [&str; 9] = [
    "token",
    "secret",
    "passw",
    "passphrase",
    "pwd",
    "apikey",
    "credential",
    "signature",
    "bearer",
];

/// Whole names of parameters that hold a secret.
const SECRET_NAMES: [&str; 16] = [
    "key",
    "auth",
    "authorization",
    "pass",
    "pat",
    "pw",
    "sig",
    "sas",
    "jwt",
    "session",
    "sessionid",
    "accesskey",
    "privatekey",
    "authkey",
    "subscriptionkey",
    "code",
];

/// Letters and digits in lower case, which is all that tells `X-Private_Token` from `privatetoken`.
fn plain(text: &str) -> String {
    text.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|char| char.to_ascii_lowercase())
        .collect()
}

/// Returns true for a text that has a word for a secret in it, such as `my-token`.
pub(super) fn has_secret_word(text: &str) -> bool {
    let text = plain(text);
    SECRET_WORDS.iter().any(|word| text.contains(word))
}

/// Returns true for the name of a parameter that holds a secret: `private_token`, `X-Amz-Signature`.
pub(super) fn is_secret_name(name: &str) -> bool {
    has_secret_word(name) || SECRET_NAMES.contains(&plain(name).as_str())
}

/// Returns true for a user name that stands next to a token and is none.
pub(super) fn is_public_user(name: &str) -> bool {
    PUBLIC_USERS
        .iter()
        .any(|user| name.eq_ignore_ascii_case(user))
        || name.starts_with("gitlab+deploy-token-")
}

/// Returns true for a text that begins like a token of a known service.
pub(super) fn is_known_token(text: &str) -> bool {
    TOKEN_PREFIXES.iter().any(|prefix| {
        text.strip_prefix(prefix)
            .is_some_and(|rest| rest.len() >= 8)
    })
}

/// Returns true for a text that looks made by a machine: it begins like a known token, or it has many changes between
/// letters and digits or from lower to upper case, or it is one long word with digits. Names of people, teams and
/// robots such as `John.Smith85` or `release-bot-2` have few of these.
pub(super) fn is_token(text: &str) -> bool {
    if is_known_token(text) {
        return true;
    }
    let (mut changes, mut run, mut longest) = (0, 0, 0);
    let mut before = None;
    for char in text.chars() {
        let class = match char {
            'a'..='z' => Some(0),
            'A'..='Z' => Some(1),
            '0'..='9' => Some(2),
            _ => None,
        };
        // A capital that begins a word is no change: `McDonald`.
        let is_change = matches!(
            (before, class),
            (Some(2), Some(0 | 1)) | (Some(0 | 1), Some(2)) | (Some(0), Some(1))
        );
        changes += usize::from(is_change);
        run = if class.is_some() { run + 1 } else { 0 };
        longest = longest.max(run);
        before = class;
    }
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    text.len() >= 8 && changes >= 4 || longest >= 32 || longest >= 24 && has_digit
}

/// Returns true for the id of a commit, short or full, which looks as made by a machine as a token does.
pub(super) fn is_commit(text: &str) -> bool {
    (7..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
