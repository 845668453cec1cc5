//! Holds all texts of the interface against the rules for their wording. Tests only.

use crate::i18n::spacing::{Side, side};
use serde_json::Value;
use std::collections::BTreeMap;

/// The locale files.
pub(crate) const EN: &str = include_str!("../locales/en.json");
pub(crate) const ZH: &str = include_str!("../locales/zh.json");

fn flatten(path: &str, value: &Value, out: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                flatten(&format!("{path}.{key}"), value, out);
            }
        }
        Value::String(text) => {
            out.insert(path.to_owned(), text.clone());
        }
        other => panic!("{path}: {other} is not text"),
    }
}

/// The texts of a locale file by their keys, such as `.builds.title`.
pub(crate) fn texts(file: &str) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    flatten("", &serde_json::from_str(file).expect("JSON"), &mut out);
    out
}

/// The term for a thing, and the ones once used for it elsewhere.
const TERMS_OF_EN: &[(&str, &str)] = &[
    ("’", "'"),
    ("…", "..."),
    ("canceled", "cancelled"),
    ("color", "colour"),
    ("new commit", "by a push"),
    ("step 3 of 5", "stage of"),
];

const TERMS_OF_ZH: &[(&str, &str)] = &[
    ("代码来源", "代码源"),
    ("代码来源", "源代码"),
    ("代码托管平台", "托管网站"),
    ("代码托管平台", "代码平台"),
    ("Dockerfile 路径", "Dockerfile 位置"),
    ("持续构建", "推送构建"),
    ("新提交", "代码推送"),
    ("用时", "耗时"),
    ("个构建", "} 次构建"),
    ("复制一份", "复制{title}"),
    ("复制一份", "复制此行"),
    ("您", "你"),
    ("镜像标签", "镜像 Tag"),
    ("ID", "标识"),
    ("…", "..."),
    ("/", "／"),
    ("令牌", "Token"),
];

/// The plural nouns and verbs that go with a number.
const PLURALS: &[&str] = &[
    "are",
    "bars",
    "builds",
    "bytes",
    "characters",
    "commits",
    "days",
    "entries",
    "errors",
    "fields",
    "files",
    "have",
    "hours",
    "images",
    "jobs",
    "levels",
    "lines",
    "logs",
    "matches",
    "messages",
    "minutes",
    "need",
    "pages",
    "places",
    "pulls",
    "repositories",
    "rows",
    "seconds",
    "stages",
    "steps",
    "tags",
    "times",
    "warnings",
    "were",
];

/// The placeholders of a text that are no plural forms, each with the text from it to the next placeholder.
fn placeholders_with_rest(text: &str) -> Vec<(&str, &str)> {
    let parts = text.split('{').skip(1);
    let parts = parts.filter_map(|part| part.split_once('}'));
    parts.filter(|(name, _)| !name.contains('|')).collect()
}

/// The plural word that follows a number as it stands, and would follow a 1 as well: `{n} failed builds`.
fn fixed_plural(text: &str) -> Option<&str> {
    placeholders_with_rest(text)
        .into_iter()
        .find_map(|(_, rest)| {
            let clause = rest
                .split(['.', ',', ';', ':', '(', ')', '·', '—'])
                .next()?;
            let mut words = clause.split_whitespace().take(3);
            words.find(|word| PLURALS.contains(word))
        })
}

/// Where Chinese text has half-width punctuation beside a Chinese character or a placeholder, or a space too many or
/// too few.
fn misplaced(text: &str) -> Option<String> {
    // What a placeholder stands for is not known; beside a number there is a space.
    let chars: Vec<char> = text.chars().collect();
    let is_inner = |char: char| side(Some(char)) == Side::Han || matches!(char, '{' | '}');
    let is_wide = |char: char| side(Some(char)) == Side::Wide;
    let found = chars.windows(2).find(|two| {
        let (left, right) = (two[0], two[1]);
        let is_half = |char| matches!(char, ',' | ':' | ';' | '!' | '?' | '(' | ')');
        (is_half(left) && is_inner(right))
            || (is_inner(left) && is_half(right))
            || (side(Some(left)) == Side::Han && side(Some(right)) == Side::Latin)
            || (side(Some(left)) == Side::Latin && side(Some(right)) == Side::Han)
            || (left == ' ' && is_wide(right))
            || (is_wide(left) && right == ' ')
    });
    let between = chars.windows(3).find(|three| {
        let is_han = |char| side(Some(char)) == Side::Han;
        is_han(three[0]) && three[1] == ' ' && is_han(three[2])
    });
    found.or(between).map(|chars| chars.iter().collect())
}

#[test]
fn the_checks_find_what_they_are_for() {
    assert_eq!(fixed_plural("{n} builds"), Some("builds"));
    assert_eq!(
        fixed_plural("only the first {n} new rows here"),
        Some("rows")
    );
    assert_eq!(fixed_plural("{n} of {of} {of|build|builds} started"), None);
    assert_eq!(fixed_plural("{what} failed: {why}"), None);
    assert_eq!(misplaced("名称: {name}").as_deref(), Some("称:"));
    assert_eq!(misplaced("{name}: {value}").as_deref(), Some("}:"));
    assert_eq!(misplaced("第3行").as_deref(), Some("第3"));
    assert_eq!(misplaced("在 （此处）").as_deref(), Some(" （"));
    assert_eq!(misplaced("已 复制").as_deref(), Some("已 复"));
    assert_eq!(misplaced("第 {n} 行，共 {of} 行（API）"), None);
}

#[test]
fn numbers_have_singular_and_plural_forms() {
    for (key, text) in texts(EN) {
        assert_eq!(fixed_plural(&text), None, "{key}: {text}");
    }
}

#[test]
fn chinese_texts_have_full_width_punctuation_and_even_spaces() {
    for (key, text) in texts(ZH) {
        assert_eq!(misplaced(&text), None, "{key}: {text}");
    }
}

#[test]
fn a_thing_has_one_name() {
    for (file, terms) in [(EN, TERMS_OF_EN), (ZH, TERMS_OF_ZH)] {
        for (key, text) in texts(file) {
            for (right, wrong) in terms {
                assert!(
                    !text.to_lowercase().contains(&wrong.to_lowercase()),
                    "{key}: {text}: write {right}, not {wrong}"
                );
            }
        }
    }
}

#[test]
fn both_languages_end_a_text_alike() {
    let zh = texts(ZH);
    for (key, text) in texts(EN) {
        assert_eq!(
            text.trim_end().ends_with('.'),
            zh[&key].ends_with('。'),
            "{key}: {text} {}",
            zh[&key]
        );
        assert_eq!(
            text.ends_with('…'),
            zh[&key].ends_with('…'),
            "{key}: {text} {}",
            zh[&key]
        );
    }
}
