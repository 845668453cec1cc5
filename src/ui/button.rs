//! Buttons, and links that look like buttons.

use crate::ui::icon::{Icon, icon};
use leptos::prelude::*;

/// A button under construction.
#[derive(Clone, Copy)]
pub(crate) struct Button {
    label: Signal<String>,
    kind: &'static str,
    icon: Option<Icon>,
    name: Option<Signal<String>>,
    disabled: Signal<bool>,
    busy: Signal<bool>,
    title: Option<Signal<String>>,
    pressed: Option<Signal<bool>>,
    id: &'static str,
    only_icon: bool,
}

impl Button {
    /// Starts a button with this text.
    pub(crate) fn new(label: Signal<String>) -> Self {
        Self {
            label,
            kind: "",
            icon: None,
            name: None,
            disabled: Signal::stored(false),
            busy: Signal::stored(false),
            title: None,
            pressed: None,
            id: "",
            only_icon: false,
        }
    }

    /// An action that is rare or stands in every row: without a frame.
    pub(crate) fn quiet(self) -> Self {
        self.kind("quiet")
    }

    /// Shows only the icon. The text becomes the tooltip, and the name for screen readers unless there is a longer one.
    pub(crate) fn only_icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self.only_icon = true;
        self.name = self.name.or(Some(self.label));
        self.title = self.title.or(Some(self.label));
        self
    }

    /// The main action of the page.
    pub(crate) fn primary(self) -> Self {
        self.kind("primary")
    }

    /// An action that removes something.
    pub(crate) fn danger(self) -> Self {
        self.kind("danger")
    }

    fn kind(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }

    /// Shows an icon before the text.
    pub(crate) fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// Sets a longer name for screen readers. It must contain the text.
    pub(crate) fn name(mut self, name: Signal<String>) -> Self {
        self.name = Some(name);
        self
    }

    /// Disables the button while the signal is true.
    pub(crate) fn disabled(mut self, disabled: impl Into<Signal<bool>>) -> Self {
        self.disabled = disabled.into();
        self
    }

    /// Marks the button as busy while the signal is true. A busy button ignores presses but, unlike a disabled one,
    /// keeps the focus.
    pub(crate) fn busy(mut self, busy: impl Into<Signal<bool>>) -> Self {
        self.busy = busy.into();
        self
    }

    /// Sets the tooltip: what the button does, or why it is disabled.
    pub(crate) fn title(mut self, title: Signal<String>) -> Self {
        self.title = Some(title);
        self
    }

    /// Makes it a toggle button. The signal is true while it is on.
    pub(crate) fn pressed(mut self, pressed: impl Into<Signal<bool>>) -> Self {
        self.pressed = Some(pressed.into());
        self
    }

    /// Sets the element's id, so that the focus can be moved there.
    pub(crate) fn id(mut self, id: &'static str) -> Self {
        self.id = id;
        self
    }

    /// Builds a button that runs this.
    pub(crate) fn on_press(self, press: impl Fn() + 'static) -> AnyView {
        self.build("button", Box::new(press))
    }

    /// Builds a button that submits its form.
    pub(crate) fn submit(self) -> AnyView {
        self.build("submit", Box::new(|| ()))
    }

    /// Builds a button that is always disabled.
    pub(crate) fn always_disabled(self) -> AnyView {
        self.disabled(Signal::stored(true)).on_press(|| ())
    }

    fn build(self, kind: &'static str, press: Box<dyn Fn()>) -> AnyView {
        let (pressed, busy) = (self.pressed, self.busy);
        view! {
            <button
                type=kind
                class="button"
                class:only-icon=self.only_icon
                id=(!self.id.is_empty()).then_some(self.id)
                data-kind=(!self.kind.is_empty()).then_some(self.kind)
                aria-label=self.name
                title=self.title
                aria-pressed=move || pressed.map(|pressed| pressed.get().to_string())
                aria-disabled=move || busy.get().then_some("true")
                disabled=self.disabled
                on:click=move |event| {
                    if busy.get_untracked() {
                        event.prevent_default();
                    } else {
                        press();
                    }
                }
            >
                {self.icon.map(icon)}
                {(!self.only_icon).then_some(self.label)}
            </button>
        }
        .into_any()
    }

    /// Builds a link to a page of the console.
    pub(crate) fn link(self, href: Signal<String>) -> AnyView {
        view! {
            <a
                class="button"
                class:only-icon=self.only_icon
                title=self.title
                data-kind=(!self.kind.is_empty()).then_some(self.kind)
                aria-label=self.name
                href=href
            >
                {self.icon.map(icon)}
                {(!self.only_icon).then_some(self.label)}
            </a>
        }
        .into_any()
    }
}
