//! Finds the few lines that a rule may match: those with one of some words. Most bytes are skipped.

/// The words. Each pattern of a rule contains at least one, whatever their case. A word has five bytes or
/// more, so that one of every three bytes is enough to find it. `#` stands for a digit from 1 to 9.
///
/// From seldom to frequent: a pattern is tried on lines that have the first of its words.
pub(crate) const WORDS: &[&str] = &[
    "certificate",
    "containerfile",
    "dockerfile",
    "no users found",
    "unrecognized",
    "is a directory",
    "destination must",
    "container registry",
    "http response",
    "toomanyrequests",
    "rate limit",
    "reuse blob",
    "exceeded",
    "dependency detected",
    "not known",
    "not look like",
    "enospc",
    "resource busy",
    "short read",
    "enotfound",
    "eai_again",
    "etimedout",
    "hang up",
    "without response",
    "wrong format",
    "not recognized",
    "can not",
    "before first target",
    "higher is required",
    "could be found",
    "no longer",
    "resolvable",
    "resolveable",
    "no plugin",
    "parseable",
    "readable pom",
    "lookup disabled",
    "exclude all",
    "went wrong",
    "code style",
    "only install",
    "no candidates",
    "first_fail",
    "do not match",
    "changed significantly",
    "packagenotfound",
    "out of date",
    "no installation",
    "expired",
    "malformed",
    "interrupted",
    "ruby version",
    "deployment mode",
    "... fail",
    "falsy value",
    "no tests found",
    "no test files",
    "overflowed",
    "***not",
    "result: fail",
    "[fail]",
    "blank",
    "number of arguments",
    "credentials",
    "newuidmap",
    "not enabled",
    "enough ids",
    "disk space",
    "free space",
    "no image",
    "in_chain",
    "returned status",
    "file exists",
    "deadline",
    "segmentation",
    "executable",
    "checksum",
    "signature",
    "lockfile",
    "heap out of",
    "memory",
    "resolution",
    "resolving",
    "could not resolve",
    "refused",
    "unreachable",
    "timed out",
    "time limit",
    "timeout",
    "reset by",
    "no space left",
    "quota",
    "traceback",
    "killed",
    "sigkill",
    "sigsegv",
    "signal",
    "aborted",
    "core dumped",
    "panic",
    "caused by",
    "what went wrong",
    "unauthorized",
    "denied",
    "forbidden",
    "authentication",
    "permitted",
    "read-only",
    "no such",
    "not found",
    "cannot",
    "can't",
    "couldn't",
    "could not",
    "unable to",
    "unknown",
    "undefined",
    "unexpected",
    "unresolved",
    "unbound",
    "unsupported",
    "unmet",
    "undeclared",
    "uncaught",
    "exception",
    "expected",
    "received",
    "assert",
    "mismatch",
    "does not",
    "doesn't",
    "did not",
    "didn't",
    "is not",
    "not a ",
    "not in ",
    "no matching",
    "no match",
    "no module",
    "no provider",
    "no package",
    "no solution",
    "nothing provides",
    "not set",
    "not remade",
    "not ok",
    "no rule",
    "no host",
    "no route",
    "no targets",
    "no required",
    "no stage",
    "no from",
    "no build",
    "no context",
    "no items",
    "no space",
    "no public",
    "no_pubkey",
    "no valid",
    "no go files",
    "name or service",
    "bad address",
    "bad sig",
    "bad gateway",
    "bad interp",
    "bad subst",
    "unavailable",
    "already exists",
    "conflict",
    "because",
    "depends:",
    "requires",
    "illegal",
    "incompatible",
    "invalid",
    "missing",
    "multiple definition",
    "omitting",
    "problem",
    "syntax",
    "too many",
    "too long",
    "too large",
    "terminate",
    "exited",
    "exit status",
    "exit code",
    "non-zero",
    "breaks:",
    "stack smashing",
    "double free",
    "addresssanitizer",
    "bus err",
    "expecting",
    "is missing",
    "broken",
    "different",
    "successfully",
    "build success",
    "finished `",
    "status code",
    "response status",
    "not signed",
    "failure",
    ".go:#",
    ".py:#",
    "fatal",
    "abort",
    "npm err",
    "http status",
    "http error",
    " › ",
    "err:#",
    "gyp err",
    "fail:",
    "failing",
    "fails ",
    "fail ",
    "fail\t",
    "failed",
    "error",
    "未预期",
    "未绑定",
    "不允许",
    "略过",
    "未知",
    "不可达",
    "多重定义",
    "缺失",
    "已放弃",
    "错误",
    "失败",
    "没有",
    "未找到",
    "找不到",
    "权限不够",
    "未定义",
    "已杀死",
    "段错误",
    "无法",
    "拒绝",
    "超时",
    "不存在",
    "终止",
];

/// The number of buckets.
const BUCKETS: usize = 4096;

/// The number of bytes that are looked at together.
const BLOCK: usize = 12;

/// One of the first three places in a word, and the three bytes there.
#[derive(Debug, Clone, Copy)]
struct Entry {
    bucket: u16,
    /// The index in `Sieve::texts`.
    text: u16,
    /// The place in the word.
    at: u8,
}

/// Finds words in a text.
#[derive(Debug)]
pub(crate) struct Sieve {
    /// For each bucket, the index of its first entry plus one; 0 if it has none.
    heads: Box<[u16; BUCKETS]>,
    /// By bucket.
    entries: Vec<Entry>,
    /// The texts to find, in lower case, each with the index of its word.
    texts: Vec<(Vec<u8>, u16)>,
}

/// The bucket of three bytes in the low bits. Upper and lower case have the same.
#[inline]
fn bucket(bytes: u32) -> usize {
    let bytes = (bytes | 0x20_2020) & 0xff_ffff;
    (bytes.wrapping_mul(0x9e37_79b1) >> 20) as usize
}

#[inline]
fn three(bytes: &[u8]) -> u32 {
    match bytes {
        [a, b, c, ..] => u32::from_le_bytes([*a, *b, *c, 0]),
        _ => 0,
    }
}

impl Sieve {
    /// A sieve for all [`WORDS`].
    pub(crate) fn new() -> Self {
        let mut texts = Vec::new();
        for (word, text) in WORDS.iter().enumerate() {
            match text.strip_suffix('#') {
                Some(text) => texts.extend(
                    (b'1'..=b'9').map(|digit| ([text.as_bytes(), &[digit]].concat(), word as u16)),
                ),
                None => texts.push((text.as_bytes().to_vec(), word as u16)),
            }
        }
        let mut entries = Vec::new();
        for (index, (text, _)) in texts.iter().enumerate() {
            entries.extend((0..3).map(|at| Entry {
                bucket: bucket(three(text.get(at..).unwrap_or(&[]))) as u16,
                text: index as u16,
                at: at as u8,
            }));
        }
        entries.sort_by_key(|entry| entry.bucket);
        let mut heads = Box::new([0; BUCKETS]);
        for (index, entry) in entries.iter().enumerate().rev() {
            if let Some(head) = heads.get_mut(usize::from(entry.bucket)) {
                *head = index as u16 + 1;
            }
        }
        Self {
            heads,
            entries,
            texts,
        }
    }

    #[inline]
    fn head(&self, bytes: u32) -> u16 {
        self.heads.get(bucket(bytes)).copied().unwrap_or(0)
    }

    /// The place of the first of the words at or after `from`, roughly in order: a line with a word is
    /// found before all lines after it.
    pub(crate) fn find(&self, text: &[u8], from: usize) -> Option<usize> {
        let rest = text.get(from..)?;
        let (blocks, tail) = rest.as_chunks::<BLOCK>();
        for (index, block) in blocks.iter().enumerate() {
            let [a, b, c, d, e, f, g, h, i, j, k, l] = *block;
            let heads = [
                self.head(u32::from_le_bytes([a, b, c, 0])),
                self.head(u32::from_le_bytes([d, e, f, 0])),
                self.head(u32::from_le_bytes([g, h, i, 0])),
                self.head(u32::from_le_bytes([j, k, l, 0])),
            ];
            if heads.iter().fold(0, |any, head| any | head) == 0 {
                continue;
            }
            for (part, head) in heads.iter().enumerate() {
                let place = from + index * BLOCK + part * 3;
                if let Some((start, _)) = self.word_around(text, place, *head) {
                    return Some(start);
                }
            }
        }
        let start = text.len() - tail.len();
        tail.chunks(3).enumerate().find_map(|(part, bytes)| {
            let head = self.head(three(bytes));
            let found = self.word_around(text, start + part * 3, head);
            found.map(|(start, _)| start)
        })
    }

    /// Calls `then` with each word of a line.
    pub(crate) fn words(&self, line: &[u8], mut then: impl FnMut(usize)) {
        for (part, bytes) in line.chunks(3).enumerate() {
            let mut head = self.head(three(bytes));
            while let Some((_, next)) = self.word_around(line, part * 3, head) {
                if let Some((_, word)) = self.entry_text(next) {
                    then(usize::from(*word));
                }
                head = next + 1;
            }
        }
    }

    fn entry_text(&self, head: u16) -> Option<&(Vec<u8>, u16)> {
        let entry = self.entries.get(usize::from(head).checked_sub(1)?)?;
        self.texts.get(usize::from(entry.text))
    }

    /// The start of the first word, from an entry on, that has the bytes at a place in it; and the entry.
    fn word_around(&self, text: &[u8], place: usize, head: u16) -> Option<(usize, u16)> {
        let mut index = usize::from(head).checked_sub(1)?;
        let bucket = bucket(three(text.get(place..)?));
        loop {
            let entry = self.entries.get(index)?;
            if usize::from(entry.bucket) != bucket {
                return None;
            }
            if let Some(start) = place.checked_sub(usize::from(entry.at))
                && let Some((word, _)) = self.texts.get(usize::from(entry.text))
                && let Some(found) = text.get(start..start + word.len())
                && found.eq_ignore_ascii_case(word)
            {
                return Some((start, index as u16 + 1));
            }
            index += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Sieve, WORDS};
    use proptest::prelude::*;

    fn texts() -> Vec<String> {
        let one = |word: &&str| word.replace('#', "7");
        WORDS.iter().map(one).collect()
    }

    #[test]
    fn words_are_long_enough_and_there_once() {
        for (index, word) in texts().iter().enumerate() {
            assert!(word.len() >= 5, "{word}");
            assert_eq!(word.to_ascii_lowercase(), *word);
            assert!(
                !WORDS.iter().skip(index + 1).any(|other| other == word),
                "{word}"
            );
        }
    }

    proptest! {
        #[test]
        fn it_finds_all_words(
            parts in prop::collection::vec(("[a-z .:é]{0,9}", 0usize..WORDS.len(), any::<bool>()), 0..4),
            end in "[a-z ]{0,20}",
        ) {
            let texts = texts();
            let mut text = String::new();
            for (before, word, upper) in parts {
                text.push_str(&before);
                match upper {
                    true => text.push_str(&texts[word].to_ascii_uppercase()),
                    false => text.push_str(&texts[word]),
                }
            }
            text.push_str(&end);
            let lower = text.to_ascii_lowercase();
            let expected: Vec<usize> =
                (0..WORDS.len()).filter(|word| {
                    match WORDS[*word].strip_suffix('#') {
                        Some(start) => ('1'..='9').any(|digit| lower.contains(&format!("{start}{digit}"))),
                        None => lower.contains(WORDS[*word]),
                    }
                }).collect();
            let sieve = Sieve::new();
            let mut found = Vec::new();
            sieve.words(text.as_bytes(), |word| found.push(word));
            found.sort_unstable();
            found.dedup();
            prop_assert_eq!(&found, &expected);
            prop_assert_eq!(sieve.find(text.as_bytes(), 0).is_some(), !expected.is_empty());
        }
    }
}
