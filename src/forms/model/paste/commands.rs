//! Commands that have a source as an argument: `git clone` and `docker build`.

/// The arguments of `git clone` that matter.
pub(crate) struct Clone<'a> {
    pub(crate) url: &'a str,
    pub(crate) branch: Option<&'a str>,
}

/// Reads the arguments of `git clone`.
pub(crate) fn clone_arguments(line: &str) -> Option<Clone<'_>> {
    let mut words = line.split_whitespace();
    let (mut branch, mut url) = (None, None);
    while let Some(word) = words.next() {
        match word {
            "-b" | "--branch" => branch = words.next(),
            "--depth" | "-o" | "--origin" | "-c" | "--config" | "-j" | "--jobs" => {
                words.next();
            }
            _ if word.starts_with("--branch=") => branch = word.strip_prefix("--branch="),
            _ if word.starts_with('-') => {}
            _ => {
                url = url.or(Some(word));
            }
        }
    }
    url.map(|url| Clone { url, branch })
}

/// The arguments of `docker build` that may be a git address.
pub(crate) fn build_arguments(line: &str) -> impl Iterator<Item = &str> {
    line.split_whitespace()
        .filter(|word| word.contains('/') && !word.starts_with('-'))
}
