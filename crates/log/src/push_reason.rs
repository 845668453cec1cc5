//! Cuts a builder's message about a failed push down to the reason.

/// The beginnings of parts of a message, up to the next `: `, that say what was tried and not why it failed.
const TRIED: [&str; 30] = [
    "error",
    "failed to solve",
    "failed to push",
    "failed to do request",
    "failed to copy",
    "failed commit on ref",
    "failed to authorize",
    "failed to fetch",
    "failed to configure transport",
    "the image was built, but could not be pushed",
    "pushing failed, trying again",
    "pushing image",
    "copying image",
    "copying config",
    "copying blob",
    "writing blob",
    "writing manifest",
    "uploading ",
    "trying to reuse blob",
    "checking whether a blob",
    "checking if the blob",
    "initiating layer upload",
    "pinging container registry",
    "determining manifest",
    "reading manifest",
    "get \"",
    "head \"",
    "dial ",
    "read tcp",
    "connect",
];

/// Further ones, for the methods that write.
const WRITING: [&str; 4] = ["post \"", "put \"", "patch \"", "write tcp"];

/// Returns the reason in a builder's message about a push that failed; the whole message if nothing of it only says what
/// was tried.
///
/// # Examples
///
/// ```
/// use slipway_log::push_reason;
///
/// let said = "Error: pushing image \"0123\" to \"docker://r.example.com/a:1\": pinging container registry \
///     r.example.com: Get \"https://r.example.com/v2/\": dial tcp 192.0.2.1:443: connect: connection refused";
/// assert_eq!(push_reason(said), "connection refused");
/// ```
pub fn push_reason(message: &str) -> &str {
    let mut rest = message.trim();
    while let Some((part, after)) = split(rest) {
        if !says_what_was_tried(part) || after.trim().is_empty() {
            break;
        }
        rest = after.trim_start();
    }
    rest
}

/// The text before the first `: ` that is not in quotes, and the one after it.
fn split(text: &str) -> Option<(&str, &str)> {
    let mut is_quoted = false;
    let mut before = 0;
    for (at, char) in text.char_indices() {
        match char {
            '"' => is_quoted = !is_quoted,
            ' ' if !is_quoted && before == b':' => {
                return Some((text.get(..at - 1)?, text.get(at + 1..)?));
            }
            _ => {}
        }
        before = u8::try_from(char).unwrap_or(0);
    }
    None
}

fn says_what_was_tried(part: &str) -> bool {
    let part = part.to_ascii_lowercase();
    let is_tried = |start: &str| match start {
        // Whole words only: they begin reasons too.
        "error" | "connect" => part == start,
        start => part.starts_with(start),
    };
    TRIED.iter().chain(&WRITING).any(|start| is_tried(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_left_of_what_builders_say() {
        for (said, reason) in [
            (
                "Error: trying to reuse blob sha256:01 at destination: pinging container registry 127.0.0.1:1: Get \"http://127.0.0.1:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused",
                "connection refused",
            ),
            (
                "Error: pushing image \"0123\" to \"docker://r.example.com/a/b:1\": writing blob: initiating layer upload to /v2/a/b/blobs/uploads/ in r.example.com: unauthorized: authentication required",
                "unauthorized: authentication required",
            ),
            (
                "Get \"https://r.example.com/v2/\": dial tcp: lookup r.example.com on 192.0.2.1:53: no such host",
                "lookup r.example.com on 192.0.2.1:53: no such host",
            ),
            (
                "error: failed to solve: failed to push r.example.com/a:1: failed to do request: Head \"https://r.example.com/v2/a/blobs/sha256:01\": http: server gave HTTP response to HTTPS client",
                "http: server gave HTTP response to HTTPS client",
            ),
            (
                "denied: requested access to the resource is denied",
                "denied: requested access to the resource is denied",
            ),
            (
                "the image was built, but could not be pushed to r.example.com/a:1: the builder did not say which image it has pushed",
                "the builder did not say which image it has pushed",
            ),
            (
                "pushing failed, trying again in 2s (1 of 3 tries): pushing image \"01\" to \"docker://r/a:1\": EOF",
                "EOF",
            ),
            ("connection reset by peer", "connection reset by peer"),
            ("Error: ", "Error:"),
            ("", ""),
        ] {
            assert_eq!(push_reason(said), reason, "{said}");
        }
    }
}
