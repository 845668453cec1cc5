//! Tests painting against a slow version that handles one character at a time.

use crate::ansi::{Color, EscapeMode, Painted, Style, leaves_line, paint, plain};
use crate::tests::{body, cases, read};
use crate::text::is_special;
use crate::width::{clusters_from, columns};
use proptest::prelude::*;

/// A column: what stands in it, its style, and true if it is linked. The second column of a wide character is empty.
type Place = (String, Style, bool);

/// Returns true if the cursor does anything but go on.
fn moves(text: &str) -> bool {
    let chars: Vec<char> = text.trim_end_matches('\r').chars().collect();
    let (mut at, mut is_empty) = (0, true);
    while at < chars.len() {
        let rest = &chars[at..];
        let (len, kind) = match rest[0] {
            '\u{1b}' => slow_escape(rest),
            _ => (1, ' '),
        };
        let inside: String = rest.iter().take(len - 1).skip(2).collect();
        let is_erase_after = first_number(&inside) == 0;
        match (rest[0], kind) {
            ('\u{1b}', 'G' | 'C' | 'D') => return true,
            ('\u{1b}', 'K') if !is_erase_after => return true,
            ('\r' | '\u{8}', _) if !is_empty => return true,
            ('\u{1b}' | '\r' | '\u{8}', _) => {}
            _ => is_empty = false,
        }
        at += len;
    }
    false
}

/// Returns true if a line has a movement that the slow version does not know.
fn has_rare_movement(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let finals = "`aed@PABEFHfJLMsu";
    (0..chars.len()).any(|at| {
        let is_escape = chars[at] == '\u{1b}';
        let (len, kind) = if is_escape {
            slow_escape(&chars[at..])
        } else {
            (1, ' ')
        };
        let is_single = len == 2
            && chars
                .get(at + 1)
                .is_some_and(|char| "78DEM".contains(*char));
        is_escape && (finals.contains(kind) || is_single)
    })
}

/// The picture that a terminal shows of one line, column by column, and the style after it.
fn slowly(text: &str, start: Style) -> (Vec<Place>, Style) {
    let chars: Vec<char> = text.trim_end_matches('\r').chars().collect();
    let mut terminal = SlowTerminal {
        moves: moves(text),
        line: Vec::new(),
        style: start,
        linked: false,
        column: 0,
        backspaces: 0,
    };
    let mut rest = chars.as_slice();
    while !rest.is_empty() {
        rest = &rest[terminal.read(rest)..];
    }
    (terminal.line, terminal.style)
}

/// A terminal of one line that takes one thing after the other.
struct SlowTerminal {
    /// Says if the text has anything that moves the cursor back.
    moves: bool,
    line: Vec<Place>,
    style: Style,
    linked: bool,
    column: usize,
    /// The backspaces since the last character.
    backspaces: usize,
}

impl SlowTerminal {
    /// Reads what stands at the start of the text, and returns its length in characters.
    fn read(&mut self, rest: &[char]) -> usize {
        match rest[0] {
            '\u{8}' => {
                self.backspaces += usize::from(self.column > 0);
                self.column = self.column.saturating_sub(1);
                1
            }
            '\u{1b}' => {
                let (len, kind) = slow_escape(rest);
                let inside: String = rest[..len].iter().collect();
                self.backspaces = 0;
                self.escape(&inside, kind);
                len
            }
            '\r' => {
                (self.column, self.backspaces) = (0, 0);
                1
            }
            first if is_special(first) => {
                self.write(&slow_symbol(first));
                1
            }
            _ => {
                let end = rest.iter().position(|char| is_special(*char));
                let end = end.unwrap_or(rest.len());
                self.write(&rest[..end].iter().collect::<String>());
                end
            }
        }
    }

    fn escape(&mut self, inside: &str, kind: char) {
        let numbers = inside.get(2..inside.len() - 1).unwrap_or_default();
        let first = first_number(numbers);
        let number = first.max(1);
        let column = self.column;
        match kind {
            'm' => self.style = self.style.after(numbers),
            'K' if self.moves => {
                let (from, to) = match first {
                    1 => (0, column + 1),
                    2 => (0, usize::MAX),
                    _ => (column, usize::MAX),
                };
                slow_erase(&mut self.line, from, to);
            }
            'G' => self.column = number - 1,
            'C' => self.column += number,
            'D' => self.column = column.saturating_sub(number),
            'X' if self.moves => slow_erase(&mut self.line, column, column + number),
            ']' => {
                let command = inside[2..].trim_end_matches(['\u{7}', '\u{1b}', '\\']);
                let link = command.strip_prefix("8;");
                if let Some((_, address)) = link.and_then(|rest| rest.split_once(';')) {
                    self.linked = address.starts_with("http://") || address.starts_with("https://");
                }
            }
            _ => {}
        }
    }

    fn write(&mut self, run: &str) {
        if !self.moves {
            // Nothing can be written over, so that tabs stay, and marks without a letter.
            let (style, linked) = (self.style, self.linked);
            let places = run.chars().map(|char| (char.to_string(), style, linked));
            self.line.extend(places);
            return;
        }
        for cluster in clusters_from(run, 0, self.column) {
            self.write_cluster(&run[cluster.bytes.clone()], cluster.columns);
        }
    }

    fn write_cluster(&mut self, part: &str, width: usize) {
        let column = self.column;
        if part == "\t" || width == 0 {
            let end = column.min(self.line.len());
            let before = self.line[..end]
                .iter_mut()
                .rfind(|place| !place.0.is_empty());
            if let Some(before) = before.filter(|_| part != "\t") {
                before.0.push_str(part);
            }
            self.column += width;
            self.backspaces = 0;
            return;
        }
        if std::mem::take(&mut self.backspaces) == 1
            && let Some(place) = self.overstruck(part)
        {
            // A wide character that is printed over counts as it is read.
            self.column += usize::from(columns(&place.0) > 0);
            self.line[column] = place;
            return;
        }
        while self.line.len() < column + width {
            self.line.push((" ".to_owned(), Style::default(), false));
        }
        slow_halve(&mut self.line, column);
        slow_halve(&mut self.line, column + width);
        for offset in 0..width {
            let text = if offset == 0 { part } else { "" };
            self.line[column + offset] = (text.to_owned(), self.style, self.linked);
        }
        self.column += width;
    }

    /// The place that a printer makes of a character over the one at the cursor: bold or underlined.
    fn overstruck(&self, part: &str) -> Option<Place> {
        let is_letter =
            |text: &str| text.chars().count() == 1 && text.chars().all(char::is_alphanumeric);
        let (before, style, linked) = self.line.get(self.column)?;
        let mut style = *style;
        match (before.as_str(), part) {
            (" ", _) | (_, " ") => return None,
            (before, part) if before == part && part.chars().count() == 1 => style.bold = true,
            ("_", part) if is_letter(part) => {
                let underline = true;
                let style = Style {
                    underline,
                    ..self.style
                };
                return Some((part.to_owned(), style, self.linked));
            }
            (before, "_") if is_letter(before) => style.underline = true,
            _ => return None,
        }
        Some((before.clone(), style, *linked))
    }
}

/// Blanks the wide character that a column is in the middle of.
fn slow_halve(line: &mut [Place], column: usize) {
    if line.get(column).is_some_and(|place| place.0.is_empty()) {
        let start = (0..column).rfind(|at| !line[*at].0.is_empty()).unwrap_or(0);
        let end = (column..line.len()).find(|at| !line[*at].0.is_empty());
        let end = end.unwrap_or(line.len());
        for place in &mut line[start..end] {
            *place = (" ".to_owned(), Style::default(), false);
        }
    }
}

fn slow_erase(line: &mut Vec<Place>, from: usize, to: usize) {
    slow_halve(line, from);
    slow_halve(line, to);
    if to >= line.len() {
        return line.truncate(from);
    }
    for place in &mut line[from..to] {
        *place = (" ".to_owned(), Style::default(), false);
    }
}

fn slow_symbol(char: char) -> String {
    match char {
        '\u{7f}' => "\u{2421}".to_owned(),
        char if char < ' ' => char::from_u32(0x2400 + char as u32)
            .expect("a picture")
            .to_string(),
        char => format!("\\u{{{:x}}}", char as u32),
    }
}

/// The first number of a sequence; 0 if it has none.
fn first_number(inside: &str) -> usize {
    let first = inside.split(';').next().unwrap_or_default();
    first.parse().unwrap_or(0)
}

/// The length of a sequence, and its kind: the final character of CSI, `]` for a complete OSC, or a space.
fn slow_escape(rest: &[char]) -> (usize, char) {
    match rest.get(1) {
        Some('[') => {
            let mut at = 2;
            while rest.get(at).is_some_and(|char| (' '..='?').contains(char)) {
                at += 1;
            }
            let inside: String = rest[2..at].iter().collect();
            let is_plain = inside.chars().all(|char| "0123456789;".contains(char));
            match rest.get(at) {
                Some('m') => (at + 1, 'm'),
                // No terminal knows such an erase.
                Some('K') if first_number(&inside) > 2 => (at + 1, ' '),
                Some(last @ '@'..='~') if is_plain => (at + 1, *last),
                // Such a sequence is for other things than the cursor.
                Some('@'..='~') => (at + 1, ' '),
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
            "\u{1b}[3G",
            "\u{1b}[2C",
            "\u{1b}[2D",
            "\u{1b}[2X",
            "\u{1b}(B",
            "\u{1b}[?25l",
            "\u{8}\u{8}",
            "\u{8}中",
            "N\u{8}N",
            "_\u{8}N",
            "\u{1b}]8;;https://a.test/\u{1b}\\",
            "\u{1b}]8;;\u{7}",
            "\u{1b}]8;id=1;http://b.test\u{7}",
            "\u{1b}]8;;javascript:alert(1)\u{7}",
            "\u{1b}]0;title\u{7}",
            "\u{1b}]",
            "\u{1b}P",
            "\u{1b}[3",
            "\u{1b}[3K",
            "\u{1b}[3 C",
            "\u{1b}[>2D",
            "\u{1b}[;3G",
            "\u{1b}[2;5X",
            "\u{1b}",
            "100 %",
            "done",
            "\u{8}",
        ])
        .prop_map(str::to_owned),
        "[ -~]{0,6}",
        "[\u{8}\r\t中\u{301}]{1,3}",
        "[\u{0}-\u{9f}é中😀\u{202e}\u{200f}\u{2028}\\[\\]m;0-9]{0,4}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat().replace('\n', ""))
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_line_is_shown_as_the_slow_version_shows_it(line in any_line()) {
        prop_assume!(!has_rare_movement(&line));
        let (shown, end) = slowly(&line, Style::default());
        let mut painted = Painted::default();
        prop_assert_eq!(paint(&line, Style::default(), EscapeMode::Interpret, &mut painted), end);
        let text: String = shown.iter().map(|(text, ..)| text.as_str()).collect();
        prop_assert_eq!(&painted.text, &text);
        prop_assert_eq!(plain(&line), text.as_str());
        let mut at = 0;
        for span in &painted.spans {
            prop_assert_eq!(span.start, at);
            prop_assert!(span.end > span.start);
            at = span.end;
        }
        prop_assert_eq!(at, text.len());
        let mut place = 0;
        for (text, style, linked) in shown.iter().filter(|(text, ..)| !text.is_empty()) {
            let span = painted.spans.iter().find(|span| span.end > place).expect("covers");
            prop_assert_eq!(span.style, *style);
            prop_assert_eq!(span.link.is_some(), *linked);
            place += text.len();
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
        let lines: Vec<_> = lines.into_iter().filter(|line| !leaves_line(line)).collect();
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
    assert_eq!(shown("100 %\rok"), "ok0 %");
    assert_eq!(shown("\r50 %\r\r"), "50 %");
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
        shown("a\u{202e}b\u{0}c\u{7}"),
        "a\\u{202e}b\u{2400}c\u{2407}"
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

#[test]
fn a_backspace_goes_one_place_back() {
    let spinner = "|\u{8}/\u{8}-\u{8}\\\u{8}".repeat(3);
    assert_eq!(
        shown(&format!("Solving environment: {spinner} \u{8}done")),
        "Solving environment: done"
    );
    assert_eq!(shown("5%\u{8}\u{8}10%"), "10%");
    assert_eq!(shown("ab\u{8}\u{8}\u{8}\u{8}c"), "cb");
    assert_eq!(shown("中\u{8}\u{8}ab"), "ab");
    // Half a wide character is none.
    assert_eq!(shown("中\u{8}b"), " b");
    assert_eq!(shown("中x\ra"), "a x");
    assert_eq!(shown("a👩\u{200d}👩\u{200d}👧\u{8}\u{8}bc"), "abc");
    assert_eq!(shown("\u{1b}[32mok\u{1b}[0m\u{8}\u{8}no"), "no");
}

fn painted(text: &str) -> Painted {
    let mut painted = Painted::default();
    paint(text, Style::default(), EscapeMode::Interpret, &mut painted);
    painted
}

#[test]
fn text_printed_twice_is_bold_and_over_a_line_underlined() {
    let bold = painted("N\u{8}NA\u{8}AM\u{8}ME\u{8}E x");
    assert_eq!(bold.text, "NAME x");
    assert!(bold.spans[0].style.bold && !bold.spans[1].style.bold);
    assert_eq!(bold.spans[0].end, 4);
    for text in ["_\u{8}a_\u{8}b", "a\u{8}_b\u{8}_"] {
        let underlined = painted(text);
        assert_eq!(underlined.text, "ab");
        assert!(underlined.spans[0].style.underline);
    }
    // A figure that happens to come again.
    let progress = painted(" 5%\u{8}\u{8}\u{8}10%");
    assert_eq!(progress.text, "10%");
    assert_eq!(progress.spans.len(), 1);
    // A spinner that has a line among its pictures.
    assert_eq!(shown("-\u{8}_\u{8}-\u{8} \u{8}done"), "done");
}

#[test]
fn the_cursor_moves_within_the_line() {
    assert_eq!(shown("abc\u{1b}[2Dx"), "axc");
    assert_eq!(shown("abc\u{1b}[3Cx"), "abc   x");
    assert_eq!(shown("abc\u{1b}[2GX"), "aXc");
    assert_eq!(shown("abcdef\u{1b}[3G\u{1b}[K"), "ab");
    assert_eq!(shown("abcdef\u{1b}[3G\u{1b}[1KX"), "  Xdef");
    assert_eq!(shown("hello\u{1b}[2K!"), "     !");
    assert_eq!(shown("abcdef\u{1b}[3G\u{1b}[2P"), "abef");
    assert_eq!(shown("abcdef\u{1b}[3G\u{1b}[2@"), "ab  cdef");
    assert_eq!(shown("abcdef\u{1b}[3G\u{1b}[2X"), "ab  ef");
    assert_eq!(shown("abc\u{1b}7\u{1b}[?25l"), "abc");
    assert_eq!(shown("a\tb\u{1b}[Dc"), "a       c");
}

/// The start that the builder gives a line is not of the program that prints it.
#[test]
fn a_builders_prefix_is_not_written_over() {
    assert_eq!(shown("#8 0.312 10%\r20%"), "#8 0.312 20%");
    assert_eq!(shown("#8 0.312 10%\u{1b}[2K\u{1b}[1G20%"), "#8 0.312 20%");
    assert_eq!(shown("#8 12.1 a\u{8}\u{8}\u{8}b"), "#8 12.1 b");
    assert_eq!(shown("#8 0.1 10%\r#8 0.2 20%"), "#8 0.2 20%");
    assert_eq!(shown("#8 of 9\rx"), "x8 of 9");
}

#[test]
fn a_very_long_line_keeps_its_text() {
    let long = "x".repeat(40_000);
    let found = shown(&format!("{long}\rab"));
    assert!(found.starts_with("abx") && found.len() == 40_000);
    assert_eq!(shown(&format!("{long}\r\u{1b}[Kab")), "ab");
}
