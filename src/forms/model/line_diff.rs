//! The difference of two texts, line by line.

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// A line of a diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiffLine {
    Same(String),
    Added(String),
    Removed(String),
    /// So many lines that are the same, left out.
    Folded(usize),
}

/// The unchanged lines that are shown before and after a change.
const CONTEXT: usize = 3;

/// JSON has a comma after each value but the last. A line that differs only in that has not changed.
fn without_comma(line: &str) -> &str {
    line.strip_suffix(',').unwrap_or(line)
}

fn operations(before: &[&str], after: &[&str]) -> Vec<DiffOp> {
    let mut operations = capture_diff_slices(Algorithm::Myers, before, after);
    for index in 1..operations.len().saturating_sub(1) {
        slide_to_object(&mut operations[index - 1..=index + 1], before, after);
    }
    operations
}

/// Moves an added or removed block up to where a JSON object begins, if the lines allow that. Otherwise the end of one
/// object and the beginning of the next would look like one.
fn slide_to_object(operations: &mut [DiffOp], before: &[&str], after: &[&str]) {
    let [
        DiffOp::Equal { len: above, .. },
        block,
        DiffOp::Equal { len: below, .. },
    ] = operations
    else {
        return;
    };
    let (lines, range) = match block {
        DiffOp::Delete { .. } => (before, block.old_range()),
        DiffOp::Insert { .. } => (after, block.new_range()),
        _ => return,
    };
    let mut shift = 0;
    while lines[range.start - shift].trim() != "{" {
        let can_move =
            shift < *above && lines[range.start - shift - 1] == lines[range.end - shift - 1];
        if !can_move {
            return;
        }
        shift += 1;
    }
    match block {
        DiffOp::Delete {
            old_index,
            new_index,
            ..
        }
        | DiffOp::Insert {
            old_index,
            new_index,
            ..
        } => {
            *old_index -= shift;
            *new_index -= shift;
        }
        _ => return,
    }
    *above -= shift;
    *below += shift;
    if let DiffOp::Equal {
        old_index,
        new_index,
        ..
    } = &mut operations[2]
    {
        *old_index -= shift;
        *new_index -= shift;
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().map(without_comma).collect()
}

/// The indexes of the lines of `after` that `before` has not.
pub fn changed_lines(before: &str, after: &str) -> Vec<usize> {
    operations(&lines(before), &lines(after))
        .into_iter()
        .filter(|operation| !matches!(operation, DiffOp::Equal { .. }))
        .flat_map(|operation| operation.new_range())
        .collect()
}

/// The lines of both texts, with long runs of unchanged ones folded. Empty if nothing has changed.
pub fn diff(before: &str, after: &str) -> Vec<DiffLine> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let operations = operations(&lines(before), &lines(after));
    let last = operations.len().saturating_sub(1);
    let mut diff = Vec::new();
    for (index, operation) in operations.into_iter().enumerate() {
        match operation {
            DiffOp::Equal { new_index, len, .. } => {
                let same = &new[new_index..new_index + len];
                let (head, tail) = match (index == 0, index == last) {
                    (true, true) => return Vec::new(),
                    (true, false) => (0, CONTEXT),
                    (false, true) => (CONTEXT, 0),
                    (false, false) => (CONTEXT, CONTEXT),
                };
                push_folded(&mut diff, same, head, tail);
            }
            operation => {
                let removed = &old[operation.old_range()];
                diff.extend(
                    removed
                        .iter()
                        .map(|line| DiffLine::Removed((*line).to_owned())),
                );
                let added = &new[operation.new_range()];
                diff.extend(added.iter().map(|line| DiffLine::Added((*line).to_owned())));
            }
        }
    }
    diff
}

/// Adds unchanged lines: the first and the last of them, and how many are between. A fold of one line saves nothing.
fn push_folded(diff: &mut Vec<DiffLine>, same: &[&str], head: usize, tail: usize) {
    let line = |line: &&str| DiffLine::Same((*line).to_owned());
    if same.len() <= head + tail + 1 {
        diff.extend(same.iter().map(line));
        return;
    }
    let rest = same.len() - tail;
    diff.extend(same[..head].iter().map(line));
    diff.push(DiffLine::Folded(rest - head));
    diff.extend(same[rest..].iter().map(line));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(before: &str, after: &str) -> Vec<String> {
        let line = |line| match line {
            DiffLine::Same(text) => format!("  {text}"),
            DiffLine::Added(text) => format!("+ {text}"),
            DiffLine::Removed(text) => format!("- {text}"),
            DiffLine::Folded(count) => format!("… {count}"),
        };
        diff(before, after).into_iter().map(line).collect()
    }

    #[test]
    fn a_changed_line_is_shown_with_its_neighbors() {
        let before = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj";
        let after = "a\nb\nc\nd\nE\nf\ng\nh\ni\nj";
        assert_eq!(
            shown(before, after),
            [
                "  a", "  b", "  c", "  d", "- e", "+ E", "  f", "  g", "  h", "… 2"
            ]
        );
        assert_eq!(changed_lines(before, after), [4]);
        assert!(diff(before, before).is_empty());
    }

    #[test]
    fn a_block_is_a_whole_object() {
        let before = "[\n{\n1\n},\n{\n2\n},\n{\n3\n}\n]";
        let after = "[\n{\n1\n},\n{\n3\n}\n]";
        let removed = ["- {", "- 2", "- },"];
        assert_eq!(shown(before, after)[4..7], removed);
        let added = ["+ {", "+ 2", "+ },"];
        assert_eq!(shown(after, before)[4..7], added);
    }

    #[test]
    fn a_comma_after_the_line_before_is_no_change() {
        assert_eq!(
            shown("[\n1\n]", "[\n1,\n2\n]"),
            ["  [", "  1,", "+ 2", "  ]"]
        );
    }

    proptest! {
        /// The added and unchanged lines are the new text, the removed and unchanged ones the old text.
        #[test]
        fn nothing_is_lost(before in "([ab{]\n){0,8}", after in "([abc{]\n){0,8}") {
            let (mut old, mut new) = (0, 0);
            for line in diff(&before, &after) {
                match line {
                    DiffLine::Same(text) => {
                        prop_assert_eq!(before.lines().nth(old), Some(text.as_str()));
                        prop_assert_eq!(after.lines().nth(new), Some(text.as_str()));
                        (old, new) = (old + 1, new + 1);
                    }
                    DiffLine::Folded(count) => (old, new) = (old + count, new + count),
                    DiffLine::Removed(text) => {
                        prop_assert_eq!(before.lines().nth(old), Some(text.as_str()));
                        old += 1;
                    }
                    DiffLine::Added(text) => {
                        prop_assert_eq!(after.lines().nth(new), Some(text.as_str()));
                        new += 1;
                    }
                }
            }
            if before != after {
                prop_assert_eq!((old, new), (before.lines().count(), after.lines().count()));
            }
        }
    }
}
