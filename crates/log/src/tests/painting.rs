//! Tests painting against a slow version that handles one character at a time.

use crate::ansi::{Color, EscapeMode, Painted, Style, paint, plain};
use crate::tests::{body, cases, read};
use crate::text::is_special;
use proptest::prelude::*;

/// The visible characters, each with its style and true if it is linked, and the style after them.
fn slowly(text: &str, start: Style) -> (Vec<(char, Style, bool)>, Style) {
    let chars: Vec<char> = text.chars().collect();
    let mut shown: Vec<(char, Style, bool)> = Vec::new();
    let (mut style, mut linked, mut returned) = (start, false, false);
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        if rest[0] == '\u{1b}' {
            let (len, kind) = slow_escape(rest);
            let inside: String = rest[..len].iter().collect();
            match kind {
                'm' => style = style.after(&inside[2..inside.len() - 1]),
                'K' => match &inside[2..inside.len() - 1] {
                    "" | "0" if returned => (shown, returned) = (Vec::new(), false),
                    "1" if !returned => shown.clear(),
                    "2" => (shown, returned) = (Vec::new(), false),
                    _ => {}
                },
                'G' if ["", "0", "1"].contains(&&inside[2..inside.len() - 1]) => returned = true,
                ']' => {
                    let command = inside[2..].trim_end_matches(['\u{7}', '\u{1b}', '\\']);
                    if let Some((_, address)) = command
                        .strip_prefix("8;")
                        .and_then(|rest| rest.split_once(';'))
                    {
                        linked = address.starts_with("http://") || address.starts_with("https://");
                    }
                }
                _ => {}
            }
            at += len;
            continue;
        }
        at += 1;
        let char = rest[0];
        if char == '\r' {
            returned = true;
            continue;
        }
        if returned {
            (shown, returned) = (Vec::new(), false);
        }
        let picture = match char {
            '\u{7f}' => "\u{2421}".to_owned(),
            char if char < ' ' && char != '\t' => char::from_u32(0x2400 + char as u32)
                .expect("a picture")
                .to_string(),
            char if is_special(char) => format!("\\u{{{:x}}}", char as u32),
            char => char.to_string(),
        };
        shown.extend(picture.chars().map(|char| (char, style, linked)));
    }
    (shown, style)
}

/// The length of a sequence, and its kind: the final character of CSI, `]` for a complete OSC, or a space.
fn slow_escape(rest: &[char]) -> (usize, char) {
    match rest.get(1) {
        Some('[') => {
            let mut at = 2;
            while rest.get(at).is_some_and(|char| (' '..='?').contains(char)) {
                at += 1;
            }
            match rest.get(at) {
                Some(last @ '@'..='~') => (at + 1, *last),
                _ => (at, ' '),
            }
        }
        Some(kind @ (']' | 'P' | 'X' | '^' | '_')) => {
            let kind = if *kind == ']' { ']' } else { ' ' };
            match rest
                .iter()
                .skip(2)
                .position(|char| ['\u{7}', '\u{1b}'].contains(char))
            {
                None => (2, ' '),
                Some(end) if rest[2 + end] == '\u{7}' => (end + 3, kind),
                Some(end) if rest.get(end + 3) == Some(&'\\') => (end + 4, kind),
                Some(end) => (end + 2, ' '),
            }
        }
        Some(' '..='/') => {
            let mut at = 1;
            while rest.get(at).is_some_and(|char| (' '..='/').contains(char)) {
                at += 1;
            }
            (
                at + usize::from(rest.get(at).is_some_and(|char| ('0'..='~').contains(char))),
                ' ',
            )
        }
        Some('0'..='~') => (2, ' '),
        _ => (1, ' '),
    }
}

fn any_line() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "\u{1b}[31m",
            "\u{1b}[1;38;5;208m",
            "\u{1b}[0m",
            "\u{1b}[m",
            "\u{1b}[48;2;1;2;3m",
            "\u{1b}[7m",
            "\r",
            "\u{1b}[K",
            "\u{1b}[2K",
            "\u{1b}[1K",
            "\u{1b}[G",
            "\u{1b}[1A",
            "\u{1b}(B",
            "\u{1b}7",
            "\u{1b}]8;;https://a.test/\u{1b}\\",
            "\u{1b}]8;;\u{7}",
            "\u{1b}]8;id=1;http://b.test\u{7}",
            "\u{1b}]8;;javascript:alert(1)\u{7}",
            "\u{1b}]0;title\u{7}",
            "\u{1b}]",
            "\u{1b}P",
            "\u{1b}[3",
            "\u{1b}",
            "100 %",
            "done",
            "\u{8}",
        ])
        .prop_map(str::to_owned),
        "[ -~]{0,6}",
        "[\u{0}-\u{9f}é中😀\u{202e}\u{200f}\u{2028}\\[\\]m;0-9]{0,4}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat().replace('\n', ""))
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_line_is_shown_as_the_slow_version_shows_it(line in any_line()) {
        let (shown, end) = slowly(&line, Style::default());
        let mut painted = Painted::default();
        prop_assert_eq!(paint(&line, Style::default(), EscapeMode::Interpret, &mut painted), end);
        let text: String = shown.iter().map(|(char, ..)| char).collect();
        prop_assert_eq!(&painted.text, &text);
        prop_assert_eq!(plain(&line), text.as_str());
        let mut at = 0;
        for span in &painted.spans {
            prop_assert_eq!(span.start, at);
            prop_assert!(span.end > span.start);
            at = span.end;
        }
        prop_assert_eq!(at, text.len());
        for ((place, _), (_, style, linked)) in text.char_indices().zip(&shown) {
            let span = painted.spans.iter().find(|span| span.end > place).expect("covers");
            prop_assert_eq!(span.style, *style);
            prop_assert_eq!(span.link.is_some(), *linked);
        }
    }

    /// Whatever a log contains, its visible text has no special characters, and every link is a web
    /// address.
    #[test]
    fn nothing_harmful_is_left(line in any_line(), controls in any::<bool>()) {
        let mode = if controls { EscapeMode::Show } else { EscapeMode::Interpret };
        let mut painted = Painted::default();
        paint(&line, Style::default(), mode, &mut painted);
        prop_assert!(!painted.text.chars().any(is_special));
        prop_assert!(painted.links.iter().all(|link| link.starts_with("http")));
        if controls {
            let visible = line.chars().filter(|char| !is_special(*char)).count();
            prop_assert!(painted.text.chars().count() >= visible);
            prop_assert!(painted.links.is_empty());
        }
    }

    /// Colors continue on the next line, whichever line is painted first.
    #[test]
    fn colors_are_carried(lines in prop::collection::vec(any_line(), 0..24)) {
        let (log, _) = read(body(&lines).as_bytes(), &[50, 100]);
        let mut style = Style::default();
        let (mut from_log, mut alone) = (Painted::default(), Painted::default());
        for (index, line) in lines.iter().enumerate() {
            let line = line.strip_suffix('\r').unwrap_or(line);
            style = paint(line, style, EscapeMode::Interpret, &mut alone);
            log.paint(index, EscapeMode::Interpret, &mut from_log);
            prop_assert_eq!(&from_log, &alone);
        }
    }
}

fn shown(text: &str) -> String {
    plain(text).into_owned()
}

#[test]
fn progress_shows_its_last_state() {
    assert_eq!(shown("10 %\r50 %\r100 %"), "100 %");
    assert_eq!(shown("done\r"), "done");
    assert_eq!(shown("50 %\r\u{1b}[Kdone"), "done");
    assert_eq!(shown("50 %\u{1b}[2K\rdone"), "done");
    assert_eq!(shown("50 %\r\u{1b}[K"), "");
    assert_eq!(shown("50 %\r\u{1b}[0m"), "50 %");
    assert_eq!(shown("50 %\u{1b}[Gdone"), "done");
}

#[test]
fn sequences_are_gone_and_text_stays() {
    assert_eq!(shown("\u{1b}[1;31merror\u{1b}[0m: x"), "error: x");
    assert_eq!(
        shown("\u{1b}]8;;https://a.test\u{1b}\\link\u{1b}]8;;\u{7}"),
        "link"
    );
    assert_eq!(shown("cut short \u{1b}[3"), "cut short ");
    assert_eq!(shown("\u{1b}]0;no end"), "0;no end");
    assert_eq!(
        shown("a\u{202e}b\u{0}c\u{8}"),
        "a\\u{202e}b\u{2400}c\u{2408}"
    );
    assert_eq!(shown("\u{1b}(Ba\u{1b}7b"), "ab");
}

#[test]
fn controls_are_visible_on_demand() {
    let mut painted = Painted::default();
    paint(
        "a\r\u{1b}[31mb\u{202e}",
        Style::default(),
        EscapeMode::Show,
        &mut painted,
    );
    assert_eq!(painted.text, "a\u{240d}\u{241b}[31mb\\u{202e}");
    assert_eq!(
        painted.spans.last().map(|span| span.style.foreground),
        Some(Color::Indexed(1))
    );
}

#[test]
fn links_are_web_addresses() {
    let link = |address: &str| {
        let mut painted = Painted::default();
        let text = format!("\u{1b}]8;;{address}\u{7}x\u{1b}]8;;\u{7}y");
        paint(&text, Style::default(), EscapeMode::Interpret, &mut painted);
        assert_eq!(painted.text, "xy");
        let first = painted.spans[0];
        first.link.map(|link| painted.links[link].clone())
    };
    assert_eq!(
        link("https://a.test/?q=1").as_deref(),
        Some("https://a.test/?q=1")
    );
    assert_eq!(link("HTTP://a.test").as_deref(), Some("HTTP://a.test"));
    assert_eq!(link("javascript:alert(1)"), None);
    assert_eq!(link("//a.test"), None);
    assert_eq!(link("https://a.test/\u{202e}x"), None);
    assert_eq!(link(&format!("https://a.test/{}", "x".repeat(3000))), None);
}
