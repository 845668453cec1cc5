//! What the user typed, shaped like the form, and the requests made from it.

use crate::api::{
    BuildConfig, CodeClient, CodeSource, CreateRepository, NewBuildConfig, SourceKind, TagConfig,
    UpdateBuildConfig, VersionTagging,
};

/// A row of the tag config editor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowDraft {
    /// The ids of a row that the API already holds; both `None` for a new one.
    pub id: Option<i64>,
    pub docker_build_config_id: Option<i64>,
    pub source_kind: SourceKind,
    pub source_value: String,
    pub image_tag: String,
    pub dockerfile_location: String,
    pub build_context_path: String,
    pub is_active: bool,
    pub version_tagging: VersionTagging,
}

impl Default for RowDraft {
    /// What most repositories start with.
    fn default() -> Self {
        Self {
            id: None,
            docker_build_config_id: None,
            source_kind: SourceKind::Branch,
            source_value: "main".to_owned(),
            image_tag: "latest".to_owned(),
            dockerfile_location: "/".to_owned(),
            build_context_path: "/".to_owned(),
            is_active: false,
            version_tagging: VersionTagging::Time,
        }
    }
}

impl RowDraft {
    /// An empty row, beside others.
    pub fn blank() -> Self {
        Self {
            source_value: String::new(),
            image_tag: String::new(),
            ..Self::default()
        }
    }

    /// The draft of a row that the API holds.
    pub fn of(config: &TagConfig) -> Self {
        Self {
            id: config.id,
            docker_build_config_id: config.docker_build_config_id,
            source_kind: config.code_repo_type.clone(),
            source_value: config.code_repo_type_value.clone(),
            image_tag: config.docker_repo_tag.clone(),
            dockerfile_location: config.dockerfile_location.clone(),
            build_context_path: config.context().to_owned(),
            is_active: config.is_active,
            version_tagging: config.version_tagging,
        }
    }

    /// The row as the API takes it.
    pub fn to_config(&self) -> TagConfig {
        TagConfig {
            id: self.id,
            docker_build_config_id: self.docker_build_config_id,
            docker_repo_tag: self.image_tag.trim().to_owned(),
            dockerfile_location: self.dockerfile_location.trim().to_owned(),
            code_repo_type: self.source_kind.clone(),
            code_repo_type_value: self.source_value.trim().to_owned(),
            is_active: self.is_active,
            version_tagging: self.version_tagging,
            build_context_path: Some(self.build_context_path.trim().to_owned()),
        }
    }
}

/// The create form, without its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryDraft {
    pub repo_name: String,
    pub description: String,
    pub full_description: String,
    pub is_public: bool,
    pub client: CodeClient,
    /// Kept while the user tries other clients, as `clone_url` is.
    pub code_namespace: String,
    pub code_name: String,
    pub clone_url: String,
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
            build_node: "in".to_owned(),
            email_enabled: false,
        }
    }
}

impl RepositoryDraft {
    /// The request of call 1.
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

/// The request of call 6.
pub fn update_request(build_node: &str, rows: &[RowDraft]) -> UpdateBuildConfig {
    UpdateBuildConfig {
        build_node: Some(build_node.trim().to_owned()),
        tag_configs: rows.iter().map(RowDraft::to_config).collect(),
    }
}

/// The rows of a config that the API holds.
pub fn rows_of(config: &BuildConfig) -> Vec<RowDraft> {
    config.tag_configs.iter().map(RowDraft::of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Repository;
    use serde_json::Value;

    #[test]
    fn the_forms_make_the_references_own_requests() {
        let sample = include_str!("../../tests/samples/create-repository.request.json");
        let draft = RepositoryDraft {
            repo_name: "docker_images_test".to_owned(),
            description: "docker images".to_owned(),
            code_namespace: "yournamespace".to_owned(),
            code_name: "Docker-image".to_owned(),
            ..RepositoryDraft::default()
        };
        let row = RowDraft {
            source_value: "master".to_owned(),
            ..RowDraft::default()
        };
        assert_eq!(
            serde_json::to_value(draft.to_request(&[row])).expect("encodes"),
            serde_json::from_str::<Value>(sample).expect("JSON")
        );
    }

    #[test]
    fn a_row_keeps_its_ids_and_every_field() {
        let sample = include_str!("../../tests/samples/repository.response.json");
        let repository: Repository = serde_json::from_str(sample).expect("decodes");
        let config = repository.build_config.expect("has one");
        let request = update_request("in", &rows_of(&config));
        assert_eq!(request.tag_configs, config.tag_configs);
    }
}
