//! Stories of values that the API leaves out, which leave no empty place: each optional field missing, null or blank.

use crate::support::fixtures::{
    BUILDS, REPOSITORIES, REPOSITORY, build, builds_page, repository, serve_build, tag_config,
};
use crate::support::{Api, Browser, Outcome, Reply, assert_soon, story};
use serde_json::{Value, json};

/// The fields of a build that may be missing, one or several at a time.
const FIELDS: [&[&str]; 10] = [
    &["code_repo_type_value"],
    &["code_head_commit"],
    &["code_repo_type_value", "code_head_commit"],
    &["code_repo_path", "code_repo_client"],
    &["created_by"],
    &["created_at", "created_by"],
    &["created_at", "started_at", "ended_at"],
    &["dockerfile_location", "code_repo_type"],
    &["docker_repo_tag"],
    &[
        "code_repo_type_value",
        "code_head_commit",
        "code_repo_path",
        "code_repo_client",
        "code_repo_type",
        "created_by",
        "created_at",
        "started_at",
        "ended_at",
        "dockerfile_location",
        "docker_repo_tag",
        "docker_repo_version_tag",
    ],
];

/// A build without these fields: missing, null, empty or blank.
fn without(fields: &[&str], how: usize) -> Value {
    let mut build = build("b1", "latest", "S", json!({}));
    let is_text = |field: &str| !field.ends_with("_at") && field != "code_head_commit";
    for field in fields {
        let object = build.as_object_mut().expect("an object");
        match how {
            0 => {
                object.remove(*field);
            }
            2 if is_text(field) => build[*field] = json!(""),
            3 if field.contains("type_value") || *field == "created_by" => {
                build[*field] = json!(" ")
            }
            _ => build[*field] = Value::Null,
        }
    }
    build
}

/// Places for a fact that have no text: an icon alone says nothing.
const EMPTY_PLACES: &str = "const has = (e) => e.innerText.trim() || e.querySelector('[aria-label], button, input, progress');
    const all = document.querySelectorAll('main :is(dd, li, [role=cell]), dialog :is(dd, li)');
    return [...all].filter((e) => e.checkVisibility() && !has(e)).map((e) => e.outerHTML.slice(0, 200).toWellFormed());";

async fn nothing_is_empty(browser: &Browser, state: &str) {
    let empty = browser.script(EMPTY_PLACES).await;
    assert_eq!(empty, json!([]), "{state}");
}

#[tokio::test]
async fn a_build_without_a_field_has_no_empty_fact() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            for fields in FIELDS {
                for how in 0..4 {
                    let build = without(fields, how);
                    let state = format!("{fields:?}, {how}");
                    api.on("GET", BUILDS, builds_page(vec![build.clone()], 1, false));
                    serve_build(api, &build);
                    browser.open(&format!("{}/builds", api.address)).await;
                    browser.has_rows(1).await;
                    nothing_is_empty(browser, &format!("the table, {state}")).await;
                    browser.open(&format!("{}/builds/b1", api.address)).await;
                    browser.see("Succeeded").await;
                    browser.press("button", "Details").await;
                    browser.find("dialog", "Details").await;
                    nothing_is_empty(browser, &format!("the page, {state}")).await;
                    let shown = browser.text().await;
                    let has_branch = shown.contains("Branch or tag");
                    assert_eq!(
                        has_branch,
                        !fields.contains(&"code_repo_type_value"),
                        "{state}"
                    );
                }
            }
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_repository_without_a_field_has_no_empty_fact() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            api.on("GET", BUILDS, builds_page(Vec::new(), 0, false));
            for blank in [Value::Null, json!("")] {
                let mut config = tag_config(1, "latest");
                for field in ["code_repo_type_value", "dockerfile_location"] {
                    config[field] = blank.clone();
                }
                let mut found = repository("app", json!([config]));
                for field in ["description", "full_description", "created_by"] {
                    found[field] = blank.clone();
                }
                for field in ["created_at", "updated_at", "pulled_at", "pushed_at"] {
                    found[field] = Value::Null;
                }
                let config = &mut found["build_config"];
                for field in [
                    "code_repo_path",
                    "code_repo_client",
                    "code_repo_clone_url",
                    "code_repo_public_key",
                    "code_repo_webhook_code",
                    "build_node",
                ] {
                    config[field] = blank.clone();
                }
                api.on("GET", REPOSITORY, Reply::Json(200, found.clone()));
                let page = json!({ "count": 1, "next": null, "previous": null, "results": [found] });
                api.on("GET", REPOSITORIES, Reply::Json(200, page));
                browser.open(&format!("{}/repositories/team/app", api.address)).await;
                browser.see("About").await;
                nothing_is_empty(browser, &format!("the repository, {blank}")).await;
                let empty = "return [...document.querySelectorAll('main :is(p, h2, code)')].filter((e) => e.checkVisibility() && !e.innerText.trim()).length;";
                assert_soon!(browser.script(empty).await, 0);
            }
            Ok(())
        })
        .await
}
