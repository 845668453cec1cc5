//! The lines of BuildKit's plain progress, as docker, buildx and buildctl print it. They begin with the number
//! of a vertex: a step, or work of the builder itself.

use crate::grammar::header::{MAX_TOTAL, instruction, is_platform};
use crate::grammar::says::{Header, Says, Vertex};
use crate::grammar::table::{Grammar, HeaderStyle, Rest, Row, RowSays};

pub(super) static GRAMMAR: Grammar = Grammar {
    style: HeaderStyle::Vertex,
    rows: &[
        // The output of the failed step again, the lines of the Dockerfile, and the message.
        Row {
            start: " > ",
            rest: Rest::Any,
            says: RowSays::FailedVertex,
        },
        Row {
            start: "------",
            rest: Rest::Nothing,
            says: RowSays::Left,
        },
        Row {
            start: "executor failed running ",
            rest: Rest::Any,
            says: RowSays::FailsCurrent(""),
        },
        Row {
            start: "ERROR: failed to solve: ",
            rest: Rest::Has("process \""),
            says: RowSays::FailsCurrent(""),
        },
        Row {
            start: "failed to solve: ",
            rest: Rest::Has("process \""),
            says: RowSays::FailsCurrent(""),
        },
        Row {
            start: "ERROR: Service '",
            rest: Rest::Has("failed to build"),
            says: RowSays::FailsCurrent(""),
        },
    ],
};

/// The beginnings of the names of BuildKit's own work, where no bracket is before them. A build goes on if work
/// with a true fails.
const WORK: [(&str, bool); 16] = [
    ("building with ", false),
    ("resolve image config for ", false),
    ("docker-image://", false),
    ("oci-layout://", false),
    ("exporting to ", false),
    ("exporting cache ", true),
    ("importing cache ", true),
    ("importing to ", false),
    ("preparing layers for inline cache", false),
    ("preparing build cache for export", true),
    ("resolving provenance for ", true),
    ("sending tarball", false),
    ("pushing ", false),
    ("local://", false),
    ("https://", false),
    ("http://", false),
];

/// Reads a line that begins with the number of a vertex.
pub(super) fn vertex(line: &str) -> Option<Says<'_>> {
    let (number, text) = line.strip_prefix('#')?.split_once(' ')?;
    let number = number.parse().ok()?;
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let says = match word.trim_end() {
        "CACHED" => Vertex::Cached,
        "CANCELED" => Vertex::Canceled,
        "DONE" => Vertex::Done(tenths(
            rest.trim_end().strip_suffix('s').unwrap_or_default(),
        )),
        "ERROR" | "ERROR:" if rest.ends_with("context canceled") => Vertex::Canceled,
        "ERROR" | "ERROR:" => Vertex::Failed,
        _ => name(text.trim_end()),
    };
    Some(Says::Vertex(number, says))
}

/// Reads `[build 2/4] RUN make`, `[internal] load .dockerignore` or `exporting to image`.
fn name(text: &str) -> Vertex<'_> {
    let Some((place, title)) = text
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("] "))
    else {
        let is_work = WORK.iter().any(|(start, _)| text.starts_with(start));
        return match is_work {
            true => Vertex::Internal(text),
            false => Vertex::Output,
        };
    };
    // A service, a platform and a stage may precede the count, which is padded: `[ 2/12]`.
    let (before, count) = place.rsplit_once(' ').unwrap_or(("", place));
    let title = title.trim();
    let Some((number, total)) = count_of(count).filter(|_| instruction(title).is_some()) else {
        return Vertex::Internal(text);
    };
    let (before, platform) = split_platform(before.trim());
    Vertex::Named(Header {
        line: text,
        title,
        number,
        total: Some(total),
        stage: None,
        name: before,
        platform,
    })
}

/// Reads `3/12`, or `4/2` where the base image brings steps of its own, which the total leaves out.
fn count_of(text: &str) -> Option<(u32, u32)> {
    let (number, total) = text.split_once('/')?;
    let (number, total) = (number.parse().ok()?, total.parse().ok()?);
    let is_count = |count: u32| (1..=MAX_TOTAL).contains(&count);
    (is_count(number) && is_count(total)).then_some((number, total))
}

/// Splits the platform from the name of a stage, which may stand after it or, with a service, before it.
fn split_platform(text: &str) -> (&str, &str) {
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    if is_platform(first) {
        return (rest.trim(), first);
    }
    match rest.split(' ').find(|word| is_platform(word)) {
        // The name is the stage; the service before the platform would have to be cut out of the middle.
        Some(platform) => {
            let after = rest
                .split_once(platform)
                .map_or("", |(_, after)| after.trim());
            (if after.is_empty() { first } else { after }, platform)
        }
        None => (text, ""),
    }
}

/// Returns true if a build goes on when this work fails.
pub(crate) fn may_fail(name: &str) -> bool {
    // docker-compose puts the service before it.
    let name = match name
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("] "))
    {
        Some((_, name)) => name,
        None => name,
    };
    WORK.iter()
        .any(|(start, may_fail)| *may_fail && name.starts_with(start))
}

/// The offset at which a line of output was printed: `#8 12.13 text`, in tenths of a second.
pub(crate) fn offset(line: &str) -> Option<u32> {
    let (_, text) = line.strip_prefix('#')?.split_once(' ')?;
    let offset = text.split(' ').next()?;
    offset.contains('.').then(|| tenths(offset)).flatten()
}

/// Reads seconds with a fraction, rounded to tenths.
fn tenths(text: &str) -> Option<u32> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let hundredths = format!("{fraction:0<2}");
    let hundredths: u32 = hundredths.get(..2)?.parse().ok()?;
    let whole: u32 = whole.parse().ok()?;
    whole.checked_mul(10)?.checked_add((hundredths + 5) / 10)
}
