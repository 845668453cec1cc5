//! Text styles, and the escape sequences that set them (SGR).

/// A color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Color {
    /// The page's own color.
    #[default]
    Default,
    /// 0 to 7: the theme's colors. 8 to 15: their bright variants. Others: see [`Color::rgb`].
    Indexed(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}

impl Color {
    /// Returns red, green and blue; `None` for the 17 colors that the theme defines.
    pub fn rgb(self) -> Option<[u8; 3]> {
        match self {
            Self::Rgb(red, green, blue) => Some([red, green, blue]),
            Self::Indexed(index @ 16..=231) => {
                let part = |value: u8| if value == 0 { 0 } else { 55 + 40 * value };
                let index = index - 16;
                Some([part(index / 36), part(index / 6 % 6), part(index % 6)])
            }
            Self::Indexed(index @ 232..) => Some([8 + 10 * (index - 232); 3]),
            _ => None,
        }
    }
}

/// The style of text: colors and attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Style {
    /// The color of the text.
    pub foreground: Color,
    /// The color behind the text.
    pub background: Color,
    /// SGR 1.
    pub bold: bool,
    /// SGR 2.
    pub dim: bool,
    /// SGR 3.
    pub italic: bool,
    /// SGR 4 and 21.
    pub underline: bool,
    /// SGR 7: foreground and background are swapped.
    pub inverse: bool,
    /// SGR 9.
    pub strike: bool,
}

impl Style {
    /// Returns the style after an SGR sequence with these parameters, the text between `[` and `m`.
    /// Unknown codes change nothing; text is never hidden.
    pub fn after(mut self, parameters: &str) -> Self {
        let mut groups = parameters.split(';');
        while let Some(group) = groups.next() {
            let mut parts = group.split(':');
            let code = number(parts.next().unwrap_or_default());
            let has_parts = group.contains(':');
            match code {
                Some(38 | 48) => {
                    let color = match has_parts {
                        true => colon_color(parts),
                        false => color(&mut groups),
                    };
                    match (color, code) {
                        (Some(color), Some(38)) => self.foreground = color,
                        (Some(color), _) => self.background = color,
                        (None, _) => {}
                    }
                }
                Some(4) if has_parts => self.underline = parts.next() != Some("0"),
                // The color of an underline is not shown. Skip its parameters.
                Some(58) if !has_parts => {
                    color(&mut groups);
                }
                Some(code) => self.set(code),
                None => {}
            }
        }
        self
    }

    /// Appends the sequence that sets this style, whatever the one before.
    pub(crate) fn write(self, into: &mut String) {
        into.push_str("\u{1b}[");
        let attributes = [
            (self.bold, ";1"),
            (self.dim, ";2"),
            (self.italic, ";3"),
            (self.underline, ";4"),
            (self.inverse, ";7"),
            (self.strike, ";9"),
        ];
        for (_, code) in attributes.iter().filter(|(is_set, _)| *is_set) {
            into.push_str(code);
        }
        for (color, code) in [(self.foreground, "38"), (self.background, "48")] {
            match color {
                Color::Default => {}
                Color::Indexed(index) => {
                    for part in [";", code, ";5;", &index.to_string()] {
                        into.push_str(part);
                    }
                }
                Color::Rgb(red, green, blue) => {
                    for part in [";", code, ";2"] {
                        into.push_str(part);
                    }
                    for value in [red, green, blue] {
                        into.push(';');
                        into.push_str(&value.to_string());
                    }
                }
            }
        }
        into.push('m');
    }

    fn set(&mut self, code: u16) {
        match code {
            0 => *self = Self::default(),
            1 => self.bold = true,
            2 => self.dim = true,
            3 => self.italic = true,
            4 | 21 => self.underline = true,
            7 => self.inverse = true,
            9 => self.strike = true,
            22 => (self.bold, self.dim) = (false, false),
            23 => self.italic = false,
            24 => self.underline = false,
            27 => self.inverse = false,
            29 => self.strike = false,
            30..=37 => self.foreground = Color::Indexed((code - 30) as u8),
            39 => self.foreground = Color::Default,
            40..=47 => self.background = Color::Indexed((code - 40) as u8),
            49 => self.background = Color::Default,
            90..=97 => self.foreground = Color::Indexed((code - 82) as u8),
            100..=107 => self.background = Color::Indexed((code - 92) as u8),
            _ => {}
        }
    }
}

/// Parses a parameter. An empty one is 0.
fn number(text: &str) -> Option<u16> {
    if text.is_empty() {
        return Some(0);
    }
    text.parse().ok()
}

fn byte(text: &str) -> Option<u8> {
    u8::try_from(number(text)?).ok()
}

/// Reads the rest of `38;5;n` or `38;2;r;g;b`.
fn color<'a>(groups: &mut impl Iterator<Item = &'a str>) -> Option<Color> {
    match groups.next()? {
        "5" => Some(Color::Indexed(byte(groups.next()?)?)),
        "2" => {
            let (red, green, blue) = (groups.next()?, groups.next()?, groups.next()?);
            Some(Color::Rgb(byte(red)?, byte(green)?, byte(blue)?))
        }
        _ => None,
    }
}

/// Reads the form with colons, which may have a color space before red, green and blue.
fn colon_color<'a>(parts: impl Iterator<Item = &'a str>) -> Option<Color> {
    let parts: Vec<&str> = parts.take(8).collect();
    match parts.as_slice() {
        ["5", index, ..] => Some(Color::Indexed(byte(index)?)),
        ["2", red, green, blue] | ["2", _, red, green, blue, ..] => {
            Some(Color::Rgb(byte(red)?, byte(green)?, byte(blue)?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(parameters: &str) -> Style {
        Style::default().after(parameters)
    }

    #[test]
    fn colors_in_all_their_forms() {
        assert_eq!(after("31").foreground, Color::Indexed(1));
        assert_eq!(after("1;97;104").foreground, Color::Indexed(15));
        assert_eq!(after("1;97;104").background, Color::Indexed(12));
        assert_eq!(after("38;5;208;1").foreground, Color::Indexed(208));
        assert!(after("38;5;208;1").bold);
        assert_eq!(after("48;2;1;2;3").background, Color::Rgb(1, 2, 3));
        assert_eq!(after("38:2::1:2:3").foreground, Color::Rgb(1, 2, 3));
        assert_eq!(after("38:2:1:2:3").foreground, Color::Rgb(1, 2, 3));
        assert_eq!(after("38:5:9").foreground, Color::Indexed(9));
        assert_eq!(after("38;5;300").foreground, Color::Default);
        assert_eq!(after("31;;1").foreground, Color::Default);
        assert_eq!(after("31;").foreground, Color::Default);
        assert!(!after("58;5;4").underline);
        assert!(!after("4:0").underline);
        assert!(after("4:3").underline);
    }

    #[test]
    fn a_style_is_written_as_it_is_read() {
        for parameters in ["", "1;31;44", "2;3;4;7;9", "38;5;208;48;2;1;2;3", "97;100"] {
            let style = after(parameters);
            let mut text = String::new();
            style.write(&mut text);
            let inside = text
                .strip_prefix("\u{1b}[")
                .and_then(|rest| rest.strip_suffix('m'));
            let inside = inside.expect("a sequence");
            assert_eq!(after("7;35;45").after(inside), style, "{text:?}");
        }
    }

    #[test]
    fn each_way_off_is_a_way_back() {
        let all = after("1;2;3;4;7;9;35;45");
        assert_eq!(all.after("22;23;24;27;29;39;49"), Style::default());
        assert_eq!(all.after(""), Style::default());
        assert_eq!(all.after("99999999;8"), all);
    }

    #[test]
    fn the_colors_that_no_theme_decides() {
        assert_eq!(Color::Indexed(16).rgb(), Some([0, 0, 0]));
        assert_eq!(Color::Indexed(208).rgb(), Some([255, 135, 0]));
        assert_eq!(Color::Indexed(231).rgb(), Some([255, 255, 255]));
        assert_eq!(Color::Indexed(255).rgb(), Some([238, 238, 238]));
        assert_eq!(Color::Indexed(15).rgb(), None);
    }
}
