//! Drafts: what the user typed, in the shape of the form, and the requests made from it.

use crate::api::grammar::{clean_ref, clone_url as clone_url_rule, source_name};
use crate::api::redact::{masked, secret_in, without_secret};
use crate::api::{
    CodeClient, CodeSource, CreateRepository, NewBuildConfig, SavedConfig, SourceKind, TagConfig,
    UpdateBuildConfig, VersionTagging,
};
use crate::forms::model::fields::{FieldKind, TAG_CONFIG_FIELDS, TagConfigField};
use serde::{Deserialize, Serialize};

/// The build node of a new repository.
pub const DEFAULT_BUILD_NODE: &str = "in";

/// A row of the tag config editor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredRow")]
pub struct RowDraft {
    /// The row as the API holds it; `None` for a new one. Its ids are this row's ids.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Box<TagConfig>>,
    /// The values of the inputs, not cleaned yet. Has no ids, and always a build context.
    pub values: TagConfig,
}

/// A row in a stored draft. Earlier versions of the console stored each value under a name of their own.
#[derive(Deserialize, Default)]
#[serde(default)]
struct StoredRow {
    origin: Option<Box<TagConfig>>,
    values: Option<TagConfig>,
    source_kind: Option<SourceKind>,
    source_value: Option<String>,
    image_tag: Option<String>,
    dockerfile_location: Option<String>,
    build_context_path: Option<String>,
    is_active: Option<bool>,
    version_tagging: Option<VersionTagging>,
}

impl From<StoredRow> for RowDraft {
    fn from(stored: StoredRow) -> Self {
        let default = RowDraft::default().values;
        let values = stored.values.unwrap_or_else(|| TagConfig {
            code_repo_type: stored.source_kind.unwrap_or(default.code_repo_type),
            code_repo_type_value: stored.source_value.unwrap_or(default.code_repo_type_value),
            docker_repo_tag: stored.image_tag.unwrap_or(default.docker_repo_tag),
            dockerfile_location: stored
                .dockerfile_location
                .unwrap_or(default.dockerfile_location),
            build_context_path: stored.build_context_path.or(default.build_context_path),
            is_active: stored.is_active.unwrap_or(default.is_active),
            version_tagging: stored.version_tagging.unwrap_or(default.version_tagging),
            ..TagConfig::default()
        });
        Self {
            origin: stored.origin,
            values,
        }
    }
}

impl Default for RowDraft {
    /// The values that most repositories start with.
    fn default() -> Self {
        Self {
            origin: None,
            values: TagConfig {
                code_repo_type: SourceKind::Branch,
                code_repo_type_value: "main".to_owned(),
                docker_repo_tag: "latest".to_owned(),
                dockerfile_location: "/".to_owned(),
                build_context_path: Some("/".to_owned()),
                version_tagging: VersionTagging::Time,
                ..TagConfig::default()
            },
        }
    }
}

impl RowDraft {
    /// A row for the user to fill in, without a source and an image tag.
    pub fn blank() -> Self {
        let mut row = Self::default();
        row.values.code_repo_type_value.clear();
        row.values.docker_repo_tag.clear();
        row
    }

    /// The draft of a row that the API holds.
    pub fn of(config: &TagConfig) -> Self {
        Self {
            origin: Some(Box::new(config.clone())),
            ..Self::new_like(config)
        }
    }

    /// A new row with the values of another.
    pub fn new_like(config: &TagConfig) -> Self {
        Self {
            origin: None,
            values: TagConfig {
                id: None,
                docker_build_config_id: None,
                build_context_path: Some(config.context().to_owned()),
                ..config.clone()
            },
        }
    }

    /// The image tag without the blanks around it.
    pub fn image_tag(&self) -> &str {
        self.values.docker_repo_tag.trim()
    }

    /// Returns true unless the API holds the same value for this field.
    pub fn is_edited(&self, field: &TagConfigField) -> bool {
        let origin = self.origin.as_deref();
        origin.is_none_or(|origin| (field.get)(origin) != (field.get)(&self.values))
    }

    /// The value of this field as it is sent, if that differs from what was typed. A value that the API
    /// holds is sent back unchanged.
    pub fn cleaned(&self, field: &TagConfigField) -> Option<String> {
        if !self.is_edited(field) {
            return None;
        }
        let typed = (field.get)(&self.values);
        let clean = field.clean(&typed);
        (clean != typed).then_some(clean)
    }

    /// Puts the value of this field as it is sent in place of what was typed.
    pub fn clean(&mut self, field: &TagConfigField) {
        let mut values = self.values.clone();
        self.clean_into(field, &mut values);
        self.values = values;
    }

    fn clean_into(&self, field: &TagConfigField, config: &mut TagConfig) {
        let Some(clean) = self.cleaned(field) else {
            return;
        };
        if matches!(field.kind, FieldKind::Ref)
            && let (Some(kind), _) = clean_ref(&(field.get)(&self.values))
        {
            config.code_repo_type = kind;
        }
        (field.set)(config, &clean);
    }

    /// The row as the API takes it: with the ids of its origin, and with clean values.
    pub fn to_config(&self) -> TagConfig {
        let origin = self.origin.as_deref();
        let mut config = TagConfig {
            id: origin.and_then(|origin| origin.id),
            docker_build_config_id: origin.and_then(|origin| origin.docker_build_config_id),
            ..self.values.clone()
        };
        for field in &TAG_CONFIG_FIELDS {
            self.clean_into(field, &mut config);
        }
        // A missing build context means `/`, so it stays missing.
        let was_missing = origin.is_some_and(|origin| origin.build_context_path.is_none());
        if was_missing && config.context() == "/" {
            config.build_context_path = None;
        }
        config
    }

    /// Returns true if the API holds exactly this row.
    pub fn is_saved(&self) -> bool {
        self.origin.as_deref() == Some(&self.to_config())
    }
}

/// The create form, without its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RepositoryDraft {
    pub repo_name: String,
    pub description: String,
    pub full_description: String,
    pub is_public: bool,
    pub client: CodeClient,
    /// Owner, name and clone URL are all kept while the user tries other clients.
    pub code_namespace: String,
    pub code_name: String,
    pub clone_url: String,
    /// True if the clone URL had a password that was not stored.
    pub is_secret_dropped: bool,
    pub build_node: String,
    pub email_enabled: bool,
}

impl Default for RepositoryDraft {
    fn default() -> Self {
        Self {
            repo_name: String::new(),
            description: String::new(),
            full_description: String::new(),
            is_public: true,
            client: CodeClient::GitHub,
            code_namespace: String::new(),
            code_name: String::new(),
            clone_url: String::new(),
            is_secret_dropped: false,
            build_node: DEFAULT_BUILD_NODE.to_owned(),
            email_enabled: false,
        }
    }
}

impl RepositoryDraft {
    /// The request as it may be shown, copied and saved: with dots in place of a secret in the clone URL.
    pub fn to_shown_request(&self, rows: &[RowDraft]) -> CreateRepository {
        let mut request = self.to_request(rows);
        if let CodeSource::Simple { clone_url } = &mut request.build_config.source {
            *clone_url = masked(clone_url);
        }
        request
    }

    /// Returns true if the clone URL that is sent has a secret in it.
    pub fn has_secret(&self) -> bool {
        self.client == CodeClient::Simple && secret_in(&self.clone_url).is_some()
    }

    /// The source as the API may be asked about it before the repository is there; `None` while it is not complete, and
    /// with a secret in its clone URL, since the question is a URL of its own.
    pub fn askable_source(&self) -> Option<CodeSource> {
        let client = &self.client;
        let source = match client {
            CodeClient::Simple => {
                let clone_url = self.clone_url.trim();
                let is_complete = clone_url_rule(clone_url).is_none() && !self.is_secret_dropped;
                is_complete.then(|| CodeSource::Simple {
                    clone_url: clone_url.to_owned(),
                })
            }
            _ => {
                let (namespace, name) = (self.code_namespace.trim(), self.code_name.trim());
                let is_complete = source_name(namespace).is_none() && source_name(name).is_none();
                is_complete.then(|| CodeSource::Hosted {
                    client: client.clone(),
                    namespace: namespace.to_owned(),
                    name: name.to_owned(),
                })
            }
        };
        source
            .filter(|_| matches!(client, CodeClient::Simple) || CodeClient::KNOWN.contains(client))
    }

    /// The request of call 1, only for sending it.
    pub fn to_request(&self, rows: &[RowDraft]) -> CreateRepository {
        let source = match &self.client {
            CodeClient::Simple => CodeSource::Simple {
                clone_url: self.clone_url.trim().to_owned(),
            },
            client => CodeSource::Hosted {
                client: client.clone(),
                namespace: self.code_namespace.trim().to_owned(),
                name: self.code_name.trim().to_owned(),
            },
        };
        CreateRepository {
            repo_name: self.repo_name.trim().to_owned(),
            description: self.description.trim().to_owned(),
            full_description: self.full_description.clone(),
            is_public: self.is_public,
            build_config: NewBuildConfig {
                source,
                build_node: Some(self.build_node.trim().to_owned()),
                email_enabled: Some(self.email_enabled),
                tag_configs: rows.iter().map(RowDraft::to_config).collect(),
            },
        }
    }
}

/// The whole create form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateDraft {
    pub repository: RepositoryDraft,
    pub rows: Vec<RowDraft>,
}

impl Default for CreateDraft {
    fn default() -> Self {
        Self {
            repository: RepositoryDraft::default(),
            rows: vec![RowDraft::default()],
        }
    }
}

impl CreateDraft {
    /// The draft as it may be stored: without a password or a token in the clone URL.
    pub fn without_secrets(mut self) -> Self {
        let clone_url = without_secret(&self.repository.clone_url);
        self.repository.is_secret_dropped |= clone_url != self.repository.clone_url;
        self.repository.clone_url = clone_url;
        self
    }
}

/// The whole tag config editor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct ConfigDraft {
    pub build_node: String,
    pub rows: Vec<RowDraft>,
}

impl From<&SavedConfig> for ConfigDraft {
    fn from(saved: &SavedConfig) -> Self {
        Self {
            build_node: saved
                .build_node
                .clone()
                .unwrap_or_else(|| DEFAULT_BUILD_NODE.to_owned()),
            rows: saved.rows.iter().map(RowDraft::of).collect(),
        }
    }
}

impl ConfigDraft {
    /// The request of call 6.
    pub fn to_request(&self) -> UpdateBuildConfig {
        UpdateBuildConfig {
            build_node: Some(self.build_node.trim().to_owned()),
            tag_configs: self.rows.iter().map(RowDraft::to_config).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Repository;
    use proptest::prelude::*;
    use serde_json::Value;

    #[test]
    fn the_forms_make_the_references_own_requests() {
        let sample = include_str!("../../../tests/samples/create-repository.request.json");
        let draft = RepositoryDraft {
            repo_name: "docker_images_test".to_owned(),
            description: "docker images".to_owned(),
            code_namespace: "yournamespace".to_owned(),
            code_name: "Docker-image".to_owned(),
            ..RepositoryDraft::default()
        };
        let mut row = RowDraft::default();
        row.values.code_repo_type_value = "master".to_owned();
        assert_eq!(
            serde_json::to_value(draft.to_request(&[row])).expect("encodes"),
            serde_json::from_str::<Value>(sample).expect("JSON")
        );
    }

    #[test]
    fn a_row_keeps_its_ids_and_every_field() {
        let sample = include_str!("../../../tests/samples/repository.response.json");
        let repository: Repository = serde_json::from_str(sample).expect("decodes");
        let config = repository.build_config.expect("has one");
        let request = ConfigDraft::from(&SavedConfig::from(&config)).to_request();
        assert_eq!(request.tag_configs, config.tag_configs);
    }

    #[test]
    fn typed_text_is_trimmed_and_paths_are_normalized() {
        let mut row = RowDraft::default();
        row.values.code_repo_type_value = " main ".to_owned();
        row.values.docker_repo_tag = "\tedge".to_owned();
        row.values.dockerfile_location = " //docker/./app/ ".to_owned();
        let config = row.to_config();
        assert_eq!(config.code_repo_type_value, "main");
        assert_eq!(config.docker_repo_tag, "edge");
        assert_eq!(config.dockerfile_location, "/docker/app");
        assert_eq!(config.build_context_path.as_deref(), Some("/"));
    }

    #[test]
    fn a_ref_becomes_the_branch_or_tag_that_it_names() {
        for (typed, kind, name) in [
            (" main ", SourceKind::Branch, "main"),
            ("refs/heads/feature/x", SourceKind::Branch, "feature/x"),
            ("refs/tags/v1", SourceKind::Tag, "v1"),
        ] {
            let mut row = RowDraft::default();
            row.values.code_repo_type_value = typed.to_owned();
            let sent = row.to_config();
            for field in &TAG_CONFIG_FIELDS {
                row.clean(field);
            }
            for config in [sent, row.values] {
                assert_eq!(config.code_repo_type, kind, "{typed}");
                assert_eq!(config.code_repo_type_value, name);
            }
        }
    }

    #[test]
    fn a_source_is_asked_about_once_it_is_complete_and_without_its_secret() {
        let draft = |client: CodeClient, owner: &str, name: &str, url: &str| RepositoryDraft {
            client,
            code_namespace: owner.to_owned(),
            code_name: name.to_owned(),
            clone_url: url.to_owned(),
            ..RepositoryDraft::default()
        };
        let asked =
            |draft: RepositoryDraft| draft.askable_source().map(|source| format!("{source:?}"));
        let hosted = |owner, name| asked(draft(CodeClient::GitHub, owner, name, ""));
        assert_eq!(hosted(" octo ", "app").as_deref(), Some("GitHub:octo/app"));
        assert_eq!(hosted("octo", ""), None);
        assert_eq!(hosted("octo", "a/b"), None);
        let simple = |url| asked(draft(CodeClient::Simple, "octo", "app", url));
        assert_eq!(
            simple("https://git.test/a").as_deref(),
            Some("https://git.test/a")
        );
        assert_eq!(simple("/srv/git/a").as_deref(), Some("/srv/git/a"));
        for url in [
            "",
            "https://git.test",
            "https://me:hunter22@git.test/a",
            "./a",
        ] {
            assert_eq!(simple(url), None, "{url}");
        }
        let mut dropped = draft(CodeClient::Simple, "", "", "https://git.test/a");
        dropped.is_secret_dropped = true;
        assert_eq!(asked(dropped), None);
    }

    #[test]
    fn a_draft_of_an_earlier_version_is_read() {
        let stored = r#"{"build_node": "cn", "rows": [{"source_kind": "tag", "source_value": "v1",
            "image_tag": "one", "dockerfile_location": "/a", "build_context_path": "/b",
            "is_active": true, "version_tagging": 2}]}"#;
        let draft: ConfigDraft = serde_json::from_str(stored).expect("decodes");
        let row = draft.rows[0].to_config();
        assert_eq!(row.code_repo_type, SourceKind::Tag);
        assert_eq!(row.code_repo_type_value, "v1");
        assert_eq!(row.docker_repo_tag, "one");
        assert_eq!(row.dockerfile_location, "/a");
        assert_eq!(row.build_context_path.as_deref(), Some("/b"));
        assert!(row.is_active);
        assert_eq!(row.version_tagging, VersionTagging::Commit);
    }

    fn any_row() -> impl Strategy<Value = TagConfig> {
        let text = || ".{0,12}";
        let ids = (any::<Option<i64>>(), any::<Option<i64>>());
        let cache = any::<Option<bool>>();
        let rest = (
            text(),
            any::<bool>(),
            -1_i64..4,
            prop::option::of(text()),
            cache,
        );
        (ids, text(), text(), text(), rest).prop_map(|(ids, tag, kind, value, rest)| {
            let (location, is_active, tagging, context, cache) = rest;
            TagConfig {
                id: ids.0,
                docker_build_config_id: ids.1,
                docker_repo_tag: tag,
                dockerfile_location: location,
                code_repo_type: SourceKind::from(kind.as_str()),
                code_repo_type_value: value,
                is_active,
                version_tagging: VersionTagging::from(tagging),
                build_context_path: context,
                build_cache_enabled: cache,
            }
        })
    }

    proptest! {
        /// Values from the API are sent back unchanged, and a stored draft loses nothing.
        #[test]
        fn answer_draft_request(rows in prop::collection::vec(any_row(), 0..6), node in ".{1,8}") {
            let saved = SavedConfig { build_node: Some(node), rows };
            let draft = ConfigDraft::from(&saved);
            prop_assert_eq!(&draft.to_request().tag_configs, &saved.rows);
            prop_assert!(draft.rows.iter().all(RowDraft::is_saved));
            let stored = serde_json::to_string(&draft).expect("encodes");
            prop_assert_eq!(serde_json::from_str::<ConfigDraft>(&stored).expect("decodes"), draft);
        }
    }
}
