//! Rules for names, tags, paths and URLs. The grammar is `slipway_api::grammar`; the messages to the
//! user are here.

use slipway_api::grammar::{self, RuleViolation};
use slipway_api::redact::Secret;
use std::path::Path;

/// The result of a rule; Err is a message to the user.
pub(crate) type RuleResult = Result<(), String>;

/// Checks the name of an image repository, by Docker's grammar.
pub(crate) fn repo_name(text: &str) -> RuleResult {
    ensure(
        grammar::repo_name(text).is_none(),
        "A name consists of lower-case letters and digits, separated by '.', '_', '__' or dashes, \
         at most 255 characters.",
    )
}

/// Checks a namespace. It has the grammar of a repository name, but no dots: an image reference whose
/// first segment has a dot names a registry.
pub(crate) fn namespace(text: &str) -> RuleResult {
    ensure(
        !text.contains('.') && text != "localhost" && repo_name(text).is_ok(),
        "A namespace consists of lower-case letters and digits, separated by '_', '__' or dashes, \
         at most 255 characters.",
    )
}

/// Checks an image tag, by Docker's grammar.
pub(crate) fn image_tag(text: &str) -> RuleResult {
    ensure(
        grammar::image_tag(text).is_none(),
        "A tag consists of letters, digits, '_', '.' and '-', at most 128 characters, and does not \
         start with '.' or '-'.",
    )
}

/// The message about an image tag that is the version tag of an earlier build.
pub(crate) const IS_VERSION_TAG: &str =
    "This tag is the version tag of an earlier build, whose image keeps it. Choose another tag.";

/// Checks the name of a branch or tag, by `git check-ref-format`. It can't look like an option.
pub(crate) fn git_ref(text: &str) -> RuleResult {
    match grammar::ref_name(text) {
        None => Ok(()),
        Some(RuleViolation::Head) => {
            Err("HEAD is not a branch or tag. Enter the name of the branch.".to_owned())
        }
        Some(RuleViolation::OtherRef) => {
            Err("This is neither a branch nor a tag. Enter the name of a branch or tag.".to_owned())
        }
        Some(_) => Err("This is not a valid git branch or tag name.".to_owned()),
    }
}

/// Checks a path in the source tree.
pub(crate) fn source_path(text: &str) -> RuleResult {
    match grammar::path(text) {
        None => Ok(()),
        Some(RuleViolation::LeadsOut) => Err(format!(
            "'{}' leads out of the source. A path begins with '/', the root of the source, and can't contain '..'.",
            shortened(text)
        )),
        Some(_) if text.len() > grammar::MAX_PATH_BYTES => {
            Err("Ensure this path has at most 4096 bytes.".to_owned())
        }
        Some(_) if text.contains("://") => {
            Err("Enter a path in the source, such as /app, not a URL.".to_owned())
        }
        Some(_) => Err("The path can't contain control characters.".to_owned()),
    }
}

/// The beginning of a text for a message.
fn shortened(text: &str) -> String {
    text.chars()
        .filter(|char| !char.is_control())
        .take(100)
        .collect()
}

/// Checks a commit id, short or full.
pub(crate) fn commit(text: &str) -> RuleResult {
    ensure(
        grammar::is_commit(text),
        "A commit id has 7 to 40 hexadecimal digits.",
    )
}

/// Checks an owner or a project on a code host.
pub(crate) fn hosted_name(text: &str) -> RuleResult {
    ensure(
        grammar::source_name(text).is_none(),
        "A name on a code host consists of letters, digits, '.', '_' and '-', without '..' or a \
         leading '-'.",
    )
}

/// Checks a build node: any text without control characters.
pub(crate) fn build_node(text: &str) -> RuleResult {
    ensure(
        grammar::build_node(text).is_none(),
        "The text can't contain control characters.",
    )
}

/// Checks a clone URL on the network: http(s), ssh or git, or `user@host:path`. A secret in it is allowed with
/// `allows_secrets`. The message never repeats the URL.
pub(crate) fn remote_url(text: &str, allows_secrets: bool) -> RuleResult {
    match grammar::clone_url(text) {
        None if local_path(text).is_none() => Ok(()),
        Some(RuleViolation::Secret(_)) if allows_secrets => Ok(()),
        Some(RuleViolation::Secret(secret)) => Err(secret_message(secret)),
        Some(RuleViolation::Masked) => Err(
            "The secret of this URL is replaced by dots. Enter it again, or remove it.".to_owned(),
        ),
        _ => Err("Enter an http(s), ssh or git URL, or user@host:path.".to_owned()),
    }
}

/// Why a URL with a secret is refused, and what to do.
fn secret_message(secret: Secret) -> String {
    let part = match secret {
        Secret::User => "a token as its user name",
        Secret::Password => "a password",
        Secret::Query => "a token or another secret after its '?'",
        Secret::Fragment => "a token or another secret after its '#'",
        Secret::Path => "a token or another secret in its path",
    };
    format!(
        "The URL contains {part}, which could get into logs and lists. Use an ssh URL with the deploy key, or start \
         the server with --allow-url-secrets."
    )
}

/// Returns the local path of a clone URL: an absolute path, or `file://` with one.
pub(crate) fn local_path(text: &str) -> Option<&Path> {
    let path = text.strip_prefix("file://").unwrap_or(text);
    path.starts_with('/').then(|| Path::new(path))
}

fn ensure(is_valid: bool, message: &str) -> RuleResult {
    if is_valid {
        Ok(())
    } else {
        Err(message.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: fn(&str) -> RuleResult, valid: &[&str], invalid: &[&str]) {
        for text in valid {
            assert_eq!(rule(text), Ok(()), "{text:?}");
        }
        for text in invalid {
            assert!(rule(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn repository_names_follow_dockers_grammar() {
        let long = "a".repeat(256);
        check(
            repo_name,
            &["a", "docker_images_test", "a.b", "a__b", "a---b", "0"],
            &[
                "", "A", "a..b", "a___b", "-a", "a-", "a/b", "a b", "ä", "a\n", &long,
            ],
        );
        check(namespace, &["demo", "a-b"], &["a.b", "localhost", "..", ""]);
    }

    #[test]
    fn image_tags_follow_dockers_grammar() {
        let long = "a".repeat(129);
        check(
            image_tag,
            &["latest", "V1.0-rc_1", "_x"],
            &[
                "", ".a", "-a", "a\nb", "a b", "a:b", "a/b", "latest\n", &long,
            ],
        );
    }

    #[test]
    fn refs_follow_gits_rules() {
        check(
            git_ref,
            &["master", "feature/a-b", "v1.0", "功能"],
            &[
                "",
                "-x",
                "--upload-pack=x",
                "a..b",
                "a b",
                "a~1",
                "a^",
                "a:b",
                "a?",
                "a*",
                "a[",
                "a\\b",
                "/a",
                "a/",
                "a//b",
                ".a",
                "a/.b",
                "a.lock",
                "a.",
                "@",
                "a@{1}",
                "a\n",
            ],
        );
    }

    #[test]
    fn paths_stay_in_the_source() {
        check(
            source_path,
            &[
                "/",
                "/a/b",
                "/a..b",
                "/a/Dockerfile.dev",
                "a",
                "./a",
                ".",
                "/a/..",
            ],
            &[
                "",
                "../../etc",
                "/../etc",
                "/a/../..",
                "/a\0",
                "/a\nb",
                "https://host.example/a",
            ],
        );
    }

    #[test]
    fn clone_urls_are_not_options_and_have_no_password() {
        check(
            |text| remote_url(text, false),
            &[
                "https://host.example/a/b.git",
                "http://host.example:8080/a",
                "ssh://git@host.example:22/a/b",
                "git://host.example/a",
                "git@host.example:a/b.git",
            ],
            &[
                "",
                "--upload-pack=touch /tmp/x",
                "-oProxyCommand=x",
                "ssh://-oProxyCommand=x/a",
                "ssh://-a@host/a",
                "ext::sh -c x",
                "file:///etc",
                "/etc",
                "https://",
                "https://h",
                "https://u:p@h/a",
                "https://ghp_0123456789abcdef@h/a",
                "https://h/a?private_token=x",
                "https://u:•••@h/a",
                "a@-host:x",
                "git@host:-x",
                "-a@host:x",
                "https://h/a\nb",
                "ftp://h/a",
                "host:path",
                "fd::17",
            ],
        );
        assert_eq!(remote_url("https://u:p@h/a", true), Ok(()));
        assert!(remote_url("https://u:•••@h/a", true).is_err());
        assert!(remote_url("ext::https://u:p@h/a", true).is_err());
    }

    #[test]
    fn commits_are_hexadecimal() {
        check(
            commit,
            &["119d9dc", "119d9dc6f33992b6c4f8ddf068e347d426ddf22c"],
            &["119d9d", "", "119d9dg", "HEAD~1", "--all00"],
        );
    }
}
