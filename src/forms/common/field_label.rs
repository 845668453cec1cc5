//! The names of fields, by their paths in the API's words.

use crate::forms::model::fields::field_named;
use crate::forms::model::rules::{SOURCE_LINK, row_field};
use crate::t_string;

/// The label of the field at this path, with the number of its row. A path that no form has is shown as it is.
pub(crate) fn field_label(path: &str) -> String {
    if let Some((index, field)) = row_field(path) {
        let label = field_named(field).map_or(field, |field| (field.label)());
        return t_string!(rows.title, n = index + 1, tag = label);
    }
    match path.strip_prefix("build_config.").unwrap_or(path) {
        SOURCE_LINK => t_string!(create.source),
        "repo_name" => t_string!(create.repo_name),
        "description" => t_string!(create.description),
        "full_description" => t_string!(create.full_description),
        "is_public" => t_string!(create.is_public),
        "code_repo_client" => t_string!(create.client),
        "code_repo_namespace" => t_string!(create.code_namespace),
        "code_repo_name" => t_string!(create.code_name),
        "code_repo_clone_url" => t_string!(create.clone_url),
        "build_node" => t_string!(create.build_node),
        "email_enabled" => t_string!(create.email),
        "tag_configs" => t_string!(rows.images),
        path => path,
    }
    .to_owned()
}
