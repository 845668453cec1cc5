//! The sequences that make a text a link.

use crate::text::is_special;

/// The maximum length of a link's address, in bytes.
const MAX_LINK_BYTES: usize = 2048;

/// Reads the command of an OSC sequence. Returns `Some(Some(address))` if it starts a link,
/// `Some(None)` if it ends one or its address is not allowed, and `None` for other commands.
pub(super) fn link(command: &str) -> Option<Option<&str>> {
    let (_, address) = command.strip_prefix("8;")?.split_once(';')?;
    let has_scheme = |scheme: &str| {
        let start = address.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    let is_allowed = (has_scheme("http://") || has_scheme("https://"))
        && address.len() <= MAX_LINK_BYTES
        && !address
            .chars()
            .any(|char| is_special(char) || char.is_whitespace());
    Some(is_allowed.then_some(address))
}
