//! The offer of a source, all that can be built of it: the question and the answer of an optional call, `GET /v1/sources`.

use crate::lenient::or_default;
use crate::repository::{CodeSource, TagConfig};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A source that is asked what it offers.
#[derive(Debug, Clone, Copy)]
pub enum AskedSource<'a> {
    /// The source of a repository that is there, with its deploy key.
    Of {
        /// The repository's name.
        repo_name: &'a str,
    },
    /// Any other source. Its clone URL must not have a secret: the question is a URL.
    At(&'a CodeSource),
}

/// A question to `GET /v1/sources`.
#[derive(Debug, Clone, Copy)]
pub struct SourceQuestion<'a> {
    /// The namespace in which the caller may write.
    pub namespace: &'a str,
    /// The source.
    pub source: AskedSource<'a>,
    /// The row whose branch or tag, Dockerfile and build context are looked for.
    pub row: Option<&'a TagConfig>,
}

impl<'a> SourceQuestion<'a> {
    /// Returns the parameters of the URL, in the API's words.
    ///
    /// # Examples
    ///
    /// ```
    /// use slipway_api::{AskedSource, SourceQuestion};
    ///
    /// let source = AskedSource::Of { repo_name: "web" };
    /// let question = SourceQuestion { namespace: "team", source, row: None };
    /// let parameters: Vec<String> =
    ///     question.parameters().iter().map(|(key, value)| format!("{key}={value}")).collect();
    /// assert_eq!(parameters, ["namespace=team", "repo_name=web"]);
    /// ```
    pub fn parameters(&self) -> Vec<(&'static str, Cow<'a, str>)> {
        let mut parameters = vec![("namespace", Cow::from(self.namespace))];
        match self.source {
            AskedSource::Of { repo_name } => parameters.push(("repo_name", repo_name.into())),
            AskedSource::At(source) => {
                parameters.push(("code_repo_client", source.client().to_string().into()));
                match source {
                    CodeSource::Hosted {
                        namespace, name, ..
                    } => {
                        parameters.push(("code_repo_namespace", namespace.into()));
                        parameters.push(("code_repo_name", name.into()));
                    }
                    CodeSource::Simple { clone_url } => {
                        parameters.push(("code_repo_clone_url", clone_url.into()));
                    }
                }
            }
        }
        if let Some(row) = self.row {
            parameters.push((
                "code_repo_type",
                row.code_repo_type.as_str().to_owned().into(),
            ));
            parameters.push(("code_repo_type_value", (&row.code_repo_type_value).into()));
            parameters.push(("dockerfile_location", (&row.dockerfile_location).into()));
            parameters.push(("build_context_path", row.context().into()));
        }
        parameters
    }
}

/// The branches, tags and Dockerfiles that a source offers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SourceListing {
    /// The branch that a clone begins with; `None` if the source does not say.
    #[serde(default)]
    pub default_branch: Option<String>,
    /// The branches, by name.
    #[serde(default, deserialize_with = "or_default")]
    pub branches: Vec<String>,
    /// The tags, the highest version first.
    #[serde(default, deserialize_with = "or_default")]
    pub tags: Vec<String>,
    /// True if these are all branches and tags. Of a source with very many, only some are listed.
    #[serde(default, deserialize_with = "or_default")]
    pub is_complete: bool,
    /// The findings for the row of the question.
    #[serde(default)]
    pub row: Option<RowSource>,
}

/// The findings about a branch or tag for a row.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RowSource {
    /// The commit that would be built, its full id.
    #[serde(default, deserialize_with = "or_default")]
    pub commit: String,
    /// The paths of files that are called like a Dockerfile, absolute in the source tree, those near its root first.
    #[serde(default, deserialize_with = "or_default")]
    pub dockerfiles: Vec<String>,
    /// The path of the row's Dockerfile; `None` if there is none at its `dockerfile_location`.
    #[serde(default)]
    pub dockerfile: Option<String>,
    /// The path of the row's build context; `None` if there is no such folder.
    #[serde(default)]
    pub build_context: Option<String>,
}
