//! The bodies of deliveries: GitHub, Gitee, Bitbucket, hosts that speak like them, and git's own `post-receive`. A body is
//! a hint of where to look. What is built is always read from the source itself.

use crate::hooks::pushed_refs::{Told, told_ref};
use axum::http::HeaderMap;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use slipway_api::PushVia;

/// The longest name of an event that is kept, in characters.
const MAX_EVENT_CHARS: usize = 60;

/// The content of a delivery.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Payload {
    /// Branches and tags were pushed. Without any: something was pushed, and the sender does not say what.
    Push(Vec<Told>),
    /// The host tries whether the webhook works.
    Ping,
    /// Something else happened: the name of the event.
    Other(String),
    /// It can't be read.
    Unreadable,
}

/// The body of a push of GitHub, Gitee, GitLab and Gitea.
#[derive(Deserialize)]
struct HostPush {
    #[serde(rename = "ref")]
    name: String,
    after: Option<String>,
    deleted: Option<bool>,
    head_commit: Option<Commit>,
    commits: Option<Vec<Commit>>,
}

#[derive(Deserialize)]
struct Commit {
    id: Option<String>,
    message: Option<String>,
}

/// The body of a push of Bitbucket Cloud.
#[derive(Deserialize)]
struct CloudPush {
    push: CloudChanges,
}

#[derive(Deserialize)]
struct CloudChanges {
    changes: Vec<CloudChange>,
}

#[derive(Deserialize)]
struct CloudChange {
    old: Option<CloudRef>,
    new: Option<CloudRef>,
}

#[derive(Deserialize)]
struct CloudRef {
    #[serde(rename = "type")]
    kind: String,
    name: String,
    target: Option<CloudTarget>,
}

#[derive(Deserialize)]
struct CloudTarget {
    hash: Option<String>,
    message: Option<String>,
}

/// The body of a push of Bitbucket Data Center.
#[derive(Deserialize)]
struct DataCenterPush {
    changes: Vec<DataCenterChange>,
}

#[derive(Deserialize)]
struct DataCenterChange {
    #[serde(rename = "ref")]
    name: DataCenterRef,
    #[serde(rename = "toHash")]
    to: Option<String>,
}

#[derive(Deserialize)]
struct DataCenterRef {
    id: String,
}

/// Reads a delivery. Never fails: what can't be read is [`Payload::Unreadable`].
pub(crate) fn read(headers: &HeaderMap, body: &[u8]) -> (PushVia, Payload) {
    let event = |name: &str| Some(headers.get(name)?.to_str().unwrap_or("?"));
    if let Some(event) = event("x-gitee-event") {
        return (PushVia::Gitee, of_gitee(event, body));
    }
    if let Some(event) = event("x-gitlab-event") {
        return (PushVia::GitLab, of_gitee(event, body));
    }
    if let Some(event) = event("x-event-key") {
        return (PushVia::Bitbucket, of_bitbucket(event, body));
    }
    if let Some(event) = event("x-github-event") {
        return (PushVia::GitHub, of_github(event, headers, body));
    }
    (PushVia::Git, of_git(body))
}

fn of_github(event: &str, headers: &HeaderMap, body: &[u8]) -> Payload {
    match event {
        "ping" => Payload::Ping,
        "push" => host_push(&unwrapped(headers, body)),
        other => other_event(other),
    }
}

/// Gitee names its events as GitLab does.
fn of_gitee(event: &str, body: &[u8]) -> Payload {
    match event {
        "Push Hook" | "Tag Push Hook" => host_push(body),
        other => other_event(other),
    }
}

fn of_bitbucket(event: &str, body: &[u8]) -> Payload {
    match event {
        "diagnostics:ping" => Payload::Ping,
        "repo:push" => cloud_push(body),
        "repo:refs_changed" => data_center_push(body),
        other => other_event(other),
    }
}

fn other_event(name: &str) -> Payload {
    let shown = name.chars().filter(|char| !char.is_control());
    Payload::Other(shown.take(MAX_EVENT_CHARS).collect())
}

/// The JSON of a delivery of GitHub, which can come as the field of a form.
fn unwrapped(headers: &HeaderMap, body: &[u8]) -> Vec<u8> {
    let kind = headers.get("content-type").map(|kind| kind.as_bytes());
    let is_form = kind.is_some_and(|kind| kind.starts_with(b"application/x-www-form-urlencoded"));
    let field = std::str::from_utf8(body)
        .ok()
        .filter(|_| is_form)
        .and_then(|text| {
            text.split('&')
                .find_map(|field| field.strip_prefix("payload="))
        });
    match field {
        Some(field) => percent_decode_str(&field.replace('+', " ")).collect(),
        None => body.to_vec(),
    }
}

fn host_push(body: &[u8]) -> Payload {
    let Ok(push) = serde_json::from_slice::<HostPush>(body) else {
        return Payload::Unreadable;
    };
    let after = match push.deleted {
        Some(true) => None,
        _ => push.after.as_deref(),
    };
    let commits = push.head_commit.iter().chain(push.commits.iter().flatten());
    let message = commits
        .filter(|commit| commit.id.is_some() && commit.id.as_deref() == after)
        .find_map(|commit| commit.message.clone());
    Payload::Push(Vec::from_iter(told_ref(&push.name, after, message)))
}

fn cloud_push(body: &[u8]) -> Payload {
    let Ok(push) = serde_json::from_slice::<CloudPush>(body) else {
        return Payload::Unreadable;
    };
    let told = push.push.changes.into_iter().filter_map(|change| {
        let is_removed = change.new.is_none();
        let of = change.new.or(change.old)?;
        let folder = match of.kind.as_str() {
            "branch" | "named_branch" => "heads",
            "tag" | "annotated_tag" => "tags",
            _ => return None,
        };
        let name = format!("refs/{folder}/{}", of.name);
        let target = of.target.filter(|_| !is_removed);
        let commit = target.as_ref().and_then(|target| target.hash.clone());
        told_ref(
            &name,
            commit.as_deref(),
            target.and_then(|target| target.message),
        )
    });
    Payload::Push(told.collect())
}

fn data_center_push(body: &[u8]) -> Payload {
    let Ok(push) = serde_json::from_slice::<DataCenterPush>(body) else {
        return Payload::Unreadable;
    };
    let told = push.changes.into_iter();
    let told = told.filter_map(|change| told_ref(&change.name.id, change.to.as_deref(), None));
    Payload::Push(told.collect())
}

/// Reads what `post-receive` gets: the old id, the new id and the name of each ref, in a line each. Without a body,
/// something was pushed.
fn of_git(body: &[u8]) -> Payload {
    let text = String::from_utf8_lossy(body);
    if text.trim_start().starts_with('{') {
        return host_push(body);
    }
    let mut told = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let mut words = line.splitn(3, ' ');
        let (Some(old), Some(new), Some(name)) = (words.next(), words.next(), words.next()) else {
            return Payload::Unreadable;
        };
        if !is_id(old) || !is_id(new) {
            return Payload::Unreadable;
        }
        told.extend(told_ref(name.trim_end(), Some(new), None));
    }
    match told.is_empty() && !text.trim().is_empty() {
        // Notes, for example.
        true => Payload::Other("push".to_owned()),
        false => Payload::Push(told),
    }
}

/// Returns true for the full id of a commit, by SHA-1 or SHA-256.
fn is_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};
    use serde_json::json;
    use slipway_api::SourceKind;

    const COMMIT: &str = "119d9dc6f33992b6c4f8ddf068e347d426ddf22c";
    const ZERO: &str = "0000000000000000000000000000000000000000";

    fn delivery(given: &[(&str, &str)], body: &str) -> (PushVia, Payload) {
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            headers.insert(
                HeaderName::try_from(*name).unwrap(),
                HeaderValue::from_str(value).unwrap(),
            );
        }
        read(&headers, body.as_bytes())
    }

    fn told(kind: SourceKind, name: &str, commit: Option<&str>, message: Option<&str>) -> Told {
        Told {
            kind,
            name: name.to_owned(),
            commit: commit.map(str::to_owned),
            is_removed: commit.is_none(),
            message: message.map(str::to_owned),
        }
    }

    #[test]
    fn pushes_of_github_gitee_and_hosts_like_them_are_read() {
        let push = json!({
            "ref": "refs/heads/feature/a", "before": ZERO, "after": COMMIT, "deleted": false,
            "head_commit": {"id": COMMIT, "message": "One\n\n[skip ci]"},
            "commits": [{"id": "x", "message": "other"}], "repository": {"id": 1},
        });
        let expected = told(
            SourceKind::Branch,
            "feature/a",
            Some(COMMIT),
            Some("One\n\n[skip ci]"),
        );
        for (header, event, via) in [
            ("x-github-event", "push", PushVia::GitHub),
            ("x-gitee-event", "Push Hook", PushVia::Gitee),
            ("x-gitlab-event", "Push Hook", PushVia::GitLab),
        ] {
            let read = delivery(&[(header, event)], &push.to_string());
            assert_eq!(read, (via, Payload::Push(vec![expected.clone()])));
        }
        let form = format!(
            "a=b&payload={}",
            slipway_api::url::encode(&push.to_string())
        );
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let read = delivery(&[("x-github-event", "push"), kind], &form);
        assert_eq!(read.1, Payload::Push(vec![expected]));
        // GitLab has no `head_commit`, and `after` is zero when a branch is removed.
        let tag = json!({"ref": "refs/tags/v1", "after": COMMIT, "head_commit": null, "commits": [
            {"id": COMMIT, "message": "v1"}]});
        let read = delivery(&[("x-gitlab-event", "Tag Push Hook")], &tag.to_string());
        let expected = told(SourceKind::Tag, "v1", Some(COMMIT), Some("v1"));
        assert_eq!(read.1, Payload::Push(vec![expected]));
        for removed in [
            json!({"ref": "refs/heads/a", "after": ZERO}),
            json!({"ref": "refs/heads/a", "after": COMMIT, "deleted": true}),
        ] {
            let read = delivery(&[("x-github-event", "push")], &removed.to_string());
            let expected = told(SourceKind::Branch, "a", None, None);
            assert_eq!(read.1, Payload::Push(vec![expected]));
        }
    }

    #[test]
    fn pushes_of_bitbucket_are_read() {
        let target = json!({"hash": COMMIT, "message": "One"});
        let cloud = json!({"push": {"changes": [
            {"old": null, "new": {"type": "branch", "name": "main", "target": target}},
            {"old": {"type": "tag", "name": "v1", "target": target}, "new": null},
            {"old": null, "new": {"type": "bookmark", "name": "x", "target": target}},
        ]}});
        let expected = vec![
            told(SourceKind::Branch, "main", Some(COMMIT), Some("One")),
            told(SourceKind::Tag, "v1", None, None),
        ];
        let read = delivery(&[("x-event-key", "repo:push")], &cloud.to_string());
        assert_eq!(read, (PushVia::Bitbucket, Payload::Push(expected)));
        let data_center = json!({"changes": [
            {"ref": {"id": "refs/heads/main"}, "type": "UPDATE", "toHash": COMMIT},
            {"ref": {"id": "refs/tags/v1"}, "type": "DELETE", "toHash": ZERO},
        ]});
        let expected = vec![
            told(SourceKind::Branch, "main", Some(COMMIT), None),
            told(SourceKind::Tag, "v1", None, None),
        ];
        let read = delivery(
            &[("x-event-key", "repo:refs_changed")],
            &data_center.to_string(),
        );
        assert_eq!(read.1, Payload::Push(expected));
    }

    #[test]
    fn lines_of_post_receive_are_read() {
        let lines = format!(
            "{ZERO} {COMMIT} refs/heads/main\n{COMMIT} {ZERO} refs/tags/v1\n{ZERO} {COMMIT} refs/notes/a\n"
        );
        let expected = vec![
            told(SourceKind::Branch, "main", Some(COMMIT), None),
            told(SourceKind::Tag, "v1", None, None),
        ];
        let form = ("content-type", "application/x-www-form-urlencoded");
        assert_eq!(
            delivery(&[form], &lines),
            (PushVia::Git, Payload::Push(expected))
        );
        assert_eq!(delivery(&[], ""), (PushVia::Git, Payload::Push(Vec::new())));
        let notes = format!("{ZERO} {COMMIT} refs/notes/a\n");
        assert_eq!(delivery(&[], &notes).1, Payload::Other("push".to_owned()));
    }

    #[test]
    fn what_is_no_push_is_named_or_unreadable() {
        let of = |name: &str, event: &str| delivery(&[(name, event)], "{}").1;
        assert_eq!(of("x-github-event", "ping"), Payload::Ping);
        assert_eq!(of("x-event-key", "diagnostics:ping"), Payload::Ping);
        let issues = Payload::Other("issues".to_owned());
        assert_eq!(of("x-github-event", "issues"), issues);
        assert_eq!(of("x-github-event", "push"), Payload::Unreadable);
        assert_eq!(of("x-event-key", "repo:push"), Payload::Unreadable);
        let deep = "[".repeat(100_000);
        for body in ["{", "a b c", "0 1 refs/heads/main", "\u{0}", &deep] {
            assert_eq!(delivery(&[], body).1, Payload::Unreadable, "{}", body.len());
        }
        let odd = json!({"ref": "refs/heads/--upload-pack=x", "after": COMMIT}).to_string();
        let read = delivery(&[("x-github-event", "push")], &odd);
        assert_eq!(read.1, Payload::Push(Vec::new()));
    }
}
