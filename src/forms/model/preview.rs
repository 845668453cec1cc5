//! Previews of a draft: image references, the request's JSON, the `curl` command.

use crate::api::{CreateRepository, TagConfig, UpdateBuildConfig};
use serde::Serialize;

/// The reference of the image that a row builds.
pub fn image_reference(namespace: &str, repo_name: &str, tag: &str) -> String {
    format!("{namespace}/{repo_name}:{tag}")
}

/// A request's JSON around its rows, so that editing a row changes the text of that row only.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestTemplate {
    pub before: String,
    pub after: String,
    /// The spaces before each line of a row.
    pub indent: usize,
}

/// The field of the rows, as it is printed for an empty list.
const NO_ROWS: &str = "\"tag_configs\": []";

fn template(request: &impl Serialize) -> RequestTemplate {
    // A request consists of texts, numbers and booleans, which always encode.
    let text = serde_json::to_string_pretty(request).unwrap_or_default();
    // The rows are the last field, so no text that the user typed can follow them.
    let Some(start) = text.rfind(NO_ROWS) else {
        return RequestTemplate::default();
    };
    let line = text[..start].rfind('\n').map_or(0, |line| line + 1);
    let (before, after) = text.split_at(start + NO_ROWS.len() - 1);
    RequestTemplate {
        before: before.to_owned(),
        after: after.to_owned(),
        indent: start - line + 2,
    }
}

/// The template of call 1's request.
pub fn create_frame(mut request: CreateRepository) -> RequestTemplate {
    request.build_config.tag_configs.clear();
    template(&request)
}

/// The template of call 6's request.
pub fn update_frame(build_node: &str) -> RequestTemplate {
    template(&UpdateBuildConfig {
        build_node: Some(build_node.trim().to_owned()),
        tag_configs: Vec::new(),
    })
}

/// One row inside the template: whole lines, each with its line break.
pub fn row_json(row: &TagConfig, indent: usize, is_last: bool) -> String {
    let margin = " ".repeat(indent);
    let text = serde_json::to_string_pretty(row).unwrap_or_default();
    let lines = text.replace('\n', &format!("\n{margin}"));
    let comma = if is_last { "" } else { "," };
    format!("{margin}{lines}{comma}\n")
}

/// The text before the rows and the text after them.
pub fn around(template: &RequestTemplate, no_rows: bool) -> (String, String) {
    let RequestTemplate { before, after, .. } = template;
    match no_rows {
        true => (format!("{before}{after}"), String::new()),
        false => {
            let margin = " ".repeat(template.indent.saturating_sub(2));
            (format!("{before}\n"), format!("{margin}{after}"))
        }
    }
}

/// Escapes text for use inside single quotes in a POSIX shell.
pub fn in_single_quotes(text: &str) -> String {
    text.replace('\'', r"'\''")
}

/// The `curl` command of a request up to its body, which follows inside single quotes. The token comes
/// from the variable `SLIPWAY_TOKEN`, so it is never shown.
pub fn curl_before(method: &str, url: &str) -> String {
    format!(
        "curl --request {method} '{}' \\\n  --header \"Authorization: Token $SLIPWAY_TOKEN\" \\\n  \
         --header 'Content-Type: application/json' \\\n  --data-raw '",
        in_single_quotes(url)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forms::model::draft::{ConfigDraft, CreateDraft, RowDraft};
    use proptest::prelude::*;

    fn joined(template: &RequestTemplate, rows: &[TagConfig]) -> String {
        let (mut text, after) = around(template, rows.is_empty());
        for (index, row) in rows.iter().enumerate() {
            text.push_str(&row_json(row, template.indent, index + 1 == rows.len()));
        }
        text + &after
    }

    proptest! {
        #[test]
        fn the_parts_are_the_whole_request(
            node in ".{0,20}", name in ".{0,20}", tags in prop::collection::vec(".{0,20}", 0..4)
        ) {
            let rows: Vec<RowDraft> = tags
                .into_iter()
                .map(|tag| {
                    let mut row = RowDraft::default();
                    row.values.docker_repo_tag = tag;
                    row
                })
                .collect();
            let draft = ConfigDraft { build_node: node.clone(), rows: rows.clone() };
            let request = draft.to_request();
            let whole = serde_json::to_string_pretty(&request).expect("encodes");
            prop_assert_eq!(joined(&update_frame(&node), &request.tag_configs), whole);
            let mut create = CreateDraft { rows, ..CreateDraft::default() };
            create.repository.repo_name = name;
            create.repository.build_node = node;
            let request = create.repository.to_request(&create.rows);
            let whole = serde_json::to_string_pretty(&request).expect("encodes");
            let rows = request.build_config.tag_configs.clone();
            prop_assert_eq!(joined(&create_frame(request), &rows), whole);
        }

        /// A shell reads the quoted text back unchanged.
        #[test]
        fn quotes_do_not_end_early(text in "[ -~\n]{0,40}") {
            let quoted = format!("'{}'", in_single_quotes(&text));
            let output = std::process::Command::new("sh")
                .args(["-c", &format!("printf %s {quoted}")])
                .output()
                .expect("a shell");
            prop_assert_eq!(String::from_utf8_lossy(&output.stdout), text);
        }
    }
}
