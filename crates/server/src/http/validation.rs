//! Reads a request's JSON field by field, and collects all that is wrong with it, in the words and
//! the shape of Django REST framework.

use serde_json::{Map, Value, json};

/// One object of a request, and the problems found in it so far.
pub struct Form<'a> {
    fields: &'a Map<String, Value>,
    problems: Map<String, Value>,
}

impl<'a> Form<'a> {
    /// Err holds the problem when the value is no object.
    pub fn new(value: &'a Value) -> Result<Self, Map<String, Value>> {
        let fields = value.as_object().ok_or_else(|| {
            let message = format!(
                "Invalid data. Expected a dictionary, but got {}.",
                type_name(value)
            );
            Map::from_iter([("non_field_errors".to_owned(), json!([message]))])
        })?;
        Ok(Self {
            fields,
            problems: Map::new(),
        })
    }

    /// What was found, or nothing.
    pub fn problems(self) -> Map<String, Value> {
        self.problems
    }

    /// Whether something was found.
    pub fn has_problems(&self) -> bool {
        !self.problems.is_empty()
    }

    /// Adds a message to a field.
    pub fn say(&mut self, name: &str, message: impl Into<String>) {
        let messages = self
            .problems
            .entry(name.to_owned())
            .or_insert_with(|| json!([]));
        if let Some(messages) = messages.as_array_mut() {
            messages.push(Value::String(message.into()));
        }
    }

    /// Sets what is wrong inside a nested object or list.
    pub fn nest(&mut self, name: &str, problems: Value) {
        self.problems.insert(name.to_owned(), problems);
    }

    /// Any value that is there; says so when it must be and is not.
    pub fn required(&mut self, name: &str) -> Option<&'a Value> {
        match self.fields.get(name) {
            None => {
                self.say(name, "This field is required.");
                None
            }
            Some(Value::Null) => {
                self.say(name, "This field may not be null.");
                None
            }
            value => value,
        }
    }

    /// A value that may be missing or `null`.
    pub fn optional(&self, name: &str) -> Option<&'a Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    /// A text that must be there and not be blank.
    pub fn text(&mut self, name: &str, rule: fn(&str) -> Result<(), String>) -> Option<String> {
        let value = self.required(name)?;
        self.check_text(name, value, rule)
    }

    /// A text that may be missing or `null`, but not blank.
    pub fn optional_text(
        &mut self,
        name: &str,
        rule: fn(&str) -> Result<(), String>,
    ) -> Option<String> {
        let value = self.optional(name)?;
        self.check_text(name, value, rule)
    }

    fn check_text(
        &mut self,
        name: &str,
        value: &Value,
        rule: fn(&str) -> Result<(), String>,
    ) -> Option<String> {
        let Some(text) = value.as_str() else {
            self.say(name, "Not a valid string.");
            return None;
        };
        let verdict = match text.trim().is_empty() {
            true => Err("This field may not be blank.".to_owned()),
            false => rule(text),
        };
        match verdict {
            Ok(()) => Some(text.to_owned()),
            Err(message) => {
                self.say(name, message);
                None
            }
        }
    }

    /// A text of any content that may be missing, up to so many characters.
    pub fn prose(&mut self, name: &str, limit: usize) -> String {
        match self.optional(name) {
            None => String::new(),
            Some(Value::String(text)) if text.chars().count() <= limit => text.clone(),
            Some(Value::String(_)) => {
                let message = format!("Ensure this field has no more than {limit} characters.");
                self.say(name, message);
                String::new()
            }
            Some(_) => {
                self.say(name, "Not a valid string.");
                String::new()
            }
        }
    }

    /// A boolean that may be missing.
    pub fn boolean(&mut self, name: &str, missing: bool) -> bool {
        match self.optional(name) {
            None => missing,
            Some(Value::Bool(value)) => *value,
            Some(_) => {
                self.say(name, "Must be a valid boolean.");
                missing
            }
        }
    }

    /// A whole number that may be missing.
    pub fn integer(&mut self, name: &str) -> Option<i64> {
        let value = self.optional(name)?;
        let number = value.as_i64();
        if number.is_none() {
            self.say(name, "A valid integer is required.");
        }
        number
    }

    /// One of some texts.
    pub fn choice(&mut self, name: &str, choices: &[&str]) -> Option<&'a str> {
        let value = self.required(name)?;
        let text = value.as_str().filter(|text| choices.contains(text));
        if text.is_none() {
            self.say(name, not_a_choice(value));
        }
        text
    }

    /// A list that must be there, with at least one row and at most `limit`.
    pub fn rows(&mut self, name: &str, limit: usize) -> Option<&'a Vec<Value>> {
        let value = self.required(name)?;
        let message = match value.as_array() {
            Some(rows) if rows.is_empty() => "This list may not be empty.".to_owned(),
            Some(rows) if rows.len() > limit => {
                format!("Ensure this field has no more than {limit} elements.")
            }
            Some(rows) => return Some(rows),
            None => format!(
                "Expected a list of items but got type \"{}\".",
                type_name(value)
            ),
        };
        self.say(name, message);
        None
    }
}

/// The message about a value that is none of the choices.
pub fn not_a_choice(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let text: String = text.chars().take(100).collect();
    format!("\"{text}\" is not a valid choice.")
}

/// What Python calls the type of a value.
fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}
