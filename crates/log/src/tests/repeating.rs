//! Tests runs of repeated lines, and their folding, against slow and obvious versions.

use crate::tests::{body, cases, read};
use crate::{Filter, Log, MIN_REPEATS, Repeat, Repeats, VisibleRows, normalized};
use proptest::prelude::*;

/// All runs, line by line.
fn slow(log: &Log) -> Vec<Repeat> {
    let mut runs = Vec::new();
    let mut first = 0;
    for line in 1..=log.len() {
        let joins = line < log.len()
            && normalized(&log.plain(line)) == normalized(&log.plain(line - 1))
            && log.steps().step_of_line(line) == log.steps().step_of_line(line - 1);
        if !joins {
            if line - first >= MIN_REPEATS {
                runs.push(Repeat {
                    first: first as u32,
                    end: line as u32,
                });
            }
            first = line;
        }
    }
    runs
}

fn any_lines() -> impl Strategy<Value = Vec<String>> {
    let text = prop::sample::select(vec![
        "Get:7 tini [12 kB]",
        "\u{1b}[32mok\u{1b}[0m 12",
        "",
        "Compiling a v1.2",
        "STEP 1/2: RUN a",
    ]);
    let run = (text, 1usize..14).prop_map(|(text, count)| {
        let line = |at: usize| text.replace("12", &at.to_string());
        (0..count).map(line).collect::<Vec<String>>()
    });
    prop::collection::vec(run, 0..9).prop_map(|runs| runs.concat())
}

proptest! {
    #![proptest_config(cases())]

    /// However the log arrives and is compared, the runs are those of the slow version, and the rows are the lines
    /// that folding leaves.
    #[test]
    fn runs_and_rows(
        lines in any_lines(),
        cuts in prop::collection::vec(any::<u8>(), 0..4),
        bytes in 1usize..2000,
        budget in 1usize..40,
        fold_step in any::<bool>(),
        unfold in any::<bool>(),
        late in any::<bool>(),
    ) {
        let text = body(&lines);
        let whole = read(text.as_bytes(), &[]).0;
        let runs = slow(&whole);
        let mut filter = Filter { fold_repeats: true, ..Filter::default() };
        if fold_step {
            filter.folded.insert(0);
        }
        if let Some(run) = runs.first().filter(|_| unfold) {
            filter.unfolded.insert(run.first);
        }

        let mut log = Log::new();
        let (mut repeats, mut rows) = (Repeats::new(), VisibleRows::new());
        log.begin(None);
        for chunk in crate::tests::cut(text.as_bytes(), &cuts) {
            log.feed(chunk);
            while !repeats.advance(&log, log.steps(), bytes) {
                rows.extend(&log, log.steps(), None, Some(&repeats), &filter, budget);
            }
            if late {
                rows.extend(&log, log.steps(), None, Some(&repeats), &filter, budget);
            } else {
                while !rows.extend(&log, log.steps(), None, Some(&repeats), &filter, budget) {}
            }
        }
        log.end();
        while !repeats.advance(&log, log.steps(), bytes) {}
        while !rows.extend(&log, log.steps(), None, Some(&repeats), &filter, budget) {}
        prop_assert_eq!(repeats.list(), &runs[..]);
        prop_assert_eq!(repeats.foldable(), runs.iter().map(|run| run.lines() - 1).sum::<usize>());

        let in_folded_step = |line: usize| {
            fold_step && log.steps().step_of_line(line) == Some(0) && log.steps().list()[0].first != line
        };
        let mut wanted = Vec::new();
        for line in (0..log.len()).filter(|line| !in_folded_step(*line)) {
            let run = runs.iter().find(|run| (run.first..run.end).contains(&(line as u32)));
            let is_first = run.is_none_or(|run| {
                filter.unfolded.contains(&run.first)
                    || (run.first as usize..line).all(in_folded_step)
            });
            wanted.extend(is_first.then_some(line));
        }
        let shown: Vec<usize> = (0..rows.len()).filter_map(|row| rows.line(row)).collect();
        prop_assert_eq!(&shown, &wanted);
        for (row, line) in shown.iter().enumerate() {
            prop_assert_eq!(rows.row(*line), Ok(row));
        }
    }

    #[test]
    fn only_these_lines(ranges in prop::collection::vec((0u32..5, 1u32..5), 0..4), budget in 1usize..9) {
        let log = read(body(&["a"; 20]).as_bytes(), &[]).0;
        let (mut only, mut at) = (Vec::new(), 0);
        for (gap, len) in ranges {
            only.push(at + gap..at + gap + len);
            at += gap + len;
        }
        let wanted: Vec<usize> = (0..20usize)
            .filter(|line| only.iter().any(|lines| lines.contains(&(*line as u32))))
            .collect();
        let filter = Filter { only: Some(only), ..Filter::default() };
        let mut rows = VisibleRows::new();
        while !rows.extend(&log, log.steps(), None, None, &filter, budget) {}
        let shown: Vec<usize> = (0..rows.len()).filter_map(|row| rows.line(row)).collect();
        prop_assert_eq!(shown, wanted);
    }
}
