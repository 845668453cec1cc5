//! Builds: one run of one tag config (reference, calls 2 to 4).

use crate::lenient::or_default;
use crate::text_enum::text_enum;
use crate::time::lenient;
use crate::{CodeClient, SourceKind, SourceUrl, Timestamp};
use serde::{Deserialize, Serialize};

/// The sentence with which a build ends that somebody has canceled, before the name.
const CANCELED_BY: &str = "the build was cancelled by ";

text_enum! {
    /// The state of a build (`status`). The reference shows `W` and `S`; `I` and `F` come from
    /// published clients of the API.
    Status {
        /// Waiting for a worker.
        Waiting = "W",
        /// In progress.
        InProgress = "I",
        /// Succeeded: the image exists.
        Succeeded = "S",
        /// Failed: the log says why.
        Failed = "F",
        /// Somebody has stopped it. No API of the reference sends this: such a build is a failed one there, and its
        /// `detail` says so; see [`Build::with_cancellation`].
        Canceled = "canceled",
    }
}

/// One build. A row of call 2 has `detail`. The answers of calls 3 and 4 have `step_at`,
/// `build_node`, `build_context_path` and `is_removable` instead. Every field except `build_id` may
/// be missing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Build {
    /// The id: an opaque text. Every example has a UUID.
    pub build_id: String,
    /// When it was requested. Can be some seconds later than `started_at`.
    #[serde(default, deserialize_with = "lenient")]
    pub created_at: Option<Timestamp>,
    /// When a worker started it; `None` while it waits.
    #[serde(default, deserialize_with = "lenient")]
    pub started_at: Option<Timestamp>,
    /// When it succeeded or failed; `None` before that.
    #[serde(default, deserialize_with = "lenient")]
    pub ended_at: Option<Timestamp>,
    /// The commit that it builds, in hex; `None` until it is known.
    #[serde(default)]
    pub code_head_commit: Option<String>,
    /// Where the source is hosted.
    #[serde(default, deserialize_with = "or_default")]
    pub code_repo_client: CodeClient,
    /// `owner/name` at the source's host.
    #[serde(default, deserialize_with = "or_default")]
    pub code_repo_path: SourceUrl,
    /// The kind of `code_repo_type_value`: branch or tag.
    #[serde(default, deserialize_with = "or_default")]
    pub code_repo_type: SourceKind,
    /// The name of the branch or tag.
    #[serde(default, deserialize_with = "or_default")]
    pub code_repo_type_value: String,
    /// The user who started it.
    #[serde(default, deserialize_with = "or_default")]
    pub created_by: String,
    /// A text about it, which may end in a newline (rows of call 2 only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The image's short id, in hex; `None` until the image is built.
    #[serde(default)]
    pub image_id: Option<String>,
    /// `namespace/repo_name` of the image.
    #[serde(default, deserialize_with = "or_default")]
    pub docker_repo_path: String,
    /// The image tag.
    #[serde(default, deserialize_with = "or_default")]
    pub docker_repo_tag: String,
    /// The additional tag that `version_tagging` made; empty or `None` if there is none.
    #[serde(default)]
    pub docker_repo_version_tag: Option<String>,
    /// The Dockerfile's folder or path in the source tree.
    #[serde(default, deserialize_with = "or_default")]
    pub dockerfile_location: String,
    /// The state.
    #[serde(default, deserialize_with = "or_default")]
    pub status: Status,
    /// True if a push started it, false if a person did.
    #[serde(default, deserialize_with = "or_default")]
    pub auto_created: bool,
    /// Progress: 1 when just created, 50 when succeeded (single builds).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_at: Option<i64>,
    /// The place where it is built, `in` or `cn` (single builds).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_node: Option<String>,
    /// The name of the builder that builds it or has built it, of an API with several (single builds).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub builder: Option<String>,
    /// The build context's folder in the source tree (single builds).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build_context_path: Option<String>,
    /// The source's page at its host.
    #[serde(default)]
    pub code_repo_http_url: Option<SourceUrl>,
    /// The commit's page at its host.
    #[serde(default)]
    pub code_commit_http_url: Option<SourceUrl>,
    /// The branch's or tag's page at its host.
    #[serde(default)]
    pub code_repo_branch_url: Option<SourceUrl>,
    /// True if the API allows its removal (single builds).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_removable: Option<bool>,
    /// The digest under which the image is in the registry, `sha256:…`; empty if it was not pushed. The reference has
    /// no such field: `None` if the API does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_digest: Option<String>,
    /// The size of the image in the registry, in bytes, with its layers compressed. Not in the reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_size: Option<u64>,
    /// When the image was pushed to the registry. Not in the reference.
    #[serde(
        default,
        deserialize_with = "lenient",
        skip_serializing_if = "Option::is_none"
    )]
    pub pushed_at: Option<Timestamp>,
}

impl Build {
    /// Returns true once the build has ended. An unknown status counts as finished only if `ended_at`
    /// is set.
    pub fn is_finished(&self) -> bool {
        match self.status {
            Status::Succeeded | Status::Failed | Status::Canceled => true,
            Status::Waiting | Status::InProgress => false,
            Status::Other(_) => self.ended_at.is_some(),
        }
    }

    /// Returns true once the build has ended without an image.
    pub fn has_failed(&self) -> bool {
        matches!(self.status, Status::Failed | Status::Canceled)
    }

    /// Tells a canceled build from one that has failed, by its `detail`.
    #[must_use]
    pub fn with_cancellation(self) -> Self {
        let by = self.detail.as_deref().and_then(canceled_by);
        match (&self.status, by) {
            (Status::Failed, Some(_)) => Self {
                status: Status::Canceled,
                ..self
            },
            _ => self,
        }
    }

    /// Returns true once the build has made its image. One that failed, runs or waits has none; what its tag names
    /// then is the image of another build.
    pub fn has_image(&self) -> bool {
        self.status == Status::Succeeded
    }

    /// Returns the name by which the image can be pulled from a registry by one of its tags:
    /// `registry.example.com/acme/web:latest`. `None` without a registry, if the build made no image, if it was not
    /// pushed, or if the API does not say which it is.
    pub fn pull_name(&self, registry: &str, tag: &str) -> Option<String> {
        let repository = self.repository_in(registry)?;
        let is_pushed = self.image_digest.as_deref() != Some("");
        (is_pushed && !tag.is_empty()).then(|| format!("{repository}:{tag}"))
    }

    /// Returns the name by which this very image can be pulled, whatever its tags name by now:
    /// `registry.example.com/acme/web@sha256:…`. `None` as for [`Build::pull_name`], or if its digest is not known.
    pub fn pull_name_by_digest(&self, registry: &str) -> Option<String> {
        let repository = self.repository_in(registry)?;
        let digest = self.image_digest.as_deref()?;
        (!digest.is_empty()).then(|| format!("{repository}@{digest}"))
    }

    /// Returns the command that pulls the image by its tag: `docker pull registry.example.com/acme/web:latest`. `None`
    /// as for [`Build::pull_name`].
    pub fn pull_command(&self, registry: &str) -> Option<String> {
        let name = self.pull_name(registry, &self.docker_repo_tag)?;
        Some(format!("docker pull {name}"))
    }

    /// The image's name in a registry, without a tag.
    fn repository_in(&self, registry: &str) -> Option<String> {
        let path = self.docker_repo_path.as_str();
        let is_there = self.has_image() && !registry.is_empty() && !path.is_empty();
        is_there.then(|| format!("{registry}/{path}"))
    }

    /// Returns `namespace/name:tag`, the name of the image, which need not exist; the build's id if neither the path
    /// nor the tag is known.
    pub fn image_reference(&self) -> String {
        match (
            self.docker_repo_path.as_str(),
            self.docker_repo_tag.as_str(),
        ) {
            ("", "") => self.build_id.clone(),
            (path, "") => path.to_owned(),
            (path, tag) => format!("{path}:{tag}"),
        }
    }

    /// Returns namespace and name, the two parts of `docker_repo_path`; `None` if it has no slash.
    pub fn repository(&self) -> Option<(&str, &str)> {
        self.docker_repo_path.split_once('/')
    }

    /// Returns the additional tag of `version_tagging`, if there is one. The image has it once the build has succeeded.
    pub fn version_tag(&self) -> Option<&str> {
        let tag = self.docker_repo_version_tag.as_deref()?;
        (!tag.is_empty()).then_some(tag)
    }
}

/// Reads who has canceled a build, in the last line of its log or its `detail`, where the step that it was at may stand
/// before. `None` if nobody has.
///
/// # Examples
///
/// ```
/// use slipway_api::canceled_by;
///
/// assert_eq!(canceled_by("STEP 2/3: RUN make: the build was cancelled by ann\n"), Some("ann"));
/// assert_eq!(canceled_by("the build failed: buildah exited with code 1"), None);
/// ```
pub fn canceled_by(text: &str) -> Option<&str> {
    let line = text.trim().lines().next_back()?;
    // Byte by byte: the library's search for texts would be half a kilobyte of the console's first view.
    let find = |wanted: &str, text: &str| {
        let mut windows = text.as_bytes().windows(wanted.len());
        windows.rposition(|window| window == wanted.as_bytes())
    };
    let at = find(CANCELED_BY, line)?;
    let (before, name) = (line.get(..at)?, line.get(at + CANCELED_BY.len()..)?);
    // A step's own text can have the words too, and more follows then.
    let is_end = find(": ", name).is_none() && (before.is_empty() || before.ends_with(": "));
    Some(name.trim()).filter(|name| is_end && !name.is_empty())
}

/// The request of call 3: start a build of one tag.
///
/// # Examples
///
/// ```
/// use slipway_api::TriggerBuild;
///
/// let request = TriggerBuild {
///     namespace: "acme".to_owned(),
///     repo_name: "web".to_owned(),
///     tag: "latest".to_owned(),
///     code_commit_id: None,
/// };
/// assert_eq!(
///     serde_json::to_string(&request)?,
///     r#"{"namespace":"acme","repo_name":"web","tag":"latest"}"#
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggerBuild {
    /// The user or organization that owns the repository.
    pub namespace: String,
    /// The repository's name, without the namespace.
    pub repo_name: String,
    /// The image tag, which names the tag config.
    pub tag: String,
    /// The commit to build, in hex; `None` builds the latest commit of the tag config's branch or tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_commit_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_status(status: Status) -> Build {
        Build {
            build_id: "b1".to_owned(),
            status,
            ..Build::default()
        }
    }

    #[test]
    fn a_build_is_finished_by_its_status() {
        assert!(with_status(Status::Succeeded).is_finished());
        assert!(with_status(Status::Failed).is_finished());
        assert!(!with_status(Status::Waiting).is_finished());
        assert!(!with_status(Status::InProgress).is_finished());
    }

    #[test]
    fn an_unknown_status_is_finished_once_there_is_an_end_time() {
        let mut build = with_status(Status::from("Z"));
        assert!(!build.is_finished());
        build.ended_at = Timestamp::from_millis(1);
        assert!(build.is_finished());
    }

    #[test]
    fn a_failed_build_that_somebody_has_stopped_is_a_canceled_one() {
        let status = |status: &str, detail: Option<&str>| {
            let build = Build {
                detail: detail.map(str::to_owned),
                ..with_status(Status::from(status))
            };
            build.with_cancellation().status
        };
        let by = "RUN make: the build was cancelled by ann\n";
        assert_eq!(status("F", Some(by)), Status::Canceled);
        assert_eq!(
            status("F", Some(by.trim_start_matches("RUN make: "))),
            Status::Canceled
        );
        assert_eq!(status("S", Some(by)), Status::Succeeded);
        assert_eq!(status("F", None), Status::Failed);
        for other in [
            "RUN echo the build was cancelled by ann: the build failed: docker exited with code 1",
            "RUN echo x: the build was cancelled by ann: the build failed: docker exited with code 1",
            "the build was cancelled by \n",
            "the build was cancelled by ann\nthe build failed",
            "no, the build was cancelled by ann",
        ] {
            assert_eq!(status("F", Some(other)), Status::Failed, "{other}");
        }
        assert!(with_status(Status::Canceled).is_finished());
    }

    #[test]
    fn an_unknown_status_is_sent_back_as_it_came() {
        let build: Build = serde_json::from_str(r#"{"build_id": "b1", "status": "Z"}"#).unwrap();
        assert_eq!(build.status, Status::Other("Z".to_owned()));
        assert_eq!(serde_json::to_value(&build).unwrap()["status"], "Z");
    }

    #[test]
    fn an_image_can_be_pulled_once_its_build_has_succeeded() {
        let registry = "r.example.com:5000/x";
        let mut build = with_status(Status::Succeeded);
        assert_eq!(
            build.pull_command(registry),
            None,
            "which image is not known"
        );
        build.docker_repo_path = "team/app".to_owned();
        assert_eq!(build.pull_command(registry), None, "nor is its tag");
        build.docker_repo_tag = "edge".to_owned();
        build.docker_repo_version_tag = Some("v1".to_owned());
        let pull = |build: &Build| {
            (
                build.pull_command(registry),
                build.pull_name(registry, "v1"),
            )
        };
        let edge = Some("docker pull r.example.com:5000/x/team/app:edge".to_owned());
        assert_eq!(
            pull(&build),
            (edge, Some("r.example.com:5000/x/team/app:v1".to_owned()))
        );
        assert_eq!(build.pull_command(""), None, "there is no registry");
        for status in ["F", "I", "W", "Z", ""] {
            build.status = Status::from(status);
            build.ended_at = Timestamp::from_millis(1);
            build.image_id = Some("0123456789ab".to_owned());
            assert_eq!(pull(&build), (None, None), "{status}");
        }
    }

    #[test]
    fn a_digest_names_the_image_and_an_empty_one_says_that_it_was_not_pushed() {
        let registry = "r.example.com";
        let mut build = with_status(Status::Succeeded);
        build.docker_repo_path = "team/app".to_owned();
        build.docker_repo_tag = "edge".to_owned();
        assert_eq!(build.pull_name_by_digest(registry), None, "it is not known");
        build.image_digest = Some("sha256:0123".to_owned());
        let by_digest = "r.example.com/team/app@sha256:0123";
        assert_eq!(
            build.pull_name_by_digest(registry).as_deref(),
            Some(by_digest)
        );
        assert_eq!(build.pull_name_by_digest(""), None);
        build.image_digest = Some(String::new());
        assert_eq!(build.pull_name_by_digest(registry), None);
        assert_eq!(build.pull_command(registry), None);
    }

    #[test]
    fn an_image_reference_needs_a_path_or_falls_back_to_the_id() {
        let mut build = with_status(Status::Waiting);
        assert_eq!(build.image_reference(), "b1");
        build.docker_repo_path = "team/app".to_owned();
        assert_eq!(build.image_reference(), "team/app");
        build.docker_repo_tag = "latest".to_owned();
        assert_eq!(build.image_reference(), "team/app:latest");
    }

    #[test]
    fn a_path_without_a_slash_names_no_repository() {
        let mut build = with_status(Status::Waiting);
        build.docker_repo_path = "app".to_owned();
        assert_eq!(build.repository(), None);
        build.docker_repo_path = "team/app/x".to_owned();
        assert_eq!(build.repository(), Some(("team", "app/x")));
    }

    #[test]
    fn an_empty_version_tag_is_none() {
        let mut build = with_status(Status::Waiting);
        assert_eq!(build.version_tag(), None);
        build.docker_repo_version_tag = Some(String::new());
        assert_eq!(build.version_tag(), None);
        build.docker_repo_version_tag = Some("v1".to_owned());
        assert_eq!(build.version_tag(), Some("v1"));
    }

    #[test]
    fn null_fields_become_defaults() {
        let text = r#"{"build_id": "b1", "created_by": null, "auto_created": null, "status": null,
            "created_at": null, "code_repo_path": null}"#;
        let build: Build = serde_json::from_str(text).unwrap();
        assert_eq!(
            build,
            Build {
                build_id: "b1".to_owned(),
                ..Build::default()
            }
        );
    }

    #[test]
    fn a_build_of_the_latest_commit_is_requested_without_a_commit() {
        let request = TriggerBuild {
            namespace: "team".to_owned(),
            repo_name: "app".to_owned(),
            tag: "latest".to_owned(),
            code_commit_id: None,
        };
        let value = serde_json::to_value(&request).unwrap();
        assert!(value.get("code_commit_id").is_none());
    }
}
