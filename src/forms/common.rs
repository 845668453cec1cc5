//! The parts that both forms are made of: fields, state, drafts, submission, import.

pub(crate) mod draft_notices;
pub(crate) mod drafts;
pub(crate) mod field_id;
pub(crate) mod field_label;
pub(crate) mod fields;
pub(crate) mod form;
pub(crate) mod form_content;
pub(crate) mod form_shell;
pub mod form_state;
pub(crate) mod import_panel;
pub(crate) mod leave_guard;
pub(crate) mod pointer_release;
pub(crate) mod source_line;
pub(crate) mod source_looks;
pub(crate) mod source_words;
pub(crate) mod submission;
pub(crate) mod submission_view;
pub(crate) mod typing;
pub(crate) mod undoable;
pub(crate) mod wording;
