//! Reads the corpus: real build logs, each with marks of what a person found in it.

use serde_json::Value;
use std::path::Path;

/// A log of the corpus.
pub(crate) struct Entry {
    /// The name of its folder, such as `001-javac`.
    pub(crate) name: String,
    /// An answer of call 5.
    pub(crate) log: Vec<u8>,
    /// `mark.json`: `outcome`, `cause_line`, `also_right`, `failing_step`, `steps` and more; lines count from 1.
    pub(crate) mark: Value,
}

/// Returns all logs of the corpus, in order of name.
pub(crate) fn corpus() -> Vec<Entry> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let folders = std::fs::read_dir(root).expect("the corpus is there");
    let mut entries: Vec<Entry> = folders
        .map(|folder| {
            let folder = folder.expect("the corpus can be listed").path();
            let read = |file: &str| std::fs::read(folder.join(file)).expect("the file can be read");
            Entry {
                name: folder
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned(),
                log: read("log.json"),
                mark: serde_json::from_slice(&read("mark.json")).expect("the marks are JSON"),
            }
        })
        .collect();
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    entries
}
