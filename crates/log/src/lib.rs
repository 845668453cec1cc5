//! The log engine: the bytes of an answer of call 5 in, lines out. Pure Rust, no DOM.
//!
//! [`Log`] is what a view holds. The rest hangs on it:
//!
//! | to | use |
//! | --- | --- |
//! | read an answer as it streams | [`Log::begin`], [`Log::feed`] for each chunk, [`Log::end`] or [`Log::abort`] |
//! | ask for what is new | [`Log::resume_at`] |
//! | draw a line | [`Store::line`]; if it is not [`Line::plain`], [`Log::paint`] |
//! | times | [`Store::first_time`], [`Store::time`], [`Store::line_at_time`], [`Log::times`] |
//! | levels | [`Store::levels`], [`Line::kind`] |
//! | steps of the Dockerfile | [`Log::sections`], [`Sections::failing`], [`Sections::section_of`] |
//! | search | [`Query::compile`], [`Search`] |
//! | show only some lines | [`Filter`], [`VisibleRows`] |
//! | the strip beside the log | [`Overview`] |
//! | copy, print, download | [`export::lines`], [`export::raw`] |
//! | progress of the first answer | [`Log::received`], [`Store::len`], [`Store::last_time`] |
//!
//! Lines are counted from 0 everywhere. Nothing here takes longer than what it is asked for: a view
//! feeds 64 to 256 kB at a time, and searches and filters in slices, so that the page stays free.
#![forbid(unsafe_code)]

pub mod ansi;
mod arena;
mod column;
mod decode;
pub mod export;
mod json;
mod levels;
mod log;
mod merge;
mod overview;
mod rows;
mod search;
mod sections;
mod step_markers;
mod store;
mod text;
mod times;

pub use crate::ansi::{Color, Mode, Painted, Span, Style};
pub use crate::column::Column;
pub use crate::decode::{Fault, Summary};
pub use crate::levels::{Level, LevelKind};
pub use crate::log::{Log, Times};
pub use crate::overview::{Bucket, Overview};
pub use crate::rows::{Filter, VisibleRows};
pub use crate::search::{Matcher, Query, QueryError, QueryErrorKind, Search};
pub use crate::sections::{Outcome, Section, SectionState, Sections};
pub use crate::store::{Line, Store};
pub use crate::text::is_special;

#[cfg(test)]
mod tests;
