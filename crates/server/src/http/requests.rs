//! The bodies of calls 1, 3 and 6: from JSON to the wire's types, or all that is wrong with them.

use crate::http::validation::{Form, not_a_choice};
use crate::rules;
use crate::sources::clone_urls::Sources;
use serde_json::{Map, Value, json};
use slipway_api::{
    CodeClient, CodeSource, CreateRepository, NewBuildConfig, SourceKind, TagConfig, TriggerBuild,
    UpdateBuildConfig, VersionTagging,
};
use std::collections::HashSet;

/// What is wrong, by field.
type Problems = Map<String, Value>;

/// The most characters of a description, and of a full one.
const DESCRIPTION: usize = 200;
const FULL_DESCRIPTION: usize = 100_000;

/// The most tag configs of one repository.
const ROWS: usize = 1000;

/// The most characters of a build node.
const BUILD_NODE: usize = 64;

/// The body of call 1.
pub fn create_repository(value: &Value, sources: &Sources) -> Result<CreateRepository, Problems> {
    let mut form = Form::new(value)?;
    let repo_name = form.text("repo_name", rules::repo_name);
    let description = form.prose("description", DESCRIPTION);
    let full_description = form.prose("full_description", FULL_DESCRIPTION);
    let is_public = form.boolean("is_public", true);
    let build_config = form.required("build_config").and_then(|value| {
        new_build_config(value, sources)
            .map_err(|problems| form.nest("build_config", Value::Object(problems)))
            .ok()
    });
    match (repo_name, build_config) {
        (Some(repo_name), Some(build_config)) if !form.has_problems() => Ok(CreateRepository {
            repo_name,
            description,
            full_description,
            is_public,
            build_config,
        }),
        _ => Err(form.problems()),
    }
}

fn new_build_config(value: &Value, sources: &Sources) -> Result<NewBuildConfig, Problems> {
    let mut form = Form::new(value)?;
    let source = source(&mut form, sources);
    let build_node = build_node(&mut form);
    let email_enabled = form.boolean("email_enabled", false);
    let tag_configs = tag_configs(&mut form, None);
    match (source, tag_configs) {
        (Some(source), Some(tag_configs)) if !form.has_problems() => Ok(NewBuildConfig {
            source,
            build_node,
            email_enabled: Some(email_enabled),
            tag_configs,
        }),
        _ => Err(form.problems()),
    }
}

fn source(form: &mut Form, sources: &Sources) -> Option<CodeSource> {
    let known = CodeClient::KNOWN;
    let names: Vec<_> = known.iter().map(CodeClient::as_str).collect();
    let client = CodeClient::from(form.choice("code_repo_client", &names)?);
    if client == CodeClient::Simple {
        let clone_url = form.text("code_repo_clone_url", |_| Ok(()))?;
        return match sources.locate(&clone_url) {
            Ok(_) => Some(CodeSource::Simple { clone_url }),
            Err(message) => {
                form.say("code_repo_clone_url", message);
                None
            }
        };
    }
    let namespace = form.text("code_repo_namespace", rules::hosted_name);
    let name = form.text("code_repo_name", rules::hosted_name);
    Some(CodeSource::Hosted {
        client,
        namespace: namespace?,
        name: name?,
    })
}

fn build_node(form: &mut Form) -> Option<String> {
    let node = form.optional_text("build_node", rules::build_node)?;
    if node.chars().count() > BUILD_NODE {
        let message = format!("Ensure this field has no more than {BUILD_NODE} characters.");
        form.say("build_node", message);
    }
    Some(node)
}

/// What a row may refer to: the id of the build config, and the ids of its rows.
struct Existing<'a> {
    build_config: i64,
    rows: &'a HashSet<i64>,
}

/// The rows; `None` when one of them is wrong.
fn tag_configs(form: &mut Form, existing: Option<&Existing>) -> Option<Vec<TagConfig>> {
    let values = form.rows("tag_configs", ROWS)?;
    let mut rows = Vec::new();
    let mut problems = Vec::new();
    let (mut tags, mut ids) = (HashSet::new(), HashSet::new());
    for value in values {
        match tag_config(value, existing, &mut tags, &mut ids) {
            Ok(row) => {
                rows.push(row);
                problems.push(json!({}));
            }
            Err(problem) => problems.push(Value::Object(problem)),
        }
    }
    if rows.len() < values.len() {
        form.nest("tag_configs", Value::Array(problems));
        return None;
    }
    Some(rows)
}

fn tag_config<'a>(
    value: &'a Value,
    existing: Option<&Existing>,
    tags: &mut HashSet<&'a str>,
    ids: &mut HashSet<i64>,
) -> Result<TagConfig, Problems> {
    let mut form = Form::new(value)?;
    let docker_repo_tag = form.text("docker_repo_tag", rules::image_tag);
    if let Some(tag) = value.get("docker_repo_tag").and_then(Value::as_str)
        && !tags.insert(tag)
    {
        form.say("docker_repo_tag", "This tag is in another row too.");
    }
    let kinds = [SourceKind::Branch.as_str(), SourceKind::Tag.as_str()];
    let code_repo_type = form.choice("code_repo_type", &kinds).map(SourceKind::from);
    let code_repo_type_value = form.text("code_repo_type_value", rules::git_ref);
    let dockerfile_location = form.text("dockerfile_location", rules::source_path);
    let build_context_path = form.optional_text("build_context_path", rules::source_path);
    let is_active = form.boolean("is_active", false);
    let version_tagging = form.integer("version_tagging").map(VersionTagging::from);
    if let Some(VersionTagging::Other(number)) = version_tagging {
        form.say("version_tagging", not_a_choice(&json!(number)));
    }
    let id = form.integer("id");
    let config_id = form.integer("docker_build_config_id");
    if let Some(existing) = existing {
        if let Some(id) = id {
            if !existing.rows.contains(&id) {
                let message = format!("Invalid pk \"{id}\" - object does not exist.");
                form.say("id", message);
            } else if !ids.insert(id) {
                form.say("id", "This id is in another row too.");
            }
        }
        if config_id.is_some_and(|id| id != existing.build_config) {
            let message = "This row belongs to another build config.";
            form.say("docker_build_config_id", message);
        }
    }
    match (
        docker_repo_tag,
        code_repo_type,
        code_repo_type_value,
        dockerfile_location,
    ) {
        (Some(tag), Some(kind), Some(kind_value), Some(location)) if !form.has_problems() => {
            Ok(TagConfig {
                id: existing.and(id),
                docker_build_config_id: None,
                docker_repo_tag: tag,
                dockerfile_location: location,
                code_repo_type: kind,
                code_repo_type_value: kind_value,
                is_active,
                version_tagging: version_tagging.unwrap_or_default(),
                // Kept as `/` where it is missing, so that every answer has it.
                build_context_path: Some(build_context_path.unwrap_or_else(|| "/".to_owned())),
            })
        }
        _ => Err(form.problems()),
    }
}

/// The body of call 6, for the build config of that id with rows of these ids.
pub fn update_build_config(
    value: &Value,
    build_config: i64,
    rows: &HashSet<i64>,
) -> Result<UpdateBuildConfig, Problems> {
    let mut form = Form::new(value)?;
    let build_node = build_node(&mut form);
    let existing = Existing { build_config, rows };
    let tag_configs = tag_configs(&mut form, Some(&existing));
    match tag_configs {
        Some(tag_configs) if !form.has_problems() => Ok(UpdateBuildConfig {
            build_node,
            tag_configs,
        }),
        _ => Err(form.problems()),
    }
}

/// The body of call 3.
pub fn trigger_build(value: &Value) -> Result<TriggerBuild, Problems> {
    let mut form = Form::new(value)?;
    let namespace = form.text("namespace", rules::namespace);
    let repo_name = form.text("repo_name", rules::repo_name);
    let tag = form.text("tag", rules::image_tag);
    // An empty id is what a form with an empty field sends.
    let code_commit_id = match form.optional("code_commit_id") {
        Some(Value::String(text)) if text.is_empty() => None,
        _ => form.optional_text("code_commit_id", rules::commit),
    };
    match (namespace, repo_name, tag) {
        (Some(namespace), Some(repo_name), Some(tag)) if !form.has_problems() => Ok(TriggerBuild {
            namespace,
            repo_name,
            tag,
            code_commit_id,
        }),
        _ => Err(form.problems()),
    }
}
