//! The webhook of a repository: an optional call, which the reference does not name. It says where the source's host
//! is to send its pushes, and what came of the last ones.

use crate::Timestamp;
use crate::lenient::or_default;
use crate::repository::SourceKind;
use crate::text_enum::text_enum;
use crate::time::lenient;
use serde::{Deserialize, Serialize};

text_enum! {
    /// Who told of a push.
    PushVia {
        /// A webhook of GitHub, or of a host that speaks like it.
        GitHub = "GitHub",
        /// A webhook of Gitee.
        Gitee = "Gitee",
        /// A webhook of Bitbucket.
        Bitbucket = "Bitbucket",
        /// A webhook of GitLab.
        GitLab = "GitLab",
        /// A hook of git itself, such as `post-receive`.
        Git = "git",
        /// Nobody: the server found it when it asked the source.
        Poll = "poll",
    }
}

text_enum! {
    /// The outcome of a delivery as a whole.
    DeliveryState {
        /// It is being looked at.
        Pending = "pending",
        /// It was looked at: its refs say more.
        Done = "done",
        /// The host tried whether the webhook works. It does.
        Ping = "ping",
        /// It tells of something else than a push. `reason` is the event.
        NotAPush = "not_a_push",
        /// Its signature or its secret is wrong.
        WrongSecret = "wrong_secret",
        /// It can't be read.
        Unreadable = "unreadable",
        /// The source could not be read. `reason` says why.
        Failed = "failed",
    }
}

text_enum! {
    /// The outcome of a push for one tag config.
    PushResult {
        /// A build was started.
        Started = "started",
        /// The commit's message says that it is not to be built.
        Skipped = "skipped",
        /// The commit was known before: there is nothing new to build.
        Known = "known",
        /// The tag config is not built on pushes.
        Inactive = "inactive",
        /// As many builds wait as may. The source is asked again later.
        QueueFull = "queue_full",
        /// The image tag is the version tag of an earlier build.
        VersionTag = "version_tag",
        /// The source has no such branch or tag any more.
        Missing = "missing",
        /// The tag config was changed or removed meanwhile.
        Changed = "changed",
    }
}

/// The answer of the optional call `GET /v1/repositories/{namespace}/{repo_name}/webhook`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Webhook {
    /// The address that the host of the source is to call: with the code in it, and therefore a secret.
    #[serde(default, deserialize_with = "or_default")]
    pub url: String,
    /// The code: what the host is to sign with, or to send along.
    #[serde(default, deserialize_with = "or_default")]
    pub code: String,
    /// True while the webhook tells of pushes, so that the source is asked less often.
    #[serde(default, deserialize_with = "or_default")]
    pub is_delivering: bool,
    /// The last deliveries, the newest first.
    #[serde(default, deserialize_with = "or_default")]
    pub deliveries: Vec<Delivery>,
}

/// One delivery, or one look at the source that found something new.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Delivery {
    /// A number that grows.
    #[serde(default, deserialize_with = "or_default")]
    pub id: i64,
    /// When it came.
    #[serde(default, deserialize_with = "lenient")]
    pub received_at: Option<Timestamp>,
    /// Who sent it.
    #[serde(default, deserialize_with = "or_default")]
    pub via: PushVia,
    /// What came of it.
    #[serde(default, deserialize_with = "or_default")]
    pub state: DeliveryState,
    /// More about `state`, as a text of the host or of git.
    #[serde(default, deserialize_with = "or_default")]
    pub reason: String,
    /// The branches and tags that were pushed. Empty where the sender names none: all are looked at then.
    #[serde(default, deserialize_with = "or_default")]
    pub refs: Vec<PushedRef>,
    /// How many more there were than `refs` has.
    #[serde(default, deserialize_with = "or_default")]
    pub more_refs: u64,
}

/// A branch or tag that was pushed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PushedRef {
    /// Branch or tag.
    #[serde(default, deserialize_with = "or_default")]
    pub code_repo_type: SourceKind,
    /// Its name.
    #[serde(default, deserialize_with = "or_default")]
    pub code_repo_type_value: String,
    /// The commit that it leads to now, in hex; for an annotated tag as the host tells it, that of the tag itself. `None`
    /// if it was removed, or the sender does not say.
    #[serde(default)]
    pub commit: Option<String>,
    /// True if it was removed.
    #[serde(default, deserialize_with = "or_default")]
    pub is_removed: bool,
    /// What came of it for each tag config that builds it. Empty: none does.
    #[serde(default, deserialize_with = "or_default")]
    pub results: Vec<TagResult>,
}

/// The outcome of a push for one tag config.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TagResult {
    /// The image tag.
    #[serde(default, deserialize_with = "or_default")]
    pub docker_repo_tag: String,
    /// What came of it.
    #[serde(default, deserialize_with = "or_default")]
    pub result: PushResult,
    /// The build that was started, now or when the commit was found before.
    #[serde(default)]
    pub build_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_with_words_of_a_later_version_is_read_and_kept() {
        let text = r#"{"url": "https://a.example/v1/hooks/1-a", "deliveries": [{"id": 3, "via": "Forge",
            "state": "later", "refs": [{"code_repo_type": "branch", "code_repo_type_value": "main",
            "results": [{"docker_repo_tag": "latest", "result": "queued"}]}]}]}"#;
        let webhook: Webhook = serde_json::from_str(text).expect("decodes");
        let delivery = &webhook.deliveries[0];
        assert_eq!(delivery.via.as_str(), "Forge");
        assert_eq!(delivery.state, DeliveryState::Other("later".to_owned()));
        let result = &delivery.refs[0].results[0];
        assert_eq!(result.result.as_str(), "queued");
        assert_eq!(result.build_id, None);
    }
}
