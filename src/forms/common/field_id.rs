//! Element ids of fields.

/// The element id of the input at this path, for example `field-tag-configs-0--docker-repo-tag`. Characters
/// that would need escaping in a selector become dashes.
pub(crate) fn id_of(path: &str) -> String {
    let id: String = path
        .chars()
        .map(|char| match char.is_ascii_alphanumeric() {
            true => char,
            false => '-',
        })
        .collect();
    format!("field-{id}")
}

/// The CSS selector of the input at this path.
pub(crate) fn selector(path: &str) -> String {
    format!("#{}", id_of(path))
}
