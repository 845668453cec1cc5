//! What both forms use: fields, state, drafts, submission, import.

pub mod drafts;
pub mod field_id;
pub mod fields;
pub mod form_shell;
pub mod form_state;
pub mod import_panel;
pub(crate) mod pointer_release;
pub mod submission;
pub mod undoable;
pub mod wording;
