//! What a draft will become: image references, the request's JSON, the `curl` line.

use crate::api::{CreateRepository, TagConfig, UpdateBuildConfig};
use serde::Serialize;

/// The reference of the image that a row makes.
pub fn image_reference(namespace: &str, repo_name: &str, tag: &str) -> String {
    format!("{namespace}/{repo_name}:{tag}")
}

/// A request's JSON in three parts, so that one edited row changes one part: what stands before the
/// rows, what stands after them, and how far a row is indented.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RequestTemplate {
    pub before: String,
    pub after: String,
    pub indent: usize,
}

/// The field with the rows as it is printed when there is none.
const NO_ROWS: &str = "\"tag_configs\": []";

fn frame(request: &impl Serialize) -> RequestTemplate {
    // A request is made of texts, numbers and truth values, which always encode.
    let text = serde_json::to_string_pretty(request).unwrap_or_default();
    // The rows come last of all fields, so no text that the user typed can stand after them.
    let Some(at) = text.rfind(NO_ROWS) else {
        return RequestTemplate::default();
    };
    let line = text[..at].rfind('\n').map_or(0, |line| line + 1);
    let (before, after) = text.split_at(at + NO_ROWS.len() - 1);
    RequestTemplate {
        before: before.to_owned(),
        after: after.to_owned(),
        indent: at - line + 2,
    }
}

/// The frame of call 1's request.
pub fn create_frame(mut request: CreateRepository) -> RequestTemplate {
    request.build_config.tag_configs.clear();
    frame(&request)
}

/// The frame of call 6's request.
pub fn update_frame(build_node: &str) -> RequestTemplate {
    frame(&UpdateBuildConfig {
        build_node: Some(build_node.trim().to_owned()),
        tag_configs: Vec::new(),
    })
}

/// One row as it stands inside the frame: whole lines, each with its break.
pub fn row_json(row: &TagConfig, indent: usize, is_last: bool) -> String {
    let margin = " ".repeat(indent);
    let text = serde_json::to_string_pretty(row).unwrap_or_default();
    let lines = text.replace('\n', &format!("\n{margin}"));
    let comma = if is_last { "" } else { "," };
    format!("{margin}{lines}{comma}\n")
}

/// What stands before the rows and after them.
pub fn around(frame: &RequestTemplate, no_rows: bool) -> (String, String) {
    let RequestTemplate { before, after, .. } = frame;
    match no_rows {
        true => (format!("{before}{after}"), String::new()),
        false => {
            let margin = " ".repeat(frame.indent.saturating_sub(2));
            (format!("{before}\n"), format!("{margin}{after}"))
        }
    }
}

/// Text as it stands inside single quotes of a POSIX shell.
pub fn in_single_quotes(text: &str) -> String {
    text.replace('\'', r"'\''")
}

/// The `curl` line of a request, up to its body, which follows inside single quotes. The token is the
/// variable `SLIPWAY_TOKEN`'s business.
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

    fn joined(frame: &RequestTemplate, rows: &[TagConfig]) -> String {
        let (mut text, after) = around(frame, rows.is_empty());
        for (index, row) in rows.iter().enumerate() {
            text.push_str(&row_json(row, frame.indent, index + 1 == rows.len()));
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
                .map(|image_tag| RowDraft { image_tag, ..RowDraft::default() })
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

        /// A shell reads the quoted text back as it was.
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
