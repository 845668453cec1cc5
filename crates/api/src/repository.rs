//! Build repositories, their build config and tag configs (reference, calls 1 and 6).

use crate::Timestamp;
use crate::lenient::or_default;
use crate::text_enum::text_enum;
use crate::time::lenient;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

text_enum! {
    /// `code_repo_client`: where the source is hosted.
    CodeClient {
        GitHub = "GitHub",
        Bitbucket = "Bitbucket",
        /// Gitee's name in the API.
        OSChina = "OSChina",
        /// Closed in 2016; the API still names it.
        GitCafe = "GitCafe",
        /// Any git URL.
        Simple = "Simple",
    }
}

impl CodeClient {
    /// The five that the reference names, in its order.
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
        Branch = "branch",
        Tag = "tag",
    }
}

/// `build_node`s that are known; the API takes any text.
pub const KNOWN_BUILD_NODES: [&str; 2] = ["in", "cn"];

/// `version_tagging`: the additional tag that each build's image gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VersionTagging {
    /// 0: none.
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
    /// The three that the reference names, in its order.
    pub const KNOWN: [VersionTagging; 3] = [
        VersionTagging::None,
        VersionTagging::Time,
        VersionTagging::Commit,
    ];

    /// The API's number.
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

/// Which branch or tag of the source becomes which image tag. With `id` (and
/// `docker_build_config_id`) call 6 changes the row; without, it adds one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagConfig {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub docker_build_config_id: Option<i64>,
    /// The image tag. (The reference's parameter list says `docker_build_tag`, every example
    /// `docker_repo_tag`.)
    pub docker_repo_tag: String,
    /// The Dockerfile's folder, or its path, absolute in the source tree.
    #[serde(default, deserialize_with = "or_default")]
    pub dockerfile_location: String,
    #[serde(default, deserialize_with = "or_default")]
    pub code_repo_type: SourceKind,
    /// The branch or tag.
    #[serde(default, deserialize_with = "or_default")]
    pub code_repo_type_value: String,
    /// Continuous build: every push starts one.
    #[serde(default, deserialize_with = "or_default")]
    pub is_active: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub version_tagging: VersionTagging,
    /// The build context's folder, absolute in the source tree; missing means `/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_context_path: Option<String>,
}

impl TagConfig {
    /// The build context's folder, `/` where the API left it out.
    pub fn context(&self) -> &str {
        self.build_context_path.as_deref().unwrap_or("/")
    }
}

/// Where the source is: at a host under `owner/name`, or at a git URL. Never both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeSource {
    Hosted {
        /// Any client but `Simple`.
        client: CodeClient,
        /// The owner: a user or group at that host.
        namespace: String,
        /// The project's name at that host.
        name: String,
    },
    Simple {
        clone_url: String,
    },
}

impl CodeSource {
    pub fn client(&self) -> CodeClient {
        match self {
            Self::Hosted { client, .. } => client.clone(),
            Self::Simple { .. } => CodeClient::Simple,
        }
    }
}

/// The `build_config` of call 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "FlatBuildConfig", into = "FlatBuildConfig")]
pub struct NewBuildConfig {
    pub source: CodeSource,
    pub build_node: Option<String>,
    pub email_enabled: Option<bool>,
    pub tag_configs: Vec<TagConfig>,
}

/// `NewBuildConfig` as the wire has it, with the source's three forms side by side.
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
    pub repo_name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    #[serde(default, deserialize_with = "or_default")]
    pub full_description: String,
    pub is_public: bool,
    pub build_config: NewBuildConfig,
}

/// The request of call 6: the build node and all tag configs. A row that is left out is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateBuildConfig {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_node: Option<String>,
    pub tag_configs: Vec<TagConfig>,
}

/// A build repository (answer of call 1; the optional list and single reads).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Repository {
    pub namespace: String,
    pub repo_name: String,
    /// `namespace/repo_name`.
    #[serde(default, deserialize_with = "or_default")]
    pub repo_path: String,
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    #[serde(default, deserialize_with = "or_default")]
    pub full_description: String,
    #[serde(default, deserialize_with = "or_default")]
    pub created_by: String,
    #[serde(default, deserialize_with = "lenient")]
    pub created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "lenient")]
    pub updated_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "or_default")]
    pub is_public: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub is_automated: bool,
    /// A path on the publisher's own host.
    #[serde(default)]
    pub logo_file: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub repo_starred_count: u64,
    /// How often the image was pulled.
    #[serde(default, deserialize_with = "or_default")]
    pub download: u64,
    /// How often an image was pushed.
    #[serde(default, deserialize_with = "or_default")]
    pub upload: u64,
    #[serde(default, deserialize_with = "lenient")]
    pub pulled_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "lenient")]
    pub pushed_at: Option<Timestamp>,
    /// Rows of the optional list may lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_config: Option<BuildConfig>,
}

/// The `build_config` of a repository: a code source and its tag configs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct BuildConfig {
    #[serde(default)]
    pub id: Option<i64>,
    /// `namespace/repo_name` of the image.
    #[serde(default, deserialize_with = "or_default")]
    pub docker_repo_path: String,
    #[serde(default, deserialize_with = "or_default")]
    pub code_repo_client: CodeClient,
    /// `owner/name` at the source's host.
    #[serde(default, deserialize_with = "or_default")]
    pub code_repo_path: String,
    /// The git URL of a `Simple` source. The reference shows no answer for such a one, so it may be
    /// missing there too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_repo_clone_url: Option<String>,
    #[serde(default)]
    pub code_repo_webhook_code: Option<String>,
    /// The deploy key that a private source must be given, in OpenSSH's form; `None` where there is
    /// none.
    #[serde(default)]
    pub code_repo_public_key: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub created_by: String,
    #[serde(default)]
    pub build_node: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub email_enabled: bool,
    /// The source's page at its host.
    #[serde(default)]
    pub code_repo_path_url: Option<String>,
    /// The page where the source takes deploy keys.
    #[serde(default)]
    pub deploy_url: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub tag_configs: Vec<TagConfig>,
}

/// What call 6 replaces, as the API holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct SavedConfig {
    /// `None` where the API names none.
    pub build_node: Option<String>,
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
