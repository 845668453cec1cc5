//! Finds a branch or tag among the refs of a source, and says in the words of the user why there is none.

use slipway_api::SourceKind;
use slipway_api::redact::masked_text;

/// The most branches or tags that a message names.
const MAX_NAMED: usize = 5;

/// The refs of a source, as `git ls-remote` lists them.
pub(crate) struct Refs(String);

impl Refs {
    /// Takes the output of `git ls-remote`.
    pub(crate) fn new(output: &[u8]) -> Self {
        Self(String::from_utf8_lossy(output).into_owned())
    }

    fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.lines().filter_map(|line| line.split_once('\t'))
    }

    fn find(&self, name: &str) -> Option<&str> {
        let mut all = self.all();
        all.find(|(_, found)| *found == name).map(|(id, _)| id)
    }

    /// Returns the commit of a branch or tag: of an annotated tag, what it leads to.
    pub(crate) fn commit_of(&self, kind: &SourceKind, value: &str) -> Option<String> {
        let name = full_ref(kind, value);
        let found = self.find(&format!("{name}^{{}}"));
        found.or_else(|| self.find(&name)).map(str::to_owned)
    }

    /// Returns the branch that `HEAD` names, where it was listed with `--symref`.
    pub(crate) fn default_branch(&self) -> Option<&str> {
        let (target, _) = self
            .all()
            .find(|(id, name)| *name == "HEAD" && id.starts_with("ref: "))?;
        target.strip_prefix("ref: refs/heads/")
    }

    /// Returns the names of all branches, or of all tags, in the order of the list.
    pub(crate) fn names(&self, kind: &SourceKind) -> impl Iterator<Item = &str> {
        let prefix = match kind {
            SourceKind::Tag => "refs/tags/",
            _ => "refs/heads/",
        };
        let names = self
            .all()
            .filter_map(move |(_, name)| name.strip_prefix(prefix));
        names.filter(|name| !name.ends_with("^{}"))
    }

    /// Says that a branch or tag is missing, and what there is instead. These are all refs of the source.
    pub(crate) fn missing(&self, kind: &SourceKind, value: &str) -> String {
        let (kind, other) = match kind {
            SourceKind::Tag => (SourceKind::Tag, SourceKind::Branch),
            _ => (SourceKind::Branch, SourceKind::Tag),
        };
        if self.all().next().is_none() {
            return format!("the source is empty: it has no commits yet, so no {kind} {value}");
        }
        if self.names(&other).any(|name| name == value) {
            return format!("the source has no {kind} {value}, but a {other} of this name");
        }
        let same = self
            .names(&kind)
            .find(|name| name.eq_ignore_ascii_case(value));
        if let Some(name) = same {
            return format!("the source has no {kind} {value}, but {name}");
        }
        let plural = match kind {
            SourceKind::Tag => "tags",
            _ => "branches",
        };
        let count = self.names(&kind).count();
        match count {
            0 => format!("the source has no {kind} {value}: it has no {plural}"),
            1..=MAX_NAMED => {
                let names: Vec<_> = self.names(&kind).collect();
                format!(
                    "the source has no {kind} {value}. It has: {}",
                    names.join(", ")
                )
            }
            _ => format!("the source has no {kind} {value}. It has {count} {plural}"),
        }
    }
}

/// Returns the full name of a branch or tag, `refs/heads/main`.
pub(crate) fn full_ref(kind: &SourceKind, value: &str) -> String {
    match kind {
        SourceKind::Tag => format!("refs/tags/{value}"),
        _ => format!("refs/heads/{value}"),
    }
}

/// The messages of git when it can't read a source, with their meaning.
const REASONS: [(&[&str], &str); 5] = [
    (
        &[
            "could not read Username",
            "could not read Password",
            "Authentication failed",
            "Permission denied",
            "returned error: 401",
            "returned error: 403",
        ],
        "it is private, or it does not exist. Add the deploy key of this repository at its host, and use its ssh URL",
    ),
    (
        &[
            "not found",
            "does not exist",
            "does not appear to be a git repository",
            "no such repository",
        ],
        "there is no git repository at this address",
    ),
    (
        &["Could not resolve host", "Could not resolve hostname"],
        "its host is not known",
    ),
    (
        &["Host key verification failed"],
        "the key of its host has changed",
    ),
    (
        &[
            "Failed to connect",
            "Couldn't connect",
            "Connection refused",
            "timed out",
            "Connection reset",
        ],
        "its host can't be reached",
    ),
];

/// Says why a source can't be read, from what git wrote about it.
pub(crate) fn unreadable(stderr: &str) -> String {
    let has = |texts: &[&str]| {
        let stderr = stderr.to_ascii_lowercase();
        texts
            .iter()
            .any(|text| stderr.contains(&text.to_ascii_lowercase()))
    };
    let known = REASONS.iter().find(|(texts, _)| has(texts));
    if let Some((_, reason)) = known {
        return (*reason).to_owned();
    }
    let last = stderr
        .lines()
        .rfind(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let last = last.trim();
    masked_text(last.strip_prefix("fatal: ").unwrap_or(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(refs: &str, kind: SourceKind, value: &str) -> String {
        Refs::new(refs.as_bytes()).missing(&kind, value)
    }

    #[test]
    fn an_annotated_tag_leads_to_its_commit() {
        let refs = Refs::new(b"aaa\trefs/tags/v1\nbbb\trefs/tags/v1^{}\nccc\trefs/heads/v1\n");
        assert_eq!(
            refs.commit_of(&SourceKind::Tag, "v1").as_deref(),
            Some("bbb")
        );
        assert_eq!(
            refs.commit_of(&SourceKind::Branch, "v1").as_deref(),
            Some("ccc")
        );
        assert_eq!(refs.commit_of(&SourceKind::Branch, "main"), None);
    }

    #[test]
    fn a_missing_ref_is_explained_without_the_words_of_git() {
        let refs = "aaa\tHEAD\naaa\trefs/heads/Main\nbbb\trefs/tags/v1\nccc\trefs/tags/v1^{}\n";
        for (message, expected) in [
            (missing("", SourceKind::Branch, "main"), "is empty"),
            (
                missing(refs, SourceKind::Branch, "v1"),
                "but a tag of this name",
            ),
            (
                missing(refs, SourceKind::Tag, "Main"),
                "but a branch of this name",
            ),
            (
                missing(refs, SourceKind::Branch, "main"),
                "no branch main, but Main",
            ),
            (
                missing(refs, SourceKind::Branch, "dev"),
                "no branch dev. It has: Main",
            ),
            (
                missing(refs, SourceKind::Tag, "v2"),
                "no tag v2. It has: v1",
            ),
            (
                missing("aaa\trefs/heads/x\n", SourceKind::Tag, "v2"),
                "it has no tags",
            ),
        ] {
            assert!(message.contains(expected), "{message}");
            assert!(!message.contains("refs/"), "{message}");
        }
        let many: String = (0..9).map(|n| format!("a\trefs/heads/b{n}\n")).collect();
        assert!(missing(&many, SourceKind::Branch, "main").ends_with("It has 9 branches"));
    }

    #[test]
    fn what_git_says_is_explained() {
        for (text, expected) in [
            (
                "fatal: could not read Username for 'https://h': terminal prompts disabled",
                "it is private",
            ),
            (
                "remote: Repository not found.\nfatal: repository 'https://h/a' not found",
                "no git repository",
            ),
            (
                "fatal: '/x' does not appear to be a git repository",
                "no git repository",
            ),
            (
                "fatal: unable to access 'https://h/': Could not resolve host: h",
                "not known",
            ),
            (
                "fatal: bad thing at 'https://me:hunter2@h/a'\n",
                "bad thing at 'https://me:•••@h/a'",
            ),
        ] {
            assert!(unreadable(text).contains(expected), "{}", unreadable(text));
        }
    }
}
