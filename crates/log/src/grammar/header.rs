//! The headers of steps: their counts, their instructions and what stands before them.

use crate::grammar::prefilter::SYSTEMS;
use crate::grammar::says::{Header, Says};

/// The most steps that a builder may count. Higher counts are not of a Dockerfile.
pub(super) const MAX_TOTAL: u32 = 9999;

/// The instructions of a Dockerfile.
pub(super) const INSTRUCTIONS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// Reads a step of buildah and podman: `STEP 3/12: RUN …`, `STEP 3: RUN …`, `[1/2] STEP 3/12: RUN …`,
/// `[linux/arm64] [1/2] STEP 3/12: RUN …`. A step of the earliest ones can be `STEP 4: COMMIT name`, and the
/// end of a stage is `[2/2] COMMIT name`.
pub(super) fn upper(line: &str) -> Option<Says<'_>> {
    let (mut platform, mut stage, mut rest) = ("", None, line);
    while let Some(inside) = rest.strip_prefix('[') {
        let (place, after) = inside.split_once("] ")?;
        match fraction(place) {
            Some(place) if stage.is_none() => stage = Some(place),
            None if platform.is_empty() && is_platform(place) => platform = place,
            _ => return None,
        }
        rest = after;
    }
    let Some(step) = rest.strip_prefix("STEP ") else {
        let is_commit = rest.len() < line.len() && rest.starts_with("COMMIT");
        return is_commit.then_some(Says::Finished);
    };
    let header = Header {
        stage,
        platform,
        ..counted(line, step, ":")?
    };
    if header.total.is_none() && header.title.starts_with("COMMIT") {
        return Some(Says::Finished);
    }
    Some(match instruction(header.title) {
        Some(_) => Says::Step(header),
        None => Says::Unknown(header),
    })
}

/// Reads `3/12: RUN …` or `3: RUN …`.
pub(super) fn counted<'a>(line: &'a str, text: &'a str, after: &str) -> Option<Header<'a>> {
    let (place, title) = text.split_once(':')?;
    let place = place.strip_suffix(after.strip_suffix(':')?)?;
    let (number, total) = match fraction(place) {
        Some((number, total)) => (number, Some(total)),
        None => (
            place.parse().ok().filter(|number| *number <= MAX_TOTAL)?,
            None,
        ),
    };
    Some(Header {
        line,
        title: title.trim(),
        number,
        total,
        stage: None,
        name: "",
        platform: "",
    })
}

pub(super) fn fraction(text: &str) -> Option<(u32, u32)> {
    let (number, total) = text.split_once('/')?;
    let (number, total) = (number.parse().ok()?, total.parse().ok()?);
    (1 <= number && number <= total && total <= MAX_TOTAL).then_some((number, total))
}

/// Returns true for `linux/arm64`, `linux/arm/v7` and `linux/amd64->arm64`.
pub(super) fn is_platform(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_>.".contains(&byte);
    SYSTEMS.iter().any(|system| text.starts_with(system)) && text.bytes().all(is_letter)
}

/// The instruction that a text begins with, in capitals.
pub(crate) fn instruction(text: &str) -> Option<&'static str> {
    let word = text.split([' ', '\t', '<', '[']).next()?;
    INSTRUCTIONS
        .into_iter()
        .find(|instruction| word.eq_ignore_ascii_case(instruction))
}
