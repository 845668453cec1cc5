//! The part of a build page's URL about its log: `?start=1441770706&end=1441770800&numbers=whole&search=error`
//! `&match=case,word&around=2&hide=DEBUG&show=new&fold=1-4,7&repeats=folded#L120-L140`.
//!
//! A new value needs a field of [`LogLocation`], an arm of [`LogLocation::read_value`], a line of
//! [`LogLocation::print`], and its place in the tests' `any_location`.

use crate::api::url::{decode, encode};
use crate::log::SearchQuery;
use std::collections::BTreeSet;

/// The numbers of lines that can be shown around each match.
pub(crate) const CONTEXTS: [usize; 4] = [0, 2, 5, 20];

/// The maximum length of a search that a URL has, in bytes. A cut one would find other lines.
const MAX_SEARCH_BYTES: usize = 2_000;

/// The maximum number of hidden levels, and of the bytes of their names. No real log has more.
const MAX_LEVELS: usize = 20;
const MAX_LEVEL_BYTES: usize = 64;

/// The maximum number of a step, and of the characters that name all folded steps.
const MAX_STEP: usize = 10_000;
const MAX_FOLD_CHARS: usize = 1_000;

/// The maximum number of values that are read.
const MAX_VALUES: usize = 100;

/// The part of a build's log that is shown, the selected lines, the search, and what is hidden.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct LogLocation {
    /// The first and last line, counted from 1 in the part that is loaded; the first is not after the last.
    pub lines: Option<(u64, u64)>,
    /// Unix seconds, UTC; the part begins with this second.
    pub start: Option<i64>,
    /// Unix seconds, UTC; the part ends with this second.
    pub end: Option<i64>,
    /// With a start or an end: lines are counted from 1 in the whole log.
    pub of_whole: bool,
    /// The search; with an empty text, none.
    pub search: SearchQuery,
    /// With a search: shows only matches, and this many lines around each, one of [`CONTEXTS`]; `None`: all lines.
    pub context: Option<usize>,
    /// The names of hidden levels; the empty one is that of lines without a level.
    pub hidden_levels: BTreeSet<String>,
    /// Shows only the lines that are new since the last success.
    pub only_new: bool,
    /// The folded steps, counted from 1; `None`: those that are folded at first.
    pub folded: Option<BTreeSet<usize>>,
    /// Shows only one line of each run of repeated lines.
    pub fold_repeats: bool,
}

impl LogLocation {
    /// Parses a query and a fragment, with or without their `?` and `#`. A value that is not valid, or longer than
    /// [`LogLocation::print`] writes it, counts as missing.
    pub(crate) fn parse(query: &str, fragment: &str) -> Self {
        let mut location = Self {
            lines: lines(fragment.trim_start_matches('#')),
            ..Self::default()
        };
        let values = query.trim_start_matches('?').split('&');
        for (key, value) in values
            .filter_map(|pair| pair.split_once('='))
            .take(MAX_VALUES)
        {
            if let Some(value) = decode_value(value) {
                location.read_value(key, &value);
            }
        }
        location.search_only_with_text();
        location.of_whole &= location.has_window();
        location
    }

    fn has_window(&self) -> bool {
        self.start.is_some() || self.end.is_some()
    }

    fn read_value(&mut self, key: &str, value: &str) {
        match key {
            "start" => self.start = self.start.or(value.parse().ok()),
            "end" => self.end = self.end.or(value.parse().ok()),
            "numbers" => self.of_whole = value == "whole",
            "search" if value.len() <= MAX_SEARCH_BYTES && self.search.text.is_empty() => {
                self.search.text = value.to_owned();
            }
            "match" => {
                for word in value.split(',') {
                    match word {
                        "case" => self.search.match_case = true,
                        "word" => self.search.whole_word = true,
                        "regex" => self.search.regex = true,
                        _ => {}
                    }
                }
            }
            "around" => {
                let context = value.parse().ok();
                self.context = context.filter(|lines| CONTEXTS.contains(lines));
            }
            "hide" if value.len() <= MAX_LEVEL_BYTES && self.hidden_levels.len() < MAX_LEVELS => {
                self.hidden_levels.insert(value.to_owned());
            }
            "show" => self.only_new = value == "new",
            "fold" => self.folded = parse_steps(value),
            "repeats" => self.fold_repeats = value == "folded",
            _ => {}
        }
    }

    /// Without a text, the other values of a search mean nothing.
    fn search_only_with_text(&mut self) {
        if self.search.text.is_empty() || self.search.text.len() > MAX_SEARCH_BYTES {
            self.search = SearchQuery::default();
            self.context = None;
        }
    }

    /// Returns what follows the page's path: empty, or a query, a fragment, or both. It leaves out what is too long for
    /// a URL.
    pub(crate) fn print(&self) -> String {
        let mut location = self.clone();
        location.search_only_with_text();
        let mut query = Query::default();
        query.push("start", location.start.map(|time| time.to_string()));
        query.push("end", location.end.map(|time| time.to_string()));
        let of_whole = location.of_whole && location.has_window();
        query.push("numbers", of_whole.then(|| "whole".to_owned()));
        let search = &location.search;
        let words = [
            (search.match_case, "case"),
            (search.whole_word, "word"),
            (search.regex, "regex"),
        ];
        let words: Vec<&str> = words
            .iter()
            .filter(|(is_on, _)| *is_on)
            .map(|(_, word)| *word)
            .collect();
        query.push("search", text(&search.text));
        query.push("match", text(&words.join(",")));
        query.push("around", location.context.map(|lines| lines.to_string()));
        let names = location.hidden_levels.iter();
        for name in names
            .filter(|name| name.len() <= MAX_LEVEL_BYTES)
            .take(MAX_LEVELS)
        {
            query.push("hide", Some(name.clone()));
        }
        query.push("show", location.only_new.then(|| "new".to_owned()));
        query.push("fold", location.folded.as_ref().and_then(print_steps));
        let repeats = location.fold_repeats.then(|| "folded".to_owned());
        query.push("repeats", repeats);
        match self.lines {
            Some((first, last)) if first == last => query.0.push_str(&format!("#L{first}")),
            Some((first, last)) => query.0.push_str(&format!("#L{first}-L{last}")),
            None => {}
        }
        query.0
    }
}

/// A query with its `?`; empty without values.
#[derive(Default)]
struct Query(String);

impl Query {
    /// Appends a value, if there is one.
    fn push(&mut self, key: &str, value: Option<String>) {
        if let Some(value) = value {
            let sign = if self.0.is_empty() { '?' } else { '&' };
            self.0.push(sign);
            self.0.push_str(key);
            self.0.push('=');
            self.0.push_str(&encode_value(&value));
        }
    }
}

fn text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// A character that is never encoded. With it, a text is no segment of dots, which `encode` treats as a path.
const GUARD: char = '~';

/// Encodes a value. A comma and a dash need no encoding there.
fn encode_value(value: &str) -> String {
    let mut encoded = encode(&format!("{value}{GUARD}"));
    encoded.pop();
    encoded.replace("%2C", ",")
}

fn decode_value(value: &str) -> Option<String> {
    let mut decoded = decode(&format!("{}{GUARD}", value.replace('+', " ")))?;
    decoded.pop();
    Some(decoded)
}

/// Parses `L120` or `L120-L140`.
fn lines(text: &str) -> Option<(u64, u64)> {
    let number = |text: &str| {
        text.strip_prefix('L')?
            .parse::<u64>()
            .ok()
            .filter(|line| *line > 0)
    };
    let (first, last) = match text.split_once('-') {
        Some((first, last)) => (number(first)?, number(last)?),
        None => (number(text)?, number(text)?),
    };
    Some((first.min(last), first.max(last)))
}

/// Parses steps such as `1-4,7`; `none` is the empty set.
fn parse_steps(text: &str) -> Option<BTreeSet<usize>> {
    if text == "none" {
        return Some(BTreeSet::new());
    }
    if text.len() > MAX_FOLD_CHARS {
        return None;
    }
    let step = |text: &str| {
        let step: usize = text.parse().ok()?;
        (1..=MAX_STEP).contains(&step).then_some(step)
    };
    let mut steps = BTreeSet::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        steps.extend(step(first)?..=step(last)?);
    }
    Some(steps)
}

/// Prints steps as [`parse_steps`] reads them. Returns `None` if they are too many.
fn print_steps(steps: &BTreeSet<usize>) -> Option<String> {
    if steps.is_empty() {
        return Some("none".to_owned());
    }
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for &step in steps {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == step => *last = step,
            _ => runs.push((step, step)),
        }
    }
    let runs = runs.into_iter().map(|(first, last)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    });
    let text = runs.collect::<Vec<_>>().join(",");
    let is_valid = steps.iter().all(|step| (1..=MAX_STEP).contains(step));
    (is_valid && text.len() <= MAX_FOLD_CHARS).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Parses what [`LogLocation::print`] returns.
    fn read(text: &str) -> LogLocation {
        let (query, fragment) = text.split_at(text.find('#').unwrap_or(text.len()));
        LogLocation::parse(query, fragment)
    }

    fn search(text: &str) -> SearchQuery {
        SearchQuery {
            text: text.to_owned(),
            ..SearchQuery::default()
        }
    }

    /// Locations, each with its text.
    fn examples() -> Vec<(LogLocation, &'static str)> {
        let steps = |steps: &[usize]| Some(steps.iter().copied().collect());
        let default = LogLocation::default;
        vec![
            (default(), ""),
            (
                LogLocation {
                    lines: Some((120, 120)),
                    ..default()
                },
                "#L120",
            ),
            (
                LogLocation {
                    lines: Some((120, 140)),
                    end: Some(-7),
                    ..default()
                },
                "?end=-7#L120-L140",
            ),
            (
                LogLocation {
                    start: Some(1),
                    end: Some(2),
                    ..default()
                },
                "?start=1&end=2",
            ),
            (
                LogLocation {
                    search: SearchQuery {
                        match_case: true,
                        regex: true,
                        ..search("a b&c=#1")
                    },
                    context: Some(2),
                    ..default()
                },
                "?search=a%20b%26c%3D%231&match=case,regex&around=2",
            ),
            (
                LogLocation {
                    hidden_levels: ["".to_owned(), "DEBUG".to_owned()].into(),
                    folded: steps(&[1, 2, 3, 7]),
                    ..default()
                },
                "?hide=&hide=DEBUG&fold=1-3,7",
            ),
            (
                LogLocation {
                    folded: steps(&[]),
                    ..default()
                },
                "?fold=none",
            ),
            (
                LogLocation {
                    only_new: true,
                    folded: steps(&[2]),
                    fold_repeats: true,
                    ..default()
                },
                "?show=new&fold=2&repeats=folded",
            ),
            // What an encoder of paths treats as parent folders.
            (
                LogLocation {
                    search: search(".."),
                    ..default()
                },
                "?search=..",
            ),
            (
                LogLocation {
                    search: search("%2E"),
                    ..default()
                },
                "?search=%252E",
            ),
        ]
    }

    #[test]
    fn a_location_reads_as_a_person_would_write_it() {
        for (location, text) in examples() {
            assert_eq!(location.print(), text);
            assert_eq!(read(text), location, "{text}");
        }
        assert_eq!(read("?search=a+b").search.text, "a b");
        assert_eq!(read("#L9-L3").lines, Some((3, 9)));
    }

    #[test]
    fn values_that_are_not_valid_count_as_missing() {
        for odd in [
            "#L0",
            "#L",
            "#120",
            "#L1-",
            "#L1-2",
            "#heading",
            "#L99999999999999999999",
            "?start=soon&end=",
            "?search=",
            "?search=%FF",
            "?search",
            "?around=2&match=case,word",
            "?fold=0",
            "?fold=",
            "?fold=1-",
            "?fold=3,x",
            "?fold=1-99999999999",
            "?fold=-1",
            "?fold=1,,2",
            "?match=loud",
            "?show=old&repeats=yes",
            "?&&=&=x&?",
            "?hide=%ff",
        ] {
            assert_eq!(read(odd), LogLocation::default(), "{odd}");
        }
        assert_eq!(read("?search=a&around=3").context, None);
        assert_eq!(read("?fold=4-2").folded, Some(BTreeSet::new()));
        // The first of several searches counts.
        assert_eq!(read("?search=a&search=b").search.text, "a");
    }

    #[test]
    fn what_is_too_long_is_left_out() {
        let mut location = LogLocation {
            lines: Some((1, 2)),
            ..LogLocation::default()
        };
        location.search.text = "é".repeat(MAX_SEARCH_BYTES / 2);
        assert_eq!(read(&location.print()), location);
        location.search.text.push('x');
        assert_eq!(location.print(), "#L1-L2");
        location.folded = Some((1..=MAX_STEP).step_by(2).collect());
        assert_eq!(location.print(), "#L1-L2");
        location.folded = Some((1..=MAX_STEP).collect());
        assert_eq!(location.print(), "?fold=1-10000#L1-L2");
        location.hidden_levels = (0..99).map(|level| level.to_string()).collect();
        assert_eq!(read(&location.print()).hidden_levels.len(), MAX_LEVELS);
        let many = format!("?{}", "hide=a&fold=1-10000&".repeat(100_000));
        assert_eq!(read(&many).hidden_levels.len(), 1);
    }

    prop_compose! {
        fn any_location()(
            lines in prop::option::of((1u64.., 0u64..9)),
            times in any::<(Option<i64>, Option<i64>)>(),
            search in ("\\PC{0,9}|[.%~+ &#2E,-]{0,5}", any::<[bool; 3]>()),
            context in prop::option::of(prop::sample::select(&CONTEXTS[..])),
            hidden_levels in prop::collection::btree_set("[A-Z,&. é]{0,5}", 0..4),
            folded in prop::option::of(prop::collection::btree_set(1usize..30, 0..9)),
            [only_new, fold_repeats, of_whole] in any::<[bool; 3]>(),
        ) -> LogLocation {
            let (text, [regex, match_case, whole_word]) = search;
            let mut location = LogLocation {
                lines: lines.map(|(first, more)| (first, first.saturating_add(more))),
                start: times.0,
                end: times.1,
                of_whole: of_whole && (times.0.is_some() || times.1.is_some()),
                search: SearchQuery { text, regex, match_case, whole_word },
                context,
                hidden_levels,
                only_new,
                folded,
                fold_repeats,
            };
            location.search_only_with_text();
            location
        }
    }

    proptest! {
        #[test]
        fn a_location_reads_back(location in any_location()) {
            let text = location.print();
            prop_assert_eq!(read(&text), location, "{}", text);
        }

        #[test]
        fn any_text_is_a_location_that_reads_back(text in "\\PC{0,60}|[?&=#a-z%,L0-9-]{0,60}|([?&](search|match|around|hide|show|fold|repeats|start|numbers)=[a-z0-9%,-]{0,6}){0,5}#?") {
            let location = read(&text);
            prop_assert_eq!(read(&location.print()), location);
        }
    }
}
