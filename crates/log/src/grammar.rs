//! The grammars of image builders: what their lines say about steps. Each builder has a table in a file of
//! its own; this reads lines by them.

mod buildah;
mod buildkit;
mod docker;
mod podman;
mod prefilter;

pub(crate) use crate::grammar::buildkit::{Vertex, may_fail, offset as buildkit_offset};
pub(crate) use crate::grammar::prefilter::{Prefilter, may_be_marker};

/// The most steps that a builder may count. Higher counts are not of a Dockerfile.
const MAX_TOTAL: u32 = 9999;

/// The instructions of a Dockerfile.
const INSTRUCTIONS: [&str; 18] = [
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

/// The way in which builders announce a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeaderStyle {
    /// `STEP 2/5: RUN make`, with the stage and the platform before it if there are several.
    Upper,
    /// `Step 2/5 : RUN make`.
    Capital,
    /// `#8 [build 2/5] RUN make`.
    Vertex,
}

/// The table of a builder.
#[derive(Debug)]
pub(crate) struct Grammar {
    /// The way in which it announces a step.
    pub(crate) style: HeaderStyle,
    /// What its other lines say. The first row that fits a line counts.
    rows: &'static [Row],
}

/// A row of a table: the start of a line, what has to follow, and what such a line says.
#[derive(Debug)]
struct Row {
    /// Its ASCII letters fit in both cases.
    start: &'static str,
    rest: Rest,
    says: RowSays,
}

/// What follows the start of a line.
#[derive(Debug)]
enum Rest {
    Any,
    /// Nothing.
    Nothing,
    /// The id of a container or an image: at least 11 hexadecimal digits and nothing else.
    Id,
    /// One word.
    Word,
    /// A text that contains this one.
    Has(&'static str),
}

/// What a row says; see [`Says`].
#[derive(Debug)]
enum RowSays {
    Cached,
    Runs,
    Ended,
    Finished,
    Left,
    FailedVertex,
    /// The text in quotes is the failed step; it ends at the last `": `.
    FailsQuoted,
    /// The text in quotes is the command of the failed step; it ends with these words.
    FailsCommand(&'static str),
    /// The current step failed, if it begins with this.
    FailsCurrent(&'static str),
}

/// What a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Says<'a> {
    /// A step begins.
    Step(Header<'a>),
    /// Like a step, but its text begins with no instruction that exists. It is one if the builder says next
    /// that it fails.
    Unknown(Header<'a>),
    /// A line of BuildKit, which runs several steps at once: the step's number, and what is said of it.
    Vertex(u32, Vertex<'a>),
    /// The result of the current step came from the cache.
    Cached,
    /// The current step runs in a container.
    Runs,
    /// The current step has ended.
    Ended,
    /// All steps have ended.
    Finished,
    /// The lines from here on belong to no step.
    Left,
    /// BuildKit quotes the output of the step with this header, because it failed.
    FailedVertex(&'a str),
    /// A step failed.
    Fails(Blame<'a>),
}

/// The step that a line says has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blame<'a> {
    /// The one with this text.
    Text(&'a str),
    /// The current one. It runs this command.
    Command(&'a str),
    /// The current one, if it begins with this.
    Current(&'static str),
}

/// The line that announces a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header<'a> {
    /// The line as printed, without BuildKit's number.
    pub(crate) line: &'a str,
    /// The instruction and its arguments.
    pub(crate) title: &'a str,
    pub(crate) number: u32,
    pub(crate) total: Option<u32>,
    /// The number of its stage and the number of stages, if the builder prints them.
    pub(crate) stage: Option<(u32, u32)>,
    /// The name of its stage, if the builder prints it before the number; may be several words.
    pub(crate) name: &'a str,
    pub(crate) platform: &'a str,
}

/// The grammars, by builder.
static GRAMMARS: [&Grammar; 4] = [
    &buildah::GRAMMAR,
    &podman::GRAMMAR,
    &docker::GRAMMAR,
    &buildkit::GRAMMAR,
];

/// The grammar of one log, once a line has shown which it is.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Chosen(Option<&'static Grammar>);

impl Chosen {
    /// The way in which the builder announces steps; `None` while nothing has shown it.
    pub(crate) fn style(self) -> Option<HeaderStyle> {
        self.0.map(|grammar| grammar.style)
    }

    /// Reads a line, without escapes. Returns `None` if it says nothing about steps. The first line that
    /// announces a step chooses the grammar.
    pub(crate) fn read<'a>(&mut self, line: &'a str) -> Option<Says<'a>> {
        let says = match self.0 {
            Some(grammar) => grammar.header(line),
            None => {
                let (grammar, says) = GRAMMARS.iter().find_map(|grammar| {
                    let says = grammar.header(line)?;
                    says.chooses().then_some((grammar, says))
                })?;
                self.0 = Some(grammar);
                Some(says)
            }
        };
        says.or_else(|| {
            let style = self.style()?;
            // Builders with the same headers differ only in how they end.
            let alike = GRAMMARS.iter().filter(|grammar| grammar.style == style);
            alike
                .flat_map(|grammar| grammar.rows)
                .find_map(|row| row.read(line))
        })
    }
}

impl Grammar {
    fn header<'a>(&self, line: &'a str) -> Option<Says<'a>> {
        match self.style {
            HeaderStyle::Upper => upper(line),
            HeaderStyle::Capital => {
                let header = counted(line, line.strip_prefix("Step ")?, " :")?;
                instruction(header.title).map(|_| Says::Step(header))
            }
            HeaderStyle::Vertex => buildkit::vertex(line),
        }
    }
}

impl Says<'_> {
    /// Returns true if such a line shows which builder it is.
    fn chooses(&self) -> bool {
        match self {
            Says::Step(_) => true,
            Says::Vertex(_, vertex) => matches!(vertex, Vertex::Named(_) | Vertex::Internal(_)),
            _ => false,
        }
    }
}

impl Row {
    fn read<'a>(&self, line: &'a str) -> Option<Says<'a>> {
        let start = line.get(..self.start.len())?;
        if !start.eq_ignore_ascii_case(self.start) {
            return None;
        }
        let rest = line.get(self.start.len()..)?;
        let fits = match self.rest {
            Rest::Any => true,
            Rest::Nothing => rest.trim_end().is_empty(),
            Rest::Id => is_id(rest.trim_end()),
            Rest::Word => !rest.is_empty() && !rest.trim_end().contains(' '),
            Rest::Has(text) => rest.contains(text),
        };
        if !fits {
            return None;
        }
        Some(match self.says {
            RowSays::Cached => Says::Cached,
            RowSays::Runs => Says::Runs,
            RowSays::Ended => Says::Ended,
            RowSays::Finished => Says::Finished,
            RowSays::Left => Says::Left,
            RowSays::FailedVertex => Says::FailedVertex(rest.trim_end().strip_suffix(':')?),
            RowSays::FailsQuoted => {
                // A command can contain quotes.
                let end = rest.rfind("\": ").or_else(|| rest.rfind('"'));
                Says::Fails(Blame::Text(rest.get(..end?)?))
            }
            RowSays::FailsCommand(after) => {
                let command = rest.get(..rest.rfind(after)?)?;
                let (_, command) = command.split_once("The command '").unwrap_or(("", command));
                Says::Fails(Blame::Command(command))
            }
            RowSays::FailsCurrent(instruction) => Says::Fails(Blame::Current(instruction)),
        })
    }
}

fn is_id(text: &str) -> bool {
    let text = text.strip_prefix("sha256:").unwrap_or(text);
    text.len() >= 11 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Reads a step of buildah and podman: `STEP 3/12: RUN …`, `STEP 3: RUN …`, `[1/2] STEP 3/12: RUN …`,
/// `[linux/arm64] [1/2] STEP 3/12: RUN …`. A step of the earliest ones can be `STEP 4: COMMIT name`, and the
/// end of a stage is `[2/2] COMMIT name`.
fn upper(line: &str) -> Option<Says<'_>> {
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
fn counted<'a>(line: &'a str, text: &'a str, after: &str) -> Option<Header<'a>> {
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

fn fraction(text: &str) -> Option<(u32, u32)> {
    let (number, total) = text.split_once('/')?;
    let (number, total) = (number.parse().ok()?, total.parse().ok()?);
    (1 <= number && number <= total && total <= MAX_TOTAL).then_some((number, total))
}

/// Returns true for `linux/arm64`, `linux/arm/v7` and `linux/amd64->arm64`.
fn is_platform(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_>.".contains(&byte);
    prefilter::SYSTEMS
        .iter()
        .any(|system| text.starts_with(system))
        && text.bytes().all(is_letter)
}

/// The instruction that a text begins with, in capitals.
pub(crate) fn instruction(text: &str) -> Option<&'static str> {
    let word = text.split([' ', '\t', '<', '[']).next()?;
    INSTRUCTIONS
        .into_iter()
        .find(|instruction| word.eq_ignore_ascii_case(instruction))
}

#[cfg(test)]
mod tests;
