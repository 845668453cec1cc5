//! The fields of a tag config, in one table. Row inputs, table heads, validation, bulk edit, review, merge
//! and import are made from it.
//!
//! To add a field of the API: add it to `slipway_api::TagConfig`, add an entry here, and add its texts.

use crate::api::grammar::{RuleViolation, clean_path, clean_ref, image_tag, path, ref_name};
use crate::api::{SourceKind, TagConfig, VersionTagging};
use crate::t_string;
use std::borrow::Cow;

/// One field of a tag config. Its value is handled as text, whatever type it has in JSON.
pub struct TagConfigField {
    /// The name in the API (reference, calls 1 and 6).
    pub wire_name: &'static str,
    /// The label of the field's input.
    pub label: fn() -> &'static str,
    pub kind: FieldKind,
    pub get: fn(&TagConfig) -> Cow<'_, str>,
    /// Sets the value. A text that the field's type cannot hold changes nothing.
    pub set: fn(&mut TagConfig, &str),
    pub column: ColumnRole,
    /// True if several rows can be given the same value at once.
    pub is_bulk_editable: bool,
}

/// How a field is edited, cleaned and checked.
pub enum FieldKind {
    /// A name on one line, with its rule.
    Text(fn(&str) -> Option<RuleViolation>),
    /// The name of a branch or tag. With `refs/heads/` or `refs/tags/` before it, it also says which of the two it is.
    Ref,
    /// A path in the source tree, which is made absolute.
    Path,
    /// One of a few values.
    Choice {
        options: &'static [ChoiceOption],
        json_type: JsonType,
    },
    /// `true` or `false`.
    YesNo,
}

/// A value that can be chosen, and its word.
pub struct ChoiceOption {
    pub value: &'static str,
    pub word: fn() -> &'static str,
}

/// Where the rows table and the review show a field.
pub enum ColumnRole {
    /// In a column of its own, under the field's label.
    Own,
    /// In the column of the next field.
    WithNext,
    /// In a column with the fields before it. `value` describes all of them and reads well without the
    /// heading, for example "branch main".
    Shared {
        heading: fn() -> &'static str,
        value: fn(&TagConfig) -> String,
    },
}

/// The JSON types that the API's fields have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonType {
    Text,
    YesOrNo,
    Number,
    Object,
    List,
}

/// `code_repo_type`: if it is a branch or a tag.
pub const SOURCE_KIND: &str = "code_repo_type";
/// `code_repo_type_value`: the branch or tag.
pub const SOURCE_VALUE: &str = "code_repo_type_value";
/// `docker_repo_tag`: the image tag, by which users know a row.
pub const IMAGE_TAG: &str = "docker_repo_tag";
/// `dockerfile_location`: the Dockerfile's folder or path.
pub const DOCKERFILE: &str = "dockerfile_location";
/// `build_cache_enabled`: if builds use the layers of earlier ones. Not every API has it.
pub const BUILD_CACHE: &str = "build_cache_enabled";
/// `build_context_path`: the folder of the build context.
pub const CONTEXT: &str = "build_context_path";
/// `version_tagging`: the additional tag of each build.
pub const VERSION_TAGGING: &str = "version_tagging";

/// How many fields a tag config has, without its ids.
pub const FIELD_COUNT: usize = 8;

/// All fields of a tag config except its ids, in the order of the form.
pub static TAG_CONFIG_FIELDS: [TagConfigField; FIELD_COUNT] = [
    TagConfigField {
        wire_name: SOURCE_KIND,
        label: || t_string!(rows.source_kind),
        kind: FieldKind::Choice {
            options: &SOURCE_KINDS,
            json_type: JsonType::Text,
        },
        get: |row| row.code_repo_type.as_str().into(),
        set: |row, text| row.code_repo_type = SourceKind::from(text),
        column: ColumnRole::WithNext,
        is_bulk_editable: false,
    },
    TagConfigField {
        wire_name: SOURCE_VALUE,
        label: || t_string!(rows.source_value),
        kind: FieldKind::Ref,
        get: |row| row.code_repo_type_value.as_str().into(),
        set: |row, text| row.code_repo_type_value = text.to_owned(),
        column: ColumnRole::Shared {
            heading: || t_string!(rows.source),
            value: source_words,
        },
        is_bulk_editable: false,
    },
    TagConfigField {
        wire_name: IMAGE_TAG,
        label: || t_string!(rows.image_tag),
        kind: FieldKind::Text(image_tag),
        get: |row| row.docker_repo_tag.as_str().into(),
        set: |row, text| row.docker_repo_tag = text.to_owned(),
        column: ColumnRole::Own,
        is_bulk_editable: false,
    },
    TagConfigField {
        wire_name: DOCKERFILE,
        label: || t_string!(rows.dockerfile),
        kind: FieldKind::Path,
        get: |row| row.dockerfile_location.as_str().into(),
        set: |row, text| row.dockerfile_location = text.to_owned(),
        column: ColumnRole::Own,
        is_bulk_editable: true,
    },
    TagConfigField {
        wire_name: CONTEXT,
        label: || t_string!(rows.context),
        kind: FieldKind::Path,
        get: |row| row.context().into(),
        set: |row, text| row.build_context_path = Some(text.to_owned()),
        column: ColumnRole::Own,
        is_bulk_editable: true,
    },
    TagConfigField {
        wire_name: "is_active",
        label: || t_string!(rows.is_active),
        kind: FieldKind::YesNo,
        get: |row| yes_no_text(row.is_active).into(),
        set: |row, text| row.is_active = text == YES,
        column: ColumnRole::Own,
        is_bulk_editable: true,
    },
    TagConfigField {
        wire_name: BUILD_CACHE,
        label: || t_string!(rows.build_cache),
        kind: FieldKind::YesNo,
        get: |row| yes_no_text(row.uses_build_cache()).into(),
        set: |row, text| {
            let is_on = text == YES;
            // Where nothing is said, it is on: an API that lacks the field is not sent it.
            if row.uses_build_cache() != is_on {
                row.build_cache_enabled = Some(is_on);
            }
        },
        column: ColumnRole::Own,
        is_bulk_editable: true,
    },
    TagConfigField {
        wire_name: VERSION_TAGGING,
        label: || t_string!(rows.version_tagging),
        kind: FieldKind::Choice {
            options: &VERSION_TAGGINGS,
            json_type: JsonType::Number,
        },
        get: |row| row.version_tagging.number().to_string().into(),
        set: |row, text| {
            if let Ok(number) = text.parse::<i64>() {
                row.version_tagging = VersionTagging::from(number);
            }
        },
        column: ColumnRole::Own,
        is_bulk_editable: true,
    },
];

static SOURCE_KINDS: [ChoiceOption; 2] = [
    ChoiceOption {
        value: "branch",
        word: || t_string!(rows.branch),
    },
    ChoiceOption {
        value: "tag",
        word: || t_string!(rows.tag),
    },
];

static VERSION_TAGGINGS: [ChoiceOption; 3] = [
    ChoiceOption {
        value: "0",
        word: || t_string!(rows.tagging_none_short),
    },
    ChoiceOption {
        value: "1",
        word: || t_string!(rows.tagging_time_short),
    },
    ChoiceOption {
        value: "2",
        word: || t_string!(rows.tagging_commit),
    },
];

/// The values of a `FieldKind::YesNo` field.
static YES_NO: [ChoiceOption; 2] = [
    ChoiceOption {
        value: YES,
        word: || t_string!(bulk.on),
    },
    ChoiceOption {
        value: NO,
        word: || t_string!(bulk.off),
    },
];

const YES: &str = "true";
const NO: &str = "false";

/// The text of a yes-or-no value, as a field's `get` and `set` use it.
pub fn yes_no_text(is: bool) -> &'static str {
    if is { YES } else { NO }
}

/// The branch or tag that a row is built from, for example "branch main".
fn source_words(row: &TagConfig) -> String {
    let name = &row.code_repo_type_value;
    match &row.code_repo_type {
        SourceKind::Branch => t_string!(words.branch, name = name),
        SourceKind::Tag => t_string!(words.tag, name = name),
        SourceKind::Other(kind) => format!("{kind} {name}"),
    }
}

/// Two fields are the same if the API calls them the same.
impl PartialEq for TagConfigField {
    fn eq(&self, other: &Self) -> bool {
        self.wire_name == other.wire_name
    }
}

impl Eq for TagConfigField {}

impl std::fmt::Debug for TagConfigField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.wire_name)
    }
}

impl TagConfigField {
    /// The values that can be chosen; none for a text field.
    pub fn options(&self) -> &'static [ChoiceOption] {
        match self.kind {
            FieldKind::Choice { options, .. } => options,
            FieldKind::YesNo => &YES_NO,
            FieldKind::Text(_) | FieldKind::Ref | FieldKind::Path => &[],
        }
    }

    /// Returns true if the value of this field is typed rather than chosen.
    pub fn is_typed(&self) -> bool {
        matches!(
            self.kind,
            FieldKind::Text(_) | FieldKind::Ref | FieldKind::Path
        )
    }

    /// The value as it is sent: typed text without blanks around it, a path without detours.
    pub fn clean(&self, text: &str) -> String {
        match self.kind {
            FieldKind::Text(_) => text.trim().to_owned(),
            FieldKind::Ref => clean_ref(text).1.to_owned(),
            FieldKind::Path => clean_path(&with_slashes(text)),
            FieldKind::Choice { .. } | FieldKind::YesNo => text.to_owned(),
        }
    }

    /// Checks a value of this field, regardless of other fields and rows.
    pub fn check(&self, text: &str) -> Option<RuleViolation> {
        match self.kind {
            FieldKind::Text(rule) => rule(text.trim()),
            FieldKind::Ref => ref_name(text.trim()),
            FieldKind::Path if has_drive(text.trim()) => Some(RuleViolation::Path),
            FieldKind::Path => path(with_slashes(text).trim()),
            FieldKind::Choice { options, .. } => {
                let is_known = options.iter().any(|option| option.value == text);
                (!is_known).then_some(RuleViolation::Choice)
            }
            FieldKind::YesNo => None,
        }
    }

    /// The type of the value in the API's JSON.
    pub fn json_type(&self) -> JsonType {
        match self.kind {
            FieldKind::Text(_) | FieldKind::Ref | FieldKind::Path => JsonType::Text,
            FieldKind::Choice { json_type, .. } => json_type,
            FieldKind::YesNo => JsonType::YesOrNo,
        }
    }

    /// The field's value in a row, in words.
    fn value_words(&self, row: &TagConfig) -> String {
        let value = (self.get)(row);
        let option = self.options().iter().find(|option| option.value == value);
        option.map_or_else(|| value.into_owned(), |option| (option.word)().to_owned())
    }
}

/// A path with the slashes of the source tree in place of those of Windows.
fn with_slashes(path: &str) -> String {
    path.replace('\\', "/")
}

/// Returns true for a path that begins with the letter of a drive. It is of the user's own machine.
fn has_drive(path: &str) -> bool {
    let mut letters = path.chars();
    letters
        .next()
        .is_some_and(|letter| letter.is_ascii_alphabetic())
        && letters.next() == Some(':')
        && matches!(letters.next(), None | Some('/' | '\\'))
}

/// The field with this name in the API.
pub fn field_named(wire_name: &str) -> Option<&'static TagConfigField> {
    TAG_CONFIG_FIELDS
        .iter()
        .find(|field| field.wire_name == wire_name)
}

/// A column of the rows table, which is also a line of a review: one field, or fields that belong
/// together. Never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldColumn(&'static [TagConfigField]);

/// The columns, in the order of the form.
pub fn columns() -> impl Iterator<Item = FieldColumn> {
    TAG_CONFIG_FIELDS
        .split_inclusive(|field| !matches!(field.column, ColumnRole::WithNext))
        .map(FieldColumn)
}

impl FieldColumn {
    /// The fields of the column, in order.
    pub fn fields(self) -> &'static [TagConfigField] {
        self.0
    }

    /// The field whose `ColumnRole` describes the column.
    fn last(self) -> &'static TagConfigField {
        &self.0[self.0.len() - 1]
    }

    /// The column's heading.
    pub fn heading(self) -> &'static str {
        match self.last().column {
            ColumnRole::Shared { heading, .. } => heading(),
            _ => (self.last().label)(),
        }
    }

    /// The values of a row in this column, in words.
    pub fn value(self, row: &TagConfig) -> String {
        match self.last().column {
            ColumnRole::Shared { value, .. } => value(row),
            _ => self.last().value_words(row),
        }
    }

    /// Heading and value, or the value alone where it reads well without.
    pub fn fact(self, row: &TagConfig) -> String {
        match self.last().column {
            ColumnRole::Shared { value, .. } => value(row),
            _ => self.named_fact(row),
        }
    }

    /// Heading and value.
    pub fn named_fact(self, row: &TagConfig) -> String {
        let (name, value) = (self.heading(), self.value(row));
        t_string!(words.fact, name = name, value = value)
    }

    /// Returns true if this is the column of the build cache, which not every API has.
    pub fn is_build_cache(self) -> bool {
        self.last().wire_name == BUILD_CACHE
    }

    /// Returns true if a row has a value in this column, as every row does where the API has the field.
    pub fn is_held_by(self, row: &TagConfig) -> bool {
        !self.is_build_cache() || row.build_cache_enabled.is_some()
    }

    /// Returns true if this is the column of the image tag, by which users know a row.
    pub fn is_image_tag(self) -> bool {
        self.last().wire_name == IMAGE_TAG
    }

    /// Returns true if the two rows have different values in this column. A missing build context
    /// counts as `/`.
    pub fn differs(self, before: &TagConfig, after: &TagConfig) -> bool {
        self.0
            .iter()
            .any(|field| (field.get)(before) != (field.get)(after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// A tag config whose every field has a value that is not the default. It names every field, so
    /// that a new one does not compile without a value here.
    fn full() -> TagConfig {
        TagConfig {
            id: Some(1),
            docker_build_config_id: Some(2),
            docker_repo_tag: "edge".to_owned(),
            dockerfile_location: "/docker".to_owned(),
            code_repo_type: SourceKind::Tag,
            code_repo_type_value: "v1".to_owned(),
            is_active: true,
            version_tagging: VersionTagging::Commit,
            build_context_path: Some("/app".to_owned()),
            build_cache_enabled: Some(false),
        }
    }

    #[test]
    fn the_table_has_every_field_of_the_wire_type() {
        let value = serde_json::to_value(full()).expect("encodes");
        let mut keys: BTreeSet<&str> = value
            .as_object()
            .expect("an object")
            .keys()
            .map(String::as_str)
            .collect();
        assert!(keys.remove("id") && keys.remove("docker_build_config_id"));
        let names: BTreeSet<&str> = TAG_CONFIG_FIELDS.iter().map(|f| f.wire_name).collect();
        assert_eq!(names, keys);
        assert_eq!(names.len(), FIELD_COUNT);
    }

    #[test]
    fn every_field_is_read_and_written_under_its_own_name() {
        let full = full();
        let mut copy = TagConfig::default();
        for field in &TAG_CONFIG_FIELDS {
            let text = (field.get)(&full);
            assert_ne!(text, (field.get)(&copy), "{field:?}");
            (field.set)(&mut copy, &text);
            assert_eq!(text, (field.get)(&copy), "{field:?}");
            let json = serde_json::to_value(&copy).expect("encodes");
            let expected = serde_json::to_value(&full).expect("encodes");
            assert_eq!(json[field.wire_name], expected[field.wire_name]);
        }
        let without_ids = TagConfig {
            id: None,
            docker_build_config_id: None,
            ..full
        };
        assert_eq!(copy, without_ids);
    }

    #[test]
    fn an_api_without_the_build_cache_is_not_sent_it() {
        let field = field_named(BUILD_CACHE).expect("a field");
        let mut row = TagConfig::default();
        (field.set)(&mut row, YES);
        assert_eq!(row.build_cache_enabled, None);
        (field.set)(&mut row, NO);
        assert_eq!(row.build_cache_enabled, Some(false));
        (field.set)(&mut row, YES);
        assert_eq!(row.build_cache_enabled, Some(true));
        let column = columns()
            .find(|column| column.is_build_cache())
            .expect("a column");
        assert!(column.is_held_by(&row) && !column.is_held_by(&TagConfig::default()));
    }

    #[test]
    fn choices_are_the_values_that_the_reference_names() {
        let values = |name: &str| -> Vec<&str> {
            let field = field_named(name).expect("a field");
            field.options().iter().map(|option| option.value).collect()
        };
        assert_eq!(values("code_repo_type"), ["branch", "tag"]);
        let numbers = VersionTagging::KNOWN.map(|tagging| tagging.number().to_string());
        assert_eq!(values(VERSION_TAGGING), numbers);
    }

    #[test]
    fn paths_are_read_as_people_write_them_and_shown_as_what_they_become() {
        let field = field_named(DOCKERFILE).expect("a field");
        for (typed, clean) in [
            ("./Dockerfile", "/Dockerfile"),
            ("Dockerfile", "/Dockerfile"),
            (".", "/"),
            ("/Dockerfile/", "/Dockerfile"),
            ("docker/Dockerfile.prod", "/docker/Dockerfile.prod"),
            (
                "docker\\prod env\\Dockerfile",
                "/docker/prod env/Dockerfile",
            ),
            (".\\Dockerfile", "/Dockerfile"),
            (" /a b/#1/Dockerfile ", "/a b/#1/Dockerfile"),
        ] {
            assert_eq!(field.check(typed), None, "{typed}");
            assert_eq!(field.clean(typed), clean);
        }
        for (typed, violation) in [
            ("../x", RuleViolation::LeadsOut),
            ("..\\x", RuleViolation::LeadsOut),
            ("/a/../../x", RuleViolation::LeadsOut),
            ("C:\\app\\Dockerfile", RuleViolation::Path),
            ("d:/app", RuleViolation::Path),
            ("https://git.test/Dockerfile", RuleViolation::Path),
            ("", RuleViolation::Empty),
        ] {
            assert_eq!(field.check(typed), Some(violation), "{typed}");
        }
    }

    #[test]
    fn source_kind_and_value_share_a_column() {
        let columns: Vec<usize> = columns().map(|column| column.fields().len()).collect();
        assert_eq!(columns, [2, 1, 1, 1, 1, 1, 1]);
    }
}
