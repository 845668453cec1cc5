//! Element ids of fields.

/// The id that joins a field's label, input and problem. Paths have characters that ids avoid.
pub fn id_of(path: &str) -> String {
    let id: String = path
        .chars()
        .map(|char| {
            if char.is_ascii_alphanumeric() {
                char
            } else {
                '-'
            }
        })
        .collect();
    format!("field-{id}")
}

/// The selector of a field's input, for moving the focus there.
pub fn selector(path: &str) -> String {
    format!("#{}", id_of(path))
}
