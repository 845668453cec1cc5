//! Icons, drawn on a 16 px grid.

use leptos::prelude::*;

/// An icon: the data of one stroked path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Icon(pub &'static str);

pub(crate) const CHECK: Icon = Icon("M3 8.500l3.500 3.500L13 4.500");
pub(crate) const CROSS: Icon = Icon("M4 4l8 8M12 4l-8 8");
pub(crate) const CANCELED: Icon = Icon("M8 2a6 6 0 1 0 .01 0M3.800 3.800l8.400 8.400");
pub(crate) const CLOCK: Icon = Icon("M8 2a6 6 0 1 0 .01 0M8 5v3.500l2.500 1.500");
pub(crate) const RUN: Icon = Icon("M8 2a6 6 0 0 1 6 6");
pub(crate) const DOT: Icon = Icon("M8 5.500a2.500 2.500 0 1 0 .01 0");
pub(crate) const COPY: Icon = Icon("M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3");
pub(crate) const PLAY: Icon = Icon("M5 3l8 5-8 5z");
pub(crate) const PLUS: Icon = Icon("M8 3v10M3 8h10");
pub(crate) const TRASH: Icon = Icon("M3 4.500h10M6.500 4V2.500h3V4M4.500 4.500l.7 9h5.600l.7-9");
pub(crate) const BRANCH: Icon = Icon(
    "M4.500 4v8M4.500 2.500a1.500 1.500 0 1 0 .01 0M4.500 12a1.500 1.500 0 1 0 .01 0M11.500 3.500a1.500 1.500 0 1 0 .01 0M11.500 6.500c0 3-7 1.500-7 5",
);
pub(crate) const TAG: Icon = Icon("M2.500 8.500v-6h6l5 5-6 6zM5.500 5.400a.3.3 0 1 0 .01 0");
pub(crate) const WARNING: Icon = Icon("M8 2l6.500 12h-13zM8 6.500v3.500M8 12v.1");
pub(crate) const LINK: Icon =
    Icon("M9.500 2.500h4v4M13.500 2.500L7.500 8.500M11.500 9v4.500h-9v-9H7");
pub(crate) const MORE: Icon = Icon("M3 8h.01M8 8h.01M13 8h.01");
pub(crate) const DOWN: Icon = Icon("M4 6l4 4 4-4");
pub(crate) const NEWER: Icon = Icon("M13 8H3M7 4L3 8l4 4");
pub(crate) const OLDER: Icon = Icon("M3 8h10M9 4l4 4-4 4");
pub(crate) const SEARCH: Icon = Icon("M7 2.500a4.500 4.500 0 1 0 .01 0M10.300 10.300L14 14");
pub(crate) const FLAG: Icon = Icon("M4 14V2.500h8l-2 3 2 3H4");
pub(crate) const EXPAND: Icon = Icon("M9.500 2.500h4v4M13 3L9 7M6.500 13.500h-4v-4M3 13l4-4");
pub(crate) const END: Icon = Icon("M8 2.500v9M4.500 8L8 11.500 11.500 8M3 14h10");
pub(crate) const SETTINGS: Icon = Icon(
    "M2.500 4.500h6M12.500 4.500h1M10.500 3a1.500 1.500 0 1 0 .01 0M2.500 11.500h1M7.500 11.500h6M5.500 10a1.500 1.500 0 1 0 .01 0",
);
pub(crate) const OFFLINE: Icon = Icon(
    "M2 2l12 12M5 8.500a5 5 0 0 1 2-1.100M11 8.500a5 5 0 0 0-1.500-1M2.500 6a8.500 8.500 0 0 1 2-1.400M13.500 6a8.500 8.500 0 0 0-6-2.300M8 12.500v.01",
);

/// Draws an icon. Screen readers ignore it: put a text beside it, or a label on its button.
pub(crate) fn icon(icon: Icon) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            <path d=icon.0 />
        </svg>
    }
}
