//! The keys that move from bar to bar in the chart. Pure.

/// How many bars Page Up and Page Down move by.
const PAGE_BARS: usize = 10;

/// Returns the bar that a key leads to from the bar at this index; `None` for any other key. There are `count` bars.
pub(crate) fn bar_after(key: &str, index: usize, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    let next = match key {
        "ArrowRight" | "ArrowDown" => index.saturating_add(1),
        "ArrowLeft" | "ArrowUp" => index.saturating_sub(1),
        "PageDown" => index.saturating_add(PAGE_BARS),
        "PageUp" => index.saturating_sub(PAGE_BARS),
        "Home" => 0,
        "End" => last,
        _ => return None,
    };
    Some(next.min(last))
}

#[cfg(test)]
mod tests {
    use super::bar_after;

    #[test]
    fn the_keys_stay_within_the_bars() {
        assert_eq!(bar_after("ArrowRight", 3, 5), Some(4));
        assert_eq!(bar_after("ArrowRight", 4, 5), Some(4));
        assert_eq!(bar_after("ArrowLeft", 0, 5), Some(0));
        assert_eq!(bar_after("PageUp", 12, 20), Some(2));
        assert_eq!(bar_after("PageDown", 12, 20), Some(19));
        assert_eq!(bar_after("Home", 12, 20), Some(0));
        assert_eq!(bar_after("End", 0, 1), Some(0));
        assert_eq!(bar_after("Enter", 3, 5), None);
        assert_eq!(bar_after("ArrowLeft", 0, 0), None);
    }
}
