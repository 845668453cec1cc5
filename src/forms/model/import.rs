//! Imports JSON that was pasted or dropped: a create request, a repository, a build config, or tag configs.
//! Reports what was read, what was not, and why. No input can break the form.

use crate::api::grammar::RuleViolation;
use crate::api::{CodeClient, SavedConfig, TagConfig, VersionTagging};
use crate::forms::model::draft::{CreateDraft, RowDraft};
use crate::forms::model::fields::{IMAGE_TAG, JsonType, field_named, yes_no_text};
use serde_json::{Map, Value};

/// The kind of JSON that was recognized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    CreateRequest,
    Repository,
    BuildConfig,
    TagConfigs,
}

/// The reason why a part was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It does not have this type.
    NotA(JsonType),
    /// The API names no such value.
    UnknownValue(String),
    /// Read-only in the API.
    ApiOwned,
    /// The form that imports does not send it.
    NotInThisForm,
    /// The API's reference has no such field.
    UnknownField,
    /// There are more than `MAX_IMPORT_ROWS` rows.
    TooMany,
}

/// A part that was not read, by its path in the JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub path: String,
    pub why: Why,
}

/// The reason why nothing was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    Empty,
    /// Longer than `MAX_IMPORT_BYTES`.
    TooLong,
    /// Not JSON: line and column of the error, counted from 1.
    NotJson {
        line: usize,
        column: usize,
    },
    /// JSON, but of none of the known shapes.
    NothingKnown,
}

/// The form that imports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportTarget {
    Create,
    Config,
}

/// The parts that were read, and notes on those that were not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    pub shape: Shape,
    /// Namespace and name of the repository, if the JSON has them.
    pub repository: Option<(String, String)>,
    /// The fields outside the rows and their values, in the order of the form.
    pub fields: Vec<(&'static str, Value)>,
    pub rows: Vec<TagConfig>,
    pub notes: Vec<Note>,
}

/// The most bytes that are read.
pub const MAX_IMPORT_BYTES: usize = 4_000_000;

/// The most rows that are read.
pub const MAX_IMPORT_ROWS: usize = 1_000;

/// The most notes that are kept.
const MAX_NOTES: usize = 2_000;

/// The fields that answers have and requests do not.
const API_OWNED: [&str; 24] = [
    "id",
    "namespace",
    "repo_path",
    "created_by",
    "created_at",
    "updated_at",
    "is_automated",
    "logo_file",
    "repo_starred_count",
    "download",
    "upload",
    "pulled_at",
    "pushed_at",
    "docker_repo_path",
    "code_repo_path_url",
    "code_repo_webhook_code",
    "code_repo_public_key",
    "deploy_url",
    "next",
    "previous",
    "count",
    "is_removable",
    "docker_build_config_id",
    "logs",
];

/// The repository's own fields and their types.
const REPOSITORY: [(&str, JsonType); 4] = [
    ("repo_name", JsonType::Text),
    ("description", JsonType::Text),
    ("full_description", JsonType::Text),
    ("is_public", JsonType::YesOrNo),
];

/// The build config's own fields and their types, without the rows.
const CONFIG: [(&str, JsonType); 7] = [
    ("code_repo_client", JsonType::Text),
    ("code_repo_namespace", JsonType::Text),
    ("code_repo_name", JsonType::Text),
    ("code_repo_path", JsonType::Text),
    ("code_repo_clone_url", JsonType::Text),
    ("build_node", JsonType::Text),
    ("email_enabled", JsonType::YesOrNo),
];

/// The ids of a row, which are numbers.
const ROW_IDS: [&str; 2] = ["id", "docker_build_config_id"];

/// The name that the reference's parameter list has for `docker_repo_tag`.
const IMAGE_TAG_ALIAS: &str = "docker_build_tag";

/// Reads a text for the form that imports it. Changes nothing.
///
/// # Errors
/// If the text is empty, too long, not JSON, or of no known shape.
pub fn read(text: &str, asker: ImportTarget) -> Result<Imported, Refused> {
    // A file may begin with a byte order mark.
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(Refused::Empty);
    }
    if text.len() > MAX_IMPORT_BYTES {
        return Err(Refused::TooLong);
    }
    let value: Value = serde_json::from_str(text).map_err(|error| Refused::NotJson {
        line: error.line(),
        column: error.column(),
    })?;
    let mut reader = Reader {
        asker,
        fields: Vec::new(),
        rows: Vec::new(),
        notes: Vec::new(),
    };
    let (shape, repository) = match &value {
        Value::Array(rows) => {
            reader.rows("", rows);
            (Shape::TagConfigs, None)
        }
        Value::Object(object) => reader.object(object).ok_or(Refused::NothingKnown)?,
        _ => return Err(Refused::NothingKnown),
    };
    if reader.rows.is_empty() && reader.fields.is_empty() {
        return Err(Refused::NothingKnown);
    }
    Ok(Imported {
        shape,
        repository,
        fields: reader.fields,
        rows: reader.rows,
        notes: reader.notes,
    })
}

struct Reader {
    asker: ImportTarget,
    fields: Vec<(&'static str, Value)>,
    rows: Vec<TagConfig>,
    notes: Vec<Note>,
}

impl Reader {
    fn note(&mut self, path: String, why: Why) {
        if self.notes.len() < MAX_NOTES {
            self.notes.push(Note { path, why });
        }
    }

    fn object(&mut self, object: &Map<String, Value>) -> Option<(Shape, Option<(String, String)>)> {
        let has = |name: &str| object.contains_key(name);
        if has("docker_repo_tag") || has("docker_build_tag") {
            self.row("", object);
            return Some((Shape::TagConfigs, None));
        }
        if has("repo_name") || has("build_config") {
            self.known("", object, &REPOSITORY, &["build_config"]);
            match object.get("build_config") {
                Some(Value::Object(config)) => self.config("build_config.", config),
                None | Some(Value::Null) => {}
                Some(_) => self.note("build_config".to_owned(), Why::NotA(JsonType::Object)),
            }
            let text = |name: &str| Some(object.get(name)?.as_str()?.to_owned());
            return Some(match text("namespace").zip(text("repo_name")) {
                Some(path) => (Shape::Repository, Some(path)),
                None => (Shape::CreateRequest, None),
            });
        }
        if has("tag_configs") || has("code_repo_client") || has("build_node") {
            self.config("", object);
            let path = object.get("docker_repo_path").and_then(Value::as_str);
            let path = path.and_then(|path| path.split_once('/'));
            let path = path.map(|(namespace, name)| (namespace.to_owned(), name.to_owned()));
            return Some((Shape::BuildConfig, path));
        }
        None
    }

    fn config(&mut self, prefix: &str, config: &Map<String, Value>) {
        self.known(prefix, config, &CONFIG, &["tag_configs"]);
        match config.get("tag_configs") {
            Some(Value::Array(rows)) => self.rows(&format!("{prefix}tag_configs"), rows),
            None | Some(Value::Null) => {}
            Some(_) => self.note(format!("{prefix}tag_configs"), Why::NotA(JsonType::List)),
        }
    }

    /// Reads the fields of this table. The fields in `elsewhere` are read by the caller.
    fn known(
        &mut self,
        prefix: &str,
        object: &Map<String, Value>,
        table: &[(&'static str, JsonType)],
        elsewhere: &[&str],
    ) {
        for (name, kind) in table {
            let Some(value) = object.get(*name).filter(|value| !value.is_null()) else {
                continue;
            };
            let path = format!("{prefix}{name}");
            if !is_a(value, *kind) {
                self.note(path, Why::NotA(*kind));
            } else if self.asker == ImportTarget::Config && *name != "build_node" {
                self.note(path, Why::NotInThisForm);
            } else if *name == "code_repo_client" && is_unknown_client(value) {
                self.note(path, Why::UnknownValue(text_of(value)));
            } else {
                self.fields.push((name, value.clone()));
            }
        }
        let is_known = |name: &str| table.iter().any(|(known, _)| *known == name);
        for name in object.keys() {
            if !is_known(name) && !elsewhere.contains(&name.as_str()) {
                self.note(format!("{prefix}{name}"), why_unknown(name));
            }
        }
    }

    fn rows(&mut self, path: &str, rows: &[Value]) {
        for (index, row) in rows.iter().enumerate() {
            let path = format!("{path}[{index}]");
            if index == MAX_IMPORT_ROWS {
                self.note(path, Why::TooMany);
                return;
            }
            match row {
                Value::Object(row) => self.row(&format!("{path}."), row),
                _ => self.note(path, Why::NotA(JsonType::Object)),
            }
        }
    }

    /// Reads a row. Missing and wrong fields get the values of a blank row, so that validation reports
    /// them.
    fn row(&mut self, prefix: &str, row: &Map<String, Value>) {
        let mut read = TagConfig {
            version_tagging: VersionTagging::None,
            build_context_path: None,
            ..RowDraft::blank().values
        };
        for (name, value) in row {
            if let Err(why) = read_row_field(&mut read, name, value) {
                self.note(format!("{prefix}{name}"), why);
            }
        }
        self.rows.push(read);
    }
}

/// Reads one field of a row; `null` counts as missing.
fn read_row_field(row: &mut TagConfig, name: &str, value: &Value) -> Result<(), Why> {
    let field = field_named(match name {
        IMAGE_TAG_ALIAS => IMAGE_TAG,
        name => name,
    });
    let json_type = match field {
        Some(field) => field.json_type(),
        None if ROW_IDS.contains(&name) => JsonType::Number,
        None => return Err(why_unknown(name)),
    };
    if value.is_null() {
        return Ok(());
    }
    if !is_a(value, json_type) {
        return Err(Why::NotA(json_type));
    }
    match (field, name) {
        // The tag under its own name takes precedence.
        (Some(_), IMAGE_TAG_ALIAS) if !row.docker_repo_tag.is_empty() => {}
        (Some(field), _) => {
            let text = field_text(value);
            if field.check(&text) == Some(RuleViolation::Choice) {
                return Err(Why::UnknownValue(text));
            }
            (field.set)(row, &text);
        }
        (None, "id") => row.id = value.as_i64(),
        (None, _) => row.docker_build_config_id = value.as_i64(),
    }
    Ok(())
}

/// The value of a row's field as the text that `TagConfigField` handles.
fn field_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(is) => yes_no_text(*is).to_owned(),
        value => value.to_string(),
    }
}

fn why_unknown(name: &str) -> Why {
    match API_OWNED.contains(&name) {
        true => Why::ApiOwned,
        false => Why::UnknownField,
    }
}

fn is_a(value: &Value, kind: JsonType) -> bool {
    match kind {
        JsonType::Text => value.is_string(),
        JsonType::YesOrNo => value.is_boolean(),
        JsonType::Number => value.is_i64(),
        JsonType::Object => value.is_object(),
        JsonType::List => value.is_array(),
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn is_unknown_client(value: &Value) -> bool {
    matches!(
        CodeClient::from(value.as_str().unwrap_or_default()),
        CodeClient::Other(_)
    )
}

impl Imported {
    /// The value of a text field.
    fn text(&self, name: &str) -> Option<String> {
        let (_, value) = self.fields.iter().find(|(known, _)| *known == name)?;
        Some(value.as_str()?.to_owned())
    }

    fn yes_or_no(&self, name: &str) -> Option<bool> {
        let (_, value) = self.fields.iter().find(|(known, _)| *known == name)?;
        value.as_bool()
    }

    /// The build node, if there is one.
    pub fn build_node(&self) -> Option<String> {
        self.text("build_node")
    }

    /// Copies what was read into the create form. Rows, if there are any, replace those of the form.
    pub fn fill_create(&self, draft: &mut CreateDraft) {
        let repository = &mut draft.repository;
        let put = |name: &str, target: &mut String| {
            if let Some(text) = self.text(name) {
                *target = text;
            }
        };
        put("repo_name", &mut repository.repo_name);
        put("description", &mut repository.description);
        put("full_description", &mut repository.full_description);
        put("code_repo_clone_url", &mut repository.clone_url);
        put("build_node", &mut repository.build_node);
        // Answers have owner and name in one field. The two fields of a request take precedence.
        if let Some(path) = self.text("code_repo_path")
            && let Some((owner, name)) = path.split_once('/')
        {
            repository.code_namespace = owner.to_owned();
            repository.code_name = name.to_owned();
        }
        put("code_repo_namespace", &mut repository.code_namespace);
        put("code_repo_name", &mut repository.code_name);
        if let Some(client) = self.text("code_repo_client") {
            repository.client = CodeClient::from(client.as_str());
        }
        repository.is_public = self.yes_or_no("is_public").unwrap_or(repository.is_public);
        let email = self.yes_or_no("email_enabled");
        repository.email_enabled = email.unwrap_or(repository.email_enabled);
        if !self.rows.is_empty() {
            // The ids of another repository mean nothing in a new one.
            draft.rows = self.rows.iter().map(RowDraft::new_like).collect();
        }
    }

    /// The rows for the editor of a repository with this saved config. A row with the id, or else the
    /// image tag, of a saved row is an edit of that row; all others are new.
    pub fn rows_for(&self, saved: &SavedConfig) -> Vec<RowDraft> {
        let mut free: Vec<Option<&TagConfig>> = saved.rows.iter().map(Some).collect();
        let mut drafts: Vec<RowDraft> = self.rows.iter().map(RowDraft::new_like).collect();
        let by_id = |saved: &TagConfig, row: &TagConfig| saved.id.is_some() && saved.id == row.id;
        let by_tag =
            |saved: &TagConfig, row: &TagConfig| saved.docker_repo_tag == row.docker_repo_tag;
        for is_match in [by_id as fn(&TagConfig, &TagConfig) -> bool, by_tag] {
            for (draft, row) in drafts.iter_mut().zip(&self.rows) {
                if draft.origin.is_some() {
                    continue;
                }
                let found = free
                    .iter_mut()
                    .find(|saved| saved.is_some_and(|saved| is_match(saved, row)));
                if let Some(saved) = found.and_then(Option::take) {
                    draft.origin = Some(Box::new(saved.clone()));
                }
            }
        }
        drafts
    }

    /// The saved config, if this is an answer of the API about this repository. For repositories that the
    /// API cannot read back.
    pub fn as_held(&self, namespace: &str, name: &str) -> Option<SavedConfig> {
        let (own_namespace, own_name) = self.repository.as_ref()?;
        let has_ids = self.rows.iter().all(|row| row.id.is_some());
        (own_namespace == namespace && own_name == name && has_ids).then(|| SavedConfig {
            build_node: self.build_node(),
            rows: self.rows.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forms::model::fields::TAG_CONFIG_FIELDS;
    use proptest::prelude::*;

    fn sample(name: &str) -> String {
        let path = format!("{}/tests/samples/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path).expect("the sample")
    }

    #[test]
    fn the_references_requests_fill_the_create_form() {
        let text = sample("create-repository.request.json");
        let read = read(&text, ImportTarget::Create).expect("is read");
        assert_eq!(read.shape, Shape::CreateRequest);
        assert_eq!(read.notes, []);
        let mut draft = CreateDraft::default();
        read.fill_create(&mut draft);
        let request = draft.repository.to_request(&draft.rows);
        assert_eq!(
            serde_json::to_value(request).expect("encodes"),
            serde_json::from_str::<Value>(&text).expect("JSON")
        );
    }

    #[test]
    fn an_answer_makes_a_request_for_the_same_source() {
        let read =
            read(&sample("repository.response.json"), ImportTarget::Create).expect("is read");
        assert_eq!(read.shape, Shape::Repository);
        assert!(
            read.notes.iter().all(|note| note.why == Why::ApiOwned),
            "{:?}",
            read.notes
        );
        let mut draft = CreateDraft::default();
        read.fill_create(&mut draft);
        assert!(!draft.repository.code_namespace.is_empty());
        assert!(draft.rows.iter().all(|row| row.origin.is_none()));
    }

    #[test]
    fn rows_find_the_held_rows_that_they_edit() {
        let text = sample("update-build-config.request.json");
        let read = read(&text, ImportTarget::Config).expect("is read");
        assert_eq!(read.shape, Shape::BuildConfig);
        let mut saved = SavedConfig {
            build_node: None,
            rows: read.rows.clone(),
        };
        saved.rows[0].docker_repo_tag = "renamed".to_owned();
        let rows = read.rows_for(&saved);
        for (draft, saved) in rows.iter().zip(&saved.rows) {
            match saved.id {
                Some(_) => assert_eq!(draft.origin.as_deref(), Some(saved)),
                None => assert_eq!(draft.to_config().id, None),
            }
        }
    }

    #[test]
    fn parts_that_are_not_read_are_noted_with_their_reason() {
        let text = r#"{"repo_name": 7, "is_public": true, "color": "red", "created_at": "x",
            "build_config": {"code_repo_client": "Forge", "tag_configs": [
                {"docker_build_tag": "a", "code_repo_type": "trunk", "version_tagging": 9, "x": 1}, 3]}}"#;
        let read = read(text, ImportTarget::Create).expect("is read");
        let notes: Vec<String> = read
            .notes
            .iter()
            .map(|note| format!("{} {:?}", note.path, note.why))
            .collect();
        assert_eq!(
            notes,
            [
                "repo_name NotA(Text)",
                "color UnknownField",
                "created_at ApiOwned",
                "build_config.code_repo_client UnknownValue(\"Forge\")",
                "build_config.tag_configs[0].code_repo_type UnknownValue(\"trunk\")",
                "build_config.tag_configs[0].version_tagging UnknownValue(\"9\")",
                "build_config.tag_configs[0].x UnknownField",
                "build_config.tag_configs[1] NotA(Object)",
            ]
        );
        assert_eq!(read.rows[0].docker_repo_tag, "a");
    }

    #[test]
    fn other_texts_are_refused_with_the_position_of_the_error() {
        for (text, refused) in [
            (" \n", Refused::Empty),
            ("{\n  oops", Refused::NotJson { line: 2, column: 3 }),
            ("3", Refused::NothingKnown),
            ("{}", Refused::NothingKnown),
            ("[]", Refused::NothingKnown),
            ("{\"error\": 1}", Refused::NothingKnown),
        ] {
            assert_eq!(read(text, ImportTarget::Config), Err(refused), "{text}");
        }
        let deep = "[".repeat(100_000);
        assert!(matches!(
            read(&deep, ImportTarget::Config),
            Err(Refused::NotJson { .. })
        ));
        assert_eq!(
            read(&"1".repeat(MAX_IMPORT_BYTES + 1), ImportTarget::Config),
            Err(Refused::TooLong)
        );
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
        ];
        let keys: Vec<&'static str> = REPOSITORY
            .iter()
            .chain(&CONFIG)
            .map(|(name, _)| *name)
            .chain(TAG_CONFIG_FIELDS.iter().map(|field| field.wire_name))
            .chain(ROW_IDS)
            .chain([IMAGE_TAG_ALIAS])
            .chain(["build_config", "tag_configs", "namespace", "odd"])
            .collect();
        leaf.prop_recursive(4, 64, 8, move |inner| {
            let key = prop::sample::select(keys.clone());
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::hash_map(key, inner, 0..8).prop_map(|map| {
                    Value::Object(map.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in any::<String>(), start in 0_usize..400) {
            let _ = read(&text, ImportTarget::Create);
            let sample = sample("create-repository.request.json");
            let cut: String = sample.chars().skip(start % 60).take(start).collect();
            let _ = read(&cut, ImportTarget::Config);
        }

        /// Everything that was read can be put into a form, and the form's request encodes.
        #[test]
        fn whatever_is_read_fits_the_forms(value in json()) {
            let text = value.to_string();
            if let Ok(read) = read(&text, ImportTarget::Create) {
                let mut draft = CreateDraft::default();
                read.fill_create(&mut draft);
                let request = draft.repository.to_request(&draft.rows);
                prop_assert!(serde_json::to_string(&request).is_ok());
                let rows = read.rows_for(&SavedConfig { build_node: None, rows: read.rows.clone() });
                prop_assert_eq!(rows.len(), read.rows.len());
            }
        }
    }
}
