//! The meanings of lines that speak of steps.

/// The meaning of a line.
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

/// The meaning of a line about a vertex.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vertex<'a> {
    /// It is a step. Said again when its output goes on after that of another one.
    Named(Header<'a>),
    /// It is work of the builder, with this name.
    Internal(&'a str),
    /// It is done, after this many tenths of a second.
    Done(Option<u32>),
    /// It is done, and its result came from the cache.
    Cached,
    /// It failed.
    Failed,
    /// It was stopped because another one failed, or the build was stopped.
    Canceled,
    /// Output, or nothing that matters.
    Output,
}

impl Says<'_> {
    /// Returns true if such a line shows which builder it is.
    pub(super) fn chooses(&self) -> bool {
        match self {
            Says::Step(_) => true,
            Says::Vertex(_, vertex) => matches!(vertex, Vertex::Named(_) | Vertex::Internal(_)),
            _ => false,
        }
    }
}
