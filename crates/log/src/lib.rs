//! The log engine: takes the bytes of an answer of call 5, yields lines. Pure Rust, no DOM.
//!
//! [`Log`] is what a viewer holds; everything else works on it.
//!
//! | to | use |
//! | --- | --- |
//! | read an answer while it streams in | [`Log::begin`], [`Log::feed`] for each chunk, [`Log::end`] or [`Log::abort`] |
//! | request only new lines | [`Log::resume_until`] |
//! | read a whole log again and compare | [`Rereading`], [`Places`] |
//! | draw a line | [`Store::line`]; if it is not [`Line::plain`], [`Log::paint`] |
//! | get times | [`Store::first_time`], [`Store::time`], [`Store::line_at_time`], [`Log::times`] |
//! | get levels | [`Store::levels`], [`Line::kind`] |
//! | find the steps of the Dockerfile | [`Log::steps`], [`Steps::failing`], [`Steps::step_of_line`] |
//! | follow the steps of a builder without keeping its lines | [`Progress`] |
//! | find out why a build failed | [`explain()`], [`Explainer`] |
//! | find the lines that tell of errors | [`Explainer::error_lines`] |
//! | know which lines a program has written over | [`Log::take_changed`] |
//! | know where a terminal's cursor is | [`cursor_column`] |
//! | search | [`SearchQuery::compile`], [`Search`] |
//! | find repeated lines | [`Repeats`] |
//! | compare the logs of two builds | [`Comparison`] |
//! | show only some lines | [`Filter`], [`VisibleRows`] |
//! | draw the minimap | [`Overview`] |
//! | count columns, cut a line at one | [`columns`], [`clusters`] |
//! | know how wide all rows are | [`LongestRow`] |
//! | copy, print or download | [`export::Export`], [`export::raw`] |
//! | write the entries as JSON again | [`entries::write`] |
//! | show the progress of the first answer | [`Log::received`], [`Store::len`], [`Store::last_time`] |
//!
//! Lines are counted from 0 everywhere. Every call takes time only for the work it is given: a viewer
//! feeds, searches and filters in small parts, so that the page stays responsive.
//!
//! The way from an answer to lines: `decode` finds the entries in the JSON, `sieve` and `merge` skip the
//! ones that the log already has, `store` keeps their lines (`arena` the text, `times` and `levels` the rest), `screen`
//! writes entries over earlier lines where a program moves the cursor up, `steps` groups the lines by the
//! builder's `grammar`, and `ansi` paints one line at a time.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod ansi;
mod arena;
mod carry;
mod column;
mod decode;
mod difference;
pub mod entries;
mod explain;
pub mod export;
mod grammar;
mod json;
mod levels;
mod log;
mod longest;
mod merge;
mod normalize;
mod overview;
mod places;
mod progress;
mod push_reason;
mod repeats;
mod reread;
mod rows;
mod screen;
mod search;
mod sieve;
mod steps;
mod store;
mod text;
mod times;
mod width;

pub use crate::ansi::{Color, EscapeMode, Painted, Span, Style, cursor_column};
pub use crate::column::Column;
pub use crate::decode::{Fault, Summary};
pub use crate::difference::{Comparison, StepPair};
pub use crate::explain::{Cause, Exit, Explainer, Explanation, FailureKind, explain};
pub use crate::levels::{Level, LevelKind};
pub use crate::log::{Log, Times};
pub use crate::longest::LongestRow;
pub use crate::normalize::normalized;
pub use crate::overview::{Bucket, Overview};
pub use crate::places::Places;
pub use crate::progress::{Begun, Progress};
pub use crate::push_reason::push_reason;
pub use crate::repeats::{MIN_REPEATS, Repeat, Repeats};
pub use crate::reread::Rereading;
pub use crate::rows::{Filter, VisibleRows};
pub use crate::search::{Matcher, QueryError, QueryErrorKind, Search, SearchQuery};
pub use crate::steps::{LostAttempt, NotRun, Outcome, Step, StepKind, StepState, Steps};
pub use crate::store::{Line, Store};
pub use crate::width::{Cluster, Clusters, TAB_COLUMNS, clusters, clusters_from, columns, is_even};

#[cfg(test)]
mod tests;
