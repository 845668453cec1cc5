//! Tests the normalizing of lines against a slow and plain version.

use crate::normalize::{alike, key};
use crate::normalized;
use crate::tests::cases;
use proptest::prelude::*;
use regex_lite::Regex;

/// Normalizes with regular expressions, one place after the other. A mask is `\u{1}`.
struct Slow {
    prefix: Regex,
    bar: Regex,
    temporary: Regex,
    uuid: Regex,
    word: Regex,
    hex: Regex,
    digest: Regex,
    units: Regex,
    spaced_unit: Regex,
    date: Regex,
    month: Regex,
    zero_before: Regex,
    zero_after: Regex,
    merges: Vec<(Regex, &'static str)>,
}

fn new(regex: &str) -> Regex {
    Regex::new(regex).expect("is a regex")
}

impl Slow {
    fn new() -> Self {
        let months = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";
        let days = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
        let end = "(?:[^0-9a-zA-Z]|$)";
        let units = "(?:s|B|ms|us|ns|kB|KB|MB|GB|TB|kb|mb|gb|KiB|MiB|GiB|TiB|min|mins|sec|secs|second|seconds|minute|minutes|hour|hours|day|days|byte|bytes|kbit|Mbit|AM|PM|am|pm)";
        Self {
            prefix: new(
                r"^(?:#[0-9]{1,6}(?: |$)(?:[0-9]+\.[0-9]+(?: |$))?|(?:[0-9]\.[0-9]{3}|[0-9]{2}\.[0-9]{2}|[0-9]{3}\.[0-9])(?: |$))",
            ),
            bar: new("^[-=#*_~.>\u{2500}-\u{25bf}\u{2800}-\u{28ff}]+"),
            temporary: new("^[^ \t/:;,)\\]}\"'`]+"),
            uuid: new(&format!(
                "^([0-9a-fA-F]{{8}}(?:-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}}){end}"
            )),
            word: new("^[0-9a-zA-Z]+"),
            hex: new("^(?:0x[0-9a-fA-F]+|[0-9a-fA-F]{7,})$"),
            digest: new("^[:-][0-9a-zA-Z+/=_-]{16,}"),
            units: new(&format!(
                "^(?:(?:{units}|m|h|d|b|k|K|M|G|T|Z)(?:[0-9]+|$))*$"
            )),
            spaced_unit: new(&format!("^[ \t]+({units})(?:(/s){end}|{end})")),
            date: new(&format!(
                "^(?:({months},?)[ \t/-]+[0-9]|({days},?)[ \t/-]+(?:[0-9]|{months}{end}))"
            )),
            month: new(&format!("^({months},?){end}")),
            zero_before: new("(?i)(?:^|[^a-z])(?:fail|error)[a-z]*[ \t]*[:=]?[ \t]*$"),
            zero_after: new("(?i)^0 (?:fail|error)"),
            merges: vec![
                (new("\u{1}%"), "\u{1}"),
                (new("\u{1}[-.,:/+]?\u{1}"), "\u{1}"),
                (new("\u{1}[ \t]+\u{1}"), "\u{1}"),
            ],
        }
    }

    fn merged(&self, text: &str) -> String {
        let mut text = text.to_owned();
        loop {
            let before = text.clone();
            for (regex, with) in &self.merges {
                text = regex.replace_all(&text, *with).into_owned();
            }
            if text == before {
                return text;
            }
        }
    }

    /// The length of the mask at the start of `rest`, before which `before` stands, normalized to `out`.
    fn mask(&self, before: &str, rest: &str, out: &str) -> Option<usize> {
        let len = |regex: &Regex| regex.find(rest).map(|found| found.end());
        let merged = self.merged(out);
        if before.ends_with("/tmp/") && self.temporary.is_match(rest) {
            return len(&self.temporary);
        }
        let in_date = before.trim().is_empty() || before.ends_with([' ', '\t']);
        let after_mask = merged.trim_end_matches([' ', '\t']).ends_with('\u{1}');
        let joined = merged.ends_with("\u{1}/") || merged.ends_with("\u{1}-");
        if in_date || joined {
            if let Some(found) = self.date.captures(rest) {
                return found.get(1).or(found.get(2)).map(|found| found.len());
            }
            if let Some(found) = self.month.captures(rest)
                && (joined || after_mask)
            {
                return Some(found[1].len());
            }
        }
        for clock in ["--:--:--", "-:--:--"] {
            if rest.starts_with(clock) {
                return Some(clock.len());
            }
        }
        if let Some(found) = self.bar.find(rest)
            && (found.as_str().chars().count() >= 4 || !found.as_str().is_ascii())
        {
            return Some(found.len());
        }
        let is_whole = !before.ends_with(|char: char| char.is_ascii_alphanumeric());
        let word = len(&self.word).map_or("", |len| &rest[..len]);
        if is_whole && word.contains(|char: char| char.is_ascii_digit()) {
            if let Some(found) = self.uuid.captures(rest) {
                let has_digit = found[1][..8].contains(|char: char| char.is_ascii_digit());
                return has_digit.then_some(36);
            }
            let runs = word.split(|char: char| !char.is_ascii_digit());
            let runs = runs.filter(|run| !run.is_empty()).count();
            if self.hex.is_match(word) || (word.len() >= 16 && runs >= 3) {
                return Some(word.len());
            }
        }
        let digits = word.len()
            - word
                .trim_start_matches(|char: char| char.is_ascii_digit())
                .len();
        if digits == 0 {
            return None;
        }
        if is_whole && word == "0" {
            let is_part = matches!(rest.as_bytes().get(1), Some(b'.' | b':' | b'/' | b'%'));
            if self.zero_after.is_match(rest) || (self.zero_before.is_match(before) && !is_part) {
                return None;
            }
        }
        if before.ends_with("sha")
            && before
                .strip_suffix("sha")
                .is_some_and(|before| !before.ends_with(|char: char| char.is_ascii_alphanumeric()))
            && digits == word.len()
            && let Some(digest) = self.digest.find(&rest[digits..])
        {
            return Some(digits + digest.len());
        }
        let after = &rest[digits..];
        if digits == word.len() && (after.starts_with("\u{b5}s") || after.starts_with("\u{3bc}s")) {
            return Some(digits + 3);
        }
        match self.units.is_match(&word[digits..]) {
            true => Some(word.len()),
            false => Some(digits),
        }
    }

    fn normalized(&self, text: &str) -> String {
        let text = self.prefix.replace(text, "").into_owned();
        let mut out = String::new();
        let mut at = 0;
        while at < text.len() {
            let (before, rest) = text.split_at(at);
            if let Some(found) = self.spaced_unit.captures(rest)
                && self.merged(&out).ends_with('\u{1}')
            {
                at += found.get(2).or(found.get(1)).expect("is there").end();
                continue;
            }
            if let Some(len) = self.mask(before, rest, &out) {
                out.push('\u{1}');
                at += len;
                continue;
            }
            // A run of too few bar characters is no bar from its second one on either. Only the first can join.
            let joins = out.ends_with('\u{1}') && rest.starts_with(['-', '.']);
            let len = self
                .bar
                .find(rest)
                .map_or(0, |found| if joins { 1 } else { found.len() });
            let len = len.max(rest.chars().next().expect("is there").len_utf8());
            out.push_str(&rest[..len]);
            at += len;
        }
        let out = self.merged(&out);
        let out = new("\u{1}[ \t]+([|\\]])")
            .replace_all(&out, "\u{1}$1")
            .into_owned();
        let out = new("[ \t]+").replace_all(&out, " ").into_owned();
        out.trim_matches(' ').to_owned()
    }
}

/// Pieces of such texts.
const PIECES: &[&str] = &[
    "#8 0.123 ",
    "#12 ",
    "0.164 ",
    "12.13 ",
    "Get:",
    "http://deb.example/",
    "/tmp/",
    "tmp30e0cc",
    " [",
    "]",
    "|",
    "=====>",
    "----",
    "..",
    "━━╸",
    "├──",
    "⠋",
    "kB",
    " kB",
    " MB/s",
    "s",
    " s",
    "ms",
    "m30s",
    "µs",
    "%",
    "45%",
    "0",
    " 0 errors",
    "failures: ",
    "Failed=",
    "error",
    "Wed, ",
    "Nov ",
    "Nov",
    "25",
    "/Nov/",
    " Sat",
    "May ",
    "2026-11-25T21:28:48Z",
    "10.0.0.1:80",
    "b05554650b10",
    "deadbeef",
    "550e8400-e29b-41d4-a716-446655440000",
    "0x7ffd",
    "sha256:",
    "sha512-",
    "8jXAbc+/def123==",
    "ab12cd34ef56gh78",
    "x86",
    "v1",
    "-rc",
    "+",
    ",",
    ":",
    "/",
    "T",
    "Z",
    "--:--:--",
    "-:--:--",
    "中文",
    "é",
    "\"",
    "'",
    ")",
    "(",
    ": ",
    "word ",
    "the ",
    "  ",
    "\t",
    "…",
];

/// Texts as builders print them, and parts of such texts.
fn any_text() -> impl Strategy<Value = String> {
    let known = prop::sample::select(PIECES);
    let piece = prop_oneof![
        8 => known.prop_map(str::to_owned),
        1 => "[0-9]{1,4}",
        1 => "[a-f0-9]{5,12}",
        1 => "[ -~]{1,3}",
    ];
    prop::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn lines_are_normalized_as_by_the_slow_version(text in any_text()) {
        let slow = Slow::new().normalized(&text);
        prop_assert_eq!(normalized(&text), slow.replace('\u{1}', "…"), "{:?}", slow);
    }

    #[test]
    fn lines_are_alike_if_their_normal_forms_are(common in any_text(), a in any_text(), b in any_text()) {
        let (a, b) = (common.clone() + &a, common + &b);
        let slow = Slow::new();
        let same = slow.normalized(&a) == slow.normalized(&b);
        prop_assert_eq!(key(a.as_bytes()) == key(b.as_bytes()), same);
        prop_assert_eq!(alike(a.as_bytes(), b.as_bytes()), same);
    }

    #[test]
    fn other_numbers_make_lines_alike(text in "[a-z :/.]{0,12}", a in 1u32..99999, b in 1u32..99999) {
        let (a, b) = (format!("{text} {a} {text}"), format!("{text} {b} {text}"));
        prop_assert!(alike(a.as_bytes(), b.as_bytes()));
    }
}

#[test]
fn what_differs_from_build_to_build_is_masked() {
    let cases = [
        ("#10 0.257   duration_ms: 1.24061", "duration_ms: …"),
        ("1.053     1 | int main(void)", "…| int main(void)"),
        ("STEP 3/4: COPY . .", "STEP …: COPY . ."),
        ("--> ffea2a4e1a1", "--> …"),
        (
            "Copying blob sha256:ba6e352591ed33b6d116f65bbb715bafb2362ebc58c20ea22caa28f55b340dc3",
            "Copying blob sha…",
        ),
        ("Fetched 6258 kB in 0s (13.7 MB/s)", "Fetched … in … (…)"),
        (
            "time=\"2026-11-25T21:28:48Z\" level=warning",
            "time=\"…\" level=warning",
        ),
        ("Wed, 25 Nov 2026 21:28:48 GMT", "… GMT"),
        ("Nov 5 10:00:01 host app[123]: up", "… host app[…]: up"),
        ("[25/Nov/2026:10:11:12 +0000] \"GET\"", "[… +…] \"GET\""),
        ("You may 5 try", "You may … try"),
        (
            " 45%|████▌     | 45/100 [00:05<00:06, 8.9it/s]",
            "…|…| … […<…, …it/s]",
        ),
        (
            "   ━━━━━━━━╸━━━━ 1.2/3.4 MB 5.6 MB/s eta 0:00:01",
            "… eta …",
        ),
        (
            "   ━━━━━━━━━━━━━ 3.4/3.4 MB 812.0 kB/s eta -:--:--",
            "… eta …",
        ),
        ("[=====>        ]  4%", "[…] …"),
        (
            "g++ /tmp/ccQx1ab.o: in function `main'",
            "g++ /tmp/…: in function `main'",
        ),
        (
            "request 550e8400-e29b-41d4-a716-446655440000 done",
            "request … done",
        ),
        (
            "integrity sha512-abcDEF123+/abcDEF123== ok",
            "integrity sha… ok",
        ),
        ("at 0x00007ffd12ab in main", "at … in main"),
        ("12.5µs, 3 ms, 1h2m3s", "…, …, …"),
        (
            "Tests run: 5, Failures: 0, Errors: 2",
            "Tests run: …, Failures: 0, Errors: …",
        ),
        ("# fail 0", "# fail 0"),
        ("0 errors in 3 files", "0 errors in … files"),
        ("第 12 个文件", "第 … 个文件"),
        ("   ", ""),
    ];
    for (line, normal) in cases {
        assert_eq!(normalized(line), normal, "{line}");
    }
}
