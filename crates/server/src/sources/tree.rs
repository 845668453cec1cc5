//! Reads the tree of a commit before it is checked out, and ends where it gets larger than a checkout may be: a few
//! kilobytes of git objects can name billions of files.

use crate::option_values::format_size;
use crate::sources::source_options::SourceOptions;

/// The longest entry of a tree that is read, in bytes: no system has a longer path.
const MAX_ENTRY_BYTES: usize = 16 << 10;

/// The sizes of files that may stand for a large file, in bytes.
pub(crate) const POINTER_BYTES: std::ops::RangeInclusive<u64> = 60..=1024;

/// A submodule of a commit, or a file that may stand for a large file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TreeEntry {
    /// True for a submodule.
    pub(crate) is_submodule: bool,
    /// The id of the commit of a submodule, or of the content of a file.
    pub(crate) id: String,
    /// The path in the source.
    pub(crate) path: String,
}

/// What the checkout of one build may still take, with all that belongs to it.
pub(crate) struct Budget {
    bytes: u64,
    files: u64,
    /// In bytes.
    bytes_left: u64,
    files_left: u64,
}

impl Budget {
    /// Returns all that a checkout may take.
    pub(crate) fn new(options: &SourceOptions) -> Self {
        Self {
            bytes: options.checkout_limit,
            files: options.checkout_files,
            bytes_left: options.checkout_limit,
            files_left: options.checkout_files,
        }
    }

    /// The bytes that the checkout may still take.
    pub(crate) fn bytes_left(&self) -> u64 {
        self.bytes_left
    }

    /// Takes bytes.
    ///
    /// # Errors
    ///
    /// A sentence when there are not so many left.
    pub(crate) fn take_bytes(&mut self, bytes: u64) -> Result<(), String> {
        let left = self.bytes_left.checked_sub(bytes);
        self.bytes_left = left.ok_or_else(|| self.too_large())?;
        Ok(())
    }

    /// Says that the checkout would take too many bytes.
    pub(crate) fn too_large(&self) -> String {
        let limit = format_size(self.bytes);
        format!("the source is larger than the limit of {limit} for a checkout")
    }

    /// Takes a file or a folder.
    ///
    /// # Errors
    ///
    /// A sentence when there are none left.
    pub(crate) fn take_file(&mut self) -> Result<(), String> {
        let left = self.files_left.checked_sub(1);
        self.files_left = left.ok_or_else(|| {
            format!(
                "the source has more files and folders than the limit of {} for a checkout",
                self.files
            )
        })?;
        Ok(())
    }
}

/// Splits the output of `git ls-tree -z` into its entries.
#[derive(Default)]
pub(crate) struct TreeEntries {
    /// The start of an entry whose end is not read yet.
    partial: Vec<u8>,
}

impl TreeEntries {
    /// Reads the next bytes, and passes each entry that ends in them to `read`.
    ///
    /// # Errors
    ///
    /// A sentence about an entry that is too long, or the error of `read`.
    pub(crate) fn push(
        &mut self,
        mut bytes: &[u8],
        mut read: impl FnMut(&str) -> Result<(), String>,
    ) -> Result<(), String> {
        while let Some(end) = bytes.iter().position(|byte| *byte == 0) {
            self.partial.extend_from_slice(&bytes[..end]);
            bytes = &bytes[end + 1..];
            let entry = std::mem::take(&mut self.partial);
            read(&String::from_utf8_lossy(&entry))?;
        }
        self.partial.extend_from_slice(bytes);
        match self.partial.len() > MAX_ENTRY_BYTES {
            true => Err("the source has a file whose path is too long".to_owned()),
            false => Ok(()),
        }
    }
}

/// Reads the output of `git ls-tree -r -t -l -z`, and takes each entry from a budget.
pub(crate) struct TreeReader<'a> {
    budget: &'a mut Budget,
    split: TreeEntries,
    /// The entries that matter later.
    pub(crate) entries: Vec<TreeEntry>,
}

impl<'a> TreeReader<'a> {
    /// Begins to read.
    pub(crate) fn new(budget: &'a mut Budget) -> Self {
        Self {
            budget,
            split: TreeEntries::default(),
            entries: Vec::new(),
        }
    }

    /// Reads the next bytes.
    ///
    /// # Errors
    ///
    /// A sentence when the tree exceeds the budget.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut split = std::mem::take(&mut self.split);
        let result = split.push(bytes, |entry| self.read(entry));
        self.split = split;
        result
    }

    /// Reads an entry: `100644 blob <id>     123<tab>path`.
    fn read(&mut self, entry: &str) -> Result<(), String> {
        let Some((facts, path)) = entry.split_once('\t') else {
            return Ok(());
        };
        let mut facts = facts.split_ascii_whitespace();
        let mode = facts.next().unwrap_or_default();
        let id = facts.nth(1).unwrap_or_default();
        let size = facts.next().and_then(|size| size.parse().ok());
        let size: u64 = size.unwrap_or_default();
        self.budget.take_file()?;
        self.budget.take_bytes(size)?;
        let is_submodule = mode == "160000";
        if is_submodule || (mode.starts_with("100") && POINTER_BYTES.contains(&size)) {
            self.entries.push(TreeEntry {
                is_submodule,
                id: id.to_owned(),
                path: path.to_owned(),
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "119d9dc6f33992b6c4f8ddf068e347d426ddf22c";

    fn budget(bytes: u64, files: u64) -> Budget {
        Budget {
            bytes,
            files,
            bytes_left: bytes,
            files_left: files,
        }
    }

    /// Reads a tree, split after so many bytes.
    fn read(tree: &str, split: usize, budget: &mut Budget) -> Result<Vec<TreeEntry>, String> {
        let mut reader = TreeReader::new(budget);
        for chunk in tree.as_bytes().chunks(split) {
            reader.push(chunk)?;
        }
        Ok(reader.entries)
    }

    #[test]
    fn a_tree_has_files_links_folders_and_submodules() {
        let tree = format!(
            "040000 tree {ID}       -\ta b\0100644 blob {ID}     131\ta b/#1.bin\0\
             120000 blob {ID}      61\tlink\0100755 blob {ID}    2000\tlarge\0\
             160000 commit {ID}       -\tlib/a\0"
        );
        let entry = |is_submodule, path: &str| TreeEntry {
            is_submodule,
            id: ID.to_owned(),
            path: path.to_owned(),
        };
        for split in [1, 7, 1000] {
            let mut budget = budget(3000, 10);
            assert_eq!(
                read(&tree, split, &mut budget).unwrap(),
                [entry(false, "a b/#1.bin"), entry(true, "lib/a")]
            );
            assert_eq!(budget.bytes_left(), 3000 - 131 - 61 - 2000);
            assert_eq!(budget.files_left, 5);
        }
    }

    #[test]
    fn a_tree_that_is_too_large_is_not_read_to_its_end() {
        let file = format!("100644 blob {ID}     100\ta\0");
        let read = |budget: &mut Budget| read(&file.repeat(3), 50, budget);
        assert!(read(&mut budget(300, 3)).is_ok());
        let message = read(&mut budget(299, 3)).unwrap_err();
        assert!(message.contains("larger than the limit of 299"));
        let message = read(&mut budget(300, 2)).unwrap_err();
        assert!(message.contains("limit of 2 for"), "{message}");
        let mut budget = budget(300, 3);
        let endless = "a".repeat(MAX_ENTRY_BYTES + 1);
        assert!(
            TreeReader::new(&mut budget)
                .push(endless.as_bytes())
                .is_err()
        );
    }
}
