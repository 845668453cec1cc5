//! How the console shows things: the language, the theme and the times, as the Settings page offers them.

use crate::components::time::{show_absolute_times, shows_absolute_times};
use crate::i18n::{Locale, locale, remember, set_locale, tag};
use crate::reactive::text_signal;
use crate::state::theme::{Theme, use_theme};
use crate::t_signal;
use crate::ui::input::select;
use leptos::prelude::*;

/// Chooses the language. Each one is named in itself, so that its speakers find it.
pub(crate) fn language_choice() -> AnyView {
    let languages = [(Locale::en, "English"), (Locale::zh, "简体中文")]
        .map(|(language, name)| (tag(language).to_owned(), Signal::stored(name.to_owned())));
    select(
        t_signal!(connection.language),
        languages.to_vec(),
        || tag(locale()).to_owned(),
        |chosen| {
            let language = match chosen == tag(Locale::zh) {
                true => Locale::zh,
                false => Locale::en,
            };
            remember(language);
            set_locale(language);
        },
    )
}

/// Chooses the theme.
pub(crate) fn theme_choice() -> AnyView {
    let theme = use_theme();
    let themes = [Theme::System, Theme::Light, Theme::Dark]
        .map(|theme| (theme.as_str().to_owned(), text_signal(move || theme.word())));
    select(
        t_signal!(connection.theme),
        themes.to_vec(),
        move || theme.get().as_str().to_owned(),
        move |chosen| theme.set(Theme::from(chosen.as_str())),
    )
}

/// Chooses between how long ago and when.
pub(crate) fn times_choice() -> AnyView {
    let times = vec![
        ("relative".to_owned(), t_signal!(connection.times_relative)),
        ("absolute".to_owned(), t_signal!(connection.times_absolute)),
    ];
    let chosen = || match shows_absolute_times() {
        true => "absolute".to_owned(),
        false => "relative".to_owned(),
    };
    select(t_signal!(connection.times), times, chosen, |chosen| {
        show_absolute_times(chosen == "absolute");
    })
}
