//! Buttons and links that look like buttons.

use crate::ui::icon::{Icon, icon};
use leptos::prelude::*;

/// How a button looks and what it is called.
#[derive(Clone, Copy)]
pub struct Button {
    label: Signal<String>,
    kind: &'static str,
    icon: Option<Icon>,
    name: Option<Signal<String>>,
    disabled: Signal<bool>,
    busy: Signal<bool>,
    title: Option<Signal<String>>,
    pressed: Option<Signal<bool>>,
    id: &'static str,
}

impl Button {
    /// A button with this text.
    pub fn new(label: Signal<String>) -> Self {
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
        }
    }

    /// The one that the page is for.
    pub fn primary(self) -> Self {
        self.kind("primary")
    }

    /// One that destroys.
    pub fn danger(self) -> Self {
        self.kind("danger")
    }

    fn kind(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }

    /// Shows an icon before the text.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// A longer name for screen readers; must hold the text.
    pub fn name(mut self, name: Signal<String>) -> Self {
        self.name = Some(name);
        self
    }

    /// Whether it cannot be pressed now.
    pub fn disabled(mut self, disabled: impl Into<Signal<bool>>) -> Self {
        self.disabled = disabled.into();
        self
    }

    /// Whether what it does is under way. It keeps the focus then, unlike a disabled one, and does
    /// nothing when it is pressed.
    pub fn busy(mut self, busy: impl Into<Signal<bool>>) -> Self {
        self.busy = busy.into();
        self
    }

    /// Why it cannot be pressed, or what it does.
    pub fn title(mut self, title: Signal<String>) -> Self {
        self.title = Some(title);
        self
    }

    /// Makes it a switch, and says whether it is on.
    pub fn pressed(mut self, pressed: impl Into<Signal<bool>>) -> Self {
        self.pressed = Some(pressed.into());
        self
    }

    /// Gives it an id, for the focus to be put there.
    pub fn id(mut self, id: &'static str) -> Self {
        self.id = id;
        self
    }

    /// A button that does this.
    pub fn on_press(self, press: impl Fn() + 'static) -> AnyView {
        self.build("button", Box::new(press))
    }

    /// A button that sends its form.
    pub fn submit(self) -> AnyView {
        self.build("submit", Box::new(|| ()))
    }

    /// A button that can never be pressed here.
    pub fn never(self) -> AnyView {
        self.disabled(Signal::stored(true)).on_press(|| ())
    }

    fn build(self, kind: &'static str, press: Box<dyn Fn()>) -> AnyView {
        let (pressed, busy) = (self.pressed, self.busy);
        view! {
            <button
                type=kind
                class="button"
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
                {self.label}
            </button>
        }
        .into_any()
    }

    /// A link to a page of the console that looks like a button.
    pub fn link(self, href: Signal<String>) -> AnyView {
        view! {
            <a
                class="button"
                data-kind=(!self.kind.is_empty()).then_some(self.kind)
                aria-label=self.name
                href=href
            >
                {self.icon.map(icon)}
                {self.label}
            </a>
        }
        .into_any()
    }
}
