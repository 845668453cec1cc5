//! The content of a form: the part that differs from one form to the next.

use crate::forms::model::rules::Validation;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A form's fields: a `Copy` type of signals, and how they become a draft and back.
///
/// [`Form`](crate::forms::common::form::Form) makes undo, stored drafts, validation and the question before
/// leaving out of it.
pub(crate) trait FormContent: Copy + Send + Sync + 'static {
    /// Everything that the form holds. Its JSON is what is stored in the browser and what undo restores.
    type Draft: Serialize + DeserializeOwned;

    /// The form's name in the storage keys of its drafts.
    const NAME: &'static str;
    /// The paths of the fields outside of rows, in the API's words (`build_config.build_node`).
    const FIELDS: &'static [&'static str];
    /// The part of a row's path before `tag_configs`.
    const ROWS_PREFIX: &'static str;

    /// Reads the content, untracked.
    fn draft(self) -> Self::Draft;
    /// Reads the content without passwords and tokens, untracked: this is stored in the browser.
    fn draft_without_secrets(self) -> Self::Draft;
    /// Returns the content that Discard goes back to, untracked.
    fn unedited(self) -> Self::Draft;
    /// Replaces the content.
    fn set(self, draft: Self::Draft);
    /// Returns what tells the user one stored draft from another, such as the repository's name.
    fn draft_label(self) -> String;

    /// Tracks every signal of the content.
    fn track(self);
    /// Returns true while the content differs from the unedited one, tracked.
    fn is_dirty(self) -> bool;
    /// Checks the content against the rules, tracked.
    fn validate(self) -> Validation;
}

/// The same content as JSON text and without a type, so that what works on it is compiled once for all
/// forms.
pub(crate) trait ContentJson: Send + Sync {
    fn json(&self) -> String;
    fn json_without_secrets(&self) -> String;
    fn unedited_json(&self) -> String;
    /// Returns true if the text is a draft of this form.
    fn can_read(&self, json: &str) -> bool;
    /// Returns false, and changes nothing, if the text is not a draft of this form.
    fn set_json(&self, json: &str) -> bool;
    fn label(&self) -> String;
    fn track_all(&self);
}

impl<C: FormContent> ContentJson for C {
    fn json(&self) -> String {
        to_json(&self.draft())
    }

    fn json_without_secrets(&self) -> String {
        to_json(&self.draft_without_secrets())
    }

    fn unedited_json(&self) -> String {
        to_json(&self.unedited())
    }

    fn can_read(&self, json: &str) -> bool {
        serde_json::from_str::<C::Draft>(json).is_ok()
    }

    fn set_json(&self, json: &str) -> bool {
        match serde_json::from_str(json) {
            Ok(draft) => {
                self.set(draft);
                true
            }
            Err(_) => false,
        }
    }

    fn label(&self) -> String {
        self.draft_label()
    }

    fn track_all(&self) {
        self.track();
    }
}

/// Encodes a draft. Drafts are made of texts, numbers and truth values, which always encode.
pub(crate) fn to_json(draft: &impl Serialize) -> String {
    serde_json::to_string(draft).unwrap_or_default()
}
