//! Reads JSON that somebody pasted or dropped: a create request, a repository, a build config, or tag
//! configs. It says what it took and what it did not, and why; nothing in it can break the form.

use crate::api::{CodeClient, SavedConfig, SourceKind, TagConfig, VersionTagging};
use crate::forms::model::draft::{CreateDraft, RowDraft};
use serde_json::{Map, Value};

/// What the JSON turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    CreateRequest,
    Repository,
    BuildConfig,
    TagConfigs,
}

/// Why a part was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It is no text, no truth value, no whole number…: the word for what it should be.
    NotA(Type),
    /// The API names no such value.
    UnknownValue(String),
    /// The API gives it and does not take it.
    ApiOwned,
    /// The form at hand does not send it.
    NotInThisForm,
    /// The API's reference has no such field.
    UnknownField,
    /// There are more rows than are read.
    TooMany,
}

/// The types that the API's fields have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Text,
    YesOrNo,
    Number,
    Object,
    List,
}

/// A part that was not taken, by its path in the JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub path: String,
    pub why: Why,
}

/// Why nothing was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    Empty,
    /// Longer than `LONGEST`.
    TooLong,
    /// No JSON: the line and column (from 1) where it stops being one.
    NotJson {
        line: usize,
        column: usize,
    },
    /// JSON, but nothing of what the form knows.
    NothingKnown,
}

/// The form that asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    Create,
    Config,
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    pub shape: Shape,
    /// Namespace and name of the repository that it says it is of.
    pub repository: Option<(String, String)>,
    /// The fields that were read and their values as text, in the order of the form.
    pub fields: Vec<(&'static str, Value)>,
    pub rows: Vec<TagConfig>,
    pub notes: Vec<Note>,
}

/// The longest text that is read, in bytes.
pub const LONGEST: usize = 4_000_000;

/// The most rows that are read.
pub const MOST_ROWS: usize = 1_000;

/// The most notes that are kept; the count of all is told beside them.
const MOST_NOTES: usize = 2_000;

/// The fields of an answer that no request has.
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
const REPOSITORY: [(&str, Type); 4] = [
    ("repo_name", Type::Text),
    ("description", Type::Text),
    ("full_description", Type::Text),
    ("is_public", Type::YesOrNo),
];

/// The build config's fields, less the rows.
const CONFIG: [(&str, Type); 7] = [
    ("code_repo_client", Type::Text),
    ("code_repo_namespace", Type::Text),
    ("code_repo_name", Type::Text),
    ("code_repo_path", Type::Text),
    ("code_repo_clone_url", Type::Text),
    ("build_node", Type::Text),
    ("email_enabled", Type::YesOrNo),
];

/// A row's fields; `docker_build_tag` is the name that the reference's parameter list has for the tag.
const ROW: [(&str, Type); 10] = [
    ("id", Type::Number),
    ("docker_build_config_id", Type::Number),
    ("docker_repo_tag", Type::Text),
    ("docker_build_tag", Type::Text),
    ("dockerfile_location", Type::Text),
    ("code_repo_type", Type::Text),
    ("code_repo_type_value", Type::Text),
    ("is_active", Type::YesOrNo),
    ("version_tagging", Type::Number),
    ("build_context_path", Type::Text),
];

/// Reads a text. Never changes anything by itself.
pub fn read(text: &str, asker: Asker) -> Result<Imported, Refused> {
    // A file may begin with a byte order mark.
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(Refused::Empty);
    }
    if text.len() > LONGEST {
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
    asker: Asker,
    fields: Vec<(&'static str, Value)>,
    rows: Vec<TagConfig>,
    notes: Vec<Note>,
}

impl Reader {
    fn note(&mut self, path: String, why: Why) {
        if self.notes.len() < MOST_NOTES {
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
                Some(_) => self.note("build_config".to_owned(), Why::NotA(Type::Object)),
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
            Some(_) => self.note(format!("{prefix}tag_configs"), Why::NotA(Type::List)),
        }
    }

    /// Takes the fields of this table; `elsewhere` are read by themselves.
    fn known(
        &mut self,
        prefix: &str,
        object: &Map<String, Value>,
        table: &[(&'static str, Type)],
        elsewhere: &[&str],
    ) {
        for (name, kind) in table {
            let Some(value) = object.get(*name).filter(|value| !value.is_null()) else {
                continue;
            };
            let path = format!("{prefix}{name}");
            if !is_a(value, *kind) {
                self.note(path, Why::NotA(*kind));
            } else if self.asker == Asker::Config && *name != "build_node" {
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
                self.unknown(format!("{prefix}{name}"), name);
            }
        }
    }

    fn unknown(&mut self, path: String, name: &str) {
        let why = match API_OWNED.contains(&name) {
            true => Why::ApiOwned,
            false => Why::UnknownField,
        };
        self.note(path, why);
    }

    fn rows(&mut self, path: &str, rows: &[Value]) {
        for (index, row) in rows.iter().enumerate() {
            let path = format!("{path}[{index}]");
            if index == MOST_ROWS {
                self.note(path, Why::TooMany);
                return;
            }
            match row {
                Value::Object(row) => self.row(&format!("{path}."), row),
                _ => self.note(path, Why::NotA(Type::Object)),
            }
        }
    }

    /// A row; what is missing or wrong in it is as in a blank one, for the rules to tell of.
    fn row(&mut self, prefix: &str, row: &Map<String, Value>) {
        let blank = RowDraft::blank();
        let mut read = TagConfig {
            id: None,
            docker_build_config_id: None,
            docker_repo_tag: String::new(),
            dockerfile_location: blank.dockerfile_location,
            code_repo_type: blank.source_kind,
            code_repo_type_value: String::new(),
            is_active: false,
            version_tagging: VersionTagging::None,
            build_context_path: None,
        };
        for (name, value) in row {
            let path = format!("{prefix}{name}");
            let Some((_, kind)) = ROW.iter().find(|(known, _)| known == name) else {
                self.unknown(path, name);
                continue;
            };
            if value.is_null() {
                continue;
            }
            if !is_a(value, *kind) {
                self.note(path, Why::NotA(*kind));
                continue;
            }
            let (text, number) = (text_of(value), value.as_i64());
            match name.as_str() {
                "id" => read.id = number,
                "docker_build_config_id" => read.docker_build_config_id = number,
                "docker_repo_tag" => read.docker_repo_tag = text,
                "docker_build_tag" if read.docker_repo_tag.is_empty() => {
                    read.docker_repo_tag = text;
                }
                "dockerfile_location" => read.dockerfile_location = text,
                "code_repo_type" => match SourceKind::from(text.as_str()) {
                    SourceKind::Other(text) => self.note(path, Why::UnknownValue(text)),
                    kind => read.code_repo_type = kind,
                },
                "code_repo_type_value" => read.code_repo_type_value = text,
                "is_active" => read.is_active = value.as_bool().unwrap_or_default(),
                "version_tagging" => match VersionTagging::from(number.unwrap_or_default()) {
                    VersionTagging::Other(number) => {
                        self.note(path, Why::UnknownValue(number.to_string()));
                    }
                    tagging => read.version_tagging = tagging,
                },
                "build_context_path" => read.build_context_path = Some(text),
                _ => {}
            }
        }
        self.rows.push(read);
    }
}

fn is_a(value: &Value, kind: Type) -> bool {
    match kind {
        Type::Text => value.is_string(),
        Type::YesOrNo => value.is_boolean(),
        Type::Number => value.is_i64(),
        Type::Object => value.is_object(),
        Type::List => value.is_array(),
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
    /// The value of a field that was read as a text.
    fn text(&self, name: &str) -> Option<String> {
        let (_, value) = self.fields.iter().find(|(known, _)| *known == name)?;
        Some(value.as_str()?.to_owned())
    }

    fn yes_or_no(&self, name: &str) -> Option<bool> {
        let (_, value) = self.fields.iter().find(|(known, _)| *known == name)?;
        value.as_bool()
    }

    /// The build node, where it has one.
    pub fn build_node(&self) -> Option<String> {
        self.text("build_node")
    }

    /// Puts what was read into the create form. Its rows, if it has any, take the place of the form's.
    pub fn fill_create(&self, draft: &mut CreateDraft) {
        let repository = &mut draft.repository;
        let put = |name: &str, place: &mut String| {
            if let Some(text) = self.text(name) {
                *place = text;
            }
        };
        put("repo_name", &mut repository.repo_name);
        put("description", &mut repository.description);
        put("full_description", &mut repository.full_description);
        put("code_repo_clone_url", &mut repository.clone_url);
        put("build_node", &mut repository.build_node);
        // An answer has the two in one; a request, which has them apart, says it better.
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
            // Another repository's ids mean nothing in a new one.
            draft.rows = self.rows.iter().map(RowDraft::new_like).collect();
        }
    }

    /// The rows for the editor of a repository that the API holds like this: a row with the id or else
    /// the image tag of one that is held is an edit of that one; every other is new.
    pub fn rows_for(&self, held: &SavedConfig) -> Vec<RowDraft> {
        let mut free: Vec<Option<&TagConfig>> = held.rows.iter().map(Some).collect();
        let mut drafts: Vec<RowDraft> = self.rows.iter().map(RowDraft::new_like).collect();
        let by_id = |held: &TagConfig, row: &TagConfig| held.id.is_some() && held.id == row.id;
        let by_tag =
            |held: &TagConfig, row: &TagConfig| held.docker_repo_tag == row.docker_repo_tag;
        for test in [by_id as fn(&TagConfig, &TagConfig) -> bool, by_tag] {
            for (draft, row) in drafts.iter_mut().zip(&self.rows) {
                if draft.origin.is_some() {
                    continue;
                }
                let found = free
                    .iter_mut()
                    .find(|held| held.is_some_and(|held| test(held, row)));
                if let Some(held) = found.and_then(Option::take) {
                    draft.origin = Some(Box::new(held.clone()));
                }
            }
        }
        drafts
    }

    /// What the API holds, if this came from it: for a repository that is read nowhere else.
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
    use proptest::prelude::*;

    fn sample(name: &str) -> String {
        let path = format!("{}/tests/samples/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path).expect("the sample")
    }

    #[test]
    fn the_references_requests_fill_the_create_form() {
        let text = sample("create-repository.request.json");
        let read = read(&text, Asker::Create).expect("is read");
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
        let read = read(&sample("repository.response.json"), Asker::Create).expect("is read");
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
        let read = read(&text, Asker::Config).expect("is read");
        assert_eq!(read.shape, Shape::BuildConfig);
        let mut held = SavedConfig {
            build_node: None,
            rows: read.rows.clone(),
        };
        held.rows[0].docker_repo_tag = "renamed".to_owned();
        let rows = read.rows_for(&held);
        for (draft, held) in rows.iter().zip(&held.rows) {
            match held.id {
                Some(_) => assert_eq!(draft.origin.as_deref(), Some(held)),
                None => assert_eq!(draft.to_config().id, None),
            }
        }
    }

    #[test]
    fn what_is_not_taken_is_told_with_its_reason() {
        let text = r#"{"repo_name": 7, "is_public": true, "colour": "red", "created_at": "x",
            "build_config": {"code_repo_client": "Forge", "tag_configs": [
                {"docker_build_tag": "a", "code_repo_type": "trunk", "version_tagging": 9, "x": 1}, 3]}}"#;
        let read = read(text, Asker::Create).expect("is read");
        let notes: Vec<String> = read
            .notes
            .iter()
            .map(|note| format!("{} {:?}", note.path, note.why))
            .collect();
        assert_eq!(
            notes,
            [
                "repo_name NotA(Text)",
                "colour UnknownField",
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
    fn what_is_no_config_is_refused_with_its_place() {
        for (text, refused) in [
            (" \n", Refused::Empty),
            ("{\n  oops", Refused::NotJson { line: 2, column: 3 }),
            ("3", Refused::NothingKnown),
            ("{}", Refused::NothingKnown),
            ("[]", Refused::NothingKnown),
            ("{\"error\": 1}", Refused::NothingKnown),
        ] {
            assert_eq!(read(text, Asker::Config), Err(refused), "{text}");
        }
        let deep = "[".repeat(100_000);
        assert!(matches!(
            read(&deep, Asker::Config),
            Err(Refused::NotJson { .. })
        ));
        assert_eq!(
            read(&"1".repeat(LONGEST + 1), Asker::Config),
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
            .chain(&ROW)
            .map(|(name, _)| *name)
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
            let _ = read(&text, Asker::Create);
            let sample = sample("create-repository.request.json");
            let cut: String = sample.chars().skip(start % 60).take(start).collect();
            let _ = read(&cut, Asker::Config);
        }

        /// Whatever was read can be put into a form, and what it makes still encodes.
        #[test]
        fn whatever_is_read_fits_the_forms(value in json()) {
            let text = value.to_string();
            if let Ok(read) = read(&text, Asker::Create) {
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
