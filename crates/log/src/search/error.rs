//! Errors of a search query.

/// Why a query cannot be looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryErrorKind {
    /// There is no text.
    Empty,
    /// A group, `(`, is not closed, or one too many is, or begins as none does.
    Group,
    /// A class, `[`, is not closed, or holds what it cannot.
    Class,
    /// `*`, `+`, `?` or `{…}` stands where nothing is to repeat, or its numbers are wrong.
    Repetition,
    /// A backslash is followed by what has no meaning.
    Escape,
    /// Something that is not offered, such as looking ahead or back.
    Unsupported,
    /// It is too long, or takes too much memory.
    TooLarge,
}

/// Why a query cannot be looked for, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueryError {
    pub kind: QueryErrorKind,
    /// Place in the query's text, in characters from 0.
    pub at: usize,
}
