//! What happens around the field for a link: the form follows its text, and the user can take that back.

use crate::api::CodeClient;
use crate::api::redact::{secret_in, without_secret};
use crate::forms::common::field_id::selector;
use crate::forms::common::form_content::FormContent;
use crate::forms::common::form_state::FormState;
use crate::forms::create::editor::{CreateEditor, LinkState};
use crate::forms::model::draft::CreateDraft;
use crate::forms::model::fields::TAG_CONFIG_FIELDS;
use crate::forms::model::link_fill::LinkFill;
use crate::forms::model::paste;
use crate::forms::model::paste::address::with_port;
use crate::forms::model::paste::pasted::{Pasted, PastedSource};
use crate::forms::model::rules::{SOURCE_LINK, row_path};
use crate::forms::model::source_carry;
use crate::platform::dom;
use crate::platform::files::plain_text;
use crate::platform::timer::timer_millis;
use crate::t_string;
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use std::time::Duration;
use web_sys::ClipboardEvent;

/// The time without keys after which a typed link is read.
const READ_DEBOUNCE: Duration = Duration::from_millis(400);

/// The paths of the fields that a link fills in, without those of the first row.
const FILLED: [&str; 6] = [
    SOURCE_LINK,
    "repo_name",
    "build_config.code_repo_client",
    "build_config.code_repo_namespace",
    "build_config.code_repo_name",
    "build_config.code_repo_clone_url",
];

/// The link field of a create form. Copies share their state.
#[derive(Clone, Copy)]
pub(crate) struct SourceLink {
    pub(crate) editor: CreateEditor,
    pub(crate) state: FormState,
    debounce: StoredValue<Option<Timeout>, LocalStorage>,
}

impl SourceLink {
    pub(crate) fn new(editor: CreateEditor, state: FormState) -> Self {
        Self {
            editor,
            state,
            debounce: StoredValue::new_local(None),
        }
    }

    fn link(self) -> LinkState {
        self.editor.link
    }

    /// Takes a text over from the field, and reads it at once or after a pause.
    pub(crate) fn typed(self, text: String, at_once: bool) {
        self.link().text.set(text);
        self.link().unclear.set(None);
        self.link().branch.set(None);
        if at_once {
            self.read();
            return;
        }
        let delay = timer_millis(READ_DEBOUNCE);
        let read = move || {
            self.follow(self.understood());
        };
        self.debounce.set_value(Some(Timeout::new(delay, read)));
    }

    /// Reads the finished text, and says if it is not understood. Does nothing if the form is gone: its field may fire
    /// `change` while it is removed.
    pub(crate) fn read(self) {
        if self.debounce.try_update_value(Option::take).is_none() {
            return;
        }
        let pasted = self.understood();
        let text = self.link().text.get_untracked();
        let is_unclear = pasted.is_none() && !text.trim().is_empty();
        self.link()
            .unclear
            .set(is_unclear.then(|| paste::explain(&text)));
        self.follow(pasted);
    }

    /// Reads the text of a field that was left. What that shows must not move a button that is being pressed, and must
    /// not take back what the button does.
    pub(crate) fn left(self) {
        let link = self.link();
        let state = move || {
            Some((
                link.text.try_get_untracked()?,
                link.fill.try_get_untracked()?,
            ))
        };
        let before = state();
        self.state.when_released(move || {
            if before.is_some() && state() == before {
                self.read();
            }
        });
    }

    fn understood(self) -> Option<Pasted> {
        let pasted = self
            .link()
            .text
            .with_untracked(|text| paste::understand(text))?;
        Some(match self.link().branch.get_untracked() {
            Some(branch) => pasted.with_branch(&branch),
            None => pasted,
        })
    }

    /// Reads the link with this part as the branch.
    pub(crate) fn choose_branch(self, branch: String) {
        self.link().branch.set(Some(branch));
        self.follow(self.understood());
    }

    /// Uses the text as a clone URL, although it may be something else.
    pub(crate) fn use_as_address(self) {
        let pasted = self
            .link()
            .text
            .with_untracked(|text| paste::as_address(text));
        self.link().unclear.set(None);
        self.follow(pasted);
        dom::focus(&selector(SOURCE_LINK));
    }

    /// Fills the form in from the link, in place of what the link before it has filled in.
    fn follow(self, pasted: Option<Pasted>) {
        let before = self.link().fill.get_untracked();
        if before.as_ref().map(|fill| &fill.pasted) == pasted.as_ref() {
            return;
        }
        let mut draft = self.editor.draft();
        let is_at_name =
            self.link().is_name_typed.get_value() || dom::has_focus(&selector("repo_name"));
        let fill = LinkFill::follow(before.as_ref(), pasted, &mut draft, is_at_name);
        self.put(draft);
        self.link().fill.set(fill);
    }

    /// Sets what a link can fill in, and leaves everything else in the form alone.
    fn put(self, draft: CreateDraft) {
        let CreateDraft { repository, rows } = draft;
        self.editor.fields.set(repository);
        if let Some(first) = rows.into_iter().next() {
            self.editor.rows.edit_first(move |row| *row = first);
        }
        for path in FILLED {
            self.state.edited(path);
        }
        for field in &TAG_CONFIG_FIELDS {
            let path = row_path(CreateEditor::ROWS_PREFIX, 0, field.wire_name);
            self.state.edited(&path);
        }
    }

    /// Takes back what the link has filled in, and offers to undo that.
    pub(crate) fn undo(self) {
        let text = self.link().text.get_untracked();
        self.link().text.set(String::new());
        self.link().unclear.set(None);
        self.follow(None);
        self.state.offer_undo(
            || t_string!(undo.undone).to_owned(),
            move || {
                self.link().text.set(text.clone());
                self.read();
            },
        );
        dom::focus(&selector(SOURCE_LINK));
    }

    /// Shows the fields of the source and moves the focus to the first of them.
    pub(crate) fn correct(self) {
        self.link().is_open.set(true);
        request_animation_frame(|| {
            dom::focus(FIRST_FIELDS);
        });
    }

    /// Chooses the host by hand. What was entered is carried over to the fields that it has.
    pub(crate) fn choose(self, client: CodeClient) {
        let link = self.link();
        let is_unread = link.fill.with_untracked(Option::is_none);
        let typed = match is_unread {
            true => link.text.get_untracked(),
            false => String::new(),
        };
        let carried = link.carried.get_untracked();
        let mut fields = self.editor.fields.get_untracked();
        let (carried, uses_typed) = source_carry::choose(&mut fields, client, &typed, &carried);
        self.editor.fields.set(fields);
        link.carried.set(carried);
        if uses_typed {
            link.text.set(String::new());
            link.unclear.set(None);
        }
        link.is_open.set(true);
        for path in FILLED {
            self.state.edited(path);
        }
        self.state.edited("build_config.code_repo_client");
    }

    /// Returns true if the link has a secret that is not used, tracked: the host is known, so only owner and name are.
    pub(crate) fn has_unused_secret(self) -> bool {
        let is_hosted = self.link().fill.with(|fill| {
            let source = fill.as_ref().map(|fill| &fill.pasted.source);
            matches!(source, Some(PastedSource::Hosted { .. }))
        });
        is_hosted && self.link().text.with(|text| secret_in(text).is_some())
    }

    /// Removes the secret from the clone URL, and from the link that it came with.
    pub(crate) fn remove_secret(self) {
        self.set_clone_url(|url| without_secret(url.trim()));
        let link = self.link();
        let text = link.text.get_untracked();
        if secret_in(&text).is_some() {
            link.text.set(without_secret(&text));
            let was_address = link.fill.with_untracked(Option::is_some);
            let address = || link.text.with_untracked(|text| paste::as_address(text));
            let pasted = self
                .understood()
                .or_else(|| address().filter(|_| was_address));
            self.follow(pasted);
        }
        self.focus_source();
    }

    /// Puts the ssh URL in place of an address with a port after its colon.
    pub(crate) fn use_port(self) {
        self.set_clone_url(|url| with_port(url.trim()).unwrap_or_else(|| url.to_owned()));
        self.focus_source();
    }

    fn set_clone_url(self, edit: impl Fn(&str) -> String) {
        self.editor.fields.update(|fields| {
            fields.clone_url = edit(&fields.clone_url);
            fields.is_secret_dropped = false;
        });
        self.state.edited("build_config.code_repo_clone_url");
    }

    /// Moves the focus to the source: the button that was pressed is gone.
    fn focus_source(self) {
        let is_open = self.link().is_open.get_untracked();
        request_animation_frame(move || {
            if !(is_open && dom::focus(FIRST_FIELDS)) {
                dom::focus(&selector(SOURCE_LINK));
            }
        });
    }

    /// Fills the form in from a link that is pasted into one of the source's own fields. Any other text is pasted
    /// as usual.
    pub(crate) fn pasted(self, event: &ClipboardEvent) {
        let Some(text) = plain_text(event.clipboard_data()) else {
            return;
        };
        if paste::is_short_name(&text) || paste::understand(&text).is_none() {
            return;
        }
        event.prevent_default();
        self.typed(text.trim().to_owned(), true);
        // The field that had the focus goes if the source is of another kind now.
        request_animation_frame(|| {
            if dom::is_focus_lost() {
                dom::focus(FIRST_FIELDS);
            }
        });
    }
}

/// The first field of the source, by hand.
const FIRST_FIELDS: &str =
    "#field-build-config-code-repo-namespace, #field-build-config-code-repo-clone-url";
