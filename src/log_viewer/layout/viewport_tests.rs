//! Tests the viewport against plain sums of heights.

use super::*;
use proptest::prelude::*;

const LINE: f64 = 20.0;

fn even(rows: usize, height: f64) -> Viewport {
    let mut viewport = Viewport::new(LINE);
    viewport.shape(height, rows, None);
    viewport.cover(&|_| LINE);
    viewport
}

/// Where a row starts, from the top edge.
fn row_top(cover: &Cover, row: usize, heights: &[f64]) -> f64 {
    let above: f64 = heights[cover.rows.start..row].iter().sum();
    cover.top + above
}

#[test]
fn five_million_lines_have_both_ends_and_no_jumps() {
    let mut viewport = even(5_000_000, 900.0);
    assert_eq!(viewport.space(), MAX_HEIGHT);
    viewport.go_to_end();
    let cover = viewport.cover(&|_| LINE);
    assert_eq!(cover.rows.end, 5_000_000);
    let bar = viewport.bar();
    assert_eq!(bar, MAX_HEIGHT - 900.0);
    viewport.on_bar_set(bar);
    // Steps of a mouse wheel move the rows by the same number of pixels, at any position.
    for step in 1..2_000 {
        viewport.on_bar_moved(bar - f64::from(step) * 120.0);
        let cover = viewport.cover(&|_| LINE);
        viewport.settle(&cover);
        let at = viewport.anchor().row as f64 * LINE + viewport.anchor().past;
        assert_eq!(at, 5_000_000.0 * LINE - 900.0 - f64::from(step) * 120.0);
    }
    // A long movement jumps to that share of the log.
    viewport.on_bar_moved((MAX_HEIGHT - 900.0) / 2.0);
    let middle = viewport.cover(&|_| LINE).rows.start;
    assert!((2_499_900..2_500_100).contains(&middle), "{middle}");
    viewport.on_bar_moved(0.0);
    assert_eq!(
        viewport.cover(&|_| LINE),
        Cover {
            rows: 0..45,
            top: 0.0
        }
    );
}

#[test]
fn a_bar_at_its_end_before_the_log_is_bar_stuck() {
    let mut viewport = even(5_000_000, 900.0);
    viewport.go_to(4_000, 0.0);
    viewport.cover(&|_| LINE);
    viewport.on_bar_set(1_000.0);
    viewport.on_bar_moved(0.0);
    viewport.cover(&|_| LINE);
    assert!(viewport.is_bar_stuck());
    viewport.on_bar_set(viewport.bar());
    assert!(!viewport.is_bar_stuck());
}

proptest! {
    #[test]
    fn the_bar_and_the_place_are_each_others_inverse(rows in 1usize..6_000_000, share in 0.0f64..1.0) {
        let mut viewport = even(rows, 700.0);
        let row = (rows as f64 * share) as usize;
        viewport.go_to(row, 0.0);
        let drawn = viewport.cover(&|_| LINE);
        let bar = viewport.bar();
        let mut second = even(rows, 700.0);
        second.anchor = second.anchor_at(bar);
        let again = second.cover(&|_| LINE);
        prop_assert!(again.rows.start.abs_diff(drawn.rows.start) <= 1);
    }

    #[test]
    fn what_is_covered_fills_the_view(
        heights in prop::collection::vec((1u32..9).prop_map(|lines| f64::from(lines) * LINE), 1..80),
        height in 50.0f64..900.0,
        from in 0usize..80,
        moves in prop::collection::vec(-2000.0f64..2000.0, 0..12),
    ) {
        let whole: f64 = heights.iter().sum();
        let mut viewport = Viewport::new(LINE);
        viewport.shape(height, heights.len(), Some(whole));
        viewport.go_to(from, 0.0);
        let height_of = |row: usize| heights[row];
        let mut cover = viewport.cover(&height_of);
        for by in moves {
            viewport.settle(&cover);
            let before = cover.clone();
            viewport.move_by(by);
            cover = viewport.cover(&height_of);
            // Rows that stay in view have moved by the requested distance, except at the ends.
            let shared = before.rows.start.max(cover.rows.start);
            if shared < before.rows.end.min(cover.rows.end) {
                let moved = row_top(&before, shared, &heights) - row_top(&cover, shared, &heights);
                let at_an_end = viewport.at_end()
                    || (cover.rows.start == 0 && cover.top == 0.0);
                prop_assert!((moved - by).abs() < 0.01 || at_an_end);
            }
        }
        prop_assert!(cover.top <= 0.0);
        prop_assert!(cover.top + heights[cover.rows.start] > 0.0);
        let bottom = row_top(&cover, cover.rows.end, &heights);
        prop_assert!(bottom >= height.min(whole) - 0.01);
        prop_assert!(cover.rows.end - cover.rows.start <= 1 + (height / LINE) as usize + 1);
    }

    #[test]
    fn heights_that_turn_out_otherwise_do_not_move_what_is_read(
        heights in prop::collection::vec((1u32..9).prop_map(|lines| f64::from(lines) * LINE), 40..80),
        from in 10usize..30,
        by in 1.0f64..400.0,
    ) {
        let mut viewport = Viewport::new(LINE);
        viewport.shape(400.0, heights.len(), Some(10_000.0));
        let known = |row: usize| heights[row];
        viewport.go_to(from, 0.0);
        let before = viewport.cover(&known);
        viewport.settle(&before);
        viewport.move_by(-by);
        // First with estimates for the rows above, then with their real heights.
        let first = before.rows.start;
        let guessed = |row: usize| if row < first { LINE } else { heights[row] };
        let anchor = viewport.anchor();
        viewport.cover(&guessed);
        viewport.go_back(anchor);
        let cover = viewport.cover(&known);
        if cover.rows.contains(&first) && cover.rows.start > 0 && !viewport.at_end() {
            let moved = row_top(&cover, first, &heights) - before.top;
            prop_assert!((moved - by).abs() < 0.01, "{moved} {by}");
        }
    }
}
