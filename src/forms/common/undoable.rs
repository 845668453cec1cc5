//! The content of a form as one JSON text that can be exchanged and restored.

use crate::forms::common::form_state::FormState;
use crate::t_string;
use std::sync::Arc;

/// What a form holds, as JSON.
#[derive(Clone)]
pub struct Document {
    form: FormState,
    read: Arc<dyn Fn() -> String + Send + Sync>,
    write: Arc<dyn Fn(&str) -> bool + Send + Sync>,
}

impl Document {
    /// `read` answers what the form holds (untracked); `write` makes it hold something else, and
    /// answers whether it could be read.
    pub fn new(
        form: FormState,
        read: impl Fn() -> String + Send + Sync + 'static,
        write: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self {
            form,
            read: Arc::new(read),
            write: Arc::new(write),
        }
    }

    /// Exchanges what the form holds, says so, and offers to exchange it back: nothing is lost
    /// whatever is typed between. False when the text cannot be read.
    pub fn exchange(&self, text: &str, said: impl Fn() -> String + Send + Sync + 'static) -> bool {
        self.exchange_saying(text, Arc::new(said))
    }

    fn exchange_saying(&self, text: &str, said: Arc<dyn Fn() -> String + Send + Sync>) -> bool {
        let before = (self.read)();
        if !(self.write)(text) {
            return false;
        }
        self.form.reset();
        let this = self.clone();
        self.form.offer_undo(
            move || said(),
            move || {
                this.exchange_saying(&before, Arc::new(|| t_string!(undo.undone).to_owned()));
            },
        );
        true
    }
}
