//! Tests search, rows and overview against slow and obvious versions.

use crate::log::Log;
use crate::tests::{body, cases, read};
use crate::{
    Bucket, Filter, LevelKind, Overview, QueryErrorKind, Search, SearchQuery, VisibleRows,
};
use proptest::prelude::*;
use std::ops::Range;

fn is_word(char: Option<char>) -> bool {
    char.is_some_and(|char| char.is_ascii_alphanumeric() || char == '_')
}

/// Folds a character's case.
fn folded(char: char) -> String {
    match char.is_ascii() {
        true => char.to_ascii_lowercase().to_string(),
        false => char.to_lowercase().to_string(),
    }
}

/// Finds all matches, one character at a time.
fn naive(text: &str, query: &SearchQuery) -> Vec<Range<usize>> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let needle: Vec<char> = query.text.chars().collect();
    let char = |at: usize| chars.get(at).map(|(_, char)| *char);
    let place = |at: usize| chars.get(at).map_or(text.len(), |(place, _)| *place);
    let mut found = Vec::new();
    let mut at = 0;
    while at + needle.len() <= chars.len() {
        let same = (0..needle.len()).all(|index| {
            let (is, wanted) = (chars[at + index].1, needle[index]);
            is == wanted || (!query.match_case && folded(is) == folded(wanted))
        });
        let end = at + needle.len();
        let whole = !is_word(at.checked_sub(1).and_then(char)) && !is_word(char(end));
        if same && (whole || !query.whole_word) {
            found.push(place(at)..place(end));
            at = end;
        } else {
            at += 1;
        }
    }
    found
}

/// All matching lines and the number of matches, searched `slice` bytes at a time.
fn found(log: &Log, query: &SearchQuery, slice: usize) -> (Vec<usize>, u64) {
    let mut search = Search::new(query.compile().expect("is a query"));
    while !search.advance(log.store(), slice) {}
    let lines = (0..search.lines().len()).filter_map(|at| search.lines().get(at));
    (
        lines.map(|line| line as usize).collect(),
        search.occurrences(),
    )
}

fn any_message() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[abAB_ .]{0,9}",
        1 => "[aéÉ中Яя ]{0,4}",
        1 => prop::sample::select(vec!["\u{1b}[31m", "\u{1b}[0m", "\r", "\u{0}", "a\u{1b}[1mb", "\r\n", "\n"])
            .prop_map(str::to_owned),
        1 => "[ab]{20,60}",
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn any_query() -> impl Strategy<Value = SearchQuery> {
    let text = prop_oneof![
        "[abAB_ .]{1,3}",
        "[aé中Я]{1,2}",
        "a[ab]{8,12}",
        "[{u0\u{2400}\\\\]{1,2}"
    ];
    (text, any::<bool>(), any::<bool>()).prop_map(|(text, case, word)| SearchQuery {
        text,
        regex: false,
        match_case: case,
        whole_word: word,
    })
}

/// Escapes a text as a regular expression.
fn escaped(text: &str) -> String {
    text.chars()
        .map(|char| match char.is_ascii_punctuation() {
            true => format!("\\{char}"),
            false => char.to_string(),
        })
        .collect()
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_search_finds_what_the_slow_one_finds(
        messages in prop::collection::vec(any_message(), 0..30),
        query in any_query(),
        slice in 1usize..400,
    ) {
        let (log, _) = read(body(&messages).as_bytes(), &[]);
        let (mut lines, mut count) = (Vec::new(), 0);
        let matcher = query.compile().expect("is a query");
        let mut marks = Vec::new();
        for line in 0..log.len() {
            let text = log.plain(line);
            let wanted = naive(&text, &query);
            matcher.marks(&text, &mut marks);
            prop_assert_eq!(&marks, &wanted, "{:?}", text);
            count += wanted.len() as u64;
            lines.extend((!wanted.is_empty()).then_some(line));
        }
        prop_assert_eq!(found(&log, &query, slice), (lines, count));
    }

    /// A text escaped as a regular expression finds the same as the text.
    #[test]
    fn a_regex_of_a_text_finds_the_text(
        messages in prop::collection::vec(any_message(), 0..20),
        text in "[abAB_ .]{1,3}",
        case in any::<bool>(),
        either in "[ab]{1,2}",
    ) {
        let (log, _) = read(body(&messages).as_bytes(), &[]);
        let query = SearchQuery { text, match_case: case, ..SearchQuery::default() };
        let regex = SearchQuery { text: escaped(&query.text), regex: true, ..query.clone() };
        prop_assert_eq!(found(&log, &query, 100), found(&log, &regex, 100));
        let text = format!("{}|{}", escaped(&query.text), either);
        let (lines, _) = found(&log, &SearchQuery { text, ..regex.clone() }, 100);
        let (first, _) = found(&log, &query, 100);
        let (second, _) = found(&log, &SearchQuery { text: either, ..query.clone() }, 100);
        let both: std::collections::BTreeSet<usize> = first.into_iter().chain(second).collect();
        prop_assert_eq!(lines, both.into_iter().collect::<Vec<_>>());
    }

    /// Lines that are skipped because they lack a fixed text do not match.
    #[test]
    fn a_regex_finds_what_it_matches(
        messages in prop::collection::vec("[abAB1 .]{0,12}", 0..20),
        text in prop::sample::select(vec![
            "ab+a", "a?ba", "(ab)*ba", "[ab]ab", "ab|ba", "(a|b)a.b", "a{2}b", "^ab", "ab$", "(?i)aB",
            "a\\.b", "\\bab\\b", "(?:ba|ab)ab", "a[]b]ab", "x|", "ab.*ba", "[^b]ab", "(a[)]|b)ab", "\\dab",
        ]),
        case in any::<bool>(),
        word in any::<bool>(),
    ) {
        let (log, _) = read(body(&messages).as_bytes(), &[]);
        let query = SearchQuery { text: text.to_owned(), regex: true, match_case: case, whole_word: word };
        let matcher = query.compile().expect("is a query");
        let mut marks = Vec::new();
        let (mut lines, mut count) = (Vec::new(), 0);
        for line in 0..log.len() {
            matcher.marks(&log.plain(line), &mut marks);
            count += marks.len() as u64;
            lines.extend((!marks.is_empty()).then_some(line));
        }
        prop_assert_eq!(found(&log, &query, 64), (lines, count));
    }

    /// However the rows grow, they are the lines that the filter shows.
    #[test]
    fn rows_are_the_lines_that_are_shown(
        lines in prop::collection::vec(("[ab]{0,2}", 0usize..3), 0..60),
        hidden in prop::collection::btree_set(0u8..5, 0..3),
        context in prop::option::of(0usize..3),
        budget in 1usize..20,
        parts in 1usize..4,
    ) {
        let entries: Vec<_> = lines
            .iter()
            .map(|(text, level)| {
                let level = ["INFO", "WARN", "ERROR"][*level];
                serde_json::json!({"message": text, "level": level})
            })
            .collect();
        let query = SearchQuery { text: "ab".to_owned(), ..SearchQuery::default() };
        let filter = Filter { hidden_levels: hidden, context, ..Filter::default() };
        let mut log = Log::new();
        let mut search = Search::new(query.compile().expect("is a query"));
        let mut rows = VisibleRows::new();
        let mut overview = Overview::new(7);
        log.begin(None);
        log.feed(b"[");
        for part in entries.chunks(lines.len() / parts + 1) {
            for entry in part {
                log.feed(format!("{entry},").as_bytes());
            }
            rows.extend(log.store(), log.steps(), Some(&search), None, &filter, budget);
            search.advance(log.store(), 64);
            while !rows.extend(log.store(), log.steps(), Some(&search), None, &filter, budget) {}
            while !overview.extend(log.store(), budget) {}
            overview.extend_matches(&search);
            // As if the text of the lines that match told of an error.
            overview.extend_errors(log.store(), search.lines());
        }
        while !search.advance(log.store(), 64) {}
        while !rows.extend(log.store(), log.steps(), Some(&search), None, &filter, budget) {}
        overview.extend_matches(&search);
        overview.extend_errors(log.store(), search.lines());

        let matches: Vec<bool> = lines.iter().map(|(text, _)| text == "ab").collect();
        let wanted: Vec<usize> = (0..lines.len())
            .filter(|line| {
                let near = |context: usize| {
                    let near = line.saturating_sub(context)..(line + context + 1).min(lines.len());
                    matches[near].contains(&true)
                };
                context.is_none_or(near) && !filter.hidden_levels.contains(&log.level_number(*line))
            })
            .collect();
        let shown: Vec<usize> = (0..rows.len()).filter_map(|row| rows.line(row)).collect();
        prop_assert_eq!(&shown, &wanted);
        prop_assert_eq!(rows.line(rows.len()), None);
        for line in 0..lines.len() + 2 {
            prop_assert_eq!(rows.row(line), wanted.binary_search(&line));
        }

        let mut buckets = vec![Bucket::default(); lines.len().div_ceil(overview.lines_per_bucket())];
        for line in 0..lines.len() {
            let bucket = &mut buckets[line / overview.lines_per_bucket()];
            bucket.matches += u32::from(matches[line]);
            let is_error = log.line(line).expect("is there").kind == LevelKind::Error;
            bucket.errors += u32::from(is_error);
            bucket.errors_by_text += u32::from(matches[line] && !is_error);
            bucket.warnings += u32::from(log.line(line).expect("is there").kind == LevelKind::Warning);
        }
        prop_assert_eq!(overview.buckets(), &buckets[..]);
        prop_assert!(overview.buckets().len() <= 7);
        overview.clear_matches();
        prop_assert!(overview.buckets().iter().all(|bucket| bucket.matches == 0));
        overview.extend_matches(&search);
        let by_text = buckets.iter().map(|bucket| bucket.errors_by_text as usize).sum::<usize>();
        prop_assert_eq!(overview.errors_by_text(), by_text);
        prop_assert_eq!(overview.buckets(), buckets);
    }

    /// Any text is a query, or an error at a position in it. There is never a panic.
    #[test]
    fn any_regex_is_a_query_or_an_error(text in "[ab()\\[\\]{}*+?|\\\\^$.,0-9:dpu<!= -]{1,12}") {
        if let Err(error) = (SearchQuery { text: text.clone(), regex: true, ..SearchQuery::default() }).compile() {
            prop_assert!(error.at <= text.chars().count());
        }
    }
}

#[test]
fn errors_say_what_and_where() {
    use QueryErrorKind::*;
    let cases = [
        ("", Empty, 0),
        ("a(b", Group, 1),
        ("é(a)b)", Group, 5),
        ("a[b", Class, 1),
        ("[z-a]", Class, 3),
        ("a|*b", Repetition, 2),
        ("a{3,1}", Repetition, 5),
        ("ab\\", Escape, 2),
        ("a\\yb", Escape, 2),
        ("(a)\\1", Unsupported, 4),
        ("a(?=b)", Unsupported, 3),
        ("\\p{Greek}", Unsupported, 1),
        ("(a{1000}){1000}", TooLarge, 14),
    ];
    for (text, kind, at) in cases {
        let query = SearchQuery {
            text: text.to_owned(),
            regex: true,
            ..SearchQuery::default()
        };
        let error = query.compile().expect_err(text);
        assert_eq!((error.kind, error.at), (kind, at), "{text}");
    }
    let long = SearchQuery {
        text: "a".repeat(2000),
        regex: true,
        ..SearchQuery::default()
    };
    assert_eq!(long.compile().expect_err("too long").kind, TooLarge);
}

#[test]
fn a_search_goes_on_with_the_log() {
    let mut log = Log::new();
    let query = SearchQuery {
        text: "a".to_owned(),
        ..SearchQuery::default()
    };
    let mut search = Search::new(query.compile().expect("is a query"));
    log.begin(None);
    log.feed(br#"[{"message":"a"},{"message":"b"},"#);
    assert!(search.advance(log.store(), 1000));
    log.feed(br#"{"message":"A"}]"#);
    assert!(search.advance(log.store(), 1000));
    assert_eq!(search.lines().len(), 2);
    assert_eq!((search.next(1), search.next(3)), (Some(1), None));
    assert_eq!((search.previous(2), search.previous(0)), (Some(0), None));
}
