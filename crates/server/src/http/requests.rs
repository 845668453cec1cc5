//! Validates the bodies of calls 1, 3 and 6, and the parameters of a look into a source, and turns them from JSON into the types of the API.

use crate::http::validation::{FieldErrors, Validator, not_a_choice, too_long};
use crate::rules;
use crate::sources::clone_urls::Sources;
use serde_json::{Value, json};
use slipway_api::grammar::{clean_path, clean_ref};
use slipway_api::redact::secret_in;
use slipway_api::{
    CodeClient, CodeSource, CreateRepository, NewBuildConfig, SourceKind, TagConfig, TriggerBuild,
    UpdateBuildConfig, VersionTagging,
};
use std::collections::HashSet;

/// The longest `description`, in characters.
const MAX_DESCRIPTION_CHARS: usize = 200;

/// The longest `full_description`, in characters.
const MAX_FULL_DESCRIPTION_CHARS: usize = 100_000;

/// How many tag configs a repository may have.
const MAX_TAG_CONFIGS: usize = 1000;

/// The longest build node, in characters.
const MAX_BUILD_NODE_CHARS: usize = 64;

/// Reads the body of call 1.
///
/// # Errors
///
/// The errors of all invalid fields.
pub(crate) fn create_repository(
    value: &Value,
    sources: &Sources,
) -> Result<CreateRepository, FieldErrors> {
    let mut fields = Validator::new(value)?;
    let repo_name = fields.text("repo_name", rules::repo_name);
    let description = fields.free_text("description", MAX_DESCRIPTION_CHARS);
    let full_description = fields.free_text("full_description", MAX_FULL_DESCRIPTION_CHARS);
    let is_public = fields.boolean("is_public", true);
    let build_config = fields.required("build_config").and_then(|value| {
        new_build_config(value, sources)
            .map_err(|errors| fields.set_nested_errors("build_config", Value::Object(errors)))
            .ok()
    });
    match (repo_name, build_config) {
        (Some(repo_name), Some(build_config)) if !fields.has_errors() => Ok(CreateRepository {
            repo_name,
            description,
            full_description,
            is_public,
            build_config,
        }),
        _ => Err(fields.into_errors()),
    }
}

fn new_build_config(value: &Value, sources: &Sources) -> Result<NewBuildConfig, FieldErrors> {
    let mut fields = Validator::new(value)?;
    let source = source(&mut fields, sources);
    let build_node = build_node(&mut fields);
    let email_enabled = fields.boolean("email_enabled", false);
    let tag_configs = tag_configs(&mut fields, None);
    match (source, tag_configs) {
        (Some(source), Some(tag_configs)) if !fields.has_errors() => Ok(NewBuildConfig {
            source,
            build_node,
            email_enabled: Some(email_enabled),
            tag_configs,
        }),
        _ => Err(fields.into_errors()),
    }
}

fn source(fields: &mut Validator, sources: &Sources) -> Option<CodeSource> {
    let known = CodeClient::KNOWN;
    let names: Vec<_> = known.iter().map(CodeClient::as_str).collect();
    let client = CodeClient::from(fields.choice("code_repo_client", &names)?);
    if client == CodeClient::Simple {
        let clone_url = fields.text("code_repo_clone_url", |_| Ok(()))?;
        return match sources.locate(&clone_url) {
            Ok(_) => Some(CodeSource::Simple { clone_url }),
            Err(message) => {
                fields.add_error("code_repo_clone_url", message);
                None
            }
        };
    }
    let namespace = fields.text("code_repo_namespace", rules::hosted_name);
    let name = fields.text("code_repo_name", rules::hosted_name);
    Some(CodeSource::Hosted {
        client,
        namespace: namespace?,
        name: name?,
    })
}

fn build_node(fields: &mut Validator) -> Option<String> {
    let node = fields.optional_text("build_node", rules::build_node)?;
    if node.chars().count() > MAX_BUILD_NODE_CHARS {
        fields.add_error("build_node", too_long(MAX_BUILD_NODE_CHARS));
    }
    Some(node)
}

/// The ids that a tag config in a request may refer to.
struct ExistingIds<'a> {
    build_config: i64,
    /// The ids of the build config's tag configs.
    rows: &'a HashSet<i64>,
}

/// Reads the tag configs; `None` if one of them is invalid.
fn tag_configs(fields: &mut Validator, existing: Option<&ExistingIds>) -> Option<Vec<TagConfig>> {
    let values = fields.list("tag_configs", MAX_TAG_CONFIGS)?;
    let mut rows = Vec::new();
    let mut errors = Vec::new();
    let (mut tags, mut ids) = (HashSet::new(), HashSet::new());
    for value in values {
        match tag_config(value, existing, &mut tags, &mut ids) {
            Ok(row) => {
                rows.push(row);
                errors.push(json!({}));
            }
            Err(error) => errors.push(Value::Object(error)),
        }
    }
    if rows.len() < values.len() {
        fields.set_nested_errors("tag_configs", Value::Array(errors));
        return None;
    }
    Some(rows)
}

fn tag_config<'a>(
    value: &'a Value,
    existing: Option<&ExistingIds>,
    tags: &mut HashSet<&'a str>,
    ids: &mut HashSet<i64>,
) -> Result<TagConfig, FieldErrors> {
    let mut fields = Validator::new(value)?;
    let docker_repo_tag = fields.text("docker_repo_tag", rules::image_tag);
    if let Some(tag) = value.get("docker_repo_tag").and_then(Value::as_str)
        && !tags.insert(tag)
    {
        fields.add_error("docker_repo_tag", "Another tag config has the same tag.");
    }
    let kinds = [SourceKind::Branch.as_str(), SourceKind::Tag.as_str()];
    let code_repo_type = fields
        .choice("code_repo_type", &kinds)
        .map(SourceKind::from);
    let code_repo_type_value = branch_or_tag(&mut fields, code_repo_type.as_ref());
    let dockerfile_location = fields.text("dockerfile_location", rules::source_path);
    let dockerfile_location = dockerfile_location.as_deref().map(clean_path);
    let build_context_path = fields.optional_text("build_context_path", rules::source_path);
    let build_context_path = build_context_path.as_deref().map(clean_path);
    let is_active = fields.boolean("is_active", false);
    // A client that does not know it leaves it as it is.
    let build_cache_enabled = (fields.optional("build_cache_enabled").is_some())
        .then(|| fields.boolean("build_cache_enabled", true));
    let version_tagging = fields.integer("version_tagging").map(VersionTagging::from);
    if let Some(VersionTagging::Other(number)) = version_tagging {
        fields.add_error("version_tagging", not_a_choice(&json!(number)));
    }
    let id = fields.integer("id");
    let config_id = fields.integer("docker_build_config_id");
    if let Some(existing) = existing {
        if let Some(id) = id {
            if !existing.rows.contains(&id) {
                let message = format!("Invalid pk \"{id}\" - object does not exist.");
                fields.add_error("id", message);
            } else if !ids.insert(id) {
                fields.add_error("id", "Another tag config has the same id.");
            }
        }
        if config_id.is_some_and(|id| id != existing.build_config) {
            let message = "This tag config belongs to another build config.";
            fields.add_error("docker_build_config_id", message);
        }
    }
    match (
        docker_repo_tag,
        code_repo_type,
        code_repo_type_value,
        dockerfile_location,
    ) {
        (Some(tag), Some(kind), Some(kind_value), Some(location)) if !fields.has_errors() => {
            Ok(TagConfig {
                id: existing.and(id),
                docker_build_config_id: None,
                docker_repo_tag: tag,
                dockerfile_location: location,
                code_repo_type: kind,
                code_repo_type_value: kind_value,
                is_active,
                version_tagging: version_tagging.unwrap_or_default(),
                // A missing path is stored as `/`, so that every response has it.
                build_context_path: Some(build_context_path.unwrap_or_else(|| "/".to_owned())),
                build_cache_enabled,
            })
        }
        _ => Err(fields.into_errors()),
    }
}

/// Reads the name of the branch or tag, without `refs/heads/` or `refs/tags/`.
fn branch_or_tag(fields: &mut Validator, kind: Option<&SourceKind>) -> Option<String> {
    let text = fields.text("code_repo_type_value", rules::git_ref)?;
    let (named, name) = clean_ref(&text);
    match (named, kind) {
        (Some(named), Some(kind)) if named != *kind => {
            let message = format!("{text} is a {named}, but code_repo_type is {kind}.");
            fields.add_error("code_repo_type_value", message);
            None
        }
        _ => Some(name.to_owned()),
    }
}

/// Reads the body of call 6. `build_config` and `rows` are the ids that exist already.
///
/// # Errors
///
/// The errors of all invalid fields.
pub(crate) fn update_build_config(
    value: &Value,
    build_config: i64,
    rows: &HashSet<i64>,
) -> Result<UpdateBuildConfig, FieldErrors> {
    let mut fields = Validator::new(value)?;
    let build_node = build_node(&mut fields);
    let existing = ExistingIds { build_config, rows };
    let tag_configs = tag_configs(&mut fields, Some(&existing));
    match tag_configs {
        Some(tag_configs) if !fields.has_errors() => Ok(UpdateBuildConfig {
            build_node,
            tag_configs,
        }),
        _ => Err(fields.into_errors()),
    }
}

/// The source of a look: that of a repository, by its name, or another one.
pub(crate) enum LookSource {
    Repository(String),
    Other(CodeSource),
}

/// A question about what a source offers.
pub(crate) struct Look {
    pub(crate) namespace: String,
    pub(crate) source: LookSource,
    /// The row whose branch or tag, Dockerfile and build context are looked for. It has no image tag.
    pub(crate) row: Option<TagConfig>,
}

/// Reads the parameters of a look into a source.
///
/// # Errors
///
/// The errors of all invalid parameters.
pub(crate) fn look(parameters: &Value, sources: &Sources) -> Result<Look, FieldErrors> {
    let mut fields = Validator::new(parameters)?;
    let namespace = fields.text("namespace", rules::namespace);
    let source = match fields.optional_text("repo_name", rules::repo_name) {
        Some(name) => Some(LookSource::Repository(name)),
        None => source(&mut fields, sources).map(LookSource::Other),
    };
    if let Some(LookSource::Other(CodeSource::Simple { clone_url })) = &source
        && secret_in(clone_url).is_some()
    {
        fields.add_error("code_repo_clone_url", SECRET_IN_QUESTION);
    }
    let row = match fields.optional("code_repo_type_value") {
        Some(_) => look_row(&mut fields),
        None => None,
    };
    match (namespace, source) {
        (Some(namespace), Some(source)) if !fields.has_errors() => Ok(Look {
            namespace,
            source,
            row,
        }),
        _ => Err(fields.into_errors()),
    }
}

/// The message about a clone URL with a secret, which would get into the URL of the question.
const SECRET_IN_QUESTION: &str = "This URL has a password or token, which must not be part of another URL. Save the repository: its source is \
     looked into by its name.";

/// Reads the row of a look: a branch or tag, and, where they are given, its Dockerfile and build context.
fn look_row(fields: &mut Validator) -> Option<TagConfig> {
    let kinds = [SourceKind::Branch.as_str(), SourceKind::Tag.as_str()];
    let kind = fields
        .choice("code_repo_type", &kinds)
        .map(SourceKind::from);
    let value = branch_or_tag(fields, kind.as_ref());
    let location = fields.optional_text("dockerfile_location", rules::source_path);
    let context = fields.optional_text("build_context_path", rules::source_path);
    Some(TagConfig {
        code_repo_type: kind?,
        code_repo_type_value: value?,
        dockerfile_location: location.unwrap_or_else(|| "/".to_owned()),
        build_context_path: context,
        ..TagConfig::default()
    })
}

/// Returns the errors of tag configs whose image tags are version tags; `None` if none is. `flags` says it
/// for each of them.
pub(crate) fn version_tag_errors(flags: &[bool]) -> Option<FieldErrors> {
    if !flags.contains(&true) {
        return None;
    }
    let rows: Vec<Value> = flags
        .iter()
        .map(|is_version_tag| match is_version_tag {
            true => json!({ "docker_repo_tag": [rules::IS_VERSION_TAG] }),
            false => json!({}),
        })
        .collect();
    let mut errors = FieldErrors::new();
    errors.insert("tag_configs".to_owned(), Value::Array(rows));
    Some(errors)
}

/// Reads the body of call 3.
///
/// # Errors
///
/// The errors of all invalid fields.
pub(crate) fn trigger_build(value: &Value) -> Result<TriggerBuild, FieldErrors> {
    let mut fields = Validator::new(value)?;
    let namespace = fields.text("namespace", rules::namespace);
    let repo_name = fields.text("repo_name", rules::repo_name);
    let tag = fields.text("tag", rules::image_tag);
    // A form with an empty field sends an empty id.
    let code_commit_id = match fields.optional("code_commit_id") {
        Some(Value::String(text)) if text.is_empty() => None,
        _ => fields.optional_text("code_commit_id", rules::commit),
    };
    match (namespace, repo_name, tag) {
        (Some(namespace), Some(repo_name), Some(tag)) if !fields.has_errors() => Ok(TriggerBuild {
            namespace,
            repo_name,
            tag,
            code_commit_id,
        }),
        _ => Err(fields.into_errors()),
    }
}
