//! The sequences and characters that move the cursor, erase or shift text.

use crate::ansi::escape::{self, Escape};

/// The most columns or lines that one sequence moves or shifts.
const MAX_COUNT: usize = 100_000;

/// The effect of a sequence besides setting colors. Columns and rows count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Movement {
    /// To the line so many up.
    Up(usize),
    /// To the line so many down.
    Down(usize),
    /// To the start of the line so many up.
    PreviousLine(usize),
    /// To the start of the line so many down.
    NextLine(usize),
    /// To the row and the column of the screen.
    Place(usize, usize),
    /// To the row of the screen.
    Row(usize),
    /// To the column.
    Column(usize),
    /// So many columns to the right.
    Right(usize),
    /// So many columns to the left.
    Left(usize),
    /// Remembers where the cursor is.
    Save,
    /// Goes back there.
    Restore,
    /// Erases a part of the line.
    EraseLine(Part),
    /// Erases a part of the screen.
    EraseScreen(Part),
    /// Erases so many columns.
    EraseColumns(usize),
    /// Moves the rest of the line so many columns to the right.
    InsertColumns(usize),
    /// Removes so many columns, and moves the rest of the line to the left.
    DeleteColumns(usize),
    /// Moves this line and those below down.
    InsertLines(usize),
    /// Removes this line and those below, so many, and moves the rest up.
    DeleteLines(usize),
}

/// The part that is erased, seen from the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    After,
    Before,
    All,
}

impl Movement {
    /// The movement of a sequence, if it is one.
    pub(crate) fn of(escape: Escape<'_>) -> Option<Self> {
        let (parameters, last) = match escape {
            Escape::Control(parameters, last) => (parameters, last),
            Escape::Single(b'7') => return Some(Self::Save),
            Escape::Single(b'8') => return Some(Self::Restore),
            Escape::Single(b'D') => return Some(Self::Down(1)),
            Escape::Single(b'E') => return Some(Self::NextLine(1)),
            Escape::Single(b'M') => return Some(Self::Up(1)),
            _ => return None,
        };
        // Colors are by far the most.
        if last == b'm' {
            return None;
        }
        // Others are of the kind that shows or hides the cursor.
        if parameters
            .bytes()
            .any(|byte| !matches!(byte, b'0'..=b'9' | b';'))
        {
            return None;
        }
        let mut numbers = parameters
            .split(';')
            .map(|number| number.parse().unwrap_or(0usize));
        let first = numbers.next().unwrap_or(0);
        let second = numbers.next().unwrap_or(0);
        let count = first.clamp(1, MAX_COUNT);
        let part = match first {
            0 => Part::After,
            1 => Part::Before,
            _ => Part::All,
        };
        Some(match last {
            b'A' => Self::Up(count),
            b'B' | b'e' => Self::Down(count),
            b'C' | b'a' => Self::Right(count),
            b'D' => Self::Left(count),
            b'E' => Self::NextLine(count),
            b'F' => Self::PreviousLine(count),
            b'G' | b'`' => Self::Column(count - 1),
            b'H' | b'f' => Self::Place(count - 1, second.clamp(1, MAX_COUNT) - 1),
            b'd' => Self::Row(count - 1),
            b'J' if first <= 3 => Self::EraseScreen(part),
            b'K' if first <= 2 => Self::EraseLine(part),
            b'X' => Self::EraseColumns(count),
            b'@' => Self::InsertColumns(count),
            b'P' => Self::DeleteColumns(count),
            b'L' => Self::InsertLines(count),
            b'M' => Self::DeleteLines(count),
            b's' if parameters.is_empty() => Self::Save,
            b'u' if parameters.is_empty() => Self::Restore,
            _ => return None,
        })
    }

    /// Returns true if it has an effect on other lines than the one that the cursor is on.
    pub(crate) fn leaves_line(self) -> bool {
        match self {
            Self::Right(_) | Self::Left(_) | Self::Column(_) => false,
            Self::EraseLine(_) | Self::EraseColumns(_) => false,
            Self::InsertColumns(_) | Self::DeleteColumns(_) => false,
            // There is nothing below.
            Self::EraseScreen(part) => part != Part::After,
            _ => true,
        }
    }

    /// Returns true if it has no effect where the line ends at the cursor.
    pub(crate) fn is_idle_at_end(self) -> bool {
        matches!(
            self,
            Self::EraseLine(Part::After)
                | Self::EraseScreen(Part::After)
                | Self::EraseColumns(_)
                | Self::DeleteColumns(_)
                | Self::Save
        )
    }
}

/// Returns true if a line has an effect on other lines.
pub(crate) fn leaves_line(line: &str) -> bool {
    let mut rest = line;
    while let Some(at) = memchr::memchr(0x1b, rest.as_bytes()) {
        rest = rest.get(at..).unwrap_or_default();
        if let Some(len) = color_len(rest.as_bytes()) {
            rest = rest.get(len..).unwrap_or_default();
            continue;
        }
        let (escape, len) = escape::read(rest);
        if Movement::of(escape).is_some_and(Movement::leaves_line) {
            return true;
        }
        rest = rest.get(len..).unwrap_or_default();
    }
    false
}

/// The length of the sequence that a text begins with, if it sets colors: nearly all do, and have no effect on others.
#[inline]
fn color_len(text: &[u8]) -> Option<usize> {
    let inside = text.strip_prefix(b"\x1b[")?;
    let is_parameter = |byte: &u8| byte.is_ascii_digit() || *byte == b';';
    let end = inside.iter().position(|byte| !is_parameter(byte))?;
    (inside.get(end) == Some(&b'm')).then_some(end + 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<Movement> {
        Movement::of(escape::read(text).0)
    }

    #[test]
    fn sequences_and_what_they_do() {
        assert_eq!(of("\u{1b}[A"), Some(Movement::Up(1)));
        assert_eq!(of("\u{1b}[0A"), Some(Movement::Up(1)));
        assert_eq!(of("\u{1b}[12F"), Some(Movement::PreviousLine(12)));
        assert_eq!(of("\u{1b}[H"), Some(Movement::Place(0, 0)));
        assert_eq!(of("\u{1b}[;5H"), Some(Movement::Place(0, 4)));
        assert_eq!(of("\u{1b}[3;1f"), Some(Movement::Place(2, 0)));
        assert_eq!(of("\u{1b}[0G"), Some(Movement::Column(0)));
        assert_eq!(of("\u{1b}[2J"), Some(Movement::EraseScreen(Part::All)));
        assert_eq!(of("\u{1b}7"), Some(Movement::Save));
        assert_eq!(of("\u{1b}[s"), Some(Movement::Save));
        assert_eq!(
            of("\u{1b}[99999999999999999999999C"),
            Some(Movement::Right(1))
        );
        assert_eq!(of("\u{1b}[9999999C"), Some(Movement::Right(MAX_COUNT)));
        for none in [
            "\u{1b}[?25l",
            "\u{1b}[?1049h",
            "\u{1b}[1m",
            "\u{1b}[6n",
            "\u{1b}(B",
            "\u{1b}[",
        ] {
            assert_eq!(of(none), None, "{none:?}");
        }
    }

    #[test]
    fn lines_that_have_an_effect_on_others() {
        assert!(leaves_line("a\u{1b}[1Eb"));
        assert!(leaves_line("\u{1b}[31m\u{1b}[2K\u{1b}[F"));
        assert!(!leaves_line(
            "\u{1b}[31mred\u{1b}[0m\u{1b}[K\u{1b}[3G\u{1b}[J\u{1b}[?25h\r"
        ));
    }
}
