//! Lines with some lines around each, without overlaps. Pure.

use std::ops::Range;

/// The ranges of these lines, sorted, with so many lines before and after each, of a log of `len` lines.
pub(crate) fn lines_with_context(lines: &[u32], context: u32, len: usize) -> Vec<Range<u32>> {
    let mut ranges: Vec<Range<u32>> = Vec::new();
    for line in lines {
        let start = line.saturating_sub(context);
        let end = line.saturating_add(context + 1).min(len as u32);
        match ranges.last_mut() {
            Some(last) if last.end >= start => last.end = last.end.max(end),
            _ => ranges.push(start..end),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn each_line_is_there_with_its_context(
            mut lines in prop::collection::vec(0u32..60, 0..12),
            context in 0u32..4,
        ) {
            lines.sort_unstable();
            let ranges = lines_with_context(&lines, context, 60);
            for line in 0..60u32 {
                let wanted = lines.iter().any(|new| new.abs_diff(line) <= context);
                let found = ranges.iter().filter(|range| range.contains(&line)).count();
                prop_assert_eq!(found, usize::from(wanted));
            }
            prop_assert!(ranges.windows(2).all(|pair| pair[0].end < pair[1].start));
        }
    }
}
