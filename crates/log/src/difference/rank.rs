//! Ranks new lines: the ones that are likely to tell why the build failed come first.

/// The worth of each sign. Nearness and rarity count for each doubling.
const ERROR_LINE: i32 = 60;
const ERROR_WORD: i32 = 25;
const FAILING_STEP: i32 = 30;
const CACHED_BEFORE: i32 = -20;
const HEADER: i32 = -25;
const ELSEWHERE: i32 = -25;
const FEW_LETTERS: i32 = -30;
const ONLY_AN_EXIT: i32 = -40;
const EACH_AS_OFTEN: i32 = -6;
const EACH_AS_FAR: i32 = -4;

/// Words of messages about failures, in lower case.
const ERROR_WORDS: &[&str] = &[
    "error",
    "fail",
    "fatal",
    "exception",
    "panic",
    "not found",
    "no such",
    "cannot",
    "can't",
    "unable",
    "undefined",
    "undeclared",
    "denied",
    "refused",
    "invalid",
    "unexpected",
    "missing",
    "错误",
    "失败",
    "无法",
    "找不到",
    "未找到",
    "没有",
];

/// Words of messages that only say that a command failed, in lower case.
const EXIT_WORDS: &[&str] = &[
    "exited with",
    "exit status",
    "exit code",
    "non-zero code",
    "did not complete",
    "the build failed",
    "failed to solve",
];

/// The fewest letters of a line that tells something.
const MIN_LETTERS: usize = 4;

/// The most bytes of a line that are looked at.
const MAX_BYTES: usize = 4096;

/// The facts about a new line, beside its text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signs {
    pub(crate) is_error_line: bool,
    pub(crate) is_in_failing_step: bool,
    /// True for the line that announces a step.
    pub(crate) is_header: bool,
    /// True if the old log has not the output of its step.
    pub(crate) was_cached: bool,
    /// True if another step of the old log has such a line.
    pub(crate) is_elsewhere: bool,
    /// The number of new lines like it.
    pub(crate) often: u32,
    /// The number of lines between it and the failure.
    pub(crate) distance: usize,
}

/// The score of a new line: the higher, the more likely it tells why the build failed.
pub(crate) fn score(text: &str, signs: &Signs) -> i32 {
    let text = text.as_bytes();
    let text = text.get(..MAX_BYTES).unwrap_or(text).to_ascii_lowercase();
    let has = |words: &[&str]| {
        let is_in = |word: &&str| memchr::memmem::find(&text, word.as_bytes()).is_some();
        words.iter().any(is_in)
    };
    let letters = text
        .iter()
        .filter(|byte| byte.is_ascii_alphabetic() || **byte >= 0x80);
    let worth = [
        (signs.is_error_line, ERROR_LINE),
        (has(ERROR_WORDS), ERROR_WORD),
        (has(EXIT_WORDS), ONLY_AN_EXIT),
        (signs.is_in_failing_step, FAILING_STEP),
        (signs.is_header, HEADER),
        (signs.was_cached && !signs.is_in_failing_step, CACHED_BEFORE),
        (signs.is_elsewhere, ELSEWHERE),
        (letters.count() < MIN_LETTERS, FEW_LETTERS),
    ];
    let worth: i32 = worth
        .iter()
        .filter(|(is, _)| *is)
        .map(|(_, worth)| worth)
        .sum();
    let (often, far) = (
        doublings(signs.often as usize),
        doublings(signs.distance + 1),
    );
    worth + EACH_AS_OFTEN * often + EACH_AS_FAR * far
}

/// The number of times that 1 must be doubled to come near this number.
fn doublings(number: usize) -> i32 {
    number.max(1).ilog2() as i32
}
