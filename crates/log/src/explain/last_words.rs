//! Picks the line that is most likely to tell why, where no rule knows the words of a program: among its last ones.

use crate::explain::text::split;

/// The number of lines that are compared.
const MAX_LINES: usize = 20;

/// The likelihood that a line tells why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// It tells nothing: a border, a success, a farewell.
    Nothing,
    /// Any other line.
    Plain,
    /// With words that name a demand or a lack.
    Demand,
    /// Marked as an error.
    Marked,
}

/// Marks of an error. All in lower case.
const MARKS: &[&str] = &[
    "[!]",
    "[x]",
    "[error]",
    "[err]",
    "[fatal]",
    "[fail]",
    "[失败]",
    "[错误]",
    "level=error",
    "level=fatal",
    "\"level\":\"error\"",
    "❌",
    "✗",
    "✘",
    "✖",
    "❗",
    "⛔",
    "🚨",
];

/// Words that name a demand or a lack. All in lower case.
const DEMANDS: &[&str] = &[
    "must ",
    "need ",
    "needs ",
    "required",
    "requires ",
    "missing",
    "not allowed",
    "exceed",
    "dead ",
    "duplicate",
    "has no ",
    "have no ",
    "refus",
    "cannot",
    "can't",
    "could not",
    "not found",
    "too large",
    "too big",
    "too old",
    "too many",
    "too long",
    "too low",
    "too high",
    "over budget",
    "over its ",
    "too wide",
    "over the limit",
    "below ",
    "outdated",
    "out of date",
    "stale",
    "expired",
    "forbidden",
    "disallowed",
    "not permitted",
    "no longer",
    "mismatch",
    "differs",
    "unknown",
    "invalid",
    "critical",
    "violat",
    "should be",
    "should have",
    "not signed",
    "unsigned",
    "not set",
    "empty",
    "必须",
    "需要",
    "缺少",
    "超过",
    "超出",
    "不允许",
    "重复",
    "没有",
    "过期",
    "不一致",
    "禁止",
    "未设置",
    "太大",
];

/// Beginnings of lines that tell nothing. All in lower case.
const NOTHING: &[&str] = &[
    "ok ",
    "ok:",
    "ok\t",
    "[ok]",
    "✔",
    "✓",
    "√",
    "pass ",
    "passed",
    "[pass]",
    "✅",
    "level=info",
    "level=debug",
    "[info]",
    "[debug]",
    "info ",
    "info:",
    "debug ",
    "debug:",
    "{\"level\":30",
    "{\"level\":20",
    "{\"level\":\"info\"",
    "report written",
    "report saved",
    "report:",
    "log written",
    "logs written",
    "see http",
    "see also",
    "for more information",
    "for details",
    "for help",
    "run ./",
    "run `",
    "run '",
    "run npm",
    "run make",
    "rerun",
    "re-run",
    "try ",
    "use --",
    "to fix",
    "fix with",
    "more info",
    "done in ",
    "finished in ",
    "total time",
    "elapsed",
    "time: ",
    "took ",
    "exiting with",
    "exit code",
    "exit status",
    "rolled back",
    "rolling back",
    "cleaning up",
    "cleaned up",
    "cleanup",
    "uploading",
    "uploaded",
    "stopping ",
    "shutting down",
    "removing ",
    "node.js v",
    "报告已",
    "清理",
    "正在清理",
    "已回滚",
    "已停止",
    "正在停止",
    "耗时",
];

/// Beginnings of warnings. All in lower case.
const WARNINGS: &[&str] = &["warn", "[warn", "⚠", "警告", "level=warn", "note:", "hint:"];

/// Lines that are only a farewell, without punctuation. All in lower case.
const FAREWELLS: &[&str] = &[
    "bye",
    "goodbye",
    "stopped",
    "stopping",
    "stop",
    "done",
    "finished",
    "exiting",
    "exit",
    "quit",
    "aborted",
    "aborting",
    "abort",
    "failed",
    "fail",
    "failure",
    "error",
    "build failed",
    "giving up",
    "end",
    "ok",
    "terminated",
    "再见",
    "完成",
    "结束",
    "退出",
    "失败",
    "构建失败",
    "中止",
    "终止",
];

/// Returns true for a text that is only a farewell.
pub(super) fn is_farewell(text: &str) -> bool {
    let text = text.to_lowercase();
    FAREWELLS.contains(&text.trim_matches(|char: char| !char.is_alphanumeric()))
}

/// The likelihood that a line, without escapes, tells why.
fn rank(plain: &str) -> Rank {
    let lower = plain.to_lowercase();
    let text = split(&lower).1;
    let is_address = !text.contains(' ') && text.contains("://");
    let starts = |starts: &[&str]| starts.iter().any(|start| text.starts_with(start));
    let has = |parts: &[&str]| parts.iter().any(|part| lower.contains(part));
    if !text.chars().any(char::is_alphabetic) || is_address || starts(NOTHING) || is_farewell(text)
    {
        Rank::Nothing
    } else if has(MARKS) {
        Rank::Marked
    } else if has(DEMANDS) && !starts(WARNINGS) {
        Rank::Demand
    } else {
        Rank::Plain
    }
}

/// Picks one of the lines of a step, which come from the last one on. Of several marked lines, the first; of
/// demands, the first of the last ones that stand together; of others, the last one.
pub(super) fn pick(lines: impl Iterator<Item = (usize, String)>) -> Option<(usize, Rank)> {
    let mut best: Option<(usize, Rank)> = None;
    let mut is_apart = false;
    for (line, plain) in lines.take(MAX_LINES) {
        let rank = rank(&plain);
        let is_better = match best {
            None => rank > Rank::Nothing,
            Some((_, than)) => {
                rank > than
                    || (rank == than
                        && (rank == Rank::Marked || (rank == Rank::Demand && !is_apart)))
            }
        };
        if is_better {
            best = Some((line, rank));
            is_apart = false;
        } else {
            is_apart = true;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::{Rank, pick, rank};

    #[test]
    fn how_likely_a_line_tells_why() {
        for (line, expected) in [
            ("└──────┴───┘", Rank::Nothing),
            ("#9 4.000 ========================", Rank::Nothing),
            ("https://npm.example/", Rank::Nothing),
            ("bye", Rank::Nothing),
            ("stopped.", Rank::Nothing),
            ("report written to size.html", Rank::Nothing),
            ("OK  /login-failed", Rank::Nothing),
            ("level=info msg=\"0 files written\"", Rank::Nothing),
            ("packing cart", Rank::Plain),
            ("see the handbook, chapter 3", Rank::Plain),
            ("done: 1 dead link in cart", Rank::Demand),
            ("budget 500 kB exceeded by 112 kB", Rank::Demand),
            ("CHANGELOG has no entry for 2.4.1", Rank::Demand),
            ("版本号必须递增", Rank::Demand),
            ("[!] TOKEN must be set", Rank::Marked),
            ("❌ cart.html", Rank::Marked),
        ] {
            assert_eq!(rank(line), expected, "{line}");
        }
    }

    #[test]
    fn which_line_is_picked() {
        let pick = |lines: &[&str]| {
            let lines = lines.iter().map(|line| (*line).to_owned());
            let lines: Vec<(usize, String)> = lines.enumerate().collect();
            pick(lines.into_iter().rev()).map(|(line, _)| line)
        };
        assert_eq!(pick(&["a", "b", "bye"]), Some(1));
        assert_eq!(pick(&["a", "x is missing", "y is missing", "b"]), Some(1));
        assert_eq!(pick(&["x is missing, made", "a", "y is missing"]), Some(2));
        assert_eq!(pick(&["[error] a", "[error] b", "c must be d"]), Some(0));
        assert_eq!(pick(&["====", "done."]), None);
        assert_eq!(pick(&[]), None);
    }
}
