//! The answers that the first view reads, read field by field: what serde makes for a struct of 31 fields weighs 10 kB, and
//! this 2 kB. All other answers are read by serde.

use crate::api::page::PageRows;
use crate::api::{Build, Page, Timestamp};
use crate::platform::json::{Fields, Json, Unreadable};

/// Reads a page of a list. Each row is read alone: one that can't be read is counted, and does not hide the others.
///
/// # Errors
/// [`Unreadable`] if it is no page.
pub(crate) fn page_of<T>(
    json: &Json,
    read_row: impl Fn(&Json) -> Result<T, Unreadable>,
) -> Result<Page<T>, Unreadable> {
    let mut fields = Fields::of(json);
    let count = fields.required("count", Fields::size);
    let next = fields.text("next");
    let previous = fields.text("previous");
    let rows = fields.required("results", Fields::list);
    let read: Vec<T> = rows.iter().filter_map(|row| read_row(row).ok()).collect();
    fields.end(Page {
        count,
        next,
        previous,
        results: PageRows {
            unread: rows.len() - read.len(),
            read,
        },
    })
}

/// Reads a build as serde reads it, and tells a canceled one from a failed one.
///
/// # Errors
/// [`Unreadable`] if it has no id, or a field of another form. A time that is none is left out.
pub(crate) fn build_of(json: &Json) -> Result<Build, Unreadable> {
    let mut fields = Fields::of(json);
    let f = &mut fields;
    let build = Build {
        build_id: f.required("build_id", Fields::text),
        created_at: time(f, "created_at"),
        started_at: time(f, "started_at"),
        ended_at: time(f, "ended_at"),
        code_head_commit: f.text("code_head_commit"),
        code_repo_client: f.text_or_empty("code_repo_client").as_str().into(),
        code_repo_path: f.text_or_empty("code_repo_path").into(),
        code_repo_type: f.text_or_empty("code_repo_type").as_str().into(),
        code_repo_type_value: f.text_or_empty("code_repo_type_value"),
        created_by: f.text_or_empty("created_by"),
        detail: f.text("detail"),
        image_id: f.text("image_id"),
        docker_repo_path: f.text_or_empty("docker_repo_path"),
        docker_repo_tag: f.text_or_empty("docker_repo_tag"),
        docker_repo_version_tag: f.text("docker_repo_version_tag"),
        dockerfile_location: f.text_or_empty("dockerfile_location"),
        status: f.text_or_empty("status").as_str().into(),
        auto_created: f.flag("auto_created").unwrap_or_default(),
        step_at: f.whole("step_at"),
        build_node: f.text("build_node"),
        builder: f.text("builder"),
        build_context_path: f.text("build_context_path"),
        code_repo_http_url: f.text("code_repo_http_url").map(Into::into),
        code_commit_http_url: f.text("code_commit_http_url").map(Into::into),
        code_repo_branch_url: f.text("code_repo_branch_url").map(Into::into),
        is_removable: f.flag("is_removable"),
        image_digest: f.text("image_digest"),
        image_size: f.size("image_size"),
        pushed_at: time(f, "pushed_at"),
    };
    fields.end(build.with_cancellation())
}

/// A time, if it is one.
fn time(fields: &Fields<'_>, name: &str) -> Option<Timestamp> {
    Timestamp::read(&fields.any_text(name)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    const SAMPLE: &str = include_str!("../../tests/samples/build.response.json");
    const PAGE: &str = include_str!("../../tests/samples/builds-page.response.json");

    /// The names of all fields.
    fn names() -> Vec<String> {
        let full = Build {
            detail: Some(String::new()),
            step_at: Some(1),
            build_node: Some(String::new()),
            builder: Some(String::new()),
            build_context_path: Some(String::new()),
            is_removable: Some(true),
            image_digest: Some(String::new()),
            image_size: Some(1),
            pushed_at: Timestamp::from_millis(0),
            ..Build::default()
        };
        let Ok(Value::Object(members)) = serde_json::to_value(full) else {
            panic!("an object");
        };
        members.keys().cloned().collect()
    }

    #[test]
    fn the_samples_read_as_serde_reads_them() {
        let build = build_of(&Json::parse(SAMPLE).unwrap()).unwrap();
        let theirs: Build = serde_json::from_str(SAMPLE).unwrap();
        assert_eq!(build, theirs.with_cancellation());
        let page = page_of(&Json::parse(PAGE).unwrap(), build_of).unwrap();
        assert_eq!(page, serde_json::from_str(PAGE).unwrap());
        assert!(!page.results.read.is_empty());
    }

    #[test]
    fn what_is_no_page_says_why() {
        let problem = |value: Value| {
            let json = Json::parse(&value.to_string()).unwrap();
            page_of(&json, build_of).unwrap_err().to_string()
        };
        assert_eq!(problem(json!([])), "count: missing");
        assert_eq!(
            problem(json!({"count": -1, "results": []})),
            "count: unexpected"
        );
        assert_eq!(problem(json!({"count": 1})), "results: missing");
        assert_eq!(
            problem(json!({"count": 1, "results": {}})),
            "results: unexpected"
        );
    }

    fn any_value() -> impl Strategy<Value = Value> {
        prop_oneof![
            4 => ".{0,6}".prop_map(Into::into),
            2 => Just("2015-09-02T08:17:42.581Z".into()),
            2 => any::<bool>().prop_map(Into::into),
            2 => (-(1i64 << 53)..1 << 53).prop_map(Into::into),
            1 => Just(1.5.into()),
            1 => Just(Value::Null),
            1 => Just(json!(["S"])),
            1 => Just(json!({"a": 1})),
        ]
    }

    proptest! {
        #[test]
        fn any_build_reads_as_serde_reads_it(
            values in prop::collection::vec(any_value(), 31),
            chosen in prop::collection::vec(0..8u8, 31),
            only_text in any::<bool>(),
        ) {
            let mut members = Map::new();
            for ((name, value), chosen) in names().into_iter().zip(values).zip(chosen) {
                // Most builds would have a field of a wrong kind otherwise.
                let value = match (chosen, only_text) {
                    (0, false) => value,
                    (1, _) => continue,
                    (2, _) => Value::Null,
                    _ => match name.as_str() {
                        "auto_created" | "is_removable" => true.into(),
                        "step_at" | "image_size" => 7.into(),
                        _ => name.clone().into(),
                    },
                };
                members.insert(name, value);
            }
            let value = Value::Object(members);
            let theirs = serde_json::from_value::<Build>(value.clone()).ok().map(Build::with_cancellation);
            let ours = build_of(&Json::parse(&value.to_string()).unwrap()).ok();
            prop_assert_eq!(ours, theirs);
        }
    }
}
