//! A form's content as one JSON document that can be replaced, and brought back.

use crate::forms::common::form_content::ContentJson;
use crate::forms::common::form_state::FormState;
use crate::t_string;
use leptos::prelude::*;
use std::sync::Arc;

/// Says what was done.
pub(crate) type Message = Arc<dyn Fn() -> String + Send + Sync>;

/// The content of a form as JSON. Copies share it.
#[derive(Clone, Copy)]
pub(crate) struct Document {
    state: FormState,
    content: StoredValue<Arc<dyn ContentJson>>,
}

impl Document {
    pub(crate) fn new(state: FormState, content: Arc<dyn ContentJson>) -> Self {
        Self {
            state,
            content: StoredValue::new(content),
        }
    }

    /// The content as JSON.
    pub(crate) fn content(self) -> Arc<dyn ContentJson> {
        self.content.get_value()
    }

    /// Replaces the content, shows the message and offers to undo it until the next edit. Undo brings back exactly what
    /// the form held, and can be undone itself. Returns false, and changes nothing, if the text is not a draft of this
    /// form.
    pub(crate) fn replace(self, json: &str, message: Message) -> bool {
        self.replace_with(json, message, Arc::new(|| ()))
    }

    /// The same, and runs `undone` after it was undone.
    pub(crate) fn replace_with(
        self,
        json: &str,
        message: Message,
        undone: Arc<dyn Fn() + Send + Sync>,
    ) -> bool {
        let content = self.content();
        let before = content.json();
        if !content.set_json(json) {
            return false;
        }
        self.state.reset();
        self.state.offer_undo(
            move || message(),
            move || {
                self.replace(&before, Arc::new(|| t_string!(undo.undone).to_owned()));
                undone();
            },
        );
        true
    }
}
