//! The table of what was tried and what held.

/// The end of an attack.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The server held. What was seen, in a few words.
    Held(String),
    /// It did not, and why.
    Broke(String),
    /// This machine could not try it, and why.
    Skipped(String),
}

impl Outcome {
    /// Held if there is nothing to say against it.
    pub(crate) fn of(problems: Vec<String>, seen: impl Into<String>) -> Self {
        match problems.is_empty() {
            true => Self::Held(seen.into()),
            false => Self::Broke(problems.join("; ")),
        }
    }
}

/// The rows so far.
#[derive(Debug, Default)]
pub(crate) struct Report(Vec<(String, Outcome)>);

impl Report {
    /// Adds a row, and says it at once.
    pub(crate) fn add(&mut self, tried: impl Into<String>, outcome: Outcome) {
        let tried = tried.into();
        eprintln!("{}: {tried}: {}", word(&outcome), text(&outcome));
        self.0.push((tried, outcome));
    }

    /// Prints the table.
    pub(crate) fn print(&self) {
        println!("| tried | held | seen |");
        println!("| --- | --- | --- |");
        for (tried, outcome) in &self.0 {
            println!("| {tried} | {} | {} |", word(outcome), text(outcome));
        }
    }

    /// Returns true if nothing broke.
    pub(crate) fn all_held(&self) -> bool {
        !self
            .0
            .iter()
            .any(|(_, outcome)| matches!(outcome, Outcome::Broke(_)))
    }
}

fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Held(_) => "yes",
        Outcome::Broke(_) => "NO",
        Outcome::Skipped(_) => "skipped",
    }
}

/// A cell of the table: one line, without the table's own signs.
fn text(outcome: &Outcome) -> String {
    let (Outcome::Held(text) | Outcome::Broke(text) | Outcome::Skipped(text)) = outcome;
    let line: String = text.replace(['\n', '\r'], " ").replace('|', "/");
    line.chars().take(200).collect()
}
