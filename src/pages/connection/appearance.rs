//! The language and the theme of the console.

use crate::i18n::{Locale, locale, set_locale};
use crate::reactive::text_signal;
use crate::state::theme::Theme;
use crate::t_signal;
use crate::ui::input::select;
use leptos::prelude::*;

/// The section that chooses language and theme.
pub(crate) fn appearance() -> AnyView {
    let theme = expect_context::<RwSignal<Theme>>();
    // Each language is named in itself, so that its speakers find it.
    let languages = vec![
        ("en".to_owned(), Signal::stored("English".to_owned())),
        ("zh".to_owned(), Signal::stored("简体中文".to_owned())),
    ];
    let themes = [Theme::System, Theme::Light, Theme::Dark]
        .into_iter()
        .map(|theme| (theme.as_str().to_owned(), text_signal(move || theme.word())))
        .collect();
    let chosen = || match locale() {
        Locale::en => "en".to_owned(),
        Locale::zh => "zh".to_owned(),
    };
    let choose_language = |language: String| {
        let language = if language == "zh" {
            Locale::zh
        } else {
            Locale::en
        };
        crate::i18n::remember(language);
        set_locale(language);
    };
    view! {
        <section class="form-section section">
            <h2>{t_signal!(connection.appearance)}</h2>
            {select(t_signal!(connection.language), languages, chosen, choose_language)}
            {select(
                t_signal!(connection.theme),
                themes,
                move || theme.get().as_str().to_owned(),
                move |chosen| theme.set(Theme::from(chosen.as_str())),
            )}
        </section>
    }
    .into_any()
}
