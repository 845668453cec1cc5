//! Joins the parts of Chinese texts, with spaces where a letter or a number stands beside Chinese.

/// The side that a character shows to the one beside it, where Chinese text is joined.
#[derive(PartialEq)]
pub(crate) enum Side {
    Han,
    /// Full-width punctuation, which has its space inside.
    Wide,
    /// A letter or a digit that is not Chinese.
    Latin,
    Other,
}

/// The side of a character; that of nothing is `Other`.
pub(crate) fn side(char: Option<char>) -> Side {
    match char {
        Some('\u{3400}'..='\u{9fff}') => Side::Han,
        Some('\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff65}') => Side::Wide,
        Some(char) if char.is_ascii_alphanumeric() => Side::Latin,
        _ => Side::Other,
    }
}

/// Appends a part of a text. Where it meets Chinese, there is one space between a Chinese character and a letter or a
/// digit, and none beside full-width punctuation or between two Chinese characters, whatever the text of the locale
/// file has there: it cannot know what will stand in its place.
pub(crate) fn push_spaced(out: &mut String, part: &str) {
    let (left, right) = (out.trim_end_matches(' '), part.trim_start_matches(' '));
    let (before, after) = (side(left.chars().next_back()), side(right.chars().next()));
    let space = match (before, after) {
        (Side::Han, Side::Latin) | (Side::Latin, Side::Han) => " ",
        (Side::Latin, Side::Latin) | (Side::Other, _) | (_, Side::Other) => {
            return out.push_str(part);
        }
        _ => "",
    };
    out.truncate(left.len());
    out.push_str(space);
    out.push_str(right);
}

#[cfg(test)]
mod tests {
    use crate::i18n::fill;

    #[test]
    fn chinese_text_has_spaces_around_letters_and_numbers_and_nowhere_else() {
        let copy = |what| fill("复制{what}", &[("what", what)]);
        assert_eq!(copy("提交"), "复制提交");
        assert_eq!(copy("JSON"), "复制 JSON");
        assert_eq!(copy("docker pull 命令"), "复制 docker pull 命令");
        let seen = |age, when| {
            fill(
                "此浏览器{age}（{when}）看到，在 {when} 保存",
                &[("age", age), ("when", when)],
            )
        };
        assert_eq!(
            seen("3 天前", "2026年11月24日 22:50:03（UTC）"),
            "此浏览器 3 天前（2026年11月24日 22:50:03（UTC））看到，在 2026年11月24日 22:50:03（UTC）保存"
        );
        assert_eq!(seen("昨天", "昨天"), "此浏览器昨天（昨天）看到，在昨天保存");
        assert_eq!(fill("{n} 行", &[("n", "3")]), "3 行");
        assert_eq!(fill("{n}行", &[("n", "3")]), "3 行");
        assert_eq!(fill("按“{column}”排列", &[("column", "ID")]), "按“ID”排列");
        assert_eq!(fill("在 {path} 中", &[("path", "/app")]), "在 /app 中");
        assert_eq!(
            fill("构建 {source} 的提交", &[("source", "")]),
            "构建的提交"
        );
        // English stays as it is, whatever it is filled with.
        assert_eq!(
            fill("Build {image}.", &[("image", "a/b:c")]),
            "Build a/b:c."
        );
        assert_eq!(fill("by {name},", &[("name", "陈")]), "by 陈,");
        assert_eq!(fill("{name} built", &[("name", "陈")]), "陈 built");
    }
}
