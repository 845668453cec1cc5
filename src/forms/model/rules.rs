//! What is wrong with a draft. Pure functions; the words are elsewhere.

use crate::api::grammar::{
    RuleViolation, build_node, clone_url, image_tag, is_inside, path, ref_name, repo_name,
    source_name,
};
use crate::api::{CodeClient, SourceKind, TagConfig, VersionTagging};
use crate::forms::model::draft::{ConfigDraft, CreateDraft, RepositoryDraft, RowDraft};
use std::collections::{HashMap, HashSet};

/// One thing that is wrong, and where: the path that the API would use for the field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub path: String,
    pub kind: RuleViolation,
}

/// All that is wrong with a draft, in the order of its fields, to be found by path.
#[derive(Debug, Clone, Default)]
pub struct Validation {
    problems: Vec<Problem>,
    by_path: HashMap<String, RuleViolation>,
}

/// Equal when the problems are.
impl PartialEq for Validation {
    fn eq(&self, other: &Self) -> bool {
        self.problems == other.problems
    }
}

impl Validation {
    fn say(&mut self, path: String, kind: Option<RuleViolation>) {
        if let Some(kind) = kind {
            self.by_path.insert(path.clone(), kind);
            self.problems.push(Problem { path, kind });
        }
    }

    /// What is wrong with the field at this path; a warning only where nothing blocks.
    pub fn of(&self, path: &str) -> Option<RuleViolation> {
        self.by_path.get(path).copied()
    }

    /// All problems and warnings.
    pub fn all(&self) -> &[Problem] {
        &self.problems
    }

    /// The problems that block, warnings left out.
    pub fn blocking(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|one| !one.kind.is_warning())
    }
}

/// What is wrong with a create form. Rows are at `build_config.tag_configs[i]`.
pub fn check_create(draft: &CreateDraft) -> Validation {
    check_repository(&draft.repository, &judged(&draft.rows))
}

/// The same where the rows are judged already.
pub fn check_repository(repository: &RepositoryDraft, rows: &[RowValidation]) -> Validation {
    let mut verdict = Validation::default();
    let mut say = |path: &str, kind: Option<RuleViolation>| verdict.say(path.to_owned(), kind);
    say("repo_name", repo_name(repository.repo_name.trim()));
    if repository.client == CodeClient::Simple {
        say(
            "build_config.code_repo_clone_url",
            clone_url(repository.clone_url.trim()),
        );
    } else {
        let owner = repository.code_namespace.trim();
        say("build_config.code_repo_namespace", source_name(owner));
        let name = repository.code_name.trim();
        say("build_config.code_repo_name", source_name(name));
    }
    say(
        "build_config.build_node",
        build_node(&repository.build_node),
    );
    check_rows(&mut verdict, "build_config.", rows);
    verdict
}

/// What is wrong with the tag config editor. Rows are at `tag_configs[i]`.
pub fn check_config(draft: &ConfigDraft) -> Validation {
    check_editor(&draft.build_node, &judged(&draft.rows))
}

/// The same where the rows are judged already.
pub fn check_editor(node: &str, rows: &[RowValidation]) -> Validation {
    let mut verdict = Validation::default();
    check_rows(&mut verdict, "", rows);
    verdict.say("build_node".to_owned(), build_node(node));
    verdict
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

/// What is wrong with each row.
fn judged(rows: &[RowDraft]) -> Vec<RowValidation> {
    let repeated = repeated(rows.iter().map(|row| row.image_tag.trim().to_owned()));
    let check = |row: &RowDraft| match repeated.contains(row.image_tag.trim()) {
        true => with_same_tag(check_row(row)),
        false => check_row(row),
    };
    rows.iter().map(check).collect()
}

/// What is wrong with a row that has the image tag of another one.
pub fn with_same_tag(mut verdict: RowValidation) -> RowValidation {
    let [_, _, (_, tag), ..] = &mut verdict;
    *tag = tag.or(Some(RuleViolation::SameTag));
    verdict
}

/// The image tags that more than one row has.
pub fn repeated(tags: impl Iterator<Item = String>) -> HashSet<String> {
    let mut seen = HashSet::new();
    tags.filter_map(|tag| seen.replace(tag)).collect()
}

fn check_rows(verdict: &mut Validation, prefix: &str, rows: &[RowValidation]) {
    if rows.is_empty() {
        verdict.say(format!("{prefix}tag_configs"), Some(RuleViolation::NoRows));
    }
    for (index, row) in rows.iter().enumerate() {
        for (field, kind) in row {
            if kind.is_some() {
                verdict.say(row_path(prefix, index, field), *kind);
            }
        }
    }
}

/// What is wrong with a row, field by field.
pub type RowValidation = [(&'static str, Option<RuleViolation>); 6];

/// What is wrong with a row by itself. What the API holds already is not judged again: it took it.
pub fn check_row(row: &RowDraft) -> RowValidation {
    let origin = row.origin.as_deref();
    let judged = |text: &str,
                  held: fn(&TagConfig) -> &str,
                  rule: fn(&str) -> Option<RuleViolation>| match origin {
        Some(origin) if held(origin) == text => None,
        _ => rule(text.trim()),
    };
    let (dockerfile, context) = (
        row.dockerfile_location.trim(),
        row.build_context_path.trim(),
    );
    let outside = || {
        let apart = path(context).is_none() && !is_inside(dockerfile, context);
        apart.then_some(RuleViolation::OutsideContext)
    };
    let unknown_kind = matches!(row.source_kind, SourceKind::Other(_))
        && origin.is_none_or(|origin| origin.code_repo_type != row.source_kind);
    let unknown_tagging = matches!(row.version_tagging, VersionTagging::Other(_))
        && origin.is_none_or(|origin| origin.version_tagging != row.version_tagging);
    [
        (
            "code_repo_type",
            unknown_kind.then_some(RuleViolation::Choice),
        ),
        (
            "code_repo_type_value",
            judged(
                &row.source_value,
                |held| &held.code_repo_type_value,
                ref_name,
            ),
        ),
        (
            "docker_repo_tag",
            judged(&row.image_tag, |held| &held.docker_repo_tag, image_tag),
        ),
        (
            "dockerfile_location",
            judged(
                &row.dockerfile_location,
                |held| &held.dockerfile_location,
                path,
            )
            .or_else(outside),
        ),
        (
            "build_context_path",
            judged(&row.build_context_path, TagConfig::context, path),
        ),
        (
            "version_tagging",
            unknown_tagging.then_some(RuleViolation::Choice),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::SavedConfig;
    use crate::forms::model::draft::RepositoryDraft;

    fn config(rows: &[RowDraft]) -> ConfigDraft {
        ConfigDraft {
            build_node: "in".to_owned(),
            rows: rows.to_vec(),
        }
    }

    fn row(tag: &str) -> RowDraft {
        RowDraft {
            image_tag: tag.to_owned(),
            ..RowDraft::default()
        }
    }

    #[test]
    fn one_tag_in_two_rows_is_a_problem_of_both() {
        let problems = check_config(&config(&[row("a"), row("b"), row("a")]));
        let paths: Vec<&str> = problems
            .all()
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
        assert!(
            problems
                .blocking()
                .all(|problem| problem.kind == RuleViolation::SameTag)
        );
    }

    #[test]
    fn no_row_is_a_problem() {
        let problems = check_config(&config(&[]));
        assert_eq!(problems.all().len(), 1);
        assert_eq!(problems.of("tag_configs"), Some(RuleViolation::NoRows));
    }

    #[test]
    fn a_dockerfile_outside_the_context_is_a_warning() {
        let mut row = row("a");
        row.build_context_path = "/app".to_owned();
        let problems = check_config(&config(&[row]));
        assert_eq!(problems.all().len(), 1);
        assert_eq!(problems.blocking().count(), 0);
    }

    #[test]
    fn a_simple_source_needs_its_url_and_no_owner() {
        let repository = RepositoryDraft {
            repo_name: "a".to_owned(),
            client: CodeClient::Simple,
            ..RepositoryDraft::default()
        };
        let problems = check_create(&CreateDraft {
            repository,
            rows: vec![row("a")],
        });
        assert_eq!(problems.all().len(), 1);
        let path = "build_config.code_repo_clone_url";
        assert_eq!(problems.of(path), Some(RuleViolation::Empty));
    }

    #[test]
    fn what_the_api_holds_is_not_judged_until_it_is_edited() {
        let held: TagConfig = serde_json::from_str(
            r#"{"docker_repo_tag": "-odd-", "code_repo_type": "trunk",
                "code_repo_type_value": "a..b", "dockerfile_location": "docker", "version_tagging": 7}"#,
        )
        .expect("decodes");
        let mut draft = ConfigDraft::from(&SavedConfig {
            build_node: Some("in".to_owned()),
            rows: vec![held],
        });
        assert_eq!(check_config(&draft).blocking().count(), 0);
        draft.rows[0].image_tag.push('-');
        assert_eq!(check_config(&draft).blocking().count(), 1);
    }
}
