//! A button that opens a menu: a popover with buttons, links, checkboxes or fields.
//!
//! The browser's own popover closes on Escape and on a press outside, gives the focus back, and is drawn above
//! everything else. CSS anchors it to its button; a browser that cannot do that shows it in the middle of the window.

use crate::platform::dom;
use crate::reactive::show;
use crate::ui::icon::{Icon, icon};
use leptos::html;
use leptos::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, MouseEvent};

/// A menu under construction.
#[derive(Clone, Copy)]
pub(crate) struct Menu {
    label: Option<Signal<String>>,
    icon: Option<Icon>,
    name: Option<Signal<String>>,
    kind: &'static str,
    class: &'static str,
    side: &'static str,
    is_set: Signal<bool>,
}

impl Menu {
    /// A menu whose button shows this text.
    pub(crate) fn new(label: Signal<String>) -> Self {
        Self {
            label: Some(label),
            icon: None,
            name: None,
            kind: "",
            class: "button",
            side: "end",
            is_set: Signal::stored(false),
        }
    }

    /// A menu whose button shows only an icon. `name` is its name for screen readers, and its tooltip.
    pub(crate) fn of_icon(icon: Icon, name: Signal<String>) -> Self {
        Self {
            label: None,
            icon: Some(icon),
            name: Some(name),
            class: "button only-icon",
            kind: "quiet",
            ..Self::new(name)
        }
    }

    /// A button without a frame.
    pub(crate) fn quiet(mut self) -> Self {
        self.kind = "quiet";
        self
    }

    /// The look of the view's main action.
    pub(crate) fn primary(mut self) -> Self {
        self.kind = "primary";
        self
    }

    /// Looks like a chip, which is filled while the signal is true.
    pub(crate) fn chip(mut self, is_set: impl Into<Signal<bool>>) -> Self {
        self.class = "chip";
        self.side = "start";
        self.is_set = is_set.into();
        self
    }

    /// Aligns the popover with the start of the button, not its end.
    pub(crate) fn align_start(mut self) -> Self {
        self.side = "start";
        self
    }

    /// Builds the button and its popover. `content` is built when the menu opens. A press on a button or a link in it
    /// closes the menu, unless it has `data-keep-open` or is inside of an element that has it.
    pub(crate) fn content(self, content: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
        self.build(Box::new(content))
    }

    fn build(self, content: Box<dyn Fn() -> AnyView + Send + Sync>) -> AnyView {
        static NEXT_ID: AtomicU32 = AtomicU32::new(0);
        let id = format!("menu-{}", NEXT_ID.fetch_add(1, Ordering::Relaxed));
        let open = RwSignal::new(false);
        let popover = NodeRef::<html::Div>::new();
        let is_set = self.is_set;
        let on_toggle = move |_| {
            let is_open = popover
                .get_untracked()
                .is_some_and(|popover| popover.matches(":popover-open").unwrap_or(false));
            open.set(is_open);
        };
        let on_click = move |event: MouseEvent| {
            if closes(&event)
                && let Some(popover) = popover.get_untracked()
            {
                // Fails only if it is closed already.
                let _ = popover.hide_popover();
            }
        };
        let on_keydown = move |event: KeyboardEvent| {
            if let Some(popover) = popover.get_untracked()
                && open.get_untracked()
                && moves_focus(&event)
                && dom::step_focus(&popover, &event.key())
            {
                event.prevent_default();
            }
        };
        view! {
            <span class="menu" on:keydown=on_keydown>
                <button
                    type="button"
                    class=self.class
                    class:is-set=is_set
                    data-kind=(!self.kind.is_empty()).then_some(self.kind)
                    aria-label=self.name
                    title=self.label.is_none().then_some(self.name).flatten()
                    aria-expanded=move || open.get().to_string()
                    popovertarget=id.clone()
                >
                    {self.icon.map(icon)}
                    {self.label}
                </button>
                <div
                    popover="auto"
                    class="menu-popover"
                    id=id
                    data-side=self.side
                    node_ref=popover
                    on:toggle=on_toggle
                    // Before the pressed button acts: closing gives the focus back to the menu's button, and what opens
                    // then, such as a dialog, can give it back there too.
                    on:click:capture=on_click
                >
                    {show(move || open.get(), content)}
                </div>
            </span>
        }
        .into_any()
    }
}

/// Returns true if the press chose something: it was on a button or a link.
fn closes(event: &MouseEvent) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    target
        .and_then(|target| target.closest("a, button").ok().flatten())
        .is_some_and(|chosen| {
            !chosen
                .closest("[data-keep-open]")
                .is_ok_and(|kept| kept.is_some())
        })
}

/// Returns true unless the key belongs to a field in the menu.
fn moves_focus(event: &KeyboardEvent) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    !target.is_some_and(|target| {
        target
            .matches("input:not([type=checkbox]), select")
            .unwrap_or(false)
    })
}
