//! Drafts and everything computed from them. Pure: no browser, no signals.

pub mod bulk_edit;
pub mod changes;
pub mod draft;
pub mod fields;
pub mod import;
pub mod line_diff;
pub mod link_fill;
pub mod marks;
pub mod merge;
pub mod paste;
pub mod preview;
pub mod rules;
pub mod source_carry;
pub mod source_findings;
