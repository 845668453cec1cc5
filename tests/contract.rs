//! Tests the wire types against the reference's own examples (`tests/samples`): decodes and encodes each
//! one, and compares all fields.

use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use slipway_api::*;

fn round_trip<T: Serialize + DeserializeOwned>(sample: &str) -> (Value, Value) {
    let value: T = serde_json::from_str(sample).expect("the sample decodes");
    let encoded = serde_json::to_value(&value).expect("the value encodes");
    (serde_json::from_str(sample).expect("JSON"), encoded)
}

/// A request must be the same after decoding and encoding.
fn request<T: Serialize + DeserializeOwned>(sample: &str) {
    let (sample, encoded) = round_trip::<T>(sample);
    assert_eq!(encoded, sample);
}

/// An answer must keep every field of the sample. More are allowed.
fn answer<T: Serialize + DeserializeOwned>(sample: &str) {
    let (sample, encoded) = round_trip::<T>(sample);
    assert_contains(&encoded, &sample, "");
}

fn assert_contains(encoded: &Value, sample: &Value, path: &str) {
    match (encoded, sample) {
        (Value::Object(encoded), Value::Object(sample)) => {
            for (key, value) in sample {
                let path = format!("{path}.{key}");
                let found = encoded.get(key).unwrap_or_else(|| panic!("{path} is lost"));
                assert_contains(found, value, &path);
            }
        }
        (Value::Array(encoded), Value::Array(sample)) => {
            assert_eq!(encoded.len(), sample.len(), "rows of {path}");
            for (index, (encoded, sample)) in encoded.iter().zip(sample).enumerate() {
                assert_contains(encoded, sample, &format!("{path}[{index}]"));
            }
        }
        _ => assert_eq!(encoded, sample, "{path}"),
    }
}

#[test]
fn create_repository() {
    request::<CreateRepository>(include_str!("samples/create-repository.request.json"));
    request::<NewBuildConfig>(include_str!("samples/simple-build-config.request.json"));
    answer::<Repository>(include_str!("samples/repository.response.json"));
}

#[test]
fn update_build_config() {
    request::<UpdateBuildConfig>(include_str!("samples/update-build-config.request.json"));
}

#[test]
fn trigger_build() {
    request::<TriggerBuild>(include_str!("samples/trigger-build.request.json"));
    answer::<Build>(include_str!("samples/trigger-build.response.json"));
}

#[test]
fn builds() {
    answer::<Page<Build>>(include_str!("samples/builds-page.response.json"));
    answer::<Build>(include_str!("samples/build.response.json"));
}

#[test]
fn logs() {
    answer::<Vec<LogEntry>>(include_str!("samples/logs.response.json"));
}

#[test]
fn what_the_reference_does_not_name_is_kept() {
    let build: Build = serde_json::from_str(
        r#"{"build_id": "b", "status": "Q", "code_repo_client": "Forge", "build_node": "eu",
            "code_repo_type": "change", "started_at": "soon", "unheard_of": {"of": [1]}}"#,
    )
    .expect("decodes");
    assert_eq!(build.status, Status::Other("Q".into()));
    assert_eq!(build.code_repo_client.as_str(), "Forge");
    assert_eq!(build.build_node.as_deref(), Some("eu"));
    assert_eq!(build.code_repo_type.as_str(), "change");
    assert_eq!(build.started_at, None);
    assert!(!build.is_finished());
    let entry: LogEntry =
        serde_json::from_str(r#"{"message": null, "level": "NOTICE", "time": 7.9}"#)
            .expect("decodes");
    let odd = r#"[{"message": 7, "level": 5, "time": "soon"}, {"level": null}]"#;
    let odd: Vec<LogEntry> = serde_json::from_str(odd).expect("an odd entry hides no other");
    assert_eq!(
        (odd[0].message.as_str(), odd[0].level.as_deref()),
        ("7", Some("5"))
    );
    assert_eq!(
        (entry.level.as_deref(), entry.time),
        (Some("NOTICE"), Some(7))
    );
}

#[test]
fn a_build_needs_no_field_but_its_id() {
    let build: Build = serde_json::from_str(r#"{"build_id": "b"}"#).expect("decodes");
    assert_eq!(build.status.as_str(), "");
    let nulls = include_str!("samples/build.response.json");
    let Value::Object(mut object) = serde_json::from_str(nulls).expect("JSON") else {
        panic!("the sample is an object");
    };
    for (key, value) in &mut object {
        if key != "build_id" {
            *value = Value::Null;
        }
    }
    serde_json::from_value::<Build>(object.into()).expect("null is the same as missing");
}

#[test]
fn a_row_that_cannot_be_read_is_counted_and_hides_no_other() {
    let page: Page<Build> = serde_json::from_str(
        r#"{"count": 3, "results": [{"build_id": "a"}, {"id": 1}, {"build_id": "c"}]}"#,
    )
    .expect("decodes");
    assert_eq!((page.results.read.len(), page.results.unread), (2, 1));
    assert_eq!(page.pages(), 1);
}

#[test]
fn a_source_cannot_be_both_hosted_and_simple() {
    let missing =
        r#"{"code_repo_client": "GitHub", "code_repo_clone_url": "x", "tag_configs": []}"#;
    assert!(serde_json::from_str::<NewBuildConfig>(missing).is_err());
}

/// JSON of any shape, with the API's own keys among the keys.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(Value::from("2015-09-02T08:17:42.581Z")),
        Just(Value::from("+262143-12-31T23:59:60.999-23:59")),
    ];
    let key = prop_oneof![
        Just("build_id".to_owned()),
        Just("created_at".to_owned()),
        Just("status".to_owned()),
        Just("results".to_owned()),
        Just("count".to_owned()),
        Just("namespace".to_owned()),
        Just("repo_name".to_owned()),
        Just("build_config".to_owned()),
        Just("tag_configs".to_owned()),
        Just("docker_repo_tag".to_owned()),
        Just("version_tagging".to_owned()),
        Just("message".to_owned()),
        Just("time".to_owned()),
        ".{0,8}",
    ];
    leaf.prop_recursive(5, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn decode_as_everything(text: &str) {
    let _ = serde_json::from_str::<Repository>(text);
    let _ = serde_json::from_str::<CreateRepository>(text);
    let _ = serde_json::from_str::<NewBuildConfig>(text);
    let _ = serde_json::from_str::<UpdateBuildConfig>(text);
    let _ = serde_json::from_str::<TriggerBuild>(text);
    let _ = serde_json::from_str::<Build>(text);
    let _ = serde_json::from_str::<Page<Build>>(text);
    let _ = serde_json::from_str::<Page<Repository>>(text);
    let _ = serde_json::from_str::<Vec<LogEntry>>(text);
}

proptest! {
    #[test]
    fn no_json_makes_decoding_panic(value in any_json()) {
        decode_as_everything(&value.to_string());
    }

    #[test]
    fn a_sample_with_any_value_in_any_field_does_not_either(
        sample in prop::sample::select(vec![
            include_str!("samples/build.response.json"),
            include_str!("samples/repository.response.json"),
            include_str!("samples/create-repository.request.json"),
        ]),
        key in any::<prop::sample::Index>(),
        value in any_json(),
    ) {
        let mut object: Value = serde_json::from_str(sample).expect("JSON");
        if let Some(fields) = object.as_object_mut() {
            let at = key.index(fields.len());
            if let Some(field) = fields.values_mut().nth(at) {
                *field = value;
            }
        }
        decode_as_everything(&object.to_string());
    }
}
