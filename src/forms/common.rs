//! What both forms use: fields, state, drafts, submission, import.

pub mod drafts;
pub mod field_id;
pub mod fields;
pub mod form_shell;
pub mod form_state;
pub mod import_panel;
pub mod submission;
pub mod undoable;
pub mod wording;
