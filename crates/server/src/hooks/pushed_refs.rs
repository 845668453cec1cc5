//! The branches and tags that a delivery tells of, and the tag configs that build them.

use crate::rules;
use slipway_api::{PushResult, PushedRef, SourceKind, TagConfig, TagResult};

/// The most branches and tags of a delivery that are kept. Those that a tag config builds come first.
const MAX_REFS: usize = 20;

/// A branch or tag that was pushed, as the sender tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// Branch or tag.
    pub(crate) kind: SourceKind,
    /// Its name.
    pub(crate) name: String,
    /// The commit that it leads to now, in hex.
    pub(crate) commit: Option<String>,
    /// True if it was removed.
    pub(crate) is_removed: bool,
    /// The message of that commit, if the sender tells it.
    pub(crate) message: Option<String>,
}

/// Reads the full name of a ref and the id that it leads to; zeros, or none, if it was removed. Returns `None` for what
/// is neither a branch nor a tag.
pub(crate) fn told_ref(name: &str, commit: Option<&str>, message: Option<String>) -> Option<Told> {
    let (kind, name) = match name.split_once('/')? {
        ("refs", rest) => match rest.split_once('/')? {
            ("heads", name) => (SourceKind::Branch, name),
            ("tags", name) => (SourceKind::Tag, name),
            _ => return None,
        },
        _ => return None,
    };
    rules::git_ref(name).ok()?;
    let is_id = |id: &&str| {
        matches!(id.len(), 7..=64)
            && id.bytes().all(|byte| byte.is_ascii_hexdigit())
            && !id.bytes().all(|byte| byte == b'0')
    };
    let commit = commit.filter(is_id).map(str::to_ascii_lowercase);
    Some(Told {
        kind,
        name: name.to_owned(),
        is_removed: commit.is_none(),
        message: message.filter(|_| commit.is_some()),
        commit,
    })
}

/// The refs of a delivery, and how many more there were.
pub(crate) type Kept = (Vec<PushedRef>, u64);

/// Matches what was told with the tag configs of a repository: each row that builds a ref has a result there. Those of
/// active rows are [`PushResult::default`] until the source was asked. Without anything told, all active rows are meant.
pub(crate) fn matched(told: &[Told], rows: &[TagConfig]) -> Kept {
    let mut refs: Vec<PushedRef> = match told.is_empty() {
        true => of_rows(rows),
        false => told.iter().map(|told| of_told(told, rows)).collect(),
    };
    refs.sort_by_key(|pushed| pushed.results.is_empty());
    let more = refs.len().saturating_sub(MAX_REFS);
    refs.truncate(MAX_REFS);
    (refs, more as u64)
}

fn of_told(told: &Told, rows: &[TagConfig]) -> PushedRef {
    let builds =
        |row: &&TagConfig| row.code_repo_type == told.kind && row.code_repo_type_value == told.name;
    PushedRef {
        code_repo_type: told.kind.clone(),
        code_repo_type_value: told.name.clone(),
        commit: told.commit.clone(),
        is_removed: told.is_removed,
        results: rows.iter().filter(builds).map(result).collect(),
    }
}

/// The refs of all active rows.
fn of_rows(rows: &[TagConfig]) -> Vec<PushedRef> {
    let mut refs: Vec<PushedRef> = Vec::new();
    for row in rows.iter().filter(|row| row.is_active) {
        let same = refs.iter_mut().find(|pushed| {
            pushed.code_repo_type == row.code_repo_type
                && pushed.code_repo_type_value == row.code_repo_type_value
        });
        match same {
            Some(pushed) => pushed.results.push(result(row)),
            None => refs.push(PushedRef {
                code_repo_type: row.code_repo_type.clone(),
                code_repo_type_value: row.code_repo_type_value.clone(),
                results: vec![result(row)],
                ..PushedRef::default()
            }),
        }
    }
    refs
}

fn result(row: &TagConfig) -> TagResult {
    TagResult {
        docker_repo_tag: row.docker_repo_tag.clone(),
        result: match row.is_active {
            true => PushResult::default(),
            false => PushResult::Inactive,
        },
        build_id: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(tag: &str, kind: SourceKind, value: &str, is_active: bool) -> TagConfig {
        TagConfig {
            docker_repo_tag: tag.to_owned(),
            code_repo_type: kind,
            code_repo_type_value: value.to_owned(),
            is_active,
            ..TagConfig::default()
        }
    }

    fn told(name: &str, commit: Option<&str>) -> Told {
        told_ref(name, commit, None).unwrap()
    }

    #[test]
    fn a_ref_is_a_branch_or_a_tag_with_a_name_that_git_takes() {
        let commit = Some("119d9dc6f33992b6c4f8ddf068e347d426ddf22c");
        let main = told("refs/heads/team/main", commit);
        assert_eq!(
            (main.kind, main.name.as_str()),
            (SourceKind::Branch, "team/main")
        );
        assert_eq!(told("refs/tags/v1", commit).kind, SourceKind::Tag);
        for none in [
            "refs/notes/a",
            "main",
            "refs/heads",
            "refs/heads/-x",
            "refs/heads/a b",
            "",
        ] {
            assert_eq!(told_ref(none, commit, None), None, "{none}");
        }
        for gone in [
            None,
            Some("0000000000000000000000000000000000000000"),
            Some("x"),
            Some(""),
        ] {
            let told = told("refs/heads/a", gone);
            assert!(told.is_removed && told.commit.is_none());
        }
    }

    #[test]
    fn a_push_is_matched_with_the_rows_that_build_it() {
        let rows = [
            row("latest", SourceKind::Branch, "main", true),
            row("nightly", SourceKind::Branch, "main", false),
            row("main-tag", SourceKind::Tag, "main", true),
            row("edge", SourceKind::Branch, "main", true),
        ];
        let commit = Some("119d9dc6f33992b6c4f8ddf068e347d426ddf22c");
        let (refs, more) = matched(
            &[
                told("refs/heads/other", commit),
                told("refs/heads/main", commit),
            ],
            &rows,
        );
        assert_eq!(more, 0);
        let found: Vec<_> = refs[0]
            .results
            .iter()
            .map(|row| {
                (
                    row.docker_repo_tag.as_str(),
                    row.result == PushResult::Inactive,
                )
            })
            .collect();
        assert_eq!(
            found,
            [("latest", false), ("nightly", true), ("edge", false)]
        );
        assert!(refs[1].results.is_empty(), "no row builds it");
        // Nothing told: all active rows, by their refs.
        let (refs, _) = matched(&[], &rows);
        let counts: Vec<_> = refs.iter().map(|pushed| pushed.results.len()).collect();
        assert_eq!(counts, [2, 1]);
        assert_eq!(refs[0].commit, None);
    }

    #[test]
    fn of_many_refs_those_that_are_built_are_kept() {
        let rows = [row("latest", SourceKind::Branch, "b-99", true)];
        let commit = Some("119d9dc6f33992b6c4f8ddf068e347d426ddf22c");
        let many: Vec<_> = (0..100)
            .map(|number| told(&format!("refs/heads/b-{number}"), commit))
            .collect();
        let (refs, more) = matched(&many, &rows);
        assert_eq!((refs.len(), more), (MAX_REFS, 80));
        assert_eq!(refs[0].code_repo_type_value, "b-99");
    }
}
