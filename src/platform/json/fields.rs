//! The members of an object, one by one.

use crate::platform::json::value::{Json, Kind, MAX_EXACT, Unreadable};

/// The problem of a value of another kind.
const UNEXPECTED: &str = "unexpected";

/// Reads the members of an object one by one, and keeps the first problem until the end: a way out at each member would
/// have code of its own. A member that is missing or `null` is `None`, and so is a problem.
pub(crate) struct Fields<'a> {
    object: &'a Json,
    problem: Option<Unreadable>,
}

impl<'a> Fields<'a> {
    pub(crate) fn of(object: &'a Json) -> Self {
        let problem = None;
        Self { object, problem }
    }

    fn kind(&self, name: &str) -> Kind {
        let member = self.object.member(name);
        member.map_or(Kind::Null, |member| member.kind())
    }

    fn refuse<T>(&mut self, name: &str, why: &str) -> Option<T> {
        let problem = || Unreadable(format!("{name}: {why}"));
        self.problem.get_or_insert_with(problem);
        None
    }

    /// A text. Anything else is a problem.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        match self.kind(name) {
            Kind::Null => None,
            Kind::Text(text) => Some(text),
            _ => self.refuse(name, UNEXPECTED),
        }
    }

    /// A text; empty if it is missing or `null`.
    pub(crate) fn text_or_empty(&mut self, name: &str) -> String {
        self.text(name).unwrap_or_default()
    }

    /// A text. Anything else is `None`.
    pub(crate) fn any_text(&self, name: &str) -> Option<String> {
        match self.kind(name) {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// True or false. Anything else is a problem.
    pub(crate) fn flag(&mut self, name: &str) -> Option<bool> {
        match self.kind(name) {
            Kind::Null => None,
            Kind::Bool(value) => Some(value),
            _ => self.refuse(name, UNEXPECTED),
        }
    }

    /// A whole number. Anything else is a problem.
    pub(crate) fn whole(&mut self, name: &str) -> Option<i64> {
        match self.kind(name) {
            Kind::Null => None,
            Kind::Number(number) if number.trunc() == number && number.abs() <= MAX_EXACT => {
                Some(number as i64)
            }
            _ => self.refuse(name, UNEXPECTED),
        }
    }

    /// A whole number that is not negative. Anything else is a problem.
    pub(crate) fn size(&mut self, name: &str) -> Option<u64> {
        match self.whole(name)? {
            size if size >= 0 => Some(size as u64),
            _ => self.refuse(name, UNEXPECTED),
        }
    }

    /// A list. Anything else is a problem.
    pub(crate) fn list(&mut self, name: &str) -> Option<Vec<Json>> {
        match self.kind(name) {
            Kind::Null => None,
            Kind::List(elements) => Some(elements),
            _ => self.refuse(name, UNEXPECTED),
        }
    }

    /// Returns the value that `read` reads. It is a problem if that is missing or `null`.
    pub(crate) fn required<T: Default>(
        &mut self,
        name: &str,
        read: impl Fn(&mut Self, &str) -> Option<T>,
    ) -> T {
        let value = read(self, name).or_else(|| self.refuse(name, "missing"));
        value.unwrap_or_default()
    }

    /// Returns what was made of the members.
    ///
    /// # Errors
    /// The first problem.
    pub(crate) fn end<T>(self, made: T) -> Result<T, Unreadable> {
        match self.problem {
            None => Ok(made),
            Some(problem) => Err(problem),
        }
    }
}

impl Json {
    /// Returns the elements of the list of this name. `None` if the object has none.
    pub(crate) fn list(&self, name: &str) -> Option<Vec<Json>> {
        Fields::of(self).list(name)
    }
}
