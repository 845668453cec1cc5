//! Which lines of the shown request are marked: those of the field that is edited, and those that just changed.

/// A piece of a text, in whole lines, and if it is marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub is_marked: bool,
}

/// The line of the value with this key.
pub fn line_of(text: &str, key: &str) -> Option<usize> {
    let start = format!("\"{key}\":");
    text.lines()
        .position(|line| line.trim_start().starts_with(&start))
}

/// The text in pieces of lines that are all marked, or all not.
pub fn pieces(text: &str, marked: &[usize]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let is_marked = marked.contains(&index);
        match pieces.last_mut() {
            Some(last) if last.is_marked == is_marked => last.text.push_str(line),
            _ => pieces.push(Piece {
                text: line.to_owned(),
                is_marked,
            }),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_where_marks_begin_and_end() {
        let text = "{\n  \"a\": 1,\n  \"b\": 2\n}";
        assert_eq!(line_of(text, "b"), Some(2));
        assert_eq!(line_of(text, "c"), None);
        let shown: Vec<(String, bool)> = pieces(text, &[2])
            .into_iter()
            .map(|piece| (piece.text, piece.is_marked))
            .collect();
        assert_eq!(
            shown,
            [
                ("{\n  \"a\": 1,\n".to_owned(), false),
                ("  \"b\": 2\n".to_owned(), true),
                ("}".to_owned(), false)
            ]
        );
        assert_eq!(pieces(text, &[]).len(), 1);
    }
}
