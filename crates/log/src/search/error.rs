//! Errors of a search query.

/// The reason why a query cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryErrorKind {
    /// The text is empty.
    Empty,
    /// Unbalanced `(` or `)`, or an invalid start of a group.
    Group,
    /// A class, `[…]`, is not closed or invalid.
    Class,
    /// Nothing to repeat before `*`, `+`, `?` or `{…}`, or invalid numbers in `{…}`.
    Repetition,
    /// An unknown escape after a backslash.
    Escape,
    /// A syntax that is not supported, such as look-ahead.
    Unsupported,
    /// The expression is too long, or takes too much memory.
    TooLarge,
}

/// Why a query cannot be compiled, and where the error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueryError {
    /// The kind of error.
    pub kind: QueryErrorKind,
    /// The position in the query's text, in characters, counted from 0.
    pub at: usize,
}
