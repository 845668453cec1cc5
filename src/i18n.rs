//! The texts of the interface. `t_string!` and `t_signal!` find one in the current language.

pub mod api_words;
pub(crate) mod failure_words;
pub mod format;
pub mod intl;
pub mod numbers;
pub(crate) mod refusal_words;
mod spacing;
#[cfg(test)]
mod wording;

use crate::i18n::spacing::push_spaced;
pub use generated::i18n;
pub use generated::i18n::Locale;
use leptos::prelude::*;

// The alternative that the library recommends, a build script, compiles ICU's data exporter first, which takes
// minutes.
#[allow(deprecated)]
mod generated {
    leptos_i18n::load_locales!();
}

/// Makes Cargo rebuild this file when only a text has changed: it does not know that the macro reads the
/// locale files. The constant is unused and does not reach the site.
const _: [&str; 2] = [
    include_str!("locales/en.json"),
    include_str!("locales/zh.json"),
];

thread_local! {
    static LOCALE: ArcRwSignal<Locale> = ArcRwSignal::new(first_locale());
}

/// The language that `boot.js` has chosen before the first paint.
fn first_locale() -> Locale {
    let tag = document()
        .document_element()
        .and_then(|root| root.get_attribute("lang"));
    match tag.as_deref() {
        Some(tag) if tag.starts_with("zh") => Locale::zh,
        _ => Locale::en,
    }
}

/// The current language. Tracked inside views and effects.
pub fn locale() -> Locale {
    LOCALE.with(|locale| match Owner::current() {
        Some(_) => locale.get(),
        None => locale.get_untracked(),
    })
}

/// The language that the switch in the header changes to.
pub(crate) fn other_locale(locale: Locale) -> Locale {
    match locale {
        Locale::en => Locale::zh,
        Locale::zh => Locale::en,
    }
}

/// Shows the console in another language.
pub fn set_locale(locale: Locale) {
    LOCALE.with(|signal| signal.set(locale));
    if let Some(root) = document().document_element() {
        // Setting an attribute with a valid name cannot fail.
        let _ = root.set_attribute("lang", tag(locale));
    }
}

/// Keeps the language in this browser. `boot.js` reads it when the console is opened again.
pub fn remember(locale: Locale) {
    use crate::platform::storage::{Keep, store};
    store(Keep::Device, "language", Some(tag(locale)));
}

/// The tag of a language for the `lang` attribute and `Intl`.
pub fn tag(locale: Locale) -> &'static str {
    match locale {
        Locale::en => "en",
        Locale::zh => "zh-CN",
    }
}

/// Formats times and numbers in the current language.
pub fn words() -> crate::i18n::intl::IntlWords {
    crate::i18n::intl::IntlWords(tag(locale()))
}

/// Fills the placeholders of a text. `{n}` is the value itself. `{n|line|lines}` is the first word when the
/// value is 1, and the second one otherwise. `{label|lower}` is a label in the middle of a sentence.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        push_spaced(&mut out, before);
        let filled = after.split_once('}').and_then(|(placeholder, after)| {
            let (name, form) = placeholder.split_once('|').unwrap_or((placeholder, ""));
            let (_, value) = values.iter().find(|(key, _)| *key == name)?;
            Some((*value, form, after))
        });
        let Some((value, form, after)) = filled else {
            out.push('{');
            rest = after;
            continue;
        };
        match form.split_once('|') {
            Some((one, _)) if value == "1" => push_spaced(&mut out, one),
            Some((_, many)) => push_spaced(&mut out, many),
            None if form == "lower" => push_spaced(&mut out, &lowercase(value)),
            None => push_spaced(&mut out, value),
        }
        rest = after;
    }
    push_spaced(&mut out, rest);
    out
}

/// A label with a small first letter: "Build ID" as "build ID". "JSON" stays as it is.
fn lowercase(label: &str) -> String {
    let mut label = label.to_owned();
    if label.as_bytes().get(1).is_some_and(u8::is_ascii_lowercase)
        && let Some(first) = label.get_mut(..1)
    {
        first.make_ascii_lowercase();
    }
    label
}

/// A text of the locale files in the current language: `t_string!(builds.title)` is a `&'static str`. With
/// placeholders, `t_string!(builds.page, page = 3)` is a `String`. A key that a file does not have is an error
/// of the compiler.
#[macro_export]
macro_rules! t_string {
    ($($key:ident).+) => {
        leptos_i18n::td_string!($crate::i18n::locale(), $($key).+)
    };
    ($($key:ident).+, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::i18n::fill(
            leptos_i18n::td_string!($crate::i18n::locale(), $($key).+),
            &[$((stringify!($name), &$value.to_string())),+],
        )
    };
}

/// A text as a `Signal<String>` that follows the language and the values of its placeholders. All texts have
/// this one type, because each closure type in a view adds code.
#[macro_export]
macro_rules! t_signal {
    ($($key:ident).+) => {
        $crate::i18n::fixed_signal(|locale| leptos_i18n::td_string!(locale, $($key).+))
    };
    ($($tokens:tt)+) => {
        $crate::reactive::text_signal(move || $crate::t_string!($($tokens)+))
    };
}

/// The signal that `t_signal!` makes of a text without placeholders.
pub fn fixed_signal(text: fn(Locale) -> &'static str) -> Signal<String> {
    Signal::derive(move || text(locale()).to_owned())
}

#[cfg(test)]
mod tests {
    use super::fill;
    use crate::i18n::wording::{EN, ZH, texts};
    use std::collections::BTreeSet;

    #[test]
    fn placeholders_are_filled_once() {
        assert_eq!(fill("{a} of {b}", &[("a", "{b}"), ("b", "2")]), "{b} of 2");
        assert_eq!(fill("{", &[]), "{");
        assert_eq!(fill("{unknown} x", &[]), "{unknown} x");
    }

    #[test]
    fn a_number_chooses_the_plural_form() {
        let rows = |n| fill("{n} {n|row|rows} left", &[("n", n)]);
        assert_eq!(rows("1"), "1 row left");
        assert_eq!(rows("0"), "0 rows left");
        assert_eq!(rows("1,001"), "1,001 rows left");
        assert_eq!(fill("{n|row|rows}", &[]), "{n|row|rows}");
    }

    #[test]
    fn a_label_in_a_sentence_begins_with_a_small_letter() {
        let copy = |what| fill("Copy {what|lower}", &[("what", what)]);
        assert_eq!(copy("Build ID"), "Copy build ID");
        assert_eq!(copy("JSON"), "Copy JSON");
        assert_eq!(copy("提交"), "Copy 提交");
        assert_eq!(copy(""), "Copy ");
        assert_eq!(copy("É"), "Copy É");
        assert_eq!(copy("x"), "Copy x");
    }

    /// The names of a text's placeholders. A plural form repeats a name, and one language may need none.
    fn placeholders(text: &str) -> BTreeSet<&str> {
        text.split('{')
            .skip(1)
            .filter_map(|part| part.split_once('}'))
            .map(|(placeholder, _)| placeholder.split('|').next().unwrap_or(placeholder))
            .collect()
    }

    #[test]
    fn both_languages_have_the_same_texts_with_the_same_placeholders() {
        let en = texts(EN);
        let zh = texts(ZH);
        assert_eq!(en.keys().collect::<Vec<_>>(), zh.keys().collect::<Vec<_>>());
        for (key, text) in &en {
            assert!(!text.trim().is_empty(), "{key} is empty");
            assert_eq!(placeholders(text), placeholders(&zh[key]), "{key}");
        }
    }
}
