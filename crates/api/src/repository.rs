//! Build repositories, their build config and tag configs (reference, calls 1 and 6).

use crate::Timestamp;
use crate::lenient::or_default;
use crate::redact::masked;
use crate::source_url::SourceUrl;
use crate::text_enum::text_enum;
use crate::time::lenient;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

text_enum! {
    /// `code_repo_client`: where the source is hosted.
    CodeClient {
        /// github.com.
        GitHub = "GitHub",
        /// bitbucket.org.
        Bitbucket = "Bitbucket",
        /// Gitee's name in the API.
        OSChina = "OSChina",
        /// A host that closed in 2016; the API still accepts it.
        GitCafe = "GitCafe",
        /// Any git URL.
        Simple = "Simple",
    }
}

impl CodeClient {
    /// The five clients that the reference names, in its order.
    pub const KNOWN: [CodeClient; 5] = [
        CodeClient::GitHub,
        CodeClient::Bitbucket,
        CodeClient::OSChina,
        CodeClient::GitCafe,
        CodeClient::Simple,
    ];
}

text_enum! {
    /// `code_repo_type`: what `code_repo_type_value` names.
    SourceKind {
        /// A branch.
        Branch = "branch",
        /// A tag.
        Tag = "tag",
    }
}

/// The known values of `build_node`. The API accepts any text.
pub const KNOWN_BUILD_NODES: [&str; 2] = ["in", "cn"];

/// `version_tagging`: the additional tag that each build's image gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VersionTagging {
    /// 0: no additional tag.
    #[default]
    None,
    /// 1: the build's `created_at`, such as `v20150902.081742` (UTC).
    Time,
    /// 2: made from the commit id.
    Commit,
    /// A number that the reference does not name.
    Other(i64),
}

impl VersionTagging {
    /// The three numbers that the reference names, in its order.
    pub const KNOWN: [VersionTagging; 3] = [
        VersionTagging::None,
        VersionTagging::Time,
        VersionTagging::Commit,
    ];

    /// Returns the API's number.
    pub fn number(self) -> i64 {
        match self {
            Self::None => 0,
            Self::Time => 1,
            Self::Commit => 2,
            Self::Other(number) => number,
        }
    }
}

impl From<i64> for VersionTagging {
    fn from(number: i64) -> Self {
        match number {
            0 => Self::None,
            1 => Self::Time,
            2 => Self::Commit,
            other => Self::Other(other),
        }
    }
}

impl Serialize for VersionTagging {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.number())
    }
}

impl<'de> Deserialize<'de> for VersionTagging {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer).map(Self::from)
    }
}

/// One row of a build config: builds one branch or tag of the source into one image tag. In call 6, a
/// row with `id` (and `docker_build_config_id`) changes the existing row; a row without adds a new
/// one.
///
/// # Examples
///
/// ```
/// use slipway_api::{SourceKind, TagConfig, VersionTagging};
///
/// let row: TagConfig = serde_json::from_str(
///     r#"{"docker_repo_tag": "latest", "code_repo_type": "branch", "code_repo_type_value": "main"}"#,
/// )?;
/// assert_eq!(row.code_repo_type, SourceKind::Branch);
/// assert_eq!(row.version_tagging, VersionTagging::None);
/// assert_eq!(row.context(), "/");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TagConfig {
    /// The row's id; `None` for a new row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    /// The id of the build config that the row belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub docker_build_config_id: Option<i64>,
    /// The image tag. (The reference's parameter list says `docker_build_tag`, every example
    /// `docker_repo_tag`.)
    pub docker_repo_tag: String,
    /// The path of the Dockerfile or of its folder, absolute in the source tree.
    #[serde(default, deserialize_with = "or_default")]
    pub dockerfile_location: String,
    /// The kind of `code_repo_type_value`: branch or tag.
    #[serde(default, deserialize_with = "or_default")]
    pub code_repo_type: SourceKind,
    /// The name of the branch or tag.
    #[serde(default, deserialize_with = "or_default")]
    pub code_repo_type_value: String,
    /// Continuous build: true if every push starts a build.
    #[serde(default, deserialize_with = "or_default")]
    pub is_active: bool,
    /// The additional tag of each build's image.
    #[serde(default, deserialize_with = "or_default")]
    pub version_tagging: VersionTagging,
    /// The build context's folder, absolute in the source tree; `None` means `/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_context_path: Option<String>,
    /// False if each build starts without the layers of earlier ones; `None` where the API does not say so. (A published
    /// client sends it; the reference does not name it.)
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_cache_enabled: Option<bool>,
}

impl TagConfig {
    /// Returns true if builds may use the layers of earlier ones, as they do where nothing is said.
    pub fn uses_build_cache(&self) -> bool {
        self.build_cache_enabled.unwrap_or(true)
    }

    /// Returns the build context's folder: `build_context_path`, or `/` if it is missing.
    pub fn context(&self) -> &str {
        self.build_context_path.as_deref().unwrap_or("/")
    }
}

/// Where the source code is: at a known host under `owner/name`, or at a git URL. Never both. `Debug` masks the secrets
/// of the URL; only the request itself has them.
#[derive(Clone, PartialEq, Eq)]
pub enum CodeSource {
    /// At a known host.
    Hosted {
        /// Any client except `Simple`.
        client: CodeClient,
        /// The owner: a user or group at that host.
        namespace: String,
        /// The project's name at that host.
        name: String,
    },
    /// At any git URL.
    Simple {
        /// A URL that passes [`crate::grammar::clone_url`].
        clone_url: String,
    },
}

impl std::fmt::Debug for CodeSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Hosted {
                client,
                namespace,
                name,
            } => write!(f, "{client}:{namespace}/{name}"),
            Self::Simple { clone_url } => f.write_str(&masked(clone_url)),
        }
    }
}

impl CodeSource {
    /// Returns the host, for `code_repo_client`.
    pub fn client(&self) -> CodeClient {
        match self {
            Self::Hosted { client, .. } => client.clone(),
            Self::Simple { .. } => CodeClient::Simple,
        }
    }
}

/// The `build_config` of call 1.
///
/// # Examples
///
/// ```
/// use slipway_api::{CodeSource, NewBuildConfig};
///
/// let config: NewBuildConfig = serde_json::from_str(
///     r#"{"code_repo_client": "Simple", "code_repo_clone_url": "https://git.test/a", "tag_configs": []}"#,
/// )?;
/// assert_eq!(config.source, CodeSource::Simple { clone_url: "https://git.test/a".to_owned() });
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "FlatBuildConfig", into = "FlatBuildConfig")]
pub struct NewBuildConfig {
    /// Where the source code is.
    pub source: CodeSource,
    /// Where builds run; `None` leaves it to the API. [`KNOWN_BUILD_NODES`] has the known values.
    pub build_node: Option<String>,
    /// True to email the result of each build.
    pub email_enabled: Option<bool>,
    /// One row for each image tag.
    pub tag_configs: Vec<TagConfig>,
}

/// `NewBuildConfig` on the wire: all fields of both kinds of source, side by side.
#[derive(Serialize, Deserialize)]
struct FlatBuildConfig {
    code_repo_client: CodeClient,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code_repo_namespace: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code_repo_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code_repo_clone_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    build_node: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    email_enabled: Option<bool>,
    tag_configs: Vec<TagConfig>,
}

impl TryFrom<FlatBuildConfig> for NewBuildConfig {
    type Error = &'static str;

    fn try_from(flat: FlatBuildConfig) -> Result<Self, Self::Error> {
        let source = match flat.code_repo_client {
            CodeClient::Simple => CodeSource::Simple {
                clone_url: flat
                    .code_repo_clone_url
                    .ok_or("missing field `code_repo_clone_url`")?,
            },
            client => CodeSource::Hosted {
                client,
                namespace: flat
                    .code_repo_namespace
                    .ok_or("missing field `code_repo_namespace`")?,
                name: flat
                    .code_repo_name
                    .ok_or("missing field `code_repo_name`")?,
            },
        };
        Ok(Self {
            source,
            build_node: flat.build_node,
            email_enabled: flat.email_enabled,
            tag_configs: flat.tag_configs,
        })
    }
}

impl From<NewBuildConfig> for FlatBuildConfig {
    fn from(config: NewBuildConfig) -> Self {
        let client = config.source.client();
        let (namespace, name, clone_url) = match config.source {
            CodeSource::Hosted {
                namespace, name, ..
            } => (Some(namespace), Some(name), None),
            CodeSource::Simple { clone_url } => (None, None, Some(clone_url)),
        };
        Self {
            code_repo_client: client,
            code_repo_namespace: namespace,
            code_repo_name: name,
            code_repo_clone_url: clone_url,
            build_node: config.build_node,
            email_enabled: config.email_enabled,
            tag_configs: config.tag_configs,
        }
    }
}

/// The request of call 1: create a build repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateRepository {
    /// The new repository's name, see [`crate::grammar::repo_name`].
    pub repo_name: String,
    /// One line about it.
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    /// The full description, in Markdown.
    #[serde(default, deserialize_with = "or_default")]
    pub full_description: String,
    /// True if anyone can pull the image.
    pub is_public: bool,
    /// The source and the tag configs.
    pub build_config: NewBuildConfig,
}

/// The request of call 6: the build node and all tag configs. The API deletes rows that are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateBuildConfig {
    /// Where builds run; `None` leaves it unchanged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_node: Option<String>,
    /// All rows of the config.
    pub tag_configs: Vec<TagConfig>,
}

/// A build repository: the answer of call 1, of the optional list, and of the optional single read.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Repository {
    /// The user or organisation that owns it.
    pub namespace: String,
    /// The name, without the namespace.
    pub repo_name: String,
    /// `namespace/repo_name`.
    #[serde(default, deserialize_with = "or_default")]
    pub repo_path: String,
    /// One line about it.
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    /// The full description, in Markdown.
    #[serde(default, deserialize_with = "or_default")]
    pub full_description: String,
    /// The user who created it.
    #[serde(default, deserialize_with = "or_default")]
    pub created_by: String,
    /// When it was created.
    #[serde(default, deserialize_with = "lenient")]
    pub created_at: Option<Timestamp>,
    /// When it was changed last.
    #[serde(default, deserialize_with = "lenient")]
    pub updated_at: Option<Timestamp>,
    /// True if anyone can pull the image.
    #[serde(default, deserialize_with = "or_default")]
    pub is_public: bool,
    /// True if the API builds its images.
    #[serde(default, deserialize_with = "or_default")]
    pub is_automated: bool,
    /// A path on the publisher's own host.
    #[serde(default)]
    pub logo_file: Option<String>,
    /// The number of users who starred it.
    #[serde(default, deserialize_with = "or_default")]
    pub repo_starred_count: u64,
    /// The number of pulls; `None` if the API does not count them.
    #[serde(default)]
    pub download: Option<u64>,
    /// The number of pushes; `None` if the API does not count them.
    #[serde(default)]
    pub upload: Option<u64>,
    /// When it was pulled last.
    #[serde(default, deserialize_with = "lenient")]
    pub pulled_at: Option<Timestamp>,
    /// When an image was pushed last.
    #[serde(default, deserialize_with = "lenient")]
    pub pushed_at: Option<Timestamp>,
    /// The source and the tag configs; `None` in rows of the optional list that leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_config: Option<BuildConfig>,
}

/// The `build_config` of a repository: a code source and its tag configs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct BuildConfig {
    /// The config's id.
    #[serde(default)]
    pub id: Option<i64>,
    /// `namespace/repo_name` of the image.
    #[serde(default, deserialize_with = "or_default")]
    pub docker_repo_path: String,
    /// Where the source is hosted.
    #[serde(default, deserialize_with = "or_default")]
    pub code_repo_client: CodeClient,
    /// `owner/name` at the source's host.
    #[serde(default, deserialize_with = "or_default")]
    pub code_repo_path: SourceUrl,
    /// The git URL of a `Simple` source. The reference shows no answer with such a source, so it may
    /// be missing even then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_repo_clone_url: Option<SourceUrl>,
    /// The secret part of the URL that the source's host calls on each push.
    #[serde(default)]
    pub code_repo_webhook_code: Option<String>,
    /// The public deploy key to register at a private source, in OpenSSH's format; `None` if there
    /// is none.
    #[serde(default)]
    pub code_repo_public_key: Option<String>,
    /// The user who created it.
    #[serde(default, deserialize_with = "or_default")]
    pub created_by: String,
    /// Where builds run.
    #[serde(default)]
    pub build_node: Option<String>,
    /// True if the API emails the result of each build.
    #[serde(default, deserialize_with = "or_default")]
    pub email_enabled: bool,
    /// The source's page at its host.
    #[serde(default)]
    pub code_repo_path_url: Option<SourceUrl>,
    /// The page of the source's host where deploy keys are registered.
    #[serde(default)]
    pub deploy_url: Option<SourceUrl>,
    /// One row for each image tag.
    #[serde(default, deserialize_with = "or_default")]
    pub tag_configs: Vec<TagConfig>,
}

/// The part of a build config that call 6 replaces, as last read from the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct SavedConfig {
    /// Where builds run; `None` if the API names no place.
    pub build_node: Option<String>,
    /// The tag configs, in the API's order.
    pub rows: Vec<TagConfig>,
}

impl From<&BuildConfig> for SavedConfig {
    fn from(config: &BuildConfig) -> Self {
        Self {
            build_node: config.build_node.clone(),
            rows: config.tag_configs.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_tagging_keeps_a_number_that_it_does_not_know() {
        for number in [0, 1, 2, 7, -1] {
            assert_eq!(VersionTagging::from(number).number(), number);
        }
        assert_eq!(VersionTagging::from(7), VersionTagging::Other(7));
    }

    #[test]
    fn a_missing_build_context_is_the_root() {
        let mut row = TagConfig::default();
        assert_eq!(row.context(), "/");
        row.build_context_path = Some("/app".to_owned());
        assert_eq!(row.context(), "/app");
    }

    #[test]
    fn a_source_is_either_hosted_or_a_url() {
        let simple = r#"{"code_repo_client": "Simple", "code_repo_clone_url": "https://git.test/a", "tag_configs": []}"#;
        let config: NewBuildConfig = serde_json::from_str(simple).expect("decodes");
        assert_eq!(config.source.client(), CodeClient::Simple);
        let value = serde_json::to_value(&config).expect("encodes");
        assert!(
            value.get("code_repo_namespace").is_none() && value.get("code_repo_name").is_none()
        );
    }

    #[test]
    fn a_hosted_source_without_its_owner_is_refused() {
        let hosted = r#"{"code_repo_client": "GitHub", "code_repo_name": "a", "tag_configs": []}"#;
        let error = serde_json::from_str::<NewBuildConfig>(hosted).expect_err("is incomplete");
        assert!(error.to_string().contains("code_repo_namespace"), "{error}");
    }

    #[test]
    fn a_hosted_source_sends_no_clone_url() {
        let hosted = r#"{"code_repo_client": "GitHub", "code_repo_namespace": "team", "code_repo_name": "a",
            "tag_configs": []}"#;
        let config: NewBuildConfig = serde_json::from_str(hosted).expect("decodes");
        let value = serde_json::to_value(&config).expect("encodes");
        assert!(value.get("code_repo_clone_url").is_none());
    }

    #[test]
    fn a_repository_of_the_list_may_lack_its_build_config() {
        let row = r#"{"namespace": "team", "repo_name": "app"}"#;
        let repository: Repository = serde_json::from_str(row).expect("decodes");
        assert_eq!(repository.build_config, None);
    }

    #[test]
    fn a_saved_config_takes_the_node_and_the_rows() {
        let config = BuildConfig {
            build_node: Some("cn".to_owned()),
            tag_configs: vec![TagConfig::default()],
            ..BuildConfig::default()
        };
        let saved = SavedConfig::from(&config);
        assert_eq!(
            (saved.build_node.as_deref(), saved.rows.len()),
            (Some("cn"), 1)
        );
    }
}
