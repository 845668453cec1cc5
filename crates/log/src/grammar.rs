//! The grammars of image builders: what their lines say about steps. Each builder has a table in a file of
//! its own; this reads lines by them.

mod buildah;
mod buildkit;
mod docker;
mod header;
mod podman;
mod prefilter;
mod says;
mod table;

pub(crate) use crate::grammar::buildkit::{may_fail, offset as buildkit_offset};
pub(crate) use crate::grammar::header::instruction;
use crate::grammar::header::{counted, upper};
pub(crate) use crate::grammar::prefilter::{Prefilter, may_be_marker};
pub(crate) use crate::grammar::says::{Blame, Header, Says, Vertex};
use crate::grammar::table::Grammar;
pub(crate) use crate::grammar::table::HeaderStyle;

/// The grammars, by builder.
static GRAMMARS: [&Grammar; 4] = [
    &buildah::GRAMMAR,
    &podman::GRAMMAR,
    &docker::GRAMMAR,
    &buildkit::GRAMMAR,
];

/// The grammar of one log, once a line has shown which it is.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Chosen(Option<&'static Grammar>);

impl Chosen {
    /// The way in which the builder announces steps; `None` while nothing has shown it.
    pub(crate) fn style(self) -> Option<HeaderStyle> {
        self.0.map(|grammar| grammar.style)
    }

    /// Reads a line, without escapes. Returns `None` if it says nothing about steps. The first line that
    /// announces a step chooses the grammar.
    pub(crate) fn read<'a>(&mut self, line: &'a str) -> Option<Says<'a>> {
        let says = match self.0 {
            Some(grammar) => header(grammar, line),
            None => {
                let (grammar, says) = GRAMMARS.iter().find_map(|grammar| {
                    let says = header(grammar, line)?;
                    says.chooses().then_some((grammar, says))
                })?;
                self.0 = Some(grammar);
                Some(says)
            }
        };
        says.or_else(|| {
            let style = self.style()?;
            // Builders with the same headers differ only in how they end.
            let alike = GRAMMARS.iter().filter(|grammar| grammar.style == style);
            alike
                .flat_map(|grammar| grammar.rows)
                .find_map(|row| row.read(line))
        })
    }
}

/// Returns true for a line that a builder prints between the outputs of programs: it announces a step or tells of its
/// end. No program writes over it.
pub(crate) fn is_marker(line: &str) -> bool {
    if !may_be_marker(line.as_bytes()) {
        return false;
    }
    if let Some(Says::Vertex(_, vertex)) = buildkit::vertex(line) {
        return vertex != Vertex::Output;
    }
    let of_steps = GRAMMARS
        .iter()
        .filter(|grammar| grammar.style != HeaderStyle::Vertex);
    of_steps
        .clone()
        .any(|grammar| header(grammar, line).is_some())
        || (of_steps.flat_map(|grammar| grammar.rows)).any(|row| row.read(line).is_some())
}

/// Reads a line as the header of a step.
fn header<'a>(grammar: &Grammar, line: &'a str) -> Option<Says<'a>> {
    match grammar.style {
        HeaderStyle::Upper => upper(line),
        HeaderStyle::Capital => {
            let header = counted(line, line.strip_prefix("Step ")?, " :")?;
            instruction(header.title).map(|_| Says::Step(header))
        }
        HeaderStyle::Vertex => buildkit::vertex(line),
    }
}
#[cfg(test)]
mod tests;
