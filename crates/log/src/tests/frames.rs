//! Tests lines that programs write over, against a terminal that keeps all of its lines.

use crate::explain::explain;
use crate::export::{self, Export, Format};
use crate::log::Log;
use crate::tests::{body, cases, cut, read};
use crate::{
    EscapeMode, Explainer, Filter, Outcome, Overview, Painted, Repeats, Search, SearchQuery,
    VisibleRows, entries,
};
use proptest::prelude::*;

/// The visible text of all lines of a log with these messages.
fn shown(messages: &[&str]) -> Vec<String> {
    plain(&read(body(messages).as_bytes(), &[]).0)
}

fn plain(log: &Log) -> Vec<String> {
    (0..log.len())
        .map(|line| log.plain(line).into_owned())
        .collect()
}

#[test]
fn playwright_lists_each_test_once() {
    let log = shown(&[
        "Running 3 tests using 1 worker",
        "",
        "     1 first.spec.ts:3:5 › pays",
        "\u{1b}[1A\u{1b}[2K\u{1b}[0G  ✓  1 first.spec.ts:3:5 › pays (1.7s)\u{1b}[1E     2 first.spec.ts:9:5 › refunds",
        "\u{1b}[1A\u{1b}[2K\u{1b}[0G  ✘  2 first.spec.ts:9:5 › refunds (2.1s)\u{1b}[1E     3 second.spec.ts:1:1 › ships",
        "\u{1b}[1A\u{1b}[2K\u{1b}[0G  -  3 second.spec.ts:1:1 › ships\u{1b}[1EFinished: failed",
        "",
        "  1 failed",
    ]);
    assert_eq!(
        log,
        [
            "Running 3 tests using 1 worker",
            "",
            "  ✓  1 first.spec.ts:3:5 › pays (1.7s)",
            "  ✘  2 first.spec.ts:9:5 › refunds (2.1s)",
            "  -  3 second.spec.ts:1:1 › ships",
            "Finished: failed",
            "",
            "  1 failed",
        ]
    );
}

#[test]
fn a_first_movement_has_no_line_to_go_to() {
    assert_eq!(
        shown(&["\u{1b}[1A\u{1b}[2K\u{1b}[0G ok 1 first (1s)\u{1b}[1E   2 second"]),
        [" ok 1 first (1s)", "   2 second"]
    );
    assert_eq!(shown(&["a\u{1b}[Eb", "c"]), ["a", "b", "c"]);
    assert_eq!(shown(&["a\u{1b}[2Eb"]), ["a", "", "b"]);
    assert_eq!(
        shown(&["this is great \u{1b}[1Bhello"]),
        ["this is great ", "              hello"]
    );
}

/// A frame of docker compose, in entries of one line each.
fn frame(done: usize, is_first: bool) -> Vec<String> {
    let up = "\u{1b}[1A".repeat(if is_first { 0 } else { 4 });
    let mut lines = vec![format!("{up}\u{1b}[0G\u{1b}[?25l[+] Pulling {done}/3")];
    for (index, name) in ["web", "postgres", "redis"].iter().enumerate() {
        let state = if index < done {
            "\u{1b}[32m✔\u{1b}[0m"
        } else {
            "\u{1b}[33m⠋\u{1b}[0m"
        };
        let word = if index < done { "Pulled " } else { "Pulling" };
        lines.push(format!(
            " {state} {name} {word} \u{1b}[34m{done}.1s \u{1b}[0m"
        ));
    }
    lines
}

#[test]
fn compose_writes_its_frame_over_the_last_one() {
    let mut messages = vec!["STEP 2/2: RUN docker compose pull".to_owned()];
    for done in [0, 0, 1, 1, 2, 3] {
        let is_first = messages.len() == 1;
        messages.extend(frame(done, is_first));
    }
    messages.push("\u{1b}[?25h--> 9f1c2a7d4e5b".to_owned());
    let (log, _) = read(body(&messages).as_bytes(), &[100, 180]);
    assert_eq!(
        plain(&log),
        [
            "STEP 2/2: RUN docker compose pull",
            "[+] Pulling 3/3",
            " ✔ web Pulled  3.1s ",
            " ✔ postgres Pulled  3.1s ",
            " ✔ redis Pulled  3.1s ",
            "--> 9f1c2a7d4e5b",
        ]
    );
    // Colors, times and levels are those of the last frame.
    let mut painted = Painted::default();
    log.paint(3, EscapeMode::Interpret, &mut painted);
    assert_eq!(painted.text, " ✔ postgres Pulled  3.1s ");
    let green = painted
        .spans
        .iter()
        .find(|span| span.start == 1)
        .expect("a span");
    assert_eq!(green.style.foreground, crate::Color::Indexed(2));
    assert_eq!(log.time(3), Some(100 + 23));
    assert_eq!(
        log.levels().iter().map(|level| level.lines).sum::<usize>(),
        log.len()
    );
    // Whoever asks for more asks from the last entry on, and gets nothing twice.
    assert_eq!(log.resume_at(), Some(100 + messages.len() as i64 - 1));
    let mut log = log;
    log.begin(None);
    assert_eq!(log.feed(body(&messages).as_bytes()), 0);
    assert_eq!(log.end().known, messages.len() as u64);
    // The step's time goes up to its end.
    assert_eq!(log.steps().list()[0].last, 5);
}

#[test]
fn what_is_written_over_is_found_and_copied_as_it_is_shown() {
    let (log, _) = read(
        body(&[
            "[1/2] waiting",
            "\u{1b}[A\u{1b}[2K[2/2] error: \u{1b}[1mno disk\u{1b}[0m",
            "end",
        ])
        .as_bytes(),
        &[],
    );
    let find = |text: &str| {
        let query = SearchQuery {
            text: text.to_owned(),
            ..SearchQuery::default()
        };
        let mut search = Search::new(query.compile().expect("a query"));
        while !search.advance(&log, 7) {}
        (0..search.lines().len())
            .filter_map(|index| search.lines().get(index))
            .collect::<Vec<_>>()
    };
    assert_eq!(find("waiting"), [] as [u32; 0]);
    assert_eq!(find("error: no disk"), [0]);
    assert_eq!(find("end"), [1]);
    assert_eq!(
        Export::lines(0..9, Format::Text).text(&log, None),
        "[2/2] error: no disk\nend\n"
    );
    let raw: Vec<u8> = export::raw(&log).flatten().copied().collect();
    assert_eq!(
        String::from_utf8_lossy(&raw),
        "[1/2] waiting\n\u{1b}[A\u{1b}[2K[2/2] error: \u{1b}[1mno disk\u{1b}[0m\nend\n"
    );
}

#[test]
fn the_cause_is_a_line_that_is_shown() {
    let (mut log, _) = read(
        body(&[
            "STEP 1/2: FROM node",
            "STEP 2/2: RUN make",
            "[1/2] compiling a.c",
            "\u{1b}[1A\u{1b}[2K[2/2] compiling b.c",
            "\u{1b}[1A\u{1b}[2Kb.c:3:5: error: 'n' undeclared\u{1b}[1E[2/2] stopped",
            "make: *** [Makefile:2: b.o] Error 1",
            "Error: building at STEP \"RUN make\": while running runtime: exit status 2",
        ])
        .as_bytes(),
        &[90, 150],
    );
    log.set_outcome(Outcome::Failed);
    let found = explain(&log, Outcome::Failed);
    let cause = found.cause.expect("a cause");
    assert_eq!(log.plain(cause.line), "b.c:3:5: error: 'n' undeclared");
    assert_eq!(cause.line, 2);
    assert_eq!(log.steps().failing(), Some(1));
}

/// Nothing above the line that announces the step is of its program, and what the builder says next is no part of the
/// program's frame.
#[test]
fn movements_stay_within_a_step() {
    assert_eq!(
        shown(&[
            "STEP 1/3: FROM scratch",
            "STEP 2/3: RUN progress",
            "one",
            "\u{1b}[9A\u{1b}[JONE",
            "two",
            "\u{1b}[2Athe program dies here",
            "STEP 3/3: RUN next",
            "\u{1b}[A\u{1b}[2Kthree",
        ]),
        [
            "STEP 1/3: FROM scratch",
            "STEP 2/3: RUN progress",
            "the program dies here",
            "two",
            "STEP 3/3: RUN next",
            "three",
        ]
    );
    let failure = "Error: building at STEP \"RUN progress\": exit status 1";
    assert_eq!(
        shown(&[
            "STEP 1/1: RUN progress",
            "a",
            "b",
            "c",
            "\u{1b}[3AA",
            failure
        ]),
        ["STEP 1/1: RUN progress", "A", "b", "c", failure]
    );
}

#[test]
fn each_step_of_buildkit_has_a_cursor_of_its_own() {
    assert_eq!(
        shown(&[
            "#8 [2/3] RUN npx playwright test",
            "#8 0.512    1 a.spec.ts",
            "#9 [3/3] RUN make",
            "#9 0.1 [1/9] cc a.c",
            "#8 1.200 \u{1b}[1A\u{1b}[2K\u{1b}[0G ok 1 a.spec.ts (1s)\u{1b}[1E    2 b.spec.ts",
            "#9 1.3 \u{1b}[9A\u{1b}[2K[2/9] cc b.c",
            "#9 DONE 1.4s",
            "#8 2.000 \u{1b}[1A\u{1b}[2K\u{1b}[0G ok 2 b.spec.ts (2s)\u{1b}[1Edone",
            "#8 DONE 2.1s",
        ]),
        [
            "#8 [2/3] RUN npx playwright test",
            "#8 0.512  ok 1 a.spec.ts (1s)",
            "#9 [3/3] RUN make",
            "#9 0.1 [2/9] cc b.c",
            "#8 1.200  ok 2 b.spec.ts (2s)",
            "#9 DONE 1.4s",
            "#8 2.000 done",
            "#8 DONE 2.1s",
        ]
    );
}

#[test]
fn rows_by_number_are_of_the_screen_of_the_step() {
    // PowerShell writes its progress at the top.
    let bar = |text: &str| {
        format!("\u{1b}[1;1H\u{1b}[33;1mInstalling 'AWS' [{text:<12}]\u{1b}[0m\u{1b}[1;1H")
    };
    assert_eq!(
        shown(&[
            "STEP 2/2: RUN pwsh -c Install-Module",
            &format!("{}{}{}", bar(""), bar("1 of 2 MB"), bar("2 of 2 MB")),
            &bar("Unzipping"),
            "done",
        ]),
        [
            "STEP 2/2: RUN pwsh -c Install-Module",
            "Installing 'AWS' [Unzipping   ]",
            "done"
        ]
    );
    assert_eq!(
        shown(&["line 1", "line 2", "line 3", "\u{1b}[2;3Hm"]),
        ["line 1", "lime 2", "line 3"]
    );
    assert_eq!(shown(&["a\u{1b}[3;5Hb"]), ["a", "", "    b"]);
    assert_eq!(
        shown(&["a", "b", "c", "\u{1b}[H\u{1b}[2Jnew"]),
        ["new", "", ""]
    );
    // After more lines than a terminal is sure to show, nothing is lost.
    let mut lines: Vec<String> = (0..40).map(|line| format!("line {line}")).collect();
    lines.push("\u{1b}[H\u{1b}[2Jnew".to_owned());
    lines.push("\u{1b}[Hnewer".to_owned());
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let found = shown(&lines);
    assert_eq!(found.len(), 41);
    assert_eq!(found[0], "line 0");
    assert_eq!(found[40], "newer");
}

#[test]
fn saved_places_shifted_lines_and_lines_below() {
    assert_eq!(
        shown(&[
            "1",
            "2",
            "3",
            "4",
            "\u{1b}7\u{1b}[3A\u{1b}[2K\u{1b}[1Gover",
            "\u{1b}85"
        ]),
        ["1", "over", "3", "4", "5"]
    );
    assert_eq!(
        shown(&["1", "2", "\u{1b}[s\u{1b}[2Aa\u{1b}[ub"]),
        ["a", "2", "b"]
    );
    assert_eq!(shown(&["foo", "bar", "\u{1b}[2A\u{1b}[Jbaz"]), ["baz", ""]);
    assert_eq!(
        shown(&["1", "2", "3", "\u{1b}[3A\u{1b}[Lnew"]),
        ["new", "1", "2", "3"]
    );
    assert_eq!(shown(&["1", "2", "3", "\u{1b}[3A\u{1b}[M"]), ["2", "3", ""]);
    assert_eq!(shown(&["meow", "purr", "\u{1b}Mnyan"]), ["meow", "nyan"]);
    assert_eq!(shown(&["meow", "\u{1b}[Fnyan\nwoof"]), ["nyan", "woof"]);
}

/// The pieces of a line that is slow to come, as this project's server sends them.
#[test]
fn pieces_of_one_line_are_one_line() {
    assert_eq!(
        shown(&[
            "Downloading.",
            "\u{1b}[1A\u{1b}[13G.",
            "\u{1b}[1A\u{1b}[14G.. done",
            "next"
        ]),
        ["Downloading.... done", "next"]
    );
    assert_eq!(
        shown(&[
            "progress 1%\r",
            "\u{1b}[1Aprogress 2%\r",
            "\u{1b}[1Aprogress 3%",
            "next"
        ]),
        ["progress 3%", "next"]
    );
    // A step that is announced in pieces is announced.
    let (log, _) = read(
        body(&["STEP 1/1", "\u{1b}[1A\u{1b}[9G: FROM scratch", "a"]).as_bytes(),
        &[100],
    );
    assert_eq!(log.steps().list()[0].title, "FROM scratch");
    assert_eq!(plain(&log), ["STEP 1/1: FROM scratch", "a"]);
}

#[test]
fn a_frame_reaches_back_two_hundred_lines() {
    let mut lines: Vec<String> = (0..500).map(|line| line.to_string()).collect();
    lines.push("\u{1b}[999Atop".to_owned());
    let (log, _) = read(body(&lines).as_bytes(), &[]);
    assert_eq!(log.len(), 500);
    let changed: Vec<usize> = (0..500)
        .filter(|line| log.plain(*line) != line.to_string())
        .collect();
    assert_eq!(changed, [300]);
    assert_eq!(log.plain(300), "top");
    assert_eq!(log.plain(499), "499");
    // Nobody gets lines by the thousand out of one movement.
    assert!(shown(&["\u{1b}[99999Bx", "\u{1b}[99999;1Hy"]).len() < 80);
    assert!(shown(&["\u{1b}[20B\u{1b}[20B\u{1b}[20B\u{1b}[20B\u{1b}[20Bx"]).len() < 80);
}

/// A terminal of one step, with all of its lines.
#[derive(Default)]
struct Terminal {
    lines: Vec<Vec<char>>,
    line: usize,
    column: usize,
    saved: Option<(usize, usize)>,
}

impl Terminal {
    fn at(&mut self) -> &mut Vec<char> {
        while self.lines.len() <= self.line {
            self.lines.push(Vec::new());
        }
        &mut self.lines[self.line]
    }

    fn erase(&mut self, from: usize, to: usize) {
        let line = self.at();
        match to >= line.len() {
            true => line.truncate(from),
            false => line[from..to].fill(' '),
        }
    }

    fn apply(&mut self, number: usize, last: char) {
        match last {
            'A' | 'F' => {
                let floor = self.lines.len().saturating_sub(200);
                self.line = self.line.saturating_sub(number).max(floor.min(self.line));
            }
            'E' if self.line >= self.lines.len() => {
                self.at();
                self.line += number;
            }
            'B' | 'E' => self.line += number,
            'C' => self.column += number,
            'D' => self.column = self.column.saturating_sub(number),
            'G' => self.column = number - 1,
            'K' => self.erase(self.column, usize::MAX),
            'J' => {
                if self.line < self.lines.len() {
                    self.erase(self.column, usize::MAX);
                }
                let below = self.line + 1;
                self.lines.iter_mut().skip(below).for_each(Vec::clear);
            }
            '7' => self.saved = Some((self.line, self.column)),
            '8' => (self.line, self.column) = self.saved.unwrap_or((self.line, self.column)),
            _ => unreachable!(),
        }
        if matches!(last, 'E' | 'F') {
            self.column = 0;
        }
    }

    fn write(&mut self, message: &str) {
        // One newline at the end of a message is no line.
        let mut rest = message.strip_suffix('\n').unwrap_or(message).chars();
        while let Some(char) = rest.next() {
            match char {
                '\u{1b}' => match rest.next() {
                    Some('[') => {
                        let number = rest
                            .next()
                            .and_then(|digit| digit.to_digit(10))
                            .unwrap_or(1);
                        let last = rest.next().unwrap_or('?');
                        self.apply(number.max(1) as usize, last);
                    }
                    last => self.apply(1, last.unwrap_or('?')),
                },
                '\r' => self.column = 0,
                '\u{8}' => self.column = self.column.saturating_sub(1),
                '\n' => self.line_feed(),
                char => {
                    let column = self.column;
                    let line = self.at();
                    while line.len() <= column {
                        line.push(' ');
                    }
                    line[column] = char;
                    self.column += 1;
                }
            }
        }
        self.line_feed();
    }

    fn line_feed(&mut self) {
        self.at();
        (self.line, self.column) = (self.line + 1, 0);
    }
}

/// A message with movements, without any that a terminal and a log of unknown height see differently.
fn any_message() -> impl Strategy<Value = String> {
    let movement = prop::sample::select(vec![
        "\u{1b}[1A",
        "\u{1b}[2A",
        "\u{1b}[3A",
        "\u{1b}[9A",
        "\u{1b}[1F",
        "\u{1b}[2F",
        "\u{1b}[1B",
        "\u{1b}[2B",
        "\u{1b}[1E",
        "\u{1b}[2E",
        "\u{1b}[3C",
        "\u{1b}[2D",
        "\u{1b}[1G",
        "\u{1b}[4G",
        "\u{1b}[0K",
        "\u{1b}[0J",
        "\u{1b}7",
        "\u{1b}8",
        "\r",
        "\n",
    ])
    .prop_map(str::to_owned);
    let piece = prop_oneof![2 => movement, 3 => "[a-f]{1,5}"];
    prop_oneof![
        2 => "[a-f ]{0,6}",
        3 => prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat()),
    ]
}

/// Everything that a log shows: its texts with their styles, times and levels, and what is found out about it.
fn facts(log: &Log) -> Vec<String> {
    let mut painted = Painted::default();
    let mut facts: Vec<String> = (0..log.len())
        .map(|line| {
            log.paint(line, EscapeMode::Interpret, &mut painted);
            let facts = log.line(line).expect("is there");
            assert_eq!(painted.text, log.plain(line));
            format!(
                "{:?} {:?} {} {:?} {:?}",
                painted,
                facts.text,
                facts.level,
                facts.time,
                log.steps().step_of_line(line)
            )
        })
        .collect();
    facts.push(format!(
        "{:?} {:?}",
        log.steps().list(),
        log.steps().failing()
    ));
    facts.push(format!("{:?} {:?}", log.levels(), log.resume_at()));
    facts
}

/// Lines of a builder and of programs that write over others.
fn any_log() -> impl Strategy<Value = Vec<String>> {
    let of_buildah = prop::sample::select(vec![
        "STEP 1/3: FROM scratch",
        "STEP 2/3: RUN a",
        "STEP 3/3: RUN b",
        "--> 9f1c2a7d4e5b",
        "Error: building at STEP \"RUN a\": exit status 1",
        "a.c:3:5: error: 'n' undeclared",
        "\u{1b}[32mgreen",
        "\u{1b}[1;1Htop",
        "\u{1b}[H\u{1b}[2J",
        "\u{1b}[1A\u{1b}[2L",
        "\u{1b}[2A\u{1b}[M",
    ]);
    let of_buildkit = prop::sample::select(vec![
        "#8 [1/2] RUN a",
        "#8 0.5 one",
        "#8 0.7 \u{1b}[2A\u{1b}[2Ktwo\u{1b}[1Ethree",
        "#8 0.8 \u{1b}[1Afour",
        "#8 DONE 1.0s",
        "#9 [2/2] RUN b",
        "#9 0.9 \u{1b}[31mfive",
        "#9 1.0 \u{1b}[1Asix\u{1b}[0m",
        "#9 1.1 a.c:3:5: error: 'n' undeclared",
        "#9 ERROR: process",
        "------",
        " > [2/2] RUN b:",
    ]);
    let of_buildah = prop_oneof![2 => of_buildah.prop_map(str::to_owned), 2 => any_message()];
    prop_oneof![
        prop::collection::vec(of_buildah, 0..40),
        prop::collection::vec(of_buildkit.prop_map(str::to_owned), 0..40),
    ]
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn lines_are_those_of_a_terminal(messages in prop::collection::vec(any_message(), 0..30)) {
        let mut terminal = Terminal::default();
        messages.iter().for_each(|message| terminal.write(message));
        let (log, _) = read(body(&messages).as_bytes(), &[]);
        let expected: Vec<String> = terminal.lines.iter().map(|line| line.iter().collect()).collect();
        prop_assert_eq!(plain(&log), expected);
    }

    /// However a log is cut while it streams in, and however often it is asked for, it comes out the same.
    #[test]
    fn a_log_in_parts_is_the_log(
        messages in any_log(),
        cuts in prop::collection::vec(any::<u8>(), 0..9),
        again in 0usize..40,
    ) {
        let body = body(&messages);
        let (whole, _) = read(body.as_bytes(), &[]);
        let (parts, _) = read(body.as_bytes(), &cuts);
        prop_assert_eq!(facts(&parts), facts(&whole));
        // In two answers, of which the second repeats what the log has from its last second on.
        let mut polled = Log::new();
        polled.begin(None);
        polled.feed(crate::tests::body(&messages[..again.min(messages.len())]).as_bytes());
        polled.end();
        let from = polled.resume_at();
        let rest: Vec<serde_json::Value> = serde_json::from_str::<Vec<serde_json::Value>>(&body)
            .expect("entries")
            .into_iter()
            .filter(|entry| entry["time"].as_i64() >= from)
            .collect();
        polled.begin(from);
        polled.feed(serde_json::Value::from(rest).to_string().as_bytes());
        polled.end();
        prop_assert_eq!(facts(&polled), facts(&whole));
        // Written to a file and read again.
        let (mut file, mut place) = (b"[".to_vec(), 0);
        while place < entries::places(&whole) {
            place = entries::write(&whole, place, 40, &mut file);
        }
        file.push(b']');
        prop_assert_eq!(facts(&read(&file, &cuts).0), facts(&whole));
        let raw: Vec<u8> = export::raw(&whole).flatten().copied().collect();
        let expected: String = messages.iter().map(|message| message.strip_suffix('\n').unwrap_or(message).to_owned() + "\n").collect();
        prop_assert_eq!(String::from_utf8_lossy(&raw), expected);
    }

    /// Whoever follows the log finds what one finds in it at the end.
    #[test]
    fn who_follows_finds_the_same(
        messages in any_log(),
        cuts in prop::collection::vec(any::<u8>(), 0..9),
        budget in 1usize..400,
        context in prop::option::of(0usize..3),
        fold in any::<bool>(),
    ) {
        let body = body(&messages);
        let query = SearchQuery { text: "e".to_owned(), ..SearchQuery::default() };
        let filter = Filter {
            context,
            fold_repeats: fold,
            hidden_levels: [9].into(),
            ..Filter::default()
        };
        let mut log = Log::new();
        let mut follower = Follower::new(&query);
        log.begin(None);
        for chunk in cut(body.as_bytes(), &cuts) {
            log.feed(chunk);
            if let Some(line) = log.take_changed() {
                follower.rewind(line);
            }
            follower.advance(&log, &filter, budget);
        }
        log.end();
        while !follower.advance(&log, &filter, budget) {}
        let mut whole = Follower::new(&query);
        while !whole.advance(&log, &filter, usize::MAX) {}
        prop_assert_eq!(follower.facts(), whole.facts());
    }
}

/// All that is found out about a log.
struct Follower {
    search: Search,
    explainer: Explainer,
    overview: Overview,
    repeats: Repeats,
    rows: VisibleRows,
}

impl Follower {
    fn new(query: &SearchQuery) -> Self {
        Self {
            search: Search::new(query.compile().expect("a query")),
            explainer: Explainer::new(Outcome::Failed),
            overview: Overview::new(4),
            repeats: Repeats::new(),
            rows: VisibleRows::new(),
        }
    }

    fn rewind(&mut self, line: usize) {
        self.search.rewind(line);
        self.explainer.rewind(line);
        self.overview.rewind(line);
        let line = self.repeats.rewind(line);
        self.rows.rewind(line, &self.repeats);
    }

    fn advance(&mut self, log: &Log, filter: &Filter, budget: usize) -> bool {
        let searched = self.search.advance(log, budget);
        let explained = self.explainer.advance(log, budget);
        self.overview.extend_matches(&self.search);
        self.overview
            .extend_errors(log, self.explainer.error_lines());
        let counted = self.overview.extend(log, budget / 20 + 1);
        let repeated = self.repeats.advance(log, log.steps(), budget);
        let (search, repeats) = (Some(&self.search), Some(&self.repeats));
        let shown = self
            .rows
            .extend(log, log.steps(), search, repeats, filter, budget / 20 + 1);
        searched && explained && counted && repeated && shown
    }

    fn facts(&self) -> Vec<String> {
        let lines: Vec<_> = (0..self.search.lines().len())
            .map(|index| self.search.lines().get(index))
            .collect();
        let errors = self.explainer.error_lines();
        let errors: Vec<_> = (0..errors.len()).map(|index| errors.get(index)).collect();
        let rows: Vec<_> = (0..self.rows.len())
            .map(|row| self.rows.line(row))
            .collect();
        vec![
            format!("{lines:?} {}", self.search.occurrences()),
            format!("{errors:?}"),
            format!(
                "{:?} {}",
                self.overview.buckets(),
                self.overview.errors_by_text()
            ),
            format!("{:?} {}", self.repeats.list(), self.repeats.foldable()),
            format!("{rows:?}"),
        ]
    }
}

/// A color goes on until it is reset, in lines that were written over and in those after them.
#[test]
fn colors_go_on_after_a_frame() {
    let (log, _) = read(
        body(&["a", "\u{1b}[1A\u{1b}[31mb", "c", "\u{1b}[1Ad", "e\u{1b}[0m"]).as_bytes(),
        &[],
    );
    let mut painted = Painted::default();
    for (line, text) in ["b", "d", "e"].into_iter().enumerate() {
        log.paint(line, EscapeMode::Interpret, &mut painted);
        assert_eq!(painted.text, text);
        assert_eq!(painted.spans[0].style.foreground, crate::Color::Indexed(1));
    }
}
