//! What names, tags, paths and URLs may be. Each rule answers what is wrong, in words for the user.

use slipway_api::grammar::{self, RuleViolation};
use std::path::Path;

/// What a rule answers.
pub type Verdict = Result<(), String>;

/// An image repository's name by Docker's grammar.
pub fn repo_name(text: &str) -> Verdict {
    ensure(
        grammar::repo_name(text).is_none(),
        "A name is lower-case letters and digits, joined by '.', '_', '__' or dashes, at most 255.",
    )
}

/// A namespace: a repository name without dots, since an image reference whose first part has one
/// names a registry.
pub fn namespace(text: &str) -> Verdict {
    ensure(
        !text.contains('.') && text != "localhost" && repo_name(text).is_ok(),
        "A namespace is lower-case letters and digits, joined by '_', '__' or dashes, at most 255.",
    )
}

/// An image tag by Docker's grammar.
pub fn image_tag(text: &str) -> Verdict {
    ensure(
        grammar::image_tag(text).is_none(),
        "A tag is letters, digits, '_', '.' and '-', at most 128, and starts with none of the last two.",
    )
}

/// A branch or tag of git, by `git check-ref-format`, and nothing that looks like an option.
pub fn git_ref(text: &str) -> Verdict {
    ensure(
        grammar::ref_name(text).is_none(),
        "Not a name that git allows for a branch or tag.",
    )
}

/// A path inside the source tree.
pub fn source_path(text: &str) -> Verdict {
    if grammar::path(text).is_none() {
        return Ok(());
    }
    Err(if text.len() > grammar::PATH_LIMIT {
        "Ensure this path has at most 4096 bytes."
    } else if !text.starts_with('/') {
        "The path starts at the top of the source: it begins with '/'."
    } else if text.split('/').any(|part| part == "..") {
        "The path may not step out of the source with '..'."
    } else {
        "The path may not hold control characters."
    }
    .to_owned())
}

/// A commit id, short or whole.
pub fn commit(text: &str) -> Verdict {
    ensure(
        grammar::is_commit(text),
        "A commit id is 7 to 40 hexadecimal digits.",
    )
}

/// An owner or a project at a code host.
pub fn hosted_name(text: &str) -> Verdict {
    ensure(
        grammar::source_name(text).is_none(),
        "A name at a code host is letters, digits, '.', '_', '-', without '..' or a leading '-'.",
    )
}

/// A build node: any text that can stand in one line.
pub fn build_node(text: &str) -> Verdict {
    ensure(
        grammar::build_node(text).is_none(),
        "The text may not hold control characters.",
    )
}

/// A clone URL that goes over the network: http(s), ssh or git, or `user@host:path`.
pub fn remote_url(text: &str) -> Verdict {
    match grammar::clone_url(text) {
        None if local_path(text).is_none() => Ok(()),
        Some(RuleViolation::Password) => Err(
            "The URL may not hold a password: anyone who may read builds would see it. \
             Use an ssh URL and the deploy key."
                .to_owned(),
        ),
        _ => Err("Enter an http(s), ssh or git URL, or user@host:path.".to_owned()),
    }
}

/// The path that a clone URL names on this machine: an absolute path, or `file://` and one.
pub fn local_path(text: &str) -> Option<&Path> {
    let path = text.strip_prefix("file://").unwrap_or(text);
    path.starts_with('/').then(|| Path::new(path))
}

fn ensure(holds: bool, message: &str) -> Verdict {
    if holds {
        Ok(())
    } else {
        Err(message.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: fn(&str) -> Verdict, right: &[&str], wrong: &[&str]) {
        for text in right {
            assert_eq!(rule(text), Ok(()), "{text:?}");
        }
        for text in wrong {
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
            &["/", "/a/b", "/a..b", "/a/Dockerfile.dev"],
            &["", "a", "../../etc", "/../etc", "/a/..", "/a\0", "/a\nb"],
        );
    }

    #[test]
    fn clone_urls_are_no_options_and_hold_no_password() {
        check(
            remote_url,
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
                "a@-host:x",
                "git@host:-x",
                "-a@host:x",
                "https://h/a\nb",
                "ftp://h/a",
                "host:path",
                "fd::17",
            ],
        );
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
