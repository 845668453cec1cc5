//! The table of a builder: its rows, and how a line is read by them.

use crate::grammar::says::{Blame, Says};

/// The way in which builders announce a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeaderStyle {
    /// `STEP 2/5: RUN make`, with the stage and the platform before it if there are several.
    Upper,
    /// `Step 2/5 : RUN make`.
    Capital,
    /// `#8 [build 2/5] RUN make`.
    Vertex,
}

/// The table of a builder.
#[derive(Debug)]
pub(crate) struct Grammar {
    /// The way in which it announces a step.
    pub(crate) style: HeaderStyle,
    /// The rows for its other lines. The first row that fits a line counts.
    pub(super) rows: &'static [Row],
}

/// A row of a table: the start of a line, what has to follow, and what such a line says.
#[derive(Debug)]
pub(super) struct Row {
    /// Its ASCII letters fit in both cases.
    pub(super) start: &'static str,
    pub(super) rest: Rest,
    pub(super) says: RowSays,
}

/// The condition on the rest of a line, after its start.
#[derive(Debug)]
pub(super) enum Rest {
    Any,
    /// Nothing.
    Nothing,
    /// The id of a container or an image: at least 11 hexadecimal digits and nothing else.
    Id,
    /// One word.
    Word,
    /// A text that contains this one.
    Has(&'static str),
}

/// The meaning of a row; see [`Says`].
#[derive(Debug)]
pub(super) enum RowSays {
    Cached,
    Runs,
    Ended,
    Finished,
    Left,
    FailedVertex,
    /// The text in quotes is the failed step; it ends at the last `": `.
    FailsQuoted,
    /// The text in quotes is the command of the failed step; it ends with these words.
    FailsCommand(&'static str),
    /// The current step failed, if it begins with this.
    FailsCurrent(&'static str),
}

impl Row {
    pub(super) fn read<'a>(&self, line: &'a str) -> Option<Says<'a>> {
        let start = line.get(..self.start.len())?;
        if !start.eq_ignore_ascii_case(self.start) {
            return None;
        }
        let rest = line.get(self.start.len()..)?;
        let fits = match self.rest {
            Rest::Any => true,
            Rest::Nothing => rest.trim_end().is_empty(),
            Rest::Id => is_id(rest.trim_end()),
            Rest::Word => !rest.is_empty() && !rest.trim_end().contains(' '),
            Rest::Has(text) => rest.contains(text),
        };
        if !fits {
            return None;
        }
        Some(match self.says {
            RowSays::Cached => Says::Cached,
            RowSays::Runs => Says::Runs,
            RowSays::Ended => Says::Ended,
            RowSays::Finished => Says::Finished,
            RowSays::Left => Says::Left,
            RowSays::FailedVertex => Says::FailedVertex(rest.trim_end().strip_suffix(':')?),
            RowSays::FailsQuoted => {
                // A command can contain quotes.
                let end = rest.rfind("\": ").or_else(|| rest.rfind('"'));
                Says::Fails(Blame::Text(rest.get(..end?)?))
            }
            RowSays::FailsCommand(after) => {
                let command = rest.get(..rest.rfind(after)?)?;
                let (_, command) = command.split_once("The command '").unwrap_or(("", command));
                Says::Fails(Blame::Command(command))
            }
            RowSays::FailsCurrent(instruction) => Says::Fails(Blame::Current(instruction)),
        })
    }
}

fn is_id(text: &str) -> bool {
    let text = text.strip_prefix("sha256:").unwrap_or(text);
    text.len() >= 11 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
