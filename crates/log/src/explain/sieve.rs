//! Finds the few lines that a rule may match: those with one of some words. Most bytes are skipped.

mod words;

pub(crate) use crate::explain::sieve::words::WORDS;
/// The number of bytes that are looked at together.
const GRAM: usize = 4;

/// The number of hashes of four bytes: the table fits into the cache of a processor core.
const HASHES: usize = 1 << 15;

/// The distance of the places in a text that are looked at. Each word has the bytes at one of them.
const STRIDE: usize = 2;

/// The number of bytes of a block of such places.
const BLOCK: usize = 8;

/// Four bytes of a word.
#[derive(Debug, Clone, Copy)]
struct Entry {
    gram: u32,
    /// The index in `Sieve::texts`.
    text: u16,
    /// The place in the word.
    at: u8,
}

/// Finds words in a text.
#[derive(Debug)]
pub(crate) struct Sieve {
    /// For each hash of four bytes, 1 if a word has such bytes.
    has: Box<[u8; HASHES]>,
    /// For each group of hashes, the index of its first entry.
    heads: Box<[u16; HASHES / 16]>,
    /// In order of their hashes.
    entries: Vec<Entry>,
    /// The texts to find, in lower case, each with the index of its word.
    texts: Vec<(Vec<u8>, u16)>,
}

/// Makes upper and lower case the same.
#[inline]
fn fold(gram: u32) -> u32 {
    gram | 0x2020_2020
}

#[inline]
fn hash(gram: u32) -> u32 {
    folded_hash(fold(gram))
}

#[inline]
fn folded_hash(gram: u32) -> u32 {
    gram.wrapping_mul(0x9e37_79b1) >> (32 - HASHES.trailing_zeros())
}

#[inline]
fn gram(bytes: &[u8]) -> Option<u32> {
    bytes
        .first_chunk::<GRAM>()
        .map(|bytes| u32::from_le_bytes(*bytes))
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
        let mut has = Box::new([0; HASHES]);
        for (index, (text, _)) in texts.iter().enumerate() {
            for at in 0..STRIDE {
                let Some(gram) = gram(text.get(at..).unwrap_or(&[])) else {
                    continue;
                };
                if let Some(has) = has.get_mut(hash(gram) as usize) {
                    *has = 1;
                }
                entries.push(Entry {
                    gram: fold(gram),
                    text: index as u16,
                    at: at as u8,
                });
            }
        }
        entries.sort_by_key(|entry| hash(entry.gram));
        let mut heads = Box::new([0; HASHES / 16]);
        for (index, entry) in entries.iter().enumerate().rev() {
            if let Some(head) = heads.get_mut(hash(entry.gram) as usize >> 4) {
                *head = index as u16;
            }
        }
        Self {
            has,
            heads,
            entries,
            texts,
        }
    }

    #[inline]
    fn has(&self, folded: u32) -> u8 {
        let has = self.has.get(folded_hash(folded) as usize);
        has.copied().unwrap_or(0)
    }

    #[inline]
    fn may_have(&self, gram: u32) -> bool {
        self.has(fold(gram)) != 0
    }

    /// The place of one of the words at or after `from`. No word is on a line before it.
    pub(crate) fn find(&self, text: &[u8], from: usize) -> Option<usize> {
        let rest = text.get(from..)?;
        let mut place = from;
        // The last bytes of a block are those of the next one, too.
        let (blocks, _) = rest.as_chunks::<BLOCK>();
        for (block, next) in blocks.iter().zip(blocks.iter().skip(1)) {
            let word = u64::from_le_bytes(*block) | 0x2020_2020_2020_2020;
            let across = u32::from(u16::from_le_bytes([next[0], next[1]])) << 16 | 0x2020_0000;
            let grams = [
                word as u32,
                (word >> 16) as u32,
                (word >> 32) as u32,
                (word >> 48) as u32 | across,
            ];
            let [a, b, c, d] = grams.map(|gram| self.has(gram));
            if a | b | c | d != 0 {
                for (part, gram) in grams.iter().enumerate() {
                    if let Some(start) = self.first_around(text, place + part * STRIDE, *gram) {
                        return Some(start);
                    }
                }
            }
            place += BLOCK;
        }
        (place..text.len()).step_by(STRIDE).find_map(|place| {
            let gram = gram(text.get(place..)?)?;
            self.first_around(text, place, gram)
        })
    }

    /// Calls `then` with each word of a line.
    pub(crate) fn words(&self, line: &[u8], mut then: impl FnMut(usize)) {
        for place in (0..line.len()).step_by(STRIDE) {
            let Some(gram) = line.get(place..).and_then(gram) else {
                return;
            };
            if self.may_have(gram) {
                self.around(line, place, gram, |_, word| {
                    then(usize::from(word));
                    false
                });
            }
        }
    }

    /// The start of a word that has its bytes at a place.
    fn first_around(&self, text: &[u8], place: usize, gram: u32) -> Option<usize> {
        let mut first = None;
        if self.may_have(gram) {
            self.around(text, place, gram, |start, _| {
                first = Some(start);
                true
            });
        }
        first
    }

    /// Calls `then` with the start and the index of each word that has its bytes at a place, until it returns true.
    fn around(
        &self,
        text: &[u8],
        place: usize,
        gram: u32,
        mut then: impl FnMut(usize, u16) -> bool,
    ) {
        let (gram, group) = (fold(gram), hash(gram) >> 4);
        let first = self.heads.get(group as usize).copied().unwrap_or(0);
        let entries = self.entries.get(usize::from(first)..).unwrap_or(&[]);
        for entry in entries {
            if entry.gram != gram {
                match hash(entry.gram) >> 4 == group {
                    true => continue,
                    false => return,
                }
            }
            if let Some(start) = place.checked_sub(usize::from(entry.at))
                && let Some((word, index)) = self.texts.get(usize::from(entry.text))
                && let Some(found) = text.get(start..start + word.len())
                && found.eq_ignore_ascii_case(word)
                && then(start, *index)
            {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::WORDS;
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
            let sieve = &crate::explain::rules::all().sieve;
            let mut found = Vec::new();
            sieve.words(text.as_bytes(), |word| found.push(word));
            found.sort_unstable();
            found.dedup();
            prop_assert_eq!(&found, &expected);
            prop_assert_eq!(sieve.find(text.as_bytes(), 0).is_some(), !expected.is_empty());
        }
    }
}
