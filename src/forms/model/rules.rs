//! Validation: what is wrong with a draft. Pure functions; `common/wording.rs` has the texts.

use crate::api::grammar::{
    RuleViolation, build_node, clone_url, is_inside, path, repo_name, source_name,
};
use crate::api::{CodeClient, SourceKind};
use crate::forms::model::draft::{RepositoryDraft, RowDraft};
use crate::forms::model::fields::{
    DOCKERFILE, FIELD_COUNT, IMAGE_TAG, SOURCE_VALUE, TAG_CONFIG_FIELDS, field_named,
};
use crate::forms::model::paste::address::is_own_path;
use std::collections::{HashMap, HashSet};

/// A problem or a warning, and the path that the API uses for its field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub path: String,
    pub kind: RuleViolation,
}

/// All problems and warnings of a draft, in the order of its fields, with an index by path.
#[derive(Debug, Clone, Default)]
pub struct Validation {
    problems: Vec<Problem>,
    by_path: HashMap<String, RuleViolation>,
}

/// The index follows from the problems, so only these are compared.
impl PartialEq for Validation {
    fn eq(&self, other: &Self) -> bool {
        self.problems == other.problems
    }
}

impl Validation {
    fn report(&mut self, path: &str, kind: Option<RuleViolation>) {
        if let Some(kind) = kind {
            let path = path.to_owned();
            self.by_path.insert(path.clone(), kind);
            self.problems.push(Problem { path, kind });
        }
    }

    /// The problem or the warning of the field at this path.
    pub fn of(&self, path: &str) -> Option<RuleViolation> {
        self.by_path.get(path).copied()
    }

    /// All problems and warnings.
    pub fn all(&self) -> &[Problem] {
        &self.problems
    }

    /// The problems that block, without the warnings.
    pub fn blocking(&self) -> impl Iterator<Item = &Problem> {
        self.problems
            .iter()
            .filter(|problem| !problem.kind.is_warning())
    }
}

/// The path of the field for a link to the source. The API has no such field.
pub const SOURCE_LINK: &str = "source";

/// How the source is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceEntry {
    /// By a link, and there is none yet: the form does not show the source's own fields.
    Link,
    Fields,
}

/// Checks a create form whose rows are checked already. Rows are at `build_config.tag_configs[i]`.
pub fn check_repository(
    repository: &RepositoryDraft,
    entry: SourceEntry,
    rows: &[RowValidation],
) -> Validation {
    let mut validation = Validation::default();
    if entry == SourceEntry::Link {
        validation.report(SOURCE_LINK, Some(RuleViolation::Empty));
    }
    validation.report("repo_name", repo_name(repository.repo_name.trim()));
    if entry == SourceEntry::Link {
        // One problem is enough to say that the source is missing.
    } else if repository.client == CodeClient::Simple {
        let url = repository.clone_url.trim();
        let violation = match clone_url(url) {
            Some(RuleViolation::CloneUrl) if is_own_path(url) => Some(RuleViolation::OwnPath),
            violation => violation,
        };
        validation.report("build_config.code_repo_clone_url", violation);
    } else {
        validation.report(
            "build_config.code_repo_namespace",
            source_name(repository.code_namespace.trim()),
        );
        validation.report(
            "build_config.code_repo_name",
            source_name(repository.code_name.trim()),
        );
    }
    validation.report(
        "build_config.build_node",
        build_node(&repository.build_node),
    );
    report_rows(&mut validation, "build_config.", rows);
    validation
}

/// Checks a tag config editor whose rows are checked already. Rows are at `tag_configs[i]`.
pub fn check_editor(node: &str, rows: &[RowValidation]) -> Validation {
    let mut validation = Validation::default();
    report_rows(&mut validation, "", rows);
    validation.report("build_node", build_node(node));
    validation
}

/// The path of a row's field; `prefix` is the part before `tag_configs`.
pub fn row_path(prefix: &str, index: usize, field: &str) -> String {
    format!("{prefix}tag_configs[{index}].{field}")
}

/// The index of the row and the field that a row's path leads to.
pub fn row_field(path: &str) -> Option<(usize, &str)> {
    let (_, place) = path.split_once("tag_configs[")?;
    let (index, field) = place.split_once("].")?;
    Some((index.parse().ok()?, field))
}

/// Returns true if the path leads to a field of one of the first `rows` rows.
pub fn is_row_path(prefix: &str, rows: usize, path: &str) -> bool {
    let is_field_of = |index: usize| {
        TAG_CONFIG_FIELDS
            .iter()
            .any(|field| row_path(prefix, index, field.wire_name) == path)
    };
    (0..rows).any(is_field_of)
}

/// The image tags that more than one row has.
pub fn repeated(tags: impl Iterator<Item = String>) -> HashSet<String> {
    let mut seen = HashSet::new();
    tags.filter_map(|tag| seen.replace(tag)).collect()
}

fn report_rows(validation: &mut Validation, prefix: &str, rows: &[RowValidation]) {
    if rows.is_empty() {
        validation.report(&format!("{prefix}tag_configs"), Some(RuleViolation::NoRows));
    }
    for (index, row) in rows.iter().enumerate() {
        for (field, kind) in row.violations() {
            validation.report(&row_path(prefix, index, field), Some(kind));
        }
    }
}

/// The violations of one row, by field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RowValidation {
    /// In the order of `TAG_CONFIG_FIELDS`.
    violations: [Option<RuleViolation>; FIELD_COUNT],
}

impl RowValidation {
    /// The problem or the warning of the field with this name in the API.
    pub fn of(&self, wire_name: &str) -> Option<RuleViolation> {
        let mut violations = self.violations();
        let found = violations.find(|(name, _)| *name == wire_name);
        found.map(|(_, kind)| kind)
    }

    /// The fields with a problem or a warning, in the order of the form.
    pub fn violations(&self) -> impl Iterator<Item = (&'static str, RuleViolation)> {
        TAG_CONFIG_FIELDS
            .iter()
            .zip(self.violations)
            .filter_map(|(field, kind)| Some((field.wire_name, kind?)))
    }

    /// Reports a violation of a field that has none yet.
    fn report(&mut self, wire_name: &str, kind: RuleViolation) {
        for (field, violation) in TAG_CONFIG_FIELDS.iter().zip(&mut self.violations) {
            if field.wire_name == wire_name {
                *violation = violation.or(Some(kind));
            }
        }
    }

    /// The same for a row that has the image tag of another row.
    pub fn with_same_tag(mut self) -> Self {
        self.report(IMAGE_TAG, RuleViolation::SameTag);
        self
    }
}

/// Checks a row on its own. Values that the API holds are not checked again: it accepted them.
pub fn check_row(row: &RowDraft) -> RowValidation {
    let mut validation = RowValidation::default();
    for (field, violation) in TAG_CONFIG_FIELDS.iter().zip(&mut validation.violations) {
        if row.is_edited(field) {
            *violation = field.check(&(field.get)(&row.values));
        }
    }
    let sent = |text: &str| match field_named(DOCKERFILE) {
        Some(field) => field.clean(text),
        None => text.to_owned(),
    };
    let (dockerfile, context) = (
        sent(&row.values.dockerfile_location),
        sent(row.values.context()),
    );
    if path(&context).is_none() && !is_inside(&dockerfile, &context) {
        validation.report(DOCKERFILE, RuleViolation::OutsideContext);
    }
    if row.values.code_repo_type == SourceKind::Branch
        && is_remote_branch(&row.values.code_repo_type_value)
    {
        validation.report(SOURCE_VALUE, RuleViolation::RemoteBranch);
    }
    validation
}

/// Returns true for `origin/main`, which is what a clone calls the source's branch `main`.
fn is_remote_branch(name: &str) -> bool {
    let name = name.trim();
    let name = name.strip_prefix("remotes/").unwrap_or(name);
    name.starts_with("origin/") || name.starts_with("upstream/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{SavedConfig, TagConfig};
    use crate::forms::model::draft::ConfigDraft;

    fn check_rows(rows: &[RowDraft]) -> Vec<RowValidation> {
        let repeated = repeated(rows.iter().map(|row| row.image_tag().to_owned()));
        let check = |row: &RowDraft| match repeated.contains(row.image_tag()) {
            true => check_row(row).with_same_tag(),
            false => check_row(row),
        };
        rows.iter().map(check).collect()
    }

    fn check_config(draft: &ConfigDraft) -> Validation {
        check_editor(&draft.build_node, &check_rows(&draft.rows))
    }

    fn config(rows: &[RowDraft]) -> ConfigDraft {
        ConfigDraft {
            build_node: "in".to_owned(),
            rows: rows.to_vec(),
        }
    }

    fn row(tag: &str) -> RowDraft {
        let mut row = RowDraft::default();
        row.values.docker_repo_tag = tag.to_owned();
        row
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
        row.values.build_context_path = Some("/app".to_owned());
        let problems = check_config(&config(&[row]));
        assert_eq!(problems.all().len(), 1);
        assert_eq!(problems.blocking().count(), 0);
    }

    #[test]
    fn the_path_of_a_row_is_read_back() {
        let path = row_path("build_config.", 3, IMAGE_TAG);
        assert_eq!(row_field(&path), Some((3, IMAGE_TAG)));
        for path in [
            "repo_name",
            "tag_configs",
            "tag_configs[x].a",
            "tag_configs[1]",
        ] {
            assert_eq!(row_field(path), None, "{path}");
        }
    }

    #[test]
    fn a_branch_of_a_remote_is_warned_of() {
        for (kind, name, violation) in [
            (
                SourceKind::Branch,
                "origin/main",
                Some(RuleViolation::RemoteBranch),
            ),
            (
                SourceKind::Branch,
                " remotes/origin/x/y",
                Some(RuleViolation::RemoteBranch),
            ),
            (
                SourceKind::Branch,
                "refs/remotes/origin/main",
                Some(RuleViolation::OtherRef),
            ),
            (SourceKind::Branch, "HEAD", Some(RuleViolation::Head)),
            (
                SourceKind::Branch,
                "my branch",
                Some(RuleViolation::RefName),
            ),
            (SourceKind::Branch, "original/main", None),
            (SourceKind::Branch, "refs/heads/main", None),
            (SourceKind::Tag, "origin/main", None),
        ] {
            let mut row = row("a");
            row.values.code_repo_type = kind;
            row.values.code_repo_type_value = name.to_owned();
            assert_eq!(check_row(&row).of(SOURCE_VALUE), violation, "{name}");
        }
    }

    #[test]
    fn places_are_compared_as_they_are_sent() {
        for (dockerfile, context, is_outside) in [
            ("app/Dockerfile", "./app", false),
            ("app\\Dockerfile", "/app", false),
            ("Dockerfile", ".", false),
            ("./Dockerfile", "app", true),
        ] {
            let mut row = row("a");
            row.values.dockerfile_location = dockerfile.to_owned();
            row.values.build_context_path = Some(context.to_owned());
            let violation = is_outside.then_some(RuleViolation::OutsideContext);
            assert_eq!(check_row(&row).of(DOCKERFILE), violation, "{dockerfile}");
        }
    }

    #[test]
    fn a_simple_source_needs_its_url_and_no_owner() {
        let repository = RepositoryDraft {
            repo_name: "a".to_owned(),
            client: CodeClient::Simple,
            ..RepositoryDraft::default()
        };
        let rows = check_rows(&[row("a")]);
        for (entry, path) in [
            (SourceEntry::Fields, "build_config.code_repo_clone_url"),
            (SourceEntry::Link, SOURCE_LINK),
        ] {
            let problems = check_repository(&repository, entry, &rows);
            assert_eq!(problems.all().len(), 1);
            assert_eq!(problems.of(path), Some(RuleViolation::Empty));
        }
    }

    #[test]
    fn values_of_the_api_are_not_checked_until_they_are_edited() {
        let saved: TagConfig = serde_json::from_str(
            r#"{"docker_repo_tag": "-odd-", "code_repo_type": "trunk",
                "code_repo_type_value": "a..b", "dockerfile_location": "docker", "version_tagging": 7}"#,
        )
        .expect("decodes");
        let mut draft = ConfigDraft::from(&SavedConfig {
            build_node: Some("in".to_owned()),
            rows: vec![saved],
        });
        assert_eq!(check_config(&draft).blocking().count(), 0);
        draft.rows[0].values.docker_repo_tag.push('-');
        assert_eq!(check_config(&draft).blocking().count(), 1);
    }
}
