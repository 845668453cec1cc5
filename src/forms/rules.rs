//! What is wrong with a draft. Pure functions; the words are elsewhere.

use super::draft::{RepositoryDraft, RowDraft};
use crate::api::CodeClient;
use std::collections::HashMap;

/// One thing that is wrong, and where: the path that the API would use for the field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub path: String,
    pub kind: Kind,
}

/// What can be wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Empty,
    /// No repository name by Docker's grammar.
    RepoName,
    /// No image tag.
    ImageTag,
    /// Another row has the same image tag.
    SameTag,
    /// No branch or tag name by git's rules.
    RefName,
    /// No clone URL.
    CloneUrl,
    /// Warning: a password in the clone URL.
    Password,
    /// A slash, a space or the like in an owner or a name.
    SourceName,
    /// No absolute path, or one with `..`.
    Path,
    /// Warning: the Dockerfile lies outside the build context.
    OutsideContext,
    /// No row at all.
    NoRows,
}

impl Kind {
    /// Whether it is only a warning, which never blocks.
    pub fn is_warning(&self) -> bool {
        matches!(self, Self::Password | Self::OutsideContext)
    }
}

/// What is wrong with a create form. Rows are at `build_config.tag_configs[i]`.
pub fn check_repository(draft: &RepositoryDraft, rows: &[RowDraft]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut say = |path: &str, kind: Option<Kind>| {
        problems.extend(kind.map(|kind| Problem {
            path: path.to_owned(),
            kind,
        }));
    };
    say("repo_name", repo_name(draft.repo_name.trim()));
    if draft.client == CodeClient::Simple {
        say(
            "build_config.code_repo_clone_url",
            clone_url(draft.clone_url.trim()),
        );
    } else {
        let owner = draft.code_namespace.trim();
        say("build_config.code_repo_namespace", source_name(owner));
        let name = draft.code_name.trim();
        say("build_config.code_repo_name", source_name(name));
    }
    let node = draft.build_node.trim();
    say(
        "build_config.build_node",
        node.is_empty().then_some(Kind::Empty),
    );
    problems.extend(check_rows("build_config.", rows));
    problems
}

/// What is wrong with the tag config editor. Rows are at `tag_configs[i]`.
pub fn check_config(build_node: &str, rows: &[RowDraft]) -> Vec<Problem> {
    let mut problems = check_rows("", rows);
    if build_node.trim().is_empty() {
        problems.push(Problem {
            path: "build_node".to_owned(),
            kind: Kind::Empty,
        });
    }
    problems
}

/// The fields of a row, as the API calls them.
pub const ROW_FIELDS: [&str; 7] = [
    "code_repo_type",
    "code_repo_type_value",
    "docker_repo_tag",
    "dockerfile_location",
    "build_context_path",
    "is_active",
    "version_tagging",
];

/// The path of a row's field; `prefix` is what stands before `tag_configs`.
pub fn row_path(prefix: &str, index: usize, field: &str) -> String {
    format!("{prefix}tag_configs[{index}].{field}")
}

fn check_rows(prefix: &str, rows: &[RowDraft]) -> Vec<Problem> {
    let mut problems = Vec::new();
    if rows.is_empty() {
        problems.push(Problem {
            path: format!("{prefix}tag_configs"),
            kind: Kind::NoRows,
        });
    }
    let mut tags: HashMap<&str, usize> = HashMap::new();
    for row in rows {
        *tags.entry(row.image_tag.trim()).or_default() += 1;
    }
    for (index, row) in rows.iter().enumerate() {
        let mut say = |field: &str, kind: Option<Kind>| {
            problems.extend(kind.map(|kind| Problem {
                path: row_path(prefix, index, field),
                kind,
            }));
        };
        let tag = row.image_tag.trim();
        let twice = tags.get(tag).is_some_and(|count| *count > 1);
        say("code_repo_type_value", ref_name(row.source_value.trim()));
        say(
            "docker_repo_tag",
            image_tag(tag).or(twice.then_some(Kind::SameTag)),
        );
        let (dockerfile, context) = (
            row.dockerfile_location.trim(),
            row.build_context_path.trim(),
        );
        let outside = !is_inside(dockerfile, context);
        say(
            "dockerfile_location",
            path(dockerfile)
                .or((outside && path(context).is_none()).then_some(Kind::OutsideContext)),
        );
        say("build_context_path", path(context));
    }
    problems
}

/// Docker's grammar for one part of an image name: lower case letters and digits, separated by `.`,
/// `_`, `__` or dashes; 1 to 255 characters.
fn repo_name(name: &str) -> Option<Kind> {
    if name.is_empty() {
        return Some(Kind::Empty);
    }
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    let edges =
        bytes.first().is_some_and(|b| is_letter(*b)) && bytes.last().is_some_and(|b| is_letter(*b));
    let separators = name
        .split(|char: char| char.is_ascii_lowercase() || char.is_ascii_digit())
        .all(|separator| {
            matches!(separator, "" | "." | "_" | "__") || separator.bytes().all(|b| b == b'-')
        });
    (!edges || !separators || name.len() > 255).then_some(Kind::RepoName)
}

/// `[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}`.
fn image_tag(tag: &str) -> Option<Kind> {
    if tag.is_empty() {
        return Some(Kind::Empty);
    }
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let fits = tag.len() <= 128
        && tag.bytes().next().is_some_and(word)
        && tag
            .bytes()
            .all(|byte| word(byte) || matches!(byte, b'.' | b'-'));
    (!fits).then_some(Kind::ImageTag)
}

/// git's rules for a branch or tag name (`git check-ref-format --branch`).
fn ref_name(name: &str) -> Option<Kind> {
    if name.is_empty() {
        return Some(Kind::Empty);
    }
    let bad_char = |char: char| {
        char.is_ascii_control() || matches!(char, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\')
    };
    let bad = name.starts_with('-')
        || name == "@"
        || name.contains("..")
        || name.contains("@{")
        || name.ends_with('.')
        || name.chars().any(bad_char)
        || name
            .split('/')
            .any(|part| part.is_empty() || part.starts_with('.') || part.ends_with(".lock"));
    bad.then_some(Kind::RefName)
}

/// http(s), ssh, git, or `user@host:path`. A server may allow local paths too, so an absolute one
/// and `file://` pass; the API has the last word.
fn clone_url(url: &str) -> Option<Kind> {
    if url.is_empty() {
        return Some(Kind::Empty);
    }
    if url.starts_with('-')
        || url
            .chars()
            .any(|char| char.is_whitespace() || char.is_control())
    {
        return Some(Kind::CloneUrl);
    }
    if url.starts_with('/') || url.starts_with("file:///") {
        return None;
    }
    if let Some((scheme, rest)) = url.split_once("://") {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        return match scheme.to_ascii_lowercase().as_str() {
            _ if host.is_empty() || host.starts_with('-') => Some(Kind::CloneUrl),
            "http" | "https" | "ssh" | "git" => user.contains(':').then_some(Kind::Password),
            _ => Some(Kind::CloneUrl),
        };
    }
    let short = url.split_once(':').is_some_and(|(authority, path)| {
        let (user, host) = authority.split_once('@').unwrap_or(("", authority));
        !user.is_empty() && !host.is_empty() && !host.contains('/') && !path.is_empty()
    });
    (!short).then_some(Kind::CloneUrl)
}

fn source_name(name: &str) -> Option<Kind> {
    if name.is_empty() {
        return Some(Kind::Empty);
    }
    let bad = name.contains(['/', '\\', ':', '?', '#'])
        || name.starts_with(['-', '.'])
        || name
            .chars()
            .any(|char| char.is_whitespace() || char.is_control());
    bad.then_some(Kind::SourceName)
}

fn path(path: &str) -> Option<Kind> {
    if path.is_empty() {
        return Some(Kind::Empty);
    }
    let bad = !path.starts_with('/')
        || path.split('/').any(|part| part == "..")
        || path.chars().any(char::is_control);
    bad.then_some(Kind::Path)
}

/// Whether a path lies in a folder, or is it.
fn is_inside(path: &str, folder: &str) -> bool {
    let folder = folder.trim_end_matches('/');
    let path = path.trim_end_matches('/');
    path == folder
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
        || folder.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repository_names_follow_dockers_grammar() {
        for right in ["a", "web-app", "a.b_c__d---e", "0"] {
            assert_eq!(repo_name(right), None, "{right}");
        }
        for wrong in [
            "Web",
            "a..b",
            "a___b",
            "-a",
            "a-",
            "a b",
            "a/b",
            "名",
            &"a".repeat(256),
        ] {
            assert_eq!(repo_name(wrong), Some(Kind::RepoName), "{wrong}");
        }
        assert_eq!(repo_name(""), Some(Kind::Empty));
    }

    #[test]
    fn image_tags() {
        for right in ["latest", "_x", "v1.2-rc.3", &"a".repeat(128)] {
            assert_eq!(image_tag(right), None, "{right}");
        }
        for wrong in [".a", "-a", "a b", "a:b", "a\n", "名", &"a".repeat(129)] {
            assert_eq!(image_tag(wrong), Some(Kind::ImageTag), "{wrong}");
        }
    }

    #[test]
    fn branches_and_tags_follow_gits_rules() {
        for right in ["main", "feature/a.b", "v1.0", "发布", "a@b"] {
            assert_eq!(ref_name(right), None, "{right}");
        }
        for wrong in [
            "-x", "a..b", "a b", "a~1", "a:b", "a/", "/a", "a//b", ".a", "a/.b", "a.lock", "a.",
            "@", "a@{1}", "a\\b", "a\n",
        ] {
            assert_eq!(ref_name(wrong), Some(Kind::RefName), "{wrong}");
        }
    }

    #[test]
    fn clone_urls() {
        for right in [
            "https://git.test/a/b.git",
            "http://git.test:8080/a",
            "ssh://git@git.test/a",
            "git://git.test/a",
            "git@git.test:a/b.git",
            "/srv/git/a",
            "file:///srv/git/a",
        ] {
            assert_eq!(clone_url(right), None, "{right}");
        }
        for wrong in [
            "--upload-pack=x",
            "ext::sh -c x",
            "ftp://git.test/a",
            "https://",
            "https://-x/",
            "a/b",
            "https://git.test/a b",
            "javascript:alert(1)",
        ] {
            assert_eq!(clone_url(wrong), Some(Kind::CloneUrl), "{wrong}");
        }
        assert_eq!(
            clone_url("https://me:secret@git.test/a"),
            Some(Kind::Password)
        );
    }

    #[test]
    fn paths_are_absolute_and_do_not_step_up() {
        assert_eq!(path("/a/b"), None);
        for wrong in ["a", "/a/../b", "..", "/a\n"] {
            assert_eq!(path(wrong), Some(Kind::Path), "{wrong}");
        }
        assert!(is_inside("/a/b", "/a") && is_inside("/a", "/a/") && is_inside("/x", "/"));
        assert!(!is_inside("/ab", "/a") && !is_inside("/", "/a"));
    }

    fn row(tag: &str) -> RowDraft {
        RowDraft {
            image_tag: tag.to_owned(),
            ..RowDraft::default()
        }
    }

    #[test]
    fn one_tag_in_two_rows_is_a_problem_of_both() {
        let problems = check_config("in", &[row("a"), row("b"), row("a")]);
        let paths: Vec<&str> = problems
            .iter()
            .map(|problem| problem.path.as_str())
            .collect();
        assert_eq!(
            paths,
            [
                "tag_configs[0].docker_repo_tag",
                "tag_configs[2].docker_repo_tag"
            ]
        );
        assert!(problems.iter().all(|problem| problem.kind == Kind::SameTag));
    }

    #[test]
    fn no_row_is_a_problem() {
        let problems = check_config("in", &[]);
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].kind, Kind::NoRows);
    }

    #[test]
    fn a_dockerfile_outside_the_context_is_a_warning() {
        let mut row = row("a");
        row.build_context_path = "/app".to_owned();
        let problems = check_config("in", &[row]);
        assert_eq!(problems.len(), 1);
        assert!(problems[0].kind.is_warning());
    }

    #[test]
    fn a_simple_source_needs_its_url_and_no_owner() {
        let draft = RepositoryDraft {
            repo_name: "a".to_owned(),
            client: CodeClient::Simple,
            ..RepositoryDraft::default()
        };
        let problems = check_repository(&draft, &[row("a")]);
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].path, "build_config.code_repo_clone_url");
    }
}
